"""Read TOML and tell on which line every key stands.

Python's reader gives values without lines, so a small scanner walks over the same text and notes
the line of every key. It runs only on text that Python's reader has accepted.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

from jeugdsim.scenario.files import Place, read_text
from jeugdsim.scenario.findings import Finding, as_fraction

KeyPath: TypeAlias = tuple[str | int, ...]

MOST_LEVELS = 20
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{1,2}(?!"))?'
    r"|'''.*?'''(?:'{1,2}(?!'))?"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"[ \t]*")
_BLANK_LINES = re.compile(r"(?:[ \t\n]+|#[^\n]*)*")
_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def read_toml(
    path: Path, shown_as: str, findings: list[Finding]
) -> tuple[dict[str, Any], dict[KeyPath, int]] | None:
    """Read a TOML file into its values and the line of every key; None where it can't be read."""
    text = read_text(path, shown_as, findings)
    if text is None:
        return None
    text = text.replace("\r\n", "\n")
    if "\n" not in text:
        text = text.replace("\r", "\n")  # as an old Mac ends its lines
    try:
        values = tomllib.loads(text)
    except RecursionError:
        findings.append(Place(shown_as).error("the values in this file are nested too deep"))
        return None
    except ValueError as error:
        findings.append(_syntax_finding(str(error), text, shown_as))
        return None
    lines = key_lines(text)
    if _levels(values) > MOST_LEVELS:
        findings.append(Place(shown_as).error("the tables in this file are nested too deep"))
        return None
    return values, lines


def key_lines(text: str) -> dict[KeyPath, int]:
    r"""Return the line of every key of a correct TOML text; elements of [[tables]] have a number.

    What stands inside an inline table or an array is on the line of its key.

    Examples
    --------
    >>> key_lines('a = 1\n[[b.c]]\n"d e" = {f = 2}\n')
    {('a',): 1, ('b',): 2, ('b', 'c'): 2, ('b', 'c', 0): 2, ('b', 'c', 0, 'd e'): 3}
    """
    return _Scanner(text).scan()


class _Scanner:
    """Walks over the statements of a TOML text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self.lines: dict[KeyPath, int] = {}
        self.elements: dict[KeyPath, int] = {}
        self.table: KeyPath = ()

    def scan(self) -> dict[KeyPath, int]:
        while True:
            self._skip(_BLANK_LINES)
            if self.at >= len(self.text):
                return self.lines
            line = bisect_right(self.starts, self.at)
            if self.text.startswith("[[", self.at):
                self._table(line, brackets=2)
            elif self.text[self.at] == "[":
                self._table(line, brackets=1)
            else:
                self._note(self.table, self._dotted_key(), line)
                self._rest_of_statement()

    def _skip(self, what: re.Pattern[str]) -> None:
        found = what.match(self.text, self.at)
        if found:
            self.at = found.end()

    def _table(self, line: int, brackets: int) -> None:
        self.at += brackets
        keys = self._dotted_key()
        self.at += brackets
        path = (*self._note((), keys[:-1], line), keys[-1])
        self.lines.setdefault(path, line)
        if brackets == 2:
            number = self.elements.get(path, -1) + 1
            self.elements[path] = number
            self.table = (*path, number)
            self.lines[self.table] = line
        else:
            self.table = path
        self._rest_of_statement()

    def _note(self, path: KeyPath, keys: list[str], line: int) -> KeyPath:
        for key in keys:
            path = (*path, key)
            self.lines.setdefault(path, line)
            if path in self.elements:
                path = (*path, self.elements[path])
        return path

    def _dotted_key(self) -> list[str]:
        keys = []
        while True:
            self._skip(_BLANK)
            found = _STRING.match(self.text, self.at) or _BARE.match(self.text, self.at)
            if found is None:
                raise AssertionError(f"no key at character {self.at} of a text tomllib accepted")
            self.at = found.end()
            keys.append(_unquoted(found.group()))
            self._skip(_BLANK)
            if self.text[self.at : self.at + 1] != ".":
                return keys
            self.at += 1

    def _rest_of_statement(self) -> None:
        depth = 0
        while self.at < len(self.text):
            character = self.text[self.at]
            if character in "\"'":
                self._skip(_STRING)
                continue
            if character == "#":
                self.at = self._end_of_line()
                continue
            if character == "\n" and depth == 0:
                return
            depth += (character in "[{") - (character in "]}")
            self.at += 1

    def _end_of_line(self) -> int:
        end = self.text.find("\n", self.at)
        return len(self.text) if end < 0 else end


def _unquoted(key: str) -> str:
    if key[0] not in "\"'":
        return key
    value = tomllib.loads(f"key = {key}")["key"]
    return str(value)


def _levels(values: dict[str, Any]) -> int:
    """Count how deep tables and lists are nested, without recursion; stop past the most."""
    layer: list[Any] = [values]
    levels = 0
    while layer and levels <= MOST_LEVELS:
        levels += 1
        below: list[Any] = []
        for part in layer:
            below.extend(part.values() if isinstance(part, dict) else part)
        layer = [part for part in below if isinstance(part, dict | list)]
    return levels


def _syntax_finding(message: str, text: str, shown_as: str) -> Finding:
    found = _AT.search(message)
    total = text.count("\n") + (not text.endswith("\n"))
    line = int(found.group(1)) if found and found.group(1) else max(total, 1)
    reason = message[: found.start()] if found else message
    if found and not found.group(1):
        reason += "; the file ends before this is closed"
    lines = text.split("\n")
    whole = lines[line - 1].strip() if line <= len(lines) else ""
    quoted = whole[:60]
    hint = _hint(reason, whole)
    return Place(shown_as, line).error(
        f"this is not correct TOML: {reason[:1].lower()}{reason[1:]}. "
        + (f"The line reads: {quoted} " if quoted else "")
        + f"({hint or 'a key is followed by =, text in quotes, numbers have a decimal point'})"
    )


def _hint(reason: str, line: str) -> str:
    """Return in plain words what is wrong with a line, where that can be seen."""
    twice = re.match(r"Cannot declare \((.*)\) twice", reason)
    if twice:
        name = ".".join(re.findall(r"'([^']*)'", twice.group(1)))
        return f"the table [{name}] is there twice: put all its keys under one [{name}]"
    if reason.startswith("Cannot overwrite a value"):
        return "this key has a value already: take one of the two out"
    line = _STRING.sub('""', line).split("#")[0]
    percent = re.search(r"[+-]?[0-9]+([.,][0-9]+)? *%", line)
    fraction = as_fraction(percent.group()) if percent else None
    if percent and fraction:
        return f"for {percent.group()} write the fraction {fraction}"
    comma = re.search(r"= *([+-]?[0-9]+),([0-9]+)(?![0-9]* *=)", line)
    if comma:
        return f"write {comma.group(1)}.{comma.group(2)}, with a decimal point"
    for day in re.findall(r"\b[0-9]+-[0-9]+-[0-9]+\b", line):
        if not _is_date(day):
            return f"{day} is no date: write year-month-day, such as 2027-01-31"
    return ""


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
