"""Pictures to files: the same bytes every time, whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jeugdsim.report.figures.look import DOTS_PER_INCH
from jeugdsim.report.figures.places import whole_figure
from jeugdsim.report.files import moved_into_place

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.transforms import Bbox

_WITHOUT_TIME: Final[dict[str, dict[str, Any]]] = {
    "png": {"Software": None},
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
}


def save_figure(path: str | Path, ax: Axes) -> None:
    """Save the figure of `ax` in the format of the path's suffix, the same bytes every time.

    Parameters
    ----------
    path : str or Path
        Where to; the suffix (png, svg, pdf) names the format, png when there is none.
    ax : matplotlib.axes.Axes
        Any axes of the figure; the whole figure is saved.

    Raises
    ------
    ValueError
        When matplotlib does not know the format; nothing is written.

    Examples
    --------
    >>> from pathlib import Path
    >>> from matplotlib.figure import Figure
    >>> save_figure("empty.png", Figure().add_subplot())
    >>> Path("empty.png").exists()
    True
    """
    import matplotlib as mpl

    suffix = Path(path).suffix.removeprefix(".").lower() or "png"
    figure = whole_figure(ax)
    with mpl.rc_context({"svg.hashsalt": "jeugdsim"}), moved_into_place(path) as temporary:
        figure.savefig(
            temporary,
            format=suffix,
            dpi=DOTS_PER_INCH,
            bbox_inches=_with_what_sticks_out(figure),
            metadata=_WITHOUT_TIME.get(suffix),
        )


def _with_what_sticks_out(figure: Figure) -> Bbox:
    """Return the figure's box in inches, wider where texts reach beyond it, never narrower."""
    from matplotlib.transforms import Bbox

    return Bbox.union([figure.bbox_inches, figure.get_tightbbox()])
