"""Other ways to pay for the same care: every contract in another form, its scope and budget kept.

Pure forms, to compare with each other: what shares risk in the scenario's own terms is left out of
them, but for the rule that gives the form its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from jeugdsim.scenario.contracts import ANY_FORM, Contract
from jeugdsim.scenario.model import Scenario

CORRIDOR: Mapping[str, Any] = MappingProxyType(
    {
        "loss_bands": (
            {"above": 0.03, "payer_share": 0.5},
            {"above": 0.08, "payer_share": 0.8},
        ),
        "gain_bands": (
            {"below": 0.03, "payer_share": 0.5},
            {"below": 0.08, "payer_share": 0.8},
        ),
    }
)
"""An assumption, in the range of corridors abroad: no figure of a Dutch contract is public."""
SAFETY_VALVE: Mapping[str, Any] = MappingProxyType({"counts": "clients", "lag_years": 0})
"""The budget follows the number of clients in full, settled on the year itself: an assumption."""
BAIL_OUT: Mapping[str, float] = MappingProxyType({"chance": 0.5, "share": 1.0})
"""An assumption: expert judgement, no finding."""

_SCOPE = frozenset({"segments", "care_forms", "municipalities"})
_BUDGET = frozenset({"budget", "indexation", "volume_growth_per_year", "agreed_reduction"})
Terms = dict[str, Any]


@dataclass(frozen=True)
class Arrangement:
    """Contracts on the terms of one form.

    Attributes
    ----------
    contracts : mapping of str to dict
        Terms of every contract of the scenario.
    takes_it : tuple of str
        The contracts that take the form; the others are P x Q.
    topped_up : tuple of str
        The contracts to which a bail-out may be added: those that are task-based.
    """

    contracts: Mapping[str, Terms]
    takes_it: tuple[str, ...]
    topped_up: tuple[str, ...] = ()

    def with_bail_out(self) -> Arrangement | None:
        """Return the contracts with a bail-out, their own or an assumed one; None where none can be."""
        if not self.topped_up:
            return None
        contracts = {
            name: {"bail_out": dict(BAIL_OUT), **terms} if name in self.topped_up else terms
            for name, terms in self.contracts.items()
        }
        return Arrangement(contracts, self.takes_it, self.topped_up)

    def without_bail_out(self) -> Arrangement:
        """Return the contracts without any bail-out."""
        contracts = {
            name: {term: value for term, value in terms.items() if term != "bail_out"}
            for name, terms in self.contracts.items()
        }
        return Arrangement(contracts, self.takes_it, self.topped_up)


def arrangement(scenario: Scenario, form: str) -> Arrangement | None:
    """Return the scenario's contracts in another form; None where no contract can take it.

    Parameters
    ----------
    scenario : Scenario
        Its contracts.
    form : str
        One of ``ARRANGEMENTS``.
    """
    return ARRANGEMENTS[form](scenario)


def _every(scenario: Scenario, terms_of: Callable[[Contract], Terms], task_based: bool) -> Arrangement:
    contracts = {name: terms_of(terms) for name, terms in scenario.settings.contracts.items()}
    names = tuple(sorted(contracts))
    return Arrangement(contracts, names, names if task_based else ())


def _pxq(scenario: Scenario) -> Arrangement:
    return _every(scenario, _in_pxq, task_based=False)


def _lump_sum(scenario: Scenario) -> Arrangement:
    return _every(scenario, _in_lump_sum, task_based=True)


def _own(scenario: Scenario) -> Arrangement:
    own = _every(scenario, lambda terms: _dumped(terms, None), task_based=False)
    topped_up = [
        name
        for name, terms in sorted(scenario.settings.contracts.items())
        if terms.form == "task_based" or terms.bail_out is not None
    ]
    return Arrangement(own.contracts, own.takes_it, tuple(topped_up))


def _recalibrated(scenario: Scenario) -> Arrangement:
    def terms_of(terms: Contract) -> Terms:
        return {**_in_lump_sum(terms), "recalibration": dict(SAFETY_VALVE)}

    return _every(scenario, terms_of, task_based=True)


def _corridor(scenario: Scenario) -> Arrangement:
    return _every(scenario, lambda terms: {**_in_lump_sum(terms), **CORRIDOR}, task_based=True)


def _output_based(scenario: Scenario) -> Arrangement:
    return _every(scenario, lambda terms: {**_common(terms), "form": "output_based"}, task_based=False)


def _availability(scenario: Scenario) -> Arrangement | None:
    limited = set(scenario.limited_forms)
    takes_it = tuple(
        name
        for name in scenario.contract_names
        if {form for _, form in scenario.contract_cells(name)} <= limited
    )
    if not takes_it:
        return None
    contracts = {
        name: {**_common(terms), "form": "availability" if name in takes_it else "pxq"}
        for name, terms in scenario.settings.contracts.items()
    }
    return Arrangement(contracts, takes_it)


ARRANGEMENTS: Mapping[str, Callable[[Scenario], Arrangement | None]] = MappingProxyType(
    {
        "pxq": _pxq,
        "lump_sum": _lump_sum,
        "scenario": _own,
        "corridor": _corridor,
        "recalibrated": _recalibrated,
        "output_based": _output_based,
        "availability": _availability,
    }
)
"""Every form that can be compared, in the order in which they are told."""


def _in_pxq(terms: Contract) -> Terms:
    return {**_common(terms), "form": "pxq"}


def _in_lump_sum(terms: Contract) -> Terms:
    return {**_common(terms), **_dumped(terms, _BUDGET), "form": "task_based"}


def _common(terms: Contract) -> Terms:
    """Return the scope, and the terms that every form may have."""
    return _dumped(terms, _SCOPE | ANY_FORM)


def _dumped(terms: Contract, only: frozenset[str] | None) -> Terms:
    include = None if only is None else set(only)
    return terms.model_dump(exclude_unset=True, include=include)
