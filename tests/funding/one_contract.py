"""A contract settled once more: one draw, year by year, in plain Python, from the rules in prose.

Nothing here comes from the package. ``Care`` is what happened in a draw; ``task_based`` and its
companions say what is paid for it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

Terms = Mapping[str, Any]
Years = list[float]


@dataclass(frozen=True)
class Care:
    """One draw: what happened under the contract in each year."""

    start: int
    at_tariff: Years  # units x tariff x index
    use: Years  # the same at the tariffs of the year
    index: Years
    reset: Years  # what the tariffs of the expected care became
    clients: Years
    started: Years
    ended: Years
    days: Years
    units: Years
    excess: Sequence[Sequence[float]]  # per year, above each of `retentions`, euros of price_year
    retentions: Sequence[float]
    expected_cost: float
    expected_units: float
    expected_started: float

    @property
    def years(self) -> range:
        """Count of the years, from 0."""
        return range(len(self.use))


@dataclass
class Settlement:
    """What a year of a contract came to."""

    payment: Years
    cost: Years
    budget: Years
    claims_less_premium: Years
    top_ups: Years

    @property
    def result(self) -> Years:
        """What the provider keeps."""
        return [paid - cost for paid, cost in zip(self.payment, self.cost, strict=True)]


def held(levels: Mapping[int, float], year: int) -> float:
    """Return the level of the last named year, 0 before the first."""
    named = sorted(levels)
    place = bisect_right(named, year)
    return levels[named[place - 1]] if place else 0.0


def budget_index(index: Years, clause: Terms | None) -> Years:
    """Return the level of the budget under an index clause."""
    if clause is None:
        return index
    level = [index[0]]
    for before, now in pairwise(index):
        growth = clause.get("pass_through", 1.0) * (now / before - 1.0)
        growth = max(growth, clause.get("at_least", -1.0))
        growth = min(growth, clause.get("at_most", 1000.0))
        level.append(level[-1] * (1.0 + clause.get("fixed_per_year", growth)))
    return level


def recalibration(care: Care, terms: Terms | None, growth: float, year: int) -> float:
    """Return by what the number counted changes the budget of a year (counted from 0)."""
    if terms is None:
        return 1.0
    first = terms.get("first_year", care.start) - care.start
    if year < first:
        return 1.0
    moment = first + (year - first) // terms.get("every_years", 1) * terms.get("every_years", 1)
    counted = moment - terms.get("lag_years", 1)
    if counted < 0:
        return 1.0
    expected = terms["base"] * (1.0 + growth) ** counted
    change = care.clients[counted] / expected - 1.0
    band, passed = terms.get("dead_band", 0.0), terms.get("pass_through", 1.0)
    if change > band:
        return 1.0 + passed * (change - band)
    return 1.0 - passed * (-band - change) if change < -band else 1.0


def budgets(care: Care, terms: Terms) -> Years:
    """Return the sum agreed for each year, or re-based for each year of an extension."""
    level = budget_index(care.index, terms.get("indexation"))
    growth = terms.get("volume_growth_per_year", 0.0)
    basis = terms.get("budget", care.expected_cost)
    longer = terms.get("extension")
    own = longer["after_years"] if longer else len(care.use)
    found = []
    for year in care.years:
        if year < own:
            reduction = held(terms.get("agreed_reduction", {}), care.start + year)
            follows = recalibration(care, terms.get("recalibration"), growth, year)
            sum_of_year = basis * (1.0 + growth) ** year * (1.0 - reduction) * follows
        else:
            last = range(own - longer.get("rebased_on_years", 1), own)
            mean = sum((care.use[y] - covered(care, terms, y)) / level[y] for y in last) / len(last)
            price = 1.0 + longer.get("price_change", 0.0)
            sum_of_year = mean * price * (1.0 + growth) ** (year - own)
        found.append(sum_of_year * level[year] * care.reset[year])
    return found


def above_retention(care: Care, cover: Terms, year: int) -> float:
    """Return what children cost above the retention in a year, nominal."""
    level = care.index[year]
    retention = cover["retention"] if cover.get("indexed", True) else cover["retention"] / level
    known = list(zip(care.retentions, care.excess[year], strict=True))
    for (low, at_low), (high, at_high) in pairwise(known):
        if low <= retention <= high:
            part = (retention - low) / (high - low)
            return level * (at_low * (1.0 - part) + at_high * part)
    raise AssertionError("the retention lies outside what is known")


def covered(care: Care, terms: Terms, year: int) -> float:
    """Return what payer and reinsurer bear of expensive children, outside the budget."""
    cover = terms.get("child_stop_loss")
    if cover is None:
        return 0.0
    borne = cover.get("payer_share", 1.0) + cover.get("reinsurer_share", 0.0)
    return borne * above_retention(care, cover, year)


def banded(cost: float, budget: float, terms: Terms) -> tuple[float, float]:
    """Return the payment and the claims: every euro of loss or gain has its band."""
    payment, claims = budget, 0.0
    edges = [band["above"] * budget for band in terms.get("loss_bands", [])] + [float("inf")]
    for band, (low, high) in zip(terms.get("loss_bands", []), pairwise(edges), strict=True):
        euros = max(0.0, min(cost - budget, high) - low)
        payment += band["payer_share"] * euros
        claims += band.get("reinsurer_share", 0.0) * euros
    edges = [band["below"] * budget for band in terms.get("gain_bands", [])] + [float("inf")]
    for band, (low, high) in zip(terms.get("gain_bands", []), pairwise(edges), strict=True):
        payment -= band["payer_share"] * max(0.0, min(budget - cost, high) - low)
    return payment, claims


def most(cap: float | None, of: float) -> float:
    """Return a cap in euros; without one there is no limit."""
    return float("inf") if cap is None else cap * of


def with_minimum(cost: float, budget: float, terms: Terms) -> float:
    """Return the payment under minimum savings."""
    saved, touch = budget - cost, 1e-12 * budget
    asked_loss = terms.get("minimum_loss_rate", terms["minimum_rate"])
    if saved > 0 and saved >= terms["minimum_rate"] * budget - touch:
        return cost + min(terms["sharing_rate"] * saved, most(terms.get("savings_cap"), budget))
    if saved < 0 and -saved >= asked_loss * budget - touch:
        return cost - min(terms.get("loss_rate", 0.0) * -saved, most(terms.get("loss_cap"), budget))
    return cost


def one_year(care: Care, terms: Terms, budget: float, year: int) -> tuple[float, float]:
    """Payment and claims of a year in which the contract holds."""
    cost, cover = care.use[year], terms.get("child_stop_loss")
    paid_for_children = claims = 0.0
    if cover is not None:
        above = above_retention(care, cover, year)
        paid_for_children = cover.get("payer_share", 1.0) * above
        claims = cover.get("reinsurer_share", 0.0) * above
    goes_on = cost - paid_for_children - claims
    if "minimum_savings" in terms:
        payment = with_minimum(goes_on, budget, terms["minimum_savings"])
    else:
        payment, in_bands = banded(goes_on, budget, terms)
        claims += in_bands
    payment += paid_for_children
    part = share_in_force(care, terms, year)
    return part * payment + (1.0 - part) * cost, part * claims


def share_in_force(care: Care, terms: Terms, year: int) -> float:
    """Return the share of the contract that is settled task-based."""
    return held(terms["transition"], care.start + year) if terms.get("transition") else 1.0


def premium(care: Care, terms: Terms, year: int) -> float:
    """Return the premium for the share in force, fraction of the budget."""
    return float(terms.get("reinsurance_premium", 0.0) * share_in_force(care, terms, year))


def task_based(care: Care, terms: Terms) -> Settlement:
    """Settle a sum for the task; chances are 0 or 1."""
    budget = budgets(care, terms)
    reserve = terms.get("reserve", 0.02) * budget[0]
    ends, over, running = terms.get("termination"), False, 0.0
    found = Settlement([], [], budget, [], [0.0 for _ in care.years])
    for year in care.years:
        if over:
            assert ends is not None
            payment, net = care.use[year] * (1.0 + ends.get("price_change", 0.0)), 0.0
        else:
            payment, claims = one_year(care, terms, budget[year], year)
            net = claims - premium(care, terms, year) * budget[year]
        found.payment.append(payment)
        found.claims_less_premium.append(net)
        found.cost.append(care.at_tariff[year] * terms.get("cost_ratio", 1.0) - net)
        running += found.result[-1]
        if ends is not None and care.start + year >= ends.get("first_year", care.start):
            lost = running < -reserve or not ends.get("only_when_reserve_is_lost", False)
            over = over or (ends["chance_per_year"] == 1.0 and lost)
    return with_top_ups(found, terms, reserve)


def with_top_ups(found: Settlement, terms: Terms, reserve: float) -> Settlement:
    """Add what comes back of losses beyond the reserve."""
    back = terms.get("bail_out")
    if back is None or back["chance"] == 0.0:
        return found
    running = 0.0
    for year, result in enumerate(found.result):
        running += result
        found.top_ups[year] = back.get("share", 1.0) * max(0.0, -reserve - running)
        running += found.top_ups[year]
        found.payment[year] += found.top_ups[year]
    return found


def extended(care: Care, terms: Terms, payment: Years) -> Years:
    """Change the price of the years of an extension."""
    longer = terms.get("extension")
    if longer is None:
        return payment
    price = 1.0 + longer.get("price_change", 0.0)
    return [paid * (price if y >= longer["after_years"] else 1.0) for y, paid in enumerate(payment)]


def pxq(care: Care, terms: Terms) -> Settlement:
    """Settle all care at its tariff, under a ceiling if there is one."""
    payment, ceiling = list(care.use), terms.get("ceiling")
    if ceiling is not None:
        of_first_year = ceiling.get("euros", ceiling.get("of_expected", 0.0) * care.expected_cost)
        for year, value in enumerate(care.use):
            growth = (1.0 + terms.get("volume_growth_per_year", 0.0)) ** year
            limit = of_first_year * care.index[year] * growth * care.reset[year]
            asked = ceiling.get("request", {})
            granted = asked.get("granted_share", 0.0) * max(0.0, value - limit)
            granted = min(granted, most(asked.get("at_most"), limit))
            room = (limit + granted) * (1.0 + ceiling.get("margin", 0.0))
            beyond = max(0.0, value - room)
            payment[year] = value - beyond + ceiling.get("marginal_rate", 0.0) * beyond
    return plainly(care, terms, payment)


def output_based(care: Care, terms: Terms) -> Settlement:
    """Settle trajectories of one care form."""
    tiers = terms.get("tiers")
    price = care.expected_cost / care.expected_started
    if tiers is not None:
        price = sum(tier["share"] * tier["price"] for tier in tiers.values())
    chance, months = terms.get("return_chance_per_month", 0.0), terms.get("unpaid_return_months", 0.0)
    paid, payment = (1.0 - chance) ** months, []
    for year in care.years:
        begun = terms.get("paid_at_start", 1.0)
        number = begun * care.started[year] + (1.0 - begun) * care.ended[year]
        payment.append(price * number * paid * care.index[year] * care.reset[year])
    return plainly(care, terms, payment)


def availability(care: Care, terms: Terms, days_of: Sequence[int]) -> Settlement:
    """Settle places kept ready."""
    places, per_use = terms["funded_places"], terms.get("fee_per_use", 0.0)
    made_up = max(0.0, care.expected_cost - per_use * care.expected_units)
    for_places = terms["fee_per_place"] * places if "fee_per_place" in terms else made_up
    settles, payment, budget = terms.get("occupancy"), [], []
    for year in care.years:
        price = care.index[year] * care.reset[year]
        due = 1.0
        if settles is not None:
            full = care.days[year] / (places * days_of[year]) / settles["reference"]
            due -= settles.get("below_share", 0.0) * max(0.0, 1.0 - full)
            due += settles.get("above_share", 0.0) * max(0.0, full - 1.0)
        budget.append(for_places * price)
        payment.append(for_places * price * due + per_use * price * care.units[year])
    found = plainly(care, terms, payment)
    found.budget = extended(care, terms, budget)
    return with_top_ups(found, terms, terms.get("reserve", 0.02) * budget[0])


def plainly(care: Care, terms: Terms, payment: Years) -> Settlement:
    """Return a settlement without a budget, claims or top-ups."""
    nothing = [0.0 for _ in care.years]
    cost = [terms.get("cost_ratio", 1.0) * euros for euros in care.at_tariff]
    none = [float("nan") for _ in care.years]
    return Settlement(extended(care, terms, payment), cost, none, nothing, list(nothing))
