"""Vectorised NumPy: all stays of a round at once, then all the moves they end in; no places."""

from __future__ import annotations

import numpy as np

from benchmarks.rivals.spec import Floats, Integers, Spec, Totals, no_totals


def simulate(spec: Spec, seed: int) -> Totals:
    """Simulate one draw, everybody let in at once."""
    random = np.random.default_rng(seed)
    totals = no_totals(spec)
    bounds = _bounds(spec)
    cell = np.repeat(np.arange(len(spec.cell_form)), random.poisson(spec.start_stock))
    town, form, entry = spec.cell_town[cell], spec.cell_form[cell], np.zeros(len(cell), dtype=np.int64)
    end = _remaining(spec, form, random)
    new_town, new_form, new_entry = _coming(spec, random)
    new_end = new_entry + _stays(spec, new_form, random)
    _count(spec, totals, "stays_started", new_entry, new_town, new_form)
    town, form = np.concatenate([town, new_town]), np.concatenate([form, new_form])
    entry, end = np.concatenate([entry, new_entry]), np.concatenate([end, new_end])
    while len(town):
        _count_care(spec, totals, town, form, entry, end, random)
        goes_on = end < spec.horizon
        town, form, end = town[goes_on], form[goes_on], end[goes_on]
        _count(spec, totals, "stays_ended", end, town, form)
        move = (bounds[form] <= random.random(len(form))[:, None]).sum(axis=1) + spec.move_first[form]
        moves = move < spec.move_first[form + 1]
        town, form, entry = town[moves], spec.move_to[move[moves]], end[moves]
        bought = spec.bought[town, form]
        town, form, entry = town[bought], form[bought], entry[bought]
        end = entry + _stays(spec, form, random)
        _count(spec, totals, "stays_started", entry, town, form)
    return totals


def _bounds(spec: Spec) -> Floats:
    """Return the cumulative probabilities of every form's moves, 2 where there are no more."""
    most = int(np.diff(spec.move_first).max())
    bounds = np.full((len(spec.forms), most), 2.0)
    for form, (first, last) in enumerate(zip(spec.move_first[:-1], spec.move_first[1:], strict=True)):
        bounds[form, : last - first] = np.cumsum(spec.move_probability[first:last])
    return bounds


def _coming(spec: Spec, random: np.random.Generator) -> tuple[Integers, Integers, Integers]:
    """Return town, form and day of entry of all children from outside."""
    number = random.poisson(spec.inflow)
    cell, month = np.divmod(np.repeat(np.arange(number.size), number.ravel()), number.shape[1])
    entry = spec.month_first_day[month] + random.integers(spec.month_days[month])
    return spec.cell_town[cell], spec.cell_form[cell], entry


def _remaining(spec: Spec, form: Integers, random: np.random.Generator) -> Integers:
    """Return the days left of children in care at the start."""
    u = random.random(len(form))
    left = np.empty(len(form), dtype=np.int64)
    for number in range(len(spec.forms)):
        own = form == number
        left[own] = np.searchsorted(spec.remaining[number], u[own])
    return left


def _stays(spec: Spec, form: Integers, random: np.random.Generator) -> Integers:
    """Return whole days of stays."""
    days = np.exp(spec.stay_mu[form] + spec.stay_sigma[form] * random.standard_normal(len(form)))
    return np.maximum(1, np.floor(days + 0.5)).astype(np.int64)


def _count(
    spec: Spec, totals: Totals, name: str, day: Integers, town: Integers, form: Integers
) -> None:
    """Count one per child in the year of a day before the end."""
    year = np.searchsorted(spec.year_first_day, day, side="right") - 1
    place = np.ravel_multi_index((year, town, form), spec.shape)
    totals[name] += np.bincount(place, minlength=totals[name].size).reshape(spec.shape)


def _count_care(
    spec: Spec,
    totals: Totals,
    town: Integers,
    form: Integers,
    entry: Integers,
    end: Integers,
    random: np.random.Generator,
) -> None:
    """Count days and units of stays, year by year."""
    spread = spec.units_sigma[form] * random.standard_normal(len(form))
    per_day = spec.units_per_day[form] * np.exp(spec.units_mu[form] + spread)
    towns_forms = spec.shape[1:]
    cell = np.ravel_multi_index((town, form), towns_forms)
    size = towns_forms[0] * towns_forms[1]
    for year in range(spec.shape[0]):
        first, last = spec.year_first_day[year], spec.year_first_day[year + 1]
        days = np.maximum(np.minimum(end, last) - np.maximum(entry, first), 0)
        for name, amount in (("client_days", days), ("units", days * per_day)):
            totals[name][year] += np.bincount(cell, amount, size).reshape(towns_forms)
