"""The terms of contracts: a frozen model per rule, and which rules a form may have.

What a rule does to euros stands in ``jeugdsim.funding``, one module per rule; here is what can be
written, in which unit and range.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, model_validator

from jeugdsim.scenario.fields import Form, Frozen, Growth, Names, PlainGrowth, Table, increasing
from jeugdsim.scenario.findings import listed, shown
from jeugdsim.scenario.frozen import FrozenDict
from jeugdsim.scenario.numbers import (
    Effect,
    Fraction,
    NonNegative,
    PlainEffect,
    PlainFraction,
    PlainNonNegative,
    Truth,
    Whole,
    Year,
    plain,
    problem,
)

FORMS = ("pxq", "task_based", "output_based", "availability")
MOST_RETENTIONS = 8
MOST_EXTENSION = 4  # years
ANY_FORM = frozenset({"use_registered", "cost_ratio", "reserve", "child_retentions", "providers"})
"""Terms of every form."""
TERMS_OF_FORM: dict[str, frozenset[str]] = {
    "pxq": frozenset({"ceiling", "volume_growth_per_year", "extension"}),
    "task_based": frozenset(
        {
            "budget",
            "indexation",
            "volume_growth_per_year",
            "agreed_reduction",
            "recalibration",
            "follows_changes",
            "loss_bands",
            "gain_bands",
            "child_stop_loss",
            "minimum_savings",
            "reinsurance_premium",
            "transition",
            "extension",
            "termination",
            "bail_out",
        }
    ),
    "output_based": frozenset(
        {
            "arrangements",
            "paid_at_start",
            "unpaid_return_months",
            "return_chance_per_month",
            "extension",
        }
    ),
    "availability": frozenset(
        {"funded_places", "fee_per_place", "fee_per_use", "occupancy", "extension", "bail_out"}
    ),
}
"""The terms a form may have beside those of every form."""


def _some(*names: str) -> Any:
    """Return a check that shares of a loss add up to at most one."""

    def check(self: Any) -> Any:
        if sum(getattr(self, name) for name in names) > 1 + 1e-9:
            raise problem(f"{listed(names)} add up to more than 1")
        return self

    return model_validator(mode="after")(check)


class LossBand(Table):
    """From this fraction above the budget on, payer and reinsurer bear these shares of the loss."""

    above: PlainNonNegative
    """Edge of the band, fraction of the budget above it."""
    payer_share: PlainFraction
    """The municipalities' share of the loss in this band, fraction."""
    reinsurer_share: PlainFraction = 0.0
    """The share a reinsurer bears: an aggregate stop-loss cover, fraction."""

    _shares = _some("payer_share", "reinsurer_share")


class GainBand(Table):
    """From this fraction below the budget on, this share of the gain goes back to the payer."""

    below: PlainFraction
    """Edge of the band, fraction of the budget below it."""
    payer_share: PlainFraction
    """The share of the gain in this band that goes back to the municipalities, fraction."""


class PerYouth(Table):
    """A budget per head of the youth of the contract's members (capitation)."""

    per_youth: Annotated[PlainNonNegative | dict[str, PlainNonNegative], Frozen]
    """Euros of price_year per year for each head of the members' youth; or by age band of
    youth_ages.csv."""


class PerTask(Table):
    """A budget that is a sum of tasks."""

    per_task: Annotated[dict[str, PlainNonNegative], Frozen]
    """Task = euros of price_year per year."""


class PerSchool(Table):
    """A budget of so many full-time jobs (FTE) for each school."""

    schools: PlainNonNegative
    """Number of schools."""
    fte_per_school: PlainNonNegative
    """Full-time jobs at a school, on average."""
    price_per_fte: PlainNonNegative
    """Euros of price_year per full-time job per year."""


def _budget_basis(value: Any) -> Any:
    if isinstance(value, dict | BaseModel) or value == "history":
        return value
    if isinstance(value, str):
        raise problem(f'"history", a sum in euros or {{per_youth = ...}} is asked, not {shown(value)}')
    return plain(value)


class IndexClause(Table):
    """How the index raises a budget from the second year on; absent: as tariffs, in full."""

    pass_through: PlainFraction = 1.0
    """The share of the index's growth that is followed, fraction."""
    at_least: PlainEffect | None = None
    """The least growth in a year, fraction; absent: no floor."""
    at_most: PlainGrowth | None = None
    """The most growth in a year, fraction; absent: no cap."""
    fixed_per_year: PlainGrowth | None = None
    """A growth agreed beforehand in place of the index, fraction per year."""

    @model_validator(mode="after")
    def _one_rule(self) -> IndexClause:
        others = {"pass_through", "at_least", "at_most"} & self.model_fields_set
        if self.fixed_per_year is not None and others:
            raise problem(f"fixed_per_year takes no {listed(sorted(others))}", "fixed_per_year")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise problem("at_least is more than at_most", "at_least")
        return self


class Recalibration(Table):
    """A budget that follows the number helped: the safety valve (*veiligheidsventiel*)."""

    counts: Literal["clients", "youth"] = "clients"
    """What is counted: clients in the year under the contract, or the members' youth."""
    pass_through: PlainFraction = 1.0
    """The share of the change beyond the dead band that the budget follows, fraction."""
    dead_band: PlainFraction = 0.0
    """The change that changes nothing, up or down, fraction of the number expected."""
    lag_years: Annotated[Whole, Field(ge=0, le=10)] = 1
    """How many years the count is older than the budget; 0 settles on the year itself."""
    first_year: Year | None = None
    """The first year whose budget is recalibrated; absent: the first of the contract."""
    every_years: Annotated[Whole, Field(ge=1, le=20)] = 1
    """Years between two recalibrations; in between the last one holds."""
    base: PlainNonNegative | None = None
    """The number the budget was made for; absent: the reference's expected number in the first
    year."""


class ChildStopLoss(Table):
    """Cover of what a child costs in a year above a sum (specific stop-loss)."""

    retention: PlainNonNegative
    """Euros of price_year per child per year that stay in the budget; child_retentions surround it."""
    payer_share: PlainFraction = 1.0
    """The municipalities' share of what lies above, fraction."""
    reinsurer_share: PlainFraction = 0.0
    """A reinsurer's share of what lies above, fraction."""
    left_out_of_budget: PlainNonNegative = 0.0
    """Euros of price_year per year that the budget leaves out because they are covered here; with 0 a
    budget from history pays the same care twice."""
    indexed: Truth = True
    """Whether the retention grows with the index; false keeps it in nominal euros."""

    _shares = _some("payer_share", "reinsurer_share")


class MinimumSavings(Table):
    """Shared savings from the first euro, once they pass a minimum (as in the MSSP)."""

    minimum_rate: PlainFraction
    """The saving that is asked before anything is shared, fraction of the budget."""
    sharing_rate: PlainFraction
    """The provider's share of the saving, from the first euro, fraction."""
    savings_cap: PlainNonNegative | None = None
    """The most the provider gets, fraction of the budget; absent: no cap."""
    minimum_loss_rate: PlainFraction | None = None
    """The loss that is asked before anything is paid back, fraction; absent: minimum_rate."""
    loss_rate: PlainFraction = 0.0
    """The provider's share of a loss, from the first euro, fraction; 0 is one-sided."""
    loss_cap: PlainNonNegative | None = None
    """The most the provider pays back, fraction of the budget; absent: no cap."""


class Extension(Table):
    """Years after the contract's own, at a re-based price."""

    after_years: Annotated[Whole, Field(ge=1, le=100)]
    """Years of the contract itself."""
    years: Annotated[Whole, Field(ge=1, le=MOST_EXTENSION)]
    """Years of extension, 1 to 4."""
    rebased_on_years: Annotated[Whole, Field(ge=1, le=100)] = 1
    """A budget is re-based on the use of so many last years of the contract."""
    price_change: Effect = 0.0
    """Change of the price on top, fraction."""


class Termination(Table):
    """The contract may end early; from the next year on the care is paid P x Q."""

    chance_per_year: Fraction
    """Chance that it ends at the end of a year, fraction."""
    first_year: Year | None = None
    """The first year at whose end it may end; absent: the first of the contract."""
    only_when_reserve_is_lost: Truth = False
    """Whether it ends only where the provider's reserve is lost by then."""
    price_change: Effect = 0.0
    """Change of the tariff after it, fraction."""


class BailOut(Table):
    """Sold risk that comes back: municipalities top up a provider that lost its reserve."""

    chance: Fraction
    """Chance in a year in which losses so far exceed the reserve, fraction."""
    share: Fraction = 1.0
    """The share of what lies beyond the reserve that is topped up, fraction."""


class Request(Table):
    """A provider may ask for a higher ceiling during the year."""

    granted_share: PlainFraction
    """The share of the care above the ceiling that is granted, fraction."""
    at_most: PlainNonNegative | None = None
    """The most that is granted, fraction of the ceiling; absent: no limit."""
    window: str = ""
    """When it may be asked, as text for the report; no euro depends on it."""


class Ceiling(Table):
    """The most a P x Q contract pays (*omzetplafond*)."""

    euros: PlainNonNegative | None = None
    """Euros of price_year per year."""
    of_expected: PlainNonNegative | None = None
    """In place of euros: a multiple of the reference's expected cost of the first year."""
    marginal_rate: PlainFraction = 0.0
    """What is paid for care above it, fraction of the tariff; 0 is a hard ceiling."""
    margin: PlainFraction = 0.0
    """Overproduction that is still paid in full, fraction of the ceiling."""
    per: Literal["contract", "provider"] = "contract"
    """Whether it holds for the contract or, by market share, for each group of providers."""
    request: Request | None = None
    """Room to ask for more during the year; absent: none."""

    @model_validator(mode="after")
    def _one_sum(self) -> Ceiling:
        if (self.euros is None) == (self.of_expected is None):
            raise problem("a ceiling asks either euros or of_expected")
        return self


class Tier(Table):
    """One tier of an arrangement."""

    share: PlainFraction
    """The share of the trajectories of the care form in this tier, fraction."""
    price: PlainNonNegative
    """Euros of price_year per trajectory."""


class Occupancy(Table):
    """Settlement of a fee for places on how full they were."""

    reference: Annotated[PlainFraction, Field(gt=0.0)]
    """The occupancy at which the fee is due in full, fraction of place-days."""
    below_share: PlainFraction = 0.0
    """The share of the fee for unused places that goes back to the payer, fraction."""
    above_share: PlainNonNegative = 0.0
    """The share of the fee that is added for use above the reference, fraction."""


class ProviderGroup(Table):
    """Providers that share a part of the market alike."""

    market_share: PlainFraction
    """Their part of the care under the contract, fraction."""
    providers: Annotated[Whole, Field(ge=1, le=100_000)] = 1
    """How many there are."""
    ceiling_share: PlainFraction | None = None
    """Their part of a ceiling per provider, fraction; absent: their market share."""
    reserve: PlainNonNegative | None = None
    """What each can lose before it breaks, fraction of its yearly revenue; absent: the contract's."""


def _few(retentions: tuple[float, ...]) -> tuple[float, ...]:
    if len(retentions) > MOST_RETENTIONS:
        raise problem(f"at most {MOST_RETENTIONS} sums are asked, but {len(retentions)} are given")
    return retentions


def _tiers_add_up(arrangements: dict[str, dict[str, Tier]]) -> dict[str, dict[str, Tier]]:
    for form, tiers in arrangements.items():
        total = sum(tier.share for tier in tiers.values())
        if abs(total - 1) > 1e-9:
            raise problem(f"the shares of {form} add up to {total:g}: 1 is asked", form)
    return arrangements


class Terms(Table):
    """The form of a contract and its terms, without its scope."""

    form: Form
    """How the providers are paid: per delivered unit (pxq), a sum for the task (task_based), per
    trajectory (output_based) or for places kept ready (availability)."""
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
    each, and child_stop_loss reads it there."""
    providers: Annotated[dict[str, ProviderGroup], Frozen] = Field(default_factory=FrozenDict)
    """Groups of providers by name; what they leave of the market is with others."""

    budget: Annotated[
        Literal["history"] | PlainNonNegative | PerYouth | PerTask | PerSchool,
        BeforeValidator(_budget_basis),
    ] = "history"
    """A sum in euros of price_year per year, {per_youth = euros}, {per_task = {...}}, {schools,
    fte_per_school, price_per_fte}, or "history": the expected cost of the first year."""
    indexation: IndexClause | None = None
    """How the index raises the budget; absent: as tariffs, in full."""
    volume_growth_per_year: Growth = 0.0
    """Growth of volume that the budget (or the ceiling) pays for, fraction per year."""
    agreed_reduction: Annotated[dict[Year, PlainFraction], Frozen] = Field(default_factory=FrozenDict)
    """The saving agreed with the providers: year = fraction of the budget, until the next named
    year."""
    recalibration: Recalibration | None = None
    """A budget that follows the number helped; absent: none."""
    follows_changes: Truth = True
    """Whether the budget falls with the care that changes of membership are expected to take away."""
    loss_bands: tuple[LossBand, ...] = ()
    """Who bears a loss, from which edge on; empty: the provider bears all."""
    gain_bands: tuple[GainBand, ...] = ()
    """Who gets a gain, from which edge on; empty: the provider keeps all."""
    child_stop_loss: ChildStopLoss | None = None
    """Cover of what a child costs in a year above a sum; absent: none."""
    minimum_savings: MinimumSavings | None = None
    """Sharing from the first euro beyond a minimum, in place of bands; absent: none."""
    reinsurance_premium: PlainFraction = 0.0
    """What the provider pays its reinsurer, fraction of the budget per year."""
    transition: Annotated[dict[Year, PlainFraction], Frozen] = Field(default_factory=FrozenDict)
    """The share of the contract that is settled task-based, the rest P x Q: year = fraction, until
    the next named year, 0 before the first; empty: all of it at once."""
    extension: Extension | None = None
    """Years after the contract's own, at a re-based price; absent: none."""
    termination: Termination | None = None
    """Early end, after which care is paid P x Q; absent: none."""
    bail_out: BailOut | None = None
    """What municipalities top up when a provider's reserve is lost; absent: nothing."""

    ceiling: Ceiling | None = None
    """The most a P x Q contract pays; absent: no ceiling."""

    arrangements: Annotated[dict[str, dict[str, Tier]], AfterValidator(_tiers_add_up), Frozen] = Field(
        default_factory=FrozenDict
    )
    """Care form = its tiers (tier = {share, price}); a form without: the reference's expected cost
    per started trajectory in the first year."""
    paid_at_start: PlainFraction = 1.0
    """The share of the price paid when a trajectory starts, the rest when it ends, fraction."""
    unpaid_return_months: PlainNonNegative = 0.0
    """Months after its end in which a child that returns is helped unpaid."""
    return_chance_per_month: Fraction = 0.0
    """Chance per month that a child returns after its trajectory, fraction."""

    funded_places: PlainNonNegative | None = None
    """Places kept ready and paid; absent: the places of the contract's care forms."""
    fee_per_place: NonNegative | None = None
    """Euros of price_year per place per year; absent: what makes it cost as much as P x Q in the
    expected first year."""
    fee_per_use: NonNegative = 0.0
    """Euros of price_year per unit of care, on top of the fee for places."""
    occupancy: Occupancy | None = None
    """Settlement of the fee on how full the places were; absent: none."""

    @model_validator(mode="after")
    def _terms(self) -> Terms:
        increasing([band.above for band in self.loss_bands], "loss_bands")
        increasing([band.below for band in self.gain_bands], "gain_bands")
        increasing(list(self.child_retentions), "child_retentions")
        scope = {"form", "segments", "care_forms", "municipalities"}
        foreign = self.model_fields_set - scope - ANY_FORM - TERMS_OF_FORM[self.form]
        if foreign:
            names = sorted(foreign)
            raise problem(f"form {self.form} {_WHY[self.form]} and takes no {listed(names)}", names[0])
        if self.minimum_savings is not None and (self.loss_bands or self.gain_bands):
            raise problem(
                "minimum_savings shares losses and gains by itself and takes no bands",
                "minimum_savings",
            )
        if self.ceiling is not None and self.ceiling.per == "provider" and not self.providers:
            raise problem('a ceiling per = "provider" asks providers with a market_share', "ceiling")
        if sum(group.market_share for group in self.providers.values()) > 1 + 1e-9:
            raise problem("the market shares of providers add up to more than 1", "providers")
        return self

    @property
    def knows_use(self) -> bool:
        """Whether own use is registered, so that a key may ask for it."""
        return self.form != "task_based" if self.use_registered is None else self.use_registered

    @property
    def pays_all_use(self) -> bool:
        """Whether it is P x Q without a ceiling or another price: every unit is paid at its tariff."""
        return self.form == "pxq" and not self.pays_part_of_use

    @property
    def pays_part_of_use(self) -> bool:
        """Whether it is P x Q, but a ceiling or an extension makes it pay another sum than own use."""
        return self.form == "pxq" and (self.ceiling is not None or self.extension is not None)


_WHY = {
    "pxq": "pays every unit",
    "task_based": "pays a sum for the task",
    "output_based": "pays per trajectory",
    "availability": "pays places kept ready",
}


class Contract(Terms):
    """One contract: its form, its scope and its terms."""

    segments: Names = ()
    """The segments of care_forms.csv that fall under it."""
    care_forms: Names = ()
    """The care forms of care_forms.csv that fall under it, by name."""
    municipalities: Names = ()
    """The members; absent: all that buy its care."""

    @model_validator(mode="after")
    def _scope(self) -> Contract:
        if not self.segments and not self.care_forms:
            raise problem("a contract names its segments or its care_forms")
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
