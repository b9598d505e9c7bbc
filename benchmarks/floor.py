"""The draw floor: what the random numbers of a simulation cost by themselves.

Per stay one Philox block, the quantile of the stay and of the intensity, the entry day and the pick of
the next form, through the simulation's own tables and compiled functions; per cell and month the
Poisson count of new children. All of it is summed and nothing else is done: nobody is followed through
care, nothing is counted per year. Children from outside are counted by the same draws, so they are
those of the simulation; as many stays are added as began there by a move. Who waits draws more, so
places are taken out first.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.engine.drawn import make_drawn, make_steady
from jeugdsim.engine.keyed import (
    INFLOW_COUNT,
    PURPOSE_SHIFT,
    STOCK_COUNT,
    philox,
    poisson_count,
    quantile_at,
    uniform,
    uniform53,
)
from jeugdsim.engine.plan import make_plan, make_tables
from jeugdsim.engine.tables import Drawn, Tables
from jeugdsim.engine.yearly_shocks import draw_shocks
from jeugdsim.scenario import Scenario
from jeugdsim.world.parameters import draw_parameters

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class Work(NamedTuple):
    """What there is to draw; r draws, c cells, t months."""

    tables: Tables
    number: Integers  # (r,) the draw's number in the run
    stock: Floats  # (r, c) expected clients on the day before the start
    inflow: Floats  # (r, c, t) expected new children per month, levers included
    move_probability: Floats  # (r, moves)
    stays: Integers  # (r, c) stays of the simulation: met at the start, and begun


class Sums(NamedTuple):
    """What was drawn, summed per cell over the stays of all draws; (c,)."""

    children: Integers  # from outside, the start stock included
    stays: Integers
    days: Floats  # continuous stays, before any effect or scale
    intensity: Floats
    entry_days: Integers  # days into the month
    moves: Integers  # stays that end in a move to another form
    destinations: Integers  # places of those forms in the sorted names


def with_room(scenario: Scenario) -> Scenario:
    """Return a scenario with room for everybody and a stationary start: nobody waits or is drawn twice.

    Parameters
    ----------
    scenario : Scenario
        What is assumed.
    """
    without: dict[str, dict[str, Any]] = {
        "care_forms": {"places": None},
        "demand": {"clients_at_start": None, "waiting_at_start": None, "priority": None},
        "moves": {"holds_place": False, "priority": None},
    }
    changes: dict[str, Any] = {
        table: [row.model_dump() | nothing for row in getattr(scenario, table)]
        for table, nothing in without.items()
    }
    return scenario.with_changes({**changes, "places": [], "waiting": []})


def work_of(scenario: Scenario, volumes: xr.Dataset) -> Work:
    """Return the draws behind simulated volumes.

    Parameters
    ----------
    scenario : Scenario
        What was assumed.
    volumes : xarray.Dataset
        What ``simulate`` made of it; their seed and number of draws are used.

    Raises
    ------
    ValueError
        When the start stock is known: then it is not drawn.
    """
    seed, draws = int(volumes.attrs["seed"]), volumes.sizes["draw"]
    plan = make_plan(scenario)
    tables = make_tables(plan, seed)
    drawn = make_drawn(
        plan,
        make_steady(plan, draw_parameters(scenario, seed, draws)),
        draw_shocks(plan, seed, draws),
        np.arange(draws, dtype=np.int64),
    )
    if drawn.stock_known.any():
        raise ValueError("clients_at_start_known: the floor is that of a start stock that is drawn")
    return Work(
        tables=tables,
        number=drawn.number,
        stock=drawn.stock,
        inflow=_monthly_inflow(tables, drawn),
        move_probability=drawn.move_probability,
        stays=_stays_per_cell(tables, volumes),
    )


def _monthly_inflow(t: Tables, drawn: Drawn) -> Floats:
    """Return the expected new children per draw, cell and month."""
    effects = np.ones((len(drawn.number), len(t.inflow_members), len(t.month_year)))
    for group, effect in np.argwhere(t.inflow_members):
        effects[:, group] *= 1.0 + drawn.effect[:, effect, None] * t.effect_phase_month[effect]
    share = t.month_share[t.cell_form] * effects[:, t.inflow_group]
    return np.ascontiguousarray(drawn.inflow[:, :, t.month_year] * share)


def _stays_per_cell(t: Tables, volumes: xr.Dataset) -> Integers:
    place = ("draw", "municipality", "care_form")
    stays = volumes["stays_started"].sum("year") + volumes["clients_at_start"]
    counted = stays.transpose(*place).to_numpy()[:, t.cell_municipality, t.cell_form]
    return np.ascontiguousarray(counted.astype(np.int64))


def no_sums(work: Work) -> Sums:
    """Return sums of nothing yet."""
    cells = len(work.tables.cell_form)
    return Sums(
        children=np.zeros(cells, dtype=np.int64),
        stays=np.zeros(cells, dtype=np.int64),
        days=np.zeros(cells),
        intensity=np.zeros(cells),
        entry_days=np.zeros(cells, dtype=np.int64),
        moves=np.zeros(cells, dtype=np.int64),
        destinations=np.zeros(cells, dtype=np.int64),
    )


# No cache on disk: it would not notice an edit of the engine's functions, which are compiled in here.
@numba.njit(nogil=True)
def draw_all(work: Work, sums: Sums) -> None:
    """Draw every stay of every cell and draw, and add up what came out."""
    for r in range(len(work.number)):
        for cell in range(len(work.tables.cell_form)):
            _draw_cell(work, sums, r, cell)


@numba.njit(nogil=True)
def _draw_cell(work: Work, sums: Sums, r: int, cell: int) -> None:
    """Draw a cell's stays: the start stock, the children of each month, those who move in."""
    # Local names: numba counts references at every use of a tuple's array inside a loop.
    t = work.tables
    stay_quantiles = t.stay_quantiles
    intensity_quantiles = t.intensity_quantiles
    move_to = t.move_to
    month_number = t.month_number
    month_days = t.month_days
    move_probability = work.move_probability
    inflow = work.inflow
    form = t.cell_form[cell]
    spread = t.spread_units[form]
    first_move, last_move = t.move_first[form], t.move_first[form + 1]
    k0, k1 = t.cell_key[cell, 0], t.cell_key[cell, 1]
    draw = work.number[r]
    left = work.stays[r, cell]
    months = len(month_number)
    stays = from_outside = entry_days = moves = destinations = 0
    days = intensity = 0.0
    for month in range(-1, months + 1):
        step, address, length = 0, 0, 31
        if month < 0:
            w0, w1, _, _ = philox(0, STOCK_COUNT << PURPOSE_SHIFT, 0, draw, k0, k1)
            children = poisson_count(work.stock[r, cell], uniform53(w0, w1))
            from_outside += children
        elif month < months:
            address, length = month_number[month] + 1, month_days[month]
            w0, w1, _, _ = philox(0, INFLOW_COUNT << PURPOSE_SHIFT, address, draw, k0, k1)
            children = poisson_count(inflow[r, cell, month], uniform53(w0, w1))
            from_outside += children
        else:
            step, children = 1, left - from_outside
        for sequence in range(children):
            stay_word, intensity_word, next_word, day_word = philox(
                sequence, step, address, draw, k0, k1
            )
            stays += 1
            days += quantile_at(stay_quantiles, form, stay_word)
            intensity += quantile_at(intensity_quantiles, form, intensity_word) if spread else 1.0
            entry_days += (day_word * length) >> 32
            u = uniform(next_word)
            below = 0.0
            for move in range(first_move, last_move):
                below += move_probability[r, move]
                if u < below:
                    moves += 1
                    destinations += move_to[move]
                    break
    sums.children[cell] += from_outside
    sums.stays[cell] += stays
    sums.days[cell] += days
    sums.intensity[cell] += intensity
    sums.entry_days[cell] += entry_days
    sums.moves[cell] += moves
    sums.destinations[cell] += destinations
