"""Which inputs of a scenario spread, and that their share lands where the spread was put."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from regions import HAAGLANDEN, care_form, region

import jeugdsim as js
from jeugdsim.outcomes.uncertain_inputs import Uncertain, uncertain_inputs
from jeugdsim.report.words import WORDS
from jeugdsim.scenario import Scenario
from jeugdsim.scenario.provenance import provenance
from jeugdsim.world.innovations import yearly_innovations

ERRORS = 4.0  # false alarms: 1 in 16,000 comparisons
SHOCKS = (
    "inflow_shock_municipality_cv",
    "inflow_shock_region_cv",
    "stay_shock_cv",
    "units_shock_cv",
)


def cost_of(scenario: Scenario, draws: int) -> tuple[Uncertain, np.ndarray[Any, Any]]:
    volumes = js.simulate(scenario, draws=draws, seed=5, progress=False)
    payment = js.settle(volumes, scenario).payment
    return uncertain_inputs(scenario, volumes), payment.sum(["year", "contract"]).to_numpy()


def shares_of(uncertain: Uncertain, target: np.ndarray[Any, Any]) -> dict[str, float]:
    found = uncertain.shares(target, [group.columns for group in uncertain.groups])
    assert found is not None
    names = [group.name for group in uncertain.groups]
    return {
        **{name: one.share for name, one in zip(names, found.sets, strict=True)},
        "chance": found.chance.share,
    }


@pytest.mark.parametrize("autocorrelation", [0.0, 1.0])
def test_the_index_and_its_error_share_as_their_variances(autocorrelation: float) -> None:
    """Prices of 2025 are certain; a step of 2026 acts on two years, one of 2027 on one.

    Independent steps: sd^2 (2^2 + 1^2) for the growth and, one year earlier, for the error. Growths
    that are one and the same: sd^2 (2 + 1)^2.
    """
    growth, error = 0.002, 0.001
    world = {
        "indexation": {"mean": 0.0, "sd": growth, "autocorrelation": autocorrelation},
        "index_forecast_error": {"mean": 0.0, "sd": error},
    }
    scenario = region([care_form("crisis")], inflow=10.0, world=world)
    volumes = js.simulate(scenario, draws=400, seed=5, progress=False)
    paid = volumes.index_provisional.sum("year").to_numpy()
    found = shares_of(uncertain_inputs(scenario, volumes), paid)
    by_growth = growth**2 * (5.0 if autocorrelation == 0.0 else 9.0)
    by_error = error**2 * 5.0
    # steps of 0.2% multiply to less than a thousandth beside the straight line, which has no noise
    variance = by_growth + by_error
    assert found["world.indexation"] == pytest.approx(by_growth / variance, abs=0.002)
    assert found["world.index_forecast_error"] == pytest.approx(by_error / variance, abs=0.002)
    assert found["chance"] < 0.001


def test_wages_and_materials_share_as_their_parts_of_the_index() -> None:
    """Steps of 0.9 x 0.3% and 0.1 x 0.9%: variances as 9 to 1. Income moves no payment."""
    world = {
        "indexation": {"mean": 0.0, "sd": 0.003, "autocorrelation": 0.0},
        "material_indexation": {"mean": 0.0, "sd": 0.009, "autocorrelation": 0.0},
        "wage_share": 0.9,
        "income_index": {"mean": 0.0, "sd": 0.01, "correlation": 0.5},
    }
    scenario = region([care_form("crisis")], inflow=10.0, world=world)
    volumes = js.simulate(scenario, draws=400, seed=5, progress=False)
    paid = volumes.index_provisional.sum("year").to_numpy()
    uncertain = uncertain_inputs(scenario, volumes)
    found = shares_of(uncertain, paid)
    assert found["world.indexation"] == pytest.approx(0.9, abs=0.002)
    assert found["world.material_indexation"] == pytest.approx(0.1, abs=0.002)
    assert found["world.income_index"] == pytest.approx(0.0, abs=0.001)
    assert uncertain.yearly == {
        "world.indexation",
        "world.material_indexation",
        "world.income_index",
    }


@pytest.mark.parametrize("shock", SHOCKS)
def test_the_only_shock_explains_nearly_all(shock: str) -> None:
    """With 10,000 children a year their own chance is small: 1 / 30,000 beside 0.1^2 / 3 or more."""
    scenario = region([care_form("crisis")], inflow=10_000.0, world={shock: 0.1})
    found = shares_of(*cost_of(scenario, draws=120))
    assert set(found) == {f"world.{shock}", "chance"}
    assert found[f"world.{shock}"] > 0.97


def test_an_assumption_and_chance_share_as_theory_says() -> None:
    """Inflow of N children a year over three years, each with a fixed stay of ten days.

    With a rate of cv c the mean brings (3 N c)^2, Poisson counts 3 N: a share of 3 N c^2 / (3 N c^2
    + 1) in the number of children. The last ten days cut 10/1095 of the stays short: not seen here.
    """
    number, cv = 1_000.0, 0.02
    rates = {"crisis": {"mean": number, "cv": cv}}
    uncertain, cost = cost_of(region([care_form("crisis")], inflow=rates), draws=1_000)
    (group,) = uncertain.groups
    found = uncertain.shares(cost, [group.columns])
    assert found is not None
    exact = 3.0 * number * cv**2 / (3.0 * number * cv**2 + 1.0)
    assert group.patterns == ("demand.*.inflow_per_1000_youth",)
    assert abs(found.sets[0].share - exact) < ERRORS * found.sets[0].standard_error
    assert found.sets[0].standard_error < 0.05


def test_an_assumption_without_spread_is_none() -> None:
    flat = {"p10": 0.01, "p50": 0.01, "p90": 0.01}
    world = {"inflow_growth_per_year": flat, "indexation": {"mean": 0.02, "sd": 0.0}}
    scenario = region([care_form("crisis")], inflow=100.0, world=world)
    uncertain, cost = cost_of(scenario, draws=2)
    assert uncertain.groups == ()
    assert uncertain.drawn.shape == (2, 0)
    assert shares_of(uncertain, cost) == {"chance": 1.0}


def test_inputs_of_a_kind_go_together_and_what_stands_alone_does_not() -> None:
    rates = {"crisis": {"mean": 30.0, "cv": 0.1}, "logeren": {"mean": 3.0, "cv": 0.1}}
    scenario = region(
        [care_form(name) for name in rates],
        inflow=rates,
        world={"inflow_growth_per_year": {"mean": 0.01, "sd": 0.01}, "stay_shock_cv": 0.1},
    )
    volumes = js.simulate(scenario, draws=2, seed=1, progress=False)
    uncertain = uncertain_inputs(scenario, volumes)
    assert {group.name: len(group.columns) for group in uncertain.groups} == {
        "demand.*.inflow_per_1000_youth": 2,
        "world.inflow_growth_per_year": 1,
        "world.stay_shock_cv": 3,
    }
    assert uncertain.yearly == {"world.stay_shock_cv"}
    assert uncertain.draws_needed == 100


def test_what_waiting_and_ages_assume_goes_together_by_kind_and_has_a_plain_name() -> None:
    half, forms = {"mean": 0.5, "cv": 0.2}, ("crisis", "wonen")
    waiting = {
        form: {
            "reneging_per_year": half,
            "escalation_per_year": half,
            "escalation_care_form": "wonen" if form == "crisis" else "crisis",
        }
        for form in forms
    }
    scenario = region(
        [care_form(form, places={"mean": 3.0, "cv": 0.2}) for form in forms],
        inflow=30.0,
        waiting=waiting,
        waiting_at_start=dict.fromkeys(forms, half),
        entry_ages={12: 1.0},
        extended_care=dict.fromkeys(forms, (half, 21.0)),
    )
    volumes = js.simulate(scenario, draws=2, seed=1, progress=False)
    groups = {group.name: len(group.paths) for group in uncertain_inputs(scenario, volumes).groups}
    assert groups == {
        "care_forms.*.places": 2,
        "demand.*.waiting_at_start": 2,
        "extended_care.*.share": 2,
        "waiting.*.escalation_per_year": 2,
        "waiting.*.reneging_per_year": 2,
    }
    assert all(f"spread.{name}" in WORDS for name in groups)


def test_correlated_kinds_become_one_group() -> None:
    growth = {"mean": 0.0, "sd": 0.02}
    quantities = ("inflow", "stay", "units")
    scenario = region(
        [care_form("crisis")],
        inflow=100.0,
        world={f"{name}_growth_per_year": growth for name in quantities},
        correlations={"world.inflow_growth_per_year, world.stay_growth_per_year": 0.5},
    )
    volumes = js.simulate(scenario, draws=2, seed=1, progress=False)
    uncertain = uncertain_inputs(scenario, volumes)
    together = ("world.inflow_growth_per_year", "world.stay_growth_per_year")
    assert uncertain.correlated == (together,)
    assert [group.patterns for group in uncertain.groups] == [
        together,
        ("world.units_growth_per_year",),
    ]


def test_every_input_that_spreads_in_haaglanden_is_in_one_group_and_has_papers() -> None:
    scenario = js.load_scenario(HAAGLANDEN)
    volumes = js.simulate(scenario, draws=2, seed=1, progress=False)
    uncertain = uncertain_inputs(scenario, volumes)
    told = [path for group in uncertain.groups for path in group.paths]
    assert sorted(told) == sorted(uncertain.columns)
    columns = [column for group in uncertain.groups for column in group.columns]
    assert sorted(columns) == list(range(uncertain.drawn.shape[1]))
    papers = {entry.path for entry in provenance(scenario)}
    written = {path if path in papers else f"{path}.sd" for path in told}
    assert written <= papers
    assert set(volumes["parameter"].values) <= set(told)


def test_innovations_are_standard_and_independent() -> None:
    """10,000 draws of 34 columns: means and correlations within five standard errors of zero.

    At five, 600 comparisons give a false alarm in 1 of 3,000 seeds.
    """
    scenario = js.load_scenario(HAAGLANDEN).with_changes({"world.inflow_shock_municipality_cv": 0.0})
    drawn = np.concatenate(list(yearly_innovations(scenario, 3, 10_000).values()), axis=1)
    assert drawn.shape == (10_000, 3 * 6 + 2 * 7)
    assert np.all(np.abs(drawn.mean(axis=0)) < 5.0 / 100.0)
    links = np.corrcoef(drawn, rowvar=False) - np.eye(drawn.shape[1])
    assert np.all(np.abs(links) < 5.0 / 100.0)
    assert np.all(np.abs(drawn.std(axis=0) - 1.0) < 5.0 / np.sqrt(20_000.0))
