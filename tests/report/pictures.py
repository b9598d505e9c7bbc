"""Made-up results with all that pictures draw, and how to read a picture back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from .summaries import HAAGLANDEN, spread, summary, waited

DRIVERS = {
    "budgeting": None,
    "price": 0.004,
    "clients": -0.02,
    "days_per_client": 0.012,
    "units_per_day": 0.003,
    "contract": -0.008,
    "lever_cost": 0.006,
}
PERCENTILES = ("p5", "p10", "p50", "p80", "p90", "p95")
KEYS = {"actual_use": 0.0, "expected_use": 0.002, "inhabitants": 0.3, "youth_population": -0.2}
EDGES = {"mean": 0.0, "p10": -9.0, "p50": 0.0, "p90": 9.0}
ACCOUNTS = {"2017": 215e6, "2018": 235e6, "2019": 252e6, "2021": 284e6, "2022": 295e6}


def pictured(**changes: Any) -> dict[str, Any]:
    """Make results with drivers, results of providers, every key, and children who wait."""
    results = waited(summary(**changes))
    region, draws = results["region"], results["draws"]
    moments = [*map(str, results["years"]), "total"]
    for quantity in ("provider_cost", "provider_result"):
        parts = [contract[quantity] for contract in results["contracts"].values()]
        region[quantity] = {
            moment: spread(*(sum(p[moment][x] for p in parts) for x in ("mean", "sd")), draws)
            for moment in moments
        }
    region["drivers"] = {moment: drivers(region, moment, draws) for moment in moments}
    in_use = results["allocation"]["rolling_use"]
    results["allocation"] = {"rolling_use": in_use} | {
        key: {
            name: {moment: tilted(bill[moment], tilt * (-1) ** i, draws) for moment in moments}
            for i, (name, bill) in enumerate(in_use.items())
        }
        for key, tilt in KEYS.items()
    }
    for name, bill in results["municipalities"].items():
        bill["contribution"] = in_use[name]
    results["keys"] = judged(results)
    return results


def judged(results: Mapping[str, Any]) -> dict[str, Any]:
    """Make the judgement of keys: every criterion a round number, shifts by the tilt of the key."""
    towns = list(results["municipalities"])

    def criteria(step: int) -> dict[str, Any]:
        return {
            "volatility": 0.02 + 0.01 * step,
            "surprise_over_5": 0.1 + 0.05 * step,
            "correlation": 0.9 - 0.1 * step,
            "marginal": 0.8 - 0.2 * step,
            "arrives_after": 2.0 if step < 2 else None,
            "moved": 2e6 * step,
            "worse_than_alone": 0.0,
            "coalitions_worse": 0.01 * step,
        }

    def shift(key: str, at: int) -> dict[str, float]:
        mean = 100.0 * KEYS.get(key, 0.0) * (-1) ** at
        per_head = {f"per_inhabitant_{p}": mean + x for p, x in EDGES.items()}
        return {p: 1e4 * (mean + x) for p, x in EDGES.items()} | per_head | {"chance_of_gaining": 0.5}

    return {
        key: {
            "computable": True,
            "needs_use": step < 2,
            "known_beforehand": step > 0,
            "region": criteria(step),
            "municipalities": {
                town: criteria(step) | ({"shift": shift(key, at)} if key != "rolling_use" else {})
                for at, town in enumerate(towns)
            },
        }
        for step, key in enumerate(results["allocation"])
    }


def drivers(region: Mapping[str, Any], moment: str, draws: int) -> dict[str, dict[str, float]]:
    """Split the overrun: every driver a share of cost, budgeting what is left."""
    cost = region["cost"][moment]["mean"]
    means = {name: share * cost for name, share in DRIVERS.items() if share is not None}
    means["budgeting"] = cost - region["budget"][moment] - sum(means.values())
    return {
        name: spread(means[name], 0.0 if name == "budgeting" else 0.02 * abs(cost), draws)
        for name in DRIVERS
    }


def tilted(bill: Mapping[str, float], tilt: float, draws: int) -> dict[str, float]:
    return spread(bill["mean"] * (1.0 + tilt), bill["sd"], draws)


def nothing(**changes: Any) -> dict[str, Any]:
    """Make results in which every amount is zero and nothing is uncertain."""
    return _each(pictured(**changes), lambda amount: 0.0)


def ample(**changes: Any) -> dict[str, Any]:
    """Make results with so large a budget that money is always left."""
    results = pictured(**changes)
    bodies = [results["region"], *results["municipalities"].values()]
    for moment in [*map(str, results["years"]), "total"]:
        for body in bodies:
            extra = 0.6 * body["cost"][moment]["mean"]
            overruns = body["overrun"][moment]
            for block in (overruns, overruns["without_target"]):
                block |= {x: block[x] - extra for x in ("mean", *PERCENTILES)}
                block |= {"probability": 0.0, "size": None}
        region, extra = results["region"], 0.6 * results["region"]["cost"][moment]["mean"]
        for name in ("budget", "budget_without_target"):
            region[name][moment] += extra
        budgeting = region["drivers"][moment]["budgeting"]
        budgeting |= {x: budgeting[x] - extra for x in ("mean", *PERCENTILES)}
    return results


def one_draw(**changes: Any) -> dict[str, Any]:
    """Make results of a single draw: there is no spread, and no standard error."""
    results = pictured(draws=1, **changes)

    def bare(block: Any) -> Any:
        if not isinstance(block, dict):
            return block
        if "standard_error" in block:
            block = block | dict.fromkeys(PERCENTILES, block["mean"])
            block |= {"sd": None, "standard_error": None}
        return {key: bare(part) for key, part in block.items()}

    return dict(bare(results))


def _each(block: Any, change: Callable[[float], float]) -> Any:
    """Change every amount; draws, seed, years and names stay."""
    if isinstance(block, dict):
        return {key: _each(part, change) for key, part in block.items()}
    return change(block) if isinstance(block, float) else block


def whole_figure(ax: Axes) -> Figure:
    figure = ax.figure
    return figure if isinstance(figure, Figure) else figure.figure


def all_texts(ax: Axes) -> list[Text]:
    """Return every text that is seen: written, title, names of ticks and axes."""
    whole_figure(ax).canvas.draw()
    low, high = sorted(ax.get_xlim()), sorted(ax.get_ylim())
    ticks = [
        tick.label1 if tick.label1.get_visible() else tick.label2
        for axis, limits in ((ax.xaxis, low), (ax.yaxis, high))
        for tick in axis.get_major_ticks()
        if limits[0] <= tick.get_loc() <= limits[1]
    ]
    axes = [ax.xaxis.label, ax.yaxis.label, ax.title, *titles(ax)]
    return [text for text in [*ax.texts, *ticks, *axes] if text.get_visible() and text.get_text()]


def titles(ax: Axes) -> list[Text]:
    return [child for child in ax.get_children() if isinstance(child, Text) and child not in ax.texts]


def overlaps(ax: Axes) -> list[tuple[str, str]]:
    """Return the pairs of texts that stand on each other by more than a pixel."""
    boxes = {}
    for text in all_texts(ax):
        boxes[id(text)] = (text.get_text(), Text.get_window_extent(text).padded(-1.0))
    return [(a, b) for (a, one), (b, other) in combinations(boxes.values(), 2) if one.overlaps(other)]


def outside(ax: Axes) -> list[str]:
    """Return the texts that reach beyond the figure."""
    figure = whole_figure(ax).bbox.padded(0.5)
    corners = {text.get_text(): Text.get_window_extent(text).corners() for text in all_texts(ax)}
    return [text for text, box in corners.items() if figure.count_contains(box) < 4]


def sizes(ax: Axes) -> set[float]:
    return {text.get_fontsize() for text in all_texts(ax)}


def many_towns(count: int, name: str = "Gemeente nummer {}") -> dict[str, float]:
    return {name.format(i + 1): 1.0 / count for i in range(count)}


LONG_TOWNS = {f"{name} en het zeer uitgestrekte buitengebied": x for name, x in HAAGLANDEN.items()}
