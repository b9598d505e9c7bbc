"""Who bears what of the difference between cost and budget: corridors, stop-loss, gain sharing.

Payer and provider agree on a budget. When the year is over and the care has cost something else,
bands around the budget say who bears which part: up to the first edge the provider alone, from each
edge on the payer its share, a reinsurer its share (aggregate stop-loss), and the provider the rest.
Below the budget the same holds for the gain, which no reinsurer shares.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from jeugdsim.funding.rules.checks import check_shapes, euros
from jeugdsim.scenario.contracts import GainBand, LossBand
from jeugdsim.scenario.findings import listed

Array = npt.NDArray[np.float64]
Band = Mapping[str, float]
AnyBand = TypeVar("AnyBand", LossBand, GainBand)


class RiskSplit(NamedTuple):
    """Parts of cost - budget, euros: what is borne above it, or below it, as a minus, gained."""

    payer: Array
    """What the payer pays beyond the budget; negative where it gets part of a gain."""
    provider: Array
    """What is left to the provider; negative where it keeps part of a gain."""
    reinsurer: Array
    """What a reinsurer pays; 0 where there is no loss."""


def risk_sharing(
    cost: npt.ArrayLike,
    budget: npt.ArrayLike,
    *,
    loss_bands: Sequence[LossBand | Band] = (),
    gain_bands: Sequence[GainBand | Band] = (),
) -> Array:
    """Return what the payer pays when cost and agreed budget differ (*risicodeling*).

    payment = B + sum_k s_k [min(C, B(1 + a_(k+1))) - B(1 + a_k)]+
                - sum_k g_k [B(1 - b_k) - max(C, B(1 - b_(k+1)))]+

    Up to the first edge the provider bears all of a loss and keeps all of a gain. One band at 0 with
    share 1 on both sides is P x Q; no bands is a lump sum. What a reinsurer bears is no part of it:
    see ``risk_split``.

    Parameters
    ----------
    cost, budget : array_like
        Cost of the care and agreed budget, euros of 0 or more, shapes that broadcast.
    loss_bands : sequence of {"above", "payer_share", "reinsurer_share"}
        From this fraction above the budget on, the payer bears this share; edges rise from 0.
        ``reinsurer_share`` may be absent: 0.
    gain_bands : sequence of {"below", "payer_share"}
        From this fraction below the budget on, this share goes back to the payer; edges in [0, 1].

    Returns
    -------
    ndarray
        Payment in euros.

    Raises
    ------
    ValueError
        When edges do not rise, a share is outside [0, 1], or a sum is negative or not finite.

    Notes
    -----
    The same function describes risk corridors and aggregate stop-loss cover elsewhere, e.g. Medicare
    Part D (42 CFR 423.336).

    Examples
    --------
    >>> bands = [{"above": 0.03, "payer_share": 0.5}, {"above": 0.08, "payer_share": 0.8}]
    >>> risk_sharing([100.0, 106.0, 110.0], 100.0, loss_bands=bands).round(2).tolist()
    [100.0, 101.5, 104.1]
    """
    c, b = _checked_sums(cost, budget)
    losses = _checked_bands("loss_bands", LossBand, loss_bands)
    gains = _checked_bands("gain_bands", GainBand, gain_bands)
    return shared_payment(c, b, losses, gains)


def risk_split(
    cost: npt.ArrayLike,
    budget: npt.ArrayLike,
    *,
    loss_bands: Sequence[LossBand | Band] = (),
    gain_bands: Sequence[GainBand | Band] = (),
) -> RiskSplit:
    """Return who bears which part of cost - budget: payer, provider and reinsurer.

    payer     = payment - B                                          (see ``risk_sharing``)
    reinsurer = sum_k r_k [min(C, B(1 + a_(k+1))) - B(1 + a_k)]+
    provider  = C - B - payer - reinsurer

    Parameters
    ----------
    cost, budget : array_like
        Cost of the care and agreed budget, euros of 0 or more, shapes that broadcast.
    loss_bands : sequence of {"above", "payer_share", "reinsurer_share"}
        From this fraction above the budget on, payer and reinsurer bear these shares of the loss,
        together at most 1; edges rise from 0. ``reinsurer_share`` may be absent: 0.
    gain_bands : sequence of {"below", "payer_share"}
        From this fraction below the budget on, this share goes back to the payer; edges in [0, 1].

    Returns
    -------
    RiskSplit
        Named tuple of arrays ``payer``, ``provider``, ``reinsurer``, euros; they add up to cost -
        budget. A negative part is a gain.

    Raises
    ------
    ValueError
        When edges do not rise, a share is outside [0, 1], or a sum is negative or not finite.

    Notes
    -----
    A band with a reinsurer's share is aggregate stop-loss cover with the edge as attachment point.

    Examples
    --------
    Of a loss of 15 on a budget of 100, the first 5 are the provider's, the next 5 are halved with the
    payer, and of the last 5 the reinsurer bears four fifths. Of a gain of 10 it keeps all.

    >>> bands = [
    ...     {"above": 0.05, "payer_share": 0.5},
    ...     {"above": 0.10, "payer_share": 0.0, "reinsurer_share": 0.8},
    ... ]
    >>> split = risk_split([115.0, 90.0], 100.0, loss_bands=bands)
    >>> [part.round(2).tolist() for part in split]
    [[2.5, 0.0], [8.5, -10.0], [4.0, 0.0]]
    """
    c, b = _checked_sums(cost, budget)
    losses = _checked_bands("loss_bands", LossBand, loss_bands)
    gains = _checked_bands("gain_bands", GainBand, gain_bands)
    payer = shared_payment(c, b, losses, gains) - b
    reinsurer = reinsured(c, b, losses)
    return RiskSplit(payer=payer, provider=c - b - payer - reinsurer, reinsurer=reinsurer)


def shared_payment(
    cost: Array, budget: Array, loss_bands: Sequence[LossBand], gain_bands: Sequence[GainBand]
) -> Array:
    """Return the payment for checked bands; see ``risk_sharing``."""
    payment = budget.copy()
    for band, loss in _losses(cost, budget, loss_bands):
        payment += band.payer_share * loss
    for saving, gain in _gains(cost, budget, gain_bands):
        payment -= saving.payer_share * gain
    return payment


def reinsured(cost: Array, budget: Array, loss_bands: Sequence[LossBand]) -> Array:
    """Return what the reinsurer pays for checked bands; see ``risk_split``."""
    claims = np.zeros_like(budget)
    if any(band.reinsurer_share for band in loss_bands):
        for band, loss in _losses(cost, budget, loss_bands):
            claims += band.reinsurer_share * loss
    return claims


def _losses(cost: Array, budget: Array, bands: Sequence[LossBand]) -> Iterator[tuple[LossBand, Array]]:
    """Give every band with the part of the loss that falls in it."""
    _check_rising([band.above for band in bands], "loss_bands")
    for place, band in enumerate(bands):
        last = place + 1 == len(bands)
        top = cost if last else np.minimum(cost, budget * (1 + bands[place + 1].above))
        yield band, np.maximum(top - budget * (1 + band.above), 0.0)


def _gains(cost: Array, budget: Array, bands: Sequence[GainBand]) -> Iterator[tuple[GainBand, Array]]:
    """Give every band with the part of the gain that falls in it."""
    _check_rising([band.below for band in bands], "gain_bands")
    for place, band in enumerate(bands):
        last = place + 1 == len(bands)
        floor = budget * 0.0 if last else budget * (1 - bands[place + 1].below)
        yield band, np.maximum(budget * (1 - band.below) - np.maximum(cost, floor), 0.0)


def _checked_sums(cost: npt.ArrayLike, budget: npt.ArrayLike) -> tuple[Array, Array]:
    c, b = euros("cost", cost), euros("budget", budget)
    check_shapes(cost=c, budget=b)
    whole_cost, whole_budget = np.broadcast_arrays(c, b)
    return whole_cost, whole_budget


def _checked_bands(name: str, kind: type[AnyBand], bands: Sequence[AnyBand | Band]) -> list[AnyBand]:
    if not isinstance(bands, Sequence):
        raise ValueError(f"{name} must be a list of bands, each with {listed(kind.model_fields)}")
    return [_checked_band(f"{name}, band {place}", kind, band) for place, band in enumerate(bands, 1)]


def _checked_band(where: str, kind: type[AnyBand], band: AnyBand | Band) -> AnyBand:
    try:
        return kind.model_validate(band)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = "".join(f", {key}" for key in first["loc"])
        known = "" if first["type"] == "scenario" else f"; a band has {listed(kind.model_fields)}"
        raise ValueError(f"{where}{field}: {first['msg']}{known}") from None


def _check_rising(edges: Sequence[float], what: str) -> None:
    if any(later <= earlier for earlier, later in pairwise(edges)):
        raise ValueError(f"the edges of {what} must rise, not {list(edges)}")
