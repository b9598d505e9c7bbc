"""The provenance report: every input with its papers and its share in the spread of the answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from jeugdsim.outcomes.linear_shares import Share
from jeugdsim.outcomes.uncertain_inputs import Group, Uncertain
from jeugdsim.scenario.provenance import Input

Array = npt.NDArray[np.float64]
Block = dict[str, Any]
Cell = str | int | float | None
MOST_TOLD: Final = 10
DECIMALS: Final = 6  # far below any standard error, and above what another order of adding changes
CLEAR: Final = 2.0
COLUMNS: Final = (
    *("path", "value", "kind", "source", "title", "drawn"),
    *("share", "standard_error", "group", "group_share", "group_standard_error"),
)
SHARE_COLUMNS: Final = ("share", "standard_error", "group_share", "group_standard_error")


def is_clear(share: Share) -> bool:
    """Tell whether a share stands out of the noise of the draws: 2 standard errors above zero."""
    return share.share > CLEAR * share.standard_error


def spread_block(uncertain: Uncertain, target: Array) -> Block:
    """Summarise what the spread of a result comes from, largest share first.

    Parameters
    ----------
    uncertain : Uncertain
        What was drawn.
    target : ndarray, shape (draws,)
        The result.

    Returns
    -------
    dict
        ``shares``: at most 10 groups of inputs, only those whose share is clear; ``others``: how many
        groups are not told, and their share together; ``chance``: the rest, and its standard error;
        ``draws_needed``. Where shares can't be told ``shares`` is empty, and ``others`` and ``chance``
        are None.
    """
    groups = uncertain.groups
    found = uncertain.shares(target, [group.columns for group in groups])
    if found is None:
        untold = dict.fromkeys(("others", "chance", "chance_standard_error"))
        return {"shares": [], **untold, "draws_needed": uncertain.draws_needed}
    ranked = sorted(zip(groups, found.sets, strict=True), key=lambda pair: -pair[1].share)
    clear = [pair for pair in ranked if is_clear(pair[1])][:MOST_TOLD]
    others = [pair[1].share for pair in ranked if pair not in clear]
    return {
        "shares": [_told(group, share) for group, share in clear],
        "others": {"groups": len(others), "share": round(sum(others, 0.0), DECIMALS)},
        "chance": round(found.chance.share, DECIMALS),
        "chance_standard_error": round(found.chance.standard_error, DECIMALS),
        "draws_needed": uncertain.draws_needed,
    }


def _told(group: Group, share: Share) -> Block:
    return {
        "group": group.name,
        "patterns": list(group.patterns),
        "inputs": len(group.paths),
        "share": round(share.share, DECIMALS),
        "standard_error": round(share.standard_error, DECIMALS),
    }


def provenance_rows(inputs: Sequence[Input], uncertain: Uncertain, target: Array) -> list[list[Cell]]:
    """Return a row per input, with its share in the variance of a result.

    Parameters
    ----------
    inputs : sequence of Input
        Every number of the scenario.
    uncertain : Uncertain
        What was drawn.
    target : ndarray, shape (draws,)
        The result.

    Returns
    -------
    list of list
        In the columns of ``COLUMNS``. ``drawn`` is "once" (per draw), "yearly" or "never". An input
        that is never drawn has no spread and so no share, which says nothing of whether it is right.
        ``share`` is also empty where an input is correlated with others, and all shares are where the
        draws are too few.
    """
    own, together = _shares(uncertain, target)
    group_of = {path: group for group in uncertain.groups for path in group.paths}
    rows: list[list[Cell]] = []
    for entry in inputs:
        papers: list[Cell] = [entry.path, entry.value, entry.kind, entry.source, entry.title]
        path = _spreading_path(entry.path, uncertain)
        group = group_of.get(path)
        drawn = "never" if group is None else "yearly" if path in uncertain.yearly else "once"
        name = "" if group is None else group.name
        rows.append([*papers, drawn, *_cells(own.get(path)), name, *_cells(together.get(name))])
    return rows


def _spreading_path(path: str, uncertain: Uncertain) -> str:
    """Return the path under which an input was drawn: a process may write its size as a part."""
    whole = path.removesuffix(".sd")
    return whole if whole in uncertain.yearly else path


def _shares(uncertain: Uncertain, target: Array) -> tuple[dict[str, Share], dict[str, Share]]:
    """Return the shares of inputs that are not correlated, and those of groups, by name."""
    tied = {path for paths in uncertain.correlated for path in paths}
    alone = [path for path in uncertain.columns if path not in tied]
    names = [group.name for group in uncertain.groups]
    sets = [uncertain.columns[path] for path in alone]
    sets += [group.columns for group in uncertain.groups]
    found = uncertain.shares(target, sets)
    if found is None:
        return {}, {}
    own, together = found.sets[: len(alone)], found.sets[len(alone) :]
    return dict(zip(alone, own, strict=True)), dict(zip(names, together, strict=True))


def _cells(share: Share | None) -> list[Cell]:
    if share is None:
        return [None, None]
    return [round(share.share, DECIMALS), round(share.standard_error, DECIMALS)]
