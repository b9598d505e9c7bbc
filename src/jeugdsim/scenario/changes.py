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
    nested_stays,
    rows_of,
    settings_tree,
    written_settings,
)
from jeugdsim.scenario.correlations import by_pair, changes_by_pair, without_stale_pairs
from jeugdsim.scenario.draft import Draft, Table
from jeugdsim.scenario.empirical import given_tables, let_means_follow
from jeugdsim.scenario.files import Place
from jeugdsim.scenario.findings import Finding, ScenarioError, listed, nearest, shown
from jeugdsim.scenario.inherit import SCOPE, is_terms, without_stale_sources
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.tables import (
    SURVIVAL,
    TABLES,
    Line,
    TableKind,
    full_names,
    holds_text,
    name_text,
    path_of,
)
from jeugdsim.scenario.tree import Node
from jeugdsim.scenario.uncertain import uncertain_paths

Keys = tuple[str, ...]


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
    keyed = [
        (_keys(path), _or_absent(path, plain_value(value)))
        for path, value in changes_by_pair(changes).items()
    ]
    for keys, value in sorted(keyed, key=lambda item: (len(item[0]), item[0][-1] != "form")):
        problem = _change(after, known, keys, value)
        if problem:
            findings.append(Place(path_of(*keys)).error(problem))
    if findings:
        raise ScenarioError(findings)
    let_means_follow(scenario.care_forms, scenario.empirical_stays, after.get("care_forms"))
    _leave_out_accounts(before, after)
    tables = {name: _table(kind, after.get(name), findings) for name, kind in TABLES.items()}
    stays = given_tables(
        tables["care_forms"].lines,
        after.get(SURVIVAL.name, {}),
        scenario.empirical_stays,
        findings,
    )
    toml = by_pair(settings_tree(after), findings)
    if "correlations" in before and ("correlations",) not in dict(keyed):
        toml = _with_live_pairs(toml, tables, before, _stated("correlations", keyed))
    toml = without_stale_sources(settings_tree(before), toml, _stated("sources", keyed))
    return build(Draft(toml, tables, stays), findings)


def _leave_out_accounts(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Leave out the accounts of municipalities that the changes took away."""
    towns, accounts = after.get("municipalities"), after.get("accounts")
    if isinstance(towns, dict) and isinstance(accounts, dict):
        for town in set(before["municipalities"]) - set(towns):
            accounts.pop(town, None)


def _stated(root: str, changes: Iterable[tuple[Keys, Any]]) -> list[str]:
    """Return the entries of a table whose keys are paths that changes state themselves."""
    return [keys[1] for keys, _ in changes if keys[0] == root and len(keys) == 2]


def _with_live_pairs(
    toml: Node, tables: dict[str, Table], before: dict[str, Any], stated: list[str]
) -> Node:
    """Leave out the correlations whose assumption the changes took away or made certain."""
    old_tables = {name: _table(kind, before.get(name), []) for name, kind in TABLES.items()}
    gone = uncertain_paths(settings_tree(before), old_tables) - uncertain_paths(toml, tables)
    return without_stale_pairs(toml, stated, gone.__contains__)


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
    content[SURVIVAL.name] = nested_stays(scenario)
    return dict(content)


def _keys(path: str) -> tuple[str, ...]:
    """Split a path; the keys of [sources] and [correlations] are paths themselves, files have a dot."""
    root, *rest = path.split(".")
    if root == SURVIVAL.name:
        return (root, *([".".join(rest[:2])] if rest else []), *rest[2:])
    if root in TABLES:
        return (root, *full_names(TABLES[root], tuple(rest)))
    return (root, ".".join(rest)) if root in ("sources", "correlations") and rest else (root, *rest)


def _change(
    content: dict[str, Any], known: dict[str, Any], keys: tuple[str, ...], value: Any
) -> str | None:
    """Put a value at a path, or delete it; return what is wrong with the path, if anything."""
    level, defaults = content, known
    for depth, key in enumerate(keys[:-1]):
        default = defaults.get(key)
        may_begin = isinstance(default, dict) or keys[:depth] == ("options",)
        if key not in level and not (may_begin or (key in defaults and default is None)):
            return _unknown(keys[:depth], key, {*level, *defaults})
        below = level.setdefault(key, {})
        if not isinstance(below, dict):
            return f"{path_of(*keys[: depth + 1])} is {shown(below)}: that has no parts to change"
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
    if last == "form" and is_terms(keys[:-1]) and level.get(last) != value:
        for term in set(level) - set(SCOPE):
            del level[term]
    level[last] = value
    return None


def _unknown(above: tuple[str, ...], key: str, known: Iterable[str]) -> str:
    where = path_of(*above) or "a scenario"
    if not key:
        return f"{where} has no rows without a contract; it has those of {listed(known) or 'none'}"
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
    asked = [column for column in columns if name not in TABLES or column not in TABLES[name].may_lack]
    table: dict[str, Any] = {}
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict) or any(column not in row for column in asked):
            return f"element {number} must be a dict with {' and '.join(asked)}"
        level = table
        *above, last = (name_text("" if row.get(column) is None else row[column]) for column in columns)
        for part in above:
            level = level.setdefault(part, {})
        if last in level:
            return f"element {number}: {path_of(*above, last)} is there twice"
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
        place = Place(path_of(kind.name, *names))
        if not isinstance(cells, dict):
            findings.append(place.error(f"a row as a dict is asked, but {shown(cells)} is given"))
            continue
        identity = {
            column: int(name) if name.isdigit() and not holds_text(kind, column) else name
            for column, name in zip(kind.keys, names, strict=True)
        }
        table.lines.append(Line(place, {**identity, **cells}))
    return table
