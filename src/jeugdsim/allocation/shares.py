"""Shares of a pool by use, heads or weights, and what levels or changes them: arrays in, arrays out.

A pool is the care forms of one contract with the same members. Shares have the shape (draws, years,
members) or one that broadcasts with it, and add up to 1 over the members.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


class NotComputableError(ValueError):
    """A key that asks for what is not known: use that is not registered, or heads where none are."""


def actual_use(use: Array, expected: Array) -> Array:
    """Return own use of the year as a share; without any use in a year the expected share.

    Parameters
    ----------
    use : ndarray, shape (draws, years, members)
        Own use, in euros or clients.
    expected : ndarray, shape (members,)
        Expected reference shares, sum 1.

    Examples
    --------
    >>> actual_use(np.array([[[30.0, 10.0], [0.0, 0.0]]]), np.array([0.5, 0.5])).tolist()
    [[[0.75, 0.25], [0.5, 0.5]]]
    """
    total = use.sum(axis=2, keepdims=True)
    return np.where(total > 0, use / np.where(total > 0, total, 1.0), expected)


def rolling_use(own: Array, expected: Array, years: int = 3, lag_years: int = 1) -> Array:
    """Return the mean of own shares over y - lag - years + 1 .. y - lag.

    Parameters
    ----------
    own : ndarray, shape (draws, years, members)
        Own shares of the years of the run.
    expected : ndarray, shape (members,)
        What the years before the start count as.
    years : int
        How many years are averaged; 1 is the share of a single year.
    lag_years : int
        Years between the last year that counts and the bill, 0 or more.

    Examples
    --------
    >>> own = np.array([[[0.8, 0.2], [0.6, 0.4], [0.7, 0.3]]])
    >>> rolling_use(own, np.array([0.5, 0.5]), years=2).round(3).tolist()
    [[[0.5, 0.5], [0.65, 0.35], [0.7, 0.3]]]
    """
    shares = np.zeros_like(own)
    for year in range(own.shape[1]):
        for back in range(lag_years, lag_years + years):
            shares[:, year] += own[:, year - back] if year >= back else expected
    return shares / years


def per_head(heads: Array) -> Array:
    """Return shares by heads or weights.

    Parameters
    ----------
    heads : ndarray, shape (..., members)
        Persons on 1 January, or weights, 0 or more.

    Raises
    ------
    NotComputableError
        When somewhere there is nobody.
    """
    total = heads.sum(axis=-1, keepdims=True)
    if np.any(total <= 0):
        raise NotComputableError(
            "a key by heads or weights asks, among those who share, at least one inhabitant, youth or "
            "weight above 0 in every year"
        )
    return np.asarray(heads / total)


def without_excess(use: Array, excess: Array, rest: Array, expected: Array) -> Array:
    """Return own use below a sum per child as a share; what lies above is shared by another key.

    a_i = (U_i - E_i) / U + (sum E / U) rest_i, with E_i at most U_i; without use the expected share.

    Parameters
    ----------
    use, excess : ndarray, shape (draws, years, members)
        U and E, euros.
    rest : ndarray, shape (draws, years, members)
        Shares of the key that shares what is pooled.
    expected : ndarray, shape (members,)
        Expected shares.

    Examples
    --------
    >>> use, excess = np.array([[[60.0, 40.0]]]), np.array([[[20.0, 0.0]]])
    >>> without_excess(use, excess, np.array([0.5, 0.5]), np.array([0.5, 0.5])).tolist()
    [[[0.5, 0.5]]]
    """
    above = np.minimum(excess, use)
    whole = use.sum(axis=2, keepdims=True)
    kept = use - above + above.sum(axis=2, keepdims=True) * rest
    return np.where(whole > 0, kept / np.where(whole > 0, whole, 1.0), expected)


def stopped_at(own: Array, most: Array, rest: Array) -> Array:
    """Return own shares up to the most a member bears itself; another key shares what lies above.

    a_i = min(u_i, most_i) + (sum of what lies above) rest_i

    Parameters
    ----------
    own, rest : ndarray, shape (draws, years, members)
        Shares.
    most : ndarray, shape (members,)
        The most of its own, as a share.

    Examples
    --------
    >>> own, half = np.array([[[0.9, 0.1]]]), np.array([0.5, 0.5])
    >>> stopped_at(own, 1.2 * half, half).round(3).tolist()
    [[[0.75, 0.25]]]
    """
    kept = np.minimum(own, most)
    return np.asarray(kept + (own - kept).sum(axis=2, keepdims=True) * rest)


def within_band(own: Array, expected: Array, rest: Array, band: float) -> Array:
    """Return own shares held within a band around the expected ones; another key shares the rest.

    k_i = own_i between expected_i (1 - band) and expected_i (1 + band); a_i = k_i + (1 - sum k) rest_i.
    Where more is held than is left, rest takes some back.

    Parameters
    ----------
    own, rest : ndarray, shape (draws, years, members)
        Shares.
    expected : ndarray, shape (members,)
        Expected shares.
    band : float
        How far own use may differ, fraction of the expected share.

    Examples
    --------
    >>> own, half = np.array([[[0.9, 0.1]]]), np.array([0.5, 0.5])
    >>> within_band(own, half, half, band=0.1).round(3).tolist()
    [[[0.55, 0.45]]]
    """
    kept = np.clip(own, expected * (1.0 - band), expected * (1.0 + band))
    return np.asarray(kept + (1.0 - kept.sum(axis=2, keepdims=True)) * rest)


def held_back(old: Array, new: Array, payment: Array, most: Array) -> Array:
    """Return shares on the way from old to new under which no bill changes by more than is allowed.

    The change T (new - old) of every member stays within -most and +most; then the larger of all rises
    together and all falls together is scaled down to the smaller, so that shares still add up to 1.

    Parameters
    ----------
    old, new : ndarray, shape (draws, years, members)
        Shares.
    payment : ndarray, shape (draws, years)
        T, euros.
    most : ndarray, shape (draws, years, members)
        The most a bill may change, euros.

    Examples
    --------
    >>> old, new = np.array([[[0.5, 0.3, 0.2]]]), np.array([[[0.3, 0.4, 0.3]]])
    >>> held_back(old, new, np.array([[100.0]]), np.array([[[15.0, 4.0, 20.0]]])).round(3).tolist()
    [[[0.36, 0.34, 0.3]]]
    """
    paid = payment[:, :, None]
    change = np.clip(paid * (new - old), -most, most)
    rises = np.where(change > 0, change, 0.0).sum(axis=2, keepdims=True)
    falls = np.where(change < 0, -change, 0.0).sum(axis=2, keepdims=True)
    least = np.minimum(rises, falls)
    of_rise = np.divide(least, rises, out=np.zeros_like(least), where=rises > 0)
    of_fall = np.divide(least, falls, out=np.zeros_like(least), where=falls > 0)
    balanced = change * np.where(change > 0, of_rise, of_fall)
    return np.asarray(old + np.divide(balanced, paid, out=new - old, where=paid != 0))
