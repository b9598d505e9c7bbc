"""Axes as people read them: euros and percentages in the marks of the language, years, no clutter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from jeugdsim.report import notation
from jeugdsim.report.figures.letters import PLAIN
from jeugdsim.report.figures.look import GRID, INK, TEXT_SIZE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

MOST_TICKS: Final = 6
MOST_YEARS: Final = 10
MOST_DECIMALS: Final = 3
CLEAR_OF_Y_TICKS: Final = 6.0


def plain_axes(ax: Axes, grid: str) -> None:
    """Take away what says nothing; leave a faint grid across the axis named ("x" or "y")."""
    ax.grid(axis="x" if grid == "x" else "y", color=GRID, linewidth=0.8)
    ax.set_axisbelow(True)
    ax.tick_params(length=0, colors=INK, labelsize=TEXT_SIZE)
    ax.tick_params(axis="x", pad=CLEAR_OF_Y_TICKS)
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)


def euro_ticks(axis: Axis, language: str) -> None:
    """Mark an axis of amounts with as many decimals as its ticks need."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    def written(value: float, _position: int | None) -> str:
        decimals = decimals_needed([float(tick) for tick in axis.get_majorticklocs()])
        return notation.number(value, decimals, language=language)

    axis.set_major_locator(MaxNLocator(nbins=MOST_TICKS))
    axis.set_major_formatter(FuncFormatter(written))


def chance_ticks(ax: Axes, language: str) -> None:
    """Mark the y axis with chances, from 0% to 100%."""
    ticks = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    labels = [notation.percentage(tick, language=language) for tick in ticks]
    ax.set_yticks(ticks, labels, **PLAIN)
    ax.set_ylim(0.0, 1.0)


def year_ticks(first: int, last: int) -> list[int]:
    """Return the years to mark, at most ten, evenly apart, the last one among them."""
    step = max(1, -(-(last + 1 - first) // MOST_YEARS))
    return list(range(last, first - 1, -step))[::-1]


def decimals_needed(ticks: Sequence[float]) -> int:
    """Return the decimals that keep neighbouring ticks apart, three at most."""
    written = (
        decimals
        for decimals in range(MOST_DECIMALS)
        if all(abs(tick - round(tick, decimals)) < 1e-6 * (1.0 + abs(tick)) for tick in ticks)
    )
    return next(written, MOST_DECIMALS)
