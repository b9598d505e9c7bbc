"""The simulation beside queueing theory, quickly: an error of 15% in any theory would be seen.

Every test alarms falsely for one seed in 10,000, all its numbers together; eight tests for one in
1,250. ``tests/prove`` does the same with so many draws that 2 to 3% is seen.
"""

from __future__ import annotations

from experiments.care import Size, balanced_care, starting_empty, tandem
from experiments.cost import one_day_stays, risk_shared, stays_in_balance, trajectories
from experiments.evidence import hold
from experiments.season import seasonal_care
from experiments.uncertain import care_at_an_uncertain_rate
from regions import Row

SMALL = Size(draws=400, wrong=0.15, seed=2027)
EXPONENTIAL: Row = {"stay_distribution": "exponential", "stay_mean_days": 60}
FIXED: Row = {"stay_distribution": "fixed", "stay_mean_days": 150}
LOGNORMAL: Row = {"stay_distribution": "lognormal", "stay_mean_days": 300, "stay_sd_days": 400}


def test_days_and_clients_in_balance() -> None:
    """M/G/infinity: variance and covariance of the days of years; counts are Poisson."""
    hold(balanced_care(LOGNORMAL, SMALL))


def test_care_that_starts_empty() -> None:
    """Expected in care: inflow per day x sum of P(S > s) over the days since the start."""
    hold(starting_empty(LOGNORMAL, SMALL))


def test_two_forms_in_a_row() -> None:
    """Poisson, and independent on one day; a lever on the move thins."""
    hold(tandem(EXPONENTIAL, LOGNORMAL, SMALL, less=0.4))


def test_a_season_in_the_inflow() -> None:
    """M_t/G/infinity: height and lag of the wave in care."""
    hold(seasonal_care(FIXED, Size(draws=60, wrong=0.15, seed=2027)))


def test_the_cost_of_a_year_is_compound_poisson() -> None:
    hold(one_day_stays(SMALL))
    hold(stays_in_balance(SMALL))


def test_the_cost_of_trajectories_is_poisson() -> None:
    hold(trajectories(SMALL))


def test_what_risk_sharing_costs() -> None:
    """Stop-loss, layers and gain sharing of a compound Poisson cost."""
    hold(risk_shared(SMALL))


def test_an_uncertain_rate_adds_its_variance() -> None:
    """Law of total variance."""
    hold(care_at_an_uncertain_rate(LOGNORMAL, Size(draws=1_000, wrong=0.15, seed=2027)))
