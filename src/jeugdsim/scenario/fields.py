"""What every table of scenario.toml shares: its base model, and the kinds of fields it is made of."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
)

from jeugdsim.scenario.findings import shown
from jeugdsim.scenario.frozen import frozen
from jeugdsim.scenario.numbers import (
    Allowed,
    Effect,
    PlainEffect,
    PlainNonNegative,
    Whole,
    plain,
    problem,
)

MOST_GROWTH = 10.0  # a year: eleven times as much
MOST_EFFECT = 1000.0

Form = Literal["pxq", "task_based", "output_based", "availability"]
Profile = Literal["step", "linear", "front", "back"]


class Table(BaseModel):
    """A table of scenario.toml: frozen, unknown keys refused, no NaN or infinity.

    The text under a field says what it holds, in which unit; the JSON Schema shows it to users.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True
    )


def _calendar_date(value: Any) -> Any:
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass  # the message below says what is asked
    raise problem(f"a date such as 2027-01-01 is asked, but {shown(value)} is given")


def first_of_january(day: date) -> date:
    """Refuse any other day."""
    if (day.month, day.day) != (1, 1):
        raise problem(f"the start is 1 January of a year, but {day} is given")
    return day


def in_order(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return names sorted; refuse one that is there twice."""
    for name in names:
        if names.count(name) > 1:
            raise problem(f"{shown(name)} is there twice")
    return tuple(sorted(names))


Names = Annotated[tuple[str, ...], AfterValidator(in_order)]
Date = Annotated[date, BeforeValidator(_calendar_date)]
FIRST_OF_JANUARY = WithJsonSchema({"type": "string", "format": "date", "pattern": "^[0-9]{4}-01-01$"})
Years = Annotated[Whole, Field(ge=1, le=100)]
Frozen = AfterValidator(frozen)


def _correlation(value: Any) -> float:
    number = plain(value)
    if not -1 <= number <= 1:
        raise problem(f"must be between -1 and 1, but {number:g} is given")
    return number


def by_name(correlations: dict[str, float]) -> dict[str, float]:
    """Return a table in order of name."""
    return dict(sorted(correlations.items()))


def at_most(most: float) -> Any:
    """Return what tells the JSON Schema how large a number may be; ``checks_size`` refuses larger."""
    return Field(json_schema_extra={"most": most})


Growth = Annotated[Effect, at_most(MOST_GROWTH)]
PlainGrowth = Annotated[PlainEffect, at_most(MOST_GROWTH)]
GrowthSpread = Annotated[PlainNonNegative, at_most(MOST_GROWTH)]
QuantityEffect = Annotated[Effect, at_most(MOST_EFFECT)]
Autocorrelation = Annotated[float, BeforeValidator(_correlation), Allowed(-1.0, 1.0)]
RankCorrelation = Annotated[float, BeforeValidator(_correlation)]


def increasing(edges: list[float], what: str) -> None:
    """Refuse edges that do not rise."""
    if any(later <= earlier for earlier, later in pairwise(edges)):
        raise problem(f"the edges must rise, but {edges} is given", what)
