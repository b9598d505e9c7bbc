"""Growth that fades, levers on their way in, and the calendar under both; all worked out by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

import numpy as np
import pytest

from jeugdsim.world.calendar import make_calendar
from jeugdsim.world.growth import growth_factor
from jeugdsim.world.phases import (
    phase,
    phase_by_day,
    phase_by_month,
    phase_by_year,
    share_of_year_begun,
)

Profile = Literal["step", "linear", "front", "back"]
CALENDAR = make_calendar((2027, 2028, 2029))


# --- growth --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("growth", "fade", "years", "wanted"),
    [
        (0.10, 0.0, 0, 1.0),
        (0.10, 0.0, 3, 1.331),
        (0.10, 0.5, 1, 1.10),
        (0.10, 0.5, 3, 1.10 * 1.05 * 1.025),
        (0.10, 1.0, 4, 1.10),
        (-0.20, 0.2, 2, 0.8 * (1 - 0.16)),
        (0.25, 0.5, -1, 0.8),
        (0.25, 0.5, -2, 0.64),
        (-1.0, 0.0, 2, 0.0),
    ],
)
def test_growth_by_hand(growth: float, fade: float, years: int, wanted: float) -> None:
    """Fade acts from the second year on and not before demand_year: there 1/(1 + g)^n."""
    level = growth_factor(np.array([growth]), np.array([fade]), years)
    assert level[0] == pytest.approx(wanted, rel=1e-14)


def test_growth_is_drawn_per_draw() -> None:
    level = growth_factor(np.array([0.0, 0.1, 0.1]), np.array([0.3, 0.0, 0.5]), 2)
    np.testing.assert_allclose(level, [1.0, 1.21, 1.155], rtol=1e-14)


# --- phases --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "quarter", "half"),
    [("linear", 0.25, 0.5), ("front", 0.5, 0.5**0.5), ("back", 0.0625, 0.25), ("step", 1.0, 1.0)],
)
def test_a_quarter_and_half_of_the_way_in(profile: Profile, quarter: float, half: float) -> None:
    """Two years from day 100 on: 730.5 days; nothing the day before, all of it from the end on."""
    days = np.array([-50.0, 99.0, 100.0, 100 + 730.5 / 4, 100 + 365.25, 830.5, 831.0, 5_000.0])
    first = 1.0 if profile == "step" else 0.0
    wanted = [0.0, 0.0, first, quarter, half, 1.0, 1.0, 1.0]
    np.testing.assert_allclose(phase(days, 100, profile, 2.0), wanted, rtol=1e-14)


@pytest.mark.parametrize("profile", ["linear", "front", "back"])
def test_without_a_length_every_profile_is_a_step(profile: Profile) -> None:
    days = np.array([99.0, 100.0, 101.0])
    for length in (None, 0.0):
        assert phase(days, 100, profile, length).tolist() == [0.0, 1.0, 1.0]


def test_a_phase_by_day_starts_on_its_day() -> None:
    daily = phase_by_day(CALENDAR, 365, "linear", 1.0)
    assert daily.shape == (365 + 366 + 365,)
    assert (daily[:366] == 0).all(), "on its first day a linear way in still stands at 0"
    assert daily[366] == pytest.approx(1 / 365.25)
    assert daily[365 + 365] == pytest.approx(365 / 365.25)
    assert (daily[365 + 366 :] == 1).all()


def test_inflow_takes_the_phase_of_the_middle_of_the_month() -> None:
    """Linear over a year from 15 April 2027 (day 104); May is days 120 to 150, its middle 135.5.

    The middle of April, day 90 + 15 = 105, lies a day after the start.
    """
    monthly = phase_by_month(CALENDAR, 104, "linear", 1.0)
    assert monthly[:3].tolist() == [0.0, 0.0, 0.0]
    assert monthly[3] == pytest.approx(1 / 365.25)
    assert monthly[4] == pytest.approx(31.5 / 365.25)
    # April 2028: 365 + 91 + 15 = 471; 367 days after the start it is complete.
    assert monthly[14] == pytest.approx((365 + 31 + 29 + 15.5 - 104) / 365.25)
    assert (monthly[15:] == 1).all()


def test_a_step_within_a_month_takes_all_of_its_inflow_or_none() -> None:
    """April's middle is day 105: a start on day 105 takes April, on day 106 only May."""
    assert phase_by_month(CALENDAR, 105, "step", None)[3] == 1
    assert phase_by_month(CALENDAR, 106, "step", None)[3] == 0
    # February 2028 has 29 days: its middle is half way through day 365 + 31 + 14 = 410.
    assert phase_by_month(CALENDAR, 410, "step", None)[13] == 1
    assert phase_by_month(CALENDAR, 411, "step", None)[13] == 0


def test_tariffs_take_the_mean_phase_over_the_days_of_the_year() -> None:
    """A step on 1 July 2028 leaves 184 of 366 days; a linear year from 1 January 2028 half of them."""
    july = 365 + 182
    np.testing.assert_allclose(
        phase_by_year(CALENDAR, july, "step", None), [0.0, 184 / 366, 1.0], rtol=1e-14
    )
    linear = phase_by_year(CALENDAR, 365, "linear", 1.0)
    assert linear[1] == pytest.approx(sum(min(1, d / 365.25) for d in range(366)) / 366)
    assert linear.tolist()[::2] == [0.0, 1.0]


@pytest.mark.parametrize(
    ("starts", "wanted"),
    [
        (0, [1.0, 1.0, 1.0]),
        (-400, [1.0, 1.0, 1.0]),
        (104, [261 / 365, 1.0, 1.0]),
        (365, [0.0, 1.0, 1.0]),
        (365 + 60, [0.0, 306 / 366, 1.0]),
        (5_000, [0.0, 0.0, 0.0]),
    ],
)
def test_a_lever_costs_money_pro_rata_of_days(starts: int, wanted: list[float]) -> None:
    """15 April 2027 leaves 261 of 365 days, 1 March 2028 leaves 306 of 366."""
    np.testing.assert_allclose(share_of_year_begun(CALENDAR, starts), wanted, rtol=1e-14)


# --- calendar ------------------------------------------------------------------------------------


def test_the_calendar_is_that_of_the_standard_library() -> None:
    """40 years day by day, the leap years 2028 to 2064 in it."""
    years = tuple(range(2027, 2067))
    calendar = make_calendar(years)
    first = date(2027, 1, 1)
    dates = [first + timedelta(days=d) for d in range(calendar.days)]
    assert dates[-1] == date(2066, 12, 31)
    assert calendar.day_year().tolist() == [day.year - 2027 for day in dates]
    starts = [(day - first).days for day in dates if day.day == 1]
    assert calendar.month_first_day.tolist() == starts
    assert calendar.month_days.tolist() == np.diff([*starts, calendar.days]).tolist()
    assert calendar.month_year.tolist() == [day.year - 2027 for day in dates if day.day == 1]
    assert calendar.year_days.tolist() == [366 if year % 4 == 0 else 365 for year in years]
    assert len(set(calendar.month_number.tolist())) == 480
    assert calendar.day_of(date(2028, 3, 1)) == 365 + 60
    assert calendar.day_of(date(2026, 12, 31)) == -1


def test_a_month_keeps_its_number_whatever_the_first_year() -> None:
    """The number is part of the address of a child's random numbers."""
    early, late = make_calendar((2025, 2026, 2027)), make_calendar((2027, 2028))
    np.testing.assert_array_equal(early.month_number[24:], late.month_number[:12])
