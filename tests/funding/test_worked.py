"""Every settlement in worked.md: the sum written out is right, and the rule gives its answer."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import jeugdsim as js
from jeugdsim.scenario.contracts import IndexClause

HALF_A_CENT = 0.005
EXACT = 1e-9
OPERATORS: dict[type, Callable[..., float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
}
FUNCTIONS: dict[str, Callable[..., float]] = {"min": min, "max": max}


@dataclass(frozen=True)
class Row:
    """One settlement: a rule, its arguments, the answers as written and the sums behind them."""

    rule: str
    case: str
    arguments: dict[str, Any]
    answers: list[float]
    sums: str


def rows() -> Iterator[Row]:
    """Read the tables of worked.md."""
    rule, header = "", None
    for line in (Path(__file__).parent / "worked.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            rule = line.removeprefix("## ")
        if not line.startswith("|"):
            header = None
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if header is None:
            header = cells
        elif not set(line) <= set("|-"):
            yield row(rule, dict(zip(header, cells, strict=True)))


def row(rule: str, cells: dict[str, str]) -> Row:
    """Return a line of a table, its cells read."""
    case, sums = cells.pop("case"), cells.pop("worked out")
    written = [cells.pop(name) for name in list(cells) if name.startswith("=")]
    arguments = {name: read(cell) for name, cell in cells.items() if cell}
    return Row(rule, case, arguments, [number(part) for cell in written for part in parts(cell)], sums)


def read(cell: str) -> Any:
    """Read a number, a truth, some of them, or bands."""
    if ":" in cell:
        return [band(part) for part in parts(cell)]
    if cell.startswith(("yes", "no")):
        return [part == "yes" for part in parts(cell)]
    numbers = [number(part) for part in parts(cell)]
    return numbers if len(numbers) > 1 else numbers[0]


def parts(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(",")]


def number(text: str) -> float:
    return float(text.removesuffix("%")) / 100 if text.endswith("%") else float(text)


def band(text: str) -> dict[str, float]:
    """Read `10%: 20% + 60% reinsured`; whether the edge is above or below the column says."""
    found = re.fullmatch(r"(\S+): (\S+)(?: \+ (\S+) reinsured)?", text)
    assert found, text
    edge, payer, reinsurer = found.groups()
    shares = {"edge": number(edge), "payer_share": number(payer)}
    return shares if reinsurer is None else shares | {"reinsurer_share": number(reinsurer)}


def calculated(text: str) -> float:
    """Work out a sum such as `100 + 0.5 x (106 - 103)`."""

    def value(node: ast.expr) -> float:
        if isinstance(node, ast.Constant):
            return float(node.value)
        if isinstance(node, ast.BinOp):
            return OPERATORS[type(node.op)](value(node.left), value(node.right))
        if isinstance(node, ast.UnaryOp):
            return OPERATORS[type(node.op)](value(node.operand))
        assert isinstance(node, ast.Call), ast.dump(node)
        return FUNCTIONS[ast.unparse(node.func)](*map(value, node.args))

    readable = text.replace(" x ", " * ").replace("^", "**").strip()
    return value(ast.parse(readable, mode="eval").body)


def sums_of(settlement: Row) -> list[tuple[float, str]]:
    """Return (worked out, as written) of each sum of a row."""
    both = (text.split("=") for text in settlement.sums.split(";"))
    return [(calculated(left), right.strip()) for left, right in both]


def rounding(written: str) -> float:
    """Return half of the last decimal written, at most half a cent."""
    return min(HALF_A_CENT, 0.5 * 10.0 ** -len(written.partition(".")[2])) + 1e-9


def settled(settlement: Row) -> list[float]:
    """Ask the rule for the answers of a row."""
    arguments = dict(settlement.arguments)
    for name, edge in (("loss_bands", "above"), ("gain_bands", "below")):
        if name in arguments:
            arguments[name] = [{edge: b["edge"], **without_edge(b)} for b in arguments[name]]
    given = SPECIAL.get(settlement.rule)
    if given is not None:
        return given(arguments)
    return flat(rule_named(settlement.rule)(**arguments))


def without_edge(one: Mapping[str, float]) -> dict[str, float]:
    return {name: share for name, share in one.items() if name != "edge"}


def rule_named(name: str) -> Callable[..., Any]:
    """Return `js.ceiling`, or a function inside the package by its module."""
    where, _, what = name.rpartition(".")
    found = getattr(js if where == "js" else import_module(f"jeugdsim.{where}"), what)
    assert callable(found)
    return found


def flat(answer: Any) -> list[float]:
    return [float(one) for one in np.ravel(answer)]


def split(arguments: dict[str, Any]) -> list[float]:
    """Return the payer's, the provider's and the reinsurer's part, weighted by chances if given."""
    chance = arguments.pop("chance", None)
    found = js.risk_split(**arguments)
    return [
        float(np.average(getattr(found, who), weights=chance))
        for who in ("payer", "provider", "reinsurer")
    ]


def clause(arguments: dict[str, Any]) -> list[float]:
    index = np.atleast_2d(arguments.pop("index"))
    terms = IndexClause(**arguments) if arguments else None
    return flat(rule_named("funding.rules.index_clause.clause_index")(index, terms))


def excess(arguments: dict[str, Any]) -> list[float]:
    """Ask with lists, also where a row has one sum only."""
    known = [np.atleast_1d(arguments[name]) for name in ("retentions", "excess")]
    found = rule_named("funding.rules.child_stop_loss.excess_above")
    return flat(found(*known, arguments["retention"]))


def top_ups(arguments: dict[str, Any]) -> list[float]:
    """Ask for a row as the one draw of arrays (draws, years) and (draws,)."""
    per_year = [np.atleast_2d(arguments[name]) for name in ("result", "happens")]
    per_draw = [np.atleast_1d(arguments[name]) for name in ("reserve", "share")]
    return flat(js.top_ups(per_year[0], per_draw[0], per_year[1], per_draw[1]))


SPECIAL: dict[str, Callable[[dict[str, Any]], list[float]]] = {
    "js.risk_split": split,
    "js.risk_split, expected": split,
    "funding.rules.index_clause.clause_index": clause,
    "funding.rules.child_stop_loss.excess_above": excess,
    "js.top_ups": top_ups,
}
ROWS = list(rows())
EACH = pytest.mark.parametrize("settlement", ROWS, ids=[f"{one.rule}: {one.case}" for one in ROWS])


@EACH
def test_the_sum_as_written_is_right(settlement: Row) -> None:
    """The worked column comes to what it says, and its last sums are the answers."""
    sums = sums_of(settlement)
    for worked, written in sums:
        assert worked == pytest.approx(float(written), abs=rounding(written), rel=0)
    last = [float(written) for _, written in sums[-len(settlement.answers) :]]
    assert last == settlement.answers


@EACH
def test_the_rule_gives_the_answer(settlement: Row) -> None:
    """To half a cent of the answer as written, and exactly what the sum comes to."""
    found = settled(settlement)
    assert len(found) == len(settlement.answers)
    assert found == pytest.approx(settlement.answers, abs=HALF_A_CENT, rel=0)
    exact = [worked for worked, _ in sums_of(settlement)[-len(found) :]]
    assert found == pytest.approx(exact, abs=EXACT, rel=EXACT)


def test_the_tables_hold_every_rule() -> None:
    """A table that is no longer read would pass in silence."""
    asked = {
        "js.risk_sharing", "js.risk_split", "js.risk_split, expected", "js.ceiling",
        "js.minimum_savings", "js.recalibrate", "js.output_payment", "js.availability_payment",
        "js.top_ups", "funding.rules.child_stop_loss.excess_above",
        "funding.rules.index_clause.clause_index", "funding.rules.output_based.unpaid_returns",
    }  # fmt: skip
    assert {settlement.rule for settlement in ROWS} == asked
    assert len(ROWS) >= 150
    assert len({(one.rule, one.case) for one in ROWS}) == len(ROWS)
