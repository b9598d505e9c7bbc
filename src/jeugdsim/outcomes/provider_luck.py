"""The luck of single providers: what differs by chance from their share of the market.

Given all care under a contract, every child goes to a provider with a chance that is the provider's
market share p, and stays with it. So a provider's cost is p times the contract's, plus a deviation with
mean 0 and variance p (1 - p) x the sum over children of their cost squared (a thinned compound Poisson
sum); between years the same children count, so years hang together. Providers share the children out
among them: the covariance of two is - p_g p_h x that sum, and all deviations together are 0.

The sum of squares is expected in closed form at the mean of every assumption, and follows in each draw
the amount of care in it. Deviations are drawn as normal numbers; those of a provider with few children
are in truth a little skewed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.funding.child_costs import ChildCosts, ExpectedChildren
from jeugdsim.funding.market import Group, market_of
from jeugdsim.funding.own_use import ContractAccount, paid_by_share, paid_for_own
from jeugdsim.funding.tariffs import settled_parameters
from jeugdsim.scenario.model import Scenario
from jeugdsim.world.shocks import independent_normals

Array = npt.NDArray[np.float64]
_APART = 1e-10
"""What sets years apart that move as one, as a fraction of a variance, so that a root exists."""


@dataclass(frozen=True)
class SharedOut:
    """A contract shared out among its providers, in the draws of the accounts.

    Attributes
    ----------
    account : ContractAccount
        The contract.
    market : tuple of Group
        Its groups of providers.
    paid : ndarray, shape (groups, draws, years)
        What each group is paid by market share, nominal euros.
    cost : ndarray, shape (draws, years)
        What the care costs all providers.
    paid_for_own : ndarray, shape (groups, draws, years)
        What is paid for a euro of own care.
    cost_ratio : ndarray, shape (draws, 1)
        What a euro of care costs.
    scale : ndarray, shape (draws, years)
        What a draw makes of the lines of ``root``: nominal euros, and its amount of care.
    root : ndarray, shape (lines, lines)
        A root of the products of children's costs: independent normals times it move as they do. Lines
        are care year by year, each followed by what is paid for it where that is no part of care.
    """

    account: ContractAccount
    market: tuple[Group, ...]
    paid: Array
    cost: Array
    paid_for_own: Array
    cost_ratio: Array
    scale: Array
    root: Array

    @property
    def shares(self) -> Array:
        """The groups' market shares, to be multiplied with (groups, draws, years)."""
        return np.array([group.share for group in self.market])[:, None, None]

    @property
    def result(self) -> Array:
        """What each group is left with by market share, shape (groups, draws, years)."""
        return np.asarray(self.paid - self.shares * self.cost)

    @property
    def _paid_apart(self) -> bool:
        return self.account.terms.form == "output_based"

    def with_luck(self) -> tuple[Array, Array]:
        """Return payment and cost of each group, its own luck included, (groups, draws, years).

        What ceilings of single providers then make the contract pay more or less goes by market share,
        so that payments of the groups add up to the contract's.
        """
        luck = [self._care_and_pay(group.name) for group in self.market]
        care, pay = (np.sqrt(self.shares) * np.stack(parts) for parts in zip(*luck, strict=True))
        care = care - self.shares * care.sum(axis=0)
        pay = self.paid_for_own * (pay - self.shares * pay.sum(axis=0))
        pay = pay - self.shares * pay.sum(axis=0)
        return self.paid + pay, self.shares * self.cost + self.cost_ratio * care

    def members(self, at: int) -> Iterator[Array]:
        """Give what each provider of a group is left with beside the mean of the group, (draws, years).

        Parameters
        ----------
        at : int
            Place of the group in the market.
        """
        group = self.market[at]
        if group.providers == 1 or self.is_even(at):
            nothing = np.zeros_like(self.scale)
            yield from (nothing for _ in range(group.providers))
            return
        mean = np.zeros_like(self.scale)
        for number in range(group.providers):
            mean += self._one(at, number) / group.providers
        for number in range(group.providers):
            yield self._one(at, number) - mean

    def is_even(self, at: int) -> bool:
        """Tell whether own care of a group's providers changes no result: it is paid what it costs."""
        paid_what_it_costs = np.isclose(self.paid_for_own[at], self.cost_ratio, rtol=1e-12, atol=0.0)
        return not self._paid_apart and bool(paid_what_it_costs.all())

    def own_variance(self, at: int, years: slice) -> Array:
        """Return the variance of a result for p (1 - p) = 1, in each draw, shape (draws,).

        Parameters
        ----------
        at : int
            Place of the group in the market.
        years : slice
            The years whose results are summed.
        """
        paid, cost = self.paid_for_own[at], np.broadcast_to(self.cost_ratio, self.scale.shape)
        if self._paid_apart:
            weights = np.stack([-cost * self.scale, paid * self.scale], axis=2)
        else:
            weights = ((paid - cost) * self.scale)[:, :, None]
        counted = np.zeros_like(weights)
        counted[:, years] = weights[:, years]
        moved = counted.reshape(len(counted), -1) @ self.root
        return np.asarray((moved**2).sum(axis=1))

    def _one(self, at: int, number: int) -> Array:
        """Return a provider's own result before the mean of its group is taken off, (draws, years)."""
        group = self.market[at]
        care, pay = self._care_and_pay(f"{group.name}.{number + 1}")
        own = self.paid_for_own[at] * pay - self.cost_ratio * care
        return np.asarray(np.sqrt(group.each) * own)

    def _care_and_pay(self, whose: str) -> tuple[Array, Array]:
        """Return own care, and what it is paid for, for p = 1: each (draws, years), keyed by name."""
        stream = f"providers.{self.account.name}.{whose}"
        if not self._paid_apart:
            care = self.scale * (self._normals(stream) @ self.root.T)
            return care, care
        both = np.stack([self._normals(stream), self._normals(f"{stream}.paid")], axis=2)
        lines = both.reshape(len(both), -1) @ self.root.T
        return self.scale * lines[:, ::2], self.scale * lines[:, 1::2]

    def _normals(self, stream: str) -> Array:
        accounts, years = self.account.accounts, self.account.scenario.calendar_years
        numbers = accounts["draw"].to_numpy()
        first, seed = int(numbers.min()), int(accounts.attrs["seed"])
        span = int(numbers.max()) + 1 - first
        return np.asarray(independent_normals(seed, stream, years, span, first)[numbers - first])


def shared_out(
    accounts: xr.Dataset,
    scenario: Scenario,
    contracts: Sequence[str],
    children: Mapping[str, ChildCosts] | None = None,
) -> Iterator[SharedOut]:
    """Give contracts of the accounts shared out among their providers.

    Parameters
    ----------
    accounts : xarray.Dataset
        From ``settle``.
    scenario : Scenario
        What is assumed.
    contracts : sequence of str
        Which contracts.
    children : mapping of contract to ChildCosts, optional
        From ``costs_of_children``, where they have been worked out before.
    """
    parameters = settled_parameters(scenario, accounts)
    known = costs_of_children(scenario, contracts) if children is None else children
    for name in contracts:
        account = ContractAccount(name, scenario, accounts, parameters)
        expected = known[name] if name in known else _no_chance(account)
        yield _of_account(account, market_of(account.terms), expected)


def costs_of_children(scenario: Scenario, contracts: Sequence[str]) -> dict[str, ChildCosts]:
    """Return what children are expected to cost, for the contracts whose providers have luck.

    Parameters
    ----------
    scenario : Scenario
        What is assumed.
    contracts : sequence of str
        Which contracts.
    """
    children = ExpectedChildren(scenario)
    return {
        name: children.costs(name)
        for name in contracts
        if any(0.0 < group.each < 1.0 for group in market_of(scenario.settings.contracts[name]))
    }


def _of_account(account: ContractAccount, market: tuple[Group, ...], expected: ChildCosts) -> SharedOut:
    return SharedOut(
        account=account,
        market=market,
        paid=paid_by_share(account, market),
        cost=account.of("provider_cost"),
        paid_for_own=paid_for_own(account, market, expected),
        cost_ratio=account.cost_ratio,
        scale=_scale(account, expected.value),
        root=_root(expected.products),
    )


def _no_chance(account: ContractAccount) -> ChildCosts:
    """Return costs of children that leave nothing to chance, for a contract with one provider."""
    years = account.index.shape[1]
    lines = 2 * years if account.terms.form == "output_based" else years
    return ChildCosts(np.zeros(years), np.zeros(years), np.zeros((lines, lines)))


def _scale(account: ContractAccount, expected_value: Array) -> Array:
    """Return what a draw makes of expected deviations: they grow as the root of the amount of care."""
    real = account.value_at_cost / account.index
    there = expected_value > 0
    amount = np.where(there, real / np.where(there, expected_value, 1.0), 0.0)
    return np.asarray(account.index * np.sqrt(amount))


def _root(products: Array) -> Array:
    """Return the lower root of products: a further year changes nothing in the years before it."""
    size = np.sqrt(np.diag(products))
    per_size = np.divide(1.0, size, out=np.zeros_like(size), where=size > 0)
    correlation = products * np.outer(per_size, per_size)
    np.fill_diagonal(correlation, 1.0 + _APART)
    return np.asarray(size[:, None] * np.linalg.cholesky(correlation))
