"""The three tables of the printed answer: the region, the contracts, the municipalities."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Final

from jeugdsim.report import notation
from jeugdsim.report.side import Side
from jeugdsim.report.text_table import Column, fits, render, shorten
from jeugdsim.report.words import word, word_or_name

COIN: Final = (0.35, 0.65)
SMALL_SHARE: Final = 0.1
LONGEST_NAME: Final = 28
HIDDEN: Final = "…"
GAPS: Final = (2, 1)

REGION_PARTS: Final[tuple[frozenset[str], ...]] = (
    frozenset({"budget", "range", "size"}),
    frozenset({"budget", "range"}),
    frozenset({"budget", "size"}),
    frozenset({"budget"}),
    frozenset(),
)


@dataclass(frozen=True)
class RegionTable:
    """The lines of the region's table, and which of its optional columns are there."""

    lines: list[str]
    shown: Set[str]


def region_table(sides: Sequence[Side], width: int, most_years: int) -> RegionTable:
    """Lay out the richest table that fits: ranges and sizes go before the budget does."""
    years = _shown_years(sides[0].results["years"], most_years)
    layouts = [
        (shown, _region_columns(sides, years, shown), gap) for shown in REGION_PARTS for gap in GAPS
    ]
    shown, columns, gap = next(
        (layout for layout in layouts if fits(layout[1], width=width, gap=layout[2])),
        layouts[-1],
    )
    return RegionTable(render(columns, width=width, gap=gap), shown)


def _shown_years(years: Sequence[int], most: int) -> list[str]:
    names = [str(year) for year in years]
    if len(names) > most:
        names = [*names[: most // 2], HIDDEN, *names[most // 2 + 1 - most :]]
    return [*names, "total"]


def _region_columns(sides: Sequence[Side], years: Sequence[str], shown: Set[str]) -> list[Column]:
    first = sides[0]
    labels = [word("total", first.language) if year == "total" else year for year in years]
    columns = [Column(("", "", word("year", first.language)), labels, left=True)]
    if "budget" in shown:
        head = word("budget", first.language)
        columns.append(Column(("", "", head), _blanked(years, _budgets(first, years))))
    for block, side in enumerate(sides, start=1):
        columns += _side_columns(side, years, block, shown)
    return columns


def _budgets(side: Side, years: Sequence[str]) -> list[str]:
    """Write the budgets, which are certain; without decimals where these only take room."""
    budgets = [side.find("region", "budget", year) for year in years]
    whole = float(side.unit.euros)
    large = max((budget for budget in budgets if budget is not None), default=0.0) >= 1000 * whole
    return [side.amount(budget, whole if large else None) for budget in budgets]


def _side_columns(side: Side, years: Sequence[str], block: int, shown: Set[str]) -> list[Column]:
    language = side.language
    with_range = "range" in shown
    write_cost = _cost_range if with_range else _cost_middle

    def column(group: str, head: str, write: Callable[[str], str]) -> Column:
        heads = (side.label, word(group, language), head)
        return Column(heads, _blanked(years, [write(year) for year in years]), block)

    def chance_column(group: str, head: str, *path: str) -> Column:
        section, name = path
        return column(
            group, word(head, language), lambda year: side.chance("region", section, year, name)
        )

    columns = [
        column(
            "cost",
            word("cost_range" if with_range else "cost_middle", language),
            lambda year: write_cost(side, year),
        ),
        chance_column("overrun", "chance", "overrun", "probability"),
    ]
    if "size" in shown:
        unit = word(f"unit.short.{side.unit.euros}", language)
        columns.append(column("overrun", unit, lambda year: side.size("region", "overrun", year)))
    return [
        *columns,
        chance_column("target", "real", "savings", "probability_real"),
        chance_column("target", "in_total", "savings", "probability"),
    ]


def _cost_middle(side: Side, year: str) -> str:
    return side.quantile("region", "cost", year, p=50)


def _blanked(years: Sequence[str], texts: Sequence[str]) -> list[str]:
    return ["" if year == HIDDEN else text for year, text in zip(years, texts, strict=True)]


def _cost_range(side: Side, year: str) -> str:
    low, middle, high = (side.quantile("region", "cost", year, p=p) for p in (10, 50, 90))
    return f"{middle} ({low}{notation.DASH}{high})"


def contract_table(side: Side, width: int, most: int) -> list[str]:
    """Show what providers keep and the chance that their reserve is lost; not for plain P x Q."""
    contracts = {
        name: contract
        for name, contract in side.results["contracts"].items()
        if contract["form"] != "pxq" or contract["chance_reserve_lost"]["total"] > 0
    }
    if not contracts:
        return [word("no_contract", side.language)]
    names = _largest(contracts, ("payment", "total", "mean"), most)
    layouts = [
        (_contract_columns(side, names, shown), gap)
        for shown in ({"form", "coin"}, {"coin"}, set[str]())
        for gap in GAPS
    ]
    lines = _first_that_fits(layouts, width)
    hidden = len(contracts) - len(names)
    return lines + ([word("more_contracts", side.language, count=hidden)] if hidden else [])


def _contract_columns(side: Side, names: Sequence[str], shown: Set[str]) -> list[Column]:
    language = side.language
    title, period = word("contract", language), word("whole_period", language)
    columns = [Column((title, ""), [shorten(name, LONGEST_NAME) for name in names], left=True)]
    if "form" in shown:
        forms = [word_or_name("form", side.find("contracts", x, "form"), language) for x in names]
        columns.append(Column((title, word("form", language)), forms, left=True))
    for p in (10, 50, 90):
        results = [side.quantile("contracts", name, "provider_result", "total", p=p) for name in names]
        columns.append(Column((period, f"P{p}"), results, block=1))
    heads = (word("reserve_chance", language), word("reserve_lost", language))
    lost = [_reserve_lost(side, name, with_coin="coin" in shown) for name in names]
    return [*columns, Column(heads, lost, block=2, left=True)]


def _reserve_lost(side: Side, name: str, *, with_coin: bool) -> str:
    """Write the chance; in a small contract near even odds also that it is little but luck."""
    path = ("contracts", name, "chance_reserve_lost", "total")
    written = side.chance(*path).rjust(4)
    lost = side.find(*path)
    if not with_coin or lost is None or not COIN[0] <= lost <= COIN[1]:
        return written
    paid = side.find("contracts", name, "payment", "total", "mean")
    region = side.find("region", "payment", "total", "mean")
    if paid is None or region is None or paid >= SMALL_SHARE * region:
        return written
    return f"{written}  {word('small_coin', side.language)}"


def municipality_table(sides: Sequence[Side], width: int, most: int) -> list[str]:
    """Show per municipality what it pays and its chance of overrun: all years, the first year."""
    municipalities = sides[0].results["municipalities"]
    names = _largest(municipalities, ("contribution", "total", "mean"), most)
    layouts = [
        (_municipality_columns(sides, names, first_year), gap)
        for first_year in (("contribution", "chance"), ("contribution",), ())
        for gap in GAPS
    ]
    lines = _first_that_fits(layouts, width)
    hidden = len(municipalities) - len(names)
    if hidden:
        lines.append(word("more_municipalities", sides[0].language, count=hidden))
    return lines


def _municipality_columns(
    sides: Sequence[Side], names: Sequence[str], first_year: Sequence[str]
) -> list[Column]:
    language = sides[0].language
    shown = [shorten(name, LONGEST_NAME) for name in names]
    heads = ("municipality_pays", "municipality_overrun", "municipality")
    columns = [Column(tuple(word(head, language) for head in heads), shown, left=True)]
    years = sides[0].results["years"]
    first = (str(years[0]), str(years[0]), first_year if len(years) > 1 else ())
    periods = [("total", word("whole_period", language), ("contribution", "chance")), first]
    for block, side in enumerate(sides, start=1):
        for year, head, quantities in periods:
            for quantity in quantities:
                cells = [_bill(side, name, quantity, year) for name in names]
                label = "cost_middle" if quantity == "contribution" else "chance"
                columns.append(Column((side.label, head, word(label, language)), cells, block))
    return columns


def _bill(side: Side, name: str, quantity: str, year: str) -> str:
    if quantity == "contribution":
        return side.quantile("municipalities", name, "contribution", year, p=50)
    return side.chance("municipalities", name, "overrun", year, "probability")


def _first_that_fits(layouts: Sequence[tuple[list[Column], int]], width: int) -> list[str]:
    """Render the first layout, columns and gap, that fits; none fits: the last, names cut."""
    columns, gap = next(
        (layout for layout in layouts if fits(layout[0], width=width, gap=layout[1])),
        layouts[-1],
    )
    return render(columns, width=width, gap=gap)


def _largest(items: Mapping[str, Any], path: Sequence[str], most: int) -> list[str]:
    if len(items) <= most:
        return list(items)

    def size(name: str) -> float:
        found: Any = items[name]
        for key in path:
            found = found[key]
        return -float(found or 0.0)

    return sorted(items, key=size)[:most]
