"""Compiled: rows for the children who first enter care by a place, side by side."""

from __future__ import annotations

from jeugdsim.engine import columns as col
from jeugdsim.engine.arrivals import count_children, stand_side_by_side
from jeugdsim.engine.booking import book_care
from jeugdsim.engine.choices import (
    ask_for_place,
    days_left_changed,
    first_clients,
    keep_words,
)
from jeugdsim.engine.compiled import compiled
from jeugdsim.engine.keyed import (
    LINE,
    LIST_ADDRESS,
    LIST_COUNT,
    ONE,
    PURPOSE_SHIFT,
    guided_reaching,
    philox_side_by_side,
    quantile_at,
    whole_intensity,
)
from jeugdsim.engine.tables import Drawn, Kids, Out, Packed, Work


@compiled
def ask_side_by_side(t: Packed, drawn: Drawn, out: Out, work: Work, kids: Kids, r: int) -> bool:
    """Give a row to everybody who first enters care by a place; False: no room for a row.

    Who is in care at the start has a place, the others ask for one on the day they come; those on the
    waiting list on the first day.
    """
    cells = t.cells
    forms = t.forms
    months = t.months
    days = t.days
    intensity_quantiles = t.intensity_quantiles
    remaining_cumulative = t.remaining_cumulative
    remaining_guide = t.remaining_guide
    whole_levers = t.whole
    until_age = t.until_age
    effect = drawn.effect[r]
    rates = drawn.rates[r]
    extended_effects = work.extended_effects
    units_in_year = work.units_in_year
    tally = work.tally
    youth = work.youth
    arrivals = work.arrivals
    sequences, addresses = work.lanes[col.L_SEQUENCE], work.lanes[col.L_ADDRESS]
    words = work.words
    line_words = work.line_words
    lane_runs = work.runs
    used = work.used
    state = kids.state
    keys = kids.keys
    seen = kids.seen
    horizon = len(days) - 1
    draw = drawn.number[r]
    for cell in range(len(cells)):
        if cells[cell, col.C_POOL] < 0:
            continue
        town, form = cells[cell, col.C_TOWN], cells[cell, col.C_FORM]
        k0, k1 = cells[cell, col.C_KEY_LOW], cells[cell, col.C_KEY_HIGH]
        sure = 0 if forms[form, col.F_PER_TRAJECTORY] > 0 else ONE
        count_children(t, drawn, work, r, cell)
        out.clients_at_start[r, town, form] = arrivals[0]
        expected, known = drawn.waiting[r, cell], drawn.waiting_known[cell]
        listed = first_clients(expected, known, LIST_COUNT, draw, k0, k1)
        group, taken = 0, 0
        while listed > 0 or group < len(arrivals):
            on_list = listed > 0
            if on_list:
                lanes, runs = min(listed, col.LANES), 1
                for lane in range(lanes):
                    sequences[lane] = taken + lane
                    addresses[lane] = LIST_ADDRESS
                listed -= lanes
                taken = taken + lanes if listed > 0 else 0
                lane_runs[0, col.R_GROUP] = 0
                lane_runs[0, col.R_END] = lanes
            else:
                group, taken, lanes, runs = stand_side_by_side(
                    months, arrivals, sequences, addresses, lane_runs, group, taken
                )
            if used[col.ROWS] + lanes >= len(state):
                return False
            philox_side_by_side(sequences, 0, addresses, draw, k0, k1, lanes, words)
            again = LINE << PURPOSE_SHIFT
            philox_side_by_side(sequences, again, addresses, draw, k0, k1, lanes, line_words)
            first_lane = 0
            for run in range(runs):
                month, lanes_end = lane_runs[run, col.R_GROUP] - 1, lane_runs[run, col.R_END]
                first_day, length = 0, 0
                if month >= 0:
                    first_day, length = months[month, col.T_FIRST_DAY], months[month, col.T_DAYS]
                for lane in range(first_lane, lanes_end):
                    used[col.ROWS] += 1
                    row = used[col.ROWS]
                    for other in range(len(forms)):
                        seen[row, other] = -1
                    state[row, col.POOL] = -1
                    keys[row, col.K_ORIGIN] = cell
                    state[row, col.CELL] = cell
                    keys[row, col.K_SEQUENCE] = sequences[lane]
                    state[row, col.STEP] = 0
                    state[row, col.YOUTH_YEAR] = -1
                    keys[row, col.K_ADDRESS] = addresses[lane]
                    if month >= 0 or on_list:
                        state[row, col.STATUS] = col.ASKING
                        keep_words(keys, row, words[0, lane], words[1, lane], words[2, lane])
                        ask_for_place(
                            cells,
                            rates,
                            until_age,
                            extended_effects,
                            state,
                            keys,
                            row,
                            cell,
                            -1,
                            cells[cell, col.C_ENTRY_CLASS],
                            first_day + ((words[3, lane] * length) >> 32),
                            on_list,
                            0.0,
                            0.0,
                            horizon,
                            line_words[0, lane],
                            line_words[1, lane],
                            line_words[2, lane],
                            line_words[3, lane],
                        )
                        continue
                    end = guided_reaching(remaining_cumulative, remaining_guide, form, words[0, lane])
                    end = days_left_changed(whole_levers, effect, cell, -1, end)
                    intensity = sure
                    if forms[form, col.F_SPREAD_UNITS] > 0:
                        intensity = whole_intensity(
                            quantile_at(intensity_quantiles, form, words[1, lane])
                        )
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
                        0,
                        min(end, horizon),
                        intensity,
                        -1,
                    )
                    state[row, col.STATUS] = col.IN_PLACE
                    state[row, col.POOL] = cells[cell, col.C_POOL]
                    state[row, col.END] = min(end, col.FAR_DAY)
                    keys[row, col.K_NEXT_WORD] = words[2, lane]
                    keys[row, col.K_INTENSITY] = intensity
                first_lane = lanes_end
    return True
