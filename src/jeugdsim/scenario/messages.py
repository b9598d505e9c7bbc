"""Turn the errors of pydantic into findings for people, at the place where the value stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from jeugdsim.scenario.files import Place
from jeugdsim.scenario.findings import Finding, listed, nearest, shown
from jeugdsim.scenario.settings import Settings
from jeugdsim.scenario.tree import Node, children, deepest, lever_name, step

_RANK = {"scenario": 0, "missing": 1, "extra_forbidden": 1, "literal_error": 2}
_ASKED = {
    "string_type": 'text in "quotes" is asked',
    "bool_type": "true or false is asked",
    "dict_type": "a table is asked",
    "model_type": "a table is asked",
    "model_attributes_type": "a table is asked",
    "tuple_type": "a list in [brackets] is asked",
    "float_type": "a number is asked",
    "int_type": "a whole number is asked",
}
_COMPARED = {
    "greater_than_equal": ("at least", "ge"),
    "less_than_equal": ("at most", "le"),
    "greater_than": ("more than", "gt"),
    "less_than": ("less than", "lt"),
}


@dataclass(frozen=True)
class _Error:
    """An error of pydantic at a path that exists in the file (names of union members left out)."""

    path: tuple[str | int, ...]
    detail: ErrorDetails
    through_union: bool


def toml_findings(
    error: ValidationError, root: type[BaseModel], tree: Node, files: Mapping[str, str]
) -> list[Finding]:
    """Return the findings for errors in scenario.toml, each at the line of its value.

    ``files`` gives the CSV file under each path root: these are no keys of scenario.toml.
    """
    errors = [_located(detail, tree) for detail in error.errors(include_url=False)]
    findings = []
    hinted: set[tuple[str | int, ...]] = set()
    for one in _told_once(errors):
        place = deepest(tree, one.path)
        stranger = one.detail["type"] == "extra_forbidden"
        name = dotted(one.path[:-1] if stranger else one.path, tree)
        if stranger and len(one.path) == 1 and one.path[0] in files:
            text = _is_a_file(str(one.path[0]), files)
        else:
            text = _message(one.detail, one.path, root)
        if one.detail["type"] in ("missing", "scenario") and one.path not in hinted:
            text += _meant_in_base(one.path, tree)
            hinted.add(one.path)
        findings.append(place.error(f"{name}: {text}" if name else text))
    return findings


def _is_a_file(name: str, files: Mapping[str, str]) -> str:
    return (
        f'"{name}" is a CSV table, not a key of scenario.toml: put a whole {files[name]} in this '
        "folder; in Python with_changes can change one cell"
    )


def _meant_in_base(path: Sequence[str | int], tree: Node) -> str:
    """Return the contract or lever of another file that an incomplete one was probably to change."""
    if len(path) != 2 or path[0] not in ("contracts", "levers"):
        return ""
    owner = tree.table[str(path[0])]
    this = step(owner, path[1])
    named = list(children(owner, (str(path[0]),)))
    own = [name for name, node in named if node is this]
    base = [name for name, node in named if this and node.place.file != this.place.file]
    return nearest(own[0], base, cutoff=0.75) if own else ""


def row_findings(
    error: ValidationError, model: type[BaseModel], place: Place, unread: Iterable[str]
) -> Iterator[Finding]:
    """Give the findings for errors in one row of a CSV file; columns told before are left out."""
    told = set(unread)
    for detail in sorted(
        error.errors(include_url=False), key=lambda detail: _RANK.get(detail["type"], 3)
    ):
        column = str(detail["loc"][0]) if detail["loc"] else ""
        if column in told or (told and not column):
            continue  # rules over several columns wait until each column is right
        told.add(column)
        text = _message(detail, detail["loc"][:1], model)
        if detail["type"] in ("extra_forbidden", "missing"):
            text = text.replace("key", "column", 1)
        elif column:
            text = f"column {column}: {text}"
        yield place.error(text)


def dotted(path: Sequence[str | int], tree: Node) -> str:
    """Return a path as users write it: levers by name, other list elements by number from 1."""
    names: list[str] = []
    node: Node | None = tree
    for depth, key in enumerate(path):
        node = step(node, key) if node is not None else None
        if isinstance(key, int):
            named = lever_name(node) if node and depth == 1 and path[0] == "levers" else None
            names.append(named or str(key + 1))
        else:
            names.append(key)
    return ".".join(names)


def _located(detail: ErrorDetails, tree: Node) -> _Error:
    """Walk an error's location through the tree, leaving out what pydantic adds to it."""
    path: list[str | int] = []
    node = tree
    through_union = False
    last = len(detail["loc"]) - 1
    key_at_fault = detail.get("ctx", {}).get("key") or None
    for position, key in enumerate((*detail["loc"], *filter(None, [key_at_fault]))):
        below = step(node, key)
        if below is not None:
            node = below
            path.append(key)
        elif key == "[key]" or (position == last and detail["type"] == "missing"):
            continue
        else:
            through_union = True
    return _Error(tuple(path), detail, through_union)


def _told_once(errors: list[_Error]) -> list[_Error]:
    """Of the errors that the members of a union give for one value, keep the one to tell."""
    kept = []
    paths = {one.path for one in errors}
    for path in sorted(paths, key=str):
        here = [one for one in errors if one.path == path]
        deeper = any(len(other) > len(path) and other[: len(path)] == path for other in paths)
        single = [one for one in here if not one.through_union]
        union = sorted((one for one in here if one.through_union), key=_rank)
        if not union:
            kept.extend(single)
            continue
        inner = [one for one in here if one.detail["type"] == "missing"]
        if inner and isinstance(inner[0].detail["input"], dict):
            kept.extend(inner)
        elif not deeper:
            kept.extend(single or union[:1])
    return kept


def _rank(error: _Error) -> int:
    return _RANK.get(error.detail["type"], 3)


def _message(detail: ErrorDetails, path: Sequence[str | int], root: type[BaseModel]) -> str:
    kind, value = detail["type"], detail["input"]
    if kind == "missing":
        return f'key "{detail["loc"][-1]}" is missing'
    if kind == "extra_forbidden":
        known = field_names(root, path[:-1])
        if root is Settings and len(path) == 1:
            known += ["extends", "remove"]  # read before the settings are checked
        name = str(path[-1])
        return f'unknown key "{name}"{nearest(name, known)}; known are {listed(known, 30)}'
    if kind == "literal_error":
        return _literal(str(detail.get("ctx", {}).get("expected", "")), value)
    if path == ("levers",) and kind == "tuple_type":
        return "levers are written as [[levers]], one such table for each"
    if kind in _ASKED:
        return f"{_ASKED[kind]}, but {shown(value)} is given"
    if kind in _COMPARED:
        word, limit = _COMPARED[kind]
        return f"must be {word} {detail['ctx'][limit]}, but {shown(value)} is given"
    if kind == "string_pattern_mismatch":
        return f"{shown(value)} is not allowed: letters, digits, - and _ only, at least one"
    return detail["msg"]


def _literal(expected: str, value: Any) -> str:
    allowed = re.findall(r"'([^']*)'", expected)
    if not allowed:
        return f"{shown(value)} is not allowed: write {expected}"
    if value == "":
        return f"nothing is given: write one of {', '.join(allowed)}"
    return f"{shown(value)} is not allowed{nearest(str(value), allowed)}: write one of " + ", ".join(
        allowed
    )


def field_names(root: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """Return the keys that the table at a path may have."""
    models = {root}
    for key in path:
        below = {
            model
            for parent in models
            for name, info in parent.model_fields.items()
            if key == _alias(name, info)
            for model in _models_in(info.annotation)
        }
        models = below or models
    return sorted({_alias(name, info) for model in models for name, info in model.model_fields.items()})


def _alias(name: str, info: FieldInfo) -> str:
    return info.alias or name


def _models_in(annotation: Any) -> set[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {annotation}
    return {model for part in get_args(annotation) for model in _models_in(part)}
