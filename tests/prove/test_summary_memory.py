"""A run that keeps only its summary takes no more memory for more draws of Haaglanden, below 1 GB."""

from __future__ import annotations

import subprocess
import sys

import pytest
from regions import HAAGLANDEN

pytestmark = pytest.mark.prove

SUMMARISED = """
import resource, sys
import jeugdsim as js
scenario = js.load_scenario(sys.argv[1])
run = {"seed": 2027, "progress": False, "keep": "summary"}
outcome = js.run(scenario, draws=int(sys.argv[2]), **run)
outcome.answer()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""
FEW, MORE = 3_000, 9_000  # with 3,000 the histograms are there
PER_DRAW = 2_000  # bytes: what is kept of a draw for pictures, provenance and the reference
SPARE = 50e6


def most_memory(draws: int) -> int:
    """Return the most memory that a process of its own takes, bytes."""
    command = [sys.executable, "-c", SUMMARISED, str(HAAGLANDEN), str(draws)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_memory_does_not_grow_with_the_draws() -> None:
    few, more = (most_memory(draws) for draws in (FEW, MORE))
    assert more < 1e9
    assert more - few < SPARE + PER_DRAW * (MORE - FEW)
