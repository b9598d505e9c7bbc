"""Results belong to the terms and the scope they were made for; limits hold for a bill, not a part."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import jeugdsim as js

SMALL = Path(__file__).parents[1] / "data" / "small"
HAAGLANDEN = Path(__file__).parents[2] / "scenarios" / "haaglanden-2027"
EVERYTHING = ["dagbehandeling", "veelvoorkomend", "verblijf"]


@pytest.fixture(scope="module")
def small() -> js.Scenario:
    return js.load_scenario(SMALL)


@pytest.fixture(scope="module")
def volumes(small: js.Scenario) -> xr.Dataset:
    return js.simulate(small, draws=12, seed=5, progress=False)


def test_children_counted_under_one_scope_are_not_covered_under_another(small: js.Scenario) -> None:
    counted = small.with_changes({"contracts.verblijf.child_retentions": [5e3, 20e3, 60e3]})
    held = js.simulate(counted, draws=4, seed=5, progress=False)
    contracts: dict[str, dict[str, Any]] = {
        "verblijf": {
            "form": "task_based",
            "segments": ["verblijf"],
            "child_retentions": [5e3, 20e3, 60e3],
            "child_stop_loss": {"retention": 20e3},
        },
        "rest": {"form": "pxq", "segments": ["dagbehandeling", "veelvoorkomend"]},
    }
    assert js.settle(held, counted, contracts=contracts).payment.sum() > 0
    contracts["verblijf"]["municipalities"] = ["Cedum"]
    contracts["others"] = {
        "form": "pxq",
        "segments": ["verblijf"],
        "municipalities": ["Aldorp", "Berkstad"],
    }
    with pytest.raises(ValueError, match="do not hold for its municipalities"):
        js.settle(held, counted, contracts=contracts)


@pytest.mark.parametrize(
    "change",
    [
        {"contracts.ambulant.ceiling": {"of_expected": 0.5}},
        {
            "contracts.verblijf": {"form": "task_based", "care_forms": ["pleegzorg"]},
            "contracts.ambulant.care_forms": ["ambulante begeleiding", "crisis"],
        },
    ],
)
def test_accounts_of_other_terms_or_scope_are_not_billed(
    small: js.Scenario, volumes: xr.Dataset, change: dict[str, Any]
) -> None:
    other = small.with_changes({**change, "allocation": {"keys": [], "used": "expected_use"}})
    accounts = js.settle(volumes, other)
    assert js.allocate(accounts, other).contribution.sum() > 0
    with pytest.raises(ValueError, match="would not add up"):
        js.allocate(accounts, small)


def test_a_limit_on_a_transition_holds_for_the_whole_bill() -> None:
    """To heads at once, at most two euros of price_year per inhabitant, over all contracts together."""
    key = {
        "kind": "transition",
        "old": "expected_use",
        "new": "inhabitants",
        "steps": {2027: 1.0},
        "most_per_inhabitant": 2.0,
    }
    scenario = js.load_scenario(HAAGLANDEN).with_changes({"allocation.defined": {"rustig": key}})
    accounts = js.settle(js.simulate(scenario, draws=4, seed=3, progress=False), scenario)
    old, held = (
        js.allocate(accounts, scenario, key=key).contribution.sum("segment")
        for key in ("expected_use", "rustig")
    )
    heads = xr.DataArray(
        [
            [
                next(
                    row.inhabitants
                    for row in scenario.population
                    if (row.municipality, row.year) == (town, year)
                )
                for town in scenario.municipality_names
            ]
            for year in scenario.calendar_years
        ],
        dims=("year", "municipality"),
        coords={"year": old.year, "municipality": old.municipality},
    )
    years = xr.DataArray(np.arange(1, 7), dims="year", coords={"year": old.year})
    most = 2.0 * heads * years * accounts.index_provisional
    moved = np.abs(held - old)
    assert (moved <= most * (1 + 1e-9)).all()
    assert (moved > 0.5 * most).any()


def test_what_a_coalition_pays_in_a_transition_follows_its_use(
    small: js.Scenario, volumes: xr.Dataset
) -> None:
    """Before the first step all is paid P x Q: going alone costs what it costs under P x Q."""
    rest = {
        "form": "pxq",
        "care_forms": ["ambulante begeleiding", "crisis", "dagbehandeling", "diagnostiek"],
    }
    costs = []
    for terms in ({"form": "task_based", "transition": {2029: 1.0}}, {"form": "pxq"}):
        scenario = small.with_changes(
            {
                "contracts": {"pleegzorg": {**terms, "care_forms": ["pleegzorg"]}, "rest": rest},
                "allocation": {"keys": [], "used": "expected_use"},
            }
        )
        accounts = js.settle(volumes, scenario)
        costs.append(js.coalition_costs(accounts, scenario, "pleegzorg"))
    in_transition, per_unit = costs
    before = slice(2027, 2028)
    np.testing.assert_allclose(in_transition.sel(year=before), per_unit.sel(year=before), rtol=1e-9)
    assert not np.allclose(in_transition.sel(year=2029), per_unit.sel(year=2029))


def test_a_provider_under_a_ceiling_may_lose_its_reserve(
    small: js.Scenario, volumes: xr.Dataset
) -> None:
    contracts = {"alles": {"form": "pxq", "segments": EVERYTHING, "ceiling": {"euros": 1e5}}}
    under = small.with_changes(
        {"contracts": contracts, "allocation": {"keys": [], "used": "expected_use"}}
    )
    outcome = js.run(under, draws=12, seed=5, progress=False).to_dict()
    assert outcome["contracts"]["alles"]["chance_reserve_lost"]["total"] == 1.0
    without = small.with_changes(
        {
            "contracts": {"alles": {"form": "pxq", "segments": EVERYTHING}},
            "allocation": {"keys": [], "used": "expected_use"},
        }
    )
    plain = js.run(without, draws=12, seed=5, progress=False).to_dict()
    assert plain["contracts"]["alles"]["chance_reserve_lost"]["total"] == 0.0


@pytest.mark.parametrize("places", [0.25, 1.0, 4.0])
def test_a_fee_from_history_costs_as_much_as_pxq_whatever_the_places(
    places: float, small: js.Scenario, volumes: xr.Dataset
) -> None:
    rest = {"form": "pxq", "segments": ["dagbehandeling", "veelvoorkomend"]}
    contracts = {
        "crisis": {"form": "availability", "care_forms": ["crisis"], "funded_places": places},
        "pleegzorg": {"form": "pxq", "care_forms": ["pleegzorg"]},
        "rest": rest,
    }
    accounts = js.settle(volumes, small, contracts=contracts)
    expected = js.expected_cost(small.reference()).use_value.sel(year=2027, care_form="crisis").sum()
    index = accounts.index_provisional.sel(year=2027)
    fee = accounts.payment.sel(year=2027, contract="crisis") / index
    mean_index = (1 + 0.04 + 0.01) ** 2
    np.testing.assert_allclose(fee, float(expected) / mean_index, rtol=1e-9)
