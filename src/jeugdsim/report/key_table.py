"""The tables of ``jeugdsim keys``: what every key is judged on, and who gains or loses by a change."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any, Final

from jeugdsim.report import notation
from jeugdsim.report.text_table import Column, render
from jeugdsim.report.words import check_language, word, word_or_name

REGION: Final = "region"
TOTAL: Final = "total"
Row = Mapping[str, Any]


def key_table(
    rows: Sequence[Row], heading: Mapping[str, Any], language: str = "nl", width: int = 100
) -> str:
    """Write what every key is judged on, a line per key, and how to read it.

    Parameters
    ----------
    rows : sequence of dict
        The rows of the table of ``judge_keys``.
    heading : dict
        The scenario's ``name``, and ``draws`` and ``seed`` of the run.
    language : str
        ``"nl"`` or ``"en"``.
    width : int
        The columns of the terminal; no line is longer.

    Returns
    -------
    str
        Without a line break at the end.
    """
    check_language(language)
    keys = {str(row["key"]): row for row in rows if row["municipality"] == REGION}
    told = {name: key for name, key in keys.items() if key["computable"]}
    towns = {
        name: [row for row in rows if row["key"] == name and row["municipality"] != REGION]
        for name in told
    }
    unit = notation.unit_for(key["moved"] for key in told.values())
    title = word(
        "keys.heading",
        language,
        name=heading["name"],
        count=len(keys),
        draws=notation.number(heading["draws"], language=language),
        seed=heading["seed"],
        unit=word(f"unit.{unit.euros}", language),
    )
    lines = wrap(title, width)
    if told:
        lines += [
            "",
            *render(_columns(told, towns, int(heading["draws"]), unit, language), width=width),
        ]
    lines += ["", *_notes(keys, language, width)]
    return "\n".join(lines)


def _columns(
    told: Mapping[str, Row],
    towns: Mapping[str, Sequence[Row]],
    draws: int,
    unit: notation.Unit,
    language: str,
) -> list[Column]:
    def head(name: str) -> tuple[str, str]:
        short = word(f"unit.short.{unit.euros}", language)
        first, second = word(f"keys.head.{name}", language).split("|")
        return first, second.replace("{unit}", short)

    def means(name: str, decimals: int) -> list[str]:
        return [
            notation.number(_mean(rows, name), decimals, language=language) for rows in towns.values()
        ]

    names = [word_or_name("key", name, language) for name in told]
    cells = {
        "surprise": [_range(rows, draws) for rows in towns.values()],
        "volatility": [
            notation.percentage(_mean(rows, "volatility"), 1, language=language)
            for rows in towns.values()
        ],
        "correlation": means("correlation", 2),
        "marginal": [notation.number(key["marginal"], 2, language=language) for key in told.values()],
        "arrives_after": [
            notation.number(key["arrives_after"], 1, language=language) for key in told.values()
        ],
        "moved": [notation.amount(key["moved"], unit=unit, language=language) for key in told.values()],
        "worse_than_alone": [_count_worse(rows) for rows in towns.values()],
        "coalitions_worse": [_part(key["coalitions_worse"], language) for key in told.values()],
    }
    first = Column(("", word("keys.key", language)), names, left=True)
    return [first, *(Column(head(name), texts) for name, texts in cells.items())]


def _range(rows: Sequence[Row], draws: int) -> str:
    chances = [float(row["surprise_over_5"]) for row in rows]
    low, high = (notation.chance(edge(chances), draws) for edge in (min, max))
    return low if low == high else f"{low}{notation.DASH}{high}"


def _mean(rows: Sequence[Row], name: str) -> float:
    values = [float(row[name]) for row in rows if not math.isnan(row[name])]
    return sum(values) / len(values) if values else float("nan")


def _count_worse(rows: Sequence[Row]) -> str:
    if any(math.isnan(row["worse_than_alone"]) for row in rows):
        return notation.DASH
    return str(sum(row["worse_than_alone"] > 0 for row in rows))


def _part(fraction: float, language: str) -> str:
    """Write a fraction of all groups: one that is there is never 0%."""
    if fraction and not math.isnan(fraction) and fraction < 0.005:
        return "<1%"
    return notation.percentage(fraction, language=language)


def _notes(keys: Mapping[str, Row], language: str, width: int) -> list[str]:
    notes = [word(f"keys.note.{name}", language) for name in ("surprise", "use", "alone")]
    asking = [word_or_name("key", name, language) for name, key in keys.items() if key["needs_use"]]
    if asking:
        notes.append(word("keys.needs_use", language, names=", ".join(asking)))
    for name, key in keys.items():
        if not key["computable"]:
            label = word_or_name("key", name, language)
            notes.append(word("keys.not_computable", language, label=label, reason=key["reason"]))
    return [line for note in notes for line in wrap(note, width)]


def shift_table(
    rows: Sequence[Row], old: str, new: str, draws: int, language: str = "nl", width: int = 100
) -> str:
    """Write who pays less and who more under another key, in order, over all years.

    Parameters
    ----------
    rows : sequence of dict
        The rows of the table of ``key_shift``.
    old, new : str
        Names of the keys.
    draws : int
        The number of draws.
    language : str
        ``"nl"`` or ``"en"``.
    width : int
        The columns of the terminal; no line is longer.

    Returns
    -------
    str
        Without a line break at the end.
    """
    check_language(language)
    total = [row for row in rows if row["period"] == TOTAL]
    unit = notation.unit_for(row[name] for row in total for name in ("p10", "p90"))
    labels = {"old": word_or_name("key", old, language), "new": word_or_name("key", new, language)}
    names = ("mean", "p10", "p50", "p90")

    def amounts(name: str) -> list[str]:
        return [notation.amount(row[name], unit=unit, language=language) for row in total]

    def per_head(name: str) -> list[str]:
        cells = (row[f"per_inhabitant_{name}"] for row in total)
        return [notation.number(cell, 0, language=language) for cell in cells]

    heads = {name: name.upper() for name in names} | {"mean": word("keys.shift.mean", language)}
    chance = word("keys.shift.gaining", language).split("|")
    columns = [
        Column(
            ("", word("keys.shift.municipality", language)),
            [str(row["municipality"]) for row in total],
            left=True,
        ),
        *(Column((word(f"unit.{unit.euros}", language), heads[n]), amounts(n)) for n in names),
        *(Column((word("keys.shift.head", language), heads[n]), per_head(n), 1) for n in names),
        Column(
            (chance[0], chance[1]),
            [notation.chance(row["chance_of_gaining"], draws) for row in total],
            2,
        ),
    ]
    lines = [*wrap(word("keys.shift", language, **labels), width), *render(columns, width=width)]
    return "\n".join(lines)
