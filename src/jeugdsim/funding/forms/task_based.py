"""Task-based (*taakgericht*): a sum for a task and a population, with shared risk around it.

In this order: what a single child costs above a retention is covered; what is left differs from the sum
agreed for the year, and that difference is shared; in a transition only a part of the contract is
settled so; after an early end the care is paid P x Q; at last a provider that lost its reserve may be
topped up. One function per step.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from jeugdsim.funding.basis import budget_basis, members_left
from jeugdsim.funding.case import Case, Settled, counts_children_of
from jeugdsim.funding.levels import levels
from jeugdsim.funding.rules.bail_out import top_ups
from jeugdsim.funding.rules.child_stop_loss import excess_above
from jeugdsim.funding.rules.corridor import reinsured, shared_payment
from jeugdsim.funding.rules.extension import rebased_basis, years_of_growth
from jeugdsim.funding.rules.index_clause import clause_index
from jeugdsim.funding.rules.minimum_savings import minimum_savings
from jeugdsim.funding.rules.recalibration import moments, recalibrate
from jeugdsim.funding.rules.termination import ended
from jeugdsim.funding.rules.transition import blended
from jeugdsim.scenario.contracts import BailOut, ChildStopLoss, Recalibration, Termination

Array = npt.NDArray[np.float64]


def settle_task_based(case: Case) -> Settled:
    """Return what a task-based contract pays."""
    covered = _covered(case, case.terms.child_stop_loss)
    left = np.maximum(case.use - covered.by_payer - covered.by_reinsurer, 0.0)
    budget = agreed_budget(case, left)
    shared = _reinsured_at_a_premium(case, _shared(case, budget, left, covered), budget)
    running = _in_transition(case, shared)
    stopped = np.zeros(budget.shape, dtype=np.bool_)
    if case.terms.termination is not None:
        stopped = _ended_early(case, case.terms.termination, running)
        running = _paid_by_unit(case, case.terms.termination, running, stopped)
    if case.terms.bail_out is not None:
        return topped_up(case, case.terms.bail_out, running, ~stopped)
    return running


@dataclass(frozen=True)
class _Covered:
    """What is covered of single children's cost above the retention, nominal, (draws, years)."""

    by_payer: Array
    by_reinsurer: Array


def agreed_budget(case: Case, left: Array) -> Array:
    """Return the sum agreed for each year, shape (draws, years), nominal.

    B_y = basis_y x index x (1 + volume growth)^(y - start) x (1 - agreed reduction_y), recalibrated on
    the number helped, and re-based on actual use in the years of an extension. Where municipalities
    leave, the basis, the number it was made for and the use it is re-based on leave with them.

    Parameters
    ----------
    case : Case
        The contract.
    left : ndarray, shape (draws, years)
        Its care without what is covered per child: what a re-based budget follows.
    """
    terms = case.terms
    level = clause_index(case.index, terms.indexation)
    prices = level * case.resets
    growth = case.number("volume_growth_per_year", terms.volume_growth_per_year)
    allowed = (1.0 + growth[:, None]) ** years_of_growth(len(case.years), _own_years(case))
    budget = budget_basis(case) * prices * allowed * (1.0 - levels(terms.agreed_reduction, case.years))
    if terms.recalibration is not None:
        budget = _recalibrated(case, terms.recalibration, budget, growth)
    own = _own_years(case)
    if terms.extension is not None and own < len(case.years):
        staying = members_left(case)
        whole = np.where(staying > 0, staying, 1.0)
        basis = rebased_basis(left, prices * whole, own, terms.extension.rebased_on_years)
        change = case.number("extension.price_change", terms.extension.price_change)
        again = (basis * (1.0 + change))[:, None] * prices * allowed * staying
        budget = np.concatenate([budget[:, :own], again[:, own:]], axis=1)
    return budget


def _recalibrated(case: Case, terms: Recalibration, budget: Array, growth: Array) -> Array:
    """Return the budget that follows the number helped, from its first recalibration on."""
    if terms.counts == "youth":
        number = np.broadcast_to(case.youth, budget.shape)
        base = float(case.youth[0]) if terms.base is None else terms.base
        staying = np.ones(len(case.years))
    else:
        number = case.count("clients_in_year")
        base = case.expected("clients_in_year") if terms.base is None else terms.base
        once = terms.base is None
        staying = (case.since_the_start if once else case.still_there)("clients_in_year")
    if base <= 0:
        raise ValueError(
            f"contracts.{case.name}.recalibration: the number the budget was made for is 0: give a base"
        )
    result = budget.copy()
    start = case.years[0]
    recalibrated = moments(case.years, terms.first_year or start, terms.every_years)
    for place, moment in enumerate(recalibrated[: _own_years(case)]):
        counted = -1 if moment is None else moment - terms.lag_years - start
        if counted < 0 or staying[counted] == 0:
            continue  # nobody was counted yet, or everybody has left
        result[:, place] = recalibrate(
            budget[:, place],
            number[:, counted],
            base * staying[counted] * (1.0 + growth) ** counted,
            pass_through=terms.pass_through,
            dead_band=terms.dead_band,
        )
    return result


def _own_years(case: Case) -> int:
    """Return how many of the years simulated are the contract's own, before any extension."""
    extension = case.terms.extension
    return len(case.years) if extension is None else min(extension.after_years, len(case.years))


def _shared(case: Case, budget: Array, left: Array, covered: _Covered) -> Settled:
    """Return who pays what of the difference between care and budget; premiums not yet taken off."""
    terms = case.terms
    if terms.minimum_savings is not None:
        payment = minimum_savings(left, budget, **terms.minimum_savings.model_dump())
    else:
        payment = shared_payment(left, budget, terms.loss_bands, terms.gain_bands)
    claims = reinsured(left, budget, terms.loss_bands) + covered.by_reinsurer
    return replace(Settled.plain(payment + covered.by_payer, budget), reinsurance=claims)


def _covered(case: Case, terms: ChildStopLoss | None) -> _Covered:
    if terms is None:
        nothing = np.zeros_like(case.use)
        return _Covered(nothing, nothing)
    excess = _child_excess(case, terms)
    return _Covered(terms.payer_share * excess, terms.reinsurer_share * excess)


def _child_excess(case: Case, terms: ChildStopLoss) -> Array:
    """Return what children cost in a year above the retention, nominal, shape (draws, years)."""
    volumes = case.volumes
    if not counts_children_of(volumes, case.yardstick.scenario, case.name):
        raise ValueError(
            f"contracts.{case.name}.child_stop_loss needs what each child costs in a year under this "
            "contract, which these volumes do not hold for its municipalities and care forms: simulate "
            f"with contracts.{case.name}.child_retentions"
        )
    of_contract = volumes.sel(contract=case.name)
    excess = of_contract["child_excess"].sum("municipality").transpose("draw", "year", "retention")
    given = of_contract["child_retentions"].to_numpy()
    retentions = given[np.isfinite(given)]
    retention = np.full_like(case.index, terms.retention)
    if not terms.indexed:
        retention = retention / case.index
    if retention.min() < retentions[0] or retention.max() > retentions[-1]:
        raise ValueError(
            f"contracts.{case.name}.child_stop_loss: in euros of price_year the retention goes from "
            f"{retention.min():,.0f} to {retention.max():,.0f}, but child_retentions only from "
            f"{retentions[0]:,.0f} to {retentions[-1]:,.0f}: widen these"
        )
    return case.index * excess_above(retentions, excess.to_numpy()[..., : len(retentions)], retention)


def _in_transition(case: Case, settled: Settled) -> Settled:
    """Return the contract of which, year by year, only a part is settled task-based."""
    if not case.terms.transition:
        return settled
    part = levels(case.terms.transition, case.years)
    return replace(
        settled,
        payment=blended(settled.payment, case.use, part),
        reinsurance=settled.reinsurance * part,
    )


def _reinsured_at_a_premium(case: Case, settled: Settled, budget: Array) -> Settled:
    premium = case.terms.reinsurance_premium * budget
    return replace(settled, reinsurance=settled.reinsurance - premium)


def _ended_early(case: Case, terms: Termination, settled: Settled) -> npt.NDArray[np.bool_]:
    """Tell in which years the contract has ended, bool of shape (draws, years)."""
    years = np.array(case.years)
    open_now = years >= (years[0] if terms.first_year is None else terms.first_year)
    chance = case.number("termination.chance_per_year", terms.chance_per_year)
    happens = case.chance("termination") < chance[:, None]
    may_end = np.broadcast_to(open_now, happens.shape)
    if terms.only_when_reserve_is_lost:
        result = settled.payment + settled.reinsurance - case.care_cost
        may_end = may_end & (np.cumsum(result, axis=1) < -_reserve(case, settled)[:, None])
    return ended(happens, may_end)


def _paid_by_unit(
    case: Case, terms: Termination, settled: Settled, stopped: npt.NDArray[np.bool_]
) -> Settled:
    """Return the contract that is paid P x Q, without reinsurance, where it has ended."""
    change = case.number("termination.price_change", terms.price_change)
    by_unit = case.use * (1.0 + change[:, None])
    return replace(
        settled,
        payment=np.where(stopped, by_unit, settled.payment),
        reinsurance=np.where(stopped, 0.0, settled.reinsurance),
    )


def topped_up(
    case: Case, terms: BailOut, settled: Settled, while_it_runs: npt.NDArray[np.bool_]
) -> Settled:
    """Return the contract in which municipalities top up a provider that lost its reserve."""
    chance = case.number("bail_out.chance", terms.chance)
    happens = while_it_runs & (case.chance("bail_out") < chance[:, None])
    result = settled.payment + settled.reinsurance - case.care_cost
    share = case.number("bail_out.share", terms.share)
    extra = top_ups(result, _reserve(case, settled), happens, share)
    return replace(settled, payment=settled.payment + extra, bail_out=extra)


def _reserve(case: Case, settled: Settled) -> Array:
    """Return what the provider can lose, nominal euros, shape (draws,)."""
    return np.asarray(case.terms.reserve * settled.agreed_budget[:, 0])
