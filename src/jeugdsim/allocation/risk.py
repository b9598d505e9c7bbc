"""Who brings which part of a joint risk: tail means, and shares by Euler and by covariance.

Losses are one number per draw, or per draw and member. The loading of a risk is what its tail mean lies
above its mean.
"""

from __future__ import annotations

from math import ceil

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
LEVEL = 0.9
_ROUNDING = 1e-9  # 0.1 x 10,000 draws is 1,000, not 1,001


def worst_draws(draws: int, level: float = LEVEL) -> int:
    """Return how many draws make up the tail: ceil((1 - level) x draws), at least 1.

    Examples
    --------
    >>> worst_draws(10_000), worst_draws(15), worst_draws(5)
    (1000, 2, 1)
    """
    if not 0 <= level < 1:
        raise ValueError(f"level must be 0 or more and below 1, but {level:g} is given")
    if draws < 1:
        raise ValueError("at least one draw is asked")
    return max(1, ceil((1.0 - level) * draws - _ROUNDING))


def cvar(losses: npt.ArrayLike, level: float = LEVEL) -> Array:
    """Return the tail mean (conditional value at risk): the mean of the worst draws.

    Parameters
    ----------
    losses : array_like, shape (draws, ...)
        What is lost, or costs, in each draw.
    level : float
        Where the tail begins, 0 or more and below 1; 0.9 is the worst tenth.

    Returns
    -------
    ndarray, shape (...)

    Raises
    ------
    ValueError
        When there are no draws or the level is no such fraction.

    Examples
    --------
    >>> float(cvar([1.0, 2.0, 3.0, 10.0], level=0.5))
    6.5
    """
    array = np.asarray(losses, dtype=np.float64)
    worst = worst_draws(len(array) if array.ndim else 0, level)
    if worst == len(array):
        return np.asarray(array.mean(axis=0))
    tail = np.partition(array, len(array) - worst, axis=0)[len(array) - worst :]
    return np.asarray(tail.mean(axis=0))


def euler_shares(losses: npt.ArrayLike, level: float = LEVEL) -> Array:
    """Return each member's share in the tail mean of the sum: its mean cost in the sum's worst draws.

    share_i = E[L_i | the worst draws of L] / CVaR(L). They add up to 1; no coalition would have a lower
    tail mean by itself than the sum of its shares of it.

    Parameters
    ----------
    losses : array_like, shape (draws, members)
        What each member loses, or costs, in each draw.
    level : float
        Where the tail begins.

    Returns
    -------
    ndarray, shape (members,)

    Raises
    ------
    ValueError
        When the tail mean is zero, or there are no draws.

    Notes
    -----
    D. Tasche, Capital allocation to business units and sub-portfolios: the Euler principle (2008). Of
    draws with equal sums at the edge of the tail the first count.

    Examples
    --------
    >>> euler_shares([[1.0, 1.0], [2.0, 6.0], [3.0, 1.0], [0.0, 2.0]], level=0.5).round(3).tolist()
    [0.417, 0.583]
    """
    array = _by_member(losses)
    tail = _worst(array.sum(axis=1), level)
    part = array[tail].mean(axis=0)
    return _as_shares(part, "the tail mean of the sum")


def loadings(losses: npt.ArrayLike, level: float = LEVEL) -> Array:
    """Return what each member brings to the loading of the sum.

    E[L_i | the worst draws of L] - E[L_i]; together CVaR(L) - E[L].

    Parameters
    ----------
    losses : array_like, shape (draws, members)
        What each member loses, or costs, in each draw.
    level : float
        Where the tail begins.

    Returns
    -------
    ndarray, shape (members,)

    Raises
    ------
    ValueError
        When there are no draws.

    Examples
    --------
    >>> loadings([[1.0, 1.0], [2.0, 6.0], [3.0, 1.0], [0.0, 2.0]], level=0.5).tolist()
    [1.0, 1.0]
    """
    array = _by_member(losses)
    tail = _worst(array.sum(axis=1), level)
    return np.asarray(array[tail].mean(axis=0) - array.mean(axis=0))


def covariance_shares(losses: npt.ArrayLike, level: float = LEVEL) -> Array:
    """Return shares of a tail mean whose loading is divided by covariance with the sum.

    x_i = E[L_i] + Cov(L_i, L) / Var(L) x (CVaR(L) - E[L]), as a share of CVaR(L). Without any variance
    the loading is zero, and shares are those of the means.

    Parameters
    ----------
    losses : array_like, shape (draws, members)
        What each member loses, or costs, in each draw.
    level : float
        Where the tail begins.

    Returns
    -------
    ndarray, shape (members,)
        They add up to 1; one may be negative where a member's cost falls when the others' rises.

    Raises
    ------
    ValueError
        When the tail mean is zero, or there are no draws.

    Examples
    --------
    >>> covariance_shares([[1.0, 1.0], [1.0, 3.0], [1.0, 2.0], [1.0, 2.0]], level=0.5).round(3).tolist()
    [0.286, 0.714]
    """
    array = _by_member(losses)
    total = array.sum(axis=1)
    spread = total - total.mean()
    variance = float(spread @ spread)
    means = array.mean(axis=0)
    loading = float(cvar(total, level)) - float(means.sum())
    beta = (array - means).T @ spread / variance if variance > 0 else np.zeros_like(means)
    return _as_shares(means + beta * loading, "the tail mean of the sum")


def _worst(total: Array, level: float) -> npt.NDArray[np.int64]:
    """Return the numbers of the worst draws; of equal ones at the edge the first."""
    worst = worst_draws(len(total), level)
    return np.argsort(-total, kind="stable")[:worst]


def _by_member(losses: npt.ArrayLike) -> Array:
    array = np.asarray(losses, dtype=np.float64)
    if array.ndim != 2 or not array.size:
        raise ValueError(f"losses must have the shape (draws, members), not {array.shape}")
    if not np.all(np.isfinite(array)):
        raise ValueError("losses must be finite")
    return array


def _as_shares(parts: Array, what: str) -> Array:
    total = parts.sum()
    if total == 0:
        raise ValueError(f"{what} is zero: there is nothing to share by")
    return np.asarray(parts / total)
