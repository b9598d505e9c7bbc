"""The value of care at its tariffs, in three steps, and the drawn assumptions that settling needs.

Units x tariff x index is what care costs its providers. Tariff resets (a ruling on fair prices) come on
top: they raise what is paid, not what care costs. Levers on tariffs come last: they are policy.
``care_value``, ``apply_resets`` and ``apply_tariff_levers`` each take the step before; where there are
no resets or levers they hand back the array they were given.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.engine.effects import lever_cells
from jeugdsim.scenario.contracts import Contract
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.settings import Lever
from jeugdsim.scenario.uncertain import allowed_ranges
from jeugdsim.world.calendar import make_calendar
from jeugdsim.world.parameters import Parameters, draw_parameters
from jeugdsim.world.phases import phase_by_year
from jeugdsim.world.resets import factors_of_resets, resets_that_come

Array = npt.NDArray[np.float64]
_SETTLED_FIELDS = (".tariff", *(f".{term}" for term in allowed_ranges(Contract)))


def settled_parameters(scenario: Scenario, result: xr.Dataset) -> Parameters:
    """Draw the assumptions that settling needs, for the draws of a result."""
    levers = tuple(f"levers.{lever.name}.effect" for lever in _tariff_levers(scenario))
    resets = tuple(f"tariff_resets.{name}.effect" for name in scenario.settings.tariff_resets)
    return drawn_again(scenario, result, (*_SETTLED_FIELDS, *levers, *resets))


def drawn_again(scenario: Scenario, result: xr.Dataset, only: tuple[str, ...]) -> Parameters:
    """Draw the assumptions whose paths end in one of ``only``, for the draws of a result.

    They are addressed by name, so they are those the run itself drew, or would have drawn.
    """
    draw_numbers = result["draw"].to_numpy()
    first, seed = int(draw_numbers.min()), int(result.attrs["seed"])
    span = int(draw_numbers.max()) + 1 - first
    return draw_parameters(scenario, seed, span, only, first).rows(draw_numbers - first)


def care_value(units: Array, scenario: Scenario, parameters: Parameters, index: Array) -> Array:
    """Return units x tariff x L, what care costs: (draws, years, municipalities, care forms).

    It is before resets and levers, so what provider cost is made of. The ``care_value`` of accounts is
    this after resets.

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


def reset_factors(scenario: Scenario, parameters: Parameters, result: xr.Dataset) -> Array | None:
    """Return what resets make of tariffs in every draw, (draws, years, care forms); None without any.

    R of a care form in a year = product over the resets that name it (or name none), that come in the
    draw, and whose year is not later, of 1 + effect.

    Parameters
    ----------
    scenario : Scenario
        Its resets.
    parameters : Parameters
        Drawn effects, from ``settled_parameters``, for the draws of the result.
    result : xarray.Dataset
        Volumes, accounts or bills: their draws and seed. The same draw of two results has the same
        resets.
    """
    if not scenario.settings.tariff_resets:
        return None
    come = resets_that_come(scenario, int(result.attrs["seed"]), result["draw"].to_numpy())
    return factors_of_resets(scenario, parameters, come)


def apply_resets(value: Array, resets: Array | None) -> Array:
    """Return the value of care after tariff resets; the same array where there are none.

    Parameters
    ----------
    value : ndarray, shape (draws, years, municipalities, care forms)
        Units x tariff x index.
    resets : ndarray, shape (draws, years, care forms), or None
        From ``reset_factors``.
    """
    return value if resets is None else value * resets[:, :, None, :]


def apply_tariff_levers(care_value: Array, scenario: Scenario, parameters: Parameters) -> Array:
    """Return the value of care after tariff levers; the same array where there are none.

    Each lever multiplies by 1 + effect x its mean phase over the days of the year.

    Parameters
    ----------
    care_value : ndarray, shape (draws, years, municipalities, care forms)
        Units x tariff x index x resets, before levers.
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
