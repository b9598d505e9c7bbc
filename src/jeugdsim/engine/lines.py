"""Compiled: the calendar and the lines children stand in, as linked lists over the rows of Kids.

Row 0 stands for nobody. A child is in at most one day of the calendar and at most one line.
"""

from __future__ import annotations

from jeugdsim.engine import columns as col
from jeugdsim.engine.compiled import compiled
from jeugdsim.engine.tables import Kids, Lines


@compiled
def clear_lines(lines: Lines) -> None:
    """Empty the calendar, the lines and all that was counted about them."""
    lines.day_first[:] = 0
    lines.ends[:, :, :] = 0
    lines.taken[:] = 0
    lines.blocked[:, :] = 0


@compiled
def put_on_day(kids: Kids, lines: Lines, row: int, day: int) -> None:
    """Put a child on a day of the calendar; days beyond the horizon never come."""
    if day >= len(lines.day_first):
        return
    first = lines.day_first[day]
    kids.state[row, col.DAY] = day
    kids.state[row, col.DAY_BEFORE] = 0
    kids.state[row, col.DAY_NEXT] = first
    if first > 0:
        kids.state[first, col.DAY_BEFORE] = row
    lines.day_first[day] = row


@compiled
def take_off_day(kids: Kids, lines: Lines, row: int) -> None:
    """Take a child off its calendar day, if it is on one."""
    day = kids.state[row, col.DAY]
    if day < 0:
        return
    before, following = kids.state[row, col.DAY_BEFORE], kids.state[row, col.DAY_NEXT]
    if before > 0:
        kids.state[before, col.DAY_NEXT] = following
    else:
        lines.day_first[day] = following
    if following > 0:
        kids.state[following, col.DAY_BEFORE] = before
    kids.state[row, col.DAY] = -1


@compiled
def stand_in_line(kids: Kids, lines: Lines, row: int, pool: int) -> None:
    """Put a child at the end of its class in the line for a pool."""
    rank = kids.state[row, col.PRIORITY]
    last = lines.ends[pool, rank, 1]
    kids.state[row, col.LINE_BEFORE] = last
    kids.state[row, col.LINE_NEXT] = 0
    if last > 0:
        kids.state[last, col.LINE_NEXT] = row
    else:
        lines.ends[pool, rank, 0] = row
    lines.ends[pool, rank, 1] = row
    if kids.state[row, col.POOL] >= 0:
        lines.blocked[kids.state[row, col.POOL], pool] += 1


@compiled
def leave_line(kids: Kids, lines: Lines, row: int, pool: int) -> None:
    """Take a child out of the line for a pool."""
    rank = kids.state[row, col.PRIORITY]
    before, following = kids.state[row, col.LINE_BEFORE], kids.state[row, col.LINE_NEXT]
    if before > 0:
        kids.state[before, col.LINE_NEXT] = following
    else:
        lines.ends[pool, rank, 0] = following
    if following > 0:
        kids.state[following, col.LINE_BEFORE] = before
    else:
        lines.ends[pool, rank, 1] = before
    if kids.state[row, col.POOL] >= 0:
        lines.blocked[kids.state[row, col.POOL], pool] -= 1


@compiled
def first_in_line(kids: Kids, lines: Lines, pool: int, holding: int) -> int:
    """Return who is first for a pool, or first of those holding a place in another; 0: nobody."""
    for rank in range(col.PRIORITIES):
        row = lines.ends[pool, rank, 0]
        while row > 0:
            if holding < 0 or kids.state[row, col.POOL] == holding:
                return int(row)
            row = kids.state[row, col.LINE_NEXT]
    return 0


@compiled
def _goes_before(kids: Kids, one: int, other: int) -> bool:
    return bool(
        kids.state[one, col.TIE] < kids.state[other, col.TIE]
        or (kids.state[one, col.TIE] == kids.state[other, col.TIE] and one < other)
    )


@compiled
def _sift_down(kids: Kids, root: int, size: int) -> None:
    joining = kids.joining
    while 2 * root + 1 < size:
        largest = 2 * root + 1
        if largest + 1 < size and _goes_before(kids, joining[largest], joining[largest + 1]):
            largest += 1
        if not _goes_before(kids, joining[root], joining[largest]):
            return
        joining[root], joining[largest] = joining[largest], joining[root]
        root = largest


@compiled
def sort_by_tie(kids: Kids, size: int) -> None:
    """Sort the first rows of kids.joining by their tie number (heapsort, in place)."""
    joining = kids.joining
    for root in range(size // 2 - 1, -1, -1):
        _sift_down(kids, root, size)
    for last in range(size - 1, 0, -1):
        joining[0], joining[last] = joining[last], joining[0]
        _sift_down(kids, 0, last)


@compiled
def circle_through(lines: Lines, start: int) -> int:
    """Return the pool from which a circle of blocked children comes back to a pool, or -1.

    Breadth first over pools in order: col.FOUND_BY leads from the returned pool back to the start.
    """
    pools = len(lines.taken)
    lines.search[:, col.FOUND_BY] = -1
    lines.search[0, col.NEXT_LOOK] = start
    looked, known = 0, 1
    while looked < known:
        held = lines.search[looked, col.NEXT_LOOK]
        looked += 1
        for wished in range(pools):
            if lines.blocked[held, wished] > 0:
                if wished == start:
                    return int(held)
                if lines.search[wished, col.FOUND_BY] < 0:
                    lines.search[wished, col.FOUND_BY] = held
                    lines.search[known, col.NEXT_LOOK] = wished
                    known += 1
    return -1
