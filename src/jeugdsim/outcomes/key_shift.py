"""From one key to another: who pays more, who pays less, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.allocation.pool_case import PoolCase
from jeugdsim.outcomes.key_bills import Key, key_bills, keys_of_pools, make_cases
from jeugdsim.outcomes.overruns import CENT
from jeugdsim.scenario.model import Scenario

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
TOTAL = "total"
_PERCENTILES = {"p10": 10, "p50": 50, "p90": 90}


def key_shift(accounts: xr.Dataset, scenario: Scenario, old: Key, new: Key) -> pd.DataFrame:
    """Tell what a change of key costs or brings every municipality, in euros and per inhabitant.

    Draw by draw, on the same payments: what one pays more, another pays less.

    Parameters
    ----------
    accounts : xarray.Dataset
        From ``settle``, with this scenario's contracts.
    scenario : Scenario
        Keys, contracts and populations.
    old, new : str or mapping of contract to str
        A key by name, or a table contract -> key, as in ``allocate``.

    Returns
    -------
    pandas.DataFrame
        A row per ``period`` ("total": the mean per year over all years; then every year) and
        ``municipality``, in order of the mean over all years: who gains most comes first. Nominal
        euros per year, below 0 pays less: ``mean``, ``p10``, ``p50``, ``p90``, and of the same number
        per inhabitant ``per_inhabitant_mean`` and so on. ``chance_of_gaining`` and
        ``chance_of_losing``: of paying at least a cent less, or more. In every draw and year the
        shifts add up to zero.

    Raises
    ------
    NotComputableError
        When a key asks for use that a contract does not register.
    ValueError
        When a key is unknown, or accounts and scenario do not belong together.

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> volumes = js.simulate(scenario, draws=4, seed=2027, progress=False)
    >>> shift = js.key_shift(js.settle(volumes, scenario), scenario, "rolling_use", "inhabitants")
    >>> bool(abs(shift.query("period == 'total'")["mean"].sum()) < 0.01)
    True
    """
    import pandas as pd

    cases = make_cases(accounts, scenario)
    shifts = shifted_bills(cases, old, new)
    persons = inhabitants(scenario)
    years = list(map(str, scenario.calendar_years))
    order = np.argsort(shifts.mean(axis=(0, 1)), kind="stable")
    periods = {
        TOTAL: (shifts.mean(axis=1), persons.mean(axis=0)),
        **{year: (shifts[:, at], persons[at]) for at, year in enumerate(years)},
    }
    return pd.DataFrame(
        [
            {
                "period": period,
                "municipality": scenario.municipality_names[town],
                **shift_numbers(euros[:, town], float(heads[town])),
            }
            for period, (euros, heads) in periods.items()
            for town in order
        ]
    )


def shifted_bills(cases: tuple[PoolCase, ...], old: Key, new: Key) -> Array:
    """Return new less old bills, nominal euros, shape (draws, years, municipalities)."""
    before, after = (key_bills(cases, keys_of_pools(cases, key)).whole for key in (old, new))
    return after - before


def inhabitants(scenario: Scenario) -> Array:
    """Return inhabitants on 1 January, shape (years, municipalities)."""
    persons = {(row.municipality, row.year): row.inhabitants for row in scenario.population}
    return np.array(
        [
            [persons[town, year] for town in scenario.municipality_names]
            for year in scenario.calendar_years
        ],
        dtype=np.float64,
    )


def shift_numbers(euros: Array, heads: float) -> dict[str, float]:
    """Summarise a shift per draw, in euros and per inhabitant (NaN where nobody lives).

    Examples
    --------
    >>> import numpy as np
    >>> found = shift_numbers(np.array([-20.0, -10.0, 0.0, 10.0]), heads=10.0)
    >>> found["mean"], found["per_inhabitant_mean"], found["chance_of_gaining"]
    (-5.0, -0.5, 0.5)
    """
    found = np.percentile(euros, list(_PERCENTILES.values()))
    spread = {"mean": float(euros.mean()), **dict(zip(_PERCENTILES, map(float, found), strict=True))}
    per_head = {
        f"per_inhabitant_{name}": value / heads if heads > 0 else float("nan")
        for name, value in spread.items()
    }
    return {
        **spread,
        **per_head,
        "chance_of_gaining": float(np.mean(euros < -CENT)),
        "chance_of_losing": float(np.mean(euros > CENT)),
    }
