"""One kernel on disk: two processes fill an empty cache at once, or there is no place to write.

All of them, which takes the compiler half a minute, are in tests/prove/test_cold_cache.py.
"""

from __future__ import annotations

from pathlib import Path

from processes import kernels, started, told

from jeugdsim.engine import keyed

WORDS = """
from jeugdsim.engine import keyed
print(*keyed.philox(1, 2, 3, 4, 5, 6), keyed.philox.stats.cache_path)
"""


def test_two_processes_compile_one_kernel_into_an_empty_cache_and_agree(tmp_path: Path) -> None:
    both = [started(WORDS, NUMBA_CACHE_DIR=str(tmp_path)) for _ in range(2)]
    first, second = (told(process) for process in both)
    assert first == second
    *words, place = first.split()
    assert [int(word) for word in words] == list(keyed.philox(1, 2, 3, 4, 5, 6))
    assert Path(place).is_relative_to(tmp_path)
    assert len(kernels(tmp_path)) == 1


def test_a_cache_that_can_not_be_written_is_done_without(tmp_path: Path) -> None:
    """A file stands where the folder should be: nobody can write there, whoever runs the test."""
    taken = tmp_path / "taken"
    taken.write_text("not a folder", encoding="utf-8")
    *words, place = told(started(WORDS, NUMBA_CACHE_DIR=str(taken))).split()
    assert [int(word) for word in words] == list(keyed.philox(1, 2, 3, 4, 5, 6))
    assert place == "None"
    assert taken.read_text(encoding="utf-8") == "not a folder"
