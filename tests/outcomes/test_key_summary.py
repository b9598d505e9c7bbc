"""The judgement of keys in ``summary.json``: what the tables say, for every key a scenario names."""

from __future__ import annotations

from typing import Any

import pytest
from regions import DATA
from two_towns import accounts_of, two_towns

import jeugdsim as js
from jeugdsim.outcomes.key_summary import CRITERIA, keys_block


@pytest.fixture(scope="module")
def outcome() -> js.Outcome:
    return js.run(js.load_scenario(DATA / "small"), draws=12, seed=3, progress=False)


def same(told: Any, number: float) -> bool:
    return told is None if number != number else told == pytest.approx(number, nan_ok=True)


def test_it_holds_what_the_table_says(outcome: js.Outcome) -> None:
    block = outcome.to_dict()["keys"]
    table = js.judge_keys(outcome.accounts, outcome.scenario)
    assert list(block) == table.key.unique().tolist()
    for _, row in table.iterrows():
        key = block[row["key"]]
        town = row["municipality"]
        told = key["region"] if town == "region" else key["municipalities"][town]
        assert key["needs_use"] == row["needs_use"]
        assert all(same(told[name], row[name]) for name in CRITERIA)


def test_shifts_are_from_the_key_in_use(outcome: js.Outcome) -> None:
    block = outcome.to_dict()["keys"]
    shift = js.key_shift(outcome.accounts, outcome.scenario, "rolling_use", "inhabitants")
    for _, row in shift[shift.period == "total"].iterrows():
        told = block["inhabitants"]["municipalities"][row["municipality"]]["shift"]
        assert told["mean"] == pytest.approx(row["mean"])
        assert told["per_inhabitant_p90"] == pytest.approx(row["per_inhabitant_p90"])
    own = block["rolling_use"]["municipalities"].values()
    assert not any("shift" in town for town in own)


def test_a_single_key_is_not_judged() -> None:
    scenario = two_towns(keys=["expected_use"])
    assert keys_block(accounts_of(scenario), scenario) == {}


def test_a_key_that_cannot_be_computed_says_why() -> None:
    scenario = two_towns({"use_registered": False}, keys=["actual_use", "inhabitants"])
    block = keys_block(accounts_of(scenario), scenario)
    assert set(block["actual_use"]) == {"computable", "needs_use", "known_beforehand", "reason"}
    assert "does not register" in block["actual_use"]["reason"]
    assert "shift" in block["inhabitants"]["municipalities"]["Aldorp"]
