"""Expected flows of children, compiled: recursions over days, exact for stays in whole days.

Forward: how many children are expected to enter and leave every cell on every day. Backward: what a
child who enters a care form on a day is expected to bring from then on, and its square; the squares
give variances. Arrays in, ``out`` arrays written; nothing is drawn here.

Cells whose stays have the same chances form a *class*: one care form, the same effects on stays.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from jeugdsim.engine.compiled import compiled_with_room

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


@compiled_with_room
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


@compiled_with_room
def stay_chances(
    fixed: Truths,
    steps: Truths,
    curve: Floats,
    curve_start: Floats,
    curve_step: Floats,
    step_days: Floats,
    step_chances: Floats,
    log_middle: Floats,
    form: int,
    scale: float,
    days: int,
    out: Floats,
) -> None:
    """Write P(S = 1), ..., P(S = days) of a stay times a scale into the first places of ``out``."""
    out[:days] = 0.0
    if scale <= 0.0:
        out[0] = 1.0
    elif fixed[form]:
        length = max(scale * step_days[form, 0], 1.0)
        whole = int(length)
        if whole <= days:
            out[whole - 1] = 1.0 - (length - whole)
        if whole < days:
            out[whole] = length - whole
    elif steps[form]:
        for value in range(step_days.shape[1]):
            length = max(1, int(scale * step_days[form, value] + 0.5))
            if length <= days:
                out[length - 1] += step_chances[form, value]
    else:
        offset = math.log(scale) + curve_start[form]
        per_step = 1.0 / curve_step[form]
        before = 1.0
        for s in range(1, days + 1):
            after = survival_at(curve, form, (log_middle[s] - offset) * per_step)
            out[s - 1] = before - after
            before = after
            if after == 0.0:
                break


@compiled_with_room
def _days_left_changed(
    class_whole: Truths,
    whole_effect: Floats,
    whole_starts: Integers,
    q: int,
    entry: int,
    days: int,
    out: Floats,
    spare: Floats,
) -> None:
    """Shift chances of length 1..days for the levers on children in care when they start."""
    longer = 1.0 - out[:days].sum()
    for lever in range(len(whole_starts)):
        starts = whole_starts[lever]
        if class_whole[q, lever] and entry < starts:
            spare[:days] = 0.0
            for s in range(1, days + 2):
                length = s
                if entry + s > starts:
                    left = (entry + s - starts) * (1.0 + whole_effect[lever])
                    length = starts + max(1, math.floor(left + 0.5)) - entry
                if length <= days:
                    spare[length - 1] += out[s - 1] if s <= days else longer
                    longer = longer if s <= days else 0.0
            out[:days] = spare[:days]


@compiled_with_room
def _acts_later(class_whole: Truths, whole_starts: Integers, q: int, entry: int) -> bool:
    """Tell whether a lever will act on the days left of a stay that begins on a day."""
    for lever in range(len(whole_starts)):
        if class_whole[q, lever] and entry < whole_starts[lever]:
            return True
    return False


@compiled_with_room
def entry_chances(
    lengths: Lengths, changes: Changes, q: int, day: int, horizon: int, out: Floats, spare: Floats
) -> None:
    """Write P(a stay begun on a day ends s days later), s = 1, 2, ... up to the horizon."""
    acts = _acts_later(lengths.class_whole, changes.whole_starts, q, day)
    days = max(changes.reach, horizon) - day if acts else horizon - day
    stay_chances(
        lengths.fixed,
        lengths.steps,
        lengths.curve,
        lengths.curve_start,
        lengths.curve_step,
        lengths.step_days,
        lengths.step_chances,
        lengths.log_middle,
        lengths.class_form[q],
        changes.scale[q, day],
        days,
        out,
    )
    if acts:
        _days_left_changed(
            lengths.class_whole, changes.whole_effect, changes.whole_starts, q, day, days, out, spare
        )


@compiled_with_room
def stock_chances(
    lengths: Lengths, changes: Changes, q: int, horizon: int, out: Floats, spare: Floats
) -> None:
    """Write P(a child of the start stock ends its stay on day r), r = 0, 1, ... into ``out``."""
    acts = _acts_later(lengths.class_whole, changes.whole_starts, q, -1)
    days = max(changes.reach, horizon) if acts else horizon
    out[:days] = lengths.left[lengths.class_form[q], :days]
    if acts:
        _days_left_changed(
            lengths.class_whole, changes.whole_effect, changes.whole_starts, q, -1, days, out, spare
        )


@compiled_with_room
def forward(
    lengths: Lengths,
    changes: Changes,
    routes: Routes,
    cells_of: Integers,
    class_first: Integers,
    stock: Floats,
    arrivals: Floats,
    ends: Floats,
) -> None:
    """Follow expected children day by day.

    ``cells_of[class_first[q]:class_first[q + 1]]`` are the cells of class q. ``arrivals`` (c, d)
    holds those from outside and gets those who move added; ``ends`` (c, d) starts at zero.
    """
    horizon = arrivals.shape[1]
    classes = len(lengths.class_form)
    longest = max(horizon, len(lengths.log_middle), lengths.left.shape[1])
    chances = np.zeros((classes, longest))
    spare = np.zeros(longest)
    known_scale = np.full(classes, -1.0)
    for q in range(classes):
        stock_chances(lengths, changes, q, horizon, chances[q], spare)
        for place in range(class_first[q], class_first[q + 1]):
            ends[cells_of[place]] += stock[cells_of[place]] * chances[q, :horizon]
    for day in range(horizon):
        for cell in range(len(stock)):
            for route in range(routes.first[cell], routes.first[cell + 1]):
                moved = changes.move_chance[routes.chance[route], day] * ends[cell, day]
                arrivals[routes.to[route], day] += moved
        for q in range(classes):
            scale = changes.scale[q, day]
            if scale != known_scale[q] or _acts_later(
                lengths.class_whole, changes.whole_starts, q, day - 1
            ):
                entry_chances(lengths, changes, q, day, horizon, chances[q], spare)
                known_scale[q] = scale
            left = horizon - day - 1
            for place in range(class_first[q], class_first[q + 1]):
                cell = cells_of[place]
                ends[cell, day + 1 :] += arrivals[cell, day] * chances[q, :left]


@compiled_with_room
def returning(
    lengths: Lengths,
    changes: Changes,
    routes: Routes,
    class_of: Integers,
    first: int,
    last: int,
    out: Floats,
) -> None:
    """Write the chance to be back in a cell by the end of a year, for those who leave it on a day.

    The cells c are those of one municipality. ``first`` and ``last`` bound the year (last excluded);
    ``out`` (c, days of the year) is the chance of a first return to a cell from leaving it.
    """
    cells = len(class_of)
    after = np.zeros((cells, last - first, cells))  # chance to visit a cell, once a stay has ended
    reach = np.zeros((cells, cells))  # the same, entering a cell today
    chances = np.zeros(max(last, len(lengths.log_middle)))
    spare = np.zeros(len(chances))
    for day in range(last - 1, first - 1, -1):
        reach[:, :] = 0.0
        for cell in range(cells):
            entry_chances(lengths, changes, class_of[cell], day, last, chances, spare)
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


@compiled_with_room
def _own_and_later(
    before: Floats,
    end: Floats,
    spread: Floats,
    following: Floats,
    chances: Floats,
    day: int,
    first_end: int,
    first: int,
    value: Floats,
    square: Floats,
) -> None:
    """Add what a stay and all after it bring, and E[own^2 + 2 own x later], over its possible ends.

    The arrays are those of one cell. ``day`` is the first day in care; the stay ends on day
    ``first_end + i`` with chance ``chances[i]``.
    """
    horizon, targets = following.shape
    outlives = 1.0
    for last in range(first_end, horizon):
        chance = chances[last - first_end]
        outlives -= chance
        for aim in range(first, targets):
            by_day = before[last, aim] - before[day, aim]
            own = by_day + end[last, aim]
            later = following[last, aim]
            value[aim] += chance * (own + later)
            squared = own * own + (spread[aim] - 1.0) * by_day * by_day
            square[aim] += chance * (squared + 2.0 * own * later)
    for aim in range(first, targets):
        by_day = before[horizon, aim] - before[day, aim]
        value[aim] += outlives * by_day
        square[aim] += outlives * spread[aim] * by_day * by_day


@compiled_with_room
def _only_later(following: Floats, chances: Floats, first_end: int, first: int, value: Floats) -> None:
    """Add what comes after a stay that itself brings nothing, over its possible ends."""
    horizon, targets = following.shape
    for last in range(first_end, horizon):
        chance = chances[last - first_end]
        for aim in range(first, targets):
            value[aim] += chance * following[last, aim]


@compiled_with_room
def _one_stay(
    rewards: Rewards,
    following: Floats,
    chances: Floats,
    cell: int,
    day: int,
    first_end: int,
    value: Floats,
    square: Floats,
) -> None:
    """Add what a stay in a cell and all after it bring."""
    first = rewards.from_target[day]
    if rewards.brings[cell]:
        _own_and_later(
            rewards.before[cell],
            rewards.end[cell],
            rewards.spread[cell],
            following[cell],
            chances,
            day,
            first_end,
            first,
            value,
            square,
        )
    else:
        _only_later(following[cell], chances, first_end, first, value)


@compiled_with_room
def _add_entry(entry: Floats, first: int, value: Floats, square: Floats) -> None:
    """Add what an entry itself brings to what the stay and all after it bring."""
    for aim in range(first, len(value)):
        square[aim] += entry[aim] * (entry[aim] + 2.0 * value[aim])
        value[aim] += entry[aim]


@compiled_with_room
def backward(
    lengths: Lengths,
    changes: Changes,
    routes: Routes,
    class_of: Integers,
    rewards: Rewards,
    value: Floats,
    square: Floats,
    stock_value: Floats,
    stock_square: Floats,
) -> None:
    """Write what entering a cell on a day brings, and the stay's part of its second moment.

    The second moment of all a child brings is the sum over its stays of E[own^2 + 2 own x later]:
    ``square`` (c, d, targets) is that of a stay, so expected entries times ``square``, summed, is the
    variance of a Poisson stream. ``stock_value`` and ``stock_square`` (c, targets) are those of a
    child of the start stock. All start at zero.
    """
    cells, horizon, targets = value.shape
    following = np.zeros(value.shape)  # what comes once a stay has ended
    longest = max(horizon, len(lengths.log_middle), lengths.left.shape[1])
    chances = np.zeros((cells, longest))
    known_scale = np.full(cells, -1.0)
    spare = np.zeros(longest)
    for day in range(horizon - 1, -1, -1):
        for cell in range(cells):
            q = class_of[cell]
            acts = _acts_later(lengths.class_whole, changes.whole_starts, q, day)
            if acts or changes.scale[q, day] != known_scale[cell]:
                entry_chances(lengths, changes, q, day, day + horizon, chances[cell], spare)
                known_scale[cell] = changes.scale[q, day]
            _one_stay(
                rewards,
                following,
                chances[cell],
                cell,
                day,
                day + 1,
                value[cell, day],
                square[cell, day],
            )
            if rewards.brings[cell]:
                first = rewards.from_target[day]
                _add_entry(rewards.entry[cell, day], first, value[cell, day], square[cell, day])
        for cell in range(cells):
            for route in range(routes.first[cell], routes.first[cell + 1]):
                chance = changes.move_chance[routes.chance[route], day]
                for aim in range(rewards.from_target[day], targets):
                    following[cell, day, aim] += chance * value[routes.to[route], day, aim]
    for cell in range(cells):
        stock_chances(lengths, changes, class_of[cell], horizon, chances[cell], spare)
        _one_stay(rewards, following, chances[cell], cell, 0, 0, stock_value[cell], stock_square[cell])
