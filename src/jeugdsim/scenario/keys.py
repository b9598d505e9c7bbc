"""Allocation keys as a scenario names them: those every scenario has, and those it defines itself.

What a key does to euros stands in ``jeugdsim.allocation``; here is what can be written.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from jeugdsim.scenario.fields import Frozen, Names, Table, in_order
from jeugdsim.scenario.findings import listed
from jeugdsim.scenario.frozen import FrozenDict
from jeugdsim.scenario.numbers import (
    NonNegative,
    PlainFraction,
    PlainNonNegative,
    Whole,
    Year,
    problem,
)

KEYS = (
    "actual_use",
    "lagged_use",
    "rolling_use",
    "clients",
    "expected_use",
    "inhabitants",
    "youth_population",
    "credibility",
    "shapley",
    "nucleolus",
    "scrb",
    "covariance",
    "euler",
)
"""The keys every scenario has, under their own name."""
KEYS_THAT_NEED_USE = (
    "actual_use",
    "lagged_use",
    "rolling_use",
    "clients",
    "credibility",
    "pooled",
    "levelled",
)
"""Kinds that ask for own use after the start, so for its registration."""

Kind = Literal[
    "actual_use",
    "lagged_use",
    "rolling_use",
    "clients",
    "expected_use",
    "inhabitants",
    "youth_population",
    "weights",
    "mix",
    "pooled",
    "levelled",
    "transition",
    "credibility",
    "shapley",
    "nucleolus",
    "scrb",
    "covariance",
    "euler",
    "loaded",
]
TERMS_OF_KIND: dict[str, frozenset[str]] = {
    "lagged_use": frozenset({"lag_years"}),
    "rolling_use": frozenset({"years", "lag_years"}),
    "clients": frozenset({"years", "lag_years"}),
    "weights": frozenset({"weights"}),
    "mix": frozenset({"parts"}),
    "pooled": frozenset({"above", "above_expected", "rest"}),
    "levelled": frozenset({"band", "rest"}),
    "transition": frozenset({"old", "new", "steps", "most_per_inhabitant"}),
    "shapley": frozenset({"level"}),
    "nucleolus": frozenset({"level"}),
    "scrb": frozenset({"level"}),
    "covariance": frozenset({"level"}),
    "euler": frozenset({"level"}),
    "loaded": frozenset({"base", "level"}),
}
"""The terms a kind of key takes; a kind that is not here takes none."""
ASKED_OF_KIND: dict[str, tuple[str, ...]] = {
    "weights": ("weights",),
    "mix": ("parts",),
    "levelled": ("band",),
    "transition": ("old", "new", "steps"),
    "loaded": ("base",),
}
"""The terms a kind of key asks; pooled asks one of its two."""


class KeyTerms(Table):
    """One allocation key (*verdeelsleutel*) that a scenario defines."""

    kind: Kind
    """What the key shares by."""
    years: Annotated[Whole, Field(ge=1, le=20)] = 3
    """rolling_use, clients: the number of years that are averaged."""
    lag_years: Annotated[Whole, Field(ge=0, le=10)] = 1
    """lagged_use, rolling_use, clients: years between the last year that counts and the bill; 0 with
    years = 1 is the use of the year itself."""
    weights: Annotated[dict[str, PlainNonNegative], Frozen] = Field(default_factory=FrozenDict)
    """weights: municipality = weight, such as its share of the state grant, or a fixed share."""
    parts: Annotated[dict[str, PlainFraction], Frozen] = Field(default_factory=FrozenDict)
    """mix: key = the part of the bill shared by it; together 1."""
    above: PlainNonNegative | None = None
    """pooled: euros of price_year per child per year above which the cost is shared by all; one of the
    contract's child_retentions."""
    above_expected: PlainNonNegative | None = None
    """pooled: in place of above, the multiple of its expected share above which a municipality's use is
    shared by all."""
    band: PlainFraction = 0.0
    """levelled: how far own use may differ from the expected share before the rest is shared by all,
    fraction of that share."""
    rest: str = "expected_use"
    """pooled, levelled: the key that shares what is pooled."""
    old: str = ""
    """transition: the key it comes from."""
    new: str = ""
    """transition: the key it goes to."""
    steps: Annotated[dict[Year, PlainFraction], Frozen] = Field(default_factory=FrozenDict)
    """transition: year = the part shared by the new key, until the next named year, 0 before."""
    most_per_inhabitant: PlainNonNegative | None = None
    """transition: the most a bill may change for it, euros of price_year per inhabitant for each year
    since the first step, divided over the contracts by what they pay; absent: no limit."""
    level: PlainFraction = 0.9
    """shapley, nucleolus, scrb, covariance, euler, loaded: where the tail of the risk begins."""
    base: str = ""
    """loaded: the key that shares the expected cost; the risk loading follows Euler."""

    @model_validator(mode="after")
    def _terms(self) -> KeyTerms:
        foreign = self.model_fields_set - {"kind"} - TERMS_OF_KIND.get(self.kind, frozenset())
        if foreign:
            names = sorted(foreign)
            raise problem(f"a key of kind {self.kind} takes no {listed(names)}", names[0])
        for name in ASKED_OF_KIND.get(self.kind, ()):
            if name not in self.model_fields_set:
                raise problem(f"a key of kind {self.kind} asks {name}")
        if self.kind == "pooled" and (self.above is None) == (self.above_expected is None):
            raise problem("a key of kind pooled asks either above or above_expected")
        if self.kind == "mix" and abs(sum(self.parts.values()) - 1) > 1e-9:
            raise problem(f"the parts add up to {sum(self.parts.values()):g}: 1 is asked", "parts")
        if self.kind == "weights" and sum(self.weights.values()) <= 0:
            raise problem("at least one weight above 0 is asked", "weights")
        if self.level >= 1:
            raise problem("level must be below 1", "level")
        return self

    @property
    def other_keys(self) -> tuple[str, ...]:
        """The keys this one is made of, by name."""
        named = (*self.parts, self.old, self.new, self.base)
        rest = (self.rest,) if self.kind in ("pooled", "levelled") else ()
        return tuple(name for name in (*named, *rest) if name)


class FixedCost(Table):
    """What is paid whatever the use: a service bureau (*inkoopbureau*), a least capacity."""

    cost_per_year: NonNegative = 0.0
    """Euros of price_year per year for all members together."""
    key: str = "inhabitants"
    """The key that shares it."""
    alone_per_year: PlainNonNegative = 0.0
    """What any coalition would pay for its own, euros of price_year per year: counts in the keys that
    ask what going alone costs."""


class Allocation(Table):
    """The keys to report and the key in use: one name, or a table contract -> key."""

    keys: Annotated[tuple[str, ...], AfterValidator(in_order)] = ()
    """The allocation keys to report."""
    used: Annotated[str | dict[str, str], Frozen]
    """The key in use for contracts that are not P x Q, or a table contract = key."""
    defined: Annotated[dict[str, KeyTerms], Frozen] = Field(default_factory=FrozenDict)
    """Keys of the scenario's own, by name."""
    fixed_cost: FixedCost | None = None
    """What is paid whatever the use; absent: nothing."""

    def terms_of(self, key: str) -> KeyTerms:
        """Return the terms of a key by name: as defined here, or with the defaults of its kind.

        Raises
        ------
        KeyError
            When there is no such key.
        """
        if key in self.defined:
            return self.defined[key]
        if key not in KEYS:
            raise KeyError(key)
        return KeyTerms.model_validate({"kind": key})

    def needs_use(self, key: str) -> bool:
        """Tell whether a key, or one it is made of, asks for own use after the start."""
        terms = self.terms_of(key)
        return terms.kind in KEYS_THAT_NEED_USE or any(map(self.needs_use, terms.other_keys))


class Change(Table):
    """A change of membership: a municipality leaves, or buys a part of its care itself from a date."""

    municipality: str
    """Whose care leaves the region."""
    care_forms: Names = ()
    """The care forms; absent: all it buys."""
    share: PlainFraction = 1.0
    """The share of its new care that leaves, fraction."""
    year: Year
    """The first year, from 1 January on."""
