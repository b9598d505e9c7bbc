"""Simulate something large in a process of its own, and tell how much memory that took.

    python -m benchmarks.large country 16 2027
    python -m benchmarks.large summary 100000 2027

Prints JSON: elapsed seconds, and the memory of the process at its most in MiB.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import jeugdsim as js
from benchmarks.growth import quantities_of, whole_country

HAAGLANDEN = Path(__file__).resolve().parents[1] / "scenarios" / "haaglanden-2027"
_PER_MIB = 2**20 if sys.platform == "darwin" else 2**10  # ru_maxrss is in bytes there


def main(words: Sequence[str]) -> None:
    """Simulate the whole country, or run Haaglanden and keep the summary."""
    what, draws, seed = words[0], int(words[1]), int(words[2])
    haaglanden = js.load_scenario(HAAGLANDEN)
    began = time.perf_counter()
    if what == "country":
        country = whole_country(quantities_of(haaglanden))
        js.simulate(country, draws=draws, seed=seed, threads=1, progress=False)
    else:
        js.run(haaglanden, draws=draws, seed=seed, keep="summary", progress=False)
    told = {
        "seconds": time.perf_counter() - began,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _PER_MIB,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1:])
