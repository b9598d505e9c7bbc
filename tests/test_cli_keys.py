"""``jeugdsim keys``: every key judged, who gains by a change, and wrong input answered in words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from regions import DATA
from typer.testing import CliRunner

from jeugdsim import cli
from jeugdsim.scenario.keys import KEYS

SMALL = DATA / "small"


def keys(*words: str | Path) -> Result:
    return CliRunner().invoke(cli.app, ["keys", *map(str, words)])


def test_it_judges_every_key_and_shifts_to_every_reported_one() -> None:
    done = keys(SMALL, "--draws", "6", "--seed", "3")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert "13 verdeelsleutels" in lines[0]
    for label in ("werkelijk gebruik", "Shapley-waarde", "nucleolus", "aantal cliënten (3 jaar)"):
        assert any(line.startswith(label) for line in lines)
    assert sum(line.startswith("Van voortschrijdend gebruik (3 jaar) naar") for line in lines) == 4
    assert max(map(len, lines)) <= cli.PLAIN_WIDTH


def test_it_shifts_from_and_to_what_is_asked_in_english() -> None:
    done = keys(SMALL, "--draws", "6", "--from", "actual_use", "--to", "shapley", "--language", "en")
    assert done.exit_code == 0, done.output
    assert "From actual use to Shapley value" in done.stdout
    assert done.stdout.count("EUR per inhabitant") == 1


def test_json_holds_both_tables_without_nan() -> None:
    done = keys(SMALL, "--draws", "6", "--to", "inhabitants", "--json")
    told = json.loads(done.stdout, parse_constant=lambda name: pytest.fail(name))
    assert {row["key"] for row in told["keys"]} == set(KEYS)
    assert [told["draws"], told["seed"], told["from"]] == [6, 2027, "rolling_use"]
    assert list(told["shift"]) == ["inhabitants"]
    assert sum(r["mean"] for r in told["shift"]["inhabitants"] if r["period"] == "total") == (
        pytest.approx(0.0, abs=1e-6)
    )


@pytest.mark.parametrize(
    "words",
    [
        ("scenarios/no-such-folder",),
        (SMALL, "--draws", "0"),
        (SMALL, "--from", "nonsense"),
        (SMALL, "--to", "inhabitant"),
        (SMALL, "--language", "fr"),
    ],
)
def test_wrong_input_exits_2_in_words(words: tuple[str | Path, ...]) -> None:
    done = keys(*words)
    assert done.exit_code == 2
    assert done.output.strip()
    assert not isinstance(done.exception, ValueError)
