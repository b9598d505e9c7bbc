"""A chunk of draws: what the kernel reads, room for what it writes, more room where it runs out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jeugdsim.engine import columns as col
from jeugdsim.engine.kernels import prepare_effects, simulate_draw
from jeugdsim.engine.tables import (
    Drawn,
    Kids,
    Log,
    Out,
    Tables,
    make_kids,
    make_lines,
    make_log,
    make_out,
    make_work,
    packed,
)

_SPARE_ROWS = 1_000


@dataclass
class Room:
    """Room for children who ask for a place, which whoever simulates chunk after chunk may keep.

    Each draw writes its rows anew, so what it holds from before means nothing.

    Attributes
    ----------
    kids : Kids, or None
        Of the scenario simulated so far.
    """

    kids: Kids | None = None

    def for_children(self, t: Tables, children: int) -> Kids:
        """Return room for so many children, that of before where it is enough."""
        if self.kids is None or len(self.kids.state) <= children:
            self.kids = make_kids(t, children)
        return self.kids


def simulate_chunk(
    t: Tables,
    drawn: Drawn,
    log_rows: int = 0,
    *,
    one_by_one: bool = False,
    room: Room | None = None,
) -> tuple[Out, Log, int]:
    """Simulate some draws.

    Parameters
    ----------
    t : Tables
        What is the same in every draw.
    drawn : Drawn
        What differs between the draws of the chunk.
    log_rows : int
        Rows to log a single draw in; 0 logs nothing.
    one_by_one : bool
        Follow every child by itself, as is done anyway for a log, ages or retentions; to compare.
    room : Room, optional
        From earlier chunks of the same scenario.

    Returns
    -------
    out : Out
        Counts per draw.
    log : Log
        Of the last draw.
    logged : int
        How many rows of the log that draw asked for, also where there were fewer.
    """
    one_by_one = one_by_one or log_rows > 0
    out, log = make_out(t, len(drawn.number)), make_log(t, log_rows)
    work, lines = make_work(t), make_lines(t)
    room, kernel_tables = room or Room(), packed(t)
    kids = room.for_children(t, _most_children(t, drawn))
    for draw in range(len(drawn.number)):
        prepare_effects(t, drawn, work, draw)
        while not simulate_draw(kernel_tables, drawn, out, work, kids, lines, log, draw, one_by_one):
            kids = room.for_children(t, 2 * len(kids.state))
            _clear(out, draw)
    return out, log, int(work.used[col.LOG_ROWS])


def _most_children(t: Tables, drawn: Drawn) -> int:
    """Return how many children a draw may have, roughly: each asks for places under one row."""
    if len(t.pool_form) == 0:
        return 0
    children = drawn.stock.sum(axis=1) + drawn.waiting.sum(axis=1) + drawn.inflow.sum(axis=(1, 2))
    most = float(children.max(initial=0.0))
    return int(most + 6.0 * np.sqrt(most)) + _SPARE_ROWS


def _clear(out: Out, draw: int) -> None:
    for counts in out:
        counts[draw] = 0
    out.wait_p90_days[draw] = np.nan
