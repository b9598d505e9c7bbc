"""Compiled: what a child's own numbers say: how many come, how long a stay is, where it leads."""

from __future__ import annotations

import math

from jeugdsim.engine.ages import YEAR_DAYS
from jeugdsim.engine.compiled import Floats, Integers, compiled
from jeugdsim.engine.keyed import PURPOSE_SHIFT, philox, poisson_count, uniform, uniform53
from jeugdsim.engine.tables import ROWS, W_EFFECT, W_STARTS, WHOLE_CELLS

PART_BITS = 50
PART = float(1 << PART_BITS)  # exact sums keep whole numbers and parts of 2^-50
PART_MASK = (1 << PART_BITS) - 1


@compiled
def first_clients(expected: float, known: bool, purpose: int, draw: int, k0: int, k1: int) -> int:
    """Return the children there are on the day before the start: in care, or in line."""
    if known:
        return int(expected)
    w0, w1, _, _ = philox(0, purpose << PURPOSE_SHIFT, 0, draw, k0, k1)
    return poisson_count(expected, uniform53(w0, w1))


@compiled
def whole_days(x: float, fixed: bool, rounding_word: int) -> int:
    """Return the whole days of a continuous stay: nearest, or for a fixed stay up by chance."""
    if not fixed:
        return max(1, int(x + 0.5))
    days = int(x)
    if uniform(rounding_word) < x - days:
        days += 1
    return max(1, days)


@compiled
def next_move(
    first: int,
    moves_end: int,
    move_group: Integers,
    probability: Floats,
    effects: Floats,
    r: int,
    town: int,
    day: int,
    u: float,
) -> int:
    """Return which of a form's moves a child makes when a stay ends, or -1 when it leaves care."""
    total = 0.0
    for move in range(first, moves_end):
        total += probability[r, move] * effects[move_group[town, move], day]
    if total > 1.0:
        u *= total
    below = 0.0
    for move in range(first, moves_end):
        below += probability[r, move] * effects[move_group[town, move], day]
        if u < below:
            return move
    return -1


@compiled
def days_left_changed(
    whole_levers: Integers, effect: Floats, r: int, cell: int, entry: int, end: int
) -> int:
    """Return the end of a stay after the levers that act on children already in care."""
    for lever in range(len(whole_levers)):
        starts = whole_levers[lever, W_STARTS]
        if whole_levers[lever, WHOLE_CELLS + cell] > 0 and entry < starts and end > starts:
            left = (end - starts) * (1.0 + effect[r, whole_levers[lever, W_EFFECT]])
            end = starts + max(1, math.floor(left + 0.5))
    return end


@compiled
def days_of_patience(rate: float, most: int, word: int) -> int:
    """Return after how many days in line a child stops waiting, at a rate per year; 1 to most.

    The chance to wait one more day is exp(-rate / 365.25): whole days of an exponential patience.
    """
    if rate <= 0.0:
        return most
    patience = -math.log(uniform(word)) * YEAR_DAYS / rate
    return most if patience >= most else int(patience) + 1


@compiled
def room_for_child(
    used: Integers, seen: Integers, seen_child: Integers, cost: Floats, child: int
) -> int:
    """Return a new row for a child followed at once so far, with what was counted of it; 0: full."""
    row = used[ROWS] + 1
    if row >= seen.shape[0]:
        return 0
    used[ROWS] = row
    for form in range(seen.shape[1]):
        seen[row, form] = seen[0, form] if seen_child[form] == child else -1
    for contract in range(cost.shape[1]):
        for year in range(cost.shape[2]):
            cost[row, contract, year] = cost[0, contract, year]
            cost[0, contract, year] = 0.0
    return int(row)


@compiled
def count_child_cost(
    retentions: Floats, child_costs: Integers, cost: Floats, r: int, town: int, row: int
) -> None:
    """Add what a child's yearly cost lies above each retention, and forget the cost."""
    for contract in range(cost.shape[1]):
        for year in range(cost.shape[2]):
            euros = cost[row, contract, year]
            for level in range(retentions.shape[1]):
                above = euros - retentions[contract, level]
                if above > 0.0:
                    whole = int(above)
                    part = child_costs[r, year, town, contract, level, 1]
                    part += int((above - whole) * PART + 0.5)
                    whole += part >> PART_BITS
                    child_costs[r, year, town, contract, level, 0] += whole
                    child_costs[r, year, town, contract, level, 1] = part & PART_MASK
                    child_costs[r, year, town, contract, level, 2] += 1
            cost[row, contract, year] = 0.0
