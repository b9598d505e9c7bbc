"""The tables stays are drawn from: quantiles, whole days with the stated mean, days left."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from jeugdsim.engine.keyed import MASK, TAIL_BITS, quantile_at, step_at
from jeugdsim.engine.stays import (
    EmpiricalStay,
    ExponentialStay,
    FixedStay,
    GammaStay,
    Levels,
    LognormalStay,
    Stay,
    WeibullStay,
    empirical_stay,
    knot_levels,
    remaining_cumulative,
    rounding_factor,
    weibull_shape,
)
from jeugdsim.scenario.rows import SurvivalRow

CVS = (0.05, 0.3, 0.87, 1.5, 3.0)
SHAPED = ("gamma", "weibull")
Law = stats.rv_continuous


def sigma_of(cv: float) -> float:
    return float(np.sqrt(np.log1p(cv**2)))


def lognormal(mean: float, cv: float) -> Law:
    """Return scipy's lognormal with this mean and coefficient of variation."""
    sigma = sigma_of(cv)
    return stats.lognorm(sigma, scale=mean * np.exp(-(sigma**2) / 2))


def gamma(mean: float, cv: float) -> Law:
    """Return scipy's gamma with this mean and coefficient of variation."""
    return stats.gamma(cv**-2, scale=mean * cv**2)


def weibull(mean: float, cv: float) -> Law:
    """Return scipy's Weibull with this mean and coefficient of variation."""
    shape = weibull_shape(cv)
    return stats.weibull_min(shape, scale=mean / stats.weibull_min(shape).mean())


def stay_and_law(family: str, mean: float, cv: float) -> tuple[Stay, Law]:
    """Return the library's stay and scipy's law."""
    if family == "gamma":
        return GammaStay(mean, cv), gamma(mean, cv)
    if family == "weibull":
        return WeibullStay(mean, weibull_shape(cv)), weibull(mean, cv)
    if family == "exponential":
        return ExponentialStay(mean), stats.expon(scale=mean)
    return LognormalStay(mean, cv), lognormal(mean, cv)


def knots_of(stay: Stay) -> np.ndarray:
    """Return the quantiles at the knots the kernel interpolates between."""
    return stay.quantile(knot_levels())


@cache
def table(cv: float) -> np.ndarray:
    """Return the quantile table of a lognormal with mean 1; of the exponential where cv is 0."""
    return knots_of(LognormalStay(1.0, cv) if cv else ExponentialStay(1.0))[None]


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


@cache
def shaped_table(family: str, cv: float) -> np.ndarray:
    """Return the quantile table of a gamma or Weibull with mean 1."""
    return knots_of(stay_and_law(family, 1.0, cv)[0])[None]


@pytest.mark.parametrize("cv", [0.001, 0.05, 0.5, 1.0, 3.0, 30.0])
def test_the_weibull_has_the_stated_mean_and_spread(cv: float) -> None:
    law = weibull(7.0, cv)
    assert law.mean() == pytest.approx(7.0, rel=1e-12)
    assert law.std() / law.mean() == pytest.approx(cv, rel=1e-6)


@pytest.mark.parametrize("family", SHAPED)
@pytest.mark.parametrize("cv", CVS)
def test_survival_quantiles_and_mean_excess_are_those_of_scipy(family: str, cv: float) -> None:
    stay, law = stay_and_law(family, 40.0, cv)
    x = np.geomspace(1e-3, 2_000, 200)
    np.testing.assert_allclose(stay.survival(x), law.sf(x), rtol=1e-9, atol=1e-300)
    lower = np.concatenate([2.0 ** -np.arange(33, 1, -1), [0.5]])
    np.testing.assert_allclose(stay.quantile(Levels(lower, 1 - lower)), law.ppf(lower), rtol=1e-8)
    np.testing.assert_allclose(stay.quantile(Levels(1 - lower, lower)), law.isf(lower), rtol=1e-8)
    for point in (0.5, 20.0, 60.0, 400.0):
        pieces = point + np.append(0.0, np.geomspace(0.1, 1e6, 30))
        area = sum(integrate.quad(law.sf, *piece, limit=200)[0] for piece in pairwise(pieces))
        assert stay.mean_excess(point) == pytest.approx(area, rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("family", SHAPED)
def test_with_spread_one_gamma_and_weibull_are_exponential(family: str) -> None:
    stay, _ = stay_and_law(family, 30.0, 1.0)
    exponential = ExponentialStay(30.0)
    factors = [rounding_factor(one, 30.0) for one in (stay, exponential)]
    assert factors[0] == pytest.approx(factors[1], rel=1e-12)
    for scale in (1.0, 0.37, factors[1]):
        np.testing.assert_allclose(
            stay.whole_survival(900, scale), exponential.whole_survival(900, scale), rtol=1e-10
        )
    np.testing.assert_allclose(knots_of(stay), knots_of(exponential), rtol=1e-10)


@pytest.mark.parametrize("family", SHAPED)
@pytest.mark.parametrize("cv", [*CVS, 10.0])
def test_a_larger_word_never_gives_a_shorter_gamma_or_weibull_stay(family: str, cv: float) -> None:
    knots = shaped_table(family, cv)
    drawn = np.array([quantile_at(knots, 0, int(word)) for word in words_everywhere()])
    assert np.isfinite(drawn).all()
    assert (np.diff(drawn) >= 0).all()


def first_word(knots: np.ndarray, x: float) -> int:
    """Return the smallest word whose quantile reaches x, by halving; 2^32 if none does."""
    low, high = 0, MASK + 1
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if quantile_at(knots, 0, middle) < x else (low, middle)
    return low


@pytest.mark.parametrize("family", ["lognormal", "exponential", *SHAPED])
@pytest.mark.parametrize(("mean", "cv"), [(3.0, 1.0), (20.0, 0.3), (20.0, 3.0), (900.0, 3.0)])
def test_whole_days_are_drawn_with_their_chances_to_a_few_millionths(
    family: str, mean: float, cv: float
) -> None:
    """All 2^32 words counted: P(S > s) of what the table gives, against scipy."""
    stay, law = stay_and_law(family, mean, cv)
    factor = rounding_factor(stay, mean)
    knots = factor * knots_of(stay)[None]
    days = np.unique(np.geomspace(1, 20 * mean, 60).astype(int)) + 0.5
    drawn = np.array([1 - first_word(knots, x) / 2**32 for x in days])
    assert np.abs(drawn - law.sf(days / factor)).max() < 5e-6


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


@pytest.mark.parametrize("family", SHAPED)
@pytest.mark.parametrize("mean", [1.0, 1.3, 2.0, 28.5, 365.0, 2000.0])
@pytest.mark.parametrize("cv", [0.1, 0.5, 3.0])
def test_whole_day_stays_of_gamma_and_weibull_have_the_stated_mean(
    family: str, mean: float, cv: float
) -> None:
    stay, law = stay_and_law(family, mean, cv)
    factor = rounding_factor(stay, mean)
    assert mean_whole_days(law, factor or 1e-9) == pytest.approx(mean, rel=1e-6)


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


@pytest.mark.parametrize("family", SHAPED)
@pytest.mark.parametrize("cv", [0.3, 3.0])
def test_chances_of_whole_days_of_gamma_and_weibull_are_those_of_scipy(family: str, cv: float) -> None:
    stay, law = stay_and_law(family, 12.0, cv)
    for scale in (rounding_factor(stay, 12.0), 0.7, 1.9):
        survival = stay.whole_survival(50, scale)
        assert survival[0] == 1.0
        np.testing.assert_allclose(survival[1:], law.sf((np.arange(1, 50) + 0.5) / scale), atol=1e-12)


# A quarter ends on day 2, a half on day 5, a quarter on day 20.
STEPS = EmpiricalStay(np.array([2.0, 5.0, 20.0]), np.array([0.25, 0.5, 0.25]))


def test_a_table_becomes_days_and_chances() -> None:
    """Rows in which nothing happens bring no day."""
    rows = [(0, 1.0), (2, 0.75), (3, 0.75), (5, 0.25), (20, 0.0), (30, 0.0)]
    stay = empirical_stay([SurvivalRow(days=days, survival=part) for days, part in rows])
    assert stay.days.tolist() == STEPS.days.tolist()
    assert stay.chances.tolist() == STEPS.chances.tolist()


def test_an_empirical_stay_has_the_moments_of_its_table() -> None:
    assert STEPS.survival(np.array([0.0, 1.9, 2.0, 4.0, 5.0, 19.9, 20.0, 99.0])).tolist() == [
        1.0, 1.0, 0.75, 0.75, 0.25, 0.25, 0.0, 0.0,
    ]  # fmt: skip
    lower = np.array([1e-9, 0.25, 0.2500001, 0.75, 0.7500001, 1.0])
    assert STEPS.quantile(Levels(lower, 1 - lower)).tolist() == [2, 2, 5, 5, 20, 20]
    assert STEPS.mean_excess(0.0) == STEPS.whole_mean() == 0.5 + 2.5 + 5.0
    assert STEPS.mean_excess(4.0) == 0.5 * 1 + 0.25 * 16
    assert rounding_factor(STEPS, 8.0) == rounding_factor(STEPS, 8.04) == 1.0


def test_chances_of_whole_days_of_a_scaled_table_are_exact() -> None:
    """P(S > s) = P(X >= (s + 1/2)/f): at f = 0.5 days 2, 5, 20 become 1, 3 (2.5 goes up), 10."""
    half = STEPS.whole_survival(12, 0.5).tolist()
    assert half == [1.0, 0.75, 0.75] + [0.25] * 7 + [0.0, 0.0]
    assert STEPS.whole_mean(0.5) == 0.25 * 1 + 0.5 * 3 + 0.25 * 10
    assert STEPS.whole_survival(4, 0.001).tolist() == [1.0, 0.0, 0.0, 0.0]
    assert STEPS.whole_survival(4, 0.0).tolist() == [1.0, 0.0, 0.0, 0.0]
    assert STEPS.whole_survival(1, 7.0).tolist() == [1.0]


@settings(deadline=None, max_examples=200)
@given(
    days=st.lists(st.integers(0, 60), min_size=1, max_size=8, unique=True).map(sorted),
    weights=st.lists(st.integers(1, 9), min_size=8, max_size=8),
    scale=st.sampled_from([0.0, 0.25, 0.5, 0.7, 1.0, 1.1, 1.5, 3.0]),
)
def test_any_scaled_table_by_its_definition(days: list[int], weights: list[int], scale: float) -> None:
    """S = max(1, floor(f d + 1/2)), counted day by day."""
    parts = np.array(weights[: len(days)]) / sum(weights[: len(days)])
    stay = EmpiricalStay(np.array(days, dtype=float), parts)
    whole = [max(1, int(scale * day + 0.5)) for day in days]
    longer = [sum(p for p, w in zip(parts, whole, strict=True) if w > s) for s in range(200)]
    np.testing.assert_allclose(stay.whole_survival(200, scale), longer, atol=1e-14)
    assert stay.whole_mean(scale) == pytest.approx(sum(longer), abs=1e-12)


def test_steps_are_drawn_with_their_chances_to_one_word_in_all() -> None:
    """The words below P(X <= 2) give 2 days, and so on; 1/3 to within one word of 2^32."""
    stay = EmpiricalStay(np.array([1.0, 4.0, 9.0]), np.array([1 / 3, 1 / 6, 1 / 2]))

    def days(word: int) -> float:
        return step_at(np.stack([stay.cumulative(), stay.days]), 0, 2, word)

    edges = {1 / 3: (1.0, 4.0), 1 / 2: (4.0, 9.0)}
    for chance, (before, after) in edges.items():
        edge = round(chance * 2**32)
        assert [days(edge - 2), days(edge + 1)] == [before, after]
    assert (days(0), days(MASK)) == (1.0, 9.0)
    for first, last in ((1, 1), (1, 2)):  # a form's own part of the steps of all forms
        assert step_at(np.stack([stay.cumulative(), stay.days]), first, last, 0) == 4.0


def test_days_left_of_an_empirical_stay_are_those_of_its_table() -> None:
    """P(R = r) = P(S > r)/8, also where the stated mean is rounded to 8.04."""
    for stated in (8.0, 8.04):
        left = remaining_cumulative(STEPS, 1.0, stated, 25)
        assert left[:5] == pytest.approx([1 / 8, 2 / 8, 2.75 / 8, 3.5 / 8, 4.25 / 8], abs=1e-15)
        assert left[19:].tolist() == [1.0] * 6


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
