"""Read a scenario folder, and the folders it extends, into one frozen Scenario."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from jeugdsim.scenario.build import build
from jeugdsim.scenario.csv_file import read_csv
from jeugdsim.scenario.draft import Draft, Table
from jeugdsim.scenario.files import Place, exists, is_folder
from jeugdsim.scenario.findings import Finding, nearest, shown
from jeugdsim.scenario.inherit import merge, without, without_stale_sources
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.tables import TABLES, TableKind, identity, table_lines, without_lines
from jeugdsim.scenario.toml_file import read_toml
from jeugdsim.scenario.tree import Node, located, paths

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
    return build(_draft(layers, whole, findings), findings)


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
    findings.extend(_strange_files(path, shown_as))
    if not exists(path / TOML_FILE):
        findings.append(
            Place(toml_shown).error(
                f"this file is missing: a scenario is a folder with {TOML_FILE} and CSV files"
            )
        )
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
    entries = dict(tree.table)
    extends, remove = entries.pop("extends", None), entries.pop("remove", None)
    removed = _removed_paths(remove, extends, findings)
    return _Layer(path, shown_as, Node(tree.place, entries), removed), extends


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


def _strange_files(path: Path, shown_as: str) -> list[Finding]:
    """Warn of tables in the folder that are not read: CSV files of another name, workbooks."""
    known = {kind.file for kind in TABLES.values()}
    try:
        names = sorted(entry.name for entry in path.iterdir())
    except OSError as error:
        return [Place(shown_as).error(f"this folder can't be read: {error.strerror}")]
    told = []
    for name in names:
        if name in known or not name.lower().endswith((".csv", ".xlsx")):
            continue
        if name.startswith((".", "~$")):  # what editors leave for a moment
            continue
        label = name.encode("utf-8", "backslashreplace").decode()  # a name may be no UTF-8
        meant = nearest(Path(name.lower()).stem + ".csv", known, cutoff=0.75)
        told.append(Place(str(Path(shown_as) / label)).warning(f"{label} is not read{meant}"))
    return told


def _draft(layers: list[_Layer], whole: bool, findings: list[Finding]) -> Draft:
    """Read the CSV files and fold the layers into each other, the base first."""
    owners = {
        name: next((i for i, layer in enumerate(layers) if exists(layer.folder / kind.file)), None)
        for name, kind in TABLES.items()
    }
    tables = {}
    for name, kind in TABLES.items():
        owner = owners[name]
        if owner is not None:
            tables[name] = _read_table(kind, layers[owner], findings)
        else:
            tables[name] = _absent_table(kind, layers, whole, findings)
    if not whole:
        return Draft(None, tables)
    draft = Draft(layers[-1].toml, tables)
    for i in range(len(layers) - 2, -1, -1):
        inherited = {name for name, owner in owners.items() if owner is None or owner > i}
        _fold(draft, layers[i], inherited, findings)
    return draft


def _fold(draft: Draft, layer: _Layer, inherited: set[str], findings: list[Finding]) -> None:
    """Delete from the base what a variant removes, then put the variant over it."""
    base, own = draft.toml, layer.toml
    if base is None or own is None:
        return
    known = _known_paths(draft)
    for path in layer.removed:
        keys = _removed_keys(path.value)
        if keys[0] not in TABLES:
            draft.toml = without(draft.toml or base, keys) or draft.toml
            found = without(base, keys) is not None
        else:
            found = _remove_rows(draft, keys, inherited)
        if not found:
            message = f"remove: {shown(path.value)} is not in the base{nearest(path.value, known)}"
            findings.append(path.place.error(message))
    stated = own.table.get("sources")
    merged = merge(draft.toml or base, own)
    draft.toml = without_stale_sources(base, merged, stated.table if stated else ())


def _read_table(kind: TableKind, layer: _Layer, findings: list[Finding]) -> Table:
    text = read_csv(layer.folder / kind.file, layer.file(kind.file), findings)
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
    return (roots[path],) if path in roots else tuple(path.split("."))


def _known_paths(draft: Draft) -> list[str]:
    known = list(TABLES)
    if draft.toml is not None:
        known += [".".join(path) for path, _ in paths(draft.toml)]
    for name, kind in TABLES.items():
        found = (identity(kind, line) for line in draft.tables[name].lines)
        known += [".".join((name, *names)) for names in found if names]
    return known
