"""The index clause: how a budget grows with wages and prices.

Tariffs follow the index in full. A contract may agree that the budget of the second year and on
follows a part of the index's growth only, at least and at most so much a year, or a rate fixed
beforehand whatever the index does. What the index does beyond that is the provider's gain or loss.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jeugdsim.funding.rules.checks import above_zero
from jeugdsim.scenario.contracts import IndexClause

Array = npt.NDArray[np.float64]


def clause_index(index: npt.ArrayLike, clause: IndexClause | None) -> Array:
    """Return the level of the budget in each year under an index clause.

    First year: L. Later: the level before x (1 + g), with g = fixed_per_year, or
    g = pass_through x (L_y / L_(y-1) - 1), at least ``at_least`` and at most ``at_most``.

    Parameters
    ----------
    index : array_like, shape (draws, years) or (years,)
        The index as paid, L, 1 in price_year, above 0.
    clause : IndexClause or None
        What was agreed; None is the index itself.

    Returns
    -------
    ndarray
        Levels, of the shape of ``index``.

    Raises
    ------
    ValueError
        When the index is not finite or not above 0.

    Examples
    --------
    The index grows by 10% and then not at all; the budget by half, between 1% and 4%.

    >>> clause = IndexClause(pass_through=0.5, at_least=0.01, at_most=0.04)
    >>> clause_index([[1.0, 1.1, 1.1]], clause).round(4).tolist()
    [[1.0, 1.04, 1.0504]]
    >>> clause_index([[1.0, 1.1, 1.1]], IndexClause(fixed_per_year=0.02)).round(4).tolist()
    [[1.0, 1.02, 1.0404]]
    """
    level = above_zero("index", index)
    if clause is None:
        return level
    if level.ndim == 0:
        raise ValueError("index must have years on its last axis, but one number is given")
    if clause.fixed_per_year is None:
        growth = clause.pass_through * (level[..., 1:] / level[..., :-1] - 1.0)
        least = -np.inf if clause.at_least is None else clause.at_least
        most = np.inf if clause.at_most is None else clause.at_most
        growth = np.clip(growth, least, most)
    else:
        growth = np.full_like(level[..., 1:], clause.fixed_per_year)
    first = level[..., :1]
    return np.concatenate([first, first * np.cumprod(1.0 + growth, axis=-1)], axis=-1)
