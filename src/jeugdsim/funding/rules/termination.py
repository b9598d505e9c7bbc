"""Termination (*beëindiging*): the contract may end early.

At the end of a year, from an agreed year on, the contract ends with some chance; it may be agreed that
it ends only where the provider has lost its reserve by then. From the next year on the care is paid
P x Q, and an ended contract does not come back.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jeugdsim.funding.rules.checks import check_shapes, truths

Truths = npt.NDArray[np.bool_]


def ended(chance_hits: npt.ArrayLike, may_end: npt.ArrayLike) -> Truths:
    """Return in which years the contract has ended, shape (draws, years).

    True in every year after the first that hits and may end; never in the first year.

    Parameters
    ----------
    chance_hits : array_like of bool, shape (draws, years)
        Whether chance would end it at the end of the year.
    may_end : array_like of bool, shape (years,) or (draws, years)
        Whether it may end at the end of the year.

    Raises
    ------
    ValueError
        When something is neither true nor false, or shapes do not fit.

    Examples
    --------
    Chance hits at the end of the first and the second year, but it may not end before the second.

    >>> ended([[True, True, False, False]], [False, True, True, True]).tolist()
    [[False, False, True, True]]
    """
    hits, may = truths("chance_hits", chance_hits), truths("may_end", may_end)
    check_shapes(chance_hits=hits, may_end=may)
    ends = np.atleast_1d(hits & may)
    has_ended = np.zeros_like(ends)
    has_ended[..., 1:] = np.logical_or.accumulate(ends, axis=-1)[..., :-1]
    return has_ended
