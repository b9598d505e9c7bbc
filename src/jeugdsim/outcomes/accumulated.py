"""What a run reports where its draws come piece by piece: noted per piece, added up, told at the end.

Means, standard deviations, standard errors and chances are those of all draws together; percentiles
come from a histogram, see ``sketch``. Numbers are added up block by block of 250 draws in their order,
so that the same draws give the same bits however they were cut in pieces.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from jeugdsim.outcomes.sketch import Percentiles
from jeugdsim.outcomes.statistics import FEWEST_BLOCKS, LEVELS
from jeugdsim.world.parameters import BLOCK_DRAWS

Array = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]
Block = dict[str, Any]
_MOMENTS = ("mean", "sd", "standard_error")
_STATISTICS = (*_MOMENTS, *LEVELS)


@dataclass(frozen=True)
class Asked:
    """A number that is told at the end: which statistic of which array of a kind."""

    kind: str
    place: int
    statistic: str


class Recorder:
    """Notes arrays in the order in which they are reported, and leaves what is asked in their place.

    Examples
    --------
    >>> import numpy as np
    >>> note = Recorder()
    >>> note.chance(np.array([True, False]))
    Asked(kind='chance', place=0, statistic='mean')
    """

    def __init__(self) -> None:
        self._noted: dict[str, list[npt.NDArray[Any]]] = {kind: [] for kind in _KINDS}

    def distribution(self, values: Array) -> Block:
        """Note a distribution."""
        return self._distribution("distribution", values)

    def known_distribution(self, values: Array) -> Block:
        """Note a distribution over the draws in which the number exists."""
        return self._distribution("known_distribution", values)

    def chance(self, happened: Truths) -> Asked:
        """Note what happens in a draw or not."""
        return self._note("chance", happened, "mean")

    def mean(self, values: Array) -> Asked:
        """Note a mean."""
        return self._note("mean", values, "mean")

    def known_mean(self, values: Array) -> Asked:
        """Note a mean over the draws in which the number exists."""
        return self._note("known_mean", values, "mean")

    def certain(self, values: Array) -> float:
        """Tell a number that is the same in every draw."""
        return float(values[0])

    def noted(self) -> dict[str, Array]:
        """Return what was noted, by kind: arrays of shape (draws, columns)."""
        return {
            kind: np.stack(arrays, axis=1).astype(np.float64)
            for kind, arrays in self._noted.items()
            if arrays
        }

    def _distribution(self, kind: str, values: Array) -> Block:
        first = self._note(kind, values, "")
        return {name: Asked(kind, first.place, name) for name in _STATISTICS}

    def _note(self, kind: str, values: npt.NDArray[Any], statistic: str) -> Asked:
        self._noted[kind].append(values)
        return Asked(kind, len(self._noted[kind]) - 1, statistic)


class Accumulated:
    """What pieces of a run report, added up.

    Examples
    --------
    >>> import numpy as np
    >>> added = Accumulated()
    >>> for draws in (np.array([1.0, 2.0]), np.array([6.0])):
    ...     note = Recorder()
    ...     block = {"payment": note.distribution(draws), "met": note.chance(draws > 1.5)}
    ...     added.take(note)
    >>> told = added.told(block)
    >>> told["payment"]["mean"], told["payment"]["p50"], round(told["met"], 3)
    (3.0, 2.0, 0.667)
    """

    def __init__(self) -> None:
        self._by_kind: dict[str, _Blocks] = {}

    def take(self, note: Recorder) -> None:
        """Add the next piece, which must report the same as those before it."""
        for kind, rows in note.noted().items():
            if kind not in self._by_kind:
                self._by_kind[kind] = _Blocks(_KINDS[kind](rows.shape[1]))
            self._by_kind[kind].take(rows)

    def told(self, block: Mapping[str, Any]) -> Block:
        """Return a block that a recorder noted, in numbers."""
        numbers = {kind: blocks.finished().told() for kind, blocks in self._by_kind.items()}
        return _in_numbers(block, numbers)


def _in_numbers(block: Mapping[str, Any], numbers: Mapping[str, Sequence[Block]]) -> Block:
    def told(part: Any) -> Any:
        if isinstance(part, Mapping):
            return _in_numbers(part, numbers)
        if isinstance(part, Asked):
            return numbers[part.kind][part.place][part.statistic]
        return part

    return {name: told(part) for name, part in block.items()}


class _Blocks:
    """Cuts rows in whole blocks of 250; the last one may be shorter."""

    def __init__(self, into: _Sums | _Distributions | _KnownDistributions) -> None:
        self._into = into
        self._rest: Array | None = None

    def take(self, rows: Array) -> None:
        whole = rows if self._rest is None else np.concatenate([self._rest, rows])
        cut = len(whole) - len(whole) % BLOCK_DRAWS
        for first in range(0, cut, BLOCK_DRAWS):
            self._into.take(whole[first : first + BLOCK_DRAWS])
        self._rest = whole[cut:].copy()

    def finished(self) -> _Sums | _Distributions | _KnownDistributions:
        if self._rest is not None and len(self._rest):
            self._into.take(self._rest)
        self._rest = None
        return self._into


class _Sums:
    """Means of columns over the draws in which they exist (are not NaN)."""

    def __init__(self, columns: int) -> None:
        self._sum = np.zeros(columns)
        self._count = np.zeros(columns, dtype=np.int64)

    def take(self, block: Array) -> None:
        known = ~np.isnan(block)
        self._sum += np.where(known, block, 0.0).sum(axis=0)
        self._count += known.sum(axis=0)

    def told(self) -> list[Block]:
        return [
            {"mean": float(total) / int(count) if count else None}
            for total, count in zip(self._sum, self._count, strict=True)
        ]


class _Moments:
    """Mean and sum of squared deviations of columns, block after block (Chan, Golub and LeVeque)."""

    def __init__(self, columns: int) -> None:
        self.count = 0
        self.mean = np.zeros(columns)
        self.squares = np.zeros(columns)

    def add(self, count: int, mean: Array, squares: Array | float) -> None:
        whole = self.count + count
        apart = mean - self.mean
        self.squares += squares + apart**2 * (self.count * count / whole)
        self.mean += apart * (count / whole)
        self.count = whole

    def sd(self) -> Array:
        """Return the standard deviation, NaN of a single number."""
        if self.count < 2:
            return np.full(self.mean.shape, np.nan)
        return np.asarray(np.sqrt(self.squares / (self.count - 1)))


class _Distributions:
    """Moments and percentiles of columns that exist in every draw; one that does not is NaN."""

    def __init__(self, columns: int) -> None:
        self._draws = _Moments(columns)
        self._block_means = _Moments(columns)
        self._percentiles = Percentiles(columns)
        self._absent = np.zeros(columns, dtype=np.bool_)

    def take(self, block: Array) -> None:
        absent = np.isnan(block).any(axis=0)
        self._absent |= absent
        rows = np.where(absent, 0.0, block) if absent.any() else block
        mean = rows.mean(axis=0)
        self._draws.add(len(rows), mean, ((rows - mean) ** 2).sum(axis=0))
        if len(rows) == BLOCK_DRAWS:
            self._block_means.add(1, mean, 0.0)
        self._percentiles.take(rows)

    def told(self) -> list[Block]:
        columns = {
            "mean": self._draws.mean,
            "sd": self._draws.sd(),
            "standard_error": self._standard_error(),
            **dict(zip(LEVELS, self._percentiles.told(list(LEVELS.values())), strict=True)),
        }
        if not self._draws.count:
            columns = {name: np.full(self._absent.shape, np.nan) for name in _STATISTICS}
        known = {name: np.where(self._absent, np.nan, values) for name, values in columns.items()}
        return [
            {name: float(known[name][place]) for name in _STATISTICS}
            for place in range(len(self._absent))
        ]

    def _standard_error(self) -> Array:
        by = self._block_means if self._block_means.count >= FEWEST_BLOCKS else self._draws
        return np.asarray(by.sd() / np.sqrt(by.count))


class _KnownDistributions:
    """Distributions of columns over the draws in which each exists, each with blocks of its own."""

    def __init__(self, columns: int) -> None:
        self._own = [_Blocks(_Distributions(1)) for _ in range(columns)]

    def take(self, block: Array) -> None:
        for own, values in zip(self._own, block.T, strict=True):
            own.take(values[~np.isnan(values)][:, None])

    def told(self) -> list[Block]:
        return [own.finished().told()[0] for own in self._own]


_KINDS: Mapping[str, type[_Sums] | type[_Distributions] | type[_KnownDistributions]] = {
    "distribution": _Distributions,
    "known_distribution": _KnownDistributions,
    "chance": _Sums,
    "mean": _Sums,
    "known_mean": _Sums,
}
