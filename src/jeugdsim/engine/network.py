"""The network of cells as the closed forms see it: how long stays last, where children go next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.interpolate import CubicSpline

from jeugdsim.engine.drawn import Steady, make_drawn, units_factor
from jeugdsim.engine.flows import Changes, Lengths, Routes
from jeugdsim.engine.kernels import prepare_effects
from jeugdsim.engine.plan import Plan, make_plan, make_tables
from jeugdsim.engine.stays import EmpiricalStay, FixedStay, Levels, Stay
from jeugdsim.engine.tables import Drawn, Tables, make_work
from jeugdsim.engine.yearly_shocks import Shocks
from jeugdsim.scenario.model import Scenario

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
_KNOTS = 4097  # cubic pieces over all of a stay's range: survival to within 1e-10
_BEYOND = 1e-17  # chance left out at either end of the range
_SHORTEST = 1e-3  # days; shorter stays are one day at any scale that matters


@dataclass(frozen=True)
class Town:
    """The cells of one municipality, as a network of its own.

    Attributes
    ----------
    cells : ndarray of int
        Their numbers in the plan.
    class_of : ndarray of int
        Their classes.
    routes : Routes
        Moves between them, numbered within the municipality.
    """

    cells: Integers
    class_of: Integers
    routes: Routes

    @property
    def signature(self) -> bytes:
        """What makes two municipalities' children follow the same chances."""
        parts = (self.class_of, self.routes.first, self.routes.to, self.routes.chance)
        return b"|".join(part.tobytes() for part in parts)


@dataclass(frozen=True)
class Network:
    """A scenario's cells with their stays and moves; the same in every draw.

    Attributes
    ----------
    plan, tables
        The scenario as arrays.
    years, days : int
        How far the recursions run.
    lengths, routes
        For the recursions.
    class_of : ndarray of int, shape (cells,)
        The class of each cell.
    cells_of, class_first : ndarray of int
        The cells by class, and where each class begins.
    move_towns : tuple of int
        Municipalities that differ in the effects on their moves, by their first.
    towns : tuple of Town
        Each municipality that buys care.
    """

    plan: Plan
    tables: Tables
    years: int
    days: int
    lengths: Lengths
    routes: Routes
    class_of: Integers
    cells_of: Integers
    class_first: Integers
    move_towns: tuple[int, ...]
    towns: tuple[Town, ...]


@dataclass(frozen=True)
class Moment:
    """One draw's numbers on a network.

    Attributes
    ----------
    changes : Changes
        Stays and moves by day.
    stock : ndarray, shape (cells,)
        Expected clients at the start; whole numbers where they are known.
    stock_known : ndarray of bool, shape (cells,)
        Where they are.
    external : ndarray, shape (cells, days)
        Expected children from outside per day.
    units_by_day : ndarray, shape (cells, days)
        Units per day in care; 0 where a trajectory is billed at entry.
    """

    changes: Changes
    stock: Array
    stock_known: npt.NDArray[np.bool_]
    external: Array
    units_by_day: Array


def make_network(scenario: Scenario, years: int | None = None) -> Network:
    """Return the network of a scenario, over its first so many years."""
    plan = make_plan(scenario)
    tables = make_tables(plan, seed=0)
    years = years or len(plan.calendar.years)
    days = int(plan.calendar.year_first_day[years])
    class_of, lengths = _classes(plan, tables, days)
    order = np.argsort(class_of, kind="stable")
    move_town, chance_row = _move_rows(tables)
    return Network(
        plan=plan,
        tables=tables,
        years=years,
        days=days,
        lengths=lengths,
        routes=_routes(tables, np.arange(len(plan.cells)), chance_row),
        class_of=class_of,
        cells_of=order,
        class_first=np.searchsorted(class_of[order], np.arange(len(lengths.class_form) + 1)),
        move_towns=move_town,
        towns=_towns(plan, tables, class_of, chance_row),
    )


def _extra_days(tables: Tables) -> int:
    """Return the days beyond the horizon that levers on the days left may bring back into it."""
    beyond = tables.remaining_cumulative.shape[1] - len(tables.day_year)
    return beyond if len(tables.whole_effect) else 0


def _classes(plan: Plan, tables: Tables, days: int) -> tuple[Integers, Lengths]:
    """Return each cell's class and the classes' stays."""
    whole = tables.whole_cells.T
    features = np.column_stack([tables.cell_form, tables.stay_group, whole]).astype(np.int64)
    kinds, class_of = np.unique(features, axis=0, return_inverse=True)
    stays = list(zip(plan.stays, plan.rounding_factors, strict=True))
    curves = [_curve(stay, factor) for stay, factor in stays]
    values = [_step_values(stay) for stay, _ in stays]
    most = max(len(steps) for steps, _ in values)
    padded = [[np.pad(part, (0, most - len(part))) for part in pair] for pair in values]
    left_days = tables.remaining_cumulative.shape[1] if len(tables.whole_effect) else days
    lengths = Lengths(
        class_form=np.ascontiguousarray(kinds[:, 0]),
        class_group=np.ascontiguousarray(kinds[:, 1]),
        class_whole=np.ascontiguousarray(kinds[:, 2:].astype(np.bool_)),
        fixed=tables.fixed_stay,
        steps=np.array([_is_stepped(stay, factor) for stay, factor in stays]),
        curve=np.array([curve for curve, _, _ in curves]),
        curve_start=np.array([start for _, start, _ in curves]),
        curve_step=np.array([step for _, _, step in curves]),
        step_days=np.array([steps for steps, _ in padded]),
        step_chances=np.array([chances for _, chances in padded]),
        left=np.diff(tables.remaining_cumulative[:, :left_days], axis=1, prepend=0.0),
        log_middle=np.log(np.arange(days + _extra_days(tables) + 1) + 0.5),
    )
    return class_of.reshape(-1).astype(np.int64), lengths


def _is_stepped(stay: Stay, factor: float) -> bool:
    return isinstance(stay, FixedStay | EmpiricalStay) or factor == 0.0


def _curve(stay: Stay, factor: float) -> tuple[Array, float, float]:
    """Return cubic pieces of P(c X > x) over log x, where they start and their step."""
    if _is_stepped(stay, factor):
        return np.zeros((4, _KNOTS - 1)), 0.0, 1.0
    with np.errstate(divide="ignore"):  # families work out both tails and take the one asked
        ends = stay.quantile(
            Levels(np.array([_BEYOND, 1.0 - _BEYOND]), np.array([1.0 - _BEYOND, _BEYOND]))
        )
    low, high = np.log(np.maximum(factor * ends, _SHORTEST))
    knots = np.linspace(low, high, _KNOTS)
    step = float(knots[1] - knots[0])
    pieces = CubicSpline(knots, stay.survival(np.exp(knots) / factor)).c
    return pieces * step ** np.arange(3, -1, -1)[:, None], float(low), step


def _step_values(stay: Stay) -> tuple[Array, Array]:
    """Return the values a stepped stay takes, in days, and their chances."""
    if isinstance(stay, FixedStay):
        return np.array([stay.days]), np.ones(1)
    if isinstance(stay, EmpiricalStay):
        return np.asarray(stay.days, dtype=np.float64), np.asarray(stay.chances)
    return np.zeros(1), np.ones(1)


def _move_rows(tables: Tables) -> tuple[tuple[int, ...], Integers]:
    """Return the municipalities whose moves differ, and the row of chances of (town, move)."""
    groups, of_town = np.unique(tables.move_group, axis=0, return_inverse=True)
    of_town = of_town.reshape(-1)
    moves = tables.move_group.shape[1]
    firsts = tuple(int(np.flatnonzero(of_town == group)[0]) for group in range(len(groups)))
    return firsts, of_town[:, None] * moves + np.arange(moves)[None, :]


def _routes(tables: Tables, cells: Integers, chance_row: Integers) -> Routes:
    """Return the moves between the given cells, numbered by their place among them."""
    place = {int(cell): at for at, cell in enumerate(cells)}
    first, to, chance = [0], [], []
    for cell in cells:
        town, form = tables.cell_municipality[cell], tables.cell_form[cell]
        for move in range(tables.move_first[form], tables.move_first[form + 1]):
            destination = int(tables.cell_at[town, tables.move_to[move]])
            if destination in place:
                to.append(place[destination])
                chance.append(int(chance_row[town, move]))
        first.append(len(to))
    return Routes(*(np.array(part, dtype=np.int64) for part in (first, to, chance)))


def _towns(plan: Plan, tables: Tables, class_of: Integers, chance_row: Integers) -> tuple[Town, ...]:
    towns = []
    for town in np.unique(plan.cell_municipality):
        cells = np.flatnonzero(plan.cell_municipality == town)
        towns.append(Town(cells, class_of[cells], _routes(tables, cells, chance_row)))
    return tuple(towns)


def make_moment(network: Network, steady: Steady, shocks: Shocks) -> Moment:
    """Return the numbers of one draw, given what it is made from (one row each)."""
    plan, tables, lengths = network.plan, network.tables, network.lengths
    days = network.days
    drawn = make_drawn(plan, steady, shocks, np.zeros(1, dtype=np.int64))
    work = make_work(tables)
    prepare_effects(tables, drawn, work, 0)
    years = tables.day_year[:days]
    scale = drawn.stay_scale[0][lengths.class_form][:, years]
    per_day = units_factor(steady, shocks)[0].T[tables.cell_form][:, years]
    by_day = per_day * work.units_effects[tables.units_group, :days]
    by_day[tables.per_trajectory[tables.cell_form]] = 0.0
    return Moment(
        changes=Changes(
            scale=scale * work.stay_effects[lengths.class_group, :days],
            move_chance=_move_chances(network, drawn, work.move_effects[:, :days]),
            whole_effect=drawn.effect[0][tables.whole_effect],
            whole_starts=tables.whole_starts,
            reach=_reach(network, drawn.effect[0][tables.whole_effect]),
        ),
        stock=drawn.stock[0],
        stock_known=drawn.stock_known,
        external=_external(tables, drawn, work.inflow_effects)[:, :days],
        units_by_day=by_day,
    )


def _reach(network: Network, effects: Array) -> int:
    """Return the day beyond which no end of a stay comes back before the horizon.

    An effect e brings the end on day t back to starts + (t - starts)(1 + e) or later; -1 brings all
    back to the same day, however far.
    """
    shrinks = [1.0 + effect for effect in effects if -1.0 < effect < 0.0]
    furthest = (network.days + 2) / float(np.prod(shrinks))
    return int(min(furthest, network.lengths.left.shape[1] - 1)) if len(effects) else network.days


def _move_chances(network: Network, drawn: Drawn, effects: Array) -> Array:
    """Return the chance of every move by day, rows that add up to over 1 scaled to 1."""
    tables = network.tables
    probability = drawn.move_probability[0][:, None]
    rows = []
    for town in network.move_towns:
        chance = probability * effects[tables.move_group[town]]
        for first, last in zip(tables.move_first[:-1], tables.move_first[1:], strict=True):
            chance[first:last] /= np.maximum(chance[first:last].sum(axis=0), 1.0)
        rows.append(chance)
    return np.ascontiguousarray(np.concatenate(rows)) if rows else np.zeros((0, effects.shape[1]))


def _external(tables: Tables, drawn: Drawn, inflow_effects: Array) -> Array:
    monthly = drawn.inflow[0][:, tables.month_year] * tables.month_share[tables.cell_form]
    monthly = monthly * inflow_effects[tables.inflow_group]
    return np.repeat(monthly / tables.month_days, tables.month_days, axis=1)
