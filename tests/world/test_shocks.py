"""Yearly shocks: gamma, mean 1, the given cv, hanging together over the years."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
import xarray as xr
from regions import care_form, region
from scipy import stats

import jeugdsim as js
from jeugdsim.world.shocks import autoregressive_normals, gamma_shock, independent_normals

DRAWS = 40_000
YEARS = range(2027, 2033)
ROOT_N = np.sqrt(DRAWS)


@cache
def z(rho: float) -> np.ndarray:
    return autoregressive_normals(11, "een schok", YEARS, DRAWS, rho)


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9, -0.6])
def test_normals_are_standard_in_every_year_and_correlate_as_stated(rho: float) -> None:
    """Stationary from the first year; over n years the correlation is rho^n.

    27 numbers within 5 standard errors each: a false alarm once in 60,000 seeds.
    """
    normals = z(rho)
    assert (np.abs(normals.mean(axis=0)) < 5 / ROOT_N).all()
    assert (np.abs(normals.var(axis=0) - 1) < 5 * np.sqrt(2) / ROOT_N).all()
    correlation = np.corrcoef(normals, rowvar=False)
    for a in range(6):
        for b in range(a):
            error = (1 - rho ** (2 * (a - b))) / ROOT_N
            assert abs(correlation[a, b] - rho ** (a - b)) < 5 * error


def test_the_first_year_and_every_innovation_are_normal() -> None:
    """Kolmogorov-Smirnov on seven series: a false alarm for one seed in 1,400."""
    normals = z(0.5)
    series = [normals[:, 0], *((normals[:, 1:] - 0.5 * normals[:, :-1]) / np.sqrt(0.75)).T]
    for values in [*series, z(0.9)[:, 5]]:
        assert stats.kstest(values, "norm").pvalue > 1e-4


@pytest.mark.parametrize("cv", [0.03, 0.15, 0.6, 1.5])
def test_a_shock_is_gamma_with_mean_one_and_the_given_cv(cv: float) -> None:
    normals = z(0.5)[:, 3]
    shock = gamma_shock(normals, cv)
    law = stats.gamma(cv**-2, scale=cv**2)
    np.testing.assert_allclose(shock, law.ppf(stats.norm.cdf(normals)), rtol=1e-6, atol=1e-9)
    assert abs(shock.mean() - 1) < 5 * cv / ROOT_N, "once in 2 million seeds"
    assert shock.std() == pytest.approx(cv, rel=0.06)
    assert (np.diff(gamma_shock(np.sort(normals), cv)) >= 0).all()


def test_the_exact_moments_of_a_shock() -> None:
    """The area under the quantiles at a million levels: mean 1 and cv to 1e-4."""
    normals = stats.norm.ppf((np.arange(1_000_000) + 0.5) / 1_000_000)
    for cv in (0.04, 0.5):
        shock = gamma_shock(normals, cv)
        assert shock.mean() == pytest.approx(1, abs=1e-6)
        assert shock.std() == pytest.approx(cv, rel=1e-4)


def test_far_tails_stay_finite_and_in_order() -> None:
    far = np.array([-40.0, -9.0, -8.0, 0.0, 8.0, 9.0, 20.0])
    shock = gamma_shock(far, 0.1)
    assert np.isfinite(shock).all()
    assert (np.diff(shock) >= 0).all()
    assert shock[1] < shock[2] < shock[3] < shock[4] < shock[5]


def test_without_spread_there_is_no_shock() -> None:
    assert (gamma_shock(z(0.5), 0.0) == 1).all()


def test_innovations_belong_to_their_name_year_and_draw() -> None:
    """Other years beside it, more draws or another name change nothing, or everything."""
    normals = independent_normals(1, "naam", [2027, 2028, 2029], 100)
    longer = independent_normals(1, "naam", [2026, 2028, 2030], 300)
    np.testing.assert_array_equal(longer[:100, 1], normals[:, 1])
    for other in (
        independent_normals(1, "naam anders", [2028], 100)[:, 0],
        independent_normals(2, "naam", [2028], 100)[:, 0],
        normals[:, 0],
    ):
        assert abs(np.corrcoef(other, normals[:, 1])[0, 1]) < 0.5, "5 errors of 0.1"


# --- shocks as children notice them --------------------------------------------------------------

TOWNS = ("Aldorp", "Berkstad")
RATE = 2_000.0


def shocked(**world: Any) -> xr.Dataset:
    scenario = region([care_form("zorg")], towns=TOWNS, inflow=RATE, stock=0.0, world=world)
    return js.simulate(scenario, draws=1_000, seed=6, progress=False).sel(care_form="zorg")


def shock_of_inflow(volumes: xr.Dataset) -> np.ndarray:
    """Return new children over their expectation, shape (towns, years, draws)."""
    return (volumes.stays_started / RATE).transpose("municipality", "year", "draw").to_numpy()


def test_a_regional_shock_of_inflow_is_shared_and_a_municipal_one_is_not() -> None:
    """Mean 1; variance cv^2 and the Poisson variance 1/2,000; correlation between towns and years.

    With 1,000 draws: mean within 5 errors, variance within 5 x sqrt(2/1,000), correlations within
    5/sqrt(1,000) of what they should be: a false alarm about once in 30,000 seeds.
    """
    cv = 0.15
    own = 1 / RATE / (cv**2 + 1 / RATE)
    for kind, between in (("region", 1 - own), ("municipality", 0.0)):
        name = f"inflow_shock_{kind}"
        inflow = shock_of_inflow(shocked(**{f"{name}_cv": cv, f"{name}_autocorrelation": 0.7}))
        variance = cv**2 + 1 / RATE
        assert (np.abs(inflow.mean(axis=2) - 1) < 5 * np.sqrt(variance / 1_000)).all()
        assert (np.abs(inflow.var(axis=2) / variance - 1) < 5 * np.sqrt(2.2 / 1_000)).all()
        for year in range(3):
            correlation = np.corrcoef(inflow[0, year], inflow[1, year])[0, 1]
            assert abs(correlation - between) < 5 / np.sqrt(1_000)
        for town in range(2):
            correlation = np.corrcoef(inflow[town, 0], inflow[town, 1])[0, 1]
            assert abs(correlation - 0.7 * (1 - own)) < 5 / np.sqrt(1_000)


def test_both_shocks_of_inflow_multiply() -> None:
    cv = 0.2
    inflow = shock_of_inflow(shocked(inflow_shock_region_cv=cv, inflow_shock_municipality_cv=cv))
    variance = (1 + cv**2) ** 2 - 1 + 1 / RATE
    assert (np.abs(inflow.var(axis=2) / variance - 1) < 5 * np.sqrt(3 / 1_000)).all()
    covariance = np.mean((inflow[0] - 1) * (inflow[1] - 1), axis=1)
    assert covariance == pytest.approx(cv**2, abs=5 * 1.5 * variance / np.sqrt(1_000))


def test_a_shock_of_units_is_regional_and_multiplies_every_care_day_of_the_year() -> None:
    volumes = shocked(units_shock_cv=0.1)
    shock = (volumes.units / volumes.client_days).transpose("municipality", "year", "draw").to_numpy()
    np.testing.assert_allclose(shock[0], shock[1], rtol=1e-12)
    law = stats.gamma(100, scale=0.01)
    for year in range(3):
        assert stats.kstest(shock[0, year], law.cdf).pvalue > 1e-4, "once in 10,000 seeds"
    assert np.corrcoef(shock[0, 0], shock[0, 1])[0, 1] == pytest.approx(0.5, abs=5 / np.sqrt(1_000))


def test_a_shock_of_stays_scales_the_stays_that_begin_in_the_year() -> None:
    """All children enter in 2025 and stay 100 days times the shock of that year, also in 2026.

    Rounding by chance vanishes over 4,000 children (below 1e-4 of a stay), so days per child are the
    shock itself: gamma with cv 0.1 (Kolmogorov-Smirnov: once in 10,000 seeds).
    """
    scenario = region(
        [care_form("zorg", stay_mean_days=100)],
        towns=TOWNS,
        youth=[RATE, 0.0, 0.0],
        inflow=1_000.0,
        stock=0.0,
        world={"stay_shock_cv": 0.1, "stay_shock_autocorrelation": 0.0},
    )
    volumes = js.simulate(scenario, draws=1_000, seed=6, progress=False).sum(["year", "care_form"])
    shock = (volumes.client_days / volumes.stays_started / 100).transpose("municipality", "draw")
    law = stats.gamma(100, scale=0.01)
    assert stats.kstest(shock.to_numpy()[0], law.cdf).pvalue > 1e-4
    np.testing.assert_allclose(shock[0], shock[1], atol=1e-3)
