"""Expected flows of children, compiled: recursions over days, exact for stays in whole days.

Forward: how many children are expected to enter and leave every cell on every day. Backward: what a
child who enters a care form on a day is expected to bring from then on, and its square; the squares
give variances. Arrays in, ``out`` arrays written, in room given by the caller; nothing is drawn here.

Cells whose stays have the same chances form a *class*: one care form, the same effects on stays. The
day before the first, -1, stands for the start stock, so that one loop over days takes it along.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from jeugdsim.engine.compiled import compiled

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]


class Lengths(NamedTuple):
    """How long stays last; q classes, k care forms, a effects on the days left."""

    class_form: Integers  # (q,)
    class_group: Integers  # (q,) which row of the stay effects acts
    class_whole: Truths  # (q, a) which effects act on the days left
    fixed: Truths  # (k,)
    steps: Truths  # (k,) whether the stay takes the values of a table
    curve: Floats  # (k, 4, pieces) cubic pieces of P(c X > x) over log x
    curve_start: Floats  # (k,) log x of the first knot
    curve_step: Floats  # (k,)
    step_days: Floats  # (k, values) the stay's values where it is fixed or a table
    step_chances: Floats  # (k, values)
    left: Floats  # (k, days or more) P(R = r) of the start stock
    log_middle: Floats  # (days or more,) log(s + 1/2)


class Changes(NamedTuple):
    """What changes over the days in one draw."""

    scale: Floats  # (q, d) on stays that begin on a day
    move_chance: Floats  # (rows, d) chance of a move when a stay ends on a day
    whole_effect: Floats  # (a,) effects on the days left, in order of name
    whole_starts: Integers  # (a,) their first day
    reach: int  # ends beyond this day do not come before the horizon by these effects


class Routes(NamedTuple):
    """Where children go at the end of a stay: cells c, rows of the chances."""

    first: Integers  # (c + 1,) routes of cell c are first[c]:first[c + 1]
    to: Integers  # (routes,) cell moved to
    chance: Integers  # (routes,) row of ``Changes.move_chance``


class Room(NamedTuple):
    """Room to work in, for as many rows as a recursion has classes or cells."""

    chances: Floats  # (rows, days or more) that a stay ends so many days on
    known: Floats  # (rows,) what they hold for: a scale of stays, or so many days
    spare: Floats  # (days or more,)


def make_room(lengths: Lengths, rows: int, days: int) -> Room:
    """Return room for a recursion over so many rows and days."""
    longest = max(days, len(lengths.log_middle), lengths.left.shape[1])
    return Room(np.zeros((rows, longest)), np.zeros(rows), np.zeros(longest))


@compiled
def survival_at(curve: Floats, form: int, place: float) -> float:
    """Return a survival curve at a place counted in steps from its first knot."""
    if place <= 0.0:
        return float(curve[form, 3, 0])
    piece = int(place)
    if piece >= curve.shape[2]:
        return 0.0
    part = place - piece
    value = curve[form, 0, piece] * part + curve[form, 1, piece]
    value = (value * part + curve[form, 2, piece]) * part + curve[form, 3, piece]
    return float(value)


@compiled
def _stay_chances(lengths: Lengths, form: int, scale: float, days: int, out: Floats) -> None:
    """Write P(S = 1), ..., P(S = days) of a stay times a scale into the first places of ``out``."""
    for s in range(days):
        out[s] = 0.0
    if scale <= 0.0:
        out[0] = 1.0
    elif lengths.fixed[form]:
        length = max(scale * lengths.step_days[form, 0], 1.0)
        whole = int(length)
        if whole <= days:
            out[whole - 1] = 1.0 - (length - whole)
        if whole < days:
            out[whole] = length - whole
    elif lengths.steps[form]:
        for value in range(lengths.step_days.shape[1]):
            rounded = max(1, int(scale * lengths.step_days[form, value] + 0.5))
            if rounded <= days:
                out[rounded - 1] += lengths.step_chances[form, value]
    else:
        offset = math.log(scale) + lengths.curve_start[form]
        per_step = 1.0 / lengths.curve_step[form]
        before = 1.0
        for s in range(1, days + 1):
            after = survival_at(lengths.curve, form, (lengths.log_middle[s] - offset) * per_step)
            out[s - 1] = before - after
            before = after
            if after == 0.0:
                break


@compiled
def _days_left_changed(
    lengths: Lengths, changes: Changes, q: int, entry: int, days: int, out: Floats, spare: Floats
) -> None:
    """Shift chances of length 1..days for the levers on children in care when they start."""
    within = 0.0
    for s in range(days):
        within += out[s]
    longer = 1.0 - within
    for lever in range(len(changes.whole_starts)):
        starts = changes.whole_starts[lever]
        if lengths.class_whole[q, lever] and entry < starts:
            for s in range(days):
                spare[s] = 0.0
            for s in range(1, days + 2):
                length = s
                if entry + s > starts:
                    left = (entry + s - starts) * (1.0 + changes.whole_effect[lever])
                    length = starts + max(1, math.floor(left + 0.5)) - entry
                if length <= days:
                    spare[length - 1] += out[s - 1] if s <= days else longer
                    longer = longer if s <= days else 0.0
            for s in range(days):
                out[s] = spare[s]


@compiled
def _acts_later(lengths: Lengths, changes: Changes, q: int, entry: int) -> bool:
    """Tell whether a lever will act on the days left of a stay that begins on a day."""
    for lever in range(len(changes.whole_starts)):
        if lengths.class_whole[q, lever] and entry < changes.whole_starts[lever]:
            return True
    return False


@compiled
def end_chances(
    lengths: Lengths, changes: Changes, q: int, day: int, horizon: int, out: Floats, spare: Floats
) -> None:
    """Write P(a stay begun on a day ends s days later), s = 1, 2, ... up to the horizon.

    Day -1 takes a child of the start stock: then 0, 1, ... days are left.
    """
    acts = _acts_later(lengths, changes, q, day)
    days = (max(changes.reach, horizon) if acts else horizon) - max(day, 0)
    form = lengths.class_form[q]
    if day >= 0:
        _stay_chances(lengths, form, changes.scale[q, day], days, out)
    else:
        for left in range(days):
            out[left] = lengths.left[form, left]
    if acts:
        _days_left_changed(lengths, changes, q, day, days, out, spare)


@compiled
def _add_times(amount: float, chances: Floats, out: Floats) -> None:
    """Add an amount times chances to ``out``."""
    for at in range(len(out)):
        out[at] += amount * chances[at]


@compiled
def forward(
    lengths: Lengths,
    changes: Changes,
    routes: Routes,
    cells_of: Integers,
    class_first: Integers,
    stock: Floats,
    room: Room,
    arrivals: Floats,
    ends: Floats,
) -> None:
    """Follow expected children day by day.

    ``cells_of[class_first[q]:class_first[q + 1]]`` are the cells of class q, row q of ``room`` is its
    own. ``arrivals`` (c, d) holds those from outside and gets those who move added; ``ends`` (c, d)
    starts at zero.
    """
    horizon = arrivals.shape[1]
    for day in range(-1, horizon):
        if day >= 0:
            for cell in range(len(stock)):
                for route in range(routes.first[cell], routes.first[cell + 1]):
                    moved = changes.move_chance[routes.chance[route], day] * ends[cell, day]
                    arrivals[routes.to[route], day] += moved
        for q in range(len(lengths.class_form)):
            chances = room.chances[q]
            scale = changes.scale[q, day] if day >= 0 else -1.0
            if day <= 0 or scale != room.known[q] or _acts_later(lengths, changes, q, day - 1):
                end_chances(lengths, changes, q, day, horizon, chances, room.spare)
                room.known[q] = scale
            for place in range(class_first[q], class_first[q + 1]):
                cell = cells_of[place]
                entering = arrivals[cell, day] if day >= 0 else stock[cell]
                _add_times(entering, chances, ends[cell, day + 1 :])


@compiled
def returning(
    lengths: Lengths,
    changes: Changes,
    routes: Routes,
    class_of: Integers,
    first: int,
    last: int,
    room: Room,
    after: Floats,
    reach: Floats,
    out: Floats,
) -> None:
    """Write the chance to be back in a cell by the end of a year, for those who leave it on a day.

    The cells c are those of one municipality. ``first`` and ``last`` bound the year (last excluded);
    ``out`` (c, days of the year) is the chance of a first return to a cell from leaving it. ``after``
    (c, days, c), zero so far, gets the chance to visit a cell once a stay has ended, and ``reach``
    (c, c) the same for who enters a cell on the day at hand.
    """
    cells = len(class_of)
    chances = room.chances[0]
    for day in range(last - 1, first - 1, -1):
        for cell in range(cells):
            for aim in range(cells):
                reach[cell, aim] = 0.0
            end_chances(lengths, changes, class_of[cell], day, last, chances, room.spare)
            for s in range(1, last - day):
                chance = chances[s - 1]
                if chance > 0.0:
                    for aim in range(cells):
                        reach[cell, aim] += chance * after[cell, day + s - first, aim]
            reach[cell, cell] = 1.0
        for cell in range(cells):
            for route in range(routes.first[cell], routes.first[cell + 1]):
                chance = changes.move_chance[routes.chance[route], day]
                for aim in range(cells):
                    after[cell, day - first, aim] += chance * reach[routes.to[route], aim]
            out[cell, day - first] = after[cell, day - first, cell]


class Rewards(NamedTuple):
    """What a stay brings: at entry, by day in care, at its end; cells c of a municipality."""

    brings: Truths  # (c,) whether stays in a cell bring anything themselves
    entry: Floats  # (c, d, targets)
    before: Floats  # (c, d + 1, targets) sum over the days before
    end: Floats  # (c, d, targets)
    spread: Floats  # (c, targets) E[intensity^2] of what comes by day
    from_target: Integers  # (d,) the first target that days from here on can still bring


@compiled
def _own_and_later(
    before: Floats,
    end: Floats,
    spread: Floats,
    following: Floats,
    chances: Floats,
    day: int,
    first: int,
    value: Floats,
    square: Floats,
) -> None:
    """Add what a stay and all after it bring, and E[own^2 + 2 own x later], over its possible ends.

    The arrays are those of one cell. The stay begins on ``day`` (-1: long ago) and ends on day
    ``day + 1 + i`` with chance ``chances[i]``.
    """
    horizon, targets = following.shape
    begins = max(day, 0)
    outlives = 1.0
    for last in range(day + 1, horizon):
        chance = chances[last - day - 1]
        outlives -= chance
        for aim in range(first, targets):
            by_day = before[last, aim] - before[begins, aim]
            own = by_day + end[last, aim]
            later = following[last, aim]
            value[aim] += chance * (own + later)
            squared = own * own + (spread[aim] - 1.0) * by_day * by_day
            square[aim] += chance * (squared + 2.0 * own * later)
    for aim in range(first, targets):
        by_day = before[horizon, aim] - before[begins, aim]
        value[aim] += outlives * by_day
        square[aim] += outlives * spread[aim] * by_day * by_day


@compiled
def only_later(following: Floats, chances: Floats, day: int, first: int, value: Floats) -> None:
    """Add what comes after a stay that itself brings nothing, over its possible ends."""
    horizon, targets = following.shape
    for last in range(day + 1, horizon):
        chance = chances[last - day - 1]
        for aim in range(first, targets):
            value[aim] += chance * following[last, aim]


@compiled
def _add_entry(entry: Floats, first: int, value: Floats, square: Floats) -> None:
    """Add what an entry itself brings to what the stay and all after it bring."""
    for aim in range(first, len(value)):
        square[aim] += entry[aim] * (entry[aim] + 2.0 * value[aim])
        value[aim] += entry[aim]


@compiled
def backward(
    lengths: Lengths,
    changes: Changes,
    routes: Routes,
    class_of: Integers,
    rewards: Rewards,
    room: Room,
    following: Floats,
    value: Floats,
    square: Floats,
) -> None:
    """Write what entering a cell on a day brings, and the stay's part of its second moment.

    The second moment of all a child brings is the sum over its stays of E[own^2 + 2 own x later]:
    ``square`` (c, d + 1, targets) is that of a stay, so expected entries times ``square``, summed, is
    the variance of a Poisson stream. ``value`` and ``square`` begin with a child of the start stock,
    before the first day. ``following`` (c, d, targets) gets what comes once a stay has ended. All
    three start at zero; row c of ``room`` is that of cell c.
    """
    cells, horizon, targets = following.shape
    for day in range(horizon - 1, -2, -1):
        first = rewards.from_target[max(day, 0)]
        for cell in range(cells):
            q = class_of[cell]
            here, squared, chances = value[cell, day + 1], square[cell, day + 1], room.chances[cell]
            scale = changes.scale[q, day] if day >= 0 else -1.0
            new = day == horizon - 1 or scale != room.known[cell]
            if new or _acts_later(lengths, changes, q, day):
                end_chances(lengths, changes, q, day, max(day, 0) + horizon, chances, room.spare)
                room.known[cell] = scale
            if rewards.brings[cell]:
                _own_and_later(
                    rewards.before[cell],
                    rewards.end[cell],
                    rewards.spread[cell],
                    following[cell],
                    chances,
                    day,
                    first,
                    here,
                    squared,
                )
                if day >= 0:
                    _add_entry(rewards.entry[cell, day], first, here, squared)
            else:
                only_later(following[cell], chances, day, first, here)
        if day >= 0:
            for cell in range(cells):
                for route in range(routes.first[cell], routes.first[cell + 1]):
                    chance = changes.move_chance[routes.chance[route], day]
                    for aim in range(first, targets):
                        following[cell, day, aim] += chance * value[routes.to[route], day + 1, aim]
