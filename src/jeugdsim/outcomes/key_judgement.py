"""Judge allocation keys: what each does to every municipality, on the same draws."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.allocation.pool_case import PoolCase
from jeugdsim.allocation.shares import NotComputableError
from jeugdsim.outcomes import key_criteria as criteria
from jeugdsim.outcomes.key_bills import (
    Key,
    KeyBills,
    empty_bills,
    key_bills,
    keys_of_pools,
    make_cases,
)
from jeugdsim.outcomes.key_criteria import with_region
from jeugdsim.outcomes.key_foresight import announced_shares, known_beforehand, marginal_bills
from jeugdsim.scenario.keys import Allocation
from jeugdsim.scenario.model import Scenario

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
Row = dict[str, object]
REGION = "region"
IN_USE = "in_use"
LEVEL = 0.9
_PERCENTILES = {"p10": 10, "p50": 50, "p90": 90}


def judge_keys(
    accounts: xr.Dataset,
    scenario: Scenario,
    keys: Sequence[str] | Mapping[str, Key] | None = None,
) -> pd.DataFrame:
    """Judge allocation keys on contribution, stability, incentive and who pays for whom.

    Nothing is simulated. A key shares the contracts that are not P x Q (or those a table names); the
    others are billed by own use under every key. "The bill" is all of it, "what the key shares"
    leaves the others out. Cost that stands apart from payments (of a service bureau, of levers) is in
    neither.

    Parameters
    ----------
    accounts : xarray.Dataset
        From ``settle``, with this scenario's contracts.
    scenario : Scenario
        Keys, contracts and populations.
    keys : sequence of str, or mapping of str to key, optional
        Which keys: names, or a name of your own for each key or table contract -> key. By default
        those the scenario reports and the one in use; a table in use is called "in_use".

    Returns
    -------
    pandas.DataFrame
        A row per ``key`` and ``municipality``, and one for the "region". Nominal euros:

        ``computable``, ``reason``
            False with the reason where use is not registered; all numbers are NaN then.
        ``needs_use``
            Whether the key asks for own use after the start, so for its registration: without it (a
            task-based contract with ``use_registered = false``) it can't be computed.
        ``known_beforehand``
            Whether its shares of a year are known when the year begins.
        ``mean``, ``p10``, ``p50``, ``p90``
            The bill per year: per draw the mean over all years.
        ``volatility``
            Standard deviation, over draws and years, of the change of the bill from year to year, as
            a fraction of the mean bill. NaN for a single year.
        ``surprise``, ``surprise_over_5``
            Against the bill announced a year ahead: the mean distance, as a fraction of the mean
            bill, and the chance that the bill of a year is more than 5% above it. Announced is, per
            draw, the mean over draws of the year's payment x the shares known when the year begins.
            Where a share asks for the year itself, use and clients count as divided by the rolling
            use of three years so far (years before the start by the expected shares), and payments
            and what children cost above a threshold as their mean over draws. The mean over draws
            learns nothing from years gone by, so that the error is rather too large than too small.
        ``surprise_of_share``
            The mean distance that comes from the shares alone: payment x (share - known share).
        ``correlation``
            Of what the key shares with own use of the same contracts, over draws, sums over years.
        ``marginal``, ``marginal_after_0``, ``marginal_after_1``, ...
            What one euro more of own use in the first year adds to what the key shares, in all and by
            how many years later; payments as they are, one percent more of use, clients and cost per
            child, over 1,000 draws at most. Keys fixed before the start give 0. In the region: all
            municipalities by their use.
        ``arrives_after``
            Mean number of years after which it arrives; NaN where nothing does.
        ``redistribution``, ``redistribution_p10``, ``redistribution_p90``
            Per year, bill - own share of use x payment: above 0 pays for others. Zero in the region.
        ``moved``
            Mean over draws of its size; in the region half the sum over municipalities: what changes
            hands.
        ``alone_excess``, ``worse_than_alone``
            Its share x the risk-adjusted cost of all - its own cost when it goes alone, both at CVaR
            0.9 and per year, of what the key shares; and the fraction of years in which that is above
            0. In the region: the sum (below 0: what being together saves), and the mean.
        ``coalitions_worse``, ``coalition_excess``
            The fraction of all coalitions it may be part of, over the years, that together pay more
            than they would without the others, and the most that one of them pays more in a year. NaN,
            as the two above, with more than 16 municipalities.

    Raises
    ------
    ValueError
        When a key is unknown, or accounts and scenario do not belong together.

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> volumes = js.simulate(scenario, draws=4, seed=2027, progress=False)
    >>> table = js.judge_keys(js.settle(volumes, scenario), scenario, ["actual_use", "inhabitants"])
    >>> region = table[table.municipality == "region"].set_index("key")
    >>> region.known_beforehand.to_dict()
    {'actual_use': False, 'inhabitants': True}
    """
    import pandas as pd

    chosen = _chosen(scenario, keys)
    return pd.DataFrame(judged_rows(make_cases(accounts, scenario), chosen))


def judged_rows(cases: tuple[PoolCase, ...], keys: Mapping[str, Key]) -> list[Row]:
    """Return the rows of ``judge_keys`` for pools that were made already."""
    judge = _Judge.of(cases)
    return [row for name, key in keys.items() for row in judge.rows(name, key)]


def named_keys(allocation: Allocation) -> dict[str, Key]:
    """Return the keys a scenario reports and the one in use, by name; a table is called "in_use"."""
    used = allocation.used
    named: dict[str, Key] = {key: key for key in allocation.keys}
    return {**named, used: used} if isinstance(used, str) else {**named, IN_USE: used}


def _chosen(scenario: Scenario, keys: object) -> dict[str, Key]:
    if keys is None:
        return named_keys(scenario.settings.allocation)
    if isinstance(keys, Mapping):
        return dict(keys)
    if isinstance(keys, str) or not isinstance(keys, Iterable):
        raise ValueError(f"keys must be a list of names, as [{keys!r}]")
    return {key: key for key in keys}


@dataclass(frozen=True)
class _Judge:
    """The pools, and what every key is compared with."""

    cases: tuple[PoolCase, ...]
    costs: list[Array] | None

    @classmethod
    def of(cls, cases: tuple[PoolCase, ...]) -> _Judge:
        return cls(cases, criteria.pool_costs(cases, LEVEL))

    def rows(self, name: str, key: Key) -> list[Row]:
        scenario = self.cases[0].scenario
        places = [*scenario.municipality_names, REGION]
        allocation = scenario.settings.allocation
        try:
            keys = keys_of_pools(self.cases, key)
            bills = key_bills(self.cases, keys)
        except NotComputableError as reason:
            return _told(name, key, allocation, places, str(reason), {})
        numbers = {
            **_contribution(bills),
            **self._stability(keys, bills),
            **self._incentive(keys, bills),
            **_redistribution(bills),
            **self._alone(keys, bills),
        }
        return _told(name, key, allocation, places, "", numbers)

    def _stability(self, keys: tuple[str | None, ...], bills: KeyBills) -> dict[str, Array]:
        announced, certain = (empty_bills(self.cases) for _ in range(2))
        ahead = announced_shares(self.cases, keys, bills.shares)
        for case, known in zip(self.cases, ahead, strict=True):
            members = list(case.pool.members)
            announced[:, :, members] += case.payment.mean(axis=0)[:, None] * known
            certain[:, :, members] += case.payment[:, :, None] * known
        bill, foreseen = with_region(bills.whole), with_region(announced)
        return {
            "volatility": criteria.volatility(bill),
            "surprise": criteria.surprise(bill, foreseen),
            "surprise_over_5": criteria.chance_of_surprise(bill, foreseen),
            "surprise_of_share": criteria.surprise(bill, with_region(certain)),
        }

    def _incentive(self, keys: tuple[str | None, ...], bills: KeyBills) -> dict[str, Array]:
        own = empty_bills(self.cases)
        for case, key in zip(self.cases, keys, strict=True):
            if key is not None:
                own[:, :, list(case.pool.members)] += case.use
        together = criteria.correlation(with_region(bills.shared), with_region(own))
        years, places = own.shape[1], own.shape[2] + 1
        extra = marginal_bills(self.cases, keys)
        by_year = (
            np.full((years, places), np.nan)
            if extra is None
            else criteria.over(with_region(extra[0]), np.tile(with_region(extra[1]), (years, 1)))
        )
        total = by_year.sum(axis=0)
        later = (np.arange(years)[:, None] * by_year).sum(axis=0)
        after = {f"marginal_after_{year}": row for year, row in enumerate(by_year)}
        arrives = criteria.over(later, total)
        return {"correlation": together, "marginal": total, **after, "arrives_after": arrives}

    def _alone(self, keys: tuple[str | None, ...], bills: KeyBills) -> dict[str, Array]:
        names = ("alone_excess", "worse_than_alone", "coalitions_worse", "coalition_excess")
        if self.costs is None or all(key is None for key in keys):
            places = len(self.cases[0].scenario.municipality_names) + 1
            return {name: np.full(places, np.nan) for name in names}
        found = criteria.worse_than_alone(self.cases, keys, bills.shares, self.costs)
        parts = (found.excess, found.worse, found.coalitions_worse, found.coalition_excess)
        return dict(zip(names, parts, strict=True))


def _contribution(bills: KeyBills) -> dict[str, Array]:
    per_year = with_region(bills.whole.mean(axis=1))
    found = np.percentile(per_year, list(_PERCENTILES.values()), axis=0)
    return {"mean": per_year.mean(axis=0), **dict(zip(_PERCENTILES, found, strict=True))}


def _redistribution(bills: KeyBills) -> dict[str, Array]:
    per_year = (bills.shared - bills.by_use).mean(axis=1)
    low, high = np.percentile(per_year, [10, 90], axis=0)
    sizes = np.abs(per_year).mean(axis=0)
    nothing = 0.0  # what one pays more another pays less
    return {
        "redistribution": np.append(per_year.mean(axis=0), nothing),
        "redistribution_p10": np.append(low, nothing),
        "redistribution_p90": np.append(high, nothing),
        "moved": np.append(sizes, sizes.sum() / 2),
    }


def _told(
    name: str,
    key: Key,
    allocation: Allocation,
    places: Sequence[str],
    reason: str,
    numbers: Mapping[str, Array],
) -> list[Row]:
    keys = [key] if isinstance(key, str) else list(key.values())
    return [
        {
            "key": name,
            "municipality": place,
            "computable": not reason,
            "reason": reason,
            "needs_use": any(allocation.needs_use(part) for part in keys),
            "known_beforehand": all(known_beforehand(allocation, part) for part in keys),
            **{column: float(values[at]) for column, values in numbers.items()},
        }
        for at, place in enumerate(places)
    ]
