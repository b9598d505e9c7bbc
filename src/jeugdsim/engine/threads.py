"""Pieces of a run on the threads of this process."""

from __future__ import annotations

import os
import threading
from collections.abc import Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice

from jeugdsim.engine.chunk import Room
from jeugdsim.engine.pieces import Arrays, Assumed, Recipe, simulate_piece, with_assumptions

AHEAD = 2
"""Pieces begun or waiting to be taken, per thread: a thread need not wait for who takes them."""


@dataclass(frozen=True)
class Threads:
    """Threads that simulate pieces; what kernels do runs truly at once.

    Attributes
    ----------
    number : int
        How many.
    """

    number: int

    def finished(
        self, recipe: Recipe, pieces: Iterable[range], ahead: int = 0
    ) -> Generator[tuple[range, Arrays]]:
        """Give pieces as they are finished, see ``parts.Crew``."""
        running: dict[Future[Arrays], range] = {}
        own = threading.local()

        def simulate(assumed: Assumed) -> Arrays:
            if not hasattr(own, "room"):
                own.room = Room()
            return simulate_piece(recipe, assumed, own.room)

        with ThreadPoolExecutor(self.number, thread_name_prefix="jeugdsim") as pool:
            try:
                coming = with_assumptions(recipe, pieces)
                for assumed in islice(coming, AHEAD * self.number + ahead):
                    running[pool.submit(simulate, assumed)] = assumed.draws
                while running:
                    done = wait(running, return_when=FIRST_COMPLETED).done
                    for future in done:
                        piece = running.pop(future)
                        for assumed in islice(coming, 1):
                            running[pool.submit(simulate, assumed)] = assumed.draws
                        yield piece, future.result()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
