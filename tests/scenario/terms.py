"""Every term of every form of contract, as TOML: for the schema, the checks and the options."""

from __future__ import annotations

from .folders import TOML

ANY_FORM = """\
use_registered = true
cost_ratio = {mean = 1.0, sd = 0.01}
reserve = 0.05
child_retentions = [10e3, 25e3, 100e3]
providers = {groot = {market_share = 0.6, providers = 2, reserve = 0.1}, klein = {market_share = 0.4}}
"""

TERMS = {
    "pxq": """\
volume_growth_per_year = 0.01
ceiling = {of_expected = 1.1, marginal_rate = 0.2, margin = 0.02, per = "provider", \
request = {granted_share = 0.5, at_most = 0.1, window = "oktober"}}
extension = {after_years = 1, years = 2, price_change = {mean = 0.02, sd = 0.01}}
""",
    "task_based": """\
budget = {per_task = {team = 1.5e6, school = 2e5}}
indexation = {pass_through = 0.8, at_least = 0.0, at_most = 0.06}
volume_growth_per_year = {mean = 0.01, sd = 0.005}
agreed_reduction = {2027 = 0.01}
recalibration = {counts = "clients", pass_through = 0.5, dead_band = 0.1, lag_years = 0, \
first_year = 2028, every_years = 2, base = 300}
follows_changes = false
loss_bands = [{above = 0.03, payer_share = 0.5, reinsurer_share = 0.3}]
gain_bands = [{below = 0.03, payer_share = 0.5}]
child_stop_loss = {retention = 50e3, payer_share = 0.6, reinsurer_share = 0.4, indexed = true}
reinsurance_premium = 0.01
transition = {2027 = 0.25, 2028 = 1.0}
extension = {after_years = 1, years = 4, rebased_on_years = 1}
termination = {chance_per_year = 0.1, first_year = 2027, only_when_reserve_is_lost = true, \
price_change = 0.05}
bail_out = {chance = 0.5, share = {low = 0.5, mode = 0.8, high = 1.0}}
""",
    "output_based": """\
arrangements = {pleegzorg = {licht = {share = 0.7, price = 8e3}, zwaar = {share = 0.3, price = 2e4}}}
paid_at_start = 0.5
unpaid_return_months = 6
return_chance_per_month = 0.02
extension = {after_years = 1, years = 2}
""",
    "availability": """\
funded_places = 40
fee_per_place = {mean = 60e3, cv = 0.1}
fee_per_use = 0.0
occupancy = {reference = 0.85, below_share = 0.5, above_share = 0.2}
extension = {after_years = 1, years = 2}
bail_out = {chance = 0.1}
""",
}
"""The terms of a form beside those of every form, right for the small folder."""

_FIRST = TOML.index("form =")
_AFTER = TOML.index("[contracts.ambulant]")
SCOPE = 'segments = ["verblijf"]\n'


def under(form: str, terms: str | None = None) -> str:
    """Return scenario.toml of the small folder with these terms for contract verblijf."""
    told = ANY_FORM + TERMS[form] if terms is None else terms
    return f'{TOML[:_FIRST]}form = "{form}"\n{SCOPE}{told}\n{TOML[_AFTER:]}'


def offering(option: str, terms: str, name: str = "verblijf") -> str:
    """Return scenario.toml of the small folder with an option beside the terms of a contract."""
    return TOML.replace("[budget]", f'[options.{name}."{option}"]\n{terms}\n[budget]', 1)
