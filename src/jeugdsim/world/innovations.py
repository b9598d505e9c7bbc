"""What the yearly processes of a run draw anew: their independent innovations, made again by name.

A run keeps the shocks' effects, not the shocks. Their innovations are keyed by seed, name and year, so
they can be drawn again without simulating, to see how much of a result each process explains.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from jeugdsim.scenario.model import Scenario
from jeugdsim.world.shocks import independent_normals

Array = npt.NDArray[np.float64]
Streams = tuple[str, list[str], Sequence[int]]


def yearly_innovations(scenario: Scenario, seed: int, draws: int) -> dict[str, Array]:
    """Return the standard normals behind every yearly process that varies.

    A shock is a smooth rising function of its z_y = rho z_(y-1) + sqrt(1 - rho^2) e_y, an index a
    product of such steps; the e_y returned here are independent over years, names and draws.

    Parameters
    ----------
    scenario : Scenario
        What is assumed; a process of size 0 is left out.
    seed, draws : int
        Seed of the run and number of draws.

    Returns
    -------
    dict of str to ndarray, shape (draws, innovations)
        By the path of the number that sets the size of the process: ``world.stay_shock_cv``,
        ``world.indexation``. A column per year, and per municipality where each has its own.

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> yearly_innovations(scenario, seed=2027, draws=2)["world.stay_shock_cv"].shape
    (2, 6)
    """
    return {
        path: np.concatenate([independent_normals(seed, name, years, draws) for name in names], axis=1)
        for path, names, years in _streams(scenario)
    }


def _streams(scenario: Scenario) -> Iterator[Streams]:
    """Give the processes that vary: the path of their size, their streams and their years."""
    world, years = scenario.settings.world, scenario.calendar_years
    codes = sorted(row.cbs_code for row in scenario.municipalities)
    for shock, names in {
        "inflow_shock_region": ["inflow_shock_region"],
        "inflow_shock_municipality": [f"inflow_shock_municipality.{code}" for code in codes],
        "stay_shock": ["stay_shock"],
        "units_shock": ["units_shock"],
    }.items():
        if getattr(world, f"{shock}_cv") > 0.0:
            yield f"world.{shock}_cv", names, years
    price_year = scenario.settings.price_year
    if world.indexation.sd > 0.0:
        yield "world.indexation", ["indexation"], range(price_year + 1, years[-1] + 1)
    for name in ("material_indexation", "income_index"):
        process = getattr(world, name)
        if process is not None and process.sd > 0.0:
            yield f"world.{name}", [name], range(price_year + 1, years[-1] + 1)
    if world.index_forecast_error.sd > 0.0:
        paid = range(price_year, years[-1])  # the miss of the last year is caught up after it
        yield "world.index_forecast_error", ["index_forecast_error"], paid
