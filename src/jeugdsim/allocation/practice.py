"""Keys of practice: by use, heads or weights, and those that mix, level or replace other keys.

Every function takes a pool and a key's terms, and gives shares of the shape (draws, years, members).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from jeugdsim.allocation import shares
from jeugdsim.allocation.credibility import credibility
from jeugdsim.allocation.pool_case import PoolCase
from jeugdsim.allocation.shares import NotComputableError
from jeugdsim.funding.levels import levels
from jeugdsim.scenario.findings import listed
from jeugdsim.scenario.keys import KeyTerms

Array = npt.NDArray[np.float64]
_LEAST_YEARS = 2  # of which credibility tells years and members apart


def _actual_use(case: PoolCase, _: KeyTerms) -> Array:
    return shares.actual_use(case.use, case.expected)


def _lagged_use(case: PoolCase, terms: KeyTerms) -> Array:
    own = shares.actual_use(case.use, case.expected)
    return shares.rolling_use(own, case.expected, 1, terms.lag_years)


def _rolling_use(case: PoolCase, terms: KeyTerms) -> Array:
    own = shares.actual_use(case.use, case.expected)
    return shares.rolling_use(own, case.expected, terms.years, terms.lag_years)


def _clients(case: PoolCase, terms: KeyTerms) -> Array:
    """Share by clients; years before the start count as the expected share of euros."""
    own = shares.actual_use(case.clients, case.expected)
    return shares.rolling_use(own, case.expected, terms.years, terms.lag_years)


def _expected_use(case: PoolCase, _: KeyTerms) -> Array:
    return _in_every_draw(case, case.expected)


def _inhabitants(case: PoolCase, _: KeyTerms) -> Array:
    return _in_every_draw(case, shares.per_head(case.inhabitants))


def _youth_population(case: PoolCase, _: KeyTerms) -> Array:
    return _in_every_draw(case, shares.per_head(case.youth))


def _weights(case: PoolCase, terms: KeyTerms) -> Array:
    absent = [name for name in case.member_names if name not in terms.weights]
    if absent:
        raise NotComputableError(f"the key has no weight for {listed(absent)}")
    return _in_every_draw(
        case, shares.per_head(np.array([terms.weights[n] for n in case.member_names]))
    )


def _mix(case: PoolCase, terms: KeyTerms) -> Array:
    mixed = np.zeros(_shape(case))
    for name, part in terms.parts.items():
        mixed += part * _shares_of(case, name)
    return mixed


def _pooled(case: PoolCase, terms: KeyTerms) -> Array:
    """Share what is far above the ordinary by another key: of single children, or of a member."""
    rest = _shares_of(case, terms.rest)
    if terms.above_expected is not None:
        own = shares.actual_use(case.use, case.expected)
        return shares.stopped_at(own, terms.above_expected * case.expected, rest)
    assert terms.above is not None  # a key of this kind has one of both
    return shares.without_excess(case.use, _child_excess(case, terms.above), rest, case.expected)


def _levelled(case: PoolCase, terms: KeyTerms) -> Array:
    own = shares.actual_use(case.use, case.expected)
    return shares.within_band(own, case.expected, _shares_of(case, terms.rest), terms.band)


def _transition(case: PoolCase, terms: KeyTerms) -> Array:
    """Go from one key to another in steps, with a limit on how far a bill may move if there is one."""
    old, new = _shares_of(case, terms.old), _shares_of(case, terms.new)
    part = levels(terms.steps, case.years)[:, None]
    aim = (1.0 - part) * old + part * new
    if terms.most_per_inhabitant is None:
        return np.asarray(aim)
    begun = np.maximum(0, np.array(case.years) - min(terms.steps, default=case.years[-1]) + 1)
    per_member = terms.most_per_inhabitant * case.inhabitants * begun[:, None]
    most = (case.index * case.part_of_bill)[:, :, None] * per_member
    return shares.held_back(old, aim, case.payment, most)


def _credibility(case: PoolCase, _: KeyTerms) -> Array:
    """Share by youth times a rate: own experience so far, as far as it says more than that of all.

    The rates are own use of the years before at the index of price_year, per youth; the youth are
    those of the year itself. With fewer than two years so far it is the expected share.
    """
    found = np.array(_in_every_draw(case, case.expected))
    if len(case.expected) == 1:
        return found
    if np.any(case.youth <= 0):
        raise NotComputableError("credibility asks youth of every member in every year")
    use, index = case.use, case.index[:, :, None]
    rates = np.divide(use, index * case.youth, out=np.zeros_like(use), where=index > 0)
    for year in range(_LEAST_YEARS, len(case.years)):
        known = credibility(rates[:, :year].swapaxes(1, 2), case.youth[:year].T)
        cost = (case.youth[year] * known.rates)[:, None]
        found[:, year] = shares.actual_use(cost, case.expected)[:, 0]
    return found


def _child_excess(case: PoolCase, above: float) -> Array:
    """Return what single children cost above a sum, nominal euros, (draws, years, members)."""
    contract, accounts = case.pool.contract, case.accounts
    forms = {form for _, form in case.scenario.contract_cells(contract)}
    if len(forms) > len(case.pool.care_forms):
        raise NotComputableError(
            f"what children cost above {above:g} euros is counted for contract {contract!r} as a "
            "whole, whose care forms do not all have the same members"
        )
    known = []
    if "child_excess" in accounts:
        known = accounts["child_retentions"].sel(contract=contract).values.tolist()
    if above not in known:
        raise NotComputableError(
            f"what children cost above {above:g} euros is not counted for contract {contract!r}: "
            "give it that sum in child_retentions and simulate"
        )
    of_contract = accounts["child_excess"].sel(contract=contract).isel(retention=known.index(above))
    excess = of_contract.transpose("draw", "year", "municipality").to_numpy()
    return np.asarray(excess[:, :, list(case.pool.members)] * case.index[:, :, None])


def _shares_of(case: PoolCase, key: str) -> Array:
    """Return the shares of another key, of which this one is made."""
    from jeugdsim.allocation.keys import key_shares  # it imports this module for its kinds

    return key_shares(case, key)


def _in_every_draw(case: PoolCase, of_members: Array) -> Array:
    return np.broadcast_to(of_members, _shape(case))


def _shape(case: PoolCase) -> tuple[int, int, int]:
    draws, years = case.index.shape
    return draws, years, len(case.expected)


SHARES: Mapping[str, Callable[[PoolCase, KeyTerms], Array]] = MappingProxyType(
    {
        "actual_use": _actual_use,
        "lagged_use": _lagged_use,
        "rolling_use": _rolling_use,
        "clients": _clients,
        "expected_use": _expected_use,
        "inhabitants": _inhabitants,
        "youth_population": _youth_population,
        "weights": _weights,
        "mix": _mix,
        "pooled": _pooled,
        "levelled": _levelled,
        "transition": _transition,
        "credibility": _credibility,
    }
)
"""What computes each kind of key of practice."""
