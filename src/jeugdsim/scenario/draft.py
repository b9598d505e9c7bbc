"""A scenario before it is checked: the merged tables and rows, each with its place.

Folders (``reader``) and changes in Python (``changes``) both make a draft; ``build`` checks it and
turns it into a frozen Scenario. So whatever the way in, the same rules hold.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from jeugdsim.scenario.contracts import Contract
from jeugdsim.scenario.fields import Date, Years
from jeugdsim.scenario.files import Place
from jeugdsim.scenario.inherit import SCOPE
from jeugdsim.scenario.keys import Allocation
from jeugdsim.scenario.rows import Row
from jeugdsim.scenario.settings import Budget, Lever, Settings
from jeugdsim.scenario.tables import Line
from jeugdsim.scenario.tree import Node, bare, lever_name

ModelType = TypeVar("ModelType", bound=BaseModel)
RowType = TypeVar("RowType", bound=Row)


@dataclass
class Table:
    """The lines of one CSV file and its place; ``readable`` is False where reading failed."""

    place: Place
    lines: list[Line] = field(default_factory=list)
    readable: bool = True


@dataclass
class Draft:
    """What stands in the files, merged, before any check.

    Attributes
    ----------
    toml : Node or None
        The tables of scenario.toml; None where the file could not be read.
    tables : dict of str to Table
        The CSV files under their path root (``demand``, ``source_rows``, ...).
    empirical : dict of str to Table
        The files that stays of care_forms.csv name, under their file name.
    """

    toml: Node | None
    tables: dict[str, Table]
    empirical: dict[str, Table] = field(default_factory=dict)


@dataclass(frozen=True)
class Agreement:
    """Terms on the scope of a contract: its own, or those of an option for it.

    Attributes
    ----------
    keys : tuple of str
        Where they stand: ("contracts", NAME) or ("options", NAME, OPTION).
    contract : str
        The name of the contract.
    place : Place
        The line they begin on.
    terms : Contract
        The terms, with the contract's scope.
    """

    keys: tuple[str, ...]
    contract: str
    place: Place
    terms: Contract

    @property
    def path(self) -> str:
        """The keys as a dotted path."""
        return ".".join(self.keys)

    @property
    def is_option(self) -> bool:
        """Whether these terms could be agreed, and are not."""
        return self.keys[0] == "options"


@dataclass(frozen=True)
class Subject:
    """What the cross-table checks look at: every part that is right by itself.

    A part that is wrong by itself has its own findings already and is left out, so that one mistake
    is told once.
    """

    toml: Node
    tables: dict[str, Table]
    empirical: dict[str, Table]
    settings: Settings | None
    years: tuple[int, ...]
    contracts: dict[str, tuple[Place, Contract]]
    contracts_complete: bool
    agreements: list[Agreement]
    levers: list[tuple[Node, Lever]]
    allocation: Allocation | None
    budget: Budget | None

    def readable(self, *names: str) -> bool:
        """Tell whether these files could be read."""
        return all(self.tables[name].readable for name in names)

    def complete(self, *names: str) -> bool:
        """Tell whether every row of these files is right by itself."""
        return self.readable(*names) and all(
            line.row is not None for name in names for line in self.tables[name].lines
        )

    def rows(self, name: str, model: type[RowType]) -> list[tuple[Place, RowType]]:
        """Return the rows of a file that are right by themselves, in order of the file."""
        return [
            (line.place, line.row) for line in self.tables[name].lines if isinstance(line.row, model)
        ]

    def names(self, table: str, column: str) -> set[str]:
        """Return the names in a text column, also those of rows that are wrong otherwise."""
        cells = (line.cells.get(column) for line in self.tables[table].lines)
        return {cell for cell in cells if isinstance(cell, str) and cell.strip()}

    def entry(self, *keys: str) -> Node | None:
        """Return the node of a TOML path, None where it is absent."""
        node: Node | None = self.toml
        for key in keys:
            node = None if node is None else node.table.get(key)
        return node

    def place(self, *keys: str) -> Place:
        """Return the place of a TOML path, or of the deepest part of it that is there."""
        node = self.toml
        for key in keys:
            node = node.table.get(key, node)
        return node.place

    def place_in(self, agreed: Agreement, *keys: str) -> Place:
        """Return the place of a term, or of the deepest part of its path that is there."""
        return self.place(*agreed.keys, *keys)


def subject_of(draft: Draft, toml: Node, settings: Settings | None) -> Subject:
    """Take the parts of a draft that are right by themselves."""
    table = toml.table
    contracts = {
        name: (node.place, contract)
        for name, node in _named(table.get("contracts"))
        if (contract := _valid(Contract, node)) is not None
    }
    levers = [
        (node, lever)
        for node in (table["levers"].items if "levers" in table else [])
        if (lever := _valid(Lever, node)) is not None and lever_name(node)
    ]
    return Subject(
        toml=toml,
        tables=draft.tables,
        empirical=draft.empirical,
        settings=settings,
        years=_years(toml),
        contracts=contracts,
        contracts_complete=len(contracts) == len(dict(_named(table.get("contracts")))),
        agreements=[
            *(Agreement(("contracts", name), name, *own) for name, own in contracts.items()),
            *_options(toml, contracts),
        ],
        levers=levers,
        allocation=_valid(Allocation, table.get("allocation")),
        budget=_valid(Budget, table.get("budget")),
    )


def _options(toml: Node, contracts: Container[str]) -> Iterator[Agreement]:
    """Give the options that are right by themselves, for contracts that are."""
    for name, options in _named(toml.table.get("options")):
        for option, node in _named(options) if name in contracts else []:
            contract = toml.table["contracts"].table[name]
            scope = {key: contract.table[key] for key in SCOPE if key in contract.table}
            terms = _valid(Contract, Node(node.place, {**scope, **node.table}))
            if terms is not None:
                yield Agreement(("options", name, option), name, node.place, terms)


class _Period(BaseModel):
    start: Date
    years: Years


def _years(toml: Node) -> tuple[int, ...]:
    """Return the calendar years; none where the start or the number of years is wrong."""
    given = {key: toml.table[key] for key in ("start", "years") if key in toml.table}
    period = _valid(_Period, Node(toml.place, given))
    if period is None or period.start.year + period.years > 9999:
        return ()
    return tuple(range(period.start.year, period.start.year + period.years))


def _named(node: Node | None) -> list[tuple[str, Node]]:
    return [] if node is None else list(node.table.items())


def _valid(model: type[ModelType], node: Node | None) -> ModelType | None:
    """Return the part if it is right; what is wrong with it is told with the whole settings."""
    if node is None:
        return None
    try:
        return model.model_validate(bare(node))
    except ValidationError:
        return None
