"""The table of drawn assumptions: one column per uncertain number, one row per draw.

Draws are Latin hypercube in blocks of 250, each (assumption, block) keyed by its own name and number:
adding an assumption changes no other, and a longer run begins with the shorter one. Assumptions that
are correlated have the same values in another order, see ``copula``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from jeugdsim.scenario.correlations import pairs_of
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.numbers import Family, Number
from jeugdsim.world.assumptions import Assumption, uncertain_assumptions
from jeugdsim.world.copula import correlated_groups
from jeugdsim.world.distributions import quantile
from jeugdsim.world.keys import child_generator

Array = npt.NDArray[np.float64]
BLOCK_DRAWS = 250
_TINY = 2.0**-54  # keeps a stratum's lower edge inside (0, 1)


@dataclass(frozen=True)
class Parameters:
    """Drawn assumptions.

    Attributes
    ----------
    paths : tuple of str
        Dotted paths, sorted: the columns.
    values : ndarray, shape (draws, parameters)
        Values after clipping to the field's range.
    clipped : ndarray of bool, shape (draws, parameters)
        Where a value was clipped.
    """

    paths: tuple[str, ...]
    values: Array
    clipped: npt.NDArray[np.bool_]
    _column: dict[str, int] = field(repr=False)

    @property
    def draws(self) -> int:
        """Number of draws."""
        return int(self.values.shape[0])

    def of(self, path: str, number: Number) -> Array:
        """Return a number per draw, shape (draws,): drawn where uncertain, else itself."""
        if isinstance(number, Family):
            return self.values[:, self._column[path]]
        return np.full(self.draws, float(number))

    def rows(self, draws: slice | npt.NDArray[np.int64]) -> Parameters:
        """Return the parameters of some draws."""
        return replace(self, values=self.values[draws], clipped=self.clipped[draws])


def latin_hypercube(seed: int, name: str, draws: int, first: int = 0) -> Array:
    """Return one Latin hypercube column in blocks of 250 draws, values in (0, 1), shape (draws,).

    The block's permutation and its place within each stratum are keyed by seed, name and block
    number. Fewer than a block's draws are the first of the block; from draw number ``first`` on only
    the blocks asked for are made.
    """
    blocks = _blocks_of(first, draws)
    column = np.empty((len(blocks), BLOCK_DRAWS))
    for place, block in enumerate(blocks):
        column[place] = _block(child_generator(seed, "assumption", name, block))
    return np.clip(column.ravel()[_within(blocks, first, draws)], _TINY, 1 - _TINY)


def _block(random: np.random.Generator) -> Array:
    """Return one block: a number in every stratum, the strata shuffled.

    The numbers of ``scipy.stats.qmc.LatinHypercube(1)``, which takes far longer to set up than to draw
    them; there are many columns.
    """
    below = random.random(BLOCK_DRAWS)
    strata = np.arange(1, BLOCK_DRAWS + 1)
    random.shuffle(strata)
    return np.asarray((strata - below) / BLOCK_DRAWS)


def _blocks_of(first: int, draws: int) -> range:
    """Return the numbers of the blocks in which the draws from ``first`` on are."""
    return range(first // BLOCK_DRAWS, -(-(first + draws) // BLOCK_DRAWS) if draws else 0)


def _within(blocks: range, first: int, draws: int) -> slice:
    """Return where those draws stand in the blocks put together."""
    start = first - blocks.start * BLOCK_DRAWS
    return slice(start, start + draws)


def draw_parameters(
    scenario: Scenario, seed: int, draws: int, only: Sequence[str] = ("",), first: int = 0
) -> Parameters:
    """Draw every uncertain number of a scenario.

    Parameters
    ----------
    scenario : Scenario
        What is assumed.
    seed : int
        Seed of the run.
    draws : int
        Number of draws.
    only : sequence of str
        Ends of the paths wanted; a column is the same whichever others are drawn.
    first : int
        Number of the first draw wanted; a draw is the same whichever others are drawn.
    """
    wanted = [
        assumption
        for assumption in uncertain_assumptions(scenario)
        if assumption.path.endswith(tuple(only))
    ]
    paths = tuple(assumption.path for assumption in wanted)
    correlated = _correlated_levels(scenario, paths, seed, draws, first)
    values = np.empty((draws, len(wanted)))
    clipped = np.zeros((draws, len(wanted)), dtype=np.bool_)
    for column, assumption in enumerate(wanted):
        levels = correlated.get(assumption.path)
        if levels is None:
            levels = latin_hypercube(seed, assumption.path, draws, first)
        values[:, column], clipped[:, column] = _values_at(levels, assumption)
    return Parameters(paths, values, clipped, {path: i for i, path in enumerate(paths)})


def _correlated_levels(
    scenario: Scenario, wanted: Collection[str], seed: int, draws: int, first: int
) -> dict[str, Array]:
    """Return the levels of the groups in which a wanted assumption is, by path."""
    found: dict[str, Array] = {}
    blocks = _blocks_of(first, draws)
    before, whole = blocks.start * BLOCK_DRAWS, len(blocks) * BLOCK_DRAWS
    own = _within(blocks, first, draws)
    for group in correlated_groups(pairs_of(scenario.settings.correlations)):
        if set(group.paths).isdisjoint(wanted):
            continue
        levels = np.column_stack([latin_hypercube(seed, path, whole, before) for path in group.paths])
        for start in range(0, whole, BLOCK_DRAWS):
            block = slice(start, start + BLOCK_DRAWS)
            levels[block] = group.in_order(levels[block])
        found |= {path: levels[own, place] for place, path in enumerate(group.paths)}
    return found


def _values_at(levels: Array, assumption: Assumption) -> tuple[Array, npt.NDArray[np.bool_]]:
    drawn = quantile(assumption.number, levels)
    inside = np.clip(drawn, assumption.allowed.low, assumption.allowed.high)
    return inside, inside != drawn


def mean_parameters(scenario: Scenario) -> Parameters:
    """Return one draw in which every assumption is at its mean (that of the family, unclipped)."""
    assumptions = uncertain_assumptions(scenario)
    paths = tuple(assumption.path for assumption in assumptions)
    values = np.array([[assumption.mean for assumption in assumptions]])
    return Parameters(
        paths,
        values.reshape(1, len(paths)),
        np.zeros((1, len(paths)), dtype=np.bool_),
        {path: column for column, path in enumerate(paths)},
    )
