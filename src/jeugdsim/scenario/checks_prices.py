"""Rules on the price path: wages beside materials, and tariff resets that can come to pass."""

from __future__ import annotations

from collections.abc import Iterator

from jeugdsim.scenario.checks_years import year_is_in_the_run
from jeugdsim.scenario.draft import Subject
from jeugdsim.scenario.findings import Finding, meant, shown
from jeugdsim.scenario.tree import Node

_THERE_ALREADY = "a reset that is there already belongs in the tariffs"


def price_findings(subject: Subject) -> Iterator[Finding]:
    """Give everything that is wrong with the mixture of the index and with tariff resets."""
    yield from _wages_have_materials_beside_them(subject)
    resets = subject.entry("tariff_resets")
    for name, node in resets.table.items() if resets else ():
        yield from year_is_in_the_run(subject, f"tariff_resets.{name}", node, _THERE_ALREADY)
        yield from _care_forms_exist(subject, name, node)


def _wages_have_materials_beside_them(subject: Subject) -> Iterator[Finding]:
    """Refuse a part of the index that follows nothing, and materials that no part follows."""
    share = subject.entry("world", "wage_share")
    materials = subject.entry("world", "material_indexation")
    of_wages = 1.0 if share is None else share.value
    if isinstance(of_wages, bool) or not isinstance(of_wages, int | float):
        return
    if share is not None and materials is None and 0.0 <= of_wages < 1.0:
        yield share.place.error(
            f"world.wage_share: {of_wages:g} of the index follows wages and the rest nothing: give "
            "world.material_indexation too, or leave wage_share out"
        )
    if materials is not None and of_wages == 1.0:
        yield materials.place.error(
            "world.material_indexation: no part of the index follows it while world.wage_share is 1: "
            "write wage_share, such as 0.9, or leave material_indexation out"
        )


def _care_forms_exist(subject: Subject, name: str, reset: Node) -> Iterator[Finding]:
    named = reset.table.get("care_forms")
    if named is None or not subject.readable("care_forms"):
        return
    known = subject.names("care_forms", "care_form")
    for part in named.items:
        if isinstance(part.value, str) and part.value not in known:
            yield part.place.error(
                f"tariff_resets.{name}.care_forms: {shown(part.value)} is not in care_forms.csv"
                f"{meant(part.value, known)}"
            )
