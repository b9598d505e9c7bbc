"""Compiled: children followed through care, one after another, until they leave or ask for a place.

A child's path needs no clock as long as nobody stands in its way. Who asks for a form with limited
places gets a row among the ``Kids``; ``queues`` decides when it gets its place, and hands it back to
the same function, which counts what the child lived through meanwhile. All counting is done here.
"""

from __future__ import annotations

from jeugdsim.engine import columns as col
from jeugdsim.engine.ages import MAJORITY, NO_LIMIT, age_at_entry, birthday, limit_day, stock_child
from jeugdsim.engine.booking import (
    book_by_year,
    book_care,
    book_trajectory,
    book_wait,
    count_child_cost,
    log_request,
    log_row_of,
    room_for_child,
)
from jeugdsim.engine.choices import (
    arriving,
    ask_for_place,
    continuous_stay,
    days_left_changed,
    first_clients,
    next_move,
    whole_days,
)
from jeugdsim.engine.compiled import compiled
from jeugdsim.engine.keyed import (
    AGE,
    BRIDGING,
    LINE,
    LIST_ADDRESS,
    LIST_COUNT,
    ONE,
    PURPOSE_SHIFT,
    ROUNDING,
    STOCK_ADDRESS,
    STOCK_COUNT,
    first_reaching,
    philox,
    quantile_at,
    uniform,
    whole_intensity,
)
from jeugdsim.engine.tables import Drawn, Kids, Log, Out, Packed, Work


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
    today: int,
) -> bool:
    """Follow children until they leave, time ends, or a place comes in; False: no room for a row.

    With ``source`` a cell: all who first enter care there, from the waiting list and the start stock
    to the last month. With col.BATCH: the first ``batch`` rows of kids.batch, each at what its status
    says; a wait that is over ended ``today``.
    """
    # Short names of what is used below, a draw's part where it has one.
    cells = t.cells
    forms = t.forms
    moves = t.moves
    months = t.months
    cell_at = t.cell_at
    move_group = t.move_group
    days = t.days
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
    inflow = drawn.inflow[r]
    stay_scale = drawn.stay_scale[r]
    move_probability = drawn.move_probability[r]
    effect = drawn.effect[r]
    rates = drawn.rates[r]
    price = drawn.price[r]
    inflow_effects = work.inflow_effects
    stay_effects = work.stay_effects
    move_effects = work.move_effects
    extended_effects = work.extended_effects
    units_before = work.units_before
    units_in_year = work.units_in_year
    tally = work.tally
    youth = work.youth
    waits = work.waits
    seen_child = work.seen_child
    used = work.used
    counts = out.counts[r]
    units = out.units[r]
    child_costs = out.child_costs[r]
    state = kids.state
    keys = kids.keys
    ages = kids.ages
    seen = kids.seen
    cost = kids.cost
    log_at = kids.log_at
    batch_rows = kids.batch
    log_whole = log.whole
    log_numbers = log.numbers
    limited = drawn.places.shape[1] > 0
    aged = len(until_age) > 0
    costed = retentions.shape[1] > 0
    logged = len(log_whole) > 0
    by_year = aged or costed or logged
    horizon = year_first_day[-1]
    draw = drawn.number[r]
    child = used[col.CHILDREN]
    groups = 1 if source < 0 else len(months) + 2
    cell_of_entry, town, address, month, children = source, 0, 0, 0, batch
    k0, k1 = 0, 0
    if source >= 0:
        town = cells[source, col.C_TOWN]
        k0, k1 = cells[source, col.C_KEY_LOW], cells[source, col.C_KEY_HIGH]
    for group in range(groups):
        if source >= 0:
            month = group - 2
            if month == -2:
                address, children = LIST_ADDRESS, 0
                if limited and cells[source, col.C_POOL] >= 0:
                    expected, known = drawn.waiting[r, source], drawn.waiting_known[source]
                    children = first_clients(expected, known, LIST_COUNT, draw, k0, k1)
            elif month == -1:
                address = STOCK_ADDRESS
                expected, known = drawn.stock[r, source], drawn.stock_known[source]
                children = first_clients(expected, known, STOCK_COUNT, draw, k0, k1)
                out.clients_at_start[r, town, cells[source, col.C_FORM]] = children
            else:
                address = months[month, col.T_NUMBER] + 1
                children = arriving(
                    cells, months, month_share, inflow, inflow_effects, source, month, draw
                )
        for index in range(children):
            row = 0
            sequence = index
            cell = cell_of_entry
            step = 0
            entry = -1
            end = 0
            status = col.ASKING
            youth_year = -1
            next_word = 0
            intensity = 0.0
            log_row = 0
            born, extension = 0.0, 0.0
            adult_from = NO_LIMIT
            if source < 0:
                row = batch_rows[index]
                status = state[row, col.STATUS]
                cell_of_entry = keys[row, col.K_ORIGIN]
                town = cells[cell_of_entry, col.C_TOWN]
                k0, k1 = cells[cell_of_entry, col.C_KEY_LOW], cells[cell_of_entry, col.C_KEY_HIGH]
                address = keys[row, col.K_ADDRESS]
                sequence = keys[row, col.K_SEQUENCE]
                cell = state[row, col.CELL]
                step = state[row, col.STEP]
                end = state[row, col.END]
                youth_year = state[row, col.YOUTH_YEAR]
                next_word = keys[row, col.K_NEXT_WORD]
                intensity = keys[row, col.K_INTENSITY] / ONE
                log_row = log_at[row]
                if aged:
                    born, extension = ages[row, col.BORN], ages[row, col.EXTENSION]
                    adult_from = birthday(born, MAJORITY)
            else:
                child += 1
            while True:
                wish, now, held, rank = -1, 0, -1, 0  # a place asked for
                care_cell, care_log, care_intensity = -1, 0, 0.0  # care from ``day`` to ``last``
                day, last = 0, 0
                # A wait is over: days in line, and care meanwhile (the place it holds, or bridging).
                if col.ADMITTED <= status <= col.STILL_WAITS:
                    who = (cell_of_entry, address, sequence, step, adult_from)
                    waited_for, held = state[row, col.WISH], state[row, col.HELD]
                    form = cells[waited_for, col.C_FORM]
                    held_form = -1 if held < 0 else cells[held, col.C_FORM]
                    day, now = state[row, col.SINCE], today
                    last = now
                    book_wait(
                        counts,
                        waits,
                        days,
                        year_first_day,
                        forms[form, col.F_IN_TIME_DAYS],
                        town,
                        form,
                        held_form,
                        day,
                        now,
                        status,
                    )
                    if logged and (now > day or status != col.ADMITTED):
                        place = log_row_of(
                            log_whole,
                            log_numbers,
                            used,
                            col.WAIT_ROW,
                            who,
                            waited_for,
                            day,
                            now,
                            status,
                            0.0,
                        )
                        log_request(log_whole, place, state, keys, row, held)
                    if now > day and held >= 0:
                        care_cell, care_log, care_intensity = held, log_row, intensity
                    elif now > day and forms[form, col.F_BRIDGING] >= 0:
                        care_cell = cell_at[town, forms[form, col.F_BRIDGING]]
                        if care_cell >= 0 and aged:
                            limit = limit_day(
                                cells, rates, until_age, extended_effects, care_cell, born, extension
                            )
                            last = min(last, limit)
                            care_cell = -1 if limit <= day else care_cell
                    if care_cell >= 0 and held < 0:
                        form = forms[form, col.F_BRIDGING]
                        care_intensity = 0.0 if forms[form, col.F_PER_TRAJECTORY] > 0 else 1.0
                        if forms[form, col.F_SPREAD_UNITS] > 0:
                            purpose = BRIDGING << PURPOSE_SHIFT
                            word = philox(sequence, step + purpose, address, draw, k0, k1)[0]
                            care_intensity = (
                                whole_intensity(quantile_at(intensity_quantiles, form, word)) / ONE
                            )
                        if logged:
                            care_log = log_row_of(
                                log_whole,
                                log_numbers,
                                used,
                                col.BRIDGING_ROW,
                                who,
                                care_cell,
                                day,
                                last,
                                status,
                                care_intensity,
                            )
                        counts[days[day, col.D_YEAR], town, form, col.STAYS_STARTED] += 1
                        if last < horizon:
                            counts[days[last, col.D_YEAR], town, form, col.STAYS_ENDED] += 1
                        if forms[form, col.F_PER_TRAJECTORY] > 0:
                            contract, year = cells[care_cell, col.C_CONTRACT], days[day, col.D_YEAR]
                            book_trajectory(
                                units,
                                cost,
                                log_numbers,
                                price,
                                year,
                                town,
                                form,
                                contract,
                                row,
                                care_log,
                            )
                elif status != col.STAY_ENDS:
                    # A stay begins, unless it needs a place that was not given yet.
                    form = cells[cell, col.C_FORM]
                    stay_word, intensity_word, next_word, day_word = philox(
                        sequence, step, address, draw, k0, k1
                    )
                    in_stock = step == 0 and address == STOCK_ADDRESS
                    comes_in = row == 0 and step == 0 and not in_stock
                    if comes_in:
                        entry = 0
                        if month >= 0:
                            first_day, length = (
                                months[month, col.T_FIRST_DAY],
                                months[month, col.T_DAYS],
                            )
                            entry = first_day + ((day_word * length) >> 32)
                        if aged:
                            purpose = AGE << PURPOSE_SHIFT
                            w0, w1, w2, _ = philox(sequence, purpose, address, draw, k0, k1)
                            born = entry - age_at_entry(entry_ages, form, w0, w1)
                            extension = uniform(w2)
                            adult_from = birthday(born, MAJORITY)
                    if in_stock and aged:
                        end, born, extension = stock_child(
                            remaining_cumulative,
                            stay_quantiles,
                            steps,
                            forms[form, col.F_STEP_FIRST],
                            forms[form, col.F_STEPS_END],
                            entry_ages,
                            extended_effects,
                            cells[cell, col.C_EXTENDED_GROUP],
                            rates[form, col.EXTENDED_SHARE],
                            until_age[form],
                            form,
                            sequence,
                            draw,
                            k0,
                            k1,
                        )
                        adult_from = birthday(born, MAJORITY)
                    elif in_stock:
                        end = first_reaching(remaining_cumulative, form, uniform(stay_word))
                    if comes_in and limited and cells[cell, col.C_POOL] >= 0:
                        wish, now, rank = cell, entry, cells[cell, col.C_ENTRY_CLASS]
                    else:
                        if not in_stock:
                            day = entry
                            year = days[entry, col.D_YEAR]
                            x = continuous_stay(
                                stay_quantiles,
                                steps,
                                form,
                                forms[form, col.F_STEP_FIRST],
                                forms[form, col.F_STEPS_END],
                                stay_word,
                            )
                            stay_group = cells[cell, col.C_STAY_GROUP]
                            x *= stay_scale[form, year] * stay_effects[stay_group, entry]
                            fixed = forms[form, col.F_FIXED] > 0
                            rounding_word = 0
                            if fixed:
                                again = step + (ROUNDING << PURPOSE_SHIFT)
                                rounding_word = philox(sequence, again, address, draw, k0, k1)[0]
                            end = entry + whole_days(x, fixed, rounding_word)
                            counts[year, town, form, col.STAYS_STARTED] += 1
                        end = days_left_changed(whole_levers, effect, cell, entry, end)
                        if aged:
                            limit = limit_day(
                                cells, rates, until_age, extended_effects, cell, born, extension
                            )
                            end = min(end, limit)
                        intensity = 0.0 if forms[form, col.F_PER_TRAJECTORY] > 0 else 1.0
                        if forms[form, col.F_SPREAD_UNITS] > 0:
                            intensity = (
                                whole_intensity(quantile_at(intensity_quantiles, form, intensity_word))
                                / ONE
                            )
                        if logged:
                            who = (cell_of_entry, address, sequence, step, adult_from)
                            log_row = log_row_of(
                                log_whole,
                                log_numbers,
                                used,
                                col.STAY_ROW,
                                who,
                                cell,
                                entry,
                                end,
                                col.GOES_ON,
                                intensity,
                            )
                            if row > 0 and cells[cell, col.C_POOL] >= 0:
                                log_request(log_whole, log_row, state, keys, row, -1)
                        if forms[form, col.F_PER_TRAJECTORY] > 0 and not in_stock:
                            contract, year = cells[cell, col.C_CONTRACT], days[entry, col.D_YEAR]
                            book_trajectory(
                                units,
                                cost,
                                log_numbers,
                                price,
                                year,
                                town,
                                form,
                                contract,
                                row,
                                log_row,
                            )
                        care_cell, care_log, care_intensity = cell, log_row, intensity
                        last = min(end, horizon)
                # The days of care are counted.
                if care_cell >= 0:
                    form = cells[care_cell, col.C_FORM]
                    if row == 0 and seen_child[form] != child:
                        seen_child[form] = child
                        seen[0, form] = -1
                    contract = cells[care_cell, col.C_CONTRACT]
                    units_group = cells[care_cell, col.C_UNITS_GROUP]
                    youth_year = book_care(
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
                        int(care_intensity * ONE + 0.5),
                        youth_year,
                    )
                    if by_year:
                        book_by_year(
                            counts,
                            cost,
                            log_numbers,
                            days,
                            year_first_day,
                            units_before,
                            price,
                            town,
                            form,
                            contract,
                            units_group,
                            row,
                            care_log,
                            day,
                            last,
                            care_intensity,
                            adult_from,
                        )
                # What comes next: it stays in its place, leaves, goes on at once, or asks for a place.
                if wish < 0:
                    to, outcome, ending_cell, holds = -1, col.LEFT, held, held >= 0
                    if status == col.STILL_WAITS:
                        if logged and held >= 0:
                            log_whole[log_row, col.LOG_END] = horizon
                            log_whole[log_row, col.LOG_OUTCOME] = col.GOES_ON
                        break
                    if status in (col.ASKING, col.BEGINS):
                        if limited and cells[cell, col.C_POOL] >= 0:
                            if row == 0:
                                row = room_for_child(used, state, seen, seen_child, cost, child)
                                if row == 0:
                                    return False
                            state[row, col.POOL] = cells[cell, col.C_POOL]
                            status = col.IN_PLACE
                            break
                        if end >= horizon:
                            status = col.GONE
                            break
                        status = col.STAY_ENDS
                    if status == col.STAY_ENDS:
                        ending_cell, now, holds = cell, end, False
                        form = cells[cell, col.C_FORM]
                        limit = NO_LIMIT
                        if aged:
                            limit = limit_day(
                                cells, rates, until_age, extended_effects, cell, born, extension
                            )
                        if end >= limit:
                            outcome = col.AGED_OUT
                            counts[days[end, col.D_YEAR], town, form, col.LEFT_AT_AGE_LIMIT] += 1
                        else:
                            move = next_move(
                                forms[form, col.F_MOVE_FIRST],
                                forms[form, col.F_MOVES_END],
                                move_group,
                                move_probability,
                                move_effects,
                                town,
                                end,
                                uniform(next_word),
                            )
                            if move >= 0:
                                to = cell_at[town, moves[move, col.M_TO]]
                                holds, rank = moves[move, col.M_HOLDS] > 0, moves[move, col.M_CLASS]
                    elif status == col.ADMITTED:
                        to, holds = state[row, col.WISH], False
                    elif status == col.ESCALATES:
                        form = cells[state[row, col.WISH], col.C_FORM]
                        to, rank = (
                            cell_at[town, forms[form, col.F_ESCALATION]],
                            state[row, col.PRIORITY],
                        )
                    elif status == col.TOO_OLD:
                        outcome = col.AGED_OUT
                    if to >= 0 and aged and status != col.ADMITTED:
                        limit = limit_day(
                            cells, rates, until_age, extended_effects, to, born, extension
                        )
                        if now >= limit:
                            form = cells[to, col.C_FORM]
                            counts[days[now, col.D_YEAR], town, form, col.LEFT_AT_AGE_LIMIT] += 1
                            to, outcome = -1, col.AGED_OUT
                    asks = limited and to >= 0 and status != col.ADMITTED and cells[to, col.C_POOL] >= 0
                    if ending_cell >= 0 and not (asks and holds):
                        form = cells[ending_cell, col.C_FORM]
                        counts[days[now, col.D_YEAR], town, form, col.STAYS_ENDED] += 1
                    if ending_cell >= 0 and logged:
                        log_whole[log_row, col.LOG_END] = now
                        log_whole[log_row, col.LOG_OUTCOME] = outcome if to < 0 else to
                    if to < 0:
                        status = col.GONE
                        break
                    if status != col.ADMITTED:
                        step += 1
                    if not asks:
                        cell, entry, status = to, now, col.BEGINS
                        continue
                    wish = to
                    held = ending_cell if holds else -1
                # It asks for a place on day ``now``.
                if row == 0:
                    row = room_for_child(used, state, seen, seen_child, cost, child)
                    if row == 0:
                        return False
                again = step + (LINE << PURPOSE_SHIFT)
                w0, w1, w2, w3 = philox(sequence, again, address, draw, k0, k1)
                ask_for_place(
                    cells,
                    rates,
                    until_age,
                    extended_effects,
                    state,
                    keys,
                    row,
                    wish,
                    held,
                    rank,
                    now,
                    address == LIST_ADDRESS and step == 0,
                    born,
                    extension,
                    horizon,
                    w0,
                    w1,
                    w2,
                    w3,
                )
                status = col.ASKING
                break
            # Whoever asked for a place once is remembered.
            if row > 0:
                state[row, col.STATUS] = status
                keys[row, col.K_ORIGIN] = cell_of_entry
                keys[row, col.K_ADDRESS] = address
                keys[row, col.K_SEQUENCE] = sequence
                state[row, col.CELL] = cell
                state[row, col.STEP] = step
                state[row, col.END] = min(end, col.FAR_DAY)
                state[row, col.YOUTH_YEAR] = youth_year
                keys[row, col.K_NEXT_WORD] = next_word
                keys[row, col.K_INTENSITY] = int(intensity * ONE)
                log_at[row] = log_row
                ages[row, col.BORN] = born
                ages[row, col.EXTENSION] = extension
            elif costed:
                count_child_cost(retentions, child_costs, cost, town, row)
    used[col.CHILDREN] = child
    return True
