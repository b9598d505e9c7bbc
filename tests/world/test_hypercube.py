"""The table of drawn assumptions: Latin hypercube in keyed blocks of 250."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr
from regions import DATA, care_form, lever, region
from scipy import stats

import jeugdsim as js
from jeugdsim.world.keys import generator
from jeugdsim.world.parameters import draw_parameters, latin_hypercube, mean_parameters

BLOCK = 250


def strata(column: np.ndarray) -> np.ndarray:
    return np.floor(column * BLOCK).astype(int)


@pytest.mark.parametrize("name", ["world.inflow_growth_per_year", "levers.sterke teams.effect"])
@pytest.mark.parametrize("seed", [0, 2027])
def test_every_block_has_one_value_in_each_of_its_250_strata(name: str, seed: int) -> None:
    column = latin_hypercube(seed, name, 5 * BLOCK)
    for block in column.reshape(5, BLOCK):
        assert sorted(strata(block)) == list(range(BLOCK))


def test_the_drawn_parameters_of_a_run_lie_one_in_each_stratum() -> None:
    """Seen from outside: the probabilities of a normal assumption in the volumes of a run."""
    scenario = js.load_scenario(DATA / "small")
    growth = draw_parameters(scenario, 3, 1_000).of(
        "world.units_growth_per_year", scenario.settings.world.units_growth_per_year
    )
    for block in stats.norm.cdf((growth - 0.015) / 0.01).reshape(4, BLOCK):
        assert sorted(strata(block)) == list(range(BLOCK))


def test_places_within_strata_and_order_of_strata_are_random() -> None:
    """Uniform places (Kolmogorov-Smirnov) and an order without trend: false alarm 1 in 5,000."""
    column = latin_hypercube(1, "een", 20 * BLOCK)
    places = column * BLOCK % 1
    assert stats.kstest(places, "uniform").pvalue > 1e-4
    assert stats.spearmanr(np.arange(len(column)), column).pvalue > 1e-4


def test_the_numbers_are_those_that_scipy_makes_of_the_same_streams() -> None:
    for block, column in enumerate(latin_hypercube(2027, "naam", 3 * BLOCK).reshape(3, BLOCK)):
        sampler = stats.qmc.LatinHypercube(1, rng=generator(2027, "assumption", "naam", block))
        np.testing.assert_array_equal(column, sampler.random(BLOCK)[:, 0])


@pytest.mark.parametrize("draws", [1, 100, 250, 251, 999])
def test_a_shorter_run_is_the_beginning_of_a_longer_one(draws: int) -> None:
    longer = latin_hypercube(5, "naam", 1_000)
    np.testing.assert_array_equal(latin_hypercube(5, "naam", draws), longer[:draws])


def test_columns_and_blocks_and_seeds_have_numbers_of_their_own() -> None:
    """Rank correlations of 28 pairs of blocks of 250 within 4.5/sqrt(250): once in 5,000 seeds."""
    blocks = [
        block
        for seed in (1, 2)
        for name in ("een", "twee")
        for block in latin_hypercube(seed, name, 2 * BLOCK).reshape(2, BLOCK)
    ]
    correlation = stats.spearmanr(np.array(blocks), axis=1).statistic
    apart = correlation[np.triu_indices(len(blocks), 1)]
    assert np.abs(apart).max() < 4.5 / np.sqrt(BLOCK)


def test_the_assumptions_of_a_run_do_not_hang_together() -> None:
    """Rank correlations of 136 pairs of columns within 5/sqrt(1,000): once in 10,000 seeds."""
    values = draw_parameters(js.load_scenario(DATA / "small"), 2, 1_000).values
    assert values.shape[1] == 17
    correlation = stats.spearmanr(values).statistic
    assert np.abs(correlation[np.triu_indices(17, 1)]).max() < 5 / np.sqrt(1_000)


def parameters_of(changes: dict[str, Any]) -> xr.DataArray:
    scenario = js.load_scenario(DATA / "small").with_changes(changes)
    return js.simulate(scenario, draws=260, seed=7, progress=False)["parameters"]


@pytest.mark.parametrize(
    "changes",
    [
        {"world.growth_fade_per_year": {"low": 0.1, "mode": 0.2, "high": 0.3}},
        {"care_forms.crisis.tariff": {"mean": 300.0, "cv": 0.05}},
        {"demand.Aldorp.crisis.inflow_per_1000_youth": {"p10": 3.0, "p50": 4.0, "p90": 6.0}},
        {"funding_response.task_based.inflow": None},
    ],
    ids=["first in order", "a tariff", "a cell", "one less"],
)
def test_another_assumption_changes_no_other_column(changes: dict[str, Any]) -> None:
    before, after = parameters_of({}), parameters_of(changes)
    names_before, names_after = set(before.parameter.values), set(after.parameter.values)
    assert len(names_before ^ names_after) == 1
    for name in names_before & names_after:
        np.testing.assert_array_equal(
            before.sel(parameter=name).to_numpy(), after.sel(parameter=name).to_numpy(), err_msg=name
        )


def test_all_uncertain_numbers_of_a_scenario_are_drawn_and_no_other() -> None:
    """tests/data/small, counted by hand in its files."""
    drawn = set(draw_parameters(js.load_scenario(DATA / "small"), 1, 2).paths)
    assert drawn == {
        "care_forms.dagbehandeling.units_per_day",
        "care_forms.pleegzorg.stay_mean_days",
        "care_forms.pleegzorg.tariff",
        "contracts.verblijf.cost_ratio",
        "contracts.verblijf.volume_growth_per_year",
        "demand.Aldorp.dagbehandeling.inflow_per_1000_youth",
        "demand.Berkstad.diagnostiek.inflow_per_1000_youth",
        "funding_response.task_based.inflow",
        "funding_response.task_based.stay_days",
        "funding_response.task_based.units_per_day",
        "levers.lokale teams.cost_per_year",
        "levers.lokale teams.effect",
        "levers.tariefafspraak.effect",
        "moves.crisis.pleegzorg.probability",
        "world.inflow_growth_per_year",
        "world.stay_growth_per_year",
        "world.units_growth_per_year",
    }


@pytest.mark.parametrize(
    ("path", "number", "outside", "allowed"),
    [
        # P(z < -0.5) = 0.3085 of 250 is 77.1; P(z > 1) = 0.1587 is 39.7; P(z < -0.3845) 87.6.
        ("levers.x.effect", {"mean": -0.9, "sd": 0.2}, (77, 78), (-1.0, np.inf)),
        ("world.growth_fade_per_year", {"mean": 0.9, "sd": 0.1}, (39, 40), (0.0, 1.0)),
        ("contracts.alles.cost_ratio", {"mean": 0.1, "sd": 0.2}, (77, 78), (0.0, np.inf)),
        (
            "care_forms.zorg.stay_mean_days",
            {"p10": -20.0, "p50": 10.0, "p90": 40.0},
            (87, 88),
            (1.0, np.inf),
        ),
    ],
)
def test_a_draw_outside_its_range_is_clipped_and_counted(
    path: str, number: dict[str, float], outside: tuple[int, int], allowed: tuple[float, float]
) -> None:
    """In 250 Latin hypercube draws the count is known to one."""
    x = lever("x", "inflow", 0, "2025-01-01", care_forms=["zorg"])
    form = care_form("zorg", stay_distribution="exponential")
    scenario = region([form], inflow=20.0, levers=[x]).with_changes({path: number})
    volumes = js.simulate(scenario, draws=BLOCK, seed=3, progress=False).sel(parameter=path)
    clipped, drawn = volumes.parameter_clipped, volumes.parameters
    assert int(clipped.sum()) in outside
    assert drawn.min() >= allowed[0]
    assert drawn.max() <= allowed[1]
    np.testing.assert_array_equal(drawn.isin(allowed), clipped)


def test_at_their_mean_assumptions_are_not_clipped() -> None:
    """'At its mean' is the mean of the family: here 10 + 0.311296 (-29 + 11 - 20) < 0."""
    scenario = region([care_form("zorg")], inflow=5.0).with_changes(
        {"contracts.alles.cost_ratio": {"p10": -29.0, "p50": 10.0, "p90": 11.0}}
    )
    mean = mean_parameters(scenario).values[0, 0]
    assert mean == pytest.approx(10 + 0.311296 * (-29 + 11 - 20), rel=1e-12)
    assert mean < 0
