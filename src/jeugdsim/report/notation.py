"""Numbers for people: euros, percentages and chances, as precise as the draws allow.

The rule: a number is rounded to a multiple of 1, 2 or 5 times a power of ten, the smallest one
that is not below the Monte Carlo standard error of that number. So 361.7 with a standard error of
1.2 becomes 362, and with a standard error of 3 it becomes 360. Nothing is shown finer than one
decimal of a million. Where the standard error is not known (one draw) only that last limit holds.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from statistics import NormalDist
from typing import Final

from jeugdsim.report.words import check_language

DASH: Final = "\N{EN DASH}"
STEPS: Final = (1, 2, 5, 10)
ONE_PERCENT: Final = Decimal(1)


@dataclass(frozen=True)
class Unit:
    """The size in which amounts are shown: from which amount on, and the finest step in it."""

    euros: int
    serves_from: float
    finest: Decimal


BILLION: Final = Unit(1_000_000_000, 100e9, Decimal("0.01"))
MILLION: Final = Unit(1_000_000, 10e6, Decimal("0.1"))
THOUSAND: Final = Unit(1_000, 10e3, Decimal(1))
EURO: Final = Unit(1, 0.0, Decimal(1))
FEW: Final = 10.0


def unit_for(amounts: Iterable[float | None]) -> Unit:
    """Choose the unit that suits the largest of the amounts."""
    largest = max((abs(x) for x in amounts if x is not None and math.isfinite(x)), default=0.0)
    return next(unit for unit in (BILLION, MILLION, THOUSAND, EURO) if largest >= unit.serves_from)


def number(value: float | Decimal | None, decimals: int = 0, *, language: str = "nl") -> str:
    """Write a number with the thousands and decimal marks of the language.

    Halves are rounded away from zero, a rounded zero has no sign, and no value is a dash.
    """
    check_language(language)
    if value is None or not math.isfinite(value):
        return DASH
    return _written(_to_step(_exact(value), Decimal(1).scaleb(-decimals)), decimals, language)


def amount(
    euros: float | None,
    standard_error: float | None = None,
    *,
    unit: Unit = MILLION,
    language: str = "nl",
) -> str:
    """Write an amount of euros in `unit`, no finer than its standard error allows."""
    check_language(language)
    if euros is None or not math.isfinite(euros):
        return DASH
    error = None if standard_error is None else standard_error / unit.euros
    step = rounding_step(error, unit.finest)
    return _written(_to_step(_exact(euros) / unit.euros, step), _decimals(step), language)


def count(
    value: float | None,
    standard_error: float | None = None,
    *,
    tenths: bool = False,
    language: str = "nl",
) -> str:
    """Write a number of children or days, no finer than its standard error allows.

    Whole; a mean, which need not be whole, may have tenths where it is below ten.
    """
    check_language(language)
    if value is None or not math.isfinite(value):
        return DASH
    step = rounding_step(standard_error, Decimal("0.1") if tenths and abs(value) < FEW else Decimal(1))
    return _written(_to_step(_exact(value), step), _decimals(step), language)


def percentage(fraction: float | None, decimals: int = 0, *, language: str = "nl") -> str:
    """Write a fraction as a percentage: 0.125 with one decimal is ``12,5%``."""
    if fraction is None or not math.isfinite(fraction):
        return DASH
    return f"{number(_exact(fraction) * 100, decimals, language=language)}%"


def chance(probability: float | None, draws: int | None = None) -> str:
    """Write a chance in whole percents, no finer than the number of draws allows.

    A chance of which the draws never, or always, saw the event is not 0% or 100%: it is shown as
    below or above the 95% bound that the draws give, ``1 - 0.05 ** (1 / draws)``. A chance that
    would round to 0% or 100% is shown as below or above the last step.
    """
    if probability is None or not math.isfinite(probability):
        return DASH
    exact = _exact(probability)
    if probability > 0.5:
        mirrored, sign, edge = 1 - exact, ">", Decimal(100)
    else:
        mirrored, sign, edge = exact, "<", Decimal(0)
    step = rounding_step(_percent_error(probability, draws), ONE_PERCENT)
    rounded = _to_step(mirrored * 100, step)
    if mirrored <= 0:
        return f"{sign}{abs(edge - _unseen_percent(draws)):.0f}%"
    if rounded == 0:
        return f"{sign}{abs(edge - step):.0f}%"
    return f"{abs(edge - rounded):.0f}%"


def bounds_in(lines: Iterable[str]) -> list[str]:
    """Give the chances in a text that are bounds, such as ``<1%``, each once."""
    return sorted({bound for line in lines for bound in re.findall(r"[<>]\d+%", line)})


def rounding_step(standard_error: float | None, finest: Decimal) -> Decimal:
    """Find the smallest 1, 2 or 5 times a power of ten not below the standard error."""
    if standard_error is None or not math.isfinite(standard_error) or standard_error <= 0.0:
        return finest
    error = Decimal(standard_error)
    steps = (Decimal(lead).scaleb(error.adjusted()) for lead in STEPS)
    return max(next(step for step in steps if step >= error), finest)


def quantile_error(sd: float | None, draws: int, p: float) -> float | None:
    """Approximate the standard error of the `p` quantile of `draws` draws.

    This is ``sqrt(p (1 - p) / draws) / f`` with f the density at the quantile, taken as that of a
    normal distribution with this sd. It is an approximation: the draws need not be normal, and
    Latin hypercube draws are usually somewhat more precise than this.
    """
    if sd is None:
        return None
    normal = NormalDist()
    return sd * math.sqrt(p * (1.0 - p) / draws) / normal.pdf(normal.inv_cdf(p))


def probability_error(probability: float, draws: int) -> float:
    """Give the standard error of a chance estimated from `draws` draws."""
    return math.sqrt(max(probability * (1.0 - probability), 0.0) / draws)


def size_error(sd: float | None, draws: int, probability: float | None) -> float | None:
    """Approximate the standard error of the mean overrun given that there is one.

    It takes the sd of all draws for that of the draws with an overrun. For a normal distribution
    that is on the high side, so the number is rather shown too coarse than too fine.
    """
    if sd is None or not probability:
        return None
    return sd / math.sqrt(max(draws * probability, 1.0))


def _percent_error(probability: float, draws: int | None) -> float | None:
    return None if draws is None else 100.0 * probability_error(probability, draws)


def _unseen_percent(draws: int | None) -> Decimal:
    if draws is None:
        return ONE_PERCENT
    bound = Decimal(100.0 * (1.0 - 0.05 ** (1.0 / draws)))
    return min(bound.to_integral_value(ROUND_CEILING), Decimal(99))


def _exact(value: float | Decimal) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(repr(float(value)))


def _to_step(value: Decimal, step: Decimal) -> Decimal:
    return (value / step).to_integral_value(ROUND_HALF_UP) * step


def _decimals(step: Decimal) -> int:
    exponent = step.normalize().as_tuple().exponent
    return max(0, -int(exponent))


def _written(value: Decimal, decimals: int, language: str) -> str:
    text = f"{abs(value) if value == 0 else value:,.{decimals}f}"
    return text if language == "en" else text.translate(str.maketrans(",.", ".,"))
