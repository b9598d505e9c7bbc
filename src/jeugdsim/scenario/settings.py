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
    WithJsonSchema,
    model_validator,
)

from jeugdsim.scenario.findings import shown
from jeugdsim.scenario.frozen import FrozenDict, frozen
from jeugdsim.scenario.numbers import (
    Allowed,
    Effect,
    Fraction,
    NonNegative,
    Plain,
    PlainEffect,
    PlainFraction,
    PlainNonNegative,
    Truth,
    Whole,
    Year,
    plain,
    problem,
    whole,
)

FORMS = ("pxq", "task_based", "output_based", "availability")
KEYS = ("actual_use", "rolling_use", "expected_use", "inhabitants", "youth_population")
KEYS_THAT_NEED_USE = ("actual_use", "rolling_use")

MOST_GROWTH = 10.0  # a year: eleven times as much
MOST_EFFECT = 1000.0
MOST_RETENTIONS = 8

Form = Literal["pxq", "task_based", "output_based", "availability"]
KeyName = Literal["actual_use", "rolling_use", "expected_use", "inhabitants", "youth_population"]
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


def _first_of_january(day: date) -> date:
    if (day.month, day.day) != (1, 1):
        raise problem(f"the start is 1 January of a year, but {day} is given")
    return day


def _in_order(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if names.count(name) > 1:
            raise problem(f"{shown(name)} is there twice")
    return tuple(sorted(names))


Names = Annotated[tuple[str, ...], AfterValidator(_in_order)]
Date = Annotated[date, BeforeValidator(_calendar_date)]
FIRST_OF_JANUARY = WithJsonSchema({"type": "string", "format": "date", "pattern": "^[0-9]{4}-01-01$"})
Years = Annotated[Whole, Field(ge=1, le=100)]
Frozen = AfterValidator(frozen)


def _correlation(value: Any) -> float:
    number = plain(value)
    if not -1 <= number <= 1:
        raise problem(f"must be between -1 and 1, but {number:g} is given")
    return number


def _by_name(correlations: dict[str, float]) -> dict[str, float]:
    return dict(sorted(correlations.items()))


def _at_most(most: float) -> Any:
    """Return what tells the JSON Schema how large a number may be; ``checks_size`` refuses larger."""
    return Field(json_schema_extra={"most": most})


Growth = Annotated[Effect, _at_most(MOST_GROWTH)]
PlainGrowth = Annotated[PlainEffect, _at_most(MOST_GROWTH)]
GrowthSpread = Annotated[PlainNonNegative, _at_most(MOST_GROWTH)]
QuantityEffect = Annotated[Effect, _at_most(MOST_EFFECT)]
Autocorrelation = Annotated[float, BeforeValidator(_correlation), Allowed(-1.0, 1.0)]
RankCorrelation = Annotated[float, BeforeValidator(_correlation)]


class IndexProcess(Table):
    """Yearly index growth as a normal AR(1) process."""

    mean: PlainGrowth
    """Mean growth of the index, fraction per year."""
    sd: GrowthSpread = 0.0
    """Standard deviation of the growth of one year, fraction."""
    autocorrelation: Autocorrelation = 0.5
    """Correlation between the growths of two successive years."""


class ForecastError(Table):
    """Definitive minus provisional index of a year, independent normal, in fractions."""

    mean: Annotated[Plain, _at_most(MOST_GROWTH)]
    """Mean of definitive minus provisional index growth, fraction."""
    sd: GrowthSpread = 0.0
    """Standard deviation of definitive minus provisional index growth, fraction."""


def _as_table(value: Any) -> Any:
    return value if isinstance(value, dict | BaseModel) else {"mean": value}


class World(Table):
    """What nobody in the region decides: growth, indexation, shocks. Fractions per year."""

    inflow_growth_per_year: Growth = 0.0
    """Growth of new children per 1,000 youth, fraction per year."""
    stay_growth_per_year: Growth = 0.0
    """Growth of the length of stays, fraction per year."""
    units_growth_per_year: Growth = 0.0
    """Growth of the units per day in care, fraction per year."""
    growth_fade_per_year: Fraction = 0.0
    """How much of every growth fades away per year, fraction; 0 keeps it for ever."""
    indexation: Annotated[IndexProcess, BeforeValidator(_as_table)] = IndexProcess(mean=0.0)
    """Growth of the provisional price index: a fraction per year, or a table."""
    index_forecast_error: Annotated[ForecastError, BeforeValidator(_as_table)] = ForecastError(mean=0.0)
    """Definitive minus provisional index growth: a fraction per year, or a table."""
    inflow_shock_region_cv: PlainNonNegative = 0.0
    """Spread of the region's inflow between years: standard deviation over mean."""
    inflow_shock_region_autocorrelation: Autocorrelation = 0.5
    """Correlation of that shock between two successive years."""
    inflow_shock_municipality_cv: PlainNonNegative = 0.0
    """Spread of each municipality's inflow between years, on top of the region's."""
    inflow_shock_municipality_autocorrelation: Autocorrelation = 0.5
    """Correlation of that shock between two successive years."""
    stay_shock_cv: PlainNonNegative = 0.0
    """Spread of the length of stays between years: standard deviation over mean."""
    stay_shock_autocorrelation: Autocorrelation = 0.5
    """Correlation of that shock between two successive years."""
    units_shock_cv: PlainNonNegative = 0.0
    """Spread of the units per day between years: standard deviation over mean."""
    units_shock_autocorrelation: Autocorrelation = 0.5
    """Correlation of that shock between two successive years."""


class LossBand(Table):
    """From this fraction above the budget on, the payer bears this share of the loss."""

    above: PlainNonNegative
    """Edge of the band, fraction of the budget above it."""
    payer_share: PlainFraction
    """The municipalities' share of the loss in this band, fraction."""


class GainBand(Table):
    """From this fraction below the budget on, this share of the gain goes back to the payer."""

    below: PlainFraction
    """Edge of the band, fraction of the budget below it."""
    payer_share: PlainFraction
    """The share of the gain in this band that goes back to the municipalities, fraction."""


class PerYouth(Table):
    """A budget per head of the youth of the contract's members, in euros of price_year per year."""

    per_youth: PlainNonNegative
    """Euros of price_year per year for each head of the members' youth."""


def _budget_basis(value: Any) -> Any:
    if isinstance(value, dict | BaseModel) or value == "history":
        return value
    if isinstance(value, str):
        raise problem(f'"history", a sum in euros or {{per_youth = ...}} is asked, not {shown(value)}')
    return plain(value)


def _increasing(edges: list[float], what: str) -> None:
    if any(later <= earlier for earlier, later in pairwise(edges)):
        raise problem(f"the edges must rise, but {edges} is given", what)


def _few(retentions: tuple[float, ...]) -> tuple[float, ...]:
    if len(retentions) > MOST_RETENTIONS:
        raise problem(f"at most {MOST_RETENTIONS} sums are asked, but {len(retentions)} are given")
    return retentions


class Contract(Table):
    """One contract: its form, its scope and its terms."""

    form: Form
    """How the providers are paid: per delivered unit (pxq) or a sum for the task (task_based)."""
    segments: Names = ()
    """The segments of care_forms.csv that fall under it."""
    care_forms: Names = ()
    """The care forms of care_forms.csv that fall under it, by name."""
    municipalities: Names = ()
    """The members; absent: all that buy its care."""
    budget: Annotated[
        Literal["history"] | PlainNonNegative | PerYouth, BeforeValidator(_budget_basis)
    ] = "history"
    """A sum in euros of price_year per year, {per_youth = euros}, or "history": the expected cost
    of the first year."""
    volume_growth_per_year: Growth = 0.0
    """Growth of volume that the budget pays for, fraction per year."""
    agreed_reduction: Annotated[dict[Year, PlainFraction], Frozen] = Field(default_factory=FrozenDict)
    """The saving agreed with the providers: year = fraction of the budget, until the next named
    year."""
    loss_bands: tuple[LossBand, ...] = ()
    """Who bears a loss, from which edge on; empty: the provider bears all."""
    gain_bands: tuple[GainBand, ...] = ()
    """Who gets a gain, from which edge on; empty: the provider keeps all."""
    use_registered: Truth | None = None
    """Whether start and stop messages are agreed, so that a key may ask for own use; default false
    for task_based, true otherwise."""
    cost_ratio: NonNegative = 1.0
    """The provider's true cost over the tariff."""
    reserve: PlainNonNegative = 0.02
    """What the provider can lose before it breaks, fraction of the budget of the first year."""
    child_retentions: Annotated[
        tuple[PlainNonNegative, ...],
        AfterValidator(_few),
        Field(json_schema_extra={"maxItems": MOST_RETENTIONS}),
    ] = ()
    """Rising sums in euros of price_year per child per year: reported is what a child costs above
    each. No money depends on them."""

    @model_validator(mode="after")
    def _terms(self) -> Contract:
        if not self.segments and not self.care_forms:
            raise problem("a contract names its segments or its care_forms")
        _increasing([band.above for band in self.loss_bands], "loss_bands")
        _increasing([band.below for band in self.gain_bands], "gain_bands")
        _increasing(list(self.child_retentions), "child_retentions")
        if self.form == "pxq":
            foreign = sorted(
                {"budget", "agreed_reduction", "loss_bands", "gain_bands"} & self.model_fields_set
            )
            if foreign:
                names = ", ".join(foreign)
                raise problem(f"form pxq pays every unit and takes no {names}", foreign[0])
        return self

    def as_pxq(self) -> Contract:
        """Return the same scope paid P x Q, with the provider's own terms and what is reported."""
        return Contract(
            form="pxq",
            segments=self.segments,
            care_forms=self.care_forms,
            municipalities=self.municipalities,
            cost_ratio=self.cost_ratio,
            reserve=self.reserve,
            child_retentions=self.child_retentions,
        )

    @property
    def knows_use(self) -> bool:
        """Whether own use is registered, so that a key may ask for it."""
        return self.form != "task_based" if self.use_registered is None else self.use_registered


class FundingResponse(Table):
    """What a funding form does to behaviour, as fractions of the quantity at full phase."""

    inflow: QuantityEffect = 0.0
    """Change of new children at full phase, fraction."""
    stay_days: QuantityEffect = 0.0
    """Change of the length of stays at full phase, fraction."""
    units_per_day: QuantityEffect = 0.0
    """Change of the units per day at full phase, fraction."""
    profile: Profile = "linear"
    """How the effect grows over phase_in_years."""
    phase_in_years: PlainNonNegative | None = None
    """Years from the start of the contract to the full effect; absent: full at once."""


class Budget(Table):
    """What the councils set aside: gross, euros of price_year, first-year volumes."""

    basis: PlainNonNegative | None = None
    """Gross budget in euros of price_year per year, at the volumes of the first year; absent: the
    expected P x Q cost."""
    volume_growth_per_year: PlainGrowth = 0.0
    """Growth of volume the councils allow for, fraction per year."""
    index_per_year: PlainGrowth | None = None
    """Growth of prices the councils allow for, fraction per year; absent: the mean index."""


class Savings(Table):
    """The savings target: a level per year that holds until the next named year."""

    reference: Literal["pxq"] = "pxq"
    """The yardstick: the same world, every contract P x Q, no levers, no responses."""
    target: Annotated[dict[Year, PlainNonNegative], Frozen] = Field(default_factory=FrozenDict)
    """Euros to save: year = level, which holds until the next named year."""
    target_prices: Literal["price_year", "nominal"] = "price_year"
    """Whether the target is in euros of price_year or of the year itself."""


class Lever(Table):
    """A measure that changes inflow, stays, units, tariffs or moves from a date on."""

    name: str
    """The name of the lever; in a variant the lever of that name is changed."""
    affects: Literal["inflow", "stay_days", "units_per_day", "tariff", "move", "extended_share"]
    """What it changes; extended_share is the share that may stay after 18."""
    care_forms: Names = ()
    """The care forms it acts on; not with affects = "move"."""
    municipalities: Names = ()
    """Where it acts; absent: everywhere."""
    from_: str | None = Field(default=None, alias="from")
    """With affects = "move": the care form that ends."""
    to: str | None = None
    """With affects = "move": the care form that follows."""
    effect: QuantityEffect
    """Change at full phase, fraction: -0.04 is 4% less."""
    starts: Date
    """The first day on which it acts."""
    profile: Profile = "linear"
    """How the effect grows over phase_in_years."""
    phase_in_years: PlainNonNegative | None = None
    """Years from starts to the full effect; absent: full at once."""
    cost_per_year: NonNegative = 0.0
    """What it costs the municipalities, euros of price_year per year."""
    applies_to: Literal["new", "all"] = "new"
    """new: stays that begin from starts on; all: also days left of children in care."""

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
    """The allocation keys to report."""
    used: Annotated[KeyName | dict[str, KeyName], Frozen]
    """The key in use for contracts that are not P x Q, or a table contract = key."""


def _levers_by_name(levers: tuple[Lever, ...]) -> tuple[Lever, ...]:
    return tuple(sorted(levers, key=lambda lever: lever.name))


class Settings(Table):
    """All of scenario.toml, after ``extends`` is resolved."""

    name: str
    """The name of the scenario, as reports show it."""
    schema_version: Annotated[Literal[1], BeforeValidator(whole)]
    """The version of this format."""
    start: Annotated[Date, AfterValidator(_first_of_january), FIRST_OF_JANUARY]
    """The first day of the contracts: 1 January of a year."""
    years: Years
    """The number of years of the contracts."""
    price_year: Year
    """The year in whose prices tariffs, budgets and targets are written; not after the start."""
    demand_year: Year | None = None
    """The year whose level the figures of demand.csv describe; absent: price_year."""
    trajectories_per_youth: Annotated[float, BeforeValidator(plain), Field(gt=0.0)] = 1.0
    """Children in the model per youth, as a youth may be in care twice in a year."""
    clients_at_start_known: Truth = False
    """Whether clients_at_start of demand.csv are counted children, not an expectation."""
    world: World = World()
    """What nobody in the region decides."""
    contracts: Annotated[dict[str, Contract], Frozen]
    """The contracts, by name; together they cover all of demand.csv once."""
    funding_response: Annotated[dict[Form, FundingResponse], Frozen] = Field(default_factory=FrozenDict)
    """What a form of contract does to behaviour, by form."""
    budget: Budget | None = None
    """What the councils set aside; absent: the expected P x Q cost of the first year."""
    savings: Savings | None = None
    """The savings target; absent: none."""
    levers: Annotated[tuple[Lever, ...], AfterValidator(_levers_by_name)] = ()
    """What is done to save."""
    allocation: Allocation
    """Who pays which share."""
    correlations: Annotated[dict[str, RankCorrelation], AfterValidator(_by_name), Frozen] = Field(
        default_factory=FrozenDict
    )
    """Rank correlations between uncertain assumptions: "path, path" = value, or a table per path."""
    sources: Annotated[dict[str, str], Frozen] = Field(default_factory=FrozenDict)
    """Where numbers come from: a path, or the beginning of one = an id in sources.csv."""

    @property
    def calendar_years(self) -> tuple[int, ...]:
        """The years of the contract, e.g. 2027 to 2032."""
        return tuple(range(self.start.year, self.start.year + self.years))

    @property
    def volume_year(self) -> int:
        """The year whose level the demand figures describe: demand_year, else price_year."""
        return self.price_year if self.demand_year is None else self.demand_year
