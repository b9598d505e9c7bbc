"""What every municipality gains or loses per inhabitant under the other keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from jeugdsim.report.figures.asked import check_asked, check_part
from jeugdsim.report.figures.letters import PLAIN
from jeugdsim.report.figures.look import BLUE, HEIGHT, INK, ORANGE, SKY, SOFT_INK, VERMILION
from jeugdsim.report.figures.scales import euro_ticks, plain_axes
from jeugdsim.report.figures.sheet import Note, finish, footer_text, make_sheet
from jeugdsim.report.text_table import shorten
from jeugdsim.report.words import word, word_or_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS: Final = (BLUE, ORANGE, VERMILION, SKY)
INCHES_PER_BAR: Final = 0.12
INCHES_PER_NAME: Final = 0.2
INCHES_AROUND: Final = 1.9
INCHES_OF_A_PAGE: Final = 9.9
BETWEEN_TOWNS: Final = 0.25
LONGEST_NAME: Final = 30
MARGIN: Final = 0.05


def key_shift_chart(
    summary: Mapping[str, Any], *, ax: Axes | None = None, language: str = "nl"
) -> Axes:
    """Draw what other keys mean for every municipality per inhabitant per year, with the spread.

    Bars run from P10 to P90, a line marks the mean; left of zero a municipality pays less than under
    the key in use. Municipalities stand in order of the mean under the key that shifts the most euros.
    Of more than four other keys the four that shift the most are drawn.

    Parameters
    ----------
    summary : dict
        The content of ``summary.json``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; absent, a new figure is made, higher with more municipalities and keys. Bars get
        thinner where it would no longer fit on a page; names keep their room, past 40 on a longer one.
    language : str
        ``"nl"`` or ``"en"``.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on.

    Raises
    ------
    TypeError, ValueError
        When the summary is not the dictionary of ``summary.json``, it holds no second key that can be
        computed, or the language is not known.

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> summary = js.run(scenario, draws=4, seed=2027, progress=False).to_dict()
    >>> key_shift_chart(summary, language="en").get_title(loc="left")
    'What another allocation key means per inhabitant, EUR per year'
    """
    check_asked(summary, language)
    judged = check_part(summary, "judgement of keys", "keys")
    shifts = shifts_of(judged)
    if not shifts:
        raise ValueError("summary: it holds no second key that can be computed (keys)")
    largest = sorted(shifts, key=lambda key: -_euros_moved(shifts[key]))
    drawn = [key for key in shifts if key in largest[: len(COLOURS)]]
    most = shifts[largest[0]]
    towns = sorted(most, key=lambda town: float(most[town]["per_inhabitant_mean"]))
    sheet = make_sheet(ax, _inches(len(towns), len(drawn)))
    height = (1.0 - BETWEEN_TOWNS) / len(drawn)
    for place, key in enumerate(drawn):
        for row, town in enumerate(towns):
            y = row - 0.5 + BETWEEN_TOWNS / 2 + height * (place + 0.5)
            _draw_bar(sheet.ax, y, height, shifts[key][town], COLOURS[place])
    _dress(sheet.ax, towns, language)
    notes = [
        *(Note(word_or_name("key", key, language), COLOURS[place]) for place, key in enumerate(drawn)),
        Note(word("figure.shift_bar", language)),
    ]
    rest = [word_or_name("key", key, language) for key in shifts if key not in drawn]
    left_out = [word("figure.shift_left_out", language, names=", ".join(rest))] if rest else []
    footer = footer_text([summary], language, *left_out)
    finish(sheet, word("figure.shift_title", language), notes, footer)
    return sheet.ax


def shifts_of(judged: Mapping[str, Any]) -> dict[str, dict[str, Mapping[str, float]]]:
    """Return the shifts from the key in use to every other key: key, municipality, numbers."""
    found = {
        key: {
            town: told["shift"]
            for town, told in block.get("municipalities", {}).items()
            if "shift" in told and told["shift"]["per_inhabitant_mean"] is not None
        }
        for key, block in judged.items()
    }
    return {key: towns for key, towns in found.items() if towns}


def _inches(towns: int, keys: int) -> float:
    """Return the height that gives every bar its room on a page, at least every name."""
    left_on_a_page = (INCHES_OF_A_PAGE - INCHES_AROUND) / towns
    per_town = max(INCHES_PER_NAME, min(INCHES_PER_BAR * (keys + 1), left_on_a_page))
    return max(HEIGHT, INCHES_AROUND + per_town * towns)


def _euros_moved(towns: Mapping[str, Mapping[str, float]]) -> float:
    return sum(abs(shift["mean"]) for shift in towns.values())


def _draw_bar(ax: Axes, y: float, height: float, shift: Mapping[str, float], colour: str) -> None:
    low, high = shift["per_inhabitant_p10"], shift["per_inhabitant_p90"]
    ax.barh(y, high - low, 0.85 * height, left=low, color=colour)
    mean = shift["per_inhabitant_mean"]
    ax.vlines(mean, y - height / 2, y + height / 2, color=INK, linewidth=1.5)


def _dress(ax: Axes, towns: list[str], language: str) -> None:
    plain_axes(ax, grid="x")
    ax.axvline(0.0, color=SOFT_INK, linewidth=0.8, zorder=0.9)
    ax.use_sticky_edges = False
    ax.margins(x=MARGIN)
    euro_ticks(ax.xaxis, language)
    ax.set_yticks(range(len(towns)), [shorten(name, LONGEST_NAME) for name in towns], **PLAIN)
    ax.set_ylim(len(towns) - 0.5, -0.5)
    ax.set_xlabel(word("figure.shift_axis", language), color=INK, **PLAIN)
