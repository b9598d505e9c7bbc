"""The notebooks with the draws they are given to readers with, from a clean kernel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from notebook_run import ANALYST, COUNCIL, kernel_after, outputs, read, text_of

pytestmark = pytest.mark.prove


def test_the_analysts_notebook_runs_and_tells_which_assumptions_matter(tmp_path: Path) -> None:
    """Its draws are enough for shares, which are those of ten groups of inputs."""
    notebook = read(ANALYST)
    with kernel_after(notebook, tmp_path) as kernel:
        shares = kernel.ask("[share for share in shares['aandeel, %']]")
    check_no_complaint(notebook)
    assert len(shares) == 10
    assert shares == sorted(shares, reverse=True)
    assert 0.0 < sum(shares) < 110.0


def test_the_councils_notebook_runs(tmp_path: Path) -> None:
    notebook = read(COUNCIL)
    with kernel_after(notebook, tmp_path) as kernel:
        assert "zekerheid" in kernel.ask("answer.value")
    check_no_complaint(notebook)


def check_no_complaint(notebook: Any) -> None:
    assert not [output for output in outputs(notebook) if output.output_type == "error"]
    assert not [text_of(output) for output in outputs(notebook) if output.get("name") == "stderr"]
