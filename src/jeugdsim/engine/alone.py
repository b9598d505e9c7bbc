"""Compiled: the children who stand in nobody's way, many side by side.

Nothing here waits for anything: a child's stays follow from its own numbers, so the children of a cell
are taken together, ``LANES`` at a time. One pass draws all their random words, the next makes their
first stays and counts them by what changes from year to year (``tally``). The few who move on are
taken together again, until they leave or ask for a place; who asks gets a row among the ``Kids``.
"""

from __future__ import annotations

from jeugdsim.engine import columns as col
from jeugdsim.engine.arrivals import count_children, stand_side_by_side
from jeugdsim.engine.booking import book_interval, parts_of, units_of
from jeugdsim.engine.choices import (
    ask_for_place,
    continuous_stay,
    days_left_changed,
    keep_words,
    moves_below,
    next_move,
    whole_days,
)
from jeugdsim.engine.compiled import Integers, compiled
from jeugdsim.engine.keyed import (
    LINE,
    MASK,
    ONE,
    PURPOSE_SHIFT,
    ROUNDING,
    guided_reaching,
    philox,
    philox_side_by_side,
    quantile_at,
    uniform,
    whole_intensity,
)
from jeugdsim.engine.tables import Drawn, Kids, Out, Packed, Work


@compiled
def follow_alone(t: Packed, drawn: Drawn, out: Out, work: Work, kids: Kids, r: int) -> bool:
    """Follow everybody who first enters care without asking for a place; False: no room for a row."""
    cells = t.cells
    forms = t.forms
    moves = t.moves
    months = t.months
    days = t.days
    dates = t.dates
    year_first_day = t.year_first_day
    cell_at = t.cell_at
    move_group = t.move_group
    stay_quantiles = t.stay_quantiles
    intensity_quantiles = t.intensity_quantiles
    remaining_cumulative = t.remaining_cumulative
    remaining_guide = t.remaining_guide
    steps = t.steps
    whole_levers = t.whole
    until_age = t.until_age
    stay_scale = drawn.stay_scale[r]
    move_probability = drawn.move_probability[r]
    effect = drawn.effect[r]
    rates = drawn.rates[r]
    stay_effects = work.stay_effects
    move_effects = work.move_effects
    extended_effects = work.extended_effects
    most_moving = work.most_moving
    moving_below = work.moving_below
    units_in_year = work.units_in_year
    tally = work.tally
    youth = work.youth
    arrivals = work.arrivals
    sequences, addresses = work.lanes[col.L_SEQUENCE], work.lanes[col.L_ADDRESS]
    words = work.words
    movers = work.movers
    lane_runs = work.runs
    ending = work.ending
    visits = work.visits
    used = work.used
    state = kids.state
    keys = kids.keys
    seen = kids.seen
    horizon = len(days) - 1
    changed_later = len(whole_levers) > 0
    draw = drawn.number[r]
    for cell in range(len(cells)):
        town, form = cells[cell, col.C_TOWN], cells[cell, col.C_FORM]
        first_move, moves_end = forms[form, col.F_MOVE_FIRST], forms[form, col.F_MOVES_END]
        below = moves_below(first_move, moves_end, move_group, move_probability, most_moving, town)
        moving_below[cell] = below
        if cells[cell, col.C_POOL] >= 0:
            continue
        k0, k1 = cells[cell, col.C_KEY_LOW], cells[cell, col.C_KEY_HIGH]
        stay_group, units_group = cells[cell, col.C_STAY_GROUP], cells[cell, col.C_UNITS_GROUP]
        changed_units = work.unit_effects[units_group]
        first_step, steps_end = forms[form, col.F_STEP_FIRST], forms[form, col.F_STEPS_END]
        fixed = forms[form, col.F_FIXED] > 0
        spread = forms[form, col.F_SPREAD_UNITS] > 0
        sure = 0 if forms[form, col.F_PER_TRAJECTORY] > 0 else ONE
        count_children(t, drawn, work, r, cell)
        out.clients_at_start[r, town, form] = arrivals[0]
        tally[town, form, 0, col.IN_CARE] += arrivals[0]
        group, taken = 0, 0
        while group < len(arrivals):
            group, taken, lanes, runs = stand_side_by_side(
                months, arrivals, sequences, addresses, lane_runs, group, taken
            )
            philox_side_by_side(sequences, 0, addresses, draw, k0, k1, lanes, words)
            # First stays.
            for end_year in range(len(ending)):
                for column in range(ending.shape[1]):
                    ending[end_year, column] = 0
            moved, lane = 0, 0
            for run in range(runs):
                month, lanes_end = lane_runs[run, col.R_GROUP] - 1, lane_runs[run, col.R_END]
                came = lanes_end - lane
                first_day, length, year, new_year = 0, 0, 0, 0
                if month >= 0:
                    first_day, length = months[month, col.T_FIRST_DAY], months[month, col.T_DAYS]
                    year = months[month, col.T_YEAR]
                    new_year = year_first_day[year]
                scale = stay_scale[form, year]
                days_until, intensity_begun, units_until, parts_until = 0, 0, 0, 0
                while lane < lanes_end:
                    day = first_day
                    entry = -1
                    if month < 0:
                        end = guided_reaching(
                            remaining_cumulative, remaining_guide, form, words[0, lane] & MASK
                        )
                    else:
                        day = (day + (((words[3, lane] & MASK) * length) >> 32)) & MASK
                        entry = day
                        x = continuous_stay(
                            stay_quantiles, steps, form, first_step, steps_end, words[0, lane] & MASK
                        )
                        x *= scale * stay_effects[stay_group, day]
                        rounding_word = 0
                        if fixed:
                            again = ROUNDING << PURPOSE_SHIFT
                            rounding_word = philox(
                                sequences[lane], again, addresses[lane], draw, k0, k1
                            )[0]
                        end = day + whole_days(x, fixed, rounding_word)
                    if changed_later:
                        end = days_left_changed(whole_levers, effect, cell, entry, end)
                    last = min(end, horizon) & MASK
                    date = int(dates[last]) & 0x7FFFFFFF
                    end_year = date // col.YEAR_ONE
                    end_day = date % col.YEAR_ONE
                    intensity = sure
                    if spread:
                        intensity = whole_intensity(
                            quantile_at(intensity_quantiles, form, words[1, lane] & MASK)
                        )
                    if words[2, lane] < below and end < horizon:
                        movers[col.M_LANE, moved] = lane
                        movers[col.M_INTENSITY, moved] = intensity
                        movers[col.M_DAY, moved] = end
                        moved += 1
                    days_until += day
                    intensity_begun += intensity
                    ending[end_year, col.E_ENDED] += (
                        col.COUNT_ONE + end_day + (col.NEW_YEAR_ONE if end_day == 0 else 0)
                    )
                    ending[end_year, col.E_INTENSITY] += intensity
                    if changed_units:
                        units_until += units_of(intensity, units_in_year[units_group, day])
                        parts_until += parts_of(intensity, units_in_year[units_group, day])
                        ending[end_year, col.E_UNITS] += units_of(
                            intensity, units_in_year[units_group, last]
                        )
                        ending[end_year, col.E_UNIT_PARTS] += parts_of(
                            intensity, units_in_year[units_group, last]
                        )
                    else:
                        units_until += intensity * (day - new_year)
                        ending[end_year, col.E_UNITS] += intensity * end_day
                    lane += 1
                tally[town, form, year, col.STARTED] += came if month >= 0 else 0
                tally[town, form, year, col.DAYS] -= days_until - came * new_year
                tally[town, form, year, col.INTENSITY_NOW] += intensity_begun
                tally[town, form, year, col.UNITS] -= units_until
                tally[town, form, year, col.UNIT_PARTS] -= parts_until
                tally[town, form, year, col.CLIENTS] += came
                youth[town, year] += came
            _book_ends(ending, tally[town, form], youth[town])
            # Those who may move: where to, and what is left of them at each step.
            going = 0
            for index in range(moved):
                lane = movers[col.M_LANE, index]
                for other in range(len(forms)):
                    visits[index, other] = -1
                visits[index, form] = days[movers[col.M_DAY, index], col.D_AFTER] - 1
                movers[col.M_SLOT, index] = index
                movers[col.M_WORD, index] = words[2, lane]
                movers[col.M_FORM, index] = form
                movers[col.M_SEQUENCE, index] = sequences[lane]
                movers[col.M_ADDRESS, index] = addresses[lane]
            step = 0
            while moved > 0:
                step += 1
                going = 0
                for index in range(moved):
                    day, at = movers[col.M_DAY, index], movers[col.M_FORM, index]
                    move = next_move(
                        forms[at, col.F_MOVE_FIRST],
                        forms[at, col.F_MOVES_END],
                        move_group,
                        move_probability,
                        move_effects,
                        town,
                        day,
                        uniform(movers[col.M_WORD, index]),
                    )
                    if move < 0:
                        continue
                    left = at
                    at = moves[move, col.M_TO]
                    to = cell_at[town, at]
                    if to < 0:
                        continue
                    slot = movers[col.M_SLOT, index]
                    sequence, address = movers[col.M_SEQUENCE, index], movers[col.M_ADDRESS, index]
                    if cells[to, col.C_POOL] >= 0:
                        row = used[col.ROWS] + 1
                        if row >= len(state):
                            return False
                        used[col.ROWS] = row
                        for other in range(len(forms)):
                            seen[row, other] = visits[slot, other]
                        w0, w1, w2, _ = philox(sequence, step, address, draw, k0, k1)
                        keep_words(keys, row, w0, w1, w2)
                        again = step + (LINE << PURPOSE_SHIFT)
                        w0, w1, w2, w3 = philox(sequence, again, address, draw, k0, k1)
                        state[row, col.POOL] = -1
                        state[row, col.STATUS] = col.ASKING
                        keys[row, col.K_ORIGIN] = cell
                        keys[row, col.K_ADDRESS] = address
                        keys[row, col.K_SEQUENCE] = sequence
                        state[row, col.CELL] = cell_at[town, left]
                        state[row, col.STEP] = step
                        state[row, col.YOUTH_YEAR] = days[day, col.D_AFTER] - 1
                        keys[row, col.K_INTENSITY] = movers[col.M_INTENSITY, index]
                        held = -1
                        if moves[move, col.M_HOLDS] > 0:  # it stays: its stay has not ended yet
                            held = cell_at[town, left]
                            tally[town, left, days[day, col.D_YEAR], col.ENDED] -= 1
                            tally[town, left, days[day, col.D_YEAR], col.IN_CARE] -= 1
                        ask_for_place(
                            cells,
                            rates,
                            until_age,
                            extended_effects,
                            state,
                            keys,
                            row,
                            to,
                            held,
                            moves[move, col.M_CLASS],
                            day,
                            False,
                            0.0,
                            0.0,
                            horizon,
                            w0,
                            w1,
                            w2,
                            w3,
                        )
                        continue
                    movers[col.M_SLOT, going] = slot
                    movers[col.M_DAY, going] = day
                    movers[col.M_FORM, going] = at
                    movers[col.M_SEQUENCE, going] = sequence
                    movers[col.M_ADDRESS, going] = address
                    going += 1
                philox_side_by_side(
                    movers[col.M_SEQUENCE], step, movers[col.M_ADDRESS], draw, k0, k1, going, words
                )
                moved = 0
                for index in range(going):
                    day, at = movers[col.M_DAY, index] & MASK, movers[col.M_FORM, index] & MASK
                    to = cell_at[town, at] & MASK
                    slot = movers[col.M_SLOT, index]
                    year = days[day, col.D_YEAR]
                    x = continuous_stay(
                        stay_quantiles,
                        steps,
                        at,
                        forms[at, col.F_STEP_FIRST],
                        forms[at, col.F_STEPS_END],
                        words[0, index],
                    )
                    x *= stay_scale[at, year] * stay_effects[cells[to, col.C_STAY_GROUP], day]
                    rounding_word = 0
                    if forms[at, col.F_FIXED] > 0:
                        again = step + (ROUNDING << PURPOSE_SHIFT)
                        rounding_word = philox(
                            movers[col.M_SEQUENCE, index],
                            again,
                            movers[col.M_ADDRESS, index],
                            draw,
                            k0,
                            k1,
                        )[0]
                    end = day + whole_days(x, forms[at, col.F_FIXED] > 0, rounding_word)
                    if changed_later:
                        end = days_left_changed(whole_levers, effect, to, day, end)
                    intensity = 0 if forms[at, col.F_PER_TRAJECTORY] > 0 else ONE
                    if forms[at, col.F_SPREAD_UNITS] > 0:
                        intensity = whole_intensity(
                            quantile_at(intensity_quantiles, at, words[1, index])
                        )
                    last = min(end, horizon)
                    after = days[last, col.D_AFTER]
                    tally[town, at, year, col.STARTED] += 1
                    tally[town, at, days[last, col.D_YEAR], col.ENDED] += 1
                    book_interval(
                        tally,
                        days,
                        units_in_year,
                        town,
                        at,
                        cells[to, col.C_UNITS_GROUP],
                        day,
                        last,
                        intensity,
                    )
                    first = max(year, visits[slot, at] + 1)
                    if first < after:
                        tally[town, at, first, col.CLIENTS] += 1
                        tally[town, at, after, col.CLIENTS] -= 1
                        visits[slot, at] = after - 1
                    # Its youth goes on from the year in which the stay before was left.
                    youth[town, days[day, col.D_AFTER]] += 1
                    youth[town, after] -= 1
                    if end < horizon:
                        movers[col.M_SLOT, moved] = slot
                        movers[col.M_WORD, moved] = words[2, index]
                        movers[col.M_DAY, moved] = end
                        movers[col.M_FORM, moved] = at
                        movers[col.M_INTENSITY, moved] = intensity
                        movers[col.M_SEQUENCE, moved] = movers[col.M_SEQUENCE, index]
                        movers[col.M_ADDRESS, moved] = movers[col.M_ADDRESS, index]
                        moved += 1
    return True


@compiled
def _book_ends(ending: Integers, tally: Integers, youth: Integers) -> None:
    """Add the ends of first stays to a cell's tally (years, columns) and its youth (years,)."""
    for year in range(len(ending)):
        at_new_year = ending[year, col.E_ENDED] // col.NEW_YEAR_ONE
        ended = ending[year, col.E_ENDED] % col.NEW_YEAR_ONE // col.COUNT_ONE
        tally[year, col.ENDED] += ended
        tally[year, col.DAYS] += ending[year, col.E_ENDED] % col.COUNT_ONE
        tally[year, col.INTENSITY_NOW] -= ending[year, col.E_INTENSITY]
        tally[year, col.UNITS] += ending[year, col.E_UNITS]
        tally[year, col.UNIT_PARTS] += ending[year, col.E_UNIT_PARTS]
        # Care until the first of January is care of the year before.
        tally[year, col.CLIENTS] -= at_new_year
        youth[year] -= at_new_year
        if year + 1 < len(ending):
            tally[year + 1, col.CLIENTS] -= ended - at_new_year
            youth[year + 1] -= ended - at_new_year
