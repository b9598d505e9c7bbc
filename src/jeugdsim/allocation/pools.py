"""Pools: the care forms of one contract with the same members, cut by segment where bills are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.funding.reference import first_year_reference_cost, reference_units
from jeugdsim.scenario.findings import Finding, ScenarioError
from jeugdsim.scenario.model import Scenario

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Pool:
    """Care forms of one contract with the same members.

    Attributes
    ----------
    contract : str
        The contract.
    members : tuple of int
        Places of the members in the sorted municipalities.
    care_forms : tuple of int
        Places of the care forms in the sorted care forms.
    expected_shares : ndarray, shape (members,)
        Expected reference cost of the first year as a share.
    segment_weights : tuple of (segment place, weight)
        Which part of the contract's payment falls on this pool in each segment: expected reference
        cost of the first year; over all pools of a contract they add up to 1.
    segment_forms : tuple of tuple of int
        The pool's care forms in each of those segments.
    """

    contract: str
    members: tuple[int, ...]
    care_forms: tuple[int, ...]
    expected_shares: Array
    segment_weights: tuple[tuple[int, float], ...]
    segment_forms: tuple[tuple[int, ...], ...]


def shareable_cost(scenario: Scenario, result: xr.Dataset) -> Array:
    """Return the expected reference cost of the first year, (municipalities, care forms).

    A mean over few draws may show no use of a small pool at all; its closed form then says how that
    pool is shared.

    Parameters
    ----------
    scenario : Scenario
        What is assumed.
    result : xarray.Dataset
        Accounts or bills, see ``reference_units``.
    """
    cost = first_year_reference_cost(scenario, reference_units(scenario, result))
    if not scenario.is_limited:
        return cost
    for name in scenario.contract_names:
        for members, forms in _groups(scenario, name).items():
            pool = np.ix_(members, forms)
            if cost[pool].sum() <= 0:
                cost[pool] = first_year_reference_cost(scenario, None)[pool]
    return cost


def make_pools(scenario: Scenario, reference_cost: Array) -> tuple[Pool, ...]:
    """Return all pools of a scenario, by contract.

    Parameters
    ----------
    scenario : Scenario
        Contracts and demand.
    reference_cost : ndarray, shape (municipalities, care forms)
        Expected reference cost of the first year, euros.

    Raises
    ------
    ScenarioError
        When a pool has no expected reference cost, so that it can't be shared.
    """
    return tuple(
        pool
        for name in scenario.contract_names
        for pool in _contract_pools(scenario, name, reference_cost)
    )


def _groups(scenario: Scenario, name: str) -> dict[tuple[int, ...], list[int]]:
    """Return the care forms of a contract by their members."""
    forms_of: dict[tuple[int, ...], list[int]] = {}
    cells = scenario.contract_cells(name)
    for form in sorted({form for _, form in cells}):
        members = _members(scenario, name, form)
        forms_of.setdefault(members, []).append(scenario.care_form_names.index(form))
    return forms_of


def _contract_pools(scenario: Scenario, name: str, reference_cost: Array) -> list[Pool]:
    forms_of = _groups(scenario, name)
    contract_cost = sum(
        float(reference_cost[np.ix_(members, forms)].sum()) for members, forms in forms_of.items()
    )
    pools = []
    for members, forms in sorted(forms_of.items()):
        cost = reference_cost[np.ix_(members, forms)]
        if cost.sum() <= 0:
            names = ", ".join(scenario.care_form_names[form] for form in forms)
            problem = (
                f"no cost is expected in the first year for {names}, so it can't be shared: give it "
                "inflow, units and a tariff, or leave it out"
            )
            raise ScenarioError([Finding(f"contracts.{name}", 0, problem)])
        by_segment = _by_segment(scenario, forms)
        pools.append(
            Pool(
                contract=name,
                members=members,
                care_forms=tuple(forms),
                expected_shares=cost.sum(axis=1) / cost.sum(),
                segment_weights=tuple(
                    (segment, float(reference_cost[np.ix_(members, part)].sum()) / contract_cost)
                    for segment, part in by_segment.items()
                ),
                segment_forms=tuple(tuple(part) for part in by_segment.values()),
            )
        )
    return pools


def _members(scenario: Scenario, name: str, form: str) -> tuple[int, ...]:
    """Return the places of the members for a care form."""
    towns = scenario.contract_members(name, form)
    return tuple(scenario.municipality_names.index(town) for town in towns)


def _by_segment(scenario: Scenario, forms: list[int]) -> dict[int, list[int]]:
    parts: dict[int, list[int]] = {}
    for form in forms:
        segment = scenario.segment_names.index(scenario.care_forms[form].segment)
        parts.setdefault(segment, []).append(form)
    return dict(sorted(parts.items()))
