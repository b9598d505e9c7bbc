"""Every uncertain number of a scenario, by its dotted path, with the range it is clipped to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from pydantic import BaseModel

from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.numbers import Allowed, Distribution, Family
from jeugdsim.scenario.uncertain import allowed_ranges, value_at


@dataclass(frozen=True)
class Assumption:
    """One uncertain number: its path, its distribution and its allowed range."""

    path: str
    number: Distribution
    allowed: Allowed

    @property
    def mean(self) -> float:
        """Mean of the number, before clipping."""
        return self.number.mean


def uncertain_assumptions(scenario: Scenario) -> tuple[Assumption, ...]:
    """Return all uncertain numbers of a scenario, sorted by path."""
    found = [
        assumption
        for prefix, record in _records(scenario)
        for assumption in _uncertain_fields(prefix, record)
    ]
    return tuple(sorted(found, key=lambda assumption: assumption.path))


def _records(scenario: Scenario) -> Iterator[tuple[str, BaseModel]]:
    settings = scenario.settings
    yield "world", settings.world
    for name, contract in settings.contracts.items():
        yield f"contracts.{name}", contract
    yield "allocation", settings.allocation
    for form, response in settings.funding_response.items():
        yield f"funding_response.{form}", response
    for name, reset in settings.tariff_resets.items():
        yield f"tariff_resets.{name}", reset
    for lever in settings.levers:
        yield f"levers.{lever.name}", lever
    for care_form in scenario.care_forms:
        yield f"care_forms.{care_form.care_form}", care_form
    for demand in scenario.demand:
        yield f"demand.{demand.municipality}.{demand.care_form}", demand
    for move in scenario.moves:
        yield f"moves.{move.from_care_form}.{move.to_care_form}", move
    for waiting in scenario.waiting:
        yield f"waiting.{waiting.care_form}", waiting
    for extended in scenario.extended_care:
        yield f"extended_care.{extended.care_form}", extended


def _uncertain_fields(prefix: str, record: BaseModel) -> Iterator[Assumption]:
    for field, allowed in allowed_ranges(type(record)).items():
        value = value_at(record, field)
        if isinstance(value, Family):
            yield Assumption(f"{prefix}.{field}", cast(Distribution, value), allowed)
