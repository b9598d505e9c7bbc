"""What providers are left with, and whether it eats up their reserve."""

from __future__ import annotations

import xarray as xr

from jeugdsim.scenario.model import Scenario


def reserve_lost(accounts: xr.Dataset, scenario: Scenario) -> xr.DataArray:
    """Tell whether the providers' reserve is lost by the end of each year.

    The running sum of provider_result from the start (gains count) has fallen below minus
    ``contracts.X.reserve`` x agreed_budget of the first year (its payment, where nothing is agreed) at
    the end of any year so far. Never under P x Q, unless a ceiling or an extension makes it pay another
    sum than own use.

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
    contracts = [scenario.settings.contracts[name] for name in scenario.contract_names]
    coords = {"contract": accounts["contract"]}
    may_lose = xr.DataArray([not terms.pays_all_use for terms in contracts], coords, "contract")
    first = accounts.isel(year=0, drop=True)
    revenue = first["agreed_budget"].fillna(first["payment"].where(may_lose))
    reserve = revenue * xr.DataArray([terms.reserve for terms in contracts], coords, "contract")
    running = accounts["provider_result"].cumsum("year")
    below = running < -reserve  # plain P x Q has no reserve to lose: NaN compares false
    return below.cumsum("year") > 0
