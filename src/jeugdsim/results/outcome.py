"""What a run gives back: every result of a scenario, and its reference on the same draws."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.allocation.billing import allocate
from jeugdsim.funding.reference import reference_means
from jeugdsim.outcomes import summary as blocks
from jeugdsim.outcomes.drivers import drivers
from jeugdsim.outcomes.key_summary import keys_block
from jeugdsim.outcomes.telling import EXACT
from jeugdsim.outcomes.uncertain_inputs import Uncertain, uncertain_inputs
from jeugdsim.results.content import DrawCounts, warnings_of
from jeugdsim.results.reported import content_of, provenance_block, reported
from jeugdsim.results.sharper_report import sharper_report
from jeugdsim.results.told import Told, per_draw, spread_of
from jeugdsim.scenario.model import Scenario

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class Reference:
    """The yardstick of savings: the same world, every contract P x Q, no levers, responses off."""

    scenario: Scenario
    volumes: xr.Dataset
    accounts: xr.Dataset

    def __repr__(self) -> str:
        return f"Reference({self.scenario!r}, draws={self.volumes.sizes['draw']})"

    @cached_property
    def bills(self) -> xr.Dataset:
        """The reference's contributions: every municipality pays its own use."""
        return allocate(self.accounts, self.scenario)


@dataclass(frozen=True, repr=False)
class Outcome(Told):
    """Everything a run gives.

    Attributes
    ----------
    scenario : Scenario
        What was assumed.
    volumes, accounts, bills : xarray.Dataset
        Quantities, payments, and contributions under the key in use.
    reference : Reference
        The reference's scenario, volumes and accounts, on the same draws.
    overruns, savings : xarray.Dataset
        Overrun per municipality and segment; the region's savings in their parts.
    precision_reached : pandas.DataFrame or None
        Of a run that found its own number of draws: a row per number asked for, with its path
        ``number``, its ``value``, the standard errors ``wanted`` and found (``standard_error``),
        the ``draws`` and whether that is ``enough``.
    """

    scenario: Scenario
    volumes: xr.Dataset
    accounts: xr.Dataset
    bills: xr.Dataset
    reference: Reference
    overruns: xr.Dataset
    savings: xr.Dataset
    precision_reached: pd.DataFrame | None = None

    def __repr__(self) -> str:
        return f"Outcome({self.scenario!r}, draws={self.volumes.sizes['draw']})"

    def drivers(self) -> xr.Dataset:
        """Return what drives the overrun, in parts that add up to it.

        Returns
        -------
        xarray.Dataset
            On (draw, year, municipality, segment), nominal euros: ``budgeting`` (expected reference
            cost - budget), ``price``, ``clients``, ``days_per_client``, ``units_per_day`` (from the
            expected reference cost to own use), ``contract`` (contribution - own use),
            ``lever_cost``, and ``fixed_cost`` where the scenario has one.
        """
        return self._drivers

    @cached_property
    def _drivers(self) -> xr.Dataset:
        means = reference_means(self.scenario, self.reference.volumes)
        return drivers(self.volumes, self.accounts, self.bills, self.scenario, means)

    def sharper_means(self) -> pd.DataFrame:
        """Return every reported mean with the luck of shocks and indices taken out of it.

        What shocks, indices and tariff resets did by luck in these draws is known, as their means are.
        A regression on it tells what it did to a result, and that is taken off (a control variate).
        No draw is simulated for it, and no chance or percentile changes.

        Returns
        -------
        pandas.DataFrame
            A row per mean that varies: ``number``, its path in the summary; ``mean`` as reported, and
            ``sharper_mean``, euros (children, days) as the number is; ``standard_error`` and
            ``sharper_standard_error`` of them, counted in one way: from block means when there are at
            least 20 blocks of 250 draws, else from what the Latin hypercube leaves (so below the
            summary's, which counts all); ``factor``, how many times as many draws the plain mean
            needs for the same error.

        Raises
        ------
        ValueError
            When there are fewer than 100 draws, or than twice the numbers drawn in each.

        Examples
        --------
        >>> import jeugdsim as js
        >>> scenario = js.load_scenario("scenarios/haaglanden-2027-pxq")
        >>> outcome = js.run(scenario, draws=4, seed=2027, progress=False)
        >>> outcome.sharper_means()  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ValueError: 4 draws are too few to tell luck apart: at least ... are needed
        """
        return sharper_report(self, self._uncertain)

    def to_dict(self) -> dict[str, Any]:
        """Return the content of ``summary.json``: every outcome per year and in total."""
        return self._content

    @cached_property
    def _uncertain(self) -> Uncertain:
        return uncertain_inputs(self.scenario, self.volumes)

    def _spread_of(self, of: str) -> npt.NDArray[np.float64]:
        return spread_of(self.bills, self.overruns, of)

    def _inputs_drawn(self) -> Uncertain:
        return self._uncertain

    def _overrun_per_draw(self) -> npt.NDArray[np.float64]:
        return per_draw(self.overruns["overrun"])

    def _segments(self) -> dict[str, Any]:
        return blocks.segments_block(self.bills)

    @cached_property
    def _content(self) -> dict[str, Any]:
        scenario = self.scenario
        counts = DrawCounts.of(self.volumes)
        return content_of(
            scenario,
            {"seed": int(self.volumes.attrs["seed"]), "draws": counts.draws},
            reported(self, EXACT),
            keys=keys_block(self.accounts, scenario),
            provenance=provenance_block(
                scenario, self._uncertain, self._spread_of("cost"), self._spread_of("overrun")
            ),
            warnings=warnings_of(scenario, counts, self.accounts),
        )
