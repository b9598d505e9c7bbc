"""Counts of a simulation in plain Python: whole days, split over the years."""

from __future__ import annotations

from collections import defaultdict

from benchmarks.rivals.spec import Spec, Totals, no_totals


class Counting:
    """Counts by (name, year, town, form)."""

    def __init__(self, spec: Spec) -> None:
        self.first_days = spec.year_first_day.tolist()
        self.day_year = [
            year
            for year, first_day in enumerate(self.first_days[:-1])
            for _ in range(first_day, self.first_days[year + 1])
        ]
        self.counts: dict[tuple[str, int, int, int], float] = defaultdict(float)

    def once(self, name: str, town: int, form: int, day: int) -> None:
        """Count one in the year of a day."""
        self.counts[name, self.day_year[day], town, form] += 1

    def per_day(
        self, name: str, town: int, form: int, day: int, last: int, amount: float = 1.0
    ) -> None:
        """Count an amount per day from a day up to another, or to the end."""
        last = min(last, self.first_days[-1])
        while day < last:
            year = self.day_year[day]
            until = min(last, self.first_days[year + 1])
            self.counts[name, year, town, form] += (until - day) * amount
            day = until

    def totals(self, spec: Spec) -> Totals:
        """Return the counts as arrays."""
        totals = no_totals(spec)
        for (name, *place), amount in self.counts.items():
            totals[name][tuple(place)] = amount
        return totals
