"""Children in care against M/G/infinity theory: moments, counts, start-up and two forms in a row.

An error of 2% in any mean, variance or correlation would be seen (chance 99.9%); the false-alarm rate
is 1 in 10,000 seeds per test, 1 in 1,250 for this file. PROVE_SEED=7 tries another seed.
"""

from __future__ import annotations

import pytest
from experiments.care import Size, balanced_care, starting_empty, tandem
from experiments.evidence import hold, seed
from regions import Row

pytestmark = pytest.mark.prove
LARGE = Size(draws=20_000, wrong=0.02, seed=seed())
STAYS: dict[str, Row] = {
    "exponential": {"stay_distribution": "exponential", "stay_mean_days": 400},
    "lognormal": {"stay_distribution": "lognormal", "stay_mean_days": 300, "stay_sd_days": 400},
    "fixed": {"stay_distribution": "fixed", "stay_mean_days": 500},
}
FIRST: Row = {"stay_distribution": "exponential", "stay_mean_days": 120}
SECOND: Row = {"stay_distribution": "lognormal", "stay_mean_days": 250, "stay_sd_days": 300}


@pytest.mark.parametrize("terms", STAYS.values(), ids=STAYS)
def test_care_in_balance(terms: Row) -> None:
    """Mean, variance and covariance of the days of three years; 7 counts Poisson: 30 numbers.

    Var = sum over the stays of (days in the year)^2, over the measure of stock and arrivals.
    """
    hold(balanced_care(terms, LARGE))


@pytest.mark.parametrize("terms", STAYS.values(), ids=STAYS)
def test_care_that_starts_empty(terms: Row) -> None:
    """In care at a year end: Poisson, inflow per day x sum of P(S > s); a leap year among the three."""
    hold(starting_empty(terms, LARGE))


@pytest.mark.parametrize("less", [0.0, 0.4], ids=["as it is", "a lever takes 40% of the moves"])
def test_two_forms_in_a_row(less: float) -> None:
    """Numbers in both on one day: independent Poisson counts, also after thinning.

    A year apart they share the children who moved.
    """
    hold(tandem(FIRST, SECOND, LARGE, less=less))
