"""Variances of volumes and of weighted sums of units, where only children are left to chance.

Children arrive as Poisson streams and do not get in each other's way, so whatever they bring adds up to
a compound Poisson sum: its variance is the expected number of children times the mean square of what a
child brings, all its stays together. A child of a start stock that is known, not Poisson, adds the
variance of what it brings instead.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jeugdsim.engine.flows import Rewards, Routes, backward
from jeugdsim.engine.network import Moment, Network, Town

Array = npt.NDArray[np.float64]
_SUMS = ("client_days", "units", "stays_started", "stays_ended", "clients_at_year_end")
_COUNTS = ("clients_in_year", "youth_in_year", "clients_at_start")


def volume_variances(
    network: Network,
    moment: Moment,
    arrivals: Array,
    means: dict[str, Array],
    threads: int | None = None,
) -> dict[str, Array]:
    """Return NAME_variance of every volume.

    Sums over children get theirs from the mean square per child. Counts of distinct children are
    Poisson, so their variance is their mean; with a known start stock that bound is left out (NaN).

    Parameters
    ----------
    network, moment
        The scenario, and its numbers.
    arrivals : ndarray, shape (cells, days)
        Expected entries, moves included.
    means : dict
        Expected volumes by name.
    threads : int, optional
        Threads; by default the processors at hand.
    """
    scenario = network.plan.scenario
    shape = (network.years, len(scenario.municipalities), len(scenario.care_forms))
    sums = {name: np.zeros(shape) for name in _SUMS}
    alike = _cells_alike(network, moment)

    def of_cells(places: list[tuple[Town, int]]) -> list[Array]:
        town, at = places[0]
        worth = _worth(network, moment, town, _cell_rewards(network, moment, town, at))
        return [_variance(moment, other, worth, arrivals) for other, _ in places]

    with ThreadPoolExecutor(threads) as pool:
        for places, variances in zip(alike, pool.map(of_cells, alike), strict=True):
            for (town, at), variance in zip(places, variances, strict=True):
                cell = town.cells[at]
                place = network.plan.cell_municipality[cell], network.plan.cell_form[cell]
                for number, name in enumerate(_SUMS):
                    sums[name][:, *place] = variance[number :: len(_SUMS)]
    known = moment.stock_known.any()
    scale = scenario.settings.trajectories_per_youth
    counts = {name: np.full_like(means[name], np.nan) if known else means[name] for name in _COUNTS}
    counts["youth_in_year"] = counts["youth_in_year"] / scale
    return {f"{name}_variance": values for name, values in {**sums, **counts}.items()}


def weighted_variance(network: Network, moment: Moment, arrivals: Array, weights: Array) -> Array:
    """Return the variance of sums of units times weights, by municipality.

    Parameters
    ----------
    network, moment, arrivals
        As for ``volume_variances``.
    weights : ndarray, shape (sums, years, municipalities, care forms)
        What a unit counts for in each sum, e.g. its tariff.

    Returns
    -------
    ndarray, shape (sums, municipalities)
    """
    variances = np.zeros((len(weights), len(network.plan.scenario.municipalities)))
    known: dict[tuple[bytes, bytes], _Worth] = {}
    for town in network.towns:
        rewards = _weighted_rewards(network, moment, town, weights)
        key = (town.signature, rewards.before.tobytes() + rewards.entry.tobytes())
        if key not in known:
            known[key] = _worth(network, moment, town, rewards)
        place = network.plan.cell_municipality[town.cells[0]]
        variances[:, place] = _variance(moment, town, known[key], arrivals)
    return variances


@dataclass(frozen=True)
class Lines:
    """Sums over a child's care, each (lines, years, municipalities, care forms).

    Attributes
    ----------
    per_unit : ndarray
        What a unit of care counts for in each line.
    per_start, per_end : ndarray or None
        What the start of a stay counts for, and its end; None: nothing.
    """

    per_unit: Array
    per_start: Array | None = None
    per_end: Array | None = None

    def everywhere(self) -> Array:
        """Return the size of whatever counts, to see where anything does."""
        parts = (self.per_unit, self.per_start, self.per_end)
        return np.asarray(sum(np.abs(part) for part in parts if part is not None))


def child_products(
    network: Network, moment: Moment, arrivals: Array, lines: Lines, threads: int | None = None
) -> Array:
    """Return E[sum over children of line i x line j], the products of what each child brings.

    Where children are Poisson this is the covariance of the lines' sums. It is also what is left to
    chance when all care is known and every child goes to a provider with chance p: p (1 - p) times it.

    Parameters
    ----------
    network, moment, arrivals
        As for ``volume_variances``.
    lines : Lines
        What a child's care counts for.
    threads : int, optional
        Threads; by default the processors at hand.

    Returns
    -------
    ndarray, shape (lines, lines)
    """
    counts_in = lines.everywhere()
    pairs = _by_last_year(counts_in)
    same: dict[tuple[bytes, ...], list[Town]] = {}
    for town in network.towns:
        place = network.plan.cell_municipality[town.cells[0]]
        in_town: npt.NDArray[np.bool_] = (counts_in[:, :, place] > 0.0).max(axis=(0, 1))
        bringing = in_town[network.plan.cell_form[town.cells]]
        if bringing.any():
            part = _on_the_way(town, bringing)
            own = [of[:, :, place].tobytes() for of in _given(lines)]
            key = (part.signature, moment.units_by_day[part.cells].tobytes(), *own)
            same.setdefault(key, []).append(part)

    def of_towns(towns: list[Town]) -> Array:
        rewards = _pair_rewards(network, moment, towns[0], lines, pairs, counts_in)
        worth = _worth(network, moment, towns[0], rewards)
        return np.asarray(sum(_squares(moment, town, worth, arrivals) for town in towns))

    with ThreadPoolExecutor(threads) as pool:
        squares = sum(pool.map(of_towns, same.values()), start=np.zeros(len(pairs)))
    return _unpolarised(pairs, squares, len(counts_in))


def _given(lines: Lines) -> list[Array]:
    return [of for of in (lines.per_unit, lines.per_start, lines.per_end) if of is not None]


def _by_last_year(counts_in: Array) -> npt.NDArray[np.int64]:
    """Return all pairs of lines (i <= j), in order of the last year in which either counts."""
    years = np.arange(1, counts_in.shape[1] + 1)
    last = (counts_in.any(axis=(2, 3)) * years).max(axis=1)
    pairs = np.stack(np.triu_indices(len(last)), axis=1)
    return np.asarray(pairs[np.argsort(last[pairs].max(axis=1), kind="stable")])


def _unpolarised(pairs: npt.NDArray[np.int64], squares: Array, lines: int) -> Array:
    """Return products from squares of sums: xy = ((x + y)^2 - x^2 - y^2) / 2."""
    products = np.zeros((lines, lines))
    products[pairs[:, 0], pairs[:, 1]] = squares
    products = products + np.triu(products, 1).T
    own = np.diag(products) / 4.0  # the sum of a line with itself is twice that line
    products = (products - own[:, None] - own[None, :]) / 2.0
    np.fill_diagonal(products, own)
    return products


def _on_the_way(town: Town, bringing: npt.NDArray[np.bool_]) -> Town:
    """Return the cells that bring something, and those in which a child may be between two of them."""
    cells = len(town.cells)
    steps = np.zeros((cells, cells), dtype=np.bool_)
    origin = np.repeat(np.arange(cells), np.diff(town.routes.first))
    steps[origin, town.routes.to] = True
    keep = bringing | (_reached(bringing, steps) & _reached(bringing, steps.T))
    at = np.cumsum(keep) - 1
    stays = keep[origin] & keep[town.routes.to]
    per_cell = np.bincount(at[origin[stays]], minlength=int(keep.sum()))
    return Town(
        town.cells[keep],
        town.class_of[keep],
        Routes(
            first=np.concatenate([[0], np.cumsum(per_cell)]).astype(np.int64),
            to=at[town.routes.to[stays]],
            chance=town.routes.chance[stays],
        ),
    )


def _reached(cells: npt.NDArray[np.bool_], steps: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return cells and all that is reached from them by steps (from, to)."""
    while True:
        more = cells | (cells @ steps)
        if (more == cells).all():
            return cells
        cells = more


def _pair_rewards(
    network: Network,
    moment: Moment,
    town: Town,
    lines: Lines,
    pairs: npt.NDArray[np.int64],
    counts_in: Array,
) -> Rewards:
    """Return rewards whose targets are sums of two lines."""

    def summed(of: Array) -> Array:
        return np.asarray(of[pairs[:, 0]] + of[pairs[:, 1]])

    place = network.plan.cell_municipality[town.cells[0]]
    forms = network.plan.cell_form[town.cells]
    year = network.tables.day_year[: network.days]
    rewards = _weighted_rewards(network, moment, town, summed(lines.per_unit))
    for into, of in ((rewards.entry, lines.per_start), (rewards.end, lines.per_end)):
        if of is not None:
            into += summed(of)[:, year, place][:, :, forms].transpose(2, 1, 0)
    counted = summed(counts_in).any(axis=(2, 3))  # (pairs, years)
    last = (counted * np.arange(1, network.years + 1)).max(axis=1) - 1
    rewards.brings[:] = counts_in[:, :, place][:, :, forms].any(axis=(0, 1))
    return rewards._replace(from_target=np.searchsorted(last, year).astype(np.int64))


@dataclass(frozen=True)
class _Worth:
    """What children bring, by cell of a municipality and target: see ``backward``."""

    square: Array
    stock_value: Array
    stock_square: Array


def _cells_alike(network: Network, moment: Moment) -> list[list[tuple[Town, int]]]:
    """Group cells whose children bring the same, whatever their number: one calculation serves all."""
    groups: dict[tuple[bytes, int, bytes], list[tuple[Town, int]]] = {}
    for town in network.towns:
        for at, cell in enumerate(town.cells):
            key = (town.signature, at, moment.units_by_day[cell].tobytes())
            groups.setdefault(key, []).append((town, at))
    return list(groups.values())


def _worth(network: Network, moment: Moment, town: Town, rewards: Rewards) -> _Worth:
    """Work out what a child of a municipality brings."""
    cells, targets = len(town.cells), rewards.entry.shape[2]
    value = np.zeros((cells, network.days, targets))
    worth = _Worth(np.zeros_like(value), np.zeros((cells, targets)), np.zeros((cells, targets)))
    backward(
        network.lengths,
        moment.changes,
        town.routes,
        town.class_of,
        rewards,
        value,
        worth.square,
        worth.stock_value,
        worth.stock_square,
    )
    return worth


def _variance(moment: Moment, town: Town, worth: _Worth, arrivals: Array) -> Array:
    """Return the variance of every target, over the children of one municipality."""
    known = moment.stock[town.cells] * moment.stock_known[town.cells]
    return np.asarray(_squares(moment, town, worth, arrivals) - known @ worth.stock_value**2)


def _squares(moment: Moment, town: Town, worth: _Worth, arrivals: Array) -> Array:
    """Return the expected sum over children of the square of every target."""
    entered = np.einsum("cd,cdt->t", arrivals[town.cells], worth.square)
    return np.asarray(entered + moment.stock[town.cells] @ worth.stock_square)


def _empty_rewards(
    network: Network, town: Town, targets: int, from_target: npt.NDArray[np.int64]
) -> Rewards:
    cells, days = len(town.cells), network.days
    return Rewards(
        brings=np.zeros(cells, dtype=np.bool_),
        entry=np.zeros((cells, days, targets)),
        before=np.zeros((cells, days + 1, targets)),
        end=np.zeros((cells, days, targets)),
        spread=np.ones((cells, targets)),
        from_target=from_target,
    )


def _intensity_square(network: Network, town: Town) -> Array:
    """Return E[intensity^2] per cell: 1 + cv^2."""
    forms = network.plan.scenario.care_forms
    cvs = np.array([forms[form].units_cv or 0.0 for form in network.plan.cell_form[town.cells]])
    return np.asarray(1.0 + cvs**2)


def _cell_rewards(network: Network, moment: Moment, town: Town, at: int) -> Rewards:
    """Return rewards that count the sums of one cell, year by year; targets are (year, sum)."""
    year = network.tables.day_year[: network.days]
    days = np.arange(network.days)
    rewards = _empty_rewards(network, town, network.years * len(_SUMS), year * len(_SUMS))
    by_day = np.zeros((network.days, network.years * len(_SUMS)))
    client_days, units, started, ended, year_end = (year * len(_SUMS) + n for n in range(len(_SUMS)))
    by_day[days, client_days] = 1.0
    by_day[days, units] = moment.units_by_day[town.cells[at]]
    last_days = network.plan.calendar.year_first_day[1 : network.years + 1] - 1
    by_day[last_days, year_end[last_days]] = 1.0
    rewards.brings[at] = True
    rewards.before[at, 1:] = np.cumsum(by_day, axis=0)
    rewards.entry[at, days, started] = 1.0
    rewards.end[at, days, ended] = 1.0
    if network.tables.per_trajectory[network.plan.cell_form[town.cells[at]]]:
        rewards.entry[at, days, units] = 1.0
    rewards.spread[at, 1 :: len(_SUMS)] = _intensity_square(network, town)[at]
    return rewards


def _weighted_rewards(network: Network, moment: Moment, town: Town, weights: Array) -> Rewards:
    """Return rewards that count units times weights in all cells of a municipality."""
    year = network.tables.day_year[: network.days]
    place = network.plan.cell_municipality[town.cells[0]]
    forms = network.plan.cell_form[town.cells]
    rewards = _empty_rewards(network, town, len(weights), np.zeros(network.days, dtype=np.int64))
    per_unit = weights[:, year, place][:, :, forms].transpose(2, 1, 0)  # (cells, days, sums)
    by_day = moment.units_by_day[town.cells][:, :, None] * per_unit
    rewards.brings[:] = True
    rewards.before[:, 1:] = np.cumsum(by_day, axis=1)
    at_entry = network.tables.per_trajectory[forms]
    rewards.entry[at_entry] = per_unit[at_entry]
    rewards.spread[...] = _intensity_square(network, town)[:, None]
    return rewards
