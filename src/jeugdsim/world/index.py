"""Index paths: what is paid now, what turns out right, what councils expect (model, section 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jeugdsim.scenario.settings import World
from jeugdsim.world.shocks import autoregressive_normals, independent_normals

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class IndexPaths:
    """Levels relative to price_year, shape (draws, years).

    ``provisional`` (L) is what is paid, ``definitive`` (D) what the year turned out to need.
    """

    provisional: Array
    definitive: Array


def draw_index_paths(
    world: World, price_year: int, years: Sequence[int], seed: int, draws: int
) -> IndexPaths:
    """Draw the index levels of the contract's years.

    L_y = L_(y-1) (1 + prov_y + def_(y-1) - prov_(y-1)), D_y = D_(y-1) (1 + def_y), L = 1 and
    D = 1 + e in price_year, def_y = prov_y + e_y.

    Parameters
    ----------
    world : World
        ``indexation`` and ``index_forecast_error``.
    price_year : int
        Year in whose euros the tariffs stand.
    years : sequence of int
        Years wanted, rising, the first not before price_year.
    seed, draws : int
        Seed of the run and number of draws.
    """
    growth_years = range(price_year + 1, years[-1] + 1)
    process, miss = world.indexation, world.index_forecast_error
    z = autoregressive_normals(seed, "indexation", growth_years, draws, process.autocorrelation)
    provisional_growth = process.mean + process.sd * z
    e = independent_normals(seed, "index_forecast_error", range(price_year, years[-1] + 1), draws)
    error = miss.mean + miss.sd * e
    return _levels(provisional_growth, error, years[0] - price_year)


def _levels(provisional_growth: Array, error: Array, first: int) -> IndexPaths:
    draws, steps = provisional_growth.shape
    paid = np.ones((draws, steps + 1))
    right = np.ones((draws, steps + 1))
    right[:, 0] = 1.0 + error[:, 0]
    for step in range(1, steps + 1):
        growth = provisional_growth[:, step - 1]
        paid[:, step] = paid[:, step - 1] * (1.0 + growth + error[:, step - 1])
        right[:, step] = right[:, step - 1] * (1.0 + growth + error[:, step])
    return IndexPaths(paid[:, first:], right[:, first:])


def mean_index(world: World, price_year: int, years: Sequence[int]) -> Array:
    """Return the index councils may expect, shape (years,).

    product over price_year + 1..y of (1 + mean of indexation + mean of index_forecast_error).
    """
    step = 1.0 + world.indexation.mean + world.index_forecast_error.mean
    return np.array([step ** (year - price_year) for year in years])


def mean_definitive_index(world: World, price_year: int, years: Sequence[int]) -> Array:
    """Return the level the years are expected to turn out to need, shape (years,).

    D at its mean: (1 + mean of index_forecast_error), the miss of price_year, times the mean index.
    """
    return mean_index(world, price_year, years) * (1.0 + world.index_forecast_error.mean)
