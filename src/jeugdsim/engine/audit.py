"""The audit: simulated volumes beside theory, cell by cell, with standard errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.engine.expected import expected, is_certain
from jeugdsim.engine.fingerprint import quantities_hash
from jeugdsim.engine.kept import check_holds
from jeugdsim.engine.scarcity import Scarcity, Truths, since
from jeugdsim.scenario.model import Scenario

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
QUANTITIES = (
    "units",
    "client_days",
    "stays_started",
    "stays_ended",
    "clients_in_year",
    "clients_at_year_end",
)
_FEWEST_CLIENTS = 25  # below, a mean over draws is far from normal and z says little
_DIMS = ("draw", "year", "municipality", "care_form")


def audit(volumes: xr.Dataset, scenario: Scenario, *, threads: int | None = None) -> pd.DataFrame:
    """Return theory, estimate, standard error and z of simulated volumes, per year and cell.

    z = (estimate - theory) / standard error is a standard normal number if the simulation does what
    the model says: over many cells its spread is about 1, and beyond 5 hardly ever seen (chance below
    1e-6 a cell). Theory is ``expected``, given the assumptions of each draw. Where no number is
    uncertain the standard error is theory's own; otherwise it comes from the spread over draws of
    simulated less expected. Yearly shocks stand at their mean in theory; they make z of cells hang
    together, and shocks on stays shift a mean by about half their squared cv at most.

    Theory lets everybody in at once and lets nobody grow too old for care. Where nobody waited in the
    volumes and children have no ages that is what was simulated. Otherwise ``closed_form`` tells where
    theory still says something: where no line was expected, no child waited, and none came from where
    one did.

    Parameters
    ----------
    volumes : xarray.Dataset
        From ``simulate``; a first part of the draws will do: ``volumes.isel(draw=slice(100))``.
    scenario : Scenario
        The scenario they were simulated under.
    threads : int, optional
        Threads; by default the processors at hand.

    Returns
    -------
    pandas.DataFrame
        ``quantity``, ``year``, ``municipality``, ``care_form``, ``cells`` (1, or how many a pooled
        row holds), ``closed_form`` (bool), ``theory`` and ``estimate`` (means per draw),
        ``standard_error``, ``z`` (NaN where the closed form does not hold). Cells in which fewer than
        25 clients are expected over all draws are pooled per quantity and year, with empty names;
        those where the closed form does not hold by themselves. Cells where nothing is bought are
        left out.

    Raises
    ------
    ValueError
        When the volumes are not those of the scenario, or there is one draw only.

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> volumes = js.simulate(scenario, draws=8, seed=2027, progress=False)
    >>> table = js.audit(volumes, scenario)
    >>> table.columns[-3:].tolist()
    ['estimate', 'standard_error', 'z']
    """
    if volumes.attrs.get("quantities_hash") != quantities_hash(scenario):
        raise ValueError("these volumes were simulated under another scenario: audit them with that")
    if volumes.sizes["draw"] < 2:
        raise ValueError("an audit takes 2 draws or more")
    check_holds(volumes, [*QUANTITIES, "waiting_days"], "an audit")
    import pandas as pd

    certain = is_certain(scenario)
    theory = expected(scenario, parameters=None if certain else volumes["parameters"], threads=threads)
    bought = _bought(scenario)
    few = _few_clients(theory, volumes.sizes["draw"]) & bought
    holds = _closed_form_holds(scenario, volumes, theory)
    tables = [
        _table(quantity, volumes, theory, (bought & ~few, few), holds, certain=certain)
        for quantity in QUANTITIES
    ]
    return pd.concat(tables, ignore_index=True)


def _closed_form_holds(scenario: Scenario, volumes: xr.Dataset, theory: xr.Dataset) -> Truths:
    """Return where the volumes may be held against theory, (years, municipalities, care forms)."""
    told = theory.get("closed_form_holds")
    if told is None:
        return np.ones(tuple(theory.sizes[name] for name in _DIMS[1:]), dtype=np.bool_)
    expected_to = told.all("draw") if "draw" in told.dims else told
    scarcity = Scarcity(scenario)
    waited = volumes["waiting_days"].any("draw").transpose(*_DIMS[1:]).to_numpy()
    seen = scarcity.closed_form_holds(since(np.einsum("pmk,ymk->py", scarcity.cells, waited)))
    # Nobody waited anywhere: every child was let in at once, whatever might have been.
    nobody_waited = not waited.any() and not scarcity.in_line_at_the_start.any()
    return seen if nobody_waited else seen & expected_to.transpose(*_DIMS[1:]).to_numpy()


def _bought(scenario: Scenario) -> Truths:
    cells = [
        [(town, form) in scenario.demand_cells for form in scenario.care_form_names]
        for town in scenario.municipality_names
    ]
    return np.broadcast_to(np.array(cells), (len(scenario.calendar_years), *np.shape(cells)))


def _few_clients(theory: xr.Dataset, draws: int) -> Truths:
    clients = theory["clients_in_year"]
    mean = clients.mean("draw") if "draw" in clients.dims else clients
    return np.asarray(mean.transpose(*_DIMS[1:]).to_numpy() * draws < _FEWEST_CLIENTS)


def _table(
    quantity: str,
    volumes: xr.Dataset,
    theory: xr.Dataset,
    alone_and_pooled: tuple[Truths, Truths],
    holds: Truths,
    *,
    certain: bool,
) -> pd.DataFrame:
    """Return one quantity's rows: cells alone, then per year the pooled ones."""
    import pandas as pd

    alone, pooled = alone_and_pooled
    simulated = volumes[quantity].transpose(*_DIMS).to_numpy().astype(np.float64)
    means = np.broadcast_to(theory[quantity].to_numpy(), simulated.shape)
    variance = theory[f"{quantity}_variance"].to_numpy() if certain else None
    place = np.nonzero(alone)
    labels = [theory[name].to_numpy()[at] for name, at in zip(_DIMS[1:], place, strict=True)]
    cells = _compared(
        simulated[:, alone], means[:, alone], None if variance is None else variance[alone]
    )
    names = dict(zip(_DIMS[1:], labels, strict=True))
    tables = [pd.DataFrame({**names, "cells": 1, "closed_form": holds[alone], **cells})]
    for year, where, held in _pools(pooled, holds):
        together = _compared(
            simulated[:, year, where].sum(axis=1, keepdims=True),
            means[:, year, where].sum(axis=1, keepdims=True),
            None,  # the pooled cells of a municipality share children
        )
        label = {"year": theory["year"].to_numpy()[year], "municipality": "", "care_form": ""}
        counted = {"cells": int(where.sum()), "closed_form": held}
        tables.append(pd.DataFrame({**label, **counted, **together}))
    rows = pd.concat(tables, ignore_index=True)
    rows.loc[~rows["closed_form"], "z"] = np.nan
    rows.insert(0, "quantity", quantity)
    return rows


def _pools(pooled: Truths, holds: Truths) -> Iterator[tuple[int, Truths, bool]]:
    """Give per year the cells that are taken together, and whether the closed form holds there."""
    for year in range(len(pooled)):
        for held in (True, False):
            where = pooled[year] & (holds[year] == held)
            if where.any():
                yield year, where, held


def _compared(simulated: Array, means: Array, variance: Array | None) -> dict[str, Array]:
    """Return theory, estimate, standard error and z of columns, shape (draws, columns)."""
    draws = len(simulated)
    theory, estimate = means.mean(axis=0), simulated.mean(axis=0)
    seen = (simulated - means).var(axis=0, ddof=1)
    variance = seen if variance is None else np.where(np.isnan(variance), seen, variance)
    error = np.sqrt(variance / draws)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(error > 0.0, (estimate - theory) / error, 0.0)
    exact = np.isclose(estimate, theory, rtol=1e-9, atol=1e-9)
    z = np.where((error == 0.0) & ~exact, np.inf, z)
    return {"theory": theory, "estimate": estimate, "standard_error": error, "z": z}
