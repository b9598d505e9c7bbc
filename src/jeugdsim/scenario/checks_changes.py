"""Rules on changes of membership: who leaves, with which care, and from when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jeugdsim.scenario.checks_years import year_is_in_the_run
from jeugdsim.scenario.draft import Subject
from jeugdsim.scenario.findings import Finding, listed, meant, shown
from jeugdsim.scenario.keys import Allocation, Change
from jeugdsim.scenario.rows import Demand
from jeugdsim.scenario.tree import Node, bare

_BLIND = ("expected_use", "inhabitants", "youth_population", "weights")
_OF_KEYS = ("mix", "transition")
_LEFT_BEFORE = "who left before belongs in demand.csv, with less inflow or no row"


def change_findings(subject: Subject) -> Iterator[Finding]:
    """Give everything that is wrong with changes of membership, or does nothing."""
    changes = subject.entry("changes")
    for number, node in enumerate(changes.items if changes else (), start=1):
        owner = f"changes.{number}"
        yield from _municipality_exists(subject, owner, node)
        yield from _care_forms_exist(subject, owner, node)
        yield from _care_is_bought(subject, owner, node)
        yield from year_is_in_the_run(subject, owner, node, _LEFT_BEFORE)
        yield from _something_leaves(owner, node)
    yield from _somebody_stays(subject)
    yield from _keys_let_go(subject)


def _municipality_exists(subject: Subject, owner: str, node: Node) -> Iterator[Finding]:
    named = node.table.get("municipality")
    if named is None or not isinstance(named.value, str) or not subject.readable("municipalities"):
        return
    known = subject.names("municipalities", "municipality")
    if named.value not in known:
        yield named.place.error(
            f"{owner}.municipality: {shown(named.value)} is not in municipalities.csv"
            f"{meant(named.value, known)}"
        )


def _care_forms_exist(subject: Subject, owner: str, node: Node) -> Iterator[Finding]:
    known = subject.names("care_forms", "care_form")
    for part in _care_forms(node) if subject.readable("care_forms") else ():
        if isinstance(part.value, str) and part.value not in known:
            yield part.place.error(
                f"{owner}.care_forms: {shown(part.value)} is not in care_forms.csv"
                f"{meant(part.value, known)}"
            )


def _care_forms(node: Node) -> list[Node]:
    named = node.table.get("care_forms")
    return named.items if named else []


def _care_is_bought(subject: Subject, owner: str, node: Node) -> Iterator[Finding]:
    """Warn of care that the municipality does not buy through the region, so can't take away."""
    bought = _bought(subject)
    town = bare(node).get("municipality") if node.table else None
    if not isinstance(town, str) or town not in subject.names("municipalities", "municipality"):
        return
    if not subject.complete("demand"):
        return
    if town not in bought:
        yield node.place.warning(f"{owner}: {town} has no row in demand.csv: the change does nothing")
        return
    known = subject.names("care_forms", "care_form")
    for part in _care_forms(node):
        form = part.value
        if isinstance(form, str) and form in known - bought[town]:
            yield part.place.warning(
                f"{owner}.care_forms: {town} does not buy {form} through the region: for it "
                "the change does nothing"
            )


def _bought(subject: Subject) -> Mapping[str, set[str]]:
    """Return the care forms that every municipality with a row in demand.csv buys."""
    bought: dict[str, set[str]] = {}
    for _, row in subject.rows("demand", Demand):
        bought.setdefault(row.municipality, set()).add(row.care_form)
    return bought


def _something_leaves(owner: str, node: Node) -> Iterator[Finding]:
    share = node.table.get("share")
    if share is not None and not isinstance(share.value, bool) and share.value == 0:
        yield share.place.warning(f"{owner}.share: 0 takes nothing away: the change does nothing")


def _somebody_stays(subject: Subject) -> Iterator[Finding]:
    """Refuse a fixed cost that nobody is left to pay."""
    changes, allocation = _changes(subject), subject.allocation
    if not changes or allocation is None or allocation.fixed_cost is None:
        return
    if not subject.complete("demand", "municipalities"):
        return
    bought, last = _bought(subject), subject.years[-1] if subject.years else 0
    left: dict[str, set[str]] = {}
    for change in changes:
        if change.share == 1.0 and change.year <= last:
            forms = set(change.care_forms) or bought.get(change.municipality, set())
            left.setdefault(change.municipality, set()).update(forms)
    towns = subject.names("municipalities", "municipality")
    if all(town in bought and bought[town] <= left.get(town, set()) for town in towns):
        yield subject.place("changes").error(
            "changes: every municipality has left in the end, so nobody is there to pay "
            "allocation.fixed_cost: let one stay, or leave the fixed cost out"
        )


def _keys_let_go(subject: Subject) -> Iterator[Finding]:
    """Warn of a key in use that goes on billing who left, because it does not follow use."""
    if subject.settings is None or not subject.allocation:
        return
    allocation = subject.allocation
    leavers = {one.municipality for one in _changes(subject) if one.share > 0}
    for key in sorted(_keys_in_use(subject, allocation)) if leavers else ():
        if _is_blind(allocation, key):
            yield subject.place("allocation", "used").warning(
                f"allocation.used: {key} does not follow use: {listed(leavers)} will go on paying its "
                "share of the bill for care it took away; actual_use or rolling_use follows"
            )


def _changes(subject: Subject) -> tuple[Change, ...]:
    return () if subject.settings is None else subject.settings.changes


def _keys_in_use(subject: Subject, allocation: Allocation) -> set[str]:
    """Return the keys that share a contract which is not P x Q, or which a table names."""
    if not isinstance(allocation.used, str):
        return set(allocation.used.values())
    if any(contract.form != "pxq" for _, contract in subject.contracts.values()):
        return {allocation.used}
    return set()


def _is_blind(allocation: Allocation, key: str) -> bool:
    """Tell whether a key does not see what care there is; one that does not exist is told elsewhere."""
    try:
        terms = allocation.terms_of(key)
        if terms.kind in _OF_KEYS:
            return all(_is_blind(allocation, other) for other in terms.other_keys)
    except (KeyError, RecursionError):
        return False
    return terms.kind in _BLIND
