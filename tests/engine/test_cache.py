"""Compiled kernels on disk: an empty cache, two processes filling it at once, no place to write."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from regions import DATA

import jeugdsim as js
from jeugdsim.engine import keyed

SEED = 2027
VOLUMES = """
import sys
from hashlib import sha256
import jeugdsim as js
volumes = js.simulate(js.load_scenario(sys.argv[1]), draws=2, seed=2027, threads=1, progress=False)
for name in ("units", "client_days"):
    print(name, sha256(volumes[name].to_numpy().tobytes()).hexdigest())
"""
WORDS = """
from jeugdsim.engine import keyed
print(*keyed.philox(1, 2, 3, 4, 5, 6), keyed.philox.stats.cache_path)
"""


def started(code: str, *words: str, **settings: str) -> subprocess.Popen[str]:
    """Start a Python of its own."""
    kept = {name: value for name, value in os.environ.items() if name != "JEUGDSIM_CACHE"}
    return subprocess.Popen(
        [sys.executable, "-c", code, *words],
        env={**kept, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def told(process: subprocess.Popen[str]) -> str:
    """Return what a process that did well printed."""
    out, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    return out


def kernels(cache: Path) -> dict[Path, int]:
    """Return the files of machine code in a cache, and when each was written."""
    return {file: file.stat().st_mtime_ns for file in cache.rglob("*.nbc")}


@pytest.mark.prove
def test_two_processes_fill_an_empty_cache_at_once_and_agree(tmp_path: Path) -> None:
    """Then a third finds all there, compiles nothing and says the same; so does this process."""
    folder, cache = str(DATA / "small"), str(tmp_path)
    both = [started(VOLUMES, folder, NUMBA_CACHE_DIR=cache) for _ in range(2)]
    first, second = (told(process) for process in both)
    assert first == second
    filled = kernels(tmp_path)
    assert filled
    assert told(started(VOLUMES, folder, NUMBA_CACHE_DIR=cache)) == first
    assert kernels(tmp_path) == filled
    here = js.simulate(js.load_scenario(folder), draws=2, seed=SEED, progress=False)
    assert here["units"].sum() > 0
    assert told(started(VOLUMES, folder)) == first


def test_two_processes_compile_one_kernel_into_an_empty_cache_and_agree(tmp_path: Path) -> None:
    both = [started(WORDS, NUMBA_CACHE_DIR=str(tmp_path)) for _ in range(2)]
    first, second = (told(process) for process in both)
    assert first == second
    *words, place = first.split()
    assert [int(word) for word in words] == list(keyed.philox(1, 2, 3, 4, 5, 6))
    assert Path(place).is_relative_to(tmp_path)
    assert len(kernels(tmp_path)) == 1


def test_a_cache_that_can_not_be_written_is_done_without(tmp_path: Path) -> None:
    """A file stands where the folder should be: nobody can write there, whoever runs the test."""
    taken = tmp_path / "taken"
    taken.write_text("not a folder", encoding="utf-8")
    *words, place = told(started(WORDS, NUMBA_CACHE_DIR=str(taken))).split()
    assert [int(word) for word in words] == list(keyed.philox(1, 2, 3, 4, 5, 6))
    assert place == "None"
    assert taken.read_text(encoding="utf-8") == "not a folder"
