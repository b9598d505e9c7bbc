"""Haaglanden without places against its closed forms: every cell of every year, means and variances.

Two scenarios: the policy with everything certain and shocks off (theory's own standard errors), and
the policy with every assumption uncertain (means given the draws). Cells that expect fewer than 25
clients over all draws are pooled by the audit. Under truth a |z| above 5 is seen once in 1.7 million,
so with about 4,400 numbers once in 400 seeds. The spread of z over a year's 726 numbers is held to
0.8-1.2; that of one quantity in one year, 121 cells, to the range a chi-square leaves with chance 1e-5
a side (0.74-1.28), since one in a thousand would alarm for one seed in fifteen.
"""

from __future__ import annotations

import numpy as np
import pytest
from regions import haaglanden_without_places
from scipy import stats
from thorny import certain

import jeugdsim as js

pytestmark = pytest.mark.prove

SHOCKS = ("inflow_shock_region", "inflow_shock_municipality", "stay_shock", "units_shock")


def without_shocks() -> js.Scenario:
    """Return Haaglanden with its policy, room for everybody and no yearly shocks."""
    changes = {f"world.{name}_cv": 0.0 for name in SHOCKS}
    return haaglanden_without_places().with_changes(changes)


def check_spread(scenario: js.Scenario, draws: int, seed: int) -> None:
    """Hold the audit's z to a standard normal, quantity by quantity and year by year."""
    volumes = js.simulate(scenario, draws=draws, seed=seed, progress=False)
    table = js.audit(volumes, scenario)
    assert abs(table.z).max() < 5
    for year, z in table.groupby("year").z:
        assert 0.8 < z.std() < 1.2, f"{year}: spread of z {z.std():.2f}"
    for (quantity, year), z in table.groupby(["quantity", "year"]).z:
        low, high = np.sqrt(stats.chi2.ppf([1e-5, 1 - 1e-5], len(z) - 1) / (len(z) - 1))
        assert low < z.std() < high, f"{quantity} {year}: spread of z {z.std():.2f}"
        assert abs(z.mean()) < 5 / np.sqrt(len(z)), f"{quantity} {year}: mean of z {z.mean():.2f}"
    print(f"\n{draws} draws, seed {seed}:")
    print(table.groupby("quantity").z.agg(["count", "std", "min", "max"]).round(2).to_string())


def test_everything_certain() -> None:
    check_spread(certain(without_shocks()), draws=2_000, seed=31)


def test_everything_uncertain_given_the_draws() -> None:
    check_spread(without_shocks(), draws=300, seed=32)


def test_variances_of_everything_certain() -> None:
    """The variance over draws of every quantity and cell; errors from the fourth moment."""
    scenario = certain(without_shocks())
    volumes = js.simulate(scenario, draws=2_000, seed=33, progress=False)
    theory = js.expected(scenario)
    for name in ("units", "client_days", "stays_started", "stays_ended", "clients_in_year"):
        values = volumes[name].to_numpy().astype(float)
        often = theory[name].to_numpy() * len(values) >= 2_500
        values = values[:, often]
        expected = theory[f"{name}_variance"].to_numpy()[often]
        seen = values.var(axis=0, ddof=1)
        fourth = ((values - values.mean(axis=0)) ** 4).mean(axis=0)
        z = (seen - expected) / np.sqrt((fourth - seen**2) / len(values))
        print(f"\n{name}: {len(z)} variances, spread of z {z.std():.2f}, largest {abs(z).max():.2f}")
        assert 0.8 < z.std() < 1.2
        assert abs(z).max() < 5.5  # the error itself is estimated, so tails are a little heavier
