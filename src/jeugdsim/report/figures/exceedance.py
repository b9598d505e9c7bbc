"""The exceedance curve: for every amount, the chance that the overrun is larger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from jeugdsim.report import notation
from jeugdsim.report.figures.asked import check_asked, moment_of, period_text
from jeugdsim.report.figures.letters import PLAIN, halo
from jeugdsim.report.figures.look import BLUE, INK, PALE_ORANGE, SOFT_INK, VERMILION
from jeugdsim.report.figures.places import text_box
from jeugdsim.report.figures.scales import chance_ticks, euro_ticks, plain_axes
from jeugdsim.report.figures.sheet import Note, finish, footer_text, make_sheet
from jeugdsim.report.words import check_language, word

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation

    Draws = npt.NDArray[np.float64]

CENT: Final = 0.01
SHOWN_TAIL: Final = 0.5
MARGIN: Final = 0.04


@dataclass(frozen=True)
class _Mark:
    """A point on the curve: an amount, the chance to exceed it, and what is told of it."""

    euros: float
    chance: float
    written: str
    sentence: str
    colour: str


def exceedance(
    overrun: npt.ArrayLike,
    summary: Mapping[str, Any] | None = None,
    *,
    place: str | None = None,
    year: int | None = None,
    certainty: float = 0.8,
    ax: Axes | None = None,
    language: str = "nl",
) -> Axes:
    """Draw for every amount the chance that the overrun is larger, and mark a chosen certainty.

    Parameters
    ----------
    overrun : array_like, shape (draws,)
        The overrun in every draw in euros, summed over what the picture is about: a year or all
        years, a municipality or all of them.
    summary : dict, optional
        The content of ``summary.json`` of the same run, for the period in the title and for the
        footer.
    place : str, optional
        The municipality the draws are of; absent, all together.
    year : int, optional
        The year the draws are of; absent, all years together.
    certainty : float
        Between 0 and 1; marked is the amount that the overrun stays below with this chance, the
        quantile of the draws (numpy's ``linear``).
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
        When the draws are not one finite number each, or certainty, year or language are wrong.

    Examples
    --------
    >>> ax = exceedance([-4e6, 1e6, 2e6, 5e6], certainty=0.5)
    >>> ax.get_title(loc="left")
    'Hoe groot kan het tekort worden? Alle gemeenten'
    """
    import numpy as np

    check_language(language)
    draws = _checked_draws(overrun)
    if not 0.0 < certainty < 1.0:
        raise ValueError(f"certainty {certainty!r}: give a number between 0 and 1, such as 0.8 for 80%")
    sheet = make_sheet(ax)
    low, high = (float(edge) for edge in np.percentile(draws, [SHOWN_TAIL, 100.0 - SHOWN_TAIL]))
    unit = notation.unit_for([low, high])
    marks = [_chance_mark(draws, language), _certainty_mark(draws, certainty, unit, language)]
    limits = _limits(min(low, marks[1].euros), max(high, marks[1].euros), unit)
    _draw_curve(sheet.ax, draws, unit, limits)
    labels = [_draw_mark(sheet.ax, mark, unit) for mark in marks]
    plain_axes(sheet.ax, grid="y")
    euro_ticks(sheet.ax.xaxis, language)
    chance_ticks(sheet.ax, language)
    sheet.ax.set_xlim(*limits)
    across = word("figure.overrun_axis", language, unit=word(f"unit.{unit.euros}", language))
    sheet.ax.set_xlabel(across, color=INK, **PLAIN)
    sheet.ax.set_ylabel(word("figure.larger_axis", language), color=INK, **PLAIN)
    notes = [Note(mark.sentence, mark.colour) for mark in reversed(marks)]
    finish(sheet, _title(summary, place, year, language), notes, _footer(summary, draws, language))
    _part(labels)
    return sheet.ax


def _checked_draws(overrun: npt.ArrayLike) -> Draws:
    import numpy as np

    try:
        draws = np.asarray(overrun, dtype=np.float64)
    except (TypeError, ValueError):
        raise TypeError("overrun: give an array of euros, one number per draw") from None
    if draws.ndim != 1:
        raise ValueError(
            f"overrun: it has {draws.ndim} dimensions where one number per draw is asked; sum over "
            "municipalities, segments and years first, or choose one of them"
        )
    if len(draws) == 0:
        raise ValueError("overrun: there are no draws in it")
    if not np.isfinite(draws).all():
        raise ValueError("overrun: it holds a number that is not finite (NaN or infinity)")
    return draws


def _chance_mark(draws: Draws, language: str) -> _Mark:
    chance = float((draws > CENT).mean())
    written = notation.chance(chance, len(draws))
    sentence = word("figure.chance_of_overrun", language, chance=written)
    return _Mark(0.0, chance, written, sentence, BLUE)


def _certainty_mark(draws: Draws, certainty: float, unit: notation.Unit, language: str) -> _Mark:
    import numpy as np

    euros = float(np.quantile(draws, certainty))
    sd = float(draws.std(ddof=1)) if len(draws) > 1 else None
    error = notation.quantile_error(sd, len(draws), certainty)
    amount = notation.amount(euros, error, unit=unit, language=language)
    percents = 100.0 * certainty
    sure = notation.percentage(certainty, 0 if percents == round(percents) else 1, language=language)
    sentence = word(
        "figure.certain" if euros > CENT else "figure.certain_none",
        language,
        certainty=sure,
        amount=amount,
        unit=word(f"unit.{unit.euros}", language),
    )
    return _Mark(euros, 1.0 - certainty, amount, sentence, VERMILION)


def _limits(low: float, high: float, unit: notation.Unit) -> tuple[float, float]:
    """Return where the axis begins and ends; zero, the budget, is always on it."""
    low, high = min(low, 0.0) / unit.euros, max(high, 0.0) / unit.euros
    if low == high:
        return low - 1.0, high + 1.0
    return low - MARGIN * (high - low), high + MARGIN * (high - low)


def _draw_curve(ax: Axes, draws: Draws, unit: notation.Unit, limits: tuple[float, float]) -> None:
    """Draw the share of draws above every amount: a step down at each draw."""
    import numpy as np

    steps = np.sort(draws) / unit.euros
    edges = np.concatenate([[min(limits[0], steps[0])], steps, [max(limits[1], steps[-1])]])
    larger = 1.0 - np.arange(len(steps) + 1) / len(steps)
    ax.stairs(larger, np.maximum(edges, 0.0), fill=True, color=PALE_ORANGE, label="overrun")
    ax.stairs(larger, edges, baseline=None, color=INK, linewidth=1.6, label="curve")
    ax.axvline(0.0, color=SOFT_INK, linewidth=0.8)


def _draw_mark(ax: Axes, mark: _Mark, unit: notation.Unit) -> Annotation:
    x = mark.euros / unit.euros
    ax.plot([x, x], [0.0, mark.chance], color=mark.colour, linewidth=1.0, linestyle=":")
    ax.plot([x], [mark.chance], color=mark.colour, marker="o", markersize=6.0, clip_on=False)
    return ax.annotate(
        mark.written,
        xy=(x, mark.chance),
        xytext=(5.0, 3.0),
        textcoords="offset points",
        color=mark.colour,
        fontweight="bold",
        annotation_clip=False,
        **PLAIN,
        **halo(),
    )


def _part(labels: list[Annotation]) -> None:
    """Move the later of two labels that touch below its point, under the falling curve."""
    for first, second in pairwise(labels):
        if text_box(first).overlaps(text_box(second)):
            second.set_position((-5.0, -4.0))
            second.set(ha="right", va="top")


def _title(
    summary: Mapping[str, Any] | None, place: str | None, year: int | None, language: str
) -> str:
    parts = [word("figure.everybody", language) if place is None else place]
    if summary is not None:
        check_asked(summary, language)
        parts.append(period_text(summary, moment_of(summary, year), language))
    elif year is not None:
        parts.append(str(year))
    return f"{word('figure.exceedance_title', language)} {', '.join(parts)}"


def _footer(summary: Mapping[str, Any] | None, draws: Draws, language: str) -> str:
    if summary is not None:
        return footer_text([summary], language)
    return word("figure.draws", language, draws=notation.number(len(draws), language=language))
