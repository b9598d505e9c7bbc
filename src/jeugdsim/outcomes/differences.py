"""Two runs on the same draws, side by side: their difference draw by draw, with its own error.

Common random numbers make the error of a difference far smaller than that of either run.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from jeugdsim.outcomes.overruns import CENT
from jeugdsim.outcomes.statistics import describe, standard_error
from jeugdsim.world.keys import generator
from jeugdsim.world.parameters import BLOCK_DRAWS

Array = npt.NDArray[np.float64]
Block = dict[str, Any]
RESAMPLES = 200
FEWEST_BLOCKS = 20
RARE = 90


def difference_block(baseline: Array, compared: Array) -> Block:
    """Describe compared - baseline, draw by draw, and both sides.

    Parameters
    ----------
    baseline, compared : ndarray, shape (draws,)
        One number per draw, of the same draws.

    Examples
    --------
    >>> import numpy as np
    >>> difference_block(np.array([1.0, 2.0]), np.array([2.0, 4.0]))["difference"]["mean"]
    1.5
    """
    return {
        "difference": describe(compared - baseline),
        "baseline": describe(baseline),
        "compared": describe(compared),
    }


def cost_block(baseline: Array, compared: Array, seed: int) -> Block:
    """Describe a difference in cost, with the difference of P90s and the chance of being cheaper.

    Parameters
    ----------
    baseline, compared : ndarray, shape (draws,)
        Cost per draw, euros, of the same draws.
    seed : int
        Seed of the runs, which also keys the resamples.
    """
    return {
        **difference_block(baseline, compared),
        "p90": percentile_difference(baseline, compared, seed),
        "chance": chance_cheaper(compared - baseline),
    }


def chance_cheaper(difference: Array) -> Block:
    """Return how often the compared run costs less, more, or the same to the cent."""
    cheaper, dearer = difference < -CENT, difference > CENT
    return {
        "cheaper": float(cheaper.mean()),
        "dearer": float(dearer.mean()),
        "equal": float((~cheaper & ~dearer).mean()),
    }


def chance_block(baseline: npt.NDArray[np.bool_], compared: npt.NDArray[np.bool_]) -> Block:
    """Return the chance of an event in both runs, and the difference with its paired error.

    Parameters
    ----------
    baseline, compared : ndarray of bool, shape (draws,)
        Whether the event happens, in the same draws.
    """
    difference = compared.astype(np.float64) - baseline
    return {
        "baseline": float(baseline.mean()),
        "compared": float(compared.mean()),
        "difference": float(difference.mean()),
        "standard_error": standard_error(difference),
    }


def percentile_difference(baseline: Array, compared: Array, seed: int, level: int = RARE) -> Block:
    """Return the difference of two percentiles with its paired standard error.

    With at least 20 whole blocks of 250 draws the error comes from the differences within each block
    (batching), so that the gain of the Latin hypercube counts; with fewer from a paired bootstrap: 200
    times as many draws, drawn with replacement, the same for both runs. NaN for a single draw.

    Parameters
    ----------
    baseline, compared : ndarray, shape (draws,)
        One number per draw, of the same draws.
    seed : int
        Keys the bootstrap, so that the same runs give the same bits.
    level : int
        Which percentile.
    """
    blocks = len(baseline) // BLOCK_DRAWS
    if blocks >= FEWEST_BLOCKS:
        whole = blocks * BLOCK_DRAWS
        ours, theirs = (side[:whole].reshape(blocks, -1) for side in (baseline, compared))
        error = float(_difference(ours, theirs, level).std(ddof=1) / np.sqrt(blocks))
    else:
        error = _bootstrap_error(baseline, compared, seed, level)
    return {"difference": float(_difference(baseline, compared, level)), "standard_error": error}


def _difference(baseline: Array, compared: Array, level: int, axis: int = -1) -> Array:
    low, high = (np.percentile(x, level, axis=axis, method="linear") for x in (baseline, compared))
    return np.asarray(high - low)


def _bootstrap_error(baseline: Array, compared: Array, seed: int, level: int) -> float:
    from scipy.stats import bootstrap

    if len(baseline) < 2:
        return float("nan")

    def statistic(first: Array, second: Array, axis: int) -> Array:
        return _difference(first, second, level, axis)

    resampled = bootstrap(
        (baseline, compared),
        statistic,
        paired=True,
        vectorized=True,
        n_resamples=RESAMPLES,
        method="percentile",
        rng=generator(seed, "bootstrap"),
    )
    return float(resampled.standard_error)
