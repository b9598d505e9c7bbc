"""The line on where the inputs come from and what the answer is most uncertain by."""

from __future__ import annotations

from typing import Any

import pytest
from regions import HAAGLANDEN

import jeugdsim as js
from jeugdsim.outcomes.uncertain_inputs import pattern_of
from jeugdsim.report.answer import printed_answer
from jeugdsim.world.assumptions import uncertain_assumptions

from .summaries import all_pxq, summary

PROCESSES = (
    "world.indexation",
    "world.index_forecast_error",
    "world.inflow_shock_region_cv",
    "world.inflow_shock_municipality_cv",
    "world.stay_shock_cv",
    "world.units_shock_cv",
)
ALSO_POSSIBLE = (
    "world.growth_fade_per_year",
    "demand.*.clients_at_start",
    "care_forms.*.tariff",
    "care_forms.*.units_per_day",
    "contracts.*.volume_growth_per_year",
)


def entry(*patterns: str, share: float, error: float = 0.002, inputs: int = 1) -> dict[str, Any]:
    return {"patterns": list(patterns), "inputs": inputs, "share": share, "standard_error": error}


def note(shares: list[dict[str, Any]], language: str = "nl", needed: int = 532) -> str:
    """Return the last paragraph of the answer as one line."""
    policy = summary()
    policy["absent"] = []
    policy["provenance"] |= {"shares": shares, "draws_needed": needed}
    text = " ".join(printed_answer(policy, all_pxq(), language=language).splitlines())
    return text[text.index("Invoer:" if language == "nl" else "Input:") :]


def test_the_three_that_matter_most_are_named_with_their_shares() -> None:
    shares = [
        entry("world.indexation", share=0.428),
        entry("demand.*.inflow_per_1000_youth", share=0.183, inputs=121),
        entry("levers.sterke lokale teams.effect", share=0.081),
        entry("world.stay_shock_cv", share=0.04),
    ]
    assert note(shares) == (
        "Invoer: 45 gemeten, 122 afgeleid, 61 aangenomen; onzekerheid vooral door: "
        "prijsstijging 43%, instroom per gemeente en zorgvorm (121 cellen) 18%, "
        "effect van sterke lokale teams 8%. Scenario ab12cd34, v0.1.0."
    )
    assert "price growth 43%, inflow per municipality and care form (121 cells) 18%" in note(
        shares, "en"
    )


def test_a_response_is_named_after_its_form() -> None:
    told = note([entry("funding_response.task_based.stay_days", share=0.5)])
    assert "vooral door: reactie op taakgericht: verblijfsduur 50%. Scenario" in told


def test_a_share_is_no_finer_than_its_standard_error() -> None:
    one, other = entry("world.indexation", share=0.43, error=0.03), entry("x.y", share=0.001)
    assert "prijsstijging 45%, x.y <1%." in note([one, other])


def test_correlated_inputs_are_named_together() -> None:
    pair = entry("world.inflow_growth_per_year", "world.stay_growth_per_year", share=0.2)
    assert "groei van de instroom + groei van de verblijfsduur 20%" in note([pair])


def test_too_few_draws_are_told_and_old_results_just_count() -> None:
    assert "aangenomen; waar de onzekerheid vandaan komt, is te zien vanaf 2.000 trekkingen." in note(
        [], needed=2000
    )
    assert "61 aangenomen. Scenario" in note([], needed=532)
    policy = summary()
    assert "61 aangenomen. Scenario" in " ".join(printed_answer(policy, None).splitlines())


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_input_that_may_be_uncertain_has_a_plain_name(language: str) -> None:
    drawn = {pattern_of(one.path) for one in uncertain_assumptions(js.load_scenario(HAAGLANDEN))}
    for pattern in sorted({*drawn, *PROCESSES, *ALSO_POSSIBLE}):
        told = note([entry(pattern, share=0.5)], language)
        assert pattern not in told


@pytest.mark.parametrize("width", [80, 100])
def test_the_answer_still_fits_the_screen(width: int) -> None:
    long = "levers." + "een heel lange naam van een maatregel die maar doorgaat" + ".cost_per_year"
    policy = summary()
    policy["provenance"] |= {"shares": [entry(long, share=0.3)] * 3, "draws_needed": 100}
    lines = printed_answer(policy, all_pxq(), width=width).splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= width
