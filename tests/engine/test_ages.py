"""Ages: who may be in care until when, beside counts of children and direct sums over whole days.

Statistical tests alarm at 5 standard errors, once in 1.7 million for a number that is normal; the file
holds about 150 such numbers: one false alarm in some 10,000 seeds.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from oracles.ages import DAYS, YEAR, Care, survival_of_steps
from oracles.expected_units import StayLaw
from regions import care_form, lever, region
from scarcity import crowded, differing_cells, misfits
from scipy import stats

import jeugdsim as js
from jeugdsim.engine.limits import mean_stays_with_limit
from jeugdsim.scenario import Scenario

SEED = 2027
ERRORS = 5.0
RARE = 1e-6  # p-value of a chi-square at which it alarms
AGES = {15: 0.2, 16: 0.3, 17: 0.5}
FOUR_YEARS = pd.Timedelta(days=1461)  # 18 to 22: so many days to the day, whatever the hour of birth
STEPS = {100: 0.8, 400: 0.4, 900: 0.1, 2500: 0.0}
LIMITS_WAITED_FOR = {"ambulant": (0.3, 22.0), "wonen": (0.6, 22.0), "thuis": (1.0, 22.0)}


def day(scenario: Scenario, date: pd.Timestamp) -> int:
    return (date - pd.Timestamp(scenario.settings.start)).days


def crowded_with_ages(**more: Any) -> Scenario:
    """Return the crowded region; who waits for `wonen` beyond 18 may be at home (thuis) meanwhile."""
    terms: dict[str, Any] = {"entry_ages": AGES, "extended_care": LIMITS_WAITED_FOR}
    return crowded(**(terms | more))


def simulated(scenario: Scenario, draws: int, **how: Any) -> xr.Dataset:
    return js.simulate(scenario, draws=draws, seed=SEED, progress=False, **how)


def within(found: float, wanted: float, error: float) -> bool:
    return abs(found - wanted) < ERRORS * error


def within_binomial(found: int, of: int, share: float) -> bool:
    return within(found, of * share, np.sqrt(of * share * (1.0 - share)))


def fits(counted: np.ndarray, expected: np.ndarray) -> bool:
    """Tell whether counts agree with expectations that add up to the same, by chi-square."""
    assert expected.min() > 20
    return bool(stats.chisquare(counted, expected).pvalue > RARE)


# --- age at entry ------------------------------------------------------------------------------------


def test_children_enter_at_the_ages_of_the_table_of_their_first_form() -> None:
    """By third of a year of age: shares by year, and uniform within the year. 12,000 children.

    A birthday falls on a whole day, so that a class holds the ages of so many days: 122, 122 and 121
    or 122.
    """
    tables = {"a": {0: 0.2, 3: 0.3, 17: 0.5}, "b": {8: 0.6, 9: 0.4}}
    scenario = region(
        [care_form("a"), care_form("b")],
        inflow=6_000.0,
        stock=0.0,
        years=1,
        moves={("a", "b"): 0.5},
        entry_ages=tables,
    )
    rows = js.clients(scenario, draw=0, seed=SEED).groupby("client").first()
    for form, shares in tables.items():
        first = rows[rows["care_form"] == form]
        to_adulthood = (first["adult_on"] - first["begin"]).dt.days.to_numpy()
        turns = Care(np.ones(DAYS), shares).days_to(18.0)
        edges = np.floor((18.0 - np.arange(18 * 3, -1, -1) / 3.0) * YEAR).astype(int)[::-1] + 1
        expected = len(first) * np.diff(np.concatenate([[0.0], np.cumsum(turns)])[edges[::-1]])
        counted = np.histogram(to_adulthood, edges[::-1])[0]
        some = expected > 20
        assert counted[expected < 1e-9].sum() == 0
        assert counted[some].sum() > 0.97 * len(first)
        gathered = expected[some] * counted[some].sum() / expected[some].sum()
        assert fits(counted[some], gathered)


def test_a_child_keeps_its_birthday() -> None:
    """However often it moves, waits or escalates."""
    rows = js.clients(crowded_with_ages(), draw=0, seed=SEED)
    assert rows.groupby("client")["adult_on"].nunique().max() == 1
    assert rows["adult_on"].notna().mean() > 0.9


# --- nobody stays beyond -----------------------------------------------------------------------------


@pytest.mark.parametrize("draw", [0, 1, 2])
def test_nobody_is_in_care_or_in_line_on_or_after_its_limit_day(draw: int) -> None:
    """18, or 22 in the three forms where some may stay on."""
    rows = js.clients(crowded_with_ages(), draw=draw, seed=SEED)
    end = rows["end"].fillna(pd.Timestamp("2027-12-31") + pd.Timedelta(days=1))
    beyond = end > rows["adult_on"]
    assert set(rows.loc[beyond, "care_form"]) == set(LIMITS_WAITED_FOR)
    assert (end[beyond] <= rows["adult_on"][beyond] + FOUR_YEARS).all()
    adult_at_start = rows["adult_on"].isna()
    assert set(rows.loc[adult_at_start, "care_form"]) <= set(LIMITS_WAITED_FOR)
    limited = rows[(rows["outcome"] == "age limit") & ~adult_at_start]
    assert (limited["end"] >= limited["adult_on"]).all()
    assert len(limited) > 10


def test_bridging_care_ends_on_its_own_limit() -> None:
    """Who may wait for `wonen` until 22 is bridged by `thuis` until 18, where nobody may stay on."""
    extended = {"wonen": (1.0, 22.0)}
    scenario = crowded(0, entry_ages={17: 1.0}, extended_care=extended)
    rows = js.clients(scenario, draw=0, seed=SEED)
    bridging = rows[rows["kind"] == "bridging"]
    assert len(bridging) > 10
    assert not (bridging["end"] > bridging["adult_on"]).any()


@pytest.mark.parametrize("draw", [0, 1])
def test_rules_and_sums_hold_in_a_crowded_region_with_ages(draw: int) -> None:
    """Places, order and patience; and every volume is a sum over the rows of the children."""
    scenario = crowded_with_ages()
    assert misfits(scenario, draw=draw, seed=SEED) == []
    assert differing_cells(scenario, draw=draw, seed=SEED) == []


def test_counts_of_adults_and_of_who_leaves_at_the_limit_are_sums_over_rows() -> None:
    """A child leaves at the limit once: from care, from a line, or on its way to a form.

    Who escalates past the limit of `zwaar` counts as both; its wait tells of the escalation only.
    """
    scenario = crowded_with_ages()
    volumes = simulated(scenario, 2)
    assert int(volumes["left_at_age_limit"].sum()) > 30
    for draw in (0, 1):
        rows = js.clients(scenario, draw=draw, seed=SEED)
        in_care = rows[rows["kind"] != "wait"]
        for year in scenario.calendar_years:
            last = pd.Timestamp(f"{year}-12-31")
            there = ~(in_care["begin"] > last) & ~(in_care["end"] <= last)
            adult = there & ~(in_care["adult_on"] > last)
            counted = volumes["clients_18_and_over_at_year_end"].isel(draw=draw).sel(year=year)
            by_form = in_care[adult].groupby("care_form").size()
            for form in scenario.care_form_names:
                assert int(counted.sel(care_form=form).sum()) == by_form.get(form, 0)
            told = rows["outcome"] == "age limit"
            told |= (rows["outcome"] == "escalates") & ~(rows["adult_on"] > rows["end"])
            left = rows[told & (rows["end"].dt.year == year)]
            limited = volumes["left_at_age_limit"].isel(draw=draw).sel(year=year)
            assert int(limited.sum()) == left["client"].nunique() > 0


def test_who_waits_leaves_the_line_on_its_limit_day() -> None:
    """No places at all: all wait until they are 18, or 22 for 6 in 10; nobody is admitted."""
    scenario = region(
        [care_form("vol", places=0), care_form("los")],
        inflow=200.0,
        waiting_at_start={"vol": 50.0},
        stock=0.0,
        entry_ages={17: 1.0},
        extended_care={"vol": (0.6, 19.0)},
    )
    rows = js.clients(scenario, draw=0, seed=SEED)
    rows = rows[rows["care_form"] == "vol"]
    assert set(rows["kind"]) == {"wait"}
    assert set(rows["outcome"]) == {"age limit", "goes on"}
    over = rows[rows["outcome"] == "age limit"]
    late = (over["end"] - over["adult_on"]).dt.days
    assert set(late) == {0, 365, 366}  # a year of age is 365.25 days
    known = rows[rows["adult_on"] < pd.Timestamp("2026-12-31")]  # both limits lie within the years
    assert within_binomial(int((known["end"] > known["adult_on"]).sum()), len(known), 0.6)
    left = simulated(scenario, 1)["left_at_age_limit"].sel(care_form="vol").sum()
    assert int(left) == len(over)


def test_who_asks_for_a_form_past_its_limit_leaves_care() -> None:
    """From `lang`, where all may stay on, to `kort`, where none may, or to a form with places."""
    forms = [
        care_form("lang", stay_distribution="exponential", stay_mean_days=200),
        care_form("kort", stay_mean_days=5),
        care_form("vol", places=0),
    ]
    scenario = region(
        forms,
        inflow={"lang": 800.0, "kort": 0.0, "vol": 0.0},
        stock=0.0,
        moves={("lang", "kort"): 0.6, ("lang", "vol"): 0.4},
        entry_ages={17: 1.0},
        extended_care={"lang": (1.0, 22.0)},
    )
    rows = js.clients(scenario, draw=0, seed=SEED)
    over = rows[(rows["care_form"] == "lang") & rows["end"].notna()]
    grown = over["end"] >= over["adult_on"]
    assert set(over.loc[grown, "outcome"]) == {"age limit"}
    assert set(over.loc[~grown, "outcome"]) == {"moves"}
    assert min(grown.sum(), (~grown).sum()) > 100
    elsewhere = rows[rows["care_form"] != "lang"]
    assert (elsewhere["end"].dropna() <= elsewhere["adult_on"][elsewhere["end"].notna()]).all()
    left = simulated(scenario, 1)["left_at_age_limit"].sum("year").isel(draw=0, municipality=0)
    grown_up = int(grown.sum())
    asked = {form: int(left.sel(care_form=form)) for form in ("lang", "kort", "vol")}
    caught = int((elsewhere["outcome"] == "age limit").sum())
    assert asked["lang"] == 0
    assert asked["kort"] + asked["vol"] == grown_up + caught


def test_a_lever_on_days_left_acts_before_the_limit() -> None:
    """Days left are halved on 1 March, of the stay without the limit, for the stock as for others.

    A fixed stay of 1,000 days, all 17: without ages nobody of the stock would leave between 1 March
    and (1,000 - 59)/2 days later, but for the few with little left; with ages, on their birthday.
    """
    halved = lever("korter", "stay_days", -0.5, "2025-03-01", care_forms=["zorg"], applies_to="all")
    scenario = region(
        [care_form("zorg", stay_mean_days=1_000)],
        inflow=400.0,
        stock=400.0,
        entry_ages={17: 1.0},
        levers=[halved],
        years=2,
    )
    rows = js.clients(scenario, draw=0, seed=SEED)
    asked_again = {"entry_ages": [], "extended_care": []}
    free = js.clients(scenario.with_changes(asked_again), draw=0, seed=SEED)
    unlimited = free.set_index("client")["end"]
    both = rows[rows["client"].isin(free["client"])].set_index("client")
    entered = both[~both.index.str.contains("start")]
    wanted = pd.concat([unlimited[entered.index], entered["adult_on"]], axis=1).min(axis=1)
    shown = wanted < pd.Timestamp("2027-01-01")
    assert (entered["end"][shown] == wanted[shown]).all()
    assert shown.sum() > 100
    stock = rows[rows["client"].str.contains("start")]
    of_itself = stock["end"] < stock["adult_on"]
    # Entered at 17 and not 18 yet: 365 days in care at most, so at least 635 left, 288 after the lever.
    soonest = pd.Timestamp("2025-03-01") + pd.Timedelta(days=(1_000 - 365 - 59) // 2 - 1)
    assert (stock["end"][of_itself] >= soonest).all()
    assert (~of_itself).sum() > 100


# --- who may stay on ---------------------------------------------------------------------------------


def turned_18_in_care(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the stays in which a child reached 18 within the years, and whether it ``stayed``."""
    before = ~(rows["begin"] >= rows["adult_on"])
    until = rows["end"].isna() | (rows["end"] >= rows["adult_on"])
    years_end = pd.Timestamp("2027-12-31")
    found = rows[before & until & (rows["adult_on"] < years_end) & (rows["kind"] == "stay")].copy()
    at_18 = (found["end"] == found["adult_on"]) & (found["outcome"] == "age limit")
    return found.assign(stayed=~at_18)


def test_the_stated_share_of_those_who_reach_18_in_care_stays_on() -> None:
    """Of entrants and of the start stock; by 22 all are gone."""
    scenario = region(
        [care_form("wonen", stay_distribution="exponential", stay_mean_days=1_500)],
        inflow=700.0,
        entry_ages={16: 0.5, 17: 0.5},
        extended_care={"wonen": (0.35, 22.0)},
    )
    found = turned_18_in_care(js.clients(scenario, draw=0, seed=SEED))
    stock = found["client"].str.contains("start")
    for group in (found[stock], found[~stock]):
        assert within_binomial(int(group["stayed"].sum()), len(group), 0.35)
        assert len(group) > 300


def test_one_number_of_the_child_says_in_which_forms_it_may_stay() -> None:
    """Who may stay in `streng` (0.3) may stay in `ruim` (0.5); of who may in `ruim`, 0.6 in `streng`.

    Children of 17 stay 400 days in their first form, turn 18 there, and move to the other; one in a
    thousand leaves `streng` instead, as moves may not add up to 1 on a circle.
    """
    scenario = region(
        [care_form("ruim", stay_mean_days=400), care_form("streng", stay_mean_days=400)],
        inflow=1_500.0,
        stock=0.0,
        moves={("ruim", "streng"): 1.0, ("streng", "ruim"): 0.999},
        entry_ages={17: 1.0},
        extended_care={"ruim": (0.5, 22.0), "streng": (0.3, 22.0)},
        years=4,
    )
    rows = js.clients(scenario, draw=0, seed=SEED)
    first = rows[(rows["step"] == 0) & rows["end"].notna() & (rows["end"] > rows["adult_on"])]
    went_on = first["client"].isin(rows.loc[rows["step"] == 1, "client"])
    ruim = first["care_form"] == "ruim"
    assert (~ruim).sum() > 300
    assert not (first["outcome"][~ruim] == "age limit").any()
    assert went_on[~ruim].mean() > 0.98
    assert within_binomial(int(went_on[ruim].sum()), int(ruim.sum()), 0.6)


def with_lever(effect: float, starts: str, **changes: Any) -> Scenario:
    """Return two towns, children of 16 and 17, half of whom may stay on; a lever on that share."""
    act = lever("verlengd", "extended_share", effect, starts, care_forms=["wonen"], **changes)
    return region(
        [care_form("wonen", stay_distribution="exponential", stay_mean_days=900)],
        towns=("Aldorp", "Bedum"),
        inflow=700.0,
        entry_ages={16: 0.5, 17: 0.5},
        extended_care={"wonen": (0.5, 22.0)},
        levers=[act] if effect else [],
    )


@cache
def children_with_lever(effect: float, starts: str, *towns: str) -> pd.DataFrame:
    limited = {"municipalities": list(towns)} if towns else {}
    return js.clients(with_lever(effect, starts, **limited), draw=0, seed=SEED)


@pytest.mark.parametrize(("effect", "share"), [(-1.0, 0.0), (-0.4, 0.3), (0.5, 0.75), (3.0, 1.0)])
def test_a_lever_changes_the_share_of_who_turns_18_after_its_start(effect: float, share: float) -> None:
    """And nobody else, to the row; 0.5 x (1 + 3) is clipped to 1."""
    starts = pd.Timestamp("2026-03-01")
    without = children_with_lever(0.0, "2026-03-01")
    rows = children_with_lever(effect, "2026-03-01")
    for part in (rows["adult_on"] < starts, rows["adult_on"].isna()):
        assert part.sum() > 100
        there = without[without["client"].isin(rows.loc[part, "client"])].reset_index(drop=True)
        pd.testing.assert_frame_equal(rows[part].reset_index(drop=True), there)
    found = turned_18_in_care(rows[rows["adult_on"] >= starts])
    assert len(found) > 300
    if share in (0.0, 1.0):
        assert set(found["stayed"]) == {share == 1.0}
    else:
        assert within_binomial(int(found["stayed"].sum()), len(found), share)
    before = turned_18_in_care(without).set_index("client")["stayed"]
    after = found.set_index("client")["stayed"]
    more = after.astype(int) - before[after.index].astype(int)
    assert (more * np.sign(effect) >= 0).all()


def test_a_lever_on_the_share_of_one_town_leaves_the_other_alone() -> None:
    without = children_with_lever(0.0, "2026-03-01")
    rows = children_with_lever(-1.0, "2026-03-01", "Bedum")
    alone = [part[part["municipality"] == "Aldorp"] for part in (rows, without)]
    pd.testing.assert_frame_equal(*alone)
    assert len(rows) == len(without)
    assert rows["days"].sum() < without["days"].sum()


def test_a_lever_that_phases_in_acts_by_the_day_of_the_18th_birthday() -> None:
    """Linear over two years from the start: the mean share over birthdays is that of the mean phase."""
    act = {"profile": "linear", "phase_in_years": 2.0}
    scenario = with_lever(-1.0, "2025-01-01", **act)
    found = turned_18_in_care(js.clients(scenario, draw=0, seed=SEED))
    birthday = (found["adult_on"] - pd.Timestamp("2025-01-01")).dt.days
    share = 0.5 * (1.0 - np.minimum(1.0, birthday / (2.0 * YEAR)))
    for part in (birthday < 365, (birthday >= 365) & (birthday < 730)):
        error = np.sqrt((share[part] * (1.0 - share[part])).sum())
        assert within(found["stayed"][part].sum(), share[part].sum(), error)
        assert part.sum() > 200
    assert not found["stayed"][birthday > 2.0 * YEAR].any()


# --- limits coincide ---------------------------------------------------------------------------------


def same_in_common(one: xr.Dataset, other: xr.Dataset) -> None:
    common = [name for name in one.data_vars if name in other.data_vars]
    assert {"units", "client_days", "clients_at_start"} < set(common)
    for name in common:
        if name != "parameters":
            assert one[name].to_numpy().tobytes() == other[name].to_numpy().tobytes(), name


def test_ages_that_never_bind_change_no_bit() -> None:
    """All enter in their first year of life, and no stay lasts 17 years: as without ages."""
    assert not crowded().has_ages
    same_in_common(simulated(crowded(entry_ages={0: 1.0}), 4), simulated(crowded(), 4))


def test_ages_that_never_bind_change_no_bit_of_a_stationary_stock() -> None:
    """Stays that have an end, so that no chance is lost beyond 17 years."""
    forms = [
        care_form("vast", stay_mean_days=300),
        care_form("tabel", stay_distribution="empirical:t.csv", stay_mean_days=None),
    ]
    terms: dict[str, Any] = {
        "inflow": 30.0,
        "moves": {("vast", "tabel"): 0.5},
        "empirical_stays": {"t.csv": [{"days": d, "survival": left} for d, left in STEPS.items()]},
        "levers": [lever("korter", "stay_days", -0.3, "2026-01-01", applies_to="all",
                         care_forms=["tabel"])],
    }  # fmt: skip
    extended = {"vast": (0.5, 21.0)}
    aged = region(forms, entry_ages={0: 1.0}, extended_care=extended, **terms)
    same_in_common(simulated(aged, 20), simulated(region(forms, **terms), 20))


@pytest.mark.parametrize("scenario", [crowded_with_ages(), with_lever(-0.4, "2026-03-01")])
def test_threads_and_chunks_change_no_bit(scenario: Scenario) -> None:
    one = simulated(scenario, 6, threads=1, chunk_draws=6)
    other = simulated(scenario, 6, threads=3, chunk_draws=1)
    xr.testing.assert_identical(one, other)


def test_a_very_high_limit_for_all_is_no_limit_at_18() -> None:
    """All may stay until 23 in every form, and nobody reaches it: as without ages."""
    extended = dict.fromkeys(("ambulant", "crisis", "wonen", "thuis", "zwaar"), (1.0, 23.0))
    aged = crowded(entry_ages={0: 0.5, 1: 0.5}, extended_care=extended)
    same_in_common(simulated(aged, 2), simulated(crowded(), 2))


# --- mean stays, and balance -------------------------------------------------------------------------

Case = tuple[dict[str, Any], np.ndarray, Mapping[int, float], tuple[float, float] | None]


def law(family: str, mean: float, sd: float | None = None) -> np.ndarray:
    return StayLaw(family, mean, sd).survival(DAYS)


def stated(family: str, mean: float | None = None, sd: float | None = None) -> dict[str, Any]:
    return {"stay_distribution": family, "stay_mean_days": mean, "stay_sd_days": sd}


OLD = {14: 0.3, 16: 0.3, 17: 0.4}
CASES: dict[str, Case] = {
    "fixed": (stated("fixed", 1_000), law("fixed", 1_000), OLD, None),
    "lognormal": (stated("lognormal", 400, 400), law("lognormal", 400, 400), OLD, (0.4, 21.0)),
    "exponential": (stated("exponential", 60), law("exponential", 60), {17: 1.0}, (0.5, 18.5)),
    "long": (stated("exponential", 1_500), law("exponential", 1_500), {5: 0.5, 12: 0.5}, (0.2, 23.0)),
    "empirical": (stated("empirical:t.csv"), survival_of_steps(STEPS), {15: 0.5, 17: 0.5}, None),
    "very late": (stated("exponential", 2_000), law("exponential", 2_000), {17: 1.0}, None),
}


def scenario_of(case: Case, *, per_year: float = 40.0, **more: Any) -> Scenario:
    stay, _, ages, extended = case
    tables = {"t.csv": [{"days": days, "survival": left} for days, left in STEPS.items()]}
    return region(
        [care_form("zorg", **stay)],
        inflow=per_year,
        entry_ages=ages,
        extended_care={"zorg": extended} if extended else None,
        empirical_stays=tables if "empirical" in stay["stay_distribution"] else {},
        **more,
    )


def care_of(case: Case, *, per_year: float = 40.0) -> Care:
    _, longer, ages, extended = case
    share, until = extended or (0.0, 18.0)
    return Care(longer, ages, share, until, per_year / 365.0)


@pytest.mark.parametrize("name", CASES)
def test_mean_stays_with_the_limit_are_those_summed_directly(name: str) -> None:
    found = mean_stays_with_limit(scenario_of(CASES[name]))["zorg"]
    wanted = care_of(CASES[name]).mean_days
    assert found == pytest.approx(wanted, rel=1e-6)
    assert wanted < 0.999 * CASES[name][1].sum()


def test_children_stay_so_long_on_average() -> None:
    """Enter at 16 or 17, leave at 18 or 19: in five years those of the first two are all seen out."""
    case: Case = (stated("exponential", 300), law("exponential", 300), {16: 0.5, 17: 0.5}, (0.4, 19.0))
    scenario = scenario_of(case, per_year=12_000.0, stock=0.0, years=5)
    rows = js.clients(scenario, draw=0, seed=SEED)
    seen = rows[rows["begin"] < pd.Timestamp("2027-01-01")]["days"]
    error = seen.std() / np.sqrt(len(seen))
    assert within(seen.mean(), mean_stays_with_limit(scenario)["zorg"], error)
    assert 5 * error < 0.03 * seen.mean()


DRAWS = 2_000


@pytest.mark.parametrize("years", [1, 3])
@pytest.mark.parametrize("name", CASES)
def test_a_stock_in_balance_stays_so(name: str, years: int) -> None:
    """Clients at the start and at every year end are Poisson with rate x E[min(S, L)]; so are adults.

    A short horizon and long stays too: who has longer to go than the years simulated is no older.
    """
    volumes = simulated(scenario_of(CASES[name], years=years), DRAWS)
    care = care_of(CASES[name])
    counts = volumes.isel(municipality=0, care_form=0)
    stocks = [counts.clients_at_start, *counts.clients_at_year_end.transpose("year", "draw")]
    for stock in stocks:
        assert within(float(stock.sum()), DRAWS * care.clients, np.sqrt(DRAWS * care.clients))
        spread = np.sqrt((2.0 + 1.0 / care.clients) / DRAWS)
        assert within(float(stock.var(ddof=1)) / care.clients, 1.0, spread)
    adults = counts.clients_18_and_over_at_year_end.transpose("year", "draw")
    for number in adults:
        error = np.sqrt(DRAWS * max(care.adults, 1e-12))
        assert within(float(number.sum()), DRAWS * care.adults, error)


@pytest.mark.parametrize("name", ["lognormal", "fixed", "long", "empirical"])
def test_ages_in_the_start_stock_are_those_of_renewal_theory(name: str) -> None:
    """Days to the 18th birthday of 8,000 children of the stock, in 25 classes of equal chance."""
    case = CASES[name]
    scenario = scenario_of(case, per_year=0.0, stock=8_000.0, known=True, years=1)
    rows = js.clients(scenario, draw=0, seed=SEED)
    assert len(rows) == 8_000
    care = care_of(case)
    still_young = care.birthdays()
    chances = np.concatenate([[care.adults], still_young]) / (care.adults + still_young.sum())
    first = pd.Timestamp(scenario.settings.start)
    days = (rows["adult_on"] - first).dt.days.fillna(-1).to_numpy()  # -1: turned 18 before the start
    reached = np.cumsum(chances)
    edges = np.searchsorted(reached, np.arange(1, 25) / 25.0)
    edges = np.unique(np.concatenate([[-1] if care.adults == 0 else [-1, 0], edges, [len(chances)]]))
    below = np.concatenate([[0.0], reached])[edges + 1 - (edges == len(chances))]
    below[-1] = 1.0
    counted = np.histogram(days, edges)[0]
    expected = len(rows) * np.diff(below)
    assert fits(counted, expected)


def share_for(wanted: float) -> float:
    """Return the extended share with which so many of the clients are 18 or over."""
    case: Case = (stated("lognormal", 800, 800), law("lognormal", 800, 800), AGES, (1.0, 23.0))
    care = care_of(case)
    young = care.clients - care.adults
    return wanted / (1.0 - wanted) * young / care.adults


def test_four_in_ten_clients_over_18_by_the_share_that_may_stay_on() -> None:
    """And a lever that halves that share moves it, down by the years; who is there already stays."""
    share = share_for(0.4)
    assert 0.0 < share < 1.0
    case: Case = (stated("lognormal", 800, 800), law("lognormal", 800, 800), AGES, (share, 23.0))
    found = simulated(scenario_of(case, per_year=400.0), 200).isel(municipality=0, care_form=0)
    adults = found.clients_18_and_over_at_year_end.sum("draw")
    clients = found.clients_at_year_end.sum("draw")
    for year in found.year.to_numpy():
        of = int(clients.sel(year=year))
        assert within_binomial(int(adults.sel(year=year)), of, 0.4)
    act = lever("minder", "extended_share", -0.5, "2026-01-01", care_forms=["zorg"])
    moved = simulated(scenario_of(case, per_year=400.0, levers=[act]), 200)
    moved = moved.isel(municipality=0, care_form=0)
    fewer = adults - moved.clients_18_and_over_at_year_end.sum("draw")
    assert fewer.sel(year=2025) == 0
    assert 0 < int(fewer.sel(year=2026)) < int(fewer.sel(year=2027))
