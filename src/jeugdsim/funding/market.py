"""Who has which part of the market under a contract."""

from __future__ import annotations

from dataclasses import dataclass

from jeugdsim.scenario.contracts import Contract

EVERYBODY = "alle aanbieders"
"""The one group of a contract that names no providers."""
OTHERS = "overige aanbieders"
"""The group that has what the named ones leave of the market."""
_NOTHING_LEFT = 1e-9


@dataclass(frozen=True)
class Group:
    """Providers that share a part of the market alike.

    Attributes
    ----------
    name : str
        As in the contract.
    share : float
        Their part of the care, fraction.
    providers : int
        How many they are.
    reserve : float
        What each can lose, fraction of its yearly revenue.
    ceiling_share : float
        Their part of a ceiling per provider, fraction.
    """

    name: str
    share: float
    providers: int
    reserve: float
    ceiling_share: float

    @property
    def each(self) -> float:
        """The market share of one provider."""
        return self.share / self.providers


def market_of(contract: Contract) -> tuple[Group, ...]:
    """Return the groups of a contract by name, and last whoever has the rest of the market.

    Others count as one provider: how many they are is not said.

    Examples
    --------
    >>> terms = {"form": "pxq", "segments": ["dag"], "providers": {"a": {"market_share": 0.75}}}
    >>> [(group.name, group.share) for group in market_of(Contract(**terms))]
    [('a', 0.75), ('overige aanbieders', 0.25)]
    """
    if not contract.providers:
        return (Group(EVERYBODY, 1.0, 1, contract.reserve, 1.0),)
    named = [
        Group(
            name=name,
            share=group.market_share,
            providers=group.providers,
            reserve=contract.reserve if group.reserve is None else group.reserve,
            ceiling_share=(group.market_share if group.ceiling_share is None else group.ceiling_share),
        )
        for name, group in sorted(contract.providers.items())
    ]
    left = 1.0 - sum(group.share for group in named)
    if left <= _NOTHING_LEFT:
        return tuple(named)
    part = max(0.0, 1.0 - sum(group.ceiling_share for group in named))
    return (*named, Group(_free_name(contract), left, 1, contract.reserve, part))


def _free_name(contract: Contract) -> str:
    """Return a name for the others that no named group has."""
    name = OTHERS
    while name in contract.providers:
        name = f"{name} (rest)"
    return name
