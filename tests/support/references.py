"""Values of the numbers that the chapters state, each found without `lib` and by another method than the chapter's.

The chapters use sums over groups; here it is least squares, the precision matrix of all parameters at once, contrasts
that remove the mean, and Imhof's formula.
"""

from functools import cache
from math import erf, lgamma, log, sqrt
from statistics import NormalDist

import numpy as np
from scipy import integrate, optimize, stats

# Gelman et al. (2013), Bayesian Data Analysis, Table 5.2
Y = np.array([28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0])
SIGMA = np.array([15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0])
J = Y.size
CENTERING = np.eye(J) - np.ones((J, J)) / J
CONTRASTS = np.linalg.svd(CENTERING)[0][:, :-1]


def pooled(y=Y, sigma=SIGMA):
    """Mean, standard error and Q of complete pooling, by least squares on y / sigma."""
    design = (1 / sigma)[:, np.newaxis]
    (mean,), (q,), _, _ = np.linalg.lstsq(design, y / sigma)
    return float(mean), float(np.linalg.inv(design.T @ design)[0, 0] ** 0.5), float(q)


def phi(z):
    """Standard normal distribution function, by the error function of the standard library."""
    return (1 + erf(z / sqrt(2))) / 2


def some_at_least(value):
    """Chance that some school reaches a value when every true effect is the pooled mean."""
    chance = 1.0
    for sigma in SIGMA:
        chance *= phi((value - pooled()[0]) / sigma)
    return 1 - chance


def some_at_most(value):
    """Chance that some school falls to a value when every true effect is the pooled mean."""
    chance = 1.0
    for sigma in SIGMA:
        chance *= 1 - phi((value - pooled()[0]) / sigma)
    return 1 - chance


def some_at_both(high=28.0, low=-3.0, mu=None):
    """Chance that one set has a school at `high` or above and one at `low` or below, from school to school."""
    mu = pooled()[0] if mu is None else mu
    neither, only_high, only_low, both = 1.0, 0.0, 0.0, 0.0  # what has been seen so far
    for sigma in SIGMA:
        up, down = phi((mu - high) / sigma), phi((low - mu) / sigma)
        both += only_high * down + only_low * up
        only_high, only_low = only_high * (1 - down) + neither * up, only_low * (1 - up) + neither * down
        neither *= 1 - up - down
    return both


@cache
def both_averaged():
    """The same with mu uncertain, by Gauss's rule."""
    mean, se, _ = pooled()
    node, weight = np.polynomial.hermite_e.hermegauss(40)
    return float(weight @ [some_at_both(mu=mean + se * z) for z in node] / weight.sum())


def a_beats_c(tau):
    """Chance that school A's effect exceeds school C's: a contrast of the joint posterior."""
    mean, covariance = given_tau(tau)
    contrast = np.zeros(J + 1)
    contrast[[0, 2]] = 1, -1
    return phi(float(contrast @ mean / np.sqrt(contrast @ covariance @ contrast)))


@cache
def some_averaged(value, sign):
    """The same (sign 1: reaches, -1: falls to), mu being uncertain: the eight are then correlated through it."""
    mean, se, _ = pooled()
    together = stats.multivariate_normal(
        sign * mean * np.ones(J), np.diag(SIGMA**2) + se**2, seed=0, abseps=1e-6, maxpts=10**6
    )
    return 1 - float(together.cdf(np.full(J, sign * value)))


def given_tau(tau, y=Y, sigma=SIGMA):
    """Posterior mean and covariance of (theta, mu) from the precision matrix of all of them at once, tau > 0."""
    precision = np.diag(np.append(1 / sigma**2 + 1 / tau**2, y.size / tau**2))
    precision[-1, :-1] = precision[:-1, -1] = -1 / tau**2
    covariance = np.linalg.inv(precision)
    return covariance @ np.append(y / sigma**2, 0), covariance


def given_tau_and_prior(tau, scale):
    """Posterior mean of (theta, mu) if mu has the prior N(0, scale^2) in place of a flat one."""
    precision = np.linalg.inv(given_tau(tau)[1])
    precision[-1, -1] += 1 / scale**2
    return np.linalg.solve(precision, np.append(Y / SIGMA**2, 0))


def posterior_mean(school, tau):
    """Posterior mean of one school's effect, by its letter."""
    return float(given_tau(tau)[0]["ABCDEFGH".index(school)])


def posterior_sd(school, tau):
    """Posterior standard deviation of one school's effect, by its letter."""
    k = "ABCDEFGH".index(school)
    return float(given_tau(tau)[1][k, k] ** 0.5)


def above_zero(school, tau):
    """Chance that one school's effect is above zero."""
    return phi(posterior_mean(school, tau) / posterior_sd(school, tau))


def crossing(one, other):
    """Where two schools' posterior means agree."""
    return optimize.bisect(lambda tau: posterior_mean(one, tau) - posterior_mean(other, tau), 1, 100)


@cache
def chance_of_being_best(school, tau):
    """Chance that a school's effect is the largest: given mu the effects are independent, so integrate twice."""
    k = "ABCDEFGH".index(school)
    weight = tau**2 / (tau**2 + SIGMA**2)
    sd = np.sqrt(weight) * SIGMA
    mean, covariance = given_tau(tau)
    z = np.linspace(-8, 8, 801)

    def given_mu(mu):
        centre = weight * Y + (1 - weight) * mu
        theta = centre[k] + sd[k] * z
        below = stats.norm.cdf((theta[:, np.newaxis] - np.delete(centre, k)) / np.delete(sd, k)).prod(axis=1)
        return integrate.simpson(stats.norm.pdf(z) * below, x=z)

    values = [given_mu(mean[-1] + covariance[-1, -1] ** 0.5 * at) for at in z[::4]]
    return float(integrate.simpson(stats.norm.pdf(z[::4]) * values, x=z[::4]))


def expected_above(value, tau):
    """Expected number of schools whose effect exceeds a value."""
    mean, covariance = given_tau(tau)
    return sum(1 - phi((value - m) / sqrt(v)) for m, v in zip(mean[:-1], np.diag(covariance)[:-1], strict=True))


def gibbs_autocorrelation(tau):
    """Correlation of mu with the mu before it when effects and mu are drawn in turn.

    For a normal posterior it is the squared multiple correlation of mu with the effects (Liu, Wong and Kong 1994,
    Biometrika 81:27-40).
    """
    covariance = given_tau(tau)[1]
    effects, link = covariance[:-1, :-1], covariance[:-1, -1]
    return float(link @ np.linalg.solve(effects, link) / covariance[-1, -1])


@cache
def averaged_over_tau(quantity, scale=None):
    """Posterior mean of tau, or of one school's effect by its letter; tau's prior is flat or half-Cauchy."""

    def density(tau):
        prior = 1 if scale is None else 1 / (1 + (tau / scale) ** 2)
        return prior * np.exp(restricted_log_likelihood(tau) - restricted_log_likelihood(0))

    def of(function):
        return sum(integrate.quad(function, low, high)[0] for low, high in [(1e-9, 20), (20, 200), (200, 5000)])

    value = (lambda tau: tau) if quantity == "tau" else (lambda tau: posterior_mean(quantity, tau))
    return of(lambda tau: value(tau) * density(tau)) / of(density)


@cache
def restricted_log_likelihood(tau):
    """Log density of seven contrasts, from which mu has dropped out."""
    covariance = CONTRASTS.T @ np.diag(SIGMA**2 + tau**2) @ CONTRASTS
    return float(stats.multivariate_normal(np.zeros(J - 1), covariance).logpdf(CONTRASTS.T @ Y))


def log_likelihood(tau):
    """Log density of the estimates at the best mean, found by a search."""

    def cost(mu):
        return -stats.norm.logpdf(Y, mu, np.hypot(SIGMA, tau)).sum()

    return -float(optimize.minimize_scalar(cost, bounds=(Y.min(), Y.max()), method="bounded").fun)


def best_tau(log_density):
    """The best of many values of tau from 0 to 50."""
    grid = np.linspace(0, 50, 1001)
    return float(grid[np.argmax([log_density(tau) for tau in grid])])


def exceeds(form, covariance, value, mean=None):
    """P(x' A x > value) for x ~ N(mean, covariance), by Imhof (1961), Biometrika 48:419-426; mean zero if left out."""
    root = np.linalg.cholesky(covariance)
    weights, axes = np.linalg.eigh(root.T @ form @ root)
    # Each squared normal's own mean, squared: its noncentrality.
    offset = np.zeros(len(weights)) if mean is None else (axes.T @ np.linalg.solve(root, mean)) ** 2
    kept = np.abs(weights) > 1e-9 * np.abs(weights).max()
    weights, offset = weights[kept], offset[kept]

    # Pieces of a fixed length, each by Gauss's rule with 12 nodes.
    node, share = np.polynomial.legendre.leggauss(12)
    scale = 1 / np.abs(weights).max()
    u = scale * (np.arange(400)[:, np.newaxis] + (1 + node) / 2)
    at = u[..., np.newaxis] * weights
    angle = (np.arctan(at) + offset * at / (1 + at**2)).sum(axis=-1) / 2 - value * u / 2
    damping = ((1 + at**2) ** 0.25).prod(axis=-1) * np.exp((offset * at**2 / (1 + at**2)).sum(axis=-1) / 2)
    return float(0.5 + (np.sin(angle) / (u * damping) @ share).sum() * scale / 2 / np.pi)


@cache
def power_of_q(tau):
    """How often Q exceeds the 95% point of chi-squared when the effects have standard deviation tau."""
    precision = 1 / SIGMA**2
    form = np.diag(precision) - np.outer(precision, precision) / precision.sum()
    return exceeds(form, np.diag(SIGMA**2 + tau**2), stats.chi2.ppf(0.95, J - 1))


@cache
def noticed_from():
    """The spread at which Q rejects as often as not."""
    return float(optimize.brentq(lambda tau: power_of_q(tau) - 0.5, 5, 25, xtol=1e-3))


@cache
def varies_less_than_noise(tau):
    """How often the sample variance of the estimates is below the mean sampling variance."""
    return 1 - exceeds(CENTERING / (J - 1), np.diag(SIGMA**2 + tau**2), (SIGMA**2).mean())


@cache
def varies_less_than_effects(tau):
    """How often the sample variance of the estimates is below that of the effects: a form in effects and noise."""
    form = np.block([[np.zeros((J, J)), CENTERING], [CENTERING, CENTERING]])
    covariance = np.diag(np.concatenate([np.full(J, tau**2), SIGMA**2]))
    return 1 - exceeds(form, covariance, 0.0)


# Tau unknown: the posterior of tau by a fixed Gauss-Legendre rule on tau / (10 + tau), from contrasts that remove mu.

FLAT = "flat"
PRIORS = {
    FLAT: lambda tau: np.ones_like(tau),
    "half-Cauchy 5": stats.halfcauchy(scale=5).pdf,
    "half-Cauchy 25": stats.halfcauchy(scale=25).pdf,
    "half-normal 5": stats.halfnorm(scale=5).pdf,
    "half-normal 10": stats.halfnorm(scale=10).pdf,
    "flat on tau squared": lambda tau: 2 * tau,
    "inverse-gamma 1": lambda tau: stats.invgamma(1, scale=1).pdf(tau**2) * 2 * tau,
    "inverse-gamma 0.001": lambda tau: stats.invgamma(0.001, scale=0.001).pdf(tau**2) * 2 * tau,
}


@cache
def tau_rule(prior=FLAT, size=120):
    """Nodes for tau and their posterior probabilities under a prior."""
    node, weight = np.polynomial.legendre.leggauss(size)
    share = (1 + node) / 2
    tau = 10 * share / (1 - share)
    likelihood = np.exp([restricted_log_likelihood(t) - restricted_log_likelihood(0) for t in tau])
    mass = weight * PRIORS[prior](tau) * likelihood * 10 / (1 - share) ** 2
    return tau, mass / mass.sum()


def average_over_tau(function, prior=FLAT):
    """Posterior mean of a function of tau alone."""
    tau, mass = tau_rule(prior)
    return sum(p * np.asarray(function(t)) for t, p in zip(tau, mass, strict=True))


@cache
def tau_moment(power, prior=FLAT):
    return float(average_over_tau(lambda tau: tau**power, prior))


@cache
def tau_quantile(probability, prior=FLAT):
    """Where the distribution function of tau reaches a probability, by Gauss's rule from zero to there and beyond."""
    node, weight = np.polynomial.legendre.leggauss(60)

    def density(tau):
        return PRIORS[prior](tau) * np.exp([restricted_log_likelihood(t) - restricted_log_likelihood(0) for t in tau])

    def below(t):
        return t / 2 * weight @ density(t * (1 + node) / 2)

    def above(t):
        share = (1 + node) / 2
        return t / 2 * weight @ (density(t / share) / share**2)

    return optimize.brentq(lambda t: below(t) * (1 - probability) - above(t) * probability, 1e-2, 100)


@cache
def moments(prior=FLAT):
    """Mean and covariance of (theta, mu), tau integrated out by the law of total covariance."""
    tau, mass = tau_rule(prior)
    means, covariances = zip(*(given_tau(t) for t in tau), strict=True)
    means, covariances = np.array(means), np.array(covariances)
    mean = mass @ means
    between = (means - mean).T @ (mass[:, np.newaxis] * (means - mean))
    return mean, np.tensordot(mass, covariances, axes=1) + between


@cache
def chances_above_zero(prior=FLAT):
    """P(theta_j > 0) for each school, and P(mu > 0)."""

    def given(tau):
        mean, covariance = given_tau(tau)
        return stats.norm.cdf(mean / np.sqrt(np.diag(covariance)))

    return average_over_tau(given, prior)


def correlation_with_mu(school):
    """Posterior correlation of one school's effect with mu."""
    k = "ABCDEFGH".index(school)
    _, covariance = moments()
    return float(covariance[k, -1] / np.sqrt(covariance[k, k] * covariance[-1, -1]))


@cache
def correlation_with_tau(school):
    """Posterior correlation of one school's effect with tau."""
    k = "ABCDEFGH".index(school)
    mean, covariance = moments()
    cross = average_over_tau(lambda tau: (tau - tau_moment(1)) * given_tau(tau)[0][k])
    return float(cross / np.sqrt(covariance[k, k] * (tau_moment(2) - tau_moment(1) ** 2)))


@cache
def quantile_of_effect(school, probability):
    """Posterior quantile of one school's effect: a mixture of normals over tau."""
    k = "ABCDEFGH".index(school)
    tau, mass = tau_rule()
    given = [given_tau(t) for t in tau]
    mean, sd = np.array([m[k] for m, _ in given]), np.array([c[k, k] ** 0.5 for _, c in given])
    return optimize.brentq(lambda x: mass @ stats.norm.cdf((x - mean) / sd) - probability, -100, 100)


def _mixture_of_mu(tau, size=24):
    """Nodes and weights for mu given tau, by Gauss-Hermite."""
    node, weight = np.polynomial.hermite_e.hermegauss(size)
    mean, covariance = given_tau(tau)
    return mean[-1] + covariance[-1, -1] ** 0.5 * node, weight / weight.sum()


@cache
def best_chances():
    """P(this school's effect is the largest) for each school."""
    z, dz = np.linspace(-7, 7, 57, retstep=True)

    def given(tau):
        weight = tau**2 / (tau**2 + SIGMA**2)
        sd = np.sqrt(weight) * SIGMA
        chances = np.zeros(J)
        for mu, share in zip(*_mixture_of_mu(tau), strict=True):
            centre = weight * Y + (1 - weight) * mu
            theta = centre[:, np.newaxis] + sd[:, np.newaxis] * z
            below = stats.norm.cdf((theta[..., np.newaxis] - centre) / sd)
            below[np.arange(J), :, np.arange(J)] = 1
            chances += share * (stats.norm.pdf(z) * below.prod(axis=-1)).sum(axis=-1) * dz
        return chances

    tau, mass = tau_rule(size=40)
    return sum(p * given(t) for t, p in zip(tau, mass, strict=True))


@cache
def expected_ranks():
    """Expected rank of each school, 1 for the largest effect: one plus the chances that each other school is above."""

    def given(tau):
        mean, covariance = given_tau(tau)
        mean, covariance = mean[:-1], covariance[:-1, :-1]
        variance = np.add.outer(np.diag(covariance), np.diag(covariance)) - 2 * covariance
        np.fill_diagonal(variance, 1)
        ahead = stats.norm.cdf(np.subtract.outer(mean, mean) / np.sqrt(variance))
        np.fill_diagonal(ahead, 0)
        return 1 + ahead.sum(axis=0)

    return average_over_tau(given)


@cache
def some_replicate(value, side, new_schools):
    """Chance that the largest replicated estimate reaches a value (side 1), or the smallest falls to it (-1)."""

    def given(tau):
        weight = np.zeros(J) if new_schools else tau**2 / (tau**2 + SIGMA**2)
        sd = np.sqrt((tau**2 if new_schools else weight * SIGMA**2) + SIGMA**2)
        mu, share = _mixture_of_mu(tau)
        centre = weight * Y + (1 - weight) * mu[:, np.newaxis]
        return share @ (1 - stats.norm.cdf(side * (value - centre) / sd).prod(axis=1))

    return float(average_over_tau(given))


@cache
def replicates_vary_more(new_schools):
    """Chance that eight replicated estimates vary more than the eight estimates do (Imhof)."""

    def given(tau):
        mean, covariance = given_tau(tau)
        if new_schools:
            mean, covariance = np.zeros(J), np.diag(SIGMA**2 + tau**2)
        else:
            mean, covariance = mean[:-1], covariance[:-1, :-1] + np.diag(SIGMA**2)
        return exceeds(CENTERING / (J - 1), covariance, Y.var(ddof=1), mean)

    tau, mass = tau_rule(size=24)
    return float(sum(p * given(t) for t, p in zip(tau, mass, strict=True) if p > 1e-7))


@cache
def cut_off(power, epsilon):
    """Mean of tau, and chance that it is below twice epsilon, under tau**-power cut off at epsilon, by SciPy's quad."""
    top = restricted_log_likelihood(0)

    def integral(k, low, high):
        return integrate.quad(
            lambda u: np.exp(u * (1 + k - power) + restricted_log_likelihood(np.exp(u)) - top),
            np.log(low),
            np.log(high),
            limit=200,
            points=[np.log(10)] if low < 10 < high else None,
        )[0]

    total = integral(0, epsilon, 1e4)
    return integral(1, epsilon, 1e4) / total, integral(0, epsilon, 2 * epsilon) / total


def cut_for_mean(mean):
    """Where tau**-2 must be cut off for tau to have this mean."""
    return optimize.brentq(lambda epsilon: cut_off(2, epsilon)[0] - mean, 0.1, 10)


@cache
def new_school():
    """Standard deviation of a new school's effect, and the chance that it is positive."""
    _, covariance = moments()

    def above(tau):
        mean, given = given_tau(tau)
        return stats.norm.cdf(mean[-1] / np.sqrt(given[-1, -1] + tau**2))

    return float(np.sqrt(covariance[-1, -1] + tau_moment(2))), float(average_over_tau(above))


# The chapter on checking samplers: tau = 10, mu ~ N(0, 5^2), eight schools.


def checking_posterior_of_a():
    """Posterior mean and sd of school A's effect, from the precision matrix of all nine parameters."""
    tau, prior_sd = 10.0, 5.0
    precision = np.diag(np.append(1 / SIGMA**2 + 1 / tau**2, J / tau**2 + 1 / prior_sd**2))
    precision[:-1, -1] = precision[-1, :-1] = -1 / tau**2
    covariance = np.linalg.inv(precision)
    return float((covariance @ np.append(Y / SIGMA**2, 0))[0]), float(covariance[0, 0] ** 0.5)


def checking_slip_of_a():
    """Where the chain with sigma for sigma squared settles in school A: coefficients of y in its mean, and its sd.

    One sweep is linear in mu with normal noise, mu' = slope mu + shift y + noise, so its fixed point is in closed form.
    """
    tau, prior_sd = 10.0, 5.0
    own = tau**2 / (tau**2 + SIGMA)
    noise = own * SIGMA  # variance
    share = 1 / (J + tau**2 / prior_sd**2)  # of each effect in mu's mean
    slope = share * (1 - own).sum()
    coefficients = (1 - own[0]) * share * own / (1 - slope)
    coefficients[0] += own[0]
    variance_mu = (share**2 * noise.sum() + share * tau**2) / (1 - slope**2)
    return coefficients, float(np.sqrt(noise[0] + (1 - own[0]) ** 2 * variance_mu))


def checking_slip_coverage(draws=49):
    """How often the truth in school A has one of the middle 80% of ranks among the draws of that chain."""
    coefficients, sd = checking_slip_of_a()
    effects = 10.0**2 * np.eye(J) + 5.0**2
    estimates = effects + np.diag(SIGMA**2)
    error = np.sqrt(effects[0, 0] - 2 * coefficients @ effects[:, 0] + coefficients @ estimates @ coefficients)
    edge = (draws + 1) // 10

    def middle(z):
        below = stats.norm.cdf(z * error / sd)
        return (stats.binom.cdf(draws - edge, draws, below) - stats.binom.cdf(edge - 1, draws, below)) * stats.norm.pdf(
            z
        )

    return float(integrate.quad(middle, -8, 8, points=[0], limit=200)[0])


@cache
def checking_ranks_looked_at(which, draws=49, bars=10):
    """Chances of tenths of the ranks among draws from a school's own likelihood, where its estimate is large.

    `which` is "high", school A where its estimate is in its highest tenth, or "best", the school with the largest
    estimate. Given mu, the schools are independent, and so is a truth given mu and its own estimate; its rank is
    binomial. So these are sums over mu, over an estimate, and over the truth.
    """
    tau, prior_sd = 10.0, 5.0
    own, spread = tau**2 / (tau**2 + SIGMA**2), np.sqrt(tau**2 + SIGMA**2)
    z, step = np.linspace(-6, 6, 241, retstep=True)
    mass = stats.norm.pdf(z) * step
    ends = np.arange(0, draws + 2, (draws + 1) // bars)[:, np.newaxis] - 1

    def tenths(j):
        """A row for each estimate, in its standard deviations from mu."""
        rows = []
        for away in spread[j] * z:
            truth = own[j] * away + np.sqrt(own[j]) * SIGMA[j] * z
            up_to = stats.binom.cdf(ends, draws, stats.norm.cdf((truth - away) / SIGMA[j]))
            rows.append(np.diff(up_to, axis=0) @ mass)
        return np.array(rows)

    if which == "best":
        lower = [[stats.norm.cdf(spread[j] * z / spread[i]) for i in range(J) if i != j] for j in range(J)]
        return sum((mass * np.prod(lower[j], axis=0)) @ tenths(j) for j in range(J))
    cut = np.hypot(spread[0], prior_sd) * stats.norm.ppf(0.9)
    high = prior_sd * z[:, np.newaxis] + spread[0] * z > cut
    chances = (mass[:, np.newaxis] * mass * high).sum(axis=0) @ tenths(0)
    return chances / chances.sum()


def checking_power(replicates, factor, level=0.8):
    """Chance that a count of such intervals is declared wrong at 1%, by summing logarithms of binomial terms."""
    normal = NormalDist()
    covered = 2 * normal.cdf(factor * normal.inv_cdf((1 + level) / 2)) - 1

    def terms(p):
        k = range(replicates + 1)
        choose = [lgamma(replicates + 1) - lgamma(i + 1) - lgamma(replicates - i + 1) for i in k]
        return np.exp(
            np.array(choose) + np.arange(replicates + 1) * log(p) + np.arange(replicates, -1, -1) * log(1 - p)
        )

    right, wrong = np.cumsum(terms(level)), terms(covered)
    few, many = np.searchsorted(right, 0.005), np.searchsorted(right, 0.995)
    return float(wrong[:few].sum() + wrong[many + 1 :].sum())
