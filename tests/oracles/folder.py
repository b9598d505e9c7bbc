"""Read a scenario folder into plain dictionaries (DESIGN section 3), without any checking.

Only what the test scenarios use: comma files, no `extends`, no season.csv, no budget.csv.
A number that is not certain stays what was written: a dictionary of p10/p50/p90, low/mode/high,
mean/sd or mean/cv (MODEL section 1). `money.mean_of` gives its mean.
"""

from __future__ import annotations

import copy
import csv
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

# What a contract keeps when its form changes (DESIGN section 3: "its other terms are not
# inherited"): only the description of what it covers.
COVERAGE = ("segments", "care_forms", "municipalities")

Number = float | dict[str, float]


@dataclass
class Folder:
    """A scenario as it stands in its folder; names sorted as in results."""

    toml: dict[str, Any]
    municipalities: list[str]
    care_forms: list[str]
    segments: list[str]
    population: dict[tuple[str, int], dict[str, float]]
    forms: dict[str, dict[str, Any]]
    demand: dict[tuple[str, str], dict[str, Any]]
    moves: dict[tuple[str, str], Number]

    @property
    def start(self) -> date:
        """First day of the scenario."""
        return self.toml["start"]

    @property
    def years(self) -> list[int]:
        """The calendar years of the scenario."""
        return [self.start.year + n for n in range(self.toml["years"])]

    @property
    def price_year(self) -> int:
        """The year whose euros the tariffs are in."""
        return self.toml["price_year"]

    @property
    def demand_year(self) -> int:
        """MODEL section 2: the year the inflow rates are of; by default the price year."""
        return self.toml.get("demand_year", self.price_year)

    @property
    def world(self) -> dict[str, Any]:
        """The [world] table, empty when absent."""
        return self.toml.get("world", {})

    @property
    def contracts(self) -> dict[str, dict[str, Any]]:
        """The contracts by name."""
        return self.toml["contracts"]

    @property
    def levers(self) -> list[dict[str, Any]]:
        """The levers, in order of name."""
        return sorted(self.toml.get("levers", []), key=lambda lever: lever["name"])

    def forms_of(self, contract: str) -> list[str]:
        """List the care forms of a contract, named directly or by segment (MODEL section 4)."""
        terms = self.contracts[contract]
        return [
            form
            for form in self.care_forms
            if form in terms.get("care_forms", [])
            or self.forms[form]["segment"] in terms.get("segments", [])
        ]

    def members_of(self, contract: str, form: str) -> tuple[str, ...]:
        """MODEL section 5: `contracts.X.municipalities`, else those with a row in demand.csv."""
        named = self.contracts[contract].get("municipalities")
        if named is not None:
            return tuple(sorted(named))
        return tuple(m for m in self.municipalities if (m, form) in self.demand)

    def with_changes(self, changes: dict[str, Any]) -> Folder:
        """Copy it; dotted paths of scenario.toml get another value."""
        other = copy.deepcopy(self)
        for path, value in changes.items():
            steps = path.split(".")
            if steps[0] == "levers":
                table = next(x for x in other.toml["levers"] if x["name"] == steps[1])
                steps = steps[2:]
            else:
                table = other.toml
            if steps[0] == "contracts" and steps[-1] == "form":
                kept = other.toml["contracts"][steps[1]]
                if kept.get("form") != value:
                    kept = {key: kept[key] for key in COVERAGE if key in kept}
                other.toml["contracts"][steps[1]] = kept
            for step in steps[:-1]:
                table = table.setdefault(step, {})
            table[steps[-1]] = copy.deepcopy(value)
        return other


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _number(row: dict[str, str], column: str) -> Number | None:
    """Read a cell with its companions: X_cv, or X_p10 and X_p90 with X the median (DESIGN 3)."""
    text = row[column]
    if text == "":
        return None
    value = float(text)
    if row.get(f"{column}_cv"):
        return {"mean": value, "cv": float(row[f"{column}_cv"])}
    if row.get(f"{column}_p10"):
        low, high = float(row[f"{column}_p10"]), float(row[f"{column}_p90"])
        return {"p10": low, "p50": value, "p90": high}
    return value


def read_folder(folder: Path) -> Folder:
    """Read the seven files of a scenario."""
    toml = tomllib.loads((folder / "scenario.toml").read_text(encoding="utf-8"))
    municipalities = sorted(row["municipality"] for row in _rows(folder / "municipalities.csv"))
    population = {
        (row["municipality"], int(row["year"])): {
            "youth": float(row["youth"]),
            "inhabitants": float(row["inhabitants"]),
        }
        for row in _rows(folder / "population.csv")
    }
    forms: dict[str, dict[str, Any]] = {}
    for row in _rows(folder / "care_forms.csv"):
        numbers = ("tariff", "units_per_day", "units_cv", "stay_mean_days", "stay_sd_days")
        forms[row["care_form"]] = {
            "segment": row["segment"],
            "unit": row["unit"],
            "stay_distribution": row["stay_distribution"],
            **{name: _number(row, name) for name in numbers},
        }
    demand = {
        (row["municipality"], row["care_form"]): {
            "clients_at_start": _number(row, "clients_at_start"),
            "inflow_per_1000_youth": _number(row, "inflow_per_1000_youth"),
        }
        for row in _rows(folder / "demand.csv")
    }
    moves: dict[tuple[str, str], Number] = {}
    for row in _rows(folder / "moves.csv"):
        probability = _number(row, "probability")
        assert probability is not None
        moves[row["from_care_form"], row["to_care_form"]] = probability
    return Folder(
        toml=toml,
        municipalities=municipalities,
        care_forms=sorted(forms),
        segments=sorted({form["segment"] for form in forms.values()}),
        population=population,
        forms=forms,
        demand=demand,
        moves=moves,
    )
