"""What ``jeugdsim check`` tells beyond "ok": how a scenario hangs together in its own numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jeugdsim.allocation.budget import make_budgets
from jeugdsim.engine.expected import expected_reference, stationary_clients
from jeugdsim.funding.reference import reference_cost
from jeugdsim.report.notation import number
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.provenance import kind_counts
from jeugdsim.world.index import mean_index

Array = npt.NDArray[np.float64]
_BUDGET_DIFFERENCE = 0.05
_DRIFT = 0.10


def check_up(scenario: Scenario) -> str:
    """Return remarks on a scenario: budget beside expected cost, start stock, moves, provenance.

    Parameters
    ----------
    scenario : Scenario
        A scenario that loaded.
    """
    cost = reference_cost(scenario)
    return "\n".join(
        [
            *_budget_lines(scenario, cost),
            *_stock_lines(scenario),
            *_move_lines(scenario),
            *_provenance_lines(scenario),
        ]
    )


def _budget_lines(scenario: Scenario, cost: Array) -> list[str]:
    """Print expected reference cost beside the budget without target, nominal, per year."""
    expected, budget = _nominal(scenario, cost)
    lines = ["year  expected reference cost  budget without target  difference  (EUR million)"]
    for year, costs, allowed in zip(scenario.calendar_years, expected, budget, strict=True):
        gap = allowed / costs - 1.0
        percent = number(100 * gap, 1, language="en")
        lines.append(f"{year}{_million(costs):>25}{_million(allowed):>23}{percent:>11}%")
    return [*lines, *(f"warning: {remark}" for remark in _budget_gaps(scenario, expected, budget))]


def budget_remarks(scenario: Scenario) -> list[str]:
    """Return a remark on every year whose budget differs over 5% from the expected cost.

    Parameters
    ----------
    scenario : Scenario
        A scenario that loaded.
    """
    cost = reference_cost(scenario)
    return _budget_gaps(scenario, *_nominal(scenario, cost))


def _budget_gaps(scenario: Scenario, expected: Array, budget: Array) -> list[str]:
    gaps = budget / expected - 1.0
    far = [
        f"{year} {100 * gap:+.1f}%"
        for year, gap in zip(scenario.calendar_years, gaps, strict=True)
        if abs(gap) > _BUDGET_DIFFERENCE
    ]
    if not far:
        return []
    return [
        f"the budget differs from the expected reference cost ({', '.join(far)}): that bias, not "
        "chance, then decides on overruns"
    ]


def _nominal(scenario: Scenario, cost: Array) -> tuple[Array, Array]:
    """Return expected reference cost and budget without target per year, nominal."""
    expected = cost.sum(axis=(1, 2)) * _price_index(scenario)
    return expected, make_budgets(scenario, cost[0]).without_target.sum(axis=(1, 2))


def _price_index(scenario: Scenario) -> Array:
    settings = scenario.settings
    return mean_index(settings.world, settings.price_year, scenario.calendar_years)


def _million(euros: float) -> str:
    return number(euros / 1e6, 1, language="en")


def _stock_lines(scenario: Scenario) -> list[str]:
    """Print a given start stock beside the stationary one, and the drift of cost it implies."""
    given = [row for row in scenario.demand if row.clients_at_start is not None]
    if not given:
        return ["start stock: stationary, in balance with inflow"]
    still = scenario.with_changes(
        {
            f"world.{name}": 0.0
            for name in ("inflow_growth_per_year", "stay_growth_per_year", "units_growth_per_year")
        }
    )
    clients = expected_reference(still, years=1).clients_at_start
    in_balance = stationary_clients(still)
    lines = ["care form: given start stock beside the stationary one"]
    for place, form in enumerate(scenario.care_form_names):
        if any(row.care_form == form for row in given):
            stated = clients[:, place].sum()
            balance = in_balance[:, place].sum()
            lines.append(f"  {form}: {stated:.0f} beside {balance:.0f}")
    yearly = reference_cost(still).sum(axis=(1, 2))
    drift = yearly[-1] / yearly[0] - 1.0
    lines.append(f"drift of expected cost without growth, first to last year: {100 * drift:+.1f}%")
    if abs(drift) > _DRIFT:
        lines.append("warning: the given start stock alone makes expected cost drift over 10%")
    return lines


def _move_lines(scenario: Scenario) -> list[str]:
    """Count moves that end care because the municipality does not buy the form moved to."""
    lost = [
        (town, row.from_care_form, row.to_care_form)
        for row in scenario.moves
        for town in scenario.municipality_names
        if (town, row.from_care_form) in scenario.demand_cells
        and (town, row.to_care_form) not in scenario.demand_cells
    ]
    if not lost:
        return []
    towns = sorted({town for town, _, _ in lost})
    return [
        f"{len(lost)} moves end care because the form moved to is not bought there: {', '.join(towns)}"
    ]


def _provenance_lines(scenario: Scenario) -> list[str]:
    counts = ", ".join(f"{count} {kind}" for kind, count in kind_counts(scenario).items())
    absent = scenario.absent_sections
    lines = [f"inputs: {counts}"]
    return [*lines, f"absent, so at their defaults: {', '.join(absent)}"] if absent else lines
