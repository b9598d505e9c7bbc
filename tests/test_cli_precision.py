"""``jeugdsim run --draws auto``: what a user sees, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from regions import DATA
from typer.testing import CliRunner

from jeugdsim import cli
from jeugdsim.results import told

SMALL = str(DATA / "small")
NUMBER = "region.payment.total.mean"


def test_it_tells_how_precise_the_numbers_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(told, "all_pictures", lambda *_, **__: {})  # tested by themselves
    words = ["run", SMALL, "--draws", "auto", "--precision", f"{NUMBER}=1e6", "--out", str(tmp_path)]
    done = CliRunner().invoke(cli.app, [*words, "--json"])
    assert done.exit_code == 0, done.output
    assert f"{NUMBER} = " in done.stderr
    assert "(1e+06 asked), 1000 draws" in done.stderr
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert summary["draws"] == 1000
    assert json.loads(done.stdout) == summary


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--draws", "auto"), 'draws="auto" asks which number'),
        (("--precision", f"{NUMBER}=1"), 'go with draws="auto"'),
        (("--draws", "auto", "--precision", NUMBER), "write a path of summary.json"),
        (("--draws", "auto", "--precision", f"{NUMBER}=-1"), "number above 0"),
        (("--draws", "auto", "--precision", "region.paymet.total.mean=1"), "did you mean"),
        (("--draws", "auto", "--precision", f"{NUMBER}=1", "--most-draws", "10"), "at least 1000"),
        (("--draws", "automatic", "--precision", f"{NUMBER}=1"), "not a whole number"),
    ],
)
def test_what_cannot_be_asked_is_refused(words: tuple[str, ...], message: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(cli.app, ["run", SMALL, *words, "--out", str(tmp_path / "out")])
    assert done.exit_code == 2
    assert message in " ".join(done.stderr.split())
    assert not (tmp_path / "out" / "summary.json").exists()
