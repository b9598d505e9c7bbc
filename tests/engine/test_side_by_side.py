"""Children side by side and children one by one are counted alike, to the bit.

The two ways are written separately: side by side they are counted by what changes from year to year,
months by vectors and simple stays in places by themselves; one by one (what a log, ages and retentions
ask for) every child runs through the one general function. So each is the other's oracle.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from experiments.any_places import any_region
from hypothesis import given, settings
from hypothesis import strategies as st
from regions import care_form, lever, region
from thorny import thorny

import jeugdsim as js
from jeugdsim.engine import columns as col
from jeugdsim.engine.chunk import simulate_chunk
from jeugdsim.engine.drawn import make_drawn
from jeugdsim.engine.keyed import philox, philox_side_by_side
from jeugdsim.engine.pieces import assume, make_recipe
from jeugdsim.engine.tables import Out
from jeugdsim.engine.yearly_shocks import shocks_of


def both(scenario: js.Scenario, draws: int, seed: int = 7) -> tuple[Out, Out]:
    """Return what is counted side by side, and one by one."""
    recipe = make_recipe(scenario, seed)
    assumed = assume(recipe, range(draws))
    shocks = shocks_of(recipe.plan, assumed.normals)
    drawn = make_drawn(recipe.plan, assumed.steady, shocks, np.arange(draws))
    together, _, _ = simulate_chunk(recipe.tables, drawn)
    apart, _, _ = simulate_chunk(recipe.tables, drawn, one_by_one=True)
    return together, apart


def assert_alike(scenario: js.Scenario, draws: int, seed: int = 7) -> Out:
    together, apart = both(scenario, draws, seed)
    for name, counted in together._asdict().items():
        assert counted.tobytes() == getattr(apart, name).tobytes(), name
    return together


def crowd(**more: Any) -> js.Scenario:
    """Return a town with more children in one cell than stand side by side at once."""
    forms = [
        care_form("kort", stay_distribution="lognormal", stay_mean_days=90, stay_sd_days=120,
                  unit="uur", units_per_day=0.5, units_cv=0.8),
        care_form("lang", stay_distribution="gamma", stay_mean_days=500, stay_sd_days=300),
    ]  # fmt: skip
    terms: dict[str, Any] = {
        "towns": ("Aldorp",),
        "inflow": {("Aldorp", "kort"): 3000.0, ("Aldorp", "lang"): 300.0},
        "moves": {("kort", "lang"): 0.3, ("lang", "kort"): 0.4, ("kort", "kort"): 0.2},
    }
    return region(forms, **{**terms, **more})


@pytest.mark.parametrize("uncertain", [False, True])
def test_every_family_every_lever_and_a_season(uncertain: bool) -> None:
    counted = assert_alike(thorny(uncertain=uncertain, shocks=uncertain), draws=12)
    assert counted.counts[..., col.STAYS_STARTED].sum() > 1_000


def test_more_children_than_stand_side_by_side() -> None:
    counted = assert_alike(crowd(), draws=3)
    assert counted.clients_at_start.max() > col.LANES
    assert counted.counts[..., col.STAYS_STARTED].sum(axis=(1, 2))[:, 0].min() > 3 * col.LANES


@pytest.mark.parametrize("effect", [0.0, -1.0, -0.3, 0.4])
def test_levers_on_units(effect: float) -> None:
    """Whether anything acts on units is decided by the effects, so one of nothing is as none."""
    change = lever("intensiteit", "units_per_day", effect, "2026-04-01", care_forms=["kort"])
    counted = assert_alike(crowd(levers=[change]), draws=2)
    without = assert_alike(crowd(), draws=2)
    assert (counted.units >= 0).all()
    assert (counted.units.tobytes() == without.units.tobytes()) == (effect == 0.0)


@pytest.mark.parametrize("number", range(12))
def test_places_of_every_kind(number: int) -> None:
    """Lines, priorities, held places, circles, bridging, giving up and escalating."""
    scenario = any_region(number, ages=False)
    if scenario is not None:
        assert_alike(scenario, draws=8)


@settings(max_examples=25, deadline=None)
@given(number=st.integers(100, 10_000))
def test_any_places(number: int) -> None:
    scenario = any_region(number, ages=False)
    if scenario is not None:
        assert_alike(scenario, draws=3)


@given(
    sequence=st.integers(0, 2**32 - 1),
    step=st.integers(0, 2**32 - 1),
    address=st.integers(0, 2**32 - 1),
    draw=st.integers(0, 2**32 - 1),
    key=st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1)),
)
def test_words_side_by_side_are_those_of_each_alone(
    sequence: int, step: int, address: int, draw: int, key: tuple[int, int]
) -> None:
    lanes = 13  # not a whole number of vectors
    sequences = (sequence + np.arange(lanes)) % 2**32
    addresses = (address + 3 * np.arange(lanes)) % 2**32
    words = np.zeros((4, lanes), dtype=np.int64)
    philox_side_by_side(sequences, step, addresses, draw, *key, lanes, words)
    alone = [
        philox(int(c0), step, int(c2), draw, *key) for c0, c2 in zip(sequences, addresses, strict=True)
    ]
    assert words.T.tolist() == [list(four) for four in alone]
