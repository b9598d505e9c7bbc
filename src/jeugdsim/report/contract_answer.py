"""The terms of contracts on screen: per contract who bears which risk, and what is agreed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from textwrap import wrap
from typing import Any, Final

from jeugdsim.report.contract_sentence import kind_name
from jeugdsim.report.words import check_language, word, word_or_name

RISKS: Final = (
    "form",
    "number_of_children",
    "price",
    "length_and_intensity",
    "empty_places",
    "expensive_children",
    "change_of_budget",
)
BULLET: Final = "  - "
KEPT_TOGETHER: Final = "\N{NO-BREAK SPACE}"


def printed_terms(
    rows: Sequence[Mapping[str, Any]],
    scenario: Mapping[str, Any],
    language: str = "nl",
    width: int = 100,
) -> str:
    """Write the terms of every contract, one rule per bullet.

    Parameters
    ----------
    rows : sequence of dict
        The rows of the table of contract terms: contract, form, rule, text, kind and source.
    scenario : dict
        Its ``name``, ``price_year`` and first ``year``.
    language : str
        ``"nl"`` or ``"en"``; that of the rows' texts.
    width : int
        The columns of the terminal; no line is longer.

    Returns
    -------
    str
        Without a line break at the end.
    """
    check_language(language)
    lines = wrap(word("terms.heading", language, **scenario), width)
    for (name, form), of_contract in groupby(rows, key=lambda row: (row["contract"], row["form"])):
        told = list(of_contract)
        lines += ["", f"{name} ({word_or_name('form', form, language)})"]
        risks = [row for row in told if row["rule"] in RISKS]
        lines += _bullets("terms.risks", risks, language, width, with_papers=False)
        agreed = [row for row in told if row["rule"] not in RISKS]
        lines += _bullets("terms.agreed", agreed, language, width, with_papers=True)
    return "\n".join([*lines, "", *wrap(word("terms.note", language), width)])


def _bullets(
    title: str, rows: Sequence[Mapping[str, Any]], language: str, width: int, *, with_papers: bool
) -> list[str]:
    lines = [f"  {word(title, language)}"]
    for row in rows:
        text = f"{row['text']} {_papers(row, language)}" if with_papers else row["text"]
        wrapped = wrap(text, width, initial_indent=BULLET, subsequent_indent=" " * len(BULLET))
        lines += [line.replace(KEPT_TOGETHER, " ") for line in wrapped]
    return lines


def _papers(row: Mapping[str, Any], language: str) -> str:
    """Give the kind of source and its id."""
    papers = " ".join([kind_name(row["kind"], language), *row["source"].split()])
    return f"[{papers.replace(' ', KEPT_TOGETHER)}]"
