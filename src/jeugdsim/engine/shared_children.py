"""What single children bring in each year, compiled: its products between years, summed over children.

Lines count a child's care in one calendar year each: ``kinds`` of them per year, year after year. A
product is summed over the stays of a child: own x own, and own x later in either order. A stay brings
the same in the years before the one in which it ends, so only that year is gone through day by day.
As in ``flows`` the day before the first, -1, stands for the start stock.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from jeugdsim.engine.compiled import compiled, inlined
from jeugdsim.engine.flows import Changes, Lengths, Room, Routes, end_chances, only_later

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


class Sums(NamedTuple):
    """Room for what is summed up on the way; cells c of a municipality, d days, l lines, k kinds."""

    following: Floats  # (c, d, l) what comes once a stay has ended
    today: Floats  # (c, l) what who enters today brings
    product: Floats  # (l, l) of one cell and day
    by_day: Floats  # (l,) what a stay brings day by day in the years before it ends
    own: Floats  # (l,) all it brings in them
    nothing: Floats  # (k,) paid at entry in later years
    ends: Ends


def make_sums(cells: int, days: int, lines: int, kinds: int) -> Sums:
    """Return that room; zero, as ``following`` and ``nothing`` have to be."""
    ends = Ends(
        own=np.zeros(kinds),
        by_day=np.zeros(kinds),
        square=np.zeros((kinds, kinds)),
        later=np.zeros(lines),
        cross=np.zeros((kinds, lines)),
    )
    return Sums(
        following=np.zeros((cells, days, lines)),
        today=np.zeros((cells, lines)),
        product=np.zeros((lines, lines)),
        by_day=np.zeros(lines),
        own=np.zeros(lines),
        nothing=np.zeros(kinds),
        ends=ends,
    )


@inlined
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


@inlined
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


@inlined
def _one_stay(
    counted: Counted, cell: int, chances: Floats, day: int, sums: Sums, value: Floats
) -> None:
    """Add what a stay and all after it bring to ``value``, and the stay's part to ``sums.product``.

    The stay begins on ``day`` (-1: long ago); it ends on day ``day + 1 + i`` with ``chances[i]``.
    """
    before, spread, following = counted.before[cell], counted.spread[cell], sums.following[cell]
    by_day, own, ends, product = sums.by_day, sums.own, sums.ends, sums.product
    lines, kinds = following.shape[1], before.shape[1]
    entered = max(day, 0)
    first_year = counted.year[entered]
    first, outlives = first_year * kinds, 1.0
    for year in range(first_year, len(counted.year_first) - 1):
        begins, line = max(entered, counted.year_first[year]), year * kinds
        paid = counted.entry[cell, entered] if day >= begins else sums.nothing
        days = (max(day + 1, counted.year_first[year]), counted.year_first[year + 1])
        chance = _ends_in_year(
            before,
            paid,
            counted.end[cell],
            spread,
            following,
            chances,
            begins,
            day + 1,
            days,
            line,
            ends,
        )
        _add_ends(chance, ends, spread, first, line, by_day, own, value, product)
        outlives -= chance
        for kind in range(kinds):
            by_day[line + kind] = before[counted.year_first[year + 1], kind] - before[begins, kind]
            own[line + kind] = by_day[line + kind] + paid[kind]
    for i in range(first, lines):
        value[i] += outlives * own[i]
        for j in range(i, lines):
            product[i, j] += outlives * (own[i] * own[j] + (spread - 1.0) * by_day[i] * by_day[j])


@inlined
def _add_products(amount: float, first: int, sums: Sums, out: Floats) -> None:
    """Add the product of one cell and day, for so many children, and clear it."""
    for i in range(first, len(out)):
        for j in range(i, len(out)):
            out[i, j] += amount * sums.product[i, j]
            sums.product[i, j] = 0.0


@compiled
def summed_products(
    lengths: Lengths,
    changes: Changes,
    routes: Routes,
    class_of: Integers,
    counted: Counted,
    arrivals: Floats,
    stock: Floats,
    room: Room,
    sums: Sums,
    out: Floats,
) -> None:
    """Write the products of all lines, summed over expected children, into the upper part of ``out``.

    The cells c are those of one municipality, or of several whose children follow the same chances:
    ``arrivals`` (c, d) and ``stock`` (c,) are then their sums. ``out`` (lines, lines), ``sums`` and
    ``room`` start at zero; row c of ``room`` is that of cell c.
    """
    cells, horizon = arrivals.shape
    lines = len(out)
    kinds = counted.entry.shape[2]
    for day in range(horizon - 1, -2, -1):
        entered = max(day, 0)
        first = counted.year[entered] * kinds
        for cell in range(cells):
            q, chances, today = class_of[cell], room.chances[cell], sums.today[cell]
            if day < 0 or room.known[cell] < horizon - day:
                same = day > 0 and changes.scale[q, day - 1] == changes.scale[q, day]
                known = horizon if same and len(changes.whole_starts) == 0 else horizon - entered
                end_chances(lengths, changes, q, day, entered + known, chances, room.spare)
                room.known[cell] = known
            for line in range(lines):
                today[line] = 0.0
            if counted.brings[cell]:
                amount = arrivals[cell, day] if day >= 0 else stock[cell]
                if day >= 0 or amount > 0.0:
                    _one_stay(counted, cell, chances, day, sums, today)
                    _add_products(amount, first, sums, out)
            else:
                only_later(sums.following[cell], chances, day, first, today)
            if day > 0 and changes.scale[q, day - 1] != changes.scale[q, day]:
                room.known[cell] = 0.0
        if day >= 0:
            for cell in range(cells):
                for route in range(routes.first[cell], routes.first[cell + 1]):
                    chance = changes.move_chance[routes.chance[route], day]
                    for i in range(first, lines):
                        sums.following[cell, day, i] += chance * sums.today[routes.to[route], i]
