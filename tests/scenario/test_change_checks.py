"""[[changes]] that can't be, or do nothing: told at their line.

The small region has two years, 2027 and 2028; Delft and Rijswijk buy pleegzorg, crisis, begeleiding.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import jeugdsim as js
from jeugdsim.scenario import Finding, ScenarioError, load_scenario
from jeugdsim.scenario.writer import toml_text

from .folders import TOML, edited, findings_of, write_folder, write_variant

LEAVES = '[[changes]]\nmunicipality = "Delft"\nyear = 2028\n'
FIXED = 'fixed_cost = {cost_per_year = 1e5, key = "inhabitants"}\n'


def with_changes(text: str, toml: str = TOML) -> str:
    """Return scenario.toml of the small folder with changes of membership."""
    return toml.replace("[allocation]", f"{text}\n[allocation]", 1)


def with_fixed_cost(text: str) -> str:
    return with_changes(text, TOML.replace("[allocation]\n", f"[allocation]\n{FIXED}", 1))


def told(folder: Path, toml: str) -> tuple[Finding, ...]:
    """Return the errors or, without any, the warnings about changes and keys, not about sources."""
    path = write_folder(folder, {"scenario.toml": toml})
    try:
        found = load_scenario(path).warnings
    except ScenarioError as error:
        found = tuple(one for one in error.findings if one.severity == "error")
    found = tuple(one for one in found if "[sources]" not in one.message)
    return tuple(one for one in found if "changes" in one.message or "does not follow" in one.message)


REFUSED = [
    (LEAVES.replace("Delft", "Deft"), '"Deft"', ("municipalities.csv", 'did you mean "Delft"')),
    (f'{LEAVES}care_forms = ["pleegzrg"]', "pleegzrg", ("care_forms.csv", 'did you mean "pleegzorg"')),
    (LEAVES.replace("2028", "2026"), "2026", ("before the first year, 2027", "demand.csv")),
    (f"{LEAVES}share = 1.2", "share = 1.2", ("1.2",)),
    (f"{LEAVES}share = -0.1", "share = -0.1", ("-0.1",)),
    (f"{LEAVES}part = 0.5", "part", ("part",)),
    ('[[changes]]\nmunicipality = "Delft"\n', "[[changes]]", ("year",)),
    ("[[changes]]\nyear = 2028\n", "[[changes]]", ("municipality",)),
]


@pytest.mark.parametrize(("changes", "at", "words"), REFUSED)
def test_a_change_that_can_not_be_is_told_at_its_line(
    changes: str, at: str, words: tuple[str, ...], tmp_path: Path
) -> None:
    toml = with_changes(changes)
    line = toml[: toml.index(at)].count("\n") + 1
    found = [one for one in findings_of(write_folder(tmp_path, {"scenario.toml": toml})) if
             one.severity == "error"]  # fmt: skip
    assert [one.line for one in found] == [line], list(map(str, found))
    assert "changes" in found[0].message
    for word in words:
        assert word in found[0].message, found[0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (f"{LEAVES}share = 0.0", "0 takes nothing away"),
        (LEAVES.replace("2028", "2029"), "2029 lies after the last year, 2028, and does nothing"),
    ],
)
def test_a_change_that_does_nothing_is_a_warning(changes: str, words: str, tmp_path: Path) -> None:
    (found,) = told(tmp_path, with_changes(changes))
    assert found.severity == "warning"
    assert words in found.message


def test_care_that_is_not_bought_can_not_be_taken_away(tmp_path: Path) -> None:
    base = load_scenario(write_folder(tmp_path))
    change = {"municipality": "Delft", "year": 2028, "care_forms": ["crisis"]}
    bought = base.with_changes({"changes": [change]})
    assert not any("changes" in one.file or "changes" in one.message for one in of_changes(bought))
    without = {"demand.Delft.crisis": None, "changes": [change]}
    (found,) = of_changes(base.with_changes(without))
    assert "Delft does not buy crisis through the region" in found.message


def of_changes(scenario: js.Scenario) -> list[Finding]:
    """Return the warnings about changes, but for their missing source."""
    return [one for one in scenario.warnings if "does nothing" in one.message]


def test_several_changes_may_take_more_than_all(tmp_path: Path) -> None:
    assert told(tmp_path, with_changes(f"{LEAVES}share = 0.8\n{LEAVES}share = 0.7")) == ()


def test_a_fixed_cost_asks_that_somebody_stays(tmp_path: Path) -> None:
    everybody = LEAVES + LEAVES.replace("Delft", "Rijswijk")
    (found,) = told(tmp_path / "all", with_fixed_cost(everybody))
    assert found.severity == "error"
    assert "allocation.fixed_cost" in found.message
    assert told(tmp_path / "one", with_fixed_cost(LEAVES)) == ()
    assert told(tmp_path / "free", with_changes(everybody)) == ()


@pytest.mark.parametrize(
    ("used", "warned"),
    [("expected_use", True), ("youth_population", True), ("rolling_use", False), ("shapley", False)],
)
def test_a_key_in_use_that_goes_on_billing_who_left_is_a_warning(
    used: str, warned: bool, tmp_path: Path
) -> None:
    start = TOML.index("used =")
    toml = TOML[:start] + f'used = "{used}"' + TOML[TOML.index("\n", start) :]
    found = told(tmp_path, with_changes(LEAVES, toml))
    assert [one.severity for one in found] == ["warning"] * warned
    assert all(f"{used} does not follow use: Delft" in one.message for one in found)


def test_it_reads_back_as_it_was_written_and_a_variant_has_its_own(tmp_path: Path) -> None:
    text = f'{LEAVES}share = 0.25\ncare_forms = ["pleegzorg", "crisis"]\n'
    base = write_folder(tmp_path / "base", {"scenario.toml": with_changes(text)})
    scenario = load_scenario(base)
    assert "changes" in toml_text(scenario)
    js.write_scenario(scenario, tmp_path / "again")
    assert load_scenario(tmp_path / "again").hash == scenario.hash
    plain = load_scenario(write_folder(tmp_path / "plain"))
    assert scenario.hash != plain.hash
    removed = write_variant(tmp_path / "removed", 'extends = "../base"\nremove = ["changes"]\n')
    assert load_scenario(removed).hash == plain.hash
    other = write_variant(tmp_path / "other", f'extends = "../base"\n{LEAVES}share = 0.1\n')
    assert [one.share for one in load_scenario(other).settings.changes] == [0.1]
    for nothing in (None, []):
        assert scenario.with_changes({"changes": nothing}).hash == plain.hash


def test_changes_are_in_order_however_they_are_written(tmp_path: Path) -> None:
    first, second = LEAVES.replace("2028", "2027"), LEAVES.replace("Delft", "Rijswijk")
    hashes = {
        load_scenario(write_folder(tmp_path / name, edited("scenario.toml", "[allocation]",
                                                           f"{text}[allocation]"))).hash
        for name, text in (("a", first + second), ("b", second + first))
    }  # fmt: skip
    assert len(hashes) == 1
