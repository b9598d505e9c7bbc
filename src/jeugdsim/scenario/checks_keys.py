"""Rules on allocation keys: the names they go by exist, and what they share by is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter

from jeugdsim.scenario.checks_policy import buyers_under, scopes_are_known
from jeugdsim.scenario.draft import Agreement, Subject
from jeugdsim.scenario.findings import Finding, listed, meant, nearest, shown
from jeugdsim.scenario.keys import KEYS, KEYS_THAT_NEED_USE, Allocation, KeyTerms
from jeugdsim.scenario.tree import Node

_NAMES_A_KEY = ("rest", "old", "new", "base")
_FOR_FIXED_COST = ("inhabitants", "youth_population", "expected_use", "weights", "mix", "transition")


def key_findings(subject: Subject) -> Iterator[Finding]:
    """Give everything that is wrong with the keys of a scenario and where they are used."""
    yield from _names_hide_no_other(subject)
    yield from _keys_exist(subject)
    yield from _used_names_contracts(subject)
    yield from _weights_name_municipalities(subject)
    if subject.allocation is None:
        return
    allocation = subject.allocation
    yield from _no_circles(subject, allocation)
    yield from _steps_are_in_the_run(subject, allocation)
    yield from _keys_have_their_use(subject, allocation)
    yield from _members_have_weights(subject, allocation)
    yield from _excess_is_counted(subject, allocation)
    yield from _fixed_cost_is_shared_without_use(subject, allocation)


def _defined(subject: Subject) -> dict[str, Node]:
    """Return the nodes of the keys that the scenario defines, also of those that are wrong."""
    node = subject.entry("allocation", "defined")
    return {} if node is None else node.table


def _names_hide_no_other(subject: Subject) -> Iterator[Finding]:
    for name, node in _defined(subject).items():
        if name in KEYS:
            yield node.place.error(
                f"allocation.defined.{name}: every scenario has a key of this name: choose another"
            )


def _keys_exist(subject: Subject) -> Iterator[Finding]:
    """Tell every key that is named and does not exist."""
    known = (*KEYS, *_defined(subject))
    own = f", or one of your own: {listed(_defined(subject))}" if _defined(subject) else ""
    for path, node in _mentions(subject):
        if isinstance(node.value, str) and node.value not in known:
            yield node.place.error(
                f"{path}: {shown(node.value)} is not allowed{nearest(node.value, known)}: write one of "
                f"{', '.join(KEYS)}{own}. Keys of your own stand under [allocation.defined]"
            )


def _mentions(subject: Subject) -> Iterator[tuple[str, Node]]:
    """Give every place where the name of a key stands, with its path."""
    keys, used = subject.entry("allocation", "keys"), subject.entry("allocation", "used")
    for number, node in enumerate(keys.items if keys else [], start=1):
        yield f"allocation.keys.{number}", node
    if used is not None:
        yield "allocation.used", used
        for contract, node in used.table.items():
            yield f"allocation.used.{contract}", node
    for name, terms in _defined(subject).items():
        for term in _NAMES_A_KEY:
            if term in terms.table:
                yield f"allocation.defined.{name}.{term}", terms.table[term]
        parts = terms.table.get("parts")
        for part in parts.table if parts else ():
            path = f"allocation.defined.{name}.parts"
            yield path, Node(terms.table["parts"].table[part].place, part)
    fixed = subject.entry("allocation", "fixed_cost", "key")
    if fixed is not None:
        yield "allocation.fixed_cost.key", fixed


def _used_names_contracts(subject: Subject) -> Iterator[Finding]:
    """Check a table contract -> key: its names exist, and no contract is forgotten."""
    used = subject.entry("allocation", "used")
    if used is None or not isinstance(used.value, dict):
        return
    contracts = subject.entry("contracts")
    known = list(contracts.table) if contracts else []
    for name, node in used.table.items():
        if known and name not in known:
            yield node.place.error(
                f"allocation.used: there is no contract {shown(name)}{meant(name, known)}"
            )
    absent = {
        agreed.contract
        for agreed in subject.agreements
        if agreed.terms.form != "pxq" and agreed.contract not in used.table
    }
    if absent:
        yield used.place.error(
            f"allocation.used: names no key for {listed(absent)}; as a table it names every "
            "contract that is not P x Q, or has an option that is not"
        )


def _weights_name_municipalities(subject: Subject) -> Iterator[Finding]:
    if not subject.readable("municipalities"):
        return
    known = subject.names("municipalities", "municipality")
    for name, terms in _defined(subject).items():
        weights = terms.table.get("weights")
        for town, node in weights.table.items() if weights else ():
            if town not in known:
                yield node.place.error(
                    f"allocation.defined.{name}.weights: {shown(town)} is not in municipalities.csv"
                    f"{meant(town, known)}"
                )


def _no_circles(subject: Subject, allocation: Allocation) -> Iterator[Finding]:
    """Refuse keys that are made of themselves, every circle once."""
    made_of = {name: set(terms.other_keys) for name, terms in allocation.defined.items()}
    while True:
        try:
            TopologicalSorter(made_of).prepare()
        except CycleError as error:
            circle = _from_its_first([str(name) for name in reversed(error.args[1][1:])])
        else:
            return
        way = ", which asks ".join([*circle[1:], circle[0]])
        yield subject.place("allocation", "defined", circle[0]).error(
            f"allocation.defined.{circle[0]}: asks {way}: keys can't be made of each other in a circle"
        )
        made_of = {name: others for name, others in made_of.items() if name not in circle}


def _from_its_first(circle: list[str]) -> list[str]:
    start = circle.index(min(circle))
    return circle[start:] + circle[:start]


def _steps_are_in_the_run(subject: Subject, allocation: Allocation) -> Iterator[Finding]:
    """Warn of steps of a transition before the first year or after the last."""
    if not subject.years:
        return
    first, last = subject.years[0], subject.years[-1]
    for name, terms in allocation.defined.items():
        path = ("allocation", "defined", name, "steps")
        for year in sorted(terms.steps):
            if not first <= year <= last:
                does = f"counts from {first} on" if year < first else "does nothing"
                where = f"before the first year, {first}" if year < first else f"after the last, {last}"
                yield subject.place(*path, str(year)).warning(
                    f"{'.'.join(path)}: {year} lies {where}, and {does}"
                )


def _parts(allocation: Allocation, key: str) -> dict[str, KeyTerms]:
    """Return a key and all it is made of; names that do not exist are left out, told elsewhere."""
    found: dict[str, KeyTerms] = {}
    asked = [key]
    while asked:
        name = asked.pop()
        if name not in found and (name in KEYS or name in allocation.defined):
            found[name] = allocation.terms_of(name)
            asked.extend(found[name].other_keys)
    return found


def _in_use(subject: Subject, allocation: Allocation) -> Iterator[tuple[Agreement, str]]:
    """Give all terms that share their bill by a key, and the name of that key."""
    used = allocation.used
    for agreed in sorted(subject.agreements, key=lambda agreed: agreed.keys):
        by_default = None if agreed.terms.form == "pxq" or isinstance(used, dict) else used
        key = used.get(agreed.contract) if isinstance(used, dict) else by_default
        if key:
            yield agreed, key


def _keys_have_their_use(subject: Subject, allocation: Allocation) -> Iterator[Finding]:
    """Refuse a key in use that asks for own use where own use is not registered."""
    for agreed, key in _in_use(subject, allocation):
        asking = [
            name for name, terms in _parts(allocation, key).items() if terms.kind in KEYS_THAT_NEED_USE
        ]
        if asking and not agreed.terms.knows_use:
            at = ("allocation", "used", agreed.contract)
            place = agreed.place if agreed.is_option else subject.place(*at)
            through = "" if key in asking else f" through {asking[0]}"
            yield place.error(
                f"allocation.used: {key} asks own use{through}, which is not registered under "
                f"{_owner(agreed)} ({agreed.terms.form}). Agree start and stop messages with the "
                f"providers and write use_registered = true in [{agreed.path}], or use a key that "
                "needs no use: expected_use, inhabitants or youth_population"
            )


def _owner(agreed: Agreement) -> str:
    return agreed.path if agreed.is_option else f"contract {agreed.contract}"


def _members_have_weights(subject: Subject, allocation: Allocation) -> Iterator[Finding]:
    """Tell who shares a bill by weights and has none: an error in use, a warning in a report."""
    if not (scopes_are_known(subject) and subject.complete("demand")):
        return
    told: set[tuple[str, str]] = set()
    in_use = list(_in_use(subject, allocation))
    reported = [
        (agreed, key)
        for key in allocation.keys
        for agreed in subject.agreements
        if agreed.terms.form != "pxq" and not agreed.is_option
    ]
    for agreed, key in [*in_use, *reported]:
        for name, problem in _without_weight(allocation, key, _members(subject, agreed)):
            if (name, problem) not in told:
                place = subject.place("allocation", "defined", name, "weights")
                text = f"allocation.defined.{name}.weights: {problem}, of {_owner(agreed)}"
                is_used = (agreed, key) in in_use
                yield place.error(text) if is_used else place.warning(f"{text}: it can't be computed")
                told.add((name, problem))
    fixed = allocation.fixed_cost
    if fixed is not None and subject.readable("municipalities"):
        everybody = subject.names("municipalities", "municipality")
        for name, problem in _without_weight(allocation, fixed.key, [everybody]):
            yield subject.place("allocation", "defined", name, "weights").error(
                f"allocation.defined.{name}.weights: {problem}: all share allocation.fixed_cost by it"
            )


def _members(subject: Subject, agreed: Agreement) -> list[set[str]]:
    """Return the members of every pool of a contract: those it names, else who buys its care."""
    if agreed.terms.municipalities:
        return [set(agreed.terms.municipalities)]
    pools = {frozenset(towns) for towns in buyers_under(subject, agreed).values()}
    return [set(towns) for towns in sorted(pools, key=sorted)]


def _without_weight(
    allocation: Allocation, key: str, pools: Sequence[set[str]]
) -> Iterator[tuple[str, str]]:
    """Give the keys by weights that leave members of a pool out, or give them all nothing."""
    for name, terms in _parts(allocation, key).items():
        if terms.kind != "weights":
            continue
        for members in pools:
            absent = members - set(terms.weights)
            if absent:
                yield name, f"there is none for {listed(absent)}"
            elif sum(terms.weights[town] for town in members) <= 0:
                yield name, f"none is above 0 for {listed(members)} together"


def _excess_is_counted(subject: Subject, allocation: Allocation) -> Iterator[Finding]:
    """Check that what children cost above a sum is counted for the contracts that pool it."""
    for agreed, key in _in_use(subject, allocation):
        for name, terms in _parts(allocation, key).items():
            if terms.above is None:
                continue
            place = subject.place("allocation", "defined", name, "above")
            path, sum_ = f"allocation.defined.{name}.above", shown(terms.above)
            if terms.above not in agreed.terms.child_retentions:
                given = [shown(euros) for euros in agreed.terms.child_retentions]
                there = f", which has {', '.join(given)}" if given else ""
                yield place.error(
                    f"{path}: {sum_} is not in child_retentions of {_owner(agreed)}{there}: write "
                    f"{sum_} there, so that what children cost above it is counted"
                )
            elif scopes_are_known(subject) and len(_members(subject, agreed)) > 1:
                yield place.error(
                    f"{path}: what children cost is counted for {_owner(agreed)} as a whole, but its "
                    "care forms do not all have the same members: write its municipalities in "
                    f"[{agreed.path}], or use above_expected"
                )


def _fixed_cost_is_shared_without_use(subject: Subject, allocation: Allocation) -> Iterator[Finding]:
    fixed = allocation.fixed_cost
    if fixed is None:
        return
    for name, terms in _parts(allocation, fixed.key).items():
        if terms.kind not in _FOR_FIXED_COST or terms.most_per_inhabitant is not None:
            what = "" if name == fixed.key else f", of which {shown(fixed.key)} is made,"
            yield subject.place("allocation", "fixed_cost", "key").error(
                f"allocation.fixed_cost.key: {shown(name)}{what} can't share a fixed cost: write "
                "inhabitants, youth_population, expected_use, a key of kind weights, or a mix of these "
                "or a transition between them without most_per_inhabitant"
            )
