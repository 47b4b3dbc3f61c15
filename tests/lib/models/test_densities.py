"""Each part of each model's joint density is SciPy's, at many points at once; what a model makes up follows it."""

import numpy as np
import pytest
from scipy import special, stats

from lib import BetaBinomial, GammaPoisson, NestedGammaPoisson, NormalNormal

Y, SIGMA = np.array([28.0, 8, -3, 7]), np.array([15.0, 10, 16, 11])
MADE, SHOTS = np.array([3.0, 0, 9, 12]), np.array([9.0, 4, 20, 12])
DEATHS, YEARS, HIDDEN = np.array([4.0, np.nan, 0, np.nan]), np.array([2.0, 0.5, 3, 1]), (1, 3)
STATES = ["u", "u", "v", "v"]
MU, TAU = stats.norm(5, 8), stats.gamma(2, scale=6)
MEAN, CONCENTRATION = stats.beta(2, 3), stats.gamma(3, scale=5)
SHAPE, RATE_MEAN = stats.gamma(3, scale=0.7), stats.lognorm(0.6, scale=2)
CENTRE, SPREAD = stats.norm(0.5, 0.4), stats.gamma(3, scale=0.2)

MODELS = {
    "normal": lambda: NormalNormal(Y, SIGMA, mu=MU, tau=TAU),
    "shares": lambda: BetaBinomial(MADE, SHOTS, mean=MEAN, concentration=CONCENTRATION),
    "counts": lambda: GammaPoisson(DEATHS, YEARS, shape=SHAPE, mean=RATE_MEAN, suppressed=HIDDEN),
    "rates": lambda: GammaPoisson(DEATHS, YEARS, shape=SHAPE, rate=RATE_MEAN, suppressed=HIDDEN),
    "nested": lambda: NestedGammaPoisson(
        DEATHS, YEARS, STATES, mu=CENTRE, tau=SPREAD, nu=CENTRE, omega=SPREAD, suppressed=HIDDEN
    ),
}
RNG = np.random.default_rng(3)


def draws(*laws):
    return [law.rvs((3, 2), random_state=RNG) for law in laws]


def hidden_likelihood(lam):
    seen = ~np.isnan(DEATHS)
    counted = stats.poisson(YEARS * lam)
    each = np.where(seen, counted.logpmf(np.nan_to_num(DEATHS)), np.log(counted.cdf(3) - counted.cdf(0)))
    return each.sum(axis=-1)


def up_to_a_constant(found, expected):
    np.testing.assert_allclose(found - found.flat[0], expected - expected.flat[0], atol=1e-9)


def test_the_normal_model():
    model, (mu, tau) = MODELS["normal"](), draws(MU, TAU)
    theta = stats.norm(5, 9).rvs((3, 2, 4), random_state=RNG)
    np.testing.assert_allclose(model.log_likelihood(theta), stats.norm(theta, SIGMA).logpdf(Y).sum(axis=-1))
    population = stats.norm(mu[..., np.newaxis], tau[..., np.newaxis]).logpdf(theta).sum(axis=-1)
    np.testing.assert_allclose(model.log_population(theta, mu, tau), population)
    up_to_a_constant(model.log_hyperprior(mu, tau), MU.logpdf(mu) + TAU.logpdf(tau))
    parts = model.log_likelihood(theta) + model.log_population(theta, mu, tau) + model.log_hyperprior(mu, tau)
    np.testing.assert_allclose(model.log_joint(theta, mu, tau), parts)
    marginal = stats.norm(mu[..., np.newaxis], np.hypot(tau[..., np.newaxis], SIGMA)).logpdf(Y).sum(axis=-1)
    up_to_a_constant(model.log_marginal_likelihood(mu, tau), marginal)


def test_the_model_of_shares():
    model, (mean, concentration) = MODELS["shares"](), draws(MEAN, CONCENTRATION)
    theta = stats.beta(2, 3).rvs((3, 2, 4), random_state=RNG)
    np.testing.assert_allclose(model.log_likelihood(theta), stats.binom(SHOTS, theta).logpmf(MADE).sum(axis=-1))
    shapes = [(part * concentration)[..., np.newaxis] for part in (mean, 1 - mean)]
    population = stats.beta(*shapes).logpdf(theta).sum(axis=-1)
    np.testing.assert_allclose(model.log_population(theta, mean, concentration), population)
    up_to_a_constant(model.log_hyperprior(mean, concentration), MEAN.logpdf(mean) + CONCENTRATION.logpdf(concentration))
    marginal = stats.betabinom(SHOTS.astype(int), *shapes).logpmf(MADE).sum(axis=-1)
    up_to_a_constant(model.log_marginal_likelihood(mean, concentration), marginal)


@pytest.mark.parametrize("which", ["counts", "rates"])
def test_the_model_of_counts(which):
    model, (shape, location) = MODELS[which](), draws(SHAPE, RATE_MEAN)
    rate = shape / location if which == "counts" else location
    lam = stats.gamma(2).rvs((3, 2, 4), random_state=RNG)
    np.testing.assert_allclose(model.log_likelihood(lam), hidden_likelihood(lam))
    law = stats.gamma(shape[..., np.newaxis], scale=1 / rate[..., np.newaxis])
    np.testing.assert_allclose(model.log_population(lam, shape, rate), law.logpdf(lam).sum(axis=-1))
    up_to_a_constant(model.log_hyperprior(shape, location), SHAPE.logpdf(shape) + RATE_MEAN.logpdf(location))
    a, chance = shape[..., np.newaxis], (rate[..., np.newaxis] / (rate[..., np.newaxis] + YEARS))
    count = stats.nbinom(a, chance)
    each = np.where(np.isnan(DEATHS), np.log(count.cdf(3) - count.cdf(0)), count.logpmf(np.nan_to_num(DEATHS)))
    up_to_a_constant(model.log_marginal_likelihood(shape, rate), each.sum(axis=-1))


# What a model makes up.

SAME = list(MODELS)


@pytest.mark.parametrize("which", SAME)
def test_the_same_generator_makes_up_the_same_and_another_does_not(which):
    model = MODELS[which]()

    def made_up(seed):
        truth, replicated = model.replicate(np.random.default_rng(seed))
        return truth | replicated.observed

    first, again, other = made_up(1), made_up(1), made_up(2)
    assert set(truth_of(which)) == first.keys() - model.observed.keys()
    for name, values in first.items():
        np.testing.assert_array_equal(values, again[name], err_msg=name)
    changed = {name for name in first if not np.array_equal(first[name], other[name], equal_nan=True)}
    assert changed >= set(truth_of(which))


def truth_of(which):
    return {
        "normal": {"mu": MU, "tau": TAU, "theta": None},
        "shares": {"mean": MEAN, "concentration": CONCENTRATION, "theta": None},
        "counts": {"shape": SHAPE, "mean": RATE_MEAN, "lam": None},
        "rates": {"shape": SHAPE, "rate": RATE_MEAN, "lam": None},
        "nested": {
            "mu": CENTRE,
            "tau": SPREAD,
            "nu": CENTRE,
            "omega": SPREAD,
            "state_mean": None,
            "state_shape": None,
            "lam": None,
        },
    }[which]


def uniform(truth, data, which, rng):
    """Where each hyperparameter, group and datum lies in its own law, given what it hangs on: uniform if right."""
    found = {name: law.cdf(truth[name]) for name, law in truth_of(which).items() if law is not None}
    if which == "normal":
        found["groups"] = stats.norm(truth["mu"], truth["tau"]).cdf(truth["theta"])
        found["data"] = stats.norm(truth["theta"], SIGMA).cdf(data["y"])
        return found
    if which == "shares":
        mean, concentration = truth["mean"], truth["concentration"]
        found["groups"] = stats.beta(mean * concentration, (1 - mean) * concentration).cdf(truth["theta"])
        law, count = stats.binom(SHOTS, truth["theta"]), data["successes"]
    else:
        if which == "nested":
            state = np.array([0, 0, 1, 1])
            for name, centre, spread in (("state_mean", "mu", "tau"), ("state_shape", "nu", "omega")):
                found[name] = stats.norm(truth[centre], truth[spread]).cdf(np.log(truth[name]))
            shape, mean = truth["state_shape"][state], truth["state_mean"][state]
        else:
            shape = truth["shape"]
            mean = truth["mean"] if which == "counts" else shape / truth["rate"]
        found["groups"] = stats.gamma(shape, scale=mean / shape).cdf(truth["lam"])
        law, count = stats.poisson(YEARS * truth["lam"]), data["counts"]
    # A count is spread evenly over its step; a hidden one over the steps of all that it may be.
    hidden = np.isnan(count)
    low = np.where(hidden, law.cdf(HIDDEN[0] - 1), law.cdf(np.nan_to_num(count) - 1))
    high = np.where(hidden, law.cdf(HIDDEN[1]), law.cdf(np.nan_to_num(count)))
    found["data"] = low + (high - low) * rng.random(low.shape)
    return found


@pytest.mark.parametrize("which", MODELS)
def test_what_is_made_up_follows_the_joint_law(which):
    model, rng = MODELS[which](), np.random.default_rng(8)
    rows = []
    for _ in range(2500):
        truth, replicated = model.replicate(rng)
        rows.append(uniform(truth, replicated.observed, which, rng))
    for name in rows[0]:
        values = special.ndtri(np.clip(np.array([row[name] for row in rows]), 1e-12, 1 - 1e-12)).reshape(2500, -1)
        for column in values.T:
            assert stats.kstest(column, "norm").pvalue > 1e-5, name
