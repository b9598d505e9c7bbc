"""Care at a rate of inflow that is uncertain: the law of total variance, whole and in its parts.

An error of 3% in any of it would be seen (chance 99.9%); the false-alarm rate is at most 1 in 10,000
seeds per test, 1 in 3,333 for this file. PROVE_SEED=7 tries another seed.
"""

from __future__ import annotations

import pytest
from experiments.care import Size
from experiments.evidence import hold, seed
from experiments.uncertain import care_at_an_uncertain_rate
from regions import Row

pytestmark = pytest.mark.prove
LARGE = Size(draws=20_000, wrong=0.03, seed=seed())
STAYS: dict[str, Row] = {
    "exponential": {"stay_distribution": "exponential", "stay_mean_days": 200},
    "lognormal": {"stay_distribution": "lognormal", "stay_mean_days": 300, "stay_sd_days": 400},
    "fixed": {"stay_distribution": "fixed", "stay_mean_days": 120},
}


@pytest.mark.parametrize("terms", STAYS.values(), ids=STAYS)
def test_children_and_the_rate_both_vary(terms: Row) -> None:
    """Var = mean rate x cumulant of a child + variance of the rate x (mean days of a child)^2."""
    hold(care_at_an_uncertain_rate(terms, LARGE))
