"""A scenario beside the baseline, as the comparison reads it: its numbers, and how they are written."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from jeugdsim.report import notation

MARGIN: Final = 1.96
BASELINE: Final = "A"


@dataclass(frozen=True)
class Pair:
    """What a scenario changes against the baseline.

    Attributes
    ----------
    results : dict
        The content of ``compare.json``.
    name, letter : str
        The compared scenario, and the letter that stands for it; the baseline is A.
    language : str
        ``"nl"`` or ``"en"``.
    unit : notation.Unit
        The unit of amounts.
    """

    results: Mapping[str, Any]
    name: str
    letter: str
    language: str
    unit: notation.Unit

    @property
    def draws(self) -> int:
        """Give the number of draws behind the results."""
        return int(self.results["draws"])

    def find(self, *path: str) -> Any:
        """Give what stands at `path` under this scenario, or None where it is absent."""
        found: Any = self.results["compared"][self.name]
        for key in path:
            found = found.get(key) if isinstance(found, Mapping) else None
        return found

    def amount(self, euros: float | None, error: float | None = None) -> str:
        """Write an amount in the unit of the comparison."""
        return notation.amount(euros, error, unit=self.unit, language=self.language)

    def mean(self, *path: str) -> str:
        """Write the mean of the distribution at `path`."""
        spread = self.find(*path) or {}
        return self.amount(spread.get("mean"), spread.get("standard_error"))

    def quantile(self, *path: str, p: int) -> str:
        """Write the `p` percentile of the distribution at `path`."""
        spread = self.find(*path) or {}
        error = notation.quantile_error(spread.get("sd"), self.draws, p / 100)
        return self.amount(spread.get(f"p{p}"), error)

    def with_margin(self, euros: float | None, error: float | None) -> tuple[str, str]:
        """Write a difference and its 95% margin, which tells the precision: a digit more than else."""
        step = finer(error)
        margin = None if error is None else MARGIN * error
        return self.amount(euros, step), self.amount(margin, step)

    def chance(self, *path: str) -> str:
        """Write the chance at `path`."""
        return notation.chance(self.find(*path), self.draws)


def pairs(results: Mapping[str, Any], language: str) -> list[Pair]:
    """Give every compared scenario with its letter, B onwards."""
    spreads = (block["region"]["cost"] for block in results["compared"].values())
    largest = [years[str(results["years"][0])]["baseline"]["p50"] for years in spreads]
    unit = notation.unit_for(largest)
    return [
        Pair(results, name, letter(number), language, unit)
        for number, name in enumerate(results["compared"], start=1)
    ]


def finer(error: float | None) -> float | None:
    """Give the power of ten not above a standard error: the step of amounts that have a margin.

    Examples
    --------
    >>> finer(2.3), finer(0.07)
    (1.0, 0.01)
    """
    return float(10.0 ** math.floor(math.log10(error))) if error else None


def letter(number: int) -> str:
    """Give the letter of the scenario with this number, A for 0; beyond Z the number itself.

    Examples
    --------
    >>> letter(1), letter(26)
    ('B', '27')
    """
    return chr(ord(BASELINE) + number) if number < 26 else str(number + 1)
