"""What drives an overrun: adds up to it, and every part is what its name says."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import xarray as xr
from regions import DATA, HAAGLANDEN, care_form, lever, region

import jeugdsim as js
from jeugdsim.funding.reference import reference_means
from jeugdsim.outcomes.drivers import DRIVERS, drivers
from jeugdsim.report.files import tidy_tables
from jeugdsim.results import Outcome
from jeugdsim.scenario import Scenario
from jeugdsim.scenario.numbers import mean_of

SCENARIOS = {"small": DATA / "small", "haaglanden": HAAGLANDEN}
QUANTITIES = ("price", "clients", "days_per_client", "units_per_day")
DRAWS = 12
SEED = 2027
CENT = 0.01


@cache
def outcome(name: str) -> Outcome:
    return js.run(js.load_scenario(SCENARIOS[name]), draws=DRAWS, seed=SEED, progress=False)


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_drivers_add_up_to_the_overrun(name: str) -> None:
    """In every draw, year, municipality and segment, to a millionth of a euro."""
    of = outcome(name)
    parts = of.drivers()
    assert tuple(parts.data_vars) == DRIVERS
    total = sum(parts[driver] for driver in DRIVERS).transpose(*of.overruns["overrun"].dims)
    np.testing.assert_allclose(total, of.overruns["overrun"], rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_summary_tells_the_drivers(name: str) -> None:
    of = outcome(name)
    summary = of.to_dict()
    told = summary["region"]["drivers"]
    assert set(told) == {*map(str, summary["years"]), "total"}
    for moment, by_driver in told.items():
        assert tuple(by_driver) == DRIVERS
        means = sum(spread["mean"] for spread in by_driver.values())
        assert means == pytest.approx(summary["region"]["overrun"][moment]["mean"], abs=CENT)
        for driver in DRIVERS:
            towns = [town["drivers"][moment][driver] for town in summary["municipalities"].values()]
            assert sum(towns) == pytest.approx(by_driver[driver]["mean"], abs=CENT)


@pytest.mark.parametrize("name", SCENARIOS)
def test_budgeting_is_the_same_in_every_draw_and_reads_as_expected_cost_minus_budget(
    name: str,
) -> None:
    of = outcome(name)
    budgeting = of.drivers()["budgeting"]
    assert float(budgeting.std("draw").max()) < CENT
    settings = of.scenario.settings
    growth = 1 + settings.world.indexation.mean + settings.world.index_forecast_error.mean
    since = np.array(of.scenario.calendar_years) - settings.price_year
    means = reference_means(of.scenario, of.reference.volumes)
    tariffs = np.array([mean_of(row.tariff) for row in of.scenario.care_forms])
    cost = (means.units * tariffs).sum(["municipality", "care_form"]) * growth**since
    budget = of.bills["budget"].isel(draw=0).sum(["municipality", "segment"])
    np.testing.assert_allclose(
        budgeting.isel(draw=0).sum(["municipality", "segment"]), cost - budget, rtol=1e-9, atol=CENT
    )


def made_up(scenario: Scenario, clients: list[float], days: list[float], units: list[float]) -> Outcome:
    """Return an outcome of one draw whose volumes, per care form by name, are those given."""
    ran = js.run(scenario, draws=1, seed=SEED, progress=False)
    shape = ran.volumes["units"].shape
    given = {"clients_in_year": clients, "client_days": days, "units": units}
    volumes = ran.volumes.assign(
        {
            name: (ran.volumes["units"].dims, np.broadcast_to(np.array(row, dtype=float), shape))
            for name, row in given.items()
        }
    )
    accounts = js.settle(volumes, scenario)
    bills = js.allocate(accounts, scenario)
    return replace(
        ran,
        volumes=volumes,
        accounts=accounts,
        bills=bills,
        overruns=js.overrun(bills, scenario),
        savings=js.savings(accounts, ran.reference.accounts, scenario),
    )


def means_like(
    outcome: Outcome, clients: list[float], days: list[float], units: list[float]
) -> xr.Dataset:
    dims = ("year", "municipality", "care_form")
    shape = outcome.volumes["units"].shape[1:]
    given = {"clients_in_year": clients, "client_days": days, "units": units}
    return xr.Dataset(
        {
            name: (dims, np.broadcast_to(np.array(row, dtype=float), shape))
            for name, row in given.items()
        },
        coords={name: outcome.volumes[name] for name in dims},
    )


@cache
def two_forms() -> Scenario:
    """One town, one year, two care forms in one segment at 100 and 50 euros, a budget of 12,000."""
    return region(
        [care_form("a", tariff=100.0), care_form("b", tariff=50.0)],
        inflow=10.0,
        years=1,
        budget={"basis": 12_000.0},
    )


def test_two_cells_worked_out_by_hand() -> None:
    """Form a: 10 -> 12 clients of 10 -> 12 days: 2,200 each. Form b: no clients in the reference.

    a costs 100 x 10 x 10 = 10,000 as expected and 100 x 12 x 12 = 14,400 in the draw; the two factors
    change alike. b has 3 clients, 30 days and 30 units at 50 euros: 1,500, wholly clients.
    """
    of = made_up(two_forms(), clients=[12, 3], days=[144, 30], units=[144, 30])
    means = means_like(of, clients=[10, 0], days=[100, 0], units=[100, 0])
    found = drivers(of.volumes, of.accounts, of.bills, of.scenario, means).squeeze()
    wanted = {
        "budgeting": 10_000.0 - 12_000.0,
        "price": 0.0,
        "clients": 2_200.0 + 1_500.0,
        "days_per_client": 2_200.0,
        "units_per_day": 0.0,
        "contract": 0.0,
        "lever_cost": 0.0,
    }
    assert {name: float(found[name]) for name in DRIVERS} == pytest.approx(wanted)
    assert sum(wanted.values()) == 14_400.0 + 1_500.0 - 12_000.0


def test_a_cell_that_lost_its_clients_counts_wholly_as_clients() -> None:
    of = made_up(two_forms(), clients=[10, 0], days=[100, 0], units=[90, 0])
    means = means_like(of, clients=[10, 4], days=[100, 40], units=[100, 20])
    found = drivers(of.volumes, of.accounts, of.bills, of.scenario, means).squeeze()
    assert float(found["clients"]) == pytest.approx(-20 * 50.0)
    assert float(found["units_per_day"]) == pytest.approx(-10 * 100.0)
    assert float(found["days_per_client"]) == pytest.approx(0.0, abs=1e-9)


def test_a_tariff_lever_moves_price_alone_against_the_same_volumes() -> None:
    """A cut of 10% on form a: 10% of its cost, with volumes at their expectation."""
    cut = lever("goedkoper", "tariff", -0.1, "2025-01-01", care_forms=["a"])
    scenario = two_forms().with_changes({"levers": [cut]})
    of = made_up(scenario, clients=[10, 4], days=[100, 40], units=[100, 40])
    means = means_like(of, clients=[10, 4], days=[100, 40], units=[100, 40])
    found = drivers(of.volumes, of.accounts, of.bills, of.scenario, means).squeeze()
    assert float(found["price"]) == pytest.approx(-1_000.0)
    for name in ("clients", "days_per_client", "units_per_day", "contract", "lever_cost"):
        assert float(found[name]) == pytest.approx(0.0, abs=1e-9)


def test_in_a_certain_world_the_quantities_balance_around_expectation() -> None:
    """tests/data/certain, 400 draws: own use minus expected cost has mean zero.

    Five standard errors per year and segment: 9 of them, false alarm 5e-6. Price can't move at all.
    """
    scenario = js.load_scenario(DATA / "certain")
    of = js.run(scenario, draws=400, seed=SEED, progress=False)
    parts = of.drivers()
    assert abs(parts["price"]).max() < 1e-6
    assert not parts["contract"].round(6).any()
    moved = sum(parts[name] for name in QUANTITIES).sum("municipality")
    error = moved.std("draw", ddof=1) / np.sqrt(moved.sizes["draw"])
    assert bool((error > 0).any())
    assert bool((abs(moved.mean("draw")) <= 5 * error + CENT).all())


def test_results_of_another_scenario_are_refused() -> None:
    of = outcome("small")
    means = js.expected(outcome("haaglanden").scenario)
    with pytest.raises(ValueError, match="another scenario"):
        drivers(of.volumes, of.accounts, of.bills, of.scenario, means)


def test_the_tables_hold_every_driver_and_no_empty_row() -> None:
    summary = outcome("small").to_dict()
    tables = tidy_tables(summary)
    header, rows = tables["region.csv"]
    told = {
        row[header.index("quantity")]: row[header.index("mean")]
        for row in rows
        if row[header.index("period")] == "total"
    }
    for driver in DRIVERS:
        wanted = summary["region"]["drivers"]["total"][driver]["mean"]
        assert told[f"drivers.{driver}"] == wanted
    assert "drivers" not in told
    header, rows = tables["municipalities.csv"]
    for town, block in summary["municipalities"].items():
        found = {
            row[header.index("quantity")]: row[header.index("mean")]
            for row in rows
            if row[:1] == [town] and row[header.index("period")] == "total"
        }
        assert found["drivers.clients"] == block["drivers"]["total"]["clients"]
        assert None not in found.values()
