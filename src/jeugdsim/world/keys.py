"""Random streams addressed by name: (seed, what it is for, which block or year), never by order.

Two assumptions with different names never share numbers, and adding one changes no other.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np

STREAM_VERSION = 1
"""Raised whenever the same seed would give other numbers; stored in every result."""


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
