"""The summary: every outcome as a distribution per year and in total, in plain dictionaries.

This is what ``summary.json`` holds. "total" sums over years per draw; percentiles are never added.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.allocation.fixed_cost import FIXED_COST, own_cost
from jeugdsim.outcomes.overruns import chance_of_overrun, size_of_overrun
from jeugdsim.outcomes.providers import provider_results
from jeugdsim.outcomes.reserve import reserve_lost
from jeugdsim.outcomes.savings_parts import chance_met
from jeugdsim.outcomes.statistics import describe
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


def overrun_block(overruns: xr.DataArray, without_target: xr.DataArray) -> Block:
    """Summarise overruns (draw, year) with their chance and size, with and without the target."""
    block = per_year(overruns, _describe_overrun)
    bare = per_year(without_target, _describe_overrun)
    return {moment: {**numbers, "without_target": bare[moment]} for moment, numbers in block.items()}


def _describe_overrun(values: Array) -> Block:
    return {
        **describe(values),
        "probability": chance_of_overrun(values),
        "size": size_of_overrun(values),
    }


def savings_block(saved: xr.Dataset) -> Block:
    """Summarise savings (draw, year) with their target, its chance, and the parts."""
    targets = {str(year): float(saved["target"].sel(year=year)) for year in saved["year"].values}
    targets[TOTAL] = float(saved["target"].sum())
    parts = {
        name: per_year(saved[name])
        for name in ("less_care", "carried_by_providers", "lever_cost", "real")
    }
    total, real = (per_year(saved[name], lambda values: values) for name in ("savings", "real"))
    return {
        moment: {
            **describe(total[moment]),
            "target": target,
            "probability": chance_met(total[moment], target),
            "probability_real": chance_met(real[moment], target),
            **{name: part[moment] for name, part in parts.items()},
        }
        for moment, target in targets.items()
    }


def contracts_block(accounts: xr.Dataset, scenario: Scenario) -> Block:
    """Summarise every contract: form, payment, provider cost and result, budget, reserve."""
    lost = reserve_lost(accounts, scenario)
    providers = _named_providers(accounts, scenario)
    block: Block = {}
    for name in scenario.contract_names:
        account = accounts.sel(contract=name)
        form = scenario.settings.contracts[name].form
        lost_by = lost.sel(contract=name).mean("draw")
        chances = {str(year): float(lost_by.sel(year=year)) for year in scenario.calendar_years}
        block[name] = {
            "form": form,
            **{
                quantity: per_year(account[quantity])
                for quantity in ("payment", "provider_cost", "provider_result")
            },
            "agreed_budget": None if form == "pxq" else per_year(account["agreed_budget"]),
            "chance_reserve_lost": {**chances, TOTAL: float(lost_by.isel(year=-1))},
            **({"providers": providers[name]} if name in providers else {}),
        }
    return block


def _named_providers(accounts: xr.Dataset, scenario: Scenario) -> dict[str, Block]:
    """Summarise the groups of providers of every contract that names any: contract, then group."""
    naming = [name for name, terms in scenario.settings.contracts.items() if terms.providers]
    if not naming:
        return {}
    results = provider_results(accounts, scenario, contracts=sorted(naming))
    blocks: dict[str, Block] = {name: {} for name in naming}
    for place in results["provider"].values:
        group = results.sel(provider=place)
        blocks[str(group["contract"].item())][str(group["group"].item())] = _group_block(group)
    return blocks


def _group_block(group: xr.Dataset) -> Block:
    """Summarise a group: its result, that of one provider, and the chances that reserves are lost."""
    providers = int(group["providers"])
    lost = group["providers_lost"]
    return {
        "providers": providers,
        "market_share": float(group["market_share"]),
        "result": per_year(group["result"]),
        "single_result": per_year(group["single_result"]),
        "chance_reserve_lost": _by_the_end(lost / providers),
        "chance_any_reserve_lost": _by_the_end(lost > 0),
        "chance_reserve_lost_as_one": _by_the_end(group["reserve_lost"]),
    }


def _by_the_end(lost: xr.DataArray) -> Block:
    """Return the mean over draws by the end of each year; in total that of the last."""
    chances = {str(year): float(lost.sel(year=year).mean()) for year in lost["year"].values}
    return {**chances, TOTAL: list(chances.values())[-1]}


def municipalities_block(bills: xr.Dataset, overruns: xr.Dataset, drivers: xr.Dataset) -> Block:
    """Summarise every municipality: contribution, fixed cost, all cost, overrun and its drivers."""
    bill, over = bills.sum("segment"), overruns.sum("segment")
    means = drivers.sum("segment").mean("draw")
    block: Block = {}
    for name in bills["municipality"].values:
        own, beyond = bill.sel(municipality=name), over.sel(municipality=name)
        block[str(name)] = {
            "contribution": per_year(own["contribution"]),
            **_fixed_cost_line(own),
            "cost": per_year(own_cost(own)),
            "overrun": overrun_block(beyond["overrun"], beyond["without_target"]),
            "drivers": _mean_drivers(means.sel(municipality=name)),
        }
    return block


def drivers_block(drivers: xr.Dataset) -> Block:
    """Summarise what drives the region's overrun: per period a distribution per driver."""
    region = drivers.sum(["municipality", "segment"])
    by_driver = {str(name): per_year(region[name]) for name in region.data_vars}
    moments = [*map(str, region["year"].values), TOTAL]
    return {moment: {name: by_driver[name][moment] for name in by_driver} for moment in moments}


def _mean_drivers(means: xr.Dataset) -> Block:
    """Return the mean of every driver (year) per year and in total."""
    years = {str(year): means.sel(year=year) for year in means["year"].values}
    years[TOTAL] = means.sum("year")
    return {
        moment: {str(name): float(values[name]) for name in values.data_vars}
        for moment, values in years.items()
    }


def region_block(accounts: xr.Dataset, bills: xr.Dataset, overruns: xr.Dataset) -> Block:
    """Summarise the region: payment, what it leaves providers, cost, budgets and overrun."""
    places = ["municipality", "segment"]
    bill, over = bills.sum(places), overruns.sum(places)
    return {
        **{
            quantity: per_year(accounts[quantity].sum("contract"))
            for quantity in ("payment", "provider_cost", "provider_result")
        },
        **_fixed_cost_line(bill),
        "cost": per_year(own_cost(bill)),
        "budget": per_year(bill["budget"], _certain),
        "budget_without_target": per_year(bill["budget_without_target"], _certain),
        "overrun": overrun_block(over["overrun"], over["without_target"]),
    }


def _fixed_cost_line(bill: xr.Dataset) -> Block:
    """Summarise the fixed cost of bills summed over segments; nothing where there is none."""
    return {FIXED_COST: per_year(bill[FIXED_COST])} if FIXED_COST in bill else {}


def _certain(values: Array) -> float:
    return float(values[0])


def without_nan(value: Any) -> Any:
    """Return a block in which a number that does not exist (NaN) is None, as JSON asks."""
    if isinstance(value, dict):
        return {key: without_nan(part) for key, part in value.items()}
    if isinstance(value, float) and math.isnan(value):
        return None
    return value


def segments_table(bills: xr.Dataset) -> tuple[list[str], list[list[str | int | float | None]]]:
    """Return contributions per municipality, segment and year as a tidy table.

    Parameters
    ----------
    bills : xarray.Dataset
        From ``allocate``.

    Returns
    -------
    header, rows
        Year is empty in totals; ``probability`` is the chance of overrun, ``budget`` holds the target.
    """
    header: list[str] = []
    rows: list[list[str | int | float | None]] = []
    for town in bills["municipality"].values:
        for segment in bills["segment"].values:
            bill = bills.sel(municipality=town, segment=segment)
            chances = per_year(bill["overrun"], chance_of_overrun)
            budgets = per_year(bill["budget"], _certain)
            for moment, numbers in per_year(bill["contribution"]).items():
                year = None if moment == TOTAL else int(moment)
                record = {**without_nan(numbers), "budget": budgets[moment]}
                record["probability"] = chances[moment]
                header = ["municipality", "segment", "period", "year", *record]
                rows.append([str(town), str(segment), moment, year, *record.values()])
    return header, rows
