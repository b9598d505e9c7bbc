"""Which factor moved a product: fair shares of the difference between two products.

Price x clients x days x units changes in all factors at once. Taking the factors one after another
makes the answer depend on the order; the Shapley share is the mean over all orders.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def product_shares(before: Sequence[npt.ArrayLike], after: Sequence[npt.ArrayLike]) -> list[Array]:
    """Return each factor's Shapley share in the change of a product, elementwise.

    The shares add up to prod(after) - prod(before); a factor that stays the same has none; factors
    that change alike get alike.

    Parameters
    ----------
    before, after : sequence of array_like
        The factors in both states, in the same order, of shapes that broadcast.

    Returns
    -------
    list of ndarray
        One array per factor.

    Raises
    ------
    ValueError
        When there are no factors, or not as many before as after.

    Notes
    -----
    The share of factor i is the integral over t in [0, 1] of (g_i - f_i) times the product of all
    other factors on the straight way from f to g, f_j + t (g_j - f_j): Owen, Multilinear extensions of
    games (Management Science 18, 1972). That is a polynomial of degree n - 1 in t, for which
    Gauss-Legendre with ceil(n / 2) points is exact.

    Examples
    --------
    >>> price, clients = product_shares([10.0, 4.0], [12.0, 5.0])
    >>> float(price), float(clients)
    (9.0, 11.0)
    """
    if len(before) != len(after) or not before:
        raise ValueError(
            f"as many factors are asked before as after, at least one: not {len(before)} and "
            f"{len(after)}"
        )
    starts = [np.asarray(factor, dtype=np.float64) for factor in before]
    changes = [np.asarray(g, dtype=np.float64) - f for f, g in zip(starts, after, strict=True)]
    points, weights = np.polynomial.legendre.leggauss(-(-len(starts) // 2))
    shares = [np.zeros(np.broadcast_shapes(*(c.shape for c in changes))) for _ in changes]
    for point, weight in zip((points + 1.0) / 2.0, weights / 2.0, strict=True):
        underway = [f + point * change for f, change in zip(starts, changes, strict=True)]
        for place, change in enumerate(changes):
            share = weight * change
            for other, factor in enumerate(underway):
                if other != place:
                    share = share * factor
            shares[place] += share
    return shares
