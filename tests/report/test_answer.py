"""The printed answer: what it says, and that it fits one screen."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeugdsim.report.answer import printed_answer

from .summaries import CONTRACTS, HAAGLANDEN, all_pxq, spread, summary, waited

PXQ = "veelvoorkomend"


def lines_of(*arguments: Any) -> list[str]:
    return printed_answer(*arguments).splitlines()


def row(lines: list[str], start: str) -> str:
    return next(line for line in lines if line.startswith(start))


def fits_the_screen(lines: list[str], width: int = 100) -> bool:
    return len(lines) <= 40 and max(map(len, lines)) <= width


def test_the_haaglanden_answer_fits_and_names_its_run() -> None:
    lines = lines_of(summary(), all_pxq())
    assert fits_the_screen(lines)
    assert lines[0] == (
        "Haaglanden 2027-2032: 1.000 trekkingen (mogelijke toekomsten), seed 2027, bedragen in mln euro"
    )
    assert "dit scenario" in lines[1]
    assert "alles P x Q" in lines[1]


def test_a_year_shows_cost_overrun_and_target_of_both_policies() -> None:
    policy, twin = summary(), all_pxq()
    policy["region"]["overrun"]["2028"] |= {"probability": 0.31, "size": 12.34e6}
    policy["region"]["savings"]["2028"] |= {"probability_real": 0.07, "probability": 0.222}
    twin["region"]["savings"]["2028"] |= {"probability_real": 0.0, "probability": 1.0}
    assert row(lines_of(policy, twin), "2028").split() == [
        *("2028", "369", "|", "378", "(354–402)", "32%", "12", "7%", "22%"),
        *("|", "383", "(358–408)", "68%", "19", "<1%", ">99%"),
    ]


def test_without_a_target_or_an_overrun_there_is_a_dash() -> None:
    policy = summary()
    policy["region"]["overrun"]["2027"] |= {"probability": 0.0, "size": None}
    assert row(lines_of(policy, None), "2027").split()[-4:] == ["<1%", "–", "–", "–"]


def test_without_a_twin_there_is_one_block() -> None:
    lines = lines_of(summary(), None)
    assert fits_the_screen(lines)
    assert "alles P x Q" not in "\n".join(lines)
    assert row(lines, "totaal").count("|") == 1


def test_contracts_show_what_providers_keep_but_not_p_x_q() -> None:
    lines = lines_of(summary(), all_pxq())
    assert row(lines, "verblijf").split()[1:6] == ["taakgericht", "|", "-65", "-8", "45"]
    assert not any(line.startswith("veelvoorkomend") for line in lines)


@pytest.mark.parametrize(
    ("contract", "lost", "end"),
    [
        ("onderwijs", 0.52, "52%  klein contract: bijna kop of munt"),
        ("dagbesteding", 0.35, "36%  klein contract: bijna kop of munt"),
        ("dagbesteding", 0.65, "64%  klein contract: bijna kop of munt"),
        ("onderwijs", 0.68, "68%"),
        ("onderwijs", 0.9, "90%"),
        ("onderwijs", 0.2, "20%"),
        ("verblijf", 0.42, "42%"),
        ("verblijf", 0.62, "62%"),
    ],
)
def test_only_a_small_contract_near_even_odds_is_called_a_coin_toss(
    contract: str, lost: float, end: str
) -> None:
    policy = summary()
    policy["contracts"][contract]["chance_reserve_lost"]["total"] = lost
    assert row(lines_of(policy, all_pxq()), contract).endswith(f"|  {end}")


def test_the_heading_says_whose_reserve_runs_out() -> None:
    lines = lines_of(summary(), all_pxq())
    at = next(i for i, line in enumerate(lines) if line.startswith("Aanbieder houdt over"))
    heads = [line.split(" | ")[-1] for line in lines[at : at + 2]]
    assert heads == ["kans dat de reserve van", "de aanbieder opraakt"]


def test_all_pxq_alone_says_who_carries_the_risk() -> None:
    lines = lines_of(all_pxq(), None)
    assert "Alle contracten zijn P x Q: de gemeenten dragen het hele risico." in lines


def test_every_municipality_has_a_line_with_both_policies() -> None:
    policy, twin = summary(), all_pxq()
    for results, chance in ((policy, 0.3), (twin, 0.9)):
        results["municipalities"]["Zoetermeer"]["overrun"]["2027"]["probability"] = chance
    lines = lines_of(policy, twin)
    assert row(lines, "Zoetermeer").split() == [
        *("Zoetermeer", "|", "570", "64%", "83,6", "30%"),
        *("|", "575", "64%", "84,6", "90%"),
    ]
    for name in summary()["municipalities"]:
        assert any(line.startswith(name) for line in lines)


def test_a_chance_stands_under_its_own_period() -> None:
    lines = lines_of(summary(), all_pxq())
    at = lines.index(row(lines, "Gemeente"))
    names = [lines[i].split(" | ")[0].strip() for i in range(at - 2, at + 1)]
    assert names == ["Bijdrage (P50) en", "kans op een tekort", "Gemeente"]
    assert lines[at].split(" | ")[1].split() == ["P50", "kans"] * 2
    period, first = lines[at - 1].index("hele looptijd"), lines[at - 1].index("2027")
    places = [place for place in range(len(lines[at])) if lines[at].startswith("kans", place)]
    assert period < places[0] < first < places[1]


def test_without_room_the_first_year_goes_and_the_whole_period_stays() -> None:
    lines = lines_of(summary(), all_pxq(), "nl", 60)
    assert row(lines, "kans op een tekort").split(" | ")[1:] == ["hele looptijd"] * 2
    assert row(lines, "Zoetermeer").split() == [
        *("Zoetermeer", "|", "570", "64%"),
        *("|", "575", "64%"),
    ]


def test_of_thirty_municipalities_the_largest_are_shown() -> None:
    shares = {f"Gemeente {i:02d}": (i + 1) / 465 for i in range(30)}
    lines = lines_of(summary(municipalities=shares), all_pxq(municipalities=shares))
    shown = [line.split(" | ")[0].strip() for line in lines if line.startswith("Gemeente ")]
    shown = [name for name in shown if name != "Gemeente"]
    assert len(shown) >= 9
    assert shown == [f"Gemeente {i:02d}" for i in range(29, 29 - len(shown), -1)]
    assert f"… en nog {30 - len(shown)} kleinere gemeenten" in lines


def test_one_municipality_and_one_year() -> None:
    policy = summary(municipalities={"Delft": 1.0}, years=[2027])
    lines = lines_of(policy, None)
    assert fits_the_screen(lines)
    assert row(lines, "Delft").split()[:3] == ["Delft", "|", "360"]
    assert len(row(lines, "Delft").split()) == 4


def test_long_names_are_cut() -> None:
    name = "Samenwerkende gemeenten langs de rivier en de duinen"
    policy = summary(municipalities={name: 1.0}, contracts={name * 2: ("task_based", 1.0)})
    policy["scenario"] = name * 3
    lines = lines_of(policy, None)
    assert fits_the_screen(lines)
    assert sum(line.startswith("Samenwerkende gemeenten") and "…" in line for line in lines) == 3


@pytest.mark.parametrize(
    ("level", "unit"),
    [
        (10.0, "euro"),
        (10e3, "duizend euro"),
        (360e6, "mln euro"),
        (10e9, "mln euro"),
        (1e11, "mld euro"),
    ],
)
def test_amounts_of_every_size_fit(level: float, unit: str) -> None:
    lines = lines_of(summary(level=level), all_pxq(level=level))
    assert fits_the_screen(lines)
    assert lines[0].endswith(f"bedragen in {unit}")


def test_the_inputs_and_what_was_absent_are_told() -> None:
    policy = summary()
    policy["absent"] = ["savings", "levers", "season"]
    lines = lines_of(policy, None)
    assert lines[-2:] == [
        "Invoer: 45 gemeten, 122 afgeleid, 61 aangenomen. Scenario ab12cd34, v0.1.0.",
        "Niet ingevuld: bespaardoel, maatregelen, seizoen.",
    ]
    policy["absent"] = []
    assert "Niet ingevuld" not in printed_answer(policy, None)


@pytest.mark.parametrize(
    ("warnings", "told"),
    [
        (["demand.csv: no use\nin Delft"], ["Let op: demand.csv: no use in Delft"]),
        (["first", "b"], ["Let op: first (en nog 1 melding: zie summary.json)"]),
        (["first", "b", "c"], ["Let op: first (en nog 2 meldingen: zie summary.json)"]),
        (["long " * 30], [f"Let op: {'long ' * 14}lo… (zie summary.json)"]),
        (["long " * 30, "b"], [f"Let op: {'long ' * 10}long… (en nog 1 melding: zie summary.json)"]),
    ],
)
def test_the_first_warning_is_printed_and_the_others_counted(
    warnings: list[str], told: list[str]
) -> None:
    policy = summary()
    policy["warnings"] = warnings
    lines = lines_of(policy, None)
    assert lines[-len(told) :] == told
    assert fits_the_screen(lines)


def test_without_room_the_other_warnings_have_a_line() -> None:
    policy = summary()
    policy["warnings"] = ["long " * 30, "b"]
    lines = lines_of(policy, None, "nl", 60)
    assert lines[-2].startswith("Let op: long")
    assert lines[-1] == "(en nog 1 melding: zie summary.json)"


def test_the_notes_explain_the_columns() -> None:
    policy = summary()
    policy["region"]["savings"]["2032"]["target"] = 32.68e6
    text = printed_answer(policy, all_pxq())
    for note in (
        "Bedragen in prijzen van het jaar zelf. Budget: na aftrek van het bespaardoel "
        "(2032: 32,7 mln).",
        "Tekort: kosten boven het budget; mln: hoe groot het tekort gemiddeld is, als er een "
        "tekort is.",
        "P50: de helft valt lager uit. P10–P90: 8 van de 10 keer ertussen.",
    ):
        assert f"\n{note}" in text
    assert "min bespaardoel" not in text


def test_without_a_target_none_is_explained() -> None:
    lines = lines_of(summary(target_step=0.0), None)
    assert "Bedragen in prijzen van het jaar zelf. Er is geen bespaardoel." in lines
    assert not any(line.startswith("Doel: ") for line in lines)


def test_a_bound_is_explained_only_where_one_is_shown() -> None:
    policy = summary()
    for year in policy["region"]["savings"].values():
        year |= {"probability": 0.3, "probability_real": 0.3}
    note = "P50: de helft valt lager uit. P10–P90: 8 van de 10 keer ertussen."
    assert note in lines_of(policy, None)
    policy["region"]["savings"]["2030"]["probability"] = 0.0
    assert f"{note} <1%: (bijna) geen trekking." in lines_of(policy, None)
    policy["region"]["savings"]["2030"]["probability"] = 1.0
    assert f"{note} >99%: (bijna) alle trekkingen." in lines_of(policy, None)


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("actual_use", "werkelijk gebruik"),
        ("rolling_use", "voortschrijdend gebruik (3 jaar)"),
        ("expected_use", "verwacht gebruik"),
        ("inhabitants", "aantal inwoners"),
        ("youth_population", "aantal jongeren"),
        ("own_key", "own_key"),
        ({"verblijf": "inhabitants", "onderwijs": "actual_use"}, "per contract"),
        ({"verblijf": "inhabitants", "onderwijs": "inhabitants"}, "aantal inwoners"),
    ],
)
def test_the_key_in_use_is_named(key: str | dict[str, str], told: str) -> None:
    text = " ".join(lines_of({**summary(), "key": key}, None))
    assert f"Verdeelsleutel: {told}. Budgetten verdeeld naar verwacht gebruik" in text
    assert "P50's tellen niet op tot het totaal." in text


@pytest.mark.parametrize("key", [None, {}])
def test_results_without_a_key_name_none(key: dict[str, str] | None) -> None:
    policy = {**summary(), "key": key}
    if key is None:
        del policy["key"]
    text = printed_answer(policy, None)
    assert "Verdeelsleutel" not in text
    assert "\nBudgetten verdeeld naar verwacht gebruik" in text


@pytest.mark.parametrize(("draws", "few"), [(99, True), (100, False)])
def test_few_draws_are_told(draws: int, few: bool) -> None:
    told = "Weinig trekkingen: de cijfers zijn grof."
    assert (lines_of(summary(draws=draws), None)[1] == told) is few
    assert (lines_of(summary(draws=draws), None, "en")[1].startswith("Few draws")) is few


def test_the_budget_outlives_ranges_and_sizes() -> None:
    wide, narrow = (lines_of(summary(), all_pxq(), "nl", width) for width in (100, 80))
    assert "(" in row(wide, "2028")
    assert row(narrow, "2028").split()[:2] == ["2028", "369"]
    assert "(" not in row(narrow, "2028")


def test_eighty_columns_hold_every_table_and_note() -> None:
    lines = lines_of(summary(), all_pxq(), "nl", 80)
    text = " ".join(lines)
    assert fits_the_screen(lines, 80)
    assert all(any(line.startswith(name) for line in lines) for name in HAAGLANDEN)
    assert all(any(line.startswith(name) for line in lines) for name in CONTRACTS if name != PXQ)
    assert [line.split()[0] for line in lines[4:11]] == [*map(str, range(2027, 2033)), "totaal"]
    for start in ("Bedragen", "Tekort:", "Doel:", "P50:", "Verdeelsleutel:", "Invoer:"):
        assert start in text
    assert not any(line.endswith("…") for line in lines)


def test_english() -> None:
    lines = lines_of(summary(), all_pxq(), "en")
    assert fits_the_screen(lines)
    assert lines[0].endswith("1,000 draws (possible futures), seed 2027, amounts in EUR million")
    assert "2,450 (2,180–2,700)" in row(lines, "total")
    with pytest.raises(ValueError, match="nl, en"):
        printed_answer(summary(), None, "fr")


def test_one_draw_without_a_standard_deviation() -> None:
    policy = summary(draws=1)
    for year in policy["region"]["cost"].values():
        year |= {"sd": None, "standard_error": None}
    assert "360,0 (" in row(lines_of(policy, None), "2027")


# ------------------------------------------------------------------ waiting


def test_who_waits_stands_in_a_table_longest_line_first_all_together_last() -> None:
    lines = lines_of(waited(summary()), None)
    assert fits_the_screen(lines)
    rows = [row(lines, name) for name in ("pleegzorg", "residentieel")]
    for found, cells in zip(
        rows,
        [
            ("pleegzorg", "90", "150", "(116–184)", "1.800", "97%"),
            ("residentieel", "40", "38", "(23–53)", "800", "97%"),
        ],
        strict=True,
    ):
        assert found.split(" | ")[0].split() == list(cells)
    others = [line.split(" | ")[1].split() for line in rows]
    assert others[0] == ["crisis", "6", "12", "(10–14)", "120", "97%"]
    assert others[1] == ["alle", "3", "vormen", "136", "200", "(150–250)"]
    assert "Waiting for" in printed_answer(waited(summary()), None, "en")


def test_a_short_mean_wait_has_tenths_and_nobody_admitted_a_dash() -> None:
    results = waited(summary(), {"crisis": (0.2, 0.4), "gezinshuis": (0.3, 0.3)})
    for name in ("mean_wait_days", "occupancy"):
        results["waiting"]["gezinshuis"][name]["total"] = dict.fromkeys(spread(0.0, 1.0, 9))
    lines = lines_of(results, None, "nl", 80)
    assert row(lines, "crisis").split()[-2:] == ["4,0", "97%"]
    assert row(lines, "gezinshuis").split()[-2:] == ["–", "–"]


def test_places_that_nobody_waits_for_take_one_line_and_no_places_none() -> None:
    enough = waited(summary(), {"crisis": (0.0, 0.0)})
    told = "Er zijn genoeg plaatsen: in geen enkele trekking wacht er een kind."
    assert told in lines_of(enough, None)
    assert not any("plaats" in line for line in lines_of(summary(), None))


def test_care_in_which_children_only_wait_for_other_care_has_no_row() -> None:
    results = waited(summary(), {"crisis": (6.0, 12.0)})
    results["waiting"]["ambulant"] = {"blocked_days": {"total": spread(100.0, 1.0, 1000)}}
    lines = lines_of(results, None)
    assert not any(line.startswith(("ambulant", "alle 2")) for line in lines)


@settings(max_examples=40, deadline=None)
@given(
    years=st.integers(1, 25),
    municipalities=st.integers(1, 40),
    contracts=st.integers(0, 12),
    level=st.floats(1.0, 1e11),
    draws=st.integers(1, 100_000),
    width=st.integers(60, 140),
    language=st.sampled_from(["nl", "en"]),
    twin=st.booleans(),
    waits=st.integers(0, 12),
)
def test_it_always_fits(
    years: int,
    municipalities: int,
    contracts: int,
    level: float,
    draws: int,
    width: int,
    language: str,
    twin: bool,
    waits: int,
) -> None:
    results = summary(
        years=range(2027, 2027 + years),
        municipalities={f"Gemeente {i}": 1 / municipalities for i in range(municipalities)},
        contracts={f"contract {i}": ("task_based", 1 / contracts) for i in range(contracts)}
        or {"zorg": ("pxq", 1.0)},
        level=level,
        draws=draws,
        target_step=level / 50,
    )
    results["warnings"] = ["budget and expected cost differ by more than 5% in 2030 " * 3] * 2
    results = waited(results, {f"een vorm van zorg {i}": (i, 10_000.0) for i in range(waits)})
    lines = printed_answer(results, results if twin else None, language, width).splitlines()
    assert fits_the_screen(lines, width)
    assert sum(line.startswith("Gemeente ") for line in lines) >= min(municipalities, 5)
