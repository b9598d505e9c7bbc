"""Who bears the spread: identities between ways to pay for the same care, and errors of spreads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr
from regions import DATA, care_form, region

import jeugdsim as js
from jeugdsim.outcomes.arrangements import ARRANGEMENTS, CORRIDOR, arrangement
from jeugdsim.outcomes.spread import has_blocks, sd, sd_error, share, share_error
from jeugdsim.report.risk_table import risk_table
from jeugdsim.scenario import Scenario

DRAWS = 60
TASK_BASED = ["lump_sum", "scenario", "corridor", "recalibrated"]


@pytest.fixture(scope="module")
def small() -> Scenario:
    """Return the small region without tariff levers, care at the tariff, and growth that is certain."""
    loaded = js.load_scenario(DATA / "small")
    return loaded.with_changes(
        {
            "contracts.verblijf.cost_ratio": 1.0,
            "contracts.verblijf.volume_growth_per_year": 0.01,
            "contracts.ambulant.cost_ratio": 1.0,
            "levers.tarief Berkstad": None,
            "levers.tariefafspraak": None,
        }
    )


@pytest.fixture(scope="module")
def volumes(small: Scenario) -> xr.Dataset:
    return js.simulate(small, draws=DRAWS, seed=5, progress=False)


@pytest.fixture(scope="module")
def table(small: Scenario, volumes: xr.Dataset) -> Any:
    return js.risk_transfer(volumes, small)


def total(table: Any, form: str, *, bail_out: bool = False) -> Any:
    rows = table[(table.form == form) & (table.bail_out == bail_out) & (table.period == "total")]
    return rows.iloc[0]


def settled(
    volumes: xr.Dataset, scenario: Scenario, form: str, *, bail_out: bool = False
) -> xr.Dataset:
    found = arrangement(scenario, form)
    assert found is not None
    chosen = found.with_bail_out() if bail_out else found.without_bail_out()
    assert chosen is not None
    return js.settle(volumes, scenario, contracts=chosen.contracts)


def test_care_is_the_same_in_every_row(table: Any) -> None:
    for _, rows in table.groupby("period"):
        for name in ("care_cost_mean", "care_cost_sd"):
            assert np.ptp(rows[name]) <= 1e-9 * rows[name].max()
        cost = rows.payment_mean - rows.provider_result_mean + rows.reinsurance_mean
        assert np.allclose(cost, rows.care_cost_mean, rtol=1e-12)


def test_under_pxq_the_payer_bears_all(table: Any) -> None:
    for row in table[table.form == "pxq"].itertuples():
        assert row.payer_share == pytest.approx(1.0, abs=1e-9)
        assert row.provider_result_sd == pytest.approx(0.0, abs=1e-6)
        assert row.payment_sd == pytest.approx(row.care_cost_sd, rel=1e-9)


def test_a_lump_sum_moves_with_the_index_only(small: Scenario, volumes: xr.Dataset) -> None:
    accounts = settled(volumes, small, "lump_sum")
    at_prices = accounts.payment / volumes.index_provisional
    assert float(at_prices.std("draw").max()) <= 1e-9 * float(at_prices.mean())
    assert (accounts.payment == accounts.agreed_budget).all()


def test_a_lump_sum_keeps_growth_and_reductions(small: Scenario, volumes: xr.Dataset) -> None:
    """Only what is shared is left out: 2% off from 2028 on, 1% growth, in contract verblijf."""
    payment = settled(volumes, small, "lump_sum").payment.sel(contract="verblijf")
    at_prices = (payment / volumes.index_provisional).isel(draw=0).to_numpy()
    assert at_prices[1:] / at_prices[0] == pytest.approx([1.01 * 0.98, 1.01**2 * 0.98])


def test_the_corridor_is_the_rule_on_the_contract(small: Scenario, volumes: xr.Dataset) -> None:
    accounts = settled(volumes, small, "corridor")
    expected = js.risk_sharing(accounts.care_value, accounts.agreed_budget, **CORRIDOR)
    np.testing.assert_allclose(accounts.payment, expected, rtol=1e-12)


def test_recalibrated_is_the_lump_sum_per_client(small: Scenario, volumes: xr.Dataset) -> None:
    """B N / N0: between draws the budget at constant prices goes as the number of clients."""
    accounts = settled(volumes, small, "recalibrated")
    clients = volumes.clients_in_year.sel(care_form="ambulante begeleiding").sum("municipality")
    per_client = accounts.payment.sel(contract="ambulant") / volumes.index_provisional / clients
    assert float(per_client.std("draw").max()) <= 1e-9 * float(per_client.mean())


@pytest.mark.parametrize("form", TASK_BASED)
def test_a_bail_out_helps_providers_and_costs_payers(
    small: Scenario, volumes: xr.Dataset, form: str
) -> None:
    without = settled(volumes, small, form)
    topped = settled(volumes, small, form, bail_out=True)
    assert (topped.provider_result >= without.provider_result - 1e-6).all()
    extra = topped.payment - without.payment
    np.testing.assert_allclose(extra, topped.bail_out, atol=1e-6)
    assert float(extra.sum()) > 0


def test_a_bail_out_brings_risk_back(small: Scenario, volumes: xr.Dataset) -> None:
    """At certain prices a lump sum has no spread, so whatever a bail-out brings is the payer's."""
    certain = volumes.assign(
        {name: xr.ones_like(volumes[name]) for name in ("index_provisional", "index_definitive")}
    )
    table = js.risk_transfer(certain, small, ["lump_sum"])
    plain, topped = total(table, "lump_sum"), total(table, "lump_sum", bail_out=True)
    assert plain.payment_sd == pytest.approx(0.0, abs=1e-6)
    assert plain.payer_share == pytest.approx(0.0, abs=1e-9)
    assert plain.provider_share == pytest.approx(1.0, abs=1e-9)
    assert topped.payment_sd > 0
    assert topped.risk_back == pytest.approx(topped.payer_share - plain.payer_share)
    assert 0 < topped.risk_back < 1
    assert topped.bail_out_mean == pytest.approx(topped.payment_mean - plain.payment_mean)


def test_bail_outs_stand_beside_task_based_contracts_only(table: Any) -> None:
    assert sorted(table[table.bail_out].form.unique()) == sorted(TASK_BASED)
    assert (table[~table.bail_out].risk_back == 0).all()


def test_shares_add_up_to_one_with_a_reinsurer_too(small: Scenario) -> None:
    band = {"above": 0.02, "payer_share": 0.3, "reinsurer_share": 0.4}
    insured = small.with_changes(
        {"contracts.verblijf.loss_bands": [band], "contracts.verblijf.reinsurance_premium": 0.01}
    )
    volumes = js.simulate(insured, draws=DRAWS, seed=5, progress=False)
    table = js.risk_transfer(volumes, insured, ["scenario", "pxq"])
    together = table.payer_share + table.provider_share + table.reinsurer_share
    assert np.allclose(together, 1.0, atol=1e-9)
    own = total(table, "scenario")
    assert own.reinsurer_share > 0
    assert own.care_cost_sd == pytest.approx(total(table, "pxq").care_cost_sd, rel=1e-9)


def test_own_terms_are_those_of_the_scenario(small: Scenario, volumes: xr.Dataset, table: Any) -> None:
    payment = js.settle(volumes, small).payment.sum(["year", "contract"])
    assert total(table, "scenario").payment_mean == pytest.approx(float(payment.mean()))
    assert total(table, "scenario").payment_sd == pytest.approx(float(payment.std(ddof=1)))


def test_an_own_bail_out_is_not_replaced(small: Scenario, volumes: xr.Dataset) -> None:
    never = small.with_changes(
        {f"contracts.{name}.bail_out": {"chance": 0.0} for name in ("verblijf", "dag en diagnostiek")}
    )
    table = js.risk_transfer(volumes, never, ["scenario"])
    assert total(table, "scenario", bail_out=True).bail_out_mean == 0.0


def test_a_fee_for_places_goes_to_contracts_where_all_care_has_places() -> None:
    forms = [care_form("met", places=3), care_form("zonder")]
    contracts = {
        name: {"form": "task_based", "care_forms": [name], "budget": "history"}
        for name in ("met", "zonder")
    }
    scenario = region(
        forms,
        inflow={"met": 40.0, "zonder": 40.0},
        contracts=contracts,
        allocation={"keys": [], "used": "expected_use"},
    )
    volumes = js.simulate(scenario, draws=8, seed=2, progress=False)
    table = js.risk_transfer(volumes, scenario)
    assert total(table, "availability").contracts == ("met",)
    accounts = settled(volumes, scenario, "availability")
    assert accounts.form.to_numpy().tolist() == ["availability", "pxq"]
    fee = accounts.payment.sel(contract="met")
    assert float(fee.std("draw").max()) == pytest.approx(0.0, abs=1e-9)
    free = scenario.with_changes({"care_forms.met.places": None})
    none = js.risk_transfer(js.simulate(free, draws=2, seed=2, progress=False), free)
    assert "availability" not in none.form.tolist()


def test_forms_come_in_the_order_asked_and_do_not_touch_each_other(
    small: Scenario, volumes: xr.Dataset, table: Any
) -> None:
    two = js.risk_transfer(volumes, small, ["corridor", "pxq"])
    assert list(dict.fromkeys(two.form)) == ["corridor", "pxq"]
    assert total(two, "corridor").payment_sd == total(table, "corridor").payment_sd
    assert set(table.form) == set(ARRANGEMENTS) - {"availability"}


@pytest.mark.parametrize("forms", [["lumpsum"], "pxq"])
def test_an_unknown_form_is_refused(small: Scenario, volumes: xr.Dataset, forms: Any) -> None:
    with pytest.raises(ValueError, match="form"):
        js.risk_transfer(volumes, small, forms)


def test_one_draw_has_no_spread(small: Scenario, volumes: xr.Dataset) -> None:
    table = js.risk_transfer(volumes.isel(draw=[3]), small, ["pxq"])
    for name in ("payment_sd", "payment_sd_standard_error", "payer_share"):
        assert table[name].isna().all()


# --- spreads and their errors ---------------------------------------------------------------------


def test_a_share_of_a_spread_by_hand() -> None:
    """Cost 90, 100, 110; the payer pays half of what it is off: share 1/2, the provider the rest."""
    cost = np.array([90.0, 100.0, 110.0])
    payment = 100.0 + 0.5 * (cost - 100.0)
    assert share(payment, cost) == pytest.approx(0.5)
    assert share(cost - payment, cost) == pytest.approx(0.5)
    assert sd(cost) == pytest.approx(10.0)
    assert np.isnan(share(payment, np.full(3, 0.1)))


@pytest.mark.parametrize("count", [3, 4, 17, 300])
def test_the_jackknife_leaves_out_one_draw_at_a_time(count: int) -> None:
    random = np.random.default_rng(1)
    whole = random.gamma(2.0, 5.0, count)
    part = 0.3 * whole + random.normal(size=count)
    assert not has_blocks(whole)
    for found, statistic, values in (
        (sd_error(whole), sd, (whole,)),
        (share_error(part, whole), share, (part, whole)),
    ):
        left = [
            statistic(*(np.delete(value, place) for value in values))  # type: ignore[operator]
            for place in range(count)
        ]
        brute = np.sqrt((count - 1) / count * np.sum((left - np.mean(left)) ** 2))
        assert found == pytest.approx(brute, rel=1e-7)


def test_the_error_of_a_normal_spread_is_the_textbooks() -> None:
    """Of n normal draws the sd has error sd / sqrt(2 (n - 1)), here 2.24% of the sd.

    The jackknife's own error is about sqrt(8 / n) / 2 of it with kurtosis taken in, 4.5% for 1,000
    draws; allowed is 4 of those: false alarms below 1 in 10,000. Blocks know it from 40 of them: its
    error is 1 / sqrt(2 x 39) = 11%, allowed 45%.
    """
    draws = np.random.default_rng(7).normal(100.0, 5.0, 1_000)
    assert sd_error(draws) == pytest.approx(5.0 / np.sqrt(2 * 999), rel=0.18)
    many = np.random.default_rng(8).normal(100.0, 5.0, 10_000)
    assert has_blocks(many)
    assert sd_error(many) == pytest.approx(5.0 / np.sqrt(2 * 9_999), rel=0.45)


# --- on screen ------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("width", [80, 100])
def test_the_table_fits_the_screen(table: Any, small: Scenario, language: str, width: int) -> None:
    rows = table.to_dict("records")
    text = risk_table(rows, small.calendar_years, DRAWS, language, width)
    lines = text.splitlines()
    assert max(map(len, lines)) <= width
    assert sum(line.startswith("P x Q") for line in lines) == 2
    named = "en een redding" if language == "nl" else "and a bail-out"
    assert sum(named in line for line in lines) == 2 * len(TASK_BASED)
    assert "nan" not in text
    care = (
        "De zorg is in elke rij dezelfde" if language == "nl" else "The care is the same in every row"
    )
    assert sum(line.startswith(care) for line in lines) == 2
