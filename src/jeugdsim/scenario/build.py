"""Check a draft as a whole and turn it into a frozen Scenario, or refuse it with every finding."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import ValidationError

from jeugdsim.scenario.checks import findings_across_tables
from jeugdsim.scenario.draft import Draft, subject_of
from jeugdsim.scenario.empirical import right_rows, validate_tables
from jeugdsim.scenario.findings import Finding, ScenarioError
from jeugdsim.scenario.frozen import frozen
from jeugdsim.scenario.messages import toml_findings
from jeugdsim.scenario.model import Scenario
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
    WaitingRow,
    YouthAges,
)
from jeugdsim.scenario.settings import Settings
from jeugdsim.scenario.tables import TABLES, Line, sorted_rows, validate_lines
from jeugdsim.scenario.tree import Node, bare


def build(draft: Draft, findings: Iterable[Finding] = ()) -> Scenario:
    """Check a draft and return the Scenario.

    Parameters
    ----------
    draft : Draft
        What stands in the files or in the changed content.
    findings : iterable of Finding
        What was found wrong while reading.

    Raises
    ------
    ScenarioError
        With all findings at once, sorted by file and line.
    """
    told = list(findings)
    validate_tables(draft, told)
    for name, kind in TABLES.items():
        validate_lines(kind, draft.tables[name].lines, told)
    settings = None
    if draft.toml is not None:
        settings = _settings(draft.toml, told)
        told.extend(findings_across_tables(subject_of(draft, draft.toml, settings)))
    told = sorted(set(told), key=lambda finding: (finding.file, finding.line, finding.message))
    if settings is None or any(finding.severity == "error" for finding in told):
        raise ScenarioError(told)
    return _scenario(settings, draft, told)


def _settings(toml: Node, findings: list[Finding]) -> Settings | None:
    try:
        return Settings.model_validate(bare(toml))
    except ValidationError as error:
        files = {name: kind.file for name, kind in TABLES.items()}
        findings.extend(toml_findings(error, Settings, toml, files))
        return None


def _scenario(settings: Settings, draft: Draft, warnings: list[Finding]) -> Scenario:
    def lines(name: str) -> list[Line]:
        return draft.tables[name].lines

    return Scenario(
        settings=settings,
        municipalities=sorted_rows(Municipality, lines("municipalities")),
        population=sorted_rows(Population, lines("population")),
        care_forms=sorted_rows(CareForm, lines("care_forms")),
        demand=sorted_rows(Demand, lines("demand")),
        moves=sorted_rows(Move, lines("moves")),
        sources=sorted_rows(Source, lines("source_rows")),
        season=sorted_rows(Season, lines("season")),
        budget_rows=sorted_rows(BudgetRow, lines("budget_rows")),
        accounts=sorted_rows(AccountRow, lines("accounts")),
        places=sorted_rows(PlacesRow, lines("places")),
        waiting=sorted_rows(WaitingRow, lines("waiting")),
        entry_ages=sorted_rows(EntryAge, lines("entry_ages")),
        extended_care=sorted_rows(ExtendedCare, lines("extended_care")),
        youth_ages=sorted_rows(YouthAges, lines("youth_ages")),
        empirical_stays=frozen(
            {file: right_rows(table) for file, table in sorted(draft.empirical.items())}
        ),
        warnings=tuple(warnings),
    )
