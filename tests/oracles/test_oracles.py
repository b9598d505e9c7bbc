"""The oracles themselves against numbers worked out by hand; jeugdsim is not imported."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from . import line, money
from .expected_units import StayLaw, expected_reference_cost, expected_units
from .folder import read_folder

DATA = Path(__file__).parents[1] / "data"
TWO_LOSS = [{"above": 0.03, "payer_share": 0.5}, {"above": 0.08, "payer_share": 0.8}]
ONE_GAIN = [{"below": 0.03, "payer_share": 0.5}]


def test_means() -> None:
    """10 with 6 and 18 around it: the upper half is twice as wide and pulls the mean up."""
    assert money.mean_of({"p10": 6.0, "p50": 10.0, "p90": 18.0}) == pytest.approx(11.245184)
    assert money.mean_of({"low": 1.0, "mode": 2.0, "high": 6.0}) == 3.0
    assert money.mean_of({"mean": 4.0, "cv": 0.5}) == 4.0
    assert money.mean_of(7) == 7.0


def test_levels_hold_until_the_next_named_year() -> None:
    """Named for 2028 and 2030."""
    levels = {"2028": 0.02, "2030": 0.05}
    assert [money.held_level(levels, y) for y in range(2027, 2032)] == [0, 0.02, 0.02, 0.05, 0.05]


def test_growth_fades() -> None:
    """10% with a fade of one half: 1.1, then 5%, then 2.5%; backwards without fading."""
    assert money.growth_factor(0.1, 0.5, 2028, 2025) == pytest.approx(1.1 * 1.05 * 1.025)
    assert money.growth_factor(0.1, 0.5, 2025, 2025) == 1.0
    assert money.growth_factor(0.1, 0.5, 2023, 2025) == pytest.approx(1 / 1.21)


def test_index_catches_up_one_year_late() -> None:
    """Price year 2025 with prov 3%, then 4%, 5%; errors 1%, 2%, -1%.

    Paid: 1; 1 x (1 + .04 + .01) = 1.05; 1.05 x (1 + .05 + .02) = 1.1235.
    Definitive: 1.01; 1.01 x 1.06 = 1.0706; 1.0706 x 1.04 = 1.113424.
    """
    paid, definitive = money.index_paths([0.03, 0.04, 0.05], [0.01, 0.02, -0.01])
    assert paid == pytest.approx([1.0, 1.05, 1.1235])
    assert definitive == pytest.approx([1.01, 1.0706, 1.113424])


def test_mean_index() -> None:
    """Two years after the price year at 4% + 1%; replaced by 2%."""
    assert money.mean_index(0.04, 0.01, 2025, 2027) == pytest.approx(1.1025)
    assert money.mean_index(0.04, 0.01, 2025, 2027, 0.02) == pytest.approx(1.0404)
    assert money.mean_index(0.04, 0.01, 2025, 2025) == 1.0


def test_phases() -> None:
    """A phase-in of 2 years is 730.5 days; 365.25 days after the start it is half way."""
    starts = date(2027, 1, 1)
    half = starts.toordinal() + 365.25
    assert money.phase_on_day(starts.toordinal() - 0.5, starts) == 0.0
    assert money.phase_on_day(starts.toordinal(), starts) == 1.0
    assert money.phase_on_day(half, starts, 2, "step") == 1.0
    assert money.phase_on_day(half, starts, 2) == 0.5
    assert money.phase_on_day(half, starts, 2, "front") == pytest.approx(math.sqrt(0.5))
    assert money.phase_on_day(half, starts, 2, "back") == 0.25
    assert money.phase_on_day(half + 9999, starts, 2, "back") == 1.0


def test_phase_at_month_middle_and_year_mean() -> None:
    """The middle of April is the 16th at 0:00; a step on 1 October 2027 acts 92 of 365 days."""
    assert money.phase_month_middle(2027, 4, date(2027, 4, 16)) == 1.0
    assert money.phase_month_middle(2027, 4, date(2027, 4, 17)) == 0.0
    # January 2027: middle 1 January + 15.5 days, so 15.5/365.25 of a one-year phase-in.
    linear = money.phase_month_middle(2027, 1, date(2027, 1, 1), 1, "linear")
    assert linear == pytest.approx(15.5 / 365.25)
    assert money.phase_year_mean(2027, date(2027, 10, 1)) == pytest.approx(92 / 365)
    # Linear over one year from 1 January: mean of 0 .. 364 over 365.25 is 182/365.25.
    assert money.phase_year_mean(2027, date(2027, 1, 1), 1) == pytest.approx(182 / 365.25)
    # Leap year: 1 March 2028 leaves 306 of 366 days.
    assert money.phase_year_mean(2028, date(2028, 3, 1)) == pytest.approx(306 / 366)


@pytest.mark.parametrize(
    ("cost", "payment"),
    [
        (120_000.0, 100_000 + 0.5 * 5_000 + 0.8 * 12_000),  # both loss bands: 112,100
        (105_000.0, 100_000 + 0.5 * 2_000),  # the first band only
        (102_000.0, 100_000.0),  # inside the corridor
        (98_000.0, 100_000.0),
        (90_000.0, 100_000 - 0.5 * 7_000),  # gain beyond 3%
        (0.0, 100_000 - 0.5 * 97_000),
    ],
)
def test_risk_sharing(cost: float, payment: float) -> None:
    """A budget of 100,000 with two loss bands and one gain band, and the same in thin slices."""
    assert money.risk_sharing_payment(cost, 100_000.0, TWO_LOSS, ONE_GAIN) == pytest.approx(payment)
    thin = money.risk_sharing_by_thin_slices(cost, 100_000.0, TWO_LOSS, ONE_GAIN)
    assert thin == pytest.approx(payment, rel=1e-5)


def test_reserve_is_lost_for_good() -> None:
    """Reserve 2% of 1,000 = 20: exactly -20 is not below it; a later gain does not bring back."""
    assert money.reserve_lost([-20.0, 5.0, -6.0, 100.0], 1_000.0, 0.02) == [
        False,
        False,
        True,
        True,
    ]


def test_pools_and_keys() -> None:
    """Two forms with the same members are one pool; shares are those of the pool."""
    assert money.pools({"b": ("X", "Y"), "a": ("Y", "X"), "c": ("X",)}) == [
        (["X", "Y"], ["a", "b"]),
        (["X"], ["c"]),
    ]
    use = [[10.0, 30.0], [0.0, 0.0], [40.0, 10.0]]
    expected = [50.0, 50.0]
    args = (expected, [1.0, 3.0], [2.0, 3.0])
    assert money.key_shares("actual_use", use, 0, *args) == [0.25, 0.75]
    assert money.key_shares("actual_use", use, 1, *args) == [0.5, 0.5]
    assert money.key_shares("rolling_use", use, 0, *args) == pytest.approx([0.5, 0.5])
    assert money.key_shares("rolling_use", use, 1, *args) == pytest.approx([1.25 / 3, 1.75 / 3])
    assert money.key_shares("rolling_use", use, 3, *args) == pytest.approx(
        [(0.25 + 0.5 + 0.8) / 3, (0.75 + 0.5 + 0.2) / 3]
    )
    assert money.key_shares("inhabitants", use, 0, *args) == [0.25, 0.75]
    assert money.key_shares("youth_population", use, 0, *args) == [0.4, 0.6]
    assert money.split_payment(90.0, {(0, "s"): 1.0, (1, "s"): 2.0}) == {
        (0, "s"): 30.0,
        (1, "s"): 60.0,
    }


def test_lever_cost() -> None:
    """36,500 a year from 15 April 2027 (261 of 365 days) at index 1.1; then a full leap year."""
    assert money.lever_cost(36_500, 1.1, date(2027, 4, 15), 2027) == pytest.approx(28_710.0)
    assert money.lever_cost(36_500, 1.0, date(2027, 4, 15), 2028) == 36_500
    assert money.lever_cost(36_500, 1.0, date(2027, 4, 15), 2026) == 0.0
    lever = {"affects": "inflow", "care_forms": ["a"], "municipalities": ["X", "Y"]}
    cells = {("X", "a"): 1.0, ("Y", "a"): 3.0, ("Z", "a"): 6.0, ("X", "b"): 6.0}
    assert money.lever_cost_over_cells(100.0, lever, cells) == {
        ("X", "a"): 25.0,
        ("Y", "a"): 75.0,
    }


def test_budget_overrun_and_savings() -> None:
    """A tenth of 1,000,000 at index 1.1, 2% a year for two years, target 50,000."""
    assert money.budget(1e6, 0.1, 1.1, 0.02, 2, 50_000) == pytest.approx(109_444.0)
    assert money.nominal_target(100.0, 1.1, None) == pytest.approx(110.0)
    assert money.nominal_target(100.0, 1.1, "nominal") == 100.0
    assert money.overrun(110.0, 5.0, 100.0) == 15.0
    assert money.chance_and_size([0.01, 0.02, 4.0, -3.0]) == (0.5, 2.01)
    assert money.chance_and_size([-1.0]) == (0.0, None)
    assert money.savings_parts(100.0, 90.0, 93.0, 2.0) == {
        "less_care": 10.0,
        "carried_by_providers": -3.0,
        "lever_cost": 2.0,
        "real": 8.0,
        "total": 5.0,
    }
    assert money.chance_met([9.99, 9.98], 10.0) == 0.5
    assert money.chance_met([9.99], 0.0) is None


def test_whole_day_stays() -> None:
    """The exponential stay has a closed form: E[S] = 1 + q^1.5/(1 - q), q = exp(-1/(c mean))."""
    law = StayLaw("exponential", 150.0, None)
    q = math.exp(-1 / (law.c * 150.0))
    assert 1 + q**1.5 / (1 - q) == pytest.approx(150.0, rel=1e-12)
    fixed = StayLaw("fixed", 10.0, None)
    assert fixed.survival(12).tolist() == [1.0] * 10 + [0.0] * 2
    # 10 days shortened by 5% is 9 days, and half of the times a day more.
    assert fixed.survival(12, 0.95).tolist() == pytest.approx([1.0] * 9 + [0.5] + [0.0] * 2)
    assert StayLaw("fixed", 1.0, None).survival(3, 0.5).tolist() == [1.0, 0.0, 0.0]
    lognormal = StayLaw("lognormal", 3.0, 2.0)
    assert lognormal.whole_day_mean(lognormal.c) == pytest.approx(3.0, rel=1e-12)


def test_certain_scenario_is_stationary() -> None:
    """Hand numbers for Aldorp (3,000 youths) and an unchanged stock through the first year.

    Crisis: 4 x 3 = 12 a year, 12/365 x 28 = 0.920548 in care. Pleegzorg: 6 + 0.35 x 12 = 10.2 a
    year, 10.2 x 300/365 = 8.383562. Ambulant: 27 + 0.3 x 12 + 0.25 x 10.2 = 33.15, x 120/365.
    """
    folder = read_folder(DATA / "certain")
    expected = expected_units(folder)
    crisis, pleegzorg = folder.care_forms.index("crisis"), folder.care_forms.index("pleegzorg")
    ambulant = folder.care_forms.index("ambulante begeleiding")
    stock = expected.clients_at_start[0]
    assert stock[crisis] == pytest.approx(12 * 28 / 365)
    assert stock[pleegzorg] == pytest.approx(10.2 * 300 / 365)
    assert stock[ambulant] == pytest.approx(33.15 * 120 / 365)
    np.testing.assert_allclose(expected.clients_at_year_end[0], expected.clients_at_start, 1e-9)
    np.testing.assert_allclose(expected.client_days[0], expected.clients_at_start * 365, 1e-9)
    assert expected.units[0, 0, ambulant] == pytest.approx(33.15 * 120 * 0.15)
    diagnostiek = folder.care_forms.index("diagnostiek")
    np.testing.assert_allclose(expected.units[:, 0, diagnostiek], 18.0)
    # 2028 has the same children a year over 366 days, so slightly fewer at a time.
    assert (expected.clients_at_year_end[1] <= expected.clients_at_start).all()
    assert expected.clients_at_year_end[1, 0, crisis] == pytest.approx(12 * 28 / 366)


@pytest.mark.parametrize("name", ["small", "certain"])
def test_children_do_not_get_lost(name: str) -> None:
    """Start + started - ended = end, in expectation as in every draw."""
    expected = expected_units(read_folder(DATA / name))
    before = expected.clients_at_start
    for y in range(3):
        after = before + expected.stays_started[y] - expected.stays_ended[y]
        np.testing.assert_allclose(expected.clients_at_year_end[y], after, atol=1e-9)
        before = after


def test_the_whole_line_adds_up() -> None:
    """With made-up volumes: bills are payments, and savings are the sum of their parts."""
    folder = read_folder(DATA / "small")
    expected = expected_reference_cost(folder)
    rng = np.random.default_rng(1)
    draws = 4
    bought = np.array(
        [[(m, k) in folder.demand for k in folder.care_forms] for m in folder.municipalities]
    )
    units = expected_units(folder).units[None] * rng.uniform(0.8, 1.3, (draws, 3, 3, 5)) * bought
    parameters = {
        "care_forms.pleegzorg.tariff": rng.uniform(58, 62, draws),
        "contracts.verblijf.cost_ratio": rng.uniform(0.97, 1.04, draws),
        "contracts.verblijf.volume_growth_per_year": rng.uniform(0, 0.02, draws),
        "levers.lokale teams.effect": rng.uniform(-0.1, 0, draws),
        "levers.lokale teams.cost_per_year": rng.uniform(18e3, 22e3, draws),
        "levers.tariefafspraak.effect": rng.uniform(-0.08, 0, draws),
    }
    level = rng.uniform(1.05, 1.2, (draws, 3))
    given = line.Quantities(units, level, level * 1.01, parameters)
    answer = line.recompute(folder, given, expected)
    payments = sum(answer.payment.values())
    table = {
        "verblijf": "rolling_use",
        "dag en diagnostiek": "inhabitants",
        "ambulant": "youth_population",
    }
    for key in (*money.KEYS, table):
        bills = line.contributions(folder, given, expected, answer, key)
        np.testing.assert_allclose(bills.sum(axis=(2, 3)), payments)
    assert answer.lever_cost[:, 0].sum() > 0
    np.testing.assert_allclose(
        (answer.budget_without_target - answer.budget).sum(axis=(2, 3))[0], answer.target
    )
