"""Yearly shocks: gamma variables with mean 1 that hang together over the years (model, section 1).

Innovations are plain draws, keyed by seed, name and calendar year: another year or another
municipality changes nobody else's numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import special

from jeugdsim.scenario.settings import World
from jeugdsim.world.keys import uniforms_from

Array = npt.NDArray[np.float64]


def autoregressive_normals(
    seed: int, name: str, years: Sequence[int], draws: int, autocorrelation: float, first: int = 0
) -> Array:
    """Return standard normals z, shape (draws, years), stationary from the first year.

    z_y = rho z_(y-1) + sqrt(1 - rho^2) e_y.
    """
    return autoregressive(independent_normals(seed, name, years, draws, first), autocorrelation)


def autoregressive(innovations: Array, autocorrelation: float) -> Array:
    """Return standard normals z that follow from independent e, both of shape (draws, years).

    z_y = rho z_(y-1) + sqrt(1 - rho^2) e_y, and z = e in the first year.
    """
    z = np.empty_like(innovations)
    fresh = np.sqrt(1.0 - autocorrelation**2)
    for index in range(innovations.shape[1]):
        if index == 0:
            z[:, 0] = innovations[:, 0]
        else:
            z[:, index] = autocorrelation * z[:, index - 1] + fresh * innovations[:, index]
    return z


def independent_normals(
    seed: int, name: str, years: Sequence[int], draws: int, first: int = 0
) -> Array:
    """Return independent standard normals, shape (draws, years), a keyed stream per year.

    They are those of the draws from number ``first`` on; those before them are passed over unmade.
    """
    normals = np.empty((draws, len(years)))
    for index, year in enumerate(years):
        uniforms = uniforms_from(first, draws, seed, "yearly", name, year)
        normals[:, index] = special.ndtri(np.clip(uniforms, 2.0**-54, None))
    return normals


def gamma_shock(z: Array, cv: float) -> Array:
    """Return Gamma quantile(Phi(z)) with mean 1 and the given cv; ones where cv is 0.

    Examples
    --------
    >>> import numpy as np
    >>> gamma_shock(np.array([0.0]), 0.0)
    array([1.])
    """
    if cv == 0.0:
        return np.ones_like(z)
    shape = cv**-2
    quantiles, low = np.empty_like(z), z < 0
    quantiles[low] = special.gammaincinv(shape, special.ndtr(z[low]))
    quantiles[~low] = special.gammainccinv(shape, special.ndtr(-z[~low]))
    return np.asarray(quantiles / shape)


def has_shocks(world: World) -> bool:
    """Tell whether any yearly shock varies."""
    cvs = (
        world.inflow_shock_region_cv,
        world.inflow_shock_municipality_cv,
        world.stay_shock_cv,
        world.units_shock_cv,
    )
    return any(cv > 0.0 for cv in cvs)
