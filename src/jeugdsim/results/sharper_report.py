"""Every reported mean beside the sharper one that the same draws give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from jeugdsim.outcomes.precision import PRECISE, Reported, by_path
from jeugdsim.outcomes.sharper import sharper_means
from jeugdsim.outcomes.uncertain_inputs import Uncertain
from jeugdsim.results.reported import reported

if TYPE_CHECKING:
    import pandas as pd

    from jeugdsim.results.outcome import Outcome

Array = npt.NDArray[np.float64]
COLUMNS = (
    "number",
    "mean",
    "standard_error",
    "sharper_mean",
    "sharper_standard_error",
    "factor",
)
_RESULTS_AT_ONCE = 500


def sharper_report(outcome: Outcome, uncertain: Uncertain) -> pd.DataFrame:
    """Return every reported mean that varies, plain and sharper, as a table.

    Parameters
    ----------
    outcome : Outcome
        A run.
    uncertain : Uncertain
        What was drawn in it.

    Raises
    ------
    ValueError
        When there are too few draws for what is drawn in them.
    """
    import pandas as pd

    means = _reported_means(outcome)
    yearly, once = _plain_and_balanced(outcome, uncertain)
    names = list(means)
    parts = []
    for first in range(0, len(names), _RESULTS_AT_ONCE):
        some = names[first : first + _RESULTS_AT_ONCE]
        found = sharper_means(np.stack([means[name] for name in some], axis=1), yearly, once)
        numbers = [getattr(found, column) for column in COLUMNS[1:]]
        parts.append(pd.DataFrame({"number": some, **dict(zip(COLUMNS[1:], numbers, strict=True))}))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))


def _reported_means(outcome: Outcome) -> dict[str, Array]:
    """Return the numbers per draw of every reported mean that varies, by its path."""
    told = by_path(reported(outcome, PRECISE))
    draws = outcome.volumes.sizes["draw"]
    return {
        path: np.asarray(one.values, dtype=np.float64)
        for path, one in told
        if isinstance(one, Reported) and one.statistic == "mean"
        if len(one.values) == draws and np.all(np.isfinite(one.values)) and np.ptp(one.values) > 0.0
    }


def _plain_and_balanced(outcome: Outcome, uncertain: Uncertain) -> tuple[Array, Array]:
    """Return what is drawn plainly, less its mean, and what is drawn by Latin hypercube."""
    resets = {
        f"tariff_resets.{name}.chance": reset.chance
        for name, reset in outcome.scenario.settings.tariff_resets.items()
    }
    middle = np.zeros(uncertain.drawn.shape[1])
    plainly: list[int] = []
    for path, columns in uncertain.columns.items():
        if path in resets:
            middle[list(columns)] = np.sqrt(resets[path] / (1.0 - resets[path]))  # p in units of its sd
        if path in resets or path in uncertain.yearly:
            plainly += columns
    balanced = np.setdiff1d(np.arange(len(middle)), plainly)
    return uncertain.drawn[:, plainly] - middle[plainly], uncertain.drawn[:, balanced]
