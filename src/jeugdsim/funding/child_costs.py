"""What the care of single children is expected to cost, year by year: the size of a provider's luck.

When all care under a contract is known, which provider has which child is still chance. What that is
worth follows from the squares of children's costs, and from their products between years: a child in
care over New Year counts in both. In closed form: everybody is let in at once and nobody grows too old,
also where places or ages limit care.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from jeugdsim.engine.child_products import Worth, child_products
from jeugdsim.engine.expected import (
    Flows,
    expected_units,
    flows_of,
    moment_at_the_mean,
)
from jeugdsim.engine.network import Moment, Network, make_network
from jeugdsim.funding.forms.output_based import trajectory_prices
from jeugdsim.funding.rules.output_based import unpaid_returns
from jeugdsim.funding.settlement import contract_places
from jeugdsim.funding.yardstick import Yardstick
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.numbers import mean_of

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ChildCosts:
    """Expected costs of children under one contract, euros of price_year.

    Attributes
    ----------
    value : ndarray, shape (years,)
        All care at its tariff.
    units : ndarray, shape (years,)
        All units.
    products : ndarray, shape (lines, lines)
        E[sum over children of line i x line j]. Lines are what a child's care is worth at its tariff in
        each year. Under an output-based contract each year has a second line after it, what is paid for
        the child: its trajectories that start and end.
    """

    value: Array
    units: Array
    products: Array


@dataclass(frozen=True)
class ExpectedChildren:
    """A scenario's children in closed form, every assumption at its mean, no shocks.

    Attributes
    ----------
    scenario : Scenario
        What is assumed, with its levers and responses.
    """

    scenario: Scenario

    def costs(self, name: str, threads: int | None = None) -> ChildCosts:
        """Return what children under a contract are expected to cost.

        Parameters
        ----------
        name : str
            The contract.
        threads : int, optional
            Threads; by default the processors at hand.
        """
        units = self._units * contract_places(self.scenario, name)
        products = child_products(
            self._network, self._moment, self._flows.arrivals, self._worth(name), threads
        )
        return ChildCosts(
            value=np.asarray((units * self._tariffs).sum(axis=(1, 2))),
            units=np.asarray(units.sum(axis=(1, 2))),
            products=products,
        )

    @cached_property
    def _network(self) -> Network:
        return make_network(self.scenario)

    @cached_property
    def _moment(self) -> Moment:
        return moment_at_the_mean(self._network)

    @cached_property
    def _flows(self) -> Flows:
        return flows_of(self._network, self._moment)

    @cached_property
    def _units(self) -> Array:
        return expected_units(self._network, self._moment, self._flows)

    @cached_property
    def _tariffs(self) -> Array:
        return np.array([mean_of(row.tariff) for row in self.scenario.care_forms])

    @cached_property
    def _yardstick(self) -> Yardstick:
        return Yardstick(self.scenario, None, None)

    def _worth(self, name: str) -> Worth:
        """Return what a unit, a start and an end count for: as care, and as what is paid."""
        places = contract_places(self.scenario, name)
        care = places * self._tariffs
        nothing = np.zeros_like(care)
        if self.scenario.settings.contracts[name].form != "output_based":
            return Worth(*(np.stack([of]) for of in (care, nothing, nothing)))
        at_start, at_end = self._trajectory_prices(name, places)
        return Worth(
            per_unit=np.stack([care, nothing]),
            per_start=np.stack([nothing, places * at_start]),
            per_end=np.stack([nothing, places * at_end]),
        )

    def _trajectory_prices(self, name: str, places: npt.NDArray[np.bool_]) -> tuple[Array, Array]:
        """Return what is paid when a trajectory starts, and when it ends, by care form."""
        terms = self.scenario.settings.contracts[name]
        price = trajectory_prices(terms, places, self._yardstick)
        monthly = np.array([mean_of(terms.return_chance_per_month)])
        price = price * (1.0 - unpaid_returns(monthly, terms.unpaid_return_months)[0])
        return price * terms.paid_at_start, price * (1.0 - terms.paid_at_start)
