"""Infinite-server queues on whole days: exact moments and distributions, from textbooks and MODEL.md.

Children come as a Poisson stream and nobody waits, so a care form is an M/G/infinity queue
(M_t/G/infinity with a season). All follows from one fact: the stays that touch the years looked at
are the points of a Poisson measure, each with a first day and an end. A yearly number is a sum of a
function over those points, so its joint cumulants are the sums of products of that function over the
measure (Campbell's theorem; Kingman 1993, "Poisson processes", chapter 3).

Sources: Eick, Massey & Whitt 1993, "The physics of the M_t/G/infinity queue" (Operations Research 41)
and "M_t/G/infinity queues with sinusoidal arrival rates" (Management Science 39); Klugman, Panjer &
Willmot, "Loss models", chapter on aggregate loss models, for compound Poisson sums.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.fft import irfft, rfft
from scipy.stats import lognorm

from .expected_units import StayLaw


@dataclass(frozen=True)
class Visits:
    """Expected numbers of stays by first day and end within the horizon; day 0 is the start."""

    weight: np.ndarray  # expected number
    first: np.ndarray  # first day within the horizon
    end: np.ndarray  # the day it ends, or the horizon

    def days_within(self, start: int, stop: int) -> np.ndarray:
        """Days in care on start .. stop - 1, per kind of stay."""
        return np.clip(np.minimum(self.end, stop) - np.maximum(self.first, start), 0, None)

    def cumulant(self, *values: np.ndarray) -> float:
        """Joint cumulant of the sums of these values over the points: sum of weight x product."""
        return float(np.sum(self.weight * np.prod(np.array(values, dtype=float), axis=0)))


def visits(law: StayLaw, per_day: np.ndarray, stock: float) -> Visits:
    """Stays of a form with expected entries per day and an expected stock on the day before day 0.

    Someone of the stock has exactly r days left with chance P(S > r)/E[S] (MODEL 2). What lasts
    beyond the horizon is taken together.
    """
    days = len(per_day)
    more = law.survival(days + 1)
    exactly = np.append(more[: days - 1] - more[1:days], more[days - 1])  # 1 .. days or more
    lengths = np.flatnonzero(exactly) + 1
    entry, length = (part.ravel() for part in np.meshgrid(np.arange(days), lengths, indexing="ij"))
    left = np.append(more[:days] / law.mean, 1.0 - more[:days].sum() / law.mean)  # 0 .. days or more
    return Visits(
        weight=np.concatenate([per_day[entry] * exactly[length - 1], stock * left]),
        first=np.concatenate([entry, np.zeros(days + 1, dtype=int)]),
        end=np.concatenate([np.minimum(entry + length, days), np.arange(days + 1)]),
    )


def still_in_care(law: StayLaw, days: int) -> np.ndarray:
    """H(k) = sum of P(S > s) over s >= k, for k = 0 .. days - 1; H(0) = E[S].

    With one entry a day expected: the covariance of the numbers in care on two days k apart.
    """
    return law.mean - np.concatenate([[0.0], np.cumsum(law.survival(days - 1))])


def passed_on(first: StayLaw, second: StayLaw, days: int) -> float:
    """Expect how many are in the first form on a day and in the second so many days later.

    Per entry a day into the first form in balance, when all move on. On the first day P(S1 > r)
    expect to end r days after the next; the rest of the days must lie in the second stay.
    """
    return float(np.sum(first.survival(days) * second.survival(days)[::-1]))


# --- seasons --------------------------------------------------------------------------------------


def excess_transform(family: str, mean: float, angle: np.ndarray) -> np.ndarray:
    """E[exp(-i w V)], V the stationary excess of a continuous stay; w in radians per day.

    An arrival rate b (1 + a cos(w t)) gives b E[S] (1 + a |this| cos(w t + argument of this)) in care:
    exponential 1/(1 + i w m), fixed (1 - exp(-i w d))/(i w d) (Eick, Massey & Whitt, formulas for
    sinusoidal rates).
    """
    turn = 1j * np.asarray(angle, dtype=float) * mean
    if family == "exponential":
        return 1.0 / (1.0 + turn)
    assert family == "fixed"
    with np.errstate(invalid="ignore"):
        return np.where(turn == 0, 1.0, (1.0 - np.exp(-turn)) / turn)


def step_coefficients(months: np.ndarray, harmonics: np.ndarray) -> np.ndarray:
    """Fourier coefficients of exp(2 pi i k/12) held through calendar month k.

    ``months`` are the thirteen boundaries as fractions of the year.
    """
    month = np.exp(2j * np.pi * np.arange(12) / 12)
    h = np.where(harmonics == 0, 1, harmonics)[:, None]
    turns = np.exp(-2j * np.pi * h * months)
    pieces = np.where(
        harmonics[:, None] == 0, np.diff(months), (turns[:, :-1] - turns[:, 1:]) / (2j * np.pi * h)
    )
    return np.sum(month * pieces, axis=1)


def year_end_response(
    family: str, mean: float, month_days: np.ndarray, harmonics: int = 4000
) -> complex:
    """How the number in care at the turn of the year answers a wave of months, per unit of E[S].

    The months' factors are 1 + a cos(2 pi (k - j)/12), k = 0 .. 11, peak in month j; the number in
    care is b E[S] (1 + a Re(exp(2 pi i j/12) conj(z))), z returned. By the Fourier series of the
    steps, each harmonic answered as a sinusoid.
    """
    year = float(month_days.sum())
    boundaries = np.concatenate([[0.0], np.cumsum(month_days)]) / year
    h = np.arange(-harmonics, harmonics + 1)
    answer = excess_transform(family, mean, 2 * np.pi * h / year)
    return complex(np.conj(np.sum(step_coefficients(boundaries, h) * answer)))


# --- compound Poisson sums --------------------------------------------------------------------------


def lognormal_grid(mean: float, cv: float, step: float, cells: int) -> np.ndarray:
    """Chances that a lognormal amount rounds to 0, 1, 2, ... steps."""
    sigma = np.sqrt(np.log1p(cv**2))
    edges = (np.arange(cells) + 0.5) * step
    below = lognorm.cdf(edges, sigma, scale=mean * np.exp(-(sigma**2) / 2))
    return np.diff(np.concatenate([[0.0], below]))


def compound_poisson(expected: np.ndarray) -> np.ndarray:
    """Chances of the sum of k x N_k, N_k independent Poisson with these means; k x steps on a grid.

    By the transform: exp(sum of expected x (exp(i k t) - 1)). The grid must hold nearly all of it.
    """
    spread = rfft(expected)
    return irfft(np.exp(spread - spread[0].real), len(expected))


def panjer_recursion(expected: np.ndarray) -> np.ndarray:
    """Give the same by Panjer's recursion: g_k = (1/k) sum over j of j e_j g_(k-j)."""
    weighted = np.arange(len(expected)) * expected
    chances = np.zeros(len(expected))
    chances[0] = np.exp(-(expected.sum() - expected[0]))
    for k in range(1, len(expected)):
        chances[k] = np.dot(weighted[1 : k + 1], chances[k - 1 :: -1]) / k
    return chances
