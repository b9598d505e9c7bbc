"""Overrun: what municipalities pay beyond the budget their councils set."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.allocation.billing import BILL_DIMS
from jeugdsim.allocation.budget import cost_by_segment, make_budgets
from jeugdsim.allocation.fixed_cost import FIXED_COST, on_segments
from jeugdsim.funding.settlement import check_belongs, ordered
from jeugdsim.scenario.model import Scenario

CENT = 0.01


def overrun(bills: xr.Dataset, scenario: Scenario) -> xr.Dataset:
    """Return the overrun per municipality and segment, with and without the target in the budget.

    overrun = contribution + own share of lever cost + own share of fixed cost - budget; an overrun
    counts from one cent on. Fixed cost lies on segments by their expected reference cost.

    Parameters
    ----------
    bills : xarray.Dataset
        From ``allocate``.
    scenario : Scenario
        Its budget and target, which may be others than those in the bills.

    Returns
    -------
    xarray.Dataset
        ``overrun`` and ``without_target`` (draw, year, municipality, segment), nominal
        euros. Sum over a dimension first, then take chances: percentiles do not add up.

    Raises
    ------
    ValueError
        When the bills are those of another scenario.

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> volumes = js.simulate(scenario, draws=2, seed=2027, progress=False)
    >>> bills = js.allocate(js.settle(volumes, scenario), scenario)
    >>> js.overrun(bills, scenario).overrun.sum(["municipality", "segment"]).dims
    ('draw', 'year')
    """
    check_belongs(bills, scenario)
    cost, by_segment = bills["contribution"] + bills["lever_cost"], cost_by_segment(scenario, bills)
    if FIXED_COST in bills:
        fixed = on_segments(ordered(bills, FIXED_COST, BILL_DIMS[:-1]), by_segment)
        cost = cost + xr.DataArray(fixed, dims=BILL_DIMS)
    budgets = make_budgets(scenario, by_segment)
    places = BILL_DIMS[1:]
    return xr.Dataset(
        {
            "overrun": cost - xr.DataArray(budgets.with_target, dims=places),
            "without_target": cost - xr.DataArray(budgets.without_target, dims=places),
        },
        attrs=bills.attrs,
    )


def is_overrun(overruns: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Tell in which draws there is an overrun, of more than a cent."""
    return np.asarray(overruns > CENT)


def size_where_overrun(overruns: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the overrun of the draws that overrun, NaN in the others."""
    return np.where(is_overrun(overruns), overruns, np.nan)
