"""Keyed random numbers and the tables they are looked up in: a number belongs to a child and a step.

A random number is addressed by (seed, municipality, first care form) in the 64-bit key and
(sequence number, step and purpose, month of first entry, draw) in the 128-bit counter of
Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"). One block of four
words gives a stay all it needs: stay, intensity, next form, entry day.
"""

from __future__ import annotations

import math

from jeugdsim.engine.compiled import Counts, Floats, Integers, compiled, inlined

MASK = 0xFFFFFFFF
STAY, INFLOW_COUNT, STOCK_COUNT, ROUNDING, LINE, BRIDGING, AGE, STOCK_AGAIN, LIST_COUNT = range(9)
"""Purposes of a random number: what a block of four words is for."""
PURPOSE_SHIFT = 24  # a child's steps stay below 2^24
STOCK_ADDRESS = 0  # in place of the month of first entry: in care on the day before the start
LIST_ADDRESS = MASK  # waiting on the day before the start

CENTRE_BITS = 11  # the quantile table's middle: cells of equal probability
TAIL_BITS = 27  # below 2^27 of 2^32 (and above the mirror) the tails, cell widths halving
OCTAVE_CELLS = 64
CENTRE_KNOTS = (1 << CENTRE_BITS) + 1
TAIL_KNOTS = (TAIL_BITS + 1) * OCTAVE_CELLS + 1
LARGE_MEAN = 128.0  # counts of a larger mean are not summed from zero
GUIDE_BITS = 12  # a guide tells between which entries of a table to look
INTENSITY_BITS = 30
ONE = 1 << INTENSITY_BITS
"""Intensities and units are whole multiples of 1 / ONE, so that sums are exact."""


@compiled
def natural(number: int) -> int:
    """Return a number that is not negative; so the compiler, which does not see it, knows it too."""
    return int(number) & MASK


@inlined
def _philox_block(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Return the four 32-bit words of Philox4x32-10 for a counter and a key.

    Words are kept as non-negative integers below 2^32. The product of two words may wrap to a
    negative 64-bit integer when compiled; its bits are the same, and the masks take them out.
    """
    for _ in range(10):
        p0 = 0xD2511F53 * c0
        p1 = 0xCD9E8D57 * c2
        c0 = ((p1 >> 32) & MASK) ^ c1 ^ k0
        c1 = p1 & MASK
        c2 = ((p0 >> 32) & MASK) ^ c3 ^ k1
        c3 = p0 & MASK
        k0 = (k0 + 0x9E3779B9) & MASK
        k1 = (k1 + 0xBB67AE85) & MASK
    return c0, c1, c2, c3


@compiled
def philox(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Return the four 32-bit words of Philox4x32-10 for a counter and a key."""
    return _philox_block(int(c0), int(c1), int(c2), int(c3), int(k0), int(k1))


@compiled
def philox_side_by_side(
    sequences: Integers,
    step: int,
    addresses: Integers,
    draw: int,
    k0: int,
    k1: int,
    lanes: int,
    words: Integers,
) -> None:
    """Write the words of many children into ``words`` (4, lanes); the compiler makes vectors of it."""
    for lane in range(lanes):
        w0, w1, w2, w3 = _philox_block(
            int(sequences[lane]) & MASK, step, int(addresses[lane]) & MASK, int(draw), int(k0), int(k1)
        )
        words[0, lane] = w0
        words[1, lane] = w1
        words[2, lane] = w2
        words[3, lane] = w3


@compiled
def uniform(word: int) -> float:
    """Return the middle of a word's cell of (0, 1)."""
    return (word + 0.5) * 2.0**-32


@compiled
def uniform53(high: int, low: int) -> float:
    """Return a uniform from two words, with 53 bits: above 0, and 1 only for the last cell."""
    return ((high << 21) + (low >> 11) + 0.5) * 2.0**-53


@compiled
def poisson_count(mean: float, u: float) -> int:
    """Return the smallest n with P(N <= n) >= u for N Poisson with this mean.

    Inversion of one uniform, so that with a smaller mean a count never rises (for u up to about
    1 - 1e-10, where the sums run out of digits). Small means sum from zero; large means sum from the
    mode, where nothing underflows.
    """
    if mean <= 0.0:
        return 0
    if mean < LARGE_MEAN:
        term = math.exp(-mean)
        below = term
        n = 0
        while u > below and (n < mean or term > 1e-18):
            n += 1
            term *= mean * (1.0 / n)
            below += term
        return n
    mode = int(mean)
    peak = math.exp(mode * math.log(mean) - mean - math.lgamma(mode + 1.0))
    below = peak
    term = peak
    n = mode
    inverse = 1.0 / mean
    while n > 0 and term > 1e-20:
        term *= n * inverse
        n -= 1
        below += term
    n = mode
    term = peak
    if u <= below:
        while n > 0 and u <= below - term:
            below -= term
            term *= n * inverse
            n -= 1
        return n
    while u > below and term > 1e-20:
        n += 1
        term *= mean / n
        below += term
    return n


@compiled
def quantile_at(knots: Floats, form: int, word: int) -> float:
    """Return a care form's quantile at a word's uniform, interpolated between the table's knots.

    The middle has cells of equal probability; each tail has 64 cells for every halving of the
    probability, so that the error stays near 1e-5 of a standard deviation down to 2^-32.
    """
    tail = 1 << TAIL_BITS
    if word >= tail and word <= MASK - tail:
        shift = 32 - CENTRE_BITS
        cell = word >> shift
        part = ((word & ((1 << shift) - 1)) + 0.5) * (1.0 / (1 << shift))
    else:
        lower = word < tail
        twice = 2 * (word if lower else MASK - word) + 1
        octave = TAIL_BITS
        while twice < (1 << octave):
            octave -= 1
        place = (twice - (1 << octave)) * (OCTAVE_CELLS / (1 << octave))
        cell = int(place)
        part = place - cell
        cell += CENTRE_KNOTS + octave * OCTAVE_CELLS
        if not lower:
            cell += TAIL_KNOTS
    cell &= MASK  # never negative, which the compiler does not see
    low = knots[form, cell]
    return float(low + (knots[form, cell + 1] - low) * part)


@compiled
def step_at(steps: Floats, low: int, last: int, word: int) -> float:
    """Return the days of the first of the steps low..last whose chance reaches a word's uniform.

    ``steps`` holds the chances in its first row, the days in its second.
    """
    u = uniform(word)
    while low < last:
        middle = (low + last) // 2
        if steps[0, middle] < u:
            low = middle + 1
        else:
            last = middle
    return float(steps[1, low])


@compiled
def first_reaching(cumulative: Floats, form: int, u: float) -> int:
    """Return the first index whose cumulative probability reaches u; the length if none does."""
    low = 0
    high = cumulative.shape[1]
    while low < high:
        middle = (low + high) // 2
        if cumulative[form, middle] < u:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def guided_reaching(cumulative: Floats, guide: Counts, form: int, word: int) -> int:
    """Return what ``first_reaching`` does for a word's uniform, looking only where its guide says."""
    part = word >> (32 - GUIDE_BITS)
    low = guide[form, part]
    high = guide[form, part + 1]
    u = uniform(word)
    while low < high:
        middle = (low + high) // 2
        if cumulative[form, middle] < u:
            low = middle + 1
        else:
            high = middle
    return int(low)


@compiled
def whole_intensity(x: float) -> int:
    """Return the nearest whole multiple of 1 / ONE."""
    return int(x * ONE + 0.5)
