"""Where every number of a scenario comes from: measured, derived or assumed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jeugdsim.scenario.content import nested, rows_of, written_settings
from jeugdsim.scenario.findings import shown
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.numbers import FAMILIES
from jeugdsim.scenario.rows import Kind, Source, empirical_file
from jeugdsim.scenario.settings import Settings
from jeugdsim.scenario.tables import SURVIVAL, TABLES, TableKind, path_of

KINDS: tuple[Kind, ...] = ("measured", "derived", "assumption")
CHOICES = ("schema_version", "start", "years", "price_year", "demand_year")


@dataclass(frozen=True)
class Input:
    """One number that is put in, and its papers.

    Attributes
    ----------
    path : str
        Dotted path, e.g. ``care_forms.pleegzorg.tariff``.
    value : str
        The number as it would be written.
    kind : {"measured", "derived", "assumption"}
        What the source says it is; a number without a source is an assumption.
    source : str
        An id in sources.csv, or empty.
    title : str
        The title of that source, or empty.
    """

    path: str
    value: str
    kind: Kind
    source: str
    title: str = ""


def provenance(scenario: Scenario) -> tuple[Input, ...]:
    """Return every number of a scenario with its source, sorted by path; options are none of them.

    Numbers in CSV files have the source of their row, those in scenario.toml that of the longest
    path in [sources] that they begin with.
    """
    papers = {row.id: row for row in scenario.sources}
    sourced = [
        *_toml_numbers(scenario.settings),
        *_csv_numbers(scenario),
        *_stay_curves(scenario),
        *_age_curves(scenario),
    ]
    return tuple(
        _with_papers(path, value, source, papers.get(source))
        for path, value, source in sorted(sourced, key=lambda entry: entry[0])
    )


def _with_papers(path: str, value: Any, source: str, papers: Source | None) -> Input:
    kind: Kind = "assumption" if papers is None else papers.kind
    title = "" if papers is None else papers.title
    return Input(path, shown(value), kind, source, title)


def kind_counts(scenario: Scenario) -> dict[str, int]:
    """Return how many numbers are measured, derived and assumed."""
    counts = Counter(entry.kind for entry in provenance(scenario))
    return {kind: counts[kind] for kind in ("measured", "derived", "assumption")}


def source_of(path: tuple[str, ...], sources: dict[str, str]) -> str:
    """Return the source id of a number in scenario.toml: that of the longest path above it."""
    for length in range(len(path), 0, -1):
        source = sources.get(".".join(path[:length]))
        if source is not None:
            return source
    return ""


def toml_numbers(settings: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Give the numbers of scenario.toml with their paths; a distribution is one number.

    Parameters
    ----------
    settings : dict
        As written, levers by name.
    """
    for key, value in settings.items():
        if key not in (*CHOICES, "sources"):
            yield from _numbers_in(value, (key,))


def _numbers_in(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, bool):
        return
    if isinstance(value, int | float) or (isinstance(value, dict) and frozenset(value) in FAMILIES):
        yield path, value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _numbers_in(part, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value, start=1):
            yield from _numbers_in(part, (*path, str(number)))


def _toml_numbers(settings: Settings) -> Iterator[tuple[str, Any, str]]:
    for path, value in toml_numbers(written_settings(settings)):
        if path[0] != "options":  # what could be agreed is not put in
            yield ".".join(path), value, source_of(path, settings.sources)


def _csv_numbers(scenario: Scenario) -> Iterator[tuple[str, Any, str]]:
    for name, kind in TABLES.items():
        if not kind.in_results or name == "entry_ages":
            continue
        table = nested(kind, rows_of(scenario, name))
        depth = len(kind.keys)
        for keys, cells in _rows_in(table, depth, (name,)):
            for column, value in cells.items():
                if _is_number(value) and not _is_unused(kind, column, value):
                    yield path_of(*keys, column), value, cells["source"]


def _is_number(value: Any) -> bool:
    return isinstance(value, float | int | dict) and not isinstance(value, bool)


def _is_unused(kind: TableKind, column: str, value: Any) -> bool:
    """Tell whether a cell is no number somebody found: a rank, or a default that is not written."""
    default = kind.model.model_fields[column].default
    return column == "priority" or (column in kind.optional and value == default)


def _stay_curves(scenario: Scenario) -> Iterator[tuple[str, Any, str]]:
    """Give the tables of empirical stays, each as one number; of several sources the weakest counts."""
    of_form = {empirical_file(row.stay_distribution): row.source for row in scenario.care_forms}
    for file, rows in scenario.empirical_stays.items():
        weakest = _weakest(scenario, {row.source or of_form[file] for row in rows})
        yield f"{SURVIVAL.name}.{file}", {row.days: row.survival for row in rows}, weakest


def _age_curves(scenario: Scenario) -> Iterator[tuple[str, Any, str]]:
    """Give the entry ages of each care form as one number; of several sources the weakest counts."""
    for form in sorted({row.care_form for row in scenario.entry_ages}):
        rows = [row for row in scenario.entry_ages if row.care_form == form]
        weakest = _weakest(scenario, {row.source for row in rows})
        yield f"entry_ages.{form}", {row.age: row.share for row in rows}, weakest


def _weakest(scenario: Scenario, sources: set[str]) -> str:
    kinds = {row.id: row.kind for row in scenario.sources}
    return max(sorted(sources), key=lambda source: KINDS.index(kinds.get(source, "assumption")))


def _rows_in(
    table: dict[str, Any], depth: int, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    for key, below in table.items():
        if depth == 1:
            yield (*path, key), below
        else:
            yield from _rows_in(below, depth - 1, (*path, key))
