"""Fixed cost of the region: by hand, in every sum it belongs to, and nowhere without it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import jeugdsim as js
from jeugdsim.allocation.fixed_cost import on_segments, own_cost

ROOT = Path(__file__).resolve().parents[2]
PLACES = ["municipality", "segment"]
BY_CHANCE = {"cost_per_year": {"mean": 1e5, "cv": 0.2}, "key": "youth_population"}


@pytest.fixture(scope="module")
def small() -> js.Scenario:
    return js.load_scenario(ROOT / "tests" / "data" / "small")


@pytest.fixture(scope="module")
def accounts(small: js.Scenario) -> xr.Dataset:
    return js.settle(js.simulate(small, draws=12, seed=4, progress=False), small)


def bills_with(small: js.Scenario, accounts: xr.Dataset, **terms: Any) -> xr.Dataset:
    fixed = {"cost_per_year": 1e5, **terms}
    return js.allocate(accounts, small.with_changes({"allocation.fixed_cost": fixed}))


def heads(small: js.Scenario, what: str) -> xr.DataArray:
    rows = {(row.year, row.municipality): float(getattr(row, what)) for row in small.population}
    return xr.DataArray(
        [[rows[year, town] for town in small.municipality_names] for year in small.calendar_years],
        coords={"year": list(small.calendar_years), "municipality": list(small.municipality_names)},
    )


@pytest.mark.parametrize(
    ("key", "what"), [("inhabitants", "inhabitants"), ("youth_population", "youth")]
)
def test_by_heads_it_is_what_anybody_would_work_out(
    small: js.Scenario, accounts: xr.Dataset, key: str, what: str
) -> None:
    """100,000 euros of price_year x index, divided by heads of the year."""
    of = heads(small, what)
    wanted = 1e5 * accounts.index_provisional * of / of.sum("municipality")
    found = bills_with(small, accounts, key=key).fixed_cost
    assert found.dims == ("draw", "year", "municipality")
    np.testing.assert_allclose(found, wanted.transpose(*found.dims), rtol=1e-12)


def test_absent_it_is_by_inhabitants(small: js.Scenario, accounts: xr.Dataset) -> None:
    by_default = bills_with(small, accounts)
    xr.testing.assert_identical(
        by_default.fixed_cost, bills_with(small, accounts, key="inhabitants").fixed_cost
    )


def test_by_expected_use_the_region_is_one_pool(small: js.Scenario, accounts: xr.Dataset) -> None:
    """A municipality's part is its expected P x Q cost of the first year, as budgets are split."""
    found = bills_with(small, accounts, key="expected_use")
    budget = found.budget_without_target.isel(year=0, draw=0).sum("segment")
    share = found.fixed_cost / found.fixed_cost.sum("municipality")
    np.testing.assert_allclose(share.isel(draw=0, year=2), budget / budget.sum(), rtol=1e-9)


def test_a_key_of_its_own_may_share_it(small: js.Scenario, accounts: xr.Dataset) -> None:
    weights = dict(zip(small.municipality_names, (1.0, 1.0, 2.0), strict=True))
    changed = small.with_changes(
        {
            "allocation.defined": {
                "vast": {"kind": "weights", "weights": weights},
                "naar": {"kind": "transition", "old": "vast", "new": "inhabitants", "steps": {2028: 1}},
            },
            "allocation.fixed_cost": {"cost_per_year": 1e5, "key": "naar"},
        }
    )
    found = js.allocate(accounts, changed).fixed_cost
    share = (found / found.sum("municipality")).isel(draw=3)
    np.testing.assert_allclose(share.sel(year=2027), [0.25, 0.25, 0.5], rtol=1e-12)
    people = heads(small, "inhabitants").sel(year=2028)
    np.testing.assert_allclose(share.sel(year=2028), people / people.sum(), rtol=1e-12)


def test_who_has_left_pays_none_and_the_others_more(small: js.Scenario, accounts: xr.Dataset) -> None:
    town = small.municipality_names[1]
    left = small.with_changes(
        {
            "changes": [{"municipality": town, "year": 2028}],
            "allocation.fixed_cost": {"cost_per_year": 1e5},
        }
    )
    with pytest.warns(UserWarning, match="Simulate again"):
        gone = js.allocate(js.settle(js.simulate(small, draws=2, seed=4, progress=False), left), left)
    people = heads(small, "inhabitants").sel(year=2028)
    wanted = people.where(people.municipality != town, 0.0)
    share = (gone.fixed_cost / gone.fixed_cost.sum("municipality")).isel(draw=0)
    np.testing.assert_allclose(share.sel(year=2028), wanted / wanted.sum(), rtol=1e-12)
    assert (share.sel(year=2027) > 0).all()


def test_it_lies_on_segments_by_their_expected_cost() -> None:
    laid = on_segments(np.array([[[100.0, 30.0]]]), np.array([[3.0, 1.0], [0.0, 0.0]]))
    assert laid.tolist() == [[[[75.0, 25.0], [15.0, 15.0]]]]


def test_contributions_are_as_without_it(small: js.Scenario, accounts: xr.Dataset) -> None:
    """It stands beside what providers are paid, and raises overruns by what it costs."""
    bare, found = js.allocate(accounts, small), bills_with(small, accounts)
    for name in ("contribution", "lever_cost", "budget"):
        xr.testing.assert_identical(bare[name], found[name])
    more = (found.overrun - bare.overrun).sum("segment")
    np.testing.assert_allclose(more, found.fixed_cost, rtol=1e-6)
    np.testing.assert_allclose(
        own_cost(found) - own_cost(bare), found.fixed_cost.transpose("draw", "year", ...), rtol=1e-6
    )


def test_a_scenario_without_it_never_shows_it(small: js.Scenario) -> None:
    outcome = js.run(small, draws=4, seed=1, progress=False)
    assert "fixed_cost" not in outcome.bills
    assert "fixed_cost" not in str(outcome.to_dict())


def test_a_run_with_it_adds_up_everywhere(small: js.Scenario) -> None:
    with_cost = small.with_changes({"allocation.fixed_cost": BY_CHANCE})
    bare = js.run(small, draws=8, seed=1, progress=False)
    outcome = js.run(with_cost, draws=8, seed=1, progress=False)
    told, before = outcome.to_dict(), bare.to_dict()
    cost, fixed = told["region"]["cost"], told["region"]["fixed_cost"]
    for moment in ("2027", "2028", "2029", "total"):
        more = cost[moment]["mean"] - before["region"]["cost"][moment]["mean"]
        assert more == pytest.approx(fixed[moment]["mean"], rel=1e-9)
        parts = sum(town["fixed_cost"][moment]["mean"] for town in told["municipalities"].values())
        assert parts == pytest.approx(fixed[moment]["mean"], rel=1e-9)
    total = sum(outcome.drivers()[name] for name in outcome.drivers())
    np.testing.assert_allclose(total, outcome.overruns.overrun, atol=1e-6)
    np.testing.assert_allclose(outcome.overruns.overrun, outcome.bills.overrun, atol=1e-6)
    comparison = js.compare({"zonder": bare, "met": outcome})
    difference = comparison.to_dict()["compared"]["met"]["region"]
    cost, moved = difference["cost"]["total"]["difference"], dict(difference["moved"]["total"])
    assert moved.pop("fixed_cost")["mean"] == pytest.approx(cost["mean"])
    assert [part["mean"] for part in moved.values()] == pytest.approx([0.0] * len(moved), abs=1e-6)
    assert re.search(r"maat- +vaste +\| samen", comparison.answer())
    steps = [bar.get_label() for bar in js.figures.driver_waterfall(told).containers]
    assert steps[-1] == "fixed_cost"


def test_uncertain_it_is_drawn_once_per_draw(small: js.Scenario) -> None:
    """Its number stands among the parameters of the run; nothing else is drawn otherwise."""
    path = "allocation.fixed_cost.cost_per_year"
    plain = js.simulate(small, draws=300, seed=4, progress=False)
    changed = small.with_changes({"allocation.fixed_cost": BY_CHANCE})
    volumes = js.simulate(changed, draws=300, seed=4, progress=False)
    assert set(volumes.parameter.values) - set(plain.parameter.values) == {path}
    xr.testing.assert_equal(volumes.units, plain.units)
    assert volumes.attrs["quantities_hash"] == plain.attrs["quantities_hash"]
    accounts = js.settle(volumes, changed)
    fixed = js.allocate(accounts, changed).fixed_cost.sum("municipality")
    drawn = volumes["parameters"].sel(parameter=path).drop_vars("parameter")
    np.testing.assert_allclose(fixed / accounts.index_provisional, drawn.expand_dims(
        year=fixed.year, axis=1), rtol=1e-12)  # fmt: skip
    some = js.allocate(js.settle(volumes.isel(draw=[7, 250]), changed), changed)
    np.testing.assert_allclose(some.fixed_cost.sum("municipality"), fixed.isel(draw=[7, 250]))


def test_it_may_be_correlated_without_moving_the_world(small: js.Scenario) -> None:
    pair = "allocation.fixed_cost.cost_per_year, world.inflow_growth_per_year"
    changed = small.with_changes({"allocation.fixed_cost": BY_CHANCE})
    tied = changed.with_changes({"correlations": {pair: 0.8}})
    a, b = (js.simulate(one, draws=250, seed=4, progress=False) for one in (changed, tied))
    xr.testing.assert_equal(a.units, b.units)
    numbers = b["parameters"].sel(parameter=pair.split(", ")).to_numpy()
    ranks = numbers.argsort(axis=0).argsort(axis=0)
    assert np.corrcoef(ranks.T)[0, 1] == pytest.approx(0.8, abs=0.1)
