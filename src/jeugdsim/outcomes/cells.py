"""What care costs in a cell, as price x clients x days per client x units per day, and what moved it.

A cell is a municipality and a care form. A cell without clients in one of two states has no days per
client to compare: it counts wholly as clients.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.funding.settlement import ordered
from jeugdsim.funding.tariffs import (
    apply_resets,
    apply_tariff_levers,
    reset_factors,
    settled_parameters,
)
from jeugdsim.outcomes.factors import product_shares
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.numbers import mean_of
from jeugdsim.world.index import mean_index
from jeugdsim.world.parameters import mean_parameters
from jeugdsim.world.resets import mean_reset_factors

Array = npt.NDArray[np.float64]
FACTORS = ("price", "clients", "days_per_client", "units_per_day")
CLIENTS = FACTORS.index("clients")
BLOCK_DRAWS = 100
_CELL_DIMS = ("year", "municipality", "care_form")


@dataclass(frozen=True)
class Cells:
    """Four factors per cell, shape (..., years, municipalities, care forms), and their product.

    Attributes
    ----------
    price : ndarray
        Nominal euros per unit.
    clients, days_per_client, units_per_day : ndarray
        Clients in the year, days of care per client, units per day of care; the last two are 0 where
        there are no clients.
    """

    price: Array
    clients: Array
    days_per_client: Array
    units_per_day: Array

    @property
    def factors(self) -> tuple[Array, Array, Array, Array]:
        """The factors in the order of ``FACTORS``."""
        return self.price, self.clients, self.days_per_client, self.units_per_day

    @property
    def value(self) -> Array:
        """Nominal euros of care."""
        return self.price * self.clients * self.days_per_client * self.units_per_day

    def spread(self, care_forms: Sequence[str], over: Sequence[str]) -> Cells:
        """Return the cells on more care forms, without clients where they had none."""
        if tuple(care_forms) == tuple(over):
            return self
        places = [over.index(form) for form in care_forms]
        wider = []
        for factor in self.factors:
            wide = np.zeros((*factor.shape[:-1], len(over)))
            wide[..., places] = factor
            wider.append(wide)
        return Cells(*wider)


def cell_blocks(
    volumes: xr.Dataset, accounts: xr.Dataset, scenario: Scenario
) -> Iterator[tuple[slice, Cells]]:
    """Give the cells of every draw, some draws at a time; their value is ``use_value``.

    Parameters
    ----------
    volumes, accounts : xarray.Dataset
        From ``simulate`` and ``settle``.
    scenario : Scenario
        Tariffs and levers on them.

    Yields
    ------
    slice, Cells
        Which draws, and their factors, shape (draws, years, municipalities, care forms).
    """
    prices = unit_prices(accounts, scenario)
    for first in range(0, len(prices), BLOCK_DRAWS):
        block = slice(first, first + BLOCK_DRAWS)
        yield block, _cells(volumes.isel(draw=block), prices[block], ("draw", *_CELL_DIMS))


def mean_cells(means: xr.Dataset, scenario: Scenario) -> Cells:
    """Return the cells of the reference at its means; their value is the expected reference cost.

    Parameters
    ----------
    means : xarray.Dataset
        On (year, municipality, care_form): ``units``, ``client_days``, ``clients_in_year`` as expected
        in the reference.
    scenario : Scenario
        Tariffs, indexation and tariff resets, taken at their means.
    """
    index = mean_index(scenario.settings.world, scenario.settings.price_year, scenario.calendar_years)
    tariffs = np.array([mean_of(row.tariff) for row in scenario.care_forms])
    prices = index[:, None] * tariffs
    if scenario.settings.tariff_resets:
        prices = prices * mean_reset_factors(scenario, mean_parameters(scenario))[0]
    return _cells(means, prices[:, None, :], _CELL_DIMS)


def unit_prices(accounts: xr.Dataset, scenario: Scenario) -> Array:
    """Return tariff (after tariff resets and levers) x index as paid, nominal euros per unit.

    Parameters
    ----------
    accounts : xarray.Dataset
        From ``settle``: draws, seed and index.
    scenario : Scenario
        Tariffs, resets of them and levers on them.

    Returns
    -------
    ndarray, shape (draws, years, municipalities, care forms)
    """
    parameters = settled_parameters(scenario, accounts)
    tariffs = np.stack(
        [
            parameters.of(f"care_forms.{row.care_form}.tariff", row.tariff)
            for row in scenario.care_forms
        ],
        axis=1,
    )
    index = ordered(accounts, "index_provisional", ("draw", "year"))
    prices = (tariffs[:, None, :] * index[:, :, None])[:, :, None, :]
    prices = apply_resets(prices, reset_factors(scenario, parameters, accounts))
    everywhere = (*index.shape, len(scenario.municipality_names), len(scenario.care_forms))
    return apply_tariff_levers(np.broadcast_to(prices, everywhere), scenario, parameters)


def moved(before: Cells, after: Cells) -> tuple[Array, ...]:
    """Return what each factor moved in every cell, in the order of ``FACTORS``.

    The four add up to after.value - before.value.
    """
    shares = product_shares(before.factors, after.factors)
    empty = (before.clients == 0) | (after.clients == 0)
    if empty.any():
        whole = after.value - before.value
        for place, share in enumerate(shares):
            np.copyto(share, whole if place == CLIENTS else 0.0, where=empty)
    return tuple(shares)


def _cells(volumes: xr.Dataset, price: Array, dims: tuple[str, ...]) -> Cells:
    clients, days, units = (
        ordered(volumes, name, dims).astype(np.float64)
        for name in ("clients_in_year", "client_days", "units")
    )
    return Cells(
        price=np.broadcast_to(price, units.shape),
        clients=clients,
        days_per_client=_ratio(days, clients),
        units_per_day=_ratio(units, days),
    )


def _ratio(numbers: Array, per: Array) -> Array:
    return np.divide(numbers, per, out=np.zeros_like(numbers), where=per > 0)
