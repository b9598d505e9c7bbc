"""Sharper means: the true mean where it is known, no bias, and errors that say what they should."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from regions import care_form, region
from scipy import stats

import jeugdsim as js
from jeugdsim.outcomes.sharper import sharper_means
from jeugdsim.scenario import Scenario
from jeugdsim.world.parameters import latin_hypercube

Array = npt.NDArray[np.float64]
SEEDS = 24
FALSE_ALARM = 1e-6
NONE = np.empty((400, 0))


def straight() -> Scenario:
    """Return a region whose cost is a product of independent things drawn: its mean is a closed form.

    Fixed stays, everything P x Q, no waiting, an index without memory: cost is inflow x shock x units
    x shock x tariff x index, and all of it varies.
    """
    return region(
        [care_form("wonen", units_per_day={"mean": 1.0, "cv": 0.08}), care_form("dag")],
        towns=("Aldorp", "Bedum"),
        youth=40_000.0,
        inflow={"wonen": {"mean": 5.0, "cv": 0.1}, "dag": 2.0},
        years=1,
        price_year=2023,
        world={
            "inflow_shock_region_cv": 0.12,
            "inflow_shock_municipality_cv": 0.08,
            "units_shock_cv": 0.05,
            "indexation": {"mean": 0.03, "sd": 0.03, "autocorrelation": 0.0},
            "index_forecast_error": {"mean": 0.005, "sd": 0.01},
        },
    )


def test_the_true_mean_is_found_with_the_error_that_is_stated() -> None:
    """Over 24 seeds, each told in its own standard errors: a sum of squares of normals.

    False alarm once in a million on either side; a standard error a third of what it should be would
    be seen (thousands of repetitions look sharper, in `tests/prove`). And the errors made are as much
    smaller as the factor says: their ratio is one of two variances on 24 seeds each.
    """
    scenario = straight()
    truth = js.expected_cost(scenario).use_value.sum().item()
    plain, sharper, factors = [], [], []
    for seed in range(SEEDS):
        outcome = js.run(scenario, draws=500, seed=seed, threads=1, progress=False)
        row = outcome.sharper_means().set_index("number").loc["region.payment.total.mean"]
        plain.append((row["mean"] - truth) / row["standard_error"])
        sharper.append((row["sharper_mean"] - truth) / row["sharper_standard_error"])
        factors.append(row["factor"])
    low, high = stats.chi2(SEEDS).ppf([FALSE_ALARM, 1.0 - FALSE_ALARM])
    most = stats.f(SEEDS, SEEDS).ppf(1.0 - FALSE_ALARM)
    for scores in (plain, sharper):
        assert low < np.sum(np.square(scores)) < high
        assert abs(np.sum(scores)) < 5 * np.sqrt(SEEDS)
    errors = np.sum(np.square(plain)) / np.sum(np.square(sharper))
    assert 1 / most < errors < most
    assert np.median(factors) > most, "so small a gain could be luck"


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.floats(-1e3, 1e3), st.floats(-1e3, 1e3))
def test_what_is_a_straight_line_in_luck_is_taken_out_whole(
    seed: int, slope: float, shift: float
) -> None:
    """Adding any line in the luck adds nothing, adding a number adds that number."""
    rng = np.random.default_rng(seed)
    luck, result = rng.standard_normal((400, 3)), rng.standard_normal((400, 1))
    found = sharper_means(result, luck, NONE)
    added = sharper_means(result + shift + slope * luck[:, [1]], luck, NONE)
    assert np.allclose(added.sharper_mean, found.sharper_mean + shift, rtol=0, atol=1e-9)
    assert np.allclose(added.sharper_standard_error, found.sharper_standard_error, rtol=1e-6)


def test_luck_that_does_nothing_costs_next_to_nothing() -> None:
    """With luck of no use the error is that of the draws, but for the noise of slopes: about k/n."""
    rng = np.random.default_rng(3)
    found = sharper_means(
        rng.standard_normal((4000, 1)), rng.standard_normal((4000, 40)), np.empty((4000, 0))
    )
    assert 0.97 < found.factor[0] < 1.0


def test_curved_results_are_not_biased() -> None:
    """exp(e) has mean exp(1/2). With slopes from all draws, i among them, 100 draws are biased.

    The z of 3,000 repetitions: false alarm 6e-7.
    """
    rng = np.random.default_rng(11)
    found, naive = [], []
    for _ in range(3_000):
        luck = rng.standard_normal((100, 12))
        result = np.exp(luck[:, :1])
        found.append(sharper_means(result, luck, np.empty((100, 0))).sharper_mean[0])
        naive.append(
            np.linalg.lstsq(np.column_stack([np.ones(100), luck]), result, rcond=None)[0][0, 0]
        )
    z, z_naive = (
        (np.mean(means) - np.exp(0.5)) / (np.std(means, ddof=1) / np.sqrt(len(means)))
        for means in (np.array(found), np.array(naive))
    )
    assert abs(z) < 5
    assert abs(z_naive) > 5, "the test could not see a bias"


def test_what_the_hypercube_balances_is_not_counted_twice() -> None:
    """Of a line in balanced assumptions next to nothing is left in whole blocks, plain or sharper."""
    draws = 1_000
    once = np.column_stack([latin_hypercube(5, name, draws) for name in "ab"])
    rng = np.random.default_rng(5)
    luck, noise = rng.standard_normal((draws, 1)), rng.standard_normal((draws, 1))
    result = 40.0 * once[:, :1] + luck + 0.5 * noise
    found = sharper_means(result, luck, once)
    assert found.standard_error[0] == pytest.approx(np.sqrt((1.0 + 0.25) / draws), rel=0.15)
    assert found.sharper_standard_error[0] == pytest.approx(np.sqrt(0.25 / draws), rel=0.15)


def test_draws_of_an_unfinished_block_are_not_balanced() -> None:
    """The first 100 draws of a block of 250 are 100 out of 250: their mean swings accordingly."""
    means, errors = [], []
    for seed in range(400):
        once = latin_hypercube(seed, "a", 100)[:, None]
        found = sharper_means(once, np.empty((100, 0)), once)
        means.append(found.mean[0])
        errors.append(found.standard_error[0])
    spread = np.std(means, ddof=1)  # of 400: known to 3.5%, so 20% is over five of its standard errors
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(spread, rel=0.2)
    assert spread == pytest.approx(np.sqrt((1 - 100 / 250) / 12 / 100), rel=0.2)


def test_too_few_draws_are_refused_with_how_many_it_takes() -> None:
    outcome = js.run(straight(), draws=50, seed=1, progress=False)
    with pytest.raises(ValueError, match="50 draws are too few to tell luck apart: at least 100"):
        outcome.sharper_means()


def test_the_plain_mean_is_that_of_the_summary() -> None:
    outcome = js.run(straight(), draws=200, seed=1, progress=False)
    table = outcome.sharper_means().set_index("number")
    payment = outcome.to_dict()["region"]["payment"]
    for period in ("2025", "total"):
        assert table.loc[f"region.payment.{period}.mean", "mean"] == pytest.approx(
            payment[period]["mean"], rel=1e-12
        )
    assert "region.budget.2025" not in table.index
    assert "municipalities.Aldorp.contribution.2025.mean" in table.index


def test_a_reset_that_came_too_often_is_luck_too() -> None:
    """Whether a reset comes is a plain draw of a known chance: its mean is taken out like a shock's."""
    scenario = straight().with_changes(
        {
            "tariff_resets": {"uitspraak": {"year": 2025, "chance": 0.3, "effect": 0.2}},
            "world.indexation": {"mean": 0.03, "sd": 0.0, "autocorrelation": 0.0},
        }
    )
    truth = js.expected_cost(scenario).use_value.sum().item()
    scores = []
    for seed in range(10):
        outcome = js.run(scenario, draws=500, seed=seed, threads=1, progress=False)
        row = outcome.sharper_means().set_index("number").loc["region.payment.total.mean"]
        assert row["factor"] > 5
        scores.append((row["sharper_mean"] - truth) / row["sharper_standard_error"])
    assert np.sum(np.square(scores)) < stats.chi2(10).ppf(1.0 - FALSE_ALARM)
