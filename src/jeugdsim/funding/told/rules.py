"""One function per term of a contract: its edges in euros, who bears what between them, what is agreed.

A term that is left out is told where leaving it out says something (without bands the provider bears
every loss), else passed over.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from types import MappingProxyType
from typing import Any

from jeugdsim.funding.forms.availability import fee_per_place, funded_places
from jeugdsim.funding.forms.output_based import trajectory_prices
from jeugdsim.funding.rules.output_based import unpaid_returns
from jeugdsim.funding.told.ceiling import told_ceiling
from jeugdsim.funding.told.row import NONE, ContractToTell, TermRow, split
from jeugdsim.scenario.contracts import GainBand, LossBand, PerSchool, PerTask, PerYouth
from jeugdsim.scenario.numbers import mean_of

PAYER, PROVIDER = split(1.0), split(0.0)
Rows = Iterator[TermRow]
Facts = dict[str, Any]


def _use_registered(told: ContractToTell) -> Rows:
    yield told.row("use_registered", "yes" if told.terms.knows_use else "no")


def _cost_ratio(told: ContractToTell) -> Rows:
    ratio = mean_of(told.terms.cost_ratio)
    variant = "one" if told.terms.cost_ratio == 1.0 else "other"
    yield told.row("cost_ratio", variant, ratio=ratio)


def _reserve(told: ContractToTell) -> Rows:
    terms, total = told.terms, told.budget
    if terms.form == "availability":
        total = _places(told) * _fee_per_place(told)
    if math.isnan(total):
        if "reserve" in terms.model_fields_set:
            yield told.row("reserve", "no_budget", share=terms.reserve)
        return
    euros = terms.reserve * total
    yield told.row("reserve", edges=(euros, NONE), share=terms.reserve, euros=euros)


def _child_retentions(told: ContractToTell) -> Rows:
    if told.terms.child_retentions:
        yield told.row("child_retentions", sums=list(told.terms.child_retentions))


def _providers(told: ContractToTell) -> Rows:
    groups = told.terms.providers
    for name, group in groups.items():
        share, number = group.market_share, group.providers
        variant, stands_at = ("one" if number == 1 else ""), ("providers", name, "market_share")
        facts: Facts = {"group": name, "providers": number, "share": share}
        yield told.row("providers", variant, stands_at=stands_at, **facts)
        if group.reserve is not None:
            stands_at = ("providers", name, "reserve")
            facts = {"group": name, "reserve": group.reserve}
            yield told.row("providers", "own_reserve", stands_at=stands_at, **facts)
    rest = round(1.0 - sum(group.market_share for group in groups.values()), 9)
    if groups and rest > 0:
        yield told.row("providers", "rest", share=rest)
    if groups and (rest > 0 or any(group.reserve is None for group in groups.values())):
        yield told.row("providers", "reserve", stands_at=("reserve",), reserve=told.terms.reserve)


def _budget(told: ContractToTell) -> Rows:
    budget, edges = told.terms.budget, (told.budget, NONE)
    facts: Facts = {"year": told.first_year, "euros": told.basis}
    if isinstance(budget, PerYouth):
        heads = float(told.case.youth[0])
        if isinstance(budget.per_youth, float):
            facts |= {"per_youth": budget.per_youth, "youth": heads}
            yield told.row("budget", "per_youth", edges=edges, **facts)
        else:
            ages = dict(budget.per_youth)
            yield told.row("budget", "per_youth_by_age", edges=edges, ages=ages, **facts)
    elif isinstance(budget, PerTask):
        yield told.row("budget", "per_task", edges=edges, tasks=dict(budget.per_task), **facts)
    elif isinstance(budget, PerSchool):
        yield told.row("budget", "per_school", edges=edges, **budget.model_dump(), **facts)
    else:
        yield told.row("budget", "history" if budget == "history" else "sum", edges=edges, **facts)


def _indexation(told: ContractToTell) -> Rows:
    clause = told.terms.indexation
    if clause is None:
        return
    if clause.fixed_per_year is not None:
        yield told.row("indexation", "fixed", shares=PROVIDER, growth=clause.fixed_per_year)
        return
    part = clause.pass_through
    yield told.row("indexation", "part", shares=split(part), part=part, rest=1.0 - part)
    if clause.at_least is not None:
        yield told.row("indexation", "floor", shares=PAYER, growth=clause.at_least)
    if clause.at_most is not None:
        yield told.row("indexation", "cap", shares=PROVIDER, growth=clause.at_most)


def _volume_growth_per_year(told: ContractToTell) -> Rows:
    terms = told.terms
    if "volume_growth_per_year" in terms.model_fields_set:
        variant = "budget" if terms.form == "task_based" else "ceiling"
        growth = mean_of(terms.volume_growth_per_year)
        yield told.row("volume_growth_per_year", variant, growth=growth)


def _agreed_reduction(told: ContractToTell) -> Rows:
    if told.terms.agreed_reduction:
        yield told.row("agreed_reduction", by_year=dict(told.terms.agreed_reduction))


def _follows_changes(told: ContractToTell) -> Rows:
    terms = told.terms
    if told.scenario.settings.changes or "follows_changes" in terms.model_fields_set:
        yield told.row("follows_changes", "yes" if terms.follows_changes else "no")


def _recalibration(told: ContractToTell) -> Rows:
    terms = told.terms.recalibration
    if terms is None:
        return
    rule, dead = "recalibration", terms.dead_band * told.budget
    if terms.dead_band > 0:
        facts: Facts = {"dead_band": terms.dead_band, "euros": dead}
        yield told.row(rule, f"dead_band_{terms.counts}", edges=(0.0, dead), shares=PROVIDER, **facts)
    yield told.row(
        rule,
        terms.counts if terms.dead_band > 0 else f"{terms.counts}_all",
        edges=(dead, NONE),
        shares=split(terms.pass_through),
        part=terms.pass_through,
        dead_band=terms.dead_band,
    )
    yield told.row(
        rule,
        "same_year" if terms.lag_years == 0 else "later",
        first_year=told.first_year if terms.first_year is None else terms.first_year,
        every_years=terms.every_years,
        lag_years=terms.lag_years,
    )
    if terms.base is not None:
        yield told.row(rule, f"base_{terms.counts}", base=terms.base)


def _loss_bands(told: ContractToTell) -> Rows:
    if told.terms.minimum_savings is None:
        bands = told.terms.loss_bands
        yield from _bands(told, "loss_bands", [band.above for band in bands], bands)


def _gain_bands(told: ContractToTell) -> Rows:
    if told.terms.minimum_savings is None:
        bands = told.terms.gain_bands
        yield from _bands(told, "gain_bands", [band.below for band in bands], bands)


def _bands(
    told: ContractToTell, rule: str, edges: list[float], bands: Sequence[LossBand | GainBand]
) -> Rows:
    """Tell what lies below the first edge, which is the provider's, and then each band."""
    if not bands:
        yield told.row(rule, "none", edges=(0.0, NONE), shares=PROVIDER)
        return
    if edges[0] > 0:
        euros = edges[0] * told.budget
        yield told.row(
            rule, "first", edges=(0.0, euros), shares=PROVIDER, fraction=edges[0], euros=euros
        )
    for number, band in enumerate(bands, start=1):
        last = number == len(bands)
        first, then = edges[number - 1], None if last else edges[number]
        reinsurer = band.reinsurer_share if isinstance(band, LossBand) else 0.0
        shares = split(band.payer_share, reinsurer)
        from_to = (first * told.budget, NONE if then is None else then * told.budget)
        variant = "all" if last and first == 0 else "last" if last else "band"
        yield told.row(
            rule,
            f"{variant}_reinsured" if reinsurer else variant,
            edges=from_to,
            shares=shares,
            stands_at=(rule, number),
            **dict(zip(("payer", "provider", "reinsurer"), shares, strict=True)),
            fraction=first,
            next_fraction=then,
            euros=from_to[0],
            next_euros=from_to[1],
        )


def _child_stop_loss(told: ContractToTell) -> Rows:
    terms = told.terms.child_stop_loss
    if terms is None:
        return
    shares = split(terms.payer_share, terms.reinsurer_share)
    facts: Facts = dict(zip(("payer", "provider", "reinsurer"), shares, strict=True))
    variant = "reinsured" if terms.reinsurer_share else ""
    edges = (terms.retention, NONE)
    yield told.row("child_stop_loss", variant, edges=edges, shares=shares, sum=terms.retention, **facts)
    yield told.row("child_stop_loss", "indexed" if terms.indexed else "not_indexed")


def _minimum_savings(told: ContractToTell) -> Rows:
    terms = told.terms.minimum_savings
    if terms is None:
        return
    yield from _from_the_first_euro(
        told, "gain", terms.minimum_rate, terms.sharing_rate, terms.savings_cap
    )
    asked = terms.minimum_rate if terms.minimum_loss_rate is None else terms.minimum_loss_rate
    yield from _from_the_first_euro(told, "loss", asked, terms.loss_rate, terms.loss_cap)


def _from_the_first_euro(
    told: ContractToTell, side: str, minimum: float, rate: float, cap: float | None
) -> Rows:
    """Tell gain or loss: none of it is shared below the minimum, all of it beyond, up to a cap."""
    rule, budget = "minimum_savings", told.budget
    if rate == 0:
        yield told.row(rule, f"{side}_not_shared", edges=(0.0, NONE), shares=PAYER)
        return
    least = minimum * budget
    if minimum > 0:
        facts: Facts = {"minimum": minimum, "euros": least}
        yield told.row(rule, f"{side}_too_small", edges=(0.0, least), shares=PAYER, **facts)
    full = NONE if cap is None else max(least, cap * budget / rate)
    facts = {"minimum": minimum, "euros": least, "rate": rate}
    edges, shares = (least, full), (1.0 - rate, rate, 0.0)
    variant = f"{side}_shared" if minimum > 0 else f"{side}_always_shared"
    yield told.row(rule, variant, edges=edges, shares=shares, **facts)
    if cap is not None:
        facts = {"cap": cap, "most": cap * budget}
        yield told.row(rule, f"{side}_cap", edges=(full, NONE), shares=PAYER, **facts)


def _reinsurance_premium(told: ContractToTell) -> Rows:
    share = told.terms.reinsurance_premium
    if "reinsurance_premium" in told.terms.model_fields_set:
        yield told.row("reinsurance_premium", share=share, euros=share * told.budget)


def _transition(told: ContractToTell) -> Rows:
    if told.terms.transition:
        yield told.row("transition", by_year=dict(told.terms.transition))


def _extension(told: ContractToTell) -> Rows:
    terms = told.terms.extension
    if terms is None:
        return
    facts: Facts = {"after_years": terms.after_years, "years": terms.years}
    change = mean_of(terms.price_change)
    if told.terms.form == "task_based":
        rebased = terms.rebased_on_years
        yield told.row("extension", "budget", rebased_on_years=rebased, change=change, **facts)
    else:
        yield told.row("extension", "price", change=change, **facts)


def _termination(told: ContractToTell) -> Rows:
    terms = told.terms.termination
    if terms is None:
        return
    yield told.row(
        "termination",
        "when_reserve_is_lost" if terms.only_when_reserve_is_lost else "",
        chance=mean_of(terms.chance_per_year),
        first_year=told.first_year if terms.first_year is None else terms.first_year,
        change=mean_of(terms.price_change),
    )


def _bail_out(told: ContractToTell) -> Rows:
    terms = told.terms.bail_out
    if terms is None:
        return
    total = told.budget
    if told.terms.form == "availability":
        total = _places(told) * _fee_per_place(told)
    euros, share = told.terms.reserve * total, mean_of(terms.share)
    yield told.row(
        "bail_out",
        edges=(euros, NONE),
        shares=split(share),
        chance=mean_of(terms.chance),
        share=share,
        euros=euros,
    )


def _arrangements(told: ContractToTell) -> Rows:
    """Tell the price of a trajectory of every care form: by tiers, or what it is expected to cost."""
    case, names = told.case, told.scenario.care_form_names
    prices = trajectory_prices(told.terms, case.places, case.yardstick)
    for form in sorted({form for _, form in told.scenario.contract_cells(told.name)}):
        tiers = told.terms.arrangements.get(form)
        if tiers is not None:
            of_tier = {name: (tier.share, tier.price) for name, tier in tiers.items()}
            price = sum(share * euros for share, euros in of_tier.values())
            facts: Facts = {"care": form, "tiers": of_tier, "euros": price}
            yield told.row("arrangements", stands_at=("arrangements", form), **facts)
            continue
        facts = {"care": form, "euros": float(prices[names.index(form)])}
        yield told.row("arrangements", "history", **facts)


def _paid_at_start(told: ContractToTell) -> Rows:
    part = told.terms.paid_at_start
    yield told.row("paid_at_start", "all" if part == 1 else "", part=part, rest=1.0 - part)


def _unpaid_return_months(told: ContractToTell) -> Rows:
    months = told.terms.unpaid_return_months
    if "unpaid_return_months" in told.terms.model_fields_set:
        yield told.row("unpaid_return_months", shares=PROVIDER, months=months)


def _return_chance_per_month(told: ContractToTell) -> Rows:
    terms = told.terms
    if "return_chance_per_month" in terms.model_fields_set:
        chance = mean_of(terms.return_chance_per_month)
        unpaid = float(unpaid_returns(chance, terms.unpaid_return_months))
        yield told.row("return_chance_per_month", chance=chance, unpaid=unpaid)


def _funded_places(told: ContractToTell) -> Rows:
    variant = "of_care" if told.terms.funded_places is None else ""
    yield told.row("funded_places", variant, places=_places(told), shares=PAYER)


def _fee_per_place(told: ContractToTell) -> float:
    """Return euros of price_year per place in the first year."""
    return float(fee_per_place(told.case, _places(told))[0])


def _fee_per_place_row(told: ContractToTell) -> Rows:
    fee = _fee_per_place(told)
    facts: Facts = {"euros": fee, "total": fee * _places(told), "year": told.first_year}
    yield told.row("fee_per_place", "history" if told.terms.fee_per_place is None else "", **facts)


def _fee_per_use(told: ContractToTell) -> Rows:
    if "fee_per_use" in told.terms.model_fields_set:
        yield told.row("fee_per_use", shares=PAYER, euros=mean_of(told.terms.fee_per_use))


def _occupancy(told: ContractToTell) -> Rows:
    terms = told.terms.occupancy
    if terms is None:
        return
    below, above = terms.below_share, terms.above_share
    reference = terms.reference
    yield told.row("occupancy", "below", shares=split(1.0 - below), part=below, reference=reference)
    yield told.row("occupancy", "above", part=above, reference=reference)


def _places(told: ContractToTell) -> float:
    """Return the places that are paid in the first year."""
    return float(funded_places(told.case)[0])


TOLD_BY: MappingProxyType[str, Callable[[ContractToTell], Rows]] = MappingProxyType(
    {
        "use_registered": _use_registered,
        "cost_ratio": _cost_ratio,
        "reserve": _reserve,
        "child_retentions": _child_retentions,
        "providers": _providers,
        "budget": _budget,
        "indexation": _indexation,
        "volume_growth_per_year": _volume_growth_per_year,
        "agreed_reduction": _agreed_reduction,
        "recalibration": _recalibration,
        "follows_changes": _follows_changes,
        "loss_bands": _loss_bands,
        "gain_bands": _gain_bands,
        "child_stop_loss": _child_stop_loss,
        "minimum_savings": _minimum_savings,
        "reinsurance_premium": _reinsurance_premium,
        "transition": _transition,
        "extension": _extension,
        "termination": _termination,
        "bail_out": _bail_out,
        "ceiling": told_ceiling,
        "arrangements": _arrangements,
        "paid_at_start": _paid_at_start,
        "unpaid_return_months": _unpaid_return_months,
        "return_chance_per_month": _return_chance_per_month,
        "funded_places": _funded_places,
        "fee_per_place": _fee_per_place_row,
        "fee_per_use": _fee_per_use,
        "occupancy": _occupancy,
    }
)
"""Who tells which term."""
