"""Who bears what of the difference between cost and budget: corridors, stop-loss, gain sharing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from jeugdsim.scenario.contracts import GainBand, LossBand

Array = npt.NDArray[np.float64]
Band = Mapping[str, float]


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
    share 1 on both sides is P x Q; no bands is a lump sum.

    Parameters
    ----------
    cost, budget : array_like
        Cost of the care and agreed budget, euros of 0 or more, shapes that broadcast.
    loss_bands : sequence of {"above", "payer_share"}
        From this fraction above the budget on, the payer bears this share; edges rise from 0.
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
    c, b = np.broadcast_arrays(np.asarray(cost, dtype=float), np.asarray(budget, dtype=float))
    for name, euros in (("cost", c), ("budget", b)):
        if not np.all(np.isfinite(euros)) or np.any(euros < 0):
            raise ValueError(f"{name} must be finite euros of 0 or more")
    losses = [LossBand.model_validate(band) for band in loss_bands]
    gains = [GainBand.model_validate(band) for band in gain_bands]
    return shared_payment(c, b, losses, gains)


def shared_payment(
    cost: Array, budget: Array, loss_bands: Sequence[LossBand], gain_bands: Sequence[GainBand]
) -> Array:
    """Return the payment for checked bands; see ``risk_sharing``."""
    _check_rising([band.above for band in loss_bands], "loss_bands")
    _check_rising([band.below for band in gain_bands], "gain_bands")
    payment = budget.copy()
    for place, loss in enumerate(loss_bands):
        last = place + 1 == len(loss_bands)
        top = cost if last else np.minimum(cost, budget * (1 + loss_bands[place + 1].above))
        payment += loss.payer_share * np.maximum(top - budget * (1 + loss.above), 0.0)
    for place, gain in enumerate(gain_bands):
        last = place + 1 == len(gain_bands)
        floor = budget * 0.0 if last else budget * (1 - gain_bands[place + 1].below)
        bottom = np.maximum(cost, floor)
        payment -= gain.payer_share * np.maximum(budget * (1 - gain.below) - bottom, 0.0)
    return payment


def _check_rising(edges: Sequence[float], what: str) -> None:
    if any(later <= earlier for earlier, later in pairwise(edges)):
        raise ValueError(f"the edges of {what} must rise, not {list(edges)}")
