"""Make a run longer: only the draws that are not there yet are simulated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import xarray as xr

from jeugdsim.engine.parts import crew_of, simulate_range
from jeugdsim.engine.pieces import make_recipe
from jeugdsim.scenario.model import Scenario

if TYPE_CHECKING:
    from distributed import Client


def with_more_draws(
    volumes: xr.Dataset,
    scenario: Scenario,
    *,
    draws: int,
    threads: int | None = None,
    progress: bool = True,
    cluster: Client | None = None,
) -> xr.Dataset:
    """Return the volumes of a longer run, of which these are the first draws.

    Parameters
    ----------
    volumes : xarray.Dataset
        From ``simulate`` of this scenario, with all variables: draws 0, 1, ... of its seed.
    scenario : Scenario
        What is assumed.
    draws : int
        Draws of the longer run, more than there are.
    threads, progress, cluster
        As in ``simulate``.

    Returns
    -------
    xarray.Dataset
        Bit by bit what ``simulate`` gives for this number of draws.

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> two = js.simulate(scenario, draws=2, seed=2027, progress=False)
    >>> with_more_draws(two, scenario, draws=3, progress=False).sizes["draw"]
    3
    """
    new = range(volumes.sizes["draw"], draws)
    recipe = make_recipe(scenario, int(volumes.attrs["seed"]))
    more = simulate_range(recipe, new, crew=crew_of(threads, cluster), progress=progress)
    return xr.concat(
        [volumes, more], "draw", data_vars="minimal", coords="minimal", compat="equals", join="exact"
    )
