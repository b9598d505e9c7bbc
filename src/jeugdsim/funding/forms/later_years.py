"""Years of an extension, for forms whose price alone is agreed anew."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jeugdsim.funding.case import Case

Array = npt.NDArray[np.float64]


def price_after(case: Case) -> Array:
    """Return the factor on the price, (draws, years): 1 in the contract's own years."""
    extension = case.terms.extension
    factor = np.ones_like(case.index)
    if extension is not None:
        change = case.number("extension.price_change", extension.price_change)
        factor[:, extension.after_years :] += change[:, None]
    return factor
