"""Counts by inversion of one uniform, against scipy and against each other."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats

from jeugdsim.engine.keyed import poisson_count

MEANS = (0.0, 1e-9, 0.01, 0.7, 3.0, 17.3, 31.99, 32.0, 32.01, 75.5, 1e3, 1234.5, 2e4)
# Nearer to a step of the distribution function than this, rounding decides.
TIE = 1e-9


def levels_to_try() -> np.ndarray:
    """Give 2,000 random levels and the far tails on both sides, down to 1e-6."""
    tails = np.geomspace(1e-6, 0.01, 100)
    return np.concatenate([np.random.default_rng(11).random(2_000), tails, 1 - tails])


@pytest.mark.parametrize("mean", MEANS)
def test_a_count_is_the_quantile_of_the_poisson_distribution(mean: float) -> None:
    """26,600 pairs of mean and level over all means; no tolerance, but for exact ties."""
    u = levels_to_try()
    counts = np.array([poisson_count(mean, float(level)) for level in u])
    if mean == 0:
        assert not counts.any()
        return
    law = stats.poisson(mean)
    wanted = law.ppf(u).astype(int)
    tie = np.minimum(np.abs(law.cdf(wanted) - u), np.abs(law.cdf(wanted - 1) - u)) < TIE
    assert tie.mean() < 0.01
    np.testing.assert_array_equal(counts[~tie], wanted[~tie])


@settings(max_examples=500, deadline=None)
@given(
    mean=st.one_of(st.floats(0, 3e4), st.floats(31.5, 32.5)),
    smaller=st.floats(0, 1),
    u=st.floats(1e-9, 1 - 1e-9),
)
@example(mean=32.000001, smaller=0.99999, u=0.5)
@example(mean=32.0, smaller=0.98, u=1 - 1e-9)
@example(mean=32.0, smaller=0.98, u=1e-9)
def test_a_smaller_mean_never_gives_more_children(mean: float, smaller: float, u: float) -> None:
    assert poisson_count(smaller * mean, u) <= poisson_count(mean, u)


@settings(max_examples=300, deadline=None)
@given(mean=st.floats(0, 3e4), u=st.floats(1e-9, 1 - 1e-9), lower=st.floats(0, 1))
def test_a_lower_level_never_gives_more_children(mean: float, u: float, lower: float) -> None:
    assert poisson_count(mean, u * lower) <= poisson_count(mean, u)


@pytest.mark.parametrize("mean", [*MEANS, 1e6])
@pytest.mark.parametrize("u", [0.0, 5e-324, 2.0**-54, 2.0**-33, 1 - 2.0**-33, 1 - 2.0**-53, 1.0])
def test_the_outermost_levels_end_at_a_count_that_can_be(mean: float, u: float) -> None:
    """No endless loop and no runaway: all within 12 standard deviations and 40 of the mean."""
    assert abs(poisson_count(mean, u) - mean) <= 12 * math.sqrt(mean) + 40
