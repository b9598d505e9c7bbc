"""The table of who bears the spread of the cost, under each way to pay for the same care."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from textwrap import wrap
from typing import Any, Final

from jeugdsim.report import notation
from jeugdsim.report.notation import Unit
from jeugdsim.report.text_table import Column, render
from jeugdsim.report.words import check_language, word

TOTAL: Final = "total"
Row = Mapping[str, Any]


def risk_table(
    rows: Sequence[Row],
    years: Sequence[int],
    draws: int,
    language: str = "nl",
    width: int = 100,
) -> str:
    """Write who bears the spread, over all years and in the last one, and how to read it.

    Parameters
    ----------
    rows : sequence of dict
        The rows of the table of risk transfer.
    years : sequence of int
        The years that were simulated.
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
    first, last = years[0], years[-1]
    one_year = word("transfer.one_year", language, last=last)
    periods = [(TOTAL, one_year)]
    if len(years) > 1:
        all_years = word("transfer.all_years", language, first=first, last=last)
        periods = [(TOTAL, all_years), (str(last), one_year)]
    lines: list[str] = []
    for period, name in periods:
        chosen = [row for row in rows if row["period"] == period]
        lines += [*_table(chosen, name, draws, language, width), ""]
    return "\n".join([*lines, *_notes(rows, language, width)])


def _table(rows: Sequence[Row], period: str, draws: int, language: str, width: int) -> list[str]:
    unit = notation.unit_for(row["payment_mean"] for row in rows)
    title = word(
        "transfer.title",
        language,
        period=period,
        unit=word(f"unit.{unit.euros}", language),
        draws=notation.number(draws, language=language),
    )
    columns = [
        Column(
            ("", word("transfer.form", language)), [_name(row, language) for row in rows], left=True
        ),
        *_amounts(rows, "payment", draws, unit, language),
        *_amounts(rows, "provider_result", draws, unit, language),
        Column(
            (word("transfer.share", language), word("transfer.share_below", language)),
            [_percent(row["payer_share"], row["payer_share_standard_error"], language) for row in rows],
        ),
        Column(
            (word("transfer.back", language), word("transfer.back_below", language)),
            [_back(row, language) for row in rows],
        ),
    ]
    cost = _cost_line(rows, draws, unit, language)
    return [*wrap(title, width), *render(columns, width=width), *wrap(cost, width)]


def _name(row: Row, language: str) -> str:
    key = "with_bail_out" if row["bail_out"] else row["form"]
    return word(f"transfer.{key}", language)


def _amounts(
    rows: Sequence[Row], name: str, draws: int, unit: Unit, language: str
) -> tuple[Column, Column]:
    """Return mean and spread under one head, each no finer than its standard error."""
    head = word("transfer.payment" if name == "payment" else "transfer.result", language)

    def written(value: float, error: float | None) -> str:
        return notation.amount(value, error, unit=unit, language=language)

    means = [written(row[f"{name}_mean"], row[f"{name}_sd"] / math.sqrt(draws)) for row in rows]
    sds = [written(row[f"{name}_sd"], row[f"{name}_sd_standard_error"]) for row in rows]
    return (
        Column((head, word("transfer.mean", language)), means),
        Column((head, word("transfer.sd", language)), sds),
    )


def _percent(fraction: float, error: float, language: str) -> str:
    if not math.isfinite(fraction):
        return notation.DASH
    step = notation.rounding_step(100.0 * error, notation.ONE_PERCENT)
    percents = (Decimal(100.0 * fraction) / step).to_integral_value(ROUND_HALF_UP) * step
    return f"{notation.number(percents, language=language)}%"


def _back(row: Row, language: str) -> str:
    """Write the part of the spread that a bail-out brings back."""
    if not row["bail_out"]:
        return ""
    return _percent(row["risk_back"], row["payer_share_standard_error"], language)


def _cost_line(rows: Sequence[Row], draws: int, unit: Unit, language: str) -> str:
    if not rows:
        return ""
    row = rows[0]
    sd = row["care_cost_sd"]
    mean = notation.amount(row["care_cost_mean"], sd / math.sqrt(draws), unit=unit, language=language)
    spread = notation.amount(sd, row["care_cost_sd_standard_error"], unit=unit, language=language)
    return word("transfer.cost", language, mean=mean, sd=spread)


def _notes(rows: Sequence[Row], language: str, width: int) -> list[str]:
    keys = ["sd_note", "forms_note", "assumed_note"]
    notes = [word(f"transfer.{key}", language) for key in keys]
    for row in rows:
        if row["form"] == "availability" and row["period"] == TOTAL:
            notes.append(word("transfer.places_note", language, names=", ".join(row["contracts"])))
    return [line for note in notes for line in wrap(note, width)]
