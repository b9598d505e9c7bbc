"""Simulate: scenario in, labelled volumes out; the same bits however, and wherever, it is done."""

from __future__ import annotations

from collections.abc import Collection
from os import PathLike
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from jeugdsim.engine.first_use import tells_of_compiling
from jeugdsim.engine.memory import bytes_of, bytes_under_way, longest_of, refuse_beyond_memory
from jeugdsim.engine.parts import Crew, crew_of, piece_draws, pieces_of, simulate_range
from jeugdsim.engine.pieces import Recipe, make_recipe, nothing_simulated
from jeugdsim.engine.threads import Threads
from jeugdsim.scenario.model import Scenario

if TYPE_CHECKING:
    from distributed import Client


@tells_of_compiling
def simulate(
    scenario: Scenario,
    *,
    draws: int,
    seed: int,
    threads: int | None = None,
    chunk_draws: int | None = None,
    progress: bool = True,
    cluster: Client | None = None,
    store: str | PathLike[str] | None = None,
    resume: bool = False,
    variables: Collection[str] | None = None,
) -> xr.Dataset:
    """Simulate children, days and units of care; no money yet.

    Parameters
    ----------
    scenario : Scenario
        What is assumed.
    draws : int
        Number of draws, 1 or more. The first draws of a longer run are the shorter run.
    seed : int
        Seed, 0 or more. The same seed gives the same bits, whatever the threads, pieces and workers.
    threads : int, optional
        Threads of this machine; by default the processors this process may use. Not with ``cluster``.
    chunk_draws : int, optional
        Draws per piece of work; by default at most 125, on a cluster or with a store at most 250.
    progress : bool
        Whether to show a progress bar on stderr.
    cluster : dask.distributed.Client, optional
        Simulate on the workers of this Dask cluster, which must run the same code and libraries.
    store : path, optional
        Write the volumes there as they come, in zarr format 3, and read them from there when they are
        used: memory does not grow with the draws. ``xarray.open_zarr`` opens it later; its attribute
        ``complete`` is 1 once the run is done.
    resume : bool
        Go on with the unfinished run in ``store``, after whatever stopped it: same bits as without
        the stop. A finished run is opened, and where there is none yet it is begun.
    variables : collection of str, optional
        Names of the volumes to keep; by default all. Index paths and parameters are always kept.

    Returns
    -------
    xarray.Dataset
        On (draw, year, municipality, care_form): ``units``, ``client_days``, ``stays_started``,
        ``stays_ended``, ``clients_in_year``, ``clients_at_year_end``, ``waiting_days``,
        ``clients_waiting_at_year_end`` (the last two by the form waited for, zero without places);
        ``clients_at_start`` (draw, municipality, care_form), counted on the day before the start;
        ``youth_in_year`` (draw, year, municipality), distinct children divided by
        ``trajectories_per_youth``; ``index_provisional``, ``index_definitive`` (draw, year), and
        ``income_index`` where the world has one: what municipalities receive, 1 in price_year;
        ``parameters`` (draw, parameter), ``parameter_clipped`` (draw, parameter) where a value fell
        outside its range, ``moves_scaled`` (draw) where moves added up to more than 1. For one
        table in pandas: ``volumes.drop_dims("parameter").to_dataframe()``.

        Where care forms have places also ``admissions`` (at once or after waiting),
        ``admission_wait_days`` (days waited by those admitted), ``admissions_in_time`` (within
        ``admitted_within_days``; without a norm at once), ``blocked_days`` (by the form in which the
        child stays), ``reneged`` and ``escalated`` (by the form waited for); and on (draw, year,
        care_form) ``places`` (NaN where there is no limit) and ``wait_p90_days`` (P90 over those
        admitted, numpy's ``linear``; NaN without any). Where children have ages
        ``clients_18_and_over_at_year_end`` and ``left_at_age_limit``. Where contracts have
        ``child_retentions``, on (draw, year, municipality, contract, retention): ``child_excess``
        (euros of price_year that children's yearly cost lies above it) and ``children_above``; and
        ``child_retentions`` (contract, retention), NaN where a contract has fewer.

    Raises
    ------
    ValueError
        When an argument is out of range or does not go with another, the scenario has no such volume,
        there is not enough memory, or the store holds something else.
    ScenarioError
        When a draw has more children in a municipality than can be counted (5 million).
    ModuleNotFoundError
        When ``cluster`` or ``store`` needs a library that is not installed.

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> volumes = js.simulate(scenario, draws=2, seed=2027, progress=False)
    >>> dict(volumes.units.sizes)
    {'draw': 2, 'year': 6, 'municipality': 9, 'care_form': 14}
    """
    check_run(draws, seed, threads, chunk_draws)
    if resume and store is None:
        raise ValueError("resume=True goes on with what is in a store: name it too, store=PATH")
    crew = crew_of(threads, cluster)
    recipe = make_recipe(scenario, seed, variables)
    if store is not None:
        from jeugdsim.engine.store import simulate_into

        size = piece_draws(draws, crew, chunk_draws, far=True)
        refuse_beyond_memory(recipe, draws, 0, _under_way(recipe, crew, size))
        return simulate_into(
            store, recipe, draws, crew=crew, size=size, resume=resume, progress=progress
        )
    besides = _under_way(recipe, crew, longest_of(pieces_of(range(draws), crew, chunk_draws)))
    refuse_beyond_memory(recipe, draws, bytes_of(nothing_simulated(recipe)), besides)
    return simulate_range(recipe, range(draws), crew=crew, chunk_draws=chunk_draws, progress=progress)


def check_run(draws: int, seed: int, threads: int | None, chunk_draws: int | None) -> None:
    """Refuse numbers that are out of range.

    Parameters
    ----------
    draws, seed, threads, chunk_draws
        As ``simulate`` takes them.

    Raises
    ------
    ValueError
        Naming the argument, and what it may be.
    """
    asked = {"draws": (draws, 1), "seed": (seed, 0)}
    chosen = {"threads": (threads, 1), "chunk_draws": (chunk_draws, 1)}
    given = {name: limit for name, limit in chosen.items() if limit[0] is not None}
    for name, (value, least) in {**asked, **given}.items():
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
            raise ValueError(f"{name} must be a whole number of {least} or more, not {value!r}")
    if draws >= 2**32:
        raise ValueError(f"draws must be below 2^32, not {draws}")


def _under_way(recipe: Recipe, crew: Crew, size: int) -> int:
    """Return the bytes held of pieces of ``size`` draws."""
    if isinstance(crew, Threads):
        return bytes_under_way(recipe, crew, size)
    return 2 * crew.number * size * bytes_of(nothing_simulated(recipe))
