"""P x Q (*inspanningsgericht*): every delivered unit is paid at its tariff."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def pxq_payment(use_value: Array) -> Array:
    """Return the payment: the value of the care at tariff and index, whatever its amount."""
    return use_value.copy()


def no_budget(use_value: Array) -> Array:
    """Return the agreed budget of a contract that has none: not a number."""
    return np.full_like(use_value, np.nan)
