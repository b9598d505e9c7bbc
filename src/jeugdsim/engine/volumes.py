"""Counts of the kernel under their public names."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from jeugdsim.engine import columns as col
from jeugdsim.engine.booking import PART_BITS
from jeugdsim.engine.compiled import Counts
from jeugdsim.engine.keyed import INTENSITY_BITS
from jeugdsim.engine.limits import pools_of
from jeugdsim.engine.tables import Drawn, Out, Tables
from jeugdsim.scenario.model import Scenario

Array = npt.NDArray[np.float64]
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
        "units": out.units * 2.0**-INTENSITY_BITS * factor[:, :, None, :],
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
