"""Shares of variance: how much of the spread of a result each uncertain input explains.

One straight-line regression on all inputs together, with the noise taken out of every squared
coefficient; it needs no run beyond the one there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Indices = Sequence[int]
FEWEST_DRAWS = 100
DRAWS_PER_INPUT = 2


@dataclass(frozen=True)
class Share:
    """A share of the variance and its standard error, fractions.

    The estimate is unbiased, so that shares add up; one that can't be told from zero may therefore
    come out a little below it.
    """

    share: float
    standard_error: float


@dataclass(frozen=True)
class Shares:
    """The shares of some sets of inputs, and what is left to chance.

    Attributes
    ----------
    sets : tuple of Share
        In the order asked.
    chance : Share
        What no straight line in the inputs tells: chance, curvature, inputs that reinforce each
        other. With the shares of sets that hold every input once it adds up to 1.
    """

    sets: tuple[Share, ...]
    chance: Share


def draws_needed(inputs: int) -> int:
    """Return the number of draws from which shares of this many inputs can be told."""
    return max(FEWEST_DRAWS, DRAWS_PER_INPUT * inputs) if inputs else 2


def linear_shares(
    target: Array,
    inputs: Array,
    sets: Sequence[Indices],
    dependent: Sequence[Indices] = (),
) -> Shares | None:
    """Return the shares of sets of inputs in the variance of a target.

    The target is regressed on all inputs, y = a + sum_j b_j x_j + e. With the inputs scaled to a
    standard deviation of 1, a set S explains q_S = b_S' K b_S, K the correlations of the inputs
    (1 on the diagonal, 0 between independent ones). The estimate takes out the noise of b, with W
    the covariance of its estimates, robust to an e that widens (HC2):

        q_S = b_S' K b_S - tr(K W_SS),  share_S = q_S / V,  chance = s^2 / V,  V = q_all + s^2

    with s^2 the residual variance. Where the result is a straight line in the inputs this is the
    first-order Sobol index; a curved part counts as chance. Standard errors are those of a
    quadratic form of normal b and of s^2, by the delta method:
    var q_S = 4 b_S' K W K b_S - 2 tr(K W K W).

    Parameters
    ----------
    target : ndarray, shape (draws,)
        The result.
    inputs : ndarray, shape (draws, inputs)
        The drawn inputs, each in units of its own standard deviation: that of its distribution,
        not of the draws.
    sets : sequence of sequences of int
        Columns of ``inputs`` whose share is asked together; sets may overlap.
    dependent : sequence of sequences of int
        Columns that are correlated with each other, each in one of them at most; their correlations
        are those seen in the draws, whose noise the standard errors leave out. A set holds all of
        these columns or none.

    Returns
    -------
    Shares or None
        None when the target does not vary.

    Raises
    ------
    ValueError
        When there are fewer draws than ``draws_needed``.

    Notes
    -----
    Squared standardised regression coefficients as measures of importance: Saltelli et al. (2008),
    Global Sensitivity Analysis: The Primer, Wiley, section 1.2. HC2: MacKinnon and White (1985),
    Journal of Econometrics 29, 305-325.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(1).standard_normal((1000, 2))
    >>> found = linear_shares(x @ [2.0, 1.0], x, sets=[[0], [1]])
    >>> [round(one.share, 3) for one in found.sets], round(found.chance.share, 3)
    ([0.8, 0.2], 0.0)
    """
    draws, count = inputs.shape
    if draws < draws_needed(count):
        raise ValueError(f"{draws} draws can't tell the shares of {count} inputs apart")
    fit = _fit(target, inputs)
    links = _correlations(inputs, dependent)
    spread = float(np.ptp(target))
    whole = _quadratic(fit, links, range(count))
    variance = whole[0] + fit.residual
    if spread == 0.0 or variance <= 0.0:
        return None
    residual_noise = 2.0 * fit.residual**2 / fit.freedom
    noise = whole[1] + residual_noise

    def share(part: float, its_noise: float) -> Share:
        fraction = part / variance
        error = its_noise * (1.0 - 2.0 * fraction) + fraction**2 * noise
        return Share(fraction, float(np.sqrt(max(error, 0.0))) / variance)

    return Shares(
        tuple(share(*_quadratic(fit, links, one)) for one in sets),
        share(fit.residual, residual_noise),
    )


@dataclass(frozen=True)
class _Fit:
    """Coefficients, the covariance of their estimates, the residual variance, its freedom."""

    slope: Array
    covariance: Array
    residual: float
    freedom: int


def _fit(target: Array, inputs: Array) -> _Fit:
    draws = len(inputs)
    centred = inputs - inputs.mean(axis=0)
    inverse = np.linalg.pinv(centred.T @ centred, hermitian=True)
    spread = target - target.mean()
    slope = inverse @ (centred.T @ spread)
    left = spread - centred @ slope
    leverage = 1.0 / draws + np.einsum("ij,ij->i", centred @ inverse, centred)
    rank = round(float(leverage.sum())) - 1
    weight = left / np.sqrt(np.maximum(1.0 - leverage, 1.0 / draws))
    weighted = centred * weight[:, None]
    covariance = inverse @ (weighted.T @ weighted) @ inverse
    freedom = draws - 1 - rank
    return _Fit(slope, covariance, float(left @ left) / freedom, freedom)


def _correlations(inputs: Array, dependent: Sequence[Indices]) -> Array:
    """Return the correlations of the inputs: as seen in the draws where dependent, else none."""
    links = np.eye(inputs.shape[1])
    for group in dependent:
        together = np.ix_(group, group)
        links[together] = np.corrcoef(inputs[:, group], rowvar=False)
    return links


def _quadratic(fit: _Fit, links: Array, columns: Indices) -> tuple[float, float]:
    """Return the variance that some inputs explain together, and the variance of that estimate."""
    own = np.ix_(columns, columns)
    slope, covariance, between = fit.slope[list(columns)], fit.covariance[own], links[own]
    pulled = between @ covariance
    twice = float(np.sum(pulled * pulled.T))
    explained = float(slope @ between @ slope - np.trace(pulled))
    steep = float(slope @ pulled @ between @ slope) - twice
    return explained, 4.0 * max(steep, 0.0) + 2.0 * twice
