"""What a simulation says about a theory: how surprising it is, and which error it would have shown.

Every piece of evidence has a ``chance`` (its p-value when the theory holds) and a ``power`` (the
chance that it alarms when the theory is wrong by the stated amount). ``hold`` asks both: a test must
not alarm, and must be able to. Standard errors come from the theory (its cumulants), not from the
draws; sums over so many draws are normal to well within a factor 1.5 of the alarm rate.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy import stats

ALARM = 1e-4  # false alarms of a test, all its evidence together, per seed
POWER = 0.999
_LEAST_EXPECTED = 25.0
_LARGEST = 250  # means here stay below 100


def seed() -> int:
    """Return the seed of a proof; PROVE_SEED tries another."""
    return int(os.environ.get("PROVE_SEED", "2027"))


class Evidence(Protocol):
    """Something found that a theory says something about."""

    @property
    def what(self) -> str:
        """Say what was found beside what."""

    def chance(self) -> float:
        """P-value under the theory."""

    def power(self, alarm: float) -> float:
        """Tell how likely an alarm is when the theory is wrong."""


@dataclass(frozen=True)
class Claim:
    """A number with a normal error."""

    name: str
    found: float
    theory: float
    error: float  # standard deviation of what is found, under the theory
    off: float  # the difference that must be seen

    @property
    def what(self) -> str:
        """Say what was found beside what."""
        z = (self.found - self.theory) / self.error
        return f"{self.name}: {self.found:.6g} for {self.theory:.6g} ({z:+.1f} standard errors)"

    def chance(self) -> float:
        """P-value, two-sided."""
        return float(2 * stats.norm.sf(abs(self.found - self.theory) / self.error))

    def power(self, alarm: float) -> float:
        """P(alarm) with the theory so far off."""
        return float(stats.norm.sf(stats.norm.isf(alarm / 2) - abs(self.off) / self.error))


@dataclass(frozen=True)
class Fit:
    """Counts in classes beside their expectations: Pearson's chi-square."""

    name: str
    statistic: float
    freedom: int
    noncentrality: float

    @property
    def what(self) -> str:
        """Say what was found beside what."""
        return f"{self.name}: chi-square {self.statistic:.1f} for {self.freedom} degrees of freedom"

    def chance(self) -> float:
        """P-value, one-sided."""
        return float(stats.chi2.sf(self.statistic, self.freedom))

    def power(self, alarm: float) -> float:
        """P(alarm) under the wrong chances."""
        limit = stats.chi2.isf(alarm, self.freedom)
        return float(stats.ncx2.sf(limit, self.freedom, self.noncentrality))


@dataclass(frozen=True)
class Distance:
    """Largest distance between two cumulative distributions (Kolmogorov, one sample)."""

    name: str
    found: float
    draws: int
    off: float

    @property
    def what(self) -> str:
        """Say what was found beside what."""
        return f"{self.name}: distance {self.found:.2e} in {self.draws} draws"

    def chance(self) -> float:
        """P-value; an upper bound where the distribution has jumps."""
        return float(stats.kstwobign.sf(self.found * np.sqrt(self.draws)))

    def power(self, alarm: float) -> float:
        """Lower bound of P(alarm): at the point where the wrong distribution lies farthest."""
        root = np.sqrt(self.draws)
        return float(stats.norm.sf((stats.kstwobign.isf(alarm) - self.off * root) * 2))


def hold(evidence: Sequence[Evidence], alarm: float = ALARM) -> None:
    """Refuse a theory that the evidence contradicts, and evidence that could not contradict it."""
    print(*(one.what for one in evidence), sep="\n")  # pytest keeps it for the record of proofs
    each = alarm / len(evidence)
    blind = [one.what for one in evidence if one.power(each) < POWER]
    assert not blind, f"too few draws to see the stated error: {blind}"
    against = [one.what for one in evidence if one.chance() < each]
    assert not against, f"surprising under the theory: {against}"


def mean_claim(name: str, sample: np.ndarray, mean: float, variance: float, wrong: float) -> Claim:
    """Hold a mean against theory; ``wrong`` is the relative error to be seen."""
    return Claim(name, float(sample.mean()), mean, np.sqrt(variance / len(sample)), wrong * mean)


def variance_claim(
    name: str, sample: np.ndarray, variance: float, fourth_cumulant: float, wrong: float
) -> Claim:
    """Hold a variance: its own is (fourth cumulant + 2 variance^2)/n, up to 1/n^2."""
    error = np.sqrt((fourth_cumulant + 2 * variance**2) / len(sample))
    return Claim(name, float(sample.var(ddof=1)), variance, error, wrong * variance)


def covariance_claim(
    name: str,
    samples: tuple[np.ndarray, np.ndarray],
    covariance: float,
    variances: tuple[float, float],
    cumulant_22: float,
    wrong: float,
) -> Claim:
    """Hold a covariance: its variance is (k22 + k20 k02 + k11^2)/n, up to 1/n^2.

    To be seen when the correlation is off by ``wrong``.
    """
    found = float(np.cov(*samples)[0, 1])
    product = variances[0] * variances[1]
    error = np.sqrt((cumulant_22 + product + covariance**2) / len(samples[0]))
    return Claim(name, found, covariance, error, wrong * np.sqrt(product))


def count_fit(
    name: str,
    counts: np.ndarray,
    chances: Callable[[np.ndarray], np.ndarray],
    wrong_chances: Callable[[np.ndarray], np.ndarray],
) -> Fit:
    """Hold whole numbers against their chances, in classes of at least 25 expected."""
    numbers = np.arange(max(int(counts.max()) + 1, _LARGEST))
    observed = np.bincount(counts, minlength=len(numbers)).astype(float)
    expected, otherwise = (len(counts) * of(numbers) for of in (chances, wrong_chances))
    firsts = _first_of_classes(expected)
    seen, theory, off = (np.add.reduceat(part, firsts) for part in (observed, expected, otherwise))
    return Fit(
        name,
        float(((seen - theory) ** 2 / theory).sum()),
        len(theory) - 1,
        float(((off - theory) ** 2 / theory).sum()),
    )


def _first_of_classes(expected: np.ndarray) -> list[int]:
    """Where classes begin so that each is expected at least 25 times; the last runs to the end."""
    firsts, gathered = [0], 0.0
    left = float(expected.sum())
    for number, one in enumerate(expected):
        if gathered >= _LEAST_EXPECTED and left >= _LEAST_EXPECTED:
            firsts.append(number)
            gathered = 0.0
        gathered += one
        left -= one
    return firsts


def poisson_evidence(name: str, counts: np.ndarray, mean: float, wrong: float) -> list[Evidence]:
    """Hold counts to be Poisson: mean, variance (index of dispersion) and every class."""
    right, otherwise = stats.poisson(mean), stats.poisson(mean * (1 + wrong))
    return [
        mean_claim(f"{name}, mean", counts, mean, mean, wrong),
        variance_claim(f"{name}, variance", counts, mean, mean, wrong),
        count_fit(f"{name}, Poisson", counts, right.pmf, otherwise.pmf),
    ]
