"""Two processes that fill an empty cache of compiled kernels at once; a third that finds it full."""

from __future__ import annotations

from pathlib import Path

import pytest
from processes import kernels, started, told
from regions import DATA

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
