"""What all rivals simulate: Haaglanden with everything certain but the children, as plain arrays.

SPEC.md tells it in words. The scenario below is for jeugdsim, the arrays are for the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr
from pydantic import BaseModel

import jeugdsim as js
from benchmarks.floor import with_room
from benchmarks.scarce import SCARCE
from jeugdsim.engine.drawn import make_drawn, make_steady
from jeugdsim.engine.plan import make_plan, make_tables
from jeugdsim.engine.yearly_shocks import no_shocks
from jeugdsim.scenario import Scenario
from jeugdsim.scenario.numbers import mean_of
from jeugdsim.world.parameters import draw_parameters

HAAGLANDEN = Path(__file__).resolve().parents[2] / "scenarios" / "haaglanden-2027"
_INFLOW = 1.22  # times Haaglanden's: about 120,000 stays in six years
_OF_THE_LOAD = 0.97

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Totals = dict[str, Floats]
"""Counted in one draw, (years, towns, forms) each: see COUNTED."""
COUNTED = ("stays_started", "stays_ended", "client_days", "units", "waiting_days")


@dataclass(frozen=True)
class Spec:
    """What is to be simulated; c cells (a town and a form), k forms, t months, d days.

    Attributes
    ----------
    towns, forms : tuple of str
        Names, sorted.
    cell_town, cell_form : ndarray of int, shape (c,)
        What is bought: places in the sorted names.
    bought : ndarray of bool, shape (towns, k)
        The same as a table: care that is not bought ends a child's path.
    start_stock : ndarray, shape (c,)
        Expected clients on the day before day 0; their number is Poisson.
    inflow : ndarray, shape (c, t)
        Expected new children per month; their number is Poisson, their day even over the month.
    month_first_day, month_days : ndarray of int, shape (t,)
        The calendar, in days from the start.
    year_first_day : ndarray of int, shape (years + 1,)
        First day of each year, and the day on which all ends.
    stay_mu, stay_sigma : ndarray, shape (k,)
        A stay is max(1, floor(exp(stay_mu + stay_sigma z) + 1/2)) days, z standard normal.
    remaining : ndarray, shape (k, d)
        P(days left of a child met in care <= 0..d-1).
    units_per_day, units_mu, units_sigma : ndarray, shape (k,)
        Units per day in care; a stay's intensity is exp(units_mu + units_sigma z), 1 without spread.
    move_first, move_to, move_probability : ndarray
        Moves of form k at the end of a stay are those from move_first[k] to move_first[k + 1].
    places : ndarray of int, shape (k,)
        Places that the towns share, or -1 where there is room for everybody.
    """

    towns: tuple[str, ...]
    forms: tuple[str, ...]
    cell_town: Integers
    cell_form: Integers
    bought: npt.NDArray[np.bool_]
    start_stock: Floats
    inflow: Floats
    month_first_day: Integers
    month_days: Integers
    year_first_day: Integers
    stay_mu: Floats
    stay_sigma: Floats
    remaining: Floats
    units_per_day: Floats
    units_mu: Floats
    units_sigma: Floats
    move_first: Integers
    move_to: Integers
    move_probability: Floats
    places: Integers

    @property
    def shape(self) -> tuple[int, int, int]:
        """Years, towns, forms."""
        return len(self.year_first_day) - 1, len(self.towns), len(self.forms)

    @property
    def horizon(self) -> int:
        """The day on which all ends."""
        return int(self.year_first_day[-1])


def no_totals(spec: Spec) -> Totals:
    """Return counts at zero."""
    return {name: np.zeros(spec.shape) for name in COUNTED}


def certain_scenario(size: float = 1.0) -> Scenario:
    """Return Haaglanden at its means with room for everybody: no growth, shocks, levers or contracts.

    Parameters
    ----------
    size : float
        Times the children of the spec.
    """
    haaglanden = js.load_scenario(HAAGLANDEN)
    segments = list(haaglanden.segment_names)
    plain = haaglanden.with_changes(
        {
            "name": "Rivalen",
            "world": None,
            "levers": [],
            "funding_response": None,
            "budget": None,
            "savings": None,
            "contracts": {"alles": {"form": "pxq", "segments": segments}},
            "care_forms": [_simple_form(row) for row in haaglanden.care_forms],
            "demand": [_with_inflow(row, size * _INFLOW) for row in haaglanden.demand],
            "moves": [_at_means(row) for row in haaglanden.moves],
        }
    )
    return with_room(plain)


def _at_means(row: BaseModel) -> dict[str, Any]:
    """Return a row with its uncertain numbers at their means."""
    stated = row.model_dump()
    uncertain = {name for name, value in stated.items() if isinstance(value, dict)}
    return stated | {name: mean_of(getattr(row, name)) for name in uncertain}


def _simple_form(row: Any) -> dict[str, Any]:
    """Return a care form with lognormal stays, billed by the day in care."""
    form = _at_means(row)
    if row.is_trajectory:
        form |= {"unit": "etmaal", "units_per_day": 1.0, "units_cv": 0.0}
    if row.stay_distribution != "lognormal":
        form |= {"stay_distribution": "lognormal", "stay_sd_days": form["stay_mean_days"]}
    return form


def _with_inflow(row: Any, times: float) -> dict[str, Any]:
    demand = _at_means(row)
    return demand | {"inflow_per_1000_youth": times * demand["inflow_per_1000_youth"]}


def scarce_scenario(scenario: Scenario) -> Scenario:
    """Return the scenario with places in four forms, 3% below the children in care at the start."""
    spec = spec_of(scenario)
    in_care = np.bincount(spec.cell_form, spec.start_stock)
    load = dict(zip(spec.forms, in_care.tolist(), strict=True))
    return scenario.with_changes(
        {f"care_forms.{form}.places": int(_OF_THE_LOAD * load[form]) for form in SCARCE}
    )


def spec_of(scenario: Scenario) -> Spec:
    """Return the arrays of a scenario made here."""
    plan = make_plan(scenario)
    tables = make_tables(plan, seed=0)
    steady = make_steady(plan, draw_parameters(scenario, 0, 1))
    drawn = make_drawn(plan, steady, no_shocks(plan, 1), np.zeros(1, dtype=np.int64))
    months, forms = plan.calendar, scenario.care_forms
    squares = np.array([row.stay_cv**2 for row in forms])
    spread = np.array([row.units_cv or 0.0 for row in forms])
    means = np.array([mean_of(row.stay_mean_days) for row in forms])
    return Spec(
        towns=scenario.municipality_names,
        forms=scenario.care_form_names,
        cell_town=plan.cell_municipality,
        cell_form=plan.cell_form,
        bought=tables.cell_at >= 0,
        start_stock=drawn.stock[0],
        inflow=drawn.inflow[0][:, months.month_year] * plan.month_share[plan.cell_form],
        month_first_day=tables.month_first_day,
        month_days=tables.month_days,
        year_first_day=tables.year_first_day,
        stay_mu=np.log(means * plan.rounding_factors) - np.log1p(squares) / 2,
        stay_sigma=np.sqrt(np.log1p(squares)),
        remaining=tables.remaining_cumulative,
        units_per_day=np.array([mean_of(row.units_per_day) for row in forms]),
        units_mu=-np.log1p(spread**2) / 2,
        units_sigma=np.sqrt(np.log1p(spread**2)),
        move_first=tables.move_first,
        move_to=tables.move_to,
        move_probability=drawn.move_probability[0],
        places=np.array([-1 if row.places is None else int(mean_of(row.places)) for row in forms]),
    )


def totals_of(volumes: xr.Dataset) -> Totals:
    """Return jeugdsim's counts as the rivals have them, with draws in front."""
    return {name: volumes[name].to_numpy().astype(np.float64) for name in COUNTED}


def stays_of(totals: Totals, spec: Spec) -> float:
    """Return how many stays a draw has: those begun, and those expected at the start."""
    return float(totals["stays_started"].sum() + spec.start_stock.sum())
