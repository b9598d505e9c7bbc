"""What the pictures draw is what the summary says: every number is read back from the drawing."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.patches import StepPatch

from jeugdsim.report import notation
from jeugdsim.report.figures import (
    driver_waterfall,
    exceedance,
    key_contributions,
    overrun_heatmap,
    risk_carriers,
    target_chance,
    waiting_children,
)
from jeugdsim.report.figures.target import interval

from .pictures import DRIVERS, KEYS, pictured
from .summaries import CONTRACTS, HAAGLANDEN, WAITING, all_pxq, summary, waited

YEARS = [str(year) for year in range(2027, 2033)]
MOMENTS = [*YEARS, "total"]
BLUE, ORANGE = "#0072b2", "#e69f00"


def texts(ax: Axes) -> list[str]:
    return [text.get_text().replace("\n", " ") for text in ax.texts]


def spans(ax: Axes, colour: str | None = None) -> list[tuple[float, float]]:
    """Return where horizontal bars begin and end, all or those of a colour."""
    return [
        (bar.get_x(), bar.get_x() + bar.get_width())
        for bar in ax.patches
        if colour in (None, to_hex(bar.get_facecolor()))
    ]


# ------------------------------------------------------------------ exceedance


def chance_above(ax: Axes, amount: float) -> float:
    """Read the curve: the height of the step over an amount."""
    curve = next(x for x in ax.patches if isinstance(x, StepPatch) and x.get_label() == "curve")
    heights, edges, _ = curve.get_data()
    return float(heights[np.searchsorted(edges, amount, side="right") - 1])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(-400, 400), min_size=1, max_size=40), st.integers(-399, 399))
def test_the_curve_is_the_share_of_draws_above_an_amount(millions: list[int], amount: int) -> None:
    ax = exceedance(np.array([*millions, 20.0]) * 1e6)
    between = amount + 0.5
    expected = np.mean(np.array([*millions, 20.0]) > between)
    if ax.get_xlim()[0] < between < ax.get_xlim()[1]:
        assert chance_above(ax, between) == pytest.approx(expected, abs=1e-12)


def test_the_marks_are_the_chance_of_an_overrun_and_the_chosen_certainty() -> None:
    draws = np.arange(-300, 701) * 1e5  # 1,001 draws, -30 to 70 million: quantiles are whole draws
    ax = exceedance(draws, certainty=0.9)
    marks = [tuple(map(float, line.get_xydata()[0])) for line in ax.lines if line.get_marker() == "o"]
    assert marks == [pytest.approx((0.0, 700 / 1001)), pytest.approx((60.0, 0.1))]
    assert "Met 90% zekerheid is het tekort niet groter dan 60 mln euro" in texts(ax)
    assert f"Kans op een tekort: {notation.chance(700 / 1001, 1001)}" in texts(ax)


def test_the_marked_amount_is_the_quantile_of_the_summary() -> None:
    draws = np.random.default_rng(1).normal(20e6, 30e6, 400)
    ax = exceedance(draws)
    marked = next(line for line in ax.lines[::-1] if line.get_marker() == "o")
    assert marked.get_xdata()[0] == pytest.approx(np.percentile(draws, 80) / 1e6)


def test_a_cent_is_no_overrun() -> None:
    ax = exceedance([0.009, -5.0, 0.0])
    assert "Met 80% zekerheid is er geen tekort" in texts(ax)
    assert f"Kans op een tekort: {notation.chance(0.0, 3)}" in texts(ax)


def test_money_left_over_is_told_as_no_overrun_in_both_languages() -> None:
    draws = np.linspace(-90e6, -10e6, 50)
    assert "Met 80% zekerheid is er geen tekort" in texts(exceedance(draws))
    assert "With 80% certainty there is no overrun" in texts(exceedance(draws, language="en"))


def test_the_title_says_where_and_when() -> None:
    results = pictured()
    draws = [1e6, 2e6, -3e6]

    def title(**asked: Any) -> str:
        return exceedance(draws, results, **asked).get_title(loc="left").replace("\n", " ")

    assert title() == "Hoe groot kan het tekort worden? Alle gemeenten, 2027–2032 samen"
    assert title(place="Delft", year=2030) == "Hoe groot kan het tekort worden? Delft, 2030"
    one_year = exceedance(draws, pictured(years=[2027])).get_title(loc="left")
    assert one_year.endswith("Alle gemeenten, 2027")


@pytest.mark.parametrize(
    ("draws", "error", "told"),
    [
        ([], ValueError, "no draws"),
        ([1.0, float("nan")], ValueError, "not finite"),
        ([[1.0, 2.0]], ValueError, "sum over municipalities"),
        (3.0, ValueError, "0 dimensions"),
        (["veel"], TypeError, "one number per draw"),
    ],
)
def test_draws_that_cannot_be_drawn(draws: Any, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        exceedance(draws)


@pytest.mark.parametrize("certainty", [0.0, 1.0, 80, -0.1, float("nan")])
def test_a_certainty_is_a_fraction(certainty: float) -> None:
    with pytest.raises(ValueError, match="certainty"):
        exceedance([1.0], certainty=certainty)


# ---------------------------------------------------------------------- target


def test_bars_are_the_chances_and_lines_their_intervals() -> None:
    results = pictured()
    ax = target_chance(results)
    savings = [results["region"]["savings"][moment] for moment in MOMENTS]
    met = [year for year in savings if year["probability"] is not None]
    assert len(met) == len(savings) - 1
    chances = [year[name] for year in met for name in ("probability_real", "probability")]
    assert [bar.get_height() for bar in ax.patches] == pytest.approx(chances)
    lines = [lines.get_segments()[0][:, 1] for lines in ax.collections]
    for (low, high), chance in zip(lines, chances, strict=True):
        error = (chance * (1.0 - chance) / results["draws"]) ** 0.5
        assert (high - low) / 2 == pytest.approx(1.96 * error)
        assert (high + low) / 2 == pytest.approx(chance)


def test_a_year_without_a_target_says_so_and_shows_no_amount() -> None:
    ax = target_chance(pictured())
    assert texts(ax).count("geen doel") == 1
    ticks = [tick.get_text() for tick in ax.get_xticklabels()]
    assert ticks[:2] == ["2027\n–", "2028\n5,0"]
    assert ticks[-1] == "totaal\n75,0"


def test_every_bar_is_told_in_percents() -> None:
    results = pictured()
    chance = results["region"]["savings"]["2032"]["probability_real"]
    assert notation.chance(chance, results["draws"]) in texts(target_chance(results))


@pytest.mark.parametrize("draws", [100, 1000, 10_000])
def test_what_no_draw_showed_may_still_happen(draws: int) -> None:
    low, high = interval(0.0, draws)
    assert low == 0.0
    assert (1.0 - high) ** draws == pytest.approx(0.05)  # the chance to see nothing all the same
    assert interval(1.0, draws) == pytest.approx((1.0 - high, 1.0))


@given(st.floats(0.0, 1.0), st.integers(1, 10_000))
def test_an_interval_holds_its_chance_and_stays_a_chance(chance: float, draws: int) -> None:
    low, high = interval(chance, draws)
    assert 0.0 <= low <= chance <= high <= 1.0


# ------------------------------------------------------------------------ risk


def test_bars_run_from_p10_to_p90_of_overrun_and_of_what_providers_lose() -> None:
    mixed, pxq = pictured(), pictured(contracts={x: ("pxq", s) for x, (_, s) in CONTRACTS.items()})
    ax = risk_carriers({"taakgericht": mixed, "P x Q": pxq}, year=2030)
    for colour, quantity, sign in ((BLUE, "overrun", 1.0), (ORANGE, "provider_result", -1.0)):
        expected = [
            sorted((sign * blocks["p10"] / 1e6, sign * blocks["p90"] / 1e6))
            for blocks in (results["region"][quantity]["2030"] for results in (mixed, pxq))
        ]
        assert np.array(spans(ax, colour)) == pytest.approx(np.array(expected))
    medians = [float(lines.get_segments()[0][0, 0]) for lines in ax.collections]
    for results, (municipalities, providers) in zip(
        (mixed, pxq), (medians[:2], medians[2:]), strict=True
    ):
        assert municipalities == pytest.approx(results["region"]["overrun"]["2030"]["p50"] / 1e6)
        assert providers == pytest.approx(-results["region"]["provider_result"]["2030"]["p50"] / 1e6)
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["taakgericht", "P x Q"]
    assert ax.get_title(loc="left") == "Wie draagt het risico? 2030"


def test_providers_without_risk_are_a_line_at_zero() -> None:
    results = pictured()
    for block in results["region"]["provider_result"].values():
        block |= dict.fromkeys(block, 0.0)
    ax = risk_carriers({"P x Q": results})
    assert spans(ax, ORANGE) == [(0.0, 0.0)]
    assert "0,0" in texts(ax)


def test_risk_is_asked_with_names() -> None:
    with pytest.raises(TypeError, match="a name with every summary"):
        risk_carriers(pictured())
    with pytest.raises(ValueError, match="there is none"):
        risk_carriers({})
    with pytest.raises(ValueError, match="result of providers"):
        risk_carriers({"P x Q": all_pxq()})


# -------------------------------------------------------------------- heat map


def test_cells_hold_the_chances_and_their_text() -> None:
    results = pictured()
    ax = overrun_heatmap(results)
    rows = [bill["overrun"] for bill in results["municipalities"].values()]
    rows.append(results["region"]["overrun"])
    chances = [[row[moment]["probability"] for moment in MOMENTS] for row in rows]
    mesh = ax.collections[0]
    assert np.asarray(mesh.get_array()).reshape(len(rows), -1) == pytest.approx(np.array(chances))
    assert mesh.get_clim() == (0.0, 1.0)
    written = [notation.chance(chance, results["draws"]) for row in chances for chance in row]
    assert texts(ax)[: len(written)] == written
    assert [tick.get_text() for tick in ax.get_yticklabels()] == [*HAAGLANDEN, "samen"]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == [*YEARS, "totaal"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # the first municipality on top


def test_one_municipality_in_one_year_needs_no_totals() -> None:
    ax = overrun_heatmap(pictured(years=[2027], municipalities={"Delft": 1.0}))
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["Delft"]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["2027"]


def test_many_years_keep_every_number() -> None:
    results = pictured(years=range(2027, 2039), draws=10_000)
    cells = 13 * (len(HAAGLANDEN) + 1)
    numbers = [text.removesuffix("%") for text in texts(overrun_heatmap(results))[:cells]]
    first = results["municipalities"]["Delft"]["overrun"]["2027"]["probability"]
    assert numbers[0] == notation.chance(first, 10_000).removesuffix("%")
    assert all(number.strip("<>").isdigit() for number in numbers)


# ------------------------------------------------------------------------ keys


def test_colours_and_texts_are_the_change_against_the_key_in_use() -> None:
    results = pictured()
    ax = key_contributions(results, year=2031)
    changes = np.asarray(ax.collections[0].get_array()).reshape(len(HAAGLANDEN), -1)
    assert changes[:, 0] == pytest.approx(0.0)
    for column, key in enumerate(KEYS, start=1):
        for row, name in enumerate(HAAGLANDEN):
            other = results["allocation"][key][name]["2031"]["mean"]
            used = results["municipalities"][name]["contribution"]["2031"]["mean"]
            assert changes[row, column] == pytest.approx(other / used - 1.0)
    low, high = ax.collections[0].get_clim()
    assert -low == high == pytest.approx(0.3)
    told = texts(ax)
    inhabitants = 1 + list(KEYS).index("inhabitants")
    assert "(+30%)" in told[inhabitants]
    assert "(-30%)" in told[len(KEYS) + 1 + inhabitants]


def test_a_cell_tells_mean_p10_and_p90() -> None:
    results = pictured(draws=1000)
    block = results["allocation"]["inhabitants"]["Delft"]["total"]
    cell = texts(key_contributions(results))[1 + list(KEYS).index("inhabitants")]
    mean = notation.amount(block["mean"], block["standard_error"])
    low, high = (
        notation.amount(block[f"p{p}"], notation.quantile_error(block["sd"], 1000, p / 100))
        for p in (10, 90)
    )
    assert cell == f"{mean} (+30%) {low}–{high}"


def test_what_cannot_be_computed_is_named_and_left_out() -> None:
    results = pictured()
    results["allocation"]["actual_use"] = {"not_computable": "use is not registered"}
    ax = key_contributions(results)
    heads = [tick.get_text().replace("\n", " ") for tick in ax.get_xticklabels()]
    assert heads == [
        "in gebruik: voortschrijdend gebruik (3 jaar)",
        "verwacht gebruik",
        "aantal inwoners",
        "aantal jongeren",
    ]
    assert texts(ax)[-1].endswith("niet te berekenen: werkelijk gebruik")


def test_a_key_per_contract_is_the_first_column() -> None:
    results = pictured() | {"key": {"verblijf": "rolling_use", "onderwijs": "inhabitants"}}
    ax = key_contributions(results, language="en")
    heads = [tick.get_text().replace("\n", " ") for tick in ax.get_xticklabels()]
    assert heads[:2] == ["in use: per contract", "rolling use (3 years)"]


def test_without_contributions_there_is_no_change_to_tell() -> None:
    results = pictured(level=1.0)
    for bill in results["municipalities"].values():
        bill["contribution"] = {m: dict.fromkeys(b, 0.0) for m, b in bill["contribution"].items()}
    assert "(–)" in texts(key_contributions(results))[1]


def test_narrow_columns_keep_the_change() -> None:
    results = pictured(level=5e9)
    results["allocation"] |= {
        f"een andere sleutel {i}": results["allocation"]["inhabitants"] for i in range(4)
    }
    assert texts(key_contributions(results))[3].startswith("+30% ")


# --------------------------------------------------------------------- drivers


@pytest.mark.parametrize("year", [None, 2029])
def test_steps_lead_from_the_budget_to_the_mean_cost(year: int | None) -> None:
    results = pictured()
    region, moment = results["region"], "total" if year is None else str(year)
    ax = driver_waterfall(results, year=year)
    steps = {bar.get_label(): span for bar, span in zip(ax.containers, spans(ax), strict=True)}
    assert list(steps) == ["target", *DRIVERS]
    begins, ends = zip(*(_ordered(ax, name) for name in steps), strict=True)
    assert begins[0] == pytest.approx(region["budget"][moment] / 1e6)
    assert ends[-1] == pytest.approx(region["cost"][moment]["mean"] / 1e6)
    assert list(begins[1:]) == pytest.approx(list(ends[:-1]))
    sizes = dict(zip(steps, np.subtract(ends, begins), strict=True))
    target = region["budget_without_target"][moment] - region["budget"][moment]
    assert sizes["target"] == pytest.approx(target / 1e6)
    sizes["budgeting"] += sizes.pop("target")
    for name, size in sizes.items():
        assert size == pytest.approx(region["drivers"][moment][name]["mean"] / 1e6, abs=1e-6)
    assert sum(sizes.values()) == pytest.approx(region["overrun"][moment]["mean"] / 1e6)


def _ordered(ax: Axes, name: str) -> tuple[float, float]:
    """Return from where to where a step goes; a blue one goes back."""
    bar = next(container for container in ax.containers if container.get_label() == name)[0]
    return bar.get_x(), bar.get_x() + bar.get_width()


def test_what_widens_the_overrun_is_orange_and_what_narrows_it_blue() -> None:
    ax = driver_waterfall(pictured())
    for container in ax.containers:
        bar = container[0]
        expected = ORANGE if bar.get_width() >= 0.0 else BLUE
        assert to_hex(bar.get_facecolor()) == expected
    assert {to_hex(bar.get_facecolor()) for bar in ax.patches} == {ORANGE, BLUE}


def test_the_ends_are_told_and_so_is_the_spread_of_what_is_uncertain() -> None:
    told = texts(driver_waterfall(pictured(draws=10_000), year=2027))
    assert told[:2] == ["356,4", "360,0"]
    assert told[2] == "+4,7"  # budgeting is certain: no brackets
    assert told[3].startswith("+1,")
    assert "tot" in told[3]


def test_without_a_target_budgeting_is_one_step() -> None:
    ax = driver_waterfall(pictured(target_step=0.0))
    assert [bar.get_label() for bar in ax.containers] == list(DRIVERS)


def test_drivers_of_other_results_are_refused() -> None:
    results = pictured()
    results["region"]["drivers"]["total"]["price"]["mean"] += 10e6
    with pytest.raises(ValueError, match=r"add up to .* the mean cost is"):
        driver_waterfall(results)


def test_results_without_drivers_are_refused_by_name() -> None:
    results = json.loads(json.dumps(pictured()))
    del results["region"]["drivers"]
    with pytest.raises(ValueError, match="no drivers of the overrun"):
        driver_waterfall(results)


# ------------------------------------------------------------------ waiting


def test_the_bars_of_who_waits_are_p10_to_p90_with_p50_on_them() -> None:
    results = pictured()
    ax = waiting_children(results)
    longest = sorted(WAITING, key=lambda name: -WAITING[name][1])
    bars = [edge for bar in ax.patches for edge in (bar.get_y(), bar.get_y() + bar.get_height())]
    told = [
        results["waiting"][name]["clients_waiting_at_year_end"][year]
        for name in longest
        for year in YEARS
    ]
    assert bars == pytest.approx([line[p] for line in told for p in ("p10", "p90")])
    marks = [path[0][1] for marks in ax.collections for path in marks.get_segments()]
    assert marks == pytest.approx([line["p50"] for line in told])
    assert [text for text in texts(ax) if text in WAITING] == longest[
        ::-1
    ]  # notes pile up from the axes


def test_more_than_three_lines_are_named_but_not_drawn() -> None:
    lines = {f"vorm {number}": (number, number) for number in range(9)}
    ax = waiting_children(waited(summary(), lines))
    assert len(ax.patches) == 3 * len(YEARS)
    assert any(text.endswith(": vorm 5, vorm 4, vorm 3, vorm 2, …") for text in texts(ax))
    few = waiting_children(waited(summary(), {**dict.fromkeys("abc", (9.0, 9.0)), "d": (0.0, 0.0)}))
    assert not any(text.startswith("Niet getekend") for text in texts(few))


def test_results_without_places_have_no_line_to_draw() -> None:
    with pytest.raises(ValueError, match="it holds no waiting"):
        waiting_children(summary())
