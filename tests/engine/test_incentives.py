"""What a funding form does to care: refill, steps down to cheaper forms, and a delay.

Lengths and flows are worked out by hand; the simulation is held against the closed form. A z beyond 5
has a chance below 1e-6 under truth; with some 1,000 numbers here, false alarms come for fewer than one
seed in 1,000.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from regions import Row, care_form, lever, region

import jeugdsim as js
from jeugdsim.engine.fingerprint import quantities_hash
from jeugdsim.scenario import Scenario, ScenarioError

Array = np.ndarray
HUNDRED = {"stay_distribution": "fixed", "stay_mean_days": 100}
LOGNORMAL = {"stay_distribution": "lognormal", "stay_mean_days": 120, "stay_sd_days": 120}
DAYS = 3 * 365
VOLUMES = ("units", "client_days", "stays_started", "stays_ended", "clients_in_year")
MONTH_DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] * 3)  # 2025-2027
FIRST_DAY = np.concatenate([[0], np.cumsum(MONTH_DAYS)[:-1]])
FEWER = lever("minder", "inflow", -0.2, "2025-01-01", care_forms=["zorg"])
TASK = {"form": "task_based", "loss_bands": [], "use_registered": True}
FORMS = ("pxq", "task_based", "output_based", "availability")
NOTHING = {
    "inflow": 0.0,
    "stay_days": 0.0,
    "units_per_day": 0.0,
    "step_down": 0.0,
    "refill": 0.0,
    "delay_years": 0.0,
}


def under(form: str, response: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the tables that put all care under a form of contract, with its response."""
    terms: dict[str, Any] = {"form": form, "segments": ["zorg"]}
    terms |= TASK if form == "task_based" else {}
    terms |= {"funded_places": 50.0} if form == "availability" else {}
    responses = {} if response is None else {"funding_response": {form: dict(response)}}
    return {"contracts": {"alles": terms}, **responses}


def task_based(response: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return under("task_based", response)


def simulated(scenario: Scenario, draws: int = 20, seed: int = 6) -> xr.Dataset:
    return js.simulate(scenario, draws=draws, seed=seed, progress=False)


def same(a: xr.Dataset, b: xr.Dataset) -> None:
    """Check that all volumes are equal to the bit."""
    for name in (*VOLUMES, "clients_at_year_end", "clients_at_start", "youth_in_year"):
        np.testing.assert_array_equal(a[name].to_numpy(), b[name].to_numpy(), err_msg=name)


def care_by_hand(entering: Array, length: Array) -> Array:
    """Return expected clients at the end of each day, from empty.

    ``entering`` is how many are expected to enter on a day; ``length`` their fixed stay in days, of
    which the fraction is the chance of one day more.
    """
    in_care = np.zeros(DAYS)
    for day in range(DAYS):
        later = np.arange(DAYS - day)
        in_care[day:] += entering[day] * np.clip(length[day] - later, 0.0, 1.0)
    return in_care


def by_year(daily: Array) -> Array:
    return daily.reshape(3, 365).sum(axis=1)


def linear(days: Array, starts: int, years: float) -> Array:
    return np.clip((days - starts) / (365.25 * years), 0.0, 1.0)


def lengths(scenario: Scenario, draw: int = 0) -> pd.DataFrame:
    """Return the stays of one draw that begin after the start and end, days counted from it."""
    stays = js.clients(scenario, draw=draw, seed=3)
    stays = stays[(stays["kind"] == "stay") & stays["begin"].notna() & stays["end"].notna()]
    return stays.assign(begin=(stays["begin"] - np.datetime64("2025-01-01")).dt.days)


# --- refill --------------------------------------------------------------------------------------


def test_a_fifth_fewer_children_at_elasticity_0_4_stay_8_percent_longer() -> None:
    """The Dutch mental health case: 20% fewer patients, 8% longer (Douven et al. 2021).

    One child a day without the lever, 0.8 with it; 100 days become 108. From empty, the last day of
    each year finds 108 x 0.8 = 86.4 children, where without refill it would find 80.
    """
    scenario = region(
        [care_form("zorg", **HUNDRED)],
        inflow=365.0,
        stock=0.0,
        levers=[FEWER],
        **task_based({"refill": 0.4}),
    )
    volumes = js.expected(scenario)
    assert volumes.stays_started.to_numpy().ravel() == pytest.approx(3 * [292.0])
    assert volumes.clients_at_year_end.to_numpy().ravel() == pytest.approx(3 * [86.4])
    filling = 0.8 * np.minimum(np.arange(1, 366), 108).sum()
    assert volumes.client_days.to_numpy().ravel() == pytest.approx([filling, 86.4 * 365, 86.4 * 365])
    assert set(lengths(scenario)["days"]) == {108}
    without = scenario.with_changes({"funding_response": None})
    assert set(lengths(without)["days"]) == {100}
    assert js.expected(without).clients_at_year_end.values.ravel() == pytest.approx(3 * [80.0])


def test_the_fall_is_what_levers_and_responses_together_leave() -> None:
    """What is left is 0.9 x 0.8 x 0.95 = 0.684; 100 x 0.9 x (1 + 0.5 x 0.316) = 104.22 days."""
    scenario = region(
        [care_form("zorg", **HUNDRED)],
        inflow=365.0,
        stock=0.0,
        levers=[
            lever("a", "inflow", -0.1, "2025-01-01", care_forms=["zorg"]),
            lever("b", "inflow", -0.2, "2025-01-01", care_forms=["zorg"]),
            lever("c", "stay_days", -0.1, "2025-01-01", care_forms=["zorg"]),
        ],
        **task_based({"refill": 0.5, "inflow": -0.05}),
    )
    volumes = js.expected(scenario)
    assert volumes.clients_at_year_end.values.ravel() == pytest.approx(3 * [0.684 * 104.22])
    assert set(lengths(scenario)["days"]) == {104, 105}


def test_a_fall_by_the_response_itself_is_refilled_too() -> None:
    """A fifth fewer by the contract's own response, no lever: 108 days again."""
    response = {"refill": 0.4, "inflow": -0.2}
    base = {"inflow": 365.0, "stock": 0.0}
    scenario = region([care_form("zorg", **HUNDRED)], **base, **task_based(response))
    assert js.expected(scenario).clients_at_year_end.values.ravel() == pytest.approx(3 * [86.4])
    assert set(lengths(scenario)["days"]) == {108}


def test_more_inflow_of_one_lever_makes_up_for_less_of_another() -> None:
    """1.25 x 0.8 = 1: nothing is lost, nothing is refilled."""
    levers = [FEWER, lever("meer", "inflow", 0.25, "2025-01-01", care_forms=["zorg"])]
    base = {"inflow": 365.0, "stock": 0.0, "levers": levers}
    scenario = region([care_form("zorg", **HUNDRED)], **base, **task_based({"refill": 0.4}))
    assert js.expected(scenario).clients_at_year_end.values.ravel() == pytest.approx(3 * [100.0])


def test_the_refill_grows_with_its_phase_and_with_the_fall_of_the_month() -> None:
    """A lever that comes in over a year from July 2025; a refill over two years, a half year late.

    Inflow follows the middle of the month, the refill of a stay the day it begins.
    """
    scenario = region(
        [care_form("zorg", **HUNDRED)],
        inflow=365.0,
        stock=0.0,
        levers=[
            FEWER | {"starts": "2025-07-01", "profile": "linear", "phase_in_years": 1.0, "effect": -0.4}
        ],
        **task_based({"refill": 0.6, "phase_in_years": 2.0, "delay_years": 0.5}),
    )
    left = 1 - 0.4 * linear(FIRST_DAY + MONTH_DAYS / 2, 181, 1.0)
    entering = np.repeat(left, MONTH_DAYS)  # one a day without the lever
    days = np.arange(DAYS)
    refill = np.where(days >= 183, 0.6 * linear(days, 183, 2.0), 0.0)
    in_care = care_by_hand(entering, 100.0 * (1 + refill * (1 - entering)))
    volumes = js.expected(scenario)
    np.testing.assert_allclose(volumes.client_days.values.ravel(), by_year(in_care), rtol=1e-12)
    np.testing.assert_allclose(volumes.stays_started.values.ravel(), by_year(entering), rtol=1e-12)
    assert in_care[-1] > 60.0 * 1.05  # it matters: without refill 0.6 x 100


def test_each_place_is_refilled_for_its_own_fall() -> None:
    """Equal stays and one response, but three falls: 20%, 40%, and none."""
    towns = ("Aldorp", "Berkstad", "Cambeek")
    levers = [
        FEWER | {"municipalities": ["Aldorp"]},
        FEWER | {"name": "veel minder", "municipalities": ["Berkstad"], "effect": -0.4},
    ]
    scenario = region(
        [care_form("zorg", **HUNDRED)],
        towns=towns,
        inflow=365.0,
        stock=0.0,
        levers=levers,
        **task_based({"refill": 0.4}),
    )
    stays = lengths(scenario)
    seen = {town: set(part["days"]) for town, part in stays.groupby("municipality")}
    assert seen == {"Aldorp": {108}, "Berkstad": {116}, "Cambeek": {100}}
    last = js.expected(scenario).clients_at_year_end.isel(year=-1, care_form=0)
    assert last.values == pytest.approx([0.8 * 108, 0.6 * 116, 100.0])


def test_only_contracts_of_the_form_refill() -> None:
    """Aldorp is paid for the task, Berkstad per unit; both lose a fifth of their inflow."""
    contracts = {
        "taak": TASK | {"segments": ["zorg"], "municipalities": ["Aldorp"]},
        "uur": {"form": "pxq", "segments": ["zorg"], "municipalities": ["Berkstad"]},
    }
    scenario = region(
        [care_form("zorg", **HUNDRED)],
        towns=("Aldorp", "Berkstad"),
        inflow=365.0,
        stock=0.0,
        levers=[FEWER],
        contracts=contracts,
        funding_response={"task_based": {"refill": 0.4}},
    )
    seen = {town: set(part["days"]) for town, part in lengths(scenario).groupby("municipality")}
    assert seen == {"Aldorp": {108}, "Berkstad": {100}}


NO_FALL: dict[str, list[Row]] = {
    "no lever": [],
    "more inflow": [FEWER | {"effect": 0.3}],
    "another care form": [FEWER | {"care_forms": ["ander"]}],
    "a lever that never comes": [FEWER | {"starts": "2028-01-01"}],
    "shorter stays": [lever("kort", "stay_days", -0.2, "2025-01-01", care_forms=["zorg"])],
}


@pytest.mark.parametrize("levers", NO_FALL.values(), ids=NO_FALL)
def test_a_refill_without_a_fall_changes_no_bit(levers: list[Row]) -> None:
    forms = [care_form("ander", **LOGNORMAL), care_form("zorg", units_cv=0.5, **LOGNORMAL)]
    base = {"inflow": 80.0, "levers": levers}
    contracts = {
        "taak": TASK | {"care_forms": ["zorg"]},
        "uur": {"form": "pxq", "care_forms": ["ander"]},
    }
    plain = region(forms, **base, contracts=contracts)
    refilled = plain.with_changes({"funding_response": {"task_based": {"refill": 0.7}}})
    same(simulated(plain), simulated(refilled))
    reached = any(one["affects"] == "inflow" and one["care_forms"] == ["zorg"] for one in levers)
    assert (quantities_hash(plain) == quantities_hash(refilled)) != reached


def test_no_stay_is_shortened_and_the_same_children_come() -> None:
    """Child by child, in a region where the lever swings from more to less inflow."""
    levers = [
        FEWER | {"effect": -0.5, "starts": "2026-01-01", "profile": "linear", "phase_in_years": 1.0},
        lever("meer", "inflow", 0.3, "2025-01-01", care_forms=["zorg"]),
    ]
    plain = region(
        [care_form("zorg", **LOGNORMAL)], inflow=1_500.0, levers=levers, **task_based({"refill": 0.0})
    )
    refilled = plain.with_changes({"funding_response.task_based.refill": 0.8})
    before, after = (js.clients(one, draw=2, seed=9) for one in (plain, refilled))
    assert (before["client"] == after["client"]).all()
    assert (before["begin"].isna() == after["begin"].isna()).all()
    assert (after["days"] >= before["days"]).all()
    longer = after["days"] > before["days"]
    at_start = before["begin"].isna()
    assert longer.sum() > 300
    assert not longer[at_start].any(), "who was in care at the start keeps its days"
    # 1.3 x (1 - 0.5 x 0.46) = 1: from the middle of June 2026 on there are fewer than without levers
    assert before["begin"][longer].min() >= np.datetime64("2026-06-01")


def test_a_stock_without_inflow_is_not_refilled() -> None:
    base = {"inflow": 0.0, "stock": 40.0, "known": True, "levers": [FEWER]}
    plain = region([care_form("zorg", **LOGNORMAL)], **base, **task_based({"refill": 0.0}))
    refilled = plain.with_changes({"funding_response.task_based.refill": 2.0})
    same(simulated(plain), simulated(refilled))


@settings(max_examples=30, deadline=None)
@given(
    fall=st.floats(0.0, 1.0),
    elasticity=st.floats(0.0, 1.0),
)
def test_a_refill_gives_back_part_of_what_a_fall_frees(fall: float, elasticity: float) -> None:
    """Care in balance is (1 - fall)(1 + elasticity x fall) of what it was: never more than all."""
    scenario = region(
        [care_form("zorg", **HUNDRED)],
        inflow=365.0,
        stock=0.0,
        years=1,
        levers=[FEWER | {"effect": -fall}],
        **task_based({"refill": elasticity}),
    )
    last = js.expected(scenario).clients_at_year_end.item()
    assert last == pytest.approx(100 * (1 - fall) * (1 + elasticity * fall), abs=1e-9)
    assert 100 * (1 - fall) - 1e-9 <= last <= 100 + 1e-9


def test_an_uncertain_refill_is_one_number_per_draw() -> None:
    """Half the inflow: 100 x (1 + 0.5 e) days, with the e of the draw."""
    scenario = region(
        [care_form("zorg", **HUNDRED)],
        inflow=365.0,
        stock=0.0,
        levers=[FEWER | {"effect": -0.5}],
        **task_based({"refill": {"low": 0.0, "mode": 0.4, "high": 0.8}}),
    )
    draws = simulated(scenario, draws=4, seed=3).parameters
    drawn = draws.sel(parameter="funding_response.task_based.refill").values
    assert len(set(drawn)) == 4
    for draw, elasticity in enumerate(drawn):
        length = 100 * (1 + 0.5 * elasticity)
        assert set(lengths(scenario, draw)["days"]) == {int(length), int(length) + 1}
    means = js.expected(scenario, parameters=draws).clients_at_year_end.isel(year=-1)
    assert means.values.ravel() == pytest.approx(50 * (1 + 0.5 * drawn))


def test_a_refill_with_places_for_all_gives_the_bits_of_one_without() -> None:
    form = care_form("zorg", units_cv=0.5, **LOGNORMAL)
    base = {"inflow": 80.0, "levers": [FEWER], **task_based({"refill": 0.9})}
    free = region([form], **base)
    roomy = region([form | {"places": 10_000}], **base)
    same(simulated(free), simulated(roomy))


# --- step down -----------------------------------------------------------------------------------

STEPS = {("midden", "licht"): 0.2, ("midden", "zwaar"): 0.3}


def three_forms(**more: Any) -> Scenario:
    """Return a region in which children come into `midden` and go up, down, or home."""
    forms = [
        care_form("licht", tariff=50.0),
        care_form("midden", tariff=100.0),
        care_form("zwaar", tariff=200.0),
    ]
    inflow = {"licht": 0.0, "midden": 400.0, "zwaar": 0.0}
    return region(forms, inflow=inflow, stock=0.0, moves=STEPS, **more)


def per_ended(volumes: xr.Dataset, form: str) -> float:
    """Return how many enter a form per stay that ends in `midden`, over all years."""
    started = volumes.stays_started.sel(care_form=form).sum()
    return float(started / volumes.stays_ended.sel(care_form="midden").sum())


def test_a_step_down_raises_the_chance_of_cheaper_moves_only() -> None:
    """0.2 x 1.5 = 0.3 go to `licht`, 0.3 still to `zwaar`."""
    before, after = (js.expected(three_forms(**task_based({"step_down": e}))) for e in (0.0, 0.5))
    assert per_ended(before, "licht") == pytest.approx(0.2)
    assert per_ended(after, "licht") == pytest.approx(0.3)
    assert per_ended(before, "zwaar") == per_ended(after, "zwaar") == pytest.approx(0.3)
    for name in VOLUMES:
        unmoved = before[name].sel(care_form="midden")
        xr.testing.assert_equal(unmoved, after[name].sel(care_form="midden"))


def test_a_step_down_moves_more_children_to_cheaper_care_in_every_draw() -> None:
    """Who went down still does, as `licht` has the first numbers of the draw of a move."""
    plain = simulated(three_forms(**task_based({"step_down": 0.0})), draws=100)
    stepped = simulated(three_forms(**task_based({"step_down": 0.5})), draws=100)
    down = (stepped.stays_started - plain.stays_started).sel(care_form="licht").sum("year")
    assert (down >= 0).all()
    ended = float(plain.stays_ended.sel(care_form="midden").sum())
    error = np.sqrt(0.1 * 0.9 * ended)  # each of them goes down instead of home with chance 0.1
    assert abs(float(down.sum()) - 0.1 * ended) < 5 * error
    up = [float(one.stays_started.sel(care_form="zwaar").sum()) for one in (plain, stepped)]
    assert abs(up[1] - up[0]) < 5 * np.sqrt(2 * 0.3 * 0.7 * ended)
    midden = {"care_form": "midden"}
    np.testing.assert_array_equal(stepped.client_days.sel(midden), plain.client_days.sel(midden))


def test_a_step_down_follows_its_phase() -> None:
    """From half a year on, linearly over a year: 0.2 (1 + 0.5 phase) of who ends on a day."""
    response = {"step_down": 0.5, "delay_years": 0.5, "phase_in_years": 1.0}
    volumes = js.expected(three_forms(**task_based(response)))
    ended = np.where(np.arange(DAYS) >= 10, 400 / 365, 0.0)
    down = ended * 0.2 * (1 + 0.5 * linear(np.arange(DAYS), 183, 1.0))
    started = volumes.stays_started.sel(care_form="licht").values.ravel()
    np.testing.assert_allclose(started, by_year(down), rtol=1e-12)


PRICES: dict[str, tuple[Row, Row, bool]] = {
    "tariff": ({"tariff": 100.0}, {"tariff": 99.0}, True),
    "equal": ({"tariff": 100.0}, {"tariff": 100.0}, False),
    "dearer": ({"tariff": 100.0}, {"tariff": 101.0}, False),
    "more units": ({"tariff": 100.0}, {"tariff": 60.0, "units_per_day": 2.0}, False),
    "fewer units": ({"tariff": 100.0}, {"tariff": 180.0, "units_per_day": 0.5}, True),
    "a mean that is lower": ({"tariff": 100.0}, {"tariff": {"p10": 55, "p50": 60, "p90": 190}}, True),
    "a mode that is lower": (
        {"tariff": 100.0},
        {"tariff": {"p10": 55, "p50": 60, "p90": 200}},
        False,
    ),
    "a trajectory": ({"tariff": 100.0}, {"unit": "traject", "tariff": 990.0}, True),
    "a dear trajectory": ({"tariff": 100.0}, {"unit": "traject", "tariff": 1010.0}, False),
    "from a trajectory": ({"unit": "traject", "tariff": 1010.0}, {"tariff": 100.0}, True),
}


@pytest.mark.parametrize(("one", "other", "cheaper"), PRICES.values(), ids=PRICES)
def test_cheaper_is_a_lower_mean_price_per_day(one: Row, other: Row, cheaper: bool) -> None:
    """Stays are ten days, so a trajectory of 1,000 euros is 100 a day.

    The two uncertain tariffs have means of 60 + 0.311296 x 125 = 98.9 and 60 + 0.311296 x 135 = 102.0.
    """
    scenario = region(
        [care_form("a", **one), care_form("b", **other)],
        inflow={"a": 400.0, "b": 0.0},
        stock=0.0,
        moves={("a", "b"): 0.4},
        **task_based({"step_down": 0.5}),
    )
    volumes = js.expected(scenario)
    share = (
        volumes.stays_started.sel(care_form="b").sum() / volumes.stays_ended.sel(care_form="a").sum()
    )
    assert float(share) == pytest.approx(0.6 if cheaper else 0.4)


def test_only_moves_out_of_contracts_of_the_form_step_down() -> None:
    """`midden` is paid per unit, so its moves keep their chances, whatever the form moved to."""
    contracts = {
        "taak": TASK | {"care_forms": ["licht", "zwaar"]},
        "uur": {"form": "pxq", "care_forms": ["midden"]},
    }
    response = {"task_based": {"step_down": 0.9}}
    scenario = three_forms(contracts=contracts, funding_response=response)
    assert per_ended(js.expected(scenario), "licht") == pytest.approx(0.2)
    other_way = three_forms(contracts=contracts, funding_response={"pxq": response["task_based"]})
    assert per_ended(js.expected(other_way), "licht") == pytest.approx(0.38)


def test_fewer_steps_down_are_possible_too() -> None:
    volumes = js.expected(three_forms(**task_based({"step_down": -1.0})))
    assert volumes.stays_started.sel(care_form="licht").sum() == 0


def errors(refused: ScenarioError) -> int:
    return [one.severity for one in refused.findings].count("error")


def test_steps_down_past_certainty_are_refused_at_the_mean() -> None:
    """0.2 x 4.5 + 0.3 = 1.2; with 0.2 x 4 + 0.3 = 1.1 one lever on the other move can undo it."""
    with pytest.raises(ScenarioError, match=r"step_down: with this effect .*midden add up to 1\.2 "):
        three_forms(**task_based({"step_down": 3.5}))
    with pytest.raises(ScenarioError, match=r"step_down: with this effect .*midden add up to 1\.1 "):
        three_forms(**task_based({"step_down": 3.0}))
    less = lever("minder zwaar", "move", -0.5, "2025-01-01", **{"from": "midden", "to": "zwaar"})
    with pytest.raises(ScenarioError, match="step_down: with this effect") as wrong:
        three_forms(
            levers=[less | {"starts": "2026-01-01", "effect": -0.1}], **task_based({"step_down": 3.0})
        )
    assert errors(wrong.value) == 1  # the lever that comes later, and lowers, is not to blame
    late = {"step_down": 3.0, "delay_years": 1.5}
    three_forms(levers=[less], **task_based(late))  # 0.8 + 0.15: the lever came first
    three_forms(**under("pxq"), funding_response={"task_based": {"step_down": 3.5}})  # not in use


def test_a_lever_that_comes_on_top_of_a_step_down_is_the_one_to_blame() -> None:
    more = lever("meer licht", "move", 1.0, "2026-01-01", **{"from": "midden", "to": "licht"})
    three_forms(levers=[more])
    with pytest.raises(ScenarioError, match=r"levers\.meer licht: .* midden add up to 1\.1 ") as wrong:
        three_forms(levers=[more], **task_based({"step_down": 1.0}))
    assert errors(wrong.value) == 1


def test_draws_in_which_steps_down_pass_certainty_are_scaled_and_counted() -> None:
    scenario = three_forms(**task_based({"step_down": {"mean": 2.0, "sd": 1.5}}))
    volumes = simulated(scenario, draws=200)
    path = "funding_response.task_based.step_down"
    drawn = volumes.parameters.sel(parameter=path).values
    over = 0.2 * (1 + drawn) + 0.3 > 1.0
    assert 10 < over.sum() < 190
    np.testing.assert_array_equal(volumes.moves_scaled.values, over)
    means = js.expected(scenario, parameters=volumes.parameters)
    started = means.stays_started.sum(["year", "municipality"])
    ended = means.stays_ended.sel(care_form="midden").sum(["year", "municipality"])
    down = np.minimum(0.2 * (1 + drawn), 0.2 * (1 + drawn) / (0.2 * (1 + drawn) + 0.3))
    np.testing.assert_allclose(started.sel(care_form="licht") / ended, down, rtol=1e-12)


# --- delay ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("years", "first_day"), [(0.0, 0), (0.5, 183), (1.0, 365), (2.0, 730)])
def test_a_response_on_stays_waits_for_its_delay(years: float, first_day: int) -> None:
    """365.25 x years, to the nearest day: stays that begin before it last ten days, then five."""
    response = {"stay_days": -0.5, "delay_years": years}
    scenario = region([care_form("zorg")], inflow=900.0, stock=0.0, **task_based(response))
    stays = lengths(scenario)
    early = stays["begin"] < first_day
    assert set(stays["days"][early]) == ({10} if first_day else set())
    assert set(stays["days"][~early]) == {5}
    entering = np.full(DAYS, 900 / 365)
    in_care = care_by_hand(entering, np.where(np.arange(DAYS) < first_day, 10.0, 5.0))
    volumes = js.expected(scenario)
    np.testing.assert_allclose(volumes.client_days.values.ravel(), by_year(in_care), rtol=1e-12)


def test_a_response_on_inflow_and_units_waits_for_its_delay() -> None:
    """Until the delay is over every bit is as without; from 2026 on nobody comes, at half the units."""
    base = region([care_form("zorg", **LOGNORMAL)], inflow=300.0, **task_based())
    response = {"inflow": -1.0, "units_per_day": -0.5, "delay_years": 1.0}
    late = base.with_changes({"funding_response": {"task_based": response}})
    before, after = simulated(base), simulated(late)
    same(before.sel(year=[2025]), after.sel(year=[2025]))
    assert (after.stays_started.sel(year=[2026, 2027]) == 0).all()
    later = after.sel(year=[2026, 2027])
    np.testing.assert_array_equal(later.units.values, 0.5 * later.client_days.values)


def test_a_delay_past_the_end_does_nothing_and_is_told() -> None:
    base = region([care_form("zorg", **LOGNORMAL)], inflow=300.0, **task_based())
    response = {"inflow": -0.5, "stay_days": -0.5, "refill": 1.0, "delay_years": 1e30}
    never = base.with_changes({"funding_response": {"task_based": response}})
    same(simulated(base), simulated(never))
    told = [one.message for one in never.warnings if "does nothing" in one.message]
    assert len(told) == 1
    assert told[0].startswith("funding_response.task_based.delay_years: 1e+30 years")


# --- forms, and the reference --------------------------------------------------------------------


def busy_region(form: str, response: Mapping[str, Any] | None = None) -> Scenario:
    """Return a region with everything a response can act on, under one form of contract."""
    forms = [
        care_form("licht", tariff=50.0, units_cv=0.4, **LOGNORMAL),
        care_form("zwaar", tariff=200.0, units_cv=0.4, **HUNDRED),
    ]
    return region(
        forms,
        towns=("Aldorp", "Berkstad"),
        inflow=60.0,
        moves={("zwaar", "licht"): 0.4, ("licht", "zwaar"): 0.1},
        levers=[
            FEWER | {"care_forms": ["zwaar"], "municipalities": ["Aldorp"]},
            lever("meer", "move", 0.2, "2026-01-01", **{"from": "zwaar", "to": "licht"}),
        ],
        **under(form, response),
    )


def test_without_responses_volumes_have_the_same_bits_under_every_form() -> None:
    plain = busy_region("pxq")
    volumes = simulated(plain)
    for form in FORMS:
        other = busy_region(form, NOTHING)
        same(volumes, simulated(other))
        assert quantities_hash(other) == quantities_hash(plain)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("field", ["step_down", "refill"])
def test_every_form_can_respond_and_the_hash_tells(form: str, field: str) -> None:
    plain, answering = busy_region(form), busy_region(form, {field: 0.5})
    assert quantities_hash(plain) != quantities_hash(answering)
    late = busy_region(form, {field: 0.5, "delay_years": 1.0})
    assert quantities_hash(late) != quantities_hash(answering)
    before, after = (js.expected(one).client_days.sum("municipality") for one in (plain, answering))
    raised = {"step_down": ["licht", "zwaar"], "refill": ["zwaar"]}[field]
    assert (after.sel(care_form=raised, year=2027) > before.sel(care_form=raised, year=2027)).all()


def test_the_reference_neither_refills_nor_steps_down() -> None:
    answering = busy_region("task_based", {"step_down": 0.5, "refill": 0.8, "stay_days": -0.1})
    bare = busy_region("pxq").with_changes({"levers": None})
    assert quantities_hash(answering.reference()) == quantities_hash(bare)
    same(simulated(answering.reference()), simulated(bare))


# --- simulated beside the closed form ------------------------------------------------------------


def all_at_once(**numbers: Any) -> Scenario:
    """Return a region in which every response acts, with phases, a season and two contracts."""
    forms = [
        care_form("gezin", tariff=70.0, stay_distribution="exponential", stay_mean_days=60.0),
        care_form("licht", tariff=50.0, units_cv=0.4, **LOGNORMAL),
        care_form("toets", unit="traject", tariff=900.0, stay_mean_days=40),
        care_form("zwaar", tariff=200.0, units_cv=0.4, **HUNDRED),
    ]
    moves = {
        ("zwaar", "licht"): 0.3,
        ("zwaar", "gezin"): 0.2,
        ("licht", "zwaar"): 0.1,
        ("licht", "toets"): 0.2,
        ("gezin", "licht"): 0.3,
    }
    response = {
        "inflow": -0.1,
        "stay_days": -0.1,
        "units_per_day": 0.1,
        "step_down": 0.6,
        "refill": 0.9,
        "profile": "front",
        "phase_in_years": 1.5,
        "delay_years": 0.4,
    }
    contracts = {
        "taak": TASK | {"care_forms": ["gezin", "licht", "zwaar"]},
        "traject": {"form": "output_based", "care_forms": ["toets"]},
    }
    swing = [
        {"care_form": "zwaar", "month": m, "factor": 1.5 if m % 2 else 0.5, "source": "A1"}
        for m in range(1, 13)
    ]
    return region(
        forms,
        towns=("Aldorp", "Berkstad"),
        inflow=120.0,
        moves=moves,
        season=swing,
        levers=[
            lever("a", "inflow", -0.4, "2025-09-01", care_forms=["zwaar"], phase_in_years=1.0),
            lever("b", "inflow", 0.2, "2026-03-01", care_forms=["licht", "zwaar"])
            | {"municipalities": ["Berkstad"]},
            lever("c", "stay_days", -0.3, "2026-06-01", care_forms=["gezin"], applies_to="all"),
        ],
        contracts=contracts,
        funding_response={"task_based": response | numbers},
    )


def test_simulated_volumes_and_their_variances_agree_with_the_closed_form() -> None:
    scenario = all_at_once()
    volumes = simulated(scenario, draws=1_500, seed=17)
    table = js.audit(volumes, scenario)
    assert len(table) > 100
    assert table["z"].abs().max() < 5
    theory = js.expected(scenario)
    for name in ("client_days", "units", "stays_started", "clients_at_year_end"):
        seen = volumes[name].transpose("draw", ...).to_numpy().astype(float)
        variance = seen.var(axis=0, ddof=1)
        fourth = ((seen - seen.mean(axis=0)) ** 4).mean(axis=0)
        z = (variance - theory[f"{name}_variance"].to_numpy()) / np.sqrt((fourth - variance**2) / 1_500)
        assert np.abs(z).max() < 5, name


def test_the_closed_form_of_costs_agrees_too() -> None:
    scenario = all_at_once()
    volumes = simulated(scenario, draws=1_500, seed=18)
    tariffs = xr.DataArray([70.0, 50.0, 900.0, 200.0], dims="care_form")
    cost = (volumes.units * tariffs).sum("care_form").transpose("draw", "year", "municipality")
    theory = js.expected_cost(scenario)
    mean = theory.use_value.sum("care_form").transpose("year", "municipality")
    z = (cost.mean("draw") - mean) / np.sqrt(theory.cost_variance / 1_500)
    assert np.abs(z).max() < 5
    ratio = cost.var("draw", ddof=1) / theory.cost_variance
    assert np.abs(ratio - 1).max() < 5 * np.sqrt(2.5 / 1_500)  # 2 for a normal, a tail on top


def test_given_the_assumptions_of_each_draw_the_closed_form_agrees() -> None:
    scenario = all_at_once(
        step_down={"p10": 0.1, "p50": 0.4, "p90": 0.9},
        refill={"low": 0.0, "mode": 0.4, "high": 1.5},
        inflow={"mean": -0.2, "sd": 0.1},
    )
    volumes = simulated(scenario, draws=120, seed=19)
    table = js.audit(volumes, scenario)
    assert table["z"].abs().max() < 5.5  # its standard error comes from 120 draws: Student's tail
