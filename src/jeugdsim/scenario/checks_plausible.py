"""Numbers that are allowed and yet look like a percentage written as a number: warnings."""

from __future__ import annotations

from collections.abc import Iterator

from jeugdsim.scenario.draft import Subject
from jeugdsim.scenario.files import Place
from jeugdsim.scenario.findings import Finding
from jeugdsim.scenario.numbers import Number, centre_of, mean_of
from jeugdsim.scenario.settings import Settings

MOST_GROWTH = 0.25
MOST_EFFECT = 1.0
MOST_SHOCK = 1.0

_GROWTHS = ("inflow_growth_per_year", "stay_growth_per_year", "units_growth_per_year")
_SHOCKS = ("inflow_shock_region_cv", "inflow_shock_municipality_cv", "stay_shock_cv", "units_shock_cv")
_RESPONSES = ("inflow", "stay_days", "units_per_day")

Path = tuple[str, ...]


def plausibility_findings(subject: Subject) -> Iterator[Finding]:
    """Warn of growths, effects and spreads that are probably a hundred times too large."""
    settings = subject.settings
    if settings is None:
        return
    for path, number in growths(settings):
        yield from _too_large(subject.place(*path), path, number, MOST_GROWTH, " a year")
    for path, number in responses(settings):
        yield from _too_large(subject.place(*path), path, number, MOST_EFFECT, "")
    for node, lever in subject.levers:
        path = ("levers", lever.name, "effect")
        yield from _too_large(node.table["effect"].place, path, lever.effect, MOST_EFFECT, "")
    for name in _SHOCKS:
        path, number = ("world", name), getattr(settings.world, name)
        yield from _too_large(subject.place(*path), path, number, MOST_SHOCK, "")


def growths(settings: Settings) -> Iterator[tuple[Path, Number]]:
    """Give every yearly growth and index of a scenario, and the spreads of the index."""
    world = settings.world
    for name in _GROWTHS:
        yield ("world", name), getattr(world, name)
    for name in ("indexation", "index_forecast_error"):
        for part in ("mean", "sd"):
            yield ("world", name, part), getattr(getattr(world, name), part)
    for name, contract in settings.contracts.items():
        path = ("contracts", name, "volume_growth_per_year")
        yield path, contract.volume_growth_per_year
    if settings.budget is not None:
        yield ("budget", "volume_growth_per_year"), settings.budget.volume_growth_per_year
        yield ("budget", "index_per_year"), settings.budget.index_per_year or 0.0


def responses(settings: Settings) -> Iterator[tuple[Path, Number]]:
    """Give every effect of a funding form on quantities."""
    for form, response in settings.funding_response.items():
        for name in _RESPONSES:
            yield ("funding_response", form, name), getattr(response, name)


def _too_large(place: Place, path: Path, number: Number, most: float, per: str) -> Iterator[Finding]:
    value = max(centre_of(number), mean_of(number), key=abs)
    if abs(value) > most:
        yield place.warning(
            f"{'.'.join(path)}: {value:.4g} means {100 * value:.4g}%{per}: "
            f"write {value / 100:.4g} for {value:.4g}%"
        )
