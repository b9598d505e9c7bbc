"""Savings against the reference, and how much of them is real."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.allocation.budget import lever_costs, nominal_target
from jeugdsim.allocation.pools import shareable_cost
from jeugdsim.outcomes.overruns import CENT
from jeugdsim.scenario.model import Scenario


def savings(accounts: xr.Dataset, reference_accounts: xr.Dataset, scenario: Scenario) -> xr.Dataset:
    """Return what the region saves against the reference, in its parts.

    savings = less care (C_ref - C*) + carried by providers (C* - payment) - lever cost, with C* the
    value of the care after tariff resets and before tariff levers. Resets are in the reference too, so
    less care never holds one; what providers keep of them is in the provider result, not here. Real
    savings are less care minus lever cost.

    Parameters
    ----------
    accounts, reference_accounts : xarray.Dataset
        From ``settle``: the policy's, and those of the scenario's reference on the same draws.
    scenario : Scenario
        Levers and target.

    Returns
    -------
    xarray.Dataset
        On (draw, year), nominal euros: ``less_care``, ``carried_by_providers``, ``lever_cost``,
        ``real`` (as ``result["real"]``: ``.real`` is xarray's own), ``savings``; on (year):
        ``target``.

    Raises
    ------
    ValueError
        When the two accounts are of other draws.

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> policy, reference = (
    ...     js.settle(js.simulate(one, draws=2, seed=2027, progress=False), one)
    ...     for one in (scenario, scenario.reference())
    ... )
    >>> sorted(js.savings(policy, reference, scenario).data_vars)
    ['carried_by_providers', 'less_care', 'lever_cost', 'real', 'savings', 'target']
    """
    same_seed = accounts.attrs.get("seed") == reference_accounts.attrs.get("seed")
    if not same_seed or not accounts["draw"].equals(reference_accounts["draw"]):
        raise ValueError("accounts and reference accounts must be of the same seed and draws")
    index = accounts["index_provisional"]
    yearly_costs = lever_costs(accounts, scenario, shareable_cost(scenario, accounts))
    lever_cost = xr.DataArray(yearly_costs.sum(axis=(2, 3)), coords=index.coords, dims=index.dims)
    care = accounts["care_value"].sum("contract")
    less_care = reference_accounts["care_value"].sum("contract") - care
    carried = care - accounts["payment"].sum("contract")
    real = less_care - lever_cost
    return xr.Dataset(
        {
            "less_care": less_care,
            "carried_by_providers": carried,
            "lever_cost": lever_cost,
            "real": real,
            "savings": real + carried,
            "target": ("year", nominal_target(scenario)),
        },
        attrs=accounts.attrs,
    )


def meets(saved: npt.NDArray[np.float64], target: float) -> npt.NDArray[np.bool_]:
    """Tell which draws meet the target to the cent."""
    return np.asarray(saved >= target - CENT)
