"""Counts of the kernel under their public names and dimensions."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim import __version__
from jeugdsim.engine import columns as col
from jeugdsim.engine.booking import PART_BITS
from jeugdsim.engine.compiled import Counts
from jeugdsim.engine.fingerprint import quantities_hash, scope_hash
from jeugdsim.engine.limits import pools_of, retention_table
from jeugdsim.engine.tables import Drawn, Out, Tables
from jeugdsim.scenario.model import Scenario
from jeugdsim.world.index import IndexPaths
from jeugdsim.world.keys import STREAM_VERSION
from jeugdsim.world.parameters import Parameters

Array = npt.NDArray[np.float64]
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
}
_PART = 2.0**-PART_BITS


def counts_of(scenario: Scenario, t: Tables, drawn: Drawn, out: Out, factor: Array) -> dict[str, Any]:
    """Return the public counts of a chunk of draws.

    Parameters
    ----------
    scenario : Scenario
        What is assumed.
    t, drawn, out
        What the kernel read and wrote.
    factor : ndarray, shape (draws, years, care forms)
        Units per day in care.
    """
    count = np.moveaxis(out.counts, -1, 0)
    return {
        "units": _exact(out.units) * factor[:, :, None, :],
        "client_days": count[col.CLIENT_DAYS],
        "stays_started": count[col.STAYS_STARTED],
        "stays_ended": count[col.STAYS_ENDED],
        "clients_in_year": count[col.CLIENTS_IN_YEAR],
        "clients_at_year_end": _at_year_end(out, count),
        "clients_at_start": out.clients_at_start,
        "youth_in_year": out.youth_in_year / scenario.settings.trajectories_per_youth,
        **(_waiting_counts(scenario, t, drawn, out, count) if len(t.pool_form) else {}),
        **(_age_counts(count) if scenario.has_ages else {}),
        **(_child_costs(out) if t.retentions.shape[1] else {}),
    }


def _exact(sums: npt.NDArray[np.int64]) -> Array:
    """Return sums kept as whole numbers and parts."""
    return np.asarray(sums[..., 0] + sums[..., 1] * _PART)


def _at_year_end(out: Out, count: Counts) -> Counts:
    change = np.cumsum(count[col.STAYS_STARTED] - count[col.STAYS_ENDED], axis=1, dtype=np.int32)
    return np.asarray(out.clients_at_start[:, None] + change)


def _waiting_counts(
    scenario: Scenario, t: Tables, drawn: Drawn, out: Out, count: Counts
) -> dict[str, Any]:
    forms = len(scenario.care_forms)
    places = np.full((len(drawn.number), len(scenario.calendar_years), forms), np.nan)
    whole = {pool.care_form for pool in pools_of(scenario)}
    for number, form in enumerate(scenario.care_form_names):
        if form in whole:
            places[:, :, number] = drawn.places[:, t.pool_form == number].sum(axis=1)
    return {
        "waiting_days": count[col.WAITING_DAYS],
        "clients_waiting_at_year_end": count[col.WAITING_AT_YEAR_END],
        "admissions": count[col.ADMISSIONS],
        "admission_wait_days": count[col.ADMISSION_WAIT_DAYS],
        "admissions_in_time": count[col.ADMISSIONS_IN_TIME],
        "blocked_days": count[col.BLOCKED_DAYS],
        "reneged": count[col.RENEGED],
        "escalated": count[col.ESCALATED],
        "wait_p90_days": out.wait_p90_days,
        "places": places,
    }


def _age_counts(count: Counts) -> dict[str, Any]:
    return {
        "clients_18_and_over_at_year_end": count[col.ADULTS_AT_YEAR_END],
        "left_at_age_limit": count[col.LEFT_AT_AGE_LIMIT],
    }


def _child_costs(out: Out) -> dict[str, Any]:
    return {
        "child_excess": _exact(out.child_costs),
        "children_above": out.child_costs[..., 2],
    }


def _scopes(scenario: Scenario) -> str:
    """Return whose children counted under which contract, so that no other contract takes them."""
    return json.dumps({name: scope_hash(scenario, name) for name in scenario.contract_names})


def labelled(
    scenario: Scenario,
    counts: dict[str, npt.NDArray[Any]],
    parameters: Parameters,
    index: IndexPaths,
    moves_scaled: npt.NDArray[np.bool_],
    seed: int,
) -> xr.Dataset:
    """Return the volumes of a run as one dataset, nobody waiting where no form has places."""
    nobody = np.broadcast_to(np.int32(0), counts["units"].shape)
    waiting = {"waiting_days": nobody, "clients_waiting_at_year_end": nobody}
    coords: dict[str, Any] = {
        "draw": np.arange(parameters.draws),
        "year": list(scenario.calendar_years),
        "municipality": list(scenario.municipality_names),
        "care_form": list(scenario.care_form_names),
        "parameter": np.array(parameters.paths, dtype=np.str_),
    }
    data: dict[str, Any] = {
        name: (_OTHER_DIMS.get(name, CELL_DIMS), array) for name, array in {**waiting, **counts}.items()
    }
    if "child_excess" in counts:
        coords["contract"] = list(scenario.contract_names)
        retentions = retention_table(scenario)
        coords["retention"] = np.arange(1, retentions.shape[1] + 1)
        euros = np.where(np.isfinite(retentions), retentions, np.nan)
        data["child_retentions"] = (("contract", "retention"), euros)
    return xr.Dataset(
        data_vars={
            **data,
            "index_provisional": (("draw", "year"), index.provisional),
            "index_definitive": (("draw", "year"), index.definitive),
            **({} if index.income is None else {"income_index": (("draw", "year"), index.income)}),
            "parameters": (("draw", "parameter"), parameters.values),
            "parameter_clipped": (("draw", "parameter"), parameters.clipped),
            "moves_scaled": (("draw",), moves_scaled),
        },
        coords=coords,
        attrs={
            "scenario": scenario.name,
            "scenario_hash": scenario.hash,
            "package_version": __version__,
            "seed": seed,
            "stream_version": STREAM_VERSION,
            "quantities_hash": quantities_hash(scenario),
            **({SCOPES: _scopes(scenario)} if "child_excess" in counts else {}),
        },
    )
