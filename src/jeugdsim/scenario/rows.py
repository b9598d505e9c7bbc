"""What stands in the CSV files of a scenario: one frozen model per kind of row.

The order of the fields is the order of the columns. ``source`` names a row of sources.csv, ``note``
is for people and is left out of the scenario's hash. ``COMPANIONS`` names the columns that may be
uncertain through companion columns ``X_cv``, or ``X_p10`` and ``X_p90``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from jeugdsim.scenario.findings import nearest, shown
from jeugdsim.scenario.numbers import (
    Days,
    Fraction,
    Lognormal,
    NonNegative,
    Number,
    Percentiles,
    PlainFraction,
    PlainNonNegative,
    Truth,
    Whole,
    Year,
    is_uncertain,
    mean_of,
    plain,
    problem,
)

Unit = Literal["etmaal", "dagdeel", "uur", "minuut", "traject"]
StayName = Literal["lognormal", "gamma", "weibull", "exponential", "fixed"]
Kind = Literal["measured", "derived", "assumption"]

COMPANIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "care_forms": ("tariff", "units_per_day", "stay_mean_days", "places"),
        "demand": ("clients_at_start", "inflow_per_1000_youth", "waiting_at_start"),
        "moves": ("probability",),
        "waiting": ("reneging_per_year", "escalation_per_year"),
        "extended_care": ("share",),
    }
)


EMPIRICAL = "empirical:"  # begins a stay_distribution that names a file
_FILE_NAME = re.compile(r"""[^\s.~/\\:,;"][^./\\:,;"]*\.csv""")
_SPREAD = ("lognormal", "gamma", "weibull")
WEIBULL_CVS = (0.001, 30.0)
MOST_DAYS = 100_000
OLDEST = 17  # youth is of 0 to 17
_AGE_BAND = re.compile("(0|[1-9][0-9]?)-(0|[1-9][0-9]?)", re.ASCII)


def empirical_file(stay_distribution: str) -> str | None:
    """Return the file that ``empirical:FILE.csv`` names, None for the other distributions."""
    if not stay_distribution.startswith(EMPIRICAL):
        return None
    return stay_distribution.removeprefix(EMPIRICAL)


def is_file_name(file: str) -> bool:
    """Tell whether a text is the plain name of a CSV file: no folder, dot, comma or quote in it."""
    return _FILE_NAME.fullmatch(file) is not None and file.isprintable()


def _stay_name(value: Any) -> Any:
    """Check the name of a stay's distribution."""
    families = (*get_args(StayName), f"{EMPIRICAL}FILE.csv")
    if not isinstance(value, str) or value in families[:-1]:
        return value
    if not value.strip():
        raise problem(f"nothing is given: write one of {', '.join(families)}")
    file = empirical_file(value)
    if file is None:
        hint = nearest(value, families)
        raise problem(f"{shown(value)} is not allowed{hint}: write one of {', '.join(families)}")
    if not is_file_name(file):
        raise problem(
            f"{shown(value)} is not allowed: write {EMPIRICAL} and the plain name of a CSV file in the "
            f"scenario's folder, such as {EMPIRICAL}pleegzorg.csv, without other dots, commas or quotes"
        )
    return value


def _in_columns(number: Number) -> Number:
    """Refuse a family that the companion columns of a CSV file can't express."""
    if is_uncertain(number) and not isinstance(number, Percentiles | Lognormal):
        raise problem("a cell of a CSV file takes a number, {p10, p50, p90} or {mean, cv}")
    return number


def _whole_if_certain(number: Number) -> Number:
    """Refuse a part of a place; a drawn number of places is rounded."""
    if not is_uncertain(number) and mean_of(number) % 1:
        raise problem(f"a whole number of places is asked, but {mean_of(number):g} is given")
    return number


def _age_band(ages: str) -> str:
    """Check a band of ages such as 4-11."""
    youngest, _, oldest = ages.partition("-")
    if not (_AGE_BAND.fullmatch(ages) and int(youngest) <= int(oldest) <= OLDEST):
        raise problem(
            f"{shown(ages)} is no band of ages: write the youngest and the oldest age in whole years, "
            f"at most {OLDEST}, such as 0-3 (a spreadsheet may have made a date of it: format the "
            "column as text)"
        )
    return ages


def ages_in(band: str) -> range:
    """Return the ages of a band.

    Examples
    --------
    >>> list(ages_in("4-6"))
    [4, 5, 6]
    """
    youngest, _, oldest = band.partition("-")
    return range(int(youngest), int(oldest) + 1)


Ages = Annotated[str, AfterValidator(_age_band)]
StayDistribution = Annotated[str, BeforeValidator(_stay_name)]
NonNegativeCell = Annotated[NonNegative, AfterValidator(_in_columns)]
DaysCell = Annotated[Days, AfterValidator(_in_columns)]
FractionCell = Annotated[Fraction, AfterValidator(_in_columns)]
PlacesCell = Annotated[NonNegativeCell, AfterValidator(_whole_if_certain)]
PlainPlaces = Annotated[Whole, Field(ge=0)]
Priority = Annotated[Whole, Field(ge=1, le=9)]


class Row(BaseModel):
    """One row of a CSV file: frozen, unknown columns refused, no NaN."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _empty_is_default(cls, cells: Any) -> Any:
        """Leave out the empty cells of columns that have a default."""
        if not isinstance(cells, dict):
            return cells
        filled = {
            name
            for name, field in cls.model_fields.items()
            if not field.is_required() and field.default is not None
        }
        return {name: cell for name, cell in cells.items() if cell is not None or name not in filled}


class SourcedRow(Row):
    """A row that names where its numbers come from."""

    source: str = ""
    note: str = ""


class Municipality(SourcedRow):
    """A municipality; its identity is its CBS code."""

    municipality: str
    cbs_code: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]


class Population(SourcedRow):
    """Youth (0-17) and inhabitants of a municipality on 1 January, in persons."""

    municipality: str
    year: Year
    youth: PlainNonNegative
    inhabitants: PlainNonNegative


class YouthAges(SourcedRow):
    """Youth of a municipality in a band of ages on 1 January, persons; 0-3 holds both 0 and 3."""

    municipality: str
    year: Year
    ages: Ages
    youth: PlainNonNegative


class CareForm(SourcedRow):
    """A form of care: how it is billed and how long children stay (days)."""

    care_form: str
    segment: str
    unit: Unit
    tariff: NonNegativeCell
    units_per_day: NonNegativeCell | None = None
    units_cv: PlainNonNegative | None = None
    stay_distribution: StayDistribution
    stay_mean_days: DaysCell
    stay_sd_days: PlainNonNegative | None = None
    places: PlacesCell | None = None

    @model_validator(mode="after")
    def _stay(self) -> CareForm:
        family = self.stay_distribution
        if mean_of(self.stay_mean_days) < 1:
            raise problem(
                f"stay_mean_days has a mean of {mean_of(self.stay_mean_days):g} days with its p10 and "
                "p90: a mean of 1 day or more is asked"
            )
        if family == "exponential" and self.stay_sd_days is not None:
            raise problem("an exponential stay takes no stay_sd_days: leave the cell empty")
        if empirical_file(family) and self.stay_sd_days is not None:
            raise problem("an empirical stay has its spread in its file: leave stay_sd_days empty")
        if family in _SPREAD and not self.stay_sd_days:
            raise problem(f"a {family} stay asks stay_sd_days above 0; without spread use fixed")
        low, high = WEIBULL_CVS
        if family == "weibull" and not low <= self.stay_cv <= high:
            raise problem(
                f"a weibull stay asks a stay_sd_days between {low:g} and {high:g} times its mean, but "
                f"{self.stay_sd_days:g} is {self.stay_cv:.4g} times {mean_of(self.stay_mean_days):g}"
            )
        if family == "fixed":
            if self.stay_sd_days:
                raise problem("a fixed stay takes no stay_sd_days: leave the cell empty")
            if isinstance(self.stay_mean_days, float) and self.stay_mean_days % 1:
                raise problem(f"a fixed stay is a whole number of days, not {self.stay_mean_days:g}")
        return self

    @model_validator(mode="before")
    @classmethod
    def _spread(cls, cells: Any) -> Any:
        """Leave units_cv out where it does not act; an empty one is 0."""
        if isinstance(cells, dict):
            given = 0.0 if cells.get("units_cv") is None else cells["units_cv"]
            return {**cells, "units_cv": None if cells.get("unit") == "traject" else given}
        return cells

    @model_validator(mode="after")
    def _units(self) -> CareForm:
        if self.is_trajectory:
            if self.units_per_day is not None:
                raise problem("unit traject bills one unit at entry: leave units_per_day empty")
        elif self.units_per_day is None:
            raise problem(f"unit {self.unit} asks units_per_day")
        return self

    @property
    def is_trajectory(self) -> bool:
        """Whether one unit is billed at entry instead of units by day."""
        return self.unit == "traject"

    @property
    def stay_cv(self) -> float:
        """Standard deviation of the stay as a fraction of its mean, at the mean of the stay."""
        return (self.stay_sd_days or 0.0) / mean_of(self.stay_mean_days)


class SurvivalRow(SourcedRow):
    """A step of an empirical stay: the part of the stays that last longer than so many days.

    A row without a source has that of the care form whose stay it is.
    """

    days: Annotated[Whole, Field(ge=0, le=MOST_DAYS)]
    survival: PlainFraction


class Demand(SourcedRow):
    """New children per 1,000 youth per year from outside, and clients in care at the start.

    Where the care form has places: who waits at the start, and the priority of children from outside
    (1 goes first, None after all numbers).
    """

    municipality: str
    care_form: str
    clients_at_start: NonNegativeCell | None = None
    inflow_per_1000_youth: NonNegativeCell
    waiting_at_start: NonNegativeCell | None = None
    priority: Priority | None = None


class Move(SourcedRow):
    """The probability that the end of a stay is the start of a stay in another form.

    Where the other form has places: whether a child keeps its place while it waits, and the priority
    of children who come by this move (1 goes first, None after all numbers).
    """

    from_care_form: str
    to_care_form: str
    probability: FractionCell
    holds_place: Truth = False
    priority: Priority | None = None


class PlacesRow(SourcedRow):
    """How many places a care form has from a year on, until the next year that is named.

    ``contract`` says whose places they are: those of that contract's members, or, where it is empty,
    of all who buy the form.
    """

    care_form: str
    contract: str = ""
    year: Year
    places: PlainPlaces


class WaitingRow(SourcedRow):
    """What happens to children who wait for a care form; rates per child who waits, per year.

    ``bridging_care_form`` and ``escalation_care_form`` are empty where there is none;
    ``admitted_within_days`` is the norm for the wait in days, None where there is none.
    """

    care_form: str
    bridging_care_form: str = ""
    reneging_per_year: NonNegativeCell = 0.0
    escalation_per_year: NonNegativeCell = 0.0
    escalation_care_form: str = ""
    admitted_within_days: Annotated[Whole, Field(ge=0)] | None = None


class EntryAge(SourcedRow):
    """The share of the children whose care begins in a form that are so many whole years old then."""

    care_form: str
    age: Annotated[Whole, Field(ge=0, le=17)]
    share: PlainFraction


class ExtendedCare(SourcedRow):
    """The share of the children in a form who may stay after 18, and the age (years) they may reach."""

    care_form: str
    share: FractionCell
    until_age: Annotated[float, BeforeValidator(plain), Field(gt=18, le=23)]


class Source(Row):
    """Where a number comes from, and whether it is measured, derived or an assumption."""

    id: str
    title: str = ""
    publisher: str = ""
    date: str = ""
    locator: str = ""
    kind: Kind


class Season(SourcedRow):
    """The factor on a month's inflow of a care form; mean 1 over the twelve months."""

    care_form: str
    month: Annotated[Whole, Field(ge=1, le=12)]
    factor: PlainNonNegative


class AccountRow(SourcedRow):
    """What a municipality spent in a year before the start: nominal, in the scenario's scope."""

    municipality: str
    year: Year
    euros: PlainNonNegative


class BudgetRow(SourcedRow):
    """A budget as the council set it: nominal, final, any target included."""

    municipality: str
    segment: str
    year: Year
    budget: Annotated[float, BeforeValidator(plain)]
