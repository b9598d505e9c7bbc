"""Every kind of key once, as TOML for the small folder: for the schema and the checks."""

from __future__ import annotations

from .folders import TOML

DEFINED = """\
[allocation.defined]
vorig = {kind = "lagged_use", lag_years = 2}
glad = {kind = "rolling_use", years = 2, lag_years = 1}
aantal = {kind = "clients", years = 1, lag_years = 0}
vast = {kind = "weights", weights = {Delft = 3, Rijswijk = 1.5}}
half = {kind = "mix", parts = {actual_use = 0.5, vast = 0.5}}
kind = {kind = "pooled", above = 25e3, rest = "vast"}
plafond = {kind = "pooled", above_expected = 1.2}
band = {kind = "levelled", band = 0.1, rest = "inhabitants"}
naar = {kind = "transition", old = "actual_use", new = "half", steps = {2027 = 0.5, 2028 = 1.0}, \
most_per_inhabitant = 5}
deel = {kind = "shapley", level = 0.95}
kern = {kind = "nucleolus", level = 0.8}
rest = {kind = "scrb", level = 0.5}
samen = {kind = "covariance", level = 0.5}
staart = {kind = "euler", level = 0.5}
opslag = {kind = "loaded", base = "expected_use", level = 0.9}

[allocation.fixed_cost]
cost_per_year = {mean = 2e5, sd = 1e4}
key = "vast"
alone_per_year = 1e5
"""


def with_keys(defined: str = DEFINED, used: str = '"rolling_use"', retentions: str = "[25e3]") -> str:
    """Return scenario.toml of the small folder with keys of its own, and one of them in use."""
    toml = TOML.replace('used = "rolling_use"', f"used = {used}")
    toml = toml.replace(
        "use_registered = true", f"use_registered = true\nchild_retentions = {retentions}"
    )
    return toml.replace("[sources]", f'{defined}\n[sources]\nallocation = "A1"') if defined else toml
