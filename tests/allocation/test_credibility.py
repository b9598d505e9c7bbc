"""Buhlmann-Straub beside a published example, sums done by hand, and known variances."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jeugdsim.allocation.credibility import credibility

Array = npt.NDArray[np.float64]
# C. A. Hachemeister, Credibility for regression models with application to trend (1975): bodily injury
# claims of five states in twelve quarters, mean claim and number of claims.
MEAN_CLAIM = [
    [1738, 1642, 1794, 2051, 2079, 2234, 2032, 2035, 2115, 2262, 2267, 2517],
    [1364, 1408, 1597, 1444, 1342, 1675, 1470, 1448, 1464, 1831, 1612, 1471],
    [1759, 1685, 1479, 1763, 1674, 2103, 1502, 1622, 1828, 2155, 2233, 2059],
    [1223, 1146, 1010, 1257, 1426, 1532, 1953, 1123, 1343, 1243, 1762, 1306],
    [1456, 1499, 1609, 1741, 1482, 1572, 1606, 1735, 1607, 1573, 1613, 1690],
]
CLAIMS = [
    [7861, 9251, 8706, 8575, 7917, 8263, 9456, 8003, 7365, 7832, 7849, 9077],
    [1622, 1742, 1523, 1515, 1622, 1602, 1964, 1515, 1527, 1748, 1654, 1861],
    [1147, 1357, 1329, 1204, 998, 1077, 1277, 1218, 896, 1003, 1108, 1121],
    [407, 396, 348, 341, 315, 328, 352, 331, 287, 384, 321, 342],
    [2902, 3172, 3046, 3068, 2693, 2910, 3275, 2697, 2663, 3017, 3242, 3425],
]


def test_hachemeister_as_published() -> None:
    """The unbiased estimates in the credibility vignette of the R package actuar."""
    found = credibility(MEAN_CLAIM, CLAIMS)
    assert found.collective == pytest.approx(1683.713, abs=5e-4)
    assert found.within == pytest.approx(139_120_026, abs=0.5)
    assert found.between == pytest.approx(89_639, abs=0.5)
    np.testing.assert_allclose(found.own, [2061, 1511, 1806, 1353, 1600], atol=0.5)
    np.testing.assert_allclose(found.weights, [0.9847, 0.9276, 0.8985, 0.7279, 0.9588], atol=5e-5)
    np.testing.assert_allclose(found.rates, [2055, 1524, 1793, 1443, 1603], atol=0.5)


def test_two_towns_by_hand() -> None:
    """Rates 8, 12 on 1, 1 heads and 18, 20, on 3, 1 heads.

    Own: 10 and (54 + 20)/4 = 18.5; of all (20 + 74)/6 = 47/3.
    EPV: [1 x 4 + 1 x 4 + 3 x 0.25 + 1 x 2.25] / (2 x 1) = 11/2.
    Apart: 2 (17/3)^2 + 4 (17/6)^2 = 578/9 + 289/9 = 289/3; less 11/2: 545/6; over 6 - 20/6 = 8/3:
    VHM = 545/16, EPV / VHM = 88/545.
    Z: 2 / (2 + 88/545) = 1090/1178 and 4 / (4 + 88/545) = 2180/2268.
    """
    found = credibility([[8.0, 12.0], [18.0, 20.0]], [[1.0, 1.0], [3.0, 1.0]])
    z = np.array([1090 / 1178, 2180 / 2268])
    collective = (z[0] * 10 + z[1] * 18.5) / z.sum()
    np.testing.assert_allclose(found.own, [10, 18.5])
    np.testing.assert_allclose([found.within, found.between], [11 / 2, 545 / 16])
    np.testing.assert_allclose(found.weights, z)
    assert found.collective == pytest.approx(collective)
    np.testing.assert_allclose(found.rates, z * [10, 18.5] + (1 - z) * collective)


def test_members_that_differ_no_more_than_years_do_pay_the_rate_of_all() -> None:
    # own rates 10 and 10: nothing apart, so VHM < 0; the rate of all is the mean by heads
    found = credibility([[5.0, 15.0], [11.0, 9.0]], [[1.0, 1.0], [2.0, 2.0]])
    assert found.between < 0
    np.testing.assert_allclose(found.weights, 0.0)
    np.testing.assert_allclose(found.rates, 10.0)


def test_years_that_do_not_differ_are_believed() -> None:
    found = credibility([[5.0, 5.0], [9.0, 9.0]], [[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_allclose(found.weights, 1.0)
    np.testing.assert_allclose(found.rates, [5.0, 9.0])


def test_the_estimates_of_both_variances_are_unbiased() -> None:
    """Rates drawn with sd 3 between members and variance 16/heads from year to year.

    20,000 regions of six unequal members and four years, normal. The standard error is that of the
    regions found; the mean lies outside four of them by chance once in 16,000, for two estimates once
    in 8,000.
    """
    random = np.random.default_rng(11)
    heads = np.array([1.0, 2.0, 3.0, 5.0, 8.0, 13.0])[:, None] * np.array([1.0, 1.1, 0.9, 1.2])
    regions = 20_000
    member = random.normal(50.0, 3.0, (regions, 6, 1))
    rates = member + random.normal(0.0, 1.0, (regions, 6, 4)) * np.sqrt(16.0 / heads)
    found = credibility(rates, heads)
    for estimate, true in ((found.within, 16.0), (found.between, 9.0)):
        error = estimate.std(ddof=1) / np.sqrt(regions)
        assert abs(estimate.mean() - true) < 4 * error
        assert error < 0.05 * true  # so that a wrong divisor would show


@given(st.integers(0, 2**32), st.floats(0.01, 100), st.floats(-50, 50))
def test_the_unit_and_the_zero_of_rates_and_heads_do_not_matter(
    seed: int, unit: float, zero: float
) -> None:
    random = np.random.default_rng(seed)
    rates, heads = random.normal(100, 10, (4, 3)), random.uniform(1, 9, (4, 3))
    plain = credibility(rates, heads)
    moved = credibility(unit * rates + zero, unit * heads)
    np.testing.assert_allclose(moved.weights, plain.weights, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(moved.rates, unit * plain.rates + zero, rtol=1e-6, atol=1e-6)


@given(st.integers(0, 2**32))
def test_a_rate_lies_between_own_and_that_of_all(seed: int) -> None:
    random = np.random.default_rng(seed)
    found = credibility(random.normal(100, 10, (5, 3)), random.uniform(1, 9, (5, 3)))
    low = np.minimum(found.own, found.collective) - 1e-9
    high = np.maximum(found.own, found.collective) + 1e-9
    assert np.all((low <= found.rates) & (found.rates <= high))
    assert np.all((found.weights >= 0) & (found.weights < 1))


def test_more_heads_are_believed_more() -> None:
    rates = np.array([[8.0, 12.0], [18.0, 20.0]])
    few = credibility(rates, [[1.0], [5.0]])
    assert few.weights[1] > few.weights[0]
    equal = credibility(rates, [[1.0], [1.0]])
    assert equal.weights[0] == equal.weights[1]


@pytest.mark.parametrize(
    ("rates", "heads", "told"),
    [
        ([[1.0], [2.0]], [[1.0], [1.0]], "two or more"),
        ([[1.0, 2.0]], [[1.0, 1.0]], "two or more"),
        ([[1.0, 2.0], [3.0, 4.0]], [[1.0, 0.0], [1.0, 1.0]], "above 0"),
        ([[1.0, float("nan")], [3.0, 4.0]], [[1.0, 1.0], [1.0, 1.0]], "finite"),
    ],
)
def test_what_tells_nothing_is_refused(rates: object, heads: object, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        credibility(rates, heads)  # type: ignore[arg-type]
