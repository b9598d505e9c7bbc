"""The small correct folder with places, waiting and ages: every optional file and column of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from .folders import FILES, TOML, Content, write_folder

SCARCE: Mapping[str, str] = {
    "care_forms.csv": """\
care_form,segment,unit,tariff,units_per_day,units_per_day_p10,units_per_day_p90,units_cv,\
stay_distribution,stay_mean_days,stay_mean_days_cv,stay_sd_days,places,places_cv,source,note
pleegzorg,verblijf,etmaal,60,1,,,0,lognormal,300,0.04,260,80,0.05,A1,
crisis,verblijf,etmaal,300,1,,,0,fixed,28,,,,,A1,
begeleiding,veelvoorkomend,uur,100,0.15,0.13,0.18,0.5,exponential,150,,,,,A1,
""",
    "demand.csv": """\
municipality,care_form,clients_at_start,inflow_per_1000_youth,waiting_at_start,waiting_at_start_cv,\
priority,source,note
Delft,pleegzorg,,2.5,12,0.3,2,S1,
Delft,crisis,12,1.5,1,,,S1,
Delft,begeleiding,,20,,,,S1,
Rijswijk,pleegzorg,,2.0,,,2,S1,
Rijswijk,crisis,8,1.25,,,,S1,
Rijswijk,begeleiding,300.5,22,,,,S1,
""",
    "moves.csv": """\
from_care_form,to_care_form,probability,holds_place,priority,source,note
crisis,pleegzorg,0.3,true,1,A1,
crisis,begeleiding,0.4,,,A1,
pleegzorg,begeleiding,0.2,nee,,A1,
""",
    "places.csv": """\
care_form,contract,year,places,source,note
crisis,verblijf,2026,20,A1,
crisis,verblijf,2028,24,A1,
""",
    "waiting.csv": """\
care_form,bridging_care_form,reneging_per_year,reneging_per_year_cv,escalation_per_year,\
escalation_care_form,admitted_within_days,source,note
crisis,begeleiding,12,0.2,,,1,A1,
pleegzorg,,0.5,,0.25,crisis,,A1,
""",
    "entry_ages.csv": """\
care_form,age,share,source,note
pleegzorg,4,0.5,S1,
pleegzorg,15,0.5,A1,
crisis,16,1,A1,
begeleiding,9,0.25,S1,
begeleiding,17,0.75,S1,
""",
    "extended_care.csv": """\
care_form,share,share_p10,share_p90,until_age,source,note
pleegzorg,0.6,0.5,0.8,21,A1,
crisis,0.1,,,18.5,A1,
""",
    "scenario.toml": TOML.replace(
        'segments = ["veelvoorkomend"]',
        'segments = ["veelvoorkomend"]\nchild_retentions = [25e3, 50_000]',
    ),
}
NEW_FILES = ("places.csv", "waiting.csv", "entry_ages.csv", "extended_care.csv")


def write_scarce(folder: Path, changes: Mapping[str, Content] | None = None) -> Path:
    """Write the folder, with some files replaced or (None) left out."""
    return write_folder(folder, {**SCARCE, **(changes or {})})


def changed_file(file: str, old: str, new: str) -> dict[str, Content]:
    """Return one file with the first ``old`` replaced by ``new``."""
    text = {**FILES, **SCARCE}[file]
    assert old in text, f"{old!r} is not in {file}"
    return {file: text.replace(old, new, 1)}


def line_in(file: str, part: str) -> int:
    """Return the line on which a text first stands in a file."""
    text = {**FILES, **SCARCE}[file]
    return text[: text.index(part)].count("\n") + 1
