"""Waiting for scarce places beside theory: lines, waits, the impatient, priorities, forms in a row.

Contracts with places of their own over many years, of which the first are dropped. What a day brings
is the same on every day: youth follows the length of the year. Draws and contracts are independent, so
the spread of their means over the years that are left gives the error (Student's t).
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from oracles.expected_units import StayLaw
from oracles.scarce_queues import (
    Stay,
    cobham,
    erlang_b,
    exponential_stay,
    geometric_stay,
    kept_per_day,
    moments,
    one_form,
    pollaczek_khinchine,
    tandem,
    two_classes,
    wait_chances,
)
from regions import Row, care_form, region
from scipy import stats

import jeugdsim as js
from experiments.evidence import Evidence, count_fit
from jeugdsim.scenario import Scenario

START = 2025
WARM_UP = 4  # years; hundreds of stays
TOWN = "Dorp"
RARE = 1e-6  # how often the line of a chain may stand where it is cut


@dataclass(frozen=True)
class Horizon:
    """How much is simulated, and the relative error of theory it has to see."""

    draws: int
    contracts: int  # 1: the places are the region's
    years: int
    wrong: float
    seed: int


@dataclass(frozen=True)
class Replicates:
    """A number, many times independently, beside its mean in theory; its error is their own."""

    name: str
    sample: np.ndarray
    theory: float
    wrong: float  # relative

    @property
    def error(self) -> float:
        """Standard error of the mean."""
        return float(self.sample.std(ddof=1) / np.sqrt(len(self.sample)))

    @property
    def what(self) -> str:
        """Say what was found beside what."""
        found = self.sample.mean()
        z = (found - self.theory) / self.error
        return f"{self.name}: {found:.6g} for {self.theory:.6g} ({z:+.1f} standard errors)"

    def chance(self) -> float:
        """P-value, two-sided."""
        t = abs(self.sample.mean() - self.theory) / self.error
        return float(2 * stats.t.sf(t, len(self.sample) - 1))

    def power(self, alarm: float) -> float:
        """P(alarm) with the theory so far off."""
        freedom = len(self.sample) - 1
        away = self.wrong * self.theory / self.error
        return float(stats.nct.sf(stats.t.isf(alarm / 2, freedom), freedom, away))


class Lines:
    """Volumes of a long run, per day after the warm-up; a number per draw and contract."""

    def __init__(self, scenario: Scenario, horizon: Horizon) -> None:
        self.horizon = horizon
        volumes = js.simulate(scenario, draws=horizon.draws, seed=horizon.seed, progress=False)
        self.kept: xr.Dataset = volumes.isel(year=slice(WARM_UP, None))
        self.days = sum(366 if calendar.isleap(year) else 365 for year in self.kept.year.values)

    def of(self, name: str, form: str, side: str = TOWN) -> np.ndarray:
        """Return a volume as (year, replicates), of the towns that begin with this word."""
        towns = [f"{side} {number:02}" for number in range(self.horizon.contracts)]
        volume = self.kept[name].sel(care_form=form, municipality=towns)
        return volume.transpose("year", ...).to_numpy().reshape(len(volume.year), -1)

    def per_day(self, name: str, form: str, side: str = TOWN) -> np.ndarray:
        """Return a volume per day, by replicate."""
        return self.of(name, form, side).sum(axis=0) / self.days

    def claim(self, name: str, form: str, theory: float, side: str = TOWN) -> Replicates:
        """Hold a volume per day against theory."""
        label = f"{name} of {form}, {side}"
        return Replicates(label, self.per_day(name, form, side), theory, self.horizon.wrong)


def steady_lines(
    forms: list[Row],
    per_day: Mapping[Any, float],
    places: Mapping[str, int],
    horizon: Horizon,
    sides: tuple[str, ...] = (TOWN,),
    **more: Any,
) -> Lines:
    """Simulate contracts where so many children come every day, in leap years too.

    ``per_day`` by care form, or by (side, care form) where a contract has more towns than one.
    """
    years = range(START, START + horizon.years)
    youth = [1000.0 * (366 if calendar.isleap(year) else 365) / 365 for year in years]
    numbers = range(horizon.contracts)
    towns = [f"{side} {number:02}" for number in numbers for side in sides]
    inflow: dict[Any, float] = {}
    for town in towns:
        for form in (row["care_form"] for row in forms):
            inflow[town, form] = 365 * per_day.get((town.split()[0], form), per_day.get(form, 0.0))
    if horizon.contracts == 1:
        forms = [form | {"places": places.get(form["care_form"])} for form in forms]
    else:
        more["places"] = {
            (form, f"c{number:02}"): {START: level}
            for form, level in places.items()
            for number in numbers
        }
        more["contracts"] = {
            f"c{number:02}": {
                "form": "pxq",
                "segments": ["zorg"],
                "municipalities": [f"{side} {number:02}" for side in sides],
            }
            for number in numbers
        }
    scenario = region(
        forms, towns=towns, inflow=inflow, youth=youth, start=START, years=horizon.years, **more
    )
    return Lines(scenario, horizon)


def memoryless(name: str, mean: float) -> tuple[Row, Row]:
    """Return a form with geometric stays, exactly: its row and its table of P(S > d) = q^d."""
    q = 1.0 - 1.0 / mean
    longest = int(np.ceil(np.log(1e-10) / np.log(q)))
    steps = [{"days": d, "survival": q**d, "source": "A1"} for d in range(1, longest)]
    table = {f"{name}.csv": [*steps, {"days": longest, "survival": 0.0, "source": "A1"}]}
    terms = {"stay_distribution": f"empirical:{name}.csv", "stay_mean_days": None}
    return care_form(name, **terms), table


# --- one form ----------------------------------------------------------------------------------------


def one_place(terms: Row, survival: np.ndarray, use: float, horizon: Horizon) -> list[Evidence]:
    """One place, stays of any law: Pollaczek-Khinchine, exact on whole days."""
    mean, square = moments(survival)
    per_day = use / mean
    lines = steady_lines([care_form("zorg", **terms)], {"zorg": per_day}, {"zorg": 1}, horizon)
    line = per_day * pollaczek_khinchine(per_day, mean, square)
    return [
        lines.claim("waiting_days", "zorg", line),
        lines.claim("admission_wait_days", "zorg", line),
        lines.claim("client_days", "zorg", use),
        lines.claim("admissions", "zorg", per_day),
    ]


def many_places(places: int, mean: float, use: float, horizon: Horizon) -> list[Evidence]:
    """Exponential stays, c places: M/M/c on whole days, and the whole distribution of the line."""
    per_day = places * use / mean
    terms = {"stay_distribution": "exponential", "stay_mean_days": mean}
    lines = steady_lines([care_form("zorg", **terms)], {"zorg": per_day}, {"zorg": places}, horizon)
    theory, off = (
        one_form(rate, exponential_stay(mean), places, longest=100)
        for rate in (per_day, per_day * (1 + horizon.wrong / 2))
    )
    assert theory.cut < RARE
    counts = lines.of("clients_waiting_at_year_end", "zorg").astype(int).ravel()
    return [
        lines.claim("waiting_days", "zorg", theory.waiting),
        lines.claim("client_days", "zorg", theory.in_care),
        lines.claim("admissions_in_time", "zorg", theory.at_once),
        count_fit("line at year end", counts, _chances(theory.line), _chances(off.line)),
    ]


def _chances(line: np.ndarray) -> Any:
    return lambda numbers: np.where(numbers < len(line), line[np.minimum(numbers, len(line) - 1)], 0.0)


def admitted_within(
    norm: int, places: int, mean: float, use: float, horizon: Horizon
) -> list[Evidence]:
    """Geometric stays: the chance to wait at most so many days, and not at all."""
    per_day = places * use / mean
    form, table = memoryless("zorg", mean)
    waiting = {"zorg": {"admitted_within_days": norm}}
    lines = steady_lines(
        [form], {"zorg": per_day}, {"zorg": places}, horizon, waiting=waiting, empirical_stays=table
    )
    more = wait_chances(per_day, mean, places, norm + 1)
    line = one_form(per_day, geometric_stay(mean), places, longest=100).waiting
    return [
        lines.claim("admissions_in_time", "zorg", per_day * (1 - more[norm])),
        lines.claim("waiting_days", "zorg", line),
    ]


def impatient(
    form: Row,
    stay: Stay,
    per_day: float,
    places: int,
    rates: tuple[float, float],
    horizon: Horizon,
    **more: Any,
) -> list[Evidence]:
    """Who waits leaves or escalates at rates per year: Erlang A on whole days, in exact shares."""
    leaving, escalating = rates
    name = form["care_form"]
    terms: Row = {"reneging_per_year": leaving, "escalation_per_year": escalating}
    if escalating:
        terms["escalation_care_form"] = "zwaar"
    forms = [form, care_form("zwaar", stay_mean_days=3)]
    lines = steady_lines(forms, {name: per_day}, {name: places}, horizon, waiting={name: terms}, **more)
    kept = kept_per_day(leaving + escalating)
    theory = one_form(per_day, stay, places, kept=kept, longest=30)
    assert theory.cut < RARE
    share = escalating / (leaving + escalating)
    evidence: list[Evidence] = [
        lines.claim("waiting_days", name, theory.waiting),
        lines.claim("client_days", name, theory.in_care),
        lines.claim("reneged", name, (1 - share) * theory.gave_up),
    ]
    if escalating:
        evidence.append(lines.claim("escalated", name, share * theory.gave_up))
        evidence.append(lines.claim("client_days", "zwaar", 3 * share * theory.gave_up))
    return evidence


def blocked_and_lost(
    terms: Row, load: float, places: int, discrete: float, horizon: Horizon
) -> list[Evidence]:
    """Nearly nobody waits longer than a day, long stays of any law: Erlang B (insensitive).

    ``discrete`` is the share of theory that whole days, and a second day of waiting, may move.
    """
    mean = float(terms["stay_mean_days"])
    per_day = load / mean
    lines = steady_lines(
        [care_form("zorg", **terms)], {"zorg": per_day}, {"zorg": places}, horizon,
        waiting={"zorg": {"reneging_per_year": 1_000.0}},
    )  # fmt: skip
    lost = erlang_b(load, places)
    in_care = lines.per_day("client_days", "zorg")
    reneged = lines.per_day("reneged", "zorg") / per_day
    return [
        _Within("share lost", reneged, lost, horizon.wrong, slack=discrete),
        _Within("in care", in_care, load * (1 - lost), horizon.wrong, slack=discrete),
    ]


@dataclass(frozen=True)
class _Within(Replicates):
    """A mean held to lie within a small relative distance of theory, not on it."""

    slack: float

    @property
    def what(self) -> str:
        """Say what was found beside what."""
        found, off = self.sample.mean(), self.sample.mean() / self.theory - 1
        return f"{self.name}: {found:.6g} for {self.theory:.6g} ({off:+.2%}, {self.slack:.1%} allowed)"

    def chance(self) -> float:
        """P-value of the part of the distance that is not allowed."""
        away = abs(self.sample.mean() - self.theory) - self.slack * self.theory
        return float(2 * stats.t.sf(max(0.0, away) / self.error, len(self.sample) - 1))


# --- priorities --------------------------------------------------------------------------------------


def two_priorities(
    terms: Row, survival: np.ndarray, uses: tuple[float, float], horizon: Horizon
) -> list[Evidence]:
    """One place and two towns, the first before the second: Cobham, exact on whole days."""
    mean, square = moments(survival)
    rates = (uses[0] / mean, uses[1] / mean)
    lines = _two_towns(care_form("zorg", **terms), 1, rates, horizon)
    waits = cobham(rates, mean, square)
    return _by_town(lines, (rates[0] * waits[0], rates[1] * waits[1]))


def two_priorities_many_places(
    places: int, mean: float, uses: tuple[float, float], horizon: Horizon
) -> list[Evidence]:
    """Several places, geometric stays: the chain of two lines."""
    form, table = memoryless("zorg", mean)
    rates = (uses[0] * places / mean, uses[1] * places / mean)
    lines = _two_towns(form, places, rates, horizon, empirical_stays=table)
    theory = two_classes(rates, mean, places, longest=35)
    assert theory.cut < RARE
    at_once = [
        lines.claim("admissions_in_time", "zorg", share, side)
        for side, share in zip(SIDES, theory.at_once, strict=True)
    ]
    return [*_by_town(lines, theory.waiting), *at_once]


SIDES = ("Eerst", "Later")


def _two_towns(
    form: Row, places: int, rates: tuple[float, float], horizon: Horizon, **more: Any
) -> Lines:
    """Simulate lines of two towns; only children of the first have a priority, so they go first."""
    per_day = {(side, "zorg"): rate for side, rate in zip(SIDES, rates, strict=True)}
    priority = {(f"{SIDES[0]} {number:02}", "zorg"): 3 for number in range(horizon.contracts)}
    return steady_lines([form], per_day, {"zorg": places}, horizon, SIDES, priority=priority, **more)


def _by_town(lines: Lines, waiting: tuple[float, float]) -> list[Evidence]:
    return [
        lines.claim("waiting_days", "zorg", line, side)
        for side, line in zip(SIDES, waiting, strict=True)
    ]


# --- two forms in a row ------------------------------------------------------------------------------


def in_a_row(
    per_day: float,
    stays: tuple[float, float],
    places: tuple[int, int],
    *,
    moves: float,
    holds: bool,
    horizon: Horizon,
    leaving: float = 0.0,
) -> list[Evidence]:
    """Crisis and what comes after it, both scarce: the chain, with blocked places or without."""
    crisis, table = memoryless("crisis", stays[0])
    home, other = memoryless("home", stays[1])
    lines = steady_lines(
        [crisis, home],
        {"crisis": per_day},
        {"crisis": places[0], "home": places[1]},
        horizon,
        moves={("crisis", "home"): moves},
        holds=[("crisis", "home")] if holds else [],
        waiting={"crisis": {"reneging_per_year": leaving}},
        empirical_stays=table | other,
    )
    kept = kept_per_day(leaving)
    longest = 30 if holds and not leaving else 22
    theory = tandem(per_day, stays, places, moves=moves, holds=holds, kept=kept, longest=longest)
    assert theory.cut < RARE
    evidence: list[Evidence] = [
        lines.claim("waiting_days", "crisis", theory.waiting_first),
        lines.claim("waiting_days", "home", theory.waiting_second),
        lines.claim("client_days", "crisis", theory.in_first),
        lines.claim("client_days", "home", theory.in_second),
        lines.claim("admissions", "crisis", theory.admitted_first),
        lines.claim("admissions_in_time", "home", theory.second_at_once),
    ]
    if holds:
        evidence.append(lines.claim("blocked_days", "crisis", theory.waiting_second))
    if leaving:
        evidence.append(lines.claim("reneged", "crisis", theory.gave_up_first))
    return evidence


def survival_of(terms: Row) -> np.ndarray:
    """P(S > d) of a stay by the oracle, until it is negligible."""
    sd = terms.get("stay_sd_days")
    law = StayLaw(terms["stay_distribution"], float(terms["stay_mean_days"]), sd)
    return law.survival(20_000)
