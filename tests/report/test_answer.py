"""The printed answer: what it says, and that it fits one screen."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jeugdsim.report.answer import printed_answer

from .summaries import all_pxq, summary


def lines_of(*arguments: Any) -> list[str]:
    return printed_answer(*arguments).splitlines()


def row(lines: list[str], start: str) -> str:
    return next(line for line in lines if line.startswith(start))


def fits_the_screen(lines: list[str], width: int = 100) -> bool:
    return len(lines) <= 40 and max(map(len, lines)) <= width


def test_the_haaglanden_answer_fits_and_names_its_run() -> None:
    lines = lines_of(summary(), all_pxq())
    assert fits_the_screen(lines)
    assert lines[0] == ("Haaglanden 2027-2032: 1.000 trekkingen, seed 2027, bedragen in mln euro")
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


def test_a_coin_toss_is_marked_and_a_small_contract_named() -> None:
    policy = summary()
    policy["contracts"]["onderwijs"]["chance_reserve_lost"]["total"] = 0.52
    policy["contracts"]["verblijf"]["chance_reserve_lost"]["total"] = 0.42
    policy["contracts"]["dagbehandeling"]["chance_reserve_lost"]["total"] = 0.2
    lines = lines_of(policy, all_pxq())
    assert row(lines, "onderwijs").endswith("52%  bijna kop of munt (klein contract)")
    assert row(lines, "verblijf").endswith("42%  bijna kop of munt")
    assert row(lines, "dagbehandeling").endswith("20%")


def test_all_pxq_alone_says_who_carries_the_risk() -> None:
    lines = lines_of(all_pxq(), None)
    assert "Alle contracten zijn P x Q: de gemeenten dragen het hele risico." in lines


def test_every_municipality_has_a_line_with_both_policies() -> None:
    lines = lines_of(summary(), all_pxq())
    assert row(lines, "Zoetermeer").split() == [
        *("Zoetermeer", "|", "570", "83,6", "64%"),
        *("|", "575", "84,6", "64%"),
    ]
    for name in summary()["municipalities"]:
        assert any(line.startswith(name) for line in lines)


def test_of_thirty_municipalities_the_twelve_largest_are_shown() -> None:
    shares = {f"Gemeente {i:02d}": (i + 1) / 465 for i in range(30)}
    lines = lines_of(summary(municipalities=shares), all_pxq(municipalities=shares))
    shown = [line.split(" | ")[0].strip() for line in lines if line.startswith("Gemeente ")]
    assert fits_the_screen(lines)
    assert [name for name in shown if name != "Gemeente"] == [
        f"Gemeente {i:02d}" for i in range(29, 17, -1)
    ]
    assert "… en nog 18 kleinere gemeenten" in lines


def test_one_municipality_and_one_year() -> None:
    policy = summary(municipalities={"Delft": 1.0}, years=[2027])
    lines = lines_of(policy, None)
    assert fits_the_screen(lines)
    assert row(lines, "Delft").split()[:4] == ["Delft", "|", "360", "360"]


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
    policy["warnings"] = ["demand.csv: no use\nin Delft", "second"]
    lines = lines_of(policy, None)
    assert lines[-3:] == [
        "Invoer: 45 gemeten, 122 afgeleid, 61 aangenomen. Scenario ab12cd34, jeugdsim 0.1.0.",
        "Niet ingevuld: bespaardoel, maatregelen, seizoen.",
        "Let op (2 meldingen): demand.csv: no use in Delft",
    ]
    policy["absent"] = []
    assert "Niet ingevuld: niets." in lines_of(policy, None)


def test_english() -> None:
    lines = lines_of(summary(), all_pxq(), "en")
    assert fits_the_screen(lines)
    assert lines[0].endswith("1,000 draws, seed 2027, amounts in EUR million")
    assert "2,450 (2,180–2,700)" in row(lines, "total")
    with pytest.raises(ValueError, match="nl, en"):
        printed_answer(summary(), None, "fr")


def test_one_draw_without_a_standard_deviation() -> None:
    policy = summary(draws=1)
    for year in policy["region"]["cost"].values():
        year |= {"sd": None, "standard_error": None}
    assert "360,0 (" in row(lines_of(policy, None), "2027")


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
    lines = printed_answer(results, results if twin else None, language, width).splitlines()
    assert fits_the_screen(lines, width)
    assert sum(line.startswith("Gemeente ") for line in lines) >= min(municipalities, 5)
