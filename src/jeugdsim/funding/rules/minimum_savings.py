"""Shared savings with a minimum, as in the Medicare Shared Savings Program (MSSP).

The payer pays what the care costs, and settles afterwards. Where the provider saved at least a minimum
part of the budget it gets its share of the saving, from the first euro and up to a cap; a smaller
saving brings it nothing. In a two-sided contract it likewise pays back its share of a loss once the
loss reaches a minimum, up to a limit. At the minimum the payment jumps: that is what was agreed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jeugdsim.funding.rules.checks import at_least_zero, check_shapes, euros, shares

Array = npt.NDArray[np.float64]
_ROUNDING = 1e-12
"""Part of the budget that rounding may cost: 98 of 100 reaches a minimum of 2%."""


def minimum_savings(
    cost: npt.ArrayLike,
    budget: npt.ArrayLike,
    *,
    minimum_rate: npt.ArrayLike,
    sharing_rate: npt.ArrayLike,
    savings_cap: npt.ArrayLike | None = None,
    minimum_loss_rate: npt.ArrayLike | None = None,
    loss_rate: npt.ArrayLike = 0.0,
    loss_cap: npt.ArrayLike | None = None,
) -> Array:
    """Return what the payer pays when savings are shared from a minimum on.

    S = B - C; payment = C + bonus - malus

    bonus = min(sharing_rate x S, savings_cap x B)  where S > 0 and S >= minimum_rate x B, else 0
    malus = min(loss_rate x -S, loss_cap x B)  where S < 0 and -S >= minimum_loss_rate x B, else 0

    Exactly at the minimum it is shared. Where cost rises across the minimum the payment falls by
    sharing_rate x minimum_rate x B, if no cap binds there.

    Parameters
    ----------
    cost, budget : array_like
        Cost of the care, C, and agreed budget, B, euros of 0 or more, shapes that broadcast.
    minimum_rate : array_like
        The saving that is asked before anything is shared, fraction of the budget, 0 to 1.
    sharing_rate : array_like
        The provider's share of the saving, 0 to 1.
    savings_cap : array_like, optional
        The most the provider gets, fraction of the budget; absent: no cap.
    minimum_loss_rate : array_like, optional
        The loss that is asked before anything is paid back, 0 to 1; absent: ``minimum_rate``.
    loss_rate : array_like
        The provider's share of a loss, 0 to 1; 0 is one-sided.
    loss_cap : array_like, optional
        The most the provider pays back, fraction of the budget; absent: no cap.

    Returns
    -------
    ndarray
        Payment in euros.

    Raises
    ------
    ValueError
        When a sum is negative or not finite, or a fraction is outside its range.

    Notes
    -----
    42 CFR 425.605 and 425.610. A rounding of 1e-12 of the budget is allowed at a minimum.

    Examples
    --------
    On a budget of 100, savings of 1 and 2, and a loss of 10 of which a tenth of the budget at most
    comes back:

    >>> minimum_savings([99.0, 98.0], 100.0, minimum_rate=0.02, sharing_rate=0.5).tolist()
    [99.0, 99.0]
    >>> two_sided = dict(minimum_rate=0.02, sharing_rate=0.75, loss_rate=0.4, loss_cap=0.1)
    >>> minimum_savings([90.0, 110.0, 150.0], 100.0, **two_sided).tolist()
    [97.5, 106.0, 140.0]
    """
    c, b = euros("cost", cost), euros("budget", budget)
    gain_minimum = shares("minimum_rate", minimum_rate)
    loss_minimum = gain_minimum
    if minimum_loss_rate is not None:
        loss_minimum = shares("minimum_loss_rate", minimum_loss_rate)
    gain_share, loss_share = shares("sharing_rate", sharing_rate), shares("loss_rate", loss_rate)
    check_shapes(
        cost=c, budget=b, minimum_rate=gain_minimum, sharing_rate=gain_share,
        minimum_loss_rate=loss_minimum, loss_rate=loss_share,
    )  # fmt: skip
    saved = b - c
    bonus = _shared(saved, b, gain_minimum, _at_most("savings_cap", savings_cap, gain_share * saved, b))
    malus = _shared(-saved, b, loss_minimum, _at_most("loss_cap", loss_cap, loss_share * -saved, b))
    return np.asarray(c + bonus - malus)


def _at_most(name: str, cap: npt.ArrayLike | None, share: Array, budget: Array) -> Array:
    if cap is None:
        return share
    most = at_least_zero(name, cap)
    check_shapes(**{name: most, "cost": share})
    return np.minimum(share, most * budget)


def _shared(amount: Array, budget: Array, minimum: Array, share: Array) -> Array:
    """Return the share where the amount is positive and reaches its minimum, else 0."""
    reached = (amount > 0) & (amount >= (minimum - _ROUNDING) * budget)
    return np.where(reached, share, 0.0)
