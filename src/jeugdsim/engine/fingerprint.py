"""What drives quantities, as one hash: volumes carry it, so that settling can tell when it differs."""

from __future__ import annotations

import json
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from jeugdsim.engine.effects import Effect, quantity_effects
from jeugdsim.scenario.correlations import pairs_of
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.numbers import Family
from jeugdsim.scenario.rows import Row
from jeugdsim.world.copula import pairs_behind_quantities

_MONEY_AND_PAPERS = {"source", "note", "tariff"}
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
    """Return SHA-256 over all that volumes depend on: world, demand, levers and responses.

    Tariffs, contracts (but for the responses they switch on), budgets and keys are left out, and so
    are correlations that move these only.
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
    }
    if scenario.empirical_stays:
        content["empirical_stays"] = {
            file: [_row(row) for row in rows] for file, rows in scenario.empirical_stays.items()
        }
    correlations = pairs_behind_quantities(pairs_of(scenario.settings.correlations))
    if correlations:
        content["correlations"] = sorted((*pair, value) for pair, value in correlations.items())
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _row(row: Row) -> dict[str, Any]:
    return row.model_dump(mode="json", exclude=_MONEY_AND_PAPERS)


def _effect(effect: Effect) -> dict[str, Any]:
    size = effect.size.model_dump() if isinstance(effect.size, Family) else effect.size
    return {**asdict(effect), "size": size, "cells": sorted(effect.cells)}
