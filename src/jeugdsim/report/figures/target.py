"""The chance of meeting the savings target, in every year: by real savings, and in all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from jeugdsim.report import notation
from jeugdsim.report.figures.asked import TOTAL, check_asked, check_part
from jeugdsim.report.figures.labels import any_touch
from jeugdsim.report.figures.letters import PLAIN
from jeugdsim.report.figures.look import BLUE, INK, ORANGE, SOFT_INK
from jeugdsim.report.figures.scales import chance_ticks, plain_axes
from jeugdsim.report.figures.sheet import Note, finish, footer_text, make_sheet
from jeugdsim.report.words import word

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation

BAR: Final = 0.36
NORMAL_95: Final = 1.96
UNSEEN_95: Final = 0.05
SERIES: Final = (("probability_real", "figure.real", BLUE), ("probability", "figure.all", ORANGE))


def target_chance(summary: Mapping[str, Any], *, ax: Axes | None = None, language: str = "nl") -> Axes:
    """Draw the chance of meeting the savings target per year, by real savings and in all.

    A thin line on each bar is the 95% interval that the number of draws leaves: 1.96 standard
    errors, ``sqrt(p (1 - p) / draws)``, to both sides; where no draw (or every draw) meets the
    target, up to the bound ``1 - 0.05 ** (1 / draws)``.

    Parameters
    ----------
    summary : dict
        The content of ``summary.json``.
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
        When the summary is not the dictionary of ``summary.json``, or the language is not known.

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> summary = js.run(scenario, draws=4, seed=2027, progress=False).to_dict()
    >>> target_chance(summary).get_title(loc="left")
    'Kans dat het bespaardoel wordt gehaald'
    """
    check_asked(summary, language)
    savings = check_part(summary, "savings", "region", "savings")
    sheet = make_sheet(ax)
    moments = _moments(summary["years"])
    unit = notation.unit_for(savings[moment]["target"] for moment in moments)
    texts: list[Annotation] = []
    for position, moment in enumerate(moments):
        texts += _draw_moment(sheet.ax, position, savings[moment], int(summary["draws"]), language)
    plain_axes(sheet.ax, grid="y")
    chance_ticks(sheet.ax, language)
    sheet.ax.set_xlim(-0.6, len(moments) - 0.4)
    _mark_moments(sheet.ax, moments, savings, unit, language)
    notes = [Note(word(text, language), colour) for _, text, colour in SERIES]
    notes.append(Note(word("figure.interval", language)))
    title = word("figure.target_title", language)
    finish(sheet, title, notes, footer_text([summary], language))
    if any_touch(texts):
        for text in texts:
            text.remove()
    return sheet.ax


def _moments(years: Sequence[int]) -> list[str]:
    return [*map(str, years), *([TOTAL] if len(years) > 1 else [])]


def _draw_moment(
    ax: Axes, position: int, savings: Mapping[str, Any], draws: int, language: str
) -> list[Annotation]:
    """Draw the two bars of a year with their intervals; return the texts on them."""
    if savings["probability"] is None:
        ax.annotate(
            word("figure.no_target", language),
            xy=(position, 0.02),
            ha="center",
            va="bottom",
            color=SOFT_INK,
            **PLAIN,
        )
        return []
    texts = []
    for side, (name, _, colour) in zip((-0.5, 0.5), SERIES, strict=True):
        chance, x = float(savings[name]), position + side * BAR
        low, high = interval(chance, draws)
        ax.bar(x, chance, BAR, color=colour, label=name)
        ax.vlines(x, low, high, color=INK, linewidth=1.0, label=f"{name} interval")
        texts.append(
            ax.annotate(
                notation.chance(chance, draws),
                xy=(x, high),
                xytext=(0.0, 2.0),
                textcoords="offset points",
                ha="center",
                va="bottom",
                color=INK,
                annotation_clip=False,
                **PLAIN,
            )
        )
    return texts


def interval(chance: float, draws: int) -> tuple[float, float]:
    """Return the 95% interval of a chance that was seen in `draws` draws.

    Parameters
    ----------
    chance : float
        The share of draws, in [0, 1].
    draws : int
        The number of draws.

    Returns
    -------
    low, high : float

    Examples
    --------
    >>> interval(0.5, 10_000)
    (0.4902, 0.5098)
    """
    if chance in (0.0, 1.0):
        bound = 1.0 - UNSEEN_95 ** (1.0 / draws)
        return (0.0, bound) if chance == 0.0 else (1.0 - bound, 1.0)
    reach = NORMAL_95 * notation.probability_error(chance, draws)
    return max(chance - reach, 0.0), min(chance + reach, 1.0)


def _mark_moments(
    ax: Axes,
    moments: Sequence[str],
    savings: Mapping[str, Any],
    unit: notation.Unit,
    language: str,
) -> None:
    """Write under every year its name and the amount of its target."""
    labels = []
    for moment in moments:
        name = word("total", language) if moment == TOTAL else moment
        asked = savings[moment]["target"] if savings[moment]["probability"] is not None else None
        labels.append(f"{name}\n{notation.amount(asked, unit=unit, language=language)}")
    ax.set_xticks(range(len(moments)), labels, **PLAIN)
    below = word("figure.target_axis", language, unit=word(f"unit.{unit.euros}", language))
    ax.set_xlabel(below, color=INK, **PLAIN)
