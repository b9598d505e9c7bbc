"""The first use on a machine: kernels compile, somebody waits for it and should know why."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar

from numba.core import event
from tqdm.auto import tqdm

P = ParamSpec("P")
R = TypeVar("R")
_COMPILES = "numba:compile"
_WAIT = (
    "jeugdsim: compiling what counts children, for the first time here; it takes up to half a minute"
)
_KEPT = f"{_WAIT}, and the next start is quick"
_NOT_KEPT = f"{_WAIT}. It is done at every start: NUMBA_CACHE_DIR may name a folder to keep it in"


def tell_of_compiling() -> None:
    """Tell on stderr when kernels compile, from now on until this process ends."""
    event.register(_COMPILES, _FirstUse(told=True))


def tells_of_compiling(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function tell on stderr when kernels compile, unless its ``progress`` is False."""

    @wraps(function)
    def telling(*args: P.args, **kwargs: P.kwargs) -> R:
        with _first_use(told=bool(kwargs.get("progress", True))):
            return function(*args, **kwargs)

    return telling


@contextmanager
def _first_use(*, told: bool) -> Iterator[None]:
    listener = _FirstUse(told=told)
    with event.install_listener(_COMPILES, listener):
        try:
            yield
        finally:
            listener.collect_again()  # an interrupt leaves while another thread still compiles


class _FirstUse(event.Listener):
    """Tells of the first kernel that compiles, and keeps Python from looking for garbage meanwhile.

    Looking for garbage took a seventh of the time: a compiler makes much, and little of it is garbage.
    """

    def __init__(self, *, told: bool) -> None:
        self._told = told
        self._under_way = 0  # kernels within kernels; numba compiles in one thread at a time
        self._paused = False

    def on_start(self, event: Any) -> None:
        kernel = event.data["dispatcher"]
        if self._told and kernel.py_func.__module__.startswith("jeugdsim."):
            _tell(_KEPT if kernel.stats.cache_path else _NOT_KEPT)
        if self._under_way == 0 and gc.isenabled():
            gc.disable()
            self._paused = True
        self._under_way += 1

    def on_end(self, event: Any) -> None:
        self._under_way -= 1
        if self._under_way == 0:
            self.collect_again()

    def collect_again(self) -> None:
        if self._paused:
            self._paused = False
            gc.enable()


@cache
def _tell(words: str) -> None:
    """Write a line on stderr, once, beside a progress bar if there is one."""
    tqdm.write(words, file=sys.stderr)
