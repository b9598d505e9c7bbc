"""The documentation keeps its promises: its code runs, its files load, nothing public is left out.

Per page, in order, in one folder and one namespace: ``python`` blocks run; ``toml`` and ``csv`` blocks
with a title are written there; ``toml`` blocks without one are loaded as a variant of Haaglanden; of
``sh`` blocks every ``jeugdsim`` command runs (its exit code as the comment says, else 0) and ``make``
targets must exist. A ``text`` block titled "uitvoer" stands in what the last command printed (… for
what is left out); one without a title shows. Any other language is refused: there is no way to leave
a block out. Runs of more than SHORT draws are cut to FEW, so that all of it is quick.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from regions import DATA, ROOT
from scarcity import crowded
from typer.testing import CliRunner

import jeugdsim as js
from jeugdsim import cli
from jeugdsim.results import told as results_told
from jeugdsim.scenario import Scenario, keys, settings
from jeugdsim.scenario.tables import SURVIVAL, TABLES

DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.rglob("*.md")), ROOT / "README.md"]
FEW, SHORT = 8, 30
SHOWN_ONLY = {"text"}
NOT_OURS = ("source .venv/bin/activate",)  # what a shell does, not the program


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    language: str
    title: str
    code: str
    line: int


def blocks_of(page: Path) -> Iterator[Block]:
    """Give the fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    for found in re.finditer(r"^```(\S*)([^\n]*)\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE):
        language, rest, code = found.groups()
        title = re.search(r'title="([^"]+)"', rest)
        line = text.count("\n", 0, found.start()) + 2
        yield Block(language, title[1] if title else "", code, line)


def page_id(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def with_few_draws(code: str) -> str:
    """Cut long runs; short ones stay as they are, so that they can be compared."""

    def cut(found: re.Match[str]) -> str:
        written = int(found[1])
        return f"draws={written if written <= SHORT else FEW}"

    return re.sub(r"draws=(\d[\d_]*)", cut, code)


def run_python(block: Block, names: dict[str, Any], page: Path) -> None:
    padding = "\n" * (block.line - 1)  # so that an error names the line of the page
    exec(compile(padding + with_few_draws(block.code), page_id(page), "exec"), names)


def run_shell(block: Block) -> str:
    """Run the commands of a block and return what the last of them printed."""
    printed = ""
    for line in block.code.strip().splitlines():
        command, _, comment = (part.strip() for part in line.partition("#"))
        if command.startswith("make "):
            makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
            assert re.search(rf"^{command.split()[1]}:", makefile, flags=re.MULTILINE), line
        elif command.startswith("jeugdsim "):
            printed = run_command(command, expected_code(comment))
        else:
            assert command in NOT_OURS, f"line {block.line}: {line!r} is not run, so it proves nothing"
    return printed


def check_shown(block: Block, printed: str) -> None:
    for line in block.code.strip().splitlines():
        for part in line.split("…"):
            assert part.strip() in printed, f"line {block.line}: {part!r} is not in\n{printed}"


def expected_code(comment: str) -> int:
    told = re.fullmatch(r"exit code (\d+)", comment)
    return int(told[1]) if told else 0


def run_command(command: str, code: int) -> str:
    words = shlex.split(command)[1:]
    if words[0] in ("run", "compare"):
        words = [*shlex.split(re.sub(r"--draws \S+", "", " ".join(words))), "--draws", str(FEW)]
    done = CliRunner().invoke(cli.app, words)
    assert done.exit_code == code, f"{command}\n{done.output}\n{done.exception!r}"
    return done.output


def write_file(block: Block) -> None:
    path = Path(block.title)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(block.code, encoding="utf-8")


def load_as_variant(block: Block) -> None:
    written = block.code
    if "extends =" not in written:
        written = f'extends = "../haaglanden-2027"\n{written}'
    folder = Path("scenarios", f"line-{block.line}")
    folder.mkdir()
    (folder / "scenario.toml").write_text(written, encoding="utf-8")
    js.load_scenario(folder)


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_everything_on_a_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "scenarios").mkdir()
    for scenario in (ROOT / "scenarios").iterdir():
        (tmp_path / "scenarios" / scenario.name).symlink_to(scenario)
    monkeypatch.chdir(tmp_path)
    if "figures" not in page.read_text(encoding="utf-8"):
        monkeypatch.setattr(results_told, "all_pictures", lambda *_, **__: {})  # tested by themselves
    names: dict[str, Any] = {"__name__": "page"}
    printed = ""
    for block in blocks_of(page):
        if block.language == "python":
            run_python(block, names, page)
        elif block.language == "sh":
            printed = run_shell(block)
        elif block.language == "text" and block.title == "uitvoer":
            check_shown(block, printed)
        elif block.language in ("toml", "csv") and block.title:
            write_file(block)
        elif block.language == "toml":
            load_as_variant(block)
        else:
            assert block.language in SHOWN_ONLY, f"{page_id(page)}:{block.line}: {block.language!r}"


def test_a_block_that_fails_fails_its_page(tmp_path: Path) -> None:
    page = ROOT / "made-up.md"
    block = Block("python", "", "x = 1\nassert x == 2\n", 10)
    with pytest.raises(AssertionError) as wrong:
        run_python(block, {}, page)
    assert wrong.traceback[-1].lineno == 10  # counted from 0: the second line of the block
    with pytest.raises(AssertionError, match="not run"):
        run_shell(Block("sh", "", "pip install something\n", 1))


def test_the_empirical_table_of_the_guide_is_one(tmp_path: Path) -> None:
    page = DOCS / "gids" / "eigen-scenario.md"
    table = next(block for block in blocks_of(page) if block.title == "pleegzorg.csv")
    steps = [dict(zip(("days", "survival"), row.split(","), strict=True)) for row in rows(table.code)]
    given = [{name: float(cell) for name, cell in step.items()} for step in steps]
    base = js.load_scenario(ROOT / "scenarios" / "haaglanden-2027")
    changed = base.with_changes(
        {
            "empirical_stays.pleegzorg.csv": given,
            "care_forms.pleegzorg.stay_distribution": "empirical:pleegzorg.csv",
            "care_forms.pleegzorg.stay_mean_days": None,
            "care_forms.pleegzorg.stay_sd_days": None,
        }
    )
    assert "pleegzorg.csv" in changed.empirical_stays


def rows(code: str) -> list[str]:
    return code.strip().splitlines()[1:]


def in_code_type(page: str) -> set[str]:
    """Return what stands between single backticks, fenced blocks left out."""
    prose = re.sub(r"^```.*?^```$", "", page, flags=re.DOTALL | re.MULTILINE)
    return set(re.findall(r"`([^`\n]+)`", prose))


def fields_of(model: type[BaseModel]) -> Iterator[str]:
    """Give every key of scenario.toml, of the tables inside it too."""
    for name, field in model.model_fields.items():
        yield field.alias or name


def test_every_column_and_key_of_a_scenario_is_explained() -> None:
    page = (DOCS / "gids" / "eigen-scenario.md").read_text(encoding="utf-8")
    told = set(re.findall(r"\w+", " ".join(in_code_type(page))))
    columns = {name for kind in (*TABLES.values(), SURVIVAL) for name in kind.columns}
    tables = [
        model
        for model in vars(settings).values()
        if isinstance(model, type) and issubclass(model, settings.Table) and model is not settings.Table
    ]
    keys = {name for model in tables for name in fields_of(model)}
    headings = set(re.findall(r"^### \[+(\w+)", page, flags=re.MULTILINE))
    shown = {"correlations"} if "[correlations]" in page else set()
    assert len(columns) > 30
    assert len(keys) > 60
    assert not sorted((columns | keys) - told - headings - shown)
    files = {kind.file for kind in TABLES.values()}
    assert files <= set(re.findall(r"^### (\S+\.csv)", page, flags=re.MULTILINE))


def keys_of(part: Mapping[str, Any], names: set[str]) -> Iterator[str]:
    for key, value in part.items():
        if key not in names and not key.isdigit():
            yield key
        if isinstance(value, dict):
            yield from keys_of(value, names)
        elif isinstance(value, list):
            for entry in value:
                if isinstance(entry, dict):
                    yield from keys_of(entry, names)


def with_all_limits() -> Scenario:
    """Return a scenario with places, ages and retentions: all that volumes can hold."""
    limited = crowded(entry_ages={10: 0.5, 17: 0.5}, extended_care={"wonen": (0.5, 21.0)})
    return limited.with_changes({"contracts.alles.child_retentions": [10_000.0]})


@pytest.mark.parametrize("made", [lambda: js.load_scenario(DATA / "small"), with_all_limits])
def test_every_number_and_file_of_a_result_is_explained(
    made: Callable[[], Scenario], tmp_path: Path
) -> None:
    scenario = made()
    outcome = js.run(scenario, draws=100, seed=1, progress=False)
    outcome.write(tmp_path)
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    names = {*scenario.municipality_names, *scenario.contract_names, *scenario.care_form_names}
    names |= set(keys.KEYS)
    page = (DOCS / "gids" / "antwoord-lezen.md").read_text(encoding="utf-8")
    told = in_code_type(page)
    assert not sorted(set(keys_of(summary, names)) - told)
    assert not sorted(set(outcome.provenance().columns) - told)
    assert not sorted({file.name for file in tmp_path.iterdir()} - told)
    pictures = (DOCS / "guide" / "pictures.md").read_text(encoding="utf-8")
    assert all(f"`{file.name}`" in pictures for file in tmp_path.glob("*.png"))


def test_every_key_is_explained() -> None:
    told = in_code_type((DOCS / "guide" / "allocation-keys.md").read_text(encoding="utf-8"))
    assert not sorted({*keys.KEYS, *get_args(keys.Kind)} - told)
    terms = {name for name in keys.KeyTerms.model_fields if name not in ("kind", "weights", "parts")}
    assert not sorted(terms - told - {"steps"})


def test_every_volume_is_explained() -> None:
    volumes = js.simulate(with_all_limits(), draws=1, seed=1, progress=False)
    told = set(re.findall(r"``(\w+)``", js.simulate.__doc__ or ""))
    assert not sorted(set(map(str, volumes.data_vars)) - told)
    guide = in_code_type((DOCS / "guide" / "scarce-places.md").read_text(encoding="utf-8"))
    free = js.simulate(js.load_scenario(DATA / "small"), draws=1, seed=1, progress=False)
    waiting = {"waiting_days", "clients_waiting_at_year_end"}
    assert not sorted((set(volumes.data_vars) - set(free.data_vars) | waiting) - guide)


def test_every_option_of_the_command_line_is_explained() -> None:
    page = (DOCS / "reference" / "command-line.md").read_text(encoding="utf-8")
    commands = cli.app.registered_commands
    names = [command.name or command.callback.__name__ for command in commands if command.callback]
    assert names
    for name in names:
        assert f"## jeugdsim {name}" in page
        told = CliRunner().invoke(cli.app, [name, "--help"]).output
        for option in set(re.findall(r"--[a-z]+", told)) - {"--help"}:
            assert f"`{option}" in page, f"{name} {option}"


def test_every_proof_is_named_in_the_guide() -> None:
    page = (DOCS / "guide" / "testing.md").read_text(encoding="utf-8")
    proofs = {path.name for path in (ROOT / "tests" / "prove").glob("test_*.py")}
    told = set(re.findall(r"`(test_\w+\.py)`", page))
    assert proofs == told


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site; a warning (a dead link, an unknown parameter) is an error."""
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_every_public_name_has_an_entry(site: Path) -> None:
    page = (site / "reference" / "python.html").read_text(encoding="utf-8")
    anchors = set(re.findall(r'id="(jeugdsim[\w.]*)"', page))
    public = {f"jeugdsim.{name}" for name in js.__all__} - {"jeugdsim.figures", "jeugdsim.__version__"}
    assert not sorted(public - anchors)
    entries = {anchor.rsplit(".", 1)[-1] for anchor in anchors if ".report.figures." in anchor}
    assert entries == set(js.figures.__all__)
    for name in ("run", "risk_sharing", "expected"):
        assert f'id="jeugdsim.{name}"' in page


def test_the_site_loads_nothing_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        loaded = re.findall(
            r"<(?:script|img|link|iframe)\b[^>]*?(?:src|href)=[\"']?(https?://[^\"'\s>]+)",
            page.read_text(encoding="utf-8"),
        )
        assert not loaded, f"{page.name}: {loaded}"


def test_nothing_in_the_documentation_points_outside_the_project() -> None:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"(?<![\w.])/(?:work|home|root|tmp)/", text), page_id(page)
