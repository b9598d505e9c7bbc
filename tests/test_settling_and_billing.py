"""Settling and billing answer for their input: other worlds, other order, other contracts, nonsense."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import jeugdsim as js

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def small() -> js.Scenario:
    return js.load_scenario(ROOT / "tests" / "data" / "small")


@pytest.fixture(scope="module")
def volumes(small: js.Scenario) -> xr.Dataset:
    return js.simulate(small, draws=12, seed=4, progress=False)


def test_other_terms_settle_in_silence(small: js.Scenario, volumes: xr.Dataset) -> None:
    other = small.with_changes({"contracts.verblijf.reserve": 0.3, "budget.basis": 1e6})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        js.settle(volumes, other)


@pytest.mark.parametrize(
    "change",
    [
        {"contracts.verblijf.form": "pxq"},
        {"demand.Aldorp.pleegzorg.inflow_per_1000_youth": 9.0},
        {"world.stay_shock_cv": 0.5},
    ],
)
def test_volumes_of_other_assumptions_are_settled_with_a_warning(
    small: js.Scenario, volumes: xr.Dataset, change: dict[str, object]
) -> None:
    with pytest.warns(UserWarning, match="Simulate again"):
        js.settle(volumes, small.with_changes(change))


def test_any_set_of_contracts_can_be_settled_whatever_the_key(
    small: js.Scenario, volumes: xr.Dataset
) -> None:
    segments = list(small.segment_names)
    lump = js.settle(volumes, small, contracts={"a": {"form": "task_based", "segments": segments}})
    assert lump.form.values.tolist() == ["task_based"]
    pxq = js.settle(volumes, small, contracts={"a": {"form": "pxq", "segments": segments}})
    assert pxq.payment.sum().item() == pytest.approx(pxq.use_value.sum().item())


def test_the_order_of_dimensions_means_nothing(small: js.Scenario, volumes: xr.Dataset) -> None:
    turned = volumes.transpose("care_form", "year", "draw", ...)
    accounts, other = js.settle(volumes, small), js.settle(turned, small)
    xr.testing.assert_identical(accounts.payment, other.payment)
    bills = js.allocate(other.transpose("year", "contract", "draw", ...), small)
    xr.testing.assert_identical(js.allocate(accounts, small).contribution, bills.contribution)


def test_some_draws_settle_as_they_did_among_all(small: js.Scenario, volumes: xr.Dataset) -> None:
    some = volumes.isel(draw=[3, 7])
    expected = js.settle(volumes, small).payment.isel(draw=[3, 7])
    xr.testing.assert_identical(js.settle(some, small).payment, expected)


@pytest.mark.parametrize("value", [np.nan, np.inf, -1.0])
def test_units_that_make_no_sense_are_refused(
    small: js.Scenario, volumes: xr.Dataset, value: float
) -> None:
    wrong = volumes.copy(deep=True)
    wrong["units"][0, 0, 0, 0] = value
    with pytest.raises(ValueError, match="units must be finite"):
        js.settle(wrong, small)


def test_a_result_without_a_dimension_is_refused(small: js.Scenario, volumes: xr.Dataset) -> None:
    with pytest.raises(ValueError, match="must have the dimensions"):
        js.settle(volumes.isel(municipality=0, drop=True), small)


def test_volumes_without_what_is_paid_for_are_refused(small: js.Scenario, volumes: xr.Dataset) -> None:
    with pytest.raises(ValueError, match=r"needs units, .* variables=\['units'\]"):
        js.settle(volumes.drop_vars("units"), small)


@pytest.mark.parametrize("key", ["nonsense", 3, ["actual_use"], {"verblijf": "nonsense"}])
def test_an_unknown_key_is_refused_also_when_all_is_pxq(small: js.Scenario, key: object) -> None:
    twin = small.all_pxq()
    accounts = js.settle(js.simulate(twin, draws=2, seed=4, progress=False), twin)
    with pytest.raises(ValueError, match="key"):
        js.allocate(accounts, twin, key=key)


def test_overrun_is_against_the_budget_of_the_scenario_given(
    small: js.Scenario, volumes: xr.Dataset
) -> None:
    bills = js.allocate(js.settle(volumes, small), small)
    poorer = small.with_changes({"budget.basis": small.settings.budget.basis - 1e5})
    more = js.overrun(bills, poorer).overrun - js.overrun(bills, small).overrun
    assert (more > 0).all()


def test_named_members_count_in_a_budget_per_youth_also_without_demand(small: js.Scenario) -> None:
    """Cedum buys no crisis; named as a member, its youth counts in the contract's budget."""
    contracts = {
        "crisis": {"form": "task_based", "care_forms": ["crisis"], "budget": {"per_youth": 10.0},
                   "municipalities": list(small.municipality_names)},
        "rest": {"form": "pxq", "care_forms": [n for n in small.care_form_names if n != "crisis"]},
    }  # fmt: skip
    volumes = js.simulate(small, draws=2, seed=1, progress=False)
    accounts = js.settle(volumes, small, contracts=contracts)
    youth = sum(row.youth for row in small.population if row.year == 2027)
    index = volumes.index_provisional.sel(year=2027)
    expected = 10.0 * youth * index
    got = accounts.agreed_budget.sel(contract="crisis", year=2027)
    np.testing.assert_allclose(got, expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"draws": 0, "seed": 1}, "draws"),
        ({"draws": None, "seed": 1}, "draws"),
        ({"draws": 2.5, "seed": 1}, "draws"),
        ({"draws": True, "seed": 1}, "draws"),
        ({"draws": 2, "seed": None}, "seed"),
        ({"draws": 2, "seed": -1}, "seed"),
        ({"draws": 2, "seed": 1, "threads": 0}, "threads"),
        ({"draws": 2, "seed": 1, "chunk_draws": 0}, "chunk_draws"),
    ],
)
def test_simulate_refuses_arguments_out_of_range(
    small: js.Scenario, arguments: dict[str, object], word: str
) -> None:
    with pytest.raises(ValueError, match=word):
        js.simulate(small, progress=False, **arguments)


@pytest.mark.parametrize("folder", ["small", "certain"])
def test_volumes_survive_a_file(folder: str, tmp_path: Path) -> None:
    scenario = js.load_scenario(ROOT / "tests" / "data" / folder)
    volumes = js.simulate(scenario, draws=3, seed=2**40, progress=False)
    volumes.to_netcdf(tmp_path / "volumes.nc")
    stored = xr.load_dataset(tmp_path / "volumes.nc")
    xr.testing.assert_equal(volumes, stored)
    xr.testing.assert_identical(
        js.settle(stored, scenario).payment, js.settle(volumes, scenario).payment
    )


def test_a_circle_nobody_leaves_in_a_draw_is_refused_in_words(small: js.Scenario) -> None:
    always = {"p10": 0.8, "p50": 0.9, "p90": 1.0}
    circle = small.with_changes(
        {
            "moves": [
                {"from_care_form": a, "to_care_form": b, "probability": always, "source": "A1"}
                for a, b in (("crisis", "pleegzorg"), ("pleegzorg", "crisis"))
            ],
            "levers": [],
            "sources.levers": None,
        }
    )
    with pytest.raises(js.ScenarioError, match="never leave care"):
        js.simulate(circle, draws=250, seed=1, progress=False)
