"""What a picture is asked for: results, a period, a language; a wrong question gets a clear answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from jeugdsim.report.words import check_language, word

TOTAL: Final = "total"
NEEDED: Final = ("scenario", "hash", "draws", "seed", "years", "region")


def check_asked(summary: object, language: str) -> None:
    """Refuse a language the report does not speak and what is not the content of summary.json."""
    check_language(language)
    if not isinstance(summary, Mapping):
        raise TypeError(
            "summary: give the dictionary of summary.json, which outcome.to_dict() returns, "
            f"not {type(summary).__name__}"
        )
    missing = [key for key in NEEDED if key not in summary]
    if missing:
        raise ValueError(
            f"summary: {', '.join(missing)} is not in it; give the whole dictionary of "
            "summary.json, which outcome.to_dict() returns"
        )


def check_part(summary: Mapping[str, Any], part: str, *path: str) -> Any:
    """Return what stands at a path of the summary; refuse a summary without it, by name."""
    found: Any = summary
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    if not found:
        raise ValueError(f"summary: it holds no {part} ({'.'.join(path)}), so there is nothing to draw")
    return found


def moment_of(summary: Mapping[str, Any], year: int | None) -> str:
    """Return the key of a year, or of the total where no year is asked."""
    if year is None:
        return TOTAL
    years = [int(known) for known in summary["years"]]
    if year not in years:
        known = ", ".join(str(known) for known in years)
        raise ValueError(f"year {year!r}: choose from {known}, or leave it out for all years together")
    return str(year)


def period_text(summary: Mapping[str, Any], moment: str, language: str) -> str:
    """Name a year, or all years together, for a title."""
    years = summary["years"]
    if moment != TOTAL or len(years) == 1:
        return str(years[0]) if moment == TOTAL else moment
    return word("figure.all_years", language, first=years[0], last=years[-1])
