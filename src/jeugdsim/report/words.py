"""The words a reader meets: every label of the report in plain Dutch (B1) and English."""

from __future__ import annotations

from typing import Final

from jeugdsim.report.contract_labels import CONTRACT_LABELS
from jeugdsim.report.key_words import KEY_WORDS
from jeugdsim.report.picture_words import PICTURE_WORDS

LANGUAGES: Final = ("nl", "en")

WORDS: Final[dict[str, tuple[str, str]]] = {
    **PICTURE_WORDS,
    **CONTRACT_LABELS,
    **KEY_WORDS,
    "unit.1000000000": ("mld euro", "EUR billion"),
    "unit.1000000": ("mln euro", "EUR million"),
    "unit.1000": ("duizend euro", "EUR thousand"),
    "unit.1": ("euro", "EUR"),
    "unit.short.1000000000": ("mld", "bln"),
    "unit.short.1000000": ("mln", "mln"),
    "unit.short.1000": ("dzd", "k"),
    "unit.short.1": ("euro", "EUR"),
    "unit.long.1000000": ("miljoen euro", "million euros"),
    "unit.long.1000": ("duizend euro", "thousand euros"),
    "unit.long.1": ("euro", "euros"),
    "certainty.overrun": (
        "Met {certainty} zekerheid is het tekort van {place} over {period} niet groter dan {amount}.",
        "With {certainty} certainty the overrun of {place} over {period} is not larger than {amount}.",
    ),
    "certainty.left": (
        "Met {certainty} zekerheid is er voor {place} over {period} geen tekort: er blijft minstens "
        "{amount} over.",
        "With {certainty} certainty there is no overrun for {place} over {period}: at least {amount} "
        "is left.",
    ),
    "certainty.none": (
        "Met {certainty} zekerheid is er voor {place} over {period} geen of bijna geen tekort.",
        "With {certainty} certainty there is no overrun, or hardly any, for {place} over {period}.",
    ),
    "certainty.chance": ("De kans op een tekort is {chance}.", "The chance of an overrun is {chance}."),
    "certainty.everybody": ("alle gemeenten samen", "all municipalities together"),
    "certainty.period": (
        "de jaren {first} tot en met {last} bij elkaar",
        "the years {first} to {last} taken together",
    ),
    "certainty.cheaper": (
        "Kosten voor {place}: gemiddeld {amount} lager dan bij {than}. "
        "Kans op lagere kosten: {chance}.",
        "Cost for {place}: on average {amount} lower than under {than}. "
        "Chance of lower cost: {chance}.",
    ),
    "certainty.dearer": (
        "Kosten voor {place}: gemiddeld {amount} hoger dan bij {than}. "
        "Kans op lagere kosten: {chance}.",
        "Cost for {place}: on average {amount} higher than under {than}. "
        "Chance of lower cost: {chance}.",
    ),
    "certainty.unclear": (
        "Kosten voor {place}: gemiddeld ongeveer gelijk aan die bij {than}; een verschil is met dit "
        "aantal trekkingen niet te zien. Kans op lagere kosten: {chance}.",
        "Cost for {place}: on average about that under {than}; this number of draws shows no "
        "difference. Chance of lower cost: {chance}.",
    ),
    "certainty.no_difference": (
        "Kosten voor {place}: in elke trekking gelijk aan die bij {than}.",
        "Cost for {place}: in every draw that under {than}.",
    ),
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
    "waiting.title": ("Wachten op", "Waiting for"),
    "waiting.title_below": ("een plaats", "a place"),
    "waiting.at_end_of": ("kinderen, eind", "children, end of"),
    "waiting.year_range": ("{year} (P10\N{EN DASH}P90)", "{year} (P10\N{EN DASH}P90)"),
    "waiting.days": ("gem.", "mean"),
    "waiting.days_below": ("dagen", "days"),
    "waiting.full": ("bezet", "full"),
    "waiting.together": ("alle {count} vormen", "all {count} forms"),
    "waiting.nobody": (
        "Er zijn genoeg plaatsen: in geen enkele trekking wacht er een kind.",
        "There are places enough: in no draw does a child wait.",
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
        "Invoer: {measured} gemeten, {derived} afgeleid, {assumption} aangenomen{most}. {identity}",
        "Input: {measured} measured, {derived} derived, {assumption} assumed{most}. {identity}",
    ),
    "provenance_most": (
        "; onzekerheid vooral door: {shares}",
        "; uncertainty mostly from: {shares}",
    ),
    "provenance_few_draws": (
        "; waar de onzekerheid vandaan komt, is te zien vanaf {draws} trekkingen",
        "; where the uncertainty comes from can be told from {draws} draws on",
    ),
    "spread.world.indexation": ("prijsstijging", "price growth"),
    "spread.world.material_indexation": (
        "prijsstijging van materiaal",
        "price growth of materials",
    ),
    "spread.world.income_index": ("groei van het inkomen", "growth of income"),
    "spread.tariff_resets.effect": ("nieuw tarief: {name}", "new tariff: {name}"),
    "spread.tariff_resets.chance": ("kans op nieuw tarief: {name}", "chance of a new tariff: {name}"),
    "income.short": (
        "Als het inkomen van gemeenten groeit met een eigen index, komen ze over alle jaren gemiddeld "
        "{amount} {unit} tekort (kans: {chance}). ",
        "If the income of municipalities grows with an index of its own, they are {amount} {unit} "
        "short on average over all years (chance: {chance}). ",
    ),
    "income.left": (
        "Als het inkomen van gemeenten groeit met een eigen index, houden ze over alle jaren gemiddeld "
        "{amount} {unit} over (kans dat ze tekortkomen: {chance}). ",
        "If the income of municipalities grows with an index of its own, {amount} {unit} is left on "
        "average over all years (chance of being short: {chance}). ",
    ),
    "income.prices_faster": (
        "Prijzen stijgen sneller dan dat inkomen: dat kost {amount} {unit}.",
        "Prices grow faster than that income: this costs {amount} {unit}.",
    ),
    "income.prices_slower": (
        "Prijzen stijgen langzamer dan dat inkomen: dat scheelt {amount} {unit}.",
        "Prices grow slower than that income: this saves {amount} {unit}.",
    ),
    "spread.world.index_forecast_error": ("missers in de prijsraming", "errors in the price forecast"),
    "spread.world.inflow_shock_region_cv": (
        "schommelende instroom in de regio",
        "swings of inflow in the region",
    ),
    "spread.world.inflow_shock_municipality_cv": (
        "schommelende instroom per gemeente",
        "swings of inflow per municipality",
    ),
    "spread.world.stay_shock_cv": ("schommelende verblijfsduur", "swings of the length of stays"),
    "spread.world.units_shock_cv": ("schommelende zorg per dag", "swings of care per day"),
    "spread.world.inflow_growth_per_year": ("groei van de instroom", "growth of inflow"),
    "spread.world.stay_growth_per_year": (
        "groei van de verblijfsduur",
        "growth of the length of stays",
    ),
    "spread.world.units_growth_per_year": ("groei van de zorg per dag", "growth of care per day"),
    "spread.world.growth_fade_per_year": ("afvlakken van de groei", "fading of growth"),
    "spread.demand.*.inflow_per_1000_youth": (
        "instroom per gemeente en zorgvorm ({inputs} cellen)",
        "inflow per municipality and care form ({inputs} cells)",
    ),
    "spread.demand.*.clients_at_start": (
        "aantal cliënten bij de start ({inputs} cellen)",
        "number of clients at the start ({inputs} cells)",
    ),
    "spread.care_forms.*.stay_mean_days": (
        "verblijfsduur per zorgvorm ({inputs})",
        "length of stay per care form ({inputs})",
    ),
    "spread.care_forms.*.units_per_day": (
        "zorg per dag per zorgvorm ({inputs})",
        "care per day per care form ({inputs})",
    ),
    "spread.care_forms.*.tariff": ("tarief per zorgvorm ({inputs})", "tariff per care form ({inputs})"),
    "spread.care_forms.*.places": ("aantal plaatsen ({inputs})", "number of places ({inputs})"),
    "spread.demand.*.waiting_at_start": (
        "aantal wachtenden bij de start ({inputs} cellen)",
        "number waiting at the start ({inputs} cells)",
    ),
    "spread.waiting.*.reneging_per_year": (
        "hoe vaak wachtenden afzien van zorg ({inputs})",
        "how often those waiting give up ({inputs})",
    ),
    "spread.waiting.*.escalation_per_year": (
        "hoe vaak het erger wordt bij wachten ({inputs})",
        "how often it gets worse while waiting ({inputs})",
    ),
    "spread.extended_care.*.share": (
        "wie na 18 jaar mag blijven ({inputs})",
        "who may stay after 18 ({inputs})",
    ),
    "spread.moves.*.probability": (
        "kansen op doorstroom ({inputs})",
        "chances to move on ({inputs})",
    ),
    "spread.contracts.*.cost_ratio": (
        "kostprijs van aanbieders ({inputs})",
        "cost price of providers ({inputs})",
    ),
    "spread.contracts.*.volume_growth_per_year": (
        "groei in de contracten ({inputs})",
        "growth in the contracts ({inputs})",
    ),
    "spread.funding_response.inflow": (
        "reactie op {name}: instroom",
        "response to {name}: inflow",
    ),
    "spread.funding_response.stay_days": (
        "reactie op {name}: verblijfsduur",
        "response to {name}: length of stays",
    ),
    "spread.funding_response.units_per_day": (
        "reactie op {name}: zorg per dag",
        "response to {name}: care per day",
    ),
    "spread.funding_response.step_down": (
        "reactie op {name}: doorstroom naar goedkopere zorg",
        "response to {name}: moves to cheaper care",
    ),
    "spread.funding_response.refill": (
        "reactie op {name}: langere zorg bij minder instroom",
        "response to {name}: longer stays when inflow falls",
    ),
    "spread.levers.effect": ("effect van {name}", "effect of {name}"),
    "spread.levers.cost_per_year": ("kosten van {name}", "cost of {name}"),
    "spread.allocation.fixed_cost.cost_per_year": (
        "vaste kosten van de regio",
        "fixed cost of the region",
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
    "compare.heading": (
        "Vergelijking {years}: {draws} trekkingen (mogelijke toekomsten), seed {seed}, bedragen in "
        "{unit}",
        "Comparison {years}: {draws} draws (possible futures), seed {seed}, amounts in {unit}",
    ),
    "compare.heading_short": (
        "Vergelijking {years}: {draws} trekkingen, seed {seed}, bedragen in {unit}",
        "Comparison {years}: {draws} draws, seed {seed}, amounts in {unit}",
    ),
    "compare.less": (
        "{letter} kost de gemeenten over de hele looptijd gemiddeld {size} {unit} minder dan A "
        "(±{margin})",
        "{letter} costs the municipalities {size} {unit} less than A on average, over the whole period "
        "(±{margin})",
    ),
    "compare.more": (
        "{letter} kost de gemeenten over de hele looptijd gemiddeld {size} {unit} meer dan A "
        "(±{margin})",
        "{letter} costs the municipalities {size} {unit} more than A on average, over the whole period "
        "(±{margin})",
    ),
    "compare.unclear": (
        "{letter} kost de gemeenten over de hele looptijd gemiddeld ongeveer evenveel als A "
        "(verschil {signed} ±{margin} {unit})",
        "{letter} costs the municipalities about as much as A on average, over the whole period "
        "(difference {signed} ±{margin} {unit})",
    ),
    "compare.same": (
        "{letter} kost de gemeenten in elke trekking evenveel als A.",
        "{letter} costs the municipalities as much as A in every draw.",
    ),
    "compare.rare_less": (
        "; in een dure toekomst (P90) {size} minder (±{margin}).",
        "; in an expensive future (P90) {size} less (±{margin}).",
    ),
    "compare.rare_more": (
        "; in een dure toekomst (P90) {size} meer (±{margin}).",
        "; in an expensive future (P90) {size} more (±{margin}).",
    ),
    "compare.rare_unclear": (
        "; in een dure toekomst (P90) scheelt het weinig ({signed} ±{margin}).",
        "; in an expensive future (P90) it makes little difference ({signed} ±{margin}).",
    ),
    "compare.chance": (
        "Kans dat {letter} goedkoper is: {cheaper}. Verschil: 8 van de 10 keer tussen {low} en {high} "
        "(min: {letter} is goedkoper).",
        "Chance that {letter} is cheaper: {cheaper}. Difference: 8 times out of 10 between {low} and "
        "{high} (minus: {letter} is cheaper).",
    ),
    "compare.providers": (
        "Aanbieders houden gemiddeld over: A {ours}; {letter} {theirs}.",
        "Providers keep on average: A {ours}; {letter} {theirs}.",
    ),
    "compare.spread": (
        "{mean} ±{margin} (8 van de 10 keer tussen {low} en {high})",
        "{mean} ±{margin} (8 times out of 10 between {low} and {high})",
    ),
    "compare.chances": (
        "Kans op een tekort: A {ours}, {letter} {theirs}.",
        "Chance of an overrun: A {ours}, {letter} {theirs}.",
    ),
    "compare.target": (
        "Kans dat het bespaardoel echt wordt gehaald: A {ours}, {letter} {theirs}.",
        "Chance that the savings target is really met: A {ours}, {letter} {theirs}.",
    ),
    "compare.waiting.less": (
        "Eind {year} wachten in {letter} gemiddeld {size} kinderen minder op een plaats (±{margin}): "
        "A {ours}, {letter} {theirs}.",
        "At the end of {year} {size} fewer children wait for a place in {letter} on average "
        "(±{margin}): A {ours}, {letter} {theirs}.",
    ),
    "compare.waiting.more": (
        "Eind {year} wachten in {letter} gemiddeld {size} kinderen meer op een plaats (±{margin}): "
        "A {ours}, {letter} {theirs}.",
        "At the end of {year} {size} more children wait for a place in {letter} on average "
        "(±{margin}): A {ours}, {letter} {theirs}.",
    ),
    "compare.waiting.unclear": (
        "Eind {year} wachten er gemiddeld ongeveer evenveel kinderen op een plaats (±{margin}): "
        "A {ours}, {letter} {theirs}.",
        "At the end of {year} about as many children wait for a place on average (±{margin}): "
        "A {ours}, {letter} {theirs}.",
    ),
    "compare.response.assumption": (
        "Let op: in {letters} verandert de bekostiging ook de zorg zelf. Hoe sterk is een aanname, "
        "geen meting.",
        "Mind: in {letters} funding also changes the care itself. How much is assumed, not measured.",
    ),
    "compare.response.sourced": (
        "In {letters} verandert de bekostiging ook de zorg zelf (zie de bronnen van het scenario).",
        "In {letters} funding also changes the care itself (see the sources of the scenario).",
    ),
    "compare.and": ("en", "and"),
    "compare.difference": ("verschil met A", "difference from A"),
    "compare.mean": ("gemiddeld", "mean"),
    "compare.rare": ("P90", "P90"),
    "compare.cheaper": ("kans {letter}|goedkoper", "chance {letter}|cheaper"),
    "compare.cheaper_each": ("kans|goedkoper", "chance|cheaper"),
    "compare.overrun_head": ("kans op tekort", "overrun chance"),
    "compare.overrun_each": ("kans op|tekort", "chance of|overrun"),
    "compare.target_each": ("doel echt|gehaald", "target|really met"),
    "compare.moved": ("Verschil door|", "Difference by|"),
    "compare.moved.price": ("prijs per|eenheid", "price per|unit"),
    "compare.moved.clients": ("aantal|cliënten", "number of|clients"),
    "compare.moved.days_per_client": ("dagen per|cliënt", "days per|client"),
    "compare.moved.units_per_day": ("eenheden|per dag", "units|per day"),
    "compare.moved.contract": ("contract|", "contract|"),
    "compare.moved.lever_cost": ("maat-|regelen", "lever|cost"),
    "compare.moved.fixed_cost": ("vaste|kosten", "fixed|cost"),
    "compare.moved.all": ("samen|", "together|"),
    "compare.contract": ("Contract", "Contract"),
    "compare.paid": ("betaling|{letter} - A", "payment|{letter} - A"),
    "compare.kept": (
        "aanbieder houdt over: gemiddeld (P10 tot P90)",
        "provider keeps: mean (P10 to P90)",
    ),
    "compare.kept_short": ("houdt over", "keeps"),
    "compare.kept_each": ("aanbieders|houden over", "providers|keep"),
    "compare.to": ("{mean} ({low} tot {high})", "{mean} ({low} to {high})"),
    "compare.reserve": ("reserve op", "reserve lost"),
    "compare.scenario": ("Scenario", "Scenario"),
    "compare.margin_note": (
        "±: marge door het aantal trekkingen (95%). Verschillen: per trekking, met dezelfde kinderen.",
        "±: margin, as draws are limited (95%). Differences: draw by draw, with the same children.",
    ),
    "compare.rare_note": (
        "P90: 1 op de 10 toekomsten is duurder. Tekort: kosten boven het eigen budget.",
        "P90: 1 future in 10 is more expensive. Overrun: cost above the own budget.",
    ),
    "compare.moved_note": (
        "Contract: meer of minder betaald dan de zorg waard is. Bedragen in prijzen van het jaar zelf.",
        "Contract: paid more or less than the care is worth. Amounts in prices of the year itself.",
    ),
    "driver.budgeting": ("krap of ruim begroot", "tight or ample budget"),
    "driver.target": ("bespaardoel in het budget", "savings target in the budget"),
    "driver.price": ("prijzen", "prices"),
    "driver.clients": ("aantal cliënten", "number of clients"),
    "driver.days_per_client": ("dagen per cliënt", "days per client"),
    "driver.units_per_day": ("zorg per dag", "care per day"),
    "driver.contract": ("afspraken in contracten", "terms of contracts"),
    "driver.lever_cost": ("kosten van maatregelen", "cost of levers"),
    "driver.fixed_cost": ("vaste kosten van de regio", "fixed cost of the region"),
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
