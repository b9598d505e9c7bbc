"""Sums over children of the products of what each brings, year by year: in closed form."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jeugdsim.engine.flows import Routes, make_room
from jeugdsim.engine.network import Moment, Network, Town
from jeugdsim.engine.shared_children import Counted, make_sums, summed_products

Array = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Worth:
    """What a child's care counts for in the lines of each year; (kinds, municipalities, care forms).

    Attributes
    ----------
    per_unit : ndarray
        A unit of care.
    per_start, per_end : ndarray
        The start of a stay, and its end.
    """

    per_unit: Array
    per_start: Array
    per_end: Array

    @property
    def anything(self) -> Truths:
        """Where anything counts, bool of shape (municipalities, care forms)."""
        parts = (self.per_unit, self.per_start, self.per_end)
        return np.asarray(np.stack([(part != 0).any(axis=0) for part in parts]).any(axis=0))


def child_products(
    network: Network, moment: Moment, arrivals: Array, worth: Worth, threads: int | None = None
) -> Array:
    """Return E[sum over children of line i x line j], the products of what each child brings.

    Where children are Poisson this is the covariance of the lines' sums. It is also what is left to
    chance when all care is known and every child goes to a provider with chance p: p (1 - p) times it.

    Parameters
    ----------
    network, moment
        The scenario, and its numbers.
    arrivals : ndarray, shape (cells, days)
        Expected entries, moves included.
    worth : Worth
        What a child's care counts for.
    threads : int, optional
        Threads; by default the processors at hand.

    Returns
    -------
    ndarray, shape (lines, lines)
        Lines go year by year, and in a year kind by kind.
    """
    same: dict[tuple[bytes, ...], list[tuple[Town, Counted]]] = {}
    for town in network.towns:
        place = network.plan.cell_municipality[town.cells[0]]
        brings = worth.anything[place, network.plan.cell_form[town.cells]]
        if brings.any():
            part = _on_the_way(town, brings)
            counted = _counted(network, moment, part, worth)
            key = (part.signature, *(field.tobytes() for field in counted))
            same.setdefault(key, []).append((part, counted))
    lines = network.years * len(worth.per_unit)

    def of_towns(towns: list[tuple[Town, Counted]]) -> Array:
        out = np.zeros((lines, lines))
        (part, counted), *_ = towns
        cells = len(part.cells)
        summed_products(
            network.lengths,
            moment.changes,
            part.routes,
            part.class_of,
            counted,
            np.sum([arrivals[one.cells] for one, _ in towns], axis=0),
            np.sum([moment.stock[one.cells] for one, _ in towns], axis=0),
            make_room(network.lengths, cells, network.days),
            make_sums(cells, network.days, lines, len(worth.per_unit)),
            out,
        )
        return out

    with ThreadPoolExecutor(threads) as pool:
        upper = sum(pool.map(of_towns, same.values()), start=np.zeros((lines, lines)))
    return np.asarray(upper + np.triu(upper, 1).T)


def _counted(network: Network, moment: Moment, town: Town, worth: Worth) -> Counted:
    """Return what the stays of a municipality bring."""
    place = network.plan.cell_municipality[town.cells[0]]
    forms = network.plan.cell_form[town.cells]

    def by_cell(of: Array) -> Array:
        return np.ascontiguousarray(of[:, place, forms].T)  # (cells, kinds)

    per_unit = by_cell(worth.per_unit)
    at_entry = network.tables.per_trajectory[forms]
    daily = moment.units_by_day[town.cells][:, :, None] * per_unit[:, None, :]
    before = np.zeros((len(forms), network.days + 1, per_unit.shape[1]))
    before[:, 1:] = np.cumsum(daily, axis=1)
    entry = by_cell(worth.per_start) + np.where(at_entry[:, None], per_unit, 0.0)
    every_day = (len(forms), network.days, per_unit.shape[1])
    cvs = [network.plan.scenario.care_forms[form].units_cv or 0.0 for form in forms]
    return Counted(
        brings=worth.anything[place, forms],
        entry=np.ascontiguousarray(np.broadcast_to(entry[:, None], every_day)),
        before=before,
        end=np.ascontiguousarray(np.broadcast_to(by_cell(worth.per_end)[:, None], every_day)),
        spread=1.0 + np.array(cvs) ** 2,
        year=network.tables.day_year[: network.days].astype(np.int64),
        year_first=network.plan.calendar.year_first_day[: network.years + 1].astype(np.int64),
    )


def _on_the_way(town: Town, brings: Truths) -> Town:
    """Return the cells that bring something, and those in which a child may be between two of them."""
    cells = len(town.cells)
    steps = np.zeros((cells, cells), dtype=np.bool_)
    origin = np.repeat(np.arange(cells), np.diff(town.routes.first))
    steps[origin, town.routes.to] = True
    keep = brings | (_reached(brings, steps) & _reached(brings, steps.T))
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


def _reached(cells: Truths, steps: Truths) -> Truths:
    """Return cells and all that is reached from them by steps (from, to)."""
    while True:
        more = cells | (cells @ steps)
        if (more == cells).all():
            return cells
        cells = more
