"""The CSV files of a scenario: which columns they have, and text rows turned into checked rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, TypeVar, get_args

from pydantic import ValidationError

from jeugdsim.scenario.csv_file import TextRow, TextTable, read_number, read_truth
from jeugdsim.scenario.files import Place
from jeugdsim.scenario.findings import Finding, nearest
from jeugdsim.scenario.messages import row_findings
from jeugdsim.scenario.rows import (
    COMPANIONS,
    AccountRow,
    BudgetRow,
    CareForm,
    Demand,
    EntryAge,
    ExtendedCare,
    Move,
    Municipality,
    PlacesRow,
    Population,
    Row,
    Season,
    Source,
    SurvivalRow,
    WaitingRow,
    YouthAges,
)

RowType = TypeVar("RowType", bound=Row)


@dataclass(frozen=True)
class TableKind:
    """What is known of one CSV file: its path root, file name, rows and identity.

    ``filled_in`` are columns whose empty cells follow from another file, ``may_lack`` those a header
    may leave out. Of a table that is not ``in_results`` no result depends on the numbers: they stand
    in pictures only. ``later`` says that a table came after the first scenarios were hashed.
    """

    name: str
    file: str
    model: type[Row]
    keys: tuple[str, ...]
    required: bool = True
    may_be_empty: bool = False
    filled_in: tuple[str, ...] = ()
    may_lack: tuple[str, ...] = ("note",)
    in_results: bool = True
    later: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns every file has, papers last; those of ``may_lack`` may be absent."""
        papers = [name for name in ("source", "note") if name in self.model.model_fields]
        return (*(name for name in self.model.model_fields if name not in papers), *papers)

    @property
    def optional(self) -> tuple[str, ...]:
        """The columns of numbers and truths that a header may leave out, with their default."""
        return tuple(
            name for name in self.may_lack if name not in ("source", "note") and name not in self.keys
        )

    @property
    def companions(self) -> tuple[str, ...]:
        """The columns that may be uncertain through companion columns."""
        return COMPANIONS.get(self.name, ())


TABLES: Mapping[str, TableKind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            TableKind("municipalities", "municipalities.csv", Municipality, ("municipality",)),
            TableKind("population", "population.csv", Population, ("municipality", "year")),
            TableKind(
                "care_forms",
                "care_forms.csv",
                CareForm,
                ("care_form",),
                filled_in=("stay_mean_days",),
            ),
            TableKind(
                "demand",
                "demand.csv",
                Demand,
                ("municipality", "care_form"),
                may_lack=("waiting_at_start", "priority", "note"),
            ),
            TableKind(
                "moves",
                "moves.csv",
                Move,
                ("from_care_form", "to_care_form"),
                may_be_empty=True,
                may_lack=("holds_place", "priority", "note"),
            ),
            TableKind("source_rows", "sources.csv", Source, ("id",), may_be_empty=True),
            TableKind("season", "season.csv", Season, ("care_form", "month"), required=False),
            TableKind(
                "places",
                "places.csv",
                PlacesRow,
                ("care_form", "contract", "year"),
                required=False,
                may_lack=("contract", "note"),
                later=True,
            ),
            TableKind(
                "waiting",
                "waiting.csv",
                WaitingRow,
                ("care_form",),
                required=False,
                may_lack=(
                    "bridging_care_form",
                    "reneging_per_year",
                    "escalation_per_year",
                    "escalation_care_form",
                    "admitted_within_days",
                    "note",
                ),
                later=True,
            ),
            TableKind(
                "entry_ages",
                "entry_ages.csv",
                EntryAge,
                ("care_form", "age"),
                required=False,
                later=True,
            ),
            TableKind(
                "extended_care",
                "extended_care.csv",
                ExtendedCare,
                ("care_form",),
                required=False,
                later=True,
            ),
            TableKind(
                "youth_ages",
                "youth_ages.csv",
                YouthAges,
                ("municipality", "year", "ages"),
                required=False,
                later=True,
            ),
            TableKind(
                "budget_rows",
                "budget.csv",
                BudgetRow,
                ("municipality", "segment", "year"),
                required=False,
            ),
            TableKind(
                "accounts",
                "accounts.csv",
                AccountRow,
                ("municipality", "year"),
                required=False,
                in_results=False,
            ),
        )
    }
)

SURVIVAL = TableKind(  # of which a scenario may have several, under names of its own
    "empirical_stays",
    "FILE.csv",
    SurvivalRow,
    ("days",),
    required=False,
    may_lack=("source", "note"),
)


@dataclass
class Line:
    """One row: its place, its cells as values (those that could be read) and, if right, its row."""

    place: Place
    cells: dict[str, Any]
    unread: set[str] = field(default_factory=set)
    row: Row | None = None


def table_lines(kind: TableKind, table: TextTable, findings: list[Finding]) -> list[Line] | None:
    """Turn a file of text into lines of values; None where its columns are wrong."""
    problems = list(_column_problems(kind, table.columns))
    findings.extend(table.place.error(problem) for problem in problems)
    if problems:
        return None
    return [_line(kind, row, table.decimal_comma, findings) for row in table.rows]


def _column_problems(kind: TableKind, columns: tuple[str, ...]) -> Iterable[str]:
    known = set(kind.columns)
    pairs = {f"{name}_{end}" for name in kind.companions for end in ("cv", "p10", "p90")}
    for name in columns:
        if name not in known | pairs:
            yield (
                f'unknown column "{name}"{nearest(name, known | pairs)}; '
                f"the columns are {', '.join(kind.columns)}"
            )
    for name in kind.columns:
        if name not in columns and name not in kind.may_lack:
            yield f'column "{name}" is missing{_meant(name, set(columns) - known - pairs)}'
    for name in kind.companions:
        for this, other in (("p10", "p90"), ("p90", "p10")):
            if f"{name}_{this}" in columns and f"{name}_{other}" not in columns:
                yield f'column "{name}_{this}" goes with column "{name}_{other}", which is missing'


def _meant(name: str, strangers: Iterable[str]) -> str:
    return nearest(name, strangers).replace("did you mean", "is it")


def _line(kind: TableKind, row: TextRow, decimal_comma: bool, findings: list[Finding]) -> Line:
    line = Line(row.place, {})

    def refuse(column: str, message: str) -> None:
        findings.append(row.place.error(f"column {column}: {message}"))
        line.unread.add(column)

    for column in kind.columns:
        if column in row.cells:
            _read_cell(kind, column, row.cells[column], decimal_comma, line, refuse)
    for column in kind.companions:
        _read_companions(column, row.cells, decimal_comma, line, refuse)
    for column in set(kind.keys) & set(kind.may_lack):
        line.cells.setdefault(column, "")
    return line


def holds_text(kind: TableKind, column: str) -> bool:
    """Tell whether the cells of a column are text; numbers otherwise."""
    annotation = kind.model.model_fields[column].annotation
    return annotation is str or {type(part) for part in get_args(annotation)} == {str}


def holds_truth(kind: TableKind, column: str) -> bool:
    """Tell whether the cells of a column are true or false."""
    return kind.model.model_fields[column].annotation is bool


def may_be_absent(kind: TableKind, column: str) -> bool:
    """Tell whether a cell may be empty, for good or until it is filled in from elsewhere."""
    return column in kind.filled_in or not kind.model.model_fields[column].is_required()


def _read_cell(
    kind: TableKind,
    column: str,
    text: str,
    decimal_comma: bool,
    line: Line,
    refuse: Callable[[str, str], None],
) -> None:
    if holds_text(kind, column):
        line.cells[column] = text
        return
    if not text.strip():
        if may_be_absent(kind, column):
            line.cells[column] = None
        else:
            refuse(column, "this cell is empty, but a number is asked")
        return
    value = read_truth(text) if holds_truth(kind, column) else read_number(text, decimal_comma)
    if isinstance(value, str):
        refuse(column, value)
    else:
        line.cells[column] = value


def _read_companions(
    column: str,
    cells: dict[str, str],
    decimal_comma: bool,
    line: Line,
    refuse: Callable[[str, str], None],
) -> None:
    """Fold X_cv, or X_p10 and X_p90, into the value of X; empty companions leave it certain."""
    given: dict[str, float] = {}
    for end in ("cv", "p10", "p90"):
        text = cells.get(f"{column}_{end}", "")
        if not text.strip():
            continue
        number = read_number(text, decimal_comma)
        if isinstance(number, str):
            refuse(f"{column}_{end}", number)
            return
        given[end] = number
    centre = line.cells.get(column)
    if not given or column in line.unread:
        return
    if centre is None:
        refuse(column, f"this cell is empty, but {column}_{min(given)} beside it is not")
    elif set(given) == {"cv"} and centre == 0 and given["cv"] >= 0:
        return  # a spread of nothing: certainly 0
    elif set(given) == {"cv"}:
        line.cells[column] = {"mean": centre, "cv": given["cv"]}
    elif set(given) == {"p10", "p90"}:
        line.cells[column] = {"p10": given["p10"], "p50": centre, "p90": given["p90"]}
    else:
        refuse(column, f"either {column}_cv, or {column}_p10 and {column}_p90 is asked beside it")


def validate_lines(kind: TableKind, lines: list[Line], findings: list[Finding]) -> None:
    """Check every line against its model; right ones get their row."""
    for line in lines:
        values = {column: cell for column, cell in line.cells.items() if column not in line.unread}
        try:
            line.row = kind.model.model_validate(values)
        except ValidationError as error:
            findings.extend(row_findings(error, kind.model, line.place, line.unread))
        if line.unread:
            line.row = None


def identity(kind: TableKind, line: Line) -> tuple[str, ...] | None:
    """Return the names that make a line unique, as text; None where one could not be read."""
    values = [line.cells.get(key) for key in kind.keys]
    if any(value is None for value in values):
        return None
    return tuple(name_text(value) for value in values)


def name_text(value: Any) -> str:
    """Return a name or a year as it stands in a path: 2027, not 2027.0."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def path_of(*names: str) -> str:
    """Return a dotted path; a name that is empty in a row is left out.

    Examples
    --------
    >>> path_of("places", "crisis", "", "2027")
    'places.crisis.2027'
    """
    return ".".join(filter(None, names))


def full_names(kind: TableKind, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names in a path with those that are empty in a row: the opposite of ``path_of``.

    Examples
    --------
    >>> full_names(TABLES["places"], ("crisis", "2027")), full_names(TABLES["demand"], ("Delft",))
    (('crisis', '', '2027'), ('Delft',))
    """
    if kind.name != "places" or len(names) < 2 or not _is_year(names[1]) or _is_year(names[2:3]):
        return names
    return (names[0], "", *names[1:])


def _is_year(name: str | tuple[str, ...]) -> bool:
    text = "".join(name)
    return len(text) == 4 and text.isascii() and text.isdigit()


def sorted_rows(model: type[RowType], lines: Iterable[Line]) -> tuple[RowType, ...]:
    """Return the rows of one kind, sorted by name (and year)."""
    kind = next(kind for kind in TABLES.values() if kind.model is model)
    rows = [line.row for line in lines if isinstance(line.row, model)]
    return tuple(sorted(rows, key=lambda row: tuple(getattr(row, key) for key in kind.keys)))


def without_lines(kind: TableKind, lines: list[Line], keys: tuple[str, ...]) -> list[Line] | None:
    """Return the lines without the rows, or the cell, at a path; None where there is none such."""
    depth = len(kind.keys)
    names = keys[:depth]
    found = [line for line in lines if (identity(kind, line) or ())[: len(names)] == names]
    if not found or len(keys) > depth + 1:
        return None
    if len(keys) <= depth:
        return [line for line in lines if line not in found]
    if keys[depth] not in kind.columns or keys[depth] in kind.keys:
        return None
    empty: Any = "" if holds_text(kind, keys[depth]) else None
    return [
        replace(line, cells={**line.cells, keys[depth]: empty}) if line in found else line
        for line in lines
    ]
