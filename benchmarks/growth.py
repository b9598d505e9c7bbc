"""Haaglanden made larger in one direction: more children, years, municipalities, care forms.

Only quantities count here, so all care is under one P x Q contract and there is no money: no budget,
no target. Growth, shocks, levers and uncertain assumptions stay.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from benchmarks.floor import with_room
from jeugdsim.scenario import Scenario

TIMES_INFLOW = (0.5, 1, 2, 4)
YEARS = (3, 6, 12)
PARTS = (1, 4, 16)  # of every municipality
FORM_PARTS = (1, 2, 4)  # of every care form
COUNTRY_PARTS = 38  # 9 x 38 = 342 municipalities
COUNTRY_TIMES = 30  # the Netherlands have about 30 times the youth of Haaglanden

Row = dict[str, Any]


def quantities_of(scenario: Scenario) -> Scenario:
    """Return a scenario without places and money."""
    segments = list(scenario.segment_names)
    return with_room(scenario).with_changes(
        {
            "contracts": {"alles": {"form": "pxq", "segments": segments}},
            "allocation": {"keys": ["actual_use"], "used": "actual_use"},
            "funding_response": None,
            "budget": None,
            "savings": None,
            "accounts": [],
        }
    )


def times_inflow(scenario: Scenario, times: float) -> Scenario:
    """Return a scenario with so many times the youth, and so the children."""
    population = [
        row | {"youth": times * row["youth"], "inhabitants": times * row["inhabitants"]}
        for row in _rows(scenario.population)
    ]
    return scenario.with_changes({"population": population})


def with_years(scenario: Scenario, years: int) -> Scenario:
    """Return a scenario of so many years; youth stays at what is known last."""
    first = scenario.calendar_years[0]
    known = {(row["municipality"], row["year"]): row for row in _rows(scenario.population)}
    last = max(year for _, year in known)
    population = [
        known[town, min(year, last)] | {"year": year}
        for town in scenario.municipality_names
        for year in range(first, first + years)
    ]
    return scenario.with_changes({"years": years, "population": population})


def split_municipalities(scenario: Scenario, parts: int) -> Scenario:
    """Return a scenario in which every municipality falls apart into so many equal ones."""
    tables = ("municipalities", "population", "demand")
    names = {town: _named(town, parts) for town in scenario.municipality_names}
    rows = {
        table: [
            row | {"municipality": name}
            for row in _rows(getattr(scenario, table))
            for name in names[row["municipality"]]
        ]
        for table in tables
    }
    for number, row in enumerate(rows["municipalities"], start=1):
        row["cbs_code"] = f"GM{number:04}" if parts > 1 else row["cbs_code"]
    for row in rows["population"]:
        row |= {"youth": row["youth"] / parts, "inhabitants": row["inhabitants"] / parts}
    return scenario.with_changes(rows)


def split_care_forms(scenario: Scenario, parts: int) -> Scenario:
    """Return a scenario in which every care form falls apart into so many, moves within a part."""
    names = {form: _named(form, parts) for form in scenario.care_form_names}
    levers = [
        row | _renamed(row, names, part)
        for row in _rows(scenario.settings.levers)
        for part in range(parts)
    ]
    return scenario.with_changes(
        {
            "care_forms": _copies(scenario.care_forms, names, ("care_form",)),
            "demand": [
                row | {"inflow_per_1000_youth": _divided(row["inflow_per_1000_youth"], parts)}
                for row in _copies(scenario.demand, names, ("care_form",))
            ],
            "moves": _copies(scenario.moves, names, ("from_care_form", "to_care_form")),
            "levers": levers,
        }
    )


def whole_country(scenario: Scenario) -> Scenario:
    """Return a scenario as large as the Netherlands: 342 municipalities, 30 times the children."""
    return split_municipalities(times_inflow(scenario, COUNTRY_TIMES), COUNTRY_PARTS)


GROWN: Mapping[str, tuple[Callable[[Scenario, Any], Scenario], Sequence[float]]] = {
    "inflow": (times_inflow, TIMES_INFLOW),
    "years": (with_years, YEARS),
    "municipalities": (split_municipalities, PARTS),
    "care forms": (split_care_forms, FORM_PARTS),
}
"""By what grows: how, and how much."""
SAME_CHILDREN = ("municipalities", "care forms")
"""What grows while the children stay the same."""


def _rows(rows: Sequence[BaseModel]) -> list[Row]:
    return [row.model_dump(by_alias=True, exclude_unset=True) for row in rows]


def _named(name: str, parts: int) -> list[str]:
    return [name] if parts == 1 else [f"{name} {number:02}" for number in range(1, parts + 1)]


def _copies(
    rows: Sequence[BaseModel], names: Mapping[str, Sequence[str]], fields: Sequence[str]
) -> list[Row]:
    """Return every row once per part, with the names of that part."""
    parts = len(next(iter(names.values())))
    return [
        row | {field: names[row[field]][part] for field in fields}
        for row in _rows(rows)
        for part in range(parts)
    ]


def _renamed(lever: Row, names: Mapping[str, Sequence[str]], part: int) -> Row:
    """Return what of a lever bears the names of a part, its own name included."""
    many = len(next(iter(names.values()))) > 1
    changed: Row = {"name": f"{lever['name']} {part + 1:02}" if many else lever["name"]}
    if "care_forms" in lever:
        changed["care_forms"] = [names[form][part] for form in lever["care_forms"]]
    return changed | {end: names[lever[end]][part] for end in ("from", "to") if lever.get(end)}


def _divided(number: Any, parts: int) -> Any:
    """Return a number, or the centre of an uncertain one with a cv, divided."""
    if isinstance(number, dict):
        return number | {"mean": number["mean"] / parts}
    return number / parts
