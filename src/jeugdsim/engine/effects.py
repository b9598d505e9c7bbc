"""Levers, funding responses and changes of membership as the engine sees them: on which cells, when.

A lever acts on the care forms (and municipalities) it lists; a response on the cells under contracts
of its form, from ``delay_years`` after the start. Levers on tariffs are money and are left to
``jeugdsim.funding``. A change of membership takes a share of the new children away from 1 January of
its year on: of the inflow into the forms it names, and of the moves to them within that municipality.
Who is in care stays. It is world, not policy, so it is in the reference too.

Two responses act through something else. A *step down* multiplies the chance of every move from such a
cell to a form that is cheaper per day. A *refill* lengthens stays where levers and responses lower the
inflow, as a provider with a fixed sum keeps children longer when fewer come (Douven, Remmerswaal &
Vervliet 2021, Health Economics: about 8% longer at 20% fewer patients).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt

from jeugdsim.scenario.cheaper import cheaper_moves
from jeugdsim.scenario.fields import Profile
from jeugdsim.scenario.keys import Change
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.numbers import Number
from jeugdsim.scenario.settings import FundingResponse, Lever

Affects = Literal["inflow", "stay_days", "units_per_day", "move", "extended_share", "refill", "leaving"]
_RESPONSE_AFFECTS: tuple[Literal["inflow", "stay_days", "units_per_day"], ...] = (
    "inflow",
    "stay_days",
    "units_per_day",
)


@dataclass(frozen=True)
class Effect:
    """One effect on quantities.

    Attributes
    ----------
    path : str
        Dotted path of the number that says how large it is.
    size : Number
        Fraction at full phase, -1 or more; of a refill the elasticity, 0 or more.
    affects : str
        What it multiplies; a refill multiplies stays by 1 + size x phase x the fall of inflow,
        leaving multiplies the inflow without being a fall that is refilled.
    cells : frozenset of (municipality, care form)
        Where it acts; for a move the cells of the form moved from.
    to : str or None
        For a move: the form moved to.
    starts : int
        First day, counted from the contract's start.
    profile, phase_in_years
        The way in.
    also_days_left : bool
        Whether children already in care get the whole effect on their days left.
    """

    path: str
    size: Number
    affects: Affects
    cells: frozenset[tuple[str, str]]
    to: str | None
    starts: int
    profile: Profile
    phase_in_years: float | None
    also_days_left: bool


def quantity_effects(scenario: Scenario) -> tuple[Effect, ...]:
    """Return what changes quantities: levers (by name), responses of the forms in use, who leaves."""
    start = scenario.settings.start
    levers = [
        Effect(
            path=f"levers.{lever.name}.effect",
            size=lever.effect,
            affects=lever.affects,
            cells=lever_cells(scenario, lever),
            to=lever.to,
            starts=(lever.starts - start).days,
            profile=lever.profile,
            phase_in_years=lever.phase_in_years,
            also_days_left=lever.applies_to == "all",
        )
        for lever in sorted(scenario.settings.levers, key=lambda lever: lever.name)
        if lever.affects != "tariff"
    ]
    direct = [*levers, *_responses(scenario)]
    return (*direct, *_refills(scenario, direct), *_changes_of_membership(scenario))


def lever_cells(scenario: Scenario, lever: Lever) -> frozenset[tuple[str, str]]:
    """Return the bought (municipality, care form) pairs a lever acts on."""
    forms = {lever.from_} if lever.affects == "move" else set(lever.care_forms)
    towns = set(lever.municipalities) or set(scenario.municipality_names)
    return frozenset(
        (town, form) for town, form in scenario.demand_cells if town in towns and form in forms
    )


def _responses(scenario: Scenario) -> list[Effect]:
    """Return the responses on inflow, stays, units and moves, those of 0 left out."""
    effects = []
    for form, response in sorted(scenario.settings.funding_response.items()):
        cells = _cells_of_form(scenario, form)
        for affects in _RESPONSE_AFFECTS:
            if cells and getattr(response, affects) != 0.0:
                effects.append(_response(form, response, affects, affects, cells))
        if response.step_down != 0.0:
            effects += [
                _response(form, response, "step_down", "move", origins, to)
                for to, origins in _steps_down(scenario, cells)
            ]
    return effects


def _changes_of_membership(scenario: Scenario) -> list[Effect]:
    """Return what changes of membership take away, those of share 0 left out."""
    effects = []
    for number, change in enumerate(scenario.settings.changes, start=1):
        if change.share > 0.0:
            effects += _leaving(scenario, change, f"changes.{number}.share")
    return effects


def _leaving(scenario: Scenario, change: Change, path: str) -> list[Effect]:
    """Return one change: on the inflow into its cells, and on the moves to each of its forms."""
    town = change.municipality
    bought = frozenset(cell for cell in scenario.demand_cells if cell[0] == town)
    forms = {form for _, form in bought} & set(change.care_forms or scenario.care_form_names)
    reached: dict[str, set[tuple[str, str]]] = {
        to: {
            (town, row.from_care_form)
            for row in scenario.moves
            if row.to_care_form == to and (town, row.from_care_form) in bought
        }
        for to in sorted(forms)
    }
    parts: list[tuple[Affects, frozenset[tuple[str, str]], str | None]] = [
        ("leaving", frozenset((town, form) for form in forms), None),
        *(("move", frozenset(origins), to) for to, origins in reached.items()),
    ]
    return [
        Effect(
            path=path,
            size=-change.share,
            affects=affects,
            cells=cells,
            to=to,
            starts=(date(change.year, 1, 1) - scenario.settings.start).days,
            profile="step",
            phase_in_years=None,
            also_days_left=False,
        )
        for affects, cells, to in parts
        if cells
    ]


def _refills(scenario: Scenario, others: list[Effect]) -> list[Effect]:
    """Return the refills, each on the cells in which another effect changes the inflow."""
    changed = {cell for effect in others if effect.affects == "inflow" for cell in effect.cells}
    effects = []
    for form, response in sorted(scenario.settings.funding_response.items()):
        cells = _cells_of_form(scenario, form) & changed
        if cells and response.refill != 0.0:
            effects.append(_response(form, response, "refill", "refill", cells))
    return effects


def _response(
    form: str,
    response: FundingResponse,
    field: str,
    affects: Affects,
    cells: frozenset[tuple[str, str]],
    to: str | None = None,
) -> Effect:
    return Effect(
        path=f"funding_response.{form}.{field}",
        size=getattr(response, field),
        affects=affects,
        cells=cells,
        to=to,
        starts=response.delay_days,
        profile=response.profile,
        phase_in_years=response.phase_in_years,
        also_days_left=False,
    )


def _cells_of_form(scenario: Scenario, form: str) -> frozenset[tuple[str, str]]:
    """Return the bought (municipality, care form) pairs under contracts of a form."""
    return frozenset(
        cell
        for name, contract in scenario.settings.contracts.items()
        if contract.form == form
        for cell in scenario.contract_cells(name)
    )


def _steps_down(
    scenario: Scenario, cells: frozenset[tuple[str, str]]
) -> list[tuple[str, frozenset[tuple[str, str]]]]:
    """Return each form moved to, with the cells from which it is a step to cheaper care."""
    origins: dict[str, set[str]] = defaultdict(set)
    for origin, to in cheaper_moves(scenario.care_forms, scenario.moves):
        origins[to].add(origin)
    steps = [
        (to, frozenset(cell for cell in cells if cell[1] in forms))
        for to, forms in sorted(origins.items())
    ]
    return [(to, from_cells) for to, from_cells in steps if from_cells]


def group_members(
    reached: npt.NDArray[np.bool_],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Group places on which the same effects act.

    Parameters
    ----------
    reached : ndarray of bool, shape (places, effects)
        Which effects act on a place.

    Returns
    -------
    group : ndarray of int, shape (places,)
        The group of each place; group 0 is that of no effect.
    members : ndarray of bool, shape (groups, effects)
        The effects of each group.

    Examples
    --------
    >>> import numpy as np
    >>> group, members = group_members(np.array([[True, False], [False, False], [True, False]]))
    >>> group.tolist(), members.tolist()
    ([1, 0, 1], [[False, False], [True, False]])
    """
    with_none = np.vstack([np.zeros((1, reached.shape[1]), dtype=bool), reached])
    members, group = np.unique(with_none, axis=0, return_inverse=True)
    return group.reshape(-1)[1:], members
