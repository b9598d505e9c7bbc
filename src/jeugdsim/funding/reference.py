"""What the reference is expected to cost: the yardstick of history budgets, splits and councils.

Where nobody waits and nobody reaches an age limit, the closed form says it. Where children wait in the
draws of the reference, or have ages, its mean over those draws does. Accounts then carry the expected
units along (and bills what they cost), with the hash of what they belong to, so that nothing is
simulated again and another world's yardstick is never used.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Hashable, Sequence, Set
from hashlib import sha256

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.engine.expected import expected_reference
from jeugdsim.engine.fingerprint import quantities_hash
from jeugdsim.engine.simulation import simulate
from jeugdsim.funding.needs import check_reference_volumes
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.numbers import mean_of

Array = npt.NDArray[np.float64]
CARRIED = "reference_units"
_CELL = ("year", "municipality", "care_form")
_BELONGS_TO = "reference_quantities_hash"
QUANTITIES = ("units", "client_days", "clients_in_year", "stays_started")
_SIGNS_OF_WAITING = ("waiting_days", "blocked_days")
MEAN_OF_DRAWS = "mean_of_draws"
"""Attribute of means over draws: how many draws they are of."""


def reference_cost(
    scenario: Scenario, years: int | None = None, *, units: xr.DataArray | None = None
) -> Array:
    """Return expected units x tariffs of the reference, euros of price_year.

    Parameters
    ----------
    scenario : Scenario
        What is assumed.
    years : int, optional
        Only the first so many years.
    units : xarray.DataArray, optional
        From ``reference_units``; by default the closed form: without waiting and age limits.

    Returns
    -------
    ndarray, shape (years, municipalities, care forms)
    """
    tariffs = np.array([mean_of(row.tariff) for row in scenario.care_forms])
    if units is None:
        return np.asarray(expected_reference(scenario, years).units * tariffs)
    return np.asarray(units.transpose(*_CELL).to_numpy()[:years] * tariffs)


def first_year_reference_cost(scenario: Scenario, units: xr.DataArray | None) -> Array:
    """Return the expected reference cost of the first contract year, (municipalities, care forms).

    Parameters
    ----------
    scenario : Scenario
        What is assumed.
    units : xarray.DataArray or None
        From ``reference_units``.
    """
    return np.asarray(reference_cost(scenario, years=1, units=units)[0])


def reference_cost_hash(scenario: Scenario) -> str:
    """Return SHA-256 over all that the expected reference cost depends on."""
    tariffs = [mean_of(row.tariff) for row in scenario.care_forms]
    return sha256(json.dumps([quantities_hash(scenario.reference()), tariffs]).encode()).hexdigest()


def reference_units(
    scenario: Scenario, result: xr.Dataset, reference: xr.Dataset | None = None
) -> xr.DataArray | None:
    """Return the expected units of a scenario's reference; None where its closed form holds anyhow.

    Parameters
    ----------
    scenario : Scenario
        What is assumed.
    result : xarray.Dataset
        Volumes, accounts or bills: their draws and seed. Units that accounts carry are used where they
        belong to this scenario's reference; those of volumes where the volumes are its own.
    reference : xarray.Dataset, optional
        The reference's volumes on the seed of the result and at least its draws, or their means from
        ``mean_volumes``. Where nothing at hand serves, the reference is simulated.

    Returns
    -------
    xarray.DataArray, dims (year, municipality, care_form), or None
        None where no care form has places and children have no ages.

    Raises
    ------
    ValueError
        When ``reference`` is of another reference, seed or draws.
    """
    if not scenario.is_limited:
        return None
    wanted = quantities_hash(scenario.reference())
    if reference is None and _carries(result, wanted):
        return result[CARRIED]
    volumes = reference_volumes(scenario, result, reference)
    units = reference_means(scenario, volumes, ["units"])["units"]
    return units.rename(CARRIED).assign_attrs({_BELONGS_TO: wanted})


def reference_volumes(
    scenario: Scenario, result: xr.Dataset, reference: xr.Dataset | None = None
) -> xr.Dataset:
    """Return the volumes of a scenario's reference: those given, the result itself, or simulated.

    Parameters
    ----------
    scenario, result, reference
        As in ``reference_units``.

    Raises
    ------
    ValueError
        When ``reference`` is of another reference, seed or draws.
    """
    yardstick = scenario.reference()
    wanted = quantities_hash(yardstick)
    if reference is not None:
        _check_reference(reference, result, wanted)
        check_reference_volumes(reference, scenario)
        return reference
    if "units" in result and result.attrs.get("quantities_hash") == wanted:
        return result
    return _simulated(yardstick, result)


def reference_means(
    scenario: Scenario, volumes: xr.Dataset, quantities: Sequence[str] = QUANTITIES
) -> xr.Dataset:
    """Return what is expected in the reference: the mean over its draws where limits are felt.

    Parameters
    ----------
    scenario : Scenario
        What is assumed.
    volumes : xarray.Dataset
        The reference's volumes, or their means from ``mean_volumes``.
    quantities : sequence of str
        Which of ``units``, ``client_days``, ``clients_in_year`` and ``stays_started``.

    Returns
    -------
    xarray.Dataset
        On (year, municipality, care_form). Their closed form where nobody waits and children have no
        ages.
    """
    if scenario.is_limited and feels_limits(scenario, volumes):
        return over_draws(volumes, quantities)
    means = expected_reference(scenario)
    return xr.Dataset(
        {name: (_CELL, getattr(means, name)) for name in quantities},
        coords={name: volumes[name] for name in _CELL},
    )


def over_draws(volumes: xr.Dataset, quantities: Sequence[str]) -> xr.Dataset:
    """Return the means over draws of volumes, or those given where they are means already.

    Parameters
    ----------
    volumes : xarray.Dataset
        From ``simulate``, or ``mean_volumes``.
    quantities : sequence of str
        Which volumes.
    """
    chosen = volumes[list(quantities)]
    return chosen.mean("draw", skipna=False) if "draw" in chosen.dims else chosen


def summed_volumes(volumes: xr.Dataset) -> xr.Dataset:
    """Return the sums over draws of what a reference is asked for, to be added part by part.

    Parameters
    ----------
    volumes : xarray.Dataset
        From ``simulate``, some draws of a run.
    """
    return volumes[list(asked_of_reference(list(volumes)))].sum("draw", skipna=False)


def asked_of_reference(volumes: Collection[Hashable]) -> tuple[str, ...]:
    """Return the names of the volumes that a reference is asked for, as far as it has them."""
    return tuple(name for name in (*QUANTITIES, *_SIGNS_OF_WAITING) if name in volumes)


def mean_volumes(sums: xr.Dataset, scenario: Scenario, seed: int, draws: int) -> xr.Dataset:
    """Return means over draws, which stand in for a reference's volumes wherever these are asked.

    Parameters
    ----------
    sums : xarray.Dataset
        Of ``summed_volumes``, over all draws of the run.
    scenario : Scenario
        What was simulated.
    seed, draws : int
        Of the run.

    Returns
    -------
    xarray.Dataset
        On (year, municipality, care_form).
    """
    belongs = {"quantities_hash": quantities_hash(scenario), "seed": seed, MEAN_OF_DRAWS: draws}
    return (sums / draws).assign_attrs(belongs)


def feels_limits(scenario: Scenario, volumes: xr.Dataset) -> bool:
    """Tell whether volumes differ from those without places and ages: somebody waits, or grows old.

    Parameters
    ----------
    scenario : Scenario
        What was simulated.
    volumes : xarray.Dataset
        From ``simulate``, or ``mean_volumes``.
    """
    if scenario.has_ages or any(mean_of(row.waiting_at_start or 0.0) > 0 for row in scenario.demand):
        return True
    return any(name in volumes and bool(volumes[name].any()) for name in _SIGNS_OF_WAITING)


def _carries(result: xr.Dataset, wanted: str) -> bool:
    """Tell whether a result carries units of the wanted reference, not joined over draws."""
    if CARRIED not in result:
        return False
    units = result[CARRIED]
    return units.attrs.get(_BELONGS_TO) == wanted and set(units.dims) == set(_CELL)


def _check_reference(reference: xr.Dataset, result: xr.Dataset, wanted: str) -> None:
    if reference.attrs.get("quantities_hash") != wanted:
        raise ValueError(
            "reference holds the volumes of another scenario: give those of scenario.reference()"
        )
    same_seed = reference.attrs.get("seed") == result.attrs.get("seed")
    if not same_seed or not set(result["draw"].values.tolist()) <= _draws_of(reference):
        raise ValueError("reference must be of the same seed as the volumes and hold their draws")


def _draws_of(reference: xr.Dataset) -> Set[int]:
    """Return the numbers of the draws that volumes, or means of them, are of."""
    if "draw" in reference.dims:
        return set(reference["draw"].values.tolist())
    return set(range(int(reference.attrs.get(MEAN_OF_DRAWS, 0))))


def _simulated(yardstick: Scenario, result: xr.Dataset) -> xr.Dataset:
    """Return volumes of the reference for the draws of a result, on its seed."""
    numbers = result["draw"].to_numpy()
    draws, seed = int(numbers.max()) + 1, int(result.attrs["seed"])
    return simulate(yardstick, draws=draws, seed=seed, progress=False).sel(draw=numbers)
