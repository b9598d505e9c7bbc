"""Shares of spread, checked by taking the spread of an input away and running again.

In Haaglanden without places: where children wait, cost bends more than a straight line tells.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from regions import haaglanden_without_places

import jeugdsim as js
from jeugdsim.outcomes.linear_shares import Shares
from jeugdsim.outcomes.uncertain_inputs import pattern_of, uncertain_inputs
from jeugdsim.scenario import Scenario
from jeugdsim.world.assumptions import uncertain_assumptions

pytestmark = pytest.mark.prove

Array = npt.NDArray[np.float64]
DRAWS = 1_000
ERRORS = 4.0  # for an honest standard error 1 false alarm in 16,000 comparisons; twelve are made


def at_the_mean(scenario: Scenario, pattern: str) -> dict[str, Any]:
    """Return the changes that take the spread of a group of inputs away."""
    if pattern == "world.indexation":
        return {"world.indexation.sd": 0.0}
    if pattern == "world.index_forecast_error":
        mean = scenario.settings.world.index_forecast_error.mean
        return {pattern: {"mean": mean, "sd": 0.0}}
    drawn = {
        one.path: one.mean for one in uncertain_assumptions(scenario) if pattern_of(one.path) == pattern
    }
    return drawn or {pattern: 0.0}


def cost_of(scenario: Scenario) -> tuple[Any, Array]:
    volumes = js.simulate(scenario, draws=DRAWS, seed=2027, progress=False)
    bills = js.allocate(js.settle(volumes, scenario), scenario)
    cost = (bills.contribution + bills.lever_cost).sum(["year", "municipality", "segment"])
    return volumes, cost.to_numpy()


@cache
def base() -> tuple[Scenario, Array, tuple[str, ...], Shares]:
    scenario = haaglanden_without_places()
    volumes, cost = cost_of(scenario)
    uncertain = uncertain_inputs(scenario, volumes)
    found = uncertain.shares(cost, [group.columns for group in uncertain.groups])
    assert found is not None
    return scenario, cost, tuple(group.name for group in uncertain.groups), found


def ratio(part: Array, whole: Array) -> tuple[float, float]:
    """Return var(part) / var(whole) over the same draws, and its standard error."""
    a, b = ((values - values.mean()) ** 2 for values in (part, whole))
    share = float(a.mean() / b.mean())
    return share, float(np.std(a - share * b) / b.mean() / np.sqrt(len(a)))


@pytest.mark.parametrize(
    "pattern",
    [
        "world.indexation",
        "world.inflow_shock_municipality_cv",
        "world.index_forecast_error",
        "world.inflow_growth_per_year",
        "demand.*.inflow_per_1000_youth",
        "care_forms.*.stay_mean_days",
    ],
)
def test_without_the_spread_of_an_input_its_share_of_the_variance_is_gone(pattern: str) -> None:
    """What changes has the variance of its share, and at most all interaction on top of it.

    The difference between the two runs holds what an input does alone and what it does with others;
    the latter is part of what the straight line leaves to chance. The variance itself drops by about
    as much.
    """
    scenario, cost, names, found = base()
    share = found.sets[names.index(pattern)]
    _, without = cost_of(scenario.with_changes(at_the_mean(scenario, pattern)))
    moved, error = ratio(cost - without, cost)
    room = ERRORS * float(np.hypot(error, share.standard_error))
    assert share.share - room < moved < share.share + found.chance.share + room
    left, error = ratio(without, cost)
    room = ERRORS * float(np.hypot(error, share.standard_error)) + found.chance.share
    assert abs(1.0 - left - share.share) < room
