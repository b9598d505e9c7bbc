"""Write the tables of ratios into the README, from what pytest-benchmark measured.

    python -m benchmarks.table out/benchmarks.json README.md

A ratio is taken within each turn, between timings that stand close in time; the table tells the
median over the turns, the lowest and the highest. Nothing in it depends on the date or the commit.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.measured import (
    COUNTRY,
    FLOOR,
    FLOOR_ON_THREADS,
    NO_PLACES,
    OURS,
    PLACES,
    RIVALS,
    SCARCE,
    SIMULATE,
    Measured,
    NoTableError,
    measured,
    rival,
)
from benchmarks.rows import Row, Table, speed_up, tables
from jeugdsim.report.files import moved_into_place

START, END = "<!-- bench:start -->", "<!-- bench:end -->"
_TO_ITSELF = 0.9  # share of a processor that a thread gets, from which the machine is ours


def table(run: Measured) -> str:
    """Return the tables and what they were measured on, as Markdown."""
    return "\n\n".join([*map(_written, tables(run)), _measured_on(run) + _busy(run)])


def _written(part: Table) -> str:
    lines = [f"**{part.heading}**", "", "| ratio | median | lowest to highest turn |", "|---|---|---|"]
    return "\n".join([*lines, *map(_line, part.rows)])


def _line(row: Row) -> str:
    if not row.values:
        return f"| {row.text} | no C compiler here |  |"
    middle, low, high = (
        two_digits(number) for number in (median(row.values), min(row.values), max(row.values))
    )
    spread = f"{low} to {high}{row.unit}" if len(row.values) > 1 else ""
    return f"| {row.text} | {middle}{row.unit} | {spread} |"


def _measured_on(run: Measured) -> str:
    one = run.of(SIMULATE)
    draws, stays = one.size["draws"], one.size["stays"]
    cpu = run.machine["cpu"].get("brand_raw") or run.machine["processor"] or "unknown processor"
    libraries = ", ".join(f"{name} {number}" for name, number in run.machine["libraries"].items())
    turns, fewer = len(one.seconds), len(run.of(COUNTRY).seconds)
    return (
        f"Haaglanden without places, {draws:,g} draws of {stays / draws:,.0f} stays on average, "
        f"{_counted(turns, 'turn')}{f' ({fewer} of growth)' if fewer < turns else ''}, processor time "
        "on one thread unless said otherwise. "
        f"Here a stay took {_nanoseconds(run, SIMULATE)} ns, with scarce places "
        f"{_nanoseconds(run, SCARCE)} ns, at the floor {_nanoseconds(run, FLOOR)} ns, "
        f"a draw {two_digits(1e3 * median(one.per('draws')))} ms. "
        f"On the region of the rivals a stay took, with four scarce forms: {_each(run, PLACES)}; with "
        f"room for everybody: {_each(run, NO_PLACES)}. "
        f"Measured on {cpu}, {_counted(run.machine['processors'], 'processor')}; "
        f"Python {run.machine['python_version']}, {libraries}."
    )


def _each(run: Measured, places: str) -> str:
    """Return how long a stay took in each program."""
    names = [name for name in (OURS, *RIVALS) if run.has(rival(name, places))]
    return ", ".join(f"{name} {_nanoseconds(run, rival(name, places))} ns" for name in names)


def _nanoseconds(run: Measured, what: str) -> str:
    return two_digits(1e9 * median(run.of(what).per("stays")))


def _busy(run: Measured) -> str:
    """Return a warning where even threads that share nothing were not that much faster."""
    threads = min(2, run.machine["processors"])
    faster = median(speed_up(run, FLOOR_ON_THREADS, threads))
    if faster >= _TO_ITSELF * threads:
        return ""
    return (
        f" The machine was busy with other programs: {_counted(threads, 'thread')} of the draw floor, "
        f"which share nothing, went {two_digits(faster)} times as fast as one, so the rows of "
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
