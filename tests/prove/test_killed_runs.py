"""Haaglanden, killed ten times with kill -9 at random moments: the bits of an undisturbed run."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from experiments.evidence import seed
from killed import killed_runs
from regions import HAAGLANDEN
from sizes import same_bits, volumes

import jeugdsim as js

pytestmark = pytest.mark.prove
DRAWS, PIECE = 300, 10


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills processes as POSIX can")
def test_haaglanden_killed_ten_times_gives_the_same_bits(tmp_path: Path) -> None:
    path, scenario = tmp_path / "run.zarr", js.load_scenario(HAAGLANDEN)
    moments = np.random.default_rng(seed()).uniform(0.0, 0.3, 10)
    made = f"js.load_scenario({str(HAAGLANDEN)!r})"
    pieces = killed_runs(made, path, moments, draws=DRAWS, chunk_draws=PIECE)
    print(f"finished pieces of {DRAWS // PIECE} after each kill: {pieces}")
    assert pieces == sorted(pieces)
    found = volumes(DRAWS, scenario, store=path, resume=True)
    same_bits(found, volumes(DRAWS, scenario))
