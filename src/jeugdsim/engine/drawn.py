"""What differs between draws: expected inflow, start stock, stay scales, moves, effect sizes.

Every number of a cell is computed from that cell alone (and, for the stock, from the cells of its
own municipality), so that adding a municipality changes no bit of another's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from jeugdsim.engine.effects import Effect
from jeugdsim.engine.limits import drawn_limits, stay_until_limit
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


def units_factor(plan: Plan, parameters: Parameters, shocks: Shocks) -> Array:
    """Return units per day in care before intensity and effects, shape (draws, years, care forms).

    1 for forms that bill one unit per trajectory.
    """
    yearly = yearly_growth(plan, parameters, "units") * shocks.units
    columns = []
    for row in plan.scenario.care_forms:
        if row.units_per_day is None:
            columns.append(np.ones_like(yearly))
        else:
            path = f"care_forms.{row.care_form}.units_per_day"
            columns.append(parameters.of(path, row.units_per_day)[:, None] * yearly)
    return np.stack(columns, axis=2)


def make_drawn(
    plan: Plan, parameters: Parameters, shocks: Shocks, draws: npt.NDArray[np.int64]
) -> Drawn:
    """Return the kernel's input for some draws of a run.

    Parameters
    ----------
    plan : Plan
        The scenario as arrays.
    parameters, shocks
        Drawn assumptions and shocks of these draws.
    draws : ndarray of int
        Their numbers in the run.
    """
    growth = yearly_growth(plan, parameters, "inflow")
    external = _external_inflow(plan, parameters, growth)
    scale = yearly_growth(plan, parameters, "stay") * shocks.stay
    sizes = [parameters.of(effect.path, effect.size) for effect in plan.effects]
    return Drawn(
        number=draws,
        inflow=np.ascontiguousarray(external * shocks.inflow[:, plan.cell_municipality, :]),
        stock=np.ascontiguousarray(_start_stock(plan, parameters, external[:, :, 0])),
        stock_known=_known_stock(plan),
        stay_scale=np.ascontiguousarray(_stay_ratio(plan, parameters)[:, :, None] * scale[:, None, :]),
        move_probability=_move_probabilities(plan, parameters),
        effect=_columns(sizes, len(draws)),
        price=_child_prices(plan, parameters, shocks),
        **drawn_limits(plan.scenario, plan.cells, parameters),
    )


def _child_prices(plan: Plan, parameters: Parameters, shocks: Shocks) -> Array:
    """Return euros of price_year per day in care, (draws, years, forms), if a child's cost counts."""
    contracts = plan.scenario.settings.contracts.values()
    if not any(contract.child_retentions for contract in contracts):
        return np.zeros((parameters.draws, 0, 0))
    tariffs = [
        parameters.of(f"care_forms.{row.care_form}.tariff", row.tariff)
        for row in plan.scenario.care_forms
    ]
    return units_factor(plan, parameters, shocks) * np.stack(tariffs, axis=1)[:, None, :]


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
    return np.stack(
        [
            parameters.of(f"care_forms.{row.care_form}.stay_mean_days", row.stay_mean_days)
            / mean_of(row.stay_mean_days)
            for row in plan.scenario.care_forms
        ],
        axis=1,
    )


def _move_probabilities(plan: Plan, parameters: Parameters) -> Array:
    columns = [
        parameters.of(f"moves.{row.from_care_form}.{row.to_care_form}.probability", row.probability)
        for row in plan.scenario.moves
    ]
    return _columns(columns, parameters.draws)


def _known_stock(plan: Plan) -> npt.NDArray[np.bool_]:
    known = plan.scenario.settings.clients_at_start_known
    rows = {(row.municipality, row.care_form): row for row in plan.scenario.demand}
    return np.array([known and rows[cell].clients_at_start is not None for cell in plan.cells])


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
    mean_stay = np.stack(
        [
            parameters.of(f"care_forms.{row.care_form}.stay_mean_days", row.stay_mean_days)
            for row in plan.scenario.care_forms
        ],
        axis=1,
    )
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


def moves_scaled(plan: Plan, parameters: Parameters) -> npt.NDArray[np.bool_]:
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
