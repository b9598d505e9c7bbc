"""Basis risk: what municipalities are short of when income follows another index than prices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from regions import DATA, care_form, lever, region

import jeugdsim as js
from jeugdsim.report.answer import printed_answer
from jeugdsim.report.files import tidy_tables
from jeugdsim.results import Outcome
from jeugdsim.scenario import Scenario

PLACES = ["municipality", "segment"]
INCOME = {"mean": 0.03, "sd": 0.01, "autocorrelation": 0.4, "correlation": 0.6}


def certain(**more: Any) -> Scenario:
    """Return 100 euros a day, prices 10% a year up from 2025, a budget of 8,000 euros."""
    given = {"indexation": 0.1, "income_index": {"mean": 0.04}} | more.pop("world", {})
    more = {"budget": {"basis": 8_000.0, "volume_growth_per_year": 0.02}} | more
    return region([care_form("dag")], inflow=10.0, world=given, **more)


def ran(scenario: Scenario, draws: int = 6) -> Outcome:
    return js.run(scenario, draws=draws, seed=3, progress=False)


def gap_of(of: Outcome) -> Any:
    return js.income_gap(of.bills, of.accounts, of.scenario)


def test_a_gap_by_hand() -> None:
    """Received: 8,000; 8,000 x 1.02 x 1.04; 8,000 x 1.02^2 x 1.04^2. What is paid is contribution.

    Of the gap prices make 0; 8,160 x (1.10 - 1.04) = 489.60; 8,323.20 x (1.21 - 1.0816) = 1,068.70.
    """
    of = ran(certain())
    gap = gap_of(of)
    received = [8_000.0, 8_486.4, 9_002.37312]
    np.testing.assert_allclose(gap.received, [received] * 6, rtol=1e-12)
    np.testing.assert_allclose(gap.price, [[0.0, 489.6, 1_068.69888]] * 6, rtol=1e-12, atol=1e-9)
    paid = of.bills.contribution.sum(PLACES)
    np.testing.assert_allclose(gap.income_gap, paid - np.array(received), atol=1e-8)


def test_lever_cost_is_paid_too_and_the_target_is_not_taken_off() -> None:
    with_cost = lever("team", "inflow", 0.0, "2025-01-01", care_forms=["dag"], cost_per_year=500.0)
    saved = {"target": {"2025": 1_000.0}}
    plain, both = ran(certain()), ran(certain(levers=[with_cost], savings=saved))
    more = gap_of(both).income_gap - gap_of(plain).income_gap
    np.testing.assert_allclose(more, [[500.0, 550.0, 605.0]] * 6, rtol=1e-9)


def test_the_councils_own_index_is_taken_out_again() -> None:
    """A council that allows for 2% a year budgets 8,000 x 1.02 x 1.02 in 2026; receipts stay."""
    budget = {"basis": 8_000.0, "volume_growth_per_year": 0.02, "index_per_year": 0.02}
    one, other = gap_of(ran(certain())), gap_of(ran(certain(budget=budget)))
    np.testing.assert_allclose(one.received, other.received, rtol=1e-12)
    np.testing.assert_allclose(one.price, other.price, rtol=1e-9, atol=1e-9)


def test_income_that_follows_prices_leaves_the_overrun_without_target() -> None:
    """With the index certain and income the same, the gap is the overrun without the target."""
    of = ran(certain(world={"income_index": {"mean": 0.1}}))
    gap = gap_of(of)
    np.testing.assert_allclose(gap.price, 0.0, atol=1e-9)
    np.testing.assert_allclose(
        gap.income_gap, of.overruns.without_target.sum(PLACES).transpose("draw", "year"), atol=1e-8
    )


def test_in_every_draw_what_is_not_price_is_volume() -> None:
    """Without its price part a gap is cost - budget in euros of price_year x L: no income is in it."""
    base = js.load_scenario(DATA / "small")
    one, other = (
        ran(base.with_changes({"world.income_index": income}), draws=30)
        for income in (INCOME, {"mean": -0.02, "sd": 0.05})
    )
    rest, other_rest = (gap_of(of).income_gap - gap_of(of).price for of in (one, other))
    np.testing.assert_allclose(rest, other_rest, rtol=1e-9, atol=1e-6)
    np.testing.assert_array_equal(one.bills.contribution, other.bills.contribution)
    assert not np.allclose(gap_of(one).price, gap_of(other).price)


def test_the_summary_tells_the_gap_only_with_an_income_index() -> None:
    of = ran(certain(world={"income_index": INCOME}), draws=40)
    told = of.to_dict()["region"]["income_gap"]
    assert list(told) == ["2025", "2026", "2027", "total"]
    gap = gap_of(of)
    assert told["2027"]["mean"] == pytest.approx(gap.income_gap.sel(year=2027).mean().item())
    assert told["total"]["p90"] == pytest.approx(float(np.percentile(gap.income_gap.sum("year"), 90)))
    assert told["total"]["probability"] == (gap.income_gap.sum("year") > 0.01).mean().item()
    assert told["total"]["price"]["mean"] == pytest.approx(gap.price.sum("year").mean().item())
    without = ran(region([care_form("dag")], inflow=10.0))
    assert "income_gap" not in without.to_dict()["region"]
    assert "income" not in without.answer(language="en")


def test_the_tables_and_the_answer_tell_it() -> None:
    of = ran(certain(), draws=40)
    header, rows = tidy_tables(of.to_dict())["region.csv"]
    told = {(row[0], row[1]): dict(zip(header, row, strict=True)) for row in rows}
    share = float((gap_of(of).income_gap.sum("year") > 0.01).mean())
    assert told["income_gap", "total"]["probability"] == share
    assert told["income_gap.price", "2026"]["mean"] == pytest.approx(489.6)
    answer = " ".join(of.answer().split())
    assert "Als het inkomen van gemeenten groeit met een eigen index" in answer
    assert "Prijzen stijgen sneller dan dat inkomen" in answer
    slower = ran(certain(world={"income_index": {"mean": 0.5}}), draws=40)
    told_slower = " ".join(printed_answer(slower.to_dict(), None, language="en").split())
    assert "is left on average over all years" in told_slower
    assert "Prices grow slower than that income" in told_slower


def test_what_does_not_belong_together_is_refused() -> None:
    plain = region([care_form("dag")], inflow=10.0)
    of, older = ran(certain()), ran(plain)
    with pytest.raises(ValueError, match=r"no world\.income_index"):
        js.income_gap(older.bills, older.accounts, plain)
    with pytest.raises(ValueError, match="hold no income_index"):
        js.income_gap(of.bills, of.accounts.drop_vars("income_index"), of.scenario)
    with pytest.raises(ValueError, match="same seed and draws"):
        js.income_gap(of.bills.isel(draw=[0, 1]), of.accounts, of.scenario)
    elsewhere = ran(js.load_scenario(DATA / "small"))
    with pytest.raises(ValueError, match="another scenario"):
        js.income_gap(elsewhere.bills, of.accounts, of.scenario)


def test_one_draw_is_told_too() -> None:
    of = ran(certain(), draws=1)
    assert of.to_dict()["region"]["income_gap"]["total"]["sd"] is None
    assert "eigen index" in of.answer()
