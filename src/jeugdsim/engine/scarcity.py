"""Where places bind, told without simulating: which closed forms then no longer hold.

Closed forms let every child in at once. That is right as long as the number they expect in care stays
far enough below the places. Where it does not, children wait, and what comes after a wait comes later:
the care form itself, those that children reach from there, and the form in which they wait.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.special import pdtrc

from jeugdsim.engine.limits import Pool, pools_of
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.numbers import Number, mean_of

Array = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]
OUT_OF_REACH = 1e-9
"""A chance below which nobody is expected to wait: six standard deviations of a normal number."""


@dataclass(frozen=True)
class Scarcity:
    """How the places of a scenario hang together by moves, and where lines for them may form."""

    scenario: Scenario

    @cached_property
    def pools(self) -> tuple[Pool, ...]:
        """All places, by care form and contract."""
        return pools_of(self.scenario)

    @cached_property
    def cells(self) -> Truths:
        """Which cells use the places of which pool, (pools, municipalities, care forms)."""
        cells = np.zeros((len(self.pools), *self._bought.shape), dtype=np.bool_)
        for at, pool in enumerate(self.pools):
            for town in pool.municipalities:
                cells[at][self._place(town, pool.care_form)] = True
        return cells

    def lines(self, most_in_care: Array, places: npt.NDArray[np.int64]) -> Truths:
        """Return where a line may form, in a year or before it, (pools, years).

        A line may form where the chance that so many are in care on the busiest day is more than
        ``OUT_OF_REACH``, and where children are in line at the start.

        Parameters
        ----------
        most_in_care : ndarray, shape (years, municipalities, care forms)
            Expected clients on the busiest day of each year, everybody let in at once.
        places : ndarray, shape (pools, years or more)
            Of one draw, from ``drawn_places``.
        """
        expected = np.einsum("pmk,ymk->py", self.cells, most_in_care)
        short = pdtrc(places[:, : len(most_in_care)], expected) > OUT_OF_REACH
        return since(short | self.in_line_at_the_start[:, None])

    def closed_form_holds(self, lines: Truths) -> Truths:
        """Return where closed forms hold, (years, municipalities, care forms).

        Parameters
        ----------
        lines : ndarray of bool, shape (pools, years)
            Where there may be lines, from a year on.
        """
        if self.scenario.has_ages:
            return np.zeros((lines.shape[1], *self._bought.shape), dtype=np.bool_)
        known: dict[bytes, Truths] = {}
        for year in lines.T:
            if year.tobytes() not in known:
                known[year.tobytes()] = ~self._touched(year)
        return np.array([known[year.tobytes()] for year in lines.T])

    def _touched(self, lines: Truths) -> Truths:
        """Return the cells that differ once there are lines, (municipalities, care forms).

        Places of a form that differs may run short in turn; so lines are added until nothing changes.
        """
        while True:
            waits = np.asarray(self.cells[lines].any(axis=0))
            later = self._and_after(waits | self._by(self._escalation, waits))
            touched = later | self._by(self._bridging, waits) | self._by(self._held, waits)
            more = lines | (self.cells & touched).any(axis=(1, 2))
            if (more == lines).all():
                return touched
            lines = more

    def _and_after(self, cells: Truths) -> Truths:
        """Return cells, and all that children reach from there by moves."""
        while True:
            more = cells | self._by(self._moves, cells)
            if (more == cells).all():
                return cells
            cells = more

    def _by(self, steps: Truths, cells: Truths) -> Truths:
        """Return the cells one step from others, as far as they are bought."""
        return (cells @ steps) & self._bought

    @cached_property
    def _bought(self) -> Truths:
        scenario = self.scenario
        shape = (len(scenario.municipality_names), len(scenario.care_form_names))
        bought = np.zeros(shape, dtype=np.bool_)
        for town, form in scenario.demand_cells:
            bought[self._place(town, form)] = True
        return bought

    @cached_property
    def _moves(self) -> Truths:
        return self._steps((row.from_care_form, row.to_care_form) for row in self.scenario.moves)

    @cached_property
    def _held(self) -> Truths:
        """From the form waited for to the form in which children then stay longer."""
        holding = (row for row in self.scenario.moves if row.holds_place)
        return self._steps((row.to_care_form, row.from_care_form) for row in holding)

    @cached_property
    def _bridging(self) -> Truths:
        rows = (row for row in self.scenario.waiting if row.bridging_care_form)
        return self._steps((row.care_form, row.bridging_care_form) for row in rows)

    @cached_property
    def _escalation(self) -> Truths:
        rows = (row for row in self.scenario.waiting if row.escalation_care_form)
        return self._steps((row.care_form, row.escalation_care_form) for row in rows)

    @cached_property
    def in_line_at_the_start(self) -> Truths:
        """Which pools have children in line on the day before the start, bool (pools,)."""
        waiting = np.zeros_like(self._bought)
        for row in self.scenario.demand:
            waiting[self._place(row.municipality, row.care_form)] = _some(row.waiting_at_start)
        return np.asarray((self.cells & waiting).any(axis=(1, 2)))

    def _steps(self, pairs: Iterable[tuple[str, str]]) -> Truths:
        """Return pairs of care forms as a matrix, (from, to)."""
        names = self.scenario.care_form_names
        steps = np.zeros((len(names), len(names)), dtype=np.bool_)
        for one, other in pairs:
            steps[names.index(one), names.index(other)] = True
        return steps

    def _place(self, town: str, form: str) -> tuple[int, int]:
        scenario = self.scenario
        return scenario.municipality_names.index(town), scenario.care_form_names.index(form)


def since(short: Truths) -> Truths:
    """Return what is so in a year or was in one before it, (..., years)."""
    return np.asarray(np.logical_or.accumulate(short, axis=-1))


def _some(number: Number | None) -> bool:
    return number is not None and mean_of(number) > 0.0
