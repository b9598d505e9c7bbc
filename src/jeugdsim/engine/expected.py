"""Expected volumes in closed form: means, draw by draw if asked, and variances where all is certain.

Arrivals are Poisson and children do not get in each other's way, so means follow from a recursion over
days: who arrives (from outside, by a move) times the chance that a stay of theirs ends on a later day.
This is the M_t/G/infinity network of queueing theory in whole days (Massey & Whitt 1993, "Networks of
infinite-server queues with nonstationary Poisson input"). Where places run short children do get in
each other's way, and an age limit ends stays early: there it is said that the closed form doesn't hold.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim import __version__
from jeugdsim.engine.drawn import make_steady, stationary_stock
from jeugdsim.engine.flows import forward, make_room, returning
from jeugdsim.engine.limits import Pool, drawn_places
from jeugdsim.engine.network import Moment, Network, Town, make_moment, make_network
from jeugdsim.engine.plan import make_plan
from jeugdsim.engine.scarcity import Scarcity, Truths
from jeugdsim.engine.variances import volume_variances
from jeugdsim.engine.yearly_shocks import no_shocks
from jeugdsim.scenario.model import Scenario
from jeugdsim.world.index import mean_definitive_index, mean_index
from jeugdsim.world.parameters import Parameters, mean_parameters
from jeugdsim.world.shocks import has_shocks

Array = npt.NDArray[np.float64]
_CELL = ("year", "municipality", "care_form")
_DIMS = {
    "clients_at_start": ("municipality", "care_form"),
    "youth_in_year": ("year", "municipality"),
}


@dataclass(frozen=True)
class ExpectedVolumes:
    """Means per year and cell, shape (years, municipalities, care forms) unless said otherwise.

    Attributes
    ----------
    units, client_days, stays_started, stays_ended, clients_in_year, clients_at_year_end
        As in the simulated volumes.
    youth_in_year : ndarray, shape (years, municipalities)
        Distinct children divided by trajectories_per_youth.
    clients_at_start : ndarray, shape (municipalities, care forms)
        Clients on the day before the start, as the scenario says.
    closed_form_holds : ndarray of bool, or None
        Where nobody is expected to wait or to reach an age limit; None where nobody can.
    """

    units: Array
    client_days: Array
    stays_started: Array
    stays_ended: Array
    clients_in_year: Array
    clients_at_year_end: Array
    youth_in_year: Array
    clients_at_start: Array
    closed_form_holds: Truths | None = None


@dataclass(frozen=True)
class Flows:
    """Expected children per cell and day, shape (cells, days).

    ``arrivals`` from outside and by moves, ``ends`` of stays, ``in_care`` at the end of the day.
    """

    arrivals: Array
    ends: Array
    in_care: Array


def expected(
    scenario: Scenario, *, parameters: xr.DataArray | None = None, threads: int | None = None
) -> xr.Dataset:
    """Return the expected volumes of a scenario in closed form: nothing is simulated.

    Growth, season, start stock, moves, levers and funding responses count; yearly shocks stand at
    their mean, 1. Without ``parameters`` every uncertain assumption stands at its mean; with
    ``parameters=volumes.parameters`` the means are those given the assumptions of each draw. Their
    spread over the draws is the part of the volumes' spread that comes from assumptions; the rest is
    chance (children and shocks).

    Everybody is let in at once and nobody grows too old for care: where care forms have places or
    children have ages, ``closed_form_holds`` says where that may be counted on.

    Parameters
    ----------
    scenario : Scenario
        What is assumed.
    parameters : xarray.DataArray, dims (draw, parameter), optional
        Value of every uncertain assumption, as ``volumes.parameters``; parameters the scenario does
        not have are left aside.
    threads : int, optional
        Threads, for many draws; by default the processors at hand.

    Returns
    -------
    xarray.Dataset
        The volumes of ``simulate`` on the same dimensions; ``draw`` only with ``parameters``. Where
        no number of the scenario is uncertain and there are no shocks, also NAME_variance: the
        variance over draws of every volume (not with ``parameters``). Where care forms have places or
        children have ages, also ``closed_form_holds`` (bool; year, municipality, care_form). It is
        false, from a year on, for a form whose places may be too few on its busiest day (a chance
        above 1e-9, everybody let in at once) or that has children in line at the start, for the forms
        children come to from there, and for those in which they wait; with ages it is false. Variances
        are NaN there.

    Raises
    ------
    ValueError
        When ``parameters`` lacks an uncertain assumption or holds a value that is no number.

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> mean = js.expected(scenario)
    >>> mean.units.dims
    ('year', 'municipality', 'care_form')
    """
    network = make_network(scenario)
    if parameters is not None:
        means = _stacked_draws(network, given_parameters(scenario, parameters), threads)
        return _labelled(scenario, means, parameters["draw"].to_numpy())
    moment = moment_at_the_mean(network)
    flows = flows_of(network, moment)
    volumes = expected_volumes(network, moment, flows)
    holds = _where_it_holds(network, mean_parameters(scenario), flows, _scarcity(scenario))
    means = _as_arrays(replace(volumes, closed_form_holds=holds))
    if is_certain(scenario):
        variances = volume_variances(network, moment, flows.arrivals, means, threads)
        means |= _as_far_as_it_holds(variances, holds)
    return _labelled(scenario, means, None)


def _as_arrays(volumes: ExpectedVolumes) -> dict[str, Array]:
    arrays = {field.name: getattr(volumes, field.name) for field in fields(ExpectedVolumes)}
    return {name: array for name, array in arrays.items() if array is not None}


def _stacked_draws(network: Network, parameters: Parameters, threads: int | None) -> dict[str, Array]:
    draws = [_as_arrays(volumes) for volumes in expected_draws(network, parameters, threads)]
    return {name: np.stack([arrays[name] for arrays in draws]) for name in draws[0]}


def _as_far_as_it_holds(variances: dict[str, Array], holds: Truths | None) -> dict[str, Array]:
    """Return variances, NaN where closed forms do not hold."""
    if holds is None:
        return variances
    where = {"clients_at_start_variance": holds[0], "youth_in_year_variance": holds.all(axis=2)}
    return {name: np.where(where.get(name, holds), of, np.nan) for name, of in variances.items()}


def given_parameters(scenario: Scenario, given: xr.DataArray) -> Parameters:
    """Return the assumptions of each draw, checked: all there, all numbers."""
    paths = mean_parameters(scenario).paths
    if set(given.dims) != {"draw", "parameter"}:
        raise ValueError(f"parameters has dimensions draw and parameter, not {given.dims}")
    missing = sorted(set(paths) - set(given["parameter"].values.tolist()))
    if missing:
        raise ValueError(
            f"parameters lacks {len(missing)} uncertain assumptions of the scenario, the first "
            f"{missing[0]}: give the parameters of volumes simulated under it"
        )
    values = given.sel(parameter=list(paths)).transpose("draw", "parameter").to_numpy()
    if not np.all(np.isfinite(values)):
        raise ValueError("parameters holds values that are no number")
    columns = {path: column for column, path in enumerate(paths)}
    return Parameters(paths, values, np.zeros(values.shape, dtype=np.bool_), columns)


def is_certain(scenario: Scenario) -> bool:
    """Tell whether only children are left to chance: no uncertain number and no shock."""
    return not mean_parameters(scenario).paths and not has_shocks(scenario.settings.world)


def expected_reference(scenario: Scenario, years: int | None = None) -> ExpectedVolumes:
    """Return the expected volumes of a scenario's reference, assumptions at their mean, no shocks.

    Parameters
    ----------
    scenario : Scenario
        What is assumed; its reference is taken.
    years : int, optional
        Only the first so many years, which is quicker; by default all.
    """
    network = make_network(scenario.reference(), years)
    moment = moment_at_the_mean(network)
    return expected_volumes(network, moment, flows_of(network, moment))


def stationary_clients(scenario: Scenario) -> Array:
    """Return the start stock in balance with inflow and moves, (municipalities, care forms).

    Assumptions at their mean, whatever start stock the scenario gives.
    """
    plan = make_plan(scenario)
    parameters = mean_parameters(scenario)
    inflow = make_steady(plan, parameters).inflow[:, :, 0]
    stock = stationary_stock(plan, parameters, inflow)
    grid = np.zeros((len(scenario.municipalities), len(scenario.care_forms)))
    grid[plan.cell_municipality, plan.cell_form] = stock[0]
    return grid


def expected_draws(
    network: Network, parameters: Parameters, threads: int | None = None
) -> list[ExpectedVolumes]:
    """Return the expected volumes given the assumptions of each draw, without shocks."""
    steady, calm = make_steady(network.plan, parameters), no_shocks(network.plan, 1)
    scarcity = _scarcity(network.plan.scenario)

    def of_draw(draw: int) -> ExpectedVolumes:
        only = slice(draw, draw + 1)
        moment = make_moment(network, steady.rows(only), calm)
        flows = flows_of(network, moment)
        holds = _where_it_holds(network, parameters.rows(only), flows, scarcity)
        return replace(expected_volumes(network, moment, flows), closed_form_holds=holds)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(of_draw, range(parameters.draws)))


def moment_at_the_mean(network: Network) -> Moment:
    """Return a network's numbers with every assumption at its mean and no shocks."""
    plan = network.plan
    steady = make_steady(plan, mean_parameters(plan.scenario))
    return make_moment(network, steady, no_shocks(plan, 1))


def flows_of(network: Network, moment: Moment) -> Flows:
    """Return expected children per cell and day."""
    arrivals = moment.external.copy()
    ends = np.zeros_like(arrivals)
    forward(
        network.lengths,
        moment.changes,
        network.routes,
        network.cells_of,
        network.class_first,
        moment.stock,
        make_room(network.lengths, len(network.lengths.class_form), network.days),
        arrivals,
        ends,
    )
    in_care = moment.stock[:, None] + np.cumsum(arrivals - ends, axis=1)
    return Flows(arrivals, ends, in_care)


def expected_volumes(network: Network, moment: Moment, flows: Flows) -> ExpectedVolumes:
    """Sum expected children per day to the volumes of the years."""
    last_days = network.plan.calendar.year_first_day[1 : network.years + 1] - 1
    return ExpectedVolumes(
        units=expected_units(network, moment, flows),
        client_days=_on_grid(network, _by_year(network, flows.in_care)),
        stays_started=_on_grid(network, _by_year(network, flows.arrivals)),
        stays_ended=_on_grid(network, _by_year(network, flows.ends)),
        clients_in_year=_on_grid(network, _clients_in_year(network, moment, flows)),
        clients_at_year_end=_on_grid(network, flows.in_care[:, last_days]),
        youth_in_year=_youth_in_year(network, moment, flows),
        clients_at_start=_on_grid(network, moment.stock[:, None])[0],
    )


def expected_units(network: Network, moment: Moment, flows: Flows) -> Array:
    """Return the units of the years, shape (years, municipalities, care forms)."""
    units = _by_year(network, flows.in_care * moment.units_by_day)
    at_entry = network.tables.per_trajectory[network.plan.cell_form]
    units[at_entry] = _by_year(network, flows.arrivals)[at_entry]
    return _on_grid(network, units)


@dataclass(frozen=True)
class PlacesAsked:
    """Places of the first year, beside the clients expected if everybody were let in at once.

    Attributes
    ----------
    pool : Pool
        Whose places they are.
    clients : float
        Expected in care on a day of the first year.
    places : int
        Places in that year.
    short : bool
        Whether children may have to wait, in that year or from the start.
    """

    pool: Pool
    clients: float
    places: int
    short: bool


def places_asked(scenario: Scenario) -> tuple[PlacesAsked, ...]:
    """Return the places of the first year beside the clients expected without that limit.

    Parameters
    ----------
    scenario : Scenario
        What is assumed; every number at its mean, no shocks.
    """
    network = make_network(scenario, years=1)
    flows = flows_of(network, moment_at_the_mean(network))
    scarcity = Scarcity(scenario)
    places = drawn_places(scenario, mean_parameters(scenario))[0]
    lines = scarcity.lines(_most_in_care(network, flows), places)
    mean = _on_grid(network, _by_year(network, flows.in_care))[0] / network.days
    return tuple(
        PlacesAsked(
            pool=pool,
            clients=float(mean[scarcity.cells[at]].sum()),
            places=int(places[at, 0]),
            short=bool(lines[at, 0]),
        )
        for at, pool in enumerate(scarcity.pools)
    )


def _scarcity(scenario: Scenario) -> Scarcity | None:
    """Return how places hang together, None where neither places nor ages limit care."""
    return Scarcity(scenario) if scenario.is_limited else None


def _where_it_holds(
    network: Network, parameters: Parameters, flows: Flows, scarcity: Scarcity | None
) -> Truths | None:
    """Return where the closed form of one draw holds, None where nothing limits care."""
    if scarcity is None:
        return None
    lines = scarcity.lines(
        _most_in_care(network, flows), drawn_places(scarcity.scenario, parameters)[0]
    )
    return scarcity.closed_form_holds(lines)


def _most_in_care(network: Network, flows: Flows) -> Array:
    """Return expected clients on the busiest day of each year, (years, municipalities, forms)."""
    first_days = network.plan.calendar.year_first_day[: network.years]
    return _on_grid(network, np.maximum.reduceat(flows.in_care, first_days, axis=1))


def _by_year(network: Network, daily: Array) -> Array:
    first_days = network.plan.calendar.year_first_day[: network.years]
    return np.asarray(np.add.reduceat(daily, first_days, axis=1))


def _seen_in_year(network: Network, in_care: Array, entries: Array) -> Array:
    """Return who is in care on the first day of a year or enters later, shape (places, years)."""
    firsts = network.plan.calendar.year_first_day[: network.years]
    return in_care[:, firsts] + _by_year(network, entries) - entries[:, firsts]


def _clients_in_year(network: Network, moment: Moment, flows: Flows) -> Array:
    """Return distinct children with a day of care in the year: visits less returns within it."""
    clients = _seen_in_year(network, flows.in_care, flows.arrivals)
    bounds = network.plan.calendar.year_first_day
    known: dict[tuple[bytes, int], Array] = {}
    for town in network.towns:
        for year in range(network.years):
            first, last = int(bounds[year]), int(bounds[year + 1])
            key = (town.signature, year)
            if key not in known:
                known[key] = _back_in_year(network, moment, town, first, last)
            left = flows.ends[town.cells, first + 1 : last]  # who left on day one had no day in it
            clients[town.cells, year] -= (left * known[key][:, 1:]).sum(axis=1)
    return clients


def _back_in_year(network: Network, moment: Moment, town: Town, first: int, last: int) -> Array:
    """Return the chance to be back by the end of a year, (cells, days), by the day of leaving."""
    cells = len(town.cells)
    chances = np.zeros((cells, last - first))
    returning(
        network.lengths,
        moment.changes,
        town.routes,
        town.class_of,
        first,
        last,
        make_room(network.lengths, 1, last),
        np.zeros((cells, last - first, cells)),
        np.zeros((cells, cells)),
        chances,
    )
    return chances


def _youth_in_year(network: Network, moment: Moment, flows: Flows) -> Array:
    """Return distinct children with a day of care: a child's care is one stretch without holes."""
    seen = _seen_in_year(network, flows.in_care, moment.external)
    # Who enters by a move on the first day is in care; who moves in later was seen before.
    scenario = network.plan.scenario
    youth = np.zeros((network.years, len(scenario.municipalities)))
    for town in network.towns:
        place = network.plan.cell_municipality[town.cells[0]]
        youth[:, place] = seen[town.cells].sum(axis=0)
    return youth / scenario.settings.trajectories_per_youth


def _on_grid(network: Network, by_cell: Array) -> Array:
    """Spread (cells, years) over (years, municipalities, care forms), zero where nothing is bought."""
    scenario = network.plan.scenario
    shape = (by_cell.shape[1], len(scenario.municipalities), len(scenario.care_forms))
    grid = np.zeros(shape)
    grid[:, network.plan.cell_municipality, network.plan.cell_form] = by_cell.T
    return grid


def _labelled(
    scenario: Scenario, arrays: dict[str, Array], draws: npt.NDArray[np.int64] | None
) -> xr.Dataset:
    per_draw = () if draws is None else ("draw",)
    nobody = np.zeros_like(arrays["units"])
    waiting = {"waiting_days": nobody, "clients_waiting_at_year_end": nobody}
    settings = scenario.settings
    index = (settings.world, settings.price_year, scenario.calendar_years)
    data = {
        name: ((*per_draw, *_DIMS.get(name.removesuffix("_variance"), _CELL)), values)
        for name, values in {**arrays, **waiting}.items()
    }
    return xr.Dataset(
        data_vars={
            **data,
            "index_provisional": (("year",), mean_index(*index)),
            "index_definitive": (("year",), mean_definitive_index(*index)),
        },
        coords={
            **({} if draws is None else {"draw": draws}),
            "year": list(scenario.calendar_years),
            "municipality": list(scenario.municipality_names),
            "care_form": list(scenario.care_form_names),
        },
        attrs={
            "scenario": scenario.name,
            "scenario_hash": scenario.hash,
            "package_version": __version__,
        },
    )
