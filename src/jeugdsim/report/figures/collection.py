"""All pictures that the results of one run support."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jeugdsim.report.figures.asked import TOTAL
from jeugdsim.report.figures.exceedance import exceedance
from jeugdsim.report.figures.fan import fan_chart
from jeugdsim.report.figures.heatmap import overrun_heatmap
from jeugdsim.report.figures.key_criteria import key_criteria
from jeugdsim.report.figures.key_shift import key_shift_chart, shifts_of
from jeugdsim.report.figures.keys import key_contributions
from jeugdsim.report.figures.risk import risk_carriers
from jeugdsim.report.figures.target import target_chance
from jeugdsim.report.figures.waiting import waiting_children
from jeugdsim.report.figures.waterfall import driver_waterfall
from jeugdsim.report.words import word

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.axes import Axes


def all_pictures(
    summary: Mapping[str, Any],
    overrun: npt.ArrayLike,
    *,
    all_pxq: Mapping[str, Any] | None = None,
    language: str = "nl",
) -> dict[str, Axes]:
    """Draw every picture that the results of a run support.

    Parameters
    ----------
    summary : dict
        The content of ``summary.json``.
    overrun : array_like, shape (draws,)
        The region's overrun over all years, euros.
    all_pxq : dict, optional
        The content of ``summary.json`` of the all-P x Q twin, to compare risks with.
    language : str
        ``"nl"`` or ``"en"``.

    Returns
    -------
    dict
        Name of the picture, such as ``"cost"``, to its axes. A picture without data is left out:
        ``target`` where no year has a savings target, ``keys`` where no second key can be computed,
        ``key_criteria`` and ``key_shift`` where the scenario reports no more than one key, ``waiting``
        where no care form has places.

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> outcome = js.run(scenario, draws=4, seed=2027, progress=False)
    >>> overrun = outcome.overruns["overrun"].sum(["year", "municipality", "segment"])
    >>> sorted(all_pictures(outcome.to_dict(), overrun))[:6]
    ['cost', 'drivers', 'exceedance', 'heatmap', 'key_criteria', 'key_shift']
    """
    region = summary["region"]
    pictures = {
        "cost": fan_chart(summary, language=language),
        "exceedance": exceedance(overrun, summary, language=language),
        "heatmap": overrun_heatmap(summary, language=language),
    }
    if region["savings"][TOTAL]["probability"] is not None:
        pictures["target"] = target_chance(summary, language=language)
    if any("not_computable" not in summary["allocation"][key] for key in _other_keys(summary)):
        pictures["keys"] = key_contributions(summary, language=language)
    judged = summary.get("keys") or {}
    if sum(bool(key["computable"]) for key in judged.values()) > 1:
        pictures["key_criteria"] = key_criteria(summary, language=language)
    if shifts_of(judged):
        pictures["key_shift"] = key_shift_chart(summary, language=language)
    if region.get("drivers"):
        pictures["drivers"] = driver_waterfall(summary, language=language)
    if region.get("provider_result"):
        beside = {} if all_pxq is None else {word("all_pxq", language): all_pxq}
        pictures["risk"] = risk_carriers(
            {word("policy", language): summary, **beside}, language=language
        )
    if summary.get("waiting"):
        pictures["waiting"] = waiting_children(summary, language=language)
    return pictures


def _other_keys(summary: Mapping[str, Any]) -> list[str]:
    return [key for key in summary["allocation"] if key != summary.get("key")]
