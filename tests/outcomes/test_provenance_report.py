"""The provenance report: every input with its papers, what is told and what drowns in noise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from regions import HAAGLANDEN, care_form, region

import jeugdsim as js
from jeugdsim.outcomes.provenance_report import COLUMNS, provenance_rows, spread_block
from jeugdsim.outcomes.uncertain_inputs import Group, Uncertain
from jeugdsim.scenario.provenance import Input

GROWTH = ("world.inflow_growth_per_year",)
SHOCK = ("world.stay_shock_cv",)
NEAR = 0.05  # above four standard errors of every share here: 1 false alarm in 16,000
PAIR = ("world.stay_growth_per_year", "world.units_growth_per_year")


def uncertain(draws: int = 1000) -> Uncertain:
    """Make what was drawn: one assumption, a shock of two years, and a correlated pair."""
    rng = np.random.default_rng(4)
    drawn = rng.standard_normal((draws, 5))
    drawn[:, 4] = 0.6 * drawn[:, 3] + 0.8 * drawn[:, 4]
    return Uncertain(
        drawn=drawn,
        columns={GROWTH[0]: (0,), SHOCK[0]: (1, 2), PAIR[0]: (3,), PAIR[1]: (4,)},
        yearly=frozenset(SHOCK),
        correlated=(PAIR,),
        groups=(Group(GROWTH, GROWTH, (0,)), Group(SHOCK, SHOCK, (1, 2)), Group(PAIR, PAIR, (3, 4))),
    )


def result(drawn: np.ndarray[Any, Any], slopes: list[float], noise: float = 1.0) -> Any:
    return drawn @ slopes + noise * np.random.default_rng(5).standard_normal(len(drawn))


def test_what_spreads_most_comes_first_and_all_adds_up_to_one() -> None:
    """Variances 1, 4 + 4 and, with a correlation of 0.6, 1 + 1 + 2 x 0.6; chance 1: 13.2 in all."""
    drawn = uncertain()
    block = spread_block(drawn, result(drawn.drawn, [1.0, 2.0, 2.0, 1.0, 1.0]))
    assert [entry["patterns"] for entry in block["shares"]] == [[*SHOCK], [*PAIR], [*GROWTH]]
    assert block["shares"][1]["group"] == " + ".join(PAIR)
    assert block["shares"][1]["inputs"] == 2
    shares = [entry["share"] for entry in block["shares"]]
    assert shares == pytest.approx([8.0 / 13.2, 3.2 / 13.2, 1.0 / 13.2], abs=NEAR)
    assert block["others"] == {"groups": 0, "share": 0.0}
    assert sum(shares) + block["chance"] == pytest.approx(1.0, abs=1e-5)


def test_what_is_within_the_noise_is_not_named_but_counted() -> None:
    """Growth does nothing: its squared t stays below 17 in all but 1 of 20,000 seeds."""
    drawn = uncertain()
    block = spread_block(drawn, result(drawn.drawn, [0.0, 2.0, 2.0, 1.0, 1.0]))
    assert [entry["patterns"] for entry in block["shares"]] == [[*SHOCK], [*PAIR]]
    assert block["others"]["groups"] == 1
    told = sum(entry["share"] for entry in block["shares"])
    assert told + block["others"]["share"] + block["chance"] == pytest.approx(1.0, abs=1e-5)


def test_few_draws_tell_nothing_and_say_how_many_would() -> None:
    drawn = uncertain(draws=99)
    assert spread_block(drawn, result(drawn.drawn, [1.0] * 5)) == {
        "shares": [],
        "others": None,
        "chance": None,
        "chance_standard_error": None,
        "draws_needed": 100,
    }


def rows_by_path(drawn: Uncertain) -> dict[str, dict[str, Any]]:
    paths = [*GROWTH, *SHOCK, *PAIR, "world.growth_fade_per_year", "world.stay_shock_autocorrelation"]
    inputs = [Input(path, "0.1", "derived", "S1", "A study") for path in paths]
    rows = provenance_rows(inputs, drawn, result(drawn.drawn, [1.0, 2.0, 2.0, 1.0, 1.0]))
    assert [row[0] for row in rows] == paths
    return {str(row[0]): dict(zip(COLUMNS, row, strict=True)) for row in rows}


def test_a_row_has_papers_and_shares() -> None:
    rows = rows_by_path(uncertain())
    growth = rows[GROWTH[0]]
    assert list(growth.values())[:6] == [GROWTH[0], "0.1", "derived", "S1", "A study", "once"]
    assert growth["share"] == growth["group_share"] == pytest.approx(1.0 / 13.2, abs=NEAR)
    assert growth["standard_error"] > 0.0
    assert rows[SHOCK[0]]["drawn"] == "yearly"
    assert rows[SHOCK[0]]["share"] == pytest.approx(8.0 / 13.2, abs=NEAR)


def test_correlated_inputs_have_no_share_of_their_own() -> None:
    rows = rows_by_path(uncertain())
    for path in PAIR:
        assert rows[path]["share"] is None
        assert rows[path]["group"] == " + ".join(PAIR)
        assert rows[path]["group_share"] == pytest.approx(3.2 / 13.2, abs=NEAR)


def test_what_is_certain_has_no_share() -> None:
    fade = rows_by_path(uncertain())["world.growth_fade_per_year"]
    assert fade["drawn"] == "never"
    assert fade["group"] == ""
    assert [fade[name] for name in COLUMNS if "share" in name or "error" in name] == [None] * 4


def test_with_few_draws_the_papers_stay() -> None:
    rows = rows_by_path(uncertain(draws=50))
    assert {row["source"] for row in rows.values()} == {"S1"}
    assert {row["share"] for row in rows.values()} == {None}
    assert rows[SHOCK[0]]["drawn"] == "yearly"


def small_outcome(draws: int) -> js.Outcome:
    scenario = region(
        [care_form("crisis")],
        inflow=2_000.0,
        world={
            "inflow_growth_per_year": {"mean": 0.0, "sd": 0.05},
            "indexation": {"mean": 0.03, "sd": 0.001},
        },
    )
    return js.run(scenario, draws=draws, seed=1, progress=False)


def test_an_outcome_tells_its_provenance(tmp_path: Path) -> None:
    outcome = small_outcome(draws=120)
    table = outcome.provenance()
    assert tuple(table.columns) == COLUMNS
    block = outcome.to_dict()["provenance"]
    assert len(table) == block["measured"] + block["derived"] + block["assumption"]
    assert block["shares"][0]["group"] == "world.inflow_growth_per_year"
    rows = table.set_index("path")
    assert rows.loc["world.inflow_growth_per_year", "share"] == block["shares"][0]["share"]
    assert rows.loc["world.indexation", "drawn"] == "yearly"
    assert table.loc[table["drawn"] == "never", "group_share"].isna().all()
    outcome.write(tmp_path)
    written = pd.read_csv(tmp_path / "provenance.csv", keep_default_na=False, na_values={"share": [""]})
    assert written["path"].tolist() == table["path"].tolist()
    assert written["share"].tolist() == pytest.approx(table["share"].tolist(), nan_ok=True)


def test_the_overrun_of_the_last_year_has_shares_of_its_own() -> None:
    """Growth builds up over the years: of the last year alone it takes a larger share."""
    outcome = small_outcome(draws=120)
    cost, overrun = (outcome.provenance(of).set_index("path")["share"] for of in ("cost", "overrun"))
    path = "world.inflow_growth_per_year"
    assert overrun[path] > cost[path]
    told = outcome.to_dict()["provenance"]["overrun_last_year"]
    assert told["shares"][0]["share"] == overrun[path]
    with pytest.raises(ValueError, match="choose from cost, overrun"):
        outcome.provenance("payment")  # type: ignore[arg-type]


def test_few_draws_of_haaglanden_still_give_the_papers() -> None:
    outcome = js.run(js.load_scenario(HAAGLANDEN), draws=2, seed=1, progress=False)
    table = outcome.provenance()
    assert str(table["share"].dtype) == "float64"
    assert table["share"].isna().all()
    assert table["title"].ne("").all()
