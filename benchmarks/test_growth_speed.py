"""How time and memory grow with what is simulated; processor time on one thread.

Growth is timed in the first turns only. The large run takes many minutes and is asked for by
``--large``; it and the country's memory are measured in processes of their own.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.conftest import ROOT, SEED, stays_of
from benchmarks.growth import GROWN, SAME_CHILDREN, whole_country
from benchmarks.measured import COUNTRY, DRAWS_GROW, GROWS, LARGE
from benchmarks.test_speed import in_processor_time, simulated
from jeugdsim.scenario import Scenario

TURNS = 3
DRAWS_IN = (0.25, 0.5, 1.0, 2.0)


@pytest.fixture(autouse=True)
def only_some_turns(turn: int) -> None:
    """Leave out the later turns."""
    if turn >= TURNS:
        pytest.skip("growth is timed in fewer turns")


@in_processor_time
@pytest.mark.parametrize("times", DRAWS_IN)
def test_draws_grow(
    benchmark: BenchmarkFixture, turn: int, quantities: Scenario, draws: int, times: float
) -> None:
    """Simulate more and more draws."""
    number = max(1, int(times * draws))
    made = benchmark.pedantic(simulated, args=(quantities, number, 1), rounds=1)
    told = {"what": DRAWS_GROW, "size": times, "draws": number, "stays": stays_of(made)}
    benchmark.extra_info.update(told)


@in_processor_time
@pytest.mark.parametrize(
    ("what", "size"), [(what, size) for what, (_, sizes) in GROWN.items() for size in sizes]
)
def test_scenario_grows(
    benchmark: BenchmarkFixture, turn: int, quantities: Scenario, draws: int, what: str, size: float
) -> None:
    """Simulate Haaglanden made larger in one direction."""
    number = draws if what in SAME_CHILDREN else max(1, draws // 2)
    scenario = GROWN[what][0](quantities, size)
    made = benchmark.pedantic(simulated, args=(scenario, number, 1), rounds=1)
    told = {"what": GROWS.format(what), "size": size, "draws": number, "stays": stays_of(made)}
    benchmark.extra_info.update(told)


@in_processor_time
def test_the_whole_country(
    benchmark: BenchmarkFixture, turn: int, quantities: Scenario, draws: int
) -> None:
    """Simulate 342 municipalities, with 30 times the children of Haaglanden."""
    number = max(1, draws // 10)
    country = whole_country(quantities)
    made = benchmark.pedantic(simulated, args=(country, number, 1), rounds=1)
    peak = apart("country", number)["peak_mib"] if turn == 0 else 0.0
    told = {"what": COUNTRY, "draws": number, "stays": stays_of(made), "peak_mib": peak}
    benchmark.extra_info.update(told)
    assert made.sizes["municipality"] == 342


def test_large_run(benchmark: BenchmarkFixture, turn: int, request: pytest.FixtureRequest) -> None:
    """Run very many draws of Haaglanden and keep the summary."""
    number = request.config.getoption("large")
    if not number or turn > 0:
        pytest.skip("asked for by --large, and run once")
    made = benchmark.pedantic(apart, args=("summary", number), rounds=1)
    benchmark.extra_info.update({"what": LARGE, "draws": number, "peak_mib": made["peak_mib"]})


def apart(what: str, draws: int) -> dict[str, float]:
    """Return what a process of its own tells: elapsed seconds, and memory at its most in MiB."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.large", what, str(draws), str(SEED)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    told: dict[str, float] = json.loads(done.stdout)
    return told
