"""What every municipality pays under a key, pool by pool, without segments: what keys are judged on.

Pools are made once and serve every key, so that what several keys ask for is worked out once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.allocation.billing import contract_keys
from jeugdsim.allocation.keys import key_shares
from jeugdsim.allocation.pool_case import PoolCase
from jeugdsim.allocation.pools import make_pools, shareable_cost
from jeugdsim.funding.settlement import check_belongs
from jeugdsim.scenario.model import Scenario

Array = npt.NDArray[np.float64]
Key = str | Mapping[str, str]
OWN_USE = "actual_use"


@dataclass(frozen=True)
class KeyBills:
    """Bills under one key, nominal euros, shape (draws, years, municipalities).

    Attributes
    ----------
    whole : ndarray
        The contribution: P x Q contracts, by own use, with what the key shares.
    shared : ndarray
        What the key shares: contracts that are not P x Q, and others that a table names.
    by_use : ndarray
        What the same contracts would cost every municipality if each paid its own share of use.
    shares : tuple of ndarray, shape (draws, years, members)
        The key's shares of every pool, or those of own use.
    """

    whole: Array
    shared: Array
    by_use: Array
    shares: tuple[Array, ...]


def make_cases(accounts: xr.Dataset, scenario: Scenario) -> tuple[PoolCase, ...]:
    """Return the pools of all contracts as keys see them.

    Raises
    ------
    ValueError
        When accounts and scenario do not belong together.
    """
    check_belongs(accounts, scenario)
    cost = shareable_cost(scenario, accounts)
    return tuple(PoolCase(scenario, accounts, pool) for pool in make_pools(scenario, cost))


def same_pools(cases: tuple[PoolCase, ...], accounts: xr.Dataset) -> tuple[PoolCase, ...]:
    """Return the same pools on other accounts."""
    return tuple(PoolCase(case.scenario, accounts, case.pool) for case in cases)


def keys_of_pools(cases: tuple[PoolCase, ...], key: Key) -> tuple[str | None, ...]:
    """Return the key of every pool, None where own use is billed (P x Q).

    Raises
    ------
    NotComputableError
        When the key asks for use that a contract does not register.
    ValueError
        When the key is not known.
    """
    if not cases:
        return ()
    keys = contract_keys(cases[0].scenario, key)
    return tuple(keys[case.pool.contract] for case in cases)


def key_bills(cases: tuple[PoolCase, ...], keys: tuple[str | None, ...]) -> KeyBills:
    """Return what every municipality pays when every pool has its key."""
    whole, shared, by_use = (empty_bills(cases) for _ in range(3))
    shares = []
    for case, key in zip(cases, keys, strict=True):
        members, payment = list(case.pool.members), case.payment[:, :, None]
        own = key_shares(case, OWN_USE)
        share = own if key is None or key == OWN_USE else key_shares(case, key)
        shares.append(share)
        bill = payment * share
        whole[:, :, members] += bill
        if key is not None:
            shared[:, :, members] += bill
            by_use[:, :, members] += bill if share is own else payment * own
    return KeyBills(whole, shared, by_use, tuple(shares))


def empty_bills(cases: tuple[PoolCase, ...]) -> Array:
    """Return zeros of shape (draws, years, municipalities)."""
    scenario = cases[0].scenario
    draws = int(cases[0].accounts.sizes["draw"])
    return np.zeros((draws, len(scenario.calendar_years), len(scenario.municipality_names)))
