"""Figures: the fan of what care may cost, with the budget beside it.

matplotlib is imported inside the functions, so that importing the report costs nothing. Figures
are made without pyplot: no window, no global state.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jeugdsim.report import notation
from jeugdsim.report.files import moved_into_place
from jeugdsim.report.text_table import shorten
from jeugdsim.report.words import check_language, word

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK: Final = "#1a1a1a"
BLUE: Final = "#0072b2"
VERMILION: Final = "#b84500"
OUTER_BAND: Final = "#cfe3f1"
INNER_BAND: Final = "#8fbfe0"
BAND_INK: Final = "#6b7680"
GRID: Final = "#e3e3e3"
HALF_A_YEAR: Final = 0.4
LABEL_HEIGHT: Final = 0.055
DOTS_PER_INCH: Final = 150
LONGEST_NAME: Final = 45


@dataclass(frozen=True)
class _Label:
    """A text at the right end of a line or band, and the height where it belongs."""

    text: str
    height: float
    colour: str


def fan_chart(summary: Mapping[str, Any], *, ax: Axes | None = None, language: str = "nl") -> Axes:
    """Draw cost per year as a fan, with the budget with and without the savings target.

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
        The axes drawn on; ``ax.figure`` is the figure.
    """
    check_language(language)
    ax = _new_axes() if ax is None else ax
    years = [int(year) for year in summary["years"]]
    region = summary["region"]
    unit = notation.unit_for(region["cost"][str(year)]["p95"] for year in years)
    cost = {
        p: _series([region["cost"][str(year)][p] for year in years], unit)
        for p in ("p5", "p10", "p50", "p90", "p95")
    }
    budgets = {
        name: _series([region[name][str(year)] for year in years], unit)
        for name in ("budget", "budget_without_target")
    }
    across = _across(years)
    _draw_fan(ax, across, cost)
    _draw_budgets(ax, across, budgets)
    _dress_axes(ax, years, unit, language)
    _write_labels(ax, across[-1], _labels(cost, budgets, language))
    _write_footer(ax, summary, language)
    return ax


def save_figure(path: str | Path, ax: Axes) -> None:
    """Save the figure of `ax` in the format of the path's suffix, the same bytes every time."""
    import matplotlib as mpl

    suffix = Path(path).suffix.removeprefix(".").lower() or "png"
    figure = _whole_figure(ax)
    with mpl.rc_context({"svg.hashsalt": "jeugdsim"}), moved_into_place(path) as temporary:
        figure.savefig(
            temporary,
            format=suffix,
            dpi=DOTS_PER_INCH,
            bbox_inches="tight",
            metadata=_METADATA.get(suffix),
        )


_METADATA: Final[dict[str, dict[str, Any]]] = {
    "png": {"Software": None},
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
}


def _new_axes() -> Axes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, 4.8))
    FigureCanvasAgg(figure)
    return figure.add_subplot()


def _whole_figure(ax: Axes) -> Figure:
    from matplotlib.figure import Figure

    figure = ax.figure
    return figure if isinstance(figure, Figure) else figure.figure


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
    ax.plot(across, cost["p50"], color=BLUE, linewidth=2.4, label="P50")


def _draw_budgets(ax: Axes, across: Sequence[float], budgets: Mapping[str, Sequence[float]]) -> None:
    for name, style in (("budget", "-"), ("budget_without_target", "--")):
        ax.plot(across, budgets[name], color=VERMILION, linestyle=style, linewidth=1.8, label=name)


def _dress_axes(ax: Axes, years: Sequence[int], unit: notation.Unit, language: str) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    def euros(value: float, _position: int | None) -> str:
        return notation.number(value, _decimals_needed(ax.get_yticks().tolist()), language=language)

    ax.set_title(
        f"{word('figure.title', language)}, {word(f'unit.{unit.euros}', language)}"
        f" ({word('figure.prices', language)})",
        loc="left",
        color=INK,
        fontweight="bold",
    )
    ax.yaxis.set_major_locator(MaxNLocator(nbins=6))
    ax.yaxis.set_major_formatter(FuncFormatter(euros))
    ax.set_xticks(_year_ticks(years), [str(year) for year in _year_ticks(years)])
    ax.set_xlim(*((years[0], years[-1]) if len(years) > 1 else _across(years)))
    ax.grid(axis="y", color=GRID)
    ax.set_axisbelow(True)
    ax.tick_params(length=0, colors=INK)
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)


def _year_ticks(years: Sequence[int]) -> list[int]:
    return list(years[:: max(1, -(-len(years) // 10))])


def _decimals_needed(ticks: Sequence[float]) -> int:
    """Give the decimals that keep neighbouring ticks apart, three at most."""
    written = (
        decimals
        for decimals in range(3)
        if all(abs(tick - round(tick, decimals)) < 1e-6 * (1.0 + abs(tick)) for tick in ticks)
    )
    return next(written, 3)


def _labels(
    cost: Mapping[str, Sequence[float]], budgets: Mapping[str, Sequence[float]], language: str
) -> list[_Label]:
    ends = {name: values[-1] for name, values in {**cost, **budgets}.items()}
    with_target = budgets["budget"] != budgets["budget_without_target"]
    budget = word("figure.budget" if with_target else "budget", language)
    labels = [
        _Label(word("figure.outer", language), ends["p95"], BAND_INK),
        _Label(word("figure.inner", language), ends["p90"], BAND_INK),
        _Label(word("figure.middle", language), ends["p50"], BLUE),
        _Label(budget, ends["budget"], VERMILION),
    ]
    if with_target:
        text = word("figure.budget_without", language)
        labels.append(_Label(text, ends["budget_without_target"], VERMILION))
    return labels


def _write_labels(ax: Axes, right: float, labels: Sequence[_Label]) -> None:
    """Write the labels right of the axes, pushed apart where they would overlap."""
    bottom, top = ax.get_ylim()
    ordered = sorted(labels, key=lambda label: label.height)
    gap = LABEL_HEIGHT * (top - bottom)
    for label, height in zip(ordered, _spread(ordered, gap), strict=True):
        ax.annotate(
            label.text,
            xy=(right, label.height),
            xytext=(1.025, (height - bottom) / (top - bottom)),
            textcoords="axes fraction",
            va="center",
            color=label.colour,
            fontsize=9,
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": label.colour, "linewidth": 0.7},
        )


def _spread(ordered: Sequence[_Label], gap: float) -> list[float]:
    """Give heights at least `gap` apart, as near to the wanted heights as groups allow."""
    groups: list[list[float]] = []
    for label in ordered:
        groups.append([label.height])
        while len(groups) > 1 and _low(groups[-1], gap) < _low(groups[-2], gap) + gap * len(groups[-2]):
            groups[-2:] = [groups[-2] + groups[-1]]
    return [_low(group, gap) + gap * i for group in groups for i in range(len(group))]


def _low(group: Sequence[float], gap: float) -> float:
    return sum(group) / len(group) - gap * (len(group) - 1) / 2


def _write_footer(ax: Axes, summary: Mapping[str, Any], language: str) -> None:
    text = word(
        "figure.footer",
        language,
        name=shorten(str(summary["scenario"]), LONGEST_NAME),
        hash=str(summary["hash"])[:8],
        draws=notation.number(summary["draws"], language=language),
        seed=summary["seed"],
    )
    if ax.get_ylim()[0] > 0.0:
        text = f"{text} · {word('figure.cut', language)}"
    ax.annotate(
        text,
        xy=(0.0, 0.0),
        xycoords="axes fraction",
        xytext=(0.0, -30.0),
        textcoords="offset points",
        va="top",
        fontsize=8,
        color="#555555",
        annotation_clip=False,
    )
