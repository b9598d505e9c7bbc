"""Which runs can stand side by side, draw by draw: same seed, draws, years and municipalities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import xarray as xr

from jeugdsim.scenario.model import Scenario


class Run(Protocol):
    """What a comparison reads of an outcome."""

    @property
    def scenario(self) -> Scenario:
        """What was assumed."""

    @property
    def volumes(self) -> xr.Dataset:
        """Quantities."""

    @property
    def accounts(self) -> xr.Dataset:
        """Payments."""

    @property
    def bills(self) -> xr.Dataset:
        """Contributions, lever costs and budgets."""

    @property
    def overruns(self) -> xr.Dataset:
        """Overruns."""

    @property
    def savings(self) -> xr.Dataset:
        """Savings in their parts."""


def check_paired(runs: Mapping[str, Run]) -> None:
    """Refuse runs that do not stand side by side, draw by draw.

    Other demand, levers, contracts or budgets are what a comparison is for: children are addressed by
    who they are, so the same seed gives the same children wherever the assumptions are the same.

    Raises
    ------
    ValueError
        When there are fewer than two, telling so; when one is not of the draws, years or
        municipalities of the first, telling which and what differs.
    """
    if len(runs) < 2:
        raise ValueError(f"a comparison asks two outcomes or more, not {len(runs)}")
    (first, baseline), *others = runs.items()
    for name, run in others:
        found = [*_other_draws(baseline, run), *other_places(baseline.scenario, run.scenario)]
        if found:
            raise ValueError(
                f"{name!r} can't be compared with {first!r} draw by draw: {'; '.join(found)}"
            )


def other_places(baseline: Scenario, other: Scenario) -> list[str]:
    """Tell in which years or municipalities a scenario differs from the baseline."""
    pairs: dict[str, tuple[tuple[Any, ...], tuple[Any, ...]]] = {
        "years": (baseline.calendar_years, other.calendar_years),
        "municipalities": (baseline.municipality_names, other.municipality_names),
    }
    return [
        f"its {what} are {_listed(theirs)}, not {_listed(ours)}"
        for what, (ours, theirs) in pairs.items()
        if ours != theirs
    ]


def _other_draws(baseline: Run, run: Run) -> list[str]:
    ours, theirs = baseline.volumes, run.volumes
    found = []
    if ours.attrs["seed"] != theirs.attrs["seed"]:
        found.append(f"its seed is {theirs.attrs['seed']}, not {ours.attrs['seed']}")
    if ours.sizes["draw"] != theirs.sizes["draw"]:
        found.append(f"it has {theirs.sizes['draw']} draws, not {ours.sizes['draw']}")
    elif not ours["draw"].equals(theirs["draw"]):
        found.append("its draws have other numbers")
    return found


def _listed(names: Iterable[Any]) -> str:
    return ", ".join(map(str, names))
