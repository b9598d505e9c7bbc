"""Output-based (*outputgericht*): a price per trajectory, by arrangement.

The number of trajectories is the municipalities' risk, their length and intensity the providers'. A
part of the price is paid at the start and the rest at the end; a child that returns soon is helped
unpaid. Which tier a child gets is not drawn: a form's price is the mean over its tiers.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jeugdsim.funding.case import Case, Settled
from jeugdsim.funding.rules.output_based import output_payment, unpaid_returns
from jeugdsim.funding.yardstick import Yardstick
from jeugdsim.scenario.contracts import Terms

Array = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]


def settle_output_based(case: Case) -> Settled:
    """Return what an output-based contract pays for the trajectories of the year."""
    terms = case.terms
    monthly = case.number("return_chance_per_month", terms.return_chance_per_month)
    unpaid = unpaid_returns(monthly, terms.unpaid_return_months)
    paid = output_payment(
        case.count_by_form("stays_started"),
        case.count_by_form("stays_ended"),
        trajectory_prices(case.terms, case.places, case.yardstick),
        paid_at_start=terms.paid_at_start,
        unpaid_share=unpaid[:, None, None],
    )
    payment = paid.sum(axis=2) * case.index * case.resets
    return Settled.plain(payment * case.later_price if terms.extension else payment)


def trajectory_prices(terms: Terms, places: Truths, yardstick: Yardstick) -> Array:
    """Return the price of a trajectory, euros of price_year, shape (care forms,).

    The mean over a form's tiers; without, what a started trajectory is expected to cost.

    Parameters
    ----------
    terms : Terms
        The contract's arrangements.
    places : ndarray of bool, shape (municipalities, care forms)
        Where its demand stands.
    yardstick : Yardstick
        What is expected in the reference.
    """
    cost = np.where(places, yardstick.cost, 0.0).sum(axis=0)
    starts = np.where(places, yardstick.of("stays_started"), 0.0).sum(axis=0)
    prices = np.divide(cost, starts, out=np.zeros_like(cost), where=starts > 0)
    for form, tiers in terms.arrangements.items():
        place = yardstick.scenario.care_form_names.index(form)
        prices[place] = sum(tier.share * tier.price for tier in tiers.values())
    return np.asarray(prices)
