"""What a run keeps as one labelled dataset: names, dimensions, coordinates, where it comes from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim import __version__
from jeugdsim.engine.fingerprint import quantities_hash, scope_hash
from jeugdsim.engine.limits import retention_table
from jeugdsim.engine.pieces import CHILD_COSTS, NOBODY_WAITS, Recipe
from jeugdsim.scenario.model import Scenario
from jeugdsim.world.keys import STREAM_VERSION

CELL_DIMS = ("draw", "year", "municipality", "care_form")
SCOPES = "child_cost_scopes"
"""Attribute: contract = hash of the cells whose children it counted, as JSON."""
_CHILD_DIMS = ("draw", "year", "municipality", "contract", "retention")
_OTHER_DIMS = {
    "clients_at_start": ("draw", "municipality", "care_form"),
    "youth_in_year": ("draw", "year", "municipality"),
    "places": ("draw", "year", "care_form"),
    "wait_p90_days": ("draw", "year", "care_form"),
    "child_excess": _CHILD_DIMS,
    "children_above": _CHILD_DIMS,
    "index_provisional": ("draw", "year"),
    "index_definitive": ("draw", "year"),
    "income_index": ("draw", "year"),
    "parameters": ("draw", "parameter"),
    "parameter_clipped": ("draw", "parameter"),
    "moves_scaled": ("draw",),
}


def labelled(
    recipe: Recipe, arrays: Mapping[str, npt.NDArray[Any]], draws: npt.NDArray[np.int64]
) -> xr.Dataset:
    """Return what a run kept as one dataset, nobody waiting where no form has places.

    Parameters
    ----------
    recipe : Recipe
        What the run was made from.
    arrays : mapping of str to ndarray
        By public name, the first dimension that of the draws.
    draws : ndarray of int
        Numbers of the draws.
    """
    scenario = recipe.scenario
    coords: dict[str, Any] = {
        "draw": draws,
        "year": list(scenario.calendar_years),
        "municipality": list(scenario.municipality_names),
        "care_form": list(scenario.care_form_names),
        "parameter": np.array(recipe.paths, dtype=np.str_),
    }
    cells = tuple(len(coords[name]) for name in CELL_DIMS)
    nobody = np.broadcast_to(np.int32(0), cells)
    waiting = {name: nobody for name in NOBODY_WAITS if recipe.keeps(name)}
    data: dict[str, Any] = {
        name: (_OTHER_DIMS.get(name, CELL_DIMS), array) for name, array in {**waiting, **arrays}.items()
    }
    with_children = not CHILD_COSTS.isdisjoint(arrays)
    if with_children:
        retentions = retention_table(scenario)
        coords["contract"] = list(scenario.contract_names)
        coords["retention"] = np.arange(1, retentions.shape[1] + 1)
        euros = np.where(np.isfinite(retentions), retentions, np.nan)
        data["child_retentions"] = (("contract", "retention"), euros)
    return xr.Dataset(
        data_vars=data,
        coords=coords,
        attrs={
            "scenario": scenario.name,
            "scenario_hash": scenario.hash,
            "package_version": __version__,
            "seed": recipe.seed,
            "stream_version": STREAM_VERSION,
            "quantities_hash": quantities_hash(scenario),
            **({SCOPES: _scopes(scenario)} if with_children else {}),
        },
    )


def _scopes(scenario: Scenario) -> str:
    """Return whose children counted under which contract, so that no other contract takes them."""
    return json.dumps({name: scope_hash(scenario, name) for name in scenario.contract_names})
