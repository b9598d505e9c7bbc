"""Refuse draws with more children than can be counted, before the first one is simulated."""

from __future__ import annotations

import numpy as np

from jeugdsim.engine.plan import Plan
from jeugdsim.engine.tables import Drawn
from jeugdsim.scenario.checks_size import MOST_CHILDREN
from jeugdsim.scenario.findings import Finding, ScenarioError


def refuse_uncountable(plan: Plan, drawn: Drawn) -> None:
    """Refuse draws in which a municipality has too many children, at their expectation.

    Parameters
    ----------
    plan : Plan
        The scenario as arrays.
    drawn : Drawn
        What differs between the draws of a chunk.

    Raises
    ------
    ScenarioError
        Naming the municipality and what to look at. The scenario itself is checked at the mean of its
        assumptions; this is about a draw far from it.
    """
    sizes = [
        np.maximum(1.0 + drawn.effect[:, number], 1.0)
        for number, effect in enumerate(plan.effects)
        if effect.affects == "inflow"
    ]
    lifted = np.prod(sizes, axis=0) if sizes else np.ones(len(drawn.number))
    children = drawn.inflow.sum(axis=2) * lifted[:, None] + drawn.stock + drawn.waiting
    for town, name in enumerate(plan.scenario.municipality_names):
        most = children[:, plan.cell_municipality == town].sum(axis=1).max(initial=0.0)
        if not most <= MOST_CHILDREN:
            raise ScenarioError([Finding("demand.csv", 0, _too_many(name, most))])


def _too_many(town: str, children: float) -> str:
    return (
        f"in one draw {town} would have {children:.3g} children in care over the years: at most "
        f"{MOST_CHILDREN:,} can be counted. Look at the spread of inflow_per_1000_youth, of "
        "world.inflow_growth_per_year, of the shocks and of what levers and responses do to inflow"
    )
