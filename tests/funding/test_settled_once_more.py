"""Contracts with any terms at once, against the same settled draw by draw in ``one_contract.py``.

The terms are chosen by hypothesis; volumes, index and resets are random but made here, so nothing is
simulated or drawn that the second settlement does not see.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import one_contract
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from one_contract import Care, Settlement
from regions import care_form, region
from test_settled_contracts import volumes_by_hand

import jeugdsim as js
from jeugdsim.scenario import Scenario

START, YEARS, DRAWS = 2025, 5, 3
DAYS = [365, 365, 365, 366, 365]
TARIFFS = {"dag": 100.0, "nacht": 300.0}
PARTS = {"dag": 0.25, "nacht": 0.75}  # of the expected cost of 400,000
RETENTIONS = [0.0, 2_000.0, 8_000.0, 100_000.0]
SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

shares = st.integers(0, 20).map(lambda part: part / 20)
small = st.integers(0, 15).map(lambda percent: percent / 100)
either = st.integers(-10, 10).map(lambda percent: percent / 100)
years = st.integers(START, START + YEARS - 1)
chances = st.sampled_from([0.0, 1.0])


def some(required: dict[str, Any] | None = None, **optional: Any) -> st.SearchStrategy[Any]:
    """Return dictionaries with what is required and any of the rest."""
    return st.fixed_dictionaries(required or {}, optional=optional)


@st.composite
def bands(draw: st.DrawFn, edge: str, reinsured: bool) -> list[dict[str, float]]:
    found = []
    for at in sorted(draw(st.sets(st.integers(0, 40), max_size=3))):
        payer = draw(st.integers(0, 20))
        band = {edge: at / 100, "payer_share": payer / 20}
        if reinsured:
            band["reinsurer_share"] = draw(st.integers(0, 20 - payer)) / 20
        found.append(band)
    return found


@st.composite
def extensions(draw: st.DrawFn, rebased: bool) -> dict[str, Any]:
    own = draw(st.integers(1, YEARS - 1))
    found: dict[str, Any] = {"after_years": own, "years": YEARS - own, "price_change": draw(either)}
    if rebased:
        found["rebased_on_years"] = draw(st.integers(1, own))
    return found


clauses = st.one_of(
    st.builds(lambda growth: {"fixed_per_year": growth}, either),
    some(pass_through=shares, at_most=small, at_least=small.map(lambda cap: -cap)),
)
recalibrations = some(
    {"base": st.sampled_from([80.0, 100.0, 125.0])},
    pass_through=shares,
    dead_band=small,
    lag_years=st.integers(0, 3),
    first_year=years,
    every_years=st.integers(1, 3),
)
covers = st.builds(
    lambda retention, payer, reinsurer, indexed: {
        "retention": retention,
        "payer_share": payer,
        "reinsurer_share": round(reinsurer * (1 - payer), 6),
        "indexed": indexed,
    },
    st.sampled_from([2_000.0, 3_500.0, 8_000.0, 20_000.0]),
    shares,
    shares,
    st.booleans(),
)
minima = some(
    {"minimum_rate": small, "sharing_rate": shares},
    savings_cap=small,
    minimum_loss_rate=small,
    loss_rate=shares,
    loss_cap=small,
)


@st.composite
def task_based_terms(draw: st.DrawFn) -> dict[str, Any]:
    """Return terms that go together: minimum savings or bands, an early end or a bail-out."""
    terms: dict[str, Any] = draw(
        some(
            budget=st.sampled_from([350_000.0, 450_000.0]),
            cost_ratio=st.sampled_from([0.9, 1.1]),
            reserve=st.sampled_from([0.0, 0.05]),
            indexation=clauses,
            volume_growth_per_year=either,
            agreed_reduction=st.dictionaries(years, small, min_size=1, max_size=2),
            recalibration=recalibrations,
            child_stop_loss=covers,
            reinsurance_premium=small,
            transition=st.dictionaries(years, shares, min_size=1, max_size=3),
            extension=extensions(rebased=True),
        )
    )
    if draw(st.booleans()):
        terms["minimum_savings"] = draw(minima)
    else:
        terms["loss_bands"] = draw(bands("above", reinsured=True))
        terms["gain_bands"] = draw(bands("below", reinsured=False))
    if draw(st.booleans()):
        terms["termination"] = draw(
            some(
                {"chance_per_year": chances},
                first_year=years,
                only_when_reserve_is_lost=st.booleans(),
                price_change=either,
            )
        )
    elif draw(st.booleans()):
        terms["bail_out"] = draw(some({"chance": chances}, share=shares))
    return terms


ceilings = some(
    {"of_expected": st.sampled_from([0.5, 0.9, 1.1])},
    marginal_rate=shares,
    margin=small,
    request=some({"granted_share": shares}, at_most=small),
)
pxq_terms = some(
    cost_ratio=st.sampled_from([0.9, 1.1]),
    ceiling=ceilings,
    volume_growth_per_year=either,
    extension=extensions(rebased=False),
)
tiers = st.fixed_dictionaries(
    {
        "licht": st.just({"share": 0.25, "price": 1_000.0}),
        "zwaar": st.just({"share": 0.75, "price": 5_000.0}),
    }
)
output_terms = some(
    tiers=tiers,
    paid_at_start=shares,
    unpaid_return_months=st.integers(0, 6).map(float),
    return_chance_per_month=small,
    extension=extensions(rebased=False),
)
availability_terms = some(
    {"funded_places": st.sampled_from([3.0, 5.5])},
    fee_per_place=st.sampled_from([0.0, 70_000.0]),
    fee_per_use=st.sampled_from([20.0, 500.0]),
    occupancy=some({"reference": st.sampled_from([0.5, 0.9])}, below_share=shares, above_share=shares),
    extension=extensions(rebased=False),
    bail_out=some({"chance": chances}, share=shares),
)
SETTLED: dict[str, Callable[[Care, dict[str, Any]], Settlement]] = {
    "task_based": one_contract.task_based,
    "pxq": one_contract.pxq,
    "output_based": one_contract.output_based,
    "availability": partial(one_contract.availability, days_of=DAYS),
}
resets = st.lists(
    st.tuples(years, either, st.sampled_from([(), ("dag",), ("nacht",), ("dag", "nacht")])), max_size=2
)


def world(seed: int, scenario: Scenario, forms: list[str]) -> tuple[xr.Dataset, list[dict[str, Any]]]:
    """Return random volumes, and what they are made of, draw by draw."""
    rng = np.random.default_rng(seed)
    units = {form: rng.integers(600, 1500, (DRAWS, YEARS)).astype(float) for form in forms}
    clients = rng.integers(60, 160, (DRAWS, YEARS)).astype(float)
    started, ended = (rng.integers(60, 160, (DRAWS, YEARS)).astype(float) for _ in range(2))
    days = rng.integers(0, 2500, (DRAWS, YEARS)).astype(float)
    index = np.cumprod(1 + rng.uniform(-0.05, 0.12, (DRAWS, YEARS)), axis=1)
    # falling and convex in the retention, as sums of children's excess are
    excess = rng.uniform(20_000, 80_000, (DRAWS, YEARS, 1, 1)) * np.array([1.0, 0.5, 0.2, 0.0])
    given: dict[str, Any] = {
        "clients_in_year": clients,
        "stays_started": started,
        "stays_ended": ended,
        "client_days": days,
        "index": index,
    }
    if "child_excess" in js.simulate(scenario, draws=1, seed=1, progress=False):
        given["excess"] = excess
    volumes = volumes_by_hand(scenario, units, **given)
    drawn = [
        {
            "units": {form: units[form][draw] for form in forms},
            "index": index[draw].tolist(),
            "clients": clients[draw].tolist(),
            "started": started[draw].tolist(),
            "ended": ended[draw].tolist(),
            "days": days[draw].tolist(),
            "excess": excess[draw, :, 0].tolist(),
        }
        for draw in range(DRAWS)
    ]
    return volumes, drawn


def care_of(drawn: dict[str, Any], forms: list[str], reset: list[Any]) -> Care:
    """Return what the second settlement sees of a draw."""

    def tariff_factor(form: str, year: int) -> float:
        factor = 1.0
        for first, effect, named in reset:
            if first <= START + year and (not named or form in named):
                factor *= 1.0 + effect
        return factor

    def value(year: int, with_resets: bool) -> float:
        return sum(
            float(drawn["units"][form][year])
            * TARIFFS[form]
            * (tariff_factor(form, year) if with_resets else 1.0)
            * drawn["index"][year]
            for form in forms
        )

    whole = sum(PARTS[form] for form in forms)
    weighted = [
        sum(PARTS[form] / whole * tariff_factor(form, year) for form in forms) for year in range(YEARS)
    ]
    return Care(
        start=START,
        at_tariff=[value(year, False) for year in range(YEARS)],
        use=[value(year, True) for year in range(YEARS)],
        index=drawn["index"],
        reset=weighted,
        clients=drawn["clients"],
        started=drawn["started"],
        ended=drawn["ended"],
        days=drawn["days"],
        units=[float(sum(drawn["units"][form][year] for form in forms)) for year in range(YEARS)],
        excess=drawn["excess"],
        retentions=RETENTIONS,
        expected_cost=400_000.0 * whole,
        expected_units=1_000.0 * len(forms),
        expected_started=100.0 * len(forms),
    )


def compare(terms: dict[str, Any], form: str, cells: list[str], seed: int, reset: list[Any]) -> None:
    """Settle in both ways and compare every account, to a relative 1e-9 of what is at stake."""
    contract = {"form": form, "segments": ["zorg"], "use_registered": True, **terms}
    if "tiers" in contract:
        contract["arrangements"] = {cells[0]: contract.pop("tiers")}
    if "child_stop_loss" in terms:
        contract["child_retentions"] = RETENTIONS
    scenario = region(
        [care_form(name, tariff=TARIFFS[name]) for name in cells],
        inflow=100.0,
        start=START,
        years=YEARS,
        contracts={"zorg": contract},
        tariff_resets={
            f"reset {number}": {"year": year, "effect": effect, "care_forms": list(named)}
            for number, (year, effect, named) in enumerate(reset)
        },
    )
    volumes, drawn = world(seed, scenario, cells)
    accounts = js.settle(volumes, scenario).sel(contract="zorg")
    settled: list[Settlement] = [SETTLED[form](care_of(draw, cells, reset), terms) for draw in drawn]
    expected = {
        "payment": [one.payment for one in settled],
        "provider_cost": [one.cost for one in settled],
        "provider_result": [one.result for one in settled],
        "agreed_budget": [one.budget for one in settled],
        "reinsurance": [one.claims_less_premium for one in settled],
        "bail_out": [one.top_ups for one in settled],
    }
    for name, rows in expected.items():
        if name in accounts:
            found = accounts[name].transpose("draw", "year").to_numpy()
            np.testing.assert_allclose(found, rows, rtol=1e-9, atol=1e-3, err_msg=name)
        else:
            assert not np.any(rows), f"{name} is not among the accounts"


contracts = st.one_of(
    st.tuples(st.just("task_based"), task_based_terms()),
    st.tuples(st.just("pxq"), pxq_terms),
    st.tuples(st.just("output_based"), output_terms),
    st.tuples(st.just("availability"), availability_terms),
)


def agree(contract: tuple[str, dict[str, Any]], seed: int, reset: list[Any]) -> None:
    """Settle in both ways; what a reset does to a re-based budget is not asked here."""
    form, terms = contract
    if form == "task_based" and "extension" in terms:
        reset = []
    one_form = form in ("output_based", "availability")
    if one_form:
        reset = [(year, effect, ()) for year, effect, _ in reset]
    compare(terms, form, ["dag"] if one_form else ["dag", "nacht"], seed, reset)


@settings(SLOW, max_examples=200)
@given(contracts, st.integers(0, 1000), resets)
def test_a_contract_with_any_terms(
    contract: tuple[str, dict[str, Any]], seed: int, reset: list[Any]
) -> None:
    agree(contract, seed, reset)


@pytest.mark.prove
@settings(SLOW, max_examples=2000)
@given(contracts, st.integers(0, 1000), resets)
def test_many_contracts_with_any_terms(
    contract: tuple[str, dict[str, Any]], seed: int, reset: list[Any]
) -> None:
    agree(contract, seed, reset)
