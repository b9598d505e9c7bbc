"""Simulate: scenario in, labelled volumes out; threads over chunks of draws, same bits however cut."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr
from tqdm.auto import tqdm

from jeugdsim.engine.chunk import simulate_chunk
from jeugdsim.engine.countable import refuse_uncountable
from jeugdsim.engine.drawn import Shocks, draw_shocks, make_drawn, moves_scaled, units_factor
from jeugdsim.engine.plan import Plan, make_plan, make_tables
from jeugdsim.engine.tables import Tables, make_out
from jeugdsim.engine.volumes import counts_of, labelled
from jeugdsim.scenario.model import Scenario
from jeugdsim.world.index import draw_index_paths
from jeugdsim.world.parameters import Parameters, draw_parameters

Counts = dict[str, npt.NDArray[Any]]
_MOST_CHUNK_DRAWS = 50


def simulate(
    scenario: Scenario,
    *,
    draws: int,
    seed: int,
    threads: int | None = None,
    chunk_draws: int | None = None,
    progress: bool = True,
) -> xr.Dataset:
    """Simulate children, days and units of care; no money yet.

    Parameters
    ----------
    scenario : Scenario
        What is assumed.
    draws : int
        Number of draws, 1 or more. The first draws of a longer run are the shorter run.
    seed : int
        Seed, 0 or more. The same seed gives the same bits, whatever the threads and chunks.
    threads : int, optional
        Threads; by default the processors this process may use.
    chunk_draws : int, optional
        Draws per piece of work; by default at most 50.
    progress : bool
        Whether to show a progress bar on stderr.

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
        When draws, seed, threads or chunk_draws is out of range.
    ScenarioError
        When a draw has more children in a municipality than can be counted (5 million).

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> volumes = js.simulate(scenario, draws=2, seed=2027, progress=False)
    >>> dict(volumes.units.sizes)
    {'draw': 2, 'year': 6, 'municipality': 9, 'care_form': 14}
    """
    _check_run(draws, seed, threads, chunk_draws)
    plan = make_plan(scenario)
    tables = make_tables(plan, seed)
    parameters, shocks = draw_parameters(scenario, seed, draws), draw_shocks(plan, seed, draws)
    counts = _room_for_counts(plan, tables, parameters, shocks)
    run = _Run(plan, tables, parameters, shocks, counts)
    _simulate_chunks(run, threads or _processors(), chunk_draws, progress)
    index = draw_index_paths(
        scenario.settings.world, scenario.settings.price_year, plan.calendar.years, seed, draws
    )
    return labelled(scenario, counts, parameters, index, moves_scaled(plan, parameters), seed)


@dataclass(frozen=True)
class _Run:
    """One simulation under way: what goes in, and the arrays being filled."""

    plan: Plan
    tables: Tables
    parameters: Parameters
    shocks: Shocks
    counts: Counts


def _processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _check_run(draws: int, seed: int, threads: int | None, chunk_draws: int | None) -> None:
    asked = {"draws": (draws, 1), "seed": (seed, 0)}
    chosen = {"threads": (threads, 1), "chunk_draws": (chunk_draws, 1)}
    given = {name: limit for name, limit in chosen.items() if limit[0] is not None}
    for name, (value, least) in {**asked, **given}.items():
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
            raise ValueError(f"{name} must be a whole number of {least} or more, not {value!r}")
    if draws >= 2**32:
        raise ValueError(f"draws must be below 2^32, not {draws}")


def _chunks(draws: int, threads: int, chunk_draws: int | None) -> Iterator[slice]:
    size = chunk_draws or min(_MOST_CHUNK_DRAWS, max(1, draws // (4 * threads)))
    for first in range(0, draws, size):
        yield slice(first, min(first + size, draws))


def _simulate_chunks(run: _Run, threads: int, chunk_draws: int | None, progress: bool) -> None:
    draws = run.parameters.draws
    bar = tqdm(total=draws, unit=" draws", disable=not progress, desc=run.plan.scenario.name)
    with bar, ThreadPoolExecutor(threads) as pool:
        pieces = {
            pool.submit(_simulate_piece, run, piece): piece
            for piece in _chunks(draws, threads, chunk_draws)
        }
        try:
            for done in as_completed(pieces):
                done.result()
                bar.update(pieces[done].stop - pieces[done].start)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _simulate_piece(run: _Run, piece: slice) -> None:
    numbers = np.arange(piece.start, piece.stop, dtype=np.int64)
    parameters, shocks = run.parameters.rows(piece), run.shocks.rows(piece)
    drawn = make_drawn(run.plan, parameters, shocks, numbers)
    refuse_uncountable(run.plan, drawn)
    out, _, _ = simulate_chunk(run.tables, drawn)
    factor = units_factor(run.plan, parameters, shocks)
    for name, counts in counts_of(run.plan.scenario, run.tables, drawn, out, factor).items():
        run.counts[name][piece] = counts


def _room_for_counts(plan: Plan, tables: Tables, parameters: Parameters, shocks: Shocks) -> Counts:
    """Return empty arrays for all draws, of the shape and type that one draw's counts have."""
    first = slice(0, 1)
    one, quiet = parameters.rows(first), shocks.rows(first)
    drawn = make_drawn(plan, one, quiet, np.zeros(1, dtype=np.int64))
    factor = units_factor(plan, one, quiet)
    counts = counts_of(plan.scenario, tables, drawn, make_out(tables, 1), factor)
    return {
        name: np.empty((parameters.draws, *array.shape[1:]), dtype=array.dtype)
        for name, array in counts.items()
    }
