"""Stays as distributions: continuous, whole-day, remaining; and their quantile tables for the kernel.

A stay S is max(1, floor(c X + 1/2)) whole days, X the continuous stay; c is solved once so that E[S] is
the stated mean (model, section 2). Each family knows its survival function, its quantiles and its mean
excess, all from scipy.special; nothing here is sampled.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from jeugdsim.engine.kernels import CENTRE_BITS, OCTAVE_CELLS, TAIL_BITS
from jeugdsim.scenario.numbers import mean_of
from jeugdsim.scenario.rows import CareForm

Array = npt.NDArray[np.float64]
_SUMMED_DAYS = 2048  # beyond, the sum over days is the integral to within 1e-8 of the mean


class Stay(ABC):
    """The continuous stay X of a care form, in days, before rounding to whole days."""

    @abstractmethod
    def survival(self, x: Array) -> Array:
        """Return P(X > x)."""

    @abstractmethod
    def quantile(self, lower: Array, upper: Array) -> Array:
        """Return the x below which lies ``lower`` and above which lies ``upper`` = 1 - lower."""

    @abstractmethod
    def mean_excess(self, x: float) -> float:
        """Return E[max(X - x, 0)]."""

    def whole_survival(self, days: int, scale: float = 1.0) -> Array:
        """Return P(S > s) for s = 0..days-1, S the whole days of the stay times ``scale``."""
        if scale == 0.0:
            return np.concatenate(([1.0], np.zeros(max(days - 1, 0))))[:days]
        middles: Array = (np.arange(1, days, dtype=np.float64) + 0.5) / scale
        tail = self.survival(middles)
        return np.concatenate(([1.0], tail))[:days]

    def whole_mean(self, scale: float = 1.0) -> float:
        """Return E[S], S the whole days of the stay times ``scale``."""
        if scale == 0.0:
            return 1.0
        summed = float(self.whole_survival(_SUMMED_DAYS, scale).sum())
        return summed + scale * self.mean_excess(_SUMMED_DAYS / scale)


@dataclass(frozen=True)
class LognormalStay(Stay):
    """Lognormal stay with the given mean (days) and coefficient of variation."""

    mean: float
    cv: float

    @property
    def _sigma(self) -> float:
        return float(np.sqrt(np.log1p(self.cv**2)))

    @property
    def _mu(self) -> float:
        return float(np.log(self.mean) - self._sigma**2 / 2)

    def survival(self, x: Array) -> Array:
        """Return P(X > x)."""
        with np.errstate(divide="ignore"):
            return np.asarray(special.ndtr((self._mu - np.log(x)) / self._sigma))

    def quantile(self, lower: Array, upper: Array) -> Array:
        """Return exp(mu + sigma z)."""
        return np.exp(self._mu + self._sigma * _normal_quantile(lower, upper))

    def mean_excess(self, x: float) -> float:
        """Return m Phi(sigma - d) - x Phi(-d), d the standardised log of x."""
        d = (np.log(x) - self._mu) / self._sigma
        return float(self.mean * special.ndtr(self._sigma - d) - x * special.ndtr(-d))


@dataclass(frozen=True)
class ExponentialStay(Stay):
    """Exponential stay with the given mean (days)."""

    mean: float

    def survival(self, x: Array) -> Array:
        """Return exp(-x / mean)."""
        return np.exp(-x / self.mean)

    def quantile(self, lower: Array, upper: Array) -> Array:
        """Return -mean log(1 - u)."""
        return -self.mean * np.where(lower < 0.5, np.log1p(-lower), np.log(upper))

    def mean_excess(self, x: float) -> float:
        """Return mean exp(-x / mean)."""
        return float(self.mean * np.exp(-x / self.mean))


@dataclass(frozen=True)
class FixedStay(Stay):
    """A stay of the same length for every child; a scaled one is rounded up or down by chance."""

    days: float

    def survival(self, x: Array) -> Array:
        """Return 1 before the end of the stay, 0 from it on."""
        return np.where(x < self.days, 1.0, 0.0)

    def quantile(self, lower: Array, upper: Array) -> Array:
        """Return the one length."""
        return np.full_like(lower, self.days)

    def mean_excess(self, x: float) -> float:
        """Return what is left after x."""
        return max(self.days - x, 0.0)

    def whole_survival(self, days: int, scale: float = 1.0) -> Array:
        """Return P(S > s), S = floor(f d) plus 1 with chance its fraction, at least 1."""
        length = max(scale * self.days, 1.0)
        return np.clip(length - np.arange(days), 0.0, 1.0)

    def whole_mean(self, scale: float = 1.0) -> float:
        """Return E[S] = f d, at least 1."""
        return max(scale * self.days, 1.0)


def continuous_stay(care_form: CareForm) -> Stay:
    """Return the continuous stay of a care form, at the mean of its stated mean stay."""
    mean = mean_of(care_form.stay_mean_days)
    if care_form.stay_distribution == "lognormal":
        return LognormalStay(mean, care_form.stay_cv)
    if care_form.stay_distribution == "exponential":
        return ExponentialStay(mean)
    return FixedStay(mean)


def rounding_factor(stay: Stay, mean: float) -> float:
    """Return the c for which E[max(1, floor(c X + 1/2))] is the stated mean; 1 for a fixed stay."""
    if isinstance(stay, FixedStay):
        return 1.0
    if mean <= 1.0:
        return 0.0
    high = 1.5
    while stay.whole_mean(high) < mean:
        high *= 2.0
    root = optimize.brentq(lambda c: stay.whole_mean(c) - mean, 1e-9, high, xtol=1e-13, rtol=1e-13)
    return float(root)


def remaining_cumulative(stay: Stay, factor: float, mean: float, days: int) -> Array:
    """Return P(R <= r) for r = 0..days-1, R the days left of a child met in care.

    P(R = r) = P(S > r) / E[S].
    """
    return np.minimum(np.cumsum(stay.whole_survival(days, factor)) / mean, 1.0)


def quantile_knots(stay: Stay) -> Array:
    """Return the quantiles at the knots the kernel interpolates between: middle, two tails."""
    centre = np.arange((1 << CENTRE_BITS) + 1) / (1 << CENTRE_BITS)
    octaves = np.arange(TAIL_BITS + 1)[:, None]
    within = 1.0 + np.arange(OCTAVE_CELLS) / OCTAVE_CELLS
    tail = np.append((2.0**octaves * within).ravel(), 2.0 ** (TAIL_BITS + 1)) * 2.0**-33
    middle = np.clip(centre, tail[0], 1.0 - tail[0])  # the outermost cells are the tails' work
    return np.concatenate(
        [
            stay.quantile(middle, 1.0 - middle),
            stay.quantile(tail, 1.0 - tail),
            stay.quantile(1.0 - tail, tail),
        ]
    )


def intensity_knots(cv: float) -> Array:
    """Return the quantile knots of the intensity of a stay: lognormal, mean 1."""
    return quantile_knots(LognormalStay(1.0, cv) if cv > 0 else FixedStay(1.0))


def _normal_quantile(lower: Array, upper: Array) -> Array:
    return np.asarray(np.where(lower < 0.5, special.ndtri(lower), -special.ndtri(upper)))
