"""The terms of contracts in words: every term is told, edges and shares are those of the rules."""

from __future__ import annotations

from string import Formatter
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from regions import HAAGLANDEN

import jeugdsim as js
from jeugdsim.funding.told.ceiling import paid_in_full_up_to
from jeugdsim.funding.told.terms import term_rows
from jeugdsim.report.contract_answer import printed_terms
from jeugdsim.report.contract_sentence import contract_sentence, written_euros, written_percent
from jeugdsim.report.contract_words import CONTRACT_WORDS
from jeugdsim.scenario.contracts import ANY_FORM, TERMS_OF_FORM, Ceiling
from report.contract_examples import BANDS, EXAMPLES, GROUPS, MSSP, under

EVERY = [(form, terms) for form, several in EXAMPLES.items() for terms in several]
TERMS = [(form, term) for form in TERMS_OF_FORM for term in sorted(ANY_FORM | TERMS_OF_FORM[form])]
RISKS = [
    "number_of_children",
    "price",
    "length_and_intensity",
    "empty_places",
    "expensive_children",
    "change_of_budget",
]
BUDGET = 1e6
PAPERS = [("S1", "measured"), ("A1", "assumption")]


def told(form: str, language: str = "nl", **terms: Any) -> pd.DataFrame:
    return js.contract_terms(under(form, terms), language)


def rule(name: str, form: str = "task_based", **terms: Any) -> pd.DataFrame:
    """Return the rows of one rule, with a budget of a million where the form has one."""
    budget = {"budget": BUDGET} if form == "task_based" else {}
    return told(form, **{**budget, **terms}).query("rule == @name")


def edges(rows: pd.DataFrame) -> list[list[float]]:
    return rows[["from_euros", "to_euros"]].to_numpy().tolist()


def shares(rows: pd.DataFrame) -> list[list[float]]:
    return rows[["payer_share", "provider_share", "reinsurer_share"]].to_numpy().round(9).tolist()


@pytest.mark.parametrize(("form", "term"), TERMS)
def test_every_term_of_every_form_is_told(form: str, term: str) -> None:
    """A new term without words, or without an example here, fails."""
    examples = [terms for terms in EXAMPLES[form] if term in terms]
    assert examples, f"give {term} of {form} an example in contract_examples.py"
    for terms in examples:
        rows = told(form, **terms)
        assert (rows.rule == term).any(), (form, term)


@pytest.mark.parametrize("form", EXAMPLES)
def test_every_contract_answers_six_questions(form: str) -> None:
    for terms in EXAMPLES[form]:
        assert told(form, **terms).rule[1:7].tolist() == RISKS


def test_every_sentence_is_told_by_some_contract() -> None:
    scenarios = [under(form, terms) for form, terms in EVERY]
    once = under("pxq", {}, unit="traject")
    said = {row.told_as for scenario in [*scenarios, once] for row in term_rows(scenario)}
    assert said == set(CONTRACT_WORDS)


@pytest.mark.parametrize(("form", "terms"), EVERY)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_sentence_is_filled_in_to_its_last_word(form: str, terms: Any, language: str) -> None:
    for text in told(form, language, **terms).text:
        assert text.endswith(".")
        assert not set("{}[]") & set(text), text
        assert "nan" not in text.replace("financ", "").lower().split(), text


@pytest.mark.parametrize("key", CONTRACT_WORDS)
def test_both_languages_fill_in_the_same_fields(key: str) -> None:
    dutch, english = (
        {(field, spec) for _, field, spec, _ in Formatter().parse(text) if field}
        for text in CONTRACT_WORDS[key]
    )
    assert dutch == english


@pytest.mark.parametrize(("form", "terms"), EVERY)
def test_shares_add_up_to_one_or_are_not_there(form: str, terms: Any) -> None:
    rows = told(form, **terms)
    together = rows[["payer_share", "provider_share", "reinsurer_share"]].sum(axis=1, skipna=False)
    known = rows.payer_share.notna()
    assert np.allclose(together[known], 1.0, atol=1e-9)
    assert together[~known].isna().all()
    assert not (rows.to_euros < rows.from_euros).any()


def test_bands_in_euros_by_hand() -> None:
    """Of a million 3% is 30,000 and 8% is 80,000."""
    nan = pytest.approx(float("nan"), nan_ok=True)
    for name in ("loss_bands", "gain_bands"):
        rows = rule(name, **BANDS)
        assert edges(rows) == [[0.0, 30_000.0], [30_000.0, 80_000.0], [80_000.0, nan]]
        assert shares(rows) == [[0, 1, 0], [0.5, 0.5, 0], [0.8, 0.2, 0]]


@pytest.mark.parametrize("at", [0.01, 0.05, 0.12])
def test_bands_split_what_the_rule_splits(at: float) -> None:
    """A euro more at a deviation is split as the row says in which it lies."""
    rows = rule("loss_bands", **BANDS)
    euros = at * BUDGET
    row = rows[(rows.from_euros <= euros) & ~(rows.to_euros <= euros)].iloc[0]
    here = js.risk_split(BUDGET + euros, BUDGET, loss_bands=BANDS["loss_bands"])
    more = js.risk_split(BUDGET + euros + 1.0, BUDGET, loss_bands=BANDS["loss_bands"])
    assert float(more.payer - here.payer) == pytest.approx(row.payer_share, abs=1e-6)
    assert float(more.provider - here.provider) == pytest.approx(row.provider_share, abs=1e-6)


def test_a_budget_is_lower_by_the_reduction_of_the_first_year() -> None:
    """10% off a million: 3% of 900,000 is 27,000; the reserve of 2% is 18,000."""
    terms = {"agreed_reduction": {2025: 0.1}, **BANDS}
    assert edges(rule("loss_bands", **terms))[0] == [0.0, pytest.approx(27_000.0)]
    assert rule("reserve", **terms).from_euros.item() == pytest.approx(18_000.0)
    assert rule("budget", **terms).from_euros.item() == pytest.approx(900_000.0)


@pytest.mark.parametrize(
    ("budget", "euros"),
    [
        ("history", 365_000.0),
        ({"per_youth": 812.5}, 812_500.0),
        ({"per_youth": {"0-11": 500.0, "12-17": 900.0}}, 600 * 500.0 + 400 * 900.0),
        ({"per_task": {"a": 200_000.0, "b": 800_000.0}}, 1_000_000.0),
        ({"schools": 10, "fte_per_school": 0.5, "price_per_fte": 80_000.0}, 400_000.0),
    ],
)
def test_what_a_budget_is_made_of_by_hand(budget: Any, euros: float) -> None:
    assert rule("budget", budget=budget).from_euros.item() == pytest.approx(euros, rel=1e-9)


def test_an_uninsured_lump_sum_is_the_providers() -> None:
    rows = told("task_based").set_index("rule")
    for name in ("number_of_children", "length_and_intensity", "expensive_children", "loss_bands"):
        assert rows.loc[name, "provider_share"] == 1.0
    units = told("pxq").set_index("rule")
    assert units.loc["number_of_children", "payer_share"] == 1.0
    assert units.loc["length_and_intensity", "payer_share"] == 1.0
    assert units.loc["empty_places", "provider_share"] == 1.0
    prices = told("output_based").set_index("rule")
    assert prices.loc["number_of_children", "payer_share"] == 1.0
    assert prices.loc["length_and_intensity", "provider_share"] == 1.0
    assert told("availability").set_index("rule").loc["empty_places", "payer_share"] == 1.0


def test_minimum_savings_by_hand() -> None:
    """Asked is 20,000; half of 100,000 is the cap of 5%; 40% of 250,000 that of 10%."""
    nan = pytest.approx(float("nan"), nan_ok=True)
    rows = rule("minimum_savings", minimum_savings=MSSP)
    gain = [[0.0, 20_000.0], [20_000.0, 100_000.0], [100_000.0, nan]]
    loss = [[0.0, 20_000.0], [20_000.0, pytest.approx(250_000.0)], [pytest.approx(250_000.0), nan]]
    assert edges(rows) == gain + loss
    assert shares(rows) == [[1, 0, 0], [0.5, 0.5, 0], [1, 0, 0], [1, 0, 0], [0.6, 0.4, 0], [1, 0, 0]]
    assert not rule("loss_bands", minimum_savings=MSSP).size


@pytest.mark.parametrize("saving", [0.0, 10_000.0, 20_000.0, 60_000.0, 100_000.0, 150_000.0])
def test_minimum_savings_pay_what_the_rows_say(saving: float) -> None:
    rows = rule("minimum_savings", minimum_savings=MSSP)[:3]
    row = rows[(rows.from_euros <= saving) & ~(rows.to_euros <= saving)].iloc[0]
    bonus = float(js.minimum_savings(BUDGET - saving, BUDGET, **MSSP)) - (BUDGET - saving)
    most = MSSP["savings_cap"] * BUDGET if row.from_euros >= 100_000.0 else saving * row.provider_share
    assert bonus == pytest.approx(most, abs=1e-6)


def test_edges_of_the_other_terms_by_hand() -> None:
    dead = rule("recalibration", recalibration={"dead_band": 0.05, "pass_through": 0.8})
    assert edges(dead)[0] == [0.0, 50_000.0]
    assert dead.from_euros.iloc[1] == 50_000.0
    assert shares(dead)[:2] == [[0, 1, 0], [0.8, 0.2, 0]]
    topped = rule("bail_out", reserve=0.05, bail_out={"chance": 0.5, "share": 0.75})
    assert topped.from_euros.item() == 50_000.0
    assert shares(topped) == [[0.75, 0.25, 0]]
    cover = {"retention": 20_000.0, "payer_share": 0.5, "reinsurer_share": 0.4}
    child = rule("child_stop_loss", child_stop_loss=cover, child_retentions=[1e3, 5e4])
    assert child.from_euros.iloc[0] == 20_000.0
    assert shares(child)[0] == [0.5, 0.1, 0.4]


def test_a_ceiling_by_hand() -> None:
    """A margin of 5% on 1.05 x 365,000: paid in full up to 402,412.50, half of the tariff above."""
    rows = rule("ceiling", "pxq", ceiling={"of_expected": 1.05, "margin": 0.05, "marginal_rate": 0.5})
    assert rows.to_euros.iloc[0] == pytest.approx(402_412.5)
    assert rows.from_euros.iloc[1] == pytest.approx(402_412.5)
    assert shares(rows)[:2] == [[1, 0, 0], [0.5, 0.5, 0]]


def test_a_ceiling_per_provider_is_told_for_each_group_and_the_rest() -> None:
    groups = {**GROUPS, "groot": {**GROUPS["groot"], "ceiling_share": 0.5}}
    ceiling = {"euros": 1e6, "per": "provider"}
    rows = rule("ceiling", "pxq", ceiling=ceiling, providers=groups)
    assert rows.to_euros.dropna().tolist() == pytest.approx([500_000.0, 100_000.0, 400_000.0])
    assert ["groot" in rows.text.iloc[0], "solo" in rows.text.iloc[2]] == [True, True]
    assert "overige aanbieders" in rows.text.iloc[4]


@given(
    margin=st.sampled_from([0.0, 0.05, 0.2]),
    rate=st.sampled_from([0.0, 0.5, 1.0]),
    granted=st.sampled_from([0.0, 0.3, 0.9, 1.0]),
    at_most=st.sampled_from([None, 0.0, 0.1, 0.5]),
    value=st.floats(0.0, 4e6),
)
def test_a_ceiling_pays_what_its_edges_say(
    margin: float, rate: float, granted: float, at_most: float | None, value: float
) -> None:
    """The payment is the sum of the pieces between the edges, each at its share."""
    request = {"granted_share": granted, "at_most": at_most}
    terms = Ceiling(euros=BUDGET, margin=margin, marginal_rate=rate, request=request)
    in_full, in_part, share = paid_in_full_up_to(terms, BUDGET)
    pieces = min(value, in_full)
    pieces += share * max(min(value, in_part) - in_full, 0.0) if value > in_full else 0.0
    pieces += rate * max(value - in_part, 0.0) if value > in_part else 0.0
    rule_pays = js.ceiling(
        value, BUDGET, marginal_rate=rate, margin=margin, granted_share=granted, granted_at_most=at_most
    )
    assert pieces == pytest.approx(float(rule_pays), rel=1e-9, abs=1e-6)


def test_prices_of_output_and_places_by_hand() -> None:
    """A trajectory is ten days at 100; 20 places that cost 365,000 a year are 18,250 each."""
    assert "1.000 euro" in rule("arrangements", "output_based").text.item()
    tiers = {"licht": {"share": 0.6, "price": 500.0}, "zwaar": {"share": 0.4, "price": 2_000.0}}
    assert (
        "1.100 euro" in rule("arrangements", "output_based", arrangements={"zorg": tiers}).text.item()
    )
    fee = rule("fee_per_place", "availability").text.item()
    assert "18.250 euro" in fee
    assert " 20 in" in rule("funded_places", "availability").text.item()
    returned = rule(
        "return_chance_per_month", "output_based", unpaid_return_months=2, return_chance_per_month=0.1
    )
    assert "19%" in returned.text.item()  # 1 - 0.9^2


def test_uncertain_terms_are_told_at_their_mean() -> None:
    ratio = rule("cost_ratio", cost_ratio={"p10": 1.0, "p50": 1.02, "p90": 1.04}).text.item()
    assert "102%" in ratio
    growth = rule("volume_growth_per_year", volume_growth_per_year={"mean": 0.015, "sd": 0.01})
    assert "1,5%" in growth.text.item()


def test_a_default_nobody_wrote_is_an_assumption_and_looks_like_one() -> None:
    paper = {"title": "Contract", "publisher": "x", "date": "2026-01-01", "locator": "art. 3"}
    scenario = under("task_based", {"budget": BUDGET, **BANDS}).with_changes(
        {
            "source_rows": [{"id": name, **paper, "kind": kind} for name, kind in PAPERS],
            "sources": {"contracts": "S1", "contracts.zorg.gain_bands": "A1"},
        }
    )
    rows = js.contract_terms(scenario)
    by_rule = rows.drop_duplicates("rule").set_index("rule")
    assert by_rule.loc["loss_bands", ["kind", "source"]].tolist() == ["measured", "S1"]
    assert by_rule.loc["reserve", ["kind", "source"]].tolist() == ["assumption", ""]
    last = rows.query("rule == 'gain_bands'").iloc[-1]
    assert (last.kind, last.source) == ("assumption", "A1")


def test_an_assumed_reserve_does_not_look_measured_beside_measured_market_shares() -> None:
    paper = {"title": "Markt", "publisher": "x", "date": "2026-01-01", "locator": "tabel 1"}
    papers = [{"id": name, **paper, "kind": kind} for name, kind in PAPERS]
    scenario = under("task_based", {"providers": GROUPS, "reserve": 0.05}).with_changes(
        {
            "source_rows": papers,
            "sources": {"contracts": "A1", "contracts.zorg.providers": "S1"},
        }
    )
    rows = js.contract_terms(scenario).query("rule == 'providers'")
    kinds = dict(zip(rows.text, rows.kind, strict=True))
    assert {kind for text, kind in kinds.items() if "niets anders" in text} == {"assumption"}
    assert {kind for text, kind in kinds.items() if "met samen 60%" in text} == {"measured"}


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="'de'"):
        js.contract_terms(under("pxq", {}), "de")  # type: ignore[arg-type]


def test_haaglanden_on_screen() -> None:
    scenario = js.load_scenario(HAAGLANDEN)
    rows = js.contract_terms(scenario)
    assert set(rows.contract) == set(scenario.contract_names)
    heading = {"name": scenario.name, "price_year": 2025, "year": 2027}
    text = printed_terms(rows.to_dict("records"), heading, width=80)
    assert max(map(len, text.splitlines())) <= 80
    for name in scenario.contract_names:
        assert f"\n{name} (" in text
    assert "[aanname A10]" in text


@pytest.mark.parametrize(
    ("euros", "written"),
    [
        (2.4e6, "2,4 miljoen euro"),
        (111_685_700.7, "111,7 miljoen euro"),
        (1e6, "1 miljoen euro"),
        (80_000.0, "80.000 euro"),
        (12.5, "12,50 euro"),
        (0.0, "0 euro"),
    ],
)
def test_sums_are_written_for_people(euros: float, written: str) -> None:
    assert written_euros(euros, "nl") == written


@pytest.mark.parametrize(
    ("fraction", "written"), [(0.03, "3%"), (0.071, "7,1%"), (0.1234, "12,34%"), (-0.02, "-2%")]
)
def test_fractions_are_written_as_percentages(fraction: float, written: str) -> None:
    assert written_percent(fraction, "nl") == written


def test_an_unknown_rule_has_no_sentence() -> None:
    with pytest.raises(KeyError):
        contract_sentence("loss_bands.nonsense", {})
