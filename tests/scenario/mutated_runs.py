"""What must hold for a scenario folder whatever mistakes stand in it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from typer.testing import CliRunner

import jeugdsim as js
from jeugdsim.checkup import check_up
from jeugdsim.cli import app

MAY_BE_ABSENT = ("places", "wait_p90_days", "child_retentions")  # NaN: no limit, nobody, fewer sums
WRITTEN = {"summary.json", "region.csv", "contracts.csv", "municipalities.csv", "allocation.csv"}


def loaded(folder: Path) -> js.Scenario | None:
    """Return the scenario, or None where it is refused, with errors that each name a file."""
    try:
        return js.load_scenario(folder)
    except js.ScenarioError as error:
        check_findings(error)
        return None


def check_findings(refusal: js.ScenarioError) -> None:
    """Check that a refusal says what is wrong, and where."""
    assert any(finding.severity == "error" for finding in refusal.findings)
    assert all(finding.file and finding.message for finding in refusal.findings)


def run_gives_numbers(scenario: js.Scenario, *, with_summary: bool) -> bool:
    """Tell whether a scenario runs; where it does, every number of it is one."""
    try:
        outcome = js.run(scenario, draws=2, seed=1, progress=False, threads=1)
    except js.ScenarioError as error:  # a draw that can't be counted
        check_findings(error)
        return False
    contracts = scenario.settings.contracts
    without = [name for name, terms in contracts.items() if terms.form in ("pxq", "output_based")]
    agreed = outcome.accounts.agreed_budget.drop_sel(contract=without)
    assert np.isfinite(agreed).all()
    accounts = outcome.accounts.drop_vars(("agreed_budget", *MAY_BE_ABSENT), errors="ignore")
    volumes = outcome.volumes.drop_vars(MAY_BE_ABSENT, errors="ignore")
    for data in (volumes, accounts, outcome.bills, outcome.overruns, outcome.savings):
        for name, values in data.data_vars.items():
            assert np.isfinite(values).all(), name
    assert (outcome.volumes.client_days >= 0).all()
    assert check_up(scenario)
    if with_summary:
        assert all(math.isfinite(number) for number in numbers_in(outcome.to_dict()))
        assert "NaN" not in outcome.answer() + outcome.answer(language="en")
    return True


def numbers_in(part: Any) -> list[float]:
    """Return every number of a summary."""
    if isinstance(part, dict):
        return [number for value in part.values() for number in numbers_in(value)]
    if isinstance(part, list):
        return [number for value in part for number in numbers_in(value)]
    return [part] if isinstance(part, int | float) else []


def command_line_agrees(folder: Path, out: Path) -> None:
    """Run both commands: what loads is written whole, what does not leaves nothing behind."""
    runner = CliRunner()
    checked = runner.invoke(app, ["check", str(folder)])
    ran = runner.invoke(app, ["run", str(folder), "--draws", "2", "--out", str(out)])
    for result in (checked, ran):
        assert result.exception is None or isinstance(result.exception, SystemExit)
        assert "Traceback" not in result.output
    if loaded(folder) is None:
        assert (checked.exit_code, ran.exit_code) == (2, 2)
        assert not out.exists()
    elif ran.exit_code == 0:
        names = {path.name for path in out.iterdir()}
        assert names >= WRITTEN
        assert not any(name.startswith(".") or name.endswith(".part") for name in names)
    else:
        assert ran.exit_code == 2
        assert list(out.iterdir()) == []
