"""Output-based (*outputgericht*): a price for a trajectory, whatever care it takes.

The municipality pays a fixed price for each trajectory: a part when it starts, the rest when it ends.
How many children come is its risk; how long and how heavy the care of each is, is the provider's. It
may be agreed that a child that returns within some months is helped without a new payment.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jeugdsim.funding.rules.checks import at_least_zero, check_shapes, euros, shares

Array = npt.NDArray[np.float64]


def output_payment(
    started: npt.ArrayLike,
    ended: npt.ArrayLike,
    price: npt.ArrayLike,
    *,
    paid_at_start: npt.ArrayLike = 1.0,
    unpaid_share: npt.ArrayLike = 0.0,
) -> Array:
    """Return what is paid for trajectories that start and end in a year.

    price x (paid_at_start x started + (1 - paid_at_start) x ended) x (1 - unpaid_share)

    Parameters
    ----------
    started, ended : array_like
        Trajectories that start and that end in the year, 0 or more, shapes that broadcast.
    price : array_like
        Price of a trajectory in that year, euros of 0 or more.
    paid_at_start : array_like
        The share of the price paid at the start, the rest at the end, 0 to 1.
    unpaid_share : array_like
        The share of trajectories of children that return unpaid, 0 to 1; see ``unpaid_returns`` in
        ``jeugdsim.funding.rules.output_based``.

    Returns
    -------
    ndarray
        Payment in euros.

    Raises
    ------
    ValueError
        When a number or price is negative or not finite, or a share is outside [0, 1].

    Notes
    -----
    One of the three ways of paying in the Dutch standard for youth care (iJw). One price serves all
    trajectories of the year: one that began before is paid at the price of the year it ends in.

    Examples
    --------
    Ten start and eight end at a price of 1,000, three quarters paid at the start: 7,500 + 2,000; with
    a tenth unpaid 8,550.

    >>> output_payment(10, 8, 1_000.0, paid_at_start=0.75).item()
    9500.0
    >>> output_payment(10, 8, 1_000.0, paid_at_start=0.75, unpaid_share=0.1).item()
    8550.0
    """
    begun, done = at_least_zero("started", started), at_least_zero("ended", ended)
    paid, first = euros("price", price), shares("paid_at_start", paid_at_start)
    free = shares("unpaid_share", unpaid_share)
    check_shapes(started=begun, ended=done, price=paid, paid_at_start=first, unpaid_share=free)
    return np.asarray(paid * (first * begun + (1.0 - first) * done) * (1.0 - free))


def unpaid_returns(chance: npt.ArrayLike, months: npt.ArrayLike) -> Array:
    """Return the share of children that return within the unpaid months.

    1 - (1 - chance)^months

    Parameters
    ----------
    chance : array_like
        Chance per month that a child returns after its trajectory, 0 to 1, the same every month.
    months : array_like
        Months after its end in which a child that returns is helped unpaid, 0 or more.

    Raises
    ------
    ValueError
        When the chance is outside [0, 1] or the months are negative or not finite.

    Examples
    --------
    >>> unpaid_returns(0.1, [0, 2]).round(2).tolist()
    [0.0, 0.19]
    """
    monthly, span = shares("chance", chance), at_least_zero("months", months)
    check_shapes(chance=monthly, months=span)
    return np.asarray(1.0 - (1.0 - monthly) ** span)
