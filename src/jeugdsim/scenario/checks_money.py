"""Rules on money: pools that have a cost to be shared by, and budgets that are complete."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from jeugdsim.scenario.checks_places import closed_cells
from jeugdsim.scenario.checks_policy import care_rows, contracts_over, scopes_are_known
from jeugdsim.scenario.draft import Subject
from jeugdsim.scenario.findings import Finding, listed, meant, shown
from jeugdsim.scenario.numbers import mean_of
from jeugdsim.scenario.rows import BudgetRow, CareForm, Demand, Move, Population
from jeugdsim.scenario.settings import Lever

Cell = tuple[str, str]


def money_findings(subject: Subject) -> Iterator[Finding]:
    """Give everything that is wrong with budgets, pools and the cells that levers pay for."""
    yield from _budget_files_agree(subject)
    yield from _budget_rows_are_complete(subject)
    whole = subject.complete("demand", "care_forms", "moves", "population", "municipalities")
    if whole and scopes_are_known(subject) and subject.years:
        costly = costly_cells(subject)
        yield from _pools_have_cost(subject, costly)
        yield from _levers_act_on_something(subject, costly)


def costly_cells(subject: Subject) -> set[Cell]:
    """Return the (municipality, care form) cells that can cost anything in the first year.

    Expected cost is zero exactly where no child can come (no inflow, no stock, no moves that bring
    any, no place to go in) or where the tariff or the units are zero; all at the mean.
    """
    forms = care_rows(subject)
    young = {
        row.municipality
        for _, row in subject.rows("population", Population)
        if row.year == subject.years[0] and row.youth > 0
    }
    demand = [row for _, row in subject.rows("demand", Demand)]
    moves = [row for _, row in subject.rows("moves", Move) if mean_of(row.probability) > 0]
    entries = {
        (row.municipality, row.care_form)
        for row in demand
        if row.municipality in young and mean_of(row.inflow_per_1000_youth) > 0
    }
    bought = {(row.municipality, row.care_form) for row in demand}
    stationary = _reached(entries, set(), moves, bought)
    stock = {cell for row in demand if _has_stock(row, cell := _cell(row), stationary)}
    closed = closed_cells(subject)
    entries = _reached(entries - closed, stock, moves, bought - closed)
    return {
        cell
        for cell in entries | stock
        if cell[1] in forms and _costs(forms[cell[1]], enters=cell in entries)
    }


def _cell(row: Demand) -> Cell:
    return row.municipality, row.care_form


def _has_stock(row: Demand, cell: Cell, stationary: set[Cell]) -> bool:
    if row.clients_at_start is None:
        return cell in stationary
    return mean_of(row.clients_at_start) > 0


def _reached(entries: set[Cell], stock: set[Cell], moves: list[Move], bought: set[Cell]) -> set[Cell]:
    """Add the cells into which children can move."""
    while True:
        found = {
            (town, row.to_care_form)
            for town, form in entries | stock
            for row in moves
            if row.from_care_form == form
        } & bought
        if found <= entries:
            return entries
        entries = entries | found


def _costs(form: CareForm, enters: bool) -> bool:
    units = float(enters) if form.is_trajectory else mean_of(form.units_per_day or 0.0)
    return mean_of(form.tariff) > 0 and units > 0


def _pools_have_cost(subject: Subject, costly: set[Cell]) -> Iterator[Finding]:
    """Refuse a pool (care forms of one contract with the same members) without expected cost."""
    forms = care_rows(subject)
    members: dict[tuple[str, str], set[str]] = defaultdict(set)
    for _, row in subject.rows("demand", Demand):
        if row.care_form in forms:
            for name in contracts_over(subject, row, forms[row.care_form].segment):
                members[name, row.care_form].add(row.municipality)
    pools: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for (name, form), towns in members.items():
        named = subject.contracts[name][1].municipalities
        pools[name, named or tuple(sorted(towns))].append(form)
    for (name, towns_of_pool), pool in sorted(pools.items()):
        if not any((town, form) in costly for town in towns_of_pool for form in pool):
            yield subject.contracts[name][0].error(
                f"contracts.{name}: {listed(pool)} for {listed(towns_of_pool)} has no expected "
                f"cost in {subject.years[0]} (no inflow, no clients, no places, or tariff or units "
                "zero), so its bill can't be shared: give it demand, or take its rows out of demand.csv"
            )


def _levers_act_on_something(subject: Subject, costly: set[Cell]) -> Iterator[Finding]:
    known = subject.names("care_forms", "care_form")
    for node, lever in subject.levers:
        forms = set(_forms_of(lever))
        if not forms <= known:
            continue
        acted_on = {
            (town, form)
            for town, form in costly
            if form in forms and (not lever.municipalities or town in lever.municipalities)
        }
        if acted_on:
            continue
        message = f"levers.{lever.name}: acts on no care that costs anything in {subject.years[0]}"
        if mean_of(lever.cost_per_year) > 0:
            yield node.place.error(
                f"{message}, so its cost_per_year can't be shared over who uses that care"
            )
        else:
            yield node.place.warning(message)


def _forms_of(lever: Lever) -> tuple[str, ...]:
    return (str(lever.from_),) if lever.affects == "move" else lever.care_forms


def _budget_files_agree(subject: Subject) -> Iterator[Finding]:
    if subject.budget is None or not subject.tables["budget_rows"].lines:
        return
    if subject.budget.basis is not None:
        yield subject.place("budget", "basis").error(
            "budget.basis: budget.csv gives the budgets, so basis is left out: take one of the two"
        )
    if subject.budget.volume_growth_per_year:
        yield subject.place("budget", "volume_growth_per_year").warning(
            "budget.volume_growth_per_year does nothing: the rows of budget.csv are final"
        )


def _budget_rows_are_complete(subject: Subject) -> Iterator[Finding]:
    """Check that budget.csv has a row for every segment that a municipality buys, every year."""
    table = subject.tables["budget_rows"]
    ready = subject.complete("budget_rows", "demand") and subject.readable("care_forms")
    if not (table.lines and ready and subject.years):
        return
    segment_of = {name: row.segment for name, row in care_rows(subject).items()}
    bought = {
        (row.municipality, segment_of[row.care_form])
        for _, row in subject.rows("demand", Demand)
        if row.care_form in segment_of
    }
    given: dict[Cell, set[int]] = defaultdict(set)
    for place, row in subject.rows("budget_rows", BudgetRow):
        given[row.municipality, row.segment].add(row.year)
        if row.segment not in segment_of.values():
            meant_name = meant(row.segment, set(segment_of.values()))
            yield place.error(f"segment {shown(row.segment)} is not in care_forms.csv{meant_name}")
        elif (row.municipality, row.segment) not in bought:
            yield place.error(f"{row.municipality} buys no care of segment {row.segment}")
    for town, segment in sorted(bought):
        missing = [str(year) for year in subject.years if year not in given[town, segment]]
        if missing:
            yield table.place.error(
                f"the budget of {town} for segment {segment} is missing for {listed(missing)}"
            )
