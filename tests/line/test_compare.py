"""Comparing runs: what may differ does, by exactly how much, and nothing else moves."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from regions import DATA, HAAGLANDEN, lever

import jeugdsim as js
from jeugdsim.outcomes.comparison import MOVED, moved_cost
from jeugdsim.results import Comparison, Outcome
from jeugdsim.scenario import Scenario

SEED = 2027
DRAWS = 30
DIMS = ("draw", "year", "municipality")


def ran(scenario: Scenario, draws: int = DRAWS, seed: int = SEED) -> Outcome:
    return js.run(scenario, draws=draws, seed=seed, progress=False)


@cache
def small() -> Scenario:
    return js.load_scenario(DATA / "small")


@cache
def policy() -> Outcome:
    return ran(small())


@cache
def pxq() -> Outcome:
    return ran(small().all_pxq())


@cache
def comparison() -> Comparison:
    return js.compare({"P x Q": pxq(), "taakgericht": policy()})


def compared(baseline: Outcome, other: Outcome) -> dict[str, Any]:
    return dict(js.compare({"a": baseline, "b": other}).to_dict()["compared"]["b"])


def cost(outcome: Outcome) -> xr.DataArray:
    bills = outcome.bills
    return (bills["contribution"] + bills["lever_cost"]).sum("segment").transpose(*DIMS)


def without(region: dict[str, Any], *parts: str) -> list[float]:
    """Return the means and sds of all parts that moved but these, in every period."""
    return [
        spread[statistic]
        for by_part in region["moved"].values()
        for name, spread in by_part.items()
        if name not in parts
        for statistic in ("mean", "sd")
    ]


def every_number(block: Any) -> list[float]:
    if isinstance(block, dict):
        return [number for part in block.values() for number in every_number(part)]
    return [block] if isinstance(block, float | int) else []


# ------------------------------------------------------------------ sums


@pytest.mark.parametrize("name", ["small", "haaglanden"])
def test_what_moved_adds_up_to_the_difference_in_cost(name: str) -> None:
    """In every draw, year and municipality, to a millionth of a euro."""
    if name == "small":
        baseline, other = pxq(), policy()
    else:
        scenario = js.load_scenario(HAAGLANDEN)
        other = ran(scenario, draws=8)
        baseline = ran(scenario.all_pxq(), draws=8)
    parts = moved_cost(baseline, other)
    assert tuple(parts.data_vars) == MOVED
    total = sum(parts[part] for part in MOVED).transpose(*DIMS)
    np.testing.assert_allclose(total, cost(other) - cost(baseline), rtol=0, atol=1e-6)


def test_the_way_back_moves_the_opposite() -> None:
    out, back = moved_cost(pxq(), policy()), moved_cost(policy(), pxq())
    for part in MOVED:
        np.testing.assert_allclose(out[part], -back[part], rtol=1e-9, atol=1e-6)


def test_the_headline_is_the_mean_of_what_the_bills_say() -> None:
    """Straight from the datasets: cost, payment, providers, overrun, P90, chances."""
    region = comparison().to_dict()["compared"]["taakgericht"]["region"]
    ours, theirs = (cost(x).sum(["municipality", "year"]).to_numpy() for x in (pxq(), policy()))
    told = region["cost"]["total"]
    assert told["difference"]["mean"] == pytest.approx((theirs - ours).mean())
    error = (theirs - ours).std(ddof=1) / np.sqrt(DRAWS)
    assert told["difference"]["standard_error"] == pytest.approx(error)
    p90 = np.percentile(theirs, 90) - np.percentile(ours, 90)
    assert told["p90"]["difference"] == pytest.approx(p90)
    assert told["p90"]["standard_error"] > 0
    assert told["chance"]["cheaper"] == pytest.approx(np.mean(theirs - ours < -0.01))
    for name, of in (("payment", "payment"), ("provider_result", "provider_result")):
        sums = [x.accounts[of].sum(["contract", "year"]).to_numpy() for x in (pxq(), policy())]
        wanted = (sums[1] - sums[0]).mean()
        assert region[name]["total"]["difference"]["mean"] == pytest.approx(wanted)
    for side, outcome in (("baseline", pxq()), ("compared", policy())):
        summary = outcome.to_dict()["region"]
        for period in summary["overrun"]:
            chance = region["chance_overrun"][period][side]
            assert chance == pytest.approx(summary["overrun"][period]["probability"])
            met = region["chance_target_real"][period]
            wanted = summary["savings"][period]["probability_real"]
            assert (met if met is None else met[side]) == (
                wanted if wanted is None else pytest.approx(wanted)
            )
            assert region["cost"][period][side]["p90"] == pytest.approx(summary["cost"][period]["p90"])


def test_on_the_same_reference_savings_change_as_cost_does() -> None:
    region = comparison().to_dict()["compared"]["taakgericht"]["region"]
    for period, block in region["savings"].items():
        wanted = -region["cost"][period]["difference"]["mean"]
        assert block["difference"]["mean"] == pytest.approx(wanted, abs=0.01)


def test_municipalities_and_contracts_add_up_to_the_region() -> None:
    block = comparison().to_dict()["compared"]["taakgericht"]
    for period, region in block["region"]["cost"].items():
        towns = [x["cost"][period]["difference"]["mean"] for x in block["municipalities"].values()]
        assert sum(towns) == pytest.approx(region["difference"]["mean"], abs=0.01)
    for quantity in ("payment", "provider_result"):
        for period, region in block["region"][quantity].items():
            parts = [x[quantity][period]["difference"]["mean"] for x in block["contracts"].values()]
            assert sum(parts) == pytest.approx(region["difference"]["mean"], abs=0.01)


# ------------------------------------------------------------------ small changes


def test_a_scenario_beside_itself_is_equal_everywhere() -> None:
    block = compared(policy(), policy())
    for period in block["region"]["cost"].values():
        assert period["chance"] == {"cheaper": 0.0, "dearer": 0.0, "equal": 1.0}
        assert set(period["difference"].values()) == {0.0}
        assert set(period["p90"].values()) == {0.0}
    assert set(every_number(block["region"]["moved"])) == {0.0}
    for town in block["municipalities"].values():
        assert all(period["chance"]["equal"] == 1.0 for period in town["cost"].values())
    for contract in block["contracts"].values():
        for period in contract["provider_result"].values():
            assert set(period["difference"].values()) == {0.0}
    answer = js.compare({"a": policy(), "b": policy()}).answer()
    assert "in elke trekking evenveel" in answer


def test_a_percent_on_one_tariff_moves_price_by_a_percent_of_that_form() -> None:
    form = "crisis"
    before = small().all_pxq()
    tariff = next(row.tariff for row in before.care_forms if row.care_form == form)
    other = ran(before.with_changes({f"care_forms.{form}.tariff": tariff * 1.01}))
    parts = moved_cost(pxq(), other)
    use = pxq().accounts["use_value"].sel(care_form=form).transpose(*DIMS)
    np.testing.assert_allclose(parts["price"], 0.01 * use, rtol=1e-9, atol=1e-9)
    for part in set(MOVED) - {"price"}:
        assert float(abs(parts[part]).max()) < 1e-6, part


def test_a_lever_on_units_moves_units_per_day_alone() -> None:
    fewer = lever("korter", "units_per_day", -0.1, "2027-01-01", care_forms=["dagbehandeling"])
    levers = [x.model_dump(by_alias=True, exclude_unset=True) for x in small().settings.levers]
    other = ran(small().all_pxq().with_changes({"levers": [*levers, fewer]}))
    region = compared(pxq(), other)["region"]
    assert region["moved"]["total"]["units_per_day"]["mean"] < 0
    assert max(map(abs, without(region, "units_per_day"))) < 1e-6


def test_a_lever_cost_alone_moves_lever_cost_alone() -> None:
    dear = {"levers.lokale teams.cost_per_year": 50_000.0}
    region = compared(pxq(), ran(small().all_pxq().with_changes(dear)))["region"]
    assert region["moved"]["total"]["lever_cost"]["mean"] > 0
    assert max(map(abs, without(region, "lever_cost"))) < 1e-6


def test_other_demand_in_one_town_moves_nothing_in_another() -> None:
    """Another world on the same seed: children are addressed by who they are."""
    path = "demand.Berkstad.pleegzorg.inflow_per_1000_youth"
    rates = {(row.municipality, row.care_form): row for row in small().demand}
    rate = rates["Berkstad", "pleegzorg"].inflow_per_1000_youth
    other = ran(small().all_pxq().with_changes({path: 2 * rate, "budget.basis": 1_640_000.0}))
    parts = moved_cost(pxq(), other)
    own_use = ("price", "clients", "days_per_client", "units_per_day")
    elsewhere = parts.drop_sel(municipality="Berkstad")
    assert all(not elsewhere[part].any() for part in own_use)
    assert float(parts["clients"].sel(municipality="Berkstad").sum()) > 0


def test_a_care_form_only_one_of_them_has_moves_clients() -> None:
    """The baseline buys no crisis care; all of its cost is then clients."""
    form = "crisis"
    rows = [row.model_dump(exclude_unset=True) for row in small().demand if row.care_form != form]
    forms = [row.model_dump(exclude_unset=True) for row in small().care_forms if row.care_form != form]
    moves = [
        row.model_dump(exclude_unset=True)
        for row in small().moves
        if form not in (row.from_care_form, row.to_care_form)
    ]
    full = small().all_pxq().with_changes({"moves": moves})
    with_form = ran(full)
    parts = moved_cost(ran(full.with_changes({"demand": rows, "care_forms": forms})), with_form)
    use = with_form.accounts["use_value"].sel(care_form=form).transpose(*DIMS)
    np.testing.assert_allclose(parts["clients"], use, rtol=1e-9, atol=1e-6)
    assert float(abs(parts["days_per_client"]).max()) < 1e-6


def test_sharing_everything_from_the_first_euro_is_pxq() -> None:
    """A corridor of zero width with full sharing: no contract part, nothing for providers."""
    everything = {
        f"contracts.{name}.{bands}": [{edge: 0.0, "payer_share": 1.0}]
        for name, terms in small().settings.contracts.items()
        if terms.form == "task_based"
        for bands, edge in (("loss_bands", "above"), ("gain_bands", "below"))
    }
    shared = small().with_changes({"funding_response": None, **everything})
    region = compared(ran(shared.all_pxq()), ran(shared))["region"]
    assert max(map(abs, without(region))) < 1e-6
    assert all(abs(x["difference"]["mean"]) < 1e-6 for x in region["provider_result"].values())


def test_a_difference_is_far_more_precise_than_either_run() -> None:
    """2% fewer units on all care, 60 draws: against runs with seeds of their own."""
    forms = list(small().care_form_names)
    levers = [x.model_dump(by_alias=True, exclude_unset=True) for x in small().settings.levers]
    less = lever("minder", "units_per_day", -0.02, "2027-01-01", care_forms=forms)
    baseline = ran(small().all_pxq(), draws=60)
    other = ran(small().all_pxq().with_changes({"levers": [*levers, less]}), draws=60)
    told = compared(baseline, other)["region"]["cost"]["total"]
    unpaired = np.hypot(*(told[side]["standard_error"] for side in ("baseline", "compared")))
    assert told["difference"]["standard_error"] < unpaired / 8


# ------------------------------------------------------------------ who may be compared


def test_other_seeds_and_draws_are_refused_telling_what_differs() -> None:
    with pytest.raises(
        ValueError, match=r"'b' can't be compared.*seed is 1, not 2027.*5 draws, not 30"
    ):
        js.compare({"a": policy(), "b": ran(small(), draws=5, seed=1)})


def test_other_years_and_municipalities_are_refused_telling_what_differs() -> None:
    shorter = ran(small().with_changes({"years": 2}))
    with pytest.raises(ValueError, match="its years are 2027, 2028, not 2027, 2028, 2029"):
        js.compare({"a": policy(), "b": shorter})
    elsewhere = ran(js.load_scenario(HAAGLANDEN), draws=1)
    with pytest.raises(ValueError, match="its municipalities are Delft"):
        js.compare({"a": policy(), "b": elsewhere})


def test_other_draw_numbers_are_refused() -> None:
    shifted = policy().volumes.assign_coords(draw=np.arange(DRAWS) + 1)
    with pytest.raises(ValueError, match="its draws have other numbers"):
        js.compare({"a": policy(), "b": replace(policy(), volumes=shifted)})


@pytest.mark.parametrize("count", [0, 1])
def test_one_outcome_is_no_comparison(count: int) -> None:
    with pytest.raises(ValueError, match="two outcomes or more"):
        js.compare(dict(list({"a": policy()}.items())[:count]))


# ------------------------------------------------------------------ what comes out


def test_more_than_two_are_all_compared_with_the_first() -> None:
    three = js.compare({"a": pxq(), "b": policy(), "c": pxq()})
    content = three.to_dict()
    assert content["baseline"] == "a"
    assert list(content["compared"]) == ["b", "c"]
    assert content["compared"]["b"] == compared(pxq(), policy())
    assert content["compared"]["c"]["region"]["cost"]["total"]["chance"]["equal"] == 1.0
    lines = three.answer().splitlines()
    assert len(lines) <= 40
    assert any(line.startswith("B: b") for line in lines)
    assert any(line.startswith("C: c") for line in lines)


def test_the_same_comparison_writes_the_same_bytes(tmp_path: Path) -> None:
    for place in ("one", "two"):
        js.compare({"P x Q": pxq(), "taakgericht": policy()}).write(tmp_path / place)
    for name in ("compare.json", "compare.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    stored = json.loads((tmp_path / "one" / "compare.json").read_text())
    assert stored == comparison().to_dict()


def test_the_table_holds_every_number_of_the_dictionary_once(tmp_path: Path) -> None:
    comparison().write(tmp_path)
    table = pd.read_csv(tmp_path / "compare.csv")
    pd.testing.assert_frame_equal(table, comparison().summary(), check_dtype=False, check_exact=False)
    keys = ["compared", "about", "name", "quantity", "period"]
    assert not table.duplicated(keys).any()
    row = table[(table.about == "region") & (table.quantity == "cost") & (table.period == "total")]
    told = comparison().to_dict()["compared"]["taakgericht"]["region"]["cost"]["total"]
    assert row.difference.item() == pytest.approx(told["difference"]["mean"])
    assert row.baseline_value.item() == pytest.approx(told["baseline"]["mean"])
    assert row.cheaper.item() == told["chance"]["cheaper"]
    assert row.year.isna().all()
    rare = table[(table.about == "region") & (table.quantity == "cost_p90") & (table.period == "2028")]
    assert rare.difference.item() == pytest.approx(
        rare.compared_value.item() - rare.baseline_value.item()
    )
    moved = table[table.quantity.str.startswith("moved.") & (table.period == "total")]
    assert moved.difference.sum() == pytest.approx(told["difference"]["mean"], abs=0.01)


def test_one_draw_gives_a_comparison_without_errors() -> None:
    block = js.compare({"a": ran(small().all_pxq(), draws=1), "b": ran(small(), draws=1)})
    assert block.to_dict()["compared"]["b"]["region"]["cost"]["total"]["p90"]["standard_error"] is None
    assert "±" in block.answer()


def test_a_reference_with_the_same_children_is_not_simulated_again() -> None:
    """Contracts that cost providers otherwise change money only: the volumes are the same object."""
    changes = {"contracts.ambulant.cost_ratio": 1.0}
    other = js.run(
        small().with_changes(changes),
        draws=DRAWS,
        seed=SEED,
        progress=False,
        reference=policy().reference,
    )
    assert other.reference.volumes is policy().reference.volumes
    alone = ran(small().with_changes(changes))
    xr.testing.assert_equal(other.reference.accounts, alone.reference.accounts)
    assert other.to_dict() == alone.to_dict()
