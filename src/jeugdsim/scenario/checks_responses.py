"""Rules on what levers and funding forms do to moves, and on when a response starts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from jeugdsim.scenario.cheaper import cheaper_moves
from jeugdsim.scenario.draft import Subject
from jeugdsim.scenario.files import Place
from jeugdsim.scenario.findings import Finding
from jeugdsim.scenario.model import covers
from jeugdsim.scenario.numbers import mean_of
from jeugdsim.scenario.rows import CareForm, Demand, Move
from jeugdsim.scenario.settings import Lever
from jeugdsim.scenario.tree import Node

_TOLERANCE = 1e-9
_Moves = Mapping[str, set[tuple[str, str]]]


@dataclass(frozen=True)
class _Step:
    """What multiplies chances to move: its path and place, first day, factor and moves per town."""

    path: str
    place: Place
    starts: date
    factor: float
    moves: _Moves


def response_findings(subject: Subject) -> Iterator[Finding]:
    """Warn of responses that start after the last year."""
    if subject.settings is None:
        return
    years = subject.settings.years
    for form, response in subject.settings.funding_response.items():
        if response.delay_years >= years:
            yield subject.place("funding_response", form, "delay_years").warning(
                f"funding_response.{form}.delay_years: {response.delay_years:g} years after the start "
                f"the {years} years of the contracts are over: the response does nothing"
            )


def moves_stay_probabilities(
    subject: Subject, moves: list[Move], levers: list[tuple[Node, Lever]]
) -> Iterator[Finding]:
    """Let levers and responses on moves start one after another, each at once in full, at its mean.

    Parameters
    ----------
    subject : Subject
        The parts of a scenario that are right by themselves.
    moves : list of Move
        The rows of moves.csv.
    levers : list of (Node, Lever)
        Those on moves that are in moves.csv.
    """
    steps = sorted(
        [*_of_levers(subject, levers), *_of_responses(subject, moves)],
        key=lambda step: (step.starts, step.path),
    )
    told: set[str] = set()
    for town in sorted(subject.names("municipalities", "municipality")):
        factors: dict[tuple[str, str], float] = defaultdict(lambda: 1.0)
        for step in steps:
            mine = step.moves.get(town, set())
            origins = sorted({origin for origin, _ in mine})
            before = [_total(moves, origin, factors) for origin in origins]
            for pair in mine:
                factors[pair] *= step.factor
            for origin, earlier in zip(origins, before, strict=True):
                total = _total(moves, origin, factors)
                if total > 1 + _TOLERANCE >= earlier and step.path not in told:
                    told.add(step.path)
                    yield step.place.error(
                        f"{step.path}: with this effect the moves from {origin} add up to "
                        f"{total:.6g} at their mean: at most 1 is allowed"
                    )


def _total(moves: list[Move], origin: str, factors: Mapping[tuple[str, str], float]) -> float:
    """Return the chance to move on from a form, given what multiplies each move."""
    return sum(
        mean_of(move.probability) * factors[origin, move.to_care_form]
        for move in moves
        if move.from_care_form == origin
    )


def _of_levers(subject: Subject, levers: list[tuple[Node, Lever]]) -> Iterator[_Step]:
    everywhere = subject.names("municipalities", "municipality")
    for node, lever in levers:
        pairs = {(str(lever.from_), str(lever.to))}
        yield _Step(
            path=f"levers.{lever.name}",
            place=node.table["effect"].place,
            starts=lever.starts,
            factor=max(0.0, 1 + mean_of(lever.effect)),
            moves=dict.fromkeys(lever.municipalities or everywhere, pairs),
        )


def _of_responses(subject: Subject, moves: list[Move]) -> Iterator[_Step]:
    """Give the steps down of the forms in use, where they act."""
    settings = subject.settings
    if settings is None:
        return
    rows = [row for _, row in subject.rows("care_forms", CareForm)]
    segment_of = {row.care_form: row.segment for row in rows}
    cheaper = cheaper_moves(rows, moves)
    for form, response in settings.funding_response.items():
        if response.step_down == 0.0 or response.delay_years >= settings.years:
            continue
        contracts = [one for one in settings.contracts.values() if one.form == form]
        reached: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for _, demand in subject.rows("demand", Demand):
            town, origin = demand.municipality, demand.care_form
            if any(covers(one, town, origin, segment_of.get(origin, "")) for one in contracts):
                reached[town] |= {pair for pair in cheaper if pair[0] == origin}
        yield _Step(
            path=f"funding_response.{form}.step_down",
            place=subject.place("funding_response", form, "step_down"),
            starts=settings.start + timedelta(days=response.delay_days),
            factor=max(0.0, 1 + mean_of(response.step_down)),
            moves=reached,
        )
