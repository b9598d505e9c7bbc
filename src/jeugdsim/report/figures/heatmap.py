"""The heat map: the chance of an overrun of every municipality in every year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from jeugdsim.report import notation
from jeugdsim.report.figures.asked import TOTAL, check_asked, check_part
from jeugdsim.report.figures.cells import draw_cells, head_cells, set_apart
from jeugdsim.report.figures.look import HEIGHT, WHITE_TO_VERMILION
from jeugdsim.report.figures.places import text_box
from jeugdsim.report.figures.sheet import Note, finish, footer_text, make_sheet
from jeugdsim.report.words import word

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

INCHES_PER_ROW: Final = 0.2
INCHES_AROUND: Final = 1.3
MANY_COLUMNS: Final = 8
LONGEST_NAME: Final = 30
LONGEST_NAME_BESIDE_MANY: Final = 22
FILLED: Final = 0.94


def overrun_heatmap(
    summary: Mapping[str, Any], *, ax: Axes | None = None, language: str = "nl"
) -> Axes:
    """Draw the chance of an overrun per municipality and year, its percentage in the cell.

    The last row is all municipalities together, the last column all years together. The scale of
    colours always runs from 0% to 100%, so that two pictures can be laid beside each other.

    Parameters
    ----------
    summary : dict
        The content of ``summary.json``.
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
        When the summary is not the dictionary of ``summary.json``, or the language is not known.

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> summary = js.run(scenario, draws=4, seed=2027, progress=False).to_dict()
    >>> overrun_heatmap(summary).get_title(loc="left")
    'Kans op een tekort per gemeente en jaar'
    """
    check_asked(summary, language)
    bills = check_part(summary, "municipalities", "municipalities")
    everybody = check_part(summary, "overrun", "region", "overrun")
    moments = _moments(summary["years"])
    rows = {name: bill["overrun"] for name, bill in bills.items()}
    if len(rows) > 1:
        rows[word("figure.together", language)] = everybody
    chances = [[float(row[moment]["probability"]) for moment in moments] for row in rows.values()]
    draws = int(summary["draws"])
    written = [[notation.chance(chance, draws) for chance in row] for row in chances]
    sheet = make_sheet(ax, max(HEIGHT, INCHES_AROUND + INCHES_PER_ROW * len(rows)))
    texts = draw_cells(sheet.ax, chances, written, WHITE_TO_VERMILION, (0.0, 1.0))
    if len(rows) > 1:
        set_apart(sheet.ax, row=len(rows) - 1)
    if len(moments) > 1:
        set_apart(sheet.ax, column=len(moments) - 1)
    many = len(moments) > MANY_COLUMNS
    heads = _heads(moments, many, language)
    longest = LONGEST_NAME_BESIDE_MANY if many else LONGEST_NAME
    head_cells(sheet.ax, list(rows), heads, longest)
    title, note = word("figure.heatmap_title", language), Note(word("figure.heatmap", language))
    finish(sheet, title, [note], footer_text([summary], language))
    _fit(sheet.ax, texts, len(moments))
    return sheet.ax


def _moments(years: Sequence[int]) -> list[str]:
    return [*map(str, years), *([TOTAL] if len(years) > 1 else [])]


def _heads(moments: Sequence[str], many: bool, language: str) -> list[str]:
    """Name the columns: years, written short where there are many."""
    years = [f"'{year[-2:]}" if many else year for year in moments if year != TOTAL]
    return [*years, *([word("total", language)] if TOTAL in moments else [])]


def _fit(ax: Axes, texts: Sequence[Text], columns: int) -> None:
    """Leave the percent signs out where the cells are too narrow for them."""
    room = FILLED * ax.get_window_extent().width / columns
    if any(text_box(text).width > room for text in texts):
        for text in texts:
            text.set_text(text.get_text().removesuffix("%"))
