"""The stationary oracle: stocks, flows and cost in balance, worked out by hand.

tests/data/certain, moved to 2025-2027 so that every year has 365 days. Then what comes in every day is
the same, the start stock is in balance with it, and every year is like every other:

    stock = arrivals per day x mean stay,  client days = 365 x stock,  units = days x units per day.

Arrivals per year, by hand (youth/1000 x rate, then the moves 35% crisis - pleegzorg, 30% crisis -
ambulant, 25% pleegzorg - ambulant; Cedum buys neither crisis nor ambulante begeleiding):

    Aldorp    pleegzorg 6 + 0.35 x 12 = 10.2     ambulant 27 + 0.30 x 12 + 0.25 x 10.2   = 33.15
    Berkstad  pleegzorg 12.5 + 0.35 x 15 = 17.75 ambulant 50 + 0.30 x 15 + 0.25 x 17.75  = 58.9375
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
import xarray as xr
from regions import DATA, care_form, haaglanden_without_places, region
from scipy import stats

import jeugdsim as js
from benchmarks.growth import split_municipalities
from jeugdsim.engine.drawn import stationary_stock
from jeugdsim.engine.plan import make_plan
from jeugdsim.scenario import Scenario
from jeugdsim.world.parameters import draw_parameters

DRAWS = 2_000
YEARS = (2025, 2026, 2027)
ARRIVALS = {
    ("Aldorp", "pleegzorg"): 10.2,
    ("Aldorp", "crisis"): 12.0,
    ("Aldorp", "dagbehandeling"): 9.0,
    ("Aldorp", "diagnostiek"): 18.0,
    ("Aldorp", "ambulante begeleiding"): 33.15,
    ("Berkstad", "pleegzorg"): 17.75,
    ("Berkstad", "crisis"): 15.0,
    ("Berkstad", "dagbehandeling"): 12.5,
    ("Berkstad", "diagnostiek"): 35.0,
    ("Berkstad", "ambulante begeleiding"): 58.9375,
    ("Cedum", "pleegzorg"): 4.5,
    ("Cedum", "dagbehandeling"): 6.0,
    ("Cedum", "diagnostiek"): 12.0,
}
MEAN_STAY = {
    "pleegzorg": 300.0,
    "crisis": 28.0,
    "dagbehandeling": 150.0,
    "diagnostiek": 90.0,
    "ambulante begeleiding": 120.0,
}
# Euros per arrival: stay x units per day x tariff; diagnostiek is one trajectory of 2,400.
COST = {
    "pleegzorg": 300 * 1 * 60.0,
    "crisis": 28 * 1 * 300.0,
    "dagbehandeling": 150 * 0.8 * 130.0,
    "diagnostiek": 2_400.0,
    "ambulante begeleiding": 120 * 0.15 * 110.0,
}


def certain(**changes: Any) -> Scenario:
    base = js.load_scenario(DATA / "certain")
    population = [
        {"municipality": town, "year": year, "youth": youth, "inhabitants": 9_000, "source": "A1"}
        for town, youth in (("Aldorp", 3_000), ("Berkstad", 5_000), ("Cedum", 1_500))
        for year in YEARS
    ]
    return base.with_changes({"start": "2025-01-01", "population": population, **changes})


@cache
def in_balance() -> xr.Dataset:
    return js.simulate(certain(), draws=DRAWS, seed=31, progress=False)


def within_5_standard_errors(draws: xr.DataArray, wanted: float, what: object) -> None:
    values = draws.to_numpy().astype(float)
    error = values.std(ddof=1) / np.sqrt(len(values))
    assert abs(values.mean() - wanted) < 5 * error, f"{what}: {values.mean()} for {wanted}"


@pytest.mark.parametrize("cell", ARRIVALS, ids=" ".join)
def test_stock_flows_and_cost_are_those_worked_out_by_hand(cell: tuple[str, str]) -> None:
    """13 cells x 16 means at 5 standard errors: a false alarm once in 8,000 seeds (normal means)."""
    town, form = cell
    volumes = in_balance().sel(municipality=town, care_form=form)
    tariff = {"pleegzorg": 60, "crisis": 300, "dagbehandeling": 130, "diagnostiek": 2_400}
    price = tariff.get(form, 110)
    per_year = ARRIVALS[cell]
    stock = per_year / 365 * MEAN_STAY[form]
    within_5_standard_errors(volumes.clients_at_start, stock, "start")
    for year in YEARS:
        of = volumes.sel(year=year)
        within_5_standard_errors(of.stays_started, per_year, ("started", year))
        within_5_standard_errors(of.stays_ended, per_year, ("ended", year))
        within_5_standard_errors(of.clients_at_year_end, stock, ("stock", year))
        within_5_standard_errors(of.client_days, 365 * stock, ("days", year))
        within_5_standard_errors(of.units * price, per_year * COST[form], ("cost", year))


def test_a_leap_year_has_no_more_children_than_another() -> None:
    """20,000 a year in 2028 too: 5 standard errors are 29 children, one day's inflow would be 55."""
    scenario = region([care_form("zorg", stay_mean_days=1)], inflow=20_000.0, stock=0.0, start=2028)
    volumes = js.simulate(scenario, draws=600, seed=3, progress=False)
    for year in (2028, 2029, 2030):
        started = volumes.stays_started.sel(year=year).sum(["municipality", "care_form"])
        within_5_standard_errors(started, 20_000, year)


def test_the_region_costs_what_all_arrivals_cost() -> None:
    """Payment of the region, all P x Q at an index of 1: the sum over cells, within 5 errors."""
    accounts = js.settle(in_balance(), certain())
    wanted = sum(per_year * COST[form] for (_, form), per_year in ARRIVALS.items())
    for year in YEARS:
        payment = accounts.payment.sum("contract").sel(year=year)
        within_5_standard_errors(payment, wanted, year)


@pytest.mark.parametrize("moment", ["start", *YEARS])
def test_a_stock_in_balance_is_poisson(moment: str | int) -> None:
    """Variance equals mean in every cell: 13 ratios within 5 standard errors of 1.

    The variance of n Poisson counts has a relative variance of (2 + 1/mean)/n; for these skewed
    counts 5 errors are exceeded once in about 10,000 seeds.
    """
    volumes = in_balance()
    stock = (
        volumes.clients_at_start if moment == "start" else volumes.clients_at_year_end.sel(year=moment)
    )
    for (town, form), per_year in ARRIVALS.items():
        mean = per_year / 365 * MEAN_STAY[form]
        counts = stock.sel(municipality=town, care_form=form).to_numpy()
        error = np.sqrt((2 + 1 / mean) / DRAWS)
        assert abs(counts.var() / mean - 1) < 5 * error, (town, form)


def test_cells_do_not_hang_together_at_the_start() -> None:
    """Poisson counts with keys of their own: 78 correlations, none beyond 5 standard errors."""
    volumes = in_balance()
    counts = np.array(
        [
            volumes.clients_at_start.sel(municipality=town, care_form=form).to_numpy()
            for town, form in ARRIVALS
        ]
    )
    apart = np.corrcoef(counts)[np.triu_indices(len(counts), 1)]
    assert np.abs(apart).max() < 5 / np.sqrt(DRAWS)


# --- a start stock that is given -----------------------------------------------------------------


def with_stock(known: bool, number: float = 37.0) -> xr.Dataset:
    forms = [
        care_form("leeg"),
        care_form("pleegzorg", stay_distribution="exponential", stay_mean_days=200),
    ]
    scenario = region(
        forms,
        inflow={"leeg": 73.0, "pleegzorg": 0.0},
        stock={"pleegzorg": number},
        known=known,
    )
    return js.simulate(scenario, draws=DRAWS, seed=9, progress=False)


def test_a_given_stock_is_an_expectation_unless_it_is_known() -> None:
    """37 clients: in every draw when known; else Poisson, also for a number that is not whole."""
    known = with_stock(known=True).clients_at_start.sel(care_form="pleegzorg")
    assert (known == 37).all()
    for number in (37.0, 2.25):
        counts = with_stock(known=False, number=number).clients_at_start.sel(care_form="pleegzorg")
        within_5_standard_errors(counts, number, number)
        frequencies = np.bincount(counts.to_numpy().ravel(), minlength=100)[:100]
        expected = DRAWS * stats.poisson.pmf(np.arange(100), number)
        large = expected >= 10
        o, e = frequencies[large], expected[large]
        o, e = np.append(o, DRAWS - o.sum()), np.append(e, DRAWS - e.sum())
        p_value = stats.chi2.sf(((o - e) ** 2 / np.maximum(e, 1e-9)).sum(), len(o) - 1)
        assert p_value > 1e-4, "false alarm for one seed in 10,000"


def test_a_known_stock_leaves_empty_cells_poisson_and_in_balance() -> None:
    """'leeg' is not given: 73 arrivals a year of ten days are 2 clients, Poisson."""
    counts = with_stock(known=True).clients_at_start.sel(care_form="leeg")
    within_5_standard_errors(counts, 2.0, "leeg")
    assert counts.to_numpy().var() == pytest.approx(2.0, abs=5 * 2.0 * np.sqrt(2.5 / DRAWS))


def test_a_given_stock_runs_out_as_the_days_left_say() -> None:
    """Without inflow: exponential stays, P(S > s) = exp(-b (s + 1/2)), b such that E[S] = 200.

    E[S] = 1 + exp(-3b/2)/(1 - exp(-b)). In care after d days are those with R >= d, of 37 clients
    37 x sum of P(S > r) over r >= d, divided by 200.
    """
    volumes = with_stock(known=True)
    low, high = 1e-4, 1e-1
    for _ in range(80):
        b = (low + high) / 2
        if 1 + np.exp(-1.5 * b) / (1 - np.exp(-b)) > 200:
            low = b
        else:
            high = b
    for years_on, year in enumerate(YEARS, start=1):
        first = 365 * years_on
        share = np.exp(-(first + 0.5) * b) / (1 - np.exp(-b)) / 200
        counts = volumes.clients_at_year_end.sel(year=year, care_form="pleegzorg")
        within_5_standard_errors(counts, 37 * share, year)


def test_only_growth_of_inflow_to_the_first_year_is_in_the_start_stock() -> None:
    """73 x 1.1 (2024 to 2025) arrivals a year of ten days: 2.2 clients, Poisson.

    Levers, season, shocks and growth of stays leave it alone.
    """
    lever = {
        "name": "alles anders",
        "affects": "inflow",
        "care_forms": ["zorg"],
        "effect": -0.9,
        "starts": "2025-01-01",
        "profile": "step",
    }
    season = [
        {"care_form": "zorg", "month": m, "factor": 12.0 if m == 5 else 0.0, "source": "A1"}
        for m in range(1, 13)
    ]
    scenario = region(
        [care_form("zorg")],
        inflow=73.0,
        demand_year=2024,
        levers=[lever],
        season=season,
        world={
            "inflow_growth_per_year": 0.1,
            "stay_growth_per_year": 0.5,
            "inflow_shock_region_cv": 0.8,
            "stay_shock_cv": 0.8,
        },
    )
    counts = js.simulate(scenario, draws=DRAWS, seed=2, progress=False).clients_at_start
    within_5_standard_errors(counts, 2.2, "stock")
    assert counts.to_numpy().var() == pytest.approx(2.2, abs=5 * 2.2 * np.sqrt(2.5 / DRAWS))


# --- uncertain assumptions behind the start stock -------------------------------------------------


def poisson_about(counts: np.ndarray, means: np.ndarray) -> None:
    """Check that counts are Poisson about a mean of their own in every draw.

    Sum within 4 standard errors, and the sum of (count - mean)^2/mean, chi-square: each alarms falsely
    for one seed in 10,000 or less.
    """
    assert abs((counts - means).sum()) < 4 * np.sqrt(means.sum())
    statistic = ((counts - means) ** 2 / means).sum()
    assert 1e-4 < stats.chi2.sf(statistic, len(counts)) < 1 - 1e-4


def counts_and(volumes: xr.Dataset, path: str) -> tuple[np.ndarray, np.ndarray]:
    counts = volumes.clients_at_start.sum(["municipality", "care_form"]).to_numpy()
    return counts.astype(float), volumes.parameters.sel(parameter=path).to_numpy()


def test_the_stationary_stock_follows_the_mean_stay_of_the_draw() -> None:
    """1,825 arrivals a year, 5 a day, and a mean stay of 20 days with cv 0.4: 5 x the drawn days."""
    form = care_form("zorg", stay_mean_days={"mean": 20.0, "cv": 0.4})
    volumes = js.simulate(region([form], inflow=1_825.0), draws=DRAWS, seed=4, progress=False)
    counts, days = counts_and(volumes, "care_forms.zorg.stay_mean_days")
    poisson_about(counts, 5 * days)


def test_the_stationary_stock_and_inflow_follow_the_rate_and_moves_of_the_draw() -> None:
    """Arrivals a at the drawn rate, of which the drawn part moves to b; both stay ten days.

    Stock: rate/365 x 10 x (1 + part). New children of the first year: the rate.
    """
    forms = [care_form("a"), care_form("b")]
    scenario = region(
        forms,
        inflow={"a": {"mean": 900.0, "cv": 0.3}, "b": 0.0},
        moves={("a", "b"): {"p10": 0.3, "p50": 0.5, "p90": 0.7}},
    )
    volumes = js.simulate(scenario, draws=DRAWS, seed=4, progress=False)
    counts, rate = counts_and(volumes, "demand.Aldorp.a.inflow_per_1000_youth")
    part = volumes.parameters.sel(parameter="moves.a.b.probability").to_numpy()
    poisson_about(counts, rate / 36.5 * (1 + part))
    started = volumes.stays_started.sel(year=2025, care_form="a").to_numpy().ravel()
    poisson_about(started, rate)


def test_arrivals_of_many_municipalities_solve_the_equations_of_each() -> None:
    """Haaglanden in 36 parts, Den Haag's without some forms: (1 - moves) a = from outside, by town."""
    scenario = split_municipalities(haaglanden_without_places(), 4)
    plan, parameters = make_plan(scenario), draw_parameters(scenario, 5, 3)
    outside = np.random.default_rng(6).uniform(1.0, 100.0, (3, len(plan.cells)))
    stock = stationary_stock(plan, parameters, outside)
    form_at = {name: number for number, name in enumerate(scenario.care_form_names)}
    for draw in range(3):
        moves = np.zeros((len(form_at), len(form_at)))
        for row in scenario.moves:
            path = f"moves.{row.from_care_form}.{row.to_care_form}.probability"
            probability = parameters.of(path, row.probability)[draw]
            moves[form_at[row.to_care_form], form_at[row.from_care_form]] = probability
        for town in range(len(scenario.municipalities)):
            own = np.flatnonzero(plan.cell_municipality == town)
            forms = plan.cell_form[own]
            equations = np.eye(len(own)) - moves[np.ix_(forms, forms)]
            arrivals = np.linalg.solve(equations, outside[draw, own])
            stays = [
                parameters.of(f"care_forms.{row.care_form}.stay_mean_days", row.stay_mean_days)[draw]
                for row in np.array(scenario.care_forms, dtype=object)[forms]
            ]
            np.testing.assert_allclose(stock[draw, own], arrivals / 365 * stays, rtol=1e-12)


def test_children_who_go_round_almost_for_ever_are_in_balance_too() -> None:
    """Always from a to b, and back 935 times in 1,000: 1/0.065 = 15.38 visits to each per child.

    36.5 children a year and stays of ten days: 15.38 clients in a and in b; the same bits with a
    second town beside it.
    """
    forms = [care_form("a"), care_form("b")]
    moves = {("a", "b"): 1.0, ("b", "a"): 0.935}
    inflow = {"a": 36.5, "b": 0.0}
    alone, beside = (
        js.simulate(
            region(forms, towns=towns, inflow=inflow, moves=moves), draws=DRAWS, seed=4, progress=False
        ).sel(municipality="Aldorp")
        for towns in (("Aldorp",), ("Aldorp", "Berkstad"))
    )
    stock = 1 / 0.065
    for form in ("a", "b"):
        counts = alone.clients_at_start.sel(care_form=form)
        within_5_standard_errors(counts, stock, form)
        within_5_standard_errors(alone.clients_at_year_end.sel(care_form=form, year=2027), stock, form)
    for name in ("clients_at_start", "units", "stays_started"):
        np.testing.assert_array_equal(alone[name], beside[name])


def test_a_given_stock_follows_its_own_distribution_and_not_the_stay_of_the_draw() -> None:
    """50 clients with cv 0.5, stays of 100 days on average: nobody has more than 99 days left.

    Fixed stays: each of 0 to 99 days left is as likely, whatever mean stay the draw has.
    """
    form = care_form("zorg", stay_mean_days={"mean": 100.0, "cv": 0.4})
    scenario = region([form], stock={"zorg": {"mean": 50.0, "cv": 0.5}})
    volumes = js.simulate(scenario, draws=DRAWS, seed=4, progress=False)
    counts, expected = counts_and(volumes, "demand.Aldorp.zorg.clients_at_start")
    poisson_about(counts, expected)
    days = volumes.client_days.sum(["year", "municipality", "care_form"]).to_numpy()
    _, drawn_stay = counts_and(volumes, "care_forms.zorg.stay_mean_days")
    assert (days <= 99 * counts).all()
    for half in (drawn_stay < 100, drawn_stay >= 100):
        error = np.sqrt(counts[half].sum() * (100**2 - 1) / 12)
        assert abs((days - 49.5 * counts)[half].sum()) < 4 * error, "once in 16,000 seeds"
