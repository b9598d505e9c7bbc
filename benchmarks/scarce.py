"""The crowded case: places in four care forms, a little below the load, and blocked crisis beds."""

from __future__ import annotations

from typing import Any

import xarray as xr

from jeugdsim.scenario import Scenario

SCARCE = ("crisis", "pleegzorg", "gezinshuis", "residentieel")
_OF_THE_LOAD = 0.97


def with_scarce_places(scenario: Scenario, volumes: xr.Dataset) -> Scenario:
    """Return a scenario in which four forms have places, 3% below their load with room for everybody.

    Who comes from crisis goes first and waits in its bed.

    Parameters
    ----------
    scenario : Scenario
        What is assumed, without places.
    volumes : xarray.Dataset
        What ``simulate`` made of it.
    """
    days = volumes["client_days"].sum(("year", "municipality")).mean("draw")
    load = days / (365.25 * volumes.sizes["year"])
    care_forms = [
        row.model_dump() | _places(row.care_form in SCARCE, load.sel(care_form=row.care_form))
        for row in scenario.care_forms
    ]
    moves = [
        row.model_dump() | _goes_first(row.from_care_form == "crisis" and row.to_care_form in SCARCE)
        for row in scenario.moves
    ]
    return scenario.with_changes({"care_forms": care_forms, "moves": moves})


def _places(scarce: bool, load: xr.DataArray) -> dict[str, Any]:
    return {"places": int(_OF_THE_LOAD * float(load))} if scarce else {}


def _goes_first(blocks: bool) -> dict[str, Any]:
    return {"holds_place": True, "priority": 1} if blocks else {}
