"""What levers do to children, worked out by hand draw by draw; nothing here is a matter of chance.

Most regions hold one child per cell, so that client_days is the stay of that child, with and without
the lever: the same child, because its random numbers are its own.
"""

from __future__ import annotations

from datetime import date, timedelta
from math import floor
from typing import Any

import numpy as np
import pytest
import xarray as xr
from regions import Row, care_form, lever, region

import jeugdsim as js
from jeugdsim.scenario import Scenario

TOWNS = tuple(f"Dorp {number:02}" for number in range(20))
CELL = ("draw", "municipality")
LOGNORMAL = {"stay_distribution": "lognormal", "stay_mean_days": 200, "stay_sd_days": 200}
UNLEVERED: list[Row] = []


def simulated(scenario: Scenario, draws: int = 200, seed: int = 4) -> xr.Dataset:
    volumes = js.simulate(scenario, draws=draws, seed=seed, progress=False)
    return volumes.transpose("draw", "year", "municipality", "care_form", "parameter", ...)


def day(number: int, start: int = 2025) -> str:
    """Return the date of a day counted from 1 January of the start year."""
    return (date(start, 1, 1) + timedelta(days=number)).isoformat()


def per_cell(volumes: xr.Dataset, name: str, form: str = "zorg") -> np.ndarray:
    """Return a variable over all years together, shape (draws, municipalities)."""
    return volumes[name].sel(care_form=form).sum("year").transpose(*CELL).to_numpy()


def same(a: xr.Dataset, b: xr.Dataset) -> None:
    """Check that all volumes are equal to the bit."""
    for name in ("units", "client_days", "stays_started", "stays_ended", "clients_in_year"):
        np.testing.assert_array_equal(a[name].to_numpy(), b[name].to_numpy(), err_msg=name)
    for name in ("clients_at_start", "clients_at_year_end", "youth_in_year"):
        np.testing.assert_array_equal(a[name].to_numpy(), b[name].to_numpy(), err_msg=name)


# --- inflow --------------------------------------------------------------------------------------


def one_month(effect: float | None, starts: str = "2025-01-01", month: int = 7) -> xr.Dataset:
    """Simulate a region in which all children of a year come in one month, with spread in units."""
    levers = UNLEVERED
    if effect is not None:
        levers = [lever("minder", "inflow", effect, starts, care_forms=["zorg"])]
    season = [
        {"care_form": "zorg", "month": m, "factor": 12.0 if m == month else 0.0, "source": "A1"}
        for m in range(1, 13)
    ]
    form = care_form("zorg", units_cv=0.6, **LOGNORMAL)
    return simulated(
        region(
            [form],
            towns=TOWNS,
            youth=[1_000.0, 0.0, 0.0],
            inflow=8.0,
            stock=0.0,
            levers=levers,
            season=season,
        )
    )


def test_less_inflow_keeps_the_first_children_of_the_same_list() -> None:
    """Per draw and town, days and units depend on the number of children only, however it came about.

    Ten sizes of the same lever: where two of them leave equally many children, these are the same
    children; where one leaves more, the others come on top.
    """
    seen: dict[tuple[int, int, int], tuple[float, float]] = {}
    last_count = np.full((200, len(TOWNS)), 10**6)
    repeats = 0
    for effect in (None, -0.05, -0.1, -0.2, -0.3, -0.4, -0.5, -0.7, -0.9, -1.0):
        volumes = one_month(effect)
        counts, days, units = (
            per_cell(volumes, name) for name in ("stays_started", "client_days", "units")
        )
        assert (counts <= last_count).all(), "a stronger lever brought a child back"
        last_count = counts
        for (draw, town), count in np.ndenumerate(counts):
            key = (draw, town, int(count))
            value = (float(days[draw, town]), float(units[draw, town]))
            repeats += key in seen
            assert seen.setdefault(key, value) == value
    assert (last_count == 0).all(), "no inflow at all is left at an effect of -1"
    assert repeats > 1_000
    for (draw, town, count), (days, units) in seen.items():
        fewer = seen.get((draw, town, count - 1))
        assert fewer is None or (fewer[0] < days and fewer[1] < units)


def test_more_inflow_brings_children_on_top_of_the_same_list() -> None:
    before, after = one_month(None), one_month(0.1)
    for name in ("stays_started", "client_days", "units"):
        assert (per_cell(after, name) >= per_cell(before, name)).all()
    equal = per_cell(after, "stays_started") == per_cell(before, "stays_started")
    assert 10 < equal.sum() < equal.size
    for name in ("client_days", "units"):
        np.testing.assert_array_equal(per_cell(after, name)[equal], per_cell(before, name)[equal])


def test_a_lever_that_starts_within_a_month_acts_on_all_or_nothing_of_its_inflow() -> None:
    """The middle of July lies 15.5 days after the 1st: at noon of the 16th."""
    unlevered = one_month(None)
    assert (per_cell(one_month(-1.0, "2025-07-16"), "stays_started") == 0).all()
    same(one_month(-1.0, "2025-07-17"), unlevered)
    # February has 28 days: its middle is the beginning of the 15th.
    assert (per_cell(one_month(-1.0, "2025-02-15", 2), "stays_started") == 0).all()
    same(one_month(-1.0, "2025-02-16", 2), one_month(None, month=2))


def test_a_lever_acts_only_on_the_towns_and_care_forms_it_names() -> None:
    forms = [care_form("ambulant"), care_form("zorg")]
    towns = ("Aldorp", "Berkstad")
    base = {"towns": towns, "inflow": 50.0}
    halved = lever(
        "halve", "inflow", -0.5, "2025-01-01", care_forms=["zorg"], municipalities=["Berkstad"]
    )
    before = simulated(region(forms, **base))
    after = simulated(region(forms, levers=[halved], **base))
    for town in towns:
        for form in ("ambulant", "zorg"):
            cell = {"municipality": town, "care_form": form}
            equal = before.stays_started.sel(cell).equals(after.stays_started.sel(cell))
            assert equal == (cell != {"municipality": "Berkstad", "care_form": "zorg"})


# --- stays ---------------------------------------------------------------------------------------


def in_care_at_start(levers: list[Row], terms: Row | None = None) -> np.ndarray:
    """Simulate one known child per town, no inflow; return its days in care from the start."""
    form = care_form("zorg", **(terms or {"stay_mean_days": 900}))
    volumes = simulated(region([form], towns=TOWNS, stock=1, known=True, levers=levers), draws=600)
    assert (volumes.clients_at_start == 1).all()
    return per_cell(volumes, "client_days")


def test_a_lever_on_stays_leaves_the_start_stock_alone() -> None:
    shorter = lever("korter", "stay_days", -0.5, "2025-01-01", care_forms=["zorg"])
    np.testing.assert_array_equal(in_care_at_start([shorter]), in_care_at_start([]))


def test_a_lever_on_stays_acts_by_the_day_of_entry() -> None:
    """Fixed stays of 300 days, halved from day 100 on: 300 or 150 days by the day each child came.

    A child that comes on day e of the year is 365 - e days in care in it when it stays 700 days.
    """

    def days(stay: int, levers: list[Row]) -> tuple[np.ndarray, np.ndarray]:
        form = care_form("zorg", stay_mean_days=stay)
        volumes = simulated(
            region(
                [form],
                towns=TOWNS,
                youth=[1_000.0, 0.0, 0.0],
                inflow=1.0,
                stock=0.0,
                levers=levers,
            ),
            draws=600,
        )
        first = volumes.client_days.sel(care_form="zorg").isel(year=0).transpose(*CELL)
        return per_cell(volumes, "stays_started"), (
            first.to_numpy() if stay == 700 else per_cell(volumes, "client_days")
        )

    count, first_year = days(700, [])
    alone = count == 1
    entry = (365 - first_year)[alone]
    halved = lever("halve", "stay_days", -0.5, day(100), care_forms=["zorg"])
    stays = days(300, [halved])[1][alone]
    np.testing.assert_array_equal(stays, np.where(entry < 100, 300, 150))
    assert set(entry) >= {99, 100}, "the days on both sides of the start were tried"

    # A linear way in over 0.8 year: x = (e - 100)/(365.25 x 0.8), and 300 (1 - x/2) days rounded
    # down or, by chance, up.
    slowly = halved | {"profile": "linear", "phase_in_years": 0.8}
    stays = days(300, [slowly])[1][alone]
    x = np.clip((entry - 100) / (365.25 * 0.8), 0, 1)
    up = stays - np.floor(300 * (1 - 0.5 * x) + 1e-9)
    assert np.isin(up, [0, 1]).all()
    assert (stays[entry <= 100] == 300).all()
    assert 0 < up[entry > 100].mean() < 1


def shortened(days: np.ndarray, starts: int, effects: list[float]) -> np.ndarray:
    """MODEL 2: in care on the day a lever starts, R days left become max(1, floor(R(1 + e) + 1/2))."""
    after = days.copy()
    for cell, stay in np.ndenumerate(days):
        left = int(stay) - starts
        if left > 0:
            for effect in effects:
                left = max(1, floor(left * (1 + effect) + 0.5))
            after[cell] = starts + left
    return after


@pytest.mark.parametrize("effect", [-0.5, -0.37, -1.0])
@pytest.mark.parametrize("starts", [0, 250])
def test_applies_to_all_also_shortens_the_days_left(effect: float, starts: int) -> None:
    """One known child per town, fixed stays of 900 days; -1 leaves everybody one more day.

    A lever that starts on day 0 meets every child of the start stock that has days left (R > 0).
    """
    levers = [lever("alle", "stay_days", effect, day(starts), care_forms=["zorg"], applies_to="all")]
    before = in_care_at_start([])
    assert {0, 1} <= set(before.ravel()), "a child without days left, and one with its last day"
    np.testing.assert_array_equal(in_care_at_start(levers), shortened(before, starts, [effect]))


def test_applies_to_all_takes_the_whole_effect_at_once_whatever_the_way_in() -> None:
    slow = lever(
        "alle", "stay_days", -0.5, day(250), care_forms=["zorg"], applies_to="all", phase_in_years=2
    )
    slow["profile"] = "linear"
    before = in_care_at_start([])
    np.testing.assert_array_equal(in_care_at_start([slow]), shortened(before, 250, [-0.5]))


def test_levers_on_the_days_left_follow_each_other_in_order_of_name() -> None:
    """-61% then +23% of what is left, or the other way round: rounding tells them apart."""

    def pair(first: float, second: float) -> list[Row]:
        terms: dict[str, Any] = {"care_forms": ["zorg"], "applies_to": "all"}
        return [
            lever("b", "stay_days", second, day(200), **terms),
            lever("a", "stay_days", first, day(200), **terms),
        ]

    before = in_care_at_start([])
    down_up, up_down = in_care_at_start(pair(-0.61, 0.23)), in_care_at_start(pair(0.23, -0.61))
    np.testing.assert_array_equal(down_up, shortened(before, 200, [-0.61, 0.23]))
    np.testing.assert_array_equal(up_down, shortened(before, 200, [0.23, -0.61]))
    assert (down_up != up_down).any()


def test_a_second_lever_on_the_days_left_meets_only_who_is_still_there() -> None:
    """-90% of the days left on day 100; on day 200 half of what is then left."""
    terms: dict[str, Any] = {"care_forms": ["zorg"], "applies_to": "all"}
    first = lever("eerst", "stay_days", -0.9, day(100), **terms)
    second = lever("later", "stay_days", -0.5, day(130), **terms)
    before = in_care_at_start([])
    after_first = shortened(before, 100, [-0.9])
    np.testing.assert_array_equal(in_care_at_start([first]), after_first)
    both = in_care_at_start([second, first])
    np.testing.assert_array_equal(both, shortened(after_first, 130, [-0.5]))
    assert (both != after_first).any()
    assert (after_first <= 130).any()


def test_applies_to_all_treats_children_who_came_earlier_and_later_by_their_own_rule() -> None:
    """Stays of 700 days; on day 200 a lever of -50%.

    Who came on day e < 200 has e + 700 - 200 days left, of which half; who comes later stays 350.
    """

    def first_year_and_total(levers: list[Row]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        volumes = simulated(
            region(
                [care_form("zorg", stay_mean_days=700)],
                towns=TOWNS,
                youth=[1_000.0, 0.0, 0.0],
                inflow=1.0,
                stock=0.0,
                levers=levers,
            )
        )
        first = volumes.client_days.sel(care_form="zorg").isel(year=0).transpose(*CELL).to_numpy()
        return per_cell(volumes, "stays_started"), first, per_cell(volumes, "client_days")

    count, first_year, _ = first_year_and_total([])
    alone = count == 1
    entry = (365 - first_year)[alone]
    halved = lever("halve", "stay_days", -0.5, day(200), care_forms=["zorg"], applies_to="all")
    _, _, total = first_year_and_total([halved])
    wanted = [
        200 - e + max(1, floor((e + 500) * 0.5 + 0.5)) if e < 200 else 350 for e in entry.tolist()
    ]
    assert total[alone].tolist() == wanted
    assert min(entry) < 200 < max(entry)


# --- units ---------------------------------------------------------------------------------------


def test_a_lever_on_units_acts_on_every_care_day_of_the_start_stock_too() -> None:
    """In care all three years, one unit a day, -20% from 1 July 2025 on: 181 + 0.8 x 184 units."""
    fewer = lever("minder uren", "units_per_day", -0.2, "2025-07-01", care_forms=["zorg"])
    form = care_form("zorg", stay_mean_days=1_000_000, units_per_day=1.5)
    volumes = simulated(region([form], towns=TOWNS, stock=1, known=True, levers=[fewer]), draws=20)
    units = volumes.units.sel(care_form="zorg")
    stayed = (volumes.client_days.sum("year") == 3 * 365).sel(care_form="zorg")
    assert stayed.mean() > 0.95
    for year, wanted in ((2025, 181 + 0.8 * 184), (2026, 0.8 * 365), (2027, 0.8 * 365)):
        np.testing.assert_allclose(
            units.sel(year=year).to_numpy()[stayed.to_numpy()], 1.5 * wanted, rtol=1e-12
        )


def test_units_phase_in_day_by_day() -> None:
    """Linear over two years from 1 January 2026: on day d of it the phase is d/730.5."""
    fewer = lever(
        "minder uren",
        "units_per_day",
        -0.4,
        "2026-01-01",
        care_forms=["zorg"],
        phase_in_years=2,
    ) | {"profile": "linear"}
    form = care_form("zorg", stay_mean_days=1_000_000)
    volumes = simulated(region([form], stock=5, known=True, levers=[fewer]), draws=20)
    stayed = (volumes.client_days.sum("year") == 5 * 3 * 365).to_numpy().ravel()
    assert stayed.any()
    days = {2025: range(0), 2026: range(365), 2027: range(365, 730)}
    for year, phase_days in days.items():
        wanted = 5 * (365 - 0.4 * sum(d / 730.5 for d in phase_days))
        units = volumes.units.sel(year=year).to_numpy().ravel()[stayed]
        np.testing.assert_allclose(units, wanted, rtol=1e-12)


def test_levers_on_units_multiply() -> None:
    """-20% and -10% together leave 72%."""
    levers = [
        lever("a", "units_per_day", -0.2, "2025-01-01", care_forms=["zorg"]),
        lever("b", "units_per_day", -0.1, "2025-01-01", care_forms=["zorg"]),
    ]
    volumes = simulated(region([care_form("zorg")], inflow=100.0, levers=levers), draws=10)
    np.testing.assert_allclose(volumes.units, 0.72 * volumes.client_days, rtol=1e-12)


def test_a_trajectory_is_one_unit_at_entry_whatever_else_happens() -> None:
    """No growth, shock, intensity or lever on units acts; the start stock brings none."""
    fewer = lever("minder", "units_per_day", -0.5, "2025-01-01", care_forms=["zorg"])
    scenario = region(
        [care_form("zorg", unit="traject", stay_mean_days=100)],
        inflow=60.0,
        stock=80,
        known=True,
        levers=[fewer],
        world={"units_growth_per_year": 0.1, "units_shock_cv": 0.3},
        demand_year=2020,
    )
    volumes = simulated(scenario, draws=50)
    np.testing.assert_array_equal(volumes.units, volumes.stays_started)
    assert (volumes.clients_at_start == 80).all()
    forms = [care_form("ander"), care_form("zorg", unit="traject", stay_mean_days=100)]
    nobody_new = simulated(region(forms, stock=80, known=True)).sel(care_form="zorg")
    assert (nobody_new.units == 0).all()
    assert (nobody_new.client_days.sum("year") > 0).all()


def test_units_grow_by_the_year_of_the_care_day() -> None:
    """From 2025 on: 10% in the first year and 5% in the next (fade 0.5)."""
    growth = {"units_growth_per_year": 0.10, "growth_fade_per_year": 0.5}
    volumes = simulated(region([care_form("zorg")], inflow=50.0, world=growth), draws=10)
    for year, factor in ((2025, 1.0), (2026, 1.10), (2027, 1.155)):
        at = volumes.sel(year=year)
        np.testing.assert_allclose(at.units, factor * at.client_days, rtol=1e-12)


# --- calendar ------------------------------------------------------------------------------------


def test_a_child_in_care_all_the_time_has_all_days_of_leap_years_too() -> None:
    """2026 to 2032: 365, 365, 366, 365, 365, 365, 366 days."""
    form = care_form("zorg", stay_mean_days=10_000_000)
    scenario = region([form], stock=4, known=True, start=2026, years=7)
    volumes = simulated(scenario, draws=10)
    stayed = (volumes.clients_at_year_end.isel(year=-1) == 4).to_numpy().ravel()
    assert stayed.any()
    days = volumes.client_days.transpose("draw", "year", ...).to_numpy().reshape(10, 7)[stayed]
    assert (days == 4 * np.array([365, 365, 366, 365, 365, 365, 366])).all()
    np.testing.assert_array_equal(volumes.units, volumes.client_days)
    in_year = volumes.clients_in_year.transpose("draw", "year", ...).to_numpy().reshape(10, 7)
    assert (in_year[stayed] == 4).all()
    assert (volumes.youth_in_year.transpose("draw", "year", ...).to_numpy()[stayed] == 4).all()


def test_a_stay_ends_in_the_year_of_the_day_after_its_last_day() -> None:
    """Stays of 365 days: entry on day e, ended on day e of the next year, also on 1 January.

    Nobody ends in the first year; the child of 1 January has all its days in the first year and
    none in the next, in which its stay ends.
    """
    form = care_form("zorg", stay_mean_days=365)
    scenario = region([form], towns=TOWNS, youth=[1_000.0, 0.0, 0.0], inflow=1.0, stock=0.0)
    volumes = simulated(scenario, draws=2_000).sel(care_form="zorg")
    ended, started = volumes.stays_ended, volumes.stays_started
    assert (ended.sel(year=2025) == 0).all()
    np.testing.assert_array_equal(ended.sel(year=2026), started.sel(year=2025))
    assert (ended.sel(year=2027) == 0).all()
    days = volumes.client_days
    first_of_january = (started.sel(year=2025) == 1) & (days.sel(year=2025) == 365)
    assert first_of_january.sum() > 10
    there = first_of_january.to_numpy()
    assert (days.sel(year=2026).to_numpy()[there] == 0).all()
    assert (volumes.clients_in_year.sel(year=2026).to_numpy()[there] == 0).all()
    assert (volumes.clients_at_year_end.sel(year=2025).to_numpy()[there] == 1).all()
    assert (volumes.clients_at_year_end.sel(year=2026).to_numpy()[there] == 0).all()
