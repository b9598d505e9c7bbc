"""Numbers that are allowed and yet look like a percentage written as a number: warnings."""

from __future__ import annotations

from collections.abc import Iterator

from jeugdsim.scenario.contracts import Terms
from jeugdsim.scenario.draft import Subject
from jeugdsim.scenario.files import Place
from jeugdsim.scenario.findings import Finding
from jeugdsim.scenario.numbers import Number, centre_of, mean_of
from jeugdsim.scenario.settings import Settings

MOST_GROWTH = 0.25
MOST_EFFECT = 1.0
MOST_SHOCK = 1.0
MOST_REFILL = 1.0

_GROWTHS = ("inflow_growth_per_year", "stay_growth_per_year", "units_growth_per_year")
_SHOCKS = ("inflow_shock_region_cv", "inflow_shock_municipality_cv", "stay_shock_cv", "units_shock_cv")
_RESPONSES = ("inflow", "stay_days", "units_per_day", "step_down")

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
    for path, number in refills(settings):
        value = max(centre_of(number), mean_of(number))
        if value > MOST_REFILL:
            yield subject.place(*path).warning(
                f"{'.'.join(path)}: {value:.4g} makes stays {value:.4g}% longer for every percent less "
                f"inflow: write {value / 100:.4g} for {value / 100:.4g}%"
            )
    for node, lever in subject.levers:
        path = ("levers", lever.name, "effect")
        yield from _too_large(node.table["effect"].place, path, lever.effect, MOST_EFFECT, "")
    for path, number in resets(settings):
        yield from _too_large(subject.place(*path), path, number, MOST_EFFECT, "")
    for path, number in _price_changes(settings):
        yield from _too_large(subject.place(*path), path, number, MOST_EFFECT, "")
    for name in _SHOCKS:
        path, number = ("world", name), getattr(settings.world, name)
        yield from _too_large(subject.place(*path), path, number, MOST_SHOCK, "")


def growths(settings: Settings) -> Iterator[tuple[Path, Number]]:
    """Give every yearly growth and index of a scenario, and the spreads of the index."""
    world = settings.world
    for name in _GROWTHS:
        yield ("world", name), getattr(world, name)
    for name in ("indexation", "index_forecast_error", "material_indexation", "income_index"):
        process = getattr(world, name)
        for part in () if process is None else ("mean", "sd"):
            yield ("world", name, part), getattr(process, part)
    for path, terms in _agreed(settings):
        yield (*path, "volume_growth_per_year"), terms.volume_growth_per_year
        if terms.indexation is not None:
            for name in ("at_most", "fixed_per_year"):
                yield (*path, "indexation", name), getattr(terms.indexation, name) or 0.0
    if settings.budget is not None:
        yield ("budget", "volume_growth_per_year"), settings.budget.volume_growth_per_year
        yield ("budget", "index_per_year"), settings.budget.index_per_year or 0.0


def responses(settings: Settings) -> Iterator[tuple[Path, Number]]:
    """Give every effect of a funding form on quantities."""
    for form, response in settings.funding_response.items():
        for name in _RESPONSES:
            yield ("funding_response", form, name), getattr(response, name)


def resets(settings: Settings) -> Iterator[tuple[Path, Number]]:
    """Give the effect of every tariff reset."""
    for name, reset in settings.tariff_resets.items():
        yield ("tariff_resets", name, "effect"), reset.effect


def refills(settings: Settings) -> Iterator[tuple[Path, Number]]:
    """Give how much longer stays become under every funding form when inflow falls."""
    for form, response in settings.funding_response.items():
        yield ("funding_response", form, "refill"), response.refill


def _agreed(settings: Settings) -> Iterator[tuple[Path, Terms]]:
    """Give the terms of every contract, and of every option for one."""
    for name, contract in settings.contracts.items():
        yield ("contracts", name), contract
    for name, options in settings.options.items():
        for option, terms in options.items():
            yield ("options", name, option), terms


def _price_changes(settings: Settings) -> Iterator[tuple[Path, Number]]:
    """Give what prices change when a contract is extended or ends early."""
    for path, terms in _agreed(settings):
        for name in ("extension", "termination"):
            rule = getattr(terms, name)
            if rule is not None:
                yield (*path, name, "price_change"), rule.price_change


def _too_large(place: Place, path: Path, number: Number, most: float, per: str) -> Iterator[Finding]:
    value = max(centre_of(number), mean_of(number), key=abs)
    if abs(value) > most:
        yield place.warning(
            f"{'.'.join(path)}: {value:.4g} means {100 * value:.4g}%{per}: "
            f"write {value / 100:.4g} for {value:.4g}%"
        )
