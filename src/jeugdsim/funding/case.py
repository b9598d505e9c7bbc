"""One contract as its rules see it: its terms, and plain arrays on (draws, years)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.engine.fingerprint import scope_hash
from jeugdsim.engine.labels import SCOPES
from jeugdsim.funding.rules.extension import price_after
from jeugdsim.funding.yardstick import Yardstick
from jeugdsim.scenario.contracts import Contract
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.numbers import Number
from jeugdsim.world.chances import chance_uniforms
from jeugdsim.world.parameters import Parameters

Array = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]
_CELL_DIMS = ("draw", "year", "municipality", "care_form")
_BLOCK_ROWS = 512


@dataclass(frozen=True)
class Case:
    """A contract to be settled.

    Attributes
    ----------
    name : str
        Its id.
    terms : Contract
        What was agreed.
    years : sequence of int
        Calendar years.
    use : ndarray, shape (draws, years)
        The value of the care at the tariff that holds (C), nominal euros.
    care_cost : ndarray, shape (draws, years)
        What the care costs the providers, nominal euros.
    index : ndarray, shape (draws, years)
        Index as paid, L.
    resets : ndarray, shape (draws, years)
        What tariff resets make of the contract's price, 1 without.
    youth : ndarray, shape (years,)
        Youth of the members on 1 January.
    places : ndarray of bool, shape (municipalities, care forms)
        Where its demand stands.
    parameters : Parameters
        Drawn assumptions.
    volumes : xarray.Dataset
        What was simulated.
    yardstick : Yardstick
        What is expected in the reference.
    """

    name: str
    terms: Contract
    years: Sequence[int]
    use: Array
    care_cost: Array
    index: Array
    resets: Array
    youth: Array
    places: Truths
    parameters: Parameters
    volumes: xr.Dataset
    yardstick: Yardstick

    def number(self, field: str, number: Number) -> Array:
        """Return a term per draw, shape (draws,)."""
        return self.parameters.of(f"contracts.{self.name}.{field}", number)

    def chance(self, purpose: str) -> Array:
        """Return uniforms of this contract, shape (draws, years), the same whatever is settled."""
        draws = self.volumes["draw"].to_numpy()
        seed = int(self.volumes.attrs["seed"])
        return chance_uniforms(seed, purpose, self.name, draws, self.years)

    @property
    def later_price(self) -> Array:
        """The factor on the price in the years of an extension, (draws, years): 1 before them."""
        extension = self.terms.extension
        if extension is None:
            return np.ones_like(self.index)
        change = self.number("extension.price_change", extension.price_change)
        return price_after(change, len(self.years), extension.after_years)

    @property
    def expected_cost(self) -> float:
        """What its care is expected to cost in the reference's first year, euros of price_year."""
        return float(self.yardstick.cost[self.places].sum())

    def expected(self, quantity: str) -> float:
        """Return what is expected in the reference's first year, summed over its cells."""
        return float(self.yardstick.of(quantity)[self.places].sum())

    def still_there(self, quantity: str) -> Array:
        """Return what changes of membership leave of its care that its budget follows, shape (years,).

        1 where there are none, or where the budget does not follow them.
        """
        if not self.terms.follows_changes:
            return np.ones(len(self.years))
        return self.yardstick.still_there(quantity, self.places)

    def since_the_start(self, quantity: str) -> Array:
        """Return the same as a part of what is still there in the first year, shape (years,).

        That is for what is expected in the first year itself, in which its changes are already.
        """
        share = self.still_there(quantity)
        return np.asarray(share / share[0] if share[0] > 0 else np.ones_like(share))

    def count(self, quantity: str) -> Array:
        """Return a volume summed over its cells, shape (draws, years).

        Raises
        ------
        ValueError
            When the volumes do not hold it.
        """
        return sum_over(self.places, self._of_cells(quantity))

    def count_by_form(self, quantity: str) -> Array:
        """Return a volume summed over its members, shape (draws, years, care forms).

        Raises
        ------
        ValueError
            When the volumes do not hold it.
        """
        cells = self._of_cells(quantity)
        rows = cells.reshape(-1, self.places.size)
        forms, towns = np.nonzero(self.places.T)  # in order of form
        own, first_of_form = np.unique(forms, return_index=True)
        total = np.zeros((len(rows), cells.shape[3]))
        for first in range(0, len(rows), _BLOCK_ROWS):
            block = slice(first, first + _BLOCK_ROWS)
            counts = rows[block].take(towns * cells.shape[3] + forms, axis=1)
            total[block, own] = np.add.reduceat(counts, first_of_form, axis=1)
        return total.reshape(*cells.shape[:2], cells.shape[3])

    def _of_cells(self, quantity: str) -> npt.NDArray[Any]:
        if quantity not in self.volumes:
            raise ValueError(
                f"contract {self.name!r} is settled on {quantity}, which these volumes do not hold"
            )
        return np.ascontiguousarray(self.volumes[quantity].transpose(*_CELL_DIMS).to_numpy())


def sum_over(places: Truths, cells: npt.NDArray[Any]) -> Array:
    """Sum (draws, years, municipalities, care forms) over the places of a contract, in small blocks.

    Blocks keep what is gathered in the processor's cache: the sum takes no memory of its own.
    """
    rows = cells.reshape(-1, places.size)
    own = np.flatnonzero(places)
    total = np.empty(len(rows))
    for first in range(0, len(rows), _BLOCK_ROWS):
        block = slice(first, first + _BLOCK_ROWS)
        rows[block].take(own, axis=1).sum(axis=1, dtype=np.float64, out=total[block])
    return total.reshape(cells.shape[:2])


def counts_children_of(volumes: xr.Dataset, scenario: Scenario, contract: str) -> bool:
    """Tell whether volumes hold what single children cost under a contract of this name and scope."""
    if "child_excess" not in volumes or contract not in volumes["contract"].to_numpy():
        return False
    scopes = json.loads(volumes.attrs.get(SCOPES, "{}"))
    return bool(scopes.get(contract, scope_hash(scenario, contract)) == scope_hash(scenario, contract))


@dataclass(frozen=True)
class Settled:
    """What a contract pays, shape (draws, years), nominal euros.

    Attributes
    ----------
    payment : ndarray
        What the municipalities pay, bail-outs included.
    agreed_budget : ndarray
        The sum agreed beforehand; NaN for a form that has none.
    reinsurance : ndarray
        What reinsurers pay the providers, less premiums.
    bail_out : ndarray
        The part of the payment that tops up lost reserves.
    """

    payment: Array
    agreed_budget: Array
    reinsurance: Array
    bail_out: Array

    @classmethod
    def plain(cls, payment: Array, agreed_budget: Array | None = None) -> Settled:
        """Return a payment without reinsurance and bail-outs; no budget is NaN."""
        nothing = np.zeros_like(payment)
        budget = np.full_like(payment, np.nan) if agreed_budget is None else agreed_budget
        return cls(payment, budget, nothing, nothing)
