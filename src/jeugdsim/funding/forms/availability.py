"""Availability (*beschikbaarheid*): a fee for places kept ready, and one for their use.

Empty places are the municipalities' risk, unless the fee is settled on how full they were; what a day
in a place costs is the providers'. Used for crisis beds, with P x Q for ambulatory crisis care beside
it as a contract of its own.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jeugdsim.engine.limits import drawn_places, pools_of
from jeugdsim.funding.case import Case, Settled
from jeugdsim.funding.forms.task_based import topped_up
from jeugdsim.funding.rules.availability import availability_payment
from jeugdsim.world.calendar import make_calendar
from jeugdsim.world.parameters import mean_parameters

Array = npt.NDArray[np.float64]


def settle_availability(case: Case) -> Settled:
    """Return what a contract for places kept ready pays."""
    terms = case.terms
    prices = case.index * case.resets * case.later_price
    places = funded_places(case)
    per_use = case.number("fee_per_use", terms.fee_per_use)[:, None] * prices
    per_place = fee_per_place(case, float(places[0]))[:, None] * prices
    occupancy = terms.occupancy
    payment = availability_payment(
        per_place,
        places,
        case.count("client_days"),
        make_calendar(tuple(case.years)).year_days,
        case.count("units"),
        fee_per_use=per_use,
        reference_occupancy=occupancy.reference if occupancy else None,
        below_share=occupancy.below_share if occupancy else 0.0,
        above_share=occupancy.above_share if occupancy else 0.0,
    )
    settled = Settled.plain(payment, per_place * places)
    if terms.bail_out is None:
        return settled
    return topped_up(case, terms.bail_out, settled, np.ones(payment.shape, dtype=np.bool_))


def funded_places(case: Case) -> Array:
    """Return the places that are paid, shape (years,): those agreed, or those of its care forms."""
    if case.terms.funded_places is not None:
        return np.full(len(case.years), case.terms.funded_places)
    scenario = case.yardstick.scenario
    forms = {form for _, form in scenario.contract_cells(case.name)}
    of_pools = drawn_places(scenario, mean_parameters(scenario))[0]
    own = [pool.care_form in forms and pool.contract in ("", case.name) for pool in pools_of(scenario)]
    return np.asarray(of_pools[own].sum(axis=0), dtype=np.float64)


def fee_per_place(case: Case, places: float) -> Array:
    """Return euros of price_year per place per year, shape (draws,)."""
    terms = case.terms
    if terms.fee_per_place is not None:
        return case.number("fee_per_place", terms.fee_per_place)
    for_use = case.number("fee_per_use", terms.fee_per_use) * case.expected("units")
    if places <= 0:
        return np.zeros_like(for_use)
    return np.asarray(np.maximum(case.expected_cost - for_use, 0.0) / places)
