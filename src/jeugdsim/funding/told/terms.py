"""What a contract says, rule by rule, in numbers: at which euro an edge lies, and who bears what there.

There is no language here: a row names its rule and what stands in it, and the report makes a sentence
of it. Euros are those of price_year in the first contract year, at the closed form of the reference:
without waiting and age limits, and before tariff resets.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr

from jeugdsim.engine.plan import youth_by_year
from jeugdsim.funding.case import Case
from jeugdsim.funding.told.risks import RISKS, told_form
from jeugdsim.funding.told.row import ContractToTell, TermRow
from jeugdsim.funding.told.rules import TOLD_BY
from jeugdsim.funding.yardstick import Yardstick
from jeugdsim.scenario.contracts import ANY_FORM, TERMS_OF_FORM, Contract
from jeugdsim.scenario.model import Scenario
from jeugdsim.world.parameters import mean_parameters


def term_rows(scenario: Scenario) -> Iterator[TermRow]:
    """Give the rows of every contract: its form, who bears which risk, and each of its terms.

    Parameters
    ----------
    scenario : Scenario
        What is assumed.
    """
    yardstick = Yardstick(scenario, None, None)
    for name in scenario.contract_names:
        contract = contract_to_tell(scenario, name, yardstick)
        for tell in (told_form, *RISKS):
            yield from tell(contract)
        for term in _in_order(contract.terms):
            yield from TOLD_BY[term](contract)


def _in_order(terms: Contract) -> list[str]:
    """Return the terms that the form may have, in the order of the contract's fields."""
    allowed = ANY_FORM | TERMS_OF_FORM[terms.form]
    return [name for name in Contract.model_fields if name in allowed]


def contract_to_tell(scenario: Scenario, name: str, yardstick: Yardstick) -> ContractToTell:
    """Return a contract with its expected first year.

    Parameters
    ----------
    scenario : Scenario
        What is assumed.
    name : str
        Id of the contract.
    yardstick : Yardstick
        What is expected in the reference.
    """
    terms = scenario.settings.contracts[name]
    members, cells = scenario.contract_members(name), set(scenario.contract_cells(name))
    towns, forms = scenario.municipality_names, scenario.care_form_names
    once = np.ones((1, len(scenario.calendar_years)))
    case = Case(
        name=name,
        terms=terms,
        years=scenario.calendar_years,
        use=0.0 * once,
        care_cost=0.0 * once,
        index=once,
        resets=once,
        youth=youth_by_year(scenario)[[town in members for town in towns]].sum(axis=0),
        places=np.array([[(town, form) in cells for form in forms] for town in towns]),
        parameters=mean_parameters(scenario),
        volumes=xr.Dataset(),
        yardstick=yardstick,
    )
    return ContractToTell(name, terms, scenario, case)
