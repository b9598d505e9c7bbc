"""The answer in a sentence: how large an overrun may be at a chosen certainty, what a choice changes.

For a council member who reads one line. Amounts are rounded by their Monte Carlo error.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from jeugdsim.report import notation
from jeugdsim.report.words import check_language, word

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Draws = npt.NDArray[np.float64]

CENT: Final = 0.01
SURE_ERRORS: Final = 2.0
SERVES_FROM: Final = {notation.MILLION: 1e6, notation.THOUSAND: 1e4, notation.EURO: 0.0}


def certainty_sentence(
    overrun: npt.ArrayLike,
    years: Sequence[int],
    *,
    place: str | None = None,
    certainty: float = 0.8,
    language: str = "nl",
) -> str:
    """Tell how large the overrun is at most, at a chosen certainty, and how likely there is one.

    Parameters
    ----------
    overrun : array_like, shape (draws,)
        The overrun in every draw in euros, summed over the years and whatever the place holds.
    years : sequence of int
        The years that are summed, rising.
    place : str, optional
        The municipality; absent, all together.
    certainty : float
        Between 0 and 1; told is the amount that the overrun stays below with this chance, the
        quantile of the draws (numpy's ``linear``).
    language : str
        ``"nl"`` or ``"en"``.

    Returns
    -------
    str
        Two sentences.

    Raises
    ------
    TypeError, ValueError
        When the draws are not one finite number each, or certainty, years or language are wrong.

    Examples
    --------
    >>> overrun = [1e6, 2e6, 3e6]
    >>> text = certainty_sentence(overrun, [2027], place="Delft", certainty=0.5)
    >>> text.split(". ")[0]
    'Met 50% zekerheid is het tekort van Delft over 2027 niet groter dan 2 miljoen euro'
    """
    import numpy as np

    check_language(language)
    draws = _checked_draws(overrun, "overrun")
    if not 0.0 < certainty < 1.0:
        raise ValueError(f"certainty {certainty!r}: give a number between 0 and 1, such as 0.8 for 80%")
    euros = float(np.quantile(draws, certainty))
    amount = _amount(euros, notation.quantile_error(_sd(draws), len(draws), certainty), language)
    at_most = word(
        _at_most(euros, amount),
        language,
        certainty=_percentage(certainty, language),
        place=_place(place, language),
        period=_period(years, language),
        amount=amount,
    )
    likely = notation.chance(float((draws > CENT).mean()), len(draws))
    return f"{at_most} {word('certainty.chance', language, chance=likely)}"


def difference_sentence(
    difference: npt.ArrayLike,
    than: str,
    *,
    place: str | None = None,
    language: str = "nl",
) -> str:
    """Tell what a choice costs more or less than another one, on the same draws.

    Parameters
    ----------
    difference : array_like, shape (draws,)
        Cost under the choice minus cost under the other, in every draw, in euros.
    than : str
        The name of the other choice, to be read after "under" (Dutch "bij").
    place : str, optional
        The municipality; absent, all together.
    language : str
        ``"nl"`` or ``"en"``.

    Returns
    -------
    str
        One sentence. A mean within two standard errors of zero is told as no clear difference.

    Raises
    ------
    TypeError, ValueError
        When the draws are not one finite number each, or the language is not known.

    Examples
    --------
    >>> text = difference_sentence([-2e6, -2.2e6, -1.8e6], "alles P x Q", place="Delft")
    >>> text.split(". ")[0]
    'Kosten voor Delft: gemiddeld 2,0 miljoen euro lager dan bij alles P x Q'
    """
    check_language(language)
    draws = _checked_draws(difference, "difference")
    where = _place(place, language)
    if (abs(draws) <= CENT).all():
        return word("certainty.no_difference", language, place=where, than=than)
    sd, mean = _sd(draws), float(draws.mean())
    error = None if sd is None else sd / len(draws) ** 0.5
    cheaper = notation.chance(float((draws < -CENT).mean()), len(draws))
    amount = _amount(mean, error, language)
    if amount is None or abs(mean) < SURE_ERRORS * (error or 0.0):
        return word("certainty.unclear", language, place=where, than=than, chance=cheaper)
    return word(
        "certainty.cheaper" if mean < 0.0 else "certainty.dearer",
        language,
        place=where,
        than=than,
        amount=amount,
        chance=cheaper,
    )


def _checked_draws(values: npt.ArrayLike, name: str) -> Draws:
    import numpy as np

    try:
        draws = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise TypeError(f"{name}: give an array of euros, one number per draw") from None
    if draws.ndim != 1 or len(draws) == 0:
        raise ValueError(
            f"{name}: one number per draw is asked, but its shape is {draws.shape}; sum over "
            "municipalities, segments and years first, or choose one of them"
        )
    if not np.isfinite(draws).all():
        raise ValueError(f"{name}: it holds a number that is not finite (NaN or infinity)")
    return draws


def _sd(draws: Draws) -> float | None:
    return float(draws.std(ddof=1)) if len(draws) > 1 else None


def _at_most(euros: float, amount: str | None) -> str:
    """Choose the sentence: an overrun at most, something left at least, or next to nothing."""
    if amount is None:
        return "certainty.none"
    return "certainty.overrun" if euros > 0.0 else "certainty.left"


def _amount(euros: float, error: float | None, language: str) -> str | None:
    """Write the size of an amount with its unit; None where its error allows no more than zero."""
    size = abs(euros)
    largest = max(size, error or 0.0)
    unit = next(unit for unit, least in SERVES_FROM.items() if largest >= least)
    written = notation.amount(size, error, unit=unit, language=language)
    if not set(written) & set("123456789"):
        return None
    return f"{written} {word(f'unit.long.{unit.euros}', language)}"


def _percentage(fraction: float, language: str) -> str:
    percents = 100.0 * fraction
    return notation.percentage(
        fraction, 0 if math.isclose(percents, round(percents)) else 1, language=language
    )


def _place(place: str | None, language: str) -> str:
    return word("certainty.everybody", language) if place is None else place


def _period(years: Sequence[int], language: str) -> str:
    if len(years) == 0:
        raise ValueError("years: name the years that are summed, at least one")
    if len(years) == 1:
        return str(years[0])
    return word("certainty.period", language, first=years[0], last=years[-1])
