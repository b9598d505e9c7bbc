"""A pool as a key sees it: plain arrays on (draws, years, members), and other keys by name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.allocation.pools import Pool
from jeugdsim.engine.plan import youth_by_year
from jeugdsim.funding.settlement import ordered
from jeugdsim.scenario.contracts import Contract
from jeugdsim.scenario.model import Scenario

Array = npt.NDArray[np.float64]
_CELL_DIMS = ("draw", "year", "municipality", "care_form")


@dataclass(frozen=True)
class PoolCase:
    """What a key may share a pool's payment by.

    Attributes
    ----------
    scenario : Scenario
        Keys, populations, contracts.
    accounts : xarray.Dataset
        From ``settle``.
    pool : Pool
        Contract, members and care forms.
    """

    scenario: Scenario
    accounts: xr.Dataset
    pool: Pool

    @property
    def terms(self) -> Contract:
        """The terms of its contract."""
        return self.scenario.settings.contracts[self.pool.contract]

    @property
    def years(self) -> tuple[int, ...]:
        """Calendar years."""
        return self.scenario.calendar_years

    @property
    def expected(self) -> Array:
        """Expected shares of the reference's first year, shape (members,), sum 1."""
        return self.pool.expected_shares

    @property
    def part(self) -> float:
        """The pool's part of its contract's payment and agreed budget, fraction."""
        return sum(weight for _, weight in self.pool.segment_weights)

    @cached_property
    def use(self) -> Array:
        """Own use at tariff and index, nominal euros, shape (draws, years, members)."""
        return self._of_members("use_value")

    @cached_property
    def clients(self) -> Array:
        """Own clients in the year, shape (draws, years, members).

        Raises
        ------
        ValueError
            When the accounts do not hold them.
        """
        if "clients_in_year" not in self.accounts:
            raise ValueError(
                "a key by clients needs clients_in_year, which these accounts do not hold: simulate "
                "with it among the variables, or without variables to keep all, and settle again"
            )
        return self._of_members("clients_in_year")

    @cached_property
    def payment(self) -> Array:
        """What is paid for the pool, nominal euros, shape (draws, years).

        A P x Q contract is divided by own use, any other by the expected cost of its pools.
        """
        paid = self._of_contract("payment")
        if self.terms.form != "pxq":
            return np.asarray(paid * self.part)
        own, whole = self.use.sum(axis=2), self._contract_use
        return np.asarray(np.divide(own * paid, whole, out=np.zeros_like(paid), where=whole > 0))

    @cached_property
    def part_of_bill(self) -> Array:
        """The pool's part of all that is not P x Q (of all, if it is), fraction, (draws, years)."""
        forms = {name: terms.form for name, terms in self.scenario.settings.contracts.items()}
        shared = [name for name, form in forms.items() if form != "pxq" or self.terms.form == "pxq"]
        paid = self.accounts["payment"].sel(contract=shared).sum("contract")
        whole = paid.transpose("draw", "year").to_numpy()
        return np.asarray(np.divide(self.payment, whole, out=np.zeros_like(whole), where=whole > 0))

    @cached_property
    def budget(self) -> Array:
        """The pool's part of the agreed budget, nominal euros, NaN without one, (draws, years)."""
        return np.asarray(self._of_contract("agreed_budget") * self.part)

    @cached_property
    def index(self) -> Array:
        """Index as paid, shape (draws, years)."""
        return ordered(self.accounts, "index_provisional", ("draw", "year"))

    @cached_property
    def youth(self) -> Array:
        """Youth on 1 January, shape (years, members)."""
        return np.asarray(youth_by_year(self.scenario)[list(self.pool.members)].T)

    @cached_property
    def inhabitants(self) -> Array:
        """Inhabitants on 1 January, shape (years, members)."""
        persons = {(row.municipality, row.year): row.inhabitants for row in self.scenario.population}
        return np.array(
            [[persons[town, year] for town in self.member_names] for year in self.years],
            dtype=np.float64,
        )

    @cached_property
    def coalition_costs_by_level(self) -> dict[float, Array]:
        """What coalitions would pay alone, as far as asked; ``coalitions`` fills it, once per level."""
        return {}

    @property
    def member_names(self) -> tuple[str, ...]:
        """Names of the members, in the order of the arrays."""
        return tuple(self.scenario.municipality_names[place] for place in self.pool.members)

    @cached_property
    def _contract_use(self) -> Array:
        cells = self.scenario.contract_cells(self.pool.contract)
        towns = [self.scenario.municipality_names.index(town) for town, _ in cells]
        forms = [self.scenario.care_form_names.index(form) for _, form in cells]
        use = ordered(self.accounts, "use_value", _CELL_DIMS)
        return np.asarray(use[:, :, towns, forms].sum(axis=2))

    def _of_members(self, name: str) -> Array:
        cells = ordered(self.accounts, name, _CELL_DIMS)
        members, forms = np.array(self.pool.members), np.array(self.pool.care_forms)
        return np.asarray(cells[:, :, members[:, None], forms].sum(axis=3), dtype=np.float64)

    def _of_contract(self, name: str) -> Array:
        return ordered(self.accounts.sel(contract=self.pool.contract), name, ("draw", "year"))
