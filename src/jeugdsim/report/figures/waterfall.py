"""The waterfall: from the budget, step by step, to what care is expected to cost."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from jeugdsim.report import notation
from jeugdsim.report.figures.asked import check_asked, check_part, moment_of, period_text
from jeugdsim.report.figures.letters import PLAIN
from jeugdsim.report.figures.look import BLUE, HEIGHT, INK, ORANGE, SOFT_INK
from jeugdsim.report.figures.scales import euro_ticks, plain_axes
from jeugdsim.report.figures.sheet import Note, finish, footer_text, make_sheet
from jeugdsim.report.words import word, word_or_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Drivers = Mapping[str, Mapping[str, float]]
THICKNESS: Final = 0.62
INCHES_PER_ROW: Final = 0.24
INCHES_AROUND: Final = 1.6
MARGIN: Final = 0.14
SLACK: Final = 1e-6
WHOLE_FROM: Final = 1000


@dataclass(frozen=True)
class _Step:
    """One driver: from where to where it takes the cost, in euros, and its spread."""

    name: str
    begin: float
    end: float
    spread: Mapping[str, float]


def driver_waterfall(
    summary: Mapping[str, Any],
    *,
    year: int | None = None,
    ax: Axes | None = None,
    language: str = "nl",
) -> Axes:
    """Draw the steps from the budget to the mean cost: the mean of every driver of the overrun.

    Parameters
    ----------
    summary : dict
        The content of ``summary.json``, with ``region.drivers``.
    year : int, optional
        The year to draw; absent, all years together.
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
        When the summary is not the dictionary of ``summary.json``, holds no drivers, when the
        drivers do not add up to cost minus budget, or when the year or language is not known.

    Examples
    --------
    >>> spread = {"mean": 5e6, "p10": 2e6, "p90": 9e6, "standard_error": 1e5}
    >>> summary = {
    ...     "scenario": "voorbeeld", "hash": "0123456789", "draws": 100, "seed": 1, "years": [2027],
    ...     "region": {
    ...         "budget": {"2027": 50e6}, "cost": {"2027": {"mean": 55e6, "standard_error": 1e5}},
    ...         "drivers": {"2027": {"price": spread}},
    ...     },
    ... }
    >>> driver_waterfall(summary, year=2027).get_title(loc="left")
    'Van budget naar kosten, mln euro, 2027'
    """
    check_asked(summary, language)
    moment = moment_of(summary, year)
    drivers = check_part(summary, "drivers of the overrun", "region", "drivers", moment)
    region, draws = summary["region"], int(summary["draws"])
    budget, cost = float(region["budget"][moment]), region["cost"][moment]
    without = region.get("budget_without_target", region["budget"])[moment]
    steps = _steps(budget, _target_apart(drivers, float(without) - budget))
    _check_sum(steps, float(cost["mean"]))
    unit = notation.unit_for([budget, cost["mean"], *(step.end for step in steps)])
    sheet = make_sheet(ax, max(HEIGHT, INCHES_AROUND + INCHES_PER_ROW * (len(steps) + 2)))
    _draw_ends(sheet.ax, budget, cost, len(steps) + 1, unit, language)
    for row, step in enumerate(steps, start=1):
        _draw_step(sheet.ax, row, step, draws, unit, language)
    _draw_joints(sheet.ax, [budget, *(step.end for step in steps)], unit)
    _dress(sheet.ax, [step.name for step in steps], language)
    title = ", ".join(
        [
            word("figure.drivers_title", language),
            word(f"unit.{unit.euros}", language),
            period_text(summary, moment, language),
        ]
    )
    notes = [
        Note(word("figure.drivers_up", language), ORANGE),
        Note(word("figure.drivers_down", language), BLUE),
        Note(word("figure.drivers_spread", language)),
    ]
    cut = [] if sheet.ax.get_xlim()[0] <= 0.0 <= sheet.ax.get_xlim()[1] else ["figure.cut"]
    finish(sheet, title, notes, footer_text([summary], language, *(word(x, language) for x in cut)))
    return sheet.ax


def _target_apart(drivers: Drivers, target: float) -> Drivers:
    """Split what budgeting does in the target, which was taken off the budget, and the rest."""
    if not target or "budgeting" not in drivers:
        return drivers
    moved = ("mean", "p10", "p90")
    rest = {**drivers["budgeting"], **{p: drivers["budgeting"][p] - target for p in moved}}
    return {"target": dict.fromkeys(moved, target), **drivers, "budgeting": rest}


def _steps(budget: float, drivers: Drivers) -> list[_Step]:
    means = [float(spread["mean"]) for spread in drivers.values()]
    heights = list(accumulate(means, initial=budget))
    return [
        _Step(name, heights[i], heights[i + 1], spread)
        for i, (name, spread) in enumerate(drivers.items())
    ]


def _check_sum(steps: Sequence[_Step], cost: float) -> None:
    """Refuse drivers that do not lead to the cost: a picture would hide the difference."""
    if not math.isclose(steps[-1].end, cost, rel_tol=SLACK, abs_tol=1.0):
        raise ValueError(
            f"summary: budget and drivers add up to {steps[-1].end:.0f} euros, the mean cost is "
            f"{cost:.0f} euros; they belong to different results"
        )


def _draw_ends(
    ax: Axes,
    budget: float,
    cost: Mapping[str, float],
    last: int,
    unit: notation.Unit,
    language: str,
) -> None:
    """Mark the budget above the steps and the mean cost below them."""
    whole = float(unit.euros) if abs(budget) >= WHOLE_FROM * unit.euros else None
    ends = [(0, budget, whole), (last, float(cost["mean"]), cost["standard_error"])]
    for row, euros, standard_error in ends:
        x = euros / unit.euros
        ax.vlines(x, row - THICKNESS / 2, row + THICKNESS / 2, color=INK, linewidth=4.0)
        text = notation.amount(euros, standard_error, unit=unit, language=language)
        _write(ax, text, (x, row), 6.0, bold=True)


def _draw_step(ax: Axes, row: int, step: _Step, draws: int, unit: notation.Unit, language: str) -> None:
    begin, end = step.begin / unit.euros, step.end / unit.euros
    colour = ORANGE if end >= begin else BLUE
    ax.barh(row, end - begin, THICKNESS, left=begin, color=colour, label=step.name)
    _write(ax, _told(step.spread, draws, unit, language), (max(begin, end), row), 4.0)


def _told(spread: Mapping[str, float], draws: int, unit: notation.Unit, language: str) -> str:
    """Write the mean of a driver, and P10 and P90 where it is not certain."""

    def written(name: str, error: float | None) -> str:
        amount = notation.amount(spread[name], error, unit=unit, language=language)
        return f"+{amount}" if spread[name] > 0.0 and amount.strip("0.,") else amount

    mean = written("mean", spread.get("standard_error"))
    if math.isclose(spread["p10"], spread["p90"], abs_tol=1.0):
        return mean
    low, high = (
        written(f"p{p}", notation.quantile_error(spread.get("sd"), draws, p / 100)) for p in (10, 90)
    )
    return f"{mean}  ({word('figure.between', language, low=low, high=high)})"


def _draw_joints(ax: Axes, heights: Sequence[float], unit: notation.Unit) -> None:
    for row, euros in enumerate(heights):
        ax.vlines(euros / unit.euros, row, row + 1, color=SOFT_INK, linewidth=0.7, zorder=0.9)


def _write(ax: Axes, text: str, xy: tuple[float, float], shift: float, *, bold: bool = False) -> None:
    ax.annotate(
        text,
        xy=xy,
        xytext=(shift, 0.0),
        textcoords="offset points",
        ha="left",
        va="center",
        color=INK,
        fontweight="bold" if bold else "normal",
        annotation_clip=False,
        **PLAIN,
    )


def _dress(ax: Axes, names: Sequence[str], language: str) -> None:
    plain_axes(ax, grid="x")
    ax.use_sticky_edges = False
    ax.margins(x=MARGIN)
    euro_ticks(ax.xaxis, language)
    labels = [
        word("budget", language),
        *(word_or_name("driver", name, language) for name in names),
        word("figure.mean_cost", language),
    ]
    ax.set_yticks(range(len(labels)), labels, **PLAIN)
    ax.set_ylim(len(labels) - 0.4, -0.6)
