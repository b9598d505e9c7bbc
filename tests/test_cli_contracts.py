"""``jeugdsim contracts``: terms in words, who bears the spread, and wrong input answered in words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from regions import DATA
from typer.testing import CliRunner

from jeugdsim import cli
from jeugdsim.outcomes.arrangements import ARRANGEMENTS

SMALL = DATA / "small"


def contracts(*words: str | Path) -> Result:
    return CliRunner().invoke(cli.app, ["contracts", *map(str, words)])


def test_without_draws_it_tells_the_terms_only() -> None:
    done = contracts(SMALL, "--draws", "0")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    for name in ("ambulant (P x Q)", "dag en diagnostiek (taakgericht)", "verblijf (taakgericht)"):
        assert name in lines
    assert "Wie draagt de spreiding" not in done.stdout
    assert max(map(len, lines)) <= cli.PLAIN_WIDTH


def test_with_draws_it_tells_who_bears_the_spread() -> None:
    done = contracts(SMALL, "--draws", "6", "--seed", "3", "--language", "en")
    assert done.exit_code == 0
    assert done.stdout.count("Who bears the spread of the cost?") == 2
    assert "the provider itself" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= cli.PLAIN_WIDTH


def test_json_holds_terms_and_table_without_nan() -> None:
    done = contracts(SMALL, "--draws", "6", "--json")
    told = json.loads(done.stdout, parse_constant=lambda name: pytest.fail(name))
    assert {row["contract"] for row in told["terms"]} == {"ambulant", "dag en diagnostiek", "verblijf"}
    assert {row["form"] for row in told["risk_transfer"]} == set(ARRANGEMENTS) - {"availability"}
    assert [told["draws"], told["seed"], told["price_year"]] == [6, 2027, 2025]
    terms_only = json.loads(contracts(SMALL, "--draws", "0", "--json").stdout)
    assert terms_only["risk_transfer"] == []


@pytest.mark.parametrize(
    "words",
    [
        ("scenarios/no-such-folder",),
        (SMALL, "--draws", "-1"),
        (SMALL, "--draws", "many"),
        (SMALL, "--seed", "x"),
        (SMALL, "--language", "fr"),
    ],
)
def test_wrong_input_exits_2_in_words(words: tuple[str | Path, ...]) -> None:
    done = contracts(*words)
    assert done.exit_code == 2
    assert done.output.strip()
    assert not isinstance(done.exception, ValueError)
