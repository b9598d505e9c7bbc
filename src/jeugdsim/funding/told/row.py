"""A rule of a contract as it can be told: which sentence, the numbers in it, and who bears what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jeugdsim.funding.basis import budget_basis
from jeugdsim.funding.case import Case
from jeugdsim.funding.levels import levels
from jeugdsim.scenario.contracts import Contract
from jeugdsim.scenario.model import Scenario

NONE = float("nan")
Shares = tuple[float, float, float]
NO_SHARES: Shares = (NONE, NONE, NONE)


@dataclass(frozen=True)
class TermRow:
    """One rule of a contract, or one part of it.

    Attributes
    ----------
    contract, form : str
        Id of the contract and how it pays.
    rule : str
        The term of the contract, ``form``, or the risk that is told.
    told_as : str
        Which sentence tells it.
    facts : mapping
        The numbers and names in that sentence.
    from_euros, to_euros : float
        Where it holds, euros of price_year in the first year; NaN where it has no such edge.
    payer_share, provider_share, reinsurer_share : float
        Who bears what in it, fractions that add up to 1; NaN where it splits nothing.
    path : str
        Where it stands in the scenario.
    written : bool
        Whether it is written there; else it is a default.
    """

    contract: str
    form: str
    rule: str
    told_as: str
    facts: Mapping[str, Any]
    from_euros: float
    to_euros: float
    payer_share: float
    provider_share: float
    reinsurer_share: float
    path: str
    written: bool


@dataclass(frozen=True)
class ContractToTell:
    """A contract with what its rules are fractions of.

    Attributes
    ----------
    name : str
        Its id.
    terms : Contract
        What was agreed.
    scenario : Scenario
        What is assumed.
    case : Case
        The contract in the expected first year.
    """

    name: str
    terms: Contract
    scenario: Scenario
    case: Case = field(repr=False)

    @property
    def first_year(self) -> int:
        """The first contract year."""
        return self.scenario.calendar_years[0]

    @property
    def basis(self) -> float:
        """The sum a task-based budget is made of, euros of price_year in the first year."""
        return float(budget_basis(self.case)[0])

    @property
    def budget(self) -> float:
        """The agreed budget of the first year, after an agreed reduction; NaN where there is none."""
        if self.terms.form != "task_based":
            return NONE
        agreed = levels(self.terms.agreed_reduction, [self.first_year])
        return self.basis * float(1.0 - agreed[0])

    def row(
        self,
        rule: str,
        variant: str = "",
        *,
        edges: tuple[float, float] = (NONE, NONE),
        shares: Shares = NO_SHARES,
        stands_at: Sequence[str | int] = (),
        **facts: Any,
    ) -> TermRow:
        """Return a row of a rule.

        Parameters
        ----------
        rule : str
            A term, ``form`` or a risk.
        variant : str
            Which of the sentences of that rule; empty where it has one.
        edges : pair of float
            Where it holds, euros.
        shares : triple of float
            Of payer, provider and reinsurer.
        stands_at : sequence
            Where it stands in the contract, as a term and the number of a band; by default the rule's
            own term.
        **facts
            What stands in the sentence.
        """
        place = stands_at or ((rule,) if rule in Contract.model_fields else ("form",))
        path = ".".join(("contracts", self.name, *map(str, place)))
        told_as = f"{rule}.{variant}" if variant else rule
        first, last = edges
        written = place[0] in self.terms.model_fields_set
        form = self.terms.form
        return TermRow(self.name, form, rule, told_as, facts, first, last, *shares, path, written)


def split(payer: float, reinsurer: float = 0.0) -> Shares:
    """Return the shares of payer, provider and reinsurer; the provider bears the rest.

    Examples
    --------
    >>> split(0.5, 0.3)
    (0.5, 0.2, 0.3)
    """
    return payer, round(1.0 - payer - reinsurer, 12), reinsurer
