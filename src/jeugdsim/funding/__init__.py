"""Who pays the providers: one module per contract form; ``settle`` turns volumes into payments."""

from jeugdsim.funding.risk_sharing import risk_sharing
from jeugdsim.funding.settle import settle

__all__ = ["risk_sharing", "settle"]
