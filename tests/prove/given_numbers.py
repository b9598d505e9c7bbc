"""Run two scenarios and keep their volumes and euros; run as a script by another Python too.

python given_numbers.py RESULTS.npz DRAWS FOLDER FOLDER ...
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import jeugdsim as js

COUNTS = (
    "client_days",
    "stays_started",
    "stays_ended",
    "clients_in_year",
    "clients_at_year_end",
    "clients_at_start",
)


def numbers(folder: Path, draws: int) -> dict[str, npt.NDArray[Any]]:
    """Return all counts and all euros of a scenario, named by what they are."""
    outcome = js.run(js.load_scenario(folder), draws=draws, seed=2027, progress=False)
    found = {f"count {name}": outcome.volumes[name].to_numpy() for name in COUNTS}
    found["number units"] = outcome.volumes["units"].to_numpy()
    found["number parameters"] = outcome.volumes["parameters"].to_numpy()
    for name in ("payment", "provider_cost", "use_value"):
        found[f"euro {name}"] = outcome.accounts[name].to_numpy()
    for name in ("contribution", "lever_cost", "budget"):
        found[f"euro {name}"] = outcome.bills[name].to_numpy()
    return found


if __name__ == "__main__":
    results, draws, *folders = sys.argv[1:]
    named = {
        f"{Path(folder).name}/{name}": values
        for folder in folders
        for name, values in numbers(Path(folder), int(draws)).items()
    }
    np.savez(results, **named)
    print(sys.version.split()[0], len(named), "arrays")
