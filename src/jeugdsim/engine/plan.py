"""The plan: a scenario as arrays, made once per run and the same in every draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jeugdsim.engine.effects import Effect, group_members, quantity_effects
from jeugdsim.engine.keyed import GUIDE_BITS
from jeugdsim.engine.limits import contract_of_cells, limit_tables, retention_table
from jeugdsim.engine.stays import (
    EmpiricalStay,
    FixedStay,
    Stay,
    continuous_stay,
    intensity,
    knot_levels,
    remaining_cumulative,
    rounding_factor,
)
from jeugdsim.engine.tables import Tables
from jeugdsim.scenario.fields import Profile
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.numbers import mean_of
from jeugdsim.world.calendar import Calendar, make_calendar
from jeugdsim.world.keys import key_number
from jeugdsim.world.phases import phase_by_day, phase_by_month

Array = npt.NDArray[np.float64]
_LONGEST_REMAINING_DAYS = 60_000  # only levers on the days left and ages ask how far past the horizon
_PhaseOver = Callable[[Calendar, int, Profile, float | None], Array]


@dataclass(frozen=True)
class Plan:
    """What the engine needs of a scenario.

    Attributes
    ----------
    scenario : Scenario
        What is assumed.
    calendar : Calendar
        Days, months, years.
    cells : tuple of (municipality, care form)
        What is bought, sorted.
    cell_municipality, cell_form : ndarray of int, shape (cells,)
        Places of a cell in the sorted names.
    youth : ndarray, shape (municipalities, years)
        Youth on 1 January.
    month_share : ndarray, shape (care forms, months)
        Share of the year's inflow that comes in a month, season included.
    stays, rounding_factors : tuple, one per care form
        Continuous stays and the factor c on them.
    effects : tuple of Effect
        Levers, responses and changes of membership on quantities.
    """

    scenario: Scenario
    calendar: Calendar
    cells: tuple[tuple[str, str], ...]
    cell_municipality: npt.NDArray[np.int64]
    cell_form: npt.NDArray[np.int64]
    youth: Array
    month_share: Array
    stays: tuple[Stay, ...]
    rounding_factors: tuple[float, ...]
    effects: tuple[Effect, ...]


def make_plan(scenario: Scenario) -> Plan:
    """Return the plan of a scenario."""
    calendar = make_calendar(scenario.calendar_years)
    cells = tuple(sorted(scenario.demand_cells))
    town_at = {name: index for index, name in enumerate(scenario.municipality_names)}
    form_at = {name: index for index, name in enumerate(scenario.care_form_names)}
    stays = tuple(continuous_stay(row, scenario.empirical_stays) for row in scenario.care_forms)
    means = [mean_of(row.stay_mean_days) for row in scenario.care_forms]
    return Plan(
        scenario=scenario,
        calendar=calendar,
        cells=cells,
        cell_municipality=np.array([town_at[town] for town, _ in cells], dtype=np.int64),
        cell_form=np.array([form_at[form] for _, form in cells], dtype=np.int64),
        youth=youth_by_year(scenario),
        month_share=_month_share(scenario, calendar),
        stays=stays,
        rounding_factors=tuple(map(rounding_factor, stays, means)),
        effects=quantity_effects(scenario),
    )


def youth_by_year(scenario: Scenario) -> Array:
    """Return the youth on 1 January, shape (municipalities, years)."""
    youth = {(row.municipality, row.year): row.youth for row in scenario.population}
    return np.array(
        [
            [youth[town, year] for year in scenario.calendar_years]
            for town in scenario.municipality_names
        ]
    )


def _month_share(scenario: Scenario, calendar: Calendar) -> Array:
    season = {(row.care_form, row.month): row.factor for row in scenario.season}
    share = calendar.month_days / calendar.year_days[calendar.month_year]
    months = range(len(calendar.month_days))
    return np.array(
        [
            [share[month] * season.get((form, month % 12 + 1), 1.0) for month in months]
            for form in scenario.care_form_names
        ]
    )


def make_tables(plan: Plan, seed: int) -> Tables:
    """Return the kernel's tables for a plan and a seed."""
    scenario, calendar, forms = plan.scenario, plan.calendar, plan.scenario.care_forms
    towns = scenario.municipality_names
    move_first, move_to, moves = _moves(scenario)
    cell_at = np.full((len(towns), len(forms)), -1, dtype=np.int64)
    cell_at[plan.cell_municipality, plan.cell_form] = np.arange(len(plan.cells))
    units_group, units_members = _cell_groups(plan, "units_per_day")
    inflow_group, inflow_members, leaving_members = _inflow_groups(plan)
    stays = _stay_groups(plan, inflow_group)
    extended_group, extended_members = _cell_groups(plan, "extended_share")
    move_group, move_members = group_members(
        _reached_by(plan, [((town, a), b) for town in towns for a, b in moves], "move")
    )
    whole = [index for index, effect in enumerate(plan.effects) if effect.also_days_left]
    means = [mean_of(row.stay_mean_days) for row in forms]
    step_first, step_chances, step_days = _steps(plan.stays)
    knots = knot_levels()
    far = bool(whole) or scenario.has_ages
    remaining_days = max(calendar.days, _LONGEST_REMAINING_DAYS if far else 0)
    remaining = np.array(
        [
            remaining_cumulative(stay, factor, mean, remaining_days)
            for stay, factor, mean in zip(plan.stays, plan.rounding_factors, means, strict=True)
        ]
    )
    return Tables(
        cell_municipality=plan.cell_municipality,
        cell_form=plan.cell_form,
        cell_key=_cell_keys(plan, seed),
        cell_at=cell_at,
        stay_group=stays.group,
        units_group=units_group,
        inflow_group=inflow_group,
        extended_group=extended_group,
        move_group=move_group.reshape(len(towns), len(moves)),
        stay_quantiles=np.array(
            [
                factor * stay.quantile(knots)
                for stay, factor in zip(plan.stays, plan.rounding_factors, strict=True)
            ]
        ),
        fixed_stay=np.array([isinstance(stay, FixedStay) for stay in plan.stays]),
        step_first=step_first,
        step_chances=step_chances,
        step_days=step_days,
        remaining_cumulative=remaining,
        remaining_guide=_guide(remaining),
        intensity_quantiles=np.array([intensity(row.units_cv or 0.0).quantile(knots) for row in forms]),
        spread_units=np.array([bool(row.units_cv) for row in forms]),
        per_trajectory=np.array([row.is_trajectory for row in forms]),
        move_first=move_first,
        move_to=move_to,
        day_year=calendar.day_year().astype(np.int64),
        year_first_day=calendar.year_first_day.astype(np.int64),
        month_first_day=calendar.month_first_day.astype(np.int64),
        month_days=calendar.month_days.astype(np.int64),
        month_year=calendar.month_year.astype(np.int64),
        month_number=calendar.month_number.astype(np.int64),
        month_share=plan.month_share,
        effect_phase_day=_phases(plan, phase_by_day, calendar.days),
        effect_phase_month=_phases(plan, phase_by_month, len(calendar.month_days)),
        stay_members=stays.members,
        refill_members=stays.refills,
        refill_inflow=stays.inflow,
        units_members=units_members,
        inflow_members=inflow_members,
        leaving_members=leaving_members,
        move_members=move_members,
        extended_members=extended_members,
        whole_effect=np.array(whole, dtype=np.int64),
        whole_starts=np.array([plan.effects[index].starts for index in whole], dtype=np.int64),
        whole_cells=np.array(
            [[cell in plan.effects[index].cells for cell in plan.cells] for index in whole],
            dtype=np.bool_,
        ).reshape(len(whole), len(plan.cells)),
        cell_contract=contract_of_cells(scenario, plan.cells),
        retentions=retention_table(scenario),
        **limit_tables(scenario, plan.cells),
    )


def _guide(cumulative: Array) -> npt.NDArray[np.int32]:
    """Return per row where its chances reach each multiple of 2^-GUIDE_BITS."""
    levels = np.arange((1 << GUIDE_BITS) + 1) / (1 << GUIDE_BITS)
    return np.array([np.searchsorted(row, levels) for row in cumulative], dtype=np.int32)


def _steps(stays: tuple[Stay, ...]) -> tuple[npt.NDArray[np.int64], Array, Array]:
    """Return the tables of empirical stays end to end: where each begins, chances, days."""
    tables = [stay if isinstance(stay, EmpiricalStay) else None for stay in stays]
    first = np.cumsum([0, *(0 if table is None else len(table.days) for table in tables)])
    chances = [table.cumulative() for table in tables if table is not None]
    days = [table.days for table in tables if table is not None]
    return first.astype(np.int64), np.concatenate([[], *chances]), np.concatenate([[], *days])


def _cell_keys(plan: Plan, seed: int) -> npt.NDArray[np.int64]:
    code_of = {row.municipality: row.cbs_code for row in plan.scenario.municipalities}
    keys = [key_number(seed, "child", code_of[town], form, bits=64) for town, form in plan.cells]
    return np.array([[key & 0xFFFFFFFF, key >> 32] for key in keys], dtype=np.int64)


def _moves(
    scenario: Scenario,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], list[tuple[str, str]]]:
    """Return the moves sorted by (from, to): first row per form, destinations, names."""
    moves = [(row.from_care_form, row.to_care_form) for row in scenario.moves]
    form_at = {name: index for index, name in enumerate(scenario.care_form_names)}
    origins = np.array([form_at[origin] for origin, _ in moves], dtype=np.int64)
    destinations = np.array([form_at[to] for _, to in moves], dtype=np.int64)
    first = np.searchsorted(origins, np.arange(len(form_at) + 1)).astype(np.int64)
    return first, destinations, moves


def _cell_groups(plan: Plan, affects: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    return group_members(_cells_reached(plan, affects))


def _inflow_groups(
    plan: Plan,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return the groups of cells whose inflow changes alike, by which effects, and by who leaves."""
    changed, left = (_cells_reached(plan, affects) for affects in ("inflow", "leaving"))
    group, members = group_members(np.hstack([changed, left]))
    own, leaving = np.split(members, [len(plan.effects)], axis=1)
    return group, np.ascontiguousarray(own), leaving


@dataclass(frozen=True)
class _StayGroups:
    """Cells whose stays begin alike: the same effects on stays, and refills of the same inflow.

    ``group`` (cells,); ``members`` and ``refills`` (groups, effects); ``inflow`` (groups,), the group
    of the inflow whose fall is refilled.
    """

    group: npt.NDArray[np.int64]
    members: npt.NDArray[np.bool_]
    refills: npt.NDArray[np.bool_]
    inflow: npt.NDArray[np.int64]


def _stay_groups(plan: Plan, inflow_group: npt.NDArray[np.int64]) -> _StayGroups:
    scaled, refilled = (_cells_reached(plan, affects) for affects in ("stay_days", "refill"))
    of_group = inflow_group[:, None] == np.arange(inflow_group.max(initial=0) + 1)
    falls = of_group & refilled.any(axis=1, keepdims=True)
    group, together = group_members(np.hstack([scaled, refilled, falls]))
    effects = len(plan.effects)
    members, refills, inflow = np.split(together, [effects, 2 * effects], axis=1)
    return _StayGroups(
        group, np.ascontiguousarray(members), refills, inflow.argmax(axis=1).astype(np.int64)
    )


def _cells_reached(plan: Plan, affects: str) -> npt.NDArray[np.bool_]:
    return _reached_by(plan, [(cell, None) for cell in plan.cells], affects)


def _reached_by(
    plan: Plan, places: list[tuple[tuple[str, str], str | None]], affects: str
) -> npt.NDArray[np.bool_]:
    """Tell which effects of a kind act on which places, shape (places, effects)."""
    reached = np.zeros((len(places), len(plan.effects)), dtype=np.bool_)
    for number, effect in enumerate(plan.effects):
        if effect.affects == affects:
            reached[:, number] = [effect.to == to and cell in effect.cells for cell, to in places]
    return reached


def _phases(plan: Plan, over: _PhaseOver, moments: int) -> Array:
    phases = [
        over(plan.calendar, effect.starts, effect.profile, effect.phase_in_years)
        for effect in plan.effects
    ]
    return np.array(phases).reshape(len(phases), moments)
