"""Who pays which share: pools, allocation keys, councils' budgets, bills."""

from jeugdsim.allocation.billing import allocate
from jeugdsim.allocation.shares import NotComputableError

__all__ = ["NotComputableError", "allocate"]
