"""A budget that follows the number helped: the safety valve (*veiligheidsventiel*).

A task-based budget was made for a number of children. At agreed moments that number is compared with
the number helped, or with the youth living there, some years before; beyond a dead band the budget
follows the change, up and down, in full or in part, until the next moment. With a pass-through of 1
per client the volume risk goes back to the municipalities; the risk of a longer or heavier care stays
with the provider.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from jeugdsim.funding.rules.checks import above_zero, at_least_zero, check_shapes, euros, shares, whole

Array = npt.NDArray[np.float64]


def recalibrate(
    budget: npt.ArrayLike,
    number: npt.ArrayLike,
    expected_number: npt.ArrayLike,
    *,
    pass_through: npt.ArrayLike = 1.0,
    dead_band: npt.ArrayLike = 0.0,
) -> Array:
    """Return the budget after recalibration on the number helped.

    B x (1 + phi (N/N0 - 1 - delta)+ - phi (1 - delta - N/N0)+)

    With phi = 1 and delta = 0 this is B x N/N0.

    Parameters
    ----------
    budget : array_like
        The agreed budget, B, euros of 0 or more.
    number : array_like
        The number counted, N, 0 or more, a shape that broadcasts with ``budget``.
    expected_number : array_like
        The number the budget was made for, N0, above 0.
    pass_through : array_like
        The share of the change beyond the dead band that the budget follows, phi, 0 to 1.
    dead_band : array_like
        The change that changes nothing, up or down, delta, fraction of N0, 0 to 1.

    Returns
    -------
    ndarray
        Budget in euros.

    Raises
    ------
    ValueError
        When a sum or number is negative or not finite, ``expected_number`` is 0, or a fraction is
        outside [0, 1].

    Notes
    -----
    Maassluis, Vlaardingen and Schiedam agreed on such a valve: after the review of 2025 the budget is
    to follow the number of youths helped, yearly.

    Examples
    --------
    One tenth more children than expected, the first 2% of it free: half of 8% is added.

    >>> recalibrate(100.0, [110, 101, 80], 100).round(2).tolist()
    [110.0, 101.0, 80.0]
    >>> recalibrate(100.0, [110, 101, 80], 100, pass_through=0.5, dead_band=0.02).round(2).tolist()
    [104.0, 100.0, 91.0]
    """
    b, n = euros("budget", budget), at_least_zero("number", number)
    n0 = above_zero("expected_number", expected_number)
    phi, delta = shares("pass_through", pass_through), shares("dead_band", dead_band)
    check_shapes(budget=b, number=n, expected_number=n0, pass_through=phi, dead_band=delta)
    ratio = n / n0
    more = np.maximum(ratio - 1.0 - delta, 0.0)
    fewer = np.maximum(1.0 - delta - ratio, 0.0)
    return np.asarray(b * (1.0 + phi * more - phi * fewer))


def moments(years: Sequence[int], first_year: int | None, every_years: int) -> list[int | None]:
    """Return for every year the year whose recalibration holds in it; None before the first.

    Recalibrated is in first_year, first_year + every_years, and so on.

    Parameters
    ----------
    years : sequence of int
        Calendar years.
    first_year : int or None
        The first year whose budget is recalibrated; None: the first of ``years``.
    every_years : int
        Years between two recalibrations, 1 or more.

    Raises
    ------
    ValueError
        When ``every_years`` is less than 1.

    Examples
    --------
    >>> moments([2027, 2028, 2029, 2030, 2031], first_year=2028, every_years=2)
    [None, 2028, 2028, 2030, 2030]
    """
    step = whole("every_years", every_years, least=1)
    first = min(years, default=0) if first_year is None else first_year
    return [None if year < first else year - (year - first) % step for year in years]
