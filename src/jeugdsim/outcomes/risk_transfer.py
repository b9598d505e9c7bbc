"""Who bears the spread of the cost under each way to pay for it, on the same care."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import xarray as xr

from jeugdsim.funding.reference import reference_volumes
from jeugdsim.funding.settlement import settle
from jeugdsim.outcomes.arrangements import ARRANGEMENTS, Arrangement, arrangement
from jeugdsim.outcomes.spread import has_blocks, sd, sd_error, share, share_error
from jeugdsim.scenario.findings import listed, nearest
from jeugdsim.scenario.model import Scenario

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
Row = dict[str, object]
TOTAL = "total"
OWN_TERMS = "scenario"


def risk_transfer(
    volumes: xr.Dataset,
    scenario: Scenario,
    forms: Sequence[str] | None = None,
    *,
    reference: xr.Dataset | None = None,
) -> pd.DataFrame:
    """Settle the same care in every way to pay for it, and tell who bears the spread of its cost.

    Nothing is simulated anew: children, care and prices are those of the volumes, so a form does not
    change what anybody does. Sums are those of the region.

    Parameters
    ----------
    volumes : xarray.Dataset
        From ``simulate``.
    scenario : Scenario
        That of the volumes.
    forms : sequence of str, optional
        Which ways to pay, in this order; by default all. ``"pxq"``: every contract P x Q, without
        ceilings. ``"lump_sum"``: every contract task-based on its own budget, index clause, growth and
        agreed reduction (a contract without: its expected cost, the index), with nothing shared.
        ``"scenario"``: the scenario's own terms. ``"corridor"``: the lump sum with bands at 3% and 8%,
        payer 50% and 80%, on both sides. ``"recalibrated"``: the lump sum that follows the number of
        clients in full, settled on the year itself. ``"output_based"``: a price per trajectory, its
        expected cost. ``"availability"``: a fee for places, for contracts of which every care form has
        places; the others P x Q, and left out where there is none.
    reference : xarray.Dataset, optional
        As in ``settle``.

    Returns
    -------
    pandas.DataFrame
        A row per ``form``, ``bail_out`` (false: without any, but ``scenario`` as agreed; true: with the
        contract's own, or chance 0.5 a year and share 1; only where contracts are task-based) and
        ``period`` (the last year, or "total": all years). Nominal euros: ``payment``,
        ``provider_result``, ``reinsurance`` (claims less premiums) and ``care_cost`` = payment - result
        + reinsurance, the same in every row; of each ``_mean``, ``_sd`` and ``_sd_standard_error``.
        ``payer_share``, ``provider_share`` and
        ``reinsurer_share`` of the spread add up to 1: Cov(payment, cost) / Var(cost), and so on, with
        ``payer_share_standard_error``; NaN where cost has no spread. ``bail_out_mean`` is what is
        topped up, ``risk_back`` the part of the spread that comes back to the payer by it.
        ``contracts``: those that take the form. ``standard_errors_from``: ``"blocks"`` (of 250 draws,
        where there are at least 20) or ``"draws"`` (the jackknife over draws).

    Raises
    ------
    ValueError
        When a form is not known, or volumes and scenario do not belong together.

    Notes
    -----
    The bands, the bail-out and the recalibration without lag are assumptions: no figures of Dutch
    contracts are public. Bands are in the range of risk corridors abroad.

    Examples
    --------
    >>> import jeugdsim as js
    >>> scenario = js.load_scenario("scenarios/haaglanden-2027")
    >>> volumes = js.simulate(scenario, draws=4, seed=2027, progress=False)
    >>> table = js.risk_transfer(volumes, scenario, ["pxq", "lump_sum"])
    >>> table.query("period == 'total'")[["form", "bail_out"]].to_numpy().tolist()
    [['pxq', False], ['lump_sum', False], ['lump_sum', True]]
    """
    import pandas as pd

    chosen = _checked(forms)
    if scenario.is_limited:
        reference = reference_volumes(scenario, volumes, reference)
    rows = [row for form in chosen for row in _rows_of_form(volumes, scenario, form, reference)]
    return pd.DataFrame(rows)


def _checked(forms: Sequence[str] | None) -> list[str]:
    if forms is None:
        return list(ARRANGEMENTS)
    if isinstance(forms, str):
        raise ValueError(f"forms must be a list of names, as [{forms!r}]")
    for form in forms:
        if form not in ARRANGEMENTS:
            raise ValueError(
                f"form {form!r} is not known{nearest(form, ARRANGEMENTS)}: choose from "
                f"{listed(ARRANGEMENTS)}"
            )
    return list(dict.fromkeys(forms))


def _rows_of_form(
    volumes: xr.Dataset, scenario: Scenario, form: str, reference: xr.Dataset | None
) -> Iterator[Row]:
    found = arrangement(scenario, form)
    if found is None:
        return
    as_agreed = found if form == OWN_TERMS else found.without_bail_out()
    plain = _settled(volumes, scenario, as_agreed, reference)
    without = list(_rows(plain, form, found, bail_out=False))
    topped = found.with_bail_out()
    if topped is None:
        yield from without
        return
    accounts = _settled(volumes, scenario, topped, reference)
    yield from without
    for before, row in zip(without, _rows(accounts, form, found, bail_out=True), strict=True):
        yield {**row, "risk_back": _number(row, "payer_share") - _number(before, "payer_share")}


def _number(row: Row, name: str) -> float:
    value = row[name]
    assert isinstance(value, float)
    return value


def _settled(
    volumes: xr.Dataset, scenario: Scenario, found: Arrangement, reference: xr.Dataset | None
) -> xr.Dataset:
    return settle(volumes, scenario, contracts=found.contracts, reference=reference)


def _rows(accounts: xr.Dataset, form: str, found: Arrangement, *, bail_out: bool) -> Iterator[Row]:
    """Give the rows of a form: the last year, and all years together."""
    last = accounts.isel(year=[-1])
    for period, part in ((str(last["year"].item()), last), (TOTAL, accounts)):
        yield {
            "form": form,
            "bail_out": bail_out,
            "period": period,
            **_spreads(part),
            "contracts": found.takes_it,
        }


def _spreads(accounts: xr.Dataset) -> Row:
    """Return means, spreads and shares of the region's sums over the years of the accounts."""
    payment, result = (_per_draw(accounts, name) for name in ("payment", "provider_result"))
    reinsurance = _per_draw(accounts, "reinsurance")
    cost = payment - result + reinsurance
    row: Row = {}
    for name, euros in (
        ("payment", payment),
        ("provider_result", result),
        ("reinsurance", reinsurance),
        ("care_cost", cost),
    ):
        row[f"{name}_mean"] = float(euros.mean())
        row[f"{name}_sd"] = sd(euros)
        row[f"{name}_sd_standard_error"] = sd_error(euros)
    row["payer_share"] = share(payment, cost)
    row["payer_share_standard_error"] = share_error(payment, cost)
    row["provider_share"] = share(-result, cost)
    row["reinsurer_share"] = share(reinsurance, cost)
    row["bail_out_mean"] = float(_per_draw(accounts, "bail_out").mean())
    row["risk_back"] = 0.0
    row["standard_errors_from"] = "blocks" if has_blocks(cost) else "draws"
    return row


def _per_draw(accounts: xr.Dataset, name: str) -> Array:
    """Return a sum over contracts and years per draw; zeros where no contract has it."""
    if name not in accounts:
        return np.zeros(accounts.sizes["draw"])
    return accounts[name].sum(["year", "contract"]).to_numpy()
