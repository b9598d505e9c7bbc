"""The arrays kernels read and write: their names, shapes and columns.

r draws of a chunk, c cells (a municipality and a care form it buys), k care forms, m municipalities,
d days, t months, p pools (places shared by the region or by a contract's members), n children who ask
for a place. What a scenario does not use is there with length 0.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from jeugdsim.engine import columns as col
from jeugdsim.engine.compiled import Counts, Floats, Integers, Truths, Years

_CACHE_LINE = 64  # bytes


class Tables(NamedTuple):
    """What is the same in every draw."""

    cell_municipality: Integers  # (c,)
    cell_form: Integers  # (c,)
    cell_key: Integers  # (c, 2) the two 32-bit words of the key
    cell_at: Integers  # (m, k) the cell, or -1 where the municipality does not buy the form
    stay_group: Integers  # (c,) which row of the stay effects acts on a cell
    units_group: Integers  # (c,)
    inflow_group: Integers  # (c,)
    extended_group: Integers  # (c,)
    move_group: Integers  # (m, moves)
    stay_quantiles: Floats  # (k, knots) days, made so that whole days have the stated mean
    fixed_stay: Truths  # (k,)
    step_first: Integers  # (k + 1,) steps of an empirical form k are step_first[k]:step_first[k + 1]
    step_chances: Floats  # (steps,) P(stay <= its day)
    step_days: Floats  # (steps,) days, rising within a form
    remaining_cumulative: Floats  # (k, days or more) P(remaining stay of the stock <= r)
    remaining_guide: Counts  # (k, 2^12 + 1) the first r that reaches g / 2^12
    intensity_quantiles: Floats  # (k, knots)
    spread_units: Truths  # (k,) whether the intensity varies
    per_trajectory: Truths  # (k,) one unit at entry
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
    stay_members: Truths  # (groups, effects) which effects multiply in a group
    refill_members: Truths  # (stay groups, effects) which refill it when inflow falls
    refill_inflow: Integers  # (stay groups,) the row of the inflow effects that tells the fall
    units_members: Truths
    inflow_members: Truths
    leaving_members: Truths  # (inflow groups, effects) changes of membership
    move_members: Truths
    extended_members: Truths
    whole_effect: Integers  # (a,) effects that also act on the days left, in order of name
    whole_starts: Integers  # (a,) their first day
    whole_cells: Truths  # (a, c)
    pool_at: Integers  # (c,) the pool whose places a cell needs, or -1
    pool_form: Integers  # (p,)
    entry_class: Integers  # (c,) priority class of children from outside
    move_class: Integers  # (moves,) and of those who come by a move
    move_holds: Truths  # (moves,) whether the child stays where it is while it waits
    bridging_form: Integers  # (k,) care while waiting for a form, or -1
    escalation_form: Integers  # (k,) what a child asks for instead, or -1
    in_time_days: Integers  # (k,) a wait of at most so many days is in time
    entry_age_cumulative: Floats  # (k, ages) P(age at first entry <= age), whole years; or (0, 0)
    until_age: Floats  # (k,) years, for who may stay beyond 18
    cell_contract: Integers  # (c,)
    retentions: Floats  # (contracts, most) euros; infinite where a contract has fewer


class Drawn(NamedTuple):
    """What differs between draws, for the draws of one chunk."""

    number: Integers  # (r,) the draw's number in the run
    inflow: Floats  # (r, c, years) expected new children per year, before levers
    stock: Floats  # (r, c) expected clients in care on the day before the start
    waiting: Floats  # (r, c) expected children in line on that day
    stock_known: Truths  # (c,) the stock is a whole number, not an expectation
    waiting_known: Truths  # (c,)
    stay_scale: Floats  # (r, k, years) by year of entry
    move_probability: Floats  # (r, moves)
    effect: Floats  # (r, effects)
    places: Integers  # (r, p, years)
    rates: (
        Floats  # (r, k, 3) reneging and escalation per year of waiting, share that may stay beyond 18
    )
    price: Floats  # (r, years, k) euros of price_year per day in care; or (r, 0, 0)


class Packed(NamedTuple):
    """Tables as the kernel reads them: few arrays, what is used together side by side.

    A compiled function pays for every array it is given, when compiled and at every call.
    """

    cells: Integers  # (c, CELL_COLUMNS)
    forms: Integers  # (k, FORM_COLUMNS)
    moves: Integers  # (moves, MOVE_COLUMNS)
    months: Integers  # (t, MONTH_COLUMNS)
    cell_at: Integers
    move_group: Integers
    days: Integers  # (d + 1, DAY_COLUMNS) the last row is the day after the horizon
    dates: Counts  # (d + 1,) the year and the number in the year of a day in one: small, so near
    year_first_day: Integers
    month_share: Floats
    stay_quantiles: Floats
    intensity_quantiles: Floats
    remaining_cumulative: Floats
    remaining_guide: Counts
    steps: Floats  # (2, steps) chances and days
    whole: Integers  # (a, col.WHOLE_CELLS + c) effect, first day, and whether it reaches each cell
    entry_ages: Floats
    until_age: Floats
    retentions: Floats


def packed(t: Tables) -> Packed:
    """Return tables as the kernel reads them."""
    reach = t.whole_cells.reshape(len(t.whole_effect), len(t.cell_form)).astype(np.int64)
    return Packed(
        cells=_columns(
            t.cell_form,
            t.cell_municipality,
            *t.cell_key.T,
            t.stay_group,
            t.units_group,
            t.inflow_group,
            t.extended_group,
            t.pool_at,
            t.entry_class,
            t.cell_contract,
        ),
        forms=_columns(
            t.fixed_stay,
            t.spread_units,
            t.per_trajectory,
            t.step_first[:-1],
            t.step_first[1:],
            t.move_first[:-1],
            t.move_first[1:],
            t.bridging_form,
            t.escalation_form,
            t.in_time_days,
        ),
        moves=_columns(t.move_to, t.move_holds, t.move_class),
        months=_columns(t.month_first_day, t.month_days, t.month_year, t.month_number),
        cell_at=t.cell_at,
        move_group=t.move_group,
        days=_days(t),
        dates=_dates(t),
        year_first_day=t.year_first_day,
        month_share=t.month_share,
        stay_quantiles=t.stay_quantiles,
        intensity_quantiles=t.intensity_quantiles,
        remaining_cumulative=t.remaining_cumulative,
        remaining_guide=t.remaining_guide,
        steps=np.stack([t.step_chances, t.step_days]),
        whole=np.ascontiguousarray(np.column_stack([t.whole_effect, t.whole_starts, reach])),
        entry_ages=t.entry_age_cumulative,
        until_age=t.until_age,
        retentions=t.retentions,
    )


def _days(t: Tables) -> Integers:
    """Return per day its year, the year after the one its eve is in, and its number in the year."""
    years = len(t.year_first_day) - 1
    year = np.append(t.day_year, years)
    after = np.concatenate([[0], t.day_year + 1])
    return _columns(year, after, np.arange(len(year)) - t.year_first_day[year])


def _dates(t: Tables) -> Counts:
    days = _days(t)
    return (days[:, col.D_YEAR] * col.YEAR_ONE + days[:, col.D_IN_YEAR]).astype(np.int32)


def _columns(*columns: npt.NDArray[Any]) -> Integers:
    return np.ascontiguousarray(np.stack(columns, axis=1).astype(np.int64))


class Out(NamedTuple):
    """What is counted, for the draws of one chunk.

    Units are summed exactly, as whole numbers, so that no order of children makes a bit of difference;
    so are the euros above a retention, in whole numbers and parts of 2^-50.
    """

    counts: Counts  # (r, years, m, k, col.COUNTS or col.FREE_COUNTS)
    units: Floats  # (r, years, m, k) intensity times days in care times effects, in 2^-30
    clients_at_start: Counts  # (r, m, k)
    youth_in_year: Counts  # (r, years, m)
    wait_p90_days: Floats  # (r, years, k); or (r, 0, 0)
    child_costs: Integers  # (r, years, m, contracts, most, 3) euros above: whole, part; children


class Work(NamedTuple):
    """A thread's work space for one draw, written anew for every draw."""

    stay_effects: Floats  # (groups, d) product of (1 + effect x phase)
    move_effects: Floats  # (groups, d)
    extended_effects: Floats  # (groups, d)
    units_effects: Floats  # (groups, d)
    units_before: Floats  # (groups, d + 1) sum of the days before
    units_in_year: Floats  # (groups, d + 1) sum of the days before in the same year
    inflow_effects: Floats  # (groups, t)
    most_moving: Floats  # (groups,) the largest of the move effects
    moving_below: Integers  # (c,) a word not below this moves on no day; ``alone`` writes it
    tally: Integers  # (m, k, years + 1, TALLY_COLUMNS) care by what changes from year to year
    youth: Integers  # (m, years + 1) change in children with care
    arrivals: Integers  # (t + 1,) children of a cell: in care before the start, then by month
    poisson: Floats  # (4, t) to count arrivals with
    lanes: Integers  # (LANE_ROWS, LANES) children of a cell who are followed side by side
    words: Integers  # (4, LANES) their random words
    line_words: Integers  # (4, LANES) and those for standing in line
    movers: Integers  # (MOVER_ROWS, LANES) those of them who move on
    runs: Integers  # (t + 1, 2) which of them came in the same month
    ending: Integers  # (years + 1, 4) their stays by the year in which they end
    visits: Integers  # (LANES, k) the last year in which a child that moves was in a form, or -1
    unit_effects: Truths  # (groups,) whether anything acts on the units of a group
    waits: Integers  # (k, d + 1) admitted this year after so many days
    seen_child: Integers  # (k,) last child seen in a care form
    used: Integers  # (3,) children followed, rows of Kids in use, rows of the log asked for


class Kids(NamedTuple):
    """Children who ask for a limited form, a row each; row 0 is whoever is followed at once.

    A child is on one calendar day at a time (it asks, its stay ends, or it gives up waiting) and in at
    most one line; both are lists linked both ways.
    """

    state: Counts  # (n, col.STATE_COLUMNS)
    keys: Integers  # (n, col.KEY_COLUMNS)
    ages: Floats  # (n, 2)
    seen: Years  # (n, k) last year in which it was counted in a form
    cost: Floats  # (n, contracts, years) euros of price_year
    log_at: Integers  # (n,) its last stay in the log
    batch: Integers  # (n,) rows to which something happens today
    joining: Integers  # (n,) rows that ask today


class Lines(NamedTuple):
    """Who stands where: calendar, lines, places taken; written anew for every draw."""

    day_first: Integers  # (d,) first child of a calendar day, or 0
    ends: Integers  # (p, priorities + 1, 2) first and last in line, or 0; then col.EVERYBODY
    taken: Integers  # (p,) places in use
    blocked: Integers  # (p, p) children holding a place here and waiting there
    search: Integers  # (p, 2) for circles: the pool a pool was found from, and where to look next


class Log(NamedTuple):
    """A row per stay, bridging stay or wait, for one draw followed child by child; or no rows."""

    whole: Integers  # (rows, col.LOG_COLUMNS)
    numbers: Floats  # (rows, 1 + years) intensity, then units before the draw's units per day


def make_work(t: Tables) -> Work:
    """Return a work space for the kernel."""
    days, months = len(t.day_year), len(t.month_days)
    lanes = max(col.LANES, months)  # months are counted side by side, too
    return Work(
        stay_effects=np.empty((len(t.stay_members), days)),
        move_effects=np.empty((len(t.move_members), days)),
        extended_effects=np.empty((len(t.extended_members), days)),
        units_effects=np.empty((len(t.units_members), days)),
        units_before=np.empty((len(t.units_members), days + 1)),
        units_in_year=np.empty((len(t.units_members), days + 1)),
        inflow_effects=np.empty((len(t.inflow_members), months)),
        most_moving=np.empty(len(t.move_members)),
        moving_below=np.empty(len(t.cell_form), dtype=np.int64),
        tally=_in_cache_lines((*t.cell_at.shape, len(t.year_first_day), col.TALLY_COLUMNS), np.int64),
        youth=np.empty((len(t.cell_at), len(t.year_first_day)), dtype=np.int64),
        arrivals=np.empty(months + 1, dtype=np.int64),
        poisson=np.empty((4, months)),
        lanes=np.empty((col.LANE_ROWS, lanes), dtype=np.int64),
        words=np.empty((4, lanes), dtype=np.int64),
        line_words=np.empty((4, lanes), dtype=np.int64),
        movers=np.empty((col.MOVER_ROWS, col.LANES), dtype=np.int64),
        runs=np.empty((months + 1, 2), dtype=np.int64),
        ending=np.empty((len(t.year_first_day), 4), dtype=np.int64),
        visits=np.empty((col.LANES, len(t.fixed_stay)), dtype=np.int64),
        unit_effects=np.empty(len(t.units_members), dtype=np.bool_),
        waits=np.zeros((len(t.fixed_stay) if len(t.pool_form) else 0, days + 1), dtype=np.int64),
        seen_child=np.zeros(len(t.fixed_stay), dtype=np.int64),
        used=np.zeros(3, dtype=np.int64),
    )


def _in_cache_lines(shape: tuple[int, ...], of: type[np.integer[Any]]) -> npt.NDArray[Any]:
    """Return zeros that begin where a cache line does, so that a row of 64 bytes is in one."""
    size, bytes_each = int(np.prod(shape)), np.dtype(of).itemsize
    room = np.zeros(size + _CACHE_LINE // bytes_each, dtype=of)
    first = -room.ctypes.data % _CACHE_LINE // bytes_each
    return room[first : first + size].reshape(shape)


def make_kids(t: Tables, children: int) -> Kids:
    """Return room for so many children who ask for a place."""
    rows = children + 1
    years, contracts = len(t.year_first_day) - 1, len(t.retentions)
    costs = (rows, contracts, years) if t.retentions.shape[1] else (rows, 0, 0)
    return Kids(
        state=_in_cache_lines((rows, col.STATE_COLUMNS), np.int32),
        keys=_in_cache_lines((rows, col.KEY_COLUMNS), np.int64),
        ages=np.zeros((rows, 2)),
        seen=np.zeros((rows, len(t.fixed_stay)), dtype=np.int16),
        cost=np.zeros(costs),
        log_at=np.zeros(rows, dtype=np.int64),
        batch=np.zeros(rows, dtype=np.int64),
        joining=np.zeros(rows, dtype=np.int64),
    )


def make_lines(t: Tables) -> Lines:
    """Return empty lines and an empty calendar."""
    pools, days = len(t.pool_form), len(t.day_year)
    return Lines(
        day_first=np.zeros(days, dtype=np.int64),
        ends=np.zeros((pools, col.PRIORITIES + 1, 2), dtype=np.int64),
        taken=np.zeros(pools, dtype=np.int64),
        blocked=np.zeros((pools, pools), dtype=np.int64),
        search=np.zeros((pools, 2), dtype=np.int64),
    )


def make_log(t: Tables, rows: int) -> Log:
    """Return room for so many rows; 0 logs nothing."""
    years = len(t.year_first_day) - 1
    return Log(
        whole=np.zeros((rows, col.LOG_COLUMNS), dtype=np.int64), numbers=np.zeros((rows, 1 + years))
    )


def make_out(t: Tables, draws: int) -> Out:
    """Return counts at zero for the draws of a chunk."""
    years, (towns, forms) = len(t.year_first_day) - 1, t.cell_at.shape
    limited = len(t.pool_form) > 0
    counts = col.COUNTS if limited or len(t.until_age) else col.FREE_COUNTS
    return Out(
        counts=np.zeros((draws, years, towns, forms, counts), dtype=np.int32),
        units=np.zeros((draws, years, towns, forms)),
        clients_at_start=np.zeros((draws, towns, forms), dtype=np.int32),
        youth_in_year=np.zeros((draws, years, towns), dtype=np.int32),
        wait_p90_days=np.full((draws, years, forms) if limited else (draws, 0, 0), np.nan),
        child_costs=np.zeros((draws, years, towns, *t.retentions.shape, 3), dtype=np.int64),
    )
