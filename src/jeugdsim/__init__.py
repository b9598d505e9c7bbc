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
    from jeugdsim.engine import simulate
    from jeugdsim.engine.audit import audit
    from jeugdsim.engine.expected import expected
    from jeugdsim.engine.replay import clients, trace
    from jeugdsim.funding import risk_sharing, settle
    from jeugdsim.funding.expected_cost import expected_cost
    from jeugdsim.outcomes import overrun, savings
    from jeugdsim.pipeline import compare, run
    from jeugdsim.report import figures
    from jeugdsim.results import Comparison, Outcome
    from jeugdsim.scenario import Finding, Scenario, ScenarioError, load_scenario, write_scenario
    from jeugdsim.scenario.schema import schema

__version__ = "0.1.0"

_HOME = {
    "Comparison": "jeugdsim.results",
    "Finding": "jeugdsim.scenario",
    "Outcome": "jeugdsim.results",
    "Scenario": "jeugdsim.scenario",
    "ScenarioError": "jeugdsim.scenario",
    "allocate": "jeugdsim.allocation",
    "compare": "jeugdsim.pipeline",
    "audit": "jeugdsim.engine",
    "clients": "jeugdsim.engine",
    "expected": "jeugdsim.engine",
    "expected_cost": "jeugdsim.funding",
    "load_scenario": "jeugdsim.scenario",
    "overrun": "jeugdsim.outcomes",
    "risk_sharing": "jeugdsim.funding",
    "run": "jeugdsim.pipeline",
    "savings": "jeugdsim.outcomes",
    "schema": "jeugdsim.scenario.schema",
    "settle": "jeugdsim.funding",
    "simulate": "jeugdsim.engine",
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
    "__version__",
    "allocate",
    "audit",
    "clients",
    "compare",
    "expected",
    "expected_cost",
    "figures",
    "load_scenario",
    "overrun",
    "risk_sharing",
    "run",
    "savings",
    "schema",
    "settle",
    "simulate",
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
