"""Rules on papers: every source that is named exists, and numbers without one are told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from jeugdsim.scenario.draft import Subject
from jeugdsim.scenario.files import Place
from jeugdsim.scenario.findings import Finding, listed, meant, nearest, shown
from jeugdsim.scenario.provenance import source_of, toml_numbers
from jeugdsim.scenario.tables import TABLES, Line, identity, path_of
from jeugdsim.scenario.tree import bare, find, lever_name, paths


def source_findings(subject: Subject) -> Iterator[Finding]:
    """Give unknown sources as errors and numbers without a source as warnings."""
    yield from _row_sources(subject)
    yield from _toml_sources(subject)
    yield from _unsourced_numbers(subject)


def _row_sources(subject: Subject) -> Iterator[Finding]:
    known = subject.names("source_rows", "id")
    for name, kind in TABLES.items():
        if "source" not in kind.columns:
            continue
        strangers: dict[str, list[Place]] = defaultdict(list)
        without: list[Line] = []
        for line in subject.tables[name].lines:
            source = line.cells.get("source", "")
            if source == "":
                without.append(line)
            elif isinstance(source, str) and source not in known:
                strangers[source].append(line.place)
        if without:
            rows = "row" if len(without) == 1 else "rows"
            names = (path_of(name, *(identity(kind, line) or ())) for line in without)
            yield without[0].place.warning(
                f"{len(without)} {rows} without a source, counted as assumption: {listed(names, 8)}"
            )
        if subject.readable("source_rows"):
            for source, places in strangers.items():
                yield places[0].error(
                    f"column source: {shown(source)} is not in sources.csv"
                    f"{meant(source, known)}{_lines(places)}"
                )


def _lines(places: list[Place]) -> str:
    if len(places) == 1:
        return ""
    first = ", ".join(str(place.line or place.file) for place in places[:6])
    more = ", ..." if len(places) > 6 else ""
    return f" (lines {first}{more})" if places[0].line else f" ({first}{more})"


def _toml_sources(subject: Subject) -> Iterator[Finding]:
    sources = subject.entry("sources")
    if sources is None:
        return
    ids = subject.names("source_rows", "id")
    known = [".".join(path) for path, _ in paths(subject.toml) if path[0] != "sources"]
    for path, node in sources.table.items():
        if not isinstance(node.value, str):
            continue
        if find(subject.toml, path.split(".")) is None:
            yield node.place.error(
                f"sources: {shown(path)} is not the beginning of a path in scenario.toml"
                f"{nearest(path, known)}"
            )
        if subject.readable("source_rows") and node.value not in ids:
            yield node.place.error(
                f"sources: {shown(node.value)} is not in sources.csv{meant(node.value, ids)}"
            )


def _unsourced_numbers(subject: Subject) -> Iterator[Finding]:
    """Tell once which numbers of scenario.toml have no source."""
    if subject.settings is None:
        return
    content: dict[str, Any] = bare(subject.toml)
    levers = subject.toml.table["levers"].items if "levers" in subject.toml.table else []
    content["levers"] = {str(lever_name(node)): bare(node) for node in levers}
    sources = {path: source for path, source in _as_table(content.get("sources")).items() if source}
    without = [".".join(path) for path, _ in toml_numbers(content) if not source_of(path, sources)]
    if without:
        yield subject.place("sources").warning(
            f"{len(without)} {_numbers(without)} in scenario.toml without an entry in [sources], "
            f"counted as assumption: {listed(without, 8)}"
        )


def _numbers(names: list[str]) -> str:
    return "number" if len(names) == 1 else "numbers"


def _as_table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
