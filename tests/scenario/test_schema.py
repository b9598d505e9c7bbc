"""The JSON Schema says what the models say, for whole scenarios and for variants."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

import jeugdsim as js
from jeugdsim.scenario.checks import name_problem
from jeugdsim.scenario.checks_plausible import growths, responses
from jeugdsim.scenario.checks_size import largest
from jeugdsim.scenario.contracts import TERMS_OF_FORM
from jeugdsim.scenario.fields import MOST_EFFECT, MOST_GROWTH
from jeugdsim.scenario.settings import Settings
from jeugdsim.scenario.toml_file import KeyPath

from .folders import TOML, write_folder, write_variant
from .key_tables import with_keys
from .terms import ANY_FORM, TERMS, offering, under

ROOT = Path(__file__).parents[2]
FILES = sorted(
    file
    for where in ("scenarios", "tests/data")
    for file in (ROOT / where).glob("*/scenario.toml")
    if file.parent.name != "schema-0"
)
SCHEMA = js.schema()
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
RICH = (ROOT / "tests" / "data" / "small" / "scenario.toml").read_text(encoding="utf-8")
RICH = RICH.replace('form = "pxq"\n', 'form = "pxq"\nchild_retentions = [25e3, 50_000]\n')
CONTRACTS = {form: under(form) for form in TERMS}
CONTRACTS["option"] = offering(
    "anders", 'form = "pxq"\nceiling = {euros = 2e6}\n' + ANY_FORM.replace("groot", '"groot en vast"')
)
EVERY = {"plain": TOML, "rich": RICH, "keys": with_keys(), **CONTRACTS}
STEPS = {"plain": 5, "rich": 11}
# The keys below these are names and years that a user gives
NAMED = {
    *("contracts", "sources", "agreed_reduction", "target", "used", "correlations", "transition"),
    *("options", "providers", "per_task", "arrangements", "defined", "weights", "parts", "steps"),
}


NAMED_TWICE = {"options", "arrangements"}


def as_json(value: Any) -> Any:
    """Return TOML values as TOML tools hand them to a schema: dates as text."""
    if isinstance(value, dict):
        return {key: as_json(part) for key, part in value.items()}
    if isinstance(value, list):
        return [as_json(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value


def told(values: dict[str, Any]) -> list[str]:
    """Return what the schema has against a scenario.toml."""
    return [error.message for error in VALIDATOR.iter_errors(as_json(values))]


def refusals(values: dict[str, Any]) -> list[str]:
    """Return what the models, and the rules on contracts, names and sizes, have against it."""
    try:
        checked = Settings.model_validate(values)
    except ValidationError as error:
        return [one["msg"] for one in error.errors()]
    sizes = [(number, MOST_GROWTH) for _, number in growths(checked)]
    sizes += [(number, MOST_EFFECT) for _, number in responses(checked)]
    sizes += [(lever.effect, MOST_EFFECT) for lever in checked.levers]
    too_large = ["too large" for number, most in sizes if largest(number) > most]
    wrong_names = filter(None, map(name_problem, chosen_names(checked)))
    return [*too_large, *wrong_names, *([] if checked.contracts else ["none"])]


def chosen_names(checked: Settings) -> list[str]:
    """Return the names a user gave, which stand in paths."""
    options = [terms for named in checked.options.values() for terms in named.values()]
    terms = [*checked.contracts.values(), *options]
    return [
        *checked.contracts,
        *checked.options,
        *(name for named in checked.options.values() for name in named),
        *(name for one in terms for name in one.providers),
        *checked.tariff_resets,
        *checked.allocation.defined,
        *(lever.name for lever in checked.levers),
    ]


COMPARISONS = ("<=", "must rise", "add up to", "is more than")


def agree(values: dict[str, Any]) -> bool:
    """Tell whether schema and models refuse or accept alike; a schema can't compare two numbers."""
    refused = refusals(values)
    known = [text for text in refused if not any(told in text for told in COMPARISONS)]
    return bool(refused) if told(values) else not known


def places(value: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    """Give the path of every key and list element."""
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in parts:
        yield (*path, key)
        if isinstance(part, dict | list):
            yield from places(part, (*path, key))


def at(values: Any, path: KeyPath) -> Any:
    for key in path:
        values = values[key]
    return values


def with_value(values: dict[str, Any], path: KeyPath, value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(values)
    at(changed, path[:-1])[path[-1]] = value
    return changed


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "$id" not in SCHEMA


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.name)
def test_every_scenario_of_the_project_is_valid(file: Path) -> None:
    assert told(tomllib.loads(file.read_text(encoding="utf-8"))) == []


def test_the_command_prints_it() -> None:
    command = [sys.executable, "-c", "from jeugdsim.cli import main; main()", "schema"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == SCHEMA


def test_a_schema_line_at_the_top_of_a_scenario_loads(tmp_path: Path) -> None:
    plain = js.load_scenario(write_folder(tmp_path / "a"))
    line = "#:schema jeugdsim.schema.json\n"
    lined = js.load_scenario(write_folder(tmp_path / "b", {"scenario.toml": line + TOML}))
    assert lined == plain


@pytest.mark.parametrize("toml", EVERY.values(), ids=EVERY.keys())
def test_every_misspelt_key_is_refused_and_known(toml: str) -> None:
    values = tomllib.loads(toml)
    for path in places(values):
        if isinstance(path[-1], int) or {*path[-2:-1]} & NAMED or {*path[-3:-2]} & NAMED_TWICE:
            continue
        table = at(values, path[:-1])
        misspelt = {(f"{key}e" if key == path[-1] else key): part for key, part in table.items()}
        changed = with_value(values, path[:-1], misspelt) if path[:-1] else misspelt
        assert refusals(changed), path
        assert told(changed), path


@pytest.mark.parametrize("form", TERMS)
def test_a_form_takes_its_own_terms_only(form: str) -> None:
    """For contracts and for options, whichever way a term of another form is written."""
    for other in TERMS:
        for term, value in tomllib.loads(TERMS[other]).items():
            terms = {"form": form, term: value}
            values = tomllib.loads(TOML)
            option = {**values, "options": {"verblijf": {"x": terms}}}
            own = with_value(values, ("contracts", "ambulant"), {**terms, "segments": ["x"]})
            is_own = term in TERMS_OF_FORM[form]
            for changed in (own, option):
                assert (told(changed) == []) == is_own or "provider" in str(value), (form, term)
                assert agree(changed), (form, term)


VALUES: list[Any] = [
    *(-2, -1, -0.5, 0, 0.5, 1, 1.5, 2.0, 7, 2027, 12345, 1e6),
    *(True, "", "x", "a.b", "history", "pxq", "availability", "move", "all", "step", "2027-01-01"),
    *([], ["begeleiding"], ["x", "x"], [1], {}, {"x": 1}, {"2028": 0.5}, {"28": 0.5}, {"2028": -1}),
    *({"mean": 1}, {"mean": 0.5, "sd": 0.1}, {"mean": 0.5, "sd": -1}, {"mean": 0, "cv": 0.1}),
    *({"mean": 0.5, "cv": 0.1, "sd": 0.1}, {"p10": 0, "p50": 0.5, "p90": 1}, {"p10": 0, "p50": 1}),
    *({"p10": -3, "p50": -2, "p90": 0}, {"low": 0, "mode": 2, "high": 3}, {"per_youth": 800}),
    *({"mean": 0.1, "sd": 0.1, "autocorrelation": 2}, [{"above": 0.1, "payer_share": 0.5}]),
    *([5e4, 2.5e4], [0, 1, 2, 3, 4, 5, 6, 7], [0, 1, 2, 3, 4, 5, 6, 7, 8], "extended_share"),
    *([{"above": 0.1}], [{"below": 0.1, "payer_share": 1.5}], {"verblijf": "inhabitants"}),
    *(date(2027, 1, 1), date(2027, 2, 1)),
]


def alike(path: KeyPath, value: Any) -> bool:
    """Tell what a schema can't tell apart: a date and its text."""
    is_date = path[-1] in ("start", "starts")
    return value == "2027-01-01" if is_date else isinstance(value, date)


@pytest.mark.parametrize("name", EVERY)
def test_one_changed_value_is_refused_by_both_or_by_neither(name: str) -> None:
    values = tomllib.loads(EVERY[name])
    changes = [(path, value) for path in places(values) for value in VALUES]
    if name == "keys":
        changes = [(path, value) for path, value in changes if path[0] == "allocation"]
    if name in CONTRACTS:  # the rest is that of "plain"
        changes = [(path, value) for path, value in changes if path[0] in ("contracts", "options")]
    for path, value in changes[:: STEPS.get(name, 3)]:
        assert alike(path, value) or agree(with_value(values, path, value)), (path, value)


@pytest.mark.parametrize("toml", EVERY.values(), ids=EVERY.keys())
def test_every_key_left_out_is_refused_by_both_or_by_neither(toml: str) -> None:
    values = tomllib.loads(toml)
    for path in places(values):
        changed = copy.deepcopy(values)
        del at(changed, path[:-1])[path[-1]]
        assert agree(changed), path


def parts_of(values: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Give a table with some of its keys, at any depth; of a lever at least the name."""

    def some(value: Any) -> st.SearchStrategy[Any]:
        if isinstance(value, dict):
            return parts_of(value)
        if isinstance(value, list) and value and "name" in value[0]:
            return st.tuples(*(named_part(lever) for lever in value)).map(list)
        return st.just(value)

    return st.fixed_dictionaries({}, optional={key: some(part) for key, part in values.items()})


def named_part(lever: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return parts_of(lever).map(lambda part: {**part, "name": lever["name"]})


@settings(max_examples=60, deadline=None)
@given(parts_of(tomllib.loads(TOML)))
def test_any_part_of_a_scenario_is_a_variant_of_it(part: dict[str, Any]) -> None:
    assert told({"extends": "../base", **part}) == []


def test_what_a_variant_may_leave_out_loads(tmp_path: Path) -> None:
    write_folder(tmp_path / "base")
    variants = [
        "[world]\ninflow_growth_per_year = {p50 = 0.02}\nindexation = {sd = 0.02}\n",
        '[[levers]]\nname = "sterke lokale teams"\neffect = {p90 = 0.02}\n',
        "[contracts.verblijf]\nreserve = 0.1\n",
        '[contracts.verblijf]\nform = "pxq"\n',
        '[contracts.verblijf.recalibration]\ncounts = "youth"\n',
        '[options.verblijf."P x Q"]\nform = "pxq"\n',
        '[allocation]\nkeys = ["inhabitants"]\n',
        '[allocation.defined.eigen]\nkind = "levelled"\nband = 0.1\n',
        'remove = ["levers"]\n',
    ]
    for number, toml in enumerate(variants):
        text = 'extends = "../base"\n' + toml
        assert told(tomllib.loads(text)) == []
        js.load_scenario(write_variant(tmp_path / str(number), text))


@pytest.mark.parametrize(
    "toml",
    [
        'extend = "../base"\n',
        'extends = "../base"\nyeers = 3\n',
        'extends = ""\n',
        'extends = 3\n',
        'extends = "../base"\nremove = "levers"\n',
        'extends = "../base"\n[world]\ninflow_growth_per_year = {p50 = 0.02, sd = 0.1}\n',
        'extends = "../base"\n[contracts.verblijf]\nloss_bands = [{above = 0.1}]\n',
        'extends = "../base"\n[contracts.verblijf]\nform = "pxq"\nbudget = "history"\n',
        'extends = "../base"\n[contracts.verblijf]\nform = "availability"\nloss_bands = []\n',
        'extends = "../base"\n[contracts.ambulant]\nceiling = {euros = 1, of_expected = 1}\n',
        'extends = "../base"\n[contracts.verblijf]\ntransition = {28 = 0.5}\n',
        'extends = "../base"\n[options.verblijf.x]\nform = "pxq"\nbudget = 1\n',
        'extends = "../base"\n[options.verblijf."x.y"]\nform = "pxq"\n',
        'extends = "../base"\n[options.verblijf.x]\nform = "pxq"\nsegments = ["verblijf"]\n',
        'extends = "../base"\n[[levers]]\neffect = 0.1\n',
        'extends = "../base"\n[[levers]]\nname = "sterke lokale teams"\napplies_to = "all"\n'
        'affects = "inflow"\n',
        'extends = "../base"\n[budget]\nbasis = "4e6"\n',
        'extends = "../base"\n[allocation.defined.eigen]\nkind = "mix"\nband = 0.1\n',
        'extends = "../base"\n[allocation.defined.eigen]\nkind = "levelled"\nlevel = 0.1\n',
        'extends = "../base"\n[allocation.defined.euler]\nkind = "actual_use"\n',
        'extends = "../base"\n[allocation.defined."a.b"]\nkind = "actual_use"\n',
        'remove = ["levers"]\n' + TOML,
    ],
)  # fmt: skip
def test_wrong_variants_are_refused_by_both(tmp_path: Path, toml: str) -> None:
    write_folder(tmp_path / "base")
    assert told(tomllib.loads(toml))
    with pytest.raises(js.ScenarioError):
        js.load_scenario(write_variant(tmp_path / "v", toml))


def test_correlations_are_known_in_both_spellings() -> None:
    values = tomllib.loads(TOML)
    for right in ({"world.a, world.b": 0.5}, {"world.a": {"world.b": -1}}):
        assert told({**values, "correlations": right}) == []
    for wrong in ({"world.a, world.b": 1.5}, {"world.a": {"world.b": "x"}}, {"world.a": [1]}):
        assert told({**values, "correlations": wrong})


def test_a_refusal_of_the_schema_is_one_of_the_reader(tmp_path: Path) -> None:
    """The whole reader, on a sample of the changes above."""
    values = tomllib.loads(TOML)
    samples = [(path, value) for path in places(values) for value in VALUES][::101]
    for number, (path, value) in enumerate(samples):
        changed = with_value(values, path, value)
        if told(changed) and not alike(path, value):
            toml = "\n".join(f"{key} = {in_toml(part)}" for key, part in changed.items())
            with pytest.raises(js.ScenarioError):
                js.load_scenario(write_folder(tmp_path / str(number), {"scenario.toml": toml}))


def in_toml(value: Any) -> str:
    """Return a value as TOML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"'{key}' = {in_toml(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(in_toml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}'" if isinstance(value, str) else str(value)


def described(part: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every key of the schema with its path."""
    if isinstance(part, dict):
        for name, value in part.get("properties", {}).items():
            yield f"{path}.{name}", value
            yield from described(value, f"{path}.{name}")
        for below in ("items", "additionalProperties"):
            yield from described(part.get(below), f"{path}.*")
        for member in part.get("anyOf", ()):
            yield from described(member, path)


def test_every_key_says_what_it_holds_and_shows_its_default() -> None:
    keys = dict(described(SCHEMA))
    assert [path for path, part in keys.items() if not part.get("description")] == []
    assert keys[".world.stay_shock_autocorrelation"]["default"] == 0.5
    assert keys[".contracts.*.reserve"]["default"] == 0.02
    assert "fraction per year" in keys[".world.inflow_growth_per_year"]["description"]
    assert "default" not in keys[".budget"]
