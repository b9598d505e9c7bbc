"""Haaglanden made larger stays Haaglanden: what grows is what is said to grow, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from regions import haaglanden_without_places

import jeugdsim as js
from benchmarks.growth import (
    quantities_of,
    split_care_forms,
    split_municipalities,
    times_inflow,
    whole_country,
    with_years,
)
from jeugdsim.engine.drawn import make_drawn, make_steady
from jeugdsim.engine.plan import make_plan
from jeugdsim.engine.yearly_shocks import no_shocks
from jeugdsim.scenario import Scenario
from jeugdsim.world.parameters import mean_parameters

EXACT = 1e-12


@pytest.fixture(scope="module")
def haaglanden() -> Scenario:
    return quantities_of(haaglanden_without_places())


def children(scenario: Scenario) -> tuple[float, np.ndarray]:
    """Return expected children at the start, and from outside per year, assumptions at their means."""
    plan = make_plan(scenario)
    numbers = np.zeros(1, dtype=np.int64)
    steady = make_steady(plan, mean_parameters(scenario))
    drawn = make_drawn(plan, steady, no_shocks(plan, 1), numbers)
    return float(drawn.stock.sum()), drawn.inflow[0].sum(axis=0)


@pytest.mark.parametrize("parts", [1, 4, 16])
def test_municipalities_in_parts_have_the_same_children(haaglanden: Scenario, parts: int) -> None:
    split = split_municipalities(haaglanden, parts)
    assert len(split.municipalities) == 9 * parts
    assert len({row.cbs_code for row in split.municipalities}) == 9 * parts
    assert_same_children(haaglanden, split)


@pytest.mark.parametrize("parts", [1, 2, 4])
def test_care_forms_in_parts_have_the_same_children_moves_and_levers(
    haaglanden: Scenario, parts: int
) -> None:
    split = split_care_forms(haaglanden, parts)
    assert len(split.care_forms) == 14 * parts
    assert len(split.moves) == parts * len(haaglanden.moves)
    assert len(split.settings.levers) == parts * len(haaglanden.settings.levers)
    assert_same_children(haaglanden, split)


def assert_same_children(before: Scenario, after: Scenario) -> None:
    """Compare the start stock and the inflow of every year."""
    for ours, theirs in zip(children(before), children(after), strict=True):
        np.testing.assert_allclose(theirs, ours, rtol=EXACT)


@pytest.mark.parametrize("times", [0.5, 1, 4])
def test_times_the_inflow_is_times_the_children(haaglanden: Scenario, times: float) -> None:
    for ours, theirs in zip(
        children(haaglanden), children(times_inflow(haaglanden, times)), strict=True
    ):
        np.testing.assert_allclose(theirs, times * ours, rtol=EXACT)


@pytest.mark.parametrize("years", [3, 6, 12])
def test_more_years_begin_with_the_same_years(haaglanden: Scenario, years: int) -> None:
    longer = with_years(haaglanden, years)
    assert longer.calendar_years == tuple(range(2027, 2027 + years))
    both = min(years, 6)
    (stock, inflow), (own_stock, own_inflow) = children(longer), children(haaglanden)
    np.testing.assert_allclose(stock, own_stock, rtol=EXACT)
    np.testing.assert_allclose(inflow[:both], own_inflow[:both], rtol=EXACT)


def test_one_part_and_once_the_inflow_change_nothing(haaglanden: Scenario) -> None:
    for same in (
        times_inflow(haaglanden, 1),
        with_years(haaglanden, 6),
        split_municipalities(haaglanden, 1),
        split_care_forms(haaglanden, 1),
    ):
        first, second = (
            js.simulate(scenario, draws=2, seed=3, progress=False) for scenario in (haaglanden, same)
        )
        for name in ("units", "client_days", "clients_at_start"):
            np.testing.assert_array_equal(first[name].values, second[name].values)


def test_the_country_has_342_municipalities_and_30_times_the_children(haaglanden: Scenario) -> None:
    country = whole_country(haaglanden)
    assert len(country.municipalities) == 342
    for ours, theirs in zip(children(haaglanden), children(country), strict=True):
        np.testing.assert_allclose(theirs, 30.0 * ours, rtol=EXACT)
