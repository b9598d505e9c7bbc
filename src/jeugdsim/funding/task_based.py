"""Task-based (*taakgericht*): a sum for a task and a population, with shared risk around it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from jeugdsim.funding.corridor import shared_payment
from jeugdsim.funding.levels import levels
from jeugdsim.scenario.contracts import Contract

Array = npt.NDArray[np.float64]


def agreed_budget(
    basis: Array, index: Array, growth: Array, contract: Contract, years: Sequence[int]
) -> Array:
    """Return the sum agreed for each year, shape (draws, years), nominal.

    B_y = basis_y x L_y x (1 + volume growth)^(y - start) x (1 - agreed reduction_y).

    Parameters
    ----------
    basis : ndarray, shape (years,)
        The sum in euros of price_year: history, a stated sum, or an amount per youth.
    index : ndarray, shape (draws, years)
        Index as paid, L.
    growth : ndarray, shape (draws,)
        The contract's ``volume_growth_per_year``.
    contract : Contract
        Its ``agreed_reduction``.
    years : sequence of int
        Calendar years.
    """
    since_start = np.arange(len(years))
    allowed = (1.0 + growth[:, None]) ** since_start
    return basis * index * allowed * (1.0 - levels(contract.agreed_reduction, years))


def task_based_payment(use_value: Array, budget: Array, contract: Contract) -> Array:
    """Return the payment: the agreed budget, and the payer's shares of loss and gain."""
    return shared_payment(use_value, budget, contract.loss_bands, contract.gain_bands)
