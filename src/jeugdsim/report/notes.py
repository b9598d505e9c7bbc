"""The sentences around the tables: which run this is, how to read it, where it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from decimal import ROUND_HALF_UP, Decimal
from textwrap import wrap
from typing import Any, Final

from jeugdsim.report import notation
from jeugdsim.report.key_notes import MOST as MOST_KEY_NOTES
from jeugdsim.report.key_notes import key_notes
from jeugdsim.report.side import Side
from jeugdsim.report.text_table import shorten
from jeugdsim.report.words import WORDS, word, word_or_name

MOST: Final = 4
FEW_DRAWS: Final = 100
KINDS: Final = ("measured", "derived", "assumption")
LONGEST_SCENARIO: Final = 38
SHORTEST_WARNING: Final = 30
MOST_SHARES: Final = 3
LONGEST_SHARE: Final = 50
CLEAR: Final = 2.0  # standard errors from which a difference is told


def opening(side: Side, width: int) -> list[str]:
    """Name the run, and say so when its draws are few."""
    language = side.language
    heads = [
        word(
            key,
            language,
            name=shorten(str(side.results["scenario"]), LONGEST_SCENARIO),
            draws=notation.number(side.draws, language=language),
            seed=side.results["seed"],
            unit=word(f"unit.{side.unit.euros}", language),
        )
        for key in ("heading", "heading_short")
    ]
    head = next((text for text in heads if len(text) <= width), heads[-1])
    return [*wrap(head, width), *([word("few_draws", language)] if side.draws < FEW_DRAWS else [])]


def explanation(
    side: Side, width: int, shown: Set[str], bounds: Sequence[str], most: int = MOST
) -> list[str]:
    """Explain the columns: a line per note where each fits on one, else one paragraph.

    Parameters
    ----------
    side : Side
        The run.
    width : int
        Columns of the terminal.
    shown : set of str
        The optional columns of the region's table that are there.
    bounds : sequence of str
        The chances such as ``<1%`` that are on the screen.
    most : int
        No more notes than this; the most needed come first.
    """
    language = side.language
    unit = word(f"unit.short.{side.unit.euros}", language)
    overrun = word("overrun_note", language)
    size = word("size_note", language, unit=unit) if "size" in shown else ""
    target = _has_target(side)
    sentences = [
        _price_note(side, unit),
        f"{overrun}{size}.",
        *([word("target_note", language)] if target else []),
        _percentile_note(language, bounds),
    ][:most]
    if all(len(sentence) <= width for sentence in sentences):
        return sentences
    return wrap(" ".join(sentences), width)


def _has_target(side: Side) -> bool:
    years = side.find("region", "savings") or {}
    return any(year.get("target") for year in years.values())


def _price_note(side: Side, unit: str) -> str:
    """Give the price level, and the target in euros of the last year."""
    if not _has_target(side):
        return word("price_note", side.language)
    year = str(side.results["years"][-1])
    target = side.amount(side.find("region", "savings", year, "target"))
    return word("price_target_note", side.language, year=year, target=target, unit=unit)


def _percentile_note(language: str, bounds: Sequence[str]) -> str:
    sentences = [word("percentile_note", language)]
    for sign, key in (("<", "never_note"), (">", "always_note")):
        told = [bound for bound in bounds if bound.startswith(sign)]
        if told:
            sentences.append(word(key, language, bounds=", ".join(told)))
    return " ".join(sentences)


def closing(side: Side, width: int, most_on_keys: int = MOST_KEY_NOTES) -> list[str]:
    """Tell the key, what income does, where the inputs come from, what is absent, and warnings."""
    results, language = side.results, side.language
    absent = [word_or_name("absent", name, language) for name in results["absent"]]
    return [
        *wrap(_key_note(side), width),
        *wrap(key_notes(side, most_on_keys), width),
        *wrap(_income_note(side), width),
        *wrap(_provenance_note(side), width),
        *([word("absent", language, names=", ".join(absent))] if absent else []),
        *_warning_lines(results["warnings"], language, width),
    ]


def _provenance_note(side: Side) -> str:
    """Count the inputs by kind, and name what the cost is most uncertain by."""
    results, language = side.results, side.language
    told = results["provenance"]
    shares = [_share(entry, language) for entry in told.get("shares", ())[:MOST_SHARES]]
    needed = told.get("draws_needed", 0)
    most = ""
    if shares:
        most = word("provenance_most", language, shares=", ".join(shares))
    elif side.draws < needed:
        draws = notation.number(needed, language=language)
        most = word("provenance_few_draws", language, draws=draws)
    identity = f"Scenario {str(results['hash'])[:8]}, v{results['version']}."
    counts = {kind: told.get(kind, 0) for kind in KINDS}
    return word("provenance", language, most=most, identity=identity, **counts)


def _share(entry: Mapping[str, Any], language: str) -> str:
    """Name what is uncertain with its share, no finer than the standard error of the share."""
    names = [_input_name(pattern, entry["inputs"], language) for pattern in entry["patterns"]]
    step = notation.rounding_step(100.0 * entry["standard_error"], notation.ONE_PERCENT)
    steps = (Decimal(100.0 * entry["share"]) / step).to_integral_value(ROUND_HALF_UP)
    percent = f"{steps * step:.0f}%" if steps else f"<{step:.0f}%"
    return f"{shorten(' + '.join(names), LONGEST_SHARE)} {percent}"


def _input_name(pattern: str, inputs: int, language: str) -> str:
    """Give the plain name of inputs by their path, the path itself where there is none."""
    root, *names, field = pattern.split(".")
    key = f"spread.{pattern}" if f"spread.{pattern}" in WORDS else f"spread.{root}.{field}"
    if key not in WORDS:
        return pattern
    name = ".".join(names)
    if root == "funding_response":
        name = word_or_name("form", name, language)
    return word(key, language, name=name, inputs=inputs)


def _key_note(side: Side) -> str:
    """Name the key in use; results from before it was told have none."""
    key, language = side.find("key"), side.language
    names = set(key.values()) if isinstance(key, Mapping) else {key} - {None}
    label = (
        word("key_per_contract", language)
        if len(names) > 1
        else "".join(word_or_name("key", str(name), language) for name in names)
    )
    budgets = word("budget_split", language)
    return f"{word('key_in_use', language, label=label)} {budgets}" if label else budgets


def _income_note(side: Side) -> str:
    """Tell what municipalities are short of, or have left, when their means follow the income index."""
    gap = side.find("region", "income_gap", "total")
    if gap is None:
        return ""
    language, unit = side.language, word(f"unit.short.{side.unit.euros}", side.language)
    mean, price, error = gap["mean"], gap["price"]["mean"], gap["price"]["standard_error"]
    whole = word(
        "income.short" if mean > 0 else "income.left",
        language,
        amount=side.amount(abs(mean), gap["standard_error"]),
        unit=unit,
        chance=side.chance("region", "income_gap", "total", "probability"),
    )
    if abs(price) <= CLEAR * (error or 0.0):
        return whole
    part = word(
        "income.prices_faster" if price > 0 else "income.prices_slower",
        language,
        amount=side.amount(abs(price), error),
        unit=unit,
    )
    return f"{whole}{part}"


def _warning_lines(warnings: Sequence[str], language: str, width: int) -> list[str]:
    """Give the first warning, cut to the room there is, and the number of the others."""
    if not warnings:
        return []
    others = len(warnings) - 1
    text = word("warning", language, text=" ".join(str(warnings[0]).split()))
    if not others and len(text) <= width:
        return [text]
    key = "see_summary" if not others else "one_more_warning" if others == 1 else "more_warnings"
    rest = word(key, language, count=others)
    room = width - len(rest) - 1
    if room < SHORTEST_WARNING:
        return [shorten(text, width), rest]
    return [f"{shorten(text, room)} {rest}"]
