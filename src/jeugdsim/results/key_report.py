"""What every allocation key is judged on, and what a change of key would shift: to print and store."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from jeugdsim import __version__
from jeugdsim.allocation.billing import contract_keys
from jeugdsim.allocation.shares import NotComputableError
from jeugdsim.engine.simulation import simulate
from jeugdsim.funding.settlement import settle
from jeugdsim.outcomes.key_bills import Key
from jeugdsim.outcomes.key_judgement import IN_USE, judge_keys, named_keys
from jeugdsim.outcomes.key_shift import key_shift
from jeugdsim.report.key_table import key_table, shift_table
from jeugdsim.scenario.keys import KEYS
from jeugdsim.scenario.model import Scenario

if TYPE_CHECKING:
    import pandas as pd

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class KeyReport:
    """The judgement of keys, and the shift from one to others.

    Attributes
    ----------
    scenario : Scenario
        What is assumed.
    draws, seed : int
        Of the simulation.
    language : {"nl", "en"}
        That of the tables.
    judged : sequence of dict
        The rows of ``judge_keys``.
    old : str
        The key that shifts start from.
    shifts : mapping of str to sequence of dict
        New key = the rows of ``key_shift``.
    """

    scenario: Scenario
    draws: int
    seed: int
    language: Literal["nl", "en"]
    judged: Rows
    old: str
    shifts: Mapping[str, Rows]

    def to_dict(self) -> dict[str, Any]:
        """Return what ``jeugdsim keys --json`` prints; NaN is null."""
        return {
            "scenario": self.scenario.name,
            "hash": self.scenario.hash,
            "version": __version__,
            "seed": self.seed,
            "draws": self.draws,
            "years": list(self.scenario.calendar_years),
            "keys": [_storable(row) for row in self.judged],
            "from": self.old,
            "shift": {new: [_storable(row) for row in rows] for new, rows in self.shifts.items()},
        }

    def answer(self, width: int = 100) -> str:
        """Return the table of keys, then a table per shift.

        Parameters
        ----------
        width : int
            Columns of the terminal.
        """
        heading = {"name": self.scenario.name, "draws": self.draws, "seed": self.seed}
        tables = [
            key_table(self.judged, heading, self.language, width),
            *(
                shift_table(rows, self.old, new, self.draws, self.language, width)
                for new, rows in self.shifts.items()
            ),
        ]
        return "\n\n".join(tables)


def key_report(
    scenario: Scenario,
    *,
    draws: int,
    seed: int,
    language: Literal["nl", "en"] = "nl",
    old: str | None = None,
    new: str | None = None,
) -> KeyReport:
    """Judge every key on simulated care, those a scenario defines too, and tell what a change shifts.

    Parameters
    ----------
    scenario : Scenario
        What is assumed.
    draws : int
        Number of draws.
    seed : int
        Seed, 0 or more.
    language : {"nl", "en"}
        Language of the tables.
    old : str, optional
        The key to go from; by default the one in use.
    new : str, optional
        The key to go to; by default every other key that the scenario reports.

    Raises
    ------
    ValueError
        When a key is unknown, or ``old`` or ``new`` can't be computed.
    """
    allocation = scenario.settings.allocation
    named = named_keys(allocation)
    known: dict[str, Key] = {
        **{key: key for key in (*KEYS, *allocation.defined)},
        **({IN_USE: named[IN_USE]} if IN_USE in named else {}),
    }
    in_use = allocation.used if isinstance(allocation.used, str) else IN_USE
    start = in_use if old is None else old
    for key in (start, *([] if new is None else [new])):
        contract_keys(scenario, known.get(key, key))
    others = [key for key in named if key != start and _computable(scenario, known[key])]
    targets = others if new is None else [new]
    accounts = settle(simulate(scenario, draws=draws, seed=seed), scenario)
    judged = _rows(judge_keys(accounts, scenario, known))
    shifts = {key: _rows(key_shift(accounts, scenario, known[start], known[key])) for key in targets}
    return KeyReport(scenario, draws, seed, language, judged, start, shifts)


def _computable(scenario: Scenario, key: Key) -> bool:
    try:
        contract_keys(scenario, key)
    except NotComputableError:
        return False
    return True


def _rows(table: pd.DataFrame) -> Rows:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _storable(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as JSON takes it: no NaN."""
    return {
        name: None if isinstance(value, float) and math.isnan(value) else value
        for name, value in row.items()
    }
