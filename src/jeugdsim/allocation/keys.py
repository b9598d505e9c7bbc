"""From a key's name to shares of a pool: one function per kind, found by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from jeugdsim.allocation import literature, practice
from jeugdsim.allocation.pool_case import PoolCase
from jeugdsim.scenario.keys import Allocation, KeyTerms

Array = npt.NDArray[np.float64]
ShareFunction = Callable[[PoolCase, KeyTerms], Array]
"""From a pool and a key's terms to shares that add up to 1, shape (draws, years, members)."""

SHARES: Mapping[str, ShareFunction] = MappingProxyType({**practice.SHARES, **literature.SHARES})
"""What computes each kind of key; ``scenario.keys.Kind`` names them all."""


def key_shares(case: PoolCase, key: str) -> Array:
    """Return a pool's shares under a key, shape (draws, years, members).

    Parameters
    ----------
    case : PoolCase
        The pool.
    key : str
        A key of every scenario, or one that the scenario defines; keys made of other keys ask those
        for their shares in turn.

    Raises
    ------
    NotComputableError
        When what the key shares by is not known.
    """
    terms = case.scenario.settings.allocation.terms_of(key)
    return SHARES[terms.kind](case, terms)


def asks_all_draws(allocation: Allocation, key: str) -> bool:
    """Tell whether a key, or one it is made of, follows from all draws together.

    Parameters
    ----------
    allocation : Allocation
        The keys of a scenario.
    key : str
        One of them.
    """
    terms = allocation.terms_of(key)
    own = terms.kind in literature.SHARES
    return own or any(asks_all_draws(allocation, other) for other in terms.other_keys)
