"""Stays from a table: read from a file of its own, checked, written, changed, inherited."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeugdsim.engine.fingerprint import quantities_hash
from jeugdsim.scenario import Scenario, ScenarioError, load_scenario, write_scenario
from jeugdsim.scenario.empirical import table_mean
from jeugdsim.scenario.provenance import kind_counts, provenance
from jeugdsim.scenario.rows import SurvivalRow

from .folders import (
    FILES,
    Content,
    assert_told,
    edited,
    findings_of,
    line_of,
    write_folder,
    write_variant,
)

# Half ends on day 100, three tenths on day 200, a fifth on day 500: 50 + 60 + 100 days on average.
TABLE = """\
days,survival,source,note
0,1,S1,
100,0.5,S1,de helft blijft langer
200,0.2,S1,
500,0,S1,
"""
MEAN = 210.0
TERMS = "lognormal,300,0.04,260,"
ROW = line_of("care_forms.csv", "pleegzorg")


def folder_with(
    terms: str = "empirical:duur.csv,,,,", table: Content = TABLE, name: str = "duur.csv"
) -> dict[str, Content]:
    """Return the files of the correct folder in which foster care has a stay from a table."""
    return {**edited("care_forms.csv", TERMS, terms), name: table}


def foster_care(scenario: Scenario) -> Any:
    """Return the row of the care form whose stay is a table."""
    return next(row for row in scenario.care_forms if row.care_form == "pleegzorg")


def rows(*steps: tuple[Any, Any]) -> list[dict[str, Any]]:
    """Return steps as rows for ``with_changes``."""
    return [{"days": days, "survival": survival} for days, survival in steps]


def test_a_table_is_read_and_its_mean_stands_in_for_the_empty_cell(tmp_path: Path) -> None:
    scenario = load_scenario(write_folder(tmp_path, folder_with()))
    assert foster_care(scenario).stay_distribution == "empirical:duur.csv"
    assert foster_care(scenario).stay_mean_days == pytest.approx(MEAN, rel=1e-15)
    steps = scenario.empirical_stays["duur.csv"]
    assert [(row.days, row.survival) for row in steps] == [(0, 1.0), (100, 0.5), (200, 0.2), (500, 0.0)]
    assert steps[1].note == "de helft blijft langer"
    assert not scenario.warnings


def test_a_scenario_without_tables_has_none(tmp_path: Path) -> None:
    assert load_scenario(write_folder(tmp_path)).empirical_stays == {}


def test_what_is_left_before_the_first_row_is_everybody() -> None:
    """A first row of (4, 0) is a stay of four days; a stay of 0 days counts as 1."""
    assert table_mean([SurvivalRow(days=4, survival=0.0)]) == 4.0
    assert table_mean([SurvivalRow(days=0, survival=0.75), SurvivalRow(days=9, survival=0.0)]) == 7.0
    assert table_mean([SurvivalRow(days=0, survival=0.0)]) == 1.0


@settings(max_examples=50, deadline=None)
@given(
    days=st.lists(st.integers(1, 5_000), min_size=1, max_size=30, unique=True).map(sorted),
    part=st.floats(0.0, 1.0),
)
def test_the_mean_is_the_area_under_the_curve(days: list[int], part: float) -> None:
    """Of a curve that falls by the same part at every step but the last."""
    survival = [part ** (step + 1) for step in range(len(days) - 1)] + [0.0]
    area, left, day = 0.0, 1.0, 0
    for until, after in zip(days, survival, strict=True):
        area += left * (until - day)
        left, day = after, until
    table = [SurvivalRow(days=d, survival=s) for d, s in zip(days, survival, strict=True)]
    assert table_mean(table) == pytest.approx(area, rel=1e-12)


@pytest.mark.parametrize("stated", ["210", "209", "211.04"])
def test_a_mean_within_half_a_percent_of_the_table_may_be_stated(tmp_path: Path, stated: str) -> None:
    files = folder_with(f"empirical:duur.csv,{stated},,,")
    assert foster_care(load_scenario(write_folder(tmp_path, files))).stay_mean_days == float(stated)


@pytest.mark.parametrize("stated", ["208.9", "211.1", "300"])
def test_another_mean_is_refused_with_both_named(tmp_path: Path, stated: str) -> None:
    findings = findings_of(write_folder(tmp_path, folder_with(f"empirical:duur.csv,{stated},,,")))
    assert_told(findings, "care_forms.csv", ROW, "stay_mean_days", stated, "210 days", "duur.csv")
    assert len(findings) == 1


def test_the_mean_of_an_uncertain_stay_is_compared_and_kept(tmp_path: Path) -> None:
    stay = foster_care(
        load_scenario(write_folder(tmp_path / "a", folder_with("empirical:duur.csv,210,0.1,,")))
    ).stay_mean_days
    assert (stay.mean, stay.cv) == (210.0, 0.1)
    header = FILES["care_forms.csv"].replace(
        "stay_mean_days_cv", "stay_mean_days_p10,stay_mean_days_p90"
    )
    text = header.replace(",0.04,260", ",290,310,260").replace("fixed,28,,", "fixed,28,,,")
    text = text.replace("exponential,150,,", "exponential,150,,,")
    text = text.replace("lognormal,300,290,310,260,", "empirical:duur.csv,210,200,320,,")
    write_folder(tmp_path / "b", {"care_forms.csv": text, "duur.csv": TABLE})
    findings = findings_of(tmp_path / "b")  # 210 + 0.311296 x (200 + 320 - 420) = 241.13
    assert_told(findings, "care_forms.csv", ROW, "a mean of 241.13", "210 days")


def test_tables_are_read_as_other_csv_files_are(tmp_path: Path) -> None:
    plain = load_scenario(write_folder(tmp_path / "a", folder_with()))
    bare = TABLE.replace(",S1,de helft blijft langer", "").replace(",S1,", "")
    without_papers = bare.replace(",source,note", "")
    dutch = TABLE.replace(",", ";").replace(".", ",").replace("\n", "\r\n")
    saved = ("\ufeff" + dutch).encode()
    assert load_scenario(write_folder(tmp_path / "b", folder_with(table=saved))) == plain
    other = load_scenario(write_folder(tmp_path / "c", folder_with(table=without_papers)))
    assert other.empirical_stays["duur.csv"][1] == SurvivalRow(days=100, survival=0.5)
    assert quantities_hash(other) == quantities_hash(plain)


WRONG_TABLES = [
    # old, new, line, words
    ("100,0.5", "600,0.5", 4, ("days must rise", "200 follows 600")),
    ("200,0.2", "100,0.2", 4, ("days must rise", "100 follows 100")),
    ("200,0.2", "200,0.6", 4, ("survival", "0.6 follows 0.5")),
    ("500,0,", "500,0.1,", 5, ("last row must have survival 0", "0.1", "500 days")),
    ("100,0.5", "100,1.5", 3, ("column survival", "between 0 and 1", "1.5")),
    ("100,0.5", "100,-0.5", 3, ("column survival", "between 0 and 1")),
    ("100,0.5", "100,50%", 3, ("percent", "write the fraction 0.5")),
    ("100,0.5", "100,", 3, ("column survival", "empty")),
    ("100,0.5", "99.5,0.5", 3, ("column days", "whole number", "99.5")),
    ("0,1,S1,\n", "-3,1,S1,\n", 2, ("column days", "at least 0", "-3")),
    ("500,0", "5000000,0", 5, ("column days", "at most 100000")),
    ("100,0.5,S1", "100,0.5,S9", 3, ('"S9" is not in sources.csv', "A1, S1")),
    ("days,survival", "dagen,survival", 1, ('unknown column "dagen"', "days, survival")),
    ("survival,source", "survival_cv,source", 1, ('unknown column "survival_cv"',)),
    ("500,0,S1,", "500,0,S1,,x", 5, ("5 cells", "4 columns")),
]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"), WRONG_TABLES, ids=[c[1] for c in WRONG_TABLES]
)
def test_wrong_tables_are_told_at_their_line(
    tmp_path: Path, old: str, new: str, line: int, words: tuple[str, ...]
) -> None:
    assert old in TABLE
    findings = findings_of(write_folder(tmp_path, folder_with(table=TABLE.replace(old, new, 1))))
    assert_told(findings, "duur.csv", line, *words)
    assert {one.line for one in findings} == {line}
    assert not [one for one in findings if one.file.endswith("care_forms.csv")]


def test_a_table_without_rows_is_refused(tmp_path: Path) -> None:
    findings = findings_of(write_folder(tmp_path, folder_with(table="days,survival\n")))
    assert_told(findings, "duur.csv", 1, "no rows", "survival 0")


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"", 0, ("empty",)),
        ("a\ncaf\u00e9".encode("latin-1"), 2, ("not UTF-8",)),
        (b"PK\x03\x04xxxx", 0, ("Excel workbook",)),
    ],
)
def test_files_that_are_no_table(
    tmp_path: Path, content: bytes, line: int, words: tuple[str, ...]
) -> None:
    findings = findings_of(write_folder(tmp_path, folder_with(table=content)))
    assert_told(findings, "duur.csv", line, *words)


WRONG_TERMS = [
    ("empirical:duurr.csv,,,,", ("no file duurr.csv", 'did you mean "duur.csv"', "days, survival")),
    ("empirical:duur.csv,,,260,", ("stay_sd_days empty",)),
    ("empirical:duur.csv,,0.1,,", ("empty", "stay_mean_days_cv")),
    ("empirical:../duur.csv,,,,", ("plain name of a CSV file",)),
    ("empirical:map/duur.csv,,,,", ("plain name of a CSV file",)),
    ("empirical:C:\\duur.csv,,,,", ("plain name of a CSV file",)),
    ("empirical:duur.xlsx,,,,", ("plain name of a CSV file",)),
    ("empirical:.csv,,,,", ("plain name of a CSV file",)),
    ("empirical:,,,,", ("plain name of a CSV file",)),
    ("empirical,210,,,", ('did you mean "empirical:FILE.csv"',)),
    ("empirical:demand.csv,,,,", ("demand.csv holds another table", "file of their own")),
    ("gamma,300,0.04,,", ("gamma", "stay_sd_days above 0")),
    ("weibull,300,0.04,0,", ("weibull", "stay_sd_days above 0")),
    ("weibull,300,0.04,0.2,", ("weibull", "between 0.001 and 30 times", "0.2")),
    ("weibull,300,0.04,9100,", ("weibull", "between 0.001 and 30 times", "9100")),
    ("gamma,,,260,", ("stay_mean_days", "empty")),
    ("gama,300,0.04,260,", ('did you mean "gamma"', "weibull", "empirical:FILE.csv")),
    (",300,0.04,260,", ("nothing is given", "lognormal", "empirical:FILE.csv")),
]


@pytest.mark.parametrize(("terms", "words"), WRONG_TERMS, ids=[case[0] for case in WRONG_TERMS])
def test_wrong_terms_of_a_stay(tmp_path: Path, terms: str, words: tuple[str, ...]) -> None:
    findings = findings_of(write_folder(tmp_path, folder_with(terms)))
    assert_told(findings, "care_forms.csv", ROW, *words)
    assert len([one for one in findings if one.severity == "error"]) == 1


def test_a_mean_below_one_day_by_its_percentiles_is_refused(tmp_path: Path) -> None:
    """A median of 10 days and a p10 of -100: a mean of 10 + 0.311296 x -100 is no stay."""
    header = FILES["care_forms.csv"].replace(
        "stay_mean_days_cv", "stay_mean_days_p10,stay_mean_days_p90"
    )
    text = header.replace(",300,0.04,260", ",10,-100,20,260").replace("fixed,28,,", "fixed,28,,,")
    text = text.replace("exponential,150,,", "exponential,150,,,")
    findings = findings_of(write_folder(tmp_path, {"care_forms.csv": text}))
    assert_told(findings, "care_forms.csv", ROW, "stay_mean_days", "-21.1", "1 day or more")


@pytest.mark.parametrize("terms", ["gamma,300,0.04,260,", "weibull,300,,900,"])
def test_other_spread_families_are_read_and_written(tmp_path: Path, terms: str) -> None:
    scenario = load_scenario(write_folder(tmp_path / "a", folder_with(terms, table=None)))
    write_scenario(scenario, tmp_path / "b")
    assert load_scenario(tmp_path / "b") == scenario
    assert foster_care(scenario).stay_distribution == terms.split(",")[0]


def test_a_table_that_no_stay_names_is_told_as_not_read(tmp_path: Path) -> None:
    files = {**folder_with(), "duren.csv": TABLE}
    warnings = load_scenario(write_folder(tmp_path, files)).warnings
    assert [(one.file.rpartition("/")[2], one.message) for one in warnings] == [
        ("duren.csv", 'duren.csv is not read (did you mean "duur.csv"?)')
    ]


def test_two_forms_may_share_a_table(tmp_path: Path) -> None:
    text = FILES["care_forms.csv"].replace(TERMS, "empirical:duur.csv,,,,")
    text = text.replace("fixed,28,,,", "empirical:duur.csv,,,,")
    scenario = load_scenario(write_folder(tmp_path, {"care_forms.csv": text, "duur.csv": TABLE}))
    assert list(scenario.empirical_stays) == ["duur.csv"]
    means = [r.stay_mean_days for r in scenario.care_forms if "empirical" in r.stay_distribution]
    assert means == pytest.approx([MEAN, MEAN], rel=1e-15)


def test_it_reads_back_as_it_was_written(tmp_path: Path) -> None:
    table = TABLE.replace("100,0.5", "100,0.3333333333333333").replace(
        "de helft blijft langer", '"een, ""noot"""'
    )
    scenario = load_scenario(write_folder(tmp_path / "a", folder_with(table=table)))
    for number, one in enumerate((scenario, scenario.reference(), scenario.all_pxq())):
        write_scenario(one, tmp_path / str(number))
        again = load_scenario(tmp_path / str(number))
        assert again == one
        assert again.hash == one.hash
        assert not again.warnings


@settings(max_examples=25, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.integers(0, 99_999), st.floats(0.0, 1.0)),
        max_size=8,
        unique_by=lambda step: step[0],
    )
)
def test_any_curve_reads_back(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, float]]
) -> None:
    falling = sorted((survival for _, survival in steps), reverse=True)
    days = sorted(days for days, _ in steps)
    table = rows(*zip(days, falling, strict=True), (100_000, 0.0))
    folder = tmp_path_factory.mktemp("curve")
    changed = load_scenario(write_folder(folder / "a", folder_with())).with_changes(
        {"empirical_stays.duur.csv": table}
    )
    write_scenario(changed, folder / "b")
    again = load_scenario(folder / "b")
    assert again == changed
    assert again.hash == changed.hash


def test_the_hash_sees_the_table_and_not_its_notes(tmp_path: Path) -> None:
    def loaded(name: str, table: str) -> Scenario:
        return load_scenario(write_folder(tmp_path / name, folder_with(table=table)))

    plain = loaded("a", TABLE)
    noted = loaded("b", TABLE.replace("de helft blijft langer", "een andere noot"))
    other_source = loaded("c", TABLE.replace("200,0.2,S1", "200,0.2,A1"))
    other = loaded("d", TABLE.replace("200,0.2", "200,0.25").replace("500,0", "440,0"))
    assert table_mean(other.empirical_stays["duur.csv"]) == pytest.approx(MEAN)
    assert noted.hash == plain.hash
    assert noted.world_hash == plain.world_hash
    assert other_source.hash != plain.hash
    assert quantities_hash(other_source) == quantities_hash(plain)
    assert other.hash != plain.hash
    assert other.world_hash != plain.world_hash
    assert quantities_hash(other) != quantities_hash(plain)


def test_an_empty_and_a_stated_mean_are_the_same_scenario(tmp_path: Path) -> None:
    empty = load_scenario(write_folder(tmp_path / "a", folder_with()))
    stated = load_scenario(write_folder(tmp_path / "b", folder_with("empirical:duur.csv,210,,,")))
    assert foster_care(empty).stay_mean_days == foster_care(stated).stay_mean_days
    assert empty.hash == stated.hash


def test_a_variant_takes_the_table_of_its_own_folder_first(tmp_path: Path) -> None:
    write_folder(tmp_path / "base", folder_with())
    bare = 'extends = "../base"\n'
    inherited = load_scenario(write_variant(tmp_path / "v", bare))
    assert inherited == load_scenario(tmp_path / "base")
    shorter = {"duur.csv": "days,survival\n30,0.5\n50,0\n"}
    own = load_scenario(write_variant(tmp_path / "w", bare, shorter))
    assert foster_care(own).stay_mean_days == 40.0
    assert not own.warnings
    care_forms = edited("care_forms.csv", "fixed,28,,,", "empirical:duur.csv,,,,")
    both = {**care_forms, **shorter}
    of_variant = load_scenario(write_variant(tmp_path / "x", bare, both))  # type: ignore[arg-type]
    assert [row.stay_mean_days for row in of_variant.care_forms][1] == 40.0


def test_a_wrong_table_of_the_base_is_told_there(tmp_path: Path) -> None:
    write_folder(tmp_path / "base", folder_with(table=TABLE.replace("500,0", "500,0.1")))
    findings = findings_of(write_variant(tmp_path / "v", 'extends = "../base"\n'))
    assert_told(findings, "base/duur.csv", 5, "survival 0")


def test_tables_given_in_python(tmp_path: Path) -> None:
    plain = load_scenario(write_folder(tmp_path / "a"))
    changed = plain.with_changes(
        {
            "care_forms.pleegzorg.stay_distribution": "empirical:duur.csv",
            "care_forms.pleegzorg.stay_mean_days": None,
            "care_forms.pleegzorg.stay_sd_days": None,
            "empirical_stays": {
                "duur.csv": [
                    {**row, "source": "S1"} for row in rows((0, 1), (100, 0.5), (200, 0.2), (500.0, 0))
                ]
            },
        }
    )
    assert changed == load_scenario(
        write_folder(tmp_path / "b", folder_with(table=TABLE.replace("de helft blijft langer", "")))
    )


def test_the_mean_follows_a_table_that_is_changed(tmp_path: Path) -> None:
    scenario = load_scenario(write_folder(tmp_path, folder_with()))
    longer = scenario.with_changes({"empirical_stays.duur.csv.500.days": 600})
    assert foster_care(longer).stay_mean_days == pytest.approx(MEAN + 0.2 * 100)
    fewer = scenario.with_changes({"empirical_stays.duur.csv.200.survival": 0.1})
    assert foster_care(fewer).stay_mean_days == pytest.approx(MEAN - 0.1 * 300)
    without = scenario.with_changes({"empirical_stays.duur.csv.200": None})
    assert foster_care(without).stay_mean_days == pytest.approx(50 + 250)
    whole = scenario.with_changes({"empirical_stays.duur.csv": rows((7, 0))})
    assert foster_care(whole).stay_mean_days == 7.0
    assert foster_care(scenario).stay_mean_days == pytest.approx(MEAN)


def test_a_form_that_leaves_its_table_keeps_the_mean(tmp_path: Path) -> None:
    scenario = load_scenario(write_folder(tmp_path, folder_with()))
    plain = scenario.with_changes({"care_forms.pleegzorg.stay_distribution": "exponential"})
    assert foster_care(plain).stay_mean_days == pytest.approx(MEAN)
    assert plain.empirical_stays == {}


@pytest.mark.parametrize(
    ("changes", "place", "words"),
    [
        ({"empirical_stays.duur.csv.150.survival": 0.3}, "empirical_stays.duur.csv.150", ('no "150"',)),
        (
            {"empirical_stays.duur.csv.200.survival": 0.6},
            "empirical_stays.duur.csv.200",
            ("0.6 follows 0.5",),
        ),
        ({"empirical_stays.duur.csv.500": None}, "empirical_stays.duur.csv.200", ("survival 0",)),
        ({"empirical_stays.duurr.csv": rows((1, 0))}, "duurr.csv", ("no care form", '"duur.csv"')),
        ({"empirical_stays": None}, "care_forms.pleegzorg", ("no empirical_stays.duur.csv",)),
        ({"empirical_stays": 5}, "empirical_stays", ("a dict", "5")),
        ({"empirical_stays.duur.csv": 5}, "empirical_stays.duur.csv", ("list of dicts", "5")),
        ({"empirical_stays.duur.csv": [5]}, "empirical_stays.duur.csv.1", ("a dict", "5")),
        ({"empirical_stays.duur.csv": []}, "empirical_stays.duur.csv", ("no rows",)),
        ({"care_forms.pleegzorg.stay_mean_days": 250}, "care_forms.pleegzorg", ("250", "210 days")),
        (
            {"care_forms.crisis.stay_distribution": "empirical:x.csv"},
            "care_forms.crisis",
            ("no empirical_stays.x.csv", "same changes"),
        ),
        ({"care_forms.crisis.stay_mean_days": None}, "care_forms.crisis", ("empty", "number is asked")),
    ],
)
def test_wrong_changes_are_refused_with_their_path(
    tmp_path: Path, changes: Mapping[str, Any], place: str, words: tuple[str, ...]
) -> None:
    scenario = load_scenario(write_folder(tmp_path, folder_with()))
    with pytest.raises(ScenarioError) as caught:
        scenario.with_changes(changes)
    told = [one for one in caught.value.findings if one.severity == "error"]
    fits = [one for one in told if place in one.file and all(word in one.message for word in words)]
    assert fits, "\n".join(map(str, told))


def test_a_table_is_one_number_with_its_papers(tmp_path: Path) -> None:
    """Of the sources of its rows the weakest; without any that of the care form."""
    plain = load_scenario(write_folder(tmp_path / "a", folder_with()))
    found = {one.path: one for one in provenance(plain)}["empirical_stays.duur.csv"]
    assert (found.kind, found.source) == ("measured", "S1")
    assert found.value == "{0 = 1, 100 = 0.5, 200 = 0.2, 500 = 0}"
    mixed = plain.with_changes({"empirical_stays.duur.csv.200.source": "A1"})
    found = {one.path: one for one in provenance(mixed)}["empirical_stays.duur.csv"]
    assert (found.kind, found.source) == ("assumption", "A1")
    bare = plain.with_changes({"empirical_stays.duur.csv": rows((420, 0.5), (430, 0))})
    found = {one.path: one for one in provenance(bare)}["empirical_stays.duur.csv"]
    assert found.source == "A1"
    before = kind_counts(load_scenario(write_folder(tmp_path / "b")))
    after = kind_counts(plain)  # the sd of foster care (an assumption) made way for the table
    assert after["measured"] == before["measured"] + 1
    assert after["assumption"] == before["assumption"] - 1
