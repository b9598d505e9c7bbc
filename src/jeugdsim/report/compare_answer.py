"""The printed comparison: what another scenario changes, on one terminal screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from textwrap import wrap
from typing import Any, Final

from jeugdsim.report import compare_tables, notation
from jeugdsim.report.notes import FEW_DRAWS
from jeugdsim.report.pair import BASELINE, MARGIN, Pair, finer, pairs
from jeugdsim.report.text_table import shorten
from jeugdsim.report.words import check_language, word

MOST_LINES: Final = 40
TOTAL: Final = "total"
NOTES: Final = ("compare.margin_note", "compare.rare_note", "compare.moved_note")


@dataclass(frozen=True)
class _Plan:
    """How much is shown: municipalities, contracts, notes, blank lines between the tables."""

    municipalities: int = 12
    contracts: int = 6
    notes: int = len(NOTES)
    blanks: int = 4


def printed_comparison(results: Mapping[str, Any], language: str = "nl", width: int = 100) -> str:
    """Write a comparison for one terminal screen.

    Parameters
    ----------
    results : dict
        The content of ``compare.json``.
    language : str
        ``"nl"`` or ``"en"``.
    width : int
        The columns of the terminal; no line is longer.

    Returns
    -------
    str
        At most 40 lines, without a line break at the end.
    """
    every = pairs(results, check_language(language))
    lines: list[str] = []
    for plan in _plans():
        lines = _two(every[0], width, plan) if len(every) == 1 else _several(every, width)
        if len(lines) <= MOST_LINES:
            break
    return "\n".join(shorten(line, width) for line in lines[:MOST_LINES])


def _plans() -> Iterator[_Plan]:
    """Give ever tighter plans: what a reader misses least goes first."""
    plan = _Plan()
    yield plan
    steps = (
        ("blanks", 1),
        ("notes", 2),
        ("contracts", 4),
        ("municipalities", 6),
        ("contracts", 3),
        ("notes", 1),
        ("blanks", 0),
    )
    for part, least in steps:
        for count in range(getattr(plan, part) - 1, least - 1, -1):
            plan = replace(plan, **{part: count})
            yield plan


def _two(pair: Pair, width: int, plan: _Plan) -> list[str]:
    parts = [
        [*_opening([pair], width), *_wrapped([*_sentences(pair), *_response_notes([pair])], width)],
        compare_tables.cost_table(pair, width),
        compare_tables.moved_table([pair], width),
        compare_tables.contract_table(pair, width, plan.contracts),
        compare_tables.municipality_table(pair, width, plan.municipalities),
    ]
    return [*_joined(parts, plan.blanks), *_closing(pair, width, plan.notes)]


def _several(every: Sequence[Pair], width: int) -> list[str]:
    parts = [
        [*_opening(every, width), *_wrapped(_response_notes(every), width)],
        compare_tables.scenarios_table(every, width),
        compare_tables.moved_table(every, width),
    ]
    return [*_joined(parts, len(parts)), *_closing(every[0], width, len(NOTES))]


def _wrapped(sentences: Sequence[str], width: int) -> list[str]:
    return [line for sentence in sentences for line in wrap(sentence, width)]


def _joined(parts: Sequence[Sequence[str]], blanks: int) -> list[str]:
    lines: list[str] = []
    for number, part in enumerate(filter(None, parts)):
        lines += [""] * (0 < number <= blanks)
        lines += part
    return lines


def _opening(every: Sequence[Pair], width: int) -> list[str]:
    """Name the run and the scenarios behind the letters."""
    first = every[0]
    results, language = first.results, first.language
    years = results["years"]
    fields = {
        "years": f"{years[0]}{notation.DASH}{years[-1]}" if len(years) > 1 else str(years[0]),
        "draws": notation.number(first.draws, language=language),
        "seed": results["seed"],
        "unit": word(f"unit.{first.unit.euros}", language),
    }
    heads = [word(key, language, **fields) for key in ("compare.heading", "compare.heading_short")]
    head = next((text for text in heads if len(text) <= width), heads[-1])
    named = [(BASELINE, str(results["baseline"])), *((pair.letter, pair.name) for pair in every)]
    few = [word("few_draws", language)] if first.draws < FEW_DRAWS else []
    return [head, *(shorten(_name(results, *entry), width) for entry in named), *few]


def _name(results: Mapping[str, Any], letter: str, name: str) -> str:
    full = str(results["scenarios"][name]["scenario"])
    return f"{letter}: {name}" if name == full else f"{letter}: {name} ({full})"


def _sentences(pair: Pair) -> list[str]:
    """Tell the difference in cost, in expensive futures, for providers, councils and who waits."""
    return [*_cost_sentences(pair), _providers(pair), _chances(pair), *_waiting(pair)]


def _cost_sentences(pair: Pair) -> list[str]:
    cost = pair.find("region", "cost", TOTAL)
    if cost["chance"]["equal"] == 1.0:
        return [word("compare.same", pair.language, letter=pair.letter)]
    mean, rare = cost["difference"], cost["p90"]
    spread = ("region", "cost", TOTAL, "difference")
    return [
        _told(pair, "", mean["mean"], mean["standard_error"])
        + _told(pair, "rare_", rare["difference"], rare["standard_error"]),
        word(
            "compare.chance",
            pair.language,
            letter=pair.letter,
            cheaper=pair.chance("region", "cost", TOTAL, "chance", "cheaper"),
            low=pair.quantile(*spread, p=10),
            high=pair.quantile(*spread, p=90),
        ),
    ]


def _told(pair: Pair, kind: str, euros: float, error: float | None) -> str:
    """Tell a difference as less, more or unclear, whichever its margin allows."""
    clear = error is not None and abs(euros) > MARGIN * error
    key = "unclear" if not clear else "less" if euros < 0 else "more"
    signed, margin = pair.with_margin(euros, error)
    return word(
        f"compare.{kind}{key}",
        pair.language,
        letter=pair.letter,
        size=pair.with_margin(abs(euros), error)[0],
        signed=signed,
        margin=margin,
        unit=word(f"unit.{pair.unit.euros}", pair.language),
    )


def _providers(pair: Pair) -> str:
    ours, theirs = (_kept(pair, side) for side in ("baseline", "compared"))
    return word("compare.providers", pair.language, letter=pair.letter, ours=ours, theirs=theirs)


def _kept(pair: Pair, side: str) -> str:
    """Write what all providers keep on average, and how far it may be from there."""
    path = ("region", "provider_result", TOTAL, side)
    spread = pair.find(*path)
    low, high = pair.quantile(*path, p=10), pair.quantile(*path, p=90)
    mean, margin = pair.with_margin(spread["mean"], spread["standard_error"])
    if low == high:
        return mean
    return word("compare.spread", pair.language, mean=mean, margin=margin, low=low, high=high)


def _chances(pair: Pair) -> str:
    """Tell the chances of an overrun and of the target; no target has no chance."""
    told = {"compare.chances": "chance_overrun", "compare.target": "chance_target_real"}
    return " ".join(
        word(
            key,
            pair.language,
            letter=pair.letter,
            ours=pair.chance("region", quantity, TOTAL, "baseline"),
            theirs=pair.chance("region", quantity, TOTAL, "compared"),
        )
        for key, quantity in told.items()
        if pair.find("region", quantity, TOTAL) is not None
    )


def _waiting(pair: Pair) -> list[str]:
    """Tell how many children more or fewer wait at the end of the last year; nothing without places."""
    year = str(pair.results["years"][-1])
    line = pair.find("region", "clients_waiting_at_year_end", year)
    if line is None:
        return []
    language, change = pair.language, line["difference"]
    mean, error = change["mean"], change["standard_error"]

    def written(number: float | None, error: float | None) -> str:
        return notation.count(number, error, tenths=True, language=language)

    clear = error is not None and abs(mean) > MARGIN * error
    text = word(
        f"compare.waiting.{'unclear' if not clear else 'less' if mean < 0 else 'more'}",
        language,
        letter=pair.letter,
        year=year,
        size=written(abs(mean), finer(error)),
        margin=written(None if error is None else MARGIN * error, finer(error)),
        **{
            name: written(line[side]["mean"], line[side]["standard_error"])
            for name, side in (("ours", "baseline"), ("theirs", "compared"))
        },
    )
    return [text]


def _closing(pair: Pair, width: int, most: int) -> list[str]:
    """Tell how to read the tables."""
    return wrap(" ".join(word(note, pair.language) for note in NOTES[:most]), width)


def _response_notes(every: Sequence[Pair]) -> list[str]:
    """Tell in which scenarios funding changes the care itself, and whether that is assumed."""
    results, language = every[0].results, every[0].language
    named = [(BASELINE, results["baseline"]), *((pair.letter, pair.name) for pair in every)]
    kinds = {letter: set(results["scenarios"][name]["responses"].values()) for letter, name in named}
    notes = []
    for key, holds in (("assumption", True), ("sourced", False)):
        letters = [x for x, found in kinds.items() if found and ("assumption" in found) is holds]
        if letters:
            text = f" {word('compare.and', language)} ".join(letters)
            notes.append(word(f"compare.response.{key}", language, letters=text))
    return notes
