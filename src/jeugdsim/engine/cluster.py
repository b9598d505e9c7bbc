"""Pieces of a run on a Dask cluster: Dask distributes, retries and moves; nothing of that is ours.

The recipe is made once, here, and handed to the scheduler as the result of one small task. So Dask can
hand it out again when the workers that held it are lost. A piece is a pure task: a lost one is made
again, to the same bits. Pieces draw their own assumptions.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from jeugdsim.engine.pieces import Arrays, Recipe, assume, simulate_piece
from jeugdsim.engine.versions import what_runs_here

if TYPE_CHECKING:
    from distributed import Client, Future

_AHEAD = 2  # pieces per thread of a worker: one at work, one waiting there
_INSTALL = 'pip install "jeugdsim[cluster]"'


def cluster_of(client: Any) -> Cluster:
    """Return the crew behind a Dask client, once its workers are seen to run the same code.

    Parameters
    ----------
    client : distributed.Client
        Connected to a scheduler with one worker or more.

    Raises
    ------
    ModuleNotFoundError
        When Dask is not installed.
    ValueError
        When it is no such client, has no workers, or a worker runs other code or other libraries.
    """
    try:
        from distributed import Client
    except ModuleNotFoundError as missing:
        raise ModuleNotFoundError(
            f"cluster= needs dask.distributed, which is not installed: {_INSTALL}"
        ) from missing
    if not isinstance(client, Client):
        raise ValueError(
            f"cluster must be a dask.distributed.Client, not {type(client).__name__}: "
            "Client(scheduler_address), or Client(n_workers=4) on this machine"
        )
    if client.status != "running" or client.asynchronous:
        raise ValueError(
            "cluster must be a connected client that is not asynchronous, and this one is "
            f"{'asynchronous' if client.asynchronous else client.status}"
        )
    _check_workers(client)
    return Cluster(client)


def _check_workers(client: Client) -> None:
    if not client.nthreads():
        raise ValueError(
            "this cluster has no workers: start some, or wait for them with client.wait_for_workers(1)"
        )
    here = what_runs_here()
    for worker, there in client.run(_asker(), on_error="return").items():
        if not isinstance(there, dict):
            raise ValueError(
                f"worker {worker} can't run jeugdsim ({there}): install it there from the same lock "
                "file as here"
            )
        _refuse_other_code(here, there, f"worker {worker}")


def _asker() -> Callable[[], dict[str, str] | str]:
    """Return a function that tells what runs where it is called, jeugdsim there or not.

    It is made inside another, so that it travels whole and not as a name to import.
    """

    def ask() -> dict[str, str] | str:
        try:
            from jeugdsim.engine.versions import what_runs_here as told
        except ImportError as missing:
            return str(missing)
        return told()

    return ask


def _refuse_other_code(here: dict[str, str], there: dict[str, str], worker: str) -> None:
    other = [
        f"{name} {there.get(name, 'unknown')}, here {told}"
        for name, told in here.items()
        if there.get(name) != told
    ]
    if other:
        raise ValueError(
            f"{worker} runs {'; '.join(other)}: results would not be the same to the bit. Install "
            "both from the same lock file, and restart the worker"
        )


@dataclass(frozen=True)
class Cluster:
    """The workers of a Dask cluster.

    Attributes
    ----------
    client : distributed.Client
        Connected to its scheduler.
    """

    client: Client

    @property
    def number(self) -> int:
        """How many pieces it simulates at once: the threads of all workers there are now."""
        threads: dict[str, int] = self.client.nthreads()
        return max(1, sum(threads.values()))

    def finished(
        self, recipe: Recipe, pieces: Iterable[range], ahead: int = 0
    ) -> Generator[tuple[range, Arrays]]:
        """Give pieces as they are finished, see ``parts.Crew``."""
        from distributed import as_completed

        run, coming = _name_of(recipe), iter(pieces)
        with warnings.catch_warnings():  # a whole country is large, and meant to be sent
            warnings.filterwarnings("ignore", message="Sending large graph")
            sent = self.client.submit(_handed_over, recipe, key=f"{run}-recipe")
        under_way: dict[str, tuple[Future[Arrays], range]] = {}
        arriving = as_completed()

        def begin(most: int) -> None:
            for piece in islice(coming, max(0, most - len(under_way))):
                key = f"{run}-{piece.start}-{piece.stop}"
                task = self.client.submit(_simulate_there, sent, piece, what_runs_here(), key=key)
                under_way[key] = task, piece
                arriving.add(task)

        try:
            begin(_AHEAD * self.number + ahead)
            for task in arriving:
                counted = _result_of(task)
                _, piece = under_way.pop(task.key)
                task.release()
                begin(_AHEAD * self.number + ahead)
                yield piece, counted
        finally:
            self.client.cancel([task for task, _ in under_way.values()] + [sent])


def _name_of(recipe: Recipe) -> str:
    """Return a name that two runs share only where they give the same arrays."""
    told = (recipe.scenario.hash, recipe.seed, recipe.kept, sorted(what_runs_here().items()))
    return f"jeugdsim-{sha256(repr(told).encode()).hexdigest()[:16]}"


def _handed_over(recipe: Recipe) -> Recipe:
    return recipe


def _simulate_there(recipe: Recipe, piece: range, asked: dict[str, str]) -> Arrays:
    """Simulate a piece on a worker; also a worker that came later must run the same code."""
    from distributed import get_worker

    _refuse_other_code(asked, what_runs_here(), f"worker {get_worker().address}")
    counted = simulate_piece(recipe, assume(recipe, piece))
    return {name: np.ascontiguousarray(array) for name, array in counted.items()}


def _result_of(task: Future[Arrays]) -> Arrays:
    from distributed.scheduler import KilledWorker

    try:
        counted: Arrays = task.result()
    except KilledWorker as lost:
        raise RuntimeError(
            f"workers died over and over on the same piece of this run ({lost}): they may have too "
            "little memory. Fewer draws per piece (chunk_draws=) take less"
        ) from lost
    return counted
