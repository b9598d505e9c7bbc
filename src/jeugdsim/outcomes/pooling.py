"""How much risk providers take off each other by bearing it together, as one consortium."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.funding.settlement import check_belongs
from jeugdsim.outcomes.provider_luck import SharedOut, shared_out
from jeugdsim.outcomes.summary import TOTAL
from jeugdsim.scenario.findings import listed, meant
from jeugdsim.scenario.model import Scenario

Array = npt.NDArray[np.float64]
_USUAL_SIZES = (1, 2, 5, 10, 20, 50)


def pooling(
    accounts: xr.Dataset,
    scenario: Scenario,
    contract: str,
    *,
    group: str | None = None,
    sizes: Sequence[int] | None = None,
) -> xr.Dataset:
    """Return how the relative risk of a consortium falls with the number of providers in it.

    Providers of a group share the market alike. Part of their risk they share with everybody under the
    contract: the number of children in the region, prices, the budget. That part stays, however many
    join. The other part is each one's own luck, which children come to it; as a fraction of revenue it
    falls with the market share p of the consortium as sqrt((1 - p) / p).

    Parameters
    ----------
    accounts : xarray.Dataset
        From ``settle``.
    scenario : Scenario
        Whose ``contracts.X.providers`` name the groups.
    contract : str
        The contract.
    group : str, optional
        The group of its providers; may be left out where there is one.
    sizes : sequence of int, optional
        Numbers of providers that pool; by default 1, 2, 5, 10, 20 and 50 as far as there are so many,
        and all of them.

    Returns
    -------
    xarray.Dataset
        On (period, size), the periods "2027", ... and "total" (all years together): fractions of the
        mean revenue. ``relative_risk``, the standard deviation over draws of the consortium's result:
        the root of the squares of ``systematic``, the part that all share, and ``own``, in closed form
        (see ``provider_results``). ``simulated``: the same with the luck drawn provider by provider,
        and ``standard_error``, its Monte Carlo error for a normal result. On (size) ``market_share``.

    Raises
    ------
    ValueError
        When there is no such contract or group, or fewer providers than a size.

    Examples
    --------
    >>> import jeugdsim as js
    >>> seven = {"de zeven": {"market_share": 0.7, "providers": 7}}
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027").with_changes(
    ...     {"contracts.verblijf.providers": seven}
    ... )
    >>> accounts = js.settle(js.simulate(scenario, draws=4, seed=2027, progress=False), scenario)
    >>> risk = js.pooling(accounts, scenario, "verblijf")
    >>> risk["size"].values.tolist()
    [1, 2, 5, 7]
    >>> own = risk.own.sel(period="total")
    >>> round(float(own.sel(size=7) / own.sel(size=1)), 3)  # sqrt((0.3 / 0.7) / (0.9 / 0.1))
    0.218
    """
    check_belongs(accounts, scenario)
    if contract not in scenario.contract_names:
        raise ValueError(f"there is no contract {contract!r}{meant(contract, scenario.contract_names)}")
    named = _named_group(scenario, contract, group)
    providers = scenario.settings.contracts[contract].providers[named].providers
    wanted = _checked_sizes(sizes, providers)
    shared = next(shared_out(accounts, scenario, [contract]))
    at = [one.name for one in shared.market].index(named)
    periods = [*map(str, scenario.calendar_years), TOTAL]
    spans = [slice(year, year + 1) for year in range(len(periods) - 1)] + [slice(None)]
    columns = [_of_period(shared, at, wanted, years) for years in spans]
    simulated = _simulated(shared, at, wanted, spans)
    variables = {name: np.stack([column[name] for column in columns]) for name in columns[0]}
    draws = accounts.sizes["draw"]
    error = simulated / np.sqrt(2.0 * (draws - 1)) if draws > 1 else np.full_like(simulated, np.nan)
    variables |= {"simulated": simulated, "standard_error": error}
    return xr.Dataset(
        {name: (("period", "size"), values) for name, values in variables.items()},
        coords={
            "period": periods,
            "size": wanted,
            "market_share": ("size", shared.market[at].each * np.array(wanted)),
        },
        attrs={**accounts.attrs, "contract": contract, "group": named},
    )


def _named_group(scenario: Scenario, contract: str, group: str | None) -> str:
    groups = scenario.settings.contracts[contract].providers
    if not groups:
        raise ValueError(
            f"contracts.{contract} names no providers: give it a group with its market_share and number"
        )
    if group is None and len(groups) > 1:
        raise ValueError(f"contracts.{contract} has several groups; give group: {listed(groups)}")
    name = next(iter(groups)) if group is None else group
    if name not in groups:
        raise ValueError(f"contracts.{contract} has no group {name!r}{meant(name, groups)}")
    if groups[name].market_share == 0:
        raise ValueError(f"the providers of {name!r} have no part of the market: nothing is pooled")
    return name


def _checked_sizes(sizes: Sequence[int] | None, providers: int) -> list[int]:
    if sizes is None:
        return [size for size in _USUAL_SIZES if size < providers] + [providers]
    for size in sizes:
        if isinstance(size, bool) or not isinstance(size, int | np.integer) or size < 1:
            raise ValueError(f"sizes are whole numbers of 1 or more, not {size!r}")
        if size > providers:
            raise ValueError(f"the group has {providers} providers, so {size} can't pool")
    if not len(sizes):
        raise ValueError("sizes is empty: give at least one number of providers")
    return [int(size) for size in sizes]


def _of_period(shared: SharedOut, at: int, sizes: Sequence[int], years: slice) -> dict[str, Array]:
    """Return relative risk and its parts in closed form, each (sizes,)."""
    revenue = _revenue(shared, at, years)
    p = shared.market[at].each * np.array(sizes)
    all_share = shared.result[at][:, years].sum(axis=1)
    systematic = np.full(len(sizes), _sd(all_share) / revenue)
    luck = float(np.sqrt(shared.own_variance(at, years).mean()))
    own = np.sqrt(np.maximum(p * (1.0 - p), 0.0)) * luck / (p / shared.market[at].share * revenue)
    return {
        "relative_risk": np.sqrt(systematic**2 + own**2),
        "systematic": systematic,
        "own": own,
    }


def _simulated(shared: SharedOut, at: int, sizes: Sequence[int], spans: Sequence[slice]) -> Array:
    """Return relative risk with the luck of every provider drawn, shape (periods, sizes)."""
    payment, cost = shared.with_luck()
    mean = (payment[at] - cost[at]) / shared.market[at].providers
    each = np.array([_revenue(shared, at, years) for years in spans]) / shared.market[at].providers
    risk = np.zeros((len(spans), len(sizes)))
    together = np.zeros_like(mean)
    for number, own in enumerate(shared.members(at), start=1):
        together = together + mean + own
        for place in (place for place, size in enumerate(sizes) if size == number):
            sds = np.array([_sd(together[:, years].sum(axis=1)) for years in spans])
            risk[:, place] = sds / (number * each)
    return risk


def _revenue(shared: SharedOut, at: int, years: slice) -> float:
    """Return what a group is paid in those years, mean over draws."""
    revenue = float(shared.paid[at][:, years].sum(axis=1).mean())
    return revenue if revenue > 0 else float("nan")


def _sd(values: Array) -> float:
    return float(values.std(ddof=1)) if len(values) > 1 else float("nan")
