"""Places, waiting and ages: how their files are read, what is refused, written, hashed and drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import jeugdsim as js
from jeugdsim.scenario import Scenario, load_scenario, write_scenario
from jeugdsim.scenario.content import content_of
from jeugdsim.scenario.numbers import Lognormal, Percentiles
from jeugdsim.scenario.provenance import provenance
from jeugdsim.scenario.rows import EntryAge, ExtendedCare, PlacesRow, WaitingRow
from jeugdsim.world.assumptions import uncertain_assumptions
from jeugdsim.world.parameters import draw_parameters

from .folders import FILES, TOML, assert_told, findings_of, write_folder, write_variant
from .scarce import NEW_FILES, SCARCE, changed_file, line_in, write_scarce

ROOT = Path(__file__).parents[2]
SMALL = "70a342f95c131280975a43393c79c1ae4b4940475df1f6dfe4f4017efcd702a2"


@pytest.fixture
def scarce(tmp_path: Path) -> Scenario:
    return load_scenario(write_scarce(tmp_path / "scarce"))


def test_every_file_and_column_is_read(scarce: Scenario) -> None:
    assert scarce.places == (
        PlacesRow(care_form="crisis", contract="verblijf", year=2026, places=20, source="A1"),
        PlacesRow(care_form="crisis", contract="verblijf", year=2028, places=24, source="A1"),
    )
    assert scarce.waiting == (
        WaitingRow(
            care_form="crisis",
            bridging_care_form="begeleiding",
            reneging_per_year=Lognormal(mean=12, cv=0.2),
            escalation_per_year=0.0,
            escalation_care_form="",
            admitted_within_days=1,
            source="A1",
        ),
        WaitingRow(
            care_form="pleegzorg",
            bridging_care_form="",
            reneging_per_year=0.5,
            escalation_per_year=0.25,
            escalation_care_form="crisis",
            admitted_within_days=None,
            source="A1",
        ),
    )
    assert scarce.entry_ages[:2] == (
        EntryAge(care_form="begeleiding", age=9, share=0.25, source="S1"),
        EntryAge(care_form="begeleiding", age=17, share=0.75, source="S1"),
    )
    assert scarce.extended_care[1] == ExtendedCare(
        care_form="pleegzorg", share=Percentiles(p10=0.5, p50=0.6, p90=0.8), until_age=21, source="A1"
    )
    assert {row.care_form: row.places for row in scarce.care_forms} == {
        "begeleiding": None,
        "crisis": None,
        "pleegzorg": Lognormal(mean=80, cv=0.05),
    }
    demand = {(row.municipality, row.care_form): row for row in scarce.demand}
    assert demand["Delft", "pleegzorg"].waiting_at_start == Lognormal(mean=12, cv=0.3)
    assert demand["Rijswijk", "pleegzorg"].waiting_at_start is None
    assert demand["Rijswijk", "pleegzorg"].priority == 2
    assert demand["Delft", "crisis"].priority is None
    moves = {(row.from_care_form, row.to_care_form): row for row in scarce.moves}
    assert [moves[pair].holds_place for pair in sorted(moves)] == [False, True, False]
    assert moves["crisis", "pleegzorg"].priority == 1
    assert scarce.settings.contracts["ambulant"].child_retentions == (25_000, 50_000)
    assert scarce.limited_forms == ("crisis", "pleegzorg")
    assert scarce.has_ages
    assert scarce.warnings == ()


def test_a_folder_without_them_has_no_limits_and_no_ages(tmp_path: Path) -> None:
    plain = load_scenario(write_folder(tmp_path))
    assert plain.places == plain.waiting == plain.entry_ages == plain.extended_care == ()
    assert plain.limited_forms == ()
    assert not plain.has_ages
    assert all(row.waiting_at_start is None and row.priority is None for row in plain.demand)
    assert not any(row.holds_place or row.priority for row in plain.moves)
    assert all(not contract.child_retentions for contract in plain.settings.contracts.values())


def test_columns_that_may_be_left_out(tmp_path: Path) -> None:
    files = {
        "places.csv": "care_form,year,places,source\nbegeleiding,2027,500,A1\n",
        "waiting.csv": "care_form,source\nbegeleiding,A1\n",
        "demand.csv": FILES["demand.csv"]
        .replace(",source", ",priority,source")
        .replace(",S1,", ",,S1,"),
    }
    scenario = load_scenario(write_folder(tmp_path, dict(files)))
    assert scenario.places[0].contract == ""
    assert scenario.waiting[0] == WaitingRow(care_form="begeleiding", source="A1")
    assert scenario.limited_forms == ("begeleiding",)


@pytest.mark.parametrize(
    ("word", "holds"),
    [
        *((word, True) for word in ("true", "TRUE", "waar", "Waar", " ja ")),
        *((word, False) for word in ("false", "ONWAAR", "nee", "", " ")),
    ],
)
def test_words_for_true_and_false(tmp_path: Path, word: str, holds: bool) -> None:
    scenario = load_scenario(
        write_scarce(tmp_path, changed_file("moves.csv", "0.3,true", f"0.3,{word}"))
    )
    assert scenario.moves[1].holds_place is holds


def test_a_dutch_spreadsheet_reads_the_same(tmp_path: Path, scarce: Scenario) -> None:
    """Semicolons, decimal commas, and truths as Excel writes them."""
    files = {
        name: text.replace(",", ";").replace(".", ",").replace("true", "WAAR")
        for name, text in SCARCE.items()
        if name.endswith(".csv")
    }
    assert load_scenario(write_scarce(tmp_path / "x", files)).hash == scarce.hash


WRONG = [
    # file, old, new, line, words
    ("places.csv", "crisis,verblijf,2026", "crisisopvang,verblijf,2026", 2, ('mean "crisis"',)),
    ("places.csv", "crisis,verblijf,2026", "crisis,verblif,2026", 2, ("contract", 'mean "verblijf"')),
    ("places.csv", "crisis,verblijf,2026", "crisis,ambulant,2026", 2, ("does not cover", "verblijf")),
    ("places.csv", "crisis,verblijf,2026", "crisis,,2026", 3, ("without a contract", "by contract")),
    ("places.csv", "2026,20", "2029,20", 3, ("begin in 2028", "2027", "or earlier is asked")),
    ("places.csv", "2026,20", "2028,20", 3, ("crisis, verblijf, 2028 is there twice", "line 2")),
    ("places.csv", "2026,20", "26,20", 2, ("column year", "four digits")),
    ("places.csv", "2026,20", "2026,20.5", 2, ("column places", "whole number", "20.5")),
    ("places.csv", "2026,20", "2026,-1", 2, ("column places", "at least 0", "-1")),
    ("places.csv", "2026,20", "2026,", 2, ("column places", "empty")),
    ("places.csv", "2026,20", "2026,1e10", 2, ("column places", "1,000,000,000")),
    ("places.csv", "20,A1", "20,A2", 2, ("column source", '"A2"')),
    ("places.csv", "care_form,contract,year,places", "care_form,contract,year,place", 1, ("places",)),
    ("places.csv", "contract,year,places,", "contract,year,places,places_cv,", 1, ("places_cv",)),
    ("care_forms.csv", "80,0.05", "80.5,", 2, ("column places", "whole number of places", "80.5")),
    ("care_forms.csv", "80,0.05", "-1,", 2, ("column places", "0 or more", "-1")),
    ("care_forms.csv", "80,0.05", ",0.05", 2, ("column places", "empty", "places_cv")),
    ("care_forms.csv", "fixed,28,,,,", "fixed,28,,,20,", 2, ("crisis has places here",)),
    ("demand.csv", "20,,,,S1", "20,3,,,S1", 4, ("waiting_at_start", "nobody waits for begeleiding")),
    ("demand.csv", "12,0.3,2", "-12,,2", 2, ("column waiting_at_start", "0 or more")),
    ("demand.csv", "12,0.3,2", "12,0.3,0", 2, ("column priority", "at least 1", "0 is given")),
    ("demand.csv", "12,0.3,2", "12,0.3,10", 2, ("column priority", "at most 9", "10 is given")),
    ("demand.csv", "12,0.3,2", "12,0.3,1.5", 2, ("column priority", "whole number", "1.5")),
    ("demand.csv", "12,0.3,2", "12,0.3,hoog", 2, ("column priority", "not a number")),
    ("demand.csv", "priority", "prioriteit", 1, ("prioriteit", 'mean "priority"')),
    ("demand.csv", "12,0.3,2", "6000000,,2", 2, ("Delft would have 6e+06 children",)),
    ("moves.csv", "0.3,true", "0.3,yes", 2, ("column holds_place", "true or false", '"yes"')),
    ("moves.csv", "0.3,true", "0.3,1", 2, ("column holds_place", "true or false", '"1"')),
    ("moves.csv", "true,1", "true,-1", 2, ("column priority", "at least 1")),
    ("waiting.csv", "crisis,begeleiding,12", "crises,begeleiding,12", 2, ('mean "crisis"',)),
    ("waiting.csv", "crisis,begeleiding,12", "crisis,begleiding,12", 2, ('mean "begeleiding"',)),
    ("waiting.csv", "crisis,begeleiding,12", "crisis,crisis,12", 2, ("bridge the wait for itself",)),
    (
        "waiting.csv",
        "crisis,begeleiding,12",
        "crisis,pleegzorg,12",
        2,
        ("pleegzorg has places itself", "begeleiding"),
    ),
    ("waiting.csv", "begeleiding,12,0.2", "begeleiding,-1,", 2, ("reneging_per_year", "0 or more")),
    ("waiting.csv", "begeleiding,12,0.2", "begeleiding,2e5,", 2, ("reneging", "at most 100,000")),
    ("waiting.csv", "begeleiding,12,0.2", "begeleiding,,0.2", 2, ("reneging_per_year", "empty")),
    ("waiting.csv", "12,0.2,,,1", "12,0.2,,,1.5", 2, ("admitted_within_days", "whole number")),
    ("waiting.csv", "12,0.2,,,1", "12,0.2,,,-1", 2, ("admitted_within_days", "at least 0")),
    ("waiting.csv", "12,0.2,,,1", "12,0.2,,,1e9", 2, ("admitted_within_days", "10,000,000 days")),
    ("waiting.csv", "0.25,crisis", "0.25,", 3, ("escalation_care_form", "above 0")),
    ("waiting.csv", "0.25,crisis", "0.25,pleegzorg", 3, ("escalates to another care form",)),
    ("waiting.csv", "0.25,crisis", "0.25,crisi", 3, ('mean "crisis"',)),
    ("waiting.csv", "0.25,crisis", "1e6,crisis", 3, ("escalation_per_year", "at most 100,000")),
    ("waiting.csv", "\npleegzorg,", "\ncrisis,", 3, ("crisis is there twice",)),
    ("entry_ages.csv", "pleegzorg,15,0.5", "pleegzorg,15,0.4", 3, ("pleegzorg add up to 0.9",)),
    ("entry_ages.csv", "crisis,16,1", "crisis,18,1", 4, ("column age", "at most 17")),
    ("entry_ages.csv", "crisis,16,1", "crisis,16.5,1", 4, ("column age", "whole number")),
    ("entry_ages.csv", "crisis,16,1", "crisis,16,1.5", 4, ("column share", "between 0 and 1")),
    ("entry_ages.csv", "crisis,16,1,A1,\n", "", 1, ("no ages for crisis", "turn 18")),
    ("entry_ages.csv", "pleegzorg,15", "pleegzorg,4", 3, ("pleegzorg, 4 is there twice",)),
    ("entry_ages.csv", "crisis,16,1", "crises,16,1", 4, ('mean "crisis"',)),
    ("extended_care.csv", "0.6,0.5,0.8,21", "1.6,0.5,1.8,21", 2, ("share", "between 0 and 1")),
    ("extended_care.csv", "0.8,21", "0.8,18", 2, ("until_age", "more than 18")),
    ("extended_care.csv", "0.8,21", "0.8,24", 2, ("until_age", "at most 23")),
    ("extended_care.csv", "0.8,21", "0.8,", 2, ("until_age", "empty")),
    ("extended_care.csv", "\ncrisis", "\ncrises", 3, ('mean "crisis"',)),
    ("scenario.toml", "[25e3, 50_000]", "[50_000, 25e3]", 0, ("child_retentions", "must rise")),
    ("scenario.toml", "[25e3, 50_000]", "[-1]", 0, ("child_retentions", "0 or more")),
    ("scenario.toml", "[25e3, 50_000]", "[1,2,3,4,5,6,7,8,9]", 0, ("child_retentions", "at most 8")),
    ("scenario.toml", "[25e3, 50_000]", "50_000", 0, ("child_retentions", "list in [brackets]")),
    ("scenario.toml", "child_retentions", "child_retention", 0, ('mean "child_retentions"',)),
]


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "words"), WRONG, ids=[f"{case[0]} {case[2]}" for case in WRONG]
)
def test_wrong_cells(
    tmp_path: Path, file: str, old: str, new: str, line: int, words: tuple[str, ...]
) -> None:
    findings = findings_of(write_scarce(tmp_path, changed_file(file, old, new)))
    at = "places.csv" if "has places here" in words[0] else file
    assert_told(findings, at, line or line_in(file, old), *words)


def test_one_mistake_is_told_once(tmp_path: Path) -> None:
    for number, (file, old, new) in enumerate(
        [
            ("places.csv", "crisis,verblijf,2026", "crisis,verblif,2026"),
            ("waiting.csv", "0.25,crisis", "0.25,"),
            ("entry_ages.csv", "pleegzorg,15,0.5", "pleegzorg,15,0.4"),
            ("demand.csv", "12,0.3,2", "12,0.3,10"),
            ("places.csv", "2026,20", "2026,-1"),
            ("moves.csv", "0.3,true", "0.3,yes"),
        ]
    ):
        findings = findings_of(write_scarce(tmp_path / str(number), changed_file(file, old, new)))
        assert len(findings) == 1, findings


def test_a_level_after_the_last_year_is_told(tmp_path: Path) -> None:
    late = changed_file("places.csv", "crisis,verblijf,2028", "crisis,verblijf,2029")
    (warning,) = load_scenario(write_scarce(tmp_path, late)).warnings
    assert "2029 lies after the last year, 2028" in warning.message
    assert (warning.line, warning.severity) == (3, "warning")


def test_bridging_that_is_not_bought_is_told(tmp_path: Path) -> None:
    demand = changed_file("demand.csv", "Delft,begeleiding,,20,,,,S1,\n", "")
    (warning,) = load_scenario(write_scarce(tmp_path, demand)).warnings
    assert warning.file.endswith("waiting.csv")
    assert "Delft buys crisis and no begeleiding" in warning.message


def test_counted_children_in_line_are_whole(tmp_path: Path) -> None:
    """Every number that is given is counted: 300.5 clients, 12 with a spread in line."""
    known = {**SCARCE, "scenario.toml": "clients_at_start_known = true\n" + SCARCE["scenario.toml"]}
    findings = findings_of(write_scarce(tmp_path, known))
    assert_told(findings, "demand.csv", 2, "waiting_at_start", "whole, certain", "nobody waits")
    assert_told(findings, "demand.csv", 7, "clients_at_start", "whole, certain", "not known")
    assert len(findings) == 2


def test_extended_care_asks_ages(tmp_path: Path) -> None:
    findings = findings_of(write_scarce(tmp_path, {"entry_ages.csv": None}))
    assert_told(findings, "extended_care.csv", 1, "entry_ages.csv", "nobody turns 18")


LEVER = """
[[levers]]
name = "langer"
affects = "extended_share"
care_forms = ["{form}"]
effect = 0.5
starts = 2027-07-01
"""


def test_levers_on_the_extended_share(tmp_path: Path) -> None:
    toml = SCARCE["scenario.toml"]
    right = write_scarce(tmp_path / "a", {"scenario.toml": toml + LEVER.format(form="pleegzorg")})
    assert load_scenario(right).settings.levers[0].affects == "extended_share"
    wrong = write_scarce(tmp_path / "b", {"scenario.toml": toml + LEVER.format(form="begeleiding")})
    line = toml.count("\n") + 5
    assert_told(findings_of(wrong), "scenario.toml", line, "no row for begeleiding", "leaves at 18")
    no_ages = write_folder(tmp_path / "c", {"scenario.toml": TOML + LEVER.format(form="crisis")})
    line = TOML.count("\n") + 5
    assert_told(findings_of(no_ages), "scenario.toml", line, "no row for crisis", "for none")


def test_a_pool_that_nobody_can_enter_has_no_cost_to_share(tmp_path: Path) -> None:
    """No places and nobody in care; with children in care, or one place, there is a cost."""
    folder = write_scarce(
        tmp_path,
        {
            **changed_file("places.csv", "2026,20", "2026,0"),
            "care_forms.csv": SCARCE["care_forms.csv"].replace("80,0.05", "0,"),
            "demand.csv": SCARCE["demand.csv"]
            .replace("crisis,12", "crisis,0")
            .replace("crisis,8", "crisis,0")
            .replace("pleegzorg,,", "pleegzorg,0,"),
        },
    )
    (error,) = (finding for finding in findings_of(folder) if finding.severity == "error")
    assert "no expected cost in 2027" in error.message
    assert "no places" in error.message
    for number, (file, old, new) in enumerate(
        [
            ("demand.csv", "crisis,0", "crisis,1"),
            ("demand.csv", "crisis,0", "crisis,"),
            ("places.csv", "2026,0", "2026,1"),
            ("care_forms.csv", "260,0,", "260,1,"),
        ]
    ):
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        one = write_scarce(tmp_path / str(number))
        for name in ("places.csv", "care_forms.csv", "demand.csv"):
            (one / name).write_bytes((folder / name).read_bytes())
        (one / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        assert load_scenario(one)


def test_written_and_read_back(tmp_path: Path, scarce: Scenario) -> None:
    for number, one in enumerate((scarce, scarce.reference(), scarce.all_pxq())):
        write_scenario(one, tmp_path / str(number))
        again = load_scenario(tmp_path / str(number))
        assert again == one
        assert again.hash == one.hash


def test_only_columns_in_use_are_written(tmp_path: Path, scarce: Scenario) -> None:
    write_scenario(scarce, tmp_path / "a")
    headers = {path.name: path.read_text().splitlines()[0] for path in (tmp_path / "a").glob("*.csv")}
    assert headers["demand.csv"].split(",")[4:] == [
        "waiting_at_start", "waiting_at_start_cv", "priority", "source", "note",
    ]  # fmt: skip
    assert headers["moves.csv"].split(",")[3:5] == ["holds_place", "priority"]
    assert "true" in (tmp_path / "a" / "moves.csv").read_text()
    plain = load_scenario(write_folder(tmp_path / "plain"))
    write_scenario(plain, tmp_path / "a")  # over it: nothing of it is left
    assert load_scenario(tmp_path / "a") == plain
    assert (tmp_path / "a" / "demand.csv").read_text().splitlines()[0] == (
        "municipality,care_form,clients_at_start,inflow_per_1000_youth,inflow_per_1000_youth_cv,"
        "source,note"
    )
    assert not any((tmp_path / "a" / name).exists() for name in NEW_FILES)


def test_scenarios_of_before_keep_their_hash(tmp_path: Path) -> None:
    """Absent tables, empty tables and empty columns are the same; this hash is that of version 0."""
    assert load_scenario(ROOT / "tests" / "data" / "small").hash == SMALL
    plain = load_scenario(write_folder(tmp_path / "plain"))
    empty = {
        **{name: SCARCE[name].splitlines()[0] + "\n" for name in NEW_FILES},
        "demand.csv": FILES["demand.csv"]
        .replace(",source,note", ",waiting_at_start,priority,source,note")
        .replace(",S1,", ",,,S1,"),
        "moves.csv": FILES["moves.csv"]
        .replace(",source,note", ",holds_place,priority,source,note")
        .replace(",A1,", ",onwaar,,A1,"),
        "scenario.toml": TOML.replace(
            "[contracts.ambulant]", "[contracts.ambulant]\nchild_retentions = []"
        ),
    }
    same = load_scenario(write_folder(tmp_path / "empty", dict(empty)))
    assert same.hash == plain.hash
    assert same == plain


CHANGES: list[tuple[tuple[str, ...], Any]] = [
    (("care_forms", "pleegzorg", "places"), 90),
    (("care_forms", "pleegzorg", "places"), {"mean": 85.5, "cv": 0.1}),
    (("places", "crisis", "verblijf", "2028", "places"), 30),
    (("waiting", "crisis", "reneging_per_year"), 6),
    (("waiting", "crisis", "reneging_per_year"), {"p10": 5, "p50": 6, "p90": 9}),
    (("waiting", "pleegzorg", "escalation_per_year"), None),
    (("waiting", "pleegzorg", "bridging_care_form"), "begeleiding"),
    (("waiting", "crisis", "admitted_within_days"), 7),
    (("entry_ages", "crisis"), {"12": {"share": 1, "source": "A1"}}),
    (("extended_care", "pleegzorg", "share"), 0.7),
    (("extended_care", "pleegzorg", "until_age"), 23),
    (("demand", "Delft", "crisis", "waiting_at_start"), 2),
    (("demand", "Delft", "crisis", "waiting_at_start"), None),
    (("demand", "Delft", "crisis", "priority"), 3),
    (("moves", "crisis", "pleegzorg", "holds_place"), False),
    (("moves", "crisis", "begeleiding", "holds_place"), True),
    (("moves", "crisis", "begeleiding", "priority"), 9),
    (("contracts", "verblijf", "child_retentions"), [100_000]),
    (("contracts", "ambulant", "child_retentions"), None),
]


@pytest.mark.parametrize(("keys", "value"), CHANGES, ids=[f"{'.'.join(k)} {v}" for k, v in CHANGES])
def test_every_part_can_be_changed_and_is_in_the_hash(
    tmp_path: Path, scarce: Scenario, keys: tuple[str, ...], value: Any
) -> None:
    changed = scarce.with_changes({".".join(keys): value})
    assert changed.hash != scarce.hash
    old, new = content_of(scarce), content_of(changed)
    for key in keys[:-1]:
        old, new = old[key], new[key]
    assert {key for key in {*old, *new} if old.get(key) != new.get(key)} == {keys[-1]}
    write_scenario(changed, tmp_path / "again")
    assert load_scenario(tmp_path / "again") == changed


def test_whole_tables_and_rows_without_a_contract(tmp_path: Path, scarce: Scenario) -> None:
    rows = [
        {"care_form": "crisis", "year": 2027, "places": 18, "source": "A1"},
        {"care_form": "crisis", "year": 2028, "places": 20, "source": "A1"},
    ]
    changed = scarce.with_changes({"places": rows})
    assert [(row.contract, row.year, row.places) for row in changed.places] == [
        ("", 2027, 18), ("", 2028, 20),
    ]  # fmt: skip
    again = changed.with_changes({"places.crisis.2028.places": 30})
    assert [row.places for row in again.places] == [18, 30]
    assert [row.places for row in again.with_changes({"places.crisis.2028": None}).places] == [18]
    without = {"places": None, "demand.Delft.crisis.waiting_at_start": None}
    assert scarce.with_changes(without).limited_forms == ("pleegzorg",)
    with pytest.raises(js.ScenarioError) as wrong:
        changed.with_changes({"places.crisis.2028.places": -1})
    assert wrong.value.findings[0].file == "places.crisis.2028"
    with pytest.raises(js.ScenarioError, match=r'places\.crisis has no "2030"'):
        changed.with_changes({"places.crisis.2030.places": 3})
    with pytest.raises(js.ScenarioError, match="no rows without a contract; it has those of verblijf"):
        scarce.with_changes({"places.crisis.2028.places": 3})
    with pytest.raises(js.ScenarioError, match="care_form and year"):
        scarce.with_changes({"places": [{"care_form": "crisis", "places": 3}]})
    with pytest.raises(js.ScenarioError, match=r"crisis\.2027 is there twice"):
        scarce.with_changes({"places": [rows[0], rows[0]]})
    with pytest.raises(js.ScenarioError, match="true or false is asked"):
        scarce.with_changes({"moves.crisis.pleegzorg.holds_place": "ja"})


def test_a_variant_replaces_whole_files_or_removes_rows(tmp_path: Path, scarce: Scenario) -> None:
    own = "care_form,year,places,source\ncrisis,2027,5,A1\n"
    variant = write_variant(tmp_path / "own", 'extends = "../scarce"\n', {"places.csv": own})
    assert [row.places for row in load_scenario(variant).places] == [5]
    lone = "demand.Delft.crisis.waiting_at_start"
    for number, (paths, left) in enumerate(
        [
            (["waiting.crisis"], "waiting"),
            (["waiting.csv"], ""),
            (["extended_care"], ""),
            (["places.crisis.verblijf.2028"], "places"),
            (["places.csv", lone], ""),
            (["places.crisis", lone], ""),
            (["care_forms.pleegzorg.places", "demand.Delft.pleegzorg.waiting_at_start"], ""),
            (["extended_care.csv", "entry_ages.csv"], ""),
        ]
    ):
        toml = f'extends = "../scarce"\nremove = {paths}\n'.replace("'", '"')
        found = load_scenario(write_variant(tmp_path / str(number), toml))
        changed = scarce.with_changes(
            {path.removesuffix(".csv"): None for path in paths}
        )  # the same in Python
        assert found == changed
        assert found.hash == changed.hash != scarce.hash
        assert not left or len(getattr(found, left)) == 1
    regional = write_variant(tmp_path / "v", 'extends = "../own"\nremove = ["places.crisis.2027"]\n')
    assert_told(findings_of(regional), "demand.csv", 3, "nobody waits for crisis")


def test_every_number_has_a_source(scarce: Scenario) -> None:
    """A row's numbers have its source; the ages of a form are one, of several sources the weakest."""
    inputs = {one.path: one for one in provenance(scarce)}
    assert inputs["places.crisis.verblijf.2026.places"].value == "20"
    assert inputs["care_forms.pleegzorg.places"].source == "A1"
    assert inputs["waiting.crisis.reneging_per_year"].value == "{mean = 12, cv = 0.2}"
    assert inputs["waiting.crisis.admitted_within_days"].kind == "assumption"
    assert inputs["extended_care.crisis.until_age"].value == "18.5"
    assert inputs["entry_ages.begeleiding"].kind == "measured"
    assert inputs["entry_ages.pleegzorg"].kind == "assumption"
    assert inputs["demand.Delft.pleegzorg.waiting_at_start"].kind == "measured"
    assert inputs["contracts.ambulant.child_retentions.1"].source == "A1"
    left_out = (".priority", ".holds_place", ".contract", ".age", ".year")
    assert not [path for path in inputs if path.endswith(left_out)]
    assert "waiting.crisis.escalation_per_year" not in inputs
    unsourced = scarce.with_changes({"places.crisis.verblijf.2026.source": None})
    assert "places.crisis.verblijf.2026" in unsourced.warnings[0].message


def test_the_reference_keeps_places_and_ages(scarce: Scenario) -> None:
    reference = scarce.reference()
    for name in ("places", "waiting", "entry_ages", "extended_care", "demand", "moves"):
        assert getattr(reference, name) == getattr(scarce, name)
    assert reference.settings.contracts["ambulant"].child_retentions == ()
    assert scarce.all_pxq().settings.contracts["ambulant"].child_retentions == (25_000, 50_000)
    assert scarce.with_changes({"levers": None}).world_hash == scarce.world_hash
    other = scarce.with_changes({"care_forms.pleegzorg.places": 90})
    assert other.world_hash != scarce.world_hash


def test_uncertain_places_rates_and_shares_are_drawn_in_their_range(scarce: Scenario) -> None:
    wide = scarce.with_changes(
        {
            "care_forms.pleegzorg.places": {"p10": -40, "p50": 10, "p90": 60},
            "waiting.crisis.reneging_per_year": {"p10": -1, "p50": 0.5, "p90": 3},
            "extended_care.pleegzorg.share": {"p10": 0.1, "p50": 0.9, "p90": 1.4},
        }
    )
    limits = {
        "care_forms.pleegzorg.places": (0, float("inf")),
        "waiting.crisis.reneging_per_year": (0, float("inf")),
        "extended_care.pleegzorg.share": (0, 1),
        "demand.Delft.pleegzorg.waiting_at_start": (0, float("inf")),
    }
    ranges = {one.path: (one.allowed.low, one.allowed.high) for one in uncertain_assumptions(wide)}
    assert {path: ranges[path] for path in limits} == limits
    drawn = draw_parameters(wide, seed=1, draws=250)
    for path, (low, high) in limits.items():
        values = drawn.values[:, drawn.paths.index(path)]
        assert ((values >= low) & (values <= high)).all()
        clipped = drawn.clipped[:, drawn.paths.index(path)].any()
        assert clipped == (path != "demand.Delft.pleegzorg.waiting_at_start")


def test_they_can_be_correlated(tmp_path: Path, scarce: Scenario) -> None:
    pair = "extended_care.pleegzorg.share, waiting.crisis.reneging_per_year"
    changed = scarce.with_changes({f"correlations.{pair}": 0.5})
    assert changed.settings.correlations == {pair: 0.5}
    certain = changed.with_changes({"waiting.crisis.reneging_per_year": 3})
    assert certain.settings.correlations == {}
