"""``jeugdsim run --keep summary``: the same answer and files, and no half-written ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from regions import DATA
from typer.testing import CliRunner

import jeugdsim as js
from jeugdsim import cli, pipeline
from jeugdsim.scenario import write_scenario

SMALL = str(DATA / "small")
RUN = ["run", "--draws", "6", "--seed", "1"]


def test_it_prints_and_writes_the_answer(tmp_path: Path) -> None:
    printed = {}
    for keep in ("all", "summary"):
        done = CliRunner().invoke(cli.app, [*RUN, SMALL, "--keep", keep, "--out", str(tmp_path / keep)])
        assert done.exit_code == 0, done.output
        printed[keep] = done.stdout
    assert printed["all"].splitlines()[:12] == printed["summary"].splitlines()[:12]
    whole, summary = (
        json.loads((tmp_path / keep / "summary.json").read_text()) for keep in ("all", "summary")
    )
    assert summary["region"]["overrun"].keys() == whole["region"]["overrun"].keys()
    assert "not_kept" in summary
    assert "not_kept" not in whole


def test_json_is_the_summary(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        cli.app, [*RUN, SMALL, "--keep", "summary", "--json", "--out", str(tmp_path)]
    )
    assert json.loads(done.stdout) == json.loads((tmp_path / "summary.json").read_text())


def test_another_word_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli.app, [*RUN, SMALL, "--keep", "some", "--out", str(tmp_path)])
    assert done.exit_code == cli.WRONG_INPUT
    assert "'all', 'summary'" in done.output


def test_a_key_that_asks_all_draws_is_refused_before_anything_runs(tmp_path: Path) -> None:
    certain = js.load_scenario(DATA / "certain")
    terms = {"form": "task_based", "segments": list(certain.segment_names), "use_registered": True}
    changes = {"contracts": {"alles": terms}, "allocation": {"used": "euler"}}
    scenario = certain.with_changes(changes)
    write_scenario(scenario, tmp_path / "zo")
    done = CliRunner().invoke(
        cli.app, [*RUN, str(tmp_path / "zo"), "--keep", "summary", "--out", str(tmp_path / "uit")]
    )
    assert done.exit_code == cli.WRONG_INPUT, done.output
    assert "asks all draws at once" in done.stderr
    assert list((tmp_path / "uit").iterdir()) == []


def test_an_interrupted_run_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "_outcome", stopped)
    done = CliRunner().invoke(
        cli.app, [*RUN, SMALL, "--keep", "summary", "--out", str(tmp_path / "uit")]
    )
    assert done.exit_code == cli.INTERRUPTED
    assert "nothing was written" in done.stderr
    assert list((tmp_path / "uit").iterdir()) == []
