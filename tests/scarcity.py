"""A small crowded region in which everything about places happens, and its children as visits.

Blocked crisis places, a line with priorities, waiting at the start, leaving and escalating, bridging
care, places that shrink and grow, growing stays, levers and shocks.
"""

from __future__ import annotations

import calendar
from dataclasses import replace
from itertools import accumulate
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from oracles.places import EARLIER, LAST, Visit, broken_rules, found_again
from regions import PER_CELL, care_form, lever, region

import jeugdsim as js
from jeugdsim.scenario import Scenario
from jeugdsim.world.parameters import draw_parameters

LIMITED = ("crisis", "wonen", "zwaar")
GONE = ("reneges", "escalates", "age limit")
START, YEARS = 2025, 3
PLACES: dict[str, dict[int, int]] = {
    "crisis": {2025: 3},
    "wonen": {2025: 6, 2026: 4, 2027: 5},
    "zwaar": {2025: 2},
}
AS_STATED = -1


def crowded(
    places: int | None = AS_STATED,
    *,
    towns: tuple[str, ...] = ("Aldorp", "Bedum"),
    turned: bool = False,
    **more: Any,
) -> Scenario:
    """Return the region.

    ``places`` stands for those of every form, None for no limit; ``turned`` reverses the rows.
    """
    forms = [
        care_form("ambulant", stay_distribution="lognormal", stay_mean_days=90, stay_sd_days=80),
        care_form("crisis", stay_distribution="exponential", stay_mean_days=20, units_cv=0.5),
        care_form("wonen", stay_distribution="lognormal", stay_mean_days=110, stay_sd_days=90),
        care_form("thuis", stay_mean_days=30, units_per_day=0.5, units_cv=0.4),
        care_form("zwaar", stay_distribution="exponential", stay_mean_days=70),
    ]
    levels = PLACES if places == AS_STATED else {form: {START: places} for form in LIMITED}
    moves = {
        ("ambulant", "crisis"): 0.2,
        ("ambulant", "wonen"): 0.2,
        ("crisis", "ambulant"): 0.2,
        ("crisis", "wonen"): 0.5,
        ("wonen", "ambulant"): 0.3,
        ("wonen", "crisis"): 0.2,
        ("zwaar", "wonen"): 0.4,
    }
    waiting = {
        "wonen": {
            "bridging_care_form": "thuis",
            "reneging_per_year": 0.8,
            "escalation_per_year": 1.5,
            "escalation_care_form": "zwaar",
        },
        "crisis": {"reneging_per_year": 20.0, "admitted_within_days": 1},
        "zwaar": {"admitted_within_days": 7},
    }
    limited = places is not None
    terms: dict[str, Any] = {
        "inflow": {"ambulant": 12.0, "crisis": 9.0, "wonen": 4.0, "thuis": 2.0, "zwaar": 1.0},
        "stock": {"ambulant": 4.0, "crisis": 1.0, "wonen": 2.0, "thuis": 0.2, "zwaar": 0.5},
        "moves": dict(reversed(moves.items())) if turned else moves,
        "holds": [("crisis", "wonen"), ("wonen", "crisis"), ("zwaar", "wonen")],
        "priority": {("Aldorp", "wonen"): 5},
        "move_priority": {("crisis", "wonen"): 2, ("zwaar", "wonen"): 2},
        "waiting": dict(reversed(waiting.items())) if turned else waiting,
        "levers": [
            lever("korter", "stay_days", -0.2, "2026-04-01", care_forms=["wonen"], phase_in_years=1.0)
            | {"profile": "linear"}
        ],
        "world": {"stay_growth_per_year": 0.03, "inflow_shock_region_cv": 0.1},
        "waiting_at_start": {"wonen": 2.0} if places == AS_STATED else None,
        "places": levels if limited else None,
        "start": START,
        "years": YEARS,
    }
    if turned:
        rows = [
            {"municipality": town, "cbs_code": f"GM{number:04}", "source": "A1"}
            for number, town in enumerate(towns, start=1)
        ]
        terms["municipalities"] = rows[::-1]
        forms, towns = forms[::-1], towns[::-1]
    return region(forms, towns=towns, **(terms | more))


# --- children of a draw, as the plain simulation writes them -----------------------------------------


def places_by_day(scenario: Scenario, *, draw: int, seed: int) -> dict[str, list[int]]:
    """Return the places of every pool on every day; uncertain ones as drawn, halves up."""
    lengths = {year: 366 if calendar.isleap(year) else 365 for year in scenario.calendar_years}
    drawn = draw_parameters(scenario, seed, draw + 1)
    by_day = {}
    for form in scenario.care_forms:
        if form.places is not None:
            level = drawn.of(f"care_forms.{form.care_form}.places", form.places)[draw]
            by_day[form.care_form] = [int(level + 0.5)] * sum(lengths.values())
    levels: dict[str, dict[int, int]] = {}
    for row in scenario.places:
        levels.setdefault(_pool(row.care_form, row.contract), {})[row.year] = int(row.places)
    for pool, named in levels.items():
        holds = {year: named[max(known for known in named if known <= year)] for year in lengths}
        by_day[pool] = [holds[year] for year, days in lengths.items() for _ in range(days)]
    return by_day


def _pool(form: str, contract: str) -> str:
    return f"{form} @ {contract}" if contract else form


def visits_of(scenario: Scenario, *, draw: int, seed: int) -> list[Visit]:
    """Return the stays and waits of a draw as visits; bridging care is left out."""
    rows = js.clients(scenario, draw=draw, seed=seed)
    rows = rows[rows["kind"] != "bridging"]
    first = pd.Timestamp(scenario.settings.start)
    for name in ("asked", "begin", "end", "gives_up"):
        rows[name] = (rows[name] - first).dt.days.astype(object).where(rows[name].notna(), None)
    contract_of = _contract_pools(scenario)
    return [
        visit
        for _, life in rows.groupby("client", sort=False)
        for visit in _visits_of_child(life.to_dict("records"), scenario, contract_of)
    ]


def _contract_pools(scenario: Scenario) -> dict[tuple[str, str], str]:
    """Return the contract of every (town, care form) whose places are a contract's own."""
    return {
        (town, row.care_form): row.contract
        for row in scenario.places
        if row.contract
        for town in scenario.settings.contracts[row.contract].municipalities
    }


def _visits_of_child(
    rows: list[dict[str, Any]], scenario: Scenario, contract_of: dict[tuple[str, str], str]
) -> list[Visit]:
    """Put the wait and the stay of every step together, last step first: it says when one was over."""
    steps: dict[int, dict[str, dict[str, Any]]] = {}
    for row in rows:
        steps.setdefault(int(row["step"]), {})[row["kind"]] = row
    holds = {(m.from_care_form, m.to_care_form) for m in scenario.moves if m.holds_place}
    limited = set(scenario.limited_forms)

    def pool(row: dict[str, Any]) -> str:
        form = row["care_form"]
        return _pool(form, contract_of.get((row["municipality"], form), ""))

    visits: list[Visit] = []
    in_place: dict[str, Any] | None = None  # the stay a child may wait in
    for number in sorted(steps):
        stay, wait = steps[number].get("stay"), steps[number].get("wait")
        row = stay or wait
        assert row is not None
        in_line = number == 0 and ".waiting." in row["client"]
        in_care = row["asked"] is None
        held = None
        if in_place is not None and row["care_form"] in limited:
            after_wait = bool(visits) and visits[-1].gave_up is not None
            pair = (in_place["care_form"], row["care_form"])
            if visits[-1].held is not None if after_wait else pair in holds:
                held = pool(in_place)
        if visits and visits[-1].began is not None:
            visits[-1] = replace(visits[-1], over=row["asked"])
        gave_up = wait["end"] if wait and wait["outcome"] in GONE else None
        visits.append(
            Visit(
                child=row["client"],
                pool=pool(row),
                asked=EARLIER if in_line or in_care else row["asked"],
                began=EARLIER if in_care else stay and stay["begin"],
                over=stay and stay["end"],
                ended=stay and stay["end"],
                gave_up=gave_up,
                priority=int(row["priority"]) or LAST,
                held=held,
                in_care=in_care,
                tie=int(row["tie"]),
                goes=row["gives_up"] if gave_up is None else gave_up,
            )
        )
        if stay is not None:
            in_place = stay
        elif held is None:
            in_place = None
    return visits


def misfits(scenario: Scenario, *, draw: int, seed: int) -> list[str]:
    """Tell every rule a draw breaks, and every visit that the plain simulation does not find again.

    Children who never ask for a scarce place touch nobody and are left out.
    """
    places = places_by_day(scenario, draw=draw, seed=seed)
    told = visits_of(scenario, draw=draw, seed=seed)
    compete = {visit.child for visit in told if visit.pool in places}
    table = [visit for visit in told if visit.child in compete]
    days = first_days(scenario)[-1]
    again = found_again(table, places, days)
    return broken_rules(table, places, days) + [f"not found again: {visit}" for visit in again]


def first_days(scenario: Scenario) -> list[int]:
    """Return the first day of every year, and the day after the last."""
    lengths = [366 if calendar.isleap(year) else 365 for year in scenario.calendar_years]
    return [0, *accumulate(lengths)]


def differing_cells(scenario: Scenario, *, draw: int, seed: int) -> list[str]:
    """Sum the rows of a draw per year, municipality and care form; tell where volumes differ."""
    volumes = js.simulate(scenario, draws=draw + 1, seed=seed, progress=False).isel(draw=draw)
    rows = js.clients(scenario, draw=draw, seed=seed)
    sums = _sums_of_rows(rows, scenario)
    return [
        f"{name} {year} {town} {form}: {found} beside {wanted}"
        for (name, year, town, form), wanted in sums.items()
        for found in [float(volumes[name].sel(year=year, municipality=town, care_form=form))]
        if found != wanted
    ]


def _sums_of_rows(rows: pd.DataFrame, scenario: Scenario) -> dict[tuple[str, int, str, str], int]:
    """Count by overlap with the years; a wait counts for the form waited for."""
    start = pd.Timestamp(scenario.settings.start)
    edges = first_days(scenario)
    begin = (rows["begin"] - start).dt.days.fillna(-1)
    end = (rows["end"] - start).dt.days.fillna(edges[-1] + 1)
    wait = rows["kind"] == "wait"
    limited = rows["care_form"].isin(scenario.limited_forms) & (rows["kind"] == "stay")
    sums: dict[tuple[str, int, str, str], int] = {}
    for year, first, stop in zip(scenario.calendar_years, edges, edges[1:], strict=False):
        days = (end.clip(upper=stop) - begin.clip(lower=first)).clip(lower=0)
        begins = (begin >= first) & (begin < stop)
        ends = (end >= first) & (end < stop)
        over_the_end = (begin < stop) & (end >= stop)
        present = days > 0
        counted = {
            "client_days": days * ~wait,
            "stays_started": begins & ~wait,
            "stays_ended": ends & ~wait,
            "clients_at_year_end": over_the_end & ~wait,
            "waiting_days": days * wait,
            "clients_waiting_at_year_end": over_the_end & wait,
            "reneged": ends & wait & (rows["outcome"] == "reneges"),
            "escalated": ends & wait & (rows["outcome"] == "escalates"),
            "admissions": begins & limited,
        }
        for town, form in scenario.demand_cells:
            cell = (rows["municipality"] == town) & (rows["care_form"] == form)
            for name, values in counted.items():
                sums[name, year, town, form] = int(values[cell].sum())
            in_care = rows["client"][cell & present & ~wait]
            sums["clients_in_year", year, town, form] = in_care.nunique()
            stays_in = wait & (rows["municipality"] == town) & (rows["stays_in"] == form)
            sums["blocked_days", year, town, form] = int(days[stays_in].sum())
    return sums


COMMON = (*PER_CELL, "waiting_days", "clients_waiting_at_year_end")


def simulated(scenario: Scenario, draws: int = 20, seed: int = 2027, **how: Any) -> xr.Dataset:
    return js.simulate(scenario, draws=draws, seed=seed, progress=False, **how)


def same(a: xr.Dataset, b: xr.Dataset, names: tuple[str, ...] = COMMON) -> None:
    for name in names:
        assert a[name].dtype == b[name].dtype
        np.testing.assert_array_equal(a[name].to_numpy(), b[name].to_numpy(), err_msg=name)


def total(volumes: xr.Dataset, name: str, form: str) -> np.ndarray:
    """Return a volume of a form as (draw, year), all municipalities together."""
    return volumes[name].sel(care_form=form).sum("municipality").transpose("draw", "year").to_numpy()
