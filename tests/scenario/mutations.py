"""Scenario folders with mistakes in them, as people and programs make them; keyed by a seed.

A mutation works on bytes, lines, cells, columns, keys, values or whole files of a folder in memory. The
same seed makes the same mistakes in the same folder, so that a failure can be made again.
"""

from __future__ import annotations

import csv
import io
import random
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from .terms import ANY_FORM, TERMS

Folder = dict[str, bytes]
Mutation = Callable[[Folder, random.Random], None]

DATA = Path(__file__).resolve().parents[1] / "data"
SCENARIOS = DATA.parents[1] / "scenarios"

CELLS = [
    *("", " ", "0", "-0", "1", "-1", "0.5", "2", "3", "28", "1e-9", "1e6", "1e15", "1e308", "1e400"),
    *("nan", "inf", "-inf", "#N/B", "12%", "1,5", "1.234", "1.234,5", "1 000", "0x10", "1_000", "١"),
    *(
        "2027",
        "2026",
        "2028-01-01",
        "x",
        "é",
        "a.b",
        "a,b",
        'a"b',
        "a\nb",
        "\u00a0",
        "=1+1",
        "S1",
        "A1",
    ),
    *("etmaal", "traject", "fixed", "lognormal", "gamma", "weibull", "exponential", "empirical:x.csv"),
    *("true", "waar", "nee", "17", "18", "21", "pleegzorg"),
    *("verblijf", "crisis", "Aldorp", "Delft", "Den Haag", "assumption", "measured"),
]
VALUES = [
    *("0", "-1", "1", "2", "0.5", "-0.5", "1.5", "1e6", "1e15", "1e308", "nan", "inf", "1e999", "true"),
    *('"x"', '""', '"history"', '"pxq"', '"task_based"', '"availability"', '"move"', '"stay_days"'),
    *('"units_per_day"', '"inflow"', '"tariff"', '"step"', '"back"', '"all"', '"inhabitants"', '"A1"'),
    *('"extended_share"', "[1e3, 2e4]", "[2, 1]"),
    *("[]", "{}", "[1]", '["x"]', "[{}]", "{x = 1}", "{mean = 1}", "{mean = 0.1, sd = 0.1}"),
    *("{mean = 1, cv = 0.5}", "{p10 = -0.5, p50 = 0, p90 = 0.9}", "{low = -1, mode = 0, high = 1}"),
    *("{2028 = 0.5}", "{2027 = 1, 2029 = 0}", "{per_youth = 100}", "2027-01-01", "2028-12-31", "2027"),
    *("[{above = 0, payer_share = 1}]", "[{below = 0.1, payer_share = 0.5}]", "12%", "1,5", "2_000"),
]
MARKS = [
    *("=", "[", "]", "[[", "]]", "{", "}", '"', "'", '"""', ",", ";", ".", "\t", "\n", "\r", "\0", "#"),
    *(
        "\ufeff",
        "é",
        "\u2028",
        "\u00a0",
        "[levers]\n",
        "[[levers]]\n",
        'extends = "."\n',
        "remove = []\n",
    ),
]
_AGES = ((3, 0.25), (12, 0.25), (17, 0.5))
_LONGER = b"""[[levers]]
name = "langer pleegzorg"
affects = "extended_share"
care_forms = ["pleegzorg"]
effect = {mean = 0.1, sd = 0.05}
starts = 2028-01-01

"""
_PER_HEAD = """form = "task_based"
use_registered = true
loss_bands = []
budget = {per_youth = {"0-3" = 90.0, "4-17" = 110.0}}
"""
FACTORS = (0.0, -1.0, 0.1, 0.5, 0.999, 1.001, 2.0, 10.0, 100.0, 1e3, 1e6)
_NUMBER = re.compile(rb"(?<![\w.])-?[0-9]+(?:\.[0-9]+)?(?:e-?[0-9]+)?(?![\w.])")
_KEY = re.compile(rb"[A-Za-z_]{3,}(?= *=)")
_VALUE = re.compile(rb"(?<== )[^\n#]+")


def folder_of(path: Path) -> Folder:
    """Return the files of a scenario folder that are read."""
    files = sorted([path / "scenario.toml", *path.glob("*.csv")])
    return {file.name: file.read_bytes() for file in files}


def rich_folder() -> Folder:
    """Return tests/data/small with every optional file, and options of every form."""
    folder = folder_of(DATA / "small")
    months = "".join(f"crisis,{month},{0.5 + (month > 6)},A1,\n" for month in range(1, 13))
    folder["season.csv"] = f"care_form,month,factor,source,note\n{months}".encode()
    years = "".join(
        f"{town},{year},{1e6 + year},A1,\n"
        for town in ("Aldorp", "Berkstad", "Cedum")
        for year in (2023, 2024)
    )
    folder["accounts.csv"] = f"municipality,year,euros,source,note\n{years}".encode()
    heads = "".join(
        f"{town},{year},{ages},900,A1,\n"
        for town in ("Aldorp", "Berkstad", "Cedum")
        for year in (2027, 2028, 2029)
        for ages in ("0-3", "4-17")
    )
    folder["youth_ages.csv"] = f"municipality,year,ages,youth,source,note\n{heads}".encode()
    toml = folder["scenario.toml"]
    folder["scenario.toml"] = toml.replace(b"[sources]", _options() + b"[sources]\noptions = 'A1'")
    folder["korte stays.csv"] = b"days,survival,source\n10,0.8,A1\n60,0.3,A1\n200,0,A1\n"
    stay = b"exponential,150,,,,A1,"
    assert stay in folder["care_forms.csv"]
    forms = folder["care_forms.csv"].replace(stay, b"empirical:korte stays.csv,,,,,A1,")
    return {**folder, "care_forms.csv": forms, **_scarce(folder, forms)}


def _options() -> bytes:
    """Return options for a contract: of every form with every term, and a budget per head by age."""
    options = {form: f'form = "{form}"\n{ANY_FORM}{TERMS[form]}' for form in TERMS}
    options["per hoofd"] = _PER_HEAD
    tables = (f'[options.verblijf."{name}"]\n{terms}\n' for name, terms in options.items())
    return "".join(tables).encode()


def _scarce(folder: Folder, forms: bytes) -> Folder:
    """Return the files of a folder in which children have ages, and wait for two forms of care."""
    names = ("pleegzorg", "crisis", "dagbehandeling", "diagnostiek", "ambulante begeleiding")
    ages = "".join(f"{name},{age},{share},A1,\n" for name in names for age, share in _AGES)
    edits = (
        ("care_forms.csv", b"fixed,28,,,,A1", b"fixed,28,,,2,A1"),
        ("demand.csv", b",source,note", b",waiting_at_start,priority,source,note"),
        ("demand.csv", b",A1,", b",,,A1,"),
        ("demand.csv", b"pleegzorg,9,2,,,,,A1", b"pleegzorg,9,2,,,4,2,A1"),
        ("moves.csv", b",source,note", b",holds_place,priority,source,note"),
        ("moves.csv", b",A1,", b",nee,,A1,"),
        ("moves.csv", b"0.42,nee,,A1", b"0.42,true,1,A1"),
        ("scenario.toml", b"cost_ratio = 1.01", b"cost_ratio = 1.01\nchild_retentions = [1e3, 5e3]"),
        ("scenario.toml", b"[allocation]", _LONGER + b"[allocation]"),
    )
    files = {**folder, "care_forms.csv": forms}
    for name, old, new in edits:
        assert old in files[name]
        files[name] = files[name].replace(old, new)
    return files | {
        "places.csv": b"care_form,contract,year,places,source,note\n"
        b"pleegzorg,verblijf,2027,26,A1,\npleegzorg,verblijf,2028,20,A1,\n",
        "waiting.csv": b"care_form,bridging_care_form,reneging_per_year,reneging_per_year_cv,"
        b"escalation_per_year,escalation_care_form,admitted_within_days,source,note\n"
        b"crisis,ambulante begeleiding,6,0.3,1,pleegzorg,1,A1,\npleegzorg,,0.5,,,,,A1,\n",
        "entry_ages.csv": f"care_form,age,share,source,note\n{ages}".encode(),
        "extended_care.csv": b"care_form,share,share_cv,until_age,source,note\n"
        b"pleegzorg,0.5,0.1,21,A1,\n",
    }


def mutated(folder: Mapping[str, bytes], seed: int) -> Folder:
    """Return a folder with one to three mistakes."""
    rng = random.Random(seed)
    files = dict(folder)
    for _ in range(rng.choices((1, 2, 3), (6, 3, 1))[0]):
        rng.choice(MUTATIONS)(files, rng)
    return files


def write(folder: Mapping[str, bytes], path: Path) -> Path:
    """Write a folder."""
    path.mkdir(parents=True)
    for name, content in folder.items():
        (path / name).write_bytes(content)
    return path


def _some_file(files: Folder, rng: random.Random, end: str = "") -> str | None:
    names = sorted(name for name in files if name.endswith(end) and files[name])
    return rng.choice(names) if names else None


def _bytes(files: Folder, rng: random.Random) -> None:
    """Change, insert, delete or cut off some bytes."""
    name = _some_file(files, rng)
    if name is None:
        return
    content = files[name]
    at, length = rng.randrange(len(content)), rng.choice((0, 0, 1, 1, 2, 8, 200))
    new = rng.choice((b"", rng.randbytes(1), rng.choice(MARKS).encode()))
    files[name] = rng.choice((content[:at] + new + content[at + length :], content[:at]))


def _lines(files: Folder, rng: random.Random) -> None:
    """Delete, repeat, swap or merge lines, or end them otherwise."""
    name = _some_file(files, rng)
    if name is None:
        return
    lines = files[name].split(b"\n")
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    how = rng.randrange(5)
    if how == 0:
        del lines[one]
    elif how == 1:
        lines.insert(other, lines[one])
    elif how == 2:
        lines[one], lines[other] = lines[other], lines[one]
    elif how == 3 and one + 1 < len(lines):
        lines[one : one + 2] = [lines[one] + lines[one + 1]]
    files[name] = (b"\r\n" if how == 4 else b"\n").join(lines)


def _table(files: Folder, rng: random.Random) -> tuple[str, list[list[str]]] | None:
    """Return some CSV file that can be read as one, with its rows."""
    name = _some_file(files, rng, ".csv")
    if name is None:
        return None
    try:
        rows = list(csv.reader(io.StringIO(files[name].decode(), newline="")))
    except (UnicodeDecodeError, csv.Error):
        return None
    return (name, rows) if rows and rows[0] else None


def _as_csv(rows: list[list[str]], separator: str = ",") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _cells(files: Folder, rng: random.Random) -> None:
    """Put something else in a cell, swap two cells, or let a row have a cell more or less."""
    table = _table(files, rng)
    if table is None:
        return
    name, rows = table
    row = rng.choice(rows)
    if not row:
        return
    at, how = rng.randrange(len(row)), rng.randrange(6)
    if how < 3:
        row[at] = rng.choice(CELLS)
    elif how == 3:
        other = rng.choice([other for other in rows if other])
        there = rng.randrange(len(other))
        row[at], other[there] = other[there], row[at]
    elif how == 4:
        row.insert(at, rng.choice(CELLS))
    else:
        del row[at]
    files[name] = _as_csv(rows)


def _columns(files: Folder, rng: random.Random) -> None:
    """Delete, repeat, rename, empty, swap or add a column, or write the file with semicolons."""
    table = _table(files, rng)
    if table is None:
        return
    name, rows = table
    header = rows[0]
    at, other, how = rng.randrange(len(header)), rng.randrange(len(header)), rng.randrange(7)
    whole = [row for row in rows if len(row) == len(header)]
    cells = [rng.choice(CELLS) for _ in whole]
    for number, row in enumerate(whole):
        if how == 0:
            del row[at]
        elif how == 1:
            row.insert(other, row[at])
        elif how == 2 and number == 0:
            row[at] = rng.choice((row[at].upper(), row[at][:-1], f"{row[at]}_cv", row[other], ""))
        elif how == 3 and number:
            row[at] = ""
        elif how == 4:
            row[at], row[other] = row[other], row[at]
        elif how == 5:
            row.append(f"{header[at]}_cv" if number == 0 else cells[number])
    files[name] = _as_csv(rows, ";" if how == 6 else ",")


def _keys(files: Folder, rng: random.Random) -> None:
    """Misspell a key of scenario.toml, or take it out with its line."""
    found = list(_KEY.finditer(files.get("scenario.toml", b"")))
    if not found:
        return
    toml, key = files["scenario.toml"], rng.choice(found)
    word = bytearray(key.group())
    at = rng.randrange(len(word))
    how = rng.randrange(4)
    if how == 0:
        del word[at]
    elif how == 1:
        word.insert(at, word[at])
    elif how == 2:
        word[:] = rng.choice(found).group()
    else:
        word[:] = b"#" + word
    files["scenario.toml"] = toml[: key.start()] + bytes(word) + toml[key.end() :]


def _values(files: Folder, rng: random.Random) -> None:
    """Give a key of scenario.toml another value."""
    found = list(_VALUE.finditer(files.get("scenario.toml", b"")))
    if not found:
        return
    toml, value = files["scenario.toml"], rng.choice(found)
    new = rng.choice((rng.choice(VALUES).encode(), rng.choice(found).group()))
    files["scenario.toml"] = toml[: value.start()] + new + toml[value.end() :]


def _numbers(files: Folder, rng: random.Random) -> None:
    """Make a number anywhere larger, smaller, zero or negative."""
    name = _some_file(files, rng)
    found = list(_NUMBER.finditer(files[name])) if name else []
    if not found:
        return
    number = rng.choice(found)
    new = f"{float(number.group()) * rng.choice(FACTORS):.6g}".encode()
    files[name] = files[name][: number.start()] + new + files[name][number.end() :]


def _files(files: Folder, rng: random.Random) -> None:
    """Delete, rename, copy, empty or swap whole files."""
    one, other = _some_file(files, rng), _some_file(files, rng)
    if one is None or other is None:
        return
    how = rng.randrange(6)
    if how == 0:
        del files[one]
    elif how == 1:
        files[rng.choice((one.upper(), f"copy of {one}", f"{one}.txt", "x.csv"))] = files.pop(one)
    elif how == 2:
        optional = ("budget.csv", "season.csv", "accounts.csv", "places.csv", "entry_ages.csv")
        files[rng.choice((f"copy of {one}", *optional))] = files[one]
    elif how == 3:
        files[one] = b""
    elif how == 4:
        files[one], files[other] = files[other], files[one]
    else:
        files[one] += files[other]


def _encoding(files: Folder, rng: random.Random) -> None:
    """Write a file in another encoding, with a name that has an accent."""
    name = _some_file(files, rng)
    if name is None:
        return
    text = files[name].decode("utf-8", "replace").replace("Aldorp", "Aldörp")
    encoding = rng.choice(("utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"))
    files[name] = text.encode(encoding, "replace")


MUTATIONS: tuple[Mutation, ...] = (
    *(_bytes, _lines, _cells, _cells, _columns, _keys, _values, _values, _numbers, _numbers),
    *(_files, _encoding),
)
