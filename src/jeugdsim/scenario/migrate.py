"""Read folders in older versions of the format: one pure step from each version to the next.

A folder says in ``schema_version`` how it is written; a variant that does not is written like its base.
A step takes what was read (``Raw``) and returns it as the next version writes it, every value still at
its own file and line. Version 0 is the draft of before the first release: the same tables, three of
their names older. A new version adds one step here and one folder to the tests, and raises ``CURRENT``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeAlias

from jeugdsim.scenario.csv_file import TextRow, TextTable
from jeugdsim.scenario.findings import Finding
from jeugdsim.scenario.tables import TABLES
from jeugdsim.scenario.tree import Node

CURRENT = 1


@dataclass(frozen=True)
class Raw:
    """A folder as it was read.

    Attributes
    ----------
    toml : Node
        What stands in scenario.toml.
    removed : tuple of Node
        The dotted paths that a variant deletes from its base.
    tables : mapping of str to TextTable
        The CSV files that could be read, under their path root.
    """

    toml: Node
    removed: tuple[Node, ...]
    tables: Mapping[str, TextTable]


Step: TypeAlias = Callable[[Raw], Raw]


@dataclass(frozen=True)
class Rename:
    """A key of scenario.toml or a column that has another name since a version.

    Attributes
    ----------
    old : str
        Its dotted path as it was, ``*`` for any name.
    new : str
        The last part of the path as it is.
    """

    old: str
    new: str

    @property
    def keys(self) -> tuple[str, ...]:
        """The parts of the old path."""
        return tuple(self.old.split("."))

    def path(self, text: str) -> str:
        """Return a dotted path with this key renamed, where it leads through it."""
        parts = text.split(".")
        depth = len(self.keys)
        if len(parts) < depth or any(
            key not in ("*", part) for key, part in zip(self.keys, parts, strict=False)
        ):
            return text
        return ".".join((*parts[: depth - 1], self.new, *parts[depth:]))


_SINCE_0 = (
    Rename("contracts.*.funding", "form"),
    Rename("levers.*.parameter", "affects"),
    Rename("demand.*.*.inflow_per_1000", "inflow_per_1000_youth"),
)


def from_0(raw: Raw) -> Raw:
    """Return a folder of version 0 as version 1 writes it: three names are others.

    ``contracts.X.funding`` became ``form``, ``levers.X.parameter`` became ``affects``, and the column
    ``inflow_per_1000`` of demand.csv, with its companions, became ``inflow_per_1000_youth``.
    """
    for rename in _SINCE_0:
        raw = _renamed(raw, rename)
    return raw


STEPS: Mapping[int, Step] = MappingProxyType({0: from_0})


def newer_findings(tomls: Iterable[Node]) -> list[Finding]:
    """Return an error for every folder that is written in a version of after this program."""
    return [
        node.place.error(
            f"schema_version: {node.value} is newer than this jeugdsim, which reads up to version "
            f"{CURRENT}: upgrade jeugdsim to read this scenario"
        )
        for toml in tomls
        if (node := toml.table.get("schema_version")) and _is_version(node) and node.value > CURRENT
    ]


def as_current(folders: Sequence[Raw], findings: list[Finding]) -> list[Raw]:
    """Return folders as today's version writes them.

    Parameters
    ----------
    folders : sequence of Raw
        The scenario's folder first, then those it extends.
    findings : list of Finding
        A warning for every folder that says it is older is added here.
    """
    version = CURRENT
    migrated: list[Raw] = []
    for raw in reversed(folders):
        stated = raw.toml.table.get("schema_version")
        if stated is not None and _is_version(stated):
            version = stated.value if stated.value in STEPS else CURRENT
            if version < CURRENT:
                findings.append(stated.place.warning(_migrated_text(version)))
        for step in range(version, CURRENT):
            raw = STEPS[step](raw)
        migrated.insert(0, _of_today(raw) if version < CURRENT else raw)
    return migrated


def _migrated_text(version: int) -> str:
    return (
        f"this folder is written in version {version} of the format and was read as version {CURRENT}; "
        "to write it anew: js.write_scenario(js.load_scenario(FOLDER), NEW_FOLDER)"
    )


def _is_version(node: Node) -> bool:
    return isinstance(node.value, int) and not isinstance(node.value, bool)


def _of_today(raw: Raw) -> Raw:
    """Let scenario.toml say that it is of today's version, where it says a version."""
    stated = raw.toml.table.get("schema_version")
    if stated is None:
        return raw
    entries = {**raw.toml.table, "schema_version": Node(stated.place, CURRENT)}
    return replace(raw, toml=Node(raw.toml.place, entries))


def _renamed(raw: Raw, rename: Rename) -> Raw:
    toml, tables = raw.toml, dict(raw.tables)
    root = rename.keys[0]
    if root not in TABLES:
        toml = _with_renamed_key(toml, rename.keys, rename.new)
    elif root in tables:
        tables[root] = _with_renamed_column(tables[root], rename.keys[-1], rename.new)
    removed = tuple(Node(node.place, rename.path(node.value)) for node in raw.removed)
    return Raw(_with_renamed_sources(toml, rename), removed, tables)


def _with_renamed_key(node: Node, keys: Sequence[str], new: str) -> Node:
    """Return a tree in which the key at a path is renamed, unless the new one is there as well."""
    if not keys:
        return node
    if isinstance(node.value, list):  # the elements of [[levers]] go by name in a path
        return Node(node.place, [_with_renamed_key(item, keys[1:], new) for item in node.items])
    entries = node.table
    if not entries:
        return node
    if len(keys) == 1:
        clash = new in entries
        return Node(
            node.place,
            {new if key == keys[0] and not clash else key: part for key, part in entries.items()},
        )
    return Node(
        node.place,
        {
            key: _with_renamed_key(part, keys[1:], new) if keys[0] in ("*", key) else part
            for key, part in entries.items()
        },
    )


def _with_renamed_sources(toml: Node, rename: Rename) -> Node:
    sources = toml.table.get("sources")
    if sources is None or not sources.table:
        return toml
    entries = {rename.path(path): node for path, node in sources.table.items()}
    return Node(toml.place, {**toml.table, "sources": Node(sources.place, entries)})


def _with_renamed_column(table: TextTable, old: str, new: str) -> TextTable:
    """Return a table with a column and its companions renamed, unless the new one is there as well."""
    ends = ("", "_cv", "_p10", "_p90")
    names = {f"{old}{end}": f"{new}{end}" for end in ends if f"{new}{end}" not in table.columns}
    rows = (
        TextRow(row.place, {names.get(name, name): cell for name, cell in row.cells.items()})
        for row in table.rows
    )
    columns = tuple(names.get(name, name) for name in table.columns)
    return replace(table, columns=columns, rows=tuple(rows))
