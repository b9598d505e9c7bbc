"""One-off resets of tariffs: which of them come in a draw, and what they make of tariffs.

A reset is drawn once per draw, not per year: a ruling on fair prices comes or it does not. Whether it
comes is keyed by its name, so another reset, year or care form changes nothing to it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from jeugdsim.scenario.model import Scenario
from jeugdsim.world.chances import chance_uniforms
from jeugdsim.world.parameters import Parameters

Array = npt.NDArray[np.float64]
_PURPOSE = "tariff_reset"


def resets_that_come(
    scenario: Scenario, seed: int, draw_numbers: npt.NDArray[np.int64]
) -> dict[str, npt.NDArray[np.bool_]]:
    """Return in which draws each reset comes, bool of shape (draws,) by name, in order of name.

    Parameters
    ----------
    scenario : Scenario
        Its resets and their chances.
    seed : int
        Seed of the run.
    draw_numbers : ndarray of int, shape (draws,)
        Draw numbers, 0 or more.
    """
    resets = scenario.settings.tariff_resets
    return {
        name: chance_uniforms(seed, _PURPOSE, name, draw_numbers) < resets[name].chance
        for name in sorted(resets)
    }


def factors_of_resets(
    scenario: Scenario, parameters: Parameters, weights: Mapping[str, npt.NDArray[np.bool_] | float]
) -> Array:
    """Return what resets make of tariffs, shape (draws, years, care forms); 1 where none holds.

    R = product over the resets that name the care form (or name none), from their year on, of
    1 + weight x effect.

    Parameters
    ----------
    scenario : Scenario
        Its resets.
    parameters : Parameters
        Drawn effects.
    weights : mapping of str to ndarray of bool, shape (draws,), or float
        By the name of each reset: whether it comes; its chance gives the mean factor, as resets come
        independently of each other.
    """
    years = np.array(scenario.calendar_years)
    factors = np.ones((parameters.draws, len(years), len(scenario.care_forms)))
    for name, reset in sorted(scenario.settings.tariff_resets.items()):
        effect = parameters.of(f"tariff_resets.{name}.effect", reset.effect)
        changed = 1.0 + weights[name] * effect
        held = np.where(years >= reset.year, changed[:, None], 1.0)
        for place, form in enumerate(scenario.care_form_names):
            if not reset.care_forms or form in reset.care_forms:
                factors[:, :, place] *= held
    return factors


def mean_reset_factors(scenario: Scenario, parameters: Parameters) -> Array:
    """Return the mean of R over the chances of resets, shape (draws, years, care forms).

    Parameters
    ----------
    scenario : Scenario
        Its resets; without any all is 1.
    parameters : Parameters
        Drawn effects, or those of ``mean_parameters``.
    """
    chances = {name: reset.chance for name, reset in scenario.settings.tariff_resets.items()}
    return factors_of_resets(scenario, parameters, chances)
