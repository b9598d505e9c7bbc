"""Waiting for scarce places: exact chains of whole days, and the textbook formulas they lie near.

A day is, in this order: who waited too long goes and stays end; who ended asks for what comes next and
who is new asks; places are given by (priority, day of request), by lot within a day. Children come as a
Poisson stream, so the numbers on successive days are a Markov chain as soon as stays have no memory,
or only of their first day. The state is counted at the end of a day: every yearly sum of days waited
or days in care is a sum over these counts, because a child of day d counts on d and not on the day it
stops.

A chain is written as what one day can bring (``Outcome``); ``balance`` walks through the states it
can reach and solves for the long run. Lines are cut at a length that must be rarely reached;
``Balance.cut`` is the chance to stand there.

Sources: Erlang 1917 (B and C); Palm 1957 (A: patience); Cobham 1954, "Priority assignment in waiting
line problems" (Operations Research 2); Pollaczek-Khinchine. On whole days with Poisson arrivals they
hold with the small changes worked out below.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.sparse import coo_matrix, eye
from scipy.sparse.linalg import spsolve
from scipy.stats import binom, nbinom, poisson

State = tuple[int, ...]
NEGLIGIBLE = 1e-13


class Outcome(NamedTuple):
    """One way a day can go: its chance, the state at its end, and what is counted on it."""

    chance: float
    after: State
    counts: tuple[float, ...] = ()


Day = Callable[[State], Iterable[Outcome]]


@dataclass(frozen=True)
class Balance:
    """The long run of a chain: the chance of every state, and what a day brings on average."""

    chances: dict[State, float]
    counts: np.ndarray  # mean per day of each of the outcomes' counts
    cut: float  # chance that the line stands at the length where it is cut

    def mean(self, value: Callable[[State], float]) -> float:
        """Expect a function of the state at a day's end."""
        return sum(chance * value(state) for state, chance in self.chances.items())


def balance(day: Day, empty: State, longest: int) -> Balance:
    """Solve for the stationary chances: p P = p, with the chance of the empty state set to 1 first."""
    states: dict[State, int] = {empty: 0}
    order = [empty]
    rows, columns, chances, counts = [], [], [], []
    for number, state in enumerate(order):  # grows while it is walked through
        brought: np.ndarray | float = 0.0
        for outcome in day(state):
            if outcome.after not in states:
                states[outcome.after] = len(order)
                order.append(outcome.after)
            rows.append(number)
            columns.append(states[outcome.after])
            chances.append(outcome.chance)
            brought = brought + outcome.chance * np.array(outcome.counts)
        counts.append(brought)
    size = len(order)
    moves = coo_matrix((chances, (columns, rows)), shape=(size, size)).tocsc()
    equations = (moves - eye(size, format="csc")).tocsc()
    others = spsolve(equations[1:, 1:], -equations[1:, 0].toarray().ravel())
    weight = np.concatenate([[1.0], others])
    weight /= weight.sum()
    cut = sum(w for state, w in zip(order, weight, strict=True) if longest in state)
    return Balance(
        dict(zip(order, weight.tolist(), strict=True)), weight @ np.array(counts), float(cut)
    )


# --- what a day is made of --------------------------------------------------------------------------


@dataclass(frozen=True)
class Stay:
    """A stay that remembers its first day only: the chance to go on after that day, and after another.

    P(S > d) = first x later^(d - 1).
    """

    first: float
    later: float

    @property
    def mean(self) -> float:
        """Sum of P(S > d) over d >= 0."""
        return 1.0 + self.first / (1.0 - self.later)


def geometric_stay(mean: float) -> Stay:
    """Return the stay without any memory: P(S > d) = q^d, q = 1 - 1/mean."""
    return Stay(1.0 - 1.0 / mean, 1.0 - 1.0 / mean)


def exponential_stay(mean: float) -> Stay:
    """Return an exponential stay of whole days: S = max(1, floor(c X + 1/2)), E[S] the mean.

    S > d is c X >= d + 1/2, so with q = exp(-1/(c mean)) P(S > 1) = q^(3/2) and then q a day; the mean
    is 1 + q^(3/2)/(1 - q), which sets q.
    """
    q = brentq(lambda q: 1.0 + q**1.5 / (1.0 - q) - mean, 1e-12, 1.0 - 1e-12, xtol=1e-15)
    return Stay(q**1.5, q)


@cache
def arrivals(mean: float) -> tuple[tuple[float, int], ...]:
    """Poisson chances of 0, 1, 2, ... children on a day, the negligible ones left out."""
    numbers = np.arange(int(poisson.isf(NEGLIGIBLE, mean)) + 2)
    chances = poisson.pmf(numbers, mean)
    return tuple(zip((chances / chances.sum()).tolist(), numbers.tolist(), strict=True))


@cache
def staying(children: int, chance: float) -> tuple[tuple[float, int], ...]:
    """Binomial chances of how many of these go on, impossible ones left out."""
    numbers = np.arange(children + 1)
    chances = binom.pmf(numbers, children, chance)
    pairs = zip(chances.tolist(), numbers.tolist(), strict=True)
    return tuple((p, n) for p, n in pairs if p > NEGLIGIBLE)


def together(*parts: tuple[tuple[float, int], ...]) -> Iterator[tuple[float, tuple[int, ...]]]:
    """Combine independent numbers: every combination with its chance."""
    for combination in product(*parts):
        yield math.prod(p for p, _ in combination), tuple(n for _, n in combination)


def kept_per_day(per_year: float) -> float:
    """Chance that a waiting child is still there a day later: exp(-rate/365.25)."""
    return math.exp(-per_year / 365.25)


# --- one form -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OneForm:
    """Long-run means of one form with places; per day, or per child that asks."""

    asked: float  # children per day
    waiting: float  # in line at a day's end = days waited per day
    in_care: float
    at_once: float  # admitted on the day they ask, per day
    gave_up: float  # per day
    line: np.ndarray  # chance of a line of 0, 1, 2, ... at a day's end
    cut: float

    @property
    def wait(self) -> float:
        """Days waited per child that asks, admitted or not (Little)."""
        return self.waiting / self.asked


def one_form(
    per_day: float, stay: Stay, places: int, *, kept: float = 1.0, longest: int = 200
) -> OneForm:
    """Solve for one form: M/M/c of whole days, with patience (Erlang A) where ``kept`` is below 1.

    State: admitted today, in care for longer, in line; all at the end of the day.
    """

    def day(state: State) -> Iterator[Outcome]:
        today, longer, line = state
        for chance, (a, b, waiting, new) in together(
            staying(today, stay.first),
            staying(longer, stay.later),
            staying(line, kept),
            arrivals(per_day),
        ):
            free = places - a - b
            admitted = min(free, waiting + new)
            at_once = min(new, max(0, free - waiting))
            after = (admitted, a + b, min(waiting + new - admitted, longest))
            yield Outcome(chance, after, (at_once, line - waiting))

    found = balance(day, (0, 0, 0), longest)
    line = np.zeros(longest + 1)
    for (_, _, waiting), chance in found.chances.items():
        line[waiting] += chance
    return OneForm(
        asked=per_day,
        waiting=float(line @ np.arange(longest + 1)),
        in_care=found.mean(lambda state: state[0] + state[1]),
        at_once=float(found.counts[0]),
        gave_up=float(found.counts[1]),
        line=line,
        cut=found.cut,
    )


def wait_chances(per_day: float, mean_stay: float, places: int, days: int) -> np.ndarray:
    """P(a child waits more than d days), d = 0 .. days - 1, in one form with stays without memory.

    A child that has k others before it in line while all places are taken goes in on the first day that
    k + 1 stays have ended: more than d days later when fewer than k + 1 of places x d did. Before it:
    who is left of yesterday's line, and its own day's children that came first in the lot.
    """
    stay = geometric_stay(mean_stay)
    lot = _before_in_lot(per_day)
    short = np.zeros(1_000)  # chance that so many more stays must end; who is before it goes first
    for number, chance in enumerate(_system(per_day, stay, places)):
        busy = min(number, places)
        for p, going_on in staying(busy, stay.later):
            for before, q in enumerate(lot):
                must_end = number - busy + before + 1 - (places - going_on)
                short[max(0, must_end)] += chance * p * q
    trials = places * np.arange(days)  # days 1, 2, ... bring an end or not in every place
    likely = np.flatnonzero(short[1:] > NEGLIGIBLE) + 1
    return sum(short[n] * (1.0 - _at_least(n, trials, 1.0 - stay.later)) for n in likely)


def _at_least(successes: int, trials: np.ndarray, chance: float) -> np.ndarray:
    return np.where(trials >= successes, nbinom.cdf(trials - successes, successes, chance), 0.0)


def _system(per_day: float, stay: Stay, places: int, longest: int = 200) -> np.ndarray:
    """Chances of the number in care and in line together, at a day's end; stays without memory."""

    def day(state: State) -> Iterator[Outcome]:
        (number,) = state
        for chance, (going_on, new) in together(
            staying(min(number, places), stay.later), arrivals(per_day)
        ):
            left = number - min(number, places) + going_on
            yield Outcome(chance, (min(left + new, longest),))

    found = balance(day, (0,), longest)
    chances = np.zeros(longest + 1)
    for (number,), chance in found.chances.items():
        chances[number] = chance
    return chances


def _before_in_lot(per_day: float) -> np.ndarray:
    """P(k of the same day's others come before a child): the others are Poisson, its place a lot."""
    others = np.array([chance for chance, _ in arrivals(per_day)])
    at_most = others / np.arange(1, len(others) + 1)
    return np.cumsum(at_most[::-1])[::-1]


# --- one place: any stay ------------------------------------------------------------------------------


def pollaczek_khinchine(per_day: float, mean: float, mean_square: float) -> float:
    """Mean days waited for one place: b E[S^2]/(2 (1 - b E[S])), exact on whole days.

    With V the days of work left when a day's new children come, V' = max(0, V + B - 1), B the work of
    the day (E[B^2] = b E[S^2] + r^2, r = b E[S]). Squares give E[V] = (b E[S^2] + r^2 - r)/(2 (1 - r));
    before a child come V and, in the lot of its day, b/2 others on average: r/2 more. The sum is the
    formula.
    """
    return per_day * mean_square / (2.0 * (1.0 - per_day * mean))


def cobham(per_day: tuple[float, ...], mean: float, mean_square: float) -> list[float]:
    """Mean days waited for one place by class, the first class first: Cobham on whole days.

    Before a child of class i lie what is left of the stay in the place when the day's children come,
    x = b E[S (S - 1)]/2; the lines of its class and those before, r_j W_j; of its own day's children
    all of classes before and half of its own; and every child of classes before that comes while it
    waits, its day of admission included:

        W_i (1 - r_1 - ... - r_(i-1)) = x + sum over j <= i of r_j W_j + sum over j < i of r_j + r_i/2.
    """
    loads = [b * mean for b in per_day]
    left = sum(per_day) * (mean_square - mean) / 2.0
    waits: list[float] = []
    for i, load in enumerate(loads):
        before = sum(loads[:i])
        ahead = left + sum(r * w for r, w in zip(loads[:i], waits, strict=True)) + before + load / 2.0
        waits.append(ahead / (1.0 - before - load))
    return waits


def moments(survival: np.ndarray) -> tuple[float, float]:
    """E[S] and E[S^2] of a whole-day stay: sums of P(S > d) and of (2 d + 1) P(S > d)."""
    days = np.arange(len(survival))
    return float(survival.sum()), float(((2 * days + 1) * survival).sum())


# --- classes of priority ------------------------------------------------------------------------------


@dataclass(frozen=True)
class TwoClasses:
    """Long-run means of one form asked for by two classes, the first before the second."""

    waiting: tuple[float, float]  # in line at a day's end
    at_once: tuple[float, float]  # admitted on the day they ask, per day
    cut: float


def two_classes(
    per_day: tuple[float, float], mean_stay: float, places: int, *, longest: int = 60
) -> TwoClasses:
    """Solve for two classes and stays without memory.

    State: in care, in line of the first class, of the second.
    """
    goes_on = geometric_stay(mean_stay).later

    def day(state: State) -> Iterator[Outcome]:
        in_care, first, second = state
        for chance, (left, a, b) in together(
            staying(in_care, goes_on), arrivals(per_day[0]), arrivals(per_day[1])
        ):
            if chance < NEGLIGIBLE:
                continue
            free = places - left
            of_first = min(free, first + a)
            of_second = min(free - of_first, second + b)
            lines = (min(first + a - of_first, longest), min(second + b - of_second, longest))
            at_once = (max(0, of_first - first), max(0, of_second - second))
            yield Outcome(chance, (left + of_first + of_second, *lines), at_once)

    found = balance(day, (0, 0, 0), longest)
    return TwoClasses(
        waiting=(found.mean(lambda state: state[1]), found.mean(lambda state: state[2])),
        at_once=(float(found.counts[0]), float(found.counts[1])),
        cut=found.cut,
    )


# --- two forms in a row -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tandem:
    """Long-run means of a form whose children may go on to a second one with places."""

    waiting_first: float
    waiting_second: float
    in_first: float  # blocked children included where they hold their place
    in_second: float
    admitted_first: float  # per day
    admitted_second: float  # per day
    second_at_once: float  # per day
    gave_up_first: float  # per day
    cut: float


def tandem(
    per_day: float,
    mean_stays: tuple[float, float],
    places: tuple[int, int],
    *,
    moves: float,
    holds: bool,
    kept: float = 1.0,
    longest: int = 80,
) -> Tandem:
    """Solve for two forms in a row, stays without memory, nobody else asking for the second.

    State: in the first form with their own stay, in line for the second, in the second, in line for the
    first. With ``holds`` those in line for the second keep their place in the first until they go,
    which lets the next one in on the same day. ``kept`` is the patience of the first form's line.
    """
    first_goes_on, second_goes_on = (geometric_stay(mean).later for mean in mean_stays)

    def day(state: State) -> Iterator[Outcome]:
        own, between, second, line = state
        for chance, (a, b, waiting, new) in together(
            staying(own, first_goes_on),
            staying(second, second_goes_on),
            staying(line, kept),
            arrivals(per_day),
        ):
            if chance < NEGLIGIBLE:
                continue
            for p, moved in staying(own - a, moves):
                on = min(places[1] - b, between + moved)
                left_between = min(between + moved - on, longest)
                held = left_between if holds else 0
                into = min(places[0] - a - held, waiting + new)
                after = (a + into, left_between, b + on, min(waiting + new - into, longest))
                at_once = max(0, on - between)
                yield Outcome(chance * p, after, (into, on, at_once, line - waiting))

    found = balance(day, (0, 0, 0, 0), longest)
    into, on, at_once, gave_up = found.counts
    return Tandem(
        waiting_first=found.mean(lambda state: state[3]),
        waiting_second=found.mean(lambda state: state[1]),
        in_first=found.mean(lambda state: state[0] + (state[1] if holds else 0)),
        in_second=found.mean(lambda state: state[2]),
        admitted_first=float(into),
        admitted_second=float(on),
        second_at_once=float(at_once),
        gave_up_first=float(gave_up),
        cut=found.cut,
    )


# --- textbook formulas: continuous time, a load in erlang ---------------------------------------------


def erlang_b(load: float, places: int) -> float:
    """Chance that a child finds all places taken and is lost, any stay: B(c) = a B/(c + a B)."""
    blocked = 1.0
    for c in range(1, places + 1):
        blocked = load * blocked / (c + load * blocked)
    return blocked


def erlang_c(load: float, places: int) -> float:
    """Chance that a child waits, exponential stays: c B/(c - a (1 - B))."""
    blocked = erlang_b(load, places)
    return places * blocked / (places - load * (1.0 - blocked))


def erlang_c_wait(load: float, places: int, mean: float) -> float:
    """Mean wait: C x mean/(c - a)."""
    return erlang_c(load, places) * mean / (places - load)


def erlang_a(
    per_day: float, mean: float, places: int, patience: float, longest: int = 2000
) -> tuple[float, float]:
    """Mean line and children lost per day, exponential stays and patience: a birth and death chain."""
    log_weight = np.zeros(longest + 1)
    for n in range(1, longest + 1):
        out = min(n, places) / mean + max(0, n - places) / patience
        log_weight[n] = log_weight[n - 1] + math.log(per_day / out)
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    line = float(weight @ np.clip(np.arange(longest + 1) - places, 0, None))
    return line, line / patience


def cobham_many_places(per_day: tuple[float, ...], mean: float, places: int) -> list[float]:
    """Mean wait by class, c places, exponential stays: C x mean/c over (1 - s_(i-1)) (1 - s_i)."""
    loads = np.array(per_day) * mean / places
    s = np.concatenate([[0.0], np.cumsum(loads)])
    any_wait = erlang_c(float(loads.sum()) * places, places)
    return (any_wait * mean / places / ((1.0 - s[:-1]) * (1.0 - s[1:]))).tolist()
