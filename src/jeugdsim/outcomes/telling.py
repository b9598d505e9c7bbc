"""What is told of a number per draw: worked out at once, or noted to be worked out later.

What a run reports, and under which name, is written once; a ``Telling`` decides what becomes of every
array that is reported. ``EXACT`` works it out over the draws given. A ``Recorder`` (in
``accumulated``) notes it, for runs whose draws come piece by piece.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from jeugdsim.outcomes.statistics import describe, describe_known

Array = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]
Block = dict[str, Any]


class Telling(Protocol):
    """What becomes of one number per draw, shape (draws,)."""

    def distribution(self, values: Array) -> Block:
        """Tell mean, sd, standard error and percentiles."""
        ...

    def known_distribution(self, values: Array) -> Block:
        """Tell the same over the draws in which the number exists (is not NaN)."""
        ...

    def chance(self, happened: Truths) -> Any:
        """Tell the share of draws in which it happens."""
        ...

    def mean(self, values: Array) -> Any:
        """Tell the mean."""
        ...

    def known_mean(self, values: Array) -> Any:
        """Tell the mean over the draws in which the number exists, None where it does in none."""
        ...

    def certain(self, values: Array) -> Any:
        """Tell a number that is the same in every draw."""
        ...


class Exact:
    """Tells everything at once, over the draws given.

    Examples
    --------
    >>> import numpy as np
    >>> EXACT.chance(np.array([True, False])), EXACT.known_mean(np.array([np.nan, 2.0]))
    (0.5, 2.0)
    """

    def distribution(self, values: Array) -> Block:
        """Tell mean, sd, standard error and percentiles."""
        return describe(values)

    def known_distribution(self, values: Array) -> Block:
        """Tell the same over the draws in which the number exists (is not NaN)."""
        return describe_known(values)

    def chance(self, happened: Truths) -> float:
        """Tell the share of draws in which it happens."""
        return float(np.mean(happened))

    def mean(self, values: Array) -> float:
        """Tell the mean."""
        return float(np.mean(values))

    def known_mean(self, values: Array) -> float | None:
        """Tell the mean over the draws in which the number exists, None where it does in none."""
        known = values[~np.isnan(values)]
        return float(known.mean()) if len(known) else None

    def certain(self, values: Array) -> float:
        """Tell a number that is the same in every draw."""
        return float(values[0])


EXACT = Exact()
"""Over the draws given."""
