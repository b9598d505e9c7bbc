"""Scarce places beside waiting-line theory, quickly: an error of 15% in any line would be seen.

Whole days are in the theory (exact chains and formulas), so nothing is left to tolerance but chance.
Every test alarms falsely for one seed in 10,000, all its numbers together; eight tests for one in
1,250. ``tests/prove/test_scarce_places.py`` does the same with so many years that 4% is seen.
"""

from __future__ import annotations

from experiments.evidence import hold
from experiments.scarce import (
    Horizon,
    admitted_within,
    impatient,
    in_a_row,
    many_places,
    memoryless,
    one_place,
    survival_of,
    two_priorities,
    two_priorities_many_places,
)
from oracles.scarce_queues import geometric_stay
from regions import Row

SHORT = Horizon(draws=12, contracts=20, years=20, wrong=0.15, seed=2027)
OF_THE_REGION = Horizon(draws=100, contracts=1, years=20, wrong=0.3, seed=2027)
LOGNORMAL: Row = {"stay_distribution": "lognormal", "stay_mean_days": 4, "stay_sd_days": 3}
FIXED: Row = {"stay_distribution": "fixed", "stay_mean_days": 3}


def test_one_place_and_any_stay() -> None:
    """Pollaczek-Khinchine."""
    hold(one_place(LOGNORMAL, survival_of(LOGNORMAL), 0.65, SHORT))


def test_places_of_the_region() -> None:
    """One limit for all who buy, coarsely (30%): the same line as with a contract's own places."""
    hold(one_place(LOGNORMAL, survival_of(LOGNORMAL), 0.5, OF_THE_REGION))


def test_several_places() -> None:
    """M/M/c: line, care, admitted at once, and how long the line is at year ends."""
    hold(many_places(3, 4.0, 0.75, SHORT))


def test_how_many_wait_at_most_three_days() -> None:
    hold(admitted_within(3, 2, 3.0, 0.7, SHORT))


def test_the_impatient_leave_or_escalate() -> None:
    """Erlang A, split by the two rates."""
    form, table = memoryless("zorg", 4.0)
    hold(impatient(form, geometric_stay(4.0), 0.9, 3, (20.0, 12.0), SHORT, empirical_stays=table))


def test_priority_for_one_place() -> None:
    """Cobham."""
    hold(two_priorities(FIXED, survival_of(FIXED), (0.3, 0.35), SHORT))


def test_priority_for_several_places() -> None:
    hold(two_priorities_many_places(2, 3.0, (0.3, 0.35), SHORT))


def test_a_crisis_form_blocked_by_what_comes_after() -> None:
    hold(in_a_row(0.4, (2.0, 5.0), (2, 2), moves=0.45, holds=True, horizon=SHORT))
