"""Made-up results in the shape of ``summary.json``, for the tests of the report."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

NORMAL = NormalDist()
HAAGLANDEN = {
    "Delft": 0.10,
    "Den Haag": 0.345,
    "Leidschendam-Voorburg": 0.085,
    "Midden-Delfland": 0.012,
    "Pijnacker-Nootdorp": 0.05,
    "Rijswijk": 0.065,
    "Wassenaar": 0.021,
    "Westland": 0.09,
    "Zoetermeer": 0.232,
}
CONTRACTS = {
    "verblijf": ("task_based", 0.35),
    "hoogspecialistisch": ("task_based", 0.20),
    "dagbehandeling": ("task_based", 0.10),
    "dagbesteding": ("task_based", 0.05),
    "onderwijs": ("task_based", 0.03),
    "veelvoorkomend": ("pxq", 0.27),
}


def spread(mean: float, sd: float, draws: int) -> dict[str, float]:
    """Give the statistics of a normal distribution."""
    tails = {f"p{p}": mean + sd * NORMAL.inv_cdf(p / 100) for p in (5, 10, 50, 80, 90, 95)}
    return {"mean": mean, "sd": sd, "standard_error": sd / draws**0.5, **tails}


def overrun(mean: float, sd: float, draws: int) -> dict[str, Any]:
    """Give the statistics of an overrun, with its chance and size."""
    probability = round(draws * (1.0 - NORMAL.cdf(-mean / sd))) / draws
    size = mean + sd * NORMAL.pdf(-mean / sd) / probability if probability else None
    return {**spread(mean, sd, draws), "probability": probability, "size": size}


def summary(
    *,
    years: Sequence[int] = range(2027, 2033),
    level: float = 360e6,
    municipalities: dict[str, float] | None = None,
    contracts: dict[str, tuple[str, float]] | None = None,
    draws: int = 1000,
    target_step: float = 5e6,
    saved: float = 0.5,
) -> dict[str, Any]:
    """Make results: cost grows 5% a year, its sd 2% of cost a year."""
    names = [str(year) for year in years]
    shares = HAAGLANDEN if municipalities is None else municipalities
    cost = {year: level * 1.05**i for i, year in enumerate(names)}
    cost["total"] = sum(cost.values())
    sd = {year: cost[year] * 0.02 * (i + 1.5) for i, year in enumerate(names)}
    sd["total"] = sum(sd.values())
    target = {year: target_step * i for i, year in enumerate(names)}
    target["total"] = sum(target.values())
    every = [*names, "total"]

    def savings(year: str) -> dict[str, Any]:
        real = overrun(saved * target[year] - target[year], sd[year] / 4, draws)
        whole = overrun(1.2 * saved * target[year] - target[year], sd[year] / 4, draws)
        return {
            **spread(1.2 * saved * target[year], sd[year] / 4, draws),
            "target": target[year],
            "probability": whole["probability"] if target[year] else None,
            "probability_real": real["probability"] if target[year] else None,
            **{
                part: spread(saved * target[year], sd[year] / 5, draws)
                for part in ("less_care", "carried_by_providers", "lever_cost", "real")
            },
        }

    def overruns(share: float, wider: float) -> dict[str, Any]:
        return {
            year: {
                **overrun(
                    0.01 * share * cost[year] + share * target[year],
                    wider * share * sd[year],
                    draws,
                ),
                "without_target": overrun(0.01 * share * cost[year], wider * share * sd[year], draws),
            }
            for year in every
        }

    def spreads(share: float, wider: float = 1.0) -> dict[str, Any]:
        return {year: spread(share * cost[year], wider * share * sd[year], draws) for year in every}

    def contract(form: str, share: float) -> dict[str, Any]:
        return {
            "form": form,
            "payment": spreads(share, 0.4),
            "provider_cost": spreads(share),
            "provider_result": {
                year: spread(-0.01 * share * cost[year], 0.6 * share * sd[year], draws)
                for year in every
            },
            "agreed_budget": None if form == "pxq" else spreads(share, 0.1),
            "chance_reserve_lost": {
                year: 0.0 if form == "pxq" else min(0.2 + share / 2 + 0.05 * i, 0.48)
                for i, year in enumerate(every)
            },
        }

    return {
        "scenario": "Haaglanden 2027-2032",
        "hash": "ab12cd34ef56ab12cd34ef56",
        "version": "0.1.0",
        "seed": 2027,
        "draws": draws,
        "years": list(years),
        "region": {
            "payment": spreads(1.0),
            "cost": spreads(1.0),
            "budget": {year: 0.99 * cost[year] - target[year] for year in every},
            "budget_without_target": {year: 0.99 * cost[year] for year in every},
            "overrun": overruns(1.0, 1.0),
            "savings": {year: savings(year) for year in every},
        },
        "contracts": {
            name: contract(form, share) for name, (form, share) in (contracts or CONTRACTS).items()
        },
        "municipalities": {
            name: {
                "contribution": spreads(share, 1.3),
                "cost": spreads(share, 1.3),
                "overrun": overruns(share, 1.3),
            }
            for name, share in shares.items()
        },
        "allocation": {
            "rolling_use": {name: spreads(share) for name, share in shares.items()},
            "actual_use": {"not_computable": "use is not registered"},
        },
        "key": "rolling_use",
        "reference": {"region": {"payment": spreads(1.0)}},
        "provenance": {"measured": 45, "derived": 122, "assumption": 61},
        "absent": ["correlations"],
        "warnings": [],
    }


WAITING = {"crisis": (6.0, 12.0), "pleegzorg": (90.0, 150.0), "residentieel": (40.0, 38.0)}


def waited(
    results: dict[str, Any], lines: dict[str, tuple[float, float]] | None = None
) -> dict[str, Any]:
    """Add care forms with places to results, their lines at the end of the first and last year.

    Every child waits 20 days for each that stands in line; a year has 97% of the places full.
    """
    years, draws = [str(year) for year in results["years"]], results["draws"]
    given = WAITING if lines is None else lines

    def at_year_ends(first: float, last: float) -> dict[str, Any]:
        steps = max(len(years) - 1, 1)
        return {
            year: spread(first + (last - first) * step / steps, 0.3 * first, draws)
            for step, year in enumerate(years)
        }

    def every(mean: float, total: float) -> dict[str, Any]:
        return {year: spread(mean, 0.1 * mean, draws) for year in years} | {
            "total": spread(total, 0.1 * total, draws)
        }

    together = [sum(ends) for ends in zip((0.0, 0.0), *given.values(), strict=True)]
    days = every(365.0 * together[0], 365.0 * len(years) * together[0])
    line = at_year_ends(*together)
    block = {
        name: {
            "clients_waiting_at_year_end": at_year_ends(first, last),
            "waiting_days": every(365.0 * first, 365.0 * len(years) * first),
            "mean_wait_days": every(20.0 * first, 20.0 * first),
            "occupancy": every(0.97, 0.97),
        }
        for name, (first, last) in given.items()
    }
    region = results["region"] | {"clients_waiting_at_year_end": line, "waiting_days": days}
    return results | {"waiting": block, "region": region}


def all_pxq(**changes: Any) -> dict[str, Any]:
    """Make the results of the twin in which every contract is P x Q."""
    forms = {name: ("pxq", share) for name, (_, share) in CONTRACTS.items()}
    return summary(contracts=forms, saved=0.0, **{"level": 365e6, **changes})
