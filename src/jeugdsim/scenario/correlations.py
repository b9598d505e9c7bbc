"""Rank correlations between assumptions: how they are written, and the Gaussian matrix they ask for.

A pair is written as ``"world.a, world.b" = 0.5``, or as ``"world.b" = 0.5`` in a table
``[correlations."world.a"]``. Right after reading both become one entry under the two paths in order
of the alphabet, so that everything after it (variants, changes, checks, the hash) sees one spelling.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jeugdsim.scenario.files import Place
from jeugdsim.scenario.findings import Finding, shown
from jeugdsim.scenario.tree import Node, bare

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Pair = tuple[str, str]


def pair_name(one: str, other: str) -> str:
    """Return the name of a pair: its two paths in order, with a comma between them.

    Examples
    --------
    >>> pair_name("world.stay_growth_per_year", "levers.teams.effect")
    'levers.teams.effect, world.stay_growth_per_year'
    """
    return ", ".join(sorted((one, other)))


def names_in(text: str) -> tuple[str, ...]:
    """Return the paths in a key of [correlations]; names of a scenario hold no comma."""
    return tuple(part.strip() for part in text.split(","))


def in_one_spelling(text: str) -> str:
    """Return a key of [correlations] as pairs are named; any other text as it is."""
    names = names_in(text)
    return pair_name(*names) if len(names) == 2 else text


def pairs_of(correlations: Mapping[str, float]) -> dict[Pair, float]:
    """Return rank correlations under their two paths; those of 0 tie nothing and are left out."""
    pairs = {}
    for name, value in correlations.items():
        one, other = names_in(name)
        if value:
            pairs[one, other] = value
    return pairs


def by_pair(toml: Node, findings: list[Finding]) -> Node:
    """Return scenario.toml with one entry per pair in [correlations], however it is written.

    What names no two different assumptions, or one pair with two values, is told and left out.
    """
    table = toml.table.get("correlations")
    if table is None or not isinstance(table.value, dict):
        return toml
    pairs: dict[str, Node] = {}
    for names, node in _written(table):
        problem = _pair_problem(names, node)
        if problem is None:
            first = pairs.setdefault(pair_name(*names), node)
            problem = _second_value(names, first, node)
        if problem is not None:
            findings.append(node.place.error(f"correlations: {problem}"))
    return _with_pairs(toml, table.place, pairs)


def _written(table: Node) -> Iterator[tuple[tuple[str, ...], Node]]:
    for key, node in table.table.items():
        if not isinstance(node.value, dict):
            yield names_in(key), node
        for other, inner in node.table.items():
            yield (*names_in(key), *names_in(other)), inner


def _pair_problem(names: tuple[str, ...], node: Node) -> str | None:
    if isinstance(node.value, dict):
        first = ".".join(names)
        return f'put the whole path in quotes, as one name: [correlations."{first}"]'
    if len(names) != 2 or "" in names:
        return (
            'two assumptions and their correlation are asked, such as "world.a, world.b" = 0.5, '
            f"but {shown(', '.join(names))} is given"
        )
    if names[0] == names[1]:
        return f"{names[0]} is paired with itself: two different assumptions are asked"
    return None


def _second_value(names: tuple[str, ...], first: Node, node: Node) -> str | None:
    if first is node or bare(first) == bare(node):
        return None
    where = f" (first on line {first.place.line})" if first.place.line else ""
    return (
        f"{' and '.join(sorted(names))} are there twice, with {shown(bare(first))} and "
        f"{shown(bare(node))}{where}: write the pair once"
    )


def without_stale_pairs(toml: Node, stated: Collection[str], is_gone: Callable[[str], bool]) -> Node:
    """Leave out the pairs of which an assumption is gone, or is certain now.

    Parameters
    ----------
    toml : Node
        scenario.toml after a change, pairs in one spelling.
    stated : collection of str
        The pairs that the change itself states: these stay, to be checked.
    is_gone : callable
        Whether a path named an uncertain number before the change and does not any more.
    """
    table = toml.table.get("correlations")
    if table is None or not isinstance(table.value, dict):
        return toml
    kept = {
        name: node
        for name, node in table.table.items()
        if name in stated or not any(is_gone(path) for path in names_in(name))
    }
    if kept or not table.table:
        return _with_pairs(toml, table.place, kept)
    return Node(toml.place, {key: node for key, node in toml.table.items() if node is not table})


def _with_pairs(toml: Node, place: Place, pairs: dict[str, Node]) -> Node:
    return Node(toml.place, {**toml.table, "correlations": Node(place, pairs)})


def changes_by_pair(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return changes in Python with every pair in one spelling under a path of its own."""
    told: dict[str, Any] = {}
    for path, value in changes.items():
        root, _, rest = path.partition(".")
        if root != "correlations" or not rest:
            told[path] = value
        elif isinstance(value, Mapping):
            for other, part in value.items():
                told[f"correlations.{pair_name(rest, str(other))}"] = part
        else:
            told[f"correlations.{in_one_spelling(rest)}"] = value
    return told


def connected(pairs: Collection[Pair]) -> tuple[tuple[str, ...], ...]:
    """Return the groups of paths that pairs tie together, each in order of the alphabet.

    Examples
    --------
    >>> connected([("a", "c"), ("b", "d"), ("c", "e")])
    (('a', 'c', 'e'), ('b', 'd'))
    """
    group_of: dict[str, set[str]] = {}
    for pair in pairs:
        together = set(pair).union(*(group_of.get(path, set()) for path in pair))
        for path in together:
            group_of[path] = together
    groups = {id(group): tuple(sorted(group)) for group in group_of.values()}
    return tuple(sorted(groups.values()))


def of_normals(rank_correlation: float) -> float:
    """Return the correlation of two normals that have a rank correlation: 2 sin(pi rho / 6).

    Examples
    --------
    >>> of_normals(1.0), round(of_normals(0.5), 6)
    (1.0, 0.517638)
    """
    if abs(rank_correlation) == 1.0:  # the sine is a bit short of it
        return math.copysign(1.0, rank_correlation)
    return 2.0 * math.sin(math.pi * rank_correlation / 6.0)


def normal_matrix(
    paths: Sequence[str], pairs: Mapping[Pair, float], shrink: float = 1.0
) -> npt.NDArray[np.float64]:
    """Return the correlation matrix of the normals behind assumptions.

    Parameters
    ----------
    paths : sequence of str
        Its rows and columns.
    pairs : mapping of (path, path) to float
        Rank correlations; a pair that is not there has none.
    shrink : float
        Factor on all of them, in [0, 1].
    """
    import numpy as np

    at = {path: place for place, path in enumerate(paths)}
    matrix = np.eye(len(paths))
    for (one, other), value in pairs.items():
        if one in at and other in at:
            matrix[at[one], at[other]] = matrix[at[other], at[one]] = of_normals(shrink * value)
    return matrix
