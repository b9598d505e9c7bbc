"""Waiting in numbers: lines worked out by hand, and every number again from the children themselves."""

from __future__ import annotations

import json
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from regions import DATA, care_form, region
from scarcity import LIMITED, crowded

import jeugdsim as js
from jeugdsim.outcomes.statistics import describe, describe_known
from jeugdsim.outcomes.waiting import (
    ADULTS,
    LINE,
    ages_block,
    municipality_lines,
    region_line,
    waiting,
    waiting_block,
)
from jeugdsim.results import Outcome
from jeugdsim.scenario import Scenario

DRAWS = 4
SEED = 11
YEARS = ("2025", "2026", "2027")


def volumes_of(scenario: Scenario, draws: int = DRAWS) -> xr.Dataset:
    return js.simulate(scenario, draws=draws, seed=SEED, progress=False)


def means(quantity: dict[str, Any]) -> dict[str, float]:
    return {period: numbers["mean"] for period, numbers in quantity.items()}


# ------------------------------------------------------------------ one place, a line of sixty


@cache
def one_place() -> Scenario:
    """Sixty children in line at the start, one place, stays of ten days, nobody else but at home.

    Child number k (from 0) gets in on day 10 k: 37 in the first year (days 0 to 360), 23 in the second
    (days 370 to 590), none in the third.
    """
    return region(
        [care_form("crisis", places=1), care_form("thuis")],
        inflow={"crisis": 0.0, "thuis": 5.0},
        stock=0.0,
        known=True,
        waiting_at_start=60.0,
        waiting={"crisis": {"admitted_within_days": 90}},
    )


def test_a_line_that_is_worked_out_by_hand() -> None:
    crisis = waiting_block(volumes_of(one_place()), one_place())["crisis"]
    first, second = np.arange(0, 361, 10), np.arange(370, 591, 10)
    assert means(crisis[LINE]) == {"2025": 23.0, "2026": 0.0, "2027": 0.0}
    assert means(crisis["admissions"]) == {"2025": 37.0, "2026": 23.0, "2027": 0.0, "total": 60.0}
    waited = [first.sum() + 23 * 365, (second - 365).sum(), 0.0]
    assert list(means(crisis["waiting_days"]).values()) == [*waited, sum(waited)]
    assert list(means(crisis["mean_wait_days"]).values())[:2] == [180.0, 480.0]
    assert crisis["mean_wait_days"]["total"]["mean"] == 295.0
    assert crisis["wait_p90_days"]["2025"]["mean"] == pytest.approx(324.0)
    assert crisis["share_in_time"]["2025"]["mean"] == pytest.approx(10 / 37)  # days 0 to 90
    assert crisis["share_in_time"]["total"]["mean"] == pytest.approx(10 / 60)
    full = [1.0, (600 - 365) / 365, 0.0, 600 / (3 * 365)]
    assert list(means(crisis["occupancy"]).values()) == pytest.approx(full)
    assert means(crisis["places"]) == dict.fromkeys(YEARS, 1.0)


def test_without_a_norm_in_time_is_at_once() -> None:
    at_once = one_place().with_changes({"waiting": []})
    crisis = waiting_block(volumes_of(at_once), at_once)["crisis"]
    assert crisis["share_in_time"]["2025"]["mean"] == pytest.approx(1 / 37)


def test_a_year_in_which_nobody_is_admitted_has_no_wait() -> None:
    crisis = waiting_block(volumes_of(one_place()), one_place())["crisis"]
    for name in ("mean_wait_days", "wait_p90_days", "share_in_time"):
        assert all(np.isnan(number) for number in crisis[name]["2027"].values()), name


def test_a_moment_has_no_total_and_a_sum_has_one() -> None:
    crisis = waiting_block(volumes_of(one_place()), one_place())["crisis"]
    without = {name for name, quantity in crisis.items() if "total" not in quantity}
    assert without == {LINE, "wait_p90_days", "places"}
    assert all([*quantity][:3] == list(YEARS) for quantity in crisis.values())


def test_a_form_without_places_is_never_full_and_admits_nobody() -> None:
    """One child in a crisis place whose next form has no places: it stays from day 10 on."""
    blocked = region(
        [care_form("crisis", places=1), care_form("wonen", places=0), care_form("thuis")],
        inflow={"crisis": 0.0, "wonen": 0.0, "thuis": 5.0},
        stock=0.0,
        known=True,
        waiting_at_start={"crisis": 1.0},
        moves={("crisis", "wonen"): 1.0},
        holds=[("crisis", "wonen")],
    )
    block = waiting_block(volumes_of(blocked), blocked)
    assert list(means(block["crisis"]["blocked_days"]).values()) == [355.0, 365.0, 365.0, 1085.0]
    assert means(block["wonen"]["waiting_days"]) == means(block["crisis"]["blocked_days"])
    assert means(block["crisis"]["occupancy"]) == dict.fromkeys((*YEARS, "total"), 1.0)
    assert np.isnan(block["wonen"]["occupancy"]["total"]["mean"])
    assert np.isnan(block["wonen"]["mean_wait_days"]["total"]["mean"])
    assert means(block["wonen"][LINE]) == dict.fromkeys(YEARS, 1.0)


def test_care_without_places_in_which_children_wait_has_blocked_days_only() -> None:
    blocked = region(
        [care_form("ambulant"), care_form("thuis"), care_form("wonen", places=0)],
        inflow={"ambulant": 0.0, "thuis": 5.0, "wonen": 0.0},
        stock={"ambulant": 1.0, "thuis": 0.0, "wonen": 0.0},
        known=True,
        moves={("ambulant", "wonen"): 1.0},
        holds=[("ambulant", "wonen")],
    )
    block = waiting_block(volumes_of(blocked), blocked)
    assert set(block) == {"ambulant", "wonen"}
    assert set(block["ambulant"]) == {"blocked_days"}
    assert means(block["ambulant"]["blocked_days"])["2026"] == 365.0


def test_a_contract_is_as_full_as_its_own_members_make_it() -> None:
    """Two towns buy crisis care; only the places of the first are limited, to one, and always taken."""
    towns = ("Aldorp", "Bedum")
    contracts = {
        town: {"form": "pxq", "segments": ["zorg"], "municipalities": [town]} for town in towns
    }
    shared = region(
        [care_form("crisis"), care_form("thuis")],
        towns=towns,
        stock=0.0,
        known=True,
        inflow={("Aldorp", "crisis"): 0.0, ("Bedum", "crisis"): 400.0}
        | {(town, "thuis"): 5.0 for town in towns},
        waiting_at_start={("Aldorp", "crisis"): 60.0},
        places={("crisis", "Aldorp"): {2025: 1}},
        contracts=contracts,
    )
    volumes = volumes_of(shared)
    occupancy = waiting(volumes, shared)["occupancy"].sel(year=2025, care_form="crisis")
    assert occupancy.to_numpy() == pytest.approx(1.0)
    unlimited = volumes.client_days.sel(year=2025, municipality="Bedum", care_form="crisis")
    assert (unlimited > 365).all()


# ------------------------------------------------------------------ again, from the children


@cache
def old_and_crowded() -> Scenario:
    return crowded(entry_ages={10: 0.5, 17: 0.5}, extended_care={"wonen": (0.5, 21.0)})


@cache
def simulated() -> xr.Dataset:
    return volumes_of(old_and_crowded())


@cache
def children(draw: int) -> pd.DataFrame:
    return js.clients(old_and_crowded(), draw=draw, seed=SEED)


def overlap(rows: pd.DataFrame, year: int) -> pd.Series[Any]:
    """Return the days of each row within a year."""
    first, after = pd.Timestamp(year, 1, 1), pd.Timestamp(year + 1, 1, 1)
    begin = rows["begin"].fillna(first).clip(lower=first)
    return (rows["end"].fillna(after).clip(upper=after) - begin).dt.days.clip(lower=0)


def there_at_end_of(rows: pd.DataFrame, year: int) -> pd.DataFrame:
    after = pd.Timestamp(year + 1, 1, 1)
    began = rows["begin"].isna() | (rows["begin"] < after)
    return rows[began & (rows["end"].isna() | (rows["end"] >= after))]


@pytest.mark.parametrize(("draw", "year"), list(product(range(DRAWS), (2025, 2026, 2027))))
def test_every_number_again_from_the_children(draw: int, year: int) -> None:
    scenario, table = old_and_crowded(), children(draw)
    ours = waiting(simulated(), scenario).sel(draw=draw, year=year)
    for form in LIMITED:
        rows = table[table["care_form"] == form]
        stays, waits = rows[rows["kind"] == "stay"], rows[rows["kind"] == "wait"]
        admitted = stays[stays["begin"].dt.year == year]
        asked = admitted["asked"].fillna(pd.Timestamp(2025, 1, 1))
        waited = (admitted["begin"] - asked).dt.days.to_numpy()
        norm = {"crisis": 1, "wonen": 0, "zwaar": 7}[form]
        held = table[(table["kind"] == "wait") & (table["stays_in"] == form)]
        left = waits[waits["end"].dt.year == year]["outcome"]
        places = {"crisis": 3, "wonen": {2025: 6, 2026: 4, 2027: 5}[year], "zwaar": 2}[form]
        theirs = {
            LINE: len(there_at_end_of(waits, year)),
            "waiting_days": overlap(waits, year).sum(),
            "admissions": len(admitted),
            "mean_wait_days": waited.mean(),
            "wait_p90_days": np.percentile(waited, 90),
            "share_in_time": (waited <= norm).mean(),
            "blocked_days": overlap(held, year).sum(),
            "reneged": (left == "reneges").sum(),
            "escalated": (left == "escalates").sum(),
            "occupancy": overlap(stays, year).sum() / (places * 365),
            "places": places,
        }
        found = ours.sel(care_form=form)
        assert set(found.data_vars) == set(theirs)
        assert {name: float(found[name]) for name in theirs} == pytest.approx(theirs), form


@pytest.mark.parametrize("year", [2025, 2026, 2027])
def test_ages_again_from_the_children(year: int) -> None:
    block = ages_block(simulated(), old_and_crowded())
    for form in old_and_crowded().care_form_names:
        there = [
            there_at_end_of(table[(table["care_form"] == form) & (table["kind"] != "wait")], year)
            for table in map(children, range(DRAWS))
        ]
        adult = [(rows["adult_on"] <= pd.Timestamp(year, 12, 31)).sum() for rows in there]
        with np.errstate(invalid="ignore"):
            shares = np.array(adult) / np.array([len(rows) for rows in there])
        told = block[form]
        assert told[ADULTS][str(year)]["mean"] == pytest.approx(np.mean(adult))
        assert told["share_18_and_over"][str(year)]["mean"] == pytest.approx(
            np.nanmean(shares) if not np.isnan(shares).all() else np.nan, nan_ok=True
        )
        assert "total" not in told["share_18_and_over"]


def test_children_who_may_all_stay_are_all_adults_in_the_end() -> None:
    """In care at the start, 17 at entry, for 1,000 days: a year later all who are left are adults."""
    terms: dict[str, Any] = {"stock": 20.0, "known": True, "entry_ages": {17: 1.0}}
    form = care_form("wonen", stay_mean_days=1000)
    stays = region([form], extended_care={"wonen": (1.0, 23.0)}, **terms)
    block = ages_block(volumes_of(stays), stays)["wonen"]
    shares = means(block["share_18_and_over"])
    assert shares["2025"] == shares["2026"] == 1.0
    assert means(block[ADULTS])["2025"] > 5.0
    leaves = region([form], **terms)
    block = ages_block(volumes_of(leaves), leaves)["wonen"]
    assert set(means(block[ADULTS]).values()) == {0.0}
    assert np.isnan(block["share_18_and_over"]["2026"]["mean"])  # nobody is left


# ------------------------------------------------------------------ sums, and what is told


@cache
def ran() -> Outcome:
    return js.run(old_and_crowded(), draws=DRAWS, seed=SEED, progress=False)


def test_forms_and_municipalities_add_up_to_the_region() -> None:
    scenario, volumes = old_and_crowded(), simulated()
    forms, region_ = waiting_block(volumes, scenario), region_line(volumes, scenario)
    towns = municipality_lines(volumes, scenario)
    for quantity, periods in region_.items():
        assert set(towns) == set(scenario.municipality_names)
        for period, told in periods.items():
            for parts in (forms, towns):
                mean = sum(part[quantity][period]["mean"] for part in parts.values())
                assert mean == pytest.approx(told["mean"])


def test_the_summary_tells_waiting_and_ages_and_never_says_nan() -> None:
    summary = ran().to_dict()
    text = json.dumps(summary, allow_nan=False)
    assert set(summary["waiting"]) == set(LIMITED)
    assert set(summary["ages"]) == set(old_and_crowded().care_form_names)
    assert summary["region"][LINE]["2027"]["mean"] >= summary["waiting"]["wonen"][LINE]["2027"]["mean"]
    assert LINE in summary["municipalities"]["Aldorp"]
    assert "NaN" not in text
    narrow = one_place()
    crisis = js.run(narrow, draws=2, seed=1, progress=False).to_dict()["waiting"]["crisis"]
    assert crisis["mean_wait_days"]["2027"]["mean"] is None


def test_without_places_and_ages_nothing_is_told() -> None:
    small = js.load_scenario(DATA / "small")
    outcome = js.run(small, draws=2, seed=1, progress=False)
    assert waiting_block(outcome.volumes, small) == ages_block(outcome.volumes, small) == {}
    summary = outcome.to_dict()
    assert not {"waiting", "ages"} & set(summary)
    for block in (summary["region"], *summary["municipalities"].values()):
        assert LINE not in block


def test_a_run_writes_tables_of_waiting_and_ages(tmp_path: Path) -> None:
    ran().write(tmp_path)
    table = pd.read_csv(tmp_path / "waiting.csv").set_index(["care_form", "quantity", "period"])
    told = ran().to_dict()["waiting"]["wonen"]["occupancy"]["2026"]["p90"]
    assert table.loc[("wonen", "occupancy", "2026"), "p90"] == told
    assert not table.index.duplicated().any()
    assert set(pd.read_csv(tmp_path / "ages.csv")["quantity"]) == {
        *(ADULTS, "share_18_and_over", "left_at_age_limit")
    }
    assert (tmp_path / "waiting.png").exists()


# ------------------------------------------------------------------ a run beside another


def test_a_comparison_tells_who_waits_more_or_less() -> None:
    """More places, and the same scenario without any limit: nobody waits there."""
    free = js.run(crowded(None), draws=DRAWS, seed=SEED, progress=False)
    full = js.run(crowded(), draws=DRAWS, seed=SEED, progress=False)
    compared = js.compare({"vol": full, "vrij": free})
    lines = compared.to_dict()["compared"]["vrij"]["region"][LINE]
    assert set(lines) == set(YEARS)
    of_full = full.to_dict()["region"][LINE]
    for year in YEARS:
        assert lines[year]["compared"]["mean"] == 0.0
        assert lines[year]["difference"]["mean"] == -of_full[year]["mean"] < 0.0
    rows = compared.summary().query("quantity == @LINE")
    assert list(rows["period"]) == list(YEARS)
    assert "kinderen minder op een plaats" in compared.answer()
    both_free = js.compare({"a": free, "b": free}).to_dict()["compared"]["b"]["region"]
    assert LINE not in both_free


# ------------------------------------------------------------------ numbers that are not always there


def test_what_exists_in_some_draws_is_described_over_those() -> None:
    known = np.array([3.0, 5.0, 10.0])
    with_gaps = np.array([np.nan, 3.0, 5.0, np.nan, 10.0])
    assert describe_known(with_gaps) == describe(known)
    assert describe_known(known) == describe(known)
    nothing = describe_known(np.array([np.nan, np.nan]))
    assert nothing.keys() == describe(known).keys()
    assert all(np.isnan(number) for number in nothing.values())
