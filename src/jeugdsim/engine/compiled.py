"""How kernels are compiled: ``compiled``, and the types of the arrays they take.

numba's cache on disk notices an edit of the function's own file only, not of a kernel it calls in
another. So the cache stands in a folder named after a hash of all compiled files.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int32]
Truths = npt.NDArray[np.bool_]
Kernel = TypeVar("Kernel", bound=Callable[..., Any])

_ENGINE = Path(__file__).parent
# Without numba's counting of who uses an array, which took a third of the time. C calls no kernel.
_WITHOUT_COUNTING: dict[str, Any] = {"nogil": True, "_nrt": False, "no_cfunc_wrapper": True}
_COUNTING: dict[str, Any] = {"nogil": True}


def compiled(function: Kernel) -> Kernel:
    """Compile a kernel that makes no arrays, with a cache on disk where there is a place for it."""
    return _compiled(function, _WITHOUT_COUNTING)


def compiled_with_room(function: Kernel) -> Kernel:
    """Compile a kernel that makes arrays of its own to work in; ``compiled`` would refuse it."""
    return _compiled(function, _COUNTING)


def _compiled(function: Kernel, options: dict[str, Any]) -> Kernel:
    """Compile with a cache on disk, or without where no place is writable or the user says so."""
    folder = _cache_folder()
    if folder is None:
        return cast(Kernel, numba.njit(**options)(function))
    settings = cast(Any, numba.config)
    users_own = settings.CACHE_DIR
    settings.CACHE_DIR = str(folder)
    try:
        return cast(Kernel, numba.njit(cache=True, **options)(function))
    except RuntimeError:  # numba finds the place not writable after all
        return cast(Kernel, numba.njit(**options)(function))
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
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    return None


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
