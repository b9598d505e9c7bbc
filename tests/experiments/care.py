"""Children in one or two care forms: days, clients and how years hang together, beside theory."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import xarray as xr
from oracles.expected_units import StayLaw
from oracles.queues import Visits, passed_on, still_in_care, visits
from regions import Row, care_form, lever, region

import jeugdsim as js
from experiments.evidence import (
    Evidence,
    covariance_claim,
    mean_claim,
    poisson_evidence,
    variance_claim,
)
from jeugdsim.scenario import Scenario

TOWNS = tuple(f"Dorp {number:02}" for number in range(20))
YEAR = 365


@dataclass(frozen=True)
class Size:
    """How large an experiment is, and the relative error of theory it has to see.

    Every town of every draw is a replicate: nothing connects them where all is certain.
    """

    draws: int
    wrong: float
    seed: int


def simulated(scenario: Scenario, size: Size) -> xr.Dataset:
    """Simulate volumes."""
    return js.simulate(scenario, draws=size.draws, seed=size.seed, chunk_draws=500, progress=False)


def replicates(volumes: xr.Dataset, name: str, form: str = "zorg") -> np.ndarray:
    """Return a volume of a form as (years, replicates): towns and draws together."""
    by_year = volumes[name].sel(care_form=form)
    if "year" not in by_year.dims:
        return by_year.to_numpy().reshape(1, -1)
    ordered = by_year.transpose("year", "draw", "municipality").to_numpy()
    return ordered.reshape(len(ordered), -1)


def law_of(terms: Row) -> StayLaw:
    """Return the whole-day stay by the oracle."""
    return StayLaw(
        terms["stay_distribution"], float(terms["stay_mean_days"]), terms.get("stay_sd_days")
    )


def balanced_care(terms: Row, size: Size, per_year: float = 20.0) -> list[Evidence]:
    """One form in balance, three years: client days and clients, and their covariances."""
    scenario = region([care_form("zorg", **terms)], towns=TOWNS, inflow=per_year)
    volumes = simulated(scenario, size)
    law = law_of(terms)
    per_day = per_year / YEAR
    stays = visits(law, np.full(3 * YEAR, per_day), per_day * law.mean)
    stock = per_day * law.mean
    evidence = client_days(replicates(volumes, "client_days"), stays, size.wrong)
    at_start = replicates(volumes, "clients_at_start")[0]
    evidence += poisson_evidence("start", at_start, stock, size.wrong)
    at_end, in_year = (replicates(volumes, name) for name in ("clients_at_year_end", "clients_in_year"))
    for y in range(3):
        evidence += poisson_evidence(f"end of year {y}", at_end[y], stock, size.wrong)
        # Who is there on 1 January, and who enters on one of the 364 days after.
        expected = stock + (YEAR - 1) * per_day
        evidence += poisson_evidence(f"in year {y}", in_year[y], expected, size.wrong)
    return evidence


def client_days(days: np.ndarray, stays: Visits, wrong: float) -> list[Evidence]:
    """Mean and variance of every year's client days, and the covariance of every two years.

    A covariance has to be seen when the correlation is off by ``wrong``.
    """
    theory = [stays.days_within(YEAR * y, YEAR * (y + 1)) for y in range(len(days))]
    variance = [stays.cumulant(d, d) for d in theory]
    evidence: list[Evidence] = []
    for y, d in enumerate(theory):
        mean, fourth = stays.cumulant(d), stays.cumulant(d, d, d, d)
        evidence.append(mean_claim(f"mean days of year {y}", days[y], mean, variance[y], wrong))
        evidence.append(
            variance_claim(f"variance of days of year {y}", days[y], variance[y], fourth, wrong)
        )
    for y, z in combinations(range(len(days)), 2):
        d, e = theory[y], theory[z]
        evidence.append(
            covariance_claim(
                f"covariance of days of years {y} and {z}",
                (days[y], days[z]),
                stays.cumulant(d, e),
                (variance[y], variance[z]),
                stays.cumulant(d, d, e, e),
                wrong,
            )
        )
    return evidence


def starting_empty(terms: Row, size: Size, per_year: float = 30.0) -> list[Evidence]:
    """Nobody in care on the day before the start; 2027-2029, of which 2028 is a leap year."""
    scenario = region([care_form("zorg", **terms)], towns=TOWNS, inflow=per_year, stock=0.0, start=2027)
    volumes = simulated(scenario, size)
    at_end, days = (replicates(volumes, name) for name in ("clients_at_year_end", "client_days"))
    lengths = np.array([365, 366, 365])
    per_day = np.repeat(per_year / lengths, lengths)
    law = law_of(terms)
    more = law.survival(len(per_day))
    in_care = np.convolve(per_day, more)[: len(per_day)]  # entered s days ago and stays longer
    stays = visits(law, per_day, 0.0)
    ends = np.cumsum(lengths)
    evidence: list[Evidence] = []
    for y, (end, length) in enumerate(zip(ends, lengths, strict=True)):
        evidence += poisson_evidence(f"end of year {y}", at_end[y], in_care[end - 1], size.wrong)
        d = stays.days_within(end - length, end)
        expected = in_care[end - length : end].sum()
        evidence.append(
            mean_claim(f"mean days of year {y}", days[y], expected, stays.cumulant(d, d), size.wrong)
        )
    for y, end in enumerate(ends[:-1]):
        later = ends[y + 1]
        both = float(np.sum(per_day[:end] * more[later - 1 - np.arange(end)]))
        name = f"in care at both ends of year {y + 1}"
        means = (in_care[end - 1], in_care[later - 1])
        evidence.append(shared(name, (at_end[y], at_end[y + 1]), both, means, size.wrong))
    return evidence


def shared(
    name: str,
    counts: tuple[np.ndarray, np.ndarray],
    both: float,
    means: tuple[float, float],
    wrong: float,
) -> Evidence:
    """Hold the covariance of two Poisson counts to be the expected number counted in both."""
    return covariance_claim(name, counts, both, means, both, wrong)


def tandem(
    first: Row, second: Row, size: Size, *, move: float = 0.6, less: float = 0.0
) -> list[Evidence]:
    """Two forms in a row, in balance; a lever takes away a part of the moves from 2026 on.

    Numbers in care on one day are independent Poisson counts, also when moves are thinned; the first
    form's number and the second's a year later share the children who moved in between.
    """
    forms = [care_form("a", **first), care_form("b", **second)]
    levers = [lever("minder", "move", -less, "2026-01-01", to="b") | {"from": "a"}] if less else []
    per_year = 40.0
    scenario = region(
        forms,
        towns=TOWNS,
        inflow={"a": per_year, "b": 0.0},
        moves={("a", "b"): move},
        levers=levers,
    )
    volumes = simulated(scenario, size)
    a, b = law_of(first), law_of(second)
    per_day = per_year / YEAR
    in_a, in_b = (replicates(volumes, "clients_at_year_end", form) for form in ("a", "b"))
    # Who is in b has moved, on some day, and stays longer than the days since.
    chance = np.where(np.arange(3 * YEAR) < YEAR, move, move * (1 - less))
    moved = np.convolve(per_day * chance, b.survival(3 * YEAR))
    before = per_day * move * still_in_care(b, 3 * YEAR + 1)
    mean_a = per_day * a.mean
    mean_b = [float(moved[YEAR * y - 1] + before[YEAR * y]) for y in (1, 2, 3)]
    both = per_day * move * (1 - less) * passed_on(a, b, YEAR)
    evidence: list[Evidence] = []
    for y in range(3):
        means, counts = (mean_a, mean_b[y]), (in_a[y], in_b[y])
        evidence += poisson_evidence(f"a at the end of year {y}", in_a[y], mean_a, size.wrong)
        evidence += poisson_evidence(f"b at the end of year {y}", in_b[y], mean_b[y], size.wrong)
        evidence.append(shared(f"a and b at the end of year {y}", counts, 0.0, means, size.wrong))
    for y in (0, 1):
        means, counts = (mean_a, mean_b[y + 1]), (in_a[y], in_b[y + 1])
        evidence.append(shared(f"a after year {y}, b a year later", counts, both, means, size.wrong))
    return evidence
