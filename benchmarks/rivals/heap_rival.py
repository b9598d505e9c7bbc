"""Plain Python: one heap of what happens when, in order of days; lines are first come, first served."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from math import exp, floor
from random import Random

import numpy as np

from benchmarks.rivals.counting import Counting
from benchmarks.rivals.spec import Spec, Totals


def simulate(spec: Spec, seed: int) -> Totals:
    """Simulate one draw."""
    region = _Region(spec, Random(seed))
    region.meet_who_is_in_care(np.random.default_rng(seed))
    region.expect_who_comes(np.random.default_rng(seed + 1))
    region.live_through_the_days()
    return region.counting.totals(spec)


@dataclass
class _Child:
    """A child, the form it is in or asks for, and the days of that."""

    town: int
    form: int
    asked: int
    end: int = -1


@dataclass
class _Region:
    """All children of a draw; ``events`` are (day, number, child)."""

    spec: Spec
    random: Random
    events: list[tuple[int, int, _Child]] = field(default_factory=list)
    numbers: count[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        spec = self.spec
        self.counting = Counting(spec)
        self.taken = [0] * len(spec.forms)
        self.lines: list[deque[_Child]] = [deque() for _ in spec.forms]
        self.places = spec.places.tolist()
        self.remaining = spec.remaining.tolist()
        self.stay_law = list(zip(spec.stay_mu.tolist(), spec.stay_sigma.tolist(), strict=True))
        self.units_law = list(zip(spec.units_mu.tolist(), spec.units_sigma.tolist(), strict=True))
        self.per_day = spec.units_per_day.tolist()
        self.moves = [
            list(zip(spec.move_to[a:b].tolist(), spec.move_probability[a:b].tolist(), strict=True))
            for a, b in zip(spec.move_first[:-1].tolist(), spec.move_first[1:].tolist(), strict=True)
        ]

    def meet_who_is_in_care(self, numpy_random: np.random.Generator) -> None:
        """Count the days that are left of those in care at the start."""
        spec = self.spec
        stock = numpy_random.poisson(spec.start_stock).tolist()
        for town, form, children in zip(
            spec.cell_town.tolist(), spec.cell_form.tolist(), stock, strict=True
        ):
            for _ in range(children):
                child = _Child(town, form, 0)
                left = bisect_left(self.remaining[form], self.random.random())
                self.taken[form] += 1
                self.stay(child, 0, left)

    def expect_who_comes(self, numpy_random: np.random.Generator) -> None:
        """Put the children of every month on the heap."""
        spec = self.spec
        first_days, lengths = spec.month_first_day.tolist(), spec.month_days.tolist()
        coming = numpy_random.poisson(spec.inflow).tolist()
        for town, form, months in zip(
            spec.cell_town.tolist(), spec.cell_form.tolist(), coming, strict=True
        ):
            for first_day, days, children in zip(first_days, lengths, months, strict=True):
                for _ in range(children):
                    day = first_day + int(self.random.random() * days)
                    self.later(day, _Child(town, form, day))

    def later(self, day: int, child: _Child) -> None:
        """Remember what happens on a day: a child comes (its end is not set), or its stay ends."""
        if day < self.spec.horizon:
            heappush(self.events, (day, next(self.numbers), child))

    def live_through_the_days(self) -> None:
        """Take one event after another; count at last who is still in line."""
        while self.events:
            day, _, child = heappop(self.events)
            if child.end < 0:
                self.ask(child, day)
            else:
                self.leave(child, day)
        for line in self.lines:
            for child in line:
                self.count_wait(child, self.spec.horizon)

    def ask(self, child: _Child, day: int) -> None:
        """Let a child in, or in line where no place is free."""
        form = child.form
        child.asked = day
        if 0 <= self.places[form] <= self.taken[form]:
            self.lines[form].append(child)
        else:
            self.admit(child, day)

    def admit(self, child: _Child, day: int) -> None:
        """Begin a stay."""
        self.taken[child.form] += 1
        self.count_wait(child, day)
        mu, sigma = self.stay_law[child.form]
        stay = max(1, floor(exp(mu + sigma * self.random.gauss(0.0, 1.0)) + 0.5))
        self.counting.once("stays_started", child.town, child.form, day)
        self.stay(child, day, day + stay)

    def stay(self, child: _Child, day: int, end: int) -> None:
        """Count the days and units of a stay, and remember its end."""
        mu, sigma = self.units_law[child.form]
        per_day = self.per_day[child.form] * exp(mu + sigma * self.random.gauss(0.0, 1.0))
        self.counting.per_day("client_days", child.town, child.form, day, end)
        self.counting.per_day("units", child.town, child.form, day, end, per_day)
        child.end = end
        self.later(end, child)

    def leave(self, child: _Child, day: int) -> None:
        """End a stay, give its place to who is first in line, and go on."""
        form = child.form
        self.counting.once("stays_ended", child.town, form, day)
        self.taken[form] -= 1
        if self.lines[form] and self.taken[form] < self.places[form]:
            self.admit(self.lines[form].popleft(), day)
        u = self.random.random()
        for to, probability in self.moves[form]:
            u -= probability
            if u < 0.0:
                if self.spec.bought[child.town, to]:
                    child.form, child.end = to, -1
                    self.ask(child, day)
                return

    def count_wait(self, child: _Child, day: int) -> None:
        """Count the days in line until a day."""
        self.counting.per_day("waiting_days", child.town, child.form, child.asked, day)
