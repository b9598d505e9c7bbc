"""The command line as a user types it: results, exit codes, and what is never left half done."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SMALL = ROOT / "tests" / "data" / "small"


def jeugdsim(*words: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from jeugdsim.cli import main; main()", *map(str, words)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_check_says_ok_and_shows_expected_cost_beside_the_budget() -> None:
    done = jeugdsim("check", "scenarios/haaglanden-2027")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert "ok" in lines
    assert any(line.startswith("2027") and "377.8" in line for line in lines)
    assert any("not bought there: Den Haag" in line for line in lines)
    assert any(line.startswith("inputs: ") for line in lines)


def test_check_prints_every_finding_with_its_place_and_exits_2(tmp_path: Path) -> None:
    for source in SMALL.iterdir():
        (tmp_path / source.name).write_bytes(source.read_bytes())
    forms = tmp_path / "care_forms.csv"
    forms.write_text(forms.read_text().replace("etmaal", "etmal", 1))
    toml = tmp_path / "scenario.toml"
    toml.write_text(toml.read_text().replace("price_year", "prijs_year", 1))
    done = jeugdsim("check", tmp_path)
    assert done.returncode == 2
    assert "care_forms.csv:" in done.stdout
    assert "scenario.toml:" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert "ok" not in done.stdout.splitlines()


@pytest.mark.parametrize(
    "words",
    [
        ("check", "scenarios/no-such-folder"),
        ("run", "scenarios/no-such-folder"),
        ("run", SMALL, "--draws", "0"),
        ("run", SMALL, "--draws", "many"),
        ("run", SMALL, "--draws", "10.000"),
        ("run", SMALL, "--out", ""),
        ("run", SMALL, "--out", SMALL),
        ("run", SMALL, "--seed", "-1"),
        ("run", SMALL, "--threads", "0"),
        ("run", SMALL, "--language", "fr"),
        ("run", SMALL, "--out", "pyproject.toml"),
        ("run", SMALL, "--out", "pyproject.toml/deeper"),
        ("compare",),
        ("compare", SMALL),
        ("compare", SMALL, "scenarios/no-such-folder"),
        ("compare", SMALL, SMALL, "--draws", "0"),
        ("compare", SMALL, SMALL, "--out", ""),
        ("compare", SMALL, SMALL, "--out", SMALL),
        ("compare", SMALL, SMALL, "--out", SMALL.parent),
        ("compare", SMALL, SMALL, "--out", "pyproject.toml"),
        ("fly",),
    ],
)
def test_wrong_input_exits_2_without_a_traceback(words: tuple[str | Path, ...]) -> None:
    done = jeugdsim(*words)
    assert done.returncode == 2
    assert (done.stdout + done.stderr).strip()
    assert "Traceback" not in done.stdout + done.stderr


def test_run_prints_one_screen_and_writes_whole_files(tmp_path: Path) -> None:
    done = jeugdsim("run", SMALL, "--draws", "20", "--seed", "3", "--out", tmp_path / "out")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) <= 40
    assert "alles P x Q" in done.stdout
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert written == {
        "summary.json", "region.csv", "contracts.csv", "municipalities.csv", "allocation.csv",
        "segments.csv", "provenance.csv", "cost.png", "drivers.png", "exceedance.png", "heatmap.png",
        "key_criteria.png", "key_shift.png", "keys.png", "risk.png", "target.png",
    }  # fmt: skip
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert (summary["draws"], summary["seed"], summary["years"]) == (20, 3, [2027, 2028, 2029])


def test_the_same_command_writes_the_same_bytes_whatever_the_threads(tmp_path: Path) -> None:
    for name, threads in (("a", "1"), ("b", "2"), ("c", "2")):
        done = jeugdsim("run", SMALL, "--draws", "30", "--threads", threads, "--out", tmp_path / name)
        assert done.returncode == 0
    for file in sorted((tmp_path / "a").iterdir()):
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes(), file.name
        assert file.read_bytes() == (tmp_path / "c" / file.name).read_bytes(), file.name


def test_json_goes_to_stdout_alone_and_equals_the_file(tmp_path: Path) -> None:
    done = jeugdsim("run", SMALL, "--draws", "5", "--json", "--out", tmp_path / "out")
    assert json.loads(done.stdout) == json.loads((tmp_path / "out" / "summary.json").read_text())


def test_results_go_to_out_and_the_scenario_name_by_default(tmp_path: Path) -> None:
    done = jeugdsim("run", SMALL, "--draws", "2", cwd=tmp_path)
    assert done.returncode == 0
    assert (tmp_path / "out" / "small" / "summary.json").exists()


TWIN = ROOT / "tests" / "data" / "small-reference"


def test_compare_prints_one_screen_and_writes_every_scenario(tmp_path: Path) -> None:
    done = jeugdsim("compare", TWIN, SMALL, "--draws", "20", "--seed", "3", "--out", tmp_path / "out")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert len(lines) <= 40
    assert lines[1].startswith("A: small-reference (")
    assert lines[2].startswith("B: small (")
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert written == {"compare.json", "compare.csv", "small-reference", "small"}
    compared = json.loads((tmp_path / "out" / "compare.json").read_text())
    assert (compared["draws"], compared["seed"], compared["baseline"]) == (20, 3, "small-reference")
    alone = jeugdsim("run", SMALL, "--draws", "20", "--seed", "3", "--out", tmp_path / "alone")
    assert alone.returncode == 0
    for name in ("summary.json", "region.csv", "municipalities.csv"):
        in_both = [tmp_path / place / name for place in ("alone", "out/small")]
        assert in_both[0].read_bytes() == in_both[1].read_bytes(), name


def test_compare_tells_identical_names_apart(tmp_path: Path) -> None:
    done = jeugdsim("compare", SMALL, SMALL, SMALL, "--draws", "2", "--json", "--out", tmp_path)
    assert done.returncode == 0
    compared = json.loads(done.stdout)
    assert list(compared["compared"]) == ["small-2", "small-3"]
    assert compared == json.loads((tmp_path / "compare.json").read_text())
    for name in ("small", "small-2", "small-3"):
        assert (tmp_path / name / "summary.json").exists()


def test_compare_refuses_other_places_before_it_simulates(tmp_path: Path) -> None:
    done = jeugdsim("compare", SMALL, "scenarios/haaglanden-2027", "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "its municipalities are Delft" in done.stderr
    assert "its years are 2027, 2028, 2029, 2030" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("code", ["import jeugdsim", "import sys; sys.argv[1:] = ['--help']; "
                                  "from jeugdsim.cli import main; main()"])  # fmt: skip
def test_import_and_help_load_no_numerical_library(code: str) -> None:
    watch = f"import sys, atexit; atexit.register(lambda: print(sorted(sys.modules)));{code}"
    begin = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", watch], capture_output=True, text=True, check=True)
    took = time.perf_counter() - begin
    loaded = done.stdout.splitlines()[-1]
    for heavy in ("'numba'", "'scipy'", "'pandas'", "'xarray'", "'matplotlib'", "'pydantic'"):
        assert heavy not in loaded, f"{heavy} was loaded in {took:.2f} s"
