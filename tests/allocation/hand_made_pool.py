"""Pools whose use, payment and budget a test writes down itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr
from regions import care_form, region

from jeugdsim.allocation.pool_case import PoolCase
from jeugdsim.allocation.pools import Pool

Array = npt.NDArray[np.float64]
PXQ: dict[str, Any] = {"form": "pxq"}


def pool_case(
    use: npt.ArrayLike,
    *,
    payment: npt.ArrayLike | None = None,
    budget: npt.ArrayLike | None = None,
    expected: npt.ArrayLike | None = None,
    terms: Mapping[str, Any] = PXQ,
    index: float = 1.0,
    **allocation: Any,
) -> PoolCase:
    """Return a pool of one contract and one care form.

    Parameters
    ----------
    use : array_like, shape (draws, years, members)
        Own use, euros.
    payment, budget : array_like, shape (draws, years), optional
        What is paid (by default all use) and agreed (by default nothing).
    expected : array_like, shape (members,), optional
        Expected shares; by default equal.
    terms : mapping
        Terms of the contract.
    index : float
        Index as paid, in every draw and year.
    **allocation
        What the scenario says of keys: ``defined``, ``fixed_cost``.
    """
    own = np.asarray(use, dtype=float)
    draws, years, members = own.shape
    towns = [f"Dorp {number:02}" for number in range(members)]
    scenario = region(
        [care_form("zorg")],
        towns=towns,
        inflow=100.0,
        years=years,
        contracts={"alles": {"segments": ["zorg"], **terms}},
        allocation={"keys": [], "used": "expected_use", **allocation},
    )
    paid = own.sum(axis=2) if payment is None else np.asarray(payment, dtype=float)
    agreed = np.full((draws, years), np.nan) if budget is None else np.asarray(budget, dtype=float)
    parts = np.full(members, 1 / members) if expected is None else np.asarray(expected, dtype=float)
    accounts = xr.Dataset(
        {
            "use_value": (("draw", "year", "municipality", "care_form"), own[..., None]),
            "payment": (("draw", "year", "contract"), paid[..., None]),
            "agreed_budget": (("draw", "year", "contract"), agreed[..., None]),
            "index_provisional": (("draw", "year"), np.full((draws, years), index)),
        },
        coords={
            "draw": np.arange(draws),
            "year": list(scenario.calendar_years),
            "municipality": towns,
            "care_form": ["zorg"],
            "contract": ["alles"],
            "form": ("contract", [scenario.settings.contracts["alles"].form]),
        },
    )
    pool = Pool("alles", tuple(range(members)), (0,), parts, ((0, 1.0),), ((0,),))
    return PoolCase(scenario, accounts, pool)
