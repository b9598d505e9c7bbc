"""Small regions made in Python, for tests whose answer is worked out by hand.

All is certain unless a test says otherwise: no growth, no shocks, no indexation, everything P x Q,
and fixed stays of ten days.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import jeugdsim as js
from benchmarks.floor import with_room
from jeugdsim.scenario import Scenario

DATA = Path(__file__).parent / "data"
ROOT = Path(__file__).resolve().parents[1]
HAAGLANDEN = ROOT / "scenarios" / "haaglanden-2027"
PER_CELL = (
    "units",
    "client_days",
    "stays_started",
    "stays_ended",
    "clients_in_year",
    "clients_at_year_end",
    "clients_at_start",
)

Row = dict[str, Any]
Cell = tuple[str, str]


def haaglanden_without_places() -> Scenario:
    """Return Haaglanden with room for everybody and a stationary start, as closed forms have it."""
    return with_room(js.load_scenario(HAAGLANDEN))


def care_form(name: str, **changes: Any) -> Row:
    """Return a row of care_forms.csv: etmaal at 100 euros, a fixed stay of ten days."""
    row: Row = {
        "care_form": name,
        "segment": "zorg",
        "unit": "etmaal",
        "tariff": 100.0,
        "units_per_day": 1.0,
        "units_cv": 0.0,
        "stay_distribution": "fixed",
        "stay_mean_days": 10,
        "source": "A1",
    }
    if changes.get("unit") == "traject":
        row |= {"units_per_day": None, "units_cv": None}
    return row | changes


def lever(name: str, affects: str, effect: Any, starts: str, **changes: Any) -> Row:
    """Return a lever that takes effect at once."""
    return {
        "name": name,
        "affects": affects,
        "effect": effect,
        "starts": starts,
        "profile": "step",
        **changes,
    }


def region(
    forms: Sequence[Row],
    *,
    towns: Sequence[str] = ("Aldorp",),
    youth: float | Sequence[float] = 1000.0,
    inflow: Mapping[str, Any] | Mapping[Cell, Any] | float = 0.0,
    stock: Mapping[str, Any] | float | None = None,
    known: bool = False,
    moves: Mapping[tuple[str, str], Any] | None = None,
    levers: Sequence[Row] = (),
    start: int = 2025,
    years: int = 3,
    places: Mapping[str, Mapping[int, int]] | Mapping[Cell, Mapping[int, int]] | None = None,
    waiting: Mapping[str, Row] | None = None,
    waiting_at_start: Mapping[str, Any] | Mapping[Cell, Any] | float | None = None,
    priority: Mapping[str, int] | Mapping[Cell, int] | None = None,
    move_priority: Mapping[tuple[str, str], int] | None = None,
    holds: Collection[tuple[str, str]] = (),
    entry_ages: Mapping[int, float] | Mapping[str, Mapping[int, float]] | None = None,
    extended_care: Mapping[str, tuple[Any, float]] | None = None,
    **more: Any,
) -> Scenario:
    """Return a scenario.

    Parameters
    ----------
    forms : sequence of dict
        Rows of care_forms.csv; every town buys every form, unless ``inflow`` is by cell.
    towns : sequence of str
        Municipalities; their codes are GM0001, GM0002, ...
    youth : float or sequence of float
        Youth of every town, in every year or per year.
    inflow : float, or mapping of care form (or of (town, care form)) to number
        New children per 1,000 youth per year; with 1,000 youth simply per year. By (town, care form)
        it also says what is bought.
    stock : float, or mapping of care form to number, or None
        Clients at the start; None is stationary.
    known : bool
        Whether that is a whole number, not an expectation.
    moves : mapping of (from, to) to number
        Probabilities.
    levers : sequence of dict
        See ``lever``.
    start, years : int
        First year and number of years; the defaults hold no leap year.
    places : mapping of care form (or of (care form, contract)) to {year: places}, or None
        Rows of places.csv; one number for all years is ``care_form(name, places=number)``.
    waiting : mapping of care form to row, or None
        Rows of waiting.csv, such as ``{"crisis": {"reneging_per_year": 0.5}}``.
    waiting_at_start : float, or mapping of care form (or of (town, care form)) to number, or None
        Who waits at the start; with ``known`` a whole number, not an expectation.
    priority : mapping of care form (or of (town, care form)) to 1..9, or None
        Priority of children from outside.
    move_priority : mapping of (from, to) to 1..9, or None
        Priority of children who come by a move.
    holds : collection of (from, to)
        Moves for which a child waits in the form it comes from.
    entry_ages : mapping of age to share, or mapping of care form to such a mapping, or None
        Ages at first entry, of all care forms or of each.
    extended_care : mapping of care form to (share, until age), or None
        Who may stay after 18.
    **more
        Other tables of scenario.toml (``world``, ``contracts``, ...) or CSV files (``season``).
    """
    names = [form["care_form"] for form in forms]
    by_year = list(youth) if isinstance(youth, Sequence) else [youth] * years

    def rate(town: str, form: str) -> Any:
        if not isinstance(inflow, Mapping):
            return inflow
        return inflow.get((town, form), inflow.get(form))

    def given(form: str) -> Any:
        return stock.get(form) if isinstance(stock, Mapping) else stock

    def in_line(town: str, form: str) -> Any:
        if not isinstance(waiting_at_start, Mapping):
            return waiting_at_start if _has_places(form, forms, places or {}) else None
        return _of_cell(waiting_at_start, town, form)

    changes: dict[str, Any] = {
        "name": "Proef",
        "start": f"{start}-01-01",
        "years": years,
        "price_year": start,
        "clients_at_start_known": known,
        "contracts": {"alles": {"form": "pxq", "segments": sorted({f["segment"] for f in forms})}},
        "municipalities": [
            {"municipality": town, "cbs_code": f"GM{number:04}", "source": "A1"}
            for number, town in enumerate(towns, start=1)
        ],
        "population": [
            {
                "municipality": town,
                "year": start + number,
                "youth": persons,
                "inhabitants": 10_000.0,
                "source": "A1",
            }
            for town in towns
            for number, persons in enumerate(by_year)
        ],
        "care_forms": list(forms),
        "demand": [
            {
                "municipality": town,
                "care_form": form,
                "clients_at_start": given(form),
                "inflow_per_1000_youth": rate(town, form),
                "waiting_at_start": in_line(town, form),
                "priority": _of_cell(priority or {}, town, form),
                "source": "A1",
            }
            for town in towns
            for form in names
            if rate(town, form) is not None
        ],
        "moves": [
            {
                "from_care_form": a,
                "to_care_form": b,
                "probability": chance,
                "holds_place": (a, b) in holds,
                "priority": (move_priority or {}).get((a, b)),
                "source": "A1",
            }
            for (a, b), chance in (moves or {}).items()
        ],
        "levers": list(levers),
        "places": _places_rows(places or {}),
        "waiting": [
            {"care_form": form, "source": "A1", **row} for form, row in (waiting or {}).items()
        ],
        "entry_ages": _age_rows(entry_ages or {}, names),
        "extended_care": [
            {"care_form": form, "share": share, "until_age": until, "source": "A1"}
            for form, (share, until) in (extended_care or {}).items()
        ],
        **more,
    }
    return js.load_scenario(DATA / "certain").with_changes(changes)


def _of_cell(numbers: Mapping[Any, Any], town: str, form: str) -> Any:
    return numbers.get((town, form), numbers.get(form))


def _has_places(form: str, forms: Sequence[Row], places: Mapping[Any, Any]) -> bool:
    by_row = {key if isinstance(key, str) else key[0] for key in places}
    plain = {row["care_form"] for row in forms if row.get("places") is not None}
    return form in by_row | plain


def _places_rows(places: Mapping[Any, Mapping[int, int]]) -> list[Row]:
    rows = []
    for key, levels in places.items():
        form, contract = (key, "") if isinstance(key, str) else key
        rows += [
            {"care_form": form, "contract": contract, "year": year, "places": number, "source": "A1"}
            for year, number in levels.items()
        ]
    return rows


def _age_rows(entry_ages: Mapping[Any, Any], forms: Sequence[str]) -> list[Row]:
    by_form = any(isinstance(part, Mapping) for part in entry_ages.values())
    of_form = entry_ages if by_form else dict.fromkeys(forms, entry_ages)
    return [
        {"care_form": form, "age": age, "share": share, "source": "A1"}
        for form, shares in of_form.items()
        for age, share in shares.items()
    ]
