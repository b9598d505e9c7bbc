"""The contract's calendar in whole days, counted from its start."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Calendar:
    """Days, months and years of a contract; day 0 is its first day.

    Attributes
    ----------
    start : date
        1 January of the first year.
    years : tuple of int
        Calendar years.
    year_first_day : ndarray, shape (years + 1,)
        First day of each year, and the first day after the last.
    month_first_day, month_days, month_year, month_number : ndarray, shape (months,)
        First day, length, index of the year, and months since year 0 (the month's identity).
    """

    start: date
    years: tuple[int, ...]
    year_first_day: Integers
    month_first_day: Integers
    month_days: Integers
    month_year: Integers
    month_number: Integers

    @property
    def days(self) -> int:
        """Days in all years together."""
        return int(self.year_first_day[-1])

    @property
    def year_days(self) -> Integers:
        """Days per year: 365 or 366."""
        return np.diff(self.year_first_day)

    def day_of(self, moment: date) -> int:
        """Return the day number of a date, negative before the start."""
        return (moment - self.start).days

    def day_year(self) -> Integers:
        """Return the index of the year of every day, shape (days,)."""
        return np.repeat(np.arange(len(self.years)), self.year_days)


def make_calendar(years: tuple[int, ...]) -> Calendar:
    """Return the calendar of consecutive years."""
    year_days = [366 if calendar.isleap(year) else 365 for year in years]
    month_days = [calendar.monthrange(year, month)[1] for year in years for month in range(1, 13)]
    return Calendar(
        start=date(years[0], 1, 1),
        years=years,
        year_first_day=np.concatenate(([0], np.cumsum(year_days))),
        month_first_day=np.concatenate(([0], np.cumsum(month_days)[:-1])),
        month_days=np.array(month_days),
        month_year=np.repeat(np.arange(len(years)), 12),
        month_number=np.array([12 * year + month for year in years for month in range(12)]),
    )
