"""A run written to a zarr store as its pieces are finished: it can stop at any moment and go on.

A piece of draws is a chunk of every array, so pieces are written apart from each other. A piece counts
once all its arrays are written: then an empty file named after it is moved into the store. The last
write, of the attribute ``complete``, replaces one small file at once as well.
"""

from __future__ import annotations

import json
import os
import shutil
import warnings
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from jeugdsim.engine.labels import labelled
from jeugdsim.engine.parts import Crew, progress_bar
from jeugdsim.engine.pieces import Arrays, Recipe, cut, nothing_simulated
from jeugdsim.engine.versions import libraries, own_code
from jeugdsim.scenario.findings import shown
from jeugdsim.world.keys import STREAM_VERSION

COMPLETE = "complete"
_RUN = "run"
_PIECE = "piece_draws"
_DONE = "finished-pieces"
_GROUP = "zarr.json"
_INSTALL = 'pip install "jeugdsim[cluster]"'


def simulate_into(
    path: str | os.PathLike[str],
    recipe: Recipe,
    draws: int,
    *,
    crew: Crew,
    size: int,
    resume: bool,
    progress: bool,
) -> xr.Dataset:
    """Simulate a run into a store, or the rest of it, and open it.

    Parameters
    ----------
    path : path
        Where the store stands, or will.
    recipe : Recipe
        What the run is made from.
    draws : int
        Its draws.
    crew : Crew
        Who simulates.
    size : int
        Draws per piece; a store that stands keeps its own.
    resume : bool
        Whether to go on with what stands there.
    progress : bool
        Whether to show a progress bar on stderr.

    Returns
    -------
    xarray.Dataset
        Read from the store when it is used.

    Raises
    ------
    ModuleNotFoundError
        When zarr or dask is not installed.
    ValueError
        When something else stands there.
    """
    _need_libraries()
    _check_path(path)
    store = _opened(Path(path), recipe, draws, size, resume)
    if not store.is_complete:
        _fill(store, recipe, crew, progress)
        store.close()
    return store.volumes(recipe)


def _fill(store: Store, recipe: Recipe, crew: Crew, progress: bool) -> None:
    """Simulate the pieces that are not there yet."""
    missing = store.missing()
    done = store.draws - sum(map(len, missing))
    try:
        with (
            progress_bar(recipe, store.draws, progress, done) as bar,
            closing(crew.finished(recipe, missing)) as finished,
        ):
            for piece, counted in finished:
                store.write(piece, counted)
                bar.update(len(piece))
                done += len(piece)
    except BaseException:
        if done == 0:
            shutil.rmtree(store.path)
        raise


def _check_path(path: object) -> None:
    if not isinstance(path, str | os.PathLike) or not str(path) or "://" in str(path):
        raise ValueError(
            f"store must be the path of a folder on a disk of this machine, not {shown(path)}: "
            'store="volumes.zarr"'
        )


def _need_libraries() -> None:
    for library in ("zarr", "dask"):
        try:
            __import__(library)
        except ModuleNotFoundError as missing:
            raise ModuleNotFoundError(
                f"store= needs {library}, which is not installed: {_INSTALL}"
            ) from missing


@dataclass(frozen=True)
class Store:
    """A run on disk.

    Attributes
    ----------
    path : Path
        Its folder.
    draws, size : int
        Draws of the run and of a piece.
    """

    path: Path
    draws: int
    size: int

    @property
    def is_complete(self) -> bool:
        """Whether all pieces are written."""
        return bool(_attributes(self.path)[COMPLETE])

    def missing(self) -> list[range]:
        """Return the pieces that are not written yet."""
        done = {file.name for file in (self.path / _DONE).iterdir()}
        return [piece for piece in cut(range(self.draws), self.size) if _named(piece) not in done]

    @cached_property
    def _arrays(self) -> dict[str, Any]:
        import zarr

        return dict(zarr.open_group(self.path, mode="r+").arrays())

    def write(self, piece: range, counted: Arrays) -> None:
        """Write a piece, and then that it is written."""
        rows = slice(piece.start, piece.stop)
        for name, array in counted.items():
            if array.size:
                self._arrays[name][rows] = np.ascontiguousarray(array)
        _place(self.path / _DONE / _named(piece), "")

    def close(self) -> None:
        """Tell that all pieces are written."""
        whole = json.loads((self.path / _GROUP).read_text(encoding="utf-8"))
        whole["attributes"][COMPLETE] = 1
        _place(self.path / _GROUP, json.dumps(whole, indent=2))
        shutil.rmtree(self.path / _DONE)

    def volumes(self, recipe: Recipe) -> xr.Dataset:
        """Open it as ``simulate`` gives it: order and types of names as in memory."""
        like = labelled(recipe, nothing_simulated(recipe), np.arange(1))
        found = xr.open_zarr(self.path)
        typed = {name: found[name].astype(like[name].dtype) for name in like.coords}
        opened: xr.Dataset = found.assign_coords(typed)[list(like.data_vars)]
        opened.attrs = like.attrs
        return opened


def _opened(path: Path, recipe: Recipe, draws: int, size: int, resume: bool) -> Store:
    """Return the store to write into: new, or the one that stands there."""
    run = _run_of(recipe, draws)
    if not path.exists():
        return _begun(path, recipe, draws, size, run)
    found = _attributes(path)
    if not {_RUN, _PIECE, COMPLETE} <= found.keys():
        raise ValueError(f"{path} is there and is no store of simulate: name another path")
    complete = bool(found[COMPLETE])
    if not resume:
        state, ways = ("a finished run", "opens") if complete else ("an unfinished run", "goes on with")
        raise ValueError(f"{path} holds {state}: resume=True {ways} it; else name another path")
    _refuse_other_run(path, json.loads(found[_RUN]), run, complete)
    return Store(path, draws, int(found[_PIECE]))


def _run_of(recipe: Recipe, draws: int) -> dict[str, Any]:
    """Return what a run depends on, by the words in which it is told."""
    return {
        "scenario": f"{recipe.scenario.name} ({recipe.scenario.hash})",
        "seed": int(recipe.seed),
        "draws": int(draws),
        "variables": "all" if recipe.kept is None else ", ".join(sorted(recipe.kept)),
        "stream version": STREAM_VERSION,
        **own_code(),
        **libraries(),
    }


def _refuse_other_run(path: Path, there: dict[str, Any], here: dict[str, Any], complete: bool) -> None:
    """Refuse a store that another run wrote; of a finished one its libraries no longer matter."""
    passed_over = libraries().keys() if complete else ()
    other = [
        f"{name} {there.get(name, 'unknown')}, here {told}"
        for name, told in here.items()
        if name not in passed_over and there.get(name) != told
    ]
    if other:
        raise ValueError(
            f"{path} holds another run than this one: {'; '.join(other)}. Resume it as it was begun, "
            "or name another path"
        )


def _begun(path: Path, recipe: Recipe, draws: int, size: int, run: dict[str, Any]) -> Store:
    """Return a new store: all names and coordinates, no piece yet. It is moved into place whole."""
    beside = path.with_name(f"{path.name}.begun")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(beside, ignore_errors=True)
        _write_empty(beside, recipe, draws, size, run)
        (beside / _DONE).mkdir()
        beside.replace(path)
    except OSError as problem:
        raise ValueError(f"{path}: a store can't be written there ({problem.strerror})") from problem
    return Store(path, draws, size)


def _write_empty(path: Path, recipe: Recipe, draws: int, size: int, run: dict[str, Any]) -> None:
    """Write arrays without any values, and all names."""
    import dask.array as da

    one = labelled(recipe, nothing_simulated(recipe), np.arange(1))
    rows = min(size, draws)
    arrays = {
        name: (of.dims, da.zeros((draws, *of.shape[1:]), dtype=of.dtype, chunks=-1))
        if "draw" in of.dims
        else of
        for name, of in one.data_vars.items()
    }
    names = {name: of.astype(object) if of.dtype.kind == "U" else of for name, of in one.coords.items()}
    whole = xr.Dataset(arrays, {**names, "draw": np.arange(draws)}, one.attrs)
    whole.attrs |= {COMPLETE: 0, _PIECE: rows, _RUN: json.dumps(run)}
    chunks = {
        name: {"chunks": tuple(max(1, length) for length in (rows, *of.shape[1:]))}
        for name, of in one.data_vars.items()
        if "draw" in of.dims
    }
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*[Cc]onsolidated metadata.*")
        whole.to_zarr(path, mode="w-", zarr_format=3, consolidated=True, compute=False, encoding=chunks)


def _named(piece: range) -> str:
    return f"{piece.start}-{piece.stop}"


def _attributes(path: Path) -> dict[str, Any]:
    """Return the attributes of a store; none where there is no store."""
    try:
        found = json.loads((path / _GROUP).read_text(encoding="utf-8"))["attributes"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def _place(file: Path, text: str) -> None:
    """Write a file that is there whole or not at all."""
    beside = file.with_name(f"{file.name}.new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(file)
