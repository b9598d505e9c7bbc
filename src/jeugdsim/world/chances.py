"""Uniform numbers for what happens or does not: a tariff reset, a bail-out, the end of a contract.

Keyed by seed, purpose, name and calendar year, and taken by draw number: another name, year or draw
changes nobody else's numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from jeugdsim.world.keys import uniforms_from

Array = npt.NDArray[np.float64]


def chance_uniforms(
    seed: int,
    purpose: str,
    name: str,
    draw_numbers: npt.NDArray[np.int64],
    years: Sequence[int] = (),
) -> Array:
    """Return a uniform number in [0, 1) for every draw, or for every draw and year.

    What has a chance p happens where the number is below p: never at 0, always at 1, and at a higher
    chance wherever it happened at a lower one.

    Parameters
    ----------
    seed : int
        Seed of the run.
    purpose : str
        What the chance is of, such as ``"tariff_reset"``: numbers of two purposes have nothing in
        common.
    name : str
        Whose chance it is, such as the name of a contract.
    draw_numbers : ndarray of int, shape (draws,)
        Draw numbers, 0 or more; a draw's number is the same whichever others are asked.
    years : sequence of int, optional
        Calendar years, a stream for each. Without them there is one number per draw.

    Returns
    -------
    ndarray, shape (draws,), or (draws, years) where years are given

    Examples
    --------
    >>> import numpy as np
    >>> all_draws = chance_uniforms(2027, "tariff_reset", "dag", np.arange(100), years=[2028, 2029])
    >>> bool((chance_uniforms(2027, "tariff_reset", "dag", np.array([70]), [2029]) == all_draws[70, 1]))
    True
    """
    first = int(draw_numbers.min()) if draw_numbers.size else 0
    span = int(draw_numbers.max()) + 1 - first if draw_numbers.size else 0
    own = draw_numbers - first
    if not years:
        return uniforms_from(first, span, seed, purpose, name)[own]
    uniforms = np.empty((len(draw_numbers), len(years)))
    for column, year in enumerate(years):
        uniforms[:, column] = uniforms_from(first, span, seed, purpose, name, year)[own]
    return uniforms
