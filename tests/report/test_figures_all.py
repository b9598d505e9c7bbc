"""What holds for every picture: axes, languages, sizes, room for texts, wrong questions, files."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.text import Text

import jeugdsim as js
from jeugdsim.report import figures
from jeugdsim.report.figures.labels import Label, push_apart, write_labels
from jeugdsim.report.figures.letters import readable_on, relative_luminance, width_of, wrapped
from jeugdsim.report.figures.look import BLUE_WHITE_VERMILION, WHITE_TO_VERMILION

from .pictures import (
    ACCOUNTS,
    LONG_TOWNS,
    all_texts,
    ample,
    many_towns,
    nothing,
    one_draw,
    outside,
    overlaps,
    pictured,
)
from .summaries import summary

ROOT = Path(__file__).resolve().parents[2]
Results = dict[str, Any]
GIVEN_NAMES = ("dit scenario", "alles P x Q zoals de raad het besloot", "c")


def overruns(results: Results) -> list[float]:
    """Make draws of the overrun with the spread of the summary."""
    block = results["region"]["overrun"]["total"]
    if results["draws"] == 1:
        return [block["mean"]]
    return list(np.random.default_rng(7).normal(block["mean"], block["sd"], 400))


def risks(results: Results, **asked: Any) -> Axes:
    return figures.risk_carriers(dict.fromkeys(GIVEN_NAMES, results), **asked)


PICTURES: dict[str, Callable[..., Axes]] = {
    "fan_chart": figures.fan_chart,
    "exceedance": lambda results, **asked: figures.exceedance(overruns(results), results, **asked),
    "target_chance": figures.target_chance,
    "risk_carriers": risks,
    "overrun_heatmap": figures.overrun_heatmap,
    "key_contributions": figures.key_contributions,
    "key_criteria": figures.key_criteria,
    "key_shift_chart": figures.key_shift_chart,
    "driver_waterfall": figures.driver_waterfall,
    "waiting_children": figures.waiting_children,
}
OF_A_YEAR = ("exceedance", "risk_carriers", "key_contributions", "driver_waterfall")
EXTREMES: dict[str, Callable[[], Results]] = {
    "as usual": lambda: pictured() | {"accounts": ACCOUNTS},
    "one year": lambda: pictured(years=[2027]) | {"accounts": {"2026": 440e6}},
    "long names": lambda: (
        pictured(municipalities=LONG_TOWNS)
        | {"scenario": "Een scenario met een buitengewoon lange naam " * 3}
    ),
    "nothing": nothing,
    "one draw": one_draw,
    "money left": ample,
    "forty municipalities, twelve years": lambda: pictured(
        municipalities=many_towns(40), years=range(2027, 2039)
    ),
    "twelve years": lambda: pictured(years=range(2027, 2039)) | {"accounts": {"2026": 340e6}},
    "two municipalities": lambda: pictured(municipalities=many_towns(2)),
    "billions": lambda: pictured(level=2.5e11),
    "euros": lambda: pictured(level=4e3, target_step=10.0),
    "no target": lambda: pictured(target_step=0.0),
}
QUICK = list(EXTREMES)[:5]


def cases() -> list[Any]:
    """Give every extreme in both languages; a few of them, each in one, in the quick tests."""
    return [
        pytest.param(
            extreme,
            language,
            marks=() if extreme in QUICK and language == ("nl", "en")[i % 2] else pytest.mark.prove,
            id=f"{extreme}-{language}",
        )
        for i, extreme in enumerate(EXTREMES)
        for language in ("nl", "en")
    ]


@pytest.mark.parametrize(("extreme", "language"), cases())
def test_texts_stay_on_the_figure_clear_of_each_other_and_readable(extreme: str, language: str) -> None:
    results = EXTREMES[extreme]()
    for name, draw in PICTURES.items():
        ax = draw(results, language=language)
        assert overlaps(ax) == [], name
        assert outside(ax) == [], name
        assert min(text.get_fontsize() for text in all_texts(ax)) >= 8.0, name
        width, height = ax.figure.get_size_inches()
        assert width == 6.3
        assert 3.8 <= height <= 9.9  # it fits on a page


@pytest.mark.parametrize("spread", [1.0, 40.0, 400.0])
@pytest.mark.parametrize("chance", [0.19, 0.2, 0.21])
def test_marks_that_nearly_meet_keep_both_their_labels(chance: float, spread: float) -> None:
    millions = spread * (np.arange(1000) / 1000 - (1.0 - chance))
    ax = figures.exceedance(millions * 1e6)
    assert overlaps(ax) == outside(ax) == []
    assert sum(text.get_fontweight() == "bold" for text in ax.texts) == 2


def test_bars_that_are_too_narrow_for_their_percents_go_without() -> None:
    def percents(results: Results) -> list[Text]:
        ax = figures.target_chance(results)
        return [text for text in ax.texts if re.fullmatch(r"[<>]?\d+%", text.get_text())]

    assert len(percents(pictured())) == 12
    assert percents(pictured(years=range(2027, 2039))) == []


def test_the_check_of_overlaps_sees_one() -> None:
    ax = Figure().add_subplot()
    for x in (0.5, 0.52):
        ax.text(x, 0.5, "tekst")
    assert ("tekst", "tekst") in overlaps(ax)
    ax.text(3.0, 0.5, "ver weg")
    assert "ver weg" in outside(ax)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_drawn_on_given_axes_and_returns_them(name: str) -> None:
    figure = Figure(figsize=(12.0, 8.0))
    axes = figure.subplots(2, 2)
    places = [ax.get_position().bounds for ax in axes.flat]
    assert PICTURES[name](pictured(), ax=axes[0, 1]) is axes[0, 1]
    assert axes[0, 1].has_data()
    assert [ax.get_position().bounds for ax in axes.flat] == places
    assert not any(ax.texts or ax.has_data() for ax in axes.flat if ax is not axes[0, 1])


@pytest.mark.parametrize("name", PICTURES)
def test_the_footer_tells_where_the_numbers_come_from(name: str) -> None:
    for language, draws in (("nl", "1.000 trekkingen"), ("en", "1,000 draws")):
        footer = PICTURES[name](pictured(), language=language).texts[-1].get_text()
        for part in ("Haaglanden 2027-2032", "scenario ab12cd34", draws, "seed 2027"):
            assert part in footer.replace("\n", " ")


@pytest.mark.parametrize("name", PICTURES)
def test_no_dutch_is_left_in_the_english_picture(name: str) -> None:
    results = pictured()
    dutch, english = (
        {text.get_text() for text in all_texts(PICTURES[name](results, language=language))}
        for language in ("nl", "en")
    )
    same = {text.replace("\n", " ") for text in dutch & english if re.search("[A-Za-z]{4}", text)}
    assert same <= {*results["municipalities"], *results["waiting"], *GIVEN_NAMES, "budget"}


@pytest.mark.parametrize("name", PICTURES)
def test_wrong_questions_get_a_clear_answer(name: str) -> None:
    draw = PICTURES[name]
    with pytest.raises(ValueError, match="'fr': choose from nl, en"):
        draw(pictured(), language="fr")
    asked = {"exceedance": lambda wrong: figures.exceedance([1.0], wrong)}.get(name, draw)
    with pytest.raises(ValueError, match=r"summary: .*seed.* is not in it"):
        asked({key: value for key, value in pictured().items() if key != "seed"})
    with pytest.raises(TypeError, match=r"outcome\.to_dict\(\)"):
        asked("summary.json")


@pytest.mark.parametrize("name", OF_A_YEAR)
def test_a_year_that_was_not_simulated_is_refused(name: str) -> None:
    with pytest.raises(
        ValueError, match=r"year 2040: choose from 2027, 2028, .* 2032, or leave it out"
    ):
        PICTURES[name](pictured(), year=2040)


@pytest.mark.parametrize("name", ["overrun_heatmap", "key_contributions"])
def test_results_without_municipalities_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no municipalities"):
        PICTURES[name](pictured() | {"municipalities": {}})


@pytest.mark.parametrize("name", PICTURES)
def test_a_sign_of_money_in_a_name_is_no_formula(name: str, tmp_path: Path) -> None:
    results = pictured(municipalities={"Delft $\\frac": 0.5, "A_{x}$": 0.5}) | {"scenario": "$\\frac$"}
    ax = PICTURES[name](results)
    figures.save_figure(tmp_path / "a.png", ax)
    assert "$\\frac$" in ax.texts[-1].get_text()


@pytest.mark.parametrize("name", PICTURES)
def test_the_same_results_give_the_same_bytes(name: str, tmp_path: Path) -> None:
    for file in "ab":
        figures.save_figure(tmp_path / f"{file}.png", PICTURES[name](pictured()))
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_a_look_set_elsewhere_changes_neither_letters_nor_bytes(tmp_path: Path) -> None:
    import matplotlib as mpl

    figures.save_figure(tmp_path / "plain.png", figures.fan_chart(summary()))
    with mpl.rc_context({"font.size": 20, "axes.titlesize": 30, "xtick.labelsize": 4}):
        ax = figures.fan_chart(summary())
        assert {text.get_fontsize() for text in all_texts(ax)} == {8.0, 9.5}


# --------------------------------------------------------- letters and labels


@given(st.tuples(*[st.floats(0.0, 1.0)] * 3))
def test_letters_stand_out_on_any_colour(colour: tuple[float, float, float]) -> None:
    assert contrast(colour, readable_on(colour)) >= 4.5


@pytest.mark.parametrize("colours", [BLUE_WHITE_VERMILION, WHITE_TO_VERMILION])
def test_letters_stand_out_on_every_shade_of_the_scales(colours: tuple[str, ...]) -> None:
    scale = LinearSegmentedColormap.from_list("scale", list(colours))
    assert min(contrast(scale(x), readable_on(scale(x))) for x in np.linspace(0, 1, 256)) >= 4.5


def test_a_larger_chance_is_always_darker() -> None:
    scale = LinearSegmentedColormap.from_list("scale", list(WHITE_TO_VERMILION))
    assert (np.diff([relative_luminance(scale(x)) for x in np.linspace(0, 1, 101)]) < 0.0).all()


def contrast(colour: tuple[float, ...], letters: str) -> float:
    one, other = relative_luminance(colour) + 0.05, (1.05 if letters == "#ffffff" else 0.05)
    return max(one, other) / min(one, other)


def test_luminance_is_that_of_the_guidelines() -> None:
    assert relative_luminance((1.0, 1.0, 1.0)) == pytest.approx(1.0)
    assert relative_luminance((0.0, 0.0, 0.0)) == 0.0
    assert relative_luminance((1.0, 0.0, 0.0)) == pytest.approx(0.2126)
    assert relative_luminance((0.5, 0.5, 0.5)) == pytest.approx(0.2140, abs=1e-4)


@given(st.text("abc defgh", min_size=1, max_size=80).filter(str.strip), st.floats(60.0, 300.0))
def test_broken_texts_fit_and_lose_no_letter(text: str, width: float) -> None:
    broken = wrapped(text, width)
    assert width_of(broken) <= width
    assert "".join(broken.split()) == "".join(text.split())


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(0.0, 10.0), min_size=1, max_size=8))
def test_labels_are_pushed_apart_in_their_order(heights: list[float]) -> None:
    figure = Figure(figsize=(6.3, 3.8))
    FigureCanvasAgg(figure)
    ax = figure.add_subplot()
    ax.set_ylim(0.0, 10.0)
    labels = write_labels(ax, 1.0, [Label("een\nlabel", height, "#000000") for height in heights])
    push_apart(ax, labels)
    figure.canvas.draw()
    boxes = [Text.get_window_extent(label) for label in labels]
    order = sorted(range(len(heights)), key=heights.__getitem__)
    for low, high in pairwise(order):
        assert boxes[high].y0 >= boxes[low].y1
    assert min(box.y0 for box in boxes) >= ax.bbox.y0 - 0.5
    assert max(box.y1 for box in boxes) <= ax.bbox.y1 + 0.5


def test_labels_with_room_stay_where_they_belong() -> None:
    ax = Figure().add_subplot()
    ax.set_ylim(0.0, 10.0)
    labels = write_labels(ax, 1.0, [Label("a", 2.0, "#000000"), Label("b", 8.0, "#000000")])
    push_apart(ax, labels)
    assert [label.get_position()[1] for label in labels] == pytest.approx([0.2, 0.8])


# ------------------------------------------------------------- all of a run


def test_all_pictures_leaves_out_what_has_no_data() -> None:
    results = pictured()
    everything = {"cost", "exceedance", "target", "risk", "heatmap", "keys", "drivers", "waiting"}
    everything |= {"key_criteria", "key_shift"}
    assert set(figures.all_pictures(results, overruns(results))) == everything
    bare = summary(target_step=0.0)
    assert set(figures.all_pictures(bare, [1.0])) == {"cost", "exceedance", "heatmap"}


def test_the_twin_stands_beside_the_scenario() -> None:
    results = pictured()
    alone = figures.all_pictures(results, [1.0])["risk"]
    beside = figures.all_pictures(results, [1.0], all_pxq=pictured(saved=0.0))["risk"]
    names = [[tick.get_text() for tick in ax.get_yticklabels()] for ax in (alone, beside)]
    assert names == [["dit scenario"], ["dit scenario", "alles P x Q"]]


def test_what_cannot_be_drawn_is_not_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = js.run(
        js.load_scenario(ROOT / "tests" / "data" / "small"), draws=3, seed=1, progress=False
    )

    def fails(*_: object, **__: object) -> None:
        raise ValueError("no picture today")

    monkeypatch.setattr("jeugdsim.results.told.all_pictures", fails)
    with pytest.raises(ValueError, match="no picture today"):
        outcome.write(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_run_writes_its_pictures(tmp_path: Path) -> None:
    scenario = js.load_scenario(ROOT / "tests" / "data" / "small")
    outcome = js.run(scenario, draws=3, seed=1, progress=False)
    twin = js.run(scenario.all_pxq(), draws=3, seed=1, progress=False, reference=outcome.reference)
    outcome.write(tmp_path, language="en", all_pxq=twin)
    pictures = {"cost", "exceedance", "target", "risk", "heatmap", "keys", "drivers"}
    pictures |= {"key_criteria", "key_shift"}
    assert {path.stem for path in tmp_path.glob("*.png")} == pictures
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in tmp_path.glob("*.png"))
    assert not list(tmp_path.glob(".*"))


def test_providers_of_the_region_are_the_sum_of_the_contracts() -> None:
    scenario = js.load_scenario(ROOT / "tests" / "data" / "small")
    results = js.run(scenario, draws=5, seed=1, progress=False).to_dict()
    for quantity in ("provider_cost", "provider_result"):
        for moment, block in results["region"][quantity].items():
            parts = [contract[quantity][moment]["mean"] for contract in results["contracts"].values()]
            assert block["mean"] == pytest.approx(sum(parts), abs=0.01)
    payment = results["region"]["payment"]["total"]["mean"]
    cost = results["region"]["provider_cost"]["total"]["mean"]
    assert results["region"]["provider_result"]["total"]["mean"] == pytest.approx(payment - cost)


def test_pictures_are_reached_from_the_front_door_without_loading_matplotlib() -> None:
    code = (
        "import sys, jeugdsim as js; early = 'jeugdsim.report' in sys.modules; "
        "print(early, js.figures.__name__, 'figures' in dir(js), 'matplotlib' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "jeugdsim.report.figures", "True", "False"]
    assert js.figures is figures


def test_every_public_picture_shows_an_example() -> None:
    for name in figures.__all__:
        assert ">>>" in (getattr(figures, name).__doc__ or ""), name
