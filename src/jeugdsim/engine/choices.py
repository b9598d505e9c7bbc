"""Compiled: what a child's own numbers say: how many come, how long a stay is, where it leads."""

from __future__ import annotations

import math

from jeugdsim.engine import columns as col
from jeugdsim.engine.ages import YEAR_DAYS, limit_day
from jeugdsim.engine.compiled import Counts, Floats, Integers, compiled, inlined
from jeugdsim.engine.keyed import (
    INFLOW_COUNT,
    PURPOSE_SHIFT,
    philox,
    poisson_count,
    quantile_at,
    step_at,
    uniform,
    uniform53,
)

_LIST_FIRST = 1 << 60  # taken off the tie of who was in line before the start


@compiled
def first_clients(expected: float, known: bool, purpose: int, draw: int, k0: int, k1: int) -> int:
    """Return the children there are on the day before the start: in care, or in line."""
    if known:
        return int(expected)
    w0, w1, _, _ = philox(0, purpose << PURPOSE_SHIFT, 0, draw, k0, k1)
    return poisson_count(expected, uniform53(w0, w1))


@compiled
def continuous_stay(
    quantiles: Floats, steps: Floats, form: int, first_step: int, steps_end: int, word: int
) -> float:
    """Return a form's stay in days at a word's uniform, before any scale: interpolated, or a step."""
    if first_step == steps_end:
        return quantile_at(quantiles, form, word)
    return step_at(steps, first_step, steps_end - 1, word)


@compiled
def whole_days(x: float, fixed: bool, rounding_word: int) -> int:
    """Return the whole days of a continuous stay: nearest, or for a fixed stay up by chance."""
    if not fixed:
        return max(1, int(x + 0.5))
    days = int(x)
    if uniform(rounding_word) < x - days:
        days += 1
    return max(1, days)


@inlined
def next_move(
    first: int,
    moves_end: int,
    move_group: Integers,
    probability: Floats,
    effects: Floats,
    town: int,
    day: int,
    u: float,
) -> int:
    """Return which of a form's moves a child makes when a stay ends, or -1 when it leaves care."""
    total = 0.0
    for move in range(first, moves_end):
        total += probability[move] * effects[move_group[town, move], day]
    if total > 1.0:
        u *= total
    below = 0.0
    for move in range(first, moves_end):
        below += probability[move] * effects[move_group[town, move], day]
        if u < below:
            return move
    return -1


@compiled
def moves_below(
    first: int,
    moves_end: int,
    move_group: Integers,
    probability: Floats,
    most_moving: Floats,
    town: int,
) -> int:
    """Return below what a child's word is if it moves on any day, whatever levers do to moves."""
    most = 0.0
    for move in range(first, moves_end):
        most += probability[move] * most_moving[move_group[town, move]]
    return 1 << 32 if most >= 1.0 else int(most * 4294967296.0) + 1


@compiled
def days_left_changed(whole_levers: Integers, effect: Floats, cell: int, entry: int, end: int) -> int:
    """Return the end of a stay after the levers that act on children already in care."""
    for lever in range(len(whole_levers)):
        starts = whole_levers[lever, col.W_STARTS]
        if whole_levers[lever, col.WHOLE_CELLS + cell] > 0 and entry < starts and end > starts:
            left = (end - starts) * (1.0 + effect[whole_levers[lever, col.W_EFFECT]])
            end = starts + max(1, math.floor(left + 0.5))
    return end


@compiled
def days_of_patience(rate: float, most: int, word: int) -> int:
    """Return after how many days in line a child stops waiting, at a rate per year; 1 to most.

    The chance to wait one more day is exp(-rate / 365.25): whole days of an exponential patience.
    """
    if rate <= 0.0:
        return most
    patience = -math.log(uniform(word)) * YEAR_DAYS / rate
    return most if patience >= most else int(patience) + 1


@compiled
def arriving(
    cells: Integers,
    months: Integers,
    month_share: Floats,
    inflow: Floats,
    inflow_effects: Floats,
    cell: int,
    month: int,
    draw: int,
) -> int:
    """Return the children who first enter care in a cell in a month."""
    mean = inflow[cell, months[month, col.T_YEAR]] * (
        month_share[cells[cell, col.C_FORM], month]
        * inflow_effects[cells[cell, col.C_INFLOW_GROUP], month]
    )
    k0, k1 = cells[cell, col.C_KEY_LOW], cells[cell, col.C_KEY_HIGH]
    address = months[month, col.T_NUMBER] + 1
    w0, w1, _, _ = philox(0, INFLOW_COUNT << PURPOSE_SHIFT, address, draw, k0, k1)
    return poisson_count(mean, uniform53(w0, w1))


@compiled
def keep_words(keys: Integers, row: int, stay_word: int, intensity_word: int, next_word: int) -> None:
    """Write down the words of the stay a child waits for; they do not depend on how long it waits."""
    keys[row, col.K_STAY_WORD] = stay_word
    keys[row, col.K_INTENSITY_WORD] = intensity_word
    keys[row, col.K_NEXT_WORD] = next_word


@compiled
def ask_for_place(
    cells: Integers,
    rates: Floats,
    until_age: Floats,
    extended_effects: Floats,
    state: Counts,
    keys: Integers,
    row: int,
    wish: int,
    held: int,
    rank: int,
    now: int,
    first_of_all: bool,
    born: float,
    extension: float,
    horizon: int,
    w0: int,
    w1: int,
    w2: int,
    w3: int,
) -> None:
    """Write down what a child asks for, its tie number, and when and how it stops waiting without."""
    form = cells[wish, col.C_FORM]
    tie = (w0 << 21) | (w1 >> 11)
    if first_of_all:
        tie -= _LIST_FIRST
    escalation = rates[form, col.ESCALATION]
    rate = rates[form, col.RENEGING] + escalation
    quits = now + days_of_patience(rate, horizon, w2)
    ending = col.ESCALATES if uniform(w3) * rate < escalation else col.GIVES_UP
    limit = limit_day(cells, rates, until_age, extended_effects, wish, born, extension)
    if held >= 0:
        here = limit_day(cells, rates, until_age, extended_effects, held, born, extension)
        limit = min(limit, here)
    if limit <= quits:
        quits, ending = limit, col.TOO_OLD
    state[row, col.WISH] = wish
    state[row, col.HELD] = held
    state[row, col.PRIORITY] = rank
    state[row, col.SINCE] = now
    keys[row, col.K_TIE] = tie
    state[row, col.QUITS] = quits
    state[row, col.ENDING] = ending
