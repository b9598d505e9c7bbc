"""Shares of a change in a product: against all orders counted out, and the axioms that define them."""

from __future__ import annotations

from itertools import permutations
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jeugdsim.outcomes.factors import product_shares

AMOUNTS = st.floats(min_value=0.0, max_value=1e4)
STATES = st.lists(st.tuples(AMOUNTS, AMOUNTS), min_size=1, max_size=5)


def over_all_orders(before: list[float], after: list[float]) -> list[float]:
    """Return the mean, over all orders, of what each factor adds when it changes in its turn."""
    orders = list(permutations(range(len(before))))
    shares = [0.0] * len(before)
    for order in orders:
        state = list(before)
        for place in order:
            old = prod(state)
            state[place] = after[place]
            shares[place] += (prod(state) - old) / len(orders)
    return shares


def largest(states: list[tuple[float, float]]) -> float:
    return prod(max(pair) for pair in states) + 1e-12


@given(STATES)
def test_the_shares_are_the_mean_over_all_orders(states: list[tuple[float, float]]) -> None:
    before, after = map(list, zip(*states, strict=True))
    wanted = over_all_orders(before, after)
    np.testing.assert_allclose(
        product_shares(before, after), wanted, rtol=1e-9, atol=1e-12 * largest(states)
    )


@given(STATES)
def test_the_shares_add_up_to_the_difference(states: list[tuple[float, float]]) -> None:
    before, after = map(list, zip(*states, strict=True))
    difference = prod(after) - prod(before)
    total = float(sum(product_shares(before, after)))
    assert total == pytest.approx(difference, rel=1e-9, abs=1e-12 * largest(states))


@given(STATES, st.data())
def test_factors_that_change_alike_get_alike(
    states: list[tuple[float, float]], data: st.DataObject
) -> None:
    twin = data.draw(st.sampled_from(states))
    before, after = map(list, zip(*[*states, twin], strict=True))
    shares = product_shares(before, after)
    assert float(shares[states.index(twin)]) == pytest.approx(
        float(shares[-1]), rel=1e-9, abs=1e-12 * largest([*states, twin])
    )


@given(STATES, AMOUNTS, st.integers(min_value=0, max_value=5))
def test_a_factor_that_stays_the_same_has_no_share(
    states: list[tuple[float, float]], still: float, place: int
) -> None:
    """And multiplies the shares of the others."""
    before, after = map(list, zip(*states, strict=True))
    alone = product_shares(before, after)
    place = min(place, len(states))
    for side in (before, after):
        side.insert(place, still)
    shares = product_shares(before, after)
    assert float(shares.pop(place)) == 0.0
    scale = largest(states) * max(still, 1.0)
    np.testing.assert_allclose(shares, np.multiply(alone, still), rtol=1e-9, atol=1e-12 * scale)


@given(STATES)
def test_the_way_back_takes_back_what_the_way_out_gave(states: list[tuple[float, float]]) -> None:
    before, after = map(list, zip(*states, strict=True))
    out, back = product_shares(before, after), product_shares(after, before)
    np.testing.assert_allclose(out, np.negative(back), rtol=1e-9, atol=1e-12 * largest(states))


def test_arrays_are_shared_element_by_element_and_broadcast() -> None:
    before = [np.array([1.0, 2.0]), 3.0, np.array([[1.0], [5.0]])]
    after = [np.array([4.0, 2.0]), 6.0, np.array([[2.0], [5.0]])]
    shares = product_shares(before, after)
    for row in range(2):
        for column in range(2):
            one = [[side[0][column], side[1], side[2][row, 0]] for side in (before, after)]
            wanted = over_all_orders(*one)
            found = [share[row, column] for share in shares]
            assert found == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize(("before", "after"), [([], []), ([1.0], [1.0, 2.0])])
def test_other_numbers_of_factors_are_refused(before: list[float], after: list[float]) -> None:
    with pytest.raises(ValueError, match="as many factors"):
        product_shares(before, after)
