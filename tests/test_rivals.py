"""The rivals simulate what jeugdsim simulates, else a comparison of speed says nothing.

Sums by care form, by year and by municipality, of everything that is counted, agree within five
standard errors of a difference of means (the spread of a draw is that of jeugdsim's draws): some 1,500
comparisons, so that about one seed in a thousand alarms falsely. The region is a tenth of the spec.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt
import pytest

import jeugdsim as js
from benchmarks.rivals import (
    c_library,
    c_rival,
    heap_rival,
    naive_numba_rival,
    numpy_rival,
    simpy_rival,
)
from benchmarks.rivals.c_library import NoCompilerError, compiler
from benchmarks.rivals.spec import (
    COUNTED,
    Spec,
    Totals,
    certain_scenario,
    scarce_scenario,
    spec_of,
    stays_of,
    totals_of,
)
from benchmarks.scarce import SCARCE
from jeugdsim.scenario import Scenario

OUR_DRAWS, SIZE, SEED, ERRORS = 300, 0.1, 2027, 5.0
EXACT = 1e-6  # of a mean that has no spread
Simulate = Callable[[Spec, int], Totals]


@pytest.fixture(scope="module")
def scarce() -> Scenario:
    return scarce_scenario(certain_scenario(SIZE))


@pytest.fixture(scope="module")
def spec(scarce: Scenario) -> Spec:
    return spec_of(scarce)


@pytest.fixture(scope="module")
def with_places(scarce: Scenario) -> Totals:
    return totals_of(js.simulate(scarce, draws=OUR_DRAWS, seed=SEED, progress=False))


@pytest.fixture(scope="module")
def without_places() -> Totals:
    free = certain_scenario(SIZE)
    return totals_of(js.simulate(free, draws=OUR_DRAWS, seed=SEED, progress=False))


def sums(totals: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return sums by year, town and form, one after another, of (draws, years, towns, forms)."""
    return np.concatenate([totals.sum(axis=axes) for axes in ((2, 3), (1, 3), (1, 2))], axis=1)


def assert_same_means(ours: Totals, theirs: Totals, draws: int) -> None:
    """Compare the means of our draws with the summed counts of theirs, as (years, towns, forms)."""
    for name in COUNTED:
        known = sums(ours[name])
        spread = known.std(axis=0, ddof=1) * np.sqrt(1 / len(known) + 1 / draws)
        apart = sums(theirs[name][None])[0] / draws - known.mean(axis=0)
        allowed = ERRORS * spread + EXACT * np.abs(known.mean(axis=0))
        assert np.all(np.abs(apart) <= allowed), (name, apart / np.maximum(spread, 1e-9))


def added_up(simulate: Simulate, spec: Spec, draws: int) -> Totals:
    """Return counts of some draws together."""
    made = [simulate(spec, SEED + draw) for draw in range(draws)]
    return {name: np.sum([totals[name] for totals in made], axis=0) for name in COUNTED}


@pytest.mark.parametrize(
    ("simulate", "draws"),
    [
        pytest.param(simpy_rival.simulate, 5, id="simpy"),
        pytest.param(heap_rival.simulate, 10, id="heap"),
        pytest.param(naive_numba_rival.simulate, 100, id="numba"),
    ],
)
def test_a_rival_with_places_counts_what_jeugdsim_counts(
    simulate: Simulate, draws: int, spec: Spec, with_places: Totals
) -> None:
    assert_same_means(with_places, added_up(simulate, spec, draws), draws)


@pytest.mark.parametrize(
    "simulate",
    [
        pytest.param(numpy_rival.simulate, id="numpy"),
        pytest.param(partial(naive_numba_rival.simulate, limited=False), id="numba"),
    ],
)
def test_a_rival_without_places_counts_what_jeugdsim_counts(
    simulate: Simulate, spec: Spec, without_places: Totals
) -> None:
    assert_same_means(without_places, added_up(simulate, spec, 100), 100)


@pytest.mark.skipif(compiler() is None, reason="no C compiler")
@pytest.mark.parametrize("limited", [True, False])
def test_the_rival_in_c_counts_what_jeugdsim_counts(
    limited: bool, spec: Spec, with_places: Totals, without_places: Totals
) -> None:
    theirs = c_rival.simulate(spec, SEED, limited, draws=OUR_DRAWS)
    assert_same_means(with_places if limited else without_places, theirs, OUR_DRAWS)


def test_a_program_that_counts_something_else_is_noticed(spec: Spec, with_places: Totals) -> None:
    """One with one percent more days, or without places, is no rival."""
    theirs = {name: counts.sum(axis=0) for name, counts in with_places.items()}
    assert_same_means(with_places, theirs, OUR_DRAWS)
    longer = theirs | {"client_days": 1.01 * theirs["client_days"]}
    with pytest.raises(AssertionError, match="client_days"):
        assert_same_means(with_places, longer, OUR_DRAWS)
    without = added_up(partial(naive_numba_rival.simulate, limited=False), spec, 20)
    with pytest.raises(AssertionError, match="stays_started"):
        assert_same_means(with_places, without, 20)


def test_the_region_is_as_crowded_and_as_large_as_its_description_says() -> None:
    scenario = scarce_scenario(certain_scenario())
    spec = spec_of(scenario)
    in_care = np.bincount(spec.cell_form, spec.start_stock)
    for form, places, children in zip(spec.forms, spec.places, in_care, strict=True):
        assert places == (int(0.97 * children) if form in SCARCE else -1)
    volumes = js.simulate(scenario, draws=2, seed=SEED, progress=False)
    per_draw = stays_of({k: v.mean(axis=0) for k, v in totals_of(volumes).items()}, spec)
    assert per_draw == pytest.approx(120_000, rel=0.02)
    assert volumes.sizes["parameter"] == 0  # nothing is uncertain but the children
    assert not scenario.settings.levers


def test_without_a_compiler_the_rival_in_c_says_so(spec: Spec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(c_library.shutil, "which", lambda name: None)
    c_library.library.cache_clear()
    with pytest.raises(NoCompilerError, match="no C compiler"):
        c_rival.simulate(spec, SEED)


def test_c_is_handed_no_array_that_it_would_misread() -> None:
    with pytest.raises(TypeError, match="places must be contiguous int64 or float64, not int32"):
        c_library.Filled((), {"places": np.zeros(3, dtype=np.int32)})
    with pytest.raises(TypeError, match="stay_mu must be contiguous"):
        c_library.Filled((), {"stay_mu": np.zeros((4, 4))[:, 0]})
