"""The fan: what care may cost in every year, beside the budget and the accounts so far."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from jeugdsim.report import notation
from jeugdsim.report.figures.asked import check_asked
from jeugdsim.report.figures.labels import Label, write_labels
from jeugdsim.report.figures.letters import PLAIN, halo, wrapped
from jeugdsim.report.figures.look import BLUE, INK, INNER_BAND, OUTER_BAND, SOFT_INK, VERMILION
from jeugdsim.report.figures.scales import euro_ticks, plain_axes, year_ticks
from jeugdsim.report.figures.sheet import finish, footer_text, make_sheet
from jeugdsim.report.words import word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HALF_A_YEAR: Final = 0.4
LABEL_POINTS: Final = 96.0
LEAST_ROOM_FOR_ACCOUNTS: Final = 0.55
BUDGETS: Final = ("budget", "budget_without_target")


def fan_chart(summary: Mapping[str, Any], *, ax: Axes | None = None, language: str = "nl") -> Axes:
    """Draw cost per year as a fan, with the budget with and without the savings target.

    Parameters
    ----------
    summary : dict
        The content of ``summary.json``. Accounts of years before the start, euros by year under
        ``accounts``, are drawn left of the fan; missing years stay a gap.
    ax : matplotlib.axes.Axes, optional
        Where to draw; absent, a new figure is made.
    language : str
        ``"nl"`` or ``"en"``.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on; ``ax.figure`` is the figure.

    Raises
    ------
    TypeError, ValueError
        When the summary is not the dictionary of ``summary.json``, or the language is not known.

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> summary = js.run(scenario, draws=4, seed=2027, progress=False).to_dict()
    >>> fan_chart(summary).get_title(loc="left")[:29]
    'Kosten van jeugdhulp per jaar'
    """
    check_asked(summary, language)
    sheet = make_sheet(ax)
    years = [int(year) for year in summary["years"]]
    region = summary["region"]
    accounts = {int(year): float(euros) for year, euros in (summary.get("accounts") or {}).items()}
    highest = [region["cost"][str(year)]["p95"] for year in years]
    unit = notation.unit_for([*highest, *accounts.values()])
    cost = {
        p: _series([region["cost"][str(year)][p] for year in years], unit)
        for p in ("p5", "p10", "p50", "p90", "p95")
    }
    budgets = {name: _series([region[name][str(year)] for year in years], unit) for name in BUDGETS}
    across = _across(years)
    _draw_fan(sheet.ax, across, cost)
    _draw_budgets(sheet.ax, across, budgets)
    left = _draw_accounts(sheet.ax, accounts, across, unit, language)
    _dress(sheet.ax, left, across, years, language)
    title = (
        f"{word('figure.title', language)}, {word(f'unit.{unit.euros}', language)}"
        f" ({word('figure.prices', language)})"
    )
    cut = [word("figure.cut", language)] if sheet.ax.get_ylim()[0] > 0.0 else []
    labels = write_labels(sheet.ax, across[-1], _labels(cost, budgets, language))
    finish(sheet, title, [], footer_text([summary], language, *cut), labels)
    return sheet.ax


def _series(euros: Sequence[float], unit: notation.Unit) -> list[float]:
    """Give the values in `unit`; a single year is drawn as a flat stretch."""
    values = [value / unit.euros for value in euros]
    return values if len(values) > 1 else values * 2


def _across(years: Sequence[int]) -> list[float]:
    if len(years) > 1:
        return [float(year) for year in years]
    return [years[0] - HALF_A_YEAR, years[0] + HALF_A_YEAR]


def _draw_fan(ax: Axes, across: Sequence[float], cost: Mapping[str, Sequence[float]]) -> None:
    ax.fill_between(across, cost["p5"], cost["p95"], color=OUTER_BAND, linewidth=0, label="P5-P95")
    ax.fill_between(across, cost["p10"], cost["p90"], color=INNER_BAND, linewidth=0, label="P10-P90")
    ax.plot(across, cost["p50"], color=BLUE, linewidth=2.2, label="P50")


def _draw_budgets(ax: Axes, across: Sequence[float], budgets: Mapping[str, Sequence[float]]) -> None:
    for name, style in zip(BUDGETS, ("-", "--"), strict=True):
        ax.plot(across, budgets[name], color=VERMILION, linestyle=style, linewidth=1.6, label=name)


def _draw_accounts(
    ax: Axes,
    accounts: Mapping[int, float],
    across: Sequence[float],
    unit: notation.Unit,
    language: str,
) -> float:
    """Draw the accounts so far, a gap where a year is missing; return where the axis begins."""
    if not accounts:
        return across[0]
    known = range(min(accounts), max(accounts) + 1)
    line = [accounts.get(year, math.nan) / unit.euros for year in known]
    ax.plot(list(known), line, color=INK, linewidth=1.6, marker="o", markersize=3.5, label="accounts")
    room = LEAST_ROOM_FOR_ACCOUNTS * (across[-1] - across[0])
    left = min(known[0] - HALF_A_YEAR, across[0] - room)
    ax.annotate(
        wrapped(word("figure.accounts", language), LABEL_POINTS),
        xy=(left, max(accounts.values()) / unit.euros),
        xytext=(2.0, 7.0),
        textcoords="offset points",
        va="bottom",
        color=INK,
        annotation_clip=False,
        **PLAIN,
        **halo(),
    )
    return left


def _dress(ax: Axes, left: float, across: Sequence[float], years: Sequence[int], language: str) -> None:
    plain_axes(ax, grid="y")
    euro_ticks(ax.yaxis, language)
    ticks = year_ticks(math.ceil(left), years[-1])
    ax.set_xticks(ticks, [str(year) for year in ticks], **PLAIN)
    ax.set_xlim(left, across[-1])


def _labels(
    cost: Mapping[str, Sequence[float]], budgets: Mapping[str, Sequence[float]], language: str
) -> list[Label]:
    ends = {name: values[-1] for name, values in {**cost, **budgets}.items()}
    with_target = budgets["budget"] != budgets["budget_without_target"]
    budget = word("figure.budget" if with_target else "budget", language)
    texts = [
        (word("figure.outer", language), "p95", SOFT_INK),
        (word("figure.inner", language), "p90", SOFT_INK),
        (word("figure.middle", language), "p50", BLUE),
        (budget, "budget", VERMILION),
    ]
    if with_target:
        texts.append((word("figure.budget_without", language), "budget_without_target", VERMILION))
    return [Label(wrapped(text, LABEL_POINTS), ends[name], colour) for text, name, colour in texts]
