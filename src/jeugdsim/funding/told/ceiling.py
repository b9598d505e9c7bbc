"""A ceiling on what P x Q pays, told: up to where care is paid in full, and what is paid above."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from jeugdsim.funding.told.row import NONE, ContractToTell, TermRow, split
from jeugdsim.scenario.contracts import Ceiling

Rows = Iterator[TermRow]
Facts = dict[str, Any]


def told_ceiling(told: ContractToTell) -> Rows:
    """Tell the ceiling, for the contract or for each group of providers, and what it does not do."""
    terms = told.terms.ceiling
    if terms is None:
        return
    for group, part in _parts(told, terms):
        yield from _told_for(told, terms, group, part * _euros(told, terms))
    if terms.margin > 0:
        yield told.row("ceiling", "margin", margin=terms.margin)
    request = terms.request
    if request is not None:
        facts: Facts = {"granted": request.granted_share, "window": request.window or None}
        if request.at_most is None:
            yield told.row("ceiling", "request", **facts)
        else:
            yield told.row("ceiling", "request_at_most", at_most=request.at_most, **facts)
    yield told.row("ceiling", "care_goes_on")


def paid_in_full_up_to(terms: Ceiling, ceiling: float) -> tuple[float, float, float]:
    """Return up to where care is paid in full, up to where in part, and the payer's share in between.

    Above K = ceiling, granted is g x (value - K), at most a x K; in full is paid up to
    (K + granted)(1 + margin). So with g (1 + m) < 1 care is paid in full up to
    K (1 - g)(1 + m) / (1 - g (1 + m)), and from there the payer bears g (1 + m) of each euro and the
    marginal rate of the rest, until the grant has reached its limit at K (1 + a/g).

    Parameters
    ----------
    terms : Ceiling
        Its margin, marginal rate and request.
    ceiling : float
        K, euros.

    Examples
    --------
    >>> terms = Ceiling(euros=100.0, request={"granted_share": 0.5, "at_most": 0.1})
    >>> paid_in_full_up_to(terms, 100.0)
    (100.0, 120.0, 0.5)
    """
    request = terms.request
    share = 0.0 if request is None else request.granted_share
    limit = math.inf if request is None or request.at_most is None else request.at_most
    margin = 1.0 + terms.margin
    if share == 0 or limit == 0:
        return ceiling * margin, ceiling * margin, terms.marginal_rate
    grant_ends = ceiling * (1.0 + limit / share)
    with_whole_grant = ceiling * (1.0 + limit) * margin
    if share * margin >= 1:
        return with_whole_grant, with_whole_grant, terms.marginal_rate
    in_full = ceiling * (1.0 - share) * margin / (1.0 - share * margin)
    if in_full >= grant_ends:
        return with_whole_grant, with_whole_grant, terms.marginal_rate
    at_once = share * margin
    return in_full, grant_ends, at_once + (1.0 - at_once) * terms.marginal_rate


def _told_for(told: ContractToTell, terms: Ceiling, group: str | None, ceiling: float) -> Rows:
    in_full, in_part, share = paid_in_full_up_to(terms, ceiling)
    of_group = "" if group is None else "_group"
    facts: Facts = {"group": group, "ceiling": ceiling, "euros": in_full, "year": told.first_year}
    edges = (0.0, in_full if math.isfinite(in_full) else NONE)
    yield told.row("ceiling", f"below{of_group}", edges=edges, shares=split(1.0), **facts)
    if not math.isfinite(in_full):
        return
    if in_part > in_full:
        last = in_part if math.isfinite(in_part) else NONE
        facts = {"group": group, "euros": in_full, "next_euros": last, "payer": share}
        variant = "in_part" if math.isfinite(in_part) else "in_part_always"
        edges = (in_full, last)
        yield told.row("ceiling", f"{variant}{of_group}", edges=edges, shares=split(share), **facts)
    if math.isfinite(in_part):
        rate = terms.marginal_rate
        facts = {"group": group, "euros": in_part, "payer": rate, "provider": 1.0 - rate}
        variant = "above" if rate > 0 else "above_unpaid"
        edges = (in_part, NONE)
        yield told.row("ceiling", f"{variant}{of_group}", edges=edges, shares=split(rate), **facts)


def _euros(told: ContractToTell, terms: Ceiling) -> float:
    """Return the ceiling of the first year for the whole contract, euros of price_year."""
    if terms.euros is not None:
        return terms.euros
    assert terms.of_expected is not None  # one of the two, checked when read
    return terms.of_expected * told.case.expected_cost


def _parts(told: ContractToTell, terms: Ceiling) -> list[tuple[str | None, float]]:
    """Return who has a ceiling, and which part of it; the rest of the market has no name."""
    if terms.per == "contract":
        return [(None, 1.0)]
    groups = told.terms.providers
    parts: list[tuple[str | None, float]] = [
        (name, group.market_share if group.ceiling_share is None else group.ceiling_share)
        for name, group in groups.items()
    ]
    rest = 1.0 - sum(group.market_share for group in groups.values())
    return [*parts, ("", max(0.0, 1.0 - sum(part for _, part in parts)))] if rest > 1e-9 else parts
