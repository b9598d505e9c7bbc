"""Numbers so large that nobody means them and no computer can count what follows: refused.

Below these limits everything stays finite and a run comes to an end; `checks_plausible` warns much
earlier.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator

from jeugdsim.scenario.checks_plausible import growths, refills, resets, responses
from jeugdsim.scenario.draft import Subject
from jeugdsim.scenario.fields import MOST_EFFECT, MOST_GROWTH
from jeugdsim.scenario.files import Place
from jeugdsim.scenario.findings import Finding, shown
from jeugdsim.scenario.numbers import Family, Number, mean_of
from jeugdsim.scenario.rows import CareForm, Demand, PlacesRow, Population, WaitingRow

MOST_CV = 1000.0
MOST_DAYS = 10_000_000  # who never leaves care can be written
MOST_SPREAD_DAYS = 10 * MOST_DAYS
MOST_CHILDREN = 5_000_000  # of one municipality; the Netherlands have 3.3 million youth
MOST_PLACES = 1_000_000_000  # who means no limit leaves it empty
MOST_RATE = 100_000.0  # a year: who can't go in at once, goes


def size_findings(subject: Subject) -> Iterator[Finding]:
    """Give growths, effects, stays, places and inflows beyond what can be meant and counted."""
    yield from _growths_end(subject)
    yield from _effects_end(subject)
    yield from _stays_end(subject)
    yield from _places_end(subject)
    yield from _waits_end(subject)
    yield from _children_can_be_counted(subject)


def largest(number: Number) -> float:
    """Return the largest of the numbers a reader sees, without its sign."""
    parts = number.model_dump().values() if isinstance(number, Family) else (number,)
    return float(max(abs(part) for part in parts))


def _growths_end(subject: Subject) -> Iterator[Finding]:
    if subject.settings is None:
        return
    for path, number in growths(subject.settings):
        if largest(number) > MOST_GROWTH:
            yield subject.place(*path).error(
                f"{'.'.join(path)}: at most {MOST_GROWTH:g} ({100 * MOST_GROWTH:.0f}% a year) is "
                f"asked, but {largest(number):g} is given; 0.03 is 3%"
            )


def _effects_end(subject: Subject) -> Iterator[Finding]:
    effects: list[tuple[Place, tuple[str, ...], Number]] = [
        (node.table["effect"].place, ("levers", lever.name, "effect"), lever.effect)
        for node, lever in subject.levers
    ]
    if subject.settings is not None:
        effects += [
            (subject.place(*path), path, number)
            for path, number in (*responses(subject.settings), *resets(subject.settings))
        ]
    for place, path, number in effects:
        if largest(number) > MOST_EFFECT:
            yield place.error(
                f"{'.'.join(path)}: at most {MOST_EFFECT:g} ({100 * MOST_EFFECT:,.0f}%) is asked, but "
                f"{largest(number):g} is given; -0.04 is 4% less"
            )
    for path, number in refills(subject.settings) if subject.settings is not None else ():
        if largest(number) > MOST_EFFECT:
            yield subject.place(*path).error(
                f"{'.'.join(path)}: at most {MOST_EFFECT:g} is asked, but {largest(number):g} is "
                "given; 0.4 makes stays 0.4% longer for every percent less inflow"
            )


def _stays_end(subject: Subject) -> Iterator[Finding]:
    for place, row in subject.rows("care_forms", CareForm):
        for column, number, most in (
            ("stay_mean_days", row.stay_mean_days, MOST_DAYS),
            ("stay_sd_days", row.stay_sd_days or 0.0, MOST_SPREAD_DAYS),
        ):
            if largest(number) > most:
                yield place.error(
                    f"column {column}: at most {most:,} days ({most / 365.25:.0f} years) is asked, but "
                    f"{shown(largest(number))} is given"
                )

        if (row.units_cv or 0.0) > MOST_CV:
            yield place.error(
                f"column units_cv: at most {MOST_CV:g} is asked, but {shown(row.units_cv)} is given; "
                "it is the standard deviation as a fraction of the mean"
            )


def _places_end(subject: Subject) -> Iterator[Finding]:
    given: list[tuple[Place, Number | None]] = [
        *((place, row.places) for place, row in subject.rows("care_forms", CareForm)),
        *((place, row.places) for place, row in subject.rows("places", PlacesRow)),
    ]
    for place, number in given:
        if number is not None and largest(number) > MOST_PLACES:
            yield place.error(
                f"column places: at most {MOST_PLACES:,} is asked, but {shown(largest(number))} is "
                "given; for no limit leave it empty"
            )


def _waits_end(subject: Subject) -> Iterator[Finding]:
    for place, row in subject.rows("waiting", WaitingRow):
        for column in ("reneging_per_year", "escalation_per_year"):
            rate = largest(getattr(row, column))
            if rate > MOST_RATE:
                yield place.error(
                    f"column {column}: at most {MOST_RATE:,.0f} per year is asked, but "
                    f"{shown(rate)} is given; 12 is on average a month of waiting"
                )
        if (row.admitted_within_days or 0) > MOST_DAYS:
            yield place.error(
                f"column admitted_within_days: at most {MOST_DAYS:,} days is asked, but "
                f"{shown(row.admitted_within_days)} is given"
            )


def _children_can_be_counted(subject: Subject) -> Iterator[Finding]:
    """Refuse more children in a municipality than can be counted, at the mean of every assumption."""
    if subject.settings is None or not subject.years:
        return
    youth: dict[str, float] = defaultdict(float)
    for _, row in subject.rows("population", Population):
        youth[row.municipality] = max(youth[row.municipality], row.youth)
    stays = {
        row.care_form: mean_of(row.stay_mean_days) for _, row in subject.rows("care_forms", CareForm)
    }
    level = _inflow_level(subject)
    children: dict[str, float] = defaultdict(float)
    largest: dict[str, tuple[float, Place]] = {}
    for place, demand in subject.rows("demand", Demand):
        town = demand.municipality
        yearly = youth[town] / 1000 * mean_of(demand.inflow_per_1000_youth)
        stock = demand.clients_at_start
        if stock is None:
            stock = yearly * stays.get(demand.care_form, 0.0) / 365.25
        here = yearly * level + mean_of(stock) + mean_of(demand.waiting_at_start or 0.0)
        children[town] += here
        largest[town] = max(largest.get(town, (0.0, place)), (here, place), key=lambda one: one[0])
    for town, count in children.items():
        if not count <= MOST_CHILDREN:
            yield largest[town][1].error(
                f"{town} would have {count:.3g} children in care over the years: at most "
                f"{MOST_CHILDREN:,} can be counted"
            )


def _inflow_level(subject: Subject) -> float:
    """Return the years of inflow at the level of demand.csv, or more where growth fades."""
    assert subject.settings is not None
    growth = mean_of(subject.settings.world.inflow_growth_per_year)
    ahead = [year - subject.settings.volume_year for year in subject.years]
    return math.fsum(max(1 + growth, 0.01) ** years for years in ahead)
