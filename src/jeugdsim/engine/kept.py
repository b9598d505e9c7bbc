"""Volumes that were left out of a run: say which are missing, and how to get them."""

from __future__ import annotations

from collections.abc import Collection

import xarray as xr


def check_holds(volumes: xr.Dataset, needed: Collection[str], step: str) -> None:
    """Refuse volumes that lack what a step needs.

    Parameters
    ----------
    volumes : xarray.Dataset
        From ``simulate``.
    needed : collection of str
        Names of volumes.
    step : str
        What asks for them, as the message begins.

    Raises
    ------
    ValueError
        Naming what is missing, and the ``variables`` to simulate with.

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> volumes = js.simulate(scenario, draws=1, seed=1, progress=False, variables=["client_days"])
    >>> check_holds(volumes, ["client_days"], "an occupancy")
    """
    missing = [name for name in needed if name not in volumes]
    if missing:
        raise ValueError(
            f"{step} needs {', '.join(missing)}, which these volumes do not hold: simulate with "
            f"variables={sorted(needed)}, or without variables to keep all"
        )
