"""jeugdsim and others on the region of rivals/SPEC.md, in processor time on one thread.

Rivals run without garbage collection: it goes through all that is loaded here, which triples the time
of SimPy and is no merit of ours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import jeugdsim as js
from benchmarks.conftest import SEED, stays_of
from benchmarks.measured import NO_PLACES, OURS, PLACES, rival
from benchmarks.rivals import c_rival, heap_rival, naive_numba_rival, numpy_rival, simpy_rival
from benchmarks.rivals import spec as the_spec
from benchmarks.rivals.c_library import compiler
from benchmarks.rivals.spec import COUNTED, Spec, Totals
from benchmarks.test_speed import in_processor_time, processor_seconds, tell
from jeugdsim.scenario import Scenario

Simulate = Callable[[Spec, int], Totals]

without_collection = pytest.mark.benchmark(timer=processor_seconds, disable_gc=True)
needs_c = pytest.mark.skipif(compiler() is None, reason="no C compiler")


def with_numba(limited: bool) -> Simulate:
    """Return the numba rival, with places or without."""
    return lambda spec, seed: naive_numba_rival.simulate(spec, seed, limited)


RIVALS: list[Any] = [
    pytest.param("SimPy", PLACES, simpy_rival.simulate, 500, id="simpy"),
    pytest.param("plain Python with a heap", PLACES, heap_rival.simulate, 500, id="heap"),
    pytest.param("numba as first written", PLACES, with_numba(True), 20, id="numba"),
    pytest.param("numba as first written", NO_PLACES, with_numba(False), 20, id="numba-free"),
    pytest.param("NumPy", NO_PLACES, numpy_rival.simulate, 10, id="numpy"),
]


@without_collection
@pytest.mark.parametrize(("name", "places", "simulate", "fewer"), RIVALS)
def test_rival(
    benchmark: BenchmarkFixture,
    turn: int,
    spec: Spec,
    draws: int,
    name: str,
    places: str,
    simulate: Simulate,
    fewer: int,
) -> None:
    """Simulate some draws; one is enough for who takes seconds."""
    if turn == 0 and "numba" in name:
        simulate(spec, SEED)  # compiles

    def simulated() -> Totals:
        totals = [simulate(spec, SEED + draw) for draw in range(max(1, draws // fewer))]
        return {what: np.stack([draw[what] for draw in totals]) for what in COUNTED}

    made = benchmark.pedantic(simulated, rounds=1)
    number = len(made["units"])
    stays = number * spec.start_stock.sum() + made["stays_started"].sum()
    tell(benchmark, rival(name, places), draws=number, stays=int(stays))


@needs_c
@in_processor_time
@pytest.mark.parametrize("places", [PLACES, NO_PLACES])
def test_rival_in_c(
    benchmark: BenchmarkFixture, turn: int, spec: Spec, draws: int, places: str
) -> None:
    """Simulate with the program written in C."""
    number, limited = max(1, draws // 2), places == PLACES
    c_rival.simulate(spec, SEED, limited)  # compiled and loaded
    made = benchmark.pedantic(c_rival.simulate, args=(spec, SEED, limited, number), rounds=1)
    stays = number * spec.start_stock.sum() + made["stays_started"].sum()
    tell(benchmark, rival("C by hand", places), draws=number, stays=int(stays))


@in_processor_time
@pytest.mark.parametrize("places", [PLACES, NO_PLACES])
def test_jeugdsim_on_the_same_region(
    benchmark: BenchmarkFixture,
    turn: int,
    region: Scenario,
    scarce_region: Scenario,
    draws: int,
    places: str,
) -> None:
    """Simulate with jeugdsim: everything a run does, from the scenario on."""
    number = max(1, draws // 2)
    scenario = scarce_region if places == PLACES else region
    made = benchmark.pedantic(
        js.simulate,
        args=(scenario,),
        kwargs={"draws": number, "seed": SEED, "threads": 1, "progress": False},
        rounds=1,
    )
    tell(benchmark, rival(OURS, places), draws=number, stays=stays_of(made))
    assert (made["waiting_days"].sum() > 0) == (places == PLACES)
    assert the_spec.totals_of(made).keys() == set(COUNTED)
