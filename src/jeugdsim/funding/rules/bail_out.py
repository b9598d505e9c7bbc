"""Bail-out: sold risk that comes back to the municipalities.

A provider that loses more than it has in reserve stops, unless somebody pays. So municipalities that
sold a risk may have to top up after all: at the end of a year in which the provider's losses so far
exceed its reserve they do so with some chance, for a share of what lies beyond the reserve. Gains and
top-ups of earlier years count in the losses so far.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jeugdsim.funding.rules.checks import check_shapes, euros, numbers, shares, truths

Array = npt.NDArray[np.float64]


def top_ups(
    result: npt.ArrayLike, reserve: npt.ArrayLike, happens: npt.ArrayLike, share: npt.ArrayLike
) -> Array:
    """Return what municipalities top up in each year when a provider's reserve is lost.

    running_y = running_(y-1) + result_y + top_up_y, 0 before the first year
    top_up_y  = share x (-reserve - running_(y-1) - result_y)+ where it happens, else 0

    Parameters
    ----------
    result : array_like, shape (draws, years) or (years,)
        The provider's result of each year before top-ups, euros; a loss is negative.
    reserve : array_like, shape (draws,) or one number
        What the provider can lose, euros of 0 or more.
    happens : array_like of bool, a shape that broadcasts with ``result``
        Whether municipalities top up at the end of the year, if it comes to that.
    share : array_like, shape (draws,) or one number
        The share of what lies beyond the reserve that is topped up, 0 to 1.

    Returns
    -------
    ndarray, shape (draws, years)
        Top-ups in euros, 0 or more.

    Raises
    ------
    ValueError
        When a sum is not finite, the reserve is negative, ``happens`` is neither true nor false, or
        the share is outside [0, 1].

    Notes
    -----
    Alphen aan den Rijn and Kaag en Braassem paid a fixed 20 million euros a year from 2018; in 2020 the
    council was asked for more than 1.8 million extra (nu.nl, 6056922).

    Examples
    --------
    A reserve of 2 and losses of 3, 3 and 1. At the end of the first year nobody pays. By the second 6
    is lost: 4 beyond the reserve, topped up. By the third 3 is lost, 1 beyond it.

    >>> top_ups([[-3.0, -3.0, -1.0]], 2.0, [[False, True, True]], 1.0).tolist()
    [[0.0, 4.0, 1.0]]
    """
    results, may = numbers("result", result), truths("happens", happens)
    if results.ndim == 0:
        raise ValueError("result must have years on its last axis, but one number is given")
    buffer, part = euros("reserve", reserve), shares("share", share)
    check_shapes(result=results, happens=may)
    check_shapes(result=results[..., 0] if results.shape[-1] else results, reserve=buffer, share=part)
    leading = np.broadcast_shapes(
        np.broadcast_shapes(results.shape, may.shape)[:-1], buffer.shape, part.shape
    )
    years = results.shape[-1]
    results = np.broadcast_to(results, (*leading, years))
    may = np.broadcast_to(may, (*leading, years))
    topped_up = np.zeros((*leading, years))
    running = np.zeros(leading)
    for year in range(years):
        running = running + results[..., year]
        shortfall = np.maximum(-buffer - running, 0.0)
        topped_up[..., year] = np.where(may[..., year], part * shortfall, 0.0)
        running = running + topped_up[..., year]
    return topped_up
