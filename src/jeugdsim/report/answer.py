"""The printed answer: what a run says, on one terminal screen.

It shows cost, overrun and the savings target per year, what task-based contracts leave their
providers, and the bill of each municipality; side by side with the same world under all P x Q.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from textwrap import wrap
from typing import Any, Final

from jeugdsim.report import notation
from jeugdsim.report.side import Side
from jeugdsim.report.text_table import Column, fits, render, shorten
from jeugdsim.report.words import check_language, word, word_or_name

MOST_LINES: Final = 40
MOST_YEARS: Final = 8
MOST_CONTRACTS: Final = 6
MOST_MUNICIPALITIES: Final = 12
COIN: Final = (0.35, 0.65)
SMALL_SHARE: Final = 0.1
KINDS: Final = ("measured", "derived", "assumption")
LONGEST_NAME: Final = 28
HIDDEN: Final = "…"


def printed_answer(
    policy: Mapping[str, Any],
    all_pxq: Mapping[str, Any] | None,
    language: str = "nl",
    width: int = 100,
) -> str:
    """Write the answer of a run for one terminal screen.

    Parameters
    ----------
    policy : dict
        The results of the scenario, as in ``summary.json``.
    all_pxq : dict or None
        The results of the same world with every contract P x Q; None prints one column.
    language : str
        ``"nl"`` or ``"en"``.
    width : int
        The columns of the terminal; no line is longer.

    Returns
    -------
    str
        At most 40 lines, without a line break at the end.
    """
    check_language(language)
    unit = notation.unit_for(spread["p50"] for spread in policy["region"]["cost"].values())
    sides = [Side(policy, word("policy", language), language, unit)]
    if all_pxq is not None:
        sides.append(Side(all_pxq, word("all_pxq", language), language, unit))
    top = [_heading(sides[0]), *_region_lines(sides, width), *_notes(sides[0], width), ""]
    contracts = [*_contract_lines(sides[0], width), ""]
    foot = _foot_lines(sides[0])
    room = MOST_LINES - len(top) - len(contracts) - len(foot)
    lines = [*top, *contracts, *_municipality_lines(sides, width, room), *foot]
    return "\n".join(shorten(line, width) for line in lines)


def _heading(side: Side) -> str:
    return word(
        "heading",
        side.language,
        name=shorten(str(side.results["scenario"]), LONGEST_NAME + 10),
        draws=notation.number(side.draws, language=side.language),
        seed=side.results["seed"],
        unit=word(f"unit.{side.unit.euros}", side.language),
    )


def _notes(side: Side, width: int) -> list[str]:
    unit = word(f"unit.short.{side.unit.euros}", side.language)
    notes = (word("overrun_note", side.language, unit=unit), word("target_note", side.language))
    return [line for note in notes for line in wrap(note, width)]


def _region_lines(sides: Sequence[Side], width: int) -> list[str]:
    """Lay out the richest table that fits: first budgets go, then sizes, then ranges."""
    years = _shown_years(sides[0].results["years"])
    parts = (
        {"budget", "range", "size"},
        {"range", "size"},
        {"range"},
        {"size"},
    )
    layouts = [(_region_columns(sides, years, shown), gap) for shown in parts for gap in (2, 1)]
    columns, gap = next(
        (layout for layout in layouts if fits(layout[0], width=width, gap=layout[1])),
        layouts[-1],
    )
    return render(columns, width=width, gap=gap)


def _shown_years(years: Sequence[int]) -> list[str]:
    names = [str(year) for year in years]
    if len(names) > MOST_YEARS:
        names = [*names[: MOST_YEARS // 2], HIDDEN, *names[-MOST_YEARS // 2 + 1 :]]
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


def _contract_lines(side: Side, width: int) -> list[str]:
    contracts = {
        name: contract
        for name, contract in side.results["contracts"].items()
        if contract["form"] != "pxq"
    }
    if not contracts:
        return [word("no_contract", side.language)]
    names = _largest(contracts, ("payment", "total", "mean"), MOST_CONTRACTS)
    columns = _contract_columns(side, names)
    if not fits(columns, width=width):
        columns = [column for column in columns if column.heads[1] != word("form", side.language)]
    lines = render(columns, width=width)
    hidden = len(contracts) - len(names)
    return lines + ([word("more_contracts", side.language, count=hidden)] if hidden else [])


def _contract_columns(side: Side, names: Sequence[str]) -> list[Column]:
    language = side.language
    title, period = word("contract", language), word("whole_period", language)
    results = [
        Column(
            (period, f"P{p}"),
            [side.quantile("contracts", name, "provider_result", "total", p=p) for name in names],
            block=1,
        )
        for p in (10, 50, 90)
    ]
    forms = [word_or_name("form", side.find("contracts", name, "form"), language) for name in names]
    lost = [side.chance("contracts", name, "chance_reserve_lost", "total") for name in names]
    return [
        Column((title, ""), [shorten(name, LONGEST_NAME) for name in names], left=True),
        Column((title, word("form", language)), forms, left=True),
        *results,
        Column((word("reserve", language), word("reserve_chance", language)), lost, block=2),
        Column(("", ""), [_coin_remark(side, name) for name in names], block=2, left=True),
    ]


def _coin_remark(side: Side, name: str) -> str:
    lost = side.find("contracts", name, "chance_reserve_lost", "total")
    if lost is None or not COIN[0] <= lost <= COIN[1]:
        return ""
    paid = side.find("contracts", name, "payment", "total", "mean")
    region = side.find("region", "payment", "total", "mean")
    small = paid is not None and region is not None and paid < SMALL_SHARE * region
    return word("small_coin" if small else "coin", side.language)


def _municipality_lines(sides: Sequence[Side], width: int, room: int) -> list[str]:
    municipalities = sides[0].results["municipalities"]
    heads = 3
    most = min(MOST_MUNICIPALITIES, room - heads)
    if len(municipalities) > most:
        most = min(most, room - heads - 1)
    names = _largest(municipalities, ("contribution", "total", "mean"), most)
    lines = render(_municipality_columns(sides, names), width=width)
    hidden = len(municipalities) - len(names)
    if hidden:
        lines.append(word("more_municipalities", sides[0].language, count=hidden))
    return lines


def _municipality_columns(sides: Sequence[Side], names: Sequence[str]) -> list[Column]:
    language = sides[0].language
    shown = [shorten(name, LONGEST_NAME) for name in names]
    columns = [Column(("", "", word("municipality", language)), shown, left=True)]
    first = str(sides[0].results["years"][0])
    money = word("contribution", language)
    for block, side in enumerate(sides, start=1):
        for year, head in (("total", word("total", language)), (first, first)):
            cells = [side.quantile("municipalities", x, "contribution", year, p=50) for x in names]
            columns.append(Column((side.label, money, head), cells, block))
        chances = [side.chance("municipalities", x, "overrun", "total", "probability") for x in names]
        head = word("chance", language)
        columns.append(Column((side.label, word("overrun", language), head), chances, block))
    return columns


def _largest(items: Mapping[str, Any], path: Sequence[str], most: int) -> list[str]:
    if len(items) <= most:
        return list(items)

    def size(name: str) -> float:
        found: Any = items[name]
        for key in path:
            found = found[key]
        return -float(found or 0.0)

    return sorted(items, key=size)[:most]


def _foot_lines(side: Side) -> list[str]:
    results, language = side.results, side.language
    counts = {kind: results["provenance"].get(kind, 0) for kind in KINDS}
    identity = f"Scenario {str(results['hash'])[:8]}, jeugdsim {results['version']}."
    absent = [word_or_name("absent", name, language) for name in results["absent"]]
    lines = [
        word("provenance", language, identity=identity, **counts),
        word("absent", language, names=", ".join(absent))
        if absent
        else word("absent_nothing", language),
    ]
    warnings = results["warnings"]
    if warnings:
        key = "warning" if len(warnings) == 1 else "warnings"
        lines.append(word(key, language, text=" ".join(str(warnings[0]).split()), count=len(warnings)))
    return lines
