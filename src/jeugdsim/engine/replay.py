"""One draw, child by child: every stay and every wait as a row, and one child's story.

The children are synthetic, so there is nobody's privacy to keep.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from jeugdsim.engine import columns as col
from jeugdsim.engine.chunk import simulate_chunk
from jeugdsim.engine.countable import refuse_uncountable
from jeugdsim.engine.drawn import make_drawn, make_steady, units_factor
from jeugdsim.engine.keyed import LIST_ADDRESS, STOCK_ADDRESS
from jeugdsim.engine.plan import Plan, make_plan, make_tables
from jeugdsim.engine.tables import Log
from jeugdsim.engine.yearly_shocks import draw_shocks
from jeugdsim.scenario.findings import nearest, shown
from jeugdsim.scenario.model import Scenario
from jeugdsim.world.parameters import draw_parameters

if TYPE_CHECKING:
    import pandas as pd

Integers = npt.NDArray[np.int64]
_KINDS = {col.STAY_ROW: "stay", col.BRIDGING_ROW: "bridging", col.WAIT_ROW: "wait"}
_AFTER_A_STAY = {
    col.LEFT: "leaves care",
    col.AGED_OUT: "age limit",
    col.GOES_ON: "goes on",
}
_AFTER_A_WAIT = {
    col.ADMITTED: "admitted",
    col.GIVES_UP: "reneges",
    col.ESCALATES: "escalates",
    col.TOO_OLD: "age limit",
    col.STILL_WAITS: "goes on",
}
_COMMAND_LINE_SEED = 2027
_STEPS_APART = 3  # rows of one step in order: the wait, bridging meanwhile, the stay
_NO_DATE = np.datetime64("NaT", "D")
_FARTHEST_DAY = 1_000_000  # a day beyond the years for sure


def clients(scenario: Scenario, *, draw: int, seed: int = _COMMAND_LINE_SEED) -> pd.DataFrame:
    """Return every stay and every wait of every child in one draw.

    Parameters
    ----------
    scenario : Scenario
        What is assumed.
    draw : int
        Number of the draw, 0 or more: that of ``simulate`` with the same seed.
    seed : int
        Seed, 0 or more; by default that of the command line.

    Returns
    -------
    pandas.DataFrame
        A row per stay, bridging stay or wait, children together and in order of time:
        ``client``, its name MUNICIPALITY.CARE_FORM.MONTH.NUMBER by first entry (month ``start``: in
        care on the day before the start; ``waiting``: in line then); ``municipality``; ``kind``
        ("stay", "bridging" or "wait"); ``step``, counting the stays asked for; ``care_form``, of a
        wait the one waited for; ``asked``, ``begin`` and ``end`` (dates; asked and begin are missing
        where that was before the start, end where it goes on); ``days`` within the years simulated;
        ``outcome`` (of a stay "moves", "leaves care", "age limit" or "goes on"; of a wait "admitted",
        "reneges", "escalates", "age limit" or "goes on") and ``next``, the care form asked for next;
        ``stays_in``, the form in which the child stays while it waits; where a place was asked for
        ``priority`` (1 to 9, 10 without a number), ``tie`` and ``gives_up`` (date on which it would
        stop waiting); ``intensity`` and ``units`` within the years; where children have ages
        ``adult_on``, the 18th birthday, missing where it was before the start. A wait of no days is
        left out.

    Raises
    ------
    ValueError
        When draw or seed is not a whole number of 0 or more.

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> children = js.clients(scenario, draw=17)
    >>> children.loc[0, ["kind", "care_form", "outcome"]].tolist()
    ['stay', 'ambulante begeleiding', 'leaves care']
    """
    for name, value in {"draw": draw, "seed": seed}.items():
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 0:
            raise ValueError(f"{name} must be a whole number of 0 or more, not {value!r}")
    plan = make_plan(scenario)
    log, units_per_day = _logged(plan, int(draw), int(seed))
    return _table(plan, log, units_per_day)


def trace(
    scenario: Scenario, *, draw: int, client: str, seed: int = _COMMAND_LINE_SEED
) -> pd.DataFrame:
    """Return what happens to one child in one draw: its rows of ``clients``, in order of time.

    Parameters
    ----------
    scenario : Scenario
        What is assumed.
    draw : int
        Number of the draw, 0 or more.
    client : str
        Name of the child, as ``clients`` gives it.
    seed : int
        Seed, 0 or more; by default that of the command line.

    Raises
    ------
    ValueError
        When the draw has no such child, or draw or seed is out of range.

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> story = js.trace(scenario, draw=17, client="Delft.crisis.2028-03.1")
    >>> story["client"].nunique()
    1
    """
    table = clients(scenario, draw=draw, seed=seed)
    rows = table[table["client"] == client]
    if rows.empty:
        names = table["client"].unique().tolist()
        hint = nearest(str(client), names) or f" (a first one is {shown(names[0])})" if names else ""
        raise ValueError(f"draw {draw} has no child {shown(str(client))}{hint}")
    return rows.reset_index(drop=True)


def _logged(plan: Plan, draw: int, seed: int) -> tuple[Log, npt.NDArray[np.float64]]:
    """Simulate one draw with a log; return it and units per day in care, (years, care forms)."""
    tables = make_tables(plan, seed)
    steady = make_steady(plan, draw_parameters(plan.scenario, seed, 1, first=draw))
    shocks = draw_shocks(plan, seed, 1, first=draw)
    drawn = make_drawn(plan, steady, shocks, np.array([draw]))
    refuse_uncountable(plan, drawn)
    _, _, rows = simulate_chunk(tables, drawn, log_rows=1)
    _, log, rows = simulate_chunk(tables, drawn, log_rows=max(rows, 1))
    return Log(log.whole[:rows], log.numbers[:rows]), units_factor(steady, shocks)[0]


def _table(plan: Plan, log: Log, units_per_day: npt.NDArray[np.float64]) -> pd.DataFrame:
    import pandas as pd

    whole = log.whole
    kind, step = whole[:, col.LOG_KIND], whole[:, col.LOG_STEP]
    address = whole[:, col.LOG_ADDRESS]
    order = np.lexsort(
        (
            step * _STEPS_APART - kind,
            whole[:, col.LOG_SEQUENCE],
            np.where(address == LIST_ADDRESS, -1, address),
            whole[:, col.LOG_ORIGIN],
        )
    )
    whole, kind = whole[order], kind[order]
    cell, begin, end = (whole[:, column] for column in (col.LOG_CELL, col.LOG_BEGIN, col.LOG_END))
    names = _Names(plan)
    asked_for = whole[:, col.LOG_PRIORITY] >= 0
    goes_on = end >= plan.calendar.days
    units = log.numbers[order, 1:] * units_per_day.T[plan.cell_form[cell]]
    columns: dict[str, Any] = {
        "client": names.clients(whole),
        "municipality": names.towns[plan.cell_municipality[cell]],
        "kind": np.array([_KINDS[number] for number in range(len(_KINDS))])[kind],
        "step": whole[:, col.LOG_STEP],
        "care_form": names.forms[plan.cell_form[cell]],
        "asked": names.dates(whole[:, col.LOG_ASKED]),
        "begin": names.dates(np.where(begin >= 0, begin, -1)),
        "end": np.where(goes_on, _NO_DATE, names.dates(end)),
        "days": np.minimum(end, plan.calendar.days) - np.maximum(begin, 0),
        "outcome": _outcomes(whole),
        "next": names.next_forms(whole),
        "stays_in": names.of_cells(whole[:, col.LOG_HELD]),
        "priority": np.where(asked_for, whole[:, col.LOG_PRIORITY] + 1, 0),
        "tie": np.where(asked_for, whole[:, col.LOG_TIE], 0),
        "gives_up": np.where(asked_for, names.dates(whole[:, col.LOG_QUITS]), _NO_DATE),
        "intensity": log.numbers[order, 0],
        "units": units.sum(axis=1),
    }
    if plan.scenario.has_ages:
        columns["adult_on"] = names.dates(whole[:, col.LOG_ADULT])
    return pd.DataFrame(columns)


def _outcomes(whole: Integers) -> npt.NDArray[np.str_]:
    waits = whole[:, col.LOG_KIND] != col.STAY_ROW
    outcome = whole[:, col.LOG_OUTCOME]
    after_stay = np.array([_AFTER_A_STAY.get(number, "moves") for number in outcome])
    after_wait = np.array([_AFTER_A_WAIT.get(number, "") for number in outcome])
    return np.where(waits, after_wait, after_stay)


class _Names:
    """Names of cells, dates and children in a log."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.towns = np.array(plan.scenario.municipality_names, dtype=object)
        self.forms = np.array(plan.scenario.care_form_names, dtype=object)

    def dates(self, days: Integers) -> npt.NDArray[np.datetime64]:
        """Return dates of days counted from the start; the day before the start is no date."""
        first = np.datetime64(self.plan.calendar.start, "D")
        far = np.abs(days) > _FARTHEST_DAY
        dates = first + np.where(far, 0, days).astype("timedelta64[D]")
        return np.where(far | (days < 0), _NO_DATE, dates)

    def of_cells(self, cells: Integers) -> npt.NDArray[np.object_]:
        """Return the care forms of cells, empty for -1."""
        return np.where(cells >= 0, self.forms[self.plan.cell_form[np.maximum(cells, 0)]], "")

    def next_forms(self, whole: Integers) -> npt.NDArray[np.object_]:
        """Return the form a child asks for when a stay ends."""
        stays = whole[:, col.LOG_KIND] == col.STAY_ROW
        return self.of_cells(np.where(stays, whole[:, col.LOG_OUTCOME], -1))

    def clients(self, whole: Integers) -> npt.NDArray[np.object_]:
        """Return the children's names: where and when they first came, and which of them it is."""
        origin = whole[:, col.LOG_ORIGIN]
        towns = self.towns[self.plan.cell_municipality[origin]]
        forms = self.forms[self.plan.cell_form[origin]]
        months = self._months(whole[:, col.LOG_ADDRESS])
        numbers = (whole[:, col.LOG_SEQUENCE] + 1).astype(str).astype(object)
        return np.asarray(towns + "." + forms + "." + months + "." + numbers)

    def _months(self, address: Integers) -> npt.NDArray[np.object_]:
        known = {STOCK_ADDRESS: "start", LIST_ADDRESS: "waiting"} | {
            number + 1: f"{number // 12:04d}-{number % 12 + 1:02d}"
            for number in self.plan.calendar.month_number.tolist()
        }
        unique, place = np.unique(address, return_inverse=True)
        return np.array([known[int(number)] for number in unique], dtype=object)[place]
