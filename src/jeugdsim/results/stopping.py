"""As many draws as a number needs: run, look how precise it is, double, and stop when it is enough."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

import numpy as np

from jeugdsim.engine.memory import free_memory
from jeugdsim.outcomes.precision import PRECISE, Reported, by_path
from jeugdsim.outcomes.summary import costs_of_named_providers
from jeugdsim.results.outcome import Outcome
from jeugdsim.results.reported import reported
from jeugdsim.results.summarised import SummarisedOutcome
from jeugdsim.scenario.findings import nearest, shown

FIRST_DRAWS = 1_000
MOST_DRAWS = 64_000
A_LOOK = 2
"""Draws enough to know which numbers a scenario has."""
_ROOM = 3  # times what is held now: the doubled run, and the one that it is made from
_EXAMPLE = 'precision={"region.overrun.2032.probability": 0.01}'

Precision = Mapping[str, float]
Numbers = Mapping[str, Reported]
Run = TypeVar("Run", Outcome, SummarisedOutcome)


class PrecisionError(ValueError):
    """A precision that can't be asked."""


@dataclass(frozen=True)
class Reached:
    """How precise a number was found to be.

    Attributes
    ----------
    number : str
        Its dotted path in the summary.
    value : float
        The number.
    wanted, standard_error : float
        Asked and found, in its own unit.
    draws : int
        Draws of the run.
    enough : bool
        Whether it is as precise as was asked.
    """

    number: str
    value: float
    wanted: float
    standard_error: float
    draws: int
    enough: bool


class Asked:
    """The numbers whose precision is asked.

    Parameters
    ----------
    paths : iterable of str
        Their dotted paths in the summary.
    sample : Outcome
        A run of the scenario, of any number of draws.
    all_draws : bool
        Whether runs hold all of their draws at once.

    Raises
    ------
    PrecisionError
        When a path is no number of the summary, or has no Monte Carlo error.
    """

    def __init__(self, paths: Sequence[str], sample: Outcome, *, all_draws: bool) -> None:
        self._children = costs_of_named_providers(sample.scenario)
        self._all_draws = all_draws
        self._paths = tuple(paths)
        known = self._told(sample)
        for path in self._paths:
            _check_path(path, known)

    def of(self, outcome: Outcome) -> dict[str, Reported]:
        """Return the numbers, as what they are worked out from, of a run or some draws of one."""
        told = self._told(outcome)
        return {path: told[path] for path in self._paths}

    def _told(self, outcome: Outcome) -> dict[str, Any]:
        told = reported(outcome, PRECISE, children=self._children, all_draws=self._all_draws)
        return dict(by_path(told))


def together(parts: Sequence[Numbers]) -> dict[str, Reported]:
    """Return the numbers of a run from those of its parts, in order."""
    return {
        path: replace(first, values=np.concatenate([part[path].values for part in parts]))
        for path, first in parts[0].items()
    }


def until_precise(
    run_of: Callable[[int, Run | None], tuple[Run, Numbers]],
    precision: Precision,
    most_draws: int,
    goes_on: Callable[[Run], bool] = lambda _: True,
) -> Run:
    """Return the run of 1,000, 2,000, 4,000, ... draws in which numbers are first precise enough.

    Precision is looked at after every doubling only, and in the end at ``most_draws``.

    Parameters
    ----------
    run_of : callable
        From a number of draws, and the shorter run if there is one, to the run of so many draws and
        the numbers asked.
    precision : mapping of str to float
        The standard error wanted, by dotted path in the summary, in the unit of the number.
    most_draws : int
        Where to stop in any case.
    goes_on : callable
        From a run to whether it can be doubled.

    Returns
    -------
    Outcome or SummarisedOutcome
        With ``precision_reached``: also of what was not reached by the last look.
    """
    import pandas as pd

    run = None
    for draws in looks(most_draws):
        run, numbers = run_of(draws, run)
        looked = [_reached(path, numbers[path], wanted, draws) for path, wanted in precision.items()]
        if all(one.enough for one in looked) or not goes_on(run):
            break
    assert run is not None  # there is a first look
    return replace(run, precision_reached=pd.DataFrame([asdict(one) for one in looked]))


def looks(most_draws: int) -> Iterator[int]:
    """Give the numbers of draws after which precision is looked at, rising to ``most_draws``.

    Examples
    --------
    >>> list(looks(5_000))
    [1000, 2000, 4000, 5000]
    """
    draws = FIRST_DRAWS
    while draws < most_draws:
        yield draws
        draws *= 2
    yield most_draws


def _reached(path: str, number: Reported, wanted: float, draws: int) -> Reached:
    """Return how precise a number is."""
    error = number.standard_error()
    return Reached(path, number.value(), float(wanted), error, draws, error <= wanted)


def fits_doubled(outcome: Outcome) -> bool:
    """Tell whether memory holds twice the draws; where that is not known, it does."""
    held = [outcome.volumes, outcome.accounts, outcome.bills, outcome.overruns, outcome.savings]
    held += [outcome.reference.volumes, outcome.reference.accounts]
    free = free_memory()
    return free is None or _ROOM * sum(int(one.nbytes) for one in held) <= free


def check_asked(draws: object, precision: object, most_draws: Any) -> None:
    """Refuse what can't be asked of a run that finds its own number of draws.

    Parameters
    ----------
    draws : object
        Must be ``"auto"``.
    precision : object
        Must be a mapping of paths to numbers above 0.
    most_draws : int
        Must be a whole number of 1,000 or more.

    Raises
    ------
    PrecisionError
        Telling what is asked for.
    """
    if isinstance(draws, str) and draws != "auto":
        raise PrecisionError(f'draws must be a whole number or "auto", not {shown(draws)}')
    if draws != "auto":
        raise PrecisionError(
            'precision and most_draws go with draws="auto", which finds the number of draws; '
            f"here draws is {shown(draws)}"
        )
    if precision is None or (isinstance(precision, Mapping) and not precision):
        raise PrecisionError(f'draws="auto" asks which number must be how precise: {_EXAMPLE}')
    if not isinstance(precision, Mapping):
        raise PrecisionError(f"precision must be a table of paths and numbers, as {_EXAMPLE}")
    for path, wanted in precision.items():
        number = isinstance(wanted, int | float | np.number) and not isinstance(wanted, bool)
        if not number or not math.isfinite(wanted) or wanted <= 0:
            raise PrecisionError(
                f"precision of {shown(path)} must be a number above 0, the standard error wanted in "
                f"the unit of that number, not {shown(wanted)}"
            )
    whole = isinstance(most_draws, int | np.integer) and not isinstance(most_draws, bool)
    if not whole or most_draws < FIRST_DRAWS:
        raise PrecisionError(
            f"most_draws must be a whole number of {FIRST_DRAWS:,} or more, not {shown(most_draws)}"
        )


def _check_path(path: str, known: Mapping[str, Any]) -> None:
    """Refuse a path that is no number of the summary with a Monte Carlo error."""
    if isinstance(known.get(path), Reported):
        return
    if path in known:
        what = "does not exist in this scenario" if known[path] is None else "is the same in every draw"
        raise PrecisionError(f"precision: {path} {what}, so it has no Monte Carlo error")
    inside = [name for name in known if name.startswith(f"{path}.")]
    if inside:
        raise PrecisionError(
            f"precision: {path} holds several numbers: name one of them, such as "
            + ", ".join(inside[:3])
        )
    numbers = [name for name, one in known.items() if isinstance(one, Reported)]
    raise PrecisionError(
        f"precision: the summary has no number {shown(path)}{nearest(str(path), numbers)}; paths are "
        f"as in summary.json, with a point between names, such as {numbers[0]}"
    )
