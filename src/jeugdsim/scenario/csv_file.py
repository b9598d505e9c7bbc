"""Read a CSV file into rows of text with their lines, and text into numbers.

Two dialects are read: comma with decimal point, and semicolon with decimal comma (a spreadsheet in
Dutch). What could mean two things is refused with what to write instead.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jeugdsim.scenario.files import Place, composed, read_text
from jeugdsim.scenario.findings import Finding, as_fraction, shown

_POINT = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_COMMA = re.compile(r"[+-]?([0-9]+(,[0-9]*)?|,[0-9]+)([eE][+-]?[0-9]+)?")
_AMBIGUOUS = re.compile(r"[+-]?[0-9]+\.[0-9]{3}")
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity|na|n/a|#n/a|#n/b|#value!|#div/0!)", re.IGNORECASE)
_TRUTHS = {"true": True, "false": False, "waar": True, "onwaar": False, "ja": True, "nee": False}
_SEPARATOR_LINE = re.compile(r'"?sep=([^\r\n])"?[ ,;\t]*(?=[\r\n]|$)', re.IGNORECASE)

_Cells = tuple[Place, list[str]]


@dataclass(frozen=True)
class TextRow:
    """The cells of one row as text, under the names of their columns."""

    place: Place
    cells: dict[str, str]


@dataclass(frozen=True)
class TextTable:
    """A CSV file as text.

    Attributes
    ----------
    place : Place
        The file and the line of the header.
    columns : tuple of str
        The names in the header.
    rows : tuple of TextRow
        The rows that have as many cells as the header.
    decimal_comma : bool
        Whether this is a semicolon file, in which numbers have the decimal comma.
    """

    place: Place
    columns: tuple[str, ...]
    rows: tuple[TextRow, ...]
    decimal_comma: bool


def read_csv(path: Path, shown_as: str, findings: list[Finding]) -> TextTable | None:
    """Read a CSV file; None and findings where it has no usable header.

    Parameters
    ----------
    path : Path
        The file.
    shown_as : str
        The path as the user wrote it, for the findings.
    findings : list of Finding
        What is wrong is added here.
    """
    text = read_text(path, shown_as, findings)
    if text is None:
        return None
    separator = _SEPARATOR_LINE.match(text)
    text = text[separator.end() :] if separator else text  # the line break stays, so lines count on
    if not text.strip():
        findings.append(Place(shown_as).error("this file is empty"))
        return None
    mark = separator.group(1) if separator else _separator(text)
    if mark not in (",", ";"):
        by = "tabs" if mark == "\t" else shown(mark)
        message = f"this file is separated by {by}: save it as CSV with commas or semicolons"
        findings.append(Place(shown_as, 1).error(message))
        return None
    semicolon = mark == ";"
    lines = _without_empty_columns(list(_split(text, mark, shown_as, findings)))
    if not lines:
        message = "this file has no header with the names of its columns"
        findings.append(Place(shown_as).error(message))
        return None
    place, header = lines[0]
    columns = tuple(composed(name.strip()) for name in header)
    if not _header_is_usable(columns, place, findings):
        return None
    rows = []
    for row_place, cells in lines[1:]:
        cells = _with_empty_note(cells, columns)
        if len(cells) == len(columns):
            rows.append(TextRow(row_place, dict(zip(columns, map(composed, cells), strict=True))))
        else:
            findings.append(row_place.error(_ragged(len(cells), len(columns), semicolon)))
    return TextTable(place, columns, tuple(rows), semicolon)


def _separator(text: str) -> str:
    """Return what separates the names in the header."""
    header = next(line for line in re.split(r"[\r\n]", text) if line.strip())
    if ";" in header:
        return ";"
    return "\t" if "\t" in header and "," not in header else ","


def _without_empty_columns(lines: list[_Cells]) -> list[_Cells]:
    """Cut off columns at the end that have no name and no cells, as spreadsheets leave them."""
    if not lines:
        return lines
    header = lines[0][1]
    named = max(number for number, name in enumerate(header, start=1) if name.strip())
    if any(cell.strip() for _, cells in lines for cell in cells[named : len(header)]):
        return lines
    return [(place, cells[:named] + cells[len(header) :]) for place, cells in lines]


def _with_empty_note(cells: list[str], columns: tuple[str, ...]) -> list[str]:
    """Return a row with the empty note at its end that Excel leaves out where a block has none.

    Nothing else is filled in or cut off: a cell too few or too many, such as the two parts of 1,5,
    would make the other cells slide into the wrong columns.
    """
    lacks_note = columns[len(cells) :] == ("note",) and cells[-1].strip()
    return [*cells, ""] if lacks_note else cells


def _split(text: str, separator: str, shown_as: str, findings: list[Finding]) -> Iterator[_Cells]:
    """Give the cells of every row that is not empty, with the line on which the row begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield Place(shown_as, line), cells
            line = reader.line_num + 1
    except csv.Error as error:
        findings.append(
            Place(shown_as, line).error(
                f"this row can't be read as CSV ({error}): is a quote opened and not closed?"
            )
        )


def _header_is_usable(columns: tuple[str, ...], place: Place, findings: list[Finding]) -> bool:
    usable = True
    for number, name in enumerate(columns, start=1):
        if not name:
            findings.append(place.error(f"column {number} has no name: name it or take it out"))
            usable = False
        elif name in columns[: number - 1]:
            findings.append(place.error(f'column "{name}" is there twice'))
            usable = False
    return usable


def _ragged(cells: int, columns: int, semicolon: bool) -> str:
    hint = ""
    if cells > columns and not semicolon:
        hint = ": in a comma file numbers have a decimal point, and text with a comma stands in"
        hint += ' "quotes"'
    return f"this row has {cells} cells, but the header names {columns} columns{hint}"


def read_truth(text: str) -> bool | str:
    """Read true or false as it stands in a cell; what is wrong with it as text where it is neither.

    Examples
    --------
    >>> read_truth("WAAR"), read_truth("nee")
    (True, False)
    >>> read_truth("1")
    'true or false is asked, but "1" is given'
    """
    word = text.strip().lower()
    if word in _TRUTHS:
        return _TRUTHS[word]
    return f"true or false is asked, but {shown(text.strip())} is given"


def read_number(text: str, decimal_comma: bool) -> float | str:
    """Read a number as it stands in a cell; what is wrong with it as text where it can't be read.

    Examples
    --------
    >>> read_number("0,5", decimal_comma=True)
    0.5
    >>> read_number("12%", decimal_comma=False)
    '"12%" has a percent sign: write the fraction 0.12'
    """
    text = text.strip()
    if _NOT_FINITE.fullmatch(text):
        return f"{shown(text)} is not a finite number"
    if "%" in text:
        return _percent(text, decimal_comma)
    if decimal_comma and _AMBIGUOUS.fullmatch(text):
        whole, part = text.split(".")
        return f"{shown(text)} is ambiguous in a semicolon file: write {whole}{part} or {whole},{part}"
    if decimal_comma and _COMMA.fullmatch(text):
        text = text.replace(",", ".")
    if not _POINT.fullmatch(text):
        return f"{shown(text)} is not a number: {_advice(text, decimal_comma)}"
    number = float(text)
    return number if math.isfinite(number) else f"{shown(text)} is too large for a number"


def _percent(text: str, decimal_comma: bool) -> str:
    fraction = as_fraction(text)
    if fraction is None:
        return f"{shown(text)} has a percent sign: write a fraction, such as 0.12 for 12%"
    if decimal_comma:
        fraction = fraction.replace(".", ",")
    return f"{shown(text)} has a percent sign: write the fraction {fraction}"


def _advice(text: str, decimal_comma: bool) -> str:
    if "," in text and not decimal_comma:
        return "a comma file has the decimal point and no thousands separators"
    if "." in text and "," in text:
        return "a semicolon file has the decimal comma and no thousands separators"
    return "write digits only, with a decimal " + ("comma" if decimal_comma else "point")
