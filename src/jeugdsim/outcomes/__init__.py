"""What it means: overrun, savings, the providers' reserve, and the summary of all of it."""

from jeugdsim.outcomes.basis_risk import income_gap
from jeugdsim.outcomes.overruns import overrun
from jeugdsim.outcomes.reserve import reserve_lost
from jeugdsim.outcomes.savings_parts import savings

__all__ = ["income_gap", "overrun", "reserve_lost", "savings"]
