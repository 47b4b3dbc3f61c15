"""Exact draws against quadrature by another route, against the prior they came from and against PyMC; planted bugs."""

import json
import tracemalloc

import arviz as az
import numpy as np
import pymc as pm
import pytest
import xarray as xr
from midpoints import Midpoints
from quadrature_reference import EIGHT_SIGMA, EIGHT_Y, Posterior, group_moments, tau_posterior
from scipy import integrate, stats
from scipy.interpolate import PchipInterpolator

from lib import GammaPoisson, NormalNormal, exact
from lib.priors.distributions import Normal
from lib.priors.hyperparameter import Hyperparameter

# 1. The distribution of tau, without randomness. Each case: y, sigma, what the model is told of tau, the same written
# out as a log density, its support, and what is known of mu.

UNEQUAL = {J: np.exp(np.random.default_rng(J).normal(size=J)) for J in (4, 30, 1000, 10_000)}
FAR = {J: np.random.default_rng(J + 1).normal(3, np.hypot(2, s)) for J, s in UNEQUAL.items()}
NEAR = {J: np.random.default_rng(J + 2).normal(3, 0.9, size=J) for J in UNEQUAL}  # tau hat is zero with sigma = 1
EVERYWHERE = (0.0, np.inf)


def bumps(tau):
    return np.logaddexp(-(((tau - 2) / 0.3) ** 2) / 2, -(((tau - 12) / 0.3) ** 2) / 2)


def flat(tau):
    return 0.0


PRIORS = {
    "flat": (None, flat, EVERYWHERE),
    "half-Cauchy(5)": (stats.halfcauchy(scale=5), lambda t: -np.log1p((t / 5) ** 2), EVERYWHERE),
    "half-Cauchy(25)": (stats.halfcauchy(scale=25), lambda t: -np.log1p((t / 25) ** 2), EVERYWHERE),
    "half-normal(5)": (stats.halfnorm(scale=5), lambda t: -((t / 5) ** 2) / 2, EVERYWHERE),
    "half-normal(10)": (stats.halfnorm(scale=10), lambda t: -((t / 10) ** 2) / 2, EVERYWHERE),
    "flat on tau squared": (np.log, np.log, EVERYWHERE),
    "1 / sqrt(tau)": (lambda t: -np.log(t) / 2, lambda t: -np.log(t) / 2, EVERYWHERE),
    "uniform(0, 10)": (stats.uniform(0, 10), flat, (0.0, 10.0)),
    "uniform(2, 3)": (stats.uniform(2, 1), flat, (2.0, 3.0)),
    "uniform far away": (stats.uniform(1000, 10), flat, (1000.0, 1010.0)),
    "lognormal": (stats.lognorm(1), lambda t: -np.log(t) - np.log(t) ** 2 / 2, EVERYWHERE),
    "narrow": (stats.lognorm(1e-3, scale=5), lambda t: -np.log(t) - (np.log(t / 5) / 1e-3) ** 2 / 2, EVERYWHERE),
    "gamma": (stats.gamma(2, scale=3), lambda t: np.log(t) - t / 3, EVERYWHERE),
    "gamma rising at zero": (stats.gamma(0.5), lambda t: -np.log(t) / 2 - t, EVERYWHERE),
    "inverse gamma": (stats.invgamma(1, scale=1), lambda t: -2 * np.log(t) - 1 / t, EVERYWHERE),
    "arcsine": (stats.arcsine(0, 10), lambda t: -np.log(t * (10 - t)) / 2, (0.0, 10 - 1e-14)),
    "truncated": (lambda t: np.where(t < 10, 0, -np.inf), flat, (0.0, 10.0)),
    "window": (lambda t: np.where((t > 5) & (t < 5.5), 0, -np.inf), flat, (5.0, 5.5)),
    "two bumps": (bumps, bumps, EVERYWHERE),
    "spike": (lambda t: -(((t - 5) / 1e-3) ** 2) / 2, lambda t: -(((t - 5) / 1e-3) ** 2) / 2, EVERYWHERE),
}
DATA = {
    "J=3": (EIGHT_Y[:3], EIGHT_SIGMA[:3]),
    "units of 1e-6": (EIGHT_Y * 1e-6, EIGHT_SIGMA * 1e-6),
    "units of 1e6": (EIGHT_Y * 1e6, EIGHT_SIGMA * 1e6),
    "offset of 1e6": (EIGHT_Y + 1e6, EIGHT_SIGMA),
    "y all the same": (np.ones(8), EIGHT_SIGMA),
    "y far apart": (EIGHT_Y * 1e6, EIGHT_SIGMA),
    "sigma over six decades": (EIGHT_Y, EIGHT_SIGMA * np.geomspace(1, 1e6, 8)),
    **{f"J={J}, far from zero": (FAR[J], UNEQUAL[J]) for J in UNEQUAL},
    **{f"J={J}, near zero": (NEAR[J], np.ones(J)) for J in UNEQUAL},
}
MU = {
    "known mu": (3.0, 3.0),
    "known mu far away": (1000.0, 1000.0),
    "normal mu": (stats.norm(3, 5), (3.0, 5.0)),
    "normal mu far away": (stats.norm(1000, 0.1), (1000.0, 0.1)),
}
CASES = {
    **{name: (EIGHT_Y, EIGHT_SIGMA, *prior, None, None) for name, prior in PRIORS.items()},
    **{name: (*data, *PRIORS["flat"], None, None) for name, data in DATA.items()},
    **{name: (EIGHT_Y, EIGHT_SIGMA, *PRIORS["flat"], *mu) for name, mu in MU.items()},
}


def tau_follows_quadrature(kind, y, sigma, tau, log_prior, support, mu, mu_reference):
    draws = 40
    posterior = exact(kind(y, sigma, mu=mu, tau=tau), draws=draws, chains=1, rng=Midpoints()).posterior
    reference = tau_posterior(y, sigma, log_prior, support=support, mu=mu_reference)
    probability = (np.arange(draws) + 0.5) / draws
    # The quadrature stops when it puts its error below 1e-4 (the tolerance of lib.samplers.quadrature.integrate).
    np.testing.assert_allclose(reference.cdf(np.log(posterior["tau"].values.ravel())), probability, atol=1e-4)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_tau_follows_quadrature(case):
    tau_follows_quadrature(NormalNormal, *case)


# 2. All that is drawn, within five standard errors of the exact value.


def within_five_standard_errors(draws, expected):
    """Compare means along the first axis; independent draws, so the effective sample size is their number."""
    error = draws.std(axis=0) / np.sqrt(len(draws))
    np.testing.assert_array_less(np.abs(draws.mean(axis=0) - expected), 5 * error + 1e-12)


def happens_as_often_as(events, probability):
    """Compare counts with the binomial distribution, at the level of five standard errors: some events are rare."""
    count, probability = events.sum(axis=0), np.clip(probability, 0, 1)
    tails = stats.binom.cdf(count, len(events), probability), stats.binom.sf(count - 1, len(events), probability)
    assert np.min(tails) > stats.norm.sf(5)


def drawn(model, draws, seed=1):
    posterior = exact(model, draws=draws, chains=1, rng=np.random.default_rng(seed)).posterior.isel(chain=0)
    return {name: posterior[name].values for name in posterior.data_vars}


def draws_agree_with_quadrature(kind, y, sigma, draws, *, heavy_tail=False):
    values = drawn(kind(y, sigma), draws)
    reference = tau_posterior(y, sigma)
    mean, sd, above = group_moments(y, sigma, reference)
    theta, mu, tau = values["theta"], values["mu"], values["tau"]
    within_five_standard_errors(theta, mean[:-1])
    within_five_standard_errors((theta - mean[:-1]) ** 2, sd[:-1] ** 2)
    happens_as_often_as(theta > 0, above[:-1])
    happens_as_often_as(mu > 0, above[-1])
    grid = np.exp(np.linspace(reference.low, reference.high, 400))
    steps = reference.cdf(np.log(grid))
    assert stats.kstest(tau, lambda t: np.clip(PchipInterpolator(grid, steps)(t), 0, 1)).pvalue > 1e-4
    if heavy_tail:  # with three groups and a flat tau, tau has no mean and mu no variance
        return
    within_five_standard_errors(mu, mean[-1])
    within_five_standard_errors((mu - mean[-1]) ** 2, sd[-1] ** 2)

    def products(u):
        """E of tau, tau theta_1, mu theta_1 and (theta_1 - mu)(theta_2 - mu), given tau."""
        t = np.exp(u)
        v = sigma**2 + t**2
        mu_var = 1 / (1 / v).sum()
        mu_mean = mu_var * (y / v).sum()
        w = t**2 / v
        first = w[0] * y[0] + (1 - w[0]) * mu_mean
        deviations = w[0] * w[1] * ((y[0] - mu_mean) * (y[1] - mu_mean) + mu_var)
        return np.array([t, t * first, (1 - w[0]) * mu_var + first * mu_mean, deviations])

    found = np.column_stack([tau, tau * theta[:, 0], mu * theta[:, 0], (theta[:, 0] - mu) * (theta[:, 1] - mu)])
    within_five_standard_errors(found, reference.expect(products))


def test_eight_schools_draws():
    draws_agree_with_quadrature(NormalNormal, EIGHT_Y, EIGHT_SIGMA, 40_000)


def test_three_groups_draws():
    draws_agree_with_quadrature(NormalNormal, EIGHT_Y[:3], EIGHT_SIGMA[:3], 40_000, heavy_tail=True)


@pytest.mark.parametrize(("J", "draws"), [(4, 40_000), (30, 10_000), (1000, 2000), (10_000, 400)])
def test_many_groups_draws(J, draws):
    draws_agree_with_quadrature(NormalNormal, FAR[J], UNEQUAL[J], draws, heavy_tail=J == 4)


@pytest.mark.parametrize("tau", [0, 5, 20])
@pytest.mark.parametrize("mu", [None, 3.0, stats.norm(3, 5)], ids=["flat", "known", "normal"])
def test_known_tau(mu, tau):
    """With tau known, theta and mu are jointly normal; the covariances are by linear algebra on y."""
    values = drawn(NormalNormal(EIGHT_Y, EIGHT_SIGMA, mu=mu, tau=tau), 20_000)
    prior_mean, prior_variance = {None: (0, 1e6), 3.0: (3, 0)}.get(mu if isinstance(mu, float | None) else "", (3, 25))
    among = tau**2 * np.eye(8) + prior_variance
    gain = among @ np.linalg.inv(among + np.diag(EIGHT_SIGMA**2))
    mean = prior_mean + gain @ (EIGHT_Y - prior_mean)
    covariance = among - gain @ among
    within_five_standard_errors(values["theta"], mean)
    centred = values["theta"] - mean
    within_five_standard_errors(centred[:, :, np.newaxis] * centred[:, np.newaxis, :], covariance)
    assert "tau" not in values
    assert ("mu" in values) == (not isinstance(mu, float))
    if "mu" in values and tau == 0:
        np.testing.assert_array_equal(values["theta"], np.repeat(values["mu"][:, np.newaxis], 8, axis=1))


def test_everything_known_with_one_group():
    values = drawn(NormalNormal([4.0], [2.0], mu=0, tau=2), 20_000)
    assert set(values) == {"theta"}
    within_five_standard_errors(values["theta"], 2.0)
    within_five_standard_errors((values["theta"] - 2) ** 2, 2.0)


# Published for eight schools, flat mu and tau: exact quadrature by another program, rounded.
PUBLISHED_MEAN = [11.400, 7.895, 6.131, 7.645, 5.126, 6.139, 10.667, 8.457]
PUBLISHED_SD = [8.341, 6.275, 7.765, 6.546, 6.357, 6.710, 6.786, 7.888]
PUBLISHED_ABOVE = [0.9505, 0.9057, 0.8229, 0.8914, 0.8074, 0.8389, 0.9611, 0.8880]


def test_published_values_agree_with_the_reference():
    reference = tau_posterior(EIGHT_Y, EIGHT_SIGMA)
    mean, sd, above = group_moments(EIGHT_Y, EIGHT_SIGMA, reference)
    np.testing.assert_allclose(mean[:-1], PUBLISHED_MEAN, atol=6e-4)
    np.testing.assert_allclose(sd[:-1], PUBLISHED_SD, atol=6e-4)
    np.testing.assert_allclose(above[:-1], PUBLISHED_ABOVE, atol=6e-5)
    np.testing.assert_allclose([mean[-1], sd[-1]], [7.932, 5.178], atol=6e-4)
    np.testing.assert_allclose(above[-1], 0.9444, atol=6e-5)
    np.testing.assert_allclose(reference.expect(lambda u: np.exp([u, 2 * u])), [6.5755, 75.16], atol=6e-3)
    np.testing.assert_allclose(reference.cdf([np.log(5.239)]), 0.5, atol=5e-5)


@pytest.mark.parametrize(
    ("prior", "mean"),
    [
        ("half-Cauchy(5)", 3.634),
        ("half-Cauchy(25)", 5.898),
        ("half-normal(5)", 3.310),
        ("half-normal(10)", 4.844),
        ("flat on tau squared", 11.431),
    ],
)
def test_published_means_of_tau(prior, mean):
    tau, log_prior, _ = PRIORS[prior]
    assert tau_posterior(EIGHT_Y, EIGHT_SIGMA, log_prior).expect(np.exp) == pytest.approx(mean, abs=6e-4)
    # The draws at evenly spaced probabilities: their mean misses only a little of the far tail.
    quantiles = exact(NormalNormal(EIGHT_Y, EIGHT_SIGMA, tau=tau), draws=200_000, chains=1, rng=Midpoints())
    assert quantiles.posterior["tau"].mean() == pytest.approx(mean, abs=2e-3)


# 3. Two hyperparameters on the grid.


def two_dimensional(y, sigma, log_prior_tau, log_prior_mu, cuts):
    """Return the posteriors of log tau and of mu, each with the other integrated by fixed Gauss-Legendre rules."""
    node, weight = np.polynomial.legendre.leggauss(60)

    def rule(breaks):
        pairs = list(zip(breaks, breaks[1:], strict=False))
        return (
            np.concatenate([(a + b) / 2 + (b - a) / 2 * node for a, b in pairs]),
            np.concatenate([(b - a) / 2 * weight for a, b in pairs]),
        )

    log_tau, tau_weight = rule(np.linspace(np.log(1e-4), np.log(1e5), 9))
    mu, mu_weight = rule(cuts)
    tau = np.exp(log_tau)
    likelihood = stats.norm.logpdf(y, mu[:, np.newaxis, np.newaxis], np.hypot(sigma, tau[:, np.newaxis])).sum(axis=-1)
    log_joint = likelihood + log_prior_tau(tau) + log_tau + log_prior_mu(mu)[:, np.newaxis]
    mass = np.exp(log_joint - log_joint.max()) * mu_weight[:, np.newaxis] * tau_weight
    return mu, log_tau, mass / mass.sum()


MU_PRIORS = {
    "t": (stats.t(4, 5, 3), lambda m: -2.5 * np.log1p(((m - 5) / 3) ** 2 / 4), [5]),
    "Laplace": (stats.laplace(2, 3), lambda m: -np.abs(m - 2) / 3, [2]),
    "uniform": (stats.uniform(2, 10), lambda m: 0 * m, [2, 12]),
    "exponential": (stats.expon(scale=4), lambda m: -m / 4, [0]),
    "flat callable": (lambda m: 0 * m, lambda m: 0 * m, [8]),
    "squared callable": (lambda m: 2 * np.log(np.abs(m)), lambda m: 2 * np.log(np.abs(m)), [0]),
    "two bumps": (
        lambda m: np.logaddexp(-((m - 5) ** 2) / 0.08, -((m - 12) ** 2) / 0.08),
        lambda m: np.logaddexp(-((m - 5) ** 2) / 0.08, -((m - 12) ** 2) / 0.08),
        [5, 12],
    ),
}


@pytest.mark.parametrize("name", MU_PRIORS)
def test_two_hyperparameters_follow_quadrature(name):
    mu_prior, log_prior_mu, cuts = MU_PRIORS[name]
    ends = {"uniform": (2, 12), "exponential": (0, 200)}.get(name, (-250, 250))
    breaks = np.unique([*ends, *cuts, *np.clip([*np.linspace(-8, 24, 17), -60, 60], *ends)])
    mu, log_tau, mass = two_dimensional(EIGHT_Y, EIGHT_SIGMA, lambda t: -((t / 8) ** 2) / 2, log_prior_mu, breaks)
    draws = 2**14
    model = NormalNormal(EIGHT_Y, EIGHT_SIGMA, mu=mu_prior, tau=stats.halfnorm(scale=8))
    posterior = exact(model, draws=draws, chains=1, rng=Midpoints()).posterior
    found_mu, found_tau = posterior["mu"].values.ravel(), posterior["tau"].values.ravel()

    # Moments are smooth in the nodes, so that the reference's fixed rules are exact to many digits.
    for power in (1, 2):
        reference = (mass.sum(axis=0) * np.exp(power * log_tau)).sum()
        assert np.mean(found_tau**power) == pytest.approx(reference, rel=2e-3)
        reference = (mass.sum(axis=1) * mu**power).sum()
        assert np.mean(found_mu**power) == pytest.approx(reference, rel=2e-3)
    reference = (mass * mu[:, np.newaxis] * np.exp(log_tau)).sum()
    assert np.mean(found_mu * found_tau) == pytest.approx(reference, rel=2e-3)
    for frequency in (0.3, 1.0, 2.0):  # the characteristic function sees the shape
        reference = (mass.sum(axis=1) * np.exp(1j * frequency * mu)).sum()
        assert abs(np.mean(np.exp(1j * frequency * found_mu)) - reference) < 2e-3
        reference = (mass * np.exp(1j * frequency * (mu[:, np.newaxis] + np.exp(log_tau)))).sum()
        assert abs(np.mean(np.exp(1j * frequency * (found_mu + found_tau))) - reference) < 2e-3


@pytest.mark.parametrize("tau", [0, 5])
def test_mu_with_known_tau_follows_quadrature(tau):
    v = EIGHT_SIGMA**2 + tau**2

    def log_density(m):
        return -abs(m - 2) / 3 - ((EIGHT_Y - m) ** 2 / v).sum() / 2

    model = NormalNormal(EIGHT_Y, EIGHT_SIGMA, mu=stats.laplace(2, 3), tau=tau)
    found = exact(model, draws=40, chains=1, rng=Midpoints()).posterior["mu"].values.ravel()
    reference = Posterior(log_density, np.linspace(-80, 80, 801))
    np.testing.assert_allclose(reference.cdf(found), (np.arange(40) + 0.5) / 40, atol=1e-4)


# 4. Planted bugs: each must fail the tests above.


class SigmaForItsSquare(NormalNormal):
    def _sums(self, tau):
        right, self.sigma = self.sigma, np.sqrt(self.sigma)
        try:
            return super()._sums(tau)
        finally:
            self.sigma = right


class TauForItsSquare(NormalNormal):
    def groups_given(self, mu, tau):
        return super().groups_given(mu, np.sqrt(tau))


class WeightsSwapped(NormalNormal):
    def groups_given(self, mu, tau):
        mean, sd = super().groups_given(mu, tau)
        return Normal(self.y + np.expand_dims(mu, -1) - mean, sd)


class MuNotIntegrated(NormalNormal):
    def log_marginal_likelihood(self, mu=None, tau=None):
        forgotten = np.log((1 / (self.sigma**2 + np.expand_dims(tau, -1) ** 2)).sum(axis=-1)) / 2
        return super().log_marginal_likelihood(mu, tau) + forgotten


class UncertaintyOfMuForgotten(NormalNormal):
    """Draws theta about mu's conditional mean, not about the mu that was drawn."""

    def draw_given(self, rng, *hyperparameters, size):
        rest = super().draw_given(rng, *hyperparameters, size=size)
        theta = self.groups_given(self.mu_given(*hyperparameters).mean, *hyperparameters)
        return rest | {"theta": theta.mean + theta.sd * rng.standard_normal((size, self.y.size))}


class DrawsShuffled(NormalNormal):
    """Every marginal is right; theta goes with another draw's mu and tau."""

    def draw_given(self, rng, *hyperparameters, size):
        rest = super().draw_given(rng, *hyperparameters, size=size)
        return rest | {"theta": rng.permutation(rest["theta"])}


BUGS = [SigmaForItsSquare, TauForItsSquare, WeightsSwapped, MuNotIntegrated, UncertaintyOfMuForgotten, DrawsShuffled]


@pytest.mark.parametrize("bug", BUGS)
def test_planted_bugs_fail_the_comparison_of_draws(bug):
    with pytest.raises(AssertionError):
        draws_agree_with_quadrature(bug, EIGHT_Y, EIGHT_SIGMA, 40_000)


@pytest.mark.parametrize("bug", [SigmaForItsSquare, MuNotIntegrated])
def test_planted_bugs_fail_the_comparison_of_tau(bug):
    with pytest.raises(AssertionError):
        tau_follows_quadrature(bug, *CASES["flat"])


def test_a_missing_jacobian_is_caught(monkeypatch):
    monkeypatch.setattr(Hyperparameter, "log_jacobian", lambda self, free: np.zeros_like(free))
    with pytest.raises(AssertionError):
        tau_follows_quadrature(NormalNormal, *CASES["gamma"])


# 5. Simulation-based calibration over a proper prior.

TESTED = ("tau", "mu", "theta_1", "product")


def ranks(kind, replicates=300, draws=99):
    rng = np.random.default_rng(8)
    sigma = np.array([1.0, 3.0, 5.0])
    found = np.zeros((replicates, 4), dtype=int)
    for replicate in range(replicates):
        mu, tau = 5 * rng.standard_normal(), 3 * abs(rng.standard_normal())
        theta = mu + tau * rng.standard_normal(3)
        model = kind(theta + sigma * rng.standard_normal(3), sigma, mu=stats.norm(0, 5), tau=stats.halfnorm(scale=3))
        values = {
            name: value[:, np.newaxis] if value.ndim == 1 else value for name, value in drawn(model, draws, rng).items()
        }
        deviation = values["theta"] - values["mu"]
        summaries = np.column_stack(
            [values["tau"], values["mu"], values["theta"][:, 0], deviation[:, 0] * deviation[:, 1]]
        )
        truth = [tau, mu, theta[0], (theta[0] - mu) * (theta[1] - mu)]
        found[replicate] = (summaries < truth).sum(axis=0)
    return found


def p_values(found, bins=10):
    counts = np.array([np.bincount(column * bins // 100, minlength=bins) for column in found.T])
    return dict(zip(TESTED, stats.chisquare(counts, axis=1).pvalue, strict=True))


def test_ranks_are_uniform():
    assert min(p_values(ranks(NormalNormal)).values()) > 1e-3


@pytest.mark.parametrize(
    ("bug", "seen_in"),
    [(SigmaForItsSquare, "tau"), (WeightsSwapped, "product")],  # the ranks of theta_1 alone miss the second
)
def test_ranks_of_planted_bugs_are_not(bug, seen_in):
    assert p_values(ranks(bug))[seen_in] < 1e-6


# 6. Another engine.


def test_pymc_agrees():
    with pm.Model():
        mu = pm.Flat("mu")
        tau = pm.HalfCauchy("tau", 5)
        raw = pm.Normal("raw", size=8)
        theta = pm.Deterministic("theta", mu + tau * raw)  # non-centred: the centred form has a funnel
        pm.Normal("y", theta, EIGHT_SIGMA, observed=EIGHT_Y)
        other = pm.sample(
            1500, tune=1000, chains=2, cores=1, random_seed=1, target_accept=0.95, progressbar=False, quiet=True
        )
    model = NormalNormal(EIGHT_Y, EIGHT_SIGMA, tau=stats.halfcauchy(scale=5))
    ours = exact(model, draws=10_000, chains=2, rng=np.random.default_rng(2))
    summaries = {
        "mu": [lambda mu: mu, lambda mu: (mu - 8) ** 2, lambda mu: mu > 0],
        "tau": [lambda tau: tau, np.log, lambda tau: tau < 2],
        "theta": [lambda theta: theta, lambda theta: (theta - 8) ** 2, lambda theta: theta > 0],
    }
    for name, functions in summaries.items():
        for function in functions:
            theirs, mine = (1.0 * function(draws.posterior[name]) for draws in (other, ours))
            size = az.ess(xr.Dataset({"x": theirs}), method="mean")["x"].values
            assert np.min(size) > 400
            dims = ("chain", "draw")
            error = np.sqrt(theirs.var(dims).values / size + mine.var(dims).values / mine.sizes["draw"] / 2)
            assert (np.abs(theirs.mean(dims).values - mine.mean(dims).values) < 5 * error).all()


# 7. What comes back, and what is refused.


def test_structure_labels_and_types():
    model = NormalNormal(EIGHT_Y, EIGHT_SIGMA, labels=list("ABCDEFGH"))
    tree = exact(model, draws=50, chains=3, rng=np.random.default_rng(1))
    assert isinstance(tree, xr.DataTree)
    assert set(tree.children) == {"posterior", "observed_data", "constant_data"}
    posterior = tree.posterior
    assert posterior["theta"].dims == ("chain", "draw", "group")
    assert posterior["mu"].dims == posterior["tau"].dims == ("chain", "draw")
    assert dict(posterior.sizes) == {"chain": 3, "draw": 50, "group": 8}
    assert list(posterior["group"].values) == list("ABCDEFGH")
    assert all(posterior[name].dtype == np.float64 for name in posterior.data_vars)
    assert posterior["theta"].sel(group="C").shape == (3, 50)
    np.testing.assert_array_equal(tree.observed_data["y"], EIGHT_Y)
    np.testing.assert_array_equal(tree.constant_data["sigma"], EIGHT_SIGMA)
    assert (posterior["tau"] > 0).all()


@pytest.mark.parametrize("labels", [None, [3, 1, 2], [("CA", 1), ("CA", 2), ("NV", 1)], ["a", 2, 3.5], [0.5, 1.5, 2.5]])
def test_any_labels_become_coordinates(labels):
    tree = exact(NormalNormal(EIGHT_Y[:3], EIGHT_SIGMA[:3], labels=labels), draws=5, rng=np.random.default_rng(1))
    assert list(tree.posterior["group"].values) == (labels or [0, 1, 2])


def test_known_hyperparameters_are_constants():
    tree = exact(NormalNormal(EIGHT_Y, EIGHT_SIGMA, mu=3, tau=5), draws=5, rng=np.random.default_rng(1))
    assert (float(tree.constant_data["mu"]), float(tree.constant_data["tau"])) == (3, 5)
    assert list(tree.posterior.data_vars) == ["theta"]


def test_arviz_reads_the_draws():
    tree = exact(NormalNormal(EIGHT_Y, EIGHT_SIGMA), draws=1000, rng=np.random.default_rng(1))
    summary = az.summary(tree, round_to="none")
    assert summary.shape[0] == 10
    r_hat, size = az.rhat(tree), az.ess(tree)
    for name in ("mu", "tau", "theta"):
        assert (np.abs(r_hat[name] - 1) < 0.01).all()
        assert (size[name] > 3000).all()


def test_draws_can_be_saved_and_read_back(tmp_path):
    model = NormalNormal(EIGHT_Y, EIGHT_SIGMA, labels=list("ABCDEFGH"))
    tree = exact(model, draws=20, rng=np.random.default_rng(1))
    assert json.loads(json.dumps(tree.posterior.dataset.to_dict()))["dims"]["group"] == 8
    tree.posterior.dataset.to_netcdf(tmp_path / "draws.nc", engine="scipy")
    with xr.open_dataset(tmp_path / "draws.nc", engine="scipy") as back:
        np.testing.assert_array_equal(back["theta"], tree.posterior["theta"])
        assert list(back["group"].values) == list("ABCDEFGH")


@pytest.mark.parametrize("mu", [None, stats.t(4)], ids=["one", "two"])
def test_the_same_generator_state_gives_the_same_draws(mu):
    model = NormalNormal(EIGHT_Y, EIGHT_SIGMA, mu=mu)
    rng = np.random.default_rng(5)
    first, second = exact(model, draws=30, rng=rng), exact(model, draws=30, rng=rng)
    again = exact(model, draws=30, rng=np.random.default_rng(5))
    xr.testing.assert_identical(first.posterior.dataset, again.posterior.dataset)
    assert not first.posterior["theta"].equals(second.posterior["theta"])
    assert np.unique(first.posterior["theta"]).size == 30 * 4 * 8  # no chain repeats another


def test_the_draws_share_no_memory_with_the_model():
    model = NormalNormal(EIGHT_Y, EIGHT_SIGMA)
    tree = exact(model, draws=5, rng=np.random.default_rng(1))
    tree.observed_data["y"].values[:] = 0
    tree.constant_data["sigma"].values[:] = 0
    np.testing.assert_array_equal(model.y, EIGHT_Y)
    np.testing.assert_array_equal(model.sigma, EIGHT_SIGMA)


@pytest.mark.parametrize("number", [0, -1, 2.5, True, "10", None, np.float64(3)])
def test_draws_and_chains_must_be_whole_numbers(number):
    model, rng = NormalNormal(EIGHT_Y, EIGHT_SIGMA), np.random.default_rng(1)
    state = rng.bit_generator.state
    with pytest.raises(ValueError, match="draws must be a whole number"):
        exact(model, draws=number, rng=rng)
    with pytest.raises(ValueError, match="chains must be a whole number"):
        exact(model, draws=1, chains=number, rng=rng)
    assert rng.bit_generator.state == state


@pytest.mark.parametrize("rng", [1, None, np.random, np.random.RandomState(1), np.random.PCG64(1)])
def test_rng_must_be_a_generator(rng):
    with pytest.raises(TypeError, match=r"rng must be a numpy\.random\.Generator"):
        exact(NormalNormal(EIGHT_Y, EIGHT_SIGMA), draws=1, rng=rng)


def test_an_improper_posterior_has_no_exact_draws():
    model = NormalNormal(EIGHT_Y[:2], EIGHT_SIGMA[:2], allow_improper=True)
    with pytest.raises(ValueError, match="nothing to draw from, the posterior is improper: a flat prior on tau needs"):
        exact(model, draws=10, rng=np.random.default_rng(1))


FAILS = {
    "mass below floating point": (
        dict(tau=lambda t: -0.99 * np.log(t)),
        "^model: quadrature over tau fails: a part of its mass lies where floating point ends; give a prior with less",
    ),
    "mass above floating point": (dict(tau=lambda t: 5.95 * np.log(t)), "quadrature over tau fails: the tail"),
    "nowhere": (dict(tau=lambda t: np.full(t.shape, -np.inf)), "quadrature over tau fails: the density is zero"),
    "mu grows too fast": (dict(mu=lambda m: m**2, tau=5), "quadrature over mu fails: the tail"),
    "two at once": (
        dict(mu=stats.t(3), tau=lambda t: np.sin(1e9 * t) - t),
        "^model: quadrature over tau and mu fails: the density is too rough",
    ),
    "noise": (dict(tau=lambda t: np.sin(1e9 * t) - t), "quadrature over tau fails: the density is too rough"),
}


@pytest.mark.parametrize(("priors", "message"), FAILS.values(), ids=FAILS)
def test_where_quadrature_fails_it_says_so(priors, message):
    with pytest.raises(ValueError, match=message):
        exact(NormalNormal(EIGHT_Y, EIGHT_SIGMA, **priors), draws=10, rng=np.random.default_rng(1))


@pytest.mark.parametrize(("least", "answered"), [(1e-3, False), (5e-3, False), (1e-2, True), (2e-2, True)])
def test_the_mass_beyond_floating_point_is_that_of_both_coordinates_together(least, answered):
    # Given a small shape, the log of the mean falls as exp(-2 shape): to 2e-5 at the end if the shape is 0.008.
    model = GammaPoisson([3, 2], [2.0, 1.0], shape=stats.uniform(least, least), mean=lambda m: -np.log(m))
    if answered:
        shape, log_mean = np.linspace(least, 2 * least, 41)[:, np.newaxis], np.arange(-30, 690, 0.02)
        chance = [shape / (shape + x * np.exp(log_mean)) for x in (2.0, 1.0)]
        weight = np.exp(stats.nbinom.logpmf(3, shape, chance[0]) + stats.nbinom.logpmf(2, shape, chance[1]))
        mass, total = (integrate.simpson(integrate.simpson(weight * log_mean**power)) for power in (0, 1))
        drawn = np.log(exact(model, draws=10_000, rng=np.random.default_rng(1)).posterior["mean"].to_numpy())
        assert drawn.mean() == pytest.approx(total / mass, abs=4 * drawn.std() / 200)
    else:
        with pytest.raises(ValueError, match="quadrature over shape and mean fails: a part of its mass lies where"):
            exact(model, draws=10, rng=np.random.default_rng(1))


def memory_grows_with_the_draws_and_not_with_grid_times_groups():
    J, draws = 100_000, 10
    rng = np.random.default_rng(1)
    model = NormalNormal(rng.normal(3, 2, J), np.ones(J))
    exact(NormalNormal(EIGHT_Y, EIGHT_SIGMA), draws=1, rng=rng)  # imports are not what is measured
    tracemalloc.start()
    exact(model, draws=draws, chains=1, rng=rng)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # Five arrays of the size of theta and of the chunk that is summed at a time; the first grid alone has 80 nodes.
    assert peak < 5 * 8 * (J * draws + 2**20)


def test_memory_grows_with_the_draws_and_not_with_grid_times_groups():
    memory_grows_with_the_draws_and_not_with_grid_times_groups()


def test_a_sum_over_the_whole_grid_at_once_is_caught(monkeypatch):
    monkeypatch.setattr("lib.numerics.chunks._CHUNK", 2**40)
    with pytest.raises(AssertionError):
        memory_grows_with_the_draws_and_not_with_grid_times_groups()


@pytest.mark.parametrize("groups", [8, 20])
def test_the_inner_hyperparameter_follows_its_conditional_distribution(groups):
    """Draw by draw: the second uniform number is the share of the conditional distribution above the second value.

    What is integrated in place of the rate is the mean, the shape over the rate: the one falls as the other grows.
    """
    rng = np.random.default_rng(groups)
    exposure = rng.uniform(1, 200, groups).round(1)
    counts = rng.poisson(exposure * rng.gamma(1.8, 1 / 1.25, groups))
    model = GammaPoisson(counts, exposure, shape=stats.expon(), rate=stats.expon())
    size = 300
    run = exact(model, draws=size, chains=1, rng=np.random.default_rng(1))["posterior"]
    uniforms = np.random.default_rng(1).random((2, size))[1]
    log_rate = np.log(run["rate"].to_numpy().ravel())
    grid = np.linspace(log_rate.min() - np.ptp(log_rate), log_rate.max() + np.ptp(log_rate), 4001)
    off = []
    for shape, drawn, uniform in zip(run["shape"].to_numpy().ravel(), log_rate, uniforms, strict=True):
        log_density = model.log_marginal_likelihood(shape, np.exp(grid)) - np.exp(grid) + grid
        below = integrate.cumulative_simpson(np.exp(log_density - log_density.max()), x=grid, initial=0)
        off.append(1 - np.interp(drawn, grid, below / below[-1]) - uniform)
    assert np.abs(off).max() < 2e-4  # what is drawn in the tails of the outer one is interpolated over wider gaps
    assert np.sqrt(np.mean(np.square(off))) < 2e-5
