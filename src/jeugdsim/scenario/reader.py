"""Read a scenario folder, and the folders it extends, into one frozen Scenario."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from jeugdsim.scenario.build import build
from jeugdsim.scenario.correlations import by_pair, in_one_spelling, without_stale_pairs
from jeugdsim.scenario.csv_file import TextTable, read_csv
from jeugdsim.scenario.draft import Draft, Table
from jeugdsim.scenario.empirical import read_tables
from jeugdsim.scenario.files import Place, exists, is_folder
from jeugdsim.scenario.findings import Finding, ScenarioError, nearest, shown
from jeugdsim.scenario.inherit import merge, without, without_stale_sources
from jeugdsim.scenario.migrate import Raw, as_current, newer_findings
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.tables import (
    TABLES,
    TableKind,
    full_names,
    identity,
    path_of,
    table_lines,
    without_lines,
)
from jeugdsim.scenario.toml_file import read_toml
from jeugdsim.scenario.tree import Node, located, paths, with_composed_text
from jeugdsim.scenario.uncertain import uncertain_paths

TOML_FILE = "scenario.toml"


def load_scenario(folder: str | os.PathLike[str]) -> Scenario:
    """Read a scenario folder, check it as a whole and return it frozen.

    Parameters
    ----------
    folder : path
        The folder with scenario.toml and the CSV files; it may extend another folder.

    Returns
    -------
    Scenario
        With ``warnings``: what a reader should know, though the scenario can run.

    Raises
    ------
    ScenarioError
        When anything is wrong; ``findings`` holds everything at once, with file and line.

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> scenario.calendar_years
    (2027, 2028, 2029, 2030, 2031, 2032)
    """
    findings: list[Finding] = []
    layers, whole = _layers(os.fspath(folder), findings)
    newer = newer_findings(layer.toml for layer in layers if layer.toml is not None)
    if newer:
        raise ScenarioError(newer)  # what a later version means by the rest is not known
    draft = _draft(layers, whole, findings)
    if whole:
        folders = [(layer.folder, layer.shown) for layer in layers]
        draft.empirical = read_tables(draft.tables["care_forms"].lines, folders, findings)
    for layer in layers:
        findings.extend(_strange_files(layer, draft.empirical))
    return build(draft, findings)


@dataclass(frozen=True)
class _Layer:
    """One folder of the chain of ``extends``."""

    folder: Path
    shown: str
    toml: Node | None
    removed: tuple[Node, ...]

    def file(self, name: str) -> str:
        return str(Path(self.shown) / name)


def _layers(folder: str, findings: list[Finding]) -> tuple[list[_Layer], bool]:
    """Read scenario.toml of a folder and of all it extends, the folder itself first.

    Also tells whether the chain is whole, so that what is missing is truly missing.
    """
    layers: list[_Layer] = []
    path, shown_as, place = Path(folder), folder, Place(folder)
    visited: list[Path] = []
    while True:
        if not is_folder(path):
            findings.append(place.error(_no_folder(path, shown_as)))
            return layers, False
        if path.resolve() in visited:
            findings.append(place.error(f"extends goes round in a circle, back to {shown_as}"))
            return layers, False
        visited.append(path.resolve())
        layer, extends = _read_layer(path, shown_as, findings)
        layers.append(layer)
        if layer.toml is None:
            return layers, False
        if extends is None:
            return layers, True
        if not isinstance(extends.value, str):
            findings.append(extends.place.error("extends: the path of a folder in quotes is asked"))
            return layers, False
        place = extends.place
        path = path / extends.value
        shown_as = os.path.normpath(Path(shown_as) / extends.value)


def _no_folder(path: Path, shown_as: str) -> str:
    if exists(path):
        return f"{shown_as} is a file: a scenario is the folder that holds {TOML_FILE}"
    return f"there is no folder {shown_as}"


def _read_layer(path: Path, shown_as: str, findings: list[Finding]) -> tuple[_Layer, Node | None]:
    toml_shown = str(Path(shown_as) / TOML_FILE)
    if not exists(path / TOML_FILE):
        message = f"this file is missing: a scenario is a folder with {TOML_FILE} and CSV files"
        findings.append(Place(toml_shown).error(message + _other_name(path)))
        return _Layer(path, shown_as, None, ()), None
    read = read_toml(path / TOML_FILE, toml_shown, findings)
    if read is None:
        return _Layer(path, shown_as, None, ()), None
    values, lines = read

    def place_of(key_path: tuple[str | int, ...]) -> Place:
        while key_path and key_path not in lines:
            key_path = key_path[:-1]
        return Place(toml_shown, lines.get(key_path, 1))

    tree = located(values, place_of)
    entries = dict(with_composed_text(tree).table)
    entries.pop("extends", None)
    extends, remove = tree.table.get("extends"), entries.pop("remove", None)
    removed = _removed_paths(remove, extends, findings)
    toml = by_pair(Node(tree.place, entries), findings)
    return _Layer(path, shown_as, toml, removed), extends


def _other_name(folder: Path) -> str:
    """Return the file that was probably meant to be scenario.toml: Notepad adds .txt."""
    try:
        names = sorted(entry.name for entry in folder.iterdir() if ".toml" in entry.name.lower())
    except OSError:
        return ""
    return f" ({shown(names[0])} is there: give it that name)" if names else ""


def _removed_paths(
    remove: Node | None, extends: Node | None, findings: list[Finding]
) -> tuple[Node, ...]:
    if remove is None:
        return ()
    if extends is None:
        findings.append(remove.place.error("remove goes with extends: it deletes from the base"))
        return ()
    if not isinstance(remove.value, list) or any(
        not isinstance(node.value, str) for node in remove.items
    ):
        findings.append(remove.place.error('remove: a list of paths is asked, such as ["levers.NAME"]'))
        return ()
    return tuple(remove.items)


def _strange_files(layer: _Layer, stays: Iterable[str]) -> list[Finding]:
    """Warn of tables in the folder that are not read: CSV files of another name, workbooks."""
    known = {kind.file for kind in TABLES.values()} | set(stays)
    try:
        names = sorted(entry.name for entry in layer.folder.iterdir())
    except OSError as error:
        return [Place(layer.shown).error(f"this folder can't be read: {error.strerror}")]
    told = []
    for name in names:
        if name in known or not name.lower().endswith((".csv", ".xlsx")):
            continue
        if name.startswith((".", "~$")):  # what editors leave for a moment
            continue
        label = name.encode("utf-8", "backslashreplace").decode()  # a name may be no UTF-8
        meant = nearest(Path(name.lower()).stem + ".csv", known, cutoff=0.75)
        told.append(Place(layer.file(label)).warning(f"{label} is not read{meant}"))
    return told


def _draft(layers: list[_Layer], whole: bool, findings: list[Finding]) -> Draft:
    """Read the CSV files and fold the layers into each other, the base first."""
    owners = {
        name: next((i for i, layer in enumerate(layers) if exists(layer.folder / kind.file)), None)
        for name, kind in TABLES.items()
    }
    texts = [_read_texts(layer, owners, i, findings) for i, layer in enumerate(layers)]
    if whole:
        layers, texts = _of_today(layers, texts, findings)
    tables = {}
    for name, kind in TABLES.items():
        owner = owners[name]
        if owner is not None:
            tables[name] = _table(kind, layers[owner], texts[owner].get(name), findings)
        else:
            tables[name] = _absent_table(kind, layers, whole, findings)
    if not whole:
        return Draft(None, tables)
    draft = Draft(layers[-1].toml, tables)
    for i in range(len(layers) - 2, -1, -1):
        inherited = {name for name, owner in owners.items() if owner is None or owner > i}
        _fold(draft, layers[i], inherited, findings)
    if owners["accounts"]:
        _leave_out_accounts_of_strangers(draft)
    return draft


def _leave_out_accounts_of_strangers(draft: Draft) -> None:
    """Leave out inherited accounts of municipalities that this scenario does not have."""
    towns = {line.cells.get("municipality") for line in draft.tables["municipalities"].lines}
    table = draft.tables["accounts"]
    lines = [line for line in table.lines if line.cells.get("municipality") in towns]
    draft.tables["accounts"] = replace(table, lines=lines)


def _fold(draft: Draft, layer: _Layer, inherited: set[str], findings: list[Finding]) -> None:
    """Delete from the base what a variant removes, then put the variant over it."""
    base, own = draft.toml, layer.toml
    if base is None or own is None:
        return
    known, before = _known_paths(draft), uncertain_paths(base, draft.tables)
    for path in layer.removed:
        keys = _removed_keys(path.value)
        if keys[0] not in TABLES:
            draft.toml = without(draft.toml or base, keys) or draft.toml
            found = without(base, keys) is not None
        else:
            found = _remove_rows(draft, keys, inherited)
        if not found:
            message = f"remove: {shown(path.value)} is not in the base{nearest('.'.join(keys), known)}"
            findings.append(path.place.error(message))
    merged = _without_stale_pairs(draft, merge(draft.toml or base, own), own, before, inherited)
    draft.toml = without_stale_sources(base, merged, _stated(own, "sources"))


def _stated(own: Node, root: str) -> Collection[str]:
    return own.table[root].table if root in own.table else ()


def _without_stale_pairs(
    draft: Draft, merged: Node, own: Node, before: Collection[str], inherited: Collection[str]
) -> Node:
    """Leave out inherited correlations of what the variant took away or made certain.

    ``before`` are the uncertain paths of the base; those of its CSV files that the variant replaces
    are not known.
    """
    after = uncertain_paths(merged, draft.tables)

    def is_gone(path: str) -> bool:
        root = path.split(".")[0]
        return path not in after and (path in before or (root in TABLES and root not in inherited))

    return without_stale_pairs(merged, _stated(own, "correlations"), is_gone)


def _read_texts(
    layer: _Layer, owners: Mapping[str, int | None], number: int, findings: list[Finding]
) -> dict[str, TextTable]:
    """Read the CSV files that this layer gives to the scenario, under their path roots."""
    files = {name: kind.file for name, kind in TABLES.items() if owners[name] == number}
    texts = {
        name: read_csv(layer.folder / file, layer.file(file), findings) for name, file in files.items()
    }
    return {name: text for name, text in texts.items() if text is not None}


def _of_today(
    layers: list[_Layer], texts: list[dict[str, TextTable]], findings: list[Finding]
) -> tuple[list[_Layer], list[dict[str, TextTable]]]:
    """Bring layers that are written in an older version of the format to today's."""
    raws = [
        Raw(layer.toml, layer.removed, own)
        for layer, own in zip(layers, texts, strict=True)
        if layer.toml is not None
    ]
    raws = as_current(raws, findings)
    new = [
        replace(layer, toml=raw.toml, removed=raw.removed)
        for layer, raw in zip(layers, raws, strict=True)
    ]
    return new, [dict(raw.tables) for raw in raws]


def _table(kind: TableKind, layer: _Layer, text: TextTable | None, findings: list[Finding]) -> Table:
    place = Place(layer.file(kind.file), 1)
    if text is None:
        return Table(place, readable=False)
    lines = table_lines(kind, text, findings)
    return Table(text.place, lines or [], readable=lines is not None)


def _absent_table(kind: TableKind, layers: list[_Layer], whole: bool, findings: list[Finding]) -> Table:
    place = Place(layers[0].file(kind.file) if layers else kind.file)
    if kind.required and whole:
        columns = ", ".join(kind.columns)
        findings.append(place.error(f"this file is missing; its columns are {columns}"))
    return Table(place, readable=not kind.required)


def _remove_rows(draft: Draft, keys: tuple[str, ...], inherited: set[str]) -> bool:
    """Delete rows or a cell of an inherited CSV file; tell whether they were there."""
    table = draft.tables[keys[0]]
    if keys[0] not in inherited or not table.readable:
        return True
    lines = without_lines(TABLES[keys[0]], table.lines, keys[1:])
    if lines is not None:
        draft.tables[keys[0]] = replace(table, lines=lines)
    return lines is not None


def _removed_keys(path: str) -> tuple[str, ...]:
    """Split a path to remove; the name of a CSV file stands for its whole table."""
    roots = {kind.file: name for name, kind in TABLES.items()}
    if path.startswith("correlations."):
        return ("correlations", in_one_spelling(path.removeprefix("correlations.")))
    if path in roots:
        return (roots[path],)
    root, *names = path.split(".")
    return (root, *(full_names(TABLES[root], tuple(names)) if root in TABLES else names))


def _known_paths(draft: Draft) -> list[str]:
    known = list(TABLES)
    if draft.toml is not None:
        known += [".".join(path) for path, _ in paths(draft.toml)]
    for name, kind in TABLES.items():
        found = (identity(kind, line) for line in draft.tables[name].lines)
        known += [path_of(name, *names) for names in found if names]
    return known
