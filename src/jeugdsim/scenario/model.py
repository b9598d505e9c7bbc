"""The frozen Scenario: everything that is assumed, in one object that never changes.

Tables are tuples sorted by name, so the order of rows in a file means nothing. A changed scenario
is a new one: ``scenario.with_changes({"contracts.verblijf.form": "pxq"})``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import fsum
from typing import Any

from jeugdsim.scenario.contracts import Contract
from jeugdsim.scenario.findings import Finding
from jeugdsim.scenario.frozen import FrozenDict, frozen
from jeugdsim.scenario.rows import (
    AccountRow,
    BudgetRow,
    CareForm,
    Demand,
    EntryAge,
    ExtendedCare,
    Move,
    Municipality,
    PlacesRow,
    Population,
    Season,
    Source,
    SurvivalRow,
    WaitingRow,
    YouthAges,
)
from jeugdsim.scenario.settings import Settings, World


@dataclass(frozen=True, repr=False)
class Scenario:
    """Everything that is assumed; made by ``load_scenario``.

    Attributes
    ----------
    settings : Settings
        What stands in scenario.toml.
    municipalities, population, care_forms, demand, moves, sources, season, budget_rows : tuple
        The rows of the CSV files, sorted by name (and year).
    empirical_stays : mapping of str to tuple of SurvivalRow
        The tables of ``empirical:FILE.csv`` stays under their file name, days rising.
    accounts : tuple of AccountRow
        What was spent before the start, for pictures; no result depends on it.
    places, waiting, entry_ages, extended_care : tuple
        The rows of these optional CSV files, sorted by name (and contract, year or age).
    youth_ages : tuple of YouthAges
        Youth by age band, for budgets per head; sorted by municipality, year and band.
    warnings : tuple of Finding
        What a reader should know, though the scenario can run.
    """

    settings: Settings
    municipalities: tuple[Municipality, ...]
    population: tuple[Population, ...]
    care_forms: tuple[CareForm, ...]
    demand: tuple[Demand, ...]
    moves: tuple[Move, ...]
    sources: tuple[Source, ...]
    season: tuple[Season, ...] = ()
    budget_rows: tuple[BudgetRow, ...] = ()
    empirical_stays: Mapping[str, tuple[SurvivalRow, ...]] = field(default_factory=FrozenDict)
    accounts: tuple[AccountRow, ...] = ()
    places: tuple[PlacesRow, ...] = ()
    waiting: tuple[WaitingRow, ...] = ()
    entry_ages: tuple[EntryAge, ...] = ()
    extended_care: tuple[ExtendedCare, ...] = ()
    youth_ages: tuple[YouthAges, ...] = ()
    warnings: tuple[Finding, ...] = field(default=(), compare=False)

    def __repr__(self) -> str:
        return (
            f"Scenario({self.name!r}, {len(self.municipalities)} municipalities, "
            f"{len(self.care_forms)} care forms, {len(self.settings.contracts)} contracts, "
            f"hash {self.hash[:8]})"
        )

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.settings.name

    @property
    def calendar_years(self) -> tuple[int, ...]:
        """The years simulated, e.g. 2027 to 2032."""
        return self.settings.calendar_years

    @cached_property
    def municipality_names(self) -> tuple[str, ...]:
        """Names of the municipalities, sorted: the coordinate of results."""
        return tuple(row.municipality for row in self.municipalities)

    @cached_property
    def care_form_names(self) -> tuple[str, ...]:
        """Names of the care forms, sorted: the coordinate of results."""
        return tuple(row.care_form for row in self.care_forms)

    @cached_property
    def segment_names(self) -> tuple[str, ...]:
        """Names of the segments, sorted: the coordinate of results."""
        return tuple(sorted({row.segment for row in self.care_forms}))

    @cached_property
    def contract_names(self) -> tuple[str, ...]:
        """Ids of the contracts, sorted: the coordinate of results."""
        return tuple(sorted(self.settings.contracts))

    @cached_property
    def absent_sections(self) -> tuple[str, ...]:
        """Optional sections that were left out, so that their defaults rule the answer."""
        settings = self.settings
        present = {
            "world": settings.world != World(),
            "budget": settings.budget is not None or bool(self.budget_rows),
            "savings": settings.savings is not None,
            "levers": bool(settings.levers),
            "funding_response": bool(settings.funding_response),
        }
        return tuple(name for name, there in present.items() if not there)

    @cached_property
    def demand_cells(self) -> frozenset[tuple[str, str]]:
        """The (municipality, care form) pairs that are bought: those with a row in demand.csv."""
        return frozenset((row.municipality, row.care_form) for row in self.demand)

    @cached_property
    def limited_forms(self) -> tuple[str, ...]:
        """Names of the care forms that have places anywhere, sorted; of the others nobody waits."""
        by_row = {row.care_form for row in self.places}
        return tuple(
            row.care_form
            for row in self.care_forms
            if row.places is not None or row.care_form in by_row
        )

    @property
    def has_ages(self) -> bool:
        """Whether children have an age, so that care ends at 18 or at an extended limit."""
        return bool(self.entry_ages)

    @property
    def is_limited(self) -> bool:
        """Whether places or ages may keep children from the care they would have without."""
        return bool(self.limited_forms) or self.has_ages

    @cached_property
    def accounts_so_far(self) -> Mapping[int, float]:
        """Euros spent per year before the start, where every municipality has a row; else nothing."""
        spent: dict[int, list[float]] = defaultdict(list)
        for row in self.accounts:
            spent[row.year].append(row.euros)
        whole = [year for year in sorted(spent) if len(spent[year]) == len(self.municipalities)]
        return FrozenDict((year, fsum(spent[year])) for year in whole)

    def contract_cells(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return the (municipality, care form) pairs of demand.csv under a contract, sorted."""
        contract = self.settings.contracts[name]
        segment_of = {row.care_form: row.segment for row in self.care_forms}
        return tuple(
            sorted(
                (town, form)
                for town, form in self.demand_cells
                if covers(contract, town, form, segment_of.get(form, ""))
            )
        )

    def contract_members(self, name: str, care_form: str | None = None) -> tuple[str, ...]:
        """Return who shares a contract: those it names, else all that buy its care (or one form)."""
        named = self.settings.contracts[name].municipalities
        buyers = {town for town, form in self.contract_cells(name) if care_form in (None, form)}
        return tuple(sorted(named or buyers))

    def all_pxq(self) -> Scenario:
        """Return the scenario with every contract paid P x Q, billed by own use; levers stay."""
        contracts = {name: terms.as_pxq() for name, terms in self.settings.contracts.items()}
        allocation = self.settings.allocation
        if not isinstance(allocation.used, str):
            allocation = allocation.model_copy(update={"used": "actual_use"})
        return self._with_settings(
            name=f"{self.name}, alles P x Q", contracts=contracts, allocation=allocation
        )

    def reference(self) -> Scenario:
        """Return the reference: same world, every contract P x Q, no levers, responses off.

        Costs of single children are not counted in it: no yardstick asks for them.
        """
        return self._reference

    @cached_property
    def _reference(self) -> Scenario:
        yardstick = self.all_pxq()
        contracts = {
            name: terms.model_copy(update={"child_retentions": ()})
            for name, terms in yardstick.settings.contracts.items()
        }
        return yardstick._with_settings(
            name="referentie", contracts=contracts, levers=(), funding_response={}, options={}
        )

    def _with_settings(self, **fields: Any) -> Scenario:
        from jeugdsim.scenario.content import with_live_pairs, with_live_sources

        fields = {name: frozen(value) for name, value in fields.items()}
        settings = with_live_pairs(self.settings.model_copy(update=fields), before=self.settings)
        return replace(self, settings=with_live_sources(settings, before=self.settings))

    @cached_property
    def hash(self) -> str:
        """SHA-256 over the canonical resolved content (sorted, base folded in, notes left out)."""
        from jeugdsim.scenario.content import content_hash

        return content_hash(self)

    @cached_property
    def world_hash(self) -> str:
        """Hash of the reference: equal where world, places and populations are."""
        return replace(self.reference(), accounts=(), youth_ages=()).hash

    def with_changes(self, changes: Mapping[str, Any]) -> Scenario:
        """Return a copy in which dotted paths have other values, checked as if read from a folder.

        Parameters
        ----------
        changes : mapping of str to value
            Path to new value; a path names a number (``levers.NAME.effect``), a cell
            (``demand.Delft.pleegzorg.inflow_per_1000_youth``) or a whole table (``contracts``, or
            ``empirical_stays.FILE.csv`` as a list of dicts with days and survival).
            Where a contract's form changes, its other terms are dropped and its scope is kept.

        Raises
        ------
        ScenarioError
            When a path does not exist or the changed scenario is wrong.

        Examples
        --------
        >>> import jeugdsim as js
        >>> base = js.load_scenario("scenarios/haaglanden-2027")
        >>> changed = base.with_changes({"contracts.verblijf.form": "pxq"})
        >>> changed.settings.contracts["verblijf"].form
        'pxq'
        """
        from jeugdsim.scenario.changes import apply_changes

        return apply_changes(self, changes)

    @cached_property
    def option_names(self) -> Mapping[str, tuple[str, ...]]:
        """Names of the options of every contract that has them, sorted; its own terms are none."""
        options = self.settings.options
        return FrozenDict((name, tuple(sorted(options[name]))) for name in sorted(options))

    def with_options(self, choice: Mapping[str, str]) -> Scenario:
        """Return a copy in which contracts have the terms of one of their options.

        Parameters
        ----------
        choice : mapping of str to str
            Contract to the name of an option in ``[options.CONTRACT."NAME"]``. The contract keeps its
            scope and gets all its other terms, and their sources, from the option; contracts that are
            not named keep their terms.

        Raises
        ------
        ScenarioError
            When a contract or an option is unknown, or the options do not go together.

        Examples
        --------
        >>> import jeugdsim as js
        >>> base = js.load_scenario("scenarios/haaglanden-2027")
        >>> asked = base.with_changes({"options.verblijf.P x Q": {"form": "pxq"}})
        >>> asked.option_names
        {'verblijf': ('P x Q',)}
        >>> asked.with_options({"verblijf": "P x Q"}).settings.contracts["verblijf"].form
        'pxq'
        """
        from jeugdsim.scenario.options import apply_options

        return apply_options(self, choice)


def covers(contract: Contract, municipality: str, care_form: str, segment: str) -> bool:
    """Tell whether a contract covers a (municipality, care form) pair of demand.csv."""
    bought = care_form in contract.care_forms or segment in contract.segments
    member = not contract.municipalities or municipality in contract.municipalities
    return bought and member
