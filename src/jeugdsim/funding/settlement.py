"""Settle: volumes in, payments out, per contract and year.

Nothing is simulated, but for the reference where care forms have places or children ages and its
volumes are not at hand: the yardstick of money is then its mean over draws.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.engine.fingerprint import quantities_hash, scope_hash
from jeugdsim.engine.plan import youth_by_year
from jeugdsim.funding.case import Case, Settled, counts_children_of, sum_over
from jeugdsim.funding.forms.availability import settle_availability
from jeugdsim.funding.forms.output_based import settle_output_based
from jeugdsim.funding.forms.pxq import settle_pxq
from jeugdsim.funding.forms.task_based import settle_task_based
from jeugdsim.funding.needs import check_settled_volumes
from jeugdsim.funding.reference import CARRIED, reference_units, reference_volumes
from jeugdsim.funding.tariffs import (
    apply_resets,
    apply_tariff_levers,
    care_value,
    reset_factors,
    settled_parameters,
)
from jeugdsim.funding.yardstick import Yardstick
from jeugdsim.scenario.contracts import Contract
from jeugdsim.scenario.model import Scenario

Array = npt.NDArray[np.float64]
_CONTRACT_DIMS = ("draw", "year", "contract")
_CELL_DIMS = ("draw", "year", "municipality", "care_form")
_YEAR_DIMS = ("draw", "year")
TERMS_HASH = "terms_hash"
_CARRIED = ("income_index", "clients_in_year")
"""Volumes that keys and outcomes ask of accounts."""
_CARRIED_BY_CONTRACT = ("child_excess", "child_retentions")
"""Those that are counted per contract, so only of use to accounts of the same contracts."""
_COLUMNS = (
    "payment",
    "provider_cost",
    "provider_result",
    "provider_index_gap",
    "agreed_budget",
    "care_value",
    "reinsurance",
    "bail_out",
)
SETTLE: Mapping[str, Callable[[Case], Settled]] = MappingProxyType(
    {
        "pxq": settle_pxq,
        "task_based": settle_task_based,
        "output_based": settle_output_based,
        "availability": settle_availability,
    }
)
"""What settles a contract of each form."""


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
        for P x Q and output) and ``care_value`` (units x tariff before tariff levers x index); where a
        contract has them ``bail_out`` (a part of the payment) and ``reinsurance`` (what reinsurers pay
        the providers less premiums, taken off provider cost); on (draw, year, municipality, care_form)
        ``use_value`` (own use at tariff and index); ``index_provisional``; and of the volumes
        ``clients_in_year``, ``income_index``, and ``child_excess`` with ``child_retentions`` where they
        were counted for the same contracts.
        Where care forms have places or children have ages, also ``reference_units`` (year,
        municipality, care_form): the expected units of the reference, for ``allocate`` and on. They
        are its mean over draws where somebody waits or has an age, else the closed form.

    Raises
    ------
    ValueError
        When volumes and scenario, or ``reference`` and scenario, do not belong together, or a run that
        kept only some ``variables`` lacks one that a contract needs.
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
    check_settled_volumes(volumes, scenario)
    parameters = settled_parameters(scenario, volumes)
    index = ordered(volumes, "index_provisional", _YEAR_DIMS)
    gap = ordered(volumes, "index_definitive", _YEAR_DIMS) / index - 1.0
    at_cost = care_value(_checked_units(volumes), scenario, parameters, index)
    resets = reset_factors(scenario, parameters, volumes)
    at_tariff = apply_resets(at_cost, resets)
    use_value = apply_tariff_levers(at_tariff, scenario, parameters)
    if scenario.is_limited:
        reference = reference_volumes(scenario, volumes, reference)
    expected_units = reference_units(scenario, volumes, reference)
    yardstick = Yardstick(scenario, expected_units, reference)

    columns: dict[str, list[Array]] = {name: [] for name in _COLUMNS}
    for name in scenario.contract_names:
        terms, places = scenario.settings.contracts[name], contract_places(scenario, name)
        use = sum_over(places, use_value)
        before_levers = use if use_value is at_tariff else sum_over(places, at_tariff)
        value_at_cost = before_levers if at_tariff is at_cost else sum_over(places, at_cost)
        ratio = parameters.of(f"contracts.{name}.cost_ratio", terms.cost_ratio)
        case = Case(
            name=name,
            terms=terms,
            years=scenario.calendar_years,
            use=use,
            care_cost=value_at_cost * ratio[:, None],
            index=index,
            resets=mean_reset(resets, places, yardstick),
            youth=_youth_of(scenario, name),
            places=places,
            parameters=parameters,
            volumes=volumes,
            yardstick=yardstick,
        )
        settled = SETTLE[terms.form](case)
        provider_cost = case.care_cost - settled.reinsurance
        for column, euros in (
            ("payment", settled.payment),
            ("provider_cost", provider_cost),
            ("provider_result", settled.payment - provider_cost),
            ("provider_index_gap", case.care_cost * gap),
            ("agreed_budget", settled.agreed_budget),
            ("care_value", before_levers),
            ("reinsurance", settled.reinsurance),
            ("bail_out", settled.bail_out),
        ):
            columns[column].append(euros)
    every = scenario.settings.contracts.values()
    if not any(reinsures(terms) for terms in every):
        del columns["reinsurance"]
    if all(terms.bail_out is None for terms in every):
        del columns["bail_out"]
    forms = [scenario.settings.contracts[name].form for name in scenario.contract_names]
    return xr.Dataset(
        data_vars={
            **{name: (_CONTRACT_DIMS, np.stack(column, 2)) for name, column in columns.items()},
            "use_value": (_CELL_DIMS, use_value),
            "index_provisional": (_YEAR_DIMS, index),
            **_carried(volumes, scenario),
            **({} if expected_units is None else {CARRIED: expected_units}),
        },
        coords={
            **{name: volumes[name] for name in _CELL_DIMS},
            "contract": list(scenario.contract_names),
            "form": ("contract", forms),
        },
        attrs={
            **volumes.attrs,
            "scenario": scenario.name,
            "scenario_hash": scenario.hash,
            TERMS_HASH: terms_hash(scenario),
        },
    )


def terms_hash(scenario: Scenario) -> str:
    """Return SHA-256 over what decides payments and whose they are: terms, members and care forms.

    Whether use is registered is left out: it decides which keys can be computed, not what is paid.
    """
    told = {
        name: (terms.model_dump(mode="json", exclude={"use_registered"}), scope_hash(scenario, name))
        for name, terms in scenario.settings.contracts.items()
    }
    return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _carried(volumes: xr.Dataset, scenario: Scenario) -> dict[str, xr.DataArray]:
    """Return the volumes that accounts carry along; what single children cost only per own contract."""
    names = list(_CARRIED)
    same_contracts = "contract" in volumes and (
        tuple(volumes["contract"].values) == scenario.contract_names
    )
    if same_contracts and all(
        counts_children_of(volumes, scenario, name) for name in scenario.contract_names
    ):
        names.extend(_CARRIED_BY_CONTRACT)
    return {name: volumes[name] for name in names if name in volumes}


def reinsures(terms: Contract) -> bool:
    """Tell whether a reinsurer has any part in a contract."""
    shares = [band.reinsurer_share for band in terms.loss_bands]
    if terms.child_stop_loss is not None:
        shares.append(terms.child_stop_loss.reinsurer_share)
    return terms.reinsurance_premium > 0 or any(share > 0 for share in shares)


def mean_reset(resets: Array | None, places: npt.NDArray[np.bool_], yardstick: Yardstick) -> Array:
    """Return what resets make of a contract's price, weighted by expected cost, (draws, years)."""
    if resets is None:
        return np.ones((1, 1))
    cost = np.where(places, yardstick.cost, 0.0).sum(axis=0)
    if cost.sum() <= 0:
        cost = places.any(axis=0).astype(np.float64)
    return np.asarray(resets @ (cost / cost.sum()))


def _youth_of(scenario: Scenario, name: str) -> Array:
    """Return the youth of a contract's members, shape (years,)."""
    members = [town in scenario.contract_members(name) for town in scenario.municipality_names]
    return np.asarray(youth_by_year(scenario)[members].sum(axis=0))


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
    changes: dict[str, Any] = {"contracts": _as_tables(contracts), "allocation": key}
    if scenario.settings.options:
        changes["options"] = None
    return scenario.with_changes(changes)


def _as_tables(
    contracts: Mapping[str, Contract | Mapping[str, Any]],
) -> dict[str, Mapping[str, Any]]:
    return {
        name: terms.model_dump(exclude_unset=True) if isinstance(terms, Contract) else dict(terms)
        for name, terms in contracts.items()
    }
