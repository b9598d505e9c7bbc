"""What a key is judged on, one small function per criterion, on plain arrays.

Bills have the shape (draws, years, places), a place being a municipality or the region.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jeugdsim.allocation.coalitions import coalition_costs
from jeugdsim.allocation.games import MOST_MEMBERS, core_violations
from jeugdsim.allocation.pool_case import PoolCase

Array = npt.NDArray[np.float64]
SURPRISED = 0.05


def with_region(values: Array) -> Array:
    """Return values per municipality with their sum as a last place."""
    return np.concatenate([values, values.sum(axis=-1, keepdims=True)], axis=-1)


def volatility(bills: Array) -> Array:
    """Return the sd of the yearly change over draws and years, over the mean bill; NaN for one year.

    Examples
    --------
    >>> import numpy as np
    >>> volatility(np.array([[[10.0], [12.0], [8.0]]])).tolist()
    [0.3]
    """
    if bills.shape[1] < 2:
        return np.full(bills.shape[2], np.nan)
    return over(np.diff(bills, axis=1).std(axis=(0, 1)), bills.mean(axis=(0, 1)))


def surprise(bills: Array, announced: Array) -> Array:
    """Return the mean distance between bill and announced bill, over the mean bill.

    Examples
    --------
    >>> import numpy as np
    >>> surprise(np.array([[[12.0]], [[8.0]]]), np.array([[[10.0]], [[10.0]]])).tolist()
    [0.2]
    """
    return over(np.abs(bills - announced).mean(axis=(0, 1)), bills.mean(axis=(0, 1)))


def chance_of_surprise(bills: Array, announced: Array) -> Array:
    """Return the chance that the bill of a year is more than 5% above the announced one.

    Examples
    --------
    >>> import numpy as np
    >>> chance_of_surprise(np.array([[[10.6]], [[10.4]]]), np.array([[[10.0]], [[10.0]]])).tolist()
    [0.5]
    """
    return np.asarray((bills > (1.0 + SURPRISED) * announced).mean(axis=(0, 1)))


def correlation(bills: Array, use: Array) -> Array:
    """Return the correlation over draws of both sums over years; NaN where one has no spread.

    Examples
    --------
    >>> import numpy as np
    >>> bills = np.array([[[1.0]], [[2.0]], [[3.0]]])
    >>> correlation(bills, 2.0 * bills).round(6).tolist()
    [1.0]
    """
    ours, theirs = (euros.sum(axis=1) for euros in (bills, use))
    ours, theirs = ours - ours.mean(axis=0), theirs - theirs.mean(axis=0)
    spread = np.sqrt((ours**2).sum(axis=0) * (theirs**2).sum(axis=0))
    return over((ours * theirs).sum(axis=0), spread)


def over(part: Array, whole: Array) -> Array:
    """Return a quotient, NaN where there is nothing to divide by."""
    nothing = np.full(np.shape(part), np.nan)
    return np.asarray(np.divide(part, whole, out=nothing, where=whole > 0))


@dataclass(frozen=True)
class Alone:
    """What pays more together than it would alone; a place per municipality, then the region.

    Attributes
    ----------
    excess : ndarray
        Mean over years of the share in the joint risk-adjusted cost less that of going alone, euros.
    worse : ndarray
        Fraction of years in which a single municipality pays more than alone.
    coalitions_worse : ndarray
        Fraction of coalitions with the municipality, over the years, that pay more than alone.
    coalition_excess : ndarray
        The most that one of them pays more, in any year, euros.
    """

    excess: Array
    worse: Array
    coalitions_worse: Array
    coalition_excess: Array


def pool_costs(cases: tuple[PoolCase, ...], level: float) -> list[Array] | None:
    """Return what every coalition of each pool would pay alone, (years, 2^members).

    None where a region is too large for all its coalitions.
    """
    towns = len(cases[0].scenario.municipality_names)
    if towns > MOST_MEMBERS:
        return None
    return [coalition_costs(case, level) for case in cases]


def worse_than_alone(
    cases: tuple[PoolCase, ...],
    keys: tuple[str | None, ...],
    shares: tuple[Array, ...],
    costs: list[Array],
) -> Alone:
    """Compare what a key asks of every coalition with what it would pay alone, year by year.

    A key's mean share of a year, weighted by payment, is taken of the risk-adjusted cost of all;
    contracts that the key does not share are left out.

    Parameters
    ----------
    cases : tuple of PoolCase
        The pools.
    keys : tuple of str or None
        Their keys.
    shares : tuple of ndarray, shape (draws, years, members)
        What they make of every pool.
    costs : list of ndarray, shape (years, 2^members)
        From ``pool_costs``.
    """
    towns = len(cases[0].scenario.municipality_names)
    years = len(cases[0].years)
    alone, paid = np.zeros((years, 1 << towns)), np.zeros((years, towns))
    for case, key, share, cost in zip(cases, keys, shares, costs, strict=True):
        if key is not None:
            alone += cost[:, _masks_in_pool(case, towns)]
            paid[:, list(case.pool.members)] += mean_shares(share, case.payment) * cost[:, -1:]
    return _judged(alone, paid)


def mean_shares(shares: Array, payment: Array) -> Array:
    """Return shares as their mean over draws, each weighted by its payment, (years, members).

    Examples
    --------
    >>> import numpy as np
    >>> mean_shares(np.array([[[0.5, 0.5]], [[0.2, 0.8]]]), np.array([[10.0], [20.0]])).tolist()
    [[0.3, 0.7]]
    """
    weight = np.where(payment.sum(axis=0) > 0, payment, 1.0)
    return np.asarray(np.einsum("dy,dym->ym", weight, shares) / weight.sum(axis=0)[:, None])


def _masks_in_pool(case: PoolCase, towns: int) -> npt.NDArray[np.int64]:
    """Return for every coalition of all municipalities that of the pool's members in it."""
    masks = np.arange(1 << towns)
    inside = np.zeros_like(masks)
    for at, town in enumerate(case.pool.members):
        inside |= ((masks >> town) & 1) << at
    return inside


def _judged(alone: Array, paid: Array) -> Alone:
    years, towns = paid.shape
    singles = 1 << np.arange(towns)
    above = np.zeros(alone.shape)
    for year in range(years):
        for mask, euros in core_violations(alone[year], paid[year]).items():
            above[year, mask] = euros
    above[:, -1] = 0.0  # all together pay what all together cost
    within = (np.arange(alone.shape[1])[:, None] >> np.arange(towns)) & 1 == 1
    groups = np.column_stack([within, within.any(axis=1)])
    groups[-1] = False
    most = np.array([above[:, group].max(initial=0.0) for group in groups.T])
    often = np.array([_mean(above[:, group] > 0) for group in groups.T])
    excess = (paid - alone[:, singles]).mean(axis=0)
    single = (above[:, singles] > 0).mean(axis=0)
    return Alone(with_region(excess), np.append(single, single.mean()), often, most)


def _mean(events: npt.NDArray[np.bool_]) -> float:
    return float(events.mean()) if events.size else 0.0
