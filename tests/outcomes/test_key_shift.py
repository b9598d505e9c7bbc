"""From one key to another: worked out by hand, and adding up to nothing in every draw."""

from __future__ import annotations

import numpy as np
import pytest
from regions import DATA
from two_towns import PAYMENT, accounts_of, two_towns

import jeugdsim as js
from jeugdsim.allocation.shares import NotComputableError
from jeugdsim.outcomes.key_bills import make_cases
from jeugdsim.outcomes.key_shift import shifted_bills
from jeugdsim.scenario.keys import KEYS


def test_a_shift_by_hand() -> None:
    scenario = two_towns()
    table = js.key_shift(accounts_of(scenario), scenario, "actual_use", "expected_use")
    assert table.period.unique().tolist() == ["total", "2025", "2026", "2027"]
    per_year = PAYMENT / 2 - np.array([[60, 88, 60], [40, 36, 40]])  # of Aldorp
    total = table[table.period == "total"].set_index("municipality")
    assert total.index.tolist() == ["Aldorp", "Berkstad"]  # who gains comes first
    aldorp = total.loc["Aldorp"]
    assert aldorp["mean"] == pytest.approx(per_year.mean())
    assert aldorp["p90"] == pytest.approx(np.percentile(per_year.mean(axis=1), 90))
    assert aldorp["per_inhabitant_mean"] == pytest.approx(per_year.mean() / 10_000)
    assert aldorp["chance_of_gaining"] == 0.5
    last = table[table.period == "2027"].set_index("municipality").loc["Aldorp"]
    assert [last["chance_of_gaining"], last["chance_of_losing"]] == [0.0, 0.0]  # both pay half


@pytest.mark.parametrize("new", KEYS)
def test_shifts_add_up_to_nothing_in_every_draw_and_year(new: str) -> None:
    scenario = js.load_scenario(DATA / "small")
    accounts = js.settle(js.simulate(scenario, draws=30, seed=2, progress=False), scenario)
    shifts = shifted_bills(make_cases(accounts, scenario), "rolling_use", new)
    np.testing.assert_allclose(shifts.sum(axis=2), 0.0, atol=1e-6)
    back = shifted_bills(make_cases(accounts, scenario), new, "rolling_use")
    np.testing.assert_array_equal(shifts, -back)
    table = js.key_shift(accounts, scenario, "rolling_use", new)
    total = table[table.period == "total"]
    assert total["mean"].is_monotonic_increasing
    assert total["mean"].sum() == pytest.approx(0.0, abs=1e-6)
    assert (new == "rolling_use") == (not total["mean"].any())


def test_a_table_of_keys_can_be_shifted_to() -> None:
    scenario = two_towns()
    accounts = accounts_of(scenario)
    one = js.key_shift(accounts, scenario, "expected_use", {"alles": "actual_use"})
    assert one.equals(js.key_shift(accounts, scenario, "expected_use", "actual_use"))


def test_what_is_not_known_cannot_be_shifted() -> None:
    scenario = two_towns({"use_registered": False})
    accounts = accounts_of(scenario)
    with pytest.raises(NotComputableError, match="does not register"):
        js.key_shift(accounts, scenario, "expected_use", "actual_use")
    with pytest.raises(ValueError, match=r"no key is called 'inhabitant'.*inhabitants"):
        js.key_shift(accounts, scenario, "expected_use", "inhabitant")
