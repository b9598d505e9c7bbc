"""Rules on the years of a contract's terms: those that lie outside the run, or never come."""

from __future__ import annotations

from collections.abc import Iterator

from jeugdsim.scenario.contracts import MOST_EXTENSION
from jeugdsim.scenario.draft import Agreement, Subject
from jeugdsim.scenario.findings import Finding, listed
from jeugdsim.scenario.tree import Node


def year_findings(subject: Subject, agreed: Agreement) -> Iterator[Finding]:
    """Give the years of a contract's terms that can't be, and those in which nothing happens."""
    if not subject.years:
        return
    yield from _first_years_are_in_the_run(subject, agreed)
    yield from _counts_come_in_time(subject, agreed)
    yield from _the_end_leaves_years(subject, agreed)
    yield from _extension_fits_the_run(subject, agreed)


def year_is_in_the_run(subject: Subject, owner: str, table: Node, belongs: str) -> Iterator[Finding]:
    """Refuse a ``year`` before the run, telling where that belongs; warn of one after it."""
    named = table.table.get("year")
    year = None if named is None else named.value
    if named is None or not subject.years or isinstance(year, bool) or not isinstance(year, int):
        return
    first, last = subject.years[0], subject.years[-1]
    if year < first:
        yield named.place.error(f"{owner}.year: {year} lies before the first year, {first}: {belongs}")
    elif year > last:
        yield named.place.warning(
            f"{owner}.year: {year} lies after the last year, {last}, and does nothing"
        )


def _first_years_are_in_the_run(subject: Subject, agreed: Agreement) -> Iterator[Finding]:
    for name in ("recalibration", "termination"):
        rule = getattr(agreed.terms, name)
        if rule is None or rule.first_year is None or rule.first_year in subject.years:
            continue
        yield subject.place_in(agreed, name, "first_year").error(
            f"{agreed.path}.{name}.first_year: {rule.first_year} lies outside the years of the run, "
            f"{subject.years[0]} to {subject.years[-1]}"
        )


def _counts_come_in_time(subject: Subject, agreed: Agreement) -> Iterator[Finding]:
    """Check what a recalibration counts against, and that a count ever comes."""
    rule = agreed.terms.recalibration
    if rule is None:
        return
    if rule.base == 0:
        yield subject.place_in(agreed, "recalibration", "base").error(
            f"{agreed.path}.recalibration.base: more than 0 is asked, as the number counted is divided "
            "by it; absent it is the expected number of the first year"
        )
    first = rule.first_year or subject.years[0]
    if first not in subject.years:
        return
    last = subject.years[-1]
    moment = last - (last - first) % rule.every_years
    if moment - rule.lag_years < subject.years[0]:
        yield subject.place_in(agreed, "recalibration").warning(
            f"{agreed.path}.recalibration does nothing: its last moment, {moment}, counts "
            f"{moment - rule.lag_years}, before the first year"
        )


def _the_end_leaves_years(subject: Subject, agreed: Agreement) -> Iterator[Finding]:
    rule = agreed.terms.termination
    if rule is not None and (rule.first_year or subject.years[0]) == subject.years[-1]:
        yield subject.place_in(agreed, "termination").warning(
            f"{agreed.path}.termination does nothing: it ends the contract after the last year at the "
            "earliest"
        )


def _extension_fits_the_run(subject: Subject, agreed: Agreement) -> Iterator[Finding]:
    extension, run = agreed.terms.extension, len(subject.years)
    if extension is None:
        return
    own, most = extension.after_years, extension.after_years + extension.years
    path = f"{agreed.path}.extension"
    if run > most:
        yield subject.place_in(agreed, "extension", "years").error(
            f"{path}: the contract ends after {own} + {extension.years} = {most} years, but years = "
            f"{run} is asked of the run: shorten the run, or extend longer (at most {MOST_EXTENSION} "
            "years)"
        )
    if own >= run:
        yield subject.place_in(agreed, "extension", "after_years").warning(
            f"{path} does nothing: the run ends after {run} years, and the contract itself lasts {own}"
        )
    if extension.rebased_on_years > own:
        yield subject.place_in(agreed, "extension", "rebased_on_years").error(
            f"{path}.rebased_on_years: {extension.rebased_on_years} is more than after_years, {own}: "
            "before its own years the contract has no use to look at"
        )
    late = [str(year) for year in agreed.terms.agreed_reduction if year in subject.years[own:]]
    if late:
        yield subject.place_in(agreed, "agreed_reduction", min(late)).warning(
            f"{agreed.path}.agreed_reduction: {listed(late)} does nothing, as in the extension the "
            "budget is re-based on use"
        )
