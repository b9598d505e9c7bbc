"""Fold a variant into its base: merge tables, delete what ``remove`` names, keep sources true."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from jeugdsim.scenario.numbers import FAMILIES
from jeugdsim.scenario.tree import Node, find, lever_name

SCOPE = ("segments", "care_forms", "municipalities")
_BUYS = ("segments", "care_forms")
_ALTERNATIVES = {
    "budget": (
        frozenset({"per_youth"}),
        frozenset({"per_task"}),
        frozenset({"schools", "fte_per_school", "price_per_fte"}),
    ),
    "ceiling": (frozenset({"euros"}), frozenset({"of_expected"})),
    "indexation": (frozenset({"fixed_per_year"}), frozenset({"pass_through", "at_least", "at_most"})),
}


def merge(base: Node, variant: Node) -> Node:
    """Return the base with everything the variant states put over it.

    Tables merge key by key, ``[[levers]]`` by name. Where the form of a contract or of an option
    changes, its other terms are not inherited and the contract's scope is; where the kind of a key
    changes, none of its terms are. Of a budget, ceiling or index clause that is written in another way,
    the way of the base is not inherited.
    """
    return _merged(base, variant, ())


def _merged(base: Node, variant: Node, path: tuple[str, ...]) -> Node:
    if path == ("levers",) and isinstance(base.value, list) and isinstance(variant.value, list):
        return _merged_levers(base, variant)
    if not isinstance(base.value, dict) or not isinstance(variant.value, dict):
        return variant
    if _is_other_family(base, variant) or _is_other_kind(base, variant, path):
        return variant
    if is_terms(path):
        base = Node(base.place, inherited_terms(base.table, variant.table))
    entries = {key: node for key, node in base.table.items() if key not in _replaced(path, variant)}
    for key, part in variant.table.items():
        entries[key] = _merged(entries[key], part, (*path, key)) if key in entries else part
    return Node(variant.place, entries)


def is_terms(path: Sequence[str]) -> bool:
    """Tell whether the terms of a contract, or of an option for it, stand at a path."""
    return len(path) == {"contracts": 2, "options": 3}.get(path[0] if path else "")


def _replaced(path: tuple[str, ...], variant: Node) -> frozenset[str]:
    """Return the keys of a term that can't stand beside what the variant states of it."""
    ways = _ALTERNATIVES.get(path[-1], ()) if path and is_terms(path[:-1]) else ()
    stated = [way for way in ways if not way.isdisjoint(variant.table)]
    return frozenset().union(*ways).difference(*stated) if stated else frozenset()


def _is_other_kind(base: Node, variant: Node, path: tuple[str, ...]) -> bool:
    """Tell whether the variant defines a key of another kind under a name of the base."""
    old, new = base.table.get("kind"), variant.table.get("kind")
    is_key = len(path) == 3 and path[:2] == ("allocation", "defined")
    return is_key and old is not None and new is not None and old.value != new.value


def _is_other_family(base: Node, variant: Node) -> bool:
    """Tell whether the variant writes an uncertain number in another way than the base."""
    old, new = frozenset(base.table), frozenset(variant.table)
    return old != new and old in FAMILIES and new in FAMILIES


def inherited_terms(base: dict[str, Node], variant: dict[str, Node]) -> dict[str, Node]:
    """Return the terms of a contract that stay when these terms are put over them."""
    old, new = base.get("form"), variant.get("form")
    if new is None or (old is not None and old.value == new.value):
        return base
    scope = set(SCOPE) - (set(_BUYS) if any(key in variant for key in _BUYS) else set())
    return {key: node for key, node in base.items() if key in scope}


def _merged_levers(base: Node, variant: Node) -> Node:
    levers = list(base.items)
    inherited = {lever_name(lever): i for i, lever in enumerate(levers)}
    inherited.pop(None, None)
    for lever in variant.items:
        at = inherited.pop(lever_name(lever), None)
        if at is None:
            levers.append(lever)
        else:
            levers[at] = _merged(levers[at], lever, ("levers", ""))
    return Node(variant.place, levers)


def without_stale_sources(before: Node, after: Node, own: Collection[str]) -> Node:
    """Leave out [sources] that named something real before a change and no longer do.

    ``own`` are the entries that the change itself states: these stay, to be checked.
    """
    sources = after.table.get("sources")
    if sources is None or not isinstance(sources.value, dict):
        return after
    kept = {
        path: node
        for path, node in sources.table.items()
        if path in own or find(after, path.split(".")) or not find(before, path.split("."))
    }
    return Node(after.place, {**after.table, "sources": Node(sources.place, kept)})


def without(node: Node, keys: tuple[str, ...], path: tuple[str, ...] = ()) -> Node | None:
    """Return a tree without the entry at a path (levers by name); None where there is none.

    Keys of the tree that hold dots themselves, as in [sources], may be meant by several parts.
    """
    if path == ("levers",) and isinstance(node.value, list):
        return _without_lever(node, keys)
    if not isinstance(node.value, dict):
        return None
    for length in range(len(keys), 0, -1):
        key = ".".join(keys[:length])
        if key not in node.table:
            continue
        entries = dict(node.table)
        if length == len(keys):
            del entries[key]
        else:
            below = without(entries[key], keys[length:], (*path, key))
            if below is None:
                continue
            entries[key] = below
        return Node(node.place, entries)
    return None


def _without_lever(node: Node, keys: tuple[str, ...]) -> Node | None:
    found = [i for i, lever in enumerate(node.items) if lever_name(lever) == keys[0]]
    if not found:
        return None
    levers = list(node.items)
    if len(keys) == 1:
        del levers[found[0]]
    else:
        below = without(levers[found[0]], keys[1:], ("levers", keys[0]))
        if below is None:
            return None
        levers[found[0]] = below
    return Node(node.place, levers)
