"""Compiled: what is counted of a child: care, waits, yearly cost, a row of the log if one is kept."""

from __future__ import annotations

from jeugdsim.engine import columns as col
from jeugdsim.engine.compiled import Counts, Floats, Integers, compiled

PART_BITS = 50
_PART = float(1 << PART_BITS)  # exact sums keep whole numbers and parts of 2^-50
_PART_MASK = (1 << PART_BITS) - 1


@compiled
def book_care(
    counts: Counts,
    units: Integers,
    youth_in_year: Counts,
    seen: Integers,
    cost: Floats,
    log_numbers: Floats,
    day_year: Integers,
    year_first_day: Integers,
    units_before: Floats,
    price: Floats,
    town: int,
    form: int,
    contract: int,
    units_group: int,
    row: int,
    log_row: int,
    day: int,
    last: int,
    intensity: float,
    adult_from: int,
    youth_year: int,
) -> int:
    """Count care from ``day`` to ``last``; return the last year the child was counted as a youth."""
    aged = counts.shape[3] > col.FREE_COUNTS
    costed = cost.shape[1] > 0
    logged = len(log_numbers) > 0
    while day < last:
        year = day_year[day]
        until = min(last, year_first_day[year + 1])
        counts[year, town, form, col.CLIENT_DAYS] += until - day
        done = intensity * (units_before[units_group, until] - units_before[units_group, day])
        whole = int(done)
        part = units[year, town, form, 1] + int((done - whole) * _PART + 0.5)
        units[year, town, form, 0] += whole + (part >> PART_BITS)
        units[year, town, form, 1] = part & _PART_MASK
        if seen[row, form] < year:
            seen[row, form] = year
            counts[year, town, form, col.CLIENTS_IN_YEAR] += 1
        if youth_year < year:
            youth_year = year
            youth_in_year[year, town] += 1
        if aged and until == year_first_day[year + 1] and adult_from < until:
            counts[year, town, form, col.ADULTS_AT_YEAR_END] += 1
        if costed:
            cost[row, contract, year] += done * price[year, form]
        if logged:
            log_numbers[log_row, 1 + year] += done
        day = until
    return youth_year


@compiled
def book_trajectory(
    units: Integers,
    cost: Floats,
    log_numbers: Floats,
    price: Floats,
    year: int,
    town: int,
    form: int,
    contract: int,
    row: int,
    log_row: int,
) -> None:
    """Count the one unit that a trajectory brings at entry."""
    units[year, town, form, 0] += 1
    if cost.shape[1] > 0:
        cost[row, contract, year] += price[year, form]
    if len(log_numbers) > 0:
        log_numbers[log_row, 1 + year] += 1.0


@compiled
def book_wait(
    counts: Counts,
    waits: Integers,
    day_year: Integers,
    year_first_day: Integers,
    in_time_days: int,
    town: int,
    form: int,
    held_form: int,
    since: int,
    now: int,
    status: int,
) -> None:
    """Count a wait for a form from the day a child asked, and how it ended."""
    day = since
    while day < now:
        year = day_year[day]
        until = min(now, year_first_day[year + 1])
        counts[year, town, form, col.WAITING_DAYS] += until - day
        if until == year_first_day[year + 1]:
            counts[year, town, form, col.WAITING_AT_YEAR_END] += 1
        if held_form >= 0:
            counts[year, town, held_form, col.BLOCKED_DAYS] += until - day
        day = until
    if status == col.STILL_WAITS:
        return
    year = day_year[now]
    if status == col.ADMITTED:
        counts[year, town, form, col.ADMISSIONS] += 1
        counts[year, town, form, col.ADMISSION_WAIT_DAYS] += now - since
        waits[form, now - since] += 1
        if now - since <= in_time_days:
            counts[year, town, form, col.ADMISSIONS_IN_TIME] += 1
    elif status == col.GIVES_UP:
        counts[year, town, form, col.RENEGED] += 1
    elif status == col.ESCALATES:
        counts[year, town, form, col.ESCALATED] += 1
    else:
        counts[year, town, form, col.LEFT_AT_AGE_LIMIT] += 1


@compiled
def room_for_child(
    used: Integers, state: Integers, seen: Integers, seen_child: Integers, cost: Floats, child: int
) -> int:
    """Return a new row for a child followed at once so far, with what was counted of it; 0: full."""
    row = used[col.ROWS] + 1
    if row >= len(state):
        return 0
    used[col.ROWS] = row
    for form in range(seen.shape[1]):
        seen[row, form] = seen[0, form] if seen_child[form] == child else -1
    for contract in range(cost.shape[1]):
        for year in range(cost.shape[2]):
            cost[row, contract, year] = cost[0, contract, year]
            cost[0, contract, year] = 0.0
    state[row, col.POOL] = -1
    state[row, col.DAY] = -1
    return int(row)


@compiled
def count_child_cost(
    retentions: Floats, child_costs: Integers, cost: Floats, town: int, row: int
) -> None:
    """Add what a child's yearly cost lies above each retention, and forget the cost."""
    for contract in range(cost.shape[1]):
        for year in range(cost.shape[2]):
            euros = cost[row, contract, year]
            for level in range(retentions.shape[1]):
                above = euros - retentions[contract, level]
                if above > 0.0:
                    whole = int(above)
                    part = child_costs[year, town, contract, level, 1]
                    part += int((above - whole) * _PART + 0.5)
                    whole += part >> PART_BITS
                    child_costs[year, town, contract, level, 0] += whole
                    child_costs[year, town, contract, level, 1] = part & _PART_MASK
                    child_costs[year, town, contract, level, 2] += 1
            cost[row, contract, year] = 0.0


@compiled
def close_children(
    cells: Integers,
    retentions: Floats,
    child_costs: Integers,
    state: Integers,
    cost: Floats,
    rows: int,
) -> None:
    """Count the yearly costs of the children who asked for a place, when time has ended."""
    for row in range(1, rows + 1):
        town = cells[state[row, col.ORIGIN], col.C_TOWN]
        count_child_cost(retentions, child_costs, cost, town, row)


@compiled
def log_row_of(
    whole: Integers,
    numbers: Floats,
    used: Integers,
    kind: int,
    who: tuple[int, int, int, int, int],
    cell: int,
    begin: int,
    end: int,
    outcome: int,
    intensity: float,
) -> int:
    """Write a row of the log if there is room; return its place, else 0.

    ``who`` is the child's cell of entry, address, sequence, step, and the day it turns 18.
    """
    place = used[col.LOG_ROWS]
    used[col.LOG_ROWS] += 1
    if place >= len(whole):
        return 0
    whole[place, col.LOG_KIND] = kind
    whole[place, col.LOG_ORIGIN] = who[0]
    whole[place, col.LOG_ADDRESS] = who[1]
    whole[place, col.LOG_SEQUENCE] = who[2]
    whole[place, col.LOG_STEP] = who[3]
    whole[place, col.LOG_ADULT] = who[4]
    whole[place, col.LOG_CELL] = cell
    whole[place, col.LOG_ASKED] = begin
    whole[place, col.LOG_BEGIN] = begin
    whole[place, col.LOG_END] = end
    whole[place, col.LOG_OUTCOME] = outcome
    whole[place, col.LOG_HELD] = -1
    whole[place, col.LOG_PRIORITY] = -1
    numbers[place, 0] = intensity
    return int(place)


@compiled
def log_request(whole: Integers, place: int, state: Integers, row: int, held: int) -> None:
    """Add to a row of the log how the place was asked for."""
    whole[place, col.LOG_ASKED] = state[row, col.SINCE]
    whole[place, col.LOG_HELD] = held
    whole[place, col.LOG_PRIORITY] = state[row, col.PRIORITY]
    whole[place, col.LOG_TIE] = state[row, col.TIE]
    whole[place, col.LOG_QUITS] = state[row, col.QUITS]
