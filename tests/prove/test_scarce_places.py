"""Waiting for scarce places against queueing theory: Pollaczek-Khinchine, Erlang, Cobham, tandems.

An error of 4% in any mean would be seen (chance 99.9%; 6% in what is lost for want of a place); the
false-alarm rate is 1 in 10,000 seeds per test, 1 in 500 for this file. PROVE_SEED=7 tries another seed.
"""

from __future__ import annotations

import pytest
from experiments.evidence import hold, seed
from experiments.scarce import (
    Horizon,
    admitted_within,
    blocked_and_lost,
    impatient,
    in_a_row,
    many_places,
    memoryless,
    one_place,
    survival_of,
    two_priorities,
    two_priorities_many_places,
)
from oracles.scarce_queues import exponential_stay, geometric_stay
from regions import Row, care_form

pytestmark = pytest.mark.prove
LONG = Horizon(draws=100, contracts=40, years=16, wrong=0.04, seed=seed())
STAYS: dict[str, Row] = {
    "exponential": {"stay_distribution": "exponential", "stay_mean_days": 3},
    "lognormal": {"stay_distribution": "lognormal", "stay_mean_days": 5, "stay_sd_days": 4},
    "fixed": {"stay_distribution": "fixed", "stay_mean_days": 4},
}
LONG_STAYS: dict[str, Row] = {
    "exponential": {"stay_distribution": "exponential", "stay_mean_days": 100},
    "lognormal": {"stay_distribution": "lognormal", "stay_mean_days": 100, "stay_sd_days": 130},
    "fixed": {"stay_distribution": "fixed", "stay_mean_days": 100},
}


@pytest.mark.parametrize("terms", STAYS.values(), ids=STAYS)
def test_one_place_and_any_stay(terms: Row) -> None:
    """Mean wait b E[S^2]/(2 (1 - b E[S])), exact on whole days."""
    hold(one_place(terms, survival_of(terms), 0.7, LONG))


@pytest.mark.parametrize(("places", "use"), [(2, 0.7), (5, 0.8)])
def test_several_places(places: int, use: float) -> None:
    """M/M/c of whole days, and the distribution of the line."""
    hold(many_places(places, 4.0, use, LONG))


@pytest.mark.parametrize("norm", [1, 7])
def test_how_many_wait_at_most_so_long(norm: int) -> None:
    hold(admitted_within(norm, 3, 4.0, 0.75, LONG))


def test_the_impatient_leave_or_escalate() -> None:
    """Erlang A of whole days; stays without memory, and exponential ones beyond the places' load."""
    form, table = memoryless("zorg", 4.0)
    hold(impatient(form, geometric_stay(4.0), 0.9, 3, (15.0, 10.0), LONG, empirical_stays=table))


def test_the_impatient_under_overload() -> None:
    """Twice as many as places can serve: who waits goes."""
    terms = {"stay_distribution": "exponential", "stay_mean_days": 5}
    form = care_form("zorg", **terms)
    hold(impatient(form, exponential_stay(5.0), 0.8, 2, (60.0, 0.0), LONG))


@pytest.mark.parametrize("terms", LONG_STAYS.values(), ids=LONG_STAYS)
def test_who_finds_no_place_is_lost(terms: Row) -> None:
    """Erlang's loss formula, the same for every stay; whole days move it a little.

    For stays without memory of 100 days the chain of whole days loses 0.8% less, of 50 days 1.6%.
    """
    hold(blocked_and_lost(terms, 3.0, 4, 0.02, LONG))


@pytest.mark.parametrize("terms", STAYS.values(), ids=STAYS)
def test_priority_for_one_place(terms: Row) -> None:
    """Cobham on whole days."""
    hold(two_priorities(terms, survival_of(terms), (0.3, 0.35), LONG))


def test_priority_for_several_places() -> None:
    hold(two_priorities_many_places(3, 3.0, (0.3, 0.35), LONG))


@pytest.mark.parametrize("holds", [True, False], ids=["blocked", "leaving"])
def test_two_forms_in_a_row(holds: bool) -> None:
    """Crisis and residential care: with a held place, and leaving at once."""
    hold(in_a_row(0.4, (2.0, 5.0), (2, 2), moves=0.45, holds=holds, horizon=LONG))


def test_two_forms_in_a_row_and_no_patience() -> None:
    """An overloaded second form keeps the first full; who waits for the first leaves."""
    hold(in_a_row(0.4, (2.0, 6.0), (2, 1), moves=0.5, holds=True, horizon=LONG, leaving=40.0))
