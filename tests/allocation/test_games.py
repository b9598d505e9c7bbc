"""Cost games beside published solutions, and what every solution must obey."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import permutations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jeugdsim as js
from jeugdsim.allocation.games import coalition_members

Array = npt.NDArray[np.float64]


def game(members: int, cost: Callable[[tuple[int, ...]], float]) -> Array:
    """Return the costs of all coalitions of so many members."""
    return np.array([cost(coalition_members(mask)) for mask in range(1 << members)], dtype=float)


def airport(needs: Sequence[float]) -> Array:
    """Return the game of a runway as long as its largest aircraft needs."""
    return game(len(needs), lambda group: max((needs[i] for i in group), default=0.0))


def bankruptcy(estate: float, claims: Sequence[float]) -> Array:
    """Return the worth of coalitions in a bankruptcy: what is left when all others are paid in full."""
    others = [
        sum(claims) - sum(claims[i] for i in coalition_members(m)) for m in range(2 ** len(claims))
    ]
    return np.array([max(0.0, estate - claimed) for claimed in others])


# Straffin and Heaney (1981), thousands of dollars: navigation 1, flood control 2, power 4.
TENNESSEE = np.array([0, 163_520, 140_826, 301_607, 250_096, 378_821, 367_370, 412_584], dtype=float)


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        # every metre is shared by those that need it: 10/3; 10/3 + 10/2; 10/3 + 10/2 + 10
        ([10, 20, 30], [10 / 3, 25 / 3, 55 / 3]),
        # the four airlines of the textbooks: 8/4; + 3/3; + 2/2; + 5
        ([8, 11, 13, 18], [2, 3, 4, 9]),
        # Ibn Ezra's inheritance: sons claim a quarter, a third, a half and the whole of 120
        ([30, 40, 60, 120], [7.5, 7.5 + 10 / 3, 7.5 + 10 / 3 + 10, 7.5 + 10 / 3 + 10 + 60]),
    ],
)
def test_shapley_of_a_runway_shares_every_metre_by_those_that_need_it(
    needs: list[float], expected: list[float]
) -> None:
    np.testing.assert_allclose(js.shapley(airport(needs)), expected, rtol=1e-12)


def test_nucleolus_of_a_runway() -> None:
    # Littlechild (1974): the least of 8/2, 11/3, 13/4, 18/4 is 13/4: three pay that, the last the rest
    np.testing.assert_allclose(js.nucleolus(airport([8, 11, 13, 18])), [3.25, 3.25, 3.25, 8.25])


def test_the_tennessee_valley_as_published() -> None:
    np.testing.assert_allclose(js.shapley(TENNESSEE), [117_829, 100_756.5, 193_998.5])
    np.testing.assert_allclose(js.nucleolus(TENNESSEE), [116_234, 93_540, 202_810])
    np.testing.assert_allclose(js.scrb(TENNESSEE), [117_476, 99_157, 195_951], atol=0.5)
    for shares in (js.shapley(TENNESSEE), js.nucleolus(TENNESSEE), js.scrb(TENNESSEE)):
        assert js.core_violations(TENNESSEE, shares) == {}


@pytest.mark.parametrize(
    ("estate", "expected"),
    [(100, [100 / 3] * 3), (200, [50, 75, 75]), (300, [50, 100, 150])],
)
def test_the_talmud_is_the_nucleolus(estate: float, expected: list[float]) -> None:
    # Aumann and Maschler (1985); what is divided here is a worth, so costs with the sign turned
    worth = bankruptcy(estate, [100, 200, 300])
    np.testing.assert_allclose(-js.nucleolus(-worth), expected)


def test_gloves() -> None:
    # one left glove, two right ones; a pair is worth 1
    worth = game(3, lambda group: float(0 in group and len(group) > 1))
    np.testing.assert_allclose(-js.shapley(-worth), [2 / 3, 1 / 6, 1 / 6])
    np.testing.assert_allclose(-js.nucleolus(-worth), [1, 0, 0], atol=1e-9)


def test_a_key_that_charges_more_than_going_alone_is_flagged() -> None:
    # the Tennessee Valley shared equally: flood control pays 137,528 and gains; power and flood too
    by_thirds = np.full(3, TENNESSEE[-1] / 3)
    assert js.core_violations(TENNESSEE, by_thirds) == {}
    # by use of power only: power pays 412,584, alone it would pay 250,096
    violations = js.core_violations(TENNESSEE, [0.0, 0.0, TENNESSEE[-1]])
    assert violations[4] == pytest.approx(412_584 - 250_096)
    assert not {1, 2} & violations.keys()


def games(most: int = 5) -> st.SearchStrategy[Array]:
    """Return cost games of 1 to ``most`` members, costs up to a thousand."""
    return st.integers(1, most).flatmap(
        lambda n: st.lists(st.integers(0, 1000), min_size=2**n - 1, max_size=2**n - 1).map(
            lambda costs: np.array([0, *costs], dtype=float)
        )
    )


@given(games())
def test_shares_add_up_to_the_cost_of_all(costs: Array) -> None:
    for solution in (js.shapley, js.nucleolus, js.scrb):
        assert solution(costs).sum() == pytest.approx(costs[-1], abs=1e-6)


@given(games(4))
def test_shapley_is_the_mean_over_all_orders(costs: Array) -> None:
    members = int(np.log2(len(costs)))
    orders = list(permutations(range(members)))
    total = np.zeros(members)
    for order in orders:
        inside = 0
        for member in order:
            total[member] += costs[inside | 1 << member] - costs[inside]
            inside |= 1 << member
    np.testing.assert_allclose(js.shapley(costs), total / len(orders), atol=1e-9)


@given(games(4), st.integers(0, 2**32))
def test_the_nucleolus_makes_the_sorted_savings_as_large_as_can_be(costs: Array, seed: int) -> None:
    members = int(np.log2(len(costs)))
    inside = np.array([[mask >> i & 1 for i in range(members)] for mask in range(1, len(costs) - 1)])
    if not len(inside):
        return
    best = js.nucleolus(costs)

    def savings(shares: Array) -> Array:
        return np.sort(costs[1:-1] - inside @ shares)

    random = np.random.default_rng(seed)
    for _ in range(20):
        step = random.normal(0, 30, members)
        other = best + step - step.mean()
        apart = savings(best) - savings(other)
        first = np.flatnonzero(np.abs(apart) > 1e-6)
        assert not len(first) or apart[first[0]] > 0


@given(games(4))
def test_members_that_cost_alike_pay_alike(costs: Array) -> None:
    members = int(np.log2(len(costs)))
    if members < 2:
        return
    swapped = [
        (mask & ~3) | (mask >> 1 & 1) | (mask & 1) << 1 for mask in range(len(costs))
    ]  # members 0 and 1 change places
    alike = (costs + costs[swapped]) / 2
    for solution in (js.shapley, js.nucleolus, js.scrb):
        shares = solution(alike)
        assert shares[0] == pytest.approx(shares[1], abs=1e-6)


@given(games(4), st.integers(0, 500))
def test_a_member_that_adds_its_own_cost_only_pays_that(costs: Array, own: int) -> None:
    bigger = np.concatenate([costs, costs + own])
    for solution in (js.shapley, js.nucleolus):
        assert solution(bigger)[-1] == pytest.approx(own, abs=1e-6)


def test_shapley_takes_many_games_at_once() -> None:
    many = np.stack([TENNESSEE, 2 * TENNESSEE])
    np.testing.assert_allclose(js.shapley(many), [js.shapley(TENNESSEE), 2 * js.shapley(TENNESSEE)])


@pytest.mark.parametrize(
    ("costs", "told"),
    [
        ([0, 1, 2], "2, 4, 8"),
        ([1, 1], "nobody"),
        ([0, float("nan")], "finite"),
        (3.0, "2, 4, 8"),
    ],
)
def test_what_is_no_game_is_refused(costs: object, told: str) -> None:
    for solution in (js.shapley, js.nucleolus, js.scrb):
        with pytest.raises(ValueError, match=told):
            solution(costs)  # type: ignore[arg-type]


def test_shares_of_others_are_refused() -> None:
    with pytest.raises(ValueError, match="3 finite numbers"):
        js.core_violations(TENNESSEE, [1.0, 2.0])
