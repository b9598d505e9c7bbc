"""What it means: overrun, savings, the providers' reserve, and the summary of all of it."""

from jeugdsim.outcomes.overrun import overrun
from jeugdsim.outcomes.reserve import reserve_lost
from jeugdsim.outcomes.savings import savings

__all__ = ["overrun", "reserve_lost", "savings"]
