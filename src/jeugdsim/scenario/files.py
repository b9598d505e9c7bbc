"""Open a text file safely: size, kind and encoding are looked at before anything is read."""

from __future__ import annotations

import re
import stat
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from jeugdsim.scenario.findings import Finding, shown

MOST_BYTES = 50_000_000
_LINE_END = re.compile(rb"\r\n|\r|\n")
_WORD_BREAK = re.compile(rb"[\x00-\x20,;\"]")
_WORKBOOK = re.compile(rb"PK[\x01-\x08]|\xd0\xcf\x11\xe0")


@dataclass(frozen=True)
class Place:
    """Where something stands: a file as the user wrote its path, and a line (0: the whole file)."""

    file: str
    line: int = 0

    def error(self, message: str) -> Finding:
        """Return an error at this place."""
        return Finding(self.file, self.line, message)

    def warning(self, message: str) -> Finding:
        """Return a warning at this place."""
        return Finding(self.file, self.line, message, "warning")


def exists(path: Path) -> bool:
    """Tell whether something stands at a path, of whatever kind."""
    try:
        path.lstat()
    except (OSError, ValueError):
        return False
    return True


def is_folder(path: Path) -> bool:
    """Tell whether a path is a folder; an impossible path is none."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def read_text(path: Path, shown_as: str, findings: list[Finding]) -> str | None:
    """Read a UTF-8 file, with or without byte-order mark; None and a finding where that fails."""
    place = Place(shown_as)
    try:
        status = path.stat()
        problem = _kind_problem(status.st_mode, status.st_size)
        if problem:
            findings.append(place.error(problem))
            return None
        data = path.read_bytes()
    except FileNotFoundError:
        findings.append(place.error("this file is missing"))
        return None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        findings.append(place.error(f"this file can't be read: {reason}"))
        return None
    return _decoded(data, shown_as, findings)


def _kind_problem(mode: int, size: int) -> str | None:
    if stat.S_ISDIR(mode):
        return "this is a folder, but a file is asked"
    if not stat.S_ISREG(mode):
        return "this is not an ordinary file"
    if size > MOST_BYTES:
        return (
            f"this file has {size / 1e6:.0f} MB; at most {MOST_BYTES / 1e6:.0f} MB is read. "
            "A scenario holds totals per municipality, not client records"
        )
    if size == 0:
        return "this file is empty"
    return None


def _decoded(data: bytes, shown_as: str, findings: list[Finding]) -> str | None:
    if _WORKBOOK.match(data):
        message = 'this is an Excel workbook: open it in Excel and save it as "CSV UTF-8"'
        findings.append(Place(shown_as).error(message))
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        findings.append(
            Place(shown_as, _line_of(data, error.start)).error(
                f"this file is not UTF-8 text{_around(data, error.start)}: save it as UTF-8 "
                '(in Excel: "CSV UTF-8", in a text editor: encoding UTF-8)'
            )
        )
        return None
    if b"\0" in data:
        findings.append(
            Place(shown_as, _line_of(data, data.index(b"\0"))).error(
                "this file holds NUL bytes: it is not a text file in UTF-8"
            )
        )
        return None
    return text


def composed(text: str) -> str:
    """Return a text in which a letter with an accent is one character, however it was typed.

    So a name is the same name in every file.

    Examples
    --------
    >>> len("Su\u0301dwest"), len(composed("Su\u0301dwest"))
    (8, 7)
    """
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _line_of(data: bytes, position: int) -> int:
    """Return the line of a byte; lines end as on Windows, Unix or an old Mac."""
    return len(_LINE_END.findall(data, 0, position)) + 1


def _around(data: bytes, position: int) -> str:
    """Show the word that can't be read, as it was probably meant: Excel saves in Windows-1252."""
    before, after = data[max(position - 30, 0) : position], data[position : position + 30]
    word = _WORD_BREAK.split(before)[-1] + _WORD_BREAK.split(after)[0]
    meant = word.decode("cp1252", "replace")
    return f" ({shown(meant)} on this line)" if meant.isprintable() else ""
