"""How much memory a run takes, and refuse one that does not fit before it starts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from jeugdsim.engine.parts import pieces_of
from jeugdsim.engine.pieces import Arrays, Recipe, make_recipe, nothing_simulated
from jeugdsim.engine.tables import make_kids, make_lines, make_out, make_work
from jeugdsim.engine.threads import Threads, processors
from jeugdsim.scenario.model import Scenario
from jeugdsim.world.parameters import BLOCK_DRAWS

_MEMORY = Path("/proc/meminfo")
_OWN_GROUP = Path("/proc/self/cgroup")
_GROUPS = Path("/sys/fs/cgroup")
_TO_MAKE_A_BLOCK = 2  # times what it holds in the end, about: it is made from arrays as large
_ANY_SEED = 0  # no size depends on it


class BeyondMemoryError(ValueError):
    """A run that needs more memory than there is."""


def memory_needed(
    scenario: Scenario,
    draws: int,
    variables: Collection[str] | None = None,
    *,
    threads: int | None = None,
) -> int:
    """Return about how much memory ``simulate`` takes at its most, in bytes.

    Volumes of all draws, the pieces under way and what threads work in. Settling and billing come on
    top: ``run`` takes several times as much.

    Parameters
    ----------
    scenario : Scenario
        What is assumed.
    draws : int
        Number of draws, 1 or more.
    variables : collection of str, optional
        The volumes to keep; by default all.
    threads : int, optional
        Threads; by default the processors this process may use.

    Raises
    ------
    ValueError
        When a volume is asked for that the scenario does not have.

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> everything = js.memory_needed(scenario, draws=100_000)
    >>> js.memory_needed(scenario, draws=100_000, variables=["units"]) < everything / 3
    True
    """
    recipe, crew = make_recipe(scenario, _ANY_SEED, variables), Threads(threads or processors())
    kept = bytes_of(nothing_simulated(recipe)) * draws
    return kept + bytes_under_way(recipe, crew, longest_of(pieces_of(range(draws), crew, None)))


def bytes_of(arrays: Arrays) -> int:
    """Return the size of arrays."""
    return sum(array.nbytes for array in arrays.values())


def longest_of(pieces: Iterable[range]) -> int:
    """Return the draws of the longest piece: what it took is not sure to be given back after it."""
    return max(len(piece) for piece in pieces)


def bytes_under_way(recipe: Recipe, crew: Threads, size: int) -> int:
    """Return what is held while pieces of ``size`` draws are simulated, besides what is kept."""
    tables, usual, drawn = recipe.tables, recipe.usual, recipe.usual.drawn
    assumed = usual.parameters.values.nbytes + usual.parameters.clipped.nbytes
    assumed += usual.shocks.inflow.nbytes + usual.steady.nbytes
    counted = _bytes(make_out(tables, 1)) + bytes_of(nothing_simulated(recipe))
    asking = (drawn.stock + drawn.waiting + drawn.inflow.sum(axis=2))[:, tables.pool_at >= 0].sum()
    room = _bytes(make_work(tables)) + _bytes(make_lines(tables))
    room += int(asking * _bytes(make_kids(tables, 1)) / 2)  # it makes a spare row
    # What waits to be taken up holds no counts yet; what it assumes is part of a block.
    at_work = crew.number * (size * (counted + _bytes(drawn)) + room)
    blocks = 2 * _TO_MAKE_A_BLOCK * BLOCK_DRAWS * assumed  # one in use, one in the making
    return _bytes(tables) + blocks + at_work


def _bytes(arrays: tuple[Any, ...]) -> int:
    return sum(array.nbytes for array in arrays)


def refuse_beyond_memory(recipe: Recipe, draws: int, per_draw: int, under_way: int) -> None:
    """Refuse a run that needs more memory than there is; where that is not known, do not.

    Parameters
    ----------
    recipe : Recipe
        What the run is made from.
    draws : int
        Its draws.
    per_draw : int
        Bytes held of every draw; 0 where volumes are written as they come.
    under_way : int
        Bytes held besides, while pieces are simulated.

    Raises
    ------
    BeyondMemoryError
        Telling how much it needs, how much there is, and what else can be done.
    """
    free, needed = free_memory(), draws * per_draw + under_way
    if free is None or needed <= free:
        return
    fitting = (free - under_way) // per_draw if per_draw else 0
    ways = (
        f"Ask for fewer draws (about {_rounded_down(fitting)} fit), keep fewer volumes "
        '(variables=["units"]), write them to disk as they come (store="volumes.zarr"), or keep no '
        'volumes at all: js.run(..., keep="summary")'
        if fitting >= 1
        else "The pieces under way take that much: fewer draws per piece (chunk_draws=1) or fewer "
        "threads (threads=1) take less"
    )
    raise BeyondMemoryError(
        f"{draws:,} draws of {recipe.scenario.name!r} need about {_gigabytes(needed)} of memory and "
        f"{_gigabytes(free)} is free. {ways}"
    )


def _rounded_down(number: int) -> str:
    """Return a number down to two digits."""
    unit = 10 ** max(0, len(str(number)) - 2)
    return f"{number // unit * unit:,}"


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"


def free_memory() -> int | None:
    """Return the bytes this process may still use: the machine's and its group's; None if unknown."""
    return min((*_free_on_machine(), *_free_in_groups()), default=None)


def _free_on_machine() -> Iterator[int]:
    for line in _lines(_MEMORY):
        if line.startswith("MemAvailable:"):
            yield int(line.split()[1]) * 1024


def _free_in_groups() -> Iterator[int]:
    """Give what is left in the groups of Linux (containers, batch jobs) in which this process is."""
    for line in _lines(_OWN_GROUP):
        number, controllers, own = line.split(":", 2)
        if number == "0" or "memory" in controllers.split(","):
            top = _GROUPS if number == "0" else _GROUPS / "memory"
            inside = top / own.lstrip("/")
            for group in (inside, *inside.parents):
                if group.is_relative_to(top):
                    yield from _free_in(group)


def _free_in(group: Path) -> Iterator[int]:
    for most, used in (
        ("memory.max", "memory.current"),
        ("memory.limit_in_bytes", "memory.usage_in_bytes"),
    ):
        limit, in_use = _lines(group / most), _lines(group / used)
        if limit and in_use and limit[0].isdigit() and in_use[0].isdigit():
            files = [
                int(line.split()[1])
                for line in _lines(group / "memory.stat")
                if line.startswith("inactive_file ")
            ]
            yield max(0, int(limit[0]) - int(in_use[0]) + sum(files))


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
