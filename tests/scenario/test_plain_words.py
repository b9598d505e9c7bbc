"""What a user may leave out, what is hinted at, and warnings that say the same wherever read."""

import copy
import os
import pickle
import random
from pathlib import Path

import pytest

from jeugdsim.scenario import Finding, load_scenario, write_scenario
from jeugdsim.scenario.findings import nearest

from .folders import (
    FILES,
    TOML,
    Content,
    assert_told,
    edited,
    findings_of,
    line_of,
    write_folder,
    write_variant,
)
from .test_wrong_input import BUDGET, season


def warnings_of(folder: Path, changes: dict[str, Content]) -> tuple[Finding, ...]:
    """Return the warnings of the correct folder with some files replaced or added."""
    return load_scenario(write_folder(folder, changes)).warnings


def test_warnings_name_rows_and_no_lines_or_paths(tmp_path: Path) -> None:
    toml = TOML.replace('world = "A1"\n', "").replace("{2028 = 0.02}", "{2028 = 0.02, 2031 = 0.1}")
    toml = toml.replace("starts = 2028-01-01", "starts = 2035-01-01").replace("= 0.04\n", "= 4\n")
    files: dict[str, Content] = {
        "scenario.toml": toml,
        "demand.csv": FILES["demand.csv"].replace(",S1,", ",,"),
        "moves.csv": FILES["moves.csv"].replace("0.3,A1", "0.3,"),
        "Demand.csv": "a",
    }
    warnings = warnings_of(tmp_path / "a", files)
    shuffle = random.Random(1).shuffle
    for name in ("demand.csv", "moves.csv"):
        header, *rows = str(files[name]).splitlines()
        shuffle(rows)
        files[name] = "\n".join([header, "", *rows])
    elsewhere = warnings_of(tmp_path / "somewhere" / "else", files)
    assert {one.message for one in warnings} == {one.message for one in elsewhere}
    assert len(warnings) == 7
    assert all(one.line and str(tmp_path) not in one.message for one in warnings[1:])
    told = next(one for one in warnings if one.file.endswith("demand.csv") and one.line)
    assert told.message.startswith("6 rows without a source")
    assert "demand.Delft.begeleiding, demand.Delft.crisis, demand.Delft.pleegzorg" in told.message


def test_units_cv_does_not_act_on_a_trajectory_and_is_zero_when_empty(tmp_path: Path) -> None:
    plain = load_scenario(write_folder(tmp_path / "a"))
    empty = load_scenario(write_folder(tmp_path / "b", edited("care_forms.csv", ",,,0,f", ",,,,f")))
    assert empty == plain
    assert empty.hash == plain.hash
    one = edited("care_forms.csv", "etmaal,300,1,,,0,", "traject,300,,,,0.5,")
    bare = edited("care_forms.csv", "etmaal,300,1,,,0,", "traject,300,,,,,")
    one_time = load_scenario(write_folder(tmp_path / "c", one))
    assert one_time.hash == load_scenario(write_folder(tmp_path / "d", bare)).hash
    daily = one_time.with_changes(
        {"care_forms.crisis.unit": "etmaal", "care_forms.crisis.units_per_day": 1}
    )
    assert daily == plain


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("demand.csv", "pleegzorg,,2.5,0.05", "pleegzorg,,0,0.05"),
        ("care_forms.csv", "0.15,0.13,0.18", "0.15,0,0.18"),
    ],
)
def test_zero_beside_a_spread_is_certain(tmp_path: Path, file: str, old: str, new: str) -> None:
    load_scenario(write_folder(tmp_path / "a", edited(file, old, new)))
    if file == "demand.csv":
        certain = edited(file, old, "pleegzorg,,0,")
        folders = [write_folder(tmp_path / "b", certain), tmp_path / "a"]
        assert len({load_scenario(folder).hash for folder in folders}) == 1


def test_zero_tariff_beside_a_spread(tmp_path: Path) -> None:
    rows = [
        row + (",tariff_cv" if i == 0 else ",0.1")
        for i, row in enumerate(FILES["care_forms.csv"].splitlines())
    ]
    text = "\n".join(rows).replace("etmaal,300", "etmaal,0")
    scenario = load_scenario(write_folder(tmp_path, {"care_forms.csv": text}))
    assert {row.care_form: row.tariff for row in scenario.care_forms}["crisis"] == 0.0


def test_few_trajectories_and_many_years(tmp_path: Path) -> None:
    population = "municipality,year,youth,inhabitants,source\n" + "".join(
        f"{town},{year},16000,110000,S1\n"
        for town in ("Delft", "Rijswijk")
        for year in range(2027, 2127)
    )
    toml = TOML.replace("years = 2\n", "years = 100\ntrajectories_per_youth = 0.8\n")
    files: dict[str, Content] = {"scenario.toml": toml, "population.csv": population}
    assert len(load_scenario(write_folder(tmp_path / "a", files)).calendar_years) == 100
    none = edited("scenario.toml", "years = 2\n", "years = 2\ntrajectories_per_youth = 0\n")
    findings = findings_of(write_folder(tmp_path / "b", none))
    assert_told(findings, "scenario.toml", 5, "trajectories_per_youth", "more than 0")


def test_remove_takes_file_names(tmp_path: Path) -> None:
    toml = TOML.replace("basis = 4e6\nvolume_growth_per_year = 0.02\n", "")
    files: dict[str, Content] = {"scenario.toml": toml, "budget.csv": BUDGET}
    write_folder(tmp_path / "base", {**files, "season.csv": season([1.0] * 12)})
    remove = 'extends = "../base"\nremove = ["budget.csv", "season.csv", "moves.csv", "levers"]\n'
    scenario = load_scenario(write_variant(tmp_path / "v", remove))
    assert (scenario.budget_rows, scenario.season, scenario.moves) == ((), (), ())
    demand = 'extends = "../base"\nremove = ["demand.csv"]\n'
    own = write_variant(tmp_path / "own", demand, {"demand.csv": FILES["demand.csv"]})
    assert len(load_scenario(own).demand) == 6
    findings = findings_of(write_variant(tmp_path / "w", demand))
    assert_told(findings, "demand.csv", 1, "no rows")
    write_folder(tmp_path / "base2")
    late = 'extends = "../base2"\nremove = ["season.csv"]\n'
    assert_told(
        findings_of(write_variant(tmp_path / "x", late)), "x/scenario.toml", 2, "not in the base"
    )


@pytest.mark.parametrize(
    "name", ["demand.Delft.crisis", "moves", "care_forms.crisis", "population", "municipalities"]
)
def test_csv_tables_are_no_keys_of_the_toml(tmp_path: Path, name: str) -> None:
    write_folder(tmp_path / "base")
    toml = f'extends = "../base"\n[{name}]\ninflow_per_1000_youth = 2.0\n'
    root = name.split(".")[0]
    findings = findings_of(write_variant(tmp_path / "v", toml))
    assert_told(findings, "v/scenario.toml", 2, f"a whole {root}.csv", "with_changes")
    assert len(findings) == 1
    assert "did you mean" not in findings[0].message


PLAUSIBLE = [
    ("p10 = -0.01, p50 = 0.01, p90 = 0.03", "p10 = 1, p50 = 3.5, p90 = 6", "350% a year: write 0.035"),
    ("indexation = {mean = 0.04", "indexation = {mean = 4", "world.indexation.mean: 4 means 400%"),
    ("volume_growth_per_year = 0.02", "volume_growth_per_year = -0.3", "budget.volume_growth"),
    ("volume_growth_per_year = 0.02", "index_per_year = 2", "budget.index_per_year: 2 means 200%"),
    (
        "use_registered = true",
        "use_registered = true\nvolume_growth_per_year = 1",
        "contracts.verblijf.",
    ),
    ("{p10 = -0.08, p50 = -0.04, p90 = 0.01}", "4", "levers.sterke lokale teams.effect: 4 means 400%"),
    ("{p10 = -0.10, p50 = -0.03, p90 = 0.03}", "3", "funding_response.task_based.stay_days: 3 means"),
    ("inflow_shock_region_cv = 0.04", "inflow_shock_region_cv = 4", "4 means 400%: write 0.04 for 4%"),
]


@pytest.mark.parametrize(("old", "new", "words"), PLAUSIBLE, ids=[case[1] for case in PLAUSIBLE])
def test_percentages_written_as_numbers_are_warned_of(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    (warning,) = warnings_of(tmp_path, edited("scenario.toml", old, new))
    assert words in warning.message
    assert warning.line == line_of("scenario.toml", old) + new.count("\n")


def test_growth_of_a_quarter_is_not_warned_of(tmp_path: Path) -> None:
    changes = edited("scenario.toml", "volume_growth_per_year = 0.02", "volume_growth_per_year = 0.25")
    assert warnings_of(tmp_path, changes) == ()


def test_task_based_contract_that_says_nothing_of_losses(tmp_path: Path) -> None:
    bands = next(row for row in TOML.splitlines() if row.startswith("loss_bands"))
    (warning,) = warnings_of(tmp_path / "a", edited("scenario.toml", bands + "\n", ""))
    assert "contracts.verblijf: no loss_bands: the provider bears all of a loss" in warning.message
    assert warning.line == line_of("scenario.toml", "[contracts.verblijf]")
    assert warnings_of(tmp_path / "b", edited("scenario.toml", bands, "loss_bands = []")) == ()


DUTCH = [
    ("scenario.toml", 'form = "task_based"', 'form = "taakgericht"', "task_based"),
    ("scenario.toml", 'form = "pxq"', 'form = "inspanningsgericht"', "pxq"),
    ("scenario.toml", 'form = "pxq"', 'form = "P x Q"', "pxq"),
    ("scenario.toml", 'form = "pxq"', 'form = "p*q"', "pxq"),
    ("scenario.toml", 'used = "rolling_use"', 'used = "inwoners"', "inhabitants"),
    ("scenario.toml", 'used = "rolling_use"', 'used = "jeugd"', "youth_population"),
    ("scenario.toml", 'used = "rolling_use"', 'used = "werkelijk gebruik"', "actual_use"),
    ("scenario.toml", 'affects = "inflow"', 'affects = "instroom"', "inflow"),
    ("scenario.toml", 'affects = "inflow"', 'affects = "verblijfsduur"', "stay_days"),
    ("scenario.toml", 'affects = "inflow"', 'affects = "tarief"', "tariff"),
    ("scenario.toml", 'affects = "inflow"', 'affects = "doorstroom"', "move"),
    ("scenario.toml", 'affects = "inflow"', 'affects = "verplaatsing"', "move"),
    ("sources.csv", ",assumption", ",aanname", "assumption"),
    ("sources.csv", ",assumption", ",gemeten", "measured"),
    ("sources.csv", ",assumption", ",afgeleid", "derived"),
    ("population.csv", "inhabitants", "inwoners", "inhabitants"),
    ("population.csv", "youth", "jeugd", "youth"),
    ("care_forms.csv", "tariff", "tarief", "tariff"),
]


@pytest.mark.parametrize(("file", "old", "new", "meant"), DUTCH, ids=[case[2] for case in DUTCH])
def test_dutch_words_are_understood(tmp_path: Path, file: str, old: str, new: str, meant: str) -> None:
    findings = findings_of(write_folder(tmp_path, edited(file, old, new)))
    assert_told(findings, file, line_of(file, old), f'did you mean "{meant}"?')


def test_a_dutch_word_that_is_a_name_itself_stays_a_name() -> None:
    assert nearest("jeugd", ["jeugdd"]) == ' (did you mean "jeugdd"?)'


def test_incomplete_contract_or_lever_with_almost_a_name_of_the_base(tmp_path: Path) -> None:
    write_folder(tmp_path / "base")
    toml = (
        'extends = "../base"\n[contracts.verblif]\nreserve = 0.05\n'
        '[[levers]]\nname = "sterke lokale team"\neffect = -0.1\n'
        '[[levers]]\nname = "iets anders"\n'
    )
    findings = findings_of(write_variant(tmp_path / "v", toml))
    assert_told(findings, "v/scenario.toml", 2, '"form" is missing', 'did you mean "verblijf"?')
    assert_told(findings, "v/scenario.toml", 4, "missing", 'did you mean "sterke lokale teams"?')
    assert sum("did you mean" in one.message for one in findings) == 2
    scope = 'extends = "../base"\n[contracts.verblif]\nform = "pxq"\n'
    findings = findings_of(write_variant(tmp_path / "w", scope))
    assert_told(findings, "w/scenario.toml", 2, "segments or its care_forms", 'mean "verblijf"')


def test_two_contracts_of_one_folder_are_not_mistaken_for_each_other(tmp_path: Path) -> None:
    toml = TOML.replace("[budget]", "[contracts.verblijf2]\nreserve = 0.1\n\n[budget]")
    findings = findings_of(write_folder(tmp_path, {"scenario.toml": toml}))
    assert findings
    assert all("did you mean" not in one.message for one in findings)


def test_levels_after_the_last_year_do_nothing(tmp_path: Path) -> None:
    (warning,) = warnings_of(
        tmp_path / "a",
        edited("scenario.toml", "2028 = 50_000.0", "2028 = 50_000.0\n2029 = 1\n2030 = 2"),
    )
    assert "savings.target: 2029, 2030 lie after the last year, 2028" in warning.message
    assert warning.line == line_of("scenario.toml", "2028 = 50_000.0") + 1
    late = edited("scenario.toml", "{2028 = 0.02}", "{2028 = 0.02, 2029 = 0.03}")
    (warning,) = warnings_of(tmp_path / "b", late)
    assert "contracts.verblijf.agreed_reduction: 2029 lies after" in warning.message


def test_tabs_are_told_once(tmp_path: Path) -> None:
    text = FILES["demand.csv"].replace(",", "\t")
    for i, lead in enumerate(("", "sep=\t\n")):
        findings = findings_of(write_folder(tmp_path / str(i), {"demand.csv": lead + text}))
        assert len(findings) == 1
        assert_told(findings, "demand.csv", 1, "separated by tabs", "commas or semicolons")


@pytest.mark.parametrize("separator", [",", ";"])
def test_separator_line_and_empty_columns_of_a_spreadsheet(tmp_path: Path, separator: str) -> None:
    plain = load_scenario(write_folder(tmp_path / "a"))
    text = FILES["demand.csv"].replace("\n", ",,\n").replace(",", separator)
    text = text.replace(".", ",") if separator == ";" else text
    text = f"sep={separator}\r\n" + text.replace("\n", "\r\n")
    assert load_scenario(write_folder(tmp_path / "b", {"demand.csv": text})).hash == plain.hash
    wrong = text.replace(f"S1{separator * 3}", f"S1{separator * 2}x{separator}", 1)
    findings = findings_of(write_folder(tmp_path / "c", {"demand.csv": wrong}))
    assert_told(findings, "demand.csv", 2, "column 8 has no name")
    bad = text.replace("Delft", "Delt", 1)
    assert_told(findings_of(write_folder(tmp_path / "d", {"demand.csv": bad})), "demand.csv", 3, "Delt")


@pytest.mark.parametrize("file", ["scenario.toml", "demand.csv"])
def test_renamed_workbook(tmp_path: Path, file: str) -> None:
    folder = write_folder(tmp_path, {file: b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0\xff"})
    findings = findings_of(folder)
    assert_told(findings, file, 0, "Excel workbook", "CSV UTF-8")
    assert len(findings) == 1


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("= 0.04\n", "= 20%\n", ("for 20% write the fraction 0.2",)),
        ("= 0.04\n", "= -2,5 %  # 5%\n", ("write the fraction -0.025",)),
        ("= 0.04\n", "= 0,015\n", ("write 0.015, with a decimal point",)),
        ("p10 = -0.01", "p10 = -0,01", ("write -0.01, with a decimal point",)),
        ("2028-01-01", "2028-13-01", ("2028-13-01 is no date",)),
        ("2028-01-01", "2028-02-30", ("2028-02-30 is no date",)),
        ("2028-01-01", "01-02-2028", ("01-02-2028 is no date", "year-month-day")),
        ("[budget]", "[world]", ("the table [world] is there twice",)),
        ("[contracts.ambulant]", "[contracts.verblijf]", ("[contracts.verblijf] is there twice",)),
        ("years = 2\n", "years = 2\nyears = 3\n", ("has a value already",)),
        ("= 0.04\n", '= "-5%"\n', ("a number is asked", "write -0.05")),
        ("effect = {p10 = -0.08", 'effect = {p10 = "-8%"', ('"-8%" is given: write -0.08',)),
    ],
)
def test_toml_mistakes_in_plain_words(
    tmp_path: Path, old: str, new: str, words: tuple[str, ...]
) -> None:
    findings = findings_of(write_folder(tmp_path, edited("scenario.toml", old, new)))
    extra = new.rstrip("\n").count("\n")
    assert_told(findings, "scenario.toml", line_of("scenario.toml", old) + extra, *words)
    assert len(findings) == 1


def test_tables_inside_a_scenario_do_not_change(tmp_path: Path) -> None:
    scenario = load_scenario(write_folder(tmp_path / "a"))
    settings = scenario.settings
    assert settings.savings is not None
    contract = settings.contracts["verblijf"]
    tables = {
        "contracts": settings.contracts,
        "responses": settings.funding_response,
        "sources": settings.sources,
        "correlations": settings.correlations,
        "target": settings.savings.target,
        "reduction": contract.agreed_reduction,
        "contracts of the reference": scenario.reference().settings.contracts,
        "sources of the reference": scenario.reference().settings.sources,
    }
    changes = {
        "__setitem__": ("x", 1),
        "__delitem__": ("verblijf",),
        "__ior__": ({"x": 1},),
        "update": ({"x": 1},),
        "setdefault": ("x", 1),
        "pop": ("verblijf",),
        "popitem": (),
        "clear": (),
    }
    for table in tables.values():
        for method, arguments in changes.items():
            with pytest.raises(TypeError, match="with_changes"):
                getattr(table, method)(*arguments)
    assert copy.deepcopy(scenario) == scenario
    assert pickle.loads(pickle.dumps(scenario)).hash == scenario.hash
    assert dict(settings.contracts) == settings.contracts
    assert type(settings.model_dump()["contracts"]) is dict
    write_scenario(scenario, tmp_path / "b")
    assert load_scenario(tmp_path / "b") == scenario


def test_tables_that_are_not_read_get_a_warning(tmp_path: Path) -> None:
    files: dict[str, Content] = {
        "demand (2).csv": "a", "demand.xlsx": b"PK\x03\x04", "scope.csv": "a", "Moves.CSV": "a",
        "notes.txt": "a", "~$demand.xlsx": "a", ".moves.csv": "a",
    }  # fmt: skip
    warnings = warnings_of(tmp_path, files)
    assert [one.message for one in warnings] == [
        'Moves.CSV is not read (did you mean "moves.csv"?)',
        'demand (2).csv is not read (did you mean "demand.csv"?)',
        'demand.xlsx is not read (did you mean "demand.csv"?)',
        "scope.csv is not read",
    ]
    assert [Path(one.file).name for one in warnings] == sorted(set(files) & {
        "demand (2).csv", "demand.xlsx", "scope.csv", "Moves.CSV"})  # fmt: skip


def test_file_name_that_is_no_utf8(tmp_path: Path) -> None:
    write_folder(tmp_path)
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.csv")).write_text("a", encoding="utf-8")
    (warning,) = load_scenario(tmp_path).warnings
    assert str(warning).encode().endswith(b"\\udce9.csv is not read")
