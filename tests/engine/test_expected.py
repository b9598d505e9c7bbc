"""Expected volumes and the audit: closed forms by hand, the simulation against them, refusals.

A z beyond 5 has a chance below 1e-6 under truth; with some 400 numbers a test alarms falsely for
fewer than one seed in 4,000. The tests that can miss small faults here have longer sisters in
``tests/prove``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from regions import PER_CELL, care_form, haaglanden_without_places, lever, region
from thorny import thorny

import jeugdsim as js

CELL = ["year", "municipality", "care_form"]


def z_of_means(volumes: Any, expected: Any, name: str) -> np.ndarray:
    """Return z of the means over draws, where theory says something happens."""
    mean, variance = expected[name], expected[f"{name}_variance"]
    draws = volumes.sizes["draw"]
    happens = (mean * draws >= 25).to_numpy()
    difference = (volumes[name].mean("draw") - mean).to_numpy()[happens]
    return difference / np.sqrt(variance.to_numpy()[happens] / draws)


def z_of_variances(volumes: Any, expected: Any, name: str) -> np.ndarray:
    """Return z of the variances over draws; their error from the fourth moment."""
    values = volumes[name].transpose("draw", ...).to_numpy().astype(float)
    draws = len(values)
    happens = expected[name].to_numpy() * draws >= 400
    values = values[:, happens]
    theory = expected[f"{name}_variance"].to_numpy()[happens]
    seen = values.var(axis=0, ddof=1)
    fourth = ((values - values.mean(axis=0)) ** 4).mean(axis=0)
    return (seen - theory) / np.sqrt((fourth - seen**2) / draws)


def test_one_fixed_stay_by_hand() -> None:
    """Ten-day stays, 73 a year, from empty: 0.2 a day, all but the last nine days' done in the year."""
    scenario = region([care_form("a", units_cv=0.5)], inflow=73.0, stock=0.0, years=1)
    volumes = js.expected(scenario)
    entered = np.full(365, 0.2)
    left = np.minimum(365 - np.arange(365), 10)  # days in the year for who enters on day d
    assert volumes.stays_started.item() == pytest.approx(73.0)
    assert volumes.client_days.item() == pytest.approx((entered * left).sum())
    assert volumes.units.item() == pytest.approx((entered * left).sum())
    assert volumes.stays_ended.item() == pytest.approx(0.2 * 355)
    assert volumes.clients_at_year_end.item() == pytest.approx(2.0)
    assert volumes.clients_in_year.item() == volumes.youth_in_year.item() == pytest.approx(73.0)
    assert volumes.client_days_variance.item() == pytest.approx((entered * left**2).sum())
    assert volumes.units_variance.item() == pytest.approx(1.25 * (entered * left**2).sum())
    assert volumes.stays_ended_variance.item() == pytest.approx(0.2 * 355)


def test_a_child_that_goes_round_is_one_client_with_the_square_of_all_its_days() -> None:
    """Ten days of a, then ten of b and back, nine times in ten: all ways it can go, added up."""
    forms = [care_form("a"), care_form("b")]
    moves = {("a", "b"): 0.9, ("b", "a"): 0.9}
    scenario = region(forms, inflow={"a": 36.5, "b": 0.0}, stock=0.0, moves=moves, years=1)
    volumes = js.expected(scenario).sel(care_form="a")

    def first_two_moments(of_days: Any) -> tuple[float, float]:
        first = second = 0.0
        for day in range(365):
            for stays in range(1, 38):  # more do not fit in the year
                chance = 0.9 ** (stays - 1) * (0.1 if stays < 37 else 1.0)
                a_days = sum(of_days(day + 20 * number) for number in range((stays + 1) // 2))
                first += 0.1 * chance * a_days
                second += 0.1 * chance * a_days**2
        return first, second

    days = first_two_moments(lambda day: max(0, min(10, 365 - day)))
    visits = first_two_moments(lambda day: day < 365)
    assert volumes.client_days.item() == pytest.approx(days[0])
    assert volumes.client_days_variance.item() == pytest.approx(days[1])
    assert volumes.stays_started.item() == pytest.approx(visits[0])
    assert volumes.stays_started_variance.item() == pytest.approx(visits[1])
    assert volumes.clients_in_year.item() == pytest.approx(36.5)
    assert volumes.youth_in_year.item() == pytest.approx(36.5)


def test_a_known_start_stock_varies_only_in_what_it_does_later() -> None:
    form = care_form("a", stay_distribution="exponential", stay_mean_days=100)
    scenario = region([form], inflow=0.0, stock=50, known=True, years=1)
    volumes = js.expected(scenario)
    survive = volumes.clients_at_year_end.item() / 50
    assert volumes.clients_at_year_end_variance.item() == pytest.approx(50 * survive * (1 - survive))
    simulated = js.simulate(scenario, draws=2_000, seed=3, progress=False)
    error = np.sqrt(volumes.client_days_variance.item() / 2_000)
    assert abs(simulated.client_days.mean().item() - volumes.client_days.item()) < 5 * error
    assert abs(z_of_variances(simulated, volumes, "client_days")).max() < 5


@pytest.mark.parametrize("name", [*PER_CELL, "youth_in_year"])
def test_simulated_means_and_variances_are_the_expected_ones(name: str, certain_pair: Any) -> None:
    volumes, expected = certain_pair
    means, variances = z_of_means(volumes, expected, name), z_of_variances(volumes, expected, name)
    assert len(means) >= 6
    assert abs(means).max() < 5
    assert abs(variances).max() < 5


@pytest.fixture(scope="module")
def certain_pair() -> Any:
    scenario = thorny()
    return js.simulate(scenario, draws=1_500, seed=8, progress=False), js.expected(scenario)


def test_the_cost_of_a_municipality_has_the_expected_mean_and_variance(certain_pair: Any) -> None:
    volumes, _ = certain_pair
    scenario = thorny()
    expected = js.expected_cost(scenario)
    cost = js.settle(volumes, scenario).use_value.sum("care_form")
    draws = volumes.sizes["draw"]
    for over, variance in (([], "cost_variance"), (["year"], "total_cost_variance")):
        values = cost.sum(over).transpose("draw", ...).to_numpy()
        mean = expected.use_value.sum(["care_form", *over]).to_numpy()
        theory = expected[variance].to_numpy()
        assert (abs(values.mean(axis=0) - mean) < 5 * np.sqrt(theory / draws)).all()
        fourth = ((values - values.mean(axis=0)) ** 4).mean(axis=0)
        seen = values.var(axis=0, ddof=1)
        assert (abs(seen - theory) < 5 * np.sqrt((fourth - seen**2) / draws)).all()


def test_means_given_the_draws_are_those_of_the_scenario_with_these_numbers() -> None:
    scenario = thorny(uncertain=True)
    volumes = js.simulate(scenario, draws=3, seed=4, progress=False)
    given = js.expected(scenario, parameters=volumes.parameters)
    cost = js.expected_cost(scenario, parameters=volumes.parameters)
    for draw in range(3):
        fixed = scenario.with_changes(
            {str(path): float(volumes.parameters.sel(draw=draw, parameter=path))
             for path in volumes.parameter.values}
        )  # fmt: skip
        alone = js.expected(fixed)
        for name in (*PER_CELL, "youth_in_year"):
            np.testing.assert_allclose(given[name].sel(draw=draw), alone[name], rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(
            cost.use_value.sel(draw=draw), js.expected_cost(fixed).use_value, rtol=1e-9
        )


def test_an_uncertain_stay_scales_the_stay_in_theory_as_in_the_simulation() -> None:
    form = care_form(
        "a",
        stay_distribution="lognormal",
        stay_mean_days={"mean": 120.0, "cv": 0.3},
        stay_sd_days=150.0,
    )
    scenario = region([form], inflow=400.0)
    volumes = js.simulate(scenario, draws=1_000, seed=6, progress=False)
    table = js.audit(volumes, scenario)
    assert abs(table.z).max() < 5
    between = js.expected(scenario, parameters=volumes.parameters).client_days.std("draw")
    assert (between < volumes.client_days.std("draw")).all()
    assert (between > 0.9 * volumes.client_days.std("draw")).all(), "mostly the assumption's spread"


def test_expected_at_the_mean_is_the_reference_where_nothing_acts() -> None:
    scenario = haaglanden_without_places()
    reference = scenario.reference()
    assert js.expected(reference).units.equals(js.expected(reference.all_pxq()).units)
    assert (js.expected(scenario).units.sum(CELL) < js.expected(reference).units.sum(CELL)).item()


def test_without_levers_theory_of_a_scenario_is_that_of_its_reference() -> None:
    bare = thorny(levers=())
    np.testing.assert_array_equal(js.expected(bare).units, js.expected(bare.reference()).units)


def test_a_lever_on_all_stays_ends_who_is_in_care_at_once() -> None:
    """An effect of -1: every child in care on the lever's first day leaves on the next."""
    ending = lever("stop", "stay_days", -1.0, "2026-01-01", care_forms=["a"], applies_to="all")
    form = care_form("a", stay_distribution="exponential", stay_mean_days=300)
    volumes = js.expected(region([form], inflow=365.0, levers=[ending]))
    at_end = volumes.clients_at_year_end.squeeze()
    assert at_end.sel(year=2025).item() == pytest.approx(300, rel=0.01)
    assert at_end.sel(year=2026).item() == pytest.approx(1.0), "one a day, each stays a day"
    days = at_end.sel(year=2025).item() - 1.0 + 365  # one leaves on 1 January by itself
    assert volumes.client_days.squeeze().sel(year=2026).item() == pytest.approx(days)


def test_variances_stand_only_where_children_are_all_that_is_left_to_chance() -> None:
    assert "units_variance" in js.expected(thorny())
    assert "units_variance" not in js.expected(thorny(uncertain=True))
    assert "units_variance" not in js.expected(thorny(shocks=True))
    moving_index = thorny().with_changes({"world.indexation": {"mean": 0.02, "sd": 0.01}})
    assert "cost_variance" not in js.expected_cost(moving_index)
    assert "cost_variance" in js.expected_cost(thorny())


def test_parameters_that_do_not_serve_are_refused() -> None:
    scenario = thorny(uncertain=True)
    parameters = js.simulate(scenario, draws=2, seed=1, progress=False).parameters
    with pytest.raises(ValueError, match=r"lacks 1 uncertain .*demand\.Aldorp\.crisis"):
        js.expected(scenario, parameters=parameters.isel(parameter=slice(1, None)))
    with pytest.raises(ValueError, match="no number"):
        js.expected(scenario, parameters=parameters * np.nan)
    with pytest.raises(ValueError, match="draw and parameter"):
        js.expected(scenario, parameters=parameters.isel(draw=0))


def test_the_audit_passes_the_simulation_and_catches_a_tenth() -> None:
    scenario = thorny(uncertain=True)
    volumes = js.simulate(scenario, draws=150, seed=9, progress=False)
    table = js.audit(volumes, scenario)
    assert list(table.columns) == [
        "quantity", "year", "municipality", "care_form", "cells", "closed_form",
        "theory", "estimate", "standard_error", "z",
    ]  # fmt: skip
    assert abs(table.z).max() < 5
    assert not table.isna().any().any()
    wrong = volumes.assign(client_days=volumes.client_days * 1.1)
    assert abs(js.audit(wrong, scenario).z).max() > 5


def test_the_audit_pools_cells_in_which_hardly_anything_happens() -> None:
    rare = region(
        [care_form("a"), care_form("b")], towns=("Aldorp", "Bedum"), inflow={"a": 50.0, "b": 0.01}
    )
    table = js.audit(js.simulate(rare, draws=40, seed=2, progress=False), rare)
    pooled = table[table.cells > 1]
    assert len(pooled) == 6 * 3, "one row per quantity and year"
    assert set(pooled.cells) == {2}
    assert set(table[table.cells == 1].care_form) == {"a"}


def test_the_audit_refuses_volumes_of_another_scenario() -> None:
    scenario = thorny()
    volumes = js.simulate(scenario, draws=2, seed=1, progress=False)
    with pytest.raises(ValueError, match="another scenario"):
        js.audit(volumes, thorny(levers=()))
    with pytest.raises(ValueError, match="2 draws"):
        js.audit(volumes.isel(draw=[0]), scenario)
