"""Whole contracts through ``js.settle`` on volumes made by hand, with the sums beside them.

One care form at 100 euros a day and stays of ten days, and 100 new children a year: the contract's
history is 100 x 10 x 100 = 100,000 euros a year. Units, index, clients and the excess of expensive
children are then written over by hand, draw by draw, so that every payment can be worked out. Euros
agree to half a cent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
import xarray as xr
from regions import care_form, region

import jeugdsim as js
from jeugdsim.scenario import Scenario

Rows = Sequence[Sequence[float]]
NAN = float("nan")
LOSS_BANDS = [{"above": 0.03, "payer_share": 0.5}, {"above": 0.08, "payer_share": 0.8}]
GAIN_BANDS = [{"below": 0.03, "payer_share": 0.5}]


# --- making volumes by hand ----------------------------------------------------------------------


def scenario_of(terms: Mapping[str, Any], years: int, **more: Any) -> Scenario:
    """Return a region with one contract `zorg` for everything it buys."""
    contract = {"segments": ["zorg"], "use_registered": True, **terms}
    asked: dict[str, Any] = {
        "forms": [care_form("zorg")],
        "inflow": 100.0,
        "years": years,
        "contracts": {"zorg": contract},
    }
    return region(**(asked | more))


def volumes_by_hand(
    scenario: Scenario,
    units: Rows | Mapping[str, Rows],
    *,
    index: Sequence[float] | Rows | None = None,
    excess: Any = None,
    **counts: Rows,
) -> xr.Dataset:
    """Return volumes whose first municipality has these units; all other quantities are zero.

    Parameters
    ----------
    units : rows of shape (draws, years), or a mapping of care form to such rows
    index : (years,) or (draws, years), or None
        The index paid and the definitive index; None is 1.
    excess : array that broadcasts to (draws, years, municipalities, retentions), or None
    **counts : rows of shape (draws, years)
        ``clients_in_year``, ``stays_started``, ``stays_ended``, ``client_days``, of the first form.
    """
    by_form = units if isinstance(units, Mapping) else {scenario.care_form_names[0]: units}
    draws = len(next(iter(by_form.values())))
    volumes = js.simulate(scenario, draws=draws, seed=1, progress=False).copy(deep=True)
    cells = ("draw", "year", "municipality", "care_form")
    for name in ("units", "clients_in_year", "stays_started", "stays_ended", "client_days"):
        volumes[name] = (cells, np.zeros(volumes[name].transpose(*cells).shape))
    for form, rows in by_form.items():
        volumes["units"][:, :, 0, scenario.care_form_names.index(form)] = np.array(rows)
    for name, rows in counts.items():
        volumes[name][:, :, 0, 0] = np.array(rows)
    level = np.ones((draws, scenario.settings.years)) * (1.0 if index is None else np.array(index))
    for name in ("index_provisional", "index_definitive"):
        volumes[name] = (("draw", "year"), level)
    if excess is not None:
        whole = np.broadcast_to(np.array(excess)[..., None, :], volumes["child_excess"].shape)
        volumes["child_excess"] = (volumes["child_excess"].dims, whole.astype(float))
    return volumes


def settled(terms: Mapping[str, Any], units: Rows | Mapping[str, Rows], **given: Any) -> xr.Dataset:
    """Settle one contract on volumes made by hand."""
    of_volumes = {"index", "excess", "clients_in_year", "stays_started", "stays_ended", "client_days"}
    rows = next(iter(units.values())) if isinstance(units, Mapping) else units
    world = {name: value for name, value in given.items() if name not in of_volumes}
    scenario = scenario_of(terms, len(rows[0]), **world)
    by_hand = {name: value for name, value in given.items() if name in of_volumes}
    return js.settle(volumes_by_hand(scenario, units, **by_hand), scenario)


def check(accounts: xr.Dataset, **expected: Rows) -> None:
    """Compare accounts of the contract, (draws, years), with rows worked out by hand.

    In every settlement the payment is the provider's cost plus its result.
    """
    for name, rows in expected.items():
        found = accounts[name].sel(contract="zorg").transpose("draw", "year").to_numpy()
        np.testing.assert_allclose(found, np.array(rows), rtol=0, atol=0.005, err_msg=name)
    whole = accounts.provider_cost + accounts.provider_result
    np.testing.assert_allclose(whole, accounts.payment, rtol=1e-9, atol=1e-9)


# --- P x Q ---------------------------------------------------------------------------------------


def test_pxq_pays_every_unit_at_the_index() -> None:
    accounts = settled({"form": "pxq", "cost_ratio": 0.95}, [[1000, 1100, 1200]], index=[1, 1.04, 1.05])
    check(
        accounts,
        # 1000 x 100 x 1; 1100 x 100 x 1.04; 1200 x 100 x 1.05
        payment=[[100_000, 114_400, 126_000]],
        provider_cost=[[95_000, 108_680, 119_700]],  # 0.95 of it
        provider_result=[[5_000, 5_720, 6_300]],
        agreed_budget=[[NAN, NAN, NAN]],
    )
    assert "bail_out" not in accounts
    assert "reinsurance" not in accounts


def test_a_ceiling_in_euros_grows_and_half_the_tariff_is_paid_above_it() -> None:
    """K = 110,000 and then 110,000 x 1.04 x 1.10 = 125,840."""
    terms = {
        "form": "pxq",
        "ceiling": {"euros": 110_000.0, "marginal_rate": 0.5},
        "volume_growth_per_year": 0.1,
    }
    check(
        settled(terms, [[1200, 1300], [1100, 1000]], index=[1, 1.04]),
        payment=[
            # 110,000 + 0.5 x (120,000 - 110,000); 125,840 + 0.5 x (135,200 - 125,840)
            [115_000, 130_520],
            # exactly at the ceiling; 1000 x 104 below it
            [110_000, 104_000],
        ],
        provider_cost=[[120_000, 135_200], [110_000, 104_000]],
        provider_result=[[-5_000, -4_680], [0, 0]],
        agreed_budget=[[NAN, NAN], [NAN, NAN]],
    )


@pytest.mark.parametrize("per", [{}, {"per": "provider"}])
def test_a_hard_ceiling_of_the_expected_cost_is_the_same_per_provider(per: dict[str, str]) -> None:
    """K = 1.05 x 100,000, with the index; groups of 70%, 20% and the other 10% hit theirs at once."""
    terms = {
        "form": "pxq",
        "ceiling": {"of_expected": 1.05, **per},
        "providers": {"groot": {"market_share": 0.7}, "klein": {"market_share": 0.2, "providers": 5}},
    }
    check(
        settled(terms, [[1200, 1200], [1000, 1040]], index=[1, 1.04]),
        # min(120,000, 105,000), min(124,800, 109,200); 100,000, min(108,160, 109,200)
        payment=[[105_000, 109_200], [100_000, 108_160]],
        provider_result=[[-15_000, -15_600], [0, 0]],
    )


def test_a_ceiling_with_a_request_a_margin_and_a_marginal_rate() -> None:
    """The request first, then the margin over the raised ceiling, then 75%."""
    request = {"granted_share": 0.5, "at_most": 0.05, "window": "1 april tot 1 augustus"}
    terms = {
        "form": "pxq",
        "ceiling": {"euros": 100_000.0, "margin": 0.02, "marginal_rate": 0.75, "request": request},
    }
    check(
        settled(terms, [[1200, 1060], [1030, 900]]),
        payment=[
            # granted min(10,000, 5,000); K = 105,000 x 1.02 = 107,100; + 0.75 x 12,900
            # granted 3,000; K = 103,000 x 1.02 = 105,060; + 0.75 x 940
            [116_775, 105_765],
            # granted 1,500; K = 101,500 x 1.02 = 103,530: all paid; below the ceiling
            [103_000, 90_000],
        ],
    )


# --- a sum for the task --------------------------------------------------------------------------


def test_a_lump_sum_with_index_growth_and_an_agreed_reduction() -> None:
    terms = {
        "form": "task_based",
        "volume_growth_per_year": 0.02,
        "agreed_reduction": {2026: 0.03},
    }
    check(
        settled(terms, [[1000, 1000, 1000]], index=[1, 1.04, 1.0816]),
        # 100,000; x 1.04 x 1.02 x 0.97; x 1.0816 x 1.0404 x 0.97
        agreed_budget=[[100_000, 102_897.60, 109_153.77]],
        payment=[[100_000, 102_897.60, 109_153.77]],
        provider_cost=[[100_000, 104_000, 108_160]],
        provider_result=[[0, -1_102.40, 993.77]],
    )


def test_a_corridor_moves_with_the_index() -> None:
    terms = {"form": "task_based", "loss_bands": LOSS_BANDS, "gain_bands": GAIN_BANDS}
    check(
        settled(terms, [[1030, 1030], [1060, 1100], [970, 900]], index=[1, 1.04]),
        agreed_budget=[[100_000, 104_000]] * 3,
        payment=[
            # at the edge in both years: 103,000 and 107,120
            [100_000, 104_000],
            # + 0.5 x (106,000 - 103,000);
            # C = 114,400: + 0.5 x (112,320 - 107,120) + 0.8 x (114,400 - 112,320)
            [101_500, 108_264],
            # at the edge of a gain; C = 93,600: - 0.5 x (100,880 - 93,600)
            [100_000, 100_360],
        ],
        provider_result=[[-3_000, -3_120], [-4_500, -6_136], [3_000, 6_760]],
    )


@pytest.mark.parametrize(
    ("basis", "youth", "budget"),
    [
        (81_000.0, 1000.0, [81_000, 84_240]),  # 81,000 x 1.04
        # 100 x 1,000 heads; 100 x 1,100 x 1.04
        ({"per_youth": 100.0}, [1000.0, 1100.0], [100_000, 114_400]),
        ({"per_task": {"wijkteam": 60_000.0, "nachtopvang": 35_000.0}}, 1000.0, [95_000, 98_800]),
        # 20 x 0.5 x 9,000 = 90,000
        ({"schools": 20.0, "fte_per_school": 0.5, "price_per_fte": 9_000.0}, 1000.0, [90_000, 93_600]),
    ],
)
def test_every_basis_of_a_budget(basis: Any, youth: Any, budget: list[float]) -> None:
    accounts = settled(
        {"form": "task_based", "budget": basis}, [[700, 700]], index=[1, 1.04], youth=youth
    )
    check(accounts, agreed_budget=[budget], payment=[budget], provider_cost=[[70_000, 72_800]])


def test_a_budget_per_head_by_age() -> None:
    """40 x 600 + 150 x 400 = 84,000; then 40 x 500 + 150 x 500 = 95,000, x 1.04."""
    heads = {
        ("0-11", 2025): 600.0,
        ("12-17", 2025): 400.0,
        ("0-11", 2026): 500.0,
        ("12-17", 2026): 500.0,
    }
    rows = [
        {"municipality": "Aldorp", "year": year, "ages": ages, "youth": number, "source": "A1"}
        for (ages, year), number in heads.items()
    ]
    terms = {"form": "task_based", "budget": {"per_youth": {"0-11": 40.0, "12-17": 150.0}}}
    accounts = settled(terms, [[700, 700]], index=[1, 1.04], youth_ages=rows)
    check(accounts, agreed_budget=[[84_000, 98_800]], payment=[[84_000, 98_800]])


@pytest.mark.parametrize(
    ("clause", "budget"),
    [
        ({"at_most": 0.02}, [100_000, 102_000, 102_980.77]),  # 2%, then 1.05 / 1.04 in full
        ({"pass_through": 0.5}, [100_000, 102_000, 102_490.38]),  # 2%, then 102,000 x (1 + 0.5/104)
        ({"at_least": 0.03}, [100_000, 104_000, 107_120]),  # 4%, then 3%
        ({"fixed_per_year": 0.025}, [100_000, 102_500, 105_062.50]),
        ({}, [100_000, 104_000, 105_000]),
    ],
)
def test_an_index_clause_holds_for_the_budget_and_not_for_cost(
    clause: dict[str, float], budget: list[float]
) -> None:
    accounts = settled(
        {"form": "task_based", "indexation": clause}, [[1000, 1000, 1000]], index=[1, 1.04, 1.05]
    )
    check(
        accounts,
        agreed_budget=[budget],
        payment=[budget],
        provider_cost=[[100_000, 104_000, 105_000]],
    )


def test_minimum_savings_at_the_cliff_and_limits_of_gain_and_loss() -> None:
    """B = 100,000 and 104,000: the minimum of 2% is 2,000 and 2,080."""
    shared = {
        "minimum_rate": 0.02,
        "sharing_rate": 0.5,
        "savings_cap": 0.1,
        "loss_rate": 0.3,
        "loss_cap": 0.05,
    }
    check(
        settled(
            {"form": "task_based", "minimum_savings": shared},
            [[981, 980], [980, 981], [900, 700], [1100, 1300]],
            index=[1, 1.04],
        ),
        payment=[
            # 1,900 saved: nothing; exactly 2,080 saved: 101,920 + 0.5 x 2,080
            [98_100, 102_960],
            # exactly 2,000 saved: 98,000 + 1,000; 1,976 saved: nothing
            [99_000, 102_024],
            # 90,000 + 0.5 x 10,000; 72,800 + min(0.5 x 31,200, 10,400)
            [95_000, 83_200],
            # 110,000 - 0.3 x 10,000; 135,200 - min(0.3 x 31,200, 5,200)
            [107_000, 130_000],
        ],
    )


# --- a budget that follows the number helped -----------------------------------------------------


def test_recalibration_a_year_later_against_a_number_that_grows() -> None:
    """Nothing is counted before the start; 110 of 100 in 2025, 132 of 110 in 2026."""
    terms = {
        "form": "task_based",
        "volume_growth_per_year": 0.1,
        "recalibration": {"base": 100.0, "lag_years": 1},
    }
    check(
        settled(terms, [[1000] * 3], clients_in_year=[[110, 132, 500]]),
        # 100,000; x 1.1 x 110/100; x 1.21 x 132/110
        agreed_budget=[[100_000, 121_000, 145_200]],
        payment=[[100_000, 121_000, 145_200]],
    )


def test_recalibration_every_second_year_with_a_dead_band() -> None:
    """From 2026: 120 of 100 is 1 + 0.8 x (0.20 - 0.05); it holds in 2027; 80 is 1 - 0.8 x 0.15."""
    terms = {
        "form": "task_based",
        "recalibration": {
            "base": 100.0,
            "lag_years": 0,
            "first_year": 2026,
            "every_years": 2,
            "dead_band": 0.05,
            "pass_through": 0.8,
        },
    }
    check(
        settled(terms, [[1000] * 4, [1000] * 4], clients_in_year=[[150, 120, 90, 80], [0, 105, 0, 95]]),
        agreed_budget=[[100_000, 112_000, 112_000, 88_000], [100_000] * 4],
    )


def test_recalibration_against_the_expected_number_of_clients() -> None:
    """Expected in 2025: 100 who enter, and those of the nine days before who still have care.

    100 + 9 x 100/365 = 37,400/365. With 120: 100,000 x 120 x 365/37,400 = 117,112.30, and a
    corridor goes around the recalibrated budget: 0.5 x (130,000 - 120,625.668) +
    0.8 x 0 as the second edge is 126,481.283: 0.5 x 5,855.615 + 0.8 x 3,518.717 = 5,742.78.
    """
    terms = {"form": "task_based", "recalibration": {"lag_years": 0}, "loss_bands": LOSS_BANDS}
    check(
        settled(terms, [[1300]], clients_in_year=[[120]]),
        agreed_budget=[[117_112.30]],
        payment=[[117_112.30 + 5_742.78]],
    )


@pytest.mark.parametrize(
    ("lag", "budget"),
    [
        (0, [100_000, 110_000, 121_000]),
        (1, [100_000, 100_000, 110_000]),
        (2, [100_000, 100_000, 100_000]),
    ],
)
def test_recalibration_on_youth(lag: int, budget: list[float]) -> None:
    """Youth of 1,000, 1,100 and 1,210 against that of the first year."""
    terms = {"form": "task_based", "recalibration": {"counts": "youth", "lag_years": lag}}
    check(settled(terms, [[1000] * 3], youth=[1000.0, 1100.0, 1210.0]), agreed_budget=[budget])


def test_recalibration_counts_the_youth_of_the_members_only() -> None:
    """Aldorp goes from 1,000 to 1,200; Bedum, under another contract, from 1,000 to 5,000."""
    people = [
        {"municipality": town, "year": year, "youth": youth, "inhabitants": 9e4, "source": "A1"}
        for town, by_year in (("Aldorp", (1000.0, 1200.0)), ("Bedum", (1000.0, 5000.0)))
        for year, youth in zip((2025, 2026), by_year, strict=True)
    ]
    terms = {"form": "task_based", "recalibration": {"counts": "youth", "lag_years": 0}}
    scenario = scenario_of(
        {},
        2,
        towns=("Aldorp", "Bedum"),
        population=people,
        contracts={
            "zorg": {
                **terms,
                "segments": ["zorg"],
                "municipalities": ["Aldorp"],
                "use_registered": True,
            },
            "ander": {"form": "pxq", "segments": ["zorg"], "municipalities": ["Bedum"]},
        },
    )
    accounts = js.settle(volumes_by_hand(scenario, [[1000, 1000]]), scenario)
    check(accounts, agreed_budget=[[100_000, 120_000]], provider_cost=[[100_000, 100_000]])
    np.testing.assert_array_equal(accounts.payment.sel(contract="ander"), [[0, 0]])


# --- expensive children and the reinsurer --------------------------------------------------------


def test_reduction_corridor_child_stop_loss_and_reinsurer_together() -> None:
    """Children cost 20,000 above 5,000 in 2025; 5,000 in 2026, which is 5,200 at the index.

    2025: C = 130,000, B = 100,000. Of the 20,000 the payer bears 8,000, the reinsurer 10,000: 112,000
      goes on. Bands: 0.5 x (108,000 - 103,000) + 0.2 x (112,000 - 108,000) = 3,300; reinsurer
      0.6 x 4,000 = 2,400. Payment 100,000 + 3,300 + 8,000. Claims 12,400, premium 1,000.
      Cost 0.98 x 130,000 - 12,400 + 1,000 = 116,000.
    2026: C = 93,600, B = 100,000 x 1.04 x 0.95 = 98,800. Payer 2,080, reinsurer 2,600: 88,920 goes on.
      Gain below 93,860: 0.5 x 4,940 = 2,470 goes back. Payment 98,800 - 2,470 + 2,080 = 98,410.
      Cost 0.98 x 93,600 - 2,600 + 988 = 90,116.
    """
    terms = {
        "form": "task_based",
        "agreed_reduction": {2026: 0.05},
        "cost_ratio": 0.98,
        "child_retentions": [2_000.0, 5_000.0, 10_000.0],
        "child_stop_loss": {"retention": 5_000.0, "payer_share": 0.4, "reinsurer_share": 0.5},
        "loss_bands": [
            {"above": 0.03, "payer_share": 0.5},
            {"above": 0.08, "payer_share": 0.2, "reinsurer_share": 0.6},
        ],
        "gain_bands": [{"below": 0.05, "payer_share": 0.5}],
        "reinsurance_premium": 0.01,
    }
    excess = [[[[45_000, 20_000, 1_000]], [[9_000, 5_000, 0]]]]
    check(
        settled(terms, [[1300, 900]], index=[1, 1.04], excess=excess),
        agreed_budget=[[100_000, 98_800]],
        payment=[[111_300, 98_410]],
        provider_cost=[[116_000, 90_116]],
        provider_result=[[-4_700, 8_294]],
        reinsurance=[[11_400, 1_612]],
    )


@pytest.mark.parametrize(
    ("indexed", "payment"),
    [
        # E(5,000) = 30,000 - 3/4 x 20,000 = 15,000; at the index 1.25 it is 18,750
        (True, [115_000, 143_750]),
        # 5,000 nominal is 4,000 of price_year at 1.25: E = 30,000 - 1/2 x 20,000 = 20,000, x 1.25
        (False, [115_000, 150_000]),
    ],
)
def test_a_retention_that_grows_with_the_index_or_does_not(indexed: bool, payment: list[float]) -> None:
    terms = {
        "form": "task_based",
        "child_retentions": [2_000.0, 6_000.0],
        "child_stop_loss": {"retention": 5_000.0, "indexed": indexed},
    }
    check(
        settled(terms, [[1200, 1200]], index=[1, 1.25], excess=[[[[30_000, 10_000]]]]),
        agreed_budget=[[100_000, 125_000]],
        payment=[payment],
    )


def test_a_nominal_retention_that_leaves_the_known_sums_is_refused() -> None:
    """5,000 nominal at an index of 5 is 1,000 of price_year, and nothing is known below 2,000."""
    terms = {
        "form": "task_based",
        "child_retentions": [2_000.0, 6_000.0],
        "child_stop_loss": {"retention": 5_000.0, "indexed": False},
    }
    with pytest.raises(ValueError, match="child_retentions"):
        settled(terms, [[1200, 1200]], index=[1, 5.0], excess=[[[[30_000, 10_000]]]])


def test_expensive_children_of_all_members_count() -> None:
    """7,000 in one town and 4,000 in the other; 90% is the reinsurer's: claims 9,900."""
    terms = {
        "form": "task_based",
        "child_retentions": [5_000.0],
        "child_stop_loss": {"retention": 5_000.0, "payer_share": 0.0, "reinsurer_share": 0.9},
    }
    accounts = settled(
        terms, [[1200]], excess=[[[[7_000], [4_000]]]], towns=("Aldorp", "Bedum"), youth=500.0
    )
    check(
        accounts,
        agreed_budget=[[100_000]],
        payment=[[100_000]],
        provider_cost=[[110_100]],  # 120,000 - 9,900
        reinsurance=[[9_900]],
    )


def test_claims_and_premium_do_not_touch_what_the_index_misses() -> None:
    """Care of 120,000, of which 10,000 is claimed; the index turns out 1% higher: 1,200."""
    terms = {
        "form": "task_based",
        "loss_bands": [{"above": 0.1, "payer_share": 0.0, "reinsurer_share": 1.0}],
        "reinsurance_premium": 0.02,
    }
    scenario = scenario_of(terms, 1)
    volumes = volumes_by_hand(scenario, [[1200]])
    volumes["index_definitive"] = volumes.index_definitive * 1.01
    check(
        js.settle(volumes, scenario),
        provider_cost=[[112_000]],  # 120,000 - 10,000 + 2,000
        provider_index_gap=[[1_200]],
    )


def test_a_stop_loss_on_volumes_that_do_not_know_its_children_is_refused() -> None:
    scenario = scenario_of({"form": "pxq"}, 1)
    cover = {"child_retentions": [5_000.0], "child_stop_loss": {"retention": 5_000.0}}
    contracts = {"zorg": {"form": "task_based", "segments": ["zorg"], **cover}}
    with pytest.raises(ValueError, match="child_retentions"):
        js.settle(volumes_by_hand(scenario, [[1200]]), scenario, contracts=contracts)


def test_expensive_children_are_paid_before_minimum_savings() -> None:
    """C = 101,000, of which the payer bears 4,000: 97,000 saves 3,000, half of it shared."""
    terms = {
        "form": "task_based",
        "child_retentions": [5_000.0],
        "child_stop_loss": {"retention": 5_000.0},
        "minimum_savings": {"minimum_rate": 0.02, "sharing_rate": 0.5},
    }
    check(
        settled(terms, [[1010]], excess=[[[[4_000]]]]),
        payment=[[102_500]],  # 97,000 + 1,500 + 4,000
        provider_result=[[1_500]],
    )


# --- years in sequence ---------------------------------------------------------------------------


def test_a_transition_in_steps_also_of_the_claims() -> None:
    """C = 120,000 and 90,000; the lump sum is 100,000, a loss above 110,000 is the reinsurer's."""
    terms = {
        "form": "task_based",
        "transition": {2026: 0.25, 2028: 1.0},
        "loss_bands": [{"above": 0.1, "payer_share": 0.0, "reinsurer_share": 1.0}],
    }
    check(
        settled(terms, [[1200, 1200, 900, 1200]]),
        agreed_budget=[[100_000] * 4],
        # all P x Q; 0.25 x 100,000 + 0.75 x 120,000; 0.25 x 100,000 + 0.75 x 90,000; all task-based
        payment=[[120_000, 115_000, 92_500, 100_000]],
        # claims 0; 0.25 x 10,000; 0; 10,000
        provider_cost=[[120_000, 117_500, 90_000, 110_000]],
        reinsurance=[[0, 2_500, 0, 10_000]],
    )


def test_a_premium_is_paid_for_the_share_in_force() -> None:
    """Half task-based: claims 0.5 x 10,000, premium 0.5 x 0.02 x 100,000."""
    terms = {
        "form": "task_based",
        "transition": {2025: 0.5},
        "loss_bands": [{"above": 0.1, "payer_share": 0.0, "reinsurer_share": 1.0}],
        "reinsurance_premium": 0.02,
    }
    check(
        settled(terms, [[1200]]),
        payment=[[110_000]],  # 0.5 x 100,000 + 0.5 x 120,000
        provider_cost=[[116_000]],  # 120,000 - 5,000 + 1,000
        reinsurance=[[4_000]],
    )


def test_an_extension_is_rebased_on_the_last_years() -> None:
    """C = 110,000 and 93,600: at the index 110,000 and 90,000, mean 100,000, less 5% is 95,000.

    The reduction of 10% holds in the contract's own years only; growth starts anew.
    """
    terms = {
        "form": "task_based",
        "volume_growth_per_year": 0.1,
        "agreed_reduction": {2025: 0.1},
        "extension": {"after_years": 2, "years": 2, "rebased_on_years": 2, "price_change": -0.05},
    }
    check(
        settled(terms, [[1100, 900, 1000, 1000]], index=[1, 1.04, 1.0816, 1.124864]),
        # 90,000; 100,000 x 1.04 x 1.1 x 0.9; 95,000 x 1.0816; 95,000 x 1.124864 x 1.1
        agreed_budget=[[90_000, 102_960, 102_752, 117_548.29]],
        payment=[[90_000, 102_960, 102_752, 117_548.29]],
    )


def test_an_extension_is_rebased_per_draw_at_the_clause_and_without_recalibration() -> None:
    """The use of 2026 at the clause's 1.02, and then 1.0404: 93,600 x 1.02 and 104,000 x 1.02.

    Recalibration (120 of 100 in every year, lag 1) ends with the contract's own years.
    """
    terms = {
        "form": "task_based",
        "indexation": {"fixed_per_year": 0.02},
        "recalibration": {"base": 100.0},
        "extension": {"after_years": 2, "years": 1},
    }
    check(
        settled(
            terms,
            [[1100, 900, 1000], [500, 1000, 1000]],
            index=[1, 1.04, 1.0816],
            clients_in_year=[[120] * 3] * 2,
        ),
        # 100,000; 102,000 x 1.2; re-based
        agreed_budget=[[100_000, 122_400, 95_472], [100_000, 122_400, 106_080]],
    )


def test_an_extension_is_rebased_on_what_is_not_covered_per_child() -> None:
    """C = 100,000, of which 20,000 lies above 5,000 and 18,000 is covered: B becomes 82,000.

    On all care the covered part would be paid twice.
    """
    terms = {
        "form": "task_based",
        "child_retentions": [5_000.0],
        "child_stop_loss": {"retention": 5_000.0, "payer_share": 0.4, "reinsurer_share": 0.5},
        "extension": {"after_years": 1, "years": 1},
    }
    check(
        settled(terms, [[1000, 1000]], excess=[[[[20_000]]]]),
        agreed_budget=[[100_000, 82_000]],
        payment=[[108_000, 90_000]],  # the budget + 0.4 x 20,000
        provider_cost=[[90_000, 90_000]],  # 100,000 - 0.5 x 20,000
    )


def test_an_extension_of_a_pxq_contract_changes_its_price() -> None:
    terms = {"form": "pxq", "extension": {"after_years": 1, "years": 2, "price_change": -0.05}}
    check(
        settled(terms, [[1000, 1100, 1200]], index=[1, 1.04, 1.05]),
        payment=[[100_000, 108_680, 119_700]],  # 0.95 x 114,400; 0.95 x 126,000
        provider_cost=[[100_000, 114_400, 126_000]],
        provider_result=[[0, -5_720, -6_300]],
    )


def test_an_extension_of_a_ceiling_changes_the_price_of_what_it_pays() -> None:
    terms = {
        "form": "pxq",
        "ceiling": {"euros": 100_000.0},
        "extension": {"after_years": 1, "years": 1, "price_change": -0.05},
    }
    check(settled(terms, [[1200, 1200]]), payment=[[100_000, 95_000]])


def test_a_contract_that_ended_is_not_extended() -> None:
    terms = {
        "form": "task_based",
        "termination": {"chance_per_year": 1.0, "price_change": 0.1},
        "extension": {"after_years": 2, "years": 1, "price_change": -0.3},
    }
    # a lump sum; from then on 120,000 x 1.1
    check(settled(terms, [[1200, 1200, 1200]]), payment=[[100_000, 132_000, 132_000]])


def test_an_early_end_is_followed_by_pxq_at_another_tariff() -> None:
    """Certain, at the end of 2026: 120,000 x 1.1 in 2027, no claims and no premium any more."""
    terms = {
        "form": "task_based",
        "loss_bands": [{"above": 0.1, "payer_share": 0.0, "reinsurer_share": 1.0}],
        "reinsurance_premium": 0.02,
        "termination": {"chance_per_year": 1.0, "first_year": 2026, "price_change": 0.1},
    }
    check(
        settled(terms, [[1200, 1200, 1200]]),
        agreed_budget=[[100_000, 100_000, 100_000]],
        payment=[[100_000, 100_000, 132_000]],
        provider_cost=[[112_000, 112_000, 120_000]],  # 120,000 - 10,000 + 2,000, twice
        provider_result=[[-12_000, -12_000, 12_000]],
        reinsurance=[[8_000, 8_000, 0]],
    )


def test_an_end_only_where_the_reserve_is_lost() -> None:
    """The reserve is 5,000: -4,000 and -6,000 loses it in 2026, -4,000 and -5,000 does not."""
    terms = {
        "form": "task_based",
        "reserve": 0.05,
        "termination": {"chance_per_year": 1.0, "only_when_reserve_is_lost": True},
    }
    check(
        settled(terms, [[1040, 1020, 1100], [1040, 1010, 1100], [1060, 900, 1100], [900, 1100, 1040]]),
        payment=[
            [100_000, 100_000, 110_000],
            [100_000, 100_000, 100_000],  # exactly the reserve is not lost
            [100_000, 90_000, 110_000],  # lost at once
            [100_000, 100_000, 100_000],  # +10,000, 0, -4,000
        ],
    )


def test_an_end_that_never_comes() -> None:
    terms = {"form": "task_based", "termination": {"chance_per_year": 0.0}}
    check(settled(terms, [[1200, 1200]]), payment=[[100_000, 100_000]])


def test_a_bail_out_with_running_losses() -> None:
    """The reserve is 3,000; half of what lies beyond it is topped up.

    Running: -2,000; -4,000, 500 on top: -3,500; -2,500; -3,500, 250 on top.
    """
    terms = {"form": "task_based", "reserve": 0.03, "bail_out": {"chance": 1.0, "share": 0.5}}
    check(
        settled(terms, [[1020, 1020, 990, 1010]]),
        bail_out=[[0, 500, 0, 250]],
        payment=[[100_000, 100_500, 100_000, 100_250]],
        provider_result=[[-2_000, -1_500, 1_000, -750]],
        agreed_budget=[[100_000] * 4],
    )


def test_a_bail_out_on_the_first_budget_with_a_corridor_and_dearer_care() -> None:
    """B = 90,000 and 93,600; the reserve is 10% of 90,000 in both years, and all beyond comes back.

    2025: C = 100,000: 0.5 x (97,200 - 92,700) + 0.8 x (100,000 - 97,200) = 4,490; the cost is 105,000,
      the result -10,510: 1,510 beyond the 9,000.
    2026: C = 83,200: gain below 90,792: 0.5 x 7,592 = 3,796 goes back; cost 87,360: +2,444.
    """
    terms = {
        "form": "task_based",
        "agreed_reduction": {2025: 0.1},
        "cost_ratio": 1.05,
        "reserve": 0.1,
        "loss_bands": LOSS_BANDS,
        "gain_bands": GAIN_BANDS,
        "bail_out": {"chance": 1.0},
    }
    check(
        settled(terms, [[1000, 800]], index=[1, 1.04]),
        agreed_budget=[[90_000, 93_600]],
        bail_out=[[1_510, 0]],
        payment=[[96_000, 89_804]],
        provider_cost=[[105_000, 87_360]],
        provider_result=[[-9_000, 2_444]],
    )


def test_a_bail_out_that_never_comes() -> None:
    terms = {"form": "task_based", "bail_out": {"chance": 0.0}}
    accounts = settled(terms, [[1200, 1200]])
    check(accounts, bail_out=[[0, 0]], payment=[[100_000, 100_000]])


# --- tariffs that are reset ----------------------------------------------------------------------


@pytest.mark.parametrize("form", ["pxq", "task_based"])
def test_reset_tariffs_are_paid_and_do_not_change_what_care_costs(form: str) -> None:
    """Histories of 100,000 (dag) and 300,000 (nacht). 2026: dag x 1.1; 2027: all x 1.05 as well.

    2026: 110,000 + 300,000; 2027: 115,500 + 315,000. The budget: 400,000 x (0.25 x 1.1 + 0.75) and
    400,000 x (0.25 x 1.155 + 0.75 x 1.05): the same, for the use is what was expected.
    """
    accounts = settled(
        {"form": form},
        {"dag": [[1000] * 3], "nacht": [[1000] * 3]},
        forms=[care_form("dag"), care_form("nacht", tariff=300.0)],
        tariff_resets={
            "dagen": {"year": 2026, "effect": 0.1, "care_forms": ["dag"]},
            "alles": {"year": 2027, "effect": 0.05},
            "nooit": {"year": 2025, "effect": 0.5, "chance": 0.0},
        },
    )
    check(
        accounts,
        payment=[[400_000, 410_000, 430_500]],
        provider_cost=[[400_000, 400_000, 400_000]],
        provider_result=[[0, 10_000, 30_500]],
        care_value=[[400_000, 410_000, 430_500]],
    )
    np.testing.assert_allclose(
        accounts.use_value.sel(care_form="dag").to_numpy().ravel(), [100_000, 110_000, 115_500]
    )
    if form == "task_based":
        check(accounts, agreed_budget=[[400_000, 410_000, 430_500]])


def test_reset_tariffs_weigh_by_expected_cost_in_the_budget_and_by_use_in_the_use() -> None:
    """Twice the days and no nights: C = 2 x 110,000; the budget stays 410,000."""
    accounts = settled(
        {"form": "task_based", "gain_bands": [{"below": 0.0, "payer_share": 0.5}]},
        {"dag": [[2000, 2000]], "nacht": [[0, 0]]},
        forms=[care_form("dag"), care_form("nacht", tariff=300.0)],
        tariff_resets={"dagen": {"year": 2026, "effect": 0.1, "care_forms": ["dag"]}},
    )
    check(
        accounts,
        agreed_budget=[[400_000, 410_000]],
        payment=[[300_000, 315_000]],  # - 0.5 x 200,000; - 0.5 x (410,000 - 220,000)
        provider_cost=[[200_000, 200_000]],
    )


FROM_2026 = {"alles": {"year": 2026, "effect": 0.1}}


@pytest.mark.parametrize(
    ("terms", "payment", "budget"),
    [
        ({"form": "task_based", "budget": 90_000.0}, [90_000, 99_000], [90_000, 99_000]),
        ({"form": "output_based"}, [100_000, 110_000], [NAN, NAN]),
        (
            {
                "form": "output_based",
                "arrangements": {"zorg": {"alle": {"share": 1.0, "price": 800.0}}},
            },
            [80_000, 88_000],
            [NAN, NAN],
        ),
        (  # 80,000 for places and 20 x 1,000 for use, both reset
            {"form": "availability", "funded_places": 5.0, "fee_per_use": 20.0},
            [100_000, 110_000],
            [80_000, 88_000],
        ),
    ],
)
def test_a_reset_moves_every_price(
    terms: dict[str, Any], payment: list[float], budget: list[float]
) -> None:
    accounts = settled(terms, [[1000, 1000]], stays_started=[[100, 100]], tariff_resets=FROM_2026)
    check(accounts, payment=[payment], agreed_budget=[budget], provider_cost=[[100_000, 100_000]])


@pytest.mark.parametrize("ceiling", [{"euros": 100_000.0}, {"of_expected": 1.0}])
def test_a_ceiling_moves_with_a_reset(ceiling: dict[str, float]) -> None:
    """A reset raises every price that was agreed, the ceiling too: 110,000 is due and paid."""
    accounts = settled({"form": "pxq", "ceiling": ceiling}, [[1000, 1000]], tariff_resets=FROM_2026)
    check(accounts, payment=[[100_000, 110_000]], care_value=[[100_000, 110_000]])


def test_an_extension_counts_a_reset_once() -> None:
    """2025 at 1.1 times the tariff is re-based as it is; it is not reset again in 2026."""
    terms = {"form": "task_based", "extension": {"after_years": 1, "years": 1}}
    resets = {"alles": {"year": 2025, "effect": 0.1}}
    accounts = settled(terms, [[1000, 1000]], tariff_resets=resets)
    check(accounts, agreed_budget=[[110_000, 110_000]], payment=[[110_000, 110_000]])


# --- per trajectory, and for places --------------------------------------------------------------


def test_arrangements_in_tiers_paid_in_two_parts() -> None:
    """0.75 x 800 + 0.25 x 2,000 = 1,100; returns within two months at 10%: 0.81 is paid."""
    terms = {
        "form": "output_based",
        "arrangements": {
            "zorg": {
                "licht": {"share": 0.75, "price": 800.0},
                "zwaar": {"share": 0.25, "price": 2_000.0},
            }
        },
        "paid_at_start": 0.6,
        "unpaid_return_months": 2.0,
        "return_chance_per_month": 0.1,
    }
    check(
        settled(
            terms,
            [[1000, 900]],
            index=[1, 1.04],
            stays_started=[[100, 90]],
            stays_ended=[[95, 100]],
        ),
        # 1,100 x (60 + 38) x 0.81; 1,144 x (54 + 40) x 0.81
        payment=[[87_318, 87_104.16]],
        provider_cost=[[100_000, 93_600]],
        provider_result=[[-12_682, -6_495.84]],
        agreed_budget=[[NAN, NAN]],
    )


def test_without_arrangements_a_trajectory_costs_what_was_expected() -> None:
    """100,000 euros for 100 that start: 1,000 each; an extension at 10% less."""
    terms = {
        "form": "output_based",
        "extension": {"after_years": 1, "years": 1, "price_change": -0.1},
    }
    check(
        settled(terms, [[1000, 1500]], stays_started=[[110, 100]], stays_ended=[[0, 0]]),
        payment=[[110_000, 90_000]],
        provider_cost=[[100_000, 150_000]],
    )


def test_places_kept_ready_settled_on_how_full_they_were() -> None:
    """4 places at 30,000; 1,168 of 1,460 place-days are the 80% agreed, 876 are 60%."""
    terms = {
        "form": "availability",
        "funded_places": 4.0,
        "fee_per_place": 30_000.0,
        "fee_per_use": 20.0,
        "occupancy": {"reference": 0.8, "below_share": 0.5, "above_share": 0.4},
    }
    check(
        settled(
            terms,
            [[1000, 900], [1000, 900]],
            index=[1, 1.04],
            client_days=[[1168, 876], [1460, 1168]],
        ),
        agreed_budget=[[120_000, 124_800]] * 2,
        payment=[
            # 120,000 + 20 x 1,000; 124,800 x (1 - 0.5 x 0.2/0.8) + 20.80 x 900
            [140_000, 127_920],
            # 120,000 x (1 + 0.4 x 0.2/0.8) + 20,000; 124,800 + 18,720
            [152_000, 143_520],
        ],
        provider_cost=[[100_000, 93_600]] * 2,
    )


def test_a_leap_year_has_a_day_more_to_fill() -> None:
    """4 places x 366 days are 1,464 place-days; 1,460 of them are 4/1,464 short of full."""
    terms = {
        "form": "availability",
        "funded_places": 4.0,
        "fee_per_place": 36_600.0,
        "occupancy": {"reference": 1.0, "below_share": 1.0},
    }
    check(
        settled(terms, [[1460], [1464]], start=2028, client_days=[[1460], [1464]]),
        payment=[[146_000], [146_400]],  # 146,400 x 1,460/1,464
    )


@pytest.mark.parametrize(
    ("per_use", "payment"),
    [
        (20.0, [[100_000, 104_000]]),  # (100,000 - 20,000)/5 = 16,000 a place; + 20 x 1,200
        (0.0, [[100_000, 100_000]]),
        (150.0, [[150_000, 180_000]]),  # use alone costs more: no fee for places
    ],
)
def test_a_fee_for_places_makes_up_for_what_use_does_not_pay(per_use: float, payment: Rows) -> None:
    terms = {"form": "availability", "funded_places": 5.0, "fee_per_use": per_use}
    check(settled(terms, [[1000, 1200]]), payment=payment)


def test_places_are_those_of_the_care_forms_unless_stated() -> None:
    terms = {"form": "availability", "fee_per_place": 2_000.0}
    accounts = settled(terms, [[1000]], forms=[care_form("zorg", places=60)])
    check(accounts, payment=[[120_000]], agreed_budget=[[120_000]])


def test_a_bail_out_of_who_keeps_places_ready() -> None:
    """A fee of 100,000, a reserve of 2,000: losses of 1,500 and 1,500 go 1,000 beyond it."""
    terms = {
        "form": "availability",
        "funded_places": 5.0,
        "fee_per_place": 20_000.0,
        "bail_out": {"chance": 1.0},
    }
    check(
        settled(terms, [[1015, 1015]]),
        bail_out=[[0, 1_000]],
        payment=[[100_000, 101_000]],
        provider_result=[[-1_500, -500]],
    )


# --- results as they come ---


def test_the_order_of_dimensions_means_nothing() -> None:
    """Also of the counts and sums that contract rules read."""
    terms = {
        "form": "task_based",
        "child_retentions": [2_000.0, 6_000.0],
        "child_stop_loss": {"retention": 5_000.0},
        "recalibration": {"base": 100.0, "lag_years": 0},
        "loss_bands": LOSS_BANDS,
    }
    scenario = scenario_of(terms, 3)
    volumes = volumes_by_hand(
        scenario,
        [[1100, 900, 1200], [1300, 1000, 800]],
        excess=[[[[30_000, 10_000]]]],
        clients_in_year=[[90, 110, 130], [80, 120, 100]],
    )
    turned = volumes.transpose("retention", "care_form", "year", "draw", ...)
    xr.testing.assert_identical(
        js.settle(turned, scenario).payment, js.settle(volumes, scenario).payment
    )


# --- the yardstick, and chances ------------------------------------------------------------------


@pytest.mark.parametrize(
    "terms",
    [
        {"form": "pxq", "ceiling": {"euros": 50_000.0}},
        {"form": "pxq", "extension": {"after_years": 1, "years": 1, "price_change": -0.5}},
        {"form": "task_based", "bail_out": {"chance": 1.0}},
        {"form": "output_based"},
        {"form": "availability", "funded_places": 5.0},
    ],
)
def test_under_the_yardstick_every_contract_pays_all_care_at_its_tariff(terms: dict[str, Any]) -> None:
    """No ceiling, change of price or bail-out; reset tariffs stay: 100,000 and 1.1 x 120,000."""
    resets = {"alles": {"year": 2026, "effect": 0.1}}
    scenario = scenario_of(terms, 2, tariff_resets=resets).all_pxq()
    accounts = js.settle(volumes_by_hand(scenario, [[1000, 1200]]), scenario)
    check(accounts, payment=[[100_000, 132_000]], provider_cost=[[100_000, 120_000]])
    assert "bail_out" not in accounts


def many(terms: Mapping[str, Any], draws: int, **more: Any) -> xr.Dataset:
    scenario = scenario_of(terms, 3, **more)
    return js.settle(volumes_by_hand(scenario, [[1200, 1200, 1200]] * draws), scenario)


def chance_seen(hits: xr.DataArray, chance: float) -> None:
    """Four standard errors: one false alarm in 16,000, and the seed is fixed."""
    error = np.sqrt(chance * (1 - chance) / hits.size)
    assert float(hits.mean()) == pytest.approx(chance, abs=4 * error)


def test_bail_outs_come_as_often_as_their_chance_in_every_year() -> None:
    """Each year 20,000 is lost beyond a reserve of nothing, so each hit shows as money."""
    terms = {"form": "task_based", "reserve": 0.0, "bail_out": {"chance": 0.3, "share": 0.1}}
    happened = many(terms, 2000).bail_out.sel(contract="zorg") > 0
    for year in (2025, 2026, 2027):
        chance_seen(happened.sel(year=year), 0.3)
    chance_seen(happened.sel(year=2025) & happened.sel(year=2026), 0.09)


def test_contracts_end_as_often_as_their_chance_and_stay_ended() -> None:
    """P x Q pays 120,000 in place of 100,000 after the first hit: 0.4, and then 1 - 0.6^2."""
    terms = {"form": "task_based", "termination": {"chance_per_year": 0.4}}
    ended = many(terms, 2000).payment.sel(contract="zorg") > 110_000
    assert not ended.sel(year=2025).any()
    chance_seen(ended.sel(year=2026), 0.4)
    chance_seen(ended.sel(year=2027), 0.64)
    assert not (ended.sel(year=2026) & ~ended.sel(year=2027)).any()


def test_what_happens_in_a_draw_does_not_depend_on_other_draws_or_contracts() -> None:
    terms = {
        "form": "task_based",
        "reserve": 0.0,
        "bail_out": {"chance": 0.5},
        "termination": {"chance_per_year": 0.5},
    }
    scenario = scenario_of(terms, 3)
    volumes = volumes_by_hand(scenario, [[1200, 1200, 1200]] * 40)
    whole = js.settle(volumes, scenario)
    some = js.settle(volumes.isel(draw=[31, 4]), scenario)
    xr.testing.assert_identical(some.payment, whole.payment.isel(draw=[31, 4]))
    with_another = scenario_of(
        terms,
        3,
        forms=[care_form("zorg"), care_form("ander", segment="ander")],
        contracts={
            "ander": {**terms, "segments": ["ander"], "use_registered": True},
            "zorg": {**terms, "segments": ["zorg"], "use_registered": True},
        },
    )
    units = {"zorg": [[1200] * 3] * 40, "ander": [[1200] * 3] * 40}
    both = js.settle(volumes_by_hand(with_another, units), with_another)
    zorg, ander = both.payment.sel(contract="zorg"), both.payment.sel(contract="ander")
    np.testing.assert_array_equal(zorg, whole.payment.sel(contract="zorg"))
    assert (zorg != ander).any()
