"""Words about allocation keys and what they are judged on, in plain Dutch (B1) and English."""

from __future__ import annotations

from typing import Final

KEY_WORDS: Final[dict[str, tuple[str, str]]] = {
    "key.lagged_use": ("gebruik van vorig jaar", "use of last year"),
    "key.clients": ("aantal cliënten (3 jaar)", "number of clients (3 years)"),
    "key.credibility": ("ervaring, eigen en van allen", "experience, own and of all"),
    "key.shapley": ("Shapley-waarde", "Shapley value"),
    "key.nucleolus": ("nucleolus", "nucleolus"),
    "key.scrb": ("meerkosten en voordeel (SCRB)", "separable costs (SCRB)"),
    "key.covariance": ("aandeel in de spreiding", "part in the spread"),
    "key.euler": ("aandeel in dure toekomsten", "part in expensive futures"),
    "key.in_use": ("zoals in gebruik, per contract", "as in use, per contract"),
    "keys.per_contract": ("Sleutels: {names}.", "Keys: {names}."),
    "keys.pxq": ("Contracten P x Q: eigen gebruik.", "P x Q contracts: own use."),
    "keys.surprised": (
        "Rekening meer dan 5% hoger dan een jaar eerder verwacht: {low} tot {high} van de jaren, het "
        "vaakst in {town}.",
        "Bill more than 5% above what was expected a year ahead: {low} to {high} of the years, most "
        "often in {town}.",
    ),
    "keys.surprised_alike": (
        "Rekening meer dan 5% hoger dan een jaar eerder verwacht: {low} van de jaren.",
        "Bill more than 5% above what was expected a year ahead: {low} of the years.",
    ),
    "keys.compared": (
        "Verrast het minst: {calm}; ligt het dichtst bij eigen gebruik: {close}.",
        "Surprises least: {calm}; lies nearest to own use: {close}.",
    ),
    "keys.alone": (
        "Een gemeente is duurder uit dan alleen (risico meegeteld) bij: {names}.",
        "A municipality pays more than alone (risk included) under: {names}.",
    ),
    "keys.not_alone": (
        "Bij geen sleutel is een gemeente duurder uit dan alleen (risico meegeteld).",
        "Under no key does a municipality pay more than alone (risk included).",
    ),
    "keys.heading": (
        "{name}: {count} verdeelsleutels op dezelfde {draws} trekkingen, seed {seed}, bedragen per "
        "jaar in {unit}",
        "{name}: {count} allocation keys on the same {draws} draws, seed {seed}, amounts per year in "
        "{unit}",
    ),
    "keys.key": ("Sleutel", "Key"),
    "keys.head.surprise": ("> 5%|hoger", "> 5%|higher"),
    "keys.head.volatility": ("schom-|melt", "swings|"),
    "keys.head.correlation": ("volgt|gebruik", "follows|use"),
    "keys.head.marginal": ("euro|kost", "euro|costs"),
    "keys.head.arrives_after": ("na|jaren", "after|years"),
    "keys.head.moved": ("schuift|{unit}", "moves|{unit}"),
    "keys.head.worse_than_alone": ("duurder|alleen", "dearer|alone"),
    "keys.head.coalitions_worse": ("groepen|duurder", "groups|dearer"),
    "keys.note.surprise": (
        "> 5% hoger: hoe vaak de rekening van een jaar meer dan 5% hoger is dan een jaar eerder "
        "verwacht, laagste en hoogste gemeente. Schommelt: standaardafwijking van de verandering van "
        "jaar op jaar, deel van de rekening, gemiddelde van de gemeenten.",
        "> 5% higher: how often the bill of a year is more than 5% above what was expected a year "
        "ahead, lowest and highest municipality. Swings: standard deviation of the change from year "
        "to year, part of the bill, mean of the municipalities.",
    ),
    "keys.note.use": (
        "Volgt gebruik: correlatie met eigen gebruik, gemiddelde van de gemeenten (1: precies). Euro "
        "kost: wat een euro meer gebruik in het eerste jaar een gemeente zelf kost, en na hoeveel "
        "jaren. Schuift: wat anderen betalen voor wie meer gebruikt.",
        "Follows use: correlation with own use, mean of the municipalities (1: exactly). Euro costs: "
        "what one euro more of use in the first year costs the municipality itself, and after "
        "how many years. Moves: what others pay for those who use more.",
    ),
    "keys.note.alone": (
        "Duurder alleen: hoeveel gemeenten in een of meer jaren meer betalen dan alleen, "
        "risico (CVaR 90%) meegeteld. Groepen: welk deel van alle groepen gemeenten samen duurder uit "
        "is. De laatste zes kolommen gaan over wat de sleutel verdeelt, zonder P x Q.",
        "Dearer alone: how many municipalities pay more in some year than they would alone, risk "
        "(CVaR 90%) included. Groups: which part of all groups of municipalities is dearer off. The "
        "last six columns are about what the key shares, without P x Q.",
    ),
    "keys.not_computable": (
        "Niet te berekenen: {label}. {reason}",
        "Not computable: {label}. {reason}",
    ),
    "keys.needs_use": (
        "Alleen te berekenen als gebruik wordt geregistreerd: {names}.",
        "Computable only where use is registered: {names}.",
    ),
    "keys.shift": (
        "Van {old} naar {new}, per jaar (min: betaalt minder)",
        "From {old} to {new}, per year (minus: pays less)",
    ),
    "keys.shift.municipality": ("Gemeente", "Municipality"),
    "keys.shift.euros": ("{unit}", "{unit}"),
    "keys.shift.head": ("euro per inwoner", "EUR per inhabitant"),
    "keys.shift.mean": ("gem.", "mean"),
    "keys.shift.gaining": ("kans op|voordeel", "chance|to gain"),
    "figure.shift_title": (
        "Wat een andere verdeelsleutel per inwoner scheelt, euro per jaar",
        "What another allocation key means per inhabitant, EUR per year",
    ),
    "figure.shift_bar": (
        "Balk: 8 van de 10 keer tussen deze grenzen. Streep: gemiddeld. Links van nul betaalt minder "
        "dan nu",
        "Bar: 8 times out of 10 between these edges. Line: mean. Left of zero pays less than now",
    ),
    "figure.shift_axis": (
        "euro per inwoner per jaar, tegenover de sleutel in gebruik",
        "EUR per inhabitant per year, against the key in use",
    ),
    "figure.shift_left_out": ("niet getekend: {names}", "not drawn: {names}"),
    "figure.criteria_title": (
        "Waar verdeelsleutels op worden beoordeeld",
        "What allocation keys are judged on",
    ),
    "figure.criteria": (
        "Per kolom: hoe donkerder, hoe groter het getal; donker is niet altijd slecht",
        "Per column: the darker, the larger the number; dark is not always bad",
    ),
    "figure.criteria.surprise_over_5": ("kans op verrassing", "chance of a surprise"),
    "figure.criteria.volatility": ("schommelt per jaar", "swings per year"),
    "figure.criteria.correlation": ("volgt eigen gebruik", "follows own use"),
    "figure.criteria.marginal": ("extra euro kost zelf", "extra euro costs itself"),
    "figure.criteria.moved": ("verschuift, {unit}", "moves, {unit}"),
    "figure.criteria.worse_than_alone": ("duurder dan alleen", "dearer than alone"),
}
