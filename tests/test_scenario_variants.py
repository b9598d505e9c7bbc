"""Every variant of Haaglanden with other contracts loads, runs, and shows what its first lines claim.

What a contract pays is worked out here from the terms in the folder and the volumes, in euros, beside
what ``settle`` says. Twenty draws of one seed: enough for every rule to be met on both sides.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import jeugdsim as js
from jeugdsim.engine.fingerprint import quantities_hash
from jeugdsim.scenario.numbers import mean_of
from jeugdsim.scenario.provenance import provenance

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"
VARIANTS = (
    "beschikbaarheid",
    "bijspringen",
    "ingroeipad",
    "keuze",
    "minimumbesparing",
    "output",
    "plafond",
    "stoploss",
    "veiligheidsventiel",
)
OTHER_QUANTITIES = ("beschikbaarheid", "output", "stoploss")
TASK_BASED = ("verblijf", "hoogspecialistisch", "dagbehandeling", "dagbesteding", "onderwijs")
LIGHT = "veelvoorkomend"
TABLES = ("municipalities", "population", "care_forms", "demand", "moves", "waiting", "accounts")
DRAWS, SEED = 20, 5
CLOSE = 1e-9


def variant(name: str) -> js.Scenario:
    return js.load_scenario(SCENARIOS / f"haaglanden-2027-{name}")


@pytest.fixture(scope="module")
def base() -> js.Scenario:
    return js.load_scenario(SCENARIOS / "haaglanden-2027")


@pytest.fixture(scope="module")
def volumes(base: js.Scenario) -> xr.Dataset:
    return js.simulate(base, draws=DRAWS, seed=SEED, progress=False)


@pytest.fixture(scope="module")
def reference(base: js.Scenario) -> xr.Dataset:
    return js.simulate(base.reference(), draws=DRAWS, seed=SEED, progress=False)


@pytest.fixture(scope="module")
def accounts(base: js.Scenario, volumes: xr.Dataset, reference: xr.Dataset) -> xr.Dataset:
    return js.settle(volumes, base, reference=reference)


def cells(scenario: js.Scenario, contract: str) -> xr.DataArray:
    """Return where the demand of a contract stands, on municipality and care form."""
    covered = set(scenario.contract_cells(contract))
    towns, forms = scenario.municipality_names, scenario.care_form_names
    return xr.DataArray(
        [[(town, form) in covered for form in forms] for town in towns],
        coords={"municipality": list(towns), "care_form": list(forms)},
    )


def own(scenario: js.Scenario, contract: str, quantity: xr.DataArray) -> xr.DataArray:
    """Return a quantity summed over a contract's cells."""
    return quantity.where(cells(scenario, contract), 0).sum(["municipality", "care_form"])


def tariffs(scenario: js.Scenario) -> xr.DataArray:
    names = list(scenario.care_form_names)
    values = [mean_of(row.tariff) for row in scenario.care_forms]
    return xr.DataArray(values, coords={"care_form": names})


def first_year_cost(scenario: js.Scenario, contract: str, reference: xr.Dataset) -> float:
    """Return the mean over the reference's draws, euros of price_year."""
    units = reference.units.sel(year=2027).mean("draw")
    return float(own(scenario, contract, units * tariffs(scenario)))


def growth(rate: float, years: xr.DataArray) -> xr.DataArray:
    return (1 + rate) ** (years - int(years[0]))


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_is_right_and_differs_from_the_base_in_money_alone(
    name: str, base: js.Scenario
) -> None:
    one = variant(name)
    assert not one.warnings
    assert one.hash != base.hash
    for table in TABLES:
        assert getattr(one, table) == getattr(base, table), table
    for section in ("world", "levers", "budget", "savings", "allocation"):
        assert getattr(one.settings, section) == getattr(base.settings, section), section
    assert (quantities_hash(one) == quantities_hash(base)) is (name not in OTHER_QUANTITIES)
    assert quantities_hash(one.reference()) == quantities_hash(base.reference()) or name == "stoploss"


@pytest.mark.parametrize("name", VARIANTS)
def test_what_a_variant_changes_is_called_an_assumption_and_names_its_source(
    name: str, base: js.Scenario
) -> None:
    known = {(entry.path, entry.value) for entry in provenance(base)}
    new = [entry for entry in provenance(variant(name)) if (entry.path, entry.value) not in known]
    assert new or name == "keuze"
    assert [entry.path for entry in new if entry.kind != "assumption" or not entry.source] == []


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_runs(name: str) -> None:
    outcome = js.run(variant(name), draws=4, seed=SEED, progress=False)
    assert np.isfinite(outcome.accounts.payment).all()
    assert not outcome.summary().empty
    paid = outcome.accounts.payment.sum("contract")
    billed = outcome.bills.contribution.sum(["municipality", "segment"])
    np.testing.assert_allclose(billed.transpose(*paid.dims), paid, rtol=1e-9)


def test_the_market_shares_of_the_base_are_those_of_the_strategy_and_move_no_euro(
    base: js.Scenario, volumes: xr.Dataset, reference: xr.Dataset, accounts: xr.Dataset
) -> None:
    found = {
        name: (group.market_share, group.providers)
        for name, terms in base.settings.contracts.items()
        for group in terms.providers.values()
    }
    assert found == {
        "verblijf": (0.70, 7),
        "hoogspecialistisch": (0.80, 3),
        "dagbehandeling": (0.80, 3),
        "dagbesteding": (0.80, 3),
        LIGHT: (0.80, 22),
    }
    nobody = base.with_changes({f"contracts.{name}.providers": None for name in found})
    assert not any(terms.providers for terms in nobody.settings.contracts.values())
    again = js.settle(volumes, nobody, reference=reference)
    xr.testing.assert_identical(again.drop_attrs(deep=False), accounts.drop_attrs(deep=False))


def test_the_ceiling_is_never_exceeded_and_is_felt(
    base: js.Scenario, volumes: xr.Dataset, reference: xr.Dataset, accounts: xr.Dataset
) -> None:
    """Half of what lies above is granted, up to 2% of the ceiling, then 1% more is still paid."""
    use = accounts.payment.sel(contract=LIGHT)
    once = first_year_cost(base, LIGHT, reference)
    ceiling = once * accounts.index_provisional * growth(0.01, accounts.year)
    granted = np.minimum(0.5 * np.maximum(use - ceiling, 0), 0.02 * ceiling)
    paid = js.settle(volumes, variant("plafond"), reference=reference).payment.sel(contract=LIGHT)
    np.testing.assert_allclose(paid, np.minimum(use, 1.01 * (ceiling + granted)), rtol=CLOSE)
    assert (paid <= 1.01 * 1.02 * ceiling * (1 + CLOSE)).all()
    assert (use > 1.01 * 1.02 * ceiling).any()
    assert (paid == use).any()


def test_a_price_per_trajectory_leaves_length_and_intensity_with_the_provider(
    base: js.Scenario, reference: xr.Dataset
) -> None:
    one = variant("output")
    volumes = js.simulate(one, draws=DRAWS, seed=SEED, progress=False)

    def paid(of: xr.Dataset) -> xr.DataArray:
        return js.settle(of, one, reference=reference).payment.sel(contract=LIGHT)

    scope = cells(base, LIGHT)
    first = reference.sel(year=2027).mean("draw").where(scope, 0).sum("municipality")
    price = (first.units * tariffs(base) / first.stays_started).fillna(0)
    counted = 0.5 * (volumes.stays_started + volumes.stays_ended).where(scope, 0)
    by_hand = (counted * price).sum(["municipality", "care_form"]) * volumes.index_provisional
    np.testing.assert_allclose(paid(volumes), by_hand * 0.99**3, rtol=CLOSE)
    dearer = volumes.assign(units=volumes.units * 1.1)
    np.testing.assert_array_equal(paid(dearer), paid(volumes))
    more = volumes.assign({name: volumes[name] * 2 for name in ("stays_started", "stays_ended")})
    np.testing.assert_allclose(paid(more), 2 * paid(volumes), rtol=CLOSE)


def test_stays_answer_to_a_price_per_trajectory_with_a_prior_that_may_go_either_way() -> None:
    response = variant("output").settings.funding_response["output_based"]
    assert response.stay_days.p10 < mean_of(response.stay_days) < 0 < response.stay_days.p90


def test_places_kept_ready_cost_the_same_however_full_they_are(
    base: js.Scenario, reference: xr.Dataset
) -> None:
    one = variant("beschikbaarheid")
    volumes = js.simulate(one, draws=DRAWS, seed=SEED, progress=False)
    settled = js.settle(volumes, one, reference=reference)
    fee = settled.payment.sel(contract="crisis") / settled.index_provisional
    expected = first_year_cost(one, "crisis", reference)
    np.testing.assert_allclose(fee, expected, rtol=CLOSE)
    use = own(one, "crisis", settled.use_value) / settled.index_provisional
    assert float(use.std() / use.mean()) > 0.03
    assert settled.form.sel(contract="verblijf") == "task_based"
    both = [*one.contract_cells("crisis"), *one.contract_cells("verblijf")]
    assert sorted(both) == sorted(base.contract_cells("verblijf"))


def test_the_safety_valve_makes_the_sum_follow_the_children_of_the_year_before(
    base: js.Scenario, volumes: xr.Dataset, reference: xr.Dataset, accounts: xr.Dataset
) -> None:
    one = variant("veiligheidsventiel")
    settled = js.settle(volumes, one, reference=reference)
    for name in TASK_BASED:
        number = own(one, name, volumes.clients_in_year)
        made_for = float(own(one, name, reference.clients_in_year.sel(year=2027).mean("draw")))
        followed = number / (made_for * growth(0.01, volumes.year))
        before = accounts.agreed_budget.sel(contract=name)
        expected = before * followed.shift(year=1, fill_value=1.0)
        np.testing.assert_allclose(settled.agreed_budget.sel(contract=name), expected, rtol=CLOSE)
        assert one.settings.contracts[name].reserve == 0.02


def test_with_a_reinsurer_municipalities_pay_at_most_two_and_a_half_percent_above_the_sum(
    accounts: xr.Dataset,
) -> None:
    """Half of a loss between 3 and 8%; beyond it, and above EUR 100,000 a child, the reinsurer."""
    one = variant("stoploss")
    volumes = js.simulate(one, draws=DRAWS, seed=SEED, progress=False)
    settled = js.settle(volumes, one)
    above = 0.0
    for name in ("verblijf", "hoogspecialistisch"):
        budget = settled.agreed_budget.sel(contract=name)
        assert (settled.payment.sel(contract=name) <= 1.025 * budget * (1 + CLOSE)).all()
        terms = accounts.sel(contract=name)
        above += float((terms.payment > 1.025 * terms.agreed_budget).sum())
        excess = volumes.child_excess.sel(contract=name, retention=2).sum("municipality")
        covered = 0.8 * excess * volumes.index_provisional
        left = own(one, name, settled.use_value) - covered
        claims = covered + 0.8 * np.maximum(left - 1.08 * budget, 0)
        net = settled.reinsurance.sel(contract=name)
        np.testing.assert_allclose(net, claims - 0.036 * budget, rtol=1e-8, atol=1.0)
    assert above > 0
    assert (settled.reinsurance.sel(contract=["onderwijs", LIGHT]) == 0).all()


def test_nothing_is_shared_within_two_percent_and_all_of_it_beyond(
    volumes: xr.Dataset, reference: xr.Dataset
) -> None:
    one = variant("minimumbesparing")
    settled = js.settle(volumes, one, reference=reference)
    sides = set()
    for name in TASK_BASED:
        budget, use = settled.agreed_budget.sel(contract=name), own(one, name, settled.use_value)
        saving = budget - use
        shared = xr.where(saving > 0, np.minimum(0.75 * saving, 0.20 * budget), 0.40 * saving)
        shared = np.maximum(shared, -0.15 * budget)
        expected = use + xr.where(abs(saving) >= 0.02 * budget, shared, 0.0)
        np.testing.assert_allclose(settled.payment.sel(contract=name), expected, rtol=CLOSE)
        sides |= set(np.unique(np.trunc(saving / (0.02 * budget)).clip(-1, 1)))
    assert sides == {-1.0, 0.0, 1.0}


def test_the_transition_goes_from_a_quarter_to_all_of_the_base(
    volumes: xr.Dataset, reference: xr.Dataset, accounts: xr.Dataset
) -> None:
    one = variant("ingroeipad")
    settled = js.settle(volumes, one, reference=reference)
    part = xr.DataArray([0.25, 0.5, 0.75, 1.0, 1.0, 1.0], coords={"year": volumes.year})
    for name in TASK_BASED:
        use = own(one, name, settled.use_value)
        whole = accounts.payment.sel(contract=name)
        expected = whole * part + use * (1 - part)
        np.testing.assert_allclose(settled.payment.sel(contract=name), expected, rtol=CLOSE)


def test_a_fixed_sum_is_paid_and_what_is_topped_up_brings_a_provider_back_to_its_reserve(
    volumes: xr.Dataset, reference: xr.Dataset
) -> None:
    settled = js.settle(volumes, variant("bijspringen"), reference=reference)
    for name in TASK_BASED:
        one = settled.sel(contract=name)
        np.testing.assert_allclose(one.payment - one.bail_out, one.agreed_budget, rtol=CLOSE)
        reserve = 0.02 * one.agreed_budget.sel(year=2027)
        running = one.provider_result.cumsum("year")
        helped = (one.bail_out > 0).to_numpy()
        beyond = (running - one.bail_out < -reserve).to_numpy()
        assert (beyond | ~helped).all()
        topped_up = (running + reserve).to_numpy()[helped]
        np.testing.assert_allclose(topped_up, 0.0, atol=1.0)
    beyond = settled.bail_out.sel(contract=list(TASK_BASED)) > 0
    assert 0 < int(beyond.sum()) < beyond.size


def test_the_choice_offers_two_forms_per_contract_and_holds_the_base_and_its_twin(
    base: js.Scenario,
) -> None:
    choice = variant("keuze")
    assert choice.option_names == dict.fromkeys(base.contract_names, ("P x Q", "taakgericht"))
    assert choice.settings.contracts == base.settings.contracts
    as_base = dict.fromkeys(TASK_BASED, "taakgericht") | {LIGHT: "P x Q"}
    assert choice.with_options(as_base).settings.contracts == base.settings.contracts
    twin = js.load_scenario(SCENARIOS / "haaglanden-2027-pxq")
    per_unit = choice.with_options(dict.fromkeys(base.contract_names, "P x Q"))
    assert per_unit.settings.contracts == twin.settings.contracts
    for_the_task = choice.with_options({LIGHT: "taakgericht"})
    forms = {terms.form for terms in for_the_task.settings.contracts.values()}
    assert forms == {"task_based"}
    assert not for_the_task.warnings
