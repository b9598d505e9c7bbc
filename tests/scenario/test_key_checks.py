"""Wrong keys: every mistake at its line, in words that say what to do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from jeugdsim.scenario import Finding, load_scenario
from jeugdsim.scenario.keys import KEYS
from jeugdsim.scenario.provenance import provenance

from .folders import FILES, TOML, assert_told, findings_of, write_folder, write_variant
from .key_tables import DEFINED, with_keys

RIGHT = with_keys()


def line_of(toml: str, part: str) -> int:
    return toml[: toml.index(part)].count("\n") + 1


def told(path: Path, toml: str) -> tuple[Finding, ...]:
    return findings_of(write_folder(path, {"scenario.toml": toml}))


def test_every_kind_of_key_loads(tmp_path: Path) -> None:
    scenario = load_scenario(write_folder(tmp_path, {"scenario.toml": RIGHT}))
    assert set(scenario.settings.allocation.defined) == {
        line.split(" = ")[0] for line in DEFINED.splitlines() if "{kind" in line
    }
    assert not scenario.warnings
    paths = {entry.path for entry in provenance(scenario)}
    assert "allocation.fixed_cost.cost_per_year" in paths


WRONG = [
    # old, new, words; the line is that of the old text
    ('keys = ["actual_use", ', 'keys = ["halff", ', ("allocation.keys.1", 'mean "half"')),
    ('used = "rolling_use"', 'used = "hallf"', ("allocation.used", 'mean "half"')),
    ('used = "rolling_use"', 'used = {verblijf = "bandd"}', ("allocation.used.verblijf", '"band"')),
    ('rest = "inhabitants"', 'rest = "inwoners"', ("defined.band.rest", 'mean "inhabitants"')),
    ('old = "actual_use"', 'old = "actual"', ("defined.naar.old", 'mean "actual_use"')),
    ('new = "half"', 'new = "hlf"', ("defined.naar.new", 'mean "half"')),
    ('base = "expected_use"', 'base = "verwacht"', ("defined.opslag.base", "write one of")),
    ("vast = 0.5}", "vsat = 0.5}", ("defined.half.parts", '"vsat"', 'mean "vast"')),
    ('key = "vast"', 'key = "vasst"', ("allocation.fixed_cost.key", 'mean "vast"')),
    ('key = "vast"', 'key = "actual_use"', ("fixed_cost.key", "can't share a fixed cost")),
    ('key = "vast"', 'key = "half"', ('"actual_use", of which "half" is made', "can't share")),
    ('key = "vast"', 'key = "naar"', ("fixed_cost.key", "most_per_inhabitant")),
    ("Delft = 3,", "Delf = 3,", ("defined.vast.weights", '"Delf"', 'mean "Delft"')),
    ("weights = {Delft = 3, Rijswijk = 1.5}", "weights = {Delft = 3}", ("none for Rijswijk",)),
    ("Rijswijk = 1.5}", "Rijswijk = -1}", ("defined.vast.weights.Rijswijk", "0 or more")),
    ("glad = {kind", "actual_use = {kind", ("defined.actual_use", "every scenario has a key")),
    ("glad = {kind", '"gl.ad" = {kind', ("allocation.defined", '"gl.ad"', "holds .")),
    ("glad = {kind", '" glad" = {kind', ("allocation.defined", "begins or ends with a space")),
    ('kind = "levelled"', 'kind = "leveled"', ("defined.band.kind", 'mean "levelled"')),
    ("band = 0.1,", "bnd = 0.1,", ("defined.band", 'unknown key "bnd"', 'mean "band"')),
    ("parts = {actual_use = 0.5", "parts = {actual_use = 0.6", ("defined.half", "add up to 1.1")),
    ("above = 25e3,", "above = 25e3, above_expected = 1.2,", ("either above or above_expected",)),
    ("lag_years = 2", "band = 0.2", ("defined.vorig", "takes no band")),
    ("most_per_inhabitant = 5", "most_per_inhabitant = -5", ("defined.naar", "0 or more")),
]


@pytest.mark.parametrize(("old", "new", "words"), WRONG, ids=[case[1] for case in WRONG])
def test_wrong_keys(tmp_path: Path, old: str, new: str, words: tuple[str, ...]) -> None:
    findings = told(tmp_path, RIGHT.replace(old, new, 1))
    assert_told(findings, "scenario.toml", line_of(RIGHT, old), *words)


def test_the_message_names_every_key_there_is(tmp_path: Path) -> None:
    (finding,) = told(tmp_path, TOML.replace('used = "rolling_use"', 'used = "rolling"'))
    assert all(key in finding.message for key in KEYS)
    assert "[allocation.defined]" in finding.message


CIRCLES: Mapping[str, tuple[str, ...]] = {
    'a = {kind = "levelled", band = 0.1, rest = "a"}': ("defined.a: asks a:", "circle"),
    'b = {kind = "mix", parts = {c = 1}}\nc = {kind = "pooled", above_expected = 1, rest = "b"}': (
        "defined.b: asks c, which asks b:",
    ),
    'd = {kind = "loaded", base = "f"}\n'
    'e = {kind = "transition", old = "d", new = "inhabitants", steps = {2027 = 1}}\n'
    'f = {kind = "mix", parts = {e = 0.5, actual_use = 0.5}}': ("asks f, which asks e, which asks d:",),
}


@pytest.mark.parametrize("keys", CIRCLES)
@pytest.mark.parametrize("in_use", [False, True])
def test_keys_made_of_each_other_in_a_circle(tmp_path: Path, keys: str, in_use: bool) -> None:
    used = f'"{keys[0]}"' if in_use else '"rolling_use"'
    toml = with_keys(f"[allocation.defined]\n{keys}\n", used)
    findings = told(tmp_path, toml)
    assert_told(findings, "scenario.toml", line_of(toml, f"\n{keys[0]} = ") + 1, *CIRCLES[keys])
    assert len(findings) == 1


def test_every_circle_is_told_once(tmp_path: Path) -> None:
    toml = with_keys("[allocation.defined]\n" + "\n".join(CIRCLES) + "\n")
    assert sum("circle" in finding.message for finding in told(tmp_path, toml)) == 3


# ------------------------------------------------------------ keys in use, and what they ask


def test_a_mix_asks_the_use_its_parts_ask(tmp_path: Path) -> None:
    toml = with_keys(used='"half"').replace("use_registered = true", "use_registered = false")
    findings = told(tmp_path, toml)
    words = ("half asks own use through actual_use", "not registered", "contract verblijf")
    assert_told(findings, "scenario.toml", line_of(toml, 'used = "half"'), *words)


def test_a_transition_asks_it_through_what_it_is_made_of(tmp_path: Path) -> None:
    toml = with_keys(used='{verblijf = "naar"}').replace(
        "use_registered = true", "use_registered = false"
    )
    findings = told(tmp_path, toml)
    assert_told(findings, "scenario.toml", line_of(toml, "used = {"), "naar asks own use through")


@pytest.mark.parametrize("used", ["vast", "opslag", "kern", "expected_use", "samen"])
def test_keys_without_use_ask_none(tmp_path: Path, used: str) -> None:
    toml = with_keys(used=f'"{used}"').replace("use_registered = true", "use_registered = false")
    assert (
        load_scenario(write_folder(tmp_path, {"scenario.toml": toml})).settings.allocation.used == used
    )


def test_a_sum_per_child_that_is_not_counted(tmp_path: Path) -> None:
    toml = with_keys(used='"kind"', retentions="[10e3, 50e3]")
    findings = told(tmp_path, toml)
    words = ("defined.kind.above", "25000", "child_retentions of contract verblijf", "10000, 50000")
    assert_told(findings, "scenario.toml", line_of(toml, "kind = {kind"), *words)
    unused = toml.replace('used = "kind"', 'used = "rolling_use"')
    load_scenario(write_folder(tmp_path / "unused", {"scenario.toml": unused}))


def test_what_children_cost_of_members_that_differ_per_care_form(tmp_path: Path) -> None:
    """Rijswijk buys no crisis: two pools under one contract; as named members they are one."""
    demand = FILES["demand.csv"].replace("Rijswijk,crisis,8,1.25,,S1,\n", "")
    toml = with_keys(used='"kind"')
    findings = findings_of(write_folder(tmp_path, {"scenario.toml": toml, "demand.csv": demand}))
    assert_told(findings, "scenario.toml", line_of(toml, "kind = {kind"), "the same members")
    named = toml.replace(
        'segments = ["verblijf"]', 'segments = ["verblijf"]\nmunicipalities = ["Delft", "Rijswijk"]'
    )
    load_scenario(write_folder(tmp_path / "named", {"scenario.toml": named, "demand.csv": demand}))


def test_weights_that_leave_a_member_out_are_refused_in_use_and_told_in_a_report(
    tmp_path: Path,
) -> None:
    keys = '[allocation.defined]\nvast = {kind = "weights", weights = {Delft = 3}}\n'
    toml = with_keys(keys, '"vast"')
    findings = told(tmp_path, toml)
    words = ("defined.vast.weights", "none for Rijswijk", "contract verblijf")
    assert_told(findings, "scenario.toml", line_of(toml, "vast = {kind"), *words)
    reported = with_keys(keys).replace('keys = ["actual_use", ', 'keys = ["actual_use", "vast", ')
    scenario = load_scenario(write_folder(tmp_path / "reported", {"scenario.toml": reported}))
    (warning,) = scenario.warnings
    assert "none for Rijswijk" in warning.message
    assert "can't be computed" in warning.message
    zero = toml.replace("{Delft = 3}", "{Delft = 3, Rijswijk = 0}")
    load_scenario(write_folder(tmp_path / "zero", {"scenario.toml": zero}))


@pytest.mark.parametrize(
    ("year", "words"), [(2026, ("before the first year, 2027",)), (2029, ("does nothing", "2028"))]
)
def test_steps_outside_the_run_are_told(tmp_path: Path, year: int, words: tuple[str, ...]) -> None:
    toml = RIGHT.replace("steps = {2027 = 0.5", f"steps = {{{year} = 0.5")
    (warning,) = load_scenario(write_folder(tmp_path, {"scenario.toml": toml})).warnings
    assert warning.line == line_of(toml, "naar = {kind")
    assert all(word in warning.message for word in ("allocation.defined.naar.steps", *words))


def test_in_a_variant_a_key_of_another_kind_takes_no_terms_of_the_base(tmp_path: Path) -> None:
    write_folder(tmp_path / "base", {"scenario.toml": RIGHT})
    other = 'extends = "../base"\n[allocation.defined.half]\nkind = "levelled"\nband = 0.2\n'
    same = 'extends = "../base"\n[allocation.defined.band]\nband = 0.2\n'
    changed = load_scenario(write_variant(tmp_path / "other", other)).settings.allocation.defined
    assert changed["half"].band == 0.2
    assert not changed["half"].parts
    kept = load_scenario(write_variant(tmp_path / "same", same)).settings.allocation.defined
    assert (kept["band"].band, kept["band"].rest) == (0.2, "inhabitants")


def test_a_scenario_with_keys_is_written_and_read_back(tmp_path: Path) -> None:
    import jeugdsim as js

    scenario = load_scenario(write_folder(tmp_path / "a", {"scenario.toml": RIGHT}))
    js.write_scenario(scenario, tmp_path / "b")
    assert load_scenario(tmp_path / "b").hash == scenario.hash
