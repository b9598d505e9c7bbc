"""What a run gives back that keeps only its summary: the same answer, tables and pictures, no draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.engine.memory import memory_needed
from jeugdsim.funding.reference import mean_volumes, summed_volumes
from jeugdsim.funding.settlement import settle
from jeugdsim.outcomes import summary as blocks
from jeugdsim.outcomes.accumulated import Accumulated, Recorder
from jeugdsim.outcomes.key_judgement import named_keys
from jeugdsim.outcomes.uncertain_inputs import Uncertain, uncertain_inputs
from jeugdsim.results.content import DrawCounts, warnings_of
from jeugdsim.results.outcome import Outcome, Reference
from jeugdsim.results.reported import content_of, provenance_block, reported
from jeugdsim.results.told import SPREADS, Told, per_draw, spread_of
from jeugdsim.scenario.model import Scenario
from jeugdsim.world.parameters import BLOCK_DRAWS

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
Block = dict[str, Any]
PROVENANCE_DRAWS = 10_000
_GONE = (
    "volumes",
    "accounts",
    "bills",
    "overruns",
    "savings",
    "drivers",
    "sharper_means",
    "dims",
    "sizes",
)
_KEYS_NOT_KEPT = (
    "keys are judged on all draws at once, and this run kept only its summary: run with keep='all', "
    "fewer draws serve"
)


@dataclass(frozen=True, repr=False)
class KeptReference:
    """What is kept of a reference whose draws are not: its means, and what it pays in every draw.

    Attributes
    ----------
    scenario : Scenario
        The reference.
    means : xarray.Dataset
        Its volumes' means over draws, from ``mean_volumes``.
    accounts : xarray.Dataset
        ``care_value`` and ``payment`` (draw, year, contract), all contracts together as one.
    """

    scenario: Scenario
    means: xr.Dataset
    accounts: xr.Dataset

    def __repr__(self) -> str:
        return f"KeptReference({self.scenario!r}, draws={self.accounts.sizes['draw']})"

    def of(self, draws: xr.DataArray) -> Reference:
        """Return the reference on some of the draws: means in place of volumes."""
        return Reference(self.scenario, self.means, self.accounts.sel(draw=draws))


class ReferenceSums:
    """Adds up what is kept of a reference, part after part in order, block by block.

    Parameters
    ----------
    scenario : Scenario
        The reference.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._sums: xr.Dataset | None = None
        self._paid: list[xr.Dataset] = []

    def take(self, volumes: xr.Dataset) -> Reference:
        """Add the next draws, and return the reference on these."""
        for first in range(0, volumes.sizes["draw"], BLOCK_DRAWS):
            sums = summed_volumes(volumes.isel(draw=slice(first, first + BLOCK_DRAWS)))
            self._sums = sums if self._sums is None else self._sums + sums
        accounts = settle(volumes, self._scenario)
        paid = accounts[["care_value", "payment"]].sum("contract")
        self._paid.append(paid.expand_dims(contract=["all"]))
        return Reference(self._scenario, volumes, accounts)

    def finished(self, seed: int) -> KeptReference:
        """Return what is kept of all draws taken.

        Parameters
        ----------
        seed : int
            Of the run.
        """
        assert self._sums is not None  # a run has a draw
        accounts = xr.concat(self._paid, "draw").assign_attrs(seed=seed)
        means = mean_volumes(self._sums, self._scenario, seed, accounts.sizes["draw"])
        return KeptReference(self._scenario, means, accounts)


@dataclass(frozen=True, repr=False)
class SummarisedOutcome(Told):
    """The summary of a run whose draws were not kept.

    It can be printed, tabulated and written as an ``Outcome``; it can't be settled, billed or compared
    again.

    Attributes
    ----------
    scenario : Scenario
        What was assumed.
    draws, seed : int
        Of the run.
    reference : KeptReference
        What was kept of the reference: ``run`` takes it for another scenario on the same draws.
    precision_reached : pandas.DataFrame or None
        Of a run that found its own number of draws, as in ``Outcome``.
    """

    scenario: Scenario
    draws: int
    seed: int
    reference: KeptReference
    _content: Block
    _by_segment: Block
    _total_overrun: Array
    _spread: Mapping[str, Array]
    _uncertain: Uncertain
    precision_reached: pd.DataFrame | None = None

    def __repr__(self) -> str:
        return f"SummarisedOutcome({self.scenario!r}, draws={self.draws})"

    def __getattr__(self, name: str) -> NoReturn:
        if name in _GONE:
            raise AttributeError(why_not_kept(self.scenario, self.draws))
        raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}")

    def to_dict(self) -> Block:
        """Return the content of ``summary.json``; ``not_kept`` tells what of it asks all draws."""
        return self._content

    def _segments(self) -> Block:
        return self._by_segment

    def _overrun_per_draw(self) -> Array:
        return self._total_overrun

    def _inputs_drawn(self) -> Uncertain:
        return self._uncertain

    def _spread_of(self, of: str) -> Array:
        if of not in self._spread:
            raise ValueError(f"of={of!r}: choose from {', '.join(self._spread)}")
        return self._spread[of]


def why_not_kept(scenario: Scenario, draws: int) -> str:
    """Return why a run that kept only its summary can't do what asks its draws, and what can."""
    volumes = memory_needed(scenario, draws) / 1e9
    return (
        "this run kept only its summary, so it cannot be settled, billed or compared again: run with "
        f"keep='all' (volumes of {draws:,} draws alone take {volumes:.2g} GB), or write the volumes "
        "with js.simulate(..., store=...) and settle them"
    )


class NeedsAllDrawsError(ValueError):
    """A run that can't be summarised part by part."""


class Summariser:
    """Adds up what a run reports, part after part in order.

    Parameters
    ----------
    scenario : Scenario
        What is assumed.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._children = blocks.costs_of_named_providers(scenario)
        self._added = Accumulated()
        self._told: Block = {}
        self._counts: list[DrawCounts] = []
        self._overrun: list[Array] = []
        self._spread: dict[str, list[Array]] = {of: [] for of in SPREADS}
        self._drawn: list[xr.Dataset] = []
        self._some_accounts: xr.Dataset | None = None

    def take(self, part: Outcome) -> None:
        """Add the next draws."""
        note = Recorder()
        self._told = {
            "run": reported(part, note, children=self._children, all_draws=False),
            "segments": blocks.segments_block(part.bills, note),
        }
        self._added.take(note)
        self._overrun.append(per_draw(part.overruns["overrun"]))
        if sum(map(len, self._spread["cost"])) < PROVENANCE_DRAWS:
            for of, values in self._spread.items():
                values.append(spread_of(part.bills, part.overruns, of))
            self._drawn.append(part.volumes[["parameters"]].copy(deep=True))
        self._counts.append(DrawCounts.of(part.volumes))
        if self._some_accounts is None:
            self._some_accounts = part.accounts.isel(draw=slice(0, 1)).copy(deep=True)

    def finished(self, seed: int, reference: KeptReference) -> SummarisedOutcome:
        """Return the summary of all draws taken.

        Parameters
        ----------
        seed : int
            Of the run.
        reference : KeptReference
            Its reference.
        """
        scenario, accounts = self._scenario, self._some_accounts
        assert accounts is not None  # a run has a draw
        told = self._added.told(self._told)
        counts = self._counts[0]
        for further in self._counts[1:]:
            counts = counts + further
        first = slice(PROVENANCE_DRAWS)
        spread = {of: np.concatenate(values)[first] for of, values in self._spread.items()}
        drawn = xr.concat(self._drawn, "draw", combine_attrs="override").isel(draw=first)
        uncertain = uncertain_inputs(scenario, drawn)
        papers = provenance_block(scenario, uncertain, spread["cost"], spread["overrun"])
        content = content_of(
            scenario,
            {"seed": seed, "draws": counts.draws},
            told["run"],
            keys={},
            provenance={**papers, "told_from_draws": len(spread["cost"])},
            warnings=warnings_of(scenario, counts, accounts),
        )
        judges_keys = len(named_keys(scenario.settings.allocation)) > 1
        return SummarisedOutcome(
            scenario=scenario,
            draws=counts.draws,
            seed=seed,
            reference=reference,
            _content={**content, "not_kept": {"keys": _KEYS_NOT_KEPT} if judges_keys else {}},
            _by_segment=told["segments"],
            _total_overrun=np.concatenate(self._overrun),
            _spread=spread,
            _uncertain=uncertain,
        )
