"""Numbers beyond what can be meant or counted are refused, at load or before the first child."""

from __future__ import annotations

from pathlib import Path

import pytest

import jeugdsim as js
from jeugdsim.scenario.checks_size import MOST_CHILDREN

from .folders import Content, assert_told, edited, findings_of, line_of, write_folder

GROWTH = "inflow_growth_per_year = {p10 = -0.01, p50 = 0.01, p90 = 0.03}"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (GROWTH, "inflow_growth_per_year = 2026", ("inflow_growth_per_year", "at most 10", "2026")),
        (GROWTH, "inflow_growth_per_year = {mean = 0.1, sd = 11}", ("at most 10", "11 is given")),
        ("mean = 0.04, sd = 0.012", "mean = 40, sd = 0.012", ("world.indexation.mean", "40 is given")),
        ("basis = 4e6", "basis = 1e31", ("budget.basis", "too large")),
        ("p90 = 0.01}", "p90 = 1001}", ("levers.sterke lokale teams.effect", "at most 1000", "1001")),
        (
            "stay_days = {p10 = -0.10, p50 = -0.03, p90 = 0.03}",
            "stay_days = 2e3",
            ("funding_response.task_based.stay_days", "(100,000%)", "2000 is given"),
        ),
        (
            "volume_growth_per_year = 0.02",
            "volume_growth_per_year = 20",
            ("budget.volume_growth_per_year", "at most 10"),
        ),
    ],
)
def test_growths_and_sums_end(tmp_path: Path, old: str, new: str, words: tuple[str, ...]) -> None:
    findings = findings_of(write_folder(tmp_path, edited("scenario.toml", old, new)))
    assert_told(findings, "scenario.toml", line_of("scenario.toml", old), *words)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("lognormal,300,0.04,260", "lognormal,1e8,0.04,260", ("stay_mean_days", "10,000,000 days")),
        ("lognormal,300,0.04,260", "lognormal,300,0.04,1e9", ("stay_sd_days", "100,000,000 days")),
        ("etmaal,60,", "etmaal,1e31,", ("tariff", "too large")),
        ("60,1,,,0,lognormal", "60,1,,,1001,lognormal", ("units_cv", "at most 1000", "1001")),
        ("260,,A1", "260,2e9,A1", ("places", "1,000,000,000", "for no limit leave it empty")),
    ],
)
def test_stays_and_tariffs_end(tmp_path: Path, old: str, new: str, words: tuple[str, ...]) -> None:
    findings = findings_of(write_folder(tmp_path, edited("care_forms.csv", old, new)))
    assert_told(findings, "care_forms.csv", 2, *words)


def test_children_that_cant_be_counted_are_told_at_the_largest_inflow(tmp_path: Path) -> None:
    """16,000 youth x 200,000 per 1,000 x 2 years = 6.4 million."""
    changes: dict[str, Content] = edited("demand.csv", "Delft,crisis,12,1.5", "Delft,crisis,12,200000")
    findings = findings_of(write_folder(tmp_path / "a", changes))
    assert_told(findings, "demand.csv", 3, "Delft would have 6.", f"{MOST_CHILDREN:,}")
    stock = edited("demand.csv", "Delft,crisis,12,1.5", "Delft,crisis,6000000,1.5")
    findings = findings_of(write_folder(tmp_path / "b", stock))
    assert_told(findings, "demand.csv", 3, "Delft would have 6e+06 children")


def test_a_draw_that_cant_be_counted_is_refused_before_it_is_simulated(tmp_path: Path) -> None:
    """Half the draws leave inflow as it is; in one of ten it is a thousand times as much."""
    changes = edited(
        "scenario.toml", "{p10 = -0.08, p50 = -0.04, p90 = 0.01}", "{p10 = 0, p50 = 0, p90 = 999}"
    )
    scenario = js.load_scenario(write_folder(tmp_path, changes))
    scenario = scenario.with_changes({"demand.Delft.begeleiding.inflow_per_1000_youth": 2000})
    with pytest.raises(js.ScenarioError, match=r"in one draw .* can be counted") as caught:
        js.simulate(scenario, draws=50, seed=1, progress=False)
    assert caught.value.findings[0].file == "demand.csv"


def test_what_is_large_and_can_be_counted_runs(tmp_path: Path) -> None:
    forms = edited("care_forms.csv", "lognormal,300,0.04,260", "lognormal,100000,0.04,260")
    scenario = js.load_scenario(write_folder(tmp_path, forms))
    changed = scenario.with_changes({"demand.Delft.crisis.inflow_per_1000_youth": 2000})
    volumes = js.simulate(changed, draws=2, seed=1, progress=False)
    crisis = volumes.stays_started.sel(care_form="crisis", municipality="Delft", year=2027)
    # 16,000 youth x 2 x growth, within 6 standard errors of a Poisson count and the spread of growth
    assert crisis.mean() == pytest.approx(32000, rel=0.25)
    assert volumes.client_days.max() < 2**31
