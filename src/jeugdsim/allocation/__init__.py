"""Who pays which share: pools, allocation keys, councils' budgets, bills."""

from jeugdsim.allocation.billing import NotComputableError, allocate

__all__ = ["NotComputableError", "allocate"]
