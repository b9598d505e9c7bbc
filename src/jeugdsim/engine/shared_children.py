"""What single children bring in each year, compiled: its products between years, summed over children.

Lines count a child's care in one calendar year each: ``kinds`` of them per year, year after year. A
product is summed over the stays of a child: own x own, and own x later in either order. A stay brings
the same in the years before the one in which it ends, so only that year is gone through day by day.
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


class Ends(NamedTuple):
    """What stays that end in one year bring in that year, summed over chances; lines l, k kinds."""

    own: Floats  # (k,) E[own]
    by_day: Floats  # (k,) E[what comes by day]
    square: Floats  # (k, k) E[own x own], intensities included
    later: Floats  # (l,) E[later]
    cross: Floats  # (k, l) E[own x later]


@compiled_with_room
def _ends_in_year(
    before: Floats,
    entry: Floats,
    end: Floats,
    spread: float,
    following: Floats,
    chances: Floats,
    begins: int,
    first_end: int,
    days: tuple[int, int],
    first_line: int,
    ends: Ends,
) -> float:
    """Sum over the days of a year on which a stay may end; return the chance that it does.

    What comes by day in that year counts from ``begins``; ``first_line`` is the year's first.
    """
    kinds, lines = ends.cross.shape
    for kind in range(kinds):
        ends.own[kind] = 0.0
        ends.by_day[kind] = 0.0
        for other in range(kinds):
            ends.square[kind, other] = 0.0
        for line in range(first_line, lines):
            ends.cross[kind, line] = 0.0
    for line in range(first_line, lines):
        ends.later[line] = 0.0
    total = 0.0
    for day in range(days[0], days[1]):
        chance = chances[day - first_end]
        total += chance
        for line in range(first_line, lines):
            ends.later[line] += chance * following[day, line]
        for kind in range(kinds):
            by_day = before[day, kind] - before[begins, kind]
            own = by_day + entry[kind] + end[day, kind]
            ends.by_day[kind] += chance * by_day
            ends.own[kind] += chance * own
            for line in range(first_line, lines):
                ends.cross[kind, line] += chance * own * following[day, line]
            for other in range(kind, kinds):
                others = before[day, other] - before[begins, other]
                both = own * (others + entry[other] + end[day, other])
                ends.square[kind, other] += chance * (both + (spread - 1.0) * by_day * others)
    return total


@compiled_with_room
def _add_ends(
    chance: float,
    ends: Ends,
    spread: float,
    first: int,
    here: int,
    by_day: Floats,
    own: Floats,
    value: Floats,
    product: Floats,
) -> None:
    """Add stays that end in a year whose lines begin at ``here``; ``own`` of the years before is known.

    Of products the upper triangle is written.
    """
    kinds, lines = ends.cross.shape
    for i in range(first, here):
        value[i] += chance * own[i]
        for j in range(i, here):
            product[i, j] += chance * (own[i] * own[j] + (spread - 1.0) * by_day[i] * by_day[j])
        for kind in range(kinds):
            both = own[i] * ends.own[kind] + (spread - 1.0) * by_day[i] * ends.by_day[kind]
            product[i, here + kind] += both
        for j in range(here, lines):
            product[i, j] += own[i] * ends.later[j]
    for kind in range(kinds):
        i = here + kind
        value[i] += ends.own[kind]
        for other in range(kind, kinds):
            product[i, here + other] += ends.square[kind, other]
        for j in range(here, lines):
            product[min(i, j), max(i, j)] += ends.cross[kind, j] * (2.0 if i == j else 1.0)
    for j in range(here, lines):
        value[j] += ends.later[j]


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
    ``chances[i]``.
    """
    lines, kinds = following.shape[1], before.shape[1]
    by_day, own, nothing = np.zeros(lines), np.zeros(lines), np.zeros(kinds)
    ends = Ends(
        np.zeros(kinds),
        np.zeros(kinds),
        np.zeros((kinds, kinds)),
        np.zeros(lines),
        np.zeros((kinds, lines)),
    )
    first, outlives = year[day] * kinds, 1.0
    for here in range(year[day], len(year_first) - 1):
        begins, paid = max(day, year_first[here]), entry if here == year[day] else nothing
        days = (max(first_end, year_first[here]), year_first[here + 1])
        line = here * kinds
        chance = _ends_in_year(
            before, paid, end, spread, following, chances, begins, first_end, days, line, ends
        )
        _add_ends(chance, ends, spread, first, line, by_day, own, value, product)
        outlives -= chance
        for kind in range(kinds):
            by_day[line + kind] = before[year_first[here + 1], kind] - before[begins, kind]
            own[line + kind] = by_day[line + kind] + paid[kind]
    for i in range(first, lines):
        value[i] += outlives * own[i]
        for j in range(i, lines):
            product[i, j] += outlives * (own[i] * own[j] + (spread - 1.0) * by_day[i] * by_day[j])


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
