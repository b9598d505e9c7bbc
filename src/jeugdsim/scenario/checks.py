"""Rules across tables: names that exist, rows that are there once, sums that add up.

Every check is a generator of findings over the parts of a scenario that are right by themselves.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator

from jeugdsim.scenario.checks_ages import age_findings
from jeugdsim.scenario.checks_changes import change_findings
from jeugdsim.scenario.checks_contracts import contract_findings
from jeugdsim.scenario.checks_correlations import correlation_findings
from jeugdsim.scenario.checks_empirical import empirical_findings
from jeugdsim.scenario.checks_keys import key_findings
from jeugdsim.scenario.checks_money import money_findings
from jeugdsim.scenario.checks_places import places_findings
from jeugdsim.scenario.checks_plausible import plausibility_findings
from jeugdsim.scenario.checks_policy import policy_findings
from jeugdsim.scenario.checks_prices import price_findings
from jeugdsim.scenario.checks_responses import response_findings
from jeugdsim.scenario.checks_size import size_findings
from jeugdsim.scenario.checks_sources import source_findings
from jeugdsim.scenario.checks_youth_ages import youth_age_findings
from jeugdsim.scenario.draft import Subject
from jeugdsim.scenario.files import Place
from jeugdsim.scenario.findings import Finding, listed, meant, shown
from jeugdsim.scenario.numbers import mean_of
from jeugdsim.scenario.rows import AccountRow, Demand, Move, Season
from jeugdsim.scenario.tables import TABLES, identity, name_text

_REFERENCES = (
    ("population", "municipality", "municipalities"),
    ("demand", "municipality", "municipalities"),
    ("youth_ages", "municipality", "municipalities"),
    ("budget_rows", "municipality", "municipalities"),
    ("accounts", "municipality", "municipalities"),
    ("demand", "care_form", "care_forms"),
    ("moves", "from_care_form", "care_forms"),
    ("moves", "to_care_form", "care_forms"),
    ("season", "care_form", "care_forms"),
    ("places", "care_form", "care_forms"),
    ("waiting", "care_form", "care_forms"),
    ("waiting", "bridging_care_form", "care_forms"),
    ("waiting", "escalation_care_form", "care_forms"),
    ("entry_ages", "care_form", "care_forms"),
    ("extended_care", "care_form", "care_forms"),
)
_NAMES = (
    ("municipalities", "municipality"),
    ("care_forms", "care_form"),
    ("care_forms", "segment"),
)
UNUSABLE_IN_NAMES = r'.,"\r\n'
_UNUSABLE = re.compile(f"[{UNUSABLE_IN_NAMES}]")
TOLERANCE = 1e-9


def findings_across_tables(subject: Subject) -> Iterator[Finding]:
    """Give everything that is wrong across the tables of a scenario."""
    for check in (
        _rows_are_there,
        _names_are_usable,
        _names_are_unique,
        _codes_are_unique,
        _references_exist,
        _price_year_is_past,
        _population_is_complete,
        _moves_add_up,
        _everybody_can_leave,
        _season_averages_one,
        _accounts_are_past,
        empirical_findings,
        places_findings,
        age_findings,
        youth_age_findings,
        policy_findings,
        key_findings,
        contract_findings,
        response_findings,
        price_findings,
        change_findings,
        correlation_findings,
        money_findings,
        size_findings,
        plausibility_findings,
        source_findings,
    ):
        yield from check(subject)


def _rows_are_there(subject: Subject) -> Iterator[Finding]:
    for name, kind in TABLES.items():
        table = subject.tables[name]
        if kind.required and not kind.may_be_empty and table.readable and not table.lines:
            yield table.place.error(f"there are no rows in {kind.file}: at least one is asked")


def name_problem(name: str) -> str | None:
    """Return what makes a name unusable in a dotted path or a file, if anything."""
    if not name.strip():
        return "a name is empty"
    if name != name.strip():
        return f"the name {shown(name)} begins or ends with a space: take it out"
    found = _UNUSABLE.search(name)
    if found:
        mark = {"\n": "a line break", "\r": "a line break"}.get(found.group(), found.group())
        return f"the name {shown(name)} holds {mark}: a name holds no dot, comma, quote or line break"
    if not name.isprintable():
        return (
            f"the name {shown(name)} holds a character that can't be seen: type it anew, with ordinary "
            "letters and spaces"
        )
    return None


def _names_are_usable(subject: Subject) -> Iterator[Finding]:
    for table, column in _NAMES:
        for line in subject.tables[table].lines:
            problem = name_problem(str(line.cells.get(column, "")))
            if problem:
                yield line.place.error(f"column {column}: {problem}")
    for owner in _named_tables(subject):
        named = subject.entry(*owner)
        for name, node in named.table.items() if named else ():
            if name_problem(name):
                yield node.place.error(f"{'.'.join(owner)}: {name_problem(name)}")
    for node, lever in subject.levers:
        if name_problem(lever.name):
            yield node.table["name"].place.error(f"levers: {name_problem(lever.name)}")


def _named_tables(subject: Subject) -> Iterator[tuple[str, ...]]:
    """Give the paths of the tables in scenario.toml whose keys are names that a user chose."""
    yield ("contracts",)
    yield ("tariff_resets",)
    yield ("allocation", "defined")
    for root in ("contracts", "options"):
        owner = subject.entry(root)
        for name in owner.table if owner else ():
            yield (root, name, "providers") if root == "contracts" else (root, name)
    for agreed in subject.agreements:
        if agreed.is_option:
            yield (*agreed.keys, "providers")


def _names_are_unique(subject: Subject) -> Iterator[Finding]:
    for name, kind in TABLES.items():
        seen: dict[tuple[str, ...], Place] = {}
        for line in subject.tables[name].lines:
            names = identity(kind, line)
            if names is None:
                continue
            first = seen.setdefault(names, line.place)
            if first is not line.place:
                told = ", ".join(filter(None, names))
                yield line.place.error(f"{told} is there twice{_on_line(first)}")
    levers: dict[str, Place] = {}
    for node, lever in subject.levers:
        first = levers.setdefault(lever.name, node.place)
        if first is not node.place:
            yield node.place.error(f"the lever {shown(lever.name)} is there twice{_on_line(first)}")


def _on_line(place: Place) -> str:
    return f"; first on line {place.line}" if place.line else ""


def _codes_are_unique(subject: Subject) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for line in subject.tables["municipalities"].lines:
        code, name = line.cells.get("cbs_code"), line.cells.get("municipality")
        if isinstance(code, str) and code and isinstance(name, str):
            other = seen.setdefault(code, name)
            if other != name:
                yield line.place.error(f"cbs_code {code} of {name} is also that of {other}")


def _references_exist(subject: Subject) -> Iterator[Finding]:
    """Tell every name that is used and not defined, once per file."""
    for table, column, target in _REFERENCES:
        if not subject.readable(table, target):
            continue
        known = subject.names(target, TABLES[target].keys[0])
        strangers: dict[str, list[Place]] = defaultdict(list)
        for line in subject.tables[table].lines:
            name = line.cells.get(column)
            if isinstance(name, str) and name not in {*known, *_no_name(table, column)}:
                strangers[name].append(line.place)
        what = TABLES[target].keys[0].replace("_", " ")
        for name, places in strangers.items():
            more = f"; on {len(places)} lines" if len(places) > 1 else ""
            yield places[0].error(
                f"{what} {shown(name)} is in {TABLES[table].file} but not in "
                f"{TABLES[target].file}{meant(name, known)}{more}"
            )


def _no_name(table: str, column: str) -> tuple[str, ...]:
    """Return what stands where a column names nothing: an empty cell, if it may be empty."""
    asked = TABLES[table].model.model_fields[column].is_required()
    return () if asked else ("",)


def _price_year_is_past(subject: Subject) -> Iterator[Finding]:
    node = subject.entry("price_year")
    if node is None or not isinstance(node.value, int) or not subject.years:
        return
    if node.value > subject.years[0]:
        yield node.place.error(
            f"price_year: {node.value} lies after the year of start, {subject.years[0]}"
        )


def _population_is_complete(subject: Subject) -> Iterator[Finding]:
    if not subject.years or not subject.readable("population", "municipalities"):
        return
    population = subject.tables["population"]
    given: dict[str, set[str]] = defaultdict(set)
    last = {}
    for line in population.lines:
        name = str(line.cells.get("municipality"))
        given[name].add(name_text(line.cells.get("year")))
        last[name] = line.place
    for name in sorted(subject.names("municipalities", "municipality")):
        missing = [str(year) for year in subject.years if str(year) not in given[name]]
        if missing:
            yield last.get(name, population.place).error(
                f"population of {name} is missing for {listed(missing)}: every year from "
                f"{subject.years[0]} to {subject.years[-1]} is asked (start and years)"
            )


def _moves_add_up(subject: Subject) -> Iterator[Finding]:
    moves = subject.rows("moves", Move)
    for form, total in row_sums(moves).items():
        if total > 1 + TOLERANCE:
            rows = [(place, row) for place, row in moves if row.from_care_form == form]
            parts = ", ".join(f"{row.to_care_form} {mean_of(row.probability):.6g}" for _, row in rows)
            yield rows[-1][0].error(
                f"the moves from {form} add up to {total:.6g} at their mean ({parts}): at most 1 "
                "is allowed, what is left over leaves care"
            )


def row_sums(moves: list[tuple[Place, Move]]) -> dict[str, float]:
    """Return the sum of the probabilities out of every care form, at their mean."""
    parts: dict[str, list[float]] = defaultdict(list)
    for _, row in moves:
        parts[row.from_care_form].append(mean_of(row.probability))
    return {form: math.fsum(probabilities) for form, probabilities in parts.items()}


def _everybody_can_leave(subject: Subject) -> Iterator[Finding]:
    """Refuse moves that keep children in care for ever: then there is no stationary stock."""
    if not subject.complete("moves", "demand"):
        return
    moves = subject.rows("moves", Move)
    if any(total > 1 + TOLERANCE for total in row_sums(moves).values()):
        return
    bought: dict[str, set[str]] = defaultdict(set)
    for _, row in subject.rows("demand", Demand):
        bought[row.municipality].add(row.care_form)
    told: set[str] = set()
    for town in sorted(bought):
        stuck = _stuck(bought[town], moves)
        if stuck - told:
            place = next(place for place, row in moves if row.from_care_form in stuck)
            yield place.error(
                f"children in {listed(stuck)} can never leave care (seen in {town}): the moves "
                "between these forms add up to 1"
            )
            told |= stuck


def _stuck(bought: set[str], moves: list[tuple[Place, Move]]) -> set[str]:
    """Return the forms from which no sequence of moves ends care."""
    sums = row_sums(moves)
    leaving = {form for form in bought if sums.get(form, 0.0) < 1 - TOLERANCE}
    while True:
        found = {
            row.from_care_form
            for _, row in moves
            if mean_of(row.probability) > 0
            and row.from_care_form in bought - leaving
            and (row.to_care_form in leaving or row.to_care_form not in bought)
        }
        if not found:
            return bought - leaving
        leaving |= found


def _season_averages_one(subject: Subject) -> Iterator[Finding]:
    months: dict[str, list[tuple[Place, Season]]] = defaultdict(list)
    for place, row in subject.rows("season", Season):
        months[row.care_form].append((place, row))
    if not subject.complete("season"):
        return
    for form, rows in months.items():
        place = rows[-1][0]
        absent = sorted(set(range(1, 13)) - {row.month for _, row in rows})
        mean = math.fsum(row.factor for _, row in rows) / 12
        if absent:
            text = ", ".join(str(month) for month in absent)
            yield place.error(f"season of {form}: month {text} is missing; all twelve are asked")
        elif len(rows) == 12 and abs(mean - 1) > 1e-6:
            yield place.error(f"season of {form}: the twelve factors have mean {mean:.7g}, not 1")


def _accounts_are_past(subject: Subject) -> Iterator[Finding]:
    if not subject.years:
        return
    for place, row in subject.rows("accounts", AccountRow):
        if row.year >= subject.years[0]:
            yield place.error(
                f"column year: accounts are of years before the start, {subject.years[0]}, "
                f"but {row.year} is given"
            )
