"""The files of a run: JSON and tidy CSV, written whole or not at all.

Every file is first written beside its place under another name and then moved into it, so that a
reader never meets half a file. Nothing in a file depends on the time or the machine.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

Cell = str | int | float | None
Row = list[Cell]
Table = tuple[list[str], list[Row]]

STATISTICS: Final = ("mean", "sd", "standard_error", "p5", "p10", "p50", "p80", "p90", "p95")
CHANCES: Final = ("probability", "probability_real", "size", "target")


@contextmanager
def moved_into_place(path: str | Path) -> Iterator[Path]:
    """Give a temporary path to write to; at the end it becomes `path`, on an error it goes."""
    place = Path(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    temporary = place.with_name(f".{place.name}.{uuid4().hex}.tmp")
    try:
        yield temporary
        temporary.replace(place)
    finally:
        temporary.unlink(missing_ok=True)


def write_json(path: str | Path, data: Mapping[str, Any]) -> None:
    """Write data as JSON in the order given; NaN and infinity are refused."""
    text = json.dumps(data, allow_nan=False, ensure_ascii=False, indent=2)
    with moved_into_place(path) as temporary:
        temporary.write_bytes(f"{text}\n".encode())


def write_csv(path: str | Path, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write a table as CSV: commas, points, ``None`` empty, every digit of a number.

    NaN and infinity are refused, and so is a row that is not as long as the header.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(_checked(row, len(header)) for row in rows)
    with moved_into_place(path) as temporary:
        temporary.write_bytes(text.getvalue().encode())


def tidy_tables(summary: Mapping[str, Any]) -> dict[str, Table]:
    """Turn the content of ``summary.json`` into long tables.

    Parameters
    ----------
    summary : dict
        The content of ``summary.json``.

    Returns
    -------
    dict
        Per file name the header and the rows: one row per quantity and period, the statistics in
        columns. ``period`` is a year or "total"; ``year`` is that year as a number, empty for the
        total. A number that is certain, such as a budget, stands in ``mean``. A part of a
        quantity has a dotted name, such as ``savings.real``. ``waiting.csv`` is there where care
        forms have places, ``ages.csv`` where children have ages, ``providers.csv`` where a contract
        names its providers.
    """
    limits = {name: summary[name] for name in ("waiting", "ages") if summary.get(name)}
    return {
        "region.csv": _region(summary),
        "contracts.csv": _contracts(summary),
        "municipalities.csv": _municipalities(summary),
        "allocation.csv": _allocation(summary),
        **_providers(summary),
        **{f"{name}.csv": _by_care_form(block) for name, block in limits.items()},
    }


def _region(summary: Mapping[str, Any]) -> Table:
    header = ["quantity", "period", "year", *STATISTICS, *CHANCES]
    quantities = {
        **summary["region"],
        "reference.payment": summary["reference"]["region"]["payment"],
    }
    return header, _long(quantities, CHANCES)


def _contracts(summary: Mapping[str, Any]) -> Table:
    header = ["contract", "form", "quantity", "period", "year", *STATISTICS, "probability"]
    rows: list[Row] = []
    for name, contract in summary["contracts"].items():
        quantities = {key: value for key, value in contract.items() if isinstance(value, Mapping)}
        quantities.pop("providers", None)
        rows += [[name, contract["form"], *row] for row in _with_chances(quantities)]
    return header, rows


def _providers(summary: Mapping[str, Any]) -> dict[str, Table]:
    """Return the groups of providers, of the contracts that name any, as a table of their own."""
    header = ["contract", "group", "providers", "market_share"]
    rows: list[Row] = []
    for name, contract in summary["contracts"].items():
        for group, block in contract.get("providers", {}).items():
            quantities = {key: value for key, value in block.items() if isinstance(value, Mapping)}
            who: Row = [name, group, block["providers"], block["market_share"]]
            rows += [[*who, *row] for row in _with_chances(quantities)]
    columns = ["quantity", "period", "year", *STATISTICS, "probability"]
    return {"providers.csv": ([*header, *columns], rows)} if rows else {}


def _with_chances(quantities: Mapping[str, Any]) -> list[Row]:
    """Return quantities as rows; chances by the end of a year stand in ``probability``."""
    told = {
        name: {year: {"probability": p} for year, p in years.items()}
        if name.startswith("chance_")
        else years
        for name, years in quantities.items()
    }
    return _long(told, ("probability",))


def _municipalities(summary: Mapping[str, Any]) -> Table:
    extra = ("probability", "size")
    header = ["municipality", "quantity", "period", "year", *STATISTICS, *extra]
    rows: list[Row] = []
    for name, bill in summary["municipalities"].items():
        means = bill.get("drivers", {})
        drivers = {
            period: {driver: {"mean": mean} for driver, mean in parts.items()}
            for period, parts in means.items()
        }
        rows += [[name, *row] for row in _long({**bill, "drivers": drivers}, extra)]
    return header, rows


def _allocation(summary: Mapping[str, Any]) -> Table:
    header = ["key", "municipality", "period", "year", *STATISTICS, "not_computable"]
    empty: Row = [None] * (3 + len(STATISTICS))
    rows: list[Row] = []
    for key, bills in summary["allocation"].items():
        if "not_computable" in bills:
            rows.append([key, *empty, bills["not_computable"]])
        else:
            rows += [[key, *row, None] for row in _long(bills, ())]
    return header, rows


def _by_care_form(block: Mapping[str, Any]) -> Table:
    header = ["care_form", "quantity", "period", "year", *STATISTICS]
    return header, [[form, *row] for form, quantities in block.items() for row in _long(quantities, ())]


def _long(quantities: Mapping[str, Any], extra: Sequence[str]) -> list[Row]:
    return [
        [part, period, _year(period), *(values.get(column) for column in (*STATISTICS, *extra))]
        for name, years in quantities.items()
        for part, period, values in _parts(name, years)
    ]


def _year(period: str) -> int | None:
    return None if period == "total" else int(period)


def _parts(name: str, years: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Give the quantity per year, then each block inside it as a quantity of its own."""
    blocks: dict[str, dict[str, Any]] = {}
    for year, values in years.items():
        if not isinstance(values, Mapping):
            yield name, year, {"mean": values}
            continue
        if not all(isinstance(value, Mapping) for value in values.values()):
            yield name, year, values
        for key, value in values.items():
            if isinstance(value, Mapping):
                blocks.setdefault(f"{name}.{key}", {})[year] = value
    for part, inner in blocks.items():
        yield from _parts(part, inner)


def _checked(row: Sequence[Cell], length: int) -> Sequence[Cell]:
    if len(row) != length:
        raise ValueError(f"a row has {len(row)} cells where the header has {length}: {row}")
    if any(isinstance(cell, float) and not math.isfinite(cell) for cell in row):
        raise ValueError(f"a row holds a number that is not finite: {row}")
    return row
