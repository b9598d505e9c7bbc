"""A small region that has everything at once: cycles, every family, every kind of lever, a season.

For tests that hold the simulation to its closed forms.
"""

from __future__ import annotations

import math
from typing import Any

from regions import care_form, lever, region

import jeugdsim as js
from jeugdsim.world.assumptions import uncertain_assumptions

SHOCKS = {
    "inflow_shock_region_cv": 0.04,
    "inflow_shock_municipality_cv": 0.06,
    "units_shock_cv": 0.03,
}


def thorny(*, uncertain: bool = False, shocks: bool = False, **more: Any) -> js.Scenario:
    """Return the region; uncertain numbers stand at their mean unless asked otherwise."""
    scenario = region(**{**_terms(shocks), **more})
    if uncertain:
        return scenario
    return certain(scenario)


def certain(scenario: js.Scenario) -> js.Scenario:
    """Return a scenario with every uncertain number at its mean."""
    return scenario.with_changes({a.path: a.mean for a in uncertain_assumptions(scenario)})


def _terms(shocks: bool) -> dict[str, Any]:
    forms = [
        care_form("crisis", stay_distribution="exponential", stay_mean_days=35, units_cv=0.5),
        care_form("ggz", stay_distribution="lognormal", stay_mean_days=160, stay_sd_days=180,
                  unit="uur", units_per_day=0.3, units_cv=1.0),
        care_form("pleegzorg", stay_distribution="lognormal", stay_mean_days=800, stay_sd_days=700),
        care_form("school", stay_distribution="fixed", stay_mean_days=90, unit="traject"),
        care_form("dagbesteding", stay_distribution="fixed", stay_mean_days=200, units_cv=0.3),
    ]  # fmt: skip
    levers = [
        lever("minder instroom", "inflow", {"p10": -0.3, "p50": -0.2, "p90": -0.1}, "2026-03-01",
              care_forms=["ggz"], profile="linear", phase_in_years=1.5),
        lever("korter", "stay_days", {"mean": -0.25, "sd": 0.05}, "2025-07-01",
              care_forms=["crisis", "dagbesteding"], municipalities=["Aldorp"],
              profile="front", phase_in_years=2.0),
        lever("afbouw", "stay_days", -0.4, "2026-05-17", care_forms=["pleegzorg"], applies_to="all"),
        lever("lichter", "units_per_day", -0.15, "2026-01-01", care_forms=["ggz"],
              profile="back", phase_in_years=1.0),
        lever("minder crisis", "move", -0.5, "2027-01-01", **{"from": "ggz", "to": "crisis"}),
        lever("goedkoper", "tariff", -0.1, "2026-07-01", care_forms=["crisis"]),
    ]  # fmt: skip
    seasons = [
        {"care_form": "ggz", "month": month, "factor": 1 + 0.5 * math.sin(month * math.pi / 6),
         "source": "A1"}
        for month in range(1, 13)
    ]  # fmt: skip
    return {
        "forms": forms,
        "towns": ("Aldorp", "Bedum"),
        "youth": [20_000.0, 21_000.0, 19_500.0],
        "inflow": {
            ("Aldorp", "crisis"): {"mean": 4.0, "cv": 0.2},
            ("Aldorp", "ggz"): 6.0,
            ("Aldorp", "pleegzorg"): 1.5,
            ("Aldorp", "school"): 3.0,
            ("Aldorp", "dagbesteding"): 2.0,
            ("Bedum", "crisis"): 2.0,
            ("Bedum", "ggz"): 5.0,
            ("Bedum", "pleegzorg"): {"mean": 1.0, "cv": 0.3},
        },
        "stock": {"ggz": 40.0},
        "moves": {
            ("crisis", "ggz"): 0.4,
            ("crisis", "pleegzorg"): {"mean": 0.2, "cv": 0.1},
            ("ggz", "crisis"): 0.3,
            ("ggz", "ggz"): 0.1,
            ("ggz", "school"): 0.1,
            ("school", "ggz"): 0.5,
            ("pleegzorg", "dagbesteding"): 0.3,
            ("dagbesteding", "crisis"): 0.2,
        },
        "levers": levers,
        "season": seasons,
        "trajectories_per_youth": 1.25,
        "world": {
            "inflow_growth_per_year": {"p10": 0.0, "p50": 0.02, "p90": 0.05},
            "stay_growth_per_year": 0.05,
            "units_growth_per_year": 0.03,
            "growth_fade_per_year": 0.1,
            "indexation": 0.04,
            "index_forecast_error": 0.01,
            **(SHOCKS if shocks else {}),
        },
    }
