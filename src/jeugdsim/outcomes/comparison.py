"""Compare two runs: what another scenario changes, for whom, how sure that is, and what moved.

Every difference is compared - baseline, taken draw by draw; a total is summed over years per draw
before anything is summarised.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.allocation.fixed_cost import FIXED_COST, own_cost
from jeugdsim.outcomes.cells import FACTORS, Cells, cell_blocks, moved
from jeugdsim.outcomes.differences import chance_block, cost_block, difference_block
from jeugdsim.outcomes.overruns import CENT
from jeugdsim.outcomes.reserve import reserve_lost
from jeugdsim.outcomes.runs import Run
from jeugdsim.outcomes.summary import TOTAL, per_year
from jeugdsim.outcomes.waiting import LINE, children_waiting, years_only

Array = npt.NDArray[np.float64]
Block = dict[str, Any]
MOVED = (*FACTORS, "contract", "lever_cost")
_DIMS = ("draw", "year", "municipality")


def comparison_block(baseline: Run, compared: Run) -> Block:
    """Summarise what a run changes against the baseline.

    Parameters
    ----------
    baseline, compared : Run
        Outcomes on the same draws.

    Returns
    -------
    dict
        ``region``, ``municipalities`` and ``contracts`` (those in both), with quantities per year and
        in "total". An amount has ``difference`` (the distribution of compared - baseline),
        ``baseline`` and ``compared``; cost also ``p90`` (the difference of the P90s) and ``chance``
        (that the compared run is cheaper, dearer, equal). A chance has ``baseline``, ``compared``,
        ``difference`` and ``standard_error``, and is None where a target is zero. ``region.moved``
        splits the difference in cost. Where care forms have places in one of them the region has
        ``clients_waiting_at_year_end``, per year.
    """
    return {
        "region": _region(baseline, compared),
        "municipalities": _municipalities(baseline, compared),
        "contracts": _contracts(baseline, compared),
    }


def moved_cost(baseline: Run, compared: Run) -> xr.Dataset:
    """Split the difference in cost of every draw into what moved.

    Per municipality and care form the four factors of the value of care (Shapley shares, so no order
    is chosen); *contract*: the difference in contribution - own use, so contract terms and allocation
    key; *lever cost*; and *fixed cost* where one of them has it. Together they are the
    difference in cost.

    Parameters
    ----------
    baseline, compared : Run
        Outcomes on the same draws, years and municipalities. A care form that only one of them has
        moves clients.

    Returns
    -------
    xarray.Dataset
        On (draw, year, municipality), nominal euros, a variable per part.
    """
    ours, theirs = (run.scenario.care_form_names for run in (baseline, compared))
    every = tuple(sorted({*ours, *theirs}))
    blocks = zip(_blocks(baseline), _blocks(compared), strict=True)
    pieces = [
        [share.sum(axis=-1) for share in moved(a.spread(ours, every), b.spread(theirs, every))]
        for (_, a), (_, b) in blocks
    ]
    by_factor = {
        name: (_DIMS, np.concatenate([piece[place] for piece in pieces]))
        for place, name in enumerate(FACTORS)
    }
    result = xr.Dataset(by_factor, coords={name: baseline.bills[name] for name in _DIMS})
    contract, lever_cost = (
        [part(run).transpose(*_DIMS) for run in (baseline, compared)]
        for part in (_contract_cost, _lever_cost)
    )
    result["contract"] = contract[1] - contract[0]
    result["lever_cost"] = lever_cost[1] - lever_cost[0]
    if any(FIXED_COST in run.bills for run in (baseline, compared)):
        result[FIXED_COST] = _fixed_cost(compared) - _fixed_cost(baseline)
    return result


def _blocks(run: Run) -> Iterator[tuple[slice, Cells]]:
    return cell_blocks(run.volumes, run.accounts, run.scenario)


def _contract_cost(run: Run) -> xr.DataArray:
    """Return what contract terms and key add to own use, (draw, year, municipality)."""
    return run.bills["contribution"].sum("segment") - run.accounts["use_value"].sum("care_form")


def _lever_cost(run: Run) -> xr.DataArray:
    return run.bills["lever_cost"].sum("segment")


def _fixed_cost(run: Run) -> xr.DataArray:
    """Return the fixed cost of each municipality, zero where there is none."""
    none = xr.zeros_like(_lever_cost(run))
    return run.bills.get(FIXED_COST, none).transpose(*_DIMS)


def _cost(run: Run) -> xr.DataArray:
    """Return what each municipality pays, (draw, year, municipality)."""
    return own_cost(run.bills)


def _region(baseline: Run, compared: Run) -> Block:
    seed = int(baseline.volumes.attrs["seed"])
    amounts = [_region_amounts(run) for run in (baseline, compared)]
    ours, theirs = amounts
    return {
        "cost": _paired(ours["cost"], theirs["cost"], partial(cost_block, seed=seed)),
        **{
            name: _paired(ours[name], theirs[name], difference_block) for name in ours if name != "cost"
        },
        "chance_overrun": _paired(ours["overrun"], theirs["overrun"], _chance_of_overrun),
        "chance_target": _chance_of_target(baseline, compared, "savings"),
        "chance_target_real": _chance_of_target(baseline, compared, "real"),
        "moved": _moved_block(moved_cost(baseline, compared).sum("municipality")),
        **_lines(baseline, compared),
    }


def _lines(baseline: Run, compared: Run) -> Block:
    """Summarise who waits at the end of every year; nothing where no care form has places."""
    runs = (baseline, compared)
    if not any(run.scenario.limited_forms for run in runs):
        return {}
    lines = (children_waiting(run.volumes) for run in runs)
    ours, theirs = (years_only(line, np.asarray) for line in lines)
    return {LINE: {year: difference_block(ours[year], theirs[year]) for year in ours}}


def _region_amounts(run: Run) -> dict[str, xr.DataArray]:
    places = ["municipality", "segment"]
    return {
        "cost": _cost(run).sum("municipality"),
        "payment": run.accounts["payment"].sum("contract"),
        "provider_result": run.accounts["provider_result"].sum("contract"),
        "overrun": run.overruns["overrun"].sum(places),
        "savings": run.savings["savings"],
        "savings_real": run.savings["real"],
    }


def _municipalities(baseline: Run, compared: Run) -> Block:
    seed = int(baseline.volumes.attrs["seed"])
    ours, theirs = _cost(baseline), _cost(compared)
    summarise = partial(cost_block, seed=seed)
    return {
        name: {"cost": _paired(ours.sel(municipality=name), theirs.sel(municipality=name), summarise)}
        for name in baseline.scenario.municipality_names
    }


def _contracts(baseline: Run, compared: Run) -> Block:
    runs = (baseline, compared)
    lost = [reserve_lost(run.accounts, run.scenario) for run in runs]
    block: Block = {}
    for name in baseline.scenario.contract_names:
        if name not in compared.scenario.contract_names:
            continue
        ours, theirs = (run.accounts.sel(contract=name) for run in runs)
        forms = [run.scenario.settings.contracts[name].form for run in runs]
        block[name] = {
            "form": dict(zip(("baseline", "compared"), forms, strict=True)),
            **{
                quantity: _paired(ours[quantity], theirs[quantity], difference_block)
                for quantity in ("payment", "provider_result")
            },
            "chance_reserve_lost": _chance_of_loss(*(by.sel(contract=name) for by in lost)),
        }
    return block


def _paired(
    baseline: xr.DataArray, compared: xr.DataArray, summarise: Callable[[Array, Array], Block]
) -> Block:
    """Summarise two quantities (draw, year) side by side, per year and in total."""
    ours, theirs = (per_year(values, np.asarray) for values in (baseline, compared))
    return {moment: summarise(ours[moment], theirs[moment]) for moment in ours}


def _chance_of_overrun(baseline: Array, compared: Array) -> Block:
    return chance_block(baseline > CENT, compared > CENT)


def _chance_of_target(baseline: Run, compared: Run, kind: str) -> Block:
    """Return the chance of meeting each scenario's own target; None where one of them is zero."""
    block: Block = {}
    theirs = _met_by_period(compared, kind)
    for moment, ours_met in _met_by_period(baseline, kind).items():
        theirs_met = theirs[moment]
        if ours_met is None or theirs_met is None:
            block[moment] = None
        else:
            block[moment] = chance_block(ours_met, theirs_met)
    return block


def _met_by_period(run: Run, kind: str) -> dict[str, npt.NDArray[np.bool_] | None]:
    saved = per_year(run.savings[kind], np.asarray)
    target = run.savings["target"]
    targets = {str(year): float(target.sel(year=year)) for year in target["year"].values}
    targets[TOTAL] = float(target.sum())
    return {
        moment: None if targets[moment] == 0 else values >= targets[moment] - CENT
        for moment, values in saved.items()
    }


def _chance_of_loss(baseline: xr.DataArray, compared: xr.DataArray) -> Block:
    """Return the chance that the reserve is lost by the end of each year, and in any."""
    ours, theirs = (lost.transpose("draw", "year").to_numpy() for lost in (baseline, compared))
    block = {
        str(year): chance_block(ours[:, at], theirs[:, at])
        for at, year in enumerate(baseline["year"].values)
    }
    return {**block, TOTAL: chance_block(ours[:, -1], theirs[:, -1])}


def _moved_block(parts: xr.Dataset) -> Block:
    by_part = {name: per_year(parts[name]) for name in (*MOVED, FIXED_COST) if name in parts}
    return {
        moment: {name: spread[moment] for name, spread in by_part.items()}
        for moment in by_part[MOVED[0]]
    }
