"""Companion columns: any number of cells of care_forms, demand and moves may be uncertain."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats

import jeugdsim as js
from jeugdsim.scenario import Scenario, load_scenario, write_scenario
from jeugdsim.scenario.numbers import Lognormal, Percentiles
from jeugdsim.scenario.rows import COMPANIONS
from jeugdsim.world.assumptions import uncertain_assumptions

from .folders import FILES, TOML, assert_told, findings_of, write_folder

# What the public design says: any numeric column of these files, but for spreads, ranks and norms.
NUMBERS = {
    "care_forms": ("tariff", "units_per_day", "stay_mean_days", "places"),
    "demand": ("clients_at_start", "inflow_per_1000_youth", "waiting_at_start"),
    "moves": ("probability",),
    "waiting": ("reneging_per_year", "escalation_per_year"),
    "extended_care": ("share",),
}
COLUMNS = [(table, column) for table, columns in NUMBERS.items() for column in columns]
# Every cell of these columns that may hold a number has one; no companions yet.
FULL = {
    "care_forms": """\
care_form,segment,unit,tariff,units_per_day,units_cv,stay_distribution,stay_mean_days,stay_sd_days,places,source
pleegzorg,verblijf,etmaal,60,1,0,lognormal,300,260,80,A1
crisis,verblijf,etmaal,300,1,,fixed,28,,20,A1
begeleiding,veelvoorkomend,uur,100,0.15,0.5,exponential,150,,700,A1
""",
    "demand": """\
municipality,care_form,clients_at_start,inflow_per_1000_youth,waiting_at_start,source
Delft,pleegzorg,40,2.5,4,S1
Delft,crisis,12,1.5,1,S1
Delft,begeleiding,250,20,10,S1
Rijswijk,pleegzorg,30,2.0,6,S1
Rijswijk,crisis,8,1.25,0.5,S1
Rijswijk,begeleiding,300.5,22,20,S1
""",
    "moves": """\
from_care_form,to_care_form,probability,source
crisis,pleegzorg,0.3,A1
crisis,begeleiding,0.4,A1
pleegzorg,begeleiding,0.2,A1
""",
    "waiting": """\
care_form,reneging_per_year,escalation_per_year,escalation_care_form,source
pleegzorg,0.5,0.25,crisis,A1
crisis,12,1,pleegzorg,A1
begeleiding,1.5,0.1,pleegzorg,A1
""",
    "entry_ages": "care_form,age,share,source\npleegzorg,9,1,A1\ncrisis,16,1,A1\nbegeleiding,17,1,A1\n",
    "extended_care": """\
care_form,share,until_age,source
pleegzorg,0.6,21,A1
crisis,0.1,19,A1
begeleiding,0.25,18.5,A1
""",
}
Cells = Callable[[int, float], dict[str, str]]


def with_companions(table: str, companions: dict[str, Cells]) -> str:
    """Return a file of ``FULL`` with companion cells, made from the row's number and its value."""
    header, *rows = (line.split(",") for line in FULL[table].splitlines())
    ends: dict[str, None] = {}
    for column, cells in companions.items():
        ends |= {f"{column}_{end}": None for end in cells(0, 1.0)}
    lines = [",".join([*header, *ends])]
    for number, row in enumerate(rows):
        made = {
            f"{column}_{end}": cell
            for column, cells in companions.items()
            for end, cell in cells(number, float(row[header.index(column)])).items()
        }
        lines.append(",".join([*row, *(made[name] for name in ends)]))
    return "\n".join(lines)


def read(path: Path, files: dict[str, str]) -> Scenario:
    texts = {f"{name}.csv": text for name, text in {**FULL, **files}.items()}
    return load_scenario(write_folder(path, dict(texts)))


def cells_of(scenario: Scenario) -> Iterator[tuple[str, str, Any]]:
    for table, column in COLUMNS:
        for row in getattr(scenario, table):
            yield table, column, getattr(row, column)


def spread(_: int, value: float) -> dict[str, str]:
    return {"cv": "0.05"}


def quantiles(_: int, value: float) -> dict[str, str]:
    return {"p10": f"{0.9 * value:.10g}", "p90": f"{1.2 * value:.10g}"}


def in_turn(number: int, value: float) -> dict[str, str]:
    """Rows in turn: a cv, percentiles, certain."""
    empty = {"cv": "", "p10": "", "p90": ""}
    return empty | [spread, quantiles, lambda *_: {}][number % 3](number, value)


def test_every_column_that_may_be_uncertain_is_known() -> None:
    assert dict(COMPANIONS) == NUMBERS


@pytest.mark.parametrize(("table", "column"), COLUMNS)
@pytest.mark.parametrize(("cells", "family"), [(spread, Lognormal), (quantiles, Percentiles)])
def test_each_column_takes_companions(
    tmp_path: Path, table: str, column: str, cells: Cells, family: type
) -> None:
    scenario = read(tmp_path, {table: with_companions(table, {column: cells})})
    for there, name, number in cells_of(scenario):
        assert isinstance(number, family if (there, name) == (table, column) else float)
    row = getattr(scenario, table)[0]
    certain = getattr(getattr(read(tmp_path, {table: FULL[table]}), table)[0], column)
    assert getattr(row, column).centre == certain


@pytest.mark.parametrize(("cells", "family"), [(spread, Lognormal), (quantiles, Percentiles)])
def test_all_columns_of_all_files_at_once(tmp_path: Path, cells: Cells, family: type) -> None:
    files = {
        table: with_companions(table, dict.fromkeys(columns, cells))
        for table, columns in NUMBERS.items()
    }
    scenario = read(tmp_path / "a", files)
    found = list(cells_of(scenario))
    assert len(found) == 3 * 4 + 6 * 3 + 3 + 3 * 2 + 3
    assert all(isinstance(number, family) for _, _, number in found)
    write_scenario(scenario, tmp_path / "b")
    assert load_scenario(tmp_path / "b") == scenario


def test_rows_differ_and_both_kinds_stand_in_one_file(tmp_path: Path) -> None:
    """Row by row a cv, percentiles or nothing, in all columns of all files."""
    files = {
        table: with_companions(table, dict.fromkeys(columns, in_turn))
        for table, columns in NUMBERS.items()
    }
    scenario = read(tmp_path / "a", files)
    forms = {row.care_form: row for row in scenario.care_forms}
    assert forms["pleegzorg"].tariff == Lognormal(mean=60, cv=0.05)
    assert forms["crisis"].tariff == Percentiles(p10=270, p50=300, p90=360)
    assert forms["begeleiding"].tariff == 100.0
    assert forms["crisis"].places == Percentiles(p10=18, p50=20, p90=24)
    assert scenario.extended_care[2].share == Lognormal(mean=0.6, cv=0.05)
    demand = {(row.municipality, row.care_form): row for row in scenario.demand}
    assert demand["Delft", "crisis"].clients_at_start == Percentiles(p10=10.8, p50=12, p90=14.4)
    assert demand["Rijswijk", "pleegzorg"].inflow_per_1000_youth == Lognormal(mean=2, cv=0.05)
    assert demand["Rijswijk", "begeleiding"].inflow_per_1000_youth == 22.0
    kinds = [type(number) for _, _, number in cells_of(scenario)]
    assert {kinds.count(kind) for kind in (Lognormal, Percentiles, float)} == {14}
    write_scenario(scenario, tmp_path / "b")
    again = load_scenario(tmp_path / "b")
    assert again == scenario
    assert again.hash == scenario.hash


def test_empty_companion_columns_change_nothing(tmp_path: Path) -> None:
    def nothing(*_: Any) -> dict[str, str]:
        return {"cv": "", "p10": " ", "p90": ""}

    files = {
        table: with_companions(table, dict.fromkeys(columns, nothing))
        for table, columns in NUMBERS.items()
    }
    assert read(tmp_path / "a", files).hash == read(tmp_path / "b", {}).hash


def test_all_of_them_are_drawn_each_from_its_own_distribution(tmp_path: Path) -> None:
    """All 28 uncertain cells: in 250 draws one value in each of the 250 strata of its family."""
    files = {
        table: with_companions(table, dict.fromkeys(columns, in_turn))
        for table, columns in NUMBERS.items()
    }
    scenario = read(tmp_path, files)
    volumes = js.simulate(scenario, draws=250, seed=2, progress=False)
    uncertain = {one.path: one.number for one in uncertain_assumptions(scenario)}
    cells = {path for path in uncertain if path.split(".")[0] in NUMBERS}
    assert len(cells) == 28
    for path in cells:
        drawn, number = volumes.parameters.sel(parameter=path).to_numpy(), uncertain[path]
        if isinstance(number, Lognormal):
            s = np.sqrt(np.log1p(number.cv**2))
            u = stats.norm.cdf((np.log(drawn / number.mean) + s**2 / 2) / s)
        else:
            assert isinstance(number, Percentiles)
            up, down = number.p90 - number.p50, number.p50 - number.p10
            step = np.where(drawn < number.p50, down, up)
            u = stats.norm.cdf((drawn - number.p50) / step * 1.281552)
        assert sorted(np.floor(u * 250).astype(int)) == list(range(250)), path


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.data())
def test_any_choice_of_cells_reads_back_as_written(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    kinds = st.sampled_from((spread, quantiles, lambda *_: {}))
    path = tmp_path_factory.mktemp("cells")

    def any_of(number: int, value: float) -> dict[str, str]:
        return {"cv": "", "p10": "", "p90": ""} | data.draw(kinds)(number, value)

    files = {
        table: with_companions(
            table, dict.fromkeys(data.draw(st.sets(st.sampled_from(columns))), any_of)
        )
        for table, columns in NUMBERS.items()
    }
    scenario = read(path / "a", files)
    write_scenario(scenario, path / "b")
    assert load_scenario(path / "b") == scenario


WRONG = [
    # companion cells of inflow_per_1000_youth in row 2 of demand.csv (its value is 1.5), words
    ({"cv": "0.1", "p10": "1", "p90": "2"}, ("either", "_cv", "_p10 and", "_p90")),
    ({"cv": "0.1", "p10": "1", "p90": ""}, ("either",)),
    ({"cv": "", "p10": "1", "p90": ""}, ("either",)),
    ({"cv": "", "p10": "", "p90": "2"}, ("either",)),
    ({"cv": "", "p10": "1.6", "p90": "2"}, ("p10 <= p50 <= p90", "1.6, 1.5, 2")),
    ({"cv": "", "p10": "1", "p90": "1.4"}, ("p10 <= p50 <= p90", "1.0, 1.5, 1.4")),
    ({"cv": "-0.1", "p10": "", "p90": ""}, ("cv >= 0",)),
    ({"cv": "10%", "p10": "", "p90": ""}, ("inflow_per_1000_youth_cv", "write the fraction 0.1")),
    ({"cv": "nan", "p10": "", "p90": ""}, ("inflow_per_1000_youth_cv", "finite")),
    ({"cv": "", "p10": "a", "p90": "2"}, ("inflow_per_1000_youth_p10", "not a number")),
]


@pytest.mark.parametrize(("cells", "words"), WRONG, ids=[str(case[0]) for case in WRONG])
@pytest.mark.parametrize("more", [{}, {"clients_at_start": in_turn}], ids=["alone", "among others"])
def test_wrong_companion_cells_are_told_at_their_row(
    tmp_path: Path, cells: dict[str, str], words: tuple[str, ...], more: dict[str, Cells]
) -> None:
    def second_row(number: int, value: float) -> dict[str, str]:
        return cells if number == 1 else {"cv": "", "p10": "", "p90": ""}

    text = with_companions("demand", {"inflow_per_1000_youth": second_row, **more})
    files = {"demand.csv": text, "care_forms.csv": FULL["care_forms"], "moves.csv": FULL["moves"]}
    findings = findings_of(write_folder(tmp_path, dict(files)))
    assert_told(findings, "demand.csv", 3, "inflow_per_1000_youth", *words)
    assert len(findings) == 1


@pytest.mark.parametrize(("table", "column"), COLUMNS)
@pytest.mark.parametrize(("there", "missing"), [("p90", "p10"), ("p10", "p90")])
def test_one_percentile_without_the_other_is_refused(
    tmp_path: Path, table: str, column: str, there: str, missing: str
) -> None:
    text = with_companions(table, {column: lambda _, value: {there: f"{value}"}})
    findings = findings_of(write_folder(tmp_path, {f"{table}.csv": text}))
    assert_told(findings, f"{table}.csv", 1, f"{column}_{there}", f"{column}_{missing}", "missing")


@pytest.mark.parametrize(
    ("table", "column"),
    [("care_forms", name) for name in ("stay_sd_days", "units_cv")]
    + [("population", "youth"), ("demand", "source"), ("demand", "priority"), ("moves", "holds_place")],
)
@pytest.mark.parametrize("end", ["cv", "p10"])
def test_what_takes_no_companions(tmp_path: Path, table: str, column: str, end: str) -> None:
    header, *rows = FILES[f"{table}.csv"].splitlines()
    text = "\n".join([f"{header},{column}_{end}", *(f"{row}," for row in rows)])
    findings = findings_of(write_folder(tmp_path, {f"{table}.csv": text}))
    assert_told(findings, f"{table}.csv", 1, f'unknown column "{column}_{end}"')


def test_an_empty_cell_takes_no_companion(tmp_path: Path) -> None:
    """clients_at_start of a stationary cell, units_per_day of a trajectory."""
    text = with_companions("demand", {"clients_at_start": spread}).replace(
        "Delft,crisis,12", "Delft,crisis,"
    )
    assert_told(
        findings_of(write_folder(tmp_path / "a", {"demand.csv": text})), "demand.csv", 3, "empty"
    )
    text = with_companions("care_forms", {"units_per_day": spread})
    text = text.replace("etmaal,300,1,,", "traject,300,,,")
    findings = findings_of(write_folder(tmp_path / "b", {"care_forms.csv": text}))
    assert_told(findings, "care_forms.csv", 3, "empty", "units_per_day_cv")


def test_uncertain_cells_may_be_correlated_whatever_file_they_stand_in(tmp_path: Path) -> None:
    tables = {
        table: with_companions(table, dict.fromkeys(columns, spread))
        for table, columns in NUMBERS.items()
    }
    pairs = {
        "care_forms.crisis.tariff, moves.crisis.pleegzorg.probability": 0.5,
        "demand.Delft.crisis.clients_at_start, demand.Rijswijk.crisis.inflow_per_1000_youth": -0.5,
    }
    lines = "".join(f'"{pair}" = {value}\n' for pair, value in pairs.items())
    files = {f"{name}.csv": text for name, text in {**FULL, **tables}.items()}
    files["scenario.toml"] = f"{TOML}[correlations]\n{lines}"
    scenario = load_scenario(write_folder(tmp_path, dict(files)))
    volumes = js.simulate(scenario, draws=250, seed=2, progress=False)
    for pair, asked in pairs.items():
        values = volumes.parameters.sel(parameter=pair.split(", ")).transpose("draw", ...)
        assert stats.spearmanr(values.to_numpy()).statistic == pytest.approx(asked, abs=5 * 0.0188)
