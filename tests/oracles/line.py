"""From volumes to bills, overrun and savings, draw by draw, with the rules of money.py.

`recompute` takes the volumes of a simulation as given (units, the two indices, the drawn
assumptions) and returns everything after it as plain arrays, names in the order of the folder.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from . import money
from .folder import Folder, Number


@dataclass
class Quantities:
    """What the money is computed from: arrays (draw, year, municipality, care form) and so on."""

    units: np.ndarray
    paid_level: np.ndarray  # (draw, year): index_provisional, L
    definitive_level: np.ndarray  # (draw, year): index_definitive, D
    parameters: dict[str, np.ndarray]  # dotted path -> (draw,)

    def drawn(self, path: str, written: Number) -> np.ndarray:
        """Give the values of an assumption: the written number, or its draws when uncertain."""
        draws = self.units.shape[0]
        if isinstance(written, dict):
            return self.parameters[path]
        return np.full(draws, float(written))


@dataclass
class Answer:
    """Everything after the volumes; per contract (draw, year), per cell with two more axes."""

    use_value: np.ndarray  # (draw, year, municipality, care form)
    value_before_tariff_levers: np.ndarray  # the same, C* of the savings
    payment: dict[str, np.ndarray] = field(default_factory=dict)
    provider_cost: dict[str, np.ndarray] = field(default_factory=dict)
    provider_result: dict[str, np.ndarray] = field(default_factory=dict)
    provider_index_gap: dict[str, np.ndarray] = field(default_factory=dict)
    agreed_budget: dict[str, np.ndarray] = field(default_factory=dict)
    reserve_lost: dict[str, np.ndarray] = field(default_factory=dict)
    lever_cost: np.ndarray = field(default_factory=lambda: np.zeros(0))  # (.., segment)
    budget: np.ndarray = field(default_factory=lambda: np.zeros(0))
    budget_without_target: np.ndarray = field(default_factory=lambda: np.zeros(0))
    target: list[float] = field(default_factory=list)  # nominal, per year


def recompute(folder: Folder, given: Quantities, expected: dict[tuple[str, str], float]) -> Answer:
    """Settle every contract and set every budget; the bills follow in `contributions`."""
    answer = _value_of_use(folder, given)
    for name, terms in folder.contracts.items():
        _settle(folder, given, expected, name, terms, answer)
    _levers(folder, given, expected, answer)
    _budgets(folder, given, expected, answer)
    return answer


def _value_of_use(folder: Folder, given: Quantities) -> Answer:
    draws = given.units.shape[0]
    effects = {
        lever["name"]: given.drawn(f"levers.{lever['name']}.effect", lever["effect"])
        for lever in folder.levers
    }
    use = np.zeros(given.units.shape)
    before = np.zeros(given.units.shape)
    for k, form in enumerate(folder.care_forms):
        tariff = given.drawn(f"care_forms.{form}.tariff", folder.forms[form]["tariff"])
        for r in range(draws):
            of_draw = {name: float(values[r]) for name, values in effects.items()}
            for y, year in enumerate(folder.years):
                level = given.paid_level[r, y]
                for m, town in enumerate(folder.municipalities):
                    factor = money.tariff_lever_factor(folder.levers, of_draw, year, town, form)
                    units = given.units[r, y, m, k]
                    use[r, y, m, k] = money.use_value(units, tariff[r], factor, level)
                    before[r, y, m, k] = money.use_value(units, tariff[r], 1.0, level)
    return Answer(use_value=use, value_before_tariff_levers=before)


def _settle(
    folder: Folder,
    given: Quantities,
    expected: dict[tuple[str, str], float],
    name: str,
    terms: dict[str, Any],
    answer: Answer,
) -> None:
    draws, years = given.paid_level.shape
    cells = [
        (m, k)
        for m, town in enumerate(folder.municipalities)
        for k, form in enumerate(folder.care_forms)
        if form in folder.forms_of(name) and town in folder.members_of(name, form)
    ]
    ratio = given.drawn(f"contracts.{name}.cost_ratio", terms.get("cost_ratio", 1.0))
    growth = given.drawn(
        f"contracts.{name}.volume_growth_per_year", terms.get("volume_growth_per_year", 0.0)
    )
    payment, cost, result, gap, agreed = (np.zeros((draws, years)) for _ in range(5))
    lost = np.zeros((draws, years), dtype=bool)
    for r in range(draws):
        for y, year in enumerate(folder.years):
            level, definitive = given.paid_level[r, y], given.definitive_level[r, y]
            value = sum(answer.use_value[r, y, m, k] for m, k in cells)
            for m, k in cells:
                form = folder.care_forms[k]
                tariff = given.drawn(f"care_forms.{form}.tariff", folder.forms[form]["tariff"])
                units = given.units[r, y, m, k]
                cost[r, y] += money.provider_cost(units, tariff[r], level, ratio[r])
            if terms["form"] == "pxq":
                agreed[r, y] = np.nan
                payment[r, y] = value
            else:
                agreed[r, y] = money.task_budget(
                    _first_budget(folder, expected, name, terms, year),
                    level,
                    growth[r],
                    y,
                    money.held_level(terms.get("agreed_reduction", {}), year),
                )
                payment[r, y] = money.risk_sharing_payment(
                    value,
                    agreed[r, y],
                    terms.get("loss_bands", ()),
                    terms.get("gain_bands", ()),
                )
            result[r, y] = payment[r, y] - cost[r, y]
            gap[r, y] = money.provider_index_gap(cost[r, y], level, definitive)
        if terms["form"] != "pxq":
            lost[r] = money.reserve_lost(result[r], agreed[r, 0], terms.get("reserve", 0.02))
    answer.payment[name] = payment
    answer.provider_cost[name] = cost
    answer.provider_result[name] = result
    answer.provider_index_gap[name] = gap
    answer.agreed_budget[name] = agreed
    answer.reserve_lost[name] = lost


def _first_budget(
    folder: Folder,
    expected: dict[tuple[str, str], float],
    name: str,
    terms: dict[str, Any],
    year: int,
) -> float:
    """Bhat: history, the stated amount, or an amount per youth of the members (MODEL 4)."""
    if terms["budget"] == "history":
        return sum(
            cost
            for (town, form), cost in expected.items()
            if form in folder.forms_of(name) and town in folder.members_of(name, form)
        )
    if isinstance(terms["budget"], dict):
        members = {t for form in folder.forms_of(name) for t in folder.members_of(name, form)}
        youth = sum(folder.population[town, year]["youth"] for town in members)
        return terms["budget"]["per_youth"] * youth
    return float(terms["budget"])


def _levers(
    folder: Folder, given: Quantities, expected: dict[tuple[str, str], float], answer: Answer
) -> None:
    draws, years = given.paid_level.shape
    cost = np.zeros((draws, years, len(folder.municipalities), len(folder.segments)))
    for lever in folder.levers:
        path = f"levers.{lever['name']}.cost_per_year"
        yearly = given.drawn(path, lever.get("cost_per_year", 0.0))
        for r in range(draws):
            for y, year in enumerate(folder.years):
                amount = money.lever_cost(yearly[r], given.paid_level[r, y], lever["starts"], year)
                for (town, form), own in money.lever_cost_over_cells(amount, lever, expected).items():
                    segment = folder.segments.index(folder.forms[form]["segment"])
                    cost[r, y, folder.municipalities.index(town), segment] += own
    answer.lever_cost = cost


def _budgets(
    folder: Folder, given: Quantities, expected: dict[tuple[str, str], float], answer: Answer
) -> None:
    draws, years = given.paid_level.shape
    terms = folder.toml.get("budget", {})
    savings = folder.toml.get("savings", {})
    total = sum(expected.values())
    basis = terms.get("basis", total)
    shape = (draws, years, len(folder.municipalities), len(folder.segments))
    answer.budget = np.zeros(shape)
    answer.budget_without_target = np.zeros(shape)
    answer.target = []
    for y, year in enumerate(folder.years):
        index = money.mean_index(
            money.mean_of(folder.world.get("indexation", 0.0)),
            money.mean_of(folder.world.get("index_forecast_error", 0.0)),
            folder.price_year,
            year,
            terms.get("index_per_year"),
        )
        target = money.nominal_target(
            money.held_level(savings.get("target", {}), year), index, savings.get("target_prices")
        )
        answer.target.append(target)
        for m, town in enumerate(folder.municipalities):
            for s, segment in enumerate(folder.segments):
                own = sum(
                    cost
                    for (t, form), cost in expected.items()
                    if t == town and folder.forms[form]["segment"] == segment
                )
                growth = terms.get("volume_growth_per_year", 0.0)
                for budgets, less in (
                    (answer.budget, target),
                    (answer.budget_without_target, 0.0),
                ):
                    budgets[:, y, m, s] = money.budget(basis, own / total, index, growth, y, less)


def contributions(
    folder: Folder,
    given: Quantities,
    expected: dict[tuple[str, str], float],
    answer: Answer,
    key: str | dict[str, str],
) -> np.ndarray:
    """MODEL 5: what every municipality pays per segment (draw, year, municipality, segment).

    A key given by one name holds for the contracts that are not P x Q, and P x Q is billed by own
    use. A table names the key of each contract; a P x Q contract in it is shared too, pool by pool
    and segment by segment, of the use_value there.
    """
    draws, years = given.paid_level.shape
    towns, segments = folder.municipalities, folder.segments
    bills = np.zeros((draws, years, len(towns), len(segments)))
    for name, terms in folder.contracts.items():
        forms = folder.forms_of(name)
        members_of_form = {form: folder.members_of(name, form) for form in forms}
        if isinstance(key, dict):
            key_of_contract = key.get(name)
        else:
            key_of_contract = None if terms["form"] == "pxq" else key
        if key_of_contract is None:
            assert terms["form"] == "pxq"
            for form in forms:
                segment = segments.index(folder.forms[form]["segment"])
                for town in members_of_form[form]:
                    m = towns.index(town)
                    k = folder.care_forms.index(form)
                    bills[:, :, m, segment] += answer.use_value[:, :, m, k]
            continue
        found = money.pools(members_of_form)
        parts = {
            (number, folder.forms[form]["segment"]): 0.0
            for number, (_, pool_forms) in enumerate(found)
            for form in pool_forms
        }
        for number, (members, pool_forms) in enumerate(found):
            for form in pool_forms:
                for town in members:
                    own = expected.get((town, form), 0.0)
                    parts[number, folder.forms[form]["segment"]] += own
        for r in range(draws):
            for y in range(years):
                if terms["form"] == "pxq":
                    amounts = dict.fromkeys(parts, 0.0)
                    for number, (members, pool_forms) in enumerate(found):
                        for form in pool_forms:
                            k = folder.care_forms.index(form)
                            for town in members:
                                value = answer.use_value[r, y, towns.index(town), k]
                                amounts[number, folder.forms[form]["segment"]] += value
                else:
                    amounts = money.split_payment(answer.payment[name][r, y], parts)
                for (number, segment), amount in amounts.items():
                    members, pool_forms = found[number]
                    shares = _pool_shares(
                        folder, expected, answer, key_of_contract, members, pool_forms, r, y
                    )
                    for town, share in zip(members, shares, strict=True):
                        bills[r, y, towns.index(town), segments.index(segment)] += amount * share
    return bills


def _pool_shares(
    folder: Folder,
    expected: dict[tuple[str, str], float],
    answer: Answer,
    key: str,
    members: list[str],
    forms: list[str],
    r: int,
    y: int,
) -> list[float]:
    year = folder.years[y]
    numbers = [folder.care_forms.index(form) for form in forms]
    use_per_year = [
        [
            sum(answer.use_value[r, earlier, folder.municipalities.index(town), k] for k in numbers)
            for town in members
        ]
        for earlier in range(y + 1)
    ]
    return money.key_shares(
        key,
        use_per_year,
        y,
        [sum(expected.get((town, form), 0.0) for form in forms) for town in members],
        [folder.population[town, year]["inhabitants"] for town in members],
        [folder.population[town, year]["youth"] for town in members],
    )
