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

from jeugdsim.engine.flows import Rewards, backward, make_room
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
    by_entry = (cells, network.days + 1, targets)
    value, square = np.zeros(by_entry), np.zeros(by_entry)
    backward(
        network.lengths,
        moment.changes,
        town.routes,
        town.class_of,
        rewards,
        make_room(network.lengths, cells, network.days),
        np.zeros((cells, network.days, targets)),
        value,
        square,
    )
    return _Worth(square[:, 1:].copy(), value[:, 0].copy(), square[:, 0].copy())


def _variance(moment: Moment, town: Town, worth: _Worth, arrivals: Array) -> Array:
    """Return the variance of every target, over the children of one municipality."""
    stock = moment.stock[town.cells]
    known = stock * moment.stock_known[town.cells]
    entered = np.einsum("cd,cdt->t", arrivals[town.cells], worth.square)
    return np.asarray(entered + stock @ worth.stock_square - known @ worth.stock_value**2)


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
