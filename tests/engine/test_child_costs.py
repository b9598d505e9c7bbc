"""What a child's yearly cost lies above a retention, beside sums over the children of a draw.

The cost of a child in a year and contract is the sum over its care of units in that year x tariff at
price_year; ``child_excess`` sums what lies above each retention, ``children_above`` counts the children
for whom that is more than nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from regions import care_form, lever, region
from scarcity import LIMITED, crowded
from scipy import stats

import jeugdsim as js
from jeugdsim.scenario import Scenario

SEED = 2027
SPREAD_TARIFF = {"p10": 80.0, "p50": 100.0, "p90": 130.0}
TERMS = ("child_excess", "children_above")


def simulated(scenario: Scenario, draws: int, **how: Any) -> xr.Dataset:
    return js.simulate(scenario, draws=draws, seed=SEED, progress=False, **how)


def contracts(**retentions: list[float]) -> dict[str, Any]:
    """Return two contracts by segment, each with its retentions."""
    return {
        name: {"form": "pxq", "segments": [name], "child_retentions": sums}
        for name, sums in retentions.items()
    }


def two_contracts(**more: Any) -> Scenario:
    """Return one year of `thuis` and `weg`, each under its own contract, with a line for `weg`.

    Children move between them, wait at home or in bridging care, bring trajectories, and have their
    own intensity; tariffs, units and growth differ by draw.
    """
    forms = [
        care_form("dag", segment="thuis", units_cv=0.6, stay_distribution="exponential",
                  stay_mean_days=60, units_per_day=0.7, tariff=SPREAD_TARIFF),
        care_form("toets", segment="thuis", unit="traject", tariff=1_500.0, stay_mean_days=30),
        care_form("verblijf", segment="weg", tariff=250.0, units_cv=0.4, stay_mean_days=50,
                  stay_distribution="lognormal", stay_sd_days=60, places=4),
        care_form("crisis", segment="weg", tariff=400.0, stay_mean_days=15),
    ]  # fmt: skip
    terms: dict[str, Any] = {
        "towns": ("Aldorp", "Bedum"),
        "inflow": {"dag": 25.0, "toets": 20.0, "verblijf": 12.0, "crisis": 10.0},
        "stock": {"dag": 3.0, "toets": 1.0, "verblijf": 2.0, "crisis": 0.5},
        "years": 1,
        "moves": {
            ("dag", "verblijf"): 0.4,
            ("toets", "dag"): 0.5,
            ("crisis", "verblijf"): 0.7,
            ("verblijf", "toets"): 0.4,
        },
        "holds": [("crisis", "verblijf")],
        "waiting": {
            "verblijf": {
                "bridging_care_form": "toets",
                "reneging_per_year": 2.0,
                "escalation_per_year": 2.0,
                "escalation_care_form": "crisis",
            }
        },
        "waiting_at_start": {"verblijf": 3.0},
        "world": {
            "units_growth_per_year": {"p10": 0.0, "p50": 0.03, "p90": 0.08},
            "units_shock_cv": 0.1,
        },
        "demand_year": 2023,
        "contracts": contracts(thuis=[0.0, 1_400.0, 4_000.0], weg=[500.0, 10_000.0]),
    }
    return region(forms, **(terms | more))


def costs_of_children(
    scenario: Scenario, volumes: xr.Dataset, draw: int
) -> dict[tuple[str, str], pd.Series]:
    """Return every child's cost in the one year, by (municipality, contract), from the rows."""
    assert len(scenario.calendar_years) == 1
    rows = js.clients(scenario, draw=draw, seed=SEED)
    drawn = volumes["parameters"].isel(draw=draw)
    tariff = {}
    for form in scenario.care_forms:
        path = f"care_forms.{form.care_form}.tariff"
        known = path in drawn["parameter"].to_numpy()
        tariff[form.care_form] = float(drawn.sel(parameter=path)) if known else float(form.tariff)
    contract = {
        cell: name for name in scenario.contract_names for cell in scenario.contract_cells(name)
    }
    cells = zip(rows["municipality"], rows["care_form"], strict=True)
    rows["contract"] = [contract[cell] for cell in cells]
    rows["cost"] = rows["units"] * rows["care_form"].map(tariff)
    found = rows.groupby(["municipality", "contract", "client"])["cost"].sum()
    return {
        (town, name): found.get((town, name), pd.Series(dtype=float))
        for town in scenario.municipality_names
        for name in scenario.contract_names
    }


@pytest.mark.parametrize("ages", [False, True], ids=["without ages", "with ages"])
@pytest.mark.parametrize("draw", [0, 1, 2])
def test_excess_and_numbers_are_sums_over_the_children(draw: int, ages: bool) -> None:
    """Two contracts, trajectories, children who wait, are bridged or hold a place; draw by draw."""
    scenario = two_contracts(**({"entry_ages": {17: 1.0}} if ages else {}))
    volumes = simulated(scenario, 3)
    retentions = volumes["child_retentions"]
    for (town, contract), costs in costs_of_children(scenario, volumes, draw).items():
        assert len(costs) > 5
        for retention in retentions.retention.to_numpy():
            place = {"municipality": town, "contract": contract, "retention": retention}
            of = volumes.isel(draw=draw, year=0).sel(place)
            edge = float(retentions.sel(contract=contract, retention=retention))
            if np.isnan(edge):
                assert float(of["child_excess"]) == int(of["children_above"]) == 0
                continue
            above = (costs - edge).clip(lower=0.0)
            assert float(of["child_excess"]) == pytest.approx(above.sum(), rel=1e-9, abs=1e-6)
            assert abs(costs - edge).min() > 1e-6 or edge == 0.0
            assert int(of["children_above"]) == int((above > 1e-9).sum())
    assert draw > 0 or float(volumes["children_above"].sum()) > 100


def test_what_the_crowded_children_do() -> None:
    """The sums above are about something: waits, bridging trajectories, held places, both contracts."""
    rows = js.clients(two_contracts(), draw=0, seed=SEED)
    bridging = rows["kind"] == "bridging"
    assert bridging.sum() > 3
    assert (rows.loc[bridging, "units"] == 1.0).all()
    assert (rows["stays_in"] == "crisis").sum() > 3
    in_both = rows[rows["units"] > 0].assign(
        away=lambda each: each["care_form"].isin(["verblijf", "crisis"])
    )
    assert (in_both.groupby("client")["away"].nunique() == 2).sum() > 10


def use_value(scenario: Scenario, volumes: xr.Dataset) -> xr.DataArray:
    """Return units x certain tariff by draw, year, municipality and contract, at price_year."""
    tariff = xr.DataArray(
        [float(form.tariff) for form in scenario.care_forms],
        dims="care_form",
        coords={"care_form": list(scenario.care_form_names)},
    )
    parts = []
    for name in scenario.contract_names:
        forms = sorted({form for _, form in scenario.contract_cells(name)})
        parts.append((volumes["units"] * tariff).sel(care_form=forms).sum("care_form"))
    return xr.concat(parts, pd.Index(scenario.contract_names, name="contract"))


def test_excess_over_nothing_is_all_care_at_its_tariff() -> None:
    """Over several years, with levers, shocks, growth, places, bridging and ages; to 1e-9."""
    scenario = crowded(
        contracts={"alles": {"form": "pxq", "segments": ["zorg"], "child_retentions": [0.0]}},
        entry_ages={16: 0.5, 17: 0.5},
    )
    volumes = simulated(scenario, 5)
    over_nothing = volumes["child_excess"].sel(retention=1)
    wanted = use_value(scenario, volumes).transpose(*over_nothing.dims)
    np.testing.assert_allclose(over_nothing, wanted, rtol=1e-9)
    assert float(wanted.min()) > 0


def test_children_above_nothing_are_the_children_in_care() -> None:
    """Care every day brings units, so those above 0 euros are the youths of that year."""
    scenario = crowded(
        contracts={"alles": {"form": "pxq", "segments": ["zorg"], "child_retentions": [0.0]}}
    )
    volumes = simulated(scenario, 3)
    above = volumes["children_above"].sel(retention=1, contract="alles")
    np.testing.assert_array_equal(above, volumes["youth_in_year"])


def test_a_trajectory_costs_in_the_year_it_begins() -> None:
    """2,000 euros in the year of entry, nothing later; nothing for who was in care already."""
    scenario = region(
        [care_form("toets", unit="traject", tariff=2_000.0, stay_mean_days=500)],
        inflow=30.0,
        stock=10.0,
        known=True,
        contracts={
            "alles": {"form": "pxq", "segments": ["zorg"], "child_retentions": [500.0, 2_000.0]}
        },
    )
    volumes = simulated(scenario, 20).isel(municipality=0, care_form=0, contract=0)
    started = volumes["stays_started"]
    np.testing.assert_array_equal(volumes["children_above"].sel(retention=1), started)
    np.testing.assert_array_equal(volumes["child_excess"].sel(retention=1), 1_500.0 * started)
    assert int(volumes["children_above"].sel(retention=2).sum()) == 0  # exactly at it is not above


def test_care_over_new_year_counts_in_each_year() -> None:
    """100 euros a day for 400 days from the stock and from inflow: at most 365 in a year, by hand."""
    scenario = region(
        [care_form("zorg", stay_mean_days=400)],
        inflow=40.0,
        stock=0.0,
        contracts={"alles": {"form": "pxq", "segments": ["zorg"], "child_retentions": [10_000.0]}},
    )
    volumes = simulated(scenario, 1)
    rows = js.clients(scenario, draw=0, seed=SEED)
    for number, year in enumerate(scenario.calendar_years):
        first, stop = pd.Timestamp(f"{year}-01-01"), pd.Timestamp(f"{year + 1}-01-01")
        end = rows["end"].fillna(pd.Timestamp("2028-01-01")).clip(upper=stop)
        days = (end - rows["begin"].clip(lower=first)).dt.days.clip(lower=0)
        wanted = (100.0 * days - 10_000.0).clip(lower=0.0).sum()
        assert float(volumes["child_excess"].isel(year=number).sum()) == wanted > 0


def test_levels_and_numbers_fall_with_the_retention() -> None:
    """Eight of them; and between two the excess falls by at most the children above the lower."""
    edges = [0.0, 500.0, 1_000.0, 2_500.0, 5_000.0, 10_000.0, 20_000.0, 50_000.0]
    terms = {"alles": {"form": "pxq", "segments": ["zorg"], "child_retentions": edges}}
    volumes = simulated(crowded(contracts=terms), 10)
    assert volumes.sizes["retention"] == 8
    assert volumes["child_retentions"].sel(contract="alles").to_numpy().tolist() == edges
    excess, number = (volumes[name].transpose(..., "retention").to_numpy() for name in TERMS)
    step = -np.diff(excess)
    assert (np.diff(number) <= 0).all()
    assert (step >= number[..., 1:] * np.diff(edges) - 1e-6).all()
    assert (step <= number[..., :-1] * np.diff(edges) + 1e-6).all()
    assert number[..., 5].sum() > 0


def test_a_retention_changes_nothing_else() -> None:
    """Volumes are those without retentions, to the bit, and so are the other sums."""
    plain, one = simulated(crowded(), 4), simulated(two_levels([1_000.0]), 4)
    for name in plain.data_vars:
        assert plain[name].to_numpy().tobytes() == one[name].to_numpy().tobytes(), name
    both = simulated(two_levels([1_000.0, 3_000.0]), 4)
    for name in TERMS:
        alone, beside = one[name].sel(retention=1), both[name].sel(retention=1)
        assert alone.to_numpy().tobytes() == beside.to_numpy().tobytes()


def two_levels(edges: list[float], places: int | None = -1) -> Scenario:
    terms = {"alles": {"form": "pxq", "segments": ["zorg"], "child_retentions": edges}}
    return crowded(places, contracts=terms)


def test_threads_and_chunks_change_no_bit() -> None:
    scenario = two_levels([0.0, 2_000.0])
    one = simulated(scenario, 6, threads=1, chunk_draws=6)
    xr.testing.assert_identical(one, simulated(scenario, 6, threads=3, chunk_draws=1))


def test_very_many_places_change_no_bit() -> None:
    """Children are then followed through lines, and their costs closed at the end of time."""
    many, none = (simulated(two_levels([0.0, 700.0, 3_000.0], places), 6) for places in (100_000, None))
    assert int(many["admissions"].sum()) > 100
    for name in TERMS:
        assert many[name].to_numpy().tobytes() == none[name].to_numpy().tobytes(), name
    assert set(LIMITED) == set(crowded(100_000).limited_forms)


FREE: dict[str, Any] = {"inflow": {"dag": 25.0, "toets": 20.0, "crisis": 10.0, "verblijf": 0.0},
                        "moves": {("toets", "dag"): 0.5}, "holds": [], "waiting_at_start": None,
                        "stock": {"dag": 3.0, "toets": 1.0, "verblijf": 0.0, "crisis": 0.5},
                        "waiting": {}}  # fmt: skip


def test_an_added_town_changes_no_bit() -> None:
    alone = simulated(two_contracts(towns=("Aldorp",), **FREE), 4)
    beside = simulated(two_contracts(towns=("Aldorp", "Cedum"), **FREE), 4)
    for name in TERMS:
        ours = beside[name].sel(municipality=["Aldorp"])
        assert alone[name].to_numpy().tobytes() == ours.to_numpy().tobytes()


def test_a_tariff_lever_does_not_change_the_cost_of_a_child() -> None:
    """It counts at the tariff of price_year; a lever on units does change it."""
    edges = [500.0]
    dearer = lever("duurder", "tariff", 0.5, "2025-01-01", care_forms=["wonen"])
    more = lever("meer", "units_per_day", 0.5, "2025-01-01", care_forms=["wonen"])
    terms = {"alles": {"form": "pxq", "segments": ["zorg"], "child_retentions": edges}}
    base, priced, heavier = (
        simulated(crowded(contracts=terms, levers=levers), 3) for levers in ([], [dearer], [more])
    )
    assert priced["child_excess"].equals(base["child_excess"])
    assert float(heavier["child_excess"].sum()) > 1.05 * float(base["child_excess"].sum())


CV = 0.8
DAYS, TARIFF, PER_YEAR = 20, 150.0, 50.0
EDGES = [1_000.0, 3_000.0, 6_000.0, 12_000.0]


def test_stop_loss_of_a_lognormal_cost_is_the_closed_form() -> None:
    """One stay per child, 20 days, lognormal intensity: E[sum (X - d)+] = n E[(X - d)+].

    Who enters on one of the first 346 of 365 days stays 20 days within the year, who enters later as
    many as are left. Errors from the compound Poisson variance
    n E[((X - d)+)^2]: 8 numbers at 5 standard errors, a false alarm once in some 200,000 seeds.
    """
    draws = 10_000
    terms = {"alles": {"form": "pxq", "segments": ["zorg"], "child_retentions": EDGES}}
    scenario = region(
        [care_form("zorg", stay_mean_days=DAYS, tariff=TARIFF, units_cv=CV)],
        inflow=PER_YEAR,
        stock=0.0,
        years=1,
        contracts=terms,
    )
    volumes = simulated(scenario, draws).isel(year=0, municipality=0, contract=0)
    for number, edge in enumerate(EDGES, start=1):
        mean, square, above = (
            sum(
                PER_YEAR / 365 * count * moment(days * TARIFF, edge)
                for days, count in [(DAYS, 365 - DAYS + 1), *((left, 1) for left in range(1, DAYS))]
            )
            for moment in (excess_mean, excess_square, chance_above)
        )
        of = volumes.sel(retention=number)
        assert abs(float(of["child_excess"].mean()) - mean) < 5 * np.sqrt(square / draws)
        assert abs(float(of["children_above"].mean()) - above) < 5 * np.sqrt(above / draws)
        assert 5 * np.sqrt(square / draws) < 0.12 * mean


SIGMA = float(np.sqrt(np.log1p(CV**2)))


def chance_above(mean: float, edge: float) -> float:
    """Return P(X > edge) of a lognormal X."""
    return float(stats.norm.sf((np.log(edge / mean) + SIGMA**2 / 2) / SIGMA))


def excess_mean(mean: float, edge: float) -> float:
    """Return E[(X - edge)+]: the Black-Scholes form."""
    d = (np.log(mean / edge) + SIGMA**2 / 2) / SIGMA
    return float(mean * stats.norm.cdf(d) - edge * stats.norm.cdf(d - SIGMA))


def excess_square(mean: float, edge: float) -> float:
    """Return E[((X - edge)+)^2] from the partial moments of a lognormal."""
    d = (np.log(mean / edge) + SIGMA**2 / 2) / SIGMA
    second = mean**2 * np.exp(SIGMA**2) * stats.norm.cdf(d + SIGMA)
    first = mean * stats.norm.cdf(d)
    return float(second - 2 * edge * first + edge**2 * stats.norm.cdf(d - SIGMA))


def test_the_closed_forms_of_a_lognormal_excess_are_its_integrals() -> None:
    law = stats.lognorm(SIGMA, scale=3_000.0 * np.exp(-(SIGMA**2) / 2))
    for edge in EDGES:
        for power, closed in ((1, excess_mean), (2, excess_square)):
            integral = law.expect(lambda x, p=power, e=edge: (x - e) ** p, lb=edge, epsabs=1e-9)
            assert closed(3_000.0, edge) == pytest.approx(integral, rel=1e-5)
        assert chance_above(3_000.0, edge) == pytest.approx(law.sf(edge), rel=1e-12)


@pytest.mark.parametrize(
    ("edges", "told"),
    [
        ([float(edge) for edge in range(1_000, 10_000, 1_000)], "8"),
        ([2_000.0, 1_000.0], "increas|ris"),
        ([1_000.0, 1_000.0], "increas|ris"),
        ([-1.0], "0"),
    ],
    ids=["nine", "falling", "twice", "negative"],
)
def test_other_retentions_are_refused(edges: list[float], told: str) -> None:
    with pytest.raises(js.ScenarioError, match=rf"child_retentions.*({told})"):
        two_levels(edges)


def test_without_retentions_nothing_is_counted() -> None:
    volumes = simulated(crowded(), 1)
    assert not {*TERMS, "child_retentions"} & set(volumes.data_vars)
