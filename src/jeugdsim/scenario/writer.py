"""Write a scenario as a folder that reads back as the same scenario."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from jeugdsim.scenario.content import rows_of, written_settings
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.numbers import Lognormal, Percentiles
from jeugdsim.scenario.rows import Row
from jeugdsim.scenario.tables import SURVIVAL, TABLES, TableKind

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_TABLES_OF_TABLES = ("contracts", "funding_response", "tariff_resets", "options")


def write_scenario(scenario: Scenario, folder: str | os.PathLike[str]) -> None:
    """Write a scenario as a folder: scenario.toml and the CSV files, each moved into place whole.

    Parameters
    ----------
    scenario : Scenario
        A variant is written with its base folded in.
    folder : path
        Made where it does not exist; files of a scenario that stand in it are replaced.

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> js.write_scenario(scenario.with_changes({"levers": None}), "out/without-levers")
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    texts = {"scenario.toml": toml_text(scenario)}
    for name, kind in TABLES.items():
        rows = rows_of(scenario, name)
        if rows or kind.required:
            texts[kind.file] = csv_text(kind, rows)
    for file, steps in scenario.empirical_stays.items():
        texts[file] = csv_text(SURVIVAL, steps)
    _put_in_place(target, texts)
    for kind in TABLES.values():
        if kind.file not in texts:
            (target / kind.file).unlink(missing_ok=True)


def _put_in_place(target: Path, texts: Mapping[str, str]) -> None:
    """Write every file under a temporary name first, then move them all into place."""
    written: list[tuple[Path, Path]] = []
    try:
        for name, text in texts.items():
            temporary = target / f".{name}.{os.getpid()}.part"
            written.append((temporary, target / name))
            temporary.write_text(text, encoding="utf-8", newline="\n")
        for temporary, final in written:
            temporary.replace(final)
    finally:
        for temporary, _ in written:
            temporary.unlink(missing_ok=True)


def toml_text(scenario: Scenario) -> str:
    """Return the text of scenario.toml."""
    content = written_settings(scenario.settings)
    tables = {key: content.pop(key) for key in list(content) if isinstance(content[key], dict)}
    blocks = ["\n".join(_entries(content))]
    for name, table in tables.items():
        if name == "levers":
            blocks += [_block("[[levers]]", {"name": key, **table[key]}) for key in sorted(table)]
        elif name in _TABLES_OF_TABLES:
            blocks += [_block(f"[{name}.{_key(part)}]", terms) for part, terms in sorted(table.items())]
        else:
            blocks.append(_block(f"[{name}]", table))
    return "\n\n".join(blocks) + "\n"


def _block(header: str, table: Mapping[Any, Any]) -> str:
    return "\n".join([header, *_entries(table)])


def _entries(table: Mapping[Any, Any]) -> list[str]:
    return [f"{_key(key)} = {_value(value)}" for key, value in table.items() if value is not None]


def _key(key: Any) -> str:
    text = str(key)
    return text if _BARE.fullmatch(text) else _quoted(text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(_entries(value)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(part) for part in value) + "]"
    if isinstance(value, date):
        return value.isoformat()
    return repr(value)


def csv_text(kind: TableKind, rows: Iterable[Row]) -> str:
    """Return the text of a CSV file, with the companion columns that its numbers need."""
    rows = list(rows)
    columns: list[str] = []
    for column in kind.columns:
        cells = [getattr(row, column) for row in rows]
        if column in kind.optional and all(
            cell == kind.model.model_fields[column].default for cell in cells
        ):
            continue
        columns.append(column)
        if any(isinstance(cell, Lognormal) for cell in cells):
            columns.append(f"{column}_cv")
        if any(isinstance(cell, Percentiles) for cell in cells):
            columns += [f"{column}_p10", f"{column}_p90"]
    lines = [columns]
    for row in rows:
        cells_of_row = _cells(row, kind)
        lines.append([cells_of_row.get(column, "") for column in columns])
    return "".join(",".join(_quoted_cell(cell) for cell in line) + "\n" for line in lines)


def _cells(row: Row, kind: TableKind) -> dict[str, str]:
    cells: dict[str, str] = {}
    for column in kind.columns:
        value = getattr(row, column)
        if isinstance(value, Lognormal):
            cells[column], cells[f"{column}_cv"] = repr(value.mean), repr(value.cv)
        elif isinstance(value, Percentiles):
            cells[column] = repr(value.p50)
            cells[f"{column}_p10"], cells[f"{column}_p90"] = repr(value.p10), repr(value.p90)
        else:
            cells[column] = _cell(value)
    return cells


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value)


def _quoted_cell(text: str) -> str:
    if re.search(r'[,;"\r\n]', text):
        return '"' + text.replace('"', '""') + '"'
    return text
