"""What stands in scenario.toml: one frozen model per table, with its units, ranges and defaults.

Defaults are those of the public model; a default that decides an answer is named in the report. The
models also give the JSON Schema. Contracts have a module of their own, ``contracts``; cross-table rules
(names that exist, contracts that cover demand once) are in ``checks``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, model_validator

from jeugdsim.scenario.contracts import Contract, Terms
from jeugdsim.scenario.fields import (
    FIRST_OF_JANUARY,
    MOST_EFFECT,
    MOST_GROWTH,
    Autocorrelation,
    Date,
    Form,
    Frozen,
    Growth,
    GrowthSpread,
    Names,
    PlainGrowth,
    Profile,
    QuantityEffect,
    RankCorrelation,
    Table,
    Years,
    at_most,
    by_name,
    first_of_january,
)
from jeugdsim.scenario.frozen import FrozenDict
from jeugdsim.scenario.keys import Allocation, Change
from jeugdsim.scenario.numbers import (
    Fraction,
    NonNegative,
    Plain,
    PlainFraction,
    PlainNonNegative,
    Truth,
    Year,
    plain,
    problem,
    whole,
)


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

    mean: Annotated[Plain, at_most(MOST_GROWTH)]
    """Mean of definitive minus provisional index growth, fraction."""
    sd: GrowthSpread = 0.0
    """Standard deviation of definitive minus provisional index growth, fraction."""


def _as_table(value: Any) -> Any:
    return value if isinstance(value, dict | BaseModel) else {"mean": value}


class IncomeIndex(IndexProcess):
    """Yearly growth of municipal income as a normal AR(1) process beside the price index."""

    correlation: Autocorrelation = 0.0
    """Correlation of a year's surprise with that of the price index (of wages)."""


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
    material_indexation: IndexProcess | None = None
    """Growth of the prices of materials; indexation is then that of wages. Absent: one index."""
    wage_share: PlainFraction = 1.0
    """The part of the index that follows wages, with material_indexation, fraction."""
    income_index: IncomeIndex | None = None
    """Growth of what municipalities receive (*accres*); absent: not looked at."""
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


class FundingResponse(Table):
    """What a funding form does to behaviour, as fractions of the quantity at full phase."""

    inflow: QuantityEffect = 0.0
    """Change of new children at full phase, fraction."""
    stay_days: QuantityEffect = 0.0
    """Change of the length of stays at full phase, fraction."""
    units_per_day: QuantityEffect = 0.0
    """Change of the units per day at full phase, fraction."""
    step_down: QuantityEffect = 0.0
    """Change of the chance to move to a cheaper form of care at full phase, fraction."""
    refill: Annotated[NonNegative, at_most(MOST_EFFECT)] = 0.0
    """Elasticity of the length of stays to a lower inflow: 0.4 lengthens them by 0.4% for every
    percent of inflow that levers and responses take away."""
    profile: Profile = "linear"
    """How the effect grows over phase_in_years."""
    phase_in_years: PlainNonNegative | None = None
    """Years from the start of the response to the full effect; absent: full at once."""
    delay_years: PlainNonNegative = 0.0
    """Years from the start of the contract to the start of the response."""

    @property
    def delay_days(self) -> int:
        """Whole days from the start of the contract to the start of the response."""
        return round(365.25 * self.delay_years)


class TariffReset(Table):
    """A one-off change of tariffs, as after a ruling on fair prices; what care costs stays."""

    year: Year
    """The first year at the new tariff."""
    effect: QuantityEffect
    """Change of the tariff, fraction."""
    care_forms: Names = ()
    """The care forms it holds for; absent: all."""
    chance: PlainFraction = 1.0
    """Chance that it comes, fraction."""


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


def _levers_by_name(levers: tuple[Lever, ...]) -> tuple[Lever, ...]:
    return tuple(sorted(levers, key=lambda lever: lever.name))


def _in_time(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    return tuple(sorted(changes, key=lambda one: (one.year, one.municipality, one.care_forms)))


class Settings(Table):
    """All of scenario.toml, after ``extends`` is resolved."""

    name: str
    """The name of the scenario, as reports show it."""
    schema_version: Annotated[Literal[1], BeforeValidator(whole)]
    """The version of this format."""
    start: Annotated[Date, AfterValidator(first_of_january), FIRST_OF_JANUARY]
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
    tariff_resets: Annotated[dict[str, TariffReset], Frozen] = Field(default_factory=FrozenDict)
    """One-off changes of tariffs, by name; they hold in the reference too."""
    options: Annotated[dict[str, dict[str, Terms]], Frozen] = Field(default_factory=FrozenDict)
    """Other terms a contract could have: contract = {name of the option = its terms}."""
    levers: Annotated[tuple[Lever, ...], AfterValidator(_levers_by_name)] = ()
    """What is done to save."""
    allocation: Allocation
    """Who pays which share."""
    changes: Annotated[tuple[Change, ...], AfterValidator(_in_time)] = ()
    """Changes of membership; they hold in the reference too."""
    correlations: Annotated[dict[str, RankCorrelation], AfterValidator(by_name), Frozen] = Field(
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
