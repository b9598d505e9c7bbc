"""The benchmarks. They assert no time: ratios are told in the README, by ``make bench``.

What runs on one thread is told in processor time, which counts system calls but not the waiting while
other programs run; what runs on more in elapsed time. A round of seconds is its own average; what takes
less is timed in several rounds, after one that does not count. Memory that a function asks for is
touched first inside its time, as it is for a user.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import xarray as xr
from pytest_benchmark.fixture import BenchmarkFixture

import jeugdsim as js
from benchmarks import floor_in_c
from benchmarks.conftest import HAAGLANDEN, ROOT, SEED, stays_of
from benchmarks.floor import Sums, Work, draw_all, no_sums
from benchmarks.measured import C_FLOOR, C_FLOOR_IN_BATCHES
from benchmarks.rivals.c_library import compiler
from jeugdsim.allocation.coalitions import coalition_costs
from jeugdsim.allocation.pool_case import PoolCase
from jeugdsim.allocation.pools import make_pools, shareable_cost
from jeugdsim.scenario import Scenario

SHORT_ROUNDS = 5
ONE_DRAW = """
import sys
import jeugdsim as js
scenario = js.load_scenario(sys.argv[1])
js.simulate(scenario, draws=1, seed=int(sys.argv[2]), threads=1, progress=False)
"""


def processor_seconds() -> float:
    """Return the processor time used by this process and the ones it started and saw end."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


in_processor_time = pytest.mark.benchmark(timer=processor_seconds)


def tell(benchmark: BenchmarkFixture, what: str, **size: int) -> None:
    """Note what was timed, for the table."""
    benchmark.extra_info.update({"what": what, **size})


def short(benchmark: BenchmarkFixture, function: Callable[[], Any]) -> Any:
    """Time something of less than a second."""
    return benchmark.pedantic(function, rounds=SHORT_ROUNDS, warmup_rounds=1)


def simulated(scenario: Scenario, draws: int, threads: int) -> xr.Dataset:
    """Return simulated volumes."""
    return js.simulate(scenario, draws=draws, seed=SEED, threads=threads, progress=False)


@in_processor_time
def test_simulate(
    benchmark: BenchmarkFixture,
    turn: int,
    scenario: Scenario,
    volumes: xr.Dataset,
    draws: int,
    stays: int,
) -> None:
    """Simulate on one thread; ``volumes`` stand ready, so that everything is compiled."""
    tell(benchmark, "simulate", draws=draws, stays=stays)
    made = benchmark.pedantic(simulated, args=(scenario, draws, 1), rounds=1)
    assert made.identical(volumes)


@in_processor_time
def test_simulate_with_scarce_places(
    benchmark: BenchmarkFixture, turn: int, scarce: Scenario, scarce_volumes: xr.Dataset, draws: int
) -> None:
    """Simulate the crowded case on one thread; children stand in line in most draws."""
    tell(benchmark, "simulate with scarce places", draws=draws, stays=stays_of(scarce_volumes))
    made = benchmark.pedantic(simulated, args=(scarce, draws, 1), rounds=1)
    assert made.identical(scarce_volumes)
    waiting = made["clients_waiting_at_year_end"].sum(("year", "municipality", "care_form"))
    assert (waiting > 0).mean() > 0.5


def drawn_floor(work: Work) -> Sums:
    """Return what the floor draws."""
    sums = no_sums(work)
    draw_all(work, sums)
    return sums


@in_processor_time
def test_draw_floor(benchmark: BenchmarkFixture, turn: int, work: Work, draws: int, stays: int) -> None:
    """Draw the same stays and do nothing with them, on one thread."""
    tell(benchmark, "floor", draws=draws, stays=stays)
    sums = benchmark.pedantic(drawn_floor, args=(work,), rounds=1)
    assert sums.stays.sum() == stays


@pytest.mark.skipif(compiler() is None, reason="no C compiler")
@pytest.mark.parametrize("what", [C_FLOOR, C_FLOOR_IN_BATCHES])
@in_processor_time
def test_draw_floor_in_c(
    benchmark: BenchmarkFixture, turn: int, work: Work, draws: int, stays: int, what: str
) -> None:
    """Draw the floor in C, so that the floor itself is not slow."""
    tell(benchmark, what, draws=draws, stays=stays)
    in_batches = what == C_FLOOR_IN_BATCHES
    floor_in_c.draw_all(work, no_sums(work), in_batches)  # compiled and loaded
    sums = no_sums(work)
    benchmark.pedantic(floor_in_c.draw_all, args=(work, sums, in_batches), rounds=1)
    assert sums.stays.sum() == stays


def test_simulate_on_threads(
    benchmark: BenchmarkFixture,
    turn: int,
    threads: int,
    scenario: Scenario,
    volumes: xr.Dataset,
    draws: int,
    stays: int,
) -> None:
    """Simulate on one thread and on more, in elapsed time."""
    tell(benchmark, "simulate on threads", threads=threads, draws=draws, stays=stays)
    made = benchmark.pedantic(simulated, args=(scenario, draws, threads), rounds=1)
    assert made.identical(volumes)


def test_floor_on_threads(
    benchmark: BenchmarkFixture, turn: int, threads: int, work: Work, stays: int
) -> None:
    """Draw the whole floor on every thread at once: what the machine has to give to threads now."""

    def at_once() -> list[Sums]:
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(drawn_floor, [work] * threads))

    tell(benchmark, "floor on threads", threads=threads, stays=threads * stays)
    made = benchmark.pedantic(at_once, rounds=1)
    assert all(sums.stays.sum() == stays for sums in made)


@in_processor_time
def test_settle(
    benchmark: BenchmarkFixture, turn: int, scenario: Scenario, volumes: xr.Dataset, draws: int
) -> None:
    """Turn volumes into payments."""
    tell(benchmark, "settle", draws=draws)
    short(benchmark, lambda: js.settle(volumes, scenario))


@in_processor_time
def test_allocate(
    benchmark: BenchmarkFixture, turn: int, scenario: Scenario, accounts: xr.Dataset, draws: int
) -> None:
    """Share payments among municipalities under the key in use."""
    tell(benchmark, "allocate", draws=draws)
    short(benchmark, lambda: js.allocate(accounts, scenario))


@in_processor_time
def test_coalitions(
    benchmark: BenchmarkFixture, turn: int, scenario: Scenario, accounts: xr.Dataset, draws: int
) -> None:
    """Ask what every coalition of municipalities would pay alone, in all pools and years."""
    tell(benchmark, "coalitions", draws=draws)
    pools = make_pools(scenario, shareable_cost(scenario, accounts))
    short(
        benchmark,
        lambda: [coalition_costs(PoolCase(scenario, accounts, pool)) for pool in pools],
    )


def fresh_process(cache: Path) -> None:
    """Simulate one draw in a process of its own, with the compiler's cache in a folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JEUGDSIM_")}
    subprocess.run(
        [sys.executable, "-c", ONE_DRAW, str(HAAGLANDEN), str(SEED)],
        env={**kept, "NUMBA_CACHE_DIR": str(cache)},
        cwd=ROOT,
        check=True,
    )


def compiled_files(cache: Path) -> set[Path]:
    """Return the files of machine code in a cache."""
    return set(cache.rglob("*.nbc"))


@pytest.fixture(scope="session")
def warm_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give a folder that holds all compiled code."""
    cache = tmp_path_factory.mktemp("warm")
    fresh_process(cache)
    compiled = compiled_files(cache)
    assert compiled
    yield cache
    assert compiled_files(cache) == compiled, "nothing was to be compiled any more"


@in_processor_time
def test_process_with_everything_compiled(
    benchmark: BenchmarkFixture, turn: int, warm_cache: Path
) -> None:
    """Start Python, load, simulate one draw."""
    tell(benchmark, "warm process")
    benchmark.pedantic(fresh_process, args=(warm_cache,), rounds=1)


@in_processor_time
def test_process_with_nothing_compiled(
    benchmark: BenchmarkFixture, turn: int, warm_cache: Path, tmp_path: Path
) -> None:
    """Do the same with an empty cache; the difference is the compiler's time."""
    tell(benchmark, "cold process")
    benchmark.pedantic(fresh_process, args=(tmp_path,), rounds=1)
    assert len(compiled_files(tmp_path)) == len(compiled_files(warm_cache))
