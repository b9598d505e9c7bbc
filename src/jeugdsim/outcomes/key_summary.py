"""The judgement of keys as ``summary.json`` holds it: a few criteria per key and municipality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import xarray as xr

from jeugdsim.outcomes.key_bills import make_cases
from jeugdsim.outcomes.key_judgement import IN_USE, REGION, judged_rows, named_keys
from jeugdsim.outcomes.key_shift import inhabitants, shift_numbers, shifted_bills
from jeugdsim.scenario.model import Scenario

Block = dict[str, Any]
CRITERIA = (
    "volatility",
    "surprise_over_5",
    "correlation",
    "marginal",
    "arrives_after",
    "moved",
    "worse_than_alone",
    "coalitions_worse",
)


def keys_block(accounts: xr.Dataset, scenario: Scenario) -> Block:
    """Summarise the judgement of every key a scenario names, and the shift from the key in use.

    Empty where only one key is named: there is nothing to choose.
    """
    allocation = scenario.settings.allocation
    named = named_keys(allocation)
    if len(named) < 2:
        return {}
    cases = make_cases(accounts, scenario)
    used = allocation.used if isinstance(allocation.used, str) else IN_USE
    rows = judged_rows(cases, named)
    persons = inhabitants(scenario).mean(axis=0)
    block = {name: _key_block([row for row in rows if row["key"] == name]) for name in named}
    for name, key in named.items():
        if name == used or not block[name]["computable"] or not block[used]["computable"]:
            continue
        shifts = shifted_bills(cases, named[used], key).mean(axis=1)
        for at, town in enumerate(scenario.municipality_names):
            numbers = shift_numbers(shifts[:, at], float(persons[at]))
            block[name]["municipalities"][town]["shift"] = numbers
    return block


def _key_block(rows: Sequence[Mapping[str, Any]]) -> Block:
    first = rows[0]
    told = {name: first[name] for name in ("computable", "needs_use", "known_beforehand")}
    if not first["computable"]:
        return {**told, "reason": first["reason"]}
    places = {row["municipality"]: {name: row[name] for name in CRITERIA} for row in rows}
    return {**told, REGION: places.pop(REGION), "municipalities": places}
