"""Numbers that are not certain, as they stand in a scenario: plain, or one of four families.

What is written and what it means is in the public model, section 1. This module holds the data, its
mean and its checks; drawing from it is the work of ``jeugdsim.world``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetJsonSchemaHandler,
    Strict,
    ValidationError,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError

from jeugdsim.scenario.findings import as_fraction, listed, shown

LARGEST = 1e30  # so that products of a few stay finite
_Z90 = 1.281552
_MEAN_WEIGHT = 0.311296  # integral of z over the upper half of the normal density, divided by _Z90


def problem(message: str, key: str = "") -> PydanticCustomError:
    """Return a validation error whose text reaches the user unchanged; ``key`` is its place."""
    return PydanticCustomError("scenario", "{text}", {"text": message, "key": key})


class Family(BaseModel):
    """What the four families of uncertain numbers share: frozen, finite, no unknown keys.

    Each has a ``mean``, that of the distribution before any clipping to a field's range, and a
    ``centre``, the number a reader would quote: the median, the mode or the mean as written.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Percentiles(Family):
    """Two half normals that meet at the median: ``{p10, p50, p90}``."""

    p10: float
    p50: float
    p90: float

    @model_validator(mode="after")
    def _ordered(self) -> Percentiles:
        if not self.p10 <= self.p50 <= self.p90:
            raise problem(
                f"p10 <= p50 <= p90 is asked, but {self.p10}, {self.p50}, {self.p90} is given"
            )
        return self

    @property
    def mean(self) -> float:
        """p50 + 0.311296 (p10 + p90 - 2 p50)."""
        return self.p50 + _MEAN_WEIGHT * (self.p10 + self.p90 - 2 * self.p50)

    @property
    def centre(self) -> float:
        """The median."""
        return self.p50


class Triangle(Family):
    """Triangular distribution: ``{low, mode, high}``."""

    low: float
    mode: float
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> Triangle:
        if not self.low <= self.mode <= self.high:
            raise problem(
                f"low <= mode <= high is asked, but {self.low}, {self.mode}, {self.high} is given"
            )
        return self

    @property
    def mean(self) -> float:
        """(low + mode + high) / 3."""
        return (self.low + self.mode + self.high) / 3

    @property
    def centre(self) -> float:
        """The mode."""
        return self.mode


class Normal(Family):
    """Normal distribution: ``{mean, sd}``."""

    mean: float
    sd: float

    @model_validator(mode="after")
    def _spread(self) -> Normal:
        if self.sd < 0:
            raise problem(f"sd must be 0 or more, but {self.sd} is given")
        return self

    @property
    def centre(self) -> float:
        """The mean."""
        return self.mean


class Lognormal(Family):
    """Lognormal distribution: ``{mean, cv}``, cv the standard deviation over the mean."""

    mean: float
    cv: float

    @model_validator(mode="after")
    def _spread(self) -> Lognormal:
        if self.cv < 0 or self.mean <= 0:
            raise problem(
                f"a lognormal number asks mean > 0 and cv >= 0, but {self.mean}, {self.cv} is given"
            )
        return self

    @property
    def centre(self) -> float:
        """The mean."""
        return self.mean


Distribution: TypeAlias = Percentiles | Triangle | Normal | Lognormal
Number: TypeAlias = float | Distribution

FAMILIES: dict[frozenset[str], type[Distribution]] = {
    frozenset(("p10", "p50", "p90")): Percentiles,
    frozenset(("low", "mode", "high")): Triangle,
    frozenset(("mean", "sd")): Normal,
    frozenset(("mean", "cv")): Lognormal,
}
_WRITTEN = "a number, {p10, p50, p90}, {low, mode, high}, {mean, sd} or {mean, cv}"


def plain(value: Any) -> float:
    """Check that a value is a finite number and return it as float."""
    if isinstance(value, dict | Family):
        raise problem(f"a plain number is asked: this one can't be uncertain, not {shown(value)}")
    if isinstance(value, bool) or not isinstance(value, int | float):
        fraction = as_fraction(value) if isinstance(value, str) else None
        hint = f": write {fraction}" if fraction else ""
        raise problem(f"a number is asked, but {shown(value)} is given{hint}")
    try:
        number = float(value)
    except OverflowError:
        raise problem("a finite number is asked, but this one has too many digits") from None
    if not math.isfinite(number):
        raise problem(f"a finite number is asked, but {shown(value)} is given")
    if abs(number) > LARGEST:
        raise problem(f"{shown(value)} is too large for a number of a scenario")
    return number


def whole(value: Any) -> int:
    """Check that a value is a whole number and return it as int; 6.0 is read as 6."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise problem(f"a whole number is asked, but {shown(value)} is given")
    if isinstance(value, float) and not value.is_integer():
        raise problem(f"a whole number is asked, but {shown(value)} is given")
    return int(value)


def calendar_year(value: Any) -> int:
    """Check that a value is a year of four digits; the keys of a TOML table come as text."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 6:
        value = int(value)
    try:
        year = whole(value)
    except PydanticCustomError:
        year = 0
    if not 1000 <= year <= 9999:
        raise problem(f"a year of four digits such as 2027 is asked, but {shown(value)} is given")
    return year


def parse_number(value: Any) -> Number:
    """Read a plain number or one of the four families from what stands in the file."""
    if isinstance(value, Percentiles | Triangle | Normal | Lognormal):
        return value
    if not isinstance(value, dict):
        return plain(value)
    family = FAMILIES.get(frozenset(value))
    if family is None:
        raise problem(f"{_WRITTEN} is asked, but the keys {listed(value)} are given")
    numbers = {key: plain(part) for key, part in value.items()}
    try:
        return family(**numbers)
    except ValidationError as error:
        raise problem(error.errors()[0]["msg"]) from None


def mean_of(number: Number) -> float:
    """Return the mean of a number, itself where it is certain."""
    return number.mean if isinstance(number, Family) else number


def centre_of(number: Number) -> float:
    """Return the number a reader would quote: median, mode or mean; itself where it is certain."""
    return number.centre if isinstance(number, Family) else number


def is_uncertain(number: Number | None) -> bool:
    """Tell whether a number is drawn."""
    return isinstance(number, Family)


@dataclass(frozen=True)
class Allowed:
    """The range of a field; draws outside it are clipped and counted."""

    low: float
    high: float

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Return the JSON Schema of the field with this range; it says nothing of a distribution."""
        limits = {"minimum": self.low, "maximum": self.high}
        return {
            **handler(core_schema),
            **{name: limit for name, limit in limits.items() if math.isfinite(limit)},
        }

    def __str__(self) -> str:
        if math.isinf(self.high):
            return f"{self.low:g} or more" if math.isfinite(self.low) else "any number"
        return f"between {self.low:g} and {self.high:g}"


def _within(allowed: Allowed) -> Callable[[Number], Number]:
    def check(number: Number) -> Number:
        centre = centre_of(number)
        if not allowed.low <= centre <= allowed.high:
            raise problem(f"must be {allowed}, but {centre:g} is given")
        return number

    return check


NON_NEGATIVE = Allowed(0.0, math.inf)
FRACTION = Allowed(0.0, 1.0)
EFFECT = Allowed(-1.0, math.inf)
DAYS = Allowed(1.0, math.inf)

NonNegative = Annotated[
    Number, BeforeValidator(parse_number), AfterValidator(_within(NON_NEGATIVE)), NON_NEGATIVE
]
Fraction = Annotated[Number, BeforeValidator(parse_number), AfterValidator(_within(FRACTION)), FRACTION]
Effect = Annotated[Number, BeforeValidator(parse_number), AfterValidator(_within(EFFECT)), EFFECT]
Days = Annotated[Number, BeforeValidator(parse_number), AfterValidator(_within(DAYS)), DAYS]

PlainNonNegative = Annotated[
    float, BeforeValidator(plain), AfterValidator(_within(NON_NEGATIVE)), NON_NEGATIVE
]
PlainFraction = Annotated[float, BeforeValidator(plain), AfterValidator(_within(FRACTION)), FRACTION]
PlainEffect = Annotated[float, BeforeValidator(plain), AfterValidator(_within(EFFECT)), EFFECT]
Plain = Annotated[float, BeforeValidator(plain)]
Truth = Annotated[bool, Strict()]
Whole = Annotated[int, BeforeValidator(whole)]
Year = Annotated[int, BeforeValidator(calendar_year), Allowed(1000, 9999)]
