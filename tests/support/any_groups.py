"""Data of any groups: random data sets and priors of every kind that a reader may bring, one for each seed.

A case is what a model takes and, said a second time for the reference, what it means.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import stats

from lib import BetaBinomial, GammaPoisson, NestedGammaPoisson, NormalNormal

FEWEST, MOST = 3, 2000
KINDS = {"normal": 3, "beta": 4, "gamma": 4, "nested": 1}  # how often each comes
TAILS = ("light", "heavy", "improper")


@dataclass
class Case:
    """One data set with its priors."""

    kind: str
    tails: str  # of the prior of the hyperparameter that says how alike the groups are
    model: Any  # a class
    data: dict[str, Any]
    priors: dict[str, Any]
    reference: dict[str, Any] = field(default_factory=dict)  # the data, as the reference takes them
    notes: list[str] = field(default_factory=list)

    def build(self):
        return self.model(**self.data, **self.priors)


class Power:
    """An improper log density: a power."""

    def __init__(self, power):
        self.power = power

    def __call__(self, x):
        return self.power * np.log(x)

    def __repr__(self):
        return f"x**{self.power}"


def case(seed, *, most=MOST):
    """Make up a case. Every sixth has few groups; of the rest, as many have ten as have a thousand."""
    rng = np.random.default_rng(seed)
    kind = str(rng.choice(list(KINDS), p=np.array(list(KINDS.values())) / sum(KINDS.values())))
    groups = int(rng.integers(FEWEST, 9) if rng.random() < 1 / 6 else np.exp(rng.uniform(np.log(8), np.log(most))))
    tails = str(rng.choice(TAILS, p=[0.4, 0.4, 0.2]))
    return _MAKERS[kind](rng, min(groups, most), tails)


def _spread(rng, size, decades):
    """Positive numbers over at most so many decades."""
    return 10 ** rng.uniform(0, rng.uniform(0, decades), size)


def _positive(rng, tails, scale):
    """Choose a prior of a positive number, about `scale`; up to three powers of ten off, as a guess may be."""
    scale = float(scale * 10 ** (rng.normal(0, 0.5) if rng.random() < 0.8 else rng.uniform(-3, 3)))
    light = [
        stats.expon(scale=scale),
        stats.halfnorm(scale=scale),
        stats.gamma(2, scale=scale),
        stats.uniform(0, 5 * scale),
    ]
    heavy = [stats.halfcauchy(scale=scale), stats.lognorm(2, scale=scale), stats.t(3, 0, scale)]
    if tails == "light":
        return light[rng.integers(len(light))]
    chosen = int(rng.integers(len(heavy)))
    # Half a t, as a log density: SciPy has none.
    return heavy[chosen] if chosen < 2 else _HalfT(scale)


class _HalfT:
    def __init__(self, scale):
        self.scale = scale

    def __call__(self, x):
        return -2 * np.log1p((x / self.scale) ** 2 / 3)

    def __repr__(self):
        return f"half-t(3, {self.scale:.3g})"


def _normal(rng, groups, tails):
    units = 10 ** rng.uniform(-6, 6)
    sigma = _spread(rng, groups, 6)
    tau = np.median(sigma) * 10 ** rng.uniform(-2, 2) * (rng.random() > 0.15)
    centre = rng.normal(0, 10) * np.median(sigma)
    y = units * rng.normal(centre, np.hypot(sigma, tau))
    sigma = units * sigma
    typical = float(np.median(sigma))
    if tails == "improper":
        prior = [None, Power(-0.5), Power(0.5)][rng.integers(2 if groups < 4 else 3)]
    else:
        prior = _positive(rng, tails, typical)
    place = float(y.mean())
    mus = [
        None,
        stats.norm(place, 10 * typical),
        stats.t(4, place, 3 * typical),
        stats.uniform(place - 50 * typical, 100 * typical),
    ]
    mu = mus[rng.integers(len(mus))]
    return Case(
        "normal", tails, NormalNormal, {"y": y, "sigma": sigma}, {"mu": mu, "tau": prior}, {"y": y, "sigma": sigma}
    )


def _beta(rng, groups, tails):
    rate, concentration = 10 ** rng.uniform(-6, np.log10(0.5)), 10 ** rng.uniform(0, 5)
    most = rng.uniform(0, 6)
    trials = np.ceil(10 ** rng.uniform(max(0, most - rng.uniform(0, 6)), most, groups))
    theta = rng.beta(max(rate * concentration, 1e-3), (1 - rate) * concentration, groups)
    successes = rng.binomial(trials.astype(int), theta).astype(float)
    some = rng.random(groups) < 0.03
    successes[some] = trials[some] * rng.integers(0, 2, some.sum())  # empty, or full
    prior = Power(-rng.uniform(1.2, 2)) if tails == "improper" else _positive(rng, tails, 10 ** rng.uniform(0, 5))
    means = [None, stats.beta(0.5, 0.5), stats.beta(2, 5), stats.uniform(0, 0.7)]
    data = {"successes": successes, "trials": trials}
    mean = means[rng.integers(len(means))]
    return Case(
        "beta", tails, BetaBinomial, data, {"mean": mean, "concentration": prior}, {"y": successes, "n": trials}
    )


def _gamma(rng, groups, tails):
    shape = 10 ** rng.uniform(-0.5, 2)
    rate, exposure = 10 ** rng.uniform(-6, np.log10(0.5)), _spread(rng, groups, 6)
    exposure *= 10 ** rng.uniform(-1, 3) / (rate * np.median(exposure))  # a typical group has a tenth to 1,000 events
    counts = rng.poisson(exposure * rng.gamma(shape, rate / shape, groups)).astype(float)
    counts[rng.random(groups) < 0.03] = 0
    by_rate = rng.random() < 0.5
    if tails == "improper":
        priors = {
            "shape": Power(-rng.uniform(1.2, 2)),
            "mean": [stats.lognorm(2, scale=rate), Power(-0.5)][rng.integers(2)],
        }
    else:
        about = shape / rate if by_rate else rate
        priors = {"shape": _positive(rng, tails, shape), "rate" if by_rate else "mean": _positive(rng, tails, about)}
    data, given = {"counts": counts, "exposure": exposure}, {"y": counts, "x": exposure}
    if rng.random() < 0.2:
        bounds = (1, int(rng.integers(2, 10)))
        hidden = (counts >= bounds[0]) & (counts <= bounds[1])
        data["counts"] = given["y"] = np.where(hidden, np.nan, counts)
        data["suppressed"], given["lo"], given["hi"] = bounds, *bounds
    return Case("gamma", tails, GammaPoisson, data, priors, given)


def _nested(rng, groups, tails):
    groups = min(groups, 600)
    states = int(np.clip(groups / 10 ** rng.uniform(0.3, 1.5), 2, 60))
    state = rng.integers(0, states, groups)
    mean, shape = (
        np.exp(rng.normal(0, rng.uniform(0.1, 1), states)),
        np.exp(rng.normal(1.5, rng.uniform(0.1, 1), states)),
    )
    exposure = _spread(rng, groups, 4)
    exposure *= 10 ** rng.uniform(-0.5, 2) / np.median(exposure)
    counts = rng.poisson(exposure * rng.gamma(shape[state], (mean / shape)[state])).astype(float)
    spread = stats.halfnorm(scale=1) if tails == "light" else stats.halfcauchy(scale=0.5)
    priors = {
        "mu": None if tails == "improper" else stats.norm(0, 3),
        "tau": spread,
        "nu": stats.norm(1, 2),
        "omega": spread,
    }
    return Case("nested", tails, NestedGammaPoisson, {"counts": counts, "exposure": exposure, "group": state}, priors)


_MAKERS = {"normal": _normal, "beta": _beta, "gamma": _gamma, "nested": _nested}
