"""What scenarios change against the first of them, as one result to print, tabulate and write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jeugdsim import __version__
from jeugdsim.engine.effects import quantity_effects
from jeugdsim.outcomes import summary as blocks
from jeugdsim.outcomes.comparison import comparison_block
from jeugdsim.report.compare_answer import printed_comparison
from jeugdsim.report.compare_table import comparison_table
from jeugdsim.report.files import write_csv, write_json
from jeugdsim.results.outcome import Outcome
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.provenance import provenance

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class Comparison:
    """What scenarios change against the first, on the same draws; made by ``compare``.

    Attributes
    ----------
    outcomes : mapping of str to Outcome
        The runs by name, the baseline first.
    """

    outcomes: Mapping[str, Outcome]

    def __repr__(self) -> str:
        return f"Comparison({', '.join(map(repr, self.outcomes))})"

    def to_dict(self) -> dict[str, Any]:
        """Return the content of ``compare.json``: every difference per year and in total."""
        return self._content

    def summary(self) -> pd.DataFrame:
        """Return all differences as a tidy table, one row per quantity and period."""
        import pandas as pd

        header, rows = comparison_table(self._content)
        return pd.DataFrame(rows, columns=header)

    def answer(self, language: str = "nl", width: int = 100) -> str:
        """Return what changes on one terminal screen.

        Parameters
        ----------
        language : {"nl", "en"}
            Language of the answer.
        width : int
            Columns of the terminal.
        """
        return printed_comparison(self._content, language=language, width=width)

    def write(self, folder: str | Path) -> None:
        """Write ``compare.json`` and the tidy table ``compare.csv`` to a folder."""
        place = Path(folder)
        write_json(place / "compare.json", self._content)
        write_csv(place / "compare.csv", *comparison_table(self._content))

    @cached_property
    def _content(self) -> dict[str, Any]:
        (first, baseline), *others = self.outcomes.items()
        content = {
            "baseline": first,
            "scenarios": {
                name: {
                    "scenario": outcome.scenario.name,
                    "hash": outcome.scenario.hash,
                    "responses": _active_responses(outcome.scenario),
                }
                for name, outcome in self.outcomes.items()
            },
            "version": __version__,
            "seed": int(baseline.volumes.attrs["seed"]),
            "draws": int(baseline.volumes.sizes["draw"]),
            "years": list(baseline.scenario.calendar_years),
            "compared": {name: comparison_block(baseline, outcome) for name, outcome in others},
        }
        return dict(blocks.without_nan(content))


def _active_responses(scenario: Scenario) -> dict[str, str]:
    """Return the funding responses that act on care, with the kind of their source."""
    kinds = {number.path: number.kind for number in provenance(scenario)}
    paths = (effect.path for effect in quantity_effects(scenario))
    return {
        path: kinds.get(path, "assumption") for path in paths if path.startswith("funding_response.")
    }
