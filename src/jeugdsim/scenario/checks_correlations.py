"""Rules on [correlations]: both assumptions are there and uncertain, and all pairs can hold at once."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jeugdsim.scenario.correlations import Pair, connected, names_in, normal_matrix
from jeugdsim.scenario.draft import Subject
from jeugdsim.scenario.findings import Finding, nearest, shown
from jeugdsim.scenario.tables import TABLES
from jeugdsim.scenario.tree import Node, find
from jeugdsim.scenario.uncertain import numbers_by_path

_ROUNDING = 1e-9  # an eigenvalue this far below zero is still zero
_MOST_NAMED = 6
_MOST_TRIED = 100  # so that a wrong file is refused soon


def correlation_findings(subject: Subject) -> Iterator[Finding]:
    """Give everything that is wrong with the pairs of [correlations]."""
    table = subject.entry("correlations")
    if table is None or not table.table:
        return
    numbers = dict(numbers_by_path(subject.toml, subject.tables))
    right = dict(table.table)
    for name, node in table.table.items():
        for path in names_in(name):
            problem = _path_problem(subject, path, numbers)
            if problem is not None:
                right.pop(name, None)
                yield node.place.error(f"correlations: {problem}")
    yield from _contradictions(right)


def _path_problem(subject: Subject, path: str, numbers: Mapping[str, Any]) -> str | None:
    written = numbers.get(path)
    if isinstance(written, dict):  # a distribution; one that is wrong is told by itself
        return None
    root = path.split(".")[0]
    if root in TABLES and not subject.complete(root):
        return None  # what is wrong in that file comes first
    if path not in numbers and find(subject.toml, path.split(".")) is not None:
        return f"{path} is not drawn once per draw as one number: it takes no correlation"
    if path not in numbers:
        hint = nearest(path, numbers)
        return f"{shown(path, most=200)} is no uncertain number of this scenario{hint}"
    value = "it is absent" if written is None else f"it is {shown(written)}"
    how = "give it a companion column" if root in TABLES else "write it as a distribution"
    return f"{path} is certain ({value}), so nothing can go along with it: {how}, or leave the pair out"


def _contradictions(entries: Mapping[str, Node]) -> Iterator[Finding]:
    """Refuse pairs that no numbers can have at once: their matrix has a negative eigenvalue."""
    pairs: dict[Pair, float] = {}
    for name, node in entries.items():
        if _is_correlation(node.value):
            one, other = names_in(name)
            pairs[one, other] = float(node.value)
    for group in connected(pairs):
        if not _possible(group, pairs):
            paths = _smallest_contradiction(group, pairs)
            inside = {pair: value for pair, value in pairs.items() if set(pair) <= set(paths)}
            last = [node for name, node in entries.items() if set(names_in(name)) <= set(paths)][-1]
            yield last.place.error(f"correlations: {_contradiction(paths, inside)}")


def _is_correlation(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -1 <= value <= 1


def _possible(paths: Sequence[str], pairs: Mapping[Pair, float], shrink: float = 1.0) -> bool:
    import numpy as np

    return bool(np.linalg.eigvalsh(normal_matrix(paths, pairs, shrink))[0] > -_ROUNDING)


def _smallest_contradiction(group: Sequence[str], pairs: Mapping[Pair, float]) -> tuple[str, ...]:
    """Return a part of a group that is impossible together and possible without any one of it.

    The most negative eigenvalue's vector says who is in it most; from that side the least part
    that is impossible is taken, and then whoever can be missed is left out.
    """
    import numpy as np

    weight = np.abs(np.linalg.eigh(normal_matrix(group, pairs))[1][:, 0])
    ranked = [group[place] for place in np.argsort(-weight, kind="stable")]
    everybody = range(2, len(ranked) + 1)  # whoever joins what is impossible leaves it impossible
    least = bisect_left(everybody, True, key=lambda count: not _possible(ranked[:count], pairs))
    paths = sorted(ranked[: everybody[least]])
    for path in paths[:_MOST_TRIED]:
        others = [other for other in paths if other != path]
        if not _possible(others, pairs):
            paths = others
    return tuple(paths)


def _contradiction(paths: Sequence[str], pairs: Mapping[Pair, float]) -> str:
    """Say which values can't be together, and by how much less they could."""
    stated = [f"{one} and {other} {value:g}" for (one, other), value in sorted(pairs.items())]
    known = {frozenset(pair) for pair in pairs}
    absent = [
        f"{one} and {other}"
        for place, one in enumerate(paths)
        for other in paths[place + 1 :]
        if frozenset((one, other)) not in known
    ]
    text = f"these can't be true together: {_cut(stated)}"
    if absent:
        text += f"; a pair that is not named counts as 0: {_cut(absent)}"
    shrink = next(step / 100 for step in range(99, -1, -1) if _possible(paths, pairs, step / 100))
    text += f". Make them smaller (all times {shrink:g} would do)"
    return f"{text}, or name the other pairs as well" if absent else text


def _cut(parts: Sequence[str]) -> str:
    more = len(parts) - _MOST_NAMED
    return "; ".join(parts[:_MOST_NAMED]) + (f"; and {more} more" if more > 0 else "")
