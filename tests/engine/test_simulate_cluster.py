"""The same bits from a cluster: any number of workers, some of them killed, others not let in.

The workers are processes of this machine; nothing here knows that.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
import xarray as xr
from distributed import Client, LocalCluster
from distributed.scheduler import KilledWorker
from regions import care_form, lever, region
from sizes import same_bits, volumes

import jeugdsim as js
from jeugdsim.engine import cluster as cluster_module
from jeugdsim.scenario.findings import Finding

DRAWS = 300


@pytest.fixture(scope="module")
def whole() -> xr.Dataset:
    return volumes(DRAWS)


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """Start two workers, of one thread each.

    Who starts workers gets their environment too (how memory is given back), and keeps it: other tests
    start processes that measure memory.
    """
    before = dict(os.environ)
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as local,
        Client(local) as connected,
    ):
        yield connected
    os.environ.clear()
    os.environ.update(before)


def workers(client: Client, number: int) -> None:
    """Wait until there are so many workers, no more and no fewer."""
    client.cluster.scale(number)
    while len(client.nthreads()) != number:
        time.sleep(0.05)


def tasks_left(client: Client) -> int:
    """Return how many tasks the scheduler knows, once it had the time to forget."""
    for _ in range(100):
        left = client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks))
        if left == 0:
            break
        time.sleep(0.05)
    return int(left)


@pytest.mark.parametrize("chunk_draws", [None, 7])
def test_two_workers_give_the_bits_of_threads(
    client: Client, whole: xr.Dataset, chunk_draws: int | None
) -> None:
    workers(client, 2)
    same_bits(volumes(DRAWS, cluster=client, chunk_draws=chunk_draws), whole)
    assert tasks_left(client) == 0


def test_a_cluster_writes_into_a_store(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "run.zarr"
    some = volumes(DRAWS, cluster=client, store=path, variables=["units", "reneged"])
    same_bits(some, volumes(DRAWS, variables=["units", "reneged"]))


def test_a_worker_killed_in_mid_run_changes_nothing(client: Client, whole: xr.Dataset) -> None:
    workers(client, 2)
    pids: list[int] = list(client.run(os.getpid).values())
    seen: list[int] = []

    def kill() -> None:
        while not client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks)):
            time.sleep(0.01)
        time.sleep(0.1)
        os.kill(pids[0], signal.SIGKILL)
        seen.append(client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks)))

    killer = Thread(target=kill)
    killer.start()
    found = volumes(DRAWS, cluster=client, chunk_draws=2)
    killer.join()
    same_bits(found, whole)
    assert seen[0] > 0  # the run was under way
    workers(client, 2)
    assert pids[0] not in client.run(os.getpid).values()


@pytest.mark.parametrize("number", [1, 3])
def test_so_do_one_worker_and_three(client: Client, whole: xr.Dataset, number: int) -> None:
    workers(client, number)
    same_bits(volumes(DRAWS, cluster=client, chunk_draws=20), whole)


def test_the_only_worker_killed_is_given_the_recipe_again(client: Client, whole: xr.Dataset) -> None:
    """Dask starts another worker in its place, which has nothing."""
    workers(client, 1)
    pid = next(iter(client.run(os.getpid).values()))
    killer = Thread(target=lambda: (time.sleep(0.3), os.kill(pid, signal.SIGKILL)))
    killer.start()
    found = volumes(DRAWS, cluster=client, chunk_draws=3)
    killer.join()
    same_bits(found, whole)


def test_an_interrupted_run_leaves_nothing_on_the_cluster(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cluster_module, "_result_of", interrupted)
    with pytest.raises(KeyboardInterrupt):
        volumes(DRAWS, cluster=client, chunk_draws=5)
    assert tasks_left(client) == 0


def test_what_is_wrong_is_told_as_it_is_here(client: Client) -> None:
    """One draw in which a municipality has more children than can be counted."""
    size = {"p10": 0.0, "p50": 0.0, "p90": 999.0}
    growth = lever("groei", "inflow", size, "2025-01-01", care_forms=["wonen"])
    forms = [care_form("wonen")]
    scenario = region(forms, inflow={"wonen": 100.0}, youth=200_000.0, levers=[growth])
    with pytest.raises(js.ScenarioError) as there:
        volumes(50, scenario, cluster=client)
    assert "at most 5,000,000 can be counted" in str(there.value)
    assert there.value.findings[0].file == "demand.csv"


def test_workers_that_die_over_and_over_are_told_in_words() -> None:
    class Task:
        def result(self) -> None:
            raise KilledWorker("piece", SimpleNamespace(address="tcp://10.0.0.7:4321"), 3)

    with pytest.raises(RuntimeError, match="they may have too little memory"):
        cluster_module._result_of(Task())


def test_findings_travel_as_findings() -> None:
    wrong = js.ScenarioError(
        [Finding("demand.csv", 3, "too many"), Finding("moves.csv", 1, "a circle")]
    )
    again = pickle.loads(pickle.dumps(wrong))
    assert again.findings == wrong.findings
    assert str(again) == str(wrong)


def test_workers_with_other_code_or_libraries_are_not_let_in(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the start those that are there; a later one by the pieces themselves."""
    there = cluster_module.what_runs_here()
    here = {**there, "code": "0123", "numpy": "1.26"}
    monkeypatch.setattr(cluster_module, "what_runs_here", lambda: here)
    words = rf"worker tcp\S+ runs code {there['code']}, here 0123; numpy {there['numpy']}, here 1\.26"
    with pytest.raises(ValueError, match=words):
        volumes(2, cluster=client)
    monkeypatch.setattr(cluster_module, "_check_workers", lambda client: None)
    with pytest.raises(ValueError, match=words):
        volumes(2, cluster=client)


def test_a_worker_without_the_package_is_not_let_in(client: Client) -> None:
    module = cluster_module.what_runs_here.__module__
    client.run(lambda: sys.modules.update({module: None}))  # as if there were none to import
    with pytest.raises(ValueError, match=r"worker tcp\S+ can't run jeugdsim \(import of jeugdsim"):
        volumes(2, cluster=client)
    client.run(lambda: sys.modules.pop(module))


def test_what_is_no_cluster_is_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match=r"must be a dask\.distributed\.Client, not str"):
        volumes(2, cluster="tcp://127.0.0.1:8786")
    with pytest.raises(ValueError, match="threads are those of this machine"):
        volumes(2, cluster=client, threads=2)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ModuleNotFoundError, match=r'pip install "jeugdsim\[cluster\]"'):
        volumes(2, cluster=client)


def test_a_cluster_without_workers_or_connection_is_refused() -> None:
    local = LocalCluster(n_workers=0, processes=False, dashboard_address=":0")
    connected = Client(local)
    with pytest.raises(ValueError, match="has no workers: start some"):
        volumes(2, cluster=connected)
    connected.close()
    with pytest.raises(ValueError, match=r"must be a connected client .* this one is closed"):
        volumes(2, cluster=connected)
    local.close()
