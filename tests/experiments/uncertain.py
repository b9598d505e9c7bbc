"""A rate of inflow that nobody knows: variance of care = variance of children + variance of the rate.

Rates are Latin hypercube draws, a little more even than independent ones, so the errors below (for
independent draws) are somewhat too wide and alarms somewhat rarer than stated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from oracles.queues import Visits, visits
from regions import Row, care_form, region
from scipy import stats

from experiments.care import TOWNS, YEAR, Size, law_of, replicates, simulated
from experiments.evidence import Claim, Evidence, count_fit, mean_claim


@dataclass(frozen=True)
class LognormalRate:
    """Children per year, lognormal; nodes and weights of a quadrature over it."""

    mean: float
    cv: float

    @property
    def nodes(self) -> tuple[np.ndarray, np.ndarray]:
        """Rates and their weights (Gauss-Hermite)."""
        z, weight = np.polynomial.hermite_e.hermegauss(60)
        sigma = np.sqrt(np.log1p(self.cv**2))
        return self.mean * np.exp(sigma * z - sigma**2 / 2), weight / weight.sum()

    @property
    def variance(self) -> float:
        """Variance of the rate."""
        return (self.cv * self.mean) ** 2


def care_at_an_uncertain_rate(terms: Row, size: Size, cv: float = 0.25) -> list[Evidence]:
    """Client days of two years and clients at their ends, at one rate per town and draw."""
    rate = LognormalRate(20.0, cv)
    scenario = region(
        [care_form("zorg", **terms)],
        towns=TOWNS,
        inflow={"zorg": {"mean": rate.mean, "cv": cv}},
        years=2,
    )
    volumes = simulated(scenario, size)
    drawn = np.concatenate(
        [
            volumes.parameters.sel(parameter=f"demand.{town}.zorg.inflow_per_1000_youth").to_numpy()
            for town in TOWNS
        ]
    )
    # Replicates run through the towns within a draw; rates were gathered town by town.
    drawn = drawn.reshape(len(TOWNS), -1).T.ravel()
    law = law_of(terms)
    per_child = visits(law, np.full(2 * YEAR, 1 / YEAR), law.mean / YEAR)  # at one child a year
    days = replicates(volumes, "client_days").astype(float)
    theory = [per_child.days_within(YEAR * y, YEAR * (y + 1)) for y in range(2)]
    evidence: list[Evidence] = []
    for y, d in enumerate(theory):
        name, mean = f"days of year {y}", rate.mean * per_child.cumulant(d)
        both = total_covariance(name, (days[y], days[y]), (d, d), per_child, rate, size.wrong)
        evidence += [mean_claim(name, days[y], mean, both.theory, size.wrong), both]
        evidence += in_parts(name, days[y], drawn, d, per_child, size.wrong)
    first, second = theory
    name, both_years = "days of both years", (days[0], days[1])
    evidence.append(total_covariance(name, both_years, (first, second), per_child, rate, size.wrong))
    for y, counts in enumerate(replicates(volumes, "clients_at_year_end")):
        evidence.append(mixed_count(f"end of year {y}", counts, law.mean / YEAR, rate, size.wrong))
    return evidence


def total_covariance(
    name: str,
    samples: tuple[np.ndarray, np.ndarray],
    values: tuple[np.ndarray, np.ndarray],
    per_child: Visits,
    rate: LognormalRate,
    wrong: float,
) -> Claim:
    """Hold a covariance to be E[rate] x cumulant + variance of the rate x the product of means.

    The error from the fourth moment, given the rate and averaged over it.
    """
    x, y = values
    rates, weights = rate.nodes
    a, b = ((rates - rate.mean) * per_child.cumulant(value) for value in (x, y))
    k20, k02, k11, k21, k12, k22 = (
        rates * per_child.cumulant(*[x] * i, *[y] * j)
        for i, j in ((2, 0), (0, 2), (1, 1), (2, 1), (1, 2), (2, 2))
    )
    given_rate = (
        (a * b) ** 2 + a**2 * k02 + b**2 * k20 + 4 * a * b * k11
        + 2 * a * k12 + 2 * b * k21 + k22 + k20 * k02 + 2 * k11**2
    )  # fmt: skip
    covariance = rate.mean * per_child.cumulant(x, y)
    covariance += rate.variance * per_child.cumulant(x) * per_child.cumulant(y)
    error = np.sqrt((weights @ given_rate - covariance**2) / len(samples[0]))
    found = float(np.cov(*samples)[0, 1])
    return Claim(f"covariance, {name}", found, covariance, error, wrong * covariance)


def in_parts(
    name: str, days: np.ndarray, drawn: np.ndarray, value: np.ndarray, per_child: Visits, wrong: float
) -> list[Evidence]:
    """Hold the two parts alone: spread about the mean at the drawn rate, and its slope on the rate."""
    mean, variance, fourth = (per_child.cumulant(*[value] * order) for order in (1, 2, 4))
    squares = (days - drawn * mean) ** 2 / (drawn * variance)
    spread = 2 + fourth / variance**2 * float(np.mean(1 / drawn))
    apart = drawn - drawn.mean()
    slope = float(apart @ days / (apart @ apart))
    error = float(np.sqrt(apart**2 @ (drawn * variance)) / (apart @ apart))
    return [
        Claim(f"{name}, within", squares.mean(), 1.0, np.sqrt(spread / len(days)), wrong),
        Claim(f"{name}, slope on the rate", slope, mean, error, wrong * mean),
    ]


def mixed_count(
    name: str, counts: np.ndarray, per_child: float, rate: LognormalRate, wrong: float
) -> Evidence:
    """Hold a count to be Poisson with a lognormal mean; ``wrong`` is seen in its cv as in its mean."""
    rates, weights = rate.nodes

    def chances(numbers: np.ndarray, factor: float) -> np.ndarray:
        return stats.poisson.pmf(numbers[:, None], factor * rates * per_child) @ weights

    return count_fit(name, counts, lambda n: chances(n, 1.0), lambda n: chances(n, 1 + wrong))
