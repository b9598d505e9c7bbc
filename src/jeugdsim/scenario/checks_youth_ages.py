"""Rules on youth by age band, and on contracts that are paid or recalibrated per head of the youth."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

from jeugdsim.scenario.contracts import PerYouth
from jeugdsim.scenario.draft import Agreement, Subject
from jeugdsim.scenario.findings import Finding, listed, meant, shown
from jeugdsim.scenario.rows import OLDEST, Population, YouthAges, ages_in
from jeugdsim.scenario.tables import TABLES

TOLERANCE = 0.01
Buyers = dict[str, set[str]]


def youth_age_findings(subject: Subject) -> Iterator[Finding]:
    """Warn once where the youth of all bands is not that of population.csv."""
    bands: dict[tuple[str, int], list[YouthAges]] = defaultdict(list)
    places = {}
    for place, row in subject.rows("youth_ages", YouthAges):
        bands[row.municipality, row.year].append(row)
        places[row.municipality, row.year] = place
    population = subject.rows("population", Population)
    youth = {(row.municipality, row.year): row.youth for _, row in population}
    differ = [key for key, rows in bands.items() if key in youth and not _agree(rows, youth[key])]
    for town, year in differ[:1]:
        total = math.fsum(row.youth for row in bands[town, year])
        more = f"; {len(differ) - 1} more differ" if len(differ) > 1 else ""
        yield places[town, year].warning(
            f"column youth: the ages of {town} in {year} add up to {total:.10g}, but population.csv "
            f"has {youth[town, year]:.10g}{more}"
        )


def _agree(rows: list[YouthAges], youth: float) -> bool:
    """Tell whether bands that share no age hold at most the youth, and all bands together all of it."""
    times = Counter(age for row in rows for age in ages_in(row.ages))
    if max(times.values()) > 1:
        return True
    total = math.fsum(row.youth for row in rows)
    whole = len(times) == OLDEST + 1
    return total <= youth * (1 + TOLERANCE) and (not whole or total >= youth * (1 - TOLERANCE))


def band_findings(subject: Subject, agreed: Agreement, buyers: Buyers) -> Iterator[Finding]:
    """Give what is wrong with a budget per head by age band."""
    budget = agreed.terms.budget
    if not (isinstance(budget, PerYouth) and isinstance(budget.per_youth, dict)):
        return
    path, bands = f"{agreed.path}.budget.per_youth", list(budget.per_youth)
    if not subject.readable("youth_ages"):
        return
    known = subject.names("youth_ages", "ages")
    if bands and not known:
        yield subject.place_in(agreed, "budget", "per_youth").error(
            f"{path}: a sum by age asks youth_ages.csv, which has no rows; its columns are "
            f"{', '.join(TABLES['youth_ages'].columns)}"
        )
        return
    for band in sorted(set(bands) - known):
        yield subject.place_in(agreed, "budget", "per_youth", band).error(
            f"{path}: {shown(band)} is not in column ages of youth_ages.csv{meant(band, known)}"
        )
    if subject.complete("youth_ages"):
        bands = sorted(set(bands) & known, key=lambda band: ages_in(band).start)
        yield from _nobody_counts_twice(subject, agreed, bands)
        yield from _every_head_is_there(subject, agreed, bands, buyers)


def _nobody_counts_twice(subject: Subject, agreed: Agreement, bands: list[str]) -> Iterator[Finding]:
    for one, next_one in pairwise(bands):
        if ages_in(next_one).start in ages_in(one):
            yield subject.place_in(agreed, "budget", "per_youth", next_one).error(
                f"{agreed.path}.budget.per_youth: {one} and {next_one} both hold the age of "
                f"{ages_in(next_one).start}, so a child of that age would be paid twice"
            )


def _every_head_is_there(
    subject: Subject, agreed: Agreement, bands: list[str], buyers: Buyers
) -> Iterator[Finding]:
    given = {(row.municipality, row.ages, row.year) for _, row in subject.rows("youth_ages", YouthAges)}
    table = subject.tables["youth_ages"]
    for town in _members(agreed, buyers):
        for band in bands:
            missing = [str(year) for year in subject.years if (town, band, year) not in given]
            if missing:
                yield table.place.error(
                    f"the youth of {town} of {band} is missing for {listed(missing)}: contract "
                    f"{agreed.contract} is paid by it, so every year from {subject.years[0]} to "
                    f"{subject.years[-1]} is asked"
                )


def _members(agreed: Agreement, buyers: Buyers) -> list[str]:
    """Return who shares the contract: those it names, else all that buy its care."""
    return sorted(agreed.terms.municipalities or set().union(*buyers.values()))


def youth_is_counted(subject: Subject, agreed: Agreement, buyers: Buyers) -> Iterator[Finding]:
    """Refuse a recalibration on the number of youth where there is none in the first year."""
    rule = agreed.terms.recalibration
    ready = subject.years and subject.complete("population")
    if rule is None or rule.counts != "youth" or rule.base is not None or not ready:
        return
    members = _members(agreed, buyers)
    youth = math.fsum(
        row.youth
        for _, row in subject.rows("population", Population)
        if row.municipality in members and row.year == subject.years[0]
    )
    if not youth:
        yield subject.place_in(agreed, "recalibration").error(
            f"{agreed.path}.recalibration: its members have no youth in {subject.years[0]} to count "
            "from: give a base"
        )
