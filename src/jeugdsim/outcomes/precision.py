"""How precise a reported number is: the Monte Carlo standard error of means, chances and percentiles.

``PRECISE`` is a ``Telling``: given to what makes the summary, it keeps of every reported number the
values per draw it is worked out from, so that its standard error can be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from jeugdsim.outcomes.statistics import LEVELS, standard_error
from jeugdsim.outcomes.telling import Truths

Array = npt.NDArray[np.float64]
Statistic = Literal["mean", "sd", "percentile", "chance", "known_mean"]
FEWEST_SEEN = 5
_ADDED = 2  # draws added on either side where next to none shows something (Agresti and Coull)


@dataclass(frozen=True)
class Reported:
    """A reported number, as what it is worked out from.

    Attributes
    ----------
    values : ndarray, shape (draws,)
        One number per draw; for a chance whether it happens.
    statistic : str
        What is told of them.
    level : float
        In percent, of a percentile.
    """

    values: npt.NDArray[Any]
    statistic: Statistic
    level: float = 50.0

    def value(self) -> float:
        """Return the number itself, as the summary tells it; NaN where it exists in no draw."""
        known = self.values[~np.isnan(self.values)] if self.statistic == "known_mean" else self.values
        if len(known) == 0:
            return float("nan")
        match self.statistic:
            case "percentile":
                return float(np.percentile(known, self.level, method="linear"))
            case "sd":
                return float(known.std(ddof=1)) if len(known) > 1 else float("nan")
            case _:
                return float(np.mean(known))

    def standard_error(self) -> float:
        """Return the Monte Carlo standard error of the number, in its own unit.

        Infinite where too few draws tell anything.
        """
        match self.statistic:
            case "chance":
                return error_of_chance(self.values)
            case "percentile":
                return error_of_percentile(self.values, self.level)
            case "sd":
                return _error_of_sd(self.values)
            case "known_mean":
                return error_of_known_mean(self.values)
            case _:
                return standard_error(self.values)


class Precise:
    """Keeps what every reported number is worked out from."""

    def distribution(self, values: Array) -> dict[str, Reported]:
        """Keep mean, sd and percentiles."""
        return {
            "mean": Reported(values, "mean"),
            "sd": Reported(values, "sd"),
            **{name: Reported(values, "percentile", level) for name, level in LEVELS.items()},
        }

    def known_distribution(self, values: Array) -> dict[str, Reported]:
        """Keep the same of the draws in which the number exists (is not NaN)."""
        return self.distribution(values[~np.isnan(values)])

    def chance(self, happened: Truths) -> Reported:
        """Keep a chance."""
        return Reported(happened, "chance")

    def mean(self, values: Array) -> Reported:
        """Keep a mean."""
        return Reported(values, "mean")

    def known_mean(self, values: Array) -> Reported:
        """Keep a mean over the draws in which the number exists."""
        return Reported(values, "known_mean")

    def certain(self, values: Array) -> float:
        """Tell a number that is the same in every draw."""
        return float(values[0])


PRECISE = Precise()
"""Keeps what every reported number is worked out from."""


def by_path(content: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Give everything in a tree of dictionaries by its dotted path.

    Examples
    --------
    >>> list(by_path({"region": {"budget": {"2027": 1.0}}, "key": "use"}))
    [('region.budget.2027', 1.0), ('key', 'use')]
    """
    for name, value in content.items():
        if isinstance(value, Mapping):
            yield from by_path(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def error_of_chance(happened: Truths) -> float:
    """Return the standard error of a chance.

    That of a mean; but where fewer than five draws show it (or fail to), not below that of Agresti
    and Coull, sqrt(p (1 - p) / (n + 4)) with p = (count + 2) / (n + 4): that no draw showed something
    does not make it impossible.

    Parameters
    ----------
    happened : ndarray of bool, shape (draws,)
        Whether it happens.

    Notes
    -----
    Agresti and Coull (1998), The American Statistician 52, 119-126.

    Examples
    --------
    >>> import numpy as np
    >>> round(error_of_chance(np.zeros(1000, dtype=bool)), 4)
    0.0014
    """
    draws, count = len(happened), int(np.count_nonzero(happened))
    error = standard_error(np.asarray(happened, dtype=np.float64))
    if FEWEST_SEEN <= count <= draws - FEWEST_SEEN:
        return error
    p = (count + _ADDED) / (draws + 2 * _ADDED)
    return float(np.fmax(error, np.sqrt(p * (1.0 - p) / (draws + 2 * _ADDED))))


def error_of_percentile(values: Array, level: float) -> float:
    """Return the standard error of a percentile.

    Half the distance between the percentiles one standard error of the share of draws below it to
    either side: Woodruff's interval, by order statistics, on blocks where the share's error is.

    Parameters
    ----------
    values : ndarray, shape (draws,)
        One number per draw.
    level : float
        Percent, 0 to 100.

    Notes
    -----
    Woodruff (1952), Journal of the American Statistical Association 47, 635-646.

    Examples
    --------
    >>> import numpy as np
    >>> round(error_of_percentile(np.arange(4_000) / 4_000, 50.0), 3)  # sqrt(0.5 x 0.5 / 4,000)
    0.008
    """
    if len(values) < 2:
        return float("inf")
    below = values <= np.percentile(values, level, method="linear")
    step = 100.0 * error_of_chance(below)
    around = np.percentile(values, [max(0.0, level - step), min(100.0, level + step)], method="linear")
    return float(around[1] - around[0]) / 2.0


def error_of_known_mean(values: Array) -> float:
    """Return the standard error of a mean over the draws in which the number exists.

    That of a ratio: of (number - mean, 0 where there is none) over the share in which it exists.

    Parameters
    ----------
    values : ndarray, shape (draws,)
        One number per draw, NaN where there is none.

    Examples
    --------
    >>> import numpy as np
    >>> error_of_known_mean(np.array([np.nan] * 10))
    inf
    """
    known = ~np.isnan(values)
    if np.count_nonzero(known) < FEWEST_SEEN:
        return float("inf")
    beside = np.where(known, values - values[known].mean(), 0.0)
    return standard_error(beside) / float(known.mean())


def _error_of_sd(values: Array) -> float:
    """Return the standard error of a standard deviation: that of the variance, over 2 sd."""
    if len(values) < 2:
        return float("inf")
    sd = float(values.std(ddof=1))
    return standard_error((values - values.mean()) ** 2) / (2.0 * sd) if sd > 0.0 else 0.0
