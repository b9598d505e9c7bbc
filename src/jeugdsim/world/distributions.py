"""Quantiles of the four families of uncertain numbers (model, section 1)."""

from __future__ import annotations

from functools import singledispatch

import numpy as np
import numpy.typing as npt
from scipy import special

from jeugdsim.scenario.numbers import Family, Lognormal, Normal, Percentiles, Triangle

Array = npt.NDArray[np.float64]
_Z90 = 1.281552


@singledispatch
def quantile(number: Family, u: Array) -> Array:
    """Return the value of an uncertain number at the levels ``u``, each in (0, 1).

    Examples
    --------
    >>> import numpy as np
    >>> from jeugdsim.scenario.numbers import Triangle
    >>> quantile(Triangle(low=0, mode=1, high=2), np.array([0.5]))
    array([1.])
    """
    raise TypeError(f"{number!r} is no distribution")


@quantile.register
def _percentiles(number: Percentiles, u: Array) -> Array:
    width = np.where(u < 0.5, number.p50 - number.p10, number.p90 - number.p50)
    return number.p50 + special.ndtri(u) / _Z90 * width


@quantile.register
def _triangle(number: Triangle, u: Array) -> Array:
    span = number.high - number.low
    if span == 0:
        return np.full_like(u, number.mode)
    left, right = number.mode - number.low, number.high - number.mode
    rising = number.low + np.sqrt(u * span * left)
    falling = number.high - np.sqrt((1 - u) * span * right)
    return np.where(u * span < left, rising, falling)


@quantile.register
def _normal(number: Normal, u: Array) -> Array:
    return number.mean + number.sd * special.ndtri(u)


@quantile.register
def _lognormal(number: Lognormal, u: Array) -> Array:
    variance = np.log1p(number.cv**2)
    return np.asarray(number.mean * np.exp(np.sqrt(variance) * special.ndtri(u) - variance / 2))
