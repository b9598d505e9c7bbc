"""Folders in an older version of the format: read as today's, at their own lines."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

import jeugdsim as js
from jeugdsim.scenario.files import Place
from jeugdsim.scenario.migrate import CURRENT, STEPS, Raw, from_0
from jeugdsim.scenario.tree import bare, located

from .folders import FILES, TOML, Content, assert_told, findings_of, write_folder, write_variant

DATA = Path(__file__).parents[1] / "data"
OLD_TOML = (
    TOML.replace("schema_version = 1", "schema_version = 0")
    .replace("form = ", "funding = ")
    .replace("affects = ", "parameter = ")
)
OLD: dict[str, Content] = {
    "scenario.toml": OLD_TOML,
    "demand.csv": FILES["demand.csv"].replace("inflow_per_1000_youth", "inflow_per_1000"),
}


def test_there_is_a_step_from_every_older_version() -> None:
    assert sorted(STEPS) == list(range(CURRENT))


def test_the_stored_folder_of_version_0_is_the_same_scenario_today() -> None:
    old, new = js.load_scenario(DATA / "schema-0"), js.load_scenario(DATA / "small")
    assert old == new
    assert old.hash == new.hash
    assert old.settings.schema_version == CURRENT


def test_a_warning_says_that_it_was_migrated_and_how_to_write_it_anew(tmp_path: Path) -> None:
    scenario = js.load_scenario(write_folder(tmp_path / "old", OLD))
    assert [(Path(one.file).name, one.line) for one in scenario.warnings] == [("scenario.toml", 2)]
    assert "version 0" in scenario.warnings[0].message
    assert "js.write_scenario" in scenario.warnings[0].message
    js.write_scenario(scenario, tmp_path / "new")
    again = js.load_scenario(tmp_path / "new")
    assert again == scenario
    assert again.warnings == ()
    assert f"schema_version = {CURRENT}" in (tmp_path / "new" / "scenario.toml").read_text()


def test_findings_of_an_old_folder_stand_at_its_own_lines(tmp_path: Path) -> None:
    toml = OLD_TOML.replace('funding = "task_based"', 'funding = "task_base"')
    demand = str(OLD["demand.csv"]).replace("Delft,crisis,12,1.5", "Delft,crisis,12,15%")
    findings = findings_of(write_folder(tmp_path, {"scenario.toml": toml, "demand.csv": demand}))
    line = toml[: toml.index('funding = "task_base"')].count("\n") + 1
    assert_told(findings, "scenario.toml", line, "contracts.verblijf.form", 'mean "task_based"')
    assert_told(findings, "demand.csv", 3, "0.15")
    assert sum(finding.severity == "error" for finding in findings) == 2


def test_old_names_are_unknown_in_todays_version(tmp_path: Path) -> None:
    today = {**OLD, "scenario.toml": OLD_TOML.replace("schema_version = 0", "schema_version = 1")}
    findings = findings_of(write_folder(tmp_path, today))
    assert_told(findings, "scenario.toml", 13, 'unknown key "funding"')
    assert_told(findings, "demand.csv", 1, 'unknown column "inflow_per_1000"')


def test_a_new_name_beside_the_old_one_is_refused(tmp_path: Path) -> None:
    toml = OLD_TOML.replace('funding = "pxq"', 'funding = "pxq"\nform = "pxq"')
    findings = findings_of(write_folder(tmp_path, {**OLD, "scenario.toml": toml}))
    line = toml[: toml.index('funding = "pxq"')].count("\n") + 1
    assert_told(findings, "scenario.toml", line, 'unknown key "funding"')


def test_a_newer_version_is_refused_and_nothing_else_is_told(tmp_path: Path) -> None:
    toml = TOML.replace("schema_version = 1", "schema_version = 2").replace("years = 2", "span = 2")
    findings = findings_of(
        write_folder(tmp_path, {"scenario.toml": toml, "moves.csv": "new,columns\n"})
    )
    assert len(findings) == 1
    assert_told(findings, "scenario.toml", 2, "2 is newer", f"up to version {CURRENT}", "upgrade")
    write_variant(tmp_path / "v", 'extends = ".."\n')
    findings = findings_of(tmp_path / "v")
    assert len(findings) == 1
    assert_told(findings, "scenario.toml", 2, "2 is newer")


def test_a_missing_version_is_not_accepted(tmp_path: Path) -> None:
    toml = TOML.replace("schema_version = 1\n", "")
    findings = findings_of(write_folder(tmp_path, {"scenario.toml": toml}))
    assert_told(findings, "scenario.toml", 1, 'key "schema_version" is missing')


VARIANT = """\
extends = "../base"
{version}remove = ["levers.sneller naar pleegzorg", "levers.sterke lokale teams.{affects}",
          "demand.Delft.crisis.clients_at_start"]
[contracts.verblijf]
{form} = "pxq"
[[levers]]
name = "sterke lokale teams"
{affects} = "units_per_day"
[sources]
"contracts.verblijf.{form}" = "A1"
"""


@pytest.mark.parametrize("base", [0, 1])
@pytest.mark.parametrize("version", [0, 1, None])
def test_a_variant_is_of_the_version_it_says_or_of_its_base(
    tmp_path: Path, base: int, version: int | None
) -> None:
    write_folder(tmp_path / "base", OLD if base == 0 else {})
    is_old = (base if version is None else version) == 0
    form, affects = ("funding", "parameter") if is_old else ("form", "affects")
    stated = "" if version is None else f"schema_version = {version}\n"
    text = VARIANT.format(version=stated, form=form, affects=affects)
    variant = js.load_scenario(write_variant(tmp_path / "v", text))
    write_folder(tmp_path / "today" / "base")
    text = VARIANT.format(version="", form="form", affects="affects")
    today = js.load_scenario(write_variant(tmp_path / "today" / "v", text))
    assert variant == today
    assert variant.hash == today.hash


def test_old_columns_in_a_variant_are_read(tmp_path: Path) -> None:
    write_folder(tmp_path / "base")
    demand = str(OLD["demand.csv"]).replace("Delft,crisis,12", "Delft,crisis,15")
    text = 'extends = "../base"\nschema_version = 0\n'
    variant = js.load_scenario(write_variant(tmp_path / "v", text, {"demand.csv": demand}))
    rows = {(row.municipality, row.care_form): row for row in variant.demand}
    assert rows["Delft", "crisis"].clients_at_start == 15
    assert rows["Delft", "crisis"].inflow_per_1000_youth == 1.5


@pytest.mark.parametrize(
    "values",
    [
        {"contracts": {"a": {"funding": "pxq"}}, "sources": {"contracts.a.funding": "A1"}},
        {"levers": [{"parameter": 1}, 3, [{"parameter": 1}], []], "contracts": 3},
        {"contracts": [], "sources": 3, "levers": {"a": {"parameter": 1}}},
        {},
    ],
)
def test_a_step_is_pure_and_takes_anything(values: dict[str, object]) -> None:
    raw = Raw(located(values, lambda _: Place("f", 1)), (), {})
    before = copy.deepcopy(raw)
    after = from_0(raw)
    assert raw == before
    assert from_0(after) == after
    assert "funding" not in str(bare(after.toml))
