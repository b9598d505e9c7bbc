"""The whole line in one place: scenario -> volumes -> accounts -> bills -> outcomes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xarray as xr

from jeugdsim import __version__
from jeugdsim.allocation.billing import allocate, contributions
from jeugdsim.allocation.shares import NotComputableError
from jeugdsim.checkup import budget_remarks
from jeugdsim.engine.effects import quantity_effects
from jeugdsim.engine.simulation import simulate
from jeugdsim.funding.reference import first_year_reference_cost
from jeugdsim.funding.settlement import settle
from jeugdsim.outcomes import summary as blocks
from jeugdsim.outcomes.overruns import overrun
from jeugdsim.outcomes.savings_parts import savings
from jeugdsim.report.answer import printed_answer
from jeugdsim.report.figures import fan_chart, save_figure
from jeugdsim.report.files import tidy_tables, write_csv, write_json
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.provenance import kind_counts

if TYPE_CHECKING:
    import pandas as pd

_MOST_CLIPPED = 0.01


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
class Outcome:
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
    """

    scenario: Scenario
    volumes: xr.Dataset
    accounts: xr.Dataset
    bills: xr.Dataset
    reference: Reference
    overruns: xr.Dataset
    savings: xr.Dataset

    def __repr__(self) -> str:
        return f"Outcome({self.scenario!r}, draws={self.volumes.sizes['draw']})"

    def to_dict(self) -> dict[str, Any]:
        """Return the content of ``summary.json``: every outcome per year and in total."""
        return self._summary

    def summary(self) -> pd.DataFrame:
        """Return the region's outcomes as a tidy table, one row per quantity and year."""
        import pandas as pd

        header, rows = tidy_tables(self._summary)["region.csv"]
        return pd.DataFrame(rows, columns=header)

    def answer(self, all_pxq: Outcome | None = None, language: str = "nl", width: int = 100) -> str:
        """Return the answer on one terminal screen.

        Parameters
        ----------
        all_pxq : Outcome, optional
            That of ``scenario.all_pxq()`` on the same draws, to stand beside it.
        language : {"nl", "en"}
            Language of the answer.
        width : int
            Columns of the terminal.
        """
        beside = None if all_pxq is None else all_pxq.to_dict()
        return printed_answer(self._summary, beside, language=language, width=width)

    def write(self, folder: str | Path, language: str = "nl") -> None:
        """Write ``summary.json``, the tidy tables and the fan chart of cost to a folder.

        Every file is written beside its place and moved into it, so none is ever half there.
        """
        place = Path(folder)
        write_json(place / "summary.json", self._summary)
        for name, (header, rows) in {
            **tidy_tables(self._summary),
            "segments.csv": blocks.segments_table(self.bills),
        }.items():
            write_csv(place / name, header, rows)
        save_figure(place / "cost.png", fan_chart(self._summary, language=language))

    @cached_property
    def _summary(self) -> dict[str, Any]:
        scenario = self.scenario
        reference_payment = self.reference.accounts["payment"].sum("contract")
        summary = {
            "scenario": scenario.name,
            "hash": scenario.hash,
            "version": __version__,
            "seed": int(self.volumes.attrs["seed"]),
            "draws": int(self.volumes.sizes["draw"]),
            "years": list(scenario.calendar_years),
            "region": {
                **blocks.region_block(self.accounts, self.bills, self.overruns),
                "savings": blocks.savings_block(self.savings),
            },
            "contracts": blocks.contracts_block(self.accounts, scenario),
            "municipalities": blocks.municipalities_block(self.bills, self.overruns),
            "allocation": _allocation_block(self.accounts, scenario),
            "reference": {"region": {"payment": blocks.per_year(reference_payment)}},
            "key": scenario.settings.allocation.used,
            "provenance": kind_counts(scenario),
            "absent": list(scenario.absent_sections),
            "warnings": _warnings(scenario, self.volumes),
        }
        return dict(blocks.without_nan(summary))


def run(
    scenario: Scenario,
    *,
    draws: int,
    seed: int,
    threads: int | None = None,
    progress: bool = True,
    reference: Reference | None = None,
) -> Outcome:
    """Run the whole line for a scenario, its reference included.

    Parameters
    ----------
    scenario : Scenario
        What is assumed.
    draws, seed, threads, progress
        As for ``simulate``.
    reference : Reference, optional
        That of another outcome with the same world, seed and draws, so that it is not simulated
        again.

    Returns
    -------
    Outcome

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> outcome = js.run(scenario, draws=4, seed=2027, progress=False)
    >>> sorted(outcome.to_dict()["region"])
    ['budget', 'budget_without_target', 'cost', 'overrun', 'payment', 'savings']
    """
    volumes = simulate(scenario, draws=draws, seed=seed, threads=threads, progress=progress)
    accounts = settle(volumes, scenario)
    bills = allocate(accounts, scenario)
    if reference is None or not _serves(reference, scenario, volumes):
        reference = _make_reference(scenario, volumes, threads, progress)
    return Outcome(
        scenario=scenario,
        volumes=volumes,
        accounts=accounts,
        bills=bills,
        reference=reference,
        overruns=overrun(bills, scenario),
        savings=savings(accounts, reference.accounts, scenario),
    )


def _make_reference(
    scenario: Scenario, volumes: xr.Dataset, threads: int | None, progress: bool
) -> Reference:
    """Simulate and settle the reference; where nothing acts on quantities its volumes are given."""
    yardstick = scenario.reference()
    if quantity_effects(scenario):
        size, seed = volumes.sizes["draw"], int(volumes.attrs["seed"])
        volumes = simulate(yardstick, draws=size, seed=seed, threads=threads, progress=progress)
    return Reference(yardstick, volumes, settle(volumes, yardstick))


def _serves(reference: Reference, scenario: Scenario, volumes: xr.Dataset) -> bool:
    """Tell whether another outcome's reference is that of this scenario and these draws."""
    theirs = reference.accounts
    return (
        reference.scenario.world_hash == scenario.world_hash
        and theirs.attrs["seed"] == volumes.attrs["seed"]
        and theirs.sizes["draw"] == volumes.sizes["draw"]
    )


def _allocation_block(accounts: xr.Dataset, scenario: Scenario) -> dict[str, Any]:
    """Summarise contributions per municipality under every key that is named."""
    cost = first_year_reference_cost(scenario)
    block: dict[str, Any] = {}
    for key in _named_keys(scenario):
        try:
            shared = contributions(accounts, scenario, cost, key).sum(axis=3)
        except NotComputableError as reason:
            block[key] = {"not_computable": str(reason)}
            continue
        bills = xr.DataArray(
            shared,
            dims=("draw", "year", "municipality"),
            coords={name: accounts[name] for name in ("draw", "year", "municipality")},
        )
        block[key] = {
            name: blocks.per_year(bills.sel(municipality=name)) for name in scenario.municipality_names
        }
    return block


def _named_keys(scenario: Scenario) -> list[str]:
    allocation = scenario.settings.allocation
    used: Iterable[str] = [allocation.used] if isinstance(allocation.used, str) else []
    return list(dict.fromkeys([*allocation.keys, *used]))


def _warnings(scenario: Scenario, volumes: xr.Dataset) -> list[str]:
    """Return what a reader of the answer should know about the scenario and the draws."""
    warnings = [*sorted({finding.message for finding in scenario.warnings}), *budget_remarks(scenario)]
    draws = volumes.sizes["draw"]
    clipped = volumes["parameter_clipped"].sum("draw").values
    for path, count in zip(volumes["parameter"].values, clipped, strict=True):
        if count > _MOST_CLIPPED * draws:
            warnings.append(
                f"{path}: {count} of {draws} draws fell outside the allowed range and were clipped"
            )
    scaled = int(volumes["moves_scaled"].sum())
    if scaled:
        warnings.append(
            f"moves from a care form added up to more than 1 in {scaled} of {draws} draws and "
            "were scaled to 1"
        )
    return warnings
