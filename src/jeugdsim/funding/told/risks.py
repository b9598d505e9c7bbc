"""Who bears which risk under a contract, in six questions that every contract answers.

More children, dearer care, longer care, empty places, a child that costs very much, another budget: the
answer follows from the form, and from the terms that change it. What a term does exactly is told there.
"""

from __future__ import annotations

from collections.abc import Iterator

from jeugdsim.funding.told.row import NO_SHARES, ContractToTell, TermRow, split
from jeugdsim.scenario.contracts import PerYouth

PAYER, PROVIDER = split(1.0), split(0.0)
_BUDGET_MOVERS = (
    "indexation",
    "volume_growth_per_year",
    "agreed_reduction",
    "recalibration",
    "extension",
    "termination",
)
_SHARING = (
    "loss_bands",
    "gain_bands",
    "minimum_savings",
    "child_stop_loss",
    "transition",
    "termination",
    "bail_out",
)


def told_form(told: ContractToTell) -> Iterator[TermRow]:
    """Tell what is paid for."""
    yield told.row("form", told.terms.form, care=_care(told))


def number_of_children(told: ContractToTell) -> Iterator[TermRow]:
    """Tell who pays where more children need care than expected."""
    terms, risk = told.terms, "number_of_children"
    if terms.form == "pxq":
        yield _by_unit(told, risk)
    elif terms.form == "output_based":
        yield told.row(risk, "output_based", shares=PAYER)
    elif terms.form == "availability":
        yield _within_places(told, risk)
    elif terms.recalibration is not None:
        yield told.row(risk, "recalibration")
    elif isinstance(terms.budget, PerYouth):
        yield told.row(risk, "per_youth")
    else:
        yield _within_budget(told, risk)


def price(told: ContractToTell) -> Iterator[TermRow]:
    """Tell who pays where care grows dearer, and what the index misses."""
    terms = told.terms
    if terms.indexation is not None:
        yield told.row("price", "clause")
    else:
        yield told.row("price", "budget" if terms.form == "task_based" else "tariff")


def length_and_intensity(told: ContractToTell) -> Iterator[TermRow]:
    """Tell who pays where care lasts longer, or is heavier."""
    terms, risk = told.terms, "length_and_intensity"
    if terms.form == "task_based":
        yield _within_budget(told, risk)
    elif terms.form == "pxq" and _paid_once(told):
        yield told.row(risk, "per_trajectory")
    elif terms.form == "pxq":
        yield _by_unit(told, risk)
    elif terms.form == "output_based":
        yield told.row(risk, "output_based", shares=PROVIDER)
    else:
        yield _within_places(told, risk)


def empty_places(told: ContractToTell) -> Iterator[TermRow]:
    """Tell who pays for places that nobody uses."""
    terms, risk = told.terms, "empty_places"
    if terms.form != "availability":
        yield told.row(risk, terms.form, shares=PROVIDER)
    elif terms.occupancy is not None:
        yield told.row(risk, "occupancy")
    else:
        yield told.row(risk, "availability", shares=PAYER)


def expensive_children(told: ContractToTell) -> Iterator[TermRow]:
    """Tell who pays for a child whose care costs very much."""
    terms, risk = told.terms, "expensive_children"
    if terms.child_stop_loss is not None:
        yield told.row(risk, "covered", retention=terms.child_stop_loss.retention)
    elif terms.form == "task_based":
        yield _within_budget(told, risk)
    elif terms.form == "pxq":
        yield _by_unit(told, risk)
    elif terms.form == "output_based":
        yield told.row(risk, "output_based", shares=PROVIDER)
    else:
        yield _within_places(told, risk)


def change_of_budget(told: ContractToTell) -> Iterator[TermRow]:
    """Tell what may change the agreed sum, and what may not."""
    terms, risk = told.terms, "change_of_budget"
    if terms.form != "task_based":
        variant = "ceiling" if terms.ceiling is not None else terms.form
        yield told.row(risk, variant)
        return
    movers = [name for name in _BUDGET_MOVERS if getattr(terms, name)]
    if terms.indexation is None:
        movers.insert(0, "indexation")
    if told.scenario.settings.changes and terms.follows_changes:
        movers.append("follows_changes")
    yield told.row(risk, "budget", terms=movers)


RISKS = (
    number_of_children,
    price,
    length_and_intensity,
    empty_places,
    expensive_children,
    change_of_budget,
)
"""One function per risk, in the order in which they are told."""


def _by_unit(told: ContractToTell, risk: str) -> TermRow:
    """Tell that every unit is paid, below a ceiling if there is one."""
    capped = told.terms.ceiling is not None
    return told.row(risk, "ceiling" if capped else "pxq", shares=NO_SHARES if capped else PAYER)


def _within_budget(told: ContractToTell, risk: str) -> TermRow:
    """Tell that the sum stays as it is, and whether the difference is shared in any way."""
    if any(getattr(told.terms, name) for name in _SHARING):
        return told.row(risk, "shared")
    return told.row(risk, "lump_sum", shares=PROVIDER)


def _within_places(told: ContractToTell, risk: str) -> TermRow:
    """Tell that the fee stays as it is while there are places, but for a fee per unit."""
    if told.terms.fee_per_use or told.terms.occupancy is not None:
        return told.row(risk, "availability_use")
    return told.row(risk, "availability", shares=PROVIDER)


def _care(told: ContractToTell) -> list[str]:
    """Return the care forms under the contract."""
    return sorted({form for _, form in told.scenario.contract_cells(told.name)})


def _paid_once(told: ContractToTell) -> bool:
    """Tell whether all its care is paid once per trajectory."""
    own = set(_care(told))
    return all(row.unit == "traject" for row in told.scenario.care_forms if row.care_form in own)
