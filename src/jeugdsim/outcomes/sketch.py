"""Percentiles of many long columns at once, in little memory: a histogram per column.

The first 2,500 rows are kept as they are. They say where the middle of a column lies: it gets 4,096
cells of equal width, over four times the distance from P5 to P95. To both sides follow cells that widen
with every doubling of the distance. Values that come often (an overrun of exactly 0, a number that is
certain) are counted apart, so they come back exactly. At every doubling of the rows a column whose
middle has moved or changed in width gets other cells.

Everything is done row by row in their order and in whole blocks, so that the same rows give the same
bits however they were cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
FIRST_ROWS = 2_500
_MIDDLE = 4_096
_CELLS_PER_SPREAD = 1_024  # from P5 to P95
_PER_DOUBLING = 16
_DOUBLINGS = 32
_OUTER = _PER_DOUBLING * _DOUBLINGS
_CELLS = _MIDDLE + 2 * _OUTER
_OFTEN = 25  # of the first rows
_MOST_OFTEN_VALUES = 8
_LEAST_SPREAD = 1e-6  # of a column that is the same in all first rows, as a fraction of its size
_CHANGED = 2.0
_EDGES = (5.0, 95.0)
_AT_ONCE = 250


class Percentiles:
    """Percentiles of columns whose rows come in blocks.

    Examples
    --------
    >>> import numpy as np
    >>> rows = np.arange(20_000.0).reshape(-1, 1)
    >>> kept = Percentiles(1)
    >>> for block in np.split(rows, 80):
    ...     kept.take(block)
    >>> bool(abs(kept.told([50.0])[0, 0] - 9_999.5) < 0.002 * 18_000)
    True
    """

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self._rows = 0
        self._first: list[Array] = []
        self._histogram: _Histogram | None = None

    def take(self, block: Array) -> None:
        """Take the next rows, shape (rows, columns); the same blocks give the same bits.

        Parameters
        ----------
        block : ndarray, shape (rows, columns)
            Finite numbers; all but the last blocks of a length that divides 2,500.
        """
        self._rows += len(block)
        if self._histogram is not None:
            self._histogram.count(block)
            if _is_doubling(self._rows):
                self._histogram.follow(self._rows)
            return
        self._first.append(block.copy())
        if self._rows >= FIRST_ROWS:
            first = np.concatenate(self._first)
            self._first = []
            first.sort(axis=0)
            self._histogram = _Histogram.around(first)

    def told(self, levels: Sequence[float]) -> Array:
        """Return percentiles (numpy's ``linear``), shape (levels, columns); exact for few rows.

        Parameters
        ----------
        levels : sequence of float
            From 0 to 100.
        """
        if self._histogram is None:
            rows = np.concatenate(self._first) if self._first else np.empty((0, self._columns))
            if not len(rows):
                return np.full((len(levels), self._columns), np.nan)
            return np.asarray(np.percentile(rows, levels, axis=0, method="linear"))
        return self._histogram.percentiles(self._rows, levels)


@dataclass
class _Histogram:
    """Counts of many columns.

    Attributes
    ----------
    start, width : ndarray, shape (columns,)
        Where the middle cells begin, and their width.
    counts : ndarray of int, shape (columns, cells)
        Values in each cell.
    often : ndarray, shape (columns, values)
        Values that are counted apart, NaN where there are fewer.
    often_counts : ndarray of int, shape (columns, values)
        How often each came.
    low, high : ndarray, shape (columns,)
        The smallest and largest value so far.
    """

    start: Array
    width: Array
    counts: npt.NDArray[np.uint32]
    often: Array
    often_counts: Counts
    low: Array
    high: Array

    @classmethod
    def around(cls, ranked: Array) -> _Histogram:
        """Make the cells of the first rows, each column in order, and count these."""
        fifth, ninety_fifth = (_percentile(ranked, level) for level in _EDGES)
        width = _spread(fifth, ninety_fifth, ranked[0], ranked[-1]) / _CELLS_PER_SPREAD
        columns = ranked.shape[1]
        often = _values_that_come_often(ranked)
        made = cls(
            start=0.5 * (fifth + ninety_fifth) - 0.5 * _MIDDLE * width,
            width=width,
            counts=np.zeros((columns, _CELLS), dtype=np.uint32),
            often=often,
            often_counts=np.zeros(often.shape, dtype=np.int64),
            low=ranked[0].copy(),
            high=ranked[-1].copy(),
        )
        for start in range(0, len(ranked), _AT_ONCE):
            made.count(ranked[start : start + _AT_ONCE])
        return made

    def count(self, rows: Array) -> None:
        """Count rows."""
        np.minimum(self.low, rows.min(axis=0), out=self.low)
        np.maximum(self.high, rows.max(axis=0), out=self.high)
        free = np.ones(rows.shape, dtype=np.bool_)
        for place in range(self.often.shape[1]):
            same = rows == self.often[:, place]
            self.often_counts[:, place] += same.sum(axis=0)
            free &= ~same
        cell = _cells(rows, self.start, self.width)
        row, column = np.nonzero(free)
        np.add.at(self.counts, (column, cell[row, column]), 1)

    def follow(self, rows: int) -> None:
        """Give other cells to columns whose middle has moved or changed in width."""
        fifth, ninety_fifth = self.percentiles(rows, _EDGES)
        spread, had = ninety_fifth - fifth, self.width * _CELLS_PER_SPREAD
        end = self.start + _MIDDLE * self.width
        moved = (fifth < self.start) | (ninety_fifth > end)
        changed = (spread > _CHANGED * had) | (spread * _CHANGED < had)
        for column in np.flatnonzero((moved | changed) & (spread > 0)):
            self._lay_again(int(column), float(fifth[column]), float(ninety_fifth[column]))

    def _lay_again(self, column: int, fifth: float, ninety_fifth: float) -> None:
        """Lay the cells of a column anew; what was counted is spread evenly over its old cells."""
        old = self._edges(column)
        below = _counted_below(self.counts[column])
        self.width[column] = (ninety_fifth - fifth) / _CELLS_PER_SPREAD
        self.start[column] = 0.5 * (fifth + ninety_fifth) - 0.5 * _MIDDLE * self.width[column]
        known = np.rint(np.interp(self._edges(column), old, below)).astype(np.int64)
        known[0], known[-1] = 0, below[-1]
        self.counts[column] = np.diff(known)

    def percentiles(self, rows: int, levels: Sequence[float]) -> Array:
        """Return percentiles of so many rows, shape (levels, columns)."""
        found = np.empty((len(levels), len(self.start)))
        places = np.array(levels) / 100.0 * (rows - 1)
        below = np.floor(places)
        part = places - below
        for column in range(len(self.start)):
            order = _Order.of(self, column)
            one = order.values(below.astype(np.int64))
            other = order.values(np.minimum(below.astype(np.int64) + 1, rows - 1))
            found[:, column] = one + (other - one) * part
        return found

    def _edges(self, column: int) -> Array:
        """Return the edges of a column's cells, rising, shape (cells + 1,)."""
        start, width = float(self.start[column]), float(self.width[column])
        middle = start + width * np.arange(_MIDDLE + 1)
        beyond = 0.5 * _MIDDLE * width * (_OUTER_EDGES - 1.0)
        return np.concatenate([start - beyond[:0:-1], middle, middle[-1] + beyond[1:]])


@dataclass(frozen=True)
class _Order:
    """One column in order: cells, with the values that are counted apart between them.

    Attributes
    ----------
    edges : ndarray, shape (cells + 1,)
        Of the cells.
    before : ndarray of int, shape (cells + 1,)
        How many values in cells lie below each edge.
    often : ndarray, shape (values,)
        Values counted apart, rising.
    often_before : ndarray of int, shape (values,)
        How many values of any kind come before each.
    often_counts : ndarray of int, shape (values,)
        How often each came.
    low, high : float
        The smallest and largest value.
    """

    edges: Array
    before: Counts
    often: Array
    often_before: Counts
    often_counts: Counts
    low: float
    high: float

    @classmethod
    def of(cls, histogram: _Histogram, column: int) -> _Order:
        edges = histogram._edges(column)
        before = _counted_below(histogram.counts[column])
        known = ~np.isnan(histogram.often[column])
        rising = np.argsort(histogram.often[column][known])
        often = histogram.often[column][known][rising]
        counts = histogram.often_counts[column][known][rising]
        in_cells = np.rint(np.interp(often, edges, before)).astype(np.int64)
        return cls(
            edges=edges,
            before=before,
            often=often,
            often_before=in_cells + np.cumsum(counts) - counts,
            often_counts=counts,
            low=float(histogram.low[column]),
            high=float(histogram.high[column]),
        )

    def values(self, ranks: Counts) -> Array:
        """Return the values of some ranks, counted from 0."""
        found = np.empty(len(ranks))
        for place, rank in enumerate(ranks):
            found[place] = self._value(int(rank))
        last = int(self.before[-1] + self.often_counts.sum()) - 1
        found[ranks == 0], found[ranks == last] = self.low, self.high
        return np.clip(found, self.low, self.high)

    def _value(self, rank: int) -> float:
        at = int(np.searchsorted(self.often_before, rank, side="right")) - 1
        if at >= 0 and rank < self.often_before[at] + self.often_counts[at]:
            return float(self.often[at])
        in_cells = rank - int(self.often_counts[: at + 1].sum())
        cell = int(np.searchsorted(self.before, in_cells, side="right")) - 1
        inside = (in_cells - self.before[cell] + 0.5) / (self.before[cell + 1] - self.before[cell])
        return float(self.edges[cell] + inside * (self.edges[cell + 1] - self.edges[cell]))


def _percentile(ranked: Array, level: float) -> Array:
    """Return a percentile of columns in order, without copying them."""
    place = level / 100.0 * (len(ranked) - 1)
    below = int(place)
    low, high = ranked[below], ranked[min(below + 1, len(ranked) - 1)]
    return np.asarray(low + (high - low) * (place - below))


def _spread(fifth: Array, ninety_fifth: Array, low: Array, high: Array) -> Array:
    """Return the distance from P5 to P95, or where that is nothing one that serves."""
    size = np.maximum(np.abs(low), 1.0) * _LEAST_SPREAD
    wider = np.where(high > low, high - low, size)
    return np.where(ninety_fifth > fifth, ninety_fifth - fifth, wider)


def _values_that_come_often(ranked: Array) -> Array:
    """Return the values of each column that come in at least 25 rows, at most 8, NaN for none."""
    if len(ranked) < _OFTEN:
        return np.empty((ranked.shape[1], 0))
    often = np.full((ranked.shape[1], _MOST_OFTEN_VALUES), np.nan)
    repeated = (ranked[: 1 - _OFTEN] == ranked[_OFTEN - 1 :]).any(axis=0)
    for column in np.flatnonzero(repeated):
        values, counts = np.unique(ranked[:, column], return_counts=True)
        largest = np.argsort(-counts, kind="stable")[:_MOST_OFTEN_VALUES]
        chosen = values[largest[counts[largest] >= _OFTEN]]
        often[column, : len(chosen)] = chosen
    return often


def _counted_below(counts: npt.NDArray[np.uint32]) -> Counts:
    """Return how many values lie below each edge of cells, shape (cells + 1,)."""
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])


def _cells(rows: Array, start: Array, width: Array) -> Counts:
    """Return the cell of every value, shape (rows, columns)."""
    steps = (rows - start) / width
    inside = (steps >= 0.0) & (steps < _MIDDLE)
    cell = np.where(inside, steps, 0.0).astype(np.int64) + _OUTER
    outside = ~inside
    if outside.any():
        beyond = np.where(steps < 0.0, -steps, steps - _MIDDLE)[outside]
        outer = _outer_cells(beyond)
        left = (steps < 0.0)[outside]
        cell[outside] = np.where(left, _OUTER - 1 - outer, _OUTER + _MIDDLE + outer)
    return cell


def _outer_cells(beyond: Array) -> Counts:
    """Return the place of an outer cell, counted from the middle, by the distance in cell widths."""
    fraction, exponent = np.frexp(1.0 + beyond / (0.5 * _MIDDLE))
    within = ((2.0 * fraction - 1.0) * _PER_DOUBLING).astype(np.int64)
    place = (exponent.astype(np.int64) - 1) * _PER_DOUBLING + within
    return np.asarray(np.minimum(place, _OUTER - 1))


def _outer_edges() -> Array:
    """Return the edges of outer cells, as 1 + distance in halves of the middle, shape (outer + 1,)."""
    doubling, within = np.divmod(np.arange(_OUTER + 1), _PER_DOUBLING)
    return np.asarray(np.ldexp(1.0 + within / _PER_DOUBLING, doubling))


_OUTER_EDGES = _outer_edges()


def _is_doubling(rows: int) -> bool:
    """Tell whether so many rows are 2,500 x 2, 4, 8, ..."""
    times, rest = divmod(rows, FIRST_ROWS)
    return rest == 0 and times > 1 and times & (times - 1) == 0
