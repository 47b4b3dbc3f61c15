"""Values of the chapter on learning tau that take a simulation or data of their own, found without `lib`."""

from functools import cache
from typing import NamedTuple

import numpy as np
import references as r
from references import CONTRASTS, SIGMA, J, Y
from scipy import integrate, optimize, special, stats


class Study(NamedTuple):
    """What many sets of eight schools give: of each set and school, whether an interval holds, and its sd."""

    plugged: np.ndarray
    averaged: np.ndarray
    plugged_sd: np.ndarray
    averaged_sd: np.ndarray
    zero: np.ndarray  # of each set: is the estimate of tau zero?


def moments_of_tau(y):
    """DerSimonian and Laird's tau for each data set, from the differences between every two schools."""
    one, other = np.triu_indices(J, 1)
    products = 1 / (SIGMA[one] * SIGMA[other]) ** 2
    total = (1 / SIGMA**2).sum()
    q = (y[:, one] - y[:, other]) ** 2 @ products / total
    return np.sqrt(np.maximum(0, (q - (J - 1)) * total / (2 * products.sum())))


def made(true_tau, replicates):
    """Effects of so many sets of schools, and their estimates."""
    rng = np.random.default_rng(2024)
    effects = 8 + true_tau * rng.standard_normal((replicates, J))
    return effects, effects + SIGMA * rng.standard_normal((replicates, J))


def plug_in(y):
    """The estimates of tau, and the means and standard deviations that follow from them."""
    estimate = moments_of_tau(y)
    precision = 1 / (SIGMA**2 + estimate[:, np.newaxis] ** 2)
    mu_variance = 1 / precision.sum(axis=1, keepdims=True)
    kept = SIGMA**2 * precision
    centre = y + kept * (mu_variance * (precision * y).sum(axis=1, keepdims=True) - y)
    return estimate, centre, np.sqrt(SIGMA**2 * (1 - kept) + kept**2 * mu_variance)


@cache
def study(true_tau, replicates=6000):
    """Simulate sets of eight schools; plug an estimate of tau in, or average over tau.

    Plugged in, a tau for each data set gives an interval by the normal table. Averaged over tau, the interval holds the
    truth if the mixture's distribution function there is between 2.5% and 97.5%.
    """
    effects, y = made(true_tau, replicates)
    estimate, centre, spread = plug_in(y)
    plugged = np.abs(effects - centre) < stats.norm.ppf(0.975) * spread

    node, weight = np.polynomial.legendre.leggauss(40)
    total, below, first, second = 0.0, 0.0, 0.0, 0.0
    for tau, width in zip(10 * (1 + node) / (1 - node), weight * 20 / (1 - node) ** 2, strict=True):
        covariance = CONTRASTS.T @ np.diag(SIGMA**2 + tau**2) @ CONTRASTS
        contrasts = y @ CONTRASTS
        squares = (contrasts @ np.linalg.inv(covariance) * contrasts).sum(axis=1, keepdims=True)
        mass = width * np.exp(-squares / 2) / np.linalg.det(covariance) ** 0.5
        posterior = r.given_tau(tau)[1][:-1, :-1]
        mean, variance = y / SIGMA**2 @ posterior, np.diag(posterior)
        total = total + mass
        below = below + mass * special.ndtr((effects - mean) / variance**0.5)
        first = first + mass * mean
        second = second + mass * (variance + mean**2)
    averaged_sd = np.sqrt(second / total - (first / total) ** 2)
    return Study(plugged, np.abs(below / total - 0.5) < 0.475, spread, averaged_sd, estimate == 0)


def held(true_tau, zero):
    """The share of effects that plug-in intervals hold where the estimate of tau is zero, or where it is not."""
    effects, y = made(true_tau, 200_000)
    estimate, centre, spread = plug_in(y)
    plugged = np.abs(effects - centre) < stats.norm.ppf(0.975) * spread
    return float(plugged[(estimate == 0) == zero].mean())


def density(tau, divided=1.0, y=Y):
    """The posterior density of tau up to a constant, all standard errors divided by a factor, from contrasts."""
    covariance = CONTRASTS.T @ np.diag((SIGMA / divided) ** 2 + tau**2) @ CONTRASTS
    return stats.multivariate_normal(np.zeros(J - 1), covariance).pdf(CONTRASTS.T @ y)


@cache
def rise_of_a(renewed):
    """How far school A's posterior mean rises with 58 in place of 28; with the old posterior of tau, or renewed."""
    more = np.append(58, Y[1:])
    node, weight = np.polynomial.legendre.leggauss(120)
    tau, width = 10 * (1 + node) / (1 - node), weight / (1 - node) ** 2
    old, new = (width * [density(t, y=data) for t in tau] for data in (Y, more))
    before, after = (np.array([r.given_tau(t, data)[0][0] for t in tau]) for data in (Y, more))
    mass = new if renewed else old
    return mass @ after / mass.sum() - old @ before / old.sum()


def cut_for_mean_square(mean_square):
    """Where tau**-2 must be cut off for tau squared to have this mean: its square cancels the prior's power."""

    def excess(epsilon):
        square, mass = (
            sum(integral(power, low, high) for low, high in ((epsilon, 30), (30, 1000))) for power in (0, -2)
        )
        return square / mass - mean_square

    return optimize.brentq(excess, 0.1, 10)


def integral(power, low, high, divided=1.0):
    """Integral of a power of tau times its density, by SciPy's quad."""
    return integrate.quad(lambda tau: tau**power * density(tau, divided), low, high, limit=200)[0]


def mean_of_tau(divided):
    return sum(integral(1, *ends, divided) for ends in ((0, 30), (30, 1000))) / sum(
        integral(0, *ends, divided) for ends in ((0, 30), (30, 1000))
    )


def chance_below(tau):
    low, high = integral(0, 0, tau), integral(0, tau, 30) + integral(0, 30, 1000)
    return low / (low + high)


def off_zero():
    """Where tau times its density is highest."""
    return optimize.minimize_scalar(lambda tau: -tau * density(tau), bounds=(1, 20), method="bounded").x


def eta_sds(tau):
    """Posterior standard deviations of (theta_j - mu) / tau given tau."""
    covariance = r.given_tau(tau)[1]
    to_eta = np.hstack([np.eye(J), -np.ones((J, 1))]) / tau
    return np.diag(to_eta @ covariance @ to_eta.T) ** 0.5


def better(one, other):
    """P(one school's effect is larger than the other's), averaged over tau."""
    contrast = np.zeros(J + 1)
    contrast[["ABCDEFGH".index(one), "ABCDEFGH".index(other)]] = 1, -1

    def given(tau):
        mean, covariance = r.given_tau(tau)
        return special.ndtr(contrast @ mean / np.sqrt(contrast @ covariance @ contrast))

    return float(r.average_over_tau(given))
