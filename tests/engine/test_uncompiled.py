"""The same bits without the compiler: NUMBA_DISABLE_JIT=1 runs the kernels as plain Python."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from regions import DATA, care_form, lever, region
from scarcity import crowded

import jeugdsim as js

SEED = 2027
DRAWS = {"certain": 2, "small": 2}

# Run in a process of its own, with every RuntimeWarning (an overflow of a product) an error.
PLAIN = """
import sys
import numpy as np
import jeugdsim as js
from jeugdsim.engine import keyed
assert not hasattr(keyed.philox, "py_func"), "this was to run uncompiled"
folder, target, draws, seed = sys.argv[1:]
scenario = js.load_scenario(folder)
volumes = js.simulate(scenario, draws=int(draws), seed=int(seed), threads=1, progress=False)
np.savez(target, **{name: volumes[name].to_numpy() for name in volumes.data_vars})
"""


def all_stays(folder: Path) -> Path:
    """Write a scenario with every family of stays, all scaled, children moving from one to the next."""
    stays = {
        "a": {"stay_distribution": "lognormal", "stay_mean_days": 40, "stay_sd_days": 50},
        "b": {"stay_distribution": "gamma", "stay_mean_days": 30, "stay_sd_days": 60},
        "c": {"stay_distribution": "weibull", "stay_mean_days": 30, "stay_sd_days": 10},
        "d": {"stay_distribution": "empirical:d.csv", "stay_mean_days": None},
        "e": {"stay_distribution": "exponential", "stay_mean_days": 20},
        "f": {"stay_distribution": "fixed", "stay_mean_days": 25},
    }
    steps = ((2, 0.7), (3, 0.7), (30, 0.25), (200, 0.0))
    scenario = region(
        [care_form(name, units_cv=0.4, **stay) for name, stay in stays.items()],
        inflow=30.0,
        moves=dict.fromkeys(pairwise(stays), 0.6),
        levers=[lever("korter", "stay_days", -0.3, "2026-01-01", care_forms=list(stays))],
        empirical_stays={"d.csv": [{"days": days, "survival": left} for days, left in steps]},
    )
    js.write_scenario(scenario, folder)
    return folder


def all_that_limits_care(folder: Path) -> Path:
    """Write a crowded region with places, waiting, holding, escalation, bridging, ages, retentions."""
    scenario = crowded(
        entry_ages={0: 0.3, 15: 0.2, 17: 0.5},
        extended_care={"wonen": (0.5, 21.0), "ambulant": (0.3, 20.0)},
        contracts={
            "alles": {"form": "pxq", "segments": ["zorg"], "child_retentions": [0.0, 500.0, 5_000.0]}
        },
        stock={"crisis": 1.0, "thuis": 0.2, "zwaar": 0.5},
        levers=[
            lever("korter", "stay_days", -0.2, "2026-04-01", care_forms=["wonen"], applies_to="all"),
            lever("verlengd", "extended_share", 0.5, "2025-06-01", care_forms=["ambulant"]),
        ],
    )
    js.write_scenario(scenario, folder)
    return folder


def scenario_folder(name: str, folder: Path) -> Path:
    """Return the folder of a case, written where it is not among the data."""
    write = {"all stays": all_stays, "all that limits care": all_that_limits_care}
    return write[name](folder) if name in write else DATA / name


@pytest.mark.parametrize("name", [*DRAWS, "all stays", "all that limits care"])
def test_uncompiled_volumes_are_those_of_the_compiled_kernel_to_the_bit(
    name: str, tmp_path: Path
) -> None:
    """'small' holds all there is: levers, responses, moves, fixed stays that are scaled, spread."""
    folder = scenario_folder(name, tmp_path / "written")
    draws = DRAWS.get(name, 2)
    target = tmp_path / "volumes.npz"
    words = [folder, target, draws, SEED]
    done = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", PLAIN, *map(str, words)],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    scenario = js.load_scenario(folder)
    compiled = js.simulate(scenario, draws=draws, seed=SEED, progress=False)
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
        "from jeugdsim.engine import keyed;"
        "print(*keyed.philox(1, 2, 3, 4, 5, 6), keyed.philox.stats.cache_path)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "JEUGDSIM_CACHE": "0"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    from jeugdsim.engine.keyed import philox

    *words, place = done.stdout.split()
    assert [int(word) for word in words] == list(philox(1, 2, 3, 4, 5, 6))
    assert place == "None"
