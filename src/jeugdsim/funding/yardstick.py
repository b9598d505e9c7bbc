"""What contracts may ask of the reference: what is expected in it in the first contract year.

And how much of that care is still there in later years, where municipalities leave in whole or in part.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.engine.expected import ExpectedVolumes, expected_reference
from jeugdsim.funding.reference import feels_limits, over_draws
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.numbers import mean_of

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Yardstick:
    """Expected quantities of the reference, of the first contract year and on, worked out when asked.

    Attributes
    ----------
    scenario : Scenario
        What is assumed.
    units : xarray.DataArray or None
        Expected units of the reference, from ``reference_units``: where places or ages limit care.
    reference : xarray.Dataset or None
        The reference's volumes, or their means over draws, there.
    """

    scenario: Scenario
    units: xr.DataArray | None
    reference: xr.Dataset | None

    @cached_property
    def cost(self) -> Array:
        """Expected units x tariffs, euros of price_year, shape (municipalities, care forms)."""
        return np.asarray(self.of("units") * self._tariffs)

    def of(self, quantity: str) -> Array:
        """Return ``units``, ``clients_in_year`` or ``stays_started``, (municipalities, care forms)."""
        return np.asarray(getattr(self, f"_{quantity}"))

    @cached_property
    def _units(self) -> Array:
        return self._closed_form.units[0] if self.units is None else _first_year(self.units)

    @cached_property
    def _clients_in_year(self) -> Array:
        return self._counted("clients_in_year")

    @cached_property
    def _stays_started(self) -> Array:
        return self._counted("stays_started")

    def _counted(self, quantity: str) -> Array:
        """Return an expected count of the first year: simulated where limits are felt."""
        if self.reference is None or not feels_limits(self.scenario, self.reference):
            return np.asarray(getattr(self._closed_form, quantity)[0])
        means = over_draws(self.reference.isel(year=[0]), [quantity])
        return _first_year(means[quantity])

    def still_there(self, quantity: str, places: npt.NDArray[np.bool_]) -> Array:
        """Return what changes of membership leave of the care in some cells, shape (years,).

        What is expected in the reference with the changes over what would be without them, always as
        the closed form has it, also where places or ages limit care. 1 without changes, and where
        nothing is expected anyhow.

        Parameters
        ----------
        quantity : {"units", "clients_in_year"}
            What is counted; units at the tariffs of price_year.
        places : ndarray of bool, shape (municipalities, care forms)
            The cells.
        """
        share = np.ones(len(self.scenario.calendar_years))
        if not self.scenario.settings.changes:
            return share
        value = self._tariffs if quantity == "units" else np.ones_like(self._tariffs)
        left, whole = (
            (getattr(volumes, quantity) * value)[:, places].sum(axis=1)
            for volumes in self._with_and_without_changes
        )
        return np.asarray(np.divide(left, whole, out=share, where=whole > 0))

    @cached_property
    def _tariffs(self) -> Array:
        return np.array([mean_of(row.tariff) for row in self.scenario.care_forms])

    @cached_property
    def _with_and_without_changes(self) -> tuple[ExpectedVolumes, ExpectedVolumes]:
        together = self.scenario.settings.model_copy(update={"changes": ()})
        stays_whole = replace(self.scenario, settings=together)
        return expected_reference(self.scenario), expected_reference(stays_whole)

    @cached_property
    def _closed_form(self) -> ExpectedVolumes:
        return expected_reference(self.scenario, 1)


def _first_year(means: xr.DataArray) -> Array:
    return np.asarray(means.transpose("year", "municipality", "care_form").to_numpy()[0])
