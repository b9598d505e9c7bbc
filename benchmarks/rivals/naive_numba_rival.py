# ruff: noqa: NPY002 (the old generator is what numba compiles, and what one writes first)
"""numba as one writes it first: the plain Python program, with np.random, lists and heapq, compiled."""

from __future__ import annotations

from heapq import heappop, heappush

import numba
import numpy as np

from benchmarks.rivals.spec import COUNTED, Floats, Integers, Spec, Totals

_STARTED, _ENDED, _DAYS, _UNITS, _WAITING = range(len(COUNTED))


def simulate(spec: Spec, seed: int, limited: bool = True) -> Totals:
    """Simulate one draw; ``limited`` with places, else everybody is let in at once."""
    totals = np.zeros((len(COUNTED), *spec.shape))
    places = spec.places if limited else np.full_like(spec.places, -1)
    _simulate(
        seed,
        spec.cell_town,
        spec.cell_form,
        spec.bought,
        spec.start_stock,
        spec.inflow,
        spec.month_first_day,
        spec.month_days,
        spec.year_first_day,
        spec.stay_mu,
        spec.stay_sigma,
        spec.remaining,
        spec.units_per_day,
        spec.units_mu,
        spec.units_sigma,
        spec.move_first,
        spec.move_to,
        spec.move_probability,
        places,
        totals,
    )
    return dict(zip(COUNTED, totals, strict=True))


@numba.njit
def _count_days(  # numpydoc ignore=PR01
    totals: Floats,
    what: int,
    first_days: Integers,
    town: int,
    form: int,
    day: int,
    last: int,
    per_day: float,
) -> None:
    """Count something per day, from a day to another."""
    for year in range(len(first_days) - 1):
        days = min(last, first_days[year + 1]) - max(day, first_days[year])
        if days > 0:
            totals[what, year, town, form] += days * per_day


@numba.njit
def _simulate(
    seed,
    cell_town,
    cell_form,
    bought,
    start_stock,
    inflow,
    month_first_day,
    month_days,
    first_days,
    stay_mu,
    stay_sigma,
    remaining,
    units_per_day,
    units_mu,
    units_sigma,
    move_first,
    move_to,
    move_probability,
    places,
    totals,
):
    """Live through one draw, one event after another."""
    np.random.seed(seed)
    horizon = first_days[-1]
    towns = [0]
    forms = [0]
    asked = [0]
    in_care = [False]
    heap = [(0, 0)]  # day, child: it comes, or the stay it is in ends
    heap.clear()
    taken = np.zeros(len(places), np.int64)
    lines = [[0] for _ in places]  # what comes first has been served up to ``served``
    served = np.ones(len(places), np.int64)
    for cell in range(len(cell_form)):
        town, form = cell_town[cell], cell_form[cell]
        for _ in range(np.random.poisson(start_stock[cell])):
            end = np.searchsorted(remaining[form], np.random.random())
            taken[form] += 1
            per_day = units_per_day[form] * np.random.lognormal(units_mu[form], units_sigma[form])
            _count_days(totals, _DAYS, first_days, town, form, 0, end, 1.0)
            _count_days(totals, _UNITS, first_days, town, form, 0, end, per_day)
            if end < horizon:
                heappush(heap, (end, len(towns)))
            towns.append(town)
            forms.append(form)
            asked.append(0)
            in_care.append(True)
        for month in range(len(month_days)):
            for _ in range(np.random.poisson(inflow[cell, month])):
                day = month_first_day[month] + np.random.randint(0, month_days[month])
                heappush(heap, (day, len(towns)))
                towns.append(town)
                forms.append(form)
                asked.append(day)
                in_care.append(False)
    while len(heap) > 0:
        day, child = heappop(heap)
        year = np.searchsorted(first_days, day, side="right") - 1
        if in_care[child]:
            town, form = towns[child], forms[child]
            totals[_ENDED, year, town, form] += 1
            taken[form] -= 1
            if served[form] < len(lines[form]) and taken[form] < places[form]:
                first = lines[form][served[form]]
                served[form] += 1
                taken[form] += 1
                end = _begin(
                    totals, first_days, towns[first], form, asked[first], day, year,
                    stay_mu, stay_sigma, units_per_day, units_mu, units_sigma,
                )  # fmt: skip
                in_care[first] = True
                if end < horizon:
                    heappush(heap, (end, first))
            in_care[child] = False
            forms[child] = -1
            u = np.random.random()
            for move in range(move_first[form], move_first[form + 1]):
                u -= move_probability[move]
                if u < 0.0:
                    if bought[town, move_to[move]]:
                        forms[child] = move_to[move]
                    break
        form = forms[child]
        if form >= 0:
            asked[child] = day
            if 0 <= places[form] <= taken[form]:
                lines[form].append(child)
            else:
                taken[form] += 1
                end = _begin(
                    totals, first_days, towns[child], form, day, day, year,
                    stay_mu, stay_sigma, units_per_day, units_mu, units_sigma,
                )  # fmt: skip
                in_care[child] = True
                if end < horizon:
                    heappush(heap, (end, child))
    for form in range(len(places)):
        for child in lines[form][served[form] :]:
            _count_days(totals, _WAITING, first_days, towns[child], form, asked[child], horizon, 1.0)


@numba.njit
def _begin(
    totals,
    first_days,
    town,
    form,
    asked,
    day,
    year,
    stay_mu,
    stay_sigma,
    units_per_day,
    units_mu,
    units_sigma,
):
    """Begin a stay: count the wait for it, its days and its units; return its end."""
    end = day + max(1, int(np.random.lognormal(stay_mu[form], stay_sigma[form]) + 0.5))
    per_day = units_per_day[form] * np.random.lognormal(units_mu[form], units_sigma[form])
    totals[_STARTED, year, town, form] += 1
    _count_days(totals, _WAITING, first_days, town, form, asked, day, 1.0)
    _count_days(totals, _DAYS, first_days, town, form, day, end, 1.0)
    _count_days(totals, _UNITS, first_days, town, form, day, end, per_day)
    return end
