"""The printed answer: what a run says, on one terminal screen.

It shows cost, overrun and the savings target per year, what task-based contracts leave their
providers, and the bill of each municipality; side by side with the same world under all P x Q. Where
care forms have places it shows who waits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from jeugdsim.report import notation, notes, tables
from jeugdsim.report.key_notes import MOST as MOST_KEY_NOTES
from jeugdsim.report.side import Side
from jeugdsim.report.text_table import shorten
from jeugdsim.report.waiting_table import waiting_table
from jeugdsim.report.words import check_language, word

MOST_LINES: Final = 40
MOST_MUNICIPALITIES: Final = 12
FEWEST_MUNICIPALITIES: Final = 5
SOME_MUNICIPALITIES: Final = 7
SOME_WAITING: Final = 5
FEWEST_WAITING: Final = 2
FEWEST_CONTRACTS: Final = 3
FEWEST_YEARS: Final = 5
FEWEST_KEY_NOTES: Final = 1


@dataclass(frozen=True)
class _Plan:
    """How much is shown: rows per table, blank lines between the tables, notes."""

    years: int = 8
    contracts: int = 6
    municipalities: int = MOST_MUNICIPALITIES
    waiting: int = 7
    blanks: int = 3
    notes: int = notes.MOST
    keys: int = MOST_KEY_NOTES


def printed_answer(
    policy: Mapping[str, Any],
    all_pxq: Mapping[str, Any] | None,
    language: str = "nl",
    width: int = 100,
) -> str:
    """Write the answer of a run for one terminal screen.

    Parameters
    ----------
    policy : dict
        The results of the scenario, as in ``summary.json``.
    all_pxq : dict or None
        The results of the same world with every contract P x Q; None prints one column.
    language : str
        ``"nl"`` or ``"en"``.
    width : int
        The columns of the terminal; no line is longer.

    Returns
    -------
    str
        At most 40 lines, without a line break at the end.
    """
    check_language(language)
    unit = notation.unit_for(spread["p50"] for spread in policy["region"]["cost"].values())
    sides = [Side(policy, word("policy", language), language, unit)]
    if all_pxq is not None:
        sides.append(Side(all_pxq, word("all_pxq", language), language, unit))
    lines: list[str] = []
    for plan in _plans():
        lines = _lines(sides, width, plan)
        if len(lines) <= MOST_LINES:
            break
    return "\n".join(shorten(line, width) for line in lines[:MOST_LINES])


def _plans() -> Iterator[_Plan]:
    """Give ever tighter plans: what a reader misses least goes first."""
    plan = _Plan()
    yield plan
    steps = (
        ("blanks", 0),
        ("waiting", SOME_WAITING),
        ("municipalities", SOME_MUNICIPALITIES),
        ("contracts", FEWEST_CONTRACTS),
        ("municipalities", FEWEST_MUNICIPALITIES),
        ("waiting", FEWEST_WAITING),
        ("keys", FEWEST_KEY_NOTES),
        ("years", FEWEST_YEARS),
        ("notes", 0),
    )
    for part, least in steps:
        for count in range(getattr(plan, part) - 1, least - 1, -1):
            plan = replace(plan, **{part: count})
            yield plan


def _lines(sides: Sequence[Side], width: int, plan: _Plan) -> list[str]:
    first = sides[0]
    region = tables.region_table(sides, width, plan.years)
    contracts = tables.contract_table(first, width, plan.contracts)
    municipalities = tables.municipality_table(sides, width, plan.municipalities)
    waiting = waiting_table(first, width, plan.waiting)
    chances = notation.bounds_in([*region.lines, *contracts, *municipalities])
    return [
        *notes.opening(first, width),
        *region.lines,
        *notes.explanation(first, width, region.shown, chances, plan.notes),
        *[""] * (plan.blanks > 0),
        *contracts,
        *[""] * (plan.blanks > 1),
        *municipalities,
        *[""] * (plan.blanks > 2 and bool(waiting)),
        *waiting,
        *notes.closing(first, width, plan.keys),
    ]
