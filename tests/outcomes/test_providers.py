"""Single providers: worked by hand, against children shared out one by one, and sums that hold.

Statistical tests allow 4 standard errors, which a right program exceeds for 1 seed in 16,000 per
number; no test looks at more than 36 numbers. Seeds are fixed.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import xarray as xr
from regions import care_form, region
from scarcity import crowded
from scipy.stats import norm

import jeugdsim as js
from jeugdsim.funding.child_costs import ExpectedChildren
from jeugdsim.funding.market import market_of
from jeugdsim.outcomes.summary import contracts_block
from jeugdsim.scenario import Scenario

Array = npt.NDArray[np.float64]
SEED = 11
CHILDREN_OF = 120
"""Draws whose children are taken one by one."""
YEARS = 3
THREE = {
    "groot": {"market_share": 0.4},
    "klein": {"market_share": 0.35, "providers": 7},
}
TASK: dict[str, Any] = {"form": "task_based", "segments": ["zorg"], "providers": THREE}
BY_YOUTH = {"keys": ["youth_population"], "used": "youth_population"}


def entries_only(contract: dict[str, Any], a_year: float = 400.0, **more: Any) -> Scenario:
    """Return a region where every child costs 100 euros, once: theory by hand."""
    visit = care_form("bezoek", unit="traject", tariff=100.0)
    return region(
        [visit], inflow=a_year, stock=0.0, contracts={"alles": contract}, allocation=BY_YOUTH, **more
    )


def caring(contract: dict[str, Any], **more: Any) -> Scenario:
    """Return a region where children move between two contracts and back, and stay over New Year."""
    forms = [
        care_form(
            "wonen",
            segment="verblijf",
            stay_distribution="lognormal",
            stay_mean_days=200,
            stay_sd_days=150,
            units_cv=0.6,
        ),
        care_form(
            "dag", segment="zorg", stay_distribution="exponential", stay_mean_days=90, tariff=60.0
        ),
        care_form("thuis", segment="verblijf", stay_mean_days=40, tariff=80.0, units_cv=0.3),
    ]
    return region(
        forms,
        towns=("Aldorp", "Beek"),
        youth=400.0,
        inflow={"wonen": 20.0, "dag": 15.0, "thuis": 5.0},
        moves={("wonen", "dag"): 0.6, ("dag", "thuis"): 0.5, ("thuis", "wonen"): 0.3},
        contracts={
            "alles": {**contract, "segments": ["verblijf"]},
            "rest": {"form": "pxq", "segments": ["zorg"]},
        },
        allocation=BY_YOUTH,
        **more,
    )


_KNOWN: dict[tuple[str, int], xr.Dataset] = {}


def accounts_of(scenario: Scenario, draws: int = 24) -> xr.Dataset:
    """Return accounts, made once for every scenario."""
    key = scenario.hash, draws
    if key not in _KNOWN:
        volumes = js.simulate(scenario, draws=draws, seed=SEED, progress=False)
        _KNOWN[key] = js.settle(volumes, scenario)
    return _KNOWN[key]


def results_of(scenario: Scenario, draws: int = 24) -> xr.Dataset:
    return js.provider_results(accounts_of(scenario, draws), scenario, contracts=["alles"])


def beside_its_share(scenario: Scenario, draws: int, quantity: str, of: str) -> xr.DataArray:
    """Return what groups have beside their share of the contract, (draw, year, provider)."""
    results = results_of(scenario, draws)
    contract = accounts_of(scenario, draws)[of].sel(contract="alles", drop=True)
    return results[quantity] - results.market_share * contract


# ------------------------------------------------------------------ children


def children_of(scenario: Scenario, prices: dict[str, float] | None = None) -> list[Array]:
    """Return for every draw what each child costs, (children, years), under the contract "alles".

    With ``prices`` each year has a second column: what is paid when the child's stays start.
    """
    if (scenario.hash, prices is None) not in _CHILDREN:
        draws = [lines_of_children(scenario, draw, prices or {}) for draw in range(CHILDREN_OF)]
        _CHILDREN[scenario.hash, prices is None] = draws
    return _CHILDREN[scenario.hash, prices is None]


_CHILDREN: dict[tuple[str, bool], list[Array]] = {}


def lines_of_children(scenario: Scenario, draw: int, prices: dict[str, float]) -> Array:
    table = js.clients(scenario, draw=draw, seed=SEED)
    under = {form for _, form in scenario.contract_cells("alles")}
    table = table[table["care_form"].isin(under)]
    edges = np.array([f"{2025 + y}-01-01" for y in range(YEARS + 1)], dtype="datetime64[D]")
    asked = table["begin"].to_numpy().astype("datetime64[D]")
    end = table["end"].to_numpy().astype("datetime64[D]")
    begin = np.where(np.isnat(asked), edges[0], asked)
    end = np.where(np.isnat(end), edges[-1], end)
    tariffs = {form.care_form: float(form.tariff) for form in scenario.care_forms}
    per_day = table["care_form"].map(tariffs).to_numpy() * table["intensity"].to_numpy()
    names, child = np.unique(table["client"].to_numpy(dtype=str), return_inverse=True)
    columns = []
    for first, last in pairwise(edges):
        days = (np.minimum(end, last) - np.maximum(begin, first)).astype(int)
        columns.append(np.bincount(child, np.maximum(days, 0) * per_day, len(names)))
        if prices:
            starts = (asked >= first) & (asked < last)
            paid = starts * table["care_form"].map(prices).to_numpy()
            columns.append(np.bincount(child, paid, len(names)))
    return np.stack(columns, axis=1)


def mean_and_error(values: Array) -> tuple[Array, Array]:
    return values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(len(values))


@pytest.mark.parametrize("known", [False, True])
def test_products_of_children_are_those_of_children_one_by_one(known: bool) -> None:
    """Moves over another contract and back, stays over New Year, intensities, two municipalities."""
    stock = {"wonen": 6, "dag": 3, "thuis": 1}
    scenario = caring(TASK, stock=stock, known=known)
    products = [children.T @ children for children in children_of(scenario)]
    mean, error = mean_and_error(np.array(products))
    closed = ExpectedChildren(scenario).costs("alles").products
    assert np.all(np.abs(closed - mean) < 4 * error)
    assert error.max() < 0.12 * closed.max()


def test_products_of_what_is_paid_are_those_of_children_one_by_one() -> None:
    """Output-based: a price at the start of a stay, beside what the care costs."""
    prices = {"wonen": 15_000.0, "thuis": 2_500.0}
    tiers = {form: {"gewoon": {"share": 1.0, "price": price}} for form, price in prices.items()}
    scenario = caring({"form": "output_based", "arrangements": tiers, "providers": THREE})
    products = [children.T @ children for children in children_of(scenario, prices)]
    mean, error = mean_and_error(np.array(products))
    closed = ExpectedChildren(scenario).costs("alles").products
    assert closed.shape == (2 * YEARS, 2 * YEARS)
    assert np.all(np.abs(closed - mean) <= 4 * error)


def test_children_shared_out_at_random_deviate_as_drawn() -> None:
    """Thinning by brute force: each child to the provider with chance 0.4, together with its care."""
    scenario = caring(TASK, stock={"wonen": 6, "dag": 3, "thuis": 1})
    p, rng = 0.4, np.random.default_rng(1)
    total, brute = [], []
    for lines in children_of(scenario):
        children = lines.sum(axis=1)
        chosen = rng.random((40, len(children))) < p
        brute.append(((chosen - p) @ children / p) ** 2)
        total.append(children.sum())
    mean, error = mean_and_error(np.array(brute).mean(axis=1))
    draws = 2_000
    own = beside_its_share(scenario, draws, "cost", "provider_cost").sum("year")
    squares = (own.sel(provider="alles: groot").to_numpy() / p) ** 2
    drawn, of_drawn = mean_and_error(squares)
    assert abs(drawn - mean) < 4 * np.hypot(error, of_drawn)
    cost = accounts_of(scenario, draws).provider_cost.sel(contract="alles").sum("year").to_numpy()
    care, of_care = mean_and_error(np.array(total))
    assert abs(cost.mean() - care) < 4 * np.hypot(of_care, cost.std() / np.sqrt(draws))


# ------------------------------------------------------------------- by hand


def test_products_by_hand() -> None:
    """400 children of 100 euros a year: squares 4 million a year, nobody in two years."""
    closed = ExpectedChildren(entries_only(TASK)).costs("alles")
    np.testing.assert_allclose(closed.products, np.diag([4e6] * YEARS), atol=1e-6)
    np.testing.assert_allclose(closed.value, 40_000.0)
    np.testing.assert_allclose(closed.units, 400.0)


def test_deviations_by_hand() -> None:
    """Sd of the group of 0.4: sqrt(0.24 x 4e6) = 980; covariance with 0.35: - 0.14 x 4e6."""
    own = beside_its_share(entries_only(TASK), 4_000, "result", "provider_result")
    wide = own.stack(sample=("draw", "year")).transpose("sample", "provider").to_numpy()
    shares = np.array([0.4, 0.35, 0.25])
    expected = 4e6 * (np.diag(shares) - np.outer(shares, shares))
    products = wide[:, :, None] * wide[:, None, :]
    mean, error = mean_and_error(products)
    assert np.all(np.abs(mean - expected) < 4 * error)
    years = own.sel(provider="alles: groot").transpose("draw", "year").to_numpy()
    assert np.abs(np.corrcoef(years.T)[0, 1]) < 4 / np.sqrt(4_000)


def test_one_provider_of_seven_by_hand() -> None:
    """Share 0.05 each: variance 0.05 x 0.95 x 4e6, of which 0.35 x 0.65 / 49 x 4e6 by its group."""
    scenario = entries_only(TASK)
    results = results_of(scenario, 4_000).sel(provider="alles: klein")
    contract = accounts_of(scenario, 4_000).provider_result.sel(contract="alles", drop=True)
    single, group = results.single_result - 0.05 * contract, results.result - 0.35 * contract
    for values, variance in (
        (single, 0.05 * 0.95 * 4e6),
        (group / 7, 0.35 * 0.65 / 49 * 4e6),
        (single - group / 7, 0.05 * (1 - 1 / 7) * 4e6),
    ):
        mean, error = mean_and_error(values.to_numpy().ravel() ** 2)
        assert abs(mean - variance) < 4 * error


def test_whose_reserve_is_lost() -> None:
    """A reserve of 0.1% of revenue (20 euros) against an sd of 436: near half of seven, each year.

    The normal chance that luck takes more than the reserve; the shared part of the contract is left out
    by a budget that follows the care: a corridor with one band at 0.
    """
    bands = {
        "loss_bands": [{"above": 0.0, "payer_share": 1.0}],
        "gain_bands": [{"below": 0.0, "payer_share": 1.0}],
    }
    groups = {"klein": {"market_share": 0.35, "providers": 7, "reserve": 0.1}}
    scenario = entries_only({**TASK, **bands, "providers": groups}, years=1)
    results = results_of(scenario, 4_000).sel(provider="alles: klein").isel(year=0)
    reserve, sd = 0.1 * 0.05 * 40_000, np.sqrt(0.05 * 0.95 * 4e6)
    chance = norm.cdf(-reserve / sd)
    mean, error = mean_and_error(results.providers_lost.to_numpy() / 7)
    assert abs(mean - chance) < 4 * error
    first = results.single_reserve_lost.to_numpy().mean()
    assert abs(first - chance) < 4 * np.sqrt(chance * (1 - chance) / 4_000)
    together = norm.cdf(-7 * reserve / np.sqrt(0.35 * 0.65 * 4e6))
    as_one = results.reserve_lost.to_numpy().mean()
    assert abs(as_one - together) < 4 * np.sqrt(together * (1 - together) / 4_000)


# ---------------------------------------------------------------- identities

RULES: dict[str, dict[str, Any]] = {
    "task-based": {"form": "task_based"},
    "corridor and reinsurer": {
        "form": "task_based",
        "loss_bands": [{"above": 0.01, "payer_share": 0.5, "reinsurer_share": 0.3}],
        "reinsurance_premium": 0.01,
        "cost_ratio": 0.97,
    },
    "transition": {"form": "task_based", "transition": {2026: 0.5, 2027: 1.0}},
    "early end": {
        "form": "task_based",
        "termination": {"chance_per_year": 0.5, "price_change": 0.1},
    },
    "bail-out": {"form": "task_based", "bail_out": {"chance": 0.8}, "cost_ratio": 1.1},
    "pxq": {"form": "pxq", "cost_ratio": 1.02},
    "ceiling": {"form": "pxq", "ceiling": {"of_expected": 1.0}},
    "ceiling per provider": {
        "form": "pxq",
        "ceiling": {"of_expected": 1.0, "per": "provider", "marginal_rate": 0.3, "margin": 0.01},
    },
    "output": {"form": "output_based", "paid_at_start": 0.7},
    "places": {
        "form": "availability",
        "funded_places": 20.0,
        "fee_per_use": 30.0,
        "occupancy": {"reference": 0.9, "below_share": 0.5},
    },
    "extension": {"form": "pxq", "extension": {"after_years": 1, "years": 2, "price_change": -0.1}},
}


@pytest.mark.parametrize("rule", RULES)
def test_groups_add_up_to_the_contract(rule: str) -> None:
    scenario = caring({**RULES[rule], "providers": THREE})
    accounts = accounts_of(scenario).sel(contract="alles")
    results = results_of(scenario)
    for of_groups, of_contract in (
        ("payment", "payment"),
        ("cost", "provider_cost"),
        ("result", "provider_result"),
    ):
        total = results[of_groups].sum("provider").transpose("draw", "year")
        np.testing.assert_allclose(total, accounts[of_contract].transpose("draw", "year"), atol=1e-5)
    np.testing.assert_allclose(results.result, results.payment - results.cost, atol=1e-6)
    np.testing.assert_allclose(results.cumulative_result, results.result.cumsum("year"))
    assert (results.providers_lost <= results.providers).all()


@pytest.mark.parametrize("rule", RULES)
def test_one_provider_with_the_whole_market_has_no_luck_of_its_own(rule: str) -> None:
    """Named, or because nobody is named; under a ceiling for each provider too."""
    everybody = {"alles": {"market_share": 1.0}}
    named = caring({**RULES[rule], "providers": everybody})
    results = results_of(named)
    accounts = accounts_of(named).sel(contract="alles")
    assert results.provider.values.tolist() == ["alles: alles"]
    np.testing.assert_allclose(results.result.squeeze("provider"), accounts.provider_result, atol=1e-5)
    np.testing.assert_array_equal(results.single_result, results.result)


def test_a_contract_without_providers_is_one_group() -> None:
    scenario = caring({"form": "task_based"})
    results = js.provider_results(accounts_of(scenario), scenario)
    assert results.provider.values.tolist() == ["alles: alle aanbieders", "rest: alle aanbieders"]
    reserve = js.outcomes.reserve.reserve_lost(accounts_of(scenario), scenario)
    lost = results.reserve_lost.sel(provider="alles: alle aanbieders")
    np.testing.assert_array_equal(lost, reserve.sel(contract="alles"))


# ------------------------------------------------------------ what is paid


def test_p_x_q_pays_a_providers_own_care() -> None:
    scenario = caring({"form": "pxq", "providers": THREE})
    results = results_of(scenario)
    own = beside_its_share(scenario, 24, "cost", "provider_cost")
    assert float(np.abs(own).max()) > 1_000.0
    assert float(np.abs(results.result).max()) < 1e-6
    assert float(np.abs(results.single_result).max()) < 1e-6
    assert int(results.providers_lost.sum()) == 0


@pytest.mark.parametrize(
    ("terms", "paid"),
    [
        ({"form": "pxq", "ceiling": {"of_expected": 0.1}}, 0.0),
        ({"form": "pxq", "ceiling": {"of_expected": 0.1, "marginal_rate": 0.4}}, 0.4),
        ({"form": "pxq", "ceiling": {"of_expected": 10.0}}, 1.0),
        ({"form": "pxq", "ceiling": {"of_expected": 0.1, "per": "provider"}}, 0.0),
        ({"form": "task_based"}, 0.0),
        ({"form": "task_based", "transition": {2025: 0.25}}, 0.75),
        ({"form": "task_based", "transition": {2090: 1.0}}, 1.0),
        ({"form": "availability", "funded_places": 20.0}, 0.0),
        ({"form": "availability", "funded_places": 20.0, "fee_per_use": 50.0}, 0.5),
    ],
)
def test_how_much_of_own_care_is_paid(terms: dict[str, Any], paid: float) -> None:
    """Every child costs 100 euros, so a fee of 50 for its use is half."""
    scenario = entries_only({**terms, "segments": ["zorg"], "providers": THREE})
    payment = beside_its_share(scenario, 24, "payment", "payment")
    cost = beside_its_share(scenario, 24, "cost", "provider_cost")
    assert float(np.abs(cost).max()) > 100.0
    np.testing.assert_allclose(payment, paid * cost, atol=1e-3)


def test_an_output_price_pays_trajectories_but_not_their_length() -> None:
    """One price per child is P x Q where all children cost the same; else it leaves a part."""
    alike = entries_only({"form": "output_based", "segments": ["zorg"], "providers": THREE})
    own = beside_its_share(alike, 24, "result", "provider_result")
    assert float(np.abs(own).max()) < 1.0
    terms = {"output": {"form": "output_based"}, "task": {"form": "task_based"}}
    sd = {}
    for name, form in terms.items():
        scenario = caring({**form, "providers": THREE})
        own = beside_its_share(scenario, 1_000, "result", "provider_result").sum("year")
        sd[name] = float(own.sel(provider="alles: groot").std())
    assert 0.2 * sd["task"] < sd["output"] < 0.9 * sd["task"]


def test_a_ceiling_share_beside_the_market_share_moves_money_between_groups() -> None:
    """Half of the ceiling for a fifth of the market is never reached; the others are paid less."""
    groups = {
        "ruim": {"market_share": 0.2, "ceiling_share": 0.5},
        "krap": {"market_share": 0.8, "ceiling_share": 0.5},
    }
    ceiling = {"of_expected": 1.0, "per": "provider"}
    scenario = caring({"form": "pxq", "ceiling": ceiling, "providers": groups})
    use = accounts_of(scenario).use_value.sel(care_form=["wonen", "thuis"])
    use = use.sum(["municipality", "care_form"])
    results = results_of(scenario)
    room = results.sel(provider="alles: ruim")
    assert float(np.abs(room.result).max()) < 0.1 * float(use.max())
    paid = results.payment.sum("provider")
    most = float(
        js.expected_cost(scenario).use_value.sel(care_form=["wonen", "thuis"]).sel(year=2025).sum()
    )
    np.testing.assert_allclose(paid, 0.2 * use + np.minimum(0.8 * use, 0.5 * most), rtol=1e-9)


# ------------------------------------------------------ identity of numbers


def test_order_of_groups_and_groups_elsewhere_change_nothing() -> None:
    scenario = caring(TASK)
    turned = scenario.with_changes(
        {
            "contracts.alles.providers": dict(reversed(THREE.items())),
            "contracts.rest.providers": {"ander": {"market_share": 0.5, "providers": 3}},
        }
    )
    accounts = accounts_of(scenario)
    xr.testing.assert_equal(
        js.provider_results(accounts, scenario, contracts=["alles"]),
        js.provider_results(accounts, turned, contracts=["alles"]),
    )


def test_a_draw_is_the_same_whichever_draws_are_asked() -> None:
    scenario = caring(TASK)
    accounts, some = accounts_of(scenario), [17, 3]
    part = js.provider_results(accounts.isel(draw=some), scenario, contracts=["alles"])
    xr.testing.assert_equal(part, results_of(scenario).isel(draw=some))


def test_more_providers_in_a_group_leave_the_group_as_it_is() -> None:
    more = {**THREE, "klein": {"market_share": 0.35, "providers": 20}}
    scenario = caring(TASK)
    other = scenario.with_changes({"contracts.alles.providers": more})
    ours, theirs = (js.provider_results(accounts_of(scenario), s)["result"] for s in (scenario, other))
    np.testing.assert_array_equal(ours, theirs)


def test_a_further_year_changes_nothing_in_the_years_before_it() -> None:
    scenario, longer = (caring(TASK, years=years) for years in (2, 3))
    deviations = []
    for one in (scenario, longer):
        accounts = accounts_of(one).sel(year=[2025, 2026])
        results = results_of(one).sel(year=[2025, 2026])
        contract = accounts.provider_cost.sel(contract="alles", drop=True)
        deviations.append(results.cost - results.market_share * contract)
    xr.testing.assert_allclose(*deviations, rtol=1e-6)


# --------------------------------------------------------------------- pooling


def test_a_consortium_has_less_risk_the_larger_it_is() -> None:
    """Own risk falls as sqrt((1 - p) / p), what all share stays; by hand for one year of 400 children.

    A lump sum for 40,000: revenue of one of seven 2,000, own sd sqrt(0.05 x 0.95 x 4e6) = 436 in the
    mean amount of care; shared sd 2,000 / 40,000 = 5%.
    """
    scenario = entries_only(TASK, years=1)
    accounts = accounts_of(scenario, 2_000)
    risk = js.pooling(accounts, scenario, "alles", group="klein")
    assert risk["size"].values.tolist() == [1, 2, 5, 7]
    np.testing.assert_allclose(risk.market_share, [0.05, 0.1, 0.25, 0.35])
    assert (risk.own.diff("size") < 0).all()
    assert (risk.relative_risk.diff("size") < 0).all()
    assert np.unique(risk.systematic.sel(period="total")).size == 1
    shape = np.sqrt((1 - risk.market_share) / risk.market_share)
    own = risk.own.sel(period="2025")
    np.testing.assert_allclose(own / own[0], shape / shape[0])
    # The amount of care in the draws is 1 on average, to within 5% / sqrt(2,000) standard error.
    assert float(own[0]) == pytest.approx(np.sqrt(0.05 * 0.95 * 4e6) / 2_000, rel=4 * 0.05 / 44.7)
    shared = risk.systematic.sel(period="2025", size=1)
    assert float(shared) == pytest.approx(0.05, rel=4 / np.sqrt(2 * 2_000))
    np.testing.assert_allclose(risk.relative_risk**2, risk.systematic**2 + risk.own**2, rtol=1e-12)
    assert (np.abs(risk.simulated - risk.relative_risk) < 4 * risk.standard_error).all()


@pytest.mark.parametrize("terms", [TASK, {"form": "output_based", "providers": THREE}])
def test_pooling_drawn_provider_by_provider_agrees_with_its_closed_form(terms: dict[str, Any]) -> None:
    """4 standard errors for a normal result, five for the little that costs are skewed."""
    scenario = caring(terms)
    risk = js.pooling(accounts_of(scenario, 2_000), scenario, "alles", group="klein", sizes=[1, 3, 7])
    assert (np.abs(risk.simulated - risk.relative_risk) < 5 * risk.standard_error).all()


def test_all_providers_of_the_market_share_no_luck() -> None:
    groups = {"allen": {"market_share": 1.0, "providers": 4}}
    scenario = caring({**TASK, "providers": groups})
    risk = js.pooling(accounts_of(scenario), scenario, "alles")
    np.testing.assert_allclose(risk.own.sel(size=4), 0.0, atol=1e-12)
    np.testing.assert_allclose(risk.simulated.sel(size=4), risk.systematic.sel(size=4), rtol=1e-9)


# --------------------------------------------------------------------- summary


def test_the_summary_tells_of_providers_only_where_a_contract_names_them() -> None:
    scenario = caring(TASK)
    results = results_of(scenario)
    blocks = contracts_block(accounts_of(scenario), scenario)
    assert "providers" not in blocks["rest"]
    groups = blocks["alles"]["providers"]
    assert list(groups) == ["groot", "klein", "overige aanbieders"]
    few, ours = groups["klein"], results.sel(provider="alles: klein")
    assert (few["providers"], few["market_share"]) == (7, 0.35)
    assert few["result"]["2026"]["mean"] == pytest.approx(float(ours.result.sel(year=2026).mean()))
    lost = ours.providers_lost.sel(year=2027)
    assert few["chance_any_reserve_lost"]["total"] == pytest.approx(float((lost > 0).mean()))
    assert few["chance_reserve_lost"]["2027"] == pytest.approx(float(lost.mean()) / 7)
    assert groups["groot"]["result"] == groups["groot"]["single_result"]


def test_a_run_writes_its_providers(tmp_path: Path) -> None:
    """Also where places limit care: squares are then those of care without places."""
    changes = {f"contracts.{name}.providers": THREE for name in crowded().contract_names}
    scenario = crowded().with_changes(changes)
    outcome = js.run(scenario, draws=4, seed=SEED, progress=False)
    outcome.write(tmp_path)
    table = pd.read_csv(tmp_path / "providers.csv")
    assert set(table["group"]) == {"groot", "klein", "overige aanbieders"}
    assert set(table["contract"]) == set(scenario.contract_names)
    results = js.provider_results(outcome.accounts, scenario)
    few = table[(table.group == "klein") & (table.period == "total")].set_index("quantity")
    name = few.loc["result", "contract"]
    ours = results.sel(provider=f"{name}: klein").result.sum("year")
    assert few.loc["result", "mean"] == pytest.approx(float(ours.mean()), abs=1e-6)
    assert 0.0 <= few.loc["chance_any_reserve_lost", "probability"] <= 1.0


# ----------------------------------------------------------------- wrong input


def test_wrong_names_and_sizes_are_told() -> None:
    scenario = caring(TASK)
    accounts = accounts_of(scenario)
    with pytest.raises(ValueError, match=r'no contract .*did you mean "alles"'):
        js.provider_results(accounts, scenario, contracts=["ales"])
    with pytest.raises(ValueError, match="several groups; give group: groot, klein"):
        js.pooling(accounts, scenario, "alles")
    with pytest.raises(ValueError, match=r'no group .*did you mean "klein"'):
        js.pooling(accounts, scenario, "alles", group="kleine")
    with pytest.raises(ValueError, match="names no providers"):
        js.pooling(accounts, scenario, "rest")
    with pytest.raises(ValueError, match="7 providers, so 8"):
        js.pooling(accounts, scenario, "alles", group="klein", sizes=[8])
    for sizes in ([0], [1.5], [True], []):
        with pytest.raises(ValueError, match="sizes"):
            js.pooling(accounts, scenario, "alles", group="klein", sizes=sizes)


def test_the_rest_of_the_market_gets_a_name_of_its_own() -> None:
    named = {"overige aanbieders": {"market_share": 0.3}}
    market = market_of(caring({**TASK, "providers": named}).settings.contracts["alles"])
    assert [(group.name, group.share) for group in market] == [
        ("overige aanbieders", 0.3),
        ("overige aanbieders (rest)", 0.7),
    ]
