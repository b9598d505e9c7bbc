"""Changes in Python: the same rules as for a folder, findings at the path."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jeugdsim.scenario import Scenario, ScenarioError, load_scenario, write_scenario
from jeugdsim.scenario.content import content_of
from jeugdsim.scenario.numbers import Lognormal, Normal, Percentiles, mean_of
from jeugdsim.scenario.settings import Lever

from .folders import FILES, edited, write_folder


@pytest.fixture
def base(tmp_path: Path) -> Scenario:
    return load_scenario(write_folder(tmp_path / "base"))


def at(content: dict[str, Any], *keys: str) -> Any:
    """Return what stands at a path of the content."""
    for key in keys:
        content = content[key]
    return content


def test_no_changes_give_an_equal_scenario(base: Scenario) -> None:
    assert base.with_changes({}) == base
    assert base.with_changes({}).hash == base.hash


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (("world", "indexation", "mean"), 0.05),
        (("world", "stay_growth_per_year"), {"mean": 0.01, "sd": 0.02}),
        (("world", "inflow_growth_per_year", "p90"), 0.06),
        (("contracts", "verblijf", "budget"), 3e6),
        (("contracts", "verblijf", "agreed_reduction", "2027"), 0.01),
        (("contracts", "ambulant", "cost_ratio"), {"low": 0.9, "mode": 1.0, "high": 1.2}),
        (("levers", "sterke lokale teams", "effect"), -0.05),
        (("levers", "sterke lokale teams", "cost_per_year"), {"mean": 1e4, "cv": 0.2}),
        (("savings", "target", "2027"), 10_000.0),
        (("savings", "target_prices"), "nominal"),
        (("budget", "index_per_year"), 0.03),
        (("funding_response", "task_based", "inflow"), -0.01),
        (("allocation", "used"), "inhabitants"),
        (("trajectories_per_youth",), 1.4),
        (("sources", "world.indexation"), "A1"),
        (("demand", "Delft", "pleegzorg", "inflow_per_1000_youth"), 3.0),
        (("demand", "Delft", "pleegzorg", "inflow_per_1000_youth"), {"mean": 3.0, "cv": 0.2}),
        (("demand", "Delft", "crisis", "clients_at_start"), None),
        (("care_forms", "pleegzorg", "tariff"), {"p10": 50.0, "p50": 60.0, "p90": 80.0}),
        (("moves", "crisis", "pleegzorg", "probability"), 0.1),
        (("population", "Delft", "2027", "youth"), 15_000.0),
        (("source_rows", "S1", "title"), "Anders"),
    ],
)
def test_a_path_changes_that_value_and_nothing_else(
    base: Scenario, keys: tuple[str, ...], value: Any
) -> None:
    before, changed = content_of(base), base.with_changes({".".join(keys): value})
    after = content_of(changed)
    assert at(after, *keys) == value
    at(before, *keys[:-1])[keys[-1]] = value
    assert {**before, "x": 0} == {**after, "x": 0}
    assert changed.hash != base.hash


def test_none_deletes_tables_levers_and_rows(base: Scenario) -> None:
    changed = base.with_changes(
        {
            "savings": None,
            "levers": None,
            "budget.basis": None,
            "moves.crisis": None,
            "funding_response": None,
            "allocation.keys": None,
        }
    )
    assert changed.settings.savings is None
    assert changed.settings.levers == ()
    assert [row.from_care_form for row in changed.moves] == ["pleegzorg"]
    assert set(changed.settings.sources) == {"world", "world.indexation", "contracts", "budget"}
    fewer = base.with_changes({"levers.sterke lokale teams": None})
    assert [lever.name for lever in fewer.settings.levers] == ["sneller naar pleegzorg"]
    assert base.with_changes({"levers": []}).settings.levers == ()
    alone = {f"{table}.Rijswijk": None for table in ("municipalities", "population", "demand")}
    assert base.with_changes(alone).municipality_names == ("Delft",)


def test_form_change_keeps_the_scope_and_other_changes(base: Scenario) -> None:
    path = "contracts.verblijf."
    changed = base.with_changes({path + "reserve": 0.1, path + "form": "pxq"})
    contract = changed.settings.contracts["verblijf"]
    assert contract.model_fields_set == {"form", "segments", "reserve"}
    same = base.with_changes({path + "form": "task_based"})
    assert same == base
    twin = base.all_pxq()
    assert base.with_changes({path + "form": "pxq", "name": twin.name}).hash == twin.hash


def test_whole_tables_as_lists_of_dicts(base: Scenario) -> None:
    lever = {
        "name": "korter",
        "affects": "stay_days",
        "care_forms": ["begeleiding"],
        "effect": {"p10": -0.1, "p50": -0.05, "p90": 0.0},
        "starts": "2028-01-01",
    }
    changed = base.with_changes({"levers": [lever]})
    assert [one.name for one in changed.settings.levers] == ["korter"]
    model = base.with_changes({"levers": [Lever(**lever)]})
    assert model == changed
    move = {"from_care_form": "crisis", "to_care_form": "pleegzorg", "probability": 0.2}
    moved = base.with_changes({"moves": [move]})
    assert [row.probability for row in moved.moves] == [0.2]
    row = {"clients_at_start": None, "inflow_per_1000_youth": 1.0, "source": "A1"}
    without = base.with_changes({"demand.Rijswijk.crisis": None})
    assert len(without.demand) == 5
    assert len(without.with_changes({"demand.Rijswijk.crisis": row}).demand) == 6
    contracts = {"alles": {"form": "pxq", "segments": ["verblijf", "veelvoorkomend"]}}
    assert base.with_changes({"contracts": contracts}).contract_names == ("alles",)


def test_values_from_numpy_and_models(base: Scenario) -> None:
    changed = base.with_changes(
        {
            "years": np.int64(1),
            "contracts.verblijf.budget": np.float64(3e6),
            "levers.sterke lokale teams.effect": Normal(mean=-0.05, sd=0.01),
            "demand.Delft.crisis.inflow_per_1000_youth": Lognormal(mean=2, cv=0.1),
            "care_forms.crisis.tariff": Percentiles(p10=280, p50=300, p90=330),
        }
    )
    assert changed.calendar_years == (2027,)
    assert mean_of(changed.settings.levers[1].effect) == -0.05


WRONG = [
    ("levers.sterke teams.effect", 0.1, "levers.sterke teams.effect", 'mean "sterke lokale teams"'),
    ("demand.Delf.crisis.clients_at_start", 1, "demand.Delf.crisis", 'mean "Delft"'),
    ("demand.Delft.crisi.clients_at_start", 1, "demand.Delft.crisi", 'mean "crisis"'),
    ("demand.Delft.crisis.clients", 1, "demand.Delft.crisis", 'unknown column "clients"'),
    ("population.Delft.2030.youth", 1, "population.Delft.2030", 'has no "2030"'),
    ("worlds.indexation", 1, "worlds", 'mean "world"'),
    ("worlds", 1, "worlds", 'mean "world"'),
    ("", 1, "", "has no"),
    ("world.indexation.mean.p50", 1, "world.indexation.mean", "no parts"),
    ("world.indeksation", 1, "world.indeksation", 'mean "indexation"'),
    ("world.indexation", {"mean": "x"}, "world.indexation.mean", "a number is asked"),
    ("contracts.verblijff.form", "pxq", "contracts.verblijff", 'mean "verblijf"'),
    ("contracts.verblijff", None, "contracts.verblijff", 'mean "verblijf"'),
    ("contracts.verblijf.form", "availability", "contracts.verblijf.form", "no places to pay"),
    ("contracts.verblijf", {"form": "pxq"}, "contracts.verblijf", "segments or its care_forms"),
    ("contracts", None, "scenario", 'key "contracts" is missing'),
    ("care_forms.pleegzorg.tariff", -1, "care_forms.pleegzorg", "column tariff"),
    ("care_forms.pleegzorg.tariff", None, "care_forms.pleegzorg", "column tariff"),
    ("care_forms.pleegzorg.tariff", {"mean": 60, "sd": 1}, "care_forms.pleegzorg", "{mean, cv}"),
    ("care_forms.pleegzorg", 5, "care_forms.pleegzorg", "a row as a dict"),
    ("care_forms", 5, "care_forms", "a row as a dict"),
    ("moves.crisis.pleegzorg.probability", 0.7, "moves.crisis.pleegzorg", "1.1"),
    ("demand", None, "demand", "no rows"),
    ("levers", [{"effect": 1}], "levers", "element 1 must be a dict with name"),
    ("levers", 5, "levers", "[[levers]]"),
    ("moves", [{"from_care_form": "crisis"}], "moves", "to_care_form"),
    ("years", 3, "population.Delft.2028", "missing for 2029"),
    ("municipalities.Delft", None, "demand.Delft.begeleiding", "municipality"),
    ("levers.sterke lokale teams.starts", 5, "levers.sterke lokale teams.starts", "a date"),
]


@pytest.mark.parametrize(
    ("path", "value", "place", "words"), WRONG, ids=[f"{c[0]} {c[1]}" for c in WRONG]
)
def test_wrong_changes(base: Scenario, path: str, value: Any, place: str, words: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        base.with_changes({path: value})
    told = [one for one in caught.value.findings if one.severity == "error"]
    assert any(one.file.startswith(place) and words in one.message for one in told), str(caught.value)
    assert all(one.line == 0 for one in told)


def test_reference_is_the_hand_written_one(base: Scenario, tmp_path: Path) -> None:
    reference = base.reference()
    by_hand = base.with_changes(
        {
            "name": reference.name,
            "contracts.verblijf.form": "pxq",
            "levers": None,
            "funding_response": None,
        }
    )
    assert reference.hash == by_hand.hash


def test_changes_on_what_a_file_leaves_out(tmp_path: Path) -> None:
    toml = str(edited("scenario.toml", "[savings.target]\n2028 = 50_000.0\n", "")["scenario.toml"])
    toml = toml.replace('savings = "A1"\n', "")
    bare = load_scenario(write_folder(tmp_path / "bare", {"scenario.toml": toml}))
    assert bare.settings.savings is None
    changed = bare.with_changes({"savings.target.2028": 50_000})
    full = load_scenario(write_folder(tmp_path / "full", {"scenario.toml": FILES["scenario.toml"]}))
    assert changed.with_changes({"sources.savings": "A1"}).hash == full.hash


def test_no_levers_takes_their_sources_along(tmp_path: Path) -> None:
    data = Path(__file__).resolve().parents[1] / "data"
    scenario = load_scenario(data / "small")
    without = scenario.with_changes({"levers": []})
    assert without == scenario.with_changes({"levers": None})
    write_scenario(without, tmp_path / "without")
    assert load_scenario(tmp_path / "without").hash == without.hash
    assert without.with_changes({"years": 2}).settings.years == 2
