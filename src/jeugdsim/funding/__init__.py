"""Who pays the providers: one module per contract form; ``settle`` turns volumes into payments."""

from jeugdsim.funding.corridor import risk_sharing
from jeugdsim.funding.expected_cost import expected_cost
from jeugdsim.funding.settlement import settle

__all__ = ["expected_cost", "risk_sharing", "settle"]
