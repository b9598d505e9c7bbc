"""What limits care, as arrays: places and who shares them, lines and what waiting does, ages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from jeugdsim.engine import columns as col
from jeugdsim.engine.ages import MAJORITY, YEAR_DAYS
from jeugdsim.engine.stays import Stay, continuous_stay, rounding_factor
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.numbers import Number, mean_of
from jeugdsim.scenario.rows import CareForm
from jeugdsim.world.parameters import Parameters

Array = npt.NDArray[np.float64]
_AGES = 18  # entry ages 0 to 17
_LAST_CLASS = col.PRIORITIES - 1


@dataclass(frozen=True)
class Pool:
    """Places that are shared.

    Attributes
    ----------
    care_form : str
        The form whose places they are.
    contract : str
        Whose members share them; empty for all who buy the form.
    municipalities : frozenset of str
        Who shares them.
    """

    care_form: str
    contract: str
    municipalities: frozenset[str]


def pools_of(scenario: Scenario) -> tuple[Pool, ...]:
    """Return the pools of places, by form and contract."""
    regional = {row.care_form for row in scenario.care_forms if row.places is not None}
    named = {(form, "") for form in regional} | {
        (row.care_form, row.contract) for row in scenario.places
    }
    return tuple(
        Pool(form, contract, _sharing(scenario, form, contract)) for form, contract in sorted(named)
    )


def _sharing(scenario: Scenario, form: str, contract: str) -> frozenset[str]:
    cells = scenario.contract_cells(contract) if contract else scenario.demand_cells
    return frozenset(town for town, bought in cells if bought == form)


def limit_tables(scenario: Scenario, cells: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """Return the fields of the kernel's Tables that say what limits care.

    Parameters
    ----------
    scenario : Scenario
        What is assumed.
    cells : tuple of (municipality, care form)
        What is bought, in the order of the plan.
    """
    pools, forms = pools_of(scenario), scenario.care_form_names
    waiting = {row.care_form: row for row in scenario.waiting}
    demand = {(row.municipality, row.care_form): row for row in scenario.demand}
    extended = {row.care_form: row.until_age for row in scenario.extended_care}
    form_at = {name: index for index, name in enumerate(forms)}
    lines = [waiting.get(name) for name in forms]
    return {
        "pool_at": np.array([_pool_of(pools, cell) for cell in cells], dtype=np.int64),
        "pool_form": np.array([form_at[pool.care_form] for pool in pools], dtype=np.int64),
        "entry_class": _classes([demand[cell].priority for cell in cells]),
        "move_class": _classes([row.priority for row in scenario.moves]),
        "move_holds": np.array([row.holds_place for row in scenario.moves], dtype=np.bool_),
        "bridging_form": _form_numbers(forms, [row.bridging_care_form if row else "" for row in lines]),
        "escalation_form": _form_numbers(
            forms, [row.escalation_care_form if row else "" for row in lines]
        ),
        "in_time_days": np.array(
            [(row.admitted_within_days or 0) if row else 0 for row in lines], dtype=np.int64
        ),
        "entry_age_cumulative": entry_age_cumulative(scenario),
        "until_age": np.array(
            [extended.get(name, MAJORITY) for name in forms] if scenario.has_ages else []
        ),
    }


def _form_numbers(forms: tuple[str, ...], names: list[str]) -> npt.NDArray[np.int64]:
    """Return where care forms stand in the sorted names, -1 where there is none."""
    return np.array([forms.index(name) if name else -1 for name in names], dtype=np.int64)


def _pool_of(pools: tuple[Pool, ...], cell: tuple[str, str]) -> int:
    town, form = cell
    for number, pool in enumerate(pools):
        if pool.care_form == form and town in pool.municipalities:
            return number
    return -1


def _classes(priorities: list[int | None]) -> npt.NDArray[np.int64]:
    """Return classes from 0: as written less one, and the last for those without a number."""
    classes = [_LAST_CLASS if written is None else written - 1 for written in priorities]
    return np.array(classes, dtype=np.int64)


def entry_age_cumulative(scenario: Scenario) -> Array:
    """Return P(age at first entry <= age) per care form, ages 0 to 17; without ages (0, 0)."""
    if not scenario.has_ages:
        return np.zeros((0, 0))
    share = {(row.care_form, row.age): row.share for row in scenario.entry_ages}
    shares = [
        [share.get((form, age), 0.0) for age in range(_AGES)] for form in scenario.care_form_names
    ]
    return np.cumsum(shares, axis=1)


def retention_table(scenario: Scenario) -> Array:
    """Return the retentions on a child's yearly cost, (contracts, most), infinite where none is."""
    given = [scenario.settings.contracts[name].child_retentions for name in scenario.contract_names]
    most = max(map(len, given), default=0)
    table = np.full((len(given), most), np.inf)
    for row, retentions in zip(table, given, strict=True):
        row[: len(retentions)] = retentions
    return table


def contract_of_cells(scenario: Scenario, cells: tuple[tuple[str, str], ...]) -> npt.NDArray[np.int64]:
    """Return the contract each cell falls under, by its place in the sorted names."""
    contract = {
        cell: number
        for number, name in enumerate(scenario.contract_names)
        for cell in scenario.contract_cells(name)
    }
    return np.array([contract[cell] for cell in cells], dtype=np.int64)


def drawn_rates(scenario: Scenario, parameters: Parameters) -> Array:
    """Return what ends a wait or lengthens care, shape (draws, care forms, 3).

    Reneging and escalation per year of waiting, and the share that may stay beyond 18, before levers.
    """
    waiting = {row.care_form: row for row in scenario.waiting}
    extended = {row.care_form: row.share for row in scenario.extended_care}
    forms = scenario.care_form_names

    def per_form(path: str, numbers: dict[str, Number]) -> Array:
        columns = [parameters.of(path.format(form), numbers.get(form, 0.0)) for form in forms]
        return np.stack(columns, axis=1)

    reneging = {form: row.reneging_per_year for form, row in waiting.items()}
    escalation = {form: row.escalation_per_year for form, row in waiting.items()}
    rates = [
        per_form("waiting.{}.reneging_per_year", reneging),
        per_form("waiting.{}.escalation_per_year", escalation),
        per_form("extended_care.{}.share", extended),
    ]
    return np.ascontiguousarray(np.stack(rates, axis=2))


def drawn_waiting(
    scenario: Scenario, cells: tuple[tuple[str, str], ...], parameters: Parameters
) -> Array:
    """Return the expected children in line on the day before the start, shape (draws, cells)."""
    demand = {(row.municipality, row.care_form): row.waiting_at_start for row in scenario.demand}
    in_line = [
        parameters.of(f"demand.{town}.{form}.waiting_at_start", demand[town, form] or 0.0)
        for town, form in cells
    ]
    return np.ascontiguousarray(np.stack(in_line, axis=1))


def known_at_start(
    scenario: Scenario, cells: tuple[tuple[str, str], ...]
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Tell of which cells the stock, and the children in line, are whole numbers and no expectation."""
    rows = {(row.municipality, row.care_form): row for row in scenario.demand}
    known = scenario.settings.clients_at_start_known
    stock = [known and rows[cell].clients_at_start is not None for cell in cells]
    waiting = [known and rows[cell].waiting_at_start is not None for cell in cells]
    return np.array(stock, dtype=np.bool_), np.array(waiting, dtype=np.bool_)


def drawn_places(scenario: Scenario, parameters: Parameters) -> npt.NDArray[np.int64]:
    """Return the whole places of every pool, shape (draws, pools, years)."""
    rows = {row.care_form: row for row in scenario.care_forms}
    years = scenario.calendar_years
    pools = [
        _places_of(scenario, rows[pool.care_form], pool.contract, parameters)
        for pool in pools_of(scenario)
    ]
    if not pools:
        return np.zeros((parameters.draws, 0, len(years)), dtype=np.int64)
    return np.ascontiguousarray(np.stack(pools, axis=1))


def _places_of(
    scenario: Scenario, row: CareForm, contract: str, parameters: Parameters
) -> npt.NDArray[np.int64]:
    """Return the places of one pool, shape (draws, years); halves are rounded up."""
    shape = (parameters.draws, len(scenario.calendar_years))
    if row.places is not None:
        drawn = parameters.of(f"care_forms.{row.care_form}.places", row.places)
        return np.broadcast_to(np.floor(drawn + 0.5).astype(np.int64)[:, None], shape)
    named = {
        each.year: each.places
        for each in scenario.places
        if each.care_form == row.care_form and each.contract == contract
    }
    levels = [named[max(y for y in named if y <= year)] for year in scenario.calendar_years]
    return np.broadcast_to(np.array(levels, dtype=np.int64), shape)


@dataclass(frozen=True)
class StayUntilLimit:
    """What the age limit leaves of a stay per care form: for who leaves at 18, for who may stay on.

    Attributes
    ----------
    kept : ndarray, shape (2, care forms)
        Mean stay with the limit over the mean without.
    ended : ndarray, shape (2, care forms)
        Chance that a stay ends of itself, before the limit.
    """

    kept: Array
    ended: Array

    def mixed(self, share: Array) -> tuple[Array, Array]:
        """Return kept and ended where this share may stay on, shapes (draws, care forms)."""
        kept = (1.0 - share) * self.kept[0] + share * self.kept[1]
        ended = (1.0 - share) * self.ended[0] + share * self.ended[1]
        return kept, ended


def stay_until_limit(scenario: Scenario) -> StayUntilLimit:
    """Return what the age limit leaves of stays that begin at the form's own entry ages.

    E[min(S, L)] = sum over n of P(S > n) P(L > n), L the days from entry to the limit, which is
    independent of S. Stays at the mean of their assumptions.
    """
    cumulative = entry_age_cumulative(scenario)
    until = {row.care_form: row.until_age for row in scenario.extended_care}
    kept, ended = [], []
    for form, ages in zip(scenario.care_forms, cumulative, strict=True):
        stay = continuous_stay(form, scenario.empirical_stays)
        limits = (MAJORITY, until.get(form.care_form, MAJORITY))
        pairs = [_until(stay, mean_of(form.stay_mean_days), ages, years) for years in limits]
        kept.append([pair[0] for pair in pairs])
        ended.append([pair[1] for pair in pairs])
    return StayUntilLimit(np.transpose(kept), np.transpose(ended))


def _until(stay: Stay, mean: float, ages: Array, years: float) -> tuple[float, float]:
    days = np.arange(int(years * YEAR_DAYS) + 2)
    longer = stay.whole_survival(len(days), rounding_factor(stay, mean))
    younger = np.interp((years * YEAR_DAYS - days) / YEAR_DAYS, np.arange(len(ages) + 1), [0.0, *ages])
    ends = longer[:-1] - longer[1:]
    return float(longer @ younger / mean), float(ends @ younger[1:])


def mean_stays_with_limit(scenario: Scenario) -> dict[str, float]:
    """Return the mean stay with the age limit in days, per care form, all at their mean.

    Of children who enter care in that form; the stated stay is the one without the limit.
    """
    shares = {row.care_form: mean_of(row.share) for row in scenario.extended_care}
    share = np.array([[shares.get(form, 0.0) for form in scenario.care_form_names]])
    kept = stay_until_limit(scenario).mixed(share)[0][0]
    return {
        row.care_form: float(mean_of(row.stay_mean_days) * part)
        for row, part in zip(scenario.care_forms, kept, strict=True)
    }
