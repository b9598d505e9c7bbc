"""Cover of what one child costs in a year above a sum (specific stop-loss).

A few children cost very much. Payer and provider agree on a sum per child and calendar year, the
retention: what a child costs below it stays in the budget; of what lies above, the payer takes its
share, a reinsurer its share, and the rest counts as cost against the budget. How much lies above is
known at the sums the scenario asks for (``child_retentions``); in between, the straight line.

In a contract whose retention follows the index, the cover of a year is L x E(retention), with E the
euros of price_year above the retention and L the index; with a retention in nominal euros it is
L x E(retention / L). A child counts per contract and year, and begins anew on 1 January.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jeugdsim.funding.rules.checks import check_shapes, euros

Array = npt.NDArray[np.float64]


def excess_above(retentions: npt.ArrayLike, excess: npt.ArrayLike, retention: npt.ArrayLike) -> Array:
    """Return what all children together cost above a retention.

    E(M) = (1 - w) E_k + w E_(k+1), w = (M - M_k) / (M_(k+1) - M_k) between the retentions M_k and
    M_(k+1) that surround M; at a retention its own value, exactly.

    Parameters
    ----------
    retentions : array_like, shape (k,)
        The sums per child and year at which the excess is known, euros of price_year, rising.
    excess : array_like, shape (..., k)
        Sum over children of what each costs above each retention, euros of price_year, 0 or more.
    retention : array_like
        The sum above which there is cover, euros of price_year, between the first and the last of
        ``retentions``; one number, or a shape that broadcasts with the leading axes of ``excess``.

    Returns
    -------
    ndarray
        Euros of price_year above the retention, with the leading axes of ``excess``.

    Raises
    ------
    ValueError
        When ``retentions`` do not rise or do not surround ``retention``, or a sum is negative or not
        finite.

    Notes
    -----
    The sum above M is convex in M, so between two retentions the straight line is never too low.

    Examples
    --------
    Three children of 30, 60 and 90 euros cost 20 + 50 above 40, and 30 above 60; halfway, above 50,
    the line gives 50, and indeed it is 10 + 40.

    >>> excess_above([40.0, 60.0], [[70.0, 30.0]], 50.0).tolist()
    [50.0]
    >>> excess_above([40.0, 60.0], [[70.0, 30.0]], 60.0).tolist()
    [30.0]
    """
    known, above = euros("retentions", retentions), euros("excess", excess)
    wanted = euros("retention", retention)
    if known.ndim != 1 or not known.size or np.any(np.diff(known) <= 0):
        raise ValueError(f"retentions must be a list of rising sums, not {known.tolist()}")
    if above.ndim == 0 or above.shape[-1] != known.size:
        raise ValueError(
            f"excess must have {known.size} sums on its last axis, one per retention, but its shape "
            f"is {above.shape}"
        )
    check_shapes(excess=above[..., 0], retention=wanted)
    _check_surrounded(known, wanted)
    lower = np.searchsorted(known, wanted, side="right") - 1
    upper = np.minimum(lower + 1, known.size - 1)
    width = known[upper] - known[lower]
    weight = (wanted - known[lower]) / np.where(width > 0, width, 1.0)
    return np.asarray((1.0 - weight) * _at(above, lower) + weight * _at(above, upper))


def _check_surrounded(known: Array, wanted: Array) -> None:
    outside = (wanted < known[0]) | (wanted > known[-1])
    if np.any(outside):
        first = wanted[outside].flat[0] if wanted.ndim else float(wanted)
        raise ValueError(
            f"retention must lie between the first and the last of retentions, {known[0]:,.2f} and "
            f"{known[-1]:,.2f} euros of price_year, but {first:,.2f} is asked: widen child_retentions"
        )


def _at(above: Array, place: npt.NDArray[np.intp]) -> Array:
    """Return the excess at a place on the last axis, one place for all or one for each."""
    shape = np.broadcast_shapes(above.shape[:-1], place.shape)
    every = np.broadcast_to(above, (*shape, above.shape[-1]))
    places = np.broadcast_to(place, shape)[..., None]
    return np.asarray(np.take_along_axis(every, places, axis=-1)[..., 0])
