"""A small correct scenario folder, and ways to make it wrong; for tests of any room.

Two municipalities, three care forms, two contracts (one task-based, one P x Q), two years.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from jeugdsim.scenario import Finding, ScenarioError, load_scenario

TOML = """\
name = "Proefregio"
schema_version = 1
start = 2027-01-01
years = 2
price_year = 2025

[world]
inflow_growth_per_year = {p10 = -0.01, p50 = 0.01, p90 = 0.03}
indexation = {mean = 0.04, sd = 0.012, autocorrelation = 0.5}
inflow_shock_region_cv = 0.04

[contracts.verblijf]
form = "task_based"
segments = ["verblijf"]
budget = "history"
agreed_reduction = {2028 = 0.02}
use_registered = true
loss_bands = [{above = 0.03, payer_share = 0.5}, {above = 0.08, payer_share = 0.8}]
gain_bands = [{below = 0.03, payer_share = 0.5}]

[contracts.ambulant]
form = "pxq"
segments = ["veelvoorkomend"]

[funding_response.task_based]
stay_days = {p10 = -0.10, p50 = -0.03, p90 = 0.03}
phase_in_years = 3

[budget]
basis = 4e6
volume_growth_per_year = 0.02

[savings.target]
2028 = 50_000.0

[[levers]]
name = "sterke lokale teams"
affects = "inflow"
care_forms = ["begeleiding"]
effect = {p10 = -0.08, p50 = -0.04, p90 = 0.01}
starts = 2027-07-01
phase_in_years = 3
cost_per_year = 20_000

[[levers]]
name = "sneller naar pleegzorg"
affects = "move"
from = "crisis"
to = "pleegzorg"
effect = {mean = 0.1, sd = 0.05}
starts = 2028-01-01

[allocation]
keys = ["actual_use", "rolling_use", "youth_population"]
used = "rolling_use"

[sources]
world = "A1"
"world.indexation" = "S1"
contracts = "A1"
funding_response = "A1"
budget = "A1"
savings = "A1"
levers = "A1"
"""

FILES: Mapping[str, str] = {
    "scenario.toml": TOML,
    "municipalities.csv": """\
municipality,cbs_code,source,note
Delft,GM0503,S1,
Rijswijk,GM0603,S1,
""",
    "population.csv": """\
municipality,year,youth,inhabitants,source,note
Delft,2027,16000,110000,S1,
Delft,2028,16100,111000,S1,
Rijswijk,2027,11000,57000,S1,
Rijswijk,2028,11100,57500,S1,
""",
    "care_forms.csv": """\
care_form,segment,unit,tariff,units_per_day,units_per_day_p10,units_per_day_p90,units_cv,\
stay_distribution,stay_mean_days,stay_mean_days_cv,stay_sd_days,places,source,note
pleegzorg,verblijf,etmaal,60,1,,,0,lognormal,300,0.04,260,,A1,
crisis,verblijf,etmaal,300,1,,,0,fixed,28,,,,A1,
begeleiding,veelvoorkomend,uur,100,0.15,0.13,0.18,0.5,exponential,150,,,,A1,"ook thuis, kort"
""",
    "demand.csv": """\
municipality,care_form,clients_at_start,inflow_per_1000_youth,inflow_per_1000_youth_cv,source,note
Delft,pleegzorg,,2.5,0.05,S1,
Delft,crisis,12,1.5,,S1,
Delft,begeleiding,,20,,S1,
Rijswijk,pleegzorg,,2.0,,S1,
Rijswijk,crisis,8,1.25,,S1,
Rijswijk,begeleiding,300.5,22,,S1,
""",
    "moves.csv": """\
from_care_form,to_care_form,probability,source,note
crisis,pleegzorg,0.3,A1,
crisis,begeleiding,0.4,A1,
pleegzorg,begeleiding,0.2,A1,
""",
    "sources.csv": """\
id,title,publisher,date,locator,kind
S1,Bevolking en gebruik,CBS,2025-06-01,StatLine,measured
A1,Aanname,jeugdsim,2026,README,assumption
""",
}

Content = str | bytes | None


def write_folder(folder: Path, changes: Mapping[str, Content] | None = None) -> Path:
    """Write the correct folder, with some files replaced, added or (None) left out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in {**FILES, **(changes or {})}.items():
        if isinstance(content, bytes):
            (folder / name).write_bytes(content)
        elif content is not None:
            (folder / name).write_text(content, encoding="utf-8", newline="")
    return folder


def write_variant(folder: Path, toml: str, files: Mapping[str, str] | None = None) -> Path:
    """Write a folder that holds only what differs from the folder it extends."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in {"scenario.toml": toml, **(files or {})}.items():
        (folder / name).write_text(content, encoding="utf-8", newline="")
    return folder


def edited(file: str, old: str, new: str) -> dict[str, Content]:
    """Return one file of the correct folder with the first ``old`` replaced by ``new``."""
    text = FILES[file]
    assert old in text, f"{old!r} is not in {file}"
    return {file: text.replace(old, new, 1)}


def line_of(file: str, part: str) -> int:
    """Return the line on which a text first stands in a file of the correct folder."""
    text = FILES[file]
    return text[: text.index(part)].count("\n") + 1


def findings_of(folder: Path | str) -> tuple[Finding, ...]:
    """Return the findings of a folder that is refused."""
    try:
        load_scenario(folder)
    except ScenarioError as error:
        return error.findings
    raise AssertionError("this scenario was not refused")


def assert_told(findings: tuple[Finding, ...], file: str, line: int, *words: str) -> None:
    """Check that an error at a place holds these words."""
    here = [finding for finding in findings if finding.file.endswith(file) and finding.line == line]
    fits = [finding for finding in here if all(word in finding.message for word in words)]
    assert fits, "\n".join(map(str, findings))
    assert fits[0].severity == "error"
