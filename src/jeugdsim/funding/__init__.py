"""Who pays the providers: one module per contract rule; ``settle`` turns volumes into payments."""

from jeugdsim.funding.availability import availability_payment
from jeugdsim.funding.bail_out import top_ups
from jeugdsim.funding.ceiling import ceiling
from jeugdsim.funding.corridor import risk_sharing, risk_split
from jeugdsim.funding.expected_cost import expected_cost
from jeugdsim.funding.minimum_savings import minimum_savings
from jeugdsim.funding.output_based import output_payment
from jeugdsim.funding.recalibration import recalibrate
from jeugdsim.funding.settlement import settle

__all__ = [
    "availability_payment",
    "ceiling",
    "expected_cost",
    "minimum_savings",
    "output_payment",
    "recalibrate",
    "risk_sharing",
    "risk_split",
    "settle",
    "top_ups",
]
