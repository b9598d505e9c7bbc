"""What one contract pays its providers: by market share, and for what each delivers beside that.

A provider's care differs by chance from its market share. Under P x Q it is paid for its own care, so
what it delivers more or less is paid, up to a ceiling at the rate that holds there. A task-based sum or
a fee for places goes by market share: what a provider delivers more or less is its own gain or loss.
In a transition, and after an early end, the part that is paid P x Q follows own care.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.funding.child_costs import ChildCosts
from jeugdsim.funding.forms.pxq import ceiling_sum, paid_under
from jeugdsim.funding.levels import levels
from jeugdsim.funding.market import Group
from jeugdsim.funding.reference import reference_units
from jeugdsim.funding.rules.extension import price_after
from jeugdsim.funding.rules.termination import ended
from jeugdsim.funding.settlement import contract_places, mean_reset, ordered
from jeugdsim.funding.tariffs import reset_factors
from jeugdsim.funding.yardstick import Yardstick
from jeugdsim.scenario.contracts import Ceiling, Contract, Termination
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.numbers import Number
from jeugdsim.world.chances import chance_uniforms
from jeugdsim.world.parameters import Parameters

Array = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]
_CELL_DIMS = ("draw", "year", "municipality", "care_form")
_CONTRACT_DIMS = ("draw", "year", "contract")
_NEARBY = 1e-6
"""The step, as a fraction, by which the slope of a ceiling is measured."""


@dataclass(frozen=True)
class ContractAccount:
    """One contract in the accounts.

    Attributes
    ----------
    name : str
        The contract.
    scenario : Scenario
        What is assumed.
    accounts : xarray.Dataset
        From ``settle``.
    parameters : Parameters
        Drawn assumptions, from ``settled_parameters``.
    """

    name: str
    scenario: Scenario
    accounts: xr.Dataset
    parameters: Parameters

    @property
    def terms(self) -> Contract:
        """What was agreed."""
        return self.scenario.settings.contracts[self.name]

    def number(self, field: str, number: Number) -> Array:
        """Return a term per draw, shape (draws, 1)."""
        return self.parameters.of(f"contracts.{self.name}.{field}", number)[:, None]

    def of(self, quantity: str) -> Array:
        """Return a quantity of the accounts, shape (draws, years), nominal euros."""
        at = self.scenario.contract_names.index(self.name)
        return ordered(self.accounts, quantity, _CONTRACT_DIMS)[:, :, at]

    @property
    def index(self) -> Array:
        """The index as paid, shape (draws, years)."""
        return ordered(self.accounts, "index_provisional", ("draw", "year"))

    @property
    def cost_ratio(self) -> Array:
        """What care costs over its tariff, shape (draws, 1)."""
        return self.number("cost_ratio", self.terms.cost_ratio)

    @property
    def use(self) -> Array:
        """The value of the care at the tariff that is paid, shape (draws, years)."""
        value = ordered(self.accounts, "use_value", _CELL_DIMS)
        return np.asarray(value[:, :, contract_places(self.scenario, self.name)].sum(axis=2))

    @property
    def value_at_cost(self) -> Array:
        """The value of the care before tariff resets and levers, shape (draws, years)."""
        care_cost = self.of("provider_cost")
        if "reinsurance" in self.accounts:
            care_cost = care_cost + self.of("reinsurance")
        ratio = self.cost_ratio
        at_ratio = care_cost / np.where(ratio > 0, ratio, 1.0)
        return np.where(ratio > 0, at_ratio, self.of("care_value"))

    @property
    def revenue(self) -> Array:
        """The first year's agreed budget, its payment where none is agreed; shape (draws,).

        NaN for plain P x Q, of which no provider loses a reserve.
        """
        budget, payment = self.of("agreed_budget")[:, 0], self.of("payment")[:, 0]
        if self.terms.pays_all_use:
            return budget
        return np.where(np.isnan(budget), payment, budget)


def paid_by_share(account: ContractAccount, market: tuple[Group, ...]) -> Array:
    """Return what each group is paid at its market share, shape (groups, draws, years).

    A ceiling for each provider is worked out on every group's own share of it.
    """
    payment, terms = account.of("payment"), account.terms.ceiling
    if terms is None or terms.per == "contract":
        return np.stack([group.share * payment for group in market])
    most = _ceiling_of(account, terms)
    parts = [
        paid_under(terms, group.share * account.use, group.ceiling_share * most) for group in market
    ]
    return np.stack(parts) * _price_after(account)


def paid_for_own(account: ContractAccount, market: tuple[Group, ...], expected: ChildCosts) -> Array:
    """Return what is paid for a euro of own care, shape (groups, draws, years).

    A euro of care before resets and levers that a provider delivers beside its market share. Of an
    output-based contract it is the price level: there a provider is paid for its own trajectories.
    """
    value, terms = account.value_at_cost, account.terms
    there = np.where(value > 0, value, 1.0)
    level, resets = account.use / there, account.of("care_value") / there
    if terms.form == "pxq":
        paid = level * _price_after(account) * _slope(account, market)
    elif terms.form == "task_based":
        paid = level * _part_by_unit(account)
    elif terms.form == "output_based":
        paid = resets * _price_after(account)
    else:
        units = np.divide(
            expected.units, expected.value, out=np.zeros_like(expected.units), where=expected.value > 0
        )
        fee = account.number("fee_per_use", terms.fee_per_use)
        paid = fee * units * resets * _price_after(account)
    return np.broadcast_to(paid, (len(market), *value.shape))


def _part_by_unit(account: ContractAccount) -> Array:
    """Return how much of a unit is paid P x Q under a task-based contract."""
    terms = account.terms
    years = account.scenario.calendar_years
    by_unit = np.zeros_like(account.index)
    if terms.transition:
        by_unit += 1.0 - levels(terms.transition, years)
    if terms.termination is not None:
        change = account.number("termination.price_change", terms.termination.price_change)
        by_unit = np.where(_has_ended(account, terms.termination), 1.0 + change, by_unit)
    return by_unit


def _has_ended(account: ContractAccount, terms: Termination) -> Truths:
    """Return in which years the contract has ended early, shape (draws, years)."""
    accounts, years = account.accounts, account.scenario.calendar_years
    seed, draws = int(accounts.attrs["seed"]), accounts["draw"].to_numpy()
    chance = account.number("termination.chance_per_year", terms.chance_per_year)
    happens = chance_uniforms(seed, "termination", account.name, draws, years) < chance
    first = years[0] if terms.first_year is None else terms.first_year
    may_end = np.broadcast_to(np.array(years) >= first, happens.shape)
    if terms.only_when_reserve_is_lost:
        result = account.of("provider_result")
        if "bail_out" in accounts:
            result = result - account.of("bail_out")
        reserve = account.terms.reserve * account.of("agreed_budget")[:, :1]
        may_end = may_end & (np.cumsum(result, axis=1) < -reserve)
    return ended(happens, may_end)


def _price_after(account: ContractAccount) -> Array:
    """Return the factor on the price in years of an extension, shape (draws, years)."""
    extension = account.terms.extension
    if extension is None:
        return np.ones_like(account.index)
    change = account.number("extension.price_change", extension.price_change)[:, 0]
    return price_after(change, account.index.shape[1], extension.after_years)


def _slope(account: ContractAccount, market: tuple[Group, ...]) -> Array:
    """Return what is paid of a little more care, (groups, draws, years); (1, 1, 1) without ceiling."""
    terms = account.terms.ceiling
    if terms is None:
        return np.ones((1, 1, 1))
    use, most = account.use, _ceiling_of(account, terms)
    parts = [(1.0, 1.0)]
    if terms.per == "provider":
        parts = [(group.share, group.ceiling_share) for group in market]
    slopes = []
    for share, part in parts:
        step = np.maximum(_NEARBY * share * use, _NEARBY)
        value = share * use
        more = paid_under(terms, value + step, part * most) - paid_under(terms, value, part * most)
        slopes.append(more / step)
    return np.stack(slopes)


def _ceiling_of(account: ContractAccount, terms: Ceiling) -> Array:
    """Return the contract's ceiling, nominal, shape (draws, years)."""
    scenario, accounts = account.scenario, account.accounts
    yardstick = Yardstick(scenario, reference_units(scenario, accounts), None)
    places = contract_places(scenario, account.name)
    resets = reset_factors(scenario, account.parameters, accounts)
    growth = account.number("volume_growth_per_year", account.terms.volume_growth_per_year)
    prices = account.index * mean_reset(resets, places, yardstick)
    return ceiling_sum(terms, float(yardstick.cost[places].sum()), prices, growth[:, 0])
