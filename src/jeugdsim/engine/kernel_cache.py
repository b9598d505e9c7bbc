"""Compiled kernels on disk: where they stand, and that no broken, foreign or old file does harm.

numba's cache notices an edit of the function's own file only, not of a kernel it calls in another. So
the cache stands in a folder named after a hash of all files that hold kernels.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import numba
from numba.core.caching import FunctionCache

_ENGINE = Path(__file__).parent
_FOLDERS = "jeugdsim-" + "[0-9a-f]" * 16
_UNUSED_SECONDS = 30 * 24 * 3600


class KernelCache:
    """numba's cache of one kernel, that never stops a run: a file that is wrong is as no file."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._kept = FunctionCache(function)

    @property
    def cache_path(self) -> str:
        """Where the kernel is kept."""
        return str(self._kept.cache_path)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the kernel for types of arguments, None where it is not there whole.

        Two processes that save at the same moment may give two kernels one name.
        """
        try:
            found = self._kept.load_overload(sig, target_context)
        except Exception:  # what pickle or LLVM raises on a file cut short can be anything
            self._forget()
            return None
        if found is not None and tuple(found.signature.args) != tuple(sig):
            self._forget()
            return None
        return found

    def save_overload(self, sig: Any, data: Any) -> None:
        """Save a kernel; without room or right to write it is done without."""
        with suppress(Exception):
            self._kept.save_overload(sig, data)

    def _forget(self) -> None:
        with suppress(OSError):
            self._kept.flush()


def kernel_cache(function: Callable[..., Any]) -> KernelCache | None:
    """Return the cache of a kernel, None where no place is writable or the user wants none."""
    folder = _cache_folder()
    if folder is None:
        return None
    settings = cast(Any, numba.config)
    users_own = settings.CACHE_DIR
    settings.CACHE_DIR = str(folder)
    try:
        return KernelCache(function)
    except RuntimeError:  # numba finds the place not writable after all
        return None
    finally:
        settings.CACHE_DIR = users_own


@cache
def _cache_folder() -> Path | None:
    """Return the first writable place for compiled kernels: the user's, the package's, the home's."""
    if os.environ.get("JEUGDSIM_CACHE", "1") == "0":
        return None
    chosen = cast(Any, numba.config).CACHE_DIR
    bases = [Path(chosen)] if chosen else [_ENGINE / "__pycache__", *_home_caches()]
    for base in bases:
        folder = base / f"jeugdsim-{_engine_hash()}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            os.utime(folder)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            _remove_unused(base)
            return folder
    return None


def _remove_unused(base: Path) -> None:
    """Remove the kernels of versions that no process has started with for a month."""
    for folder in base.glob(_FOLDERS):
        with suppress(OSError):  # another process may be removing it too
            if time.time() - folder.stat().st_mtime > _UNUSED_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


def _home_caches() -> list[Path]:
    try:
        return [Path.home() / ".cache"]
    except RuntimeError:  # nobody's home is known
        return []


def _engine_hash() -> str:
    """Hash the files that hold kernels, or names and shapes that kernels use."""
    found = sha256()
    for file in sorted(_ENGINE.glob("*.py")):
        text = file.read_bytes()
        if b"import" in text and b"compiled" in text:
            found.update(file.name.encode() + text)
    return found.hexdigest()[:16]
