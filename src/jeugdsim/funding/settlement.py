"""Settle: volumes in, payments out, per contract and year.

Nothing is simulated, but for the reference where care forms have places or children ages and its
volumes are not at hand: the yardstick of money is then its mean over draws.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.engine.fingerprint import quantities_hash
from jeugdsim.engine.plan import youth_by_year
from jeugdsim.funding.pxq import no_budget, pxq_payment
from jeugdsim.funding.reference import CARRIED, first_year_reference_cost, reference_units
from jeugdsim.funding.tariffs import apply_tariff_levers, care_value, settled_parameters
from jeugdsim.funding.task_based import agreed_budget, task_based_payment
from jeugdsim.scenario.contracts import Contract, PerYouth
from jeugdsim.scenario.model import Scenario
from jeugdsim.world.parameters import Parameters

Array = npt.NDArray[np.float64]
_CONTRACT_DIMS = ("draw", "year", "contract")
_CELL_DIMS = ("draw", "year", "municipality", "care_form")
_YEAR_DIMS = ("draw", "year")
_BLOCK_DRAWS = 64


def settle(
    volumes: xr.Dataset,
    scenario: Scenario,
    *,
    contracts: Mapping[str, Contract | Mapping[str, Any]] | None = None,
    reference: xr.Dataset | None = None,
) -> xr.Dataset:
    """Settle every contract on simulated volumes.

    Parameters
    ----------
    volumes : xarray.Dataset
        From ``simulate``, whole or some draws of it.
    scenario : Scenario
        Contracts, tariffs and levers; its names and years must be those of the volumes. A warning
        tells when its demand, levers or funding responses are not.
    contracts : mapping of str to contract terms, optional
        Other contracts in place of all of the scenario's.
    reference : xarray.Dataset, optional
        Volumes of ``scenario.reference()`` on the same seed and at least the same draws. Asked only
        where care forms have places or children have ages, and simulated there if not given, which
        takes as long as ``simulate``.

    Returns
    -------
    xarray.Dataset
        On (draw, year, contract), nominal euros: ``payment``, ``provider_cost``,
        ``provider_result`` = payment - provider cost, ``provider_index_gap``, ``agreed_budget`` (NaN
        for P x Q) and ``care_value`` (units x tariff before tariff levers x index); on (draw, year,
        municipality, care_form) ``use_value`` (own use at tariff and index); ``index_provisional``.
        Where care forms have places or children have ages, also ``reference_units`` (year,
        municipality, care_form): the expected units of the reference, for ``allocate`` and on. They
        are its mean over draws where somebody waits or has an age, else the closed form.

    Raises
    ------
    ValueError
        When volumes and scenario, or ``reference`` and scenario, do not belong together.
    ScenarioError
        When ``contracts`` are wrong.

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> volumes = js.simulate(scenario, draws=2, seed=2027, progress=False)
    >>> everything = {"alles": {"form": "pxq", "segments": list(scenario.segment_names)}}
    >>> js.settle(volumes, scenario, contracts=everything).provider_result.sum().item()
    0.0
    """
    check_belongs(volumes, scenario)
    _warn_of_other_volumes(volumes, scenario)
    if contracts is not None:
        scenario = _under_other_contracts(scenario, contracts)
    parameters = settled_parameters(scenario, volumes)
    index = ordered(volumes, "index_provisional", _YEAR_DIMS)
    gap = ordered(volumes, "index_definitive", _YEAR_DIMS) / index - 1.0
    at_tariff = care_value(_checked_units(volumes), scenario, parameters, index)
    use_value = apply_tariff_levers(at_tariff, scenario, parameters)

    expected_units = reference_units(scenario, volumes, reference)
    history = _history(scenario, expected_units)
    columns: dict[str, list[Array]] = {
        name: []
        for name in ("payment", "provider_cost", "provider_result", "provider_index_gap",
                     "agreed_budget", "care_value")
    }  # fmt: skip
    for name in scenario.contract_names:
        contract = scenario.settings.contracts[name]
        places = contract_places(scenario, name)
        value = _sum_over(places, use_value)
        before_levers = value if use_value is at_tariff else _sum_over(places, at_tariff)
        payment, budget = _settle_contract(scenario, name, value, history, parameters, index)
        ratio = parameters.of(f"contracts.{name}.cost_ratio", contract.cost_ratio)
        provider_cost = before_levers * ratio[:, None]
        columns["payment"].append(payment)
        columns["provider_cost"].append(provider_cost)
        columns["provider_result"].append(payment - provider_cost)
        columns["provider_index_gap"].append(provider_cost * gap)
        columns["agreed_budget"].append(budget)
        columns["care_value"].append(before_levers)
    forms = [scenario.settings.contracts[name].form for name in scenario.contract_names]
    return xr.Dataset(
        data_vars={
            **{name: (_CONTRACT_DIMS, np.stack(column, 2)) for name, column in columns.items()},
            "use_value": (_CELL_DIMS, use_value),
            "index_provisional": (_YEAR_DIMS, index),
            **({} if expected_units is None else {CARRIED: expected_units}),
        },
        coords={
            **{name: volumes[name] for name in _CELL_DIMS},
            "contract": list(scenario.contract_names),
            "form": ("contract", forms),
        },
        attrs={**volumes.attrs, "scenario": scenario.name, "scenario_hash": scenario.hash},
    )


def contract_places(scenario: Scenario, name: str) -> npt.NDArray[np.bool_]:
    """Return where a contract's demand stands, bool of shape (municipalities, care forms)."""
    covered = set(scenario.contract_cells(name))
    return np.array(
        [
            [(town, form) in covered for form in scenario.care_form_names]
            for town in scenario.municipality_names
        ]
    )


def check_belongs(result: xr.Dataset, scenario: Scenario) -> None:
    """Refuse a result whose years, municipalities or care forms are not those of the scenario."""
    expected = {
        "year": scenario.calendar_years,
        "municipality": scenario.municipality_names,
        "care_form": scenario.care_form_names,
    }
    for dimension, names in expected.items():
        if dimension in result.dims and tuple(result[dimension].values.tolist()) != names:
            raise ValueError(
                f"this result belongs to another scenario than {scenario.name!r}: its "
                f"{dimension} coordinate is {result[dimension].values.tolist()}, not {list(names)}"
            )


def ordered(result: xr.Dataset, name: str, dims: tuple[str, ...]) -> Array:
    """Return a variable of a result as a contiguous array with its dimensions in this order.

    Raises
    ------
    ValueError
        When the variable or one of its dimensions is not there.
    """
    if name not in result or set(result[name].dims) != set(dims):
        found = result[name].dims if name in result else "nothing"
        raise ValueError(f"{name} must have the dimensions {dims}, but {found} is given")
    return np.ascontiguousarray(result[name].transpose(*dims).to_numpy())


def _sum_over(places: npt.NDArray[np.bool_], value: Array) -> Array:
    """Sum (draws, years, municipalities, care forms) over the places of a contract, in small blocks.

    Blocks keep what is gathered in the processor's cache: the sum takes no memory of its own.
    """
    total = np.empty(value.shape[:2])
    for first in range(0, len(value), _BLOCK_DRAWS):
        block = slice(first, first + _BLOCK_DRAWS)
        total[block] = np.ascontiguousarray(value[block][:, :, places]).sum(axis=-1)
    return total


def _checked_units(volumes: xr.Dataset) -> Array:
    units = ordered(volumes, "units", _CELL_DIMS)
    if units.size and not (units.min() >= 0 and np.isfinite(units.max())):
        raise ValueError("units must be finite and 0 or more in every draw, year and cell")
    return units


def _warn_of_other_volumes(volumes: xr.Dataset, scenario: Scenario) -> None:
    """Warn when the volumes were simulated under other assumptions about quantities."""
    simulated = volumes.attrs.get("quantities_hash")
    if simulated is not None and simulated != quantities_hash(scenario):
        warnings.warn(
            "these volumes were simulated under other demand, levers or funding responses than "
            f"those of {scenario.name!r}; only money is settled anew. Simulate again to let "
            "quantities answer too",
            stacklevel=3,
        )


def _under_other_contracts(
    scenario: Scenario, contracts: Mapping[str, Contract | Mapping[str, Any]]
) -> Scenario:
    """Return the scenario under other contracts, with a key that asks nothing of them."""
    key = {"keys": [], "used": "expected_use"}
    return scenario.with_changes({"contracts": _as_tables(contracts), "allocation": key})


def _as_tables(
    contracts: Mapping[str, Contract | Mapping[str, Any]],
) -> dict[str, Mapping[str, Any]]:
    return {
        name: terms.model_dump(exclude_unset=True) if isinstance(terms, Contract) else dict(terms)
        for name, terms in contracts.items()
    }


def _settle_contract(
    scenario: Scenario,
    name: str,
    use_value: Array,
    history: Array,
    parameters: Parameters,
    index: Array,
) -> tuple[Array, Array]:
    """Return payment and agreed budget of one contract, each (draws, years)."""
    contract = scenario.settings.contracts[name]
    if contract.form == "pxq":
        return pxq_payment(use_value), no_budget(use_value)
    growth = parameters.of(f"contracts.{name}.volume_growth_per_year", contract.volume_growth_per_year)
    basis = _budget_basis(scenario, name, history)
    budget = agreed_budget(basis, index, growth, contract, scenario.calendar_years)
    return task_based_payment(use_value, budget, contract), budget


def _history(scenario: Scenario, expected_units: xr.DataArray | None) -> Array:
    """Return the expected reference cost of the first year; zeros where no budget asks for it."""
    for terms in scenario.settings.contracts.values():
        if terms.form == "task_based" and terms.budget == "history":
            return first_year_reference_cost(scenario, expected_units)
    return np.zeros((len(scenario.municipality_names), len(scenario.care_form_names)))


def _budget_basis(scenario: Scenario, name: str, history: Array) -> Array:
    """Return the contract's sum in euros of price_year, shape (years,)."""
    contract = scenario.settings.contracts[name]
    if isinstance(contract.budget, PerYouth):
        members = [town in scenario.contract_members(name) for town in scenario.municipality_names]
        youth = youth_by_year(scenario)[members].sum(axis=0)
        return np.asarray(contract.budget.per_youth * youth)
    once = contract.budget
    if once == "history":
        once = history[contract_places(scenario, name)].sum()
    return np.full(len(scenario.calendar_years), float(once))
