"""Wrong input: every finding at its file and line, in words that say what to do."""

import os
import time
from pathlib import Path

import pytest

from jeugdsim.scenario import load_scenario

from .folders import FILES, TOML, assert_told, edited, findings_of, line_of, write_folder

WRONG_TOML = [
    # old, new, words; the line is that of the old text
    ("years = 2", "yeers = 2", ('unknown key "yeers"', 'did you mean "years"')),
    ("years = 2", 'years = 2\nextend = "../base"', ()),
    ("years = 2", "years = 0", ("years", "at least 1", "0 is given")),
    ("years = 2", "years = 2.5", ("years", "whole number", "2.5")),
    ("years = 2", "years = true", ("years", "whole number", "true")),
    ("years = 2", 'years = "2"', ("years", "whole number")),
    ("years = 2", "years = 0x" + "F" * 4000, ("years", "at most 100")),
    ("price_year = 2025", "price_year = 2028", ("price_year", "2028", "after", "2027")),
    ("price_year = 2025", "price_year = 25", ("price_year", "four digits")),
    ("start = 2027-01-01", "start = 2027-07-01", ("start", "1 January", "2027-07-01")),
    ("start = 2027-01-01", "start = 2027", ("start", "a date such as 2027-01-01")),
    ("schema_version = 1", "schema_version = 2", ("schema_version", "2 is newer", "upgrade")),
    ("schema_version = 1", "schema_version = -1", ("schema_version", "-1 is not allowed")),
    ("schema_version = 1", "schema_version = true", ("schema_version", "whole number")),
    ("schema_version = 1", 'schema_version = "1"', ("schema_version", "whole number")),
    ('name = "Proefregio"', "name = 3", ("name", "text in")),
    ("inflow_shock_region_cv = 0.04", "inflow_shock_region_cv = nan", ("finite",)),
    ("inflow_shock_region_cv = 0.04", "inflow_shock_region_cv = -inf", ("finite",)),
    ("inflow_shock_region_cv = 0.04", "inflow_shock_region_cv = 1" + 400 * "0", ("digits",)),
    (
        "inflow_shock_region_cv = 0.04",
        "inflow_shock_region_cv = {mean = 0.04, sd = 0.01}",
        ("world.inflow_shock_region_cv", "plain number"),
    ),
    (
        "inflow_shock_region_cv = 0.04",
        "inflow_shok_region_cv = 0.04",
        ("world", 'did you mean "inflow_shock_region_cv"'),
    ),
    (
        "inflow_shock_region_cv = 0.04",
        "inflow_shock_region_autocorrelation = 1.5",
        ("between -1 and 1",),
    ),
    ("{p10 = -0.01, p50 = 0.01, p90 = 0.03}", "{p10 = 0.1, p50 = 0.01}", ("p10, p50", "{p10,")),
    ("p10 = -0.01, p50 = 0.01", "p10 = 0.02, p50 = 0.01", ("p10 <= p50 <= p90", "0.02, 0.01")),
    ("p10 = -0.01, p50 = 0.01", "p10 = -3, p50 = -2", ("-1 or more", "-2")),
    ("sd = 0.012, auto", "sd = -0.012, auto", ("world.indexation.sd", "0 or more")),
    ("sd = 0.012, auto", "spread = 0.012, auto", ("world.indexation", 'unknown key "spread"')),
    ('form = "task_based"', 'form = "task"', ("contracts.verblijf.form", "task_based", '"task"')),
    ('segments = ["verblijf"]', 'segments = ["verblif"]', ("verblif", 'mean "verblijf"')),
    ('segments = ["verblijf"]', 'segments = ["verblijf", "verblijf"]', ("segments", "twice")),
    ('from = "crisis"', 'from_ = "crisis"', ('unknown key "from_"', 'mean "from"')),
    ('"actual_use", ', '"rolling_use", ', ("allocation.keys", '"rolling_use"', "twice")),
    ('segments = ["verblijf"]', 'segments = "verblijf"', ("segments", "list in [brackets]")),
    (
        'segments = ["verblijf"]',
        'segments = ["verblijf"]\nmunicipalities = ["Delf"]',
        (),
    ),
    ('budget = "history"', 'budget = "histori"', ("contracts.verblijf.budget", '"history"')),
    ('budget = "history"', "budget = -5", ("contracts.verblijf.budget", "0 or more", "-5")),
    ('budget = "history"', "budget = {per_yuth = 1}", ("per_yuth", 'mean "per_youth"')),
    ('budget = "history"', "budget = {per_youth = -1}", ("budget.per_youth", "0 or more")),
    ("{2028 = 0.02}", "{20281 = 0.02}", ("agreed_reduction", "four digits")),
    ("{2028 = 0.02}", "{2028 = 1.2}", ("agreed_reduction.2028", "between 0 and 1", "1.2")),
    ("{2028 = 0.02}", "0.02", ("agreed_reduction", "a table is asked")),
    ("use_registered = true", 'use_registered = "yes"', ("true or false",)),
    ("above = 0.08", "above = 0.02", ("contracts.verblijf.loss_bands", "must rise")),
    ("{above = 0.03, payer_share = 0.5}, ", "{above = 0.03}, ", ("loss_bands.1", "payer_share")),
    ("[funding_response.task_based]", "[funding_response.task]", ("task", "task_based")),
    ("basis = 4e6", 'basis = "4e6"', ("budget.basis", "a number is asked")),
    ("2028 = 50_000.0", "28 = 50_000.0", ("savings.target", "four digits")),
    ("2028 = 50_000.0", "2028 = -1", ("savings.target.2028", "0 or more")),
    ('affects = "inflow"', 'affects = "instroom"', ("levers.sterke lokale teams.affects",)),
    ('care_forms = ["begeleiding"]', 'care_forms = ["begeleidng"]', ('mean "begeleiding"',)),
    ("p50 = -0.04", "p50 = 0.04", ("levers.sterke lokale teams.effect", "p10 <= p50 <= p90")),
    ("starts = 2027-07-01", 'starts = "July"', ("starts", "a date such as")),
    ("starts = 2027-07-01", 'starts = 2027-07-01\napplies_to = "all"', ()),
    ('from = "crisis"', 'from = "crises"', ("levers.sneller naar pleegzorg.from", '"crisis"')),
    (
        'to = "pleegzorg"',
        'to = "crisis"',
        ("no row from crisis to crisis", "begeleiding, pleegzorg"),
    ),
    ("{mean = 0.1, sd = 0.05}", "1.5", ("levers.sneller naar pleegzorg", "1.15", "at most 1")),
    ('"actual_use", ', '"actual", ', ("allocation.keys", '"actual" is not allowed', "actual_use")),
    ('used = "rolling_use"', 'used = "rolling"', ("allocation.used", 'did you mean "rolling_use"')),
    ('used = "rolling_use"', "used = 5", ("allocation.used", "text", "5 is given")),
    ('used = "rolling_use"', 'used = {verblijv = "inhabitants"}', ("no contract", "verblijf")),
    ('used = "rolling_use"', 'used = {ambulant = "inhabitants"}', ("no key for verblijf",)),
    ('used = "rolling_use"', 'used = {verblijf = "x"}', ("allocation.used.verblijf", '"x"')),
    ('world = "A1"', 'world = "A2"', ('"A2" is not in sources.csv', "known are A1, S1")),
    ('savings = "A1"', 'saving = "A1"', ('"saving"', 'did you mean "savings"')),
]


@pytest.mark.parametrize(("old", "new", "words"), WRONG_TOML, ids=[case[1] for case in WRONG_TOML])
def test_wrong_values_in_toml(tmp_path: Path, old: str, new: str, words: tuple[str, ...]) -> None:
    findings = findings_of(write_folder(tmp_path, edited("scenario.toml", old, new)))
    line = line_of("scenario.toml", old)
    if not words:  # the mistake is on the line that was added
        line += 1
    assert_told(findings, "scenario.toml", line, *words)


def test_every_finding_of_every_file_at_once(tmp_path: Path) -> None:
    changes: dict[str, str | bytes | None] = {
        "scenario.toml": TOML.replace("years = 2\n", "yeers = 2\n").replace(
            "basis = 4e6", "basis = -1"
        ),
        "demand.csv": FILES["demand.csv"].replace("Delft,crisis", "Delt,crisis"),
        "moves.csv": FILES["moves.csv"].replace("0.3", "30%"),
        "municipalities.csv": None,
        "sources.csv": FILES["sources.csv"].replace("measured", "measurd"),
    }
    findings = findings_of(write_folder(tmp_path, changes))
    assert_told(findings, "scenario.toml", 1, 'key "years" is missing')
    assert_told(findings, "scenario.toml", 4, "yeers")
    assert_told(findings, "scenario.toml", 30, "budget.basis")
    assert_told(findings, "moves.csv", 2, "write the fraction 0.3")
    assert_told(findings, "municipalities.csv", 0, "missing", "municipality, cbs_code")
    assert_told(findings, "sources.csv", 2, "column kind", "measured, derived, assumption")
    places = [(finding.file, finding.line) for finding in findings]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("toml", "line", "words"),
    [
        (TOML.replace("years = 2", "years 2"), 4, ("not correct TOML", "years 2")),
        (TOML.replace("years = 2", "years = 2,5"), 4, ("not correct TOML", "decimal point")),
        (TOML.replace("years = 2", "years ="), 4, ("not correct TOML",)),
        (TOML.replace("years = 2", "years = 2\nyears = 2"), 5, ("not correct TOML",)),
        (TOML.replace("[budget]", "[world]"), 29, ("not correct TOML", "[world]")),
        (TOML.replace("[budget]", "[budget"), 29, ("not correct TOML",)),
        (TOML + 'x = "not closed', 65, ("not correct TOML",)),
        (TOML + 'x = """not closed', 65, ("not correct TOML",)),
        (TOML.replace('"world.indexation"', "world.indexation"), 59, ("not correct TOML",)),
        (TOML.replace("2027-01-01", "2027-02-30"), 3, ("not correct TOML",)),
        ("x = " + "[" * 5000, 0, ("nested too deep",)),
        ("x = " + 30 * "[" + 30 * "]", 0, ("nested too deep",)),
        (".".join(5000 * "a") + " = 1", 0, ("nested too deep",)),
        ("x = " + "1" * 5000, 1, ("not correct TOML",)),
    ],
)
def test_broken_toml(tmp_path: Path, toml: str, line: int, words: tuple[str, ...]) -> None:
    findings = findings_of(write_folder(tmp_path, {"scenario.toml": toml}))
    assert_told(findings, "scenario.toml", line, *words)
    assert len(findings) == 1


WRONG_ROWS = [
    ("municipalities.csv", "Delft,GM0503", "Delft,GM0603", 3, ("GM0603", "also that of Delft")),
    ("municipalities.csv", "Rijswijk,GM0603", "Delft,GM0603", 3, ("Delft", "twice", "line 2")),
    ("municipalities.csv", "Rijswijk,GM0603", "Rijswijk,", 3, ("cbs_code",)),
    ("municipalities.csv", "Rijswijk,", '"Rijs,wijk",', 3, ("holds ,", "no dot, comma, quote")),
    ("municipalities.csv", "Rijswijk,", "Rijs.wijk,", 3, ("holds .",)),
    ("municipalities.csv", "Rijswijk,", '"Rijs""wijk",', 3, ('holds "',)),
    ("municipalities.csv", "Rijswijk,", '"Rijs\nwijk",', 3, ("line break",)),
    ("municipalities.csv", "Rijswijk,", "Rijswijk ,", 3, ("ends with a space",)),
    ("municipalities.csv", "Rijswijk,", ",", 3, ("empty",)),
    ("population.csv", "Delft,2027,16000", "Delft,2027.5,16000", 2, ("year", "2027.5")),
    ("population.csv", "Delft,2027,16000", "Delft,27,16000", 2, ("year", "four digits", "27")),
    ("population.csv", "Delft,2027,16000", "Delft,2027,-5", 2, ("column youth", "0 or more", "-5")),
    ("population.csv", "Delft,2027,16000", "Delft,2027,", 2, ("column youth", "empty")),
    ("population.csv", "Delft,2028,", "Delft,2027,", 3, ("Delft, 2027", "twice", "line 2")),
    ("population.csv", "Delft,2028,", "Delft,2029,", 3, ("Delft", "missing for 2028")),
    ("population.csv", "Rijswijk,2027,", "Rijwijk,2027,", 4, ("Rijwijk", 'mean "Rijswijk"')),
    ("care_forms.csv", "pleegzorg,verblijf", "pleeg.zorg,verblijf", 2, ("holds .",)),
    ("care_forms.csv", "etmaal,60", "etmal,60", 2, ("column unit", 'mean "etmaal"', "uur")),
    ("care_forms.csv", "etmaal,60", "etmaal,-60", 2, ("column tariff", "0 or more", "-60")),
    ("care_forms.csv", "etmaal,60", "etmaal,NaN", 2, ("column tariff", "not a finite number")),
    ("care_forms.csv", "etmaal,60", "etmaal,#N/B", 2, ("column tariff", "not a finite number")),
    ("care_forms.csv", "etmaal,60", "etmaal,-inf", 2, ("column tariff", "not a finite number")),
    ("care_forms.csv", "etmaal,60", "etmaal,1e999", 2, ("column tariff", "too large")),
    ("care_forms.csv", "etmaal,60", 'etmaal,"60,5"', 2, ("column tariff", "decimal point")),
    (
        "care_forms.csv",
        "etmaal,60",
        "etmaal,zestig",
        2,
        ("column tariff", "not a number", "digits"),
    ),
    ("care_forms.csv", "etmaal,60", "etmaal,", 2, ("column tariff", "empty")),
    ("care_forms.csv", "lognormal,300", "lognormaal,300", 2, ('mean "lognormal"',)),
    ("care_forms.csv", "lognormal,300", "lognormal,0.5", 2, ("stay_mean_days", "1 or more")),
    ("care_forms.csv", "0.04,260,", "0.04,,", 2, ("lognormal", "stay_sd_days")),
    ("care_forms.csv", "fixed,28,", "fixed,28.5,", 3, ("whole number of days", "28.5")),
    ("care_forms.csv", "fixed,28,,", "fixed,28,,5", 3, ("fixed", "no stay_sd_days")),
    ("care_forms.csv", "exponential,150,,", "exponential,150,,5", 4, ("exponential",)),
    ("care_forms.csv", "260,,A1", "260,40.5,A1", 2, ("places", "whole number", "40.5")),
    ("care_forms.csv", "0.04,260", "-0.04,260", 2, ("stay_mean_days", "cv >= 0")),
    ("care_forms.csv", "0.13,0.18", "0.13,", 4, ("units_per_day_p10 and units_per_day_p90",)),
    ("care_forms.csv", "0.15,0.13,0.18", "0.15,0.16,0.18", 4, ("p10 <= p50 <= p90", "0.16")),
    ("care_forms.csv", "0.15,0.13,0.18", ",0.13,0.18", 4, ("empty", "units_per_day_p10")),
    ("care_forms.csv", "0.15,0.13,0.18", "0.15,13%,0.18", 4, ("units_per_day_p10", "0.13")),
    ("care_forms.csv", "etmaal,60,1", "traject,60,1", 2, ("traject", "units_per_day empty")),
    ("care_forms.csv", "etmaal,60,1", "etmaal,60,", 2, ("etmaal asks units_per_day",)),
    ("care_forms.csv", "A1,\n", "A9,\n", 2, ("source", '"A9" is not in sources.csv')),
    (
        "demand.csv",
        "Delft,pleegzorg",
        "Delt,pleegzorg",
        2,
        ("Delt", "demand.csv", "municipalities.csv", 'did you mean "Delft"?'),
    ),
    ("demand.csv", "Delft,pleegzorg", "Delft,pleegzorgg", 2, ("care form", 'mean "pleegzorg"')),
    ("demand.csv", "Delft,pleegzorg", "Delft,crisis", 3, ("Delft, crisis", "twice", "line 2")),
    ("demand.csv", "12,1.5", "-12,1.5", 3, ("column clients_at_start", "0 or more")),
    ("demand.csv", "12,1.5", "12,", 3, ("column inflow_per_1000_youth", "empty")),
    ("demand.csv", "12,1.5", "12,12%", 3, ("percent", "0.12")),
    ("demand.csv", "12,1.5", "12,1.5,0.1", 3, ("8 cells", "7 columns")),
    ("demand.csv", "12,1.5,,S1,", "12,1.5", 3, ("4 cells", "7 columns")),
    ("demand.csv", ",,2.5,0.05", ",,0,-0.05", 2, ("cv >= 0",)),
    ("moves.csv", "pleegzorg,0.3", "pleegzorg,0.7", 3, ("crisis", "1.1", "at most 1")),
    ("moves.csv", "pleegzorg,0.3", "pleegzorg,1.3", 2, ("probability", "between 0 and 1")),
    ("moves.csv", "crisis,pleegzorg", "crisis,pleegzor", 2, ("pleegzor", 'mean "pleegzorg"')),
    (
        "moves.csv",
        "pleegzorg,begeleiding,0.2",
        "pleegzorg,pleegzorg,1",
        4,
        ("never leave", "pleegzorg"),
    ),
    ("sources.csv", "S1,Bev", "A1,Bev", 3, ("A1", "twice")),
    ("sources.csv", ",measured", ",", 2, ("column kind", "nothing is given", "measured")),
]


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "words"), WRONG_ROWS, ids=[f"{c[0]} {c[2]}" for c in WRONG_ROWS]
)
def test_wrong_cells_in_csv(
    tmp_path: Path, file: str, old: str, new: str, line: int, words: tuple[str, ...]
) -> None:
    findings = findings_of(write_folder(tmp_path, edited(file, old, new)))
    assert_told(findings, file, line, *words)


WRONG_HEADERS = [
    ("demand.csv", "inflow_per_1000_youth,", "inflow_per_1000_youths,", ("unknown column", "mean")),
    ("demand.csv", "clients_at_start,", "", ("cells",)),
    ("moves.csv", ",probability,source,note\n", ",probability,note\n", ("cells",)),
    ("moves.csv", "source", "", ("column 4 has no name",)),
    ("moves.csv", "source", "probability", ('"probability" is there twice',)),
    ("moves.csv", "probability", "kans", ('unknown column "kans"', "from_care_form")),
    ("moves.csv", "from_care_form", "from_form", ('"from_form"', 'mean "from_care_form"')),
    ("care_forms.csv", "units_per_day_p90", "units_per_day_cv", ("_p10", "_p90", "missing")),
    (
        "care_forms.csv",
        "stay_mean_days_cv",
        "stay_sd_days_cv",
        ('unknown column "stay_sd_days_cv"',),
    ),
    ("care_forms.csv", "stay_mean_days_cv", "units_cv_cv", ('unknown column "units_cv_cv"',)),
    ("population.csv", "inhabitants", "youth_cv", ('unknown column "youth_cv"',)),
]


@pytest.mark.parametrize(
    ("file", "old", "new", "words"), WRONG_HEADERS, ids=[f"{c[0]} {c[2]}" for c in WRONG_HEADERS]
)
def test_wrong_headers(tmp_path: Path, file: str, old: str, new: str, words: tuple[str, ...]) -> None:
    findings = findings_of(write_folder(tmp_path, edited(file, old, new)))
    assert_told(findings, file, 2 if words == ("cells",) else 1, *words)


@pytest.mark.parametrize("column", ["source", "cbs_code", "municipality"])
def test_missing_column(tmp_path: Path, column: str) -> None:
    rows = [row.split(",") for row in FILES["municipalities.csv"].splitlines()]
    at = rows[0].index(column)
    text = "\n".join(",".join(row[:at] + row[at + 1 :]) for row in rows)
    findings = findings_of(write_folder(tmp_path, {"municipalities.csv": text}))
    assert_told(findings, "municipalities.csv", 1, f'column "{column}" is missing')


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("1.234", ("ambiguous", "write 1234 or 1,234")),
        ("-0.125", ("ambiguous",)),
        ("12,5%", ("percent", "write the fraction 0,125")),
        ("1.234,5", ("decimal comma", "no thousands")),
        ("1,2,3", ("not a number",)),
        ("€ 12", ("not a number", "decimal comma")),
    ],
)
def test_numbers_in_a_semicolon_file(tmp_path: Path, cell: str, words: tuple[str, ...]) -> None:
    text = FILES["demand.csv"].replace(",", ";").replace(".", ",")
    text = text.replace("Delft;crisis;12;1,5", f"Delft;crisis;12;{cell}")
    findings = findings_of(write_folder(tmp_path, {"demand.csv": text}))
    assert_told(findings, "demand.csv", 3, "column inflow_per_1000_youth", *words)
    assert len(findings) == 1


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (None, 0, ("missing",)),
        (b"", 0, ("empty",)),
        (b" \n\n", 0, ("empty",)),
        (b"\xef\xbb\xbf", 0, ("empty",)),
        ("a\nDelft en Den Haag: caf\u00e9".encode("latin-1"), 2, ("not UTF-8",)),
        ("name = 1".encode("utf-16-le"), 1, ("NUL",)),
        (b"a\0b", 1, ("NUL",)),
    ],
)
def test_files_that_are_no_text(
    tmp_path: Path, file: str, content: bytes | None, line: int, words: tuple[str, ...]
) -> None:
    findings = findings_of(write_folder(tmp_path, {file: content}))
    if file == "scenario.toml" and words == ("empty",) and content != b"":
        words, line = ("missing",), 1  # blanks are correct TOML without any key
    assert_told(findings, file, line, *words)


@pytest.mark.parametrize("file", FILES)
def test_folder_where_a_file_is_asked(tmp_path: Path, file: str) -> None:
    write_folder(tmp_path, {file: None})
    (tmp_path / file).mkdir()
    assert_told(findings_of(tmp_path), file, 0, "folder", "file is asked")


@pytest.mark.parametrize("file", FILES)
def test_file_of_60_megabytes_is_refused_before_it_is_read(tmp_path: Path, file: str) -> None:
    write_folder(tmp_path)
    os.truncate(tmp_path / file, 60_000_000)
    begin = time.perf_counter()
    findings = findings_of(tmp_path)
    assert time.perf_counter() - begin < 2
    assert_told(findings, file, 0, "60 MB", "at most 50 MB")


def test_special_files_and_dangling_links_are_refused(tmp_path: Path) -> None:
    write_folder(tmp_path, {"moves.csv": None, "demand.csv": None})
    os.mkfifo(tmp_path / "moves.csv")
    (tmp_path / "demand.csv").symlink_to(tmp_path / "nowhere")
    findings = findings_of(tmp_path)
    assert_told(findings, "moves.csv", 0, "not an ordinary file")
    assert_told(findings, "demand.csv", 0, "missing")


@pytest.mark.parametrize("file", [name for name in FILES if name.endswith(".csv")])
def test_header_without_rows(tmp_path: Path, file: str) -> None:
    header = FILES[file].splitlines()[0]
    folder = write_folder(tmp_path, {file: header + "\n"})
    if file == "moves.csv":
        findings = findings_of(folder)  # a lever asks for a move
        assert_told(findings, "scenario.toml", line_of("scenario.toml", 'to = "'), "no row")
    elif file == "sources.csv":
        assert_told(findings_of(folder), "scenario.toml", 58, '"A1" is not in sources.csv')
    else:
        assert_told(findings_of(folder), file, 1, "no rows")


@pytest.mark.parametrize(
    ("cell", "words"),
    [('"not closed', ("can't be read as CSV", "quote")), ('"a"b', ("can't be read as CSV",))],
)
def test_quotes_that_are_not_closed(tmp_path: Path, cell: str, words: tuple[str, ...]) -> None:
    text = FILES["moves.csv"].replace("crisis,begeleiding,0.4,A1,", f"crisis,begeleiding,0.4,A1,{cell}")
    assert_told(findings_of(write_folder(tmp_path, {"moves.csv": text})), "moves.csv", 3, *words)


def test_lines_are_counted_over_quoted_line_breaks(tmp_path: Path) -> None:
    text = FILES["moves.csv"].replace("0.3,A1,", '0.3,A1,"een\ntwee\r\ndrie"').replace("0.4", "x")
    assert_told(findings_of(write_folder(tmp_path, {"moves.csv": text})), "moves.csv", 5, "x")


def test_demand_under_no_or_two_contracts(tmp_path: Path) -> None:
    scope = 'segments = ["veelvoorkomend"]'
    none = edited("scenario.toml", scope, scope + '\nmunicipalities = ["Delft"]')
    findings = findings_of(write_folder(tmp_path / "none", none))
    assert_told(findings, "demand.csv", 7, "begeleiding for Rijswijk", "under no contract")
    two = edited("scenario.toml", scope, scope + '\ncare_forms = ["crisis"]')
    findings = findings_of(write_folder(tmp_path / "two", two))
    assert_told(findings, "demand.csv", 3, "crisis for Delft, Rijswijk", "(ambulant, verblijf)")


def test_contract_that_covers_nothing(tmp_path: Path) -> None:
    toml = TOML.replace("[funding", '[contracts.rest]\nform = "pxq"\ncare_forms = ["crisis"]\n[funding')
    toml = toml.replace('segments = ["verblijf"]', 'care_forms = ["pleegzorg", "crisis"]')
    toml = toml.replace(
        'care_forms = ["crisis"]', 'care_forms = ["crisis"]\nmunicipalities = ["Leiden"]'
    )
    municipalities = FILES["municipalities.csv"] + "Leiden,GM0546,S1,\n"
    population = FILES["population.csv"] + "Leiden,2027,1,2,S1,\nLeiden,2028,1,2,S1,\n"
    changes: dict[str, str | bytes | None] = {
        "scenario.toml": toml,
        "municipalities.csv": municipalities,
        "population.csv": population,
    }
    findings = findings_of(write_folder(tmp_path, changes))
    assert_told(findings, "scenario.toml", 25, "contracts.rest", "covers no row")
    assert len(findings) == 1


def test_key_in_use_asks_for_use_that_is_not_registered(tmp_path: Path) -> None:
    changes = edited("scenario.toml", "use_registered = true\n", "")
    findings = findings_of(write_folder(tmp_path / "a", changes))
    assert_told(findings, "scenario.toml", 54, "rolling_use", "use_registered = true", "inhabitants")
    toml = str(changes["scenario.toml"]).replace('used = "rolling_use"', 'used = "youth_population"')
    assert load_scenario(write_folder(tmp_path / "b", {"scenario.toml": toml})).warnings == ()
    toml = toml.replace('used = "youth_population"', 'used = {verblijf = "actual_use"}')
    findings = findings_of(write_folder(tmp_path / "c", {"scenario.toml": toml}))
    assert_told(findings, "scenario.toml", 54, "actual_use", "verblijf")


def test_key_table_may_share_a_pxq_contract_too(tmp_path: Path) -> None:
    used = 'used = {verblijf = "expected_use", ambulant = "inhabitants"}'
    changes = edited("scenario.toml", 'used = "rolling_use"', used)
    scenario = load_scenario(write_folder(tmp_path, changes))
    assert isinstance(scenario.settings.allocation.used, dict)


def test_clients_that_are_known_are_whole_and_certain(tmp_path: Path) -> None:
    known = edited("scenario.toml", "years = 2\n", "years = 2\nclients_at_start_known = true\n")
    findings = findings_of(write_folder(tmp_path / "a", known))
    assert_told(findings, "demand.csv", 7, "clients_at_start", "whole", "300.5")
    text = FILES["demand.csv"].replace("300.5", "300")
    load_scenario(write_folder(tmp_path / "b", {**known, "demand.csv": text}))
    text = text.replace("inflow_per_1000_youth_cv", "clients_at_start_cv").replace(",,S1", ",0.1,S1")
    findings = findings_of(write_folder(tmp_path / "c", {**known, "demand.csv": text}))
    assert_told(findings, "demand.csv", 3, "clients_at_start", "certain", "12")


def season(factors: list[float], form: str = "crisis") -> str:
    """Return a season.csv for one form."""
    rows = [f"{form},{month},{factor},A1" for month, factor in enumerate(factors, start=1)]
    return "\n".join(["care_form,month,factor,source", *rows])


def test_season(tmp_path: Path) -> None:
    right = season([0.5] * 6 + [1.5] * 6)
    assert len(load_scenario(write_folder(tmp_path / "a", {"season.csv": right})).season) == 12
    findings = findings_of(write_folder(tmp_path / "b", {"season.csv": season([1.0] * 11)}))
    assert_told(findings, "season.csv", 12, "crisis", "month 12 is missing")
    findings = findings_of(write_folder(tmp_path / "c", {"season.csv": season([1.00001] * 12)}))
    assert_told(findings, "season.csv", 13, "crisis", "mean 1.00001, not 1")
    findings = findings_of(write_folder(tmp_path / "d", {"season.csv": season([1] * 13)}))
    assert_told(findings, "season.csv", 14, "month", "at most 12")
    findings = findings_of(write_folder(tmp_path / "e", {"season.csv": season([1] * 12, "crises")}))
    assert_told(findings, "season.csv", 2, "crises", 'mean "crisis"')


BUDGET = "\n".join(
    ["municipality,segment,year,budget,source,note"]
    + [
        f"{town},{segment},{year},1000000,A1,"
        for town in ("Delft", "Rijswijk")
        for segment in ("verblijf", "veelvoorkomend")
        for year in (2027, 2028)
    ]
)


def test_budget_file(tmp_path: Path) -> None:
    toml = TOML.replace("basis = 4e6\nvolume_growth_per_year = 0.02\n", "")
    right: dict[str, str | bytes | None] = {"scenario.toml": toml, "budget.csv": BUDGET}
    assert len(load_scenario(write_folder(tmp_path / "a", right)).budget_rows) == 8
    findings = findings_of(write_folder(tmp_path / "b", {"budget.csv": BUDGET}))
    assert_told(findings, "scenario.toml", 30, "basis is left out")
    lacking = BUDGET.replace("Delft,verblijf,2028,1000000,A1,\n", "")
    findings = findings_of(write_folder(tmp_path / "c", {**right, "budget.csv": lacking}))
    assert_told(findings, "budget.csv", 1, "Delft", "verblijf", "missing for 2028")
    strange = BUDGET + "\nDelft,onderwijs,2027,1,A1,\n"
    findings = findings_of(write_folder(tmp_path / "d", {**right, "budget.csv": strange}))
    assert_told(findings, "budget.csv", 10, "onderwijs", "veelvoorkomend, verblijf")
    demand = "\n".join(row for row in FILES["demand.csv"].splitlines() if "Rijswijk,beg" not in row)
    findings = findings_of(write_folder(tmp_path / "e", {**right, "demand.csv": demand}))
    assert_told(findings, "budget.csv", 8, "Rijswijk buys no care of segment veelvoorkomend")


@pytest.mark.parametrize(
    ("file", "edits", "cost"),
    [
        (
            "demand.csv",
            [("pleegzorg,,2.5,0.05", "pleegzorg,,0,"), ("pleegzorg,,2.0", "pleegzorg,,0")],
            True,
        ),
        (
            "demand.csv",
            [("begeleiding,,20", "begeleiding,,0"), ("begeleiding,300.5,22", "begeleiding,,0")],
            True,
        ),
        ("care_forms.csv", [("uur,100", "uur,0")], False),
        ("care_forms.csv", [("0.15,0.13,0.18", "0,,")], False),
        ("moves.csv", [], True),
    ],
)
def test_pool_without_cost(tmp_path: Path, file: str, edits: list[tuple[str, str]], cost: bool) -> None:
    """No inflow is no reason to refuse as long as moves bring children in."""
    text = FILES[file]
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    folder = write_folder(tmp_path, {file: text})
    if cost:
        load_scenario(folder)
    else:
        assert_told(findings_of(folder), "scenario.toml", 21, "begeleiding", "no expected cost in 2027")


def test_pool_that_nobody_reaches(tmp_path: Path) -> None:
    demand = FILES["demand.csv"].replace("begeleiding,,20", "begeleiding,,0")
    demand = demand.replace("begeleiding,300.5,22", "begeleiding,,0")
    moves = FILES["moves.csv"].replace("begeleiding,0.4", "begeleiding,0")
    moves = moves.replace("begeleiding,0.2", "begeleiding,0")
    findings = findings_of(write_folder(tmp_path, {"demand.csv": demand, "moves.csv": moves}))
    assert_told(findings, "scenario.toml", 21, "contracts.ambulant", "begeleiding", "no expected cost")
    assert_told(findings, "scenario.toml", 36, "sterke lokale teams", "cost_per_year can't be shared")


def test_levers_on_one_row_of_moves_are_taken_together(tmp_path: Path) -> None:
    lever = """
[[levers]]
name = "sneller naar begeleiding"
affects = "move"
from = "crisis"
to = "begeleiding"
effect = {effect}
starts = 2028-06-01
"""
    toml = TOML.replace("{mean = 0.1, sd = 0.05}", "0.9")  # 0.57 + 0.4
    load_scenario(write_folder(tmp_path / "a", {"scenario.toml": toml}))
    both = toml.replace("\n[allocation]", lever.replace("{effect}", "0.1") + "\n[allocation]")
    findings = findings_of(write_folder(tmp_path / "b", {"scenario.toml": both}))
    assert_told(findings, "scenario.toml", 58, "sneller naar begeleiding", "1.01")
    less = both.replace("0.1\nstarts", "-0.1\nstarts")
    load_scenario(write_folder(tmp_path / "c", {"scenario.toml": less}))


def test_warnings_let_the_scenario_run(tmp_path: Path) -> None:
    changes = {
        **edited("scenario.toml", 'savings = "A1"\n', ""),
        **edited("moves.csv", "0.3,A1", "0.3,"),
    }
    warnings = load_scenario(write_folder(tmp_path, changes)).warnings
    assert [(Path(one.file).name, one.line) for one in warnings] == [
        ("moves.csv", 2),
        ("scenario.toml", 57),
    ]
    assert "1 row without a source" in warnings[0].message
    assert "savings.target.2028" in warnings[1].message
    assert "warning: " in str(warnings[0])
