"""Every example in a docstring runs and gives what it shows."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
from pathlib import Path
from types import ModuleType

import pytest
from regions import ROOT

import jeugdsim

NAMES = sorted(
    module.name
    for module in pkgutil.walk_packages(jeugdsim.__path__, "jeugdsim.")
    if not module.name.endswith("__main__")
)


def examples(module: ModuleType) -> list[doctest.DocTest]:
    return [test for test in doctest.DocTestFinder().find(module) if test.examples]


@pytest.mark.parametrize("name", NAMES)
def test_examples_give_what_they_show(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run where ``scenarios/`` is that of the project and whatever is written goes elsewhere."""
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    monkeypatch.chdir(tmp_path)
    runner = doctest.DocTestRunner()
    told: list[str] = []
    for test in examples(importlib.import_module(name)):
        runner.run(test, out=told.append)
    assert runner.failures == 0, "".join(told)


@pytest.mark.parametrize("name", sorted(set(jeugdsim.__all__) - {"__version__"}))
def test_every_public_function_shows_an_example(name: str) -> None:
    public = getattr(jeugdsim, name)
    assert inspect.getdoc(public)
    if inspect.isfunction(public):
        assert ">>>" in (public.__doc__ or ""), f"js.{name} shows no example"
