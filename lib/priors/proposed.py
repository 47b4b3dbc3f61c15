"""Proper priors in round numbers, to propose where a posterior does not exist, and the words for them."""

import numpy as np
from scipy import stats
from scipy.stats.distributions import rv_frozen

type Priors = dict[str, rv_frozen]
"""One for each of some arguments, by name."""


def half_cauchy(scale: float) -> rv_frozen:
    """Take half a Cauchy density, for what is positive: half of its mass lies beyond its scale."""
    return stats.halfcauchy(scale=_round(scale))


def half_normal(scale: float) -> rv_frozen:
    """Take half a normal density, for a standard deviation on a logarithmic scale."""
    return stats.halfnorm(scale=_round(scale))


def normal(centre: float, sd: float) -> rv_frozen:
    """Take a normal density, for what can be any number; its centre is rounded to standard deviations."""
    sd = _round(sd)
    return stats.norm(float(f"{np.round(centre / sd) * sd:.12g}"), sd)


def flat_share() -> rv_frozen:
    """Take the uniform density on the shares."""
    return stats.beta(1, 1)


def words(prior: rv_frozen) -> str:
    """Write a prior as a caller would."""
    given = [f"{x:.12g}" for x in prior.args] + [f"{name}={x:.12g}" for name, x in prior.kwds.items()]
    return f"scipy.stats.{getattr(prior.dist, 'name', '')}({', '.join(given)})"


def _round(x: float) -> float:
    """Round to one digit."""
    return float(f"{x:.0e}")
