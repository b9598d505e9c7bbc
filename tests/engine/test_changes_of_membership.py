"""A municipality leaves, or takes a share of its care away: what that does to children.

Fixed stays, whole months and one child after another make most of it a matter of counting; where
chance remains, the tolerance comes from the standard error.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import xarray as xr
from regions import PER_CELL, Row, care_form, haaglanden_without_places, lever, region

import jeugdsim as js
from jeugdsim.engine.effects import quantity_effects
from jeugdsim.engine.fingerprint import quantities_hash
from jeugdsim.scenario import Scenario

LEAVER, STAYER = "Aldorp", "Bedum"
TOWNS = (LEAVER, STAYER)
FORMS = ("licht", "zwaar")


def leaves(year: int, share: float = 1.0, *forms: str, town: str = LEAVER) -> Row:
    row: Row = {"municipality": town, "share": share, "year": year}
    return {**row, "care_forms": list(forms)} if forms else row


def two_towns(*changes: Row, stay: int = 100, **more: Any) -> Scenario:
    """Return two towns that buy two forms alike; half of the light stays lead to a heavy one."""
    forms = [care_form(name, stay_mean_days=stay) for name in FORMS]
    parts: dict[str, Any] = {"inflow": {"licht": 365.0, "zwaar": 73.0}, "stock": 0.0, **more}
    moves = parts.pop("moves", {("licht", "zwaar"): 0.5})
    return region(forms, towns=TOWNS, years=4, moves=moves, changes=list(changes), **parts)


def simulated(scenario: Scenario, draws: int = 40, seed: int = 11) -> xr.Dataset:
    return js.simulate(scenario, draws=draws, seed=seed, progress=False)


def of_town(volumes: xr.Dataset, town: str, name: str = "client_days") -> np.ndarray:
    """Return a volume of a town, shape (draws, years, care forms)."""
    cell = volumes[name].sel(municipality=town)
    dims = [dim for dim in ("draw", "year", "care_form") if dim in cell.dims]
    return np.asarray(cell.transpose(*dims).to_numpy())


# --- who leaves and who stays ----------------------------------------------------------------------


def test_the_last_children_are_gone_after_their_own_stays() -> None:
    """Leaving on 1 January 2026, fixed stays of 500 days, no moves: care in 2027, none in 2028.

    Who entered on 31 December 2025 is in care until 14 May 2027, and nobody new came.
    """
    volumes = simulated(two_towns(leaves(2026), stay=500, moves={}))
    started, days = of_town(volumes, LEAVER, "stays_started"), of_town(volumes, LEAVER)
    assert (started[:, 0].sum(axis=1) > 0).all()
    assert (started[:, 1:] == 0).all()
    assert (days[:, 2].sum(axis=1) > 0).all(), "the last one leaves in 2027"
    assert (days[:, 3] == 0).all()
    assert (of_town(volumes, LEAVER, "clients_at_year_end")[:, 2] == 0).all()


def test_stays_of_a_year_and_a_day_reach_one_day_into_the_second_year() -> None:
    """Fixed stays of 366 days: who entered on 31 December 2025 ends on 1 January 2027, no day in it.

    With 367 days exactly those who entered on that day have one day in 2027.
    """
    short, longer = (simulated(two_towns(leaves(2026), stay=days, moves={})) for days in (366, 367))
    assert (of_town(short, LEAVER)[:, 2] == 0).all()
    last = of_town(longer, LEAVER)[:, 2]
    assert last.sum() > 0
    assert last.max() <= 10, "one day each, of about 1.2 children"


def test_until_the_date_and_for_everybody_else_not_a_bit_differs() -> None:
    before, after = simulated(two_towns()), simulated(two_towns(leaves(2027, 0.4)))
    for name in PER_CELL:
        np.testing.assert_array_equal(of_town(before, STAYER, name), of_town(after, STAYER, name))
        if name != "clients_at_start":
            ours, theirs = of_town(before, LEAVER, name), of_town(after, LEAVER, name)
            np.testing.assert_array_equal(ours[:, :2], theirs[:, :2])
    youth = [one.youth_in_year.sel(municipality=STAYER).to_numpy() for one in (before, after)]
    np.testing.assert_array_equal(*youth)


def test_who_is_in_care_finishes_the_stay() -> None:
    """Leaving on the first day, a known stock of 50: nobody new, and they have all of their days."""
    parts: dict[str, Any] = {"stock": {"licht": 50, "zwaar": 0}, "known": True, "moves": {}}
    stays = simulated(two_towns(stay=10, inflow=0.0, **parts))
    goes = simulated(two_towns(leaves(2025), stay=10, **parts))
    days = of_town(goes, LEAVER)
    np.testing.assert_array_equal(days, of_town(stays, LEAVER))
    assert (days[:, 0, 0] > 0).all()
    assert (of_town(goes, LEAVER, "stays_started") == 0).all()


def test_a_move_to_care_that_left_ends_the_care_here() -> None:
    """Of the heavy form all new care leaves: neither inflow nor moves, while light care goes on."""
    volumes = simulated(two_towns(leaves(2026, 1.0, "zwaar"), moves={("licht", "zwaar"): 1.0}))
    started = of_town(volumes, LEAVER, "stays_started")
    assert (started[:, 0, 1] > 0).all()
    assert (started[:, 1:, 1] == 0).all()
    unchanged = of_town(simulated(two_towns(moves={("licht", "zwaar"): 1.0})), LEAVER, "stays_started")
    np.testing.assert_array_equal(started[:, :, 0], unchanged[:, :, 0])


def test_children_that_stay_away_are_the_last_of_the_same_list() -> None:
    """A larger share leaves no child in care that a smaller share had taken away."""
    counts = [
        of_town(simulated(two_towns(leaves(2026, share))), LEAVER, "stays_started")
        for share in (0.1, 0.3, 0.6, 0.9)
    ]
    for fewer, more in pairwise(counts):
        assert (more <= fewer).all()
        assert (more[:, 1:] < fewer[:, 1:]).any()


def test_changes_multiply() -> None:
    """60% and then 50% of what is left is 80% in one: the same children to the bit."""
    twice = two_towns(leaves(2026, 0.6), leaves(2026, 0.5))
    once = two_towns(leaves(2026, 0.8))
    for name in ("units", "stays_started", "clients_in_year"):
        np.testing.assert_array_equal(simulated(twice)[name], simulated(once)[name])
    more_than_all = two_towns(leaves(2026, 1.0), leaves(2026, 0.7))
    assert (of_town(simulated(more_than_all), LEAVER, "stays_started")[:, 1:] == 0).all()


def test_nothing_leaves_with_a_share_of_zero_or_after_the_last_year() -> None:
    plain = simulated(two_towns())
    for change in (leaves(2026, 0.0), leaves(2029)):
        changed = simulated(two_towns(change))
        for name in PER_CELL:
            np.testing.assert_array_equal(plain[name], changed[name])
    assert quantities_hash(two_towns(leaves(2026, 0.0))) == quantities_hash(two_towns())


# --- the closed form -------------------------------------------------------------------------------


def test_a_share_of_new_children_is_that_share_of_the_arrivals() -> None:
    """365 and 73 children a year from outside; half of those whose light stay ends move on.

    In 2027, more than a stay after the change, all is in balance: of the light ones 75% of 365; of the
    heavy ones 75% of 73, and 75% of the half of the light stays that end, themselves 75% of 365.
    """
    expected = js.expected(two_towns(leaves(2026, 0.25)))
    started = expected.stays_started.sel(municipality=LEAVER, year=2027)
    assert started.sel(care_form="licht").item() == pytest.approx(0.75 * 365, rel=1e-9)
    heavy = 0.75 * 73 + 0.75 * 0.5 * 0.75 * 365
    assert started.sel(care_form="zwaar").item() == pytest.approx(heavy, rel=1e-9)


def test_voorschoten_is_1_7_percent_of_the_children() -> None:
    """A municipality with 17 of 1,000 new children leaves the region 1.7% fewer, as expected and drawn.

    Drawn within 5 standard errors of the children lost (Poisson): a false alarm in 1.7 million.
    """
    cell = {(LEAVER, "licht"): 17.0, (STAYER, "licht"): 983.0}
    parts: dict[str, Any] = {"inflow": cell, "moves": {}}
    forms = [care_form("licht")]
    whole = region(forms, towns=TOWNS, stock=0.0, **parts)
    without = region(forms, towns=TOWNS, stock=0.0, changes=[leaves(2025)], **parts)
    ours, theirs = (js.expected(one).stays_started.sum().item() for one in (whole, without))
    assert theirs / ours == pytest.approx(1 - 0.017, rel=1e-12)
    counts = [simulated(one, draws=400).stays_started.sum().item() for one in (whole, without)]
    lost = 400 * 3 * 17.0
    assert counts[0] - counts[1] == pytest.approx(lost, abs=5 * lost**0.5)


@pytest.mark.parametrize("forms", [(), ("zwaar",), ("licht",)])
def test_the_mean_of_the_draws_is_the_closed_form(forms: tuple[str, ...]) -> None:
    """Stays with a tail, moves in a circle, a lever beside it; 5 standard errors per year and cell.

    Three volumes in 16 cells of three tests: a false alarm below 1 in 10,000.
    """
    stays = {"stay_distribution": "lognormal", "stay_mean_days": 120, "stay_sd_days": 150}
    scenario = region(
        [care_form(name, **stays) for name in FORMS],
        towns=TOWNS,
        years=4,
        inflow=60.0,
        moves={("licht", "zwaar"): 0.4, ("zwaar", "licht"): 0.3},
        levers=[lever("minder", "inflow", -0.2, "2026-07-01", care_forms=["licht"])],
        changes=[leaves(2026, 0.35, *forms), leaves(2027, 0.2)],
    )
    volumes, expected = simulated(scenario, draws=600), js.expected(scenario)
    for name in ("stays_started", "client_days", "clients_at_year_end"):
        draws = volumes[name].transpose("draw", ...)
        error = draws.std("draw", ddof=1) / 600**0.5
        apart = np.abs(draws.mean("draw") - expected[name]) / error
        assert float(apart.max()) < 5


# --- what a change is not --------------------------------------------------------------------------


def test_it_is_world_and_no_saving() -> None:
    scenario = two_towns(leaves(2026, 0.5))
    for other in (scenario.reference(), scenario.all_pxq(), scenario.reference().reference()):
        assert other.settings.changes == scenario.settings.changes
    assert quantities_hash(scenario) == quantities_hash(scenario.reference())
    assert quantities_hash(scenario) != quantities_hash(two_towns())
    assert scenario.hash != two_towns().hash
    outcome = js.run(scenario, draws=5, seed=3, progress=False)
    assert np.abs(outcome.savings["less_care"]).max() == 0.0


def test_a_provider_does_not_fill_up_what_left_the_region() -> None:
    """Refill answers to a lever on the inflow, not to a share that left: stays are lengthened alike."""
    less = lever("minder", "inflow", -0.2, "2025-01-01", care_forms=["licht"])
    task_based = {"alles": {"form": "task_based", "segments": ["zorg"], "loss_bands": []}}
    parts: dict[str, Any] = {
        "moves": {},
        "levers": [less],
        "contracts": task_based,
        "funding_response": {"task_based": {"refill": 0.5}},
        "allocation": {"keys": [], "used": "expected_use"},
    }
    stays, goes = two_towns(**parts), two_towns(leaves(2026, 0.5), **parts)
    long = {
        name: js.expected(one).sel(municipality=LEAVER, care_form="licht", year=2027)
        for name, one in (("stays", stays), ("goes", goes))
    }
    per_stay = {name: float(one.client_days / one.stays_started) for name, one in long.items()}
    assert per_stay["stays"] == pytest.approx(110, rel=1e-3), "10% longer than 100 days"
    assert per_stay["goes"] == pytest.approx(per_stay["stays"], rel=1e-9)
    assert long["goes"].stays_started == pytest.approx(0.5 * float(long["stays"].stays_started))
    alone = two_towns(leaves(2026, 0.5), **{**parts, "levers": []})
    assert not any(effect.affects == "refill" for effect in quantity_effects(alone))


def test_children_of_haaglanden_without_the_change_are_the_same_to_the_bit() -> None:
    """Without places the eight others keep every child when Den Haag takes a quarter away."""
    base = haaglanden_without_places()
    goes = base.with_changes({"changes": [leaves(2029, 0.25, town="Den Haag")]})
    before, after = (simulated(one, draws=3) for one in (base, goes))
    others = [town for town in base.municipality_names if town != "Den Haag"]
    for name in PER_CELL:
        ours, theirs = (one[name].sel(municipality=others) for one in (before, after))
        np.testing.assert_array_equal(ours, theirs, err_msg=name)
    assert (
        after.units.sel(municipality="Den Haag").sum() < before.units.sel(municipality="Den Haag").sum()
    )


# --- scarce places ---------------------------------------------------------------------------------


def test_who_leaves_makes_room_in_shared_places() -> None:
    """20 places for 30 children asked: 15 of each town. Without Aldorp all 15 of Bedum fit.

    The same draws: in each of them Bedum's children wait no longer, and in the last year hardly.
    """
    form = care_form("wonen", places=20, stay_distribution="exponential", stay_mean_days=100)
    parts: dict[str, Any] = {"towns": TOWNS, "years": 4, "inflow": 15 * 3.65, "stock": 10.0}
    stays = simulated(region([form], **parts))
    goes = simulated(region([form], changes=[leaves(2026)], **parts))
    waited = [of_town(one, STAYER, "waiting_days")[:, :, 0] for one in (stays, goes)]
    np.testing.assert_array_equal(waited[0][:, 0], waited[1][:, 0])
    assert (waited[1].sum(axis=1) < waited[0].sum(axis=1)).all()
    assert waited[1][:, 3].mean() < 0.1 * waited[0][:, 3].mean()
    days = [of_town(one, STAYER)[:, 3, 0] for one in (stays, goes)]
    assert (days[1] > days[0]).mean() > 0.9, "and more of them are in care"
