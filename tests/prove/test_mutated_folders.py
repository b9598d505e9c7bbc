"""10,000 scenario folders with mistakes in them: each loads and runs, or is refused with its findings.

Folder number n is made by ``mutations.mutated(base, n)``; a failure names n, so that it can be made
again: ``write(mutated(rich_folder(), n), path)``.
"""

from __future__ import annotations

from pathlib import Path
from shutil import rmtree

import pytest
from scenario.mutated_runs import command_line_agrees, loaded, run_gives_numbers
from scenario.mutations import SCENARIOS, Folder, folder_of, mutated, rich_folder, write

pytestmark = pytest.mark.prove

FOLDERS = 10_000
PIECES = 20
OF_HAAGLANDEN = 5  # every fifth folder
WITH_SUMMARY = 10
REFUSED_ON_THE_COMMAND_LINE = 10
RUN_ON_THE_COMMAND_LINE = 100


@pytest.fixture(scope="module")
def bases() -> dict[str, Folder]:
    return {"rich": rich_folder(), "haaglanden": folder_of(SCENARIOS / "haaglanden-2027")}


def check(base: Folder, number: int, place: Path, *, runs: bool) -> str:
    """Check one folder and return what became of it."""
    folder = write(mutated(base, number), place / "scenario")
    scenario = loaded(folder)
    every = REFUSED_ON_THE_COMMAND_LINE if scenario is None else RUN_ON_THE_COMMAND_LINE
    if runs and number % every == 0:
        command_line_agrees(folder, place / "out")
    if scenario is None:
        return "refused"
    if runs and not run_gives_numbers(scenario, with_summary=number % WITH_SUMMARY == 0):
        return "stopped"
    return "ran" if runs else "loaded"


@pytest.mark.parametrize("piece", range(PIECES))
def test_mutated_folders_load_and_run_or_are_refused(
    piece: int, bases: dict[str, Folder], tmp_path: Path
) -> None:
    fates = []
    for number in range(piece, FOLDERS, PIECES):
        name = "haaglanden" if (number // PIECES) % OF_HAAGLANDEN == 0 else "rich"
        place = tmp_path / str(number)
        try:
            fates.append(check(bases[name], number, place, runs=name == "rich"))
        except Exception as error:
            raise AssertionError(f"folder {number} of {name}: {error!r}") from error
        rmtree(place)
    told = {fate: fates.count(fate) for fate in sorted(set(fates))}
    print(told)
    assert told["refused"] > 100
    assert told["ran"] > 20
    assert told["loaded"] > 5
