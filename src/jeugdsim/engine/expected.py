"""Expected volumes of the reference, in closed form: every assumption at its mean, no shocks.

Arrivals are Poisson and children do not get in each other's way, so means follow from a recursion over
days: who arrives (from outside, by a move) times the chance that a stay of theirs ends on a later day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jeugdsim.engine.drawn import (
    cell_routes,
    make_drawn,
    no_shocks,
    stationary_stock,
    units_factor,
)
from jeugdsim.engine.kernels import Drawn
from jeugdsim.engine.plan import Plan, make_plan
from jeugdsim.engine.stays import remaining_cumulative
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.numbers import mean_of
from jeugdsim.world.parameters import mean_parameters

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ExpectedVolumes:
    """Means per year and cell, shape (years, municipalities, care forms).

    Attributes
    ----------
    units, client_days, stays_started, stays_ended
        As in the simulated volumes.
    start_stock, stationary_stock : ndarray, shape (municipalities, care forms)
        Clients on the day before the start as the scenario says, and in balance with inflow.
    """

    units: Array
    client_days: Array
    stays_started: Array
    stays_ended: Array
    start_stock: Array
    stationary_stock: Array


def expected_reference(scenario: Scenario, years: int | None = None) -> ExpectedVolumes:
    """Return the expected volumes of a scenario's reference.

    Parameters
    ----------
    scenario : Scenario
        What is assumed; its reference is taken.
    years : int, optional
        Only the first so many years, which is quicker; by default all.
    """
    plan = make_plan(scenario.reference())
    parameters = mean_parameters(plan.scenario)
    shocks = no_shocks(plan, 1)
    drawn = make_drawn(plan, parameters, shocks, np.zeros(1, dtype=np.int64))
    count = years or len(plan.calendar.years)
    days = int(plan.calendar.year_first_day[count])
    arrivals, ends = _daily_flows(plan, drawn, cell_routes(plan, parameters), days)
    in_care = drawn.stock[0][:, None] + np.cumsum(arrivals - ends, axis=1)

    first_days = plan.calendar.year_first_day[:count]
    care_days, started, ended = (
        np.add.reduceat(daily, first_days, axis=1) for daily in (in_care, arrivals, ends)
    )
    per_day = units_factor(plan, parameters, shocks)[0, :count, plan.cell_form]
    one_each = np.array([row.is_trajectory for row in plan.scenario.care_forms])[plan.cell_form]
    units = np.where(one_each[:, None], started, care_days * per_day)
    given = any(row.clients_at_start is not None for row in plan.scenario.demand)
    balance = drawn.stock
    if given:
        balance = stationary_stock(plan, parameters, drawn.inflow[:, :, 0])
    return ExpectedVolumes(
        units=_on_grid(plan, units),
        client_days=_on_grid(plan, care_days),
        stays_started=_on_grid(plan, started),
        stays_ended=_on_grid(plan, ended),
        start_stock=_on_grid(plan, drawn.stock[0][:, None])[0],
        stationary_stock=_on_grid(plan, balance[0][:, None])[0],
    )


def _daily_flows(
    plan: Plan, drawn: Drawn, routes: list[tuple[int, int, Array]], days: int
) -> tuple[Array, Array]:
    """Return expected arrivals and ends per cell and day, shape (cells, days)."""
    arrivals = _external_arrivals(plan, drawn)[:, :days]
    ends = drawn.stock[0][:, None] * _remaining_chances(plan, days)
    chances = _stay_chances(plan, drawn, days)
    origins = np.array([origin for origin, _, _ in routes], dtype=np.int64)
    destinations = np.array([to for _, to, _ in routes], dtype=np.int64)
    probability = np.array([chance[0] for _, _, chance in routes])
    years = plan.calendar.day_year()
    for day in range(days):
        moved = probability * ends[origins, day]
        arrivals[:, day] += np.bincount(destinations, weights=moved, minlength=len(plan.cells))
        left = days - day - 1
        ends[:, day + 1 :] += arrivals[:, day, None] * chances[years[day]][:, :left]
    return arrivals, ends


def _external_arrivals(plan: Plan, drawn: Drawn) -> Array:
    calendar = plan.calendar
    monthly = drawn.inflow[0][:, calendar.month_year] * plan.month_share[plan.cell_form]
    return np.repeat(monthly / calendar.month_days, calendar.month_days, axis=1)


def _remaining_chances(plan: Plan, days: int) -> Array:
    """Return P(R = r) of the start stock, shape (cells, days)."""
    forms = plan.scenario.care_forms
    cumulative = [
        remaining_cumulative(stay, factor, mean_of(row.stay_mean_days), days)
        for stay, factor, row in zip(plan.stays, plan.rounding_factors, forms, strict=True)
    ]
    return np.diff(np.array(cumulative), axis=1, prepend=0.0)[plan.cell_form]


def _stay_chances(plan: Plan, drawn: Drawn, days: int) -> dict[int, Array]:
    """Return P(S = 1), P(S = 2), ... of stays that begin in a year: year -> (cells, days - 1)."""
    years = np.unique(plan.calendar.day_year()[:days])
    chances = {}
    for year in years:
        survival = [
            stay.whole_survival(days, factor * drawn.stay_scale[0, form, year])
            for form, (stay, factor) in enumerate(zip(plan.stays, plan.rounding_factors, strict=True))
        ]
        chances[int(year)] = -np.diff(np.array(survival), axis=1)[plan.cell_form]
    return chances


def _on_grid(plan: Plan, by_cell: Array) -> Array:
    """Spread (cells, years) over (years, municipalities, care forms), zero where nothing is bought."""
    towns, forms = len(plan.scenario.municipalities), len(plan.scenario.care_forms)
    grid = np.zeros((by_cell.shape[1], towns, forms))
    grid[:, plan.cell_municipality, plan.cell_form] = by_cell.T
    return grid
