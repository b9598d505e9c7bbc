"""Expected quantities with every assumption at its mean: an exact day-by-day calculation.

MODEL section 2 for the reference: no places, levers, responses, season or shocks. Per
municipality one walks through the days: what enters, what ends on the day, what moves on. A stay
that begins on day t ends on day t + S with the exact whole-day chances of S, so the answer is
exact up to rounding.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.stats import lognorm

from . import money
from .folder import Folder

# Stays longer than this have a chance below rounding in every test scenario.
LONGEST = 150_000


@dataclass(frozen=True)
class StayLaw:
    """The whole-day stay S of one care form (MODEL section 2)."""

    family: str
    mean: float
    sd: float | None

    def chance_of_more(self, x: np.ndarray) -> np.ndarray:
        """P(X >= x) of the continuous stay X (lognormal or exponential, with the stated mean)."""
        if self.family == "exponential":
            return np.exp(-x / self.mean)
        assert self.family == "lognormal"
        assert self.sd is not None
        sigma = math.sqrt(math.log(1.0 + (self.sd / self.mean) ** 2))
        return lognorm.sf(x, sigma, scale=self.mean * math.exp(-(sigma**2) / 2))

    def survival(self, days: int, factor: float = 1.0, c: float | None = None) -> np.ndarray:
        """P(S > d) for d = 0 .. days - 1, with X scaled by `factor`.

        S = max(1, floor(c f X + 1/2)), so for d >= 1: S > d is S >= d + 1 is X >= (d + 1/2)/(c f).
        A fixed stay f d is floor(f d), plus 1 with chance its fraction, at least 1.
        """
        day = np.arange(days)
        if self.family == "fixed":
            whole = math.floor(factor * self.mean)
            fraction = factor * self.mean - whole
            shorter, longer = max(1, whole), max(1, whole + 1)
            return (1.0 - fraction) * (shorter > day) + fraction * (longer > day)
        scale = (self.c if c is None else c) * factor
        chance = self.chance_of_more((day + 0.5) / scale)
        chance[0] = 1.0
        return chance

    def whole_day_mean(self, c: float) -> float:
        """E[S] = sum over d >= 0 of P(S > d)."""
        return float(np.sum(self.survival(LONGEST, c=c)))

    @property
    def c(self) -> float:
        """The scale that makes E[S] the stated mean, by halving an interval."""
        key = (self.family, self.mean, self.sd)
        if key not in _SOLVED:
            low, high = 1e-3, 2.0
            for _ in range(55):
                middle = (low + high) / 2
                if self.whole_day_mean(middle) < self.mean:
                    low = middle
                else:
                    high = middle
            _SOLVED[key] = (low + high) / 2
        return _SOLVED[key]


_SOLVED: dict[tuple[str, float, float | None], float] = {}


@dataclass(frozen=True)
class Expected:
    """Expected values; arrays are (year, municipality, care form), names as in the folder."""

    units: np.ndarray
    client_days: np.ndarray
    stays_started: np.ndarray
    stays_ended: np.ndarray
    clients_at_year_end: np.ndarray
    clients_in_year: np.ndarray  # only right where a child cannot return to a form (no cycles)
    youth_in_year: np.ndarray  # (year, municipality)
    clients_at_start: np.ndarray  # (municipality, care form)


def stay_law(folder: Folder, form: str) -> StayLaw:
    """Take the stay of a care form at the mean of its stated numbers."""
    row = folder.forms[form]
    sd = row["stay_sd_days"]
    mean = money.mean_of(row["stay_mean_days"])
    return StayLaw(row["stay_distribution"], mean, None if sd is None else float(sd))


def move_chances(folder: Folder, municipality: str) -> np.ndarray:
    """P(from, to) in this municipality; a move to a form it does not buy ends the care."""
    forms = folder.care_forms
    chances = np.zeros((len(forms), len(forms)))
    for (origin, destination), chance in folder.moves.items():
        if (municipality, destination) in folder.demand:
            chances[forms.index(origin), forms.index(destination)] = money.mean_of(chance)
    return chances


def growth(folder: Folder, name: str, year: int) -> float:
    """Take the mean growth factor of inflow, stay or units in a year (MODEL 1)."""
    yearly = money.mean_of(folder.world.get(f"{name}_growth_per_year", 0.0))
    fade = money.mean_of(folder.world.get("growth_fade_per_year", 0.0))
    return money.growth_factor(yearly, fade, year, folder.demand_year)


def daily_inflow(folder: Folder, municipality: str, form: str, year: int) -> float:
    """Children per day from outside (MODEL 2).

    A month gets youth/1000 x rate x days in month / days in year, spread evenly over its days, so
    without a season every day of the year gets the same.
    """
    if (municipality, form) not in folder.demand:
        return 0.0
    rate = money.mean_of(folder.demand[municipality, form]["inflow_per_1000_youth"])
    youth = folder.population[municipality, year]["youth"]
    per_year = youth / 1000 * rate * growth(folder, "inflow", year)
    return per_year / money.days_in_year(year)


def start_stock(folder: Folder, municipality: str) -> np.ndarray:
    """Clients in care on the day before the start, per care form (MODEL 2).

    Stationary: arrivals of every form = own inflow + what moves in; stock = arrivals x mean stay
    (Little). Growth of inflow to the first year counts, growth of stays does not. A given number
    counts for its own form only.
    """
    forms = folder.care_forms
    outside = np.array([daily_inflow(folder, municipality, form, folder.start.year) for form in forms])
    moves = move_chances(folder, municipality)
    arrivals = np.linalg.solve(np.eye(len(forms)) - moves.T, outside)
    stock = np.zeros(len(forms))
    for number, form in enumerate(forms):
        if (municipality, form) not in folder.demand:
            continue
        given = folder.demand[municipality, form]["clients_at_start"]
        stationary = arrivals[number] * stay_law(folder, form).mean
        stock[number] = stationary if given is None else money.mean_of(given)
    return stock


def expected_units(folder: Folder) -> Expected:
    """Walk through the days of the scenario, municipality by municipality."""
    forms, years, towns = folder.care_forms, folder.years, folder.municipalities
    first = folder.start.toordinal()
    assert folder.start == date(folder.start.year, 1, 1)
    number_of_days = sum(money.days_in_year(year) for year in years)
    year_of_day = [date.fromordinal(first + day).year for day in range(number_of_days)]

    laws = [stay_law(folder, form) for form in forms]
    # Chance that a stay begun in a year lasts exactly s days, for s = 0 .. number_of_days.
    lasts = {}
    for year in years:
        stretch = growth(folder, "stay", year)
        for k, law in enumerate(laws):
            survival = law.survival(number_of_days + 1, stretch)
            lasts[year, k] = np.concatenate([[0.0], survival[:-1] - survival[1:]])
    # Chance that someone of the start stock has exactly r days left: P(S > r)/E[S], unscaled.
    left = [law.survival(number_of_days) / law.mean for law in laws]

    shape = (len(years), len(towns), len(forms))
    units, client_days, started, ended, at_end, in_year = (np.zeros(shape) for _ in range(6))
    youth = np.zeros(shape[:2])
    stock = np.zeros(shape[1:])

    for m, town in enumerate(towns):
        moves = move_chances(folder, town)
        stock[m] = start_stock(folder, town)
        outside = {
            year: np.array([daily_inflow(folder, town, form, year) for form in forms]) for year in years
        }
        begins = np.zeros((len(forms), number_of_days))
        ends = np.zeros((len(forms), number_of_days))
        for k in range(len(forms)):
            ends[k] += stock[m, k] * left[k]
        for day in range(number_of_days):
            # Every stay lasts at least a day, so what ends today is complete by now.
            begins[:, day] = outside[year_of_day[day]] + moves.T @ ends[:, day]
            for k in range(len(forms)):
                chances = lasts[year_of_day[day], k]
                ends[k, day:] += begins[k, day] * chances[: number_of_days - day]

        in_care = stock[m][:, None] + np.cumsum(begins, axis=1) - np.cumsum(ends, axis=1)
        before = stock[m].copy()
        for y, year in enumerate(years):
            days = [day for day in range(number_of_days) if year_of_day[day] == year]
            new_year = days[0]
            started[y, m] = begins[:, days].sum(axis=1)
            ended[y, m] = ends[:, days].sum(axis=1)
            client_days[y, m] = in_care[:, days].sum(axis=1)
            at_end[y, m] = in_care[:, days[-1]]
            # Who was in care on 31 December and ends on 1 January has no day in the new year.
            in_year[y, m] = before - ends[:, new_year] + started[y, m]
            gone = ends[:, new_year] * (1.0 - moves.sum(axis=1))
            entered = outside[year].sum() * len(days)
            youth[y, m] = before.sum() - gone.sum() + entered
            before = at_end[y, m]
            for k, form in enumerate(forms):
                if folder.forms[form]["unit"] == "traject":
                    units[y, m, k] = started[y, m, k]
                else:
                    per_day = money.mean_of(folder.forms[form]["units_per_day"])
                    units[y, m, k] = client_days[y, m, k] * per_day * growth(folder, "units", year)

    youth /= float(folder.toml.get("trajectories_per_youth", 1.0))
    return Expected(
        units=units,
        client_days=client_days,
        stays_started=started,
        stays_ended=ended,
        clients_at_year_end=at_end,
        clients_in_year=in_year,
        youth_in_year=youth,
        clients_at_start=stock,
    )


def expected_reference_cost(folder: Folder) -> dict[tuple[str, str], float]:
    """MODEL 4 and 5: expected units x tariffs of the first year, in euros of price_year.

    One number per row of demand.csv: (municipality, care form).
    """
    units = expected_units(folder).units[0]
    return {
        (town, form): units[m, k] * money.mean_of(folder.forms[form]["tariff"])
        for m, town in enumerate(folder.municipalities)
        for k, form in enumerate(folder.care_forms)
        if (town, form) in folder.demand
    }
