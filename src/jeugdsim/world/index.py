"""Index paths: what is paid now, what turns out right, what councils expect (model, section 3).

The price index may be a mixture of wages and materials. Municipal income has an index of its own, which
goes along with that of wages as far as is assumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from jeugdsim.scenario.settings import IncomeIndex, World
from jeugdsim.world.shocks import autoregressive, autoregressive_normals, independent_normals

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class IndexPaths:
    """Levels relative to price_year, shape (draws, years).

    ``provisional`` (L) is what is paid, ``definitive`` (D) what the year turned out to need,
    ``income`` (A) what municipalities receive; None where a world does not look at it.
    """

    provisional: Array
    definitive: Array
    income: Array | None = None


def draw_index_paths(
    world: World, price_year: int, years: Sequence[int], seed: int, draws: int, first: int = 0
) -> IndexPaths:
    """Draw the index levels of the contract's years.

    L_y = L_(y-1) (1 + prov_y + def_(y-1) - prov_(y-1)), D_y = D_(y-1) (1 + def_y), L = 1 and
    D = 1 + e in price_year, def_y = prov_y + e_y. With materials, prov = s wages + (1 - s) materials,
    s the wage share, each an AR(1) of its own. A_y = A_(y-1) (1 + income_y), A = 1 in price_year.

    Parameters
    ----------
    world : World
        ``indexation``, ``index_forecast_error``, and where there are ``material_indexation`` with
        ``wage_share``, and ``income_index``.
    price_year : int
        Year in whose euros the tariffs stand.
    years : sequence of int
        Years wanted, rising, the first not before price_year.
    seed, draws : int
        Seed of the run and number of draws.
    first : int
        Number of the first draw.
    """
    growth_years = range(price_year + 1, years[-1] + 1)
    process, miss = world.indexation, world.index_forecast_error
    surprise = independent_normals(seed, "indexation", growth_years, draws, first)
    z = autoregressive(surprise, process.autocorrelation)
    provisional_growth = process.mean + process.sd * z
    if world.material_indexation is not None:
        materials, share = world.material_indexation, world.wage_share
        rho = materials.autocorrelation
        z = autoregressive_normals(seed, "material_indexation", growth_years, draws, rho, first)
        provisional_growth *= share
        provisional_growth += (1.0 - share) * (materials.mean + materials.sd * z)
    missed_years = range(price_year, years[-1] + 1)
    e = independent_normals(seed, "index_forecast_error", missed_years, draws, first)
    error = miss.mean + miss.sd * e
    paths = _levels(provisional_growth, error, years[0] - price_year)
    if world.income_index is None:
        return paths
    own = independent_normals(seed, "income_index", growth_years, draws, first)
    income = _income_levels(world.income_index, surprise, own)
    return replace(paths, income=income[:, years[0] - price_year :])


def _income_levels(process: IncomeIndex, surprise: Array, own: Array) -> Array:
    """Return A from price_year on, its innovations partly those of wages."""
    rho = process.correlation
    z = autoregressive(rho * surprise + np.sqrt(1.0 - rho**2) * own, process.autocorrelation)
    levels = np.ones((len(z), z.shape[1] + 1))
    np.cumprod(1.0 + process.mean + process.sd * z, axis=1, out=levels[:, 1:])
    return levels


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

    product over price_year + 1..y of (1 + mean of indexation + mean of index_forecast_error), with
    materials the mean of the mixture in place of that of indexation.
    """
    growth = world.indexation.mean
    if world.material_indexation is not None:
        growth *= world.wage_share
        growth += (1.0 - world.wage_share) * world.material_indexation.mean
    step = 1.0 + growth + world.index_forecast_error.mean
    return np.array([step ** (year - price_year) for year in years])


def mean_definitive_index(world: World, price_year: int, years: Sequence[int]) -> Array:
    """Return the level the years are expected to turn out to need, shape (years,).

    D at its mean: (1 + mean of index_forecast_error), the miss of price_year, times the mean index.
    """
    return mean_index(world, price_year, years) * (1.0 + world.index_forecast_error.mean)


def index_is_certain(world: World) -> bool:
    """Tell whether the price index is the same in every draw."""
    processes = (world.indexation, world.index_forecast_error, world.material_indexation)
    return all(process is None or process.sd == 0.0 for process in processes)
