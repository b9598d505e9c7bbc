"""What keys are judged on, worked out by hand on two municipalities, two draws and three years."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from regions import DATA
from two_towns import PAYMENT, USE, accounts_of, two_towns

import jeugdsim as js
from jeugdsim.outcomes.key_bills import key_bills, keys_of_pools, make_cases
from jeugdsim.outcomes.key_foresight import follows_use, known_beforehand, parts_of
from jeugdsim.scenario.keys import KEYS, Allocation

HALVES = {
    "half": {"kind": "mix", "parts": {"actual_use": 0.5, "expected_use": 0.5}},
    "whole": {"kind": "mix", "parts": {"actual_use": 1.0}},
    "narrow": {"kind": "levelled", "band": 0.0},
    "wide": {"kind": "levelled", "band": 1.0},
    "later": {"kind": "transition", "old": "actual_use", "new": "expected_use", "steps": {2030: 1.0}},
    "capped": {
        "kind": "transition",
        "old": "expected_use",
        "new": "inhabitants",
        "steps": {2025: 1.0},
        "most_per_inhabitant": 0.0,
    },
    "risk": {"kind": "loaded", "base": "actual_use"},
}


def judged(key: Any, place: str = "Aldorp", **allocation: Any) -> pd.Series:
    scenario = two_towns(**allocation)
    table = js.judge_keys(accounts_of(scenario), scenario, [key])
    return table.set_index("municipality").loc[place]


def test_the_contribution_is_the_mean_over_years_per_draw() -> None:
    told = judged("actual_use")
    low, high = (40 + 36 + 40) / 3, (60 + 88 + 60) / 3
    assert told["mean"] == pytest.approx((low + high) / 2)
    assert told["p10"] == pytest.approx(low + 0.1 * (high - low))
    assert told["p90"] == pytest.approx(low + 0.9 * (high - low))
    region = judged("actual_use", "region")
    assert region["mean"] == pytest.approx(PAYMENT.mean())


def test_volatility_is_the_spread_of_yearly_changes_over_the_mean_bill() -> None:
    changes = [88 - 60, 60 - 88, 36 - 40, 40 - 36]  # their mean is 0
    expected = math.sqrt(sum(x**2 for x in changes) / 4) / 54
    assert judged("actual_use")["volatility"] == pytest.approx(expected)


def test_the_announced_bill_is_the_mean_payment_by_rolling_use_so_far() -> None:
    told = judged("actual_use")
    known = [[0.5, (1.0 + 0.6) / 3, (0.5 + 0.6 + 0.8) / 3], [0.5, 1.4 / 3, 1.3 / 3]]
    bills, announced = np.array([[60, 88, 60], [40, 36, 40]]), 100 * np.array(known)
    assert told["surprise"] == pytest.approx(np.abs(bills - announced).mean() / 54)
    assert told["surprise_over_5"] == 2 / 6  # 60 above 52.5 and 88 above 56
    of_share = np.abs(bills - PAYMENT * np.array(known)).mean() / 54
    assert told["surprise_of_share"] == pytest.approx(of_share)


def test_a_key_known_beforehand_surprises_by_its_payment_only() -> None:
    told = judged("expected_use")
    assert told["known_beforehand"]
    assert told["surprise_of_share"] == pytest.approx(0.0, abs=1e-12)
    assert told["surprise"] == pytest.approx(np.abs(PAYMENT - 100).mean() / 100)
    assert told["surprise_over_5"] == 2 / 6  # 110 and 120 above 105
    assert judged("rolling_use")["surprise_of_share"] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("key", "same_as"),
    [
        ("whole", "actual_use"),
        ("wide", "actual_use"),
        ("later", "actual_use"),
        ("narrow", "expected_use"),
        ("capped", "expected_use"),
    ],
)
def test_keys_that_come_to_the_same_are_judged_the_same(key: str, same_as: str) -> None:
    """Also what asks for the year itself, which is announced year by year."""
    one, other = (judged(name, defined=HALVES) for name in (key, same_as))
    same = ["key", "needs_use", "known_beforehand", "reason"]
    numbers = [column for column in one.index if column not in same]
    ours, theirs = (row[numbers].astype(float).to_numpy() for row in (one, other))
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


def test_half_a_key_surprises_half_as_much_by_its_share() -> None:
    half, whole = (judged(key, defined=HALVES) for key in ("half", "actual_use"))
    euros = [row["surprise_of_share"] * row["mean"] for row in (half, whole)]
    assert euros[0] == pytest.approx(euros[1] / 2)
    assert half["marginal"] == pytest.approx(whole["marginal"] / 2)


def test_correlation_is_that_of_sums_over_years() -> None:
    assert judged("actual_use")["correlation"] == pytest.approx(1.0)  # of two draws
    assert judged("actual_use", "Berkstad")["correlation"] == pytest.approx(
        np.corrcoef([92, 154], USE.sum(axis=1)[:, 1])[0, 1]
    )
    assert math.isnan(judged("actual_use", "region")["correlation"])  # the region's use is certain


def test_one_more_euro_of_own_use_arrives_when_the_key_says() -> None:
    more = [60.6 / 100.6 - 0.6, 40.4 / 100.4 - 0.4]
    extra_use = (0.6 + 0.4) / 2
    now = (100 * more[0] + 100 * more[1]) / 2 / extra_use
    told = judged("actual_use")
    assert told["marginal"] == pytest.approx(now)
    assert told["marginal_after_0"] == pytest.approx(now)
    assert told["arrives_after"] == 0.0
    later = (110 * more[0] + 90 * more[1]) / 2 / extra_use
    told = judged("lagged_use")
    assert [told[f"marginal_after_{year}"] for year in range(3)] == pytest.approx([0.0, later, 0.0])
    assert told["arrives_after"] == 1.0
    told = judged("rolling_use")
    last = (120 * more[0] + 80 * more[1]) / 2 / extra_use
    by_year = [told[f"marginal_after_{year}"] for year in range(3)]
    assert by_year == pytest.approx([0.0, later / 3, last / 3])


@pytest.mark.parametrize("key", ["expected_use", "inhabitants", "shapley", "risk"])
def test_a_key_fixed_before_the_start_has_no_marginal_bill(key: str) -> None:
    told = judged(key, defined=HALVES)
    assert told["marginal"] == 0.0
    assert math.isnan(told["arrives_after"])


def test_redistribution_is_against_own_use() -> None:
    own = np.array([[60, 88, 60], [40, 36, 40]])
    per_year = (PAYMENT / 2 - own).mean(axis=1)
    told = judged("expected_use")
    assert told["redistribution"] == pytest.approx(per_year.mean())
    assert told["redistribution_p10"] == pytest.approx(np.percentile(per_year, 10))
    assert told["moved"] == pytest.approx(np.abs(per_year).mean())
    region = judged("expected_use", "region")
    assert region["redistribution"] == 0.0
    assert region["moved"] == pytest.approx(np.abs(per_year).mean())  # one pays what another saves
    assert judged("actual_use")["moved"] == pytest.approx(0.0, abs=1e-9)


def test_worse_than_alone_by_year_and_coalition() -> None:
    """A lump sum goes along by expected shares, so alone costs half of the worst draw's payment."""
    told, region = (judged("actual_use", place) for place in ("Aldorp", "region"))
    excess = 110 * (88 + 36) / 200 - 55  # in 2026; nothing in the other years
    assert told["alone_excess"] == pytest.approx(excess / 3)
    assert told["worse_than_alone"] == pytest.approx(1 / 3)
    assert told["coalitions_worse"] == pytest.approx(1 / 3)
    assert told["coalition_excess"] == pytest.approx(excess)
    assert judged("actual_use", "Berkstad")["worse_than_alone"] == 0.0
    assert region["alone_excess"] == pytest.approx(0.0, abs=1e-9)
    assert region["coalitions_worse"] == pytest.approx(1 / 6)
    assert judged("expected_use", "region")["coalition_excess"] == 0.0


def test_going_alone_costs_what_it_costs() -> None:
    office = {"cost_per_year": 10.0, "key": "inhabitants", "alone_per_year": 8.0}
    told = judged("expected_use", fixed_cost=office)
    assert told["alone_excess"] == pytest.approx(-4.0)  # half of 8 together, 8 alone; no indexation


def test_without_registered_use_a_key_tells_why_it_cannot_be_computed() -> None:
    scenario = two_towns({"use_registered": False})
    table = js.judge_keys(accounts_of(scenario), scenario, ["actual_use", "inhabitants"])
    not_known = table[table.key == "actual_use"]
    assert len(not_known) == 3
    assert not not_known.computable.any()
    assert not_known.needs_use.all()
    assert not_known.reason.str.contains("use_registered = false").all()
    assert not_known["mean"].isna().all()
    assert table[table.key == "inhabitants"].computable.all()


def test_own_use_that_is_billed_is_judged_on_the_bill_and_not_on_the_key() -> None:
    scenario = two_towns().with_changes({"contracts": {"alles": {"form": "pxq", "segments": ["zorg"]}}})
    accounts = accounts_of(scenario)
    accounts["payment"] = (
        accounts["use_value"]
        .sum(["municipality", "care_form"])
        .expand_dims(contract=accounts["contract"], axis=2)
    )
    told = js.judge_keys(accounts, scenario, ["inhabitants"]).set_index("municipality").loc["Aldorp"]
    assert told["mean"] == pytest.approx(USE[:, :, 0].mean())
    assert told["surprise"] > 0
    for name in ("correlation", "marginal", "alone_excess"):
        assert math.isnan(told[name])
    assert told["moved"] == 0.0


@pytest.fixture(scope="module")
def small() -> tuple[js.Scenario, Any]:
    scenario = js.load_scenario(DATA / "small")
    return scenario, js.settle(js.simulate(scenario, draws=40, seed=3, progress=False), scenario)


@pytest.mark.parametrize("key", KEYS)
def test_bills_are_those_of_allocate(small: tuple[js.Scenario, Any], key: str) -> None:
    """Two pools in one segment, one pool in two segments, and a P x Q contract."""
    scenario, accounts = small
    cases = make_cases(accounts, scenario)
    bills = key_bills(cases, keys_of_pools(cases, key))
    expected = js.allocate(accounts, scenario, key).contribution.sum("segment").to_numpy()
    np.testing.assert_allclose(bills.whole, expected, rtol=1e-10)
    payment = accounts.payment.sum("contract").to_numpy()
    np.testing.assert_allclose(bills.whole.sum(axis=2), payment, rtol=1e-10)
    np.testing.assert_allclose(bills.shared.sum(axis=2), bills.by_use.sum(axis=2), rtol=1e-10)


def test_every_key_has_a_row_per_municipality_and_one_for_the_region(
    small: tuple[js.Scenario, Any],
) -> None:
    scenario, accounts = small
    table = js.judge_keys(accounts, scenario, KEYS)
    places = [*scenario.municipality_names, "region"]
    assert table.municipality.tolist() == places * len(KEYS)
    assert table.computable.all()
    towns, region = table[table.municipality != "region"], table[table.municipality == "region"]
    for column in ("mean", "alone_excess"):
        sums = towns.groupby("key", sort=False)[column].sum().to_numpy()
        np.testing.assert_allclose(sums, region[column].to_numpy(), rtol=1e-9)
    zero = towns.groupby("key", sort=False)["redistribution"].sum().to_numpy()
    np.testing.assert_allclose(zero, 0.0, atol=1e-4)
    assert region.set_index("key").loc["nucleolus", "coalitions_worse"] <= 0.05


def test_by_default_it_judges_what_the_scenario_reports(small: tuple[js.Scenario, Any]) -> None:
    scenario, accounts = small
    reported = scenario.settings.allocation.keys
    assert js.judge_keys(accounts, scenario).key.unique().tolist() == list(reported)
    table = {"verblijf": "inhabitants", "dag en diagnostiek": "expected_use"}
    changed = scenario.with_changes({"allocation.used": table})
    keys = js.judge_keys(
        js.settle(js.simulate(changed, draws=2, seed=3, progress=False), changed), changed
    )
    assert keys.key.unique().tolist() == [*reported, "in_use"]


@pytest.mark.parametrize("keys", ["actual_use", ["nonsense"], 3])
def test_wrong_keys_are_refused_in_words(small: tuple[js.Scenario, Any], keys: Any) -> None:
    scenario, accounts = small
    with pytest.raises(ValueError, match="key"):
        js.judge_keys(accounts, scenario, keys)


def test_what_a_key_is_made_of_decides_what_it_asks() -> None:
    allocation = Allocation.model_validate({"used": "half", "defined": HALVES})
    assert parts_of(allocation, "half") == {"actual_use": 0.5, "expected_use": 0.5}
    known = {key for key in (*KEYS, *HALVES) if known_beforehand(allocation, key)}
    assert set(KEYS) - known == {"actual_use"}
    assert known & set(HALVES) == {"risk"}
    follows = {key for key in (*KEYS, *HALVES) if follows_use(allocation, key)}
    assert follows == {
        "actual_use", "lagged_use", "rolling_use", "clients", "credibility",
        "half", "whole", "narrow", "wide", "later",
    }  # fmt: skip
