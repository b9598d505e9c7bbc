"""Who is a member of the region in which year, where municipalities leave."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jeugdsim.scenario.model import Scenario

Array = npt.NDArray[np.float64]


def membership(scenario: Scenario) -> Array:
    """Return who is a member in each year: 1, or 0 from the year on in which all new care has left.

    A municipality that took a part of its care, or some care forms, into its own hands is still a
    member, and so is one that buys nothing at all through the region but is named in it.

    Parameters
    ----------
    scenario : Scenario
        Demand and changes of membership.

    Returns
    -------
    ndarray, shape (years, municipalities)
        In the order of ``scenario.calendar_years`` and ``scenario.municipality_names``.

    Examples
    --------
    >>> import jeugdsim as js
    >>> base = js.load_scenario("scenarios/haaglanden-2027")
    >>> leaves = {"municipality": "Wassenaar", "year": 2029}
    >>> membership(base.with_changes({"changes": [leaves]})).sum(axis=1).tolist()
    [9.0, 9.0, 8.0, 8.0, 8.0, 8.0]
    """
    years, towns = scenario.calendar_years, scenario.municipality_names
    members = np.ones((len(years), len(towns)))
    for place, town in enumerate(towns):
        bought = {form for buyer, form in scenario.demand_cells if buyer == town}
        for at, year in enumerate(years):
            if bought and bought <= _left_by(scenario, town, year):
                members[at:, place] = 0.0
                break
    return members


def _left_by(scenario: Scenario, town: str, year: int) -> set[str]:
    """Return the care forms of which a municipality has taken all new care away by a year."""
    left: set[str] = set()
    for change in scenario.settings.changes:
        if change.municipality == town and change.year <= year and change.share == 1.0:
            left |= set(change.care_forms or scenario.care_form_names)
    return left
