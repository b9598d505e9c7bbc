"""What every municipality pays under each allocation key, beside the key in use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from jeugdsim.report import notation
from jeugdsim.report.figures.asked import check_asked, check_part, moment_of, period_text
from jeugdsim.report.figures.cells import draw_cells, head_cells, set_apart
from jeugdsim.report.figures.letters import width_of, wrapped
from jeugdsim.report.figures.look import BLUE_WHITE_VERMILION, HEIGHT
from jeugdsim.report.figures.places import POINTS_PER_INCH, text_box
from jeugdsim.report.figures.sheet import Note, finish, footer_text, make_sheet
from jeugdsim.report.words import word, word_or_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

INCHES_PER_ROW: Final = 0.34
INCHES_PER_SINGLE_ROW: Final = 0.2
INCHES_AROUND: Final = 1.75
INCHES_FOR_CELLS: Final = 4.6
MOST_WITH_EDGES: Final = 20
LONGEST_NAME: Final = 24
LEAST_SPAN: Final = 0.1
FILLED: Final = 0.94


@dataclass(frozen=True)
class _Column:
    """The contributions under one key, and the mean under the key in use to compare them with."""

    head: str
    spreads: Mapping[str, Mapping[str, float]]
    base: Mapping[str, float] | None

    def change(self, name: str) -> float | None:
        """Return how much more (fraction) a municipality pays than under the key in use."""
        if self.base is None or not self.base[name]:
            return None
        return float(self.spreads[name]["mean"]) / self.base[name] - 1.0


@dataclass(frozen=True)
class _Cell:
    """What stands in a cell: the mean, the change against the key in use, P10 and P90."""

    mean: str
    change: str | None
    between: str

    def told(self, *, amount: bool, edges: bool) -> str:
        """Write the cell, with the amount beside a change, and with P10 and P90 below, or not."""
        first = self.mean
        if self.change is not None:
            first = f"{self.mean} ({self.change})" if amount else self.change
        return f"{first}\n{self.between}" if edges else first


def key_contributions(
    summary: Mapping[str, Any],
    *,
    year: int | None = None,
    ax: Axes | None = None,
    language: str = "nl",
) -> Axes:
    """Show what every municipality pays under each key: the mean, P10 to P90, and the change.

    The first column is the key in use. The others tell in percents, and in the colour of the cell,
    how much more or less the mean is than under the key in use: municipalities differ so much in
    size that amounts alone cannot be compared. With more than 20 municipalities P10 and P90 are left
    out, so that the picture fits on a page.

    Parameters
    ----------
    summary : dict
        The content of ``summary.json``.
    year : int, optional
        The year to draw; absent, all years together.
    ax : matplotlib.axes.Axes, optional
        Where to draw; absent, a new figure is made, higher with more municipalities.
    language : str
        ``"nl"`` or ``"en"``.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on.

    Raises
    ------
    TypeError, ValueError
        When the summary is not the dictionary of ``summary.json``, or the year or language is not
        known.

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> summary = js.run(scenario, draws=4, seed=2027, progress=False).to_dict()
    >>> key_contributions(summary, year=2027).get_title(loc="left")
    'Bijdrage per gemeente en verdeelsleutel, mln euro, 2027'
    """
    check_asked(summary, language)
    bills = check_part(summary, "municipalities", "municipalities")
    moment = moment_of(summary, year)
    columns = _columns(summary, moment, language)
    unit = notation.unit_for(spread["p90"] for column in columns for spread in column.spreads.values())
    edges = len(bills) <= MOST_WITH_EDGES
    per_row = INCHES_PER_ROW if edges else INCHES_PER_SINGLE_ROW
    sheet = make_sheet(ax, max(HEIGHT, INCHES_AROUND + per_row * len(bills)))
    changes = [[column.change(name) or 0.0 for column in columns] for name in bills]
    draws = int(summary["draws"])
    cells = [[_cell(column, name, draws, unit, language) for column in columns] for name in bills]
    written = [[cell.told(amount=True, edges=edges) for cell in row] for row in cells]
    reach = max(LEAST_SPAN, *(abs(change) for row in changes for change in row))
    texts = draw_cells(sheet.ax, changes, written, BLUE_WHITE_VERMILION, (-reach, reach))
    if len(columns) > 1:
        set_apart(sheet.ax, column=1)
    heads = [_head(column.head, len(columns)) for column in columns]
    head_cells(sheet.ax, list(bills), heads, LONGEST_NAME)
    title = ", ".join(
        [
            word("figure.keys_title", language),
            word(f"unit.{unit.euros}", language),
            period_text(summary, moment, language),
        ]
    )
    footer = footer_text([summary], language, *_not_computable(summary, language))
    finish(sheet, title, _notes(columns, edges, language), footer)
    _fit(sheet.ax, texts, [cell for row in cells for cell in row], len(columns), edges)
    return sheet.ax


def _columns(summary: Mapping[str, Any], moment: str, language: str) -> list[_Column]:
    """Return the key in use and every other key that can be computed."""
    in_use = {name: bill["contribution"][moment] for name, bill in summary["municipalities"].items()}
    base = {name: float(spread["mean"]) for name, spread in in_use.items()}
    used = summary.get("key")
    label = (
        word_or_name("key", used, language)
        if isinstance(used, str)
        else word("key_per_contract", language)
    )
    columns = [_Column(word("figure.key_in_use", language, label=label), in_use, None)]
    for key, bills in summary["allocation"].items():
        if key != used and "not_computable" not in bills:
            spreads = {name: bill[moment] for name, bill in bills.items()}
            columns.append(_Column(word_or_name("key", key, language), spreads, base))
    return columns


def _not_computable(summary: Mapping[str, Any], language: str) -> list[str]:
    names = [
        word_or_name("key", key, language)
        for key, bills in summary["allocation"].items()
        if "not_computable" in bills
    ]
    return [word("figure.not_computable", language, names=", ".join(names))] if names else []


def _cell(column: _Column, name: str, draws: int, unit: notation.Unit, language: str) -> _Cell:
    spread = column.spreads[name]
    mean = notation.amount(spread["mean"], spread["standard_error"], unit=unit, language=language)
    low, high = (
        notation.amount(
            spread[f"p{p}"],
            notation.quantile_error(spread["sd"], draws, p / 100),
            unit=unit,
            language=language,
        )
        for p in (10, 90)
    )
    change = None if column.base is None else _signed(column.change(name), language)
    return _Cell(mean, change, f"{low}{notation.DASH}{high}")


def _signed(change: float | None, language: str) -> str:
    percents = notation.percentage(change, language=language)
    return f"+{percents}" if change is not None and change > 0.0 and percents != "0%" else percents


def _head(label: str, columns: int) -> str:
    """Break the name of a key over the width of its column, between words if that can be."""
    width = INCHES_FOR_CELLS * POINTS_PER_INCH / columns
    longest_word = max(width_of(part) for part in label.split())
    return wrapped(label, max(FILLED * width, min(longest_word, width)))


def _notes(columns: Sequence[_Column], edges: bool, language: str) -> list[Note]:
    names = ["figure.keys_edges" if edges else "figure.keys_mean"]
    names += ["figure.keys_change"] if len(columns) > 1 else []
    return [Note(word(name, language)) for name in names]


def _fit(ax: Axes, texts: Sequence[Text], cells: Sequence[_Cell], columns: int, edges: bool) -> None:
    """Leave the amounts out of changes where the columns are too narrow for both."""
    room = FILLED * ax.get_window_extent().width / columns
    if any(text_box(text).width > room for text in texts):
        for text, cell in zip(texts, cells, strict=True):
            text.set_text(cell.told(amount=False, edges=edges))
