"""Paired differences and their errors, against theory on made-up draws.

Tolerances come from the spread of the estimators themselves, stated at each test.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from jeugdsim.outcomes.differences import (
    chance_block,
    chance_cheaper,
    cost_block,
    difference_block,
    percentile_difference,
)


def two_normals(seed: int, draws: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.standard_normal(draws), rng.standard_normal(draws)


@pytest.mark.parametrize("draws", [1_000, 5_000], ids=["bootstrap", "blocks"])
def test_the_error_of_a_difference_of_p90s_is_that_of_theory(draws: int) -> None:
    """Two independent normals: sqrt(2 p (1 - p) / n) / density.

    One bootstrap error varies by about 20% of itself, one from 20 blocks by 16%: the mean of 20 by
    less than 5%. Both are known to lie a few per cent high; 20% off is 4 errors away from that.
    """
    theory = np.sqrt(2 * 0.9 * 0.1 / draws) / norm.pdf(norm.ppf(0.9))
    found = [
        percentile_difference(*two_normals(seed, draws), seed=seed)["standard_error"]
        for seed in range(20)
    ]
    assert np.mean(found) == pytest.approx(theory, rel=0.2)


@pytest.mark.parametrize("draws", [1_000, 5_000], ids=["bootstrap", "blocks"])
def test_a_difference_that_is_the_same_in_every_draw_has_no_error(draws: int) -> None:
    baseline, _ = two_normals(1, draws)
    block = cost_block(baseline, baseline + 3.0, seed=1)
    assert block["p90"]["difference"] == pytest.approx(3.0)
    assert block["p90"]["standard_error"] == pytest.approx(0.0, abs=1e-12)
    assert block["difference"]["sd"] == pytest.approx(0.0, abs=1e-12)
    assert block["chance"] == {"cheaper": 0.0, "dearer": 1.0, "equal": 0.0}


def test_the_difference_of_p90s_is_not_the_p90_of_the_difference() -> None:
    """0..10 and 10..0: both P90s are 9; the differences 10, 8, ..., -10 have P90 8."""
    up = np.arange(11.0)
    block = cost_block(up, up[::-1], seed=1)
    assert block["p90"]["difference"] == 0.0
    assert block["difference"]["p90"] == 8.0
    assert (block["baseline"]["p90"], block["compared"]["p90"]) == (9.0, 9.0)


def test_the_same_draws_give_the_same_error_to_the_bit() -> None:
    baseline, compared = two_normals(3, 200)
    once, again = (percentile_difference(baseline, compared, seed=5) for _ in range(2))
    other = percentile_difference(baseline, compared, seed=6)
    assert once == again
    assert other["difference"] == once["difference"]
    assert other["standard_error"] != once["standard_error"]


def test_a_cent_is_neither_cheaper_nor_dearer() -> None:
    found = chance_cheaper(np.array([-0.02, -0.01, 0.0, 0.01, 0.02, 5.0, -5.0, 7.0]))
    assert found == {"cheaper": 2 / 8, "dearer": 3 / 8, "equal": 3 / 8}


def test_a_chance_has_a_paired_error() -> None:
    """Half of the draws each, and they differ in 2 of 100: sd of the difference by hand."""
    baseline = np.arange(100) < 50
    compared = np.arange(100) < 52
    found = chance_block(baseline, compared)
    assert (found["baseline"], found["compared"]) == (0.5, 0.52)
    assert found["difference"] == pytest.approx(0.02)
    by_hand = np.sqrt((2 * 0.98**2 + 98 * 0.02**2) / 99 / 100)
    assert found["standard_error"] == pytest.approx(by_hand)
    unpaired = np.sqrt(0.25 / 100 + 0.52 * 0.48 / 100)
    assert found["standard_error"] < unpaired / 4


def test_one_draw_has_no_error() -> None:
    one = np.array([1.0])
    block = cost_block(one, one + 1.0, seed=1)
    assert np.isnan(block["p90"]["standard_error"])
    assert np.isnan(block["difference"]["standard_error"])
    assert difference_block(one, one + 1.0)["difference"]["mean"] == 1.0
