"""The words on the pictures, in plain Dutch (B1) and English; part of ``words``."""

from __future__ import annotations

from typing import Final

PICTURE_WORDS: Final[dict[str, tuple[str, str]]] = {
    "figure.title": ("Kosten van jeugdhulp per jaar", "Cost of youth care per year"),
    "figure.middle": ("midden (P50)", "median (P50)"),
    "figure.prices": ("in prijzen van het jaar zelf", "in prices of the year itself"),
    "figure.inner": (
        "8 van de 10 keer tussen deze grenzen",
        "8 times out of 10 between these edges",
    ),
    "figure.outer": (
        "9 van de 10 keer tussen deze grenzen",
        "9 times out of 10 between these edges",
    ),
    "figure.budget": ("budget met doel", "budget with target"),
    "figure.budget_without": ("budget zonder doel", "budget without target"),
    "figure.accounts": (
        "jaarrekeningen, ongeveer dezelfde zorg",
        "accounts so far, roughly the same care",
    ),
    "figure.all_years": (
        "{first}\N{EN DASH}{last} samen",
        "{first}\N{EN DASH}{last} together",
    ),
    "figure.everybody": ("Alle gemeenten", "All municipalities"),
    "figure.together": ("samen", "together"),
    "figure.draws": ("{draws} trekkingen", "{draws} draws"),
    "figure.exceedance_title": ("Hoe groot kan het tekort worden?", "How large can the overrun get?"),
    "figure.overrun_axis": (
        "tekort, {unit} (onder nul blijft er geld over)",
        "overrun, {unit} (below zero money is left)",
    ),
    "figure.larger_axis": ("kans dat het tekort groter is", "chance that the overrun is larger"),
    "figure.chance_of_overrun": ("Kans op een tekort: {chance}", "Chance of an overrun: {chance}"),
    "figure.certain": (
        "Met {certainty} zekerheid is het tekort niet groter dan {amount} {unit}",
        "With {certainty} certainty the overrun is not larger than {amount} {unit}",
    ),
    "figure.certain_none": (
        "Met {certainty} zekerheid is er geen tekort",
        "With {certainty} certainty there is no overrun",
    ),
    "figure.target_title": (
        "Kans dat het bespaardoel wordt gehaald",
        "Chance that the savings target is met",
    ),
    "figure.real": (
        "echt: minder zorg min de kosten van maatregelen",
        "real: less care minus the cost of levers",
    ),
    "figure.all": ("alles: plus wat aanbieders dragen", "all: plus what providers carry"),
    "figure.interval": (
        "Streepje: onzekerheid door het aantal trekkingen (95%)",
        "Thin line: uncertainty from the number of draws (95%)",
    ),
    "figure.no_target": ("geen\ndoel", "no\ntarget"),
    "figure.target_axis": (
        "onder het jaar: het doel, {unit}",
        "below the year: the target, {unit}",
    ),
    "figure.risk_title": ("Wie draagt het risico?", "Who carries the risk?"),
    "figure.risk_municipalities": (
        "gemeenten: kosten boven het budget",
        "municipalities: cost above the budget",
    ),
    "figure.risk_providers": (
        "aanbieders: kosten boven de betaling",
        "providers: cost above the payment",
    ),
    "figure.risk_bar": (
        "Balk: 8 van de 10 keer tussen deze grenzen. Streep: midden (P50)",
        "Bar: 8 times out of 10 between these edges. Line: median (P50)",
    ),
    "figure.setback_axis": (
        "tegenvaller, {unit} (onder nul: meevaller)",
        "setback, {unit} (below zero: windfall)",
    ),
    "figure.heatmap_title": (
        "Kans op een tekort per gemeente en jaar",
        "Chance of an overrun per municipality and year",
    ),
    "figure.heatmap": (
        "Tekort: kosten boven het budget. Hoe donkerder, hoe groter de kans",
        "Overrun: cost above the budget. The darker, the larger the chance",
    ),
    "figure.keys_title": (
        "Bijdrage per gemeente en verdeelsleutel",
        "Contribution per municipality and allocation key",
    ),
    "figure.keys_mean": ("Bijdrage: gemiddeld", "Contribution: mean"),
    "figure.keys_edges": (
        "Boven: gemiddelde bijdrage. Onder: 8 van de 10 keer tussen deze grenzen",
        "Above: mean contribution. Below: 8 times out of 10 between these edges",
    ),
    "figure.keys_change": (
        "Procenten en kleur: meer (oranje) of minder (blauw) dan onder de sleutel in gebruik",
        "Percents and colour: more (orange) or less (blue) than under the key in use",
    ),
    "figure.key_in_use": ("in gebruik: {label}", "in use: {label}"),
    "figure.not_computable": ("niet te berekenen: {names}", "not computable: {names}"),
    "figure.drivers_title": ("Van budget naar kosten", "From budget to cost"),
    "figure.drivers_up": (
        "maakt het tekort groter, gemiddeld",
        "makes the overrun larger, on average",
    ),
    "figure.drivers_down": (
        "maakt het tekort kleiner, gemiddeld",
        "makes the overrun smaller, on average",
    ),
    "figure.drivers_spread": (
        "Tussen haakjes: 8 van de 10 keer tussen deze grenzen",
        "In brackets: 8 times out of 10 between these edges",
    ),
    "figure.between": ("{low} tot {high}", "{low} to {high}"),
    "figure.mean_cost": ("kosten, gemiddeld", "cost, mean"),
    "figure.waiting_title": (
        "Kinderen die aan het eind van het jaar op een plaats wachten",
        "Children who wait for a place at the end of the year",
    ),
    "figure.waiting_others": (
        "Niet getekend, daar wachten er minder: {names}",
        "Not drawn, as fewer wait there: {names}",
    ),
    "figure.children": ("kinderen", "children"),
    "figure.cut": ("de as begint niet bij nul", "the axis does not start at zero"),
    "figure.footer": (
        "{name} · scenario {hash} · {draws} trekkingen · seed {seed}",
        "{name} · scenario {hash} · {draws} draws · seed {seed}",
    ),
}
