"""Compiled: how many children come to a cell, and how they stand side by side.

A cell is a municipality and a care form in which care first begins. Its months are counted side by
side, then its children stand in lanes: those in care at the start, then those of each month in turn.
"""

from __future__ import annotations

import math

from jeugdsim.engine import columns as col
from jeugdsim.engine.choices import first_clients
from jeugdsim.engine.compiled import Floats, Integers, compiled
from jeugdsim.engine.keyed import (
    INFLOW_COUNT,
    LARGE_MEAN,
    PURPOSE_SHIFT,
    STOCK_ADDRESS,
    STOCK_COUNT,
    philox_side_by_side,
    poisson_count,
    uniform53,
)
from jeugdsim.engine.tables import Drawn, Packed, Work

_NEGLIGIBLE = 1e-18


@compiled
def _count_arrivals(
    months: Integers, mean: Floats, level: Floats, term: Floats, below: Floats, arrivals: Integers
) -> None:
    """Count the children of each month by inversion: ``poisson_count``, all months side by side.

    ``mean`` and ``level`` (the uniform) per month; ``arrivals`` has the start stock before them.
    """
    for month in range(len(months)):
        small = mean[month] < LARGE_MEAN
        arrivals[month + 1] = 0 if small else poisson_count(mean[month], level[month])
        level[month] = level[month] if small and mean[month] > 0.0 else 0.0
        term[month] = math.exp(-mean[month])
        below[month] = term[month]
    n = 0.0
    coming = 1
    while coming > 0:
        coming = 0
        share = 1.0 / (n + 1.0)
        for month in range(len(months)):
            more = 1 if level[month] > below[month] else 0
            more &= 1 if n < mean[month] or term[month] > _NEGLIGIBLE else 0
            term[month] *= mean[month] * share
            below[month] += term[month]
            arrivals[month + 1] += more
            coming += more
        n += 1.0


@compiled
def count_children(t: Packed, drawn: Drawn, work: Work, r: int, cell: int) -> None:
    """Write into ``arrivals`` how many children of a cell there are at the start, and come by month."""
    cells = t.cells
    months = t.months
    inflow = drawn.inflow
    inflow_effects = work.inflow_effects
    month_share = t.month_share
    sequences, addresses = work.lanes[col.L_SEQUENCE], work.lanes[col.L_ADDRESS]
    words = work.words
    mean, level, term, below = work.poisson[0], work.poisson[1], work.poisson[2], work.poisson[3]
    form, group = cells[cell, col.C_FORM], cells[cell, col.C_INFLOW_GROUP]
    k0, k1 = cells[cell, col.C_KEY_LOW], cells[cell, col.C_KEY_HIGH]
    draw = drawn.number[r]
    for month in range(len(months)):
        by_year = inflow[r, cell, months[month, col.T_YEAR]]
        mean[month] = by_year * (month_share[form, month] * inflow_effects[group, month])
        sequences[month] = 0
        addresses[month] = months[month, col.T_NUMBER] + 1
    purpose = INFLOW_COUNT << PURPOSE_SHIFT
    philox_side_by_side(sequences, purpose, addresses, draw, k0, k1, len(months), words)
    for month in range(len(months)):
        level[month] = uniform53(words[0, month], words[1, month])
    _count_arrivals(months, mean, level, term, below, work.arrivals)
    expected, known = drawn.stock[r, cell], drawn.stock_known[cell]
    work.arrivals[0] = first_clients(expected, known, STOCK_COUNT, draw, k0, k1)


@compiled
def stand_side_by_side(
    months: Integers,
    arrivals: Integers,
    sequences: Integers,
    addresses: Integers,
    runs: Integers,
    group: int,
    taken: int,
) -> tuple[int, int, int, int]:
    """Fill the lanes with children from the ``taken`` first of a group on, and write their runs.

    Returns the group and child to go on from, the lanes filled and the runs.
    """
    lanes, count = 0, 0
    while group < len(arrivals) and lanes < col.LANES:
        take = min(arrivals[group] - taken, col.LANES - lanes)
        if take > 0:
            address = STOCK_ADDRESS if group == 0 else months[group - 1, col.T_NUMBER] + 1
            for lane in range(lanes, lanes + take):
                sequences[lane] = taken + lane - lanes
                addresses[lane] = address
            lanes += take
            taken += take
            runs[count, col.R_GROUP] = group
            runs[count, col.R_END] = lanes
            count += 1
        if taken == arrivals[group]:
            group += 1
            taken = 0
    return group, taken, lanes, count
