"""The queueing oracle beside hand-worked cases, textbook closed forms and a second derivation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import poisson

from .expected_units import StayLaw
from .queues import (
    compound_poisson,
    excess_transform,
    lognormal_grid,
    panjer_recursion,
    passed_on,
    step_coefficients,
    still_in_care,
    visits,
    year_end_response,
)

LAWS = {
    "exponential": StayLaw("exponential", 90.0, None),
    "fixed": StayLaw("fixed", 150.0, None),
    "lognormal": StayLaw("lognormal", 120.0, 160.0),
}
MONTH_DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def test_stays_of_two_days_by_hand() -> None:
    """One entry a day, e(t) of them on day t: days in care on 0, 1, 2 are e(-1) + 2e(0) + 2e(1) + e(2).

    Mean 6, variance 1 + 4 + 4 + 1, fourth cumulant 1 + 16 + 16 + 1; day 0 and day 1 share e(0).
    """
    stays = visits(StayLaw("fixed", 2.0, None), np.ones(3), 2.0)
    days = stays.days_within(0, 3)
    assert stays.cumulant(days) == pytest.approx(6.0)
    assert stays.cumulant(days, days) == pytest.approx(10.0)
    assert stays.cumulant(days, days, days, days) == pytest.approx(34.0)
    assert stays.cumulant(stays.days_within(0, 1), stays.days_within(1, 2)) == pytest.approx(1.0)


def test_who_moves_from_two_days_to_three_by_hand() -> None:
    """In the first form on day 0: entered on -1 (second form on days 1-3) or on 0 (days 2-4)."""
    first, second = StayLaw("fixed", 2.0, None), StayLaw("fixed", 3.0, None)
    assert [passed_on(first, second, days) for days in range(6)] == [0, 1, 2, 2, 1, 0]


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_the_poisson_measure_and_the_autocovariance_agree(law: StayLaw) -> None:
    """Var of the days of a year in balance: sum over pairs of days of H(days apart)."""
    stays = visits(law, np.ones(2 * 365), law.mean)
    h = still_in_care(law, 2 * 365)
    apart = np.abs(np.subtract.outer(np.arange(365), np.arange(365)))
    first, second = stays.days_within(0, 365), stays.days_within(365, 730)
    assert stays.cumulant(first) == pytest.approx(365 * law.mean, rel=1e-9)
    assert stays.cumulant(second) == pytest.approx(365 * law.mean, rel=1e-9)
    assert stays.cumulant(first, first) == pytest.approx(h[apart].sum(), rel=1e-9)
    assert stays.cumulant(second, second) == pytest.approx(h[apart].sum(), rel=1e-9)
    later = np.subtract.outer(np.arange(365, 730), np.arange(365))
    assert stays.cumulant(first, second) == pytest.approx(h[later].sum(), rel=1e-9)


def test_variance_of_a_year_beside_the_formulas_of_continuous_time() -> None:
    """One entry a day. Var = 2 x integral of (T - u) x integral of P(S > s) over s > u.

    Exponential: 2 m (m T - m^2 (1 - exp(-T/m))), next year's covariance m^3 (1 - exp(-T/m))^2. Fixed of
    d <= T: d^2 T - d^3/3. Whole days differ by about (1/m)^2.
    """
    year = 365.0
    m = LAWS["exponential"].mean
    gone = 1 - np.exp(-year / m)
    stays = visits(LAWS["exponential"], np.ones(730), m)
    first, second = stays.days_within(0, 365), stays.days_within(365, 730)
    assert stays.cumulant(first, first) == pytest.approx(2 * m * (m * year - m**2 * gone), rel=2e-4)
    assert stays.cumulant(first, second) == pytest.approx(m**3 * gone**2, rel=2e-4)
    d = LAWS["fixed"].mean
    stays = visits(LAWS["fixed"], np.ones(365), d)
    first = stays.days_within(0, 365)
    assert stays.cumulant(first, first) == pytest.approx(d**2 * year - d**3 / 3, rel=2e-4)


def test_a_sinusoid_is_answered_as_in_the_textbook() -> None:
    """Exponential: height 1/sqrt(1 + (w m)^2), lag arctan(w m)/w. Fixed: sin(w d/2)/(w d/2), d/2."""
    w = 2 * np.pi / 365
    m, d = 60.0, 150.0
    exponential, fixed = (
        complex(excess_transform(family, mean, np.array(w)))
        for family, mean in (("exponential", m), ("fixed", d))
    )
    assert abs(exponential) == pytest.approx(1 / np.sqrt(1 + (w * m) ** 2))
    assert -np.angle(exponential) / w == pytest.approx(np.arctan(w * m) / w)
    assert abs(fixed) == pytest.approx(np.sin(w * d / 2) / (w * d / 2))
    assert -np.angle(fixed) / w == pytest.approx(d / 2)


def test_the_transform_is_that_of_the_stationary_excess() -> None:
    """Integral of exp(-i w v) P(S > v)/E[S] over v > 0, by quadrature."""
    for w in (2 * np.pi / 365, 10 * np.pi / 365):
        real = quad(lambda v, w=w: np.cos(w * v) * np.exp(-v / 60) / 60, 0, 3_000, limit=500)[0]
        imaginary = -quad(lambda v, w=w: np.sin(w * v) * np.exp(-v / 60) / 60, 0, 3_000, limit=500)[0]
        z = complex(excess_transform("exponential", 60.0, np.array(w)))
        assert z == pytest.approx(complex(real, imaginary), abs=1e-8)


def test_twelve_equal_steps_keep_the_height_of_their_first_harmonic() -> None:
    """A sinusoid held through twelfths of a year: sin(pi/12)/(pi/12) of it, half a step later."""
    equal = np.linspace(0.0, 1.0, 13)
    first = complex(step_coefficients(equal, np.array([1]))[0])
    assert abs(first) == pytest.approx(np.sin(np.pi / 12) / (np.pi / 12))
    assert np.angle(first) == pytest.approx(-np.pi / 12)
    others = step_coefficients(equal, np.array([0, 2, 3, 11, -1]))
    assert np.abs(others).max() < 1e-12


@pytest.mark.parametrize(("family", "mean"), [("exponential", 60.0), ("fixed", 150.0)])
def test_the_wave_at_year_end_by_fourier_series_and_by_days(family: str, mean: float) -> None:
    """Sum over the days of two years, one entry a day; whole days differ by about (1/mean)^2.

    And near the textbook's pure sinusoid, peak in the middle of the month: within 3% and 1.5 days.
    """
    law = StayLaw(family, mean, None)
    month = np.tile(np.repeat(np.arange(12), MONTH_DAYS), 2)
    by_days = np.exp(-2j * np.pi * month / 12) @ law.survival(730)[::-1] / mean
    series = year_end_response(family, mean, MONTH_DAYS)
    assert series == pytest.approx(by_days, rel=1 / mean**2)
    w = 2 * np.pi / 365
    sinusoid = complex(excess_transform(family, mean, np.array(w)))
    assert abs(series) == pytest.approx(abs(sinusoid), rel=0.03)
    lag = (np.angle(series) - np.pi / 12) % (2 * np.pi) / w
    assert lag == pytest.approx(-np.angle(sinusoid) / w, abs=1.5)


def test_single_steps_make_a_poisson_count() -> None:
    one = np.zeros(100)
    one[1] = 8.0
    for chances in (compound_poisson(one), panjer_recursion(one)):
        np.testing.assert_allclose(chances, poisson.pmf(np.arange(100), 8.0), atol=1e-12)


def test_transform_and_recursion_give_one_distribution() -> None:
    """Twelve lognormal amounts a year with cv 0.8, and its moments: n m, n m^2 (1 + cv^2)."""
    step = 1.0
    expected = 12.0 * lognormal_grid(100.0, 0.8, step, 2**13)
    by_transform, by_recursion = compound_poisson(expected), panjer_recursion(expected)
    np.testing.assert_allclose(by_transform, by_recursion, atol=1e-10)
    euros = step * np.arange(len(expected))
    mean = by_transform @ euros
    assert mean == pytest.approx(1_200.0, rel=1e-5)
    assert by_transform @ (euros - mean) ** 2 == pytest.approx(12 * 100**2 * 1.64, rel=1e-4)
