"""What the region costs whatever the use (a service bureau, *inkoopbureau*), and who pays it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.allocation.keys import key_shares
from jeugdsim.allocation.members import membership
from jeugdsim.allocation.pool_case import PoolCase
from jeugdsim.allocation.pools import Pool
from jeugdsim.funding.settlement import ordered
from jeugdsim.funding.tariffs import drawn_again
from jeugdsim.scenario.model import Scenario

Array = npt.NDArray[np.float64]
FIXED_COST = "fixed_cost"
_PATH = "allocation.fixed_cost.cost_per_year"


def fixed_costs(accounts: xr.Dataset, scenario: Scenario, reference_cost: Array) -> Array | None:
    """Return what each municipality pays of the fixed cost; None where the scenario has none.

    cost_per_year x L x the share of the key over all municipalities, as one pool; who has taken all
    its care away from the region has no share, and the others have more.

    Parameters
    ----------
    accounts : xarray.Dataset
        From ``settle``: draws, seed and index as paid.
    scenario : Scenario
        Its ``allocation.fixed_cost``.
    reference_cost : ndarray, shape (municipalities, care forms)
        Expected reference cost of the first year, euros.

    Returns
    -------
    ndarray, shape (draws, years, municipalities), or None
        Nominal euros.
    """
    terms = scenario.settings.allocation.fixed_cost
    if terms is None:
        return None
    yearly = drawn_again(scenario, accounts, (_PATH,)).of(_PATH, terms.cost_per_year)
    index = ordered(accounts, "index_provisional", ("draw", "year"))
    share = key_shares(_region(accounts, scenario, reference_cost), terms.key)
    return (yearly[:, None] * index)[:, :, None] * _of_members(share, membership(scenario))


def on_segments(fixed_cost: Array, by_segment: Array) -> Array:
    """Lay a municipality's fixed cost on its segments by their expected cost.

    Parameters
    ----------
    fixed_cost : ndarray, shape (draws, years, municipalities)
        Nominal euros.
    by_segment : ndarray, shape (municipalities, segments)
        Expected reference cost of the first year; who has none spreads it evenly.

    Returns
    -------
    ndarray, shape (draws, years, municipalities, segments)

    Examples
    --------
    >>> on_segments(np.array([[[90.0, 10.0]]]), np.array([[2.0, 1.0], [0.0, 0.0]])).tolist()
    [[[[60.0, 30.0], [5.0, 5.0]]]]
    """
    whole = by_segment.sum(axis=1, keepdims=True)
    evenly = np.full(by_segment.shape, 1.0 / by_segment.shape[1])
    part = np.divide(by_segment, whole, out=evenly, where=whole > 0)
    return np.asarray(fixed_cost[..., None] * part)


def own_cost(bills: xr.Dataset) -> xr.DataArray:
    """Return what is paid in all: contribution, lever cost, and fixed cost where there is one.

    Parameters
    ----------
    bills : xarray.Dataset
        From ``allocate``, as they are or summed over segments, or over municipalities as well.
    """
    bill = bills.sum("segment") if "segment" in bills.dims else bills
    cost = bill["contribution"] + bill["lever_cost"]
    return cost + bill[FIXED_COST] if FIXED_COST in bill else cost


def _region(accounts: xr.Dataset, scenario: Scenario, reference_cost: Array) -> PoolCase:
    """Return all municipalities and all care as one pool, of no contract."""
    cost = reference_cost.sum(axis=1)
    pool = Pool(
        contract="",
        members=tuple(range(len(scenario.municipality_names))),
        care_forms=tuple(range(len(scenario.care_form_names))),
        expected_shares=cost / cost.sum(),
        segment_weights=(),
        segment_forms=(),
    )
    return PoolCase(scenario, accounts, pool)


def _of_members(share: Array, there: Array) -> Array:
    """Return shares of those who are members in the year; of all where nobody is left."""
    left = share * there
    whole = left.sum(axis=2, keepdims=True)
    return np.where(whole > 0, left / np.where(whole > 0, whole, 1.0), share)
