"""Identities without randomness, suppressed counts by brute force, exact draws against a grid, and planted bugs."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampler_checks import GAMMA_POISSON
from scipy import optimize, stats

from lib import GammaPoisson, datasets, exact, gibbs
from lib.priors.distributions import Gamma

NAN = float("nan")


def close(a, b, tolerance=1e-8):
    np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


@st.composite
def problems(draw, most=5):
    J = draw(st.integers(1, most))
    counts = np.array(draw(st.lists(st.integers(0, 60), min_size=J, max_size=J)), dtype=float)
    exposure = np.array(draw(st.lists(st.floats(0.05, 50), min_size=J, max_size=J)))
    return counts, exposure, draw(st.floats(0.1, 1e3)), draw(st.floats(0.05, 50))


def model_of(kind, counts, exposure, suppressed=None, **other):
    other = other or {"mean": stats.lognorm(1)}
    return kind(counts, exposure, shape=stats.gamma(2), **other, suppressed=suppressed)


def negative_binomial(counts, exposure, shape, rate):
    return stats.nbinom.logpmf(counts, shape, rate / (rate + exposure))


# 1. Identities.


def lam_given_is_the_joint_along_each_coordinate(kind, problem):
    counts, exposure, shape, rate = problem
    model = model_of(kind, counts, exposure)
    found = model.groups_given(shape, rate)
    for j in range(counts.size):
        lam = np.full((9, counts.size), 0.7)
        lam[:, j] = np.linspace(0.2, 3, 9)
        a, b = np.full(9, shape), np.full(9, rate)
        log_joint = model.log_likelihood(lam) + model.log_population(lam, a, b)
        close(np.diff(log_joint), np.diff(stats.gamma.logpdf(lam[:, j], found.shape[j], scale=1 / found.rate[j])), 1e-7)


def marginal_is_scipys(kind, problem):
    counts, exposure, shape, rate = problem
    expected = negative_binomial(counts, exposure, shape, rate).sum()
    close(model_of(kind, counts, exposure).log_marginal_likelihood(shape, rate), expected, 1e-7)


def suppression_is_a_sum(kind, problem):
    """The probability of a suppressed count adds up those of its numbers, in every combination."""
    counts, exposure, shape, rate = problem
    counts = counts.copy()
    counts[:2] = NAN
    possible = (0, 3)
    hidden = np.flatnonzero(np.isnan(counts))
    total = -np.inf
    for numbers in product(range(possible[0], possible[1] + 1), repeat=hidden.size):
        complete = counts.copy()
        complete[hidden] = numbers
        total = np.logaddexp(total, negative_binomial(complete, exposure, shape, rate).sum())
    close(model_of(kind, counts, exposure, possible).log_marginal_likelihood(shape, rate), total, 1e-7)


def free_density_is_the_marginal(kind, problem):
    """With the determinant of all derivatives, taken numerically; whether the model has a rate or a mean."""
    counts, exposure, shape, rate = problem
    centre = np.array([np.log(shape), np.log(shape / rate)])
    for priors in ({}, {"rate": stats.expon(scale=3)}):
        model, densities = model_of(kind, counts, exposure, **priors), []
        for position in (centre, centre + [0.2, -0.1]):
            steps = 1e-5 * np.concatenate([np.eye(2), -np.eye(2)])
            values = model.parameters(np.concatenate([[position], position + steps]), np.random.default_rng(1))
            flat = np.column_stack([values["shape"], values["rate" if priors else "mean"]])
            _, log_determinant = np.linalg.slogdet((flat[1:3] - flat[3:]) / 2e-5)
            a, other = flat[0]
            b = other if priors else a / other
            marginal = negative_binomial(counts, exposure, a, b).sum() + model.log_hyperprior(a, other)
            densities.append((model.log_free_density(position), marginal + log_determinant))
        found, expected = zip(*densities, strict=True)
        close(np.diff(found), np.diff(expected), 1e-3)


IDENTITIES = [
    lam_given_is_the_joint_along_each_coordinate,
    marginal_is_scipys,
    suppression_is_a_sum,
    free_density_is_the_marginal,
]


@pytest.mark.parametrize("identity", IDENTITIES)
@settings(max_examples=40, deadline=None)
@given(problem=problems())
def test_identity(identity, problem):
    identity(GammaPoisson, problem)


class ScaleForRate(GammaPoisson):
    """SciPy's Gamma takes a scale: the usual slip."""

    def groups_given(self, shape, rate, counts=None):
        found = super().groups_given(shape, rate, counts)
        return Gamma(found.shape, 1 / found.rate)


class ExposureForgotten(GammaPoisson):
    def _sums(self, a, b):
        return super()._sums(a, b) - self.exposure[self._suppression.seen].sum()


class SuppressedAsLeast(GammaPoisson):
    """Takes a suppressed count for its least number."""

    def _tabulate(self):
        super()._tabulate()
        self._suppression.possible = self._suppression.possible[:1]


class JacobianForgotten(GammaPoisson):
    """A rate is no function of the mean alone."""

    def log_jacobian(self, shape, inner):
        return 0.0


CAUGHT = {
    ScaleForRate: {lam_given_is_the_joint_along_each_coordinate},
    ExposureForgotten: {marginal_is_scipys, suppression_is_a_sum},
    SuppressedAsLeast: {suppression_is_a_sum},
    JacobianForgotten: {free_density_is_the_marginal},
}


@pytest.mark.parametrize("bug", CAUGHT)
def test_planted_bugs_fail_the_identities_that_they_break(bug):
    problem = np.array([3.0, 0, 12]), np.array([1.0, 0.4, 3]), 2.5, 0.8
    caught = set()
    for identity in IDENTITIES:
        try:
            identity(bug, problem)
        except AssertionError:
            caught.add(identity)
    assert caught == CAUGHT[bug]


@pytest.mark.parametrize("shape", [1e-4, 1.0, 1e6, 1e10, 1e15])
def test_the_marginal_likelihood_keeps_its_digits(shape):
    """Towards one rate for all; at a shape of 1e15, SciPy's has lost them."""
    counts, exposure, mean = np.array([0.0, 3, 45]), np.array([1.0, 2, 9]), 4.0
    found = model_of(GammaPoisson, counts, exposure).log_marginal_likelihood(shape, shape / mean)
    rate = shape / mean
    expected = sum(
        np.log(shape + np.arange(k)).sum() - np.log(np.arange(1, k + 1)).sum()
        + k * np.log(x / (x + rate)) - shape * np.log1p(x / rate)
        for k, x in zip(counts, exposure, strict=True)
    )  # fmt: skip
    close(found, expected, 1e-7)
    if shape == 1e15:
        close(found, stats.poisson.logpmf(counts, mean * exposure).sum(), 1e-7)


# 2. Suppressed counts: imputation agrees with the sum, and the data of the course.


def test_imputed_counts_have_their_probabilities():
    counts, exposure = np.array([NAN, 4.0, NAN]), np.array([0.5, 1.0, 3.0])
    model = model_of(GammaPoisson, counts, exposure, (1, 5))
    size = 50_000
    drawn = model._suppression.impute(
        np.random.default_rng(1), np.full((size, 1), 2.0), np.full((size, 1), 0.7), exposure
    )
    assert (drawn[:, 1] == 4).all()
    for j in (0, 2):
        log_probability = negative_binomial(np.arange(1, 6), exposure[j], 2.0, 0.7)
        expected = np.exp(log_probability - np.logaddexp.reduce(log_probability))
        found = np.bincount(drawn[:, j].astype(int), minlength=6)[1:] / size
        assert (np.abs(found - expected) < 5 * np.sqrt(expected * (1 - expected) / size)).all()


def test_imputing_within_gibbs_agrees_with_the_censored_likelihood():
    """Alternating imputed counts and draws for complete counts has the same stationary law as the sum."""
    options = GAMMA_POISSON["counts, suppressed"]
    model = GammaPoisson(**options)
    censored = exact(model, draws=20_000, rng=np.random.default_rng(1)).posterior
    rng, shape, mean = np.random.default_rng(2), censored["shape"].values[0, :200], censored["mean"].values[0, :200]
    a, b = shape[:, np.newaxis], (shape / mean)[:, np.newaxis]
    complete = model._suppression.impute(rng, a, b, model.exposure)
    kept = []
    for row in complete:
        given_all = {**options, "counts": row, "suppressed": None}
        kept.append(exact(GammaPoisson(**given_all), draws=1, chains=1, rng=rng).posterior["mean"].item())
    pooled = censored["mean"].values
    assert stats.ks_2samp(kept, pooled.ravel()).pvalue > 1e-4


@pytest.mark.parametrize(("how", "rate"), [("modelled", 10.65), ("dropped", 11.00), ("zeroed", 7.38)])
def test_california_by_maximum_likelihood(how, rate):
    """Three ways with suppressed cells, per million a year in 2017-19: published with the lecture's corrections."""
    asthma = datasets.asthma_california()
    deaths, exposure = asthma["deaths_2017_2019"].to_numpy(), 3 * asthma["population_2017"].to_numpy() / 1e6
    if how == "dropped":
        deaths, exposure = deaths[~np.isnan(deaths)], exposure[~np.isnan(deaths)]
    if how == "zeroed":
        deaths = np.nan_to_num(deaths)
    model = model_of(GammaPoisson, deaths, exposure, asthma.attrs["suppressed"] if how == "modelled" else None)
    best = optimize.minimize(
        lambda u: -model.log_marginal_likelihood(np.exp(u[0]), np.exp(u[0] - u[1])), [1.0, 2.0], method="Nelder-Mead"
    )
    assert abs(np.exp(best.x[1]) - rate) < 0.006


# 3. Exact draws against a grid of log(shape) and log(mean), from sums of logarithms.


def grid_moments(counts, exposure, log_prior, suppressed=None):
    u, v = np.linspace(-4, 9, 900)[:, np.newaxis], np.linspace(-5, 6, 700)
    shape, mean = np.exp(u), np.exp(v)
    rate = shape / mean
    density = log_prior(shape, mean) + u + v
    for k, x in zip(counts, exposure, strict=True):
        numbers = [k] if not np.isnan(k) else range(suppressed[0], suppressed[1] + 1)
        density = density + np.logaddexp.reduce([negative_binomial(n, x, shape, rate) for n in numbers], axis=0)
    weight = np.exp(density - density.max())
    weight /= weight.sum()
    x = exposure[0]
    least = counts[0]
    return {
        "mean": (weight * mean).sum(),
        "log shape": (weight * u).sum(),
        "lam": (weight * (shape + least) / (rate + x)).sum(),
    }


CASES = {
    "proper": ([0.0, 3, 9, 40, 5], [0.5, 1, 2.5, 9, 0.2], stats.gamma(2, scale=3), stats.lognorm(1, scale=4), None),
    "suppressed": ([2.0, NAN, 9, NAN], [0.5, 1, 2.5, 0.2], stats.gamma(2, scale=3), stats.lognorm(1, scale=4), (1, 5)),
    "log-uniform mean": (
        [7.0, 3, 9, 40, 5, 8],
        [2.0, 1, 2.5, 9, 1.2, 3],
        stats.gamma(3, scale=3),
        lambda m: -np.log(m),
        None,
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_draws_follow_a_grid(case):
    counts, exposure, shape, mean, suppressed = case

    def log_prior(a, m):
        return shape.logpdf(a) + (mean(m) if callable(mean) else mean.logpdf(m))

    expected = grid_moments(np.array(counts), np.array(exposure), log_prior, suppressed)
    model = GammaPoisson(counts, exposure, shape=shape, mean=mean, suppressed=suppressed)
    posterior = exact(model, draws=20_000, rng=np.random.default_rng(1)).posterior
    drawn = {
        "mean": posterior["mean"].values.ravel(),
        "log shape": np.log(posterior["shape"].values.ravel()),
        "lam": posterior["lam"].values[..., 0].ravel(),
    }
    for name, values in drawn.items():
        assert abs(values.mean() - expected[name]) < 5 * values.std() / np.sqrt(values.size), name


def test_rate_and_mean_are_two_ways_to_say_the_same():
    """A flat prior on the rate given a shape is one over the squared mean, times the shape."""
    counts, exposure = [3, 9, 40, 5], [1, 2.5, 9, 1.2]
    by_rate = GammaPoisson(counts, exposure, shape=4.0)
    by_mean = GammaPoisson(counts, exposure, shape=4.0, mean=lambda m: -2 * np.log(m))
    rate, mean = (
        exact(model, draws=20_000, rng=np.random.default_rng(seed)).posterior[name].values.ravel()
        for seed, (model, name) in enumerate([(by_rate, "rate"), (by_mean, "mean")])
    )
    assert stats.ks_2samp(4.0 / rate, mean).pvalue > 1e-4


# 4. What is refused.

RIGHT = dict(counts=[2, 3], exposure=[1.0, 2.0], shape=stats.gamma(2), mean=stats.lognorm(1))
REFUSED = {
    "lengths": (dict(exposure=[1.0]), "exposure must have one value for each of counts's 2"),
    "no exposure": (dict(exposure=[0.0, 1]), "exposure must be above zero"),
    "negative": (dict(counts=[-1, 2]), "counts must be whole numbers from zero on"),
    "fraction": (dict(counts=[1.5, 2]), "counts must be whole numbers"),
    "rates": (
        dict(counts=[0.1, 0.02]),
        r"^counts must be .* as rates are not: .* numpy.round\(rate \* exposure\)",
    ),
    "masked": (
        dict(counts=np.ma.masked_equal([3, 2], 2)),
        r"^counts: 1 .* masked.*\.filled\(numpy.nan\) and supp",
    ),
    "NaN": (dict(counts=[NAN, 2]), "counts must be finite; if a NaN is a suppressed count"),
    "bounds": (dict(suppressed=(5, 1)), "suppressed must be two whole numbers"),
    "one bound": (dict(suppressed=[5]), "suppressed must be two whole numbers"),
    "rate and mean": (dict(rate=stats.gamma(2)), "rate and mean say the same thing twice"),
    "shape of zero": (dict(shape=0), "shape must be above zero"),
    "rate of zero": (dict(mean=None, rate=0), "rate must be above zero"),
    "mean of zero": (dict(mean=0), "mean must be above zero"),
    "prior of the mean": (dict(mean=stats.norm()), "mean: its prior reaches from -inf"),
}


@pytest.mark.parametrize(("options", "message"), REFUSED.values(), ids=REFUSED)
def test_bad_input_is_refused_by_name(options, message):
    with pytest.raises(ValueError, match=message):
        GammaPoisson(**(RIGHT | options))


def power(exponent):
    return lambda x: exponent * np.log(x)


PROPER = {
    "flat shape": (dict(shape=None), "shape"),
    "log-uniform shape": (dict(shape=power(-1)), "shape"),
    "flat mean": (dict(mean=power(0)), "mean grows"),
    "log-uniform mean": (dict(mean=power(-1)), ""),
    "log-uniform mean, no events": (dict(counts=[0, 0], mean=power(-1)), "mean goes to zero"),
    "flat mean, known shape": (dict(mean=power(0), shape=2.0), ""),
    "flat mean, small known shape": (dict(mean=power(0), shape=0.4), "mean grows"),
    "flat rate": (dict(mean=None), ""),
    "flat shape and rate": (dict(mean=None, shape=None), "shape"),
    "suppressed counts are events": (dict(counts=[0, NAN], suppressed=(1, 5), mean=power(-1)), ""),
    "suppressed counts may be no events": (
        dict(counts=[0, NAN], suppressed=(0, 5), mean=power(-1)),
        "mean goes to zero",
    ),
    "few shapes, groups with events": (
        dict(counts=[0, NAN], suppressed=(1, 5), shape=lambda a: -1.5 * np.log(a) - a),
        "",
    ),
    "few shapes, perhaps none": (
        dict(counts=[0, NAN], suppressed=(0, 5), shape=lambda a: -1.5 * np.log(a) - a),
        "shape",
    ),
    "known rate, flat shape": (dict(mean=None, rate=2.0, shape=None), ""),
}


@pytest.mark.parametrize(("options", "culprit"), PROPER.values(), ids=PROPER)
def test_an_improper_posterior_is_refused_with_its_condition(options, culprit):
    if not culprit:
        GammaPoisson(**(RIGHT | options))
        return
    with pytest.raises(ValueError, match=rf"the posterior is improper: .*{culprit}.* diverges"):
        GammaPoisson(**(RIGHT | options))


def test_replicates_come_from_the_prior_and_are_suppressed_alike():
    model = GammaPoisson([0, 7, 3], [1, 2, 3], shape=stats.gamma(4), mean=stats.lognorm(0.5, scale=3))
    rng = np.random.default_rng(1)
    truths, replicated = zip(*(model.replicate(rng) for _ in range(4000)), strict=True)
    assert stats.kstest([float(t["shape"]) for t in truths], stats.gamma(4).cdf).pvalue > 1e-4
    share = np.array([r.counts / r.exposure for r in replicated])
    assert abs(share.mean() - stats.lognorm(0.5, scale=3).mean()) < 5 * share[:, 2].std() / np.sqrt(4000)
    hidden = GammaPoisson([0, NAN], [1, 2], shape=2.0, mean=3.0, suppressed=(1, 5)).replicate(rng)[1]
    assert not ((hidden.counts >= 1) & (hidden.counts <= 5)).any()


def test_labels():
    model = GammaPoisson([1, 2], [1, 2], shape=2.0, mean=3.0, labels=["a", "b"])
    tree = gibbs(model, draws=5, warmup=0, rng=np.random.default_rng(1))
    assert list(tree.posterior["lam"]["group"].values) == ["a", "b"]
    assert float(tree.constant_data["shape"]) == 2
