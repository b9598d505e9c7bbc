"""What all pictures share to the eye: their size, letters and colours.

A council paper prints a picture about 16 cm wide, so a figure is made at that width and no letter is
smaller than 8 points. The colours are those of Okabe and Ito, which colour-blind readers keep apart;
where a colour serves for letters it is darkened until it reads on white.
"""

from __future__ import annotations

from typing import Final

WIDTH: Final = 6.3
HEIGHT: Final = 3.8
EDGE_POINTS: Final = 7.0
DOTS_PER_INCH: Final = 200

TITLE_SIZE: Final = 9.5
TEXT_SIZE: Final = 8.0
LINE_SPACING: Final = 1.2
HALO_POINTS: Final = 2.5

INK: Final = "#1a1a1a"
SOFT_INK: Final = "#5a636b"
BLUE: Final = "#0072b2"
ORANGE: Final = "#e69f00"
VERMILION: Final = "#b84500"
SKY: Final = "#56b4e9"
OUTER_BAND: Final = "#cfe3f1"
INNER_BAND: Final = "#8fbfe0"
PALE_ORANGE: Final = "#f9dfc0"
GRID: Final = "#e3e3e3"

BLUE_WHITE_VERMILION: Final = ("#0072b2", "#f7f7f7", "#d55e00")
WHITE_TO_VERMILION: Final = ("#f7f7f7", "#f3c08e", "#d55e00", "#6e3000")
