"""Simulate: scenario in, labelled volumes out; threads over chunks of draws, same bits however cut."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr
from tqdm.auto import tqdm

from jeugdsim import __version__
from jeugdsim.engine.countable import refuse_uncountable
from jeugdsim.engine.drawn import (
    Shocks,
    draw_shocks,
    make_drawn,
    moves_scaled,
    units_factor,
)
from jeugdsim.engine.fingerprint import quantities_hash
from jeugdsim.engine.kernels import Out, Tables, make_work, out_of, simulate_chunk
from jeugdsim.engine.plan import Plan, make_plan, make_tables
from jeugdsim.scenario.model import Scenario
from jeugdsim.world.index import IndexPaths, draw_index_paths
from jeugdsim.world.keys import STREAM_VERSION
from jeugdsim.world.parameters import Parameters, draw_parameters

_MOST_CHUNK_DRAWS = 50
CELL_DIMS = ("draw", "year", "municipality", "care_form")


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
        ``clients_waiting_at_year_end`` (the last two zero while no form has places);
        ``clients_at_start`` (draw, municipality, care_form), counted on the day before the start;
        ``youth_in_year`` (draw, year, municipality), distinct children divided by
        ``trajectories_per_youth``; ``index_provisional``, ``index_definitive`` (draw, year);
        ``parameters`` (draw, parameter), ``parameter_clipped`` (draw, parameter) where a value fell
        outside its range, ``moves_scaled`` (draw) where moves added up to more than 1. For one
        table in pandas: ``volumes.drop_dims("parameter").to_dataframe()``.

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
    run = _Run(
        plan=plan,
        tables=make_tables(plan, seed),
        parameters=draw_parameters(scenario, seed, draws),
        shocks=draw_shocks(plan, seed, draws),
        index=draw_index_paths(
            scenario.settings.world, scenario.settings.price_year, plan.calendar.years, seed, draws
        ),
        out=_empty_out(plan, draws),
    )
    _simulate_chunks(run, threads or _processors(), chunk_draws, progress)
    return _labelled(run, seed)


@dataclass(frozen=True)
class _Run:
    """One simulation under way: what goes in, and the arrays being filled."""

    plan: Plan
    tables: Tables
    parameters: Parameters
    shocks: Shocks
    index: IndexPaths
    out: Out


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


def _empty_out(plan: Plan, draws: int) -> Out:
    towns, forms = len(plan.scenario.municipalities), len(plan.scenario.care_forms)
    years = len(plan.calendar.years)
    shape = (draws, years, towns, forms)
    return Out(
        units=np.zeros(shape),
        client_days=np.zeros(shape, dtype=np.int32),
        stays_started=np.zeros(shape, dtype=np.int32),
        stays_ended=np.zeros(shape, dtype=np.int32),
        clients_in_year=np.zeros(shape, dtype=np.int32),
        clients_at_start=np.zeros((draws, towns, forms), dtype=np.int32),
        youth_in_year=np.zeros((draws, years, towns), dtype=np.int32),
    )


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
    parameters = run.parameters.rows(piece)
    shocks = Shocks(run.shocks.inflow[piece], run.shocks.stay[piece], run.shocks.units[piece])
    out = out_of(run.out, piece)
    drawn = make_drawn(run.plan, parameters, shocks, numbers)
    refuse_uncountable(run.plan, drawn)
    simulate_chunk(run.tables, drawn, out, make_work(run.tables))
    out.units[...] *= units_factor(run.plan, parameters, shocks)[:, :, None, :]


def _labelled(run: _Run, seed: int) -> xr.Dataset:
    scenario, out = run.plan.scenario, run.out
    at_year_end = out.clients_at_start[:, None] + np.cumsum(
        out.stays_started - out.stays_ended, axis=1, dtype=np.int32
    )
    nobody = np.broadcast_to(np.int32(0), out.units.shape)
    youth = out.youth_in_year / scenario.settings.trajectories_per_youth
    cell_arrays: dict[str, npt.NDArray[np.generic]] = {
        "units": out.units,
        "client_days": out.client_days,
        "stays_started": out.stays_started,
        "stays_ended": out.stays_ended,
        "clients_in_year": out.clients_in_year,
        "clients_at_year_end": at_year_end,
        "waiting_days": nobody,
        "clients_waiting_at_year_end": nobody,
    }
    return xr.Dataset(
        data_vars={
            **{name: (CELL_DIMS, array) for name, array in cell_arrays.items()},
            "clients_at_start": (("draw", "municipality", "care_form"), out.clients_at_start),
            "youth_in_year": (("draw", "year", "municipality"), youth),
            "index_provisional": (("draw", "year"), run.index.provisional),
            "index_definitive": (("draw", "year"), run.index.definitive),
            "parameters": (("draw", "parameter"), run.parameters.values),
            "parameter_clipped": (("draw", "parameter"), run.parameters.clipped),
            "moves_scaled": (("draw",), moves_scaled(run.plan, run.parameters)),
        },
        coords={
            "draw": np.arange(run.parameters.draws),
            "year": list(run.plan.calendar.years),
            "municipality": list(scenario.municipality_names),
            "care_form": list(scenario.care_form_names),
            "parameter": np.array(run.parameters.paths, dtype=np.str_),
        },
        attrs={
            "scenario": scenario.name,
            "scenario_hash": scenario.hash,
            "package_version": __version__,
            "seed": seed,
            "stream_version": STREAM_VERSION,
            "quantities_hash": quantities_hash(scenario),
        },
    )
