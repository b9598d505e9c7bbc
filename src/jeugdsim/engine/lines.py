"""Compiled: the calendar and the lines children stand in, as linked lists over the rows of Kids.

Row 0 stands for nobody. A child is in at most one day of the calendar and at most one line.
"""

from __future__ import annotations

from jeugdsim.engine import columns as col
from jeugdsim.engine.compiled import Counts, Integers, compiled


@compiled
def put_on_day(links: Counts, day_first: Integers, row: int, day: int) -> None:
    """Put a child on a day of the calendar; days beyond the horizon never come."""
    if day >= len(day_first):
        return
    first = day_first[day]
    links[row, col.DAY] = day
    links[row, col.DAY_BEFORE] = 0
    links[row, col.DAY_NEXT] = first
    if first > 0:
        links[first, col.DAY_BEFORE] = row
    day_first[day] = row


@compiled
def take_off_day(links: Counts, day_first: Integers, row: int) -> None:
    """Take a child off its calendar day, if it is on one."""
    day = links[row, col.DAY]
    if day < 0:
        return
    before, following = links[row, col.DAY_BEFORE], links[row, col.DAY_NEXT]
    if before > 0:
        links[before, col.DAY_NEXT] = following
    else:
        day_first[day] = following
    if following > 0:
        links[following, col.DAY_BEFORE] = before
    links[row, col.DAY] = -1


@compiled
def stand_in_line(
    state: Counts, links: Counts, ends: Integers, blocked: Integers, row: int, pool: int
) -> None:
    """Put a child at the end of its class in the line for a pool."""
    rank = state[row, col.PRIORITY]
    last = ends[pool, rank, 1]
    links[row, col.LINE_BEFORE] = last
    links[row, col.LINE_NEXT] = 0
    if last > 0:
        links[last, col.LINE_NEXT] = row
    else:
        ends[pool, rank, 0] = row
    ends[pool, rank, 1] = row
    ends[pool, col.EVERYBODY, 0] += 1
    if state[row, col.POOL] >= 0:
        blocked[state[row, col.POOL], pool] += 1
        ends[pool, col.EVERYBODY, 1] += 1


@compiled
def leave_line(
    state: Counts, links: Counts, ends: Integers, blocked: Integers, row: int, pool: int
) -> None:
    """Take a child out of the line for a pool."""
    rank = state[row, col.PRIORITY]
    before, following = links[row, col.LINE_BEFORE], links[row, col.LINE_NEXT]
    if before > 0:
        links[before, col.LINE_NEXT] = following
    else:
        ends[pool, rank, 0] = following
    if following > 0:
        links[following, col.LINE_BEFORE] = before
    else:
        ends[pool, rank, 1] = before
    ends[pool, col.EVERYBODY, 0] -= 1
    if state[row, col.POOL] >= 0:
        blocked[state[row, col.POOL], pool] -= 1
        ends[pool, col.EVERYBODY, 1] -= 1


@compiled
def first_in_line(state: Counts, links: Counts, ends: Integers, pool: int, holding: int) -> int:
    """Return who is first for a pool, or first of those holding a place in another; 0: nobody."""
    for rank in range(col.PRIORITIES):
        row = ends[pool, rank, 0]
        while row > 0:
            if holding < 0 or state[row, col.POOL] == holding:
                return int(row)
            row = links[row, col.LINE_NEXT]
    return 0


@compiled
def _goes_before(keys: Integers, one: int, other: int) -> bool:
    return bool(
        keys[one, col.K_TIE] < keys[other, col.K_TIE]
        or (keys[one, col.K_TIE] == keys[other, col.K_TIE] and one < other)
    )


@compiled
def _sift_down(keys: Integers, joining: Integers, root: int, size: int) -> None:
    while 2 * root + 1 < size:
        largest = 2 * root + 1
        if largest + 1 < size and _goes_before(keys, joining[largest], joining[largest + 1]):
            largest += 1
        if not _goes_before(keys, joining[root], joining[largest]):
            return
        joining[root], joining[largest] = joining[largest], joining[root]
        root = largest


@compiled
def sort_by_tie(keys: Integers, joining: Integers, size: int) -> None:
    """Sort the first rows of ``joining`` by their tie number (heapsort, in place)."""
    for root in range(size // 2 - 1, -1, -1):
        _sift_down(keys, joining, root, size)
    for last in range(size - 1, 0, -1):
        joining[0], joining[last] = joining[last], joining[0]
        _sift_down(keys, joining, 0, last)


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
