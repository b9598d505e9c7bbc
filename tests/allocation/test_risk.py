"""Tail means and their shares, beside sums done by hand and closed forms."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm

import jeugdsim as js
from jeugdsim.allocation.games import coalition_members
from jeugdsim.allocation.risk import covariance_shares, cvar, euler_shares, loadings, worst_draws

Array = npt.NDArray[np.float64]
# Two members, ten draws. Sums: 3, 5, 9, 4, 12, 6, 20, 7, 8, 6; the three worst are draws 6, 4 and 2.
FIRST = [1.0, 2, 3, 1, 10, 3, 8, 2, 5, 4]
SECOND = [2.0, 3, 6, 3, 2, 3, 12, 5, 3, 2]
TEN = np.column_stack([FIRST, SECOND])


def losses(members: int = 3, draws: int = 12) -> st.SearchStrategy[Array]:
    """Return whole losses of some members in some draws; ties are common."""
    return arrays(np.float64, (draws, members), elements=st.integers(0, 20).map(float))


def costs_of_coalitions(each: Array, level: float) -> Array:
    """Return the tail mean of every coalition's own sum."""
    members = each.shape[1]
    sums = [each[:, list(coalition_members(mask))].sum(axis=1) for mask in range(1 << members)]
    return np.array([float(cvar(total, level)) for total in sums])


@pytest.mark.parametrize(
    ("draws", "level", "worst"),
    [
        (10_000, 0.9, 1000),
        (10, 0.9, 1),
        (9, 0.9, 1),
        (1, 0.9, 1),
        (11, 0.9, 2),
        (3, 0.5, 2),
        (4, 0.0, 4),
    ],
)
def test_the_tail_is_the_worst_part_rounded_up(draws: int, level: float, worst: int) -> None:
    assert worst_draws(draws, level) == worst


def test_the_tail_mean_by_hand() -> None:
    total = TEN.sum(axis=1)
    assert cvar(total, 0.7) == pytest.approx((20 + 12 + 9) / 3)
    assert cvar(total, 0.9) == 20  # one draw of ten
    assert cvar(total, 0.0) == pytest.approx(80 / 10)
    np.testing.assert_allclose(cvar(TEN, 0.8), [(10 + 8) / 2, (12 + 6) / 2])  # each its own worst


def test_euler_by_hand() -> None:
    # in draws 6, 4 and 2 the first loses 8, 10, 3 and the second 12, 2, 6: together 21 and 20 of 41
    np.testing.assert_allclose(euler_shares(TEN, 0.7), [21 / 41, 20 / 41])
    # means 3.9 and 4.1; in the worst draws 7 and 20/3
    np.testing.assert_allclose(loadings(TEN, 0.7), [7 - 3.9, 20 / 3 - 4.1])


def test_euler_is_the_derivative_of_the_tail_mean() -> None:
    # Tasche: the share is how fast the tail mean grows with a member's part. While the order of the
    # draws stays, the tail mean is linear in the parts, so the quotient is exact.
    step = 1e-3
    tail = float(cvar(TEN.sum(axis=1), 0.7))
    larger = [TEN * (1 + step * np.eye(2)[member]) for member in range(2)]
    derivative = [(float(cvar(each.sum(axis=1), 0.7)) - tail) / step for each in larger]
    np.testing.assert_allclose(derivative, euler_shares(TEN, 0.7) * tail, rtol=1e-9)


def test_covariance_by_hand() -> None:
    # means 2 and 3, sums 2, 5, 8 with mean 5; the worst of three is 8, so the loading is 3.
    # deviations of the sum -3, 0, 3; of the first -1, 0, 1 (6 of 18), of the second -2, 0, 2 (12 of 18)
    each = [[1.0, 1.0], [2.0, 3.0], [3.0, 5.0]]
    np.testing.assert_allclose(covariance_shares(each), [(2 + 1) / 8, (3 + 2) / 8])


def test_without_variance_shares_are_those_of_the_means() -> None:
    each = [[1.0, 3.0], [2.0, 2.0], [3.0, 1.0], [2.0, 2.0]]
    np.testing.assert_allclose(covariance_shares(each), [0.5, 0.5])
    assert loadings(each).sum() == pytest.approx(0.0)


def test_a_normal_sum_has_the_tail_mean_and_the_shares_of_the_books() -> None:
    """For normal losses E[L_i | tail] = mu_i + Cov(L_i, L) / sd(L) x phi(z) / (1 - level).

    Euler and covariance are then the same. Draws: 200,000, so 20,000 in the tail. The spread of one
    loss in the tail is below its sd of 3 (truncation takes spread away, and the first's sd is 3), and
    moving the edge adds at most as much again: the standard error is below 2 x 3 / sqrt(20,000), or
    0.043. One of five numbers lies outside five of those by chance less than once in 300,000.
    """
    mean, spread = np.array([10.0, 20.0]), np.array([[9.0, 2.0], [2.0, 4.0]])
    draws = np.random.default_rng(5).multivariate_normal(mean, spread, 200_000)
    beyond = norm.pdf(norm.ppf(0.9)) / 0.1
    sd = np.sqrt(spread.sum())
    parts = mean + spread.sum(axis=1) / sd * beyond
    tail = float(cvar(draws.sum(axis=1), 0.9))
    within = 5 * 0.043
    assert tail == pytest.approx(30 + sd * beyond, abs=within)
    np.testing.assert_allclose(euler_shares(draws) * tail, parts, atol=within)
    np.testing.assert_allclose(covariance_shares(draws) * tail, parts, atol=within)


@given(losses(), st.sampled_from([0.0, 0.5, 0.75, 0.9]))
def test_shares_of_the_tail_mean_add_up_and_nobody_is_undercut(each: Array, level: float) -> None:
    total = each.sum(axis=1)
    if not total.any():
        with pytest.raises(ValueError, match="zero"):
            euler_shares(each, level)
        return
    tail = float(cvar(total, level))
    paid = euler_shares(each, level) * tail
    assert paid.sum() == pytest.approx(tail)
    assert loadings(each, level).sum() == pytest.approx(tail - total.mean(), abs=1e-9)
    assert covariance_shares(each, level).sum() == pytest.approx(1.0)
    assert js.core_violations(costs_of_coalitions(each, level), paid) == {}


@given(losses(2), st.sampled_from([0.0, 0.5, 0.9]))
def test_together_the_tail_mean_is_no_more_than_apart(each: Array, level: float) -> None:
    assert cvar(each.sum(axis=1), level) <= cvar(each, level).sum() + 1e-9


@given(losses(1), st.floats(0.1, 10), st.floats(-5, 5))
def test_the_tail_mean_moves_with_its_unit_and_its_zero(each: Array, unit: float, zero: float) -> None:
    np.testing.assert_allclose(cvar(unit * each + zero), unit * cvar(each) + zero, atol=1e-9)


@pytest.mark.parametrize("level", [-0.1, 1.0, float("nan")])
def test_a_level_that_is_no_fraction_is_refused(level: float) -> None:
    for share in (cvar, euler_shares, covariance_shares, loadings):
        with pytest.raises(ValueError, match="level"):
            share(TEN, level)


def test_losses_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="one draw"):
        cvar([])
    with pytest.raises(ValueError, match="finite"):
        euler_shares([[1.0, float("nan")]])
    with pytest.raises(ValueError, match="draws, members"):
        covariance_shares([1.0, 2.0])
