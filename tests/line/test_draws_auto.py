"""``draws="auto"``: the run it stops at is the run of so many draws, and it stops when it should."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest
from regions import care_form, region
from scarcity import crowded

import jeugdsim as js
from jeugdsim.engine.longer import with_more_draws
from jeugdsim.outcomes.precision import PRECISE, by_path
from jeugdsim.results import Outcome, stopping
from jeugdsim.results.reported import reported
from jeugdsim.scenario import Scenario

CHANCE = "region.overrun.2025.probability"
MEAN = "region.payment.total.mean"


@cache
def small() -> Scenario:
    """Return a region of one year in which an overrun is a toss-up."""
    return region(
        [care_form("wonen")],
        inflow=40.0,
        years=1,
        budget={"basis": 40_000.0},
        world={"inflow_shock_region_cv": 0.1, "indexation": {"mean": 0.03, "sd": 0.02}},
    )


def auto(scenario: Scenario, precision: Any, **more: Any) -> Outcome:
    found = js.run(scenario, draws="auto", seed=7, precision=precision, progress=False, **more)
    assert isinstance(found, Outcome)
    return found


def test_it_stops_at_the_first_look_that_is_precise_enough() -> None:
    """A chance of about a half has a standard error of 0.0158 at 1,000 draws, 0.0112 at 2,000."""
    found = auto(small(), {CHANCE: 0.012})
    (row,) = found.precision_reached.itertuples()
    assert (row.draws, row.enough, row.number) == (2_000, True, CHANCE)
    assert row.standard_error == pytest.approx((0.25 / 2_000) ** 0.5, rel=0.05)
    assert row.value == found.to_dict()["region"]["overrun"]["2025"]["probability"]
    assert auto(small(), {CHANCE: 0.017}).volumes.sizes["draw"] == 1_000


def test_the_strictest_number_decides() -> None:
    found = auto(small(), {CHANCE: 0.017, "region.payment.total.p90": 1.0}, most_draws=1_500)
    assert found.precision_reached.enough.tolist() == [True, False]
    assert found.volumes.sizes["draw"] == 1_500


@pytest.mark.parametrize("made", [small, lambda: crowded().with_changes({"years": 1})])
def test_it_is_the_run_of_that_many_draws(made: Any) -> None:
    """Bit by bit, where the expected reference cost is a mean over all draws as well."""
    scenario = made()
    found = auto(scenario, {MEAN: 1e-6}, most_draws=1_100)
    asked = js.run(scenario, draws=1_100, seed=7, progress=False)
    for name in ("volumes", "accounts", "bills", "overruns", "savings"):
        assert getattr(found, name).identical(getattr(asked, name)), name
    assert found.reference.volumes.identical(asked.reference.volumes)
    assert found.to_dict() == asked.to_dict()
    assert asked.precision_reached is None


def test_only_the_new_draws_are_simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[range] = []
    original = with_more_draws.__globals__["simulate_range"]

    def counted(recipe: Any, draws: range, **more: Any) -> Any:
        asked.append(draws)
        return original(recipe, draws, **more)

    monkeypatch.setitem(with_more_draws.__globals__, "simulate_range", counted)
    auto(small(), {CHANCE: 0.012})
    assert asked == [range(1_000, 2_000)]


def test_a_run_that_keeps_only_its_summary_stops_at_the_same_number() -> None:
    kept = js.run(
        small(), draws="auto", seed=7, precision={CHANCE: 0.012}, keep="summary", progress=False
    )
    whole = auto(small(), {CHANCE: 0.012})
    assert kept.draws == 2_000
    assert kept.precision_reached.equals(whole.precision_reached)


def test_it_stops_where_memory_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stopping, "free_memory", lambda: 1_000_000)
    found = auto(small(), {CHANCE: 0.001})
    assert found.volumes.sizes["draw"] == 1_000
    assert not found.precision_reached.enough.any()


def test_what_no_draw_shows_does_not_stop_a_run_at_once() -> None:
    """No draw of 1,000 overruns tenfold a budget; its error is still 0.0014."""
    never = small().with_changes({"budget.basis": 4e6})
    found = auto(never, {CHANCE: 0.001})
    assert found.to_dict()["region"]["overrun"]["2025"]["probability"] == 0.0
    assert found.volumes.sizes["draw"] == 2_000


def test_every_number_that_varies_may_be_asked() -> None:
    outcome = js.run(small(), draws=4, seed=7, progress=False)
    paths = [path for path, one in by_path(reported(outcome, PRECISE)) if hasattr(one, "statistic")]
    asked = stopping.Asked(paths, outcome, all_draws=True).of(outcome)
    assert [one.standard_error() >= 0.0 for one in asked.values()].count(False) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"precision": {CHANCE: 0.1}, "draws": 10}, 'go with draws="auto".*draws is 10'),
        ({"most_draws": 5_000, "draws": 10}, 'go with draws="auto"'),
        ({"draws": "auto"}, "which number must be how precise"),
        ({"draws": "auto", "precision": {}}, "which number must be how precise"),
        ({"draws": "auto", "precision": 0.01}, "must be a table of paths and numbers"),
        ({"draws": "automatic", "precision": {CHANCE: 0.1}}, 'a whole number or "auto"'),
        ({"draws": "auto", "precision": {CHANCE: 0.0}}, "number above 0"),
        ({"draws": "auto", "precision": {CHANCE: float("nan")}}, "number above 0"),
        ({"draws": "auto", "precision": {CHANCE: "1%"}}, "number above 0"),
        ({"draws": "auto", "precision": {CHANCE: 0.1}, "most_draws": 999}, "1,000 or more"),
        (
            {"draws": "auto", "precision": {"region.overrun.2025.probabilty": 0.1}},
            f'no number.*did you mean "{re.escape(CHANCE)}"',
        ),
        ({"draws": "auto", "precision": {"region.overrun": 0.1}}, "several numbers.*such as region"),
        ({"draws": "auto", "precision": {"region.budget.2025": 0.1}}, "the same in every draw"),
        (
            {"draws": "auto", "precision": {"region.savings.2025.probability": 0.1}},
            "does not exist in this scenario",
        ),
        ({"draws": "auto", "precision": {"hash": 0.1}}, "no number"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_words(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        js.run(small(), seed=7, progress=False, **arguments)
