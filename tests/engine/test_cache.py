"""One kernel on disk: two processes at once, no place to write, broken files; what a user is told.

All of them, which takes the compiler half a minute, are in tests/prove/test_cold_cache.py.
"""

from __future__ import annotations

import errno
import gc
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from processes import kernels, said, started

from jeugdsim.engine import first_use, kernel_cache, keyed
from jeugdsim.engine.compiled import compiled

WORDS = """
from jeugdsim.engine import first_use, keyed
first_use.tell_of_compiling()
print(*keyed.philox(1, 2, 3, 4, 5, 6), keyed.philox.stats.cache_path)
"""
TELLS = "jeugdsim: compiling"
Fresh = Callable[[], Any]


def right(line: str) -> bool:
    """Tell whether the words are those of this process."""
    *words, _ = line.split()
    return [int(word) for word in words] == list(keyed.philox(1, 2, 3, 4, 5, 6))


def test_two_processes_compile_one_kernel_into_an_empty_cache_and_agree(tmp_path: Path) -> None:
    """Who compiles says so, on a line; a third finds it done and says nothing."""
    both = [started(WORDS, NUMBA_CACHE_DIR=str(tmp_path)) for _ in range(2)]
    (first, told), (second, also) = (said(process) for process in both)
    assert first == second
    assert right(first)
    assert Path(first.split()[-1]).is_relative_to(tmp_path)
    assert len(kernels(tmp_path)) == 1
    line = max(told, also)
    assert line.startswith(TELLS)
    assert line.count("\n") == 1
    assert {told, also} <= {line, ""}
    assert said(started(WORDS, NUMBA_CACHE_DIR=str(tmp_path))) == (first, "")


def test_a_cache_that_can_not_be_written_is_done_without(tmp_path: Path) -> None:
    """A file stands where the folder should be: nobody can write there, whoever runs the test."""
    taken = tmp_path / "taken"
    taken.write_text("not a folder", encoding="utf-8")
    line, told = said(started(WORDS, NUMBA_CACHE_DIR=str(taken)))
    assert right(line)
    assert line.split()[-1] == "None"
    assert taken.read_text(encoding="utf-8") == "not a folder"
    assert "at every start" in told


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fresh:
    """Give a kernel as a new process has it: not compiled yet, its cache in the test's folder."""
    monkeypatch.setattr(kernel_cache, "_cache_folder", lambda: tmp_path)
    return lambda: compiled(keyed.uniform.py_func)  # type: ignore[attr-defined]


def loaded(kernel: Any) -> int:
    """Return how many kernels came from the cache."""
    return sum(kernel.stats.cache_hits.values())


@pytest.mark.parametrize("suffix", ["nbi", "nbc"])
@pytest.mark.parametrize("left", [0, 40])
def test_a_file_cut_short_is_compiled_anew(
    suffix: str, left: int, tmp_path: Path, fresh: Fresh
) -> None:
    """As a machine that stops may leave it: the first bytes, or none."""
    assert fresh()(7) == 7.5 / 2**32
    (cut,) = tmp_path.rglob(f"*.{suffix}")
    cut.write_bytes(cut.read_bytes()[:left])
    kernel = fresh()
    assert kernel(7) == 7.5 / 2**32
    assert loaded(kernel) == 0
    healed = fresh()
    assert healed(7) == 7.5 / 2**32
    assert loaded(healed) == 1


def test_a_full_disk_stops_nothing_and_leaves_nothing_broken(
    tmp_path: Path, fresh: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    with monkeypatch.context() as during:
        during.setattr(os, "replace", full)
        assert fresh()(7) == 7.5 / 2**32
    assert not list(tmp_path.rglob("*.nb*"))
    assert fresh()(7) == 7.5 / 2**32
    assert len(kernels(tmp_path)) == 1


def test_a_kernel_under_the_name_of_another_is_not_taken_for_it(tmp_path: Path, fresh: Fresh) -> None:
    """As two processes that save two kernels of one function at the same moment could leave them."""
    kernel = fresh()
    answers = kernel(300), kernel(np.uint8(255))
    one, other = sorted(tmp_path.rglob("*.nbc"))
    code, others = one.read_bytes(), other.read_bytes()
    assert code != others
    one.write_bytes(others)
    other.write_bytes(code)
    for hits in (0, 2):
        kernel = fresh()
        assert (kernel(300), kernel(np.uint8(255))) == answers
        assert loaded(kernel) == hits


def test_who_wants_no_progress_is_told_nothing(
    fresh: Fresh, capsys: pytest.CaptureFixture[str]
) -> None:
    """The garbage that is left alone while a kernel compiles is looked for again afterwards."""
    collecting = []

    @first_use.tells_of_compiling
    def compile_one(*, progress: bool) -> None:
        fresh()(7)
        collecting.append(gc.isenabled())

    first_use._tell.cache_clear()
    compile_one(progress=False)
    assert capsys.readouterr().err == ""
    compile_one(progress=True)  # from the cache now: nothing to tell, whoever asks
    assert capsys.readouterr().err == ""
    assert collecting == [True, True]


def test_what_was_told_is_not_told_again(
    tmp_path: Path, fresh: Fresh, capsys: pytest.CaptureFixture[str]
) -> None:
    @first_use.tells_of_compiling
    def compile_one(*, progress: bool = True) -> float:
        for file in tmp_path.rglob("*.nb*"):
            file.unlink()
        return float(fresh()(7))

    first_use._tell.cache_clear()
    assert compile_one() == compile_one() == 7.5 / 2**32
    told = capsys.readouterr().err
    assert told.startswith(TELLS)
    assert told.count("\n") == 1


def test_kernels_of_versions_not_used_for_a_month_go(tmp_path: Path) -> None:
    month, day = 31 * 24 * 3600, 24 * 3600
    ages = {
        "jeugdsim-0123456789abcdef": month,
        "jeugdsim-fedcba9876543210": day,
        "jeugdsim-mijn-eigen-map00": month,
        "another-0123456789abcdef": month,
    }
    for name, age in ages.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "kernel.nbc").write_text("x", encoding="utf-8")
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    kernel_cache._remove_unused(tmp_path)
    left = {folder.name for folder in tmp_path.iterdir()}
    assert left == set(ages) - {"jeugdsim-0123456789abcdef"}


def test_a_constant_is_a_number_like_any_other(fresh: Fresh) -> None:
    """A kernel called with a constant, and with a number, is compiled once."""
    inner = fresh()

    @compiled
    def outer(word: int) -> float:
        return float(inner(word) + inner(7) + inner(8))

    assert outer(7) == 7.5 / 2**32 * 2 + 8.5 / 2**32
    assert len(inner.signatures) == 1
