"""Random streams addressed by name: (seed, what it is for, which block or year), never by order.

Two assumptions with different names never share numbers, and adding one changes no other.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import numpy.typing as npt

STREAM_VERSION = 1
"""Raised whenever the same seed would give other numbers; stored in every result."""

_WORDS = 4  # numpy's Philox makes four numbers at a time


def key_number(*parts: str | int, bits: int = 128) -> int:
    """Return a number that belongs to these parts alone.

    Parameters
    ----------
    *parts : str or int
        The address, e.g. seed, purpose, name, block.
    bits : int
        Size of the number, a multiple of 8.
    """
    address = "\x1f".join(str(part) for part in (STREAM_VERSION, *parts))
    return int.from_bytes(blake2b(address.encode(), digest_size=bits // 8).digest(), "little")


def generator(*parts: str | int) -> np.random.Generator:
    """Return numpy's Philox generator for an address."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(key_number(*parts))))


def child_generator(*parts: str | int) -> np.random.Generator:
    """Return the first generator that ``generator(*parts)`` would spawn, without that one.

    Examples
    --------
    >>> (spawned,) = generator(2027, "proef").spawn(1)
    >>> bool(child_generator(2027, "proef").random() == spawned.random())
    True
    """
    seed = np.random.SeedSequence(key_number(*parts), spawn_key=(0,))
    return np.random.Generator(np.random.Philox(seed))


def uniforms_from(first: int, size: int, *parts: str | int) -> npt.NDArray[np.float64]:
    """Return numbers ``first``, ``first`` + 1, ... of an address's uniforms in [0, 1), shape (size,).

    Philox counts, so the numbers before them are not made.

    Examples
    --------
    >>> every = generator(2027, "proef").random(100)
    >>> bool((uniforms_from(70, 30, 2027, "proef") == every[70:]).all())
    True
    """
    stream = generator(*parts)
    before = first % _WORDS
    stream.bit_generator.advance(first // _WORDS)  # type: ignore[attr-defined]
    return stream.random(before + size)[before:]
