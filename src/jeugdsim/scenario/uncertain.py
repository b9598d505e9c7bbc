"""Which numbers of a scenario may be uncertain, by field and by dotted path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from jeugdsim.scenario.contracts import Contract
from jeugdsim.scenario.draft import Table as Rows
from jeugdsim.scenario.fields import Table
from jeugdsim.scenario.keys import Allocation
from jeugdsim.scenario.numbers import FAMILIES, Allowed, Family
from jeugdsim.scenario.rows import COMPANIONS
from jeugdsim.scenario.settings import FundingResponse, Lever, TariffReset, World
from jeugdsim.scenario.tables import TABLES, identity
from jeugdsim.scenario.tree import Node, bare, children

_TABLES: tuple[tuple[str, type[BaseModel]], ...] = (("world", World), ("allocation", Allocation))
_NAMED: tuple[tuple[str, type[BaseModel]], ...] = (
    ("contracts", Contract),
    ("funding_response", FundingResponse),
    ("levers", Lever),
    ("tariff_resets", TariffReset),
)


@cache
def allowed_ranges(model: type[BaseModel]) -> Mapping[str, Allowed]:
    """Return the fields of a model that may be uncertain, each with the range it is clipped to.

    A field of a table inside the model has a dotted name.

    Examples
    --------
    >>> sorted(allowed_ranges(FundingResponse))
    ['inflow', 'refill', 'stay_days', 'step_down', 'units_per_day']
    >>> [name for name in allowed_ranges(Contract) if name.startswith("bail_out")]
    ['bail_out.chance', 'bail_out.share']
    """
    ranges = {}
    for name, description in model.model_fields.items():
        if _takes_a_family(description.annotation):
            ranges[name] = _allowed(description)
        for inner in _tables_in(description.annotation):
            ranges |= {f"{name}.{below}": allowed for below, allowed in allowed_ranges(inner).items()}
    return MappingProxyType(ranges)


def value_at(record: BaseModel, field: str) -> Any:
    """Return what a model holds at a dotted field name; None where a table on the way is absent."""
    value: Any = record
    for name in field.split("."):
        value = getattr(value, name, None)
    return value


def _tables_in(annotation: Any) -> list[type[Table]]:
    """Return the model of a field that is one table or absent; lists and named tables have none."""
    parts = [part for part in (annotation, *get_args(annotation)) if isinstance(part, type)]
    return [part for part in parts if issubclass(part, Table)]


def _takes_a_family(annotation: Any) -> bool:
    if isinstance(annotation, type):
        return issubclass(annotation, Family)
    return any(_takes_a_family(part) for part in get_args(annotation))


def _allowed(description: FieldInfo) -> Allowed:
    """Return the range a field is annotated with, itself or as the part beside None."""
    parts = [description, *get_args(description.annotation)]
    return next(mark for part in parts for mark in _marks(part) if isinstance(mark, Allowed))


def _marks(part: Any) -> Sequence[Any]:
    return part.metadata if isinstance(part, FieldInfo) else getattr(part, "__metadata__", ())


def numbers_by_path(toml: Node, tables: Mapping[str, Rows]) -> Iterator[tuple[str, Any]]:
    """Give every number of a draft that may be uncertain: its path, and what is written there.

    What is absent is given as None; of CSV files only those in ``tables`` are looked at.
    """
    for name, model in _TABLES:
        yield from _fields(name, model, toml.table.get(name))
    for root, model in _NAMED:
        if root in toml.table:
            for name, node in children(toml.table[root], (root,)):
                yield from _fields(f"{root}.{name}", model, node)
    for root in COMPANIONS.keys() & tables.keys():
        for line in tables[root].lines:
            names = identity(TABLES[root], line) or ()
            for column in COMPANIONS[root] if names else ():
                yield ".".join((root, *names, column)), line.cells.get(column)


def _fields(prefix: str, model: type[BaseModel], node: Node | None) -> Iterator[tuple[str, Any]]:
    table = {} if node is None else node.table
    for name in allowed_ranges(model):
        first, *rest = name.split(".")
        inner = table.get(first)
        for below in rest:
            inner = None if inner is None else inner.table.get(below)
        yield f"{prefix}.{name}", None if inner is None else bare(inner)


def is_distribution(written: Any) -> bool:
    """Tell whether what is written is one of the families of uncertain numbers."""
    return isinstance(written, dict) and frozenset(written) in FAMILIES


def uncertain_paths(toml: Node, tables: Mapping[str, Rows]) -> frozenset[str]:
    """Return the paths of the numbers of a draft that are written as a distribution."""
    numbers = numbers_by_path(toml, tables)
    return frozenset(path for path, written in numbers if is_distribution(written))
