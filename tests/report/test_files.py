"""Files: whole or not at all, exact, and tidy."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from jeugdsim.report.files import tidy_tables, write_csv, write_json

from .summaries import CONTRACTS, HAAGLANDEN, WAITING, summary, waited

YEARS = [*map(str, range(2027, 2033)), "total"]


def table(name: str, results: dict[str, Any] | None = None) -> pd.DataFrame:
    header, rows = tidy_tables(results or summary())[name]
    assert all(len(row) == len(header) for row in rows)
    return pd.DataFrame(rows, columns=header)


def test_json_keeps_order_and_every_digit(tmp_path: Path) -> None:
    data = {"z": 0.1 + 0.2, "a": {"Súdwest": None}}
    write_json(tmp_path / "out" / "summary.json", data)
    text = (tmp_path / "out" / "summary.json").read_text(encoding="utf-8")
    assert text == '{\n  "z": 0.30000000000000004,\n  "a": {\n    "Súdwest": null\n  }\n}\n'
    assert json.loads(text) == data


def test_what_is_refused_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "summary.json"
    write_json(path, {"a": 1})
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(path, {"a": math.nan})
    with pytest.raises(TypeError):
        write_json(path, {"a": object()})
    assert json.loads(path.read_text()) == {"a": 1}
    assert list(tmp_path.iterdir()) == [path]


def test_csv_is_exact(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_csv(path, ["name", "value"], [["Den Haag, stad", 0.1 + 0.2], ["Delft", None]])
    assert path.read_bytes() == (b'name,value\n"Den Haag, stad",0.30000000000000004\nDelft,\n')


@pytest.mark.parametrize("row", [["Delft", math.inf], ["Delft", math.nan], ["Delft"]])
def test_csv_refuses_what_is_not_a_number_or_too_short(tmp_path: Path, row: list[Any]) -> None:
    with pytest.raises(ValueError, match="row"):
        write_csv(tmp_path / "a.csv", ["name", "value"], [row])
    assert list(tmp_path.iterdir()) == []


def test_region_table() -> None:
    results = summary()
    region = table("region.csv", results).set_index(["quantity", "period"])
    assert not region.index.duplicated().any()
    assert set(region.index.get_level_values("period")) == set(YEARS)
    assert set(region.index.get_level_values("quantity")) == {
        *("payment", "cost", "budget", "budget_without_target", "overrun", "savings"),
        *("overrun.without_target", "savings.real", "savings.less_care", "savings.lever_cost"),
        *("savings.carried_by_providers", "reference.payment"),
    }
    block = results["region"]["overrun"]["2030"]
    assert region.loc[("overrun", "2030"), "probability"] == block["probability"]
    assert region.loc[("overrun", "2030"), "size"] == block["size"]
    without = block["without_target"]["probability"]
    assert region.loc[("overrun.without_target", "2030"), "probability"] == without
    budget = region.loc[("budget", "2030")]
    assert budget["mean"] == results["region"]["budget"]["2030"]
    assert budget.drop(["mean", "year"]).isna().all()
    assert region.loc[("savings", "2032"), "target"] == 25e6


def test_contracts_table() -> None:
    results = summary()
    contracts = table("contracts.csv", results)
    assert list(contracts["contract"].unique()) == list(CONTRACTS)
    budgets = contracts[contracts["quantity"] == "agreed_budget"]
    assert set(budgets["form"]) == {"task_based"}
    lost = contracts[contracts["quantity"] == "chance_reserve_lost"]
    chance = lost.set_index(["contract", "period"]).loc[("onderwijs", "total"), "probability"]
    assert chance == results["contracts"]["onderwijs"]["chance_reserve_lost"]["total"]


def test_municipalities_table() -> None:
    results = summary()
    bills = table("municipalities.csv", results).set_index(["municipality", "quantity", "period"])
    assert set(bills.index.get_level_values("municipality")) == set(HAAGLANDEN)
    told = results["municipalities"]["Delft"]
    assert bills.loc[("Delft", "contribution", "2029"), "p90"] == (told["contribution"]["2029"]["p90"])
    assert (
        bills.loc[("Delft", "overrun.without_target", "total"), "size"]
        == (told["overrun"]["total"]["without_target"]["size"])
    )


def test_allocation_table_says_which_key_has_no_answer() -> None:
    shares = table("allocation.csv").set_index("key")
    assert shares.loc["actual_use", "not_computable"] == "use is not registered"
    assert shares.loc["rolling_use", "not_computable"].isna().all()
    assert len(shares.loc["rolling_use"]) == len(HAAGLANDEN) * len(YEARS)


def test_waiting_has_a_table_where_there_are_places() -> None:
    results = waited(summary())
    waiting = table("waiting.csv", results).set_index(["care_form", "quantity", "period"])
    assert set(waiting.index.get_level_values("care_form")) == set(WAITING)
    line = results["waiting"]["crisis"]["clients_waiting_at_year_end"]
    assert waiting.loc[("crisis", "clients_waiting_at_year_end", "2032"), "p90"] == line["2032"]["p90"]
    assert ("crisis", "clients_waiting_at_year_end", "total") not in waiting.index
    assert not {"waiting.csv", "ages.csv"} & set(tidy_tables(summary()))


@pytest.mark.parametrize("name", ["region", "contracts", "municipalities", "allocation"])
def test_pandas_reads_the_year_as_a_number(tmp_path: Path, name: str) -> None:
    header, rows = tidy_tables(summary())[f"{name}.csv"]
    assert header.index("period") == header.index("year") - 1
    write_csv(tmp_path / "table.csv", header, rows)
    read = pd.read_csv(tmp_path / "table.csv")
    assert pd.api.types.is_numeric_dtype(read["year"])
    totals = read["period"] == "total"
    assert read.loc[totals, "year"].isna().all()
    years = read[read["period"].notna() & ~totals]
    assert list(years["year"].astype(int).astype(str)) == list(years["period"])
    assert set(years["period"]) == set(YEARS[:-1])


def test_tables_can_be_written(tmp_path: Path) -> None:
    for name, (header, rows) in tidy_tables(summary()).items():
        write_csv(tmp_path / name, header, rows)
        assert len(pd.read_csv(tmp_path / name)) == len(rows)
