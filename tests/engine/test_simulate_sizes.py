"""Runs of any size: pieces, volumes left out, parts of a run, and what does not fit in memory."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from processes import started, told
from regions import DATA, ROOT, care_form, region
from scarcity import crowded
from sizes import SEED, everything, same_bits, volumes
from typer.testing import CliRunner

import jeugdsim as js
from jeugdsim import cli
from jeugdsim.engine import memory
from jeugdsim.engine.parts import crew_of, each_part, simulate_range
from jeugdsim.engine.pieces import make_recipe

DRAWS = 60
ALWAYS = {
    "index_provisional",
    "index_definitive",
    "parameters",
    "parameter_clipped",
    "moves_scaled",
}


@pytest.fixture(scope="module")
def whole() -> xr.Dataset:
    return volumes(DRAWS)


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("chunk_draws", [None, 1, 7, DRAWS])
def test_threads_and_pieces_change_no_bit(
    whole: xr.Dataset, threads: int, chunk_draws: int | None
) -> None:
    same_bits(volumes(DRAWS, threads=threads, chunk_draws=chunk_draws), whole)


@pytest.mark.parametrize(("first", "stop"), [(0, DRAWS), (13, 14), (17, 53)])
def test_any_range_of_draws_is_that_of_the_whole_run(whole: xr.Dataset, first: int, stop: int) -> None:
    crew = crew_of(2, None)
    found = simulate_range(
        make_recipe(everything(), SEED), range(first, stop), crew=crew, chunk_draws=5
    )
    same_bits(found, whole.isel(draw=slice(first, stop)))


@pytest.mark.parametrize(("part_draws", "chunk_draws"), [(25, 4), (7, None), (100, 9), (60, 60)])
def test_parts_come_in_order_and_make_the_whole(
    whole: xr.Dataset, part_draws: int, chunk_draws: int | None
) -> None:
    recipe, crew = make_recipe(everything(), SEED), crew_of(2, None)
    parts = list(each_part(recipe, range(DRAWS), part_draws, crew=crew, chunk_draws=chunk_draws))
    first = 0
    for part in parts:
        same_bits(part, whole.isel(draw=slice(first, first + part_draws)))
        first += part_draws
    assert sum(part.sizes["draw"] for part in parts) == DRAWS


def test_parts_that_nobody_takes_any_more_stop_the_run() -> None:
    recipe, crew = make_recipe(everything(), SEED), crew_of(2, None)
    parts = each_part(recipe, range(10_000_000), 10, crew=crew)
    assert next(parts).sizes["draw"] == 10
    parts.close()


@pytest.mark.parametrize("kept", [["units"], ("client_days", "wait_p90_days", "places"), {"reneged"}])
def test_volumes_asked_for_are_those_of_a_run_that_keeps_all(
    whole: xr.Dataset, kept: list[str] | tuple[str, ...] | set[str]
) -> None:
    some = volumes(DRAWS, variables=kept)
    assert set(some.data_vars) == {*kept, *ALWAYS}
    attrs = {name: value for name, value in whole.attrs.items() if name in some.attrs}
    plain = whole.drop_dims(["contract", "retention"]).assign_attrs(attrs)
    names = [name for name in whole.data_vars if name in some]
    for name in names:
        assert some[name].identical(plain[name].drop_attrs()), name
    assert some.attrs == {**attrs}


@pytest.mark.parametrize("name", ["child_excess", "children_above"])
def test_what_single_children_cost_comes_with_its_retentions(whole: xr.Dataset, name: str) -> None:
    some = volumes(DRAWS, variables=[name])
    assert set(some.data_vars) == {name, "child_retentions", *ALWAYS}
    assert some[name].identical(whole[name])


def test_nobody_waits_where_there_are_no_places() -> None:
    small = js.load_scenario(DATA / "small")
    some = volumes(3, small, variables=["waiting_days"])
    assert set(some.data_vars) == {"waiting_days", *ALWAYS}
    assert not some["waiting_days"].any()


def test_names_that_are_no_volumes_are_refused() -> None:
    with pytest.raises(
        ValueError, match=r'no volume "unit" \(did you mean "units"\?\); it has .*units'
    ):
        volumes(1, variables=["unit"])
    with pytest.raises(ValueError, match='no volume "admissions"'):
        volumes(1, js.load_scenario(DATA / "small"), variables=["admissions"])
    with pytest.raises(ValueError, match='must be a list of names of volumes, not "units"'):
        volumes(1, variables="units")
    with pytest.raises(ValueError, match="names nothing to keep"):
        volumes(1, variables=[])


FORMS = [care_form("wonen", stay_mean_days=30)]
CONTRACTS = {
    "output_based": ({"form": "output_based"}, {"stays_started", "stays_ended"}),
    "availability": ({"form": "availability", "funded_places": 5}, {"client_days"}),
}


@pytest.mark.parametrize("form", CONTRACTS)
def test_settling_says_which_volumes_were_left_out(form: str) -> None:
    terms, counted = CONTRACTS[form]
    scenario = region(FORMS, inflow=12.0, contracts={"alles": {**terms, "segments": ["zorg"]}})
    needed = sorted({*counted, "units"})
    with pytest.raises(ValueError, match=f"needs {', '.join(sorted(counted))}, which these volumes"):
        js.settle(volumes(2, scenario, variables=["units"]), scenario)
    accounts = js.settle(volumes(2, scenario, variables=needed), scenario)
    assert accounts.payment.equals(js.settle(volumes(2, scenario), scenario).payment)


def test_settling_says_so_too_where_places_bind() -> None:
    """Also of the reference, whose volumes say whether anybody waits."""
    scenario = crowded(levers=[])
    with pytest.raises(
        ValueError, match=r"needs blocked_days, waiting_days.*variables=\['blocked_days'"
    ):
        js.settle(volumes(2, scenario, variables=["units"]), scenario)
    needed = ["units", "waiting_days", "blocked_days"]
    some, all_of_them = volumes(2, scenario, variables=needed), volumes(2, scenario)
    assert js.settle(some, scenario).use_value.equals(js.settle(all_of_them, scenario).use_value)
    fewer = some.drop_vars("waiting_days")
    with pytest.raises(
        ValueError, match="a reference in which places or ages limit care needs waiting"
    ):
        js.settle(all_of_them, scenario, reference=fewer)
    with pytest.raises(ValueError, match="an audit needs client_days"):
        js.audit(some, scenario)


def test_a_key_by_clients_says_so_too() -> None:
    scenario = js.load_scenario(DATA / "small").with_changes({"allocation.keys": ["clients"]})
    scenario = scenario.with_changes({"allocation.used": "clients"})
    accounts = js.settle(volumes(2, scenario, variables=["units"]), scenario)
    with pytest.raises(ValueError, match="clients_in_year"):
        js.allocate(accounts, scenario)


def test_what_does_not_fit_is_refused_before_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what else can be done; without volumes there is room, and nowhere known none is refused."""
    haaglanden = js.load_scenario(ROOT / "scenarios" / "haaglanden-2027")
    needed = js.memory_needed(haaglanden, 20_000)
    monkeypatch.setattr(memory, "free_memory", lambda: needed // 2)
    with pytest.raises(ValueError, match=r"about 1\.\d GB of memory and .* is free") as refused:
        js.simulate(haaglanden, draws=20_000, seed=1)
    for way in ("fewer draws", "variables=", "store=", 'keep="summary"'):
        assert way in str(refused.value)
    fitting = re.search(r"about ([\d,]+) fit", str(refused.value))
    assert fitting is not None
    told_draws = int(fitting[1].replace(",", ""))
    assert 0.8 * needed // 2 < js.memory_needed(haaglanden, told_draws) <= needed // 2
    monkeypatch.setattr(memory, "free_memory", lambda: 1_000_000)
    with pytest.raises(ValueError, match=r"pieces under way take that much: .*chunk_draws=1"):
        js.simulate(haaglanden, draws=20_000, seed=1)
    ran = CliRunner().invoke(cli.app, ["run", str(DATA / "small"), "--draws", "90000000"])
    assert ran.exit_code == 2
    assert "is free" in ran.output
    monkeypatch.setattr(memory, "free_memory", lambda: None)
    assert volumes(1).sizes["draw"] == 1


def test_a_group_of_processes_has_less_than_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container's limit counts, at any level; files in memory can be dropped, so they are free."""
    inner = tmp_path / "groups" / "a" / "b"
    inner.mkdir(parents=True)
    files = {"memory.max": "max", "memory.current": "700", "memory.stat": "anon 5\ninactive_file 40\n"}
    for name, text in files.items():
        (inner / name).write_text(text)
        (inner.parent / name).write_text("1000\n" if name == "memory.max" else text)
    (tmp_path / "own").write_text("0::/a/b\n")
    (tmp_path / "info").write_text("MemTotal: 9 kB\nMemAvailable: 2 kB\n")
    monkeypatch.setattr(memory, "_GROUPS", tmp_path / "groups")
    monkeypatch.setattr(memory, "_OWN_GROUP", tmp_path / "own")
    monkeypatch.setattr(memory, "_MEMORY", tmp_path / "info")
    assert memory.free_memory() == 1000 - 700 + 40
    (inner.parent / "memory.max").write_text("max\n")
    assert memory.free_memory() == 2 * 1024
    (tmp_path / "info").unlink()
    assert memory.free_memory() is None


MEASURE = """
import sys
from pathlib import Path

import jeugdsim as js

def kilobytes(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))

scenario = js.load_scenario(sys.argv[1])
draws, variables = int(sys.argv[2]), sys.argv[3].split() or None
js.simulate(scenario, draws=1, seed=1, threads=1, progress=False)
Path("/proc/self/clear_refs").write_text("5")  # the peak from here on
before = kilobytes("VmRSS:")
volumes = js.simulate(scenario, draws=draws, seed=1, threads=2, progress=False, variables=variables)
print(1024 * (kilobytes("VmHWM:") - before), js.memory_needed(scenario, draws, variables, threads=2))
"""


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="measures memory as Linux can")
@pytest.mark.parametrize(("draws", "variables"), [(1000, ""), (2500, "units")])
def test_the_memory_asked_for_is_enough_and_near(draws: int, variables: str, tmp_path: Path) -> None:
    """Many towns with few children: much to keep, little to simulate.

    The most of three runs: what is taken depends on how many pieces meet, and what is given back.
    """
    towns = [f"Dorp{number}" for number in range(60)]
    forms = [care_form(f"zorg{number}") for number in range(8)]
    js.write_scenario(region(forms, towns=towns, inflow=0.5, years=6), tmp_path / "dorpen")
    words = str(tmp_path / "dorpen"), str(draws), variables
    runs = [told(started(MEASURE, *words)).split() for _ in range(3)]
    grown, asked = max(int(taken) for taken, _ in runs), int(runs[0][1])
    assert grown > 50e6
    assert 0.9 < asked / grown < 1.5, f"{asked / 1e6:.0f} MB asked, {grown / 1e6:.0f} taken"


def test_arrays_are_made_of_volumes_kept_only() -> None:
    """The parameters and index of 100,000 draws weigh little beside even one volume."""
    haaglanden = js.load_scenario(ROOT / "scenarios" / "haaglanden-2027")
    whole, one = (js.memory_needed(haaglanden, 100_000, kept) for kept in (None, ["units"]))
    cells = 6 * 9 * 14 * 8 * 100_000
    assert one < whole / 3
    assert cells < one < 1.8 * cells
    assert np.isclose(js.memory_needed(haaglanden, 200_000) / whole, 2.0, rtol=0.05)
