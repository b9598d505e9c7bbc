"""The summary: every outcome as a distribution per year and in total, in plain dictionaries.

This is what ``summary.json`` holds. "total" sums over years per draw; percentiles are never added.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.allocation.fixed_cost import FIXED_COST, own_cost
from jeugdsim.funding.child_costs import ChildCosts
from jeugdsim.outcomes.overruns import is_overrun, size_where_overrun
from jeugdsim.outcomes.provider_luck import costs_of_children
from jeugdsim.outcomes.providers import results_of_groups
from jeugdsim.outcomes.reserve import reserve_lost
from jeugdsim.outcomes.savings_parts import meets
from jeugdsim.outcomes.statistics import describe
from jeugdsim.outcomes.telling import EXACT, Telling
from jeugdsim.scenario.model import Scenario

Array = npt.NDArray[np.float64]
Block = dict[str, Any]
TOTAL = "total"


def per_year(values: xr.DataArray, summarise: Callable[[Array], Any] = describe) -> Block:
    """Summarise (draw, year) per year and in total.

    Parameters
    ----------
    values : xarray.DataArray, dims (draw, year)
        One number per draw and year; the total is their sum.
    summarise : callable
        From a number per draw to what is reported.
    """
    array = values.transpose("draw", "year").to_numpy()
    block = {str(year): summarise(array[:, at]) for at, year in enumerate(values["year"].values)}
    return {**block, TOTAL: summarise(array.sum(axis=1))}


def overrun_block(overruns: xr.DataArray, without_target: xr.DataArray, tell: Telling = EXACT) -> Block:
    """Summarise overruns (draw, year) with their chance and size, with and without the target."""

    def told(values: Array) -> Block:
        return {
            **tell.distribution(values),
            "probability": tell.chance(is_overrun(values)),
            "size": tell.known_mean(size_where_overrun(values)),
        }

    block, bare = per_year(overruns, told), per_year(without_target, told)
    return {moment: {**numbers, "without_target": bare[moment]} for moment, numbers in block.items()}


def savings_block(saved: xr.Dataset, tell: Telling = EXACT) -> Block:
    """Summarise savings (draw, year) with their target, its chance, and the parts."""
    targets = {str(year): float(saved["target"].sel(year=year)) for year in saved["year"].values}
    targets[TOTAL] = float(saved["target"].sum())
    parts = {
        name: per_year(saved[name], tell.distribution)
        for name in ("less_care", "carried_by_providers", "lever_cost", "real")
    }
    total, real = (per_year(saved[name], lambda values: values) for name in ("savings", "real"))
    return {
        moment: {
            **tell.distribution(total[moment]),
            "target": target,
            "probability": _chance_met(total[moment], target, tell),
            "probability_real": _chance_met(real[moment], target, tell),
            **{name: part[moment] for name, part in parts.items()},
        }
        for moment, target in targets.items()
    }


def _chance_met(saved: Array, target: float, tell: Telling) -> Any:
    """Tell the chance that a target is met; None where it is zero."""
    return None if target == 0 else tell.chance(meets(saved, target))


def contracts_block(
    accounts: xr.Dataset,
    scenario: Scenario,
    tell: Telling = EXACT,
    children: Mapping[str, ChildCosts] | None = None,
) -> Block:
    """Summarise every contract: form, payment, provider cost and result, budget, reserve.

    Parameters
    ----------
    accounts : xarray.Dataset
        From ``settle``.
    scenario : Scenario
        What is assumed.
    tell : Telling
        What becomes of a number per draw.
    children : mapping of contract to ChildCosts, optional
        From ``costs_of_named_providers``, where they have been worked out before: they take seconds.
    """
    lost = reserve_lost(accounts, scenario)
    providers = _named_providers(accounts, scenario, tell, children)
    block: Block = {}
    for name in scenario.contract_names:
        account = accounts.sel(contract=name)
        form = scenario.settings.contracts[name].form
        block[name] = {
            "form": form,
            **{
                quantity: per_year(account[quantity], tell.distribution)
                for quantity in ("payment", "provider_cost", "provider_result")
            },
            "agreed_budget": None
            if form == "pxq"
            else per_year(account["agreed_budget"], tell.distribution),
            "chance_reserve_lost": _by_the_end(lost.sel(contract=name), tell.chance),
            **({"providers": providers[name]} if name in providers else {}),
        }
    return block


def _named_providers(
    accounts: xr.Dataset,
    scenario: Scenario,
    tell: Telling,
    children: Mapping[str, ChildCosts] | None,
) -> dict[str, Block]:
    """Summarise the groups of providers of every contract that names any: contract, then group."""
    naming = _naming_providers(scenario)
    if not naming:
        return {}
    results = results_of_groups(accounts, scenario, naming, children)
    blocks: dict[str, Block] = {name: {} for name in naming}
    for place in results["provider"].values:
        group = results.sel(provider=place)
        blocks[str(group["contract"].item())][str(group["group"].item())] = _group_block(group, tell)
    return blocks


def costs_of_named_providers(scenario: Scenario) -> dict[str, ChildCosts]:
    """Return what children are expected to cost, for the contracts that name their providers."""
    return costs_of_children(scenario, _naming_providers(scenario))


def _naming_providers(scenario: Scenario) -> list[str]:
    contracts = scenario.settings.contracts
    return sorted(name for name, terms in contracts.items() if terms.providers)


def _group_block(group: xr.Dataset, tell: Telling) -> Block:
    """Summarise a group: its result, that of one provider, and the chances that reserves are lost."""
    providers = int(group["providers"])
    lost = group["providers_lost"]
    return {
        "providers": providers,
        "market_share": float(group["market_share"]),
        "result": per_year(group["result"], tell.distribution),
        "single_result": per_year(group["single_result"], tell.distribution),
        "chance_reserve_lost": _by_the_end(lost / providers, tell.mean),
        "chance_any_reserve_lost": _by_the_end(lost > 0, tell.chance),
        "chance_reserve_lost_as_one": _by_the_end(group["reserve_lost"], tell.chance),
    }


def _by_the_end(lost: xr.DataArray, summarise: Callable[[npt.NDArray[Any]], Any]) -> Block:
    """Summarise (draw, year) by the end of each year; in total that of the last."""
    array = lost.transpose("draw", "year").to_numpy()
    chances = {str(year): summarise(array[:, place]) for place, year in enumerate(lost["year"].values)}
    return {**chances, TOTAL: list(chances.values())[-1]}


def municipalities_block(
    bills: xr.Dataset, overruns: xr.Dataset, drivers: xr.Dataset, tell: Telling = EXACT
) -> Block:
    """Summarise every municipality: contribution, fixed cost, all cost, overrun and its drivers."""
    bill, over, driven = bills.sum("segment"), overruns.sum("segment"), drivers.sum("segment")
    block: Block = {}
    for name in bills["municipality"].values:
        own, beyond = bill.sel(municipality=name), over.sel(municipality=name)
        block[str(name)] = {
            "contribution": per_year(own["contribution"], tell.distribution),
            **_fixed_cost_line(own, tell),
            "cost": per_year(own_cost(own), tell.distribution),
            "overrun": overrun_block(beyond["overrun"], beyond["without_target"], tell),
            "drivers": _by_moment(driven.sel(municipality=name), tell.mean),
        }
    return block


def drivers_block(drivers: xr.Dataset, tell: Telling = EXACT) -> Block:
    """Summarise what drives the region's overrun: per period a distribution per driver."""
    return _by_moment(drivers.sum(["municipality", "segment"]), tell.distribution)


def _by_moment(parts: xr.Dataset, summarise: Callable[[Array], Any]) -> Block:
    """Summarise parts (draw, year): per year and in total, every part by its name."""
    by_part = {str(name): per_year(parts[name], summarise) for name in parts.data_vars}
    moments = [*map(str, parts["year"].values), TOTAL]
    return {moment: {name: by_part[name][moment] for name in by_part} for moment in moments}


def region_block(
    accounts: xr.Dataset, bills: xr.Dataset, overruns: xr.Dataset, tell: Telling = EXACT
) -> Block:
    """Summarise the region: payment, what it leaves providers, cost, budgets and overrun."""
    places = ["municipality", "segment"]
    bill, over = bills.sum(places), overruns.sum(places)
    return {
        **{
            quantity: per_year(accounts[quantity].sum("contract"), tell.distribution)
            for quantity in ("payment", "provider_cost", "provider_result")
        },
        **_fixed_cost_line(bill, tell),
        "cost": per_year(own_cost(bill), tell.distribution),
        "budget": per_year(bill["budget"], tell.certain),
        "budget_without_target": per_year(bill["budget_without_target"], tell.certain),
        "overrun": overrun_block(over["overrun"], over["without_target"], tell),
    }


def _fixed_cost_line(bill: xr.Dataset, tell: Telling) -> Block:
    """Summarise the fixed cost of bills summed over segments; nothing where there is none."""
    return {FIXED_COST: per_year(bill[FIXED_COST], tell.distribution)} if FIXED_COST in bill else {}


def without_nan(value: Any) -> Any:
    """Return a block in which a number that does not exist (NaN) is None, as JSON asks."""
    if isinstance(value, dict):
        return {key: without_nan(part) for key, part in value.items()}
    if isinstance(value, float) and math.isnan(value):
        return None
    return value


def segments_block(bills: xr.Dataset, tell: Telling = EXACT) -> Block:
    """Summarise contributions per municipality and segment, with the budget and chance of overrun.

    Parameters
    ----------
    bills : xarray.Dataset
        From ``allocate``.
    tell : Telling
        What becomes of a number per draw.

    Returns
    -------
    dict
        By municipality and segment, per year and in total; ``budget`` holds the target.
    """
    return {
        str(town): {
            str(segment): _segment_block(bills.sel(municipality=town, segment=segment), tell)
            for segment in bills["segment"].values
        }
        for town in bills["municipality"].values
    }


def _segment_block(bill: xr.Dataset, tell: Telling) -> Block:
    chances = per_year(bill["overrun"], lambda euros: tell.chance(is_overrun(euros)))
    budgets = per_year(bill["budget"], tell.certain)
    return {
        moment: {**numbers, "budget": budgets[moment], "probability": chances[moment]}
        for moment, numbers in per_year(bill["contribution"], tell.distribution).items()
    }


def segments_table(segments: Block) -> tuple[list[str], list[list[str | int | float | None]]]:
    """Return the block of segments as a tidy table.

    Parameters
    ----------
    segments : dict
        From ``segments_block``.

    Returns
    -------
    header, rows
        Year is empty in totals; ``probability`` is the chance of overrun, ``budget`` holds the target.
    """
    header: list[str] = []
    rows: list[list[str | int | float | None]] = []
    for town, blocks in segments.items():
        for segment, moments in blocks.items():
            for moment, numbers in moments.items():
                year = None if moment == TOTAL else int(moment)
                record = without_nan(numbers)
                header = ["municipality", "segment", "period", "year", *record]
                rows.append([town, segment, moment, year, *record.values()])
    return header, rows
