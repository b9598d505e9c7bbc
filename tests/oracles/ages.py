"""Care until an age limit, by direct sums over whole days: mean stays, and who is in care when.

From the definitions: S whole days of a stay without the limit; age at entry = (whole years by table +
uniform) years of 365.25 days; L days from entry to the day on which a child has reached an age. Care
lasts min(S, L); who is met in care entered n >= 1 days ago with chance in proportion to
P(S >= n) P(L >= n).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
YEAR = 365.25
DAYS = 40_000  # no stay of the tests lasts longer
_GRID = 9_000  # days to the oldest limit, 23 years, and some


def survival_of_steps(steps: Mapping[int, float]) -> Array:
    """Return P(S > n) for a table of (days: chance of a longer stay)."""
    longer, days = np.ones(DAYS), np.arange(DAYS)
    for day, left in sorted(steps.items()):
        longer[days >= day] = left
    return longer


@dataclass(frozen=True)
class Care:
    """One form: stays, ages at entry, who may stay on, and how many enter."""

    longer: Array
    ages: Mapping[int, float]
    share: float = 0.0
    until: float = 18.0
    per_day: float = 1.0

    def days_to(self, years: float) -> Array:
        """Return P(L = n), n = 0.., L the days from entry to the first day on which it is so old."""
        edges = np.arange(19) * YEAR
        below = np.cumsum([0.0, *(self.ages.get(age, 0.0) for age in range(18))])
        limit = years * YEAR - np.arange(-1, _GRID)
        return -np.diff(np.interp(limit, edges, below))

    def still_allowed(self) -> Array:
        """Return P(L > n), n = 0.., who may stay on and who may not together."""
        short, long = (1.0 - np.cumsum(self.days_to(years)) for years in (18.0, self.until))
        return np.maximum((1.0 - self.share) * short + self.share * long, 0.0)

    @property
    def mean_days(self) -> float:
        """Mean stay with the limit."""
        return float(self.longer[:_GRID] @ self.still_allowed())

    @property
    def clients(self) -> float:
        """Clients on any day, in balance."""
        return self.per_day * self.mean_days

    @property
    def adults(self) -> float:
        """Clients of 18 and over on any day, in balance."""
        turned = np.cumsum(self.days_to(18.0))
        left = np.cumsum(self.days_to(self.until))
        return float(self.per_day * self.share * (self.longer[:_GRID] @ (turned - left)))

    def birthdays(self) -> Array:
        """Return the expected clients by days left to their 18th birthday, 0.., not adult yet."""
        turns = self.days_to(18.0)
        at_least = self.longer[:_GRID]  # P(S >= n) = P(S > n - 1), n = 1..
        days = np.convolve(turns[::-1], at_least)[_GRID - 2 :: -1]
        return self.per_day * days
