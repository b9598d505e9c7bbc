"""Where children go when a stay ends: chances, levers, rows above 1, forms that are not bought.

Chances are held to exact ones by chi-square; each alarms falsely for one seed in 10,000.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr
from regions import care_form, lever, region
from scipy import stats

import jeugdsim as js

ALARM = 1e-4
FORMS = [care_form("a"), care_form("b", stay_mean_days=5), care_form("c", stay_mean_days=7)]
TOWNS = tuple(f"Dorp {number:02}" for number in range(20))
INFLOW = {"a": 200.0, "b": 0.0, "c": 0.0}


def moved(**more: Any) -> xr.Dataset:
    """Simulate children that enter a in the first year; all is over long before the third ends."""
    settings = {"inflow": INFLOW, "stock": 0.0, "youth": [1_000.0, 0.0, 0.0], **more}
    scenario = region(FORMS, **settings)
    return js.simulate(scenario, draws=100, seed=12, progress=False)


def total(volumes: xr.Dataset, name: str, form: str) -> np.ndarray:
    """Return a variable over years and towns, shape (draws,)."""
    return volumes[name].sel(care_form=form).sum(["year", "municipality"]).to_numpy()


def chances_hold(volumes: xr.Dataset, to_b: float, to_c: float) -> None:
    """Check the destinations of everybody who left a against chances to b, to c and out of care."""
    left = total(volumes, "stays_ended", "a").sum()
    counts = [total(volumes, "stays_started", form).sum() for form in ("b", "c")]
    assert left == total(volumes, "stays_started", "a").sum() > 10_000
    observed, expected = [*counts, left - sum(counts)], [to_b, to_c, 1 - to_b - to_c]
    kept = [(o, left * e) for o, e in zip(observed, expected, strict=True) if e > 1e-12]
    assert sum(o for o, _ in kept) == left, "somebody went where nobody goes"
    o, e = np.array(kept).T
    assert stats.chi2.sf(((o - e) ** 2 / e).sum(), len(kept) - 1) > ALARM


def test_children_move_with_the_stated_chances_and_the_rest_leaves() -> None:
    chances_hold(moved(moves={("a", "b"): 0.35, ("a", "c"): 0.2}), 0.35, 0.2)


def test_a_move_enters_on_the_day_the_stay_ends() -> None:
    """Ten days of a, five of b and seven of c, all by certain moves: nobody is a day nowhere.

    Per draw: as many stays, days in that proportion, and one child in all.
    """
    volumes = moved(moves={("a", "b"): 1.0, ("b", "c"): 1.0})
    for form, days in (("a", 10), ("b", 5), ("c", 7)):
        np.testing.assert_array_equal(
            total(volumes, "stays_started", form), total(volumes, "stays_started", "a")
        )
        np.testing.assert_array_equal(
            total(volumes, "client_days", form), days * total(volumes, "stays_started", "a")
        )
    # Who ends a in a year starts b in the same year: the move is on that day.
    ended, started = volumes.stays_ended.sel(care_form="a"), volumes.stays_started.sel(care_form="b")
    np.testing.assert_array_equal(ended, started)
    child_years = volumes.youth_in_year.sum(["year", "municipality"]).to_numpy()
    entered = total(volumes, "stays_started", "a")
    assert (child_years >= entered).all()
    assert (child_years <= entered * 1.2).all(), "22 days cross a year's end for one child in 16"


def test_a_child_that_comes_back_is_one_client_and_one_youth() -> None:
    """From a to b and back, nine times in ten: many stays, one child per form and year."""
    volumes = moved(moves={("a", "b"): 0.9, ("b", "a"): 0.9})
    first = volumes.sel(year=2025)
    came_back = first.stays_started.sel(care_form="a") > first.youth_in_year
    assert came_back.all(), "more stays than children"
    np.testing.assert_array_equal(first.clients_in_year.sel(care_form="a"), first.youth_in_year)
    assert (first.clients_in_year <= first.stays_started).all()


def test_a_lever_on_a_move_multiplies_its_chance_and_the_rest_leaves() -> None:
    less = lever("minder", "move", -0.4, "2025-01-01", to="b") | {"from": "a"}
    more = lever("meer", "move", 0.5, "2025-01-01", to="c") | {"from": "a"}
    moves = {("a", "b"): 0.35, ("a", "c"): 0.2}
    chances_hold(moved(moves=moves, levers=[less]), 0.21, 0.2)
    chances_hold(moved(moves=moves, levers=[less, more]), 0.21, 0.3)


def test_a_lever_on_a_move_acts_by_the_day_of_the_move() -> None:
    """From 1 January 2026 on nobody moves; before that all do."""
    none = lever("niemand", "move", -1.0, "2026-01-01", to="b") | {"from": "a"}
    volumes = moved(moves={("a", "b"): 1.0}, levers=[none])
    ended, started = volumes.stays_ended.sel(care_form="a"), volumes.stays_started.sel(care_form="b")
    np.testing.assert_array_equal(started.sel(year=2025), ended.sel(year=2025))
    assert ended.sel(year=2026).sum() > 100
    assert (started.sel(year=2026) == 0).all()


def test_destinations_stand_in_order_of_name_and_leaving_comes_last() -> None:
    """With a larger chance of the first destination, who went there still does.

    So in no draw and town fewer children enter b, and as chances to b and c stay the same in sum,
    exactly as many as before leave.
    """
    before = moved(moves={("a", "c"): 0.4, ("a", "b"): 0.2})
    after = moved(moves={("a", "b"): 0.3, ("a", "c"): 0.3})
    b_before, b_after = (v.stays_started.sel(care_form="b").sum("year") for v in (before, after))
    assert (b_after >= b_before).all()
    for volumes in (before, after):
        assert total(volumes, "stays_started", "b").sum() > 1_000

    def leaving(volumes: xr.Dataset) -> np.ndarray:
        started = volumes.stays_started.sum("year")
        out = started.sel(care_form="a") - started.sel(care_form="b") - started.sel(care_form="c")
        return out.to_numpy()

    np.testing.assert_array_equal(leaving(before), leaving(after))


@pytest.mark.parametrize("chances", [(0.45, 0.45), (0.7, 0.25)])
def test_a_row_above_one_in_a_draw_is_scaled_to_one_and_counted(
    chances: tuple[float, float],
) -> None:
    """Two uncertain chances; where they add up to more than 1 nobody leaves care."""
    wide = {
        (a, b): {"p10": chance - 0.2, "p50": chance, "p90": chance + 0.2}
        for (a, b), chance in zip([("a", "b"), ("a", "c")], chances, strict=True)
    }
    volumes = moved(moves=wide)
    drawn = {
        form: volumes.parameters.sel(parameter=f"moves.a.{form}.probability").to_numpy()
        for form in ("b", "c")
    }
    row = drawn["b"] + drawn["c"]
    over = row > 1
    np.testing.assert_array_equal(volumes.moves_scaled, over)
    assert 10 < over.sum() < 90
    left = total(volumes, "stays_ended", "a")
    to = {form: total(volumes, "stays_started", form) for form in ("b", "c")}
    np.testing.assert_array_equal((to["b"] + to["c"])[over], left[over])
    assert (to["b"] + to["c"] < left)[row < 0.9].all()
    # All draws together: destinations in proportion to the scaled chances.
    for form in ("b", "c"):
        chance = drawn[form] / np.maximum(row, 1)
        error = np.sqrt((left * chance * (1 - chance)).sum())
        surprise = (to[form] - left * chance).sum() / error
        assert abs(surprise) < 4, "beyond 4 standard errors once in 16,000 seeds"


def test_a_lever_that_lifts_a_row_above_one_is_scaled_and_counted_too() -> None:
    """0.6 (1 + effect) to b and 0.3 to c: where the effect is above 1/6 nobody leaves care."""
    wide = {"p10": -0.9, "p50": 0.0, "p90": 1.2}
    more = lever("meer", "move", wide, "2025-01-01", to="b") | {"from": "a"}
    volumes = moved(moves={("a", "b"): 0.6, ("a", "c"): 0.3}, levers=[more])
    effect = volumes.parameters.sel(parameter="levers.meer.effect").to_numpy()
    over = effect > 1 / 6
    np.testing.assert_array_equal(volumes.moves_scaled, over)
    assert over.sum() > 10
    left, to_b, to_c = (
        total(volumes, name, form)
        for name, form in (("stays_ended", "a"), ("stays_started", "b"), ("stays_started", "c"))
    )
    np.testing.assert_array_equal((to_b + to_c)[over], left[over])
    assert (to_b + to_c < left)[effect < 0].all()
    row = 0.9 + 0.6 * effect
    for arrived, chance in ((to_b, 0.6 * (1 + effect)), (to_c, np.full_like(effect, 0.3))):
        scaled = chance / np.maximum(row, 1)
        error = np.sqrt((left * scaled * (1 - scaled)).sum())
        assert abs((arrived - left * scaled).sum() / error) < 4, "once in 16,000 seeds"


def test_a_move_to_a_form_that_is_not_bought_ends_the_care() -> None:
    """Berkstad does not buy b: its children leave after a, those of Aldorp go on."""
    cells = {("Aldorp", "a"): 200.0, ("Aldorp", "b"): 0.0, ("Berkstad", "a"): 200.0}
    volumes = js.simulate(
        region(
            FORMS[:2],
            towns=("Aldorp", "Berkstad"),
            youth=[1_000.0, 0.0, 0.0],
            inflow=cells,
            stock=0.0,
            moves={("a", "b"): 1.0},
        ),
        draws=50,
        seed=3,
        progress=False,
    )
    by_town = volumes.sum("year").sel(care_form="b")
    assert (by_town.stays_started.sel(municipality="Aldorp") > 0).all()
    for name in ("stays_started", "client_days", "units", "clients_in_year"):
        assert (by_town[name].sel(municipality="Berkstad") == 0).all()
    over = volumes.clients_at_year_end.sel(year=2027)
    assert (over == 0).all()


def test_the_chance_of_a_move_is_independent_of_the_stay() -> None:
    """Long stays of a move as often as short ones: mean stay of b's children is that of all.

    With exponential stays of 300 days in a, a child moved to b (1,000 days) before the second year
    began has had a short stay; whether it moves at all must not depend on that: among children
    whose stay in a ended in the first year half moved, as among those of the second year.
    """
    forms = [
        care_form("a", stay_distribution="exponential", stay_mean_days=300),
        care_form("b", stay_mean_days=1_000),
    ]
    scenario = region(
        forms,
        towns=TOWNS,
        youth=[1_000.0, 0.0, 0.0],
        inflow={"a": 200.0, "b": 0.0},
        stock=0.0,
        moves={("a", "b"): 0.5},
    )
    volumes = js.simulate(scenario, draws=50, seed=21, progress=False)
    ended = volumes.stays_ended.sel(care_form="a").sum(["draw", "municipality"]).to_numpy()
    started = volumes.stays_started.sel(care_form="b").sum(["draw", "municipality"]).to_numpy()
    assert (ended > 1_000).all()
    distance = (started - 0.5 * ended) / np.sqrt(0.25 * ended)
    assert np.abs(distance).max() < 4.3, "three years: beyond 4.3 sd once in 20,000 seeds"
