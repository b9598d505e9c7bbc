"""SimPy: a process per child, a Resource per care form with places."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Generator
from contextlib import nullcontext
from math import exp, floor
from random import Random
from typing import Any

import numpy as np
import simpy

from benchmarks.rivals.counting import Counting
from benchmarks.rivals.spec import Spec, Totals

Process = Generator[simpy.Event, Any, None]


def simulate(spec: Spec, seed: int) -> Totals:
    """Simulate one draw."""
    region = _Region(spec, seed)
    region.environment.run(until=spec.horizon)
    for town, form, asked in region.in_line.values():
        region.counting.per_day("waiting_days", town, form, asked, spec.horizon)
    return region.counting.totals(spec)


class _Region:
    """The environment, the places, and what is counted."""

    def __init__(self, spec: Spec, seed: int) -> None:
        self.spec = spec
        self.random = Random(seed)
        self.numpy_random = np.random.default_rng(seed)
        self.counting = Counting(spec)
        self.environment = simpy.Environment()
        self.places = [
            simpy.Resource(self.environment, capacity=places) if places > 0 else None
            for places in spec.places.tolist()
        ]
        self.in_line: dict[int, tuple[int, int, int]] = {}
        self.laws = list(
            zip(
                spec.stay_mu.tolist(),
                spec.stay_sigma.tolist(),
                spec.units_mu.tolist(),
                spec.units_sigma.tolist(),
                spec.units_per_day.tolist(),
                spec.remaining.tolist(),
                strict=True,
            )
        )
        self.moves = [
            list(zip(spec.move_to[a:b].tolist(), spec.move_probability[a:b].tolist(), strict=True))
            for a, b in zip(spec.move_first[:-1].tolist(), spec.move_first[1:].tolist(), strict=True)
        ]
        for town, form, stock, inflow in zip(
            spec.cell_town.tolist(), spec.cell_form.tolist(), spec.start_stock, spec.inflow, strict=True
        ):
            for _ in range(self.numpy_random.poisson(stock)):
                self.environment.process(self.child(town, form, in_care=True))
            self.environment.process(self.inflow(town, form, inflow))

    def inflow(self, town: int, form: int, expected: np.ndarray[Any, Any]) -> Process:
        """Let children of a town and form come, month by month."""
        for days, children in zip(
            self.spec.month_days.tolist(), self.numpy_random.poisson(expected), strict=True
        ):
            for _ in range(children):
                self.environment.process(self.child(town, form, delay=int(self.random.random() * days)))
            yield self.environment.timeout(days)

    def child(self, town: int, form: int, delay: int = 0, in_care: bool = False) -> Process:
        """Follow a child from form to form; one in care at the start need not wait for its place."""
        if delay:
            yield self.environment.timeout(delay)
        while form >= 0:
            line = self.places[form]
            with nullcontext() if line is None else line.request() as place:
                if place is not None and not in_care:
                    yield from self.wait(place, town, form)
                yield from self.stay(town, form, in_care)
            form = self.next_form(town, form)
            in_care = False

    def wait(self, place: simpy.resources.resource.Request, town: int, form: int) -> Process:
        """Stand in line until there is a place."""
        asked = int(self.environment.now)
        self.in_line[id(place)] = (town, form, asked)
        yield place
        del self.in_line[id(place)]
        self.counting.per_day("waiting_days", town, form, asked, int(self.environment.now))

    def stay(self, town: int, form: int, in_care: bool) -> Process:
        """Live through a stay, or what is left of it."""
        day = int(self.environment.now)
        mu, sigma, units_mu, units_sigma, per_day, remaining = self.laws[form]
        if in_care:
            days = bisect_left(remaining, self.random.random())
        else:
            days = max(1, floor(exp(mu + sigma * self.random.gauss(0.0, 1.0)) + 0.5))
            self.counting.once("stays_started", town, form, day)
        per_day *= exp(units_mu + units_sigma * self.random.gauss(0.0, 1.0))
        self.counting.per_day("client_days", town, form, day, day + days)
        self.counting.per_day("units", town, form, day, day + days, per_day)
        yield self.environment.timeout(days)
        self.counting.once("stays_ended", town, form, day + days)

    def next_form(self, town: int, form: int) -> int:
        """Return where a child goes at the end of a stay, -1 out of care."""
        u = self.random.random()
        for to, probability in self.moves[form]:
            u -= probability
            if u < 0.0:
                return to if self.spec.bought[town, to] else -1
        return -1
