"""What the reference is expected to cost: the yardstick of history budgets, splits and councils."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jeugdsim.engine.expected import expected_reference
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.numbers import mean_of

Array = npt.NDArray[np.float64]


def reference_cost(scenario: Scenario, years: int | None = None) -> Array:
    """Return expected units x tariffs of the reference, euros of price_year.

    Parameters
    ----------
    scenario : Scenario
        What is assumed.
    years : int, optional
        Only the first so many years.

    Returns
    -------
    ndarray, shape (years, municipalities, care forms)
    """
    tariffs = np.array([mean_of(row.tariff) for row in scenario.care_forms])
    return np.asarray(expected_reference(scenario, years).units * tariffs)


def first_year_reference_cost(scenario: Scenario) -> Array:
    """Return the expected reference cost of the first contract year, (municipalities, care forms)."""
    return np.asarray(reference_cost(scenario, years=1)[0])
