"""The table of waiting in the printed answer: for which care children wait, how many and how long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from jeugdsim.report import notation
from jeugdsim.report.side import Side
from jeugdsim.report.text_table import Column, fits, render, shorten
from jeugdsim.report.words import word

LINE: Final = "clients_waiting_at_year_end"
TOTAL: Final = "total"
LONGEST_NAME: Final = 28
GAPS: Final = (2, 1)
HALVES: Final = 2


def waiting_table(side: Side, width: int, most: int) -> list[str]:
    """Show per care form who waits at the end of the first and last year, how long, and how full it is.

    Care forms for which nobody waits in any draw are left out; nothing is shown where none has places.

    Parameters
    ----------
    side : Side
        The run.
    width : int
        Columns of the terminal.
    most : int
        No more care forms than this; those with the longest lines in the last year come first. The
        last row is all care forms together, those left out among them.
    """
    block = side.find("waiting") or {}
    if not block:
        return []
    last = str(side.results["years"][-1])
    waited = {name: form for name, form in block.items() if _somebody_waits(form)}
    if not waited:
        return [word("waiting.nobody", side.language)]
    names = sorted(waited, key=lambda name: -float(waited[name][LINE][last]["mean"]))[:most]
    rows = [(name, waited[name]) for name in names]
    if len(waited) > 1:
        label = word("waiting.together", side.language, count=len(waited))
        rows.append((label, side.find("region") or {}))
    return _laid_out(side, rows, width)


def _somebody_waits(form: Mapping[str, Any]) -> bool:
    days = form.get("waiting_days", {}).get(TOTAL, {})
    return bool(days.get("mean"))


def _laid_out(side: Side, rows: Sequence[tuple[str, Mapping[str, Any]]], width: int) -> list[str]:
    """Lay the rows out in two halves where they fit; a narrow terminal gets one, or fewer columns."""
    layouts = [
        (_columns(side, rows, halves, with_range), gap)
        for halves, with_range in ((HALVES, True), (1, True), (1, False))
        for gap in GAPS
    ]
    columns, gap = next(
        (layout for layout in layouts if fits(layout[0], width=width, gap=layout[1])), layouts[-1]
    )
    return render(columns, width=width, gap=gap)


def _columns(
    side: Side, rows: Sequence[tuple[str, Mapping[str, Any]]], halves: int, with_range: bool
) -> list[Column]:
    height = -(-len(rows) // halves)
    parts = [rows[start : start + height] for start in range(0, len(rows), height)]
    return [
        column
        for block, part in enumerate(parts)
        for column in _half(side, part, height, block, with_range)
    ]


def _half(
    side: Side,
    rows: Sequence[tuple[str, Mapping[str, Any]]],
    height: int,
    block: int,
    with_range: bool,
) -> list[Column]:
    language = side.language
    years = list(dict.fromkeys(str(side.results["years"][at]) for at in (0, -1)))
    empty = [""] * (height - len(rows))

    def column(heads: tuple[str, str], cells: Sequence[str]) -> Column:
        return Column(heads, [*cells, *empty], block)

    names = [shorten(name, LONGEST_NAME) for name, _ in rows]
    title = (word("waiting.title", language), word("waiting.title_below", language))
    columns = [Column(title, [*names, *empty], block, left=True)]
    for year in years:
        ranged = with_range and year == years[-1]
        head = word("waiting.year_range", language, year=year) if ranged else year
        cells = [_children(side, row[LINE][year], with_range=ranged) for _, row in rows]
        columns.append(column((word("waiting.at_end_of", language), head), cells))
    days = [_days(row.get("mean_wait_days"), language) for _, row in rows]
    full = [_share(row.get("occupancy"), language) for _, row in rows]
    return [
        *columns,
        column((word("waiting.days", language), word("waiting.days_below", language)), days),
        column(("", word("waiting.full", language)), full),
    ]


def _children(side: Side, spread: Mapping[str, Any], *, with_range: bool) -> str:
    """Write a number of children: the median, and where it lies 8 times out of 10."""

    def written(p: int) -> str:
        error = notation.quantile_error(spread.get("sd"), side.draws, p / 100)
        return notation.count(spread[f"p{p}"], error, language=side.language)

    middle = written(50)
    return f"{middle} ({written(10)}{notation.DASH}{written(90)})" if with_range else middle


def _days(wait: Mapping[str, Any] | None, language: str) -> str:
    """Write the mean wait of those admitted, in tenths of days where it is short."""
    if wait is None:
        return ""
    mean, error = wait[TOTAL]["mean"], wait[TOTAL]["standard_error"]
    return notation.count(mean, error, tenths=True, language=language)


def _share(occupancy: Mapping[str, Any] | None, language: str) -> str:
    if occupancy is None:
        return ""
    return notation.percentage(occupancy[TOTAL]["mean"], language=language)
