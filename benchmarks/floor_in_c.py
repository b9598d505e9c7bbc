"""Hands the floor's work to floor_in_c.c, so that the floor itself is not slow."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.floor import Sums, Work
from benchmarks.rivals.c_library import Filled, library

SOURCE = Path(__file__).with_name("floor_in_c.c")
_INTEGERS = (
    "cell_form",
    "cell_key",
    "spread_units",
    "move_first",
    "move_to",
    "month_number",
    "month_days",
)


def draw_all(work: Work, sums: Sums, in_batches: bool = False) -> None:
    """Draw every stay of every cell and draw, and add up what came out, as ``floor.draw_all`` does.

    Parameters
    ----------
    work : Work
        What there is to draw.
    sums : Sums
        What is added to.
    in_batches : bool
        Whether the random words of eight children are made at a time, else child by child.

    Raises
    ------
    NoCompilerError
        Without a C compiler.
    ValueError
        When the quantile tables have another shape than the C program knows.
    """
    t = work.tables
    draws, cells, months = work.inflow.shape
    tables = {name: np.ascontiguousarray(getattr(t, name), dtype=np.int64) for name in _INTEGERS}
    given = Filled(
        (draws, cells, months, work.move_probability.shape[1], t.stay_quantiles.shape[1]),
        {
            "number": work.number,
            **tables,
            "stay_quantiles": t.stay_quantiles,
            "intensity_quantiles": t.intensity_quantiles,
            "stock": work.stock,
            "inflow": work.inflow,
            "move_probability": work.move_probability,
            "stays": work.stays,
        },
    )
    made = Filled((), sums._asdict())
    if library(SOURCE).draw_all(given.pointer(), made.pointer(), int(in_batches)):
        raise ValueError(f"{SOURCE.name} knows quantile tables of another shape than the engine's")
