"""Sentences of the page `problem-sets/sampling` whose deciding words are computed."""

import numpy as np
from scipy import stats


def ranks_without_jacobian():
    """A walk on log tau without its Jacobian samples p(tau) / tau."""
    tau = np.linspace(1e-3, 60, 20_000)
    prior = stats.gamma(2, scale=5).pdf(tau)
    wrong = np.cumsum(prior / tau) / (prior / tau).sum()  # the share of its draws below a true value
    return ("high" if prior @ wrong / prior.sum() > 0.5 else "low",)


SENTENCES = [
    ("Those of tau would pile up at the {} end.", ranks_without_jacobian),
]
