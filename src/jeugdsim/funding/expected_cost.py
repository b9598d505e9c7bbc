"""Expected cost of care in closed form, and its variance where only children are left to chance."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.engine.expected import (
    expected_draws,
    flows_of,
    given_parameters,
    is_certain,
    moment_at_the_mean,
)
from jeugdsim.engine.network import Network, make_network
from jeugdsim.engine.variances import weighted_variance
from jeugdsim.funding.tariffs import apply_resets, apply_tariff_levers, care_value
from jeugdsim.scenario.model import Scenario
from jeugdsim.world.index import index_is_certain, mean_index
from jeugdsim.world.parameters import Parameters, mean_parameters
from jeugdsim.world.resets import mean_reset_factors

Array = npt.NDArray[np.float64]
_DIMS = ("draw", "year", "municipality", "care_form")


def expected_cost(
    scenario: Scenario, *, parameters: xr.DataArray | None = None, threads: int | None = None
) -> xr.Dataset:
    """Return the expected value of care at tariff and index: what P x Q would pay for it.

    Expected units x tariff x index, tariff levers included, the index and the chances of tariff resets
    at their mean; assumptions at their mean or, with ``parameters``, as in each draw. A closed form, as
    ``expected``: everybody is let in at once and nobody grows too old for care.

    Parameters
    ----------
    scenario : Scenario
        What is assumed.
    parameters : xarray.DataArray, dims (draw, parameter), optional
        Value of every uncertain assumption, as ``volumes.parameters``.
    threads : int, optional
        Threads, for many draws; by default the processors at hand.

    Returns
    -------
    xarray.Dataset
        ``use_value`` (year, municipality, care_form), nominal euros; ``draw`` only with
        ``parameters``. Where no number is uncertain and no shock, index or reset varies, also the
        variances over draws of a municipality's cost: ``cost_variance`` (year, municipality) and
        ``total_cost_variance`` (municipality) of the years together. Municipalities are independent
        then: variances of the region are their sums. Where care forms have places or children have
        ages, also ``closed_form_holds``, as in ``expected``; variances are NaN for a municipality
        where it does not hold in all of its care forms (and years).

    Raises
    ------
    ValueError
        When ``parameters`` lacks an uncertain assumption or holds a value that is no number.

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> cost = js.expected_cost(scenario).use_value.sum(["municipality", "care_form"])
    >>> 3.7e8 < cost.sel(year=2027).item() < 4.1e8
    True
    """
    network = make_network(scenario)
    given = mean_parameters(scenario) if parameters is None else given_parameters(scenario, parameters)
    draws = expected_draws(network, given, threads)
    value = _valued(np.stack([volumes.units for volumes in draws]), scenario, given)
    cost = xr.Dataset(
        {"use_value": (_DIMS[1:], value[0]) if parameters is None else (_DIMS, value)},
        coords={
            **({} if parameters is None else {"draw": parameters["draw"]}),
            "year": list(scenario.calendar_years),
            "municipality": list(scenario.municipality_names),
            "care_form": list(scenario.care_form_names),
        },
        attrs={"scenario": scenario.name, "scenario_hash": scenario.hash},
    )
    told = [volumes.closed_form_holds for volumes in draws if volumes.closed_form_holds is not None]
    if told:
        holds = (_DIMS[1:], told[0]) if parameters is None else (_DIMS, np.stack(told))
        cost["closed_form_holds"] = holds
    if parameters is None and is_certain(scenario) and _prices_are_certain(scenario):
        by_year, total = _variances(network, given)
        if told:
            by_year[~told[0].all(axis=2)] = np.nan
            total[~told[0].all(axis=(0, 2))] = np.nan
        cost["cost_variance"] = (("year", "municipality"), by_year)
        cost["total_cost_variance"] = (("municipality",), total)
    return cost


def _valued(units: Array, scenario: Scenario, parameters: Parameters) -> Array:
    """Return units at tariff, index, resets and levers, (draws, years, municipalities, care forms)."""
    settings = scenario.settings
    index = mean_index(settings.world, settings.price_year, scenario.calendar_years)
    levels = np.broadcast_to(index, (parameters.draws, len(index)))
    value = care_value(units, scenario, parameters, levels)
    if settings.tariff_resets:
        value = apply_resets(value, mean_reset_factors(scenario, parameters))
    return apply_tariff_levers(value, scenario, parameters)


def _prices_are_certain(scenario: Scenario) -> bool:
    resets = scenario.settings.tariff_resets.values()
    surely = all(reset.chance in (0.0, 1.0) for reset in resets)
    return surely and index_is_certain(scenario.settings.world)


def _variances(network: Network, parameters: Parameters) -> tuple[Array, Array]:
    """Return variances of cost by (year, municipality), and of all years together."""
    scenario = network.plan.scenario
    moment = moment_at_the_mean(network)
    years = len(scenario.calendar_years)
    shape = (years, len(scenario.municipalities), len(scenario.care_forms))
    per_unit = _valued(np.ones((1, *shape)), scenario, parameters)[0]
    weights = np.zeros((years + 1, *shape))
    weights[np.arange(years), np.arange(years)] = per_unit
    weights[years] = per_unit
    arrivals = flows_of(network, moment).arrivals
    variance = weighted_variance(network, moment, arrivals, weights)
    return variance[:years], variance[years]
