"""Short words around the terms of contracts and the table of who bears the spread."""

from __future__ import annotations

from typing import Final

CONTRACT_LABELS: Final[dict[str, tuple[str, str]]] = {
    "term.name.indexation": ("de index", "the index"),
    "term.name.volume_growth_per_year": ("de afgesproken groei", "the agreed growth"),
    "term.name.agreed_reduction": ("de afgesproken besparing", "the agreed saving"),
    "term.name.recalibration": ("de herijking", "the recalibration"),
    "term.name.follows_changes": ("het vertrek van een gemeente", "a municipality that leaves"),
    "term.name.extension": ("een verlenging", "an extension"),
    "term.name.termination": ("een opzegging", "a termination"),
    "term.name.rest": ("de overige aanbieders", "the other providers"),
    "term.kind.measured": ("gemeten", "measured"),
    "term.kind.derived": ("afgeleid", "derived"),
    "term.kind.assumption": ("aanname", "assumption"),
    "term.list.and": ("{first} en {last}", "{first} and {last}"),
    "term.list.by_year": ("{percent} vanaf {year}", "{percent} from {year}"),
    "term.list.by_name": ("{name}: {euros}", "{name}: {euros}"),
    "term.list.tier": ("{name}: {percent} à {euros}", "{name}: {percent} at {euros}"),
    "term.list.window": (" ({window})", " ({window})"),
    "term.no_limit": ("elk bedrag", "any sum"),
    "term.years": ("{count} jaar", "{count} years"),
    "term.years.one": ("1 jaar", "1 year"),
    "term.every": ("elke {count} jaar", "every {count} years"),
    "term.every.one": ("elk jaar", "every year"),
    "term.months": ("{count} maanden", "{count} months"),
    "term.months.one": ("1 maand", "1 month"),
    "terms.heading": (
        "Contracten van {name}. Bedragen in euro van {price_year}, voor {year}.",
        "Contracts of {name}. Amounts in euros of {price_year}, for {year}.",
    ),
    "terms.risks": ("Wie draagt welk risico?", "Who bears which risk?"),
    "terms.agreed": ("Wat is er afgesproken?", "What is agreed?"),
    "terms.note": (
        "Achter elke regel staat waar hij vandaan komt; wat nergens staat, is een aanname. "
        "Onzekere getallen staan er met hun gemiddelde. Wat een budget naar verwachting kost, is "
        "berekend zonder wachten.",
        "After every rule stands where it comes from; what stands nowhere is an assumption. "
        "Uncertain numbers are told at their mean. What a budget is expected to cost is worked out "
        "without waiting.",
    ),
    "transfer.title": (
        "Wie draagt de spreiding van de kosten? {period}, bedragen in {unit}, {draws} trekkingen.",
        "Who bears the spread of the cost? {period}, amounts in {unit}, {draws} draws.",
    ),
    "transfer.all_years": ("{first} tot en met {last} samen", "{first} to {last} together"),
    "transfer.one_year": ("Het jaar {last}", "The year {last}"),
    "transfer.form": ("Manier van betalen", "Way to pay"),
    "transfer.payment": ("gemeenten betalen", "municipalities pay"),
    "transfer.result": ("aanbieders houden", "providers keep"),
    "transfer.mean": ("gem.", "mean"),
    "transfer.sd": ("spreiding", "spread"),
    "transfer.share": ("deel van", "share of"),
    "transfer.share_below": ("gemeenten", "payers"),
    "transfer.back": ("komt", "comes"),
    "transfer.back_below": ("terug", "back"),
    "transfer.pxq": ("P x Q", "P x Q"),
    "transfer.lump_sum": ("vast bedrag", "lump sum"),
    "transfer.scenario": ("dit scenario", "this scenario"),
    "transfer.corridor": ("bedrag met corridor", "sum with corridor"),
    "transfer.recalibrated": ("bedrag per kind", "sum per child"),
    "transfer.output_based": ("prijs per traject", "per trajectory"),
    "transfer.availability": ("prijs per plaats", "per place"),
    "transfer.with_bail_out": ("  en een redding", "  and a bail-out"),
    "transfer.cost": (
        "De zorg is in elke rij dezelfde en kost aanbieders gemiddeld {mean} (spreiding {sd}).",
        "The care is the same in every row and costs providers {mean} on average (spread {sd}).",
    ),
    "transfer.sd_note": (
        "Spreiding: de standaardafwijking. Aanbieders houden: wat er over is na hun kosten, min is "
        "verlies. Deel van gemeenten: welk deel van de spreiding van de kosten zij dragen; de rest "
        "is voor aanbieders (en een herverzekeraar).",
        "Spread: the standard deviation. Providers keep: what is left after their cost, minus is a "
        "loss. Share of payers: which part of the spread of the cost the municipalities bear; the "
        "rest is the providers' (and a reinsurer's).",
    ),
    "transfer.forms_note": (
        "Bij een vast bedrag blijven het eigen budget, de groei en de afgesproken besparing van "
        "elk contract gelden. Niemand gaat zich in deze tabel anders gedragen.",
        "Under a lump sum every contract keeps its own budget, growth and agreed saving. In this "
        "table nobody changes what they do.",
    ),
    "transfer.assumed_note": (
        "Aannames: de corridor begint bij 3% en 8% (gemeenten 50% en 80%); per kind volgt het "
        "budget elk jaar het aantal kinderen; een redding komt, als een contract zelf niets zegt, "
        "met 50% kans per jaar en dekt dan alles boven de reserve.",
        "Assumptions: the corridor starts at 3% and 8% (payers 50% and 80%); per child the budget "
        "follows the number of children every year; a bail-out comes, where a contract says "
        "nothing itself, with a chance of 50% a year and then covers all beyond the reserve.",
    ),
    "transfer.places_note": (
        "Prijs per plaats geldt alleen voor {names}, waar alle zorg plaatsen heeft. De rest is P x Q.",
        "Per place holds only for {names}, where all care has places. The rest is P x Q.",
    ),
}
