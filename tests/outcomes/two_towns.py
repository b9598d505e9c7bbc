"""Accounts of two municipalities and two draws, small enough for a pocket calculator.

Aldorp and Berkstad expect the same use, so expected shares are one half. Years are 2025-2027.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from regions import care_form, region

import jeugdsim as js
from jeugdsim.scenario import Scenario

TASK_BASED = {"form": "task_based", "segments": ["zorg"], "budget": 1e5, "use_registered": True}
USE = np.array([[[60, 40], [80, 20], [50, 50]], [[40, 60], [40, 60], [50, 50]]], dtype=float)
PAYMENT = np.array([[100, 110, 120], [100, 90, 80]], dtype=float)


def two_towns(contract: dict[str, Any] | None = None, **allocation: Any) -> Scenario:
    """Return a scenario of which every key can be told by hand."""
    return region(
        [care_form("wonen")],
        towns=("Aldorp", "Berkstad"),
        inflow=30.0,
        contracts={"alles": TASK_BASED | (contract or {})},
        allocation={"used": "expected_use"} | allocation,
    )


def accounts_of(scenario: Scenario) -> xr.Dataset:
    """Return accounts that hold the use and payments above."""
    accounts = js.settle(js.simulate(scenario, draws=2, seed=1, progress=False), scenario)
    form = scenario.settings.contracts["alles"].form
    return accounts.assign(
        use_value=(accounts["use_value"].dims, USE[..., None]),
        clients_in_year=(accounts["use_value"].dims, USE[..., None]),
        payment=(accounts["payment"].dims, PAYMENT[..., None]),
        agreed_budget=(
            accounts["payment"].dims,
            PAYMENT[..., None] if form == "task_based" else np.full((2, 3, 1), np.nan),
        ),
    )
