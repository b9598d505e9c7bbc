"""A wave of months in the inflow, and the wave it makes in the number of children in care.

The number in care is seen at year ends only. Twelve care forms alike but for the month of their peak
show one turn of the wave at twelve moments.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from oracles.queues import still_in_care, year_end_response
from regions import Row, care_form, region
from scipy import stats

from experiments.care import TOWNS, YEAR, Size, law_of, replicates, simulated
from experiments.evidence import Claim, Evidence, count_fit, mean_claim

MONTH_DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
SWING = 0.9
PER_YEAR = 120.0
YEARS = 2
PEAKS = np.arange(12)
TURN = 2 * np.pi / 12


def factors(peak: int) -> np.ndarray:
    """Twelve months with mean 1, highest in the peak month."""
    return 1 + SWING * np.cos(TURN * (np.arange(12) - peak))


def year_end_counts(terms: Row, size: Size) -> np.ndarray:
    """Children in care at the last year end, (peak month, replicates)."""
    names = [f"piek in maand {peak + 1:02}" for peak in PEAKS]
    season = [
        {"care_form": name, "month": month + 1, "factor": float(factor), "source": "A1"}
        for peak, name in enumerate(names)
        for month, factor in enumerate(factors(peak))
    ]
    scenario = region(
        [care_form(name, **terms) for name in names],
        towns=TOWNS,
        inflow=PER_YEAR,
        season=season,
        years=YEARS,
    )
    volumes = simulated(scenario, size)
    return np.array([replicates(volumes, "clients_at_year_end", name)[-1] for name in names])


def expected_counts(terms: Row) -> np.ndarray:
    """Sum over the days who is expected in care at the last year end, per peak month."""
    law = law_of(terms)
    month_of_day = np.tile(np.repeat(np.arange(12), MONTH_DAYS), YEARS)
    days = YEARS * YEAR
    there = PER_YEAR / YEAR * law.survival(days)[::-1]
    stock = PER_YEAR / YEAR * still_in_care(law, days + 1)[-1]
    return np.array([there @ factors(peak)[month_of_day] + stock for peak in PEAKS])


def seasonal_care(terms: Row, size: Size) -> list[Evidence]:
    """Twelve year-end counts, each Poisson; and the wave that they make, against Fourier series."""
    counts, means = year_end_counts(terms, size), expected_counts(terms)
    evidence: list[Evidence] = []
    for peak, mean in enumerate(means):
        name, found = f"peak in month {peak + 1}", counts[peak]
        right, otherwise = stats.poisson(mean), stats.poisson(mean * (1 + size.wrong))
        evidence.append(mean_claim(name, found, mean, mean, size.wrong))
        evidence.append(count_fit(name, found, right.pmf, otherwise.pmf))
    return evidence + height_and_lag(terms, counts, means, size.wrong)


@dataclass(frozen=True)
class Wave:
    """A wave in care: its height as a part of the inflow's, and how much later its peak comes."""

    height: float
    lag_days: float


def step_wave(terms: Row) -> Wave:
    """Answer of care to steps per calendar month, seen at the turn of the year, by Fourier series."""
    mean = float(terms["stay_mean_days"])
    return wave_of(year_end_response(terms["stay_distribution"], mean, MONTH_DAYS))


def wave_of(z: complex) -> Wave:
    """Height and lag behind the middle of the peak month."""
    return Wave(abs(z), float((np.angle(z) - TURN / 2) % (2 * np.pi)) * YEAR / (2 * np.pi))


def first_harmonic(counts: np.ndarray) -> complex:
    """Wave over the twelve peak months, as a part of the swing of a stock in balance."""
    return complex(np.sum(counts * np.exp(-1j * TURN * PEAKS)) / 6)


def full_swing(terms: Row) -> float:
    """Swing in care if it answered the inflow at once and in full."""
    return SWING * PER_YEAR / YEAR * law_of(terms).mean


def height_and_lag(terms: Row, counts: np.ndarray, means: np.ndarray, wrong: float) -> list[Evidence]:
    """Height and lag of the wave found; a lag is seen when off by ``wrong`` of itself."""
    full = full_swing(terms)
    found = wave_of(first_harmonic(counts.mean(axis=1)) / full)
    theory = step_wave(terms)
    variances = means / counts.shape[1]
    angle = theory.lag_days * 2 * np.pi / YEAR + TURN / 2 - TURN * PEAKS
    along, across = (
        np.sqrt(np.sum(variances * part(angle) ** 2)) / 6 / full for part in (np.cos, np.sin)
    )
    days = YEAR / (2 * np.pi) / theory.height
    return [
        Claim("height", found.height, theory.height, along, wrong * theory.height),
        Claim("lag", found.lag_days, theory.lag_days, across * days, wrong * theory.lag_days),
    ]


def stays_of_a_year(size: Size) -> list[Evidence]:
    """Stays of exactly a year hold every month once: only unequal months leave a trace of the wave.

    Everybody who entered in the year is there: the mean of the factors over its days, whose first
    harmonic is 1/365 of the sum of days of month k x exp(-2 pi i k/12).
    """
    terms: Row = {"stay_distribution": "fixed", "stay_mean_days": YEAR}
    counts = year_end_counts(terms, size)
    z = first_harmonic(counts.mean(axis=1)) / full_swing(terms)
    trace = complex(MONTH_DAYS @ np.exp(-1j * TURN * PEAKS)) / YEAR
    error = np.sqrt(PER_YEAR / 6 / counts.shape[1]) / full_swing(terms)
    return [
        Claim("real part", z.real, trace.real, error, size.wrong),
        Claim("imaginary part", z.imag, trace.imag, error, size.wrong),
    ]
