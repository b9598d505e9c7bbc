"""Compiled: the calendar and the lines children stand in, as linked lists over the rows of Kids.

Row 0 stands for nobody. A child is in at most one day of the calendar and at most one line.
"""

from __future__ import annotations

from jeugdsim.engine import columns as col
from jeugdsim.engine.compiled import Counts, Integers, compiled, inlined


@compiled
def put_on_day(state: Counts, day_first: Integers, row: int, day: int) -> None:
    """Put a child on a day of the calendar; days beyond the horizon never come."""
    if day >= len(day_first):
        return
    first = day_first[day]
    state[row, col.DAY_BEFORE] = 0
    state[row, col.DAY_NEXT] = first
    if first > 0:
        state[first, col.DAY_BEFORE] = row
    day_first[day] = row


@compiled
def take_off_day(state: Counts, day_first: Integers, row: int, day: int) -> None:
    """Take a child off the day of the calendar it was put on."""
    if day >= len(day_first):
        return
    before, following = state[row, col.DAY_BEFORE], state[row, col.DAY_NEXT]
    if before > 0:
        state[before, col.DAY_NEXT] = following
    else:
        day_first[day] = following
    if following > 0:
        state[following, col.DAY_BEFORE] = before


@compiled
def stand_in_line(state: Counts, ends: Integers, blocked: Integers, row: int, pool: int) -> None:
    """Put a child at the end of its class in the line for a pool."""
    rank = state[row, col.PRIORITY]
    last = ends[pool, rank, 1]
    state[row, col.LINE_BEFORE] = last
    state[row, col.LINE_NEXT] = 0
    if last > 0:
        state[last, col.LINE_NEXT] = row
    else:
        ends[pool, rank, 0] = row
    ends[pool, rank, 1] = row
    ends[pool, col.EVERYBODY, 0] += 1
    if state[row, col.POOL] >= 0:
        blocked[state[row, col.POOL], pool] += 1
        ends[pool, col.EVERYBODY, 1] += 1


@compiled
def leave_line(state: Counts, ends: Integers, blocked: Integers, row: int, pool: int) -> None:
    """Take a child out of the line for a pool."""
    rank = state[row, col.PRIORITY]
    before, following = state[row, col.LINE_BEFORE], state[row, col.LINE_NEXT]
    if before > 0:
        state[before, col.LINE_NEXT] = following
    else:
        ends[pool, rank, 0] = following
    if following > 0:
        state[following, col.LINE_BEFORE] = before
    else:
        ends[pool, rank, 1] = before
    ends[pool, col.EVERYBODY, 0] -= 1
    if state[row, col.POOL] >= 0:
        blocked[state[row, col.POOL], pool] -= 1
        ends[pool, col.EVERYBODY, 1] -= 1


@inlined
def first_in_line(state: Counts, ends: Integers, pool: int, holding: int) -> int:
    """Return who is first for a pool, or first of those holding a place in another; 0: nobody."""
    for rank in range(col.PRIORITIES):
        row = ends[pool, rank, 0]
        while row > 0:
            if holding < 0 or state[row, col.POOL] == holding:
                return int(row)
            row = state[row, col.LINE_NEXT]
    return 0


@compiled
def _goes_before(keys: Integers, one: int, other: int) -> bool:
    return bool(
        keys[one, col.K_TIE] < keys[other, col.K_TIE]
        or (keys[one, col.K_TIE] == keys[other, col.K_TIE] and one < other)
    )


@compiled
def sort_by_tie(keys: Integers, joining: Integers, size: int) -> None:
    """Sort the first rows of ``joining`` by their tie number (Shell's sort: most days bring a few)."""
    gap = 1
    while gap < size // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for index in range(gap, size):
            row, place = joining[index], index
            while place >= gap and _goes_before(keys, row, joining[place - gap]):
                joining[place] = joining[place - gap]
                place -= gap
            joining[place] = row
        gap //= 3


@compiled
def circle_through(blocked: Integers, search: Integers, start: int) -> int:
    """Return the pool from which a circle of blocked children comes back to a pool, or -1.

    Breadth first over pools in order: col.FOUND_BY leads from the returned pool back to the start.
    """
    pools = len(blocked)
    search[:, col.FOUND_BY] = -1
    search[0, col.NEXT_LOOK] = start
    looked, known = 0, 1
    while looked < known:
        held = search[looked, col.NEXT_LOOK]
        looked += 1
        for wished in range(pools):
            if blocked[held, wished] > 0:
                if wished == start:
                    return int(held)
                if search[wished, col.FOUND_BY] < 0:
                    search[wished, col.FOUND_BY] = held
                    search[known, col.NEXT_LOOK] = wished
                    known += 1
    return -1
