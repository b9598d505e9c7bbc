"""Philox4x32-10 against the published vectors of Random123, compiled and as plain Python."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeugdsim.engine import keyed

Words = tuple[int, int, int, int]

# kat_vectors of Random123 1.14: philox 4x32, 10 rounds; counter, key, answer.
PUBLISHED: dict[str, tuple[Words, tuple[int, int], Words]] = {
    "zeros": (
        (0, 0, 0, 0),
        (0, 0),
        (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8),
    ),
    "ones": (
        (0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF),
        (0xFFFFFFFF, 0xFFFFFFFF),
        (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD),
    ),
    "digits of pi": (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
}
PLAIN: Callable[..., Words] = getattr(keyed.philox, "py_func", keyed.philox)
word = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize("philox", [keyed.philox, PLAIN], ids=["compiled", "plain Python"])
@pytest.mark.parametrize("vector", PUBLISHED)
def test_philox_gives_the_published_vectors(philox: Callable[..., Words], vector: str) -> None:
    counter, key, answer = PUBLISHED[vector]
    assert philox(*counter, *key) == answer


@pytest.mark.parametrize("vector", PUBLISHED)
def test_philox_gives_the_published_vectors_for_numpy_words(vector: str) -> None:
    """The kernel hands over the words of an int64 array; they must not wrap differently."""
    counter, key, answer = PUBLISHED[vector]
    words = np.array([*counter, *key], dtype=np.int64)
    assert keyed.philox(*words) == answer


def philox_of_the_paper(counter: Words, key: tuple[int, int]) -> Words:
    """Follow the text of Salmon et al. (2011) in exact integers: high and low half of a product."""
    (a, b, c, d), (k0, k1) = counter, key
    for step in range(10):
        bumped0 = (k0 + step * 0x9E3779B9) % 2**32
        bumped1 = (k1 + step * 0xBB67AE85) % 2**32
        high0, low0 = divmod(0xD2511F53 * a, 2**32)
        high1, low1 = divmod(0xCD9E8D57 * c, 2**32)
        a, b, c, d = high1 ^ b ^ bumped0, low1, high0 ^ d ^ bumped1, low0
    return a, b, c, d


@settings(deadline=None)
@given(counter=st.tuples(word, word, word, word), key=st.tuples(word, word))
def test_compiled_plain_and_paper_give_the_same_words(counter: Words, key: tuple[int, int]) -> None:
    expected = philox_of_the_paper(counter, key)
    assert keyed.philox(*counter, *key) == expected
    assert PLAIN(*counter, *key) == expected


def test_uniforms_of_the_outermost_words_lie_inside_the_interval() -> None:
    """The 53-bit one may round to 1 itself, which the counts below it bear (test_poisson_count)."""
    top = 2**32 - 1
    assert 0 < keyed.uniform(0) < 1e-9
    assert 1 - 1e-9 < keyed.uniform(top) < 1
    assert 0 < keyed.uniform53(0, 0) < 1e-15
    assert 1 - 1e-15 < keyed.uniform53(top, top - 2**12) < 1


@settings(deadline=None)
@given(high=word, low=word)
def test_a_53_bit_uniform_is_the_two_words_as_one_binary_fraction(high: int, low: int) -> None:
    assert keyed.uniform53(high, low) == pytest.approx(
        high / 2**32 + low / 2**64, rel=1e-15, abs=2**-53
    )
