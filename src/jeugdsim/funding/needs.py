"""Which volumes settling asks for: of a run that kept only some, it says at once what is missing."""

from __future__ import annotations

import xarray as xr

from jeugdsim.engine.fingerprint import quantities_hash
from jeugdsim.engine.kept import check_holds
from jeugdsim.scenario.contracts import Contract
from jeugdsim.scenario.model import Scenario


def check_settled_volumes(volumes: xr.Dataset, scenario: Scenario) -> None:
    """Refuse volumes without what the contracts of a scenario are settled on.

    Parameters
    ----------
    volumes : xarray.Dataset
        From ``simulate``.
    scenario : Scenario
        Whose contracts are settled.

    Raises
    ------
    ValueError
        Naming what is missing.
    """
    needed = {"units"}
    for terms in scenario.settings.contracts.values():
        needed |= _counted_by(terms)
    if volumes.attrs.get("quantities_hash") == quantities_hash(scenario):
        if any(terms.child_stop_loss for terms in scenario.settings.contracts.values()):
            needed.add("child_excess")
        if scenario.is_limited and not _has_own_reference(scenario):
            needed |= volumes_of_reference(scenario)
    check_holds(volumes, sorted(needed), f"settling {scenario.name!r}")


def check_reference_volumes(reference: xr.Dataset, scenario: Scenario) -> None:
    """Refuse a reference's volumes without what the yardstick of money is made of.

    Parameters
    ----------
    reference : xarray.Dataset
        Volumes of ``scenario.reference()``.
    scenario : Scenario
        Whose contracts are settled.

    Raises
    ------
    ValueError
        Naming what is missing.
    """
    needed = sorted(volumes_of_reference(scenario))
    check_holds(reference, needed, "a reference in which places or ages limit care")


def volumes_of_reference(scenario: Scenario) -> set[str]:
    """Return the volumes that settling asks of a reference in which places or ages limit care."""
    needed = {"units", "waiting_days"}
    if scenario.limited_forms:
        needed.add("blocked_days")
    for terms in scenario.settings.contracts.values():
        needed |= _counted_by(terms) & {"clients_in_year", "stays_started"}
    return needed


def _counted_by(terms: Contract) -> set[str]:
    """Return the counts that a contract pays for, beside units."""
    if terms.form == "output_based":
        return {"stays_started", "stays_ended"}
    if terms.form == "availability":
        return {"client_days"}
    recalibration = terms.recalibration
    if recalibration is not None and recalibration.counts == "clients":
        return {"clients_in_year"}
    return set()


def _has_own_reference(scenario: Scenario) -> bool:
    """Tell whether the reference is another simulation than the scenario itself."""
    return quantities_hash(scenario) != quantities_hash(scenario.reference())
