"""What single children bring in each year, compiled: its products between years, summed over children.

Lines count a child's care in one calendar year each: ``kinds`` of them per year, year after year. A
product is summed over the stays of a child: own x own, and own x later in either order.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from jeugdsim.engine.compiled import compiled_with_room
from jeugdsim.engine.flows import Changes, Lengths, Routes, entry_chances, stock_chances

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]


class Counted(NamedTuple):
    """What counts in the line of its year; cells c of a municipality, k kinds."""

    brings: Truths  # (c,) whether stays in a cell bring anything themselves
    entry: Floats  # (c, d, k)
    before: Floats  # (c, d + 1, k) sum over the days before
    end: Floats  # (c, d, k)
    spread: Floats  # (c,) E[intensity^2] of what comes by day
    year: Integers  # (d,)
    year_first: Integers  # (years + 1,) first day of each year; last, the day after the last


@compiled_with_room
def _own_in_year(
    before: Floats, entry: Floats, begins: int, ends: int, year: int, by_day: Floats, own: Floats
) -> None:
    """Write what a stay brings by day, and with its entry, into the lines of a year."""
    kinds = before.shape[1]
    for kind in range(kinds):
        by_day[year * kinds + kind] = before[ends, kind] - before[begins, kind]
        own[year * kinds + kind] = by_day[year * kinds + kind] + entry[kind]


@compiled_with_room
def _add_own(
    chance: float, first: int, last: int, spread: float, by_day: Floats, own: Floats, product: Floats
) -> None:
    """Add chance x own x own for lines first <= i <= j < last."""
    for i in range(first, last):
        for j in range(i, last):
            squared = own[i] * own[j] + (spread - 1.0) * by_day[i] * by_day[j]
            product[i, j] += chance * squared


@compiled_with_room
def _one_stay(
    before: Floats,
    entry: Floats,
    end: Floats,
    spread: float,
    year: Integers,
    year_first: Integers,
    following: Floats,
    chances: Floats,
    day: int,
    first_end: int,
    value: Floats,
    product: Floats,
) -> None:
    """Add what a stay and all after it bring to ``value``, and the stay's part of products.

    The stay's first day in care is ``day``; it ends on day ``first_end + i`` with chance
    ``chances[i]``. Of products the upper triangle is written.
    """
    horizon, lines = following.shape
    kinds = before.shape[1]
    by_day, own, nothing = np.zeros(lines), np.zeros(lines), np.zeros(kinds)
    begun = year[day]
    complete = begun  # years from here on are not yet known in full
    first = begun * kinds
    outlives = 1.0
    for last in range(first_end, horizon):
        here = year[last]
        while complete < here:
            begins = max(day, year_first[complete])
            paid = entry if complete == begun else nothing
            _own_in_year(before, paid, begins, year_first[complete + 1], complete, by_day, own)
            complete += 1
        chance = chances[last - first_end]
        if chance == 0.0:
            continue
        outlives -= chance
        paid = entry if here == begun else nothing
        _own_in_year(before, paid, max(day, year_first[here]), last, here, by_day, own)
        for kind in range(kinds):
            own[here * kinds + kind] += end[last, kind]
        _add_own(chance, first, (here + 1) * kinds, spread, by_day, own, product)
        for i in range(first, (here + 1) * kinds):
            value[i] += chance * own[i]
            for j in range(here * kinds, lines):
                part = chance * own[i] * following[last, j]
                product[min(i, j), max(i, j)] += 2.0 * part if i == j else part
        for j in range(here * kinds, lines):
            value[j] += chance * following[last, j]
    for late in range(complete, len(year_first) - 1):
        paid = entry if late == begun else nothing
        begins = max(day, year_first[late])
        _own_in_year(before, paid, begins, year_first[late + 1], late, by_day, own)
    _add_own(outlives, first, lines, spread, by_day, own, product)
    for i in range(first, lines):
        value[i] += outlives * own[i]


@compiled_with_room
def _only_later(following: Floats, chances: Floats, first_end: int, first: int, value: Floats) -> None:
    """Add what comes after a stay that itself brings nothing, over its possible ends."""
    horizon, lines = following.shape
    for last in range(first_end, horizon):
        chance = chances[last - first_end]
        for i in range(first, lines):
            value[i] += chance * following[last, i]


@compiled_with_room
def summed_products(
    lengths: Lengths,
    changes: Changes,
    routes: Routes,
    class_of: Integers,
    counted: Counted,
    arrivals: Floats,
    stock: Floats,
    out: Floats,
) -> None:
    """Write the products of all lines, summed over expected children, into the upper part of ``out``.

    The cells c are those of one municipality, or of several whose children follow the same chances:
    ``arrivals`` (c, d) and ``stock`` (c,) are then their sums. ``out`` (lines, lines) starts at zero.
    """
    cells, horizon = arrivals.shape
    lines = len(out)
    kinds = counted.entry.shape[2]
    following = np.zeros((cells, horizon, lines))  # what comes once a stay has ended
    today = np.zeros((cells, lines))
    longest = max(2 * horizon, len(lengths.log_middle), lengths.left.shape[1])
    chances = np.zeros((cells, longest))
    known = np.zeros(cells, dtype=np.int64)  # for how many days the chances of a cell hold
    spare = np.zeros(longest)
    product = np.zeros((lines, lines))
    for day in range(horizon - 1, -1, -1):
        first = counted.year[day] * kinds
        for cell in range(cells):
            q = class_of[cell]
            if known[cell] < horizon - day:
                same = day > 0 and changes.scale[q, day - 1] == changes.scale[q, day]
                known[cell] = horizon if same and len(changes.whole_starts) == 0 else horizon - day
                entry_chances(lengths, changes, q, day, day + known[cell], chances[cell], spare)
            today[cell] = 0.0
            if counted.brings[cell]:
                product[:, :] = 0.0
                _one_stay(
                    counted.before[cell],
                    counted.entry[cell, day],
                    counted.end[cell],
                    counted.spread[cell],
                    counted.year,
                    counted.year_first,
                    following[cell],
                    chances[cell],
                    day,
                    day + 1,
                    today[cell],
                    product,
                )
                for i in range(first, lines):
                    for j in range(i, lines):
                        out[i, j] += arrivals[cell, day] * product[i, j]
            else:
                _only_later(following[cell], chances[cell], day + 1, first, today[cell])
            if day > 0 and changes.scale[q, day - 1] != changes.scale[q, day]:
                known[cell] = 0
        for cell in range(cells):
            for route in range(routes.first[cell], routes.first[cell + 1]):
                chance = changes.move_chance[routes.chance[route], day]
                for i in range(first, lines):
                    following[cell, day, i] += chance * today[routes.to[route], i]
    nothing = np.zeros(kinds)
    for cell in range(cells):
        if counted.brings[cell] and stock[cell] > 0.0:
            stock_chances(lengths, changes, class_of[cell], horizon, chances[cell], spare)
            product[:, :] = 0.0
            _one_stay(
                counted.before[cell],
                nothing,
                counted.end[cell],
                counted.spread[cell],
                counted.year,
                counted.year_first,
                following[cell],
                chances[cell],
                0,
                0,
                today[cell],
                product,
            )
            out += stock[cell] * product
