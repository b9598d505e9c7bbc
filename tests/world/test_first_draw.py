"""Draws from a number on are those of a run from the start: nothing hangs on the draws before them."""

from __future__ import annotations

import numpy as np
import pytest
from regions import DATA
from thorny import thorny

import jeugdsim as js
from jeugdsim.engine.plan import make_plan
from jeugdsim.engine.yearly_shocks import draw_shocks
from jeugdsim.world.index import draw_index_paths
from jeugdsim.world.keys import generator, uniforms_from
from jeugdsim.world.parameters import draw_parameters, latin_hypercube

RANGES = [(0, 3), (1, 2), (249, 2), (250, 250), (333, 400), (499, 1), (600, 0)]
ALL = 750


@pytest.mark.parametrize(("first", "draws"), RANGES)
def test_streams_can_be_entered_anywhere(first: int, draws: int) -> None:
    part = slice(first, first + draws)
    whole = generator(3, "proef", 2027).random(ALL)
    np.testing.assert_array_equal(uniforms_from(first, draws, 3, "proef", 2027), whole[part])
    column = latin_hypercube(3, "naam", ALL)
    np.testing.assert_array_equal(latin_hypercube(3, "naam", draws, first), column[part])


@pytest.fixture(scope="module")
def small() -> js.Scenario:
    return js.load_scenario(DATA / "small")


@pytest.fixture(scope="module")
def correlated(small: js.Scenario) -> js.Scenario:
    one, other, *_ = draw_parameters(small, 5, 1).paths
    joined = small.with_changes({"correlations": {f"{one}, {other}": 0.7}})
    alone, together = (draw_parameters(scenario, 5, ALL).values for scenario in (small, joined))
    assert not np.array_equal(alone, together)
    return joined


@pytest.mark.parametrize(("first", "draws"), RANGES)
def test_assumptions_too(first: int, draws: int, small: js.Scenario, correlated: js.Scenario) -> None:
    part = slice(first, first + draws)
    for scenario in (small, correlated):
        whole = draw_parameters(scenario, 5, ALL)
        some = draw_parameters(scenario, 5, draws, first=first)
        np.testing.assert_array_equal(some.values, whole.values[part])
        np.testing.assert_array_equal(some.clipped, whole.clipped[part])


@pytest.mark.parametrize(("first", "draws"), RANGES)
def test_shocks_and_index_paths_too(first: int, draws: int, small: js.Scenario) -> None:
    part = slice(first, first + draws)
    plan = make_plan(thorny(shocks=True))
    shocks, every = draw_shocks(plan, 5, draws, first), draw_shocks(plan, 5, ALL)
    np.testing.assert_array_equal(shocks.inflow, every.inflow[part])
    np.testing.assert_array_equal(shocks.units, every.units[part])
    world, year, years = small.settings.world, small.settings.price_year, small.calendar_years
    paths = draw_index_paths(world, year, years, 5, draws, first)
    whole = draw_index_paths(world, year, years, 5, ALL)
    np.testing.assert_array_equal(paths.provisional, whole.provisional[part])
    np.testing.assert_array_equal(paths.definitive, whole.definitive[part])
