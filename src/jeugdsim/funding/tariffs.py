"""Levers on tariffs, and the drawn assumptions that settling needs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.engine.effects import lever_cells
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.settings import Lever
from jeugdsim.world.calendar import make_calendar
from jeugdsim.world.parameters import Parameters, draw_parameters
from jeugdsim.world.phases import phase_by_year

Array = npt.NDArray[np.float64]
_SETTLED_FIELDS = (".tariff", ".cost_ratio", ".volume_growth_per_year")


def settled_parameters(scenario: Scenario, result: xr.Dataset) -> Parameters:
    """Draw the assumptions that settling needs, for the draws of a result."""
    effects = tuple(f"levers.{lever.name}.effect" for lever in _tariff_levers(scenario))
    return drawn_again(scenario, result, (*_SETTLED_FIELDS, *effects))


def drawn_again(scenario: Scenario, result: xr.Dataset, only: tuple[str, ...]) -> Parameters:
    """Draw the assumptions whose paths end in one of ``only``, for the draws of a result.

    They are addressed by name, so they are those the run itself drew, or would have drawn.
    """
    draw_numbers = result["draw"].to_numpy()
    draws = int(draw_numbers.max()) + 1
    return draw_parameters(scenario, int(result.attrs["seed"]), draws, only).rows(draw_numbers)


def care_value(units: Array, scenario: Scenario, parameters: Parameters, index: Array) -> Array:
    """Return units x tariff x L, before tariff levers: (draws, years, municipalities, care forms).

    Parameters
    ----------
    units : ndarray, shape (draws, years, municipalities, care forms)
        Units of care.
    scenario : Scenario
        Its tariffs, euros of price_year.
    parameters : Parameters
        Drawn tariffs.
    index : ndarray, shape (draws, years)
        Provisional index L.
    """
    tariffs = np.stack(
        [
            parameters.of(f"care_forms.{row.care_form}.tariff", row.tariff)
            for row in scenario.care_forms
        ],
        axis=1,
    )
    price = tariffs[:, None, :] * index[:, :, None]
    return np.asarray(units * price[:, :, None, :])


def apply_tariff_levers(care_value: Array, scenario: Scenario, parameters: Parameters) -> Array:
    """Return the value of care after tariff levers; the same array where there are none.

    Each lever multiplies by 1 + effect x its mean phase over the days of the year.

    Parameters
    ----------
    care_value : ndarray, shape (draws, years, municipalities, care forms)
        Units x tariff x index, before levers.
    scenario : Scenario
        Its levers.
    parameters : Parameters
        Drawn effects.
    """
    levers = _tariff_levers(scenario)
    if not levers:
        return care_value
    calendar = make_calendar(scenario.calendar_years)
    value = care_value.copy()
    for lever in levers:
        starts = calendar.day_of(lever.starts)
        phase = phase_by_year(calendar, starts, lever.profile, lever.phase_in_years)
        effect = parameters.of(f"levers.{lever.name}.effect", lever.effect)
        factor = 1.0 + effect[:, None] * phase
        for town, form in sorted(lever_cells(scenario, lever)):
            place = scenario.municipality_names.index(town), scenario.care_form_names.index(form)
            value[:, :, place[0], place[1]] *= factor
    return value


def _tariff_levers(scenario: Scenario) -> list[Lever]:
    """Return the levers on tariffs, in order of name."""
    levers = [lever for lever in scenario.settings.levers if lever.affects == "tariff"]
    return sorted(levers, key=lambda lever: lever.name)
