"""Where places bind the closed forms do not hold, and say so: by hand, and against the simulation.

A z beyond 5 has a chance below 1e-6 under truth; with some 200 numbers a test alarms falsely for fewer
than one seed in 5,000. A place that is out of reach has a chance below 1e-9 a day to be asked all the
same; a test with some 10,000 days in all draws alarms falsely for fewer than one seed in 50,000.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from regions import PER_CELL, care_form, region
from scipy.stats import poisson

import jeugdsim as js
from jeugdsim.checkup import check_up
from jeugdsim.engine.expected import places_asked

NOBODY = 0.0
SHORT = 2
PLENTY = 10_000


def told(scenario: js.Scenario, year: int = 2025, town: str = "Aldorp") -> set[str]:
    """Return the care forms whose closed form does not hold."""
    holds = js.expected(scenario)["closed_form_holds"].sel(year=year, municipality=town)
    return {str(form) for form in holds["care_form"].values if not bool(holds.sel(care_form=form))}


def forms(names: str, **places: int) -> list[dict[str, Any]]:
    return [care_form(name, places=places.get(name)) for name in names]


# ------------------------------------------------------------------ which forms


def test_without_places_and_ages_nothing_is_told() -> None:
    assert "closed_form_holds" not in js.expected(region(forms("a"), inflow=365.0))
    assert "closed_form_holds" not in js.expected_cost(region(forms("a"), inflow=365.0))


def test_very_many_places_are_no_places() -> None:
    limited = js.expected(region(forms("a", a=PLENTY), inflow=365.0))
    free = js.expected(region(forms("a"), inflow=365.0))
    assert bool(limited["closed_form_holds"].all())
    xr.testing.assert_identical(limited.drop_vars("closed_form_holds").drop_attrs(), free.drop_attrs())


def test_places_are_out_of_reach_where_a_poisson_number_hardly_ever_is_above() -> None:
    """Two children in care on every day: the fewest places with P(more) below 1e-9, and one less."""
    enough = next(places for places in range(100) if poisson.sf(places, 2.0) < 1e-9)
    for places, holds in ((enough, set()), (enough - 1, {"a"})):
        assert told(region(forms("a", a=places), inflow=73.0)) == holds


def test_waiting_delays_what_comes_after_and_lengthens_what_is_held() -> None:
    """Short of a: b and c come after, h holds while waiting, f does not; x and y come after those."""
    moves = {
        ("a", "b"): 0.5, ("b", "c"): 0.5, ("h", "a"): 0.5, ("f", "a"): 0.5,
        ("h", "x"): 0.5, ("f", "y"): 0.5,
    }  # fmt: skip
    scenario = region(forms("abcfhxy", a=SHORT), inflow=365.0, moves=moves, holds=[("h", "a")])
    assert told(scenario) == {"a", "b", "c", "h"}


def test_a_place_that_is_held_runs_short_itself_for_all_who_share_it() -> None:
    """In Bedum nobody waits for a, but h is shared with Aldorp: children wait for it, then reach x."""
    inflow: dict[Any, float] = {
        ("Aldorp", "a"): 365.0, ("Aldorp", "h"): 36.5, ("Bedum", "h"): 36.5, ("Bedum", "x"): 1.0,
        ("Bedum", "z"): 365.0,
    }  # fmt: skip
    moves = {("h", "a"): 0.5, ("h", "x"): 0.5}
    scenario = region(
        forms("ahxz", a=SHORT, h=100),
        towns=("Aldorp", "Bedum"),
        inflow=inflow,
        moves=moves,
        holds=[("h", "a")],
    )
    assert told(scenario, town="Bedum") == {"h", "x"}
    assert told(scenario, town="Aldorp") == {"a", "h"}


def test_a_move_to_a_form_that_is_not_bought_leads_nowhere() -> None:
    inflow = {("Aldorp", "a"): 365.0, ("Aldorp", "b"): 1.0, ("Aldorp", "c"): 1.0,
              ("Bedum", "a"): 365.0, ("Bedum", "c"): 1.0}  # fmt: skip
    scenario = region(
        forms("abc", a=SHORT),
        towns=("Aldorp", "Bedum"),
        inflow=inflow,
        moves={("a", "b"): 0.5, ("b", "c"): 0.5},
    )
    assert told(scenario, town="Aldorp") == {"a", "b", "c"}
    assert told(scenario, town="Bedum") == {"a"}


def test_bridging_and_escalation_give_care_that_was_not_expected() -> None:
    """What comes after escalation differs too; care that bridges a wait leads nowhere."""
    row = {"bridging_care_form": "b", "escalation_per_year": 1.0, "escalation_care_form": "e"}
    scenario = region(
        forms("abexy", a=SHORT),
        inflow=365.0,
        moves={("b", "x"): 0.5, ("e", "y"): 0.5},
        waiting={"a": row},
    )
    assert told(scenario) == {"a", "b", "e", "y"}


def test_it_holds_until_the_year_in_which_places_run_short_and_not_after() -> None:
    """What waited in 2026 comes later in 2027, however many places there are by then."""
    scenario = region(forms("a"), inflow=365.0, places={"a": {2025: PLENTY, 2026: SHORT, 2027: PLENTY}})
    assert [told(scenario, year) for year in (2025, 2026, 2027)] == [set(), {"a"}, {"a"}]


def test_places_of_a_contract_are_short_for_its_members_only() -> None:
    contracts = {
        name: {"form": "pxq", "segments": ["zorg"], "municipalities": [town]}
        for name, town in (("een", "Aldorp"), ("twee", "Bedum"))
    }
    scenario = region(
        forms("a"),
        towns=("Aldorp", "Bedum"),
        inflow=365.0,
        contracts=contracts,
        places={("a", "een"): {2025: SHORT}, ("a", "twee"): {2025: PLENTY}},
    )
    assert told(scenario, town="Aldorp") == {"a"}
    assert told(scenario, town="Bedum") == set()


def test_a_line_at_the_start_is_not_in_the_closed_form() -> None:
    scenario = region(forms("a", a=PLENTY), inflow=365.0, waiting_at_start=3.0)
    assert told(scenario) == {"a"}


def test_with_ages_no_closed_form_holds() -> None:
    scenario = region(forms("ab"), inflow=365.0, entry_ages={3: 0.5, 17: 0.5})
    volumes = js.expected(scenario)
    assert not volumes["closed_form_holds"].any()
    assert volumes["units_variance"].isnull().all()
    assert js.expected_cost(scenario)["cost_variance"].isnull().all()


def test_variances_are_told_where_the_closed_form_holds() -> None:
    """In 2026 a is short and b follows; c goes on. Sums over a municipality take all of its forms."""
    scenario = region(
        forms("abc"),
        towns=("Aldorp", "Bedum"),
        inflow={("Aldorp", "a"): 365.0, ("Aldorp", "b"): 1.0, ("Bedum", "c"): 365.0},
        moves={("a", "b"): 0.5},
        places={"a": {2025: PLENTY, 2026: SHORT}},
    )
    volumes, cost = js.expected(scenario), js.expected_cost(scenario)
    holds = volumes["closed_form_holds"]
    for name in ("units", "clients_in_year", "clients_at_year_end"):
        np.testing.assert_array_equal(volumes[f"{name}_variance"].isnull(), ~holds)
    by_town = holds.all("care_form")
    np.testing.assert_array_equal(volumes["youth_in_year_variance"].isnull(), ~by_town)
    np.testing.assert_array_equal(cost["cost_variance"].isnull(), ~by_town)
    np.testing.assert_array_equal(cost["total_cost_variance"].isnull(), ~by_town.all("year"))
    assert not holds.all()
    assert by_town.any()


def test_draw_by_draw_it_is_told_for_the_places_and_the_inflow_of_each_draw() -> None:
    scenario = region(
        [care_form("a", places={"p10": 5.0, "p50": 60.0, "p90": 120.0})], inflow=365.0, years=2
    )
    volumes = js.simulate(scenario, draws=40, seed=3, progress=False)
    holds = js.expected(scenario, parameters=volumes.parameters)["closed_form_holds"]
    assert holds.dims == ("draw", "year", "municipality", "care_form")
    places = volumes.parameters.sel(parameter="care_forms.a.places").to_numpy()
    wanted = poisson.sf(np.floor(places + 0.5), 10.0) < 1e-9
    np.testing.assert_array_equal(holds.isel(year=0).to_numpy().ravel(), wanted)
    assert wanted.any()
    assert not wanted.all()


# ------------------------------------------------------------------ against the simulation

NAMES = "abcd"
TOWNS = ("Aldorp", "Bedum")


@st.composite
def networks(draw: st.DrawFn) -> tuple[js.Scenario, js.Scenario]:
    """Return a scenario with places here and there, short or plenty, and the same without."""
    inflow = {
        (town, form): draw(st.sampled_from([12.0, 90.0]))
        for town in TOWNS
        for form in sorted(draw(st.sets(st.sampled_from(NAMES), min_size=2)))
    }
    bought = sorted({form for _, form in inflow})
    pairs = [(one, other) for one in bought for other in bought if one != other]
    moves = sorted(draw(st.sets(st.sampled_from(pairs), max_size=5)))
    places = draw(
        st.dictionaries(st.sampled_from(bought), st.sampled_from([SHORT, 8, PLENTY]), min_size=1)
    )
    free = [form for form in bought if form not in places]
    waiting = {
        form: {
            "bridging_care_form": draw(st.sampled_from(["", *free])),
            "reneging_per_year": draw(st.sampled_from([0.0, 5.0])),
            "escalation_per_year": 5.0,
            "escalation_care_form": draw(st.sampled_from([to for to in bought if to != form])),
        }
        for form in sorted(draw(st.sets(st.sampled_from(sorted(places)))))
    }
    both: dict[str, Any] = {
        "towns": TOWNS,
        "inflow": inflow,
        "stock": NOBODY,
        "moves": dict.fromkeys(moves, 0.3),
        "years": 2,
    }
    holds = [pair for pair in moves if draw(st.booleans())]
    limited = [care_form(form, places=places.get(form)) for form in bought]
    without = [care_form(form) for form in bought]
    return region(limited, holds=holds, waiting=waiting, **both), region(without, **both)


@settings(max_examples=25, deadline=None)
@given(networks())
def test_what_places_change_is_all_told(pair: tuple[js.Scenario, js.Scenario]) -> None:
    """Cell by cell the volumes are, to the bit, those without places, wherever it is said to hold."""
    limited, _ = pair
    ours, theirs = (js.simulate(one, draws=6, seed=5, progress=False) for one in pair)
    holds = js.expected(limited)["closed_form_holds"]
    for name in PER_CELL:
        if "year" in ours[name].dims:
            differs = (ours[name] != theirs[name]).any("draw")
            assert not bool((differs & holds).any()), name


def test_the_audit_says_nothing_where_children_wait_and_passes_the_rest() -> None:
    """Short of a, so b comes late; c has nothing to do with them."""
    scenario = region(
        forms("abc", a=8),
        towns=("Aldorp", "Bedum"),
        inflow={"a": 300.0, "b": 50.0, "c": 200.0},
        moves={("a", "b"): 0.5},
        stock=NOBODY,
    )
    volumes = js.simulate(scenario, draws=100, seed=4, progress=False)
    table = js.audit(volumes, scenario)
    told = table.groupby("care_form").closed_form.unique()
    assert {form: kinds.tolist() for form, kinds in told.items()} == {
        "a": [False], "b": [False], "c": [True],
    }  # fmt: skip
    assert table.z.isna().eq(~table.closed_form).all()
    assert abs(table.z).max() < 5
    off = (table.estimate - table.theory) / table.standard_error
    assert abs(off[table.care_form == "a"]).max() > 20, "places that bind are worth telling"


def test_the_audit_holds_everywhere_if_nobody_waited() -> None:
    """Places are within reach (a chance of some 1e-7), yet nobody came that far in these draws."""
    places = next(places for places in range(100) if poisson.sf(places, 4.0) < 1e-7)
    scenario = region(forms("ab", a=places), inflow=146.0, moves={("a", "b"): 0.5})
    assert told(scenario) == {"a", "b"}
    volumes = js.simulate(scenario, draws=20, seed=6, progress=False)
    assert not volumes["waiting_days"].any(), "one seed in 500 lets somebody wait"
    table = js.audit(volumes, scenario)
    assert table.closed_form.all()
    assert abs(table.z).max() < 5
    assert not table.isna().any().any()


def test_rare_cells_are_pooled_apart_from_those_that_do_not_hold() -> None:
    scenario = region(
        forms("abcd", a=0), towns=("Aldorp", "Bedum"), inflow={"a": 0.1, "b": 0.1, "c": 0.1, "d": 50.0}
    )
    volumes = js.simulate(scenario, draws=30, seed=2, progress=False)
    table = js.audit(volumes, scenario)
    pooled = table[(table.quantity == "client_days") & (table.care_form == "")]
    assert sorted(zip(pooled.year, pooled.closed_form, pooled.cells, strict=True)) == [
        (year, held, 4 if held else 2) for year in (2025, 2026, 2027) for held in (False, True)
    ]
    assert pooled.z.isna().eq(~pooled.closed_form).all()


def test_with_ages_the_audit_says_nothing() -> None:
    scenario = region(forms("a"), inflow=365.0, entry_ages={3: 0.5, 17: 0.5})
    table = js.audit(js.simulate(scenario, draws=4, seed=1, progress=False), scenario)
    assert not table.closed_form.any()
    assert table.z.isna().all()


# ------------------------------------------------------------------ what check tells


def test_clients_expected_stand_beside_the_places() -> None:
    """365 a year for ten days: ten in care on every day; 73 a year for ten days: two."""
    scenario = region(forms("abc", a=8, b=12, c=99), inflow={"a": 365.0, "b": 365.0, "c": 73.0})
    asked = {one.pool.care_form: one for one in places_asked(scenario)}
    assert [asked[form].clients for form in "abc"] == pytest.approx([10.0, 10.0, 2.0])
    assert [asked[form].places for form in "abc"] == [8, 12, 99]
    assert [asked[form].short for form in "abc"] == [True, True, False]
    lines = check_up(scenario).splitlines()
    assert "  a: 10 expected, 8 places: children will wait" in lines
    assert "  b: 10 expected, 12 places: children may wait" in lines
    assert "  c: 2 expected, 99 places" in lines
    assert any("expected reference cost is without waiting" in line for line in lines)


def test_check_leaves_cost_alone_where_nobody_is_expected_to_wait() -> None:
    lines = check_up(region(forms("a", a=PLENTY), inflow=365.0)).splitlines()
    assert "  a: 10 expected, 10000 places" in lines
    assert not any("without waiting" in line for line in lines)
    assert not any("places" in line for line in check_up(region(forms("a"), inflow=365.0)).splitlines())


def test_check_tells_what_the_age_limit_leaves_of_a_stay() -> None:
    """Who enters at 17 can not stay beyond 18.

    Entry ages are uniform over a year, so the days left L are uniform on (0, 365.25): the mean of
    min(100, L) is 100 - 100^2 / (2 x 365.25) = 86.3 days.
    """
    scenario = region([care_form("a", stay_mean_days=100)], inflow=36.5, entry_ages={17: 1.0})
    lines = check_up(scenario).splitlines()
    assert "  a: 100 beside 86 days" in lines
    assert any("expected reference cost is without the age limit" in line for line in lines)
    assert not any(line.startswith("warning") for line in lines)
