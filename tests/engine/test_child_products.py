"""Products of what children bring, year by year, against variances of sums by another recursion.

Where children are Poisson, a covariance is (variance of the sum - both variances) / 2.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from regions import care_form, region
from thorny import thorny

from jeugdsim.engine.child_products import Worth, child_products
from jeugdsim.engine.expected import flows_of, moment_at_the_mean
from jeugdsim.engine.network import make_network
from jeugdsim.engine.variances import weighted_variance
from jeugdsim.scenario import Scenario

Array = npt.NDArray[np.float64]


def of_units(scenario: Scenario, price: Array) -> tuple[Array, Array]:
    """Return products of priced units, and the same by polarisation."""
    network = make_network(scenario)
    moment = moment_at_the_mean(network)
    arrivals = flows_of(network, moment).arrivals
    nothing = np.zeros((1, *price.shape))
    products = child_products(network, moment, arrivals, Worth(price[None], nothing, nothing))
    years = network.years
    single = np.zeros((years, years, *price.shape))
    single[np.arange(years), np.arange(years)] = price
    pairs = (single[:, None] + single[None, :]).reshape(-1, *single.shape[1:])
    squares = weighted_variance(network, moment, arrivals, pairs).sum(axis=1).reshape(years, years)
    own = np.diag(squares) / 4  # the sum of a year with itself is twice that year
    expected = (squares - own[:, None] - own[None, :]) / 2
    return products, expected


@pytest.mark.parametrize("some", [False, True], ids=["all forms", "some forms and one town"])
def test_products_are_covariances_where_children_are_poisson(some: bool) -> None:
    """Cycles, every family, levers day by day and on the days left, a season, trajectories."""
    scenario = thorny()
    shape = len(scenario.municipality_names), len(scenario.care_form_names)
    price = np.random.default_rng(3).uniform(1.0, 200.0, shape)
    if some:
        price[1:] = 0.0
        price[0, ::2] = 0.0
    products, expected = of_units(scenario, price)
    size = np.sqrt(np.diag(expected))
    np.testing.assert_allclose(
        products / np.outer(size, size), expected / np.outer(size, size), atol=1e-10
    )


def test_a_child_known_to_be_there_counts_as_one_expected() -> None:
    """Squares do not ask how the number of children came about."""
    stock = dict.fromkeys(thorny().care_form_names, 4)
    price = np.full((len(thorny().municipality_names), len(stock)), 100.0)
    known, expected = (of_units(thorny(stock=stock, known=k), price)[0] for k in (True, False))
    np.testing.assert_array_equal(known, expected)


def test_what_starts_and_ends_of_stays_count_for_is_their_number() -> None:
    """Ten-day stays of 365 children a year, one a day: squares are the numbers of starts and ends."""
    network = make_network(region([care_form("kort")], inflow=365.0, stock=0.0, years=2))
    moment = moment_at_the_mean(network)
    arrivals = flows_of(network, moment).arrivals
    nothing, one, two = (np.full((1, 1), value) for value in (0.0, 1.0, 2.0))
    worth = Worth(np.stack([nothing] * 2), np.stack([one, nothing]), np.stack([nothing, two]))
    products = child_products(network, moment, arrivals, worth)
    # Lines: starts and ends of the first year, of the second. Of 365 starts 355 end the same year.
    expected = [
        [365, 2 * 355, 0, 2 * 10],
        [2 * 355, 4 * 355, 0, 0],
        [0, 0, 365, 2 * 355],
        [2 * 10, 0, 2 * 355, 4 * 365],
    ]
    np.testing.assert_allclose(products, expected, atol=1e-9)
