"""Allocate: payments in, bills per municipality and segment out, under a key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.allocation.budget import carried_cost, lever_costs, make_budgets, segment_sums
from jeugdsim.allocation.fixed_cost import FIXED_COST, fixed_costs, on_segments
from jeugdsim.allocation.keys import key_shares
from jeugdsim.allocation.pool_case import PoolCase
from jeugdsim.allocation.pools import make_pools, shareable_cost
from jeugdsim.allocation.shares import NotComputableError
from jeugdsim.funding.settlement import TERMS_HASH, check_belongs, contract_places, ordered, terms_hash
from jeugdsim.scenario.findings import nearest
from jeugdsim.scenario.keys import KEYS
from jeugdsim.scenario.model import Scenario

Array = npt.NDArray[np.float64]
Key = str | Mapping[str, str]
BILL_DIMS = ("draw", "year", "municipality", "segment")
_CELL_DIMS = ("draw", "year", "municipality", "care_form")


def allocate(accounts: xr.Dataset, scenario: Scenario, key: Key | None = None) -> xr.Dataset:
    """Share every contract's payment among its members.

    Parameters
    ----------
    accounts : xarray.Dataset
        From ``settle``, with this scenario's contracts.
    scenario : Scenario
        Contracts, populations, levers, budget.
    key : str or mapping of contract to str, optional
        The allocation key (*verdeelsleutel*) for contracts that are not P x Q, or a table that names
        one per contract; by default the scenario's ``allocation.used``. A name is that of a key every
        scenario has or of one under ``allocation.defined``. P x Q is billed by own use unless a table
        names it.

    Returns
    -------
    xarray.Dataset
        On (draw, year, municipality, segment), nominal euros: ``contribution``, ``lever_cost``,
        ``budget`` (target included), ``overrun`` = contribution + lever cost + fixed cost - budget,
        and ``budget_without_target``. Where the scenario has a fixed cost also ``fixed_cost`` (draw,
        year, municipality); in ``overrun`` it lies on a municipality's segments by their expected
        reference cost. Where care forms have places or children have ages, also
        ``reference_cost`` (municipality, segment): the expected cost of the reference in the first
        year, euros of price_year, by the ``reference_units`` of the accounts. If these are of another
        reference than the scenario's, it is simulated.

    Raises
    ------
    NotComputableError
        When the key needs use that a contract does not register, or something else that is not known.
    ValueError
        When the key is unknown, or accounts and scenario do not belong together.

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> volumes = js.simulate(scenario, draws=2, seed=2027, progress=False)
    >>> bills = js.allocate(js.settle(volumes, scenario), scenario, key="youth_population")
    >>> dict(bills.contribution.sizes)
    {'draw': 2, 'year': 6, 'municipality': 9, 'segment': 5}
    """
    check_belongs(accounts, scenario)
    _check_contracts(accounts, scenario)
    reference_cost = shareable_cost(scenario, accounts)
    by_segment = segment_sums(scenario, reference_cost)
    contribution = contributions(accounts, scenario, reference_cost, key)
    lever_cost = lever_costs(accounts, scenario, reference_cost)
    budgets = make_budgets(scenario, by_segment)
    budget = np.broadcast_to(budgets.with_target, contribution.shape)
    without = np.broadcast_to(budgets.without_target, contribution.shape)
    cost, fixed_cost = contribution + lever_cost, fixed_costs(accounts, scenario, reference_cost)
    if fixed_cost is not None:
        cost = cost + on_segments(fixed_cost, by_segment)
    return xr.Dataset(
        data_vars={
            "contribution": (BILL_DIMS, contribution),
            "lever_cost": (BILL_DIMS, lever_cost),
            "budget": (BILL_DIMS, budget),
            "overrun": (BILL_DIMS, cost - budget),
            "budget_without_target": (BILL_DIMS, without),
            **({} if fixed_cost is None else {FIXED_COST: (BILL_DIMS[:-1], fixed_cost)}),
            **carried_cost(scenario, by_segment),
        },
        coords={
            **{name: accounts[name] for name in ("draw", "year", "municipality")},
            "segment": list(scenario.segment_names),
        },
        attrs=accounts.attrs,
    )


def contributions(
    accounts: xr.Dataset, scenario: Scenario, reference_cost: Array, key: Key | None = None
) -> Array:
    """Return contributions, shape (draws, years, municipalities, segments); see ``allocate``."""
    keys = contract_keys(scenario, scenario.settings.allocation.used if key is None else key)
    shape = tuple(accounts.sizes[name] for name in BILL_DIMS[:-1])
    bills = np.zeros((*shape, len(scenario.segment_names)))
    for pool in make_pools(scenario, reference_cost):
        case, pool_key = PoolCase(scenario, accounts, pool), keys[pool.contract]
        share = None if pool_key is None else key_shares(case, pool_key)
        for segment, part in _by_segment(case, share):
            bills[:, :, list(pool.members), segment] += part
    return bills


def contract_keys(scenario: Scenario, key: Key) -> dict[str, str | None]:
    """Return the key of every contract, None where own use is billed (P x Q).

    Raises
    ------
    NotComputableError
        When a key needs use that a contract does not register.
    ValueError
        When a key or contract is unknown, or a table leaves out a contract that is not P x Q.
    """
    contracts, allocation = scenario.settings.contracts, scenario.settings.allocation
    known = (*KEYS, *allocation.defined)
    for wanted in [key] if isinstance(key, str) else _table(key).values():
        if wanted not in known:
            raise ValueError(
                f"no key is called {wanted!r}{nearest(wanted, known)}; known: {', '.join(known)}"
            )
    if isinstance(key, str):
        keys = {name: None if terms.form == "pxq" else key for name, terms in contracts.items()}
    else:
        for name in set(key) - set(contracts):
            raise ValueError(f"no contract is called {name!r}{nearest(name, contracts)}")
        keys = {name: key.get(name) for name in contracts}
    for name, chosen in keys.items():
        if chosen is None:
            if contracts[name].form != "pxq":
                raise ValueError(f"the table of keys names no key for contract {name!r}")
            continue
        if allocation.needs_use(chosen) and not contracts[name].knows_use:
            raise NotComputableError(
                f"{chosen} needs own use, which contract {name!r} does not register "
                "(use_registered = false)"
            )
    return keys


def _table(key: object) -> Mapping[str, str]:
    if not isinstance(key, Mapping):
        raise ValueError(f"a key is a name or a table contract -> name, not {key!r}")
    return key


def _check_contracts(accounts: xr.Dataset, scenario: Scenario) -> None:
    settled = dict(
        zip(accounts["contract"].values.tolist(), accounts["form"].values.tolist(), strict=True)
    )
    asked = {name: terms.form for name, terms in scenario.settings.contracts.items()}
    if settled != asked:
        raise ValueError(
            f"these accounts were settled under the contracts {settled}, not {asked}: give the "
            'scenario they were settled for, scenario.with_changes({"contracts": ...})'
        )
    if accounts.attrs.get(TERMS_HASH, terms_hash(scenario)) != terms_hash(scenario):
        raise ValueError(
            "these accounts were settled under other terms, members or care forms of contracts than "
            f"those of {scenario.name!r}, so bills would not add up to what was paid: settle again, or "
            "give the scenario they were settled for"
        )


def _by_segment(case: PoolCase, share: Array | None) -> Iterator[tuple[int, Array]]:
    """Give what each member pays of a pool's segments: by its shares, or its own use without any."""
    if case.terms.form != "pxq" and share is not None:
        account = case.accounts.sel(contract=case.pool.contract)
        payment = ordered(account, "payment", ("draw", "year"))
        for segment, weight in case.pool.segment_weights:
            yield segment, share * (payment * weight)[:, :, None]
        return
    paid = _paid_part(case)
    for (segment, _), forms in zip(case.pool.segment_weights, case.pool.segment_forms, strict=True):
        own = _use_of(case, forms)
        billed = own.sum(axis=3) if share is None else own.sum(axis=(2, 3))[:, :, None]
        if paid is not None:
            billed = billed * paid[:, :, None]
        yield segment, billed if share is None else share * billed


def _use_of(case: PoolCase, forms: tuple[int, ...]) -> Array:
    """Return the members' own use of some of a pool's care forms, (draws, years, members, forms)."""
    use = ordered(case.accounts, "use_value", _CELL_DIMS)
    return use[:, :, np.array(case.pool.members)[:, None], np.array(forms)]


def _paid_part(case: PoolCase) -> Array | None:
    """Return the part of own use that a P x Q contract pays, (draws, years); None where it pays all.

    Under a ceiling every member pays the same part of its use.
    """
    if not case.terms.pays_part_of_use:
        return None
    account = case.accounts.sel(contract=case.pool.contract)
    use = np.where(
        contract_places(case.scenario, case.pool.contract),
        ordered(case.accounts, "use_value", _CELL_DIMS),
        0.0,
    ).sum(axis=(2, 3))
    payment = ordered(account, "payment", ("draw", "year"))
    return np.asarray(np.divide(payment, use, out=np.zeros_like(use), where=use > 0))
