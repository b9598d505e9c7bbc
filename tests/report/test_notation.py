"""Numbers for people: marks, rounding by Monte Carlo error, chances."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jeugdsim.report import notation

FINITE = st.floats(-1e12, 1e12, allow_nan=False)
ERRORS = st.floats(1e-6, 1e11)


def read_back(text: str) -> Decimal:
    return Decimal(text.replace(".", "").replace(",", "."))


@pytest.mark.parametrize(
    ("value", "decimals", "language", "text"),
    [
        (1234567.891, 2, "nl", "1.234.567,89"),
        (1234567.891, 2, "en", "1,234,567.89"),
        (-1234.5, 1, "nl", "-1.234,5"),
        (2.5, 0, "nl", "3"),
        (-0.04, 1, "nl", "0,0"),
        (0.25, 1, "nl", "0,3"),
        (None, 1, "nl", "–"),
        (math.nan, 1, "en", "–"),
        (math.inf, 0, "nl", "–"),
        (1e-320, 0, "nl", "0"),
    ],
)
def test_number(value: float | None, decimals: int, language: str, text: str) -> None:
    assert notation.number(value, decimals, language=language) == text


def test_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="choose from nl, en"):
        notation.number(1.0, language="fr")
    with pytest.raises(ValueError, match="choose from nl, en"):
        notation.amount(None, language="fr")


@pytest.mark.parametrize(
    ("error", "step"),
    [
        (None, "0.1"),
        (math.nan, "0.1"),
        (0.0, "0.1"),
        (0.03, "0.1"),
        (0.11, "0.2"),
        (0.3, "0.5"),
        (0.6, "1"),
        (1.0, "1"),
        (1.2, "2"),
        (3.0, "5"),
        (7.0, "10"),
        (101.0, "200"),
    ],
)
def test_rounding_step(error: float | None, step: str) -> None:
    assert notation.rounding_step(error, Decimal("0.1")) == Decimal(step)


@given(ERRORS)
def test_the_step_is_not_below_the_error_and_below_two_and_a_half_errors(error: float) -> None:
    step = float(notation.rounding_step(error, Decimal(0)))
    assert error <= step < 2.5 * error * (1.0 + 1e-12)


@pytest.mark.parametrize(
    ("euros", "error", "text"),
    [
        (361.74e6, None, "361,7"),
        (361.74e6, 0.04e6, "361,7"),
        (361.74e6, 0.4e6, "361,5"),
        (361.74e6, 1.2e6, "362"),
        (361.74e6, 3.0e6, "360"),
        (2361.74e6, 60.0e6, "2.400"),
        (-12.3e6, 0.7e6, "-12"),
        (-0.02e6, 0.01e6, "0,0"),
        (-3.0e6, 20.0e6, "0"),
        (10.0, 1.0, "0,0"),
        (None, 1.0, "–"),
        (math.nan, None, "–"),
        (np.float64(5e6), np.float64(1e5), "5,0"),
    ],
)
def test_amounts_in_millions(euros: float | None, error: float | None, text: str) -> None:
    assert notation.amount(euros, error) == text


@given(FINITE, ERRORS)
def test_an_amount_shows_no_digit_finer_than_its_error(euros: float, error: float) -> None:
    text = notation.amount(euros, error)
    shown = read_back(text) * 1_000_000
    step = notation.rounding_step(error / 1e6, notation.MILLION.finest) * 1_000_000
    assert not text.startswith(("-0,0", "-0 "))
    assert text != "-0"
    assert shown % step == 0
    assert abs(shown - Decimal(repr(euros))) <= step / 2


@pytest.mark.parametrize(
    ("amounts", "unit"),
    [
        ([10.0], notation.EURO),
        ([5e5, None, math.nan], notation.THOUSAND),
        ([-350e6], notation.MILLION),
        ([2e9], notation.MILLION),
        ([178e9], notation.BILLION),
        ([], notation.EURO),
    ],
)
def test_the_unit_suits_the_largest_amount(amounts: list[float | None], unit: notation.Unit) -> None:
    assert notation.unit_for(amounts) is unit


def test_percentage() -> None:
    assert notation.percentage(0.1254, 1) == "12,5%"
    assert notation.percentage(0.1254, 1, language="en") == "12.5%"
    assert notation.percentage(-0.0001) == "0%"
    assert notation.percentage(None) == "–"


@pytest.mark.parametrize(
    ("probability", "draws", "text"),
    [
        (0.643, None, "64%"),
        (0.643, 1_000_000, "64%"),
        (0.643, 1000, "64%"),
        (0.635, 100, "65%"),
        (0.0, None, "<1%"),
        (1.0, None, ">99%"),
        (0.0, 1000, "<1%"),
        (1.0, 1000, ">99%"),
        (0.0, 100, "<3%"),
        (1.0, 100, ">97%"),
        (0.0, 10, "<26%"),
        (0.0, 1, "<95%"),
        (1.0, 1, ">5%"),
        (0.001, 1000, "<1%"),
        (0.999, 1000, ">99%"),
        (0.5, 2, "50%"),
        (0.08, 1000, "8%"),
        (None, 1000, "–"),
        (math.nan, 1000, "–"),
    ],
)
def test_chances(probability: float | None, draws: int | None, text: str) -> None:
    assert notation.chance(probability, draws) == text


@given(st.integers(1, 20_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_chance_is_never_said_to_be_none_or_certain(seen: tuple[int, int]) -> None:
    hits, draws = seen
    text = notation.chance(hits / draws, draws)
    assert text not in {"0%", "100%"}
    assert text.endswith("%")
    shown = int(text.strip("<>%"))
    assert 0 < shown < 100
    if text[0] not in "<>":
        error = 100 * notation.probability_error(hits / draws, draws)
        assert abs(shown - 100 * hits / draws) <= max(1.25 * error, 0.5) + 1e-9


@given(st.integers(0, 2000))
def test_a_chance_and_its_opposite_mirror_each_other(hits: int) -> None:
    shown = notation.chance(hits / 2000, 2000)
    opposite = notation.chance((2000 - hits) / 2000, 2000)
    difference = int(shown.strip("<>%")) + int(opposite.strip("<>%")) - 100
    assert abs(difference) <= (2 if hits == 1000 else 0)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_the_error_of_a_quantile_is_that_of_normal_draws(p: float) -> None:
    draws = np.random.default_rng(1).normal(0.0, 3.0, (4000, 400))
    seen = float(np.quantile(draws, p, axis=1).std())
    told = notation.quantile_error(3.0, 400, p)
    assert told == pytest.approx(seen, rel=0.05)
    assert notation.quantile_error(None, 400, p) is None


def test_the_error_of_the_size_is_not_below_the_true_one() -> None:
    draws = np.random.default_rng(2).normal(-1.0, 1.0, (2000, 500))
    over = draws > 0.0
    sizes = np.where(over, draws, 0.0).sum(axis=1) / over.sum(axis=1)
    told = notation.size_error(1.0, 500, float(over.mean()))
    assert told is not None
    assert told >= sizes.std()
    assert notation.size_error(1.0, 500, 0.0) is None
    assert notation.size_error(None, 500, 0.5) is None


def test_the_bounds_in_a_text() -> None:
    lines = ["2028  369  7%  <2%  >99%", "2029 <1% <2% 50%"]
    assert notation.bounds_in(lines) == ["<1%", "<2%", ">99%"]
    assert notation.bounds_in(["none < here", "5%"]) == []
