"""What drives an overrun: the way from a budget to what a municipality pays, part by part."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.allocation.billing import BILL_DIMS
from jeugdsim.allocation.budget import cost_by_segment, segment_sums
from jeugdsim.allocation.fixed_cost import FIXED_COST, on_segments
from jeugdsim.funding.settlement import check_belongs, ordered
from jeugdsim.outcomes.cells import FACTORS, cell_blocks, mean_cells, moved
from jeugdsim.scenario.model import Scenario

Array = npt.NDArray[np.float64]
DRIVERS = ("budgeting", *FACTORS, "contract", "lever_cost")
_USE_DIMS = ("draw", "year", "municipality", "care_form")


def drivers(
    volumes: xr.Dataset,
    accounts: xr.Dataset,
    bills: xr.Dataset,
    scenario: Scenario,
    reference_means: xr.Dataset,
) -> xr.Dataset:
    """Split the overrun of every draw into what drives it.

    From the budget to the expected reference cost at mean index and mean tariff resets (*budgeting*);
    from there to the draw's own use (*price*, *clients*, *days per client*, *units per day*: Shapley
    shares, so no order is chosen); from own use to the contribution (*contract*: the terms and the
    allocation key); the *lever cost*; and the *fixed cost*, where the scenario has one.

    Parameters
    ----------
    volumes, accounts, bills : xarray.Dataset
        From ``simulate``, ``settle`` and ``allocate``.
    scenario : Scenario
        What is assumed.
    reference_means : xarray.Dataset
        On (year, municipality, care_form): ``units``, ``client_days`` and ``clients_in_year`` as
        expected in the scenario's reference.

    Returns
    -------
    xarray.Dataset
        On (draw, year, municipality, segment), nominal euros, a variable per driver; together they
        are the overrun.

    Raises
    ------
    ValueError
        When the results or means are not those of the scenario.
    """
    for result in (volumes, accounts, bills, reference_means):
        check_belongs(result, scenario)
    contribution, lever_cost, budget = (
        ordered(bills, name, BILL_DIMS) for name in ("contribution", "lever_cost", "budget")
    )
    expected = mean_cells(reference_means, scenario)
    by_factor = {name: np.empty(contribution.shape) for name in FACTORS}
    for block, cells in cell_blocks(volumes, accounts, scenario):
        for name, share in zip(FACTORS, moved(expected, cells), strict=True):
            by_factor[name][block] = segment_sums(scenario, share)
    parts: dict[str, Array] = {
        "budgeting": segment_sums(scenario, expected.value) - budget,
        **by_factor,
        "contract": contribution - segment_sums(scenario, ordered(accounts, "use_value", _USE_DIMS)),
        "lever_cost": lever_cost,
    }
    if FIXED_COST in bills:
        fixed_cost = ordered(bills, FIXED_COST, BILL_DIMS[:-1])
        parts[FIXED_COST] = on_segments(fixed_cost, cost_by_segment(scenario, bills))
    return xr.Dataset(
        {name: (BILL_DIMS, parts[name]) for name in (*DRIVERS, FIXED_COST) if name in parts},
        coords={name: bills[name] for name in BILL_DIMS},
        attrs=bills.attrs,
    )
