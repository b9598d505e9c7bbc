"""Basis risk: what municipalities are short of when their income follows another index than prices.

A council budgets at an index that it expects. What the municipalities then receive follows an index of
its own (*accres*), and what they pay follows that of wages and materials.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from jeugdsim.allocation.budget import council_index
from jeugdsim.allocation.fixed_cost import own_cost
from jeugdsim.funding.settlement import check_belongs, ordered
from jeugdsim.outcomes.overruns import is_overrun
from jeugdsim.outcomes.summary import Block, per_year
from jeugdsim.outcomes.telling import EXACT, Telling
from jeugdsim.scenario.model import Scenario

_YEAR_DIMS = ("draw", "year")
_PLACES = ["municipality", "segment"]


def income_gap(bills: xr.Dataset, accounts: xr.Dataset, scenario: Scenario) -> xr.Dataset:
    """Return what the region pays beyond what it receives when its means follow the income index.

    received = budget without target / council index x A, with A the income index: the budget in euros
    of price_year, grown as income does. income_gap = contribution + lever cost - received. Its price
    part, budget without target / council index x (L - A), is what it would be if care cost in euros of
    price_year what was budgeted: only prices and income grow apart.

    Parameters
    ----------
    bills : xarray.Dataset
        From ``allocate``: contributions, lever costs and budgets.
    accounts : xarray.Dataset
        From ``settle`` on the same draws: ``income_index`` (A) and ``index_provisional`` (L).
    scenario : Scenario
        Its ``world.income_index``, and the index of its budget.

    Returns
    -------
    xarray.Dataset
        On (draw, year), nominal euros of all municipalities together: ``received``, ``income_gap``
        (positive: short of money) and ``price``, the part of it that comes from prices and income
        growing apart; below zero where income grows faster.

    Raises
    ------
    ValueError
        When the scenario has no income index, or the results are not those of the scenario or not of
        the same draws.

    Examples
    --------
    >>> import jeugdsim as js
    >>> base = js.load_scenario("scenarios/haaglanden-2027")
    >>> income = {"mean": 0.03, "sd": 0.01, "correlation": 0.5}
    >>> scenario = base.with_changes({"world.income_index": income})
    >>> accounts = js.settle(js.simulate(scenario, draws=2, seed=2027, progress=False), scenario)
    >>> gap = js.income_gap(js.allocate(accounts, scenario), accounts, scenario)
    >>> sorted(gap.data_vars), gap.income_gap.dims
    (['income_gap', 'price', 'received'], ('draw', 'year'))
    """
    _check(bills, accounts, scenario)
    bill = bills.sum(_PLACES)
    cost = own_cost(bill).transpose(*_YEAR_DIMS).to_numpy()
    budget = ordered(bill, "budget_without_target", _YEAR_DIMS)
    index = council_index(scenario)
    in_price_year = np.divide(budget, index, out=np.zeros_like(budget), where=index > 0.0)
    income = ordered(accounts, "income_index", _YEAR_DIMS)
    paid = ordered(accounts, "index_provisional", _YEAR_DIMS)
    received = in_price_year * income
    parts = {
        "received": received,
        "income_gap": cost - received,
        "price": in_price_year * (paid - income),
    }
    return xr.Dataset(
        {name: (_YEAR_DIMS, euros) for name, euros in parts.items()},
        coords={name: bills[name] for name in _YEAR_DIMS},
        attrs=bills.attrs,
    )


def income_line(
    bills: xr.Dataset, accounts: xr.Dataset, scenario: Scenario, tell: Telling = EXACT
) -> Block:
    """Summarise the income gap of the region, per year and in total; nothing without an income index.

    Parameters
    ----------
    bills, accounts : xarray.Dataset
        From ``allocate`` and ``settle``.
    scenario : Scenario
        What is assumed.
    tell : Telling
        What becomes of a number per draw.

    Returns
    -------
    dict
        ``income_gap``: its statistics, ``probability`` (the chance of being short by more than a cent)
        and the statistics of its ``price`` part.
    """
    if scenario.settings.world.income_index is None:
        return {}
    gap = income_gap(bills, accounts, scenario)
    whole = per_year(gap["income_gap"], tell.distribution)
    short = per_year(gap["income_gap"], lambda euros: tell.chance(is_overrun(euros)))
    price = per_year(gap["price"], tell.distribution)
    return {
        "income_gap": {
            moment: {**numbers, "probability": short[moment], "price": price[moment]}
            for moment, numbers in whole.items()
        }
    }


def _check(bills: xr.Dataset, accounts: xr.Dataset, scenario: Scenario) -> None:
    if scenario.settings.world.income_index is None:
        raise ValueError(
            f"{scenario.name!r} has no world.income_index: give it one, such as "
            "{mean = 0.03, sd = 0.01, correlation = 0.5}, to see what municipal income does"
        )
    for result in (bills, accounts):
        check_belongs(result, scenario)
    if "income_index" not in accounts:
        raise ValueError(
            "these accounts hold no income_index: settle volumes that were simulated with "
            "world.income_index"
        )
    same_seed = bills.attrs.get("seed") == accounts.attrs.get("seed")
    if not same_seed or not bills["draw"].equals(accounts["draw"]):
        raise ValueError("bills and accounts must be of the same seed and draws")
