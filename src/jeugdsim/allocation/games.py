"""Sharing a joint cost fairly: Shapley value, nucleolus, separable costs; who would rather go alone.

A cost game is a vector ``costs[mask]`` over all coalitions of n members: the mask of a coalition is the
sum of 2^i over its members i, so costs has 2^n elements, costs[0] = 0 and the last is the cost of all
together. Nothing here knows of municipalities or of youth care.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog

Array = npt.NDArray[np.float64]
Masks = npt.NDArray[np.int64]
MOST_MEMBERS = 16
_TOLERANCE = 1e-9  # of the largest cost


def shapley(costs: npt.ArrayLike) -> Array:
    """Return the Shapley value: each member's mean extra cost over all orders in which all may join.

    x_i = sum over coalitions S without i of |S|! (n - |S| - 1)! / n! (c(S + i) - c(S))

    Parameters
    ----------
    costs : array_like, shape (..., 2^n)
        Cost of every coalition, ``costs[..., 0]`` zero.

    Returns
    -------
    ndarray, shape (..., n)
        Shares that add up to the cost of all.

    Raises
    ------
    ValueError
        When the number of costs is no power of two, or the empty coalition costs anything.

    Notes
    -----
    L. S. Shapley, A value for n-person games (Contributions to the Theory of Games II, 1953).

    Examples
    --------
    A runway for three aircraft that need 10, 20 and 30 of it:

    >>> shapley([0, 10, 20, 20, 30, 30, 30, 30]).round(2).tolist()
    [3.33, 8.33, 18.33]
    """
    game, members = _checked(costs)
    masks = np.arange(game.shape[-1])
    weight = _order_weights(members)[_sizes(members)]
    shares = np.empty((*game.shape[:-1], members))
    for member in range(members):
        without = masks[(masks >> member) & 1 == 0]
        extra = game[..., without | (1 << member)] - game[..., without]
        shares[..., member] = extra @ weight[without]
    return shares


def scrb(costs: npt.ArrayLike) -> Array:
    """Return shares by separable costs and remaining benefits (SCRB).

    Each pays what it adds to all others together, s_i = c(N) - c(N - i); what is left of the joint cost
    is shared by what each would still save against going alone, c(i) - s_i.

    Parameters
    ----------
    costs : array_like, shape (2^n,)
        Cost of every coalition, the first zero.

    Returns
    -------
    ndarray, shape (n,)
        Shares that add up to the cost of all; without any benefit left the rest is shared equally.

    Raises
    ------
    ValueError
        When the number of costs is no power of two, or the empty coalition costs anything.

    Notes
    -----
    P. D. Straffin and J. P. Heaney, Game theory and the Tennessee Valley Authority (International
    Journal of Game Theory 10, 1981).

    Examples
    --------
    >>> scrb([0, 10, 20, 24]).tolist()
    [7.0, 17.0]
    """
    game, members = _single(costs)
    everyone = len(game) - 1
    alone = np.array([1 << member for member in range(members)])
    separable = game[everyone] - game[everyone ^ alone]
    benefits = np.maximum(game[alone] - separable, 0.0)
    rest = game[everyone] - separable.sum()
    if benefits.sum() <= 0:
        return np.asarray(separable + rest / members)
    return np.asarray(separable + rest * benefits / benefits.sum())


def nucleolus(costs: npt.ArrayLike) -> Array:
    """Return the nucleolus: shares that make the worst-off coalition as well off as can be.

    What a coalition saves against its own cost is c(S) - x(S). The least saving is made as large as it
    can be, then the next least, and so on, each step a linear programme. Where any division leaves
    nobody a reason to go alone (the core), the nucleolus is one.

    Parameters
    ----------
    costs : array_like, shape (2^n,)
        Cost of every coalition, the first zero.

    Returns
    -------
    ndarray, shape (n,)
        Shares that add up to the cost of all.

    Raises
    ------
    ValueError
        When the number of costs is no power of two, or the empty coalition costs anything.

    Notes
    -----
    D. Schmeidler, The nucleolus of a characteristic function game (SIAM Journal on Applied Mathematics
    17, 1969); solved as in M. Maschler, B. Peleg and L. S. Shapley (Mathematics of Operations Research
    4, 1979).

    Examples
    --------
    >>> nucleolus([0, 10, 20, 24]).round(6).tolist()
    [7.0, 17.0]
    """
    game, members = _single(costs)
    scale = float(np.abs(game).max()) or 1.0
    cost = game / scale
    membership = _membership(members)
    open_masks = np.arange(1, len(cost) - 1)
    fixed, savings = [membership[-1]], [cost[-1]]
    while np.linalg.matrix_rank(np.array(fixed)) < members:
        least, binding = _largest_least_saving(
            membership[open_masks], cost[open_masks], np.array(fixed), np.array(savings)
        )
        fixed += [membership[mask] for mask in open_masks[binding]]
        savings += [cost[mask] - least for mask in open_masks[binding]]
        open_masks = _undetermined(open_masks, membership, np.array(fixed))
    shares = np.linalg.lstsq(np.array(fixed), np.array(savings), rcond=None)[0]
    return np.asarray(shares * scale)


def core_violations(
    costs: npt.ArrayLike, shares: npt.ArrayLike, tolerance: float = 1e-9
) -> dict[int, float]:
    """Return the coalitions that pay more than they would alone, and how much more.

    Parameters
    ----------
    costs : array_like, shape (2^n,)
        Cost of every coalition, the first zero.
    shares : array_like, shape (n,)
        What each member pays.
    tolerance : float
        What counts as nothing, as a fraction of the largest cost.

    Returns
    -------
    dict of int to float
        Mask of the coalition = what it pays above its own cost, in order of mask; empty when nobody
        would rather go alone (the shares lie in the core, or at least undercut nobody).

    Raises
    ------
    ValueError
        When costs and shares do not fit together.

    Examples
    --------
    >>> core_violations([0, 10, 20, 24], [12, 12])
    {1: 2.0}
    """
    game, members = _single(costs)
    paid = np.asarray(shares, dtype=np.float64)
    if paid.shape != (members,) or not np.all(np.isfinite(paid)):
        raise ValueError(f"shares must be {members} finite numbers, one for each member")
    above = _membership(members) @ paid - game
    least = tolerance * (float(np.abs(game).max()) or 1.0)
    return {int(mask): float(above[mask]) for mask in np.flatnonzero(above > least)}


def coalition_members(mask: int) -> tuple[int, ...]:
    """Return the members of a coalition, rising.

    Examples
    --------
    >>> coalition_members(0b1010)
    (1, 3)
    """
    return tuple(member for member in range(mask.bit_length()) if mask >> member & 1)


def _largest_least_saving(
    membership: Array, cost: Array, fixed: Array, fixed_shares: Array
) -> tuple[float, npt.NDArray[np.bool_]]:
    """Maximise e with x(S) + e <= c(S); tell which coalitions have just e in every best division."""
    members = membership.shape[1]
    best = linprog(
        c=np.r_[np.zeros(members), -1.0],
        A_ub=np.column_stack([membership, np.ones(len(membership))]),
        b_ub=cost,
        A_eq=np.column_stack([fixed, np.zeros(len(fixed))]),
        b_eq=fixed_shares,
        bounds=[(None, None)] * (members + 1),
        method="highs",
    )
    if best.x is None:
        raise ArithmeticError(f"the linear programme of the nucleolus failed: {best.message}")
    # A coalition with a price in the dual has no slack in any best solution (complementary slackness).
    priced = -best.ineqlin.marginals > _TOLERANCE
    return float(best.x[-1]), np.asarray(priced)


def _undetermined(open_masks: Masks, membership: Array, fixed: Array) -> Masks:
    """Return the coalitions whose share does not follow from the fixed ones."""
    basis = np.linalg.svd(fixed)
    rank = int(np.linalg.matrix_rank(fixed))
    free = basis.Vh[rank:]
    apart = np.abs(membership[open_masks] @ free.T).max(axis=1, initial=0.0) > _TOLERANCE
    return np.asarray(open_masks[apart])


def _checked(costs: npt.ArrayLike) -> tuple[Array, int]:
    game = np.asarray(costs, dtype=np.float64)
    size = game.shape[-1] if game.ndim else 0
    members = size.bit_length() - 1
    if members < 1 or size != 1 << members or members > MOST_MEMBERS:
        raise ValueError(
            f"costs must have 2, 4, 8, ... or {1 << MOST_MEMBERS} elements, one for every coalition of "
            f"1 to {MOST_MEMBERS} members, but it has {size}"
        )
    if not np.all(np.isfinite(game)):
        raise ValueError("costs must be finite")
    if np.any(game[..., 0] != 0):
        raise ValueError("costs[0], of the coalition of nobody, must be 0")
    return game, members


def _single(costs: npt.ArrayLike) -> tuple[Array, int]:
    game, members = _checked(costs)
    if game.ndim != 1:
        raise ValueError(f"costs must be one vector, but has the shape {game.shape}")
    return game, members


def _membership(members: int) -> Array:
    """Return who is in which coalition, ones and zeros of shape (2^n, n)."""
    return ((np.arange(1 << members)[:, None] >> np.arange(members)) & 1).astype(np.float64)


def _sizes(members: int) -> Masks:
    return np.asarray(_membership(members).sum(axis=1), dtype=np.int64)


def _order_weights(members: int) -> Array:
    """Return s! (n - s - 1)! / n! for s = 0..n; the last, of the coalition of all, is not used."""
    weights = np.zeros(members + 1)
    weights[0] = 1.0 / members
    for size in range(1, members):
        weights[size] = weights[size - 1] * size / (members - size)
    return weights
