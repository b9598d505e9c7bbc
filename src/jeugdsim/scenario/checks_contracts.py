"""Rules on the terms of contracts and of options for them: terms that can't be, or do nothing.

An option is looked at as its contract's own terms would be; a finding points at the line of the option.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from jeugdsim.scenario.checks_places import limited_forms
from jeugdsim.scenario.checks_policy import buyers_under, scopes_are_known
from jeugdsim.scenario.checks_years import year_findings
from jeugdsim.scenario.checks_youth_ages import band_findings, youth_is_counted
from jeugdsim.scenario.contracts import PerTask, PerYouth
from jeugdsim.scenario.draft import Agreement, Subject
from jeugdsim.scenario.files import Place
from jeugdsim.scenario.findings import Finding, listed, meant, shown
from jeugdsim.scenario.numbers import mean_of
from jeugdsim.scenario.rows import CareForm, PlacesRow

Buyers = dict[str, set[str]]
Check = Callable[[Subject, Agreement], Iterator[Finding]]
ScopeCheck = Callable[[Subject, Agreement, Buyers], Iterator[Finding]]


def contract_findings(subject: Subject) -> Iterator[Finding]:
    """Give everything that is wrong with the terms of contracts and options."""
    yield from _options_name_contracts(subject)
    of_scope = scopes_are_known(subject) and subject.complete("demand")
    for agreed in subject.agreements:
        for check in _CHECKS:
            yield from check(subject, agreed)
        if of_scope:
            buyers = buyers_under(subject, agreed)
            for check_scope in _SCOPE_CHECKS:
                yield from check_scope(subject, agreed, buyers)


def _options_name_contracts(subject: Subject) -> Iterator[Finding]:
    options, contracts = subject.entry("options"), subject.entry("contracts")
    if options is None or contracts is None:
        return
    for name, node in options.table.items():
        if name not in contracts.table:
            yield node.place.error(
                f"options: there is no contract {shown(name)}{meant(name, contracts.table)}"
            )


def _ceiling_leaves_something(subject: Subject, agreed: Agreement) -> Iterator[Finding]:
    ceiling = agreed.terms.ceiling
    if ceiling is None:
        return
    for key in ("euros", "of_expected"):
        if getattr(ceiling, key) == 0:
            yield subject.place_in(agreed, "ceiling", key).error(
                f"{agreed.path}.ceiling.{key}: under a ceiling of 0 no care is paid: more than 0 is "
                "asked; without a ceiling leave the table out"
            )
    groups = agreed.terms.providers.values()
    shares = [
        group.market_share if group.ceiling_share is None else group.ceiling_share for group in groups
    ]
    if ceiling.per == "provider" and sum(shares) > 1 + 1e-9:
        yield subject.place_in(agreed, "providers").error(
            f"{agreed.path}.providers: their parts of the ceiling add up to {sum(shares):g}: at most 1 "
            "is asked"
        )


def _retention_is_reported(subject: Subject, agreed: Agreement) -> Iterator[Finding]:
    """Check that the excess above a retention can be read between child_retentions."""
    cover, retentions = agreed.terms.child_stop_loss, agreed.terms.child_retentions
    if cover is None:
        return
    place = subject.place_in(agreed, "child_stop_loss", "retention")
    path = f"{agreed.path}.child_stop_loss.retention"
    if not retentions:
        such_as = shown([cover.retention / 2, 2 * cover.retention])
        yield place.error(
            f"{path}: child_retentions are asked beside it, sums that surround "
            f"{shown(cover.retention)}, such as child_retentions = {such_as}"
        )
    elif not retentions[0] <= cover.retention <= retentions[-1]:
        yield place.error(
            f"{path}: {shown(cover.retention)} does not lie within child_retentions, "
            f"{shown(retentions[0])} to {shown(retentions[-1])}: widen these, or change the retention"
        )
    elif not cover.indexed:
        yield from _retention_stays_reported(subject, agreed, place)


def _retention_stays_reported(subject: Subject, agreed: Agreement, place: Place) -> Iterator[Finding]:
    """Check the same in the last year for a retention that prices leave behind."""
    cover, retentions = agreed.terms.child_stop_loss, agreed.terms.child_retentions
    if cover is None or subject.settings is None or not subject.years:
        return
    world, price_year = subject.settings.world, subject.settings.price_year
    growth = world.indexation.mean
    if world.material_indexation is not None:
        growth += (1 - world.wage_share) * (world.material_indexation.mean - growth)
    for year in (subject.years[0], subject.years[-1]):
        real = cover.retention / (1 + growth) ** (year - price_year)
        if not retentions[0] <= real <= retentions[-1]:
            yield place.error(
                f"{agreed.path}.child_stop_loss.retention: {shown(cover.retention)} nominal euros are "
                f"about {real:.0f} euros of {price_year} in {year}, outside child_retentions, "
                f"{shown(retentions[0])} to {shown(retentions[-1])}: widen these"
            )
            return


def _cover_is_paid_once(subject: Subject, agreed: Agreement) -> Iterator[Finding]:
    """Check that a budget leaves out what is covered beside it, and is more than that."""
    cover, budget = agreed.terms.child_stop_loss, agreed.terms.budget
    if cover is None:
        return
    path = f"{agreed.path}.child_stop_loss"
    if budget == "history" and cover.payer_share > 0 and cover.left_out_of_budget == 0:
        yield subject.place_in(agreed, "child_stop_loss").warning(
            f'{path}: budget = "history" holds what children cost above the retention, so the payer '
            "pays that twice: write in left_out_of_budget what the budget leaves out"
        )
    if isinstance(budget, float) and cover.left_out_of_budget > budget:
        yield subject.place_in(agreed, "child_stop_loss", "left_out_of_budget").error(
            f"{path}.left_out_of_budget: {shown(cover.left_out_of_budget)} is more than the budget, "
            f"{shown(budget)}"
        )


def _premium_buys_cover(subject: Subject, agreed: Agreement) -> Iterator[Finding]:
    terms = agreed.terms
    shares = [band.reinsurer_share for band in terms.loss_bands]
    if terms.child_stop_loss is not None:
        shares.append(terms.child_stop_loss.reinsurer_share)
    if terms.reinsurance_premium > 0 and not any(shares):
        yield subject.place_in(agreed, "reinsurance_premium").warning(
            f"{agreed.path}.reinsurance_premium: it is paid for no cover: no loss band and no "
            "child_stop_loss has a reinsurer_share"
        )


def _returns_have_a_chance(subject: Subject, agreed: Agreement) -> Iterator[Finding]:
    terms = agreed.terms
    rule = {
        "unpaid_return_months": terms.unpaid_return_months > 0,
        "return_chance_per_month": mean_of(terms.return_chance_per_month) > 0,
    }
    if any(rule.values()) and not all(rule.values()):
        (there,) = (key for key, acts in rule.items() if acts)
        (absent,) = (key for key, acts in rule.items() if not acts)
        yield subject.place_in(agreed, there).warning(
            f"{agreed.path}.{there} does nothing without {absent}"
        )


def _sums_have_parts(subject: Subject, agreed: Agreement) -> Iterator[Finding]:
    budget = agreed.terms.budget
    if isinstance(budget, PerTask) and not budget.per_task:
        yield subject.place_in(agreed, "budget", "per_task").error(
            f"{agreed.path}.budget.per_task: there are no tasks: at least one is asked"
        )
    if isinstance(budget, PerYouth) and budget.per_youth == {}:
        yield subject.place_in(agreed, "budget", "per_youth").error(
            f"{agreed.path}.budget.per_youth: there are no ages: at least one band is asked"
        )


def _arrangements_are_bought(subject: Subject, agreed: Agreement, buyers: Buyers) -> Iterator[Finding]:
    for form in agreed.terms.arrangements:
        if form not in buyers:
            yield subject.place_in(agreed, "arrangements", form).error(
                f"{agreed.path}.arrangements: {shown(form)} is not under contract {agreed.contract}"
                f"{meant(form, buyers)}"
            )


def _units_are_alike(subject: Subject, agreed: Agreement, buyers: Buyers) -> Iterator[Finding]:
    """Refuse one fee for units that are not the same thing."""
    if mean_of(agreed.terms.fee_per_use) == 0:
        return
    forms_of: dict[str, list[str]] = defaultdict(list)
    for _, row in subject.rows("care_forms", CareForm):
        if row.care_form in buyers:
            forms_of[row.unit].append(row.care_form)
    if len(forms_of) > 1:
        told = "; ".join(f"{unit}: {listed(forms)}" for unit, forms in sorted(forms_of.items()))
        yield subject.place_in(agreed, "fee_per_use").error(
            f"{agreed.path}.fee_per_use: one fee can't hold for units of several kinds ({told}): split "
            "the contract, or leave the fee out"
        )


def _places_are_there(subject: Subject, agreed: Agreement, buyers: Buyers) -> Iterator[Finding]:
    """Ask places to pay for, under a contract that pays places kept ready."""
    terms = agreed.terms
    if terms.form != "availability" or not subject.years:
        return
    if terms.funded_places is not None:
        if terms.funded_places == 0:
            yield subject.place_in(agreed, "funded_places").error(
                f"{agreed.path}.funded_places: more than 0 places are asked, as they are what is paid"
            )
        return
    place = subject.place_in(agreed, "form")
    limited = limited_forms(subject) & set(buyers)
    if not limited:
        yield place.error(
            f"{agreed.path}: there are no places to pay: {listed(buyers)} {_have(buyers)} none in "
            "care_forms.csv or places.csv. Write funded_places, or give places there"
        )
        return
    if subject.complete("places", "care_forms") and _places(subject, agreed, limited) == 0:
        yield place.error(
            f"{agreed.path}: {listed(limited)} {_have(limited)} 0 places in {subject.years[0]}, so "
            "there is nothing to pay: write funded_places, or give places from the first year on"
        )
    without = set(buyers) - limited
    if without:
        yield place.warning(
            f"{agreed.path}: {listed(without)} {_have(without)} no places, so its fee is for those of "
            f"{listed(limited)} alone; days in {listed(without)} count as their use"
        )
    yield from _places_are_its_own(subject, agreed, limited)


def _have(forms: Buyers | set[str]) -> str:
    return "has" if len(forms) == 1 else "have"


def _places(subject: Subject, agreed: Agreement, forms: set[str]) -> float:
    """Return the places of these forms in the first year that are paid under a contract."""
    levels: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    for _, row in subject.rows("places", PlacesRow):
        if row.care_form in forms and row.contract in ("", agreed.contract):
            levels[row.care_form, row.contract][row.year] = row.places
    given = [
        mean_of(row.places)
        for _, row in subject.rows("care_forms", CareForm)
        if row.care_form in forms and row.places is not None
    ]
    return sum(given) + sum(_level_in(level, subject.years[0]) for level in levels.values())


def _level_in(named: dict[int, int], year: int) -> int:
    begun = [named_year for named_year in named if named_year <= year]
    return named[max(begun)] if begun else 0


def _places_are_its_own(subject: Subject, agreed: Agreement, limited: set[str]) -> Iterator[Finding]:
    """Refuse to pay all places of a care form that is under other contracts too."""
    by_contract = {row.care_form for _, row in subject.rows("places", PlacesRow) if row.contract}
    others = {
        form: other.contract
        for other in subject.agreements
        if not other.is_option and other.contract != agreed.contract
        for form in buyers_under(subject, other)
    }
    for form in sorted(limited - by_contract):
        if form in others:
            yield subject.place_in(agreed, "form").error(
                f"{agreed.path}: the places of {form} are shared with contract {others[form]}: write "
                "funded_places, or give places.csv its column contract"
            )


_CHECKS: tuple[Check, ...] = (
    _ceiling_leaves_something,
    _retention_is_reported,
    _cover_is_paid_once,
    _premium_buys_cover,
    _returns_have_a_chance,
    _sums_have_parts,
    year_findings,
)
_SCOPE_CHECKS: tuple[ScopeCheck, ...] = (
    _arrangements_are_bought,
    _units_are_alike,
    _places_are_there,
    band_findings,
    youth_is_counted,
)
