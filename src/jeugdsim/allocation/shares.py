"""Allocation keys: which share of a pool each municipality bears, one small function per key.

A pool is the care forms of one contract with the same members. ``use`` is the members' own use of the
whole pool, ``expected`` their share of the expected reference cost of the first contract year.
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
        Own use at tariff and index, euros.
    expected : ndarray, shape (members,)
        Expected reference shares, sum 1.
    """
    total = use.sum(axis=2, keepdims=True)
    return np.where(total > 0, use / np.where(total > 0, total, 1.0), expected)


def rolling_use(use: Array, expected: Array, years_back: int = 3) -> Array:
    """Return the mean of own shares over the three years before.

    Years before the start count as the expected share. Parameters as in ``actual_use``.
    """
    own = actual_use(use, expected)
    shares = np.zeros_like(own)
    for year in range(own.shape[1]):
        for back in range(1, years_back + 1):
            shares[:, year] += own[:, year - back] if year >= back else expected
    return shares / years_back


def expected_use(use: Array, expected: Array) -> Array:
    """Return the expected reference share of the first year, the same in every year and draw."""
    return np.broadcast_to(expected, use.shape)


def per_head(use: Array, heads: Array) -> Array:
    """Return shares by heads (inhabitants, or youth) of the year.

    Parameters
    ----------
    use : ndarray, shape (draws, years, members)
        Only its shape is used.
    heads : ndarray, shape (years, members)
        Persons on 1 January.

    Raises
    ------
    NotComputableError
        When a year has nobody.
    """
    total = heads.sum(axis=1, keepdims=True)
    if np.any(total <= 0):
        raise NotComputableError("a key by heads asks at least one inhabitant or youth in every year")
    return np.broadcast_to(heads / total, use.shape)
