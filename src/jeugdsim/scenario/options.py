"""Choose options: other terms for contracts, on the scope they have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jeugdsim.scenario.changes import apply_changes
from jeugdsim.scenario.content import written_settings
from jeugdsim.scenario.files import Place
from jeugdsim.scenario.findings import ScenarioError, meant, shown
from jeugdsim.scenario.inherit import SCOPE
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.provenance import source_of
from jeugdsim.scenario.settings import Settings


def apply_options(scenario: Scenario, choice: Mapping[str, str]) -> Scenario:
    """Return a copy of a scenario in which contracts have the terms of an option.

    Parameters
    ----------
    scenario : Scenario
        Stays as it is.
    choice : mapping of str to str
        Contract to the name of one of its options; other contracts keep their terms.

    Raises
    ------
    ScenarioError
        When a contract or an option is unknown, or the options do not go together.
    """
    if not choice:
        return scenario
    findings = [
        Place(f"options.{contract}").error(problem)
        for contract, option in choice.items()
        if (problem := _unknown(scenario, contract, option))
    ]
    if findings:
        raise ScenarioError(findings)
    chosen = ", ".join(f"{contract}: {option}" for contract, option in sorted(choice.items()))
    changes: dict[str, Any] = {"name": f"{scenario.name}, {chosen}"}
    written = written_settings(scenario.settings)
    for contract, option in choice.items():
        own = written["contracts"][contract]
        scope = {key: own[key] for key in SCOPE if key in own}
        changes[f"contracts.{contract}"] = {**scope, **written["options"][contract][option]}
    return apply_changes(scenario, changes | _sources(scenario.settings, choice))


def _unknown(scenario: Scenario, contract: str, option: Any) -> str:
    """Return what is wrong with a choice; empty where it can be made."""
    if contract not in scenario.settings.contracts:
        return f"there is no contract {shown(contract)}{meant(contract, scenario.settings.contracts)}"
    names = scenario.option_names.get(contract, ())
    if not names:
        return f"contract {contract} has no options; [options.{contract}] in scenario.toml gives them"
    if option not in names:
        return f"contract {contract} has no option {shown(option)}{meant(str(option), names)}"
    return ""


def _sources(settings: Settings, choice: Mapping[str, str]) -> dict[str, str | None]:
    """Return the changes of [sources] that give terms the sources of the option they come from.

    An option without a source of its own leaves its numbers without one: they must not get that of
    the terms they replace.
    """
    known = dict(settings.sources)
    of_options = {name: source_of(("options", name, option), known) for name, option in choice.items()}
    sources: dict[str, str | None] = {**known}
    for_all = known.get("contracts")
    if for_all is not None and not all(of_options.values()):
        sources["contracts"] = None
        for name in settings.contracts:
            sources.setdefault(f"contracts.{name}", for_all)
    for contract, option in choice.items():
        own, other = ("contracts", contract), ("options", contract, option)
        for path in list(sources):
            keys = tuple(path.split("."))
            if keys[:2] == own and not set(keys[2:3]) & set(SCOPE):
                sources[path] = None
        if of_options[contract]:
            sources[".".join(own)] = of_options[contract]
        for path, source in known.items():
            keys = tuple(path.split("."))
            if keys[:3] == other:
                sources[".".join((*own, *keys[3:]))] = source
    return {
        f"sources.{path}": source
        for path, source in sources.items()
        if source != settings.sources.get(path)
    }
