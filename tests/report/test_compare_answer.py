"""The printed comparison: one screen, the right words, and numbers that agree with each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from jeugdsim.report.compare_answer import printed_comparison
from jeugdsim.report.compare_table import HEADER, comparison_table

from .summaries import CONTRACTS, HAAGLANDEN, spread

PARTS = ("price", "clients", "days_per_client", "units_per_day", "contract", "lever_cost")
DRAWS = 1000
Block = dict[str, Any]


def amount(baseline: float, difference: float, sd: float) -> Block:
    return {
        "difference": spread(difference, sd, DRAWS),
        "baseline": spread(baseline, 0.08 * abs(baseline), DRAWS),
        "compared": spread(baseline + difference, 0.07 * abs(baseline), DRAWS),
    }


def costs(baseline: float, difference: float, sd: float, rare: float) -> Block:
    return {
        **amount(baseline, difference, sd),
        "p90": {"difference": rare, "standard_error": sd / 10},
        "chance": {"cheaper": 0.74, "dearer": 0.26, "equal": 0.0},
    }


def chance(baseline: float, compared: float) -> Block:
    return {
        "baseline": baseline,
        "compared": compared,
        "difference": compared - baseline,
        "standard_error": 0.01,
    }


def made_up(
    *,
    years: Sequence[int] = range(2027, 2033),
    names: Sequence[str] = ("P x Q", "taakgericht"),
    difference: float = -46.8e6,
    sd: float = 70e6,
    rare: float = -97e6,
    parts: Sequence[float] = (0.0, -5.4e6, -10.1e6, -23.6e6, -7.7e6, 0.0),
    municipalities: Sequence[str] = tuple(HAAGLANDEN),
    forms: tuple[str, str] = ("pxq", "task_based"),
    kinds: Sequence[str] = ("", "assumption"),
    target: bool = True,
) -> Block:
    """Return results in the shape of ``compare.json``: level 360 million a year."""
    periods = [*map(str, years), "total"]

    def over(make: Any, level: float) -> Block:
        return {period: make(level * (len(years) if period == "total" else 1)) for period in periods}

    share = 1 / len(municipalities)
    region = {
        "cost": over(lambda level: costs(level, difference, sd, rare), 360e6),
        "provider_result": over(lambda level: amount(0.0, level, 65e6), -1e6),
        "chance_overrun": over(lambda _: chance(0.6, 0.52), 0.0),
        "chance_target_real": over(lambda _: chance(0.02, 0.34) if target else None, 0.0),
        "moved": over(
            lambda _: {name: spread(x, 30e6, DRAWS) for name, x in zip(PARTS, parts, strict=True)},
            0.0,
        ),
    }
    block = {
        "region": region,
        "municipalities": {
            name: {
                "cost": over(lambda x: costs(x * share, difference * share, sd * share, rare), 360e6)
            }
            for name in municipalities
        },
        "contracts": {
            name: {
                "form": {"baseline": forms[0], "compared": form if forms[1] != "pxq" else "pxq"},
                "payment": over(lambda x: amount(x, -0.01 * x, 0.02 * x), 360e6 * part),
                "provider_result": over(lambda x: amount(0.0, x, 20e6), -1e6),
                "chance_reserve_lost": over(
                    lambda _, form=form: chance(0.0, 0.0 if "pxq" in (form, forms[1]) else 0.6),
                    0.0,
                ),
            }
            for name, (form, part) in CONTRACTS.items()
        },
    }
    return {
        "baseline": names[0],
        "scenarios": {
            name: {
                "scenario": f"Scenario {name}",
                "hash": "0" * 64,
                "responses": {"funding_response.task_based.inflow": kind} if kind else {},
            }
            for name, kind in zip(names, [*kinds, *[kinds[-1]] * len(names)], strict=False)
        },
        "version": "0.1.0",
        "seed": 2027,
        "draws": DRAWS,
        "years": list(years),
        "compared": dict.fromkeys(names[1:], block),
    }


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(
    "results",
    [
        made_up(),
        made_up(years=[2027]),
        made_up(years=range(2027, 2037)),
        made_up(municipalities=[f"Gemeente {number}" for number in range(40)]),
        made_up(municipalities=["Alleenstad"]),
        made_up(names=["een heel lange naam voor een scenario " * 3, "nog een lange naam " * 6]),
        made_up(names=[f"scenario {number}" for number in range(12)]),
    ],
    ids=["haaglanden", "one year", "ten years", "40 towns", "one town", "long names", "twelve"],
)
def test_it_fits_one_screen(results: Block, language: str, width: int) -> None:
    lines = printed_comparison(results, language, width).splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= width
    assert not any(line.endswith(" ") for line in lines)
    assert not any("|…" in line for line in lines), "a table was cut"


@pytest.mark.parametrize(
    ("difference", "rare", "wanted"),
    [
        (-47e6, -97e6, ("47 mln euro minder dan A (±4)", "97 minder")),
        (47e6, 97e6, ("47 mln euro meer dan A (±4)", "97 meer")),
        (-1e6, 3e6, ("ongeveer evenveel als A (verschil -1 ±4", "scheelt het weinig (3 ±")),
    ],
)
def test_the_first_sentence_says_less_more_or_neither(
    difference: float, rare: float, wanted: tuple[str, str]
) -> None:
    """The standard error is 70/sqrt(1000) = 2.2 million, the margin 4.3; that of P90 13.7."""
    answer = " ".join(printed_comparison(made_up(difference=difference, rare=rare)).split())
    for text in wanted:
        assert text in answer


def test_equal_in_every_draw_is_said_so() -> None:
    results = made_up(difference=0.0, sd=0.0, rare=0.0, parts=[0.0] * 6)
    region = results["compared"]["taakgericht"]["region"]
    region["cost"]["total"]["chance"] = {"cheaper": 0.0, "dearer": 0.0, "equal": 1.0}
    assert "B kost de gemeenten in elke trekking evenveel als A." in printed_comparison(results)


def test_what_moved_adds_up_on_paper() -> None:
    lines = printed_comparison(made_up()).splitlines()
    row = next(line for line in lines if line.startswith("hele looptijd"))
    *parts, whole = (int(cell) for cell in row.removeprefix("hele looptijd").replace("|", "").split())
    assert parts == [0, -5, -10, -24, -8, 0]
    assert whole == sum(parts) == -47


@pytest.mark.parametrize(
    ("kinds", "wanted"),
    [
        (
            ("", "assumption"),
            "in B verandert de bekostiging ook de zorg zelf. Hoe sterk is een aanname",
        ),
        (("assumption", "assumption"), "in A en B verandert"),
        (("", "measured"), "In B verandert de bekostiging ook de zorg zelf (zie de bronnen"),
        (("", ""), None),
    ],
)
def test_an_assumed_response_is_called_an_assumption(
    kinds: tuple[str, str], wanted: str | None
) -> None:
    answer = " ".join(printed_comparison(made_up(kinds=kinds)).split())
    if wanted is None:
        assert "verandert de bekostiging" not in answer
    else:
        assert wanted in answer


def test_pxq_under_a_ceiling_may_lose_a_reserve_and_is_told() -> None:
    content = made_up()
    block = next(iter(content["compared"].values()))["contracts"]["veelvoorkomend"]
    block["form"] = {"baseline": "pxq", "compared": "pxq"}
    block["chance_reserve_lost"]["total"]["compared"] = 0.5
    assert "veelvoorkomend" in printed_comparison(content)


def test_pxq_has_no_reserve_to_lose_and_all_pxq_no_table_of_contracts() -> None:
    lines = printed_comparison(made_up()).splitlines()
    head = next(line for line in lines if line.startswith("Contract "))
    assert lines[lines.index(head) + 1].split("|")[-1].split() == ["B"]
    assert "veelvoorkomend" not in printed_comparison(made_up())
    every_pxq = printed_comparison(made_up(forms=("pxq", "pxq"), kinds=("", "")))
    assert not any(line.startswith("Contract ") for line in every_pxq.splitlines())


def test_without_a_target_no_chance_of_it_is_told() -> None:
    assert "bespaardoel" in printed_comparison(made_up())
    assert "bespaardoel" not in printed_comparison(made_up(target=False))


def test_names_that_do_not_fit_over_a_column_give_way_to_their_letters() -> None:
    heads = [
        line
        for names in (("P x Q", "taakgericht"), ("haaglanden-2027-pxq", "haaglanden-2027"))
        for line in printed_comparison(made_up(names=names)).splitlines()
        if "verschil met A" in line and "kans op tekort" in line
    ]
    assert "A: P x Q" in heads[0]
    assert "B: taakgericht" in heads[0]
    assert [cell.strip() for cell in heads[1].split("|")][1:3] == ["A", "B"]


def test_the_table_is_as_wide_as_its_header_and_holds_no_empty_difference() -> None:
    header, rows = comparison_table(made_up(target=False))
    assert header == list(HEADER)
    assert all(len(row) == len(header) for row in rows)
    assert not any(row[header.index("difference")] is None for row in rows)
    assert not any(row[header.index("quantity")] == "chance_target_real" for row in rows)


def test_another_language_is_refused() -> None:
    with pytest.raises(ValueError, match="'fr'"):
        printed_comparison(made_up(), language="fr")


# ------------------------------------------------------------------ who waits


@pytest.mark.parametrize(
    ("difference", "sd", "told"),
    [
        (-35.0, 30.0, "Eind 2032 wachten in B gemiddeld 35 kinderen minder op een plaats"),
        (4.25, 3.0, "Eind 2032 wachten in B gemiddeld 4,3 kinderen meer op een plaats"),
        (1.0, 60.0, "Eind 2032 wachten er gemiddeld ongeveer evenveel kinderen op een plaats"),
    ],
)
def test_more_or_fewer_children_wait(difference: float, sd: float, told: str) -> None:
    results = made_up()
    line = amount(120.0, difference, sd)
    results["compared"]["taakgericht"]["region"]["clients_waiting_at_year_end"] = {"2032": line}
    lines = printed_comparison(results).splitlines()
    assert len(lines) <= 40
    assert told in " ".join(lines)
    assert "A 120, B" in " ".join(lines)


def test_without_places_nothing_is_said_of_waiting() -> None:
    assert "wachten" not in printed_comparison(made_up())
