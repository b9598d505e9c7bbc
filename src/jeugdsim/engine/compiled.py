"""How kernels are compiled: ``compiled``, and the types of the arrays they take."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt
from numba import types

from jeugdsim.engine.kernel_cache import kernel_cache

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int32]
Years = npt.NDArray[np.int16]
Truths = npt.NDArray[np.bool_]
Kernel = TypeVar("Kernel", bound=Callable[..., Any])

# Without numba's counting of who uses an array, which took a third of the time. C calls no kernel.
_OPTIONS: dict[str, Any] = {"_nrt": False, "no_cfunc_wrapper": True}


def compiled(function: Kernel) -> Kernel:
    """Compile a kernel, kept on disk where there is a place for it; it makes no arrays of its own.

    Other threads run Python meanwhile.
    """
    return _compiled(function, alone=False)


def brief(function: Kernel) -> Kernel:
    """Compile a kernel that takes microseconds; letting other threads in would take longer."""
    return _compiled(function, alone=True)


def _compiled(function: Kernel, *, alone: bool) -> Kernel:
    kernel = numba.njit(**_OPTIONS, nogil=not alone)(function)
    if kernel is function:  # NUMBA_DISABLE_JIT
        return function
    _compile_once(kernel)
    cache = kernel_cache(function)
    if cache is not None:
        kernel._cache = cache
    return cast(Kernel, kernel)


def inlined(function: Kernel) -> Kernel:
    """Compile a kernel into each that calls it: an innermost loop, or where calling takes its time."""
    return cast(Kernel, numba.njit(inline="always")(function))


def _compile_once(kernel: Any) -> None:
    """Keep numba from compiling a kernel anew for every constant or width of number it is given."""
    template_for = kernel.get_call_template

    def by_type(args: Sequence[Any], kws: Mapping[str, Any]) -> Any:
        plain = {name: _number(of) for name, of in kws.items()}
        return template_for(tuple(_number(of) for of in args), plain)

    kernel.get_call_template = by_type


def _number(of: Any) -> Any:
    """Return the type of an argument, a whole number as one of 64 bits."""
    plain = types.unliteral(of)
    return types.int64 if plain in (types.int16, types.int32) else plain
