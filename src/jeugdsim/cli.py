"""The command line: ``jeugdsim check`` and ``jeugdsim run``.

Results on stdout, progress and messages on stderr. Exit codes: 0 done, 1 the program failed, 2 the
input is wrong.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from jeugdsim.scenario import Scenario

DEFAULT_DRAWS = 1000
DEFAULT_SEED = 2027
WRONG_INPUT = 2
FAILED = 1
INTERRUPTED = 130

app = typer.Typer(
    help="What youth care will cost municipalities, how sure that is, and who carries the risk.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
Folder = Annotated[Path, typer.Argument(help="The scenario folder.")]


@app.command()
def check(scenario: Folder) -> None:
    """Print every finding with file and line, or "ok" and what the scenario expects."""
    from jeugdsim.checkup import check_up
    from jeugdsim.scenario import ScenarioError, load_scenario

    try:
        loaded = load_scenario(scenario)
    except ScenarioError as wrong:
        typer.echo(str(wrong))
        raise typer.Exit(WRONG_INPUT) from None
    for warning in loaded.warnings:
        typer.echo(str(warning))
    typer.echo("ok")
    typer.echo(check_up(loaded))


@app.command()
def run(
    scenario: Folder,
    draws: Annotated[int, typer.Option(min=1, help="Number of draws.")] = DEFAULT_DRAWS,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the run.")] = DEFAULT_SEED,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the results; out/NAME by default.")
    ] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Threads; all processors by default.")
    ] = None,
    language: Annotated[Literal["nl", "en"], typer.Option(help="Language of the answer.")] = "nl",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print summary.json instead of the answer.")
    ] = False,
) -> None:
    """Simulate a scenario, print the answer beside all P x Q, and write the results."""
    from jeugdsim import pipeline

    loaded = _load(scenario)
    folder = out or Path("out") / scenario.resolve().name
    _check_folder(folder)
    outcome = pipeline.run(loaded, draws=draws, seed=seed, threads=threads)
    outcome.write(folder, language=language)
    if as_json:
        typer.echo(json.dumps(outcome.to_dict(), ensure_ascii=False, indent=2))
        return
    all_pxq = None
    if any(contract.form != "pxq" for contract in loaded.settings.contracts.values()):
        all_pxq = pipeline.run(
            loaded.all_pxq(),
            draws=draws,
            seed=seed,
            threads=threads,
            reference=outcome.reference,
        )
    typer.echo(outcome.answer(all_pxq, language=language))
    typer.echo(f"{folder}/", err=True)


def _load(folder: Path) -> Scenario:
    from jeugdsim.scenario import ScenarioError, load_scenario

    try:
        return load_scenario(folder)
    except ScenarioError as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(WRONG_INPUT) from None


def _check_folder(folder: Path) -> None:
    """Refuse a place for results that is a file or can't be made, before any work is done."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        typer.echo(f"{folder}: results can't be written there ({problem.strerror})", err=True)
        raise typer.Exit(WRONG_INPUT) from None


def main() -> None:
    """Run the command line."""
    try:
        app()
    except KeyboardInterrupt:
        typer.echo("interrupted: nothing was written", err=True)
        sys.exit(INTERRUPTED)
    except MemoryError:
        typer.echo("not enough memory for this many draws: ask for fewer", err=True)
        sys.exit(FAILED)
