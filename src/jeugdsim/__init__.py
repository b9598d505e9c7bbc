"""What Dutch youth care will cost municipalities, how sure that is, and who carries the risk.

The names below are the public interface; they load when first used, so that ``import jeugdsim`` is
quick. The path of the data is one way: scenario -> world -> engine -> funding -> allocation ->
outcomes -> report.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jeugdsim.allocation import allocate
    from jeugdsim.allocation.games import core_violations, nucleolus, scrb, shapley
    from jeugdsim.allocation.going_alone import coalition_costs
    from jeugdsim.engine import simulate
    from jeugdsim.engine.audit import audit
    from jeugdsim.engine.expected import expected
    from jeugdsim.engine.memory import memory_needed
    from jeugdsim.engine.replay import clients, trace
    from jeugdsim.funding import (
        availability_payment,
        output_payment,
        recalibrate,
        risk_sharing,
        risk_split,
        settle,
        top_ups,
    )
    from jeugdsim.funding.expected_cost import expected_cost
    from jeugdsim.funding.rules.ceiling import ceiling
    from jeugdsim.funding.rules.minimum_savings import minimum_savings
    from jeugdsim.outcomes import income_gap, overrun, savings
    from jeugdsim.outcomes.key_judgement import judge_keys
    from jeugdsim.outcomes.key_shift import key_shift
    from jeugdsim.outcomes.pooling import pooling
    from jeugdsim.outcomes.providers import provider_results
    from jeugdsim.outcomes.risk_transfer import risk_transfer
    from jeugdsim.pipeline import compare, run
    from jeugdsim.report import figures
    from jeugdsim.results import Comparison, Outcome, SummarisedOutcome
    from jeugdsim.results.contract_terms import contract_terms
    from jeugdsim.scenario import Finding, Scenario, ScenarioError, load_scenario, write_scenario
    from jeugdsim.scenario.schema import schema

__version__ = "0.1.0"

_HOME = {
    "Comparison": "jeugdsim.results",
    "Finding": "jeugdsim.scenario",
    "Outcome": "jeugdsim.results",
    "Scenario": "jeugdsim.scenario",
    "ScenarioError": "jeugdsim.scenario",
    "SummarisedOutcome": "jeugdsim.results",
    "allocate": "jeugdsim.allocation",
    "coalition_costs": "jeugdsim.allocation.going_alone",
    "compare": "jeugdsim.pipeline",
    "contract_terms": "jeugdsim.results.contract_terms",
    "core_violations": "jeugdsim.allocation.games",
    "audit": "jeugdsim.engine",
    "availability_payment": "jeugdsim.funding",
    "ceiling": "jeugdsim.funding",
    "clients": "jeugdsim.engine",
    "expected": "jeugdsim.engine",
    "expected_cost": "jeugdsim.funding",
    "income_gap": "jeugdsim.outcomes",
    "judge_keys": "jeugdsim.outcomes.key_judgement",
    "key_shift": "jeugdsim.outcomes.key_shift",
    "load_scenario": "jeugdsim.scenario",
    "memory_needed": "jeugdsim.engine.memory",
    "minimum_savings": "jeugdsim.funding",
    "nucleolus": "jeugdsim.allocation.games",
    "output_payment": "jeugdsim.funding",
    "overrun": "jeugdsim.outcomes",
    "pooling": "jeugdsim.outcomes.pooling",
    "provider_results": "jeugdsim.outcomes.providers",
    "recalibrate": "jeugdsim.funding",
    "risk_sharing": "jeugdsim.funding",
    "risk_transfer": "jeugdsim.outcomes.risk_transfer",
    "risk_split": "jeugdsim.funding",
    "run": "jeugdsim.pipeline",
    "savings": "jeugdsim.outcomes",
    "schema": "jeugdsim.scenario.schema",
    "scrb": "jeugdsim.allocation.games",
    "settle": "jeugdsim.funding",
    "shapley": "jeugdsim.allocation.games",
    "simulate": "jeugdsim.engine",
    "top_ups": "jeugdsim.funding",
    "trace": "jeugdsim.engine",
    "write_scenario": "jeugdsim.scenario",
}

_MODULES = {"figures": "jeugdsim.report.figures"}

__all__ = [
    "Comparison",
    "Finding",
    "Outcome",
    "Scenario",
    "ScenarioError",
    "SummarisedOutcome",
    "__version__",
    "allocate",
    "audit",
    "availability_payment",
    "ceiling",
    "clients",
    "coalition_costs",
    "compare",
    "contract_terms",
    "core_violations",
    "expected",
    "expected_cost",
    "figures",
    "income_gap",
    "judge_keys",
    "key_shift",
    "load_scenario",
    "memory_needed",
    "minimum_savings",
    "nucleolus",
    "output_payment",
    "overrun",
    "pooling",
    "provider_results",
    "recalibrate",
    "risk_sharing",
    "risk_split",
    "risk_transfer",
    "run",
    "savings",
    "schema",
    "scrb",
    "settle",
    "shapley",
    "simulate",
    "top_ups",
    "trace",
    "write_scenario",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    if name in _MODULES:
        return import_module(_MODULES[name])
    raise AttributeError(f"module 'jeugdsim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
