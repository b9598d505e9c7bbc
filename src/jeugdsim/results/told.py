"""What every outcome of a run can tell, whether its draws were kept or not: print, tabulate, write."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.allocation.fixed_cost import own_cost
from jeugdsim.outcomes import summary as blocks
from jeugdsim.outcomes.provenance_report import COLUMNS, SHARE_COLUMNS, provenance_rows
from jeugdsim.outcomes.uncertain_inputs import Uncertain
from jeugdsim.report.answer import printed_answer
from jeugdsim.report.figures import all_pictures, save_figure
from jeugdsim.report.files import tidy_tables, write_csv, write_json
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.provenance import provenance

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
SPREADS = ("cost", "overrun")


class Told(ABC):
    """A run that can be told: its summary, and the few numbers per draw that pictures ask."""

    scenario: Scenario

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Return the content of ``summary.json``: every outcome per year and in total."""

    @abstractmethod
    def _segments(self) -> dict[str, Any]:
        """Return contributions per municipality and segment, as ``segments_block`` has them."""

    @abstractmethod
    def _overrun_per_draw(self) -> Array:
        """Return the region's overrun over all years, shape (draws,)."""

    @abstractmethod
    def _spread_of(self, of: str) -> Array:
        """Return the result whose spread is explained, shape (draws,)."""

    @abstractmethod
    def _inputs_drawn(self) -> Uncertain:
        """Return what was drawn in those draws."""

    def summary(self) -> pd.DataFrame:
        """Return the region's outcomes as a tidy table, one row per quantity and year."""
        import pandas as pd

        header, rows = tidy_tables(self.to_dict())["region.csv"]
        return pd.DataFrame(rows, columns=header)

    def provenance(self, of: Literal["cost", "overrun"] = "cost") -> pd.DataFrame:
        """Return every input with its papers and its share in the spread of the answer.

        Parameters
        ----------
        of : {"cost", "overrun"}
            Whose spread: the region's cost over all years (contributions, lever and fixed cost), or
            its overrun in the last year.

        Returns
        -------
        pandas.DataFrame
            A row per input: ``path``, ``value`` as written, ``kind`` ("measured", "derived" or
            "assumption"), ``source`` and its ``title``; ``drawn`` "once" per draw, "yearly" or
            "never"; ``share`` of the variance, a fraction, and its ``standard_error``; ``group``, the
            inputs of its kind, with ``group_share`` and ``group_standard_error``. A share within two
            standard errors of zero can't be told from zero, and may be a little below it. What the
            shares leave is chance, and what no straight line follows. An input that is never drawn
            has no spread, so no share; it may still be wrong. Shares are NaN where the draws are too
            few to tell them (below 100, or below twice the numbers drawn), and for correlated inputs,
            which are told as a group only.

        Examples
        --------
        >>> import jeugdsim as js
        >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
        >>> outcome = js.run(scenario, draws=4, seed=2027, progress=False)
        >>> inputs = outcome.provenance().set_index("path")
        >>> inputs.loc["world.stay_growth_per_year", ["kind", "source", "drawn"]].tolist()
        ['assumption', 'G01', 'once']
        """
        import pandas as pd

        table = pd.DataFrame(self._provenance_rows(of), columns=list(COLUMNS))
        return table.astype(dict.fromkeys(SHARE_COLUMNS, float))

    def answer(self, all_pxq: Told | None = None, language: str = "nl", width: int = 100) -> str:
        """Return the answer on one terminal screen.

        Parameters
        ----------
        all_pxq : Outcome or SummarisedOutcome, optional
            That of ``scenario.all_pxq()`` on the same draws, to stand beside it.
        language : {"nl", "en"}
            Language of the answer.
        width : int
            Columns of the terminal.
        """
        beside = None if all_pxq is None else all_pxq.to_dict()
        return printed_answer(self.to_dict(), beside, language=language, width=width)

    def write(self, folder: str | Path, language: str = "nl", all_pxq: Told | None = None) -> None:
        """Write ``summary.json``, the tidy tables and the pictures to a folder.

        Every file is written beside its place and moved into it, so none is ever half there; the
        pictures are drawn before the first file is written. Pictures without data are left out.

        Parameters
        ----------
        folder : str or Path
            Made where it does not exist.
        language : {"nl", "en"}
            Language of the pictures.
        all_pxq : Outcome or SummarisedOutcome, optional
            That of ``scenario.all_pxq()`` on the same draws, to compare risks with.
        """
        place = Path(folder)
        beside = None if all_pxq is None else all_pxq.to_dict()
        pictures = all_pictures(
            self.to_dict(), self._overrun_per_draw(), all_pxq=beside, language=language
        )
        write_json(place / "summary.json", self.to_dict())
        for name, (header, rows) in {
            **tidy_tables(self.to_dict()),
            "segments.csv": blocks.segments_table(self._segments()),
            "provenance.csv": (list(COLUMNS), self._provenance_rows("cost")),
        }.items():
            write_csv(place / name, header, rows)
        for name, picture in pictures.items():
            save_figure(place / f"{name}.png", picture)

    def _provenance_rows(self, of: str) -> list[list[str | int | float | None]]:
        return provenance_rows(provenance(self.scenario), self._inputs_drawn(), self._spread_of(of))


def spread_of(bills: xr.Dataset, overruns: xr.Dataset, of: str) -> Array:
    """Return the result whose spread is explained, shape (draws,).

    Parameters
    ----------
    bills, overruns : xarray.Dataset
        From ``allocate`` and ``overrun``.
    of : {"cost", "overrun"}
        The region's cost over all years, or its overrun in the last.

    Raises
    ------
    ValueError
        When it is another.
    """
    if of == "cost":
        return per_draw(own_cost(bills))
    if of == "overrun":
        return per_draw(overruns["overrun"].isel(year=[-1]))
    raise ValueError(f"of={of!r}: choose from {', '.join(SPREADS)}")


def per_draw(values: xr.DataArray) -> Array:
    """Return the sum over all but draws, shape (draws,)."""
    return np.asarray(values.sum([name for name in values.dims if name != "draw"]).to_numpy())
