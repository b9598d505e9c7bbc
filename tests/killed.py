"""Runs into a store that are killed in mid-run, in processes of their own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from processes import started, told

_KILLED_RUNS = """
import os, signal, sys, time
from pathlib import Path

tests, root, made, path, draws, chunk_draws = sys.argv[1:7]
sys.path[:0] = [tests, root]
import jeugdsim as js
import sizes

path, draws, scenario = Path(path), int(draws), eval(made)

def begun(path):
    child = os.fork()
    if child == 0:
        pieces = {"chunk_draws": int(chunk_draws), "threads": 2}
        sizes.volumes(draws, scenario, store=path, resume=True, **pieces)
        os._exit(0)
    return child

sizes.volumes(1, scenario, threads=1)  # kernels are there; no thread is left to be lost in a fork
start = time.monotonic()
assert os.waitpid(begun(path.with_name("undisturbed.zarr")), 0)[1] == 0
whole = time.monotonic() - start
for part in sys.argv[7:]:
    child = begun(path)
    time.sleep(float(part) * whole)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    done = path / "finished-pieces"
    print(len(list(done.iterdir())) if done.exists() else path.exists() * draws)
"""


def killed_runs(
    scenario: str, path: Path, moments: Iterable[float], *, draws: int, chunk_draws: int
) -> list[int]:
    """Run into a store and kill -9 the run, again and again, each time taking it up with ``resume``.

    Parameters
    ----------
    scenario : str
        Python that makes it; ``js`` and ``sizes`` are there.
    path : Path
        The store.
    moments : iterable of float
        When to kill, as a part of the time of an undisturbed run.
    draws, chunk_draws : int
        Size of the run and of its pieces.

    Returns
    -------
    list of int
        After each kill the pieces that counted as finished, or the draws where the run was finished.
    """
    tests = Path(__file__).parent
    words = [str(tests), str(tests.parent), scenario, str(path), str(draws), str(chunk_draws)]
    return [int(line) for line in told(started(_KILLED_RUNS, *words, *map(str, moments))).split()]
