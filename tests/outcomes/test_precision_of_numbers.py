"""Standard errors of chances, percentiles and means over some draws, beside textbook values."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scarcity import crowded
from scipy import stats

import jeugdsim as js
from jeugdsim.outcomes.precision import (
    PRECISE,
    Reported,
    Statistic,
    by_path,
    error_of_chance,
    error_of_known_mean,
    error_of_percentile,
)
from jeugdsim.outcomes.statistics import LEVELS
from jeugdsim.results import Outcome
from jeugdsim.results.reported import reported
from jeugdsim.world.parameters import latin_hypercube


def test_a_chance_has_the_error_of_a_binomial_share() -> None:
    happened = np.arange(1_000) % 4 == 0
    assert error_of_chance(happened) == pytest.approx(np.sqrt(0.25 * 0.75 / 1_000), rel=1e-3)


@given(st.integers(1_000, 4_000), st.integers(0, 4), st.booleans())
def test_what_no_draw_showed_is_not_certain(draws: int, count: int, otherwise: bool) -> None:
    """With none seen a chance may well be 3/n (the rule of three), so its error is over 1/n."""
    happened = np.arange(draws) < count
    error = error_of_chance(~happened if otherwise else happened)
    assert 1.0 / draws < error < 3.0 / draws


def test_a_chance_of_a_balanced_number_is_known_better_than_a_binomial_share() -> None:
    """In whole blocks a Latin hypercube has just 100 of 250 draws below 0.4: block means see that."""
    below = latin_hypercube(1, "a", 5_000) <= 0.4
    assert error_of_chance(below) == pytest.approx(0.0, abs=1e-12)
    plain = np.random.default_rng(1).random(5_000) <= 0.4
    assert error_of_chance(plain) == pytest.approx(np.sqrt(0.24 / 5_000), rel=0.6)


@pytest.mark.parametrize("level", [5, 50, 90])
@pytest.mark.parametrize("draws", [1_000, 5_000])
def test_a_percentile_has_the_error_its_density_gives(level: float, draws: int) -> None:
    """sqrt(p (1 - p) / n) / density, for a normal number; the mean of 60 estimates.

    One estimate spreads by 16% (20 block means) and by 10% or so (order statistics): the mean by 3%.
    """
    rng = np.random.default_rng(draws + int(level))
    found = [error_of_percentile(rng.standard_normal(draws), level) for _ in range(60)]
    p = level / 100.0
    theory = np.sqrt(p * (1.0 - p) / draws) / stats.norm.pdf(stats.norm.ppf(p))
    assert np.mean(found) == pytest.approx(theory, rel=0.15)


def test_a_percentile_of_a_constant_is_certain() -> None:
    assert error_of_percentile(np.full(1_000, 7.0), 90) == 0.0


def test_a_mean_over_some_draws_has_the_error_of_those_draws() -> None:
    """With n draws of which a share p knows the number, the error is sd / sqrt(p n)."""
    rng = np.random.default_rng(4)
    values = np.where(rng.random(4_000) < 0.25, rng.standard_normal(4_000), np.nan)
    assert error_of_known_mean(values) == pytest.approx(1.0 / np.sqrt(1_000), rel=0.15)
    assert error_of_known_mean(np.where(np.arange(1_000) < 4, 1.0, np.nan)) == np.inf


@pytest.fixture(scope="module")
def crowded_run() -> Outcome:
    """Return a run in which everything is reported: waiting, ages, savings, chances."""
    scenario = crowded(entry_ages={10: 0.5, 17: 0.5}, extended_care={"wonen": (0.5, 21.0)})
    return js.run(scenario, draws=20, seed=3, progress=False)


def test_every_number_with_an_error_is_worked_out_from_what_is_kept(crowded_run: Outcome) -> None:
    summary = dict(by_path(crowded_run.to_dict()))
    told = dict(by_path(reported(crowded_run, PRECISE)))
    numbers = {path: one for path, one in told.items() if isinstance(one, Reported)}
    assert {one.statistic for one in numbers.values()} == set(get_args(Statistic))
    for path, one in numbers.items():
        if summary[path] is None:
            assert np.isnan(one.value()), path
        else:
            assert one.value() == pytest.approx(summary[path], rel=1e-12, abs=1e-12), path


def test_the_error_of_a_mean_is_that_of_the_summary(crowded_run: Outcome) -> None:
    summary = dict(by_path(crowded_run.to_dict()))
    told = dict(by_path(reported(crowded_run, PRECISE)))
    for path in ("region.payment.2027", "contracts.alles.provider_result.total"):
        assert told[f"{path}.mean"].standard_error() == summary[f"{path}.standard_error"]


def test_percentiles_are_those_that_are_reported() -> None:
    assert set(PRECISE.distribution(np.arange(3.0))) == {"mean", "sd", *LEVELS}
