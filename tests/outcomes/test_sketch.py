"""Percentiles from a histogram: exact for few rows, and near for many, whatever they look like."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeugdsim.outcomes.sketch import FIRST_ROWS, Percentiles
from jeugdsim.outcomes.statistics import LEVELS

Array = npt.NDArray[np.float64]
PERCENTS = list(LEVELS.values())
ALLOWED = 0.002  # of the distance from P5 to P95
BLOCK = 250
MANY = 40_000
Z = np.random.default_rng(7).standard_normal(MANY)
U = np.random.default_rng(8).random(MANY)
EARLY = np.arange(MANY) < FIRST_ROWS


def kept(columns: Array) -> Percentiles:
    """Return percentiles that were given columns in blocks."""
    made = Percentiles(columns.shape[1])
    for first in range(0, len(columns), BLOCK):
        made.take(columns[first : first + BLOCK])
    return made


def told(values: Array) -> Array:
    return kept(values[:, None]).told(PERCENTS)[:, 0]


def near(values: Array) -> None:
    exact = np.percentile(values, PERCENTS)
    assert np.abs(told(values) - exact).max() <= ALLOWED * (exact[-1] - exact[0])


@pytest.mark.parametrize(
    "values",
    [
        2e9 + 1e8 * Z,
        np.exp(2.0 * Z),
        np.tan(np.pi * (U - 0.5)),
        U,
        np.where(U < 0.6, 0.0, np.exp(Z)),
        np.where(U < 0.06, 1e3, 0.0) + Z,
        np.round(300.0 + 17.0 * Z),
        np.where(EARLY, 0.01, 1.0) * Z,
        np.where(EARLY, 0.0, Z),
    ],
    ids=[
        "normal",
        "lognormal",
        "cauchy",
        "uniform",
        "an atom",
        "two humps",
        "counts",
        "narrow at first",
        "constant at first",
    ],
)
def test_it_is_within_a_fifth_of_a_percent_of_the_spread(values: Array) -> None:
    near(values)


@pytest.mark.parametrize("rows", [1, 2, 249, 2_000, FIRST_ROWS - 1])
def test_few_rows_are_exact(rows: int) -> None:
    assert told(Z[:rows]).tolist() == np.percentile(Z[:rows], PERCENTS).tolist()


def test_what_comes_often_comes_back_exactly() -> None:
    mostly_nothing = np.where(U < 0.6, 0.0, np.exp(Z))
    assert told(mostly_nothing)[:3].tolist() == [0.0, 0.0, 0.0]
    assert told(np.full(MANY, 3.7e8)).tolist() == [3.7e8] * len(PERCENTS)
    dice = np.random.default_rng(9).integers(1, 7, MANY).astype(np.float64)
    assert told(dice).tolist() == np.percentile(dice, PERCENTS).tolist()


def test_the_smallest_and_the_largest_are_exact() -> None:
    ends = kept(Z[:, None]).told([0.0, 100.0])[:, 0]
    assert ends.tolist() == [Z.min(), Z.max()]


def test_columns_do_not_meet() -> None:
    both = kept(np.stack([Z, 1e6 * U], axis=1)).told(PERCENTS)
    assert both[:, 0].tolist() == told(Z).tolist()
    assert both[:, 1].tolist() == told(1e6 * U).tolist()


@settings(max_examples=25, deadline=None)
@given(
    scale=st.sampled_from([1e-6, 1.0, 1e9]),
    shift=st.floats(-1e9, 1e9),
    atom=st.floats(0.0, 0.9),
    power=st.floats(0.5, 4.0),
    seed=st.integers(0, 99),
)
def test_whatever_the_shape(scale: float, shift: float, atom: float, power: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    z = random.standard_normal(8_000)
    values = np.sign(z) * np.abs(z) ** power * scale
    near(shift * scale + np.where(random.random(8_000) < atom, 0.0, values))
