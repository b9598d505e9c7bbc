"""One run as the answer reads it: where its numbers stand and how they are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jeugdsim.report import notation


@dataclass(frozen=True)
class Side:
    """One run in the answer: its results, its label, and how its numbers are written."""

    results: Mapping[str, Any]
    label: str
    language: str
    unit: notation.Unit

    @property
    def draws(self) -> int:
        """Give the number of draws behind the results."""
        return int(self.results["draws"])

    def find(self, *path: str) -> Any:
        """Give what stands at `path`, or None where it is absent."""
        found: Any = self.results
        for key in path:
            found = found.get(key) if isinstance(found, Mapping) else None
        return found

    def quantile(self, *path: str, p: int) -> str:
        """Write the `p` percentile of the distribution at `path`."""
        spread = self.find(*path) or {}
        error = notation.quantile_error(spread.get("sd"), self.draws, p / 100)
        return self.amount(spread.get(f"p{p}"), error)

    def size(self, *path: str) -> str:
        """Write the mean overrun, given that there is one, of the overrun at `path`."""
        spread = self.find(*path) or {}
        error = notation.size_error(spread.get("sd"), self.draws, spread.get("probability"))
        return self.amount(spread.get("size"), error)

    def chance(self, *path: str) -> str:
        """Write the chance that stands at `path`."""
        return notation.chance(self.find(*path), self.draws)

    def amount(self, euros: float | None, error: float | None = None) -> str:
        """Write an amount in the unit of the answer."""
        return notation.amount(euros, error, unit=self.unit, language=self.language)
