"""The words a reader meets: every label of the report in plain Dutch (B1) and English."""

from __future__ import annotations

from typing import Final

LANGUAGES: Final = ("nl", "en")

WORDS: Final[dict[str, tuple[str, str]]] = {
    "unit.1000000000": ("mld euro", "EUR billion"),
    "unit.1000000": ("mln euro", "EUR million"),
    "unit.1000": ("duizend euro", "EUR thousand"),
    "unit.1": ("euro", "EUR"),
    "unit.short.1000000000": ("mld", "bln"),
    "unit.short.1000000": ("mln", "mln"),
    "unit.short.1000": ("dzd", "k"),
    "unit.short.1": ("euro", "EUR"),
    "heading": (
        "{name}: {draws} trekkingen, seed {seed}, bedragen in {unit}",
        "{name}: {draws} draws, seed {seed}, amounts in {unit}",
    ),
    "policy": ("dit scenario", "this scenario"),
    "all_pxq": ("alles P x Q", "all P x Q"),
    "year": ("jaar", "year"),
    "total": ("totaal", "total"),
    "budget": ("budget", "budget"),
    "cost": ("kosten", "cost"),
    "cost_range": ("P50 (P10\N{EN DASH}P90)", "P50 (P10\N{EN DASH}P90)"),
    "cost_middle": ("P50", "P50"),
    "overrun": ("tekort", "overrun"),
    "chance": ("kans", "chance"),
    "target": ("doel", "target"),
    "real": ("echt", "real"),
    "in_total": ("alles", "all"),
    "overrun_note": (
        "Tekort: kosten boven het budget min bespaardoel; {unit}: gemiddeld tekort.",
        "Overrun: cost above budget less savings target; {unit}: its mean if there is one.",
    ),
    "target_note": (
        "Doel: kans op halen. Echt: minder zorg min kosten maatregelen. Alles: plus wat aanbieders "
        "dragen.",
        "Target: chance to meet it. Real: less care minus lever cost. All: plus what providers carry.",
    ),
    "contract": ("Aanbieders houden over", "What providers keep"),
    "form": ("vorm", "form"),
    "whole_period": ("hele looptijd", "whole period"),
    "reserve": ("reserve op", "reserve"),
    "reserve_chance": ("kans", "lost"),
    "coin": ("bijna kop of munt", "near a coin toss"),
    "small_coin": ("bijna kop of munt (klein contract)", "near a coin toss (small contract)"),
    "no_contract": (
        "Alle contracten zijn P x Q: de gemeenten dragen het hele risico.",
        "Every contract is P x Q: the municipalities carry the whole risk.",
    ),
    "more_contracts": ("… en nog {count} kleinere contracten", "… and {count} smaller contracts"),
    "municipality": ("Gemeente", "Municipality"),
    "contribution": ("bijdrage P50", "contribution P50"),
    "more_municipalities": (
        "… en nog {count} kleinere gemeenten",
        "… and {count} smaller municipalities",
    ),
    "provenance": (
        "Invoer: {measured} gemeten, {derived} afgeleid, {assumption} aangenomen. {identity}",
        "Input: {measured} measured, {derived} derived, {assumption} assumed. {identity}",
    ),
    "absent": ("Niet ingevuld: {names}.", "Left out: {names}."),
    "absent_nothing": ("Niet ingevuld: niets.", "Left out: nothing."),
    "warning": ("Let op: {text}", "Mind: {text}"),
    "warnings": ("Let op ({count} meldingen): {text}", "Mind ({count} warnings): {text}"),
    "form.pxq": ("P x Q", "P x Q"),
    "form.task_based": ("taakgericht", "task-based"),
    "form.output_based": ("resultaat", "output-based"),
    "form.availability": ("beschikbaar", "availability"),
    "absent.world": ("groei en onzekerheid", "growth and uncertainty"),
    "absent.budget": ("budget", "budget"),
    "absent.savings": ("bespaardoel", "savings target"),
    "absent.levers": ("maatregelen", "levers"),
    "absent.funding_response": ("reactie op de bekostiging", "response to funding"),
    "absent.correlations": ("samenhang tussen aannames", "correlations"),
    "absent.season": ("seizoen", "season"),
    "figure.title": ("Kosten van jeugdhulp per jaar", "Cost of youth care per year"),
    "figure.middle": ("midden (P50)", "median (P50)"),
    "figure.inner": ("8 van de 10 keer", "8 times out of 10"),
    "figure.outer": ("9 van de 10 keer", "9 times out of 10"),
    "figure.budget": ("budget met doel", "budget with target"),
    "figure.budget_without": ("budget zonder doel", "budget without target"),
    "figure.cut": ("de as begint niet bij nul", "the axis does not start at zero"),
    "figure.footer": (
        "{name} · scenario {hash} · {draws} trekkingen · seed {seed}",
        "{name} · scenario {hash} · {draws} draws · seed {seed}",
    ),
}


def check_language(language: str) -> str:
    """Return the language when the report speaks it, else raise ``ValueError``."""
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r}: choose from {', '.join(LANGUAGES)}")
    return language


def word(key: str, language: str = "nl", **fields: object) -> str:
    """Give the label for `key`, its ``{fields}`` filled in."""
    text = WORDS[key][LANGUAGES.index(check_language(language))]
    return text.format(**fields) if fields else text


def word_or_name(group: str, name: str, language: str = "nl") -> str:
    """Give the label for ``group.name``, or the name itself when there is none."""
    return word(f"{group}.{name}", language) if f"{group}.{name}" in WORDS else name
