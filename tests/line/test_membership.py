"""Who leaves, and everybody's bill: budgets, use, fixed cost, worked out by hand.

Two towns, each with one new child a day, fixed stays of ten days at 100 euros: 3,650 days and 365,000
euros a year each. Who leaves on 1 January has nine children left in care, with one to nine days to go:
45 days and 4,500 euros, and nothing in the year after.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr
from regions import HAAGLANDEN, Row, care_form, region

import jeugdsim as js
from jeugdsim.allocation.members import membership
from jeugdsim.scenario import Scenario

LEAVER, STAYER = "Aldorp", "Bedum"
TOWNS = (LEAVER, STAYER)
WHOLE, HALF, LEAVING = 730_000.0, 365_000.0, 369_500.0
VERTREK = HAAGLANDEN.with_name("haaglanden-2027-vertrek")


def leaves(year: int, share: float = 1.0, town: str = LEAVER, **more: Any) -> Row:
    return {"municipality": town, "share": share, "year": year, **more}


def towns(*changes: Row, years: int = 4, key: str = "actual_use", **more: Any) -> Scenario:
    parts: dict[str, Any] = {
        "towns": TOWNS,
        "inflow": 365.0,
        "allocation": {"keys": [], "used": key},
        **more,
    }
    return region([care_form("zorg")], years=years, changes=list(changes), **parts)


def task_based(**terms: Any) -> dict[str, Any]:
    """Return a lump sum for everything, with some other terms."""
    lump_sum = {"form": "task_based", "segments": ["zorg"], "loss_bands": [], "use_registered": True}
    return {"alles": lump_sum | terms}


def settled(scenario: Scenario, draws: int = 12) -> tuple[xr.Dataset, xr.Dataset]:
    volumes = js.simulate(scenario, draws=draws, seed=8, progress=False)
    return volumes, js.settle(volumes, scenario)


def budgets(*changes: Row, **terms: Any) -> np.ndarray:
    """Return the agreed budget of every year, the same in every draw."""
    _, accounts = settled(towns(*changes, contracts=task_based(**terms)))
    budget = accounts.agreed_budget.sel(contract="alles").transpose("draw", "year").to_numpy()
    np.testing.assert_array_equal(budget, np.broadcast_to(budget[0], budget.shape))
    return np.asarray(budget[0])


def bills(scenario: Scenario) -> xr.DataArray:
    """Return what every town pays for care, on (draw, year, municipality)."""
    _, accounts = settled(scenario)
    return js.allocate(accounts, scenario).contribution.sum("segment")


# --- the sum that was agreed -----------------------------------------------------------------------


def test_a_budget_falls_with_the_care_that_left() -> None:
    found = budgets(leaves(2026))
    np.testing.assert_allclose(found, [WHOLE, LEAVING, HALF, HALF], rtol=1e-9)


def test_a_history_budget_has_the_changes_of_its_first_year_already() -> None:
    """What is expected in 2025 is 365,000 + 4,500: it is not lowered once more."""
    np.testing.assert_allclose(budgets(leaves(2025)), [LEAVING, HALF, HALF, HALF], rtol=1e-9)


@pytest.mark.parametrize(
    "budget",
    [600_000.0, {"per_youth": 300.0}, {"per_task": {"a": 200_000.0, "b": 400_000.0}}],
)
def test_a_stated_sum_was_made_for_everybody(budget: Any) -> None:
    """600,000 for both, so 300,000 for the one; also where the change comes in the first year."""
    part = 600_000.0 / WHOLE
    later = budgets(leaves(2026), budget=budget)
    np.testing.assert_allclose(later, [600_000, part * LEAVING, 300_000, 300_000], rtol=1e-9)
    at_once = budgets(leaves(2025), budget=budget)
    np.testing.assert_allclose(at_once, [part * LEAVING, *[300_000] * 3], rtol=1e-9)


@pytest.mark.parametrize("budget", ["history", 600_000.0])
def test_a_budget_that_does_not_follow_stays(budget: Any) -> None:
    found = budgets(leaves(2026), budget=budget, follows_changes=False)
    np.testing.assert_allclose(found, [WHOLE if budget == "history" else budget] * 4, rtol=1e-9)


def test_a_share_of_a_form_of_a_town() -> None:
    """40% of one of two equal towns: 20% of all, once the children in care are gone (40% x 45 days)."""
    found = budgets(leaves(2026, 0.4, care_forms=["zorg"]))
    np.testing.assert_allclose(
        found, [WHOLE, 0.6 * HALF + 0.4 * 4_500 + HALF, 0.8 * WHOLE, 0.8 * WHOLE], rtol=1e-9
    )


def test_a_contract_nobody_leaves_keeps_its_budget_to_the_bit() -> None:
    contracts = {
        "een": {**task_based()["alles"], "municipalities": [LEAVER]},
        "twee": {**task_based()["alles"], "municipalities": [STAYER]},
    }
    plain, changed = (settled(towns(*some, contracts=contracts))[1] for some in ([], [leaves(2026)]))
    np.testing.assert_array_equal(
        plain.payment.sel(contract="twee"), changed.payment.sel(contract="twee")
    )
    assert (changed.payment.sel(contract="een", year=2027) == 0).all()


def test_a_budget_that_follows_the_number_helped_is_not_lowered_twice() -> None:
    """374 children of a town have a day of care in a year (365, and nine of before): so many are asked.

    A valve in full, without lag, then makes the budget of 2027 that of one town, times N/374.
    """
    valve = {"pass_through": 1.0, "lag_years": 0}
    scenario = towns(leaves(2026), contracts=task_based(recalibration=valve))
    volumes, accounts = settled(scenario)
    helped = volumes.clients_in_year.sum(["municipality", "care_form"])
    budget = accounts.agreed_budget.sel(contract="alles")
    for year, euros, children in ((2025, WHOLE, 2 * 374), (2026, LEAVING, 374 + 9), (2027, HALF, 374)):
        wanted = euros * helped.sel(year=year) / children
        np.testing.assert_allclose(budget.sel(year=year), wanted, rtol=1e-9)


def test_an_extension_is_rebased_on_care_that_is_still_there() -> None:
    """Re-based on the use of 2026, by both; one leaves in 2027, the first year of extension."""
    longer = {"after_years": 2, "years": 2, "rebased_on_years": 1}
    _, accounts = settled(towns(leaves(2027), contracts=task_based(extension=longer)))
    use = accounts.use_value.sum(["municipality", "care_form"]).sel(year=2026)
    budget = accounts.agreed_budget.sel(contract="alles")
    np.testing.assert_allclose(budget.sel(year=2027), use * LEAVING / WHOLE, rtol=1e-9)
    np.testing.assert_allclose(budget.sel(year=2028), use * 0.5, rtol=1e-9)


def test_when_all_have_left_nothing_is_paid() -> None:
    longer = {"after_years": 2, "years": 2}
    everybody = [leaves(2026, town=town) for town in TOWNS]
    for terms in ({}, {"recalibration": {"lag_years": 1}}, {"extension": longer}):
        _, accounts = settled(towns(*everybody, contracts=task_based(**terms)))
        assert (accounts.payment.sel(year=[2027, 2028]) == 0).all()


# --- everybody's bill ------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [1.0, 0.3])
def test_under_p_x_q_the_bill_of_who_stays_is_the_same_to_the_bit(share: float) -> None:
    before, after = bills(towns()), bills(towns(leaves(2026, share)))
    np.testing.assert_array_equal(*(one.sel(municipality=STAYER) for one in (before, after)))
    gone = after.sel(municipality=LEAVER, year=2027) / before.sel(municipality=LEAVER, year=2027)
    assert (gone < 1).all()
    if share == 1.0:
        assert (gone == 0).all()
        assert (after.sel(municipality=LEAVER, year=2026) < 9_000 * 2).all(), "run-off only"


def test_under_actual_use_who_left_pays_its_run_off_and_nothing_after() -> None:
    """The lump sum of 2026 is for both; each pays its part of the days in that year."""
    scenario = towns(leaves(2026), contracts=task_based())
    volumes, accounts = settled(scenario)
    paid = js.allocate(accounts, scenario).contribution.sum("segment")
    days = volumes.client_days.sum("care_form").sel(year=2026)
    wanted = LEAVING * days / days.sum("municipality")
    np.testing.assert_allclose(paid.sel(year=2026), wanted.transpose("draw", "municipality"), rtol=1e-9)
    np.testing.assert_allclose(paid.sel(year=2027, municipality=STAYER), HALF, rtol=1e-9)
    assert (paid.sel(year=[2027, 2028], municipality=LEAVER) == 0).all()


def test_under_rolling_use_the_last_bill_comes_three_years_later() -> None:
    """Its use of 2026, some days of run-off, is in the mean until 2029; from 2030 on nothing is."""
    scenario = towns(leaves(2026), years=7, key="rolling_use", contracts=task_based())
    paid = bills(scenario).sel(municipality=LEAVER)
    assert (paid.sel(year=2029) > 0).all()
    assert (paid.sel(year=[2030, 2031]) == 0).all()
    # 2027: the shares of 2024 (expected: half), 2025 (about half) and 2026 (about 1%)
    assert (paid.sel(year=2027) / HALF).mean().item() == pytest.approx((0.5 + 0.5 + 0.01) / 3, abs=0.02)


def test_the_fixed_cost_of_who_left_is_for_the_others() -> None:
    """90,000 a year over three towns of as many inhabitants: 30,000 each, then 45,000 for two."""
    three = {"towns": (*TOWNS, "Cadier")}
    fixed = {"cost_per_year": 90_000.0, "key": "inhabitants"}
    allocation = {"keys": [], "used": "actual_use", "fixed_cost": fixed}
    found = {}
    for name, change in (("whole", leaves(2026)), ("half", leaves(2026, 0.5))):
        scenario = towns(change, allocation=allocation, **three)
        paid = js.allocate(settled(scenario)[1], scenario)
        found[name] = paid.fixed_cost.isel(draw=0).transpose("year", "municipality").to_numpy()
        own_bill = paid.contribution.sum("segment").sel(municipality=STAYER)
        plain = bills(towns(allocation=allocation, **three)).sel(municipality=STAYER)
        np.testing.assert_array_equal(own_bill, plain)
    np.testing.assert_allclose(found["half"], 30_000.0, rtol=1e-12)
    np.testing.assert_allclose(found["whole"][0], 30_000.0, rtol=1e-12)
    np.testing.assert_allclose(found["whole"][1:], [[0.0, 45_000.0, 45_000.0]] * 3, rtol=1e-12)


def test_who_is_a_member_in_which_year() -> None:
    """A town is a member until all of the care forms it buys have left, be it one after the other."""
    forms = [care_form("licht"), care_form("zwaar")]
    parts: dict[str, Any] = {"towns": TOWNS, "inflow": 365.0}
    cases: list[tuple[list[Row], list[float]]] = [
        ([], [1, 1, 1]),
        ([leaves(2026)], [1, 0, 0]),
        ([leaves(2025)], [0, 0, 0]),
        ([leaves(2026, 0.99)], [1, 1, 1]),
        ([leaves(2026, 0.6), leaves(2026, 0.6)], [1, 1, 1]),
        ([leaves(2026, care_forms=["licht"])], [1, 1, 1]),
        ([leaves(2026, care_forms=["licht"]), leaves(2027, care_forms=["zwaar"])], [1, 1, 0]),
    ]
    for changes, wanted in cases:
        found = membership(region(forms, changes=changes, **parts))
        assert found[:, 0].tolist() == wanted
        assert found[:, 1].tolist() == [1, 1, 1]


def test_what_leaves_is_no_saving_and_the_councils_budgets_stay() -> None:
    """Policy and reference both lose the care; a budget that councils set is their own decision."""
    parts: dict[str, Any] = {"budget": {"basis": WHOLE}}
    stays, goes = towns(**parts), towns(leaves(2026), **parts)
    outcome = js.run(goes, draws=5, seed=8, progress=False)
    assert np.abs(outcome.savings.savings).max() < 1e-6
    ours, theirs = (js.allocate(settled(one)[1], one).budget for one in (stays, goes))
    np.testing.assert_array_equal(ours, theirs)


def test_a_comparison_tells_what_it_does_to_everybodys_bill() -> None:
    stays, goes = (
        js.run(towns(*some), draws=12, seed=8, progress=False) for some in ([], [leaves(2026)])
    )
    told = js.compare({"samen": stays, "zonder": goes}).to_dict()["compared"]["zonder"]
    by_town = told["municipalities"]
    assert by_town[STAYER]["cost"]["total"]["difference"]["mean"] == 0.0
    less = by_town[LEAVER]["cost"]["2027"]
    assert less["difference"]["mean"] == pytest.approx(-less["baseline"]["mean"])


def test_a_contract_says_whether_its_budget_follows_who_leaves() -> None:
    """Told where there are changes: among what moves the budget, and as a term of its own."""
    for follows in (True, False):
        scenario = towns(leaves(2026), contracts=task_based(follows_changes=follows))
        told = js.contract_terms(scenario, "nl").set_index("rule").text
        assert ("het vertrek van een gemeente" in told["change_of_budget"]) is follows
        assert ("daalt het budget mee" in told["follows_changes"]) is follows
    nobody = js.contract_terms(towns(contracts=task_based()), "nl")
    assert "follows_changes" not in set(nobody.rule)


# --- the variant -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def base() -> Scenario:
    return js.load_scenario(HAAGLANDEN)


def test_the_variant_takes_a_quarter_of_den_haag_away_and_nothing_else(base: Scenario) -> None:
    variant = js.load_scenario(VERTREK)
    assert not variant.warnings
    assert [(one.municipality, one.share, one.year) for one in variant.settings.changes] == [
        ("Den Haag", 0.25, 2029)
    ]
    papers = {"name": base.name, "sources": dict(base.settings.sources), "changes": None}
    assert variant.with_changes(papers).hash == base.hash
    started = {
        name: js.expected(one.reference()).stays_started.sel(year=2032).sum("care_form")
        for name, one in (("base", base), ("variant", variant))
    }
    ratio = started["variant"] / started["base"]
    # 75% of the inflow and of the moves: of who comes by two steps (0.75 squared) there are few
    assert 0.72 < float(ratio.sel(municipality="Den Haag")) <= 0.75
    np.testing.assert_array_equal(ratio.drop_sel(municipality="Den Haag"), 1.0)
