"""Labels beside what they name, moved where they would stand on each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final

from jeugdsim.report.figures.letters import PLAIN
from jeugdsim.report.figures.places import dots_per_point, text_box

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation, Text

BESIDE: Final = 1.035
AIR_POINTS: Final = 2.0


@dataclass(frozen=True)
class Label:
    """A text at the right end of a line or band, and the height where it belongs."""

    text: str
    height: float
    colour: str


def write_labels(ax: Axes, right: float, labels: Sequence[Label]) -> list[Annotation]:
    """Write labels right of the axes, each at its height; `push_apart` gives them room."""
    return [
        ax.annotate(
            label.text,
            xy=(right, label.height),
            xytext=(BESIDE, ax.transAxes.inverted().transform(_on_screen(ax, label.height))[1]),
            textcoords="axes fraction",
            va="center",
            color=label.colour,
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": label.colour,
                "linewidth": 0.7,
                "relpos": (0.0, 0.5),
                "shrinkA": 2.0,
                "shrinkB": 1.0,
            },
            **PLAIN,
        )
        for label in labels
    ]


def push_apart(ax: Axes, labels: Sequence[Annotation]) -> None:
    """Move labels up and down until none touches another, as near to their heights as can be.

    With the labels in order and each counted from where it would stand on the pile of those below
    it, that is a least squares fit that never falls: isotonic regression.
    """
    import numpy as np
    from scipy.optimize import isotonic_regression

    if not labels:
        return
    air = AIR_POINTS * dots_per_point(ax)
    ordered = sorted(labels, key=lambda label: float(label.xy[1]))
    heights = np.array([text_box(label).height + air for label in ordered]) / ax.bbox.height
    centres = np.cumsum(heights) - heights / 2
    screen = [_on_screen(ax, float(label.xy[1])) for label in ordered]
    wanted = ax.transAxes.inverted().transform(screen)[:, 1]
    lifts = isotonic_regression(wanted - centres).x
    lifts = np.clip(lifts, 0.0, max(1.0 - heights.sum(), 0.0))
    for label, height in zip(ordered, lifts + centres, strict=True):
        label.set_position((BESIDE, float(height)))


def any_touch(texts: Sequence[Text]) -> bool:
    """Tell whether two of the texts stand on each other."""
    boxes = [text_box(text) for text in texts]
    return any(a.overlaps(b) for a, b in combinations(boxes, 2))


def _on_screen(ax: Axes, height: float) -> tuple[float, float]:
    x, y = ax.transData.transform((ax.get_xlim()[1], height))
    return float(x), float(y)
