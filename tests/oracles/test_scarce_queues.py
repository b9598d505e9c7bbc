"""The chains of scarce places beside closed forms, hand-worked days and a plain simulation."""

from __future__ import annotations

import numpy as np
import pytest

from .expected_units import StayLaw
from .scarce_queues import (
    Outcome,
    State,
    arrivals,
    balance,
    cobham,
    cobham_many_places,
    erlang_a,
    erlang_b,
    erlang_c,
    erlang_c_wait,
    exponential_stay,
    geometric_stay,
    kept_per_day,
    moments,
    one_form,
    pollaczek_khinchine,
    staying,
    tandem,
    two_classes,
    wait_chances,
)

RARE = 1e-8


def test_a_chain_of_two_states_by_hand() -> None:
    """Out with chance 1/4 a day, back with 1/2: two thirds of the days in, counted 1 when going out."""

    def day(state: State) -> list[Outcome]:
        if state == (0,):
            return [Outcome(0.75, (0,), (0.0,)), Outcome(0.25, (1,), (1.0,))]
        return [Outcome(0.5, (1,), (0.0,)), Outcome(0.5, (0,), (0.0,))]

    found = balance(day, (0,), longest=9)
    assert found.chances[0,] == pytest.approx(2 / 3)
    assert found.counts[0] == pytest.approx(2 / 3 / 4)
    assert found.cut == 0.0


def test_chances_of_a_day_add_up() -> None:
    for chances in (arrivals(0.3), arrivals(4.0), staying(7, 0.85), staying(0, 0.5), staying(3, 1.0)):
        assert sum(p for p, _ in chances) == pytest.approx(1.0, abs=1e-11)
    assert staying(3, 1.0) == ((1.0, 3),)
    assert staying(2, 0.0) == ((1.0, 0),)


@pytest.mark.parametrize("mean", [1.5, 3.0, 40.0])
def test_the_exponential_stay_of_whole_days(mean: float) -> None:
    """As MODEL 2 writes it: P(S > d) = P(X >= (d + 1/2)/c), its mean the stated one."""
    stay = exponential_stay(mean)
    assert stay.mean == pytest.approx(mean, rel=1e-12)
    survival = StayLaw("exponential", mean, None).survival(6)
    assert [1.0] + [stay.first * stay.later**d for d in range(5)] == pytest.approx(survival, rel=1e-9)
    assert geometric_stay(mean).mean == pytest.approx(mean)


@pytest.mark.parametrize("stay", [geometric_stay(4.0), exponential_stay(4.0)], ids=["geometric", "exp"])
def test_one_place_by_the_chain_and_by_pollaczek_khinchine(stay) -> None:
    """And all are served: admitted = asked, so in care = load (Little)."""
    days = np.arange(2_000)
    survival = np.where(days == 0, 1.0, stay.first * stay.later ** np.maximum(days - 1, 0))
    mean, square = moments(survival)
    found = one_form(0.17, stay, 1)
    assert found.cut < RARE
    assert found.wait == pytest.approx(pollaczek_khinchine(0.17, mean, square), rel=1e-7)
    assert found.in_care == pytest.approx(0.17 * 4.0, rel=1e-7)


def test_one_place_and_stays_of_a_day() -> None:
    """All of a day's children but one wait: the line is b^2/(2 (1 - b)), its days P(none) = 1 - b."""
    b = 0.6
    found = one_form(b, geometric_stay(1.0), 1)
    assert found.waiting == pytest.approx(b**2 / (2 * (1 - b)), rel=1e-9)
    assert pollaczek_khinchine(b, 1.0, 1.0) * b == pytest.approx(found.waiting)
    assert found.in_care == pytest.approx(b)


def test_two_classes_of_one_place_by_the_chain_and_by_cobham() -> None:
    q = 1 - 1 / 3
    mean, square = moments(q ** np.arange(500))
    assert square == pytest.approx((1 + q) / (1 - q) ** 2)
    rates = (0.08, 0.12)
    chain = two_classes(rates, 3.0, 1, longest=35)
    assert chain.cut < RARE
    waits = [line / rate for line, rate in zip(chain.waiting, rates, strict=True)]
    assert waits == pytest.approx(cobham(rates, mean, square), rel=1e-6)


def test_classes_share_the_line_of_all_together() -> None:
    """Who is first changes who waits, not how many (stays of one law); with one class they coincide."""
    rates = (0.2, 0.2)
    chain = two_classes(rates, 4.0, 3, longest=30)
    single = one_form(0.4, geometric_stay(4.0), 3, longest=60)
    assert sum(chain.waiting) == pytest.approx(single.waiting, rel=1e-6)
    assert sum(chain.at_once) > single.at_once  # who passes the line goes in at once
    alone = two_classes((0.4, 1e-12), 4.0, 3, longest=40)
    assert alone.waiting[0] == pytest.approx(single.waiting, rel=1e-6)
    assert cobham((0.2,), 3.0, 15.0) == pytest.approx([pollaczek_khinchine(0.2, 3.0, 15.0)])


def test_waits_by_day_add_up_to_the_mean_wait() -> None:
    """Sum over d of P(W > d) = E[W]; P(W = 0) = admitted at once."""
    for places, per_day, mean in ((1, 0.16, 4.0), (3, 0.6, 4.0), (4, 1.5, 2.0)):
        found = one_form(per_day, geometric_stay(mean), places)
        more = wait_chances(per_day, mean, places, 400)
        assert more.sum() == pytest.approx(found.wait, rel=1e-6)
        assert 1 - more[0] == pytest.approx(found.at_once / per_day, rel=1e-9)
        assert (np.diff(more) <= 1e-12).all()


# --- long stays: whole days hardly matter -------------------------------------------------------------


@pytest.mark.parametrize(("places", "use"), [(1, 0.7), (3, 0.8), (6, 0.75)])
def test_long_stays_wait_as_erlang_says(places: int, use: float) -> None:
    """The difference is of the order of one day in the mean stay, and halves when that doubles."""
    off = []
    for mean in (100.0, 200.0):
        found = one_form(places * use / mean, geometric_stay(mean), places)
        off.append(found.wait / erlang_c_wait(places * use, places, mean) - 1)
    assert abs(off[0]) < 2 / 100
    assert off[1] == pytest.approx(off[0] / 2, rel=0.1)


def test_long_stays_wait_by_class_as_cobham_says() -> None:
    """Within a few days of the mean stay of 100; for one place both formulas of Cobham meet."""
    rates = (0.012, 0.009)
    chain = two_classes(rates, 100.0, 3, longest=45)
    waits = [line / rate for line, rate in zip(chain.waiting, rates, strict=True)]
    assert waits == pytest.approx(cobham_many_places(rates, 100.0, 3), rel=0.02)
    mean, square = moments(0.99 ** np.arange(4_000))
    rates = (0.004, 0.003)
    assert cobham(rates, mean, square) == pytest.approx(cobham_many_places(rates, 100.0, 1), rel=0.02)


def test_long_stays_lose_the_impatient_as_erlang_says() -> None:
    """Patience of 60 days beside stays of 100; nobody patient at all: the loss formula."""
    per_day, mean, places = 0.03, 100.0, 3
    found = one_form(per_day, geometric_stay(mean), places, kept=kept_per_day(365.25 / 60), longest=40)
    line, lost = erlang_a(per_day, mean, places, 60.0)
    assert found.cut < RARE
    assert found.waiting == pytest.approx(line, rel=0.02)
    assert found.gave_up == pytest.approx(lost, rel=0.02)
    nobody = one_form(per_day, geometric_stay(mean), places, kept=0.0, longest=20)
    assert nobody.gave_up / per_day == pytest.approx(erlang_b(3.0, 3), rel=0.02)
    assert nobody.in_care == pytest.approx(3.0 * (1 - erlang_b(3.0, 3)), rel=0.02)


def test_flows_balance_with_the_impatient() -> None:
    """Asked = gave up + in care / mean stay; and waiting x leaving per day = gave up."""
    kept = kept_per_day(20.0)
    found = one_form(0.9, geometric_stay(4.0), 3, kept=kept, longest=40)
    assert found.gave_up + found.in_care / 4.0 == pytest.approx(0.9, rel=1e-9)
    assert found.gave_up == pytest.approx(found.waiting * (1 - kept), rel=1e-9)


def test_erlang_by_hand() -> None:
    """Two erlang, two places: B = (2^2/2)/(1 + 2 + 2); half, one place: C = 1/2, wait = mean."""
    assert erlang_b(2.0, 2) == pytest.approx(0.4)
    assert erlang_c(0.5, 1) == pytest.approx(0.5)
    assert erlang_c_wait(0.5, 1, 8.0) == pytest.approx(8.0)
    line, lost = erlang_a(0.03, 100.0, 3, 1e9)  # who never leaves: Erlang C does not exist at load 3
    assert lost == pytest.approx(line / 1e9)
    line, _ = erlang_a(0.02, 100.0, 3, 1e9)
    assert line == pytest.approx(0.02 * erlang_c_wait(2.0, 3, 100.0), rel=1e-4)


# --- two in a row -------------------------------------------------------------------------------------


def test_in_a_row_with_room_behind_nobody_blocks() -> None:
    """Many places in the second form: the first is a line of its own, the second M/G/infinity."""
    found = tandem(0.4, (3.0, 2.0), (2, 9), moves=0.5, holds=True, longest=35)
    alone = one_form(0.4, geometric_stay(3.0), 2, longest=60)
    assert found.waiting_first == pytest.approx(alone.waiting, rel=1e-6)
    assert found.waiting_second < 1e-6
    assert found.in_second == pytest.approx(0.5 * 0.4 * 2.0, rel=1e-6)
    assert found.second_at_once == pytest.approx(0.5 * 0.4, rel=1e-6)


@pytest.mark.parametrize("holds", [True, False])
def test_in_a_row_all_go_through(holds: bool) -> None:
    """Admitted first = asked; second = the share that moves; and Little in both, blocked days added."""
    found = tandem(0.2, (3.0, 5.0), (2, 2), moves=0.5, holds=holds, longest=30)
    assert found.cut < 1e-6
    assert found.admitted_first == pytest.approx(0.2, rel=1e-5)
    assert found.admitted_second == pytest.approx(0.1, rel=1e-5)
    blocked = found.waiting_second if holds else 0.0
    assert found.in_first == pytest.approx(0.2 * 3.0 + blocked, rel=1e-5)
    assert found.in_second == pytest.approx(0.1 * 5.0, rel=1e-5)


def test_fewer_places_behind_lengthen_the_line_before() -> None:
    """Blocked places: with two places before, one behind makes the first line longer than three."""
    lines = [
        tandem(0.3, (2.0, 4.0), (2, places), moves=0.4, holds=True, longest=50).waiting_first
        for places in (1, 2, 3)
    ]
    free = tandem(0.3, (2.0, 4.0), (2, 1), moves=0.4, holds=False, longest=25).waiting_first
    assert lines[0] > 1.5 * lines[1] > 1.5 * lines[2] > lines[2] > free


def test_the_tandem_beside_a_plain_simulation() -> None:
    """Two hundred thousand days by hand: within four standard errors (blocks of a thousand days)."""
    rng = np.random.default_rng(3)
    own, between, second, line = 0, 0, 0, 0
    seen = np.zeros((200_000, 2))
    for day in range(len(seen)):
        ended = rng.binomial(own, 1 / 3)
        second -= rng.binomial(second, 1 / 5)
        own -= ended
        between += rng.binomial(ended, 0.5)
        line += rng.poisson(0.25)
        while between and second < 2:
            between, second = between - 1, second + 1
        while line and own + between < 2:
            line, own = line - 1, own + 1
        seen[day] = line, between
    means = seen.reshape(200, 1_000, 2).mean(axis=1)
    error = means.std(axis=0, ddof=1) / np.sqrt(len(means))
    found = tandem(0.25, (3.0, 5.0), (2, 2), moves=0.5, holds=True, longest=70)
    off = (means.mean(axis=0) - [found.waiting_first, found.waiting_second]) / error
    assert (np.abs(off) < 4).all(), off
    assert (error < 0.05 * means.mean(axis=0)).all()
