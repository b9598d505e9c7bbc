"""What contracts may ask of the reference: what is expected in it in the first contract year."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.engine.expected import expected_reference
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
    reference : xarray.Dataset or None
        The reference's volumes, where places or ages limit care.
    """

    scenario: Scenario
    reference: xr.Dataset | None

    def of(self, quantity: str) -> Array:
        """Return ``units``, ``clients_in_year`` or ``stays_started``, (municipalities, care forms)."""
        return self._first_year[quantity]

    @cached_property
    def cost(self) -> Array:
        """Expected units x tariffs, euros of price_year, shape (municipalities, care forms)."""
        tariffs = np.array([mean_of(row.tariff) for row in self.scenario.care_forms])
        return np.asarray(self.of("units") * tariffs)

    @cached_property
    def _first_year(self) -> dict[str, Array]:
        quantities = ("units", "clients_in_year", "stays_started")
        if self.reference is None:
            closed = expected_reference(self.scenario, 1)
            return {name: np.asarray(getattr(closed, name)[0]) for name in quantities}
        means = reference_means(self.scenario, self.reference).isel(year=0)
        places = ("municipality", "care_form")
        return {name: means[name].transpose(*places).to_numpy() for name in quantities}
