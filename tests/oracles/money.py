"""Every money rule of MODEL.md once more: one number at a time, no cleverness.

Most functions work on plain numbers of one draw; the caller loops. Each docstring names the
section of MODEL.md and says the rule in other words. `line.py` strings them together.
"""

from __future__ import annotations

import calendar
import math
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any

Band = Mapping[str, float]

KEYS = ("actual_use", "rolling_use", "expected_use", "inhabitants", "youth_population")


# --- numbers -------------------------------------------------------------------------------------


def mean_of(number: float | Mapping[str, float]) -> float:
    """MODEL 1: the mean of a number that may be a distribution.

    p10/p50/p90 is two half normals glued at the median: each half moves the mean by
    E[z+]/1.281552 = 0.311296 of its own width. Triangular: the average of its three corners.
    Normal and lognormal are written with their mean.
    """
    if not isinstance(number, Mapping):
        return float(number)
    if "p50" in number:
        low, median, high = number["p10"], number["p50"], number["p90"]
        return median + 0.311296 * (high - median) - 0.311296 * (median - low)
    if "mode" in number:
        return (number["low"] + number["mode"] + number["high"]) / 3
    return float(number["mean"])


def held_level(levels: Mapping[Any, float], year: int) -> float:
    """MODEL 1: a level named per year holds until the next named year; zero before the first."""
    level = 0.0
    for named in sorted(levels, key=int):
        if int(named) <= year:
            level = float(levels[named])
    return level


def growth_factor(growth: float, fade: float, year: int, demand_year: int) -> float:
    """MODEL 1: multiply up year by year; the growth itself shrinks by `fade` each year.

    The first year after demand_year grows by g, the second by g(1 - f), the third by g(1 - f)^2.
    Before demand_year the growth is divided away, without fading.
    """
    factor = 1.0
    for _ in range(year, demand_year):
        factor /= 1.0 + growth
    this_growth = growth
    for _ in range(demand_year, year):
        factor *= 1.0 + this_growth
        this_growth *= 1.0 - fade
    return factor


# --- the index -----------------------------------------------------------------------------------


def index_paths(
    provisional: Sequence[float], error: Sequence[float]
) -> tuple[list[float], list[float]]:
    """MODEL 3: the level paid (L) and the definitive level (D), from price_year on.

    `provisional[0]` and `error[0]` belong to price_year. What is paid in a year is last year's
    level, raised by this year's provisional index plus what last year's index turned out to be
    too low. The definitive index of a year is the provisional one plus its error; D misses
    nothing, so it is one error ahead of L.
    """
    definitive = [p + e for p, e in zip(provisional, error, strict=True)]
    paid = [1.0]
    known = [1.0 + error[0]]
    for year in range(1, len(provisional)):
        catching_up = definitive[year - 1] - provisional[year - 1]
        paid.append(paid[-1] * (1.0 + provisional[year] + catching_up))
        known.append(known[-1] * (1.0 + definitive[year]))
    return paid, known


def mean_index(
    indexation: float,
    forecast_error: float,
    price_year: int,
    year: int,
    index_per_year: float | None = None,
) -> float:
    """MODEL 3 and 6: (1 + mean indexation + mean error) for each year after price_year.

    `budget.index_per_year` replaces the yearly growth.
    """
    yearly = indexation + forecast_error if index_per_year is None else index_per_year
    level = 1.0
    for _ in range(price_year + 1, year + 1):
        level *= 1.0 + yearly
    return level


# --- levers and responses ------------------------------------------------------------------------


def days_in_year(year: int) -> int:
    """365 or 366."""
    return 366 if calendar.isleap(year) else 365


def phase_on_day(
    day: float, starts: date, phase_in_years: float | None = None, profile: str | None = None
) -> float:
    """MODEL 6: which part of its full effect a lever or response has on a day.

    `day` is a proleptic ordinal (date.toordinal), perhaps with a half. Nothing before `starts`;
    all at once for a step or where no phase-in is given; else the part of the phase-in that has
    passed (years of 365.25 days), its root (front) or its square (back).
    """
    passed = day - starts.toordinal()
    if passed < 0:
        return 0.0
    if phase_in_years is None or profile == "step":
        return 1.0
    part = min(1.0, passed / (365.25 * phase_in_years))
    if profile == "front":
        return math.sqrt(part)
    if profile == "back":
        return part * part
    return part


def phase_month_middle(
    year: int,
    month: int,
    starts: date,
    phase_in_years: float | None = None,
    profile: str | None = None,
) -> float:
    """MODEL 6: inflow takes the phase of the first day plus half the days of the month."""
    middle = date(year, month, 1).toordinal() + calendar.monthrange(year, month)[1] / 2
    return phase_on_day(middle, starts, phase_in_years, profile)


@cache
def phase_year_mean(
    year: int, starts: date, phase_in_years: float | None = None, profile: str | None = None
) -> float:
    """MODEL 6: tariffs take the mean of the phase over the days of the year."""
    first = date(year, 1, 1).toordinal()
    number = days_in_year(year)
    phases = [phase_on_day(first + day, starts, phase_in_years, profile) for day in range(number)]
    return math.fsum(phases) / number


def product_of_effects(effects_and_phases: Sequence[tuple[float, float]]) -> float:
    """MODEL 6: several levers and responses multiply, each 1 + effect x phase."""
    factor = 1.0
    for effect, phase in effects_and_phases:
        factor *= 1.0 + effect * phase
    return factor


def acts_on(lever: Mapping[str, Any], municipality: str, form: str) -> bool:
    """MODEL 6: a lever acts on the forms it lists (a move: on `from`), where it is named."""
    forms = [lever["from"]] if lever["affects"] == "move" else lever["care_forms"]
    return form in forms and municipality in lever.get("municipalities", [municipality])


def tariff_lever_factor(
    levers: Sequence[Mapping[str, Any]],
    effects: Mapping[str, float],
    year: int,
    municipality: str,
    form: str,
) -> float:
    """MODEL 6: the factor of all tariff levers on a cell in a year.

    Reading: first each lever's mean phase over the year, then the product over the levers.
    """
    return product_of_effects(
        [
            (
                effects[lever["name"]],
                phase_year_mean(
                    year, lever["starts"], lever.get("phase_in_years"), lever.get("profile")
                ),
            )
            for lever in levers
            if lever["affects"] == "tariff" and acts_on(lever, municipality, form)
        ]
    )


# --- prices and contracts ------------------------------------------------------------------------


def use_value(units: float, tariff: float, lever_factor: float, paid_level: float) -> float:
    """MODEL 3: units at the tariff of the year, whatever the contract pays."""
    return units * (tariff * lever_factor) * paid_level


def provider_cost(units: float, tariff: float, paid_level: float, cost_ratio: float) -> float:
    """MODEL 3: what the units cost the provider; a tariff lever does not make care cheaper."""
    return units * tariff * paid_level * cost_ratio


def provider_index_gap(cost: float, paid_level: float, definitive_level: float) -> float:
    """MODEL 3: what the definitive index would have added to the provider's cost."""
    return cost * (definitive_level / paid_level) - cost


def task_budget(
    first_budget: float,
    paid_level: float,
    volume_growth: float,
    years_since_start: int,
    agreed_reduction: float,
) -> float:
    """MODEL 4: the agreed budget of a task-based contract in a year, nominal.

    Its amount in euros of price_year, at the index paid, grown since the start, less the saving
    agreed with the providers (a level of that year, not built up).
    """
    budget = first_budget * paid_level
    for _ in range(years_since_start):
        budget *= 1.0 + volume_growth
    return budget - agreed_reduction * budget


def marginal_share(
    cost: float, budget: float, loss_bands: Sequence[Band], gain_bands: Sequence[Band]
) -> float:
    """MODEL 4: which part of one more euro of cost the payer pays, at this cost.

    Above the budget: the share of the highest loss band whose edge has been passed; below it, the
    share of the deepest gain band whose edge has been passed; before the first edge nothing.
    """
    share = 0.0
    if cost > budget:
        for band in sorted(loss_bands, key=lambda band: band["above"]):
            if cost > budget * (1.0 + band["above"]):
                share = band["payer_share"]
    else:
        for band in sorted(gain_bands, key=lambda band: band["below"]):
            if cost < budget * (1.0 - band["below"]):
                share = band["payer_share"]
    return share


def risk_sharing_payment(
    cost: float, budget: float, loss_bands: Sequence[Band] = (), gain_bands: Sequence[Band] = ()
) -> float:
    """MODEL 4: walk from the budget to the cost and let the payer pay its share of every step.

    The payment is the budget plus (for a loss) or minus (for a gain) the integral of the marginal
    share. The share is constant between edges, so the integral is a sum over the stretches between
    the edges that lie on the way, each taken at its middle.
    """
    low, high = min(cost, budget), max(cost, budget)
    edges = [budget * (1.0 + band["above"]) for band in loss_bands]
    edges += [budget * (1.0 - band["below"]) for band in gain_bands]
    stops = [low, *sorted(edge for edge in edges if low < edge < high), high]
    integral = 0.0
    for here, there in pairwise(stops):
        middle = (here + there) / 2
        integral += (there - here) * marginal_share(middle, budget, loss_bands, gain_bands)
    return budget + integral if cost > budget else budget - integral


def risk_sharing_by_thin_slices(
    cost: float,
    budget: float,
    loss_bands: Sequence[Band] = (),
    gain_bands: Sequence[Band] = (),
    slices: int = 100_000,
) -> float:
    """MODEL 4: the same integral in thin slices, blind to where the edges are (a check)."""
    step = (cost - budget) / slices
    paid = 0.0
    for number in range(slices):
        middle = budget + (number + 0.5) * step
        paid += step * marginal_share(middle, budget, loss_bands, gain_bands)
    return budget + paid


def reserve_lost(results: Sequence[float], first_budget: float, reserve: float) -> list[bool]:
    """MODEL 4: per year, whether the providers have by then been below minus their reserve.

    The running sum of their results, gains too, at the end of any year so far, against `reserve`
    times the agreed budget of the first year. Once lost it stays lost.
    """
    running, lost, answer = 0.0, False, []
    for result in results:
        running += result
        lost = lost or running < -reserve * first_budget
        answer.append(lost)
    return answer


# --- bills ---------------------------------------------------------------------------------------


def pools(members_of_form: Mapping[str, tuple[str, ...]]) -> list[tuple[list[str], list[str]]]:
    """MODEL 5: the care forms of one contract put together where their members are the same.

    Returns (members, care forms) per pool.
    """
    found: list[tuple[list[str], list[str]]] = []
    for form in sorted(members_of_form):
        members = sorted(members_of_form[form])
        for pool_members, pool_forms in found:
            if pool_members == members:
                pool_forms.append(form)
                break
        else:
            found.append((members, [form]))
    return found


def shares_of(amounts: Sequence[float]) -> list[float] | None:
    """Each amount as a part of their sum; None when there is nothing."""
    total = math.fsum(amounts)
    return None if total == 0.0 else [amount / total for amount in amounts]


def actual_use_shares(use: Sequence[float], expected_cost: Sequence[float]) -> list[float]:
    """MODEL 5: own part of the pool's use_value in the year; without use, the expected part."""
    own = shares_of(use)
    if own is not None:
        return own
    expected = shares_of(expected_cost)
    assert expected is not None, "a pool without reference cost is a finding"
    return expected


def rolling_use_shares(
    use_per_year: Sequence[Sequence[float]], year: int, expected_cost: Sequence[float]
) -> list[float]:
    """MODEL 5: the mean of own shares in the three years before `year` (0 = first year).

    A year before the start counts as the expected reference share, and so does a year without use.
    """
    total = [0.0] * len(expected_cost)
    for earlier in (year - 3, year - 2, year - 1):
        nothing = [0.0] * len(expected_cost)
        use = use_per_year[earlier] if earlier >= 0 else nothing
        for member, share in enumerate(actual_use_shares(use, expected_cost)):
            total[member] += share
    return [share / 3 for share in total]


def key_shares(
    key: str,
    use_per_year: Sequence[Sequence[float]],
    year: int,
    expected_cost: Sequence[float],
    inhabitants: Sequence[float],
    youth: Sequence[float],
) -> list[float]:
    """MODEL 5: the part of a pool's payment that each member pays in a year, under one key."""
    if key == "actual_use":
        return actual_use_shares(use_per_year[year], expected_cost)
    if key == "rolling_use":
        return rolling_use_shares(use_per_year, year, expected_cost)
    weights = {
        "expected_use": expected_cost,
        "inhabitants": inhabitants,
        "youth_population": youth,
    }[key]
    shares = shares_of(weights)
    assert shares is not None
    return shares


def split_payment(
    payment: float, expected_cost: Mapping[tuple[int, str], float]
) -> dict[tuple[int, str], float]:
    """MODEL 5: a task-based payment over (pool, segment) by the expected reference cost."""
    total = math.fsum(expected_cost.values())
    return {part: payment * cost / total for part, cost in expected_cost.items()}


def lever_cost(cost_per_year: float, paid_level: float, starts: date, year: int) -> float:
    """MODEL 6: the yearly cost at the index paid, for the days from `starts` on."""
    days = 0
    for ordinal in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1):
        if ordinal >= starts.toordinal():
            days += 1
    return cost_per_year * paid_level * days / days_in_year(year)


def lever_cost_over_cells(
    amount: float,
    lever: Mapping[str, Any],
    expected_cost: Mapping[tuple[str, str], float],
) -> dict[tuple[str, str], float]:
    """MODEL 6: over the (municipality, care form) cells it acts on, by expected reference cost."""
    cells = {
        (municipality, form): cost
        for (municipality, form), cost in expected_cost.items()
        if acts_on(lever, municipality, form)
    }
    total = math.fsum(cells.values())
    return {cell: amount * cost / total for cell, cost in cells.items()}


# --- budget, overrun, savings --------------------------------------------------------------------


def nominal_target(target: float, index: float, target_prices: str | None) -> float:
    """MODEL 1 and 6: the savings target of a year; a nominal one is not indexed anywhere."""
    return target if target_prices == "nominal" else target * index


def budget(
    basis: float,
    part: float,
    index: float,
    volume_growth: float,
    years_since_start: int,
    target_of_year: float,
) -> float:
    """MODEL 6: the budget of a cell in a year.

    The part of the basis that its expected reference cost is, at the mean index, grown since the
    start, less the same part of the (nominal) target. Target 0 gives the budget without target.
    """
    amount = basis * part * index
    for _ in range(years_since_start):
        amount *= 1.0 + volume_growth
    return amount - target_of_year * part


def overrun(contribution: float, own_lever_cost: float, own_budget: float) -> float:
    """MODEL 6: what is billed and spent on levers beyond the budget."""
    return contribution + own_lever_cost - own_budget


def chance_and_size(overruns: Sequence[float]) -> tuple[float, float | None]:
    """MODEL 6: the part of the draws above a cent, and their mean (None when there are none)."""
    above = [value for value in overruns if value > 0.01]
    size = math.fsum(above) / len(above) if above else None
    return len(above) / len(overruns), size


def savings_parts(
    reference_cost: float, cost_before_levers: float, payment: float, cost_of_levers: float
) -> dict[str, float]:
    """MODEL 6: what the policy saves against the reference, and who brings it.

    Less care: reference minus own use_value before tariff levers. Carried by providers: that
    use_value minus what is paid. Real: less care minus the cost of the levers. Total: what the
    region pays less, after the cost of the levers.
    """
    less_care = reference_cost - cost_before_levers
    carried = cost_before_levers - payment
    return {
        "less_care": less_care,
        "carried_by_providers": carried,
        "lever_cost": cost_of_levers,
        "real": less_care - cost_of_levers,
        "total": reference_cost - payment - cost_of_levers,
    }


def chance_met(savings: Sequence[float], target: float) -> float | None:
    """MODEL 6: the part of the draws that reaches the target but for a cent; None without one."""
    if target == 0.0:
        return None
    return sum(value >= target - 0.01 for value in savings) / len(savings)
