"""Tariff resets: what is paid jumps, what care costs does not; worked by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from regions import care_form, lever, region

import jeugdsim as js
from jeugdsim.engine.fingerprint import quantities_hash
from jeugdsim.funding.tariffs import apply_resets, reset_factors, settled_parameters
from jeugdsim.outcomes.cells import cell_blocks, unit_prices
from jeugdsim.outcomes.uncertain_inputs import uncertain_inputs
from jeugdsim.scenario import Scenario, ScenarioError, load_scenario, write_scenario

SEED = 11
UNITS = 100.0
TWICE = {
    "uitspraak": {"year": 2026, "effect": 0.1, "care_forms": ["dag"]},
    "reële tarieven": {"year": 2027, "effect": 0.2},
}


def two_forms(**more: Any) -> Scenario:
    """Day care at 100 euros under a task, at 300 euros care at home paid P x Q; 2025 to 2027."""
    forms = [
        care_form("dag", segment="dag"),
        care_form("thuis", segment="thuis", tariff=300.0),
    ]
    contracts = {
        "dag": {
            "form": "task_based",
            "segments": ["dag"],
            "budget": 12_000.0,
            "loss_bands": [],
            "use_registered": True,
        },
        "thuis": {"form": "pxq", "segments": ["thuis"]},
    }
    return region(forms, inflow=50.0, **{"contracts": contracts, **more})


def hundred_units(scenario: Scenario, draws: int = 2) -> xr.Dataset:
    """Return volumes of 100 units of each form a year."""
    volumes = js.simulate(scenario, draws=draws, seed=SEED, progress=False)
    volumes["units"] = xr.full_like(volumes["units"], UNITS)
    return volumes


def factors(scenario: Scenario, volumes: xr.Dataset) -> np.ndarray[Any, Any]:
    found = reset_factors(scenario, settled_parameters(scenario, volumes), volumes)
    assert found is not None
    return found


def test_resets_multiply_from_their_year_on() -> None:
    """Day care: 10% more from 2026, on top of it 20% from 2027; care at home: 20% from 2027."""
    scenario = two_forms(tariff_resets=TWICE)
    found = factors(scenario, hundred_units(scenario))
    assert found.shape == (2, 3, 2)
    np.testing.assert_allclose(found[:, :, 0], [[1, 1.1, 1.32]] * 2, rtol=1e-15)
    np.testing.assert_allclose(found[:, :, 1], [[1, 1, 1.2]] * 2, rtol=1e-15)


def test_without_resets_nothing_is_made() -> None:
    scenario = two_forms()
    volumes = hundred_units(scenario)
    assert reset_factors(scenario, settled_parameters(scenario, volumes), volumes) is None
    value = np.ones((2, 3, 1, 2))
    assert apply_resets(value, None) is value


def test_a_settlement_by_hand() -> None:
    """100 units a year: day care 10,000 euros, care at home 30,000, before the resets.

    P x Q pays care at home 30,000, 30,000 and 36,000; it goes on costing 30,000, so its providers keep
    6,000. The task is paid its 12,000 times 1, 1.1 and 1.32, whatever the use; it costs 10,000.
    """
    scenario = two_forms(tariff_resets=TWICE)
    accounts = js.settle(hundred_units(scenario), scenario).isel(draw=0)
    thuis, dag = accounts.sel(contract="thuis"), accounts.sel(contract="dag")
    np.testing.assert_allclose(thuis.payment, [30_000, 30_000, 36_000], rtol=1e-12)
    np.testing.assert_allclose(thuis.provider_cost, [30_000] * 3, rtol=1e-12)
    np.testing.assert_allclose(thuis.provider_result, [0, 0, 6_000], atol=1e-6)
    np.testing.assert_allclose(dag.agreed_budget, [12_000, 13_200, 15_840], rtol=1e-12)
    np.testing.assert_allclose(dag.payment, [12_000, 13_200, 15_840], rtol=1e-12)
    np.testing.assert_allclose(dag.provider_cost, [10_000] * 3, rtol=1e-12)
    np.testing.assert_allclose(dag.care_value, [10_000, 11_000, 13_200], rtol=1e-12)
    use = accounts.use_value.sum("municipality")
    np.testing.assert_allclose(use.sel(care_form="dag"), [10_000, 11_000, 13_200], rtol=1e-12)
    np.testing.assert_allclose(use.sel(care_form="thuis"), [30_000, 30_000, 36_000], rtol=1e-12)


def test_a_tariff_lever_comes_on_top_and_leaves_care_value_alone() -> None:
    """Half a reset of 20%: 36,000 euros of care at home, of which a lever of 50% pays 18,000."""
    cut = lever("korting", "tariff", -0.5, "2027-01-01", care_forms=["thuis"])
    scenario = two_forms(tariff_resets=TWICE, levers=[cut])
    account = js.settle(hundred_units(scenario), scenario).sel(contract="thuis", year=2027)
    np.testing.assert_allclose(account.payment, 18_000, rtol=1e-12)
    np.testing.assert_allclose(account.care_value, 36_000, rtol=1e-12)
    np.testing.assert_allclose(account.provider_cost, 30_000, rtol=1e-12)


def test_the_reference_has_the_same_resets_so_a_reset_saves_nothing() -> None:
    scenario = two_forms(tariff_resets={"misschien": {"year": 2026, "effect": 0.3, "chance": 0.5}})
    volumes = hundred_units(scenario, draws=40)
    accounts, reference = (js.settle(volumes, one) for one in (scenario, scenario.reference()))
    saved = js.savings(accounts, reference, scenario)
    np.testing.assert_array_equal(accounts.use_value, reference.use_value)
    assert (saved.less_care == 0).all()
    assert (saved["real"] == 0).all()
    assert accounts.use_value.std("draw").max() > 0


def test_how_often_a_reset_comes() -> None:
    """A chance of 30% in 4,000 draws: within 5 standard errors of 0.7 points, once in 1.7 million."""
    scenario = two_forms(tariff_resets={"misschien": {"year": 2026, "effect": 0.3, "chance": 0.3}})
    volumes = hundred_units(scenario, draws=4_000)
    came = factors(scenario, volumes)[:, 1:] > 1
    assert (came == came[:, :1, :1]).all(), "once per draw: in every later year and form"
    assert abs(came[:, 0, 0].mean() - 0.3) < 5 * np.sqrt(0.3 * 0.7 / 4_000)


def test_a_reset_belongs_to_its_draw_and_its_name() -> None:
    maybe = {"year": 2026, "effect": {"mean": 0.3, "sd": 0.05}, "chance": 0.5}
    one = two_forms(tariff_resets={"m": maybe})
    volumes = hundred_units(one, draws=60)
    whole = factors(one, volumes)
    some = factors(one, volumes.isel(draw=[50, 7]))
    np.testing.assert_array_equal(some, whole[[50, 7]])
    more = two_forms(tariff_resets={"a": maybe | {"care_forms": ["thuis"]}, "m": maybe})
    both = factors(more, volumes)
    np.testing.assert_array_equal(both[:, :, 0], whole[:, :, 0])
    assert not np.array_equal(both[:, :, 1] / whole[:, :, 1], whole[:, :, 1])
    likelier = one.with_changes({"tariff_resets.m.chance": 0.8})
    assert ((factors(likelier, volumes) > 1) >= (whole > 1)).all(), "who came still comes"


def test_prices_are_those_of_use() -> None:
    """Day care in 2027 costs 132 euros a unit, and a cell's factors make up its use value."""
    scenario = two_forms(tariff_resets=TWICE)
    volumes = hundred_units(scenario)
    accounts = js.settle(volumes, scenario)
    np.testing.assert_allclose(unit_prices(accounts, scenario)[0, :, 0, 0], [100, 110, 132])
    ((_, cells),) = cell_blocks(volumes, accounts, scenario)
    np.testing.assert_allclose(cells.value, accounts.use_value, rtol=1e-12)


@pytest.mark.parametrize(("chance", "expected"), [(1.0, 0.2), (0.25, 0.05)])
def test_drivers_tell_a_reset_as_price_as_far_as_it_was_not_expected(
    chance: float, expected: float
) -> None:
    """Prices of care at home in 2027: expected 300 x (1 + 0.2 x chance) euros, in a draw 300 or 360.

    The four factors then make up the way from the expected cost to use, and price is all of it where
    quantities are as expected.
    """
    reset = {"nieuw": {"year": 2027, "effect": 0.2, "chance": chance, "care_forms": ["thuis"]}}
    scenario = two_forms(tariff_resets=reset)
    ran = js.run(scenario, draws=30, seed=SEED, progress=False)
    parts = ran.drivers()
    total = sum(parts[name] for name in parts.data_vars)
    np.testing.assert_allclose(
        total.transpose(*ran.overruns.overrun.dims), ran.overruns.overrun, atol=1e-6
    )
    cost = js.expected_cost(scenario.reference()).use_value
    still = js.expected_cost(two_forms()).use_value
    np.testing.assert_allclose(
        cost.sel(year=2027, care_form="thuis"),
        still.sel(year=2027, care_form="thuis") * (1 + expected),
        rtol=1e-12,
    )
    budget = ran.bills.budget.isel(draw=0).sel(segment="thuis")
    budgeted = parts["budgeting"].isel(draw=0).sel(segment="thuis")
    np.testing.assert_allclose(budgeted, cost.sel(care_form="thuis") - budget, atol=1e-6)
    price = parts["price"].sel(segment="thuis", year=2027, municipality="Aldorp")
    came = factors(scenario, ran.volumes)[:, 2, 1] > 1
    assert (price.to_numpy()[came] > 0).all() or chance == 1
    assert (price.to_numpy()[~came] < 0).all()
    if chance == 1:
        np.testing.assert_allclose(price, 0, atol=1e-6)


def test_expected_cost_has_a_variance_only_where_every_reset_is_sure() -> None:
    sure = js.expected_cost(two_forms(tariff_resets=TWICE))
    still = js.expected_cost(two_forms())
    maybe = {"misschien": {"year": 2026, "effect": 0.3, "chance": 0.5}}
    unsure = js.expected_cost(two_forms(tariff_resets=maybe))
    assert "cost_variance" in sure
    assert "cost_variance" not in unsure
    assert (sure.cost_variance.sel(year=2027) > still.cost_variance.sel(year=2027)).all()


def test_where_the_spread_comes_from_names_the_chance_of_a_reset() -> None:
    """A reset of a half that comes half of the time, beside few children: nearly all of the spread."""
    reset = {"gok": {"year": 2025, "effect": 0.5, "chance": 0.5}}
    scenario = region([care_form("dag")], inflow=5_000.0, tariff_resets=reset)
    volumes = js.simulate(scenario, draws=200, seed=5, progress=False)
    paid = js.settle(volumes, scenario).payment.sum(["year", "contract"]).to_numpy()
    uncertain = uncertain_inputs(scenario, volumes)
    assert list(uncertain.columns) == ["tariff_resets.gok.chance"]
    assert not uncertain.yearly
    found = uncertain.shares(paid, [group.columns for group in uncertain.groups])
    assert found is not None
    assert found.sets[0].share > 0.99
    sure = scenario.with_changes({"tariff_resets.gok.chance": 1.0})
    assert not uncertain_inputs(sure, volumes).columns


def test_a_reset_is_money_only() -> None:
    """Volumes are the same with and without, also when its effect goes along with a tariff."""
    pair = "care_forms.dag.tariff, tariff_resets.m.effect"
    forms = [care_form("dag", tariff={"mean": 100.0, "cv": 0.1})]
    reset = {"m": {"year": 2026, "effect": {"mean": 0.1, "sd": 0.05}}}
    plain = region(forms, inflow=5.0)
    tied = region(forms, inflow=5.0, tariff_resets=reset, correlations={pair: 0.8})
    assert quantities_hash(plain) == quantities_hash(tied)
    draws = {"draws": 250, "seed": SEED, "progress": False}
    one, other = (js.simulate(scenario, **draws) for scenario in (plain, tied))
    np.testing.assert_array_equal(one.units, other.units)
    tariff = "care_forms.dag.tariff"
    np.testing.assert_array_equal(
        one.parameters.sel(parameter=tariff), other.parameters.sel(parameter=tariff)
    )


WRONG = [
    (
        {"tariff_resets": {"a": {"year": 2026, "effect": 0.1, "care_forms": ["dagg"]}}},
        'tariff_resets.a.care_forms: "dagg" is not in care_forms.csv (did you mean "dag"?)',
    ),
    (
        {"tariff_resets": {"a": {"year": 2024, "effect": 0.1}}},
        "tariff_resets.a.year: 2024 lies before the first year, 2025",
    ),
    ({"tariff_resets": {"a": {"year": 2026, "effect": 0.1, "chance": 1.2}}}, "between 0 and 1"),
    ({"tariff_resets": {"a": {"year": 2026, "effect": -1.2}}}, "-1 or more"),
    ({"tariff_resets": {"a": {"year": 2026, "effect": 1e9}}}, "at most 1000"),
    ({"tariff_resets": {"a.b": {"year": 2026, "effect": 0.1}}}, "holds no dot"),
    ({"tariff_resets": {"a": {"yeer": 2026, "year": 2026, "effect": 0.1}}}, 'did you mean "year"'),
    ({"world": {"wage_share": 0.9}}, "world.wage_share: 0.9 of the index follows wages and the rest"),
    (
        {"world": {"material_indexation": {"mean": 0.02}}},
        "world.material_indexation: no part of the index follows it",
    ),
    ({"world": {"wage_share": 1.1, "material_indexation": {"mean": 0.02}}}, "between 0 and 1"),
    ({"world": {"income_index": {"mean": 0.02, "correlation": 2}}}, "between -1 and 1"),
    ({"world": {"income_index": {"mean": 1e9}}}, "at most 10"),
]


@pytest.mark.parametrize(("change", "told"), WRONG)
def test_a_wrong_price_path_is_refused(change: dict[str, Any], told: str) -> None:
    with pytest.raises(ScenarioError) as wrong:
        two_forms(**change)
    assert told in str(wrong.value)
    errors = [finding for finding in wrong.value.findings if finding.severity == "error"]
    assert len(errors) == 1


def test_findings_stand_at_their_line(tmp_path: Path) -> None:
    write_scenario(two_forms(), tmp_path)
    toml = tmp_path / "scenario.toml"
    text = toml.read_text(encoding="utf-8")
    added = '\n[tariff_resets.uitspraak]\nyear = 2026\neffect = 0.05\ncare_forms = ["thuiss"]\n'
    toml.write_text(text + added, encoding="utf-8")
    with pytest.raises(ScenarioError, match='mean "thuis"') as wrong:
        load_scenario(tmp_path)
    (finding,) = [one for one in wrong.value.findings if one.severity == "error"]
    assert finding.line == len((text + added).splitlines())


def test_a_reset_after_the_last_year_is_warned_of_and_does_nothing() -> None:
    late = two_forms(tariff_resets={"later": {"year": 2028, "effect": 0.1}})
    (warning,) = [finding for finding in late.warnings if "lies after" in finding.message]
    assert (
        warning.message
        == "tariff_resets.later.year: 2028 lies after the last year, 2027, and does nothing"
    )
    volumes = hundred_units(late)
    np.testing.assert_array_equal(
        js.settle(volumes, late).payment, js.settle(volumes, two_forms()).payment
    )
