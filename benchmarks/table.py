"""Write the table of ratios into the README, from what pytest-benchmark measured.

    python -m benchmarks.table out/benchmarks.json README.md

A ratio is taken within each turn, between timings that stand close in time; the table tells the
median over the turns, the lowest and the highest. Nothing in it depends on the date or the commit.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from jeugdsim.report.files import moved_into_place

START, END = "<!-- bench:start -->", "<!-- bench:end -->"
SIMULATE, FLOOR, SETTLE, ALLOCATE = "simulate", "floor", "settle", "allocate"
SCARCE = "simulate with scarce places"
COALITIONS = "coalitions"
WARM, COLD = "warm process", "cold process"
SIMULATE_ON_THREADS, FLOOR_ON_THREADS = "simulate on threads", "floor on threads"
_TO_ITSELF = 0.9  # share of a processor that a thread gets, from which the machine is ours
_MACHINE = ("cpu", "processor", "processors", "python_version", "libraries")
PerTurn = list[float]


class NoTableError(ValueError):
    """The table can't be made, or has no place to go; the message says why."""


@dataclass(frozen=True)
class Timing:
    """One thing timed in turns.

    Attributes
    ----------
    seconds : list of float
        Per turn, the median of its rounds.
    size : mapping of str to int
        How large it was: ``draws``, ``stays``.
    """

    seconds: PerTurn
    size: Mapping[str, int]

    def per(self, what: str) -> PerTurn:
        """Return seconds per draw or stay, per turn."""
        return [seconds / self.size[what] for seconds in self.seconds]


@dataclass(frozen=True)
class Measured:
    """All that one run measured.

    Attributes
    ----------
    one_thread : dict of str to Timing
        Processor time of simulate, without and with scarce places, the draw floor, settle, allocate,
        and of a process with a warm and with a cold cache.
    simulate_on, floor_on : dict of int to Timing
        Elapsed time of simulate, and of as many draw floors at once, by number of threads.
    machine : dict
        ``cpu``, ``processor``, ``processors``, ``python_version`` and ``libraries``.
    """

    one_thread: Mapping[str, Timing]
    simulate_on: Mapping[int, Timing]
    floor_on: Mapping[int, Timing]
    machine: Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """One line of the table: a text, and the values of the turns with their unit."""

    text: str
    values: PerTurn
    unit: str = ""


def measured(path: Path) -> Measured:
    """Read the JSON of pytest-benchmark.

    Raises
    ------
    NoTableError
        When the file is not there, is something else, or lacks a timing.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        timings = _timings(data["benchmarks"])
        machine = {name: data["machine_info"][name] for name in _MACHINE}
    except OSError as reason:
        raise NoTableError(f"{path}: {reason.strerror}; `make bench` makes it") from reason
    except (ValueError, KeyError, TypeError) as reason:
        raise NoTableError(
            f"{path}: this is not what `make bench` measures ({reason!r}); run `make bench`"
        ) from reason
    lacking = _lacking(timings)
    if lacking:
        raise NoTableError(f"{path}: {lacking}; run `make bench`")
    simulate_on, floor_on = (
        {threads: timing for (what, threads), timing in timings.items() if what == name}
        for name in (SIMULATE_ON_THREADS, FLOOR_ON_THREADS)
    )
    one_thread = {what: timing for (what, threads), timing in timings.items() if not threads}
    return Measured(one_thread, simulate_on, floor_on, machine)


def _lacking(timings: Mapping[tuple[str, int], Timing]) -> str:
    """Tell what a measurement lacks; nothing when it is whole."""
    threads = {1, 2} | {number for _, number in timings if number}
    needed = {(what, 0) for what in (SIMULATE, SCARCE, FLOOR, SETTLE, ALLOCATE, WARM, COLD)}
    needed |= {(what, number) for what in (SIMULATE_ON_THREADS, FLOOR_ON_THREADS) for number in threads}
    missing = sorted(needed - set(timings))
    if missing:
        named = [f"{what} ({number})" if number else what for what, number in missing]
        return f"no timing of {', '.join(named)}"
    if len({len(timing.seconds) for timing in timings.values()}) > 1:
        return "not everything was timed in every turn"
    return ""


def _timings(benchmarks: Sequence[Mapping[str, Any]]) -> dict[tuple[str, int], Timing]:
    """Return the timings by what was timed and on how many threads (0 where that does not matter)."""
    grouped: dict[tuple[str, int], list[Mapping[str, Any]]] = {}
    for benchmark in benchmarks:
        told = benchmark["extra_info"]
        grouped.setdefault((told["what"], told.get("threads", 0)), []).append(benchmark)
    return {
        key: Timing(
            [turn["stats"]["median"] for turn in sorted(turns, key=_turn)],
            {name: turns[0]["extra_info"].get(name, 1) for name in ("draws", "stays")},
        )
        for key, turns in grouped.items()
    }


def _turn(benchmark: Mapping[str, Any]) -> int:
    return int(benchmark["params"]["turn"])


def rows(run: Measured) -> list[Row]:
    """Return the lines of the table."""
    simulate, scarce, floor, settle, allocate = (
        run.one_thread[what] for what in (SIMULATE, SCARCE, FLOOR, SETTLE, ALLOCATE)
    )
    cold, warm = run.one_thread[COLD].seconds, run.one_thread[WARM].seconds
    return [
        Row("simulate / draw floor, per stay", _ratio(simulate.per("stays"), floor.per("stays"))),
        Row(
            "simulate with four scarce forms / without places, per stay",
            _ratio(scarce.per("stays"), simulate.per("stays")),
        ),
        Row(
            "simulate with four scarce forms / draw floor, per stay",
            _ratio(scarce.per("stays"), floor.per("stays")),
        ),
        Row("settle / simulate, per draw", _ratio(settle.per("draws"), simulate.per("draws"))),
        Row("allocate / simulate, per draw", _ratio(allocate.per("draws"), simulate.per("draws"))),
        *_coalitions(run),
        Row("first process ever / a later one, to the end of one draw", _ratio(cold, warm)),
        Row("compiling, once", [a - b for a, b in zip(cold, warm, strict=True)], " s"),
        *(
            Row(
                f"{what} on one thread / on {threads} threads{_all(threads, run)}, elapsed per stay",
                _speed_up(timed, threads),
            )
            for threads in sorted(run.simulate_on)
            if threads > 1
            for what, timed in (("simulate", run.simulate_on), ("draw floor", run.floor_on))
        ),
    ]


def _coalitions(run: Measured) -> list[Row]:
    """Return the line on going alone; a measurement from before it was timed has none."""
    if COALITIONS not in run.one_thread:
        return []
    coalitions, simulate = run.one_thread[COALITIONS], run.one_thread[SIMULATE]
    text = "what every coalition would pay alone / simulate, per draw"
    return [Row(text, _ratio(coalitions.per("draws"), simulate.per("draws")))]


def _speed_up(timed: Mapping[int, Timing], threads: int) -> PerTurn:
    return _ratio(timed[1].per("stays"), timed[threads].per("stays"))


def _ratio(above: PerTurn, below: PerTurn) -> PerTurn:
    return [a / b for a, b in zip(above, below, strict=True)]


def _all(threads: int, run: Measured) -> str:
    return " (all processors)" if threads == run.machine["processors"] else ""


def table(run: Measured) -> str:
    """Return the table and what it was measured on, as Markdown."""
    lines = ["| ratio | median | lowest to highest turn |", "|---|---|---|"]
    for row in rows(run):
        middle, low, high = (
            two_digits(number) for number in (median(row.values), min(row.values), max(row.values))
        )
        lines.append(f"| {row.text} | {middle}{row.unit} | {low} to {high}{row.unit} |")
    return "\n".join([*lines, "", _measured_on(run) + _busy(run)])


def _measured_on(run: Measured) -> str:
    one, floor = run.one_thread[SIMULATE], run.one_thread[FLOOR]
    draws, stays = one.size["draws"], one.size["stays"]
    cpu = run.machine["cpu"].get("brand_raw") or run.machine["processor"] or "unknown processor"
    libraries = ", ".join(f"{name} {number}" for name, number in run.machine["libraries"].items())
    nanoseconds, scarce, at_least = (
        two_digits(1e9 * median(timing.per("stays"))) for timing in (one, run.one_thread[SCARCE], floor)
    )
    return (
        f"Haaglanden without places, {draws:,} draws of {stays / draws:,.0f} stays on average, "
        f"{_counted(len(one.seconds), 'turn')}, processor time on one thread unless said otherwise. "
        f"Here a stay took {nanoseconds} ns, with scarce places {scarce} ns, "
        f"at the floor {at_least} ns, "
        f"a draw {two_digits(1e3 * median(one.per('draws')))} ms. "
        f"Measured on {cpu}, {_counted(run.machine['processors'], 'processor')}; "
        f"Python {run.machine['python_version']}, {libraries}."
    )


def _busy(run: Measured) -> str:
    """Return a warning where even threads that share nothing were not that much faster."""
    threads = min(2, run.machine["processors"])
    speed_up = median(_speed_up(run.floor_on, threads))
    if speed_up >= _TO_ITSELF * threads:
        return ""
    return (
        f" The machine was busy with other programs: {_counted(threads, 'thread')} of the draw floor, "
        f"which share nothing, went {two_digits(speed_up)} times as fast as one, so the rows of "
        "elapsed time say little."
    )


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def two_digits(number: float) -> str:
    """Write a number with two digits that say something, and never as a power of ten.

    Examples
    --------
    >>> two_digits(3.456), two_digits(123.4), two_digits(0.00581), two_digits(1.96)
    ('3.5', '120', '0.0058', '2.0')
    """
    if number == 0.0:
        return "0"
    exponent = int(f"{number:.1e}".partition("e")[2])  # that of the rounded number: 9.99 is 10
    decimals = 1 - exponent
    return f"{round(number, decimals):,.{max(decimals, 0)}f}"


def with_table(text: str, new: str) -> str:
    """Return a text with what stood between the markers replaced.

    Raises
    ------
    NoTableError
        When the markers do not stand there once, in order.
    """
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end or START in rest or END in before + after:
        raise NoTableError(f"needs {START} and, below it, {END}, each once")
    return f"{before}{START}\n{new}\n{END}{after}"


def write_table(results: Path, readme: Path) -> None:
    """Replace the table between the README's markers; whole or not at all.

    Raises
    ------
    NoTableError
        When the results or the README can't be read, or hold no place for it.
    """
    new = table(measured(results))
    try:
        text = readme.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as reason:
        raise NoTableError(f"{readme}: {reason}") from reason
    try:
        written = with_table(text, new)
    except NoTableError as reason:
        raise NoTableError(f"{readme}: {reason}") from reason
    with moved_into_place(readme) as temporary:
        temporary.write_bytes(written.encode())


def main(words: Sequence[str] | None = None) -> int:
    """Run from the command line; 0 done, 2 the input is wrong."""
    parser = argparse.ArgumentParser(description="Write the table of ratios into a README.")
    parser.add_argument("results", type=Path, help="JSON of pytest-benchmark")
    parser.add_argument("readme", type=Path, help=f"text with {START} and {END}")
    asked = parser.parse_args(words)
    try:
        write_table(asked.results, asked.readme)
    except NoTableError as reason:
        print(reason, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
