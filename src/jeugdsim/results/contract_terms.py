"""The terms of contracts as people read them: sentences, euros, shares, and where each comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from jeugdsim.funding.told.row import TermRow
from jeugdsim.funding.told.terms import term_rows
from jeugdsim.report.contract_sentence import contract_sentence
from jeugdsim.report.words import check_language
from jeugdsim.scenario.model import Scenario
from jeugdsim.scenario.provenance import KINDS, source_of
from jeugdsim.scenario.rows import Kind

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, str | float]


def contract_terms(scenario: Scenario, language: Literal["nl", "en"] = "nl") -> pd.DataFrame:
    """Tell who bears which risk under every contract, from which euro, in plain words.

    Parameters
    ----------
    scenario : Scenario
        What is assumed.
    language : {"nl", "en"}
        Language of the sentences.

    Returns
    -------
    pandas.DataFrame
        A row per contract and rule (per band or part where a rule has several), contracts by name:
        ``contract``, ``form``; ``rule``, the term in scenario.toml, ``form``, or the risk told
        (``number_of_children``, ``price``, ``length_and_intensity``, ``empty_places``,
        ``expensive_children``, ``change_of_budget``); ``text``. ``from_euros`` and ``to_euros`` say
        where it holds, NaN where it has no such edge: for bands, ``minimum_savings`` and
        ``recalibration`` the size of the difference with the agreed budget, for ``ceiling`` the value
        of the care, for ``child_stop_loss`` what one child costs in a year, for ``reserve`` and
        ``bail_out`` the loss so far, for ``budget`` the agreed budget. ``payer_share``,
        ``provider_share`` and ``reinsurer_share`` are fractions of what lies between these edges, NaN
        where a rule splits nothing. ``kind`` ("measured", "derived" or "assumption") and ``source``
        are the weakest of its papers; a default that nobody wrote is an assumption.

    Raises
    ------
    ValueError
        When the language is not known.

    Notes
    -----
    Euros are those of price_year in the first contract year, before tariff resets. A budget from
    history, and what else is a part of expected cost, takes the closed form of the reference: without
    waiting and age limits. Terms that are uncertain are told at their mean.

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> terms = js.contract_terms(scenario, language="en").query("contract == 'verblijf'")
    >>> terms.loc[terms.rule == "loss_bands", "provider_share"].round(2).tolist()
    [1.0, 0.5, 0.2]
    """
    import pandas as pd

    check_language(language)
    return pd.DataFrame([_told(scenario, row, language) for row in term_rows(scenario)])


def _told(scenario: Scenario, row: TermRow, language: str) -> Row:
    kind, source = _papers(scenario, row)
    return {
        "contract": row.contract,
        "form": row.form,
        "rule": row.rule,
        "text": contract_sentence(row.told_as, row.facts, language),
        "from_euros": row.from_euros,
        "to_euros": row.to_euros,
        "payer_share": row.payer_share,
        "provider_share": row.provider_share,
        "reinsurer_share": row.reinsurer_share,
        "kind": kind,
        "source": source,
    }


def _papers(scenario: Scenario, row: TermRow) -> tuple[Kind, str]:
    """Return the weakest kind among the sources of a rule, and their ids."""
    if not row.written:
        return "assumption", ""
    stated = dict(scenario.settings.sources)
    below = {source for path, source in stated.items() if path.startswith(f"{row.path}.")}
    ids = sorted({source_of(tuple(row.path.split(".")), stated), *below} - {""})
    kind_of = {paper.id: paper.kind for paper in scenario.sources}
    kinds = [kind_of.get(name, "assumption") for name in ids] or ["assumption"]
    return max(kinds, key=KINDS.index), ", ".join(ids)
