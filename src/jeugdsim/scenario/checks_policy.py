"""Rules on contracts and levers: what they name exists, and fits what they do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

from jeugdsim.scenario.checks_responses import moves_stay_probabilities
from jeugdsim.scenario.draft import Agreement, Subject
from jeugdsim.scenario.files import Place
from jeugdsim.scenario.findings import Finding, listed, meant, shown
from jeugdsim.scenario.model import covers
from jeugdsim.scenario.rows import CareForm, Demand, Move
from jeugdsim.scenario.settings import Lever
from jeugdsim.scenario.tree import Node


def policy_findings(subject: Subject) -> Iterator[Finding]:
    """Give everything that is wrong with contracts and levers."""
    yield from _contract_names(subject)
    yield from _losses_are_agreed(subject)
    yield from _years_are_reached(subject)
    yield from _demand_is_covered_once(subject)
    yield from _lever_names(subject)
    yield from _lever_moves(subject)


def _strangers(owner: str, node: Node | None, known: Collection[str], file: str) -> Iterator[Finding]:
    """Tell the names in a list, or the one name, that are not known."""
    for part in [] if node is None else node.items or [node]:
        if isinstance(part.value, str) and part.value not in known:
            yield part.place.error(
                f"{owner}: {shown(part.value)} is not in {file}{meant(part.value, known)}"
            )


def _contract_names(subject: Subject) -> Iterator[Finding]:
    contracts = subject.entry("contracts")
    if contracts is None:
        return
    if isinstance(contracts.value, dict) and not contracts.table:
        yield contracts.place.error("there are no contracts: at least one is asked")
    for name, node in contracts.table.items():
        for key, table, column in (
            ("segments", "care_forms", "segment"),
            ("care_forms", "care_forms", "care_form"),
            ("municipalities", "municipalities", "municipality"),
        ):
            if subject.readable(table):
                owner, known = f"contracts.{name}.{key}", subject.names(table, column)
                yield from _strangers(owner, node.table.get(key), known, f"{table}.csv")


def _losses_are_agreed(subject: Subject) -> Iterator[Finding]:
    """Warn of task-based terms that say nothing of losses; loss_bands = [] says it."""
    for agreed in subject.agreements:
        terms = agreed.terms
        told = "loss_bands" in terms.model_fields_set or terms.minimum_savings is not None
        if terms.form == "task_based" and not told:
            yield agreed.place.warning(
                f"{agreed.path}: no loss_bands: the provider bears all of a loss "
                "(loss_bands = [] if that is agreed)"
            )


def _years_are_reached(subject: Subject) -> Iterator[Finding]:
    """Warn of levels that begin after the last year."""
    tables: list[tuple[str, ...]] = [("savings", "target")]
    for agreed in subject.agreements:
        tables += [(*agreed.keys, "agreed_reduction"), (*agreed.keys, "transition")]
    for keys in tables:
        node = subject.entry(*keys)
        if node is None or not subject.years:
            continue
        last = str(subject.years[-1])
        late = sorted(year for year in node.table if len(year) == 4 and year.isdigit() and year > last)
        if late:
            lie = "lies" if len(late) == 1 else "lie"
            yield node.table[late[0]].place.warning(
                f"{'.'.join(keys)}: {listed(late)} {lie} after the last year, {last}, and does nothing"
            )


def contracts_over(subject: Subject, row: Demand, segment: str) -> list[str]:
    """Return the contracts that cover a row of demand.csv."""
    return [
        name
        for name, (_, contract) in sorted(subject.contracts.items())
        if covers(contract, row.municipality, row.care_form, segment)
    ]


def segments(subject: Subject) -> dict[str, str]:
    """Return the segment of every care form, also where its row is wrong otherwise."""
    lines = subject.tables["care_forms"].lines
    return {str(line.cells.get("care_form")): str(line.cells.get("segment")) for line in lines}


def buyers_under(subject: Subject, agreed: Agreement) -> dict[str, set[str]]:
    """Return the care forms under these terms, each with the municipalities that buy it there."""
    segment_of = segments(subject)
    buyers: dict[str, set[str]] = defaultdict(set)
    for _, row in subject.rows("demand", Demand):
        segment = segment_of.get(row.care_form, "")
        if covers(agreed.terms, row.municipality, row.care_form, segment):
            buyers[row.care_form].add(row.municipality)
    return dict(buyers)


def scopes_are_known(subject: Subject) -> bool:
    """Tell whether every contract is right and names only what exists, so cover can be judged."""
    if not (subject.contracts and subject.contracts_complete):
        return False
    return subject.readable("care_forms") and not any(_contract_names(subject))


def _demand_is_covered_once(subject: Subject) -> Iterator[Finding]:
    if not scopes_are_known(subject):
        return
    segment_of = segments(subject)
    wrong: dict[tuple[str, tuple[str, ...]], list[tuple[Place, str]]] = defaultdict(list)
    used: set[str] = set()
    for place, row in subject.rows("demand", Demand):
        if row.care_form not in segment_of:
            continue
        over = contracts_over(subject, row, segment_of[row.care_form])
        used.update(over)
        if len(over) != 1:
            wrong[row.care_form, tuple(over)].append((place, row.municipality))
    for (form, over_names), rows in wrong.items():
        towns = listed(town for _, town in rows)
        if over_names:
            problem = f"is under {len(over_names)} contracts ({', '.join(over_names)})"
        else:
            problem = f"(segment {segment_of[form]}) is under no contract"
        yield rows[0][0].error(f"{form} for {towns} {problem}: exactly one is asked")
    if subject.complete("demand"):
        for name in sorted(set(subject.contracts) - used):
            yield subject.contracts[name][0].error(
                f"contracts.{name}: covers no row of demand.csv: take it out or widen its scope"
            )


def _lever_names(subject: Subject) -> Iterator[Finding]:
    for node, lever in subject.levers:
        owner = f"levers.{lever.name}"
        for key, table, column in (
            ("care_forms", "care_forms", "care_form"),
            ("from", "care_forms", "care_form"),
            ("to", "care_forms", "care_form"),
            ("municipalities", "municipalities", "municipality"),
        ):
            if subject.readable(table):
                known = subject.names(table, column)
                part = node.table.get(key)
                yield from _strangers(f"{owner}.{key}", part, known, f"{table}.csv")
        if subject.years and lever.starts.year > subject.years[-1]:
            yield node.table["starts"].place.warning(
                f"{owner}.starts: {lever.starts} lies after the last year, {subject.years[-1]}: "
                "the lever does nothing"
            )


def _lever_moves(subject: Subject) -> Iterator[Finding]:
    """Check that levers on moves name a move, and that their row stays a probability."""
    if not subject.complete("moves", "care_forms"):
        return
    forms = subject.names("care_forms", "care_form")
    moves = [row for _, row in subject.rows("moves", Move)]
    there = {(row.from_care_form, row.to_care_form) for row in moves}
    right: list[tuple[Node, Lever]] = []
    for node, lever in subject.levers:
        if lever.affects != "move" or not {lever.from_, lever.to} <= forms:
            continue
        if (lever.from_, lever.to) in there:
            right.append((node, lever))
            continue
        targets = [row.to_care_form for row in moves if row.from_care_form == lever.from_]
        yield node.table["to"].place.error(
            f"levers.{lever.name}: moves.csv has no row from {lever.from_} to {lever.to}; "
            f"from {lever.from_} it has {listed(targets) or 'none'}"
        )
    yield from moves_stay_probabilities(subject, moves, right)


def care_rows(subject: Subject) -> dict[str, CareForm]:
    """Return the rows of care_forms.csv that are right by themselves, under their names."""
    return {row.care_form: row for _, row in subject.rows("care_forms", CareForm)}
