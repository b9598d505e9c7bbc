"""Transition (*ingroeipad*): a contract that becomes task-based in steps.

In the first years a part of the contract is settled task-based and the rest P x Q, as agreed per year.
A part holds until the next named year, and before the first named year all is P x Q. Without steps the
contract is task-based from its first day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from jeugdsim.funding.levels import levels
from jeugdsim.funding.rules.checks import check_shapes, euros, shares

Array = npt.NDArray[np.float64]


def task_based_shares(named: Mapping[int, float], years: Sequence[int]) -> Array:
    """Return the share of the contract that is settled task-based in each year, shape (years,).

    Parameters
    ----------
    named : mapping of int to float
        Year = share, 0 to 1; empty: all of it in every year.
    years : sequence of int
        Calendar years.

    Examples
    --------
    >>> task_based_shares({2028: 0.5, 2030: 1.0}, [2027, 2028, 2029, 2030]).tolist()
    [0.0, 0.5, 0.5, 1.0]
    >>> task_based_shares({}, [2027, 2028]).tolist()
    [1.0, 1.0]
    """
    return levels(named, years) if named else np.ones(len(years))


def blended(task_based: npt.ArrayLike, pxq: npt.ArrayLike, share: npt.ArrayLike) -> Array:
    """Return what is paid for a contract of which a share is settled task-based.

    share x task_based + (1 - share) x pxq

    Parameters
    ----------
    task_based : array_like
        Payment if all of it were task-based, euros of 0 or more.
    pxq : array_like
        Payment if all of it were P x Q, euros of 0 or more, a shape that broadcasts.
    share : array_like
        The share settled task-based, 0 to 1, a shape that broadcasts, e.g. (years,).

    Raises
    ------
    ValueError
        When a sum is negative or not finite, or the share is outside [0, 1].

    Examples
    --------
    >>> blended([[100.0, 100.0, 100.0]], [[120.0, 120.0, 120.0]], [0.0, 0.25, 1.0]).tolist()
    [[120.0, 115.0, 100.0]]
    """
    task, use, part = euros("task_based", task_based), euros("pxq", pxq), shares("share", share)
    check_shapes(task_based=task, pxq=use, share=part)
    return np.asarray(part * task + (1.0 - part) * use)
