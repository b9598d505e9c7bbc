"""What a year of care costs, as a distribution: compound Poisson sums settled by the library."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from oracles.expected_units import StayLaw
from oracles.queues import Visits, compound_poisson, lognormal_grid, visits
from regions import Row, care_form, region

import jeugdsim as js
from experiments.care import TOWNS, YEAR, Size, simulated
from experiments.evidence import Claim, Distance, Evidence, mean_claim, poisson_evidence
from jeugdsim.scenario import Scenario

TARIFF = 100.0
GRID = (0.5, 2**15)  # euros and cells for one-day stays: beyond 16,000 lies 1 in 100,000
PERCENTILES = (0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99)


@dataclass(frozen=True)
class Amounts:
    """Chances of a sum of money on a grid: chances[k] of k steps, give or take half a step."""

    chances: np.ndarray
    step: float

    @property
    def euros(self) -> np.ndarray:
        """The amounts."""
        return np.arange(len(self.chances)) * self.step

    def mean(self, of: np.ndarray | None = None) -> float:
        """Return the expectation of the amount, or of a function of it given on the grid."""
        return float(self.chances @ (self.euros if of is None else of))

    def variance(self, of: np.ndarray | None = None) -> float:
        """Variance of the same."""
        values = self.euros if of is None else of
        return float(self.chances @ values**2 - (self.chances @ values) ** 2)

    def below(self) -> np.ndarray:
        """P(amount <= k steps and a half)."""
        return np.cumsum(self.chances)


def one_day_cost(per_year: float, cv: float, step: float, cells: int) -> Amounts:
    """Cost of a year of stays of one day, one unit of mean 1 each: Poisson many lognormal amounts."""
    grid = lognormal_grid(TARIFF, cv, step, cells)
    return Amounts(compound_poisson(per_year * grid), step)


CostOfOneDayStays = Callable[[float, float, float, int], Amounts]


def sizes_of_days(
    stays: Visits, start: int, stop: int, cv: float, step: float, cells: int
) -> np.ndarray:
    """Return the expected number of stays per cost of their days from start to stop - 1.

    Stays with o days there cost o x a lognormal amount.
    """
    days = stays.days_within(start, stop)
    expected = np.bincount(days, stays.weight, minlength=stop - start + 1)
    sizes = np.zeros(cells)
    for overlap in np.flatnonzero(expected[1:]) + 1:
        sizes += expected[overlap] * lognormal_grid(overlap * TARIFF, cv, step, cells)
    return sizes


def distribution_evidence(
    name: str, sample: np.ndarray, theory: Amounts, otherwise: Amounts, wrong: float
) -> list[Evidence]:
    """Mean, percentiles and Kolmogorov distance of a sample, beside a distribution on a grid.

    The distance is taken at the middles between grid points; ``otherwise`` is the wrong theory that it
    has to see, and every percentile is seen when off by ``wrong`` of itself.
    """
    below, draws = theory.below(), len(sample)
    middles = theory.euros + theory.step / 2
    found_below = np.searchsorted(np.sort(sample), middles, side="right") / draws
    evidence: list[Evidence] = [
        mean_claim(f"{name}, mean", sample, theory.mean(), theory.variance(), wrong),
        Distance(
            f"{name}, distribution",
            float(np.abs(found_below - below).max()),
            draws,
            float(np.abs(below - otherwise.below()).max()),
        ),
    ]
    for percentile in PERCENTILES:
        at = int(np.searchsorted(below, percentile))
        around = slice(at - 20, at + 21)
        density = theory.chances[around].mean() / theory.step
        error = np.sqrt(below[at] * (1 - below[at]) / draws) / density
        found = float(np.quantile(sample, below[at]))
        label = f"{name}, P{100 * percentile:g}"
        evidence.append(Claim(label, found, middles[at], error, wrong * middles[at]))
    return evidence


def contract_per_town(**terms: Any) -> dict[str, Any]:
    """Give every town a contract of its own, so that towns and draws are the replicates."""
    return {
        f"contract {town}": {
            "segments": ["zorg"],
            "municipalities": [town],
            "use_registered": True,
            **terms,
        }
        for town in TOWNS
    }


def payments(volumes: xr.Dataset, scenario: Scenario) -> np.ndarray:
    """Settle and return the payments as (years, replicates)."""
    payment = js.settle(volumes, scenario).payment.transpose("year", "draw", "contract").to_numpy()
    return payment.reshape(len(payment), -1)


def trajectories(size: Size, per_year: float = 18.0) -> list[Evidence]:
    """Trajectories at a fixed tariff: the cost of a year is the tariff times a Poisson count.

    The stock at the start brings none.
    """
    form = care_form(
        "diagnostiek",
        unit="traject",
        tariff=2_400.0,
        stay_distribution="lognormal",
        stay_mean_days=90,
        stay_sd_days=45,
    )
    contracts = contract_per_town(form="pxq")
    scenario = region([form], towns=TOWNS, inflow=per_year, contracts=contracts)
    paid = payments(simulated(scenario, size), scenario)
    evidence: list[Evidence] = []
    for year, euros in enumerate(paid):
        counts = np.rint(euros / 2_400.0).astype(int)
        assert np.allclose(counts * 2_400.0, euros)
        evidence += poisson_evidence(f"year {year}", counts, per_year, size.wrong)
    return evidence


def one_day_form(cv: float) -> Row:
    """Stays of one day: what is spent on a child falls within the year."""
    return care_form("zorg", stay_mean_days=1, units_cv=cv, tariff=TARIFF)


def one_day_stays(
    size: Size, calculate: CostOfOneDayStays = one_day_cost, per_year: float = 12.0, cv: float = 1.5
) -> list[Evidence]:
    """Cost of stays of one day with unequal intensities: compound Poisson, three years alike."""
    contracts = contract_per_town(form="pxq")
    scenario = region([one_day_form(cv)], towns=TOWNS, inflow=per_year, stock=0.0, contracts=contracts)
    paid = payments(simulated(scenario, size), scenario)
    theory, otherwise = (calculate(f * per_year, cv, *GRID) for f in (1.0, 1 + size.wrong))
    return distribution_evidence("three years", paid.ravel(), theory, otherwise, size.wrong)


def stays_in_balance(size: Size, per_year: float = 8.0, cv: float = 0.6) -> list[Evidence]:
    """Cost of a year of a form in balance: those met at its start, and stays cut off at its end."""
    form = care_form(
        "zorg",
        stay_distribution="lognormal",
        stay_mean_days=150,
        stay_sd_days=200,
        units_cv=cv,
        tariff=TARIFF,
    )
    law = StayLaw("lognormal", 150.0, 200.0)
    contracts = contract_per_town(form="pxq")
    scenario = region([form], towns=TOWNS, inflow=per_year, contracts=contracts, years=2)
    paid = payments(simulated(scenario, size), scenario)
    per_day, (step, cells) = per_year / YEAR, (200.0, 2**12)
    stays = visits(law, np.full(2 * YEAR, per_day), per_day * law.mean)
    evidence: list[Evidence] = []
    for year, euros in enumerate(paid):
        sizes = sizes_of_days(stays, YEAR * year, YEAR * (year + 1), cv, step, cells)
        theory, otherwise = (
            Amounts(compound_poisson(factor * sizes), step) for factor in (1.0, 1 + size.wrong)
        )
        evidence += distribution_evidence(f"year {year}", euros, theory, otherwise, size.wrong)
    return evidence


def risk_shared(
    size: Size, calculate: CostOfOneDayStays = one_day_cost, per_year: float = 12.0, cv: float = 1.5
) -> list[Evidence]:
    """Settle a lump sum, a stop-loss, layers and gain sharing, and hold what they cost on average.

    Stop-loss: all above 1.1 B is paid, E[payment] = B + E[(C - 1.1 B)+]. Layers: half between 1.1 B
    and 1.5 B, four fifths above. Gains: 30% of what stays below 0.9 B comes back. Every average
    beyond B has to be seen when off by ``wrong`` of itself.
    """
    theory = calculate(per_year, cv, *GRID)
    c, b = theory.euros, per_year * TARIFF

    def over(edge: float) -> np.ndarray:
        return np.maximum(c - edge * b, 0.0)

    stop_loss = [{"above": 0.1, "payer_share": 1.0}]
    layers = [{"above": 0.1, "payer_share": 0.5}, {"above": 0.5, "payer_share": 0.8}]
    gain = [{"below": 0.1, "payer_share": 0.3}]
    agreements: dict[str, tuple[dict[str, Any], np.ndarray]] = {
        "stop-loss": ({"loss_bands": stop_loss}, over(1.1)),
        "layers": ({"loss_bands": layers}, 0.5 * (over(1.1) - over(1.5)) + 0.8 * over(1.5)),
        "gain": ({"gain_bands": gain}, -0.3 * np.maximum(0.9 * b - c, 0.0)),
    }
    scenario = region(
        [one_day_form(cv)],
        towns=TOWNS,
        inflow=per_year,
        stock=0.0,
        contracts=contract_per_town(form="task_based", budget=b, loss_bands=[]),
    )
    volumes = simulated(scenario, size)
    assert np.all(payments(volumes, scenario) == b), "a lump sum pays the budget"
    cost = payments(volumes, scenario.with_changes({"contracts": contract_per_town(form="pxq")}))
    evidence: list[Evidence] = []
    for name, (bands, extra) in agreements.items():
        agreed = scenario.with_changes(
            {f"contracts.{contract}.{side}": rows
             for contract in scenario.contract_names for side, rows in bands.items()}
        )  # fmt: skip
        paid = payments(volumes, agreed)
        np.testing.assert_allclose(paid, js.risk_sharing(cost, b, **bands))
        beyond = paid.ravel() - b
        mean, variance = theory.mean(extra), theory.variance(extra)
        evidence.append(mean_claim(name, beyond, mean, variance, size.wrong))
    return evidence
