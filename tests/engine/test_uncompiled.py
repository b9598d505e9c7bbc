"""The same bits without the compiler: NUMBA_DISABLE_JIT=1 runs the kernels as plain Python."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from regions import DATA

import jeugdsim as js

SEED = 2027
DRAWS = {"certain": 2, "small": 2}

# Run in a process of its own, with every RuntimeWarning (an overflow of a product) an error.
PLAIN = """
import sys
import numpy as np
import jeugdsim as js
from jeugdsim.engine import kernels
assert not hasattr(kernels.philox, "py_func"), "this was to run uncompiled"
folder, target, draws, seed = sys.argv[1:]
scenario = js.load_scenario(folder)
volumes = js.simulate(scenario, draws=int(draws), seed=int(seed), threads=1, progress=False)
np.savez(target, **{name: volumes[name].to_numpy() for name in volumes.data_vars})
"""


@pytest.mark.parametrize("name", DRAWS)
def test_uncompiled_volumes_are_those_of_the_compiled_kernel_to_the_bit(
    name: str, tmp_path: Path
) -> None:
    """'small' holds all there is: levers, responses, moves, fixed stays that are scaled, spread."""
    target = tmp_path / "volumes.npz"
    words = [DATA / name, target, DRAWS[name], SEED]
    done = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", PLAIN, *map(str, words)],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    scenario = js.load_scenario(DATA / name)
    compiled = js.simulate(scenario, draws=DRAWS[name], seed=SEED, progress=False)
    with np.load(target) as plain:
        assert set(plain) == set(compiled.data_vars)
        for variable in compiled.data_vars:
            values = compiled[variable].to_numpy()
            assert plain[variable].dtype == values.dtype, variable
            assert plain[variable].tobytes() == values.tobytes(), variable
    assert compiled.stays_started.sum() > 100


def test_the_same_bits_without_a_cache_on_disk(tmp_path: Path) -> None:
    """JEUGDSIM_CACHE=0 compiles in memory; only the smallest kernel, for time's sake."""
    code = (
        "from jeugdsim.engine import kernels;"
        "print(*kernels.philox(1, 2, 3, 4, 5, 6), kernels.philox.stats.cache_path)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "JEUGDSIM_CACHE": "0"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    from jeugdsim.engine.kernels import philox

    *words, place = done.stdout.split()
    assert [int(word) for word in words] == list(philox(1, 2, 3, 4, 5, 6))
    assert place == "None"
