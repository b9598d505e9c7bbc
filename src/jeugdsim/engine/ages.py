"""Compiled: how old a child is, and until which day it may stay in a form.

A year of age is 365.25 days. A child is ``born`` on a day counted from the start of the horizon, with
its fraction; ``extension`` is the number of its own that says whether it may stay beyond 18.
"""

from __future__ import annotations

import math

from jeugdsim.engine import columns as col
from jeugdsim.engine.compiled import Floats, Integers, compiled
from jeugdsim.engine.keyed import (
    AGE,
    MASK,
    PURPOSE_SHIFT,
    STOCK_ADDRESS,
    STOCK_AGAIN,
    first_reaching,
    philox,
    quantile_at,
    step_at,
    uniform,
)

YEAR_DAYS = 365.25
MAJORITY = 18.0  # years: youth care ends, unless extended
NO_LIMIT = 1 << 40
_MOST_TRIES = 64


@compiled
def age_at_entry(cumulative: Floats, form: int, class_word: int, day_word: int) -> float:
    """Return the age at first entry in days: whole years by the form's table, the rest uniform."""
    years = first_reaching(cumulative, form, uniform(class_word))
    years = min(years, cumulative.shape[1] - 1)
    return float((years + uniform(day_word)) * YEAR_DAYS)


@compiled
def birthday(born: float, years: float) -> int:
    """Return the first day on which a child has reached an age."""
    return math.ceil(born + years * YEAR_DAYS)


@compiled
def last_birthday(
    share: float, effects: Floats, group: int, until_age: float, born: float, extension: float
) -> int:
    """Return the first day on which a child may no longer be in a form.

    18, or ``until_age`` where its own number lies below the share that may stay on, levers of its 18th
    birthday included.
    """
    adult_from = birthday(born, MAJORITY)
    if 0 <= adult_from < effects.shape[1]:
        share *= effects[group, adult_from]
    return birthday(born, until_age) if extension < share else adult_from


@compiled
def limit_day(
    cells: Integers,
    rates: Floats,
    until_age: Floats,
    extended_effects: Floats,
    cell: int,
    born: float,
    extension: float,
) -> int:
    """Return the first day on which a child may no longer be in a cell's form; never without ages."""
    if len(until_age) == 0:
        return NO_LIMIT
    form, group = cells[cell, col.C_FORM], cells[cell, col.C_EXTENDED_GROUP]
    share = rates[form, col.EXTENDED_SHARE]
    return last_birthday(share, extended_effects, group, until_age[form], born, extension)


@compiled
def word_of_longer_stay(remaining_cumulative: Floats, form: int, left: int, word: int) -> int:
    """Return a word whose stay S is one of those above ``left`` days, for a child with so many left.

    P(R = r) = P(S > r) / E[S], so P(S > r) is the table's step at r over that at 0.
    """
    if left >= remaining_cumulative.shape[1]:
        return MASK
    below = remaining_cumulative[form, left - 1] if left > 0 else 0.0
    longer = (remaining_cumulative[form, left] - below) / remaining_cumulative[form, 0]
    u = 1.0 - longer * (1.0 - uniform(word))
    return min(max(int(u * 4294967296.0), 0), MASK)


@compiled
def stock_child(
    remaining_cumulative: Floats,
    stay_quantiles: Floats,
    steps: Floats,
    first_step: int,
    steps_end: int,
    ages: Floats,
    effects: Floats,
    group: int,
    share: float,
    until_age: float,
    form: int,
    sequence: int,
    draw: int,
    k0: int,
    k1: int,
) -> tuple[int, float, float]:
    """Return (end, born, extension) of a child in care on the day before the start.

    Its days left R come from the stay without a limit, its days so far from a stay longer than R. Who
    passed the limit before the start is not there: another child is tried.
    """
    end, born, extension = 0, 0.0, 0.0
    for attempt in range(_MOST_TRIES):
        step = 0 if attempt == 0 else (STOCK_AGAIN << PURPOSE_SHIFT) + attempt
        stay_word = philox(sequence, step, STOCK_ADDRESS, draw, k0, k1)[0]
        end = first_reaching(remaining_cumulative, form, uniform(stay_word))
        step = (AGE << PURPOSE_SHIFT) + attempt
        w0, w1, w2, w3 = philox(sequence, step, STOCK_ADDRESS, draw, k0, k1)
        longer = word_of_longer_stay(remaining_cumulative, form, end, w3)
        if first_step == steps_end:
            stay = quantile_at(stay_quantiles, form, longer)
        else:
            stay = step_at(steps, first_step, steps_end - 1, longer)
        so_far = max(int(stay + 0.5) - end, 1)
        born = -so_far - age_at_entry(ages, form, w0, w1)
        extension = uniform(w2)
        limit = last_birthday(share, effects, group, until_age, born, extension)
        if limit >= 0:  # the limit itself is kept to later, after levers on the days left
            return end, born, extension
    return 0, -MAJORITY * YEAR_DAYS, extension  # hardly ever: leaves on the first day
