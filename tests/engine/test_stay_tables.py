"""The tables stays are drawn from: quantiles, whole days with the stated mean, days left."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from jeugdsim.engine.kernels import MASK, TAIL_BITS, quantile_at
from jeugdsim.engine.stays import (
    ExponentialStay,
    FixedStay,
    LognormalStay,
    Stay,
    quantile_knots,
    remaining_cumulative,
    rounding_factor,
)

CVS = (0.05, 0.3, 0.87, 1.5, 3.0)
Law = stats.rv_continuous


def sigma_of(cv: float) -> float:
    return float(np.sqrt(np.log1p(cv**2)))


def lognormal(mean: float, cv: float) -> Law:
    """Return scipy's lognormal with this mean and coefficient of variation."""
    sigma = sigma_of(cv)
    return stats.lognorm(sigma, scale=mean * np.exp(-(sigma**2) / 2))


@cache
def table(cv: float) -> np.ndarray:
    """Return the quantile table of a lognormal with mean 1; of the exponential where cv is 0."""
    return quantile_knots(LognormalStay(1.0, cv) if cv else ExponentialStay(1.0))[None]


def words_everywhere() -> np.ndarray:
    """Return words of every range: both ends, around every power of two and edge, and at random."""
    rng = np.random.default_rng(3)
    powers = np.array([2**bit + step for bit in range(2, 32) for step in (-1, 0, 1)])
    edge = 1 << TAIL_BITS
    edges = np.array([0, 1, 2, 3, edge - 1, edge, edge + 1, 2**31 - 1, 2**31])
    lower = (2 ** rng.uniform(0, 32, 10_000)).astype(np.int64) - 1
    words = np.concatenate([powers, edges, lower, rng.integers(0, 2**32, 20_000)])
    return np.unique(np.concatenate([words, MASK - words]))


def drawn(cv: float, words: np.ndarray) -> np.ndarray:
    return np.array([quantile_at(table(cv), 0, int(word)) for word in words])


def exact(law: Law, words: np.ndarray) -> np.ndarray:
    """Return the quantile at the middle of a word's cell, from the nearer end."""
    below, above = (words + 0.5) / 2**32, (MASK - words + 0.5) / 2**32
    return np.where(words < 2**31, law.ppf(below), law.isf(above))


@pytest.mark.parametrize("cv", CVS)
def test_lognormal_quantiles_are_exact_to_a_hundred_thousandth_of_a_sd(cv: float) -> None:
    """Of the normal variable behind it, from word 0 to word 2^32 - 1: 2.5e-5 at most."""
    words = words_everywhere()
    z = np.log(drawn(cv, words) / exact(lognormal(1.0, cv), words)) / sigma_of(cv)
    assert np.abs(z).max() < 2.5e-5


def test_exponential_quantiles_are_exact_to_three_hundred_thousandths_of_the_mean() -> None:
    words = words_everywhere()
    assert np.abs(drawn(0.0, words) - exact(stats.expon(), words)).max() < 4e-5


@pytest.mark.parametrize("cv", [0.0, *CVS])
def test_a_larger_word_never_gives_a_shorter_stay(cv: float) -> None:
    assert (np.diff(drawn(cv, words_everywhere())) >= 0).all()


@settings(deadline=None, max_examples=300)
@given(word=st.integers(0, MASK - 1), cv=st.sampled_from([0.0, *CVS]))
def test_the_next_word_never_gives_a_shorter_stay(word: int, cv: float) -> None:
    """Also across the seams between middle, tails and octaves."""
    assert quantile_at(table(cv), 0, word) <= quantile_at(table(cv), 0, word + 1)


@pytest.mark.parametrize("cv", [0.0, *CVS[:4]])
def test_what_is_drawn_from_the_table_has_the_right_mean_and_spread(cv: float) -> None:
    """The area under the drawn quantiles, by trapezoids on 270,000 words.

    Mean 1 to 1e-5, standard deviation to 1e-5 of itself: no trace of the table is left in money.
    (At a coefficient of variation of 3 the spread lacks 2e-4: 2^32 words do not reach the far tail.)
    """
    octaves = (2 ** np.arange(0, 31, 1 / 256)).astype(np.int64)
    words = np.unique(np.concatenate([[0], octaves, np.arange(0, 2**31, 2**14)]))
    words = np.concatenate([words, (MASK - words)[::-1]])
    u = (words + 0.5) / 2**32
    x = drawn(cv, words)
    mean = np.trapezoid(x, u)
    sd = np.sqrt(np.trapezoid((x - mean) ** 2, u))
    assert mean == pytest.approx(1.0, abs=1e-5)
    assert sd == pytest.approx(cv or 1.0, rel=1e-5)


def mean_whole_days(law: Law, scale: float) -> float:
    """E[max(1, floor(c X + 1/2))] = 1 + sum over s >= 1 of P(c X >= s + 1/2).

    The first 100,000 days one by one, the rest as an integral (from the middle between two days).
    """
    days = np.arange(1, 100_000)
    summed = 1.0 + law.sf((days + 0.5) / scale).sum()

    def tail(log_x: float) -> float:
        return float(law.sf(np.exp(log_x) / scale) * np.exp(log_x))

    rest, _ = integrate.quad(tail, np.log(100_000), np.log(100_000) + 25, limit=200)
    return float(summed + rest)


@pytest.mark.parametrize("mean", [1.0, 1.01, 1.5, 2.0, 3.7, 10.0, 28.5, 90.0, 365.0, 1000.0, 2000.0])
@pytest.mark.parametrize("cv", [None, 0.1, 0.5, 1.0, 2.5])
def test_whole_day_stays_have_the_stated_mean(mean: float, cv: float | None) -> None:
    stay, law = exponential_or_lognormal(mean, cv)
    factor = rounding_factor(stay, mean)
    if mean == 1.0:
        assert factor == 0.0  # everybody one day
        return
    assert mean_whole_days(law, factor) == pytest.approx(mean, rel=1e-6)


def exponential_or_lognormal(mean: float, cv: float | None) -> tuple[Stay, Law]:
    """Return the library's stay and scipy's law; an exponential where cv is None."""
    if cv is None:
        return ExponentialStay(mean), stats.expon(scale=mean)
    return LognormalStay(mean, cv), lognormal(mean, cv)


@pytest.mark.parametrize("cv", [None, 0.5, 2.5])
def test_chances_of_whole_days_follow_from_the_continuous_stay(cv: float | None) -> None:
    """P(S > 0) = 1 and P(S > s) = P(c X >= s + 1/2), also for a stay made 30% shorter."""
    stay, law = exponential_or_lognormal(12.0, cv)
    factor = rounding_factor(stay, 12.0)
    for scale in (factor, 0.7 * factor):
        survival = stay.whole_survival(50, scale)
        assert survival[0] == 1.0
        np.testing.assert_allclose(survival[1:], law.sf((np.arange(1, 50) + 0.5) / scale), atol=1e-12)


def test_a_fixed_stay_that_is_scaled_ends_on_one_of_two_days() -> None:
    """7.5 days: 7 or 8, each with chance a half; 0.3 days: always one day; 10 days: always 10."""
    stay = FixedStay(10.0)
    assert stay.whole_survival(12, 0.75).tolist() == [1.0] * 7 + [0.5] + [0.0] * 4
    assert stay.whole_survival(4, 0.03).tolist() == [1.0, 0.0, 0.0, 0.0]
    assert stay.whole_survival(12, 1.0).tolist() == [1.0] * 10 + [0.0] * 2
    assert rounding_factor(stay, 10.0) == 1.0


def test_days_left_of_a_child_met_in_care_are_length_biased() -> None:
    """P(R = r) = P(S > r)/E[S]; for a fixed stay of four days each of 0..3 has a quarter."""
    left = remaining_cumulative(FixedStay(4.0), 1.0, 4.0, 6)
    assert left.tolist() == [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    stay, law = exponential_or_lognormal(12.0, 0.8)
    factor = rounding_factor(stay, 12.0)
    survival = np.concatenate(([1.0], law.sf((np.arange(1, 4_000) + 0.5) / factor)))
    cumulative = remaining_cumulative(stay, factor, 12.0, 4_000)
    np.testing.assert_allclose(cumulative, np.cumsum(survival) / 12.0, atol=1e-9)
    assert cumulative[-1] == pytest.approx(1.0, abs=1e-6)
