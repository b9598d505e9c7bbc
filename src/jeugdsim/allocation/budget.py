"""What the councils set aside per municipality and segment, and what levers cost them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.allocation.pools import shareable_cost
from jeugdsim.engine.effects import lever_cells
from jeugdsim.funding.levels import levels
from jeugdsim.funding.reference import reference_cost_hash
from jeugdsim.funding.settlement import ordered
from jeugdsim.funding.tariffs import drawn_again
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.settings import Budget, Savings
from jeugdsim.world.calendar import make_calendar
from jeugdsim.world.index import mean_index
from jeugdsim.world.phases import share_of_year_begun

Array = npt.NDArray[np.float64]
CARRIED = "reference_cost"
_SEGMENT = ("municipality", "segment")
_BELONGS_TO = "reference_cost_hash"


@dataclass(frozen=True)
class Budgets:
    """Nominal budgets, shape (years, municipalities, segments), with and without the target."""

    with_target: Array
    without_target: Array


def council_index(scenario: Scenario) -> Array:
    """Return the index of budgets and targets, shape (years,): the councils' own, or the mean."""
    settings = scenario.settings
    own = settings.budget.index_per_year if settings.budget else None
    if own is None:
        return mean_index(settings.world, settings.price_year, scenario.calendar_years)
    return np.array([(1.0 + own) ** (y - settings.price_year) for y in scenario.calendar_years])


def nominal_target(scenario: Scenario) -> Array:
    """Return the savings target of each year in nominal euros, shape (years,)."""
    savings = scenario.settings.savings or Savings()
    target = levels(savings.target, scenario.calendar_years)
    return target if savings.target_prices == "nominal" else target * council_index(scenario)


def carried_cost(scenario: Scenario, by_segment: Array) -> dict[str, xr.DataArray]:
    """Return what bills carry along of the reference: nothing where its closed form holds anyhow.

    Parameters
    ----------
    scenario : Scenario
        Whose bills they are.
    by_segment : ndarray, shape (municipalities, segments)
        Expected reference cost of the first year, euros of price_year.
    """
    if not scenario.is_limited:
        return {}
    attrs = {_BELONGS_TO: reference_cost_hash(scenario)}
    return {CARRIED: xr.DataArray(by_segment, dims=_SEGMENT, attrs=attrs)}


def cost_by_segment(scenario: Scenario, bills: xr.Dataset) -> Array:
    """Return the expected reference cost of the first year, shape (municipalities, segments).

    Parameters
    ----------
    scenario : Scenario
        What is assumed.
    bills : xarray.Dataset
        From ``allocate``: what they carry is used where it belongs to this scenario's reference.
    """
    if scenario.is_limited and _carries_cost(bills, scenario):
        return ordered(bills, CARRIED, _SEGMENT)
    return segment_sums(scenario, shareable_cost(scenario, bills))


def _carries_cost(bills: xr.Dataset, scenario: Scenario) -> bool:
    """Tell whether bills carry the cost of this scenario's reference, not joined over draws."""
    if CARRIED not in bills or set(bills[CARRIED].dims) != set(_SEGMENT):
        return False
    return bool(bills[CARRIED].attrs.get(_BELONGS_TO) == reference_cost_hash(scenario))


def make_budgets(scenario: Scenario, by_segment: Array) -> Budgets:
    """Return the budgets of every municipality and segment.

    basis x split x index x (1 + volume growth)^(y - start) - target(y) x split; rows of budget.csv
    are final. split = expected reference cost of the first year.

    Parameters
    ----------
    scenario : Scenario
        Budget, savings target and world.
    by_segment : ndarray, shape (municipalities, segments)
        Expected reference cost of the first year, euros of price_year.
    """
    split = by_segment / by_segment.sum()
    target = nominal_target(scenario)[:, None, None] * split
    if scenario.budget_rows:
        final = _stated_budgets(scenario)
        return Budgets(final, final + target)
    budget = scenario.settings.budget or Budget()
    basis = by_segment.sum() if budget.basis is None else budget.basis
    since_start = np.arange(len(scenario.calendar_years))
    allowed = council_index(scenario) * (1.0 + budget.volume_growth_per_year) ** since_start
    gross = basis * allowed[:, None, None] * split
    return Budgets(gross - target, gross)


def _stated_budgets(scenario: Scenario) -> Array:
    towns, segments = scenario.municipality_names, scenario.segment_names
    stated = np.zeros((len(scenario.calendar_years), len(towns), len(segments)))
    for row in scenario.budget_rows:
        if row.year in scenario.calendar_years:
            year = scenario.calendar_years.index(row.year)
            stated[year, towns.index(row.municipality), segments.index(row.segment)] = row.budget
    return stated


def segment_sums(scenario: Scenario, by_form: Array) -> Array:
    """Sum the last axis, care forms, to segments."""
    of_segment = np.array([scenario.segment_names.index(row.segment) for row in scenario.care_forms])
    sums = [
        by_form[..., of_segment == place].sum(axis=-1) for place in range(len(scenario.segment_names))
    ]
    return np.stack(sums, axis=-1)


def lever_costs(accounts: xr.Dataset, scenario: Scenario, reference_cost: Array) -> Array:
    """Return what levers cost, nominal, shape (draws, years, municipalities, segments).

    cost_per_year x L x the part of the year from ``starts`` on, shared over the cells the lever acts
    on by expected reference cost of the first year.

    Parameters
    ----------
    accounts : xarray.Dataset
        From ``settle``: draws, seed and index as paid.
    scenario : Scenario
        Its levers.
    reference_cost : ndarray, shape (municipalities, care forms)
        Expected reference cost of the first year.
    """
    index = ordered(accounts, "index_provisional", ("draw", "year"))
    parameters = drawn_again(scenario, accounts, (".cost_per_year",))
    shape = (*index.shape, len(scenario.municipality_names), len(scenario.segment_names))
    costs = np.zeros(shape)
    calendar = make_calendar(scenario.calendar_years)
    for lever in sorted(scenario.settings.levers, key=lambda lever: lever.name):
        if lever.cost_per_year == 0.0:
            continue
        yearly = parameters.of(f"levers.{lever.name}.cost_per_year", lever.cost_per_year)
        begun = share_of_year_begun(calendar, calendar.day_of(lever.starts))
        weights = _lever_weights(scenario, lever_cells(scenario, lever), reference_cost)
        costs += (yearly[:, None] * begun * index)[:, :, None, None] * weights
    return costs


def _lever_weights(
    scenario: Scenario, cells: frozenset[tuple[str, str]], reference_cost: Array
) -> Array:
    """Return the share of each municipality and segment in a lever's cost; they add up to 1."""
    acted_on = np.zeros_like(reference_cost)
    for town, form in cells:
        acted_on[scenario.municipality_names.index(town), scenario.care_form_names.index(form)] = 1
    cost = reference_cost * acted_on
    weights = cost if cost.sum() > 0 else acted_on
    return segment_sums(scenario, weights / weights.sum())
