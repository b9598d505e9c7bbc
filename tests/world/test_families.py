"""Quantiles of the four families: what is written comes out, with the means of the model."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from jeugdsim.scenario.numbers import Distribution, Lognormal, Normal, Percentiles, Triangle
from jeugdsim.world.distributions import quantile

# Means by the formulas of the model, section 1; for percentiles p50 + 0.311296 (p10 + p90 - 2 p50).
FAMILIES: dict[str, tuple[Distribution, float]] = {
    "skew percentiles": (Percentiles(p10=-0.10, p50=-0.03, p90=0.01), -0.03 + 0.311296 * -0.03),
    "even percentiles": (Percentiles(p10=1, p50=2, p90=3), 2.0),
    "one-sided percentiles": (Percentiles(p10=0, p50=0, p90=1), 0.311296),
    "triangle": (Triangle(low=-0.08, mode=-0.05, high=-0.01), -0.14 / 3),
    "triangle with its mode at the end": (Triangle(low=0, mode=0, high=3), 1.0),
    "normal": (Normal(mean=0.015, sd=0.01), 0.015),
    "lognormal": (Lognormal(mean=20_000, cv=0.4), 20_000.0),
}


def middles(n: int = 2_000_000) -> np.ndarray:
    return (np.arange(n) + 0.5) / n


@pytest.mark.parametrize("name", FAMILIES)
def test_the_mean_of_what_is_drawn_is_the_mean_of_the_model(name: str) -> None:
    """The area under the quantiles by two million middles; the cut tails are below 1e-5 of a sd."""
    number, mean = FAMILIES[name]
    x = quantile(number, middles())
    assert x.mean() == pytest.approx(mean, abs=1e-5 * x.std())
    assert number.mean == pytest.approx(mean, rel=1e-12, abs=1e-15)


def test_percentiles_come_out_where_they_were_written() -> None:
    number = Percentiles(p10=-0.10, p50=-0.03, p90=0.01)
    at = quantile(number, np.array([0.1, 0.5, 0.9]))
    np.testing.assert_allclose(at, [-0.10, -0.03, 0.01], atol=1e-7)


def test_percentiles_are_two_half_normals() -> None:
    """Below the median with the spread of p10, above with that of p90: at 2% and 98%."""
    number = Percentiles(p10=-0.10, p50=-0.03, p90=0.01)
    z = stats.norm.ppf(0.98)
    at = quantile(number, np.array([0.02, 0.98]))
    np.testing.assert_allclose(at, [-0.03 - 0.07 * z / 1.281552, -0.03 + 0.04 * z / 1.281552])


def test_a_triangle_is_scipys() -> None:
    u = np.array([1e-9, 0.01, 0.3, 0.42857, 0.43, 0.8, 1 - 1e-9])
    law = stats.triang(3 / 7, loc=-0.08, scale=0.07)
    np.testing.assert_allclose(
        quantile(Triangle(low=-0.08, mode=-0.05, high=-0.01), u), law.ppf(u), atol=1e-12
    )
    assert (quantile(Triangle(low=2, mode=2, high=2), u) == 2).all()


def test_normal_and_lognormal_have_the_stated_spread() -> None:
    u = middles()
    assert quantile(Normal(mean=5, sd=2), u).std() == pytest.approx(2, rel=1e-4)
    x = quantile(Lognormal(mean=20_000, cv=0.4), u)
    assert x.std() / 20_000 == pytest.approx(0.4, rel=1e-4)
    np.testing.assert_allclose(np.log(np.median(x)), np.log(20_000) - np.log(1.16) / 2, rtol=1e-6)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_higher_level_never_gives_a_lower_number(name: str) -> None:
    u = np.sort(np.concatenate([middles(10_000), [2.0**-54, 1 - 2.0**-53, 0.5 - 1e-16, 0.5 + 1e-16]]))
    x = quantile(FAMILIES[name][0], u)
    assert np.isfinite(x).all()
    assert (np.diff(x) >= 0).all()
