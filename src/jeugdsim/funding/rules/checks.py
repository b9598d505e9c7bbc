"""What the rules of contracts ask of plain numbers: one message per mistake, naming the argument."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]


def numbers(name: str, value: npt.ArrayLike) -> Array:
    """Return finite numbers as an array.

    Examples
    --------
    >>> numbers("result", [1, float("nan")])
    Traceback (most recent call last):
        ...
    ValueError: result must be finite numbers, but nan is given
    """
    array = _as_floats(name, value)
    return _asked(name, array, np.isfinite(array), "finite numbers")


def euros(name: str, value: npt.ArrayLike) -> Array:
    """Return amounts that cannot be negative as an array.

    Examples
    --------
    >>> euros("budget", -3)
    Traceback (most recent call last):
        ...
    ValueError: budget must be finite euros of 0 or more, but -3 is given
    """
    array = _as_floats(name, value)
    return _asked(name, array, np.isfinite(array) & (array >= 0), "finite euros of 0 or more")


def at_least_zero(name: str, value: npt.ArrayLike) -> Array:
    """Return counts, or fractions that may pass 1, as an array."""
    array = _as_floats(name, value)
    return _asked(name, array, np.isfinite(array) & (array >= 0), "finite numbers of 0 or more")


def above_zero(name: str, value: npt.ArrayLike) -> Array:
    """Return numbers that are divided by as an array."""
    array = _as_floats(name, value)
    return _asked(name, array, np.isfinite(array) & (array > 0), "finite numbers above 0")


def shares(name: str, value: npt.ArrayLike) -> Array:
    """Return fractions between 0 and 1 as an array.

    Examples
    --------
    >>> shares("sharing_rate", 50)
    Traceback (most recent call last):
        ...
    ValueError: sharing_rate must be between 0 and 1, but 50 is given
    """
    array = _as_floats(name, value)
    return _asked(name, array, (array >= 0) & (array <= 1), "between 0 and 1")


def truths(name: str, value: npt.ArrayLike) -> Truths:
    """Return what is true or false (or 1 or 0) as an array of bool."""
    array = _as_floats(name, value, "true or false, or an array of that")
    return _asked(name, array, (array == 0) | (array == 1), "true or false").astype(np.bool_)


def whole(name: str, value: int, least: int) -> int:
    """Return a whole number of at least so many."""
    number = numbers(name, value)
    if number.ndim or number < least or number != np.floor(number):
        raise ValueError(f"{name} must be one whole number of {least} or more, but {value} is given")
    return int(number)


def check_shapes(**arrays: npt.NDArray[Any]) -> None:
    """Refuse arrays whose shapes do not broadcast.

    Examples
    --------
    >>> check_shapes(cost=np.zeros(3), budget=np.zeros(2))
    Traceback (most recent call last):
        ...
    ValueError: the shapes of cost (3,) and budget (2,) do not fit together (numpy broadcasting)
    """
    try:
        np.broadcast_shapes(*(array.shape for array in arrays.values()))
    except ValueError:
        told = " and ".join(f"{name} {array.shape}" for name, array in arrays.items() if array.ndim)
        raise ValueError(f"the shapes of {told} do not fit together (numpy broadcasting)") from None


def _as_floats(
    name: str, value: npt.ArrayLike, asked: str = "a number or an array of numbers"
) -> Array:
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{name} must be {asked}") from None


def _asked(name: str, array: Array, right: Truths, asked: str) -> Array:
    if not np.all(right):
        wrong = array[~right].flat[0] if array.ndim else float(array)
        raise ValueError(f"{name} must be {asked}, but {wrong:g} is given")
    return array
