"""Where things stand on a figure: the figure of axes, its scale, and boxes around what is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox

POINTS_PER_INCH: Final = 72.0


def whole_figure(ax: Axes) -> Figure:
    """Return the figure that axes stand on, also where they are on a part of it."""
    from matplotlib.figure import Figure

    figure = ax.figure
    return figure if isinstance(figure, Figure) else figure.figure


def dots_per_point(ax: Axes) -> float:
    """Return the pixels in a point, 1/72 inch."""
    return float(whole_figure(ax).dpi) / POINTS_PER_INCH


def drawn_box(ax: Axes) -> Bbox:
    """Return the box around axes with all labels, in pixels."""
    box = ax.get_tightbbox()
    return ax.get_window_extent() if box is None else box


def text_box(text: Text) -> Bbox:
    """Return where the letters of a text stand, without the line that leads to it."""
    from matplotlib.text import Text

    return Text.get_window_extent(text)
