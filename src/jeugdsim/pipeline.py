"""The whole line in one place: scenario -> volumes -> accounts -> bills -> outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim import __version__
from jeugdsim.allocation.billing import allocate, contributions
from jeugdsim.allocation.shares import NotComputableError
from jeugdsim.checkup import budget_remarks
from jeugdsim.engine.effects import quantity_effects
from jeugdsim.engine.expected import expected
from jeugdsim.engine.fingerprint import quantities_hash
from jeugdsim.engine.simulation import simulate
from jeugdsim.funding.reference import first_year_reference_cost
from jeugdsim.funding.settlement import settle
from jeugdsim.outcomes import summary as blocks
from jeugdsim.outcomes.comparison import comparison_block
from jeugdsim.outcomes.drivers import drivers
from jeugdsim.outcomes.overruns import overrun
from jeugdsim.outcomes.provenance_report import COLUMNS, SHARE_COLUMNS, provenance_rows, spread_block
from jeugdsim.outcomes.runs import check_paired
from jeugdsim.outcomes.savings_parts import savings
from jeugdsim.outcomes.uncertain_inputs import Uncertain, uncertain_inputs
from jeugdsim.report.answer import printed_answer
from jeugdsim.report.compare_answer import printed_comparison
from jeugdsim.report.compare_table import comparison_table
from jeugdsim.report.figures import all_pictures, save_figure
from jeugdsim.report.files import tidy_tables, write_csv, write_json
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.provenance import kind_counts, provenance

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

    def drivers(self) -> xr.Dataset:
        """Return what drives the overrun, in seven parts that add up to it.

        Returns
        -------
        xarray.Dataset
            On (draw, year, municipality, segment), nominal euros: ``budgeting`` (expected reference
            cost - budget), ``price``, ``clients``, ``days_per_client``, ``units_per_day`` (from the
            expected reference cost to own use), ``contract`` (contribution - own use) and
            ``lever_cost``.
        """
        return self._drivers

    @cached_property
    def _drivers(self) -> xr.Dataset:
        means = expected(self.scenario.reference())
        return drivers(self.volumes, self.accounts, self.bills, self.scenario, means)

    def to_dict(self) -> dict[str, Any]:
        """Return the content of ``summary.json``: every outcome per year and in total."""
        return self._summary

    def summary(self) -> pd.DataFrame:
        """Return the region's outcomes as a tidy table, one row per quantity and year."""
        import pandas as pd

        header, rows = tidy_tables(self._summary)["region.csv"]
        return pd.DataFrame(rows, columns=header)

    def provenance(self, of: Literal["cost", "overrun"] = "cost") -> pd.DataFrame:
        """Return every input with its papers and its share in the spread of the answer.

        Parameters
        ----------
        of : {"cost", "overrun"}
            Whose spread: the region's cost over all years (contribution and lever cost), or its
            overrun in the last year.

        Returns
        -------
        pandas.DataFrame
            A row per input: ``path``, ``value`` as written, ``kind`` ("measured", "derived" or
            "assumption"), ``source`` and its ``title``; ``drawn`` "once" per draw, "yearly" or
            "never"; ``share`` of the variance, a fraction, and its ``standard_error``; ``group``, the
            inputs of its kind, with ``group_share`` and ``group_standard_error``. A share within two
            standard errors of zero can't be told from zero, and may be a little below it. What the
            shares leave is chance, and what no straight line follows. An input that is never drawn
            has no spread, so no share; it may still be wrong. Shares are NaN where the draws are too
            few to tell them (below 100, or below twice the numbers drawn), and for correlated inputs,
            which are told as a group only.

        Examples
        --------
        >>> import jeugdsim as js
        >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
        >>> outcome = js.run(scenario, draws=4, seed=2027, progress=False)
        >>> inputs = outcome.provenance().set_index("path")
        >>> inputs.loc["world.stay_growth_per_year", ["kind", "source", "drawn"]].tolist()
        ['assumption', 'G01', 'once']
        """
        import pandas as pd

        table = pd.DataFrame(self._provenance_rows(of), columns=list(COLUMNS))
        return table.astype(dict.fromkeys(SHARE_COLUMNS, float))

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

    def write(self, folder: str | Path, language: str = "nl", all_pxq: Outcome | None = None) -> None:
        """Write ``summary.json``, the tidy tables and the pictures to a folder.

        Every file is written beside its place and moved into it, so none is ever half there; the
        pictures are drawn before the first file is written. Pictures without data are left out.

        Parameters
        ----------
        folder : str or Path
            Made where it does not exist.
        language : {"nl", "en"}
            Language of the pictures.
        all_pxq : Outcome, optional
            That of ``scenario.all_pxq()`` on the same draws, to compare risks with.
        """
        place = Path(folder)
        beside = None if all_pxq is None else all_pxq.to_dict()
        overruns = _per_draw(self.overruns["overrun"])
        pictures = all_pictures(self._summary, overruns, all_pxq=beside, language=language)
        write_json(place / "summary.json", self._summary)
        for name, (header, rows) in {
            **tidy_tables(self._summary),
            "segments.csv": blocks.segments_table(self.bills),
            "provenance.csv": (list(COLUMNS), self._provenance_rows("cost")),
        }.items():
            write_csv(place / name, header, rows)
        for name, picture in pictures.items():
            save_figure(place / f"{name}.png", picture)

    @cached_property
    def _uncertain(self) -> Uncertain:
        return uncertain_inputs(self.scenario, self.volumes)

    def _spread_of(self, of: str) -> npt.NDArray[np.float64]:
        """Return the result whose spread is explained, shape (draws,)."""
        if of == "cost":
            cost = self.bills["contribution"] + self.bills["lever_cost"]
            return _per_draw(cost)
        if of == "overrun":
            return _per_draw(self.overruns["overrun"].isel(year=[-1]))
        raise ValueError(f"of={of!r}: choose from cost, overrun")

    def _provenance_rows(self, of: str) -> list[list[str | int | float | None]]:
        return provenance_rows(provenance(self.scenario), self._uncertain, self._spread_of(of))

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
                "drivers": blocks.drivers_block(self.drivers()),
            },
            "contracts": blocks.contracts_block(self.accounts, scenario),
            "municipalities": blocks.municipalities_block(self.bills, self.overruns, self.drivers()),
            "allocation": _allocation_block(self.accounts, scenario),
            "reference": {"region": {"payment": blocks.per_year(reference_payment)}},
            "key": scenario.settings.allocation.used,
            "provenance": {
                **kind_counts(scenario),
                **spread_block(self._uncertain, self._spread_of("cost")),
                "overrun_last_year": spread_block(self._uncertain, self._spread_of("overrun")),
            },
            "absent": list(scenario.absent_sections),
            "accounts": {str(year): euros for year, euros in scenario.accounts_so_far.items()},
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
    draws : int
        Number of draws, 1 or more.
    seed : int
        Seed, 0 or more.
    threads : int, optional
        Threads; by default the processors this process may use.
    progress : bool
        Whether to show a progress bar on stderr.
    reference : Reference, optional
        That of another outcome. With the same seed and draws, and the same demand and growth, its
        volumes are not simulated again; otherwise it is left aside.

    Returns
    -------
    Outcome

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> outcome = js.run(scenario, draws=4, seed=2027, progress=False)
    >>> outcome.bills.contribution.dims
    ('draw', 'year', 'municipality', 'segment')
    """
    volumes = simulate(scenario, draws=draws, seed=seed, threads=threads, progress=progress)
    accounts = settle(volumes, scenario)
    bills = allocate(accounts, scenario)
    reference = _known_reference(reference, scenario, volumes) or _make_reference(
        scenario, volumes, threads, progress
    )
    return Outcome(
        scenario=scenario,
        volumes=volumes,
        accounts=accounts,
        bills=bills,
        reference=reference,
        overruns=overrun(bills, scenario),
        savings=savings(accounts, reference.accounts, scenario),
    )


@dataclass(frozen=True, repr=False)
class Comparison:
    """What scenarios change against the first, on the same draws; made by ``compare``.

    Attributes
    ----------
    outcomes : mapping of str to Outcome
        The runs by name, the baseline first.
    """

    outcomes: Mapping[str, Outcome]

    def __repr__(self) -> str:
        return f"Comparison({', '.join(map(repr, self.outcomes))})"

    def to_dict(self) -> dict[str, Any]:
        """Return the content of ``compare.json``: every difference per year and in total."""
        return self._content

    def summary(self) -> pd.DataFrame:
        """Return all differences as a tidy table, one row per quantity and period."""
        import pandas as pd

        header, rows = comparison_table(self._content)
        return pd.DataFrame(rows, columns=header)

    def answer(self, language: str = "nl", width: int = 100) -> str:
        """Return what changes on one terminal screen.

        Parameters
        ----------
        language : {"nl", "en"}
            Language of the answer.
        width : int
            Columns of the terminal.
        """
        return printed_comparison(self._content, language=language, width=width)

    def write(self, folder: str | Path) -> None:
        """Write ``compare.json`` and the tidy table ``compare.csv`` to a folder."""
        place = Path(folder)
        write_json(place / "compare.json", self._content)
        write_csv(place / "compare.csv", *comparison_table(self._content))

    @cached_property
    def _content(self) -> dict[str, Any]:
        (first, baseline), *others = self.outcomes.items()
        content = {
            "baseline": first,
            "scenarios": {
                name: {
                    "scenario": outcome.scenario.name,
                    "hash": outcome.scenario.hash,
                    "responses": _active_responses(outcome.scenario),
                }
                for name, outcome in self.outcomes.items()
            },
            "version": __version__,
            "seed": int(baseline.volumes.attrs["seed"]),
            "draws": int(baseline.volumes.sizes["draw"]),
            "years": list(baseline.scenario.calendar_years),
            "compared": {name: comparison_block(baseline, outcome) for name, outcome in others},
        }
        return dict(blocks.without_nan(content))


def _active_responses(scenario: Scenario) -> dict[str, str]:
    """Return the funding responses that act on care, with the kind of their source."""
    kinds = {number.path: number.kind for number in provenance(scenario)}
    paths = (effect.path for effect in quantity_effects(scenario))
    return {
        path: kinds.get(path, "assumption") for path in paths if path.startswith("funding_response.")
    }


def compare(outcomes: Mapping[str, Outcome]) -> Comparison:
    """Compare outcomes with the first of them, draw by draw.

    The same seed gives the same children in every scenario, so a difference is far more precise than
    either outcome; it has its own distribution and standard error.

    Parameters
    ----------
    outcomes : mapping of str to Outcome
        Two or more, by the names they get; the first is the baseline. Same seed, draws, years and
        municipalities; all else may differ.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        When they can't be compared draw by draw, telling what differs.

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> task_based = js.run(scenario, draws=4, seed=2027, progress=False)
    >>> pxq = js.run(
    ...     scenario.all_pxq(), draws=4, seed=2027, progress=False, reference=task_based.reference
    ... )
    >>> comparison = js.compare({"P x Q": pxq, "taakgericht": task_based})
    >>> sorted(comparison.to_dict()["compared"]["taakgericht"])
    ['contracts', 'municipalities', 'region']
    """
    check_paired(outcomes)
    return Comparison(MappingProxyType(dict(outcomes)))


def _make_reference(
    scenario: Scenario, volumes: xr.Dataset, threads: int | None, progress: bool
) -> Reference:
    """Simulate and settle the reference; where nothing acts on quantities its volumes are given."""
    yardstick = scenario.reference()
    if quantity_effects(scenario):
        size, seed = volumes.sizes["draw"], int(volumes.attrs["seed"])
        volumes = simulate(yardstick, draws=size, seed=seed, threads=threads, progress=progress)
    return Reference(yardstick, volumes, settle(volumes, yardstick))


def _known_reference(
    other: Reference | None, scenario: Scenario, volumes: xr.Dataset
) -> Reference | None:
    """Return the reference of another outcome, settled anew where only money differs, if it serves."""
    if other is None or not _same_draws(other.volumes, volumes):
        return None
    if other.scenario.world_hash == scenario.world_hash:
        return other
    yardstick = scenario.reference()
    if other.volumes.attrs["quantities_hash"] != quantities_hash(yardstick):
        return None
    return Reference(yardstick, other.volumes, settle(other.volumes, yardstick))


def _same_draws(volumes: xr.Dataset, others: xr.Dataset) -> bool:
    same_seed = volumes.attrs["seed"] == others.attrs["seed"]
    return bool(same_seed and volumes["draw"].equals(others["draw"]))


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


def _per_draw(values: xr.DataArray) -> npt.NDArray[np.float64]:
    """Return the sum over all but draws."""
    return values.sum([name for name in values.dims if name != "draw"]).to_numpy()


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
