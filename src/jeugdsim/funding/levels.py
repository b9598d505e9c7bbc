"""Levels named per year: each holds until the next named year, and is zero before the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt


def levels(named: Mapping[int, float], years: Sequence[int]) -> npt.NDArray[np.float64]:
    """Return the level in each year, shape (years,).

    Examples
    --------
    >>> levels({2029: 0.02, 2032: 0.05}, [2027, 2029, 2031, 2032])
    array([0.  , 0.02, 0.02, 0.05])
    """
    return np.array([_level(named, year) for year in years])


def _level(named: Mapping[int, float], year: int) -> float:
    begun = [named_year for named_year in named if named_year <= year]
    return named[max(begun)] if begun else 0.0
