"""Index paths: what is paid (L), what a year turned out to need (D), what councils may expect."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from jeugdsim.scenario.settings import World
from jeugdsim.world.index import IndexPaths, draw_index_paths, mean_index

DRAWS = 20_000
ROOT_N = np.sqrt(DRAWS)


def paths(price_year: int, years: range, draws: int = DRAWS, **world: Any) -> IndexPaths:
    return draw_index_paths(World(**world), price_year, years, seed=17, draws=draws)


def test_a_plain_number_is_that_growth_every_year() -> None:
    """Tariffs in prices of 2025: 1.03^2 in 2027, 1.03^3 in 2028; nothing is missed."""
    of = paths(2025, range(2027, 2029), 3, indexation=0.03)
    np.testing.assert_allclose(of.provisional, [[1.0609, 1.092727]] * 3, rtol=1e-14)
    np.testing.assert_allclose(of.definitive, [[1.0609, 1.092727]] * 3, rtol=1e-14)


def test_the_start_in_price_year_itself_stands_at_one() -> None:
    of = paths(2027, range(2027, 2029), 2, indexation=0.03)
    np.testing.assert_allclose(of.provisional, [[1.0, 1.03]] * 2, rtol=1e-14)


def test_a_certain_forecast_error_by_hand() -> None:
    """Index 3% a year, each year 1 point too low, prices of 2025.

    def = 4% from 2025 on. What is paid catches up a year later, the level of 2025 included:
    L: 2025 1; 2026 1 + 0.03 + 0.04 - 0.03 = 1.04; 2027 1.04^2; 2028 1.04^3.
    D: 2025 1.01; 2026 1.01 x 1.04; 2027 1.01 x 1.04^2; 2028 1.01 x 1.04^3.
    """
    world = {"indexation": 0.03, "index_forecast_error": 0.01}
    of = paths(2025, range(2025, 2029), 2, **world)
    np.testing.assert_allclose(of.provisional, [[1, 1.04, 1.0816, 1.124864]] * 2, rtol=1e-14)
    wanted = [1.01, 1.0504, 1.092416, 1.13611264]
    np.testing.assert_allclose(of.definitive, [wanted] * 2, rtol=1e-14)


def test_a_later_start_only_cuts_the_path() -> None:
    world = {
        "indexation": {"mean": 0.03, "sd": 0.02},
        "index_forecast_error": {"mean": 0.01, "sd": 0.02},
    }
    whole, later = (paths(2025, years, 50, **world) for years in (range(2025, 2033), range(2028, 2033)))
    np.testing.assert_array_equal(whole.provisional[:, 3:], later.provisional)
    np.testing.assert_array_equal(whole.definitive[:, 3:], later.definitive)
    assert (whole.provisional[:, 0] == 1).all()


def test_growth_of_the_index_is_a_normal_autoregression() -> None:
    """Mean 3.5%, sd 1.5%, autocorrelation 0.6, stationary from the first year on.

    Seven means, seven variances and 21 correlations within 5 standard errors: once in 50,000 seeds.
    """
    process = {"mean": 0.035, "sd": 0.015, "autocorrelation": 0.6}
    level = paths(2025, range(2025, 2033), indexation=process).provisional
    growth = level[:, 1:] / level[:, :-1] - 1
    assert (np.abs(growth.mean(axis=0) - 0.035) < 5 * 0.015 / ROOT_N).all()
    assert (np.abs(growth.var(axis=0) / 0.015**2 - 1) < 5 * np.sqrt(2) / ROOT_N).all()
    correlation = np.corrcoef(growth, rowvar=False)
    for a in range(7):
        for b in range(a):
            error = (1 - 0.6 ** (2 * (a - b))) / ROOT_N
            assert abs(correlation[a, b] - 0.6 ** (a - b)) < 5 * error


def test_misses_are_independent_over_the_years_and_caught_up_the_year_after() -> None:
    """With a known index of 3%: D_y/D_(y-1) = 1.03 + e_y, L_y/L_(y-1) = 1.03 + e_(y-1)."""
    world = {"indexation": 0.03, "index_forecast_error": {"mean": 0.01, "sd": 0.008}}
    of = paths(2025, range(2025, 2033), **world)
    miss = of.definitive[:, 1:] / of.definitive[:, :-1] - 1.03
    paid = of.provisional[:, 1:] / of.provisional[:, :-1] - 1.03
    np.testing.assert_allclose(paid[:, 1:], miss[:, :-1], atol=1e-14)
    np.testing.assert_allclose(paid[:, 0], of.definitive[:, 0] - 1, atol=1e-14)
    every = np.column_stack([of.definitive[:, 0] - 1, miss])
    assert (np.abs(every.mean(axis=0) - 0.01) < 5 * 0.008 / ROOT_N).all()
    assert (np.abs(every.var(axis=0) / 0.008**2 - 1) < 5 * np.sqrt(2) / ROOT_N).all()
    apart = np.corrcoef(every, rowvar=False)[np.triu_indices(8, 1)]
    assert np.abs(apart).max() < 5 / ROOT_N, "28 correlations: once in 60,000 seeds"


def test_index_and_misses_are_independent() -> None:
    world = {
        "indexation": {"mean": 0.03, "sd": 0.01, "autocorrelation": 0.0},
        "index_forecast_error": {"mean": 0.0, "sd": 0.01},
    }
    of = paths(2025, range(2025, 2033), **world)
    # e of a year: what D misses of L. With both known the provisional growth is what is left.
    e = np.empty_like(of.definitive)
    e[:, 0] = of.definitive[:, 0] - 1
    provisional = np.empty((DRAWS, 7))
    for year in range(1, 8):
        provisional[:, year - 1] = of.provisional[:, year] / of.provisional[:, year - 1] - 1
        provisional[:, year - 1] -= e[:, year - 1]
        e[:, year] = of.definitive[:, year] / of.definitive[:, year - 1] - 1
        e[:, year] -= provisional[:, year - 1]
    for year in range(1, 8):
        correlation = np.corrcoef(provisional[:, year - 1], e[:, year])[0, 1]
        assert abs(correlation) < 5 / ROOT_N


def test_a_longer_run_begins_with_the_shorter_one() -> None:
    world = {
        "indexation": {"mean": 0.03, "sd": 0.02},
        "index_forecast_error": {"mean": 0.01, "sd": 0.02},
    }
    short, long = (paths(2025, range(2027, 2033), draws, **world) for draws in (70, 300))
    np.testing.assert_array_equal(long.provisional[:70], short.provisional)
    np.testing.assert_array_equal(long.definitive[:70], short.definitive)


def test_the_index_councils_may_expect_by_hand() -> None:
    """3.5% plus an expected miss of 0.4 points: 1.039^2 in 2027, 1.039^3 in 2028."""
    world = World(
        indexation={"mean": 0.035, "sd": 0.015}, index_forecast_error={"mean": 0.004, "sd": 0.01}
    )
    np.testing.assert_allclose(mean_index(world, 2025, [2027, 2028]), [1.039**2, 1.039**3], rtol=1e-14)


def test_the_mean_of_what_is_paid_is_what_councils_may_expect_when_growth_is_independent() -> None:
    """Without autocorrelation E[L] is that product; 6 means within 5 errors: once in 300,000 seeds."""
    world = {
        "indexation": {"mean": 0.035, "sd": 0.015, "autocorrelation": 0.0},
        "index_forecast_error": {"mean": 0.004, "sd": 0.01},
    }
    years = range(2027, 2033)
    paid = paths(2025, years, **world).provisional
    error = paid.std(axis=0) / ROOT_N
    assert (np.abs(paid.mean(axis=0) - mean_index(World(**world), 2025, years)) < 5 * error).all()


@pytest.mark.parametrize("rho", [-1.0, 1.0])
def test_the_outermost_autocorrelations_are_one_draw_for_all_years(rho: float) -> None:
    process = {"mean": 0.0, "sd": 0.01, "autocorrelation": rho}
    level = paths(2025, range(2025, 2030), 100, indexation=process).provisional
    growth = level[:, 1:] / level[:, :-1] - 1
    for step in range(1, 4):
        np.testing.assert_allclose(growth[:, step], rho**step * growth[:, 0], atol=1e-12)
