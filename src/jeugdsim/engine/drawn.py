"""What differs between draws: expected inflow, start stock, stay scales, moves, effect sizes.

Every number of a cell is computed from that cell alone (and, for the stock, from the cells of its
own municipality), so that adding a municipality changes no bit of another's.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from jeugdsim.engine.effects import Effect
from jeugdsim.engine.limits import (
    drawn_places,
    drawn_rates,
    drawn_waiting,
    known_at_start,
    stay_until_limit,
)
from jeugdsim.engine.plan import Plan
from jeugdsim.engine.tables import Drawn
from jeugdsim.engine.yearly_shocks import Shocks
from jeugdsim.scenario.findings import Finding, ScenarioError
from jeugdsim.scenario.numbers import mean_of
from jeugdsim.world.growth import growth_factor
from jeugdsim.world.parameters import Parameters
from jeugdsim.world.phases import phase

Array = npt.NDArray[np.float64]
_MOST_GENERATIONS = 1_000
_ENDLESS = 1e6  # rounds through care no real child makes


def yearly_growth(plan: Plan, parameters: Parameters, quantity: str) -> Array:
    """Return the growth factor of ``quantity`` ("inflow", "stay", "units"), shape (draws, years)."""
    settings = plan.scenario.settings
    field = f"{quantity}_growth_per_year"
    growth = parameters.of(f"world.{field}", getattr(settings.world, field))
    fade = parameters.of("world.growth_fade_per_year", settings.world.growth_fade_per_year)
    ahead = [year - settings.volume_year for year in plan.calendar.years]
    return np.stack([growth_factor(growth, fade, years) for years in ahead], axis=1)


@dataclass(frozen=True)
class Steady:
    """What follows from drawn assumptions alone, before any yearly shock.

    Attributes
    ----------
    inflow : ndarray, shape (draws, cells, years)
        New children per year from outside, before levers.
    stay_growth, units_growth : ndarray, shape (draws, years)
        Growth factors.
    stay_ratio : ndarray, shape (draws, care forms)
        The drawn mean stay as a fraction of its mean.
    units_per_day : ndarray, shape (draws, care forms)
        Units per day in care, NaN for forms that bill one unit per trajectory.
    tariff : ndarray, shape (draws, care forms) or (draws, 0)
        Euros of price_year per unit, where the cost of a child counts.
    stock, move_probability, effect, waiting, places, rates : ndarray
        As the kernel reads them, see ``tables.Drawn``.
    moves_scaled : ndarray of bool, shape (draws,)
        Where moves from a form add up to over 1 somewhere and some time.
    """

    inflow: Array
    stay_growth: Array
    units_growth: Array
    stay_ratio: Array
    units_per_day: Array
    tariff: Array
    stock: Array
    move_probability: Array
    effect: Array
    waiting: Array
    places: npt.NDArray[np.int64]
    rates: Array
    moves_scaled: npt.NDArray[np.bool_]

    @property
    def nbytes(self) -> int:
        """Bytes that the arrays take."""
        return sum(getattr(self, each.name).nbytes for each in fields(self))

    def rows(self, draws: slice) -> Steady:
        """Return what follows in some of the draws."""
        return Steady(*(getattr(self, each.name)[draws] for each in fields(self)))


def make_steady(plan: Plan, parameters: Parameters) -> Steady:
    """Return what follows from drawn assumptions, before any yearly shock."""
    scenario = plan.scenario
    inflow = _external_inflow(plan, parameters, yearly_growth(plan, parameters, "inflow"))
    sizes = [parameters.of(effect.path, effect.size) for effect in plan.effects]
    return Steady(
        inflow=inflow,
        stay_growth=yearly_growth(plan, parameters, "stay"),
        units_growth=yearly_growth(plan, parameters, "units"),
        stay_ratio=_stay_ratio(plan, parameters),
        units_per_day=_of_forms(plan, parameters, "units_per_day"),
        tariff=_child_tariffs(plan, parameters),
        stock=_start_stock(plan, parameters, inflow[:, :, 0]),
        move_probability=_move_probabilities(plan, parameters),
        effect=_columns(sizes, parameters.draws),
        waiting=drawn_waiting(scenario, plan.cells, parameters),
        places=drawn_places(scenario, parameters),
        rates=drawn_rates(scenario, parameters),
        moves_scaled=_moves_scaled(plan, parameters),
    )


def units_factor(steady: Steady, shocks: Shocks) -> Array:
    """Return units per day in care before intensity and effects, shape (draws, years, care forms).

    1 for forms that bill one unit per trajectory.
    """
    yearly = (steady.units_growth * shocks.units)[:, :, None]
    per_day = steady.units_per_day[:, None, :]
    return np.asarray(np.where(np.isnan(per_day), 1.0, per_day * yearly))


def make_drawn(plan: Plan, steady: Steady, shocks: Shocks, draws: npt.NDArray[np.int64]) -> Drawn:
    """Return the kernel's input for some draws of a run.

    Parameters
    ----------
    plan : Plan
        The scenario as arrays.
    steady, shocks
        What follows from the assumptions of these draws, and their shocks.
    draws : ndarray of int
        Their numbers in the run.
    """
    scale = steady.stay_growth * shocks.stay
    price = units_factor(steady, shocks) if steady.tariff.size else np.zeros((len(draws), 0, 0))
    stock_known, waiting_known = known_at_start(plan.scenario, plan.cells)
    return Drawn(
        number=draws,
        inflow=np.ascontiguousarray(steady.inflow * shocks.inflow[:, plan.cell_municipality, :]),
        stock=np.ascontiguousarray(steady.stock),
        waiting=steady.waiting,
        stock_known=stock_known,
        waiting_known=waiting_known,
        stay_scale=np.ascontiguousarray(steady.stay_ratio[:, :, None] * scale[:, None, :]),
        move_probability=steady.move_probability,
        effect=steady.effect,
        places=steady.places,
        rates=steady.rates,
        price=price * steady.tariff[:, None, :],
    )


def _of_forms(plan: Plan, parameters: Parameters, field: str) -> Array:
    """Return a number of every care form, shape (draws, care forms); NaN where it has none."""
    numbers = [(row.care_form, getattr(row, field)) for row in plan.scenario.care_forms]
    columns = [
        np.full(parameters.draws, np.nan)
        if number is None
        else parameters.of(f"care_forms.{form}.{field}", number)
        for form, number in numbers
    ]
    return np.stack(columns, axis=1)


def _child_tariffs(plan: Plan, parameters: Parameters) -> Array:
    """Return euros of price_year per unit, (draws, care forms), if a child's cost counts."""
    contracts = plan.scenario.settings.contracts.values()
    if not any(contract.child_retentions for contract in contracts):
        return np.zeros((parameters.draws, 0))
    return _of_forms(plan, parameters, "tariff")


def _columns(columns: list[Array], draws: int) -> Array:
    return np.ascontiguousarray(np.stack(columns, axis=1)) if columns else np.empty((draws, 0))


def _external_inflow(plan: Plan, parameters: Parameters, growth: Array) -> Array:
    """Return new children per year from outside, no shocks or levers: (draws, cells, years)."""
    rows = {(row.municipality, row.care_form): row for row in plan.scenario.demand}
    rates = [
        parameters.of(
            f"demand.{town}.{form}.inflow_per_1000_youth", rows[town, form].inflow_per_1000_youth
        )
        for town, form in plan.cells
    ]
    youth = plan.youth[plan.cell_municipality] / 1000.0
    return youth * np.stack(rates, axis=1)[:, :, None] * growth[:, None, :]


def _stay_ratio(plan: Plan, parameters: Parameters) -> Array:
    """Return the drawn mean stay as a fraction of its mean, shape (draws, care forms)."""
    means = [mean_of(row.stay_mean_days) for row in plan.scenario.care_forms]
    return np.asarray(_of_forms(plan, parameters, "stay_mean_days") / np.array(means))


def _move_probabilities(plan: Plan, parameters: Parameters) -> Array:
    columns = [
        parameters.of(f"moves.{row.from_care_form}.{row.to_care_form}.probability", row.probability)
        for row in plan.scenario.moves
    ]
    return _columns(columns, parameters.draws)


def _start_stock(plan: Plan, parameters: Parameters, first_year_inflow: Array) -> Array:
    """Return expected clients on the day before the start, (draws, cells): given or stationary."""
    rows = {(row.municipality, row.care_form): row for row in plan.scenario.demand}
    given = [rows[cell].clients_at_start for cell in plan.cells]
    if all(number is not None for number in given):
        stock = np.empty_like(first_year_inflow)
    else:
        stock = stationary_stock(plan, parameters, first_year_inflow)
    for index, ((town, form), number) in enumerate(zip(plan.cells, given, strict=True)):
        if number is not None:
            stock[:, index] = parameters.of(f"demand.{town}.{form}.clients_at_start", number)
    return stock


def stationary_stock(plan: Plan, parameters: Parameters, first_year_inflow: Array) -> Array:
    """Return the stock in balance with inflow and moves (arrivals per day x mean stay).

    With ages the mean stay is that until the limit, and who reaches the limit does not move on; both
    at the form's own entry ages, also for children who came by a move.

    Parameters
    ----------
    plan : Plan
        The scenario as arrays.
    parameters : Parameters
        Drawn assumptions.
    first_year_inflow : ndarray, shape (draws, cells)
        New children from outside in the start year.

    Raises
    ------
    ScenarioError
        When in a draw children go round between forms and never leave care.
    """
    mean_stay = _of_forms(plan, parameters, "stay_mean_days")
    routes = _routes(plan, parameters)
    if plan.scenario.has_ages:
        kept, ended = stay_until_limit(plan.scenario).mixed(_extended_shares(plan, parameters))
        mean_stay = mean_stay * kept
        routes = [
            replace(route, probability=route.probability * ended[:, route.origin]) for route in routes
        ]
    arrivals = _balanced_arrivals(plan, first_year_inflow, routes)
    return np.asarray(arrivals / plan.calendar.year_days[0] * mean_stay[:, plan.cell_form])


def _extended_shares(plan: Plan, parameters: Parameters) -> Array:
    """Return the share that may stay beyond 18, before levers, shape (draws, care forms)."""
    given = {row.care_form: row.share for row in plan.scenario.extended_care}
    columns = [
        parameters.of(f"extended_care.{form}.share", given.get(form, 0.0))
        for form in plan.scenario.care_form_names
    ]
    return np.stack(columns, axis=1)


@dataclass(frozen=True)
class _Route:
    """A move from a form to a form, by number; probability (draws,)."""

    origin: int
    end: int
    probability: Array


def _routes(plan: Plan, parameters: Parameters) -> list[_Route]:
    """Return the moves in order, those from a form scaled where they add up to over 1."""
    probability = _move_probabilities(plan, parameters)
    form_at = {name: number for number, name in enumerate(plan.scenario.care_form_names)}
    moves = plan.scenario.moves
    routes = []
    for column, row in enumerate(moves):
        siblings = [
            other for other, move in enumerate(moves) if move.from_care_form == row.from_care_form
        ]
        total = probability[:, siblings].sum(axis=1)
        scaled = probability[:, column] / np.maximum(total, 1.0)
        routes.append(_Route(form_at[row.from_care_form], form_at[row.to_care_form], scaled))
    return routes


def _balanced_arrivals(plan: Plan, external: Array, routes: list[_Route]) -> Array:
    """Solve the traffic equations a = external + moves of a, shape (draws, cells).

    Arrivals are summed generation by generation until no bit changes: each sum only rises, so a
    municipality ends on the same bits whoever stands beside it. Where children go round very often
    the municipality is solved directly.
    """
    forms, towns = len(plan.scenario.care_forms), len(plan.scenario.municipalities)
    cells = plan.cell_form, plan.cell_municipality
    closed = np.ones((forms, towns), dtype=np.bool_)
    closed[cells] = False
    from_outside = np.zeros((forms, towns, len(external)))
    from_outside[cells] = external.T
    arrivals, coming = from_outside, np.empty_like(from_outside[0])
    for _ in range(_MOST_GENERATIONS):
        following = from_outside.copy()
        for route in routes:
            np.multiply(arrivals[route.origin], route.probability, out=coming)
            following[route.end] += coming
        following[closed] = 0.0  # who goes where no care is bought is gone
        if np.array_equal(following, arrivals):
            break
        moving = following != arrivals
        arrivals = following
    else:
        for town, draw in np.argwhere(np.any(moving, axis=0)):
            own = np.flatnonzero(~closed[:, town])
            inflow = from_outside[own, town, draw]
            arrivals[own, town, draw] = _solved(own, inflow, routes, int(draw))
    return np.ascontiguousarray(arrivals[cells].T)


def _solved(own: npt.NDArray[np.int64], inflow: Array, routes: list[_Route], draw: int) -> Array:
    """Solve the traffic equations of the forms that one municipality buys, in one draw."""
    place = {int(form): at for at, form in enumerate(own)}
    balance = np.eye(len(own))
    for route in routes:
        if route.origin in place and route.end in place:
            balance[place[route.end], place[route.origin]] -= route.probability[draw]
    try:
        arrivals = np.asarray(np.linalg.solve(balance, inflow), dtype=np.float64)
    except np.linalg.LinAlgError:
        arrivals = np.full_like(inflow, np.inf)
    if not np.all(np.isfinite(arrivals)) or arrivals.max() > _ENDLESS * max(inflow.sum(), 1.0):
        raise ScenarioError(
            [
                Finding(
                    "moves.csv",
                    0,
                    "in some draws children go round between care forms and never leave care: "
                    "make the probabilities on that circle less certain to add up to 1",
                )
            ]
        )
    return arrivals


def _moves_scaled(plan: Plan, parameters: Parameters) -> npt.NDArray[np.bool_]:
    """Tell in which draws moves from a form add up to over 1 somewhere and some time, and are scaled.

    Looked at on the first day of every month, levers included.
    """
    probability = _move_probabilities(plan, parameters)
    scaled = np.zeros(parameters.draws, dtype=np.bool_)
    for form in plan.scenario.care_form_names:
        rows = [i for i, row in enumerate(plan.scenario.moves) if row.from_care_form == form]
        levers_of_a_town = {
            tuple(
                tuple(
                    effect
                    for effect in plan.effects
                    if effect.affects == "move"
                    and effect.to == plan.scenario.moves[row].to_care_form
                    and (town, form) in effect.cells
                )
                for row in rows
            )
            for town in plan.scenario.municipality_names
            if (town, form) in plan.scenario.demand_cells
        }
        for levers in levers_of_a_town:
            total = np.zeros((parameters.draws, 1))
            for row, effects in zip(rows, levers, strict=True):
                total = total + probability[:, row, None] * _raised(plan, parameters, effects)
            scaled |= np.any(total > 1.0, axis=1)
    return scaled


def _raised(plan: Plan, parameters: Parameters, effects: tuple[Effect, ...]) -> Array:
    """Return the product of (1 + effect x phase) on the first of every month, (draws, months)."""
    days = plan.calendar.month_first_day.astype(np.float64)
    product = np.ones((parameters.draws, 1))
    for effect in effects:
        reached = phase(days, effect.starts, effect.profile, effect.phase_in_years)
        product = product * (1.0 + parameters.of(effect.path, effect.size)[:, None] * reached)
    return product
