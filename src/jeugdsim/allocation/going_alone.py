"""What every coalition of municipalities would pay for a contract alone, with its names."""

from __future__ import annotations

import numpy as np
import xarray as xr

from jeugdsim.allocation import coalitions
from jeugdsim.allocation.games import coalition_members
from jeugdsim.allocation.pool_case import PoolCase
from jeugdsim.allocation.pools import Pool, make_pools, shareable_cost
from jeugdsim.allocation.risk import LEVEL
from jeugdsim.funding.settlement import check_belongs
from jeugdsim.scenario.findings import listed, meant
from jeugdsim.scenario.model import Scenario


def coalition_costs(
    accounts: xr.Dataset,
    scenario: Scenario,
    contract: str,
    *,
    care_form: str | None = None,
    level: float = LEVEL,
) -> xr.DataArray:
    """Return what every coalition of municipalities would pay for a contract if it went alone.

    c(S) = CVaR(L_S) + the least fixed cost of going alone, L_S what S would pay under the same terms:

    L_S = rule(C_S, e_S B) + e_S (T - rule(C, B))

    C_S is own use of its members, e_S their expected share, B the agreed budget, T the payment, and
    rule the risk sharing of the contract (without any: the budget). Without an agreed budget (P x Q,
    output) L_S = T C_S / C: under P x Q own use, as far as it is paid. CVaR is the mean of the worst
    draws. The fixed cost is ``allocation.fixed_cost.alone_per_year``, by the part that the care has in
    all expected cost, at the mean index.

    Parameters
    ----------
    accounts : xarray.Dataset
        From ``settle``.
    scenario : Scenario
        The scenario they were settled for.
    contract : str
        The contract.
    care_form : str, optional
        One of its care forms; asked where they do not all have the same members, because members share
        a bill per group of care forms that do.
    level : float
        Where the tail of the risk begins, 0 or more and below 1; 0.9 is the worst tenth of the draws.

    Returns
    -------
    xarray.DataArray
        On (year, coalition), nominal euros. ``coalition`` is the mask: the sum of 2^i over its members,
        i their place in ``attrs["municipalities"]``; ``members`` (coalition) tells their names.
        ``shapley``, ``nucleolus``, ``scrb`` and ``core_violations`` take a year of it.

    Raises
    ------
    NotComputableError
        When more than 16 municipalities share the bill.
    ValueError
        When there is no such contract or care form, the level is no such fraction, or accounts and
        scenario do not belong together.

    Notes
    -----
    Under P x Q there are always shares by which nobody would rather go alone: those of Euler. Shared
    gains can make it cheaper to stay apart, because the first part of a gain is not shared.

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> accounts = js.settle(js.simulate(scenario, draws=4, seed=2027, progress=False), scenario)
    >>> costs = js.coalition_costs(accounts, scenario, "veelvoorkomend").sel(year=2027)
    >>> costs.sizes["coalition"], costs.members.values[3].item()
    (256, 'Delft + Leidschendam-Voorburg')
    >>> js.core_violations(costs, js.nucleolus(costs))
    {}
    """
    check_belongs(accounts, scenario)
    if contract not in scenario.contract_names:
        raise ValueError(f"there is no contract {contract!r}{meant(contract, scenario.contract_names)}")
    if contract not in accounts["contract"].to_numpy():
        raise ValueError(f"these accounts were settled without contract {contract!r}")
    pools = make_pools(scenario, shareable_cost(scenario, accounts))
    pool = _pool_of(scenario, [pool for pool in pools if pool.contract == contract], care_form)
    case = PoolCase(scenario, accounts, pool)
    costs = coalitions.coalition_costs(case, level)
    names = [
        " + ".join(case.member_names[place] for place in coalition_members(mask))
        for mask in range(costs.shape[1])
    ]
    return xr.DataArray(
        costs,
        dims=("year", "coalition"),
        coords={
            "year": accounts["year"],
            "coalition": np.arange(costs.shape[1]),
            "members": ("coalition", names),
        },
        name="coalition_costs",
        attrs={"contract": contract, "level": level, "municipalities": list(case.member_names)},
    )


def _pool_of(scenario: Scenario, pools: list[Pool], care_form: str | None) -> Pool:
    """Return the pool of a contract that holds a care form."""
    names = scenario.care_form_names
    if care_form is None and len(pools) == 1:
        return pools[0]
    known = [names[place] for pool in pools for place in pool.care_forms]
    if care_form is None:
        raise ValueError(
            f"the care forms of contract {pools[0].contract!r} do not all have the same members: say "
            f"which one is meant, care_form = {listed(sorted(known))}"
        )
    for pool in pools:
        if care_form in [names[place] for place in pool.care_forms]:
            return pool
    raise ValueError(
        f"contract {pools[0].contract!r} has no care form {care_form!r}{meant(care_form, known)}"
    )
