"""The same compound Poisson sums by GEMAct, a package for aggregate losses in insurance.

Pittarello, Luini & Marchione 2024, "GEMAct: a Python package for non-life (re)insurance modeling",
Annals of Actuarial Science 18. Its own discretisation, transform and layers: nothing is shared with
``oracles.queues`` but the step of the grid.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from gemact import lossmodel

from experiments.cost import TARIFF, Amounts


def loss_model(per_year: float, cv: float, step: float, cells: int, layers: list[Any]) -> Any:
    """Return GEMAct's loss model: Poisson frequency, lognormal severity, by its Fourier transform."""
    sigma = float(np.sqrt(np.log1p(cv**2)))
    severity = {"shape": sigma, "scale": TARIFF * np.exp(-(sigma**2) / 2)}
    return lossmodel.LossModel(
        frequency=lossmodel.Frequency(dist="poisson", par={"mu": per_year}),
        severity=lossmodel.Severity(dist="lognormal", par=severity),
        policystructure=lossmodel.PolicyStructure(
            layers=[lossmodel.Layer(cover=np.inf, deductible=0, **layer) for layer in layers]
        ),
        aggr_loss_dist_method="fft",
        n_aggr_dist_nodes=cells,
        n_sev_discr_nodes=cells,
        sev_discr_method="massdispersal",
        sev_discr_step=step,
        tilt=False,
    )


def gemact_cost(per_year: float, cv: float, step: float, cells: int) -> Amounts:
    """Cost of a year of one-day stays on a grid."""
    below = loss_model(per_year, cv, step, cells, [{}]).cdf(np.arange(cells) * step)
    return Amounts(np.diff(np.concatenate([[0.0], below])), step)


def gemact_layers(
    per_year: float, cv: float, step: float, cells: int, edges: list[tuple[float, float]]
) -> list[float]:
    """Return the expected part of the year's cost in each layer: (edge, cover above it), euros."""
    layers = [{"aggr_deductible": edge, "aggr_cover": cover} for edge, cover in edges]
    model = loss_model(per_year, cv, step, cells, layers)
    return [float(model.mean(idx=number)) for number in range(len(layers))]
