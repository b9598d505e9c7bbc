"""Files as users have them: what a Dutch spreadsheet, Windows, a Mac or a copied list leaves behind."""

from __future__ import annotations

import csv
import io
import os
import tempfile
import time
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from jeugdsim.scenario import load_scenario, write_scenario

from .folders import FILES, TOML, Content, assert_told, edited, findings_of, write_folder

CSV_FILES = sorted(name for name in FILES if name.endswith(".csv"))
NAMES = ["'s-Gravenhage", "Súdwest-Fryslân", "Bergen (L); Limburg", "Nuenen c a", "Ĳsselmuiden", "=A1"]
NOTES = ["", "kort; en, lang", 'een "noot"', "een\ntwee", "een\r\ntwee", " spatie ", "1.234,5", "½%"]


@dataclass(frozen=True)
class Spelling:
    """How a program writes a CSV file."""

    separator: str = ","
    line_end: str = "\n"
    byte_order_mark: bool = False
    separator_line: bool = False
    all_quoted: bool = False
    empty_rows: int = 0
    empty_columns: int = 0
    decomposed: bool = False
    notes_left_out: bool = False

    def bytes(self, text: str) -> bytes:
        """Return a comma file in this spelling."""
        header, *rows = csv.reader(io.StringIO(text, newline=""))
        out = io.StringIO(newline="")
        if self.separator_line:
            out.write(f"sep={self.separator}{self.line_end}")
        every = self.all_quoted or self.line_end == "\r"  # for which Python forgets to quote \n
        quoting = csv.QUOTE_ALL if every else csv.QUOTE_MINIMAL
        writer = csv.writer(
            out, delimiter=self.separator, lineterminator=self.line_end, quoting=quoting
        )
        writer.writerow([*header, *[""] * self.empty_columns])
        for row in rows:
            cells = [self.cell(name, cell) for name, cell in zip(header, row, strict=True)]
            if self.notes_left_out and header[-1] == "note" and cells[-2] and not cells[-1]:
                writer.writerow(cells[:-1])
            else:
                writer.writerow([*cells, *[""] * self.empty_columns])
        for _ in range(self.empty_rows):
            writer.writerow([""] * (len(header) + self.empty_columns))
        whole = out.getvalue()
        whole = unicodedata.normalize("NFD", whole) if self.decomposed else whole
        return ("\ufeff" * self.byte_order_mark + whole).encode()

    def cell(self, column: str, cell: str) -> str:
        """Return a cell with the decimal comma where it is a number of a semicolon file."""
        is_text = column in ("note", "title", "publisher", "locator", "date", "cbs_code")
        return cell if self.separator == "," or is_text else cell.replace(".", ",")


SPELLINGS = st.builds(
    Spelling,
    separator=st.sampled_from(",;"),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    byte_order_mark=st.booleans(),
    separator_line=st.booleans(),
    all_quoted=st.booleans(),
    empty_rows=st.integers(0, 3),
    empty_columns=st.integers(0, 3),
    decomposed=st.booleans(),
    notes_left_out=st.booleans(),
)
EXCEL = Spelling(";", "\r\n", True, False, False, 2, 2)


def renamed(text: str, old: str, new: str) -> str:
    """Return a comma file in which a name is another, quoted where it has to be."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    for row in csv.reader(io.StringIO(text, newline="")):
        writer.writerow([new if cell == old else cell for cell in row])
    return out.getvalue()


def with_note(text: str, note: str) -> str:
    """Return a comma file with a note in its first row."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    for number, row in enumerate(csv.reader(io.StringIO(text, newline=""))):
        writer.writerow([*row[:-1], note] if number == 1 else row)
    return out.getvalue()


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.fixed_dictionaries(dict.fromkeys(CSV_FILES, SPELLINGS)),
    st.sampled_from(NAMES),
    st.sampled_from(NOTES),
    st.sampled_from(["\n", "\r\n"]),
)
@example(dict.fromkeys(CSV_FILES, EXCEL), "'s-Gravenhage", "kort; en, lang", "\r\n")
def test_however_it_is_written_it_is_the_same_scenario_and_reads_back(
    spellings: dict[str, Spelling], town: str, note: str, line_end: str
) -> None:
    """The name stands in three files, each in a spelling of its own."""
    plain = {name: renamed(FILES[name], "Delft", town) for name in CSV_FILES}
    plain["demand.csv"] = with_note(plain["demand.csv"], note)
    written = {name: spelling.bytes(plain[name]) for name, spelling in spellings.items()}
    toml = ("\ufeff" + TOML.replace("\n", line_end)).encode()
    with tempfile.TemporaryDirectory() as place:
        expected = load_scenario(write_folder(Path(place) / "plain", dict(plain)))
        files: dict[str, Content] = {**written, "scenario.toml": toml}
        scenario = load_scenario(write_folder(Path(place) / "written", files))
        assert scenario == expected
        assert scenario.hash == expected.hash
        assert scenario.warnings == ()
        assert town in scenario.municipality_names
        assert {row.note for row in scenario.demand} == {"", note} | {""}
        write_scenario(scenario, Path(place) / "again")
        again = load_scenario(Path(place) / "again")
        assert again == scenario
        assert again.hash == scenario.hash


def test_a_toml_of_an_old_mac_is_read(tmp_path: Path) -> None:
    plain = load_scenario(write_folder(tmp_path / "a"))
    files: dict[str, Content] = {"scenario.toml": TOML.replace("\n", "\r").encode()}
    assert load_scenario(write_folder(tmp_path / "b", files)) == plain
    wrong = TOML.replace("years = 2", "yeers = 2").replace("\n", "\r").encode()
    findings = findings_of(write_folder(tmp_path / "c", {"scenario.toml": wrong}))
    assert_told(findings, "scenario.toml", 4, 'unknown key "yeers"')


def test_a_name_is_the_same_in_toml_and_csv_however_its_accents_are_typed(tmp_path: Path) -> None:
    forms = {name: text.replace("crisis", "crisisplëk") for name, text in FILES.items()}
    plain = load_scenario(write_folder(tmp_path / "a", dict(forms)))
    mixed = {**forms, "scenario.toml": unicodedata.normalize("NFD", forms["scenario.toml"])}
    assert mixed != forms
    assert load_scenario(write_folder(tmp_path / "b", dict(mixed))) == plain


def test_an_extended_folder_keeps_the_accents_of_its_name_on_disk(tmp_path: Path) -> None:
    name = unicodedata.normalize("NFD", "régio")
    write_folder(tmp_path / name)
    write_folder(tmp_path / "v", dict.fromkeys(FILES))
    (tmp_path / "v" / "scenario.toml").write_text(f'extends = "../{name}"\n', encoding="utf-8")
    assert load_scenario(tmp_path / "v") == load_scenario(tmp_path / name)


@pytest.mark.parametrize("mark", ["\u00a0", "\u200b", "\u2028", "\u00ad"])
def test_characters_that_cant_be_seen_are_shown(tmp_path: Path, mark: str) -> None:
    seen = ascii(mark)[1:-1]
    one = edited("demand.csv", "Delft,crisis", f"Del{mark}ft,crisis")
    findings = findings_of(write_folder(tmp_path / "a", one))
    assert_told(findings, "demand.csv", 3, f'"Del{seen}ft"', 'did you mean "Delft"')
    everywhere = {name: FILES[name].replace("Delft", f"Del{mark}ft") for name in CSV_FILES}
    findings = findings_of(write_folder(tmp_path / "b", dict(everywhere)))
    assert_told(findings, "municipalities.csv", 2, f"Del{seen}ft", "can't be seen")


@pytest.mark.parametrize("file", CSV_FILES)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_windows_1252_is_refused_at_its_line_with_the_word(
    tmp_path: Path, file: str, line_end: str
) -> None:
    rows = FILES[file].splitlines()
    text = line_end.join([*rows, f"Súdwest-Fryslân{',' * rows[0].count(',')}"])
    findings = findings_of(write_folder(tmp_path, {file: text.encode("cp1252")}))
    line = len(rows) + 1
    assert_told(findings, file, line, "not UTF-8", '"Súdwest-Fryslân"', "CSV UTF-8", "encoding UTF-8")


def test_windows_1252_in_toml_is_refused_at_its_line(tmp_path: Path) -> None:
    text = TOML.replace('name = "Proefregio"', 'name = "Proefregio één"').encode("cp1252")
    findings = findings_of(write_folder(tmp_path, {"scenario.toml": text}))
    assert_told(findings, "scenario.toml", 1, "not UTF-8", "één")


SEMICOLON = FILES["demand.csv"].replace(",", ";").replace(".", ",")
DUTCH_NUMBERS = [
    ("1.234,5", ("thousands separators",)),
    ("1.234.567", ("not a number",)),
    ("1 234", ("not a number",)),
    ("1\u00a0234", ("not a number", "1\\xa0234")),
    ("1'234", ("not a number",)),
    ("12%", ("percent", "0,12")),
    ("12,5 %", ("percent", "0,125")),
    ("€ 12,50", ("not a number",)),
    ("12,50 euro", ("not a number",)),
    ("1.234", ("ambiguous", "1234 or 1,234")),
    ("-", ("not a number",)),
    ("#VERW!", ("not a number",)),
]


@pytest.mark.parametrize(("cell", "words"), DUTCH_NUMBERS, ids=[case[0] for case in DUTCH_NUMBERS])
def test_numbers_that_may_mean_two_things_are_refused(
    tmp_path: Path, cell: str, words: tuple[str, ...]
) -> None:
    text = SEMICOLON.replace("Delft;crisis;12;1,5", f"Delft;crisis;12;{cell}")
    assert text != SEMICOLON
    findings = findings_of(write_folder(tmp_path, {"demand.csv": text}))
    assert_told(findings, "demand.csv", 3, "column inflow_per_1000_youth", *words)
    assert len(findings) == 1


def test_a_decimal_comma_in_a_comma_file_never_slides_into_the_next_column(tmp_path: Path) -> None:
    """12,1,5,,S1, has one cell too many, empty as its note is: cutting it off would read 1 and 5."""
    rows = edited("demand.csv", "Delft,crisis,12,1.5,,S1,", "Delft,crisis,12,1,5,,S1,")
    findings = findings_of(write_folder(tmp_path, rows))
    assert_told(findings, "demand.csv", 3, "8 cells", "7 columns", "decimal point")


@pytest.mark.parametrize("row", ["Delft,crisis,12,1.5,S1,", "Delft,crisis,12,1.5,", "Delft,crisis,12"])
def test_a_row_that_lacks_more_than_its_note_is_refused(tmp_path: Path, row: str) -> None:
    rows = edited("demand.csv", "Delft,crisis,12,1.5,,S1,", row)
    findings = findings_of(write_folder(tmp_path, rows))
    assert_told(findings, "demand.csv", 3, "cells", "7 columns")


@pytest.mark.parametrize("name", ["scenario.toml.txt", "Scenario.TOML"])
def test_a_toml_under_another_name_is_pointed_at(tmp_path: Path, name: str) -> None:
    write_folder(tmp_path, {"scenario.toml": None, name: TOML})
    assert_told(findings_of(tmp_path), "scenario.toml", 0, "missing", f'"{name}" is there')


@pytest.mark.parametrize("file", sorted(FILES))
def test_a_file_of_51_megabytes_of_text_is_refused_within_two_seconds(
    tmp_path: Path, file: str
) -> None:
    write_folder(tmp_path)
    with (tmp_path / file).open("ab") as text:
        text.write(b"# " + b"a,b,c\n" * 100)
    os.truncate(tmp_path / file, 51_000_000)
    begin = time.perf_counter()
    findings = findings_of(tmp_path)
    assert time.perf_counter() - begin < 2
    assert_told(findings, file, 0, "51 MB", "at most 50 MB")
