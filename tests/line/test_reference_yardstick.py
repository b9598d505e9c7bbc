"""The yardstick of money where places or ages limit care: the mean over the reference's draws.

Worked out from ``simulate(scenario.reference())`` by hand; and where nobody waits it is, to the bit,
what it is without places.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
import xarray as xr
from regions import care_form, lever, region

import jeugdsim as js
from jeugdsim.funding import reference
from jeugdsim.results import Outcome

DRAWS = 12
SEED = 11
SHORT = 14
PLENTY = 10_000
AGES = {4: 0.5, 17: 0.5}
TERMS = {
    "form": "task_based",
    "segments": ["zorg"],
    "budget": "history",
    "cost_ratio": 1.0,
    "use_registered": True,
}


def scenario(places: int | None = SHORT, **changes: Any) -> js.Scenario:
    """Return two forms of care, one after the other, under a task-based contract and two levers.

    Some 20 children a day would be in the first; nothing is indexed.
    """
    levers = [
        lever("minder", "inflow", -0.1, "2025-01-01", care_forms=["a"], cost_per_year=1000.0),
        lever("korter", "stay_days", -0.2, "2026-01-01", care_forms=["b"], cost_per_year=500.0),
    ]
    inflow = {
        ("Aldorp", "a"): 240.0,
        ("Bedum", "a"): 120.0,
        ("Aldorp", "b"): 30.0,
        ("Bedum", "b"): 60.0,
    }
    given: dict[str, Any] = {
        "towns": ("Aldorp", "Bedum"),
        "inflow": inflow,
        "stock": 3.0,
        "moves": {("a", "b"): 0.5},
        "levers": levers,
        "contracts": {"alles": TERMS},
        **changes,
    }
    return region(
        [care_form("a", stay_mean_days=20, places=places), care_form("b", tariff=50.0)], **given
    )


@cache
def outcome(places: int | None = SHORT, *, aged: bool = False) -> Outcome:
    wanted = scenario(places, **({"entry_ages": AGES} if aged else {}))
    return js.run(wanted, draws=DRAWS, seed=SEED, progress=False)


def simulated_units(wanted: js.Scenario, draws: int = DRAWS) -> xr.DataArray:
    """Return the mean units over draws of the reference, (year, municipality, care form)."""
    volumes = js.simulate(wanted.reference(), draws=draws, seed=SEED, progress=False)
    return volumes["units"].mean("draw")


def no_simulation(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError("the reference was simulated again")

    monkeypatch.setattr(reference, "simulate", fail)


LIMITS = pytest.mark.parametrize(
    ("places", "aged"), [(SHORT, False), (None, True), (SHORT, True)], ids=["places", "ages", "both"]
)

# ------------------------------------------------------------------ what it is


@LIMITS
def test_it_is_the_mean_over_the_draws_of_the_reference(places: int | None, aged: bool) -> None:
    of = outcome(places, aged=aged)
    units = simulated_units(of.scenario)
    for accounts in (of.accounts, of.reference.accounts):
        np.testing.assert_allclose(accounts["reference_units"], units, rtol=1e-12)
    cost = 100.0 * units.sel(care_form="a") + 50.0 * units.sel(care_form="b")
    carried = of.bills["reference_cost"].sel(segment="zorg")
    np.testing.assert_allclose(carried, cost.isel(year=0), rtol=1e-12)
    if places is not None:
        closed = js.expected(of.scenario.reference())["units"].sel(care_form="a").sum("municipality")
        told = units.sel(care_form="a").sum("municipality") / closed
        assert (told < 0.8).all(), "14 of 20: places that bind are worth a mean over draws"


@LIMITS
def test_the_sum_of_history_is_what_the_reference_costs_on_average(
    places: int | None, aged: bool
) -> None:
    """Units of the first year at 100 and 50 euros; nothing is indexed."""
    of = outcome(places, aged=aged)
    units = simulated_units(of.scenario).isel(year=0).sum("municipality")
    wanted = 100.0 * float(units.sel(care_form="a")) + 50.0 * float(units.sel(care_form="b"))
    np.testing.assert_allclose(of.accounts["agreed_budget"], wanted, rtol=1e-12)


@LIMITS
def test_councils_set_aside_what_the_reference_pays_on_average(places: int | None, aged: bool) -> None:
    """Without a basis the budget of the first year is the mean contribution, cell by cell."""
    of = outcome(places, aged=aged)
    paid = of.reference.bills["contribution"].isel(year=0).mean("draw")
    np.testing.assert_allclose(of.bills["budget"].isel(year=0, draw=0), paid, rtol=1e-12)
    np.testing.assert_allclose(of.drivers()["budgeting"].isel(year=0), 0.0, atol=1e-6)


@LIMITS
def test_keys_split_and_levers_are_shared_by_it(places: int | None, aged: bool) -> None:
    of = outcome(places, aged=aged)
    cost = simulated_units(of.scenario).isel(year=0) * xr.DataArray(
        [100.0, 50.0], dims="care_form", coords={"care_form": ["a", "b"]}
    )
    total = cost.sum("care_form")
    bills = js.allocate(of.accounts, of.scenario, key="expected_use")
    np.testing.assert_allclose(
        bills["contribution"].sum("segment") / of.accounts["payment"].sum("contract"),
        (total / total.sum()).broadcast_like(bills["contribution"].sum("segment")),
        rtol=1e-12,
    )
    by_form = cost / cost.sum("municipality")
    first = 1000.0 * by_form.sel(care_form="a")
    second = 500.0 * by_form.sel(care_form="b")
    cost_of_levers = of.bills["lever_cost"].sum("segment").isel(draw=0)
    np.testing.assert_allclose(cost_of_levers.isel(year=0), first, rtol=1e-9)
    np.testing.assert_allclose(cost_of_levers.isel(year=1), first + second, rtol=1e-9)


@LIMITS
def test_drivers_still_add_up_to_the_overrun(places: int | None, aged: bool) -> None:
    of = outcome(places, aged=aged)
    total = sum(of.drivers().data_vars.values()).transpose(*of.overruns["overrun"].dims)
    np.testing.assert_allclose(total, of.overruns["overrun"], atol=1e-6)


def test_very_many_places_are_no_places_for_money_too() -> None:
    plenty, free = outcome(PLENTY), outcome(None)
    for name in ("accounts", "bills", "overruns", "savings"):
        ours, theirs = getattr(plenty, name), getattr(free, name)
        new = set(ours.variables) - set(theirs.variables)
        assert new <= {"reference_units", "reference_cost"}
        xr.testing.assert_identical(ours.drop_vars([*new]).drop_attrs(), theirs.drop_attrs())
    xr.testing.assert_identical(plenty.drivers().drop_attrs(), free.drivers().drop_attrs())
    closed = js.expected(free.scenario.reference())["units"]
    np.testing.assert_array_equal(plenty.accounts["reference_units"], closed)


def test_without_places_and_ages_nothing_new_is_kept() -> None:
    assert "reference_units" not in outcome(None).accounts
    assert "reference_cost" not in outcome(None).bills


def test_a_table_of_bills_has_a_row_per_bill() -> None:
    """What is carried along adds no dimension."""
    bills = outcome().bills
    assert len(bills.to_dataframe()) == bills["contribution"].size


def test_who_stands_in_line_at_the_start_is_care_the_closed_form_does_not_know() -> None:
    """Let in at once on the first day, so nobody waits a day; they cost money all the same."""
    wanted = scenario(PLENTY, waiting_at_start=8.0)
    volumes = js.simulate(wanted.reference(), draws=DRAWS, seed=SEED, progress=False)
    accounts = js.settle(volumes, wanted.reference())
    np.testing.assert_allclose(accounts["reference_units"], volumes["units"].mean("draw"), rtol=1e-12)


# ------------------------------------------------------------------ whose it is


def test_step_by_step_is_the_run() -> None:
    """Without the reference at hand settling simulates it, on the volumes' own seed and draws."""
    of = outcome()
    accounts = js.settle(of.volumes, of.scenario)
    xr.testing.assert_identical(accounts, of.accounts)
    xr.testing.assert_identical(js.allocate(accounts, of.scenario), of.bills)


def test_what_is_carried_along_is_not_simulated_again(monkeypatch: pytest.MonkeyPatch) -> None:
    of = outcome()
    no_simulation(monkeypatch)
    yardstick = of.scenario.reference()
    accounts = js.settle(of.volumes, of.scenario, reference=of.reference.volumes)
    reference_accounts = js.settle(of.reference.volumes, yardstick)
    bills = js.allocate(accounts.isel(draw=slice(3)), of.scenario)
    js.overrun(bills, of.scenario)
    js.savings(accounts, reference_accounts, of.scenario)
    richer = of.scenario.with_changes({"budget": {"basis": 1e6}, "contracts.alles.cost_ratio": 1.1})
    set_aside = bills["contribution"] + bills["lever_cost"] - js.overrun(bills, richer)["overrun"]
    assert float(set_aside.isel(year=0, draw=0).sum()) == pytest.approx(1e6)
    changed = of.scenario.with_changes({"care_forms.a.tariff": 200.0})
    np.testing.assert_allclose(
        js.settle(of.volumes, changed, reference=of.reference.volumes)["agreed_budget"].mean(),
        float((of.accounts["reference_units"].isel(year=0) * [200.0, 50.0]).sum()),
        rtol=1e-12,
    )
    of.to_dict()


def test_the_twin_of_all_pxq_shares_the_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    of = outcome()
    no_simulation(monkeypatch)
    twin = js.run(of.scenario.all_pxq(), draws=DRAWS, seed=SEED, progress=False, reference=of.reference)
    assert twin.reference.volumes is of.reference.volumes
    xr.testing.assert_identical(twin.accounts["reference_units"], of.accounts["reference_units"])
    xr.testing.assert_identical(twin.bills["reference_cost"], of.bills["reference_cost"])
    compared = js.compare({"P x Q": twin, "taakgericht": of}).to_dict()["compared"]["taakgericht"]
    assert compared["region"]["cost"]["total"]["difference"]["mean"] != 0.0


def test_the_yardstick_of_another_world_is_never_used() -> None:
    """Accounts of 14 places, billed under 10: as if they carried nothing."""
    of = outcome()
    other = of.scenario.with_changes({"care_forms.a.places": 10})
    bills = js.allocate(of.accounts, other)
    xr.testing.assert_identical(bills, js.allocate(of.accounts.drop_vars("reference_units"), other))
    units = simulated_units(other).isel(year=0)
    cost = 100.0 * units.sel(care_form="a") + 50.0 * units.sel(care_form="b")
    np.testing.assert_allclose(bills["reference_cost"].sel(segment="zorg"), cost, rtol=1e-12)
    assert not np.allclose(bills["reference_cost"], of.bills["reference_cost"])
    again = js.overrun(of.bills, other)
    np.testing.assert_allclose(
        again["overrun"], of.bills["contribution"] + of.bills["lever_cost"] - bills["budget"], atol=1e-6
    )


def test_other_tariffs_on_the_same_children_measure_anew() -> None:
    """Bills carry euros, so those of other tariffs are not theirs; the units still are."""
    of = outcome()
    dearer = of.scenario.with_changes({"care_forms.a.tariff": 200.0, "budget": {"basis": 1e6}})
    again = js.overrun(of.bills, dearer)
    wanted = js.allocate(of.accounts, dearer)
    set_aside = of.bills["contribution"] + of.bills["lever_cost"] - again["overrun"]
    np.testing.assert_allclose(set_aside, wanted["budget"], rtol=1e-9)


def test_some_draws_have_the_mean_over_those_draws_or_over_the_reference_that_is_given() -> None:
    of = outcome()
    some = of.volumes.isel(draw=slice(4, 9))
    alone = js.settle(some, of.scenario)
    wanted = of.reference.volumes["units"].isel(draw=slice(4, 9)).mean("draw")
    np.testing.assert_allclose(alone["reference_units"], wanted, rtol=1e-12)
    with_all = js.settle(some, of.scenario, reference=of.reference.volumes)
    xr.testing.assert_identical(with_all, of.accounts.isel(draw=slice(4, 9)))


def test_another_reference_is_refused() -> None:
    of = outcome()
    with pytest.raises(ValueError, match=r"another scenario: give those of scenario\.reference\(\)"):
        js.settle(of.volumes, of.scenario, reference=of.volumes)
    fewer = of.reference.volumes.isel(draw=slice(5))
    with pytest.raises(ValueError, match="same seed as the volumes and hold their draws"):
        js.settle(of.volumes, of.scenario, reference=fewer)
    reseeded = of.reference.volumes.assign_attrs(seed=SEED + 1)
    with pytest.raises(ValueError, match="same seed"):
        js.settle(of.volumes, of.scenario, reference=reseeded)


def test_accounts_from_a_file_carry_it(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    of = outcome()
    of.accounts.to_netcdf(tmp_path / "accounts.nc")
    no_simulation(monkeypatch)
    with xr.open_dataset(tmp_path / "accounts.nc") as stored:
        xr.testing.assert_allclose(js.allocate(stored.load(), of.scenario), of.bills)


def test_accounts_joined_over_draws_are_judged_anew() -> None:
    """Joining gives units a draw of their own; then the reference is simulated for all of them."""
    of = outcome()
    halves = [of.accounts.isel(draw=slice(6)), of.accounts.isel(draw=slice(6, None))]
    joined = xr.concat(halves, "draw", data_vars="all")
    xr.testing.assert_allclose(js.allocate(joined, of.scenario), of.bills)


def test_a_pool_that_no_draw_shows_is_shared_by_what_is_expected() -> None:
    """One draw of care that hardly ever begins: a third of it is expected in Bedum."""
    rare = {("Aldorp", "b"): 0.002, ("Bedum", "b"): 0.001, ("Aldorp", "a"): 240.0}
    terms = {**TERMS, "segments": [], "care_forms": ["a"]}
    wanted = scenario(
        inflow=rare,
        stock=0.0,
        moves={},
        levers=[],
        contracts={"veel": terms, "weinig": {**terms, "care_forms": ["b"], "budget": 900.0}},
    )
    of = js.run(wanted, draws=1, seed=SEED, progress=False)
    assert not of.reference.volumes["units"].sel(care_form="b").any(), "one seed in 100 shows some"
    bills = js.allocate(of.accounts, wanted, key="expected_use")
    shared = bills["contribution"].sel(municipality="Bedum").sum("segment")
    np.testing.assert_allclose(shared, 300.0, rtol=1e-9)
    assert np.isfinite(of.overruns["overrun"]).all()
