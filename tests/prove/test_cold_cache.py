"""Processes that fill an empty cache of kernels at once, or are killed while they do; the next ones."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

import pytest
from processes import kernels, said, started, told
from regions import DATA, HAAGLANDEN

import jeugdsim as js

pytestmark = pytest.mark.prove

SEED = 2027
VOLUMES = """
import sys
from hashlib import sha256
import jeugdsim as js
volumes = js.simulate(js.load_scenario(sys.argv[1]), draws=2, seed=2027, threads=1, progress=False)
for name in ("units", "client_days"):
    print(name, sha256(volumes[name].to_numpy().tobytes()).hexdigest())
"""
RUN = """
import sys
from jeugdsim.cli import app
app(["run", sys.argv[1], "--draws", "2", "--out", sys.argv[2]])
"""
SMALL = str(DATA / "small")


def test_processes_fill_an_empty_cache_at_once_and_agree(tmp_path: Path) -> None:
    """Then one more finds all there, compiles nothing and says the same; so does this process."""
    cache = str(tmp_path)
    several = [started(VOLUMES, SMALL, NUMBA_CACHE_DIR=cache) for _ in range(3)]
    first, *others = (told(process) for process in several)
    assert others == [first, first]
    filled = kernels(tmp_path)
    assert filled
    assert told(started(VOLUMES, SMALL, NUMBA_CACHE_DIR=cache)) == first
    assert kernels(tmp_path) == filled
    here = js.simulate(js.load_scenario(SMALL), draws=2, seed=SEED, progress=False)
    assert here["units"].sum() > 0
    assert told(started(VOLUMES, SMALL)) == first


@pytest.mark.parametrize("after", [1, 10, 25])
def test_one_killed_while_it_compiles_leaves_the_next_unharmed(after: int, tmp_path: Path) -> None:
    cache = str(tmp_path)
    killed = started(VOLUMES, SMALL, NUMBA_CACHE_DIR=cache)
    while len(kernels(tmp_path)) < after:
        assert killed.poll() is None, "it was to compile more than so many kernels"
        time.sleep(0.001)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert told(started(VOLUMES, SMALL, NUMBA_CACHE_DIR=cache)) == told(started(VOLUMES, SMALL))


def test_a_whole_run_compiles_once_and_tells_so(tmp_path: Path) -> None:
    """Simulation and closed forms: the first process says so on a line, the second compiles nothing."""
    cache, out = tmp_path / "cache", str(tmp_path / "out")
    words = (str(HAAGLANDEN), out)
    answer, first = said(started(RUN, *words, NUMBA_CACHE_DIR=str(cache)))
    filled = kernels(cache)
    assert first.count("jeugdsim: compiling") == 1
    again, second = said(started(RUN, *words, NUMBA_CACHE_DIR=str(cache)))
    assert "compiling" not in second
    assert kernels(cache) == filled
    assert again == answer


@pytest.mark.skipif(sys.platform != "linux", reason="the limit on files is a Unix one")
def test_no_room_on_the_disk_stops_no_run(tmp_path: Path) -> None:
    """No file may grow beyond 2,000 bytes: the same volumes, and nothing broken is left behind."""
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))" + VOLUMES
    first = told(started(limited, SMALL, NUMBA_CACHE_DIR=str(tmp_path)))
    assert not kernels(tmp_path)
    assert told(started(VOLUMES, SMALL, NUMBA_CACHE_DIR=str(tmp_path))) == first
    assert kernels(tmp_path)
