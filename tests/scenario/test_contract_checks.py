"""Terms that can't be, or do nothing: told at their line, for contracts and options alike.

The small region has two years, 2027 and 2028; contract verblijf covers pleegzorg and crisis.
"""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

import pytest

import jeugdsim as js
from jeugdsim.scenario import Finding, Scenario, load_scenario
from jeugdsim.scenario.contracts import ANY_FORM as NAMES_OF_ANY_FORM
from jeugdsim.scenario.contracts import TERMS_OF_FORM, Contract
from jeugdsim.scenario.rows import YouthAges, ages_in
from jeugdsim.scenario.writer import toml_text

from .folders import FILES, TOML, Content, edited, findings_of, write_folder, write_variant
from .terms import ANY_FORM, TERMS, offering, under

BANDS = """\
municipality,year,ages,youth,source,note
Delft,2027,0-3,3000,S1,
Delft,2028,0-3,3100,S1,
Delft,2027,4-17,13000,S1,
Delft,2028,4-17,13000,S1,
Rijswijk,2027,0-3,2000,S1,
Rijswijk,2028,0-3,2000,S1,
Rijswijk,2027,4-17,9000,S1,
Rijswijk,2028,4-17,9100,S1,
"""
PLACES = """\
care_form,contract,year,places,source
crisis,verblijf,2027,20,A1
pleegzorg,verblijf,2027,90,A1
"""
NO_LOSSES = "use_registered = true\nloss_bands = []\n"
COVER = NO_LOSSES + "budget = 3e6\n"

# form, terms, the text whose line is told, words
REFUSED: list[tuple[str, str, str, tuple[str, ...]]] = [
    (
        "output_based",
        "[P.arrangements]\ncrisis = {x = {share = 1.0, price = 5e3}}\n"
        "pleegzrg = {x = {share = 1.0, price = 5e3}}",
        "pleegzrg",
        ("arrangements", '"pleegzrg" is not under contract verblijf', 'did you mean "pleegzorg"'),
    ),
    (
        "output_based",
        "arrangements = {begeleiding = {x = {share = 1.0, price = 5e3}}}",
        "arrangements",
        ('"begeleiding" is not under contract verblijf', "known are crisis, pleegzorg"),
    ),
    (
        "task_based",
        COVER + "[P.child_stop_loss]\npayer_share = 0.5\nretention = 50e3",
        "retention",
        ("child_stop_loss.retention", "child_retentions are asked", "[25000, 100000]"),
    ),
    (
        "task_based",
        COVER + "child_retentions = [60e3, 80e3]\nchild_stop_loss = {retention = 50e3}",
        "child_stop_loss",
        ("50000 does not lie within", "60000 to 80000"),
    ),
    (
        "task_based",
        COVER + "child_retentions = [60e3]\nchild_stop_loss = {retention = 70e3}",
        "child_stop_loss",
        ("70000 does not lie within", "60000 to 60000"),
    ),
    (
        "task_based",
        COVER + "child_retentions = [50e3, 80e3]\n"
        "child_stop_loss = {retention = 52e3, indexed = false}",
        "child_stop_loss",
        ("52000 nominal euros", "48077 euros of 2025 in 2027", "widen"),
    ),
    (
        "task_based",
        COVER + "child_retentions = [5e3]\n"
        "child_stop_loss = {retention = 5e3, left_out_of_budget = 4e6}",
        "child_stop_loss",
        ("left_out_of_budget", "4000000 is more than the budget, 3000000"),
    ),
    (
        "pxq",
        "[P.extension]\nafter_years = 1\nyears = 1\nrebased_on_years = 2",
        "rebased_on_years",
        ("2 is more than after_years, 1",),
    ),
    (
        "task_based",
        NO_LOSSES + "termination = {chance_per_year = 0.1, first_year = 2029}",
        "termination",
        ("termination.first_year: 2029 lies outside", "2027 to 2028"),
    ),
    (
        "task_based",
        NO_LOSSES + "[P.recalibration]\nlag_years = 0\nfirst_year = 2026",
        "first_year",
        ("recalibration.first_year: 2026 lies outside",),
    ),
    (
        "task_based",
        NO_LOSSES + "recalibration = {base = 0, lag_years = 0}",
        "recalibration",
        ("recalibration.base", "more than 0"),
    ),
    ("availability", "", "form", ("no places to pay", "crisis, pleegzorg", "funded_places")),
    ("availability", "funded_places = 0", "funded_places", ("more than 0",)),
    ("pxq", "ceiling = {euros = 0}", "ceiling", ("ceiling.euros", "ceiling of 0", "more than 0")),
    ("pxq", "[P.ceiling]\nof_expected = 0.0", "of_expected", ("ceiling.of_expected", "ceiling of 0")),
    (
        "pxq",
        'ceiling = {euros = 1e6, per = "provider"}\n'
        "providers = {a = {market_share = 0.5, ceiling_share = 0.8}, b = {market_share = 0.3}}",
        "providers",
        ("parts of the ceiling add up to 1.1",),
    ),
    ("task_based", NO_LOSSES + "budget = {per_task = {}}", "budget", ("no tasks",)),
    ("task_based", NO_LOSSES + "budget = {per_youth = {}}", "budget", ("no ages",)),
    (
        "task_based",
        NO_LOSSES + 'budget = {per_youth = {"0-3" = 100.0}}',
        "budget",
        ("per_youth", "youth_ages.csv, which has no rows", "municipality, year, ages, youth"),
    ),
]
WARNED: list[tuple[str, str, str, tuple[str, ...]]] = [
    (
        "task_based",
        NO_LOSSES + "[P.transition]\n2027 = 0.5\n2029 = 1.0",
        "2029",
        ("transition", "2029 lies after the last year, 2028"),
    ),
    (
        "task_based",
        NO_LOSSES + "[P.agreed_reduction]\n2030 = 0.5",
        "2030",
        ("agreed_reduction", "2030 lies after the last year, 2028"),
    ),
    (
        "pxq",
        "extension = {after_years = 2, years = 1}",
        "extension",
        ("extension does nothing", "2 years"),
    ),
    (
        "task_based",
        NO_LOSSES + "extension = {after_years = 1, years = 2}\nagreed_reduction = {2028 = 0.1}",
        "agreed_reduction",
        ("2028 does nothing", "re-based"),
    ),
    (
        "task_based",
        NO_LOSSES + "termination = {chance_per_year = 0.1, first_year = 2028}",
        "termination",
        ("termination does nothing",),
    ),
    (
        "task_based",
        NO_LOSSES + "recalibration = {lag_years = 2}",
        "recalibration",
        ("recalibration does nothing", "moment, 2028, counts 2026"),
    ),
    (
        "task_based",
        NO_LOSSES + "reinsurance_premium = 0.01",
        "reinsurance_premium",
        ("paid for no cover",),
    ),
    (
        "task_based",
        NO_LOSSES + "child_retentions = [40e3, 60e3]\nchild_stop_loss = {retention = 50e3}",
        "child_stop_loss",
        ("pays that twice", "left_out_of_budget"),
    ),
    (
        "output_based",
        "unpaid_return_months = 3",
        "unpaid_return_months",
        ("does nothing without return_chance_per_month",),
    ),
    (
        "output_based",
        "return_chance_per_month = 0.1",
        "return_chance_per_month",
        ("does nothing without unpaid_return_months",),
    ),
    ("task_based", "use_registered = true", "[P]", ("no loss_bands",)),
]


def written(form: str, terms: str, is_option: bool) -> tuple[str, str]:
    """Return scenario.toml with these terms as those of a contract or of an option, and their path."""
    path = 'options.verblijf."anders"' if is_option else "contracts.verblijf"
    terms = terms.replace("[P.", f"[{path}.")
    toml = offering("anders", f'form = "{form}"\n{terms}\n') if is_option else under(form, terms + "\n")
    return toml, path


def line_in(toml: str, path: str, mark: str) -> int:
    """Return the line on which a text first stands below the header of a table."""
    if mark == "[P]":
        return toml[: toml.index(f"[{path}]")].count("\n") + 1
    after = toml.index(f"[{path}]")
    return toml[: toml.index(mark, after)].count("\n") + 1


def ids(cases: list[tuple[str, str, str, tuple[str, ...]]]) -> list[str]:
    return [f"{form}-{terms}"[-60:] for form, terms, *_ in cases]


@pytest.mark.parametrize("is_option", [False, True], ids=["own", "option"])
@pytest.mark.parametrize(("form", "terms", "mark", "words"), REFUSED, ids=ids(REFUSED))
def test_terms_that_can_not_be(
    tmp_path: Path, form: str, terms: str, mark: str, words: tuple[str, ...], is_option: bool
) -> None:
    toml, path = written(form, terms, is_option)
    errors = errors_of(write_folder(tmp_path, {"scenario.toml": toml}))
    assert [error.line for error in errors] == [line_in(toml, path, mark)], "\n".join(map(str, errors))
    assert all(word in errors[0].message for word in words), errors[0]
    assert errors[0].message.startswith(path.replace('"', ""))


@pytest.mark.parametrize("is_option", [False, True], ids=["own", "option"])
@pytest.mark.parametrize(("form", "terms", "mark", "words"), WARNED, ids=ids(WARNED))
def test_terms_that_do_nothing(
    tmp_path: Path, form: str, terms: str, mark: str, words: tuple[str, ...], is_option: bool
) -> None:
    toml, path = written(form, terms, is_option)
    (warning,) = warnings_of(tmp_path, {"scenario.toml": toml})
    assert warning.line == line_in(toml, path, mark)
    assert all(word in warning.message for word in words), warning
    assert warning.message.startswith(path.replace('"', ""))


def errors_of(folder: Path) -> list[Finding]:
    return [finding for finding in findings_of(folder) if finding.severity == "error"]


def warnings_of(folder: Path, changes: dict[str, Content]) -> list[Finding]:
    """Return the warnings of a folder, but for those on numbers without a source."""
    told = load_scenario(write_folder(folder, changes)).warnings
    return [finding for finding in told if "without an entry in [sources]" not in finding.message]


@pytest.mark.parametrize("form", TERMS)
def test_every_term_of_every_form_is_right_somewhere(tmp_path: Path, form: str) -> None:
    """The terms of the tests name every term, and nothing is told of them where they are right."""
    own = tomllib.loads(under(form))["contracts"]["verblijf"]
    asked = TERMS_OF_FORM[form] | NAMES_OF_ANY_FORM
    assert own.keys() - {"form", "segments"} == asked - {"minimum_savings"}
    years = under(form).replace("years = 2\n", "years = 3\n", 1)
    population = FILES["population.csv"] + (
        "Delft,2029,16200,112000,S1,\nRijswijk,2029,11200,58000,S1,\n"
    )
    changes: dict[str, Content] = {
        "scenario.toml": years.replace("years = 1,", "years = 2,"),
        "population.csv": population,
    }
    told = warnings_of(tmp_path, changes)
    assert all("agreed_reduction" in one.message for one in told)


@pytest.mark.parametrize("form", TERMS)
def test_every_term_is_written_and_read_back(tmp_path: Path, form: str) -> None:
    toml = under(form).replace(
        "[budget]", f'[options.verblijf."P x Q"]\nform = "pxq"\n{ANY_FORM}\n[budget]'
    )
    scenario = load_scenario(write_folder(tmp_path / "a", {"scenario.toml": toml}))
    js.write_scenario(scenario, tmp_path / "b")
    again = load_scenario(tmp_path / "b")
    assert again == scenario
    assert again.hash == scenario.hash
    assert toml_text(again) == (tmp_path / "b" / "scenario.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("form", TERMS)
def test_every_number_of_the_terms_is_in_the_hash(tmp_path: Path, form: str) -> None:
    base = load_scenario(write_folder(tmp_path, {"scenario.toml": under(form)}))
    terms = tomllib.loads(under(form))["contracts"]["verblijf"]
    hashes = {base.hash}
    changes = list(smaller(terms))
    for changed in changes:
        hashes.add(base.with_changes({"contracts.verblijf": changed}).hash)
    assert len(hashes) == len(changes) + 1


def smaller(terms: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the terms with one number made a little smaller, for every number that may be so."""
    found = []
    for path in numbers_in(terms):
        changed = copy.deepcopy(terms)
        level: Any = changed
        for key in path[:-1]:
            level = level[key]
        value = level[path[-1]]
        if isinstance(value, float) and value and "share" not in path and "providers" not in path:
            level[path[-1]] = 0.99 * value
            found.append(changed)
    return found


def numbers_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    paths = []
    for key, part in parts:
        if isinstance(part, dict | list):
            paths += numbers_in(part, (*path, key))
        elif isinstance(part, float):
            paths.append((*path, key))
    return paths


@pytest.mark.parametrize("years", [3, 4])
def test_a_run_longer_than_contract_and_extension(tmp_path: Path, years: int) -> None:
    base = load_scenario(write_folder(tmp_path))
    youth = [
        {"municipality": town, "year": year, "youth": 1e4, "inhabitants": 1e5}
        for town in base.municipality_names
        for year in range(2027, 2027 + years)
    ]
    terms = {"form": "pxq", "segments": ["verblijf"]}
    terms["extension"] = {"after_years": 2, "years": 1}
    changes = {"years": years, "population": youth, "contracts.verblijf": terms}
    if years == 3:
        assert base.with_changes(changes).settings.years == 3
        return
    with pytest.raises(js.ScenarioError) as caught:
        base.with_changes(changes)
    (error,) = [one for one in caught.value.findings if one.severity == "error"]
    assert "the contract ends after 2 + 1 = 3 years, but years = 4" in error.message


def test_a_fee_for_units_of_two_kinds(tmp_path: Path) -> None:
    terms = 'form = "availability"\nfunded_places = 40\nfee_per_use = 10.0\n'
    wide = TOML.replace('segments = ["verblijf"]', 'care_forms = ["pleegzorg"]').replace(
        'form = "pxq"\nsegments = ["veelvoorkomend"]',
        f'{terms}care_forms = ["begeleiding", "crisis"]',
    )
    (error,) = errors_of(write_folder(tmp_path / "a", {"scenario.toml": wide}))
    assert "etmaal: crisis; uur: begeleiding" in error.message
    assert error.line == line_in(wide, "contracts.ambulant", "fee_per_use")
    free = wide.replace("fee_per_use = 10.0", "fee_per_use = 0.0")
    load_scenario(write_folder(tmp_path / "b", {"scenario.toml": free}))
    alike = under("availability", "funded_places = 40\nfee_per_use = 10.0\n")
    load_scenario(write_folder(tmp_path / "c", {"scenario.toml": alike}))


AVAILABLE = under("availability", "")


@pytest.mark.parametrize(
    ("places", "error", "warning"),
    [
        (PLACES, "", ""),
        (PLACES.replace("2027,20", "2027,0").replace("2027,90", "2027,0"), "0 places in 2027", ""),
        (PLACES.replace("2027,20", "2027,0"), "", ""),
        (PLACES.replace("pleegzorg,verblijf,2027,90,A1\n", ""), "", "pleegzorg has no places"),
        (PLACES.replace("verblijf,", ","), "", ""),
    ],
)
def test_places_that_are_paid(tmp_path: Path, places: str, error: str, warning: str) -> None:
    changes: dict[str, Content] = {"scenario.toml": AVAILABLE, "places.csv": places}
    if error:
        (told,) = errors_of(write_folder(tmp_path, changes))
        assert error in told.message
        assert told.line == line_in(AVAILABLE, "contracts.verblijf", "form")
        return
    found = warnings_of(tmp_path, changes)
    assert [warning in one.message for one in found] == [True] * bool(warning)


def test_places_in_care_forms_are_paid_too(tmp_path: Path) -> None:
    forms = FILES["care_forms.csv"].replace("260,,A1", "260,80,A1").replace("28,,,,A1", "28,,,4,A1")
    changes: dict[str, Content] = {"scenario.toml": AVAILABLE, "care_forms.csv": forms}
    assert warnings_of(tmp_path / "a", changes) == []
    none = forms.replace("260,80,A1", "260,,A1").replace("28,,,4,A1", "28,,,0,A1")
    (told,) = errors_of(write_folder(tmp_path / "b", {**changes, "care_forms.csv": none}))
    assert "crisis has 0 places in 2027" in told.message


def test_places_of_two_contracts_are_not_paid_by_one(tmp_path: Path) -> None:
    """Of places of the whole region under two contracts nobody can say whose they are."""
    town = TOML.replace(
        'segments = ["veelvoorkomend"]', 'segments = ["veelvoorkomend", "verblijf"]'
    ).replace('segments = ["verblijf"]', 'segments = ["verblijf"]\nmunicipalities = ["Delft"]')
    town = town.replace('form = "pxq"', 'form = "pxq"\nmunicipalities = ["Rijswijk"]')
    rest = '[contracts.rest]\nform = "pxq"\nsegments = ["veelvoorkomend"]\nmunicipalities = ["Delft"]\n'
    terms = town[town.index("form =") : town.index("[contracts.ambulant]")]
    paid = 'form = "availability"\nsegments = ["verblijf"]\nmunicipalities = ["Delft"]\n'
    toml = town.replace(terms, paid) + "\n" + rest
    changes: dict[str, Content] = {
        "scenario.toml": toml,
        "places.csv": PLACES.replace("verblijf,", ","),
    }
    errors = errors_of(write_folder(tmp_path / "a", changes))
    assert ["shared with contract ambulant" in one.message for one in errors] == [True, True]
    agreed = toml.replace(paid, paid + "funded_places = 60\n")
    load_scenario(write_folder(tmp_path / "b", {**changes, "scenario.toml": agreed}))


def test_a_care_form_under_two_contracts_or_none(tmp_path: Path) -> None:
    for form in TERMS:
        toml = under(form)
        twice = toml.replace(
            'segments = ["veelvoorkomend"]', 'segments = ["veelvoorkomend", "verblijf"]'
        )
        errors = errors_of(write_folder(tmp_path / f"{form} twice", {"scenario.toml": twice}))
        assert {one.file.rpartition("/")[2] for one in errors} == {"demand.csv"}
        assert "is under 2 contracts (ambulant, verblijf)" in errors[0].message
        none = toml.replace('segments = ["verblijf"]', 'care_forms = ["pleegzorg"]')
        told = errors_of(write_folder(tmp_path / f"{form} none", {"scenario.toml": none}))
        assert any("crisis" in one.message and "under no contract" in one.message for one in told)


# ------------------------------------------------------------------------------- youth by age band

PER_HEAD = under("task_based", NO_LOSSES + 'budget = {per_youth = {"0-3" = 100.0, "4-17" = 250.0}}\n')


def with_bands(bands: str, toml: str = PER_HEAD) -> dict[str, Content]:
    return {"scenario.toml": toml, "youth_ages.csv": bands}


def test_youth_by_age_band_is_read(tmp_path: Path) -> None:
    scenario = load_scenario(write_folder(tmp_path / "a", with_bands(BANDS)))
    assert scenario.youth_ages[:2] == (
        YouthAges(municipality="Delft", year=2027, ages="0-3", youth=3000, source="S1"),
        YouthAges(municipality="Delft", year=2027, ages="4-17", youth=13000, source="S1"),
    )
    assert len(scenario.youth_ages) == 8
    assert scenario.warnings == ()
    js.write_scenario(scenario, tmp_path / "b")
    assert load_scenario(tmp_path / "b") == scenario
    plain = load_scenario(write_folder(tmp_path / "c"))
    assert plain.youth_ages == ()
    changed = scenario.with_changes({"youth_ages.Delft.2027.0-3.youth": 2900})
    assert changed.youth_ages[0].youth == 2900
    assert changed.hash != scenario.hash
    assert changed.world_hash == scenario.world_hash


def test_a_file_of_ages_that_nobody_is_paid_by_leaves_the_world_alone(tmp_path: Path) -> None:
    plain = load_scenario(write_folder(tmp_path / "a"))
    beside = load_scenario(write_folder(tmp_path / "b", with_bands(BANDS, TOML)))
    assert beside.world_hash == plain.world_hash
    assert beside.hash != plain.hash
    without = beside.with_changes({"youth_ages": None})
    assert without.hash == plain.hash


WRONG_BANDS: list[tuple[str, str, str, tuple[str, ...]]] = [
    ("Delft,2027,0-3", "Delft,2027,3-0", "youth_ages.csv", ("column ages", '"3-0" is no band', "0-3")),
    ("Delft,2027,0-3", "Delft,2027,0-18", "youth_ages.csv", ("column ages", "at most 17")),
    ("Delft,2027,0-3", "Delft,2027,3-mrt", "youth_ages.csv", ("column ages", "spreadsheet")),
    ("Delft,2027,0-3", "Delft,2027,00-3", "youth_ages.csv", ("column ages",)),
    ("Delft,2027,0-3", "Delf,2027,0-3", "youth_ages.csv", ('"Delf"', 'did you mean "Delft"')),
    ("Delft,2027,0-3,3000", "Delft,2027,0-3,-1", "youth_ages.csv", ("column youth", "0 or more")),
    ("Delft,2028,0-3", "Delft,2027,0-3", "youth_ages.csv", ("Delft, 2027, 0-3 is there twice",)),
    ("Delft,2028,0-3,3100,S1,\n", "", "youth_ages.csv", ("Delft of 0-3 is missing for 2028",)),
    ("Rijswijk,2027,4-17,9000,S1,\n", "", "youth_ages.csv", ("Rijswijk of 4-17", "for 2027")),
]


@pytest.mark.parametrize(("old", "new", "file", "words"), WRONG_BANDS, ids=[c[1] for c in WRONG_BANDS])
def test_wrong_ages(tmp_path: Path, old: str, new: str, file: str, words: tuple[str, ...]) -> None:
    assert old in BANDS
    errors = errors_of(write_folder(tmp_path, with_bands(BANDS.replace(old, new, 1))))
    fits = [one for one in errors if all(word in one.message for word in words)]
    assert [one.file.rpartition("/")[2] for one in fits] == [file], "\n".join(map(str, errors))


def test_a_band_that_is_not_in_the_file_or_counts_twice(tmp_path: Path) -> None:
    unknown = PER_HEAD.replace('"4-17"', '"4-11"')
    (error,) = errors_of(write_folder(tmp_path / "a", with_bands(BANDS, unknown)))
    assert error.line == line_in(unknown, "contracts.verblijf", "budget")
    assert '"4-11" is not in column ages' in error.message
    assert 'did you mean "4-17"' in error.message
    twice = BANDS + BANDS.partition("\n")[2].replace("4-17", "3-9").replace("0-3", "10-17")
    (error,) = errors_of(
        write_folder(tmp_path / "b", with_bands(twice, PER_HEAD.replace('"4-17"', '"3-9"')))
    )
    assert "0-3 and 3-9 both hold the age of 3" in error.message


def test_only_members_and_bands_in_use_are_asked(tmp_path: Path) -> None:
    """Of a contract of Delft nobody asks the youth of Rijswijk, nor that of bands it is not paid by."""
    of_delft = "".join(line for line in BANDS.splitlines(True) if not line.startswith("Rijswijk"))
    errors = errors_of(write_folder(tmp_path / "a", with_bands(of_delft)))
    assert ["Rijswijk" in one.message for one in errors] == [True, True]
    base = load_scenario(write_folder(tmp_path / "b"))
    one_band = [
        {"municipality": town, "year": year, "ages": "0-3", "youth": 10}
        for town in base.municipality_names
        for year in (2026, 2027, 2028, 2031)
    ]
    per_head = {"contracts.verblijf.budget": {"per_youth": {"0-3": 9.0}}}
    changed = base.with_changes({"youth_ages": one_band, **per_head})
    assert len(changed.youth_ages) == 8


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("3000", "30000", ("Delft in 2027 add up to 43000", "population.csv has 16000")),
        ("13000", "1300", ("Delft in 2027 add up to 4300", "population.csv has 16000")),
        ("3000", "3100", ()),
    ],
)
def test_ages_that_are_not_those_of_the_population(
    tmp_path: Path, old: str, new: str, words: tuple[str, ...]
) -> None:
    found = warnings_of(tmp_path, with_bands(BANDS.replace(old, new, 1)))
    assert [all(word in one.message for word in words) for one in found] == [True] * bool(words)


def test_ages_that_differ_everywhere_are_told_once(tmp_path: Path) -> None:
    (warning,) = warnings_of(tmp_path, with_bands(BANDS.replace("00,S1", "000,S1")))
    assert "Delft in 2027 add up to 160000" in warning.message
    assert warning.message.endswith("; 3 more differ")


def test_youth_that_is_not_there_is_not_counted_from(tmp_path: Path) -> None:
    """Without anybody under 18 in the first year, though with clients, nothing can be divided by."""
    toml = under("task_based", NO_LOSSES + 'recalibration = {counts = "youth", lag_years = 0}\n')
    population = FILES["population.csv"].replace("2027,16000", "2027,0").replace("2027,11000", "2027,0")
    changes: dict[str, Content] = {"scenario.toml": toml, "population.csv": population}
    errors = errors_of(write_folder(tmp_path / "a", changes))
    told = [one for one in errors if "no youth in 2027" in one.message]
    assert [one.line for one in told] == [line_in(toml, "contracts.verblijf", "recalibration")]
    based = toml.replace('"youth", ', '"youth", base = 27000, ')
    load_scenario(write_folder(tmp_path / "b", {**changes, "scenario.toml": based}))


def test_ages_in_a_band() -> None:
    assert list(ages_in("0-0")) == [0]
    assert len(ages_in("0-17")) == 18


# ------------------------------------------------------------- what a variant writes in another way


def variant(tmp_path: Path, base: str, toml: str) -> Scenario:
    write_folder(tmp_path / "base", {"scenario.toml": base})
    return load_scenario(write_variant(tmp_path / "v", 'extends = "../base"\n' + toml))


def contract(scenario: Scenario) -> Contract:
    return scenario.settings.contracts["verblijf"]


def test_a_ceiling_in_another_way_replaces_the_sum_and_keeps_the_rest(tmp_path: Path) -> None:
    base = under("pxq", "ceiling = {of_expected = 1.1, marginal_rate = 0.5}\n")
    changed = contract(variant(tmp_path, base, "[contracts.verblijf.ceiling]\neuros = 2e6\n")).ceiling
    assert changed is not None
    assert (changed.euros, changed.of_expected, changed.marginal_rate) == (2e6, None, 0.5)


def test_a_budget_and_an_index_in_another_way_replace_those_of_the_base(tmp_path: Path) -> None:
    terms = (
        NO_LOSSES + "budget = {per_youth = 90.0}\nindexation = {pass_through = 0.5, at_most = 0.04}\n"
    )
    toml = (
        "[contracts.verblijf]\nbudget = {per_task = {a = 1e6}}\nindexation = {fixed_per_year = 0.02}\n"
    )
    changed = contract(variant(tmp_path, under("task_based", terms), toml))
    assert changed.budget.model_dump() == {"per_task": {"a": 1e6}}  # type: ignore[union-attr]
    assert changed.indexation is not None
    assert changed.indexation.fixed_per_year == 0.02


def test_a_rule_can_begin_in_python(tmp_path: Path) -> None:
    base = load_scenario(write_folder(tmp_path))
    changed = base.with_changes({"contracts.verblijf.bail_out.chance": 0.5})
    assert contract(changed).bail_out is not None
    with pytest.raises(js.ScenarioError, match='did you mean "bail_out"'):
        base.with_changes({"contracts.verblijf.bail_uot.chance": 0.5})


def test_the_terms_of_other_forms_are_refused_with_what_the_form_pays(tmp_path: Path) -> None:
    changes = edited("scenario.toml", 'form = "task_based"', 'form = "availability"')
    (error,) = errors_of(write_folder(tmp_path, changes))
    assert "form availability pays places kept ready and takes no agreed_reduction" in error.message
