"""Scarce places: whole numbers that must hold in every draw, limits that coincide, small changes.

Nothing here is statistical but where a test says so. What every child went through is held against a
plain day-by-day simulation in ``test_places_children``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from regions import PER_CELL, Row, care_form, region
from scarcity import LIMITED, YEARS, crowded, same, simulated, total

import jeugdsim as js
from jeugdsim.scenario import Scenario

SEED = 2027
DAYS = np.array([365, 365, 365])
NEW = ("waiting_days", "clients_waiting_at_year_end")
SCARCE_ONLY = (
    "admissions",
    "admission_wait_days",
    "admissions_in_time",
    "blocked_days",
    "reneged",
    "escalated",
    "places",
    "wait_p90_days",
)


@pytest.fixture(scope="module")
def busy() -> xr.Dataset:
    return simulated(crowded())


# --- whole numbers ------------------------------------------------------------------------------------


def test_every_volume_is_there_and_counts_are_whole(busy: xr.Dataset) -> None:
    cell = ("draw", "year", "municipality", "care_form")
    for name in (*NEW, *SCARCE_ONLY[:-2]):
        assert busy[name].dims == cell
        assert (busy[name].to_numpy() >= 0).all()
        np.testing.assert_array_equal(busy[name], np.floor(busy[name]))
    for name in SCARCE_ONLY[-2:]:
        assert busy[name].dims == ("draw", "year", "care_form")


def test_the_test_region_is_crowded(busy: xr.Dataset) -> None:
    """Everything that can happen happens there, or the tests below would show nothing."""
    for name in (*NEW, "admissions", "blocked_days", "reneged", "escalated"):
        assert busy[name].sum() > 0, name
    assert busy["blocked_days"].sel(care_form="crisis").sum() > 0
    assert (busy["admissions_in_time"].sum("care_form") < busy["admissions"].sum("care_form")).any()


def test_start_and_started_minus_ended_is_end(busy: xr.Dataset) -> None:
    before = busy["clients_at_start"].expand_dims(year=1)
    before = np.concatenate(
        [
            before.transpose("draw", "year", "municipality", "care_form"),
            busy["clients_at_year_end"].isel(year=slice(None, -1)),
        ],
        axis=1,
    )
    flow = busy["stays_started"] - busy["stays_ended"]
    np.testing.assert_array_equal(before + flow, busy["clients_at_year_end"])


def test_admissions_are_the_stays_that_begin_in_limited_forms(busy: xr.Dataset) -> None:
    """Bridging care aside, which is never in a limited form."""
    ours = {"care_form": list(LIMITED)}
    np.testing.assert_array_equal(busy["admissions"].sel(ours), busy["stays_started"].sel(ours))
    rest = [form for form in busy.care_form.values if form not in LIMITED]
    assert busy["admissions"].sel(care_form=rest).sum() == 0


def test_nobody_waits_for_what_has_no_limit(busy: xr.Dataset) -> None:
    rest = {"care_form": [form for form in busy.care_form.values if form not in LIMITED]}
    for name in (*NEW, "reneged", "escalated", "admission_wait_days"):
        assert busy[name].sel(rest).sum() == 0
    assert np.isnan(busy["places"].sel(rest)).all()
    assert np.isnan(busy["wait_p90_days"].sel(rest)).all()


def test_years_hold_no_more_waiting_than_their_days_allow(busy: xr.Dataset) -> None:
    """Who waits at a year end has waited that day; who waited all year waits at both ends."""
    assert (busy["waiting_days"] >= busy["clients_waiting_at_year_end"]).all()
    assert (busy["admissions_in_time"] <= busy["admissions"]).all()
    late = busy["admissions"] - busy["admissions_in_time"]
    assert (busy["admission_wait_days"] >= late).all()


def test_the_places_are_those_of_the_tables(busy: xr.Dataset) -> None:
    """A level holds until the next named year."""
    by_form = {form: busy["places"].sel(care_form=form).to_numpy() for form in LIMITED}
    np.testing.assert_array_equal(by_form["crisis"], np.full((20, YEARS), 3))
    np.testing.assert_array_equal(by_form["wonen"], np.tile([6, 4, 5], (20, 1)))


def test_no_more_at_year_end_than_places(busy: xr.Dataset) -> None:
    """But who was there already: at the start, or when places were taken away (2026)."""
    for form in LIMITED:
        taken = total(busy, "clients_at_year_end", form)
        at_start = busy["clients_at_start"].sel(care_form=form).sum("municipality").to_numpy()
        before = np.column_stack([at_start, taken[:, :-1]])
        places = busy["places"].sel(care_form=form).to_numpy()
        assert (taken <= np.maximum(places, before)).all()
        assert (taken == places).any()


def test_who_waits_while_places_are_few_fills_them(busy: xr.Dataset) -> None:
    """Somebody in line at a year end: no place is free (2025 and 2026 of `wonen`: at least all)."""
    waiting = total(busy, "clients_waiting_at_year_end", "wonen")
    taken = total(busy, "clients_at_year_end", "wonen")
    places = np.array([6, 4, 5])
    assert (waiting > 0).sum() > 10
    assert (taken >= places)[waiting > 0].all()


# --- limits that coincide -----------------------------------------------------------------------------


def test_very_many_places_are_no_places() -> None:
    """Bit for bit, with levers, growth, shocks and moves that hold."""
    many, none = crowded(places=1_000_000), crowded(places=None)
    with_places, without = simulated(many), simulated(none)
    same(with_places, without)
    assert with_places["waiting_days"].sum() == 0
    np.testing.assert_array_equal(with_places["units"], without["units"])


def test_very_many_places_cost_what_no_places_cost() -> None:
    """All that a summary tells without places; hash and count of inputs tell the scenarios apart."""
    with_places, without = (
        js.run(crowded(places=places), draws=20, seed=SEED, progress=False).to_dict()
        for places in (1_000_000, None)
    )
    for told in (with_places, without):
        del told["hash"], told["provenance"]
    assert of_the_same_keys(with_places, without) == without


def of_the_same_keys(told: Any, example: Any) -> Any:
    """Leave out of nested tables what the example does not tell."""
    if not isinstance(example, dict):
        return told
    return {key: of_the_same_keys(told[key], part) for key, part in example.items()}


def test_admitted_at_once_is_in_time() -> None:
    volumes = simulated(crowded(places=1_000_000), draws=3)
    np.testing.assert_array_equal(volumes["admissions_in_time"], volumes["admissions"])
    assert volumes["admission_wait_days"].sum() == 0
    p90 = volumes["wait_p90_days"].sel(care_form=list(LIMITED)).to_numpy()
    assert (p90[~np.isnan(p90)] == 0).all()


def test_without_places_there_are_no_such_volumes() -> None:
    volumes = simulated(crowded(places=None), draws=2)
    assert not set(SCARCE_ONLY) & set(volumes.variables)
    assert volumes["waiting_days"].sum() == 0


def beside(form: Row, *, inflow: float = 0.0, stock: float = 0.0, **terms: Any) -> Scenario:
    """Return a region with this form and some other care, so that there is always a bill."""
    name = form["care_form"]
    return region(
        [form, care_form("licht")],
        inflow={name: inflow, "licht": 1.0},
        stock={name: stock, "licht": 0.0},
        **terms,
    )


def test_zero_places_everybody_waits() -> None:
    """All who would have begun wait on, from the day they asked: the days they would have had."""
    long = {"stay_distribution": "fixed", "stay_mean_days": 5_000}
    zero, free = (
        simulated(beside(care_form("zorg", places=places, **long), inflow=40.0)) for places in (0, None)
    )
    ours = {"care_form": "zorg"}
    for name in ("stays_started", "client_days", "units", "admissions"):
        assert zero[name].sel(ours).sum() == 0
    np.testing.assert_array_equal(zero["waiting_days"].sel(ours), free["client_days"].sel(ours))
    np.testing.assert_array_equal(
        zero["clients_waiting_at_year_end"].sel(ours), free["clients_at_year_end"].sel(ours)
    )
    assert np.isnan(zero["wait_p90_days"]).all()


def test_who_is_in_care_at_the_start_stays_in_zero_places() -> None:
    """The stock runs off as it would; nobody comes after it."""
    terms = {"stay_distribution": "exponential", "stay_mean_days": 300}
    none = simulated(region([care_form("zorg", places=0, **terms)], stock=20.0))
    free = simulated(region([care_form("zorg", **terms)], stock=20.0))
    same(none, free)
    assert none["client_days"].sum() > 0


def test_who_waits_at_the_start_is_exact_when_known() -> None:
    scenario = beside(care_form("zorg", places=0), known=True, waiting_at_start=7)
    volumes = simulated(scenario, draws=3)
    assert (volumes["clients_waiting_at_year_end"].sel(care_form="zorg") == 7).all()
    np.testing.assert_array_equal(total(volumes, "waiting_days", "zorg"), np.tile(7 * DAYS, (3, 1)))


def test_who_waits_at_the_start_is_a_poisson_count_else() -> None:
    """Mean and variance 6 in 800 draws; false alarm for one seed in 10,000 (4.06 standard errors)."""
    scenario = beside(care_form("zorg", places=0), waiting_at_start=6.0, years=1)
    counts = total(simulated(scenario, draws=800), "clients_waiting_at_year_end", "zorg")[:, 0]
    assert abs(counts.mean() - 6) < 4.06 * np.sqrt(6 / 800)
    assert abs(counts.var(ddof=1) - 6) < 4.06 * np.sqrt((6 + 2 * 36) / 800)


def test_places_that_shrink_evict_nobody() -> None:
    """Five in care for more than three years, places for two from the second: no day is lost."""
    long = {"stay_distribution": "fixed", "stay_mean_days": 4_000}
    levels = {"zorg": {2025: 5, 2026: 2}}
    given_stock = {"stock": 5, "known": True, "inflow": 20.0}
    scarce = region([care_form("zorg", **long)], places=levels, **given_stock)
    free = region([care_form("zorg", **long)], stock=5, known=True)
    few, alone = simulated(scarce), simulated(free)
    after = total(few, "stays_started", "zorg")[:, 1:]
    ended = total(few, "stays_ended", "zorg").sum(axis=1)
    assert (total(few, "client_days", "zorg") >= total(alone, "client_days", "zorg")).all()
    assert (after[ended < 4] == 0).all()
    assert (ended < 4).any()


# --- small changes ------------------------------------------------------------------------------------


def queue(places: int, *, stay: int, per_year: float, stock: float, sd: float) -> Scenario:
    terms = {"stay_distribution": "lognormal", "stay_mean_days": stay, "stay_sd_days": sd}
    form = care_form("zorg", places=places, **terms)
    return beside(form, inflow=per_year, stock=stock, years=2)


@settings(max_examples=40, deadline=None)
@given(
    places=st.integers(0, 6),
    more=st.integers(1, 3),
    stay=st.integers(2, 120),
    per_year=st.floats(1, 60),
    stock=st.floats(0, 8),
    spread=st.floats(0.1, 2),
    seed=st.integers(0, 2**32),
)
def test_more_places_never_make_anybody_wait_longer(
    places: int, more: int, stay: int, per_year: float, stock: float, spread: float, seed: int
) -> None:
    """One class, stays that go with the child: every child goes in as early or earlier."""
    terms: dict[str, Any] = {
        "stay": stay, "per_year": per_year, "stock": stock, "sd": spread * stay,
    }  # fmt: skip
    few, many = (
        simulated(queue(number, **terms), draws=3, seed=seed) for number in (places, places + more)
    )
    for name in NEW:
        assert (many[name] <= few[name]).all()
    done = [volumes["admissions"].cumsum("year") for volumes in (few, many)]
    assert (done[1] >= done[0]).all()


def pools(places_of_one: int, *, of_all: bool = True, limited: bool = True) -> Scenario:
    """Two contracts of a town each, and a limit per contract."""
    forms = [
        care_form("zorg", stay_distribution="exponential", stay_mean_days=40),
        care_form("licht", stay_mean_days=5),
    ]
    places = {("zorg", "aldorp"): {2025: places_of_one}}
    if of_all:
        places["zorg", "bedum"] = {2025: 2}
    contracts = {
        town.lower(): {"form": "pxq", "segments": ["zorg"], "municipalities": [town]}
        for town in ("Aldorp", "Bedum")
    }
    return region(
        forms,
        towns=("Aldorp", "Bedum"),
        inflow={"zorg": 30.0, "licht": 10.0},
        stock=0.0,
        moves={("licht", "zorg"): 0.5},
        places=places if limited else None,
        contracts=contracts,
    )


def test_a_contract_without_places_has_no_limit() -> None:
    """Where the other contract has them."""
    limited, free = pools(1, of_all=False), pools(1, limited=False)
    few, all_in = simulated(limited), simulated(free)
    town = {"municipality": "Bedum"}
    same(few.sel(town), all_in.sel(town))
    assert few["waiting_days"].sel(municipality="Aldorp").sum() > 0


def test_drawn_places_are_whole_halves_up() -> None:
    uncertain = {"mean": 4.0, "cv": 0.5}
    volumes = simulated(beside(care_form("zorg", places=uncertain), inflow=200.0), draws=250)
    drawn = volumes["parameters"].sel(parameter="care_forms.zorg.places").to_numpy()
    places = volumes["places"].sel(care_form="zorg").to_numpy()
    np.testing.assert_array_equal(places, np.tile(np.floor(drawn + 0.5)[:, None], (1, 3)))
    assert (total(volumes, "clients_at_year_end", "zorg") <= places).all()
    assert len(np.unique(places)) > 5


def test_places_of_one_contract_leave_the_others_alone() -> None:
    few, many = simulated(pools(1)), simulated(pools(3))
    town = {"municipality": "Bedum"}
    same(few.sel(town), many.sel(town), (*PER_CELL, *NEW, "admissions", "admission_wait_days"))
    town = {"municipality": "Aldorp"}
    waited = [v["waiting_days"].sel(town).sum(["year", "care_form"]) for v in (few, many)]
    assert (waited[0] > waited[1]).all()
    assert (many["places"].sel(care_form="zorg") == 5).all()
    at_end = few["clients_at_year_end"].sel(care_form="zorg")
    assert (at_end.max(["draw", "year"]).sel(municipality=["Aldorp", "Bedum"]) == [1, 2]).all()


def test_the_same_bits_however_the_work_is_cut() -> None:
    names = tuple(name for name in simulated(crowded(), draws=1).data_vars)
    whole = simulated(crowded(), draws=30)
    for how in ({"threads": 1}, {"threads": 2, "chunk_draws": 7}, {"chunk_draws": 1}):
        same(simulated(crowded(), draws=30, **how), whole, names)
    same(simulated(crowded(), draws=11), whole.isel(draw=slice(11)), names)


def test_the_order_of_rows_is_never_a_bit() -> None:
    names = tuple(simulated(crowded(), draws=1).data_vars)
    same(simulated(crowded(turned=True)), simulated(crowded()), names)


def test_another_town_changes_who_competes_and_not_who_comes() -> None:
    """With places for all a third town moves nobody's number."""
    two = simulated(crowded(places=1_000_000))
    three = simulated(crowded(places=1_000_000, towns=("Aldorp", "Bedum", "Cedum")))
    same(three.sel(municipality=["Aldorp", "Bedum"]), two, ("stays_started", "client_days"))
