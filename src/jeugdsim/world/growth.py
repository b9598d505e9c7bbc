"""Growth that fades (model, section 1)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
_LEAST_YEARLY_FACTOR = 0.01  # a drawn growth of -100% can't be undone for the years before


def growth_factor(growth: Array, fade: Array, years_ahead: int) -> Array:
    """Return the level ``years_ahead`` years after the year the figures describe.

    product over j = 1..n of (1 + g (1 - f)^(j-1)); for years before, 1 / (1 + g)^n.

    Parameters
    ----------
    growth : ndarray
        Growth in the first year, a fraction of -1 or more.
    fade : ndarray
        Share of the growth that is lost each year, in [0, 1].
    years_ahead : int
        Years after (negative: before) the year described.

    Examples
    --------
    >>> import numpy as np
    >>> growth_factor(np.array([0.10]), np.array([0.5]), 2).round(4)
    array([1.155])
    """
    if years_ahead < 0:
        return 1.0 / np.maximum(1.0 + growth, _LEAST_YEARLY_FACTOR) ** (-years_ahead)
    level = np.ones(np.broadcast_shapes(growth.shape, fade.shape))
    for step in range(years_ahead):
        level = level * (1.0 + growth * (1.0 - fade) ** step)
    return level
