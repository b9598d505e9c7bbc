"""Distributions in a few numbers, with the Monte Carlo error of their mean."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jeugdsim.world.parameters import BLOCK_DRAWS

Array = npt.NDArray[np.float64]
FEWEST_BLOCKS = 20
LEVELS = {"p5": 5, "p10": 10, "p50": 50, "p80": 80, "p90": 90, "p95": 95}


def standard_error(values: Array) -> float:
    """Return the standard error of the mean over draws.

    From the means of the Latin hypercube's blocks of 250 draws when there are at least 20 whole
    ones, so that the gain of the hypercube counts; else from the draws. NaN for a single draw.
    """
    blocks = len(values) // BLOCK_DRAWS
    if blocks >= FEWEST_BLOCKS:
        means = values[: blocks * BLOCK_DRAWS].reshape(blocks, BLOCK_DRAWS).mean(axis=1)
        return float(means.std(ddof=1) / np.sqrt(blocks))
    return float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("nan")


def describe(values: Array) -> dict[str, float]:
    """Return mean, sd, standard error and percentiles of a number per draw.

    Parameters
    ----------
    values : ndarray, shape (draws,)
        One number per draw.

    Examples
    --------
    >>> import numpy as np
    >>> describe(np.array([1.0, 2.0, 3.0]))["p50"]
    2.0
    """
    percentiles = np.percentile(values, list(LEVELS.values()), method="linear")
    return {
        "mean": float(values.mean()),
        "sd": float(values.std(ddof=1)) if len(values) > 1 else float("nan"),
        "standard_error": standard_error(values),
        **dict(zip(LEVELS, map(float, percentiles), strict=True)),
    }


def describe_known(values: Array) -> dict[str, float]:
    """Describe a number that does not exist (NaN) in every draw, over the draws in which it does.

    Parameters
    ----------
    values : ndarray, shape (draws,)
        One number per draw, NaN where there is none; all NaN gives NaN throughout.

    Examples
    --------
    >>> import numpy as np
    >>> describe_known(np.array([1.0, np.nan, 3.0]))["mean"]
    2.0
    """
    known = values[~np.isnan(values)]
    if len(known) == 0:
        return dict.fromkeys(("mean", "sd", "standard_error", *LEVELS), float("nan"))
    return describe(known)
