"""The benchmarks keep measuring what they say: the floor draws all there is to draw, the table adds up.

No time is asserted here. Statistical tolerances are five standard errors, a false alarm in 1.7 million.
"""

from __future__ import annotations

import doctest
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import xarray as xr
from regions import DATA, ROOT, care_form, haaglanden_without_places, region

import jeugdsim as js
from benchmarks import floor_in_c
from benchmarks import table as table_module
from benchmarks.floor import Sums, Work, draw_all, no_sums, work_of
from benchmarks.measured import measured
from benchmarks.rivals.c_library import compiler
from benchmarks.rows import tables
from benchmarks.table import main, table, two_digits
from jeugdsim.scenario import Scenario
from jeugdsim.scenario.numbers import mean_of
from jeugdsim.scenario.rows import CareForm

STORED = DATA / "benchmarks.json"
DRAWS, SEED = 20, 2027
ERRORS = 5.0
ROUNDED_DAYS = 0.05  # whole days move the mean of a continuous stay by less than this

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def drawn_floor(work: Work) -> Sums:
    """Return what the floor draws."""
    sums = no_sums(work)
    draw_all(work, sums)
    return sums


def per_cell(volumes: xr.Dataset, scenario: Scenario) -> Integers:
    """Return the stays of all draws per cell in order of (municipality, care form)."""
    counts = (volumes["stays_started"].sum("year") + volumes["clients_at_start"]).sum("draw")
    cells = sorted(scenario.demand_cells)
    return np.array([int(counts.sel(municipality=town, care_form=form)) for town, form in cells])


class Floor:
    """Haaglanden without places, simulated and drawn by the floor."""

    def __init__(self) -> None:
        self.scenario = haaglanden_without_places()
        self.volumes = js.simulate(self.scenario, draws=DRAWS, seed=SEED, progress=False)
        self.work = work_of(self.scenario, self.volumes)
        self.sums = drawn_floor(self.work)
        names = [form for _, form in sorted(self.scenario.demand_cells)]
        self.cells_of = {form: np.array([name == form for name in names]) for form in names}

    def of(self, form: str, sums: npt.NDArray[Any]) -> float:
        """Return a sum over the cells of a care form."""
        return float(sums[self.cells_of[form]].sum())


@pytest.fixture(scope="module")
def floor() -> Floor:
    return Floor()


def test_floor_draws_as_many_stays_as_the_simulation(floor: Floor) -> None:
    expected = per_cell(floor.volumes, floor.scenario)
    assert expected.sum() > 50_000 * DRAWS
    np.testing.assert_array_equal(floor.sums.stays, expected)


def test_children_from_outside_are_those_of_the_simulation(floor: Floor) -> None:
    """Where nobody moves in, every stay is that of a child from outside: equal, levers included."""
    moved_into = {row.to_care_form for row in floor.scenario.moves}
    closed = ~np.any([floor.cells_of[form] for form in moved_into], axis=0)
    assert closed.any()
    np.testing.assert_array_equal(floor.sums.children[closed], floor.sums.stays[closed])
    assert np.all(floor.sums.children <= floor.sums.stays)
    assert floor.sums.children.sum() < floor.sums.stays.sum()


def test_without_moves_every_stay_is_that_of_a_child_from_outside() -> None:
    levers = [
        {
            "name": "minder",
            "affects": "inflow",
            "care_forms": ["a"],
            "effect": -0.5,
            "starts": "2026-01-01",
            "profile": "linear",
            "phase_in_years": 1,
        }
    ]
    scenario = region(
        [care_form("a", units_cv=0.5), care_form("b")],
        towns=["Aldorp", "Bedorp"],
        inflow={"a": 400.0, "b": 50.0},
        levers=levers,
    )
    volumes = js.simulate(scenario, draws=7, seed=SEED, progress=False)
    sums = drawn_floor(work_of(scenario, volumes))
    np.testing.assert_array_equal(sums.stays, per_cell(volumes, scenario))
    np.testing.assert_array_equal(sums.children, sums.stays)
    assert sums.moves.sum() == 0
    np.testing.assert_array_equal(sums.days, 10.0 * sums.stays)


def test_mean_stay_of_the_floor_is_the_stated_mean(floor: Floor) -> None:
    for row in floor.scenario.care_forms:
        stays = floor.of(row.care_form, floor.sums.stays)
        mean = mean_of(row.stay_mean_days)
        error = mean * stay_cv(row) / np.sqrt(stays)
        drawn = floor.of(row.care_form, floor.sums.days) / stays
        assert abs(drawn - mean) < ERRORS * error + ROUNDED_DAYS, row.care_form


def stay_cv(row: CareForm) -> float:
    """Return the stated spread of a stay."""
    if row.stay_sd_days is None:
        assert row.stay_distribution == "exponential"
        return 1.0
    return row.stay_sd_days / mean_of(row.stay_mean_days)


def test_mean_intensity_of_the_floor_is_one(floor: Floor) -> None:
    for row in floor.scenario.care_forms:
        stays = floor.of(row.care_form, floor.sums.stays)
        error = (row.units_cv or 0.0) / np.sqrt(stays)
        drawn = floor.of(row.care_form, floor.sums.intensity) / stays
        assert abs(drawn - 1.0) <= ERRORS * error, row.care_form


def test_floor_picks_next_forms_with_their_probabilities(floor: Floor) -> None:
    """Moves and the sum of the forms' places, of stays whose number per draw is given."""
    names = list(floor.scenario.care_form_names)
    for form, cells in floor.cells_of.items():
        stays = floor.work.stays[:, cells].sum(axis=1)
        chances = [
            (floor.work.move_probability[:, index], names.index(row.to_care_form))
            for index, row in enumerate(floor.scenario.moves)
            if row.from_care_form == form
        ]
        for sums, value in (
            (floor.sums.moves, lambda place: 1.0),
            (floor.sums.destinations, lambda place: float(place)),
        ):
            mean, variance = moments(chances, value, stays)
            drawn = floor.of(form, sums)
            assert abs(drawn - mean) <= ERRORS * np.sqrt(variance), form


def moments(
    chances: list[tuple[Floats, int]], value: Callable[[int], float], stays: Integers
) -> tuple[float, float]:
    """Return mean and variance of the summed values of the picks."""
    first = sum((chance * value(place) for chance, place in chances), np.zeros(len(stays)))
    second = sum((chance * value(place) ** 2 for chance, place in chances), np.zeros(len(stays)))
    return float((stays * first).sum()), float((stays * (second - first**2)).sum())


def test_entry_days_of_the_floor_lie_evenly_in_the_month(floor: Floor) -> None:
    """The mean of 0..L-1 is (L - 1)/2, for months of 28 to 31 days between 13.5 and 15."""
    mean = floor.sums.entry_days.sum() / floor.sums.stays.sum()
    assert 13.5 < mean < 15.0


@pytest.mark.skipif(compiler() is None, reason="no C compiler")
@pytest.mark.parametrize("in_batches", [False, True])
def test_the_floor_in_c_draws_the_same_numbers(floor: Floor, in_batches: bool) -> None:
    """Counts equal, sums of quantiles but for the rounding of their last digits."""
    sums = no_sums(floor.work)
    floor_in_c.draw_all(floor.work, sums, in_batches)
    for name, ours, theirs in zip(Sums._fields, floor.sums, sums, strict=True):
        if ours.dtype == np.float64:
            np.testing.assert_allclose(theirs, ours, rtol=1e-12, err_msg=name)
        else:
            np.testing.assert_array_equal(theirs, ours, err_msg=name)


def test_floor_refuses_a_start_stock_that_is_not_drawn() -> None:
    scenario = region([care_form("a")], inflow=100.0, stock=5, known=True)
    volumes = js.simulate(scenario, draws=1, seed=SEED, progress=False)
    with pytest.raises(ValueError, match="clients_at_start_known"):
        work_of(scenario, volumes)


# Worked by hand from the seconds per turn in the stored file: simulate 8, 10, 9; with scarce places
# 12.8, 12, 18 for 8 million stays; floor 2, 2.5, 3, in C 2, 2.5, 2, in batches 1, 1, 1.5;
# settle 0.08, 0.05, 0.09; allocate 0.008, 0.02, 0.018; coalitions ten times that; a process 10, 12, 16
# with compiling, 4, 5, 4 without. Elapsed: simulate 12, 10, 9 on one thread, 4, 5, 6 on two, 2, 4, 3 on
# four; the floor 2, 3, 2, then twice that work in 2, 3, 2.5 and four times in 4, 3, 2.5. 100 draws, 10
# million stays. Per stay of the rivals' region, in microseconds: with places jeugdsim 6, 6, 12, SimPy
# 3000, 3000, 6000, plain Python 600, 1200, 1200, numba 90, 120, 120, C 9, 9, 18; without places
# jeugdsim 3, 3, 3, numba 60, 60, 60, C 3, 6, 3, NumPy 15, 12, 15. Two turns of growth, by doubling:
# draws 1, 2, 4, 8 and 1, 4, 16, 64; inflow 1, 2, 4, 8 and the same; years 2, 4, 8 and 1, 4, 16. Split
# to the last, the same million stays take 3/2 and 4/2 (municipalities), 2/2 and 3/2 (care forms). The
# country takes 1 and 2 microseconds per stay, Haaglanden 1 and 1.
EXPECTED = """\
**Against what the random numbers cost**

| ratio | median | lowest to highest turn |
|---|---|---|
| simulate / draw floor, per stay | 4.0 | 3.0 to 4.0 |
| simulate with four scarce forms / draw floor, per stay | 7.5 | 6.0 to 8.0 |
| simulate with four scarce forms / without places, per stay | 2.0 | 1.5 to 2.5 |
| draw floor / the same draws in C, per stay | 1.0 | 1.0 to 1.5 |
| draw floor / the same draws in C, eight children at a time, per stay | 2.0 | 2.0 to 2.5 |

**Against other programs, on one region ([SPEC.md](benchmarks/rivals/SPEC.md))**

| ratio | median | lowest to highest turn |
|---|---|---|
| SimPy / jeugdsim, four scarce forms, per stay | 500 | 500 to 500 |
| plain Python with a heap / jeugdsim, four scarce forms, per stay | 100 | 100 to 200 |
| numba as first written / jeugdsim, four scarce forms, per stay | 15 | 10 to 20 |
| C by hand / jeugdsim, four scarce forms, per stay | 1.5 | 1.5 to 1.5 |
| numba as first written / jeugdsim, room for everybody, per stay | 20 | 20 to 20 |
| C by hand / jeugdsim, room for everybody, per stay | 1.0 | 1.0 to 2.0 |
| NumPy / jeugdsim, room for everybody, per stay | 5.0 | 4.0 to 5.0 |

**As it grows**

| ratio | median | lowest to highest turn |
|---|---|---|
| draws, 25 to 200: power of time in draws (1: linear) | 1.5 | 1.0 to 2.0 |
| children, 8 times: power of time in stays | 1.0 | 1.0 to 1.0 |
| years, 4 times: power of time in stays | 1.5 | 1.0 to 2.0 |
| 16 times the municipalities, the same children: times the time per stay | 1.8 | 1.5 to 2.0 |
| 4 times the care forms, the same children: times the time per stay | 1.2 | 1.0 to 1.5 |
| the whole country, 342 municipalities / Haaglanden, per stay | 1.5 | 1.0 to 2.0 |
| the whole country, 3 draws: memory of the process at its most | 2.0 GB |  |

**After simulating, compiling, threads**

| ratio | median | lowest to highest turn |
|---|---|---|
| settle / simulate, per draw | 0.010 | 0.0050 to 0.010 |
| allocate / simulate, per draw | 0.0020 | 0.0010 to 0.0020 |
| what every coalition would pay alone / simulate, per draw | 0.020 | 0.010 to 0.020 |
| first process ever / a later one, to the end of one draw | 2.5 | 2.4 to 4.0 |
| compiling, once | 7.0 s | 6.0 to 12 s |
| simulate on one thread / on 2 threads, elapsed per stay | 2.0 | 1.5 to 3.0 |
| draw floor on one thread / on 2 threads, elapsed per stay | 2.0 | 1.6 to 2.0 |
| simulate on one thread / on 4 threads (all processors), elapsed per stay | 3.0 | 2.5 to 6.0 |
| draw floor on one thread / on 4 threads (all processors), elapsed per stay | 3.2 | 2.0 to 4.0 |

Haaglanden without places, 100 draws of 100,000 stays on average, 3 turns (2 of growth), processor \
time on one thread unless said otherwise. Here a stay took 900 ns, with scarce places 1,600 ns, at \
the floor 250 ns, a draw 90 ms. On the region of the rivals a stay took, with four scarce forms: \
jeugdsim 6,000 ns, SimPy 3,000,000 ns, plain Python with a heap 1,200,000 ns, numba as first written \
120,000 ns, C by hand 9,000 ns; with room for everybody: jeugdsim 3,000 ns, numba as first written \
60,000 ns, C by hand 3,000 ns, NumPy 15,000 ns. Measured on Example CPU 3000, 4 processors; Python \
3.12.1, numpy 2.1.0, numba 0.61.0."""


def test_table_of_a_stored_measurement() -> None:
    assert table(measured(STORED)) == EXPECTED


def test_a_measurement_without_c_says_so(tmp_path: Path) -> None:
    data = json.loads(STORED.read_text(encoding="utf-8"))
    data["benchmarks"] = [b for b in data["benchmarks"] if " C" not in told_of(b)["what"]]
    data["benchmarks"] = [b for b in data["benchmarks"] if not told_of(b)["what"].startswith("C ")]
    lines = table(measured(stored(data, tmp_path))).splitlines()
    for what in (
        "draw floor / the same draws in C",
        "draw floor / the same draws in C, eight children at a time",
        "C by hand / jeugdsim, four scarce forms",
        "C by hand / jeugdsim, room for everybody",
    ):
        assert f"| {what}, per stay | no C compiler here |  |" in lines


def test_the_large_run_has_a_table_where_it_was_asked_for(tmp_path: Path) -> None:
    """100,000 draws in 3,000 seconds: 50 minutes, 33 draws per second."""
    data = json.loads(STORED.read_text(encoding="utf-8"))
    large = json.loads(json.dumps(data["benchmarks"][0]))
    large["extra_info"] = {"what": "large run", "draws": 100_000, "peak_mib": 768.0}
    large["stats"]["median"] = 3_000.0
    data["benchmarks"].append(large)
    written = table(measured(stored(data, tmp_path)))
    told = "100,000 draws of Haaglanden, run with keep='summary'"
    for line in ("elapsed | 50 minutes", "draws per second | 33", "memory at its most | 0.75 GB"):
        assert f"| {told}: {line} |  |" in written.splitlines()


def told_of(benchmark: dict[str, Any]) -> dict[str, Any]:
    """Return what a benchmark tells of itself."""
    told: dict[str, Any] = benchmark["extra_info"]
    return told


def stored(data: dict[str, Any], folder: Path) -> Path:
    """Write a measurement into a folder."""
    results = folder / "results.json"
    results.write_text(json.dumps(data), encoding="utf-8")
    return results


def test_a_busy_machine_is_told(tmp_path: Path) -> None:
    """Two floors at once take twice as long as stored, so that two threads go as fast as one."""
    data = json.loads(STORED.read_text(encoding="utf-8"))
    for benchmark in data["benchmarks"]:
        told = benchmark["extra_info"]
        if told["what"] == "floor on threads" and told["threads"] == 2:
            benchmark["stats"]["median"] *= 2.0
    assert "2 threads of the draw floor, which share nothing, went 1.0 times" in table(
        measured(stored(data, tmp_path))
    )


def test_table_stands_between_the_markers_and_nowhere_else(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    before, after = "# Één\r\n\n<!-- bench:start -->\n", "<!-- bench:end -->\n\n## Verder\n"
    readme.write_bytes(f"{before}| oud | 1 |\n{after}".encode())
    for _ in range(2):  # a rerun changes nothing but numbers
        assert main([str(STORED), str(readme)]) == 0
        assert readme.read_bytes().decode() == f"{before}{EXPECTED}\n{after}"
    assert list(tmp_path.iterdir()) == [readme]


@pytest.mark.parametrize(
    "text",
    [
        "no markers",
        "<!-- bench:start -->\n",
        "<!-- bench:end -->\n<!-- bench:start -->\n",
        "<!-- bench:start -->\n<!-- bench:end -->\n<!-- bench:start -->\n<!-- bench:end -->\n",
        "<!-- bench:start -->\n<!-- bench:end -->\n<!-- bench:end -->\n",
    ],
)
def test_readme_without_one_place_for_the_table_is_left_alone(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(text, encoding="utf-8")
    assert main([str(STORED), str(readme)]) == 2
    assert "needs <!-- bench:start -->" in capsys.readouterr().err
    assert readme.read_text(encoding="utf-8") == text
    assert list(tmp_path.iterdir()) == [readme]


def without_floor(data: dict[str, Any]) -> None:
    data["benchmarks"] = [b for b in data["benchmarks"] if b["extra_info"]["what"] != "floor"]


def without_scarce_places(data: dict[str, Any]) -> None:
    data["benchmarks"] = [b for b in data["benchmarks"] if "scarce" not in b["extra_info"]["what"]]


def without_a_turn(data: dict[str, Any]) -> None:
    del data["benchmarks"][0]


def without_a_turn_of_growth(data: dict[str, Any]) -> None:
    del data["benchmarks"][-1]


def without_growth_of_draws(data: dict[str, Any]) -> None:
    data["benchmarks"] = [b for b in data["benchmarks"] if b["extra_info"]["what"] != "draws grow"]


def without_a_size(data: dict[str, Any]) -> None:
    data["benchmarks"] = [b for b in data["benchmarks"] if b["extra_info"].get("size") != 16]


def without_a_rival(data: dict[str, Any]) -> None:
    data["benchmarks"] = [b for b in data["benchmarks"] if "SimPy" not in b["extra_info"]["what"]]


def without_two_threads(data: dict[str, Any]) -> None:
    data["benchmarks"] = [b for b in data["benchmarks"] if b["extra_info"].get("threads") != 2]


def without_machine(data: dict[str, Any]) -> None:
    del data["machine_info"]


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (without_floor, "no timing of floor"),
        (without_scarce_places, "no timing of simulate with scarce places;"),
        (without_a_rival, "no timing of SimPy, with places;"),
        (without_growth_of_draws, "no timing of draws grow;"),
        (without_a_size, "no timing of municipalities grow (16);"),
        (without_a_turn_of_growth, "not everything was timed in every turn"),
        (without_two_threads, "no timing of floor on threads (2), simulate on threads (2);"),
        (without_a_turn, "not everything was timed in every turn"),
        (without_machine, "not what `make bench` measures"),
    ],
)
def test_incomplete_measurement_is_refused_in_words(
    spoil: Callable[[dict[str, Any]], None],
    told: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    data = json.loads(STORED.read_text(encoding="utf-8"))
    spoil(data)
    assert_refused(stored(data, tmp_path), told, tmp_path, capsys)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"benchmarks": []}', '{"benchmarks": [1]}'])
def test_something_else_is_refused_in_words(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = tmp_path / "results.json"
    results.write_text(content, encoding="utf-8")
    assert_refused(results, "make bench", tmp_path, capsys)


def test_a_measurement_that_is_not_there_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert_refused(tmp_path / "none.json", "No such file", tmp_path, capsys)


def assert_refused(results: Path, told: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    readme = folder / "README.md"
    readme.write_text("<!-- bench:start -->\n<!-- bench:end -->\n", encoding="utf-8")
    assert main([str(results), str(readme)]) == 2
    message = capsys.readouterr().err
    assert message.startswith(f"{results}: ")
    assert told in message
    assert readme.read_text(encoding="utf-8") == "<!-- bench:start -->\n<!-- bench:end -->\n"


def test_the_readme_holds_the_table_that_the_writer_makes() -> None:
    """Its texts, that is; threads depend on the machine, numbers and draws are those of a run."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    place = text.partition("<!-- bench:start -->")[2].partition("<!-- bench:end -->")[0]
    for part in tables(measured(STORED)):
        assert f"**{part.heading}**" in place
        for row in part.rows:
            if not re.search(r"4 threads|\d draws|^draws, ", row.text):
                assert f"| {row.text.removesuffix(', elapsed per stay')}" in place


def test_two_digits_of_the_docstring_and_at_the_edges() -> None:
    assert doctest.testmod(table_module).failed == 0
    assert [two_digits(x) for x in (0.0, 9.99, 0.0999, 99.6, 1234.0)] == [
        "0",
        "10",
        "0.10",
        "100",
        "1,200",
    ]
