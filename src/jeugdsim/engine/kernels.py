"""The compiled core: keyed random numbers and children followed through care, one draw after another.

A compiled call chain stands in one file, because numba's cache notices edits per file only: this one
simulates, ``flows`` holds the closed forms.
Arrays in, ``out`` arrays written; integers, + - * / and comparisons on tables made once in the plan,
``math`` where a function is unavoidable. The same code runs uncompiled under NUMBA_DISABLE_JIT=1.

A random number is addressed by (seed, municipality, first care form) in the 64-bit key and
(sequence number, step and purpose, month of first entry, draw) in the 128-bit counter of
Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"). One block of four
words gives a stay all it needs: stay, intensity, next form, entry day.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int32]
Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(function: Kernel) -> Kernel:
    """Compile with a cache on disk, or without where no place is writable or the user says so."""
    if os.environ.get("JEUGDSIM_CACHE", "1") != "0":
        try:
            return cast(Kernel, numba.njit(cache=True, nogil=True)(function))
        except RuntimeError:  # numba finds no writable place for its cache
            return cast(Kernel, numba.njit(nogil=True)(function))
    return cast(Kernel, numba.njit(nogil=True)(function))


MASK = 0xFFFFFFFF
STAY, INFLOW_COUNT, STOCK_COUNT, ROUNDING = 0, 1, 2, 3  # purposes of a random number
_PURPOSE_SHIFT = 24  # a child's steps stay below 2^24

CENTRE_BITS = 11  # the quantile table's middle: cells of equal probability
TAIL_BITS = 27  # below 2^27 of 2^32 (and above the mirror) the tails, cell widths halving
OCTAVE_CELLS = 64
CENTRE_KNOTS = (1 << CENTRE_BITS) + 1
TAIL_KNOTS = (TAIL_BITS + 1) * OCTAVE_CELLS + 1


class Tables(NamedTuple):
    """What is the same in every draw; c cells, k care forms, m municipalities, d days, t months."""

    cell_municipality: Integers  # (c,)
    cell_form: Integers  # (c,)
    cell_key: Integers  # (c, 2) the two 32-bit words of the key
    cell_at: Integers  # (m, k) the cell, or -1 where the municipality does not buy the form
    stay_group: Integers  # (c,) which row of the stay effects acts on a cell
    units_group: Integers  # (c,)
    inflow_group: Integers  # (c,)
    move_group: Integers  # (m, moves)
    stay_quantiles: Floats  # (k, knots) days, made so that whole days have the stated mean
    fixed_stay: npt.NDArray[np.bool_]  # (k,)
    step_first: Integers  # (k + 1,) steps of an empirical form k are step_first[k]:step_first[k + 1]
    step_chances: Floats  # (steps,) P(stay <= its day)
    step_days: Floats  # (steps,) days, rising within a form
    remaining_cumulative: Floats  # (k, days or more) P(remaining stay of the stock <= r)
    intensity_quantiles: Floats  # (k, knots)
    spread_units: npt.NDArray[np.bool_]  # (k,) whether the intensity varies
    per_trajectory: npt.NDArray[np.bool_]  # (k,) one unit at entry
    move_first: Integers  # (k + 1,) moves of form k are rows move_first[k]:move_first[k + 1]
    move_to: Integers  # (moves,)
    day_year: Integers  # (d,)
    year_first_day: Integers  # (years + 1,)
    month_first_day: Integers  # (t,)
    month_days: Integers  # (t,)
    month_year: Integers  # (t,)
    month_number: Integers  # (t,)
    month_share: Floats  # (k, t) share of the year's inflow, season included
    effect_phase_day: Floats  # (effects, d)
    effect_phase_month: Floats  # (effects, t)
    stay_members: npt.NDArray[np.bool_]  # (groups, effects) which effects multiply in a group
    units_members: npt.NDArray[np.bool_]
    inflow_members: npt.NDArray[np.bool_]
    move_members: npt.NDArray[np.bool_]
    whole_effect: Integers  # (a,) effects that also act on the days left, in order of name
    whole_starts: Integers  # (a,) their first day
    whole_cells: npt.NDArray[np.bool_]  # (a, c)


class Drawn(NamedTuple):
    """What differs between draws, for the draws of one chunk (r)."""

    number: Integers  # (r,) the draw's number in the run
    inflow: Floats  # (r, c, years) expected new children per year, before levers
    stock: Floats  # (r, c) expected clients in care on the day before the start
    stock_known: npt.NDArray[np.bool_]  # (c,) the stock is a whole number, not an expectation
    stay_scale: Floats  # (r, k, years) by year of entry
    move_probability: Floats  # (r, moves)
    effect: Floats  # (r, effects)


class Out(NamedTuple):
    """What is counted, for the draws of one chunk: (r, years, m, k) unless said otherwise."""

    units: Floats  # intensity times days in care times effects; entries for a trajectory
    client_days: Counts
    stays_started: Counts
    stays_ended: Counts
    clients_in_year: Counts
    clients_at_start: Counts  # (r, m, k)
    youth_in_year: Counts  # (r, years, m)


def out_of(out: Out, draws: slice) -> Out:
    """Return the part of ``out`` for some draws."""
    return Out(
        units=out.units[draws],
        client_days=out.client_days[draws],
        stays_started=out.stays_started[draws],
        stays_ended=out.stays_ended[draws],
        clients_in_year=out.clients_in_year[draws],
        clients_at_start=out.clients_at_start[draws],
        youth_in_year=out.youth_in_year[draws],
    )


class Work(NamedTuple):
    """A thread's work space for one draw, written anew for every draw."""

    stay_effects: Floats  # (groups, d) product of (1 + effect x phase)
    move_effects: Floats  # (groups, d)
    units_effects: Floats  # (groups, d)
    units_before: Floats  # (groups, d + 1) sum of the days before
    inflow_effects: Floats  # (groups, t)
    seen_child: Integers  # (k,) last child seen in a care form
    seen_year: Integers  # (k,) last year in which that child was counted there


def make_work(t: Tables) -> Work:
    """Return a work space for the kernel."""
    days, months, forms = len(t.day_year), len(t.month_days), len(t.fixed_stay)
    return Work(
        stay_effects=np.empty((len(t.stay_members), days)),
        move_effects=np.empty((len(t.move_members), days)),
        units_effects=np.empty((len(t.units_members), days)),
        units_before=np.empty((len(t.units_members), days + 1)),
        inflow_effects=np.empty((len(t.inflow_members), months)),
        seen_child=np.zeros(forms, dtype=np.int64),
        seen_year=np.zeros(forms, dtype=np.int64),
    )


@compiled
def philox(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Return the four 32-bit words of Philox4x32-10 for a counter and a key.

    Words are kept as non-negative integers below 2^32. The product of two words may wrap to a
    negative 64-bit integer when compiled; its bits are the same, and the masks take them out.
    """
    c0, c1, c2, c3, k0, k1 = int(c0), int(c1), int(c2), int(c3), int(k0), int(k1)
    for _ in range(10):
        p0 = 0xD2511F53 * c0
        p1 = 0xCD9E8D57 * c2
        c0 = ((p1 >> 32) & MASK) ^ c1 ^ k0
        c1 = p1 & MASK
        c2 = ((p0 >> 32) & MASK) ^ c3 ^ k1
        c3 = p0 & MASK
        k0 = (k0 + 0x9E3779B9) & MASK
        k1 = (k1 + 0xBB67AE85) & MASK
    return c0, c1, c2, c3


@compiled
def uniform(word: int) -> float:
    """Return the middle of a word's cell of (0, 1)."""
    return (word + 0.5) * 2.0**-32


@compiled
def uniform53(high: int, low: int) -> float:
    """Return a uniform from two words, with 53 bits: above 0, and 1 only for the last cell."""
    return ((high << 21) + (low >> 11) + 0.5) * 2.0**-53


@compiled
def poisson_count(mean: float, u: float) -> int:
    """Return the smallest n with P(N <= n) >= u for N Poisson with this mean.

    Inversion of one uniform, so that with a smaller mean a count never rises (for u up to about
    1 - 1e-10, where the sums run out of digits). Small means sum from zero; large means sum from the
    mode, where nothing underflows.
    """
    if mean <= 0.0:
        return 0
    if mean < 32.0:
        term = math.exp(-mean)
        below = term
        n = 0
        while u > below and (n < mean or term > 1e-18):
            n += 1
            term *= mean / n
            below += term
        return n
    mode = int(mean)
    peak = math.exp(mode * math.log(mean) - mean - math.lgamma(mode + 1.0))
    below = peak
    term = peak
    n = mode
    while n > 0 and term > 1e-20:
        term *= n / mean
        n -= 1
        below += term
    n = mode
    term = peak
    if u <= below:
        while n > 0 and u <= below - term:
            below -= term
            term *= n / mean
            n -= 1
        return n
    while u > below and term > 1e-20:
        n += 1
        term *= mean / n
        below += term
    return n


@compiled
def quantile_at(knots: Floats, form: int, word: int) -> float:
    """Return a care form's quantile at a word's uniform, interpolated between the table's knots.

    The middle has cells of equal probability; each tail has 64 cells for every halving of the
    probability, so that the error stays near 1e-5 of a standard deviation down to 2^-32.
    """
    tail = 1 << TAIL_BITS
    if word >= tail and word <= MASK - tail:
        shift = 32 - CENTRE_BITS
        cell = word >> shift
        part = ((word & ((1 << shift) - 1)) + 0.5) * (1.0 / (1 << shift))
    else:
        lower = word < tail
        twice = 2 * (word if lower else MASK - word) + 1
        octave = TAIL_BITS
        while twice < (1 << octave):
            octave -= 1
        place = (twice - (1 << octave)) * (OCTAVE_CELLS / (1 << octave))
        cell = int(place)
        part = place - cell
        cell += CENTRE_KNOTS + octave * OCTAVE_CELLS
        if not lower:
            cell += TAIL_KNOTS
    low = knots[form, cell]
    return float(low + (knots[form, cell + 1] - low) * part)


@compiled
def step_at(chances: Floats, days: Floats, low: int, last: int, word: int) -> float:
    """Return the days of the first of the steps low..last whose chance reaches a word's uniform."""
    u = uniform(word)
    while low < last:
        middle = (low + last) // 2
        if chances[middle] < u:
            low = middle + 1
        else:
            last = middle
    return float(days[low])


@compiled
def first_reaching(cumulative: Floats, form: int, u: float) -> int:
    """Return the first index whose cumulative probability reaches u; the length if none does."""
    low = 0
    high = cumulative.shape[1]
    while low < high:
        middle = (low + high) // 2
        if cumulative[form, middle] < u:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def _multiply_effects(
    members: npt.NDArray[np.bool_], phase: Floats, effect: Floats, out: Floats
) -> None:
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


@compiled
def _whole_days(x: float, fixed: bool, rounding_word: int) -> int:
    """Return the whole days of a continuous stay: nearest, or for a fixed stay up by chance."""
    if not fixed:
        return max(1, int(x + 0.5))
    days = int(x)
    if uniform(rounding_word) < x - days:
        days += 1
    return max(1, days)


@compiled
def _next_form(
    move_first: Integers,
    move_to: Integers,
    move_group: Integers,
    probability: Floats,
    effects: Floats,
    r: int,
    town: int,
    form: int,
    day: int,
    u: float,
) -> int:
    """Return the form a child moves to when a stay ends on a day, or -1 when it leaves care."""
    first, last = move_first[form], move_first[form + 1]
    total = 0.0
    for move in range(first, last):
        total += probability[r, move] * effects[move_group[town, move], day]
    if total > 1.0:
        u *= total
    below = 0.0
    for move in range(first, last):
        below += probability[r, move] * effects[move_group[town, move], day]
        if u < below:
            return int(move_to[move])
    return -1


@compiled
def _days_left_changed(
    whole_effect: Integers,
    whole_starts: Integers,
    whole_cells: npt.NDArray[np.bool_],
    effect: Floats,
    r: int,
    cell: int,
    entry: int,
    end: int,
) -> int:
    """Return the end of a stay after the levers that act on children already in care."""
    for lever in range(len(whole_effect)):
        starts = whole_starts[lever]
        if whole_cells[lever, cell] and entry < starts and end > starts:
            left = (end - starts) * (1.0 + effect[r, whole_effect[lever]])
            end = starts + max(1, math.floor(left + 0.5))
    return end


@compiled
def _simulate_cell(
    t: Tables, drawn: Drawn, out: Out, work: Work, r: int, cell_of_entry: int, child: int
) -> int:
    """Follow the children who first enter care in one cell until they leave or time ends.

    First the start stock (month -1), then month by month. ``child`` is the number of children
    followed before in this draw, which tells one child's visits to a care form from another's; the
    number after this cell is returned.
    """
    # Local names: numba counts references at every use of a tuple's array inside a loop.
    cell_form = t.cell_form
    cell_at = t.cell_at
    stay_group = t.stay_group
    units_group = t.units_group
    stay_quantiles = t.stay_quantiles
    fixed_stay = t.fixed_stay
    step_first = t.step_first
    step_chances = t.step_chances
    step_days = t.step_days
    remaining_cumulative = t.remaining_cumulative
    intensity_quantiles = t.intensity_quantiles
    spread_units = t.spread_units
    per_trajectory = t.per_trajectory
    move_first = t.move_first
    move_to = t.move_to
    move_group = t.move_group
    whole_effect = t.whole_effect
    whole_starts = t.whole_starts
    whole_cells = t.whole_cells
    day_year = t.day_year
    year_first_day = t.year_first_day
    stay_scale = drawn.stay_scale
    move_probability = drawn.move_probability
    effect = drawn.effect
    stay_effects = work.stay_effects
    move_effects = work.move_effects
    units_before = work.units_before
    seen_child = work.seen_child
    seen_year = work.seen_year
    units = out.units
    client_days = out.client_days
    stays_started = out.stays_started
    stays_ended = out.stays_ended
    clients_in_year = out.clients_in_year
    youth_in_year = out.youth_in_year
    month_number = t.month_number
    month_year = t.month_year
    month_share = t.month_share
    months_first_day = t.month_first_day
    months_days = t.month_days
    inflow = drawn.inflow
    inflow_effects = work.inflow_effects
    draw = drawn.number[r]
    k0, k1 = t.cell_key[cell_of_entry, 0], t.cell_key[cell_of_entry, 1]
    town = t.cell_municipality[cell_of_entry]
    inflow_group = t.inflow_group[cell_of_entry]
    horizon = year_first_day[-1]
    for month in range(-1, len(month_number)):
        address = 0 if month < 0 else month_number[month] + 1
        if month < 0:
            children = _start_clients(t, drawn, r, cell_of_entry)
            out.clients_at_start[r, town, cell_form[cell_of_entry]] = children
        else:
            mean = inflow[r, cell_of_entry, month_year[month]]
            mean *= month_share[cell_form[cell_of_entry], month] * inflow_effects[inflow_group, month]
            w0, w1, _, _ = philox(0, INFLOW_COUNT << _PURPOSE_SHIFT, address, draw, k0, k1)
            children = poisson_count(mean, uniform53(w0, w1))
        for sequence in range(children):
            child += 1
            cell = cell_of_entry
            entry = -1
            youth_year = -1
            step = 0
            while True:
                form = cell_form[cell]
                stay_word, intensity_word, next_word, day_word = philox(
                    sequence, step, address, draw, k0, k1
                )
                if month < 0 and step == 0:
                    day = 0
                    end = first_reaching(remaining_cumulative, form, uniform(stay_word))
                else:
                    if step == 0:
                        entry = months_first_day[month] + ((day_word * months_days[month]) >> 32)
                    day = entry
                    year = day_year[entry]
                    first_step, steps_end = step_first[form], step_first[form + 1]
                    if first_step == steps_end:
                        x = quantile_at(stay_quantiles, form, stay_word)
                    else:
                        x = step_at(step_chances, step_days, first_step, steps_end - 1, stay_word)
                    x *= stay_scale[r, form, year] * stay_effects[stay_group[cell], entry]
                    rounding_word = 0
                    if fixed_stay[form]:
                        purpose = ROUNDING << _PURPOSE_SHIFT
                        rounding_word = philox(sequence, step + purpose, address, draw, k0, k1)[0]
                    end = entry + _whole_days(x, fixed_stay[form], rounding_word)
                    stays_started[r, year, town, form] += 1
                    if per_trajectory[form]:
                        units[r, year, town, form] += 1.0
                end = _days_left_changed(
                    whole_effect, whole_starts, whole_cells, effect, r, cell, entry, end
                )

                intensity = 0.0 if per_trajectory[form] else 1.0
                if spread_units[form]:
                    intensity = quantile_at(intensity_quantiles, form, intensity_word)
                if seen_child[form] != child:
                    seen_child[form] = child
                    seen_year[form] = -1
                group, last = units_group[cell], min(end, horizon)
                while day < last:
                    year = day_year[day]
                    until = min(last, year_first_day[year + 1])
                    client_days[r, year, town, form] += until - day
                    done = units_before[group, until] - units_before[group, day]
                    units[r, year, town, form] += intensity * done
                    if seen_year[form] < year:
                        seen_year[form] = year
                        clients_in_year[r, year, town, form] += 1
                    if youth_year < year:
                        youth_year = year
                        youth_in_year[r, year, town] += 1
                    day = until
                if end >= horizon:
                    break
                stays_ended[r, day_year[end], town, form] += 1
                to = _next_form(
                    move_first,
                    move_to,
                    move_group,
                    move_probability,
                    move_effects,
                    r,
                    town,
                    form,
                    end,
                    uniform(next_word),
                )
                if to < 0 or cell_at[town, to] < 0:
                    break
                cell = cell_at[town, to]
                entry = end
                step += 1
    return child


@compiled
def prepare_effects(t: Tables, drawn: Drawn, work: Work, r: int) -> None:
    """Write the effects of one draw's levers and responses into the work space."""
    effect = drawn.effect[r]
    _multiply_effects(t.stay_members, t.effect_phase_day, effect, work.stay_effects)
    _multiply_effects(t.move_members, t.effect_phase_day, effect, work.move_effects)
    _multiply_effects(t.units_members, t.effect_phase_day, effect, work.units_effects)
    _multiply_effects(t.inflow_members, t.effect_phase_month, effect, work.inflow_effects)
    _running_sum(work.units_effects, work.units_before)


@compiled
def _start_clients(t: Tables, drawn: Drawn, r: int, cell: int) -> int:
    """Return the clients in care on the day before the start."""
    if drawn.stock_known[cell]:
        return int(drawn.stock[r, cell])
    k0, k1 = t.cell_key[cell, 0], t.cell_key[cell, 1]
    w0, w1, _, _ = philox(0, STOCK_COUNT << _PURPOSE_SHIFT, 0, drawn.number[r], k0, k1)
    return poisson_count(drawn.stock[r, cell], uniform53(w0, w1))


@compiled
def simulate_chunk(t: Tables, drawn: Drawn, out: Out, work: Work) -> None:
    """Simulate every child of the draws of a chunk and count into ``out``, which starts at zero."""
    for r in range(len(drawn.number)):
        prepare_effects(t, drawn, work, r)
        work.seen_child[:] = 0
        child = 0
        for cell in range(len(t.cell_form)):
            child = _simulate_cell(t, drawn, out, work, r, cell, child)
