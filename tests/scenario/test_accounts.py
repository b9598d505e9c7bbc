"""accounts.csv, the accounts so far: read, checked and written as other files, and in no result."""

from __future__ import annotations

from pathlib import Path

import pytest

import jeugdsim as js
from jeugdsim.engine.fingerprint import quantities_hash
from jeugdsim.scenario.provenance import kind_counts

from .folders import FILES, Content, assert_told, findings_of, write_folder, write_variant

ACCOUNTS = """\
municipality,year,euros,source,note
Delft,2023,1000000,S1,
Delft,2024,1100000.5,S1,afgerond
Rijswijk,2024,2000000,S1,
Rijswijk,2022,1,S1,
"""


def with_accounts(text: str = ACCOUNTS) -> dict[str, Content]:
    return {"accounts.csv": text}


def test_years_in_which_every_municipality_has_a_row_are_added_up(tmp_path: Path) -> None:
    scenario = js.load_scenario(write_folder(tmp_path, with_accounts()))
    assert [(row.municipality, row.year) for row in scenario.accounts] == [
        ("Delft", 2023), ("Delft", 2024), ("Rijswijk", 2022), ("Rijswijk", 2024),
    ]  # fmt: skip
    assert scenario.accounts_so_far == {2024: 3100000.5}
    assert scenario.warnings == ()


def test_without_the_file_nothing_changes(tmp_path: Path) -> None:
    plain = js.load_scenario(write_folder(tmp_path / "a"))
    accounts = js.load_scenario(write_folder(tmp_path / "b", with_accounts()))
    assert plain.accounts == ()
    assert plain.accounts_so_far == {}
    assert accounts.hash != plain.hash
    assert accounts.with_changes({"accounts": []}).hash == plain.hash


def test_no_result_depends_on_it(tmp_path: Path) -> None:
    plain = js.load_scenario(write_folder(tmp_path / "a"))
    accounts = js.load_scenario(write_folder(tmp_path / "b", with_accounts()))
    assert accounts.world_hash == plain.world_hash
    assert quantities_hash(accounts) == quantities_hash(plain)
    assert kind_counts(accounts) == kind_counts(plain)


def test_the_summary_holds_it_and_is_the_same_otherwise(tmp_path: Path) -> None:
    plain, accounts = (
        js.run(js.load_scenario(folder), draws=3, seed=1, progress=False).to_dict()
        for folder in (
            write_folder(tmp_path / "a"),
            write_folder(tmp_path / "b", with_accounts()),
        )
    )
    assert plain["accounts"] == {}
    assert accounts["accounts"] == {"2024": 3100000.5}
    own = {"accounts", "hash"}
    assert {key: part for key, part in accounts.items() if key not in own} == {
        key: part for key, part in plain.items() if key not in own
    }


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("Delft,2023", "Delf,2023", 2, ("Delf", 'did you mean "Delft"')),
        ("Delft,2023", "Delft,2027", 2, ("column year", "before the start, 2027", "2027 is given")),
        ("Delft,2023", "Delft,2024", 3, ("Delft, 2024", "twice", "line 2")),
        ("Delft,2023,1000000", "Delft,2023,-1", 2, ("column euros", "0 or more")),
        ("Delft,2023,1000000", "Delft,2023,", 2, ("column euros", "empty")),
        ("Delft,2023,1000000", "Delft,2023,1 mln", 2, ("column euros", "not a number")),
        ("Delft,2023,1000000,S1", "Delft,2023,1000000,S9", 2, ('"S9" is not in sources.csv',)),
        ("euros", "bedrag", 1, ("unknown column", '"euros" is missing')),
    ],
)
def test_what_is_wrong_is_told(
    tmp_path: Path, old: str, new: str, line: int, words: tuple[str, ...]
) -> None:
    findings = findings_of(write_folder(tmp_path, with_accounts(ACCOUNTS.replace(old, new, 1))))
    for word in words:
        assert_told(findings, "accounts.csv", line, word)


def test_it_is_written_and_reads_back(tmp_path: Path) -> None:
    scenario = js.load_scenario(write_folder(tmp_path / "a", with_accounts()))
    js.write_scenario(scenario, tmp_path / "b")
    again = js.load_scenario(tmp_path / "b")
    assert again == scenario
    assert again.hash == scenario.hash
    assert again.accounts[1].note == "afgerond"
    js.write_scenario(scenario.with_changes({"accounts": []}), tmp_path / "b")
    assert not (tmp_path / "b" / "accounts.csv").exists()


def test_a_variant_inherits_replaces_or_removes_it(tmp_path: Path) -> None:
    write_folder(tmp_path / "base", with_accounts())
    same = js.load_scenario(write_variant(tmp_path / "a", 'extends = "../base"\n'))
    assert same.accounts_so_far == {2024: 3100000.5}
    own = ACCOUNTS.replace("Delft,2023", "Delft,2022")
    other = write_variant(tmp_path / "b", 'extends = "../base"\n', {"accounts.csv": own})
    assert js.load_scenario(other).accounts_so_far == {2022: 1000001, 2024: 3100000.5}
    for number, path in enumerate(("accounts", "accounts.csv", "accounts.Rijswijk.2024")):
        toml = f'extends = "../base"\nremove = ["{path}"]\n'
        assert js.load_scenario(write_variant(tmp_path / str(number), toml)).accounts_so_far == {}


def test_accounts_go_with_their_municipality(tmp_path: Path) -> None:
    base = js.load_scenario(write_folder(tmp_path / "base", with_accounts()))
    gone = [f"{table}.Rijswijk" for table in ("municipalities", "population", "demand")]
    toml = f'extends = "../base"\nremove = {gone}\n'.replace("'", '"')
    variant = js.load_scenario(write_variant(tmp_path / "v", toml))
    changed = base.with_changes(dict.fromkeys(gone))
    assert variant.accounts_so_far == {2023: 1000000, 2024: 1100000.5}
    assert changed == variant
    assert changed.hash == variant.hash
    own = {"accounts.csv": ACCOUNTS, "scenario.toml": toml}
    findings = findings_of(write_variant(tmp_path / "own", toml, own))
    assert_told(findings, "own/accounts.csv", 4, '"Rijswijk"')


def test_one_cell_is_changed_in_python(tmp_path: Path) -> None:
    scenario = js.load_scenario(write_folder(tmp_path, with_accounts()))
    changed = scenario.with_changes({"accounts.Delft.2024.euros": 5})
    assert changed.accounts_so_far == {2024: 2000005}
    assert set(FILES) == {path.name for path in tmp_path.iterdir()} - {"accounts.csv"}
