"""Correct folders: what is read, and that spelling, order and splitting change nothing."""

import random
from pathlib import Path

import pytest

from jeugdsim.scenario import ScenarioError, load_scenario
from jeugdsim.scenario.numbers import Lognormal, Normal, Percentiles

from .folders import (
    FILES,
    TOML,
    assert_told,
    edited,
    findings_of,
    line_of,
    write_folder,
    write_variant,
)


def test_minimal_folder_is_read(tmp_path: Path) -> None:
    scenario = load_scenario(write_folder(tmp_path / "a"))
    assert scenario.warnings == ()
    assert scenario.calendar_years == (2027, 2028)
    assert scenario.municipality_names == ("Delft", "Rijswijk")
    assert scenario.care_form_names == ("begeleiding", "crisis", "pleegzorg")
    care_forms = {row.care_form: row for row in scenario.care_forms}
    assert care_forms["begeleiding"].units_per_day == Percentiles(p10=0.13, p50=0.15, p90=0.18)
    assert care_forms["begeleiding"].note == "ook thuis, kort"
    assert care_forms["pleegzorg"].stay_mean_days == Lognormal(mean=300, cv=0.04)
    assert care_forms["crisis"].stay_mean_days == 28.0
    assert scenario.demand[1].clients_at_start == 12.0
    assert scenario.demand[2].clients_at_start is None
    assert scenario.settings.savings is not None
    assert scenario.settings.savings.target == {2028: 50_000.0}
    assert [lever.name for lever in scenario.settings.levers] == [
        "sneller naar pleegzorg",
        "sterke lokale teams",
    ]
    assert scenario.settings.levers[0].effect == Normal(mean=0.1, sd=0.05)
    assert scenario.contract_cells("ambulant") == (
        ("Delft", "begeleiding"),
        ("Rijswijk", "begeleiding"),
    )


def semicolon(text: str) -> str:
    """Return a comma file as a Dutch spreadsheet saves it."""
    rows = text.replace('"ook thuis, kort"', "ook thuis en kort").split("\n")
    return "\n".join(row.replace(",", ";").replace(".", ",") for row in rows)


def test_semicolon_files_byte_order_marks_and_windows_lines_read_the_same(tmp_path: Path) -> None:
    plain = load_scenario(write_folder(tmp_path / "a"))
    files: dict[str, str | bytes | None] = {
        name: ("\ufeff" + semicolon(text).replace("\n", "\r\n")).encode()
        for name, text in FILES.items()
        if name.endswith(".csv")
    }
    files["scenario.toml"] = ("\ufeff" + TOML.replace("\n", "\r\n")).encode()
    assert load_scenario(write_folder(tmp_path / "b", files)).hash == plain.hash


@pytest.mark.parametrize("seed", range(5))
def test_order_of_rows_and_levers_changes_neither_scenario_nor_hash(tmp_path: Path, seed: int) -> None:
    plain = load_scenario(write_folder(tmp_path / "a"))
    shuffle = random.Random(seed).shuffle
    files: dict[str, str | bytes | None] = {}
    for name, text in FILES.items():
        if name.endswith(".csv"):
            header, *rows = text.splitlines()
            shuffle(rows)
            files[name] = "\n".join([header, *rows])
    blocks = TOML.split("\n\n")
    top, tables = blocks[0], blocks[1:]
    shuffle(tables)
    files["scenario.toml"] = "\n\n".join([top, *tables])
    shuffled = load_scenario(write_folder(tmp_path / "b", files))
    assert shuffled == plain
    assert shuffled.hash == plain.hash


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("scenario.toml", "4e6", "4_000_000"),
        ("scenario.toml", "years = 2", "years = 2.0"),
        ("scenario.toml", "name =", "# a remark\nname ="),
        ("scenario.toml", "price_year = 2025", "price_year = 2025\ndemand_year = 2025"),
        ("scenario.toml", "start = 2027-01-01", 'start = "2027-01-01"'),
        ("scenario.toml", "inflow_shock_region_cv = 0.04", "inflow_shock_region_cv = 4e-2"),
        ("scenario.toml", "[savings.target]", '[savings]\nreference = "pxq"\n[savings.target]'),
        ("care_forms.csv", "etmaal,60,", "etmaal,60.0,"),
        ("care_forms.csv", "A1,\n", "A1,een opmerking\n"),
        ("moves.csv", "crisis,pleegzorg,0.3", "crisis,pleegzorg,3e-1"),
        ("demand.csv", "\nDelft,crisis", "\n\n,,,,,,\nDelft,crisis"),
    ],
)
def test_spelling_and_notes_do_not_change_the_hash(
    tmp_path: Path, file: str, old: str, new: str
) -> None:
    plain = load_scenario(write_folder(tmp_path / "a"))
    spelled = load_scenario(write_folder(tmp_path / "b", edited(file, old, new)))
    assert spelled.hash == plain.hash


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("scenario.toml", "4e6", "4000001"),
        ("demand.csv", "Delft,crisis,12", "Delft,crisis,13"),
        ("sources.csv", "assumption", "derived"),
        ("care_forms.csv", "300,0.04", "300,0.05"),
    ],
)
def test_another_content_has_another_hash(tmp_path: Path, file: str, old: str, new: str) -> None:
    plain = load_scenario(write_folder(tmp_path / "a"))
    other = load_scenario(write_folder(tmp_path / "b", edited(file, old, new)))
    assert other.hash != plain.hash
    assert other != plain


def test_note_column_may_be_absent(tmp_path: Path) -> None:
    bare = "\n".join(row.rsplit(",", 1)[0] for row in FILES["moves.csv"].splitlines())
    plain = load_scenario(write_folder(tmp_path / "a"))
    assert load_scenario(write_folder(tmp_path / "b", {"moves.csv": bare})) == plain


def test_optional_sections_may_be_absent(tmp_path: Path) -> None:
    toml = """\
name = "Kaal"
schema_version = 1
start = 2027-01-01
years = 2
price_year = 2025
[contracts.alles]
form = "pxq"
segments = ["verblijf", "veelvoorkomend"]
[allocation]
used = "actual_use"
"""
    scenario = load_scenario(write_folder(tmp_path / "a", {"scenario.toml": toml}))
    assert scenario.settings.budget is None
    assert scenario.settings.levers == ()
    assert scenario.settings.world.inflow_growth_per_year == 0.0
    assert scenario.settings.volume_year == 2025


def test_variant_equals_the_same_folder_in_one_piece(tmp_path: Path) -> None:
    write_folder(tmp_path / "base")
    toml = """\
extends = "../base"
[world]
indexation = {mean = 0.05}
inflow_growth_per_year = {mean = 0.01, sd = 0.01}
[contracts.verblijf]
reserve = 0.05
[[levers]]
name = "sterke lokale teams"
effect = -0.05
[[levers]]
name = "korter"
affects = "stay_days"
care_forms = ["begeleiding"]
effect = -0.02
starts = 2028-01-01
"""
    demand = FILES["demand.csv"].replace("Delft,crisis,12", "Delft,crisis,15")
    variant = load_scenario(write_variant(tmp_path / "v", toml, {"demand.csv": demand}))
    whole = (
        TOML.replace("mean = 0.04, sd = 0.012", "mean = 0.05, sd = 0.012")
        .replace("{p10 = -0.01, p50 = 0.01, p90 = 0.03}", "{mean = 0.01, sd = 0.01}")
        .replace("use_registered = true", "use_registered = true\nreserve = 0.05")
        .replace("effect = {p10 = -0.08, p50 = -0.04, p90 = 0.01}", "effect = -0.05")
        + toml[toml.rindex("[[levers]]") :]
    )
    files: dict[str, str | bytes | None] = {"scenario.toml": whole, "demand.csv": demand}
    one_piece = load_scenario(write_folder(tmp_path / "one", files))
    assert variant == one_piece
    assert variant.hash == one_piece.hash


def test_variant_that_changes_a_form_keeps_the_scope_only(tmp_path: Path) -> None:
    write_folder(tmp_path / "base")
    write_variant(
        tmp_path / "pxq", 'extends = "../base"\n[contracts.verblijf]\nform = "pxq"\nreserve = 0.1\n'
    )
    contract = load_scenario(tmp_path / "pxq").settings.contracts["verblijf"]
    assert contract.segments == ("verblijf",)
    assert contract.model_fields_set == {"form", "segments", "reserve"}
    write_variant(
        tmp_path / "back",
        'extends = "../pxq"\n[contracts.verblijf]\nform = "task_based"\n'
        'care_forms = ["crisis", "pleegzorg"]\nuse_registered = true\n',
    )
    contract = load_scenario(tmp_path / "back").settings.contracts["verblijf"]
    assert contract.segments == ()
    assert contract.care_forms == ("crisis", "pleegzorg")
    assert contract.reserve == 0.02


def test_form_that_is_restated_unchanged_keeps_its_terms(tmp_path: Path) -> None:
    write_folder(tmp_path / "base")
    toml = 'extends = "../base"\n[contracts.verblijf]\nform = "task_based"\nbudget = 3e6\n'
    contract = load_scenario(write_variant(tmp_path / "v", toml)).settings.contracts["verblijf"]
    assert contract.budget == 3e6
    assert len(contract.loss_bands) == 2


def test_members_are_inherited_where_a_form_changes(tmp_path: Path) -> None:
    members = 'segments = ["verblijf"]\nmunicipalities = ["Rijswijk", "Delft"]'
    write_folder(tmp_path / "base", edited("scenario.toml", 'segments = ["verblijf"]', members))
    toml = (
        'extends = "../base"\n[contracts.verblijf]\nform = "pxq"\n'
        'care_forms = ["crisis", "pleegzorg"]\n'
    )
    contract = load_scenario(write_variant(tmp_path / "v", toml)).settings.contracts["verblijf"]
    assert contract.municipalities == ("Delft", "Rijswijk")
    assert contract.segments == ()


def test_sources_of_terms_that_are_gone_are_not_inherited(tmp_path: Path) -> None:
    more = 'levers = "A1"\n"contracts.verblijf.agreed_reduction" = "S1"\n'
    write_folder(tmp_path / "base", edited("scenario.toml", 'levers = "A1"\n', more))
    toml = 'extends = "../base"\nremove = ["levers"]\n[contracts.verblijf]\nform = "pxq"\n'
    scenario = load_scenario(write_variant(tmp_path / "v", toml))
    assert scenario.settings.levers == ()
    assert set(scenario.settings.sources) == {
        "world",
        "world.indexation",
        "contracts",
        "funding_response",
        "budget",
        "savings",
    }


def test_remove_deletes_tables_levers_rows_and_cells(tmp_path: Path) -> None:
    write_folder(tmp_path / "base")
    toml = """\
extends = "../base"
remove = ["savings", "sources.savings", "levers.sterke lokale teams", "world.inflow_shock_region_cv",
          "moves.crisis.pleegzorg", "levers.sneller naar pleegzorg", "sources.world.indexation",
          "demand.Delft.crisis.clients_at_start"]
"""
    scenario = load_scenario(write_variant(tmp_path / "v", toml))
    assert scenario.settings.savings is None
    assert scenario.settings.levers == ()
    assert scenario.settings.world.inflow_shock_region_cv == 0.0
    assert [row.to_care_form for row in scenario.moves] == ["begeleiding", "begeleiding"]
    assert "world.indexation" not in scenario.settings.sources
    assert scenario.demand[1].clients_at_start is None


def test_remove_a_whole_municipality(tmp_path: Path) -> None:
    write_folder(tmp_path / "base")
    toml = (
        'extends = "../base"\n'
        'remove = ["municipalities.Rijswijk", "population.Rijswijk", "demand.Rijswijk"]\n'
    )
    scenario = load_scenario(write_variant(tmp_path / "v", toml))
    assert scenario.municipality_names == ("Delft",)
    assert len(scenario.population) == 2


def test_finding_stands_at_the_file_the_value_comes_from(tmp_path: Path) -> None:
    changes = edited("scenario.toml", "inflow_shock_region_cv = 0.04", "inflow_shock_region_cv = -1")
    write_folder(tmp_path / "base", changes)
    toml = 'extends = "../base"\n\n[contracts.verblijf]\nreserve = -0.1\n'
    findings = findings_of(write_variant(tmp_path / "v", toml))
    line = line_of("scenario.toml", "inflow_shock_region_cv")
    assert_told(findings, "base/scenario.toml", line, "must be 0 or more")
    assert_told(findings, "v/scenario.toml", 4, "contracts.verblijf.reserve", "0 or more")
    assert len(findings) == 2


@pytest.mark.parametrize(
    ("toml", "line", "words"),
    [
        ('extends = "../nowhere"\n', 1, ("no folder",)),
        ("\nextends = 3\n", 2, ("path of a folder",)),
        ('extends = "."\n', 1, ("circle",)),
        ('extends = "../loop"\n', 1, ("circle",)),
        ('extends = "../base/moves.csv"\n', 1, ("is a file",)),
        ('extends = "../base"\nremove = ["levers.sterke teams"]\n', 2, ("sterke lokale teams",)),
        ('extends = "../base"\nremove = ["demand.Delf"]\n', 2, ("demand.Delft",)),
        (
            'extends = "../base"\nremove = ["demand.Delft.crisis.clients"]\n',
            2,
            ("not in the base",),
        ),
        ('extends = "../base"\nremove = "levers"\n', 2, ("list of paths",)),
        ('remove = ["levers"]\n' + TOML, 1, ("goes with extends",)),
    ],
)
def test_wrong_extends_and_remove_are_told(
    tmp_path: Path, toml: str, line: int, words: tuple[str, ...]
) -> None:
    write_folder(tmp_path / "base")
    write_variant(tmp_path / "loop", 'extends = "../v"\n')
    findings = findings_of(write_variant(tmp_path / "v", toml))
    file = "loop/scenario.toml" if "../loop" in toml else "v/scenario.toml"
    assert_told(findings, file, line, *words)


def test_broken_base_gives_no_findings_about_what_it_would_hold(tmp_path: Path) -> None:
    write_folder(tmp_path / "base", {"scenario.toml": "name = \n"})
    write_variant(tmp_path / "v", 'extends = "../base"\n')
    findings = findings_of(tmp_path / "v")
    assert len(findings) == 1
    assert_told(findings, "base/scenario.toml", 1, "TOML")


@pytest.mark.parametrize("what", ["nothing", "file", "empty folder", "toml file", "NUL"])
def test_what_is_no_scenario_folder_is_refused(tmp_path: Path, what: str) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    (tmp_path / "empty folder").mkdir()
    path = {
        "toml file": str(write_folder(tmp_path / "a") / "scenario.toml"),
        "NUL": "a\0b",
    }.get(what, str(tmp_path / what))
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert path in str(caught.value)
