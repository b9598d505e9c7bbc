"""What decides the bits of a result on a kind of processor: code and libraries, by version."""

from __future__ import annotations

import platform
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from jeugdsim import __version__

LIBRARIES = ("numpy", "scipy", "numba")
_ROOMS = ("scenario", "world", "engine")


@cache
def code_hash() -> str:
    """Return a hash of all code that decides what is simulated."""
    package, found = Path(__file__).parents[1], sha256()
    for room in _ROOMS:
        for file in sorted((package / room).rglob("*.py")):
            found.update(file.relative_to(package).as_posix().encode() + file.read_bytes())
    return found.hexdigest()[:16]


def own_code() -> dict[str, str]:
    """Return which code of this package runs here."""
    return {"jeugdsim": __version__, "code": code_hash()}


def libraries() -> dict[str, str]:
    """Return Python and the libraries that calculate, which may round otherwise in other versions."""
    python = ".".join(platform.python_version_tuple()[:2])
    return {"Python": python, **{name: version(name) for name in LIBRARIES}}


def what_runs_here() -> dict[str, str]:
    """Return both."""
    return {**own_code(), **libraries()}
