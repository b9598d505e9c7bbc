"""Who carries the risk: what municipalities and providers may lose or gain, per funding form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from jeugdsim.report import notation
from jeugdsim.report.figures.asked import check_asked, check_part, moment_of, period_text
from jeugdsim.report.figures.letters import PLAIN, wrapped
from jeugdsim.report.figures.look import BLUE, HEIGHT, INK, ORANGE, SOFT_INK
from jeugdsim.report.figures.scales import euro_ticks, plain_axes
from jeugdsim.report.figures.sheet import Note, finish, footer_text, make_sheet
from jeugdsim.report.text_table import shorten
from jeugdsim.report.words import check_language, word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

THICKNESS: Final = 0.3
INCHES_PER_FORM: Final = 0.55
INCHES_AROUND: Final = 1.75
LEAST_FORMS: Final = 2
NAME_POINTS: Final = 100.0
LONGEST_NAME: Final = 40
MARGIN: Final = 0.12


@dataclass(frozen=True)
class _Spread:
    """A setback in euros (a windfall is negative): its P10, P50 and P90, and what it rests on."""

    low: float
    middle: float
    high: float
    sd: float | None
    draws: int

    def written(self, p: int, unit: notation.Unit, language: str) -> str:
        """Write the `p` percentile no finer than the draws allow."""
        value = {10: self.low, 50: self.middle, 90: self.high}[p]
        error = notation.quantile_error(self.sd, self.draws, p / 100)
        return notation.amount(value, error, unit=unit, language=language)


def risk_carriers(
    summaries: Mapping[str, Mapping[str, Any]],
    *,
    year: int | None = None,
    ax: Axes | None = None,
    language: str = "nl",
) -> Axes:
    """Draw the spread of the municipalities' overrun and of the providers' loss per funding form.

    The providers' loss is minus their result. Bars run from P10 to P90, a line marks P50.

    Parameters
    ----------
    summaries : mapping of str to dict
        A name for each funding form, such as ``"taakgericht"``, and the content of its
        ``summary.json``; on the same draws, so that only the form differs.
    year : int, optional
        The year to draw; absent, all years together.
    ax : matplotlib.axes.Axes, optional
        Where to draw; absent, a new figure is made, higher with more forms.
    language : str
        ``"nl"`` or ``"en"``.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on.

    Raises
    ------
    TypeError, ValueError
        When there is no summary, one is not the dictionary of ``summary.json``, or the year or
        language is not known.

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> summary = js.run(scenario, draws=4, seed=2027, progress=False).to_dict()
    >>> risk_carriers({"taakgericht": summary}, year=2032).get_title(loc="left")
    'Wie draagt het risico? 2032'
    """
    _check_summaries(summaries, language)
    first = next(iter(summaries.values()))
    moments = {name: moment_of(summary, year) for name, summary in summaries.items()}
    spreads = {name: _spreads(summary, moments[name]) for name, summary in summaries.items()}
    unit = notation.unit_for(
        edge for pair in spreads.values() for spread in pair for edge in (spread.low, spread.high)
    )
    sheet = make_sheet(ax, max(HEIGHT, INCHES_AROUND + INCHES_PER_FORM * len(summaries)))
    for row, pair in enumerate(spreads.values()):
        for side, spread, colour in zip((-0.5, 0.5), pair, (BLUE, ORANGE), strict=True):
            _draw_spread(sheet.ax, row + side * (THICKNESS + 0.06), spread, colour, unit, language)
    _dress(sheet.ax, list(summaries), unit, language)
    period = period_text(first, next(iter(moments.values())), language)
    title = f"{word('figure.risk_title', language)} {period}"
    notes = [
        Note(word("figure.risk_municipalities", language), BLUE),
        Note(word("figure.risk_providers", language), ORANGE),
        Note(word("figure.risk_bar", language)),
    ]
    finish(sheet, title, notes, footer_text(list(summaries.values()), language))
    return sheet.ax


def _check_summaries(summaries: object, language: str) -> None:
    check_language(language)
    if not isinstance(summaries, Mapping) or "region" in summaries:
        raise TypeError(
            "summaries: give a name with every summary, such as "
            '{"taakgericht": one.to_dict(), "P x Q": other.to_dict()}'
        )
    if not summaries:
        raise ValueError("summaries: there is none, so there is nothing to draw")
    for summary in summaries.values():
        check_asked(summary, language)


def _spreads(summary: Mapping[str, Any], moment: str) -> tuple[_Spread, _Spread]:
    """Return the municipalities' overrun and the providers' loss."""
    draws = int(summary["draws"])
    overrun = check_part(summary, "overrun", "region", "overrun", moment)
    result = check_part(summary, "result of providers", "region", "provider_result", moment)
    return (
        _Spread(overrun["p10"], overrun["p50"], overrun["p90"], overrun["sd"], draws),
        _Spread(-result["p90"], -result["p50"], -result["p10"], result["sd"], draws),
    )


def _draw_spread(
    ax: Axes, y: float, spread: _Spread, colour: str, unit: notation.Unit, language: str
) -> None:
    low, middle, high = (x / unit.euros for x in (spread.low, spread.middle, spread.high))
    ax.barh(y, high - low, THICKNESS, left=low, color=colour)
    ax.vlines(middle, y - THICKNESS / 2, y + THICKNESS / 2, color=INK, linewidth=2.0)
    ends = [(high, spread.written(90, unit, language), 4.0, "left")]
    if low != high:
        ends.append((low, spread.written(10, unit, language), -4.0, "right"))
    for x, text, shift, align in ends:
        ax.annotate(
            text,
            xy=(x, y),
            xytext=(shift, 0.0),
            textcoords="offset points",
            ha=align,
            va="center",
            color=INK,
            annotation_clip=False,
            **PLAIN,
        )


def _dress(ax: Axes, names: list[str], unit: notation.Unit, language: str) -> None:
    plain_axes(ax, grid="x")
    ax.axvline(0.0, color=SOFT_INK, linewidth=0.8, zorder=0.9)
    ax.use_sticky_edges = False
    ax.margins(x=MARGIN)
    euro_ticks(ax.xaxis, language)
    labels = [wrapped(shorten(name, LONGEST_NAME), NAME_POINTS) for name in names]
    ax.set_yticks(range(len(names)), labels, **PLAIN)
    middle, rows = (len(names) - 1) / 2, max(len(names), LEAST_FORMS)
    ax.set_ylim(middle + rows / 2, middle - rows / 2)
    across = word("figure.setback_axis", language, unit=word(f"unit.{unit.euros}", language))
    ax.set_xlabel(across, color=INK, **PLAIN)
