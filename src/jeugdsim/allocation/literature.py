"""Keys of the literature: shares from what each coalition, or each member, would pay alone.

They follow from all draws of the accounts together and are known before the year begins: the same in
every draw. ``coalitions`` says what going alone would cost, ``games`` and ``risk`` how that is shared.
One function per kind: a pool and a key's terms in, shares of shape (draws, years, members) out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from jeugdsim.allocation import games, risk
from jeugdsim.allocation.coalitions import coalition_costs, single_payments
from jeugdsim.allocation.pool_case import PoolCase
from jeugdsim.scenario.keys import KeyTerms

Array = npt.NDArray[np.float64]
_NOTHING = 1e-12  # of the mean: what rounding leaves of a loading that is none


def shapley(case: PoolCase, terms: KeyTerms) -> Array:
    """Return the Shapley value of the costs of going alone, as shares."""
    return _by_game(case, terms, games.shapley)


def nucleolus(case: PoolCase, terms: KeyTerms) -> Array:
    """Return the nucleolus of the costs of going alone, as shares."""
    return _by_game(case, terms, games.nucleolus)


def scrb(case: PoolCase, terms: KeyTerms) -> Array:
    """Return separable costs and remaining benefits of going alone, as shares."""
    return _by_game(case, terms, games.scrb)


def euler(case: PoolCase, terms: KeyTerms) -> Array:
    """Return each member's part in the tail mean of what all would pay alone."""
    return _by_risk(case, terms, risk.euler_shares)


def covariance(case: PoolCase, terms: KeyTerms) -> Array:
    """Return shares of that tail mean whose loading goes by covariance with the sum."""
    return _by_risk(case, terms, risk.covariance_shares)


def loaded(case: PoolCase, terms: KeyTerms) -> Array:
    """Return the shares of another key for the expected payment, and of Euler for the loading.

    a_i = (E[T] base_i + (CVaR(T) - E[T]) loading_i) / CVaR(T)

    base_i is the other key's share of the expected payment, E[T a_i] / E[T], loading_i the member's
    part in the loading of what all would pay alone. Where that has no loading: base_i.
    """
    from jeugdsim.allocation.keys import key_shares  # keys are made of keys

    paid, own = case.payment, single_payments(case)
    base = key_shares(case, terms.base)
    shares = np.empty(base.shape[1:])
    for year in range(len(case.years)):
        expected = _expected_share(base[:, year], paid[:, year])
        shares[year] = _with_loading(expected, paid[:, year], own[:, year], terms.level)
    return _in_every_draw(case, shares)


def _expected_share(shares: Array, paid: Array) -> Array:
    """Return the share of the expected payment, shape (members,)."""
    if paid.sum() <= 0:
        return np.asarray(shares.mean(axis=0))
    return np.asarray(paid @ shares / paid.sum())


def _with_loading(base: Array, paid: Array, own: Array, level: float) -> Array:
    mean, tail = float(paid.mean()), float(risk.cvar(paid, level))
    loadings = risk.loadings(own, level)
    if tail <= 0 or loadings.sum() <= _NOTHING * abs(own.sum(axis=1).mean()):
        return base
    return np.asarray((mean * base + (tail - mean) * loadings / loadings.sum()) / tail)


def _by_game(case: PoolCase, terms: KeyTerms, solution: Callable[[Array], Array]) -> Array:
    if len(case.pool.members) == 1:
        return _all_of_it(case)
    costs = coalition_costs(case, terms.level)
    shares = [
        _parts_of_one(solution(game)) if game[-1] > 0 else case.expected for game in costs
    ]  # what costs nothing is shared as expected
    return _in_every_draw(case, np.array(shares))


def _by_risk(case: PoolCase, terms: KeyTerms, share: Callable[[Array, float], Array]) -> Array:
    if len(case.pool.members) == 1:
        return _all_of_it(case)
    own = np.moveaxis(single_payments(case), 1, 0)
    shares = [
        _parts_of_one(share(losses, terms.level)) if losses.any() else case.expected for losses in own
    ]
    return _in_every_draw(case, np.array(shares))


def _parts_of_one(shares: Array) -> Array:
    """Take off what rounding left, so that no cent of a bill is lost."""
    return np.asarray(shares / shares.sum())


def _all_of_it(case: PoolCase) -> Array:
    return _in_every_draw(case, np.ones((len(case.years), 1)))


def _in_every_draw(case: PoolCase, shares: Array) -> Array:
    return np.broadcast_to(shares, (len(case.payment), *shares.shape))


SHARES: Mapping[str, Callable[[PoolCase, KeyTerms], Array]] = MappingProxyType(
    {
        "shapley": shapley,
        "nucleolus": nucleolus,
        "scrb": scrb,
        "covariance": covariance,
        "euler": euler,
        "loaded": loaded,
    }
)
"""What computes each kind of key of the literature."""
