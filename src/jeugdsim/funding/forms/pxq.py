"""P x Q (*inspanningsgericht*): every delivered unit is paid at its tariff, up to a ceiling if agreed.

The number of children, the length and the intensity of their care are the municipalities' risk. A
ceiling (*omzetplafond*) turns what lies above it into the providers' risk: the care is given, and paid
in part or not at all. Where admissions stop instead and children wait, that is ``places``, not this.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jeugdsim.funding.case import Case, Settled
from jeugdsim.funding.rules.ceiling import ceiling
from jeugdsim.scenario.contracts import Ceiling

Array = npt.NDArray[np.float64]


def settle_pxq(case: Case) -> Settled:
    """Return what a P x Q contract pays: the value of the care, below its ceiling."""
    terms = case.terms
    payment = case.use.copy() if terms.ceiling is None else _below_ceilings(case, terms.ceiling)
    return Settled.plain(payment * case.later_price) if terms.extension else Settled.plain(payment)


def _below_ceilings(case: Case, terms: Ceiling) -> Array:
    """Return the payment under a ceiling for the contract, or one for each group of providers."""
    growth = case.number("volume_growth_per_year", case.terms.volume_growth_per_year)
    most = ceiling_sum(terms, case.expected_cost, case.index * case.resets, growth)
    payment = np.zeros_like(case.use)
    for share, part in _parts(case, terms):
        payment += paid_under(terms, share * case.use, part * most)
    return payment


def ceiling_sum(terms: Ceiling, expected_cost: float, prices: Array, growth: Array) -> Array:
    """Return the ceiling of each year, nominal, shape (draws, years).

    It follows the index, the growth allowed for and tariff resets, as every agreed price does.

    Parameters
    ----------
    terms : Ceiling
        Euros, or a multiple of what is expected.
    expected_cost : float
        Of the reference's first year, euros of price_year.
    prices : ndarray, shape (draws, years)
        Index as paid x tariff resets.
    growth : ndarray, shape (draws,)
        Growth of volume that is allowed for, fraction per year.
    """
    once = terms.euros
    if once is None:
        assert terms.of_expected is not None  # one of the two, checked when read
        once = terms.of_expected * expected_cost
    allowed = (1.0 + growth[:, None]) ** np.arange(prices.shape[1])
    return np.asarray(once * prices * allowed)


def paid_under(terms: Ceiling, value: Array, most: Array) -> Array:
    """Return what is paid of care worth ``value`` under a ceiling of ``most``, nominal euros."""
    return ceiling(
        value,
        most,
        marginal_rate=terms.marginal_rate,
        margin=terms.margin,
        granted_share=terms.request.granted_share if terms.request else 0.0,
        granted_at_most=terms.request.at_most if terms.request else None,
    )


def _parts(case: Case, terms: Ceiling) -> list[tuple[float, float]]:
    """Return (share of the care, part of the ceiling) of whoever has a ceiling."""
    if terms.per == "contract":
        return [(1.0, 1.0)]
    groups = case.terms.providers.values()
    parts = [
        (group.market_share, group.market_share if group.ceiling_share is None else group.ceiling_share)
        for group in groups
    ]
    rest = 1.0 - sum(share for share, _ in parts)
    return [*parts, (rest, max(0.0, 1.0 - sum(part for _, part in parts)))] if rest > 0 else parts
