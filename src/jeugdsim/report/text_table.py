"""A table in plain text that fits a terminal: aligned columns, heads that span, blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import Final

SHORTEST_NAME: Final = 8
BLOCK_MARK: Final = " | "


@dataclass(frozen=True)
class Column:
    """A column of text: its heads from top to bottom, its cells, and the block it belongs to.

    Neighbours in one block with the same head in a row share that head.
    """

    heads: tuple[str, ...]
    cells: Sequence[str]
    block: int = 0
    left: bool = False


def shorten(text: str, width: int) -> str:
    """Cut a text to `width` characters, the last one an ellipsis."""
    return text if len(text) <= width else text[: max(width - 1, 0)].rstrip() + "…"


def render(columns: Sequence[Column], *, width: int, gap: int = 2) -> list[str]:
    """Lay the columns out; a table that is too wide gets a shorter first column."""
    widths = _widths(columns, gap)
    too_wide = _line_width(columns, widths, gap) - width
    if too_wide > 0:
        limit = max(widths[0] - too_wide, SHORTEST_NAME, _own_head_width(columns))
        names = [shorten(cell, limit) for cell in columns[0].cells]
        columns = [replace(columns[0], cells=names), *columns[1:]]
        widths = _widths(columns, gap)
    head_rows = range(len(columns[0].heads))
    lines = [_head_line(columns, widths, row, gap) for row in head_rows]
    lines += [_body_line(columns, widths, row, gap) for row in range(len(columns[0].cells))]
    return [line.rstrip() for line in lines]


def fits(columns: Sequence[Column], *, width: int, gap: int = 2) -> bool:
    """Say whether the columns fit in `width` as they are."""
    return _line_width(columns, _widths(columns, gap), gap) <= width


def _own_head_width(columns: Sequence[Column]) -> int:
    """Give the width the first column needs for the heads it does not share."""
    first_spans = [next(_spans(columns, row)) for row in range(len(columns[0].heads))]
    return max((len(head) for head, members in first_spans if len(members) == 1), default=0)


def _widths(columns: Sequence[Column], gap: int) -> list[int]:
    widths = [max((len(cell) for cell in column.cells), default=0) for column in columns]
    for row in reversed(range(len(columns[0].heads))):
        for head, members in _spans(columns, row):
            room = sum(widths[i] for i in members) + gap * (len(members) - 1)
            widths[members[0]] += max(len(head) - room, 0)
    return widths


def _spans(columns: Sequence[Column], row: int) -> Iterator[tuple[str, list[int]]]:
    def shared(index: int) -> tuple[int, str, int]:
        column = columns[index]
        return column.block, column.heads[row], -1 if column.heads[row] else index

    for key, members in groupby(range(len(columns)), shared):
        yield key[1], list(members)


def _line_width(columns: Sequence[Column], widths: Sequence[int], gap: int) -> int:
    return sum(widths) + sum(len(mark) for mark in _marks(columns, gap))


def _marks(columns: Sequence[Column], gap: int) -> list[str]:
    return [" " * gap if a.block == b.block else BLOCK_MARK for a, b in pairwise(columns)]


def _head_line(columns: Sequence[Column], widths: Sequence[int], row: int, gap: int) -> str:
    marks = ["", *_marks(columns, gap)]
    line = ""
    for head, members in _spans(columns, row):
        room = sum(widths[i] for i in members) + gap * (len(members) - 1)
        first = columns[members[0]]
        text = head.ljust(room) if first.left or len(members) > 1 else head.rjust(room)
        line += marks[members[0]] + text
    return line


def _body_line(columns: Sequence[Column], widths: Sequence[int], row: int, gap: int) -> str:
    line = ""
    for mark, column, room in zip(["", *_marks(columns, gap)], columns, widths, strict=True):
        cell = column.cells[row]
        line += mark + (cell.ljust(room) if column.left else cell.rjust(room))
    return line
