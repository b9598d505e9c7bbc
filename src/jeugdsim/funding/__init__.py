"""Who pays the providers: one module per contract rule; ``settle`` turns volumes into payments."""

from jeugdsim.funding.expected_cost import expected_cost
from jeugdsim.funding.rules.availability import availability_payment
from jeugdsim.funding.rules.bail_out import top_ups
from jeugdsim.funding.rules.ceiling import ceiling
from jeugdsim.funding.rules.corridor import risk_sharing, risk_split
from jeugdsim.funding.rules.minimum_savings import minimum_savings
from jeugdsim.funding.rules.output_based import output_payment
from jeugdsim.funding.rules.recalibration import recalibrate
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
