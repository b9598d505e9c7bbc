"""Statistics added up piece by piece: those of all draws together, whatever the pieces."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from alike import alike
from hypothesis import given, settings
from hypothesis import strategies as st

from jeugdsim.outcomes.accumulated import Accumulated, Recorder
from jeugdsim.outcomes.telling import EXACT, Telling

Array = npt.NDArray[np.float64]
RANDOM = np.random.default_rng(5)
DRAWS = 6_000  # 24 blocks: standard errors come from block means
MONEY = 2e9 + 1e8 * RANDOM.standard_normal(DRAWS)
WAIT = np.where(RANDOM.random(DRAWS) < 0.3, np.nan, RANDOM.exponential(10.0, DRAWS))
NEVER = np.full(DRAWS, np.nan)


def block(tell: Telling, rows: slice) -> dict[str, Any]:
    return {
        "form": "pxq",
        "money": tell.distribution(MONEY[rows]),
        "wait": {"2027": tell.known_distribution(WAIT[rows])},
        "never": tell.known_distribution(NEVER[rows]),
        "absent": tell.distribution(NEVER[rows]),
        "chance": tell.chance(MONEY[rows] > 2e9),
        "size": tell.known_mean(np.where(MONEY[rows] > 2e9, MONEY[rows], np.nan)),
        "no size": tell.known_mean(NEVER[rows]),
        "mean": tell.mean(MONEY[rows]),
        "budget": tell.certain(np.full(DRAWS, 5.0)[rows]),
    }


def added(cuts: list[int], draws: int = DRAWS) -> dict[str, Any]:
    total = Accumulated()
    told: dict[str, Any] = {}
    for first, stop in zip([0, *cuts], [*cuts, draws], strict=True):
        note = Recorder()
        told = block(note, slice(first, stop))
        total.take(note)
    return total.told(told)


@pytest.mark.parametrize("draws", [1, 2, 250, 4_999, 5_000, DRAWS])
def test_it_is_what_all_draws_together_say(draws: int) -> None:
    cuts = list(range(1_000, draws, 1_000))
    alike(added(cuts, draws), block(EXACT, slice(0, draws)), rel=1e-12, least=0.0)


def test_a_chance_is_counted_exactly() -> None:
    assert added([1_000, 2_250])["chance"] == float(np.mean(MONEY > 2e9))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, DRAWS - 1), max_size=5, unique=True))
def test_the_cuts_change_no_bit(cuts: list[int]) -> None:
    assert repr(added(sorted(cuts))) == repr(WHOLE)


WHOLE = added([])
