"""Contracts that together use every term of every form, in every way that is told differently."""

from __future__ import annotations

from typing import Any

from regions import care_form, region

from jeugdsim.scenario import Scenario

Terms = dict[str, Any]
BANDS = {
    "loss_bands": [{"above": 0.03, "payer_share": 0.5}, {"above": 0.08, "payer_share": 0.8}],
    "gain_bands": [{"below": 0.03, "payer_share": 0.5}, {"below": 0.08, "payer_share": 0.8}],
}
GROUPS = {"groot": {"market_share": 0.6, "providers": 3}, "solo": {"market_share": 0.1, "reserve": 0.1}}
OF_EVERY_FORM: list[Terms] = [
    {"use_registered": True},
    {"use_registered": False},
    {"cost_ratio": 1.0},
    {"cost_ratio": {"mean": 1.02, "sd": 0.01}},
    {"reserve": 0.05},
    {"child_retentions": [1_000.0, 50_000.0]},
    {"providers": GROUPS},
]
PER_TASK = {"per_task": {"toegang": 200_000.0, "zorg": 800_000.0}}
PER_SCHOOL = {"schools": 10, "fte_per_school": 0.5, "price_per_fte": 80_000.0}
STOP_LOSS = {"child_retentions": [1_000.0, 50_000.0]}
MSSP = {
    "minimum_rate": 0.02,
    "sharing_rate": 0.5,
    "savings_cap": 0.05,
    "loss_rate": 0.4,
    "loss_cap": 0.1,
}
TASK_BASED: list[Terms] = [
    {"budget": "history"},
    {"budget": 1e6},
    {"budget": {"per_youth": 812.5}},
    {"budget": {"per_youth": {"0-11": 500.0, "12-17": 900.0}}},
    {"budget": PER_TASK},
    {"budget": PER_SCHOOL},
    {"indexation": {"fixed_per_year": 0.02}},
    {"indexation": {"pass_through": 0.9, "at_least": 0.0, "at_most": 0.04}},
    {"volume_growth_per_year": 0.01},
    {"agreed_reduction": {2025: 0.1, 2026: 0.15}},
    {"recalibration": {"dead_band": 0.05, "pass_through": 0.8, "every_years": 2, "first_year": 2026}},
    {"recalibration": {"counts": "youth", "dead_band": 0.05, "base": 900, "lag_years": 0}},
    {"recalibration": {"base": 900, "lag_years": 2}},
    {"recalibration": {"counts": "youth"}},
    {"follows_changes": True},
    {"follows_changes": False},
    BANDS,
    {"loss_bands": [{"above": 0, "payer_share": 0.3}], "gain_bands": [{"below": 0, "payer_share": 1}]},
    {"loss_bands": [{"above": 0.0, "payer_share": 0.3, "reinsurer_share": 0.2}]},
    {
        "loss_bands": [
            {"above": 0.05, "payer_share": 0.3, "reinsurer_share": 0.2},
            {"above": 0.1, "payer_share": 0.1, "reinsurer_share": 0.9},
        ],
        "reinsurance_premium": 0.01,
    },
    {"child_stop_loss": {"retention": 20_000.0}, **STOP_LOSS},
    {
        "child_stop_loss": {
            "retention": 20_000.0, "payer_share": 0.5, "reinsurer_share": 0.4, "indexed": False,
        },
        **STOP_LOSS,
    },
    {"minimum_savings": MSSP},
    {"minimum_savings": {"minimum_rate": 0.0, "sharing_rate": 0.5, "loss_rate": 0.5}},
    {"minimum_savings": {"minimum_rate": 0.02, "sharing_rate": 0.0}},
    {"transition": {2025: 0.25, 2026: 1.0}},
    {"extension": {"after_years": 2, "years": 1, "rebased_on_years": 2, "price_change": -0.02}},
    {"termination": {"chance_per_year": 0.1, "price_change": 0.05}},
    {"termination": {"chance_per_year": 0.1, "only_when_reserve_is_lost": True, "first_year": 2026}},
    {"bail_out": {"chance": 0.5, "share": 0.75}},
]  # fmt: skip
PXQ: list[Terms] = [
    {"ceiling": {"euros": 1e6}},
    {"ceiling": {"of_expected": 1.05, "marginal_rate": 0.5, "margin": 0.02}},
    {"ceiling": {"euros": 1e6, "request": {"granted_share": 0.5, "window": "1 april - 1 augustus"}}},
    {"ceiling": {"euros": 1e6, "request": {"granted_share": 0.5, "at_most": 0.1}}},
    {"ceiling": {"euros": 1e6, "request": {"granted_share": 1.0}}},
    {"ceiling": {"euros": 1e6, "per": "provider"}, "providers": GROUPS},
    {
        "ceiling": {
            "euros": 1e6,
            "per": "provider",
            "marginal_rate": 0.5,
            "request": {"granted_share": 0.5, "at_most": 0.1},
        },
        "providers": GROUPS,
    },
    {
        "ceiling": {"euros": 1e6, "per": "provider", "request": {"granted_share": 0.5}},
        "providers": GROUPS,
    },
    {"volume_growth_per_year": 0.01, "ceiling": {"euros": 1e6}},
    {"extension": {"after_years": 2, "years": 1, "price_change": 0.02}},
]
TIERS = {"licht": {"share": 0.6, "price": 500.0}, "zwaar": {"share": 0.4, "price": 2_000.0}}
OUTPUT_BASED: list[Terms] = [
    {"arrangements": {"zorg": TIERS}},
    {"paid_at_start": 0.7},
    {"unpaid_return_months": 6, "return_chance_per_month": 0.01},
    {"unpaid_return_months": 1, "return_chance_per_month": 0.01},
    {"extension": {"after_years": 2, "years": 1}},
]
AVAILABILITY: list[Terms] = [
    {"funded_places": 12},
    {"fee_per_place": 80_000.0},
    {"fee_per_use": 10.0},
    {"occupancy": {"reference": 0.85, "below_share": 0.5, "above_share": 0.3}},
    {"extension": {"after_years": 2, "years": 1}},
    {"bail_out": {"chance": 0.5}},
]
EXAMPLES: dict[str, list[Terms]] = {
    "pxq": [{}, *OF_EVERY_FORM, *PXQ],
    "task_based": [{}, *OF_EVERY_FORM, *TASK_BASED],
    "output_based": [{}, *OF_EVERY_FORM, *OUTPUT_BASED],
    "availability": [{}, *OF_EVERY_FORM, *AVAILABILITY],
}
YOUTH_AGES = [
    {"municipality": "Aldorp", "year": year, "ages": ages, "youth": youth, "source": "A1"}
    for year in (2025, 2026, 2027)
    for ages, youth in (("0-11", 600.0), ("12-17", 400.0))
]


def under(form: str, terms: Terms, *, unit: str = "etmaal", **changes: Any) -> Scenario:
    """Return a region of 1,000 youth and one contract, whose care costs 365,000 euros a year.

    A child a day begins a stay of ten days, so ten children are in care on every day, at 100 euros.
    """
    by_age = isinstance(terms.get("budget"), dict) and isinstance(
        terms["budget"].get("per_youth"), dict
    )
    more = {"youth_ages": YOUTH_AGES} if by_age else {}
    contract = {"form": form, "segments": ["zorg"], **terms}
    form_row = care_form("zorg", unit=unit, **({"places": 20} if form == "availability" else {}))
    return region(
        [form_row],
        inflow=365.0,
        contracts={"zorg": contract},
        allocation={"keys": [], "used": "expected_use"},
        **more,
        **changes,
    )
