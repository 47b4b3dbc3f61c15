"""Identities without randomness, exact draws against quadrature by another route, planted bugs, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from midpoints import Midpoints
from scipy import special, stats
from scipy.integrate import trapezoid

from lib import BetaBinomial, datasets, exact
from lib.priors.distributions import Beta


def close(a, b, tolerance=1e-8):
    np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


@st.composite
def problems(draw, most=5):
    J = draw(st.integers(1, most))
    trials = np.array(draw(st.lists(st.integers(1, 60), min_size=J, max_size=J)))
    successes = np.array([draw(st.integers(0, int(n))) for n in trials])
    return successes, trials, draw(st.floats(0.05, 0.95)), draw(st.floats(0.5, 1e4))


def model_of(kind, successes, trials):
    return kind(successes, trials, mean=stats.beta(2, 3), concentration=stats.gamma(2, scale=20))


# 1. Identities.


def theta_given_is_the_joint_along_each_coordinate(kind, problem):
    successes, trials, mean, concentration = problem
    model = model_of(kind, successes, trials)
    given_both = model.groups_given(mean, concentration)
    for j in range(trials.size):
        theta = np.full((9, trials.size), 0.3)
        theta[:, j] = np.linspace(0.1, 0.9, 9)
        log_joint = model.log_joint(theta, np.full(9, mean), np.full(9, concentration))
        expected = stats.beta.logpdf(theta[:, j], given_both.alpha[j], given_both.beta[j])
        close(np.diff(log_joint), np.diff(expected), 1e-7)


def marginal_is_scipys(kind, problem):
    successes, trials, mean, concentration = problem
    expected = stats.betabinom.logpmf(successes, trials, mean * concentration, (1 - mean) * concentration).sum()
    close(model_of(kind, successes, trials).log_marginal_likelihood(mean, concentration), expected, 1e-7)


def joint_is_marginal_times_conditional(kind, problem):
    """P(y, theta) = p(y) p(theta | y) at any theta: the integral over theta, without an integral."""
    successes, trials, mean, concentration = problem
    model = model_of(kind, successes, trials)
    theta = np.linspace(0.2, 0.7, trials.size)
    found = model.groups_given(mean, concentration)
    right = model.log_marginal_likelihood(mean, concentration) + stats.beta.logpdf(theta, *found).sum()
    left = model.log_likelihood(theta) + model.log_population(theta, np.array(mean), np.array(concentration))
    close(left, right, 1e-7)


def free_density_is_the_marginal(kind, problem):
    """With the determinant of all derivatives, taken numerically."""
    successes, trials, mean, concentration = problem
    model = model_of(kind, successes, trials)
    centre = np.array([np.log(concentration), special.logit(mean)])
    densities = []
    for position in (centre, centre + [0.2, -0.1]):
        steps = 1e-5 * np.concatenate([np.eye(2), -np.eye(2)])
        values = model.parameters(np.concatenate([[position], position + steps]), np.random.default_rng(1))
        flat = np.column_stack([values["concentration"], values["mean"]])
        _, log_determinant = np.linalg.slogdet((flat[1:3] - flat[3:]) / 2e-5)
        k, m = flat[0]
        marginal = stats.betabinom.logpmf(successes, trials, m * k, (1 - m) * k).sum() + model.log_hyperprior(m, k)
        densities.append((model.log_free_density(position), marginal + log_determinant))
    found, expected = zip(*densities, strict=True)
    close(np.diff(found), np.diff(expected), 1e-4)


IDENTITIES = [
    theta_given_is_the_joint_along_each_coordinate,
    marginal_is_scipys,
    joint_is_marginal_times_conditional,
    free_density_is_the_marginal,
]


@pytest.mark.parametrize("identity", IDENTITIES)
@settings(max_examples=50, deadline=None)
@given(problem=problems())
def test_identity(identity, problem):
    identity(BetaBinomial, problem)


class FailuresForgotten(BetaBinomial):
    """Adds all trials to beta, not the failures."""

    def groups_given(self, mean, concentration):
        given = super().groups_given(mean, concentration)
        return Beta(given.alpha, given.beta + self.successes)


class TrialsForgotten(BetaBinomial):
    """The marginal likelihood lacks the rising power of the concentration."""

    def log_marginal_likelihood(self, mean, concentration):
        lost = special.gammaln(self.trials + concentration) - special.gammaln(concentration)
        return super().log_marginal_likelihood(mean, concentration) + lost.sum()


class JacobianForgotten(BetaBinomial):
    """The walk is on the logarithm of the concentration, and the density is not."""

    def log_free_density(self, position):
        return super().log_free_density(position) - position[..., 0]


CAUGHT = {
    FailuresForgotten: {theta_given_is_the_joint_along_each_coordinate, joint_is_marginal_times_conditional},
    TrialsForgotten: {marginal_is_scipys, joint_is_marginal_times_conditional, free_density_is_the_marginal},
    JacobianForgotten: {free_density_is_the_marginal},
}


@pytest.mark.parametrize("bug", CAUGHT)
def test_planted_bugs_fail_the_identities_that_they_break(bug):
    problem = np.array([3, 0, 12]), np.array([10, 4, 30]), 0.3, 25.0
    caught = set()
    for identity in IDENTITIES:
        try:
            identity(bug, problem)
        except AssertionError:
            caught.add(identity)
    assert caught == CAUGHT[bug]


@pytest.mark.parametrize("concentration", [1e-5, 1.0, 1e5, 1e7, 1e9, 1e15, 1e100])
def test_the_marginal_likelihood_keeps_its_digits(concentration):
    """Against sums of logarithms, term by term; where it is large, SciPy's own loses digits."""
    successes, trials, mean = np.array([0, 3, 45, 20]), np.array([5, 10, 45, 60]), 0.3
    shapes = mean * concentration, (1 - mean) * concentration, concentration
    expected = sum(np.log(special.comb(n, y)) for n, y in zip(trials, successes, strict=True))
    for shape, counts, sign in zip(shapes, (successes, trials - successes, trials), (1, 1, -1), strict=True):
        expected += sign * sum(np.log(shape + np.arange(n)).sum() for n in counts)
    model = model_of(BetaBinomial, successes, trials)
    close(model.log_marginal_likelihood(mean, concentration), expected, 1e-7)


def test_it_tends_to_complete_pooling():
    batting = datasets.batting_1970()
    hits, at_bats = batting["first_hits"], batting["first_at_bats"]
    model = model_of(BetaBinomial, hits, at_bats)
    pooled = stats.binom.logpmf(hits, at_bats, 0.26).sum()
    close(model.log_marginal_likelihood(0.26, 1e12), pooled, 1e-7)


# 2. Exact draws against quadrature on a grid of logit(mean) and log(concentration), from sums of logarithms.


class Grid:
    """The posterior of both hyperparameters on a grid, first coarse, then where the mass is."""

    def __init__(self, successes, trials, log_prior):
        self.successes, self.trials, self.log_prior = np.asarray(successes), np.asarray(trials), log_prior
        u, v = np.linspace(-8, 8, 161), np.linspace(-12, 90, 256)
        for _ in range(2):
            density = self.log_density(u[:, np.newaxis], v)
            mass = density > density.max() - 34
            u, v = (
                np.linspace(axis[max(0, at[0] - 1)], axis[min(axis.size - 1, at[-1] + 1)], size)
                for axis, at, size in (
                    (u, np.flatnonzero(mass.any(axis=1)), 160),
                    (v, np.flatnonzero(mass.any(axis=0)), 4000),
                )
            )
        self.u, self.v = u, v
        density = self.log_density(u[:, np.newaxis], v)
        self.weight = np.exp(density - density.max())
        self.weight /= self.weight.sum()
        marginal = self.weight.sum(axis=0)
        self.cumulative = np.concatenate([[0], np.cumsum((marginal[1:] + marginal[:-1]) / 2)])

    def log_density(self, u, v):
        mean, concentration = special.expit(u), np.exp(v)
        total = self.log_prior(mean, concentration) + np.log(mean * special.expit(-u)) + v
        failures = self.trials - self.successes
        for shape, counts, sign in (
            (mean * concentration, self.successes, 1),
            (special.expit(-u) * concentration, failures, 1),
            (concentration, self.trials, -1),
        ):
            for i in range(counts.max()):
                total = total + sign * (counts > i).sum() * np.log(shape + i)
        return total

    def cdf(self, v):
        return np.interp(v, self.v, self.cumulative / self.cumulative[-1])

    def expect(self, function):
        return (self.weight * function(special.expit(self.u)[:, np.newaxis], np.exp(self.v))).sum()


def simulated(J, seed=5):
    rng = np.random.default_rng(seed)
    trials = rng.integers(1, 60, J)
    return rng.binomial(trials, rng.beta(0.3 * 40, 0.7 * 40, J)), trials


BATTING = np.array([18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7]), np.full(18, 45)


def power(kappa):
    return -1.5 * np.log(kappa)


CASES = {
    "batting, (alpha + beta)**-2.5": (*BATTING, None, power, lambda m, k: power(k)),
    "five groups": (
        *simulated(5),
        stats.beta(2, 5),
        stats.gamma(2, scale=20),
        lambda m, k: np.log(m) + 4 * np.log1p(-m) + np.log(k) - k / 20,
    ),
    "a prior that rises at both ends": (
        *simulated(5),
        lambda m: -np.log(m) - np.log1p(-m),
        stats.halfcauchy(scale=100),
        lambda m, k: -np.log(m * (1 - m)) - np.log1p((k / 100) ** 2),
    ),
    "successes all or none": ([0, 5, 3, 7], [4, 5, 6, 7], None, stats.lomax(1), lambda m, k: -2 * np.log1p(k)),
    "hundred groups": (*simulated(100), None, power, lambda m, k: power(k)),
    "thousand groups": (*simulated(1000), None, power, lambda m, k: power(k)),
}


def draws_follow_quadrature(kind, successes, trials, mean, concentration, log_prior):
    size = 4000
    model = kind(successes, trials, mean=mean, concentration=concentration)
    posterior = exact(model, draws=size, chains=1, rng=Midpoints()).posterior.isel(chain=0)
    grid = Grid(successes, trials, log_prior)
    probability = (np.arange(size) + 0.5) / size
    np.testing.assert_allclose(grid.cdf(np.log(posterior["concentration"].values)), probability, atol=5e-4)
    for name, function in {
        "mean": lambda m, k: m,
        "mean squared": lambda m, k: m**2,
        "mean x spread": lambda m, k: m / (k + 1),
    }.items():
        drawn = function(posterior["mean"].values, posterior["concentration"].values)
        assert abs(drawn.mean() - grid.expect(function)) < 0.02 * drawn.std(), name  # the lattice's own error
    theta = posterior["theta"].values
    for j in {0, len(successes) // 2}:
        expected = grid.expect(lambda m, k, j=j: (m * k + successes[j]) / (k + trials[j]))
        assert abs(theta[:, j].mean() - expected) < 5 * theta[:, j].std() / np.sqrt(size)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_draws_follow_quadrature(case):
    draws_follow_quadrature(BetaBinomial, *case)


@pytest.mark.parametrize("bug", [FailuresForgotten, TrialsForgotten])
def test_draws_of_a_planted_bug_do_not_follow_quadrature(bug):
    with pytest.raises((AssertionError, ValueError)):  # what it draws from may not even be a distribution
        draws_follow_quadrature(bug, *CASES["batting, (alpha + beta)**-2.5"])


@pytest.mark.parametrize("known", [{"mean": 0.3}, {"concentration": 30.0}, {"mean": 0.3, "concentration": 30.0}])
def test_known_hyperparameters(known):
    successes, trials = simulated(5)
    priors = {"mean": None, "concentration": stats.gamma(2, scale=20)} | known
    posterior = exact(BetaBinomial(successes, trials, **priors), draws=20_000, rng=np.random.default_rng(1)).posterior
    assert set(posterior.data_vars) == {"mean", "concentration", "theta"} - set(known)
    u, v = np.linspace(-6, 6, 801)[:, np.newaxis], np.linspace(-6, 8, 801)
    grid = Grid(successes, trials, lambda m, k: np.log(k) - k / 20)
    if "mean" in known:
        u = np.array([[special.logit(0.3)]])
    if "concentration" in known:
        v = np.array([np.log(30.0)])
    weight = np.exp(grid.log_density(u, v) - grid.log_density(u, v).max())
    mean, concentration = special.expit(u), np.exp(v)
    theta = (weight * (mean * concentration + successes[0]) / (concentration + trials[0])).sum() / weight.sum()
    drawn = posterior["theta"].values[..., 0].ravel()
    assert abs(drawn.mean() - theta) < 5 * drawn.std() / np.sqrt(drawn.size)


# 3. What is refused.

SWAPPED = (
    r"^successes must not be more than trials in any group; in no group they are fewer: are the two swapped\? "
    r"Write BetaBinomial\(successes, trials\)$"
)
REFUSED = {
    "lengths": (dict(successes=[1, 2], trials=[3]), ValueError, "trials must have one value for each of successes's 2"),
    "negative": (dict(successes=[-1], trials=[3]), ValueError, "successes must be whole numbers from zero on"),
    "fraction": (dict(successes=[1.5], trials=[3]), ValueError, "successes must be whole numbers"),
    "no trials": (dict(successes=[0], trials=[0]), ValueError, "trials must be at least one in every group"),
    "too many": (dict(successes=[4], trials=[3]), ValueError, "successes must not be more than trials"),
    "too many in one group": (
        dict(successes=[4, 2], trials=[3, 5]),
        ValueError,
        "^successes must not be more than trials in any group$",
    ),
    "swapped": (dict(successes=[5, 6], trials=[2, 3]), ValueError, SWAPPED),
    "swapped, one group has only successes": (dict(successes=[5, 6], trials=[5, 3]), ValueError, SWAPPED),
    "swapped, one group has no success": (dict(successes=[5, 6], trials=[0, 3]), ValueError, SWAPPED),
    "shares": (dict(successes=[0.3, 0.25], trials=[5, 6]), ValueError, r"as shares do: .* numpy.round\(share \* tri"),
    "percentages": (dict(successes=[34.5, 25], trials=[50, 60]), ValueError, r"numpy.round\(percentage / 100 \* tri"),
    "half a trial": (
        dict(successes=[3, 2], trials=[5.5, 6]),
        ValueError,
        "^trials must be whole numbers from zero on$",
    ),
    "masked": (dict(successes=np.ma.masked_equal([3, 2], 2)), ValueError, "^successes: 1 of its values is masked"),
    "NaN": (dict(successes=[np.nan], trials=[3]), ValueError, "successes must be finite"),
    "empty": (dict(successes=[], trials=[]), ValueError, "successes must hold at least one group"),
    "text": (dict(successes=["2"], trials=[3]), TypeError, "successes must be real numbers"),
    "mean of 1": (dict(mean=1), ValueError, "mean must lie between 0 and 1"),
    "mean of 2": (dict(mean=2), ValueError, "mean must be a finite number from 0 to 1"),
    "prior of the mean": (dict(mean=stats.norm(0, 1)), ValueError, "mean: its prior reaches from -inf to inf"),
    "no concentration": (dict(concentration=0), ValueError, "concentration must be above zero"),
    "negative concentration": (dict(concentration=-1), ValueError, "concentration must be a finite number"),
    "labels": (dict(labels=["a"]), ValueError, "labels"),
}


@pytest.mark.parametrize(("options", "error", "message"), REFUSED.values(), ids=REFUSED)
def test_bad_input_is_refused_by_name(options, error, message):
    right = dict(successes=[2, 3], trials=[5, 6], concentration=stats.gamma(2))
    with pytest.raises(error, match=message):
        BetaBinomial(**(right | options))


SOME, NONE, ALL = ([2, 3, 1], [5, 6, 4]), ([0, 0, 0], [5, 6, 4]), ([5, 6, 4], [5, 6, 4])
PROPER = {
    "flat": (SOME, None, None, "concentration"),
    "constant in alpha and beta": (SOME, None, np.log, "concentration"),
    "log-uniform": (SOME, None, lambda k: -np.log(k), "concentration"),
    "(alpha + beta)**-2.5": (SOME, None, power, ""),
    "(alpha + beta)**-2.5, no group with both": (NONE, None, power, "concentration"),
    "kappa**-3.9, three groups with both": (SOME, None, lambda k: -3.9 * np.log(k), ""),
    "kappa**-4, three groups with both": (SOME, None, lambda k: -4 * np.log(k), "concentration"),
    "a peak at zero": (NONE, None, stats.gamma(0.1), ""),
    "1 / m without successes": (NONE, lambda m: -np.log(m), stats.gamma(2), "mean"),
    "1 / m": (SOME, lambda m: -np.log(m), stats.gamma(2), ""),
    "1 / (1 - m) without failures": (ALL, lambda m: -np.log1p(-m), stats.gamma(2), "mean"),
    "1 / (1 - m)": (SOME, lambda m: -np.log1p(-m), stats.gamma(2), ""),
    "known": (SOME, None, 5.0, ""),
}


@pytest.mark.parametrize(("data", "mean", "concentration", "culprit"), PROPER.values(), ids=PROPER)
def test_an_improper_posterior_is_refused_with_its_condition(data, mean, concentration, culprit):
    if not culprit:
        BetaBinomial(*data, mean=mean, concentration=concentration)
        return
    with pytest.raises(ValueError, match=rf"the posterior is improper: .*{culprit}.* diverges"):
        BetaBinomial(*data, mean=mean, concentration=concentration)
    model = BetaBinomial(*data, mean=mean, concentration=concentration, allow_improper=True)
    with pytest.raises(ValueError, match="there is nothing to draw from"):
        exact(model, draws=10, rng=np.random.default_rng(1))


@pytest.mark.parametrize(("exponent", "settles"), [(-1.0, False), (-1.3, True)])
def test_masses_grow_as_the_condition_says(exponent, settles):
    """Up to ever larger concentrations, the integral keeps growing or settles."""
    model = BetaBinomial(*SOME, concentration=lambda k: exponent * np.log(k), allow_improper=True)
    m = np.linspace(0.001, 0.999, 400)[:, np.newaxis]
    integrals = []
    for largest in (1e10, 1e20, 1e30):
        v = np.linspace(np.log(1e-6), np.log(largest), 4001)
        density = np.exp(model.concentration.log_density(np.exp(v)) + model.log_integrand(np.exp(v), m) + v)
        integrals.append(trapezoid(trapezoid(density, m[:, 0], axis=0), v))
    growth = np.diff(integrals)
    assert (growth[1] < 0.05 * growth[0]) == settles


# 4. Small things.


def test_replicates_come_from_the_prior():
    model = BetaBinomial([1, 2], [30, 50], mean=stats.beta(4, 6), concentration=stats.gamma(3, scale=10))
    rng = np.random.default_rng(3)
    truths, replicated = zip(*(model.replicate(rng) for _ in range(4000)), strict=True)
    mean = np.array([float(truth["mean"]) for truth in truths])
    share = np.array([replicate.successes / replicate.trials for replicate in replicated])
    assert stats.kstest(mean, stats.beta(4, 6).cdf).pvalue > 1e-4
    assert abs(share.mean() - 0.4) < 5 * share[:, 0].std() / np.sqrt(4000)
    np.testing.assert_array_equal(model.successes, [1, 2])
    one = replicated[0]
    fresh = BetaBinomial(one.successes, one.trials, mean=0.4, concentration=30.0)
    close(one.log_marginal_likelihood(0.4, 30.0), fresh.log_marginal_likelihood(0.4, 30.0))
    with pytest.raises(ValueError, match="mean: its prior is flat"):
        BetaBinomial([1], [3], concentration=stats.gamma(2)).replicate(rng)


def test_series_and_labels_are_read():
    model = BetaBinomial(pd.Series([1, 2]), (3, 4), concentration=5.0, labels=pd.Series(["a", "b"]))
    assert model.labels == ["a", "b"]
    tree = exact(model, draws=5, rng=np.random.default_rng(1))
    assert list(tree.posterior["theta"]["group"].values) == ["a", "b"]
    assert float(tree.constant_data["concentration"]) == 5
    np.testing.assert_array_equal(tree.observed_data["successes"], [1, 2])


def test_moments_of_a_beta():
    close(Beta(np.array(3.0), np.array(5.0)).mean, stats.beta(3, 5).mean())
    close(Beta(np.array(3.0), np.array(5.0)).sd, stats.beta(3, 5).std())
