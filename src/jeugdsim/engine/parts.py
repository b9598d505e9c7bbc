"""Ranges of draws as labelled volumes: gathered in memory, or part after part."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt
import xarray as xr
from tqdm.auto import tqdm

from jeugdsim.engine.labels import labelled
from jeugdsim.engine.pieces import Arrays, Recipe, cut, nothing_simulated
from jeugdsim.engine.threads import Threads, processors
from jeugdsim.world.parameters import BLOCK_DRAWS

if TYPE_CHECKING:
    from distributed import Client

_MOST_PIECE_DRAWS = 125
_PIECES_PER_WORKER = 4
_LEAST_DRAWS = 10  # what a piece costs by itself is that of about one draw
_LEAST_FAR_DRAWS = 25  # a piece that travels, or is written, costs something by itself


class Crew(Protocol):
    """Who simulates pieces: threads of this process, or workers elsewhere."""

    @property
    def number(self) -> int:
        """How many pieces it simulates at once."""

    def finished(
        self, recipe: Recipe, pieces: Iterable[range], ahead: int = 0
    ) -> Generator[tuple[range, Arrays]]:
        """Give pieces as they are finished, in any order.

        Parameters
        ----------
        recipe : Recipe
            What the run is made from.
        pieces : iterable of range
            Numbers of draws.
        ahead : int
            How many pieces may be begun, or wait to be taken, beyond those that keep the crew busy.
        """


def crew_of(threads: int | None, cluster: Client | None) -> Crew:
    """Return who simulates: a cluster where one is given, else threads; by default every processor.

    Raises
    ------
    ValueError
        When both are given, or the cluster is not one that can do it.
    """
    if cluster is None:
        return Threads(threads or processors())
    from jeugdsim.engine.cluster import cluster_of

    if threads is not None:
        raise ValueError(
            "threads are those of this machine, and a cluster has its own: leave threads out "
            "(dask worker --nthreads says how many a worker has)"
        )
    return cluster_of(cluster)


def piece_draws(draws: int, crew: Crew, chunk_draws: int | None, *, far: bool) -> int:
    """Return the draws of a piece, by default so that all are busy until the end.

    Parameters
    ----------
    draws : int
        Draws of the run.
    crew : Crew
        Who simulates.
    chunk_draws : int, optional
        What the user asks for.
    far : bool
        Whether pieces travel between processes or are written: then at most a block of assumptions.
    """
    even = draws // (_PIECES_PER_WORKER * crew.number)
    if far:
        return chunk_draws or min(BLOCK_DRAWS, max(_LEAST_FAR_DRAWS, even))
    return chunk_draws or min(_MOST_PIECE_DRAWS, max(1, even))


def pieces_of(draws: range, crew: Crew, chunk_draws: int | None) -> Iterator[range]:
    """Give the pieces of a run; where nobody says how long, they get shorter towards the end.

    The last to be finished then is a short one, and nobody waits long for who has it.
    """
    near = isinstance(crew, Threads)
    size = piece_draws(len(draws), crew, chunk_draws, far=not near)
    if chunk_draws is not None or not near:
        yield from cut(draws, size)
        return
    first = draws.start
    while first < draws.stop:
        share = (draws.stop - first) // (_PIECES_PER_WORKER * crew.number)
        stop = min(first + min(size, max(_LEAST_DRAWS, share)), draws.stop)
        yield range(first, stop)
        first = stop


def progress_bar(recipe: Recipe, draws: int, progress: bool, done: int = 0) -> tqdm[Any]:
    """Return a bar that counts draws, on stderr."""
    name = recipe.scenario.name
    return tqdm(total=draws, initial=done, unit=" draws", disable=not progress, desc=name)


def simulate_range(
    recipe: Recipe,
    draws: range,
    *,
    crew: Crew,
    chunk_draws: int | None = None,
    progress: bool = False,
) -> xr.Dataset:
    """Simulate some draws of a run and gather them in memory.

    Parameters
    ----------
    recipe : Recipe
        What the run is made from.
    draws : range
        Their numbers.
    crew : Crew
        Who simulates, from ``crew_of``.
    chunk_draws : int, optional
        Draws per piece of work.
    progress : bool
        Whether to show a progress bar on stderr.

    Returns
    -------
    xarray.Dataset
        As ``simulate`` gives, bit by bit its draws of these numbers.
    """
    arrays = _room(recipe, len(draws))
    bar = progress_bar(recipe, len(draws), progress)
    pieces = pieces_of(draws, crew, chunk_draws)
    with bar, closing(crew.finished(recipe, pieces)) as finished:
        for piece, counted in finished:
            _put(arrays, slice(piece.start - draws.start, piece.stop - draws.start), counted)
            bar.update(len(piece))
    return labelled(recipe, arrays, np.arange(draws.start, draws.stop))


def each_part(
    recipe: Recipe,
    draws: range,
    part_draws: int,
    *,
    crew: Crew,
    chunk_draws: int | None = None,
    on_piece: Callable[[int], object] | None = None,
) -> Iterator[xr.Dataset]:
    """Give a run's volumes part after part, in order; the next ones are simulated meanwhile.

    No more than two parts are held at a time, beside the pieces that keep the crew busy.

    Parameters
    ----------
    recipe : Recipe
        What the run is made from.
    draws : range
        Numbers of the draws.
    part_draws : int
        Draws per part; whole blocks of 250 serve best.
    crew : Crew
        Who simulates, from ``crew_of``.
    chunk_draws : int, optional
        Draws per piece of work.
    on_piece : callable, optional
        Told how many draws every piece has that is finished, such as a bar's ``update``.
    """
    size = piece_draws(part_draws, crew, chunk_draws, far=not isinstance(crew, Threads))
    pieces = (piece for part in cut(draws, part_draws) for piece in cut(part, size))
    under_way: dict[int, _Part] = {}
    coming = cut(draws, part_draws)
    due = next(coming, None)
    with closing(crew.finished(recipe, pieces, ahead=-(-part_draws // size))) as finished:
        for piece, counted in finished:
            first = draws.start + (piece.start - draws.start) // part_draws * part_draws
            if first not in under_way:
                numbers = range(first, min(first + part_draws, draws.stop))
                under_way[first] = _Part(numbers, _room(recipe, len(numbers)), len(numbers))
            under_way[first].take(piece, counted)
            if on_piece is not None:
                on_piece(len(piece))
            while due is not None and due.start in under_way and not under_way[due.start].missing:
                arrays = under_way.pop(due.start).arrays
                yield labelled(recipe, arrays, np.arange(due.start, due.stop))
                del arrays
                due = next(coming, None)


@dataclass
class _Part:
    """Some draws of which the pieces come in."""

    draws: range
    arrays: dict[str, npt.NDArray[Any]]
    missing: int

    def take(self, piece: range, counted: Arrays) -> None:
        first = self.draws.start
        _put(self.arrays, slice(piece.start - first, piece.stop - first), counted)
        self.missing -= len(piece)


def _room(recipe: Recipe, draws: int) -> dict[str, npt.NDArray[Any]]:
    """Return empty arrays of the shape and type that one draw's have."""
    return {
        name: np.empty((draws, *array.shape[1:]), dtype=array.dtype)
        for name, array in nothing_simulated(recipe).items()
    }


def _put(arrays: dict[str, npt.NDArray[Any]], rows: slice, counted: Arrays) -> None:
    for name, array in counted.items():
        arrays[name][rows] = array
