"""Rules on places and waiting: whose places they are, in which years, and where who waits can go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from jeugdsim.scenario.checks_policy import contracts_over, scopes_are_known, segments
from jeugdsim.scenario.draft import Subject
from jeugdsim.scenario.files import Place
from jeugdsim.scenario.findings import Finding, listed, meant, shown
from jeugdsim.scenario.numbers import is_uncertain, mean_of
from jeugdsim.scenario.rows import CareForm, Demand, PlacesRow, WaitingRow

Cell = tuple[str, str]


def places_findings(subject: Subject) -> Iterator[Finding]:
    """Give everything that is wrong with places and with who waits for them."""
    yield from _places_are_given_once(subject)
    yield from _years_are_covered(subject)
    yield from _contracts_share_them(subject)
    yield from _waiting_leads_somewhere(subject)
    yield from _bridging_is_bought(subject)
    yield from _who_waits_can_wait(subject)
    yield from _known_children_are_whole(subject)


def limited_forms(subject: Subject) -> set[str]:
    """Return the care forms that have places, in either file, also where a row is wrong otherwise."""
    in_care_forms = {
        str(line.cells.get("care_form"))
        for line in subject.tables["care_forms"].lines
        if line.cells.get("places") is not None or "places" in line.unread
    }
    return in_care_forms | subject.names("places", "care_form")


def closed_cells(subject: Subject) -> set[Cell]:
    """Return the (municipality, care form) cells that nobody can enter in the first year: no places."""
    closed = {
        (row.care_form, "")
        for _, row in subject.rows("care_forms", CareForm)
        if row.places is not None and mean_of(row.places) < 0.5
    }
    levels: dict[Cell, list[tuple[int, int]]] = defaultdict(list)
    for _, places in subject.rows("places", PlacesRow):
        if subject.years and places.year <= subject.years[0]:
            levels[places.care_form, places.contract].append((places.year, places.places))
    closed |= {pool for pool, named in levels.items() if max(named)[1] == 0}
    segment_of = segments(subject)
    return {
        (row.municipality, row.care_form)
        for _, row in subject.rows("demand", Demand)
        if not closed.isdisjoint(
            (row.care_form, contract)
            for contract in ("", *contracts_over(subject, row, segment_of.get(row.care_form, "")))
        )
    }


def _places_are_given_once(subject: Subject) -> Iterator[Finding]:
    """Refuse places in both files, and places of the region beside those of a contract."""
    in_care_forms = {
        row.care_form for _, row in subject.rows("care_forms", CareForm) if row.places is not None
    }
    regional = {row.care_form for _, row in subject.rows("places", PlacesRow) if not row.contract}
    told: set[str] = set()
    for place, row in subject.rows("places", PlacesRow):
        form = row.care_form
        if form in told:
            continue
        if form in in_care_forms:
            told.add(form)
            yield place.error(
                f"{form} has places here and in care_forms.csv: leave the column places empty there, "
                "or take its rows out here"
            )
        elif row.contract and form in regional:
            told.add(form)
            yield place.error(
                f"column contract: {form} also has rows without a contract: its places are either "
                "shared by the whole region (no contract in any row) or by contract"
            )


def _years_are_covered(subject: Subject) -> Iterator[Finding]:
    if not subject.years:
        return
    first_year, last_year = subject.years[0], subject.years[-1]
    of_pool: dict[Cell, list[tuple[int, Place]]] = defaultdict(list)
    for place, row in subject.rows("places", PlacesRow):
        of_pool[row.care_form, row.contract].append((row.year, place))
        if row.year > last_year:
            yield place.warning(
                f"column year: {row.year} lies after the last year, {last_year}: this row does nothing"
            )
    if not subject.complete("places"):
        return
    known = {"", *_contract_names(subject)}
    unclear = {form for form, contract in of_pool if contract not in known}
    for (form, contract), named in of_pool.items():
        year, place = min(named, key=lambda one: one[0])
        if year > first_year and form not in unclear:
            whose = f"{form} under contract {contract}" if contract else form
            yield place.error(
                f"column year: the places of {whose} begin in {year}: a row for {first_year}, the "
                "first year, or earlier is asked"
            )


def _contracts_share_them(subject: Subject) -> Iterator[Finding]:
    """Check that a contract in places.csv is there, and buys the form."""
    known = _contract_names(subject)
    if not known:
        return
    covered = _covered(subject) if scopes_are_known(subject) and subject.complete("demand") else None
    told: set[Cell] = set()
    for place, row in subject.rows("places", PlacesRow):
        pair = (row.care_form, row.contract)
        if not row.contract or pair in told:
            continue
        told.add(pair)
        if row.contract not in known:
            yield place.error(
                f"column contract: there is no contract {shown(row.contract)}"
                f"{meant(row.contract, known)}"
            )
        elif covered is not None and row.contract not in covered.get(row.care_form, ()):
            over = listed(covered.get(row.care_form, ())) or "none"
            yield place.error(
                f"column contract: {row.contract} does not cover {row.care_form}; the contracts that "
                f"do are {over}"
            )


def _contract_names(subject: Subject) -> list[str]:
    contracts = subject.entry("contracts")
    return [] if contracts is None else list(contracts.table)


def _covered(subject: Subject) -> Mapping[str, set[str]]:
    """Return the contracts that cover each care form somewhere."""
    segment_of = segments(subject)
    covered: dict[str, set[str]] = defaultdict(set)
    for _, row in subject.rows("demand", Demand):
        covered[row.care_form].update(contracts_over(subject, row, segment_of.get(row.care_form, "")))
    return covered


def _waiting_leads_somewhere(subject: Subject) -> Iterator[Finding]:
    limited = limited_forms(subject)
    for place, row in subject.rows("waiting", WaitingRow):
        form, bridge, goal = row.care_form, row.bridging_care_form, row.escalation_care_form
        if bridge == form:
            yield place.error(
                f"column bridging_care_form: {form} can't bridge the wait for itself: name another "
                "care form, or leave the cell empty"
            )
        elif bridge in limited:
            free = listed(subject.names("care_forms", "care_form") - limited) or "none"
            yield place.error(
                f"column bridging_care_form: {bridge} has places itself, so a child may have to wait "
                f"for it too: name a care form without places ({free}), or leave the cell empty"
            )
        if goal == form:
            yield place.error(
                f"column escalation_care_form: who waits for {form} escalates to another care form, or "
                "to none"
            )
        if mean_of(row.escalation_per_year) > 0 and not goal:
            yield place.error(
                "column escalation_care_form: escalation_per_year is above 0, so the care form they "
                "escalate to is asked"
            )


def _bridging_is_bought(subject: Subject) -> Iterator[Finding]:
    """Tell where a bridging care form that a municipality does not buy leaves children without care."""
    if not subject.complete("demand"):
        return
    limited, known = limited_forms(subject), subject.names("care_forms", "care_form")
    bought = {(row.municipality, row.care_form) for _, row in subject.rows("demand", Demand)}
    for place, row in subject.rows("waiting", WaitingRow):
        form, bridge = row.care_form, row.bridging_care_form
        if form not in limited or bridge not in known:
            continue
        towns = sorted(town for town, of in bought if of == form and (town, bridge) not in bought)
        if towns:
            yield place.warning(
                f"column bridging_care_form: {listed(towns)} {_buys(towns)} {form} and no {bridge}: "
                "who waits there has no bridging care"
            )


def _buys(towns: list[str]) -> str:
    return "buys" if len(towns) == 1 else "buy"


def _who_waits_can_wait(subject: Subject) -> Iterator[Finding]:
    limited = limited_forms(subject)
    for place, row in subject.rows("demand", Demand):
        if mean_of(row.waiting_at_start or 0.0) > 0 and row.care_form not in limited:
            yield place.error(
                f"column waiting_at_start: nobody waits for {row.care_form}, as it has no limited "
                "number of places: leave it empty, or give places in care_forms.csv or places.csv"
            )


def _known_children_are_whole(subject: Subject) -> Iterator[Finding]:
    """Ask whole, certain numbers where the children at the start are counted."""
    known = subject.entry("clients_at_start_known")
    if known is None or known.value is not True:
        return
    for place, row in subject.rows("demand", Demand):
        for column, children, otherwise in (
            ("clients_at_start", row.clients_at_start, "it is not known"),
            ("waiting_at_start", row.waiting_at_start, "nobody waits"),
        ):
            if children is not None and (is_uncertain(children) or mean_of(children) % 1):
                yield place.error(
                    f"column {column}: clients_at_start_known = true asks whole, certain numbers, but "
                    f"{shown(children)} is given; leave it empty where {otherwise}"
                )
