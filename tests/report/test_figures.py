"""The fan chart: bands and lines hold the data; the files of figures are the same every time."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib import image as plt_image
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from jeugdsim.report.figures import fan_chart, save_figure

from .pictures import ACCOUNTS, outside, overlaps
from .summaries import summary

YEARS = [str(year) for year in range(2027, 2033)]


def millions(results: dict[str, Any], statistic: str) -> list[float]:
    return [results["region"]["cost"][year][statistic] / 1e6 for year in YEARS]


def line(ax: Axes, label: str) -> list[float]:
    return list(next(x for x in ax.lines if x.get_label() == label).get_ydata())


def texts(ax: Axes) -> list[str]:
    return [text.get_text().replace("\n", " ") for text in ax.texts]


def test_the_bands_run_from_low_to_high_percentile() -> None:
    results = summary()
    bands = {band.get_label(): band for band in fan_chart(results).collections}
    assert set(bands) == {"P5-P95", "P10-P90"}
    for label, (low, high) in {"P5-P95": ("p5", "p95"), "P10-P90": ("p10", "p90")}.items():
        corners = bands[label].get_paths()[0].vertices
        for year, *limits in zip(YEARS, millions(results, low), millions(results, high), strict=True):
            heights = np.asarray(corners)[np.asarray(corners)[:, 0] == float(year), 1]
            assert [heights.min(), heights.max()] == pytest.approx(limits)


def test_the_lines_are_the_median_and_both_budgets() -> None:
    results = summary()
    ax = fan_chart(results)
    assert line(ax, "P50") == pytest.approx(millions(results, "p50"))
    for name in ("budget", "budget_without_target"):
        expected = [results["region"][name][year] / 1e6 for year in YEARS]
        assert line(ax, name) == pytest.approx(expected)
    styles = {drawn.get_label(): drawn.get_linestyle() for drawn in ax.lines}
    assert styles["budget"] == "-"
    assert styles["budget_without_target"] == "--"


def test_labels_title_and_footer_in_two_languages() -> None:
    dutch, english = fan_chart(summary()), fan_chart(summary(), language="en")
    assert dutch.get_title(loc="left") == (
        "Kosten van jeugdhulp per jaar, mln euro (in prijzen van het jaar zelf)"
    )
    assert english.get_title(loc="left") == (
        "Cost of youth care per year, EUR million (in prices of the year itself)"
    )
    assert {
        *("midden (P50)", "budget met doel", "budget zonder doel"),
        *(f"{times} van de 10 keer tussen deze grenzen" for times in (8, 9)),
    } < set(texts(dutch))
    assert texts(dutch)[-1] == (
        "Haaglanden 2027-2032 · scenario ab12cd34 · 1.000 trekkingen · seed 2027"
        " · de as begint niet bij nul"
    )


def test_the_labels_of_bands_point_at_their_edge_and_look_unlike_those_of_lines() -> None:
    results = summary()
    ax = fan_chart(results)
    labels = dict(zip(texts(ax), ax.texts, strict=True))
    for times, edge in (("8", "p90"), ("9", "p95")):
        label = labels[f"{times} van de 10 keer tussen deze grenzen"]
        assert label.xy == pytest.approx((2032, millions(results, edge)[-1]))
        lines = (labels[text].get_color() for text in ("midden (P50)", "budget met doel"))
        assert label.get_color() not in lines


def test_the_axis_has_dutch_marks() -> None:
    ax = fan_chart(summary(level=2.5e9))
    ax.figure.canvas.draw()
    ticks = [tick.get_text() for tick in ax.get_yticklabels()]
    assert "2.700" in ticks
    assert [tick.get_text() for tick in ax.get_xticklabels()] == YEARS


def test_labels_do_not_overlap() -> None:
    ax = fan_chart(summary(target_step=1e3))
    labels = ax.texts[:-1]
    assert len(labels) == 5
    boxes = sorted((Text.get_window_extent(label) for label in labels), key=lambda box: box.y0)
    assert all(upper.y0 > lower.y1 for lower, upper in pairwise(boxes))


def test_without_a_target_there_is_one_budget_label() -> None:
    labels = texts(fan_chart(summary(target_step=0.0)))
    assert "budget" in labels
    assert not any(label.startswith("budget ") for label in labels)


def test_a_single_year_is_drawn_as_a_stretch() -> None:
    ax = fan_chart(summary(years=[2027]))
    assert line(ax, "P50") == pytest.approx([360.0, 360.0])
    assert ax.get_xlim() == (2026.6, 2027.4)


def test_the_accounts_so_far_stand_left_of_the_fan_with_a_gap_where_a_year_is_missing() -> None:
    ax = fan_chart(summary() | {"accounts": ACCOUNTS})
    drawn = next(x for x in ax.lines if x.get_label() == "accounts")
    known = {int(year): euros / 1e6 for year, euros in ACCOUNTS.items()}
    assert list(drawn.get_xdata()) == list(range(2017, 2023))
    for year, height in zip(drawn.get_xdata(), drawn.get_ydata(), strict=True):
        assert height == pytest.approx(known.get(int(year), float("nan")), nan_ok=True)
    assert (drawn.get_color(), drawn.get_marker()) == ("#1a1a1a", "o")
    assert ax.get_xlim()[0] <= 2017
    assert "jaarrekeningen, ongeveer dezelfde zorg" in texts(ax)
    assert overlaps(ax) == outside(ax) == []


@pytest.mark.parametrize("accounts", [{}, None])
def test_without_accounts_the_axis_begins_at_the_start(accounts: dict[str, float] | None) -> None:
    ax = fan_chart(summary() | {"accounts": accounts})
    assert ax.get_xlim() == (2027, 2032)
    assert "accounts" not in {drawn.get_label() for drawn in ax.lines}


@pytest.mark.parametrize("years", [[2027], range(2027, 2039)])
def test_the_label_of_few_accounts_stays_clear_of_the_fan(years: range) -> None:
    ax = fan_chart(summary(years=years) | {"accounts": {"2026": 350e6}})
    label = next(text for text in ax.texts if text.get_text().startswith("jaarrek"))
    start, _ = ax.transData.transform((ax.lines[0].get_xdata()[0], 0.0))
    assert Text.get_window_extent(label).x1 < start


def test_it_draws_on_given_axes() -> None:
    ax = Figure().subfigures(1, 2)[0].add_subplot()
    assert fan_chart(summary(), ax=ax) is ax


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_saved_figures_have_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    for name in ("a", "b"):
        save_figure(tmp_path / "figures" / f"{name}.{suffix}", fan_chart(summary()))
    first, second = ((tmp_path / "figures" / f"{x}.{suffix}").read_bytes() for x in "ab")
    assert first == second
    assert len(first) > 5000
    assert len(list((tmp_path / "figures").iterdir())) == 2


def test_axes_on_a_subfigure_are_saved_whole(tmp_path: Path) -> None:
    ax = Figure().subfigures(1, 2)[0].add_subplot()
    save_figure(tmp_path / "both.png", fan_chart(summary(), ax=ax))
    assert (tmp_path / "both.png").read_bytes().startswith(b"\x89PNG")


def test_a_figure_has_the_size_at_which_it_is_printed(tmp_path: Path) -> None:
    save_figure(tmp_path / "cost.png", fan_chart(summary()))
    height, width, _ = plt_image.imread(tmp_path / "cost.png").shape
    assert (width, height) == (1260, 760)


def test_a_file_that_fails_halfway_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(_: Figure, path: Path, **_settings: object) -> None:
        path.write_bytes(b"half a pic")
        raise OSError("No space left on device")

    path, ax = tmp_path / "cost.png", fan_chart(summary())
    save_figure(path, ax)
    before = path.read_bytes()
    monkeypatch.setattr(Figure, "savefig", full_disk)
    with pytest.raises(OSError, match="No space"):
        save_figure(path, ax)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == before


def test_an_unknown_format_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not supported"):
        save_figure(tmp_path / "a.docx", fan_chart(summary()))
    assert list(tmp_path.iterdir()) == []
