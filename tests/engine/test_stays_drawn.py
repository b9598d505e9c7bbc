"""Stays, days left and intensities as simulated, against their exact distributions.

Volumes count per year and cell. A region of many towns in which a child comes only now and then has
many cells with one child in all years: there client_days is that child's stay. Every chi-square and
Kolmogorov-Smirnov test below alarms falsely for one seed in 10,000; the seeds are fixed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr
from regions import Row, care_form, lever, region
from scipy import stats

import jeugdsim as js
from jeugdsim.engine.stays import (
    ExponentialStay,
    FixedStay,
    GammaStay,
    LognormalStay,
    Stay,
    WeibullStay,
    rounding_factor,
    weibull_shape,
)

ALARM = 1e-4
TOWNS = tuple(f"Dorp {number:02}" for number in range(40))
LOGNORMAL = {"stay_distribution": "lognormal", "stay_mean_days": 20, "stay_sd_days": 24}
SHORT = {"stay_distribution": "lognormal", "stay_mean_days": 2.2, "stay_sd_days": 1.5}
EXPONENTIAL = {"stay_distribution": "exponential", "stay_mean_days": 8}
FIXED = {"stay_distribution": "fixed", "stay_mean_days": 10}
GAMMA = {"stay_distribution": "gamma", "stay_mean_days": 20, "stay_sd_days": 24}
WEIBULL = {"stay_distribution": "weibull", "stay_mean_days": 20, "stay_sd_days": 12}
HEAVY_GAMMA = {"stay_distribution": "gamma", "stay_mean_days": 6, "stay_sd_days": 18}
HEAVY_WEIBULL = {"stay_distribution": "weibull", "stay_mean_days": 6, "stay_sd_days": 18}
SHAPED = {
    "gamma": GAMMA,
    "weibull": WEIBULL,
    "heavy gamma": HEAVY_GAMMA,
    "heavy weibull": HEAVY_WEIBULL,
}
TABLE = {1: 0.1, 7: 0.25, 14: 0.05, 15: 0.3, 40: 0.2, 90: 0.1}  # days -> chance; mean 24.05 days
TABLE_MEAN = sum(days * chance for days, chance in TABLE.items())


def stay_of(terms: Row) -> Stay:
    mean = float(terms["stay_mean_days"])
    if terms["stay_distribution"] == "exponential":
        return ExponentialStay(mean)
    if terms["stay_distribution"] == "fixed":
        return FixedStay(mean)
    if terms["stay_distribution"] == "gamma":
        return GammaStay(mean, terms["stay_sd_days"] / mean)
    if terms["stay_distribution"] == "weibull":
        return WeibullStay(mean, weibull_shape(terms["stay_sd_days"] / mean))
    return LognormalStay(mean, terms["stay_sd_days"] / mean)


def chances(terms: Row, scale: float = 1.0, days: int = 1_000) -> np.ndarray:
    """P(S = s) for s = 0, 1, ...; ``tests/engine/test_stay_tables.py`` holds these to scipy."""
    stay = stay_of(terms)
    survival = stay.whole_survival(days, scale * rounding_factor(stay, float(terms["stay_mean_days"])))
    return np.concatenate(([0.0], -np.diff(survival)))


def empirical(table: dict[int, float] = TABLE, mean: Any = None) -> Row:
    """Return the terms of a stay that takes the days of a table with these chances."""
    return {"stay_distribution": "empirical:t.csv", "stay_mean_days": mean, "table": table}


def survival_rows(table: dict[int, float]) -> list[Row]:
    """Return a table as rows of its file: what is left after its days, 0 after the last."""
    left = 1.0 - np.cumsum(list(table.values()))
    left[-1] = 0.0
    return [{"days": d, "survival": float(s)} for d, s in zip(table, left, strict=True)]


def scaled(table: dict[int, float], scale: float) -> np.ndarray:
    """P(S = s), S = max(1, floor(f d + 1/2))."""
    chance = np.zeros(300)
    for days, part in table.items():
        chance[max(1, int(scale * days + 0.5))] += part
    return chance


def chi_square(observed: np.ndarray, chance: np.ndarray) -> float:
    """Return the p-value of whole numbers against their chances, cells of 10 and more expected."""
    counts = np.bincount(observed, minlength=len(chance)).astype(float)
    assert len(counts) == len(chance), "a value beyond the last that can be"
    assert not counts[chance == 0].any(), "a value that can't be"
    expected = chance * len(observed)
    group = np.floor(np.cumsum(expected) / 10).astype(int)
    groups = [(counts[group == g].sum(), expected[group == g].sum()) for g in np.unique(group)]
    o, e = np.array([pair for pair in groups if pair[1] > 1]).T
    return float(stats.chi2.sf(((o - e) ** 2 / e).sum(), max(len(e) - 1, 1)))


def visits(terms: Row, *, draws: int = 3_000, seed: int = 5, **more: Any) -> xr.Dataset:
    """Simulate one child per town now and then, all in the first of three years."""
    terms = dict(terms)
    if "table" in terms:
        more["empirical_stays"] = {"t.csv": survival_rows(terms.pop("table"))}
    scenario = region(
        [care_form("zorg", **terms)],
        towns=TOWNS,
        youth=[1_000.0, 0.0, 0.0],
        inflow=1.0,
        stock=0.0,
        **more,
    )
    volumes = js.simulate(scenario, draws=draws, seed=seed, progress=False)
    return volumes.sel(care_form="zorg")


def days_of(volumes: xr.Dataset, children: int) -> np.ndarray:
    """Return the days in care of cells with so many children in all, who all left again."""
    started, ended, days = (
        volumes[name].sum("year").to_numpy() for name in ("stays_started", "stays_ended", "client_days")
    )
    few = (started == children) & (ended == children)
    assert few.sum() > 5_000
    return days[few]


@pytest.mark.parametrize("terms", [LOGNORMAL, SHORT, EXPONENTIAL], ids=["long", "short", "exponential"])
def test_a_stay_lasts_so_many_days_with_the_exact_chance(terms: Row) -> None:
    volumes = visits(terms)
    assert chi_square(days_of(volumes, 1), chances(terms)) > ALARM


@pytest.mark.parametrize("family", SHAPED)
def test_a_gamma_or_weibull_stay_lasts_so_many_days_with_the_exact_chance(family: str) -> None:
    assert chi_square(days_of(visits(SHAPED[family]), 1), chances(SHAPED[family])) > ALARM


@pytest.mark.parametrize("family", SHAPED)
def test_a_lever_scales_the_continuous_gamma_or_weibull_stay(family: str) -> None:
    longer = lever("langer", "stay_days", 0.4, "2025-01-01", care_forms=["zorg"])
    volumes = visits(SHAPED[family], levers=[longer])
    assert chi_square(days_of(volumes, 1), chances(SHAPED[family], scale=1.4)) > ALARM


def test_an_empirical_stay_takes_the_days_of_its_table_and_no_other() -> None:
    volumes = visits(empirical())
    assert chi_square(days_of(volumes, 1), scaled(TABLE, 1.0)) > ALARM
    two = np.convolve(scaled(TABLE, 1.0), scaled(TABLE, 1.0))
    assert chi_square(days_of(volumes, 2), two) > ALARM


@pytest.mark.parametrize("effect", [-0.5, -0.3, -0.99, 0.1, 1.0])
def test_a_scaled_empirical_stay_is_rounded_to_the_nearest_day(effect: float) -> None:
    """At half its length 1, 7, 14, 15, 40, 90 days become 1, 4, 7, 8, 20, 45."""
    levers = [lever("anders", "stay_days", effect, "2025-01-01", care_forms=["zorg"])]
    days = days_of(visits(empirical(), levers=levers), 1)
    assert chi_square(days, scaled(TABLE, 1 + effect)) > ALARM
    if effect == -0.5:
        assert np.unique(days).tolist() == [1, 4, 7, 8, 20, 45]


def test_a_stay_of_no_days_is_one_of_a_day() -> None:
    volumes = visits(empirical({0: 0.4, 3: 0.6}))
    assert chi_square(days_of(volumes, 1), np.array([0.0, 0.4, 0.0, 0.6])) > ALARM


def test_an_uncertain_mean_scales_an_empirical_stay_by_its_draw_over_its_mean() -> None:
    """Also where the stated mean, 24, is not quite that of the table, 24.05."""
    volumes = visits(empirical(mean={"mean": 24.0, "cv": 0.3}), draws=500)
    drawn = volumes["parameters"].sel(parameter="care_forms.zorg.stay_mean_days").to_numpy()
    started, days = (volumes[name].sum("year").to_numpy() for name in ("stays_started", "client_days"))
    draw, town = np.nonzero(started == 1)
    assert len(draw) > 1_000
    may_be = np.maximum(np.floor(np.outer(drawn / 24.0, list(TABLE)) + 0.5), 1.0)
    assert (may_be[draw] == days[draw, town][:, None]).any(axis=1).all()


def test_one_step_is_a_fixed_stay_to_the_bit() -> None:
    """In every volume: with moves, a start stock in balance and intensities that vary."""

    def volumes(**stay: Any) -> xr.Dataset:
        tables = {"t.csv": [{"days": 40, "survival": 0}]} if "empirical:t.csv" in stay.values() else {}
        scenario = region(
            [
                care_form("a", units_cv=0.5, **stay),
                care_form("b", stay_distribution="gamma", stay_mean_days=9, stay_sd_days=9),
            ],
            towns=TOWNS[:3],
            inflow={"a": 40.0, "b": 10.0},
            moves={("a", "b"): 0.3, ("b", "a"): 0.2},
            empirical_stays=tables,
        )
        return js.simulate(scenario, draws=20, seed=9, progress=False)

    fixed = volumes(stay_distribution="fixed", stay_mean_days=40)
    stepped = volumes(stay_distribution="empirical:t.csv", stay_mean_days=None)
    assert fixed.client_days.sum() > 100_000
    for name in fixed.data_vars:
        assert fixed[name].to_numpy().tobytes() == stepped[name].to_numpy().tobytes(), name


def test_the_start_stock_stands_by_the_mean_of_the_table() -> None:
    """2,000 known clients a year for 24.05 days: 131.8 at the start and at every year's end."""
    scenario = region(
        [care_form("zorg", stay_distribution="empirical:t.csv", stay_mean_days=None)],
        inflow=2_000.0,
        empirical_stays={"t.csv": survival_rows(TABLE)},
    )
    volumes = js.simulate(scenario, draws=2_000, seed=4, progress=False)
    expected = 2_000 / 365 * TABLE_MEAN
    for stock in (volumes.clients_at_start, volumes.clients_at_year_end.isel(year=1)):
        counts = stock.to_numpy().ravel()
        surprise = (counts.mean() - expected) / np.sqrt(expected / len(counts))
        assert abs(surprise) < 4, "Poisson with this mean: beyond 4 sd once in 16,000 seeds"


@pytest.mark.parametrize("terms", [LOGNORMAL, EXPONENTIAL], ids=["lognormal", "exponential"])
def test_the_stays_of_two_children_are_independent(terms: Row) -> None:
    """Their sum follows the convolution; also those of three (the later ones of the same list)."""
    volumes = visits(terms)
    one = chances(terms)
    two = np.convolve(one, one)
    assert chi_square(days_of(volumes, 2), two) > ALARM
    volumes = visits(terms, seed=6, draws=6_000)
    three = np.convolve(two, one)
    assert chi_square(days_of(volumes, 3), three) > ALARM


@pytest.mark.parametrize("terms", [LOGNORMAL, SHORT], ids=["long", "short"])
def test_a_lever_scales_the_continuous_stay_before_rounding(terms: Row) -> None:
    shorter = lever("korter", "stay_days", -0.3, "2025-01-01", care_forms=["zorg"])
    volumes = visits(terms, levers=[shorter])
    assert chi_square(days_of(volumes, 1), chances(terms, scale=0.7)) > ALARM


def test_growth_of_stays_counts_from_demand_year_to_the_year_of_entry() -> None:
    """10% in the first year and 5% in the next (fade 0.5): 1.155 from 2023 to 2025."""
    growth = {"stay_growth_per_year": 0.10, "growth_fade_per_year": 0.5}
    volumes = visits(LOGNORMAL, world=growth, demand_year=2023)
    assert chi_square(days_of(volumes, 1), chances(LOGNORMAL, scale=1.155)) > ALARM


def test_growth_of_stays_acts_by_the_year_of_entry() -> None:
    """Fixed stays of 100 days, 10% longer every year: 100, 110 and 121 days."""
    scenario = region(
        [care_form("zorg", stay_mean_days=100)],
        towns=TOWNS,
        youth=[1_000.0, 1_000.0, 1_000.0, 0.0],
        years=4,
        inflow=0.5,
        stock=0.0,
        world={"stay_growth_per_year": 0.1},
    )
    volumes = js.simulate(scenario, draws=500, seed=5, progress=False).sel(care_form="zorg")
    started, days = volumes.stays_started, volumes.client_days.sum("year")
    alone = started.sum("year") == 1
    for year, stay in ((2025, 100), (2026, 110), (2027, 121)):
        entered = (alone & (started.sel(year=year) == 1)).to_numpy()
        assert entered.sum() > 1_000
        assert np.unique(days.to_numpy()[entered]).tolist() == [stay]


def test_a_fixed_stay_is_that_long_for_every_child() -> None:
    assert np.unique(days_of(visits(FIXED), 1)).tolist() == [10]


@pytest.mark.parametrize(
    ("effect", "expected"),
    [(-0.25, {7: 0.5, 8: 0.5}), (-0.5, {5: 1.0}), (0.27, {12: 0.3, 13: 0.7}), (-0.97, {1: 1.0})],
)
def test_a_fixed_stay_that_is_scaled_is_rounded_by_chance(
    effect: float, expected: dict[int, float]
) -> None:
    """7.5 days: 7 or 8; 5 days: 5; 12.7 days: 13 with chance 0.7; 0.3 days: 1."""
    levers = [lever("anders", "stay_days", effect, "2025-01-01", care_forms=["zorg"])]
    days = days_of(visits(FIXED, levers=levers), 1)
    chance = np.zeros(20)
    chance[list(expected)] = list(expected.values())
    assert chi_square(days, chance) > ALARM


def test_the_chance_of_rounding_up_is_independent_of_the_next_child() -> None:
    """Two stays of 7 or 8 days: 14, 15, 16 with chances 1, 2, 1 quarter."""
    levers = [lever("anders", "stay_days", -0.25, "2025-01-01", care_forms=["zorg"])]
    chance = np.zeros(20)
    chance[[14, 15, 16]] = [0.25, 0.5, 0.25]
    assert chi_square(days_of(visits(FIXED, levers=levers), 2), chance) > ALARM


def test_an_uncertain_mean_stay_scales_every_stay_of_the_draw() -> None:
    """A fixed stay of 100 days on average: in a draw with 93.4 days children stay 93 or 94."""
    terms = {"stay_distribution": "fixed", "stay_mean_days": {"mean": 100.0, "cv": 0.2}}
    volumes = visits(terms, draws=500)
    drawn = volumes["parameters"].sel(parameter="care_forms.zorg.stay_mean_days").to_numpy()
    started, days = (volumes[name].sum("year").to_numpy() for name in ("stays_started", "client_days"))
    draw, town = np.nonzero(started == 1)
    up = days[draw, town] - np.floor(drawn[draw])
    assert np.isin(up, [0, 1]).all()
    part = drawn[draw] % 1
    surprise = (up - part).sum() / np.sqrt((part * (1 - part)).sum())
    assert abs(surprise) < 4, "rounding up by its fraction: beyond 4 sd once in 16,000 seeds"


@pytest.mark.parametrize(("start", "days"), [(2025, 365), (2028, 366)])
def test_children_enter_evenly_over_the_days_of_the_year(start: int, days: int) -> None:
    """With stays of 700 days, a child that enters on day e is 365 - e days in care that year."""
    terms = {"stay_distribution": "fixed", "stay_mean_days": 700}
    volumes = visits(terms, start=start)
    alone = volumes["stays_started"].sum("year").to_numpy() == 1
    first_year = volumes["client_days"].isel(year=0).to_numpy()[alone]
    chance = np.concatenate(([0.0], np.full(days, 1 / days)))
    assert chi_square(first_year, chance) > ALARM


def test_a_season_puts_children_in_its_months() -> None:
    """Factor 9 in February, 3 in December, else 0: 28 x 9 parts to 31 x 3 parts of the days."""
    factors = {2: 9.0, 12: 3.0}
    season = [
        {"care_form": "zorg", "month": month, "factor": factors.get(month, 0.0), "source": "A1"}
        for month in range(1, 13)
    ]
    terms = {"stay_distribution": "fixed", "stay_mean_days": 700}
    volumes = visits(terms, season=season)
    alone = volumes["stays_started"].sum("year").to_numpy() == 1
    first_year = volumes["client_days"].isel(year=0).to_numpy()[alone]
    chance = np.zeros(366)
    chance[1:32] = 3.0  # entry on 1 to 31 December leaves 31 to 1 days
    chance[365 - 58 : 365 - 30] = 9.0  # 1 February is day 31
    assert chi_square(first_year, chance / chance.sum()) > ALARM


def test_days_left_of_an_empirical_stay_are_those_of_a_child_met_in_care() -> None:
    """P(R = r) = P(S > r)/24.05: one known child in each of 40 towns x 2,000 draws."""
    scenario = region(
        [care_form("zorg", stay_distribution="empirical:t.csv", stay_mean_days=None)],
        towns=TOWNS,
        stock=1,
        known=True,
        empirical_stays={"t.csv": survival_rows(TABLE)},
    )
    volumes = js.simulate(scenario, draws=2_000, seed=8, progress=False)
    left = volumes["client_days"].sum("year").to_numpy().ravel()
    chance = 1.0 - np.cumsum(scaled(TABLE, 1.0)[:90])
    assert chi_square(left, chance / TABLE_MEAN) > ALARM


@pytest.mark.parametrize(
    "terms",
    [LOGNORMAL, EXPONENTIAL, {**FIXED, "stay_mean_days": 40}, GAMMA, WEIBULL, HEAVY_GAMMA],
    ids=["log", "exp", "fixed", "gamma", "weibull", "heavy gamma"],
)
def test_days_left_of_the_start_stock_are_those_of_a_child_met_in_care(terms: Row) -> None:
    """P(R = r) = P(S > r)/E[S], r = 0 included: one known child in each of 40 towns x 2,000 draws."""
    scenario = region([care_form("zorg", **terms)], towns=TOWNS, stock=1, known=True)
    volumes = js.simulate(scenario, draws=2_000, seed=8, progress=False)
    left = volumes["client_days"].sum("year").to_numpy().ravel()
    stay = stay_of(terms)
    mean = float(terms["stay_mean_days"])
    survival = stay.whole_survival(3 * 365 + 1, rounding_factor(stay, mean))
    chance = survival / mean
    chance[-1] = max(0.0, 1.0 - chance[:-1].sum())  # still in care after three years
    assert chi_square(left, chance) > ALARM
    assert (volumes["clients_at_start"] == 1).all()
    assert (volumes["stays_started"] == 0).all()


def test_an_intensity_is_lognormal_with_mean_one_and_holds_for_the_whole_stay() -> None:
    """Units per day of a child: 2 x intensity with cv 0.5; the same in both years it is in care."""
    terms = {
        "stay_distribution": "fixed",
        "stay_mean_days": 400,
        "units_per_day": 2.0,
        "units_cv": 0.5,
    }
    volumes = visits(terms)
    alone = volumes["stays_started"].sum("year").to_numpy() == 1
    units, days = (
        np.moveaxis(volumes[name].to_numpy(), 1, -1)[alone] for name in ("units", "client_days")
    )
    both = (days[:, 0] > 0) & (days[:, 1] > 0)
    per_day = units[both, :2] / days[both, :2]
    np.testing.assert_allclose(per_day[:, 0], per_day[:, 1], rtol=1e-12)
    sigma = np.sqrt(np.log(1.25))
    law = stats.lognorm(sigma, scale=2 * np.exp(-(sigma**2) / 2))
    assert stats.kstest(per_day[:, 0], law.cdf).pvalue > ALARM


def test_children_of_the_start_stock_have_intensities_too() -> None:
    """One known client per town: units over days, for who has any day left, are lognormal."""
    form = care_form("zorg", stay_mean_days=400, units_per_day=2.0, units_cv=0.5)
    scenario = region([form], towns=TOWNS, stock=1, known=True)
    both = js.simulate(scenario, draws=500, seed=8, progress=False).sum("year")
    days = both.client_days.to_numpy().ravel()
    per_day = both.units.to_numpy().ravel()[days > 0] / days[days > 0]
    sigma = np.sqrt(np.log(1.25))
    law = stats.lognorm(sigma, scale=2 * np.exp(-(sigma**2) / 2))
    assert stats.kstest(per_day, law.cdf).pvalue > ALARM


def test_intensity_and_stay_of_a_child_are_independent() -> None:
    """Rank correlation 0 within 4 standard errors: beyond that once in 16,000 seeds."""
    volumes = visits({**LOGNORMAL, "units_per_day": 1.0, "units_cv": 0.5})
    alone = volumes["stays_started"].sum("year").to_numpy() == 1
    units, days = (volumes[name].sum("year").to_numpy()[alone] for name in ("units", "client_days"))
    correlation = stats.spearmanr(units / days, days).statistic
    assert abs(correlation) < 4 / np.sqrt(alone.sum())


@pytest.mark.parametrize("children", [1, 2])
def test_days_left_do_not_depend_on_how_many_clients_there_are(children: int) -> None:
    """An expected stock of 1: cells with one client, and with two (the sum of their days left)."""
    scenario = region([care_form("zorg", **FIXED)], towns=TOWNS, stock=1.0)
    volumes = js.simulate(scenario, draws=2_000, seed=8, progress=False)
    there = volumes.clients_at_start.sel(care_form="zorg").to_numpy() == children
    left = volumes.client_days.sel(care_form="zorg").sum("year").to_numpy()[there]
    one = np.full(10, 0.1)  # fixed stays of ten days: 0 to 9 days left
    assert chi_square(left, one if children == 1 else np.convolve(one, one)) > ALARM


def test_day_of_entry_stays_intensities_and_moves_of_a_child_are_independent() -> None:
    """Single children that enter from July on and stay about 400 days, so into the next year.

    Then the day of entry is 365 less the days of the first year. Half of them moves on to b. Of the 15
    pairs of what is drawn no rank correlation is beyond 4.5 standard errors: once in 10,000 seeds.
    """
    season = [
        {"care_form": "a", "month": month, "factor": 2.0 if month > 6 else 0.0, "source": "A1"}
        for month in range(1, 13)
    ]
    spread = {"stay_distribution": "lognormal", "units_cv": 0.5}
    scenario = region(
        [
            care_form("a", stay_mean_days=400, stay_sd_days=50, **spread),
            care_form("b", stay_mean_days=30, stay_sd_days=30, **spread),
        ],
        towns=TOWNS,
        youth=[1_000.0, 0.0, 0.0, 0.0],
        years=4,
        inflow={"a": 1.0, "b": 0.0},
        stock=0.0,
        moves={("a", "b"): 0.5},
        season=season,
    )
    volumes = js.simulate(scenario, draws=3_000, seed=15, progress=False)
    both = volumes.sum("year")
    alone = both.stays_started.sel(care_form="a").to_numpy() == 1
    first_year = volumes.client_days.isel(year=0).sel(care_form="a").to_numpy()[alone]
    assert (both.stays_ended.sel(care_form="a").to_numpy()[alone] == 1).all()

    def of(name: str, form: str) -> np.ndarray:
        return both[name].sel(care_form=form).to_numpy()[alone].astype(float)

    moved = of("stays_started", "b")
    with np.errstate(invalid="ignore"):
        drawn = {
            "entry": 365.0 - first_year,
            "stay": of("client_days", "a"),
            "intensity": of("units", "a") / of("client_days", "a"),
            "moves": moved,
            "next stay": of("client_days", "b"),
            "next intensity": of("units", "b") / of("client_days", "b"),
        }
    assert drawn["entry"].min() >= 181
    assert (first_year < drawn["stay"]).all()
    names = list(drawn)
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            among = moved == 1 if other.startswith("next") else moved >= 0
            if one == "moves" and other.startswith("next"):
                continue  # who does not move has no next stay
            correlation = stats.spearmanr(drawn[one][among], drawn[other][among]).statistic
            assert abs(correlation) < 4.5 / np.sqrt(among.sum()), (one, other)
