"""Which moves lead to cheaper care: the steps down that a funding form may encourage."""

from __future__ import annotations

from collections.abc import Iterable

from jeugdsim.scenario.numbers import mean_of
from jeugdsim.scenario.rows import CareForm, Move


def price_per_day(care_form: CareForm) -> float:
    """Return the mean euros of price_year per day in care.

    Tariff x units per day; a trajectory, billed at entry, is spread over its mean stay. Each number
    is at its mean.
    """
    if care_form.units_per_day is None:
        return mean_of(care_form.tariff) / mean_of(care_form.stay_mean_days)
    return mean_of(care_form.tariff) * mean_of(care_form.units_per_day)


def cheaper_moves(care_forms: Iterable[CareForm], moves: Iterable[Move]) -> list[tuple[str, str]]:
    """Return the (from, to) of the moves to a form with a lower price per day.

    Parameters
    ----------
    care_forms : iterable of CareForm
        Moves from or to a form that is not among them are left out.
    moves : iterable of Move
        The rows of moves.csv.
    """
    price = {row.care_form: price_per_day(row) for row in care_forms}
    pairs = ((row.from_care_form, row.to_care_form) for row in moves)
    return [
        (origin, to)
        for origin, to in pairs
        if origin in price and to in price and price[to] < price[origin]
    ]
