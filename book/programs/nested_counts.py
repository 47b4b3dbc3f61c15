"""Counties within states in PyMC, the county rates integrated out by hand."""

import numpy as np
import pymc as pm
from numpy.typing import ArrayLike


def nested_counts(
    counts: ArrayLike,
    exposure: ArrayLike,
    group: ArrayLike,
) -> pm.Model:
    """Build the model; given its state, a count is negative binomial."""
    states, state = np.unique(group, return_inverse=True)
    with pm.Model(coords={"state": states}) as model:
        mu = pm.Normal("mu", np.log(5), np.log(2))
        tau = pm.HalfNormal("tau", 0.5)
        nu = pm.Normal("nu", np.log(10), 1)
        omega = pm.HalfNormal("omega", 1)
        level = pm.Normal("level", dims="state")
        spread = pm.Normal("spread", dims="state")
        mean = pm.math.exp(mu + tau * level)
        shape = pm.math.exp(nu + omega * spread)
        pm.Deterministic("state_mean", mean, dims="state")
        pm.Deterministic("state_shape", shape, dims="state")
        pm.NegativeBinomial(
            "deaths",
            mu=exposure * mean[state],
            alpha=shape[state],
            observed=counts,
        )
    return model
