"""A rule of a contract as a sentence: percentages, euros, years and lists written for people."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from string import Formatter
from types import MappingProxyType
from typing import Any, Final

from jeugdsim.report import notation
from jeugdsim.report.contract_words import CONTRACT_WORDS
from jeugdsim.report.words import LANGUAGES, check_language, word

MILLION: Final = 1e6
MOST_DECIMALS: Final = 2
DIGITS: Final = 4


def contract_sentence(told_as: str, facts: Mapping[str, Any], language: str = "nl") -> str:
    """Write a rule of a contract as a sentence.

    Parameters
    ----------
    told_as : str
        The rule, and which of its sentences, such as ``loss_bands.first``.
    facts : mapping
        What is filled in, by name: fractions, euros, years, names, or what a list is made of.
    language : str
        ``"nl"`` or ``"en"``.

    Returns
    -------
    str

    Raises
    ------
    KeyError
        When no sentence tells the rule.
    ValueError
        When the language is not known.

    Examples
    --------
    >>> contract_sentence("loss_bands.first", {"fraction": 0.03, "euros": 2.4e6}, "en")
    'Loss: up to 3% above the budget (up to 2.4 million euros more) is paid by the provider itself.'
    """
    template = CONTRACT_WORDS[told_as][LANGUAGES.index(check_language(language))]
    return _Filled(language).vformat(template, (), facts)


def kind_name(kind: str, language: str = "nl") -> str:
    """Give the plain name of a kind of source."""
    return word(f"term.kind.{kind}", language)


class _Filled(Formatter):
    """Fills in a sentence: after the colon of a field stands how it is written."""

    def __init__(self, language: str) -> None:
        self.language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        return _WRITTEN[format_spec](value, self.language) if format_spec else str(value)


def written_percent(fraction: float, language: str) -> str:
    """Write a fraction as a percentage with as many decimals as it has, two at most."""
    percents = 100.0 * fraction
    decimals = next(
        (
            count
            for count in range(MOST_DECIMALS)
            if math.isclose(percents, round(percents, count), abs_tol=1e-9)
        ),
        MOST_DECIMALS,
    )
    return notation.percentage(fraction, decimals, language=language)


def written_euros(euros: float, language: str) -> str:
    """Write a sum: millions with a decimal, smaller ones in whole euros, cents below a hundred."""
    size = abs(euros)
    if size >= MILLION:
        millions = _without_zeros(euros / MILLION, 1 if size >= 10 * MILLION else 2, language)
        return f"{millions} {word('unit.long.1000000', language)}"
    whole = size >= 100 or float(euros).is_integer()
    written = notation.number(euros, 0 if whole else 2, language=language)
    return f"{written} {word('unit.long.1', language)}"


def _about(euros: float, language: str) -> str:
    """Write a sum that was worked out: below a million no finer than four digits."""
    size = abs(euros)
    if 0 < size < MILLION:
        euros = round(euros, DIGITS - 1 - math.floor(math.log10(size)))
    return written_euros(euros, language)


def _without_zeros(value: float, decimals: int, language: str) -> str:
    rounded = round(value, decimals)
    needed = next(count for count in range(decimals + 1) if round(rounded, count) == rounded)
    return notation.number(rounded, needed, language=language)


def _max_euros(euros: float, language: str) -> str:
    return written_euros(euros, language) if math.isfinite(euros) else word("term.no_limit", language)


def _count(number: float, language: str) -> str:
    return _without_zeros(float(number), MOST_DECIMALS, language)


def _listed(parts: Sequence[str], language: str) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return word("term.list.and", language, first=", ".join(parts[:-1]), last=parts[-1])


def _names(names: Sequence[str], language: str) -> str:
    return _listed(list(names), language)


def _sums(sums: Sequence[float], language: str) -> str:
    return _listed([written_euros(euros, language) for euros in sums], language)


def _sums_by_name(sums: Mapping[str, float], language: str) -> str:
    return "; ".join(
        word("term.list.by_name", language, name=name, euros=written_euros(euros, language))
        for name, euros in sums.items()
    )


def _by_year(fractions: Mapping[int, float], language: str) -> str:
    parts = [
        word("term.list.by_year", language, year=str(year), percent=written_percent(part, language))
        for year, part in sorted(fractions.items())
    ]
    return _listed(parts, language)


def _tiers(tiers: Mapping[str, tuple[float, float]], language: str) -> str:
    parts = [
        word(
            "term.list.tier",
            language,
            name=name,
            percent=written_percent(share, language),
            euros=written_euros(price, language),
        )
        for name, (share, price) in tiers.items()
    ]
    return _listed(parts, language)


def _terms(names: Sequence[str], language: str) -> str:
    return _listed([word(f"term.name.{name}", language) for name in names], language)


def _counted(key: str) -> Callable[[float, str], str]:
    def written(number: float, language: str) -> str:
        if number == 1:
            return word(f"term.{key}.one", language)
        return word(f"term.{key}", language, count=_count(number, language))

    return written


def _window(text: str | None, language: str) -> str:
    return word("term.list.window", language, window=text) if text else ""


def _group(name: str, language: str) -> str:
    return name or word("term.name.rest", language)


_WRITTEN: Final[Mapping[str, Callable[[Any, str], str]]] = MappingProxyType(
    {
        "percent": written_percent,
        "euros": written_euros,
        "about": _about,
        "max_euros": _max_euros,
        "count": _count,
        "names": _names,
        "sums": _sums,
        "sums_by_name": _sums_by_name,
        "by_year": _by_year,
        "tiers": _tiers,
        "terms": _terms,
        "years": _counted("years"),
        "every": _counted("every"),
        "months": _counted("months"),
        "window": _window,
        "group": _group,
    }
)
