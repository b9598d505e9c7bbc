"""Availability (*beschikbaarheid*): places are paid because they stand ready.

The municipality pays a fee per place per year, used or not, and may pay a fee for each unit of care
on top. It may be agreed that the fee is settled on how full the places were: of the fee for use that
falls short of a reference occupancy a share goes back, for use beyond it a share is added.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jeugdsim.funding.rules.checks import above_zero, at_least_zero, check_shapes, euros, shares

Array = npt.NDArray[np.float64]


def availability_payment(
    fee_per_place: npt.ArrayLike,
    places: npt.ArrayLike,
    use_days: npt.ArrayLike,
    year_days: npt.ArrayLike,
    units: npt.ArrayLike,
    *,
    fee_per_use: npt.ArrayLike = 0.0,
    reference_occupancy: npt.ArrayLike | None = None,
    below_share: npt.ArrayLike = 0.0,
    above_share: npt.ArrayLike = 0.0,
) -> Array:
    """Return what is paid for places kept ready in a year.

    fee       = fee_per_place x places
    occupancy = use_days / (places x year_days)
    settled   = fee x (1 - below_share x (ref - occupancy)+ / ref
                         + above_share x (occupancy - ref)+ / ref)
    payment   = settled + fee_per_use x units

    Parameters
    ----------
    fee_per_place : array_like
        Fee per place in that year, nominal euros of 0 or more.
    places : array_like
        Places kept ready, 0 or more; no places, no fee.
    use_days : array_like
        Days of care in those places in the year, 0 or more.
    year_days : array_like
        Days of the year.
    units : array_like
        Units of care in the year, 0 or more.
    fee_per_use : array_like
        Fee per unit in that year, nominal euros of 0 or more.
    reference_occupancy : array_like, optional
        The occupancy at which the fee is due in full, above 0 and at most 1; absent: how full the
        places were changes nothing, and the two shares below do nothing.
    below_share : array_like
        The share of the fee for unused places that goes back to the payer, 0 to 1.
    above_share : array_like
        The share of the fee that is added for use above the reference, 0 or more.

    Returns
    -------
    ndarray
        Payment in euros.

    Raises
    ------
    ValueError
        When a number is negative or not finite, or a fraction is outside its range.

    Notes
    -----
    A fixed fee for capacity and a fee for use. Rijnmond chose a fixed fee for a least number of crisis
    beds (procurement strategy of 2023).

    Examples
    --------
    Ten places at 100 euros, reference 80%. Used for 60%: a quarter of the use is missing, and half of
    that share of the fee goes back, 125 euros. Used for 90%: an eighth more, a tenth of it is added.

    >>> terms = dict(reference_occupancy=0.8, below_share=0.5, above_share=0.1)
    >>> availability_payment(100.0, 10, [2190.0, 3285.0], 365, 0.0, **terms).round(2).tolist()
    [875.0, 1012.5]
    >>> availability_payment(100.0, 10, 2190.0, 365, 50.0, fee_per_use=2.0).item()
    1100.0
    """
    fee, beds = euros("fee_per_place", fee_per_place), at_least_zero("places", places)
    days, span = at_least_zero("use_days", use_days), above_zero("year_days", year_days)
    used, price = at_least_zero("units", units), euros("fee_per_use", fee_per_use)
    check_shapes(
        fee_per_place=fee, places=beds, use_days=days, year_days=span, units=used, fee_per_use=price
    )
    payment = fee * beds + price * used
    back, added = shares("below_share", below_share), at_least_zero("above_share", above_share)
    if reference_occupancy is None:
        return np.asarray(payment)
    reference = above_zero("reference_occupancy", shares("reference_occupancy", reference_occupancy))
    check_shapes(
        payment=payment, use_days=days, reference_occupancy=reference, below_share=back,
        above_share=added,
    )  # fmt: skip
    relative = _occupancy(days, beds * span) / reference
    settled = 1.0 - back * np.maximum(1.0 - relative, 0.0) + added * np.maximum(relative - 1.0, 0.0)
    return np.asarray(fee * beds * settled + price * used)


def _occupancy(use_days: Array, place_days: Array) -> Array:
    """Return how full the places were; 0 where there are none, which have no fee either."""
    there = place_days > 0
    return np.where(there, use_days / np.where(there, place_days, 1.0), 0.0)
