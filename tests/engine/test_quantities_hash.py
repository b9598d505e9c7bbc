"""What volumes depend on is in their hash, and what moves money or papers only is not."""

from __future__ import annotations

from typing import Any

import pytest
from scenario.scarce import write_scarce

import jeugdsim as js
from jeugdsim.engine.fingerprint import quantities_hash

DRIVES: list[tuple[str, Any]] = [
    ("care_forms.pleegzorg.places", 90),
    ("care_forms.pleegzorg.places", {"mean": 80, "cv": 0.2}),
    ("places.crisis.verblijf.2026.places", 30),
    ("places", [{"care_form": "crisis", "year": 2027, "places": 20, "source": "A1"}]),
    ("waiting.crisis.reneging_per_year", 3),
    ("waiting.pleegzorg.escalation_care_form", "begeleiding"),
    ("waiting.crisis.bridging_care_form", None),
    ("waiting.crisis.admitted_within_days", 7),
    ("entry_ages.crisis", {"12": {"share": 1, "source": "A1"}}),
    ("extended_care.pleegzorg.share", 0.7),
    ("extended_care.pleegzorg.until_age", 22),
    ("demand.Delft.pleegzorg.waiting_at_start", 3),
    ("demand.Delft.pleegzorg.priority", 1),
    ("moves.crisis.pleegzorg.holds_place", False),
    ("moves.crisis.pleegzorg.priority", 2),
    ("contracts.ambulant.child_retentions", [25_000]),
    ("contracts.ambulant.child_retentions", None),
    ("care_forms.begeleiding.tariff", 101),  # as the cost of a child above a sum is counted
]
DOES_NOT: list[tuple[str, Any]] = [
    ("places.crisis.verblijf.2026.source", "S1"),
    ("places.crisis.verblijf.2026.note", "geteld"),
    ("waiting.crisis.source", "S1"),
    ("entry_ages.crisis.16.source", "S1"),
    ("extended_care.pleegzorg.source", "S1"),
    ("demand.Delft.pleegzorg.note", "geteld"),
    ("moves.crisis.pleegzorg.source", "S1"),
    ("contracts.ambulant.reserve", 0.1),
    ("contracts.verblijf.loss_bands", []),
]


@pytest.fixture(scope="module")
def scarce(tmp_path_factory: pytest.TempPathFactory) -> js.Scenario:
    return js.load_scenario(write_scarce(tmp_path_factory.mktemp("scarce") / "x"))


@pytest.mark.parametrize(("path", "value"), DRIVES, ids=[f"{path} {value}" for path, value in DRIVES])
def test_what_drives_quantities(scarce: js.Scenario, path: str, value: Any) -> None:
    changed = scarce.with_changes({path: value})
    assert quantities_hash(changed) != quantities_hash(scarce)


@pytest.mark.parametrize(("path", "value"), DOES_NOT, ids=[path for path, _ in DOES_NOT])
def test_what_does_not(scarce: js.Scenario, path: str, value: Any) -> None:
    changed = scarce.with_changes({path: value})
    assert changed != scarce
    assert quantities_hash(changed) == quantities_hash(scarce)


def test_tariffs_are_money_where_no_child_costs_are_counted(scarce: js.Scenario) -> None:
    plain = scarce.with_changes({"contracts.ambulant.child_retentions": None})
    dearer = plain.with_changes({"care_forms.begeleiding.tariff": 101})
    assert quantities_hash(dearer) == quantities_hash(plain)


def test_who_shares_the_places_of_a_contract(scarce: js.Scenario) -> None:
    """The same rows, but only Delft shares them; with places of the region contracts do not matter."""
    verblijf, form = "contracts.verblijf.municipalities", "pxq"
    rest = {
        verblijf: ["Delft"],
        "contracts.rest": {"form": form, "segments": ["verblijf"], "municipalities": ["Rijswijk"]},
        "funding_response": None,  # which acts on the cells of a contract
        "levers": None,
    }
    base = scarce.with_changes({"funding_response": None, "levers": None})
    assert quantities_hash(base.with_changes(rest)) != quantities_hash(base)
    regional = base.with_changes(
        {"places": [{"care_form": "crisis", "year": 2027, "places": 20, "source": "A1"}]}
    )
    assert quantities_hash(regional.with_changes(rest)) == quantities_hash(regional)


def test_the_path_of_a_lever_on_the_extended_share(scarce: js.Scenario) -> None:
    lever = {
        "name": "langer",
        "affects": "extended_share",
        "care_forms": ["pleegzorg"],
        "effect": 0.1,
        "starts": "2027-07-01",
    }
    longer = scarce.with_changes({"levers": [lever]})
    none = scarce.with_changes({"levers": None})
    assert quantities_hash(longer) != quantities_hash(none)
    assert quantities_hash(longer.reference()) == quantities_hash(none.reference())
