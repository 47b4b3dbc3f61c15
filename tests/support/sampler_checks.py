"""What the tests of every sampler share: models, exact draws to start from, and two tests of what a sampler draws."""

import arviz as az
import numpy as np
import xarray as xr
from quadrature_reference import EIGHT_SIGMA, EIGHT_Y
from scipy import special, stats

from lib import BetaBinomial, GammaPoisson, NormalNormal, exact


def laplace(mu):
    return -np.abs(mu - 2) / 3


def two_windows(tau):
    return np.where(((tau > 2) & (tau < 3)) | ((tau > 4) & (tau < 5)), 0, -np.inf)


EIGHT = {"y": EIGHT_Y, "sigma": EIGHT_SIGMA}
MODELS = {
    "flat": EIGHT,
    "half-Cauchy": EIGHT | {"tau": stats.halfcauchy(scale=5)},
    "uniform tau": EIGHT | {"tau": stats.uniform(0, 10)},
    "normal mu": EIGHT | {"mu": stats.norm(-3, 2), "tau": stats.halfnorm(scale=10)},
    "t mu": EIGHT | {"mu": stats.t(4, -5, 3)},
    "Laplace mu": EIGHT | {"mu": laplace, "tau": stats.halfcauchy(scale=5)},
    "known mu": EIGHT | {"mu": 3.0},
    "tau 5": EIGHT | {"tau": 5.0},
    "tau 5, t mu": EIGHT | {"tau": 5.0, "mu": stats.t(4, -5, 3)},
    "tau 0": EIGHT | {"tau": 0.0},
    "tau 0, t mu": EIGHT | {"tau": 0.0, "mu": stats.t(4, -5, 3)},
    "three groups": {"y": EIGHT_Y[:3], "sigma": EIGHT_SIGMA[:3]},
    "one group": {"y": [4.0], "sigma": [2.0], "mu": stats.norm(0, 3), "tau": stats.halfnorm(scale=3)},
    "all known": EIGHT | {"mu": 3.0, "tau": 5.0},
    "tau in units of 1e-6": {"y": EIGHT_Y * 1e-6, "sigma": EIGHT_SIGMA * 1e-6},
    "offset of 1e6": {"y": EIGHT_Y + 1e6, "sigma": EIGHT_SIGMA},
    "gamma tau": EIGHT | {"tau": stats.gamma(0.6, scale=10)},  # its density rises without bound at zero
    "tau often tiny": EIGHT | {"tau": stats.gamma(0.1, scale=10)},
}

BATTING = {"successes": [18, 17, 16, 15, 14, 12, 10, 7], "trials": [45] * 8}
BETA_BINOMIAL = {
    "shares, gamma": BATTING | {"concentration": stats.gamma(2, scale=50)},
    "shares, uneven": {
        "successes": [0, 3, 9, 40, 5],
        "trials": [4, 10, 9, 101, 6],
        "mean": stats.beta(2, 3),
        "concentration": stats.gamma(3, scale=5),
    },
    "shares, improper": BATTING | {"concentration": lambda kappa: -2.5 * np.log(kappa + 20)},
    "shares, known mean": BATTING | {"mean": 0.25, "concentration": stats.gamma(2, scale=50)},
    "shares, known concentration": BATTING | {"concentration": 80.0},
    "shares, all known": BATTING | {"mean": 0.25, "concentration": 80.0},
}


NAN = float("nan")
GAMMA_POISSON = {
    "counts, mean": {
        "counts": [0, 3, 9, 40, 5, 1],
        "exposure": [0.5, 1, 2.5, 9, 0.2, 3],
        "shape": stats.gamma(2, scale=3),
        "mean": stats.lognorm(1, scale=4),
    },
    "counts, rate": {
        "counts": [0, 3, 9, 40],
        "exposure": [0.5, 1, 2.5, 9],
        "shape": stats.halfcauchy(scale=3),
        "rate": stats.gamma(2),
    },
    "counts, suppressed": {
        "counts": [0, NAN, 9, 40, NAN, NAN],
        "exposure": [0.5, 1, 2.5, 9, 0.2, 3],
        "shape": stats.gamma(2, scale=3),
        "mean": stats.lognorm(1, scale=4),
        "suppressed": (1, 5),
    },
    "counts, known": {"counts": [0, 3, 9], "exposure": [0.5, 1, 2.5], "shape": 2.0, "mean": 3.0},
}


def right_kind(options):
    """The model that takes these options."""
    return next((kind for name, kind in KINDS.items() if name in options), NormalNormal)


KINDS = {"successes": BetaBinomial, "counts": GammaPoisson}


def exact_values(model, size, seed):
    """Exact draws of every parameter, known ones included, shapes (size,) and (size, J)."""
    posterior = exact(model, draws=size, chains=1, rng=np.random.default_rng(seed)).posterior.isel(chain=0)
    known = {name: np.full(size, value) for name, value in model.constants.items() if np.ndim(value) == 0}
    return known | {name: posterior[name].values for name in posterior.data_vars}


def from_exact_draws(kind, options, size, seed=1):
    """Return a model of this kind whose chains start from exact draws of the right model, and those draws."""
    right = right_kind(options)(**options)
    values = exact_values(right, size, seed)
    if isinstance(right, BetaBinomial):
        return _beta_binomial_from(kind, options, values), values
    if isinstance(right, GammaPoisson):
        return _gamma_poisson_from(kind, options, values), values
    rng = np.random.default_rng(seed + 1)
    mu, tau = values["mu"][:, np.newaxis], values["tau"][:, np.newaxis]
    # Each effect afresh from its conditional distribution, as a deviation: from theta it would lose digits.
    precision = 1 / right.sigma**2 + 1 / np.maximum(tau, 1e-150) ** 2
    noise = rng.standard_normal(values["theta"].shape)
    deviation = (right.y - mu) / right.sigma**2 / precision + noise / np.sqrt(precision)
    values["theta"] = mu + deviation

    class Started(kind):
        def start_state(self, rng, chains):
            return values | {"theta_deviation": deviation}

        def start_position(self, rng, chains):
            free = [p.free(values[p.name])[:, np.newaxis] for p in (self.mu, self.tau) if p.value is None]
            # At its own distance from what this kind, right or wrong, holds for the conditional mean.
            given = NormalNormal.deviation_given(self, values["mu"], values["tau"])
            distance = noise if right.tau.value == 0 else (deviation - given.mean) / given.sd
            return np.concatenate([distance, *free], axis=1)

    return Started(**options), values


def _beta_binomial_from(kind, options, values):
    mean = values["mean"]

    class Started(kind):
        def start_state(self, rng, chains):
            return dict(values)

        def start_position(self, rng, chains):
            free = {"concentration": np.log(values["concentration"]), "mean": special.logit(mean)}
            columns = [free[p.name][:, np.newaxis] for p in self.integrated]
            return np.concatenate([np.empty((len(mean), 0)), *columns], axis=1)

    return Started(**options)


def _gamma_poisson_from(kind, options, values):
    mean = values["mean"] if "mean" in values else values["shape"] / values["rate"]

    class Started(kind):
        def start_state(self, rng, chains):
            return dict(values)

        def start_position(self, rng, chains):
            free = {"shape": np.log(values["shape"]), "mean": np.log(mean)}
            columns = [free[p.name][:, np.newaxis] for p in self.integrated]
            return np.concatenate([np.empty((len(mean), 0)), *columns], axis=1)

    return Started(**options)


HYPERPARAMETERS = ("mu", "tau", "mean", "concentration", "shape", "rate")


class Summaries:
    """Bounded functions of the parameters: ranks among exact draws, so that no heavy tail spoils a comparison."""

    def __init__(self, model, size=20_000, seed=99):
        self.values = values = exact_values(model, size, seed)
        # theta goes beside mu and tau for pairs; its tails and its distance from mu show what theta alone hides.
        self.sorted = {name: np.sort(v) for name, v in self.scalars(values).items() if np.ptp(v) > 0}
        self.reference = self(values)

    @staticmethod
    def scalars(values):
        theta = values["lam" if "lam" in values else "theta"]
        hyper = {name: values[name] for name in HYPERPARAMETERS if name in values}
        effects = {f"theta {j}": theta[..., j] for j in range(theta.shape[-1])}
        return hyper | effects | {"spread of theta": theta.std(axis=-1)}

    def __call__(self, values):
        scalars = self.scalars(values)
        rank = {name: np.searchsorted(at, scalars[name]) / at.size - 0.5 for name, at in self.sorted.items()}
        found = rank | {f"{name}, squared": u**2 for name, u in rank.items()}
        for first in HYPERPARAMETERS:
            found |= {f"{first} x {name}": rank[first] * u for name, u in rank.items() if first in rank}
        return found


_SUMMARIES = {}  # by the identity of the options, which it keeps alive: most are wanted several times


def summaries_of(options):
    if id(options) not in _SUMMARIES:
        _SUMMARIES[id(options)] = options, Summaries(right_kind(options)(**options))
    return _SUMMARIES[id(options)][1]


def within_five_standard_errors(found, error):
    """Compare named differences with their standard errors."""
    worst = max(found, key=lambda name: abs(found[name]) / error[name])
    assert abs(found[worst]) < 5 * error[worst], f"{worst}: {abs(found[worst]) / error[worst]:.1f} standard errors"


def stays_put(options, sampler, *, kind=None, size=20_000, **more):
    """Chains that start from exact draws are still exact draws after a step: every summary's mean is unchanged."""
    model, before = from_exact_draws(kind or right_kind(options), options, size)
    summaries = summaries_of(options)
    after = sampler(model, draws=1, warmup=0, chains=size, rng=np.random.default_rng(3), **more).posterior
    after = {name: after[name].values[:, 0] for name in after.data_vars}
    unchanged(summaries, before, after)
    for name in set(HYPERPARAMETERS) & set(after):
        assert not np.array_equal(after[name], before[name])  # it moved
        assert stats.ks_2samp(after[name], summaries.values[name]).pvalue > 1e-5


def unchanged(summaries, before, after):
    """The mean of each summary's change, chain by chain, is zero within five standard errors."""
    old, new = summaries(before), summaries(after)
    change = {name: new[name] - old[name] for name in new}
    moved = {name: d for name, d in change.items() if d.any()}
    assert moved
    within_five_standard_errors(
        {name: d.mean() for name, d in moved.items()}, {name: d.std() / np.sqrt(d.size) for name, d in moved.items()}
    )


def agrees_with_exact(options, tree, *, thin=1, floor=400):
    """A run's summaries have their exact means, within five standard errors from its own effective sample size."""
    summaries = summaries_of(options)
    kept = tree.posterior.isel(draw=slice(None, None, thin))
    values = summaries({name: variable.values for name, variable in kept.data_vars.items()})
    found = xr.Dataset({name: (("chain", "draw"), value) for name, value in values.items()})
    size = {name: float(value) for name, value in az.ess(found, method="mean").data_vars.items()}
    assert min(size.values()) > floor, f"too few effective draws: {size}"
    pairs = [(name, found[name], summaries.reference[name]) for name in found]
    variance = {name: run.var() / size[name] + reference.var() / reference.size for name, run, reference in pairs}
    within_five_standard_errors(
        {name: float(run.mean()) - reference.mean() for name, run, reference in pairs},
        {name: float(np.sqrt(value)) for name, value in variance.items()},
    )
    plain = az.rhat(found[list(summaries.sorted)])
    assert max(float(value) for value in plain.data_vars.values()) < 1.01, f"the chains disagree: {plain}"
