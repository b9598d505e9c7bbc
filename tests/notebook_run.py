"""Notebooks in a kernel of their own, in a folder where whatever they write does no harm."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell
from regions import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ANALYST = ROOT / "notebooks" / "eerste-verkenning.ipynb"
COUNCIL = ROOT / "notebooks" / "raadsverkenning.ipynb"


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=nbformat.NO_CONVERT)


def with_draws(notebook: Any, draws: int) -> Any:
    """Let a notebook take another number of draws, in its first code cell."""
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    lines = first.source.splitlines()
    (at,) = [number for number, line in enumerate(lines) if line.startswith("DRAWS = ")]
    lines[at] = f"DRAWS = {draws}"
    first.source = "\n".join(lines)
    return notebook


class Kernel:
    """A kernel in which a notebook has been run, open for questions."""

    def __init__(self, client: NotebookClient) -> None:
        self.client = client

    def run(self, code: str) -> list[Any]:
        """Run a cell after the last one; return its outputs. An error in it is an error here."""
        cell = new_code_cell(code)
        self.client.nb.cells.append(cell)
        self.client.execute_cell(cell, len(self.client.nb.cells) - 1)
        return list(cell.outputs)

    def ask(self, expression: str) -> Any:
        """Return the value of an expression that JSON can hold."""
        printed = self.run(f"import json; print(json.dumps({expression}))")
        return json.loads("".join(part.text for part in printed if part.get("name") == "stdout"))


@contextmanager
def kernel_after(notebook: Any, folder: Path) -> Iterator[Kernel]:
    """Run a notebook from a clean kernel in ``folder``/notebooks, beside the project's scenarios."""
    place = folder / "notebooks"
    place.mkdir()
    (folder / "scenarios").symlink_to(ROOT / "scenarios")
    client = NotebookClient(
        notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(place)}}
    )
    with client.setup_kernel(env={**os.environ, "IPYTHONDIR": str(folder / "ipython")}):
        for number, cell in enumerate(notebook.cells):
            client.execute_cell(cell, number)
        yield Kernel(client)


def outputs(notebook: Any) -> list[Any]:
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def text_of(output: Any) -> str:
    """Return what an output says in letters."""
    return str(output.text if output.output_type == "stream" else output.data.get("text/plain", ""))
