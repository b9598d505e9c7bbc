"""Compiled: what is counted of a child: care, waits, yearly cost, a row of the log if one is kept."""

from __future__ import annotations

from jeugdsim.engine import columns as col
from jeugdsim.engine.compiled import Counts, Floats, Integers, Years, brief, compiled, inlined
from jeugdsim.engine.keyed import INTENSITY_BITS, ONE, natural

PART_BITS = 50
_PART = float(1 << PART_BITS)  # exact sums keep whole numbers and parts of 2^-50
_PART_MASK = (1 << PART_BITS) - 1
_FINER = float(1 << (PART_BITS - INTENSITY_BITS))


@compiled
def units_of(intensity: int, days: float) -> int:
    """Return the units of an intensity over days, with their effects, in whole 2^-30."""
    return int(intensity * days)


@compiled
def parts_of(intensity: int, days: float) -> int:
    """Return what the units are more than ``units_of``, in 2^-50."""
    units = intensity * days
    return int((units - int(units)) * _FINER + 0.5)


@compiled
def book_interval(
    tally: Integers,
    days: Integers,
    units_in_year: Floats,
    town: int,
    form: int,
    units_group: int,
    day: int,
    last: int,
    intensity: int,
) -> None:
    """Count days and units from ``day`` to ``last``.

    Only the year in which care begins and the one in which it ends are touched, however long it lasts.
    """
    town, form, units_group = natural(town), natural(form), natural(units_group)
    day, last = natural(day), natural(last)
    year, end_year = natural(days[day, col.D_YEAR]), natural(days[last, col.D_YEAR])
    tally[town, form, year, col.DAYS] -= days[day, col.D_IN_YEAR]
    tally[town, form, year, col.INTENSITY_NOW] += intensity
    tally[town, form, year, col.UNITS] -= units_of(intensity, units_in_year[units_group, day])
    tally[town, form, year, col.UNIT_PARTS] -= parts_of(intensity, units_in_year[units_group, day])
    tally[town, form, end_year, col.DAYS] += days[last, col.D_IN_YEAR]
    tally[town, form, end_year, col.INTENSITY_NOW] -= intensity
    tally[town, form, end_year, col.UNITS] += units_of(intensity, units_in_year[units_group, last])
    tally[town, form, end_year, col.UNIT_PARTS] += parts_of(intensity, units_in_year[units_group, last])


@inlined
def book_care_here(
    tally: Integers,
    youth: Integers,
    seen: Years,
    days: Integers,
    units_in_year: Floats,
    town: int,
    form: int,
    units_group: int,
    row: int,
    day: int,
    last: int,
    intensity: int,
    youth_year: int,
) -> int:
    """Do as ``book_care``, compiled into a loop that books so much that calling takes its time."""
    if last <= day:
        return youth_year
    town, form, row = natural(town), natural(form), natural(row)
    day, last = natural(day), natural(last)
    year, after = natural(days[day, col.D_YEAR]), natural(days[last, col.D_AFTER])
    tally[town, form, year, col.IN_CARE] += 1
    tally[town, form, natural(days[last, col.D_YEAR]), col.IN_CARE] -= 1
    book_interval(tally, days, units_in_year, town, form, units_group, day, last, intensity)
    first = max(year, seen[row, form] + 1)
    if first < after:
        seen[row, form] = after - 1
        tally[town, form, first, col.CLIENTS] += 1
        tally[town, form, after, col.CLIENTS] -= 1
    first = max(year, youth_year + 1)
    if first < after:
        youth_year = after - 1
        youth[town, first] += 1
        youth[town, after] -= 1
    return youth_year


@compiled
def book_care(
    tally: Integers,
    youth: Integers,
    seen: Years,
    days: Integers,
    units_in_year: Floats,
    town: int,
    form: int,
    units_group: int,
    row: int,
    day: int,
    last: int,
    intensity: int,
    youth_year: int,
) -> int:
    """Count care from ``day`` to ``last``; return the last year the child was counted as a youth."""
    return book_care_here(
        tally,
        youth,
        seen,
        days,
        units_in_year,
        town,
        form,
        units_group,
        row,
        day,
        last,
        intensity,
        youth_year,
    )


@compiled
def book_by_year(
    counts: Counts,
    cost: Floats,
    log_numbers: Floats,
    days: Integers,
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
) -> None:
    """Count what is told per year of a child's care: adults, its cost, its units in the log."""
    while day < last:
        year = days[day, col.D_YEAR]
        until = min(last, year_first_day[year + 1])
        done = intensity * (units_before[units_group, until] - units_before[units_group, day])
        if (
            counts.shape[3] > col.FREE_COUNTS
            and until == year_first_day[year + 1]
            and adult_from < until
        ):
            counts[year, town, form, col.ADULTS_AT_YEAR_END] += 1
        if cost.shape[1] > 0:
            cost[row, contract, year] += done * price[year, form]
        if len(log_numbers) > 0:
            log_numbers[log_row, 1 + year] += done
        day = until


@brief
def close_tally(
    cells: Integers,
    forms: Integers,
    year_first_day: Integers,
    units_before: Floats,
    tally: Integers,
    youth: Integers,
    counts: Counts,
    units: Floats,
    youth_in_year: Counts,
) -> None:
    """Turn what changed from year to year into what there was in each year.

    Who is in care when a year ends brings the whole year; who came in it did not bring the days before,
    and who left in it brings the days until then.
    """
    years = len(year_first_day) - 1
    for cell in range(len(cells)):
        town, form = cells[cell, col.C_TOWN], cells[cell, col.C_FORM]
        group = cells[cell, col.C_UNITS_GROUP]
        care, intensity, clients = 0, 0, 0
        for year in range(years):
            first, end = year_first_day[year], year_first_day[year + 1]
            started, ended = tally[town, form, year, col.STARTED], tally[town, form, year, col.ENDED]
            care += tally[town, form, year, col.IN_CARE] + started - ended
            intensity += tally[town, form, year, col.INTENSITY_NOW]
            clients += tally[town, form, year, col.CLIENTS]
            counts[year, town, form, col.CLIENT_DAYS] += (
                care * (end - first) + tally[town, form, year, col.DAYS]
            )
            counts[year, town, form, col.STAYS_STARTED] += started
            counts[year, town, form, col.STAYS_ENDED] += ended
            counts[year, town, form, col.CLIENTS_IN_YEAR] += clients
            per_year = units_before[group, end] - units_before[group, first]
            done, parts = tally[town, form, year, col.UNITS], tally[town, form, year, col.UNIT_PARTS]
            if per_year == end - first:  # no effect: exact, however much it is
                done += intensity * (end - first)
            else:
                done += units_of(intensity, per_year)
                parts += parts_of(intensity, per_year)
            # Rounding may take no units at all a few 2^-50 below nothing.
            units[year, town, form] += max(0.0, done + parts / _FINER)
            if forms[form, col.F_PER_TRAJECTORY] > 0:
                units[year, town, form] += started * ONE
    for town in range(len(youth)):
        children = 0
        for year in range(years):
            children += youth[town, year]
            youth_in_year[year, town] += children


@compiled
def book_trajectory(
    units: Floats,
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
    units[year, town, form] += ONE
    if cost.shape[1] > 0:
        cost[row, contract, year] += price[year, form]
    if len(log_numbers) > 0:
        log_numbers[log_row, 1 + year] += 1.0


@compiled
def book_admission(
    counts: Counts, waits: Integers, in_time_days: int, year: int, town: int, form: int, waited: int
) -> None:
    """Count an admission after so many days."""
    counts[year, town, form, col.ADMISSIONS] += 1
    counts[year, town, form, col.ADMISSION_WAIT_DAYS] += waited
    waits[form, waited] += 1
    if waited <= in_time_days:
        counts[year, town, form, col.ADMISSIONS_IN_TIME] += 1


@compiled
def book_wait(
    counts: Counts,
    waits: Integers,
    days: Integers,
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
        year = days[day, col.D_YEAR]
        until = min(now, year_first_day[year + 1])
        counts[year, town, form, col.WAITING_DAYS] += until - day
        if until == year_first_day[year + 1]:
            counts[year, town, form, col.WAITING_AT_YEAR_END] += 1
        if held_form >= 0:
            counts[year, town, held_form, col.BLOCKED_DAYS] += until - day
        day = until
    if status == col.STILL_WAITS:
        return
    year = days[now, col.D_YEAR]
    if status == col.ADMITTED:
        book_admission(counts, waits, in_time_days, year, town, form, now - since)
    elif status == col.GIVES_UP:
        counts[year, town, form, col.RENEGED] += 1
    elif status == col.ESCALATES:
        counts[year, town, form, col.ESCALATED] += 1
    else:
        counts[year, town, form, col.LEFT_AT_AGE_LIMIT] += 1


@compiled
def room_for_child(
    used: Integers,
    state: Counts,
    seen: Years,
    seen_child: Integers,
    cost: Floats,
    child: int,
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
    keys: Integers,
    cost: Floats,
    rows: int,
) -> None:
    """Count the yearly costs of the children who asked for a place, when time has ended."""
    for row in range(1, rows + 1):
        town = cells[keys[row, col.K_ORIGIN], col.C_TOWN]
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
def log_request(
    whole: Integers, place: int, state: Counts, keys: Integers, row: int, held: int
) -> None:
    """Add to a row of the log how the place was asked for."""
    whole[place, col.LOG_ASKED] = state[row, col.SINCE]
    whole[place, col.LOG_HELD] = held
    whole[place, col.LOG_PRIORITY] = state[row, col.PRIORITY]
    whole[place, col.LOG_TIE] = keys[row, col.K_TIE]
    whole[place, col.LOG_QUITS] = state[row, col.QUITS]
