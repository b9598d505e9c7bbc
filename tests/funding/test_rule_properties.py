"""What holds for every contract rule, whatever the numbers: identities, limits, continuity, order."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import jeugdsim as js
from jeugdsim.funding.rules.child_stop_loss import excess_above
from jeugdsim.funding.rules.index_clause import clause_index
from jeugdsim.funding.rules.output_based import unpaid_returns
from jeugdsim.scenario.contracts import IndexClause

Array = npt.NDArray[np.float64]
Bands = list[dict[str, float]]

# Whole cents, as on a bill: a difference of less than a cent is arithmetic, not money.
cents = st.integers(min_value=0, max_value=50_000_000_000)
euros = cents.map(lambda amount: amount / 100)
budgets = st.integers(min_value=1, max_value=50_000_000_000).map(lambda amount: amount / 100)
results = st.integers(min_value=-100_000_000, max_value=100_000_000).map(lambda amount: amount / 100)
shares = st.integers(min_value=0, max_value=1000).map(lambda part: part / 1000)
counts = st.integers(min_value=0, max_value=100_000).map(float)
AT_EASE = settings(deadline=None)  # on a busy machine a first call is slow
PLACES_AND_DAYS = (st.integers(1, 500).map(float), st.sampled_from([365.0, 366.0]))


def near(one: Any, other: Any, scale: Any = 0.0) -> bool:
    """Equal to a relative 1e-9 of the largest euro that takes part."""
    size = np.maximum(np.maximum(np.abs(one), np.abs(other)), scale)
    return bool(np.all(np.abs(np.asarray(one) - np.asarray(other)) <= 1e-9 * np.maximum(size, 1e-6)))


@st.composite
def loss_bands(draw: st.DrawFn) -> Bands:
    """Up to four bands with rising edges; payer and reinsurer bear at most all of a loss."""
    edges = sorted(draw(st.sets(st.integers(0, 600), max_size=4)))
    bands = []
    for edge in edges:
        payer = draw(st.integers(0, 100))
        reinsurer = draw(st.integers(0, 100 - payer))
        bands.append(
            {"above": edge / 200, "payer_share": payer / 100, "reinsurer_share": reinsurer / 100}
        )
    return bands


@st.composite
def gain_bands(draw: st.DrawFn) -> Bands:
    edges = sorted(draw(st.sets(st.integers(0, 200), max_size=4)))
    return [{"below": edge / 200, "payer_share": draw(shares)} for edge in edges]


@st.composite
def ceilings(draw: st.DrawFn) -> dict[str, Any]:
    terms: dict[str, Any] = {
        name: draw(shares) for name in ("marginal_rate", "margin", "granted_share")
    }
    terms["granted_at_most"] = draw(st.none() | shares)
    return terms


@st.composite
def savings(draw: st.DrawFn) -> dict[str, Any]:
    terms: dict[str, Any] = {"minimum_rate": draw(shares), "sharing_rate": draw(shares)}
    for name in ("savings_cap", "minimum_loss_rate", "loss_cap"):
        terms[name] = draw(st.none() | shares)
    terms["loss_rate"] = draw(shares)
    return terms


# --- risk sharing --------------------------------------------------------------------------------


@AT_EASE
@given(euros, euros, loss_bands(), gain_bands())
def test_payer_provider_and_reinsurer_bear_the_whole_deviation(
    cost: float, budget: float, losses: Bands, gains: Bands
) -> None:
    split = js.risk_split(cost, budget, loss_bands=losses, gain_bands=gains)
    payment = js.risk_sharing(cost, budget, loss_bands=losses, gain_bands=gains)
    scale = max(cost, budget)
    assert near(split.payer + split.provider + split.reinsurer, cost - budget, scale)
    assert near(split.payer, payment - budget, scale)
    assert split.reinsurer >= 0
    if cost <= budget:
        assert split.reinsurer == 0


@AT_EASE
@given(euros, budgets, loss_bands(), gain_bands())
def test_nobody_gains_from_a_loss_or_loses_from_a_gain(
    cost: float, budget: float, losses: Bands, gains: Bands
) -> None:
    split = js.risk_split(cost, budget, loss_bands=losses, gain_bands=gains)
    slack = 1e-9 * max(cost, budget)
    low, high = min(cost - budget, 0.0) - slack, max(cost - budget, 0.0) + slack
    for part in (split.payer, split.provider, split.reinsurer):
        assert low <= part <= high


@AT_EASE
@given(euros, euros, budgets, loss_bands(), gain_bands())
def test_payment_under_bands_never_falls_when_cost_rises(
    one: float, other: float, budget: float, losses: Bands, gains: Bands
) -> None:
    """And rises by at most the cost, for a payer's share is between nothing and all."""
    low, high = sorted((one, other))
    paid = js.risk_sharing([low, high], budget, loss_bands=losses, gain_bands=gains)
    slack = 1e-9 * max(high, budget)
    assert -slack <= paid[1] - paid[0] <= high - low + slack


@AT_EASE
@given(budgets, loss_bands(), gain_bands())
def test_payment_is_continuous_at_every_edge(budget: float, losses: Bands, gains: Bands) -> None:
    """A cent to either side of an edge changes the payment by no more than a cent."""
    edges = [budget * (1 + band["above"]) for band in losses]
    edges += [budget * (1 - band["below"]) for band in gains]
    for edge in [*edges, budget]:
        around = np.maximum([edge - 0.01, edge, edge + 0.01], 0.0)
        paid = js.risk_sharing(around, budget, loss_bands=losses, gain_bands=gains)
        slack = 1e-9 * max(edge, budget)
        assert all(-slack <= b - a <= 0.01 + slack for a, b in pairwise(paid))


@AT_EASE
@given(euros, euros)
def test_one_band_at_zero_with_share_one_on_both_sides_is_pxq(cost: float, budget: float) -> None:
    paid = js.risk_sharing(
        cost,
        budget,
        loss_bands=[{"above": 0.0, "payer_share": 1.0}],
        gain_bands=[{"below": 0.0, "payer_share": 1.0}],
    )
    assert near(paid, cost, max(cost, budget))


@AT_EASE
@given(euros, euros)
def test_no_bands_is_a_lump_sum(cost: float, budget: float) -> None:
    assert js.risk_sharing(cost, budget) == budget
    split = js.risk_split(cost, budget)
    assert split.payer == 0 == split.reinsurer
    assert near(split.provider, cost - budget, max(cost, budget))


@AT_EASE
@given(budgets, shares, loss_bands(), gain_bands(), st.sampled_from([0.01, 7.0, 1000.0]))
def test_ten_times_the_euros_is_ten_times_the_payment(
    budget: float, part: float, losses: Bands, gains: Bands, times: float
) -> None:
    cost = 2 * part * budget
    paid = js.risk_sharing(cost, budget, loss_bands=losses, gain_bands=gains)
    more = js.risk_sharing(times * cost, times * budget, loss_bands=losses, gain_bands=gains)
    assert near(more, times * paid, times * max(cost, budget))


@AT_EASE
@given(euros, budgets, loss_bands(), st.integers(0, 3), st.integers(1, 100))
def test_an_edge_between_two_bands_of_the_same_shares_changes_nothing(
    cost: float, budget: float, losses: Bands, which: int, further: int
) -> None:
    assume(losses)
    band = losses[min(which, len(losses) - 1)]
    edge = band["above"] + further / 400
    assume(all(abs(edge - other["above"]) > 1e-6 for other in losses))
    assume(not any(band["above"] < other["above"] < edge for other in losses))
    split = sorted([*losses, band | {"above": edge}], key=lambda one: one["above"])
    paid = js.risk_sharing(cost, budget, loss_bands=losses)
    assert near(js.risk_sharing(cost, budget, loss_bands=split), paid, max(cost, budget))
    ceded = js.risk_split(cost, budget, loss_bands=losses).reinsurer
    assert near(js.risk_split(cost, budget, loss_bands=split).reinsurer, ceded, max(cost, budget))


# --- ceilings ------------------------------------------------------------------------------------


@AT_EASE
@given(euros, euros, ceilings())
def test_a_ceiling_pays_between_the_least_and_all(
    value: float, ceiling: float, terms: dict[str, Any]
) -> None:
    paid = js.ceiling(value, ceiling, **terms)
    assert min(value, ceiling) * (1 - 1e-9) <= paid <= value * (1 + 1e-9)


@AT_EASE
@given(euros, euros, euros, ceilings())
def test_payment_under_a_ceiling_never_falls_when_care_rises(
    one: float, other: float, ceiling: float, terms: dict[str, Any]
) -> None:
    low, high = sorted((one, other))
    paid = js.ceiling([low, high], ceiling, **terms)
    slack = 1e-9 * max(high, ceiling)
    assert -slack <= paid[1] - paid[0] <= high - low + slack


@AT_EASE
@given(euros, euros, ceilings())
def test_a_ceiling_above_the_value_pays_it_all(
    value: float, more: float, terms: dict[str, Any]
) -> None:
    assert js.ceiling(value, value + more, **terms) == value


@AT_EASE
@given(euros, euros, ceilings())
def test_above_a_ceiling_at_the_full_tariff_all_is_paid(
    value: float, ceiling: float, terms: dict[str, Any]
) -> None:
    assert near(js.ceiling(value, ceiling, **(terms | {"marginal_rate": 1.0})), value)
    in_full = terms | {"granted_share": 1.0, "granted_at_most": None}
    assert near(js.ceiling(value, ceiling, **in_full), value)


@AT_EASE
@given(euros, euros)
def test_a_hard_ceiling_is_the_smaller_of_the_two(value: float, ceiling: float) -> None:
    assert js.ceiling(value, ceiling) == min(value, ceiling)


@AT_EASE
@given(euros, euros, ceilings(), st.sampled_from(["marginal_rate", "margin", "granted_share"]), shares)
def test_softer_terms_never_pay_less(
    value: float, ceiling: float, terms: dict[str, Any], name: str, other: float
) -> None:
    harder, softer = (terms | {name: share} for share in sorted((terms[name], other)))
    slack = 1e-9 * value
    assert js.ceiling(value, ceiling, **softer) >= js.ceiling(value, ceiling, **harder) - slack


# --- minimum savings -----------------------------------------------------------------------------


@AT_EASE
@given(budgets, shares, shares)
def test_the_cliff_is_sharing_rate_x_minimum_rate_x_budget(
    budget: float, minimum: float, sharing: float
) -> None:
    """Exactly at the minimum it is shared; a cent more cost and nothing is."""
    cost = budget * (1 - minimum)
    assume(minimum > 0 and cost + 0.01 <= budget)
    terms = {"minimum_rate": minimum, "sharing_rate": sharing}
    reached, missed = js.minimum_savings([cost, cost + 0.01], budget, **terms)
    assert near(reached - cost, sharing * minimum * budget, budget)
    assert missed == cost + 0.01


@AT_EASE
@given(euros, euros, budgets, savings())
def test_payment_falls_with_cost_only_across_a_minimum(
    one: float, other: float, budget: float, terms: dict[str, Any]
) -> None:
    """Between the minima for savings and losses, and beyond each of them, more cost is more payment."""
    low, high = sorted((one, other))
    lowest_loss = terms["minimum_rate"] if terms["minimum_loss_rate"] is None else terms[
        "minimum_loss_rate"
    ]  # fmt: skip
    edges = (budget * (1 - terms["minimum_rate"]), budget, budget * (1 + lowest_loss))
    assume(all(abs(cost - edge) > 1e-9 * budget for cost in (low, high) for edge in edges))
    assume(not any(low < edge < high for edge in (edges[0], edges[2])))
    paid = js.minimum_savings([low, high], budget, **terms)
    slack = 1e-9 * max(high, budget)
    assert -slack <= paid[1] - paid[0] <= high - low + slack


@AT_EASE
@given(euros, euros, savings())
def test_a_bonus_and_a_malus_stay_within_their_limits(
    cost: float, budget: float, terms: dict[str, Any]
) -> None:
    """The provider gets at most its share of a saving, and bears at most its share of a loss."""
    extra = float(js.minimum_savings(cost, budget, **terms)) - cost
    saved, slack = budget - cost, 1e-9 * max(cost, budget, 1.0)
    bonus = min(terms["sharing_rate"] * max(saved, 0.0), limit(terms["savings_cap"], budget))
    malus = min(terms["loss_rate"] * max(-saved, 0.0), limit(terms["loss_cap"], budget))
    assert -malus - slack <= extra <= bonus + slack
    for whole, sign in ((bonus, 1), (malus, -1)):
        if whole > slack and saved * sign > 0:
            assert abs(extra) <= slack or near(extra, sign * whole, max(cost, budget))


def limit(cap: float | None, budget: float) -> float:
    return float("inf") if cap is None else cap * budget


@AT_EASE
@given(euros, budgets)
def test_no_minimum_and_nothing_for_the_provider_is_pxq(cost: float, budget: float) -> None:
    assert near(js.minimum_savings(cost, budget, minimum_rate=0.0, sharing_rate=0.0), cost)


@AT_EASE
@given(euros, budgets, shares, shares)
def test_no_minimum_is_a_band_at_zero_on_each_side(
    cost: float, budget: float, sharing: float, bears: float
) -> None:
    """Two rules, one settlement: the payer's share is what the provider does not share."""
    paid = js.minimum_savings(cost, budget, minimum_rate=0.0, sharing_rate=sharing, loss_rate=bears)
    as_bands = js.risk_sharing(
        cost,
        budget,
        loss_bands=[{"above": 0.0, "payer_share": 1 - bears}],
        gain_bands=[{"below": 0.0, "payer_share": 1 - sharing}],
    )
    assert near(paid, as_bands, max(cost, budget))


# --- recalibration and the index -----------------------------------------------------------------


@AT_EASE
@given(euros, counts, st.integers(1, 100_000).map(float))
def test_a_budget_that_follows_in_full_is_proportional(budget: float, number: float, of: float) -> None:
    assert near(js.recalibrate(budget, number, of), budget * number / of, budget)


@AT_EASE
@given(euros, st.integers(1, 100_000), shares, shares, st.integers(-1000, 1000))
def test_inside_the_dead_band_nothing_changes(
    budget: float, expected: int, band: float, passed: float, part: int
) -> None:
    number = expected * (1 + band * part / 1000)
    found = js.recalibrate(budget, number, expected, pass_through=passed, dead_band=band)
    assert near(found, budget)


@AT_EASE
@given(budgets, counts, st.integers(1, 100_000).map(float), shares, shares)
def test_a_recalibrated_budget_follows_the_number_and_never_more_than_it(
    budget: float, number: float, of: float, passed: float, band: float
) -> None:
    found = float(js.recalibrate(budget, number, of, pass_through=passed, dead_band=band))
    full, slack = budget * number / of, 1e-9 * budget * max(1.0, number / of)
    assert min(budget, full) - slack <= found <= max(budget, full) + slack
    assert found >= 0
    more = float(js.recalibrate(budget, number + 1, of, pass_through=passed, dead_band=band))
    assert more >= found - slack


levels = st.lists(st.integers(50, 200).map(lambda level: level / 100), min_size=1, max_size=6)


@AT_EASE
@given(levels)
def test_no_clause_is_the_index_itself(index: list[float]) -> None:
    """To the last bit; the whole index by a clause is the same to rounding."""
    paid = np.array([index, index[::-1]])
    np.testing.assert_array_equal(clause_index(paid, None), paid)
    np.testing.assert_allclose(clause_index(paid, IndexClause()), paid, rtol=1e-12)


@AT_EASE
@given(levels, shares, st.integers(-50, 50), st.integers(0, 50))
def test_growth_under_a_clause_stays_between_its_floor_and_its_cap(
    index: list[float], passed: float, low: int, more: int
) -> None:
    floor, cap = low / 100, (low + more) / 100
    clause = IndexClause(pass_through=passed, at_least=floor, at_most=cap)
    found = clause_index(np.array([index]), clause)[0]
    assert found[0] == index[0]
    growth = found[1:] / found[:-1] - 1
    asked = passed * (np.array(index[1:]) / np.array(index[:-1]) - 1)
    np.testing.assert_allclose(growth, np.clip(asked, floor, cap), rtol=1e-9, atol=1e-12)


@AT_EASE
@given(levels, st.integers(-50, 50))
def test_a_fixed_growth_compounds(index: list[float], percent: int) -> None:
    found = clause_index(np.array([index]), IndexClause(fixed_per_year=percent / 100))[0]
    years = np.arange(len(index))
    np.testing.assert_allclose(found, index[0] * (1 + percent / 100) ** years, rtol=1e-12)


# --- expensive children --------------------------------------------------------------------------


@AT_EASE
@given(
    st.lists(euros, min_size=1, max_size=60), st.sets(st.integers(0, 500_000), min_size=2, max_size=8)
)
def test_what_children_cost_above_a_sum_is_read_from_a_table_of_it(
    costs: list[float], sums: set[int]
) -> None:
    """Exact at the sums of the table; in between on the safe side, for the true excess is convex."""
    retentions = np.array(sorted(sums), dtype=float)
    known = np.array([np.maximum(np.array(costs) - r, 0).sum() for r in retentions])
    for retention, euros_above in zip(retentions, known, strict=True):
        assert excess_above(retentions, known, retention) == euros_above
    for low, high in pairwise(retentions):
        middle = (low + high) / 2
        found = excess_above(retentions, known, middle)
        true = np.maximum(np.array(costs) - middle, 0).sum()
        assert true <= found * (1 + 1e-9)
        assert known.min() * (1 - 1e-9) <= found <= known.max() * (1 + 1e-9)


@AT_EASE
@given(st.integers(0, 1000))
def test_the_excess_of_every_draw_is_read_at_its_own_retention(part: int) -> None:
    """Excess (draws, years, k) and retentions (draws, years), as a nominal retention asks."""
    retentions = np.array([1000.0, 2000.0])
    excess = np.array([[[50.0, 10.0], [40.0, 0.0]], [[8.0, 8.0], [90.0, 30.0]]])
    retention = np.array([[1000.0 + part, 2000.0], [1500.0, 1000.0]])
    found = excess_above(retentions, excess, retention)
    expected = [[50.0 - 40.0 * part / 1000, 0.0], [8.0, 90.0]]
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-9)


# --- per trajectory, and for places --------------------------------------------------------------


@AT_EASE
@given(counts, counts, euros, shares, shares)
def test_output_is_paid_between_what_starts_and_what_ends(
    started: float, ended: float, price: float, at_start: float, unpaid: float
) -> None:
    found = js.output_payment(started, ended, price, paid_at_start=at_start, unpaid_share=unpaid)
    low, high = sorted((price * started * (1 - unpaid), price * ended * (1 - unpaid)))
    assert low * (1 - 1e-9) - 1e-9 <= found <= high * (1 + 1e-9) + 1e-9


@AT_EASE
@given(counts, euros, shares, shares)
def test_when_as_many_end_as_start_the_moment_of_payment_is_nothing(
    number: float, price: float, at_start: float, unpaid: float
) -> None:
    found = js.output_payment(number, number, price, paid_at_start=at_start, unpaid_share=unpaid)
    assert near(found, price * number * (1 - unpaid), price)


@AT_EASE
@given(shares, st.integers(0, 60), st.integers(0, 60))
def test_returns_in_more_months_are_more_and_never_all(chance: float, one: int, other: int) -> None:
    low, high = sorted((one, other))
    fewer, more = (float(unpaid_returns(chance, months)) for months in (low, high))
    assert 0 <= fewer <= more <= 1
    # Who has not come back in the first months may still do so in the others.
    both = float(unpaid_returns(chance, low + high))
    assert 1 - both == pytest.approx((1 - fewer) * (1 - more), abs=1e-9)


@AT_EASE
@given(euros, *PLACES_AND_DAYS, shares, counts, euros, shares, shares)
def test_at_the_reference_occupancy_the_fee_is_due_in_full(
    fee: float,
    places: float,
    days: float,
    occupancy: float,
    units: float,
    per_use: float,
    below: float,
    above: float,
) -> None:
    assume(occupancy > 0)
    found = js.availability_payment(
        fee,
        places,
        occupancy * places * days,
        days,
        units,
        fee_per_use=per_use,
        reference_occupancy=occupancy,
        below_share=below,
        above_share=above,
    )
    assert near(found, fee * places + per_use * units)


@AT_EASE
@given(euros, *PLACES_AND_DAYS, shares, shares, shares, shares, shares)
def test_a_fuller_place_is_never_paid_less(
    fee: float,
    places: float,
    days: float,
    one: float,
    other: float,
    reference: float,
    below: float,
    above: float,
) -> None:
    assume(reference > 0)
    occupied = np.sort([one, other]) * places * days
    emptier, fuller = js.availability_payment(
        fee,
        places,
        occupied,
        days,
        0.0,
        reference_occupancy=reference,
        below_share=below,
        above_share=above,
    )
    slack = 1e-9 * fee * places / reference
    assert -slack <= emptier <= fuller + slack
    without = js.availability_payment(fee, places, occupied, days, 0.0)
    assert near(without, fee * places)


# --- bail-outs -----------------------------------------------------------------------------------

per_year = st.lists(results, min_size=1, max_size=6)


def one_draw(result: list[float], reserve: float, happens: list[bool], share: float) -> Array:
    found = js.top_ups(np.array([result]), np.array([reserve]), np.array([happens]), np.array([share]))
    return np.asarray(found)[0]


@AT_EASE
@given(per_year, euros, shares)
def test_what_does_not_happen_tops_nothing_up(
    result: list[float], reserve: float, share: float
) -> None:
    assert not one_draw(result, reserve, [False] * len(result), share).any()


@AT_EASE
@given(per_year, euros)
def test_a_full_top_up_leaves_the_running_result_at_minus_the_reserve(
    result: list[float], reserve: float
) -> None:
    found = one_draw(result, reserve, [True] * len(result), 1.0)
    running, slack = np.cumsum(np.array(result) + found), 1e-9 * (reserve + np.abs(result).sum() + 1.0)
    assert (running >= -reserve - slack).all()
    assert near(running[found > 0], -reserve, slack * 1e9)


@AT_EASE
@given(per_year, euros, shares, st.randoms())
def test_a_top_up_is_its_share_of_what_lies_beyond_the_reserve(
    result: list[float], reserve: float, share: float, chance: Any
) -> None:
    happens = [chance.random() < 0.5 for _ in result]
    found = one_draw(result, reserve, happens, share)
    running, slack = 0.0, 1e-9 * (reserve + np.abs(result).sum() + 1.0)
    for this, topped_up, happened in zip(result, found, happens, strict=True):
        running += this
        beyond = max(-reserve - running, 0.0)
        assert topped_up == pytest.approx(share * beyond if happened else 0.0, abs=slack)
        assert topped_up >= 0
        running += topped_up


@AT_EASE
@given(per_year, euros, shares)
def test_draws_are_topped_up_each_by_itself(result: list[float], reserve: float, share: float) -> None:
    both = np.array([result, result[::-1]])
    happens = np.ones(both.shape, dtype=bool)
    together = js.top_ups(both, np.array([reserve, 2 * reserve]), happens, np.array([share, 1.0]))
    np.testing.assert_array_equal(together[0], one_draw(result, reserve, [True] * len(result), share))
    alone = one_draw(result[::-1], 2 * reserve, [True] * len(result), 1.0)
    np.testing.assert_array_equal(together[1], alone)


# --- arrays --------------------------------------------------------------------------------------


@AT_EASE
@given(st.lists(euros, min_size=2, max_size=5), st.lists(budgets, min_size=3, max_size=3))
def test_rules_work_on_arrays_as_on_numbers(costs: list[float], agreed: list[float]) -> None:
    """Shapes that broadcast: costs down, budgets across."""
    down, across = np.array(costs)[:, None], np.array(agreed)
    bands = [{"above": 0.03, "payer_share": 0.5, "reinsurer_share": 0.2}]
    rules = {
        "risk_sharing": lambda c, b: js.risk_sharing(c, b, loss_bands=bands),
        "reinsurer": lambda c, b: js.risk_split(c, b, loss_bands=bands).reinsurer,
        "ceiling": lambda c, b: js.ceiling(c, b, marginal_rate=0.5, margin=0.02, granted_share=0.3),
        "minimum_savings": lambda c, b: js.minimum_savings(
            c, b, minimum_rate=0.02, sharing_rate=0.5, savings_cap=0.1, loss_rate=0.3
        ),
        "recalibrate": lambda c, b: js.recalibrate(c, 110.0, b, pass_through=0.5, dead_band=0.05),
        "output": lambda c, b: js.output_payment(c, b, 2.0, paid_at_start=0.3),
    }
    for name, rule in rules.items():
        whole = np.asarray(rule(down, across))
        assert whole.shape == (len(costs), 3), name
        one_by_one = [[float(rule(c, b)) for b in agreed] for c in costs]
        np.testing.assert_array_equal(whole, one_by_one, err_msg=name)


def test_rules_leave_their_arguments_as_they_were() -> None:
    cost, budget = np.array([90.0, 120.0]), np.array([100.0, 100.0])
    result = np.array([[-50.0, -90.0]])
    kept = cost.copy(), budget.copy(), result.copy()
    js.risk_sharing(cost, budget, loss_bands=[{"above": 0.0, "payer_share": 0.5}])
    js.ceiling(cost, budget, marginal_rate=0.5)
    js.minimum_savings(cost, budget, minimum_rate=0.0, sharing_rate=0.5)
    js.recalibrate(budget, cost, 100.0)
    js.top_ups(result, np.array([10.0]), np.ones((1, 2), dtype=bool), np.array([1.0]))
    clause_index(result + 100.0, None)
    for before, after in zip(kept, (cost, budget, result), strict=True):
        np.testing.assert_array_equal(before, after)
