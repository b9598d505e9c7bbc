"""What a run gives back: every result of a scenario, and its reference on the same draws."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim import __version__
from jeugdsim.allocation.billing import allocate
from jeugdsim.allocation.fixed_cost import own_cost
from jeugdsim.funding.reference import reference_means
from jeugdsim.outcomes import summary as blocks
from jeugdsim.outcomes.basis_risk import income_line
from jeugdsim.outcomes.drivers import drivers
from jeugdsim.outcomes.key_summary import keys_block
from jeugdsim.outcomes.provenance_report import COLUMNS, SHARE_COLUMNS, provenance_rows, spread_block
from jeugdsim.outcomes.uncertain_inputs import Uncertain, uncertain_inputs
from jeugdsim.outcomes.waiting import ages_block, municipality_lines, region_line, waiting_block
from jeugdsim.report.answer import printed_answer
from jeugdsim.report.figures import all_pictures, save_figure
from jeugdsim.report.files import tidy_tables, write_csv, write_json
from jeugdsim.results.content import allocation_block, warnings_of
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.provenance import kind_counts, provenance

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class Reference:
    """The yardstick of savings: the same world, every contract P x Q, no levers, responses off."""

    scenario: Scenario
    volumes: xr.Dataset
    accounts: xr.Dataset

    def __repr__(self) -> str:
        return f"Reference({self.scenario!r}, draws={self.volumes.sizes['draw']})"

    @cached_property
    def bills(self) -> xr.Dataset:
        """The reference's contributions: every municipality pays its own use."""
        return allocate(self.accounts, self.scenario)


@dataclass(frozen=True, repr=False)
class Outcome:
    """Everything a run gives.

    Attributes
    ----------
    scenario : Scenario
        What was assumed.
    volumes, accounts, bills : xarray.Dataset
        Quantities, payments, and contributions under the key in use.
    reference : Reference
        The reference's scenario, volumes and accounts, on the same draws.
    overruns, savings : xarray.Dataset
        Overrun per municipality and segment; the region's savings in their parts.
    """

    scenario: Scenario
    volumes: xr.Dataset
    accounts: xr.Dataset
    bills: xr.Dataset
    reference: Reference
    overruns: xr.Dataset
    savings: xr.Dataset

    def __repr__(self) -> str:
        return f"Outcome({self.scenario!r}, draws={self.volumes.sizes['draw']})"

    def drivers(self) -> xr.Dataset:
        """Return what drives the overrun, in parts that add up to it.

        Returns
        -------
        xarray.Dataset
            On (draw, year, municipality, segment), nominal euros: ``budgeting`` (expected reference
            cost - budget), ``price``, ``clients``, ``days_per_client``, ``units_per_day`` (from the
            expected reference cost to own use), ``contract`` (contribution - own use),
            ``lever_cost``, and ``fixed_cost`` where the scenario has one.
        """
        return self._drivers

    @cached_property
    def _drivers(self) -> xr.Dataset:
        means = reference_means(self.scenario, self.reference.volumes)
        return drivers(self.volumes, self.accounts, self.bills, self.scenario, means)

    def to_dict(self) -> dict[str, Any]:
        """Return the content of ``summary.json``: every outcome per year and in total."""
        return self._content

    def summary(self) -> pd.DataFrame:
        """Return the region's outcomes as a tidy table, one row per quantity and year."""
        import pandas as pd

        header, rows = tidy_tables(self._content)["region.csv"]
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

    def answer(self, all_pxq: Outcome | None = None, language: str = "nl", width: int = 100) -> str:
        """Return the answer on one terminal screen.

        Parameters
        ----------
        all_pxq : Outcome, optional
            That of ``scenario.all_pxq()`` on the same draws, to stand beside it.
        language : {"nl", "en"}
            Language of the answer.
        width : int
            Columns of the terminal.
        """
        beside = None if all_pxq is None else all_pxq.to_dict()
        return printed_answer(self._content, beside, language=language, width=width)

    def write(self, folder: str | Path, language: str = "nl", all_pxq: Outcome | None = None) -> None:
        """Write ``summary.json``, the tidy tables and the pictures to a folder.

        Every file is written beside its place and moved into it, so none is ever half there; the
        pictures are drawn before the first file is written. Pictures without data are left out.

        Parameters
        ----------
        folder : str or Path
            Made where it does not exist.
        language : {"nl", "en"}
            Language of the pictures.
        all_pxq : Outcome, optional
            That of ``scenario.all_pxq()`` on the same draws, to compare risks with.
        """
        place = Path(folder)
        beside = None if all_pxq is None else all_pxq.to_dict()
        overruns = _per_draw(self.overruns["overrun"])
        pictures = all_pictures(self._content, overruns, all_pxq=beside, language=language)
        write_json(place / "summary.json", self._content)
        for name, (header, rows) in {
            **tidy_tables(self._content),
            "segments.csv": blocks.segments_table(self.bills),
            "provenance.csv": (list(COLUMNS), self._provenance_rows("cost")),
        }.items():
            write_csv(place / name, header, rows)
        for name, picture in pictures.items():
            save_figure(place / f"{name}.png", picture)

    @cached_property
    def _uncertain(self) -> Uncertain:
        return uncertain_inputs(self.scenario, self.volumes)

    def _spread_of(self, of: str) -> npt.NDArray[np.float64]:
        """Return the result whose spread is explained, shape (draws,)."""
        if of == "cost":
            return _per_draw(own_cost(self.bills))
        if of == "overrun":
            return _per_draw(self.overruns["overrun"].isel(year=[-1]))
        raise ValueError(f"of={of!r}: choose from cost, overrun")

    def _provenance_rows(self, of: str) -> list[list[str | int | float | None]]:
        return provenance_rows(provenance(self.scenario), self._uncertain, self._spread_of(of))

    @cached_property
    def _content(self) -> dict[str, Any]:
        scenario = self.scenario
        reference_payment = self.reference.accounts["payment"].sum("contract")
        municipalities = blocks.municipalities_block(self.bills, self.overruns, self.drivers())
        lines = municipality_lines(self.volumes, scenario)
        limits = {
            "waiting": waiting_block(self.volumes, scenario),
            "ages": ages_block(self.volumes, scenario),
        }
        judged = keys_block(self.accounts, scenario)
        content = {
            "scenario": scenario.name,
            "hash": scenario.hash,
            "version": __version__,
            "seed": int(self.volumes.attrs["seed"]),
            "draws": int(self.volumes.sizes["draw"]),
            "years": list(scenario.calendar_years),
            "region": {
                **blocks.region_block(self.accounts, self.bills, self.overruns),
                "savings": blocks.savings_block(self.savings),
                "drivers": blocks.drivers_block(self.drivers()),
                **region_line(self.volumes, scenario),
                **income_line(self.bills, self.accounts, scenario),
            },
            "contracts": blocks.contracts_block(self.accounts, scenario),
            "municipalities": {
                name: {**block, **lines[name]} for name, block in municipalities.items()
            },
            **{name: block for name, block in limits.items() if block},
            "allocation": allocation_block(self.accounts, scenario),
            **({"keys": judged} if judged else {}),
            "reference": {"region": {"payment": blocks.per_year(reference_payment)}},
            "key": scenario.settings.allocation.used,
            "provenance": {
                **kind_counts(scenario),
                **spread_block(self._uncertain, self._spread_of("cost")),
                "overrun_last_year": spread_block(self._uncertain, self._spread_of("overrun")),
            },
            "absent": list(scenario.absent_sections),
            "accounts": {str(year): euros for year, euros in scenario.accounts_so_far.items()},
            "warnings": warnings_of(scenario, self.volumes, self.accounts),
        }
        return dict(blocks.without_nan(content))


def _per_draw(values: xr.DataArray) -> npt.NDArray[np.float64]:
    """Return the sum over all but draws."""
    return values.sum([name for name in values.dims if name != "draw"]).to_numpy()
