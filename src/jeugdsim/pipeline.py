"""The whole line in one place: scenario -> volumes -> accounts -> bills -> outcomes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeGuard, overload

import xarray as xr

from jeugdsim.allocation.billing import allocate
from jeugdsim.allocation.keys import asks_all_draws
from jeugdsim.engine.fingerprint import quantities_hash
from jeugdsim.engine.first_use import tells_of_compiling
from jeugdsim.engine.longer import with_more_draws
from jeugdsim.engine.memory import bytes_of
from jeugdsim.engine.parts import Crew, crew_of, each_part, progress_bar
from jeugdsim.engine.pieces import NOBODY_WAITS, Recipe, make_recipe, nothing_simulated
from jeugdsim.engine.simulation import check_run, simulate
from jeugdsim.funding.reference import asked_of_reference
from jeugdsim.funding.settlement import settle
from jeugdsim.outcomes.overruns import overrun
from jeugdsim.outcomes.runs import check_paired
from jeugdsim.outcomes.savings_parts import savings
from jeugdsim.results import Comparison, KeptReference, Outcome, Reference, SummarisedOutcome
from jeugdsim.results.stopping import (
    A_LOOK,
    MOST_DRAWS,
    Asked,
    Numbers,
    Precision,
    check_asked,
    fits_doubled,
    together,
    until_precise,
)
from jeugdsim.results.summarised import (
    NeedsAllDrawsError,
    ReferenceSums,
    Summariser,
    why_not_kept,
)
from jeugdsim.scenario.model import Scenario
from jeugdsim.world.parameters import BLOCK_DRAWS

if TYPE_CHECKING:
    from distributed import Client

_PART_BYTES = 50e6
_MOST_BLOCKS = 10


@overload
def run(
    scenario: Scenario,
    *,
    draws: int | Literal["auto"],
    seed: int,
    threads: int | None = None,
    progress: bool = True,
    reference: Reference | KeptReference | None = None,
    keep: Literal["all"] = "all",
    cluster: Client | None = None,
    precision: Precision | None = None,
    most_draws: int | None = None,
) -> Outcome: ...


@overload
def run(
    scenario: Scenario,
    *,
    draws: int | Literal["auto"],
    seed: int,
    threads: int | None = None,
    progress: bool = True,
    reference: Reference | KeptReference | None = None,
    keep: Literal["summary"],
    cluster: Client | None = None,
    precision: Precision | None = None,
    most_draws: int | None = None,
) -> SummarisedOutcome: ...


@overload
def run(
    scenario: Scenario,
    *,
    draws: int | Literal["auto"],
    seed: int,
    threads: int | None = None,
    progress: bool = True,
    reference: Reference | KeptReference | None = None,
    keep: Literal["all", "summary"],
    cluster: Client | None = None,
    precision: Precision | None = None,
    most_draws: int | None = None,
) -> Outcome | SummarisedOutcome: ...


@tells_of_compiling
def run(
    scenario: Scenario,
    *,
    draws: int | Literal["auto"],
    seed: int,
    threads: int | None = None,
    progress: bool = True,
    reference: Reference | KeptReference | None = None,
    keep: Literal["all", "summary"] = "all",
    cluster: Client | None = None,
    precision: Precision | None = None,
    most_draws: int | None = None,
) -> Outcome | SummarisedOutcome:
    """Run the whole line for a scenario, its reference included.

    Parameters
    ----------
    scenario : Scenario
        What is assumed.
    draws : int or "auto"
        Number of draws, 1 or more; or ``"auto"``: 1,000, 2,000, 4,000, ... until the numbers in
        ``precision`` are precise enough. The run is then that of the number it stopped at.
    seed : int
        Seed, 0 or more.
    threads : int, optional
        Threads; by default the processors this process may use. Not with ``cluster``.
    progress : bool
        Whether to show a progress bar on stderr.
    reference : Reference or KeptReference, optional
        That of another outcome. With the same seed and draws, and the same demand and growth, it is
        not simulated again; otherwise it is left aside.
    keep : {"all", "summary"}
        What is kept. ``"summary"`` simulates, settles and bills part by part, so that memory does not
        grow with the draws: means, standard errors and chances are those of all draws, percentiles are
        within 0.2% of the distance from P5 to P95. It can't be settled, billed or compared again, and
        what asks all draws at once is left out.
    cluster : dask.distributed.Client, optional
        Simulate on the workers of this Dask cluster, see ``simulate``.
    precision : mapping of str to float, optional
        With ``draws="auto"``: the Monte Carlo standard error wanted of a number, in its own unit, by
        its dotted path in the summary, as ``{"region.overrun.2032.probability": 0.01}``. What was
        reached stands in the outcome's ``precision_reached``.
    most_draws : int, optional
        With ``draws="auto"``: where it stops in any case, 1,000 or more; by default 64,000. It stops
        before where memory does not hold twice the draws.

    Returns
    -------
    Outcome or SummarisedOutcome

    Raises
    ------
    ValueError
        When an argument is out of range, ``precision`` names no number of the summary, or
        ``keep="summary"`` is asked where bills need all draws at once (``NeedsAllDrawsError``).

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> outcome = js.run(scenario, draws=4, seed=2027, progress=False)
    >>> outcome.bills.contribution.dims
    ('draw', 'year', 'municipality', 'segment')
    """
    if keep not in ("all", "summary"):
        raise ValueError(f"keep={keep!r}: choose from 'all', 'summary'")
    if isinstance(draws, str) or precision is not None or most_draws is not None:
        most = MOST_DRAWS if most_draws is None else most_draws
        check_asked(draws, precision, most)
        assert precision is not None  # checked above
        search = _Search(scenario, seed, threads, progress, reference, cluster)
        return search.until_precise(keep, precision, most)
    if keep == "summary":
        check_run(draws, seed, threads, None)
        run_in_parts = _PartByPart(draws, seed, crew_of(threads, cluster), progress)
        return run_in_parts.summarise(scenario, reference)
    volumes = simulate(
        scenario, draws=draws, seed=seed, threads=threads, progress=progress, cluster=cluster
    )
    known = _known_reference(reference, scenario, volumes)
    if known is None:
        known = _make_reference(scenario, volumes, threads, progress, cluster)
    return _outcome(scenario, volumes, known)


@dataclass(frozen=True)
class _Search:
    """Runs of one scenario with more and more draws."""

    scenario: Scenario
    seed: int
    threads: int | None
    progress: bool
    reference: Reference | KeptReference | None
    cluster: Client | None

    def until_precise(
        self, keep: Literal["all", "summary"], precision: Precision, most_draws: int
    ) -> Outcome | SummarisedOutcome:
        """Return the first run in which the numbers are precise enough."""
        sample = replace(self, progress=False).whole(A_LOOK)
        asked = Asked([*precision], sample, all_draws=keep == "all")

        def whole(draws: int, shorter: Outcome | None) -> tuple[Outcome, Numbers]:
            outcome = self.whole(draws) if shorter is None else self.longer(shorter, draws)
            return outcome, asked.of(outcome)

        def summary(draws: int, _: SummarisedOutcome | None) -> tuple[SummarisedOutcome, Numbers]:
            parts: list[Numbers] = []
            run_in_parts = _PartByPart(draws, self.seed, self.crew, self.progress)
            summarised = run_in_parts.summarise(
                self.scenario, self.reference, lambda part: parts.append(asked.of(part))
            )
            return summarised, together(parts)

        if keep == "all":
            return until_precise(whole, precision, most_draws, fits_doubled)
        return until_precise(summary, precision, most_draws)

    @property
    def crew(self) -> Crew:
        return crew_of(self.threads, self.cluster)

    def whole(self, draws: int) -> Outcome:
        return run(
            self.scenario,
            draws=draws,
            seed=self.seed,
            threads=self.threads,
            progress=self.progress,
            reference=self.reference,
            cluster=self.cluster,
        )

    def longer(self, shorter: Outcome, draws: int) -> Outcome:
        """Return the run of more draws, of which only those are simulated that are not there yet."""
        volumes = self._more_of(shorter.volumes, self.scenario, draws)
        known = _known_reference(self.reference, self.scenario, volumes)
        return _outcome(self.scenario, volumes, known or self._longer(shorter, volumes))

    def _longer(self, shorter: Outcome, volumes: xr.Dataset) -> Reference:
        yardstick, draws = shorter.reference.scenario, volumes.sizes["draw"]
        if shorter.reference.volumes is not shorter.volumes:
            volumes = self._more_of(shorter.reference.volumes, yardstick, draws)
        return Reference(yardstick, volumes, settle(volumes, yardstick))

    def _more_of(self, volumes: xr.Dataset, scenario: Scenario, draws: int) -> xr.Dataset:
        return with_more_draws(
            volumes,
            scenario,
            draws=draws,
            threads=self.threads,
            progress=self.progress,
            cluster=self.cluster,
        )


def _outcome(scenario: Scenario, volumes: xr.Dataset, reference: Reference) -> Outcome:
    """Settle and bill volumes, whole or some draws of them."""
    accounts = settle(volumes, scenario, reference=reference.volumes)
    bills = allocate(accounts, scenario)
    return Outcome(
        scenario=scenario,
        volumes=volumes,
        accounts=accounts,
        bills=bills,
        reference=reference,
        overruns=overrun(bills, scenario),
        savings=savings(accounts, reference.accounts, scenario),
    )


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
    for outcome in outcomes.values():
        if isinstance(outcome, SummarisedOutcome):
            raise ValueError(why_not_kept(outcome.scenario, outcome.draws))
    check_paired(outcomes)
    return Comparison(MappingProxyType(dict(outcomes)))


def _make_reference(
    scenario: Scenario,
    volumes: xr.Dataset,
    threads: int | None,
    progress: bool,
    cluster: Client | None,
) -> Reference:
    """Simulate and settle the reference; where nothing acts on quantities its volumes are given."""
    yardstick = scenario.reference()
    if volumes.attrs["quantities_hash"] != quantities_hash(yardstick):
        size, seed = volumes.sizes["draw"], int(volumes.attrs["seed"])
        volumes = simulate(
            yardstick, draws=size, seed=seed, threads=threads, progress=progress, cluster=cluster
        )
    return Reference(yardstick, volumes, settle(volumes, yardstick))


def _known_reference(
    other: Reference | KeptReference | None, scenario: Scenario, volumes: xr.Dataset
) -> Reference | None:
    """Return the reference of another outcome, settled anew where only money differs, if it serves."""
    if not isinstance(other, Reference) or not _same_draws(other.volumes, volumes):
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


@dataclass(frozen=True)
class _PartByPart:
    """A run that never holds all of its draws."""

    draws: int
    seed: int
    crew: Crew
    progress: bool

    def summarise(
        self,
        scenario: Scenario,
        reference: Reference | KeptReference | None,
        watch: Callable[[Outcome], object] | None = None,
    ) -> SummarisedOutcome:
        """Run a scenario and keep its summary; ``watch`` sees every part of it.

        The reference comes first, for its means; where these are a closed form, and its care is the
        scenario's own, it goes in step.
        """
        _refuse_keys_of_all_draws(scenario)
        yardstick = scenario.reference()
        sums, summary = ReferenceSums(yardstick), Summariser(scenario)
        kept = reference if self._serves(reference, scenario) else None
        own_care = quantities_hash(scenario) == quantities_hash(yardstick)
        if kept is None and (scenario.is_limited or not own_care):
            recipe = make_recipe(yardstick, self.seed)
            there = [*nothing_simulated(recipe), *NOBODY_WAITS]
            for volumes in self._parts(replace(recipe, kept=asked_of_reference(there))):
                sums.take(volumes)
            kept = sums.finished(self.seed)
        for volumes in self._parts(make_recipe(scenario, self.seed)):
            part = sums.take(volumes) if kept is None else kept.of(volumes["draw"])
            outcome = _outcome(scenario, volumes, part)
            summary.take(outcome)
            if watch is not None:
                watch(outcome)
        return summary.finished(self.seed, sums.finished(self.seed) if kept is None else kept)

    def _parts(self, recipe: Recipe) -> Iterator[xr.Dataset]:
        """Give the volumes of a run in parts that take about the same room in every scenario."""
        block = BLOCK_DRAWS * bytes_of(nothing_simulated(recipe))
        part_draws = BLOCK_DRAWS * max(1, min(_MOST_BLOCKS, int(_PART_BYTES // block)))
        with progress_bar(recipe, self.draws, self.progress) as bar:
            draws = range(self.draws)
            yield from each_part(recipe, draws, part_draws, crew=self.crew, on_piece=bar.update)

    def _serves(
        self, other: Reference | KeptReference | None, scenario: Scenario
    ) -> TypeGuard[KeptReference]:
        """Tell whether the reference of another run is this scenario's, on the same draws."""
        if not isinstance(other, KeptReference):
            return False
        same_draws = other.accounts.sizes["draw"] == self.draws
        same_seed = other.accounts.attrs["seed"] == self.seed
        return same_draws and same_seed and other.scenario.world_hash == scenario.world_hash


def _refuse_keys_of_all_draws(scenario: Scenario) -> None:
    """Refuse a scenario that bills by a key that follows from all draws together."""
    allocation = scenario.settings.allocation
    used = [allocation.used] if isinstance(allocation.used, str) else [*allocation.used.values()]
    for key in used:
        if asks_all_draws(allocation, key):
            raise NeedsAllDrawsError(
                f"keep='summary' can't bill by {key!r}, which asks all draws at once: run with "
                "keep='all', or use another key (the ones reported beside it may be of this kind)"
            )
