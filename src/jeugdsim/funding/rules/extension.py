"""Extension (*verlenging*): one to four years after the contract's own, at a re-based price.

A task-based contract begins anew: its budget becomes the mean use of the last years of the contract
itself, at the price level of price_year, changed by what is agreed on top. Growth of volume is counted
anew from the first year of extension; agreed reductions and recalibration end with the contract
itself. In the other forms tariffs, prices or fees change by what is agreed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jeugdsim.funding.rules.checks import above_zero, check_shapes, euros, whole

Array = npt.NDArray[np.float64]


def rebased_basis(
    use: npt.ArrayLike, index: npt.ArrayLike, own_years: int, rebased_on_years: int
) -> Array:
    """Return the basis of the budget in the years of extension, before a change of price.

    Mean over the last ``rebased_on_years`` own years of use_y / index_y.

    Parameters
    ----------
    use : array_like, shape (draws, years)
        Value of the care at tariff and index, nominal euros of 0 or more.
    index : array_like, shape (draws, years)
        Level of the budget under the contract's index clause, above 0.
    own_years : int
        Years of the contract itself, from the first on.
    rebased_on_years : int
        How many of its last years count, 1 or more, at most ``own_years``.

    Returns
    -------
    ndarray, shape (draws,)
        Euros of price_year.

    Raises
    ------
    ValueError
        When there are not so many years, or a sum is negative or not finite.

    Examples
    --------
    Of three own years the last two count: 110 / 1.1 = 100 and 144 / 1.2 = 120.

    >>> use = [[90.0, 110.0, 144.0, 999.0]]
    >>> rebased_basis(use, [[1.0, 1.1, 1.2, 1.3]], own_years=3, rebased_on_years=2).round(6).tolist()
    [110.0]
    """
    value, level = euros("use", use), above_zero("index", index)
    check_shapes(use=value, index=level)
    last = whole("own_years", own_years, least=1)
    counted = whole("rebased_on_years", rebased_on_years, least=1)
    if value.ndim == 0 or last > value.shape[-1]:
        raise ValueError(f"own_years is {last}, but use has the shape {value.shape}")
    if counted > last:
        raise ValueError(f"rebased_on_years must be at most own_years, {last}, but is {counted}")
    real = value / level
    return np.asarray(real[..., last - counted : last].mean(axis=-1))


def years_of_growth(years: int, after_years: int) -> npt.NDArray[np.int_]:
    """Return over how many years the volume that is paid has grown, shape (years,).

    Counted from the first year, and anew from the first year of extension.

    Parameters
    ----------
    years : int
        Years that are settled.
    after_years : int
        Years of the contract itself.

    Raises
    ------
    ValueError
        When ``years`` is negative or ``after_years`` less than 1.

    Examples
    --------
    >>> years_of_growth(5, after_years=3).tolist()
    [0, 1, 2, 0, 1]
    """
    since_start = np.arange(whole("years", years, least=0))
    own = whole("after_years", after_years, least=1)
    return np.where(since_start < own, since_start, since_start - own)


def price_after(change: npt.ArrayLike, years: int, after_years: int) -> Array:
    """Return the factor on a price that is agreed anew, shape (draws, years).

    Parameters
    ----------
    change : array_like, shape (draws,)
        Change of the price in the years of extension, fraction, -1 or more.
    years : int
        Years that are settled.
    after_years : int
        Years of the contract itself, in which the factor is 1.

    Examples
    --------
    >>> price_after([0.25, -0.5], years=3, after_years=2).tolist()
    [[1.0, 1.0, 1.25], [1.0, 1.0, 0.5]]
    """
    by_draw = np.asarray(change, dtype=np.float64)
    factor = np.ones((len(by_draw), years))
    factor[:, after_years:] += by_draw[:, None]
    return factor
