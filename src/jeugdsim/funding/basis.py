"""What a task-based budget is made of, in euros of price_year, before prices and agreements move it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jeugdsim.funding.case import Case
from jeugdsim.scenario.contracts import PerSchool, PerTask, PerYouth

Array = npt.NDArray[np.float64]


def budget_basis(case: Case) -> Array:
    """Return the sum of each year, shape (years,), less what a stop-loss per child covers by agreement.

    History (the expected cost of the first year in the reference), a stated sum, an amount per head of
    the members' youth (by age band if given), a sum of tasks, or so many full-time jobs per school; of
    that, where the contract follows changes of membership, what these leave of the expected care.
    """
    cover = case.terms.child_stop_loss
    left_out = 0.0 if cover is None else cover.left_out_of_budget
    return np.maximum(_whole_basis(case) - left_out, 0.0) * members_left(case)


def members_left(case: Case) -> Array:
    """Return what changes of membership leave of the care the budget was made for, shape (years,)."""
    once = case.terms.budget == "history"
    return case.since_the_start("units") if once else case.still_there("units")


def _whole_basis(case: Case) -> Array:
    budget = case.terms.budget
    if isinstance(budget, PerYouth):
        return _per_head(case, budget)
    if budget == "history":
        once = case.expected_cost
    elif isinstance(budget, PerTask):
        once = sum(budget.per_task.values())
    elif isinstance(budget, PerSchool):
        once = budget.schools * budget.fte_per_school * budget.price_per_fte
    else:
        assert isinstance(budget, float)
        once = budget
    return np.full(len(case.years), float(once))


def _per_head(case: Case, budget: PerYouth) -> Array:
    if not isinstance(budget.per_youth, dict):
        return np.asarray(budget.per_youth * case.youth)
    members = set(case.yardstick.scenario.contract_members(case.name))
    sums = dict.fromkeys(case.years, 0.0)
    for row in case.yardstick.scenario.youth_ages:
        if row.municipality in members and row.year in sums:
            sums[row.year] += budget.per_youth.get(row.ages, 0.0) * row.youth
    return np.array([sums[year] for year in case.years])
