"""What a contract pays for and who bears which risk, in plain sentences, Dutch (B1) and English."""

from __future__ import annotations

from typing import Final

RISK_WORDS: Final[dict[str, tuple[str, str]]] = {
    # ------------------------------------------------------------------------ what is paid for
    "form.pxq": (
        "De gemeenten betalen elke geleverde eenheid zorg tegen het tarief (P x Q, "
        "inspanningsgericht). Het gaat om: {care:names}.",
        "The municipalities pay every delivered unit of care at its tariff (P x Q). It is about: "
        "{care:names}.",
    ),
    "form.task_based": (
        "De gemeenten betalen een vast bedrag per jaar voor de hele taak (taakgericht), hoeveel "
        "zorg er ook nodig is. Het gaat om: {care:names}.",
        "The municipalities pay a fixed sum per year for the whole task (task-based), however much "
        "care is needed. It is about: {care:names}.",
    ),
    "form.output_based": (
        "De gemeenten betalen een vaste prijs per traject (outputgericht), hoe lang of zwaar de "
        "zorg ook is. Het gaat om: {care:names}.",
        "The municipalities pay a fixed price per trajectory (output-based), however long or heavy "
        "the care is. It is about: {care:names}.",
    ),
    "form.availability": (
        "De gemeenten betalen plaatsen die klaarstaan (beschikbaarheid), gebruikt of niet. Het "
        "gaat om: {care:names}.",
        "The municipalities pay for places kept ready (availability), used or not. It is about: "
        "{care:names}.",
    ),
    # ---------------------------------------------------------------------- who bears which risk
    "number_of_children.pxq": (
        "Meer kinderen dan verwacht: de gemeenten betalen elk kind dat zorg krijgt.",
        "More children than expected: the municipalities pay for every child in care.",
    ),
    "number_of_children.ceiling": (
        "Meer kinderen dan verwacht: tot het plafond betalen de gemeenten. Daarboven is het risico "
        "(voor een deel) voor de aanbieder.",
        "More children than expected: the municipalities pay up to the ceiling. Above it the risk "
        "is the provider's, in part or in full.",
    ),
    "number_of_children.output_based": (
        "Meer kinderen dan verwacht: de gemeenten betalen elk traject dat begint.",
        "More children than expected: the municipalities pay every trajectory that begins.",
    ),
    "number_of_children.availability": (
        "Meer kinderen dan verwacht: zolang er plaats is, krijgt de aanbieder niets extra. Is "
        "alles vol, dan wachten kinderen.",
        "More children than expected: as long as there is room the provider gets nothing extra. "
        "When all is full, children wait.",
    ),
    "number_of_children.availability_use": (
        "Meer kinderen dan verwacht: de vergoeding voor de plaatsen blijft gelijk. Voor het "
        "gebruik komt er iets bij, zie hieronder. Is alles vol, dan wachten kinderen.",
        "More children than expected: the fee for the places stays as it is. Use adds to it, see "
        "below. When all is full, children wait.",
    ),
    "number_of_children.recalibration": (
        "Meer kinderen dan verwacht: het budget volgt het aantal, zoals bij de herijking hieronder "
        "staat. Wat het budget niet volgt, is een winst of verlies.",
        "More children than expected: the budget follows the number, as the recalibration below "
        "says. What it does not follow is a gain or a loss.",
    ),
    "number_of_children.per_youth": (
        "Meer kinderen in zorg dan verwacht: het budget blijft gelijk, het is een verlies. Wonen "
        "er meer jongeren in de gemeenten, dan groeit het budget wel mee.",
        "More children in care than expected: the budget stays as it is, it is a loss. Where more "
        "young people live in the municipalities, the budget does grow.",
    ),
    "number_of_children.shared": (
        "Meer kinderen dan verwacht: het budget blijft gelijk. Wat de zorg meer of minder kost, "
        "wordt verdeeld zoals hieronder staat.",
        "More children than expected: the budget stays as it is. What the care costs more or less "
        "is shared as told below.",
    ),
    "number_of_children.lump_sum": (
        "Meer kinderen dan verwacht: het budget blijft gelijk. Het verlies is voor de aanbieder.",
        "More children than expected: the budget stays as it is. The loss is the provider's.",
    ),
    "price.tariff": (
        "Prijzen: de prijs stijgt elk jaar mee met de index, dus prijsstijging betalen de "
        "gemeenten. Wat de voorlopige index mist, komt pas het jaar erna in de prijs: dat ene jaar "
        "is voor de aanbieder.",
        "Prices: the price follows the index every year, so rising prices are paid by the "
        "municipalities. What the provisional index misses enters the price a year later: that "
        "year is the provider's.",
    ),
    "price.budget": (
        "Prijzen: het budget stijgt elk jaar mee met de index, dus prijsstijging betalen de "
        "gemeenten. Wat de voorlopige index mist, komt pas het jaar erna in het budget: dat ene "
        "jaar is voor de aanbieder.",
        "Prices: the budget follows the index every year, so rising prices are paid by the "
        "municipalities. What the provisional index misses enters the budget a year later: that "
        "year is the provider's.",
    ),
    "price.clause": (
        "Prijzen: het budget volgt de index niet helemaal, zie de indexering hieronder. Stijgen "
        "prijzen harder dan het budget, dan is dat een verlies.",
        "Prices: the budget does not follow the index in full, see the index clause below. Where "
        "prices rise faster than the budget, that is a loss.",
    ),
    "length_and_intensity.pxq": (
        "Langere of zwaardere zorg: de gemeenten betalen elke eenheid die erbij komt.",
        "Longer or heavier care: the municipalities pay every unit that is added.",
    ),
    "length_and_intensity.ceiling": (
        "Langere of zwaardere zorg: tot het plafond betalen de gemeenten. Daarboven is het risico "
        "(voor een deel) voor de aanbieder.",
        "Longer or heavier care: the municipalities pay up to the ceiling. Above it the risk is "
        "the provider's, in part or in full.",
    ),
    "length_and_intensity.per_trajectory": (
        "Langere of zwaardere zorg: deze zorg wordt één keer betaald per traject. Duurt een "
        "traject langer, dan betalen de gemeenten niets extra. Ook de kosten van de aanbieder telt "
        "het model per traject.",
        "Longer or heavier care: this care is paid once per trajectory. Where it lasts longer the "
        "municipalities pay nothing extra. The model counts the provider's cost per trajectory too.",
    ),
    "length_and_intensity.output_based": (
        "Langere of zwaardere zorg: de prijs per traject blijft gelijk. Het verlies of de winst is "
        "voor de aanbieder.",
        "Longer or heavier care: the price of a trajectory stays as it is. The loss or gain is the "
        "provider's.",
    ),
    "length_and_intensity.availability": (
        "Langere of zwaardere zorg: de vergoeding blijft gelijk. Wat een dag zorg kost, is voor de "
        "aanbieder.",
        "Longer or heavier care: the fee stays as it is. What a day of care costs is the provider's.",
    ),
    "length_and_intensity.availability_use": (
        "Langere of zwaardere zorg: de vergoeding voor de plaatsen blijft gelijk. Voor het gebruik "
        "komt er iets bij, zie hieronder.",
        "Longer or heavier care: the fee for the places stays as it is. Use adds to it, see below.",
    ),
    "length_and_intensity.shared": (
        "Langere of zwaardere zorg: het budget blijft gelijk. Wat de zorg meer of minder kost, "
        "wordt verdeeld zoals hieronder staat.",
        "Longer or heavier care: the budget stays as it is. What the care costs more or less is "
        "shared as told below.",
    ),
    "length_and_intensity.lump_sum": (
        "Langere of zwaardere zorg: het budget blijft gelijk. Het verlies is voor de aanbieder.",
        "Longer or heavier care: the budget stays as it is. The loss is the provider's.",
    ),
    "empty_places.pxq": (
        "Lege plaatsen: die worden niet betaald. Dat is voor de aanbieder; wat een lege plaats "
        "kost, rekent het model niet mee.",
        "Empty places: they are not paid. That is the provider's; what an empty place costs is not "
        "in the model.",
    ),
    "empty_places.output_based": (
        "Lege plaatsen: die worden niet betaald, alleen trajecten. Dat is voor de aanbieder; wat "
        "een lege plaats kost, rekent het model niet mee.",
        "Empty places: they are not paid, only trajectories are. That is the provider's; what an "
        "empty place costs is not in the model.",
    ),
    "empty_places.task_based": (
        "Lege plaatsen: het budget blijft gelijk. De aanbieder bepaalt hoeveel plaatsen hij "
        "openhoudt; wat een lege plaats kost, is voor hem en rekent het model niet mee.",
        "Empty places: the budget stays as it is. The provider decides how many places it keeps "
        "open; what an empty place costs is its own and not in the model.",
    ),
    "empty_places.availability": (
        "Lege plaatsen: de gemeenten betalen ze ook als ze leeg staan.",
        "Empty places: the municipalities pay them although nobody uses them.",
    ),
    "empty_places.occupancy": (
        "Lege plaatsen: de gemeenten betalen ze ook als ze leeg staan, maar krijgen bij te lage "
        "bezetting iets terug. Zie de bezetting hieronder.",
        "Empty places: the municipalities pay them although nobody uses them, but get something "
        "back where too many are empty. See the occupancy below.",
    ),
    "expensive_children.pxq": (
        "Een heel duur kind: de gemeenten betalen alle zorg.",
        "A very expensive child: the municipalities pay all the care.",
    ),
    "expensive_children.ceiling": (
        "Een heel duur kind: de gemeenten betalen alle zorg, zolang het plafond niet bereikt is.",
        "A very expensive child: the municipalities pay all the care as long as the ceiling is not "
        "reached.",
    ),
    "expensive_children.covered": (
        "Een heel duur kind: wat een kind in een jaar meer kost dan {retention:euros}, is "
        "verzekerd, zie hieronder.",
        "A very expensive child: what a child costs in a year above {retention:euros} is covered, "
        "see below.",
    ),
    "expensive_children.shared": (
        "Een heel duur kind: het budget blijft gelijk. De kosten tellen mee in het verlies, en dat "
        "wordt verdeeld zoals hieronder staat.",
        "A very expensive child: the budget stays as it is. The cost counts in the loss, which is "
        "shared as told below.",
    ),
    "expensive_children.lump_sum": (
        "Een heel duur kind: het budget blijft gelijk. De kosten zijn voor de aanbieder.",
        "A very expensive child: the budget stays as it is. The cost is the provider's.",
    ),
    "expensive_children.output_based": (
        "Een heel duur kind: de prijs van het traject blijft gelijk. De kosten zijn voor de aanbieder.",
        "A very expensive child: the price of the trajectory stays as it is. The cost is the "
        "provider's.",
    ),
    "expensive_children.availability": (
        "Een heel duur kind: de vergoeding blijft gelijk. De kosten zijn voor de aanbieder.",
        "A very expensive child: the fee stays as it is. The cost is the provider's.",
    ),
    "expensive_children.availability_use": (
        "Een heel duur kind: voor de zorg die het gebruikt, komt er iets bij, zie hieronder. De "
        "rest is voor de aanbieder.",
        "A very expensive child: the care it uses adds to the fee, see below. The rest is the "
        "provider's.",
    ),
    "change_of_budget.pxq": (
        "Verandering van het budget: dit contract heeft geen budget en geen plafond. Is er meer "
        "zorg, dan betalen de gemeenten meer.",
        "Change of budget: this contract has no budget and no ceiling. Where there is more care "
        "the municipalities pay more.",
    ),
    "change_of_budget.ceiling": (
        "Verandering van het budget: dit contract heeft een plafond. Dat stijgt elk jaar mee met "
        "de index.",
        "Change of budget: this contract has a ceiling. It follows the index every year.",
    ),
    "change_of_budget.output_based": (
        "Verandering van het budget: dit contract heeft geen budget. Zijn er meer trajecten, dan "
        "betalen de gemeenten meer.",
        "Change of budget: this contract has no budget. Where there are more trajectories the "
        "municipalities pay more.",
    ),
    "change_of_budget.availability": (
        "Verandering van het budget: de vergoeding hangt af van het aantal plaatsen en stijgt elk "
        "jaar mee met de index.",
        "Change of budget: the fee depends on the number of places and follows the index every year.",
    ),
    "change_of_budget.budget": (
        "Verandering van het budget: het budget verandert alleen door {terms:terms}.",
        "Change of budget: the budget changes only by {terms:terms}.",
    ),
}
