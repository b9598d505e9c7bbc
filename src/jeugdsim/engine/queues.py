"""Compiled: scarce places, day by day: who gets a place, and when. ``follow`` counts what that brings.

Per day: who waited too long goes, stays end, moves are decided and requests join the lines, then
places are given out in order of (priority, day of request, keyed tie number). A child that holds its
place while it waits frees it on the day it is admitted; children who hold each other's places in a
circle change places at the end of the day.
"""

from __future__ import annotations

from jeugdsim.engine import columns as col
from jeugdsim.engine.compiled import Counts, Floats, Integers, compiled, inlined
from jeugdsim.engine.lines import (
    circle_through,
    first_in_line,
    leave_line,
    put_on_day,
    sort_by_tie,
    stand_in_line,
    take_off_day,
)
from jeugdsim.engine.tables import Kids, Lines


@compiled
def open_lines(kids: Kids, lines: Lines, rows: int) -> None:
    """Put the children of a draw on an empty calendar: when their stay ends, or when they ask."""
    state, day_first, taken = kids.state, lines.day_first, lines.taken
    for row in range(1, rows + 1):
        if state[row, col.STATUS] == col.IN_PLACE:
            taken[state[row, col.POOL]] += 1
            put_on_day(state, day_first, row, state[row, col.END])
        else:
            put_on_day(state, day_first, row, state[row, col.SINCE])


@compiled
def wake(
    cells: Integers,
    state: Counts,
    day_first: Integers,
    ends: Integers,
    blocked: Integers,
    joining_rows: Integers,
    batch_rows: Integers,
    day: int,
) -> tuple[int, int]:
    """Let a day's children begin what it brings; return how many join a line, how many to follow."""
    joining, batch = 0, 0
    row = day_first[day]
    day_first[day] = 0
    while row > 0:
        following = state[row, col.DAY_NEXT]
        if state[row, col.STATUS] == col.ASKING:
            joining_rows[joining] = row
            joining += 1
        else:
            if state[row, col.STATUS] == col.IN_LINE:
                leave_line(state, ends, blocked, row, cells[state[row, col.WISH], col.C_POOL])
                state[row, col.STATUS] = state[row, col.ENDING]
            else:
                state[row, col.STATUS] = col.STAY_ENDS
            batch_rows[batch] = row
            batch += 1
        row = following
    return joining, batch


@inlined
def after_the_stays(
    state: Counts,
    day_first: Integers,
    taken: Integers,
    joining_rows: Integers,
    batch_rows: Integers,
    day: int,
    joining: int,
    batch: int,
) -> int:
    """Free the places of who went, plan what comes next; return how many join a line."""
    for index in range(batch):
        row = batch_rows[index]
        asks = state[row, col.STATUS] == col.ASKING
        asks_today = asks and state[row, col.SINCE] == day
        if not (asks_today and state[row, col.HELD] >= 0):
            _free_place(state, taken, row)
        if asks_today:
            joining_rows[joining] = row
            joining += 1
        elif asks:
            put_on_day(state, day_first, row, state[row, col.SINCE])
    return joining


@compiled
def _free_place(state: Counts, taken: Integers, row: int) -> None:
    """Free the place a child has, if it has one."""
    pool = state[row, col.POOL]
    if pool >= 0:
        taken[pool] -= 1
        state[row, col.POOL] = -1


@inlined
def line_up(
    cells: Integers,
    state: Counts,
    keys: Integers,
    day_first: Integers,
    ends: Integers,
    blocked: Integers,
    joining_rows: Integers,
    joining: int,
) -> None:
    """Let the children who ask today join the lines, in order of their tie numbers."""
    sort_by_tie(keys, joining_rows, joining)
    for index in range(joining):
        row = joining_rows[index]
        state[row, col.STATUS] = col.IN_LINE
        stand_in_line(state, ends, blocked, row, cells[state[row, col.WISH], col.C_POOL])
        put_on_day(state, day_first, row, state[row, col.QUITS])


@inlined
def _admit(
    cells: Integers,
    state: Counts,
    day_first: Integers,
    ends: Integers,
    blocked: Integers,
    taken: Integers,
    row: int,
) -> None:
    """Give a child in line its place."""
    pool = cells[state[row, col.WISH], col.C_POOL]
    leave_line(state, ends, blocked, row, pool)
    take_off_day(state, day_first, row, state[row, col.QUITS])
    _free_place(state, taken, row)
    taken[pool] += 1
    state[row, col.STATUS] = col.ADMITTED


@inlined
def admit_all(
    cells: Integers,
    places: Integers,
    state: Counts,
    day_first: Integers,
    ends: Integers,
    blocked: Integers,
    taken: Integers,
    batch_rows: Integers,
    year: int,
) -> int:
    """Give out places until none is free that somebody waits for; return how many were admitted.

    A child admitted here may free a place elsewhere, so pools are gone through until nothing changes.
    Each pool admits a first part of its line, so the order of pools makes no difference.
    """
    batch = 0
    changed = True
    while changed:
        changed = False
        for pool in range(len(taken)):
            while taken[pool] < places[pool, year] and ends[pool, col.EVERYBODY, 0] > 0:
                row = first_in_line(state, ends, pool, -1)
                _admit(cells, state, day_first, ends, blocked, taken, row)
                batch_rows[batch] = row
                batch += 1
                changed = True
    return batch


@compiled
def _somebody_holds_a_place(ends: Integers) -> bool:
    """Tell whether anybody in line has a place elsewhere."""
    holding = 0
    for pool in range(len(ends)):
        holding += ends[pool, col.EVERYBODY, 1]
    return bool(holding > 0)


@compiled
def _may_be_in_circle(blocked: Integers, pool: int) -> bool:
    """Tell whether somebody holding a place here waits elsewhere, and somebody elsewhere for here."""
    waits, waited_for = 0, 0
    for other in range(len(blocked)):
        waits += blocked[pool, other]
        waited_for += blocked[other, pool]
    return bool(waits > 0 and waited_for > 0)


@inlined
def resolve_circles(
    cells: Integers,
    state: Counts,
    day_first: Integers,
    ends: Integers,
    blocked: Integers,
    taken: Integers,
    search: Integers,
    batch_rows: Integers,
    batch: int,
) -> int:
    """Let children who hold each other's places change places; return how many were admitted by now."""
    start = 0 if _somebody_holds_a_place(ends) else len(taken)
    while start < len(taken):
        held = circle_through(blocked, search, start) if _may_be_in_circle(blocked, start) else -1
        if held < 0:
            start += 1
            continue
        wished = start
        while True:
            row = first_in_line(state, ends, wished, held)
            _admit(cells, state, day_first, ends, blocked, taken, row)
            batch_rows[batch] = row
            batch += 1
            if held == start:
                break
            wished = held
            held = search[held, col.FOUND_BY]
    return batch


@compiled
def plan_ends(state: Counts, day_first: Integers, batch_rows: Integers, batch: int) -> None:
    """Put the children who got a place on the day their stay ends."""
    for index in range(batch):
        row = batch_rows[index]
        put_on_day(state, day_first, row, state[row, col.END])


@compiled
def still_waiting(state: Counts, batch_rows: Integers, rows: int) -> int:
    """Gather the children who are in line when time ends; return how many."""
    batch = 0
    for row in range(1, rows + 1):
        if state[row, col.STATUS] == col.IN_LINE:
            state[row, col.STATUS] = col.STILL_WAITS
            batch_rows[batch] = row
            batch += 1
    return batch


@compiled
def close_year(waits: Integers, counts: Counts, wait_p90_days: Floats) -> None:
    """Write the P90 of the year's waits per form, between two waits in proportion, and start anew."""
    for form in range(len(waits)):
        admitted = 0
        for town in range(len(counts)):
            admitted += counts[town, form, col.ADMISSIONS]
        if admitted == 0:
            continue
        rank = 0.9 * (admitted - 1)
        lower = int(rank)
        upper = min(lower + 1, admitted - 1)
        below, low, high, days = 0, -1, -1, 0
        while below < admitted:
            below += waits[form, days]
            waits[form, days] = 0
            if low < 0 and below > lower:
                low = days
            if high < 0 and below > upper:
                high = days
            days += 1
        wait_p90_days[form] = low + (high - low) * (rank - lower)
