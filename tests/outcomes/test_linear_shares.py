"""Shares of variance against models whose shares are known exactly.

Unless told otherwise a comparison allows four standard errors: for an honest standard error that is
one false alarm in 16,000 comparisons, and the seeds are fixed.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeugdsim.outcomes.linear_shares import Share, Shares, draws_needed, linear_shares
from jeugdsim.world.parameters import latin_hypercube

Array = npt.NDArray[np.float64]
ERRORS = 4.0


def singles(count: int) -> list[tuple[int]]:
    return [(column,) for column in range(count)]


def normals(draws: int, count: int, seed: int = 1) -> Array:
    return np.random.default_rng(seed).standard_normal((draws, count))


def told(found: Shares | None) -> Shares:
    assert found is not None
    return found


def close(share: Share, exact: float) -> bool:
    return abs(share.share - exact) < ERRORS * share.standard_error


def test_a_linear_model_has_the_shares_of_its_variances() -> None:
    """Y = sum b_j x_j + noise: share_j = b_j^2 / (sum b^2 + noise^2)."""
    slopes, noise = np.array([3.0, 2.0, 1.0, 0.5, 0.0]), 1.5
    inputs = normals(2000, 5)
    target = inputs @ slopes + noise * normals(2000, 1, seed=2)[:, 0]
    found = told(linear_shares(target, inputs, singles(5)))
    total = float(slopes @ slopes) + noise**2
    assert all(close(one, b * b / total) for one, b in zip(found.sets, slopes, strict=True))
    assert close(found.chance, noise**2 / total)
    assert found.sets[0].standard_error < 0.02


def test_without_noise_shares_are_exact() -> None:
    """Nothing is left to chance, whatever the few draws did to the columns."""
    slopes = np.array([2.0, 1.0, -1.0])
    inputs = normals(100, 3)
    found = told(linear_shares(5.0 + inputs @ slopes, inputs, singles(3)))
    assert [one.share for one in found.sets] == pytest.approx([4 / 6, 1 / 6, 1 / 6], rel=1e-9)
    assert found.chance.share == pytest.approx(0.0, abs=1e-12)


def test_columns_of_a_latin_hypercube_serve_as_well() -> None:
    """Uniforms on (0, 1) have variance 1/12, so x sqrt(12) has a standard deviation of 1."""
    inputs = np.sqrt(12.0) * np.stack([latin_hypercube(7, f"x{j}", 1000) for j in range(4)], axis=1)
    slopes = np.array([2.0, 1.0, 1.0, 0.0])
    target = inputs @ slopes + normals(1000, 1)[:, 0]
    found = told(linear_shares(target, inputs, singles(4)))
    assert all(close(one, b * b / 7.0) for one, b in zip(found.sets, slopes, strict=True))


def test_a_product_has_the_first_order_shares_of_its_factors() -> None:
    """Y = prod x_j with means 1: share_j = cv_j^2 / (prod(1 + cv^2) - 1), the rest is interaction."""
    cvs = np.array([0.4, 0.3, 0.2])
    widths = np.sqrt(np.log1p(cvs**2))
    factors = np.exp(widths * normals(20_000, 3) - widths**2 / 2.0)
    found = told(linear_shares(factors.prod(axis=1), factors / cvs, singles(3)))
    variance = float(np.prod(1.0 + cvs**2)) - 1.0
    assert all(close(one, cv**2 / variance) for one, cv in zip(found.sets, cvs, strict=True))
    assert close(found.chance, 1.0 - float(cvs @ cvs) / variance)


def test_a_curve_without_a_slope_counts_as_chance() -> None:
    """A straight line does not follow x^2 around zero; that is told as a limit, so it is shown here."""
    inputs = normals(5000, 2)
    found = told(linear_shares(inputs[:, 0] ** 2 + inputs[:, 1], inputs, singles(2)))
    assert close(found.sets[0], 0.0)
    assert close(found.sets[1], 1.0 / 3.0)


@pytest.mark.parametrize("correlation", [-0.8, 0.5, 1.0])
def test_correlated_inputs_are_told_together(correlation: float) -> None:
    """Together b1^2 + b2^2 + 2 rho b1 b2, also where the two are one and the same."""
    first, second, third = normals(4000, 3).T
    mixed = correlation * first + np.sqrt(1.0 - correlation**2) * second
    inputs = np.stack([first, mixed, third], axis=1)
    target = inputs @ [2.0, 1.0, 1.0] + normals(4000, 1, seed=5)[:, 0]
    found = told(linear_shares(target, inputs, [(0, 1), (2,)], dependent=[(0, 1)]))
    pair = 5.0 + 4.0 * correlation
    # the correlation itself is estimated: 2 b1 b2 (1 - rho^2) / sqrt(draws), over the variance
    seen = 4.0 * (1.0 - correlation**2) / np.sqrt(4000) / (pair + 2.0)
    error = np.hypot(found.sets[0].standard_error, seen)
    assert abs(found.sets[0].share - pair / (pair + 2.0)) < ERRORS * error
    assert abs(found.sets[1].share - 1.0 / (pair + 2.0)) < ERRORS * error


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(1, 30),
    noise=st.floats(0.0, 5.0),
    cut=st.integers(0, 30),
)
def test_shares_of_all_inputs_and_chance_add_up_to_one(
    seed: int, count: int, noise: float, cut: int
) -> None:
    rng = np.random.default_rng(seed)
    inputs = rng.standard_normal((120, count))
    target = inputs @ rng.standard_normal(count) + noise * rng.standard_normal(120)
    halves = [range(min(cut, count)), range(min(cut, count), count)]
    for sets in (singles(count), halves):
        found = told(linear_shares(target, inputs, sets))
        assert sum(one.share for one in found.sets) + found.chance.share == pytest.approx(1.0)


def test_another_unit_or_level_of_the_result_changes_nothing() -> None:
    inputs = normals(300, 4)
    target = inputs @ [1.0, 2.0, 0.0, 1.0] + normals(300, 1, seed=3)[:, 0]
    one = told(linear_shares(target, inputs, singles(4)))
    other = told(linear_shares(2.5e9 - 1.6e8 * target, inputs, singles(4)))
    for a, b in zip([*one.sets, one.chance], [*other.sets, other.chance], strict=True):
        assert (a.share, a.standard_error) == pytest.approx((b.share, b.standard_error), rel=1e-6)


@cache
def repeated(widening: bool) -> tuple[Array, Array]:
    """Return shares and standard errors of 400 runs of 200 draws, shape (400, inputs + 1).

    The last column is that of all irrelevant inputs together.
    """
    rng = np.random.default_rng(11)
    shares, errors = [], []
    sets = [*singles(len(SLOPES)), tuple(range(4, len(SLOPES)))]
    for _ in range(400):
        inputs = rng.standard_normal((200, len(SLOPES)))
        noise = rng.standard_normal(200)
        if widening:
            noise *= np.abs(inputs[:, 0])
        found = told(linear_shares(inputs @ SLOPES + noise, inputs, sets))
        shares.append([one.share for one in found.sets])
        errors.append([one.standard_error for one in found.sets])
    return np.array(shares), np.array(errors)


SLOPES = np.array([1.0, 0.7, 0.4, 0.2, *[0.0] * 16])


@pytest.mark.parametrize("widening", [False, True], ids=["even noise", "widening noise"])
def test_shares_are_unbiased_and_their_standard_errors_are_those_seen(widening: bool) -> None:
    """400 runs of 200 draws on 20 inputs.

    The mean of a share may differ by four standard errors of that mean, and by 0.005 as a share is a
    ratio of two estimates. The standard deviation over 400 runs has a standard error of 3.5%, so a
    stated error within 20% of it leaves room for four of those and for what is stated "about". That
    of the irrelevant inputs together may be up to half too large: on the safe side.
    """
    shares, errors = repeated(widening)
    total = float(SLOPES @ SLOPES) + 1.0
    exact = np.array([*(SLOPES**2 / total), 0.0])
    seen = shares.std(axis=0, ddof=1)
    assert np.all(np.abs(shares.mean(axis=0) - exact) < ERRORS * seen / 20.0 + 0.005)
    stated = errors.mean(axis=0) / seen
    assert np.all(np.abs(stated[:3] - 1.0) < 0.2)
    assert 0.85 < stated[-1] < 1.5


def test_an_irrelevant_input_seldom_stands_out() -> None:
    """Two standard errors above zero: below 1 in 100 for one input, 1 in 20 for a set of 16.

    One input stands out when its squared t is above 17 (about 1 in 20,000). A set follows a chi-square
    of 16, so about 1 run in 40. In 400 runs that is 10 give or take 3.1; 23 leaves four of those. The
    16 inputs have 6,400 looks together: at 1 in 100 that would be 64, give or take 8.
    """
    shares, errors = repeated(False)
    clear = shares > 2.0 * errors
    assert clear[:, 4:20].sum() < 32
    assert clear[:, 20].sum() < 23
    assert clear[:, :2].all(axis=1).mean() > 0.99


def test_too_few_draws_are_refused_and_a_result_that_does_not_vary_has_no_shares() -> None:
    assert draws_needed(0) == 2
    assert draws_needed(3) == 100
    assert draws_needed(266) == 532
    with pytest.raises(ValueError, match="99 draws can't tell the shares of 3 inputs apart"):
        linear_shares(np.ones(99), normals(99, 3), singles(3))
    assert linear_shares(np.full(100, 7.0), normals(100, 3), singles(3)) is None


def test_without_inputs_all_is_chance() -> None:
    found = told(linear_shares(normals(50, 1)[:, 0], np.empty((50, 0)), []))
    assert found.sets == ()
    assert found.chance.share == 1.0
