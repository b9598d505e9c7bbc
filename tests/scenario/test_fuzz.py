"""Whatever stands in the files: a scenario or a ScenarioError, never another exception."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from jeugdsim.scenario import ScenarioError, load_scenario, write_scenario

from .folders import FILES, write_folder, write_variant
from .mutated_runs import command_line_agrees, loaded, run_gives_numbers
from .mutations import mutated, rich_folder, write

TOKENS = [
    *("", "=", "[", "]", "[[", "]]", "{", "}", '"', "'", '"""', "'''", ",", ";", ".", " ", "\t"),
    *("\n", "\r", "\r\n", "\0", "\ufeff", "\u00e9", "\u2028", "-", "1", "0", "-1", "1e999"),
    *("nan", "inf", "NaN", "12%", "1.234", "1,5", "2027-01-01", "true", "name", "form", "pxq"),
    *("levers", "[[levers]]\n", "[contracts]\n", 'extends = "."\n', 'remove = ["levers"]\n'),
    *("{p10 = 1, p50 = 2, p90 = 3}", "99999999999999999999", "0x" + 5000 * "F", "[levers]\n"),
    *("sources = 3\n", "levers = 3\n", "levers = [1]\n", "contracts = 3\n"),
]
EDITS = st.lists(
    st.tuples(
        st.sampled_from(sorted(FILES)),
        st.integers(0, 3000),
        st.integers(0, 40),
        st.one_of(st.sampled_from(TOKENS), st.binary(max_size=4).map(lambda b: b.decode("latin-1"))),
    ),
    min_size=1,
    max_size=4,
)
EASY = settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def refusal(folder: Path) -> ScenarioError | None:
    """Return why a folder is refused, or None where it loads (and then reads back as written)."""
    try:
        scenario = load_scenario(folder)
    except ScenarioError as error:
        return error
    write_scenario(scenario, folder / "copy")
    assert load_scenario(folder / "copy") == scenario
    return None


def loads_or_refuses(folder: Path) -> None:
    """Load a folder; a refusal must have at least one error, and every finding a place and text."""
    error = refusal(folder)
    if error is not None:
        assert any(finding.severity == "error" for finding in error.findings)
        assert all(finding.message and finding.file for finding in error.findings)


@EASY
@given(EDITS)
def test_mutilated_files(edits: list[tuple[str, int, int, str]]) -> None:
    files: dict[str, str] = dict(FILES)
    for name, start, length, text in edits:
        start %= len(files[name]) + 1
        files[name] = files[name][:start] + text + files[name][start + length :]
    with tempfile.TemporaryDirectory() as folder:
        loads_or_refuses(write_folder(Path(folder), dict(files)))


@EASY
@given(st.sampled_from(sorted(FILES)), st.binary(max_size=200))
@example("scenario.toml", b"a=" + b"[" * 400 + b"]" * 400)
@example("moves.csv", b"\r")
@example("care_forms.csv", b",")
@example("moves.csv", b'"\r\n')
@example("moves.csv", b"a" * 200_000)
def test_any_bytes(name: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        loads_or_refuses(write_folder(Path(folder), {name: content}))


LINES = FILES["scenario.toml"].splitlines()


@EASY
@given(
    st.lists(st.tuples(st.sampled_from(LINES), st.sampled_from(TOKENS)), max_size=5),
    st.lists(
        st.sampled_from(["levers", "world", "contracts.verblijf", "a.b", "", "demand", "moves.crisis"])
    ),
)
def test_mutilated_variants(lines: list[tuple[str, str]], removed: list[str]) -> None:
    toml = 'extends = "../base"\n' + f"remove = {removed}\n".replace("'", '"')
    toml += "\n".join(line + token for line, token in lines)
    with tempfile.TemporaryDirectory() as folder:
        write_folder(Path(folder) / "base")
        loads_or_refuses(write_variant(Path(folder) / "v", toml))


@EASY
@given(
    st.integers(0, len(FILES["scenario.toml"].splitlines()) - 1),
    st.sampled_from(["3", "-3", "nan", "true", '"x"', "[]", "{}", "[1]", '["x"]', "{mean = 1}", "[{}]",
                     "2027-01-01", "12:00:00", "2027-01-01T00:00:00Z", "{mean = 1, sd = 1}", "1e308"]),
)  # fmt: skip
def test_values_of_another_type(number: int, value: str) -> None:
    lines = list(LINES)
    if "=" in lines[number]:
        lines[number] = lines[number].split("=")[0] + "= " + value
    elif lines[number].startswith("["):
        lines[number] = lines[number].strip("[]").split(".")[0] + " = " + value
    with tempfile.TemporaryDirectory() as folder:
        loads_or_refuses(write_folder(Path(folder), {"scenario.toml": "\n".join(lines)}))


def test_mutated_folders_load_and_run_or_are_refused(tmp_path: Path) -> None:
    """300 of the folders of tests/prove/test_mutated_folders.py, and a few of them run."""
    base, ran = rich_folder(), 0
    for number in range(300):
        folder = write(mutated(base, number), tmp_path / str(number))
        scenario = loaded(folder)
        if scenario is None and number % 30 == 0:
            command_line_agrees(folder, tmp_path / f"out {number}")
        if scenario is not None and ran < 5:
            ran += run_gives_numbers(scenario, with_summary=ran == 0)
    assert ran == 5


def test_the_folder_that_is_mutated_is_right_itself(tmp_path: Path) -> None:
    scenario = loaded(write(rich_folder(), tmp_path / "rich"))
    assert scenario is not None
    assert scenario.season
    assert scenario.accounts
    assert scenario.empirical_stays
    assert scenario.limited_forms == ("crisis", "pleegzorg")
    assert scenario.places
    assert scenario.waiting
    assert scenario.has_ages
    assert scenario.extended_care
    assert any(row.holds_place for row in scenario.moves)
    assert any(row.waiting_at_start for row in scenario.demand)
    assert any(terms.child_retentions for terms in scenario.settings.contracts.values())
