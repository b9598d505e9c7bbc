"""The lines of the tables: what is compared with what, per turn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.growth import GROWN, SAME_CHILDREN
from benchmarks.measured import (
    ALLOCATE,
    C_FLOOR,
    C_FLOOR_IN_BATCHES,
    COALITIONS,
    COLD,
    COUNTRY,
    DRAWS_GROW,
    FLOOR,
    FLOOR_ON_THREADS,
    GROWS,
    LARGE,
    NO_PLACES,
    OURS,
    PLACES,
    RIVALS,
    SCARCE,
    SETTLE,
    SIMULATE,
    SIMULATE_ON_THREADS,
    WARM,
    Measured,
    PerTurn,
    Timing,
    rival,
)

_IN_TEXT = {"inflow": "children", "years": "years", "municipalities": "municipalities"}


@dataclass(frozen=True)
class Row:
    """One line of a table: a text, the values of the turns with their unit; none where not measured."""

    text: str
    values: PerTurn
    unit: str = ""


@dataclass(frozen=True)
class Table:
    """Rows under a heading."""

    heading: str
    rows: list[Row]


def tables(run: Measured) -> list[Table]:
    """Return all tables of a measurement."""
    made = [
        Table("Against what the random numbers cost", _against_floor(run)),
        Table("Against other programs, on one region ([SPEC.md](benchmarks/rivals/SPEC.md))",
              _against_rivals(run)),
        Table("As it grows", _growth(run)),
        Table("After simulating, compiling, threads", _around(run)),
    ]  # fmt: skip
    return [*made, Table("Large", _large(run))] if run.has(LARGE) else made


def _against_floor(run: Measured) -> list[Row]:
    simulate, scarce, floor = (run.of(what).per("stays") for what in (SIMULATE, SCARCE, FLOOR))
    in_c, in_batches = (
        _ratio(floor, run.of(what).per("stays")) if run.has(what) else []
        for what in (C_FLOOR, C_FLOOR_IN_BATCHES)
    )
    return [
        Row("simulate / draw floor, per stay", _ratio(simulate, floor)),
        Row("simulate with four scarce forms / draw floor, per stay", _ratio(scarce, floor)),
        Row(
            "simulate with four scarce forms / without places, per stay",
            _ratio(scarce, simulate),
        ),
        Row("draw floor / the same draws in C, per stay", in_c),
        Row("draw floor / the same draws in C, eight children at a time, per stay", in_batches),
    ]


def _against_rivals(run: Measured) -> list[Row]:
    rows = []
    for places, told in ((PLACES, "four scarce forms"), (NO_PLACES, "room for everybody")):
        ours = run.of(rival(OURS, places)).per("stays")
        for name in RIVALS:
            key = rival(name, places)
            if run.has(key):
                rows.append(
                    Row(
                        f"{name} / {OURS}, {told}, per stay",
                        _ratio(run.of(key).per("stays"), ours),
                    )
                )
            elif name == "C by hand":
                rows.append(Row(f"{name} / {OURS}, {told}, per stay", []))
    return rows


def _growth(run: Measured) -> list[Row]:
    draws = [run.of(DRAWS_GROW, number) for number in run.numbers(DRAWS_GROW)]
    first, last = draws[0].size["draws"], draws[-1].size["draws"]
    rows = [Row(f"draws, {first:,g} to {last:,g}: power of time in draws (1: linear)",
                _power(draws, "draws"))]  # fmt: skip
    for what, (_, sizes) in GROWN.items():
        grown = [run.of(GROWS.format(what), float(size)) for size in sizes]
        if what in SAME_CHILDREN:
            text = f"{sizes[-1]:g} times the {what}, the same children: times the time per stay"
            rows.append(Row(text, _ratio(grown[-1].per("stays"), grown[0].per("stays"))))
        else:
            text = f"{_IN_TEXT[what]}, {sizes[-1] / sizes[0]:g} times: power of time in stays"
            rows.append(Row(text, _power(grown, "stays")))
    country, haaglanden = run.of(COUNTRY), run.of(GROWS.format("inflow"), 1.0)
    per_stay = _ratio(country.per("stays"), haaglanden.per("stays"))
    gigabytes = country.size["peak_mib"] / 1024
    return [
        *rows,
        Row("the whole country, 342 municipalities / Haaglanden, per stay", per_stay),
        Row(f"the whole country, {country.size['draws']:g} draws: memory of the process at its most",
            [gigabytes], " GB"),
    ]  # fmt: skip


def _around(run: Measured) -> list[Row]:
    settle, allocate, coalitions, simulate = (
        run.of(what).per("draws") for what in (SETTLE, ALLOCATE, COALITIONS, SIMULATE)
    )
    cold, warm = run.of(COLD).seconds, run.of(WARM).seconds
    return [
        Row("settle / simulate, per draw", _ratio(settle, simulate)),
        Row("allocate / simulate, per draw", _ratio(allocate, simulate)),
        Row(
            "what every coalition would pay alone / simulate, per draw",
            _ratio(coalitions, simulate),
        ),
        Row("first process ever / a later one, to the end of one draw", _ratio(cold, warm)),
        Row("compiling, once", [a - b for a, b in zip(cold, warm, strict=True)], " s"),
        *(
            Row(
                f"{text} on one thread / on {threads:g} threads{_all(threads, run)}, elapsed per stay",
                speed_up(run, what, threads),
            )
            for threads in run.numbers(SIMULATE_ON_THREADS)
            if threads > 1
            for text, what in (("simulate", SIMULATE_ON_THREADS), ("draw floor", FLOOR_ON_THREADS))
        ),
    ]


def _large(run: Measured) -> list[Row]:
    large = run.of(LARGE)
    draws = large.size["draws"]
    told = f"{draws:,g} draws of Haaglanden, run with keep='summary'"
    return [
        Row(f"{told}: elapsed", [seconds / 60 for seconds in large.seconds], " minutes"),
        Row(f"{told}: draws per second", [draws / seconds for seconds in large.seconds]),
        Row(f"{told}: memory at its most", [large.size["peak_mib"] / 1024], " GB"),
    ]


def speed_up(run: Measured, what: str, threads: float) -> PerTurn:
    """Return how many times as fast something goes on more threads, per turn."""
    return _ratio(run.of(what, 1.0).per("stays"), run.of(what, threads).per("stays"))


def _ratio(above: PerTurn, below: PerTurn) -> PerTurn:
    return [a / b for a, b in zip(above, below, strict=True)]


def _power(timings: list[Timing], what: str) -> PerTurn:
    """Return the power of time in a size, per turn: the slope of a line through the logarithms."""
    size = np.log([timing.size[what] for timing in timings])
    turns = zip(*(timing.seconds for timing in timings), strict=True)
    return [float(np.polyfit(size, np.log(seconds), 1)[0]) for seconds in turns]


def _all(threads: float, run: Measured) -> str:
    return " (all processors)" if threads == run.machine["processors"] else ""
