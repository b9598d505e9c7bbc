"""Compiled: children who need a place live through the days together.

``queues`` decides who gets a place and when; what then happens to a child is counted here. Ages,
retentions and a log are not known here: ``one_by_one`` does the same days with ``follow``.
"""

from __future__ import annotations

from jeugdsim.engine import columns as col
from jeugdsim.engine.booking import book_admission, book_care, book_care_here, book_wait
from jeugdsim.engine.children import follow
from jeugdsim.engine.choices import (
    ask_for_place,
    continuous_stay,
    days_left_changed,
    keep_words,
    next_move,
    whole_days,
)
from jeugdsim.engine.compiled import Counts, Floats, Integers, Years, compiled, inlined
from jeugdsim.engine.keyed import (
    BRIDGING,
    LINE,
    ONE,
    PURPOSE_SHIFT,
    ROUNDING,
    natural,
    philox,
    quantile_at,
    uniform,
    whole_intensity,
)
from jeugdsim.engine.queues import (
    admit_all,
    after_the_stays,
    close_year,
    line_up,
    open_lines,
    plan_ends,
    resolve_circles,
    still_waiting,
    wake,
)
from jeugdsim.engine.tables import Drawn, Kids, Lines, Log, Out, Packed, Work


@inlined
def _next_stay(
    stay_quantiles: Floats,
    intensity_quantiles: Floats,
    steps: Floats,
    forms: Integers,
    whole_levers: Integers,
    effect: Floats,
    cell: int,
    form: int,
    scale: float,
    day: int,
    sequence: int,
    step: int,
    address: int,
    draw: int,
    k0: int,
    k1: int,
) -> tuple[int, int, int]:
    """Return when a stay that begins now ends, its intensity in 2^-30, the word for what is next."""
    w0, w1, w2, _ = philox(sequence, step, address, draw, k0, k1)
    first_step, steps_end = forms[form, col.F_STEP_FIRST], forms[form, col.F_STEPS_END]
    x = scale * continuous_stay(stay_quantiles, steps, form, first_step, steps_end, w0)
    rounding_word = 0
    if forms[form, col.F_FIXED] > 0:
        again = step + (ROUNDING << PURPOSE_SHIFT)
        rounding_word = philox(sequence, again, address, draw, k0, k1)[0]
    end = day + whole_days(x, forms[form, col.F_FIXED] > 0, rounding_word)
    if len(whole_levers) > 0:
        end = days_left_changed(whole_levers, effect, cell, day, end)
    intensity = 0 if forms[form, col.F_PER_TRAJECTORY] > 0 else ONE
    if forms[form, col.F_SPREAD_UNITS] > 0:
        intensity = whole_intensity(quantile_at(intensity_quantiles, form, w1))
    return end, intensity, w2


@compiled
def _end_wait(
    cells: Integers,
    forms: Integers,
    cell_at: Integers,
    days: Integers,
    year_first_day: Integers,
    intensity_quantiles: Floats,
    units_in_year: Floats,
    tally: Integers,
    youth: Integers,
    waits: Integers,
    counts: Counts,
    units: Floats,
    state: Counts,
    keys: Integers,
    seen: Years,
    row: int,
    now: int,
    status: int,
    draw: int,
) -> None:
    """Count a wait that ended, and the care meanwhile: where the child stayed, or bridging."""
    origin, wish, held = keys[row, col.K_ORIGIN], state[row, col.WISH], state[row, col.HELD]
    town, form, since = cells[origin, col.C_TOWN], cells[wish, col.C_FORM], state[row, col.SINCE]
    in_time = forms[form, col.F_IN_TIME_DAYS]
    held_form = -1 if held < 0 else cells[held, col.C_FORM]
    book_wait(counts, waits, days, year_first_day, in_time, town, form, held_form, since, now, status)
    if now <= since:
        return
    care_cell, intensity = held, keys[row, col.K_INTENSITY]
    if held < 0:
        bridging = forms[form, col.F_BRIDGING]
        care_cell = -1 if bridging < 0 else cell_at[town, bridging]
        if care_cell < 0:
            return
        intensity = 0 if forms[bridging, col.F_PER_TRAJECTORY] > 0 else ONE
        if forms[bridging, col.F_SPREAD_UNITS] > 0:
            again = state[row, col.STEP] + (BRIDGING << PURPOSE_SHIFT)
            k0, k1 = cells[origin, col.C_KEY_LOW], cells[origin, col.C_KEY_HIGH]
            address = keys[row, col.K_ADDRESS]
            word = philox(keys[row, col.K_SEQUENCE], again, address, draw, k0, k1)[0]
            intensity = whole_intensity(quantile_at(intensity_quantiles, bridging, word))
        year = days[since, col.D_YEAR]
        counts[year, town, bridging, col.STAYS_STARTED] += 1
        if now < len(days) - 1:
            counts[days[now, col.D_YEAR], town, bridging, col.STAYS_ENDED] += 1
        if forms[bridging, col.F_PER_TRAJECTORY] > 0:
            units[year, town, bridging] += ONE
    state[row, col.YOUTH_YEAR] = book_care(
        tally,
        youth,
        seen,
        days,
        units_in_year,
        town,
        cells[care_cell, col.C_FORM],
        cells[care_cell, col.C_UNITS_GROUP],
        row,
        since,
        now,
        intensity,
        state[row, col.YOUTH_YEAR],
    )


@compiled
def live_together(
    t: Packed, drawn: Drawn, out: Out, work: Work, kids: Kids, lines: Lines, r: int
) -> None:
    """Let those who ask for a place, or have one at the start, live through the days."""
    cells = t.cells
    forms = t.forms
    days = t.days
    year_first_day = t.year_first_day
    moves = t.moves
    cell_at = t.cell_at
    move_group = t.move_group
    until_age = t.until_age
    rates = drawn.rates[r]
    extended_effects = work.extended_effects
    stay_quantiles = t.stay_quantiles
    intensity_quantiles = t.intensity_quantiles
    steps = t.steps
    whole_levers = t.whole
    stay_scale = drawn.stay_scale[r]
    move_probability = drawn.move_probability[r]
    effect = drawn.effect[r]
    places = drawn.places[r]
    stay_effects = work.stay_effects
    move_effects = work.move_effects
    moving_below = work.moving_below
    units_in_year = work.units_in_year
    tally = work.tally
    youth = work.youth
    waits = work.waits
    used = work.used
    counts = out.counts[r]
    units = out.units[r]
    state = kids.state
    keys = kids.keys
    seen = kids.seen
    batch_rows = kids.batch
    joining_rows = kids.joining
    day_first = lines.day_first
    ends = lines.ends
    taken = lines.taken
    blocked = lines.blocked
    search = lines.search
    horizon = len(days) - 1
    draw = drawn.number[r]
    open_lines(kids, lines, used[col.ROWS])
    for day in range(horizon):
        year = natural(days[day, col.D_YEAR])
        joining, batch = wake(cells, state, day_first, ends, blocked, joining_rows, batch_rows, day)
        for index in range(batch):
            row = natural(batch_rows[index])
            status = state[row, col.STATUS]
            town = natural(cells[natural(keys[row, col.K_ORIGIN]), col.C_TOWN])
            cell, now, word = state[row, col.CELL], day, keys[row, col.K_NEXT_WORD]
            to, rank, decided = -1, 0, status != col.STAY_ENDS
            holds = False
            if decided:  # it stopped waiting, without a place
                _end_wait(
                    cells,
                    forms,
                    cell_at,
                    days,
                    year_first_day,
                    intensity_quantiles,
                    units_in_year,
                    tally,
                    youth,
                    waits,
                    counts,
                    units,
                    state,
                    keys,
                    seen,
                    row,
                    day,
                    status,
                    draw,
                )
                cell = state[row, col.HELD]
                holds = cell >= 0
                if status == col.ESCALATES:
                    rank = state[row, col.PRIORITY]
                    to = cell_at[town, forms[cells[state[row, col.WISH], col.C_FORM], col.F_ESCALATION]]
            state[row, col.STATUS] = col.GONE
            while now < horizon:
                if not decided:
                    form, move = cells[cell, col.C_FORM], -1
                    if word < moving_below[cell]:
                        move = next_move(
                            forms[form, col.F_MOVE_FIRST],
                            forms[form, col.F_MOVES_END],
                            move_group,
                            move_probability,
                            move_effects,
                            town,
                            now,
                            uniform(word),
                        )
                    to = -1 if move < 0 else cell_at[town, moves[move, col.M_TO]]
                    holds = move >= 0 and moves[move, col.M_HOLDS] > 0
                    rank = 0 if move < 0 else moves[move, col.M_CLASS]
                decided = False
                asks = to >= 0 and cells[to, col.C_POOL] >= 0
                if cell >= 0 and not (asks and holds):
                    form = cells[cell, col.C_FORM]
                    counts[days[now, col.D_YEAR], town, form, col.STAYS_ENDED] += 1
                if to < 0:
                    break
                origin, address = keys[row, col.K_ORIGIN], keys[row, col.K_ADDRESS]
                k0, k1 = cells[origin, col.C_KEY_LOW], cells[origin, col.C_KEY_HIGH]
                sequence, step = keys[row, col.K_SEQUENCE], state[row, col.STEP] + 1
                state[row, col.STEP] = step
                if asks:
                    w0, w1, w2, _ = philox(sequence, step, address, draw, k0, k1)
                    keep_words(keys, row, w0, w1, w2)
                    again = step + (LINE << PURPOSE_SHIFT)
                    w0, w1, w2, w3 = philox(sequence, again, address, draw, k0, k1)
                    state[row, col.CELL] = cell
                    state[row, col.STATUS] = col.ASKING
                    ask_for_place(
                        cells,
                        rates,
                        until_age,
                        extended_effects,
                        state,
                        keys,
                        row,
                        to,
                        cell if holds else -1,
                        rank,
                        now,
                        False,
                        0.0,
                        0.0,
                        horizon,
                        w0,
                        w1,
                        w2,
                        w3,
                    )
                    break
                cell = natural(to)
                form = natural(cells[cell, col.C_FORM])
                in_year = natural(days[now, col.D_YEAR])
                scale = stay_scale[form, in_year] * stay_effects[cells[cell, col.C_STAY_GROUP], now]
                end, intensity, word = _next_stay(
                    stay_quantiles,
                    intensity_quantiles,
                    steps,
                    forms,
                    whole_levers,
                    effect,
                    cell,
                    form,
                    scale,
                    now,
                    sequence,
                    step,
                    address,
                    draw,
                    k0,
                    k1,
                )
                counts[in_year, town, form, col.STAYS_STARTED] += 1
                if forms[form, col.F_PER_TRAJECTORY] > 0:
                    units[in_year, town, form] += ONE
                state[row, col.YOUTH_YEAR] = book_care_here(
                    tally,
                    youth,
                    seen,
                    days,
                    units_in_year,
                    town,
                    form,
                    cells[cell, col.C_UNITS_GROUP],
                    row,
                    now,
                    min(end, horizon),
                    intensity,
                    state[row, col.YOUTH_YEAR],
                )
                keys[row, col.K_INTENSITY] = intensity
                now = end
        joining = after_the_stays(
            state, day_first, taken, joining_rows, batch_rows, day, joining, batch
        )
        line_up(cells, state, keys, day_first, ends, blocked, joining_rows, joining)
        batch = admit_all(cells, places, state, day_first, ends, blocked, taken, batch_rows, year)
        batch = resolve_circles(
            cells, state, day_first, ends, blocked, taken, search, batch_rows, batch
        )
        for index in range(batch):
            row = natural(batch_rows[index])
            cell = natural(state[row, col.WISH])
            held, since = state[row, col.HELD], state[row, col.SINCE]
            town, form = natural(cells[cell, col.C_TOWN]), natural(cells[cell, col.C_FORM])
            in_time = forms[form, col.F_IN_TIME_DAYS]
            if since == day:
                book_admission(counts, waits, in_time, year, town, form, 0)
            elif held < 0 and forms[form, col.F_BRIDGING] < 0:  # no care meanwhile
                book_wait(
                    counts,
                    waits,
                    days,
                    year_first_day,
                    in_time,
                    town,
                    form,
                    -1,
                    since,
                    day,
                    col.ADMITTED,
                )
            else:
                _end_wait(
                    cells,
                    forms,
                    cell_at,
                    days,
                    year_first_day,
                    intensity_quantiles,
                    units_in_year,
                    tally,
                    youth,
                    waits,
                    counts,
                    units,
                    state,
                    keys,
                    seen,
                    row,
                    day,
                    col.ADMITTED,
                    draw,
                )
            if held >= 0:
                counts[year, town, cells[held, col.C_FORM], col.STAYS_ENDED] += 1
            first_step, steps_end = forms[form, col.F_STEP_FIRST], forms[form, col.F_STEPS_END]
            word = keys[row, col.K_STAY_WORD]
            x = continuous_stay(stay_quantiles, steps, form, first_step, steps_end, word)
            x *= stay_scale[form, year] * stay_effects[cells[cell, col.C_STAY_GROUP], day]
            rounding_word = 0
            if forms[form, col.F_FIXED] > 0:
                origin, address = keys[row, col.K_ORIGIN], keys[row, col.K_ADDRESS]
                k0, k1 = cells[origin, col.C_KEY_LOW], cells[origin, col.C_KEY_HIGH]
                again = state[row, col.STEP] + (ROUNDING << PURPOSE_SHIFT)
                rounding_word = philox(keys[row, col.K_SEQUENCE], again, address, draw, k0, k1)[0]
            end = day + whole_days(x, forms[form, col.F_FIXED] > 0, rounding_word)
            end = days_left_changed(whole_levers, effect, cell, day, end)
            intensity = 0 if forms[form, col.F_PER_TRAJECTORY] > 0 else ONE
            if forms[form, col.F_SPREAD_UNITS] > 0:
                word = keys[row, col.K_INTENSITY_WORD]
                intensity = whole_intensity(quantile_at(intensity_quantiles, form, word))
            counts[year, town, form, col.STAYS_STARTED] += 1
            if forms[form, col.F_PER_TRAJECTORY] > 0:
                units[year, town, form] += ONE
            state[row, col.YOUTH_YEAR] = book_care_here(
                tally,
                youth,
                seen,
                days,
                units_in_year,
                town,
                form,
                cells[cell, col.C_UNITS_GROUP],
                row,
                day,
                min(end, horizon),
                intensity,
                state[row, col.YOUTH_YEAR],
            )
            state[row, col.CELL] = cell
            state[row, col.POOL] = cells[cell, col.C_POOL]
            state[row, col.STATUS] = col.IN_PLACE
            state[row, col.END] = min(end, col.FAR_DAY)
            keys[row, col.K_INTENSITY] = intensity
        plan_ends(state, day_first, batch_rows, batch)
        if day + 1 == year_first_day[year + 1]:
            close_year(waits, counts[year], out.wait_p90_days[r, year])
    batch = still_waiting(state, batch_rows, used[col.ROWS])
    for index in range(batch):
        _end_wait(
            cells,
            forms,
            cell_at,
            days,
            year_first_day,
            intensity_quantiles,
            units_in_year,
            tally,
            youth,
            waits,
            counts,
            units,
            state,
            keys,
            seen,
            batch_rows[index],
            horizon,
            col.STILL_WAITS,
            draw,
        )


@compiled
def live_together_one_by_one(
    t: Packed, drawn: Drawn, out: Out, work: Work, kids: Kids, lines: Lines, log: Log, r: int
) -> bool:
    """Do as ``live_together``, with whatever ``follow`` knows of; False: no room for a row."""
    cells = t.cells
    days = t.days
    places = drawn.places[r]
    used = work.used
    state = kids.state
    keys = kids.keys
    batch_rows = kids.batch
    joining_rows = kids.joining
    day_first = lines.day_first
    ends = lines.ends
    taken = lines.taken
    blocked = lines.blocked
    search = lines.search
    horizon = len(days) - 1
    open_lines(kids, lines, used[col.ROWS])
    for day in range(horizon):
        year = days[day, col.D_YEAR]
        joining, batch = wake(cells, state, day_first, ends, blocked, joining_rows, batch_rows, day)
        if not follow(t, drawn, out, work, kids, log, r, col.BATCH, batch, day):
            return False
        joining = after_the_stays(
            state, day_first, taken, joining_rows, batch_rows, day, joining, batch
        )
        line_up(cells, state, keys, day_first, ends, blocked, joining_rows, joining)
        batch = admit_all(cells, places, state, day_first, ends, blocked, taken, batch_rows, year)
        batch = resolve_circles(
            cells, state, day_first, ends, blocked, taken, search, batch_rows, batch
        )
        if not follow(t, drawn, out, work, kids, log, r, col.BATCH, batch, day):
            return False
        plan_ends(state, day_first, batch_rows, batch)
        if day + 1 == t.year_first_day[year + 1]:
            close_year(work.waits, out.counts[r, year], out.wait_p90_days[r, year])
    batch = still_waiting(state, batch_rows, used[col.ROWS])
    return bool(follow(t, drawn, out, work, kids, log, r, col.BATCH, batch, horizon))
