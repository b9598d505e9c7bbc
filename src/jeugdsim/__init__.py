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
    from jeugdsim.funding import risk_sharing, settle
    from jeugdsim.outcomes import overrun, savings
    from jeugdsim.pipeline import Outcome, run
    from jeugdsim.scenario import Finding, Scenario, ScenarioError, load_scenario, write_scenario

__version__ = "0.1.0"

_HOME = {
    "Finding": "jeugdsim.scenario",
    "Outcome": "jeugdsim.pipeline",
    "Scenario": "jeugdsim.scenario",
    "ScenarioError": "jeugdsim.scenario",
    "allocate": "jeugdsim.allocation",
    "load_scenario": "jeugdsim.scenario",
    "overrun": "jeugdsim.outcomes",
    "risk_sharing": "jeugdsim.funding",
    "run": "jeugdsim.pipeline",
    "savings": "jeugdsim.outcomes",
    "settle": "jeugdsim.funding",
    "simulate": "jeugdsim.engine",
    "write_scenario": "jeugdsim.scenario",
}

__all__ = [
    "Finding",
    "Outcome",
    "Scenario",
    "ScenarioError",
    "__version__",
    "allocate",
    "load_scenario",
    "overrun",
    "risk_sharing",
    "run",
    "savings",
    "settle",
    "simulate",
    "write_scenario",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'jeugdsim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
