"""What pytest-benchmark measured, as timings per turn."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.growth import GROWN

SIMULATE, FLOOR, SETTLE, ALLOCATE = "simulate", "floor", "settle", "allocate"
C_FLOOR, C_FLOOR_IN_BATCHES = "floor in C", "floor in C in batches"
SCARCE = "simulate with scarce places"
COALITIONS = "coalitions"
WARM, COLD = "warm process", "cold process"
SIMULATE_ON_THREADS, FLOOR_ON_THREADS = "simulate on threads", "floor on threads"
OURS = "jeugdsim"
RIVALS = ("SimPy", "plain Python with a heap", "numba as first written", "C by hand", "NumPy")
"""Who simulates the region of rivals/SPEC.md; not everybody has places."""
PLACES, NO_PLACES = "with places", "without places"
DRAWS_GROW, GROWS = "draws grow", "{} grow"
COUNTRY, LARGE = "whole country", "large run"
_MACHINE = ("cpu", "processor", "processors", "python_version", "libraries")
_SIZES = ("draws", "stays", "peak_mib")
_IN_C = (C_FLOOR, C_FLOOR_IN_BATCHES, "C by hand, with places", "C by hand, without places")
PerTurn = list[float]
Key = tuple[str, float]


class NoTableError(ValueError):
    """The table can't be made, or has no place to go; the message says why."""


@dataclass(frozen=True)
class Timing:
    """One thing timed in turns.

    Attributes
    ----------
    seconds : list of float
        Per turn, the median of its rounds.
    size : mapping of str to float
        How large it was: ``draws``, ``stays``, and ``peak_mib`` of memory where that was measured.
    """

    seconds: PerTurn
    size: Mapping[str, float]

    def per(self, what: str) -> PerTurn:
        """Return seconds per draw or stay, per turn."""
        return [seconds / self.size[what] for seconds in self.seconds]


@dataclass(frozen=True)
class Measured:
    """All that one run measured.

    Attributes
    ----------
    timings : mapping of (str, float) to Timing
        By what was timed, and on how many threads or at which size (0 where there is one only).
        Processor time on one thread; elapsed time on threads, of processes and of the large run.
    machine : mapping
        ``cpu``, ``processor``, ``processors``, ``python_version`` and ``libraries``.
    """

    timings: Mapping[Key, Timing]
    machine: Mapping[str, Any]

    def of(self, what: str, number: float = 0) -> Timing:
        """Return one timing."""
        return self.timings[what, number]

    def has(self, what: str) -> bool:
        """Tell whether something was timed; C and the large run may be lacking."""
        return bool(self.numbers(what))

    def numbers(self, what: str) -> list[float]:
        """Return on how many threads, or at which sizes, something was timed."""
        return sorted(number for name, number in self.timings if name == what)


def rival(name: str, places: str) -> str:
    """Return under which name a rival's timing stands."""
    return f"{name}, {places}"


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
    return Measured(timings, machine)


def needed(threads: set[float]) -> list[set[Key]]:
    """Return what is always timed, in groups that each have as many timings per turn.

    Parameters
    ----------
    threads : set of float
        On how many threads the simulation was timed.
    """
    once = (SIMULATE, SCARCE, FLOOR, SETTLE, ALLOCATE, COALITIONS, WARM, COLD)
    whole = {(what, 0.0) for what in once}
    whole |= {(what, number) for what in (SIMULATE_ON_THREADS, FLOOR_ON_THREADS) for number in threads}
    rivals = {(rival(name, PLACES), 0.0) for name in (OURS, *RIVALS[:3])}
    rivals |= {(rival(name, NO_PLACES), 0.0) for name in (OURS, "numba as first written", "NumPy")}
    growing = {(GROWS.format(what), float(at)) for what, (_, sizes) in GROWN.items() for at in sizes}
    return [whole | rivals, growing | {(COUNTRY, 0.0)}]


def _lacking(timings: Mapping[Key, Timing]) -> str:
    """Tell what a measurement lacks; nothing when it is whole."""
    threads = {1.0, 2.0} | {number for what, number in timings if what == SIMULATE_ON_THREADS}
    groups = needed(threads)
    drawn = {key for key in timings if key[0] == DRAWS_GROW}
    groups[1] |= drawn or {(DRAWS_GROW, 0.0)}
    missing = sorted(set.union(*groups) - set(timings))
    if missing:
        named = [f"{what} ({number:g})" if number else what for what, number in missing]
        return f"no timing of {', '.join(named)}"
    groups[0] |= {(what, 0.0) for what in _IN_C if (what, 0.0) in timings}
    if any(len({len(timings[key].seconds) for key in group}) > 1 for group in groups):
        return "not everything was timed in every turn"
    return ""


def _timings(benchmarks: Sequence[Mapping[str, Any]]) -> dict[Key, Timing]:
    """Return the timings by what was timed, and on how many threads or at which size."""
    grouped: dict[Key, list[Mapping[str, Any]]] = {}
    for benchmark in benchmarks:
        told = benchmark["extra_info"]
        key = told["what"], float(told.get("threads", told.get("size", 0)))
        grouped.setdefault(key, []).append(benchmark)
    return {
        key: Timing(
            [turn["stats"]["median"] for turn in sorted(turns, key=_turn)],
            {name: turns[0]["extra_info"].get(name, 1) for name in _SIZES},
        )
        for key, turns in grouped.items()
    }


def _turn(benchmark: Mapping[str, Any]) -> int:
    return int(benchmark["params"]["turn"])
