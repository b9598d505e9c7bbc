"""[correlations]: spellings of a pair, what is refused and where, variants, changes and writing."""

import tempfile
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jeugdsim.scenario import Scenario, ScenarioError, load_scenario, write_scenario
from jeugdsim.scenario.content import content_of
from jeugdsim.scenario.correlations import connected, pairs_of
from jeugdsim.scenario.provenance import provenance

from .folders import FILES, TOML, assert_told, findings_of, write_folder, write_variant

INFLOW = "world.inflow_growth_per_year"
STAYS = "funding_response.task_based.stay_days"
TEAMS = "levers.sterke lokale teams.effect"
MOVES = "levers.sneller naar pleegzorg.effect"
CELL = "demand.Delft.pleegzorg.inflow_per_1000_youth"
UNITS = "care_forms.begeleiding.units_per_day"
LINES = TOML.count("\n")


def toml(*lines: str) -> str:
    """Return the correct scenario.toml with a table of correlations at its end."""
    return TOML + "\n".join(["[correlations]", *lines]) + "\n"


def folder(path: Path, *lines: str) -> Path:
    return write_folder(path, {"scenario.toml": toml(*lines)})


def pair(one: str, other: str, value: Any = 0.5) -> str:
    return f'"{one}, {other}" = {value}'


@pytest.fixture
def base(tmp_path: Path) -> Scenario:
    return load_scenario(folder(tmp_path / "base", pair(INFLOW, STAYS), pair(TEAMS, CELL, -0.3)))


def test_pairs_are_read(base: Scenario) -> None:
    assert base.settings.correlations == {f"{STAYS}, {INFLOW}": 0.5, f"{CELL}, {TEAMS}": -0.3}
    assert pairs_of(base.settings.correlations) == {(STAYS, INFLOW): 0.5, (CELL, TEAMS): -0.3}


SPELLINGS = [
    (pair(STAYS, INFLOW), pair(CELL, TEAMS, -0.3)),
    (pair(TEAMS, CELL, "-3e-1"), pair(INFLOW, STAYS)),
    (f'" {INFLOW} ,{STAYS}" = 0.50', pair(TEAMS, CELL, -0.3)),
    (f'[correlations."{INFLOW}"]', f'"{STAYS}" = 0.5', f'[correlations."{TEAMS}"]', f'"{CELL}" = -0.3'),
    (f'"{STAYS}" = {{"{INFLOW}" = 0.5}}', f'"{CELL}" = {{"{TEAMS}" = -0.3}}'),
    (pair(STAYS, INFLOW), pair(INFLOW, STAYS), f'"{CELL}"."{TEAMS}" = -0.3'),
]


@pytest.mark.parametrize("lines", SPELLINGS, ids=[lines[0] for lines in SPELLINGS])
def test_spelling_and_order_change_neither_scenario_nor_hash(
    base: Scenario, tmp_path: Path, lines: tuple[str, ...]
) -> None:
    spelled = load_scenario(folder(tmp_path / "spelled", *lines))
    assert spelled == base
    assert spelled.hash == base.hash
    assert list(spelled.settings.correlations) == list(base.settings.correlations)


def test_no_pairs_and_pairs_of_zero_are_the_same_content(base: Scenario, tmp_path: Path) -> None:
    plain = load_scenario(write_folder(tmp_path / "plain"))
    assert load_scenario(folder(tmp_path / "none")).hash == plain.hash
    assert load_scenario(folder(tmp_path / "zero", pair(INFLOW, STAYS, 0))).hash == plain.hash
    assert content_of(plain)["correlations"] == {}
    assert base.hash != plain.hash
    other = base.with_changes({f"correlations.{STAYS}, {INFLOW}": 0.51})
    assert other.hash not in (base.hash, plain.hash)


def test_pairs_of_several_spellings_may_be_perfect_together(tmp_path: Path) -> None:
    """Singular, and possible: two that are one, and one that is their opposite."""
    lines = (pair(INFLOW, STAYS, 1), pair(INFLOW, TEAMS, -1), pair(STAYS, TEAMS, -1.0))
    assert load_scenario(folder(tmp_path, *lines)).settings.correlations[f"{STAYS}, {INFLOW}"] == 1


WRONG = [
    # lines under [correlations], which of them is wrong (from 1), words
    ([pair("world.inflow_groth_per_year", STAYS)], 1, (f'did you mean "{INFLOW}"',)),
    ([pair(INFLOW, "levers.sterke teams.effect")], 1, (f'did you mean "{TEAMS}"',)),
    ([pair(INFLOW, "demand.Delf.pleegzorg.inflow_per_1000_youth")], 1, (f'did you mean "{CELL}"',)),
    ([pair(INFLOW, "levers.sterke lokale teams")], 1, ("takes no correlation",)),
    ([pair(INFLOW, "world.inflow_shock_region_cv")], 1, ("takes no correlation",)),
    ([pair(INFLOW, "world.indexation")], 1, ("takes no correlation",)),
    ([pair(INFLOW, "x")], 1, ('"x" is no uncertain number',)),
    ([pair(INFLOW, "levers.sterke lokale teams.cost_per_year")], 1, ("certain", "20000")),
    ([pair(INFLOW, "world.stay_growth_per_year")], 1, ("certain", "absent", "as a distribution")),
    ([pair(INFLOW, "demand.Delft.crisis.clients_at_start")], 1, ("certain", "12", "companion")),
    ([pair(INFLOW, STAYS), pair(INFLOW, INFLOW)], 2, ("paired with itself",)),
    ([pair(INFLOW, STAYS), pair(STAYS, INFLOW, 0.4)], 2, ("twice", "0.5 and 0.4", f"line {LINES + 2}")),
    ([pair(INFLOW, STAYS), f'"{STAYS}" = {{"{INFLOW}" = 0.4}}'], 2, ("twice",)),
    ([pair(INFLOW, STAYS, 1.01)], 1, ("between -1 and 1", "1.01")),
    ([pair(INFLOW, STAYS, -2)], 1, ("between -1 and 1", "-2")),
    ([pair(INFLOW, STAYS, "nan")], 1, ("finite",)),
    ([pair(INFLOW, STAYS, "true")], 1, ("number",)),
    ([pair(INFLOW, STAYS, '"0.5"')], 1, ("number", '"0.5"')),
    ([pair(INFLOW, STAYS, "[0.5]")], 1, ("number",)),
    ([pair(INFLOW, STAYS, "{mean = 0.5, sd = 0.1}")], 1, ("two assumptions",)),
    ([f'"{INFLOW}" = 0.5'], 1, ("two assumptions", INFLOW)),
    ([f'"{INFLOW}, {STAYS}, {TEAMS}" = 0.5'], 1, ("two assumptions",)),
    ([f'"{INFLOW}," = 0.5'], 1, ("two assumptions",)),
    ([f'[correlations."{INFLOW}"]', f'"{STAYS}" = 1.5'], 2, ("between -1 and 1",)),
    ([f"[correlations.{INFLOW}]", f'"{STAYS}" = 0.5'], 1, ("in quotes", f'[correlations."{INFLOW}"]')),
]


@pytest.mark.parametrize(("lines", "wrong", "words"), WRONG, ids=[str(case[0]) for case in WRONG])
def test_wrong_pairs(tmp_path: Path, lines: list[str], wrong: int, words: tuple[str, ...]) -> None:
    findings = findings_of(folder(tmp_path, *lines))
    assert_told(findings, "scenario.toml", LINES + 1 + wrong, *words)


def test_correlations_that_are_no_table(tmp_path: Path) -> None:
    text = TOML.replace("years = 2\n", "years = 2\ncorrelations = 0.5\n")
    findings = findings_of(write_folder(tmp_path, {"scenario.toml": text}))
    assert_told(findings, "scenario.toml", 5, "correlations", "a table is asked")


def test_every_wrong_pair_is_told_at_once_and_once(tmp_path: Path) -> None:
    lines = [lines[0] for lines, _, _ in WRONG[:8]]
    findings = findings_of(folder(tmp_path, *lines))
    assert [one.line for one in findings if one.severity == "error"] == [
        LINES + 1 + number for number in range(1, 9)
    ]


def test_pairs_that_contradict_each_other_are_told_with_what_would_do(tmp_path: Path) -> None:
    """0.9 and 0.9 leave no room for 0: of normals 2 sin(pi 0.9/6), twice its square is above 1.

    Times t they fit up to 2 sin(pi 0.9 t/6) = sqrt(1/2), so t = 0.768. A pair elsewhere is no part.
    """
    lines = [pair(INFLOW, STAYS, 0.9), pair(CELL, UNITS, 0.2), pair(INFLOW, TEAMS, 0.9)]
    findings = findings_of(folder(tmp_path / "a", *lines))
    assert_told(findings, "scenario.toml", LINES + 4, "can't be true together", "not named", "0.76 ")
    message = next(one.message for one in findings if one.severity == "error")
    assert all(path in message for path in (INFLOW, STAYS, TEAMS))
    assert CELL not in message
    fits = [pair(INFLOW, STAYS, 0.9 * 0.76), pair(CELL, UNITS, 0.2), pair(INFLOW, TEAMS, 0.9 * 0.76)]
    load_scenario(folder(tmp_path / "b", *fits))
    load_scenario(folder(tmp_path / "c", *lines, pair(STAYS, TEAMS, 0.8)))
    too_far = [pair(INFLOW, STAYS, 0.9 * 0.77), pair(INFLOW, TEAMS, 0.9 * 0.77)]
    assert findings_of(folder(tmp_path / "d", *too_far))


def test_only_those_who_contradict_each_other_are_named(tmp_path: Path) -> None:
    """Four in one group, of which three can't be: each is the opposite of both others."""
    lines = [pair(INFLOW, STAYS, -0.9), pair(INFLOW, TEAMS, -0.9), pair(STAYS, TEAMS, -0.9)]
    findings = findings_of(folder(tmp_path, *lines, pair(STAYS, CELL, 0.1)))
    told = [one for one in findings if one.severity == "error"]
    assert len(told) == 1
    assert told[0].line == LINES + 4
    assert CELL not in told[0].message
    assert "not named" not in told[0].message


def test_two_groups_that_are_impossible_are_told_apart(tmp_path: Path) -> None:
    first = [pair(INFLOW, STAYS, 0.9), pair(INFLOW, TEAMS, 0.9)]
    second = [pair(CELL, UNITS, 0.9), pair(CELL, MOVES, 0.9)]
    findings = findings_of(folder(tmp_path, *first, *second))
    assert {one.line for one in findings if one.severity == "error"} == {LINES + 3, LINES + 5}


def test_a_file_that_can_not_be_read_right_is_told_without_its_pairs(tmp_path: Path) -> None:
    demand = FILES["demand.csv"].replace("2.5,0.05", "x,0.05")
    files = {"scenario.toml": toml(pair(CELL, INFLOW)), "demand.csv": demand}
    findings = findings_of(write_folder(tmp_path, dict(files)))
    assert [one.file[-10:] for one in findings if one.severity == "error"] == ["demand.csv"]


def test_groups_are_what_pairs_tie_together() -> None:
    pairs = [("a", "b"), ("c", "d"), ("e", "f"), ("b", "c")]
    for order in permutations(pairs):
        assert connected(order) == (("a", "b", "c", "d"), ("e", "f"))


# --- variants ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("base")
@pytest.mark.parametrize(
    ("lines", "correlations"),
    [
        ("[correlations]\n" + pair(INFLOW, STAYS, 0.7), {(STAYS, INFLOW): 0.7, (CELL, TEAMS): -0.3}),
        ("[correlations]\n" + pair(STAYS, INFLOW, 0), {(CELL, TEAMS): -0.3}),
        (
            f'[correlations."{STAYS}"]\n"{INFLOW}" = 0.7\n"{CELL}" = 0.1',
            {(STAYS, INFLOW): 0.7, (CELL, TEAMS): -0.3, (CELL, STAYS): 0.1},
        ),
        ('remove = ["correlations"]', {}),
        (f'remove = ["correlations.{STAYS}, {INFLOW}"]', {(CELL, TEAMS): -0.3}),
        (f'remove = ["correlations.{INFLOW},{STAYS}"]', {(CELL, TEAMS): -0.3}),
        ('remove = ["levers.sterke lokale teams"]', {(STAYS, INFLOW): 0.5}),
        ('remove = ["levers", "funding_response"]', {}),
        (f'remove = ["{CELL[:-21]}"]', None),
        ('[[levers]]\nname = "sterke lokale teams"\neffect = -0.04', {(STAYS, INFLOW): 0.5}),
        ("[world]\ninflow_growth_per_year = 0.01", {(CELL, TEAMS): -0.3}),
        (
            "[world]\ninflow_growth_per_year = {mean = 0.0, sd = 0.01}",
            {(STAYS, INFLOW): 0.5, (CELL, TEAMS): -0.3},
        ),
    ],
)
def test_variants(
    tmp_path: Path, lines: str, correlations: dict[tuple[str, str], float] | None
) -> None:
    variant = write_variant(tmp_path / "v", f'extends = "../base"\n{lines}\n')
    if correlations is None:
        assert any("remove" in one.message for one in findings_of(variant))
        return
    scenario = load_scenario(variant)
    assert pairs_of(scenario.settings.correlations) == correlations
    write_scenario(scenario, tmp_path / "written")
    assert load_scenario(tmp_path / "written") == scenario


@pytest.mark.usefixtures("base")
def test_a_variant_with_another_table_keeps_the_pairs_that_still_fit(tmp_path: Path) -> None:
    certain = FILES["demand.csv"].replace("2.5,0.05", "2.5,")
    toml_text = 'extends = "../base"\n'
    scenario = load_scenario(write_variant(tmp_path / "v", toml_text, {"demand.csv": certain}))
    assert pairs_of(scenario.settings.correlations) == {(STAYS, INFLOW): 0.5}
    wider = FILES["demand.csv"].replace("2.5,0.05", "2.5,0.5")
    scenario = load_scenario(write_variant(tmp_path / "w", toml_text, {"demand.csv": wider}))
    assert len(scenario.settings.correlations) == 2
    removed = 'extends = "../base"\nremove = ["moves.pleegzorg", "demand.Delft.pleegzorg"]\n'
    scenario = load_scenario(write_variant(tmp_path / "x", removed))
    assert pairs_of(scenario.settings.correlations) == {(STAYS, INFLOW): 0.5}
    third = load_scenario(write_variant(tmp_path / "y", 'extends = "../v"\n'))
    assert pairs_of(third.settings.correlations) == {(STAYS, INFLOW): 0.5}


@pytest.mark.usefixtures("base")
def test_a_pair_that_a_variant_states_itself_is_checked(tmp_path: Path) -> None:
    lines = "[world]\ninflow_growth_per_year = 0.01\n[correlations]\n" + pair(INFLOW, STAYS, 0.4)
    findings = findings_of(write_variant(tmp_path / "v", f'extends = "../base"\n{lines}\n'))
    assert_told(findings, "v/scenario.toml", 5, INFLOW, "certain (it is 0.01)")


def test_a_wrong_pair_of_a_base_is_told_of_the_variant_too(tmp_path: Path) -> None:
    folder(tmp_path / "base", pair("world.inflow", STAYS), pair(INFLOW, INFLOW))
    findings = findings_of(write_variant(tmp_path / "v", 'extends = "../base"\n'))
    assert_told(findings, "base/scenario.toml", LINES + 2, '"world.inflow" is no uncertain number')
    assert_told(findings, "base/scenario.toml", LINES + 3, "itself")


@pytest.mark.usefixtures("base")
def test_removing_a_pair_that_is_not_there_is_told(tmp_path: Path) -> None:
    toml_text = f'extends = "../base"\nremove = ["correlations.{INFLOW}, {STAYS[:-1]}"]\n'
    findings = findings_of(write_variant(tmp_path / "v", toml_text))
    assert_told(findings, "v/scenario.toml", 2, "not in the base", f"{STAYS}, {INFLOW}")


# --- in Python --------------------------------------------------------------------------------------


def test_changes_of_pairs(base: Scenario) -> None:
    def after(changes: dict[str, Any]) -> dict[tuple[str, str], float]:
        return pairs_of(base.with_changes(changes).settings.correlations)

    both = {(STAYS, INFLOW): 0.5, (CELL, TEAMS): -0.3}
    assert after({}) == both
    assert after({f"correlations.{INFLOW}, {STAYS}": 0.7}) == {**both, (STAYS, INFLOW): 0.7}
    assert after({f"correlations.{INFLOW}": {STAYS: 0.7}}) == {**both, (STAYS, INFLOW): 0.7}
    assert after({f"correlations.{UNITS}, {STAYS}": 0.1}) == {**both, (UNITS, STAYS): 0.1}
    assert after({f"correlations.{INFLOW}, {STAYS}": None}) == {(CELL, TEAMS): -0.3}
    assert after({"correlations": {f"{UNITS}, {STAYS}": 0.1}}) == {(UNITS, STAYS): 0.1}
    assert (
        after({"correlations": {UNITS: {STAYS: 0.1, CELL: 0.2}}})
        == {
            (UNITS, STAYS): 0.1,
            (UNITS, CELL): 0.2,
        }
        == {(UNITS, STAYS): 0.1, (UNITS, CELL): 0.2}
    )
    assert after({"correlations": None}) == after({"correlations": {}}) == {}
    assert after({INFLOW: 0.01}) == {(CELL, TEAMS): -0.3}
    assert after({CELL: 2.5, "levers": None}) == {(STAYS, INFLOW): 0.5}
    assert after({INFLOW: {"mean": 0.0, "sd": 0.01}}) == both


def test_the_same_change_of_a_pair_to_a_bare_scenario(tmp_path: Path, base: Scenario) -> None:
    plain = load_scenario(write_folder(tmp_path / "plain"))
    pairs = {f"{INFLOW},{STAYS}": 0.5, f"{TEAMS}, {CELL}": -0.3}
    assert plain.with_changes({"correlations": pairs}) == base
    one_by_one = {f"correlations.{name}": value for name, value in pairs.items()}
    assert plain.with_changes(one_by_one).hash == base.hash


@pytest.mark.parametrize(
    ("changes", "place", "words"),
    [
        ({"correlations": {f"{INFLOW}, world.stay": 0.5}}, f"correlations.{INFLOW}", "world.stay"),
        ({f"correlations.{INFLOW}, {STAYS}": 2}, f"correlations.{STAYS}, {INFLOW}", "-1 and 1"),
        ({f"correlations.{INFLOW}, {UNITS}": None}, f"correlations.{UNITS}, {INFLOW}", "has no"),
        ({f"correlations.{INFLOW}, {STAYS}": 0.4, INFLOW: 0.0}, f"correlations.{STAYS}", "certain"),
        ({"correlations": {f"{INFLOW}, {STAYS}": 0.4}, INFLOW: 0.0}, "correlations.", "certain"),
        ({"correlations": 0.5}, "correlations", "a table is asked"),
        ({"correlations": {INFLOW: 0.5}}, "correlations", "two assumptions"),
        (
            {f"correlations.{INFLOW}, {TEAMS}": 0.9, f"correlations.{INFLOW}, {STAYS}": 0.9},
            "correlations.",
            "can't be true together",
        ),
    ],
)
def test_wrong_changes(base: Scenario, changes: dict[str, Any], place: str, words: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        base.with_changes(changes)
    told = [one for one in caught.value.findings if one.severity == "error"]
    assert any(one.file.startswith(place) and words in one.message for one in told), str(caught.value)


def test_written_and_read_back_with_reference_and_twin(base: Scenario, tmp_path: Path) -> None:
    more = base.with_changes(
        {
            f"correlations.{INFLOW}, {MOVES}": 1 / 3,
            "sources.correlations": "A1",
            "care_forms.crisis.tariff": 4,
        }
    )
    kept = {"reference": set(), "all_pxq": {(STAYS, INFLOW), (CELL, TEAMS), (MOVES, INFLOW)}}
    for name in ("reference", "all_pxq"):
        twin = getattr(more, name)()
        assert set(pairs_of(twin.settings.correlations)) == kept[name]
        write_scenario(twin, tmp_path / name)
        again = load_scenario(tmp_path / name)
        assert again == twin
        assert again.hash == twin.hash
    write_scenario(more, tmp_path / "more")
    assert load_scenario(tmp_path / "more") == more


def test_worlds_are_equal_whatever_the_pairs_of_levers(base: Scenario) -> None:
    without = base.with_changes({"correlations": None})
    assert base.world_hash == without.world_hash
    tied = without.with_changes({f"correlations.{INFLOW}, {CELL}": 0.5})
    assert tied.world_hash != without.world_hash


def test_every_pair_is_an_input_with_its_own_source(base: Scenario) -> None:
    sourced = base.with_changes(
        {"sources.correlations": "A1", f"sources.correlations.{STAYS}, {INFLOW}": "S1"}
    )
    inputs = {one.path: one for one in provenance(sourced)}
    assert inputs[f"correlations.{STAYS}, {INFLOW}"].source == "S1"
    assert inputs[f"correlations.{CELL}, {TEAMS}"].source == "A1"
    assert inputs[f"correlations.{CELL}, {TEAMS}"].value == "-0.3"
    gone = sourced.with_changes({INFLOW: 0.01})
    assert f"correlations.{STAYS}, {INFLOW}" not in gone.settings.sources
    assert gone.settings.sources["correlations"] == "A1"
    assert "correlations" not in sourced.with_changes({"correlations": None}).settings.sources


PATHS = [INFLOW, STAYS, TEAMS, MOVES, CELL, UNITS, "world.indexation", "x", "", ",", "levers", "a.b"]
VALUES = [
    "0.5",
    "-1",
    "1",
    "0",
    "2",
    "true",
    '"x"',
    "[]",
    "{}",
    "{x = 1}",
    f'{{"{CELL}" = 0.5}}',
    "nan",
]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(
    st.lists(
        st.tuples(st.lists(st.sampled_from(PATHS), min_size=1, max_size=3), st.sampled_from(VALUES)),
        max_size=6,
    )
)
def test_any_pairs_load_or_are_refused(entries: list[tuple[list[str], str]]) -> None:
    lines = {", ".join(names): value for names, value in entries}
    with tempfile.TemporaryDirectory() as path:
        target = folder(Path(path) / "a", *(f'"{key}" = {value}' for key, value in lines.items()))
        try:
            scenario = load_scenario(target)
        except ScenarioError:
            return
        write_scenario(scenario, Path(path) / "b")
        assert load_scenario(Path(path) / "b") == scenario
