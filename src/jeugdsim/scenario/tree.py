"""The tables of scenario.toml as a tree in which every value knows where it stands.

Base and variant are merged on these trees, so a finding points at the file and line the value came
from, whichever of the two that is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from jeugdsim.scenario.files import Place, composed
from jeugdsim.scenario.toml_file import KeyPath

Value: TypeAlias = Any


@dataclass
class Node:
    """A value (scalar, list of nodes or table of nodes) and its place."""

    place: Place
    value: Value

    @property
    def table(self) -> dict[str, Node]:
        """The entries of a table; empty for anything else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> list[Node]:
        """The elements of a list; empty for anything else."""
        return self.value if isinstance(self.value, list) else []


def located(value: Any, place_of: Callable[[KeyPath], Place], path: KeyPath = ()) -> Node:
    """Turn plain values into a tree; ``place_of`` gives the place of every path."""
    inner: Any = value
    if isinstance(value, dict):
        inner = {key: located(part, place_of, (*path, key)) for key, part in value.items()}
    elif isinstance(value, list | tuple):
        inner = [located(part, place_of, (*path, i)) for i, part in enumerate(value)]
    return Node(place_of(path), inner)


def with_composed_text(node: Node) -> Node:
    """Return a tree in which every key and text is ``composed``."""
    value: Any = node.value
    if isinstance(value, str):
        value = composed(value)
    elif isinstance(value, list):
        value = [with_composed_text(part) for part in value]
    elif isinstance(value, dict):
        names = {key: composed(key) for key in value}
        same = len(set(names.values())) < len(names)  # two keys that look alike stay two
        value = {key if same else names[key]: with_composed_text(part) for key, part in value.items()}
    return Node(node.place, value)


def bare(node: Node) -> Any:
    """Return the values of a tree without their places."""
    if isinstance(node.value, dict):
        return {key: bare(part) for key, part in node.value.items()}
    if isinstance(node.value, list):
        return [bare(part) for part in node.value]
    return node.value


def step(node: Node, key: str | int) -> Node | None:
    """Return the child of a node under a key or list position, if there is one."""
    if isinstance(key, int):
        return node.items[key] if 0 <= key < len(node.items) else None
    return node.table.get(key)


def deepest(node: Node, path: Sequence[str | int]) -> Place:
    """Return the place of the deepest node on a path that exists."""
    for key in path:
        below = step(node, key)
        if below is None:
            break
        node = below
    return node.place


def lever_name(node: Node) -> str | None:
    """Return the name in a [[levers]] table, if it has one."""
    name = node.table.get("name")
    return name.value if name is not None and isinstance(name.value, str) else None


def children(node: Node, path: tuple[str, ...]) -> Iterator[tuple[str, Node]]:
    """Give the named parts of a node; the parts of ``levers`` go by the name of the lever."""
    if path == ("levers",):
        for lever in node.items:
            name = lever_name(lever)
            if name is not None:
                yield name, lever
    else:
        yield from node.table.items()


def paths(node: Node, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Give every path below a node with its node, levers by name, lists not entered."""
    for name, part in children(node, path):
        yield (*path, name), part
        yield from paths(part, (*path, name))


def find(root: Node, keys: Sequence[str]) -> Node | None:
    """Return the node at a path of names, levers by name, a pair of correlations as one name."""
    if len(keys) > 1 and keys[0] == "correlations":
        keys = (keys[0], ".".join(keys[1:]))
    node = root
    for depth, key in enumerate(keys):
        below = dict(children(node, tuple(keys[:depth]))).get(key)
        if below is None:
            return None
        node = below
    return node
