"""Sharper means from the same draws: what yearly shocks and indices did by luck is taken out again.

The innovations behind shocks and indices are plain draws with mean 0, so their mean over the draws of a
run is luck, and known. A straight line tells what that luck did to a result (a control variate). What
is drawn once per draw is spread evenly already, by the Latin hypercube.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jeugdsim.outcomes.linear_shares import draws_needed
from jeugdsim.outcomes.statistics import FEWEST_BLOCKS, standard_error
from jeugdsim.world.parameters import BLOCK_DRAWS

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class SharperMeans:
    """Means of results, plain and with luck taken out, each of shape (results,).

    Attributes
    ----------
    mean, standard_error : ndarray
        Plain mean over draws, and its standard error.
    sharper_mean, sharper_standard_error : ndarray
        The same without the luck of shocks and indices.
    """

    mean: Array
    standard_error: Array
    sharper_mean: Array
    sharper_standard_error: Array

    @property
    def factor(self) -> Array:
        """How many times as many draws the plain mean needs for the same standard error."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray((self.standard_error / self.sharper_standard_error) ** 2)


def sharper_means(results: Array, yearly: Array, once: Array) -> SharperMeans:
    """Return means from which the luck of what is drawn yearly is taken out.

    Results are regressed on all that is drawn, y = a + e b + z c + rest. Of each draw the luck of its
    yearly numbers is taken off with the slopes that *all other draws* give:

        sharper mean = mean over i of (y_i - e_i b_(-i))

    e_i has mean 0 and b_(-i) does not know of draw i, so nothing is added to or taken from the mean
    but luck: the sharper mean has no bias at all, whatever the form of the results. The regression on
    z only keeps what assumptions do out of the noise of b.

    Standard errors come from the means of whole blocks of 250 draws when there are at least 20. With
    fewer they come from what no straight line in z leaves, as a Latin hypercube balances those lines
    in every whole block; in r draws of an unfinished one they count as r draws out of 250.

    Parameters
    ----------
    results : ndarray, shape (draws, results)
        What is reported, a number per draw.
    yearly : ndarray, shape (draws, yearly numbers)
        What is drawn by plain draws, independent of all else, its mean (not that of the draws) 0.
    once : ndarray, shape (draws, assumptions)
        What is drawn by Latin hypercube.

    Returns
    -------
    SharperMeans

    Raises
    ------
    ValueError
        When there are fewer draws than twice the numbers drawn, or than 100.

    Notes
    -----
    Control variates: Glasserman (2004), Monte Carlo Methods in Financial Engineering, Springer, section
    4.1. What a Latin hypercube leaves of a variance: Stein (1987), Technometrics 29, 143-151.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> luck = rng.standard_normal((1000, 1))
    >>> cost = 50.0 + 3.0 * luck + rng.standard_normal((1000, 1))
    >>> found = sharper_means(cost, yearly=luck, once=np.empty((1000, 0)))
    >>> bool(abs(found.sharper_mean[0] - 50.0) < 5 * found.sharper_standard_error[0])
    True
    >>> bool(8 < found.factor[0] < 12)
    True
    """
    draws = len(results)
    needed = draws_needed(yearly.shape[1] + once.shape[1])
    if draws < needed:
        raise ValueError(f"{draws} draws are too few to tell luck apart: at least {needed} are needed")
    once = once - once.mean(axis=0)
    calm = results - _luck(results, yearly, once)
    return SharperMeans(
        mean=results.mean(axis=0),
        standard_error=_standard_errors(results, once),
        sharper_mean=calm.mean(axis=0),
        sharper_standard_error=_standard_errors(calm, once),
    )


def _luck(results: Array, yearly: Array, once: Array) -> Array:
    """Return what the yearly numbers of each draw did, by the slopes of all other draws.

    Without draw i the slopes are b - G_i left_i / (1 - h_i), with G = X (X'X)^-1 and h_i its leverage.
    """
    inputs = np.column_stack([np.ones(len(results)), yearly, once])
    weights = inputs @ np.linalg.pinv(inputs.T @ inputs, hermitian=True)
    own = slice(1, 1 + yearly.shape[1])
    slopes = weights.T @ results
    left = results - inputs @ slopes
    leverage = np.einsum("ij,ij->i", inputs, weights)
    pull = np.einsum("ij,ij->i", yearly, weights[:, own]) / np.maximum(1.0 - leverage, 1.0 / len(left))
    return np.asarray(yearly @ slopes[own] - pull[:, None] * left)


def _standard_errors(results: Array, once: Array) -> Array:
    """Return the standard errors of means over draws, shape (results,)."""
    draws = len(results)
    if draws // BLOCK_DRAWS >= FEWEST_BLOCKS:
        return np.array([standard_error(column) for column in results.T])
    inputs = np.column_stack([np.ones(draws), once])
    slopes = np.linalg.pinv(inputs.T @ inputs, hermitian=True) @ (inputs.T @ results)
    lines = inputs @ slopes
    left = ((results - lines) ** 2).sum(axis=0) / (draws - inputs.shape[1])
    unbalanced = draws % BLOCK_DRAWS
    swing = unbalanced * (1.0 - unbalanced / BLOCK_DRAWS) * lines.var(axis=0)
    return np.asarray(np.sqrt(draws * left + swing) / draws)
