"""What drives quantities, as one hash: volumes carry it, so that settling can tell when it differs."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from jeugdsim.engine.effects import Effect, quantity_effects
from jeugdsim.scenario.correlations import pairs_of
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.numbers import Family
from jeugdsim.scenario.rows import Row
from jeugdsim.world.copula import pairs_behind_quantities

_PAPERS = {"source", "note"}
_ONLY_WITH_PLACES = {"waiting_at_start", "priority", "holds_place"}
_SETTINGS = {
    "start",
    "years",
    "price_year",
    "demand_year",
    "trajectories_per_youth",
    "clients_at_start_known",
    "world",
}


def quantities_hash(scenario: Scenario) -> str:
    """Return SHA-256 over all that volumes depend on: world, demand, places, levers and responses.

    Tariffs, contracts (but for the responses they switch on and the places they share), budgets and
    keys are left out, and so are correlations that move these only. Where the cost of a child above a
    sum is counted, that sum and the tariffs are in.
    """
    tables = (
        scenario.municipalities,
        scenario.population,
        scenario.care_forms,
        scenario.demand,
        scenario.moves,
        scenario.season,
    )
    content: dict[str, Any] = {
        "settings": scenario.settings.model_dump(mode="json", include=_SETTINGS),
        "tables": [[_row(row) for row in table] for table in tables],
        "effects": [_effect(effect) for effect in quantity_effects(scenario)],
        **_places_and_ages(scenario),
        **_child_costs(scenario),
    }
    if scenario.empirical_stays:
        content["empirical_stays"] = {
            file: [_row(row) for row in rows] for file, rows in scenario.empirical_stays.items()
        }
    correlations = pairs_of(scenario.settings.correlations)
    if not _counts_child_costs(scenario):
        correlations = pairs_behind_quantities(correlations)
    if correlations:
        content["correlations"] = sorted((*pair, value) for pair, value in correlations.items())
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def scope_hash(scenario: Scenario, contract: str) -> str:
    """Return SHA-256 over the municipalities and care forms under a contract."""
    return sha256(json.dumps(scenario.contract_cells(contract)).encode()).hexdigest()


def _places_and_ages(scenario: Scenario) -> dict[str, Any]:
    """Return the tables of places, waiting and ages that have rows, and who shares which places."""
    tables = {
        "places": scenario.places,
        "waiting": scenario.waiting,
        "entry_ages": scenario.entry_ages,
        "extended_care": scenario.extended_care,
    }
    content: dict[str, Any] = {
        name: [_row(row) for row in rows] for name, rows in tables.items() if rows
    }
    pools = sorted({(row.contract, row.care_form) for row in scenario.places if row.contract})
    if pools:
        content["pools"] = [
            (contract, form, [town for town, of in scenario.contract_cells(contract) if of == form])
            for contract, form in pools
        ]
    return content


def _counts_child_costs(scenario: Scenario) -> bool:
    return any(contract.child_retentions for contract in scenario.settings.contracts.values())


def _child_costs(scenario: Scenario) -> dict[str, Any]:
    """Return what the cost of a child above a sum depends on, where any contract counts it."""
    if not _counts_child_costs(scenario):
        return {}
    return {
        "tariffs": [row.model_dump(mode="json", include={"tariff"}) for row in scenario.care_forms],
        "child_retentions": [
            (name, contract.child_retentions, scenario.contract_cells(name))
            for name, contract in sorted(scenario.settings.contracts.items())
            if contract.child_retentions
        ],
    }


def _row(row: Row) -> dict[str, Any]:
    cells = row.model_dump(mode="json", exclude={*_PAPERS, "tariff"})
    return {name: cell for name, cell in cells.items() if cell or name not in _ONLY_WITH_PLACES}


def _effect(effect: Effect) -> dict[str, Any]:
    size = effect.size.model_dump() if isinstance(effect.size, Family) else effect.size
    return {**vars(effect), "size": size, "cells": sorted(effect.cells)}
