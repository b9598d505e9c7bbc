"""Options: other terms for a contract, checked with the scenario and chosen by name."""

from __future__ import annotations

import tomllib
from itertools import product
from pathlib import Path

import pytest

import jeugdsim as js
from jeugdsim.scenario import Scenario, ScenarioError, load_scenario
from jeugdsim.scenario.content import written_settings
from jeugdsim.scenario.contracts import Terms
from jeugdsim.scenario.inherit import SCOPE
from jeugdsim.scenario.provenance import provenance

from .folders import TOML, assert_told, findings_of, write_folder, write_variant
from .terms import ANY_FORM, TERMS, offering

OPTIONS = """\
[options.verblijf."P x Q"]
form = "pxq"
cost_ratio = 1.01

[options.verblijf.taakgericht]
form = "task_based"
budget = {per_youth = 90.0}
use_registered = true
loss_bands = []

[options.ambulant.beschikbaar]
form = "availability"
funded_places = 300
"""
OFFERED = TOML.replace("[budget]", OPTIONS + "\n[budget]", 1)


def offered(folder: Path, toml: str = OFFERED) -> Scenario:
    return load_scenario(write_folder(folder, {"scenario.toml": toml}))


def test_names_by_contract(tmp_path: Path) -> None:
    assert offered(tmp_path / "a").option_names == {
        "ambulant": ("beschikbaar",),
        "verblijf": ("P x Q", "taakgericht"),
    }
    assert load_scenario(write_folder(tmp_path / "b")).option_names == {}


@pytest.mark.parametrize(("form", "terms"), [(form, ANY_FORM + TERMS[form]) for form in TERMS])
def test_a_chosen_option_is_the_contract_with_its_own_scope(
    tmp_path: Path, form: str, terms: str
) -> None:
    """Of every form, with every term: what is chosen is what would be written in the contract."""
    scenario = offered(tmp_path, offering("anders", f'form = "{form}"\n{terms}'))
    before = scenario.settings.contracts["verblijf"]
    after = scenario.with_options({"verblijf": "anders"}).settings.contracts["verblijf"]
    option = scenario.settings.options["verblijf"]["anders"]
    assert {name: getattr(after, name) for name in Terms.model_fields} == dict(option)
    assert {name: getattr(after, name) for name in SCOPE} == {
        name: getattr(before, name) for name in SCOPE
    }
    assert after.form == form


def test_only_what_is_chosen_changes(tmp_path: Path) -> None:
    scenario = offered(tmp_path)
    chosen = scenario.with_options({"verblijf": "P x Q"})
    assert chosen.name == "Proefregio, verblijf: P x Q"
    assert chosen.settings.contracts["ambulant"] == scenario.settings.contracts["ambulant"]
    assert chosen.settings.options == scenario.settings.options
    same = ("world", "levers", "budget", "allocation", "funding_response", "savings")
    assert all(getattr(chosen.settings, name) == getattr(scenario.settings, name) for name in same)
    assert chosen.demand == scenario.demand
    assert scenario.settings.contracts["verblijf"].form == "task_based"
    assert scenario.with_options({}) is scenario


def test_options_can_be_chosen_together_or_one_after_another(tmp_path: Path) -> None:
    scenario = offered(tmp_path)
    together = scenario.with_options({"verblijf": "P x Q", "ambulant": "beschikbaar"})
    after = scenario.with_options({"ambulant": "beschikbaar"}).with_options({"verblijf": "P x Q"})
    assert together.settings.contracts == after.settings.contracts
    again = together.with_options({"verblijf": "taakgericht"})
    assert again.settings.contracts["verblijf"].form == "task_based"
    assert again.settings.contracts["ambulant"].form == "availability"


def test_every_package_is_a_scenario_of_its_own(tmp_path: Path) -> None:
    scenario = offered(tmp_path)
    names = scenario.option_names
    packages = [
        scenario.with_options(dict(zip(names, choice, strict=True)))
        for choice in product(*names.values())
    ]
    assert len({package.hash for package in packages}) == 2


def test_options_leave_the_reference_and_the_world_alone(tmp_path: Path) -> None:
    with_options, without = offered(tmp_path / "a"), load_scenario(write_folder(tmp_path / "b"))
    assert with_options.reference().settings.options == {}
    assert with_options.world_hash == without.world_hash
    assert with_options.hash != without.hash
    assert with_options.with_changes({"options": None}).hash == without.hash


def test_numbers_of_options_are_no_inputs_until_they_are_chosen(tmp_path: Path) -> None:
    scenario = offered(tmp_path)
    assert not [one.path for one in provenance(scenario) if one.path.startswith("options")]
    chosen = provenance(scenario.with_options({"verblijf": "P x Q"}))
    assert "contracts.verblijf.cost_ratio" in {one.path for one in chosen}


SOURCES = TOML[TOML.index("[sources]") :].replace(
    'contracts = "A1"', 'contracts = "S1"\n"contracts.verblijf.loss_bands" = "A1"'
)


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("", ("", "")),
        ('options = "A1"\n', ("A1", "A1")),
        ('"options.verblijf" = "S1"\n"options.verblijf.nieuw.budget" = "A1"\n', ("A1", "S1")),
        ('"options.verblijf.nieuw.cost_ratio" = "S1"\n', ("", "S1")),
    ],
)
def test_numbers_take_the_sources_of_their_option_along(
    tmp_path: Path, own: str, expected: tuple[str, str]
) -> None:
    """Never those of the terms they replace: a guess would look measured."""
    terms = (
        'form = "task_based"\nbudget = 1e6\ncost_ratio = 1.02\nuse_registered = true\nloss_bands = []'
    )
    toml = offering("nieuw", terms)
    toml = toml[: toml.index("[sources]")] + SOURCES + own
    scenario = offered(
        tmp_path, toml.replace('form = "pxq"\nseg', 'form = "pxq"\ncost_ratio = 1.1\nseg')
    )
    sources = {one.path: one.source for one in provenance(scenario.with_options({"verblijf": "nieuw"}))}
    found = (sources["contracts.verblijf.budget"], sources["contracts.verblijf.cost_ratio"])
    assert found == expected
    assert sources["contracts.ambulant.cost_ratio"] == "S1"
    assert sources["world.inflow_shock_region_cv"] == "A1"


def test_unknown_contracts_and_options_are_told_with_what_was_meant(tmp_path: Path) -> None:
    scenario = offered(tmp_path)
    for choice, words in (
        ({"verblif": "P x Q"}, ('there is no contract "verblif"', 'did you mean "verblijf"')),
        ({"verblijf": "PxQ"}, ('no option "PxQ"', 'did you mean "P x Q"')),
        ({"verblijf": "zelf"}, ("known are P x Q, taakgericht",)),
        ({"ambulant": "P x Q", "verblijf": "x"}, ('ambulant has no option "P x Q"', "beschikbaar")),
    ):
        with pytest.raises(ScenarioError) as caught:
            scenario.with_options(choice)
        assert len(caught.value.findings) == len(choice)
        assert all(word in str(caught.value) for word in words), str(caught.value)
    plain = load_scenario(write_folder(tmp_path / "plain"))
    with pytest.raises(ScenarioError, match=r"verblijf has no options; \[options.verblijf\]"):
        plain.with_options({"verblijf": "P x Q"})


WRONG = [
    ("[options.ambulant.beschikbaar]", "[options.ambulnt.beschikbaar]", ('"ambulnt"', "ambulant")),
    ('form = "pxq"\ncost_ratio', 'form = "P x Q"\ncost_ratio', ("form", 'did you mean "pxq"')),
    ("cost_ratio = 1.01", "cost_ratoi = 1.01", ("unknown key", 'did you mean "cost_ratio"')),
    ("cost_ratio = 1.01", "budget = 1.01", ("form pxq pays every unit and takes no budget",)),
    ("cost_ratio = 1.01", 'segments = ["verblijf"]', ("unknown key", "segments")),
    ("cost_ratio = 1.01", "volume_growth_per_year = 11", ("volume_growth_per_year", "at most 10")),
    ("funded_places = 300", "funded_places = 0", ("options.ambulant.beschikbaar.funded_places",)),
    ("per_youth = 90.0", 'per_youth = {"0-3" = 90.0}', ("youth_ages.csv",)),
]


@pytest.mark.parametrize(("old", "new", "words"), WRONG, ids=[case[1] for case in WRONG])
def test_wrong_options_are_refused_at_load(
    tmp_path: Path, old: str, new: str, words: tuple[str, ...]
) -> None:
    at = OFFERED.index(old, OFFERED.index("[options"))
    toml = OFFERED[:at] + new + OFFERED[at + len(old) :]
    line = OFFERED[:at].count("\n") + 1
    findings = findings_of(write_folder(tmp_path, {"scenario.toml": toml}))
    assert_told(findings, "scenario.toml", line, *words)


@pytest.mark.parametrize("name", ["a.b", "a,b", " a", "a ", ""])
def test_names_that_can_not_stand_in_a_path(tmp_path: Path, name: str) -> None:
    toml = TOML.replace("[budget]", f'[options.verblijf."{name}"]\nform = "pxq"\n\n[budget]', 1)
    findings = findings_of(write_folder(tmp_path, {"scenario.toml": toml}))
    line = toml[: toml.index("[options")].count("\n") + 1
    assert_told(findings, "scenario.toml", line, "options.verblijf: ", "name")


def test_an_option_that_goes_with_no_key_is_refused_at_load(tmp_path: Path) -> None:
    """Under the key of the contract the option's own use is not known, or it has no key at all."""
    unregistered = OFFERED.replace("use_registered = true\nloss_bands = []", "loss_bands = []")
    findings = findings_of(write_folder(tmp_path / "a", {"scenario.toml": unregistered}))
    line = OFFERED[: OFFERED.index("[options.verblijf.taakgericht]")].count("\n") + 1
    assert_told(findings, "scenario.toml", line, "rolling_use asks own use", "[options.verblijf.taak")
    tabled = OFFERED.replace('used = "rolling_use"', 'used = {verblijf = "inhabitants"}')
    findings = findings_of(write_folder(tmp_path / "b", {"scenario.toml": tabled}))
    line = tabled[: tabled.index("used = {")].count("\n") + 1
    assert_told(findings, "scenario.toml", line, "names no key for ambulant")


# ------------------------------------------------------------------------------ variants, Python, files


def test_a_variant_inherits_changes_and_removes_options(tmp_path: Path) -> None:
    """Tables merge by key; where the form changes nothing of the option is inherited."""
    write_folder(tmp_path / "base", {"scenario.toml": OFFERED})
    toml = (
        'extends = "../base"\nremove = ["options.ambulant"]\n'
        '[options.verblijf."P x Q"]\nreserve = 0.1\n'
        '[options.verblijf.taakgericht]\nform = "pxq"\nreserve = 0.3\n'
        '[options.verblijf.nieuw]\nform = "pxq"\n'
    )
    options = load_scenario(write_variant(tmp_path / "v", toml)).settings.options
    assert options.keys() == {"verblijf"}
    assert options["verblijf"].keys() == {"P x Q", "taakgericht", "nieuw"}
    assert options["verblijf"]["P x Q"] == Terms(form="pxq", cost_ratio=1.01, reserve=0.1)
    assert options["verblijf"]["taakgericht"] == Terms(form="pxq", reserve=0.3)


def test_options_in_python(tmp_path: Path) -> None:
    base = load_scenario(write_folder(tmp_path))
    made = base.with_changes(
        {"options.verblijf.P x Q": {"form": "pxq"}, "options.ambulant.n": {"form": "pxq"}}
    )
    assert made.option_names == {"ambulant": ("n",), "verblijf": ("P x Q",)}
    changed = made.with_changes({"options.verblijf.P x Q.cost_ratio": 1.1})
    assert changed.with_options({"verblijf": "P x Q"}).settings.contracts["verblijf"].cost_ratio == 1.1
    other = changed.with_changes(
        {"options.verblijf.P x Q.form": "task_based", "options.verblijf.P x Q.use_registered": True}
    )
    assert other.settings.options["verblijf"]["P x Q"] == Terms(form="task_based", use_registered=True)
    gone = made.with_changes({"options.verblijf.P x Q": None})
    assert gone.option_names["verblijf"] == ()
    with pytest.raises(ScenarioError, match='did you mean "verblijf"'):
        base.with_changes({"options.verblif.P x Q": {"form": "pxq"}})


def test_options_are_written_and_read_back(tmp_path: Path) -> None:
    scenario = offered(tmp_path / "a")
    js.write_scenario(scenario, tmp_path / "b")
    again = load_scenario(tmp_path / "b")
    assert again == scenario
    assert again.hash == scenario.hash
    text = (tmp_path / "b" / "scenario.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)["options"] == tomllib.loads(OFFERED)["options"]
    chosen = scenario.with_options({"verblijf": "P x Q"})
    js.write_scenario(chosen, tmp_path / "c")
    assert load_scenario(tmp_path / "c").hash == chosen.hash


def test_correlations_of_terms_that_are_replaced_go_with_them(tmp_path: Path) -> None:
    pair = '\n[correlations]\n"contracts.verblijf.cost_ratio, world.inflow_growth_per_year" = 0.5\n'
    toml = OFFERED.replace(
        "use_registered = true", "use_registered = true\ncost_ratio = {mean = 1, cv = 0.1}", 1
    )
    scenario = offered(tmp_path, toml + pair)
    assert scenario.settings.correlations
    assert not scenario.with_options({"verblijf": "P x Q"}).settings.correlations
    assert scenario.with_options({"ambulant": "beschikbaar"}).settings.correlations


def test_what_a_chosen_scenario_is_written_as(tmp_path: Path) -> None:
    """The terms of the option as they stand in the file, defaults left out."""
    chosen = offered(tmp_path).with_options({"verblijf": "P x Q"})
    assert written_settings(chosen.settings)["contracts"]["verblijf"] == {
        "form": "pxq",
        "cost_ratio": 1.01,
        "segments": ("verblijf",),
    }
