"""What a run reports, under which name: the content of ``summary.json``, written once.

An array of one number per draw becomes a distribution, a chance or a mean by a ``Telling``: worked out
at once where all draws are at hand, noted where they come piece by piece.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from jeugdsim import __version__
from jeugdsim.funding.child_costs import ChildCosts
from jeugdsim.outcomes import summary as blocks
from jeugdsim.outcomes.basis_risk import income_line
from jeugdsim.outcomes.provenance_report import spread_block
from jeugdsim.outcomes.telling import Telling
from jeugdsim.outcomes.uncertain_inputs import Uncertain
from jeugdsim.outcomes.waiting import ages_block, municipality_lines, region_line, waiting_block
from jeugdsim.results.content import allocation_block
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.provenance import kind_counts

if TYPE_CHECKING:
    from jeugdsim.results.outcome import Outcome

Block = dict[str, Any]
Array = npt.NDArray[np.float64]


def reported(
    outcome: Outcome,
    tell: Telling,
    *,
    children: Mapping[str, ChildCosts] | None = None,
    all_draws: bool = True,
) -> Block:
    """Return every distribution, chance and mean of a run by the names of ``summary.json``.

    Parameters
    ----------
    outcome : Outcome
        A run, or a piece of one.
    tell : Telling
        What becomes of a number per draw.
    children : mapping of contract to ChildCosts, optional
        From ``costs_of_named_providers``, where they have been worked out before.
    all_draws : bool
        Whether the outcome holds all draws of its run: keys that ask all of them at once are else not
        computable.
    """
    scenario, volumes, bills = outcome.scenario, outcome.volumes, outcome.bills
    drivers = outcome.drivers()
    municipalities = blocks.municipalities_block(bills, outcome.overruns, drivers, tell)
    lines = municipality_lines(volumes, scenario, tell)
    limits = {
        "waiting": waiting_block(volumes, scenario, tell),
        "ages": ages_block(volumes, scenario, tell),
    }
    reference_payment = outcome.reference.accounts["payment"].sum("contract")
    return {
        "region": {
            **blocks.region_block(outcome.accounts, bills, outcome.overruns, tell),
            "savings": blocks.savings_block(outcome.savings, tell),
            "drivers": blocks.drivers_block(drivers, tell),
            **region_line(volumes, scenario, tell),
            **income_line(bills, outcome.accounts, scenario, tell),
        },
        "contracts": blocks.contracts_block(outcome.accounts, scenario, tell, children),
        "municipalities": {name: {**block, **lines[name]} for name, block in municipalities.items()},
        **{name: block for name, block in limits.items() if block},
        "allocation": allocation_block(outcome.accounts, scenario, tell, all_draws=all_draws),
        "reference": {"region": {"payment": blocks.per_year(reference_payment, tell.distribution)}},
    }


def content_of(
    scenario: Scenario,
    run: Mapping[str, int],
    told: Mapping[str, Any],
    *,
    keys: Mapping[str, Any],
    provenance: Mapping[str, Any],
    warnings: list[str],
) -> Block:
    """Return the content of ``summary.json``.

    Parameters
    ----------
    scenario : Scenario
        What was assumed.
    run : mapping
        ``seed`` and ``draws``.
    told : mapping
        From ``reported``, in numbers.
    keys : mapping
        The judgement of keys; left out where it is empty.
    provenance : mapping
        From ``provenance_block``.
    warnings : list of str
        What a reader should know.
    """
    content = {
        "scenario": scenario.name,
        "hash": scenario.hash,
        "version": __version__,
        "seed": run["seed"],
        "draws": run["draws"],
        "years": list(scenario.calendar_years),
        **{name: block for name, block in told.items() if name != "reference"},
        **({"keys": keys} if keys else {}),
        "reference": told["reference"],
        "key": scenario.settings.allocation.used,
        "provenance": provenance,
        "absent": list(scenario.absent_sections),
        "accounts": {str(year): euros for year, euros in scenario.accounts_so_far.items()},
        "warnings": warnings,
    }
    return dict(blocks.without_nan(content))


def provenance_block(
    scenario: Scenario, uncertain: Uncertain, cost: Array, overrun_last_year: Array
) -> Block:
    """Summarise the papers of all inputs, and what the spread of cost and of the overrun comes from.

    Parameters
    ----------
    scenario : Scenario
        What was assumed.
    uncertain : Uncertain
        What was drawn.
    cost, overrun_last_year : ndarray, shape (draws,)
        The region's cost over all years, and its overrun in the last.
    """
    return {
        **kind_counts(scenario),
        **spread_block(uncertain, cost),
        "overrun_last_year": spread_block(uncertain, overrun_last_year),
    }
