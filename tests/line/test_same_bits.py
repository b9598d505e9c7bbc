"""The same seed gives the same bits: on repeat, whatever threads, chunks and the order of rows."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from regions import DATA

import jeugdsim as js
from jeugdsim import pipeline
from jeugdsim.scenario import Scenario

DRAWS, SEED = 260, 2027


def small() -> Scenario:
    return js.load_scenario(DATA / "small")


def bits(data: xr.Dataset) -> dict[str, bytes]:
    """Return every variable and coordinate as bytes."""
    return {
        str(name): repr(array.tolist()).encode() if array.dtype == object else array.tobytes()
        for name, variable in data.variables.items()
        for array in [variable.to_numpy()]
    }


def identical(a: xr.Dataset, b: xr.Dataset) -> None:
    """Check that two results hold the same names, types, sizes and bits."""
    assert a.sizes == b.sizes
    assert {name: a[name].dtype for name in a.variables} == {
        name: b[name].dtype for name in b.variables
    }
    ours, theirs = bits(a), bits(b)
    assert [name for name in ours if ours[name] != theirs.get(name)] == []
    assert ours.keys() == theirs.keys()
    assert a.attrs == b.attrs


def answer(scenario: Scenario, **run: Any) -> str:
    """Return what goes into summary.json."""
    settings = {"draws": DRAWS, "seed": SEED, "progress": False, **run}
    return json.dumps(js.run(scenario, **settings).to_dict(), sort_keys=True)


@pytest.fixture(scope="module")
def volumes() -> xr.Dataset:
    return js.simulate(small(), draws=DRAWS, seed=SEED, progress=False)


@pytest.fixture(scope="module")
def summary() -> str:
    return answer(small())


CUTS = [
    {},
    {"threads": 1},
    {"threads": 2},
    {"threads": 3, "chunk_draws": 7},
    {"chunk_draws": 1},
    {"chunk_draws": 7},
    {"chunk_draws": 250},
    {"threads": 1, "chunk_draws": 10_000},
]


@pytest.mark.parametrize("cut", CUTS, ids=str)
def test_volumes_have_the_same_bits_however_the_work_is_cut(
    volumes: xr.Dataset, cut: dict[str, int]
) -> None:
    identical(js.simulate(small(), draws=DRAWS, seed=SEED, progress=False, **cut), volumes)


@pytest.mark.parametrize("cut", CUTS, ids=str)
def test_the_summary_has_the_same_bits_however_the_work_is_cut(
    summary: str, cut: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    chunk_draws = cut.get("chunk_draws")
    monkeypatch.setattr(pipeline, "simulate", partial(js.simulate, chunk_draws=chunk_draws))
    assert answer(small(), threads=cut.get("threads")) == summary


def test_another_seed_gives_another_answer(volumes: xr.Dataset, summary: str) -> None:
    other = js.simulate(small(), draws=DRAWS, seed=SEED + 1, progress=False)
    for name in ("units", "client_days", "stays_started", "parameters", "index_provisional"):
        assert not np.array_equal(other[name], volumes[name]), name
    assert answer(small(), seed=SEED + 1) != summary


SEASON = "care_form,month,factor,source,note\n" + "".join(
    f"{form},{month},{factor},A1,\n"
    for form, high in (("crisis", 1), ("diagnostiek", 6))
    for month, factor in ((m, 1.55 if m == high else 0.95) for m in range(1, 13))
)
BUDGET = "municipality,segment,year,budget,source,note\n" + "".join(
    f"{town},{segment},{year},{amount},A1,\n"
    for town, amount in (("Aldorp", 150_000.5), ("Berkstad", 250_000.25), ("Cedum", 90_000.75))
    for segment in ("dagbehandeling", "veelvoorkomend", "verblijf")
    for year in (2027, 2028, 2029)
)


def write_copy(folder: Path, shuffled_by: int | None) -> Path:
    """Write tests/data/small with a season.csv and a budget.csv, the rows of every file shuffled."""
    folder.mkdir()
    files = {file.name: file.read_text(encoding="utf-8") for file in (DATA / "small").iterdir()}
    files |= {"season.csv": SEASON, "budget.csv": BUDGET}
    files["scenario.toml"] = files["scenario.toml"].replace("basis = 1640000.0\n", "")
    rng = np.random.default_rng(shuffled_by)
    for name, text in files.items():
        head, *rows = text.splitlines(keepends=True)
        if name.endswith(".csv") and shuffled_by is not None:
            before, rows = rows, [rows[place] for place in rng.permutation(len(rows))]
            assert rows != before or len(rows) < 2
        (folder / name).write_text("".join([head, *rows]), encoding="utf-8")
    return folder


def summary_text(scenario: Scenario) -> str:
    return json.dumps(js.run(scenario, draws=60, seed=SEED, progress=False).to_dict())


@pytest.mark.parametrize("shuffle", [2, 3, 5])
def test_the_order_of_rows_in_every_csv_means_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shuffle: int
) -> None:
    """Volumes, accounts, bills, summary and the scenario's hash; season.csv and budget.csv too."""
    outcomes = []
    for place, shuffled_by in (("ordered", None), ("shuffled", shuffle)):
        (tmp_path / place).mkdir()
        monkeypatch.chdir(tmp_path / place)
        scenario = js.load_scenario(write_copy(Path("klein"), shuffled_by))
        outcomes.append(js.run(scenario, draws=60, seed=SEED, progress=False))
    one, other = outcomes
    assert other.scenario.hash == one.scenario.hash
    for part in ("volumes", "accounts", "bills"):
        identical(getattr(other, part), getattr(one, part))
    assert json.dumps(other.to_dict()) == json.dumps(one.to_dict())


def test_a_copy_of_a_scenario_in_another_folder_has_the_same_summary(tmp_path: Path) -> None:
    here, there = (js.load_scenario(write_copy(tmp_path / name, None)) for name in ("a", "b"))
    assert here.hash == there.hash
    assert summary_text(there) == summary_text(here)


def test_the_first_draws_of_a_longer_run_are_the_shorter_run() -> None:
    """250 and 100 of 1,000: volumes, and the money settled and billed on them."""
    longer = js.simulate(small(), draws=1_000, seed=SEED, progress=False)
    for draws in (100, 250):
        shorter = js.simulate(small(), draws=draws, seed=SEED, progress=False)
        first = longer.isel(draw=slice(draws))
        identical(shorter, first)
        accounts, part = (js.settle(result, small()) for result in (shorter, first))
        identical(accounts, part)
        identical(js.allocate(accounts, small()), js.allocate(part, small()))


def test_some_draws_settle_as_they_do_among_the_others(volumes: xr.Dataset) -> None:
    """Draws 255, 3 and 17, in that order: the assumptions about money follow their draw."""
    draws = [255, 3, 17]
    whole, part = (js.settle(v, small()) for v in (volumes, volumes.isel(draw=draws)))
    identical(whole.isel(draw=draws), part)


def test_neither_results_nor_scenario_change_while_they_are_used(volumes: xr.Dataset) -> None:
    scenario, before, hash_before = small(), bits(volumes), small().hash
    accounts = js.settle(volumes, scenario)
    kept = bits(accounts)
    bills = js.allocate(accounts, scenario)
    billed = bits(bills)
    js.overrun(bills, scenario)
    js.savings(accounts, accounts, scenario)
    assert bits(volumes) == before
    assert bits(accounts) == kept
    assert bits(bills) == billed
    assert scenario.hash == hash_before
