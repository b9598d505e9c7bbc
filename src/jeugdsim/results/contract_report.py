"""What a scenario's contracts say, and who bears the spread under them: to print and to store."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from jeugdsim import __version__
from jeugdsim.engine.simulation import simulate
from jeugdsim.outcomes.risk_transfer import risk_transfer
from jeugdsim.report.contract_answer import printed_terms
from jeugdsim.report.risk_table import risk_table
from jeugdsim.results.contract_terms import contract_terms
from jeugdsim.scenario.model import Scenario

if TYPE_CHECKING:
    import pandas as pd

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class ContractReport:
    """The terms of a scenario's contracts, and the table of risk transfer where there were draws.

    Attributes
    ----------
    scenario : Scenario
        What is assumed.
    draws, seed : int
        Of the simulation; 0 draws is none.
    language : {"nl", "en"}
        That of the sentences.
    terms, transfer : sequence of dict
        The rows of ``contract_terms`` and ``risk_transfer``.
    """

    scenario: Scenario
    draws: int
    seed: int
    language: Literal["nl", "en"]
    terms: Rows
    transfer: Rows

    def to_dict(self) -> dict[str, Any]:
        """Return what ``jeugdsim contracts --json`` prints; NaN is null."""
        return {
            "scenario": self.scenario.name,
            "hash": self.scenario.hash,
            "version": __version__,
            "seed": self.seed,
            "draws": self.draws,
            "years": list(self.scenario.calendar_years),
            "price_year": self.scenario.settings.price_year,
            "terms": [_storable(row) for row in self.terms],
            "risk_transfer": [_storable(row) for row in self.transfer],
        }

    def answer(self, width: int = 100) -> str:
        """Return the terms grouped by contract and, where there were draws, who bears the spread.

        Parameters
        ----------
        width : int
            Columns of the terminal.
        """
        years = self.scenario.calendar_years
        heading = {
            "name": self.scenario.name,
            "price_year": self.scenario.settings.price_year,
            "year": years[0],
        }
        terms = printed_terms(self.terms, heading, self.language, width)
        if not self.transfer:
            return terms
        return f"{terms}\n\n{risk_table(self.transfer, years, self.draws, self.language, width)}"


def contract_report(
    scenario: Scenario, *, draws: int, seed: int, language: Literal["nl", "en"] = "nl"
) -> ContractReport:
    """Tell the terms of a scenario's contracts and, on simulated care, who bears the spread.

    Parameters
    ----------
    scenario : Scenario
        What is assumed.
    draws : int
        Number of draws; 0 tells the terms only.
    seed : int
        Seed, 0 or more.
    language : {"nl", "en"}
        Language of the sentences.
    """
    terms = _rows(contract_terms(scenario, language))
    transfer: Rows = ()
    if draws:
        volumes = simulate(scenario, draws=draws, seed=seed)
        transfer = _rows(risk_transfer(volumes, scenario))
    return ContractReport(scenario, draws, seed, language, terms, transfer)


def _rows(table: pd.DataFrame) -> Rows:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _storable(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as JSON takes it: no NaN, tuples as lists."""
    return {
        name: None if isinstance(value, float) and math.isnan(value) else value
        for name, value in row.items()
    }
