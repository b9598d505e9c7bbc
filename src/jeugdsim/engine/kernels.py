"""Compiled: the draws of a chunk, one after another.

Arrays in, ``out`` arrays written; integers, + - * / and comparisons on tables made once in the plan,
``math`` where a function is unavoidable. The same code runs uncompiled under NUMBA_DISABLE_JIT=1.
"""

from __future__ import annotations

import numpy as np

from jeugdsim.engine import columns as col
from jeugdsim.engine.booking import close_children
from jeugdsim.engine.children import follow
from jeugdsim.engine.compiled import Floats, Truths, compiled
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
from jeugdsim.engine.tables import Drawn, Kids, Lines, Log, Out, Packed, Tables, Work


@compiled
def _multiply_effects(members: Truths, phase: Floats, effect: Floats, out: Floats) -> None:
    """Write the product of (1 + effect x phase) over the effects of each group; out (group, time)."""
    out[:, :] = 1.0
    for group in range(members.shape[0]):
        for index in range(members.shape[1]):
            if members[group, index]:
                for moment in range(phase.shape[1]):
                    out[group, moment] *= 1.0 + effect[index] * phase[index, moment]


@compiled
def _running_sum(daily: Floats, out: Floats) -> None:
    """Write the sums of the days before each day; out has one day more than daily."""
    for group in range(daily.shape[0]):
        total = 0.0
        for day in range(daily.shape[1]):
            out[group, day] = total
            total += daily[group, day]
        out[group, daily.shape[1]] = total


def _refill_stays(t: Tables, effect: Floats, work: Work) -> None:
    """Lengthen stays that begin in a month with less inflow: times 1 + elasticity x phase x fall.

    The fall is what levers and responses take away from the inflow of that month, 0 where they add;
    who left the region is none of it.
    """
    for group, index in np.argwhere(t.refill_members):
        fall = np.maximum(1.0 - work.inflow_effects[t.refill_inflow[group]], 0.0)
        by_day = effect[index] * t.effect_phase_day[index] * np.repeat(fall, t.month_days)
        work.stay_effects[group] *= 1.0 + by_day


def _let_go(t: Tables, effect: Floats, work: Work) -> None:
    """Multiply the inflow by what municipalities that left, in whole or in part, leave of it."""
    for group, index in np.argwhere(t.leaving_members):
        work.inflow_effects[group] *= 1.0 + effect[index] * t.effect_phase_month[index]


def prepare_effects(t: Tables, drawn: Drawn, work: Work, r: int) -> None:
    """Write the effects of one draw's levers, responses and who leaves into the work space."""
    effect = drawn.effect[r]
    _multiply_effects(t.stay_members, t.effect_phase_day, effect, work.stay_effects)
    _multiply_effects(t.move_members, t.effect_phase_day, effect, work.move_effects)
    _multiply_effects(t.units_members, t.effect_phase_day, effect, work.units_effects)
    _multiply_effects(t.inflow_members, t.effect_phase_month, effect, work.inflow_effects)
    _refill_stays(t, effect, work)
    _let_go(t, effect, work)
    _multiply_effects(t.extended_members, t.effect_phase_day, effect, work.extended_effects)
    _running_sum(work.units_effects, work.units_before)


@compiled
def simulate_draw(
    t: Packed, drawn: Drawn, out: Out, work: Work, kids: Kids, lines: Lines, log: Log, r: int
) -> bool:
    """Simulate every child of one draw and count into ``out``, zero so far; False: no room for a row.

    First everybody on their own; those who ask for a place, or have one at the start, then live
    through the days together.
    """
    # By int(): numba compiles a function anew for every constant it is given, and ``follow`` is long.
    waiting, nobody = int(col.BATCH), int(col.NOBODY)
    cells = t.cells
    used = work.used
    work.seen_child[:] = 0
    work.waits[:, :] = 0
    kids.cost[0, :, :] = 0.0
    used[:] = 0
    for cell in range(len(cells)):
        if not follow(t, drawn, out, work, kids, log, r, cell, nobody):
            return False
    if drawn.places.shape[1] == 0:
        return True
    open_lines(kids, lines, used[col.ROWS])
    horizon = len(t.day_year)
    for day in range(horizon):
        year = t.day_year[day]
        joining, batch = wake(cells, kids, lines, day)
        if batch > 0 and not follow(t, drawn, out, work, kids, log, r, waiting, batch):
            return False
        joining = after_the_stays(kids, lines, day, joining, batch)
        line_up(cells, kids, lines, joining)
        batch = admit_all(cells, drawn.places[r, :, year], kids, lines, day)
        batch = resolve_circles(cells, kids, lines, day, batch)
        if batch > 0 and not follow(t, drawn, out, work, kids, log, r, waiting, batch):
            return False
        plan_ends(kids, lines, batch)
        if day + 1 == t.year_first_day[year + 1]:
            close_year(work.waits, out.counts[r, year], out.wait_p90_days[r, year])
    follow(t, drawn, out, work, kids, log, r, waiting, still_waiting(kids, used[col.ROWS], horizon))
    close_children(cells, t.retentions, out.child_costs[r], kids.state, kids.cost, used[col.ROWS])
    return True
