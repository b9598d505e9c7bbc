"""What providers are left with, and whether it eats up their reserve."""

from __future__ import annotations

import xarray as xr

from jeugdsim.scenario.model import Scenario


def reserve_lost(accounts: xr.Dataset, scenario: Scenario) -> xr.DataArray:
    """Tell whether the providers' reserve is lost by the end of each year.

    The running sum of provider_result from the start (gains count) has fallen below minus
    ``contracts.X.reserve`` x agreed_budget of the first year at the end of any year so far. Never
    under P x Q.

    Parameters
    ----------
    accounts : xarray.Dataset
        From ``settle``.
    scenario : Scenario
        The contracts' reserves.

    Returns
    -------
    xarray.DataArray of bool
        On (draw, year, contract); its mean over draws is the chance.
    """
    shares = [scenario.settings.contracts[name].reserve for name in scenario.contract_names]
    reserve = accounts["agreed_budget"].isel(year=0, drop=True) * xr.DataArray(
        shares, dims="contract", coords={"contract": accounts["contract"]}
    )
    running = accounts["provider_result"].cumsum("year")
    below = running < -reserve  # a P x Q contract has no budget: NaN compares false
    return below.cumsum("year") > 0
