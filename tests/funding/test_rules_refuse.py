"""A rule refuses what is no number of euros, share or band: a ValueError that names the argument."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import jeugdsim as js
from jeugdsim.funding.rules.child_stop_loss import excess_above
from jeugdsim.funding.rules.index_clause import clause_index
from jeugdsim.funding.rules.output_based import unpaid_returns
from jeugdsim.scenario.contracts import IndexClause

NO_EUROS = [-0.01, float("nan"), float("inf"), "honderd", None, [100.0, -1.0]]
NO_SHARES = [-0.01, 1.01, float("nan"), "half", [0.5, 2.0]]


def top_ups(**changes: Any) -> Any:
    given = {
        "result": np.zeros((2, 3)),
        "reserve": np.zeros(2),
        "happens": np.zeros((2, 3), dtype=bool),
        "share": np.ones(2),
    }
    return js.top_ups(**(given | changes))


# Of each rule: how it is called, its euros (or counts) and its shares.
RULES: dict[str, tuple[Callable[..., Any], dict[str, Any], list[str], list[str]]] = {
    "risk_sharing": (js.risk_sharing, {"cost": 100.0, "budget": 100.0}, ["cost", "budget"], []),
    "risk_split": (js.risk_split, {"cost": 100.0, "budget": 100.0}, ["cost", "budget"], []),
    "ceiling": (
        js.ceiling,
        {"value": 100.0, "ceiling": 100.0},
        ["value", "ceiling"],
        ["marginal_rate", "margin", "granted_share"],
    ),
    "minimum_savings": (
        js.minimum_savings,
        {"cost": 100.0, "budget": 100.0, "minimum_rate": 0.02, "sharing_rate": 0.5},
        ["cost", "budget"],
        ["minimum_rate", "sharing_rate", "minimum_loss_rate", "loss_rate"],
    ),
    "recalibrate": (
        js.recalibrate,
        {"budget": 100.0, "number": 10.0, "expected_number": 10.0},
        ["budget", "number", "expected_number"],
        ["pass_through", "dead_band"],
    ),
    "output_payment": (
        js.output_payment,
        {"started": 10.0, "ended": 10.0, "price": 100.0},
        ["started", "ended", "price"],
        ["paid_at_start", "unpaid_share"],
    ),
    "unpaid_returns": (unpaid_returns, {"chance": 0.1, "months": 2.0}, ["months"], ["chance"]),
    "availability_payment": (
        js.availability_payment,
        {"fee_per_place": 1.0, "places": 4.0, "use_days": 1.0, "year_days": 365.0, "units": 1.0},
        ["fee_per_place", "places", "use_days", "year_days", "units", "fee_per_use"],
        ["reference_occupancy", "below_share"],
    ),
    "excess_above": (
        excess_above,
        {"retentions": [1.0, 2.0], "excess": [5.0, 3.0], "retention": 1.5},
        ["retention"],
        [],
    ),
    "top_ups": (top_ups, {}, ["reserve"], ["share"]),
}
EUROS = [(rule, name, value) for rule in RULES for name in RULES[rule][2] for value in NO_EUROS]
SHARES = [(rule, name, value) for rule in RULES for name in RULES[rule][3] for value in NO_SHARES]


@pytest.mark.parametrize(("rule", "name", "value"), EUROS + SHARES)
def test_a_rule_names_the_argument_it_cannot_use(rule: str, name: str, value: Any) -> None:
    call, arguments, _, _ = RULES[rule]
    call(**arguments)
    with pytest.raises(ValueError, match=rf"\b{name}\b"):
        call(**(arguments | {name: value}))


@pytest.mark.parametrize("rule", [js.risk_sharing, js.risk_split])
@pytest.mark.parametrize(
    ("bands", "word"),
    [
        ({"loss_bands": [{"above": 0.1, "payer_share": 1.5}]}, "payer_share"),
        ({"loss_bands": [{"above": -0.1, "payer_share": 0.5}]}, "above"),
        ({"loss_bands": [{"above": 0.1, "payer_share": 0.6, "reinsurer_share": 0.5}]}, "more than 1"),
        ({"loss_bands": [{"above": 0.1, "payer_share": 0.6, "reinsurer_share": -0.5}]}, "reinsurer"),
        ({"loss_bands": [{"above": 0.1}]}, "payer_share"),
        ({"loss_bands": [{"above": 0.1, "payer_share": 0.5, "share": 0.5}]}, "share"),
        ({"loss_bands": [{"above": 0.1, "payer_share": 0.5}] * 2}, "loss_bands"),
        ({"gain_bands": [{"below": 1.1, "payer_share": 0.5}]}, "below"),
        ({"gain_bands": [{"below": 0.1, "payer_share": float("nan")}]}, "payer_share"),
        ({"gain_bands": [{"above": 0.1, "payer_share": 0.5}]}, "below"),
        (
            {"gain_bands": [{"below": 0.2, "payer_share": 0.5}, {"below": 0.1, "payer_share": 0.5}]},
            "gain_bands",
        ),
        ({"gain_bands": 0.5}, "gain_bands"),
        ({"loss_bands": [0.5]}, "loss_bands|Band"),
    ],
)
def test_bands_that_cannot_be_are_refused(
    rule: Callable[..., Any], bands: dict[str, Any], word: str
) -> None:
    with pytest.raises(ValueError, match=word):
        rule(100.0, 100.0, **bands)


@pytest.mark.parametrize("name", ["savings_cap", "loss_cap"])
@pytest.mark.parametrize("value", [-0.01, float("nan")])
def test_limits_of_minimum_savings_are_fractions_of_zero_or_more(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=rf"\b{name}\b"):
        js.minimum_savings(90.0, 100.0, minimum_rate=0.02, sharing_rate=0.5, **{name: value})
    js.minimum_savings(90.0, 100.0, minimum_rate=0.02, sharing_rate=0.5, **{name: 1.5})


@pytest.mark.parametrize("value", [-0.01, float("nan")])
def test_the_most_that_is_granted_is_a_fraction_of_zero_or_more(value: float) -> None:
    with pytest.raises(ValueError, match=r"\bgranted_at_most\b"):
        js.ceiling(120.0, 100.0, granted_share=0.5, granted_at_most=value)


def test_a_number_expected_of_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="expected_number"):
        js.recalibrate(100.0, 10.0, 0.0)


def test_a_reference_of_empty_places_is_refused() -> None:
    with pytest.raises(ValueError, match="reference_occupancy"):
        js.availability_payment(1.0, 4.0, 100.0, 365.0, 0.0, reference_occupancy=0.0)


def test_a_year_without_days_is_refused() -> None:
    with pytest.raises(ValueError, match="year_days"):
        js.availability_payment(1.0, 4.0, 100.0, 0.0, 0.0, reference_occupancy=0.9)


@pytest.mark.parametrize("retention", [0.99, 2.01])
def test_a_retention_outside_the_known_sums_asks_for_wider_ones(retention: float) -> None:
    with pytest.raises(ValueError, match="retention"):
        excess_above([1.0, 2.0], [5.0, 3.0], retention)


@pytest.mark.parametrize(
    ("retentions", "excess"), [([2.0, 1.0], [3.0, 5.0]), ([1.0, 1.0], [3.0, 3.0]), ([1.0, 2.0], [5.0])]
)
def test_known_sums_rise_and_each_has_its_excess(retentions: list[float], excess: list[float]) -> None:
    with pytest.raises(ValueError, match=r"retentions|excess"):
        excess_above(retentions, excess, 1.0)


@pytest.mark.parametrize("index", [[[1.0, float("nan")]], [[1.0, 0.0]], [[1.0, -1.0]]])
def test_an_index_is_above_zero(index: list[list[float]]) -> None:
    with pytest.raises(ValueError, match="index"):
        clause_index(np.array(index), IndexClause())


@pytest.mark.parametrize("result", [float("nan"), float("inf")])
def test_a_result_is_finite(result: float) -> None:
    with pytest.raises(ValueError, match="result"):
        top_ups(result=np.full((2, 3), result))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: js.risk_sharing([1.0, 2.0], [1.0, 2.0, 3.0]), "cost|budget|shape"),
        (lambda: js.ceiling([1.0, 2.0], [1.0, 2.0, 3.0]), "value|ceiling|shape"),
        (lambda: top_ups(happens=np.zeros((2, 4), dtype=bool)), "happens|result|shape"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(call: Callable[[], Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
