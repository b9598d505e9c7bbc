"""Assumptions that go along with each other: rank correlations by a Gaussian copula (model, section 1).

The values of a Latin hypercube column stay what they are; only their order within a block changes, so
that the ranks of two columns correlate as asked. Whoever comes first keeps the order it has alone.

Assumptions are taken in an order of their own: what the world does, prices, effects of policy, terms
of policy, and by path within each. A column rests on itself and on those before it in its group only.
So an assumption about policy never moves one about the world: a scenario and its reference, which has
no levers and no responses, draw the same world.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from jeugdsim.scenario.correlations import Pair, connected, normal_matrix

Array = npt.NDArray[np.float64]
MOST_CLEARED = 125  # of 250 draws: beyond it little of a column's own chance would be left
_NO_SPREAD = 1e-10
_WORLD, _PRICES, _EFFECTS, _TERMS = range(4)


@dataclass(frozen=True)
class CorrelatedGroup:
    """Assumptions that hang together through pairs, in the order they are drawn in.

    Attributes
    ----------
    paths : tuple of str
        Their dotted paths.
    mix : ndarray, shape (assumptions, assumptions)
        Lower triangular: what a column takes of its own chance and of that of those before it.
    before : tuple of ndarray of int
        For each the places of those before it that it is tied to, directly or through others.
    """

    paths: tuple[str, ...]
    mix: Array
    before: tuple[npt.NDArray[np.int64], ...]

    def in_order(self, levels: Array) -> Array:
        """Return one block of levels, each column's own values put in the order of its group.

        Parameters
        ----------
        levels : ndarray, shape (draws, assumptions)
            A Latin hypercube column per assumption, in (0, 1), independent of each other.
        """
        own = _cleared(_standard(special.ndtri(levels)), self.before)
        joined = np.empty_like(levels)
        for place in range(len(self.paths)):
            score = own[:, : place + 1] @ self.mix[place, : place + 1]
            joined[np.argsort(score, kind="stable"), place] = np.sort(levels[:, place])
        return joined


def correlated_groups(pairs: Mapping[Pair, float]) -> tuple[CorrelatedGroup, ...]:
    """Return the groups of assumptions that pairs tie together.

    Parameters
    ----------
    pairs : mapping of (path, path) to float
        Rank correlations in [-1, 1], not 0; all others are 0.

    Examples
    --------
    >>> group, = correlated_groups({("levers.teams.effect", "world.stay_growth_per_year"): 1.0})
    >>> group.paths, group.mix.tolist()
    (('world.stay_growth_per_year', 'levers.teams.effect'), [[1.0, 0.0], [1.0, 0.0]])
    """
    return tuple(_group(tuple(sorted(paths, key=_turn)), pairs) for paths in connected(pairs))


def pairs_behind_quantities(pairs: Mapping[Pair, float]) -> dict[Pair, float]:
    """Return the pairs on which assumptions about quantities rest; the others move money only.

    Parameters
    ----------
    pairs : mapping of (path, path) to float
        Rank correlations.
    """
    behind: dict[Pair, float] = {}
    for paths in connected(pairs):
        in_turn = sorted(paths, key=_turn)
        places = [place for place, path in enumerate(in_turn) if _room(path) in (_WORLD, _EFFECTS)]
        last = max(places, default=-1) + 1
        behind |= {pair: rho for pair, rho in pairs.items() if set(pair) <= set(in_turn[:last])}
    return behind


def _turn(path: str) -> tuple[int, str]:
    return _room(path), path


def _room(path: str) -> int:
    root, field = path.split(".")[0], path.rsplit(".", 1)[-1]
    if field in ("tariff", "cost_ratio") or root == "tariff_resets":
        return _PRICES
    if root in ("levers", "funding_response"):
        return _TERMS if field == "cost_per_year" else _EFFECTS
    return _TERMS if root in ("contracts", "allocation") else _WORLD


def _group(paths: tuple[str, ...], pairs: Mapping[Pair, float]) -> CorrelatedGroup:
    return CorrelatedGroup(paths, _root(normal_matrix(paths, pairs)), _tied_before(paths, pairs))


def _root(matrix: Array) -> Array:
    """Return the lower triangular L with L L' = matrix, which may be singular: Cholesky's.

    Where nothing of its own is left to a column (a correlation of 1), its diagonal is 0.
    """
    root = np.zeros_like(matrix)
    for place in range(len(matrix)):
        rest = matrix[place:, place] - root[place:, :place] @ root[place, :place]
        if rest[0] > _NO_SPREAD:
            root[place:, place] = rest / np.sqrt(rest[0])
    return root


def _tied_before(
    paths: tuple[str, ...], pairs: Mapping[Pair, float]
) -> tuple[npt.NDArray[np.int64], ...]:
    """Return for each path the places of those before it that pairs among these tie it to."""
    at = {path: place for place, path in enumerate(paths)}
    partners: list[set[int]] = [set() for _ in paths]
    for pair in pairs:
        if set(pair) <= at.keys():
            earlier, later = sorted(at[path] for path in pair)
            partners[later].add(earlier)
    groups: list[set[int]] = []
    tied = []
    for place, earlier_ones in enumerate(partners):
        joined = [group for group in groups if group & earlier_ones]
        together = set[int]().union(*joined)
        tied.append(np.array(sorted(together), dtype=np.int64))
        groups = [group for group in groups if group not in joined] + [together | {place}]
    return tuple(tied)


def _standard(scores: Array) -> Array:
    centred = scores - scores.mean(axis=0)
    return np.asarray(centred / np.sqrt((centred**2).mean(axis=0)))


def _cleared(scores: Array, before: Collection[npt.NDArray[np.int64]]) -> Array:
    """Take out of each column the chance correlation it has in this block with those before it.

    Independent columns of 250 draws correlate by chance, with a standard deviation of 0.063; without
    it the correlation of the mixed scores in a block is what is asked (Iman and Conover, 1982).
    Two rounds, as one leaves the rounding of long sums.
    """
    cleared = scores.copy()
    for place, others in enumerate(before):
        basis = cleared[:, others[:MOST_CLEARED]]
        column = cleared[:, place]
        for _ in range(2 if len(others) else 0):
            column = column - basis @ (basis.T @ column) / len(column)
            column = column / np.sqrt((column**2).mean())
        cleared[:, place] = column
    return cleared
