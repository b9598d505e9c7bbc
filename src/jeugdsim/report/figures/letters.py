"""Texts in a picture: how wide they are, where they break, and in which colour they can be read."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any, Final

from jeugdsim.report.figures.look import HALO_POINTS, LINE_SPACING, TEXT_SIZE

FEWEST_CHARACTERS: Final = 8
BLACK: Final = "#000000"
WHITE: Final = "#ffffff"

PLAIN: Final[dict[str, Any]] = {"fontsize": TEXT_SIZE, "parse_math": False, "linespacing": LINE_SPACING}
"""Every text: 8 points, and a dollar sign in a name is a dollar sign."""


def halo() -> dict[str, Any]:
    """Return the style that keeps a text free of the lines it crosses: a white edge."""
    from matplotlib.patheffects import withStroke

    return {"path_effects": [withStroke(linewidth=HALO_POINTS, foreground=WHITE)]}


def width_of(text: str, size: float = TEXT_SIZE, *, bold: bool = False) -> float:
    """Return the width of the widest line of a text in points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(size=size, weight="bold" if bold else "normal")
    widths = [
        text_to_path.get_text_width_height_descent(line, font, ismath=False)[0]
        for line in text.splitlines()
    ]
    return max(widths, default=0.0)


def height_of(text: str, size: float = TEXT_SIZE) -> float:
    """Return the height of a text in points, its lines and the space between them."""
    return (text.count("\n") + 1) * size * LINE_SPACING


def wrapped(text: str, width: float, size: float = TEXT_SIZE, *, bold: bool = False) -> str:
    """Break a text into lines no wider than `width` points, inside a word only where it must."""
    full = width_of(text, size, bold=bold)
    if full <= width:
        return text
    most = max(int(1.15 * len(text) * width / full), FEWEST_CHARACTERS)
    for inside_words in (False, True):
        for limit in range(most, FEWEST_CHARACTERS - 1, -1):
            broken = textwrap.fill(text, limit, break_long_words=inside_words)
            if width_of(broken, size, bold=bold) <= width:
                return broken
    return textwrap.fill(text, FEWEST_CHARACTERS)


def readable_on(colour: Sequence[float]) -> str:
    """Return black or white, whichever stands out more on a colour.

    The contrast is that of the web accessibility guidelines, ``(lighter + 0.05) / (darker + 0.05)``
    in relative luminance; the better of black and white is never below 4.58.
    """
    luminance = relative_luminance(colour)
    return BLACK if (luminance + 0.05) ** 2 > 0.05 * 1.05 else WHITE


def relative_luminance(colour: Sequence[float]) -> float:
    """Return how light a colour (red, green, blue between 0 and 1) is, from 0 to 1."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
