"""What is wrong with a scenario, in words for people: where, what, what is allowed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

_PERCENT = re.compile(r"([+-]?[0-9]{1,15}(?:[.,][0-9]{1,15})?) *%")
_ENGLISH = {
    "taakgericht": ("task_based",),
    "inspanningsgericht": ("pxq",),
    "p x q": ("pxq",),
    "p*q": ("pxq",),
    "pxq": ("pxq",),
    "inwoners": ("inhabitants",),
    "jeugd": ("youth_population", "youth"),
    "werkelijk gebruik": ("actual_use",),
    "instroom": ("inflow", "inflow_per_1000_youth"),
    "verblijfsduur": ("stay_days", "stay_mean_days"),
    "tarief": ("tariff",),
    "verplaatsing": ("move",),
    "doorstroom": ("move",),
    "aanname": ("assumption",),
    "gemeten": ("measured",),
    "afgeleid": ("derived",),
}


@dataclass(frozen=True)
class Finding:
    """One remark about a scenario.

    Attributes
    ----------
    file : str
        The file as the user wrote its path.
    line : int
        Line in that file, counted from 1; 0 where the remark is about the file as a whole.
    message : str
        What is wrong, what is allowed, what was probably meant.
    severity : {"error", "warning"}
        An error refuses the scenario; a warning is shown and the scenario runs.
    """

    file: str
    line: int
    message: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        mark = "" if self.severity == "error" else "warning: "
        return f"{place}: {mark}{self.message.removeprefix(f'{place}: ')}"


class ScenarioError(ValueError):
    """A scenario that can't be run, with every finding at once.

    Attributes
    ----------
    findings : tuple of Finding
        All errors (and the warnings found on the way), in order of file and line.
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[tuple[Finding, ...]]]:
        """Travel between processes by the findings, not by their text."""
        return type(self), (self.findings,)


def nearest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Return ``' (did you mean "X"?)'`` for the nearest known name, or an empty string.

    A Dutch word means its English key; otherwise spelling decides.
    """
    known = list(known)
    words = _ENGLISH.get(" ".join(name.lower().replace("_", " ").split()), ())
    close = [word for word in words if word in known]
    close = close or difflib.get_close_matches(name, known, n=1, cutoff=cutoff)
    return f" (did you mean {shown(close[0], most=200)}?)" if close else ""


def meant(name: str, known: Iterable[str]) -> str:
    """Return the nearest known name as ``nearest`` does, or else all known names."""
    known = list(known)
    return nearest(name, known) or (f" (known are {listed(known)})" if known else "")


def listed(names: Iterable[str], most: int = 12) -> str:
    """Return names as a comma list, cut after ``most`` of them."""
    everything = sorted(names)
    shown = ", ".join(everything[:most])
    return shown if len(everything) <= most else f"{shown}, ... ({len(everything)} in all)"


def as_fraction(text: str) -> str | None:
    """Return the fraction to write for a percentage, None where a text is none.

    Examples
    --------
    >>> as_fraction("-2,5 %")
    '-0.025'
    """
    found = _PERCENT.fullmatch(text.strip())
    if found is None:
        return None
    return f"{(Decimal(found.group(1).replace(',', '.')) / 100).normalize():f}"


def _visible(character: str) -> str:
    """Return a character that can't be seen (a line break, a no-break space) as its escape."""
    return character if character.isprintable() else ascii(character)[1:-1]


def shown(value: Any, most: int = 60) -> str:
    """Return a value as a user would write it, cut after ``most`` characters."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) > 10**20:
        return "a number of more than 20 digits"
    if isinstance(value, dict):
        text = "{" + ", ".join(f"{key} = {shown(part)}" for key, part in value.items()) + "}"
    elif isinstance(value, list | tuple):
        text = "[" + ", ".join(shown(part) for part in value[:most]) + "]"
    elif isinstance(value, str):
        text = '"' + "".join(_visible(character) for character in value[: most + 1]) + '"'
    elif isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        text = str(int(value))
    else:
        text = str(value)
    return text if len(text) <= most else text[: most - 3] + "..."
