"""C compiled where a compiler is at hand, and arrays handed to it as the fields of a struct."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FLAGS = ("-O3", "-march=native", "-shared", "-fPIC")
Arrays = npt.NDArray[Any]


class NoCompilerError(RuntimeError):
    """There is no C compiler here."""


def compiler() -> str | None:
    """Return the C compiler, if there is one."""
    return shutil.which("cc")


@cache
def library(source: Path) -> ctypes.CDLL:
    """Return a C file as a library.

    Raises
    ------
    NoCompilerError
        Without a compiler.
    """
    cc = compiler()
    if cc is None:
        raise NoCompilerError("no C compiler (cc) on the path")
    with tempfile.TemporaryDirectory() as folder:
        built = Path(folder) / f"{source.stem}.so"
        subprocess.run([cc, *FLAGS, str(source), "-o", str(built), "-lm"], check=True)
        return ctypes.CDLL(str(built))  # it stays loaded when its file is gone


class Filled:
    """A C struct of whole numbers and pointers to arrays, which are kept as long as it is.

    Parameters
    ----------
    numbers : sequence of int
        The fields that come first.
    arrays : mapping of str to ndarray
        The pointers, in order; int64 or float64, contiguous.
    """

    def __init__(self, numbers: Sequence[int], arrays: Mapping[str, Arrays]) -> None:
        for name, array in arrays.items():
            if array.dtype not in (np.int64, np.float64) or not array.flags.c_contiguous:
                raise TypeError(f"{name} must be contiguous int64 or float64, not {array.dtype}")
        fields = [(f"number_{at}", ctypes.c_int64) for at in range(len(numbers))]
        fields += [(name, ctypes.c_void_p) for name in arrays]
        struct = type("Struct", (ctypes.Structure,), {"_fields_": fields})
        self.arrays = dict(arrays)
        self.struct = struct(*numbers, *(array.ctypes.data for array in arrays.values()))

    def pointer(self) -> Any:
        """Return what a C function takes."""
        return ctypes.byref(self.struct)
