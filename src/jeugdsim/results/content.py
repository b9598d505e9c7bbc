"""Parts of ``summary.json`` that take several rooms: the bill under every key, and what to know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import xarray as xr

from jeugdsim.allocation.billing import contributions
from jeugdsim.allocation.keys import asks_all_draws
from jeugdsim.allocation.pools import shareable_cost
from jeugdsim.allocation.shares import NotComputableError
from jeugdsim.checkup import budget_remarks
from jeugdsim.funding.reference import reference_cost, reference_units
from jeugdsim.outcomes import summary as blocks
from jeugdsim.outcomes.telling import EXACT, Telling
from jeugdsim.scenario.model import Scenario

_MOST_CLIPPED = 0.01


_ASKS_ALL_DRAWS = "{} asks all draws at once, and this run kept only its summary: run with keep='all'"


def allocation_block(
    accounts: xr.Dataset, scenario: Scenario, tell: Telling = EXACT, *, all_draws: bool = True
) -> dict[str, Any]:
    """Summarise contributions per municipality under every key that is named.

    Parameters
    ----------
    accounts : xarray.Dataset
        From ``settle``.
    scenario : Scenario
        What is assumed.
    tell : Telling
        What becomes of a number per draw.
    all_draws : bool
        Whether the accounts hold all draws of the run: a key that asks them at once is else told to be
        not computable.
    """
    cost = shareable_cost(scenario, accounts)
    block: dict[str, Any] = {}
    for key in _named_keys(scenario):
        if not all_draws and asks_all_draws(scenario.settings.allocation, key):
            block[key] = {"not_computable": _ASKS_ALL_DRAWS.format(key)}
            continue
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
            name: blocks.per_year(bills.sel(municipality=name), tell.distribution)
            for name in scenario.municipality_names
        }
    return block


def _named_keys(scenario: Scenario) -> list[str]:
    allocation = scenario.settings.allocation
    used: Iterable[str] = [allocation.used] if isinstance(allocation.used, str) else []
    return list(dict.fromkeys([*allocation.keys, *used]))


@dataclass(frozen=True)
class DrawCounts:
    """In how many draws something was out of the ordinary.

    Attributes
    ----------
    draws : int
        How many draws there are.
    clipped : dict of str to int
        By the path of an assumption: where it fell outside its range.
    moves_scaled : int
        Where moves added up to more than 1.
    """

    draws: int
    clipped: Mapping[str, int]
    moves_scaled: int

    @classmethod
    def of(cls, volumes: xr.Dataset) -> DrawCounts:
        """Count them in volumes."""
        clipped = volumes["parameter_clipped"].sum("draw").values.tolist()
        return cls(
            draws=int(volumes.sizes["draw"]),
            clipped=dict(zip(volumes["parameter"].values.tolist(), clipped, strict=True)),
            moves_scaled=int(volumes["moves_scaled"].sum()),
        )

    def __add__(self, other: DrawCounts) -> DrawCounts:
        """Return the counts of both, of the same assumptions."""
        return DrawCounts(
            draws=self.draws + other.draws,
            clipped={path: count + other.clipped[path] for path, count in self.clipped.items()},
            moves_scaled=self.moves_scaled + other.moves_scaled,
        )


def warnings_of(scenario: Scenario, counts: DrawCounts, accounts: xr.Dataset) -> list[str]:
    """Return what a reader of the answer should know about the scenario and the draws.

    Parameters
    ----------
    scenario : Scenario
        What is assumed.
    counts : DrawCounts
        Of all draws.
    accounts : xarray.Dataset
        From ``settle``, of any draws.
    """
    cost = reference_cost(scenario, units=reference_units(scenario, accounts))
    cost[0] = shareable_cost(scenario, accounts)
    warnings = [
        *sorted({finding.message for finding in scenario.warnings}),
        *budget_remarks(scenario, cost),
    ]
    draws = counts.draws
    for path, count in counts.clipped.items():
        if count > _MOST_CLIPPED * draws:
            warnings.append(
                f"{path}: {count} of {draws} draws fell outside the allowed range and were clipped"
            )
    if counts.moves_scaled:
        warnings.append(
            f"moves from a care form added up to more than 1 in {counts.moves_scaled} of {draws} draws "
            "and were scaled to 1"
        )
    return warnings
