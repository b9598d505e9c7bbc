"""The tables of the printed comparison: cost per year, what moved it, contracts, municipalities."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from jeugdsim.report.notation import DASH
from jeugdsim.report.pair import BASELINE, Pair, finer
from jeugdsim.report.text_table import Column, fits, render, shorten
from jeugdsim.report.words import word, word_or_name

TOTAL: Final = "total"
LONGEST_NAME: Final = 26
LONGEST_LABEL: Final = 16
GAPS: Final = (2, 1)
PARTS: Final = ("price", "clients", "days_per_client", "units_per_day", "contract", "lever_cost")
FIXED_COST: Final = "fixed_cost"
_NOTHING: Final = {"mean": 0.0, "standard_error": 0.0}


def cost_table(pair: Pair, width: int) -> list[str]:
    """Show cost per year in both scenarios, their difference, and the chances that go with it."""
    layouts = [_cost_columns(pair, shown) for shown in ({"overrun", "rare"}, {"rare"}, set[str]())]
    return _first_that_fits(layouts, width)


def _cost_columns(pair: Pair, shown: set[str]) -> list[Column]:
    language = pair.language
    periods = [*map(str, pair.results["years"]), TOTAL]
    mean, rare = word("compare.mean", language), word("compare.rare", language)
    names = [word("total", language) if period == TOTAL else period for period in periods]
    columns = [Column(("", word("year", language)), names, left=True)]
    labels = ("baseline", BASELINE, pair.results["baseline"]), ("compared", pair.letter, pair.name)
    with_names = all(len(f"{letter}: {name}") <= LONGEST_LABEL for _, letter, name in labels)
    for block, (side, letter, name) in enumerate(labels, start=1):
        head = f"{letter}: {name}" if with_names else letter
        columns.append(Column((head, mean), [_level(pair, p, side) for p in periods], block))
        if "rare" in shown:
            cells = [pair.quantile("region", "cost", p, side, p=90) for p in periods]
            columns.append(Column((head, rare), cells, block))
    found = [pair.find("region", "cost", period) for period in periods]
    head = word("compare.difference", language)
    columns += [
        Column((head, mean), _with_margins(pair, [x["difference"] for x in found], "mean"), 3),
        Column((head, rare), _with_margins(pair, [x["p90"] for x in found], "difference"), 3),
    ]
    cheaper = [pair.chance("region", "cost", p, "chance", "cheaper") for p in periods]
    columns.append(Column(_two_heads("compare.cheaper", pair), cheaper, 4))
    if "overrun" in shown:
        head = word("compare.overrun_head", language)
        for side, letter in _letters(pair):
            cells = [pair.chance("region", "chance_overrun", p, side) for p in periods]
            columns.append(Column((head, letter), cells, 5))
    return columns


def _level(pair: Pair, period: str, side: str) -> str:
    """Write a side's mean cost, as coarse on both sides."""
    cost = pair.find("region", "cost", period)
    errors = [cost[each]["standard_error"] for each in ("baseline", "compared")]
    return pair.amount(cost[side]["mean"], None if None in errors else max(errors))


def _with_margins(pair: Pair, blocks: Sequence[Mapping[str, Any]], number: str) -> list[str]:
    """Write differences with their margins, aligned."""
    written = [pair.with_margin(block[number], block["standard_error"]) for block in blocks]
    room = max(len(margin) for _, margin in written)
    return [f"{value} ±{margin:>{room}}" for value, margin in written]


def moved_table(every: Sequence[Pair], width: int) -> list[str]:
    """Show what moved the mean cost of the whole period, a line per scenario; the parts add up."""
    first = every[0]
    labels = (
        [shorten(f"{pair.letter}: {pair.name}", LONGEST_NAME) for pair in every]
        if len(every) > 1
        else [word("whole_period", first.language)]
    )
    has_fixed_cost = any(FIXED_COST in pair.find("region", "moved", TOTAL) for pair in every)
    parts = (*PARTS, FIXED_COST) if has_fixed_cost else PARTS
    cells = [_moved_cells(pair, parts) for pair in every]
    columns = [Column(_two_heads("compare.moved", first), labels, left=True)]
    for place, part in enumerate((*parts, "all")):
        heads = _two_heads(f"compare.moved.{part}", first)
        columns.append(Column(heads, [row[place] for row in cells], int(part == "all")))
    return _first_that_fits([columns], width)


def _moved_cells(pair: Pair, parts: Sequence[str]) -> list[str]:
    """Write the parts and their sum to one step, so that they add up on paper too."""
    moved = pair.find("region", "moved", TOTAL)
    spreads = [moved.get(part, _NOTHING) for part in parts]
    spreads.append(pair.find("region", "cost", TOTAL, "difference"))
    step = max((finer(spread["standard_error"]) or 0.0 for spread in spreads), default=0.0)
    return [pair.amount(spread["mean"], step) for spread in spreads]


def contract_table(pair: Pair, width: int, most: int) -> list[str]:
    """Show what contracts pay and leave, for those that are not plain P x Q on both sides."""
    contracts = {
        name: block
        for name, block in pair.find("contracts").items()
        if any(_has_a_reserve(pair, name, side) for side, _ in _letters(pair))
    }
    if not contracts:
        return []
    names = _largest(contracts, most, "payment")
    layouts = [
        _contract_columns(pair, names, shown) for shown in ({"form", "range"}, {"range"}, set[str]())
    ]
    hidden = len(contracts) - len(names)
    more = [word("more_contracts", pair.language, count=hidden)] if hidden else []
    return [*_first_that_fits(layouts, width), *more]


def _contract_columns(pair: Pair, names: Sequence[str], shown: set[str]) -> list[Column]:
    language = pair.language
    heads = (word("compare.contract", language), "")
    columns = [Column(heads, [shorten(name, LONGEST_NAME) for name in names], left=True)]
    forms = {
        side: [pair.find("contracts", name, "form", side) for name in names]
        for side, _ in _letters(pair)
    }
    if "form" in shown:
        for side, letter in _letters(pair):
            cells = [word_or_name("form", form, language) for form in forms[side]]
            columns.append(Column((word("form", language), letter), cells, left=True))
    paid = [pair.mean("contracts", name, "payment", TOTAL, "difference") for name in names]
    columns.append(Column(_two_heads("compare.paid", pair), paid, 1))
    kept = word("compare.kept" if "range" in shown else "compare.kept_short", language)
    for side, letter in _letters(pair):
        cells = [_kept(pair, name, side, with_range="range" in shown) for name in names]
        columns.append(Column((kept, letter), cells, 2))
    for side, letter in _letters(pair):
        if any(_has_a_reserve(pair, name, side) for name in names):
            lost = [_reserve_lost(pair, name, side) for name in names]
            columns.append(Column((word("compare.reserve", language), letter), lost, 3))
    return columns


def _kept(pair: Pair, name: str, side: str, *, with_range: bool) -> str:
    """Write what a contract leaves its providers over the whole period."""
    path = ("contracts", name, "provider_result", TOTAL, side)
    mean, low, high = pair.mean(*path), pair.quantile(*path, p=10), pair.quantile(*path, p=90)
    if not with_range or low == high:
        return mean
    return word("compare.to", pair.language, mean=mean, low=low, high=high)


def _reserve_lost(pair: Pair, name: str, side: str) -> str:
    """Write the chance; plain P x Q has no reserve to lose."""
    if not _has_a_reserve(pair, name, side):
        return DASH
    return pair.chance("contracts", name, "chance_reserve_lost", TOTAL, side)


def _has_a_reserve(pair: Pair, name: str, side: str) -> bool:
    """Tell whether providers may lose a reserve; under a ceiling they may, though it is P x Q."""
    if pair.find("contracts", name, "form", side) != "pxq":
        return True
    return bool(pair.find("contracts", name, "chance_reserve_lost", TOTAL, side) > 0)


def municipality_table(pair: Pair, width: int, most: int) -> list[str]:
    """Show per municipality what it pays more or less over the whole period, in two halves."""
    every = pair.find("municipalities")
    names = _largest(every, most, "cost")
    rows = -(-len(names) // 2)
    columns = [
        column
        for block, half in enumerate((names[:rows], names[rows:]))
        if half
        for column in _municipality_columns(pair, half, rows, block)
    ]
    hidden = len(every) - len(names)
    more = [word("more_municipalities", pair.language, count=hidden)] if hidden else []
    return [*_first_that_fits([columns], width), *more]


def _municipality_columns(pair: Pair, names: Sequence[str], rows: int, block: int) -> list[Column]:
    language = pair.language
    costs = [pair.find("municipalities", name, "cost", TOTAL) for name in names]
    means = [pair.amount(x["difference"]["mean"], x["difference"]["standard_error"]) for x in costs]
    rare = [pair.amount(x["p90"]["difference"], x["p90"]["standard_error"]) for x in costs]
    cheaper = [
        pair.chance("municipalities", name, "cost", TOTAL, "chance", "cheaper") for name in names
    ]
    head = word("compare.difference", language)
    empty = [""] * (rows - len(names))
    labels = [shorten(name, LONGEST_NAME) for name in names]
    return [
        Column(("", word("municipality", language)), [*labels, *empty], block, left=True),
        Column((head, word("compare.mean", language)), [*means, *empty], block),
        Column((head, word("compare.rare", language)), [*rare, *empty], block),
        Column(_two_heads("compare.cheaper", pair), [*cheaper, *empty], block),
    ]


def scenarios_table(every: Sequence[Pair], width: int) -> list[str]:
    """Show what several scenarios change over the whole period, a line per scenario."""
    first, region = every[0], ("region",)
    language = first.language
    labels = [shorten(f"{pair.letter}: {pair.name}", LONGEST_NAME) for pair in every]

    def column(heads: tuple[str, str], write: Callable[[Pair], str], block: int) -> Column:
        return Column(heads, [write(pair) for pair in every], block)

    def difference(block: str, number: str) -> Callable[[Pair], str]:
        return lambda pair: _with_margins(pair, [pair.find(*region, "cost", TOTAL, block)], number)[0]

    head = word("compare.difference", language)
    return _first_that_fits(
        [
            [
                Column(("", word("compare.scenario", language)), labels, left=True),
                column((head, word("compare.mean", language)), difference("difference", "mean"), 1),
                column((head, word("compare.rare", language)), difference("p90", "difference"), 1),
                column(
                    _two_heads("compare.cheaper_each", first),
                    lambda pair: pair.chance(*region, "cost", TOTAL, "chance", "cheaper"),
                    1,
                ),
                column(
                    _two_heads("compare.kept_each", first),
                    lambda pair: pair.mean(*region, "provider_result", TOTAL, "compared"),
                    2,
                ),
                column(
                    _two_heads("compare.overrun_each", first),
                    lambda pair: pair.chance(*region, "chance_overrun", TOTAL, "compared"),
                    2,
                ),
                column(
                    _two_heads("compare.target_each", first),
                    lambda pair: pair.chance(*region, "chance_target_real", TOTAL, "compared"),
                    2,
                ),
            ]
        ],
        width,
    )


def _letters(pair: Pair) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("baseline", BASELINE), ("compared", pair.letter)


def _two_heads(key: str, pair: Pair) -> tuple[str, str]:
    first, _, second = word(key, pair.language).replace("{letter}", pair.letter).partition("|")
    return first, second


def _largest(items: Mapping[str, Any], most: int, quantity: str) -> list[str]:
    """Give the items with the largest amounts in the baseline, in the order they had."""
    ordered = sorted(items, key=lambda name: -abs(items[name][quantity][TOTAL]["baseline"]["mean"]))
    kept = set(ordered[:most])
    return [name for name in items if name in kept]


def _first_that_fits(layouts: Sequence[list[Column]], width: int) -> list[str]:
    """Render the first layout and gap that fit; none fits: the last, names cut."""
    tries = [(columns, gap) for columns in layouts for gap in GAPS]
    columns, gap = next(
        (layout for layout in tries if fits(layout[0], width=width, gap=layout[1])), tries[-1]
    )
    return render(columns, width=width, gap=gap)
