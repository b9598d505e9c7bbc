"""Empirical stays: the tables that ``empirical:FILE.csv`` in care_forms.csv names.

A table holds steps of a survival curve: ``survival`` is the part of the stays that last longer than
``days``, 1 before the first row and 0 from the last. Its mean stands in for an empty stay_mean_days, so
that nothing downstream has to know.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from jeugdsim.scenario.csv_file import read_csv
from jeugdsim.scenario.draft import Draft, Table
from jeugdsim.scenario.files import Place, exists
from jeugdsim.scenario.findings import Finding, nearest, shown
from jeugdsim.scenario.rows import EMPIRICAL, CareForm, SurvivalRow, empirical_file, is_file_name
from jeugdsim.scenario.tables import SURVIVAL, TABLES, Line, table_lines, validate_lines

Rows = Sequence[SurvivalRow]


def table_mean(rows: Rows) -> float:
    """Return the mean stay of a table in days; a stay of 0 days counts as 1.

    Examples
    --------
    >>> from jeugdsim.scenario.rows import SurvivalRow
    >>> table_mean([SurvivalRow(days=10, survival=0.5), SurvivalRow(days=30, survival=0.0)])
    20.0
    """
    survival = [1.0, *(row.survival for row in rows)]
    chances = [above - below for above, below in pairwise(survival)]
    lengths = [max(row.days, 1) for row in rows]
    return math.fsum(chance * days for chance, days in zip(chances, lengths, strict=True))


def named_files(lines: Iterable[Line]) -> dict[str, Place]:
    """Return the files that the stays of these care forms name, and where they first do."""
    named: dict[str, Place] = {}
    for line in lines:
        file = _file_of(line.cells)
        if file is not None:
            named.setdefault(file, line.place)
    return named


def _file_of(cells: Mapping[str, Any]) -> str | None:
    """Return the file a care form's stay names; None where it names none, or none that can be."""
    distribution = cells.get("stay_distribution")
    file = empirical_file(distribution) if isinstance(distribution, str) else None
    return file if file is not None and is_file_name(file) else None


def _is_other_table(file: str) -> bool:
    return file in {kind.file for kind in TABLES.values()}


def _other_table(file: str) -> str:
    return (
        f"column stay_distribution: {file} holds another table of the scenario: give the stays a file "
        "of their own"
    )


def read_tables(
    lines: Iterable[Line], folders: Sequence[tuple[Path, str]], findings: list[Finding]
) -> dict[str, Table]:
    """Read the files that stays name, each from the first folder that holds it.

    Parameters
    ----------
    lines : iterable of Line
        The lines of care_forms.csv.
    folders : sequence of (Path, str)
        The scenario's folder, then those it extends; each with its path as the user wrote it.
    findings : list of Finding
        What is wrong is added here.
    """
    tables = {}
    for file, named_at in named_files(lines).items():
        tables[file] = Table(named_at, readable=False)
        owner = next(((path, name) for path, name in folders if exists(path / file)), None)
        if _is_other_table(file):
            findings.append(named_at.error(_other_table(file)))
        elif owner is None:
            findings.append(named_at.error(_no_file(file, folders)))
        else:
            tables[file] = _read_table(owner[0] / file, str(Path(owner[1]) / file), findings)
    return tables


def _no_file(file: str, folders: Sequence[tuple[Path, str]]) -> str:
    there = {path.name for folder, _ in folders for path in folder.glob("*.csv")}
    strangers = {name for name in there if is_file_name(name) and not _is_other_table(name)}
    return (
        f"column stay_distribution: there is no file {file} in the scenario's folder"
        f"{nearest(file, strangers)}; its columns are {', '.join(SURVIVAL.columns)}"
    )


def _read_table(path: Path, shown_as: str, findings: list[Finding]) -> Table:
    told = len(findings)
    text = read_csv(path, shown_as, findings)
    if text is None:
        return Table(Place(shown_as, 1), readable=False)
    whole = len(findings) == told  # a curve that lacks rows would be told as one that is wrong
    lines = table_lines(SURVIVAL, text, findings)
    return Table(text.place, lines or [], readable=whole and lines is not None)


def given_tables(
    lines: Iterable[Line], given: Any, before: Collection[str], findings: list[Finding]
) -> dict[str, Table]:
    """Return the tables that stays name out of those given in Python.

    Parameters
    ----------
    lines : iterable of Line
        The lines of care_forms.csv.
    given : mapping of file name to rows
        Rows as a list of dicts, or as a dict of dicts under their days.
    before : collection of str
        The tables before the change: one of these that no stay names any more is left out.
    findings : list of Finding
        What is wrong is added here.
    """
    if not isinstance(given, Mapping):
        findings.append(Place(SURVIVAL.name).error(f"tables are asked as a dict, not {shown(given)}"))
        given = {}
    named = named_files(lines)
    for file in sorted(map(str, {*given} - {*before} - {*named})):
        hint = nearest(file, named) or f": write {EMPIRICAL}{file} as its stay_distribution"
        findings.append(Place(f"{SURVIVAL.name}.{file}").error(f"no care form has this stay{hint}"))
    tables = {}
    for file, named_at in named.items():
        tables[file] = Table(named_at, readable=False)
        if _is_other_table(file):
            findings.append(named_at.error(_other_table(file)))
        elif file in given:
            place = Place(f"{SURVIVAL.name}.{file}")
            tables[file] = Table(place, list(_given_lines(given[file], place, findings)))
        else:
            path = f"{SURVIVAL.name}.{file}"
            message = f"there is no {path}{nearest(file, given)}: give its rows in the same changes"
            findings.append(named_at.error(f"stay_distribution: {message}"))
    return tables


def _given_lines(rows: Any, place: Place, findings: list[Finding]) -> Iterator[Line]:
    if isinstance(rows, Mapping):
        keyed = [({"days": _whole(key)}, cells) for key, cells in rows.items()]
    elif isinstance(rows, list):
        keyed = [({}, cells) for cells in rows]
    else:
        findings.append(place.error(f"rows are asked as a list of dicts, not {shown(rows)}"))
        return
    for number, (key, cells) in enumerate(keyed, start=1):
        at = Place(f"{place.file}.{key.get('days', number)}")
        if isinstance(cells, Mapping):
            yield Line(at, {**key, **cells})
        else:
            findings.append(at.error(f"a row is asked as a dict, not {shown(cells)}"))


def _whole(key: Any) -> Any:
    text = str(key)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else text


def let_means_follow(rows: Iterable[CareForm], tables: Mapping[str, Rows], care_forms: Any) -> None:
    """Empty the means that were those of their table, so that they follow a table that is changed.

    Parameters
    ----------
    rows : iterable of CareForm
        The care forms before the change.
    tables : mapping of file name to rows
        The tables before the change.
    care_forms : dict of dicts
        The care forms after the change, which is written in.
    """
    for row in rows:
        file = empirical_file(row.stay_distribution)
        cells = care_forms.get(row.care_form) if isinstance(care_forms, dict) else None
        if file is None or not isinstance(cells, dict) or _file_of(cells) is None:
            continue
        mean = table_mean(tables[file])
        if row.stay_mean_days == mean and cells.get("stay_mean_days") == mean:
            cells["stay_mean_days"] = None


def validate_tables(draft: Draft, findings: list[Finding]) -> None:
    """Check every row of the tables and give each empty stay_mean_days the mean of its table."""
    for table in draft.empirical.values():
        validate_lines(SURVIVAL, table.lines, findings)
    for line in draft.tables["care_forms"].lines:
        if line.cells.get("stay_mean_days") is None and "stay_mean_days" not in line.unread:
            _fill_in_mean(line, draft, findings)


def _fill_in_mean(line: Line, draft: Draft, findings: list[Finding]) -> None:
    file = _file_of(line.cells)
    rows = right_rows(draft.empirical[file]) if file in draft.empirical else None
    if rows is not None:
        line.cells["stay_mean_days"] = table_mean(rows)
    elif "stay_mean_days" in line.cells:
        line.unread.add("stay_mean_days")
        if not str(line.cells.get("stay_distribution")).startswith("empirical"):
            findings.append(
                line.place.error("column stay_mean_days: this cell is empty, but a number is asked")
            )


def right_rows(table: Table) -> tuple[SurvivalRow, ...] | None:
    """Return the rows of a table that is right as a whole, None otherwise."""
    rows = tuple(line.row for line in table.lines if isinstance(line.row, SurvivalRow))
    if not table.readable or len(rows) < len(table.lines) or any(curve_findings(table)):
        return None
    return rows


def curve_findings(table: Table) -> Iterator[Finding]:
    """Give what is wrong between the rows of a table: days rise, survival falls to 0."""
    if not table.readable:
        return
    if not table.lines:
        yield table.place.error("there are no rows: at least one is asked, the last with survival 0")
        return
    rows = [(line.place, line.row) for line in table.lines if isinstance(line.row, SurvivalRow)]
    for (_, before), (place, row) in pairwise(rows):
        if row.days <= before.days:
            yield place.error(f"column days: days must rise, but {row.days} follows {before.days}")
        if row.survival > before.survival:
            yield place.error(
                "column survival: what is left after more days can't be more, but "
                f"{row.survival:g} follows {before.survival:g}"
            )
    if len(rows) == len(table.lines) and rows[-1][1].survival > 0:
        place, row = rows[-1]
        yield place.error(
            f"column survival: the last row must have survival 0, but {row.survival:g} of the stays "
            f"last longer than {row.days} days here: add rows up to the longest stay"
        )
