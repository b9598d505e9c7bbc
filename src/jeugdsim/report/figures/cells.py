"""A table of coloured cells: rows of municipalities, a number in every cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from jeugdsim.report.figures.letters import PLAIN, readable_on
from jeugdsim.report.figures.look import INK
from jeugdsim.report.text_table import shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

THIN: Final = 1.0
THICK: Final = 4.0


def draw_cells(
    ax: Axes,
    values: Sequence[Sequence[float]],
    texts: Sequence[Sequence[str]],
    colours: Sequence[str],
    span: tuple[float, float],
) -> list[Text]:
    """Colour a cell for every value, write its text in it, and return the texts row by row.

    Parameters
    ----------
    values, texts : sequence of rows
        The first row on top.
    colours : sequence of str
        The scale, from the lowest of `span` to the highest.
    span : tuple of two floats
        The values at both ends of the scale.
    """
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    scale = LinearSegmentedColormap.from_list("cells", list(colours))
    norm = Normalize(*span)
    ax.pcolormesh(list(values), cmap=scale, norm=norm, edgecolors="white", linewidth=THIN)
    ax.invert_yaxis()
    return [
        ax.text(
            column + 0.5,
            row + 0.5,
            texts[row][column],
            ha="center",
            va="center",
            color=readable_on(scale(norm(value))),
            **PLAIN,
        )
        for row, line in enumerate(values)
        for column, value in enumerate(line)
    ]


def set_apart(ax: Axes, *, column: int | None = None, row: int | None = None) -> None:
    """Draw a white gap before a column or a row that is not of a kind with the others."""
    if column is not None:
        ax.axvline(column, color="white", linewidth=THICK)
    if row is not None:
        ax.axhline(row, color="white", linewidth=THICK)


def head_cells(ax: Axes, rows: Sequence[str], columns: Sequence[str], longest: int) -> None:
    """Name the rows at the left and the columns at the top."""
    style: dict[str, Any] = {"color": INK, **PLAIN}
    ax.set_yticks(
        [row + 0.5 for row in range(len(rows))], [shorten(name, longest) for name in rows], **style
    )
    ax.set_xticks([column + 0.5 for column in range(len(columns))], list(columns), **style)
    ax.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False)
    for spine in ax.spines.values():
        spine.set_visible(False)
