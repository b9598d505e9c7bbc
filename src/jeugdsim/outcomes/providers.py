"""What single providers are left with: their part of a contract's result, and luck of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.funding.child_costs import ChildCosts
from jeugdsim.funding.market import Group
from jeugdsim.funding.settlement import check_belongs
from jeugdsim.outcomes.provider_luck import SharedOut, shared_out
from jeugdsim.scenario.findings import meant
from jeugdsim.scenario.model import Scenario

Array = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]
_DIMS = ("draw", "year", "provider")
_CENT = 0.01


def provider_results(
    accounts: xr.Dataset, scenario: Scenario, *, contracts: Sequence[str] | None = None
) -> xr.Dataset:
    """Return what each group of providers, and one provider of it, is paid and left with.

    A group's result is its market share of the contract's, and a deviation of its own: the children
    that come to it are more or fewer, dearer or cheaper, than its share of all. Under P x Q its own
    care is paid, so at a cost ratio of 1 its result has no deviation; above a ceiling only in part.
    Under a task-based sum or a fee for places the deviation is its own gain or loss; what a stop-loss,
    a reinsurer or a bail-out pays goes by market share. Under an output-based contract its own
    trajectories are paid. Results of the groups add up to the contract's in every draw.

    Parameters
    ----------
    accounts : xarray.Dataset
        From ``settle``.
    scenario : Scenario
        Whose ``contracts.X.providers`` name the groups. What they leave of the market is one group more
        ("overige aanbieders"), counted as one provider; a contract that names none gives one group with
        all of it ("alle aanbieders").
    contracts : sequence of str, optional
        Only these contracts; by default all.

    Returns
    -------
    xarray.Dataset
        On (draw, year, provider), nominal euros. Of the group together: ``payment``, ``cost``,
        ``result`` = payment - cost, ``cumulative_result`` from the start, and ``reserve_lost`` (bool:
        if they bore it as one, whether that has been below minus their reserve at the end of any year
        so far). Of its first provider: ``single_result``, ``single_cumulative_result`` and
        ``single_reserve_lost``. ``providers_lost``: how many of the group's providers have lost their
        reserve by then, each with its own luck; its mean over draws, divided by ``providers``, is the
        chance for one of them, and the share of draws in which it is not 0 the chance for any. The
        reserve is a fraction of the provider's share of the first year's agreed budget, or of its
        payment in the first year where no budget is agreed. The coordinate is "CONTRACT: GROUP", with
        ``contract``, ``group``, ``market_share`` (of the group) and ``providers`` beside it.

    Raises
    ------
    ValueError
        When accounts and scenario do not belong together, or there is no such contract.

    Notes
    -----
    A child is counted with one provider for all its care under the contract. Where places or ages limit
    care, the squares are those of care without these limits.

    Examples
    --------
    >>> import jeugdsim as js
    >>> seven = {"de zeven": {"market_share": 0.7, "providers": 7}}
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027").with_changes(
    ...     {"contracts.verblijf.providers": seven}
    ... )
    >>> accounts = js.settle(js.simulate(scenario, draws=4, seed=2027, progress=False), scenario)
    >>> results = js.provider_results(accounts, scenario, contracts=["verblijf"])
    >>> results.provider.values.tolist()
    ['verblijf: de zeven', 'verblijf: overige aanbieders']
    """
    check_belongs(accounts, scenario)
    return results_of_groups(accounts, scenario, _asked(scenario, contracts))


def results_of_groups(
    accounts: xr.Dataset,
    scenario: Scenario,
    contracts: Sequence[str],
    children: Mapping[str, ChildCosts] | None = None,
) -> xr.Dataset:
    """Return the ``provider_results`` of some contracts, on children worked out before if given."""
    parts = [_of_contract(shared) for shared in shared_out(accounts, scenario, contracts, children)]
    return xr.concat(parts, "provider").assign_attrs(accounts.attrs)


def _asked(scenario: Scenario, contracts: Sequence[str] | None) -> Sequence[str]:
    known = scenario.contract_names
    unknown = [name for name in contracts or () if name not in known]
    if unknown or contracts == []:
        name = repr(unknown[0]) if unknown else "without a name"
        raise ValueError(f"there is no contract {name}{meant(str(name), known)}")
    return known if contracts is None else contracts


def _of_contract(shared: SharedOut) -> xr.Dataset:
    """Return the results of one contract's groups."""
    account, market = shared.account, shared.market
    payment, cost = shared.with_luck()
    result = payment - cost
    reserve = np.stack([group.reserve * group.each * account.revenue for group in market])
    sizes = np.array([group.providers for group in market])
    singles, lost = zip(
        *(_members(shared, at, result[at], reserve[at]) for at in range(len(market))), strict=True
    )
    single = np.stack(singles)
    columns = {
        "payment": payment,
        "cost": cost,
        "result": result,
        "cumulative_result": result.cumsum(axis=2),
        "reserve_lost": below_by_then(result, sizes[:, None] * reserve),
        "single_result": single,
        "single_cumulative_result": single.cumsum(axis=2),
        "single_reserve_lost": below_by_then(single, reserve),
        "providers_lost": np.stack(lost),
    }
    return xr.Dataset(
        {name: (_DIMS, np.moveaxis(values, 0, 2)) for name, values in columns.items()},
        coords={
            "draw": account.accounts["draw"],
            "year": account.accounts["year"],
            "provider": [f"{account.name}: {group.name}" for group in market],
            **_papers(account.name, market),
        },
    )


def _papers(contract: str, market: Iterable[Group]) -> dict[str, tuple[str, list[object]]]:
    return {
        "contract": ("provider", [contract for _ in market]),
        "group": ("provider", [group.name for group in market]),
        "market_share": ("provider", [group.share for group in market]),
        "providers": ("provider", [group.providers for group in market]),
    }


def _members(
    shared: SharedOut, at: int, result: Array, reserve: Array
) -> tuple[Array, npt.NDArray[np.int64]]:
    """Return the result of a group's first provider, and how many have lost their reserve.

    Parameters
    ----------
    shared, at
        The contract and the place of the group.
    result : ndarray, shape (draws, years)
        Of the group.
    reserve : ndarray, shape (draws,)
        Of one provider, nominal euros.
    """
    mean = result / shared.market[at].providers
    first, lost = mean, np.zeros(result.shape, dtype=np.int64)
    for number, own in enumerate(shared.members(at)):
        one = mean + own
        first = one if number == 0 else first
        lost += below_by_then(one, reserve)
    return first, lost


def below_by_then(result: Array, reserve: Array) -> Truths:
    """Tell whether the running sum has been below minus the reserve at the end of any year so far.

    By more than a cent: less is rounding.

    Parameters
    ----------
    result : ndarray, shape (..., years)
        Euros per year.
    reserve : ndarray, shape (...)
        Euros.

    Examples
    --------
    >>> import numpy as np
    >>> below_by_then(np.array([[-1.0, -2.0, 5.0]]), np.array([2.0])).tolist()
    [[False, True, True]]
    """
    below = np.cumsum(result, axis=-1) < -reserve[..., None] - _CENT
    return np.asarray(np.logical_or.accumulate(below, axis=-1))
