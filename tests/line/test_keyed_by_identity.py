"""The same child in every scenario: what is added or taken away changes nobody else's numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
import xarray as xr
from regions import DATA, PER_CELL, ROOT, haaglanden_without_places

import jeugdsim as js
from jeugdsim.scenario import Scenario

DRAWS, SEED = 60, 12


def simulated(scenario: Scenario, draws: int = DRAWS) -> xr.Dataset:
    return js.simulate(scenario, draws=draws, seed=SEED, progress=False)


def load(name: str) -> Scenario:
    return js.load_scenario(DATA / name)


def rows(scenario: Scenario, table: str) -> list[dict[str, Any]]:
    """Return the rows of a CSV file as dictionaries, ready for with_changes."""
    return [row.model_dump(exclude_none=True) for row in getattr(scenario, table)]


def same_cells(a: xr.Dataset, b: xr.Dataset, towns: Iterable[str], forms: Iterable[str]) -> None:
    """Check that cells have the same bits in two results, wherever they stand in them."""
    at = {"municipality": list(towns), "care_form": list(forms)}
    for name in PER_CELL:
        ours, theirs = (v[name].sel(at).transpose("draw", ..., *at).to_numpy() for v in (a, b))
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs, err_msg=name)
    assert a.stays_started.sel(at).sum() > 100


def same_youth(a: xr.Dataset, b: xr.Dataset, towns: Iterable[str]) -> None:
    at = {"municipality": list(towns)}
    np.testing.assert_array_equal(a.youth_in_year.sel(at), b.youth_in_year.sel(at))


def same_world(a: xr.Dataset, b: xr.Dataset) -> None:
    """Check that index and common assumptions are the same."""
    for name in ("index_provisional", "index_definitive"):
        np.testing.assert_array_equal(a[name], b[name])
    common = sorted(set(a.parameter.values) & set(b.parameter.values))
    np.testing.assert_array_equal(
        a.parameters.sel(parameter=common), b.parameters.sel(parameter=common)
    )


def without_town(scenario: Scenario, town: str) -> Scenario:
    tables = ("municipalities", "population", "demand")
    return scenario.with_changes(
        {
            table: [row for row in rows(scenario, table) if row["municipality"] != town]
            for table in tables
        }
        | {"levers": [lever_without(row, town) for row in levers(scenario)]}
    )


def levers(scenario: Scenario) -> list[dict[str, Any]]:
    return [lever.model_dump(by_alias=True, exclude_unset=True) for lever in scenario.settings.levers]


def lever_without(row: dict[str, Any], town: str) -> dict[str, Any]:
    """Take a town out of a lever; a lever on that town alone then acts on the first that is left."""
    named = row.get("municipalities", ())
    if town not in named:
        return row
    return row | {"municipalities": [name for name in named if name != town] or ["Aldorp"]}


@pytest.mark.parametrize("town", ["Aldorp", "Berkstad", "Cedum"])
def test_removing_a_municipality_changes_no_other(town: str) -> None:
    """First, middle or last in order; quantities only, so tariffs levers may go where they like."""
    scenario = load("small")
    before, after = simulated(scenario), simulated(without_town(scenario, town))
    left = [name for name in scenario.municipality_names if name != town]
    assert list(after.municipality.values) == left
    same_cells(before, after, left, scenario.care_form_names)
    same_youth(before, after, left)
    same_world(before, after)


def with_town(scenario: Scenario, town: str, code: str) -> Scenario:
    years = scenario.calendar_years
    return scenario.with_changes(
        {
            "municipalities": [
                *rows(scenario, "municipalities"),
                {"municipality": town, "cbs_code": code, "source": "A1"},
            ],
            "population": [
                *rows(scenario, "population"),
                *(
                    {"municipality": town, "year": year, "youth": 9_000, "inhabitants": 40_000}
                    | {"source": "A1"}
                    for year in years
                ),
            ],
            "demand": [
                *rows(scenario, "demand"),
                *(
                    {"municipality": town, "care_form": form, "inflow_per_1000_youth": 5.5}
                    | {"source": "A1"}
                    for form in ("pleegzorg", "crisis")
                ),
            ],
        }
    )


@pytest.mark.parametrize(("town", "code"), [("Aadorp", "GM0001"), ("Zeist", "GM9999")])
def test_adding_a_municipality_changes_no_other(town: str, code: str) -> None:
    """In front of all others, or behind them."""
    scenario = load("small")
    before, after = simulated(scenario), simulated(with_town(scenario, town, code))
    same_cells(before, after, scenario.municipality_names, scenario.care_form_names)
    same_youth(before, after, scenario.municipality_names)
    same_world(before, after)
    assert (after.stays_started.sel(municipality=town).sum(["year", "care_form"]) > 0).all()


def with_form(scenario: Scenario, form: str, towns: Iterable[str]) -> Scenario:
    """Add a care form under contract verblijf (so the response acts on it) for some towns."""
    row = {
        "care_form": form,
        "segment": "verblijf",
        "unit": "etmaal",
        "tariff": 200.0,
        "units_per_day": 1.0,
        "units_cv": 0.2,
        "stay_distribution": "exponential",
        "stay_mean_days": 40.0,
        "source": "A1",
    }
    new = [
        {"municipality": town, "care_form": form, "inflow_per_1000_youth": 9.0, "source": "A1"}
        for town in towns
    ]
    return scenario.with_changes(
        {
            "care_forms": [*rows(scenario, "care_forms"), row],
            "demand": [*rows(scenario, "demand"), *new],
        }
    )


@pytest.mark.parametrize("form", ["aandacht", "logeren", "zzz"])
def test_adding_a_care_form_to_which_nothing_moves_changes_no_other_cell(form: str) -> None:
    """First, between or last in order. Youth changes where it is bought, and only there."""
    scenario = load("small")
    before, after = simulated(scenario), simulated(with_form(scenario, form, ["Aldorp"]))
    same_cells(before, after, scenario.municipality_names, scenario.care_form_names)
    same_youth(before, after, ["Berkstad", "Cedum"])
    same_world(before, after)
    youth_before, youth_after = (v.youth_in_year.sel(municipality="Aldorp") for v in (before, after))
    added = after.clients_in_year.sel(municipality="Aldorp", care_form=form)
    assert (added.sum("year") > 0).all()
    # Nobody moves to the new form or on from it, so its clients are so many youths more.
    more = (youth_after - youth_before) * scenario.settings.trajectories_per_youth
    np.testing.assert_allclose(more, added, atol=1e-9)


def test_removing_a_care_form_from_which_and_to_which_nothing_moves_changes_no_other_cell() -> None:
    scenario = load("small")
    forms = [name for name in scenario.care_form_names if name != "diagnostiek"]
    smaller = scenario.with_changes(
        {
            table: [row for row in rows(scenario, table) if row["care_form"] != "diagnostiek"]
            for table in ("care_forms", "demand")
        }
        | {
            "contracts.dag en diagnostiek.care_forms": ["dagbehandeling"],
            "levers.lokale teams.care_forms": ["ambulante begeleiding"],
        }
    )
    before, after = simulated(scenario), simulated(smaller)
    same_cells(before, after, scenario.municipality_names, forms)
    same_world(before, after)


def test_a_town_that_stops_buying_a_form_changes_only_its_own_care() -> None:
    """Aldorp without dagbehandeling, from which nobody moves: its other forms stay too."""
    scenario = load("small")
    gone = ("Aldorp", "dagbehandeling")
    demand = [r for r in rows(scenario, "demand") if (r["municipality"], r["care_form"]) != gone]
    before, after = simulated(scenario), simulated(scenario.with_changes({"demand": demand}))
    same_cells(before, after, ["Berkstad", "Cedum"], scenario.care_form_names)
    others = [form for form in scenario.care_form_names if form != "dagbehandeling"]
    same_cells(before, after, ["Aldorp"], others)
    assert (after.client_days.sel(municipality="Aldorp", care_form="dagbehandeling") == 0).all()


def test_a_municipality_is_its_code_and_not_its_name() -> None:
    """Renamed, so that it stands last instead of first, it has the same children."""
    scenario = load("certain")
    renamed = scenario.with_changes(
        {
            table: [
                row | {"municipality": "Zwaluwdorp"} if row["municipality"] == "Aldorp" else row
                for row in rows(scenario, table)
            ]
            for table in ("municipalities", "population", "demand")
        }
    )
    before, after = simulated(scenario), simulated(renamed)
    same_cells(before, after, ["Berkstad", "Cedum"], scenario.care_form_names)
    for name in PER_CELL:
        np.testing.assert_array_equal(
            before[name].sel(municipality="Aldorp"), after[name].sel(municipality="Zwaluwdorp")
        )


def test_another_code_is_another_municipality_with_other_children() -> None:
    scenario = load("certain")
    other = scenario.with_changes({"municipalities.Aldorp.cbs_code": "GM7777"})
    before, after = simulated(scenario), simulated(other)
    days_before, days_after = (v.client_days.sel(municipality="Aldorp") for v in (before, after))
    assert not np.array_equal(days_before, days_after)
    same_cells(before, after, ["Berkstad", "Cedum"], scenario.care_form_names)


def test_more_years_begin_with_the_fewer() -> None:
    """A fourth year changes nothing in the first three."""
    scenario = load("small")
    more = [
        {"municipality": town, "year": 2030, "youth": 3_000, "inhabitants": 9_000, "source": "A1"}
        for town in scenario.municipality_names
    ]
    longer = scenario.with_changes({"years": 4, "population": [*rows(scenario, "population"), *more]})
    before, after = simulated(scenario), simulated(longer).sel(year=[2027, 2028, 2029])
    same_cells(before, after, scenario.municipality_names, scenario.care_form_names)
    same_youth(before, after, scenario.municipality_names)
    same_world(before, after)


def test_in_haaglanden_a_town_less_leaves_the_other_eight_as_they_were(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    scenario = haaglanden_without_places()  # for places children compete, whatever town they are from
    before = simulated(scenario, 10)
    for town in ("Delft", "Den Haag"):
        left = [name for name in scenario.municipality_names if name != town]
        after = simulated(without_town(scenario, town), 10)
        same_cells(before, after, left, scenario.care_form_names)
        same_youth(before, after, left)
