"""Compiled: children followed through care, one after another, until they leave or ask for a place.

A child's path needs no clock as long as nobody stands in its way. Who asks for a form with limited
places gets a row among the ``Kids``; ``queues`` decides when it gets its place, and hands it back to
the same function, which counts what the child lived through meanwhile. All counting is done here.
"""

from __future__ import annotations

from jeugdsim.engine.ages import (
    MAJORITY,
    NO_LIMIT,
    age_at_entry,
    birthday,
    last_birthday,
    stock_child,
)
from jeugdsim.engine.choices import (
    PART,
    PART_BITS,
    PART_MASK,
    count_child_cost,
    days_left_changed,
    days_of_patience,
    first_clients,
    next_move,
    room_for_child,
    whole_days,
)
from jeugdsim.engine.compiled import Floats, Integers, compiled
from jeugdsim.engine.keyed import (
    AGE,
    BRIDGING,
    INFLOW_COUNT,
    LINE,
    LIST_ADDRESS,
    LIST_COUNT,
    PURPOSE_SHIFT,
    ROUNDING,
    STOCK_ADDRESS,
    STOCK_COUNT,
    first_reaching,
    philox,
    poisson_count,
    quantile_at,
    step_at,
    uniform,
    uniform53,
)
from jeugdsim.engine.tables import (
    ADDRESS,
    ADMISSION_WAIT_DAYS,
    ADMISSIONS,
    ADMISSIONS_IN_TIME,
    ADMITTED,
    ADULT_FROM,
    ADULTS_AT_YEAR_END,
    AGED_OUT,
    ASKING,
    BEGINS,
    BLOCKED_DAYS,
    BORN,
    BRIDGING_ROW,
    C_CONTRACT,
    C_ENTRY_CLASS,
    C_EXTENDED_GROUP,
    C_FORM,
    C_INFLOW_GROUP,
    C_KEY_HIGH,
    C_KEY_LOW,
    C_POOL,
    C_STAY_GROUP,
    C_TOWN,
    C_UNITS_GROUP,
    CELL,
    CHILDREN,
    CLIENT_DAYS,
    CLIENTS_IN_YEAR,
    DAY,
    END,
    ENDING,
    ENTRY,
    ESCALATED,
    ESCALATES,
    ESCALATION,
    EXTENDED_SHARE,
    EXTENSION,
    F_BRIDGING,
    F_ESCALATION,
    F_FIXED,
    F_IN_TIME_DAYS,
    F_MOVE_FIRST,
    F_MOVES_END,
    F_PER_TRAJECTORY,
    F_SPREAD_UNITS,
    F_STEP_FIRST,
    F_STEPS_END,
    GIVES_UP,
    GOES_ON,
    GONE,
    HELD,
    IN_PLACE,
    INTENSITY,
    LEFT,
    LEFT_AT_AGE_LIMIT,
    LOG_ADDRESS,
    LOG_ADULT,
    LOG_ASKED,
    LOG_AT,
    LOG_BEGIN,
    LOG_CELL,
    LOG_END,
    LOG_HELD,
    LOG_KIND,
    LOG_ORIGIN,
    LOG_OUTCOME,
    LOG_PRIORITY,
    LOG_QUITS,
    LOG_ROWS,
    LOG_SEQUENCE,
    LOG_STEP,
    LOG_TIE,
    M_CLASS,
    M_HOLDS,
    M_TO,
    NEXT_WORD,
    ORIGIN,
    POOL,
    PRIORITY,
    QUITS,
    RENEGED,
    RENEGING,
    SEQUENCE,
    SINCE,
    STATUS,
    STAY_ENDS,
    STAY_ROW,
    STAYS_ENDED,
    STAYS_STARTED,
    STEP,
    STILL_WAITS,
    T_DAYS,
    T_FIRST_DAY,
    T_NUMBER,
    T_YEAR,
    TIE,
    TOO_OLD,
    UNTIL,
    WAIT_ROW,
    WAITING_AT_YEAR_END,
    WAITING_DAYS,
    WISH,
    YOUTH_YEAR,
    Drawn,
    Kids,
    Log,
    Out,
    Packed,
    Work,
)

_LIST_FIRST = 1 << 60  # taken off the tie of who was in line before the start


@compiled
def follow(
    t: Packed,
    drawn: Drawn,
    out: Out,
    work: Work,
    kids: Kids,
    log: Log,
    r: int,
    source: int,
    batch: int,
) -> bool:
    """Follow children until they leave, time ends, or a place comes in; False: no room for a row.

    With ``source`` a cell: all who first enter care there, from the waiting list and the start stock
    to the last month. With -1: the first ``batch`` rows of kids.batch, each at what its status says.
    """
    # Local names: numba counts references at every use of a tuple's array inside a loop.
    cells = t.cells
    forms = t.forms
    moves = t.moves
    months = t.months
    cell_at = t.cell_at
    move_group = t.move_group
    day_year = t.day_year
    year_first_day = t.year_first_day
    month_share = t.month_share
    stay_quantiles = t.stay_quantiles
    intensity_quantiles = t.intensity_quantiles
    remaining_cumulative = t.remaining_cumulative
    steps = t.steps
    whole_levers = t.whole
    entry_ages = t.entry_ages
    until_age = t.until_age
    retentions = t.retentions
    inflow = drawn.inflow
    stay_scale = drawn.stay_scale
    move_probability = drawn.move_probability
    effect = drawn.effect
    rates = drawn.rates
    price = drawn.price
    inflow_effects = work.inflow_effects
    stay_effects = work.stay_effects
    move_effects = work.move_effects
    extended_effects = work.extended_effects
    units_before = work.units_before
    waits = work.waits
    seen_child = work.seen_child
    used = work.used
    counts = out.counts
    units = out.units
    youth_in_year = out.youth_in_year
    child_costs = out.child_costs
    state = kids.state
    traits = kids.traits
    seen = kids.seen
    cost = kids.cost
    batch_rows = kids.batch
    log_whole = log.whole
    log_numbers = log.numbers
    limited = drawn.places.shape[1] > 0
    aged = len(until_age) > 0
    costed = retentions.shape[1] > 0
    logged = len(log_whole) > 0
    horizon = year_first_day[-1]
    draw = drawn.number[r]
    child = used[CHILDREN]
    groups = 1 if source < 0 else len(months) + 2
    cell_of_entry, town, address, month, children = source, 0, 0, 0, batch
    k0, k1 = 0, 0
    if source >= 0:
        town = cells[source, C_TOWN]
        k0, k1 = cells[source, C_KEY_LOW], cells[source, C_KEY_HIGH]
    for group in range(groups):
        if source >= 0:
            month = group - 2
            if month == -2:
                address, children = LIST_ADDRESS, 0
                if limited and cells[source, C_POOL] >= 0:
                    expected, known = drawn.waiting[r, source], drawn.waiting_known[source]
                    children = first_clients(expected, known, LIST_COUNT, draw, k0, k1)
            elif month == -1:
                address = STOCK_ADDRESS
                expected, known = drawn.stock[r, source], drawn.stock_known[source]
                children = first_clients(expected, known, STOCK_COUNT, draw, k0, k1)
                out.clients_at_start[r, town, cells[source, C_FORM]] = children
            else:
                address = months[month, T_NUMBER] + 1
                mean = inflow[r, source, months[month, T_YEAR]] * (
                    month_share[cells[source, C_FORM], month]
                    * inflow_effects[cells[source, C_INFLOW_GROUP], month]
                )
                w0, w1, _, _ = philox(0, INFLOW_COUNT << PURPOSE_SHIFT, address, draw, k0, k1)
                children = poisson_count(mean, uniform53(w0, w1))
        for index in range(children):
            row = 0
            sequence = index
            cell = cell_of_entry
            step = 0
            entry = -1
            end = 0
            status = ASKING
            youth_year = -1
            next_word = 0
            intensity = 0.0
            log_row = 0
            born, extension = 0.0, 0.0
            adult_from = NO_LIMIT
            if source < 0:
                row = batch_rows[index]
                status = state[row, STATUS]
                cell_of_entry = state[row, ORIGIN]
                town = cells[cell_of_entry, C_TOWN]
                k0, k1 = cells[cell_of_entry, C_KEY_LOW], cells[cell_of_entry, C_KEY_HIGH]
                address = state[row, ADDRESS]
                sequence = state[row, SEQUENCE]
                cell = state[row, CELL]
                step = state[row, STEP]
                entry = state[row, ENTRY]
                end = state[row, END]
                youth_year = state[row, YOUTH_YEAR]
                next_word = state[row, NEXT_WORD]
                intensity = traits[row, INTENSITY]
                log_row = state[row, LOG_AT]
                born = traits[row, BORN]
                extension = traits[row, EXTENSION]
                adult_from = state[row, ADULT_FROM]
            else:
                child += 1
            while True:
                wish, now, held, rank = -1, 0, -1, 0  # a place asked for
                care_cell, care_log, care_intensity = -1, 0, 0.0  # care from ``day`` to ``last``
                day, last = 0, 0
                if ADMITTED <= status <= STILL_WAITS:
                    waited_for, held = state[row, WISH], state[row, HELD]
                    form = cells[waited_for, C_FORM]
                    since, now = state[row, SINCE], state[row, UNTIL]
                    day = since
                    while day < now:
                        year = day_year[day]
                        until = min(now, year_first_day[year + 1])
                        counts[r, year, town, form, WAITING_DAYS] += until - day
                        if until == year_first_day[year + 1]:
                            counts[r, year, town, form, WAITING_AT_YEAR_END] += 1
                        if held >= 0:
                            counts[r, year, town, cells[held, C_FORM], BLOCKED_DAYS] += until - day
                        day = until
                    if status == ADMITTED:
                        counts[r, day_year[now], town, form, ADMISSIONS] += 1
                        counts[r, day_year[now], town, form, ADMISSION_WAIT_DAYS] += now - since
                        waits[form, now - since] += 1
                        if now - since <= forms[form, F_IN_TIME_DAYS]:
                            counts[r, day_year[now], town, form, ADMISSIONS_IN_TIME] += 1
                    elif status == GIVES_UP:
                        counts[r, day_year[now], town, form, RENEGED] += 1
                    elif status == ESCALATES:
                        counts[r, day_year[now], town, form, ESCALATED] += 1
                    elif status == TOO_OLD:
                        counts[r, day_year[now], town, form, LEFT_AT_AGE_LIMIT] += 1
                    day, last = since, now
                    if now > since and held >= 0:
                        care_cell, care_log, care_intensity = held, log_row, intensity
                    elif now > since and forms[form, F_BRIDGING] >= 0:
                        care_cell = cell_at[town, forms[form, F_BRIDGING]]
                    if care_cell >= 0 and held < 0:
                        form = cells[care_cell, C_FORM]
                        care_intensity = 0.0 if forms[form, F_PER_TRAJECTORY] > 0 else 1.0
                        if forms[form, F_SPREAD_UNITS] > 0:
                            purpose = BRIDGING << PURPOSE_SHIFT
                            word = philox(sequence, step + purpose, address, draw, k0, k1)[0]
                            care_intensity = quantile_at(intensity_quantiles, form, word)
                        counts[r, day_year[since], town, form, STAYS_STARTED] += 1
                        if status != STILL_WAITS:
                            counts[r, day_year[now], town, form, STAYS_ENDED] += 1
                        if forms[form, F_PER_TRAJECTORY] > 0:
                            units[r, day_year[since], town, form, 0] += 1
                            if costed:
                                year = day_year[since]
                                cost[row, cells[care_cell, C_CONTRACT], year] += price[r, year, form]
                    if logged and (now > since or status != ADMITTED):
                        for kind in (WAIT_ROW, BRIDGING_ROW):
                            if kind == BRIDGING_ROW and (care_cell < 0 or held >= 0):
                                continue
                            place = used[LOG_ROWS]
                            used[LOG_ROWS] += 1
                            if place < len(log_whole):
                                log_whole[place, LOG_KIND] = kind
                                log_whole[place, LOG_ORIGIN] = cell_of_entry
                                log_whole[place, LOG_ADDRESS] = address
                                log_whole[place, LOG_SEQUENCE] = sequence
                                log_whole[place, LOG_STEP] = step
                                log_whole[place, LOG_CELL] = waited_for
                                log_whole[place, LOG_ASKED] = since
                                log_whole[place, LOG_BEGIN] = since
                                log_whole[place, LOG_END] = now
                                log_whole[place, LOG_OUTCOME] = status
                                log_whole[place, LOG_ADULT] = adult_from
                                log_whole[place, LOG_HELD] = held
                                log_whole[place, LOG_PRIORITY] = state[row, PRIORITY]
                                log_whole[place, LOG_TIE] = state[row, TIE]
                                log_whole[place, LOG_QUITS] = state[row, QUITS]
                                if kind == BRIDGING_ROW:
                                    log_whole[place, LOG_CELL] = care_cell
                                    log_numbers[place, 0] = care_intensity
                                    care_log = place
                                    if forms[cells[care_cell, C_FORM], F_PER_TRAJECTORY] > 0:
                                        log_numbers[place, 1 + day_year[since]] += 1.0
                elif status != STAY_ENDS:
                    form = cells[cell, C_FORM]
                    stay_word, intensity_word, next_word, day_word = philox(
                        sequence, step, address, draw, k0, k1
                    )
                    in_stock = step == 0 and address == STOCK_ADDRESS
                    limit = NO_LIMIT
                    if in_stock:
                        if aged:
                            end, born, extension = stock_child(
                                remaining_cumulative,
                                stay_quantiles,
                                steps,
                                forms[form, F_STEP_FIRST],
                                forms[form, F_STEPS_END],
                                entry_ages,
                                extended_effects,
                                cells[cell, C_EXTENDED_GROUP],
                                rates[r, form, EXTENDED_SHARE],
                                until_age[form],
                                form,
                                sequence,
                                draw,
                                k0,
                                k1,
                            )
                        else:
                            end = first_reaching(remaining_cumulative, form, uniform(stay_word))
                    elif row == 0 and step == 0:
                        entry = 0
                        if month >= 0:
                            entry = months[month, T_FIRST_DAY] + (
                                (day_word * months[month, T_DAYS]) >> 32
                            )
                        if aged:
                            purpose = AGE << PURPOSE_SHIFT
                            w0, w1, w2, _ = philox(sequence, purpose, address, draw, k0, k1)
                            born = entry - age_at_entry(entry_ages, form, w0, w1)
                            extension = uniform(w2)
                    if aged:
                        if row == 0 and step == 0:
                            adult_from = birthday(born, MAJORITY)
                        limit = last_birthday(
                            rates[r, form, EXTENDED_SHARE],
                            extended_effects,
                            cells[cell, C_EXTENDED_GROUP],
                            until_age[form],
                            born,
                            extension,
                        )
                    if limited and status == ASKING and not in_stock and cells[cell, C_POOL] >= 0:
                        wish, now, rank = cell, entry, cells[cell, C_ENTRY_CLASS]
                    else:
                        if not in_stock:
                            day = entry
                            year = day_year[entry]
                            first_step, steps_end = forms[form, F_STEP_FIRST], forms[form, F_STEPS_END]
                            if first_step == steps_end:
                                x = quantile_at(stay_quantiles, form, stay_word)
                            else:
                                x = step_at(steps, first_step, steps_end - 1, stay_word)
                            x *= (
                                stay_scale[r, form, year]
                                * stay_effects[cells[cell, C_STAY_GROUP], entry]
                            )
                            rounding_word = 0
                            if forms[form, F_FIXED] > 0:
                                purpose = ROUNDING << PURPOSE_SHIFT
                                rounding_word = philox(sequence, step + purpose, address, draw, k0, k1)[
                                    0
                                ]
                            end = entry + whole_days(x, forms[form, F_FIXED] > 0, rounding_word)
                            counts[r, year, town, form, STAYS_STARTED] += 1
                            if forms[form, F_PER_TRAJECTORY] > 0:
                                units[r, year, town, form, 0] += 1
                                if costed:
                                    cost[row, cells[cell, C_CONTRACT], year] += price[r, year, form]
                        end = days_left_changed(whole_levers, effect, r, cell, entry, end)
                        end = min(end, limit)
                        intensity = 0.0 if forms[form, F_PER_TRAJECTORY] > 0 else 1.0
                        if forms[form, F_SPREAD_UNITS] > 0:
                            intensity = quantile_at(intensity_quantiles, form, intensity_word)
                        if logged:
                            log_row = used[LOG_ROWS]
                            used[LOG_ROWS] += 1
                            if log_row < len(log_whole):
                                log_whole[log_row, LOG_KIND] = STAY_ROW
                                log_whole[log_row, LOG_ORIGIN] = cell_of_entry
                                log_whole[log_row, LOG_ADDRESS] = address
                                log_whole[log_row, LOG_SEQUENCE] = sequence
                                log_whole[log_row, LOG_STEP] = step
                                log_whole[log_row, LOG_CELL] = cell
                                log_whole[log_row, LOG_ASKED] = entry
                                log_whole[log_row, LOG_HELD] = -1
                                log_whole[log_row, LOG_PRIORITY] = -1
                                if row > 0 and status == BEGINS and cells[cell, C_POOL] >= 0:
                                    log_whole[log_row, LOG_ASKED] = state[row, SINCE]
                                    log_whole[log_row, LOG_PRIORITY] = state[row, PRIORITY]
                                    log_whole[log_row, LOG_TIE] = state[row, TIE]
                                    log_whole[log_row, LOG_QUITS] = state[row, QUITS]
                                log_whole[log_row, LOG_BEGIN] = entry
                                log_whole[log_row, LOG_END] = end
                                log_whole[log_row, LOG_OUTCOME] = GOES_ON
                                log_whole[log_row, LOG_ADULT] = adult_from
                                log_numbers[log_row, 0] = intensity
                                if forms[form, F_PER_TRAJECTORY] > 0 and not in_stock:
                                    log_numbers[log_row, 1 + day_year[entry]] += 1.0
                            else:
                                log_row = 0
                        care_cell, care_log, care_intensity = cell, log_row, intensity
                        last = min(end, horizon)
                if care_cell >= 0:
                    form = cells[care_cell, C_FORM]
                    if row == 0 and seen_child[form] != child:
                        seen_child[form] = child
                        seen[0, form] = -1
                    group_of_units = cells[care_cell, C_UNITS_GROUP]
                    while day < last:
                        year = day_year[day]
                        until = min(last, year_first_day[year + 1])
                        counts[r, year, town, form, CLIENT_DAYS] += until - day
                        done = care_intensity * (
                            units_before[group_of_units, until] - units_before[group_of_units, day]
                        )
                        whole = int(done)
                        part = units[r, year, town, form, 1] + int((done - whole) * PART + 0.5)
                        units[r, year, town, form, 0] += whole + (part >> PART_BITS)
                        units[r, year, town, form, 1] = part & PART_MASK
                        if seen[row, form] < year:
                            seen[row, form] = year
                            counts[r, year, town, form, CLIENTS_IN_YEAR] += 1
                        if youth_year < year:
                            youth_year = year
                            youth_in_year[r, year, town] += 1
                        if aged and until == year_first_day[year + 1] and adult_from < until:
                            counts[r, year, town, form, ADULTS_AT_YEAR_END] += 1
                        if costed:
                            cost[row, cells[care_cell, C_CONTRACT], year] += done * price[r, year, form]
                        if logged:
                            log_numbers[care_log, 1 + year] += done
                        day = until
                if wish < 0:
                    to, outcome, ending_cell, holds = -1, LEFT, held, held >= 0
                    if status == STILL_WAITS:
                        if logged and held >= 0:
                            log_whole[log_row, LOG_END] = horizon
                            log_whole[log_row, LOG_OUTCOME] = GOES_ON
                        break
                    if status in (ASKING, BEGINS):
                        if limited and cells[cell, C_POOL] >= 0:
                            if row == 0:
                                row = room_for_child(used, seen, seen_child, cost, child)
                                if row == 0:
                                    return False
                            state[row, POOL] = cells[cell, C_POOL]
                            state[row, DAY] = -1
                            status = IN_PLACE
                            break
                        if end >= horizon:
                            status = GONE
                            break
                        status = STAY_ENDS
                    if status == STAY_ENDS:
                        ending_cell, now, holds = cell, end, False
                        form = cells[cell, C_FORM]
                        limit = NO_LIMIT
                        if aged:
                            limit = last_birthday(
                                rates[r, form, EXTENDED_SHARE],
                                extended_effects,
                                cells[cell, C_EXTENDED_GROUP],
                                until_age[form],
                                born,
                                extension,
                            )
                        if end >= limit:
                            outcome = AGED_OUT
                            counts[r, day_year[end], town, form, LEFT_AT_AGE_LIMIT] += 1
                        else:
                            move = next_move(
                                forms[form, F_MOVE_FIRST],
                                forms[form, F_MOVES_END],
                                move_group,
                                move_probability,
                                move_effects,
                                r,
                                town,
                                end,
                                uniform(next_word),
                            )
                            if move >= 0:
                                to = cell_at[town, moves[move, M_TO]]
                                holds, rank = moves[move, M_HOLDS] > 0, moves[move, M_CLASS]
                    elif status == ADMITTED:
                        to, holds = state[row, WISH], False
                    elif status == ESCALATES:
                        to = cell_at[town, forms[cells[state[row, WISH], C_FORM], F_ESCALATION]]
                        rank = state[row, PRIORITY]
                    elif status == TOO_OLD:
                        outcome = AGED_OUT
                    if to >= 0 and aged and status != ADMITTED:
                        form = cells[to, C_FORM]
                        limit = last_birthday(
                            rates[r, form, EXTENDED_SHARE],
                            extended_effects,
                            cells[to, C_EXTENDED_GROUP],
                            until_age[form],
                            born,
                            extension,
                        )
                        if now >= limit:
                            to, outcome = -1, AGED_OUT
                            counts[r, day_year[now], town, form, LEFT_AT_AGE_LIMIT] += 1
                    asks = limited and to >= 0 and status != ADMITTED and cells[to, C_POOL] >= 0
                    if ending_cell >= 0 and not (asks and holds):
                        counts[r, day_year[now], town, cells[ending_cell, C_FORM], STAYS_ENDED] += 1
                    if ending_cell >= 0 and logged:
                        log_whole[log_row, LOG_END] = now
                        log_whole[log_row, LOG_OUTCOME] = outcome if to < 0 else to
                    if to < 0:
                        status = GONE
                        break
                    if status != ADMITTED:
                        step += 1
                    if not asks:
                        cell, entry, status = to, now, BEGINS
                        continue
                    wish = to
                    held = ending_cell if holds else -1
                # Asks for a place on day ``now``.
                if row == 0:
                    row = room_for_child(used, seen, seen_child, cost, child)
                    if row == 0:
                        return False
                    state[row, POOL] = -1
                    state[row, DAY] = -1
                purpose = LINE << PURPOSE_SHIFT
                w0, w1, w2, w3 = philox(sequence, step + purpose, address, draw, k0, k1)
                form = cells[wish, C_FORM]
                tie = (w0 << 21) | (w1 >> 11)
                if address == LIST_ADDRESS and step == 0:
                    tie -= _LIST_FIRST
                rate = rates[r, form, RENEGING] + rates[r, form, ESCALATION]
                quits = now + days_of_patience(rate, horizon, w2)
                ending = ESCALATES if uniform(w3) * rate < rates[r, form, ESCALATION] else GIVES_UP
                if aged:
                    for place in (wish, held):
                        if place >= 0:
                            limit = last_birthday(
                                rates[r, cells[place, C_FORM], EXTENDED_SHARE],
                                extended_effects,
                                cells[place, C_EXTENDED_GROUP],
                                until_age[cells[place, C_FORM]],
                                born,
                                extension,
                            )
                            if limit <= quits:
                                quits, ending = limit, TOO_OLD
                state[row, WISH] = wish
                state[row, HELD] = held
                state[row, PRIORITY] = rank
                state[row, SINCE] = now
                state[row, TIE] = tie
                state[row, QUITS] = quits
                state[row, ENDING] = ending
                status = ASKING
                break
            if row > 0:
                state[row, STATUS] = status
                state[row, ORIGIN] = cell_of_entry
                state[row, ADDRESS] = address
                state[row, SEQUENCE] = sequence
                state[row, CELL] = cell
                state[row, STEP] = step
                state[row, ENTRY] = entry
                state[row, END] = end
                state[row, YOUTH_YEAR] = youth_year
                state[row, NEXT_WORD] = next_word
                traits[row, INTENSITY] = intensity
                state[row, LOG_AT] = log_row
                traits[row, BORN] = born
                traits[row, EXTENSION] = extension
                state[row, ADULT_FROM] = adult_from
            elif costed:
                count_child_cost(retentions, child_costs, cost, r, town, row)
    used[CHILDREN] = child
    return True


@compiled
def close_children(
    cells: Integers,
    retentions: Floats,
    child_costs: Integers,
    state: Integers,
    cost: Floats,
    rows: int,
    r: int,
) -> None:
    """Count the yearly costs of the children who asked for a place, when time has ended."""
    for row in range(1, rows + 1):
        count_child_cost(retentions, child_costs, cost, r, cells[state[row, ORIGIN], C_TOWN], row)
