"""The benchmarks themselves run, and what they measure makes the table."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from regions import ROOT

pytestmark = pytest.mark.prove


def test_a_small_measurement_makes_the_table(tmp_path: Path) -> None:
    results, readme = tmp_path / "results.json", tmp_path / "README.md"
    readme.write_text("<!-- bench:start -->\n<!-- bench:end -->\n", encoding="utf-8")
    small = [
        "--draws",
        "3",
        "--turns",
        "1",
        "--large",
        "300",
        f"--benchmark-json={results}",
        "-p",
        "no:cacheprovider",
    ]
    for words in (["pytest", "benchmarks", *small], ["benchmarks.table", str(results), str(readme)]):
        done = subprocess.run(
            [sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    written = readme.read_text(encoding="utf-8")
    assert "| simulate / draw floor, per stay |" in written
    assert "| simulate with four scarce forms / without places, per stay |" in written
    assert "| SimPy / jeugdsim, four scarce forms, per stay |" in written
    assert "| the whole country, 342 municipalities / Haaglanden, per stay |" in written
    assert "| 300 draws of Haaglanden, run with keep='summary': elapsed |" in written
    assert "Haaglanden without places, 3 draws of " in written
    assert "1 turns" not in written


def test_plain_python_is_not_timed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "benchmarks"],
        cwd=ROOT,
        env={"NUMBA_DISABLE_JIT": "1", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "NUMBA_DISABLE_JIT is set" in done.stderr
