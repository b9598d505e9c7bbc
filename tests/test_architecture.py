"""The house, read from the imports of every module: one way from assumption to answer.

scenario -> world -> engine -> funding -> allocation -> outcomes -> explore -> report
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import jeugdsim

PACKAGE = Path(jeugdsim.__file__).parent
ORDER = ("scenario", "world", "engine", "funding", "allocation", "outcomes", "explore")
READS_RESULTS_ONLY = "report"
# What a run hands back, the line in one place, the command line, and `check`: these may import
# every room.
MAY_IMPORT_ALL = {"results", "pipeline", "cli", "checkup", "calibration"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def room_of(module: Path) -> str:
    """Return the folder of a module under the package, or its own name when it stands beside them."""
    first = module.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imported(module: Path) -> set[str]:
    """Return the full names of what a module imports, inside functions and for types as well."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: a relative import hides where it leads"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            assert module == PACKAGE / "__init__.py", f"{module} imports by a computed name"
    return names


def rooms_imported(module: Path) -> set[str]:
    """Return the rooms (or modules beside them) a module imports from; not its own."""
    inside = {name.split(".")[1] for name in imported(module) if name.startswith("jeugdsim.")}
    return inside - {room_of(module), "__version__"}


def name_of(module: Path) -> str:
    return module.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_a_room_imports_only_from_the_rooms_before_it(module: Path) -> None:
    room = room_of(module)
    if room == "__init__" or room in MAY_IMPORT_ALL:
        return
    allowed = set() if room == READS_RESULTS_ONLY else set(ORDER[: ORDER.index(room)])
    assert rooms_imported(module) <= allowed, f"{name_of(module)} imports {rooms_imported(module)}"


def test_what_a_run_hands_back_knows_nothing_of_who_runs_it() -> None:
    """``run`` and the command line make results; results make nothing run."""
    for module in MODULES:
        if room_of(module) == "results":
            assert not rooms_imported(module) & {"pipeline", "cli"}, name_of(module)


def test_every_module_stands_in_a_room_of_the_house() -> None:
    known = {*ORDER, READS_RESULTS_ONLY, *MAY_IMPORT_ALL, "__init__", "__main__"}
    assert {room_of(module) for module in MODULES} <= known


def test_nobody_imports_the_front_door_from_inside() -> None:
    """``import jeugdsim`` inside the package would make a circle; its version is a plain name."""
    for module in MODULES:
        assert "jeugdsim" not in imported(module), name_of(module)


@pytest.mark.parametrize(
    ("library", "rooms"),
    [
        ("numba", {"engine"}),
        ("matplotlib", {"report"}),
        ("typer", {"cli"}),
        ("tqdm", {"engine", "cli"}),
    ],
)
def test_a_library_is_used_in_its_own_room_only(library: str, rooms: set[str]) -> None:
    users = {
        room_of(module)
        for module in MODULES
        if any(name == library or name.startswith(f"{library}.") for name in imported(module))
    }
    assert users, f"nobody imports {library} any more: take it out of the dependencies"
    assert users <= rooms


def test_the_world_stands_on_numpy_and_scipy_only() -> None:
    """And on the scenario's own models; no labelled arrays, no tables, no compiler."""
    allowed = {"__future__", "calendar", "collections", "dataclasses", "datetime", "functools"}
    allowed |= {"hashlib", "typing", "numpy", "scipy", "pydantic", "jeugdsim"}
    for module in MODULES:
        if room_of(module) == "world":
            assert {name.split(".")[0] for name in imported(module)} <= allowed, name_of(module)


def test_importing_the_package_loads_no_heavy_library() -> None:
    """``import jeugdsim`` and ``jeugdsim --help`` answer at once: libraries load when used."""
    import subprocess
    import sys

    code = "import sys, jeugdsim, jeugdsim.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not loaded & {"numpy", "scipy", "pandas", "numba", "xarray", "matplotlib", "pydantic"}
