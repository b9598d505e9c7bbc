"""The content of a scenario as one nested dict, and its hash.

Two scenarios with the same content have the same hash, however they are written: in one folder or
as base and variant, in any order of rows, with 1 or 1.0, with whatever comments and notes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from jeugdsim.scenario.contracts import Contract, LossBand
from jeugdsim.scenario.correlations import without_stale_pairs
from jeugdsim.scenario.files import Place
from jeugdsim.scenario.frozen import frozen
from jeugdsim.scenario.inherit import without_stale_sources
from jeugdsim.scenario.keys import Allocation
from jeugdsim.scenario.rows import Row
from jeugdsim.scenario.settings import Budget, FundingResponse, Savings, Settings, World
from jeugdsim.scenario.tables import SURVIVAL, TABLES, TableKind, name_text
from jeugdsim.scenario.toml_file import KeyPath
from jeugdsim.scenario.tree import Node, bare, located
from jeugdsim.scenario.uncertain import uncertain_paths

_FIRST_KEYS: dict[type[BaseModel], frozenset[str]] = {
    World: frozenset(World.model_fields) - {"material_indexation", "wage_share", "income_index"},
    Contract: frozenset(
        {
            "form",
            "segments",
            "care_forms",
            "municipalities",
            "budget",
            "volume_growth_per_year",
            "agreed_reduction",
            "loss_bands",
            "gain_bands",
            "use_registered",
            "cost_ratio",
            "reserve",
        }
    ),
    LossBand: frozenset({"above", "payer_share"}),
    Allocation: frozenset({"keys", "used"}),
    FundingResponse: frozenset(FundingResponse.model_fields) - {"step_down", "refill", "delay_years"},
}

if TYPE_CHECKING:
    from jeugdsim.scenario.model import Scenario


def content_of(scenario: Scenario) -> dict[str, Any]:
    """Return everything that is assumed: sorted, names as keys, defaults filled in, no notes.

    The keys are the parts of a dotted path (``demand.Delft.pleegzorg.clients_at_start``). The rows
    of sources.csv stand under ``source_rows``, those of budget.csv under ``budget_rows``.
    """
    content = _settings(scenario.settings)
    for name, kind in TABLES.items():
        if kind.in_results or rows_of(scenario, name):
            content[name] = nested(kind, rows_of(scenario, name), without=("note",))
    if scenario.empirical_stays:
        content[SURVIVAL.name] = nested_stays(scenario, without=("note",))
    canonical = _canonical(content)
    assert isinstance(canonical, dict)
    return canonical


def content_hash(scenario: Scenario) -> str:
    """Return the SHA-256 of the content, as 64 hexadecimal digits.

    What came later in the format and is not used is left out, so that scenarios keep their hash.
    """
    text = json.dumps(
        _without_unused(content_of(scenario)),
        sort_keys=True,
        ensure_ascii=False,
        allow_nan=False,
        separators=(",", ":"),
    )
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _without_unused(content: dict[str, Any]) -> dict[str, Any]:
    """Leave out later tables without rows, and later columns and terms at their default."""
    unused = {name for name, kind in TABLES.items() if kind.later and not content.get(name)}
    told = {name: part for name, part in content.items() if name not in unused}
    for name in told.keys() & TABLES.keys():
        told[name] = _without_defaults(TABLES[name], told[name], len(TABLES[name].keys))
    for name in ("tariff_resets", "options", "changes"):
        if not told[name]:
            del told[name]
    told["allocation"] = _without_later(Allocation, told["allocation"])
    told["world"] = _without_later(World, told["world"])
    told["contracts"] = {name: _contract(terms) for name, terms in told["contracts"].items()}
    told["funding_response"] = {
        form: _without_later(FundingResponse, response)
        for form, response in told["funding_response"].items()
    }
    return told


def _contract(terms: dict[str, Any]) -> dict[str, Any]:
    """Leave out later terms at their default, and the reinsurer's share of bands that have none."""
    told = _without_later(Contract, terms)
    told["loss_bands"] = [_without_later(LossBand, band) for band in terms["loss_bands"]]
    return told


def _without_later(model: type[BaseModel], table: dict[str, Any]) -> dict[str, Any]:
    """Leave out the keys that the first format did not have, where they say nothing."""
    later = model.model_fields.keys() - _FIRST_KEYS[model]
    defaults = {
        name: _canonical(model.model_fields[name].get_default(call_default_factory=True))
        for name in later
    }
    return {key: value for key, value in table.items() if key not in later or value != defaults[key]}


def _without_defaults(kind: TableKind, table: dict[str, Any], depth: int) -> dict[str, Any]:
    if depth:
        return {name: _without_defaults(kind, below, depth - 1) for name, below in table.items()}
    default = {column: kind.model.model_fields[column].default for column in kind.optional}
    return {
        column: cell
        for column, cell in table.items()
        if column not in default or cell != default[column]
    }


def rows_of(scenario: Scenario, table: str) -> tuple[Row, ...]:
    """Return the rows of one CSV file of a scenario, under its path root."""
    rows: tuple[Row, ...] = getattr(scenario, "sources" if table == "source_rows" else table)
    return rows


def nested(kind: TableKind, rows: Iterable[Row], without: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return rows as nested dicts under the names that identify them."""
    table: dict[str, Any] = {}
    for row in rows:
        cells = row.model_dump(exclude={*kind.keys, *without})
        level = table
        *above, last = (name_text(getattr(row, key)) for key in kind.keys)
        for name in above:
            level = level.setdefault(name, {})
        level[last] = cells
    return table


def nested_stays(scenario: Scenario, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the tables of empirical stays as nested dicts under file name and days."""
    return {file: nested(SURVIVAL, rows, without) for file, rows in scenario.empirical_stays.items()}


def written_settings(settings: Settings) -> dict[str, Any]:
    """Return the content of scenario.toml as it is written, defaults left out, levers by name."""
    written = settings.model_dump(by_alias=True, exclude_unset=True)
    if "levers" in written:
        written["levers"] = {lever.pop("name"): lever for lever in written["levers"]}
    optional = (
        "levers",
        "funding_response",
        "tariff_resets",
        "options",
        "changes",
        "correlations",
        "sources",
    )
    return {
        key: value
        for key, value in written.items()
        if value is not None and not (key in optional and not value)
    }


def settings_tree(content: Mapping[str, Any]) -> Node:
    """Return the scenario.toml part of written content as a tree whose places are the paths."""
    values = {key: value for key, value in content.items() if key not in (*TABLES, SURVIVAL.name)}
    names: list[str] = []
    if isinstance(values.get("levers"), dict):
        names = list(values["levers"])
        values["levers"] = [
            {"name": name, **lever} if isinstance(lever, dict) else lever
            for name, lever in values["levers"].items()
        ]

    def place_of(path: KeyPath) -> Place:
        keys = [str(key) for key in path]
        if names and len(path) > 1 and path[0] == "levers":
            keys[1] = names[int(path[1])]
        return Place(".".join(keys) or "scenario")

    return located(values, place_of)


def with_live_pairs(settings: Settings, before: Settings) -> Settings:
    """Leave out [correlations] of what was uncertain in other settings and is not in these."""
    if not settings.correlations:
        return settings
    old, new = (settings_tree(written_settings(one)) for one in (before, settings))
    gone = uncertain_paths(old, {}) - uncertain_paths(new, {})
    pairs = without_stale_pairs(new, (), gone.__contains__).table.get("correlations")
    live = {} if pairs is None else bare(pairs)
    return settings.model_copy(update={"correlations": frozen(live)})


def with_live_sources(settings: Settings, before: Settings) -> Settings:
    """Leave out [sources] that named something in other settings and name nothing in these."""
    old, new = (settings_tree(written_settings(one)) for one in (before, settings))
    sources = without_stale_sources(old, new, ()).table.get("sources")
    live = {} if sources is None else bare(sources)
    return (
        settings if live == settings.sources else settings.model_copy(update={"sources": frozen(live)})
    )


def _settings(settings: Settings) -> dict[str, Any]:
    """Return the content of scenario.toml with everything absent at its default."""
    content = settings.model_dump(by_alias=True)
    content["demand_year"] = settings.volume_year
    content["budget"] = (settings.budget or Budget()).model_dump()
    content["savings"] = (settings.savings or Savings()).model_dump()
    content["levers"] = {lever.pop("name"): lever for lever in content["levers"]}
    content["correlations"] = {pair: rho for pair, rho in settings.correlations.items() if rho}
    for name, contract in settings.contracts.items():
        content["contracts"][name]["use_registered"] = contract.knows_use
    return content


def _canonical(value: Any) -> Any:
    """Return dicts sorted with text keys, lists, and scalars in one spelling."""
    if isinstance(value, dict):
        return {str(key): _canonical(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, list | tuple):
        return [_canonical(part) for part in value]
    if isinstance(value, float):
        return value + 0.0  # minus zero is zero
    if isinstance(value, date):
        return value.isoformat()
    return value
