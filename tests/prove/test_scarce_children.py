"""Every child of many random regions beside the plain day-by-day simulation of places.

Three or four scarce forms with holding, priorities, patience, escalation, bridging, contracts' own
places, places that change, children going round in circles, with and without ages. Exact: nothing here
can alarm by chance. PROVE_SEED=7 tries other regions.
"""

from __future__ import annotations

import pytest
from experiments.any_places import any_region
from experiments.evidence import seed
from regions import HAAGLANDEN
from scarcity import differing_cells, misfits

import jeugdsim as js

pytestmark = pytest.mark.prove
REGIONS = 100


@pytest.mark.parametrize("ages", [False, True], ids=["without ages", "with ages"])
def test_no_rule_is_broken_and_all_is_found_again(ages: bool) -> None:
    """Admission days follow from requests, stays and patience alone; volumes are sums over rows."""
    looked_at = 0
    for number in range(REGIONS):
        scenario = any_region(seed() * 10_000 + number, ages=ages)
        if scenario is None:
            continue
        looked_at += 1
        assert misfits(scenario, draw=0, seed=number) == [], f"region {number}"
        assert differing_cells(scenario, draw=0, seed=number) == [], f"region {number}"
    assert looked_at > 0.8 * REGIONS
    print(f"{looked_at} regions")


def test_haaglanden() -> None:
    """The thousands of children of one draw who ask for a scarce place, in the first two years."""
    scenario = js.load_scenario(HAAGLANDEN)
    first = scenario.calendar_years[0]
    people = [row.model_dump() for row in scenario.population if row.year <= first + 1]
    short = scenario.with_changes({"years": 2, "population": people})
    assert {"crisis", "residentieel"} <= set(short.limited_forms)
    assert differing_cells(short, draw=1, seed=seed()) == []
    assert misfits(short, draw=1, seed=seed()) == []
