"""What scarce places do: blocked crisis care, circles, patience, bridging care, priorities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from regions import PER_CELL, care_form, region
from scarcity import LIMITED, crowded, same, simulated, total

import jeugdsim as js
from jeugdsim.scenario import Scenario

SEED = 2027
DAYS = np.array([365, 365, 365])
NEW = ("waiting_days", "clients_waiting_at_year_end")


# --- what scarcity does -------------------------------------------------------------------------------


def crisis_and_home(places: int) -> Scenario:
    forms = [
        care_form("crisis", stay_distribution="exponential", stay_mean_days=15, places=4),
        care_form("wonen", stay_distribution="exponential", stay_mean_days=120, places=places),
    ]
    return region(
        forms,
        inflow={"crisis": 80.0, "wonen": 0.0},
        moves={("crisis", "wonen"): 0.5},
        holds=[("crisis", "wonen")],
        waiting={"crisis": {"reneging_per_year": 50.0, "admitted_within_days": 1}},
        years=6,
    )


def test_fewer_places_behind_lengthen_crisis_stays_and_keep_children_out() -> None:
    """The mechanism: no place to go to, so a bed in crisis care is not freed. In every draw."""
    few, many = simulated(crisis_and_home(6)), simulated(crisis_and_home(40))
    stay = {}
    for name, volumes in (("few", few), ("many", many)):
        days = total(volumes, "client_days", "crisis").sum(axis=1)
        stay[name] = days / total(volumes, "stays_ended", "crisis").sum(axis=1)
    assert (stay["few"] > 1.3 * stay["many"]).all()
    for name, more in (("admissions", "many"), ("reneged", "few"), ("blocked_days", "few")):
        sums = {
            "few": total(few, name, "crisis").sum(axis=1),
            "many": total(many, name, "crisis").sum(axis=1),
        }
        less = "few" if more == "many" else "many"
        assert (sums[more] > sums[less]).all(), name
    assert (many["blocked_days"] == 0).all()


ALWAYS = 1 - 1e-7  # nobody can be kept in care for certain


def exchanging(places: int, stock: int) -> Scenario:
    """Two forms whose children always go to the other and keep their place until they can."""
    forms = [care_form(name, stay_mean_days=10, places=places) for name in ("a", "b")]
    return region(
        forms,
        moves={("a", "b"): ALWAYS, ("b", "a"): ALWAYS},
        holds=[("a", "b"), ("b", "a")],
        stock=stock,
        known=True,
    )


def test_children_who_want_each_others_place_exchange() -> None:
    """One in each form for ever: never a free place, yet the later one to be ready takes both along.

    Both then begin on one day, so from the first exchange on they exchange every ten days.
    """
    volumes = simulated(exchanging(places=1, stock=1), draws=10)
    for form in ("a", "b"):
        np.testing.assert_array_equal(total(volumes, "client_days", form), np.tile(DAYS, (10, 1)))
        started = total(volumes, "stays_started", form)
        assert ((started >= 36) & (started <= 37)).all()
        waited = total(volumes, "waiting_days", form)
        assert (waited[:, 0] <= 9).all()
        assert (waited[:, 1:] == 0).all()


@pytest.mark.parametrize("places", [2, 3])
def test_full_forms_that_exchange_never_stop(places: int) -> None:
    """All places taken, and new children in line for both: stays go on ending, at about their rate."""
    forms = [care_form(name, stay_mean_days=10, places=places) for name in ("a", "b")]
    scenario = region(
        forms,
        moves={("a", "b"): 0.9, ("b", "a"): 0.9},
        holds=[("a", "b"), ("b", "a")],
        inflow=30.0,
        stock=places,
        known=True,
    )
    volumes = simulated(scenario)
    for form in ("a", "b"):
        ended = total(volumes, "stays_ended", form)
        own = total(volumes, "client_days", form) - total(volumes, "blocked_days", form)
        assert (ended > 0.8 * places * 365 / 10).all()
        # Own stays are of ten days; those under way at the ends of a year make the difference.
        assert (np.abs(own - 10 * ended) <= 10 * 2 * places).all()


def test_three_forms_in_a_ring_turn_together() -> None:
    forms = [care_form(name, stay_mean_days=7, places=1) for name in "abc"]
    ring = [("a", "b"), ("b", "c"), ("c", "a")]
    scenario = region(forms, moves=dict.fromkeys(ring, ALWAYS), holds=ring, stock=1, known=True)
    volumes = simulated(scenario, draws=10)
    for form in "abc":
        started = total(volumes, "stays_started", form)[:, 1:]
        assert ((started == 52) | (started == 53)).all()


# --- the impatient, and care that bridges -------------------------------------------------------------


def test_hardly_anybody_waits_longer_than_a_day() -> None:
    """The highest rate: 93.5% of who waits leaves on the next day, exp(-1000/365.25) a day stay.

    So leaving / days waited is 0.935, within 4.06 standard errors (false alarm for one in 10,000).
    """
    forms = [care_form("zorg", places=2, stay_distribution="exponential", stay_mean_days=30)]
    scenario = region(forms, inflow=60.0, waiting={"zorg": {"reneging_per_year": 1_000.0}})
    volumes = simulated(scenario)
    left, days = (int(volumes[name].sum()) for name in ("reneged", "waiting_days"))
    chance = 1 - np.exp(-1_000 / 365.25)
    assert days > 1_000
    assert abs(left / days - chance) < 4.06 * np.sqrt(chance * (1 - chance) / days)


def bridged(unit: str, *, holds: bool = False) -> Mapping[str, Any]:
    forms = [
        care_form("start", stay_mean_days=20),
        care_form("wonen", places=2, stay_distribution="exponential", stay_mean_days=60),
        care_form("thuis", unit=unit, stay_mean_days=30, units_per_day=0.5)
        if unit == "etmaal"
        else care_form("thuis", unit=unit, stay_mean_days=30),
    ]
    return {
        "forms": forms,
        "inflow": {"start": 20.0, "wonen": 15.0, "thuis": 0.0},
        "stock": 0.0,
        "moves": {("start", "wonen"): 0.8},
        "holds": [("start", "wonen")] if holds else [],
        "waiting": {"wonen": {"bridging_care_form": "thuis", "reneging_per_year": 1.0}},
    }


def test_care_bridges_every_day_of_waiting() -> None:
    """Who waits outside gets the bridging form meanwhile, with its own units per day."""
    volumes = simulated(region(**bridged("etmaal")))
    waited = total(volumes, "waiting_days", "wonen")
    assert (waited.sum(axis=1) > 0).all()
    np.testing.assert_array_equal(total(volumes, "client_days", "thuis"), waited)
    np.testing.assert_allclose(total(volumes, "units", "thuis"), 0.5 * waited)
    np.testing.assert_array_equal(
        total(volumes, "clients_at_year_end", "thuis"),
        total(volumes, "clients_waiting_at_year_end", "wonen"),
    )


def test_a_bridging_trajectory_is_one_unit_a_wait() -> None:
    volumes = simulated(region(**bridged("traject")))
    started = total(volumes, "stays_started", "thuis")
    np.testing.assert_array_equal(total(volumes, "units", "thuis"), started)
    assert (started.sum(axis=1) > 0).all()


def test_who_waits_in_a_held_place_gets_no_bridging_care() -> None:
    """Days waited are then either blocked days of the form before, or bridged."""
    volumes = simulated(region(**bridged("etmaal", holds=True)))
    waited = total(volumes, "waiting_days", "wonen")
    blocked = total(volumes, "blocked_days", "start")
    assert (blocked.sum(axis=1) > 0).all()
    np.testing.assert_array_equal(total(volumes, "client_days", "thuis"), waited - blocked)
    own = total(volumes, "client_days", "start") - blocked
    leaving = simulated(region(**bridged("etmaal")))
    np.testing.assert_array_equal(own, total(leaving, "client_days", "start"))


def test_bridging_changes_nothing_but_its_own_form() -> None:
    with_care = simulated(region(**bridged("etmaal")))
    without = simulated(
        region(**{**bridged("etmaal"), "waiting": {"wonen": {"reneging_per_year": 1.0}}})
    )
    others = {"care_form": ["start", "wonen"]}
    same(with_care.sel(others), without.sel(others), (*PER_CELL, *NEW, "admissions", "reneged"))


def test_a_row_for_a_form_without_places_does_nothing() -> None:
    rows = {"zorg": {"reneging_per_year": 3.0, "bridging_care_form": "thuis"}}
    forms = [care_form("zorg"), care_form("thuis"), care_form("wonen", places=1)]
    with_row, without = (
        simulated(region(forms, inflow=20.0, waiting=waiting)) for waiting in (rows, {})
    )
    same(with_row, without)


def test_priority_takes_waiting_from_one_town_to_the_other() -> None:
    """Fixed stays: how many wait on a day is the same, whoever goes first."""
    forms = [care_form("zorg", places=2, stay_mean_days=12)]
    towns = ("Aldorp", "Bedum")
    first, none, last = (
        simulated(region(forms, towns=towns, inflow=27.0, priority=priority))
        for priority in ({("Aldorp", "zorg"): 1}, {}, {("Bedum", "zorg"): 9})
    )
    for volumes in (first, last):
        np.testing.assert_array_equal(*(total(v, "waiting_days", "zorg") for v in (volumes, none)))
    waited = [v["waiting_days"].sel(municipality="Aldorp").sum(["year", "care_form"]) for v in (
        first, none, last,
    )]  # fmt: skip
    assert (waited[0] <= waited[1]).all()
    assert (waited[1] <= waited[2]).all()
    assert (waited[0] < waited[2]).all()


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(js.ScenarioError, match="waiting_at_start"):
        region([care_form("zorg")], waiting_at_start={"zorg": 3.0})


def test_no_limit_is_named() -> None:
    assert crowded().limited_forms == LIMITED
    assert crowded(places=None).limited_forms == ()
