"""What the answer of a run says about the key in use and the others, without choosing for anybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from jeugdsim.report import notation
from jeugdsim.report.side import Side
from jeugdsim.report.words import word, word_or_name

IN_USE: Final = "in_use"
MOST: Final = 3
Judged = Mapping[str, Mapping[str, Any]]


def key_notes(side: Side, most: int = MOST) -> str:
    """Tell which key serves which contract, how often it surprises, and how others compare.

    Parameters
    ----------
    side : Side
        The run.
    most : int
        No more sentences than this on what keys do; that on the key in use comes first.
    """
    return " ".join([*_served(side), *_judged(side)[:most]])


def key_label(name: str, language: str) -> str:
    """Name a key: in plain words where it is one of every scenario, else as the scenario calls it."""
    return word_or_name("key", name, language)


def town_mean(key: Mapping[str, Any], criterion: str) -> float | None:
    """Return the mean over municipalities of a criterion that all of them have."""
    values = [town[criterion] for town in key["municipalities"].values()]
    known = [float(value) for value in values if value is not None]
    return sum(known) / len(known) if known else None


def worse_off(key: Mapping[str, Any]) -> int:
    """Count the municipalities that pay more than alone in some year."""
    return sum((town["worse_than_alone"] or 0.0) > 0 for town in key["municipalities"].values())


def _served(side: Side) -> list[str]:
    """Tell the key of every contract where they differ, and who pays own use."""
    used, language = side.find("key"), side.language
    if not used:
        return []
    lines = []
    if isinstance(used, Mapping) and len(set(used.values())) > 1:
        lines.append(word("keys.per_contract", language, names=_by_key(used, language)))
    named = used if isinstance(used, Mapping) else {}
    contracts = side.find("contracts") or {}
    pxq = [name for name, told in contracts.items() if told["form"] == "pxq" and name not in named]
    if pxq and len(pxq) < len(contracts):
        lines.append(word("keys.pxq", language))
    return lines


def _by_key(used: Mapping[str, str], language: str) -> str:
    """Name every key with the contracts it serves."""
    served: dict[str, list[str]] = {}
    for contract, key in used.items():
        served.setdefault(key, []).append(contract)
    return "; ".join(
        f"{key_label(key, language)} ({', '.join(contracts)})" for key, contracts in served.items()
    )


def _judged(side: Side) -> list[str]:
    keys: Judged = {name: key for name, key in (side.find("keys") or {}).items() if key["computable"]}
    if not keys:
        return []
    used = side.find("key")
    in_use = keys.get(used if isinstance(used, str) else IN_USE)
    surprised = [] if in_use is None else [_surprised(in_use, side)]
    return [*surprised, *_compared(keys, side.language), _alone(keys, side.language)]


def _surprised(key: Mapping[str, Any], side: Side) -> str:
    chances = {name: town["surprise_over_5"] for name, town in key["municipalities"].items()}
    often = max(chances, key=lambda name: float(chances[name]))
    low, high = (notation.chance(edge(chances.values()), side.draws) for edge in (min, max))
    if low == high:
        return word("keys.surprised_alike", side.language, low=low)
    return word("keys.surprised", side.language, low=low, high=high, town=often)


def _compared(keys: Judged, language: str) -> list[str]:
    """Name the key with the fewest surprises, and the one whose bill lies nearest to own use."""
    if len(keys) < 2:
        return []
    calm = min(keys, key=lambda name: town_mean(keys[name], "surprise_over_5") or 0.0)
    close = min(keys, key=lambda name: float(keys[name]["region"]["moved"]))
    labels = {"calm": key_label(calm, language), "close": key_label(close, language)}
    return [word("keys.compared", language, **labels)]


def _alone(keys: Judged, language: str) -> str:
    names: Sequence[str] = [key_label(name, language) for name in keys if worse_off(keys[name])]
    if not names:
        return word("keys.not_alone", language)
    return word("keys.alone", language, names=", ".join(names))
