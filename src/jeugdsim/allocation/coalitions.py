"""What every coalition of a pool's members would pay if it went alone under the same terms.

A coalition S takes along its own use, C_S, and its part of the agreed budget by expected cost, e_S:

    L_S = rule(C_S, e_S B) + e_S (T - rule(C, B))

rule is the contract's risk sharing (bands or a minimum saving; without either the budget), T what is
paid for the whole pool, so that the members together pay what they do pay. Whatever rule leaves of T,
such as cover per child or a bail-out, goes along in the same part e_S. Without an agreed budget (P x Q,
output) a coalition pays for its own use, as far as that is paid: L_S = T C_S / C.

Coalitions are told by mask, as in ``games``. They are taken a block at a time, because all of them in
all draws at once would not fit in memory.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from jeugdsim.allocation.games import MOST_MEMBERS
from jeugdsim.allocation.pool_case import PoolCase
from jeugdsim.allocation.pools import shareable_cost
from jeugdsim.allocation.risk import LEVEL, cvar
from jeugdsim.allocation.shares import NotComputableError
from jeugdsim.funding.levels import levels
from jeugdsim.funding.rules.corridor import shared_payment
from jeugdsim.funding.rules.minimum_savings import minimum_savings
from jeugdsim.scenario.contracts import Contract

Array = npt.NDArray[np.float64]
_BLOCK = 1 << 17
"""Numbers in a block of coalitions x draws: a megabyte stays in the processor's cache."""


def coalition_costs(case: PoolCase, level: float = LEVEL) -> Array:
    """Return what every coalition would pay alone, its risk included, shape (years, 2^members).

    c(S) = CVaR(L_S) + alone_per_year x the pool's part of all expected cost x mean index; c of nobody
    is 0. A case keeps what it once computed.

    Parameters
    ----------
    case : PoolCase
        The pool.
    level : float
        Where the tail of the risk begins, 0 or more and below 1; 0.9 is the worst tenth of the draws.

    Raises
    ------
    NotComputableError
        When the pool has more members than coalitions can be counted of.
    """
    if level not in case.coalition_costs_by_level:
        costs = _costs(case, level)
        costs.flags.writeable = False
        case.coalition_costs_by_level[level] = costs
    return case.coalition_costs_by_level[level]


def single_payments(case: PoolCase) -> Array:
    """Return what each member would pay alone, L_i, shape (draws, years, members)."""
    return np.stack([_of_year(case, year).singles().T for year in range(len(case.years))], axis=1)


def payments_alone(case: PoolCase, year: int) -> Iterator[Array]:
    """Give L_S of one year, blocks of coalitions in order of mask, each (coalitions, draws).

    Parameters
    ----------
    case : PoolCase
        The pool.
    year : int
        The place of the year in the run.

    Raises
    ------
    NotComputableError
        When the pool has more members than coalitions can be counted of.
    """
    check_members(case)
    return _of_year(case, year).blocks()


def check_members(case: PoolCase) -> None:
    """Refuse a pool of more members than coalitions can be counted of.

    Raises
    ------
    NotComputableError
        When there are more than ``games.MOST_MEMBERS``.
    """
    members = len(case.pool.members)
    if members > MOST_MEMBERS:
        raise NotComputableError(
            f"contract {case.pool.contract!r} has {members} members that share one bill, too many to "
            f"ask what each of their coalitions would pay alone: at most {MOST_MEMBERS}. The keys "
            "euler, covariance and loaded ask it of single members only"
        )


@dataclass(frozen=True)
class _Alone:
    """A pool in one year, as a rule for any part of it.

    Attributes
    ----------
    terms : Contract
        The terms that a coalition would have too.
    use : ndarray, shape (members, draws)
        Own use; without a budget the payment by own use.
    expected : ndarray, shape (members,)
        Expected shares, sum 1.
    budget : ndarray, shape (draws,), or None
        What is agreed for the pool.
    by_rule : float
        The part of the contract that is settled task-based this year, the rest P x Q, fraction.
    beside : ndarray, shape (draws,)
        What is paid beside the rule.
    """

    terms: Contract
    use: Array
    expected: Array
    budget: Array | None
    by_rule: float
    beside: Array

    def payments(self, use: Array, part: Array) -> Array:
        """Return what coalitions pay for their use (coalitions, draws) and part (coalitions, 1)."""
        if self.budget is None:
            return use
        return self.agreed(use, part * self.budget) + part * self.beside

    def agreed(self, use: Array, budget: Array) -> Array:
        """Return what risk sharing pays, and P x Q for the part that is not task-based yet."""
        if self.terms.minimum_savings is not None:
            rule = minimum_savings(use, budget, **self.terms.minimum_savings.model_dump())
        else:
            rule = shared_payment(use, budget, self.terms.loss_bands, self.terms.gain_bands)
        return self.by_rule * rule + (1.0 - self.by_rule) * use

    def blocks(self) -> Iterator[Array]:
        """Give what all coalitions pay, in blocks of (coalitions, draws)."""
        members, draws = self.use.shape
        within = min(members, int(np.log2(max(_BLOCK // draws, 1))))
        parts = _blocks_of_sums(self.expected[:, None], within)
        for use, part in zip(_blocks_of_sums(self.use, within), parts, strict=True):
            yield self.payments(use, part)

    def singles(self) -> Array:
        """Return what each member pays alone, shape (members, draws)."""
        return self.payments(self.use, self.expected[:, None])


def _of_year(case: PoolCase, year: int) -> _Alone:
    use = np.ascontiguousarray(case.use[:, year].T)
    paid, budget = case.payment[:, year], case.budget[:, year]
    total = use.sum(axis=0)
    if np.isnan(budget).any():
        share = np.where(total > 0, use / np.where(total > 0, total, 1.0), case.expected[:, None])
        return _Alone(case.terms, share * paid, case.expected, None, 1.0, np.zeros_like(paid))
    steps = case.terms.transition
    by_rule = float(levels(steps, [case.years[year]])[0]) if steps else 1.0
    alone = _Alone(case.terms, use, case.expected, budget, by_rule, np.zeros_like(paid))
    return replace(alone, beside=paid - alone.agreed(total, budget))


def _costs(case: PoolCase, level: float) -> Array:
    check_members(case)
    years = [_of_year(case, year) for year in range(len(case.years))]
    with ThreadPoolExecutor(min(len(years), os.cpu_count() or 1)) as threads:
        costs = np.stack(list(threads.map(partial(_tail_means, level), years)))
    costs[:, 1:] += _fixed_cost_alone(case)[:, None]
    costs[:, 0] = 0.0
    return costs


def _tail_means(level: float, year: _Alone) -> Array:
    return np.concatenate([cvar(block.T, level) for block in year.blocks()])


def _fixed_cost_alone(case: PoolCase) -> Array:
    """Return what going alone costs any coalition whatever its use, nominal, shape (years,)."""
    fixed = case.scenario.settings.allocation.fixed_cost
    if fixed is None or fixed.alone_per_year == 0:
        return np.zeros(len(case.years))
    cost = shareable_cost(case.scenario, case.accounts)
    part = cost[np.ix_(case.pool.members, case.pool.care_forms)].sum() / cost.sum()
    return np.asarray(fixed.alone_per_year * part * case.index.mean(axis=0))


def _blocks_of_sums(values: Array, within: int) -> Iterator[Array]:
    """Give the sums over the members of every coalition, in order of mask.

    Parameters
    ----------
    values : ndarray, shape (members, columns)
        What is summed.
    within : int
        The first so many members make up a block, the others are the same within it.
    """
    first = _sums(values[:within], values.shape[1])
    others = values[within:]
    for mask in range(1 << len(others)):
        inside = [place for place in range(len(others)) if mask >> place & 1]
        yield first + others[inside].sum(axis=0)


def _sums(values: Sequence[Array] | Array, columns: int) -> Array:
    """Return the sums over all subsets of a few rows, shape (2^rows, columns)."""
    sums = np.zeros((1 << len(values), columns))
    for place, row in enumerate(values):
        np.add(sums[: 1 << place], row, out=sums[1 << place : 2 << place])
    return sums
