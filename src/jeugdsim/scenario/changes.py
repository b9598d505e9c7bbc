"""Change a scenario in Python: dotted paths get other values, and the whole is checked again."""

from __future__ import annotations

import numbers
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from jeugdsim.scenario.build import build
from jeugdsim.scenario.content import (
    content_of,
    nested,
    rows_of,
    settings_tree,
    written_settings,
)
from jeugdsim.scenario.draft import Draft, Table
from jeugdsim.scenario.files import Place
from jeugdsim.scenario.findings import Finding, ScenarioError, nearest, shown
from jeugdsim.scenario.inherit import SCOPE, without_stale_sources
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.tables import TABLES, Line, TableKind, holds_text, name_text


def apply_changes(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """Return a copy of a scenario in which dotted paths have other values.

    Parameters
    ----------
    scenario : Scenario
        Stays as it is.
    changes : mapping of str to value
        Path to value. A path names a value of scenario.toml, a cell of a CSV file, a row, or a
        whole table (rows as a list of dicts); None deletes. A value may be a distribution as dict.

    Raises
    ------
    ScenarioError
        When a path is unknown or the changed scenario is wrong; findings name the path as the file.
    """
    before = _as_written(scenario)
    after = _as_written(scenario)
    known = content_of(scenario)
    findings: list[Finding] = []
    keyed = [(_keys(path), _or_absent(path, plain_value(value))) for path, value in changes.items()]
    for keys, value in sorted(keyed, key=lambda item: (len(item[0]), item[0][-1] != "form")):
        problem = _change(after, known, keys, value)
        if problem:
            findings.append(Place(".".join(keys)).error(problem))
    if findings:
        raise ScenarioError(findings)
    stated = [keys[1] for keys, _ in keyed if keys[0] == "sources" and len(keys) == 2]
    toml = without_stale_sources(settings_tree(before), settings_tree(after), stated)
    tables = {name: _table(kind, after.get(name), findings) for name, kind in TABLES.items()}
    return build(Draft(toml, tables), findings)


def _or_absent(path: str, value: Any) -> Any:
    """Return None, which deletes, for no levers at all: so their sources go with them."""
    return None if path == "levers" and value == [] else value


def plain_value(value: Any) -> Any:
    """Return a value in the plain types that stand in files: models and numpy scalars unpacked."""
    if isinstance(value, BaseModel):
        return plain_value(value.model_dump(by_alias=True, exclude_unset=True))
    if isinstance(value, Mapping):
        return {str(key): plain_value(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain_value(part) for part in value]
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, numbers.Integral):
        return int(value)
    return float(value) if isinstance(value, numbers.Real) else value


def _as_written(scenario: Scenario) -> dict[str, Any]:
    content = plain_value(written_settings(scenario.settings))
    for name, kind in TABLES.items():
        content[name] = nested(kind, rows_of(scenario, name))
    return dict(content)


def _keys(path: str) -> tuple[str, ...]:
    """Split a path; the keys of [sources] are paths themselves."""
    root, *rest = path.split(".")
    return (root, ".".join(rest)) if root == "sources" and rest else (root, *rest)


def _change(
    content: dict[str, Any], known: dict[str, Any], keys: tuple[str, ...], value: Any
) -> str | None:
    """Put a value at a path, or delete it; return what is wrong with the path, if anything."""
    level, defaults = content, known
    for depth, key in enumerate(keys[:-1]):
        default = defaults.get(key)
        if key not in level and not isinstance(default, dict):
            return _unknown(keys[:depth], key, {*level, *defaults})
        below = level.setdefault(key, {})
        if not isinstance(below, dict):
            return f"{'.'.join(keys[: depth + 1])} is {shown(below)}: that has no parts to change"
        level, defaults = below, default if isinstance(default, dict) else {}
    last = keys[-1]
    there = last in level or last in defaults
    if not there and (value is None or len(keys) == 1):
        return _unknown(keys[:-1], last, {*level, *defaults})
    if value is None:
        _delete(level, keys)
        return None
    if len(keys) == 1 and isinstance(value, list) and (last in TABLES or last == "levers"):
        return _set_table(content, last, value)
    if len(keys) == 3 and keys[0] == "contracts" and last == "form" and level.get(last) != value:
        for term in set(level) - set(SCOPE):
            del level[term]
    level[last] = value
    return None


def _unknown(above: tuple[str, ...], key: str, known: Iterable[str]) -> str:
    where = ".".join(above) or "a scenario"
    return f'{where} has no "{key}"{nearest(key, known)}'


def _delete(level: dict[str, Any], keys: tuple[str, ...]) -> None:
    """Delete an entry; a cell becomes empty."""
    kind = TABLES.get(keys[0])
    if kind is not None and len(keys) == len(kind.keys) + 2:
        level[keys[-1]] = "" if holds_text(kind, keys[-1]) else None
    else:
        level.pop(keys[-1], None)


def _set_table(content: dict[str, Any], name: str, rows: list[Any]) -> str | None:
    """Put a whole table in place, given as a list of dicts."""
    columns = TABLES[name].keys if name in TABLES else ("name",)
    table: dict[str, Any] = {}
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict) or any(column not in row for column in columns):
            return f"element {number} must be a dict with {' and '.join(columns)}"
        level = table
        *above, last = (name_text(row[column]) for column in columns)
        for part in above:
            level = level.setdefault(part, {})
        if last in level:
            return f"element {number}: {'.'.join((*above, last))} is there twice"
        level[last] = {key: cell for key, cell in row.items() if key not in columns}
    content[name] = table
    return None


def _table(kind: TableKind, rows: Any, findings: list[Finding]) -> Table:
    """Return nested rows as lines whose place is their path."""
    table = Table(Place(kind.name))
    level: list[tuple[tuple[str, ...], Any]] = [((), {} if rows is None else rows)]
    for _ in kind.keys:
        level = [
            ((*names, name), below)
            for names, part in level
            for name, below in (part.items() if isinstance(part, dict) else [("", part)])
        ]
    for names, cells in level:
        place = Place(".".join((kind.name, *filter(None, names))))
        if not isinstance(cells, dict):
            findings.append(place.error(f"a row as a dict is asked, but {shown(cells)} is given"))
            continue
        identity = {
            column: int(name) if name.isdigit() and not holds_text(kind, column) else name
            for column, name in zip(kind.keys, names, strict=True)
        }
        table.lines.append(Line(place, {**identity, **cells}))
    return table
