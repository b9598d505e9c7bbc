"""Buhlmann-Straub credibility: own experience against that of all, weighted by how much it says.

A member's own rate says much where it is large, where years differ little and where members differ
much. Then its weight Z is near 1; for a small member, or where rates jump from year to year, it is near
0 and the rate of all counts.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


class Credibility(NamedTuple):
    """Rates by credibility, and what they are made of.

    Attributes
    ----------
    rates : ndarray, shape (..., members)
        Z x own + (1 - Z) x collective.
    weights : ndarray, shape (..., members)
        Z, 0 to 1.
    own : ndarray, shape (..., members)
        Own rate over all years.
    collective : ndarray, shape (...)
        The rate of all.
    within, between : ndarray, shape (...)
        Variance from year to year for one unit of exposure (EPV), and between members (VHM).
    """

    rates: Array
    weights: Array
    own: Array
    collective: Array
    within: Array
    between: Array


def credibility(rates: npt.ArrayLike, exposure: npt.ArrayLike) -> Credibility:
    """Return rates by the Buhlmann-Straub model, its variances estimated from the rates themselves.

    rate_i = Z_i X_i + (1 - Z_i) m, Z_i = w_i / (w_i + EPV / VHM), m = sum Z_i X_i / sum Z_i

    Parameters
    ----------
    rates : array_like, shape (..., members, years)
        What a unit of exposure cost, e.g. euros per youth; two years or more.
    exposure : array_like, shape (..., members, years)
        Units of exposure, e.g. youth-years, above 0; a shape that broadcasts with ``rates``.

    Returns
    -------
    Credibility

    Raises
    ------
    ValueError
        When there are fewer than two years or members, or exposure is not above 0.

    Notes
    -----
    H. Buhlmann and E. Straub, Glaubwuerdigkeit fuer Schadensaetze (Mitteilungen der Vereinigung
    Schweizerischer Versicherungsmathematiker 70, 1970); the usual unbiased estimators. Where members
    differ no more than years do (VHM of 0 or less) Z is 0 and the rate of all is the mean by exposure.

    Examples
    --------
    >>> found = credibility([[10.0, 12.0], [20.0, 22.0]], [[1.0, 1.0], [1.0, 1.0]])
    >>> found.weights.round(4).tolist(), found.rates.round(2).tolist()
    ([0.98, 0.98], [11.1, 20.9])
    """
    x, w = np.broadcast_arrays(
        np.asarray(rates, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
    )
    if x.ndim < 2 or x.shape[-1] < 2 or x.shape[-2] < 2:
        raise ValueError(f"rates of two or more members and years are asked, not the shape {x.shape}")
    if not np.all(np.isfinite(x)) or not np.all(np.isfinite(w)) or np.any(w <= 0):
        raise ValueError("rates must be finite, and exposure finite and above 0")
    members, years = x.shape[-2:]
    of_member = w.sum(axis=-1)
    whole = of_member.sum(axis=-1)
    own = (w * x).sum(axis=-1) / of_member
    overall = (of_member * own).sum(axis=-1) / whole
    within = (w * (x - own[..., None]) ** 2).sum(axis=(-2, -1)) / (members * (years - 1))
    apart = (of_member * (own - overall[..., None]) ** 2).sum(axis=-1) - (members - 1) * within
    between = apart / (whole - (of_member**2).sum(axis=-1) / whole)
    differs = between > 0
    ratio = np.divide(within, between, out=np.full_like(within, np.inf), where=differs)
    weights = of_member / (of_member + ratio[..., None])
    told = np.where(differs, weights.sum(axis=-1), 1.0)
    collective = np.where(differs, (weights * own).sum(axis=-1) / told, overall)
    return Credibility(
        rates=weights * own + (1.0 - weights) * collective[..., None],
        weights=weights,
        own=own,
        collective=collective,
        within=within,
        between=between,
    )
