"""What stands in scenario.toml: one frozen model per table, with its units, ranges and defaults.

Defaults are those of the public model; a default that decides an answer is named in the report. The
models also give the JSON Schema. Cross-table rules (names that exist, contracts that cover demand
once) are in ``checks``.
"""

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
    Strict,
    model_validator,
)

from jeugdsim.scenario.findings import shown
from jeugdsim.scenario.frozen import FrozenDict, frozen
from jeugdsim.scenario.numbers import (
    Effect,
    Fraction,
    NonNegative,
    Plain,
    PlainEffect,
    PlainFraction,
    PlainNonNegative,
    Whole,
    Year,
    plain,
    problem,
)

FORMS = ("pxq", "task_based", "output_based", "availability")
KEYS = ("actual_use", "rolling_use", "expected_use", "inhabitants", "youth_population")
KEYS_THAT_NEED_USE = ("actual_use", "rolling_use")

Form = Literal["pxq", "task_based", "output_based", "availability"]
KeyName = Literal["actual_use", "rolling_use", "expected_use", "inhabitants", "youth_population"]
Profile = Literal["step", "linear", "front", "back"]


class Table(BaseModel):
    """A table of scenario.toml: frozen, unknown keys refused, no NaN or infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def _calendar_date(value: Any) -> Any:
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass  # the message below says what is asked
    raise problem(f"a date such as 2027-01-01 is asked, but {shown(value)} is given")


def _first_of_january(day: date) -> date:
    if (day.month, day.day) != (1, 1):
        raise problem(f"the start is 1 January of a year, but {day} is given")
    return day


def _empty(table: dict[str, Any]) -> dict[str, Any]:
    if table:
        raise problem("correlations are not supported yet: leave the table out")
    return table


def _in_order(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if names.count(name) > 1:
            raise problem(f"{shown(name)} is there twice")
    return tuple(sorted(names))


Names = Annotated[tuple[str, ...], AfterValidator(_in_order)]
Truth = Annotated[bool, Strict()]
Date = Annotated[date, BeforeValidator(_calendar_date)]
Years = Annotated[Whole, Field(ge=1, le=100)]
Frozen = AfterValidator(frozen)


def _correlation(value: Any) -> float:
    number = plain(value)
    if not -1 <= number <= 1:
        raise problem(f"must be between -1 and 1, but {number:g} is given")
    return number


Autocorrelation = Annotated[float, BeforeValidator(_correlation)]


class IndexProcess(Table):
    """Yearly index growth as a normal AR(1) process."""

    mean: PlainEffect
    sd: PlainNonNegative = 0.0
    autocorrelation: Autocorrelation = 0.5


class ForecastError(Table):
    """Definitive minus provisional index of a year, independent normal, in fractions."""

    mean: Plain
    sd: PlainNonNegative = 0.0


def _as_table(value: Any) -> Any:
    return value if isinstance(value, dict | BaseModel) else {"mean": value}


class World(Table):
    """What nobody in the region decides: growth, indexation, shocks. Fractions per year."""

    inflow_growth_per_year: Effect = 0.0
    stay_growth_per_year: Effect = 0.0
    units_growth_per_year: Effect = 0.0
    growth_fade_per_year: Fraction = 0.0
    indexation: Annotated[IndexProcess, BeforeValidator(_as_table)] = IndexProcess(mean=0.0)
    index_forecast_error: Annotated[ForecastError, BeforeValidator(_as_table)] = ForecastError(mean=0.0)
    inflow_shock_region_cv: PlainNonNegative = 0.0
    inflow_shock_region_autocorrelation: Autocorrelation = 0.5
    inflow_shock_municipality_cv: PlainNonNegative = 0.0
    inflow_shock_municipality_autocorrelation: Autocorrelation = 0.5
    stay_shock_cv: PlainNonNegative = 0.0
    stay_shock_autocorrelation: Autocorrelation = 0.5
    units_shock_cv: PlainNonNegative = 0.0
    units_shock_autocorrelation: Autocorrelation = 0.5


class LossBand(Table):
    """From this fraction above the budget on, the payer bears this share of the loss."""

    above: PlainNonNegative
    payer_share: PlainFraction


class GainBand(Table):
    """From this fraction below the budget on, this share of the gain goes back to the payer."""

    below: PlainFraction
    payer_share: PlainFraction


class PerYouth(Table):
    """A budget per head of the youth of the contract's members, in euros of price_year per year."""

    per_youth: PlainNonNegative


def _budget_basis(value: Any) -> Any:
    if isinstance(value, dict | BaseModel) or value == "history":
        return value
    if isinstance(value, str):
        raise problem(f'"history", a sum in euros or {{per_youth = ...}} is asked, not {shown(value)}')
    return plain(value)


def _increasing(edges: list[float], what: str) -> None:
    if any(later <= earlier for earlier, later in pairwise(edges)):
        raise problem(f"the edges must rise, but {edges} is given", what)


class Contract(Table):
    """One contract: its form, its scope and its terms."""

    form: Form
    segments: Names = ()
    care_forms: Names = ()
    municipalities: Names = ()
    budget: Annotated[
        Literal["history"] | PlainNonNegative | PerYouth, BeforeValidator(_budget_basis)
    ] = "history"
    volume_growth_per_year: Effect = 0.0
    agreed_reduction: Annotated[dict[Year, PlainFraction], Frozen] = Field(default_factory=FrozenDict)
    loss_bands: tuple[LossBand, ...] = ()
    gain_bands: tuple[GainBand, ...] = ()
    use_registered: Truth | None = None
    cost_ratio: NonNegative = 1.0
    reserve: PlainNonNegative = 0.02

    @model_validator(mode="after")
    def _terms(self) -> Contract:
        if not self.segments and not self.care_forms:
            raise problem("a contract names its segments or its care_forms")
        _increasing([band.above for band in self.loss_bands], "loss_bands")
        _increasing([band.below for band in self.gain_bands], "gain_bands")
        if self.form == "pxq":
            foreign = sorted(
                {"budget", "agreed_reduction", "loss_bands", "gain_bands"} & self.model_fields_set
            )
            if foreign:
                names = ", ".join(foreign)
                raise problem(f"form pxq pays every unit and takes no {names}", foreign[0])
        return self

    def as_pxq(self) -> Contract:
        """Return the same scope paid P x Q, with the provider's own cost ratio and reserve."""
        return Contract(
            form="pxq",
            segments=self.segments,
            care_forms=self.care_forms,
            municipalities=self.municipalities,
            cost_ratio=self.cost_ratio,
            reserve=self.reserve,
        )

    @property
    def knows_use(self) -> bool:
        """Whether own use is registered, so that a key may ask for it."""
        return self.form != "task_based" if self.use_registered is None else self.use_registered


class FundingResponse(Table):
    """What a funding form does to behaviour, as fractions of the quantity at full phase."""

    inflow: Effect = 0.0
    stay_days: Effect = 0.0
    units_per_day: Effect = 0.0
    profile: Profile = "linear"
    phase_in_years: PlainNonNegative | None = None


class Budget(Table):
    """What the councils set aside: gross, euros of price_year, first-year volumes."""

    basis: PlainNonNegative | None = None
    volume_growth_per_year: PlainEffect = 0.0
    index_per_year: PlainEffect | None = None


class Savings(Table):
    """The savings target: a level per year that holds until the next named year."""

    reference: Literal["pxq"] = "pxq"
    target: Annotated[dict[Year, PlainNonNegative], Frozen] = Field(default_factory=FrozenDict)
    target_prices: Literal["price_year", "nominal"] = "price_year"


class Lever(Table):
    """A measure that changes inflow, stays, units, tariffs or moves from a date on."""

    name: str
    affects: Literal["inflow", "stay_days", "units_per_day", "tariff", "move"]
    care_forms: Names = ()
    municipalities: Names = ()
    from_: str | None = Field(default=None, alias="from")
    to: str | None = None
    effect: Effect
    starts: Date
    profile: Profile = "linear"
    phase_in_years: PlainNonNegative | None = None
    cost_per_year: NonNegative = 0.0
    applies_to: Literal["new", "all"] = "new"

    @model_validator(mode="after")
    def _scope(self) -> Lever:
        if self.affects == "move":
            if self.from_ is None or self.to is None:
                raise problem('a lever on a move names "from" and "to"')
            if self.care_forms:
                raise problem('a lever on a move takes no care_forms: it acts on "from"', "care_forms")
        else:
            if self.from_ is not None or self.to is not None:
                raise problem('only a lever that affects "move" takes "from" and "to"')
            if not self.care_forms:
                raise problem("a lever names the care_forms it acts on")
        if self.applies_to == "all" and self.affects != "stay_days":
            raise problem('applies_to = "all" goes with affects = "stay_days"', "applies_to")
        return self


class Allocation(Table):
    """The keys to report and the key in use: one name, or a table contract -> key."""

    keys: Annotated[tuple[KeyName, ...], AfterValidator(_in_order)] = ()
    used: Annotated[KeyName | dict[str, KeyName], Frozen]


def _by_name(levers: tuple[Lever, ...]) -> tuple[Lever, ...]:
    return tuple(sorted(levers, key=lambda lever: lever.name))


class Settings(Table):
    """All of scenario.toml, after ``extends`` is resolved."""

    name: str
    schema_version: Literal[1]
    start: Annotated[Date, AfterValidator(_first_of_january)]
    years: Years
    price_year: Year
    demand_year: Year | None = None
    trajectories_per_youth: Annotated[float, BeforeValidator(plain), Field(gt=0.0)] = 1.0
    clients_at_start_known: Truth = False
    world: World = World()
    contracts: Annotated[dict[str, Contract], Frozen]
    funding_response: Annotated[dict[Form, FundingResponse], Frozen] = Field(default_factory=FrozenDict)
    budget: Budget | None = None
    savings: Savings | None = None
    levers: Annotated[tuple[Lever, ...], AfterValidator(_by_name)] = ()
    allocation: Allocation
    correlations: Annotated[dict[str, Any], AfterValidator(_empty), Frozen] = Field(
        default_factory=FrozenDict
    )
    sources: Annotated[dict[str, str], Frozen] = Field(default_factory=FrozenDict)

    @property
    def calendar_years(self) -> tuple[int, ...]:
        """The years of the contract, e.g. 2027 to 2032."""
        return tuple(range(self.start.year, self.start.year + self.years))

    @property
    def volume_year(self) -> int:
        """The year whose level the demand figures describe: demand_year, else price_year."""
        return self.price_year if self.demand_year is None else self.demand_year
