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

ENGINE = Path(jeugdsim.__file__).parent / "engine"
FILES = sorted(ENGINE.glob("*.py"))
COMPILED = ("kernels.py", "flows.py")
MAY_ALLOCATE = {"make_work"}
ALLOCATION = {"np.empty", "np.zeros", "np.int64"}


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
        if any(ast.unparse(mark) == "compiled" for mark in function.decorator_list)
    ]


def test_kernels_use_numpy_for_allocation_only() -> None:
    tree = tree_of(ENGINE / "kernels.py")
    assert len(compiled(tree)) >= 10, "the kernels were found"
    for function in functions(tree):
        allowed = ALLOCATION if function.name in MAY_ALLOCATE else set()
        assert numpy_names(function) <= allowed, function.name


def test_recursions_use_numpy_for_work_space_only() -> None:
    tree = tree_of(ENGINE / "flows.py")
    assert len(compiled(tree)) >= 5, "the recursions were found"
    for function in functions(tree):
        assert numpy_names(function) <= {"np.zeros", "np.full"}, function.name


@pytest.mark.parametrize("name", COMPILED)
def test_kernels_call_only_their_own_file_and_plain_arithmetic(name: str) -> None:
    """What a kernel calls is a kernel beside it, math.*, or a builtin exact on whole numbers.

    The compiler's cache notices edits per file: a compiled call chain stands in one file.
    """
    kernels = compiled(tree_of(ENGINE / name))
    known = {kernel.name for kernel in kernels} | {"int", "float", "len", "max", "min", "range"}
    known |= {"math.exp", "math.log", "math.lgamma", "math.floor", "np.zeros", "np.full"}
    for kernel in kernels:
        called = {ast.unparse(n.func) for n in ast.walk(kernel) if isinstance(n, ast.Call)}
        sums = {call for call in called if call.endswith(".sum")}
        assert called - sums - {"compiled"} <= known, f"{kernel.name} calls {called - known}"


def test_only_two_files_compile() -> None:
    for file in FILES:
        if file.name not in COMPILED:
            assert not compiled(tree_of(file)), file.name
