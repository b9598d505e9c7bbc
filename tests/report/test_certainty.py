"""The answer in a sentence: which amount, which words, and no more precision than the draws have."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jeugdsim.report.certainty import certainty_sentence, difference_sentence
from jeugdsim.report.notation import quantile_error

YEARS = range(2027, 2033)
DRAWS = st.lists(st.floats(-1e10, 1e10), min_size=1, max_size=60)
UNITS = {"miljoen euro": 1e6, "duizend euro": 1e3, "euro": 1.0}


def spread_around(middle: float, width: float, draws: int) -> np.ndarray:
    """Return evenly spaced draws, so that every quantile can be read off."""
    return middle + width * np.linspace(-1.0, 1.0, draws)


def told_euros(sentence: str) -> float:
    number, unit = re.findall(r"(?:dan|minstens|gemiddeld) ([\d.,]+) ((?:\w+ )?euro)", sentence)[0]
    return float(number.replace(".", "").replace(",", ".")) * UNITS[unit]


def test_the_quantile_at_the_certainty_is_told() -> None:
    """Draws 0, 1, ..., 100 million: the p quantile is 100 p million; 100 of 101 overrun."""
    overrun = np.arange(101) * 1e6
    for certainty in (0.5, 0.8, 0.95):
        sentence = certainty_sentence(overrun, YEARS, place="Delft", certainty=certainty)
        assert f"Met {100 * certainty:.0f}% zekerheid is het tekort van Delft over" in sentence
        assert told_euros(sentence) == pytest.approx(100e6 * certainty, abs=5e6)
    assert sentence.endswith("De kans op een tekort is 99%.")


def test_exact_draws_are_told_exactly() -> None:
    assert certainty_sentence([2.5e6] * 40, [2027], place="Delft") == (
        "Met 80% zekerheid is het tekort van Delft over 2027 niet groter dan 2,5 miljoen euro. "
        "De kans op een tekort is >92%."  # 0.05 ** (1 / 40) = 0.928
    )
    assert certainty_sentence([2.5e6] * 40, [2027], place="Delft", language="en") == (
        "With 80% certainty the overrun of Delft over 2027 is not larger than 2.5 million euros. "
        "The chance of an overrun is >92%."
    )


@pytest.mark.parametrize(
    ("euros", "amount"),
    [
        (1_250e6, "1.250,0 miljoen euro"),
        (1e6, "1,0 miljoen euro"),
        (640_300.0, "640 duizend euro"),
        (9_400.0, "9.400 euro"),
        (999.0, "999 euro"),
    ],
)
def test_the_unit_suits_the_amount(euros: float, amount: str) -> None:
    assert f"niet groter dan {amount}." in certainty_sentence([euros] * 3, YEARS)


def test_what_is_left_is_told_as_left() -> None:
    sentence = certainty_sentence([-3e6] * 30, YEARS, place="Rijswijk")
    assert sentence.startswith(
        "Met 80% zekerheid is er voor Rijswijk over de jaren 2027 tot en met 2032 bij elkaar geen "
        "tekort: er blijft minstens 3,0 miljoen euro over. "
    )
    assert sentence.endswith("De kans op een tekort is <10%.")  # 1 - 0.05 ** (1 / 30) = 0.095


@pytest.mark.parametrize("middle", [-1e5, 0.0, 1e5])
def test_an_amount_that_its_error_hides_is_told_as_next_to_none(middle: float) -> None:
    """Ten draws with an sd of 6 million have an error of some 2.5 million: 0.1 million is noise."""
    draws = spread_around(middle, 10e6, 10)
    assert "geen of bijna geen tekort" in certainty_sentence(draws, YEARS, certainty=0.5)


def test_nothing_at_all_is_no_overrun() -> None:
    assert "geen of bijna geen tekort" in certainty_sentence(np.zeros(9), YEARS)


@given(DRAWS, st.floats(0.01, 0.99))
def test_the_amount_told_is_the_quantile_within_its_rounding(
    draws: list[float], certainty: float
) -> None:
    """Half a step: a step is below 2.5 errors (1, 2, 5 and 10 are steps) or a tenth of the amount."""
    sentence = certainty_sentence(draws, YEARS, certainty=certainty)
    quantile = float(np.quantile(draws, certainty))
    if "bijna geen" in sentence:
        return
    assert ("niet groter dan" in sentence) == (quantile > 0.0)
    sd = float(np.std(draws, ddof=1)) if len(draws) > 1 else 0.0
    error = quantile_error(sd, len(draws), certainty) or 0.0
    assert told_euros(sentence) == pytest.approx(
        abs(quantile), abs=1.25 * error + max(0.5, 0.05 * abs(quantile)) + 1e-6
    )


def test_places_and_periods_are_named() -> None:
    together = certainty_sentence([5e6] * 5, YEARS)
    assert "alle gemeenten samen over de jaren 2027 tot en met 2032 bij elkaar" in together
    assert "van Delft over 2030 niet" in certainty_sentence([5e6] * 5, [2030], place="Delft")


def test_a_certainty_between_whole_percents_keeps_its_decimal() -> None:
    assert certainty_sentence([5e6] * 5, YEARS, certainty=0.975).startswith("Met 97,5% zekerheid")
    assert certainty_sentence([5e6] * 5, YEARS, certainty=0.29).startswith("Met 29% zekerheid")


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_a_clear_difference_is_told_with_its_side(sign: float) -> None:
    """Draws of 8 to 12 million to one side: the mean is 10, and every draw lies on that side."""
    sentence = difference_sentence(sign * spread_around(10e6, 2e6, 50), "alles P x Q", place="Delft")
    side = "lager" if sign < 0.0 else "hoger"
    assert sentence.startswith(
        f"Kosten voor Delft: gemiddeld 10,0 miljoen euro {side} dan bij alles P x Q."
    )
    chance = ">94%" if sign < 0.0 else "<6%"  # 0.05 ** (1 / 50) = 0.942
    assert sentence.endswith(f"Kans op lagere kosten: {chance}.")


def test_a_difference_within_two_errors_is_no_difference() -> None:
    """Draws of sd s: the error is s / 10; a mean of 1.9 errors is unclear, one of 2.1 is clear."""
    noise = spread_around(0.0, 1e6, 100)
    error = noise.std(ddof=1) / 10.0
    assert "niet te zien" in difference_sentence(noise + 1.9 * error, "nu")
    assert "hoger dan bij nu" in difference_sentence(noise + 2.1 * error, "nu")


def test_equal_in_every_draw_is_told_as_equal() -> None:
    assert difference_sentence(np.zeros(20), "nu") == (
        "Kosten voor alle gemeenten samen: in elke trekking gelijk aan die bij nu."
    )


@pytest.mark.parametrize(
    "tell", [lambda x: certainty_sentence(x, YEARS), lambda x: difference_sentence(x, "nu")]
)
@pytest.mark.parametrize(
    ("draws", "error", "message"),
    [
        ("veel", TypeError, "one number per draw"),
        ([], ValueError, "one number per draw"),
        ([[1.0, 2.0]], ValueError, r"shape is \(1, 2\)"),
        ([1.0, np.nan], ValueError, "not finite"),
        ([1.0, np.inf], ValueError, "not finite"),
    ],
)
def test_draws_that_are_none_are_refused(
    tell: Any, draws: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        tell(draws)


@pytest.mark.parametrize("certainty", [0.0, 1.0, 80.0, -0.1, float("nan")])
def test_a_certainty_that_is_none_is_refused(certainty: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        certainty_sentence([1.0], YEARS, certainty=certainty)


def test_years_and_language_are_checked() -> None:
    with pytest.raises(ValueError, match="at least one"):
        certainty_sentence([1.0], [])
    for tell in (
        lambda: certainty_sentence([1.0], YEARS, language="de"),
        lambda: difference_sentence([1.0], "nu", language="de"),
    ):
        with pytest.raises(ValueError, match="'de'"):
            tell()
