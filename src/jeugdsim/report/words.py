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
        "{name}: {draws} trekkingen (mogelijke toekomsten), seed {seed}, bedragen in {unit}",
        "{name}: {draws} draws (possible futures), seed {seed}, amounts in {unit}",
    ),
    "heading_short": (
        "{name}: {draws} trekkingen, seed {seed}, bedragen in {unit}",
        "{name}: {draws} draws, seed {seed}, amounts in {unit}",
    ),
    "few_draws": (
        "Weinig trekkingen: de cijfers zijn grof.",
        "Few draws: the numbers are coarse.",
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
        "Tekort: kosten boven het budget",
        "Overrun: cost above the budget",
    ),
    "size_note": (
        "; {unit}: hoe groot het tekort gemiddeld is, als er een tekort is",
        "; {unit}: how large the overrun is on average, if there is one",
    ),
    "price_note": (
        "Bedragen in prijzen van het jaar zelf. Er is geen bespaardoel.",
        "Amounts in prices of the year itself. There is no savings target.",
    ),
    "price_target_note": (
        "Bedragen in prijzen van het jaar zelf. Budget: na aftrek van het bespaardoel "
        "({year}: {target} {unit}).",
        "Amounts in prices of the year itself. Budget: after taking off the savings target "
        "({year}: {target} {unit}).",
    ),
    "percentile_note": (
        "P50: de helft valt lager uit. P10\N{EN DASH}P90: 8 van de 10 keer ertussen.",
        "P50: half turns out lower. P10\N{EN DASH}P90: 8 times out of 10 in between.",
    ),
    "never_note": ("{bounds}: (bijna) geen trekking.", "{bounds}: (almost) no draw."),
    "always_note": ("{bounds}: (bijna) alle trekkingen.", "{bounds}: (almost) all draws."),
    "target_note": (
        "Doel: kans op halen. Echt: minder zorg min kosten maatregelen. Alles: plus wat aanbieders "
        "dragen.",
        "Target: chance to meet it. Real: less care minus lever cost. All: plus what providers carry.",
    ),
    "contract": ("Aanbieder houdt over", "What providers keep"),
    "form": ("vorm", "form"),
    "whole_period": ("hele looptijd", "whole period"),
    "reserve_chance": ("kans dat de reserve van", "chance that the reserve"),
    "reserve_lost": ("de aanbieder opraakt", "of the provider runs out"),
    "small_coin": ("klein contract: bijna kop of munt", "small contract: near a coin toss"),
    "no_contract": (
        "Alle contracten zijn P x Q: de gemeenten dragen het hele risico.",
        "Every contract is P x Q: the municipalities carry the whole risk.",
    ),
    "more_contracts": ("… en nog {count} kleinere contracten", "… and {count} smaller contracts"),
    "municipality": ("Gemeente", "Municipality"),
    "municipality_pays": ("Bijdrage (P50) en", "Contribution (P50) and"),
    "municipality_overrun": ("kans op een tekort", "chance of an overrun"),
    "more_municipalities": (
        "… en nog {count} kleinere gemeenten",
        "… and {count} smaller municipalities",
    ),
    "key_in_use": ("Verdeelsleutel: {label}.", "Allocation key: {label}."),
    "key_per_contract": ("per contract", "per contract"),
    "key.actual_use": ("werkelijk gebruik", "actual use"),
    "key.rolling_use": ("voortschrijdend gebruik (3 jaar)", "rolling use (3 years)"),
    "key.expected_use": ("verwacht gebruik", "expected use"),
    "key.inhabitants": ("aantal inwoners", "number of inhabitants"),
    "key.youth_population": ("aantal jongeren", "number of young people"),
    "budget_split": (
        "Budgetten verdeeld naar verwacht gebruik, tenzij opgegeven. P50's tellen niet op tot het "
        "totaal.",
        "Budgets split by expected use, unless given. P50s do not add up to the total.",
    ),
    "provenance": (
        "Invoer: {measured} gemeten, {derived} afgeleid, {assumption} aangenomen. {identity}",
        "Input: {measured} measured, {derived} derived, {assumption} assumed. {identity}",
    ),
    "absent": ("Niet ingevuld: {names}.", "Left out: {names}."),
    "warning": ("Let op: {text}", "Mind: {text}"),
    "see_summary": ("(zie summary.json)", "(see summary.json)"),
    "one_more_warning": (
        "(en nog 1 melding: zie summary.json)",
        "(and 1 more warning: see summary.json)",
    ),
    "more_warnings": (
        "(en nog {count} meldingen: zie summary.json)",
        "(and {count} more warnings: see summary.json)",
    ),
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
