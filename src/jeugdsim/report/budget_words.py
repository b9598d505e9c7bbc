"""The terms of a task-based contract in plain sentences, Dutch (B1) and English."""

from __future__ import annotations

from typing import Final

BUDGET_WORDS: Final[dict[str, tuple[str, str]]] = {
    "budget.history": (
        "Budget in {year}: {euros:about}, wat de zorg in dat jaar naar verwachting kost zonder "
        "nieuwe maatregelen.",
        "Budget in {year}: {euros:about}, what the care is expected to cost in that year without "
        "new measures.",
    ),
    "budget.sum": (
        "Budget in {year}: {euros:euros}, een afgesproken bedrag.",
        "Budget in {year}: {euros:euros}, an agreed sum.",
    ),
    "budget.per_youth": (
        "Budget: {per_youth:euros} voor elke jongere die in de gemeenten woont. In {year} zijn dat "
        "er {youth:count}, samen {euros:euros}.",
        "Budget: {per_youth:euros} for every young person who lives in the municipalities. In "
        "{year} these are {youth:count}, together {euros:euros}.",
    ),
    "budget.per_youth_by_age": (
        "Budget: per jongere die in de gemeenten woont, naar leeftijd ({ages:sums_by_name}). In "
        "{year} samen {euros:euros}.",
        "Budget: per young person who lives in the municipalities, by age ({ages:sums_by_name}). "
        "In {year} together {euros:euros}.",
    ),
    "budget.per_task": (
        "Budget: een bedrag per taak ({tasks:sums_by_name}). In {year} samen {euros:euros}.",
        "Budget: a sum per task ({tasks:sums_by_name}). In {year} together {euros:euros}.",
    ),
    "budget.per_school": (
        "Budget: voor {schools:count} scholen elk gemiddeld {fte_per_school:count} volle baan à "
        "{price_per_fte:euros}. In {year} samen {euros:euros}.",
        "Budget: for {schools:count} schools {fte_per_school:count} full-time job each on average, "
        "at {price_per_fte:euros}. In {year} together {euros:euros}.",
    ),
    "indexation.fixed": (
        "Indexering: het budget stijgt elk jaar met {growth:percent}, wat de prijzen ook doen. Het "
        "verschil is voor de aanbieder.",
        "Index clause: the budget grows by {growth:percent} every year, whatever prices do. The "
        "difference is the provider's.",
    ),
    "indexation.part": (
        "Indexering: het budget volgt {part:percent} van de stijging van de index. De andere "
        "{rest:percent} is voor de aanbieder.",
        "Index clause: the budget follows {part:percent} of the growth of the index. The other "
        "{rest:percent} is the provider's.",
    ),
    "indexation.floor": (
        "Indexering: het budget stijgt elk jaar minstens {growth:percent}. Is de index lager, dan "
        "betalen de gemeenten het verschil.",
        "Index clause: the budget grows by {growth:percent} a year at least. Where the index is "
        "lower the municipalities pay the difference.",
    ),
    "indexation.cap": (
        "Indexering: het budget stijgt elk jaar hoogstens {growth:percent}. Wat de index hoger is, "
        "is voor de aanbieder.",
        "Index clause: the budget grows by {growth:percent} a year at most. What the index is "
        "above that is the provider's.",
    ),
    "volume_growth_per_year.budget": (
        "Groei: het budget krijgt elk jaar {growth:percent} mee voor meer zorg. Groeit de zorg "
        "harder, dan is dat een verlies.",
        "Growth: the budget gets {growth:percent} more every year for more care. Where care grows "
        "faster, that is a loss.",
    ),
    "volume_growth_per_year.ceiling": (
        "Groei: een plafond krijgt elk jaar {growth:percent} mee voor meer zorg.",
        "Growth: a ceiling gets {growth:percent} more every year for more care.",
    ),
    "agreed_reduction": (
        "Afgesproken besparing: het budget is lager met {by_year:by_year}.",
        "Agreed saving: the budget is lower by {by_year:by_year}.",
    ),
    "recalibration.dead_band_clients": (
        "Herijking: zolang het aantal kinderen hoogstens {dead_band:percent} afwijkt (zorg van "
        "{euros:about}), blijft het budget gelijk.",
        "Recalibration: while the number of children is at most {dead_band:percent} off (care of "
        "{euros:about}), the budget stays as it is.",
    ),
    "recalibration.dead_band_youth": (
        "Herijking: zolang het aantal jongeren in de gemeenten hoogstens {dead_band:percent} "
        "afwijkt (zorg van {euros:about}), blijft het budget gelijk.",
        "Recalibration: while the number of young people in the municipalities is at most "
        "{dead_band:percent} off (care of {euros:about}), the budget stays as it is.",
    ),
    "recalibration.clients": (
        "Herijking (veiligheidsventiel): het budget volgt {part:percent} van wat het aantal "
        "kinderen in zorg meer dan {dead_band:percent} afwijkt. Meer kinderen betalen de gemeenten "
        "dan voor dat deel.",
        "Recalibration (safety valve): the budget follows {part:percent} of what the number of "
        "children in care is off beyond {dead_band:percent}. For that part more children are paid "
        "by the municipalities.",
    ),
    "recalibration.youth": (
        "Herijking: het budget volgt {part:percent} van wat het aantal jongeren in de gemeenten "
        "meer dan {dead_band:percent} afwijkt. Krijgt een groter deel van de jongeren zorg, dan "
        "telt dat niet mee.",
        "Recalibration: the budget follows {part:percent} of what the number of young people in "
        "the municipalities is off beyond {dead_band:percent}. Where a larger part of them gets "
        "care, that does not count.",
    ),
    "recalibration.clients_all": (
        "Herijking (veiligheidsventiel): het budget volgt {part:percent} van elke verandering van "
        "het aantal kinderen in zorg. Meer kinderen betalen de gemeenten dan voor dat deel.",
        "Recalibration (safety valve): the budget follows {part:percent} of every change in the "
        "number of children in care. For that part more children are paid by the municipalities.",
    ),
    "recalibration.youth_all": (
        "Herijking: het budget volgt {part:percent} van elke verandering van het aantal jongeren "
        "in de gemeenten. Krijgt een groter deel van de jongeren zorg, dan telt dat niet mee.",
        "Recalibration: the budget follows {part:percent} of every change in the number of young "
        "people in the municipalities. Where a larger part of them gets care, that does not count.",
    ),
    "recalibration.same_year": (
        "Herijking: voor het eerst in {first_year}, {every_years:every}, op het aantal van het "
        "jaar zelf.",
        "Recalibration: first in {first_year}, {every_years:every}, on the number of the year itself.",
    ),
    "recalibration.later": (
        "Herijking: voor het eerst in {first_year}, {every_years:every}, op het aantal van "
        "{lag_years:years} eerder. Wat er tot dan afwijkt, is een winst of verlies.",
        "Recalibration: first in {first_year}, {every_years:every}, on the number of "
        "{lag_years:years} before. What is off until then is a gain or a loss.",
    ),
    "recalibration.base_clients": (
        "Herijking: het budget is gemaakt voor {base:count} kinderen in een jaar.",
        "Recalibration: the budget was made for {base:count} children in a year.",
    ),
    "recalibration.base_youth": (
        "Herijking: het budget is gemaakt voor {base:count} jongeren.",
        "Recalibration: the budget was made for {base:count} young people.",
    ),
    "follows_changes.yes": (
        "Vertrek: neemt een gemeente zorg over van de regio, dan daalt het budget mee. Het daalt met "
        "het deel van de zorg dat naar verwachting weg is.",
        "Leaving: where a municipality takes care over from the region, the budget falls with it. It "
        "falls by the part of the care that is expected to be gone.",
    ),
    "follows_changes.no": (
        "Vertrek: neemt een gemeente zorg over van de regio, dan blijft het budget gelijk. Minder "
        "zorg is dan een winst.",
        "Leaving: where a municipality takes care over from the region, the budget stays as it is. "
        "Less care is then a gain.",
    ),
    "loss_bands.none": (
        "Verlies: wat de zorg meer kost dan het budget, betaalt de aanbieder zelf.",
        "Loss: what the care costs above the budget is paid by the provider itself.",
    ),
    "loss_bands.first": (
        "Verlies: tot {fraction:percent} boven het budget (tot {euros:about} meer) betaalt de "
        "aanbieder zelf.",
        "Loss: up to {fraction:percent} above the budget (up to {euros:about} more) is paid by the "
        "provider itself.",
    ),
    "loss_bands.band": (
        "Verlies: van {fraction:percent} tot {next_fraction:percent} boven het budget (van "
        "{euros:about} tot {next_euros:about} meer) betalen de gemeenten {payer:percent} en de "
        "aanbieder {provider:percent}.",
        "Loss: from {fraction:percent} to {next_fraction:percent} above the budget (from "
        "{euros:about} to {next_euros:about} more) the municipalities pay {payer:percent} and the "
        "provider {provider:percent}.",
    ),
    "loss_bands.last": (
        "Verlies: wat meer dan {fraction:percent} boven het budget komt (vanaf {euros:about} "
        "meer), betalen de gemeenten voor {payer:percent} en de aanbieder voor {provider:percent}.",
        "Loss: what lies more than {fraction:percent} above the budget (from {euros:about} more "
        "on) is paid by the municipalities for {payer:percent} and by the provider for "
        "{provider:percent}.",
    ),
    "loss_bands.all": (
        "Verlies: van wat de zorg meer kost dan het budget, betalen de gemeenten {payer:percent} "
        "en de aanbieder {provider:percent}.",
        "Loss: of what the care costs above the budget the municipalities pay {payer:percent} and "
        "the provider {provider:percent}.",
    ),
    "loss_bands.band_reinsured": (
        "Verlies: van {fraction:percent} tot {next_fraction:percent} boven het budget (van "
        "{euros:about} tot {next_euros:about} meer) betalen de gemeenten {payer:percent}, een "
        "herverzekeraar {reinsurer:percent} en de aanbieder {provider:percent}.",
        "Loss: from {fraction:percent} to {next_fraction:percent} above the budget (from "
        "{euros:about} to {next_euros:about} more) the municipalities pay {payer:percent}, a "
        "reinsurer {reinsurer:percent} and the provider {provider:percent}.",
    ),
    "loss_bands.last_reinsured": (
        "Verlies: wat meer dan {fraction:percent} boven het budget komt (vanaf {euros:about} "
        "meer), betalen de gemeenten voor {payer:percent}, een herverzekeraar voor "
        "{reinsurer:percent} en de aanbieder voor {provider:percent}.",
        "Loss: what lies more than {fraction:percent} above the budget (from {euros:about} more "
        "on) is paid by the municipalities for {payer:percent}, by a reinsurer for "
        "{reinsurer:percent} and by the provider for {provider:percent}.",
    ),
    "loss_bands.all_reinsured": (
        "Verlies: van wat de zorg meer kost dan het budget, betalen de gemeenten {payer:percent}, "
        "een herverzekeraar {reinsurer:percent} en de aanbieder {provider:percent}.",
        "Loss: of what the care costs above the budget the municipalities pay {payer:percent}, a "
        "reinsurer {reinsurer:percent} and the provider {provider:percent}.",
    ),
    "gain_bands.none": (
        "Winst: wat de zorg minder kost dan het budget, houdt de aanbieder.",
        "Gain: what the care costs below the budget is kept by the provider.",
    ),
    "gain_bands.first": (
        "Winst: tot {fraction:percent} onder het budget (tot {euros:about} over) houdt de "
        "aanbieder alles.",
        "Gain: up to {fraction:percent} below the budget (up to {euros:about} left) is kept by the "
        "provider.",
    ),
    "gain_bands.band": (
        "Winst: van {fraction:percent} tot {next_fraction:percent} onder het budget (van "
        "{euros:about} tot {next_euros:about} over) gaat {payer:percent} terug naar de gemeenten "
        "en houdt de aanbieder {provider:percent}.",
        "Gain: from {fraction:percent} to {next_fraction:percent} below the budget (from "
        "{euros:about} to {next_euros:about} left) {payer:percent} goes back to the municipalities "
        "and the provider keeps {provider:percent}.",
    ),
    "gain_bands.last": (
        "Winst: van wat meer dan {fraction:percent} onder het budget blijft (vanaf {euros:about} "
        "over), gaat {payer:percent} terug naar de gemeenten en houdt de aanbieder "
        "{provider:percent}.",
        "Gain: of what lies more than {fraction:percent} below the budget (from {euros:about} left "
        "on) {payer:percent} goes back to the municipalities and the provider keeps "
        "{provider:percent}.",
    ),
    "gain_bands.all": (
        "Winst: van wat de zorg minder kost dan het budget, gaat {payer:percent} terug naar de "
        "gemeenten en houdt de aanbieder {provider:percent}.",
        "Gain: of what the care costs below the budget {payer:percent} goes back to the "
        "municipalities and the provider keeps {provider:percent}.",
    ),
    "child_stop_loss": (
        "Duur kind: van wat een kind in een jaar meer kost dan {sum:euros}, betalen de gemeenten "
        "{payer:percent}. De andere {provider:percent} telt mee in de zorg van het budget.",
        "Expensive child: of what a child costs in a year above {sum:euros} the municipalities pay "
        "{payer:percent}. The other {provider:percent} counts in the care under the budget.",
    ),
    "child_stop_loss.reinsured": (
        "Duur kind: van wat een kind in een jaar meer kost dan {sum:euros}, betalen de gemeenten "
        "{payer:percent} en een herverzekeraar {reinsurer:percent}. De andere {provider:percent} "
        "telt mee in de zorg van het budget.",
        "Expensive child: of what a child costs in a year above {sum:euros} the municipalities pay "
        "{payer:percent} and a reinsurer {reinsurer:percent}. The other {provider:percent} counts "
        "in the care under the budget.",
    ),
    "child_stop_loss.indexed": (
        "Duur kind: deze grens stijgt elk jaar mee met de index.",
        "Expensive child: this sum follows the index every year.",
    ),
    "child_stop_loss.not_indexed": (
        "Duur kind: deze grens blijft elk jaar gelijk. Stijgen de prijzen, dan komen meer kinderen "
        "erboven.",
        "Expensive child: this sum stays the same every year. Where prices rise, more children "
        "pass it.",
    ),
    "minimum_savings.gain_not_shared": (
        "Winst: wat de zorg minder kost dan het budget, is voor de gemeenten.",
        "Gain: what the care costs below the budget is the municipalities'.",
    ),
    "minimum_savings.gain_too_small": (
        "Winst: is de besparing kleiner dan {minimum:percent} van het budget ({euros:about}), dan "
        "is zij helemaal voor de gemeenten.",
        "Gain: a saving smaller than {minimum:percent} of the budget ({euros:about}) is the "
        "municipalities' in full.",
    ),
    "minimum_savings.gain_shared": (
        "Winst: is de besparing minstens {minimum:percent} van het budget ({euros:about}), dan "
        "krijgt de aanbieder {rate:percent} van de hele besparing, dus ook van de eerste euro.",
        "Gain: of a saving of at least {minimum:percent} of the budget ({euros:about}) the "
        "provider gets {rate:percent}, of the first euro too.",
    ),
    "minimum_savings.gain_always_shared": (
        "Winst: van elke besparing krijgt de aanbieder {rate:percent}.",
        "Gain: of every saving the provider gets {rate:percent}.",
    ),
    "minimum_savings.gain_cap": (
        "Winst: de aanbieder krijgt hoogstens {cap:percent} van het budget ({most:about}). De rest "
        "is voor de gemeenten.",
        "Gain: the provider gets at most {cap:percent} of the budget ({most:about}). The rest is "
        "the municipalities'.",
    ),
    "minimum_savings.loss_not_shared": (
        "Verlies: wat de zorg meer kost dan het budget, betalen de gemeenten.",
        "Loss: what the care costs above the budget is paid by the municipalities.",
    ),
    "minimum_savings.loss_too_small": (
        "Verlies: is het verlies kleiner dan {minimum:percent} van het budget ({euros:about}), dan "
        "betalen de gemeenten het helemaal.",
        "Loss: a loss smaller than {minimum:percent} of the budget ({euros:about}) is paid by the "
        "municipalities in full.",
    ),
    "minimum_savings.loss_shared": (
        "Verlies: is het verlies minstens {minimum:percent} van het budget ({euros:about}), dan "
        "betaalt de aanbieder {rate:percent} van het hele verlies, dus ook van de eerste euro.",
        "Loss: of a loss of at least {minimum:percent} of the budget ({euros:about}) the provider "
        "pays {rate:percent}, of the first euro too.",
    ),
    "minimum_savings.loss_always_shared": (
        "Verlies: van elk verlies betaalt de aanbieder {rate:percent}.",
        "Loss: of every loss the provider pays {rate:percent}.",
    ),
    "minimum_savings.loss_cap": (
        "Verlies: de aanbieder betaalt hoogstens {cap:percent} van het budget ({most:about}). De "
        "rest betalen de gemeenten.",
        "Loss: the provider pays at most {cap:percent} of the budget ({most:about}). The rest is "
        "paid by the municipalities.",
    ),
    "reinsurance_premium": (
        "Premie: de aanbieder betaalt zijn herverzekeraar elk jaar {share:percent} van het budget "
        "({euros:about}).",
        "Premium: the provider pays its reinsurer {share:percent} of the budget every year "
        "({euros:about}).",
    ),
    "transition": (
        "Ingroei: het contract wordt stap voor stap taakgericht: {by_year:by_year}. De rest wordt "
        "P x Q betaald.",
        "Transition: the contract becomes task-based step by step: {by_year:by_year}. The rest is "
        "paid P x Q.",
    ),
    "extension.budget": (
        "Verlenging: na {after_years:years} gaat het contract {years:years} verder. Het budget "
        "wordt dan opnieuw bepaald op wat de zorg in de laatste {rebased_on_years:years} kostte, "
        "en verandert nog met {change:percent}.",
        "Extension: after {after_years:years} the contract goes on for {years:years}. The budget "
        "is then set anew on what the care cost in the last {rebased_on_years:years}, changed by "
        "{change:percent}.",
    ),
    "extension.price": (
        "Verlenging: na {after_years:years} gaat het contract {years:years} verder. De prijs "
        "verandert dan met {change:percent}.",
        "Extension: after {after_years:years} the contract goes on for {years:years}. The price "
        "then changes by {change:percent}.",
    ),
    "termination": (
        "Opzegging: vanaf eind {first_year} is de kans {chance:percent} per jaar dat het contract "
        "eerder stopt. Daarna wordt de zorg P x Q betaald, tegen een tarief dat {change:percent} "
        "anders is.",
        "Termination: from the end of {first_year} on the chance is {chance:percent} a year that "
        "the contract ends early. After that care is paid P x Q, at a tariff that differs by "
        "{change:percent}.",
    ),
    "termination.when_reserve_is_lost": (
        "Opzegging: is de reserve van de aanbieder op, dan is vanaf eind {first_year} de kans "
        "{chance:percent} per jaar dat het contract eerder stopt. Daarna wordt de zorg P x Q "
        "betaald, tegen een tarief dat {change:percent} anders is.",
        "Termination: where the provider's reserve is lost, the chance is {chance:percent} a year "
        "from the end of {first_year} on that the contract ends early. After that care is paid P x "
        "Q, at a tariff that differs by {change:percent}.",
    ),
    "bail_out": (
        "Redding: verliest de aanbieder in totaal meer dan zijn reserve ({euros:about}), dan is de "
        "kans {chance:percent} per jaar dat de gemeenten {share:percent} van het meerdere "
        "bijbetalen. Zo komt risico terug dat verkocht was.",
        "Bail-out: where the provider loses more than its reserve in all ({euros:about}), the "
        "chance is {chance:percent} a year that the municipalities pay {share:percent} of what "
        "lies beyond it. So risk that was sold comes back.",
    ),
}
