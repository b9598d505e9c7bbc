"""Parts of ``summary.json`` that take several rooms: the bill under every key, and what to know."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import xarray as xr

from jeugdsim.allocation.billing import contributions
from jeugdsim.allocation.pools import shareable_cost
from jeugdsim.allocation.shares import NotComputableError
from jeugdsim.checkup import budget_remarks
from jeugdsim.funding.reference import reference_cost, reference_units
from jeugdsim.outcomes import summary as blocks
from jeugdsim.scenario.model import Scenario

_MOST_CLIPPED = 0.01


def allocation_block(accounts: xr.Dataset, scenario: Scenario) -> dict[str, Any]:
    """Summarise contributions per municipality under every key that is named."""
    cost = shareable_cost(scenario, accounts)
    block: dict[str, Any] = {}
    for key in _named_keys(scenario):
        try:
            shared = contributions(accounts, scenario, cost, key).sum(axis=3)
        except NotComputableError as reason:
            block[key] = {"not_computable": str(reason)}
            continue
        bills = xr.DataArray(
            shared,
            dims=("draw", "year", "municipality"),
            coords={name: accounts[name] for name in ("draw", "year", "municipality")},
        )
        block[key] = {
            name: blocks.per_year(bills.sel(municipality=name)) for name in scenario.municipality_names
        }
    return block


def _named_keys(scenario: Scenario) -> list[str]:
    allocation = scenario.settings.allocation
    used: Iterable[str] = [allocation.used] if isinstance(allocation.used, str) else []
    return list(dict.fromkeys([*allocation.keys, *used]))


def warnings_of(scenario: Scenario, volumes: xr.Dataset, accounts: xr.Dataset) -> list[str]:
    """Return what a reader of the answer should know about the scenario and the draws."""
    cost = reference_cost(scenario, units=reference_units(scenario, accounts))
    cost[0] = shareable_cost(scenario, accounts)
    warnings = [
        *sorted({finding.message for finding in scenario.warnings}),
        *budget_remarks(scenario, cost),
    ]
    draws = volumes.sizes["draw"]
    clipped = volumes["parameter_clipped"].sum("draw").values
    for path, count in zip(volumes["parameter"].values, clipped, strict=True):
        if count > _MOST_CLIPPED * draws:
            warnings.append(
                f"{path}: {count} of {draws} draws fell outside the allowed range and were clipped"
            )
    scaled = int(volumes["moves_scaled"].sum())
    if scaled:
        warnings.append(
            f"moves from a care form added up to more than 1 in {scaled} of {draws} draws and "
            "were scaled to 1"
        )
    return warnings
