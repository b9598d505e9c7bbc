"""What was drawn in a run, per input, and which inputs are told together.

Two kinds of input spread: assumptions, and whether a tariff reset comes, drawn once per draw; and
yearly processes (shocks, the index), drawn anew every year. Inputs of one kind, such as the inflow of
every municipality and care form, go together: each is small, their sum may not be. Correlated inputs
are never told apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.outcomes.linear_shares import Shares, draws_needed, linear_shares
from jeugdsim.scenario.correlations import connected, pairs_of
from jeugdsim.scenario.model import Scenario
from jeugdsim.world.assumptions import Assumption, uncertain_assumptions
from jeugdsim.world.distributions import quantile
from jeugdsim.world.innovations import yearly_innovations
from jeugdsim.world.resets import resets_that_come

Array = npt.NDArray[np.float64]
Columns = tuple[int, ...]
POOLED = ("care_forms", "contracts", "demand", "extended_care", "moves", "waiting")
_LEVELS = (np.arange(10_000) + 0.5) / 10_000


@dataclass(frozen=True)
class Group:
    """Inputs told together.

    Attributes
    ----------
    patterns : tuple of str
        Paths with a star for the names in them, such as ``moves.*.probability``; more than one where
        their inputs are correlated.
    paths : tuple of str
        The inputs.
    columns : tuple of int
        What was drawn for them.
    """

    patterns: tuple[str, ...]
    paths: tuple[str, ...]
    columns: Columns

    @property
    def name(self) -> str:
        """The patterns as one text."""
        return " + ".join(self.patterns)


@dataclass(frozen=True)
class Uncertain:
    """What was drawn in a run, in columns with a standard deviation of 1.

    Attributes
    ----------
    drawn : ndarray, shape (draws, columns)
        Drawn assumptions and yearly innovations.
    columns : dict of str to tuple of int
        The columns of every input that spreads, by its path.
    yearly : frozenset of str
        The paths that are drawn anew every year.
    correlated : tuple of tuple of str
        Paths that are correlated with each other.
    groups : tuple of Group
        Every input once.
    """

    drawn: Array
    columns: Mapping[str, Columns]
    yearly: frozenset[str]
    correlated: tuple[tuple[str, ...], ...]
    groups: tuple[Group, ...]

    @property
    def draws_needed(self) -> int:
        """Draws from which shares can be told."""
        return draws_needed(self.drawn.shape[1])

    def shares(self, target: Array, sets: Sequence[Columns]) -> Shares | None:
        """Return the shares of sets of columns in the variance of a result, shape (draws,).

        None with too few draws, or when the result does not vary.
        """
        if len(target) < self.draws_needed:
            return None
        dependent = [[self.columns[path][0] for path in paths] for paths in self.correlated]
        return linear_shares(target, self.drawn, sets, dependent)


def uncertain_inputs(scenario: Scenario, volumes: xr.Dataset) -> Uncertain:
    """Return what was drawn in a run, in units of its own standard deviation.

    Parameters
    ----------
    scenario : Scenario
        What was assumed.
    volumes : xarray.Dataset
        From ``simulate`` of this scenario: its drawn assumptions, seed and draws.
    """
    draws, seed = int(volumes.sizes["draw"]), int(volumes.attrs["seed"])
    yearly = yearly_innovations(scenario, seed, draws)
    drawn = {**_assumptions(scenario, volumes), **_resets(scenario, volumes), **yearly}
    columns = _numbered(drawn)
    tied = connected(pairs_of(scenario.settings.correlations))
    spreading = (tuple(path for path in paths if path in columns) for paths in tied)
    correlated = tuple(paths for paths in spreading if len(paths) > 1)
    return Uncertain(
        drawn=np.concatenate([*drawn.values(), np.empty((draws, 0))], axis=1),
        columns=columns,
        yearly=frozenset(yearly),
        correlated=correlated,
        groups=_groups(columns, correlated),
    )


def pattern_of(path: str) -> str:
    """Return a path with a star for the names in it, where inputs of its kind go together.

    Examples
    --------
    >>> pattern_of("demand.Delft.pleegzorg.inflow_per_1000_youth")
    'demand.*.inflow_per_1000_youth'
    >>> pattern_of("world.inflow_growth_per_year")
    'world.inflow_growth_per_year'
    """
    root, *_, field = path.split(".")
    return f"{root}.*.{field}" if root in POOLED else path


def _assumptions(scenario: Scenario, volumes: xr.Dataset) -> dict[str, Array]:
    """Return the drawn assumptions that spread, shape (draws, 1) each."""
    drawn = volumes["parameters"].transpose("draw", "parameter").to_numpy()
    place = {str(path): number for number, path in enumerate(volumes["parameter"].values)}
    spreads = {one.path: _standard_deviation(one) for one in uncertain_assumptions(scenario)}
    return {path: drawn[:, [place[path]]] / spread for path, spread in spreads.items() if spread > 0.0}


def _resets(scenario: Scenario, volumes: xr.Dataset) -> dict[str, Array]:
    """Return whether each tariff reset of an uncertain chance comes, shape (draws, 1) each."""
    seed, draw_numbers = int(volumes.attrs["seed"]), volumes["draw"].to_numpy()
    drawn = {}
    for name, comes in resets_that_come(scenario, seed, draw_numbers).items():
        chance = scenario.settings.tariff_resets[name].chance
        if 0.0 < chance < 1.0:
            spread = np.sqrt(chance * (1.0 - chance))
            drawn[f"tariff_resets.{name}.chance"] = comes[:, None] / spread
    return drawn


def _standard_deviation(assumption: Assumption) -> float:
    """Return the standard deviation of a number, clipped to its range as its draws are."""
    values = quantile(assumption.number, _LEVELS)
    return float(np.std(np.clip(values, assumption.allowed.low, assumption.allowed.high)))


def _numbered(drawn: Mapping[str, Array]) -> dict[str, Columns]:
    columns: dict[str, Columns] = {}
    taken = 0
    for path, array in drawn.items():
        columns[path] = tuple(range(taken, taken + array.shape[1]))
        taken += array.shape[1]
    return columns


def _groups(columns: Mapping[str, Columns], correlated: Iterable[Sequence[str]]) -> tuple[Group, ...]:
    patterns = {path: pattern_of(path) for path in columns}
    alone = {(pattern, pattern) for pattern in patterns.values()}
    tied = {(patterns[one], patterns[other]) for paths in correlated for one, other in pairwise(paths)}
    groups = []
    for together in connected([*alone, *tied]):
        paths = tuple(path for path in columns if patterns[path] in together)
        drawn = tuple(column for path in paths for column in columns[path])
        groups.append(Group(together, paths, drawn))
    return tuple(groups)
