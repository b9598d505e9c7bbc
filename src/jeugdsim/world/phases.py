"""How far a lever or a funding response has come on a day: its phase, from 0 to 1 (section 6)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jeugdsim.scenario.fields import Profile
from jeugdsim.world.calendar import Calendar

Array = npt.NDArray[np.float64]
_YEAR_DAYS = 365.25


def phase(days: Array, starts: int, profile: Profile, phase_in_years: float | None) -> Array:
    """Return the phase on each (possibly half) day.

    x = min(1, (d - starts) / (365.25 phase_in_years)), 0 before ``starts``; 1 from ``starts`` on for
    a step. linear x, front sqrt(x), back x^2.

    Parameters
    ----------
    days : ndarray
        Day numbers, counted from the contract's start.
    starts : int
        Day number on which the measure starts.
    profile : {"step", "linear", "front", "back"}
        Shape of the way in.
    phase_in_years : float or None
        Length of the way in, in years; None or 0 is a step.

    Examples
    --------
    >>> import numpy as np
    >>> phase(np.array([-1.0, 0.0, 365.25, 800.0]), 0, "linear", 2.0)
    array([0. , 0. , 0.5, 1. ])
    """
    begun = days >= starts
    if profile == "step" or not phase_in_years:
        return begun.astype(np.float64)
    x = np.clip((days - starts) / (_YEAR_DAYS * phase_in_years), 0.0, 1.0)
    shaped = {"linear": x, "front": np.sqrt(x), "back": x**2}[profile]
    return np.where(begun, shaped, 0.0)


def phase_by_day(
    calendar: Calendar, starts: int, profile: Profile, phase_in_years: float | None
) -> Array:
    """Return the phase on every day, shape (days,): for stays, moves and units."""
    days = np.arange(calendar.days, dtype=np.float64)
    return phase(days, starts, profile, phase_in_years)


def phase_by_month(
    calendar: Calendar, starts: int, profile: Profile, phase_in_years: float | None
) -> Array:
    """Return the phase in the middle of every month, shape (months,): for inflow."""
    middles = calendar.month_first_day + calendar.month_days / 2
    return phase(middles, starts, profile, phase_in_years)


def phase_by_year(
    calendar: Calendar, starts: int, profile: Profile, phase_in_years: float | None
) -> Array:
    """Return the mean phase over the days of every year, shape (years,): for tariffs."""
    daily = phase_by_day(calendar, starts, profile, phase_in_years)
    sums = np.add.reduceat(daily, calendar.year_first_day[:-1])
    return np.asarray(sums / calendar.year_days)


def share_of_year_begun(calendar: Calendar, starts: int) -> Array:
    """Return which part of each year lies on or after ``starts``, by days, shape (years,)."""
    remaining = calendar.year_first_day[1:] - starts
    return np.clip(remaining / calendar.year_days, 0.0, 1.0)
