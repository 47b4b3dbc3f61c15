"""Values of the numbers that the chapters state, each found without `lib` and by another method than the chapter's.

The chapters use sums over groups; here it is least squares, the precision matrix of all parameters at once, contrasts
that remove the mean, and Imhof's formula.
"""

from functools import cache
from math import erf, sqrt

import numpy as np
from scipy import integrate, optimize, stats

# Gelman et al. (2013), Bayesian Data Analysis, Table 5.2
Y = np.array([28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0])
SIGMA = np.array([15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0])
J = Y.size
CENTERING = np.eye(J) - np.ones((J, J)) / J


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


def posterior_mean(school, tau):
    """Posterior mean of one school's effect, by its letter."""
    return float(given_tau(tau)[0]["ABCDEFGH".index(school)])


def posterior_sd(school, tau):
    """Posterior standard deviation of one school's effect, by its letter."""
    k = "ABCDEFGH".index(school)
    return float(given_tau(tau)[1][k, k] ** 0.5)


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


def restricted_log_likelihood(tau):
    """Log density of seven contrasts, from which mu has dropped out."""
    contrasts = np.linalg.svd(CENTERING)[0][:, :-1]
    covariance = contrasts.T @ np.diag(SIGMA**2 + tau**2) @ contrasts
    return float(stats.multivariate_normal(np.zeros(J - 1), covariance).logpdf(contrasts.T @ Y))


def log_likelihood(tau):
    """Log density of the estimates at the best mean, found by a search."""

    def cost(mu):
        return -stats.norm.logpdf(Y, mu, np.hypot(SIGMA, tau)).sum()

    return -float(optimize.minimize_scalar(cost, bounds=(Y.min(), Y.max()), method="bounded").fun)


def best_tau(log_density):
    """The best of many values of tau from 0 to 50."""
    grid = np.linspace(0, 50, 1001)
    return float(grid[np.argmax([log_density(tau) for tau in grid])])


def exceeds(form, covariance, value):
    """P(x' A x > value) for x ~ N(0, covariance), by Imhof (1961), Biometrika 48:419-426."""
    root = np.linalg.cholesky(covariance)
    weights = np.linalg.eigvalsh(root.T @ form @ root)
    weights = weights[np.abs(weights) > 1e-9 * np.abs(weights).max()]

    def integrand(u):
        angle = np.arctan(weights * u).sum() / 2 - value * u / 2
        return np.sin(angle) / (u * np.prod((1 + (weights * u) ** 2) ** 0.25))

    scale = 1 / np.abs(weights).max()
    pieces = [integrate.quad(integrand, low, low + scale, limit=200)[0] for low in scale * np.arange(400)]
    return 0.5 + sum(pieces) / np.pi


@cache
def power_of_q(tau):
    """How often Q exceeds the 95% point of chi-squared when the effects have standard deviation tau."""
    precision = 1 / SIGMA**2
    form = np.diag(precision) - np.outer(precision, precision) / precision.sum()
    return exceeds(form, np.diag(SIGMA**2 + tau**2), stats.chi2.ppf(0.95, J - 1))


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
