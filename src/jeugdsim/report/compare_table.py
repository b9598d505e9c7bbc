"""A comparison as one tidy table: a row per quantity and period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from jeugdsim.report.files import Cell, Row, Table

SPREAD: Final = ("sd", "p5", "p10", "p50", "p80", "p90", "p95")
CHANCES: Final = ("cheaper", "dearer", "equal")
HEADER: Final = (
    "compared", "baseline", "about", "name", "quantity", "period", "year", "baseline_value",
    "compared_value", "difference", "standard_error", *SPREAD, *CHANCES,
)  # fmt: skip
_LEVELS: Final = {"region": "region", "municipalities": "municipality", "contracts": "contract"}


def comparison_table(results: Mapping[str, Any]) -> Table:
    """Turn the content of ``compare.json`` into a long table.

    Parameters
    ----------
    results : dict
        The content of ``compare.json``.

    Returns
    -------
    header, rows
        ``about`` is region, municipality or contract; ``period`` a year or "total"; ``year`` is empty
        in totals. ``difference`` is compared - baseline: of means for an amount, of chances for a
        chance, of P90s for ``cost_p90``; ``sd`` and percentiles are of the difference per draw.
        ``cheaper``: the chance that the compared scenario costs less.
    """
    rows: list[Row] = []
    for name, block in results["compared"].items():
        for level, about in _LEVELS.items():
            groups = {"": block[level]} if level == "region" else block[level]
            for group, quantities in groups.items():
                start: Row = [name, results["baseline"], about, group or None]
                rows += [start + row for row in _quantity_rows(quantities)]
    return list(HEADER), rows


def _quantity_rows(quantities: Mapping[str, Any]) -> Iterator[Row]:
    for quantity, periods in quantities.items():
        if quantity == "form":
            continue
        for period, block in periods.items():
            year = None if period == "total" else int(period)
            for name, cells in _records(quantity, block):
                yield [name, period, year, *(cells.get(column) for column in HEADER[7:])]


def _records(quantity: str, block: Mapping[str, Any] | None) -> Iterator[tuple[str, dict[str, Cell]]]:
    """Give what stands in one period: an amount, a chance, or the parts of a difference."""
    if block is None:
        return
    if quantity == "moved":
        for part, spread in block.items():
            yield f"moved.{part}", _difference(spread)
        return
    if not isinstance(block["difference"], Mapping):
        yield quantity, _sides(block["baseline"], block["compared"], block)
        return
    ours, theirs = block["baseline"], block["compared"]
    amount = _difference(block["difference"]) | block.get("chance", {})
    yield quantity, amount | {"baseline_value": ours["mean"], "compared_value": theirs["mean"]}
    if "p90" in block:
        yield f"{quantity}_p90", _sides(ours["p90"], theirs["p90"], block["p90"])


def _difference(spread: Mapping[str, Any]) -> dict[str, Cell]:
    return {
        "difference": spread["mean"],
        "standard_error": spread["standard_error"],
        **{column: spread[column] for column in SPREAD},
    }


def _sides(baseline: Cell, compared: Cell, block: Mapping[str, Any]) -> dict[str, Cell]:
    return {
        "baseline_value": baseline,
        "compared_value": compared,
        "difference": block["difference"],
        "standard_error": block["standard_error"],
    }
