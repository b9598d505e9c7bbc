"""A region that has every volume there is, and what it means that two results are the same."""

from __future__ import annotations

from typing import Any

import xarray as xr
from scarcity import crowded

import jeugdsim as js

SEED = 2027


def everything() -> js.Scenario:
    """Return a scenario with places, lines, ages, uncertain numbers and retentions per child."""
    limited = crowded(entry_ages={10: 0.5, 17: 0.5}, extended_care={"wonen": (0.5, 21.0)})
    return limited.with_changes(
        {
            "contracts.alles.child_retentions": [10_000.0],
            "care_forms.wonen.tariff": {"mean": 100.0, "cv": 0.1},
            "world.inflow_growth_per_year": {"p10": 0.0, "p50": 0.02, "p90": 0.05},
        }
    )


def volumes(draws: int = 60, scenario: js.Scenario | None = None, **how: Any) -> xr.Dataset:
    """Simulate it, as a test wants it."""
    return js.simulate(scenario or everything(), draws=draws, seed=SEED, progress=False, **how)


def same_bits(found: xr.Dataset, wanted: xr.Dataset) -> None:
    """Check that two results hold the same names in order, types, sizes, bits and attributes."""
    assert list(found.variables) == list(wanted.variables)
    assert set(found.coords) == set(wanted.coords)
    assert found.attrs == wanted.attrs
    for name in wanted.variables:
        ours, theirs = found[name], wanted[name]
        assert (ours.dims, ours.dtype, ours.shape) == (theirs.dims, theirs.dtype, theirs.shape), name
        assert ours.to_numpy().tobytes() == theirs.to_numpy().tobytes(), name
