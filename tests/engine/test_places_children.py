"""Every child of a draw beside the plain day-by-day simulation, and volumes as sums over children.

``js.clients`` tells what each child went through. Read as requests, days of admission and ends, it must
break no rule of places; and from stays, wishes and patience alone the plain simulation must find the
same days again.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.places import Visit, line_of, occupancy_of
from regions import care_form, region
from scarcity import LIMITED, YEARS, crowded, differing_cells, first_days, misfits, visits_of

import jeugdsim as js
from jeugdsim.scenario import Scenario

SEED = 2027


@pytest.fixture(scope="module", params=[0, 1, 2])
def draw(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture(scope="module")
def volumes() -> xr.Dataset:
    return js.simulate(crowded(), draws=3, seed=SEED, progress=False)


def test_no_rule_is_broken_in_a_crowded_region(draw: int) -> None:
    """Places, order, holding, patience; and some children do each of these."""
    assert misfits(crowded(), draw=draw, seed=SEED) == []
    table = visits_of(crowded(), draw=draw, seed=SEED)
    assert sum(v.held is not None and v.began != v.asked for v in table) > 5
    assert sum(v.gave_up is not None for v in table) > 5
    assert sum(v.asked < 0 and not v.in_care for v in table) >= 1
    assert {v.priority for v in table if v.pool == "wonen"} == {2, 5, 10}


def test_volumes_are_sums_over_the_children(volumes: xr.Dataset, draw: int) -> None:
    """Flows by year, days by overlap, the P90 of the waits of those admitted: all from the table."""
    scenario = crowded()
    table = visits_of(scenario, draw=draw, seed=SEED)
    edges = first_days(scenario)
    norm = {"crisis": 1, "wonen": 0, "zwaar": 7}
    for form in LIMITED:
        ours = [v for v in table if v.pool == form]
        for y in range(YEARS):
            first, stop = edges[y], edges[y + 1]
            cell = volumes.isel(draw=draw, year=y).sel(care_form=form)
            sums = {name: int(cell[name].sum()) for name in COUNTED}
            waits = [
                v.days_waited(edges[-1])
                for v in ours
                if v.began is not None and first <= v.began < stop and not v.in_care
            ]
            assert sums["admissions"] == len(waits)
            assert sums["admission_wait_days"] == sum(waits)
            assert sums["admissions_in_time"] == sum(wait <= norm[form] for wait in waits)
            line = line_of(ours, form, edges[-1])
            assert sums["waiting_days"] == sum(line[first:stop])
            assert sums["clients_waiting_at_year_end"] == line[stop - 1]
            taken = occupancy_of(ours, form, edges[-1])
            assert sums["client_days"] == sum(taken[first:stop])
            assert sums["clients_at_year_end"] == taken[stop - 1]
            assert sums["reneged"] + sums["escalated"] == sum(
                v.gave_up is not None and first <= v.gave_up < stop for v in ours
            )
            assert sums["blocked_days"] == sum(blocked_within(v, first, stop) for v in ours)
            assert sums["stays_ended"] == sum(
                v.ended is not None and first <= v.ended < stop for v in ours
            )
            p90 = float(volumes["wait_p90_days"].isel(draw=draw, year=y).sel(care_form=form))
            if waits:
                assert p90 == pytest.approx(np.percentile(waits, 90), rel=1e-12)
            else:
                assert np.isnan(p90)


COUNTED = (
    "admissions",
    "admission_wait_days",
    "admissions_in_time",
    "waiting_days",
    "clients_waiting_at_year_end",
    "client_days",
    "clients_at_year_end",
    "reneged",
    "escalated",
    "blocked_days",
    "stays_ended",
)


def blocked_within(visit: Visit, first: int, stop: int) -> int:
    """Days of a stay after it was over, within these days."""
    if visit.over is None:
        return 0
    end = stop if visit.ended is None else min(visit.ended, stop)
    return max(0, end - max(visit.over, first))


def test_who_escalates_asks_for_the_other_form_that_day(draw: int) -> None:
    """Who gives up waiting for `wonen` leaves care or asks for `zwaar`, with the same priority."""
    table = visits_of(crowded(), draw=draw, seed=SEED)
    escalated = 0
    for visit in table:
        if visit.pool != "wonen" or visit.gave_up is None:
            continue
        then = [v for v in table if v.child == visit.child and v.asked == visit.gave_up]
        assert [v.pool for v in then] in ([], ["zwaar"])
        assert [v.priority for v in then] in ([], [visit.priority])
        escalated += len(then)
    assert escalated > 0


def test_requests_are_met_or_wait_on(volumes: xr.Dataset, draw: int) -> None:
    """In line at the start + asked = admitted + reneged + escalated + in line at the end."""
    table = visits_of(crowded(), draw=draw, seed=SEED)
    cells = volumes.isel(draw=draw).sum(["year", "municipality"])
    at_end = volumes["clients_waiting_at_year_end"].isel(draw=draw, year=-1).sum("municipality")
    for form in LIMITED:
        asked = sum(v.pool == form and not v.in_care for v in table)
        met = sum(
            int(cells[name].sel(care_form=form)) for name in ("admissions", "reneged", "escalated")
        )
        assert asked == met + int(at_end.sel(care_form=form))


@settings(max_examples=15, deadline=None)
@given(
    places=st.tuples(st.integers(0, 4), st.integers(0, 4)),
    later=st.integers(0, 5),
    holds=st.lists(
        st.sampled_from([("a", "b"), ("b", "a"), ("vrij", "a"), ("b", "vrij")]), unique=True
    ),
    priorities=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    rates=st.tuples(st.sampled_from([0.0, 4.0, 400.0]), st.sampled_from([0.0, 10.0])),
    seed=st.integers(0, 2**32),
)
def test_no_rule_is_broken_in_any_region(
    places: tuple[int, int],
    later: int,
    holds: list[tuple[str, str]],
    priorities: tuple[int, int],
    rates: tuple[float, float],
    seed: int,
) -> None:
    """Two forms with places, one without, children going round; two towns of different priority."""
    forms = [
        care_form("a", stay_distribution="exponential", stay_mean_days=12),
        care_form("b", stay_distribution="lognormal", stay_mean_days=30, stay_sd_days=30),
        care_form("vrij", stay_mean_days=8),
    ]
    moves = {("a", "b"): 0.5, ("b", "a"): 0.4, ("vrij", "a"): 0.5, ("b", "vrij"): 0.3}
    terms: dict[str, Any] = {"reneging_per_year": rates[0], "escalation_per_year": rates[1]}
    if rates[1]:
        terms["escalation_care_form"] = "b"
    scenario = region(
        forms,
        towns=("Aldorp", "Bedum"),
        inflow={"a": 20.0, "b": 6.0, "vrij": 15.0},
        stock={"a": 1.0, "b": 2.0, "vrij": 1.0},
        years=2,
        moves=moves,
        holds=holds,
        places={"a": {2025: places[0]}, "b": {2025: places[1], 2026: later}},
        priority={("Aldorp", "a"): priorities[0]},
        move_priority={("b", "a"): priorities[1]},
        waiting={"a": terms},
        waiting_at_start={"a": 1.0},
    )
    assert misfits(scenario, draw=0, seed=seed) == []


def test_cells_are_sums_over_rows(draw: int) -> None:
    """Per year, municipality and form; bridging stays count as stays of the form that bridges."""
    assert differing_cells(crowded(), draw=draw, seed=SEED) == []


def stays_by_child(scenario: Scenario) -> dict[str, list[tuple[str, int]]]:
    """Return every child's completed stays in order: form and days of the stay itself."""
    stays: dict[str, list[tuple[str, int]]] = {}
    for visit in visits_of(scenario, draw=0, seed=SEED):
        if visit.began is not None and visit.over is not None:
            days = visit.over - max(visit.began, 0)
            stays.setdefault(visit.child, []).append((visit.pool, days))
    return stays


def test_waiting_changes_when_a_child_gets_care_and_not_which() -> None:
    """Where stays do not grow and nobody gives up: the same forms and days, as far as it came."""
    terms: dict[str, Any] = {"world": {}, "levers": [], "waiting": {}, "waiting_at_start": None}
    few, enough = (stays_by_child(crowded(places=places, **terms)) for places in (2, 1_000_000))
    assert set(few) <= set(enough)
    for child, stays in few.items():
        assert stays == enough[child][: len(stays)], child
    assert sum(map(len, few.values())) < 0.9 * sum(map(len, enough.values()))


def test_a_child_is_told_as_its_rows() -> None:
    """`js.trace` gives the rows of one child and of nobody else."""
    rows = js.clients(crowded(), draw=0, seed=SEED)
    for name in rows.loc[rows["kind"] == "wait", "client"].unique()[:3]:
        story = js.trace(crowded(), draw=0, client=name, seed=SEED)
        pd.testing.assert_frame_equal(story, rows[rows["client"] == name].reset_index(drop=True))
