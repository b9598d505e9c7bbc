"""The evidence itself: it alarms on a wrong theory, on too few draws, and not under the truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from experiments.evidence import (
    Distance,
    Evidence,
    count_fit,
    covariance_claim,
    hold,
    mean_claim,
    poisson_evidence,
    variance_claim,
)

COUNTS = np.random.default_rng(7).poisson(20.0, 200_000)


def test_poisson_counts_are_held_to_be_so() -> None:
    """False alarm for one seed in 10,000."""
    hold(poisson_evidence("counts", COUNTS, 20.0, 0.03))


@pytest.mark.parametrize("mean", [19.4, 20.6])
def test_a_mean_3_percent_off_is_refused_by_every_piece(mean: float) -> None:
    for one in poisson_evidence("counts", COUNTS, mean, 0.03):
        with pytest.raises(AssertionError, match="surprising"):
            hold([one])


def test_counts_with_more_spread_are_refused() -> None:
    """Negative binomial with the same mean and 3% more variance: by variance and by classes."""
    p = 1 / 1.03
    spread = np.random.default_rng(7).negative_binomial(20 * p / (1 - p), p, 200_000)
    mean, variance, classes = poisson_evidence("counts", spread, 20.0, 0.03)
    hold([mean])
    for one in (variance, classes):
        with pytest.raises(AssertionError, match="surprising"):
            hold([one])


def test_too_few_draws_are_refused_whatever_they_show() -> None:
    few = COUNTS[:2_000]
    for one in poisson_evidence("counts", few, 20.0, 0.01):
        with pytest.raises(AssertionError, match="too few draws"):
            hold([one])


def test_a_correlation_is_seen() -> None:
    rng = np.random.default_rng(7)
    x, y, both = (rng.poisson(mean, 200_000) for mean in (9.7, 9.7, 0.3))
    pair = (x + both, y + both)
    hold([covariance_claim("both", pair, 0.3, (10.0, 10.0), 0.3, 0.03)])
    with pytest.raises(AssertionError, match="surprising"):
        hold([covariance_claim("none", pair, 0.0, (10.0, 10.0), 0.0, 0.03)])


def test_errors_come_from_the_theory() -> None:
    """Mean: sqrt(20/n). Variance: sqrt((20 + 2 x 400)/n)."""
    assert mean_claim("m", COUNTS, 20.0, 20.0, 0.03).error == pytest.approx(0.01)
    error = variance_claim("v", COUNTS, 20.0, 20.0, 0.03).error
    assert error == pytest.approx(np.sqrt(820 / 200_000))


@pytest.mark.parametrize("kind", ["claim", "fit", "distance"])
def test_alarms_are_as_rare_as_stated(kind: str) -> None:
    """Of 500 samples 1 in 10 alarms at 0.1: 50, with standard deviation 6.7; within 4 of those."""
    rng = np.random.default_rng(11)

    def evidence() -> Evidence:
        sample = rng.poisson(20.0, 2_000)
        if kind == "claim":
            return variance_claim("v", sample, 20.0, 20.0, 0.1)
        if kind == "fit":
            return count_fit("c", sample, stats.poisson(20.0).pmf, stats.poisson(21.0).pmf)
        uniform = np.sort(rng.random(2_000))
        above = np.abs(np.arange(1, 2_001) / 2_000 - uniform)
        below = np.abs(np.arange(2_000) / 2_000 - uniform)
        return Distance("d", float(max(above.max(), below.max())), 2_000, 0.1)

    alarms = sum(evidence().chance() < 0.1 for _ in range(500))
    assert abs(alarms - 50) < 4 * 6.7
