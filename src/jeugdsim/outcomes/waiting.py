"""Waiting: who waits for care with places, how long, and how full it is; and who is 18 or over.

Everything is worked out per draw, then summarised. A ratio does not exist in a draw without anything
to divide by, such as the mean wait where nobody was admitted: it is summarised over the draws in which
it does exist, and is NaN (null in JSON) where it exists in none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.engine.limits import pools_of
from jeugdsim.outcomes.summary import TOTAL, per_year
from jeugdsim.outcomes.telling import EXACT, Telling
from jeugdsim.scenario.model import Scenario
from jeugdsim.world.calendar import make_calendar

Array = npt.NDArray[np.float64]
Block = dict[str, Any]
LINE = "clients_waiting_at_year_end"
ADULTS = "clients_18_and_over_at_year_end"
COUNTS = ("waiting_days", "admissions", "reneged", "escalated", "blocked_days")
RATIOS = {
    "mean_wait_days": ("admission_wait_days", "admissions"),
    "share_in_time": ("admissions_in_time", "admissions"),
    "occupancy": ("care_days", "place_days"),
}
_ADDED = (*COUNTS, "admission_wait_days", "admissions_in_time")


def waiting(volumes: xr.Dataset, scenario: Scenario) -> xr.Dataset:
    """Return what waiting comes to per draw, year and care form with places.

    Parameters
    ----------
    volumes : xarray.Dataset
        From ``simulate`` of this scenario.
    scenario : Scenario
        Its places, and who shares them.

    Returns
    -------
    xarray.Dataset
        On (draw, year, care_form): ``clients_waiting_at_year_end``; ``waiting_days``, ``admissions``,
        ``reneged``, ``escalated`` and ``blocked_days`` (in the form, by children who wait for another)
        of the year; ``mean_wait_days`` of those admitted in the year, ``wait_p90_days`` and
        ``share_in_time`` of them; ``places``; ``occupancy``, days in care of all who share the places /
        (places x days of the year). NaN where nobody was admitted, or there are no places.

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> full = scenario.with_changes({"care_forms.residentieel.places": 300})
    >>> volumes = js.simulate(full, draws=2, seed=2027, progress=False)
    >>> waiting(volumes, full)["occupancy"].dims
    ('draw', 'year', 'care_form')
    """
    sums = _sums(volumes, scenario)
    limited = list(scenario.limited_forms)
    own = volumes[["wait_p90_days", "places"]].sel(care_form=limited)
    return xr.merge(
        [sums[list(COUNTS)], _line(volumes).sel(care_form=limited), _ratios(sums), own],
        join="exact",
        combine_attrs="drop",
    ).transpose("draw", "year", "care_form")


def waiting_block(volumes: xr.Dataset, scenario: Scenario, tell: Telling = EXACT) -> Block:
    """Summarise waiting per care form with places: quantities per year, and in total where that is one.

    Who waits at the end of a year, a P90 and places have no total: a line is not added over years. A
    care form without places has only ``blocked_days``, where children may stay in it while they wait.

    Parameters
    ----------
    volumes : xarray.Dataset
        From ``simulate`` of this scenario.
    scenario : Scenario
        Its places, and who shares them.
    tell : Telling
        What becomes of a number per draw.
    """
    if not scenario.limited_forms:
        return {}
    by_year = waiting(volumes, scenario)
    sums = _sums(volumes, scenario)
    totals = _ratios(sums.sum("year"))
    blocked = volumes["blocked_days"].sum("municipality").astype(np.float64)
    block: Block = {}
    for form in scenario.care_form_names:
        if form in scenario.limited_forms:
            block[form] = _form_block(by_year.sel(care_form=form), totals.sel(care_form=form), tell)
        elif form in _held(scenario):
            block[form] = {"blocked_days": per_year(blocked.sel(care_form=form), tell.distribution)}
    return block


def region_line(volumes: xr.Dataset, scenario: Scenario, tell: Telling = EXACT) -> Block:
    """Summarise who waits in the region, whatever for; nothing where no care form has places."""
    return _line_of(volumes.sum("municipality"), scenario, tell)


def municipality_lines(
    volumes: xr.Dataset, scenario: Scenario, tell: Telling = EXACT
) -> dict[str, Block]:
    """Summarise who waits in each municipality, whatever for."""
    return {
        name: _line_of(volumes.sel(municipality=name), scenario, tell)
        for name in scenario.municipality_names
    }


def ages_block(volumes: xr.Dataset, scenario: Scenario, tell: Telling = EXACT) -> Block:
    """Summarise per care form who is 18 or over at year end, their share, and who left at the limit.

    Parameters
    ----------
    volumes : xarray.Dataset
        From ``simulate`` of this scenario.
    scenario : Scenario
        Whether children have ages; without them the block is empty.
    tell : Telling
        What becomes of a number per draw.
    """
    if not scenario.has_ages:
        return {}
    names = [ADULTS, "clients_at_year_end", "left_at_age_limit"]
    counts = volumes[names].sum("municipality").astype(np.float64)
    share = _ratio(counts[ADULTS], counts["clients_at_year_end"])
    return {
        form: {
            ADULTS: years_only(counts[ADULTS].sel(care_form=form), tell.distribution),
            "share_18_and_over": years_only(share.sel(care_form=form), tell.known_distribution),
            "left_at_age_limit": per_year(
                counts["left_at_age_limit"].sel(care_form=form), tell.distribution
            ),
        }
        for form in scenario.care_form_names
    }


def children_waiting(volumes: xr.Dataset) -> xr.DataArray:
    """Return how many children wait in the region at the end of a year, whatever for, (draw, year)."""
    return _line(volumes).sum("care_form")


def years_only(values: xr.DataArray, summarise: Callable[[Array], Any]) -> Block:
    """Summarise (draw, year) per year, without a total: for what is counted at one moment."""
    array = values.transpose("draw", "year").to_numpy()
    return {str(year): summarise(array[:, at]) for at, year in enumerate(values["year"].values)}


def _form_block(by_year: xr.Dataset, totals: xr.Dataset, tell: Telling) -> Block:
    return {
        LINE: years_only(by_year[LINE], tell.distribution),
        **{name: per_year(by_year[name], tell.distribution) for name in COUNTS},
        **{
            name: {
                **years_only(by_year[name], tell.known_distribution),
                TOTAL: tell.known_distribution(totals[name].to_numpy()),
            }
            for name in RATIOS
        },
        "wait_p90_days": years_only(by_year["wait_p90_days"], tell.known_distribution),
        "places": years_only(by_year["places"], tell.distribution),
    }


def _line_of(volumes: xr.Dataset, scenario: Scenario, tell: Telling) -> Block:
    """Summarise (draw, year, care_form) over all care forms."""
    if not scenario.limited_forms:
        return {}
    days = volumes["waiting_days"].sum("care_form").astype(np.float64)
    line = volumes[LINE].sum("care_form").astype(np.float64)
    return {
        LINE: years_only(line, tell.distribution),
        "waiting_days": per_year(days, tell.distribution),
    }


def _line(volumes: xr.Dataset) -> xr.DataArray:
    return volumes[LINE].sum("municipality").astype(np.float64)


def _sums(volumes: xr.Dataset, scenario: Scenario) -> xr.Dataset:
    """Return what adds up over years, (draw, year, care_form), of the care forms with places."""
    limited = list(scenario.limited_forms)
    counts = volumes[list(_ADDED)].sel(care_form=limited).sum("municipality").astype(np.float64)
    days = make_calendar(scenario.calendar_years).year_days
    year_days = xr.DataArray(days, dims="year", coords={"year": volumes["year"]})
    counts["place_days"] = volumes["places"].sel(care_form=limited) * year_days
    counts["care_days"] = _care_days(volumes, scenario)
    return counts


def _care_days(volumes: xr.Dataset, scenario: Scenario) -> xr.DataArray:
    """Return days in care of all who share places; a contract's places are not shared by the others."""
    names, limited = volumes["municipality"], list(scenario.limited_forms)
    shares = xr.DataArray(
        np.zeros((len(names), len(limited))),
        dims=("municipality", "care_form"),
        coords={"municipality": names, "care_form": limited},
    )
    for pool in pools_of(scenario):
        cells = {"municipality": sorted(pool.municipalities), "care_form": pool.care_form}
        shares.loc[cells] = 1.0
    return (volumes["client_days"].sel(care_form=limited) * shares).sum("municipality")


def _ratios(sums: xr.Dataset) -> xr.Dataset:
    return xr.Dataset({name: _ratio(sums[part], sums[of]) for name, (part, of) in RATIOS.items()})


def _ratio(part: xr.DataArray, of: xr.DataArray) -> xr.DataArray:
    return part / of.where(of > 0)


def _held(scenario: Scenario) -> Iterable[str]:
    """Return the care forms in which children may stay while they wait for another."""
    return {move.from_care_form for move in scenario.moves if move.holds_place}
