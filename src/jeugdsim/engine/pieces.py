"""A piece of a run: some draws that follow each other, simulated by themselves.

A run is a ``Recipe``, made once, and numbers of draws. What a draw gives depends on these only, so
pieces may be made anywhere, in any order, and more than once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from jeugdsim.engine.chunk import Room, simulate_chunk
from jeugdsim.engine.countable import refuse_uncountable
from jeugdsim.engine.drawn import Steady, make_drawn, make_steady, units_factor
from jeugdsim.engine.plan import Plan, make_plan, make_tables
from jeugdsim.engine.tables import Drawn, Out, Tables, make_out
from jeugdsim.engine.volumes import counts_of
from jeugdsim.engine.yearly_shocks import (
    ShockNormals,
    Shocks,
    draw_shock_normals,
    no_shocks,
    shocks_of,
)
from jeugdsim.scenario.findings import listed, nearest, shown
from jeugdsim.scenario.model import Scenario
from jeugdsim.world.assumptions import uncertain_assumptions
from jeugdsim.world.index import IndexPaths, draw_index_paths
from jeugdsim.world.parameters import BLOCK_DRAWS, Parameters, draw_parameters, mean_parameters

Arrays = Mapping[str, npt.NDArray[Any]]
"""By public name; the first dimension is that of the draws."""
NOBODY_WAITS = ("waiting_days", "clients_waiting_at_year_end")
"""Volumes that are there, at zero, where no care form has places."""
CHILD_COSTS = frozenset({"child_excess", "children_above"})
"""Volumes that are counted where contracts have ``child_retentions``."""


@dataclass(frozen=True)
class Recipe:
    """What every piece of a run is made from.

    Attributes
    ----------
    plan : Plan
        The scenario as arrays.
    tables : Tables
        What the kernel reads.
    seed : int
        Seed of the run.
    paths : tuple of str
        Dotted paths of the uncertain assumptions.
    kept : tuple of str, or None
        The volumes asked for; None is all of them.
    """

    plan: Plan
    tables: Tables
    seed: int
    paths: tuple[str, ...]
    kept: tuple[str, ...] | None = None

    @property
    def scenario(self) -> Scenario:
        """What is assumed."""
        return self.plan.scenario

    @cached_property
    def usual(self) -> _Given:
        """A draw in which all assumptions are at their mean."""
        return _usual(self)

    @cached_property
    def nothing(self) -> Arrays:
        """A piece of one draw without any child."""
        return _nothing_simulated(self)

    def keeps(self, volume: str) -> bool:
        """Tell whether a volume was asked for."""
        return self.kept is None or volume in self.kept


@dataclass(frozen=True)
class _Given:
    """What is given of some draws when their children are drawn."""

    parameters: Parameters
    steady: Steady
    shocks: Shocks
    drawn: Drawn


def _usual(recipe: Recipe) -> _Given:
    plan = recipe.plan
    parameters, shocks = mean_parameters(plan.scenario), no_shocks(plan, 1)
    steady = make_steady(plan, parameters)
    drawn = make_drawn(plan, steady, shocks, np.zeros(1, dtype=np.int64))
    return _Given(parameters, steady, shocks, drawn)


@dataclass(frozen=True)
class Assumed:
    """What is drawn before children are: of draw number ``first`` and those after it."""

    first: int
    parameters: Parameters
    steady: Steady
    normals: ShockNormals
    index: IndexPaths

    @property
    def draws(self) -> range:
        """The numbers of the draws."""
        return range(self.first, self.first + self.parameters.draws)

    def of(self, draws: range) -> Assumed:
        """Return what was drawn for some of the draws."""
        rows = slice(draws.start - self.first, draws.stop - self.first)
        index = self.index
        income = None if index.income is None else index.income[rows]
        paths = replace(
            index, provisional=index.provisional[rows], definitive=index.definitive[rows], income=income
        )
        return Assumed(
            draws.start,
            self.parameters.rows(rows),
            self.steady.rows(rows),
            self.normals.rows(rows),
            paths,
        )


def make_recipe(scenario: Scenario, seed: int, variables: Collection[str] | None = None) -> Recipe:
    """Return what every piece of a run is made from.

    Parameters
    ----------
    scenario : Scenario
        What is assumed.
    seed : int
        Seed of the run.
    variables : collection of str, optional
        The volumes to keep; by default all.

    Raises
    ------
    ValueError
        When a volume is asked for that the scenario does not have.
    """
    plan = make_plan(scenario)
    paths = tuple(assumption.path for assumption in uncertain_assumptions(scenario))
    recipe = Recipe(plan, make_tables(plan, seed), seed, paths)
    if variables is None:
        return recipe
    return replace(recipe, kept=_checked(variables, nothing_simulated(recipe)))


def _checked(variables: Collection[str], arrays: Arrays) -> tuple[str, ...]:
    """Return the names asked for, each of which the scenario must have."""
    if isinstance(variables, str) or not all(isinstance(name, str) for name in variables):
        raise ValueError(
            f"variables must be a list of names of volumes, not {shown(variables)}: "
            'variables=["units"] keeps the units of care'
        )
    if not variables:
        raise ValueError('variables names nothing to keep: variables=["units"] keeps the units of care')
    known = {*arrays, *NOBODY_WAITS}
    if not CHILD_COSTS.isdisjoint(arrays):
        known.add("child_retentions")
    for name in variables:
        if name not in known:
            raise ValueError(
                f"variables: this scenario has no volume {shown(name)}{nearest(name, known)}; it has "
                f"{listed(known, 40)}"
            )
    return tuple(dict.fromkeys(variables))


def cut(draws: range, size: int) -> Iterator[range]:
    """Give the draws in pieces of ``size``, the last as long as it comes."""
    for first in range(draws.start, draws.stop, size):
        yield range(first, min(first + size, draws.stop))


def assume(recipe: Recipe, draws: range) -> Assumed:
    """Draw assumptions, shocks and index paths of some draws."""
    scenario, plan, seed = recipe.scenario, recipe.plan, recipe.seed
    first, size = draws.start, len(draws)
    world, price_year = scenario.settings.world, scenario.settings.price_year
    parameters = draw_parameters(scenario, seed, size, first=first)
    return Assumed(
        first=first,
        parameters=parameters,
        steady=make_steady(plan, parameters),
        normals=draw_shock_normals(plan, seed, size, first),
        index=draw_index_paths(world, price_year, plan.calendar.years, seed, size, first),
    )


def with_assumptions(recipe: Recipe, pieces: Iterable[range]) -> Iterator[Assumed]:
    """Give what is drawn beforehand for every piece, for all pieces of a block at once.

    Assumptions are made in blocks: one by one, small pieces would make the same block many times.
    """
    for _, of_block in groupby(pieces, key=lambda piece: piece.start // BLOCK_DRAWS):
        together = list(of_block)
        known = assume(recipe, range(together[0].start, together[-1].stop))
        for piece in together:
            yield known.of(piece)


def simulate_piece(recipe: Recipe, assumed: Assumed, room: Room | None = None) -> Arrays:
    """Simulate some draws.

    Parameters
    ----------
    recipe : Recipe
        What the run is made from.
    assumed : Assumed
        From ``assume``.
    room : Room, optional
        From earlier pieces of the run, simulated by the same thread.

    Returns
    -------
    mapping of str to ndarray
        All that a run keeps per draw, by public name.

    Raises
    ------
    ScenarioError
        When a draw has more children in a municipality than can be counted.
    """
    plan, shocks = recipe.plan, shocks_of(recipe.plan, assumed.normals)
    numbers = np.arange(assumed.first, assumed.draws.stop, dtype=np.int64)
    drawn = make_drawn(plan, assumed.steady, shocks, numbers)
    refuse_uncountable(plan, drawn)
    out, _, _ = simulate_chunk(recipe.tables, drawn, room=room)
    given = _Given(assumed.parameters, assumed.steady, shocks, drawn)
    return _kept_of(recipe, given, assumed.index, out)


def nothing_simulated(recipe: Recipe) -> Arrays:
    """Return a piece of one draw without any child: which arrays there are, and of which shape."""
    return recipe.nothing


def _nothing_simulated(recipe: Recipe) -> Arrays:
    scenario, years = recipe.scenario, recipe.plan.calendar.years
    level = np.ones((1, len(years)))
    income = None if scenario.settings.world.income_index is None else level
    index = IndexPaths(level, level, income)
    return _kept_of(recipe, recipe.usual, index, make_out(recipe.tables, 1))


def _kept_of(recipe: Recipe, given: _Given, index: IndexPaths, out: Out) -> Arrays:
    plan, parameters = recipe.plan, given.parameters
    factor = units_factor(given.steady, given.shocks)
    counts = counts_of(plan.scenario, recipe.tables, given.drawn, out, factor)
    return {
        **{name: counted for name, counted in counts.items() if recipe.keeps(name)},
        "index_provisional": index.provisional,
        "index_definitive": index.definitive,
        **({} if index.income is None else {"income_index": index.income}),
        "parameters": parameters.values,
        "parameter_clipped": parameters.clipped,
        "moves_scaled": given.steady.moves_scaled,
    }
