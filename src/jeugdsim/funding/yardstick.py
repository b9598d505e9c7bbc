"""What contracts may ask of the reference: what is expected in it in the first contract year."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.engine.expected import ExpectedVolumes, expected_reference
from jeugdsim.funding.reference import reference_means
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.numbers import mean_of

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Yardstick:
    """Expected quantities of the reference in the first contract year, worked out when asked.

    Attributes
    ----------
    scenario : Scenario
        What is assumed.
    units : xarray.DataArray or None
        Expected units of the reference, from ``reference_units``: where places or ages limit care.
    reference : xarray.Dataset or None
        The reference's volumes, there.
    """

    scenario: Scenario
    units: xr.DataArray | None
    reference: xr.Dataset | None

    @cached_property
    def cost(self) -> Array:
        """Expected units x tariffs, euros of price_year, shape (municipalities, care forms)."""
        tariffs = np.array([mean_of(row.tariff) for row in self.scenario.care_forms])
        return np.asarray(self.of("units") * tariffs)

    def of(self, quantity: str) -> Array:
        """Return ``units``, ``clients_in_year`` or ``stays_started``, (municipalities, care forms)."""
        if self.units is None:
            return np.asarray(getattr(self._closed_form, quantity)[0])
        if quantity == "units":
            return _first_year(self.units)
        assert self.reference is not None  # limited care has a simulated reference
        return _first_year(reference_means(self.scenario, self.reference, [quantity])[quantity])

    @cached_property
    def _closed_form(self) -> ExpectedVolumes:
        return expected_reference(self.scenario, 1)


def _first_year(means: xr.DataArray) -> Array:
    return np.asarray(means.transpose("year", "municipality", "care_form").to_numpy()[0])
