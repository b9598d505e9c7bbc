"""The command line: ``jeugdsim check``, ``run``, ``compare``, ``contracts``, ``keys`` and ``schema``.

Results on stdout, progress and messages on stderr. Exit codes: 0 done, 1 the program failed, 2 the
input is wrong.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

if TYPE_CHECKING:
    from jeugdsim.results import Comparison, Outcome
    from jeugdsim.results.told import Told
    from jeugdsim.scenario import Scenario

DEFAULT_DRAWS = 1000
DEFAULT_SEED = 2027
WRONG_INPUT = 2
FAILED = 1
INTERRUPTED = 130
PLAIN_WIDTH = 100
NARROWEST = 80

app = typer.Typer(
    help="What youth care will cost municipalities, how sure that is, and who carries the risk.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _whole_number(least: int) -> Callable[[str | int], int]:
    """Return a reader of whole numbers that takes digits only: 10.000 is ten thousand to some."""

    def read(text: str | int) -> int:
        digits = str(text).strip()
        if not (digits.isascii() and digits.isdigit()):
            raise typer.BadParameter(f"{digits!r} is not a whole number: write digits only, as 1000")
        if int(digits) < least:
            raise typer.BadParameter(f"{digits} is too small: at least {least} is asked")
        return int(digits)

    return read


def _draws_or_auto(text: str | int) -> int | str:
    """Read a number of draws, or "auto"."""
    return "auto" if text == "auto" else _whole_number(1)(text)


Folder = Annotated[Path, typer.Argument(help="The scenario folder.")]
Folders = Annotated[
    list[Path],
    typer.Argument(metavar="SCENARIO SCENARIO...", help="Two scenario folders or more."),
]
Draws = Annotated[int, typer.Option(parser=_whole_number(1), metavar="N", help="Number of draws.")]
Seed = Annotated[int, typer.Option(parser=_whole_number(0), metavar="S", help="Seed of the run.")]
Threads = Annotated[
    int | None,
    typer.Option(parser=_whole_number(1), metavar="T", help="Threads; all processors by default."),
]


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
    _tell_of_compiling()
    typer.echo(check_up(loaded))


@app.command()
def schema() -> None:
    """Print the JSON Schema of scenario.toml, for editors."""
    from jeugdsim.scenario.schema import schema as schema_of_scenario

    typer.echo(json.dumps(schema_of_scenario(), indent=2))


@app.command()
def run(
    scenario: Folder,
    draws: Annotated[
        Any,
        typer.Option(
            parser=_draws_or_auto, metavar="N|auto", help="Number of draws; auto: see --precision."
        ),
    ] = DEFAULT_DRAWS,
    seed: Seed = DEFAULT_SEED,
    precision: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH=ERROR",
            help="With --draws auto: the standard error wanted of a number of summary.json, such as "
            "region.overrun.2032.probability=0.01; more than once for more numbers.",
        ),
    ] = None,
    most_draws: Annotated[
        int | None,
        typer.Option(
            parser=_whole_number(1000), metavar="N", help="Where --draws auto stops; 64000 by default."
        ),
    ] = None,
    out: Annotated[
        str | None, typer.Option(metavar="DIR", help="Folder for the results; out/NAME by default.")
    ] = None,
    threads: Threads = None,
    language: Annotated[Literal["nl", "en"], typer.Option(help="Language of the answer.")] = "nl",
    keep: Annotated[
        Literal["all", "summary"],
        typer.Option(help="summary: memory does not grow with the draws, percentiles within 0.2%."),
    ] = "all",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print summary.json instead of the answer.")
    ] = False,
) -> None:
    """Simulate a scenario, print the answer beside all P x Q, and write the results."""
    from jeugdsim.engine.memory import BeyondMemoryError
    from jeugdsim.results.stopping import PrecisionError
    from jeugdsim.results.summarised import NeedsAllDrawsError
    from jeugdsim.scenario import ScenarioError

    loaded, wanted = _load(scenario), _precision(precision)
    folder = _result_folder(Path("out") / scenario.resolve().name if out is None else out)
    try:
        outcome, all_pxq = _both(
            loaded, draws, seed, threads, keep, wanted, most_draws, with_twin=not as_json
        )
    except KeyboardInterrupt:
        _stop("interrupted: nothing was written", INTERRUPTED)
    except (ScenarioError, BeyondMemoryError, NeedsAllDrawsError, PrecisionError) as wrong:
        _stop(str(wrong), WRONG_INPUT)
    except MemoryError:
        _stop("not enough memory for this many draws: ask for fewer", FAILED)
    try:
        outcome.write(folder, language=language, all_pxq=all_pxq)
    except OSError as problem:
        _stop(f"{problem.filename or folder}: can't be written ({problem.strerror})", FAILED)
    if as_json:
        typer.echo(json.dumps(outcome.to_dict(), ensure_ascii=False, indent=2))
    else:
        typer.echo(outcome.answer(all_pxq, language=language, width=_width()))
    _tell_precision(outcome)
    typer.echo(f"{folder}/", err=True)


def _precision(options: list[str] | None) -> dict[str, float] | None:
    """Read what stands behind --precision."""
    if not options:
        return None
    wanted = {}
    for option in options:
        path, _, error = option.partition("=")
        try:
            wanted[path.strip()] = float(error)
        except ValueError:
            _stop(
                f"--precision {option}: write a path of summary.json and the standard error wanted, as "
                "region.overrun.2032.probability=0.01",
                WRONG_INPUT,
            )
    return wanted


def _tell_precision(outcome: Told) -> None:
    """Tell how precise the numbers are that were asked for."""
    reached = getattr(outcome, "precision_reached", None)
    if reached is None:
        return
    for row in reached.itertuples():
        asked = f"{row.wanted:g} asked{'' if row.enough else ', not reached'}"
        typer.echo(
            f"{row.number} = {row.value:.6g}, standard error {row.standard_error:.3g} ({asked}), "
            f"{row.draws} draws",
            err=True,
        )


def _both(
    scenario: Scenario,
    draws: int | Literal["auto"],
    seed: int,
    threads: int | None,
    keep: Literal["all", "summary"],
    precision: dict[str, float] | None,
    most_draws: int | None,
    *,
    with_twin: bool,
) -> tuple[Told, Told | None]:
    """Run a scenario and, where it is not all P x Q already, its all-P x Q twin."""
    from jeugdsim import pipeline

    outcome = pipeline.run(
        scenario,
        draws=draws,
        seed=seed,
        threads=threads,
        keep=keep,
        precision=precision,
        most_draws=most_draws,
    )
    if not with_twin or all(c.form == "pxq" for c in scenario.settings.contracts.values()):
        return outcome, None
    reference, draws = outcome.reference, int(outcome.to_dict()["draws"])
    twin = pipeline.run(
        scenario.all_pxq(), draws=draws, seed=seed, threads=threads, reference=reference, keep=keep
    )
    return outcome, twin


@app.command()
def compare(
    scenarios: Folders,
    draws: Draws = DEFAULT_DRAWS,
    seed: Seed = DEFAULT_SEED,
    out: Annotated[
        str, typer.Option(metavar="DIR", help="Folder for the results; each scenario in DIR/NAME.")
    ] = "out/compare",
    threads: Threads = None,
    language: Annotated[Literal["nl", "en"], typer.Option(help="Language of the answer.")] = "nl",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print compare.json instead of the answer.")
    ] = False,
) -> None:
    """Compare scenarios with the first, draw by draw, and write the results."""
    from jeugdsim.engine.memory import BeyondMemoryError
    from jeugdsim.scenario import ScenarioError

    named = _named_apart(scenarios)
    loaded = {name: _load(folder) for name, folder in named.items()}
    _check_comparable(loaded)
    root = _result_folder(out)
    folders = {name: _result_folder(root / name) for name in named}
    try:
        comparison = _compared(loaded, draws, seed, threads)
    except KeyboardInterrupt:
        _stop("interrupted: nothing was written", INTERRUPTED)
    except (ScenarioError, BeyondMemoryError) as wrong:
        _stop(str(wrong), WRONG_INPUT)
    except MemoryError:
        _stop("not enough memory for this many draws: ask for fewer", FAILED)
    try:
        for name, outcome in comparison.outcomes.items():
            outcome.write(folders[name], language=language)
        comparison.write(root)
    except OSError as problem:
        _stop(f"{problem.filename or root}: can't be written ({problem.strerror})", FAILED)
    if as_json:
        typer.echo(json.dumps(comparison.to_dict(), ensure_ascii=False, indent=2))
    else:
        typer.echo(comparison.answer(language=language, width=_width()))
    typer.echo(f"{root}/", err=True)


@app.command()
def contracts(
    scenario: Folder,
    draws: Annotated[
        int,
        typer.Option(parser=_whole_number(0), metavar="N", help="Number of draws; 0: terms only."),
    ] = DEFAULT_DRAWS,
    seed: Seed = DEFAULT_SEED,
    language: Annotated[Literal["nl", "en"], typer.Option(help="Language of the answer.")] = "nl",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print terms and table as JSON instead.")
    ] = False,
) -> None:
    """Tell in words who bears which risk under every contract, and who bears the spread of the cost."""
    from jeugdsim.results.contract_report import contract_report
    from jeugdsim.scenario import ScenarioError

    loaded = _load(scenario)
    try:
        report = contract_report(loaded, draws=draws, seed=seed, language=language)
    except KeyboardInterrupt:
        _stop("interrupted: nothing was written", INTERRUPTED)
    except (ScenarioError, ValueError) as wrong:
        _stop(str(wrong), WRONG_INPUT)
    except MemoryError:
        _stop("not enough memory for this many draws: ask for fewer", FAILED)
    if as_json:
        typer.echo(json.dumps(report.to_dict(), ensure_ascii=False, indent=2))
    else:
        typer.echo(report.answer(width=_width()))


@app.command()
def keys(
    scenario: Folder,
    draws: Draws = DEFAULT_DRAWS,
    seed: Seed = DEFAULT_SEED,
    old: Annotated[
        str | None, typer.Option("--from", metavar="KEY", help="Shift from; the one in use by default.")
    ] = None,
    new: Annotated[
        str | None, typer.Option("--to", metavar="KEY", help="Shift to; all reported ones by default.")
    ] = None,
    language: Annotated[Literal["nl", "en"], typer.Option(help="Language of the answer.")] = "nl",
    as_json: Annotated[bool, typer.Option("--json", help="Print both tables as JSON instead.")] = False,
) -> None:
    """Judge every allocation key on the same draws, and tell who gains or loses by a change of key."""
    from jeugdsim.results.key_report import key_report
    from jeugdsim.scenario import ScenarioError

    loaded = _load(scenario)
    try:
        report = key_report(loaded, draws=draws, seed=seed, language=language, old=old, new=new)
    except KeyboardInterrupt:
        _stop("interrupted: nothing was written", INTERRUPTED)
    except (ScenarioError, ValueError) as wrong:
        _stop(str(wrong), WRONG_INPUT)
    except MemoryError:
        _stop("not enough memory for this many draws: ask for fewer", FAILED)
    if as_json:
        typer.echo(json.dumps(report.to_dict(), ensure_ascii=False, indent=2))
    else:
        typer.echo(report.answer(width=_width()))


def _named_apart(folders: Sequence[Path]) -> dict[str, Path]:
    """Return the folders by their names; names met before get a number."""
    if len(folders) < 2:
        _stop("compare asks two scenarios or more: name another folder", WRONG_INPUT)
    named: dict[str, Path] = {}
    for folder in folders:
        name, number = folder.resolve().name, 2
        while name in named:
            name, number = f"{folder.resolve().name}-{number}", number + 1
        named[name] = folder
    return named


def _check_comparable(scenarios: dict[str, Scenario]) -> None:
    """Stop before anything is simulated where years or municipalities differ."""
    from jeugdsim.outcomes.runs import other_places

    (first, baseline), *others = scenarios.items()
    for name, scenario in others:
        found = other_places(baseline, scenario)
        if found:
            _stop(f"{name} can't be compared with {first}: {'; '.join(found)}", WRONG_INPUT)


def _compared(scenarios: dict[str, Scenario], draws: int, seed: int, threads: int | None) -> Comparison:
    """Run every scenario, with the reference of the one before where it serves."""
    from jeugdsim import pipeline

    outcomes: dict[str, Outcome] = {}
    reference = None
    for name, scenario in scenarios.items():
        outcomes[name] = pipeline.run(
            scenario, draws=draws, seed=seed, threads=threads, reference=reference
        )
        reference = outcomes[name].reference
    return pipeline.compare(outcomes)


def _load(folder: Path) -> Scenario:
    from jeugdsim.scenario import ScenarioError, load_scenario

    try:
        loaded = load_scenario(folder)
    except ScenarioError as wrong:
        _stop(str(wrong), WRONG_INPUT)
    _tell_of_compiling()
    return loaded


def _tell_of_compiling() -> None:
    from jeugdsim.engine.first_use import tell_of_compiling

    tell_of_compiling()


def _result_folder(path: str | Path) -> Path:
    """Return the folder for results, made; refuse one that would lose something of the user's."""
    if not str(path):
        _stop("--out is empty: name a folder for the results", WRONG_INPUT)
    folder = Path(path)
    if (folder / "scenario.toml").exists():
        _stop(f"{folder}: this is a scenario, results would overwrite it", WRONG_INPUT)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        _stop(f"{folder}: results can't be written there ({problem.strerror})", WRONG_INPUT)
    return folder


def _width() -> int:
    """Return the width of the answer: the terminal's where there is one, within reason."""
    if not sys.stdout.isatty():
        return PLAIN_WIDTH
    return min(PLAIN_WIDTH, max(NARROWEST, shutil.get_terminal_size().columns))


def _stop(message: str, code: int) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)


def main() -> None:
    """Run the command line."""
    app()
