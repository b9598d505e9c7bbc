"""What is measured: Haaglanden, simulated once beforehand so that nothing is compiled on the clock.

Beside it stand the region of the rivals and Haaglanden made larger, each simulated beforehand too.

Every benchmark is timed in turns: all of them once, then all of them again. Two that stand in one
ratio are so timed shortly after each other, and a busy moment of the machine spoils a turn, not a row.
"""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import xarray as xr
from numba import config as numba_config

import jeugdsim as js
from benchmarks.floor import Work, draw_all, no_sums, with_room, work_of
from benchmarks.growth import quantities_of
from benchmarks.rivals.spec import Spec, certain_scenario, scarce_scenario, spec_of
from benchmarks.scarce import with_scarce_places
from jeugdsim.scenario import Scenario

ROOT = Path(__file__).resolve().parents[1]
HAAGLANDEN = ROOT / "scenarios" / "haaglanden-2027"
SEED = 2027
LIBRARIES = ("numpy", "scipy", "numba", "xarray")


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the size of the measurement."""
    parser.addoption("--draws", type=int, default=1000, help="draws in every benchmark")
    parser.addoption("--turns", type=int, default=7, help="how often every benchmark is timed")
    parser.addoption(
        "--large",
        type=int,
        default=0,
        metavar="DRAWS",
        nargs="?",
        const=100_000,
        help="also run so many draws with keep='summary' (100,000; takes many minutes)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to time plain Python."""
    if numba_config.DISABLE_JIT:
        raise pytest.UsageError("NUMBA_DISABLE_JIT is set: unset it to time the compiled kernels")
    for option in ("draws", "turns"):
        if config.getoption(option) < 1:
            raise pytest.UsageError(f"--{option} must be 1 or more")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every benchmark once in each turn; pytest groups tests by a parameter of the session."""
    if "turn" in metafunc.fixturenames:
        turns = range(metafunc.config.getoption("turns"))
        metafunc.parametrize("turn", turns, scope="session")
    if "threads" in metafunc.fixturenames:
        metafunc.parametrize("threads", sorted({1, 2, processors()}))


def pytest_benchmark_update_machine_info(config: pytest.Config, machine_info: dict[str, Any]) -> None:
    """Add what the table tells of the machine."""
    machine_info["processors"] = processors()
    machine_info["libraries"] = {name: version(name) for name in LIBRARIES}


@pytest.fixture(scope="session")
def draws(request: pytest.FixtureRequest) -> int:
    """Return the number of draws."""
    return int(request.config.getoption("draws"))


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    """Return Haaglanden with room for everybody, so that the floor draws what the simulation draws."""
    return with_room(js.load_scenario(HAAGLANDEN))


@pytest.fixture(scope="session")
def volumes(scenario: Scenario, draws: int) -> xr.Dataset:
    """Return simulated volumes; making them compiles the kernels, or reads them from the cache."""
    return js.simulate(scenario, draws=draws, seed=SEED, progress=False)


def stays_of(volumes: xr.Dataset) -> int:
    """Return how many stays there were: met at the start, and begun."""
    return int(volumes["clients_at_start"].sum() + volumes["stays_started"].sum())


@pytest.fixture(scope="session")
def stays(volumes: xr.Dataset) -> int:
    """Return how many stays were drawn."""
    return stays_of(volumes)


@pytest.fixture(scope="session")
def scarce(scenario: Scenario, volumes: xr.Dataset) -> Scenario:
    """Return Haaglanden with four scarce care forms."""
    return with_scarce_places(scenario, volumes)


@pytest.fixture(scope="session")
def scarce_volumes(scarce: Scenario, draws: int) -> xr.Dataset:
    """Return simulated volumes with scarce places."""
    return js.simulate(scarce, draws=draws, seed=SEED, progress=False)


@pytest.fixture(scope="session")
def work(scenario: Scenario, volumes: xr.Dataset) -> Work:
    """Return the floor's work, drawn once so that it is compiled."""
    work = work_of(scenario, volumes)
    draw_all(work, no_sums(work))
    return work


@pytest.fixture(scope="session")
def accounts(scenario: Scenario, volumes: xr.Dataset) -> xr.Dataset:
    """Return what is paid to whom."""
    return js.settle(volumes, scenario)


@pytest.fixture(scope="session")
def quantities(volumes: xr.Dataset) -> Scenario:
    """Return Haaglanden to be made larger; ``volumes`` stand ready, so that everything is compiled."""
    return quantities_of(js.load_scenario(HAAGLANDEN))


@pytest.fixture(scope="session")
def region(volumes: xr.Dataset) -> Scenario:
    """Return the region of the rivals without places."""
    return certain_scenario()


@pytest.fixture(scope="session")
def scarce_region(region: Scenario) -> Scenario:
    """Return the region of the rivals with four scarce care forms."""
    scarce = scarce_scenario(region)
    js.simulate(scarce, draws=1, seed=SEED, progress=False)
    return scarce


@pytest.fixture(scope="session")
def spec(scarce_region: Scenario) -> Spec:
    """Return the region as the rivals have it."""
    return spec_of(scarce_region)
