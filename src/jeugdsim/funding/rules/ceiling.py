"""A ceiling on P x Q (*omzetplafond*): the most a contract pays in a year.

Every unit is paid at its tariff until the ceiling of the year is reached. A provider that expects to
pass it may ask for more during the year; what is granted raises the ceiling. Above the raised ceiling
an agreed margin of overproduction is still paid in full. What lies above that is paid at the marginal
rate, and at 0 not at all: the care is delivered anyhow, the duty to deliver stays with the provider.
A ceiling that stops admissions is another thing: places, which make children wait.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jeugdsim.funding.rules.checks import at_least_zero, check_shapes, euros, shares

Array = npt.NDArray[np.float64]


def ceiling(
    value: npt.ArrayLike,
    ceiling: npt.ArrayLike,
    *,
    marginal_rate: npt.ArrayLike = 0.0,
    margin: npt.ArrayLike = 0.0,
    granted_share: npt.ArrayLike = 0.0,
    granted_at_most: npt.ArrayLike | None = None,
) -> Array:
    """Return what is paid for P x Q care under a ceiling.

    granted = min(granted_share x (C - ceiling)+, granted_at_most x ceiling)
    K       = (ceiling + granted) x (1 + margin)
    payment = min(C, K) + marginal_rate x (C - K)+

    First the request is granted, then the margin applies to the raised ceiling.

    Parameters
    ----------
    value : array_like
        Value of the care at tariff and index, C, euros of 0 or more.
    ceiling : array_like
        The ceiling before any request, euros of 0 or more, a shape that broadcasts with ``value``.
    marginal_rate : array_like
        What is paid for care above it, fraction of the tariff; 0 is a hard ceiling, 1 is P x Q.
    margin : array_like
        Overproduction that is still paid in full, fraction of the raised ceiling, 0 to 1.
    granted_share : array_like
        The share of the care above the ceiling that is granted on request, 0 to 1.
    granted_at_most : array_like, optional
        The most that is granted, fraction of the ceiling; absent: no limit.

    Returns
    -------
    ndarray
        Payment in euros.

    Raises
    ------
    ValueError
        When a sum is negative or not finite, or a fraction is outside its range.

    Notes
    -----
    Dutch insurers pay nothing above a ceiling (rate 0), after a window for requests; the NHS paid
    elective care above plan at 75% in 2022/23.

    Examples
    --------
    Of 130 against a ceiling of 100, half of the excess is asked and granted up to a tenth: 110 stands,
    111.10 with a margin of 1%, and of the other 18.90 a tenth is paid.

    >>> ceiling([90.0, 130.0], 100.0).tolist()
    [90.0, 100.0]
    >>> terms = dict(marginal_rate=0.1, margin=0.01, granted_share=0.5, granted_at_most=0.1)
    >>> ceiling([90.0, 130.0], 100.0, **terms).round(2).tolist()
    [90.0, 112.99]
    """
    c, k = euros("value", value), euros("ceiling", ceiling)
    rate, extra = shares("marginal_rate", marginal_rate), shares("margin", margin)
    granted_part = shares("granted_share", granted_share)
    check_shapes(value=c, ceiling=k, marginal_rate=rate, margin=extra, granted_share=granted_part)
    granted = granted_part * np.maximum(c - k, 0.0)
    if granted_at_most is not None:
        most = at_least_zero("granted_at_most", granted_at_most)
        check_shapes(granted_at_most=most, value=granted)
        granted = np.minimum(granted, most * k)
    paid_in_full = (k + granted) * (1.0 + extra)
    return np.asarray(np.minimum(c, paid_in_full) + rate * np.maximum(c - paid_in_full, 0.0))
