"""The yearly shocks of a run: first normals, of all draws asked for, then gamma variables of some.

Apart, because the second takes most of the time and lets other threads work meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jeugdsim.engine.plan import Plan
from jeugdsim.world.shocks import autoregressive_normals, gamma_shock

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Shocks:
    """Yearly shocks with mean 1: of a year, or of a municipality in a year.

    Attributes
    ----------
    inflow : ndarray, shape (draws, municipalities, years)
        Region times municipality.
    stay, units : ndarray, shape (draws, years)
        Regional.
    """

    inflow: Array
    stay: Array
    units: Array


@dataclass(frozen=True)
class ShockNormals:
    """The standard normals behind yearly shocks, zero where a shock does not vary.

    Attributes
    ----------
    region, stay, units : ndarray, shape (draws, years)
        Regional.
    town : ndarray, shape (draws, municipalities, years)
        Of a municipality.
    """

    region: Array
    town: Array
    stay: Array
    units: Array

    def rows(self, piece: slice) -> ShockNormals:
        """Return the normals of some draws."""
        return ShockNormals(self.region[piece], self.town[piece], self.stay[piece], self.units[piece])


def draw_shock_normals(plan: Plan, seed: int, draws: int, first: int = 0) -> ShockNormals:
    """Draw the normals behind the yearly shocks, for the draws from number ``first`` on."""
    world, years = plan.scenario.settings.world, plan.calendar.years

    def normals(name: str, cv: float, autocorrelation: float) -> Array:
        if cv == 0.0:
            return np.zeros((draws, len(years)))
        return autoregressive_normals(seed, name, years, draws, autocorrelation, first)

    towns = [
        normals(
            f"inflow_shock_municipality.{row.cbs_code}",
            world.inflow_shock_municipality_cv,
            world.inflow_shock_municipality_autocorrelation,
        )
        for row in plan.scenario.municipalities
    ]
    return ShockNormals(
        region=normals(
            "inflow_shock_region",
            world.inflow_shock_region_cv,
            world.inflow_shock_region_autocorrelation,
        ),
        town=np.stack(towns, axis=1),
        stay=normals("stay_shock", world.stay_shock_cv, world.stay_shock_autocorrelation),
        units=normals("units_shock", world.units_shock_cv, world.units_shock_autocorrelation),
    )


def shocks_of(plan: Plan, normals: ShockNormals) -> Shocks:
    """Return the yearly shocks that normals stand for."""
    world = plan.scenario.settings.world
    region = gamma_shock(normals.region, world.inflow_shock_region_cv)
    town = gamma_shock(normals.town, world.inflow_shock_municipality_cv)
    return Shocks(
        inflow=region[:, None, :] * town,
        stay=gamma_shock(normals.stay, world.stay_shock_cv),
        units=gamma_shock(normals.units, world.units_shock_cv),
    )


def draw_shocks(plan: Plan, seed: int, draws: int, first: int = 0) -> Shocks:
    """Draw the yearly shocks of a scenario, for the draws from number ``first`` on."""
    return shocks_of(plan, draw_shock_normals(plan, seed, draws, first))


def no_shocks(plan: Plan, draws: int) -> Shocks:
    """Return shocks at their mean."""
    years, towns = len(plan.calendar.years), len(plan.scenario.municipalities)
    regional = np.ones((draws, years))
    return Shocks(np.ones((draws, towns, years)), regional, regional)
