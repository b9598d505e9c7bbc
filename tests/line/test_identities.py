"""Everything adds up, in every draw, to a relative 1e-9 (whole numbers exactly).

On tests/data/small and on the scenario of Haaglanden.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import xarray as xr
from regions import DATA, HAAGLANDEN, PER_CELL, lever

import jeugdsim as js
from jeugdsim.scenario import Scenario

SCENARIOS = {"small": DATA / "small", "haaglanden": HAAGLANDEN}
SEED = 2027
RTOL = 1e-9
VOLUMES = (*PER_CELL, "youth_in_year")
both = pytest.mark.parametrize("name", SCENARIOS)


@cache
def load(name: str) -> Scenario:
    return js.load_scenario(SCENARIOS[name])


def simulated(scenario: Scenario, draws: int = 30) -> xr.Dataset:
    return js.simulate(scenario, draws=draws, seed=SEED, progress=False)


@cache
def outcome(name: str) -> Any:
    return js.run(load(name), draws=30, seed=SEED, progress=False)


@cache
def without_policy(name: str) -> Scenario:
    """Take out levers and responses, and let providers cost what the tariffs say."""
    scenario = load(name)
    ratios = {f"contracts.{contract}.cost_ratio": 1.0 for contract in scenario.contract_names}
    return scenario.with_changes({"levers": None, "funding_response": None, **ratios})


@cache
def volumes_without_policy(name: str) -> xr.Dataset:
    """Simulate the scenario as it is when nothing answers: the same under every contract form."""
    return simulated(without_policy(name))


def close(actual: npt.ArrayLike, wanted: npt.ArrayLike, scale: float = 0.0) -> None:
    """Agree to a relative 1e-9; for differences of large amounts, of the amounts they came from."""
    np.testing.assert_allclose(np.asarray(actual), np.asarray(wanted), rtol=RTOL, atol=RTOL * scale)


def same_volumes(a: xr.Dataset, b: xr.Dataset) -> None:
    for name in VOLUMES:
        np.testing.assert_array_equal(a[name].to_numpy(), b[name].to_numpy(), err_msg=name)


def keys_of(scenario: Scenario) -> list[str]:
    return list(scenario.settings.allocation.keys)


# --- money adds up -------------------------------------------------------------------------------


@both
def test_bills_are_payments_under_every_key(name: str) -> None:
    accounts = outcome(name).accounts
    payment = accounts.payment.sum("contract")
    for key in keys_of(load(name)):
        bills = js.allocate(accounts, load(name), key=key)
        close(bills.contribution.sum(["municipality", "segment"]), payment)


@both
def test_a_segment_is_paid_what_its_contracts_are_paid(name: str) -> None:
    """Segments that lie under contracts of their own; over all segments see above."""
    scenario, of = load(name), outcome(name)
    segment_of = {row.care_form: row.segment for row in scenario.care_forms}
    touched = {
        contract: {segment_of[form] for _, form in scenario.contract_cells(contract)}
        for contract in scenario.contract_names
    }
    tried = 0
    for segment in scenario.segment_names:
        contracts = [contract for contract, places in touched.items() if segment in places]
        if all(touched[contract] == {segment} for contract in contracts):
            tried += 1
            for key in keys_of(scenario):
                bills = js.allocate(of.accounts, scenario, key=key).contribution
                close(
                    bills.sel(segment=segment).sum("municipality"),
                    of.accounts.payment.sel(contract=contracts).sum("contract"),
                )
    assert tried >= 1


@both
def test_who_does_not_buy_from_a_segment_gets_no_bill_for_it(name: str) -> None:
    """Under every key: Den Haag pays nothing for segments in which it takes no part."""
    scenario, accounts = load(name), outcome(name).accounts
    segment_of = {row.care_form: row.segment for row in scenario.care_forms}
    bought = {(town, segment_of[form]) for town, form in scenario.demand_cells}
    outside = [
        (town, segment)
        for town in scenario.municipality_names
        for segment in scenario.segment_names
        if (town, segment) not in bought
    ]
    assert bool(outside) == (name == "haaglanden")
    for key in keys_of(scenario):
        bills = js.allocate(accounts, scenario, key=key)
        for town, segment in outside:
            cell = bills.sel(municipality=town, segment=segment)
            assert (cell.contribution == 0).all()
            assert (cell.budget == 0).all()


@both
def test_pxq_is_billed_by_own_use(name: str) -> None:
    scenario = without_policy(name).all_pxq()
    accounts = js.settle(volumes_without_policy(name), scenario)
    bills = js.allocate(accounts, scenario)
    close(bills.contribution.sum("segment"), accounts.use_value.sum("care_form"))


@both
def test_payment_is_provider_cost_and_result(name: str) -> None:
    accounts = outcome(name).accounts
    payment = accounts.payment
    close(accounts.provider_cost + accounts.provider_result, payment, float(payment.max()))


@both
def test_use_is_what_contracts_cover_once(name: str) -> None:
    """Use before tariff levers over cells is that over contracts; after them it is not more."""
    scenario, of = load(name), outcome(name)
    tariffs = np.stack(
        [
            of.volumes.parameters.sel(parameter=path).to_numpy()
            if (path := f"care_forms.{row.care_form}.tariff") in of.volumes.parameter
            else np.full(30, float(row.tariff))
            for row in scenario.care_forms
        ]
    )
    price = xr.DataArray(tariffs, dims=("care_form", "draw"))
    value = (of.volumes.units * price).sum(["municipality", "care_form"])
    close(of.accounts.care_value.sum("contract"), value * of.volumes.index_provisional)


@both
def test_overrun_is_contribution_and_lever_cost_less_budget(name: str) -> None:
    of = outcome(name)
    bills, scale = of.bills, float(of.bills.contribution.max())
    close(bills.overrun, bills.contribution + bills.lever_cost - bills.budget, scale)
    close(of.overruns.overrun, bills.overrun, scale)
    region = of.bills.sum(["municipality", "segment"])
    total = of.accounts.payment.sum("contract") + of.savings.lever_cost
    close(region.overrun, total - region.budget, float(total.max()))
    target = of.savings.target
    # The budget without the target is higher by the target, in every draw.
    difference = region.budget_without_target - region.budget
    close(difference, target.broadcast_like(difference), float(total.max()))


@both
def test_savings_are_the_reference_less_what_is_paid_and_what_levers_cost(name: str) -> None:
    of = outcome(name)
    reference = of.reference.accounts.payment.sum("contract")
    scale = float(reference.max())
    paid = of.accounts.payment.sum("contract")
    close(of.savings.savings, reference - paid - of.savings.lever_cost, scale)
    parts = of.savings.less_care + of.savings.carried_by_providers - of.savings.lever_cost
    close(of.savings.savings, parts, scale)
    close(of.savings["real"], of.savings.less_care - of.savings.lever_cost, scale)


@both
def test_means_in_the_summary_add_up(name: str) -> None:
    """Years to the total, municipalities to the region, contracts to the payment."""
    summary = outcome(name).to_dict()
    years = [str(year) for year in summary["years"]]
    region = summary["region"]
    for block in (region["payment"], region["cost"], region["overrun"], region["savings"]):
        close(block["total"]["mean"], sum(block[year]["mean"] for year in years), 1e9)
    for moment in (*years, "total"):
        bills = [town["contribution"][moment]["mean"] for town in summary["municipalities"].values()]
        contracts = [block["payment"][moment]["mean"] for block in summary["contracts"].values()]
        close(sum(bills), region["payment"][moment]["mean"])
        close(sum(contracts), region["payment"][moment]["mean"])
        for shares in summary["allocation"].values():
            by_town = [town[moment]["mean"] for town in shares.values()]
            close(sum(by_town), region["payment"][moment]["mean"])


# --- children add up -----------------------------------------------------------------------------


@both
def test_start_and_started_less_ended_is_the_end(name: str) -> None:
    """Whole numbers, exactly, year by year and over all years."""
    volumes = outcome(name).volumes
    for variable in ("stays_started", "stays_ended", "clients_at_start", "clients_at_year_end"):
        assert np.issubdtype(volumes[variable].dtype, np.integer)
    before = volumes.clients_at_start
    for year in volumes.year.values:
        of = volumes.sel(year=year, drop=True)
        after = before + of.stays_started - of.stays_ended
        np.testing.assert_array_equal(after, of.clients_at_year_end.transpose(*after.dims))
        before = of.clients_at_year_end
    assert (volumes.clients_at_year_end >= 0).all()


@both
def test_counts_of_children_and_days_bound_each_other(name: str) -> None:
    """What must hold whatever the numbers: clients, days and stays of one cell and year."""
    volumes, scenario = outcome(name).volumes, load(name)
    at_end, in_year = volumes.clients_at_year_end, volumes.clients_in_year
    at_beginning = at_end.shift(year=1, fill_value=0)
    at_beginning.loc[{"year": at_end.year[0]}] = volumes.clients_at_start
    assert (in_year >= at_end).all(), "in care on 31 December is in care in the year"
    assert (in_year <= at_beginning + volumes.stays_started).all()
    length = xr.where(volumes.year % 4 == 0, 366, 365)
    assert (volumes.client_days <= length * in_year).all()
    assert (volumes.client_days >= in_year).all(), "a day at least"
    youth = volumes.youth_in_year * scenario.settings.trajectories_per_youth
    assert (youth <= in_year.sum("care_form") + 1e-9).all()
    assert (youth >= in_year.max("care_form") - 1e-9).all()
    assert abs(youth - youth.round()).max() < 1e-6, "whole children"
    for form in scenario.care_forms:
        if form.is_trajectory:
            of = volumes.sel(care_form=form.care_form)
            np.testing.assert_array_equal(of.units, of.stays_started)


@both
def test_cells_that_are_not_bought_stay_empty(name: str) -> None:
    scenario, of = load(name), outcome(name)
    for town in scenario.municipality_names:
        for form in scenario.care_form_names:
            if (town, form) not in scenario.demand_cells:
                cell = of.volumes.sel(municipality=town, care_form=form)
                assert not any(cell[v].any() for v in VOLUMES if v != "youth_in_year")


# --- policy that does nothing --------------------------------------------------------------------


@both
def test_without_levers_and_response_volumes_are_the_reference_to_the_bit(name: str) -> None:
    """Both simulated; task-based contracts by themselves change nothing about children."""
    bare = without_policy(name)
    reference = bare.reference()
    assert {terms.form for terms in bare.settings.contracts.values()} == {"task_based", "pxq"}
    assert {terms.form for terms in reference.settings.contracts.values()} == {"pxq"}
    same_volumes(volumes_without_policy(name), simulated(reference))


@both
def test_without_levers_and_response_savings_are_what_providers_carry(name: str) -> None:
    of = js.run(without_policy(name), draws=30, seed=SEED, progress=False)
    scale = float(of.accounts.payment.sum("contract").max())
    result = of.accounts.provider_result.sum("contract")
    close(of.savings.savings, -result, scale)
    close(of.savings.less_care, 0 * result, scale)
    close(of.savings.lever_cost, 0 * result, scale)
    assert abs(result).max() > 1e-3 * scale, "the contracts do carry something"


@both
def test_full_pass_through_pays_as_pxq_does(name: str) -> None:
    """One band at 0 with share 1 on both sides, whatever the budget."""
    scenario, volumes = without_policy(name), volumes_without_policy(name)
    through = {
        "loss_bands": [{"above": 0.0, "payer_share": 1.0}],
        "gain_bands": [{"below": 0.0, "payer_share": 1.0}],
    }
    task_based = [n for n, terms in scenario.settings.contracts.items() if terms.form == "task_based"]
    changes = {f"contracts.{n}.{side}": bands for n in task_based for side, bands in through.items()}
    accounts = js.settle(volumes, scenario.with_changes(changes))
    pxq = js.settle(volumes, scenario.all_pxq())
    close(accounts.payment, pxq.payment)
    assert (accounts.sel(contract=task_based).agreed_budget > 0).all()
    different = abs(accounts.agreed_budget / accounts.payment - 1).sel(contract=task_based)
    assert different.max() > 0.01


@both
def test_pxq_leaves_providers_the_difference_between_tariff_and_cost(name: str) -> None:
    """At cost ratio 1 and without tariff levers nothing; no reserve is ever lost."""
    accounts = js.settle(volumes_without_policy(name), without_policy(name).all_pxq())
    assert (accounts.provider_result == 0).all()
    assert accounts.agreed_budget.isnull().all()


NOTHING: dict[str, Any] = {
    "plain": 0.0,
    "normal": {"mean": 0.0, "sd": 0.0},
    "percentiles": {"p10": 0.0, "p50": 0.0, "p90": 0.0},
}


@both
@pytest.mark.parametrize("zero", NOTHING)
def test_a_response_of_zero_changes_no_bit(name: str, zero: str) -> None:
    """Also where it is written as a distribution, so that the engine multiplies by it."""
    bare = without_policy(name)
    response = {
        "task_based": {
            **dict.fromkeys(("inflow", "stay_days", "units_per_day"), NOTHING[zero]),
            "phase_in_years": 2,
        }
    }
    same_volumes(
        simulated(bare.with_changes({"funding_response": response})), volumes_without_policy(name)
    )


@both
@pytest.mark.parametrize("zero", NOTHING)
def test_volumes_are_the_same_under_every_form_when_responses_are_zero(name: str, zero: str) -> None:
    bare = without_policy(name)
    none = dict.fromkeys(("inflow", "stay_days", "units_per_day"), NOTHING[zero])
    changed = bare.with_changes({"funding_response": {"task_based": none, "pxq": none}})
    same_volumes(simulated(changed), simulated(changed.all_pxq()))


@both
@pytest.mark.parametrize("zero", NOTHING)
def test_levers_without_effect_change_no_bit(name: str, zero: str) -> None:
    """All kinds at once, from the first day, in the middle and near the end; volumes and payments."""
    bare = without_policy(name)
    forms = list(bare.care_form_names)
    moves = [(row.from_care_form, row.to_care_form) for row in bare.moves]
    effect = NOTHING[zero]
    levers = [
        lever(f"{what} {starts}", what, effect, starts, care_forms=forms, phase_in_years=2)
        | {"profile": "linear"}
        for what in ("inflow", "stay_days", "units_per_day", "tariff")
        for starts in ("2027-01-01", "2028-02-29", "2029-12-31")
    ]
    levers += [
        lever(f"alle {starts}", "stay_days", effect, starts, care_forms=forms, applies_to="all")
        for starts in ("2027-01-01", "2028-06-15")
    ]
    levers += [
        lever(f"van {a} naar {b}", "move", effect, "2027-07-01", to=b) | {"from": a} for a, b in moves
    ]
    idle = bare.with_changes({"levers": levers})
    with_levers, without = simulated(idle), volumes_without_policy(name)
    same_volumes(with_levers, without)
    np.testing.assert_array_equal(
        js.settle(with_levers, idle).payment, js.settle(without, bare).payment
    )


@both
def test_other_money_changes_no_bit_of_the_volumes(name: str) -> None:
    """Tariffs, budgets, bands, keys, targets and their uncertainty: quantity first, money after."""
    scenario = load(name)
    form, contract = scenario.care_form_names[0], scenario.contract_names[0]
    changed = scenario.with_changes(
        {
            f"care_forms.{form}.tariff": {"mean": 500.0, "cv": 0.3},
            f"contracts.{contract}.cost_ratio": {"mean": 1.1, "sd": 0.05},
            "allocation.used": "inhabitants",
            "savings.target": {"2028": 1e6},
            "budget": None,
        }
    )
    same_volumes(simulated(changed), simulated(scenario))
