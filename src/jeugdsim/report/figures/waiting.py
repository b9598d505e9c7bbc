"""Who waits: the number of children who wait for a place at the end of every year, per care form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from jeugdsim.report.figures.asked import check_asked, check_part
from jeugdsim.report.figures.letters import PLAIN
from jeugdsim.report.figures.look import BLUE, INK, ORANGE, SKY
from jeugdsim.report.figures.scales import euro_ticks, plain_axes, year_ticks
from jeugdsim.report.figures.sheet import Note, finish, footer_text, make_sheet
from jeugdsim.report.text_table import shorten
from jeugdsim.report.words import word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LINE: Final = "clients_waiting_at_year_end"
COLOURS: Final = (BLUE, ORANGE, SKY)
YEAR_FILLED: Final = 0.72
LONGEST_NAME: Final = 40
MOST_NAMED: Final = 4
LEAST_HEIGHT: Final = 1.0


def waiting_children(
    summary: Mapping[str, Any], *, ax: Axes | None = None, language: str = "nl"
) -> Axes:
    """Draw who waits for a place at the end of every year: P10, P50 and P90 per care form.

    The three care forms for which most wait at the end of the last year, on average; a note names the
    others for which children wait. Bars run from P10 to P90, a line marks P50.

    Parameters
    ----------
    summary : dict
        The content of ``summary.json`` of a scenario in which care forms have places.
    ax : matplotlib.axes.Axes, optional
        Where to draw; absent, a new figure is made.
    language : str
        ``"nl"`` or ``"en"``.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on.

    Raises
    ------
    TypeError, ValueError
        When the summary is not the dictionary of ``summary.json``, no care form has places, or the
        language is not known.

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> full = scenario.with_changes({"care_forms.residentieel.places": 300})
    >>> summary = js.run(full, draws=4, seed=2027, progress=False).to_dict()
    >>> waiting_children(summary).get_title(loc="left")
    'Kinderen die aan het eind van het jaar op een plaats wachten'
    """
    check_asked(summary, language)
    lines = _lines(check_part(summary, "waiting", "waiting"))
    years = [int(year) for year in summary["years"]]
    last = str(years[-1])
    longest = sorted(lines, key=lambda name: -float(lines[name][last]["mean"]))
    drawn, others = longest[: len(COLOURS)], longest[len(COLOURS) :]
    sheet = make_sheet(ax)
    notes = []
    width = YEAR_FILLED / len(drawn)
    for number, (name, colour) in enumerate(zip(drawn, COLOURS, strict=False)):
        shift = width * (number - (len(drawn) - 1) / 2)
        _draw_form(sheet.ax, [year + shift for year in years], width, lines[name], years, colour)
        notes.append(Note(shorten(name, LONGEST_NAME), colour))
    _dress(sheet.ax, years, language)
    notes += [*_untold(lines, others, language), Note(word("figure.risk_bar", language))]
    finish(sheet, word("figure.waiting_title", language), notes, footer_text([summary], language))
    return sheet.ax


def _lines(block: Mapping[str, Any]) -> dict[str, Any]:
    """Return who waits, per care form with places."""
    return {name: form[LINE] for name, form in block.items() if LINE in form}


def _draw_form(
    ax: Axes,
    across: Sequence[float],
    width: float,
    line: Mapping[str, Any],
    years: Sequence[int],
    colour: str,
) -> None:
    low, middle, high = ([float(line[str(year)][p]) for year in years] for p in ("p10", "p50", "p90"))
    heights = [top - bottom for bottom, top in zip(low, high, strict=True)]
    ax.bar(across, heights, 0.9 * width, bottom=low, color=colour)
    half = width / 2
    ax.hlines(middle, [x - half for x in across], [x + half for x in across], color=INK, linewidth=2.0)


def _untold(lines: Mapping[str, Any], names: Sequence[str], language: str) -> list[Note]:
    """Name the care forms that are not drawn and for which somebody waits."""
    waited = [name for name in names if any(year["mean"] > 0.0 for year in lines[name].values())]
    if not waited:
        return []
    told = [shorten(name, LONGEST_NAME) for name in waited[:MOST_NAMED]]
    more = ["…"] if len(waited) > MOST_NAMED else []
    return [Note(word("figure.waiting_others", language, names=", ".join([*told, *more])))]


def _dress(ax: Axes, years: Sequence[int], language: str) -> None:
    plain_axes(ax, grid="y")
    ax.set_ylim(0.0, max(ax.get_ylim()[1], LEAST_HEIGHT))
    euro_ticks(ax.yaxis, language)
    ticks = year_ticks(years[0], years[-1])
    ax.set_xticks(ticks, [str(year) for year in ticks], **PLAIN)
    ax.set_xlim(years[0] - 0.5, years[-1] + 0.5)
    ax.set_ylabel(word("figure.children", language), color=INK, **PLAIN)
