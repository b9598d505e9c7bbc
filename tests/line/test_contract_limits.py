"""Contracts side by side, and where one form becomes another: in every draw, on simulated care."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import jeugdsim as js

SMALL = Path(__file__).parents[1] / "data" / "small"
DRAWS, SEED = 40, 5
SEGMENTS = {"segments": ["dagbehandeling", "veelvoorkomend", "verblijf"]}
CORRIDOR = {
    "loss_bands": [{"above": 0.03, "payer_share": 0.5}, {"above": 0.08, "payer_share": 0.8}],
    "gain_bands": [{"below": 0.03, "payer_share": 0.5}],
}
FORMS: dict[str, dict[str, Any]] = {
    "pxq": {"form": "pxq"},
    "ceiling": {"form": "pxq", "ceiling": {"of_expected": 1.02, "marginal_rate": 0.4}},
    "lump sum": {"form": "task_based"},
    "corridor": {"form": "task_based", **CORRIDOR},
    "recalibrated": {"form": "task_based", "recalibration": {"lag_years": 1}, **CORRIDOR},
    "minimum savings": {
        "form": "task_based",
        "minimum_savings": {"minimum_rate": 0.02, "sharing_rate": 0.5, "loss_rate": 0.4},
    },
    "transition": {"form": "task_based", "transition": {2028: 0.5, 2029: 1.0}},
    "bail-out": {"form": "task_based", "bail_out": {"chance": 0.5}},
    "output": {"form": "output_based", "paid_at_start": 0.6},
}


@pytest.fixture(scope="module")
def scenario() -> js.Scenario:
    return js.load_scenario(SMALL)


@pytest.fixture(scope="module")
def volumes(scenario: js.Scenario) -> xr.Dataset:
    return js.simulate(scenario, draws=DRAWS, seed=SEED, progress=False)


def settled(volumes: xr.Dataset, scenario: js.Scenario, **contracts: dict[str, Any]) -> xr.Dataset:
    return js.settle(volumes, scenario, contracts=contracts)


@pytest.mark.parametrize("form", FORMS)
def test_what_is_paid_is_cost_and_result_in_every_draw(
    form: str, scenario: js.Scenario, volumes: xr.Dataset
) -> None:
    accounts = settled(volumes, scenario, alles={**SEGMENTS, **FORMS[form]})
    np.testing.assert_allclose(accounts.payment, accounts.provider_cost + accounts.provider_result)
    assert (accounts.payment >= 0).all()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("beside", ["pxq", "corridor", "output"])
def test_a_contract_does_not_mind_what_stands_beside_it(
    form: str, beside: str, scenario: js.Scenario, volumes: xr.Dataset
) -> None:
    """Care forms of one segment in different forms: each contract is settled by its own terms."""
    pair = settled(
        volumes,
        scenario,
        crisis={"care_forms": ["crisis"], **FORMS[form]},
        rest={
            "care_forms": ["ambulante begeleiding", "dagbehandeling", "diagnostiek", "pleegzorg"],
            **FORMS[beside],
        },
    )
    other = settled(
        volumes,
        scenario,
        crisis={"care_forms": ["crisis"], **FORMS[form]},
        pleegzorg={"care_forms": ["pleegzorg"], "form": "pxq"},
        dag={"segments": ["dagbehandeling", "veelvoorkomend"], "form": "task_based"},
    )
    for name in ("payment", "provider_result", "agreed_budget"):
        np.testing.assert_array_equal(
            pair[name].sel(contract="crisis"), other[name].sel(contract="crisis")
        )


def test_some_municipalities_task_based_beside_the_others(
    scenario: js.Scenario, volumes: xr.Dataset
) -> None:
    """Three towns with a sum for their population beside others that pay per unit, as in Rijnmond."""
    accounts = settled(
        volumes,
        scenario,
        taak={**SEGMENTS, "municipalities": ["Berkstad"], "form": "task_based", "budget": 5e5},
        rest={**SEGMENTS, "municipalities": ["Aldorp", "Cedum"], "form": "pxq"},
    )
    use = accounts.use_value.sum("care_form")
    np.testing.assert_allclose(
        accounts.payment.sel(contract="rest"),
        use.sel(municipality=["Aldorp", "Cedum"]).sum("municipality"),
    )
    np.testing.assert_allclose(
        accounts.payment.sel(contract="taak"), 5e5 * accounts.index_provisional, rtol=1e-12
    )


def test_everything_passed_through_is_pxq(scenario: js.Scenario, volumes: xr.Dataset) -> None:
    through = {
        "loss_bands": [{"above": 0.0, "payer_share": 1.0}],
        "gain_bands": [{"below": 0.0, "payer_share": 1.0}],
    }
    task_based = settled(volumes, scenario, alles={**SEGMENTS, "form": "task_based", **through})
    pxq = settled(volumes, scenario, alles={**SEGMENTS, "form": "pxq"})
    np.testing.assert_allclose(task_based.payment, pxq.payment, rtol=1e-12)


def test_a_lump_sum_does_not_vary_in_euros_of_price_year(
    scenario: js.Scenario, volumes: xr.Dataset
) -> None:
    accounts = settled(volumes, scenario, alles={**SEGMENTS, "form": "task_based"})
    real = accounts.payment / accounts.index_provisional
    np.testing.assert_allclose(real.std("draw") / real.mean("draw"), 0, atol=1e-12)


def test_a_budget_per_client_leaves_the_number_with_the_payer_and_the_rest_with_the_provider(
    scenario: js.Scenario, volumes: xr.Dataset
) -> None:
    """Followed in full in the year itself, each client brings one sum, whatever a client costs."""
    contract = {
        "care_forms": ["pleegzorg"],
        "form": "task_based",
        "recalibration": {"lag_years": 0},
        "municipalities": ["Aldorp", "Berkstad", "Cedum"],
    }
    others = {
        "care_forms": ["ambulante begeleiding", "crisis", "dagbehandeling", "diagnostiek"],
        "form": "pxq",
    }
    accounts = settled(volumes, scenario, pleegzorg=contract, rest=others)
    clients = volumes.clients_in_year.sel(care_form="pleegzorg").sum("municipality")
    account = accounts.sel(contract="pleegzorg")
    each = account.payment / accounts.index_provisional / clients
    np.testing.assert_allclose(each.std("draw") / each.mean("draw"), 0, atol=1e-12)


def test_a_bill_under_a_ceiling_is_what_is_paid(scenario: js.Scenario, volumes: xr.Dataset) -> None:
    """Every member pays the same part of its use, and together what the ceiling lets through."""
    contracts = {"alles": {**SEGMENTS, **FORMS["ceiling"]}}
    under = scenario.with_changes(
        {"contracts": contracts, "allocation": {"keys": [], "used": "expected_use"}}
    )
    accounts = js.settle(volumes, under)
    bills = js.allocate(accounts, under)
    np.testing.assert_allclose(
        bills.contribution.sum(["municipality", "segment"]),
        accounts.payment.sum("contract"),
        rtol=1e-12,
    )
    use = accounts.use_value.sum("care_form")
    part = bills.contribution.sum("segment") / use
    np.testing.assert_allclose(part.max("municipality"), part.min("municipality"), rtol=1e-9)
    assert (part < 1 - 1e-6).any()


def test_a_contract_of_one_form_in_lots_is_paid_as_the_lots_are(
    scenario: js.Scenario, volumes: xr.Dataset
) -> None:
    """Areas with a contract each under two consortia: their sum under P x Q is one contract's."""
    towns = ["Aldorp", "Berkstad", "Cedum"]
    lots = settled(
        volumes,
        scenario,
        **{town: {**SEGMENTS, "municipalities": [town], "form": "pxq"} for town in towns},
    )
    whole = settled(volumes, scenario, alles={**SEGMENTS, "form": "pxq"})
    np.testing.assert_allclose(lots.payment.sum("contract"), whole.payment.sum("contract"), rtol=1e-12)
    mixed = settled(
        volumes,
        scenario,
        Aldorp={**SEGMENTS, "municipalities": ["Aldorp"], **FORMS["corridor"]},
        Berkstad={**SEGMENTS, "municipalities": ["Berkstad"], **FORMS["corridor"]},
        Cedum={**SEGMENTS, "municipalities": ["Cedum"], "form": "pxq"},
    )
    together = settled(volumes, scenario, alles={**SEGMENTS, **FORMS["corridor"]})
    apart = mixed.payment.sel(contract=["Aldorp", "Berkstad"]).sum("contract")
    assert not np.allclose(apart, together.payment.sum("contract"))
    np.testing.assert_array_equal(
        mixed.payment.sel(contract="Cedum"), lots.payment.sel(contract="Cedum")
    )
