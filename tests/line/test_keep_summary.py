"""A run that keeps only its summary: the same answer as one that keeps all draws."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from alike import alike
from regions import HAAGLANDEN, care_form, lever, region
from scarcity import crowded

import jeugdsim as js
from jeugdsim import pipeline
from jeugdsim.results import Outcome, SummarisedOutcome
from jeugdsim.results import summarised as summarised_results
from jeugdsim.results.summarised import NeedsAllDrawsError
from jeugdsim.scenario import Scenario

SEED = 11
DRAWS = 600  # three parts of 250, the last one short
ROOT = HAAGLANDEN.parent
BANDS = {
    "form": "task_based",
    "segments": ["zorg"],
    "budget": "history",
    "use_registered": True,
    "reserve": 0.05,
    "loss_bands": [{"above": 0.02, "payer_share": 0.5}],
    "providers": {"de drie": {"market_share": 0.6, "providers": 3}},
}
AGES = {3: 0.2, 12: 0.3, 16: 0.3, 17: 0.2}


def plain(*, with_lever: bool = True) -> Scenario:
    """Return a region without places: a lever, a budget, a target, bands, uncertain money."""
    forms = [
        care_form("a", stay_mean_days=40, tariff={"mean": 100.0, "cv": 0.05}),
        care_form("b", stay_distribution="lognormal", stay_mean_days=90, stay_sd_days=60),
    ]
    return region(
        forms,
        towns=("Aldorp", "Bedum"),
        inflow={"a": 20.0, "b": {"mean": 8.0, "cv": 0.1}},
        moves={("a", "b"): 0.3},
        levers=[
            lever("minder", "inflow", {"p10": -0.2, "p50": -0.1, "p90": 0.0}, "2026-01-01",
                  care_forms=["a"], cost_per_year=1000.0),
        ][:with_lever],
        contracts={"alles": BANDS},
        budget={"basis": 4e5, "volume_growth_per_year": 0.01},
        savings={"target": {"2025": 0.0, "2026": 5e3}},
        world={"inflow_shock_region_cv": 0.05, "indexation": {"mean": 0.03, "sd": 0.01}},
        allocation={"keys": ["actual_use", "inhabitants", "euler"], "used": "rolling_use"},
    )  # fmt: skip


def aged() -> Scenario:
    return crowded(entry_ages=AGES, extended_care={"wonen": (0.5, 19)})


def only_money() -> Scenario:
    """Return a region whose care is that of its reference, so that both are one simulation."""
    return plain(with_lever=False)


SCENARIOS = {"plain": plain, "only money": only_money, "places": crowded, "ages": aged}


@cache
def kept_all(name: str, draws: int = DRAWS) -> Outcome:
    return js.run(SCENARIOS[name](), draws=draws, seed=SEED, threads=2, progress=False)


@cache
def summarised(name: str, draws: int = DRAWS, threads: int = 2) -> SummarisedOutcome:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "_MOST_BLOCKS", 1)  # small scenarios in as many parts as large ones
        return js.run(
            SCENARIOS[name](), draws=draws, seed=SEED, threads=threads, progress=False, keep="summary"
        )


@cache
def summarised_in_one_part(name: str) -> SummarisedOutcome:
    return js.run(SCENARIOS[name](), draws=DRAWS, seed=SEED, progress=False, keep="summary")


def agree(ours: SummarisedOutcome, theirs: Outcome) -> None:
    """Check that a summary is that of all draws, and says what it leaves out."""
    summary, whole = ours.to_dict(), theirs.to_dict()
    assert ("keys" in summary["not_kept"]) == ("keys" in whole)
    for left_out in ("keys", "allocation", "provenance"):
        whole = {name: part for name, part in whole.items() if name != left_out}
    alike({name: summary[name] for name in whole}, whole)
    for key, bills in theirs.to_dict()["allocation"].items():
        if key != "euler":
            alike(summary["allocation"][key], bills)
    told = {name: part for name, part in summary["provenance"].items() if name != "told_from_draws"}
    assert told == theirs.to_dict()["provenance"]


@pytest.mark.parametrize("name", SCENARIOS)
def test_it_is_the_summary_of_all_draws(name: str) -> None:
    agree(summarised(name), kept_all(name))


def test_it_is_so_for_many_draws_whose_percentiles_come_from_a_histogram() -> None:
    agree(summarised("plain", 6_000), kept_all("plain", 6_000))


@pytest.mark.parametrize("variant", ["", "-pxq", "-stoploss"])
def test_haaglanden_says_the_same(variant: str) -> None:
    scenario = js.load_scenario(f"{HAAGLANDEN}{variant}")
    whole, summary = (
        js.run(scenario, draws=5, seed=SEED, threads=2, progress=False, keep=keep)
        for keep in ("all", "summary")
    )
    assert isinstance(whole, Outcome)
    assert isinstance(summary, SummarisedOutcome)
    agree(summary, whole)
    assert "nan" not in json.dumps(summary.to_dict()).lower().split('"')


@pytest.mark.parametrize("name", SCENARIOS)
def test_parts_change_no_bit(name: str) -> None:
    one, three = (run.to_dict() for run in (summarised_in_one_part(name), summarised(name)))
    assert json.dumps(one) == json.dumps(three)


def test_a_cluster_changes_no_bit() -> None:
    distributed = pytest.importorskip("distributed")
    here = {"processes": False, "n_workers": 1, "threads_per_worker": 2, "dashboard_address": None}
    with distributed.Client(**here) as cluster:
        elsewhere = js.run(
            crowded(), draws=DRAWS, seed=SEED, progress=False, keep="summary", cluster=cluster
        )
    assert json.dumps(elsewhere.to_dict()) == json.dumps(summarised("places").to_dict())


def test_care_that_is_the_references_is_simulated_once() -> None:
    simulated: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        each_part = pipeline.each_part

        def counted(recipe: Any, *args: Any, **more: Any) -> Any:
            simulated.append(recipe.scenario.name)
            return each_part(recipe, *args, **more)

        patch.setattr(pipeline, "each_part", counted)
        for scenario in (only_money(), plain()):
            js.run(scenario, draws=4, seed=SEED, progress=False, keep="summary")
    assert simulated == ["Proef", plain().reference().name, "Proef"]


@pytest.mark.parametrize("name", ["plain", "places"])
def test_threads_change_no_bit(name: str) -> None:
    one, two = (json.dumps(summarised(name, DRAWS, threads).to_dict()) for threads in (1, 2))
    assert one == two


@pytest.mark.parametrize("name", ["plain", "places"])
def test_some_draws_settle_as_all_of_them_do(name: str) -> None:
    """Given the same yardstick, a draw is paid and billed the same whoever stands beside it."""
    whole, kept = kept_all(name), summarised(name).reference
    some = slice(250, 340)
    accounts = js.settle(whole.volumes.isel(draw=some), whole.scenario, reference=kept.means)
    bills = js.allocate(accounts, whole.scenario)
    for data, all_of_it in ((accounts, whole.accounts), (bills, whole.bills)):
        for quantity in data.data_vars:
            expected = all_of_it[quantity]
            if "draw" in expected.dims:
                expected = expected.isel(draw=some)
            np.testing.assert_allclose(data[quantity], expected, rtol=1e-12, err_msg=str(quantity))


def test_means_stand_in_for_the_references_volumes() -> None:
    whole, kept = kept_all("places"), summarised("places").reference
    for name in ("units", "client_days", "clients_in_year", "stays_started"):
        by_hand = whole.reference.volumes[name].mean("draw")
        np.testing.assert_allclose(kept.means[name], by_hand, rtol=1e-12)


def test_means_of_too_few_draws_are_refused() -> None:
    volumes = kept_all("places").volumes
    few = summarised("places").reference.means.assign_attrs(mean_of_draws=100)
    with pytest.raises(ValueError, match="same seed as the volumes and hold their draws"):
        js.settle(volumes, crowded(), reference=few)


def test_the_reference_of_one_serves_another_on_the_same_draws() -> None:
    scenario, reference = plain(), summarised("plain").reference
    twin = scenario.all_pxq()
    given, anew = (
        js.run(twin, draws=DRAWS, seed=SEED, progress=False, keep="summary", reference=known)
        for known in (reference, None)
    )
    assert given.reference is reference
    assert json.dumps(given.to_dict()) == json.dumps(anew.to_dict())
    other = js.run(twin, draws=300, seed=SEED, progress=False, keep="summary", reference=reference)
    assert other.reference is not reference


def test_it_prints_and_writes_what_other_runs_do(tmp_path: Path) -> None:
    whole, summary = kept_all("places"), summarised("places")
    assert summary.answer(language="en").splitlines()[0] == whole.answer(language="en").splitlines()[0]
    whole.write(tmp_path / "all")
    summary.write(tmp_path / "summary")
    files = {path.name for path in (tmp_path / "all").iterdir()}
    left_out = {"key_criteria.png", "key_shift.png"}
    assert {path.name for path in (tmp_path / "summary").iterdir()} == files - left_out
    assert json.loads((tmp_path / "summary" / "summary.json").read_text()) == summary.to_dict()
    assert summary.summary().columns.tolist() == whole.summary().columns.tolist()
    assert summary.provenance("overrun").equals(whole.provenance("overrun"))
    with pytest.raises(ValueError, match="choose from cost, overrun"):
        summary.provenance("savings")  # type: ignore[arg-type]


def test_shares_of_the_spread_are_told_from_the_first_draws() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "_MOST_BLOCKS", 1)
        patch.setattr(summarised_results, "PROVENANCE_DRAWS", 400)
        summary = js.run(plain(), draws=DRAWS, seed=SEED, progress=False, keep="summary")
    assert summary.to_dict()["provenance"]["told_from_draws"] == 400
    assert summary.provenance().equals(kept_all("plain", 400).provenance())


@pytest.mark.parametrize("gone", ["volumes", "accounts", "bills", "overruns", "savings", "drivers"])
def test_what_was_not_kept_is_told_in_words(gone: str) -> None:
    with pytest.raises(AttributeError, match="kept only its summary"):
        getattr(summarised("plain"), gone)


def test_it_is_not_settled_or_compared_again() -> None:
    summary: Any = summarised("plain")
    with pytest.raises(ValueError, match="run with keep='all'"):
        js.compare({"a": summary, "b": kept_all("plain")})
    with pytest.raises(AttributeError, match="kept only its summary"):
        js.settle(summary, plain())
    with pytest.raises(AttributeError, match="has no attribute 'other'"):
        getattr(summary, "other")  # noqa: B009 -- it is not there


def test_a_key_that_asks_all_draws_is_refused_in_use_and_told_beside_it() -> None:
    assert "keep='all'" in summarised("plain").to_dict()["allocation"]["euler"]["not_computable"]
    mixed = {"half": {"kind": "mix", "parts": {"euler": 0.5, "inhabitants": 0.5}}}
    for allocation in (
        {"used": "shapley"},
        {"used": {"alles": "euler"}},
        {"used": "half", "defined": mixed},
    ):
        scenario = plain().with_changes({"allocation": allocation})
        with pytest.raises(NeedsAllDrawsError, match="asks all draws at once"):
            js.run(scenario, draws=4, seed=SEED, progress=False, keep="summary")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"keep": "some"}, "choose from 'all', 'summary'"),
        ({"keep": "summary", "draws": 0}, "draws must be a whole number of 1 or more"),
        ({"keep": "summary", "seed": -1}, "seed must be a whole number of 0 or more"),
    ],
)
def test_wrong_arguments_are_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        js.run(plain(), **{"draws": 4, "seed": SEED, "progress": False, **wrong})
