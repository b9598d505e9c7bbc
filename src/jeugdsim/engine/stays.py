"""Stays as distributions: continuous, whole-day, remaining; and their quantile tables for the kernel.

A stay S is max(1, floor(c X + 1/2)) whole days, X the continuous stay; c is solved once so that E[S] is
the stated mean (model, section 2), and is 1 for a fixed stay and for one from a table. Each family
knows its survival function, its quantiles and its mean excess; nothing here is sampled.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from jeugdsim.engine.keyed import CENTRE_BITS, OCTAVE_CELLS, TAIL_BITS
from jeugdsim.scenario.numbers import mean_of
from jeugdsim.scenario.rows import CareForm, SurvivalRow, empirical_file

Array = npt.NDArray[np.float64]
_SUMMED_DAYS = 2048  # beyond, the sum over days is the integral to within 1e-8 of the mean
_LOG_WEIBULL_SHAPES = (-3.0, 9.0)  # cv from 0.00016 to 390,000, beyond what may be stated


@dataclass(frozen=True)
class Levels:
    """Chances at which quantiles are asked; both ends are given, so that tails lose no digits.

    Attributes
    ----------
    lower, upper : ndarray, shape (levels,)
        Chance below and above, together 1.
    """

    lower: Array
    upper: Array

    @cached_property
    def normal(self) -> Array:
        """Quantiles of the standard normal: many stays share them."""
        z = special.ndtri(self.nearer(self.lower, self.upper))
        return self.nearer(z, -z)

    def nearer(self, from_below: npt.ArrayLike, from_above: npt.ArrayLike) -> Array:
        """Return for each level what was worked out from its nearer end."""
        return np.asarray(np.where(self.lower < 0.5, from_below, from_above), dtype=np.float64)


class Stay(ABC):
    """The continuous stay X of a care form, in days, before rounding to whole days."""

    @abstractmethod
    def survival(self, x: Array) -> Array:
        """Return P(X > x)."""

    @abstractmethod
    def quantile(self, levels: Levels) -> Array:
        """Return the x below and above which these chances lie."""

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

    def quantile(self, levels: Levels) -> Array:
        """Return exp(mu + sigma z)."""
        return np.exp(self._mu + self._sigma * levels.normal)

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

    def quantile(self, levels: Levels) -> Array:
        """Return -mean log(1 - u)."""
        return -self.mean * levels.nearer(np.log1p(-levels.lower), np.log(levels.upper))

    def mean_excess(self, x: float) -> float:
        """Return mean exp(-x / mean)."""
        return float(self.mean * np.exp(-x / self.mean))


@dataclass(frozen=True)
class GammaStay(Stay):
    """Gamma stay with the given mean (days) and coefficient of variation."""

    mean: float
    cv: float

    @property
    def _shape(self) -> float:
        return self.cv**-2

    @property
    def _scale(self) -> float:
        return self.mean * self.cv**2

    def survival(self, x: Array) -> Array:
        """Return Q(k, x / theta), Q the upper incomplete gamma function over the whole one."""
        return np.asarray(special.gammaincc(self._shape, x / self._scale))

    def quantile(self, levels: Levels) -> Array:
        """Return theta times the inverse of the incomplete gamma function, from the nearer end."""
        below = special.gammaincinv(self._shape, levels.lower)
        above = special.gammainccinv(self._shape, levels.upper)
        return self._scale * levels.nearer(below, above)

    def mean_excess(self, x: float) -> float:
        """Return m Q(k + 1, x / theta) - x Q(k, x / theta)."""
        z = x / self._scale
        above = self.mean * special.gammaincc(self._shape + 1.0, z)
        return max(float(above - x * special.gammaincc(self._shape, z)), 0.0)


@dataclass(frozen=True)
class WeibullStay(Stay):
    """Weibull stay with the given mean (days) and shape; ``weibull_shape`` solves the shape."""

    mean: float
    shape: float

    @property
    def _scale(self) -> float:
        return float(self.mean / special.gamma(1.0 + 1.0 / self.shape))

    def survival(self, x: Array) -> Array:
        """Return exp(-(x / scale)^shape)."""
        return np.exp(-self._hazard(x))

    def quantile(self, levels: Levels) -> Array:
        """Return scale (-log(1 - u))^(1 / shape)."""
        with np.errstate(divide="ignore"):  # both ends are worked out, the nearer one is taken
            hazard = -levels.nearer(np.log1p(-levels.lower), np.log(levels.upper))
        return np.asarray(self._scale * hazard ** (1.0 / self.shape))

    def mean_excess(self, x: float) -> float:
        """Return m Q(1 + 1 / shape, h) - x exp(-h), h = (x / scale)^shape."""
        hazard = float(self._hazard(np.asarray(x)))
        above = self.mean * special.gammaincc(1.0 + 1.0 / self.shape, hazard)
        return max(float(above - x * np.exp(-hazard)), 0.0)

    def _hazard(self, x: Array) -> Array:
        with np.errstate(over="ignore"):  # infinite far beyond the longest stay
            return np.asarray((x / self._scale) ** self.shape)


@dataclass(frozen=True, eq=False)
class EmpiricalStay(Stay):
    """A stay that takes the days of a table, with the table's jumps as chances.

    Attributes
    ----------
    days : ndarray, shape (values,)
        The days on which a stay may end, rising.
    chances : ndarray, shape (values,)
        Chance of each, above 0; together 1.
    """

    days: Array
    chances: Array

    def cumulative(self) -> Array:
        """Return P(X <= d) for the table's days, 1 at the last."""
        return np.append(np.minimum(np.cumsum(self.chances[:-1]), 1.0), 1.0)

    def _from_day(self) -> Array:
        """Return P(X >= d) for the table's days, and 0 beyond the last."""
        from_end = np.cumsum(self.chances[::-1])[::-1]
        return np.concatenate(([1.0], np.minimum(from_end[1:], 1.0), [0.0]))

    def survival(self, x: Array) -> Array:
        """Return P(X > x), a step function."""
        return self._from_day()[np.searchsorted(self.days, x, side="right")]

    def quantile(self, levels: Levels) -> Array:
        """Return the first of the table's days up to which lies the lower chance or more."""
        return self.days[np.searchsorted(self.cumulative(), levels.lower)]

    def mean_excess(self, x: float) -> float:
        """Return E[max(X - x, 0)]."""
        return float(self.chances @ np.maximum(self.days - x, 0.0))

    def whole_survival(self, days: int, scale: float = 1.0) -> Array:
        """Return P(S > s), S = floor(f d + 1/2) for a stay of d days, at least 1."""
        return self._from_day()[np.searchsorted(self._whole(scale), np.arange(days), side="right")]

    def whole_mean(self, scale: float = 1.0) -> float:
        """Return E[S]: the table's mean, stays below one day counted as one."""
        return float(self.chances @ self._whole(scale))

    def _whole(self, scale: float) -> Array:
        """Return the whole days of the table's days times ``scale``, as the kernel rounds them."""
        return np.maximum(np.floor(scale * self.days + 0.5), 1.0)


@dataclass(frozen=True)
class FixedStay(Stay):
    """A stay of the same length for every child; a scaled one is rounded up or down by chance."""

    days: float

    def survival(self, x: Array) -> Array:
        """Return 1 before the end of the stay, 0 from it on."""
        return np.where(x < self.days, 1.0, 0.0)

    def quantile(self, levels: Levels) -> Array:
        """Return the one length."""
        return np.full_like(levels.lower, self.days)

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


def continuous_stay(care_form: CareForm, tables: Mapping[str, Sequence[SurvivalRow]]) -> Stay:
    """Return the continuous stay of a care form, at the mean of its stated mean stay.

    Parameters
    ----------
    care_form : CareForm
        Its stay_distribution, stay_mean_days and stay_sd_days count.
    tables : mapping of file name to rows
        The tables of empirical stays.
    """
    mean = mean_of(care_form.stay_mean_days)
    family = care_form.stay_distribution
    if family == "lognormal":
        return LognormalStay(mean, care_form.stay_cv)
    if family == "gamma":
        return GammaStay(mean, care_form.stay_cv)
    if family == "weibull":
        return WeibullStay(mean, weibull_shape(care_form.stay_cv))
    if family == "exponential":
        return ExponentialStay(mean)
    file = empirical_file(family)
    return empirical_stay(tables[file]) if file else FixedStay(mean)


def empirical_stay(rows: Sequence[SurvivalRow]) -> EmpiricalStay:
    """Return the stay of a table: survival is 1 before its first day, 0 from its last."""
    survival = np.array([1.0, *(row.survival for row in rows)])
    chances = -np.diff(survival)
    jumps = chances > 0
    days = np.array([row.days for row in rows], dtype=np.float64)
    return EmpiricalStay(days[jumps], chances[jumps])


def weibull_shape(cv: float) -> float:
    """Return the shape k of a Weibull with this coefficient of variation.

    1 + cv^2 = Gamma(1 + 2/k) / Gamma(1 + 1/k)^2, solved over log k; above 1 for a cv below 1.
    """

    def gap(log_shape: float) -> float:
        inverse = np.exp(-log_shape)
        log_ratio = special.gammaln(1.0 + 2.0 * inverse) - 2.0 * special.gammaln(1.0 + inverse)
        return float(log_ratio - np.log1p(cv**2))

    return float(np.exp(optimize.brentq(gap, *_LOG_WEIBULL_SHAPES, xtol=1e-15, rtol=1e-14)))


def rounding_factor(stay: Stay, mean: float) -> float:
    """Return the c for which E[max(1, floor(c X + 1/2))] is the stated mean.

    1 for a fixed and for an empirical stay.
    """
    if isinstance(stay, FixedStay | EmpiricalStay):
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

    P(R = r) = P(S > r) / E[S]. Of an empirical stay E[S] is the table's, however the mean stated
    beside it is rounded.
    """
    if isinstance(stay, EmpiricalStay):
        mean = stay.whole_mean(factor)
    return np.minimum(np.cumsum(stay.whole_survival(days, factor)) / mean, 1.0)


def knot_levels() -> Levels:
    """Return the levels of the knots the kernel interpolates between: middle, two tails."""
    centre = np.arange((1 << CENTRE_BITS) + 1) / (1 << CENTRE_BITS)
    octaves = np.arange(TAIL_BITS + 1)[:, None]
    within = 1.0 + np.arange(OCTAVE_CELLS) / OCTAVE_CELLS
    tail = np.append((2.0**octaves * within).ravel(), 2.0 ** (TAIL_BITS + 1)) * 2.0**-33
    middle = np.clip(centre, tail[0], 1.0 - tail[0])  # the outermost cells are the tails' work
    return Levels(
        np.concatenate([middle, tail, 1.0 - tail]), np.concatenate([1.0 - middle, 1.0 - tail, tail])
    )


def intensity(cv: float) -> Stay:
    """Return the intensity of a stay, lognormal with mean 1, as if it were a stay."""
    return LognormalStay(1.0, cv) if cv > 0 else FixedStay(1.0)
