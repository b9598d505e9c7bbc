"""The library's money and quantities against the independent oracles of tests/oracles.

The volumes of a small simulation are taken as given; everything after them is computed again, draw
by draw, by rules written from MODEL.md alone, and must agree to a relative 1e-9. Settlements whose
answer is known by hand stand below, with the arithmetic. At the end the mean of 400 draws in which
everything is certain is held against exact expected values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from oracles import line, money
from oracles.expected_units import Expected, expected_reference_cost, expected_units
from oracles.folder import Folder, read_folder

import jeugdsim as js

DATA = Path(__file__).parent / "data"
DRAWS, SEED = 20, 7
RTOL = 1e-9
TOWNS = ["Aldorp", "Berkstad", "Cedum"]
CELL = ("draw", "year", "municipality", "care_form")
BILL = ("draw", "year", "municipality", "segment")
PERCENTILES = (5, 10, 50, 80, 90, 95)

PASS_THROUGH = {
    "loss_bands": [{"above": 0.0, "payer_share": 1.0}],
    "gain_bands": [{"below": 0.0, "payer_share": 1.0}],
}


# --- reading results -----------------------------------------------------------------------------


def array(data: xr.Dataset, variable: str, folder: Folder, dims: tuple[str, ...]) -> np.ndarray:
    """Give one variable in the order of the folder, whatever the order in the dataset."""
    names = {
        "year": folder.years,
        "municipality": folder.municipalities,
        "care_form": folder.care_forms,
        "segment": folder.segments,
    }
    wanted = {dim: names[dim] for dim in dims if dim in names}
    return data[variable].sel(wanted).transpose(*dims).to_numpy()


def quantities(volumes: xr.Dataset, folder: Folder) -> line.Quantities:
    """Take from the volumes what the oracle takes as given."""
    table = volumes["parameters"].transpose("draw", "parameter")
    return line.Quantities(
        units=array(volumes, "units", folder, CELL),
        paid_level=array(volumes, "index_provisional", folder, ("draw", "year")),
        definitive_level=array(volumes, "index_definitive", folder, ("draw", "year")),
        parameters={
            str(path): table.sel(parameter=path).to_numpy() for path in table["parameter"].to_numpy()
        },
    )


def close(actual: object, wanted: object, scale: float | None = None) -> None:
    """Agree to a relative 1e-9; for differences of large amounts, of the `scale` they came from."""
    atol = 0.0 if scale is None else RTOL * scale
    np.testing.assert_allclose(np.asarray(actual), np.asarray(wanted), rtol=RTOL, atol=atol)


def entry(block: Mapping[Any, Any], year: int | str) -> Any:
    """Look up a year of a summary block, written as text (JSON) or as a number."""
    return block[str(year)] if str(year) in block else block[year]


def same_distribution(summary: Mapping[str, Any], draws: np.ndarray, scale: float = 1.0) -> None:
    """Compare mean and percentiles with those of the draws (numpy's `linear`); to a cent."""
    atol = max(0.01, RTOL * scale)
    np.testing.assert_allclose(summary["mean"], draws.mean(), rtol=RTOL, atol=atol)
    for p in PERCENTILES:
        wanted = np.quantile(draws, p / 100)
        np.testing.assert_allclose(summary[f"p{p}"], wanted, rtol=RTOL, atol=atol)


def series(result: Any, *names: str) -> np.ndarray:
    """Find a (draw, year) series in what js.overrun or js.savings returns, summed over the rest.

    DESIGN does not fix the names inside these two results; they are taken to be those of
    summary.json. Where the library chose other names, this is the one place to say so.
    """
    for name in names:
        if name in result:
            data = result[name]
            rest = [dim for dim in data.dims if dim not in ("draw", "year")]
            data = data.sum(rest)
            if "total" in data["year"].to_numpy().tolist():
                data = data.drop_sel(year="total")
            return data.transpose("draw", "year").to_numpy()
    pytest.fail(f"none of {names} in {list(result)}")


@dataclass
class Case:
    """One scenario in both worlds, the library's and the oracle's, on the same volumes."""

    scenario: Any
    folder: Folder
    accounts: xr.Dataset
    given: line.Quantities
    expected: dict[tuple[str, str], float]
    answer: line.Answer


@cache
def base(name: str = "small") -> tuple[Any, Folder, xr.Dataset, dict[tuple[str, str], float]]:
    """Load and simulate a scenario of tests/data once."""
    scenario, folder = js.load_scenario(DATA / name), read_folder(DATA / "small")
    volumes = js.simulate(scenario, draws=DRAWS, seed=SEED, progress=False)
    return scenario, folder, volumes, expected_reference_cost(folder)


# Other money on the same volumes: nothing here is simulated again.
VARIANTS: dict[str, dict[str, Any]] = {
    "as written": {},
    "lump sum": {"contracts.verblijf.loss_bands": [], "contracts.verblijf.gain_bands": []},
    "corridor of zero width": {
        f"contracts.{contract}.{side}": PASS_THROUGH[side]
        for contract in ("verblijf", "dag en diagnostiek")
        for side in ("loss_bands", "gain_bands")
    },
    "all P x Q": {
        "contracts.verblijf.form": "pxq",
        "contracts.verblijf.cost_ratio": 1.02,
        "contracts.dag en diagnostiek.form": "pxq",
        "contracts.dag en diagnostiek.cost_ratio": 1.0,
    },
    # Cedum buys no crisis; named as a member it shares in it, and both forms become one pool.
    "members by name": {"contracts.verblijf.municipalities": TOWNS},
    "per youth": {"contracts.dag en diagnostiek.budget": {"per_youth": 65.0}},
    "nominal target": {"savings.target_prices": "nominal"},
    "councils index by income": {"budget.index_per_year": 0.015},
    "both": {"savings.target_prices": "nominal", "budget.index_per_year": 0.015},
}


@cache
def case(variant: str) -> Case:
    """Settle one variant in both worlds."""
    scenario, folder, volumes, expected = base()
    changes = VARIANTS[variant]
    if changes:
        scenario, folder = scenario.with_changes(changes), folder.with_changes(changes)
    given = quantities(volumes, folder)
    answer = line.recompute(folder, given, expected)
    return Case(scenario, folder, js.settle(volumes, scenario), given, expected, answer)


# --- everything after the volumes, computed again ------------------------------------------------


@pytest.mark.parametrize("variant", VARIANTS)
def test_use_value_and_settlement(variant: str) -> None:
    """Own use, and per contract: budget (history from the exact expectation), payment, results."""
    c = case(variant)
    close(array(c.accounts, "use_value", c.folder, CELL), c.answer.use_value)
    for contract in c.folder.contracts:
        of = c.accounts.sel(contract=contract)

        def own(variable: str, of: xr.Dataset = of) -> np.ndarray:
            return array(of, variable, c.folder, ("draw", "year"))

        payment = c.answer.payment[contract]
        close(own("agreed_budget"), c.answer.agreed_budget[contract])
        close(own("payment"), payment)
        close(own("provider_cost"), c.answer.provider_cost[contract])
        close(own("provider_result"), c.answer.provider_result[contract], payment.max())
        gap = c.answer.provider_index_gap[contract]
        close(own("provider_index_gap"), gap, payment.max())


@pytest.mark.parametrize("key", money.KEYS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_bills(variant: str, key: str) -> None:
    """Contribution, lever cost, budget and overrun per municipality and segment, every key."""
    c = case(variant)
    bills = js.allocate(c.accounts, c.scenario, key=key)
    shared = line.contributions(c.folder, c.given, c.expected, c.answer, key)
    scale = shared.max()
    close(array(bills, "contribution", c.folder, BILL), shared)
    close(array(bills, "lever_cost", c.folder, BILL), c.answer.lever_cost)
    close(array(bills, "budget", c.folder, BILL), c.answer.budget)
    over = shared + c.answer.lever_cost - c.answer.budget
    close(array(bills, "overrun", c.folder, BILL), over, scale)
    payments = sum(c.answer.payment.values())
    close(array(bills, "contribution", c.folder, BILL).sum(axis=(2, 3)), payments)


@pytest.mark.parametrize(
    "table",
    [
        {"verblijf": "inhabitants", "dag en diagnostiek": "rolling_use"},
        {
            "verblijf": "actual_use",
            "dag en diagnostiek": "expected_use",
            "ambulant": "youth_population",
        },
    ],
    ids=["P x Q not named", "P x Q shared by youth"],
)
def test_bills_under_a_table_of_keys(table: dict[str, str]) -> None:
    """A key per contract; a P x Q contract is shared only where the table names it."""
    c = case("as written")
    scenario = c.scenario.with_changes({"allocation.used": table})
    bills = js.allocate(c.accounts, scenario)
    shared = line.contributions(c.folder, c.given, c.expected, c.answer, table)
    close(array(bills, "contribution", c.folder, BILL), shared)


def test_all_keys_give_the_same_bills_when_all_is_pxq() -> None:
    """P x Q is billed by own use under every key given by one name."""
    c = case("all P x Q")
    bills = [js.allocate(c.accounts, c.scenario, key=key)["contribution"] for key in money.KEYS]
    for other in bills[1:]:
        np.testing.assert_array_equal(bills[0].to_numpy(), other.to_numpy())


@cache
def whole_line() -> tuple[dict[str, Any], Any]:
    """Run the small scenario once, as a user does."""
    scenario, *_ = base()
    outcome = js.run(scenario, draws=DRAWS, seed=SEED)
    return outcome.to_dict(), outcome


@cache
def reference_payment() -> tuple[np.ndarray, xr.Dataset]:
    """Pay the reference, written out as a scenario of its own, per (draw, year)."""
    scenario, _, volumes, _ = base("small-reference")
    folder = read_folder(DATA / "small")
    given = quantities(volumes, folder)
    total = np.zeros(given.paid_level.shape)
    for k, form in enumerate(folder.care_forms):
        tariff = given.drawn(f"care_forms.{form}.tariff", folder.forms[form]["tariff"])
        for r in range(DRAWS):
            for y in range(len(folder.years)):
                for m in range(len(folder.municipalities)):
                    level = given.paid_level[r, y]
                    total[r, y] += money.use_value(given.units[r, y, m, k], tariff[r], 1.0, level)
    return total, js.settle(volumes, scenario)


def test_summary_payment_overrun_and_bills() -> None:
    """The region, the municipalities and every key, per year and in total."""
    summary, _ = whole_line()
    c = case("as written")
    payments = sum(c.answer.payment.values())
    shared = {
        key: line.contributions(c.folder, c.given, c.expected, c.answer, key) for key in money.KEYS
    }
    used = shared["rolling_use"]
    over = used + c.answer.lever_cost - c.answer.budget
    without = used + c.answer.lever_cost - c.answer.budget_without_target
    scale = payments.max()
    for y, year in enumerate([*c.folder.years, "total"]):
        at = slice(None) if year == "total" else slice(y, y + 1)
        region = summary["region"]
        same_distribution(entry(region["payment"], year), payments[:, at].sum(axis=1), scale)
        for written, cells in (
            (entry(region["overrun"], year), over),
            (entry(region["overrun"], year)["without_target"], without),
        ):
            values = cells[:, at].sum(axis=(1, 2, 3))
            same_distribution(written, values, scale)
        values = over[:, at].sum(axis=(1, 2, 3))
        chance, size = money.chance_and_size(values)
        written = entry(region["overrun"], year)
        assert written["probability"] == pytest.approx(chance, abs=1e-6)
        if size is None:
            assert written["size"] is None
        else:
            assert written["size"] == pytest.approx(size, rel=RTOL, abs=0.01)
        for m, town in enumerate(c.folder.municipalities):
            own = summary["municipalities"][town]
            bill = used[:, at, m].sum(axis=(1, 2))
            same_distribution(entry(own["contribution"], year), bill, scale)
            values = over[:, at, m].sum(axis=(1, 2))
            same_distribution(entry(own["overrun"], year), values, scale)
            chance, _ = money.chance_and_size(values)
            assert entry(own["overrun"], year)["probability"] == pytest.approx(chance, abs=1e-6)
            for key in money.KEYS:
                bill = shared[key][:, at, m].sum(axis=(1, 2))
                same_distribution(entry(summary["allocation"][key][town], year), bill, scale)


def savings_by_oracle() -> dict[str, np.ndarray]:
    """Compute the parts of the savings, (draw, year) each."""
    c = case("as written")
    reference, _ = reference_payment()
    payments = sum(c.answer.payment.values())
    before = c.answer.value_before_tariff_levers.sum(axis=(2, 3))
    levers = c.answer.lever_cost.sum(axis=(2, 3))
    parts: dict[str, np.ndarray] = {}
    for r, y in np.ndindex(payments.shape):
        values = money.savings_parts(reference[r, y], before[r, y], payments[r, y], levers[r, y])
        for name, value in values.items():
            parts.setdefault(name, np.zeros(payments.shape))[r, y] = value
    return parts


def test_summary_savings() -> None:
    """Less care, carried by providers, lever cost, real and total, with target and chances."""
    summary, _ = whole_line()
    c = case("as written")
    reference, _ = reference_payment()
    scale = reference.max()
    parts = savings_by_oracle()
    for y, year in enumerate([*c.folder.years, "total"]):
        at = slice(None) if year == "total" else slice(y, y + 1)
        written = entry(summary["region"]["savings"], year)
        written_reference = entry(summary["reference"]["region"]["payment"], year)
        same_distribution(written_reference, reference[:, at].sum(axis=1), scale)
        values = {name: part[:, at].sum(axis=1) for name, part in parts.items()}
        same_distribution(written, values["total"], scale)
        for name in ("less_care", "carried_by_providers", "lever_cost", "real"):
            same_distribution(written[name], values[name], scale)
        target = sum(c.answer.target[at])
        assert written["target"] == pytest.approx(target, rel=RTOL, abs=0.01)
        for field, part in (("probability", "total"), ("probability_real", "real")):
            chance = money.chance_met(values[part].tolist(), target)
            if chance is None:
                assert written[field] is None
            else:
                assert written[field] == pytest.approx(chance, abs=1e-6)


def test_summary_contracts_and_reserve() -> None:
    """Payment, cost, result, budget and the chance that the reserve is lost, per contract."""
    summary, _ = whole_line()
    c = case("as written")
    for contract, terms in c.folder.contracts.items():
        written = summary["contracts"][contract]
        assert written["form"] == terms["form"]
        scale = c.answer.payment[contract].max()
        lost = c.answer.reserve_lost[contract]
        for y, year in enumerate([*c.folder.years, "total"]):
            at = slice(None) if year == "total" else slice(y, y + 1)
            for name in ("payment", "provider_cost", "provider_result"):
                values = getattr(c.answer, name)[contract][:, at].sum(axis=1)
                same_distribution(entry(written[name], year), values, scale)
            chance = lost[:, -1 if year == "total" else y].mean()
            assert entry(written["chance_reserve_lost"], year) == pytest.approx(chance, abs=1e-6)
            if terms["form"] != "pxq" and year != "total":
                agreed = c.answer.agreed_budget[contract][:, y]
                same_distribution(entry(written["agreed_budget"], year), agreed, scale)
        if terms["form"] == "pxq":
            assert written["agreed_budget"] is None


def test_overrun_and_savings_as_functions() -> None:
    """js.overrun and js.savings on their own give the same as the whole line."""
    c = case("as written")
    bills = js.allocate(c.accounts, c.scenario, key="rolling_use")
    used = line.contributions(c.folder, c.given, c.expected, c.answer, "rolling_use")
    over = (used + c.answer.lever_cost - c.answer.budget).sum(axis=(2, 3))
    without = (used + c.answer.lever_cost - c.answer.budget_without_target).sum(axis=(2, 3))
    scale = used.sum(axis=(2, 3)).max()
    result = js.overrun(bills, c.scenario)
    close(series(result, "overrun"), over, scale)
    close(series(result, "without_target", "overrun_without_target"), without, scale)
    _, reference_accounts = reference_payment()
    result = js.savings(c.accounts, reference_accounts, c.scenario)
    parts = savings_by_oracle()
    for name in ("less_care", "carried_by_providers", "lever_cost", "real"):
        close(series(result, name), parts[name], scale)
    close(series(result, "savings", "total"), parts["total"], scale)


def test_a_key_without_registered_use_is_not_computable() -> None:
    """Not registered, rolling use cannot be the key in use; expected use can (MODEL 5)."""
    scenario, *_ = base()
    not_registered = {"contracts.verblijf.use_registered": False}
    with pytest.raises(js.ScenarioError):
        js.run(scenario.with_changes(not_registered), draws=2, seed=SEED)
    allowed = scenario.with_changes({**not_registered, "allocation.used": "expected_use"})
    summary = js.run(allowed, draws=2, seed=SEED).to_dict()
    for key in ("actual_use", "rolling_use"):
        assert list(summary["allocation"][key]) == ["not_computable"]
    for key in ("expected_use", "inhabitants", "youth_population"):
        assert set(summary["allocation"][key]) == set(TOWNS)


# --- worked by hand ------------------------------------------------------------------------------

# The small scenario without its uncertain money, and a stated budget of 100,000 for verblijf.
BY_HAND: dict[str, Any] = {
    "contracts.verblijf.budget": 100_000.0,
    "contracts.verblijf.cost_ratio": 1.0,
    "contracts.verblijf.volume_growth_per_year": 0.0,
    "contracts.verblijf.agreed_reduction.2028": 0.0,
    "contracts.verblijf.agreed_reduction.2029": 0.0,
    "contracts.verblijf.loss_bands": [
        {"above": 0.03, "payer_share": 0.5},
        {"above": 0.08, "payer_share": 0.8},
    ],
    "contracts.verblijf.gain_bands": [{"below": 0.03, "payer_share": 0.5}],
    "levers.lokale teams.effect": 0.0,
    "levers.lokale teams.cost_per_year": 36_500.0,
    "levers.tarief Berkstad.cost_per_year": 0.0,
    "levers.tariefafspraak.effect": -0.05,
    "levers.tariefafspraak.profile": "step",
    "world.indexation": 0.03,
    "world.index_forecast_error": 0.01,
}


def made_up(
    changes: dict[str, Any] | None,
    units: dict[tuple[int, str, str], float],
    paid: float = 1.0,
    definitive: float = 1.0,
    name: str = "small",
) -> tuple[Any, xr.Dataset]:
    """Load a scenario and give it volumes of zero but for the units named, at one index."""
    scenario = js.load_scenario(DATA / name)
    if changes is not None:
        scenario = scenario.with_changes({**BY_HAND, **changes})
    volumes = js.simulate(scenario, draws=2, seed=1, progress=False).copy(deep=True)
    volumes["units"] = xr.zeros_like(volumes["units"])
    volumes["index_provisional"] = xr.full_like(volumes["index_provisional"], paid)
    volumes["index_definitive"] = xr.full_like(volumes["index_definitive"], definitive)
    for (year, town, form), value in units.items():
        cell = {"year": year, "municipality": town, "care_form": form}
        volumes["units"].loc[cell] = value
    return scenario, volumes


def paid_by_hand(
    crisis_units: float, changes: dict[str, Any], year: int = 2027, paid: float = 1.0
) -> tuple[float, float]:
    """Give payment and provider result of contract verblijf for units of crisis (300 each)."""
    scenario, volumes = made_up(changes, {(year, "Aldorp", "crisis"): crisis_units}, paid=paid)
    accounts = js.settle(volumes, scenario).sel(contract="verblijf", year=year)
    payment, result = accounts["payment"].to_numpy(), accounts["provider_result"].to_numpy()
    assert (payment == payment[0]).all()
    return float(payment[0]), float(result[0])


def test_hand_lump_sum() -> None:
    """400 x 300 = 120,000 of care against a sum of 100,000: the providers lose 20,000."""
    none = {"contracts.verblijf.loss_bands": [], "contracts.verblijf.gain_bands": []}
    close(paid_by_hand(400, none), (100_000, -20_000))
    close(paid_by_hand(300, none), (100_000, 10_000))


def test_hand_corridor_of_zero_width_is_pxq() -> None:
    """From the first euro everything comes back, up and down: payment = 400 x 300 = 120,000."""
    full = {f"contracts.verblijf.{side}": bands for side, bands in PASS_THROUGH.items()}
    assert paid_by_hand(400, full) == pytest.approx((120_000, 0), abs=1e-6)
    assert paid_by_hand(300, full) == pytest.approx((90_000, 0), abs=1e-6)


def test_hand_two_loss_bands() -> None:
    """At 120,000 half of 103,000-108,000 = 2,500 and 80% of 108,000-120,000 = 9,600 come on top.

    Payment 112,100, so the providers lose 7,900. At 105,000: half of 2,000. At 102,000: nothing.
    """
    close(paid_by_hand(400, {}), (112_100, -7_900))
    close(paid_by_hand(350, {}), (101_000, -4_000))
    close(paid_by_hand(340, {}), (100_000, -2_000))


def test_hand_gain_band() -> None:
    """At 90,000 half of what is below 97,000 goes back: 3,500. At 0: half of 97,000."""
    close(paid_by_hand(300, {}), (96_500, 6_500))
    close(paid_by_hand(0, {}), (51_500, 51_500))


def test_hand_two_gain_bands() -> None:
    """40% of 98,000-94,000 = 1,600 and 90% of 94,000-90,000 = 3,600 go back: 94,800."""
    bands = [{"below": 0.02, "payer_share": 0.4}, {"below": 0.06, "payer_share": 0.9}]
    close(paid_by_hand(300, {"contracts.verblijf.gain_bands": bands}), (94_800, 4_800))


def test_hand_agreed_budget_over_the_years() -> None:
    """100,000 x 1.2 (index) x 1.02^2 x (1 - 5%) = 118,605.60 in the third year, as a lump sum.

    The reductions of 2028 (1%) and 2029 (5%) are levels: they do not add up. In 2027 there is
    none: 120,000.
    """
    terms = {
        "contracts.verblijf.loss_bands": [],
        "contracts.verblijf.gain_bands": [],
        "contracts.verblijf.volume_growth_per_year": 0.02,
        "contracts.verblijf.agreed_reduction.2028": 0.01,
        "contracts.verblijf.agreed_reduction.2029": 0.05,
    }
    payment, _ = paid_by_hand(300, terms, 2029, paid=1.2)
    assert payment == pytest.approx(118_605.60, rel=RTOL)
    payment, _ = paid_by_hand(300, terms, 2028, paid=1.2)
    assert payment == pytest.approx(100_000 * 1.2 * 1.02 * 0.99, rel=RTOL)
    payment, _ = paid_by_hand(300, terms, 2027, paid=1.2)
    assert payment == pytest.approx(120_000, rel=RTOL)


def test_hand_tariff_levers_are_carried_by_providers() -> None:
    """1,000 dagdelen of 130 in Berkstad in 2028, index 1.1, paid under a corridor of zero width.

    Value before tariff levers 143,000. Berkstad: -3%, all year. The agreement: -5% from 1 March
    2028, 306 of 366 days. Payment 143,000 x 0.97 x (1 - 0.05 x 306/366); cost 143,000. In Aldorp
    only the second works. Definitive index 2% above the one paid: a gap of 2% of the cost.
    """
    contract = "dag en diagnostiek"
    full = {f"contracts.{contract}.{side}": bands for side, bands in PASS_THROUGH.items()}
    agreement = 1 - 0.05 * 306 / 366
    for town, factor in (("Berkstad", 0.97 * agreement), ("Aldorp", agreement)):
        units = {(2028, town, "dagbehandeling"): 1_000.0}
        scenario, volumes = made_up(full, units, paid=1.1, definitive=1.1 * 1.02)
        accounts = js.settle(volumes, scenario).sel(contract=contract, year=2028, draw=0)
        assert float(accounts["payment"]) == pytest.approx(143_000 * factor, rel=RTOL)
        assert float(accounts["provider_cost"]) == pytest.approx(143_000, rel=RTOL)
        assert float(accounts["provider_result"]) == pytest.approx(143_000 * (factor - 1), rel=RTOL)
        assert float(accounts["provider_index_gap"]) == pytest.approx(2_860, rel=RTOL)


def test_hand_index_with_everything_certain() -> None:
    """Indexation 3%, each year 1 point too low, price year 2025.

    Paid: 2026 1 + .03 + .01 = 1.04, 2027 1.04^2, 2028 1.04^3. Definitive: 2025 1.01, then 4% more
    each year: always 1% above what is paid.
    """
    scenario = js.load_scenario(DATA / "small").with_changes(BY_HAND)
    volumes = js.simulate(scenario, draws=2, seed=1, progress=False)
    for n, year in enumerate((2027, 2028, 2029)):
        of = volumes.sel(year=year)
        close(of["index_provisional"], [1.04 ** (n + 2)] * 2)
        close(of["index_definitive"], [1.01 * 1.04 ** (n + 2)] * 2)


def test_hand_missed_index_comes_back_a_year_later() -> None:
    """With a known indexation, what is paid next year grows as the definitive index did this year.

    L_2029/L_2028 = 1 + prov + e_2028 = D_2028/D_2027, in every draw its own miss.
    """
    changes = {"world.indexation": 0.03}
    scenario = js.load_scenario(DATA / "small").with_changes(changes)
    volumes = js.simulate(scenario, draws=DRAWS, seed=SEED, progress=False)
    paid, known = volumes["index_provisional"], volumes["index_definitive"]
    growth = (known.sel(year=2028) / known.sel(year=2027)).to_numpy()
    close((paid.sel(year=2029) / paid.sel(year=2028)).to_numpy(), growth)
    assert len(np.unique(growth)) == DRAWS


def test_hand_budget_and_target() -> None:
    """Basis 1,640,000, growth 2%, indexation 3% + 1%, target 30,000 in 2028 and 60,000 in 2029.

    2027: 1,640,000 x 1.04^2. 2028: 1,640,000 x 1.04^3 x 1.02 - 30,000 x 1.04^3; nominal target:
    - 30,000; councils that index by 2%: 1.02 instead of 1.04, in the budget and in the target.
    """
    wanted = {
        "written": [
            1_640_000 * 1.04**2,
            1_640_000 * 1.04**3 * 1.02 - 30_000 * 1.04**3,
            1_640_000 * 1.04**4 * 1.02**2 - 60_000 * 1.04**4,
        ],
        "nominal": [
            1_640_000 * 1.04**2,
            1_640_000 * 1.04**3 * 1.02 - 30_000,
            1_640_000 * 1.04**4 * 1.02**2 - 60_000,
        ],
        "income": [
            1_640_000 * 1.02**2,
            1_640_000 * 1.02**3 * 1.02 - 30_000 * 1.02**3,
            1_640_000 * 1.02**4 * 1.02**2 - 60_000 * 1.02**4,
        ],
    }
    changes: dict[str, dict[str, Any]] = {
        "written": {},
        "nominal": {"savings.target_prices": "nominal"},
        "income": {"budget.index_per_year": 0.02},
    }
    for name, amounts in wanted.items():
        scenario, volumes = made_up(changes[name], {(2027, "Aldorp", "crisis"): 1.0})
        bills = js.allocate(js.settle(volumes, scenario), scenario, key="expected_use")
        region = bills["budget"].sum(["municipality", "segment"]).isel(draw=0)
        close(region.sel(year=[2027, 2028, 2029]).to_numpy(), amounts)


def test_hand_keys_on_one_pool() -> None:
    """Dagbehandeling and diagnostiek: one pool of three towns over two segments, paid by use.

    Diagnostiek is used 1 : 1 : 2 in 2027, 3 : 1 : 0 in 2028, nothing in 2029. Youths 2028: 3,050,
    5,080, 1,480 (9,610). Rolling use looks back: in 2027 only expectations, in 2028 two thirds
    expectation and one third 2027, in 2029 a third each of expectation, 2027 and 2028.
    """
    use = {2027: [1.0, 1.0, 2.0], 2028: [3.0, 1.0, 0.0]}
    units = {
        (year, town, "diagnostiek"): number
        for year, row in use.items()
        for town, number in zip(TOWNS, row, strict=True)
    }
    lump = {
        "contracts.dag en diagnostiek.loss_bands": [],
        "contracts.dag en diagnostiek.gain_bands": [],
        "contracts.verblijf.loss_bands": [],
        "contracts.verblijf.gain_bands": [],
        # A budget that is nothing beside the other one, so that only one contract is seen.
        "contracts.verblijf.budget": 1e-9,
        "contracts.dag en diagnostiek.budget": 10_000.0,
    }
    scenario, volumes = made_up(lump, units)
    accounts = js.settle(volumes, scenario)

    def parts(key: str, year: int) -> np.ndarray:
        bills = js.allocate(accounts, scenario, key=key)
        cells = bills["contribution"].isel(draw=0).sel(year=year, municipality=TOWNS)
        return cells.sum("segment").to_numpy() / 10_000

    expected = parts("expected_use", 2027)
    _, folder, _, cost = base()
    forms = folder.forms_of("dag en diagnostiek")
    by_town = [sum(cost[town, form] for form in forms) for town in TOWNS]
    np.testing.assert_allclose(expected, np.array(by_town) / sum(by_town), rtol=1e-8)
    first, second = np.array([0.25, 0.25, 0.5]), np.array([0.75, 0.25, 0.0])
    for key, year, wanted in (
        ("expected_use", 2029, expected),
        ("actual_use", 2027, first),
        ("actual_use", 2028, second),
        ("actual_use", 2029, expected),  # no use in the year
        ("rolling_use", 2027, expected),
        ("rolling_use", 2028, (2 * expected + first) / 3),
        ("rolling_use", 2029, (expected + first + second) / 3),
        ("youth_population", 2028, np.array([3_050, 5_080, 1_480]) / 9_610),
        ("inhabitants", 2027, np.array([15_000, 24_000, 8_000]) / 47_000),
    ):
        np.testing.assert_allclose(parts(key, year), wanted, rtol=1e-8, atol=1e-12, err_msg=key)


def test_hand_savings() -> None:
    """The reference costs 500 x 300 = 150,000, the policy 400 x 300 = 120,000, paid 112,100.

    Less care 30,000; carried by providers 7,900; the lever costs 36,500 a year from 15 April 2027:
    261 of 365 days, 26,100. Real 3,900; in total 11,800. The other task-based contract pays what
    it delivers (nothing).
    """
    full = {f"contracts.dag en diagnostiek.{side}": bands for side, bands in PASS_THROUGH.items()}
    scenario, volumes = made_up(full, {(2027, "Aldorp", "crisis"): 400.0})
    reference, without_policy = made_up(
        None, {(2027, "Aldorp", "crisis"): 500.0}, name="small-reference"
    )
    saved = js.savings(js.settle(volumes, scenario), js.settle(without_policy, reference), scenario)
    for names, wanted in (
        (("less_care",), 30_000),
        (("carried_by_providers",), 7_900),
        (("lever_cost",), 26_100),
        (("real",), 3_900),
        (("savings", "total"), 11_800),
    ):
        close(series(saved, *names)[:, 0], [wanted] * 2, 150_000)


@pytest.mark.parametrize(("budget", "chance"), [(1.0, 1.0), (1e9, 0.0)])
def test_hand_reserve(budget: float, chance: float) -> None:
    """One euro for all care breaks the providers in the first year; a billion never does."""
    terms = {
        "contracts.verblijf.budget": budget,
        "contracts.verblijf.loss_bands": [],
        "contracts.verblijf.gain_bands": [],
    }
    scenario = js.load_scenario(DATA / "small").with_changes(terms)
    contracts = js.run(scenario, draws=3, seed=SEED).to_dict()["contracts"]
    for year in (2027, 2028, 2029, "total"):
        assert entry(contracts["verblijf"]["chance_reserve_lost"], year) == chance
        assert entry(contracts["ambulant"]["chance_reserve_lost"], year) == 0.0


# --- the contract rule on plain arrays -----------------------------------------------------------


def test_risk_sharing_by_hand() -> None:
    """The same numbers as above, all at once, on a plain array and on a number per budget."""
    terms: dict[str, Any] = {
        "loss_bands": [{"above": 0.03, "payer_share": 0.5}, {"above": 0.08, "payer_share": 0.8}],
        "gain_bands": [{"below": 0.03, "payer_share": 0.5}],
    }
    cost = np.array([[120e3, 105e3, 102e3], [98e3, 90e3, 0.0]])
    paid = np.array([[112_100, 101_000, 100_000], [100_000, 96_500, 51_500]])
    close(js.risk_sharing(cost, np.full(cost.shape, 100e3), **terms), paid)
    # Twice the money is twice the payment.
    scale = np.array([1.0, 2.0, 3.0])
    close(js.risk_sharing(120e3 * scale, 100e3 * scale, **terms), 112_100 * scale)


def test_risk_sharing_limits() -> None:
    """No bands: the budget. One band at zero with share one on both sides: the cost."""
    cost = np.array([0.0, 50.0, 99.9, 100.0, 100.1, 1e6])
    budget = np.full(cost.shape, 100.0)
    close(js.risk_sharing(cost, budget, loss_bands=[], gain_bands=[]), budget)
    close(js.risk_sharing(cost, budget, **PASS_THROUGH), cost, 100.0)
    # A budget of nothing is no special case.
    close(js.risk_sharing(cost, 0.0 * budget, **PASS_THROUGH), cost)
    close(js.risk_sharing(cost, 0.0 * budget, loss_bands=[], gain_bands=[]), 0.0 * cost)


def test_risk_sharing_against_the_integral() -> None:
    """Three hundred random contracts, none to three bands a side, against the walking oracle."""
    rng = np.random.default_rng(2027)
    for _ in range(300):
        loss_edges = np.sort(rng.choice(40, rng.integers(0, 4), replace=False)) / 100
        gain_edges = np.sort(rng.choice(40, rng.integers(0, 4), replace=False)) / 100
        loss = [{"above": float(a), "payer_share": float(rng.uniform())} for a in loss_edges]
        gain = [{"below": float(a), "payer_share": float(rng.uniform())} for a in gain_edges]
        budget = rng.uniform(50, 150, 7)
        cost = np.concatenate([[0.0, budget[1]], budget[2:] * rng.uniform(0.4, 1.7, 5)])
        wanted = [
            money.risk_sharing_payment(c, b, loss, gain) for c, b in zip(cost, budget, strict=True)
        ]
        close(js.risk_sharing(cost, budget, loss_bands=loss, gain_bands=gain), wanted)


# --- expected quantities -------------------------------------------------------------------------


@cache
def certain() -> tuple[Folder, Expected, xr.Dataset]:
    """Simulate 400 draws in which only children are random."""
    scenario, folder = js.load_scenario(DATA / "certain"), read_folder(DATA / "certain")
    volumes = js.simulate(scenario, draws=400, seed=2027, progress=False)
    return folder, expected_units(folder), volumes


QUANTITIES = (
    "units",
    "client_days",
    "stays_started",
    "stays_ended",
    "clients_at_year_end",
    "clients_in_year",
)


@pytest.mark.parametrize("variable", [*QUANTITIES, "youth_in_year"])
def test_means_of_the_certain_scenario(variable: str) -> None:
    """Every cell within 5 standard errors of its exact expectation; zero where nothing is bought.

    With normal means 243 comparisons at 5 standard errors give a false alarm once in 7,000 seeds;
    counted with the skewness of the rarest counts, at most once in 1,000. The seed is fixed.
    """
    folder, expected, volumes = certain()
    dims = CELL[:3] if variable == "youth_in_year" else CELL
    draws = array(volumes, variable, folder, dims).astype(float)
    wanted = getattr(expected, variable)
    error = draws.std(axis=0, ddof=1) / np.sqrt(draws.shape[0])
    nothing = wanted == 0
    assert (draws[:, nothing] == 0).all()
    distance = np.abs(draws.mean(axis=0) - wanted)[~nothing] / error[~nothing]
    assert distance.max() < 5, f"{variable}: {distance.max():.1f} standard errors"


@pytest.mark.parametrize("variable", ["stays_started", "stays_ended", "clients_at_year_end"])
def test_counts_of_the_certain_scenario_are_poisson(variable: str) -> None:
    """Thinned and delayed Poisson counts are Poisson: the variance is the mean.

    No child is counted twice in a cell (moves have no cycle). The sample variance of n Poisson
    counts has variance (mean + 2 mean^2)/n, nearly; 117 comparisons at 6 standard errors give a
    false alarm in fewer than 1 in 10,000 seeds, skewness included.
    """
    folder, expected, volumes = certain()
    draws = array(volumes, variable, folder, CELL).astype(float)
    wanted = getattr(expected, variable)
    bought = wanted > 0
    error = np.sqrt((wanted + 2 * wanted**2) / draws.shape[0])
    distance = np.abs(draws.var(axis=0, ddof=1) - wanted)[bought] / error[bought]
    assert distance.max() < 6, f"{variable}: {distance.max():.1f} standard errors"


def test_units_follow_days_where_stays_do_not_differ() -> None:
    """Pleegzorg and crisis: one unit a day, no spread. Diagnostiek: one unit a stay begun."""
    folder, _, volumes = certain()
    for form, of in (
        ("pleegzorg", "client_days"),
        ("crisis", "client_days"),
        ("diagnostiek", "stays_started"),
    ):
        units, days = volumes["units"], volumes[of]
        close(units.sel(care_form=form), days.sel(care_form=form))
    assert folder.forms["pleegzorg"]["units_cv"] == 0


def test_budget_is_the_expected_cost_when_none_is_given() -> None:
    """No [budget], no [world]: every year and cell its expected P x Q cost of the first year."""
    folder, _, volumes = certain()
    scenario = js.load_scenario(DATA / "certain")
    bills = js.allocate(js.settle(volumes, scenario), scenario, key="actual_use")
    budget = array(bills, "budget", folder, BILL)
    for (m, town), (s, segment) in (
        (t, s) for t in enumerate(folder.municipalities) for s in enumerate(folder.segments)
    ):
        wanted = sum(
            cost
            for (t, form), cost in expected_reference_cost(folder).items()
            if t == town and folder.forms[form]["segment"] == segment
        )
        close(budget[:, :, m, s], np.full(budget.shape[:2], wanted))


def test_certain_scenario_pays_units_times_tariff() -> None:
    """No index, no levers: the payment is the tariff times the units, and nobody is left with any.

    Its mean over 400 draws is within 5 standard errors of the exact 1,578,233.25 of 2027 (a false
    alarm in 1 of 2 million seeds).
    """
    folder, expected, volumes = certain()
    accounts = js.settle(volumes, js.load_scenario(DATA / "certain"))
    units = array(volumes, "units", folder, CELL)
    tariffs = np.array([folder.forms[form]["tariff"] for form in folder.care_forms])
    payment = accounts["payment"].sum("contract").transpose("draw", "year").to_numpy()
    close(payment, (units * tariffs).sum(axis=(2, 3)))
    close(accounts["provider_result"], 0 * accounts["provider_result"], payment.max())
    wanted = (expected.units * tariffs).sum(axis=(1, 2))
    assert wanted[0] == pytest.approx(1_578_233.25)
    error = payment.std(axis=0, ddof=1) / np.sqrt(payment.shape[0])
    assert (np.abs(payment.mean(axis=0) - wanted) < 5 * error).all()
