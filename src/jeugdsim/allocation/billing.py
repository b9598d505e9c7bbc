"""Allocate: payments in, bills per municipality and segment out, under a key."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.allocation import shares
from jeugdsim.allocation.budget import carried_cost, lever_costs, make_budgets, segment_sums
from jeugdsim.allocation.pools import Pool, make_pools, shareable_cost
from jeugdsim.allocation.shares import NotComputableError
from jeugdsim.engine.plan import youth_by_year
from jeugdsim.funding.settlement import check_belongs, contract_places, ordered
from jeugdsim.scenario.findings import nearest
from jeugdsim.scenario.keys import KEYS
from jeugdsim.scenario.model import Scenario

Array = npt.NDArray[np.float64]
Key = str | Mapping[str, str]
BILL_DIMS = ("draw", "year", "municipality", "segment")


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
        one per contract; by default the scenario's ``allocation.used``. P x Q is billed by own use
        unless a table names it.

    Returns
    -------
    xarray.Dataset
        On (draw, year, municipality, segment), nominal euros: ``contribution``, ``lever_cost``,
        ``budget`` (target included), ``overrun`` = contribution + lever cost - budget, and
        ``budget_without_target``. Where care forms have places or children have ages, also
        ``reference_cost`` (municipality, segment): the expected cost of the reference in the first
        year, euros of price_year, by the ``reference_units`` of the accounts. If these are of another
        reference than the scenario's, it is simulated.

    Raises
    ------
    NotComputableError
        When the key needs use that a contract does not register.
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
    return xr.Dataset(
        data_vars={
            "contribution": (BILL_DIMS, contribution),
            "lever_cost": (BILL_DIMS, lever_cost),
            "budget": (BILL_DIMS, budget),
            "overrun": (BILL_DIMS, contribution + lever_cost - budget),
            "budget_without_target": (BILL_DIMS, without),
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
    use_value = ordered(accounts, "use_value", ("draw", "year", "municipality", "care_form"))
    keys = contract_keys(scenario, scenario.settings.allocation.used if key is None else key)
    bills = np.zeros((*use_value.shape[:3], len(scenario.segment_names)))
    for pool in make_pools(scenario, reference_cost):
        pool_key = keys[pool.contract]
        paid = _paid_part(use_value, accounts, pool.contract, scenario)
        if pool_key is None:
            _add_own_use(bills, use_value, paid, pool)
        else:
            _add_shared(bills, use_value, paid, accounts, pool, pool_key, scenario)
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


def _paid_part(
    use_value: Array, accounts: xr.Dataset, contract: str, scenario: Scenario
) -> Array | None:
    """Return the part of own use that a P x Q contract pays, (draws, years); None where it pays all.

    Under a ceiling every member pays the same part of its use.
    """
    if not scenario.settings.contracts[contract].pays_part_of_use:
        return None
    use = np.where(contract_places(scenario, contract), use_value, 0.0).sum(axis=(2, 3))
    payment = ordered(accounts.sel(contract=contract), "payment", ("draw", "year"))
    return np.asarray(np.divide(payment, use, out=np.zeros_like(use), where=use > 0))


def _add_own_use(bills: Array, use_value: Array, paid: Array | None, pool: Pool) -> None:
    """Add what is paid of own use of a P x Q pool to its segments."""
    for (segment, _), forms in zip(pool.segment_weights, pool.segment_forms, strict=True):
        own = _pool_use(use_value, pool, forms).sum(axis=3)
        bills[:, :, list(pool.members), segment] += own if paid is None else own * paid[:, :, None]


def _pool_use(use_value: Array, pool: Pool, forms: tuple[int, ...]) -> Array:
    """Return the members' own use of some of a pool's care forms, (draws, years, members, forms)."""
    return use_value[:, :, np.array(pool.members)[:, None], np.array(forms)]


def _add_shared(
    bills: Array,
    use_value: Array,
    paid: Array | None,
    accounts: xr.Dataset,
    pool: Pool,
    key: str,
    scenario: Scenario,
) -> None:
    """Add a pool's payment, shared by a key, to its segments."""
    members = list(pool.members)
    use = _pool_use(use_value, pool, pool.care_forms).sum(axis=3)
    share = _shares(key, use, pool, scenario)
    payment = ordered(accounts.sel(contract=pool.contract), "payment", ("draw", "year"))
    is_pxq = scenario.settings.contracts[pool.contract].form == "pxq"
    for (segment, weight), forms in zip(pool.segment_weights, pool.segment_forms, strict=True):
        own = _pool_use(use_value, pool, forms).sum(axis=(2, 3)) if is_pxq else None
        part = payment * weight if own is None else own if paid is None else own * paid
        bills[:, :, members, segment] += share * part[:, :, None]


def _shares(key: str, use: Array, pool: Pool, scenario: Scenario) -> Array:
    if key == "actual_use":
        return shares.actual_use(use, pool.expected_shares)
    if key == "rolling_use":
        return shares.rolling_use(use, pool.expected_shares)
    if key == "expected_use":
        return shares.expected_use(use, pool.expected_shares)
    heads = youth_by_year(scenario) if key == "youth_population" else _inhabitants(scenario)
    return shares.per_head(use, heads[list(pool.members)].T)


def _inhabitants(scenario: Scenario) -> Array:
    persons = {(row.municipality, row.year): row.inhabitants for row in scenario.population}
    return np.array(
        [
            [persons[town, year] for year in scenario.calendar_years]
            for town in scenario.municipality_names
        ]
    )
