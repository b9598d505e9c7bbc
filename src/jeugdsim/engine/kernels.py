"""A draw: the effects of its levers, then its children, by a few kernels one after another.

Arrays in, ``out`` arrays written; integers, + - * / and comparisons on tables made once in the plan,
``math`` where a function is unavoidable. The same code runs uncompiled under NUMBA_DISABLE_JIT=1.
Kernels are called from here and not from one kernel around them, because numba compiles what a kernel
calls anew with it; so each is compiled when it is first needed, and once.
"""

from __future__ import annotations

import numpy as np

from jeugdsim.engine import columns as col
from jeugdsim.engine.alone import follow_alone
from jeugdsim.engine.asking import ask_side_by_side
from jeugdsim.engine.booking import close_children, close_tally
from jeugdsim.engine.children import follow
from jeugdsim.engine.compiled import Floats, Integers, Truths, brief, compiled
from jeugdsim.engine.tables import Drawn, Kids, Lines, Log, Out, Packed, Tables, Work
from jeugdsim.engine.together import live_together, live_together_one_by_one


@brief
def _multiply_effects(members: Truths, phase: Floats, effect: Floats, out: Floats) -> None:
    """Write the product of (1 + effect x phase) over the effects of each group; out (group, time)."""
    for group in range(members.shape[0]):
        for moment in range(phase.shape[1]):
            out[group, moment] = 1.0
        for index in range(members.shape[1]):
            if members[group, index]:
                for moment in range(phase.shape[1]):
                    out[group, moment] *= 1.0 + effect[index] * phase[index, moment]


@brief
def _running_sum(daily: Floats, out: Floats) -> None:
    """Write the sums of the days before each day; out has one day more than daily."""
    for group in range(daily.shape[0]):
        total = 0.0
        for day in range(daily.shape[1]):
            out[group, day] = total
            total += daily[group, day]
        out[group, daily.shape[1]] = total


@brief
def _running_sum_in_year(daily: Floats, years: Integers, out: Floats) -> None:
    """Write the sums of the days before each day in its year; out has one day more than daily."""
    for group in range(daily.shape[0]):
        for year in range(len(years) - 1):
            total = 0.0
            for day in range(years[year], years[year + 1]):
                out[group, day] = total
                total += daily[group, day]
        out[group, daily.shape[1]] = 0.0


@brief
def _largest(rows: Floats, out: Floats) -> None:
    """Write the largest number of each row; 0 where all are below."""
    for group in range(rows.shape[0]):
        most = 0.0
        for moment in range(rows.shape[1]):
            most = max(most, rows[group, moment])
        out[group] = most


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
    _running_sum_in_year(work.units_effects, t.year_first_day, work.units_in_year)
    _largest(work.move_effects, work.most_moving)
    work.unit_effects[:] = np.any(work.units_effects != 1.0, axis=1)


def simulate_draw(
    t: Packed,
    drawn: Drawn,
    out: Out,
    work: Work,
    kids: Kids,
    lines: Lines,
    log: Log,
    r: int,
    one_by_one: bool,
) -> bool:
    """Simulate every child of one draw and count into ``out``, zero so far; False: no room for a row.

    First everybody on their own; those who ask for a place, or have one at the start, then live
    through the days together. ``one_by_one``: nobody side by side; it makes no bit of difference.
    """
    _begin(work, kids, lines)
    alone = not one_by_one and len(t.until_age) == 0 and t.retentions.shape[1] == 0
    limited = drawn.places.shape[1] > 0
    if alone:
        if not follow_alone(t, drawn, out, work, kids, r):
            return False
        if limited and not ask_side_by_side(t, drawn, out, work, kids, r):
            return False
    elif not _follow_everybody(t, drawn, out, work, kids, log, r):
        return False
    if limited and alone:
        live_together(t, drawn, out, work, kids, lines, r)
    elif limited and not live_together_one_by_one(t, drawn, out, work, kids, lines, log, r):
        return False
    if t.retentions.shape[1] > 0:
        rows = work.used[col.ROWS]
        close_children(t.cells, t.retentions, out.child_costs[r], kids.keys, kids.cost, rows)
    close_tally(
        t.cells,
        t.forms,
        t.year_first_day,
        work.units_before,
        work.tally,
        work.youth,
        out.counts[r],
        out.units[r],
        out.youth_in_year[r],
    )
    return True


def _begin(work: Work, kids: Kids, lines: Lines) -> None:
    """Forget the draw before."""
    counted = (work.seen_child, work.waits, work.used, work.tally, work.youth, kids.cost[0])
    for numbers in (*counted, *lines):
        numbers[...] = 0


@compiled
def _follow_everybody(
    t: Packed, drawn: Drawn, out: Out, work: Work, kids: Kids, log: Log, r: int
) -> bool:
    """Follow the children of every cell one by one; False: no room for a row."""
    for cell in range(len(t.cells)):
        if not follow(t, drawn, out, work, kids, log, r, cell, col.NOBODY, -1):
            return False
    return True
