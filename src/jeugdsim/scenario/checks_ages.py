"""Rules on ages: shares that add up for every form, and extended care that has ages to go with."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator

from jeugdsim.scenario.draft import Subject
from jeugdsim.scenario.files import Place
from jeugdsim.scenario.findings import Finding, listed
from jeugdsim.scenario.rows import EntryAge

TOLERANCE = 1e-9


def age_findings(subject: Subject) -> Iterator[Finding]:
    """Give everything that is wrong with entry ages, extended care and the levers on it."""
    if subject.names("entry_ages", "care_form") <= subject.names("care_forms", "care_form"):
        yield from _shares_add_up(subject)
        yield from _every_form_has_ages(subject)
    yield from _extended_care_has_ages(subject)
    yield from _levers_extend_something(subject)


def _shares_add_up(subject: Subject) -> Iterator[Finding]:
    shares: dict[str, list[tuple[Place, EntryAge]]] = defaultdict(list)
    for place, row in subject.rows("entry_ages", EntryAge):
        shares[row.care_form].append((place, row))
    if not subject.complete("entry_ages"):
        return
    for form, rows in shares.items():
        total = math.fsum(row.share for _, row in rows)
        if abs(total - 1) > TOLERANCE:
            yield rows[-1][0].error(
                f"the shares of the ages of {form} add up to {total:.10g}, not to 1: of all children "
                "whose care begins there each is in one row"
            )


def _every_form_has_ages(subject: Subject) -> Iterator[Finding]:
    table = subject.tables["entry_ages"]
    if not table.lines or not subject.readable("entry_ages", "demand"):
        return
    bought = subject.names("demand", "care_form") & subject.names("care_forms", "care_form")
    missing = bought - subject.names("entry_ages", "care_form")
    if missing:
        yield table.place.error(
            f"there are no ages for {listed(missing)}: every care form of demand.csv is asked, as a "
            "child that has no age can't turn 18"
        )


def _extended_care_has_ages(subject: Subject) -> Iterator[Finding]:
    table = subject.tables["extended_care"]
    ages = subject.tables["entry_ages"]
    if table.lines and ages.readable and not ages.lines:
        yield table.place.error(
            "extended_care.csv goes with entry_ages.csv, which has no rows: without ages nobody "
            "turns 18"
        )


def _levers_extend_something(subject: Subject) -> Iterator[Finding]:
    """Check that levers on the extended share act on forms that have one."""
    if not subject.readable("extended_care"):
        return
    extended = subject.names("extended_care", "care_form")
    known = subject.names("care_forms", "care_form")
    for node, lever in subject.levers:
        without = {*lever.care_forms} & known - extended
        if lever.affects == "extended_share" and without:
            yield node.table["care_forms"].place.error(
                f"levers.{lever.name}: extended_care.csv has no row for {listed(without)}: everybody "
                "leaves at 18 there, so there is no share to change (it has rows for "
                f"{listed(extended) or 'none'})"
            )
