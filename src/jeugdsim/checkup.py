"""What ``jeugdsim check`` tells beyond "ok": how a scenario hangs together in its own numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jeugdsim.allocation.budget import make_budgets, segment_sums
from jeugdsim.engine.expected import (
    PlacesAsked,
    expected,
    expected_reference,
    places_asked,
    stationary_clients,
)
from jeugdsim.engine.limits import mean_stays_with_limit
from jeugdsim.funding.reference import reference_cost
from jeugdsim.report.notation import number
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.numbers import mean_of
from jeugdsim.scenario.provenance import kind_counts
from jeugdsim.world.index import mean_index
from jeugdsim.world.parameters import mean_parameters
from jeugdsim.world.resets import mean_reset_factors

Array = npt.NDArray[np.float64]
_BUDGET_DIFFERENCE = 0.05
_DRIFT = 0.10


def check_up(scenario: Scenario) -> str:
    """Return remarks on a scenario: budget beside expected cost, places, ages, stock, moves, papers.

    Parameters
    ----------
    scenario : Scenario
        A scenario that loaded.
    """
    cost = reference_cost(scenario)
    return "\n".join(
        [
            *_budget_lines(scenario, cost),
            *_places_lines(scenario),
            *_age_lines(scenario),
            *_stock_lines(scenario),
            *_move_lines(scenario),
            *_provenance_lines(scenario),
        ]
    )


def _budget_lines(scenario: Scenario, cost: Array) -> list[str]:
    """Print expected reference cost beside the budget without target, nominal, per year."""
    costs_by_year, budget = _nominal(scenario, cost)
    lines = ["year  expected reference cost  budget without target  difference  (EUR million)"]
    for year, costs, allowed in zip(scenario.calendar_years, costs_by_year, budget, strict=True):
        gap = allowed / costs - 1.0
        percent = number(100 * gap, 1, language="en")
        lines.append(f"{year}{_million(costs):>25}{_million(allowed):>23}{percent:>11}%")
    if not _closed_form_holds(scenario):
        return [*lines, _left_out(scenario)]
    return [*lines, *(f"warning: {remark}" for remark in _budget_gaps(scenario, costs_by_year, budget))]


def _closed_form_holds(scenario: Scenario) -> bool:
    """Tell whether nobody is expected to wait or to grow too old for care in the reference."""
    if not scenario.is_limited:
        return True
    return bool(expected(scenario.reference())["closed_form_holds"].all())


def _left_out(scenario: Scenario) -> str:
    """Tell what the expected reference cost leaves out."""
    parts = {
        "without waiting": bool(scenario.limited_forms),
        "without the age limit": scenario.has_ages,
    }
    told = " and ".join(part for part, left_out in parts.items() if left_out)
    return f"expected reference cost is {told}: a run takes the mean over the reference's draws instead"


def _places_lines(scenario: Scenario) -> list[str]:
    """Print the clients expected without the limit beside the places, in the first year."""
    if not scenario.limited_forms:
        return []
    year = scenario.calendar_years[0]
    lines = [f"clients expected in {year} without the limit, beside the places:"]
    return [*lines, *(f"  {_places_line(asked)}" for asked in places_asked(scenario))]


def _places_line(asked: PlacesAsked) -> str:
    whose = f" (contract {asked.pool.contract})" if asked.pool.contract else ""
    counted = f"{number(asked.clients, language='en')} expected, {asked.places} places"
    verdict = ""
    if asked.short:
        verdict = ": children will wait" if asked.clients > asked.places else ": children may wait"
    return f"{asked.pool.care_form}{whose}: {counted}{verdict}"


def _age_lines(scenario: Scenario) -> list[str]:
    """Print stated mean stays beside those with the age limit, where that is a day or more."""
    if not scenario.has_ages:
        return []
    limited = mean_stays_with_limit(scenario)
    lines = []
    for row in scenario.care_forms:
        stated, left = mean_of(row.stay_mean_days), limited[row.care_form]
        if stated - left >= 1.0:
            lines.append(f"  {row.care_form}: {_days(stated)} beside {_days(left)} days")
    if not lines:
        return ["the age limit shortens no mean stay by a day"]
    return ["stated mean stay beside the mean stay with the age limit:", *lines]


def _days(days: float) -> str:
    return number(days, language="en")


def budget_remarks(scenario: Scenario, cost: Array) -> list[str]:
    """Return a remark on every year whose budget differs over 5% from the expected cost.

    Parameters
    ----------
    scenario : Scenario
        A scenario that loaded.
    cost : ndarray, shape (years, municipalities, care forms)
        Expected reference cost, euros of price_year.
    """
    return _budget_gaps(scenario, *_nominal(scenario, cost))


def _budget_gaps(scenario: Scenario, costs: Array, budget: Array) -> list[str]:
    far = [
        f"{year} {100 * (allowed / cost - 1.0):+.1f}%"
        for year, cost, allowed in zip(scenario.calendar_years, costs, budget, strict=True)
        if cost > 0 and abs(allowed / cost - 1.0) > _BUDGET_DIFFERENCE
    ]
    if not far:
        return []
    return [
        f"the budget differs from the expected reference cost ({', '.join(far)}): that bias, not "
        "chance, then decides on overruns"
    ]


def _nominal(scenario: Scenario, cost: Array) -> tuple[Array, Array]:
    """Return expected reference cost and budget without target per year, nominal."""
    resets = mean_reset_factors(scenario, mean_parameters(scenario))[0]
    costs = (cost * resets[:, None, :]).sum(axis=(1, 2)) * _price_index(scenario)
    budgets = make_budgets(scenario, segment_sums(scenario, cost[0]))
    return costs, budgets.without_target.sum(axis=(1, 2))


def _price_index(scenario: Scenario) -> Array:
    settings = scenario.settings
    return mean_index(settings.world, settings.price_year, scenario.calendar_years)


def _million(euros: float) -> str:
    return number(euros / 1e6, 1, language="en")


def _stock_lines(scenario: Scenario) -> list[str]:
    """Print a given start stock beside the stationary one, and the drift of cost it implies.

    Places and age limits hold that drift in, so it is told where closed forms hold.
    """
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
    if not _closed_form_holds(still):
        return lines
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
