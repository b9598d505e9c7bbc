"""Who pays which share: pools, allocation keys, councils' budgets, bills."""

from jeugdsim.allocation.allocate import NotComputableError, allocate

__all__ = ["NotComputableError", "allocate"]
