"""The terms of a contract in plain sentences, Dutch (B1) and English.

A sentence stands under the rule it tells and, where that rule has several, the one that fits. What
stands between braces is filled in: ``{share:percent}`` is a fraction, ``{euros:euros}`` a sum; see
``contract_sentence``.
"""

from __future__ import annotations

from typing import Final

from jeugdsim.report.budget_words import BUDGET_WORDS
from jeugdsim.report.risk_words import RISK_WORDS

CONTRACT_WORDS: Final[dict[str, tuple[str, str]]] = {
    **RISK_WORDS,
    **BUDGET_WORDS,
    # ---------------------------------------------------------------------- terms of every form
    "use_registered.yes": (
        "Bekend is hoeveel zorg elke gemeente gebruikt. Een verdeelsleutel mag daarnaar vragen.",
        "It is known how much care each municipality uses. An allocation key may ask for it.",
    ),
    "use_registered.no": (
        "Er is niet geregistreerd hoeveel zorg elke gemeente gebruikt. Een verdeelsleutel kan daar "
        "niet naar vragen.",
        "It is not registered how much care each municipality uses. No allocation key can ask for it.",
    ),
    "cost_ratio.one": (
        "Kostprijs: de zorg kost de aanbieder precies het tarief.",
        "Cost price: the care costs the provider exactly the tariff.",
    ),
    "cost_ratio.other": (
        "Kostprijs: de zorg kost de aanbieder naar verwachting {ratio:percent} van het tarief. Het "
        "verschil is voor de aanbieder.",
        "Cost price: the care is expected to cost the provider {ratio:percent} of the tariff. The "
        "difference is the provider's.",
    ),
    "reserve": (
        "Reserve: de aanbieder kan in totaal {share:percent} van het budget van het eerste jaar "
        "verliezen ({euros:about}). Daarna is zijn reserve op.",
        "Reserve: the provider can lose {share:percent} of the budget of the first year in all "
        "({euros:about}). After that its reserve is lost.",
    ),
    "reserve.no_budget": (
        "Reserve: {share:percent} van een budget, maar dit contract heeft geen budget. Of de "
        "reserve opraakt, wordt hier niet berekend.",
        "Reserve: {share:percent} of a budget, but this contract has none. Whether the reserve is "
        "lost is not worked out here.",
    ),
    "child_retentions": (
        "Geteld wordt wat kinderen in een jaar meer kosten dan {sums:sums}. Dit verandert op "
        "zichzelf geen betaling.",
        "Counted is what children cost in a year above {sums:sums}. By itself this changes no payment.",
    ),
    "providers": (
        "{group}: {providers:count} aanbieders met samen {share:percent} van de zorg.",
        "{group}: {providers:count} providers with {share:percent} of the care together.",
    ),
    "providers.one": (
        "{group}: {providers:count} aanbieder met {share:percent} van de zorg.",
        "{group}: {providers:count} provider with {share:percent} of the care.",
    ),
    "providers.own_reserve": (
        "{group}: elk kan {reserve:percent} van zijn omzet van een jaar verliezen.",
        "{group}: each can lose {reserve:percent} of its revenue of a year.",
    ),
    "providers.reserve": (
        "Elke aanbieder waarvoor niets anders staat, kan {reserve:percent} van zijn omzet van een "
        "jaar verliezen.",
        "Every provider for which nothing else is said can lose {reserve:percent} of its revenue "
        "of a year.",
    ),
    "providers.rest": (
        "De overige aanbieders hebben samen {share:percent} van de zorg.",
        "The other providers have {share:percent} of the care together.",
    ),
    # ---------------------------------------------------------------------------------- ceiling
    "ceiling.below": (
        "Plafond: in {year} is het plafond {ceiling:euros}. Tot {euros:max_euros} betalen de "
        "gemeenten alle zorg.",
        "Ceiling: in {year} the ceiling is {ceiling:euros}. Up to {euros:max_euros} the "
        "municipalities pay all the care.",
    ),
    "ceiling.below_group": (
        "Plafond van {group:group}: in {year} is het plafond {ceiling:euros}. Tot "
        "{euros:max_euros} betalen de gemeenten alle zorg.",
        "Ceiling of {group:group}: in {year} the ceiling is {ceiling:euros}. Up to "
        "{euros:max_euros} the municipalities pay all the care.",
    ),
    "ceiling.in_part": (
        "Plafond: van {euros:euros} tot {next_euros:euros} zorg betalen de gemeenten "
        "{payer:percent}, door wat er op verzoek bij komt.",
        "Ceiling: from {euros:euros} to {next_euros:euros} of care the municipalities pay "
        "{payer:percent}, by what is granted on request.",
    ),
    "ceiling.in_part_group": (
        "Plafond van {group:group}: van {euros:euros} tot {next_euros:euros} zorg betalen de "
        "gemeenten {payer:percent}, door wat er op verzoek bij komt.",
        "Ceiling of {group:group}: from {euros:euros} to {next_euros:euros} of care the "
        "municipalities pay {payer:percent}, by what is granted on request.",
    ),
    "ceiling.in_part_always": (
        "Plafond: boven {euros:euros} zorg betalen de gemeenten {payer:percent}, door wat er op "
        "verzoek bij komt.",
        "Ceiling: above {euros:euros} of care the municipalities pay {payer:percent}, by what is "
        "granted on request.",
    ),
    "ceiling.in_part_always_group": (
        "Plafond van {group:group}: boven {euros:euros} zorg betalen de gemeenten {payer:percent}, "
        "door wat er op verzoek bij komt.",
        "Ceiling of {group:group}: above {euros:euros} of care the municipalities pay "
        "{payer:percent}, by what is granted on request.",
    ),
    "ceiling.above": (
        "Plafond: voor zorg boven {euros:euros} betalen de gemeenten {payer:percent} van het "
        "tarief. De andere {provider:percent} is voor de aanbieder.",
        "Ceiling: for care above {euros:euros} the municipalities pay {payer:percent} of the "
        "tariff. The other {provider:percent} is the provider's.",
    ),
    "ceiling.above_group": (
        "Plafond van {group:group}: voor zorg boven {euros:euros} betalen de gemeenten "
        "{payer:percent} van het tarief. De andere {provider:percent} is voor de aanbieder.",
        "Ceiling of {group:group}: for care above {euros:euros} the municipalities pay "
        "{payer:percent} of the tariff. The other {provider:percent} is the provider's.",
    ),
    "ceiling.above_unpaid": (
        "Plafond: zorg boven {euros:euros} wordt niet betaald en is voor de aanbieder.",
        "Ceiling: care above {euros:euros} is not paid and is the provider's.",
    ),
    "ceiling.above_unpaid_group": (
        "Plafond van {group:group}: zorg boven {euros:euros} wordt niet betaald en is voor de "
        "aanbieder.",
        "Ceiling of {group:group}: care above {euros:euros} is not paid and is the provider's.",
    ),
    "ceiling.margin": (
        "Plafond: tot {margin:percent} boven het plafond wordt nog alles betaald.",
        "Ceiling: up to {margin:percent} above the ceiling all is still paid.",
    ),
    "ceiling.request": (
        "Plafond: de aanbieder mag in het jaar om een hoger plafond vragen{window:window}. Dan "
        "komt {granted:percent} van de zorg boven het plafond erbij.",
        "Ceiling: the provider may ask for a higher ceiling during the year{window:window}. It is "
        "then raised by {granted:percent} of the care above it.",
    ),
    "ceiling.request_at_most": (
        "Plafond: de aanbieder mag in het jaar om een hoger plafond vragen{window:window}. Dan "
        "komt {granted:percent} van de zorg boven het plafond erbij, hoogstens {at_most:percent} "
        "van het plafond.",
        "Ceiling: the provider may ask for a higher ceiling during the year{window:window}. It is "
        "then raised by {granted:percent} of the care above it, at most {at_most:percent} of the "
        "ceiling.",
    ),
    "ceiling.care_goes_on": (
        "Plafond: de zorg gaat door als het plafond bereikt is. Of kinderen moeten wachten, hangt "
        "af van het aantal plaatsen, niet van dit plafond.",
        "Ceiling: care goes on when the ceiling is reached. Whether children wait depends on the "
        "number of places, not on this ceiling.",
    ),
    # ----------------------------------------------------------------------------- output-based
    "arrangements": (
        "Prijs per traject {care}: gemiddeld {euros:euros} ({tiers:tiers}).",
        "Price of a trajectory of {care}: {euros:euros} on average ({tiers:tiers}).",
    ),
    "arrangements.history": (
        "Prijs per traject {care}: {euros:about}, wat een traject naar verwachting kost zonder "
        "nieuwe maatregelen.",
        "Price of a trajectory of {care}: {euros:about}, what a trajectory is expected to cost "
        "without new measures.",
    ),
    "paid_at_start": (
        "Betaling: {part:percent} van de prijs bij de start van het traject, {rest:percent} bij "
        "het einde.",
        "Payment: {part:percent} of the price when the trajectory starts, {rest:percent} when it ends.",
    ),
    "paid_at_start.all": (
        "Betaling: de hele prijs bij de start van het traject.",
        "Payment: the whole price when the trajectory starts.",
    ),
    "unpaid_return_months": (
        "Terugkeer: komt een kind binnen {months:months} na het traject terug, dan is die hulp "
        "onbetaald en voor de aanbieder.",
        "Return: a child that comes back within {months:months} after its trajectory is helped "
        "unpaid, at the provider's cost.",
    ),
    "return_chance_per_month": (
        "Terugkeer: de kans is {chance:percent} per maand. Zo is {unpaid:percent} van de trajecten "
        "onbetaald.",
        "Return: the chance is {chance:percent} a month. So {unpaid:percent} of trajectories is "
        "unpaid.",
    ),
    # ----------------------------------------------------------------------------- availability
    "funded_places": (
        "Plaatsen: de gemeenten betalen {places:count} plaatsen, ook als ze leeg zijn.",
        "Places: the municipalities pay {places:count} places, although they may be empty.",
    ),
    "funded_places.of_care": (
        "Plaatsen: de gemeenten betalen alle plaatsen van deze zorg, {places:count} in het eerste "
        "jaar, ook als ze leeg zijn.",
        "Places: the municipalities pay all places of this care, {places:count} in the first year, "
        "although they may be empty.",
    ),
    "fee_per_place": (
        "Vergoeding: {euros:euros} per plaats per jaar, in {year} samen {total:euros}.",
        "Fee: {euros:euros} per place per year, together {total:euros} in {year}.",
    ),
    "fee_per_place.history": (
        "Vergoeding: {euros:about} per plaats per jaar, in {year} samen {total:about}. Zo kost het "
        "verwachte eerste jaar evenveel als P x Q.",
        "Fee: {euros:about} per place per year, together {total:about} in {year}. So the expected "
        "first year costs as much as P x Q.",
    ),
    "fee_per_use": (
        "Gebruik: voor elke eenheid zorg betalen de gemeenten {euros:euros} erbij.",
        "Use: the municipalities pay {euros:euros} more for every unit of care.",
    ),
    "occupancy.below": (
        "Bezetting: is minder dan {reference:percent} van de plaatsen bezet, dan gaat "
        "{part:percent} van de vergoeding voor wat te leeg is terug naar de gemeenten.",
        "Occupancy: where less than {reference:percent} of the places is taken, {part:percent} of "
        "the fee for what is too empty goes back to the municipalities.",
    ),
    "occupancy.above": (
        "Bezetting: is meer dan {reference:percent} van de plaatsen bezet, dan betalen de "
        "gemeenten {part:percent} van de vergoeding voor wat erboven komt erbij.",
        "Occupancy: where more than {reference:percent} of the places is taken, the municipalities "
        "add {part:percent} of the fee for what lies above.",
    ),
}
