"""Compiled: children who need a place live through the days together.

``queues`` decides who gets a place and when. What then happens to a child is counted here where it is
simple (it gets its place after nothing but waiting, or its stay ends and it leaves care), and by
``follow`` where it is not: care while waiting, places held, moves, waits without an end. Everything is
counted by ``follow`` where ages, retentions or a log ask for it; that makes no bit of difference.
"""

from __future__ import annotations

from jeugdsim.engine import columns as col
from jeugdsim.engine.booking import book_care, book_wait
from jeugdsim.engine.children import follow
from jeugdsim.engine.choices import (
    ask_for_place,
    continuous_stay,
    days_left_changed,
    next_move,
    whole_days,
)
from jeugdsim.engine.compiled import Floats, Integers, compiled, inlined
from jeugdsim.engine.keyed import (
    LINE,
    ONE,
    PURPOSE_SHIFT,
    ROUNDING,
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
def live_together(
    t: Packed,
    drawn: Drawn,
    out: Out,
    work: Work,
    kids: Kids,
    lines: Lines,
    log: Log,
    r: int,
    simply: bool,
) -> bool:
    """Let those who ask for a place, or have one at the start, live through the days; False: no room.

    ``simply``: count what is simple here.
    """
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
    units_in_year = work.units_in_year
    tally = work.tally
    youth = work.youth
    waits = work.waits
    used = work.used
    counts = out.counts[r]
    state = kids.state
    links = kids.links
    keys = kids.keys
    traits = kids.traits
    seen = kids.seen
    batch_rows = kids.batch
    joining_rows = kids.joining
    rest_rows = kids.rest
    day_first = lines.day_first
    ends = lines.ends
    taken = lines.taken
    blocked = lines.blocked
    search = lines.search
    horizon = len(days) - 1
    draw = drawn.number[r]
    open_lines(kids, lines, used[col.ROWS])
    for day in range(horizon):
        year = days[day, col.D_YEAR]
        joining, batch = wake(
            cells, state, links, day_first, ends, blocked, joining_rows, batch_rows, day
        )
        rest = 0
        for index in range(batch):
            row = batch_rows[index]
            if not simply or state[row, col.STATUS] != col.STAY_ENDS:
                rest_rows[rest] = row
                rest += 1
                continue
            cell, now, word = state[row, col.CELL], day, keys[row, col.K_NEXT_WORD]
            town = cells[cell, col.C_TOWN]
            state[row, col.STATUS] = col.GONE
            while now < horizon:
                form = cells[cell, col.C_FORM]
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
                asks = to >= 0 and cells[to, col.C_POOL] >= 0
                holds = asks and moves[move, col.M_HOLDS] > 0
                if not holds:
                    counts[days[now, col.D_YEAR], town, form, col.STAYS_ENDED] += 1
                if to < 0:
                    break
                origin, address = state[row, col.ORIGIN], keys[row, col.K_ADDRESS]
                k0, k1 = cells[origin, col.C_KEY_LOW], cells[origin, col.C_KEY_HIGH]
                sequence, step = state[row, col.SEQUENCE], state[row, col.STEP] + 1
                state[row, col.STEP] = step
                if asks:
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
                        moves[move, col.M_CLASS],
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
                cell, form = to, cells[to, col.C_FORM]
                in_year = days[now, col.D_YEAR]
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
                    out.units[r, in_year, town, form] += ONE
                state[row, col.YOUTH_YEAR] = book_care(
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
                traits[row, col.INTENSITY] = intensity / ONE
                now = end
        if rest > 0 and not follow(t, drawn, out, work, kids, log, r, col.BATCH, rest):
            return False
        joining = after_the_stays(
            state, links, day_first, taken, joining_rows, batch_rows, day, joining, batch
        )
        line_up(cells, state, links, keys, day_first, ends, blocked, joining_rows, joining)
        batch = admit_all(
            cells, places, state, links, day_first, ends, blocked, taken, batch_rows, day, year
        )
        batch = resolve_circles(
            cells, state, links, day_first, ends, blocked, taken, search, batch_rows, day, batch
        )
        rest = 0
        for index in range(batch):
            row = batch_rows[index]
            cell, since = state[row, col.WISH], state[row, col.SINCE]
            town, form = cells[cell, col.C_TOWN], cells[cell, col.C_FORM]
            cared_for = state[row, col.HELD] >= 0 or (since < day and forms[form, col.F_BRIDGING] >= 0)
            if not simply or cared_for:
                rest_rows[rest] = row
                rest += 1
                continue
            in_time = forms[form, col.F_IN_TIME_DAYS]
            book_wait(
                counts, waits, days, year_first_day, in_time, town, form, -1, since, day, col.ADMITTED
            )
            origin, address = state[row, col.ORIGIN], keys[row, col.K_ADDRESS]
            sequence, step = state[row, col.SEQUENCE], state[row, col.STEP]
            k0, k1 = cells[origin, col.C_KEY_LOW], cells[origin, col.C_KEY_HIGH]
            scale = stay_scale[form, year] * stay_effects[cells[cell, col.C_STAY_GROUP], day]
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
                day,
                sequence,
                step,
                address,
                draw,
                k0,
                k1,
            )
            counts[year, town, form, col.STAYS_STARTED] += 1
            if forms[form, col.F_PER_TRAJECTORY] > 0:
                out.units[r, year, town, form] += ONE
            state[row, col.YOUTH_YEAR] = book_care(
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
            state[row, col.ENTRY] = day
            state[row, col.END] = min(end, col.FAR_DAY)
            keys[row, col.K_NEXT_WORD] = word
            traits[row, col.INTENSITY] = intensity / ONE
        if rest > 0 and not follow(t, drawn, out, work, kids, log, r, col.BATCH, rest):
            return False
        plan_ends(state, links, day_first, batch_rows, batch)
        if day + 1 == year_first_day[year + 1]:
            close_year(waits, counts[year], out.wait_p90_days[r, year])
    batch = still_waiting(state, rest_rows, used[col.ROWS], horizon)
    return bool(follow(t, drawn, out, work, kids, log, r, col.BATCH, batch))
