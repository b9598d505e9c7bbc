"""A season in the inflow against M_t/G/infinity theory (Eick, Massey & Whitt 1993).

An error of 3% in the height of the wave in care, in its lag or in any expected number would be seen
(chance 99.9%); the false-alarm rate is 1 in 10,000 seeds per test, 1 in 3,333 for this file.
PROVE_SEED=7 tries another seed.
"""

from __future__ import annotations

import pytest
from experiments.care import Size
from experiments.evidence import hold, seed
from experiments.season import seasonal_care, stays_of_a_year
from regions import Row

pytestmark = pytest.mark.prove
LARGE = Size(draws=1_000, wrong=0.03, seed=seed())


@pytest.mark.parametrize(
    "terms",
    [
        {"stay_distribution": "exponential", "stay_mean_days": 60},
        {"stay_distribution": "fixed", "stay_mean_days": 150},
    ],
    ids=["exponential", "fixed"],
)
def test_the_wave_in_care(terms: Row) -> None:
    """Twelve phases of one wave of months, seen on 31 December: 12 Poisson counts, height and lag.

    A pure sinusoid: exponential stays of 60 days bring the peak 46.6 days later at 70% of its height,
    fixed stays of 150 days 75 days later at 74%; steps per calendar month by their Fourier series.
    """
    hold(seasonal_care(terms, LARGE))


def test_stays_of_a_year_show_no_season() -> None:
    """Every month is held once: only the unequal lengths of months leave 0.6% of the wave."""
    hold(stays_of_a_year(LARGE))
