"""Rules of the engine that no answer shows, read from its syntax trees.

The same bits on one kind of processor and equal counts between machines ask that kernels use no random
state, no reordered arithmetic, and no numpy function whose last bit depends on the machine.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import jeugdsim
from jeugdsim.engine import kernel_cache

ENGINE = Path(jeugdsim.__file__).parent / "engine"
FILES = sorted(ENGINE.glob("*.py"))
COMPILED = tuple(file.name for file in FILES if "@compiled" in file.read_text(encoding="utf-8"))
DECORATORS = {"compiled", "brief", "inlined"}
MATHEMATICS = {"math.exp", "math.log", "math.lgamma", "math.floor", "math.ceil"}


def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def dotted(node: ast.AST) -> str:
    """Return a.b.c of an attribute, "" of anything else."""
    return ast.unparse(node) if isinstance(node, ast.Attribute) else ""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_engine_has_no_random_state_and_no_fast_math(file: Path) -> None:
    for node in ast.walk(tree_of(file)):
        assert not dotted(node).startswith(("np.random", "numpy.random", "random.")), ast.unparse(node)
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {alias.name for alias in node.names} | {getattr(node, "module", None)}
            assert not names & {"random", "numpy.random", "secrets"}, ast.unparse(node)
        if isinstance(node, ast.keyword):
            assert node.arg not in ("fastmath", "parallel", "error_model"), ast.unparse(node)


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield node


def numpy_names(function: ast.FunctionDef) -> set[str]:
    """Return the np.* names in the body; what stands in annotations is not computed with."""
    body = ast.Module(function.body, [])
    return {dotted(node) for node in ast.walk(body) if dotted(node).startswith("np.")}


def compiled(tree: ast.Module) -> list[ast.FunctionDef]:
    return [
        function
        for function in functions(tree)
        if any(ast.unparse(mark) in DECORATORS for mark in function.decorator_list)
    ]


@pytest.mark.parametrize("name", COMPILED)
def test_kernels_make_no_arrays_and_call_no_function_of_numpy(name: str) -> None:
    """They are given all they write in: without counting of uses, and sooner compiled."""
    for kernel in compiled(tree_of(ENGINE / name)):
        assert numpy_names(kernel) <= {"np.int64"}, kernel.name


def test_the_kernels_are_found() -> None:
    assert {"keyed.py", "children.py", "queues.py", "kernels.py", "flows.py"} <= set(COMPILED)
    assert sum(len(compiled(tree_of(ENGINE / name))) for name in COMPILED) >= 40


@pytest.mark.parametrize("name", COMPILED)
def test_kernels_call_only_kernels_and_plain_arithmetic(name: str) -> None:
    """What a kernel calls is a kernel, a record of its file, math.*, or a builtin exact on integers."""
    known = {kernel.name for file in COMPILED for kernel in compiled(tree_of(ENGINE / file))}
    known |= {"int", "float", "bool", "len", "max", "min", "range"} | MATHEMATICS
    known |= {
        node.name
        for node in ast.walk(tree_of(ENGINE / name))
        if isinstance(node, ast.ClassDef)
        and [ast.unparse(base) for base in node.bases] == ["NamedTuple"]
    }
    for kernel in compiled(tree_of(ENGINE / name)):
        called = {ast.unparse(n.func) for n in ast.walk(kernel) if isinstance(n, ast.Call)}
        assert called - {"compiled"} <= known, f"{kernel.name} calls {called - known}"


def test_an_edit_of_any_compiled_file_asks_for_a_new_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numba itself notices edits of the function's own file only, not of what it calls elsewhere."""
    monkeypatch.setattr(kernel_cache, "_ENGINE", tmp_path)
    for file in FILES:
        (tmp_path / file.name).write_bytes(file.read_bytes())
    before = kernel_cache._engine_hash()
    for name in (*COMPILED, "columns.py", "tables.py"):
        text = (ENGINE / name).read_bytes()
        (tmp_path / name).write_bytes(text + b"# edited\n")
        assert kernel_cache._engine_hash() != before, name
        (tmp_path / name).write_bytes(text)
    (tmp_path / "audit.py").write_text("# not compiled\n", encoding="utf-8")
    assert kernel_cache._engine_hash() == before
