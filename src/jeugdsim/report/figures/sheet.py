"""The sheet a picture is drawn on: its own figure or given axes, with title, notes and footer.

matplotlib is imported inside the functions, so that importing the report costs nothing. Figures are
made without pyplot: no window, no global state.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from jeugdsim.report import notation
from jeugdsim.report.figures.labels import push_apart
from jeugdsim.report.figures.letters import PLAIN, height_of, width_of, wrapped
from jeugdsim.report.figures.look import EDGE_POINTS, HEIGHT, INK, SOFT_INK, TITLE_SIZE, WIDTH
from jeugdsim.report.figures.places import (
    POINTS_PER_INCH,
    dots_per_point,
    drawn_box,
    whole_figure,
)
from jeugdsim.report.text_table import shorten
from jeugdsim.report.words import word

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation

GAP_POINTS: Final = 5.0
SQUARE: Final = "\N{BLACK SQUARE}"
SQUARE_ROOM: Final = 11.0
BETWEEN: Final = " · "
LONGEST_NAME: Final = 45


@dataclass(frozen=True)
class Sheet:
    """Axes to draw on, and whether the figure around them is ours to arrange."""

    ax: Axes
    ours: bool


@dataclass(frozen=True)
class Note:
    """A line under the title; one with a colour says what that colour is in the picture."""

    text: str
    colour: str | None = None

    @property
    def indent(self) -> float:
        """Return the room the square takes, in points."""
        return 0.0 if self.colour is None else SQUARE_ROOM


@dataclass(frozen=True)
class _Edges:
    """How far what was drawn reaches beyond the axes, in points."""

    left: float
    top: float
    bottom: float


def make_sheet(ax: Axes | None, height: float = HEIGHT) -> Sheet:
    """Return the given axes, or those of a new figure as wide as a council paper prints it."""
    if ax is not None:
        return Sheet(ax, ours=False)
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height))
    FigureCanvasAgg(figure)
    return Sheet(figure.add_subplot(), ours=True)


def finish(
    sheet: Sheet,
    title: str,
    notes: Sequence[Note],
    footer: str,
    labels: Sequence[Annotation] = (),
) -> None:
    """Write title, notes and footer around what was drawn, and arrange a figure that is ours.

    Parameters
    ----------
    sheet : Sheet
        On which everything else is drawn already.
    title, footer : str
        Broken into lines where the figure is too narrow for them.
    notes : sequence of Note
        Stand between the title and the axes.
    labels : sequence of Annotation
        Labels right of the axes, to be pushed apart once the height of the axes is known.
    """
    room = _room(sheet)
    title = wrapped(title, room, TITLE_SIZE, bold=True)
    notes = [Note(wrapped(note.text, room - note.indent), note.colour) for note in notes]
    footer = _wrapped_footer(footer, room)
    if sheet.ours:
        head = sum(height_of(note.text) for note in notes) + height_of(title, TITLE_SIZE)
        _arrange(sheet.ax, head + 2 * GAP_POINTS, height_of(footer) + GAP_POINTS)
    push_apart(sheet.ax, labels)
    edges = _edges(sheet.ax)
    lift = _write_notes(sheet.ax, notes, edges)
    _write_title(sheet.ax, title, edges, lift)
    _write_footer(sheet.ax, footer, edges)


def footer_text(summaries: Sequence[Mapping[str, Any]], language: str, *remarks: str) -> str:
    """Tell which scenarios, draws and seed are behind a picture, and what to mind."""

    def each(texts: Sequence[str]) -> str:
        return " / ".join(dict.fromkeys(texts))

    text = word(
        "figure.footer",
        language,
        name=each([shorten(str(summary["scenario"]), LONGEST_NAME) for summary in summaries]),
        hash=each([str(summary["hash"])[:8] for summary in summaries]),
        draws=each([notation.number(summary["draws"], language=language) for summary in summaries]),
        seed=each([str(summary["seed"]) for summary in summaries]),
    )
    return BETWEEN.join([text, *remarks])


def _wrapped_footer(footer: str, room: float) -> str:
    """Break a footer between its parts, and inside a part that is wider than the room."""
    lines: list[str] = []
    for part in footer.split(BETWEEN):
        longer = f"{lines[-1]}{BETWEEN}{part}" if lines else part
        if lines and width_of(longer) <= room:
            lines[-1] = longer
        else:
            lines += wrapped(part, room).splitlines()
    return "\n".join(lines)


def _room(sheet: Sheet) -> float:
    """Return the points in width there are for title, notes and footer."""
    if sheet.ours:
        return WIDTH * POINTS_PER_INCH - 2 * EDGE_POINTS
    return drawn_box(sheet.ax).width / dots_per_point(sheet.ax)


def _arrange(ax: Axes, head: float, foot: float) -> None:
    """Give the axes and their labels the room that `head` and `foot` (points) leave, once."""
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    figure = whole_figure(ax)
    height = figure.get_figheight() * POINTS_PER_INCH
    engine = ConstrainedLayoutEngine(
        rect=(0.0, foot / height, 1.0, 1.0 - (head + foot) / height),
        w_pad=EDGE_POINTS / POINTS_PER_INCH,
        h_pad=GAP_POINTS / POINTS_PER_INCH,
    )
    engine.execute(figure)


def _edges(ax: Axes) -> _Edges:
    everything, axes, scale = drawn_box(ax), ax.get_window_extent(), dots_per_point(ax)
    return _Edges(
        left=max(axes.x0 - everything.x0, 0.0) / scale,
        top=max(everything.y1 - axes.y1, 0.0) / scale,
        bottom=max(axes.y0 - everything.y0, 0.0) / scale,
    )


def _write_notes(ax: Axes, notes: Sequence[Note], edges: _Edges) -> float:
    """Pile the notes up from the axes; return the height of the pile in points."""
    lift = edges.top + GAP_POINTS
    for note in reversed(notes):
        if note.colour is not None:
            _write(ax, SQUARE, (0.0, 1.0), (-edges.left, lift), color=note.colour, va="bottom")
        offset = (note.indent - edges.left, lift)
        _write(ax, note.text, (0.0, 1.0), offset, color=INK, va="bottom")
        lift += height_of(note.text)
    return lift + (GAP_POINTS / 2 if notes else 0.0)


def _write_title(ax: Axes, title: str, edges: _Edges, lift: float) -> None:
    width = ax.get_window_extent().width / dots_per_point(ax)
    style = {**PLAIN, "fontsize": TITLE_SIZE, "fontweight": "bold", "va": "bottom"}
    ax.set_title(title, loc="left", pad=lift, y=1.0, x=-edges.left / width, color=INK, **style)


def _write_footer(ax: Axes, footer: str, edges: _Edges) -> None:
    offset = (-edges.left, -edges.bottom - GAP_POINTS)
    _write(ax, footer, (0.0, 0.0), offset, color=SOFT_INK, va="top")


def _write(
    ax: Axes, text: str, corner: tuple[float, float], offset: tuple[float, float], **style: Any
) -> None:
    ax.annotate(
        text,
        xy=corner,
        xycoords="axes fraction",
        xytext=offset,
        textcoords="offset points",
        annotation_clip=False,
        **PLAIN,
        **style,
    )
