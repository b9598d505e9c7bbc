"""The whole line in one place: scenario -> volumes -> accounts -> bills -> outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import xarray as xr

from jeugdsim.allocation.billing import allocate
from jeugdsim.engine.fingerprint import quantities_hash
from jeugdsim.engine.simulation import simulate
from jeugdsim.funding.settlement import settle
from jeugdsim.outcomes.overruns import overrun
from jeugdsim.outcomes.runs import check_paired
from jeugdsim.outcomes.savings_parts import savings
from jeugdsim.results import Comparison, Outcome, Reference
from jeugdsim.scenario.model import Scenario


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
    reference = _known_reference(reference, scenario, volumes) or _make_reference(
        scenario, volumes, threads, progress
    )
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
    check_paired(outcomes)
    return Comparison(MappingProxyType(dict(outcomes)))


def _make_reference(
    scenario: Scenario, volumes: xr.Dataset, threads: int | None, progress: bool
) -> Reference:
    """Simulate and settle the reference; where nothing acts on quantities its volumes are given."""
    yardstick = scenario.reference()
    if volumes.attrs["quantities_hash"] != quantities_hash(yardstick):
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
