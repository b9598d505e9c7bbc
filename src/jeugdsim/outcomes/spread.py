"""Spreads over draws, who shares in one, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from jeugdsim.outcomes.statistics import FEWEST_BLOCKS
from jeugdsim.world.parameters import BLOCK_DRAWS

Array = npt.NDArray[np.float64]
_FEWEST_DRAWS = 3


def sd(values: Array) -> float:
    """Return the standard deviation over draws; NaN for a single draw."""
    return float(values.std(ddof=1)) if len(values) > 1 else float("nan")


def share(part: Array, whole: Array) -> float:
    """Return the part's share of the spread of a whole: Cov(part, whole) / Var(whole).

    Shares of parts that add up to the whole add up to 1. NaN where the whole has no spread.

    Parameters
    ----------
    part, whole : ndarray, shape (draws,)
        One number per draw.

    Examples
    --------
    >>> import numpy as np
    >>> whole = np.array([1.0, 2.0, 6.0])
    >>> share(0.25 * whole + 8.0, whole)
    0.25
    """
    deviation = whole - whole.mean()
    squares = float(deviation @ deviation)
    if squares <= _rounding(whole):
        return float("nan")
    return float((part - part.mean()) @ deviation) / squares


def sd_error(values: Array) -> float:
    """Return the standard error of ``sd``; see ``has_blocks``. NaN below three draws."""
    return _standard_error(sd, _sd_without_one, values)


def share_error(part: Array, whole: Array) -> float:
    """Return the standard error of ``share``; see ``has_blocks``. NaN below three draws."""
    return _standard_error(share, _share_without_one, part, whole)


def has_blocks(values: Array) -> bool:
    """Tell whether errors come from blocks: there are 20 whole ones of 250 draws, or more.

    Their spread knows what the Latin hypercube gains. With fewer the error is that of the jackknife
    over draws, which does not, so that it is rather too large.
    """
    return len(values) // BLOCK_DRAWS >= FEWEST_BLOCKS


def _standard_error(
    statistic: Callable[..., float], without_one: Callable[..., Array], *values: Array
) -> float:
    count = len(values[0])
    if has_blocks(values[0]):
        blocks = count // BLOCK_DRAWS
        starts = range(0, blocks * BLOCK_DRAWS, BLOCK_DRAWS)
        found = [statistic(*(part[start : start + BLOCK_DRAWS] for part in values)) for start in starts]
        return float(np.std(found, ddof=1) / np.sqrt(blocks))
    if count < _FEWEST_DRAWS:
        return float("nan")
    left = without_one(*values)
    return float(np.sqrt((count - 1) * np.mean((left - left.mean()) ** 2)))


def _sd_without_one(values: Array) -> Array:
    """Return the sd of all draws but one, for every one, shape (draws,)."""
    squares = np.maximum(_products_without_one(values, values), 0.0)
    return np.asarray(np.sqrt(squares / (len(values) - 2)))


def _share_without_one(part: Array, whole: Array) -> Array:
    """Return the share over all draws but one, for every one, shape (draws,)."""
    squares = _products_without_one(whole, whole)
    products = _products_without_one(part, whole)
    known = squares > _rounding(whole)
    return np.divide(products, squares, out=np.full_like(squares, np.nan), where=known)


def _products_without_one(first: Array, second: Array) -> Array:
    """Return the sum of products of deviations without one draw, for every one, shape (draws,)."""
    count = len(first)
    products = (first - first.mean()) * (second - second.mean())
    return np.asarray(products.sum() - products * count / (count - 1))


def _rounding(values: Array) -> float:
    """Return the sum of squares that rounding alone may leave."""
    return float(len(values) * (1e-12 * np.abs(values).max(initial=0.0)) ** 2)
