"""The price path: wages beside materials, what municipalities receive, and chances by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from jeugdsim.scenario.settings import World
from jeugdsim.world.chances import chance_uniforms
from jeugdsim.world.index import IndexPaths, draw_index_paths, index_is_certain, mean_index
from jeugdsim.world.shocks import independent_normals

DRAWS = 20_000
ROOT_N = np.sqrt(DRAWS)
YEARS = range(2025, 2033)
WAGES = {"mean": 0.04, "sd": 0.012, "autocorrelation": 0.5}
MATERIALS = {"mean": 0.02, "sd": 0.03, "autocorrelation": 0.2}
MIXED = {"indexation": WAGES, "material_indexation": MATERIALS, "wage_share": 0.9}
INCOME = {"mean": 0.03, "sd": 0.01, "autocorrelation": 0.4, "correlation": 0.6}


def paths(draws: int = DRAWS, years: range = YEARS, seed: int = 17, **world: Any) -> IndexPaths:
    return draw_index_paths(World(**world), 2025, years, seed=seed, draws=draws)


def growth(levels: np.ndarray[Any, Any] | None) -> np.ndarray[Any, Any]:
    assert levels is not None
    return np.asarray(levels[:, 1:] / levels[:, :-1] - 1)


def test_certain_wages_and_materials_by_hand() -> None:
    """90% of 4% plus 10% of 2% is 3.8% a year; prices of 2025."""
    world = {"indexation": 0.04, "material_indexation": {"mean": 0.02}, "wage_share": 0.9}
    paid = paths(2, range(2026, 2028), **world).provisional
    np.testing.assert_allclose(paid, [[1.038, 1.038**2]] * 2, rtol=1e-14)
    expected = mean_index(World(**world), 2025, [2026, 2028])
    np.testing.assert_allclose(expected, [1.038, 1.038**3], rtol=1e-14)


def test_the_mixture_keeps_the_expected_miss() -> None:
    world = World(**MIXED, index_forecast_error={"mean": 0.005, "sd": 0.01})
    np.testing.assert_allclose(mean_index(world, 2025, [2026]), [1.043], rtol=1e-14)


def test_moments_of_the_mixture() -> None:
    """Mean 0.9 x 4% + 0.1 x 2%; variance 0.9^2 x 1.2%^2 + 0.1^2 x 3%^2 in every year.

    Covariance of years k apart: 0.81 x 0.012^2 x 0.5^k + 0.01 x 0.03^2 x 0.2^k. Seven means, seven
    variances and 21 correlations within 5 standard errors: once in 50,000 seeds. The error of a
    correlation is at most 1/sqrt(n).
    """
    grown = growth(paths(**MIXED).provisional)
    by_wages, by_materials = 0.9**2 * 0.012**2, 0.1**2 * 0.03**2
    variance = by_wages + by_materials
    assert (np.abs(grown.mean(axis=0) - 0.038) < 5 * np.sqrt(variance) / ROOT_N).all()
    assert (np.abs(grown.var(axis=0) / variance - 1) < 5 * np.sqrt(2) / ROOT_N).all()
    found = np.corrcoef(grown, rowvar=False)
    for a in range(7):
        for b in range(a):
            wanted = (by_wages * 0.5 ** (a - b) + by_materials * 0.2 ** (a - b)) / variance
            assert abs(found[a, b] - wanted) < 5 / ROOT_N


def test_wages_and_materials_go_their_own_ways() -> None:
    """Wages alone and materials alone, both drawn by name, make up the mixture to the last digits."""
    mixed = growth(paths(50, **MIXED).provisional)
    wages = growth(paths(50, indexation=WAGES).provisional)
    only_materials = {**MIXED, "wage_share": 0.0}
    materials = growth(paths(50, **only_materials).provisional)
    np.testing.assert_allclose(mixed, 0.9 * wages + 0.1 * materials, atol=1e-13)
    assert not np.allclose(wages, materials)


def test_without_the_new_fields_the_bits_stay() -> None:
    """An income index and a forecast error beside it leave what is paid as it was, to the bit."""
    plain = {"indexation": WAGES, "index_forecast_error": {"mean": 0.01, "sd": 0.008}}
    before, after = paths(100, **plain), paths(100, **plain, income_index=INCOME)
    np.testing.assert_array_equal(before.provisional, after.provisional)
    np.testing.assert_array_equal(before.definitive, after.definitive)
    assert before.income is None


def test_every_stream_by_its_name() -> None:
    """The mixture and income of two years, from normals taken by name."""
    of = paths(40, range(2025, 2028), **MIXED, income_index=INCOME)
    wages, materials, own = (
        independent_normals(17, name, [2026, 2027], 40)
        for name in ("indexation", "material_indexation", "income_index")
    )

    def second(e: np.ndarray[Any, Any], rho: float) -> np.ndarray[Any, Any]:
        return rho * e[:, 0] + np.sqrt(1 - rho**2) * e[:, 1]

    first_step = 1 + 0.9 * (0.04 + 0.012 * wages[:, 0]) + 0.1 * (0.02 + 0.03 * materials[:, 0])
    next_step = 1 + 0.9 * (0.04 + 0.012 * second(wages, 0.5))
    next_step += 0.1 * (0.02 + 0.03 * second(materials, 0.2))
    np.testing.assert_allclose(of.provisional[:, 2], first_step * next_step, rtol=1e-13)
    e = 0.6 * wages + 0.8 * own
    received = (1.03 + 0.01 * e[:, 0]) * (1.03 + 0.01 * second(e, 0.4))
    assert of.income is not None
    np.testing.assert_allclose(of.income[:, 2], received, rtol=1e-13)


def test_what_municipalities_receive_is_one_in_price_year() -> None:
    """3% a year, certain: 1.03^2 in 2027; a later start only cuts the path."""
    certain = paths(2, range(2025, 2029), income_index={"mean": 0.03}).income
    np.testing.assert_allclose(certain, [[1.0, 1.03, 1.0609, 1.092727]] * 2, rtol=1e-14)
    whole, later = (
        paths(50, years, income_index=INCOME).income for years in (YEARS, range(2028, 2033))
    )
    assert whole is not None
    np.testing.assert_array_equal(whole[:, 3:], later)


def test_growth_of_income_is_a_normal_autoregression_tied_to_wages() -> None:
    """Mean 3%, sd 1%, autocorrelation 0.4; surprises correlate 0.6 with those of wages.

    The surprise of a year is what the autoregression leaves: z_y - rho z_(y-1), over sqrt(1 - rho^2).
    Seven means, variances and correlations, and 42 correlations of other years that are none, within
    5 standard errors: once in 25,000 seeds.
    """
    of = paths(indexation=WAGES, income_index=INCOME)
    income = (growth(of.income) - 0.03) / 0.01
    wages = (growth(of.provisional) - 0.04) / 0.012
    assert (np.abs(income.mean(axis=0)) < 5 / ROOT_N).all()
    assert (np.abs(income.var(axis=0) - 1) < 5 * np.sqrt(2) / ROOT_N).all()
    surprises = [innovations(income, 0.4), innovations(wages, 0.5)]
    found = np.corrcoef(*surprises, rowvar=False)[:7, 7:]
    same = np.eye(7, dtype=bool)
    assert (np.abs(found[same] - 0.6) < 5 * (1 - 0.6**2) / ROOT_N).all()
    assert (np.abs(found[~same]) < 5 / ROOT_N).all()
    lag = np.mean(income[:, 1:] * income[:, :-1])
    assert abs(lag - 0.4) < 5 / ROOT_N


def innovations(z: np.ndarray[Any, Any], rho: float) -> np.ndarray[Any, Any]:
    e = z.copy()
    e[:, 1:] = (z[:, 1:] - rho * z[:, :-1]) / np.sqrt(1 - rho**2)
    return e


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_income_that_wholly_follows_wages(sign: float) -> None:
    """With the same mean, sd and autocorrelation and a correlation of 1 income is the price index."""
    of = paths(200, indexation=WAGES, income_index={**WAGES, "correlation": sign})
    assert of.income is not None
    surprise = growth(of.income) - WAGES["mean"]
    np.testing.assert_allclose(surprise, sign * (growth(of.provisional) - WAGES["mean"]), atol=1e-14)


def test_income_goes_along_with_wages_not_with_materials() -> None:
    """A correlation of 1 with wages is one with the part of the index that follows wages only."""
    alone = paths(100, indexation=WAGES, income_index={**INCOME, "correlation": 1.0}).income
    mixed = paths(100, **MIXED, income_index={**INCOME, "correlation": 1.0}).income
    np.testing.assert_array_equal(alone, mixed)


def test_a_longer_run_begins_with_the_shorter_one() -> None:
    short, long = (paths(draws, **MIXED, income_index=INCOME) for draws in (70, 300))
    np.testing.assert_array_equal(long.provisional[:70], short.provisional)
    assert long.income is not None
    np.testing.assert_array_equal(long.income[:70], short.income)


@pytest.mark.parametrize("stream", ["material_indexation", "index_forecast_error"])
def test_every_stream_has_a_name_of_its_own(stream: str) -> None:
    """Taking another process away leaves income as it is."""
    world: dict[str, Any] = {**MIXED, "index_forecast_error": {"mean": 0.01, "sd": 0.008}}
    fewer = {name: part for name, part in world.items() if name != stream}
    if stream == "material_indexation":
        fewer["wage_share"] = 1.0
    with_it, without = (paths(50, **one, income_index=INCOME) for one in (world, fewer))
    np.testing.assert_array_equal(with_it.income, without.income)
    assert not np.array_equal(with_it.provisional, without.provisional)


def test_when_the_price_index_is_certain() -> None:
    assert index_is_certain(World(indexation=0.03, income_index=INCOME))
    assert not index_is_certain(World(indexation=WAGES))
    assert not index_is_certain(World(**{**MIXED, "indexation": 0.04}))


def test_chances_are_uniform_and_those_of_two_names_have_nothing_in_common() -> None:
    """Mean and variance of a uniform within 5 standard errors, as two correlations: 1 in 400,000."""
    numbers = np.arange(DRAWS)
    a, b = (chance_uniforms(5, "tariff_reset", name, numbers) for name in ("a", "b"))
    other = chance_uniforms(5, "bail_out", "a", numbers)
    assert a.min() >= 0.0
    assert a.max() < 1.0
    assert abs(a.mean() - 0.5) < 5 * np.sqrt(1 / 12) / ROOT_N
    assert abs(a.var() - 1 / 12) < 5 * np.sqrt(1 / 180) / ROOT_N
    for one in (b, other):
        assert abs(np.corrcoef(a, one)[0, 1]) < 5 / ROOT_N


def test_a_chance_belongs_to_its_draw_and_year() -> None:
    everybody = chance_uniforms(5, "bail_out", "verblijf", np.arange(300), range(2027, 2033))
    assert everybody.shape == (300, 6)
    assert len(np.unique(everybody)) == everybody.size
    some = chance_uniforms(5, "bail_out", "verblijf", np.array([250, 3]), [2029])
    np.testing.assert_array_equal(some, everybody[[250, 3], 2:3])
    nobody = chance_uniforms(5, "bail_out", "verblijf", np.array([], dtype=np.int64), [2029])
    assert nobody.shape == (0, 1)
