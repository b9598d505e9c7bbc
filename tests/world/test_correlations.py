"""Correlated assumptions: the ranks correlate as asked, everything else stays what it was.

In a block of 250 the scores behind the columns correlate exactly as asked. What is left to chance is
the difference between the correlation of normals and that of their ranks: of independent normals the
two have a correlation of 3/pi, so the rank correlation keeps a standard deviation of
sqrt(1 - 9/pi^2) / sqrt(250) = 0.0188, and less where it is asked to be further from 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from regions import DATA, HAAGLANDEN, ROOT, care_form, lever, region
from scipy import stats

import jeugdsim as js
from jeugdsim.engine.fingerprint import quantities_hash
from jeugdsim.scenario import Scenario
from jeugdsim.scenario.content import settings_tree, written_settings
from jeugdsim.scenario.correlations import of_normals
from jeugdsim.scenario.draft import Table
from jeugdsim.scenario.files import Place
from jeugdsim.scenario.tables import TABLES, Line
from jeugdsim.scenario.uncertain import uncertain_paths
from jeugdsim.world.assumptions import uncertain_assumptions
from jeugdsim.world.copula import CorrelatedGroup, correlated_groups, pairs_behind_quantities
from jeugdsim.world.parameters import Parameters, draw_parameters, latin_hypercube, mean_parameters

BLOCK = 250
LEFT_TO_CHANCE = np.sqrt((1 - 9 / np.pi**2) / BLOCK)
GROWTHS = tuple(f"world.{name}_growth_per_year" for name in ("inflow", "stay", "units"))
Pairs = Mapping[tuple[str, str], float]
TWINS = [ROOT / "scenarios" / f"haaglanden-2027-{name}" for name in ("pxq", "leeftijd")]


def levels(pairs: Pairs, seed: int, blocks: int) -> tuple[CorrelatedGroup, np.ndarray, np.ndarray]:
    """Return the one group of these pairs, its columns alone and joined, (blocks, 250, columns)."""
    (group,) = correlated_groups(pairs)
    alone = np.column_stack([latin_hypercube(seed, path, blocks * BLOCK) for path in group.paths])
    alone = alone.reshape(blocks, BLOCK, len(group.paths))
    return group, alone, np.array([group.in_order(block) for block in alone])


def spearman(blocks: np.ndarray) -> np.ndarray:
    """Return the rank correlation of the first two columns in every block."""
    return np.array([stats.spearmanr(block[:, :2]).statistic for block in blocks])


def correlated(correlations: Mapping[str, float], base: Scenario | None = None) -> Scenario:
    scenario = js.load_scenario(DATA / "small") if base is None else base
    return scenario.with_changes({"correlations": correlations})


def column(parameters: Parameters, path: str) -> np.ndarray:
    return parameters.values[:, parameters.paths.index(path)]


# --- what is asked is what comes out ---------------------------------------------------------------


@pytest.mark.parametrize("asked", [-0.95, -0.5, -0.1, 0.2, 0.5, 0.8, 0.99])
def test_ranks_correlate_as_asked_in_every_block(asked: float) -> None:
    """40 blocks: their mean and every one of them within 5 standard deviations of what is asked.

    The expected rank correlation of 250 normals lies up to 0.003 nearer to 0 than that of infinitely
    many: 6/(pi (n+1)) (asin r + (n-2) asin(r/2)). Each is beyond once in 40,000 seeds at most.
    """
    normals = of_normals(asked)
    of_250 = 6 / (np.pi * (BLOCK + 1)) * (np.arcsin(normals) + (BLOCK - 2) * np.arcsin(normals / 2))
    assert of_250 == pytest.approx(asked, abs=0.003)
    _, _, joined = levels({("world.a", "world.b"): asked}, 3, 40)
    achieved = spearman(joined)
    assert abs(achieved.mean() - of_250) < 5 * LEFT_TO_CHANCE / np.sqrt(40)
    assert np.abs(achieved - of_250).max() < 5 * LEFT_TO_CHANCE


def test_the_chance_correlation_of_a_block_is_taken_out() -> None:
    """Without it the spread over blocks at 0.2 would be 0.96/sqrt(250) = 0.061, three times as wide.

    A standard deviation of 100 blocks is 40% too high once in 10^8 seeds.
    """
    _, _, joined = levels({("world.a", "world.b"): 0.2}, 8, 100)
    assert spearman(joined).std(ddof=1) < 1.4 * LEFT_TO_CHANCE


def test_ranks_hang_together_as_those_of_normals_do() -> None:
    """A Gaussian copula: P(both in the upper tenth, or the lower, ...) by the normal distribution.

    Counts over 10,000 draws are binomial at most: within 5 standard errors, once in 400,000 seeds each.
    """
    _, _, joined = levels({("world.a", "world.b"): 0.6}, 5, 40)
    a, b = joined.reshape(-1, 2).T
    law = stats.multivariate_normal(cov=[[1, of_normals(0.6)], [of_normals(0.6), 1]])
    for u, v in ((0.1, 0.1), (0.1, 0.5), (0.3, 0.7), (0.9, 0.9), (0.02, 0.02)):
        chance = law.cdf(stats.norm.ppf([u, v]))
        assert abs(np.mean((a < u) & (b < v)) - chance) < 5 * np.sqrt(chance * (1 - chance) / len(a))


@pytest.mark.parametrize("sign", [1, -1])
def test_a_perfect_correlation_gives_the_same_ranks(sign: int) -> None:
    pairs = {
        ("world.a", "world.b"): sign,
        ("world.a", "world.c"): 0.4,
        ("world.b", "world.c"): sign * 0.4,
    }
    _, _, joined = levels(pairs, 1, 4)
    for block in joined:
        ranks = stats.rankdata(block, axis=0)
        np.testing.assert_array_equal(ranks[:, 1], ranks[:, 0] if sign == 1 else 251 - ranks[:, 0])


def test_all_correlations_of_a_group_are_met_together() -> None:
    """Three values of each sort in one group of five, one pair left at 0."""
    pairs = {
        ("world.a", "world.b"): 0.7,
        ("world.a", "world.c"): -0.3,
        ("world.b", "world.d"): 0.4,
        ("world.c", "world.d"): 0.2,
        ("world.d", "levers.x.effect"): -0.5,
    }
    group, _, joined = levels(pairs, 2, 40)
    mean = np.mean([stats.spearmanr(block).statistic for block in joined], axis=0)
    for (i, one), (j, other) in combinations(enumerate(group.paths), 2):
        asked = pairs.get((one, other), pairs.get((other, one), 0.0))
        assert abs(mean[i, j] - asked) < 5 * np.sqrt(1 / BLOCK / 40), (one, other)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(st.floats(-1, 1), min_size=2, max_size=7), st.integers(0, 2**32))
def test_any_possible_correlations_are_met(loadings: list[float], seed: int) -> None:
    """One common cause: the normals of i and j correlate by b_i b_j, also where a b is 1 or -1."""
    names = [f"world.{number}" for number in range(len(loadings))]
    pairs = {
        (names[i], names[j]): 6 / np.pi * float(np.arcsin(loadings[i] * loadings[j] / 2))
        for i, j in combinations(range(len(loadings)), 2)
        if abs(loadings[i] * loadings[j]) > 1e-6
    }
    for group in correlated_groups(pairs):
        alone = np.column_stack([latin_hypercube(seed, path, BLOCK) for path in group.paths])
        joined = group.in_order(alone)
        np.testing.assert_array_equal(np.sort(joined, axis=0), np.sort(alone, axis=0))
        np.testing.assert_array_equal(joined[:, 0], alone[:, 0])
        ranks = np.atleast_2d(stats.spearmanr(joined).statistic)
        for (i, one), (j, other) in combinations(enumerate(group.paths), 2):
            achieved = ranks[i, j] if len(group.paths) > 2 else float(ranks.squeeze())
            asked = pairs.get((one, other), pairs.get((other, one), 0.0))
            assert abs(achieved - asked) < 6 / np.sqrt(BLOCK), (one, other)


def test_a_group_of_more_columns_than_a_block_can_clear() -> None:
    """130 and 260 columns that all correlate by 0.3: the mean over all pairs within 0.01."""
    for count in (130, 260):
        names = [f"demand.{number:03}.x.inflow_per_1000_youth" for number in range(count)]
        _, alone, joined = levels(dict.fromkeys(combinations(names, 2), 0.3), 1, 1)
        np.testing.assert_array_equal(np.sort(joined[0], axis=0), np.sort(alone[0], axis=0))
        achieved = stats.spearmanr(joined[0]).statistic[np.triu_indices(count, 1)]
        assert achieved.mean() == pytest.approx(0.3, abs=0.01)


# --- what may not change ----------------------------------------------------------------------------

THREE = {
    f"{GROWTHS[0]}, {GROWTHS[1]}": 0.5,
    f"{GROWTHS[1]}, {GROWTHS[2]}": 0.6,
    f"{GROWTHS[2]}, levers.lokale teams.effect": -0.4,
}


@pytest.mark.parametrize("draws", [250, 1_000])
def test_every_column_keeps_its_own_values_in_every_block(draws: int) -> None:
    """The values a column has alone, once each: so one in each of the 250 strata."""
    alone = draw_parameters(js.load_scenario(DATA / "small"), 3, draws)
    joined = draw_parameters(correlated(THREE), 3, draws)
    assert joined.paths == alone.paths
    for first in range(0, draws, BLOCK):
        block = slice(first, first + BLOCK)
        np.testing.assert_array_equal(
            np.sort(joined.values[block], axis=0), np.sort(alone.values[block], axis=0)
        )


def test_columns_that_are_in_no_pair_keep_every_bit_and_so_does_the_first_of_a_group() -> None:
    alone = draw_parameters(js.load_scenario(DATA / "small"), 3, 600)
    joined = draw_parameters(correlated(THREE), 3, 600)
    changed = {
        path for path in alone.paths if not np.array_equal(column(alone, path), column(joined, path))
    }
    assert changed == {GROWTHS[1], GROWTHS[2], "levers.lokale teams.effect"}


def test_a_pair_elsewhere_and_a_pair_of_zero_change_nothing() -> None:
    base = draw_parameters(correlated(THREE), 3, 500)
    elsewhere = "care_forms.pleegzorg.stay_mean_days, moves.crisis.pleegzorg.probability"
    more = draw_parameters(correlated({**THREE, elsewhere: 0.9}), 3, 500)
    for path in base.paths:
        if path != "moves.crisis.pleegzorg.probability":
            np.testing.assert_array_equal(column(base, path), column(more, path), err_msg=path)
    zero = draw_parameters(
        correlated({**THREE, f"{GROWTHS[0]}, {GROWTHS[2]}": 0.0, elsewhere: 0}), 3, 500
    )
    np.testing.assert_array_equal(zero.values, base.values)


def test_what_joins_a_group_later_moves_nobody_before_it() -> None:
    """Policy comes after the world: the lever's pairs move the lever only, whatever ties through it."""
    world = {f"{GROWTHS[0]}, {GROWTHS[1]}": 0.5}
    lever_too = {
        **world,
        f"levers.lokale teams.effect, {GROWTHS[1]}": 0.5,
        f"levers.lokale teams.effect, {GROWTHS[2]}": 0.5,
        "levers.lokale teams.effect, care_forms.pleegzorg.tariff": 0.3,
    }
    before = draw_parameters(correlated(world), 3, 500)
    after = draw_parameters(correlated(lever_too), 3, 500)
    changed = {
        path for path in before.paths if not np.array_equal(column(before, path), column(after, path))
    }
    assert changed == {"levers.lokale teams.effect"}


def test_a_scenario_and_its_reference_draw_the_same_world() -> None:
    scenario = correlated(
        {
            f"levers.lokale teams.effect, {GROWTHS[0]}": 0.5,
            f"levers.lokale teams.effect, {GROWTHS[2]}": 0.5,
            f"funding_response.task_based.stay_days, {GROWTHS[1]}": 0.5,
            f"contracts.verblijf.volume_growth_per_year, {GROWTHS[1]}": 0.4,
            f"contracts.verblijf.cost_ratio, {GROWTHS[1]}": 0.3,
            "care_forms.pleegzorg.tariff, levers.tariefafspraak.effect": 0.4,
        }
    )
    drawn, reference = (draw_parameters(one, 3, 500) for one in (scenario, scenario.reference()))
    assert len(reference.paths) < len(drawn.paths)
    for path in reference.paths:
        np.testing.assert_array_equal(column(drawn, path), column(reference, path), err_msg=path)


@pytest.mark.parametrize("draws", [1, 100, 250, 251, 999])
def test_a_shorter_run_is_the_beginning_of_a_longer_one(draws: int) -> None:
    scenario = correlated(THREE)
    longer = draw_parameters(scenario, 5, 1_000)
    np.testing.assert_array_equal(draw_parameters(scenario, 5, draws).values, longer.values[:draws])


@pytest.mark.parametrize("only", [(GROWTHS[1],), (".effect",), (".tariff", ".cost_ratio"), ()])
def test_a_column_is_the_same_whichever_others_are_asked(only: tuple[str, ...]) -> None:
    scenario = correlated({**THREE, f"care_forms.pleegzorg.tariff, {GROWTHS[0]}": 0.5})
    everything, some = draw_parameters(scenario, 5, 300), draw_parameters(scenario, 5, 300, only)
    assert bool(some.paths) == bool(only)
    for path in some.paths:
        np.testing.assert_array_equal(column(everything, path), column(some, path), err_msg=path)


def test_the_order_and_the_spelling_of_pairs_do_not_matter() -> None:
    there = draw_parameters(correlated(THREE), 5, 300)
    backwards = {
        ", ".join(reversed(pair.split(", "))): value for pair, value in reversed(THREE.items())
    }
    back = draw_parameters(correlated(backwards), 5, 300)
    np.testing.assert_array_equal(there.values, back.values)


def test_at_their_mean_assumptions_do_not_know_of_correlations() -> None:
    alone, joined = (
        mean_parameters(js.load_scenario(DATA / "small")),
        mean_parameters(correlated(THREE)),
    )
    np.testing.assert_array_equal(alone.values, joined.values)


# --- what rests on them -----------------------------------------------------------------------------


def test_only_pairs_that_move_quantities_make_other_volumes() -> None:
    """Money is drawn after the world: a pair of the two moves the money; volumes stay what they were.

    Unless an effect on quantities comes after a tariff it is tied to.
    """
    base = js.load_scenario(DATA / "small")
    tariff, ratio = "care_forms.pleegzorg.tariff", "contracts.verblijf.cost_ratio"
    for money in (
        f"{tariff}, {GROWTHS[0]}",
        f"{tariff}, {ratio}",
        f"{ratio}, levers.lokale teams.effect",
    ):
        same = quantities_hash(correlated({money: 0.5})) == quantities_hash(base)
        assert same == ("levers" not in money), money
    for pair in THREE:
        assert quantities_hash(correlated({pair: 0.5})) != quantities_hash(base)
    pairs = {("levers.x.cost_per_year", "levers.x.effect"): 0.5, ("levers.x.effect", "world.a"): 0.5}
    assert pairs_behind_quantities(pairs) == {("levers.x.effect", "world.a"): 0.5}


def test_the_parameters_of_a_run_are_correlated_as_asked() -> None:
    """End to end, four blocks: within 5 standard deviations; once in 500,000 seeds each."""
    scenario = correlated(THREE)
    volumes = js.simulate(scenario, draws=1_000, seed=7, progress=False)
    for pair, asked in THREE.items():
        values = volumes.parameters.sel(parameter=pair.split(", ")).transpose("draw", ...).to_numpy()
        assert (
            abs(spearman(values.reshape(4, BLOCK, 2)).mean() - asked) < 5 * LEFT_TO_CHANCE / 2 + 0.002
        )
    drawn = draw_parameters(scenario, 7, 1_000)
    np.testing.assert_array_equal(drawn.values, volumes.parameters.transpose("draw", ...).to_numpy())


@pytest.mark.parametrize("asked", [0.0, 0.6, 1.0])
def test_levels_that_are_wrong_together_widen_the_spread_of_the_region(asked: float) -> None:
    """Inflow of six towns, lognormal around 200 with cv 0.2, all pairs correlated by the same value.

    Var = E[L] + Var(L): Poisson, and 200^2 (6 + 30 r) 0.2^2 with r = (exp(rho s^2) - 1)/(exp(s^2) - 1)
    the correlation of lognormals, s^2 = log(1.04), rho that of the normals. The variance of 1,000
    draws within 5 x sqrt(2/1,000), widened by a fifth for the lognormals' tails, the mean within 5
    standard errors of plain draws: together once in a million seeds.
    """
    towns = [f"Dorp {number}" for number in range(6)]
    paths = [f"demand.{town}.zorg.inflow_per_1000_youth" for town in towns]
    scenario = region(
        [care_form("zorg")],
        towns=towns,
        inflow={"zorg": {"mean": 200.0, "cv": 0.2}},
        stock=0.0,
        years=1,
        correlations={f"{a}, {b}": asked for a, b in combinations(paths, 2)},
    )
    volumes = js.simulate(scenario, draws=1_000, seed=2, progress=False)
    children = volumes.stays_started.sum(["municipality", "care_form", "year"]).to_numpy()
    s2 = np.log(1.04)
    r = np.expm1(of_normals(asked) * s2) / np.expm1(s2)
    variance = 1_200 + 200**2 * 0.2**2 * (6 + 30 * r)
    assert abs(children.mean() - 1_200) < 5 * np.sqrt(variance / 1_000)
    assert children.var(ddof=1) / variance == pytest.approx(1, abs=1.2 * 5 * np.sqrt(2 / 1_000))


def test_savings_are_zero_where_only_correlations_with_levers_without_effect_differ() -> None:
    """A lever of which the effect is nothing: world and reference are the same draw by draw."""
    nothing = lever("niets", "inflow", {"mean": 0.0, "sd": 0.0}, "2025-01-01", care_forms=["zorg"])
    scenario = region(
        [care_form("zorg")],
        inflow={"zorg": {"mean": 50.0, "cv": 0.3}},
        levers=[nothing],
        world={"stay_growth_per_year": {"mean": 0.0, "sd": 0.1}},
        correlations={
            "levers.niets.effect, world.stay_growth_per_year": 0.6,
            "levers.niets.effect, demand.Aldorp.zorg.inflow_per_1000_youth": 0.6,
        },
    )
    volumes, reference = (
        js.simulate(one, draws=260, seed=4, progress=False) for one in (scenario, scenario.reference())
    )
    for name in ("units", "client_days", "stays_started"):
        np.testing.assert_array_equal(volumes[name].to_numpy(), reference[name].to_numpy())


def as_tables(scenario: Scenario) -> dict[str, Table]:
    """Return the rows of a scenario as lines with cells, as they are read."""
    tables = {}
    for name in ("care_forms", "demand", "moves", "waiting", "extended_care"):
        lines = [Line(Place(name), row.model_dump()) for row in getattr(scenario, name)]
        tables[name] = Table(Place(TABLES[name].file), lines)
    return tables


@pytest.mark.parametrize("folder", [DATA / "small", HAAGLANDEN, *TWINS])
def test_pairs_may_name_exactly_what_is_drawn(folder: Any) -> None:
    """What the scenario's checks take for uncertain is what the world draws."""
    scenario = js.load_scenario(folder)
    found = uncertain_paths(settings_tree(written_settings(scenario.settings)), as_tables(scenario))
    assert found == {assumption.path for assumption in uncertain_assumptions(scenario)}
