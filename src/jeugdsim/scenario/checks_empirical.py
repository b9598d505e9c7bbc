"""Rules on empirical stays: curves that fall to 0, sources that exist, means that fit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from jeugdsim.scenario.draft import Subject, Table
from jeugdsim.scenario.empirical import curve_findings, right_rows, table_mean
from jeugdsim.scenario.files import Place
from jeugdsim.scenario.findings import Finding, meant, shown
from jeugdsim.scenario.numbers import is_uncertain, mean_of
from jeugdsim.scenario.rows import CareForm, empirical_file

MEAN_TOLERANCE = 0.005


def empirical_findings(subject: Subject) -> Iterator[Finding]:
    """Give what is wrong with the tables of empirical stays and with the means beside them."""
    for table in subject.empirical.values():
        yield from curve_findings(table)
        yield from _unknown_sources(subject, table)
    for place, row in subject.rows("care_forms", CareForm):
        file = empirical_file(row.stay_distribution)
        if file is not None:
            yield from _mean_findings(subject, place, row, file)


def _unknown_sources(subject: Subject, table: Table) -> Iterator[Finding]:
    if not subject.readable("source_rows"):
        return
    known = subject.names("source_rows", "id")
    strangers: dict[str, list[Place]] = defaultdict(list)
    for line in table.lines:
        source = line.cells.get("source", "")
        if isinstance(source, str) and source and source not in known:
            strangers[source].append(line.place)
    for source, places in strangers.items():
        more = f"; on {len(places)} lines" if len(places) > 1 else ""
        yield places[0].error(
            f"column source: {shown(source)} is not in sources.csv{meant(source, known)}{more}"
        )


def _mean_findings(subject: Subject, place: Place, row: CareForm, file: str) -> Iterator[Finding]:
    """Refuse a stated mean that is not that of the table."""
    rows = right_rows(subject.empirical[file])
    if rows is None:
        return
    stated, mean = mean_of(row.stay_mean_days), table_mean(rows)
    if abs(stated - mean) > MEAN_TOLERANCE * mean:
        given = f"a mean of {stated:.6g}" if is_uncertain(row.stay_mean_days) else f"{stated:.6g}"
        yield place.error(
            f"column stay_mean_days: {given} is given, but the mean stay in {file} is {mean:.6g} days: "
            "leave the cell empty or write a mean within 0.5% of it"
        )
