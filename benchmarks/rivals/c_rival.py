"""Hands the spec to c_rival.c."""

from __future__ import annotations

import ctypes
from pathlib import Path

import numpy as np

from benchmarks.rivals.c_library import Filled, library
from benchmarks.rivals.spec import COUNTED, Spec, Totals

SOURCE = Path(__file__).with_name("c_rival.c")
_ARRAYS = (
    "start_stock",
    "inflow",
    "month_first_day",
    "month_days",
    "year_first_day",
    "stay_mu",
    "stay_sigma",
    "remaining",
    "units_per_day",
    "units_mu",
    "units_sigma",
    "move_first",
    "move_to",
    "move_probability",
    "places",
)


def simulate(spec: Spec, seed: int, limited: bool = True, draws: int = 1) -> Totals:
    """Return what was counted, added up over the draws; ``limited`` with places, else without.

    Raises
    ------
    NoCompilerError
        Without a C compiler.
    MemoryError
        Where C got no memory.
    """
    years, towns, forms = spec.shape
    cell_at = np.where(spec.bought, 0, -1).astype(np.int64)
    numbers = (len(spec.cell_form), towns, forms, len(spec.month_days), years)
    first = {"cell_town": spec.cell_town, "cell_form": spec.cell_form, "cell_at": cell_at}
    given = Filled(numbers, first | {name: getattr(spec, name) for name in _ARRAYS})
    totals = {
        name: np.zeros(spec.shape, dtype=np.float64 if name == "units" else np.int64)
        for name in COUNTED
    }
    made = Filled((), totals)
    failed = library(SOURCE).simulate(
        given.pointer(), made.pointer(), ctypes.c_int64(seed), ctypes.c_int64(draws), int(limited)
    )
    if failed:
        raise MemoryError("the C program got no memory")
    return {name: array.astype(np.float64) for name, array in totals.items()}
