"""Runs written to a store: the bits of memory, whatever stopped them, and never a wrong store used."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from killed import killed_runs
from regions import DATA, care_form, region
from sizes import SEED, everything, same_bits, volumes

import jeugdsim as js
from jeugdsim.engine import store as store_module

DRAWS, SIZE = 60, 8


@pytest.fixture(scope="module")
def whole() -> xr.Dataset:
    return volumes(DRAWS)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stores") / "run.zarr"
    volumes(DRAWS, store=path, chunk_draws=SIZE)
    return path


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("threads", "chunk_draws"), [(1, None), (2, 7), (3, 4), (2, 1000)])
def test_a_store_holds_the_bits_of_memory(
    whole: xr.Dataset, tmp_path: Path, threads: int, chunk_draws: int | None
) -> None:
    path = tmp_path / "deep" / "run.zarr"
    found = volumes(DRAWS, store=path, threads=threads, chunk_draws=chunk_draws)
    assert not isinstance(found["units"].variable._data, np.ndarray)  # it is read when it is used
    same_bits(found, whole)
    assert sorted(file.name for file in path.parent.iterdir()) == ["run.zarr"]


@pytest.mark.filterwarnings("error")
def test_anybody_can_open_and_settle_it(whole: xr.Dataset, finished: Path) -> None:
    found = xr.open_zarr(finished)
    assert found.attrs["complete"] == 1
    assert found.attrs.items() >= whole.attrs.items()
    for name in whole.variables:
        np.testing.assert_array_equal(found[name].to_numpy(), whole[name].to_numpy(), err_msg=name)
    scenario = everything()
    ours, theirs = js.settle(whole, scenario), js.settle(found, scenario)
    for name in ours.data_vars:
        assert ours[name].to_numpy().tobytes() == theirs[name].to_numpy().tobytes(), name


@pytest.mark.parametrize(
    "scenario",
    [lambda: js.load_scenario(DATA / "small"), lambda: region([care_form("wonen")], inflow=0.01)],
    ids=["no places", "nothing uncertain, hardly anybody in care"],
)
def test_what_a_scenario_does_not_have_makes_no_difference(
    scenario: Callable[[], js.Scenario], tmp_path: Path
) -> None:
    path = tmp_path / "run.zarr"
    same_bits(volumes(30, scenario(), store=path, chunk_draws=7), volumes(30, scenario()))


def test_only_the_volumes_asked_for_are_written(whole: xr.Dataset, tmp_path: Path) -> None:
    path = tmp_path / "run.zarr"
    some = volumes(DRAWS, store=path, variables=["units", "reneged"])
    assert some["units"].drop_attrs().identical(whole["units"].drop_attrs())
    assert not (path / "client_days").exists()
    with pytest.raises(ValueError, match="variables reneged, units, here all"):
        volumes(DRAWS, store=path, resume=True)


def test_a_finished_run_is_opened_and_not_simulated_again(
    whole: xr.Dataset, finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValueError, match=r"holds a finished run: resume=True opens it"):
        volumes(DRAWS, store=finished)
    monkeypatch.setattr(store_module, "_fill", None)
    same_bits(volumes(DRAWS, store=finished, resume=True), whole)


def test_resume_asks_a_store_and_begins_where_there_is_none(whole: xr.Dataset, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="resume=True goes on with what is in a store"):
        volumes(DRAWS, resume=True)
    same_bits(volumes(DRAWS, store=tmp_path / "new.zarr", resume=True), whole)


OTHERS: dict[str, tuple[dict[str, Any], str]] = {
    "seed": ({"seed": SEED + 1}, f"seed {SEED}, here {SEED + 1}"),
    "draws": ({"draws": DRAWS + 1}, f"draws {DRAWS}, here {DRAWS + 1}"),
    "variables": ({"variables": ["units"]}, "variables all, here units"),
    "scenario": ({"scenario": region([care_form("wonen")], inflow=0.01)}, "scenario .*, here Proef"),
}


@pytest.mark.parametrize("other", OTHERS)
def test_the_store_of_another_run_is_refused(finished: Path, other: str) -> None:
    changed, words = OTHERS[other]
    run = {"scenario": everything(), "draws": DRAWS, "seed": SEED, **changed}
    with pytest.raises(ValueError, match=f"holds another run than this one: .*{words}"):
        js.simulate(run.pop("scenario"), **run, progress=False, store=finished, resume=True)


def test_other_code_and_for_what_is_unfinished_other_libraries_are_refused_too(
    whole: xr.Dataset, finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = tmp_path / "begun.zarr"
    stop_after(2, begun, monkeypatch)
    libraries = {**store_module.libraries(), "numpy": "1.0"}
    monkeypatch.setattr(store_module, "libraries", lambda: libraries)
    with pytest.raises(ValueError, match=r"numpy \S+, here 1\.0"):
        volumes(DRAWS, store=begun, resume=True)
    same_bits(volumes(DRAWS, store=finished, resume=True), whole)
    monkeypatch.setattr(store_module, "own_code", lambda: {"jeugdsim": "0.1.0", "code": "other"})
    with pytest.raises(ValueError, match=r"code [0-9a-f]+, here other"):
        volumes(DRAWS, store=finished, resume=True)


def test_what_is_no_store_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    for taken in (tmp_path, tmp_path / "notes.txt"):
        for resume in (False, True):
            with pytest.raises(ValueError, match="is there and is no store of simulate"):
                volumes(2, store=taken, resume=resume)
    with pytest.raises(ValueError, match="can't be written there"):
        volumes(2, store=tmp_path / "notes.txt" / "run.zarr")
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"
    for path in ("s3://somewhere/run.zarr", "", 7):
        with pytest.raises(ValueError, match="store must be the path of a folder"):
            volumes(2, store=path)


def stop_after(pieces: int, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulate into a store until so many pieces are written, and stop as a user would."""
    left = iter(range(pieces))
    write = store_module.Store.write

    def stops(self: Any, piece: range, counted: Any) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        write(self, piece, counted)

    with monkeypatch.context() as patched:
        patched.setattr(store_module.Store, "write", stops)
        with pytest.raises(KeyboardInterrupt):
            volumes(DRAWS, store=path, chunk_draws=SIZE)


def test_an_unfinished_run_says_so_and_goes_on(
    whole: xr.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.zarr"
    stop_after(3, path, monkeypatch)
    assert xr.open_zarr(path).attrs["complete"] == 0
    with pytest.raises(ValueError, match="holds an unfinished run: resume=True goes on with it"):
        volumes(DRAWS, store=path)
    same_bits(volumes(DRAWS, store=path, resume=True), whole)
    assert xr.open_zarr(path).attrs["complete"] == 1


def test_a_run_that_wrote_nothing_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_after(0, tmp_path / "run.zarr", monkeypatch)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills processes as POSIX can")
def test_a_run_killed_at_any_moment_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    """Ten times kill -9, from before the store is there on; what counted stays."""
    path, moments = tmp_path / "run.zarr", np.random.default_rng(7).uniform(0.0, 0.6, 10)
    pieces = killed_runs("sizes.everything()", path, moments, draws=240, chunk_draws=5)
    assert len(pieces) == 10
    assert pieces == sorted(pieces)
    assert pieces[-1] > 0  # on a machine that becomes busy the first kills may find nothing finished
    same_bits(volumes(240, store=path, resume=True), volumes(240))
