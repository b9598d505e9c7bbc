"""What is known of a bill before its year begins, and what one more euro of own use would do to it.

Both ask what a key makes of other accounts: those in which a year is still to come, and those in which
a municipality used a little more. A mix of keys is taken apart first: it adds up.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.allocation.keys import key_shares
from jeugdsim.allocation.pool_case import PoolCase
from jeugdsim.outcomes.key_bills import OWN_USE, empty_bills, same_pools
from jeugdsim.scenario.keys import KEYS_THAT_NEED_USE, Allocation

Array = npt.NDArray[np.float64]
KNOWN_USE = "rolling_use"
MORE = 0.01
MOST_DRAWS = 1000
_BY_CHILD = ("clients_in_year", "child_excess")
_CELL_DIMS = ("draw", "year", "municipality", "care_form")


def parts_of(allocation: Allocation, key: str) -> dict[str, float]:
    """Return the keys a mix comes down to with their parts; another key is its own whole.

    Examples
    --------
    >>> parts_of(Allocation(used="inhabitants"), "inhabitants")
    {'inhabitants': 1.0}
    """
    terms = allocation.terms_of(key)
    if terms.kind != "mix":
        return {key: 1.0}
    parts: dict[str, float] = {}
    for name, weight in terms.parts.items():
        for leaf, part in parts_of(allocation, name).items():
            parts[leaf] = parts.get(leaf, 0.0) + weight * part
    return parts


def known_beforehand(allocation: Allocation, key: str) -> bool:
    """Tell whether a key's shares of a year are known when the year begins.

    They are not where a share asks for use, clients or payments of the year itself.

    Examples
    --------
    >>> allocation = Allocation(used="actual_use")
    >>> [known_beforehand(allocation, key) for key in ("actual_use", "rolling_use", "inhabitants")]
    [False, True, True]
    """
    terms = allocation.terms_of(key)
    if terms.kind in ("actual_use", "pooled", "levelled"):
        return False
    if terms.kind in ("lagged_use", "rolling_use", "clients"):
        return terms.lag_years > 0
    if terms.kind == "transition" and terms.most_per_inhabitant is not None:
        return False
    if terms.kind in ("mix", "transition"):
        return all(known_beforehand(allocation, part) for part in terms.other_keys)
    return True


def follows_use(allocation: Allocation, key: str) -> bool:
    """Tell whether a bill follows use after the start; shares fixed before it do not."""
    terms = allocation.terms_of(key)
    if terms.kind in ("mix", "transition"):
        return any(follows_use(allocation, part) for part in terms.other_keys)
    return terms.kind in KEYS_THAT_NEED_USE


def announced_shares(
    cases: tuple[PoolCase, ...], keys: tuple[str | None, ...], shares: tuple[Array, ...]
) -> list[Array]:
    """Return every pool's shares as known when each year begins, each (draws, years, members).

    See ``judge_keys`` for what is known. Own use that is billed (P x Q) counts as actual use.

    Parameters
    ----------
    cases : tuple of PoolCase
        The pools.
    keys : tuple of str or None
        Their keys.
    shares : tuple of ndarray, shape (draws, years, members)
        What the keys make of every pool in the end.
    """
    allocation = cases[0].scenario.settings.allocation
    ahead: list[Array] = []
    still_open: list[dict[str, float]] = []
    for case, key, final in zip(cases, keys, shares, strict=True):
        if key is not None and known_beforehand(allocation, key):
            ahead.append(final)
            still_open.append({})
            continue
        share, parts = np.zeros_like(final), parts_of(allocation, key or OWN_USE)
        for part in list(parts):
            known = KNOWN_USE if part == OWN_USE else part
            if known_beforehand(allocation, known):
                share += parts.pop(part) * key_shares(case, known)
        ahead.append(share)
        still_open.append(parts)
    if any(still_open):
        _add_at_eve(cases, still_open, ahead)
    return ahead


def _add_at_eve(
    cases: tuple[PoolCase, ...], parts: list[dict[str, float]], shares: list[Array]
) -> None:
    """Add parts that ask for the year itself, year by year, from accounts as they are expected."""
    for year in range(shares[0].shape[1]):
        expected = _at_eve(cases, year)
        for case, open_parts, share in zip(same_pools(cases, expected), parts, shares, strict=True):
            for part, weight in open_parts.items():
                share[:, year] += weight * key_shares(case, part)[:, year]


def _at_eve(cases: tuple[PoolCase, ...], year: int) -> xr.Dataset:
    """Return accounts in which a year holds what is expected of it the day before.

    A payment and a child's excess are their means over draws; use and clients of a pool are theirs,
    divided by the rolling use so far.
    """
    accounts = cases[0].accounts
    expected = {"payment": _mean_in(accounts["payment"], year)}
    for name in ("use_value", "clients_in_year"):
        if name in accounts:
            expected[name] = _divided_by_known_use(cases, accounts[name], year)
    if "child_excess" in accounts:
        expected["child_excess"] = _mean_in(accounts["child_excess"], year)
    return accounts.assign(expected)


def _mean_in(values: xr.DataArray, year: int) -> xr.DataArray:
    """Return values in which a year holds its mean over draws."""
    array = values.transpose("draw", "year", ...).astype(np.float64).copy(deep=True)
    array[:, year] = array[:, year].mean("draw")
    return array


def _divided_by_known_use(cases: tuple[PoolCase, ...], values: xr.DataArray, year: int) -> xr.DataArray:
    array = values.transpose(*_CELL_DIMS).astype(np.float64).copy(deep=True)
    cells = array.to_numpy()
    for case in cases:
        places = np.ix_(range(len(cells)), [year], case.pool.members, case.pool.care_forms)
        means = cells[places].sum(axis=2).mean(axis=0)
        shares = key_shares(case, KNOWN_USE)[:, year]
        cells[places] = (shares[:, :, None] * means)[:, None]
    return array


def marginal_bills(
    cases: tuple[PoolCase, ...], keys: tuple[str | None, ...]
) -> tuple[Array, Array] | None:
    """Return each municipality's extra bill by year, and the extra use that brings it, euros.

    A municipality has one percent more children in the first year, so one percent more use, clients
    and cost per child above every threshold; payments stay as they are. Means over the first 1,000
    draws at most.

    Returns
    -------
    bills : ndarray, shape (years, municipalities)
    use : ndarray, shape (municipalities,)
        Or None where no key shares anything.
    """
    allocation = cases[0].scenario.settings.allocation
    few = same_pools(cases, cases[0].accounts.isel(draw=slice(MOST_DRAWS)))
    shared = [(case, key) for case, key in zip(few, keys, strict=True) if key is not None]
    if not shared:
        return None
    years, towns = empty_bills(few).shape[1:]
    bills, use = np.zeros((years, towns)), np.zeros(towns)
    follows = [
        (place, case, part, weight, key_shares(case, part))
        for place, (case, key) in enumerate(shared)
        for part, weight in parts_of(allocation, key).items()
        if follows_use(allocation, part)
    ]
    for case, _ in shared:
        use[list(case.pool.members)] += MORE * case.use[:, 0].mean(axis=0)
    if not follows:
        return bills, use
    for town, accounts in enumerate(_with_more_children(few)):
        more = same_pools(tuple(case for case, _ in shared), accounts)
        for place, case, part, weight, before in follows:
            if town in case.pool.members:
                at = case.pool.members.index(town)
                extra = key_shares(more[place], part)[:, :, at] - before[:, :, at]
                bills[:, town] += weight * (case.payment * extra).mean(axis=0)
    return bills, use


def _with_more_children(cases: tuple[PoolCase, ...]) -> Iterator[xr.Dataset]:
    """Give accounts in which one municipality has more children in the first year, in their order."""
    accounts = cases[0].accounts
    for town in range(accounts.sizes["municipality"]):
        changed = {}
        for name in ("use_value", *_BY_CHILD):
            if name in accounts:
                array = accounts[name].astype(np.float64).copy(deep=True)
                array[{"year": 0, "municipality": town}] *= 1.0 + MORE
                changed[name] = array
        yield accounts.assign(changed)
