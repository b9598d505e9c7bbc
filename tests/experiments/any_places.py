"""Regions drawn at random with everything about places in them, for rules that must always hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from regions import Row, care_form, region

import jeugdsim as js
from jeugdsim.scenario import Scenario

START, YEARS = 2025, 2
FREE = "vrij"  # has no limit, and bridges
TOWNS = ("Aldorp", "Bedum", "Cedum")
AGES = {15: 0.2, 16: 0.3, 17: 0.5}


def any_region(number: int, *, ages: bool) -> Scenario | None:
    """Return the region of this number; None where nothing happens to be scarce, or to cost."""
    drawn = _Drawn(np.random.default_rng([number, ages]))
    towns = TOWNS[: drawn.rng.integers(1, 4)]
    bought = drawn.bought(towns)
    names = sorted({form for _, form in bought} - {FREE})
    if not names:
        return None
    forms = [drawn.form(name) for name in [*names, FREE]]
    moves = drawn.moves([*names, FREE])
    split = len(towns) > 1 and drawn.happens(0.5)
    more: dict[str, Any] = {}
    if split:
        more["contracts"] = {
            contract: {"form": "pxq", "segments": ["zorg"], "municipalities": list(members)}
            for contract, members in (("x", towns[:1]), ("y", towns[1:]))
        }
    if ages:
        more["entry_ages"] = AGES
        more["extended_care"] = drawn.extended([*names, FREE])
    try:
        return region(
            forms,
            towns=towns,
            inflow=bought,
            stock={form["care_form"]: drawn.one_of(0.0, 1.0, 4.0) for form in forms},
            moves=moves,
            holds=[pair for pair in moves if drawn.happens(0.7)],
            places=drawn.places(names, bought, towns, split),
            waiting={name: drawn.waiting(name, names) for name in names},
            priority=drawn.priorities(bought),
            move_priority=drawn.priorities(moves),
            waiting_at_start={cell: 2.0 for cell in bought if cell[1] != FREE and drawn.happens(0.3)},
            start=START,
            years=YEARS,
            **more,
        )
    except js.ScenarioError as refused:
        if "no expected cost" in str(refused):
            return None
        raise


@dataclass(frozen=True)
class _Drawn:
    """Parts of a region."""

    rng: np.random.Generator

    def happens(self, chance: float) -> bool:
        return bool(self.rng.random() < chance)

    def one_of(self, *values: Any) -> Any:
        return values[self.rng.integers(len(values))]

    def bought(self, towns: tuple[str, ...]) -> dict[tuple[str, str], float]:
        """Return children per year from outside by (town, care form); not every town buys all."""
        bought = {
            (town, form): self.one_of(0.0, 5.0, 20.0, 40.0)
            for town in towns
            for form in "abcd"
            if self.happens(0.85)
        }
        return bought | {(town, FREE): 10.0 for town in towns}

    def form(self, name: str) -> Row:
        mean = int(self.rng.integers(1, 40))
        terms: Row = {
            "stay_distribution": self.one_of("exponential", "fixed", "lognormal"),
            "stay_mean_days": mean,
            "units_cv": self.one_of(0.0, 0.5),
        }
        if terms["stay_distribution"] == "lognormal":
            terms["stay_sd_days"] = float(mean * self.rng.uniform(0.2, 1.5))
        return care_form(name, **terms)

    def moves(self, forms: list[str]) -> dict[tuple[str, str], float]:
        """Return moves to up to three forms, a form itself included, and a share that leaves."""
        moves: dict[tuple[str, str], float] = {}
        for form in forms:
            onward = self.rng.choice(
                forms, size=self.rng.integers(0, min(4, len(forms))), replace=False
            )
            chances = self.rng.dirichlet(np.ones(len(onward) + 1))
            moves |= {
                (form, str(to)): float(chance) for to, chance in zip(onward, chances, strict=False)
            }
        return moves

    def places(
        self, names: list[str], bought: Any, towns: tuple[str, ...], split: bool
    ) -> dict[Any, dict[int, int]]:
        """Return places of the region, or where contracts are split perhaps of each of them."""
        levels: dict[Any, dict[int, int]] = {}
        for name in names:
            if not (split and self.happens(0.6)):
                levels[name] = self.levels()
                continue
            for contract, members in (("x", towns[:1]), ("y", towns[1:])):
                if any((town, name) in bought for town in members):
                    levels[name, contract] = self.levels()
        return levels

    def levels(self) -> dict[int, int]:
        levels = {START: int(self.rng.integers(0, 4))}
        if self.happens(0.5):
            levels[START + 1] = int(self.rng.integers(0, 4))
        return levels

    def waiting(self, name: str, names: list[str]) -> Row:
        others = [form for form in [*names, FREE] if form != name]
        row: Row = {
            "reneging_per_year": self.one_of(0.0, 2.0, 50.0, 900.0),
            "escalation_per_year": self.one_of(0.0, 0.0, 5.0, 40.0),
        }
        if row["escalation_per_year"]:
            row["escalation_care_form"] = self.one_of(*others)
        if self.happens(0.4):
            row["bridging_care_form"] = FREE
        return row

    def priorities(self, cells: Any) -> dict[Any, int]:
        return {cell: int(self.rng.integers(1, 10)) for cell in cells if self.happens(0.4)}

    def extended(self, forms: list[str]) -> dict[str, tuple[float, float]]:
        return {
            form: (float(self.rng.random()), self.one_of(19.0, 20.5, 21.0))
            for form in forms
            if self.happens(0.6)
        }
